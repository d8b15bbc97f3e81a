"""Check whole sessions by script: demonstration, trials, rests, pauses, help, the left hand, and every end."""

from dataclasses import replace
from typing import Any

import pytest
from practice import GAMES, begin, click, key, mouse, phase_is, plan_of, play, press, rest_for, session_of, wait

from app import texts
from engine import fitting
from engine.game import Squeeze
from engine.hand import Side
from engine.phases import After, Demo, Paused, Playing, Rest, Summary, Why
from engine.profile import Profile
from engine.program import Block
from engine.recording import Trial
from engine.safety import Limits
from engine.sample import Sample
from engine.scene import STAGE_W, Picture, Scene, Words
from engine.session import AFTER_MISS_MS, IDLE_S, SELF_PACED_IDLE_S, Session
from engine.simulate import Patient, Traits
from engine.ticks import seconds, to_ms

ENGLISH = texts.load("en")
WAYS = [("ladybirds", "keys"), ("cup", "keys"), ("cup", "mouse"), ("cup", "serial"), ("brook", "mouse")]


def done(trials: tuple[Trial, ...]) -> list[tuple[Any, ...]]:
    return [(t.game, t.result, t.cause, t.difficulty, t.finger) for t in trials]


@pytest.mark.parametrize(("game", "grip"), WAYS)
@pytest.mark.parametrize("side", list(Side))
def test_a_whole_session_goes_from_the_demonstration_to_the_summary(game: str, grip: str, side: Side) -> None:
    session = session_of(Block(game, 4), grip=grip, profile=Profile(hand=side))
    phases: list[str] = []

    def look(now: Session) -> bool:
        if not phases or phases[-1] != type(now.phase).__name__:
            phases.append(type(now.phase).__name__)
        return False

    frames = play(session, ability=0.9, until=look)
    fitted = ["Tare", "Firm"] if grip == "serial" else []
    assert phases == [*fitted, "Demo", *["Playing", "After"] * 4, "Summary"]
    assert session.over
    assert session.end is not None
    assert session.end.how == "done"
    assert [trial.index for trial in session.trials] == [0, 1, 2, 3]
    assert [frame.trial for frame in frames if frame.trial] == list(session.trials)
    assert sum(trial.hit for trial in session.trials) >= 3
    for trial in session.trials:
        assert (trial.game, trial.hand, trial.attempt) == (game, side, 1)
        assert trial.played_with == (grip if game == "cup" else "keys" if game == "ladybirds" else "mouse")
        assert trial.start_tick < trial.end_tick
        assert set(trial.params) == set(GAMES[game].params.__dataclass_fields__)
        assert session.plan.ladders[game].place(trial.difficulty)[0].rung == trial.level


def test_brook_can_be_led_with_the_arrow_keys_alone() -> None:
    session = session_of(Block("brook", 1, level=1))
    begin(session)
    session.tick((key(session, "RIGHT"),))
    wait(session, After, most_s=30)
    assert session.trials[0].hit


def test_ladybirds_can_be_touched_instead_of_typed() -> None:
    session = session_of(Block("ladybirds", 1, level=1), tap="mouse")
    begin(session)
    for _ in range(seconds(3)):
        assert isinstance(session.phase, Playing)
        intent = session.game.intent(session.phase.state)
        if intent is not None:
            rest_for(session, 0.3)
            x, y = 800 + intent.x_mm * 4.6, 450 + intent.y_mm * 4.6  # type: ignore[union-attr]
            session.tick((mouse(session, x, y, down=True),))
            session.tick((mouse(session, x, y),))
            break
        session.tick()
    wait(session, After, most_s=5)
    assert session.trials[0].hit


def test_a_cup_can_be_lifted_with_the_pressed_mouse_where_keys_squeeze() -> None:
    session = session_of(Block("cup", 1, level=1))
    begin(session)
    while isinstance(session.phase, Playing):
        state = session.phase.state
        down = session.force < state.target if state.phase != "lower" else False
        session.tick((mouse(session, 700, 400, down=down),))
    assert session.trials[0].hit


