"""Play simulated patients with a method, and measure how well it kept them in the band."""

import itertools
import random
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, fields
from math import nan, sqrt
from statistics import fmean, variance
from time import perf_counter
from typing import Any

from benchmarks.adaptivity.bound import BOUNDS, bound
from benchmarks.adaptivity.patients import BOUTS, NIGHT_MIN, POPULATIONS, REST_MIN, SESSIONS, TRIALS, Patient, patients
from benchmarks.adaptivity.peers import BAND, EASIEST, GRIDS, HARDEST, METHODS, Method

FIRST_TRIALS = BOUTS * TRIALS
ASSESSED_SD = 8.0
Z = 1.96
PART = 65
TUNED_ON, TUNING_EACH, TUNING_SEED = "broad", 400, 1000
BAR = 30

Margins = Callable[[random.Random, float], float | None]
MARGINS: dict[str, Margins] = {
    "honest": lambda r, just: just,
    "noise 10": lambda r, just: just + r.gauss(0, 10),
    "bias +10": lambda r, just: just + 10,
    "bias -10": lambda r, just: just - 10,
    "constant": lambda r, just: 50.0,
    "none": lambda r, just: None,
}


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial as it was played: its difficulty, the true chance of success there, and whether it was a hit."""

    difficulty: float
    chance: float
    hit: bool

    @property
    def inside(self) -> bool:
        """Return whether the chance lay in the band, or as near to it as the ends of the scale allow."""
        low, high = BAND
        return (
            low <= self.chance <= high
            or (self.difficulty >= HARDEST and self.chance > high)
            or (self.difficulty <= EASIEST and self.chance < low)
        )

    @property
    def too_hard(self) -> bool:
        """Return whether the chance lay below the band although something easier was there."""
        return self.chance < BAND[0] and self.difficulty > EASIEST


@dataclass(frozen=True, slots=True)
class Score:
    """What one patient's practice came to.

    Shares of trials in the band (of all, of the first session, of the later ones) and too hard; the longest run of
    misses; how often a run reached three, in 100 trials; the trials before the first one in the band; after a flare-up
    the trials until three of four were in the band, NaN without one; the success of the first 20 trials; and the
    microseconds of a choice and what is learnt from it. What never came counts as all the trials that there were.
    """

    in_band: float
    first: float
    later: float
    too_hard: float
    longest: float
    threes: float
    until: float
    recovery: float
    first_20: float
    us: float


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over patients, and half the width of its 95 % interval; NaN for no patient."""

    value: float
    half: float


def simulate(
    method: Method, patient: Patient, margins: str = "honest", chance: random.Random | None = None
) -> tuple[list[Trial], float]:
    """Play four sessions of two bouts of 30 trials; return the trials, and the microseconds that the method took each.

    ``margins`` names the condition of ``MARGINS`` under which the just-passed difficulty is told, ``chance`` is what
    it is blurred by.
    """
    told, chance = MARGINS[margins], chance or random.Random(0)
    played: list[Trial] = []
    spent = 0.0
    for _ in range(SESSIONS):
        for bout in range(BOUTS):
            for _ in range(TRIALS):
                before = perf_counter()
                difficulty = method.choose()
                spent += perf_counter() - before
                true = patient.chance(difficulty)
                hit, just = patient.play(difficulty)
                passed = told(chance, just)
                before = perf_counter()
                method.learn(difficulty, hit, passed, False)
                spent += perf_counter() - before
                played.append(Trial(difficulty, true, hit))
            if bout < BOUTS - 1:
                patient.rest()
                method.rest(REST_MIN)
        patient.sleep()
        method.rest(NIGHT_MIN)
    return played, 1e6 * spent / len(played)


def score(played: Sequence[Trial], flare_at: int | None = None, us: float = nan) -> Score:
    """Return the measures of a history; ``flare_at`` is the trial of a flare-up, the first being 0."""
    inside = [trial.inside for trial in played]
    runs = list(_runs(played))
    later = inside[FIRST_TRIALS:]
    return Score(
        in_band=fmean(inside),
        first=fmean(inside[:FIRST_TRIALS]),
        later=fmean(later) if later else nan,
        too_hard=fmean(trial.too_hard for trial in played),
        longest=max(runs),
        threes=100 * runs.count(3) / len(played),
        until=inside.index(True) if True in inside else len(inside),
        recovery=nan if flare_at is None else recovery(inside[flare_at:]),
        first_20=fmean(trial.hit for trial in played[:20]),
        us=us,
    )


def recovery(inside: Sequence[bool]) -> int:
    """Return after how many trials three of the last four were in the band; all of them if that never came."""
    for n in range(3, len(inside) + 1):
        if sum(inside[max(0, n - 4) : n]) >= 3:
            return n
    return len(inside)


