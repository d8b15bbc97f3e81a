"""The picture of Buttons: a knitted coat whose opening narrows row by row, over a striped shirt.

The coat is drawn closed; its opening is laid over it between the borders of the two halves, which keep as far apart at
each button as that is from its hole.
"""

from itertools import pairwise
from math import cos, pi, sin

from engine.scene import Arc, Circle, Pair, Path, Picture, Role, Scene, Shape
from games.buttons.rules import (
    BOTTOM_Y,
    CLOSE_MS,
    COATS,
    FEAST_MS,
    MIDDLE_X,
    TOP_Y,
    UNTIMED_MS,
    State,
    breath,
    eased,
    gap_at,
    on_stage,
    place_of,
)

SHOULDER_Y = 734.0
NECK_Y, NECK_GAP, HEM_Y, HEM_GAP = 762.0, 250.0, 79.0, 40.0
PLACKET = 92.0
SLICES = 10
STRIPES, STRIPE_Y, STRIPE_APART = 14, 640.0, 44.0
TIP_SIZE, PRESSED_MS, BESIDE_MS = 0.5, 250.0, 1300.0
PULSE_MS = 1200.0


def scene(state: State) -> Scene:
    """Return the picture: the coat with its opening, buttons and holes, and what is to be touched now."""
    out, up = breath(state, state.now_ms)
    front = _front(state, out, up)
    shapes = [
        Picture(f"buttons-coat-{state.coat}", MIDDLE_X, 450 + up, 1000 + 1.6 * out, 980),
        *_opening(front, up),
        Picture("buttons-neck", MIDDLE_X, 805 + up, 300, 330),
        *_plackets(front, SHOULDER_Y + up),
        *_fastenings(state),
        *_feast(state, up),
        *_asked(state),
        *_beside(state),
        *_fingertip(state),
    ]
    return Scene("wardrobe", tuple(shapes))


def _front(state: State, out: float, up: float) -> list[Pair]:
    """Return (height, distance between the middles of the two borders) from neck to hem."""
    rows = sorted(((y + up, gap_at(state, n, state.now_ms)) for n, y in enumerate(state.rows)), reverse=True)
    hem_gap = HEM_GAP + (state.gap - HEM_GAP) * rows[-1][1] / state.gap
    knots = [(NECK_Y + up, NECK_GAP), *((y, max(0.0, gap + 2 * out)) for y, gap in rows), (HEM_Y + up, hem_gap + out)]
    front = [knots[0]]
    for (y, gap), (to_y, to_gap) in pairwise(knots):
        for k in range(1, SLICES + 1):
            share = k / SLICES
            front.append((y + (to_y - y) * share, gap + (to_gap - gap) * eased(share)))
    return front


def _apart(front: list[Pair]) -> list[list[Pair]]:
    """Return the stretches where the borders do not overlap: (height, half of the opening)."""
    pieces: list[list[Pair]] = [[]]
    first_y, first_gap = front[0]
    for (y, gap), (to_y, to_gap) in pairwise([(first_y + 0.01, first_gap), *front]):
        half, to_half = (gap - PLACKET) / 2, (to_gap - PLACKET) / 2
        if half * to_half < 0:
            pieces[-1].append((y + (to_y - y) * half / (half - to_half), 0.0))
            if to_half < 0:
                pieces.append([])
        if to_half >= 0:
            pieces[-1].append((to_y, to_half))
    return [piece for piece in pieces if len(piece) > 1]


def _opening(front: list[Pair], up: float) -> list[Shape]:
    """Return the striped shirt that is seen where the coat is open, with its lower edge where that is seen."""
    shapes: list[Shape] = []
    for piece in _apart(front):
        low, half = piece[-1]
        ends = (*piece, (low - 0.5, 0.1))
        shapes.append(Path(tuple((MIDDLE_X, y) for y, _ in ends), "card", tuple(2 * wide + 2 for _, wide in ends)))
        shapes.extend(_stripes(piece, up))
        if half > 0:
            shapes.append(Path(((MIDDLE_X - half, low), (MIDDLE_X + half, low)), "ink", 7))
        for side in (-1, 1):
            shade = tuple((MIDDLE_X + side * max(0.0, wide - 11), y) for y, wide in piece)
            shapes.append(Path(shade, "shadow", 22, alpha=0.13))
    return shapes


