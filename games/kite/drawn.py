"""Draw the kite with its tail of bows, the ribbon of wind with its clouds, and the hand that holds the line."""

from dataclasses import replace
from math import ceil, cos, exp, pi, sin

from engine.scene import STAGE_W, Circle, Pair, Path, Picture, Scene, Shape
from engine.ticks import MS_PER_TICK
from games.kite.flight import (
    BOWS,
    CLOUD_MS,
    END_MS,
    JOY_MS,
    KITE_X,
    LOW,
    OPEN,
    TALLEST,
    State,
    height,
    place,
)

UNITS_PER_MS = 0.16
KITE_W, KITE_H, LEAN = 150.0, 218.0, -24.0
PAST, WISP, STRIDE, LIT, HALO = 380.0, 130.0, 20.0, 90.0, 112.0
HAND_X, HAND_Y, HAND_W, HAND_H, HAND_TURN = 236.0, 128.0, 364.0, 434.0, -104.0
PUFF = 130.0
SUN_X, SUN_Y, SUN, FAINT = 1130.0, 704.0, 360.0, 0.18
HIGH_X, HIGH_Y = 1072.0, 620.0
FRIENDS = (("kite-pal", 1468.0, 420.0, 0.5, 2), ("kite-friend", 1318.0, 560.0, 0.68, 3))
FAR = 520.0
PICTURES = (
    "kite", "kite-friend", "kite-pal", "kite-sun", "kite-cloud", "kite-bow", "kite-reel", "kite-open-front",
    "grip-arm", "grip-back", "grip-front", "icon-softer", "icon-firmer",
)  # fmt: skip


def scene(state: State) -> Scene:
    """Return the picture: the ribbon that comes and flows by, the kite at its height, the hand that holds it."""
    state = looked_back(state)
    sky = [*_sun(state), *_clouds(state), *_ribbon(state), *_source(state), *_lit(state), *_friends(state)]
    return Scene("kite-sky", (*sky, *_hand(state), *_kite(state), *_which_way(state)))


def looked_back(state: State) -> State:
    """Return what is seen of ``state``: after a miss, the moment that tells best why, without clouds."""
    if state.phase != "end" or not state.cause:
        return state
    if not state.away:
        return replace(state, phase="reach", force=state.landing)
    away = state.away[: state.told + 1]
    force = state.course[state.told] + away[-1]
    clear = replace(state.params, hidden=0.0)
    return replace(state, phase="fly", params=clear, away=away[:-1], force=force, landed_ms=0.0)


def _joy(state: State) -> float:
    """Return how much of the last, happy flight there has been, 0..1; in calm pictures it is there at once."""
    if state.phase != "end" or state.cause:
        return 0.0
    share = 1.0 if state.setting.calm else min(1.0, (state.now_ms - state.since_ms) / (0.9 * JOY_MS))
    return share * share * (3 - 2 * share)


def _at(state: State) -> Pair:
    """Return where the kite is seen: at its height, and after a hit on its way up to the sun."""
    (x, y), joy = place(state), _joy(state)
    return x + (HIGH_X - x) * joy, y + (HIGH_Y - y) * (1 - (1 - joy) ** 1.6)


def _sun(state: State) -> list[Shape]:
    """Return the sun: veiled in the flight, bright in the end."""
    return [Picture("kite-sun", SUN_X, SUN_Y, SUN, SUN, alpha=round(FAINT + (1 - FAINT) * _joy(state), 3))]


def _friends(state: State) -> list[Shape]:
    """Return the kites of others that come to fly along after a hit."""
    joy = _joy(state)
    shapes: list[Shape] = []
    for name, x, y, size, bows in FRIENDS if joy > 0 else ():
        at = (x + FAR * (1 - joy), y - 0.3 * FAR * (1 - joy))
        line = tuple((at[0] + 260 * s, at[1] - (at[1] - 210) * s - 90 * s * (1 - s)) for s in _across(0.0, 1.0, 0.1))
        shapes.append(Path(line, "ink", 2.5, alpha=0.6))
        tail = _tail_of(_waving(state, at, size, 1.0), bows, bows, size, 1.0)
        shapes += [*tail, Picture(name, *at, KITE_W * size, KITE_H * size, LEAN)]
    return shapes


