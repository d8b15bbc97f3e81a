"""List what is plugged in: each port and what it is, each sensor and how it is, and what is in the way."""

import importlib.util
import json
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from typing import Any

from app.asked import Asked
from app.bench import POLL_S, Bench, bench, chosen, hardware_at
from app.bench_weigh import calibration_words
from app.hardware import Hardware, Known
from app.remedies import hints, may_not_use, rights_remedy, trouble_of
from devices import discovery, transport
from devices.discovery import Candidate
from devices.link import LinkState
from devices.transport import PortFacts, speed_of
from engine.signals import newtons

SETTLED_S, SHUT_MS = 8.0, 500.0
UNOPENED = ("device.none", "device.rights", "device.busy")
EXTRAS = {"ble": ("bleak",), "midi": ("rtmidi",), "lsl": ("pylsl",)}
ALWAYS = "Keyboard and mouse are always there. Game controllers are seen when the window is open."
GUESSED = {
    "remembered": "a remembered sensor",
    "board": "it may be a sensor, and may be anything else",
    "adapter": "it may be anything, also a 3-D printer",
    "printer": "it is a 3-D printer, which opening would disturb",
    "other": "it may be anything",
}


@dataclass(frozen=True, slots=True)
class Port:
    """One port: what USB says, what that means, and whether it was opened, else why not and how it can be."""

    name: str
    vendor: str | None
    product: str | None
    serial: str
    location: str
    plain: str
    guess: str
    remembered: str | None
    opened: bool
    usable: bool
    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Sensor:
    """One sensor: who it says it is, how it does, and what its counts mean. ``expected`` is who was awaited there."""

    serial: str
    expected: str
    kind: str
    model: str | None
    firmware: str | None
    port: str
    present: bool
    state: str
    message: str | None
    rate_hz: float | None
    channels: list[dict[str, Any]]
    calibration: dict[str, Any] | None
    calibrations: int
    seen: str


@dataclass(frozen=True, slots=True)
class Listing:
    """All that is listed."""

    ports: tuple[Port, ...]
    sensors: tuple[Sensor, ...]
    extras: dict[str, dict[str, Any]]
    system: dict[str, Any]


def run(device: Asked | None, as_json: bool, data: str | None) -> int:
    """Print what is plugged in; remembered sensors are asked who they are, nothing else is opened unless named."""
    hardware = hardware_at(data, _note, to_keep=device is not None)
    listing = listed(hardware, device)
    if as_json:
        print(json.dumps(asdict(listing), indent=1))
    else:
        print("\n".join(in_words(listing, restricted=device is not None)))
    return 0


def forget(serial: str, data: str | None) -> int:
    """Forget a sensor; return the exit status."""
    hardware = hardware_at(data, _note)
    if not hardware.forget(serial):
        known = ", ".join(known.serial for known in hardware.sensors())
        raise ValueError(f"no sensor {serial} is remembered; " + (f"there are {known}" if known else "there is none"))
    kept = len(hardware.calibrations(serial))
    also = f" Its calibrations stay ({kept})." if kept else ""
    print(f"{serial} is forgotten: its port is not opened by itself any more.{also}")
    return 0


def listed(hardware: Hardware, device: Asked | None = None) -> Listing:
    """Return what is plugged in, or only the ``device`` that was asked for."""
    found = transport.ports()
    rated = discovery.candidates(found, hardware.remembered())
    if device is not None:
        return _one(hardware, device, rated, found)
    owned = [(c, c.remembered) for c in rated if c.remembered is not None]
    to_ask = [
        (Asked(one.kind, discovery.finder(one, transport.ports)() or c.port.name), one.sensor_serial)
        for c, one in owned
    ]
    sensors = _asked_who(hardware, to_ask)
    there = {sensor.expected for sensor in sensors}
    absent = tuple(_absent(hardware, known) for known in hardware.sensors() if known.serial not in there)
    ports = tuple(_port(c, opened=discovery.may_open(c)) for c in rated)
    return Listing(ports, (*sensors, *absent), _extras(), _system(found))


