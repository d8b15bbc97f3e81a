"""Learn the columns of other people's force sketches: their lines carry no check, so every reading is unverified."""

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from statistics import median
from typing import NamedTuple

from devices.glp import LinkStats

MAX_LINE = 200
LINES = 12
STILL_LINES = 48
MAX_COLUMNS = 12
MAX_SHAPES = 8
LARGEST = 1e12
LONGEST_STEP_MS = 10_000.0
UNEVEN = 3.0
SPOILT_STEPS = 2
SLOWEST_MS_STEP = 400.0


class Reading(NamedTuple):
    """One line: what is taken as the force, the sketch's own time if it sends one, and all numbers of the line."""

    value: float
    device_ms: float | None
    values: tuple[float, ...]


Shape = tuple[str, ...]
"""A line without its numbers: what stands before, between and behind them. One more part than there are numbers."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What was learned of a sketch: which number is the force, which the time, and in what units.

    ``time`` is ``None`` if no number is a clock, or none is fine enough; ``unit`` is ``count`` if none is named.
    """

    shape: Shape
    force: int
    unit: str
    time: int | None
    ms_per_tick: float

    def __str__(self) -> str:
        """Return it in plain words."""
        numbers = len(self.shape) - 1
        line = " # ".join(self.shape).strip()
        named = {1.0: "milliseconds", 0.001: "microseconds", 1000.0: "seconds"}[self.ms_per_tick]
        time = f"number {self.time + 1} as the time in {named}" if self.time is not None else "no time"
        return f"lines like {line!r}: number {self.force + 1} of {numbers} is taken as the force ({self.unit}), {time}"


class PlainLineDecoder:
    """Turn the bytes of a sketch that nobody told us about, cut anywhere, into readings.

    A dozen lines of one shape decide which number is the force. From then on a line of any other shape is dropped,
    but a damaged digit cannot be seen: the number is wrong and nothing tells. So all of this is *unverified*, and
    only for a device that somebody has chosen. It never raises and never holds more than one line.
    """

    verified = False

    def __init__(self) -> None:
        """Begin in the middle of nowhere: the first line may be cut."""
        self.columns: Columns | None = None
        self._held = b""
        self._begun = False
        self._watched: dict[Shape, deque[tuple[float, ...]] | None] = {}
        self._last_ms: float | None = None
        self._jumped_ms: float | None = None
        self._good = self._other = self._bytes = 0

    @property
    def learned(self) -> str | None:
        """Return what was learned, in plain words; ``None`` as long as nothing is decided."""
        return f"{self.columns}; unverified: nothing checks these lines" if self.columns else None

    @property
    def stats(self) -> LinkStats:
        """Return what came in so far: readings, lines that are none, and bytes; damage cannot be seen."""
        return LinkStats(good=self._good, unframed=self._other, bytes=self._bytes)

    def feed(self, data: bytes) -> list[Reading]:
        """Return the readings that ``data`` completes, in order; none before the columns are known."""
        self._bytes += len(data)
        *lines, rest = (self._held + data).replace(b"\r", b"\n").split(b"\n")
        self._held = rest[: MAX_LINE + 1]
        return [reading for line in lines if line and (reading := self._read(line)) is not None]

    def _read(self, line: bytes) -> Reading | None:
        parsed = parse(line) if self._begun else None
        self._begun = True
        if parsed is not None and self.columns is None:
            self.columns = self._learn(*parsed)
        if parsed is None or self.columns is None or parsed[0] != self.columns.shape:
            self._other += 1
            return None
        self._good += 1
        values = parsed[1]
        return Reading(values[self.columns.force], self._device_ms(values, self.columns), values)

    def _learn(self, shape: Shape, values: tuple[float, ...]) -> Columns | None:
        rows = self._watched.pop(shape, deque(maxlen=STILL_LINES))
        if rows is not None:
            rows.append(values)
            if not could_be_force(shape):
                rows = None
        self._watched[shape] = rows
        while len(self._watched) > MAX_SHAPES:
            self._watched.pop(next(iter(self._watched)))
        return decide(shape, list(rows)) if rows is not None and len(rows) >= LINES else None

    def _device_ms(self, values: tuple[float, ...], columns: Columns) -> float | None:
        """Return the sketch's time, or ``None`` for one that jumps and that the next line does not go on from."""
        if columns.time is None:
            return None
        now_ms = values[columns.time] * columns.ms_per_tick
        if self._last_ms is None or _goes_on(self._last_ms, now_ms) or _goes_on(self._jumped_ms, now_ms):
            self._last_ms, self._jumped_ms = now_ms, None
            return now_ms
        self._jumped_ms = now_ms
        return None


