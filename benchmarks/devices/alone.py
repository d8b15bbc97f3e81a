"""Be the process that reads a port in one way, and print what it measured as JSON; run by the benchmarks only."""

import json
import statistics
import sys
import time
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from benchmarks.devices.feeder import true_ms
from benchmarks.devices.ways import OURS, WAYS, Way

PICTURE_MS = 16.7
BEGIN_S = 20.0


class Window:
    """What a program does beside: it takes the readings once a picture, and may be busy for a part of each."""

    def __init__(self, way: Way, busy_ms: float = 0.0, picture_ms: float = PICTURE_MS) -> None:
        """Begin with nothing taken."""
        self.rows: array[float] = array("d")
        self.seqs: array[int] = array("l")
        self._way, self._busy_s, self._picture_s = way, busy_ms / 1000, picture_ms / 1000
        self._next_s = time.perf_counter()

    def run(self, seconds: float) -> None:
        """Take readings for some time, a picture after the other."""
        end_s = time.perf_counter() + seconds
        while time.perf_counter() < end_s:
            self._take()
            begun_s = time.perf_counter()
            while time.perf_counter() - begun_s < self._busy_s:
                pass
            self._next_s = max(self._next_s + self._picture_s, time.perf_counter() - self._picture_s)
            time.sleep(max(0.0, self._next_s - time.perf_counter()))

    def _take(self) -> None:
        for reading in self._way.taken():
            self.rows.extend(reading[:3])
            self.seqs.append(reading.seq)

    def begin(self) -> None:
        """Wait for the first reading."""
        end_s = time.perf_counter() + BEGIN_S
        while not self.seqs:
            if time.perf_counter() > end_s:
                raise TimeoutError("no reading came")
            self.run(0.02)


def latency(name: str, port: str, settle_s: float, seconds: float, origin_us: int) -> dict[str, Any]:
    """Return how late readings could be had, in milliseconds, the share of a core, and how many were lost."""
    way = WAYS[name](port)
    window = Window(way)
    window.begin()
    window.run(settle_s)
    first = len(window.seqs)
    wall, cpu = time.perf_counter(), time.process_time()
    window.run(seconds)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    last = len(window.seqs)
    way.close()
    at_s = (way.at_s[bisect_right(way.had, n)] for n in range(first, last))
    late = [at * 1000 - true_ms(window.rows[3 * n + 1], origin_us) for n, at in enumerate(at_s, first)]
    seqs = window.seqs[first:last]
    return {
        **percentiles(late),
        "cpu": cpu / wall,
        "readings": len(seqs),
        "lost": sum((b - a) % 65536 - 1 for a, b in pairwise(seqs)),
    }


def stamps(
    port: str, settle_s: float, seconds: float, origin_us: int, busy_ms: float, picture_ms: float, skew: float
) -> dict[str, Any]:
    """Return by how much our stamp and that of the arrival are off, in milliseconds, and the drift found."""
    way = WAYS[OURS](port)
    window = Window(way, busy_ms, picture_ms)
    window.begin()
    window.run(settle_s)
    first = len(window.seqs)
    window.run(seconds)
    rows = list(zip(*(window.rows[3 * first + column :: 3] for column in range(3)), strict=True))
    true = [true_ms(device_ms, origin_us, skew) for _, device_ms, _ in rows]
    drift = way.known.drift_ppm  # type: ignore[attr-defined]
    way.close()
    return {
        "mapped": spread([at_ms - t for (at_ms, _, _), t in zip(rows, true, strict=True)]),
        "arrival": spread([arrival_ms - t for (_, _, arrival_ms), t in zip(rows, true, strict=True)]),
        "drift_ppm": drift,
        "readings": len(rows),
    }


def flood(name: str, port: str, seconds: float) -> dict[str, Any]:
    """Return how many readings a second a way takes from a port that sends as many as go."""
    way = WAYS[name](port)
    window = Window(way)
    window.begin()
    window.run(0.3)
    first, wall, cpu = len(window.seqs), time.perf_counter(), time.process_time()
    window.run(seconds)
    readings = len(window.seqs) - first
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    way.close()
    return {"per_s": readings / wall, "us": cpu / max(readings, 1) * 1e6, "cpu": cpu / wall}


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Return p50, p95, p99 and the largest of at least one value."""
    ranked = sorted(values)
    return {f"p{p}": ranked[min(len(ranked) - 1, len(ranked) * p // 100)] for p in (50, 95, 99)} | {"max": ranked[-1]}


def spread(errors: Sequence[float]) -> dict[str, float]:
    """Return mean, standard deviation, and the 99th percentile of the size of the errors."""
    return {
        "mean": statistics.fmean(errors),
        "sd": statistics.pstdev(errors),
        "p99": percentiles([abs(error) for error in errors])["p99"],
    }


if __name__ == "__main__":
    kind, words = sys.argv[1], json.loads(sys.argv[2])
    print(json.dumps({"latency": latency, "stamps": stamps, "flood": flood}[kind](**words)))
