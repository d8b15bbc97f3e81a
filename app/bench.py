"""Open one device at the terminal, watch how it does, and remember it once it has answered."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

from app import files
from app.asked import Asked
from app.board import Board
from app.files import FilesError
from app.hardware import Hardware, Known
from app.meter import Meter
from app.remedies import Trouble, trouble_of
from devices import discovery, transport
from devices.device import Device, every_kind
from devices.discovery import Remembered
from devices.link import LinkState
from devices.serial_sensor import SerialSensor
from devices.transport import PortFacts, speed_of
from engine.sample import Sample
from engine.signals.newtons import STANDARD_GRAVITY, Calibration, newtons
from engine.source import PADS

POLL_S = 0.02
PATIENCE_S, BUSY_S, NONE_S, RADIO_S = 20.0, 15.0, 1.0, 15.0
KEPT_KINDS = ("serial", "pads", "plain", "tindeq")
NEWTONS = {"N": 1.0, "mN": 1e-3, "kN": 1e3, "kg": STANDARD_GRAVITY, "g": STANDARD_GRAVITY / 1000,
           "lb": 0.45359237 * STANDARD_GRAVITY, "oz": 0.45359237 / 16 * STANDARD_GRAVITY}  # fmt: skip
WINDOW_ONLY = {
    "keys": "keyboard and mouse are always there; there is nothing to open",
    "mouse": "keyboard and mouse are always there; there is nothing to open",
    "trigger": "game controllers are only seen while the window is open",
}


class Bench:
    """One device, opened at the terminal. Times are milliseconds since it was opened."""

    def __init__(
        self, asked: Asked, hardware: Hardware, look: Callable[[], tuple[PortFacts, ...]] | None = None
    ) -> None:
        """Open what was asked for; raise ``ValueError`` for what cannot be opened at a terminal."""
        self.asked = asked
        self.hardware = hardware
        self.meter = Meter()
        self._look = look or transport.ports
        self._began = time.perf_counter()
        self.device = self._opened()
        self.said = self.device.describe()
        self._first_serial = ""

    def now_ms(self) -> float:
        """Return the time since it was opened."""
        return (time.perf_counter() - self._began) * 1000

    def close(self) -> None:
        """Let go of the device."""
        self.device.close()

    def poll(self) -> tuple[Sample, ...]:
        """Return what was felt since the last call, counted."""
        samples = self.device.poll(self.now_ms())
        if not self.meter.readings or any(s.channel.startswith("link.") for s in samples):
            self.said = self.device.describe()
            self._first_serial = self._first_serial or self.serial
        self.meter.take(samples, self.said)
        return samples

    # What it is

    @property
    def serial(self) -> str:
        """Return the sensor's own serial number, "" while it has not said it."""
        return str(self.said.get("serial") or "")

    @property
    def is_another(self) -> bool:
        """Tell whether another board answers than at first: one that was plugged in where the first one was."""
        return bool(self.serial) and self.serial != self._first_serial

    @property
    def is_pads(self) -> bool:
        """Tell whether it is a board of pads."""
        return self.said.get("kind") in PADS or self.said.get("of") in PADS

    @property
    def name(self) -> str:
        """Return who it is in a few words."""
        words = [str(self.said.get("model") or self.said.get("kind"))]
        own = self.serial if self.serial != self.port else ""  # another maker's sketch: its port stands for it
        words += [f"serial number {own}"] if own else []
        words += [f"firmware {self.said['firmware']}"] if self.said.get("firmware") else []
        return ", ".join(words)

    @property
    def port(self) -> str:
        """Return the port of the moment."""
        return str(self.said.get("port") or self.asked.port)

    @property
    def calibration(self) -> Calibration | None:
        """Return the calibration that applies: it belongs to raw counts."""
        counts = self.said.get("unit") == "count" and self.said.get("kind") == "serial"
        return self.hardware.calibration(self.serial) if self.serial and counts else None

    def newtons(self, value: float) -> float | None:
        """Return a reading in newtons: by our calibration, else by the board's own; ``None`` without either."""
        unit = NEWTONS.get(str(self.said.get("unit")))
        if unit is not None:
            return value * unit
        calibration = self.calibration
        if calibration is not None:
            return newtons(calibration, value)
        own = next((c for c in self.said.get("channels") or [] if c.get("id") == self.said.get("channel")), None)
        if own is None or not own.get("gain") or self.is_pads:
            return None
        return float(own["gain"] * (value - own["offset"]))

    # How it does

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more can come: the end of a record that is played back."""
        return self.device.message() == "device.ended"

    @property
    def state(self) -> str:
        """Return where the link stands, in one word."""
        state = getattr(self.device, "state", None)
        if isinstance(state, str):
            return str(state)
        return "streaming" if self.now_ms() - self.meter.last_ms < 1000 else "waiting"

    @property
    def trouble(self) -> Trouble | None:
        """Return what is wrong now and what to do."""
        key = self.device.message()
        if key is None:
            return None
        if key == "device.none" and not self.asked.is_port:
            key = "bench.unheard"
        name, _ = speed_of(self.port)
        return trouble_of(key, self.port, self._facts(name) if key == "device.rights" else None)

    @property
    def losses(self) -> int:
        """Return how often it fell silent or was unplugged; the end of a record that is played back is no loss."""
        return self.meter.losses - self.is_over

    def link(self) -> dict[str, float | None]:
        """Return the numbers of the link; what a device does not know is left out or ``None``."""
        if not isinstance(self.device, SerialSensor):
            return {}
        reader, stats = self.device.reader, self.device.stats()
        known = reader.known
        return {
            "damaged": stats.damaged,
            "unframed": stats.unframed,
            "missed": getattr(known, "missed", None),
            "restarts": getattr(known, "restarts", None),
            "round_trip_ms": reader.round_trip_ms,
            "drift_ppm": getattr(known, "drift_ppm", None),
        }

    def until_it_streams(
        self, note: Callable[[str], None] = lambda _: None, each: Callable[[], None] = lambda: None
    ) -> tuple[Sample, ...]:
        """Return the samples with which it began to stream; raise ``ValueError`` that says why it does not."""
        tried_s: dict[str, float] = {}
        while self.now_ms() < PATIENCE_S * 1000:
            samples = self.poll()
            if self.meter.readings or any(s.value > 0 for s in samples):
                return samples
            key = self.device.message() or ""
            tried_s[key] = tried_s.get(key, 0.0) + POLL_S
            if key == "device.busy" and tried_s[key] == POLL_S:
                note(f"{self.trouble} Trying again for {BUSY_S:.0f} s.")
            if self.state == LinkState.REFUSED or tried_s[key] >= self._patience_s(key):
                break
            each()
            time.sleep(POLL_S)
        raise ValueError(f"{self.asked}: {self.trouble or 'nothing came from it.'}")

    def remember(self) -> str:
        """Keep that this sensor may be used from now on; return a note if something is in the way, or ""."""
        if not (self.serial and self.said.get("kind") in KEPT_KINDS):
            return ""
        port, baud = speed_of(self.port)
        facts = self._facts(port)
        kind = str(self.said["kind"])
        usb = discovery.remembered_as(facts, self.serial, kind, baud) if facts else None
        if usb is None and kind == "plain":
            return ""  # neither the sketch nor its port says who it is
        sensors = self.hardware.sensors()
        before = next((k for k in sensors if k.serial == self.serial), None)
        model = str(self.said.get("model") or "")
        known = Known(self.serial, kind, model, self.port, date.today().isoformat(), usb)
        if sensors[-1:] == (known,):
            return ""
        try:
            self.hardware.remember(known)
        except FilesError as error:
            return f"The sensor cannot be remembered ({error})."
        return _twin(before, usb)

    def _patience_s(self, key: str) -> float:
        radio = not self.asked.is_port
        often = {"device.none": RADIO_S if radio else NONE_S, "device.rights": NONE_S, "device.busy": BUSY_S}
        return NONE_S if key.startswith("device.no-") else often.get(key, PATIENCE_S)

    def _facts(self, port: str) -> PortFacts | None:
        if not self.asked.is_port or port.startswith(transport.SOCKET):
            return None
        return facts_of(port, self._look())

    def _opened(self) -> Device:
        asked = self.asked
        if asked.kind in WINDOW_ONLY:
            raise ValueError(WINDOW_ONLY[asked.kind])
        if asked.kind in ("serial", "pads"):
            return Board(asked, self.now_ms, self._finder())
        kinds = {kind.name: kind for kind in every_kind()}
        if asked.kind not in kinds:
            raise ValueError(f"{asked.kind}: this copy of Regrasp has no such device")
        return kinds[asked.kind].open(asked.port, self.now_ms)

    def _finder(self) -> Callable[[], str | None] | None:
        """Return what finds the very device again whose port was named, if USB tells who it is."""
        port, baud = speed_of(self.asked.port)
        facts = self._facts(port)
        if facts is None:
            return None
        find = discovery.finder(discovery.remembered_as(facts, "", baud=baud), self._look)
        return find if find() is not None else None


@contextmanager
def bench(asked: Asked, hardware: Hardware) -> Iterator[Bench]:
    """Open a device for as long as it is needed."""
    one = Bench(asked, hardware)
    try:
        yield one
    finally:
        one.close()


def chosen(wanted: Asked | None, hardware: Hardware) -> Asked:
    """Return what to open: what was named, else the one remembered sensor that is plugged in.

    Raise ``ValueError`` if there is none or more than one: a port is never opened on a guess.
    """
    if wanted is not None and (wanted.port or wanted.kind not in ("serial", "pads")):
        return wanted
    found = discovery.candidates(transport.ports(), hardware.remembered())
    fits = [c.remembered for c in found if c.remembered and (wanted is None or c.remembered.kind == wanted.kind)]
    if len(fits) == 1:
        return _named(fits[0])
    kind = wanted.kind if wanted else "serial"
    if fits:
        names = " or ".join(str(_named(one)) for one in fits)
        raise ValueError(f"several remembered sensors are plugged in; say which one: --device {names}")
    others = " or ".join(f"--device {kind}:{c.port.name}" for c in found) or f"--device {kind}:PORT"
    raise ValueError(f"no remembered sensor is plugged in; say which port to open: {others}")


def facts_of(port: str, found: tuple[PortFacts, ...]) -> PortFacts | None:
    """Return what is known of the port of that name, or that a name such as /dev/serial/by-id/... stands for."""
    real = str(Path(port).resolve()) if port.startswith("/") else port
    return next((facts for facts in found if facts.name in (port, real)), None)


def hardware_at(data: str | None, note: Callable[[str], None], to_keep: bool = True) -> Hardware:
    """Return what is kept of the hardware, after saying what of it could not be read.

    ``to_keep``: the folder is made if it is missing; one that cannot be written stops nobody who only looks.
    """
    folder = files.data_place(data)
    with suppress(FilesError):
        folder = files.data_dir(data) if to_keep else folder
    hardware = Hardware(folder)
    for text in hardware.notes:
        note(text)
    return hardware


def _named(one: Remembered) -> Asked:
    return Asked(one.kind, discovery.finder(one, transport.ports)() or "")


def _twin(before: Known | None, usb: Remembered | None) -> str:
    """Return a warning if another board with the same serial number was here before."""
    was = before.usb if before else None
    if was is None or usb is None or not (was.serial and usb.serial) or was.serial == usb.serial:
        return ""
    return (
        f"Another board called itself {usb.sensor_serial} before. Give each its own serial number: calibrations are "
        "kept under it."
    )
