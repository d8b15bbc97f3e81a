"""Turn the bytes of a grip sensor into samples: no port, no thread, no clock of its own."""

from devices.clock import DeviceClock
from devices.glp import (
    SEQUENCE_MODULUS,
    TIME_MODULUS,
    VERSION,
    Boot,
    Channel,
    Frame,
    Identity,
    LineDecoder,
    LinkStats,
    Message,
    Unwrap,
)
from engine.sample import Sample

WANTED = ("grip", "pinch")
LATE_FRAMES = 8
LATE_US = 200_000
IMPOSSIBLY_AHEAD_MS = 500.0


class GripDecoder:
    """Bytes in, samples out: one sensor from the opening of its port until that is closed."""

    def __init__(self) -> None:
        """Begin in the middle of nowhere."""
        self._lines = LineDecoder()
        self._clock = DeviceClock()
        self._begin_again()
        self.identity: Identity | None = None
        self.channels: dict[int, Channel] = {}
        self.newer = False
        self.flags = 0
        self.frames = self.missed = self.restarts = self.boots = 0

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
        """Return the channel that is read: ``grip``, else ``pinch``, else the first; ``None`` before it is known."""
        named = {c.id: c for _, c in sorted(self.channels.items(), reverse=True)}
        return next((named[name] for name in WANTED if name in named), self.channels.get(0))

    def feed(self, data: bytes, arrival_ms: float) -> tuple[Sample, ...]:
        """Return the samples that ``data`` completes; ``arrival_ms`` is the host's time just after it was read.

        A sensor that speaks a newer version of the protocol is not read at all.
        """
        samples = [self._take(message, arrival_ms) for message in self._lines.feed(data)]
        return () if self.newer else tuple(sample for sample in samples if sample is not None)

    def _take(self, message: Message, arrival_ms: float) -> Sample | None:
        if isinstance(message, Frame):
            return self._sample(message, arrival_ms)
        if isinstance(message, Boot):
            self.boots += 1
            self._begin_again()
        if isinstance(message, Boot | Identity):
            self.newer = self.newer or message.protocol > VERSION
        if isinstance(message, Identity):
            self.identity = message
        if isinstance(message, Channel):
            self.channels = {**self.channels, message.index: message}
        return None

    def _sample(self, frame: Frame, arrival_ms: float) -> Sample | None:
        if self.identity is not None and len(frame.values) != self.identity.channels:
            return None  # lost bytes pass the check once in 65,536 times; most of those have a column too few
        frames_on, us_on = self._seq.step(frame.seq), self._time.step(frame.t_us)
        if self._running and -LATE_FRAMES <= frames_on <= 0 and -LATE_US <= us_on <= 0:
            return None
        if self._running and (frames_on <= 0 or us_on <= 0):
            self._restart()
        elif self._running:
            self.missed += frames_on - 1
        device_ms = self._device_ms(frame, arrival_ms)
        self.frames, self.flags = self.frames + 1, frame.flags
        column = self.channel.index if self.channel else 0
        at_ms = self._clock.host_ms(device_ms, arrival_ms)
        if column >= len(frame.values):
            return None
        return Sample("grip", at_ms, frame.values[column], device_ms=device_ms, flags=frame.flags)

    def _device_ms(self, frame: Frame, arrival_ms: float) -> float:
        """Return the sensor's time of a frame; one from the future can only mean that its clock began again."""
        device_ms = self._time.follow(frame.t_us) / 1000
        if self._clock.ahead_ms(device_ms, arrival_ms) > IMPOSSIBLY_AHEAD_MS:
            self._restart()
            device_ms = self._time.follow(frame.t_us) / 1000
        self._seq.follow(frame.seq)
        self._running = True
        return device_ms

    def _restart(self) -> None:
        self.restarts += 1
        self._begin_again()

    def _begin_again(self) -> None:
        self._seq, self._time = Unwrap(SEQUENCE_MODULUS), Unwrap(TIME_MODULUS)
        self._clock.restart()
        self._running = False