def in_words(listing: Listing, restricted: bool = False) -> list[str]:
    """Return the lines that a person reads."""
    lines = [] if restricted else [ALWAYS, ""]
    lines += ["Sensors"]
    lines += [line for sensor in listing.sensors for line in _sensor_words(sensor)] or ["  none is known yet"]
    lines += ["", "Ports"]
    lines += [line for port in listing.ports for line in _port_words(port)] or ["  no port with a USB device"]
    if restricted:
        return lines
    lines += ["  (Ports without one, such as those of Bluetooth, are not listed, and opened only when named.)"]
    lines += ["", "Extras"]
    for name, extra in listing.extras.items():
        lines.append(
            f"  {name:<5} " + ("installed" if extra["installed"] else f"not installed; to do so: {extra['command']}")
        )
    notes = listing.system["notes"]
    return lines + (["", *notes] if notes else [])


def _one(hardware: Hardware, device: Asked, rated: Sequence[Candidate], found: tuple[PortFacts, ...]) -> Listing:
    device = chosen(device, hardware)
    sensors = _asked_who(hardware, [(device, None)])
    ports: tuple[Port, ...] = ()
    if device.is_port:
        name, _ = speed_of(device.port)
        candidate = next((c for c in rated if c.port.name == name), None) or Candidate(
            PortFacts(name, -1, -1, "", "", ""), "named by you", "other"
        )
        port = _port(candidate, all(sensor.message not in UNOPENED for sensor in sensors))
        ports = (port if port.opened or not port.usable else replace(port, why="not there, or in use", remedy=""),)
    return Listing(ports, sensors, _extras(), _system(found))


def _asked_who(hardware: Hardware, devices: Sequence[tuple[Asked, str | None]]) -> tuple[Sensor, ...]:
    """Open the devices at the same time, let them say who they are, and return them.

    Beside each stands the serial number of who should be there; ``None`` for what was asked for by name.
    """
    with ExitStack() as open_now:
        benches = [open_now.enter_context(bench(device, hardware)) for device, _ in devices]
        waiting = list(benches)
        while waiting := [one for one in waiting if not _is_settled(one)]:
            time.sleep(POLL_S)
        sensors = []
        for one, (_, expected) in zip(benches, devices, strict=True):
            sensors.append(_sensor(one, hardware, expected))
            if one.state == LinkState.STREAMING and expected in (None, one.serial):
                note = one.remember()
                if note:
                    _note(note)
    return tuple(sensors)


def _is_settled(one: Bench) -> bool:
    """Tell whether a device streams, or will not."""
    samples = one.poll()
    streams = one.meter.readings > 0 or any(s.value > 0 for s in samples)
    shut = one.asked.is_port and one.device.message() in ("device.rights", "device.none") and one.now_ms() > SHUT_MS
    hopeless = one.state == LinkState.REFUSED or shut
    return streams or hopeless or one.now_ms() > SETTLED_S * 1000


def _sensor(one: Bench, hardware: Hardware, expected: str | None) -> Sensor:
    said = one.said
    can_tell = said.get("verified") is not False  # another maker's sketch cannot say who it is
    serial = (one.serial if can_tell or not expected else expected) or expected or ""
    calibration = hardware.calibration(serial)
    known = next((k for k in hardware.sensors() if k.serial == serial), None)
    return Sensor(
        serial=serial,
        expected=expected or serial,
        kind=str(said.get("kind") or one.asked.kind),
        model=said.get("model"),
        firmware=said.get("firmware"),
        port=one.port,
        present=one.device.message() != "device.none",
        state=one.state,
        message=one.device.message(),
        rate_hz=said.get("rate_hz"),
        channels=list(said.get("channels") or []),
        calibration=newtons.to_plain(calibration) if calibration else None,
        calibrations=len(hardware.calibrations(serial)),
        seen=known.seen if known else "",
    )


