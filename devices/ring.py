"""Keep the newest readings of a sensor in one block of memory: one thread writes, another reads, nobody waits."""

from collections.abc import Sequence
from math import nan

import numpy as np
from numpy.typing import NDArray

from devices.decoder import Reading

FIXED = 5  # at_ms, device_ms, arrival_ms, seq, flags; then the channels


class SampleRing:
    """The last ``capacity`` readings as rows of ``FIXED + channels`` doubles; missing channels are NaN.

    Rows are counted on for ever. A reader remembers how far it got, so several may read the same ring, each at
    its own pace; who is too slow is told how many rows were overwritten before it came.
    """

    def __init__(self, capacity: int = 20_000, channels: int = 8) -> None:
        """Begin empty."""
        self.written = 0
        self._blank = (nan,) * channels
        self._rows: NDArray[np.float64] = np.full((capacity, FIXED + channels), nan)

    def append(self, readings: Sequence[Reading]) -> None:
        """Add readings, oldest first; further channels than the ring is wide are left out."""
        capacity, width = self._rows.shape
        for r in readings:
            self._rows[self.written % capacity] = (r[:FIXED] + r.values + self._blank)[:width]
            self.written += 1

    def since(self, cursor: int) -> tuple[int, NDArray[np.float64], int]:
        """Return (new cursor, rows since ``cursor``, how many were lost); the rows are a copy, oldest first."""
        capacity = len(self._rows)
        end = self.written
        start = max(cursor, end - capacity + 1)  # the oldest row may be being written over right now
        rows: NDArray[np.float64] = self._rows[np.arange(start, end) % capacity]
        spoilt = min(end - start, max(0, self.written - capacity + 1 - start))  # written over while they were copied
        return end, rows[spoilt:], start + spoilt - cursor
