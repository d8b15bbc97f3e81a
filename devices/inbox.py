"""Hold what a thread felt until a session asks for it, in the session's own time."""

from collections import deque
from dataclasses import replace
from threading import Lock

from devices.device import Clock
from devices.session_time import SessionTime, own_ms
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
        self._times, self._link = SessionTime(clock), link
        self._told = False
        self._closed = False
        self._queue: deque[Sample] = deque(maxlen=QUEUE_SAMPLES)
        self._lock = Lock()

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
        self._times.look(now_ms)
        return tuple(replace(sample, at_ms=self._times.at_ms(sample.channel, sample.at_ms)) for sample in felt)

    def close(self) -> None:
        """Be empty from now on."""
        with self._lock:
            self._queue.clear()
            self._closed, self.linked, self._told = True, False, False
