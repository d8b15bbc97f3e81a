"""Trace: lead the pencil along a line, along waves, along a spiral, at one's own pace and near the middle.

The pencil may be lifted and set down again near where it was. The item is over at the end of the line, or after 60 s.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from math import cos, fsum, hypot, pi, sin

from engine import measures
from engine.chance import Chance
from engine.game import Cue, Event, Follow, Game, Intent, Nudge, Outcome, Point, Result, Setting, Step
from engine.level import choice, number
from engine.measures import rounded
from engine.scene import STAGE_H, STAGE_W, Circle, Pair, Path, Picture, Scene, Shape
from engine.ticks import TICKS_PER_S, to_ms

STEP_MM, BACK, AHEAD, REACH_MM = 1.0, 5, 20, 20.0
ARRIVED, NOTHING_MS, NEVER_MS, END_MS = 0.97, 30_000.0, 60_000.0, 500.0
TAP_MS, TAP_MM = 350.0, 6.0
EVERY, LEAST = 2, 30
ROOM_W, ROOM_H, MIDDLE_Y = 960.0, 560.0, -45.0
RUNGS = (
    {"shape": "line", "length_mm": 130, "width_mm": 14},
    {"shape": "waves", "length_mm": 190, "width_mm": 14},
    {"shape": "spiral", "length_mm": 260, "width_mm": 14},
)


@dataclass(frozen=True, slots=True)
class Params:
    """The shape of the line, its length, and how wide it is drawn."""

    shape: str = choice("line", "waves", "spiral")
    length_mm: float = number(60, 400)
    width_mm: float = number(4, 30)


@dataclass(frozen=True, slots=True)
class State:
    """A line on its way: ``at`` is how far it is reached, in points, ``ink`` where the pencil was, 60 times a second.

    ``down`` is where and when the pencil was set down last, ``led`` that it leads now, ``nudged`` that arrow keys do.
    """

    params: Params
    setting: Setting
    line: tuple[Pair, ...]
    at: float = 0.0
    led: bool = False
    place: Pair | None = None
    down: tuple[float, float, float] | None = None
    ink: tuple[Pair, ...] = ()
    lifts: int = 0
    nudged: bool = False
    ticks: int = 0
    from_ms: float | None = None
    ended_ms: float | None = None
    now_ms: float = 0.0


def start(params: Params, chance: Chance, setting: Setting) -> State:
    """Return the item; the line is the same every time, shorter where the stage is too small for it."""
    return State(params, setting, middle_line(params, setting))


def middle_line(params: Params, setting: Setting) -> tuple[Pair, ...]:
    """Return the middle of the line as points about 1 mm apart, about the middle of the sheet."""
    unit = SHAPES[params.shape]()
    long = fsum(hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(unit))
    left, right, low, high = *_ends([x for x, _ in unit]), *_ends([y for _, y in unit])
    room = min(ROOM_W / max(right - left, 1e-9), ROOM_H / max(high - low, 1e-9)) / setting.units_per_mm
    scale = min(params.length_mm / long, room)
    x0, y0 = (left + right) / 2, (low + high) / 2 - MIDDLE_Y / setting.units_per_mm / scale
    return tuple((rounded(x), rounded(y)) for x, y in _even([((x - x0) * scale, (y - y0) * scale) for x, y in unit]))


def _ends(values: list[float]) -> tuple[float, float]:
    return min(values), max(values)


def _line() -> list[Pair]:
    return [(0.0, 0.0), (1.0, 0.0)]


def _waves() -> list[Pair]:
    return [(k / 120, 0.13 * sin(4 * pi * k / 120)) for k in range(121)]


def _spiral() -> list[Pair]:
    """Return one and a half turns outwards, with room for the width between the turns."""
    turns = [(3 * pi * k / 150, 0.14 + 0.86 * k / 150) for k in range(151)]
    return [(r * cos(a), r * sin(a)) for a, r in turns]


SHAPES = {"line": _line, "waves": _waves, "spiral": _spiral}


def _even(points: list[Pair]) -> list[Pair]:
    out, left = [points[0]], STEP_MM
    for a, b in pairwise(points):
        piece = hypot(b[0] - a[0], b[1] - a[1])
        while left <= piece:
            out.append((a[0] + (b[0] - a[0]) * left / piece, a[1] + (b[1] - a[1]) * left / piece))
            left += STEP_MM
        left -= piece
    return out


def step(state: State, tick: int, events: tuple[Event, ...]) -> Step[State]:
    """Return the item one tick later."""
    was, state = state, replace(state, now_ms=to_ms(tick))
    if state.ended_ms is not None:
        return Step(state, (), _outcome(state) if state.now_ms - state.ended_ms >= END_MS else None)
    for event in events:
        state = _felt(state, event)
    if state.led:
        ink = (*state.ink, state.place) if state.ticks % EVERY == 0 and state.place is not None else state.ink
        state = replace(state, ticks=state.ticks + 1, ink=ink)
    set_down = state.led and not was.led and state.place is not None
    cues = (Cue("pencil", level=0.6),) if set_down else ()
    late = state.from_ms is None and state.now_ms > NOTHING_MS
    if _arrived(state) or late or state.now_ms > NEVER_MS:
        return Step(replace(state, ended_ms=state.now_ms, led=False), (*cues, Cue("go", level=0.6)))
    return Step(state, cues)


def _arrived(state: State) -> bool:
    return state.at >= ARRIVED * (len(state.line) - 1)


def _felt(state: State, event: Event) -> State:
    if isinstance(event, Nudge):
        x, y = state.place or state.line[0]
        return _moved(_set_down(replace(state, nudged=True), event.at_ms), (x + event.dx_mm, y + event.dy_mm))
    if not isinstance(event, Point):
        return state
    place = (event.x_mm, event.y_mm)
    if event.phase == "up":
        return _lifted(state, place, event.at_ms)
    if event.phase == "down" and _near(state, place):
        return _moved(replace(_set_down(state, event.at_ms), down=(*place, event.at_ms)), place)
    return _moved(state, place) if state.led else state


def _near(state: State, place: Pair) -> bool:
    x, y = point_at(state.line, state.at)
    return hypot(place[0] - x, place[1] - y) <= REACH_MM


def _set_down(state: State, at_ms: float) -> State:
    return replace(state, led=True, from_ms=at_ms if state.from_ms is None else state.from_ms)


def _lifted(state: State, place: Pair, at_ms: float) -> State:
    """Lift the pencil, but not after a short tap at the beginning: it then leads without being held."""
    if not state.led or state.down is None:
        return state
    x, y, down_ms = state.down
    tapped = at_ms - down_ms <= TAP_MS and hypot(place[0] - x, place[1] - y) <= TAP_MM and state.at < TAP_MM
    return replace(state, down=None) if tapped else replace(state, down=None, led=False, lifts=state.lifts + 1)


def _moved(state: State, place: Pair) -> State:
    """Move the pencil; what is reached of the line is looked for near where it was."""
    away_mm, at = project(state.line, state.at, place)
    if away_mm > 2 * REACH_MM:
        return replace(state, led=False, down=None, lifts=state.lifts + 1)
    return replace(state, at=at, place=(rounded(place[0]), rounded(place[1])))


def project(line: tuple[Pair, ...], at: float, place: Pair) -> tuple[float, float]:
    """Return how far ``place`` is from the line near ``at``, and how far along that is."""
    best = (float("inf"), at)
    for k in range(max(0, int(at) - BACK), min(len(line) - 1, int(at) + AHEAD)):
        (ax, ay), (bx, by) = line[k], line[k + 1]
        dx, dy = bx - ax, by - ay
        share = ((place[0] - ax) * dx + (place[1] - ay) * dy) / max(dx * dx + dy * dy, 1e-9)
        share = min(1.0, max(0.0, share))
        away_mm = hypot(place[0] - ax - dx * share, place[1] - ay - dy * share)
        best = min(best, (rounded(away_mm), rounded(k + share)), key=lambda row: row[0])
    return best


def point_at(line: tuple[Pair, ...], at: float) -> Pair:
    """Return the point so far along the line."""
    k = min(int(at), len(line) - 2)
    (ax, ay), (bx, by) = line[k], line[k + 1]
    return ax + (bx - ax) * (at - k), ay + (by - ay) * (at - k)


# What was measured


def _outcome(state: State) -> Outcome:
    length_mm = (len(state.line) - 1) * STEP_MM
    found = [
        ("length_mm", rounded(length_mm)), ("completion", rounded(state.at / (len(state.line) - 1))),
        ("lifts", float(state.lifts)), ("nudged", float(state.nudged)),
    ]  # fmt: skip
    if len(state.ink) >= LEAST:
        found += _drawn(state)
    if state.from_ms is None:
        return Outcome(Result.OMISSION, "no-try", tuple(found))
    whole = _arrived(state)
    return Outcome(Result.HIT if whole else Result.MISS, "" if whole else "unfinished", tuple(found))


def _drawn(state: State) -> list[tuple[str, float]]:
    """Return how near to the middle the line was drawn, how fast and how smoothly."""
    away = measures.lateral_error(state.ink, state.line, state.params.width_mm)
    time_s, way_mm = state.ticks / TICKS_PER_S, state.at * STEP_MM
    found: list[tuple[str, float | None]] = [("speed_mm_s", way_mm / time_s), ("led_ms", 1000 * time_s)]
    if away is not None:
        found += [(f"away_{name}_mm", getattr(away, name)) for name in ("mean", "rms", "p95", "max")]
        found += [("signed_mm", away.signed), ("inside", away.inside), ("length_ratio", away.length_ratio)]
    if not state.nudged and not state.lifts:
        rate_hz = TICKS_PER_S / EVERY
        speed = measures.speed_profile(state.ink, rate_hz)
        moved = measures.movement(speed)
        if moved is not None:
            speed = speed[moved]
            found += [("sparc", measures.sparc(speed, rate_hz)), ("sparc_part", measures.sparc_median(speed, rate_hz))]
            found.append(("ldlj", measures.ldlj(speed, rate_hz)))
    return [(name, rounded(float(value))) for name, value in found if value is not None]


# What is seen


def _stage(place: Pair, setting: Setting) -> Pair:
    return STAGE_W / 2 + place[0] * setting.units_per_mm, STAGE_H / 2 + place[1] * setting.units_per_mm


def scene(state: State) -> Scene:
    """Return the picture: the line on a sheet, what was drawn of it, where to begin, and the pencil."""
    per_mm, setting = state.setting.units_per_mm, state.setting
    every = [*range(0, len(state.line), 2), len(state.line) - 1]
    points = tuple(_stage(state.line[k], setting) for k in every)
    shapes: list[Shape] = [
        Path(points, "water", state.params.width_mm * per_mm), Path(points, "ink", 4, dash=16),
        Circle(*points[-1], 20, "card", "ink", 6), Circle(*points[-1], 9, "ink"),
    ]  # fmt: skip
    if len(state.ink) > 1:
        shapes.append(Path(tuple(_stage(p, setting) for p in state.ink[::2]), "guide", 7))
    x, y = _stage(state.place or state.line[0], setting)
    if not state.led and state.ended_ms is None:
        x, y = _stage(point_at(state.line, state.at), setting)
        shapes += [Circle(x, y, 52, line="focus", line_width=8), Circle(x, y, 22, "target", "ink", 4)]
    shapes.append(Picture("letters-pencil", x + 68, y + 78, 150, 172))
    return Scene("letters-desk", tuple(shapes))


def intent(state: State) -> Intent | None:
    """Return the way that is left."""
    if state.ended_ms is not None or _arrived(state):
        return None
    return Follow((point_at(state.line, state.at), *state.line[int(state.at) + 1 :]))


def index(params: Params) -> float:
    """Return the demand, ordinal: the length in widths (Accot & Zhai 1997)."""
    return params.length_mm / params.width_mm


GAME = Game(
    "assess-trace", "trace", Params, start, step, scene, intent, index, self_paced=lambda _: True,
    pictures=("letters-pencil",),
)  # fmt: skip
