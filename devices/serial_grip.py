"""Feel the hand through a grip sensor on a serial port: read in a thread of its own, asked once a picture."""

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from math import inf
from threading import Event, Lock, Thread
from typing import Any

from devices.device import Clock, DeviceKind
from devices.grip_decoder import GripDecoder
from devices.grip_link import LINK, GripLink, LinkState
from devices.glp import LinkStats
from devices.transport import ByteTransport, obstacle, open_serial, present
from engine.sample import Sample

QUEUE_SAMPLES = 20_000
SHORTEST_WAIT_S = 0.25
LONGEST_WAIT_S = 2.0
LOOK_S = 1.0
JOIN_S = 3.0

MESSAGES = (
    "device.none",
    "device.rights",
    "device.busy",
    "device.wrong",
    "device.silent",
    "device.newer",
    "device.stale",
    "device.lost",
    "device.cell",
    "device.strong",
)


class SerialGrip:
    """A grip sensor that is found again by itself when its cable comes loose.

    The thread stamps arrivals by a clock of its own that never jumps; ``poll`` turns them into the session's
    time as it is then. So the session may move its clock without disturbing the fit to the sensor's clock.
    """

    def __init__(
        self,
        port: str,
        clock: Clock,
        finder: Callable[[], str | None] | None = None,
        opener: Callable[[str], ByteTransport] = open_serial,
    ) -> None:
        """Begin to open ``port`` and return at once; ``clock`` returns the session's milliseconds.

        ``finder`` returns the sensor's port of the moment, or ``None`` while it is not plugged in; without it
        the sensor is looked for under the same name.
        """
        self.state = LinkState.OPENING
        self._port, self._clock, self._open = port, clock, opener
        self._finder = finder or (lambda: port)
        self._trouble: str | None = None
        self._link: GripLink | None = None
        self._latest: GripDecoder | None = None
        self._known: GripDecoder | None = None
        self._queue: deque[Sample] = deque(maxlen=QUEUE_SAMPLES)
        self._lock = Lock()
        self._told = 0.0
        self._last_ms: dict[str, float] = {}
        self._stop = Event()
        self._thread = Thread(target=self._run, name="serial-grip", daemon=True)
        self._thread.start()

    def poll(self, now_ms: float) -> tuple[Sample, ...]:
        """Return what came in since the last call: ``grip`` in raw counts, ``link.grip`` when the link changed."""
        with self._lock:
            felt = tuple(self._queue)
            self._queue.clear()
            linked = float(self.state is LinkState.STREAMING)
        self._told = next((s.value for s in reversed(felt) if s.channel == LINK), self._told)
        if self._told != linked:  # the queue ran over while nobody asked
            felt, self._told = (*felt, Sample(LINK, _own_ms(), linked)), linked
        shift_ms, latest_ms = self._shift_ms(), max(now_ms, self._clock())
        return tuple(self._in_session(sample, shift_ms, latest_ms) for sample in felt)

    def close(self) -> None:
        """Stop reading and close the port; a second call does nothing."""
        self._stop.set()
        self._thread.join(JOIN_S)
        with self._lock:
            self._queue.clear()
            self._told, self.state = 0.0, LinkState.CLOSED

    def message(self) -> str | None:
        """Return the key of what the patient should know (one of ``MESSAGES``), or ``None`` if all is well."""
        if self.state is LinkState.CLOSED:
            return None
        link = self._link
        return (link.message if link is not None else None) or self._trouble

    def describe(self) -> dict[str, Any]:
        """Return who the sensor is, for a recording's header; what it has not said yet is ``None``."""
        known = self._known
        identity = known.identity if known else None
        channel = known.channel if known else None
        return {
            "kind": "serial",
            "port": self._port,
            "model": identity.model if identity else None,
            "firmware": identity.firmware if identity else None,
            "serial": identity.serial if identity else None,
            "rate_hz": identity.rate_hz if identity else None,
            "channel": channel.id if channel else None,
            "unit": channel.unit if channel else "count",
            "channels": [asdict(c) for _, c in sorted(known.channels.items())] if known else [],
        }

    def stats(self) -> LinkStats:
        """Return how many lines were good, damaged or not ours since the port was opened last."""
        latest = self._latest
        return latest.stats if latest else LinkStats()

    def _in_session(self, sample: Sample, shift_ms: float, latest_ms: float) -> Sample:
        """Return the sample in the session's time: never in the future, in order within its channel."""
        earliest_ms = min(self._last_ms.get(sample.channel, -inf), latest_ms)
        at_ms = min(max(sample.at_ms + shift_ms, earliest_ms), latest_ms)
        self._last_ms[sample.channel] = at_ms
        return replace(sample, at_ms=at_ms)

    def _shift_ms(self) -> float:
        """Return session time minus own time; of three tries the one that nothing came between."""
        return min(self._try_shift() for _ in range(3))[1]

    def _try_shift(self) -> tuple[float, float]:
        before_ms, session_ms, after_ms = _own_ms(), self._clock(), _own_ms()
        return after_ms - before_ms, session_ms - (before_ms + after_ms) / 2

    def _run(self) -> None:
        wait_s = SHORTEST_WAIT_S / 2
        try:
            while not self._stop.is_set():
                streamed = self._visit()
                wait_s = SHORTEST_WAIT_S if streamed else min(2 * wait_s, LONGEST_WAIT_S)
                if self.state is LinkState.REFUSED:
                    self._wait_for_another()
                self._stop.wait(wait_s)
        finally:
            self.state = LinkState.CLOSED

    def _visit(self) -> bool:
        """Open the port and read until it is lost, refused or closed; tell whether the sensor streamed."""
        transport = self._opened()
        if transport is None:
            return False
        link = self._link = GripLink(_own_ms(), known=self._known is not None)
        self._latest = link.decoder
        try:
            self._read(transport, link)
            self._trouble = link.message
        except (OSError, TypeError):
            self._trouble = self._gone()
            self._become(LinkState.LOST)
        finally:
            self._link = None
            transport.close()
        return self._known is link.decoder

    def _opened(self) -> ByteTransport | None:
        found = self._found()
        if found is None:
            self._trouble = self._gone()
            return None
        self._port = found
        try:
            return self._open(found)
        except OSError as error:
            why = obstacle(error)
            self._trouble = self._gone() if why == "gone" else f"device.{why}"
            return None

    def _read(self, transport: ByteTransport, link: GripLink) -> None:
        self._become(link.state)
        while not self._stop.is_set():
            command = link.to_send(_own_ms())
            if command:
                with suppress(OSError):  # a cable that cannot send is fine; one that is gone, the read will tell
                    transport.write(command)
            data = transport.read()
            samples = link.receive(data, _own_ms())
            if link.state is LinkState.STREAMING:
                self._known, self._trouble = link.decoder, None
            self._become(link.state, samples)
            if link.state in (LinkState.LOST, LinkState.REFUSED):
                return

    def _become(self, state: LinkState, samples: tuple[Sample, ...] = ()) -> None:
        """Take on ``state`` and queue ``samples``; the end of streaming is always told."""
        with self._lock:
            ended = self.state is LinkState.STREAMING and state is not LinkState.STREAMING
            self._queue.extend(samples)
            if ended and not any(sample.channel == LINK for sample in samples):
                self._queue.append(Sample(LINK, _own_ms(), 0.0))
            self.state = state

    def _wait_for_another(self) -> None:
        """Wait until the refused device is pulled out: opening it again and again might disturb it."""
        refused = self._port
        while present(refused) and self._found() == refused:
            if self._stop.wait(LOOK_S):
                return
        self._trouble = self._gone()
        self._become(LinkState.LOST)

    def _gone(self) -> str:
        return "device.lost" if self._known else "device.none"

    def _found(self) -> str | None:
        try:
            return self._finder()
        except OSError:
            return None


def _own_ms() -> float:
    return time.perf_counter() * 1000


DEVICE = DeviceKind("serial", frozenset({"grip"}), SerialGrip)
