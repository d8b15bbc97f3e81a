"""Be a device behind a port: what its reader felt becomes samples in the session's time."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from devices.decoder import Decoder, Felt, SensorDecoder
from devices.device import Clock
from devices.glp import LinkStats
from devices.link import Linked, LinkState
from devices.reader import Reader
from devices.session_time import SessionTime
from devices.transport import ByteTransport, open_port
from engine.sample import Sample

MESSAGES = (
    "device.none", "device.rights", "device.busy", "device.wrong", "device.silent", "device.newer", "device.stale",
    "device.lost", "device.cell", "device.strong", "device.slow", "device.cable", "device.clock", "device.not-pads",
    "device.unverified",
)  # fmt: skip


class SerialSensor(ABC):
    """A sensor that is found again by itself when its cable comes loose.

    The reader stamps arrivals by a clock of its own that never jumps; ``poll`` turns them into the session's
    time as it is then. So the session may move its clock without disturbing the fit to the sensor's clock.
    """

    kind = "serial"
    link_channel = "link.grip"

    def __init__(
        self,
        port: str,
        clock: Clock,
        finder: Callable[[], str | None] | None = None,
        opener: Callable[[str], ByteTransport] = open_port,
    ) -> None:
        """Begin to open ``port`` and return at once; ``clock`` returns the session's milliseconds.

        ``finder`` returns the sensor's port of the moment, or ``None`` while it is not plugged in; without it
        the sensor is looked for under the same name.
        """
        self.reader = Reader(port, finder, opener, self.new_decoder, self.misfit)
        self._times = SessionTime(clock)

    def new_decoder(self) -> Decoder:
        """Return what understands the sensor's bytes, from one opening of the port to its end."""
        return SensorDecoder()

    def misfit(self, decoder: Decoder) -> str | None:
        """Return the key of what to say if the board that answers is of another kind, else ``None``."""
        return None

    @abstractmethod
    def felt(self, felt: Felt, at_ms: float) -> tuple[Sample, ...]:
        """Return the samples of a reading or a touch that happened at ``at_ms`` of the session."""

    @property
    def state(self) -> LinkState:
        """Return where the link stands."""
        return self.reader.state

    def poll(self, now_ms: float) -> tuple[Sample, ...]:
        """Return what came in since the last call, in raw counts; ``link.…`` when the link changed."""
        taken = self.reader.taken()
        self._times.look(now_ms)
        return tuple(sample for felt in taken for sample in self._samples(felt))

    def close(self) -> None:
        """Stop reading and close the port; a second call does nothing."""
        self.reader.close()

    def message(self) -> str | None:
        """Return the key of what the patient should know (one of ``MESSAGES``), or ``None`` if all is well."""
        return self.reader.message()

    def stats(self) -> LinkStats:
        """Return how many lines were good, damaged or not ours since the port was opened last."""
        return self.reader.stats()

    def describe(self) -> dict[str, Any]:
        """Return who the sensor is, for a recording's header; what it has not said yet is ``None``."""
        known = self.reader.known
        known = known if isinstance(known, SensorDecoder) else None
        identity, channel = (known.identity, known.channel) if known else (None, None)
        return {
            "kind": self.kind,
            "port": self.reader.port,
            "model": identity.model if identity else None,
            "firmware": identity.firmware if identity else None,
            "serial": identity.serial if identity else None,
            "rate_hz": identity.rate_hz if identity else None,
            "channel": channel.id if channel else None,
            "unit": channel.unit if channel else "count",
            "span": max(0.0, channel.maximum - channel.minimum) if channel else 0.0,
            "low": channel.minimum if channel else 0.0,
            "high": channel.maximum if channel else 0.0,
            "verified": True,
            "channels": [asdict(c) for _, c in sorted(known.channels.items())] if known else [],
        }

    def _samples(self, felt: Felt | Linked) -> tuple[Sample, ...]:
        if isinstance(felt, Linked):
            at_ms = self._times.at_ms(self.link_channel, felt.at_ms)
            return (Sample(self.link_channel, at_ms, float(felt.answers)),)
        return self.felt(felt, self._times.at_ms(type(felt).__name__, felt.at_ms))