def _runs(played: Sequence[Trial]) -> Iterator[int]:
    """Give after every trial how many misses the history then ends in."""
    run = 0
    for trial in played:
        run = 0 if trial.hit else run + 1
        yield run


@dataclass(frozen=True, slots=True)
class Case:
    """A method by name (or a row of ``GRIDS``, with settings to try), and the conditions in which it is measured."""

    method: str
    population: str
    each: int
    margins: str = "honest"
    assessed: bool = False
    settings: tuple[tuple[str, Any], ...] = ()


Scores = list[tuple[str, Score]]


def play_part(case: Case, seed: int, part: range) -> Scores:
    """Return the kinds and scores of those patients of a population whose numbers lie in ``part``."""
    found: Scores = []
    group = patients(case.population, case.each, seed)
    for n in part:
        kind, patient = group[n]
        name = f"{seed} {case.population} {kind} {n % case.each}"
        expected = None
        if case.assessed:
            expected = patient.ability + random.Random(f"{name} assessment").gauss(0, ASSESSED_SD)
        method = made(case, kind, expected, name)
        played, us = simulate(method, patient, case.margins, random.Random(f"{name} margins"))
        traits = patient.traits
        found.append((kind, score(played, traits.flare_at if traits.flare else None, us)))
    return found


def made(case: Case, kind: str, expected: float | None, name: str) -> Method:
    """Return the method of a case, for one patient."""
    if case.settings:
        return GRIDS[case.method][0](expected, **dict(case.settings))
    if case.method in BOUNDS:
        return bound(case.method, case.population, kind, expected, name)
    return METHODS[case.method](expected)


def play(cases: Sequence[Case], seed: int, workers: int = 2) -> dict[Case, Scores]:
    """Return the scores of every case; the patients are the same in all, and in the same order."""
    parts: dict[Case, dict[int, Scores]] = {case: {} for case in cases}
    with ProcessPoolExecutor(workers) as pool:
        jobs = {
            pool.submit(play_part, case, seed, range(start, min(start + PART, n))): (case, start)
            for case in cases
            for n in [case.each * len(POPULATIONS[case.population])]
            for start in range(0, n, PART)
        }
        for done, job in enumerate(as_completed(jobs), 1):
            case, start = jobs[job]
            parts[case][start] = job.result()
            _progress(done, len(jobs))
    return {case: [row for start in sorted(found) for row in found[start]] for case, found in parts.items()}


def _progress(done: int, whole: int) -> None:
    full = round(BAR * done / whole)
    end = "\n" if done == whole else ""
    print(f"\r[{'#' * full}{'.' * (BAR - full)}] {done} of {whole} parts", end=end, file=sys.stderr, flush=True)


def mean(scores: Iterable[tuple[str, float]]) -> Mean:
    """Return the mean over kinds of the mean over their patients, with its 95 % interval.

    The interval is normal, from the spread of the patients within each kind: the kinds are given, not drawn. NaN is
    left out.
    """
    kinds: dict[str, list[float]] = {}
    for kind, value in scores:
        if value == value:
            kinds.setdefault(kind, []).append(value)
    if not kinds:
        return Mean(nan, nan)
    error = sum(variance(values) / len(values) for values in kinds.values() if len(values) > 1)
    half = Z * sqrt(error) / len(kinds) if all(len(values) > 1 for values in kinds.values()) else nan
    return Mean(fmean(fmean(values) for values in kinds.values()), half)


def means(scores: Scores) -> dict[str, Mean]:
    """Return the mean of every measure."""
    return {f.name: mean((kind, getattr(row, f.name)) for kind, row in scores) for f in fields(Score)}


def difference(ours: Scores, theirs: Scores, measure: str = "in_band") -> Mean:
    """Return the mean difference of a measure, patient by patient; who is in one of them only is left out."""
    return mean(
        (kind, getattr(a, measure) - getattr(b, measure))
        for kind in dict(ours)
        for a, b in zip(of_kind(ours, kind), of_kind(theirs, kind), strict=False)
    )


def of_kind(scores: Scores, kind: str) -> list[Score]:
    """Return the scores of the patients of a kind."""
    return [row for name, row in scores if name == kind]


def tune(workers: int = 2) -> dict[str, list[tuple[float, dict[str, Any]]]]:
    """Try every setting of ``GRIDS`` on the population for tuning; return the share in the band of each, best first."""
    cases = [
        Case(name, TUNED_ON, TUNING_EACH, settings=tuple(zip(grid, values, strict=True)))
        for name, (_, grid) in GRIDS.items()
        for values in itertools.product(*grid.values())
    ]
    found: dict[str, list[tuple[float, dict[str, Any]]]] = {name: [] for name in GRIDS}
    for case, scores in play(cases, TUNING_SEED, workers).items():
        found[case.method].append((means(scores)["in_band"].value, dict(case.settings)))
    return {name: sorted(rows, key=lambda row: -row[0]) for name, rows in found.items()}
