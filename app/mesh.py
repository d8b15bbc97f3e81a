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
ROUGHNESS = 0.08  # units by which a many-sided circle may differ from a round one
SHARP = 0.15  # radians; a bend above this gets a round join
JOIN_STEP = 0.3  # radians between two ribs of a round join
CAP_RIBS = 7
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
            return pack(layers(shape, self._feather), self._colours).tobytes()
        home = replace(shape, x=0.0, y=0.0)
        form = self._forms.get(home)
        if form is None:
            form = self._forms.put(home, pack(layers(home, self._feather), self._colours))
        moved = form.copy()
        moved["at"] += (shape.x, shape.y)
        return moved.tobytes()


# --- discs and boxes ------------------------------------------------------------------------------


def _box(shape: Circle | Bar, feather: float) -> tuple[Layer, ...]:
    half_w, half_h, radius = _extent(shape)
    soft = feather / 2
    made = []
    if shape.fill:
        inset = min(soft, half_w, half_h)
        offsets = (soft, -inset, -min(half_w, half_h))
        made.append(_ring(shape, shape.fill, offsets, (0.0, 1.0, 1.0), radius))
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


def _ring(
    shape: Circle | Bar, role: Role, offsets: Sequence[float], covers: Sequence[float], radius: float
) -> Layer:
    half_w, half_h, _ = _extent(shape)
    corner = max(3, math.ceil(math.pi * math.sqrt((radius + 1) / (2 * ROUGHNESS)) / 4))
    rails = np.stack([_rim(half_w + by, half_h + by, radius + by, corner) for by in offsets])
    rails += (shape.x, shape.y)
    cover = np.repeat(np.array(covers)[:, None], rails.shape[1], axis=1)
    return _layer(role, shape.alpha, rails, cover)


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
class Ribs:
    """The two edges of a stroke, rib by rib, each with the direction that leads out of the stroke."""

    left: Floats
    left_out: Floats
    right: Floats
    right_out: Floats
    half: Floats


def _stroke(path: Path, feather: float) -> tuple[Layer, ...]:
    points = np.array(path.points, dtype=float).reshape(-1, 2)
    half = np.broadcast_to(np.asarray(path.width, dtype=float) / 2, len(points)).astype(float)
    if path.dash > 0:
        pieces = dashes(points, half, path.dash)
    else:
        pieces = [(points, half)] if len(points) else []
    parts = [_rails(points, half, feather) for points, half in pieces]
    made = [_layer(path.role, path.alpha, rails, cover) for rails, cover in parts]
    return (_joined(made),) if made else ()


def _arc(arc: Arc, feather: float) -> tuple[Layer, ...]:
    if arc.share <= 0 or arc.r <= 0:
        return ()
    if arc.share >= 1:
        ring = Circle(arc.x, arc.y, arc.r, line=arc.role, line_width=arc.width, alpha=arc.alpha)
        return _box(ring, feather)
    steps = max(2, math.ceil(arc.share * 2 * math.pi * math.sqrt((arc.r + 1) / (8 * ROUGHNESS))) + 1)
    turns = np.linspace(0.0, arc.share * 2 * math.pi, steps)
    points = np.stack([arc.x + arc.r * np.sin(turns), arc.y + arc.r * np.cos(turns)], axis=1)
    rails, cover = _rails(points, np.full(steps, arc.width / 2), feather)
    return (_layer(arc.role, arc.alpha, rails, cover),)


def dashes(points: Floats, half: Floats, dash: float) -> list[tuple[Floats, Floats]]:
    """Return the pieces (points, half widths) of a dashed stroke; the round ends lie within the dash."""
    points, half = _distinct(points, half)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    whole = float(along[-1])
    pieces = []
    for start in np.arange(0.0, max(whole, 1e-9), 2 * dash):
        reach = min(start + dash, whole)
        cap = float(np.interp(start, along, half))
        if start > 0 and reach - start < cap:
            break
        begin, end = min(start + cap, (start + reach) / 2), max(reach - cap, (start + reach) / 2)
        inner = along[(along > begin) & (along < end)]
        at = np.concatenate([[begin], inner, [max(end, begin + 1e-3)]])
        spots = np.stack([np.interp(at, along, points[:, 0]), np.interp(at, along, points[:, 1])], axis=1)
        pieces.append((spots, np.interp(at, along, half)))
    return pieces


def _distinct(points: Floats, half: Floats) -> tuple[Floats, Floats]:
    keep = np.append(True, np.hypot(*np.diff(points, axis=0).T) > 1e-6)
    return points[keep], half[keep]


