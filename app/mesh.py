"""Turn the plain shapes of a scene into triangles with soft edges, by numpy alone.

A shape becomes rails: rows of points that run along its rim. Between two rails lie two triangles a step; the
outermost rails are transparent, which smooths the edge over about a pixel (after Persson, "Geometric
post-process anti-aliasing", 2011, done beforehand).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from app.lru import Lru
from app.palette import RGB
from engine.scene import Arc, Bar, Circle, Path, Role

Floats = npt.NDArray[np.float64]
Line = Circle | Bar | Path | Arc

VERTEX = np.dtype([("at", "<f4", 2), ("uv", "<f4", 2), ("tint", "u1", 4)])
ROUGHNESS = 0.12  # units by which a many-sided circle may differ from a round one
SHARP = 0.15  # radians; a bend above this gets a round join
TINY = 1e-6
STRETCH = 4096.0  # length of the straight stroke that all others are made from; longer than any is wide
JOIN_STEP = 0.3  # radians between two ribs of a round join
KEPT_BYTES = 8_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Triangles in one colour: corners (n, 2) in stage units, three a triangle, and their coverage 0..1 (n,)."""

    role: Role
    alpha: float
    at: Floats
    cover: Floats


def layers(shape: Line, feather: float) -> tuple[Layer, ...]:
    """Return a shape's triangles, its fill before its outline, with edges ``feather`` units soft."""
    if isinstance(shape, Path):
        return _stroke(shape, feather)
    if isinstance(shape, Arc):
        return _arc(shape, feather)
    return _box(shape, feather)


def pack(shape_layers: Sequence[Layer], colours: Mapping[Role, RGB]) -> npt.NDArray[Any]:
    """Return the layers as vertices ready for upload; colours are multiplied by their alpha."""
    vertices = np.zeros(sum(len(layer.at) for layer in shape_layers), VERTEX)
    start = 0
    for layer in shape_layers:
        rows = vertices[start : start + len(layer.at)]
        rows["at"] = layer.at
        tint = np.array([*colours[layer.role], 255.0])
        rows["tint"] = np.rint(np.outer(layer.cover * layer.alpha, tint))
        start += len(layer.at)
    return vertices


class Meshes:
    """The meshes of one palette and one pixel size, kept by value; a shape that only moved is not made anew."""

    def __init__(self, colours: Mapping[Role, RGB], feather: float) -> None:
        self._colours, self._feather = colours, feather
        self._kept: Lru[bytes] = Lru(KEPT_BYTES, len)
        self._forms: Lru[npt.NDArray[Any]] = Lru(KEPT_BYTES, lambda form: form.nbytes)

    def of(self, shape: Line) -> bytes:
        """Return the packed vertices of a shape."""
        return self._kept.get(shape) or self._kept.put(shape, self._made(shape))

    def _made(self, shape: Line) -> bytes:
        if isinstance(shape, Path):
            return self._straight(shape) if _is_straight(shape) else self._packed(shape).tobytes()
        key = _form(shape)
        form = self._forms.get(key)
        if form is None:
            form = self._forms.put(key, self._packed(replace(shape, x=0.0, y=0.0)))
        moved = form.copy()
        moved["at"] += (shape.x, shape.y)
        return moved.tobytes()

    def _straight(self, path: Path) -> bytes:
        """Turn and stretch a stroke that is made already: most strokes that move are straight."""
        key = (path.width, path.role, path.alpha)
        form = self._forms.get(key)
        if form is None:
            form = self._forms.put(key, self._packed(replace(path, points=((0.0, 0.0), (STRETCH, 0.0)))))
        (x, y), (to_x, to_y) = path.points
        length = math.hypot(to_x - x, to_y - y)
        cos, sin = ((to_x - x) / length, (to_y - y) / length) if length > TINY else (1.0, 0.0)
        turned = form.copy()
        at = form["at"]
        far = at[:, :1] > STRETCH / 2
        longer = np.array((length - STRETCH, 0.0), np.float32)
        turned["at"] = (at + far * longer) @ np.array(((cos, sin), (-sin, cos)), np.float32) + (x, y)
        return turned.tobytes()

    def _packed(self, shape: Line) -> npt.NDArray[Any]:
        return pack(layers(shape, self._feather), self._colours)


def _is_straight(path: Path) -> bool:
    return len(path.points) == 2 and path.dash <= 0 and not isinstance(path.width, tuple)


