"""Record what a device sends, raw, to a file: JSON Lines that can be played back, or CSV for other programs."""

import csv
import json
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import StringIO
from math import isfinite
from pathlib import Path
from typing import Any

from app import files
from app.asked import Asked
from app.bench import POLL_S, Bench, bench, chosen, hardware_at
from app.meter import Meter
from app.terminal import Terminal
from devices import playback
from devices.playback import LARGEST_BYTES
from engine.sample import Sample
from engine.signals import newtons

MARGIN_BYTES = 1_000_000
LONGEST_S = 4 * 3600.0
SHOWN_MS = 500.0
LATEST_MS = 100.0  # what was measured just before the end is still on its way
COLUMNS = ("at_ms", "device_ms", "channel", "value", "flags", "x", "y")


@dataclass(slots=True)
class Tape:
    """What was recorded so far, as lines of the file; times begin with the first sample."""

    as_csv: bool
    zero_ms: float
    lines: list[str]
    meter: Meter = field(default_factory=Meter)
    last_ms: float = 0.0
    no_numbers: int = 0
    size: int = 0

    @property
    def is_full(self) -> bool:
        """Tell whether more would be too large a file to play back."""
        return self.size > LARGEST_BYTES - MARGIN_BYTES

    def add(self, samples: Sequence[Sample], until_ms: float) -> None:
        """Write samples down, those up to ``until_ms`` of the record."""
        due = [s for s in samples if s.at_ms - self.zero_ms <= until_ms]
        taken = [s for s in due if isfinite(s.value)]
        self.no_numbers += len(due) - len(taken)
        self.meter.take(taken, {})
        for sample in taken:
            at_ms = max(0.0, sample.at_ms - self.zero_ms)
            line = _csv_sample(sample, at_ms) if self.as_csv else playback.sample_line(sample, self.zero_ms)
            self.last_ms = max(self.last_ms, at_ms)
            self.lines.append(line)
            self.size += len(line) + 1


def run(device: Asked | None, out: Path, seconds: float | None, force: bool, data: str | None) -> int:
    """Record for ``seconds``, or until Ctrl-C; return the exit status."""
    if out.exists() and not force:
        raise ValueError(f"{out} is there already; --force replaces it")
    hardware = hardware_at(data, _note)
    with bench(chosen(device, hardware), hardware) as one:
        first = one.until_it_streams(_note)
        note = one.remember()
        if note:
            _note(note)
        tape = _begun(one, out, first)
        until_ms = (LONGEST_S if seconds is None else seconds) * 1000
        tape.add(first, until_ms)
        with suppress(KeyboardInterrupt):
            _taken(one, tape, until_ms)
        _write(out, tape)
        Terminal().say(in_words(one, tape, out))
    return 0


def _begun(one: Bench, out: Path, first: Sequence[Sample]) -> Tape:
    """Return a tape with its head, which is written at once: a place that cannot be written is told now."""
    zero_ms = min(sample.at_ms for sample in first)
    began = datetime.now(UTC) - timedelta(milliseconds=one.now_ms() - zero_ms)
    calibration = newtons.to_plain(one.calibration) if one.calibration else None
    header = playback.header_line(one.said, began.isoformat(timespec="milliseconds"), calibration=calibration)
    as_csv = out.suffix.lower() == ".csv"
    tape = Tape(as_csv, zero_ms, _csv_head(json.loads(header)) if as_csv else [header])
    _write(out, tape)
    return tape


def _csv_head(header: dict[str, Any]) -> list[str]:
    device = header["device"]
    lines = [f"# Regrasp {header['regrasp']}, format {header['format']}", f"# began: {header['began']}"]
    lines += [f"# device: {json.dumps(device)}", f"# rate_hz: {json.dumps(device.get('rate_hz'))}"]
    lines += [f"# calibration: {json.dumps(header['calibration'])}"]
    lines += ["# newtons = gain * (value - zero) of the calibration"] if header["calibration"] else []
    return [*lines, ",".join(COLUMNS)]


def _csv_sample(s: Sample, at_ms: float) -> str:
    line = StringIO()
    values = (round(at_ms, 3), round(s.device_ms, 3), s.channel, s.value, s.flags, s.x, s.y)
    csv.writer(line, lineterminator="").writerow(values)
    return line.getvalue()


def _taken(one: Bench, tape: Tape, until_ms: float) -> None:
    terminal, shown_ms = Terminal(), 0.0
    while (now_ms := one.now_ms() - tape.zero_ms) < until_ms + LATEST_MS:
        samples = one.poll()
        if one.is_another:
            break
        tape.add(samples, until_ms)
        if one.is_over or tape.is_full:
            break
        if now_ms - shown_ms > SHOWN_MS:
            shown_ms = now_ms
            terminal.show(f"{now_ms / 1000:.0f} s, {tape.meter.readings} readings, {one.state}")
        time.sleep(POLL_S)
    terminal.clear()


def _write(out: Path, tape: Tape) -> None:
    files.write_whole(out, "\n".join(tape.lines) + "\n")


def in_words(one: Bench, tape: Tape, out: Path) -> str:
    """Return what was recorded, and what is missing in it."""
    meter, mean, losses = tape.meter, tape.meter.mean_hz(), tape.meter.losses - one.is_over
    taps = sum(meter.taps.values())
    much = f"{meter.readings} readings" + (f" and {taps} taps" if taps else "")
    rate = f" ({mean:.1f} a second)" if mean else ""
    lines = [f"{out}: {much} in {tape.last_ms / 1000:.1f} s{rate}, {meter.gaps} gaps"]
    if losses:
        lines.append(
            f"The sensor was silent or unplugged {losses} times; nothing was made up for that, the link's lines "
            "tell when."
        )
    if one.is_another:
        lines.append(f"Another sensor was plugged in, {one.serial}: the record ends there.")
    if tape.is_full:
        lines.append("The record ends there: a larger one could not be played back.")
    if meter.resets:
        lines.append(f"The board began anew {meter.resets} times.")
    if tape.no_numbers:
        lines.append(f"{tape.no_numbers} readings were no numbers and are left out.")
    return "\n".join(lines)


def _note(text: str) -> None:
    print(f"regrasp: {text}", file=sys.stderr, flush=True)
