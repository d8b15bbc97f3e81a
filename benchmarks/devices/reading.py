"""Run the ways to read a port, each in a process alone, in turn: how late, how costly, how exact."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.devices.alone import PICTURE_MS
from benchmarks.devices.feeder import built, fed
from benchmarks.devices.ways import LINES, OURS, THREADED, WAYS

Measured = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how often all of this is measured: seconds by rate, and so on."""

    rounds: int = 3
    seconds: tuple[tuple[float, float], ...] = ((80, 12), (1000, 8), (5000, 8))
    settle_s: float = 1.5
    flood_s: float = 2.5
    stamps_s: float = 22.0
    stamps_settle_s: float = 5.0
    cycles: int = 1000
    real_cycles: int = 15
    decode_rounds: int = 9
    decode_frames: int = 20_000


QUICK = Plan(1, ((80, 3), (1000, 2), (5000, 2)), 0.5, 0.5, 4.0, 2.0, 50, 3, 3, 5000)


@dataclass(frozen=True, slots=True)
class Case:
    """A condition under which time stamps are checked: busy milliseconds of each picture, batches, skew, pictures."""

    name: str
    busy_ms: float = 0.0
    batch_ms: float = 0.0
    skew_ppm: float = 0.0
    picture_ms: float = PICTURE_MS


BUSY = "program busy 14 of each 16.7 ms"
IN_STEP_MS = 1000 / 60  # three pictures for four readings, so that each reading meets the program at the same place
CASES = (
    Case("idle"),
    Case(BUSY, busy_ms=14),
    Case("busy 14, pictures and readings in step (60 to 80)", busy_ms=14, picture_ms=IN_STEP_MS),
    Case("idle, sensor's clock +3,000 ppm", skew_ppm=3000),
    Case("busy 14, sensor's clock +3,000 ppm", busy_ms=14, skew_ppm=3000),
    Case("16 ms batches", batch_ms=16),
    Case("16 ms batches, busy 14", busy_ms=14, batch_ms=16),
)


@contextmanager
def workshop() -> Iterator[tuple[Path, Path]]:
    """Give the built sensor, and the place where its port will be."""
    with tempfile.TemporaryDirectory() as made:
        yield built(Path(made)), Path(made) / "sensor"


def alone(kind: str, **words: Any) -> Measured:
    """Return what a process of its own has measured."""
    command = [sys.executable, "-m", "benchmarks.devices.alone", kind, json.dumps(words)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
    if ran.returncode:
        raise RuntimeError(f"{kind} {words}: {ran.stderr}")
    found: Measured = json.loads(ran.stdout)
    return found


def latencies(plan: Plan, names: Sequence[str] = tuple(WAYS)) -> dict[tuple[float, str], list[Measured]]:
    """Return what each round found by rate and way."""
    found: dict[tuple[float, str], list[Measured]] = {}
    with workshop() as (program, link):
        for _ in range(plan.rounds):
            for rate, seconds in plan.seconds:
                for name in names:
                    with fed(program, link, rate) as sensor:
                        row = alone("latency", name=name, port=str(link), settle_s=plan.settle_s, seconds=seconds,
                                    origin_us=sensor.origin_us)  # fmt: skip
                    found.setdefault((rate, name), []).append(row)
    return found


def floods(plan: Plan, names: Sequence[str] = (OURS, THREADED, LINES)) -> dict[str, list[Measured]]:
    """Return what each round found by way, on a port that sends as many frames as are taken."""
    found: dict[str, list[Measured]] = {}
    with workshop() as (program, link):
        for _ in range(plan.rounds):
            for name in names:
                with fed(program, link, 0):
                    row = alone("flood", name=name, port=str(link), seconds=plan.flood_s)
                found.setdefault(name, []).append(row)
    return found


def stamps(plan: Plan, cases: Sequence[Case] = CASES) -> dict[Case, Measured]:
    """Return by how much our time stamps and those of the arrivals are off, by case, at 80 readings a second."""
    found: dict[Case, Measured] = {}
    with workshop() as (program, link):
        for case in cases:
            with fed(program, link, 80, 1, case.batch_ms, case.skew_ppm) as sensor:
                found[case] = alone(
                    "stamps", port=str(link), settle_s=plan.stamps_settle_s, seconds=plan.stamps_s,
                    origin_us=sensor.origin_us, busy_ms=case.busy_ms, picture_ms=case.picture_ms, skew=case.skew_ppm,
                )  # fmt: skip
    return found


def cycles(plan: Plan) -> dict[str, Measured]:
    """Return what pulling and plugging the cable leaves behind, and how long the way back is."""
    return {kind: _cycled(kind, count) for kind, count in (("many", plan.cycles), ("real", plan.real_cycles))}


def _cycled(kind: str, count: int) -> Measured:
    command = [sys.executable, "-m", "benchmarks.devices.cycles", kind, str(count)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
    if ran.returncode:
        raise RuntimeError(ran.stderr)
    found: Measured = json.loads(ran.stdout)
    return found
