"""What is seen of a zip: the thing, its halves before the slider, the closed teeth behind it, the tab and the snail.

Behind the slider the halves meet; before it they part. Two seams show the corridor: they run in the cloth beside the
teeth, so they part with it.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import atan2, cos, degrees, exp, hypot, pi, sin

from engine.scene import Arc, Bar, Circle, Path, Picture, Role, Scene, Shape, Words
from games.zip.pull import STUCK_MS, State, on_stage
from games.zip.track import Pair

REMIND_MS = 4000.0
SHOWN_MM, GRAIN_MM = 4.0, 0.5
TAPE, EDGE, TEETH = 26.0, 17.0, 5.0
COIL, EDGE_COIL, COIL_STEP = 6.5, 5.0, 7.0
GROUNDS = {"straight": "zip-bench", "bend": "zip-bench", "wave": "meadow"}
GAPS = {"straight": 62.0, "bend": 40.0, "wave": 58.0}
INSIDE: dict[str, tuple[Role, Role]] = {
    "straight": ("water-shade", "water"),
    "bend": ("water-shade", "water"),
    "wave": ("guide", "water-shade"),
}
THINGS = {
    "straight": ("zip-jacket-", 800.0, 420.0, 760.0, 700.0),
    "bend": ("zip-bag", 800.0, 390.0, 1280.0, 680.0),
    "wave": ("zip-tent", 800.0, 390.0, 1400.0, 660.0),
}
GIFTS = {
    "straight": ("zip-scarf", 800.0, 606.0, 330.0, 330.0),
    "bend": ("zip-tag", 1019.0, 306.0, 150.0, 190.0),
    "wave": ("zip-lantern", 470.0, 520.0, 140.0, 190.0),
}


def scene(state: State) -> Scene:
    """Return the picture of a zip."""
    bends = state.params.bends
    name, x, y, w, h = THINGS[bends]
    thing = Picture(name + state.colour if bends == "straight" else name, x, y, w, h)
    shown = round(state.shown_mm / GRAIN_MM) * GRAIN_MM
    shapes = (
        thing, *_cloth(state, shown), *_stops(state, shown), *_folds(state, shown), *_snags(state),
        *_collar(state, shown), *_slider(state), *_joy(state), *_snail(state, shown), *_reminder(state),
    )  # fmt: skip
    return Scene(GROUNDS[bends], shapes)


# The cloth


def _cloth(state: State, shown: float) -> list[Shape]:
    """Return the corridor, the opening before the slider, both edges with their teeth, and the closed teeth."""
    first, last = -state.track.closed_mm, state.track.length_mm
    whole, behind = _places(first, last), _places(first, shown)
    closed = _beside(state, behind, [0.0] * len(behind))
    return [
        _corridor(state, whole, shown),
        *(_opening(state, _places(shown, last), shown) if last - shown > 0.5 else ()),
        Path(closed, "ink", TAPE),
        Path(_coil(closed, COIL), "card", TEETH),
        *_seams(state, whole, shown),
    ]


def _places(first: float, last: float) -> list[float]:
    """Return places (mm) along the zip some way apart, both ends among them; those between stay where they are."""
    between = range(int(first // SHOWN_MM) + 1, int(last // SHOWN_MM) + 1)
    return [first, *(n * SHOWN_MM for n in between if first + 1.0 < n * SHOWN_MM < last - 1.0), last]


def _gap(state: State, at: float, shown: float) -> float:
    """Return half of the gap (units) between the two halves; a jacket is open at its end, the others are not."""
    if at <= shown:
        return 0.0
    widest, left = GAPS[state.params.bends], state.track.length_mm - shown
    if state.params.bends == "straight":
        return float(widest * (1 - exp(-(((at - shown) / 34.0) ** 1.4))))
    share = min(1.0, (at - shown) / left) if left > 0 else 1.0
    return float(widest * min(1.0, left / 90.0) * max(0.0, sin(pi * share)) ** 0.8)


def _half(state: State) -> float:
    """Return half the width of the corridor in units."""
    return state.params.width_mm / 2 * state.setting.units_per_mm


def _beside(state: State, places: Sequence[float], offs: Sequence[float]) -> tuple[Pair, ...]:
    """Return stage points beside the zip, by their distance (units) to its left."""
    points = []
    for at, off in zip(places, offs, strict=True):
        (x, y), (nx, ny) = on_stage(state.track.place(at), state.setting), state.track.normal(at)
        points.append((round(x + nx * off, 2), round(y + ny * off, 2)))
    return tuple(points)


def _corridor(state: State, whole: list[float], shown: float) -> Path:
    """Return the lighter strip of cloth between the seams; its ends do not stand out of the thing."""
    half, places = _half(state), [whole[0], whole[0] + 1.0, *whole[1:-1], whole[-1] - 1.0, whole[-1]]
    wide = [round(2 * (half + _gap(state, at, shown)), 2) for at in places[1:-1]]
    return Path(_beside(state, places, [0.0] * len(places)), "white", (8.0, *wide, 8.0), alpha=0.2)


def _seams(state: State, whole: list[float], shown: float) -> list[Shape]:
    """Return the two seams that show the corridor."""
    gaps = [_gap(state, at, shown) + _half(state) for at in whole]
    lines = [_beside(state, whole, [side * gap for gap in gaps]) for side in (1, -1)]
    return [Path(line, "ink", 4.0, dash=14.0, alpha=0.8) for line in lines]


def _opening(state: State, ahead: list[float], shown: float) -> list[Shape]:
    """Return the lining between the two halves, and the two edges with their teeth, from the far end to the slider."""
    gaps = [_gap(state, at, shown) for at in ahead]
    middle = _beside(state, ahead, [0.0] * len(ahead))
    inside = INSIDE[state.params.bends]
    shapes: list[Shape] = [
        Path(middle, role, tuple(round(max(2 * gap + more, 1.0), 2) for gap in gaps))
        for role, more in zip(("ink", *inside), (8.0, 0.0, -16.0), strict=True)
    ]
    for side in (1.0, -1.0):
        edge = _beside(state, ahead, [side * (gap + 2.0) for gap in gaps])[::-1]
        shapes += [Path(edge, "ink", EDGE), Path(_coil(edge, EDGE_COIL), "card", TEETH)]
    return shapes


def _coil(points: tuple[Pair, ...], wide: float) -> tuple[Pair, ...]:
    """Return a line that goes from side to side of another one: the coil of a zip."""
    out, left, side = [], 0.0, wide
    for (ax, ay), (bx, by) in pairwise(points):
        piece = hypot(bx - ax, by - ay)
        dx, dy = ((bx - ax) / piece, (by - ay) / piece) if piece else (0.0, 0.0)
        while left < piece:
            out.append((round(ax + dx * left - dy * side, 2), round(ay + dy * left + dx * side, 2)))
            left, side = left + COIL_STEP, -side
        left -= piece
    return tuple(out) if len(out) > 1 else points


# What lies on it


def _heading(state: State, at: float) -> float:
    nx, ny = state.track.normal(at)
    return atan2(-nx, ny)


def _stops(state: State, shown: float) -> list[Shape]:
    """Return the metal stops at both ends of the zip."""
    shapes: list[Shape] = []
    for at in (-state.track.closed_mm, state.track.length_mm):
        gap = _gap(state, at, shown)
        for middle in (gap, -gap) if gap > 6 else (0.0,):
            ends = _beside(state, [at, at], [middle + 12.0, middle - 12.0])
            shapes += [Path(ends, "ink", 15.0), Path(ends, "line", 6.0)]
    return shapes


def _folds(state: State, shown: float) -> list[Shape]:
    """Return the folds of cloth that come near the zip: a pull must be slower there."""
    shapes: list[Shape] = []
    for n, spot in enumerate(state.spots):
        side = -1.0 if n % 2 == 0 else 1.0
        ((x, y),) = _beside(state, [spot], [side * (58.0 + _gap(state, spot, shown))])
        turn = degrees(_heading(state, spot)) + (0.0 if side < 0 else 180.0)
        shapes.append(Picture("zip-fold", x, y, 150.0, 100.0, round(turn, 1)))
    return shapes


def _snags(state: State) -> list[Shape]:
    """Return the little pinches where cloth was caught; a pull that went well has smoothed them."""
    if state.ended_ms is not None and not state.cause:
        return []
    shapes: list[Shape] = []
    for n, at in enumerate(state.snags[-4:]):
        ((x, y),) = _beside(state, [at], [26.0 if n % 2 else -26.0])
        turn = degrees(_heading(state, at)) + (180.0 if n % 2 else 0.0)
        shapes.append(Picture("zip-snag", x, y, 64.0, 52.0, round(turn, 1)))
    return shapes


def _collar(state: State, shown: float) -> list[Shape]:
    """Return both halves of a jacket's collar, that come together as it is closed."""
    if state.params.bends != "straight":
        return []
    gap = _gap(state, state.track.length_mm, shown)
    return [
        Picture(
            "zip-collar", round(800.0 + side * (74.0 + gap), 2), round(690.0 - gap * 0.12, 2), 190.0, 206.0,
            round(-side * gap * 0.32, 2), side < 0,
        )
        for side in (1, -1)
    ]  # fmt: skip


