"""One switch points by two lines that sweep: the first press says where across, the second how high."""

from dataclasses import replace

import pytest
from practice import GAMES, key, plan_of

from engine import sweep
from engine.game import Nudge, Point, Tap, Touch
from engine.hand import Finger, Side
from engine.phases import Playing
from engine.plan import to_header
from engine.profile import Profile
from engine.program import Block
from engine.recording import header_line, parse
from engine.replay import verify
from engine.scene import Path
from engine.session import Session
from engine.sweep import Sweep

PRESS = (Tap(Finger.THUMB, 0.0),)


def swept(events: tuple = (), ticks: int = 1, start: Sweep | None = None) -> tuple[Sweep, list]:  # type: ignore[type-arg]
    """Return the sweep after some ticks, of which the first has events, and all that the game was told."""
    now, told = start or Sweep(), []
    for tick in range(ticks):
        now, more = sweep.step(now, events if not tick else (), 4.6, 2.5, True, tick * 8.0)
        told.extend(more)
    return now, told


def test_the_fingertip_begins_at_a_corner_and_sweeps_to_and_fro() -> None:
    now, told = swept(ticks=2)
    assert now.axis == "x"
    assert all(isinstance(event, Nudge) for event in told)
    places = [swept(ticks=n)[0].x_mm for n in (2, 600, 1180, 1500, 2400)]
    assert places[0] < places[1] < places[2] > places[3] > places[4]


def test_the_first_press_sets_across_the_second_touches_there() -> None:
    across, _ = swept(ticks=500)
    up, told = swept(PRESS, 300, across)
    assert up.axis == "y"
    assert up.x_mm == across.x_mm
    assert not any(isinstance(event, Tap) for event in told)
    done, told = swept((Point(0, 0, "down", 0.0),), 1, up)
    assert [type(event) for event in told] == [Tap]
    assert done.axis == "x"


def test_nothing_moves_and_no_press_counts_while_nothing_is_asked() -> None:
    now, _ = swept(ticks=100)
    assert sweep.step(now, PRESS, 4.6, 2.5, False, 0.0) == (now, ())


def test_the_lines_are_seen_one_at_first_then_both() -> None:
    assert sweep.shapes(Sweep(), 4.6) == ()
    assert [type(s) for s in sweep.shapes(Sweep(axis="x"), 4.6)] == [Path]
    assert [type(s) for s in sweep.shapes(Sweep(axis="y"), 4.6)] == [Path, Path]


def played(profile: Profile, trials: int = 1) -> tuple[Session, list[str], list[int]]:
    """Let a patient with one switch close a coat; return the session, its recording and its presses."""
    plan = plan_of(Block("buttons", trials, 3), profile=profile)
    plan = replace(plan, played_with={**plan.played_with, "aim": "switch"})
    session, down, last = Session(plan, GAMES), False, -100
    lines, presses = [header_line(to_header(plan))], []
    while not session.over:
        assert session.now < 30_000
        samples = []
        if down:
            samples, down = [key(session, "SPACE", False)], False
        elif wants_to_press(session, last):
            samples, down, last = [key(session, "SPACE")], True, session.now
            presses.append(session.now)
        lines.extend(session.tick(samples).lines)
    return session, lines, presses


def wants_to_press(session: Session, last: int) -> bool:
    """Tell whether a line has come to where a touch is asked for, or a screen waits."""
    phase = session.phase
    if not isinstance(phase, Playing):
        return session.now - last > 100
    intent, line = session.game.intent(phase.state), phase.sweep
    if not isinstance(intent, Touch) or line is None or session.now - last < 40:
        return False
    off = line.x_mm - intent.x_mm if line.axis == "x" else line.y_mm - intent.y_mm
    return bool(line.axis) and abs(off) < 4


@pytest.mark.parametrize("unseen", [None, Side.LEFT])
@pytest.mark.parametrize("hand", list(Side))
def test_a_coat_is_closed_with_one_switch_and_replays_equal(hand: Side, unseen: Side | None) -> None:
    session, lines, _ = played(Profile(scan_s=1.5, hand=hand, unseen=unseen))
    assert [(trial.hit, trial.played_with) for trial in session.trials] == [(True, "switch")]
    assert verify(parse(lines), GAMES).difference == ""
