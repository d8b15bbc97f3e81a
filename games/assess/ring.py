"""Ring: touch eleven places on a ring, each across from the one before.

The multi-directional task of ISO 9241-411: the first touch begins it, and eleven movements follow. Each place is judged
by the first touch, on it or beside; where that was, is what is measured.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from math import cos, hypot, log2, pi, sin

from engine import measures
from engine.chance import Chance
from engine.game import Cue, Event, Game, Intent, Nudge, Outcome, Point, Result, Setting, Step, Tap, Touch
from engine.level import number
from engine.measures import mean, median, rounded
from engine.scene import STAGE_H, STAGE_W, Circle, Pair, Picture, Scene, Shape
from engine.ticks import to_ms

TREMBLE_MS, FIRST_MS, NOTHING_MS, END_MS = 180.0, 350.0, 20_000.0, 400.0
ROOM, MIDDLE_Y = 600.0, -45.0
TIP_SIZE = 0.5
RUNGS = ({"places": 11, "ring_mm": 105, "target_mm": 16},)


@dataclass(frozen=True, slots=True)
class Params:
    """How many places there are, how wide the ring is through their middles, and how wide each of them is."""

    places: int = number(5, 25, whole=True)
    ring_mm: float = number(40, 200)
    target_mm: float = number(6, 40)


@dataclass(frozen=True, slots=True)
class State:
    """A ring on its way: ``touches`` are (x, y, at) of each place's first touch; ``tip`` is what the keys push."""

    params: Params
    setting: Setting
    places: tuple[Pair, ...]
    touches: tuple[tuple[float, float, float], ...] = ()
    strays: int = 0
    tip: Pair = (0.0, -10.0)
    led: bool = False
    nudged: bool = False
    now_ms: float = 0.0
    ended_ms: float | None = None

    @property
    def asks(self) -> bool:
        """Tell whether a place is to be touched now."""
        return self.ended_ms is None and self.now_ms >= FIRST_MS


