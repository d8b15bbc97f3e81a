"""Draw chance from named, seeded streams that give the same numbers on every Python.

Only ``random.Random.random()`` is used: its stream is promised by Python across versions and builds.
"""

import math
import random
from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """A stream of chance with a name; a child's stream depends on the seed and the names alone."""

    def __init__(self, seed: int | str) -> None:
        self.name = str(seed)
        self._stream = random.Random(int.from_bytes(sha256(self.name.encode()).digest()[:8], "big"))

    def child(self, name: str) -> "Chance":
        """Return the stream called ``name`` below this one, however much was drawn here."""
        return Chance(f"{self.name}/{name}")

    def share(self) -> float:
        """Draw a number in [0, 1)."""
        return self._stream.random()

    def between(self, low: float, high: float) -> float:
        """Draw a number in [low, high)."""
        return low + (high - low) * self.share()

    def below(self, n: int) -> int:
        """Draw a whole number in 0..n-1."""
        return min(int(self.share() * n), n - 1)

    def choice(self, among: Sequence[T]) -> T:
        """Draw one of ``among``."""
        return among[self.below(len(among))]

    def weighted(self, among: Sequence[T], weights: Sequence[float]) -> T:
        """Draw one of ``among``, each as often as its weight (above 0) is a share of all."""
        left = self.share() * sum(weights)
        for one, weight in zip(among, weights, strict=True):
            left -= weight
            if left < 0:
                return one
        return among[-1]

    def chances(self, p: float) -> bool:
        """Draw whether something of probability ``p`` happens."""
        return self.share() < p

    def bell(self) -> float:
        """Draw from the standard normal distribution (Box-Muller)."""
        radius = math.sqrt(-2.0 * math.log(1.0 - self.share()))
        return radius * math.cos(2.0 * math.pi * self.share())
