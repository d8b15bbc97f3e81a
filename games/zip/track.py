"""The zip's track: a line through the cloth in even steps, and the place on it that is nearest to a hand."""

from dataclasses import dataclass
from itertools import pairwise
from math import fsum, hypot, pi, sin

from engine.measures import rounded
from engine.scene import STAGE_H, STAGE_W

Pair = tuple[float, float]

STEP_MM, ROOM_MM = 1.0, 24.0
BACK_MM, AHEAD_MM = 8.0, 20.0
STRAIGHT_MM = 7.0


@dataclass(frozen=True, slots=True)
class Track:
    """The whole zip and a straight way beyond both its ends, as points ``step_mm`` apart with what lies to their left.

    ``length_mm`` is the open part, that is to be closed; distances along it are from its beginning, so what was closed
    before and what lies before the zip are negative.
    """

    points: tuple[Pair, ...]
    left: tuple[Pair, ...]
    step_mm: float
    before_mm: float
    closed_mm: float
    length_mm: float

    def place(self, at_mm: float) -> Pair:
        """Return the point (mm) at a distance along the zip."""
        (k, share), points = self._piece(at_mm), self.points
        (ax, ay), (bx, by) = points[k], points[k + 1]
        return ax + (bx - ax) * share, ay + (by - ay) * share

    def normal(self, at_mm: float) -> Pair:
        """Return the unit vector to the left of the way at a distance along the zip."""
        return self.left[self._piece(at_mm)[0]]

    def ahead(self, at_mm: float) -> tuple[Pair, ...]:
        """Return the way from a distance along the zip to some room beyond its end.

        It begins straight, as the zip heads there, so that a hand that goes beside it is as fast as one on it.
        """
        (k, _), (x, y), far = self._piece(at_mm), self.place(at_mm), STRAIGHT_MM / self.step_mm
        (ax, ay), (bx, by) = self.points[k], self.points[k + 1]
        on = (x + (bx - ax) * far, y + (by - ay) * far)
        return ((x, y), on, *self.points[k + 2 + int(far) :])

    def _piece(self, at_mm: float) -> tuple[int, float]:
        steps = (at_mm + self.before_mm) / self.step_mm
        k = min(max(int(steps), 0), len(self.points) - 2)
        return k, min(max(steps - k, 0.0), 1.0)


def lay(bends: str, length_mm: float, units_per_mm: float) -> Track:
    """Return the track of a thing, of which the last ``length_mm`` are open, or all of it where the stage is small."""
    whole = [((x - STAGE_W / 2) / units_per_mm, (y - STAGE_H / 2) / units_per_mm) for x, y in WAYS[bends]]
    full = fsum(hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(whole))
    steps = max(2, round(full / STEP_MM))
    line, step_mm = _evenly(whole, steps), full / steps
    more = max(1, round(ROOM_MM / step_mm))
    points = [*_beyond(line[1], line[0], more)[::-1], *line, *_beyond(line[-2], line[-1], more)]
    placed = tuple((rounded(x), rounded(y)) for x, y in points)
    open_mm = min(length_mm, full)
    return Track(placed, _left(placed), step_mm, full - open_mm + more * step_mm, full - open_mm, open_mm)


def _evenly(points: list[Pair], steps: int) -> list[Pair]:
    """Return ``steps`` + 1 points that lie evenly along a polyline."""
    along = [0.0]
    for a, b in pairwise(points):
        along.append(along[-1] + hypot(b[0] - a[0], b[1] - a[1]))
    out, k = [], 0
    for n in range(steps + 1):
        far = along[-1] * n / steps
        while k < len(along) - 2 and along[k + 1] < far:
            k += 1
        share = (far - along[k]) / ((along[k + 1] - along[k]) or 1.0)
        (ax, ay), (bx, by) = points[k], points[k + 1]
        out.append((ax + (bx - ax) * share, ay + (by - ay) * share))
    return out


def _beyond(before: Pair, end: Pair, count: int) -> list[Pair]:
    dx, dy = end[0] - before[0], end[1] - before[1]
    return [(end[0] + dx * n, end[1] + dy * n) for n in range(1, count + 1)]


def _left(points: tuple[Pair, ...]) -> tuple[Pair, ...]:
    out = []
    for k in range(len(points)):
        (ax, ay), (bx, by) = points[max(0, k - 1)], points[min(len(points) - 1, k + 1)]
        long = hypot(bx - ax, by - ay) or 1.0
        out.append((rounded((ay - by) / long), rounded((bx - ax) / long)))
    return tuple(out)


def project(track: Track, at_mm: float, hand: Pair) -> tuple[float, float]:
    """Return (distance along the zip, signed distance from it, left positive) of the nearest point near ``at_mm``.

    Only a window is searched; a piece that is far away leaves out the next ones, which cannot be the nearest.
    """
    points, step, (x, y) = track.points, track.step_mm, hand
    k = max(0, int((at_mm + track.before_mm - BACK_MM) / step))
    last = min(len(points) - 2, int((at_mm + track.before_mm + AHEAD_MM) / step))
    nearest, along, off = -1.0, at_mm, 0.0
    while k <= last:
        (ax, ay), (bx, by) = points[k], points[k + 1]
        dx, dy = bx - ax, by - ay
        share = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)
        share = 0.0 if share < 0.0 else 1.0 if share > 1.0 else share
        px, py = x - ax - dx * share, y - ay - dy * share
        away = hypot(px, py)
        if nearest < 0 or away < nearest - 1e-9:
            nearest, along = away, (k + share) * step - track.before_mm
            off = away if dx * py - dy * px >= 0 else -away
        k += max(1, int((away - nearest) / (1.01 * step)))
    return rounded(along), rounded(off)


def _jacket() -> list[Pair]:
    return [(800.0, 112.0), (800.0, 664.0)]


def _bag() -> list[Pair]:
    """Return the flat arch over the front of a travel bag."""
    return [(265.0 + 1070.0 * k / 80, 356.0 + 196.0 * sin(pi * k / 80)) for k in range(81)]


def _tent() -> list[Pair]:
    """Return the curve of a tent's door: along its foot, up, and over (a cubic by its four handles)."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = (262.0, 246.0), (980.0, 190.0), (500.0, 600.0), (1220.0, 540.0)
    out = []
    for k in range(121):
        t = k / 120
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        out.append((a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy))
    return out


WAYS = {"straight": _jacket(), "bend": _bag(), "wave": _tent()}
