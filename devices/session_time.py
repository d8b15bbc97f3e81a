"""Turn the steady time by which threads stamp into a session's own, however the session moves its clock."""

import time
from math import inf

from devices.device import Clock


class SessionTime:
    """The times of one device in a session: never in the future, and in order within each channel."""

    def __init__(self, clock: Clock) -> None:
        """Know the session by ``clock``, which returns its milliseconds."""
        self._clock = clock
        self._last_ms: dict[str, float] = {}
        self._shift_ms = 0.0
        self._latest_ms = -inf

    def look(self, now_ms: float) -> None:
        """Compare both clocks, by the one of three tries that nothing came between; ``now_ms`` is the session's."""
        self._shift_ms = min(self._compared() for _ in range(3))[1]
        self._latest_ms = max(now_ms, self._clock())

    def at_ms(self, channel: str, own: float) -> float:
        """Return the session's time of what was stamped ``own`` by ``own_ms``."""
        earliest_ms = min(self._last_ms.get(channel, -inf), self._latest_ms)
        self._last_ms[channel] = at_ms = min(max(own + self._shift_ms, earliest_ms), self._latest_ms)
        return at_ms

    def _compared(self) -> tuple[float, float]:
        before_ms, session_ms, after_ms = own_ms(), self._clock(), own_ms()
        return after_ms - before_ms, session_ms - (before_ms + after_ms) / 2


def own_ms() -> float:
    """Return the milliseconds of the clock by which threads stamp: steady, whatever a session does with its own."""
    return time.perf_counter() * 1000
