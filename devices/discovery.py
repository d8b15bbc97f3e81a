"""Judge what is behind a port without opening it, and find a remembered sensor again: opening may reset a printer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from devices.transport import BAUD, PortFacts, ports

Guess = Literal["remembered", "board", "adapter", "other", "printer"]
BEST: tuple[Guess, ...] = ("remembered", "board", "adapter", "other", "printer")

# Sources: the USB ID list (usb.ids), the udev rules and drivers of the makers. A known identity is no promise: whoever
# builds a printer buys the same chips.
MEGA = "Arduino Mega, which is also in many 3-D printers"
PRODUCTS: dict[tuple[int, int], tuple[Guess, str]] = {
    (0x2341, 0x0001): ("board", "Arduino Uno"),
    (0x2341, 0x0010): ("adapter", MEGA),
    (0x2341, 0x0042): ("adapter", MEGA),
    (0x2341, 0x0043): ("board", "Arduino Uno"),
    (0x2341, 0x8036): ("board", "Arduino Leonardo"),
    (0x2A03, 0x0010): ("adapter", MEGA),
    (0x2A03, 0x0042): ("adapter", MEGA),
    (0x2A03, 0x0043): ("board", "Arduino Uno"),
    (0x16C0, 0x0483): ("board", "Teensy"),
    (0x1A86, 0x7523): ("adapter", "CH340 adapter"),
    (0x1A86, 0x55D4): ("adapter", "CH9102 adapter"),
    (0x10C4, 0xEA60): ("adapter", "CP210x adapter"),
    (0x067B, 0x2303): ("adapter", "Prolific adapter"),
    (0x27B1, 0x0001): ("printer", "RAMBo, a 3-D printer's board"),
    (0x1D50, 0x614E): ("printer", "Klipper, a 3-D printer's firmware"),
}
VENDORS: dict[int, tuple[Guess, str]] = {
    0x2341: ("board", "Arduino"),
    0x2A03: ("board", "Arduino"),
    0x2E8A: ("board", "Raspberry Pi Pico"),
    0x303A: ("board", "Espressif ESP32"),
    0x1B4F: ("board", "SparkFun board"),
    0x239A: ("board", "Adafruit board"),
    0x0403: ("adapter", "FTDI adapter"),
    0x1A86: ("adapter", "WCH adapter"),
    0x2C99: ("printer", "Prusa 3-D printer"),
    0x23C1: ("printer", "MakerBot 3-D printer"),
}


@dataclass(frozen=True, slots=True)
class Remembered:
    """A sensor that was confirmed once: how its port looks to USB, and what it calls itself.

    ``serial`` is that of its USB chip and may be empty (a CH340 has none); ``sensor_serial`` is its own, from ``I``.
    """

    vendor: int
    product: int
    serial: str
    location: str
    sensor_serial: str
    kind: str = "serial"
    baud: int = BAUD


@dataclass(frozen=True, slots=True)
class Candidate:
    """A port, what seems to be behind it in plain words, and the remembered sensor that it is."""

    port: PortFacts
    name: str
    guess: Guess
    remembered: Remembered | None = None


def candidates(found: Iterable[PortFacts], remembered: Iterable[Remembered] = ()) -> tuple[Candidate, ...]:
    """Return the ports, those most likely to be a sensor first; none is opened."""
    found, known = tuple(found), tuple(remembered)
    owners = {port.name: one for one in known if (port := _port_of(one, found)) is not None}
    rated = [_candidate(port, owners.get(port.name)) for port in found]
    return tuple(sorted(rated, key=lambda c: (BEST.index(c.guess), c.port.name)))


def may_open(candidate: Candidate) -> bool:
    """Tell whether a port may be opened without being asked for: only that of a remembered sensor."""
    return candidate.remembered is not None


def finder(remembered: Remembered, look: Callable[[], Iterable[PortFacts]] = ports) -> Callable[[], str | None]:
    """Return what returns the sensor's port of the moment, with its speed if that is not the usual one, or ``None``.

    After a cable was pulled, ttyACM0 may be ttyACM1: a sensor is looked for by its identity, never by its name.
    """

    def find() -> str | None:
        port = _port_of(remembered, tuple(look()))
        if port is None:
            return None
        return port.name if remembered.baud == BAUD else f"{port.name}@{remembered.baud}"

    return find


def remembered_as(port: PortFacts, sensor_serial: str, kind: str = "serial", baud: int = BAUD) -> Remembered:
    """Return what to remember of the sensor behind ``port``."""
    return Remembered(port.vendor, port.product, port.serial, port.location, sensor_serial, kind, baud)


def _candidate(port: PortFacts, owner: Remembered | None) -> Candidate:
    guess, name = PRODUCTS.get((port.vendor, port.product)) or VENDORS.get(port.vendor) or ("other", "")
    if not name:
        name = port.description if port.description not in ("", "n/a") else "unknown USB device"
    return Candidate(port, name, guess if owner is None else "remembered", owner)


def _port_of(one: Remembered, found: tuple[PortFacts, ...]) -> PortFacts | None:
    """Return the sensor's port; with several that look the same, the one in the same socket, else none.

    Cheap chips of one make may all carry the same serial number, and nobody can know which of them is meant.
    """
    alike = [p for p in found if (p.vendor, p.product, p.serial) == (one.vendor, one.product, one.serial)]
    if one.serial and len(alike) == 1:
        return alike[0]
    there = [p for p in alike if p.location and p.location == one.location]
    return there[0] if len(there) == 1 else None
