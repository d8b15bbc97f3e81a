"""Brook: lead a paper boat along a winding brook.

The nearest point of the middle line is searched only in a window along it, so that the boat never hops between
bends. Lifting is allowed; the boat is taken up again within 20 mm. The trial is a hit when the boat arrived and
was inside the banks for at least 80 % of the time it was led, so twice the 80th percentile of the distance from
the middle line is the width that would just have been passed.
"""

from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import pairwise
from math import atan2, cos, degrees, fsum, hypot, log2, pi, sin

from engine.chance import Chance
from engine.game import Cause, Cue, Event, Follow, Game, Intent, Just, Nudge, Outcome, Point, Result, Setting, Step
from engine.level import choice, number, yes
from engine.measures import evenness, rounded, steadiness
from engine.scene import STAGE_H, STAGE_W, Arc, Bar, Circle, Path, Picture, Scene, Shape, Words
from engine.ticks import MS_PER_TICK, to_ms

BACK_MM, AHEAD_MM, REACH_MM = 5.0, 20.0, 20.0
ARRIVED, OUTSIDE = 0.95, 0.20
NEVER_MS, NOTHING_MS, UNTIMED_MS = 180_000.0, 60_000.0, 120_000.0
TAP_MS, TAP_MM = 350.0, 6.0
REMIND_MS = 4000.0
STEP_MM = 1.0
PACE_TICKS, SPEEDS = 30, 4
BOAT_W, LEAST_BOAT_W = 120.0, 84.0
ROOM_W, ROOM_H = 1380.0, 600.0
MIDDLE_Y = -15.0
Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Params:
    """The brook's shape, its length and width, how much it narrows, how soon to arrive, what can be seen.

    ``narrow`` is the width at the end as a share of that at the start; ``ahead_mm`` how much of the way is seen.
    """

    shape: str = choice("straight", "bend", "waves", "spiral")
    length_mm: float = number(60, 400)
    width_mm: float = number(3, 40)
    narrow: float = number(0.3, 1, default=1)
    limit_ms: float = number(2000, UNTIMED_MS, default=UNTIMED_MS)
    ahead_mm: float = number(30, 400, default=400)
    trail: bool = yes(default=True)


@dataclass(frozen=True, slots=True)
class Line:
    """The middle line: points about 1 mm apart, each with its distance along the way and the width there."""

    points: tuple[Pair, ...]
    along: tuple[float, ...]
    widths: tuple[float, ...]

    @property
    def length(self) -> float:
        """Return the length of the way in mm."""
        return self.along[-1]


@dataclass(frozen=True, slots=True)
class State:
    """A trip under way: where the boat is, whether it is led, and how far from the middle for how many ticks.

    ``away`` lists (signed distance from the middle as a share of half the width there, ticks), ``pace`` where it was
    along the way each quarter of a second that it was led, ``nudged`` that arrow keys led it.
    """

    params: Params
    setting: Setting
    line: Line
    at_mm: float = 0.0
    best_mm: float = 0.0
    off_mm: float = 0.0
    pen: Pair | None = None
    pressed: bool = False
    hooked: bool = False
    free_ms: float = 0.0
    down_at: tuple[float, float, float] | None = None
    away: tuple[tuple[float, int], ...] = ()
    pace: tuple[float, ...] = ()
    led_ticks: int = 0
    nudged: bool = False
    lifts: int = 0
    now_ms: float = 0.0
    led_from_ms: float | None = None
    trail: tuple[Pair, ...] = ()
    cause: Cause = ""
    ended_ms: float | None = None
    bumped_ms: float = -1000.0

    @property
    def boat(self) -> Pair:
        """Return where the boat is, in mm: at the pen, or at the bank when the pen is beyond it."""
        x, y = _place(self.line, self.at_mm)
        dx, dy = _heading(self.line, self.at_mm)
        half = _width(self.line, self.at_mm) / 2
        off = max(-half, min(half, self.off_mm))
        return x - dy * off, y + dx * off


