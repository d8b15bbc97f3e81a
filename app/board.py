"""Feel everything that a board of GLP/1 sends, not just what a game needs, for the terminal."""

from collections.abc import Callable
from typing import Any

from app.asked import Asked
from devices.decoder import Felt, SensorDecoder, Touch
from devices.glp import Channel
from devices.serial_sensor import SerialSensor
from engine.hand import Finger
from engine.sample import Sample

FINGERS = tuple(finger.value for finger in Finger)
FORCES = ("grip", "pinch")


class Board(SerialSensor):
    """A board with all that it feels: its force, every other column, and taps.

    Channels: ``grip`` for the force, ``level.<finger>`` and ``pad.<finger>`` for a finger's column and taps,
    ``raw.<id>`` for any other column. A board with fingers and no column for a force is a tap board.
    """

    def __init__(self, asked: Asked, clock: Callable[[], float], finder: Callable[[], str | None] | None) -> None:
        """Begin to open the port that was asked for; ``finder`` is as for every sensor."""
        self._wanted = asked.kind
        super().__init__(asked.port, clock, finder)

    def misfit(self, decoder: Any) -> str | None:
        """Return ``device.not-pads`` where a tap board was asked for and none of the channels is a finger."""
        fingers = [c for c in _channels(decoder).values() if c.id in FINGERS]
        return "device.not-pads" if self._wanted == "pads" and not fingers else None

    def poll(self, now_ms: float) -> tuple[Sample, ...]:
        """Return what came in since the last call; the link's channel is that of the kind of board."""
        self.link_channel = "link.pads" if self.is_pads else "link.grip"
        return super().poll(now_ms)

    def describe(self) -> dict[str, Any]:
        """Return who the board is; the kind is what it turned out to be."""
        return super().describe() | {"kind": "pads" if self.is_pads else "serial"}

    def felt(self, felt: Felt, at_ms: float) -> tuple[Sample, ...]:
        """Return a sample of each column of a reading, or a tap."""
        channels = _channels(self.reader.known)
        if isinstance(felt, Touch):
            finger = channels.get(felt.pad)
            if finger is None or finger.id not in FINGERS:
                return ()
            return (Sample(f"pad.{finger.id}", at_ms, float(felt.pressed), felt.level, device_ms=felt.device_ms),)
        names = self._names(channels, len(felt.values))
        return tuple(
            Sample(name, at_ms, value, device_ms=felt.device_ms, flags=felt.flags)
            for name, value in zip(names, felt.values, strict=True)
        )

    @property
    def is_pads(self) -> bool:
        """Tell whether it is a tap board."""
        ids = {c.id for c in _channels(self.reader.known).values()}
        return self._wanted == "pads" or (not ids.isdisjoint(FINGERS) and ids.isdisjoint(FORCES))

    def _names(self, channels: dict[int, Channel], columns: int) -> list[str]:
        known = self.reader.known
        force = known.channel if isinstance(known, SensorDecoder) else None
        grip = None if self.is_pads else force.index if force else 0
        ids = [channels[n].id if n in channels else str(n) for n in range(columns)]
        return [
            "grip" if n == grip else f"level.{name}" if name in FINGERS else f"raw.{name}" for n, name in enumerate(ids)
        ]


def _channels(decoder: Any) -> dict[int, Channel]:
    return decoder.channels if isinstance(decoder, SensorDecoder) else {}
