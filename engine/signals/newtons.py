"""Turn a sensor's counts into newtons by known weights, and say how far that can be trusted."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import fsum, isfinite, sqrt
from typing import Any
from zlib import crc32

from engine.measures import mean

STANDARD_GRAVITY = 9.80665  # m/s2, by definition (CGPM 1901)
HEAVIEST_KG, APART_KG, GRAMS = 200.0, 0.1, 3  # weights of the same gram are the same weight
FARTHEST = 1e12
CHECK_SHARE = 0.02
WEIGHTS, BEYOND, BENT = 3, 1.5, 0.01
DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What one sensor's counts mean: newtons = ``gain`` * (counts - ``zero``). Make one with ``fitted``.

    ``points`` are the (kg, counts) it was found from; ``rmse_n`` and ``worst_n`` how far they lie off the line, in
    newtons; ``nonlinearity`` the worst of them as a share of the largest load, ``None`` with two loads, since a line
    goes through any two. ``id`` is the same for the same serial number, date and points, and no other.
    """

    id: str
    serial: str
    date: str
    points: Points
    gain: float
    zero: float
    rmse_n: float
    worst_n: float
    nonlinearity: float | None
    largest_n: float


@dataclass(frozen=True, slots=True)
class Check:
    """What a check weight read: the newtons, how far off as a share of the weight, and whether that is within 2 %."""

    measured_n: float
    error: float
    passed: bool


def fitted(serial: str, date: str, points: Sequence[tuple[float, float]]) -> Calibration:
    """Return the calibration of the sensor ``serial``, found on ``date`` (yyyy-mm-dd), by least squares.

    ``points`` are (kg, counts): 0 kg and three weights are best, the largest no smaller than the strongest grip. The
    counts are taken to carry the error, the weights none. Raise ``ValueError`` in plain words for what cannot be.
    """
    _named(serial, date)
    sorted_points = tuple(sorted((float(kg), float(counts)) for kg, counts in points))
    loads = _loads(sorted_points)
    gain, zero = _line([(kg * STANDARD_GRAVITY, counts) for kg, counts in sorted_points])
    off_n = [gain * (counts - zero) - kg * STANDARD_GRAVITY for kg, counts in sorted_points]
    rmse_n, worst_n = sqrt(fsum(n * n for n in off_n) / len(off_n)), max(abs(n) for n in off_n)
    largest_n = loads[-1] * STANDARD_GRAVITY
    bend = worst_n / largest_n if len(loads) > 2 else None
    name = _id(serial, date, sorted_points)
    return Calibration(name, serial, date, sorted_points, gain, zero, rmse_n, worst_n, bend, largest_n)


def newtons(calibration: Calibration, counts: float, zero: float | None = None) -> float:
    """Return the force in newtons of raw ``counts``; ``zero`` is that of the last tare, else the calibration's own."""
    return calibration.gain * (counts - (calibration.zero if zero is None else zero))


def warnings(calibration: Calibration, strongest_n: float | None = None, today: str | None = None) -> tuple[str, ...]:
    """Return what is to be said of a calibration, by key.

    ``too-few-weights`` (fewer than three loads above 0), ``too-small-weight`` (the strongest grip is more than 1.5 of
    the largest load), ``bent`` (more than 1 % off the line) and ``old`` (made more than a year before ``today``,
    yyyy-mm-dd; a hand-held sensor also needs a new one after a fall).
    """
    loads = {round(kg, GRAMS) for kg, _ in calibration.points} - {0.0}
    bend = calibration.nonlinearity
    found = {
        "too-few-weights": len(loads) < WEIGHTS,
        "too-small-weight": strongest_n is not None and strongest_n > BEYOND * calibration.largest_n,
        "bent": bend is not None and bend > BENT,
        "old": today is not None and _dated(today) > _a_year_after(calibration.date),
    }
    return tuple(key for key, is_so in found.items() if is_so)