def _form(shape: Circle | Bar | Arc) -> tuple[object, ...]:
    """Return all that decides how a shape looks but where it is."""
    if isinstance(shape, Circle):
        return shape.r, shape.fill, shape.line, shape.line_width, shape.alpha
    if isinstance(shape, Arc):
        return shape.r, shape.share, shape.role, shape.width, shape.alpha, None
    return shape.w, shape.h, shape.fill, shape.radius, shape.line, shape.line_width, shape.alpha


# --- discs and boxes ------------------------------------------------------------------------------


def _box(shape: Circle | Bar, feather: float) -> tuple[Layer, ...]:
    half_w, half_h, radius = _extent(shape)
    soft = feather / 2
    made = []
    if shape.fill:
        inset = min(soft, half_w, half_h)
        made.append(_ring(shape, shape.fill, (soft, -inset), (0.0, 1.0), radius))
    if shape.line and shape.line_width > 0:
        line = shape.line_width / 2
        inset = min(soft, line)
        offsets = (line + soft, line - inset, inset - line, -line - soft)
        made.append(_ring(shape, shape.line, offsets, (0.0, 1.0, 1.0, 0.0), radius))
    return tuple(made)


def _extent(shape: Circle | Bar) -> tuple[float, float, float]:
    if isinstance(shape, Circle):
        return max(0.0, shape.r), max(0.0, shape.r), max(0.0, shape.r)
    half_w, half_h = max(0.0, shape.w / 2), max(0.0, shape.h / 2)
    return half_w, half_h, min(max(0.0, shape.radius), half_w, half_h)


def _ring(shape: Circle | Bar, role: Role, offsets: Sequence[float], covers: Sequence[float], radius: float) -> Layer:
    half_w, half_h, _ = _extent(shape)
    corner = max(3, math.ceil(math.pi * math.sqrt((radius + 1) / (2 * ROUGHNESS)) / 4))
    rails = np.stack([_rim(half_w + by, half_h + by, radius + by, corner) for by in offsets])
    rails += (shape.x, shape.y)
    cover = np.repeat(np.array(covers)[:, None], rails.shape[1], axis=1)
    ribs = rails.shape[1]
    return _layer(role, shape.alpha, rails, cover, _filled(ribs) if len(offsets) == 2 else _steps(4, ribs))


def _rim(half_w: float, half_h: float, radius: float, corner: int) -> Floats:
    """Return the closed rim of a rounded box about the origin, anticlockwise from its right edge."""
    half_w, half_h = max(0.0, half_w), max(0.0, half_h)
    radius = min(max(0.0, radius), half_w, half_h)
    signs, outward = _corners(corner)
    return signs * (half_w - radius, half_h - radius) + radius * outward


@lru_cache(maxsize=64)
def _corners(corner: int) -> tuple[Floats, Floats]:
    turns = np.concatenate([np.linspace(q, q + 1, corner + 1) for q in range(4)] + [np.zeros(1)]) * (math.pi / 2)
    quarters = np.append(np.repeat(np.arange(4), corner + 1), 0)
    signs = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)], dtype=float)[quarters]
    return signs, np.stack([np.cos(turns), np.sin(turns)], axis=1)


# --- strokes --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Points to stroke through, half the width at each, and which piece of the stroke each belongs to."""

    points: Floats
    half: Floats
    piece: npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Ribs:
    """The two edges of a stroke, rib by rib, each with the direction that leads out of the stroke.

    ``at`` is the index of the track's point that a rib stands on.
    """

    left: Floats
    left_out: Floats
    right: Floats
    right_out: Floats
    half: Floats
    at: npt.NDArray[np.intp]


def _stroke(path: Path, feather: float) -> tuple[Layer, ...]:
    if not path.points:
        return ()
    points = np.array(path.points, dtype=float)
    half = np.broadcast_to(np.asarray(path.width, dtype=float) / 2, len(points)).astype(float)
    track = dashes(points, half, path.dash) if path.dash > 0 else _track(points, half)
    return (_stroked(path, track, feather),)


def _arc(arc: Arc, feather: float) -> tuple[Layer, ...]:
    if arc.share <= 0 or arc.r <= 0:
        return ()
    if arc.share >= 1:
        ring = Circle(arc.x, arc.y, arc.r, line=arc.role, line_width=arc.width, alpha=arc.alpha)
        return _box(ring, feather)
    steps = max(2, math.ceil(arc.share * 2 * math.pi * math.sqrt((arc.r + 1) / (8 * ROUGHNESS))) + 1)
    turns = np.linspace(0.0, arc.share * 2 * math.pi, steps)
    points = np.stack([arc.x + arc.r * np.sin(turns), arc.y + arc.r * np.cos(turns)], axis=1)
    return (_stroked(arc, _track(points, np.full(steps, arc.width / 2)), feather),)


