"""Check what a session does when the computer sleeps, its window is hidden or changes, and nobody is there any more."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from practice import GAMES, begin, click, key, plan_of, play, rest_for, session_of, wait

from engine import fitting, guard, host, replay
from engine.guard import FlareUp, Moment, Thresholds
from engine.phases import After, Demo, Paused, Playing, Rest, Stopped, Summary, Waiting
from engine.plan import Day, to_header
from engine.profile import Profile
from engine.program import Block
from engine.recording import header_line, parse
from engine.sample import Sample
from engine.session import Session
from engine.simulate import Patient, Traits
from engine.ticks import seconds, to_ms

LONG_S = 20.0  # instead of ten minutes, so that a test is soon over
BROOK, LADYBIRDS = Block("brook", 3), Block("ladybirds", 3)


@pytest.fixture
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    assert host.LONG_S == 600.0
    monkeypatch.setattr(host, "LONG_S", LONG_S)


def happened(session: Session, channel: str, value: float = 0.0) -> Sample:
    """Return the sample that tells of the computer now."""
    return Sample(channel, to_ms(session.now), value)


def in_a_trial(*blocks: Block, **changes: object) -> Session:
    session = session_of(*(blocks or (BROOK,)), **changes)
    begin(session)
    rest_for(session, 0.5)
    assert isinstance(session.phase, Playing)
    return session


def today() -> Day:
    """Return the day of somebody who was asked and may play."""
    moment, limits, flare = Moment(0.0, 0), Thresholds(), FlareUp()
    standing = guard.step(guard.start(), guard.Event("checkin", pain=0, fatigue=0), moment, limits, flare)
    return Day(standing, moment, limits, flare)


@pytest.mark.parametrize(
    ("channel", "value", "why"), [(host.AWAY, 6.0, "away"), (host.HIDDEN, 0.0, "hidden"), (host.SCREEN, 6.0, "screen")]
)
def test_a_try_that_was_not_seen_to_its_end_is_begun_again_and_says_why(channel: str, value: float, why: str) -> None:
    session = in_a_trial()
    session.tick((happened(session, channel, value),))
    assert session.phase == Paused(why)
    rest_for(session, 30.0)
    assert session.phase == Paused(why), "nothing goes on by itself"
    click(session, "go on")
    assert isinstance(session.phase, Playing)
    assert session.phase.attempt == 2
    play(session, until=lambda now: bool(now.trials))
    assert (session.trials[0].attempt, session.trials[0].interrupted) == (2, (why,))


def test_stop_that_is_pressed_in_a_sleep_is_heard_before_anything_else() -> None:
    session = in_a_trial()
    session.tick((key(session, "ESCAPE"), happened(session, host.AWAY, 5.0)))
    assert isinstance(session.phase, Stopped)


def test_between_two_tries_it_pauses_before_the_next_one_and_none_is_interrupted() -> None:
    session = in_a_trial(LADYBIRDS)
    play(session, until=lambda now: isinstance(now.phase, After))
    session.tick((happened(session, host.AWAY, 5.0),))
    wait(session, Paused)
    assert session.phase == Paused("away")
    click(session, "go on")
    play(session, until=lambda now: len(now.trials) == 2)
    assert (session.trials[1].attempt, session.trials[1].interrupted) == (1, ())


def test_after_the_last_try_of_a_game_no_try_is_added_by_a_sleep() -> None:
    session = in_a_trial(Block("ladybirds", 1))
    play(session, until=lambda now: isinstance(now.phase, After))
    session.tick((happened(session, host.AWAY, 5.0),))
    wait(session, Summary)
    assert len(session.trials) == 1


def test_a_demonstration_that_would_go_over_into_play_waits_for_somebody_and_another_one_just_goes_on() -> None:
    session = session_of(BROOK)
    session.tick((happened(session, host.AWAY, 5.0),))
    assert isinstance(session.phase, Demo)
    begin(session)
    rest_for(session, 0.2)
    assert isinstance(session.phase, Playing), "a press has answered it"
    known = Session(replace(plan_of(BROOK), known=("brook",)), GAMES)
    known.tick((happened(known, host.HIDDEN),))
    assert known.phase == Paused("hidden")


def test_a_hand_that_was_being_measured_is_measured_from_the_beginning() -> None:
    session = session_of("cup", grip="serial")
    wait(session, fitting.Firm, samples=lambda tick: [Sample("grip", to_ms(tick), 100.0 + tick % 3)])
    session.tick((happened(session, host.AWAY, 5.0),))
    assert isinstance(session.phase, fitting.Tare)


def test_a_long_sleep_ends_the_practice_and_what_was_done_stays() -> None:
    session = in_a_trial(LADYBIRDS)
    play(session, until=lambda now: len(now.trials) == 1)
    frame = session.tick((happened(session, host.AWAY, host.LONG_S),))
    assert (frame.over, session.deserted) == (True, True)
    assert frame.end is not None
    assert (frame.end.how, len(session.trials)) == ("away", 1)


@pytest.mark.parametrize("phase", [Demo, Paused, Rest])
@pytest.mark.usefixtures("_soon")
def test_where_nobody_is_for_ten_minutes_the_practice_ends(phase: type[object]) -> None:
    session = session_of(BROOK) if phase is Demo else in_a_trial(Block("ladybirds", 4), rest_after=2)
    if phase is Rest:
        play(session, until=lambda now: isinstance(now.phase, Rest))
    elif phase is Paused:
        session.tick((happened(session, host.AWAY, 5.0),))
    rest_for(session, LONG_S - 2)
    assert isinstance(session.phase, phase)
    assert not session.over
    rest_for(session, 3)
    assert session.end is not None
    assert (session.over, session.deserted, session.end.how) == (True, True, "away")


@pytest.mark.usefixtures("_soon")
def test_a_sensor_that_streams_all_night_is_nobody() -> None:
    session = session_of(BROOK)
    while not session.over:
        assert session.now <= seconds(host.LONG_S)
        session.tick((Sample("grip", to_ms(session.now), 100.0 + session.now % 3),) if session.now % 2 else ())
    assert session.deserted


@pytest.mark.usefixtures("_soon")
def test_a_summary_that_nobody_leaves_goes_and_the_end_stays_as_it_was() -> None:
    session = in_a_trial(Block("ladybirds", 1))
    play(session, until=lambda now: isinstance(now.phase, Summary))
    rest_for(session, host.LONG_S + 1)
    assert session.end is not None
    assert (session.over, session.deserted, session.end.how) == (True, True, "done")


@pytest.mark.usefixtures("_soon")
def test_a_stop_without_a_reason_counts_as_one_when_nobody_comes_back() -> None:
    session = Session(replace(plan_of(BROOK), day=today()), GAMES)
    session.tick((key(session, "ESCAPE"),))
    frames = rest_for(session, host.LONG_S + 1)
    assert session.end is not None
    assert (session.over, session.end.how) == (True, "stopped")
    assert [told.event.kind for frame in frames for told in frame.told] == ["stop"]


@pytest.mark.usefixtures("_soon")
def test_while_it_hurts_nobody_need_do_anything() -> None:
    session = in_a_trial()
    session._go(Waiting(session.now, session.now + seconds(40)))
    rest_for(session, 39)
    assert not session.over


def test_on_another_screen_a_millimetre_is_so_many_more_units_from_the_next_attempt_on() -> None:
    session = in_a_trial(profile=Profile(units_per_mm=4.0))
    before = session.scene()
    session.tick((happened(session, host.SCREEN, 2.0),))
    assert session.plan.profile.units_per_mm == 2.0
    rest_for(session, 1.0)
    click(session, "go on")
    assert isinstance(session.phase, Playing)
    assert session.scene() != before
    assert session._setting(session._turn()).units_per_mm == 2.0


def test_a_game_on_the_seen_part_of_the_stage_keeps_its_own_scale_on_another_screen() -> None:
    profile = Profile(units_per_mm=4.0)
    left = replace(profile, unseen=profile.hand.other)
    session = in_a_trial(profile=left)
    session.tick((happened(session, host.SCREEN, 2.0),))
    assert session._as_played.units_per_mm == session.focus.units_per_mm(2.0) > 2.0


def recorded(told: Callable[[Session], Sequence[Sample]]) -> tuple[Session, list[str]]:
    """Play with a simulated patient while something is told of the computer; return the session and its recording."""
    plan = plan_of(Block("brook", 2), Block("ladybirds", 2), seed=4)
    session, patient = Session(plan, GAMES), Patient(Traits(0.8, lapse=0.0), 4)
    lines = [header_line(to_header(plan))]
    while not session.over and session.now < seconds(400):
        lines += session.tick((*patient.samples(session), *told(session))).lines
    return session, lines


def test_a_practice_with_a_sleep_a_hidden_window_and_another_screen_replays_to_the_very_same_trials() -> None:
    def told(session: Session) -> Sequence[Sample]:
        playing = isinstance(session.phase, Playing) and session.now - session.phase.since == 30
        if not playing or session.phase.attempt > 1:  # type: ignore[union-attr]
            return ()
        rows = [(host.SCREEN, 3.2), (host.AWAY, 6.0), (host.HIDDEN, 0.0)]
        return [happened(session, *rows[len(session.trials)])] if len(session.trials) < len(rows) else ()

    session, lines = recorded(told)
    assert [trial.interrupted for trial in session.trials] == [("screen",), ("away",), ("hidden",), ()]
    seen = replay.verify(parse(lines), GAMES)
    assert (seen.difference, seen.trials) == ("", 4)
    without = [line for line in lines if not (line.startswith("[") and host.SCREEN in line)]
    assert not replay.verify(parse(without), GAMES).same, "the scale is in the recording, and nowhere else"


def test_a_practice_that_a_long_sleep_ended_replays_with_its_end() -> None:
    _, lines = recorded(lambda session: [happened(session, host.AWAY, 3600.0)] if len(session.trials) == 1 else [])
    assert json.loads(lines[-1])["end"]["how"] == "away"
    assert replay.verify(parse(lines), GAMES).same


def test_what_is_told_of_the_computer_is_read_from_its_samples() -> None:
    assert host.told((Sample("key.J", 0.0, 1.0),)) == host.Host()
    both = (Sample(host.SCREEN, 0.0, 3.0), Sample(host.AWAY, 0.0, 4.0), Sample(host.SCREEN, 0.0, 5.0))
    assert host.told(both) == host.Host("away", 4.0, 5.0)
