"""Feel the hand through a grip sensor on a serial port that speaks GLP/1."""

from devices.decoder import Felt, Reading, SensorDecoder
from devices.device import DeviceKind
from devices.serial_sensor import SerialSensor
from engine.sample import Sample


class SerialGrip(SerialSensor):
    """The force of one channel: ``grip``, else ``pinch``, else the first one."""

    def felt(self, felt: Felt, at_ms: float) -> tuple[Sample, ...]:
        """Return the reading of the grip's channel, with the device's own time and flags."""
        if not isinstance(felt, Reading):
            return ()
        known = self.reader.known
        channel = known.channel if isinstance(known, SensorDecoder) else None
        column = channel.index if channel else 0
        if column >= len(felt.values):
            return ()
        return (Sample("grip", at_ms, felt.values[column], device_ms=felt.device_ms, flags=felt.flags),)


DEVICE = DeviceKind("serial", frozenset({"grip"}), SerialGrip)