def _stroked(shape: Path | Arc, track: Track, feather: float) -> Layer:
    rails, cover, piece = _rails(track, feather)
    return _layer(shape.role, shape.alpha, rails, cover, _between(rails.shape[1], piece))


def _track(points: Floats, half: Floats) -> Track:
    """Return a track in one piece: no point twice in a row, and at least two."""
    keep = np.append(True, np.hypot(*np.diff(points, axis=0).T) > TINY)
    points, half = points[keep], half[keep]
    if len(points) == 1:
        points, half = np.concatenate([points, points + (1e-3, 0.0)]), np.repeat(half, 2)
    return Track(points, half, np.zeros(len(points), np.intp))


def dashes(points: Floats, half: Floats, dash: float) -> Track:
    """Return a stroke cut into dashes, ``dash`` units on and off; the round ends lie within the dash."""
    whole = _track(points, half)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(whole.points, axis=0).T))])
    start = np.arange(0.0, along[-1], 2 * dash)
    reach = np.minimum(start + dash, along[-1])
    cap = np.interp(start, along, whole.half)
    kept = (start == 0) | (reach - start >= cap)
    start, reach, cap = start[kept], reach[kept], cap[kept]
    middle = (start + reach) / 2
    begin, end = np.minimum(start + cap, middle), np.maximum(reach - cap, middle + 1e-3)
    nth = np.minimum((along / (2 * dash)).astype(np.intp), len(start) - 1)
    inner = (along > begin[nth] + TINY) & (along < end[nth] - TINY)
    at = np.concatenate([begin, along[inner], end])
    piece = np.concatenate([np.arange(len(begin)), nth[inner], np.arange(len(end))])
    order = np.lexsort((at, piece))
    at, piece = at[order], piece[order]
    spots = np.stack([np.interp(at, along, whole.points[:, side]) for side in (0, 1)], axis=1)
    # What lies beyond the last point (a dot at the very end) would fall onto it: keep the two ends apart.
    spots[:, 0] += np.maximum(0.0, at - along[-1])
    return Track(spots, np.interp(at, along, whole.half), piece)


def _faint(half: Floats, feather: float) -> Floats:
    """Return the coverage of a stroke: one thinner than its soft edge becomes fainter instead of thinner."""
    return np.minimum(1.0, 2 * half / feather) if feather > TINY else np.ones_like(half)


def _rails(track: Track, feather: float) -> tuple[Floats, Floats, npt.NDArray[np.intp]]:
    ribs = _ribs(track)
    soft = feather / 2
    inset = np.minimum(soft, ribs.half)[:, None]
    rails = np.stack([
        ribs.left + soft * ribs.left_out, ribs.left - inset * ribs.left_out,
        ribs.right - inset * ribs.right_out, ribs.right + soft * ribs.right_out,
    ])  # fmt: skip
    solid = _faint(ribs.half, feather)
    clear = np.zeros_like(solid)
    return rails, np.stack([clear, solid, solid, clear]), track.piece[ribs.at]


def _ribs(track: Track) -> Ribs:
    breaks = np.flatnonzero(np.diff(track.piece))
    first, last = np.concatenate([[0], breaks + 1]), np.append(breaks, len(track.piece) - 1)
    steps = np.diff(track.points, axis=0)
    steps[breaks] = (1.0, 0.0)
    lengths = np.hypot(*steps.T)
    ahead = steps / lengths[:, None]
    inner = np.ones(len(track.piece), bool)
    inner[first] = inner[last] = False
    parts = (
        _caps(track, first, ahead[first]),
        _joins(track, np.flatnonzero(inner), ahead, lengths),
        _turned(_caps(track, last, -ahead[last - 1])),
    )
    order = np.argsort(np.concatenate([part.at for part in parts]), kind="stable")
    return Ribs(*(np.concatenate([getattr(part, name) for part in parts])[order] for name in Ribs.__slots__))


def _caps(track: Track, at: npt.NDArray[np.intp], ahead: Floats) -> Ribs:
    """Return the ribs of a round end at each of the points ``at``."""
    across = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)
    cos, sin = _quarter(min(12, 3 + math.ceil(1.4 * math.sqrt(track.half.max()))))
    back, side = (ahead[:, None] * -cos).reshape(-1, 2), (across[:, None] * sin).reshape(-1, 2)
    left, right = back + side, back - side
    at = np.repeat(at, len(cos))
    here, half = track.points[at], track.half[at]
    return Ribs(here + half[:, None] * left, left, here + half[:, None] * right, right, half, at)