# --- the wind -------------------------------------------------------------------------------------


def _gone_ms(state: State) -> float:
    """Return which time of the ribbon is at the kite now; after the flight, its end flows away."""
    after_ms = state.now_ms - state.since_ms if state.phase == "land" else state.landed_ms
    return state.flown_ms + after_ms


def _middle(x: float, state: State) -> float:
    """Return the force at the middle of the ribbon where it is seen at ``x``."""
    tick = int((_gone_ms(state) + (x - KITE_X) / UNITS_PER_MS) / MS_PER_TICK)
    return LOW if tick < 0 else state.course[min(tick, len(state.course) - 1)]


def _high(x: float, state: State, off: float = 0.0) -> float:
    """Return the height on the stage of the ribbon's middle at ``x``, or of a force beside it."""
    return height(_middle(x, state) + off, state.setting)


def _end(state: State) -> float:
    """Return where the ribbon ends, with the flight."""
    return KITE_X + UNITS_PER_MS * (len(state.course) * MS_PER_TICK - _gone_ms(state))


def _view(state: State) -> float:
    """Return how far to the right the ribbon is seen."""
    return KITE_X + UNITS_PER_MS * state.params.ahead_ms


def _blows(state: State) -> bool:
    """Tell whether there is wind: it is gone when the kite has landed."""
    return state.phase != "end" or not state.away


def _ribbon(state: State) -> list[Shape]:
    """Return the ribbon: as wide as it counts where it comes, a wisp behind its end and where it was."""
    end = _end(state)
    last = min(end + WISP, _view(state))
    if not _blows(state) or last <= KITE_X - PAST:
        return []
    thick, points, widths, lows, highs = _thick(state), [], [], [], []
    begin = KITE_X - PAST
    rounded = (begin + 2, begin + 7, begin + 14, last - 14, last - 7, last - 2)
    for x in sorted({*_across(begin, last), *rounded}):
        y, full = _high(x, state), thick * _fullness(x, end, thick)
        rise = (_high(x + STRIDE, state) - _high(x - STRIDE, state)) / (2 * STRIDE)
        points.append((x, y))
        widths.append(max(2.0, full / (1 + rise * rise) ** 0.5))
        lows.append((x, y - full / 2))
        highs.append((x, y + full / 2))
    edges = (Path(tuple(rim), "guide", 5, alpha=0.95) for rim in (lows, highs))
    return [Path(tuple(points), "water", tuple(widths), alpha=0.7), *edges, *_streaks(state, last)]


def _thick(state: State) -> float:
    """Return how wide the ribbon is on the stage, from edge to edge."""
    return height(2 * state.params.band, state.setting) - height(0.0, state.setting)


def _fullness(x: float, end: float, thick: float) -> float:
    """Return how much of its width the ribbon has at ``x``: less behind its end, and long after it has passed."""
    gone = min(1.0, max(0.0, (KITE_X - LIT - x) / (PAST - LIT), (x - end) / WISP))
    blunt = min(1.0, max(0.0, (thick - 70) / 160))  # a narrow ribbon ends in a wisp, a wide one roundly
    return float((1 - blunt) * (1 - gone**1.5) + blunt * (1 - gone**2.6) ** 0.45)


def _across(left: float, right: float, stride: float = STRIDE) -> list[float]:
    steps = max(1, ceil((right - left) / stride))
    return [left + (right - left) * k / steps for k in range(steps + 1)]


