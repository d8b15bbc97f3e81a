"""The pictures of Cup: a cup in the hand over a table, the gauge or the way with its band, what lies in the way."""

from dataclasses import dataclass
from math import cos, hypot, radians, sin

from engine.scene import Bar, Circle, Pair, Path, Picture, Role, Scene, Shape
from games.cup.rules import EASED, FROM_X, OPEN, TO_X, State, X, Y, is_inside

TALLEST = 0.44
W, H = 520.0, 620.0
LONG, LAP = 1720.0, 40.0
HIGHEST = 450.0
GAUGE_X, GAUGE_LOW, GAUGE_HIGH, GAUGE_W = 490.0, 130.0, 690.0, 96.0
SMALL, FOOT = 0.62, 194.0
POURING, STEEP, ASIDE = 0.8, 26.0, 105.0
POUR_X, GLASS_X, GLASS_LOW, GLASS_HIGH = 880.0, 716.0, 112.0, 268.0
TABLE_Y, EVERY = 126.0, 6
RIM = (-120.0, 158.0)
POP_MS, TREAT_X, TREAT_Y = 260.0, 490.0, 158.0


def scene(state: State) -> Scene:
    """Return the picture: the cup rises with the force, the gauge beside it or the way below it shows the band."""
    drawn = {"hold": _held, "carry": _carried, "pour": _poured}[state.params.task](state)
    return Scene("table", tuple(drawn))


def _held(state: State) -> list[Shape]:
    if _is_done(state):
        return [*_glow(state, (X, Y - 40), 760.0), _treat(state), *_cup(state), *_steaming(state, (X, Y + 215), 1.0)]
    return [*([] if _is_hidden(state) else _gauge(state)), *_cup(state)]


def _is_hidden(state: State) -> bool:
    """Tell whether the gauge is veiled now: in the last part of each second of the hold."""
    return state.phase == "hold" and state.now_ms % 1000 >= 1000 * (1 - state.params.hidden)


# What pleases when it is done: the gauge goes, the table is laid


def _is_done(state: State) -> bool:
    """Tell whether the cup was set down as it was meant to be."""
    return state.phase == "end" and not state.cause


def _popped(state: State) -> float:
    """Return how far what appears at the end has come, from 0 to 1; at once where pictures are calm."""
    share = 1.0 if state.setting.calm else min(1.0, (state.now_ms - state.since_ms) / POP_MS)
    return share * (2 - share)


def _glow(state: State, place: Pair, wide: float) -> list[Shape]:
    """Return a warm light behind what was set down or filled."""
    wide *= 0.6 + 0.4 * _popped(state)
    return [Picture("cup-glow", *place, wide, wide)]


def _treat(state: State) -> Shape:
    """Return the plate of biscuits that takes the place of the gauge."""
    size = 0.6 + 0.4 * _popped(state)
    return Picture("cup-biscuits", TREAT_X, TREAT_Y, 270 * size, 135 * size)


def _steaming(state: State, place: Pair, size: float) -> list[Shape]:
    """Return more steam than before, a plume at each side; both rise as they appear."""
    x, y = place
    y, high = y + 40 * size * _popped(state), 190 * size
    return [Picture("steam", x + side * 54 * size, y, 0.75 * high, high, alpha=0.95) for side in (-1, 1)]


# The gauge


def _height(share: float, state: State) -> float:
    """Return the height of a force on the gauge; with the mouse it is the pointer's own height."""
    top = 1.9 * (state.params.target + state.params.band)
    fixed = state.setting.played_with == "mouse" or state.params.task == "carry"
    tallest = TALLEST if fixed else max(0.16, top)
    return GAUGE_LOW + min(share, tallest) / tallest * (GAUGE_HIGH - GAUGE_LOW)