def start(params: Params, chance: Chance, setting: Setting) -> State:
    """Return a new trip; the brook is turned up or down by chance, and made to fit the stage."""
    line = middle_line(params, setting, upside_down=chance.chances(0.5))
    return State(params, setting, line)


def middle_line(params: Params, setting: Setting, upside_down: bool = False) -> Line:
    """Return the middle line of ``params``, about the middle of the stage; shorter where the stage is too small."""
    unit = _fitted([(x, -y if upside_down else y) for x, y in SHAPES[params.shape]()])
    room_w, room_h = ROOM_W / setting.units_per_mm, ROOM_H / setting.units_per_mm
    wide = max(x for x, _ in unit) - min(x for x, _ in unit)
    high = max(y for _, y in unit) - min(y for _, y in unit)
    length = min(params.length_mm, room_w / max(wide, 1e-9), room_h / max(high, 1e-9))
    points = _even([(x * length, y * length + MIDDLE_Y) for x, y in unit], STEP_MM)
    along = [0.0]
    for a, b in pairwise(points):
        along.append(along[-1] + hypot(b[0] - a[0], b[1] - a[1]))
    widths = [params.width_mm * (1 + (params.narrow - 1) * s / along[-1]) for s in along]
    return Line(tuple((rounded(x), rounded(y)) for x, y in points), tuple(along), tuple(widths))


def _straight() -> list[Pair]:
    return [(0.0, 0.0), (1.0, 0.0)]


def _bend() -> list[Pair]:
    return [(-cos(pi * k / 60), sin(pi * k / 60)) for k in range(61)]


def _waves() -> list[Pair]:
    return [(k / 120, 0.11 * sin(4 * pi * k / 120)) for k in range(121)]


def _spiral() -> list[Pair]:
    """Return one and a half turns outwards: the pitch stays above 1.5 widths."""
    turns = [(3 * pi * k / 150, 0.14 + 0.86 * k / 150) for k in range(151)]
    return [(r * cos(a), r * sin(a)) for a, r in turns]


SHAPES = {"straight": _straight, "bend": _bend, "waves": _waves, "spiral": _spiral}


def _fitted(points: list[Pair]) -> list[Pair]:
    """Return the points with length 1, about the middle of their box."""
    length = fsum(hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points))
    mid_x = (max(x for x, _ in points) + min(x for x, _ in points)) / 2
    mid_y = (max(y for _, y in points) + min(y for _, y in points)) / 2
    return [((x - mid_x) / length, (y - mid_y) / length) for x, y in points]


def _even(points: list[Pair], step_mm: float) -> list[Pair]:
    """Return points about ``step_mm`` apart along the polyline, both ends kept."""
    out, left = [points[0]], step_mm
    for a, b in pairwise(points):
        piece = hypot(b[0] - a[0], b[1] - a[1])
        gone = left
        while gone < piece:
            out.append((a[0] + (b[0] - a[0]) * gone / piece, a[1] + (b[1] - a[1]) * gone / piece))
            gone += step_mm
        left = gone - piece
    if hypot(out[-1][0] - points[-1][0], out[-1][1] - points[-1][1]) > step_mm / 2:
        out.append(points[-1])
    return out


def step(state: State, tick: int, events: tuple[Event, ...]) -> Step[State]:
    """Return the trip one tick later."""
    was = state
    state = replace(state, now_ms=to_ms(tick))
    if state.ended_ms is not None:
        return Step(state, (), _outcome(state) if state.now_ms - state.ended_ms >= 350.0 else None)
    for event in events:
        state = _led(state, event)
    if state.hooked:
        state = _counted(state)
    cues: list[Cue] = []
    if state.bumped_ms > was.bumped_ms:
        cues.append(Cue("splash", *_stage(state.boat, state.setting), level=0.5))
    if state.hooked and not was.hooked:
        cues.append(Cue("ripple", *_stage(state.boat, state.setting), level=0.6))
    state = _ended(state)
    if state.ended_ms is not None:
        cues.append(Cue("soft" if state.cause else "arrive", *_stage(state.boat, state.setting)))
    return Step(state, tuple(cues))


