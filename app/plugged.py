"""Hold the devices beside keyboard and pointer: open what the patient plays with, and say what it is."""

from collections.abc import Callable, Iterable
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
NOT_IT = ("device.none", "device.wrong", "device.silent", "device.newer", "device.slow", "device.not-pads",
          "device.unverified")  # fmt: skip
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
        self._answering: set[str] = set()
        self._sources: dict[tuple[str, str], Source | None] = {}
        self._missing: set[str] = set()
        self._candidate_for = ""
        self._confirmed: dict[str, str] = {}
        self._refused: set[str] = set()
        self._seen: tuple[PortFacts, ...] = ()
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
            self._let_go(kind)
        for kind in sorted(wanted - set(self._open)):
            device = self._opened(kind, profile)
            if device is not None:
                self._open[kind] = device
        self._missing = wanted - set(self._open)
        self._look_for_candidate()

    def poll(self, now_ms: float) -> list[Sample]:
        """Return what was felt since the last call; a device that begins to answer is remembered."""
        felt: list[Sample] = []
        for kind, device in self._open.items():
            samples = device.poll(now_ms)
            links = [sample for sample in samples if sample.channel.startswith("link.")]
            if kind not in self._said or links:
                self._said[kind] = device.describe()
                self._sources.clear()
            if links:
                self._linked(kind, links)
            felt.extend(samples)
        return felt

    def message(self) -> str:
        """Return the key of what the patient should know about a device, or ""."""
        said = [message for device in self._open.values() if (message := device.message())]
        return said[0] if said else "device.ask" if self.candidate else "device.none" if self._missing else ""

    def describe(self) -> list[dict[str, Any]]:
        """Return what is open, for a recording's header."""
        return [device.describe() for device in self._open.values()]

    def source(self, kind: str, aid: str) -> Source | None:
        """Return the device of that kind as records name it; ``None`` while it has not said who it is."""
        if (kind, aid) not in self._sources:
            self._sources[kind, aid] = self._source(kind, aid)
        return self._sources[kind, aid]

    def calibrated(self, calibration: Calibration) -> None:
        """Use a calibration from now on and keep it; raise ``FilesError`` where it only holds for this visit."""
        self._sources.clear()
        self.hardware.keep_calibration(calibration)

    def _source(self, kind: str, aid: str) -> Source | None:
        said = self._said.get(kind)
        if said is None or not (said.get("serial") or said.get("model")):
            return None
        calibration = self.hardware.calibration(self.serial(kind))
        if calibration is None:
            return source_of(said, aid)
        return source_of(said, aid, calibration.id, calibration.gain)

    def answers(self, kind: str) -> bool:
        """Tell whether the device of that kind is open and answers now."""
        return kind in self._answering

    def serial(self, kind: str) -> str:
        """Return the serial number of the device of that kind, or ""."""
        said = self._said.get(kind, {})
        return str(said.get("serial") or "") if said.get("verified") is not False else ""

    def confirm(self, yes: bool) -> None:
        """Take the candidate for the sensor, or leave it alone from now on."""
        candidate, self.candidate = self.candidate, None
        if candidate is None:
            return
        if yes:
            if self._candidate_for in self._open:
                self._let_go(self._candidate_for)
            self._confirmed[self._candidate_for] = candidate.port.name
        else:
            self._refused.add(candidate.port.name)

    def close(self) -> None:
        """Let go of everything."""
        for kind in tuple(self._open):
            self._let_go(kind)

    # Opening

    def _let_go(self, kind: str) -> None:
        self._open.pop(kind).close()
        self._said.pop(kind, None)
        self._answering.discard(kind)
        self._sources.clear()

    def _opened(self, kind: str, profile: Profile) -> Device | None:
        port = self._named(kind, profile)
        if kind not in BOARDS:
            return {k.name: k for k in every_kind()}[kind].open(port, self._clock)
        if port:
            return BOARDS[kind](port, self._clock)
        for known in reversed(self.hardware.sensors()):
            if known.kind != kind or known.usb is None:
                continue
            here = discovery.finder(known.usb, self._plugged_in)()
            if here is not None:
                return BOARDS[kind](here, self._clock, discovery.finder(known.usb, self._look))
        return None

    def _named(self, kind: str, profile: Profile) -> str:
        """Return the port that was named for that kind: on the command line, by an answer, or in the settings.

        The one of the settings is the force sensor's; only without such a sensor it is the tap board's.
        """
        if self._asked is not None and self._asked.kind == kind and self._asked.port:
            return self._asked.port
        if kind in self._confirmed or kind in WITHOUT_PORT:
            return self._confirmed.get(kind, "")
        return "" if kind in PADS and profile.grip in BOARDS else profile.port

    def _plugged_in(self) -> tuple[PortFacts, ...]:
        """Return what is plugged in, looked up now and then."""
        now_ms = self._clock()
        if now_ms - self._looked_ms >= LOOK_MS:
            self._looked_ms, self._seen = now_ms, tuple(self._look())
        return self._seen

    def _look_for_candidate(self) -> None:
        """See whether something is plugged in that could be what is missing; what is known is no question.

        What was confirmed in this visit, and turned out to be something else, is still missing.
        """
        wrong = {kind for kind in self._confirmed if kind in self._open and self._open[kind].message() in NOT_IT}
        boards = sorted((self._missing | wrong) & set(BOARDS))
        if not boards:
            self.candidate = None
            return
        ours = {speed_of(str(device.describe().get("port") or ""))[0] for device in self._open.values()}
        found = discovery.candidates(self._plugged_in(), self.hardware.remembered())
        likely = [c for c in found if c.guess in ("board", "adapter", "other")]
        self._candidate_for = boards[0]
        self.candidate = next((c for c in likely if c.port.name not in self._refused | ours), None)

    def _linked(self, kind: str, links: list[Sample]) -> None:
        """Take in that a device began or ceased to answer."""
        if links[-1].value > 0:
            self._answering.add(kind)
        else:
            self._answering.discard(kind)
        if any(sample.value > 0 for sample in links):
            self._remember(kind)

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
        if [one for one in self.hardware.sensors() if one.kind == kind][-1:] == [known]:
            return
        try:
            self.hardware.remember(known)
        except FilesError:
            self._confirmed[kind] = port