def _stripes(piece: list[Pair], up: float) -> list[Shape]:
    stripes: list[Shape] = []
    for n in range(STRIPES):
        y = STRIPE_Y - STRIPE_APART * n + up
        half = _half_at(piece, y)
        if half > 16:
            x, sag = half - 8, half * half / 2600
            points = tuple((MIDDLE_X + x * k / 4, y - sag * (1 - (k / 4) ** 2)) for k in range(-4, 5))
            stripes.append(Path(points, "water-shade", 13))
    return stripes


def _half_at(piece: list[Pair], y: float) -> float:
    """Return half of the opening at a height, 0 outside of the piece."""
    for (top, half), (low, to_half) in pairwise(piece):
        if low <= y <= top:
            return half + (to_half - half) * (top - y) / max(top - low, 1e-9)
    return 0.0


def _plackets(front: list[Pair], shoulder_y: float) -> list[Shape]:
    """Return the borders of the two halves, sewn from the shoulders down; the left one lies over the right one."""
    edge = PLACKET / 2
    shapes: list[Shape] = []
    for piece in _apart(front):
        sewn = tuple((MIDDLE_X + half, y) for y, half in piece if y <= shoulder_y)
        if len(sewn) > 1:
            shapes.append(_band(tuple((x + edge, y) for x, y in sewn)))
            shapes.append(_seam(tuple((x + PLACKET, y) for x, y in sewn)))
        shapes.append(Path(tuple((MIDDLE_X + half, y) for y, half in piece), "ink", 7))
    middle = tuple((MIDDLE_X - gap / 2, y) for y, gap in front if y <= shoulder_y)
    inner = tuple((MIDDLE_X - gap / 2 + edge, y) for y, gap in front)
    return [*shapes, _band(middle), _seam(tuple((x - edge, y) for x, y in middle)), Path(inner, "ink", 7)]


def _band(points: tuple[Pair, ...]) -> Shape:
    """Return the shade of a border, cut off straight at both ends."""
    (x, y), (to_x, to_y) = points[0], points[-1]
    ends = ((x, y + 0.5), *points, (to_x, to_y - 0.5))
    return Path(ends, "shadow", (0.1, *(PLACKET for _ in points), 0.1), alpha=0.10)


def _seam(points: tuple[Pair, ...]) -> Shape:
    return Path(points, "card", 4, dash=13, alpha=0.9)


def _sizes(state: State) -> tuple[float, float]:
    """Return how large the place that is asked for is drawn, and the others, which must not overlap."""
    size = state.params.target_mm * state.setting.units_per_mm
    apart = (TOP_Y - BOTTOM_Y) / max(2, len(state.rows))
    return size, min(size, 0.82 * apart)


def _fastenings(state: State) -> list[Shape]:
    """Return the holes, and over them the buttons; one that was just closed is pressed through its hole."""
    holes: list[Shape] = []
    buttons: list[Shape] = []
    large, small = _sizes(state)
    name = f"buttons-button-{state.coat}"
    for row in range(len(state.rows)):
        (x, y), (hole_x, hole_y) = (on_stage(place_of(state, 2 * row + n, state.now_ms), state.setting) for n in (0, 1))
        if row < len(state.closed):
            share = eased((state.now_ms - state.closed[row]) / CLOSE_MS)
            size = large + (small - large) * share
            if share < 1:
                holes.append(Picture("buttons-hole", hole_x, hole_y, size, size))
            size *= 1.0 if state.setting.calm else 1 + 0.1 * sin(pi * share)
            buttons.append(Picture(name, x, y, size, size))
            continue
        size = large if row == state.row and state.ended_ms is None else small
        lift = 7.0 if state.at == 2 * row + 1 else 0.0
        holes.append(Picture("buttons-hole", hole_x, hole_y, size, size))
        buttons.append(Circle(x + 3, y - 5 - lift, size / 2, "shadow", alpha=0.2))
        buttons.append(Picture(name, x, y + lift, size, size))
    return holes + buttons


