"""Check the two promises that matter most: nothing plays after STOP, and no force above the cap is ever asked for."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from practice import GAMES, GENTLE, begin, key, mouse, phase_is, plan_of, play, press, rest_for, session_of, wait

from engine import screens
from engine.game import AnyGame, Step
from engine.hand import Side
from engine.phases import After, Demo, Paused, Playing, Rest, Stopped, Summary
from engine.profile import Profile
from engine.program import Block
from engine.safety import Limits
from engine.sample import Sample
from engine.session import Session
from engine.ticks import seconds, to_ms

HAND = st.sampled_from(
    [Profile(), Profile(hand=Side.LEFT, unseen=Side.RIGHT), Profile(scan_s=0.5), Profile(dwell_s=0.5)]
)


class Spy:
    """Games that count how often any of them was stepped."""

    def __init__(self) -> None:
        self.steps = 0
        self.games = {name: replace(game, step=self._watching(game)) for name, game in GAMES.items()}

    def _watching(self, game: AnyGame) -> Any:
        def step(state: Any, tick: int, events: Any) -> Step[Any]:
            self.steps += 1
            return game.step(state, tick, events)

        return step


KEYS = ["SPACE", "ENTER", "J", "K", "F", "LEFT", "RIGHT", "TAB", "F1", "KEY_2"]
anywhere = st.tuples(
    st.sampled_from([-50, 119, 400, 800, 1300, 1481, 1700]), st.sampled_from([-9, 88, 150, 330, 430, 600, 824, 999])
)
deeds = st.one_of(
    st.tuples(st.just("key"), st.sampled_from(KEYS), st.booleans()),
    st.tuples(st.just("mouse"), anywhere, st.booleans()),
    st.tuples(st.just("grip"), st.sampled_from([0.0, 84_000.0, 250_000.0, 900_000.0, -5e6, 1e9]), st.integers(0, 3)),
    st.tuples(st.just("link"), st.booleans(), st.none()),
)
ticks = st.lists(deeds, max_size=3)
chaos = st.lists(st.tuples(ticks, st.sampled_from([0, 1, 5, 40, 130])), max_size=25)


def sample_of(deed: tuple[str, Any, Any], tick: int) -> Sample:
    """Return the sample of one thing done."""
    kind, what, more = deed
    if kind == "key":
        return Sample(f"key.{what}", to_ms(tick), float(more))
    if kind == "mouse":
        return Sample("mouse", to_ms(tick) - 3.0, float(more), *what)
    if kind == "grip":
        return Sample("grip", to_ms(tick), what, device_ms=to_ms(tick), flags=more)
    return Sample("link.grip", to_ms(tick), float(what))


def endure(session: Session, rows: list[tuple[list[tuple[str, Any, Any]], int]], cap: float) -> None:
    """Let anything happen, and look at every tick that no force above the cap is asked for."""
    for done, pause in rows:
        for batch in (done, *([] for _ in range(pause))):
            session.tick([sample_of(deed, session.now) for deed in batch])
            if isinstance(session.phase, Playing | Demo):
                assert session.game.peak(session.phase.state.params) <= cap
                session.scene()


@settings(max_examples=40)
@given(
    order=st.permutations(["ladybirds", "cup", "brook"]),
    grip=st.sampled_from(["keys", "mouse", "serial"]),
    profile=HAND,
    skilled=st.sampled_from([0, 200, 900, 2500]),
    before=chaos,
    button=st.booleans(),
    after=chaos,
    cap=st.sampled_from([0.2, 0.25, 0.4]),
)
def test_whatever_happens_after_stop_no_game_steps_again_and_no_force_lies_above_the_cap(
    order: list[str], grip: str, profile: Profile, skilled: int, before: Any, button: bool, after: Any, cap: float
) -> None:
    spy = Spy()
    plan = plan_of(
        *(Block(name, 1) for name in order),
        grip=grip,
        profile=profile,
        limits=Limits(cap=cap),
        rest_s=2.0,
        least_rest_s=1.0,
    )
    session = Session(plan, spy.games)
    play(session, until=lambda s: s.now >= skilled)
    endure(session, before, cap)
    stop = screens.stop_button(profile)
    if session.end is None and not session.over:
        session.tick((mouse(session, 5, 5),))  # with one switch, letting go may already be the press on STOP
    if session.end is None and not session.over:
        frame = session.tick((mouse(session, stop.x, stop.y, down=True) if button else key(session, "ESCAPE"),))
        assert frame.end is not None
        assert frame.end.how == "stopped"
    steps = spy.steps
    endure(session, after, cap)
    rest_for(session, 2)
    assert spy.steps == steps
    assert isinstance(session.phase, Stopped | Summary) or session.over or type(session.phase).__name__ == "Why"


def test_the_spy_sees_games_step_so_the_test_above_can_fail() -> None:
    spy = Spy()
    session = Session(plan_of("cup"), spy.games)
    rest_for(session, 1)
    assert spy.steps == seconds(1)


def at_trial(game: str = "ladybirds", **changes: Any) -> Session:
    session = session_of(Block(game, 2), **changes)
    begin(session)
    assert isinstance(session.phase, Playing)
    return session


@pytest.mark.parametrize("game", sorted(GAMES))
@pytest.mark.parametrize("way", ["key", "button"])
def test_stop_acts_at_once_when_it_goes_down_within_the_very_tick(game: str, way: str) -> None:
    session = at_trial(game)
    stop = next(b for b in session.scene().buttons if b.action == "stop")
    frame = session.tick((mouse(session, stop.x, stop.y, down=True) if way == "button" else key(session, "ESCAPE"),))
    assert isinstance(session.phase, Stopped)
    assert [cue.name for cue in frame.cues] == ["stop"]
    assert frame.lines[-1].startswith('{"end":')


def test_stop_is_there_and_acts_in_every_phase_before_the_end() -> None:
    for kinds in ((Demo,), (Playing,), (After,), (Rest,)):
        session = session_of(Block("ladybirds", 2), Block("brook", 2))
        play(session, until=phase_is(*kinds))
        assert any(button.action == "stop" for button in session.scene().buttons), kinds
        session.tick((key(session, "ESCAPE"),))
        assert isinstance(session.phase, Stopped), kinds


def test_stop_acts_while_the_sensor_is_fitted() -> None:
    session = session_of(Block("cup", 1), grip="serial")
    rest_for(session, 0.2)
    session.tick((key(session, "ESCAPE"),))
    assert isinstance(session.phase, Stopped)


def test_a_pointer_that_slides_onto_stop_while_leading_does_not_stop() -> None:
    session = at_trial("brook")
    stop = screens.stop_button(session.plan.profile)
    session.tick((mouse(session, 300, 300, down=True),))
    session.tick((mouse(session, stop.x, stop.y, down=True),))
    assert isinstance(session.phase, Playing)


@pytest.mark.parametrize("why", ["pain", "tired", "other"])
def test_the_reason_for_stopping_is_asked_once_and_kept(why: str) -> None:
    session = at_trial()
    session.tick((key(session, "ESCAPE"),))
    rest_for(session, 1.8)
    button = next(b for b in session.scene().buttons if b.action == why)
    session.tick((mouse(session, button.x, button.y, down=True),))
    frame = session.tick((mouse(session, button.x, button.y),))
    assert frame.end is not None
    assert (frame.end.how, frame.end.why) == ("stopped", why)
    assert isinstance(session.phase, Summary)
    rest_for(session, 2)
    press(session, "ENTER")
    assert not session.over
    press(session, "ENTER")
    assert session.over
    assert session.tick((key(session, "J"),)).over


def test_stopped_says_that_it_has_stopped_and_stop_itself_is_gone() -> None:
    session = at_trial()
    session.tick((key(session, "ESCAPE"),))
    assert {b.action for b in session.scene().buttons} == {"pain", "tired", "other"}
    ended = session.end
    session.tick((key(session, "ESCAPE"),))
    assert session.end is ended


@pytest.mark.parametrize("cap", [0.19, 0.2, 0.3])
def test_a_strong_patient_never_gets_beyond_the_cap_and_is_told_why(cap: float) -> None:
    session = session_of(Block("cup", 30), limits=replace(GENTLE.limits, cap=cap), rest_after=100, seed=3)
    wait(session, Demo)
    play(session, ability=1.0, until=lambda s: len(s.trials) >= 12)
    peaks = [trial.params["target"] + trial.params["band"] for trial in session.trials]
    assert max(peaks) <= cap
    if cap < 0.2:
        assert session.trials[-1].reason == "reason.cap"


def test_a_pointer_that_rests_on_stop_in_mid_trial_stops() -> None:
    session = session_of(Block("brook", 1, level=1), profile=Profile(dwell_s=0.8))
    begin(session)
    stop = screens.stop_button(session.plan.profile)
    session.tick((mouse(session, stop.x, stop.y),))
    rest_for(session, 0.5)
    assert session.end is None
    rest_for(session, 0.5)
    assert session.end is not None
    assert session.end.how == "stopped"


def test_with_one_switch_stop_can_be_reached_between_the_tries() -> None:
    session = session_of(Block("ladybirds", 3), tap="switch", profile=Profile(scan_s=1.0))
    begin(session)
    while not isinstance(session.phase, Paused):
        rest_for(session, 0.3)
        waiting = isinstance(session.phase, Playing) and session.game.intent(session.phase.state) is not None
        if waiting:
            rest_for(session, 0.3)
            press(session, "SPACE")
    assert session.phase == Paused("next")
    assert session.trials[0].hit, "the one switch stands for the finger that is asked for"
    assert session.trials[0].played_with == "switch"
    actions = [button.action for button in session.scene().buttons]
    while session.scene().buttons[actions.index("stop")].focused < 1:
        session.tick()
    rest_for(session, 0.5)
    press(session, "SPACE")
    assert session.end is not None