def _streaks(state: State, last: float) -> list[Shape]:
    """Return short strokes that drift with the wind; calm pictures have none."""
    if state.setting.calm:
        return []
    shapes: list[Shape] = []
    for k in range(9):
        x = KITE_X - PAST + 60 + (k * 151 - state.now_ms * UNITS_PER_MS * 1.5) % 1359
        if x + WISP <= last:
            off = state.params.band * (-0.5, 0.35, -0.1, 0.55)[k % 4] * min(1.0, (x - KITE_X + PAST) / 200)
            to_x = x + (90, 56)[k % 2]
            shapes.append(Path(((x, _high(x, state, off)), (to_x, _high(to_x, state, off))), "white", 5, alpha=0.8))
    return shapes


def _source(state: State) -> list[Shape]:
    """Return the cloud that the ribbon comes out of, where it is not seen from the edge of the stage on."""
    x, high = _view(state), max(148.0, 1.4 * _thick(state))
    if x >= STAGE_W - 40 or not _blows(state):
        return []
    return [Picture("kite-cloud", x + 0.25 * high, _high(x, state), 1.69 * high, high)]


def _lit(state: State) -> list[Shape]:
    """Return the ribbon about the kite lit up, while the kite is seen to be in it."""
    if state.is_blind or not state.is_in or state.phase not in ("reach", "fly"):
        return []
    across, half = _across(KITE_X - LIT, max(KITE_X, min(KITE_X + LIT, _end(state)))), _thick(state) / 2
    rims = (tuple((x, _high(x, state) + off) for x in across) for off in (-half, half))
    return [Circle(*place(state), HALO, "good", alpha=0.24), *(Path(rim, "good", 10) for rim in rims)]


def _clouds(state: State) -> list[Shape]:
    """Return the clouds that lie on the ribbon; the kite cannot be seen in them."""
    hidden, left, right = state.params.hidden, KITE_X - PAST + 40, min(_end(state), _view(state))
    if not hidden or not _blows(state):
        return []
    shapes: list[Shape] = []
    long = CLOUD_MS * hidden * UNITS_PER_MS
    puffs = max(1, round(long / PUFF))
    first = KITE_X + (CLOUD_MS * (1 - hidden) - _gone_ms(state)) * UNITS_PER_MS
    for cloud in range(int(state.params.flight_ms / CLOUD_MS) + 1):
        for puff in range(puffs):
            x = first + cloud * CLOUD_MS * UNITS_PER_MS + (puff + 0.5) * long / puffs
            if left < x < right:
                y = _high(x, state) + (-6, 14)[puff % 2]
                wide = 240 * max(1.0, long / puffs / PUFF)
                shapes.append(Picture("kite-cloud", x, y, wide, 142, flip=puff % 2 == 1))
    return shapes


# --- the kite and the hand ------------------------------------------------------------------------


def _seen(state: State) -> float:
    """Return how clearly the kite is seen: it fades as it flies into a cloud, and comes back where it is looked at."""
    if state.cause and state.phase == "fly" and not state.setting.calm:
        return min(1.0, (state.now_ms - state.since_ms) / (0.7 * END_MS))
    if not state.is_blind:
        return 1.0
    at, begins = state.flown_ms % CLOUD_MS, CLOUD_MS * (1 - state.params.hidden)
    return max(0.0, 1 - min(at - begins, CLOUD_MS - at) / 150)


def _turned(x: float, y: float, degrees: float) -> Pair:
    turn = degrees * pi / 180
    return x * cos(turn) - y * sin(turn), x * sin(turn) + y * cos(turn)


def _hand(state: State) -> list[Shape]:
    """Return the hand that grips the reel, open or closed, and the line up to the kite."""
    y = HAND_Y - 60 * min(state.force, TALLEST)
    front = "grip-front" if state.force > OPEN else "kite-open-front"
    arm_x, arm_y = _turned(HAND_W, 0, HAND_TURN)
    off_x, off_y = _turned(0, HAND_H * 0.25, HAND_TURN)
    return [
        *_line(state, (HAND_X + off_x, y + off_y)),
        Picture("grip-arm", HAND_X + arm_x, y + arm_y, HAND_W, HAND_H, HAND_TURN),
        Picture("grip-back", HAND_X, y, HAND_W, HAND_H, HAND_TURN),
        Picture("kite-reel", HAND_X, y, HAND_W, HAND_H, HAND_TURN),
        Picture(front, HAND_X, y, HAND_W, HAND_H, HAND_TURN),
    ]


