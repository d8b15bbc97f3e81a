"""Feel five fingers on a tap board: each tap with its onset, and the level of all five at once."""

from devices.decoder import Decoder, Felt, Reading, SensorDecoder
from devices.device import DeviceKind
from devices.serial_sensor import SerialSensor
from engine.hand import Finger
from engine.sample import Sample

FINGERS = tuple(finger.value for finger in Finger)


class SerialPads(SerialSensor):
    """Taps in channels ``pad.<finger>`` (1 down, 0 up; x is the peak level), levels in ``level.<finger>``."""

    kind = "pads"
    link_channel = "link.pads"

    def misfit(self, decoder: Decoder) -> str | None:
        """Return ``device.not-pads`` for a board none of whose channels is a finger."""
        return None if _columns(decoder) else "device.not-pads"

    def felt(self, felt: Felt, at_ms: float) -> tuple[Sample, ...]:
        """Return a tap, or the levels of a reading."""
        columns = _columns(self.reader.known)
        if isinstance(felt, Reading):
            return tuple(
                Sample(f"level.{finger}", at_ms, felt.values[n], device_ms=felt.device_ms, flags=felt.flags)
                for n, finger in columns.items()
                if n < len(felt.values)
            )
        finger = columns.get(felt.pad)
        if finger is None:
            return ()
        return (Sample(f"pad.{finger}", at_ms, float(felt.pressed), x=felt.level, device_ms=felt.device_ms),)


def _columns(decoder: Decoder | None) -> dict[int, str]:
    """Return the finger of each channel that is one."""
    channels = decoder.channels if isinstance(decoder, SensorDecoder) else {}
    return {n: c.id for n, c in channels.items() if c.id in FINGERS}


DEVICE = DeviceKind("pads", frozenset({"tap"}), SerialPads)