@pytest.mark.parametrize(("game", "grip"), WAYS)
def test_the_left_hand_plays_the_same_session_in_a_mirror(game: str, grip: str) -> None:
    right, left = (session_of(Block(game, 3), grip=grip, profile=Profile(hand=side)) for side in Side.__reversed__())
    assert right.plan.profile.hand is Side.RIGHT
    for session in (right, left):
        play(session, ability=0.7, seed=5)
    assert done(right.trials) == done(left.trials)
    for ours, theirs in zip(right.trials, left.trials, strict=True):
        assert theirs.measures == pytest.approx(ours.measures, abs=0.02)


def test_the_left_hand_sees_the_game_mirrored_but_the_controls_in_their_place() -> None:
    right, left = (session_of(Block("ladybirds", 1), profile=Profile(hand=side)) for side in (Side.RIGHT, Side.LEFT))
    for session in (right, left):
        begin(session)
    ours, theirs = right.scene(), left.scene()
    hand = next(s for s in ours.shapes if isinstance(s, Picture) and s.name == "leaf")
    other = next(s for s in theirs.shapes if isinstance(s, Picture) and s.name == "leaf")
    assert (other.x, other.flip) == (STAGE_W - hand.x, not hand.flip)
    assert ours.buttons == theirs.buttons


def test_there_is_a_rest_after_so_many_trials_and_between_blocks_and_it_can_be_cut_short_only_when_ready() -> None:
    session = session_of(Block("ladybirds", 4), Block("brook", 1), rest_after=2, rest_s=5.0, least_rest_s=2.0)
    play(session, until=phase_is(Rest))
    assert len(session.trials) == 2
    assert not any(b.action == "go on" for b in session.scene().buttons)
    session.tick((key(session, "ESCAPE", down=False),))
    rest_for(session, 1.0)
    assert isinstance(session.phase, Rest)
    rest_for(session, 1.5)
    click(session, "go on")
    assert isinstance(session.phase, Playing)
    play(session, until=phase_is(Rest))
    assert len(session.trials) == 4
    rest_for(session, 2.5)
    click(session, "go on")
    assert isinstance(session.phase, Demo), "a new game is shown first"
    assert session.game.name == "brook"
    play(session)
    assert session.end is not None
    assert session.end.how == "done"


def test_a_rest_can_be_longer_than_asked_for_and_its_round_runs_out() -> None:
    session = session_of(Block("ladybirds", 2), Block("brook", 1), rest_s=5.0, least_rest_s=2.0)
    play(session, until=phase_is(Rest))
    rest_for(session, 20)
    assert isinstance(session.phase, Rest)


def test_why_can_be_asked_while_resting_and_leads_back() -> None:
    session = session_of(Block("ladybirds", 2), Block("brook", 1), rest_s=5.0, least_rest_s=2.0)
    play(session, until=phase_is(Rest))
    rest_for(session, 0.6)
    click(session, "why")
    assert isinstance(session.phase, Why)
    assert session.reasons()[0][1][-1] == ("game", "ladybirds")
    rest_for(session, 0.6)
    click(session, "back")
    assert isinstance(session.phase, Rest)


def unplugged(session: Session) -> None:
    """Let the sensor go while a trial is under way."""
    play(session, until=phase_is(Playing))
    rest_for(session, 0.3)
    session.tick((Sample("link.grip", to_ms(session.now), 0.0),))
    assert isinstance(session.phase, Paused)
    assert session.phase.reason == "unplugged"


def test_an_unplugged_sensor_pauses_and_plugged_in_again_the_trial_is_begun_again() -> None:
    session = session_of(Block("cup", 2), grip="serial")
    unplugged(session)
    rest_for(session, 5)
    assert isinstance(session.phase, Paused)
    assert session.trials == ()
    session.tick((Sample("link.grip", to_ms(session.now), 1.0),))
    assert isinstance(session.phase, fitting.Tare)  # it may have been moved: its zero is found anew
    play(session)
    assert len(session.trials) == 2
    assert [trial.attempt for trial in session.trials] == [2, 1]
    assert [trial.interrupted for trial in session.trials] == [("unplugged",), ()]