def _gauge(state: State) -> list[Shape]:
    params, lowering = state.params, state.phase == "lower"
    low, high = (0.0, OPEN) if lowering else (state.target - params.band, state.target + params.band)
    bottom, top = _height(max(0.0, low), state) - (14 if lowering else 0), _height(high, state)
    good = state.phase == "hold" and is_inside(state)
    middle, edge = (GAUGE_LOW + GAUGE_HIGH) / 2, GAUGE_W / 2
    shapes: list[Shape] = [
        Bar(GAUGE_X, middle, GAUGE_W + 16, GAUGE_HIGH - GAUGE_LOW + 60, "card", 56, "line", 5),
        Bar(GAUGE_X, (bottom + top) / 2, GAUGE_W, top - bottom, "good" if good else "target", 12, "ink", 4),
    ]
    for at in (bottom, top):
        shapes.append(Path(((GAUGE_X - edge - 26, at), (GAUGE_X + edge + 26, at)), "ink", 5))
    if state.phase == "hold":
        share = len(state.away) / max(1, len(state.ways[state.at]))
        rise = (top - bottom) * share
        shapes.append(Bar(GAUGE_X, bottom + rise / 2, GAUGE_W - 20, rise, "guide", 8, "card", 4))
    if state.phase != "end":
        shapes.extend(_which_way(state, bottom, top, (GAUGE_X - 130, (bottom + top) / 2)))
    at = _height(state.seen, state)
    shapes.append(Path(((GAUGE_X - edge, at), (GAUGE_X + edge, at)), "ink", 9))
    shapes += [Circle(GAUGE_X, at, 27, "card", "ink", 5), Circle(GAUGE_X, at, 17, "primary")]
    return shapes


def _which_way(state: State, bottom: float, top: float, place: Pair) -> list[Shape]:
    """Return the picture for firmer or softer beside the band, while the force is outside of it."""
    at, lowering = _height(state.seen, state), state.phase == "lower"
    if bottom <= at <= top and not lowering:
        return []
    icon = "icon-softer" if at > top or lowering else "icon-firmer"
    return [Picture(icon, place[0], place[1] + (40 if lowering else 0), 110, 110)]


# The cup in the hand


@dataclass(frozen=True, slots=True)
class Grasp:
    """How hand and cup are seen: closed around it or open beside it, the cup dented, tilted or both."""

    closed: bool
    dented: bool
    slipped: bool


def _grasp(state: State) -> Grasp:
    slipped = state.phase == "end" and state.cause in ("too-soft", "let-go-too-quickly")
    dented = state.force > state.target + 1.6 * state.params.band or state.cause == "too-hard"
    return Grasp((state.force > OPEN or state.cause == "too-hard") and not slipped, dented, slipped)


def _lift(state: State) -> float:
    return min(1.2, state.seen / max(0.05, state.params.target)) if _grasp(state).closed else 0.0


def _cup(state: State) -> list[Shape]:
    """Return hand and cup: open and down on the table, or closed and lifted with the force."""
    grasp = _grasp(state)
    y = min(Y - 50 + 110 * _lift(state), HIGHEST if state.phase == "end" else Y + 100)
    shapes: list[Shape] = [Picture("saucer", X, 155, 360, 110)]
    if state.phase in ("hold", "lower") and grasp.closed:
        drift = 0.0 if state.setting.calm else 8 * abs(state.now_ms % 2000 / 1000 - 1)
        shapes.append(Picture("steam", X, y + 260 + drift, 120, 160, alpha=0.8))
    return [*shapes, *_hand_and_cup(grasp, "cup", X, y, 1.0, hand_y=y if grasp.closed else Y - 30)]


def _hand_and_cup(
    grasp: Grasp, cup: str, x: float, y: float, size: float, tilt: float = 0.0, hand_y: float | None = None
) -> list[Shape]:
    """Return the hand around the cup, or open beside it; both turn about the cup's middle."""
    hand = "grip" if grasp.closed else "grip-open"
    hand_y = y if hand_y is None else hand_y
    name = "cup-dent" if grasp.dented and grasp.closed else cup
    long, lap = (W, 0.0) if size == 1.0 else (LONG, LAP)
    far, turn = size * ((W + long) / 2 - lap), radians(tilt)
    sleeve = f"{hand}-arm" if size == 1.0 else "cup-arm" if grasp.closed else "cup-open-arm"
    arm = Picture(sleeve, x + far * cos(turn), hand_y + far * sin(turn), size * long, size * H, angle=tilt)
    return [
        arm,
        Picture(f"{hand}-back", x, hand_y, size * W, size * H, angle=tilt),
        Picture(name, x, y, size * W, size * H, angle=-8.0 if grasp.slipped else tilt),
        Picture(f"{hand}-front", x, hand_y, size * W, size * H, angle=tilt),
    ]


