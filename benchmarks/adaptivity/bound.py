"""What could be known at best: particle filters that are told the very rules by which the patients were made.

They know the distribution of the traits and how ability moves, and play the difficulty that puts most of their
particles in the band. No method in use can know as much; what they reach is about the best that hits and misses, or
honest margins, allow. They look one trial ahead only, so they are a yardstick rather than a proof.
"""

import random
from dataclasses import astuple, fields
from functools import cache
from math import pi, sqrt

import numpy as np
import numpy.typing as npt

from benchmarks.adaptivity.patients import POPULATIONS, WIDE, Traits
from benchmarks.adaptivity.peers import BAND, EASIEST, HARDEST, NIGHT_MIN

Array = npt.NDArray[np.float64]
PARTICLES, PARTICLES_WITH_MARGINS = 4000, 8000
SHAKEN, SHAKEN_SLOPE = 0.15, 0.03
POOL = 20_000
STEP = 0.5
STEPS = round((HARDEST - EASIEST) / STEP)
ASSESSED_SD = 8.0
NAMES = [f.name for f in fields(Traits)]


@cache
def _pool(population: str, kind: str | None) -> Array:
    """Return the traits of many patients, a row a trait, drawn by the population's own generator."""
    kinds = POPULATIONS[population]
    draws = list(kinds.values()) if kind is None else [kinds[kind]]
    chance = random.Random(f"particles {population} {kind}")
    return np.array([astuple(draws[n % len(draws)](chance)) for n in range(POOL)], dtype=float).T