def test_who_has_lost_the_sensor_can_go_on_without_it_by_key() -> None:
    session = session_of(Block("cup", 1, level=1), grip="serial")
    unplugged(session)
    rest_for(session, 0.6)
    click(session, "without")
    assert isinstance(session.phase, Demo)
    begin(session)
    session.tick((key(session, "SPACE"),))
    rest_for(session, 1)
    assert session.force == pytest.approx(0.1, abs=0.01)
    assert session.played_with == "keys"


def test_who_has_no_sensor_at_all_can_leave_the_fitting() -> None:
    session = session_of(Block("cup", 1), grip="serial")
    rest_for(session, 3)
    assert isinstance(session.phase, fitting.Tare)
    click(session, "without")
    assert isinstance(session.phase, Demo)


def test_a_link_that_is_lost_means_nothing_to_who_plays_with_keys() -> None:
    session = session_of("cup")
    begin(session)
    session.tick((Sample("link.grip", to_ms(session.now), 0.0),))
    assert isinstance(session.phase, Playing)


def test_nobody_there_pauses_a_hurried_trial_soon_and_a_self_paced_one_late() -> None:
    for level, idle_s in ((1, SELF_PACED_IDLE_S), (13, IDLE_S)):
        session = session_of(Block("brook", 1, level=level), limits=Limits(minutes=45))
        hurried = not GAMES["brook"].self_paced(session.plan.ladders["brook"].levels[level].params(0))
        begin(session)
        if hurried is (idle_s == IDLE_S):
            rest_for(session, idle_s - 0.5)
            assert isinstance(session.phase, Playing | After)
    session = session_of(Block("ladybirds", 1, level=13))
    begin(session)
    rest_for(session, 1)
    assert isinstance(session.phase, Playing)


def test_an_idle_pause_waits_until_someone_goes_on_and_the_trial_is_begun_again() -> None:
    session = session_of(Block("brook", 3, level=13))
    begin(session)
    wait(session, Paused, most_s=200)
    assert session.phase == Paused("idle")
    before = len(session.trials)
    rest_for(session, 30)
    assert session.phase == Paused("idle")
    press(session, "ENTER")
    assert isinstance(session.phase, Playing)
    assert len(session.trials) == before
    assert session.phase.attempt == 2


def test_when_nobody_answers_three_ladybirds_the_demonstration_waits_for_someone() -> None:
    session = session_of(Block("ladybirds", 9, level=1))
    begin(session)
    wait(session, Demo, most_s=60)
    rest_for(session, 60)
    assert isinstance(session.phase, Demo)
    assert [trial.result for trial in session.trials] == ["omission"] * 3


def test_help_shows_the_demonstration_and_the_trial_is_begun_again_as_another_attempt() -> None:
    for way in ("key", "button"):
        session = session_of(Block("ladybirds", 2))
        begin(session)
        show = next(b for b in session.scene().buttons if b.action == "show")
        session.tick((mouse(session, show.x, show.y, down=True) if way == "button" else key(session, "F1"),))
        assert isinstance(session.phase, Demo)
        session.tick((mouse(session, show.x, show.y),))
        begin(session)
        assert isinstance(session.phase, Playing)
        assert session.phase.attempt == 2
        assert session.trials == ()


def test_a_demonstration_begins_again_by_itself_until_someone_starts() -> None:
    session = session_of("ladybirds")
    since = {session.phase.since for _ in range(seconds(20)) if session.tick() and isinstance(session.phase, Demo)}
    assert len(since) >= 3


def missed(session: Session) -> None:
    """Press the wrong finger soon after the landing, so that the trial is missed."""
    before, waited = len(session.trials), 0
    while len(session.trials) == before:
        assert isinstance(session.phase, Playing)
        waited = waited + 1 if session.game.intent(session.phase.state) is not None else 0
        pressed = waited == seconds(0.3)
        session.tick((key(session, "L"), key(session, "L", down=False)) if pressed else ())
    assert not session.trials[-1].hit


def test_three_misses_running_bring_the_demonstration_and_ease_the_next_trial() -> None:
    session = session_of(Block("ladybirds", 8), program=replace(plan_of().program))
    begin(session)
    for _ in range(2):
        missed(session)
        wait(session, Playing)
    missed(session)
    wait(session, Demo, most_s=AFTER_MISS_MS / 1000 + 1)
    begin(session)
    assert isinstance(session.phase, Playing)
    assert session.phase.chosen.difficulty <= session.trials[-1].difficulty


