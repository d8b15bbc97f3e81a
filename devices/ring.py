"""Keep the newest readings of a sensor: one thread writes, others read, nobody waits."""

from collections.abc import Sequence

from devices.decoder import Reading


class SampleRing:
    """The last ``capacity`` readings, whole: one is put in its place at once, so none can be seen half written.

    Readings are counted on for ever. A reader remembers how far it got, so several may read the same ring, each at
    its own pace; who is too slow is told how many readings were overwritten before it came.
    """

    def __init__(self, capacity: int = 20_000) -> None:
        """Begin empty."""
        self.written = 0
        self._kept: list[Reading | None] = [None] * capacity

    def append(self, readings: Sequence[Reading]) -> None:
        """Add readings, oldest first."""
        kept, capacity = self._kept, len(self._kept)
        for reading in readings:
            kept[self.written % capacity] = reading
            self.written += 1

    def since(self, cursor: int) -> tuple[int, list[Reading], int]:
        """Return (new cursor, the readings since ``cursor``, how many were lost), oldest first."""
        capacity = len(self._kept)
        end = self.written
        start = max(cursor, end - capacity + 1)  # the oldest may be being written over right now
        first, last = start % capacity, end % capacity
        found = self._kept[first:last] if first <= last else self._kept[first:] + self._kept[:last]
        spoilt = min(end - start, max(0, self.written - capacity + 1 - start))  # written over while they were copied
        return end, [reading for reading in found[spoilt:] if reading is not None], start + spoilt - cursor