def start(params: Params, chance: Chance, setting: Setting) -> State:
    """Return the item; the ring is smaller where the stage is too small for it, the places with it."""
    whole_mm = params.ring_mm + params.target_mm
    scale = min(1.0, ROOM / setting.units_per_mm / whole_mm)
    r, mid = params.ring_mm * scale / 2, MIDDLE_Y / setting.units_per_mm
    order = [k * ((params.places + 1) // 2) % params.places for k in range(params.places + 1)]
    turns = [pi / 2 - 2 * pi * k / params.places for k in order]
    params = replace(params, ring_mm=rounded(params.ring_mm * scale), target_mm=rounded(params.target_mm * scale))
    places = tuple((rounded(r * cos(turn)), rounded(mid + r * sin(turn))) for turn in turns)
    return State(params, setting, places, led=setting.played_with == "keys")


def step(state: State, tick: int, events: tuple[Event, ...]) -> Step[State]:
    """Return the item one tick later."""
    state, cues = replace(state, now_ms=to_ms(tick)), []
    if state.ended_ms is not None:
        return Step(state, (), _outcome(state) if state.now_ms - state.ended_ms >= END_MS else None)
    for event in events:
        before = len(state.touches)
        state = _felt(state, event)
        if len(state.touches) > before:
            cues.append(Cue("tap", *_stage(state.places[before], state.setting), level=0.6))
    since_ms = state.touches[-1][2] if state.touches else 0.0
    if len(state.touches) == len(state.places) or state.now_ms - since_ms > NOTHING_MS:
        state = replace(state, ended_ms=state.now_ms)
    return Step(state, tuple(cues))


def _felt(state: State, event: Event) -> State:
    if isinstance(event, Nudge):
        wide, high = STAGE_W / 2 / state.setting.units_per_mm, STAGE_H / 2 / state.setting.units_per_mm
        x, y = state.tip[0] + event.dx_mm, state.tip[1] + event.dy_mm
        tip = rounded(max(-wide, min(wide, x))), rounded(max(-high, min(high, y)))
        return replace(state, tip=tip, led=True, nudged=True)
    if isinstance(event, Tap):
        return _touched(state, state.tip, event.at_ms) if state.led else replace(state, led=True)
    if isinstance(event, Point) and event.phase == "down":
        place = (event.x_mm, event.y_mm)
        return _touched(replace(state, tip=place, led=False), place, event.at_ms)
    return state


def _touched(state: State, place: Pair, at_ms: float) -> State:
    """Take the first touch of the place that is asked for; one that trembled, or that nothing asked for, is a stray."""
    last_ms = state.touches[-1][2] if state.touches else -1000.0
    if not state.asks or len(state.touches) == len(state.places) or at_ms - last_ms < TREMBLE_MS:
        return replace(state, strays=state.strays + 1)
    return replace(state, touches=(*state.touches, (*place, at_ms)))


# What was measured


def _outcome(state: State) -> Outcome:
    away = [hypot(x - px, y - py) for (x, y, _), (px, py) in zip(state.touches, state.places, strict=False)]
    found = [
        ("touches", float(len(state.touches))), ("strays", float(state.strays)), ("nudged", float(state.nudged)),
        ("ring_mm", state.params.ring_mm), ("target_mm", state.params.target_mm),
    ]  # fmt: skip
    if away:
        on = mean([float(d <= state.params.target_mm / 2) for d in away])
        found += [("on_target", rounded(on)), ("away_mm", rounded(mean(away)))]
    found += _movements(state)
    if not state.touches:
        return Outcome(Result.OMISSION, "no-try", tuple(found))
    whole = len(state.touches) == len(state.places)
    return Outcome(Result.HIT if whole else Result.MISS, "" if whole else "unfinished", tuple(found))


def _movements(state: State) -> list[tuple[str, float]]:
    """Return time and throughput of the movements from touch to touch (Soukoreff & MacKenzie 2004)."""
    pairs = list(pairwise(state.touches))
    if len(pairs) < 5:
        return []
    times_s = [(b[2] - a[2]) / 1000 for a, b in pairs]
    starts, ends = [a[:2] for a, _ in pairs], [b[:2] for _, b in pairs]
    rate = measures.throughput(starts, state.places[1 : 1 + len(pairs)], ends, times_s)
    found = [("movement_ms", rounded(1000 * median(times_s)))]
    if rate is None:
        return found
    return [*found, ("throughput", rounded(rate.bits_per_s)), ("width_mm", rounded(rate.width_mm))]


# What is seen


def _stage(place: Pair, setting: Setting) -> Pair:
    return STAGE_W / 2 + place[0] * setting.units_per_mm, STAGE_H / 2 + place[1] * setting.units_per_mm


def scene(state: State) -> Scene:
    """Return the picture: the ring of places on a sheet, and the one to touch now."""
    size, now = state.params.target_mm * state.setting.units_per_mm / 2, len(state.touches)
    shapes: list[Shape] = []
    for k, place in enumerate(state.places[: state.params.places]):
        shapes.append(Circle(*_stage(place, state.setting), size, "good" if k < now else "card", "line", 4))
    if now < len(state.places) and state.asks:
        x, y = _stage(state.places[now], state.setting)
        shapes += [Circle(x, y, size, "target", "ink", 5), Circle(x, y, size + 14, line="focus", line_width=7)]
    if state.led:
        x, y = _stage(state.tip, state.setting)
        shapes.append(Picture("hand-point", x + 90 * TIP_SIZE, y - 200 * TIP_SIZE, 420 * TIP_SIZE, 520 * TIP_SIZE))
    return Scene("letters-desk", tuple(shapes))


def intent(state: State) -> Intent | None:
    """Return the place to touch now."""
    return Touch(*state.places[len(state.touches)]) if state.asks and len(state.touches) < len(state.places) else None


def index(params: Params) -> float:
    """Return the demand in bits, ordinal: of one movement (Fitts 1954, Shannon form)."""
    return log2(params.ring_mm / params.target_mm + 1)


GAME = Game("assess-ring", "aim", Params, start, step, scene, intent, index, self_paced=lambda _: True)