def test_two_misses_and_a_hit_bring_no_demonstration() -> None:
    session = session_of(Block("ladybirds", 5, level=1))
    begin(session)
    for _ in range(2):
        missed(session)
        wait(session, Playing)
    play(session, ability=1.0, until=lambda s: len(s.trials) == 3)
    assert session.trials[-1].hit
    wait(session, Playing, Demo)
    missed(session)
    wait(session, Playing, Demo)
    assert isinstance(session.phase, Playing)


def test_a_miss_is_followed_by_a_hint_with_words_for_its_cause() -> None:
    session = session_of(Block("ladybirds", 2, level=1))
    begin(session)
    rest_for(session, 0.5)
    missed(session)
    words = [shape.key for shape in session.scene().shapes if isinstance(shape, Words)]
    assert "hint.ladybirds.wrong-finger" in words


def test_too_hard_a_squeeze_pauses_at_once_and_going_on_begins_again() -> None:
    session = session_of(Block("cup", 1), grip="serial")
    play(session, until=phase_is(Playing))
    for share in (0.2, 0.4, 0.6, 0.8, 0.85, 0.85):
        session.tick((Sample("grip", to_ms(session.now), 84_000.0 + share * 800_000.0),))
    assert session.phase == Paused("hard")
    assert session.trials == ()
    rest_for(session, 0.6)
    session.tick((Sample("grip", to_ms(session.now), 84_000.0),))
    press(session, "ENTER")
    assert isinstance(session.phase, Playing)


def test_squeezing_too_hard_for_two_seconds_brings_a_reminder_and_play_goes_on() -> None:
    session = session_of(Block("cup", 1, level=1), grip="mouse")
    begin(session)
    seen = []
    for _ in range(seconds(4)):
        frame = session.tick((mouse(session, 800, 690),))
        seen += [cue.name for cue in frame.cues if cue.name == "warn"]
        if seen:
            break
    assert seen == ["warn"]
    assert any(shape.key == "hint.softer" for shape in session.scene().shapes if isinstance(shape, Words))
    assert isinstance(session.phase, Playing)


def test_after_too_many_taps_there_is_a_pause() -> None:
    session = session_of(Block("ladybirds", 50, level=1), limits=Limits(taps=3), rest_after=100)
    play(session, until=phase_is(Paused))
    assert session.phase == Paused("taps")
    assert len(session.trials) >= 2


def test_after_the_pause_of_too_many_taps_they_are_counted_anew() -> None:
    session = session_of(Block("ladybirds", 50, level=1), limits=Limits(taps=3), rest_after=100)
    play(session, until=phase_is(Paused))
    before = len(session.trials)
    rest_for(session, 0.6)
    press(session, "ENTER")
    play(session, until=phase_is(Paused))
    assert session.phase == Paused("taps")
    assert len(session.trials) >= before + 2


def test_when_the_time_is_over_the_session_ends_at_the_summary() -> None:
    session = session_of(Block("ladybirds", 500), limits=Limits(minutes=0.5))
    play(session, until=phase_is(Summary))
    assert session.end is not None
    assert (session.end.how, session.end.tick) == ("limit", seconds(30))


def test_closing_in_the_middle_of_a_trial_keeps_what_was_done() -> None:
    session = session_of(Block("ladybirds", 5))
    play(session, until=lambda s: len(s.trials) == 2 and isinstance(s.phase, Playing))
    frame = session.close()
    assert frame.over
    assert session.over
    assert frame.end is not None
    assert (frame.end.how, frame.end.tick) == ("closed", session.now)
    assert len(frame.lines) == 1
    assert len(session.trials) == 2
    assert session.close().lines == ()
    assert session.tick((key(session, "J"),)).lines == ()


def test_closing_after_the_end_does_not_change_how_it_ended() -> None:
    session = session_of(Block("ladybirds", 1))
    session.tick((key(session, "ESCAPE"),))
    assert session.close().end is None
    assert session.end is not None
    assert session.end.how == "stopped"