def _asked(state: State) -> list[Shape]:
    """Return the ring about the place to touch, with the time that is left; a picked button shows its way."""
    if not state.asks:
        return []
    x, y = on_stage(place_of(state, state.at, state.now_ms), state.setting)
    pulse = 0.0 if state.setting.calm else 2.5 * (1 - cos(2 * pi * state.now_ms / PULSE_MS))
    r = _sizes(state)[0] / 2 + 12 + pulse
    shapes = _way(state, (x, y)) if state.at % 2 else []
    shapes += [Circle(x, y, r, line="card", line_width=17), Circle(x, y, r, line="focus", line_width=8)]
    if state.params.limit_ms < UNTIMED_MS:
        left = max(0.0, 1 - (state.now_ms - state.asked_ms) / state.params.limit_ms)
        shapes += [Circle(x, y, r + 19, line="card", line_width=16), Arc(x, y, r + 19, left, "target", 9)]
    return shapes


def _way(state: State, hole: Pair) -> list[Shape]:
    """Return an arrow from the picked button to its hole, where there is room for one."""
    from_x, y = on_stage(place_of(state, state.at - 1, state.now_ms), state.setting)
    away = _sizes(state)[0] / 2
    start_x, end_x = from_x - away - 12, hole[0] + away + 34
    if start_x - end_x < 30:
        return []
    line = ((start_x, y), (end_x, y))
    tip = ((end_x + 20, y + 18), (end_x, y), (end_x + 20, y - 18))
    strokes: tuple[tuple[Role, float, float], ...] = (("card", 17, 0), ("focus", 8, 18))
    shapes: list[Shape] = []
    for role, wide, dash in strokes:
        shapes += [Path(line, role, wide, dash), Path(tip, role, wide)]
    return shapes


def _beside(state: State) -> list[Shape]:
    """Return, for a while, where the last touch beside its place was, and the way from there to its middle."""
    if state.last_beside is None or state.now_ms - state.last_down_ms > BESIDE_MS:
        return []
    x, y = on_stage(state.last_beside, state.setting)
    to_x, to_y = on_stage(place_of(state, state.at, state.now_ms), state.setting)
    return [
        Path(((x, y), (to_x, to_y)), "card", 12),
        Path(((x, y), (to_x, to_y)), "ink", 5, dash=12),
        Circle(x, y, 14, "card", "ink", 5),
    ]


def _feast(state: State, up: float) -> list[Shape]:
    """Return scarf and flower of a coat that was closed without a fault; else what was touched beside."""
    if state.ended_ms is None or not state.is_closed:
        return []
    if state.cause:
        return _marked(state)
    share = eased((state.now_ms - state.ended_ms - CLOSE_MS) / FEAST_MS)
    if share <= 0:
        return []
    drop = 0.0 if state.setting.calm else 70 * (1 - share)
    size = 130 * (1.0 if state.setting.calm else 0.5 + 0.5 * share)
    return [
        Picture("buttons-scarf", MIDDLE_X, 612 + up + drop, 420, 430, alpha=share),
        Picture("buttons-flower", 1024, 572 + up, size, size, alpha=share),
    ]


def _marked(state: State) -> list[Shape]:
    """Return, for the worst touch beside its place, how large that was and where the touch lay."""
    worst = max(range(len(state.touches)), key=lambda n: state.touches[n].away_mm)
    touch, per_mm = state.touches[worst], state.setting.units_per_mm
    if touch.on:
        return []
    x, y = on_stage(place_of(state, worst, state.now_ms), state.setting)
    r = state.params.target_mm * per_mm / 2
    near = per_mm * min(1.0, 260.0 / (touch.away_mm * per_mm))
    return [
        Circle(x, y, r, line="card", line_width=13),
        Circle(x, y, r, line="focus", line_width=6),
        Circle(x + touch.x_mm * near, y + touch.y_mm * near, 14, "card", "ink", 5),
    ]


def _fingertip(state: State) -> list[Shape]:
    """Return the hand whose fingertip the arrow keys push."""
    if not state.led or state.ended_ms is not None:
        return []
    x, y = on_stage(state.tip, state.setting)
    name = "hand-point-press" if state.now_ms - state.pressed_ms < PRESSED_MS else "hand-point"
    return [Picture(name, x + 90 * TIP_SIZE, y - 200 * TIP_SIZE, 420 * TIP_SIZE, 520 * TIP_SIZE)]


PICTURES = (
    *(f"buttons-{what}-{coat}" for what in ("coat", "button") for coat in COATS),
    *("buttons-hole", "buttons-neck", "buttons-scarf", "buttons-flower", "hand-point", "hand-point-press"),
)