def parse(line: bytes) -> tuple[Shape, tuple[float, ...]] | None:
    """Return a line's shape and numbers; ``None`` for one that no sketch of a force sensor would print."""
    text = line.decode("ascii", "replace").replace("\t", " ")
    if len(line) > MAX_LINE or FOREIGN_LINE.search(text):
        return None
    values = tuple(float(number) for number in NUMBER.findall(text))
    if not 0 < len(values) <= MAX_COLUMNS or not all(isfinite(v) and abs(v) <= LARGEST for v in values):
        return None
    shape = tuple(" ".join(part.split()) for part in NUMBER.split(text))
    return None if any(STRAY_DIGIT.search(part) for part in shape) else (shape, values)


def could_be_force(shape: Shape) -> bool:
    """Tell whether a line's words allow a force in it: one is named, or nothing unknown is said at all."""
    if any(_named_force(shape, n) for n in range(len(shape) - 1)):
        return True
    first, *between, last = shape
    bare = all(BETWEEN.fullmatch(part) for part in between if not WORD.search(part))
    framed = EDGE.fullmatch(WORD.sub("", first)) and EDGE.fullmatch(WORD.sub("", last))
    return bool(bare and framed and all(word in KNOWN for part in shape for word in _words(part)))


def decide(shape: Shape, rows: Sequence[tuple[float, ...]]) -> Columns | None:
    """Return the columns of lines of one shape; ``None`` while they could still be something else."""
    series = list(zip(*rows[-LINES:], strict=True))
    clocks = [n for n, column in enumerate(series) if _is_clock(shape, n, column)]
    force = _force_of(shape, series, clocks, still=len(rows) >= STILL_LINES)
    if force is None:
        return None
    time = _time_of(shape, series, [n for n in clocks if n != force])
    ms_per_tick = _ms_per_tick(shape, time, series[time]) if time is not None else 1.0
    return Columns(shape, force, _unit_of(shape, force), time, ms_per_tick)


def _force_of(shape: Shape, series: list[tuple[float, ...]], clocks: list[int], still: bool) -> int | None:
    """Return the number that is the force: the one that is so named, else the first that moves and is no clock."""
    named = [n for n in range(len(series)) if _named_force(shape, n)]
    if named:
        return named[0]
    left = [n for n in range(len(series)) if n not in clocks and not _named_otherwise(shape, n)]
    moving = [n for n in left if len(set(series[n])) > 1]
    if moving:
        return moving[0]
    return left[-1] if len(left) == 1 or (left and still) else None


def _time_of(shape: Shape, series: list[tuple[float, ...]], clocks: list[int]) -> int | None:
    """Return the number that is the time: a steady one that is so named, else the steadiest that is no counter."""
    named = [n for n in clocks if _words_of(shape, n) & TIMES]
    counted = [n for n in clocks if set(_even(series[n])) == {1.0}]
    left = [n for n in named or clocks if _is_steady(series[n]) and (n in named or n not in counted)]
    return min(left, key=lambda n: _unevenness(series[n]), default=None)


def _ms_per_tick(shape: Shape, time: int, column: Sequence[float]) -> float:
    """Return the milliseconds of one step of a time: as its name says, else as a sensor's rate makes likely."""
    named = _words_of(shape, time) | {_unit_behind(shape, time)}
    for names, ms in TICKS:
        if named & names:
            return ms
    step = median(_steps(column))
    return 1000.0 if step < 1 else 1.0 if step <= SLOWEST_MS_STEP else 0.001


def _is_clock(shape: Shape, n: int, column: Sequence[float]) -> bool:
    """Tell whether a column is a time or a counter: named so, or it goes up by much the same step every time."""
    if _words_of(shape, n) & TIMES:
        return True
    steps = _steps(column)
    stairs = n == 0 and len(shape) > 2 and min(steps) == 0 < max(steps) and len(set(steps)) == 2
    return stairs or _is_steady(column)


def _is_steady(column: Sequence[float]) -> bool:
    """Tell whether nearly every step is much the same one upwards; one damaged line spoils two of them."""
    return len(_even(column)) >= len(column) - 1 - SPOILT_STEPS


def _unevenness(column: Sequence[float]) -> float:
    """Return how many times the smallest usual step the largest is; 1 is a perfect clock."""
    return max(_even(column)) / min(_even(column))


def _even(column: Sequence[float]) -> list[float]:
    """Return the steps that are about the usual one; none if that does not lead upwards."""
    usual = median(_steps(column))
    return [step for step in _steps(column) if 0 < usual / UNEVEN <= step <= UNEVEN * usual]


