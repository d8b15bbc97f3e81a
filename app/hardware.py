"""Keep what belongs to this computer's hardware in ``hardware.json``: sensors, their calibrations, screen scales."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from app import files
from app.files import FilesError
from devices.discovery import Remembered
from devices.transport import BAUD
from engine.signals import newtons
from engine.signals.newtons import Calibration

HARDWARE = "hardware.json"
SENSORS, CALIBRATIONS, SCREENS = "sensors", "calibrations", "screens"
SECTIONS = (SENSORS, CALIBRATIONS, SCREENS)

Table = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """A sensor that was confirmed once. ``usb`` is ``None`` behind a port without USB, or a socket.

    ``serial`` is the sensor's own number, ``port`` and ``seen`` (ISO date) say where and when it was used last.
    """

    serial: str
    kind: str = "serial"
    model: str = ""
    port: str = ""
    seen: str = ""
    usb: Remembered | None = None


class Hardware:
    """What is kept of the hardware. Whatever stands in the file, the program starts; ``notes`` say what was not taken.

    Each change reads the file again, so that two copies of the program do not undo each other's, and keeps what
    it does not know. Changes raise ``FilesError``.
    """

    def __init__(self, data_dir: Path) -> None:
        """Read ``hardware.json`` of that folder; a missing file is nothing known."""
        self._path = data_dir / HARDWARE
        self.notes: tuple[str, ...] = ()
        self._table, self._damaged = self._read()

    # Sensors

    def sensors(self) -> tuple[Known, ...]:
        """Return every sensor that is known, the one used last at the end."""
        rows = self._table[SENSORS].items()
        return tuple(known for serial, row in rows if (known := _known(serial, row)) is not None)

    def remembered(self) -> tuple[Remembered, ...]:
        """Return what ports to open without being asked: those of known sensors with a USB identity."""
        return tuple(known.usb for known in self.sensors() if known.usb is not None)

    def remember(self, known: Known) -> None:
        """Keep a sensor that was confirmed, or used last now."""

        def change(table: Table) -> None:
            row = table[SENSORS].pop(known.serial, {})
            table[SENSORS][known.serial] = (row if isinstance(row, dict) else {}) | _sensor_row(known)

        self._change(change)

    def forget(self, serial: str) -> bool:
        """Forget a sensor, so that its port is not opened by itself; its calibrations stay. Tell if it was known."""
        was_known = serial in self._table[SENSORS]
        if was_known:
            self._change(lambda table: table[SENSORS].pop(serial, None))
        return was_known

    # Calibrations

    def calibrations(self, serial: str) -> tuple[Calibration, ...]:
        """Return every calibration of that sensor that can be read, the newest at the end."""
        rows = self._table[CALIBRATIONS].get(serial, [])
        return tuple(one for row in rows if (one := _calibration(row, serial)) is not None)

    def calibration(self, serial: str) -> Calibration | None:
        """Return the calibration to use: the one that was kept last."""
        return next(reversed(self.calibrations(serial)), None)

    def keep_calibration(self, calibration: Calibration) -> None:
        """Add a calibration to those of its sensor."""
        row = newtons.to_plain(calibration)
        self._change(lambda table: table[CALIBRATIONS].setdefault(calibration.serial, []).append(row))

    # Screens

    def screen_scale(self, key: str) -> float | None:
        """Return the millimetres a pixel of that screen, or ``None`` if it was never measured."""
        row = self._table[SCREENS].get(key)
        return _positive(row.get("mm_per_px")) if isinstance(row, dict) else None

    def keep_screen(self, key: str, mm_per_px: float, date: str) -> None:
        """Keep the millimetres a pixel of a screen, measured on ``date`` (ISO); raise ``ValueError`` for no size."""
        if _positive(mm_per_px) is None:
            raise ValueError(f"mm_per_px: must be a number above 0, not {mm_per_px}")

        def change(table: Table) -> None:
            row = table[SCREENS].get(key)
            known = row if isinstance(row, dict) else {}
            table[SCREENS][key] = known | {"mm_per_px": float(mm_per_px), "date": date}

        self._change(change)

    # The file

    def _change(self, change: Callable[[Table], object]) -> None:
        """Read the file again, change what it holds and write it whole; a damaged one is kept as ``.old`` before."""
        self._table, self._damaged = self._read()
        change(self._table)
        if self._damaged and self._path.is_file():
            files.set_aside(self._path)
        files.write_whole(self._path, json.dumps(self._table, indent=1) + "\n")
        self._damaged = False

    def _read(self) -> tuple[Table, bool]:
        """Return the table, each section an object, and whether writing it would lose something of the file."""
        try:
            text = files.read_text(self._path)
        except FilesError as error:
            missing = error.message_key == "files.missing"
            self.notes = () if missing else (f"{HARDWARE}: cannot be read ({error.detail}); no sensor is known",)
            return _whole({})[0], not missing
        try:
            table = json.loads(text)
        except (ValueError, RecursionError) as error:
            table, why = None, f"is damaged ({error})"
        else:
            why = "is damaged (not an object)"
        if not isinstance(table, dict):
            self.notes = (f"{HARDWARE}: {why}; no sensor is known. It is kept as {HARDWARE}.old at the next change",)
            return _whole({})[0], True
        table, wrong = _whole(table)
        self.notes = tuple(f"{HARDWARE}: {place}: cannot be read; it is left out" for place in (*wrong, *_odd(table)))
        return table, bool(wrong)


def _whole(table: Table) -> tuple[Table, list[str]]:
    """Return the table with every section as it must be, and the places where something else stood."""
    wrong = [name for name in SECTIONS if not isinstance(table.get(name, {}), dict)]
    whole: Table = {"format": 1} | table | {name: {} for name in SECTIONS if name in wrong or name not in table}
    lists = whole[CALIBRATIONS]
    odd = [serial for serial, rows in lists.items() if not isinstance(rows, list)]
    whole[CALIBRATIONS] = {serial: rows for serial, rows in lists.items() if serial not in odd}
    return whole, [*wrong, *(f"{CALIBRATIONS}.{serial}" for serial in odd)]


def _odd(table: Table) -> list[str]:
    """Return the places of entries that say nothing; they stay in the file."""
    odd = [f"{SENSORS}.{serial}" for serial, row in table[SENSORS].items() if _known(serial, row) is None]
    for serial, rows in table[CALIBRATIONS].items():
        odd += [f"{CALIBRATIONS}.{serial}.{n}" for n, row in enumerate(rows) if _calibration(row, serial) is None]
    screens = table[SCREENS].items()
    return odd + [
        f"{SCREENS}.{key}"
        for key, row in screens
        if not isinstance(row, dict) or _positive(row.get("mm_per_px")) is None
    ]


def _sensor_row(known: Known) -> Table:
    row: Table = {"kind": known.kind, "model": known.model, "port": known.port, "seen": known.seen, "usb": None}
    if known.usb is not None:
        usb = known.usb
        ids = {"vendor": f"{usb.vendor:04X}", "product": f"{usb.product:04X}"}
        row["usb"] = ids | {"serial": usb.serial, "location": usb.location, "baud": usb.baud}
    return row


def _known(serial: str, row: Any) -> Known | None:
    if not isinstance(row, dict) or not isinstance(row.get("usb"), dict | None):
        return None
    texts = {name: row.get(name, "") for name in ("kind", "model", "port", "seen")}
    if not all(isinstance(text, str) for text in texts.values()):
        return None
    kind = texts.pop("kind") or "serial"
    if row.get("usb") is None:
        return Known(serial, kind, **texts)
    usb = _usb(serial, kind, row["usb"])
    return None if usb is None else Known(serial, kind, **texts, usb=usb)


def _usb(serial: str, kind: str, row: Table) -> Remembered | None:
    chip, location, baud = row.get("serial", ""), row.get("location", ""), row.get("baud", BAUD)
    if not (isinstance(chip, str) and isinstance(location, str) and type(baud) is int and 0 < baud <= 4_000_000):
        return None
    try:
        vendor, product = int(row["vendor"], 16), int(row["product"], 16)
    except (KeyError, TypeError, ValueError):
        return None
    return Remembered(vendor, product, chip, location, serial, kind, baud)


def _calibration(row: Any, serial: str) -> Calibration | None:
    """Return the calibration of a row, or ``None`` if it is none, or not of that sensor."""
    try:
        one = newtons.from_plain(row)
    except ValueError:
        return None
    return one if one.serial == serial else None


def _positive(value: Any) -> float | None:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if plain and isfinite(value) and value > 0 else None