def _absent(hardware: Hardware, known: Known) -> Sensor:
    calibration = hardware.calibration(known.serial)
    state = "absent" if known.usb else "unasked"
    return Sensor(
        known.serial, known.serial, known.kind, known.model or None, None, known.port, False, state, None, None, [],
        newtons.to_plain(calibration) if calibration else None, len(hardware.calibrations(known.serial)), known.seen,
    )  # fmt: skip


def _port(candidate: Candidate, opened: bool) -> Port:
    facts, name = candidate.port, candidate.port.name
    usb = facts.vendor >= 0
    forbidden = may_not_use(name)
    remedy = "" if opened or candidate.guess == "printer" else f"To use it: regrasp devices test --device serial:{name}"
    if forbidden:
        remedy = rights_remedy(name, facts if usb else None)
    why = "" if opened else GUESSED[candidate.guess]
    return Port(
        name=name,
        vendor=f"{facts.vendor:04X}" if usb else None,
        product=f"{facts.product:04X}" if usb else None,
        serial=facts.serial,
        location=facts.location,
        plain=candidate.name,
        guess=candidate.guess,
        remembered=candidate.remembered.sensor_serial if candidate.remembered else None,
        opened=opened and not forbidden,
        usable=not forbidden,
        why="this computer does not let you use it" if forbidden else why,
        remedy=remedy,
    )


def _extras() -> dict[str, dict[str, Any]]:
    return {
        name: {"installed": all(map(_is_installed, modules)), "command": f"uv sync --extra {name}"}
        for name, modules in EXTRAS.items()
    }


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _system(found: tuple[PortFacts, ...]) -> dict[str, Any]:
    return {"name": sys.platform, "notes": list(hints(found))}


def _sensor_words(sensor: Sensor) -> list[str]:
    head = ", ".join(
        word
        for word in (
            sensor.model or sensor.kind,
            f"serial number {sensor.serial}" if sensor.serial not in ("", sensor.port) else "without a serial number",
            f"firmware {sensor.firmware}" if sensor.firmware else "",
            _place(sensor),
        )
        if word
    )
    lines = [f"  {head}"]
    if sensor.rate_hz is not None:
        columns = ", ".join(f"{c['id']} ({c['quantity']}, {c['unit']})" for c in sensor.channels)
        lines.append(f"    {sensor.rate_hz:g} readings a second" + (f": {columns}" if columns else ""))
    if sensor.present and sensor.serial != sensor.expected:
        lines.append(
            f"    This is not the sensor {sensor.expected} that was remembered here. To use it: regrasp devices "
            f"test --device {sensor.kind}:{sensor.port}"
        )
    if sensor.calibration:
        made = newtons.from_plain(sensor.calibration)
        lines.append(f"    calibrated {made.date}: {calibration_words(made)}")
    elif sensor.kind == "serial" and sensor.present and sensor.state == "streaming":
        lines.append(f"    not calibrated; for newtons: regrasp devices calibrate --device serial:{sensor.port}")
    if sensor.message:
        lines.append(f"    {trouble_of(sensor.message, sensor.port)}")
    elif sensor.present and sensor.state != "streaming":
        lines.append(f"    {sensor.state}: it does not answer yet")
    return lines


def _place(sensor: Sensor) -> str:
    if sensor.present or sensor.message:
        return f"at {sensor.port}"
    last = f"last used {sensor.seen or 'long ago'} at {sensor.port}"
    return f"not plugged in, {last}" if sensor.state == "absent" else f"{last}, opened only when named"


def _port_words(port: Port) -> list[str]:
    usb = f" ({port.vendor}:{port.product})" if port.vendor else ""
    lines = [f"  {port.name}  {port.plain}{usb}" + ("" if port.opened else f"  not opened: {port.why}")]
    return lines + ([f"    {port.remedy}"] if port.remedy else [])


def _note(text: str) -> None:
    print(f"regrasp: {text}", file=sys.stderr, flush=True)
