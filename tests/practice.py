"""Lay out practice sessions for the tests: plans, sessions, simulated patients, and ways to wait for a phase."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from app import rooms
from engine.game import AnyGame, Event, Outcome
from engine.phases import Demo, Phase
from engine.plan import Plan
from engine.profile import Profile
from engine.program import Block, Program
from engine.sample import Sample
from engine.session import Frame, Session
from engine.simulate import Patient, Traits
from engine.ticks import seconds, to_ms

GAMES = rooms.all_games()
LADDERS = rooms.all_ladders()
GENTLE = rooms.built_in_program()
LONGEST = seconds(1500)
WELL = ("start", "scale 0", "news no")  # the presses of a check-in of somebody who is well


def plan_of(
    *blocks: Block | str, seed: int = 1, profile: Profile | None = None, grip: str = "keys", tap: str = "keys",
    trace: str = "mouse", program: Program = GENTLE, **changes: Any,
) -> Plan:  # fmt: skip
    """Return a plan of blocks (a game's name stands for 3 trials of it), with ``changes`` made to the program."""
    made = tuple(Block(block, 3) if isinstance(block, str) else block for block in blocks)
    program = replace(program, blocks=made or (Block("ladybirds", 3),), **changes)
    return Plan(seed, profile or Profile(), program, LADDERS, {"tap": tap, "grip": grip, "trace": trace})  # type: ignore[dict-item]


def session_of(*blocks: Block | str, **changes: Any) -> Session:
    """Return a session of ``plan_of`` the same arguments."""
    return Session(plan_of(*blocks, **changes), GAMES)


def play(
    session: Session, ability: float = 0.8, seed: int = 1, until: Callable[[Session], bool] | None = None
) -> list[Frame]:
    """Let a simulated patient play until ``until`` is true or the session is over; return the frames."""
    patient = Patient(Traits(ability, lapse=0.0), seed)
    frames: list[Frame] = []
    while not session.over and not (until and until(session)):
        assert session.now < LONGEST, f"still in {session.phase} after {session.now} ticks"
        frames.append(session.tick(patient.samples(session)))
    return frames


def wait(
    session: Session, *kinds: type[Any], most_s: float = 60.0, samples: Callable[[int], Sequence[Sample]] | None = None
) -> None:
    """Tick until the session is in one of the phases ``kinds``."""
    last = session.now + seconds(most_s)
    while not isinstance(session.phase, kinds):
        assert session.now < last, f"still in {session.phase}"
        session.tick(samples(session.now) if samples else ())


def rest_for(session: Session, s: float) -> list[Frame]:
    """Let ``s`` seconds pass in which nobody does anything."""
    return [session.tick() for _ in range(seconds(s))]


def key(session: Session, name: str, down: bool = True) -> Sample:
    """Return the sample of a key that goes down or up now."""
    return Sample(f"key.{name}", to_ms(session.now), 1.0 if down else 0.0)


def mouse(session: Session, x: float, y: float, down: bool = False) -> Sample:
    """Return the sample of the pointer at a stage point now."""
    return Sample("mouse", to_ms(session.now), 1.0 if down else 0.0, x, y)


def press(session: Session, name: str) -> list[Frame]:
    """Press and let go of a key."""
    return [session.tick((key(session, name),)), session.tick((key(session, name, down=False),))]


def click(session: Session, action: str) -> list[Frame]:
    """Press and let go of the button of ``action`` that is on the screen now."""
    button = next(button for button in session.scene().buttons if button.action == action)
    down = session.tick((mouse(session, button.x, button.y, down=True),))
    return [down, session.tick((mouse(session, button.x, button.y),))]


def begin(session: Session) -> None:
    """Press the start button of a demonstration once it may be pressed."""
    rest_for(session, 1.0)
    press(session, "ENTER")  # while no focus is to be seen, this only shows it
    if isinstance(session.phase, Demo):
        press(session, "ENTER")


def outcome_of(
    game: AnyGame, state: Any, events: Callable[[int, Any], Iterable[Event]], most_s: float = 60.0
) -> Outcome:
    """Return the outcome of ``game`` from ``state``, given the events of each (tick, state)."""
    for tick in range(seconds(most_s)):
        step = game.step(state, tick, tuple(events(tick, state)))
        if step.outcome is not None:
            return step.outcome
        state = step.state
    raise AssertionError(f"no end after {most_s} s: {state}")


def phase_is(*kinds: type[Any]) -> Callable[[Session], bool]:
    """Return the test whether a session is in one of these phases."""
    return lambda session: isinstance(session.phase, kinds)


__all__ = ["GAMES", "GENTLE", "LADDERS", "Phase", "Sample", "Session"]
