"""Hold what a thread felt until a session asks for it, in the session's own time."""

import time
from collections import deque
from dataclasses import replace
from math import inf
from threading import Lock

from devices.device import Clock
from engine.sample import Sample

QUEUE_SAMPLES = 20_000


class Inbox:
    """What a thread felt until it is asked for: times become the session's only then.

    The thread stamps samples by ``own_ms``, a clock that never jumps, so that a session may move its own without
    disturbing the fit to a sensor's clock. ``link`` is the channel that says whether the sensor answers.
    """

    def __init__(self, clock: Clock, link: str) -> None:
        """Begin empty, with no link; ``clock`` returns the session's milliseconds."""
        self.linked = False
        self._clock, self._link = clock, link
        self._told = False
        self._closed = False
        self._queue: deque[Sample] = deque(maxlen=QUEUE_SAMPLES)
        self._lock = Lock()
        self._last_ms: dict[str, float] = {}

    def put(self, *samples: Sample) -> None:
        """Keep samples whose ``at_ms`` is by ``own_ms``."""
        with self._lock:
            if not self._closed:
                self._queue.extend(samples)

    def become(self, linked: bool, at_ms: float) -> None:
        """Take in that the sensor answers, or no longer does; what it was already is no news."""
        with self._lock:
            if linked != self.linked and not self._closed:
                self.linked = linked
                self._queue.append(Sample(self._link, at_ms, float(linked)))

    def taken(self, now_ms: float) -> tuple[Sample, ...]:
        """Return what was kept since the last call, in the session's time: in order and never in the future."""
        with self._lock:
            felt, linked = list(self._queue), self.linked
            self._queue.clear()
        self._told = next((sample.value > 0 for sample in reversed(felt) if sample.channel == self._link), self._told)
        if self._told != linked:  # the queue ran over while nobody asked
            felt.append(Sample(self._link, own_ms(), float(linked)))
            self._told = linked
        shift_ms, latest_ms = self._shift_ms(), max(now_ms, self._clock())
        return tuple(self._in_session(sample, shift_ms, latest_ms) for sample in felt)

    def close(self) -> None:
        """Be empty from now on."""
        with self._lock:
            self._queue.clear()
            self._closed, self.linked, self._told = True, False, False

    def _in_session(self, sample: Sample, shift_ms: float, latest_ms: float) -> Sample:
        earliest_ms = min(self._last_ms.get(sample.channel, -inf), latest_ms)
        at_ms = min(max(sample.at_ms + shift_ms, earliest_ms), latest_ms)
        self._last_ms[sample.channel] = at_ms
        return replace(sample, at_ms=at_ms)

    def _shift_ms(self) -> float:
        """Return session time minus own time; of three tries the one that nothing came between."""
        return min(self._try_shift() for _ in range(3))[1]

    def _try_shift(self) -> tuple[float, float]:
        before_ms, session_ms, after_ms = own_ms(), self._clock(), own_ms()
        return after_ms - before_ms, session_ms - (before_ms + after_ms) / 2


def own_ms() -> float:
    """Return the milliseconds of the clock by which threads stamp: steady, whatever a session does with its own."""
    return time.perf_counter() * 1000