def checked(calibration: Calibration, kg: float, counts: float, zero: float | None = None) -> Check:
    """Return how a check weight of ``kg`` reads, within 2 % or not; raise ``ValueError`` for no weight at all."""
    if not (isfinite(kg) and isfinite(counts) and 0 < kg <= HEAVIEST_KG):
        raise ValueError(f"a check weight must lie above 0 and at most {HEAVIEST_KG:g} kg, not {kg}")
    measured_n = newtons(calibration, counts, zero)
    error = measured_n / (kg * STANDARD_GRAVITY) - 1
    return Check(measured_n, error, abs(error) <= CHECK_SHARE)


def to_plain(calibration: Calibration) -> dict[str, Any]:
    """Return the calibration as plain values for JSON."""
    return {**asdict(calibration), "points": [list(point) for point in calibration.points]}


def from_plain(plain: Any) -> Calibration:
    """Return the calibration of plain values; raise ``ValueError`` for anything that ``to_plain`` did not write.

    All is found anew from the points, so a number that was changed by hand is noticed.
    """
    if not isinstance(plain, Mapping) or set(plain) != set(Calibration.__dataclass_fields__):
        raise ValueError(f"a calibration must have just the fields {', '.join(Calibration.__dataclass_fields__)}")
    points = plain["points"]
    if not isinstance(points, list) or not all(isinstance(p, list) and len(p) == 2 for p in points):
        raise ValueError("points: must be a list of [kg, counts]")
    if not all(type(number) in (int, float) and abs(number) < FARTHEST for point in points for number in point):
        raise ValueError("points: must be numbers of a sensible size")
    made = fitted(plain["serial"], plain["date"], [(kg, counts) for kg, counts in points])
    for field, value in to_plain(made).items():
        if isinstance(plain[field], bool) or plain[field] != value:
            raise ValueError(f"{field}: does not follow from the points, serial number and date")
    return made


def _named(serial: str, date: str) -> None:
    if not (isinstance(serial, str) and serial.strip()):
        raise ValueError("serial: a calibration belongs to one sensor and needs its serial number")
    _dated(date)


def _dated(date: str) -> str:
    """Return the date; raise ``ValueError`` where it is none: dates in this form are in order as they are spelt."""
    if not (isinstance(date, str) and DATE.fullmatch(date)):
        raise ValueError(f"date: must be like 2026-05-31, not {date!r}")
    return date


def _a_year_after(date: str) -> str:
    return f"{int(date[:4]) + 1:04d}{date[4:]}"


def _loads(points: Points) -> list[float]:
    """Return the different loads in kg, lightest first; raise ``ValueError`` where they cannot show a line."""
    if not all(isfinite(kg) and abs(counts) < FARTHEST for kg, counts in points):
        raise ValueError("points: must be finite numbers")
    if any(not 0 <= kg <= HEAVIEST_KG for kg, _ in points):
        raise ValueError(f"points: a weight must lie between 0 and {HEAVIEST_KG:g} kg; is it in grams?")
    loads = sorted({round(kg, GRAMS) for kg, _ in points})
    if not loads or loads[-1] - loads[0] < APART_KG:
        raise ValueError(f"points: two weights at least {APART_KG:g} kg apart are needed; no weight at all can be one")
    counts = [mean([c for kg, c in points if round(kg, GRAMS) == load]) for load in loads]
    steps = [after - before for before, after in pairwise(counts)]
    if not any(steps):
        raise ValueError("points: the counts do not change with the weight; is the sensor connected?")
    if not (all(step > 0 for step in steps) or all(step < 0 for step in steps)):
        raise ValueError("points: more weight must always change the counts the same way; are two weights mixed up?")
    return loads


def _line(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return gain (N a count) and zero (counts) of the least-squares line of counts over newtons."""
    middle_n, middle = mean([n for n, _ in points]), mean([counts for _, counts in points])
    spread = fsum((n - middle_n) ** 2 for n, _ in points)
    slope = fsum((n - middle_n) * (counts - middle) for n, counts in points) / spread
    if abs(slope) * FARTHEST < 1:
        raise ValueError("points: the counts hardly change with the weight; is the sensor connected?")
    return 1 / slope, middle - slope * middle_n


def _id(serial: str, date: str, points: Points) -> str:
    return f"{crc32(json.dumps([serial, date, points]).encode()):08x}"