def _led(state: State, event: Event) -> State:
    if isinstance(event, Nudge):
        x, y = state.pen if state.pen and state.hooked else state.boat
        pushed = replace(state, hooked=True, nudged=True, led_from_ms=_first(state.led_from_ms, event.at_ms))
        return _moved(pushed, (x + event.dx_mm, y + event.dy_mm))
    if not isinstance(event, Point):
        return state
    place = (event.x_mm, event.y_mm)
    if event.phase == "up":
        return _let_go(replace(state, pressed=False), place, event.at_ms)
    if event.phase == "down" or (state.pressed and not state.hooked):
        return _taken(replace(state, pressed=True), place, event.at_ms)
    return _moved(state, place) if state.hooked else state


def _taken(state: State, place: Pair, at_ms: float) -> State:
    """Take the boat up when it is touched, or when the pressed pen comes back; after a tap, a touch lets it go."""
    if state.hooked and state.down_at is None:
        return replace(_moved(state, place), down_at=(*place, at_ms))
    if hypot(place[0] - state.boat[0], place[1] - state.boat[1]) > REACH_MM:
        return state
    hooked = replace(state, hooked=True, down_at=(*place, at_ms), led_from_ms=_first(state.led_from_ms, at_ms))
    return _moved(hooked, place)


def _let_go(state: State, place: Pair, at_ms: float) -> State:
    """Let go on lifting, but not after a short tap on the boat: it then follows without being held."""
    if not state.hooked or state.down_at is None:
        return state
    x, y, down_ms = state.down_at
    tapped = at_ms - down_ms <= TAP_MS and hypot(place[0] - x, place[1] - y) <= TAP_MM
    started = state.led_from_ms == down_ms or state.lifts > 0
    state = replace(_moved(state, place), down_at=None)
    return state if tapped and started and state.best_mm < 3 else _freed(state)


def _freed(state: State) -> State:
    return replace(state, hooked=False, lifts=state.lifts + 1, free_ms=state.now_ms)


def _first(old: float | None, new: float) -> float:
    return new if old is None else old


def _moved(state: State, place: Pair) -> State:
    """Move the pen; the boat follows along the way, within the window, unless the pen is far from the banks."""
    at_mm, off_mm = project(state.line, state.at_mm, place)
    half = _width(state.line, at_mm) / 2
    if abs(off_mm) > half + REACH_MM:
        return replace(state, hooked=False, down_at=None, pen=None, lifts=state.lifts + 1, free_ms=state.now_ms)
    bumped = abs(off_mm) > half >= abs(state.off_mm)
    trail = state.trail
    if not trail or hypot(place[0] - trail[-1][0], place[1] - trail[-1][1]) > 2.0:
        trail = (*trail, (rounded(place[0]), rounded(place[1])))
    bumped_ms, best_mm = state.now_ms if bumped else state.bumped_ms, max(state.best_mm, at_mm)
    return replace(
        state, at_mm=at_mm, best_mm=best_mm, off_mm=off_mm, pen=place, trail=trail, bumped_ms=bumped_ms
    )  # fmt: skip


def project(line: Line, at_mm: float, place: Pair) -> tuple[float, float]:
    """Return (distance along the way, signed distance from it, left positive) of the nearest point in the window.

    Where a piece of the line is far away, the next ones cannot be nearer than the best one: they are left out.
    """
    k, points, (x, y) = max(0, int(at_mm - BACK_MM)), line.points, place
    last = min(len(points) - 2, int(at_mm + AHEAD_MM))
    best: tuple[float, float, float] | None = None
    while k <= last:
        (ax, ay), (bx, by) = points[k], points[k + 1]
        dx, dy = bx - ax, by - ay
        long = dx * dx + dy * dy
        share = ((x - ax) * dx + (y - ay) * dy) / long if long else 0.0
        share = 0.0 if share < 0.0 else 1.0 if share > 1.0 else share
        px, py = x - ax - dx * share, y - ay - dy * share
        away = hypot(px, py)
        if best is None or away < best[0] - 1e-9:
            side = 1.0 if dx * py - dy * px >= 0 else -1.0
            best = (away, line.along[k] + share * (line.along[k + 1] - line.along[k]), side * away)
        k += max(1, int((away - best[0]) / (1.01 * STEP_MM)))
    if best is None:
        return at_mm, 0.0
    return rounded(best[1]), rounded(best[2])


