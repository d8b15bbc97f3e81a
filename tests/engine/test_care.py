"""How a session looks after the patient: it asks, waits, holds, ends, and plays nothing that the day does not allow."""

from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from practice import GAMES, LADDERS, click, plan_of, play, rest_for, wait

from engine import adaptive, guard
from engine.feedback import Feedback
from engine.guard import Event, Moment, Thresholds
from engine.hand import Side
from engine.phases import Demo, Paused, Playing, Rest, Stopped, Summary, Waiting
from engine.plan import Day, belief_key, from_header, to_header
from engine.program import Block
from engine.recording import header_line, parse
from engine.replay import verify
from engine.sample import Sample
from engine.session import Frame, Session
from engine.simulate import Patient, Traits
from engine.source import Source
from engine.ticks import seconds, to_ms

NOW = Moment(1_800_000_000.0, 740_000)


def day_after(*events: Event, limits: Thresholds | None = None) -> Day:
    """Return a day on which these events were told, a check-in first."""
    standing = guard.start()
    for event in events or (Event("checkin", pain=1),):
        standing = guard.step(standing, event, NOW, limits)
    return Day(standing, NOW, limits or Thresholds())


def session_on(day: Day | None, *blocks: Block | str, known: tuple[str, ...] = (), **changes: object) -> Session:
    plan = plan_of(*blocks, **changes)  # type: ignore[arg-type]
    return Session(replace(plan, day=day, known=known), GAMES)


def played(session: Session, traits: Traits) -> list[Frame]:
    patient = Patient(traits, 1)
    frames = []
    while not session.over:
        assert session.now < seconds(2400), session.phase
        frames.append(session.tick(patient.samples(session)))
    return frames


def believed(game: str, way: str, difficulty: float) -> dict[str, str]:
    """Return a belief of somebody who played last at a difficulty."""
    belief, aim = adaptive.start(adaptive.Aim()), adaptive.Aim()
    for _ in range(3):
        belief = adaptive.learn(belief, aim, difficulty, True)
    return {belief_key(game, Side.RIGHT, way): belief.to_json()}


def test_a_first_block_of_force_is_left_out_where_no_grip_is_allowed() -> None:
    usual = [Event("checkin", pain=1), Event("bout"), Event("checkin", pain=1), Event("bout")]
    sore = day_after(*usual, Event("checkin", pain=4))
    assert guard.allowed(sore.standing, NOW).no_grip
    session = session_on(sore, Block("cup", 2), Block("ladybirds", 3), grip="serial")
    assert isinstance(session.phase, Demo)  # the sensor is not fitted to a hand that will not squeeze
    assert (session.game.name, session.block.trials) == ("ladybirds", 3)
    played(session, Traits(0.9, lapse=0.0, pain=(4,), effort=(3,)))
    assert {trial.game for trial in session.trials} == {"ladybirds"}
    with pytest.raises(ValueError, match="nothing in it may be played today"):
        session_on(sore, Block("cup", 2))


def test_after_each_game_it_is_asked_how_it_is_and_the_answers_are_kept_and_replay() -> None:
    session = session_on(day_after(), Block("ladybirds", 3), Block("brook", 3))
    frames = played(session, Traits(0.9, lapse=0.0, pain=(1, 3), effort=(4,)))
    told = [(row.event.kind, row.event.pain, row.event.effort) for frame in frames for row in frame.told]
    assert told == [("told", 3, 4), ("bout", None, None)] or told[-2:] == [("told", 1, 4), ("bout", None, None)]
    lines = [line for frame in frames for line in frame.lines]
    recording = parse([header_line(to_header(session.plan)), *lines])
    assert [note.split(".")[1] for note in recording.notes] == [row[0] for row in told]
    assert verify(recording, GAMES).same
    assert session.care.day is not None
    assert session.care.day.standing.day == "unasked", "the next bout is asked about anew"


def test_without_a_day_nothing_is_asked() -> None:
    session = session_on(None, Block("ladybirds", 3))
    frames = play(session)
    assert not any(frame.told for frame in frames)
    assert session.end is not None
    assert session.end.how == "done"