# Carrying


def _carried(state: State) -> list[Shape]:
    """Return the way over the table, what lies in it, and the cup on its way."""
    hidden, grasp = _is_hidden(state), _grasp(state)
    x, foot = _along(state.gone), _height(state.seen, state) if grasp.closed else TABLE_Y + 14
    done = _is_done(state)
    shapes: list[Shape] = [
        *(_glow(state, (TO_X, TABLE_Y + 150), 470.0) if done else ()),
        Picture("saucer", TO_X, TABLE_Y + 14, 250, 76), Picture("cup-biscuits", TO_X - 195, TABLE_Y + 20, 180, 90),
        *_obstacles(state), *([] if hidden else _way(state)),
    ]  # fmt: skip
    shapes += _hand_and_cup(grasp, "cup", x, foot + SMALL * FOOT, SMALL)
    if done:
        return [*shapes, *_steaming(state, (x, foot + SMALL * 470), SMALL)]
    return [*shapes, *([] if hidden else _marker(state, x))]


def _along(share: float) -> float:
    return FROM_X + (TO_X - FROM_X) * share


def _obstacles(state: State) -> list[Shape]:
    """Return a jar or a jug below each bump of the way, as high as the cup clears it."""
    shapes: list[Shape] = []
    whole, before = sum(len(way) for way in state.ways), 0
    for n, way in enumerate(state.ways):
        if n % 2:
            high = _height(max(way) - state.params.band, state) - TABLE_Y - 14
            name, wide = (("cup-jar", 0.72), ("cup-jug", 0.86))[n // 2 % 2]
            shapes.append(Picture(name, _along((before + len(way) / 2) / whole), TABLE_Y + high / 2, wide * high, high))
        before += len(way)
    return shapes


def _way(state: State) -> list[Shape]:
    """Return the band along the whole way, as high as the force may stray, and the line that the cup's foot drew."""
    asked = [share for way in state.ways for share in way]
    every = [*range(0, len(asked) - 1, EVERY), len(asked) - 1]
    half = _height(state.params.band, state) - _height(0.0, state)
    middle = [(_along(k / len(asked)), _height(asked[k], state)) for k in every]
    edges = [tuple((x, y + off) for x, y in middle) for off in (-half, half)]
    widths = tuple(2 * half * part for part in _flatness(middle))
    shapes: list[Shape] = [Circle(*end, half + 3, "card", "ink", 6) for end in (middle[0], middle[-1])]
    shapes += [Path(tuple(middle), "card", widths), *(Path(edge, "ink", 6) for edge in edges)]
    shapes.append(Path(tuple(middle), "line", 3, dash=16, alpha=0.8))
    away = (*state.kept, *(state.away if state.phase == "hold" else ()))
    drew = [(_along(k / len(asked)), _height(asked[k] + away[k], state)) for k in range(0, len(away), EVERY)]
    return [*shapes, Path(tuple(drew), "guide", 9)] if len(drew) > 1 else shapes


def _flatness(points: list[Pair]) -> list[float]:
    """Return for each point by how much a stroke must be narrower there to be as high as where the way is level."""
    ends = zip([points[0], *points[:-1]], [*points[1:], points[-1]], strict=True)
    return [abs(b[0] - a[0]) / (hypot(b[0] - a[0], b[1] - a[1]) or 1.0) for a, b in ends]


def _marker(state: State, x: float) -> list[Shape]:
    """Return where the cup's foot is, the edges of the band beside it, and the picture for firmer or softer."""
    lowering = state.phase == "lower"
    low, high = (0.0, OPEN) if lowering else (state.target - state.params.band, state.target + state.params.band)
    bottom, top, at = _height(max(0.0, low), state), _height(high, state), _height(state.seen, state)
    shapes: list[Shape] = []
    if state.phase != "end":
        role: Role = "good" if is_inside(state) else "target"
        for side in () if lowering else (-1, 1):
            shapes.append(Bar(x + side * 88, (bottom + top) / 2, 22, top - bottom, role, 8, "ink", 4))
        shapes += _which_way(state, bottom, top, (x, min(at + 310.0, 690.0) - (40 if lowering else 0)))
    if _grasp(state).slipped:
        return []
    return [*shapes, Path(((x - 88, at), (x + 88, at)), "ink", 7), Circle(x, at, 19, "primary", "ink", 6)]


# Pouring


def _poured(state: State) -> list[Shape]:
    """Return the gauge, the cup that tilts as the grip is eased, and the glass that fills."""
    grasp, share = _grasp(state), _lift(state)
    tilt = _tilt(state)
    x = POUR_X + ASIDE * (1 - min(1.0, share if state.phase != "hold" else 1.0))
    y = 296.0 + 132 * (1.0 if state.phase == "hold" and grasp.closed else min(1.0, share))
    done = _is_done(state)
    shapes: list[Shape] = [] if _is_hidden(state) or done else _gauge(state)
    shapes += [*_glow(state, (GLASS_X, 230.0), 470.0), _treat(state)] if done else []
    shapes.append(Picture("saucer", POUR_X + ASIDE, 150, 300, 92))
    cup = "cup" if not tilt and state.at == 0 else "cup-tilted" if tilt else "cup-low"
    shapes += [*_hand_and_cup(grasp, cup, x, y, POURING, tilt), *_glass(state, x, y, tilt)]
    return [*shapes, *(_steaming(state, (GLASS_X, 385.0), 0.6) if done else ())]


def _tilt(state: State) -> float:
    """Return how far the cup is tilted in degrees: by how much the grip was eased on the ramp."""
    if state.at != 1 or state.phase != "hold":
        return 0.0
    eased = (state.params.target - state.seen) / ((1 - EASED) * state.params.target)
    return 6.0 + (STEEP - 6.0) * min(1.0, max(0.0, eased))


def _glass(state: State, x: float, y: float, tilt: float) -> list[Shape]:
    """Return the glass with the tea that ran into it, and the tea that runs now."""
    full = sum(abs(d) <= state.params.band for d in _ramp(state)) / len(state.ways[1])
    top = GLASS_LOW + (GLASS_HIGH - GLASS_LOW) * min(1.0, full)
    shapes: list[Shape] = [Picture("cup-glass-back", GLASS_X, 196, 180, 220)]
    if full > 0:
        shapes.append(Picture("cup-tea", GLASS_X, (GLASS_LOW + top) / 2, 130, max(4.0, top - GLASS_LOW)))
        shapes.append(Picture("cup-tea-top", GLASS_X, top, 130, 30))
    if tilt and is_inside(state):
        cosine, sine = POURING * cos(radians(tilt)), POURING * sin(radians(tilt))
        lip_x, lip_y = x + RIM[0] * cosine - RIM[1] * sine, y + RIM[0] * sine + RIM[1] * cosine
        shapes.append(Picture("cup-stream", lip_x - 6, (lip_y + top) / 2, 30, lip_y - top + 14))
    return [*shapes, Picture("cup-glass-front", GLASS_X, 196, 180, 220)]


def _ramp(state: State) -> tuple[float, ...]:
    """Return the deviations on the ramp so far."""
    level = len(state.ways[0])
    return state.kept[level:] if state.phase != "hold" else state.away if state.at else ()


PICTURES = (
    "cup", "cup-dent", "cup-tilted", "cup-low", "cup-stream", "cup-tea", "cup-tea-top", "cup-arm", "cup-open-arm",
    "cup-biscuits", "cup-glow", "steam", "icon-softer", "icon-firmer",
    *(f"{hand}-{part}" for hand in ("grip", "grip-open") for part in ("arm", "back", "front")),
)  # fmt: skip
