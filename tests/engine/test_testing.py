"""Check that a game that breaks its contract is caught and told how: a contract that cannot break is none."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from engine.game import AnyGame, Game, Outcome, Press, Result, Setting, Step, Tap
from engine.hand import Finger
from engine.level import ladder, number, parse
from engine.scene import Circle, Picture, Scene
from engine.testing import Broken, check_game


@dataclass(frozen=True, slots=True)
class Params:
    """How long a thing waits."""

    wait_ms: float = number(100, 10_000)


@dataclass(frozen=True, slots=True)
class State:
    """The time; ``notes`` is for a careless game."""

    now: int = 0
    notes: Any = ()


@dataclass(slots=True)
class Loose:
    """A state that is not frozen."""

    now: int = 0


def start(params: Params, chance: Any, setting: Setting) -> State:
    return State()


def step(state: State, tick: int, events: tuple[Any, ...]) -> Step[State]:
    pressed = any(isinstance(event, Tap) for event in events)
    if pressed:
        return Step(state, (), Outcome(Result.HIT, measures=(("took", round(tick / 120, 4)),)))
    if tick > 1200:
        return Step(state, (), Outcome(Result.OMISSION, "no-try"))
    return Step(replace(state, now=tick))


def scene(state: State) -> Scene:
    return Scene("table", (Circle(800, 450, 20, "target"),))


GOOD: AnyGame = Game("press", "tap", Params, start, step, scene, lambda s: Press(Finger.INDEX, 0, 0), lambda p: 1.0)
LEVEL = 'game = "press"\nrung = 1\nname = "x"\nchanges = "first"\n[params]\nwait_ms = 500\n'
LADDER = ladder([parse(LEVEL, "levels/press/01.toml", {"press": Params})])
memory: list[int] = []


def test_a_good_game_keeps_its_contract() -> None:
    check_game(GOOD, LADDER)


def noting(state: State, tick: int, events: tuple[Any, ...]) -> Step[State]:
    made = step(state, tick, events)
    return replace(made, state=replace(made.state, notes=[tick]))


def remembering(state: State, tick: int, events: tuple[Any, ...]) -> Step[State]:
    made = step(state, tick, events)
    if made.outcome is not None and made.outcome.result == "hit":
        memory.append(tick)
        return replace(made, outcome=replace(made.outcome, measures=(("nth", float(len(memory))),)))
    return made


def ending(outcome: Outcome) -> Callable[..., Step[State]]:
    def stepped(state: State, tick: int, events: tuple[Any, ...]) -> Step[State]:
        made = step(state, tick, events)
        hit = made.outcome is not None and made.outcome.result == "hit"
        return replace(made, outcome=outcome) if hit else made

    return stepped


def endless(state: State, tick: int, events: tuple[Any, ...]) -> Step[State]:
    made = step(state, tick, events)
    return replace(made, outcome=None) if made.outcome and made.outcome.cause else made


def deaf(state: State, tick: int, events: tuple[Any, ...]) -> Step[State]:
    return step(state, tick, ())


def unkind(state: State, tick: int, events: tuple[Any, ...]) -> Step[State]:
    made = step(state, tick, events)
    gone = made.outcome is not None and made.outcome.cause == "no-try"
    return replace(made, outcome=Outcome(Result.MISS, "too-late")) if gone else made


def late(state: State) -> Scene:
    return Scene("table", (Picture("boat", 1, 1, 1, 1),) if state.now > 60 else ())


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("a state that is not frozen", {"start": lambda *_: Loose()}, "a state can be changed in place"),
    ("a list in its state", {"start": lambda *_: State(notes=[])}, "a state can be changed in place"),
    ("a list that comes later", {"step": noting}, "a state can be changed in place"),
    ("remembers other trials", {"step": remembering}, "the same events gave"),
    ("a hit with a cause", {"step": ending(Outcome(Result.HIT, "too-late"))}, "a hit has the cause 'too-late'"),
    ("a miss of a faultless player", {"step": ending(Outcome(Result.MISS, "too-late"))}, "a faultless player gets"),
    ("a measure not rounded", {"step": ending(Outcome(Result.HIT, measures=(("x", 1 / 3),)))}, "not rounded to"),
    ("never ends when left alone", {"step": endless}, "left alone: never ends"),
    ("does not hear", {"step": deaf}, "a faultless player gets"),
    ("blames who does nothing", {"step": unkind}, "left alone: gives miss, not an omission"),
    ("draws far off the stage", {"scene": lambda s: Scene("table", (Circle(9000, 0, 5),))}, "lies far off the stage"),
    ("a scene that is no plain value", {"scene": lambda s: Scene("table", ([1],))}, ""),
    ("a picture that comes late", {"scene": late}, "boat would be loaded in mid-trial"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "fault", "said"), BAD, ids=[row[0] for row in BAD])
def test_a_bad_game_is_caught_and_told_how(what: str, fault: dict[str, Any], said: str) -> None:
    with pytest.raises((Broken, TypeError) if not said else Broken) as caught:
        check_game(replace(GOOD, **fault), LADDER)
    assert said in str(caught.value)
    if said:
        assert str(caught.value).startswith("press, ")