def _counted(state: State) -> State:
    if state.led_ticks % PACE_TICKS == 0:
        state = replace(state, pace=(*state.pace, state.at_mm))
    state = replace(state, led_ticks=state.led_ticks + 1)
    share = rounded(state.off_mm / (_width(state.line, state.at_mm) / 2))
    if state.away and state.away[-1][0] == share:
        return replace(state, away=(*state.away[:-1], (share, state.away[-1][1] + 1)))
    return replace(state, away=(*state.away, (share, 1)))


def _ended(state: State) -> State:
    if state.at_mm >= ARRIVED * state.line.length:
        return replace(state, ended_ms=state.now_ms, cause=_side(state), hooked=False)
    led_ms = 0.0 if state.led_from_ms is None else state.now_ms - state.led_from_ms
    if state.params.limit_ms < UNTIMED_MS and led_ms > state.params.limit_ms:
        return replace(state, ended_ms=state.now_ms, cause="too-late", hooked=False)
    if state.led_from_ms is None and state.now_ms > NOTHING_MS:
        return replace(state, ended_ms=state.now_ms, cause="no-try")
    if state.now_ms > NEVER_MS:
        return replace(state, ended_ms=state.now_ms, cause="unfinished", hooked=False)
    return state


def _side(state: State) -> Cause:
    """Return on which side of the way the boat was too long, or nothing."""
    outside = [(share, n) for share, n in state.away if abs(share) > 1.0]
    if sum(n for _, n in outside) <= OUTSIDE * max(1, sum(n for _, n in state.away)):
        return ""
    return "left-of-path" if fsum(share * n for share, n in outside) > 0 else "right-of-path"


def just_passed(away: tuple[tuple[float, int], ...]) -> float:
    """Return the 80th percentile of the distance from the middle as a share of half the width, by time."""
    whole = sum(n for _, n in away)
    left = int(OUTSIDE * whole)
    for share, n in sorted(((abs(share), n) for share, n in away), reverse=True):
        left -= n
        if left < 0:
            return share
    return 0.0


def _outcome(state: State) -> Outcome:
    led_ms = 0.0 if state.led_from_ms is None or state.ended_ms is None else state.ended_ms - state.led_from_ms
    on_path = sum(n for share, n in state.away if abs(share) <= 1.0) / max(1, sum(n for _, n in state.away))
    measures = (
        ("completion", rounded(state.best_mm / state.line.length)),
        ("on_path", rounded(on_path)),
        ("led_ms", rounded(led_ms)),
        ("lifts", float(state.lifts)),
        ("length_mm", rounded(state.line.length)),
        *_quality(state),
    )
    result = Result.HIT if not state.cause else Result.OMISSION if state.cause == "no-try" else Result.MISS
    return Outcome(result, state.cause, measures, _just(state, led_ms), cut_short=state.cause == "too-late")


def _quality(state: State) -> tuple[tuple[str, float], ...]:
    """Return how steadily it kept to the middle beside the width, and how even its speed was.

    Arrow keys have a speed of their own, so that theirs is not told.
    """
    found: list[tuple[str, float]] = []
    if sum(n for _, n in state.away) >= PACE_TICKS:
        found.append(("steady", steadiness([share for share, n in state.away for _ in range(n)], 1.0)))
    speeds = [b - a for a, b in pairwise(state.pace)]
    if len(speeds) >= SPEEDS and not state.nudged:
        found.append(("smooth", evenness(speeds)))
    return tuple(found)


