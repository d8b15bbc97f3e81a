"""Compare the speed of the measures with independent libraries: a trace of ten minutes, and curves of usual length.

``python -m benchmarks.measures_speed``: prints a table in Markdown. Where no library has the same measure, only ours is
timed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import process_time

import numpy as np
import shapely
import similaritymeasures
from pyeyesweb.utils.math_utils import compute_ldlj, compute_sparc
from scipy import signal, stats

from benchmarks.spread import Spread, ratios, spread, table
from engine import measures as m

FS_HZ, MINUTES, RUNS = 120, 10, 7
N = FS_HZ * 60 * MINUTES
AIM_MS = 500.0
Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Case:
    """One measure of ours on one input, and the same of a library, if there is one."""

    name: str
    ours: Work
    library: str = ""
    theirs: Work | None = None


@dataclass(frozen=True, slots=True)
class Timed:
    """What a case took, in ms of CPU, and ours / theirs pair by pair."""

    case: Case
    ours: Spread
    theirs: Spread | None
    ratio: Spread | None


def spiral(turns: int = 3, gap_mm: float = 30.0, n: int = 1000) -> np.ndarray:
    """Return a spiral of ``n`` points, as patients trace it."""
    turn = np.linspace(0, 2 * np.pi * turns, n)
    radius = 10 + gap_mm * turn / (2 * np.pi)
    return np.stack((radius * np.cos(turn), radius * np.sin(turn)), axis=1)


def traced(path: np.ndarray, n: int = N, seed: int = 1) -> np.ndarray:
    """Return a slow trace of a path that wanders by some mm, with the noise of a touch screen."""
    rng = np.random.default_rng(seed)
    wander = m.lowpassed(rng.normal(0, 1, (n, 2)), FS_HZ, 0.5)
    return m.by_length(path, n) + 2 * wander / wander.std() + rng.normal(0, 0.1, (n, 2))


def smooth_cases(trace: np.ndarray) -> list[Case]:
    """Return the measures of speed; each library is asked for the same thing, or for what comes nearest to it."""
    speed = m.speed_profile(trace, FS_HZ)
    b, a = signal.butter(2, 6, fs=FS_HZ)
    return [
        Case("speed_profile", lambda: m.speed_profile(trace, FS_HZ), "scipy filtfilt alone",
             lambda: signal.filtfilt(b, a, trace, axis=0)),
        Case("sparc", lambda: m.sparc(speed, FS_HZ), "PyEyesWeb (no padding)",
             lambda: compute_sparc(speed, FS_HZ, 0.05, 0.1, 10.0)),
        Case("sparc, without padding", lambda: m.sparc(speed, FS_HZ, pad_level=0), "PyEyesWeb",
             lambda: compute_sparc(speed, FS_HZ, 0.05, 0.1, 10.0)),
        Case("sparc_median", lambda: m.sparc_median(speed, FS_HZ)),
        Case("ldlj", lambda: m.ldlj(speed, FS_HZ), "PyEyesWeb", lambda: compute_ldlj(speed, FS_HZ)),
        Case("peaks, without low-pass", lambda: m.peaks(speed, FS_HZ, lowpass_hz=None), "scipy find_peaks",
             lambda: signal.find_peaks(speed / speed.max(), prominence=0.05, distance=10)),
        Case("stops", lambda: m.stops(speed, FS_HZ)),
        Case("velocity_profile", lambda: m.velocity_profile(speed)),
    ]  # fmt: skip


def trace_cases(trace: np.ndarray, path: np.ndarray) -> list[Case]:
    """Return the measures of a trace on its path; shapely looks for the nearest place anywhere, without a window."""
    line, points, signed = shapely.LineString(path), shapely.points(trace), m.project(trace, path).signed_mm
    short, other = m.by_length(trace, 200), m.by_length(path, 200)
    lines = shapely.LineString(short), shapely.LineString(other)
    return [
        Case("lateral_error", lambda: m.lateral_error(trace, path, 8), "shapely distance",
             lambda: shapely.distance(line, points)),
        Case("frechet", lambda: m.frechet(trace, path)),
        Case("dtw_mean", lambda: m.dtw_mean(trace, path)),
        Case("frechet, 200 points", lambda: m.frechet(short, other), "similaritymeasures",
             lambda: similaritymeasures.frechet_dist(short, other)),
        Case("frechet, 200 points", lambda: m.frechet(short, other), "shapely (not exact)",
             lambda: shapely.frechet_distance(*lines)),
        Case("dtw, 200 points", lambda: m.dtw(short, other), "similaritymeasures",
             lambda: similaritymeasures.dtw(short, other)),
        Case("jitter", lambda: m.jitter(signed, FS_HZ)),
        Case("power_law", lambda: m.power_law(trace, FS_HZ)),
        Case("steering_index", lambda: m.steering_index(trace, 8)),
    ]  # fmt: skip


def other_cases() -> list[Case]:
    """Return the measures of a force for ten minutes, 3,000 taps and ten years of daily values."""
    rng, t = np.random.default_rng(2), np.arange(N) / FS_HZ
    force, target = 40 + rng.normal(0, 1, N).cumsum() / 100, 40 + 10 * np.sin(t)
    taps, years = np.cumsum(rng.uniform(0.15, 0.25, 3000)), rng.normal(0, 1, 3650).tolist()
    return [
        Case("tracking_error", lambda: m.tracking_error(force, target, FS_HZ)),
        Case("force_cv", lambda: m.force_cv(force, FS_HZ), "scipy detrend alone", lambda: signal.detrend(force)),
        Case("rate_of_force", lambda: m.rate_of_force(force, FS_HZ)),
        Case("interval_cv, 3,000 taps", lambda: m.interval_cv(taps)),
        Case("clock_motor, 3,000 taps", lambda: m.clock_motor(taps)),
        Case("theil_sen, 3,650 values", lambda: m.theil_sen(years), "scipy theilslopes",
             lambda: stats.theilslopes(years)),
        Case("mann_kendall, 3,650 values", lambda: m.mann_kendall(years), "scipy kendalltau",
             lambda: stats.kendalltau(range(3650), years)),
    ]  # fmt: skip


def timed(case: Case, runs: int = RUNS) -> Timed:
    """Return what both sides take, in turn, after one run each that does not count."""
    ours, theirs = [], []
    for n in range(runs + 1):
        pair = _ms(case.ours), _ms(case.theirs) if case.theirs else 1.0
        if n:
            ours.append(pair[0])
            theirs.append(pair[1])
    if case.theirs is None:
        return Timed(case, spread(ours), None, None)
    return Timed(case, spread(ours), spread(theirs), ratios(ours, theirs))


def _ms(work: Work) -> float:
    """Return the ms of CPU of one run, of so many that they can be timed."""
    times, began = 0, process_time()
    while times < 3 or process_time() - began < 0.01:
        work()
        times += 1
        if process_time() - began > 0.5:
            break
    return (process_time() - began) * 1000 / times


def measured(runs: int = RUNS) -> list[Timed]:
    """Return every case, timed."""
    path = spiral()
    trace = traced(path)
    return [timed(case, runs) for case in (*smooth_cases(trace), *trace_cases(trace, path), *other_cases())]


def report(rows: list[Timed]) -> str:
    """Return the table in Markdown, and whether the slowest is quick enough."""
    slowest = max(rows, key=lambda row: row.ours.median)
    head = ("measure", "ours, ms", "library", "its ms", "ours / its")
    verdict = "meets" if slowest.ours.median <= AIM_MS else "does not meet"
    return (
        table(head, [_row(row) for row in rows])
        + f"\nThe slowest, {slowest.case.name}, takes {slowest.ours.median:.0f} ms and {verdict} the aim of "
        + f"{AIM_MS:.0f} ms.\n"
    )


def _row(row: Timed) -> tuple[str, ...]:
    if row.theirs is None or row.ratio is None:
        return row.case.name, row.ours.shown(), "-", "-", "-"
    return row.case.name, row.ours.shown(), row.case.library, row.theirs.shown(), row.ratio.shown()


if __name__ == "__main__":
    print(report(measured()))
