"""What the items of the grip share: a line of force to be followed once the hand is on it, and then let go.

The line does not run before the hand has come to where it begins. After its end the hand lets go, as quickly or as
slowly as it does; the item is over when the hand is open, or after 6 s. Nothing is asked above ``target`` + ``band``,
which with a margin lies under the cap that the program sets: ``asked`` is what the item would ask without a cap.
"""

from dataclasses import dataclass, replace

from engine import measures
from engine.chance import Chance
from engine.game import Cause, Cue, Event, Grip, Intent, Outcome, Result, Setting, Squeeze, Step
from engine.level import number
from engine.measures import mean, quantile, rounded
from engine.scene import Circle, Path, Scene, Shape
from engine.ticks import TICKS_PER_S, to_ms, to_ticks

OPEN, FROM = 0.02, 0.04
SETTLE_MS, REACH_MS = 250.0, 15_000.0
RELEASE_MS, OPENED_MS, END_MS = 6000.0, 300.0, 400.0
RESIDUAL_MS, STEADY_MS = 1100.0, 4000.0
LEFT, RIGHT, LOW, HIGH = 330.0, 1290.0, 150.0, 690.0
EVERY, GAUGE_TOP = 10, 0.44


@dataclass(frozen=True, slots=True)
class Params:
    """The force that is asked for and half the width of its band, as shares of the hand's own; how long it rises.

    ``asked`` is the force without a cap, ``rise_ms`` the time in which the line rises to ``target``, ``hold_ms`` how
    long it stays there.
    """

    asked: float = number(0.02, 0.60)
    target: float = number(0.02, 0.60)
    band: float = number(0.01, 0.10)
    hold_ms: float = number(500, 15_000)
    rise_ms: float = number(0, 15_000, default=0)


@dataclass(frozen=True, slots=True)
class State:
    """An item under way: ``phase`` is reach, follow, release or end.

    ``line`` is the force asked for at each tick, ``felt`` what was felt there, ``letting`` what was felt since the hand
    was to let go.
    """

    params: Params
    setting: Setting
    line: tuple[float, ...]
    phase: str = "reach"
    now_ms: float = 0.0
    since_ms: float = 0.0
    inside_ms: float | None = None
    open_ms: float | None = None
    force: float = 0.0
    peak: float = 0.0
    reached_ms: float = 0.0
    felt: tuple[float, ...] = ()
    letting: tuple[float, ...] = ()
    cause: Cause = ""

    @property
    def target(self) -> float:
        """Return the force that is asked for now."""
        return 0.0 if self.phase in ("release", "end") else self.line[min(len(self.felt), len(self.line) - 1)]


def start(params: Params, chance: Chance, setting: Setting) -> State:
    """Return the item before its line runs."""
    rise, hold = to_ticks(params.rise_ms), max(1, to_ticks(params.hold_ms))
    low = min(FROM, params.target)
    up = tuple(rounded(low + (params.target - low) * k / rise) for k in range(rise))
    return State(params, setting, (*up, *(params.target,) * hold))


def step(state: State, tick: int, events: tuple[Event, ...]) -> Step[State]:
    """Return the item one tick later."""
    felt = [event.share for event in events if isinstance(event, Grip)] or [state.force]
    state = replace(state, now_ms=to_ms(tick), force=felt[-1], peak=max(state.peak, *felt))
    return {"reach": _reach, "follow": _follow, "release": _release, "end": _end}[state.phase](state)


def _reach(state: State) -> Step[State]:
    if abs(state.force - state.target) <= state.params.band:
        since_ms = state.now_ms if state.inside_ms is None else state.inside_ms
        if state.now_ms - since_ms >= SETTLE_MS:
            took_ms = rounded(state.now_ms - SETTLE_MS)
            return Step(replace(state, phase="follow", reached_ms=took_ms), (Cue("go", level=0.6),))
        return Step(replace(state, inside_ms=since_ms))
    state = replace(state, inside_ms=None)
    if state.now_ms <= REACH_MS:
        return Step(state)
    cause: Cause = "no-try" if state.peak <= OPEN else "too-soft" if state.force < state.target else "too-hard"
    return Step(replace(state, phase="end", since_ms=state.now_ms, cause=cause))


def _follow(state: State) -> Step[State]:
    state = replace(state, felt=(*state.felt, rounded(state.force)))
    if len(state.felt) < len(state.line):
        return Step(state)
    return Step(replace(state, phase="release", since_ms=state.now_ms), (Cue("tock"),))


def _release(state: State) -> Step[State]:
    state = replace(state, letting=(*state.letting, rounded(state.force)))
    open_ms = (state.now_ms if state.open_ms is None else state.open_ms) if state.force <= OPEN else None
    state = replace(state, open_ms=open_ms)
    opened = open_ms is not None and state.now_ms - open_ms >= OPENED_MS
    late = state.now_ms - state.since_ms >= RELEASE_MS
    if (opened and state.now_ms - state.since_ms >= RESIDUAL_MS) or late:
        return Step(replace(state, phase="end", since_ms=state.now_ms), (Cue("set-down"),))
    return Step(state)


def _end(state: State) -> Step[State]:
    return Step(state, (), _outcome(state) if state.now_ms - state.since_ms >= END_MS else None)


# What was measured


