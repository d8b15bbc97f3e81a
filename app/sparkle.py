"""Let a few soft petals fly where something went well; they belong to the shell and count for nothing."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from app.mesh import VERTEX
from app.palette import RGB
from engine.scene import Role

LIFE_S = 0.5
PETALS = 9
MOST = 72
GOLDEN = (math.sqrt(5) - 1) / 2  # its multiples fall evenly between 0 and 1, never twice on the same place
FLOWERS: tuple[Role, ...] = ("target", "good", "guide", "focus")
DROPS: tuple[Role, ...] = ("water-shade", "guide", "water")
TINTS: Mapping[str, tuple[Role, ...]] = {
    "splash": DROPS, "ripple": DROPS, "pour": DROPS, "land": DROPS, "arrive": DROPS,
}  # fmt: skip
RIM = 14


@dataclass(frozen=True, slots=True)
class Petal:
    """One petal: where it began, where it flies to, how long it is, how it turns, its colour and its age."""

    x: float
    y: float
    way: float
    reach: float
    length: float
    role: Role
    age_s: float = 0.0

    def older(self, dt_s: float) -> "Petal":
        """Return the petal ``dt_s`` seconds later."""
        return Petal(self.x, self.y, self.way, self.reach, self.length, self.role, self.age_s + dt_s)


class Sparkles:
    """All petals that fly now, in stage units."""

    def __init__(self) -> None:
        self.petals: tuple[Petal, ...] = ()
        self._drawn = 0

    def burst(self, x: float, y: float, kind: str, calm: bool) -> None:
        """Let petals fly from (x, y); a calm profile gets none."""
        if calm:
            return
        tints = TINTS.get(kind, FLOWERS)
        turn = self._chance()
        fresh = tuple(self._petal(x, y, turn + n / PETALS, tints[n % len(tints)]) for n in range(PETALS))
        self.petals = (self.petals + fresh)[-MOST:]

    def _petal(self, x: float, y: float, turn: float, role: Role) -> Petal:
        reach, length = 62 + 56 * self._chance(), 20 + 10 * self._chance()
        return Petal(x, y, (turn + 0.06 * self._chance()) * 2 * math.pi, reach, length, role)

    def _chance(self) -> float:
        self._drawn += 1
        return (self._drawn * GOLDEN) % 1.0

    def advance(self, dt_s: float) -> None:
        """Let ``dt_s`` seconds pass; petals vanish half a second after their burst."""
        if self.petals:
            aged = (petal.older(dt_s) for petal in self.petals)
            self.petals = tuple(petal for petal in aged if petal.age_s < LIFE_S)

    def vertices(self, colours: Mapping[Role, RGB]) -> bytes:
        """Return all petals as packed triangles."""
        return b"".join(_drawn(petal, colours[petal.role]).tobytes() for petal in self.petals)


def _drawn(petal: Petal, colour: RGB) -> npt.NDArray[np.void]:
    share = petal.age_s / LIFE_S
    out = 1 - (1 - share) ** 3
    cos, sin = math.cos(petal.way), math.sin(petal.way)
    length = petal.length * (0.55 + 0.45 * math.sin(math.pi * min(1.0, share + 0.25)))
    vertices = np.zeros(len(_LEAF), VERTEX)
    local = _LEAF * (length, length * 0.46) + (24 + petal.reach * out, 0.0)
    vertices["at"] = local @ np.array([(cos, sin), (-sin, cos)]) + (petal.x, petal.y - 26 * share * share)
    alpha = 0.9 * min(1.0, 3 * (1 - share))
    vertices["tint"] = np.rint(np.outer(_LEAF_COVER * alpha, (*colour, 255)))
    return vertices


def _leaf() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return a pointed petal of length 2 about the origin as triangles with a soft rim, and their coverage."""
    turns = np.linspace(0, 2 * math.pi, RIM + 1)
    rim = np.stack([np.cos(turns), np.sin(turns) * (1 - 0.35 * np.cos(turns))], axis=1)
    at, cover = [], []
    for a, b in pairwise(rim):
        at += [(0.0, 0.0), a * 0.9, b * 0.9, a * 0.9, a, b, a * 0.9, b, b * 0.9]
        cover += [1, 1, 1, 1, 0, 0, 1, 0, 1]
    return np.array(at) / 2, np.array(cover, dtype=float)


_LEAF, _LEAF_COVER = _leaf()
