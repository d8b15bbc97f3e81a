"""Keep what was used last, up to a bounded weight."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class Lru(Generic[V]):
    """A cache that lets go of what was not used for the longest time once ``limit`` is passed.

    ``weigh`` tells the weight of a value (1 each if not given); ``let_go`` is called with each value dropped.
    """

    def __init__(
        self,
        limit: float,
        weigh: Callable[[V], float] = lambda _: 1.0,
        let_go: Callable[[V], object] = lambda _: None,
    ) -> None:
        self._kept: OrderedDict[Hashable, V] = OrderedDict()
        self._limit, self._weigh, self._let_go = limit, weigh, let_go
        self._weight = 0.0

    def __len__(self) -> int:
        """Return how many values are kept."""
        return len(self._kept)

    def get(self, key: Hashable) -> V | None:
        """Return the value of ``key`` and mark it as used, or ``None``."""
        value = self._kept.get(key)
        if value is not None:
            self._kept.move_to_end(key)
        return value

    def put(self, key: Hashable, value: V) -> V:
        """Keep ``value``, drop what is too old, and return ``value``; the newest is never dropped."""
        if key in self._kept:
            self.drop(key)
        self._kept[key] = value
        self._weight += self._weigh(value)
        while self._weight > self._limit and len(self._kept) > 1:
            self.drop(next(iter(self._kept)))
        return value

    def drop(self, key: Hashable) -> None:
        """Let go of one value, if it is there."""
        value = self._kept.pop(key, None)
        if value is not None:
            self._weight -= self._weigh(value)
            self._let_go(value)

    def clear(self) -> None:
        """Let go of everything."""
        for key in list(self._kept):
            self.drop(key)
