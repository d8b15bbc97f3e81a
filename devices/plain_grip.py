"""Feel the hand through somebody else's sensor sketch: numbers on lines, with nothing that proves them."""

from itertools import count
from typing import Any

from devices.clock import DeviceClock
from devices.decoder import Decoder, Felt, Reading
from devices.device import DeviceKind
from devices.glp import LinkStats
from devices.plain import PlainLineDecoder
from devices.serial_sensor import SerialSensor
from engine.sample import Sample

RATE_AFTER_MS = 2000.0


class PlainDecoder:
    """The decoder of a sketch that nobody told us about: unverified, and of one channel."""

    newer = False
    flags = 0
    boots = 0

    def __init__(self) -> None:
        """Begin with nothing learned."""
        self.lines = PlainLineDecoder()
        self.frames = 0
        self._clock = DeviceClock()
        self._numbers = count()
        self._last_device_ms: float | None = None
        self._first_ms: float | None = None
        self._last_ms = 0.0

    @property
    def stats(self) -> LinkStats:
        """Return what came in so far, line by line."""
        return self.lines.stats

    @property
    def identified(self) -> bool:
        """Tell whether it was learned which number is the force."""
        return self.lines.columns is not None

    @property
    def rate_hz(self) -> float | None:
        """Return the readings a second by their arrival; ``None`` in the first two seconds."""
        if self._first_ms is None or self._last_ms - self._first_ms < RATE_AFTER_MS:
            return None
        return (self.frames - 1) / (self._last_ms - self._first_ms) * 1000

    def feed(self, data: bytes, arrival_ms: float) -> list[Felt]:
        """Return the readings that ``data`` completes; without a time of their own they are dated by their arrival."""
        felt: list[Felt] = []
        for line in self.lines.feed(data):
            self.frames += 1
            self._first_ms = arrival_ms if self._first_ms is None else self._first_ms
            self._last_ms = arrival_ms
            at_ms = self._at_ms(line.device_ms, arrival_ms)
            felt.append(Reading(at_ms, line.device_ms or 0.0, arrival_ms, next(self._numbers), 0, (line.value,)))
        return felt

    def _at_ms(self, device_ms: float | None, arrival_ms: float) -> float:
        if device_ms is None:
            return arrival_ms
        if self._last_device_ms is not None and device_ms < self._last_device_ms:
            self._clock.restart()
        self._last_device_ms = device_ms
        return self._clock.host_ms(device_ms, arrival_ms)


class PlainGrip(SerialSensor):
    """One force, in whatever unit the sketch sends; the speed of the port is part of its name (``PORT@9600``)."""

    kind = "plain"

    def new_decoder(self) -> Decoder:
        """Return what learns the sketch's lines."""
        return PlainDecoder()

    def felt(self, felt: Felt, at_ms: float) -> tuple[Sample, ...]:
        """Return the force of one line."""
        return (Sample("grip", at_ms, felt.values[0], device_ms=felt.device_ms),) if isinstance(felt, Reading) else ()

    def describe(self) -> dict[str, Any]:
        """Return what was learned of the sensor; it has no number of its own, so its port stands for it."""
        known = self.reader.known
        learned = known.lines if isinstance(known, PlainDecoder) else None
        rate_hz = known.rate_hz if known else None
        return super().describe() | {
            "model": learned.learned if learned else None,
            "serial": self.reader.port if learned else None,
            "rate_hz": round(rate_hz, -1) if rate_hz else None,
            "channel": "grip" if learned else None,
            "unit": learned.columns.unit if learned and learned.columns else "count",
            "verified": False,
        }


DEVICE = DeviceKind("plain", frozenset({"grip"}), PlainGrip)