def _line(state: State, reel: Pair) -> list[Shape]:
    """Return the line: it hangs while the hand is open, and draws tight as it squeezes."""
    seen = _seen(state)
    if seen <= 0:
        return []
    (x, y), sag = _at(state), 360 * exp(-12 * state.force) * (1 - 0.8 * _joy(state))
    shares = (k / 12 for k in range(13))
    points = tuple(
        (reel[0] + (x - reel[0]) * s, max(40.0, reel[1] + (y - reel[1]) * s - sag * s * (1 - s))) for s in shares
    )
    return [Path(points, "ink", 3, alpha=0.85 * seen)]


def _kite(state: State) -> list[Shape]:
    """Return the kite with its tail; its middle is where the force is."""
    seen, (x, y) = _seen(state), _at(state)
    if seen <= 0:
        return []
    lit = state.is_in and not state.is_blind and state.phase in ("reach", "fly")
    knob: list[Shape] = [Circle(x, y, 15, "good" if lit else "card", "ink", 5, alpha=seen)]
    if lit:
        knob.append(Circle(x, y, 27, line="good", line_width=5, alpha=0.9))
    return [*_tail(state, seen), Picture("kite", x, y, KITE_W, KITE_H, LEAN, alpha=seen), *knob]


def _tail(state: State, seen: float) -> list[Shape]:
    """Return the tail: it streams in the wind and hangs beside it, with a bow for each fifth of what is needed."""
    beside = abs(state.force - state.target) - state.params.band
    wind = min(1.0, max(0.0, 1 - beside / 0.03)) if state.phase in ("reach", "fly") else 0.3 + 0.7 * _joy(state)
    return _tail_of(_waving(state, _at(state), 1.0, wind), state.bows, BOWS, 1.0, seen)


def _tail_of(points: tuple[Pair, ...], earned: int, bows: int, size: float, seen: float) -> list[Shape]:
    """Return a tail along ``points`` with so many bows, and dots for those that are not earned."""
    shapes: list[Shape] = [
        Path(points, "ink", 9 * size, alpha=seen), Path(points, "target", 4 * size, alpha=seen),
    ]  # fmt: skip
    for bow in range(bows):
        at = points[20 * (bow + 1) // bows]
        if bow < earned:
            shapes.append(Picture("kite-bow", *at, 54 * size, 36 * size, 20.0 * (-1) ** bow, alpha=seen))
        else:
            shapes.append(Circle(*at, 8, "card", "ink", 4, alpha=seen))
    return shapes


def _waving(state: State, at: Pair, size: float, wind: float) -> tuple[Pair, ...]:
    """Return the points of a tail, from the kite's lower tip on; in calm pictures it does not wave."""
    tip = _turned(0, -0.45 * KITE_H * size, LEAN)
    beat = 0.0 if state.setting.calm else state.now_ms / 950
    points = []
    for k in range(21):
        s = k / 20
        wave = (6 + 12 * wind) * min(1.0, 2 * s) * sin(2 * pi * (1.5 * s + beat))
        along = _turned(210 * size * s, wave * size, 248 - 52 * wind)
        points.append((at[0] + tip[0] + along[0], max(44.0, at[1] + tip[1] + along[1])))
    return tuple(points)


def _which_way(state: State) -> list[Shape]:
    """Return the picture for firmer or softer beside the kite, while it is well outside of the ribbon."""
    if state.is_blind or state.phase == "end":
        return []
    off, landing = state.force - state.target, state.phase == "land"
    slack = 0.0 if state.phase == "reach" else 0.006
    if not landing and not state.cause and abs(off) <= state.params.band + slack:
        return []
    x, y = place(state)
    return [Picture("icon-firmer" if off < 0 and not landing else "icon-softer", x - 156, y + 108, 136, 136)]