def test_the_summary_leads_home() -> None:
    session = session_of(Block("ladybirds", 1))
    play(session, until=phase_is(Summary))
    rest_for(session, 1.2)
    click(session, "home")
    assert not session.over, "a press meant for the game must not leave the summary"
    rest_for(session, 0.6)
    click(session, "home")
    assert session.over


def test_a_rung_chosen_by_hand_is_kept_whatever_happens() -> None:
    for game, level in (("ladybirds", 3), ("ladybirds", 12), ("brook", 2), ("brook", 4)):
        session = session_of(Block(game, 6, level=level), rest_after=100)
        play(session, ability=0.9, seed=2)
        assert {trial.level for trial in session.trials} == {level}


def test_beliefs_of_an_earlier_day_are_taken_up_by_game_hand_and_way_of_playing() -> None:
    first = session_of(Block("ladybirds", 12), rest_after=100)
    play(first, ability=1.0)
    belief = first.trials[-1].belief
    plan = replace(plan_of(Block("ladybirds", 1)), beliefs={"ladybirds/right/keys": belief})
    again = Session(plan, GAMES)
    begin(again)
    assert isinstance(again.phase, Playing)
    assert again.phase.chosen.difficulty > first.trials[-1].difficulty - 5
    other = Session(replace(plan, profile=Profile(hand=Side.LEFT)), GAMES)
    begin(other)
    assert isinstance(other.phase, Playing)
    assert other.phase.chosen.difficulty < 5


def test_two_sessions_of_the_same_plan_and_samples_are_the_same() -> None:
    ours, theirs = session_of("ladybirds", "cup", seed=9), session_of("ladybirds", "cup", seed=9)
    assert [f.lines for f in play(ours, 0.6)] == [f.lines for f in play(theirs, 0.6)]
    other = session_of("ladybirds", "cup", seed=10)
    play(other, 0.6)
    assert other.trials != ours.trials


def test_a_block_that_cannot_be_played_is_refused_before_the_session_begins() -> None:
    beyond = (Block("ladybirds", 1), Block("cup", 1, level=99))
    with pytest.raises(ValueError, match="level: must be one of 1 to"):
        session_of(*beyond)
    with pytest.raises(ValueError, match="cup: even the easiest level asks for more force than the cap allows"):
        session_of("ladybirds", "cup", limits=Limits(cap=0.05))


def all_scenes(session: Session) -> list[Scene]:
    patient, scenes = Patient(Traits(0.45, lapse=0.1), 4), []
    while not session.over:
        session.tick(patient.samples(session))
        if session.now % 24 == 0:
            scenes.append(session.scene())
    return scenes


@pytest.mark.parametrize("grip", ["keys", "serial"])
def test_every_word_and_every_picture_of_a_session_is_there(grip: str) -> None:
    from app import files

    session = session_of("ladybirds", "cup", "brook", grip=grip, rest_s=3.0, least_rest_s=1.0)
    words: dict[str, tuple[tuple[str, str], ...]] = {}
    pictures: set[str] = set()
    for scene in all_scenes(session):
        for shape in scene.shapes:
            if isinstance(shape, Words) or (hasattr(shape, "key") and shape.key):
                words[shape.key] = shape.values
            pictures |= {getattr(shape, name, "") for name in ("icon", "picture")}
            pictures |= {shape.name} if isinstance(shape, Picture) else set()
    assert len(words) > 15
    for key_, values in words.items():
        assert "{" not in ENGLISH.say(key_, dict(values)), key_
    missing = [name for name in pictures - {""} if not files.asset("art", "png", "light", f"{name}.png").exists()]
    assert missing == []


@pytest.mark.parametrize("way", ["keys", "mouse"])
def test_where_skills_are_mixed_a_pointer_that_chooses_or_stirs_is_no_force(way: str) -> None:
    session = session_of(Block("kitchen", 3), grip=way)
    begin(session)
    assert isinstance(session.phase, Playing)
    for n in range(900):
        session.tick((mouse(session, 700 + n % 60, 690, down=n % 40 < 30),))
        if isinstance(session.phase, Playing) and not isinstance(session.game.intent(session.phase.state), Squeeze):
            assert session.force == 0.0
        assert not isinstance(session.phase, Paused)