class Filter:
    """A particle filter over traits and states, with systematic resampling (Kitagawa 1996).

    It knows the population, and the patient's kind where ``kind`` is given; it sees hits and misses, and with
    ``margins`` the honest just-passed difficulty too. After resampling the particles' abilities and slopes are shaken
    a little (Gordon et al. 1993), without which copies of a few of them are left: it does better so.
    """

    def __init__(
        self,
        population: str,
        kind: str | None,
        margins: bool,
        name: str,
        expected: float | None = None,
        particles: int | None = None,
    ) -> None:
        self._chance = np.random.default_rng([ord(c) for c in name])
        pool = _pool(population, kind)
        self._margins = margins
        self._n = particles = particles or (PARTICLES_WITH_MARGINS if margins else PARTICLES)
        self._traits = pool[:, self._chance.choice(pool.shape[1], particles, replace=False)]
        self._tired = np.zeros(particles)
        self._moved = np.zeros(particles)
        self._day = self._normal() * self._of("day")
        self._weights = np.full(particles, 1 / particles)
        self._trials = self._bout = 0
        self._bell = bool(self._of("bell").any())
        if expected is not None:
            self._weigh(np.exp(-0.5 * ((self._ability() - expected) / ASSESSED_SD) ** 2))

    def choose(self) -> float:
        """Return the difficulty with the most particle mass in the band."""
        ability, slope = self._ability(), self._of("slope")
        guess, lapse = self._of("guess"), self._of("lapse")
        inner = [np.clip((p - guess) / (1 - guess - lapse), 1e-9, 1 - 1e-9) for p in BAND]
        hardest, easiest = (ability - self._inverse(p) / slope for p in inner)
        low = np.clip(np.ceil((easiest - EASIEST) / STEP), 0, STEPS).astype(int)
        high = np.clip(np.floor((hardest - EASIEST) / STEP), 0, STEPS).astype(int)
        change = np.bincount(low, self._weights, STEPS + 2) - np.bincount(high + 1, self._weights, STEPS + 2)
        mass = np.cumsum(change)[: STEPS + 1]
        best = np.flatnonzero(mass >= mass.max() - 1e-9)
        return EASIEST + STEP * float(best[len(best) // 2])

    def learn(self, difficulty: float, hit: bool, passed: float | None, censored: bool) -> None:
        """Weigh the particles by the likelihood of the trial, and let each live through it."""
        if self._margins and passed is not None:
            likelihood = self._density(difficulty, hit, passed)
        else:
            p = self._below(difficulty, above=True) * (1 - self._of("guess") - self._of("lapse")) + self._of("guess")
            likelihood = p if hit else 1 - p
        self._weigh(likelihood)
        self._trials += 1
        self._tired += (1 - self._tired) / self._of("fatigue_trials")
        self._moved += self._normal() * self._of("walk")

    def rest(self, minutes: float) -> None:
        """Let each particle rest, or sleep for a night."""
        self._bout += 1
        if minutes < NIGHT_MIN:
            self._tired *= 0.5
            return
        self._tired *= 0.05
        self._moved += self._normal() * self._of("night")
        self._day = self._normal() * self._of("day")

    def _of(self, name: str) -> Array:
        return np.asarray(self._traits[NAMES.index(name)])

    def _normal(self) -> Array:
        return self._chance.standard_normal(self._n)

    def _ability(self) -> Array:
        of, n = self._of, self._trials
        value = of("ability") + of("gain") * (1 - np.exp(-n / of("gain_trials"))) - of("fatigue") * self._tired
        since = n - of("flare_at")
        value -= np.where(since >= 0, of("flare") * np.exp(-np.maximum(since, 0) / of("flare_trials")), 0)
        value += self._moved + self._day
        return np.asarray(value + of("other") if self._bout % 2 else value)

    def _below(self, difficulty: float, above: bool = False) -> Array:
        """Return the chance that a performance falls below ``difficulty``, or above it."""
        z = self._of("slope") * (difficulty - self._ability()) * (-1 if above else 1)
        return _normal_cdf(z / WIDE) if self._bell else 1 / (1 + np.exp(-np.clip(z, -60, 60)))

    def _inverse(self, p: Array) -> Array:
        return _normal_inverse(p) * WIDE if self._bell else np.log(p / (1 - p))

    def _density(self, difficulty: float, hit: bool, passed: float) -> Array:
        """Return the density of a hit or a miss with this just-passed difficulty: honest, lucky or spoiled."""
        guess, lapse, slope = self._of("guess"), self._of("lapse"), self._of("slope")
        below = self._below(passed)
        z = slope * (passed - self._ability()) / WIDE
        steep = np.exp(-0.5 * z**2) / sqrt(2 * pi) / WIDE if self._bell else below * (1 - below)
        density = steep * slope
        if hit:
            lucky = guess * self._below(difficulty) / 10 if passed <= difficulty + 10 else 0.0
            return np.asarray((1 - lapse) * density + lucky)
        depth = (difficulty - 1 - passed) / 29
        spoiled = density * min(max(depth, 0.0), 1.0) + ((1 - below) / 29 if 0 <= depth <= 1 else 0.0)
        return np.asarray((1 - lapse - guess) * density + lapse * spoiled)

    def _weigh(self, likelihood: Array) -> None:
        weights = self._weights * (likelihood + 1e-12)
        self._weights = weights / weights.sum()
        if 1 / float(self._weights @ self._weights) < self._n / 2:
            self._resample()

    def _resample(self) -> None:
        at = (np.arange(self._n) + self._chance.random()) / self._n
        kept = np.minimum(np.searchsorted(np.cumsum(self._weights), at), self._n - 1)
        self._traits = self._traits[:, kept]
        self._tired, self._moved, self._day = self._tired[kept], self._moved[kept], self._day[kept]
        self._weights = np.full(self._n, 1 / self._n)
        self._moved += SHAKEN * float(self._ability().std()) * self._normal()
        self._traits[NAMES.index("slope")] *= np.exp(SHAKEN_SLOPE * self._normal())


def _normal_cdf(z: Array) -> Array:
    """Return the normal distribution function to 1e-7 (Abramowitz & Stegun 26.2.17)."""
    t = 1 / (1 + 0.2316419 * np.abs(z))
    tail = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    tail *= np.exp(-0.5 * z**2) / sqrt(2 * pi)
    return np.asarray(np.where(z > 0, 1 - tail, tail))


def _normal_inverse(p: Array) -> Array:
    """Return the quantile of the normal distribution to 5e-4 (Abramowitz & Stegun 26.2.23)."""
    t = np.sqrt(-2 * np.log(np.minimum(p, 1 - p)))
    z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
    return np.asarray(np.where(p > 0.5, z, -z))


# By name: whether it is told the patient's kind, and whether it sees margins.
BOUNDS: dict[str, tuple[bool, bool]] = {
    "bound: knows the population": (False, False),
    "bound: knows the kind": (True, False),
    "bound: knows the population, sees margins": (False, True),
}


def bound(which: str, population: str, kind: str, expected: float | None, name: str) -> Filter:
    """Return a bound of ``BOUNDS`` for one patient; ``name`` seeds its particles."""
    told_kind, margins = BOUNDS[which]
    return Filter(population, kind if told_kind else None, margins, f"{which} {name}", expected)
