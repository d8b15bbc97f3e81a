"""Hold the devices beside keyboard and pointer: open what the patient plays with, and say what it is."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from app.asked import Asked
from app.files import FilesError
from app.hardware import Hardware, Known
from devices import discovery
from devices.device import Clock, Device, every_kind
from devices.discovery import Candidate
from devices.plain_grip import PlainGrip
from devices.serial_grip import SerialGrip
from devices.serial_pads import SerialPads
from devices.serial_sensor import SerialSensor
from devices.transport import PortFacts, ports, speed_of
from devices.trigger import Trigger
from engine.profile import Profile
from engine.sample import Sample
from engine.signals.newtons import Calibration
from engine.source import PADS, SENSORS, Source, source_of

LOOK_MS = 2000.0
WITHOUT_PORT = ("tindeq", "lsl", "midi", "trigger")
BOARDS: dict[str, type[SerialSensor]] = {"serial": SerialGrip, "plain": PlainGrip, "pads": SerialPads}
Look = Callable[[], Iterable[PortFacts]]


class Plugged:
    """The sensor and the tap board of one window.

    A port is only opened if it was named, or belongs to a sensor that was confirmed before: opening the port of
    another thing resets it, and that may be a 3-D printer. What might be a sensor is a ``candidate`` to ask about.
    """

    def __init__(self, data_dir: Path, clock: Clock, asked: Asked | None = None, look: Look = ports) -> None:
        """Open nothing yet; ``asked`` is what the command line named."""
        self.hardware = Hardware(data_dir)
        self.candidate: Candidate | None = None
        self._clock, self._asked, self._look = clock, asked, look
        self._open: dict[str, Device] = {}
        self._said: dict[str, dict[str, Any]] = {}
        self._sources: dict[tuple[str, str], Source | None] = {}
        self._confirmed_port = ""
        self._refused: set[str] = set()
        self._looked_ms = float("-inf")

    @property
    def asked(self) -> Asked | None:
        """Return what the command line named."""
        return self._asked

    @property
    def trigger(self) -> Trigger | None:
        """Return the trigger of a game controller, if that is what forces come from."""
        device = self._open.get("trigger")
        return device if isinstance(device, Trigger) else None

    def want(self, profile: Profile, grip: str, taps: str) -> None:
        """Open what is played with now, and let go of what no longer is."""
        wanted = {kind for kind in (grip, taps) if kind in (*SENSORS, *PADS)}
        for kind in set(self._open) - wanted:
            self._open.pop(kind).close()
            self._said.pop(kind, None)
            self._sources.clear()
        for kind in sorted(wanted - set(self._open)):
            device = self._opened(kind, profile)
            if device is not None:
                self._open[kind] = device
                self.candidate = None
        if not wanted - set(self._open):
            self.candidate = None

    def poll(self, now_ms: float) -> list[Sample]:
        """Return what was felt since the last call; a device that begins to answer is remembered."""
        felt: list[Sample] = []
        for kind, device in self._open.items():
            samples = device.poll(now_ms)
            if kind not in self._said or any(s.channel.startswith("link.") for s in samples):
                self._said[kind] = device.describe()
                self._sources.clear()
                if any(s.channel.startswith("link.") and s.value > 0 for s in samples):
                    self._remember(kind)
            felt.extend(samples)
        return felt

    def message(self) -> str:
        """Return the key of what the patient should know about a device, or ""."""
        said = [message for device in self._open.values() if (message := device.message())]
        return said[0] if said else "device.ask" if self.candidate else ""

    def describe(self) -> list[dict[str, Any]]:
        """Return what is open, for a recording's header."""
        return [device.describe() for device in self._open.values()]

    def source(self, kind: str, aid: str) -> Source | None:
        """Return the device of that kind as records name it; ``None`` while it has not said who it is."""
        if (kind, aid) not in self._sources:
            self._sources[kind, aid] = self._source(kind, aid)
        return self._sources[kind, aid]

    def calibrated(self, calibration: Calibration) -> None:
        """Keep a calibration and use it from now on; raise ``FilesError``."""
        self.hardware.keep_calibration(calibration)
        self._sources.clear()

    def _source(self, kind: str, aid: str) -> Source | None:
        said = self._said.get(kind)
        if said is None or not (said.get("serial") or said.get("model")):
            return None
        calibration = self.hardware.calibration(str(said.get("serial") or ""))
        if calibration is None:
            return source_of(said, aid)
        return source_of(said, aid, calibration.id, calibration.gain)

    def answers(self, kind: str) -> bool:
        """Tell whether the device of that kind has said who it is."""
        return self.source(kind, "") is not None

    def serial(self, kind: str) -> str:
        """Return the serial number of the device of that kind, or ""."""
        return str(self._said.get(kind, {}).get("serial") or "")

    def confirm(self, yes: bool) -> None:
        """Take the candidate for the sensor, or leave it alone from now on."""
        candidate, self.candidate = self.candidate, None
        if candidate is None:
            return
        if yes:
            self._confirmed_port = candidate.port.name
        else:
            self._refused.add(candidate.port.name)

    def close(self) -> None:
        """Let go of everything."""
        for device in self._open.values():
            device.close()
        self._open.clear()

    # Opening

    def _opened(self, kind: str, profile: Profile) -> Device | None:
        port = self._named(kind, profile)
        if kind not in BOARDS:
            return {k.name: k for k in every_kind()}[kind].open(port, self._clock)
        if port:
            return BOARDS[kind](port, self._clock)
        known = next((k for k in reversed(self.hardware.sensors()) if k.kind == kind and k.usb), None)
        if known is not None and known.usb is not None:
            find = discovery.finder(known.usb, self._look)
            return BOARDS[kind](find() or "", self._clock, find)
        self._look_for_candidate()
        return None

    def _named(self, kind: str, profile: Profile) -> str:
        """Return the port that was named for that kind: on the command line, by an answer, or in the settings."""
        if self._asked is not None and self._asked.kind == kind and self._asked.port:
            return self._asked.port
        return self._confirmed_port or ("" if kind in WITHOUT_PORT else profile.port)

    def _look_for_candidate(self) -> None:
        """See, now and then, whether something is plugged in that could be the sensor."""
        now_ms = self._clock()
        if now_ms - self._looked_ms < LOOK_MS:
            return
        self._looked_ms = now_ms
        likely = [c for c in discovery.candidates(self._look()) if c.guess in ("board", "adapter", "other")]
        self.candidate = next((c for c in likely if c.port.name not in self._refused), None)

    def _remember(self, kind: str) -> None:
        """Keep that this sensor was confirmed and answered; a full or locked disk only means asking again."""
        said = self._said[kind]
        serial, port = str(said.get("serial") or ""), str(said.get("port") or "")
        if not serial or kind not in BOARDS:
            return
        name, baud = speed_of(port)
        facts = next((one for one in self._look() if one.name == name), None)
        usb = discovery.remembered_as(facts, serial, kind, baud) if facts else None
        known = Known(serial, kind, str(said.get("model") or ""), port, date.today().isoformat(), usb)
        if any(replace(one, seen=known.seen) == known for one in self.hardware.sensors()):
            return
        try:
            self.hardware.remember(known)
        except FilesError:
            self._confirmed_port = port
