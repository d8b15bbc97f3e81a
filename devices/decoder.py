"""Turn the bytes of a sensor into readings and touches in host time: no port, no thread, no clock of its own."""

from typing import NamedTuple, Protocol

from devices.clock import DeviceClock
from devices.glp import (
    NO_DATA,
    SEQUENCE_MODULUS,
    TIME_MODULUS,
    VERSION,
    Boot,
    Channel,
    Fault,
    Frame,
    Identity,
    LineDecoder,
    LinkStats,
    Message,
    Pong,
    Tap,
    Unwrap,
)

WANTED = ("grip", "pinch")
LATE_FRAMES = 8
LATE_US = 200_000
IMPOSSIBLY_AHEAD_MS = 500.0
RATE_AFTER_MS, CLOCK_AFTER_MS = 1000.0, 10_000.0

GAP = 0x10000
"""A mark of the host beside the device's own flags: frames were lost before this one."""
RESET = 0x20000
"""A mark of the host: the device began again before this frame."""


class Reading(NamedTuple):
    """One reading of every channel in raw counts, when it was measured: host, device and arrival milliseconds."""

    at_ms: float
    device_ms: float
    arrival_ms: float
    seq: int
    flags: int
    values: tuple[float, ...]


class Touch(NamedTuple):
    """A pad (numbered from 0) was pressed or let go at ``at_ms``; ``level`` is the peak, or the level then."""

    at_ms: float
    device_ms: float
    arrival_ms: float
    pad: int
    pressed: bool
    level: int


Felt = Reading | Touch


class Decoder(Protocol):
    """Bytes in, readings out: one sensor from the opening of its port until that is closed."""

    newer: bool
    flags: int
    frames: int
    boots: int

    def feed(self, data: bytes, arrival_ms: float) -> list[Felt]:
        """Return what ``data`` completes; ``arrival_ms`` is the host's time just after it was read."""

    @property
    def stats(self) -> LinkStats:
        """Return what came in so far, line by line."""

    @property
    def identified(self) -> bool:
        """Tell whether it is known what the sensor sends."""

    @property
    def rate_hz(self) -> float | None:
        """Return how many readings a second the sensor makes, once that is known."""