def _just(state: State, led_ms: float) -> tuple[Just, ...]:
    """Return what would just have been passed; of a trip that was too late, the time so far.

    The time is judged at each tick before the one of arrival; one that is not timed passes however long it takes.
    """
    if state.cause == "too-late":
        return (("limit_ms", rounded(led_ms)),)
    if state.cause not in ("", "left-of-path", "right-of-path"):
        return ()
    timed: Just = ("limit_ms", rounded(min(max(led_ms - MS_PER_TICK, 0.0), UNTIMED_MS)))
    return (("width_mm", rounded(state.params.width_mm * just_passed(state.away))), timed) if state.away else (timed,)


def _segment(line: Line, at_mm: float) -> int:
    return min(max(bisect_right(line.along, at_mm) - 1, 0), len(line.along) - 2)


def _place(line: Line, at_mm: float) -> Pair:
    k = _segment(line, at_mm)
    long = line.along[k + 1] - line.along[k]
    share = (at_mm - line.along[k]) / long if long else 0.0
    (ax, ay), (bx, by) = line.points[k], line.points[k + 1]
    return ax + (bx - ax) * share, ay + (by - ay) * share


def _heading(line: Line, at_mm: float) -> Pair:
    k = _segment(line, at_mm)
    (ax, ay), (bx, by) = line.points[k], line.points[k + 1]
    long = hypot(bx - ax, by - ay) or 1.0
    return (bx - ax) / long, (by - ay) / long


def _width(line: Line, at_mm: float) -> float:
    return line.widths[_segment(line, at_mm)]


def _stage(place: Pair, setting: Setting) -> Pair:
    return STAGE_W / 2 + place[0] * setting.units_per_mm, STAGE_H / 2 + place[1] * setting.units_per_mm


def scene(state: State) -> Scene:
    """Return the picture: banks, water, the way already led, the boat and its landing place."""
    brook = _brook(state.line, state.setting, _seen(state))
    return Scene("brookside", (*brook, *_shores(state), *_traffic(state)))


def _seen(state: State) -> int:
    """Return how many points of the way can be seen."""
    far = state.at_mm + state.params.ahead_mm
    return bisect_right(state.line.along, far) if state.params.ahead_mm < 400 else len(state.line.points)


def _brook(line: Line, setting: Setting, seen: int) -> list[Shape]:
    per_mm = setting.units_per_mm
    every = [*range(0, max(seen - 1, 1), 2), max(seen - 1, 1)]
    points = tuple(_stage(line.points[k], setting) for k in every)
    widths = tuple(line.widths[k] * per_mm for k in every)
    return [
        Path(points, "bank", tuple(w + 36 for w in widths)),
        Path(points, "card", tuple(w + 24 for w in widths)),
        Path(points, "water-shade", tuple(w + 8 for w in widths)),
        Path(points, "water", widths),
        Path(points, "white", 3, dash=16, alpha=0.7),
    ]


def _shores(state: State) -> list[Shape]:
    """Return what stands at both ends of the way: reeds at the spring, the landing stage with its ducks."""
    shapes: list[Shape] = []
    if state.params.shape != "spiral":
        x, y = _beyond(state, 0.0, -(state.line.widths[0] * state.setting.units_per_mm / 2 + 130))
        shapes += [Picture("reeds", x, y + 36, 96, 141), Picture("stones", x + 24, y - 48, 96, 58)]
    if _seen(state) < len(state.line.points):
        return shapes
    x, y = _beyond(state, state.line.length, 66)
    shapes.append(Picture("jetty", x, y + 10, 150, 112))
    if state.ended_ms is not None and not state.cause:
        come = 0.0 if state.setting.calm else 60 * max(0.0, 1 - (state.now_ms - state.ended_ms) / 300)
        x, y = _beyond(state, state.line.length, 205 + come)
        shapes.append(Picture("duckling", x - 10, y + 66, 62, 54, flip=True))
        shapes.append(Picture("duck", x, y, 112, 95, flip=True))
        shapes.append(Picture("duckling", x + 14, y - 60, 62, 54, flip=True))
    return shapes