def _rails(points: Floats, half: Floats, feather: float) -> tuple[Floats, Floats]:
    points, half = _distinct(points, half)
    if len(points) == 1:
        points, half = np.concatenate([points, points + (1e-3, 0.0)]), np.repeat(half, 2)
    ribs = _ribs(points, half)
    soft = feather / 2
    inset = np.minimum(soft, ribs.half)[:, None]
    rails = np.stack([
        ribs.left + soft * ribs.left_out, ribs.left - inset * ribs.left_out,
        ribs.right - inset * ribs.right_out, ribs.right + soft * ribs.right_out,
    ])  # fmt: skip
    solid = np.minimum(1.0, 2 * ribs.half / feather) if feather > 0 else np.ones(len(ribs.half))
    clear = np.zeros_like(solid)
    return rails, np.stack([clear, solid, solid, clear])


def _ribs(points: Floats, half: Floats) -> Ribs:
    steps = np.diff(points, axis=0)
    lengths = np.hypot(*steps.T)
    ahead = steps / lengths[:, None]
    first = _cap(points[0], half[0], ahead[0])
    last = _cap(points[-1], half[-1], -ahead[-1])
    parts = [first, _joins(points, half, ahead, lengths), _turned(last)]
    return Ribs(*(np.concatenate([getattr(part, name) for part in parts]) for name in Ribs.__slots__))


def _cap(point: Floats, half: float, ahead: Floats) -> Ribs:
    turn = np.linspace(0.0, math.pi / 2, CAP_RIBS)[:, None]
    across = np.array([-ahead[1], ahead[0]])
    back = -ahead * np.cos(turn)
    left, right = back + across * np.sin(turn), back - across * np.sin(turn)
    return Ribs(point + half * left, left, point + half * right, right, np.full(CAP_RIBS, half))


def _turned(cap: Ribs) -> Ribs:
    """Return a cap as seen from the stroke that ends in it."""
    return Ribs(cap.right[::-1], cap.right_out[::-1], cap.left[::-1], cap.left_out[::-1], cap.half)


def _joins(points: Floats, half: Floats, ahead: Floats, lengths: Floats) -> Ribs:
    """Return the ribs at the inner points: one on a gentle bend, a fan about the outer side of a sharp one."""
    before, after = ahead[:-1], ahead[1:]
    bend = np.arctan2(
        before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0], np.einsum("ij,ij->i", before, after)
    )
    sharp = np.abs(bend) > SHARP
    count = np.where(sharp, np.ceil(np.abs(bend) / JOIN_STEP).astype(int) + 1, 1)
    at = np.repeat(np.arange(len(bend)), count)
    nth = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)
    share = np.where(sharp[at], nth / np.maximum(count[at] - 1, 1), 0.5)
    across = np.stack([-before[:, 1], before[:, 0]], axis=1)
    outward, middle = _rotated(across[at], share * bend[at]), _rotated(across, bend / 2)[at]
    wide = half[1:-1][at]
    longest = np.hypot(wide, np.minimum(lengths[:-1], lengths[1:])[at])
    inward = np.minimum(wide / np.maximum(np.cos(bend[at] / 2), 1e-6), longest)[:, None]
    far = np.where(sharp[at], wide, inward[:, 0])[:, None]
    left_in, right_in = (sharp & (bend > 0))[at][:, None], (sharp & (bend < 0))[at][:, None]
    here = points[1:-1][at]
    return Ribs(
        here + np.where(left_in, middle * inward, outward * far), np.where(left_in, middle, outward),
        here - np.where(right_in, middle * inward, outward * far), -np.where(right_in, middle, outward), wide,
    )  # fmt: skip


def _rotated(directions: Floats, by: Floats) -> Floats:
    cos, sin = np.cos(by), np.sin(by)
    x, y = directions[:, 0], directions[:, 1]
    return np.stack([x * cos - y * sin, x * sin + y * cos], axis=1)


# --- triangles ------------------------------------------------------------------------------------


def _layer(role: Role, alpha: float, rails: Floats, cover: Floats) -> Layer:
    order = _order(rails.shape[0], rails.shape[1])
    return Layer(role, alpha, rails.reshape(-1, 2)[order], cover.reshape(-1)[order])


@lru_cache(maxsize=256)
def _order(rails: int, ribs: int) -> npt.NDArray[np.intp]:
    """Return which points of a grid of rails and ribs make its triangles."""
    grid = np.arange(rails * ribs).reshape(rails, ribs)
    a, b, c, d = grid[:-1, :-1], grid[1:, :-1], grid[:-1, 1:], grid[1:, 1:]
    return np.stack([a, b, c, b, d, c], axis=-1).reshape(-1)


def _joined(made: Sequence[Layer]) -> Layer:
    if len(made) == 1:
        return made[0]
    at, cover = np.concatenate([m.at for m in made]), np.concatenate([m.cover for m in made])
    return replace(made[0], at=at, cover=cover)
