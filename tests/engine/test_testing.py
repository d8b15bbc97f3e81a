"""Check that a game that breaks its contract is caught and told how: a contract that cannot break is none."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import nan
from typing import Any

import pytest
from practice import GAMES, LADDERS

from engine.game import AnyGame, Follow, Game, Grip, Just, Outcome, Press, Result, Setting, Squeeze, Step, Tap
from engine.hand import Finger
from engine.level import ladder, number, parse
from engine.scene import Circle, Picture, Scene
from engine.testing import STEERINGS, Broken, Steered, Steering, check_game, check_just, steer
from engine.ticks import to_ms


@dataclass(frozen=True, slots=True)
class Params:
    """How long a thing waits."""

    wait_ms: float = number(100, 10_000)


@dataclass(frozen=True, slots=True)
class State:
    """The time and how long it waits; ``notes`` is for a careless game."""

    now: int = 0
    notes: Any = ()
    wait_ms: float = 3000.0


@dataclass(slots=True)
class Loose:
    """A state that is not frozen."""

    now: int = 0
    wait_ms: float = 3000.0


def start(params: Params, chance: Any, setting: Setting) -> State:
    return State(wait_ms=params.wait_ms)


def step(state: State, tick: int, events: tuple[Any, ...]) -> Step[State]:
    pressed = [event for event in events if isinstance(event, Tap)]
    if pressed:
        took_ms = round(pressed[0].at_ms, 4)
        hit = took_ms <= state.wait_ms
        measures, just = (("took", round(tick / 120, 4)),), (("wait_ms", took_ms),)
        return Step(state, (), Outcome(Result.HIT if hit else Result.MISS, "" if hit else "too-late", measures, just))
    if tick > 1200:
        return Step(state, (), Outcome(Result.OMISSION, "no-try"))
    return Step(replace(state, now=tick))


def scene(state: State) -> Scene:
    return Scene("table", (Circle(800, 450, 20, "target"),))


def index(params: Params) -> float:
    return -params.wait_ms


GOOD: AnyGame = Game("press", "tap", Params, start, step, scene, lambda s: Press(Finger.INDEX, 0, 0), index)
LEVEL = 'game = "press"\nrung = 1\nname = "x"\nchanges = "first"\n[params]\nwait_ms = { easy = 5000, hard = 1000 }\n'
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


def stating(changed: Callable[[Outcome, State], dict[str, Any]]) -> Callable[..., Step[State]]:
    """Return the step of a game that says something else of what would just have been passed."""

    def stepped(state: State, tick: int, events: tuple[Any, ...]) -> Step[State]:
        made = step(state, tick, events)
        if made.outcome is None or not made.outcome.just:
            return made
        return replace(made, outcome=replace(made.outcome, **changed(made.outcome, state)))

    return stepped


def just(name: str, value: float) -> dict[str, Any]:
    return {"just": ((name, round(value, 4)),)}


def took(outcome: Outcome) -> float:
    return outcome.just[0][1]


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
    ("a tenth too much", {"step": stating(lambda o, s: just("wait_ms", took(o) * 1.1))}, "but passes at"),
    ("a tenth too little", {"step": stating(lambda o, s: just("wait_ms", took(o) * 0.9))}, "but fails at"),
    ("the time that was left", {"step": stating(lambda o, s: just("wait_ms", 2 * s.wait_ms - took(o)))}, "but it was"),
    ("whatever was asked", {"step": stating(lambda o, s: just("wait_ms", s.wait_ms))}, "but passes at"),
    ("always the best", {"step": stating(lambda o, s: just("wait_ms", 0))}, "but fails at 100"),
    ("always the worst", {"step": stating(lambda o, s: just("wait_ms", 10_000))}, "but it was played at"),
    ("the worst of misses", {"step": stating(lambda o, s: {} if not o.cause else just("wait_ms", 10_000))},
     "difficulty 0, but passes at 0"),
    ("at most, and too little", {"step": stating(lambda o, s: {} if not o.cause else {
        "cut_short": True, **just("wait_ms", took(o) * 1.1)})}, "but passes at"),
    ("a time that is no parameter", {"step": stating(lambda o, s: just("patience", took(o)))},
     "patience is not a number of press"),
    ("a time that is no number", {"step": stating(lambda o, s: {"just": (("wait_ms", nan),)})},
     "just wait_ms is nan"),
    ("a time not rounded", {"step": stating(lambda o, s: {"just": (("wait_ms", took(o) / 3),)})}, "not rounded to"),
    ("nothing at all", {"step": stating(lambda o, s: {"just": ()})}, "no steered trial just passed a difficulty above"),
    ("nothing of misses", {"step": stating(lambda o, s: {"just": () if o.cause else o.just})},
     "no steered trial just passed a difficulty below"),
    ("an index that knows no time", {"index": lambda p: 1.0}, "the index of press does not depend on wait_ms"),
    ("an index that is upside down", {"index": lambda p: p.wait_ms}, "but it was played at"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "fault", "said"), BAD, ids=[row[0] for row in BAD])
def test_a_bad_game_is_caught_and_told_how(what: str, fault: dict[str, Any], said: str) -> None:
    with pytest.raises((Broken, TypeError) if not said else Broken) as caught:
        check_game(replace(GOOD, **fault), LADDER)
    assert said in str(caught.value)
    if said:
        assert str(caught.value).startswith("press, ")


def test_a_miss_that_was_cut_short_may_state_less_than_it_needed() -> None:
    """It says at most: what it would have taken in the end is not known."""
    shy = stating(lambda o, s: {} if not o.cause else {"cut_short": True, **just("wait_ms", (took(o) + s.wait_ms) / 2)})
    check_game(replace(GOOD, step=shy), LADDER)
    assert check_just(replace(GOOD, step=shy), LADDER) == {"above", "at most"}
    assert check_just(GOOD, LADDER) == {"above", "below"}


# The real games, with a fault planted in what they state


def lying(game: AnyGame, name: str, changed: Callable[[float], float]) -> AnyGame:
    """Return the game, but for what it states of one parameter."""

    def told(pair: Just) -> Just:
        return (name, round(changed(pair[1]), 4)) if pair[0] == name else pair

    def stepped(state: Any, tick: int, events: tuple[Any, ...]) -> Step[Any]:
        made = game.step(state, tick, events)
        if made.outcome is None:
            return made
        return replace(made, outcome=replace(made.outcome, just=tuple(told(pair) for pair in made.outcome.just)))

    return replace(game, step=stepped)


STATED = [("ladybirds", "limit_ms"), ("cup", "band"), ("cup", "reach_ms"), ("cup", "lower_ms"), ("brook", "width_mm"),
          ("brook", "limit_ms")]  # fmt: skip
OFF = {"a little more": lambda v: v * 1.03, "a little less": lambda v: v * 0.97}


@pytest.mark.parametrize("off", list(OFF))
@pytest.mark.parametrize(("game", "name"), STATED)
def test_a_real_game_that_states_a_little_too_much_or_too_little_is_caught(game: str, name: str, off: str) -> None:
    with pytest.raises(Broken, match=f"^{game}, difficulty .* states to just pass {name} .*, but "):
        check_just(lying(GAMES[game], name, OFF[off]), LADDERS[game])


UNSTEADY, HASTY, LATE = STEERINGS[1], replace(STEERINGS[1], lower_per_s=0.25), replace(STEERINGS[2], late_ms=1400)


@pytest.mark.parametrize(("game", "steering"), [("ladybirds", LATE), ("cup", HASTY), ("brook", UNSTEADY)])
def test_one_and_the_same_hand_hits_and_misses_and_both_times_what_it_would_just_have_passed_is_exact(
    game: str, steering: Steering
) -> None:
    assert check_just(GAMES[game], LADDERS[game], (steering,)) >= {"above", "below"}


# The steered player


OFTEN = Steering(late_ms=500, away=0.02, lower_per_s=0.1, aside_mm=3.0, speed_mm_s=60.0)


def test_a_steered_player_presses_so_long_after_it_was_asked() -> None:
    player, pressed = Steered(OFTEN), []
    for tick in range(1, 300):
        player, events = steer(player, Press(Finger.RING, 0.0, 0.0) if tick >= 30 else None, tick)
        pressed += [event.at_ms for event in events if isinstance(event, Tap)]
    asked_ms = to_ms(29)
    assert pressed[0] == pytest.approx(asked_ms + 350)
    assert pressed[1] - pressed[0] == pytest.approx(500, abs=9)


def test_a_steered_player_squeezes_at_once_and_soon_by_so_much_beside_what_is_asked() -> None:
    player, forces = Steered(OFTEN), []
    for tick in range(360):
        player, (grip,) = steer(player, Squeeze(0.15 if tick < 240 else 0.0), tick)
        assert isinstance(grip, Grip)
        forces.append(grip.share)
    assert set(forces[:72]) == {0.15}
    assert forces[72] == pytest.approx(0.17)
    assert {round(abs(force - 0.15), 3) for force in forces[72:240]} <= {n / 1000 for n in range(15, 21)}
    assert min(forces[72:240]) < 0.15
    assert forces[240] - forces[300] == pytest.approx(0.05, abs=1e-6)


def test_a_steered_player_leads_evenly_and_by_so_much_beside_the_way() -> None:
    player, at, far = Steered(OFTEN), 0.0, 0.0
    for tick in range(240):
        player, (point,) = steer(player, Follow(((at, 0.0), (at + 50.0, 0.0))), tick)
        at, far = point.x_mm, max(far, abs(point.y_mm))  # type: ignore[union-attr]
    assert at == pytest.approx(239 * 60 / 120, abs=0.01)
    assert far == pytest.approx(3.0, abs=0.01)


def test_the_ways_to_err_differ_in_everything() -> None:
    for name in ("late_ms", "away", "lower_per_s", "aside_mm", "speed_mm_s"):
        assert len({getattr(steering, name) for steering in STEERINGS}) == len(STEERINGS)