@lru_cache(maxsize=16)
def _quarter(ribs: int) -> tuple[Floats, Floats]:
    """Return cosine and sine of a quarter turn, in as many steps as a round end has ribs."""
    turn = np.linspace(0.0, math.pi / 2, ribs)[:, None]
    return np.cos(turn), np.sin(turn)


def _turned(caps: Ribs) -> Ribs:
    """Return caps as seen from the stroke that ends in them."""
    at = caps.at[::-1]
    return Ribs(caps.right[::-1], caps.right_out[::-1], caps.left[::-1], caps.left_out[::-1], caps.half[::-1], at)


def _joins(track: Track, inner: npt.NDArray[np.intp], ahead: Floats, lengths: Floats) -> Ribs:
    """Return the ribs at the inner points: one on a gentle bend, a fan about the outer side of a sharp one."""
    before, after = ahead[inner - 1], ahead[inner]
    bend = np.arctan2(before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0], np.einsum("ij,ij->i", before, after))
    sharp = np.abs(bend) > SHARP
    count = np.where(sharp, np.ceil(np.abs(bend) / JOIN_STEP).astype(np.intp) + 1, 1)
    at = np.repeat(np.arange(len(bend)), count)
    nth = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)
    share = np.where(sharp[at], nth / np.maximum(count[at] - 1, 1), 0.5)
    across = np.stack([-before[:, 1], before[:, 0]], axis=1)
    outward, middle = _rotated(across[at], share * bend[at]), _rotated(across, bend / 2)[at]
    half = track.half[inner][at]
    longest = np.hypot(half, np.minimum(lengths[inner - 1], lengths[inner])[at])
    inward = np.minimum(half / np.maximum(np.cos(bend[at] / 2), TINY), longest)[:, None]
    far = np.where(sharp[at], half, inward[:, 0])[:, None]
    left_in, right_in = (sharp & (bend > 0))[at][:, None], (sharp & (bend < 0))[at][:, None]
    here = track.points[inner][at]
    return Ribs(
        here + np.where(left_in, middle * inward, outward * far), np.where(left_in, middle, outward),
        here - np.where(right_in, middle * inward, outward * far), -np.where(right_in, middle, outward),
        half, inner[at],
    )  # fmt: skip


def _rotated(directions: Floats, by: Floats) -> Floats:
    cos, sin = np.cos(by), np.sin(by)
    x, y = directions[:, 0], directions[:, 1]
    return np.stack([x * cos - y * sin, x * sin + y * cos], axis=1)


# --- triangles ------------------------------------------------------------------------------------


def _layer(role: Role, alpha: float, rails: Floats, cover: Floats, order: npt.NDArray[np.intp]) -> Layer:
    return Layer(role, alpha, rails.reshape(-1, 2)[order], cover.reshape(-1)[order])


def _between(ribs: int, piece: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return the corners of a stroke's triangles: two a step on each of its three bands, none between pieces."""
    breaks = np.flatnonzero(np.diff(piece))
    return _steps(4, ribs) if not len(breaks) else np.delete(_grid(4, ribs), breaks, axis=1).reshape(-1)


@lru_cache(maxsize=256)
def _steps(rails: int, ribs: int) -> npt.NDArray[np.intp]:
    return _grid(rails, ribs).reshape(-1)


def _grid(rails: int, ribs: int) -> npt.NDArray[np.intp]:
    """Return the six corners of the two triangles at each step of each band, (rails - 1, ribs - 1, 6)."""
    grid = np.arange(rails * ribs).reshape(rails, ribs)
    a, b, c, d = grid[:-1, :-1], grid[1:, :-1], grid[:-1, 1:], grid[1:, 1:]
    return np.stack([a, b, c, b, d, c], axis=-1)


@lru_cache(maxsize=256)
def _filled(ribs: int) -> npt.NDArray[np.intp]:
    """Return the corners of a soft rim of two rails and of the fan that fills it."""
    rim = np.arange(ribs, 2 * ribs)
    fan = np.stack([np.full(ribs - 2, rim[0]), rim[1:-1], rim[2:]], axis=-1)
    return np.concatenate([_steps(2, ribs), fan.reshape(-1)])