def _reminder(state: State) -> list[Shape]:
    """Return a line that says what to do, while nobody has led the boat for some seconds."""
    if state.hooked or state.ended_ms is not None or state.now_ms - state.free_ms <= REMIND_MS:
        return []
    card = Bar(800, 118, 760, 92, "card", 30, "line", 3)
    return [card, Words("hint.brook.take", 800, 118, 36, bold=True, width=700)]


def _beyond(state: State, at_mm: float, far: float) -> Pair:
    """Return the stage point ``far`` units along the heading of the way at ``at_mm``, measured from there."""
    x, y = _stage(_place(state.line, at_mm), state.setting)
    dx, dy = _heading(state.line, at_mm)
    return x + dx * far, y + dy * far


def _traffic(state: State) -> list[Shape]:
    setting = state.setting
    shapes: list[Shape] = _reminder(state)
    if state.params.trail and len(state.trail) > 1:
        shapes.append(Path(tuple(_stage(p, setting) for p in state.trail), "guide", 7, alpha=0.85))
    x, y = _stage(state.boat, setting)
    dx, dy = _heading(state.line, state.at_mm)
    angle = degrees(atan2(dy, dx))
    back = dx < 0
    angle = (angle + 180 if angle < 0 else angle - 180) if back else angle
    tilt = max(-18.0, min(18.0, angle * 0.35))
    if not state.hooked and state.ended_ms is None:
        shapes.append(Circle(x, y, 78, line="focus", line_width=6))
        shapes.append(Arc(x, y, 90, 1.0, "focus", 3, alpha=0.5))
    bumping = state.now_ms - state.bumped_ms < 400
    size = max(LEAST_BOAT_W, min(BOAT_W, 56 + _width(state.line, state.at_mm) * setting.units_per_mm)) / BOAT_W
    boat = "boat-bump" if bumping else "boat"
    shapes.append(Picture(boat, x, y + 18 * size, 120 * size, 104 * size, angle=tilt, flip=back))
    if state.hooked and state.pen is not None:
        shapes.append(Circle(*_stage(state.pen, setting), 10, line="ink", line_width=4))
    return shapes


def intent(state: State) -> Intent | None:
    """Return the way ahead of the boat, as far as it can be seen."""
    if state.ended_ms is not None:
        return None
    first, last = _segment(state.line, state.at_mm), max(_seen(state), 2)
    return Follow((_place(state.line, state.at_mm), *state.line.points[first + 1 : max(last, first + 2)]))


def index(params: Params) -> float:
    """Return the steering index, ordinal: the integral of ds/width plus the total curvature (Accot & Zhai 1997).

    Haste, a short view and a hidden trail each add a share of their own (own construction).
    """
    line = middle_line(params, Setting())
    ways = zip(line.along, line.along[1:], line.widths, strict=False)
    steering = fsum((b - a) / w for a, b, w in ways)
    haste = 4.0 * log2(120_000 / params.limit_ms)
    blind = 2.0 * log2(400 / params.ahead_mm) + (0.0 if params.trail else 2.0)
    return steering + CURVATURE[params.shape] + haste + blind


CURVATURE = {"straight": 0.0, "bend": pi, "waves": 7.6, "spiral": 3 * pi}

PICTURES = ("boat", "boat-bump", "duck", "duckling", "jetty")

GAME = Game(
    "brook", "trace", Params, start, step, scene, intent, index,
    self_paced=lambda p: p.limit_ms >= 20_000, pictures=PICTURES,
    eases=(("left-of-path", "width_mm"), ("right-of-path", "width_mm"), ("too-late", "limit_ms")),
    hints=("left-of-path", "right-of-path", "too-late", "unfinished"),
)  # fmt: skip