class SensorDecoder:
    """The decoder of GLP/1, for grips, pinches and tap boards alike."""

    def __init__(self) -> None:
        """Begin in the middle of nowhere."""
        self._lines = LineDecoder()
        self._clock = DeviceClock()
        self._mark = 0
        self._first: tuple[int, float, float] | None
        self._last: tuple[int, float, float] | None
        self._begin_again()
        self.identity: Identity | None = None
        self.channels: dict[int, Channel] = {}
        self.newer = False
        self.flags = 0
        self.frames = self.missed = self.restarts = self.boots = self.touches = self.faults = 0
        self.pongs: dict[str, float] = {}

    @property
    def stats(self) -> LinkStats:
        """Return what came in so far, line by line."""
        return self._lines.stats

    @property
    def drift_ppm(self) -> float:
        """Return by how many millionths the sensor's clock is slow (below 0: fast)."""
        return self._clock.drift_ppm

    @property
    def identified(self) -> bool:
        """Tell whether the sensor has said who it is and described every channel."""
        return self.identity is not None and len(self.channels) >= self.identity.channels

    @property
    def channel(self) -> Channel | None:
        """Return the channel a grip is read from: ``grip``, else ``pinch``, else the first; ``None`` if unknown."""
        named = {c.id: c for _, c in sorted(self.channels.items(), reverse=True)}
        return next((named[name] for name in WANTED if name in named), self.channels.get(0))

    @property
    def rate_hz(self) -> float | None:
        """Return the readings a second by the sensor's own clock and count; ``None`` in the first second."""
        first, last = self._first, self._last
        if first is None or last is None or last[1] - first[1] < RATE_AFTER_MS:
            return None
        return (last[0] - first[0]) / (last[1] - first[1]) * 1000

    @property
    def pace(self) -> float | None:
        """Return how fast the sensor's clock runs against the host's (1 is right); ``None`` in the first 10 s."""
        first, last = self._first, self._last
        if first is None or last is None or last[2] - first[2] < CLOCK_AFTER_MS:
            return None
        return (last[1] - first[1]) / (last[2] - first[2])

    def feed(self, data: bytes, arrival_ms: float) -> list[Felt]:
        """Return what ``data`` completes; ``arrival_ms`` is the host's time just after it was read.

        A sensor that speaks a newer version of the protocol is not read at all.
        """
        felt: list[Felt] = []
        for message in self._lines.feed(data):
            if isinstance(message, Frame):
                reading = self._reading(message, arrival_ms)
                if reading is not None:
                    felt.append(reading)
            elif isinstance(message, Tap):
                felt.append(self._touch(message, arrival_ms))
            else:
                self._note(message, arrival_ms)
        return [] if self.newer else felt

    def _note(self, message: Message, arrival_ms: float) -> None:
        if isinstance(message, Boot):
            self.boots += 1
            self._mark |= RESET if self._running else 0
            self._begin_again()
        if isinstance(message, Boot | Identity):
            self.newer = self.newer or message.protocol > VERSION
        if isinstance(message, Identity):
            self.identity = message
        if isinstance(message, Channel):
            self.channels = {**self.channels, message.index: message}
        if isinstance(message, Pong):
            self.pongs[message.token] = arrival_ms
        if isinstance(message, Fault):
            self.faults += 1

    def _reading(self, frame: Frame, arrival_ms: float) -> Reading | None:
        if self.identity is not None and len(frame.values) != self.identity.channels:
            return None  # lost bytes pass the check once in 65,536 times; most of those have a column too few
        if self._running and not self._goes_on(frame):
            return None
        device_ms = self._device_ms(frame, arrival_ms)
        at_ms = self._clock.host_ms(device_ms, arrival_ms)
        self.frames, self.flags = self.frames + 1, frame.flags
        self._last = (self._seq.follow(frame.seq), device_ms, arrival_ms)
        if self._first is None or frame.flags & NO_DATA:  # a sensor without its cell has a pace of its own
            self._first = self._last
        flags, self._mark = frame.flags | self._mark, 0
        return Reading(at_ms, device_ms, arrival_ms, frame.seq, flags, frame.values)

    def _goes_on(self, frame: Frame) -> bool:
        """Tell whether a frame counts: not one that is late or doubled; going far back means a new beginning."""
        frames_on, us_on = self._seq.step(frame.seq), self._time.step(frame.t_us)
        if frames_on == 1 and us_on > 0:
            return True
        if -LATE_FRAMES <= frames_on <= 0 and -LATE_US <= us_on <= 0:
            return False
        if frames_on <= 0 or us_on <= 0:
            self._restart()
        else:
            self.missed += frames_on - 1
            self._mark |= GAP
        return True

    def _touch(self, tap: Tap, arrival_ms: float) -> Touch:
        """Return a tap in host time: its line was sent some milliseconds after its onset, so it teaches no clock."""
        self.touches += 1
        device_ms = self._time.near(tap.t_us) / 1000
        return Touch(
            self._clock.mapped_ms(device_ms, arrival_ms), device_ms, arrival_ms, tap.pad, tap.pressed, tap.level
        )

    def _device_ms(self, frame: Frame, arrival_ms: float) -> float:
        """Return the sensor's time of a frame; one from the future can only mean that its clock began again."""
        device_ms = self._time.follow(frame.t_us) / 1000
        if self._clock.ahead_ms(device_ms, arrival_ms) > IMPOSSIBLY_AHEAD_MS:
            self._restart()
            device_ms = self._time.follow(frame.t_us) / 1000
        self._running = True
        return device_ms

    def _restart(self) -> None:
        self.restarts += 1
        self._mark |= RESET
        self._begin_again()

    def _begin_again(self) -> None:
        self._seq, self._time = Unwrap(SEQUENCE_MODULUS), Unwrap(TIME_MODULUS)
        self._clock.restart()
        self._running = False
        self._first = self._last = None