def _snail(state: State, shown: float) -> list[Shape]:
    """Return the snail that walks beside the zip at the pace that suits."""
    at = round(state.pace_mm / GRAIN_MM) * GRAIN_MM
    ((x, y),) = _beside(state, [at], [_half(state) + _gap(state, at, shown) + 40.0])
    bob = 0.0 if state.setting.calm or not state.begun else 2.0 * sin(state.pace_mm * 0.9)
    return [Picture("zip-snail", x, round(y + bob, 2), 92.0, 70.0, round(degrees(_heading(state, at)), 1))]


def _slider(state: State) -> list[Shape]:
    """Return the slider, its pull tab that leans towards the hand, and what says that it can be taken."""
    setting, shown = state.setting, state.shown_mm
    x, y = on_stage(state.track.place(shown), setting)
    x, y = round(x, 2), round(y, 2)
    ahead = _heading(state, shown)
    lean, stuck = _lean(state, x, y, ahead), state.now_ms - state.snag_ms < STUCK_MS
    shapes: list[Shape] = []
    if not state.hooked and state.ended_ms is None:
        shapes += [Circle(x, y, 82, line="focus", line_width=6), Arc(x, y, 95, 1.0, "focus", 3, alpha=0.5)]
    turn = round(degrees(ahead + (0.12 * sin(state.now_ms / 18.0) if stuck and not setting.calm else 0.0)), 1)
    shapes.append(Picture("zip-slider", x, y, 92.0, 84.0, turn))
    if stuck:
        shapes.append(Picture("zip-caught", x, y, 150.0, 130.0, turn))
    tab = (round(x + 58.0 * cos(lean), 2), round(y + 58.0 * sin(lean), 2))
    shapes.append(Picture("zip-tab", *tab, 128.0, 52.0, round(degrees(lean), 1)))
    if state.hooked and state.pen is not None:
        shapes.append(Circle(*on_stage(state.pen, setting), 10, line="ink", line_width=4))
    return shapes


