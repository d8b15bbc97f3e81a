"""Play what a device felt once more, as if it were plugged in: the file of ``regrasp devices record``.

The file is JSON Lines. First a header: ``{"regrasp": "device record", "format": 1, "device": {what the device said of
itself}, "began": "2026-11-21T10:00:00+00:00"}``, with whatever else the writer wants to note. Then one line a sample,
as ``engine.sample.to_row`` writes it, its time in milliseconds from the beginning of the record. A file that was torn
while it was written may end in half a line; any other line that cannot be read makes the file unusable, for nobody
should play with holes without knowing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from devices.device import Clock, DeviceKind
from engine.sample import Sample, from_row, to_row

WHAT, FORMAT = "device record", 1
LONGEST_MS = 24 * 3600 * 1000.0
LARGEST_BYTES = 256_000_000
LARGEST = 1e15
LINK, GRIP = "link.grip", "grip"
TEXTS, NUMBERS = ("serial", "unit", "channel"), ("rate_hz", "span", "low", "high")


@dataclass(frozen=True, slots=True)
class Record:
    """What a file holds: its header, and the samples by time."""

    header: Mapping[str, Any]
    samples: tuple[Sample, ...]

    @property
    def device(self) -> Mapping[str, Any]:
        """Return what the device said of itself when it was recorded."""
        device = self.header.get("device")
        return device if isinstance(device, dict) else {}


def header_line(device: Mapping[str, Any], began: str, **notes: Any) -> str:
    """Return the first line of a record of what a device says of itself; ``began`` is an ISO date and time.

    Raise ``ValueError`` for what is no plain JSON.
    """
    header = {"regrasp": WHAT, "format": FORMAT, "device": dict(device), "began": began, **notes}
    return json.dumps(header, allow_nan=False, ensure_ascii=False)


def sample_line(sample: Sample, began_ms: float) -> str:
    """Return the line of a sample in a record that began at ``began_ms``; raise ``ValueError`` if it is no number."""
    return json.dumps(to_row(replace(sample, at_ms=max(0.0, sample.at_ms - began_ms))), allow_nan=False)


def read(text: str) -> Record:
    """Return what the text of a file holds; raise ``ValueError`` that names the line which cannot be read."""
    first, *lines = text.split("\n")
    header = _json(first, 1)
    if not isinstance(header, dict) or (header.get("regrasp"), header.get("format")) != (WHAT, FORMAT):
        raise ValueError(f"line 1: must be the header of a {WHAT}, format {FORMAT}")
    whole, torn = lines[:-1], lines[-1:]
    samples = [_sample(line, n) for n, line in enumerate(whole, 2) if line.strip()]
    samples += [_sample(line, len(lines) + 1) for line in torn if _is_whole(line)]
    return Record(header, tuple(sorted(samples, key=lambda sample: sample.at_ms)))


class Playback:
    """The samples of a record again, from the first poll on; where the record has no link, one is made up."""

    def __init__(self, record: Record | None, clock: Clock, port: str = "") -> None:
        """Begin at the beginning; ``None`` is a file that could not be read."""
        self._record, self._clock, self._port = record, clock, port
        self._samples = linked(record.samples) if record else ()
        self._next = 0
        self._began_ms: float | None = None
        self._closed = False

    @property
    def ended(self) -> bool:
        """Tell whether everything has been played."""
        return self._record is not None and self._next == len(self._samples)

    def poll(self, now_ms: float) -> tuple[Sample, ...]:
        """Return the samples that are due, moved to the session's time."""
        if self._closed:
            return ()
        if self._began_ms is None:
            self._began_ms = now_ms
        began_ms, first = self._began_ms, self._next
        while self._next < len(self._samples) and self._samples[self._next].at_ms <= now_ms - began_ms:
            self._next += 1
        return tuple(replace(s, at_ms=min(s.at_ms + began_ms, now_ms)) for s in self._samples[first : self._next])

    def close(self) -> None:
        """Play no more."""
        self._closed = True

    def message(self) -> str | None:
        """Return ``device.no-file`` for a file that cannot be read, ``device.ended`` at the end, else ``None``."""
        if self._closed:
            return None
        if self._record is None:
            return "device.no-file"
        return "device.ended" if self.ended else None

    def describe(self) -> dict[str, Any]:
        """Return what was recorded once, marked as a record: it must not count as practice."""
        device = self._record.device if self._record else {}
        began = self._record.header.get("began") if self._record else None
        return {
            "kind": "playback",
            "port": self._port,
            "of": _text(device.get("kind")),
            "began": _text(began),
            "model": _text(device.get("model")) or (Path(self._port).name if self._record else None),
            **{name: _text(device.get(name)) for name in TEXTS},
            **{name: _number(device.get(name)) for name in NUMBERS},
            "verified": device.get("verified") is not False,
        }


def linked(samples: tuple[Sample, ...]) -> tuple[Sample, ...]:
    """Return the samples with a link that begins before the first force, if there is none, and ends at the end."""
    links = {s.channel for s in samples if s.channel.startswith("link.")}
    first = next((s for s in samples if s.channel == GRIP), None)
    if first is not None and LINK not in links:
        samples = (Sample(LINK, samples[0].at_ms, 1.0), *samples)
        links = links | {LINK}
    last = {s.channel: s.value for s in samples if s.channel in links}
    return samples + tuple(Sample(link, samples[-1].at_ms) for link in sorted(links) if last[link])


def load(path: str) -> Record | None:
    """Return what a file holds, or ``None`` if it is missing, no file, far too large, or damaged."""
    place = Path(path)
    try:
        if not path or not place.is_file() or place.stat().st_size > LARGEST_BYTES:
            return None
        return read(place.read_text("utf-8-sig"))
    except (OSError, ValueError):
        return None


def _sample(line: str, number: int) -> Sample:
    try:
        sample = from_row(_json(line, number))
    except ValueError as error:
        raise ValueError(f"line {number}: {error}") from error
    numbers = (sample.value, sample.x, sample.y, sample.device_ms)
    fits = 0 <= sample.at_ms <= LONGEST_MS and all(abs(value) <= LARGEST for value in numbers)
    if not fits or not isinstance(sample.flags, int):
        raise ValueError(f"line {number}: no sample of a record: {line}")
    return sample


def _is_whole(line: str) -> bool:
    """Tell whether the last line, behind which no line feed stands, is more than half of one."""
    try:
        return isinstance(json.loads(line), list)
    except (ValueError, RecursionError):
        return False


def _json(line: str, number: int) -> Any:
    try:
        return json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"line {number}: {error}") from error


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: Any) -> float:
    """Return a finite number as it is, and 0, which is unknown, for anything else."""
    known = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST
    return float(value) if known else 0.0


def _opened(port: str, clock: Clock) -> Playback:
    return Playback(load(port), clock, port)


DEVICE = DeviceKind("playback", frozenset({"grip", "tap", "trace"}), _opened)