def test_pain_that_is_still_there_after_two_minutes_ends_the_day() -> None:
    session = session_on(day_after(), Block("ladybirds", 3), Block("brook", 3))
    patient = Patient(Traits(0.9, lapse=0.0, pain=(5, 5)), 1)
    waited = 0
    while not session.over and session.end is None:
        session.tick(patient.samples(session))
        waited += isinstance(session.phase, Waiting)
        assert not (waited and isinstance(session.phase, Playing))
    assert 120 <= waited / 120 <= 121
    assert session.end is not None
    assert session.end.how == "pain"
    assert session.care.day is not None
    assert session.care.day.standing.day == "ended"
    assert isinstance(session.phase, Summary)


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be asked after each block, so that a test need not play for minutes."""
    monkeypatch.setattr("engine.care.ASK_AFTER_S", 3.0)


@pytest.mark.usefixtures("often")
def test_pain_that_settles_goes_on_without_force_without_that_game_and_two_rungs_lower() -> None:
    beliefs = believed("brook", "mouse", 40.0)
    plan = plan_of(Block("ladybirds", 3), Block("cup", 3), Block("ladybirds", 3), Block("brook", 4))
    session = Session(replace(plan, day=day_after(), beliefs=beliefs), GAMES)
    played(session, Traits(0.9, lapse=0.0, pain=(5, 2)))
    assert [trial.game for trial in session.trials] == ["ladybirds"] * 3 + ["brook"] * 4
    rung = 100 / len(LADDERS["brook"].levels)
    assert all(t.difficulty <= 40 - 2 * rung + 0.01 for t in session.trials if t.game == "brook")


@pytest.mark.usefixtures("often")
def test_pain_of_four_goes_on_and_nothing_gets_harder() -> None:
    plan = plan_of(Block("ladybirds", 3), Block("brook", 6))
    beliefs = believed("ladybirds", "keys", 20.0) | believed("brook", "mouse", 20.0)
    session = Session(replace(plan, day=day_after(Event("checkin", pain=3)), beliefs=beliefs), GAMES)
    played(session, Traits(1.0, lapse=0.0, pain=(4,)))
    brook = [trial for trial in session.trials if trial.game == "brook"]
    assert len(brook) == 6
    assert max(trial.difficulty for trial in brook) <= 20.0
    assert brook[-1].reason == "reason.held"


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize(("efforts", "games"), [((9,), 1), ((7, 7), 2), ((6, 6), 3)])
def test_effort_of_nine_once_or_of_seven_twice_ends_the_session(efforts: tuple[int, ...], games: int) -> None:
    session = session_on(day_after(), Block("brook", 3), Block("letters", 3), Block("ladybirds", 3))
    played(session, Traits(0.7, lapse=0.0, effort=efforts))
    assert len({trial.game for trial in session.trials}) == games
    assert session.end is not None
    assert session.end.how == ("done" if games == 3 else "effort")


def test_a_bad_day_is_held_from_the_first_try_on() -> None:
    day = day_after(Event("checkin", pain=4))
    session = Session(replace(plan_of(Block("brook", 8)), day=day, beliefs=believed("brook", "mouse", 30.0)), GAMES)
    played(session, Traits(1.0, lapse=0.0))
    assert max(trial.difficulty for trial in session.trials) <= 30.0


def test_stop_because_of_pain_is_told_and_ends_the_day() -> None:
    session = session_on(day_after(), Block("ladybirds", 3))
    wait(session, Demo)
    rest_for(session, 1.0)
    click(session, "start")
    click(session, "stop")
    assert isinstance(session.phase, Stopped)
    rest_for(session, 2.0)
    click(session, "pain")
    assert [(row.event.kind, row.event.why) for row in session.care.told] == [("stop", ""), ("stop", "pain")]
    assert session.care.allowed.play is False


def test_a_window_that_is_closed_ends_the_bout_and_one_closed_at_the_question_ends_it_too() -> None:
    session = session_on(day_after(), Block("ladybirds", 3))
    wait(session, Demo)
    assert [row.event.kind for row in session.close().told] == ["stop"], "without a try it was no bout"
    session = session_on(day_after(), Block("ladybirds", 3))
    assert [row.event.kind for frame in click(session, "stop") for row in frame.told] == ["stop"]
    assert session.close().told == ()
    assert not session.care.may_play


def test_what_the_day_does_not_allow_is_not_played_whoever_asks_for_it() -> None:
    ended = day_after(Event("checkin", pain=8))
    session = session_on(ended, Block("ladybirds", 3))
    wait(session, Demo)
    rest_for(session, 1.0)
    with pytest.raises(AssertionError, match="nothing is played"):
        click(session, "start")


def test_a_known_game_goes_over_into_play_by_itself() -> None:
    session = session_on(day_after(), Block("ladybirds", 3), known=("ladybirds",))
    wait(session, Playing, most_s=20)
    assert not session.trials


def test_nothing_is_told_of_a_probe_and_its_level_is_fixed() -> None:
    session = session_on(day_after(), Block("ladybirds", 3, level=2, probe=True), Block("ladybirds", 3))
    played(session, Traits(0.9, lapse=0.0))
    assert [trial.told for trial in session.trials] == [False] * 3 + [True] * 3
    assert {trial.level for trial in session.trials[:3]} == {2}
    assert session.trials[0].reason == "reason.probe"


def test_a_block_has_its_own_schedule_of_feedback() -> None:
    every = Feedback("every", 2)
    session = session_on(None, Block("ladybirds", 4, feedback=every), Block("ladybirds", 2))
    play(session)
    assert [trial.told for trial in session.trials] == [False, True, False, True, True, True]


def test_the_plan_of_a_day_survives_its_header() -> None:
    day = day_after(Event("checkin", pain=4), limits=Thresholds(stop=4))
    blocks = (Block("cup", 3, feedback=Feedback("summary", 5)), Block("brook", 5, level=2, probe=True))
    plan = replace(plan_of(*blocks, fences=(("cup", (2, 5)),), cap_n=30.0, speed=False), day=day, known=("cup",))
    again = from_header(to_header(plan), GAMES)
    assert (again.day, again.known, again.program) == (plan.day, plan.known, plan.program)


def test_a_fence_of_rungs_keeps_a_game_between_them() -> None:
    session = session_on(None, Block("brook", 30), fences=(("brook", (2, 4)),))
    play(session, ability=1.0)
    assert {trial.level for trial in session.trials} <= {2, 3, 4}
    assert max(trial.level for trial in session.trials) == 4


def test_without_speed_no_clock_ever_enters() -> None:
    session = session_on(None, Block("ladybirds", 40), speed=False)
    play(session, ability=1.0)
    game = GAMES["ladybirds"]
    ladder = LADDERS["ladybirds"]
    assert all(game.self_paced(ladder.params(trial.difficulty)) for trial in session.trials)


def sensor(gain_n: float) -> Source:
    return Source("serial:GLP-1", gain_n=gain_n)


def with_sensor(gain_n: float, *until: type) -> Session:
    plan = plan_of(Block("cup", 3), grip="serial", cap_n=12.0)
    session = Session(replace(plan, source=sensor(gain_n)), GAMES)
    patient = Patient(Traits(0.9, lapse=0.0), 1)
    while not isinstance(session.phase, until):
        assert session.now < seconds(60), session.phase
        session.tick(patient.samples(session))
    return session


def test_a_cap_in_newtons_fits_the_sensor_without_any_squeeze() -> None:
    gain = 0.0001  # newtons a count
    session = with_sensor(gain, Demo)
    [_, fit] = session._fits
    assert fit.kind == "newtons"
    cap = session.plan.program.limits.cap
    assert (fit.full - fit.zero) * gain * cap == pytest.approx(12.0)


def test_a_cap_in_newtons_on_a_sensor_that_cannot_say_them_is_not_played() -> None:
    session = with_sensor(0.0, Paused)
    assert session.phase == Paused("uncalibrated")


def test_a_hand_that_slows_rests_longer_and_nothing_gets_harder() -> None:
    session = session_on(day_after(), Block("ladybirds", 50, level=1))
    patient = Patient(Traits(0.9, lapse=0.0, reaction_ms=300.0), 1)
    rests: list[Rest] = []
    while session.end is None:
        assert session.now < seconds(2000)
        if len(session.trials) == 20 and patient.traits.reaction_ms == 300.0:
            patient = Patient(Traits(0.9, lapse=0.0, reaction_ms=5000.0), 1)
        session.tick(patient.samples(session))
        if isinstance(session.phase, Rest) and (not rests or rests[-1].since != session.phase.since):
            rests.append(session.phase)
    assert [rest.tired for rest in rests[:2]] == [False, False]
    assert any(rest.tired for rest in rests)
    assert "tired" in [row.event.kind for row in session.care.told]
    longer = next(rest for rest in rests if rest.tired)
    assert longer.until - longer.since > rests[0].until - rests[0].since


@pytest.mark.usefixtures("often")
@settings(max_examples=5, phases=(Phase.generate,))
@given(
    pains=st.lists(st.integers(0, 6), min_size=1, max_size=4),
    efforts=st.lists(st.integers(0, 10), min_size=1, max_size=4),
    before=st.integers(0, 6), cap=st.sampled_from((0.25, 0.3)), stop_at=st.integers(0, 3000),
)  # fmt: skip
def test_whatever_is_told_no_target_is_above_the_cap_nothing_rises_on_a_bad_day_and_nothing_is_played_after_its_end(
    pains: list[int], efforts: list[int], before: int, cap: float, stop_at: int
) -> None:
    limits = replace(plan_of().program.limits, cap=cap)
    plan = plan_of(Block("cup", 1), Block("ladybirds", 3), Block("kite", 1), limits=limits)
    day = day_after(Event("checkin", pain=before))
    plan = replace(plan, day=day, beliefs=believed("ladybirds", "keys", 25.0))
    session = Session(plan, GAMES)
    patient = Patient(Traits(0.9, lapse=0.0, pain=tuple(pains), effort=tuple(efforts)), 1)
    bad = before >= 4
    ended = False
    while not session.over and session.now < seconds(900):
        if session.end is not None and session.now > session.end.tick + seconds(3):
            break
        samples = patient.samples(session)
        if stop_at and session.now == stop_at:
            samples = (Sample("key.ESCAPE", to_ms(session.now), 1.0),)
        frame = session.tick(samples)
        for row in frame.told:
            bad = bad or (row.event.pain or 0) >= 4 or (row.event.effort or 0) >= 7
        ended = ended or session.end is not None
        if isinstance(session.phase, Playing):
            assert not ended
            assert session.care.may_play
            assert session.game.peak(session.phase.state.params) <= cap
            if bad and session.game.name == "ladybirds":
                assert session.phase.chosen.difficulty <= 25.0
    last = [trial.difficulty for trial in session.trials if trial.game == "ladybirds"]
    if before >= 4:
        assert all(difficulty <= 25.0 for difficulty in last)