def _lean(state: State, x: float, y: float, ahead: float) -> float:
    """Return the angle of the tab: towards the hand, and always somewhat ahead; at the end it is laid back."""
    if state.ended_ms is not None:
        return ahead + pi * (1.0 if state.setting.calm else min(1.0, (state.now_ms - state.ended_ms) / 300.0))
    if not state.hooked or state.pen is None:
        return ahead
    to_x, to_y = on_stage(state.pen, state.setting)
    along = (to_x - x) * cos(ahead) + (to_y - y) * sin(ahead)
    side = (to_y - y) * cos(ahead) - (to_x - x) * sin(ahead)
    return ahead + max(-1.1, min(1.1, atan2(side, 60.0 + max(0.0, along))))


def _joy(state: State) -> list[Shape]:
    """Return what makes the thing complete when it was closed well: a scarf, a tag or a lantern."""
    if state.ended_ms is None or state.cause:
        return []
    since = 1.0 if state.setting.calm else min(1.0, (state.now_ms - state.ended_ms) / 320.0)
    name, x, y, w, h = GIFTS[state.params.bends]
    return [Picture(name, x, round(y + (1 - since) ** 2 * 70.0, 2), w, h, alpha=round(min(1.0, 0.25 + since), 3))]


def _reminder(state: State) -> list[Shape]:
    """Return a line that says what to do, while nobody has held the tab for some seconds."""
    if state.hooked or state.ended_ms is not None or state.now_ms - state.free_ms <= REMIND_MS:
        return []
    return [Bar(800, 118, 760, 92, "card", 30, "line", 3), Words("hint.zip.take", 800, 118, 36, bold=True, width=700)]