def _steps(column: Sequence[float]) -> list[float]:
    return [round(b - a, 9) for a, b in pairwise(column)]


def _goes_on(before_ms: float | None, now_ms: float) -> bool:
    return before_ms is not None and 0 < now_ms - before_ms <= LONGEST_STEP_MS


def _named_force(shape: Shape, n: int) -> bool:
    """Tell whether the words at a number name a force, and nothing else that could be meant."""
    words, unit = _words_of(shape, n), _unit_behind(shape, n)
    named = words & FORCES or unit in SURE_UNITS
    return bool(named) and not words & (OTHERS | TIMES) and unit not in OTHER_UNITS


def _named_otherwise(shape: Shape, n: int) -> bool:
    return bool(_words_of(shape, n) & OTHERS) or _unit_behind(shape, n) in OTHER_UNITS


def _words_of(shape: Shape, n: int) -> set[str]:
    """Return the words that name a number: the last ones before it, without the unit of the number before."""
    unit = _unit_behind(shape, n - 1) if n else ""
    pieces = [_words(piece) for piece in PIECES.split(shape[n][len(unit) :])]
    return next((words for words in reversed(pieces) if words), set())


def _words(part: str) -> set[str]:
    return {word.lower() for word in WORD.findall(part)}


def _unit_behind(shape: Shape, n: int) -> str:
    """Return the unit behind a number; a single letter right before the next one is rather that one's name."""
    part = shape[n + 1]
    found = UNIT.match(part)
    if not found or (found[0] == part and len(part) == 1 and n + 2 < len(shape)):
        return ""
    unit = found[0].lower()
    return unit if unit in UNITS or unit in OTHER_UNITS or any(unit in names for names, _ in TICKS) else ""


def _unit_of(shape: Shape, n: int) -> str:
    """Return the unit a force is in, as its line says behind or before the number; ``count`` if it says nothing."""
    named = (_unit_behind(shape, n), *sorted(_words_of(shape, n) - {"g"}))
    return next((UNITS[word] for word in named if word in UNITS), "count")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.])[-+]?(?:[0-9]{1,15}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})(?:[eE][-+]?[0-9]{1,3})?(?![0-9.])"
)
STRAY_DIGIT = re.compile(r"(?<![A-Za-z0-9_])[0-9]")
FOREIGN_LINE = re.compile(r"^\s*[$!]|\*[0-9A-Fa-f]{2}\s*$|[\x00-\x1f\x7f]")  # NMEA 0183 and our own GLP; binary
WORD = re.compile(r"[A-Z]?[a-z\ufffd]+|[A-Z]+(?![a-z])|[%/]")
UNIT = re.compile(r"[A-Za-z%]+(?![A-Za-z0-9_:=])")
PIECES = re.compile(r"[,;|{]")
BETWEEN = re.compile(r"[,;|]?")
EDGE = re.compile(r"[\s:=,;|{}\[\]()\"'_>0-9-]*")

FORCES = _set("force forces weight hx fsr grip pinch squeeze newton newtons kraft gewicht fuerza peso poids")
TIMES = _set("t time ts timestamp ms us s sec secs second seconds millis micros zeit tiempo temps uptime clock")
STRANGERS = _set("temp temperature hum humidity bat batt battery vbat volt voltage lat lon alt speed")
SETTINGS = _set(
    "factor calibration zero offset gain threshold target goal max min limit rate error i nr no seq sample id"
)
OTHERS = STRANGERS | SETTINGS
OTHER_UNITS = _set("c f v mv a ma hpa kpa pa bar mbar m mm cm km lux rpm hz mah db ppm % deg dbm")
NEUTRAL = _set(
    "val value values valeur wert valor reading readings read raw adc sensor data output out analog analogue a b ch"
    " channel l r d w left right load loadcell cell scale units count counts avg average one mean pressure druck"
    " presion pression finger thumb index middle ring little kg g n mn kn lb lbs oz kgf gram grams gramm"
)
KNOWN = FORCES | TIMES | SETTINGS | NEUTRAL
SURE_UNITS = _set("kg kgf newton newtons mn kn lb lbs oz gram grams gramm")
UNITS = {
    "n": "N", "newton": "N", "newtons": "N", "mn": "mN", "kn": "kN", "kg": "kg", "kgf": "kg", "g": "g", "gram": "g",
    "grams": "g", "gramm": "g", "lb": "lb", "lbs": "lb", "oz": "oz",
}  # fmt: skip
TICKS = (
    (_set("ms millis"), 1.0),
    (_set("us micros"), 0.001),
    (_set("s sec secs second seconds"), 1000.0),
)
