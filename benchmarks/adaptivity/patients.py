"""Simulated patients on the scale of difficulty, 0-100: what ability they have, and how it moves.

A trial is played by drawing a performance J, logistic about the ability of the moment; it is a hit when J reaches
the difficulty. J is the honest just-passed difficulty. A lapse of attention spoils a trial, luck saves one. Ability
moves by practice, fatigue, a walk from trial to trial, from night to night, by good and bad days, and by a flare-up.

Kinds name what is true of a patient and not told to any method. Everything is drawn from a generator of the patient's
own, from one seed, in an order that does not depend on what is played: each method meets the same luck.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log
from statistics import NormalDist

SESSIONS, BOUTS, TRIALS = 4, 2, 30
REST_MIN, NIGHT_MIN = 5.0, 1440.0
NORMAL, WIDE = NormalDist(), 1.596


@dataclass(frozen=True, slots=True)
class Traits:
    """What a patient is like, in units of difficulty.

    ``slope`` is in logits a unit; ``lapse`` and ``guess`` are the chances of a spoiled and of a lucky trial; practice
    adds ``gain`` with a time constant of ``gain_trials``; fatigue takes ``fatigue`` with one of ``fatigue_trials``, a
    rest mends half of it and a night all but 5 %; ``walk`` is the standard deviation of a step a trial, ``night`` of
    one a night, ``day`` of how good a day is; a flare-up at trial ``flare_at`` takes ``flare`` at once, and is over
    with a time constant of ``flare_trials``; ``other`` is what the other hand can do more, played every second bout.
    ``bell`` makes performances normal instead of logistic, of the same slope at the middle.
    """

    ability: float = 50.0
    slope: float = 0.12
    lapse: float = 0.03
    guess: float = 0.02
    gain: float = 0.0
    gain_trials: float = 120.0
    fatigue: float = 0.0
    fatigue_trials: float = 30.0
    walk: float = 0.25
    night: float = 2.5
    day: float = 0.0
    flare: float = 0.0
    flare_at: int = 0
    flare_trials: float = 150.0
    other: float = 0.0
    bell: bool = False


class Patient:
    """One simulated patient."""

    def __init__(self, traits: Traits, seed: str) -> None:
        self.traits = traits
        self._luck = random.Random(f"{seed} luck")
        self._life = random.Random(f"{seed} life")
        self.trials = 0
        self._tired = 0.0
        self._moved = 0.0
        self._day = self._life.gauss(0, traits.day) if traits.day else 0.0
        self._bout = 0

    @property
    def ability(self) -> float:
        """Return the ability of the moment."""
        t = self.traits
        value = t.ability + t.gain * (1 - exp(-self.trials / t.gain_trials)) - t.fatigue * self._tired
        value += self._moved + self._day
        if t.flare and self.trials >= t.flare_at:
            value -= t.flare * exp(-(self.trials - t.flare_at) / t.flare_trials)
        return value + (t.other if self._bout % 2 else 0.0)

    def chance(self, difficulty: float) -> float:
        """Return the true chance of success at ``difficulty`` now."""
        t, z = self.traits, self.traits.slope * (self.ability - difficulty)
        passed = NORMAL.cdf(z / WIDE) if t.bell else 1 / (1 + exp(-max(-60.0, min(60.0, z))))
        return t.guess + (1 - t.guess - t.lapse) * passed

    def play(self, difficulty: float) -> tuple[bool, float]:
        """Return whether the trial was a hit, and its honest just-passed difficulty."""
        t, luck = self.traits, self._luck
        draw, spoil, slip = luck.random(), luck.random(), luck.random()
        depth = luck.random()
        draw = min(max(draw, 1e-9), 1 - 1e-9)
        away = NORMAL.inv_cdf(draw) * WIDE if t.bell else log(draw / (1 - draw))
        just = self.ability + away / t.slope
        if spoil < t.lapse:
            hit, just = False, min(just, difficulty - 1 - 29 * depth)
        elif just < difficulty and slip < t.guess / max(1e-9, 1 - t.lapse):
            hit, just = True, difficulty + 10 * depth
        else:
            hit = just >= difficulty
        self.trials += 1
        self._tired += (1 - self._tired) / t.fatigue_trials
        self._moved += self._life.gauss(0, 1) * t.walk
        return hit, just

    def rest(self) -> None:
        """Rest for some minutes between two bouts."""
        self._tired *= 0.5
        self._bout += 1

    def sleep(self) -> None:
        """Sleep for a night."""
        self._tired *= 0.05
        self._bout += 1
        self._moved += self._life.gauss(0, 1) * self.traits.night
        self._day = self._life.gauss(0, 1) * self.traits.day


Kind = Callable[[random.Random], Traits]


def _plain(r: random.Random, **more: float) -> Traits:
    return Traits(**{"ability": r.uniform(20, 75), **more})


THIRTEEN: dict[str, Kind] = {
    "stable": lambda r: _plain(r),
    "slow learner": lambda r: _plain(r, ability=r.uniform(15, 60), gain=r.uniform(10, 25), gain_trials=150),
    "fast learner": lambda r: _plain(r, ability=r.uniform(10, 45), gain=r.uniform(30, 50), gain_trials=80),
    "fatiguer": lambda r: _plain(r, ability=r.uniform(30, 80), fatigue=r.uniform(15, 35)),
    "flare-up": lambda r: _plain(r, ability=r.uniform(35, 80), flare=r.uniform(15, 35), flare_at=r.randrange(60, 200)),
    "lapser": lambda r: _plain(r, lapse=r.uniform(0.08, 0.15)),
    "steep": lambda r: _plain(r, slope=0.25),
    "shallow": lambda r: _plain(r, slope=0.06),
    "near the floor": lambda r: _plain(r, ability=r.uniform(2, 14)),
    "near the ceiling": lambda r: _plain(r, ability=r.uniform(88, 104)),
    "noisy days": lambda r: _plain(r, day=10, walk=0.8),
    "wrong guess rate": lambda r: _plain(r, guess=r.uniform(0.12, 0.25)),
    "switching hands": lambda r: _plain(r, other=r.choice((-1, 1)) * r.uniform(8, 20)),
}


def _broad(r: random.Random) -> Traits:
    """Draw a patient of the broad population on which all methods are tuned; no kind of the others is in it."""
    return Traits(
        ability=r.uniform(0, 95), slope=exp(r.uniform(log(0.05), log(0.32))),
        lapse=r.choice((0.0, 0.02, 0.05, 0.10)), guess=r.choice((0.0, 0.02, 0.02, 0.10)),
        gain=r.choice((0, 0, 10, 35)) * r.uniform(0.5, 1.3), gain_trials=r.uniform(60, 200),
        fatigue=r.choice((0, 0, 12, 28)) * r.uniform(0.5, 1.3), fatigue_trials=r.uniform(15, 45),
        walk=r.choice((0.1, 0.3, 0.7)), night=r.choice((0.5, 2.5, 6)), day=r.choice((0, 0, 8)),
        flare=r.choice((0, 0, 0, 25)) * r.uniform(0.5, 1.5), flare_at=r.randrange(20, 220),
    )  # fmt: skip


def _rough(r: random.Random) -> Traits:
    """Draw a patient that no method was made for: normal performances, many lapses, unsteady days, steep or flat."""
    return Traits(
        ability=r.uniform(5, 90), slope=r.choice((0.045, 0.09, 0.18, 0.4)), lapse=r.uniform(0, 0.12),
        guess=r.uniform(0, 0.08), gain=r.uniform(0, 30), gain_trials=r.uniform(20, 300),
        fatigue=r.uniform(0, 30), fatigue_trials=r.uniform(8, 80), walk=r.uniform(0, 1), night=r.uniform(0, 8),
        day=r.uniform(0, 6), flare=r.choice((0.0, 30.0)), flare_at=r.randrange(30, 210), flare_trials=40, bell=True,
    )  # fmt: skip


POPULATIONS: dict[str, dict[str, Kind]] = {
    "thirteen": THIRTEEN,
    "broad": {"broad": _broad},
    "rough": {"rough": _rough},
}


def patients(population: str, each: int, seed: int) -> list[tuple[str, Patient]]:
    """Return ``each`` patients of every kind of a population, with the name of their kind."""
    made = []
    for kind, draw in POPULATIONS[population].items():
        for n in range(each):
            name = f"{seed} {population} {kind} {n}"
            made.append((kind, Patient(draw(random.Random(name)), name)))
    return made