def _outcome(state: State) -> Outcome:
    params = state.params
    lowered = float(params.target < params.asked)
    found = [("asked", params.asked), ("target", params.target), ("lowered", lowered), ("peak", rounded(state.peak))]
    if state.felt:
        found += [("reach_ms", state.reached_ms), *_followed(state), *_steady(state), *_let_go(state)]
    result = Result.HIT if not state.cause else Result.OMISSION if state.cause == "no-try" else Result.MISS
    return Outcome(result, state.cause, tuple(found))


def _followed(state: State) -> list[tuple[str, float]]:
    """Return how near the force was to the line: time in the band, error as it is and after its lag."""
    away = [felt - asked for felt, asked in zip(state.felt, state.line, strict=True)]
    found: list[tuple[str, float | None]] = [
        ("in_band", measures.time_in_target(state.felt, state.line, state.params.band)),
        ("away_p80", quantile([abs(d) for d in away], 0.8)),
    ]
    tracked = measures.tracking_error(state.felt, state.line, TICKS_PER_S)
    if tracked is not None:
        lag_ms = None if tracked.lag_s is None else 1000 * tracked.lag_s
        found += [("rmse", tracked.rmse), ("rmse_aligned", tracked.aligned_rmse), ("lag_ms", lag_ms)]
    return _known(*found)


def _steady(state: State) -> list[tuple[str, float]]:
    """Return the mean of the hold, and how steady it was where it is long enough to tell."""
    hold = state.felt[len(state.felt) - max(1, to_ticks(state.params.hold_ms)) :]
    steady = measures.force_cv(hold, TICKS_PER_S) if state.params.hold_ms >= STEADY_MS else None
    return [("mean", rounded(mean(hold))), *_known(("cv", steady))]


def _let_go(state: State) -> list[tuple[str, float]]:
    """Return how soon and how fast the hand opened, and what was left after one second."""
    level = state.felt[-1]
    found = measures.release((level, *state.letting), TICKS_PER_S, level) if level > OPEN else None
    if found is None:
        return []
    times_s = (("release_latency_ms", found.latency_s), ("release_ms", found.time_s))
    rows = [(name, None if time_s is None else 1000 * time_s) for name, time_s in times_s]
    return _known(*rows, ("residual", found.residual))


def _known(*rows: tuple[str, float | None]) -> list[tuple[str, float]]:
    return [(name, rounded(float(value))) for name, value in rows if value is not None]


# What is seen


def scene(state: State) -> Scene:
    """Return the picture: the line on a sheet with its band, and a mark as high as the force."""
    return Scene("letters-desk", (*_line(state), *_mark(state)))


def _height(share: float, state: State) -> float:
    """Return the height of a force; with the mouse it is the pointer's own height."""
    if state.setting.played_with == "mouse":
        return 130.0 + min(share, GAUGE_TOP) / GAUGE_TOP * 560.0
    top = max(0.16, 1.6 * (state.params.target + state.params.band))
    return LOW + min(share, top) / top * (HIGH - LOW)


def _across(ticks: float, state: State) -> float:
    return LEFT + (RIGHT - LEFT - 180) * ticks / len(state.line)


def _line(state: State) -> list[Shape]:
    every = [*range(0, len(state.line), EVERY), len(state.line) - 1]
    middle = [(_across(k, state), _height(state.line[k], state)) for k in every]
    wide = 2 * (_height(state.line[-1] + state.params.band, state) - _height(state.line[-1], state))
    end_x = middle[-1][0]
    let_go = ((end_x, middle[-1][1]), (end_x + 24, _height(0.0, state)), (RIGHT, _height(0.0, state)))
    felt = tuple((_across(k, state), _height(state.felt[k], state)) for k in range(0, len(state.felt), EVERY))
    shapes: list[Shape] = [
        Path(tuple(middle), "water", wide),
        Path(tuple(middle), "ink", 5, dash=18),
        Path(let_go, "ink", 5, dash=18),
    ]
    return [*shapes, *([Path(felt, "guide", 7)] if len(felt) > 1 else [])]


def _mark(state: State) -> list[Shape]:
    """Return the mark of the force, where the line is now; while it waits, a ring around the place to come to."""
    past = state.phase in ("release", "end")
    x = (_across(len(state.line), state) + RIGHT) / 2 + 30 if past else _across(len(state.felt), state)
    y, to = _height(state.force, state), _height(state.target, state)
    shapes: list[Shape] = [Path(((x, _height(0.0, state)), (x, y)), "line", 6)]
    if state.phase in ("reach", "release"):
        shapes.append(Circle(x, to, 46, line="focus", line_width=8))
    if abs(y - to) > 60 and state.phase != "end":
        head = to + (52 if y > to else -52)
        shapes.append(Path(((x, y + (30 if to > y else -30)), (x, head)), "focus", (14, 5)))
    return [*shapes, Circle(x, y, 28, "card", "ink", 5), Circle(x, y, 18, "target")]


def intent(state: State) -> Intent | None:
    """Return the force to aim for now."""
    return Squeeze(state.target)


def index(params: Params) -> float:
    """Return the demand, ordinal: the force in its band, and the time."""
    return params.asked / params.band + (params.hold_ms + params.rise_ms) / 1000


def peak(params: Params) -> float:
    """Return the largest force asked for: the target and its band."""
    return params.target + params.band
