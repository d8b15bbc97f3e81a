"""The methods that are compared: published rules and estimators as they stand, and tuned, and Regrasp's own core.

Every method meets the same three calls, ``choose``, ``learn`` and ``rest``, on the scale of difficulty, 0-100. Where a
source states its settings in other units they are carried over as each class says: one logit is 1 / 0.12 = 8.3 of
difficulty, the slope of most of the simulated patients, which is told to every method that needs a slope.
"""

from collections import deque
from collections.abc import Callable, Sequence
from functools import cache, partial
from math import exp, log, sqrt
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from engine import adaptive

BAND = (0.70, 0.85)
TARGET = 0.775
EASIEST, HARDEST = 0.0, 100.0
FIRST = 35.0
SLOPE = 0.12
GUESS, LAPSE = 0.02, 0.03
SPREAD, ASSESSED_SPREAD = 30.0, 10.0
NIGHT_MIN = 60.0
MISSING = "QUEST+ needs the package questplus, which comes with the development extras: uv sync."

Array = npt.NDArray[np.float64]


class Method(Protocol):
    """What chooses the difficulty of each trial and learns from what came of it."""

    def choose(self) -> float:
        """Return the difficulty to play, 0-100."""

    def learn(self, difficulty: float, hit: bool, passed: float | None, censored: bool) -> None:
        """Take in a trial: whether it was a hit, and the difficulty that would just have been passed."""

    def rest(self, minutes: float) -> None:
        """Take in a pause."""


Factory = Callable[[float | None], Method]


def clipped(difficulty: float) -> float:
    """Return the nearest difficulty on the scale."""
    return min(max(difficulty, EASIEST), HARDEST)


def ease(slope: float) -> float:
    """Return by how much ability must exceed difficulty for the target, on a plain logistic curve."""
    return log(TARGET / (1 - TARGET)) / slope


def first(expected: float | None) -> float:
    """Return the first difficulty: where a hand of the expected ability meets the target, or ``FIRST``."""
    return FIRST if expected is None else clipped(expected - ease(SLOPE))


class Fixed:
    """One difficulty, chosen once: a level that is set and stays."""

    def __init__(self, expected: float | None = None) -> None:
        self.difficulty = first(expected)

    def choose(self) -> float:
        """Return the difficulty to play."""
        return self.difficulty

    def learn(self, difficulty: float, hit: bool, passed: float | None, censored: bool) -> None:
        """Learn nothing."""

    def rest(self, minutes: float) -> None:
        """Change nothing."""


class OnceASession(Fixed):
    """The share of hits of a session sets the next one's difficulty: above the band harder, below it easier by a step.

    What assessment-driven programs do between visits (Metzger et al. 2014, doi:10.1186/1743-0003-11-154). Step 10.
    """

    def __init__(self, expected: float | None = None, step: float = 10.0) -> None:
        super().__init__(expected)
        self._step = step
        self._hits: list[bool] = []

    def learn(self, difficulty: float, hit: bool, passed: float | None, censored: bool) -> None:
        """Count the hit."""
        self._hits.append(hit)

    def rest(self, minutes: float) -> None:
        """Set the next session's difficulty after a night."""
        if minutes < NIGHT_MIN or not self._hits:
            return
        share = sum(self._hits) / len(self._hits)
        self._hits.clear()
        self.difficulty = clipped(self.difficulty + self._step * ((share > BAND[1]) - (share < BAND[0])))


class Blocks(Fixed):
    """The rule of the Rehabilitation Gaming System: after 10 trials, over 70 % harder, under 50 % easier.

    Cameirao et al. 2010, doi:10.1186/1743-0003-7-48. Its step belongs to its own scale; here it is 10 of difficulty.
    """

    def __init__(
        self, expected: float | None = None, up: float = 0.70, down: float = 0.50, step: float = 10.0, size: int = 10
    ) -> None:
        super().__init__(expected)
        self._up, self._down, self._step, self._size = up, down, step, size
        self._hits: list[bool] = []

    def learn(self, difficulty: float, hit: bool, passed: float | None, censored: bool) -> None:
        """Count the hit; after a whole block, step."""
        self._hits.append(hit)
        if len(self._hits) == self._size:
            share = sum(self._hits) / self._size
            self.difficulty = clipped(self.difficulty + self._step * ((share > self._up) - (share < self._down)))
            self._hits.clear()


class Window(Fixed):
    """A sliding window of 10 trials: its share of hits above the band steps up by 5, below the band down by 5.

    The usual rule of games that adjust themselves; no source fixes its numbers. A step empties the window, so that
    each is judged by trials of its own: without that it does far worse.
    """

    def __init__(self, expected: float | None = None, size: int = 10, step: float = 5.0) -> None:
        super().__init__(expected)
        self._step = step
        self._hits: deque[bool] = deque(maxlen=size)

    def learn(self, difficulty: float, hit: bool, passed: float | None, censored: bool) -> None:
        """Slide the window over the trial, and step when it lies outside the band."""
        self._hits.append(hit)
        share = sum(self._hits) / len(self._hits)
        if len(self._hits) == self._hits.maxlen and not BAND[0] <= share <= BAND[1]:
            self.difficulty = clipped(self.difficulty + (self._step if share > BAND[1] else -self._step))
            self._hits.clear()


class Staircase(Fixed):
    """A transformed staircase (Levitt 1971, doi:10.1121/1.1912375), step by step as PsychoPy's ``StairHandler`` goes.

    Up-and-down by single trials until the first reversal, then ``hits`` hits in a row raise and one miss lowers;
    the next step size at each reversal, the last one kept. Two hits aim at .707, three at .794. No source fixes the
    sizes on a scale like this one: 8, 8, 4, 4, 2, 2, 1 of difficulty, a list as experiments in PsychoPy often have.
    """

    def __init__(
        self, expected: float | None = None, hits: int = 3, sizes: Sequence[float] = (8, 8, 4, 4, 2, 2, 1)
    ) -> None:
        super().__init__(expected)
        self._hits, self._sizes = hits, sizes
        self._run, self._reversals, self._direction = 0, 0, 0

    def learn(self, difficulty: float, hit: bool, passed: float | None, censored: bool) -> None:
        """Step up after enough hits in a row, down after a miss."""
        self._run = self._run + 1 if hit else 0
        beginning = self._reversals == 0
        if hit and self._run < self._hits and not beginning:
            return
        direction = 1 if hit else -1
        if self._direction == -direction:
            self._reversals += 1
        self._direction, self._run = direction, 0
        size = self._sizes[min(self._reversals, len(self._sizes) - 1)]
        self.difficulty = clipped(self.difficulty + direction * size)


class Weighted(Fixed):
    """The weighted up-down method (Kaernbach 1991, doi:10.3758/BF03214307): a miss lowers by ``step``, a hit raises by
    ``step`` times (1 - target) / target, so that it settles where the target is met.
    """

    def __init__(self, expected: float | None = None, step: float = 10.0) -> None:
        super().__init__(expected)
        self._step = step

    def learn(self, difficulty: float, hit: bool, passed: float | None, censored: bool) -> None:
        """Step after every trial."""
        rise = self._step * (1 - TARGET) / TARGET
        self.difficulty = clipped(self.difficulty + (rise if hit else -self._step))


class Accelerated(Fixed):
    """Accelerated stochastic approximation (Kesten 1958, doi:10.1214/aoms/1177706705): a step is c / (2 + reversals)
    times what the trial missed the target by; c / n in the first two trials (Treutwein 1995). First step c = 50;
    ``least`` keeps the divisor's gain from falling further, which the source does not do.
    """

    def __init__(self, expected: float | None = None, c: float = 50.0, least: float = 0.0) -> None:
        super().__init__(expected)
        self._c, self._least = c, least
        self._n, self._reversals, self._was = 0, 0, None

    _was: bool | None

    def learn(self, difficulty: float, hit: bool, passed: float | None, censored: bool) -> None:
        """Step after every trial, less with every reversal."""
        self._n += 1
        self._reversals += self._was is not None and self._was != hit
        self._was = hit
        gain = self._c / (self._n if self._n <= 2 else 2 + self._reversals)
        self.difficulty = clipped(self.difficulty + max(gain, self._least) * (hit - TARGET))


class Elo:
    """A rating (Elo 1978) of the hand against difficulties whose rating is known, placed where it meets the target.

    K is 0.4 logits, as it is used in adaptive practice (Pelanek 2016, doi:10.1016/j.compedu.2016.03.017).
    """

    def __init__(self, expected: float | None = None, k: float = 0.4, slope: float = SLOPE) -> None:
        self._k, self._slope, self._ease = k / slope, slope, ease(slope)
        self.ability = first(expected) + self._ease

    def choose(self) -> float:
        """Return the difficulty at which the rating promises the target."""
        return clipped(self.ability - self._ease)

    def learn(self, difficulty: float, hit: bool, passed: float | None, censored: bool) -> None:
        """Move the rating by what surprised it."""
        self.ability += self._k * (hit - _logistic(self._slope * (self.ability - difficulty)))

    def rest(self, minutes: float) -> None:
        """Change nothing."""


class Glicko:
    """A rating with its deviation (Glickman 1999, doi:10.1111/1467-9876.00159), updated trial by trial.

    Deviation 350 at first and never below 30, growing by c = 63.2 a night and none within a session, as in Glickman's
    description of the system; one point is ln 10 / 400 logits. Where the ability is expected, its spread is 10.
    """

    POINT = log(10) / 400

    def __init__(
        self,
        expected: float | None = None,
        c: float = 63.2,
        least: float = 30.0,
        a_trial: float = 0.0,
        slope: float = SLOPE,
    ) -> None:
        self._c, self._least, self._a_trial = c, least, a_trial
        self._slope, self._ease = slope, ease(slope)
        self.ability = first(expected) + self._ease
        self._deviation = 350.0 if expected is None else ASSESSED_SPREAD * slope / self.POINT

    def choose(self) -> float:
        """Return the difficulty at which the rating promises the target."""
        return clipped(self.ability - self._ease)

    def learn(self, difficulty: float, hit: bool, passed: float | None, censored: bool) -> None:
        """Move the rating by what surprised it, and shrink its deviation."""
        p = _logistic(self._slope * (self.ability - difficulty))
        variance = 1 / (1 / self._deviation**2 + self.POINT**2 * p * (1 - p))
        self.ability += self.POINT * variance * (hit - p) * self.POINT / self._slope
        self._deviation = max(self._least, sqrt(variance))
        self._grow(self._a_trial)

    def rest(self, minutes: float) -> None:
        """Let the deviation grow over a night."""
        if minutes >= NIGHT_MIN:
            self._grow(self._c)

    def _grow(self, c: float) -> None:
        self._deviation = min(350.0, sqrt(self._deviation**2 + c**2))


class Kalman:
    """A Bayesian logistic model of an ability that drifts, by an extended Kalman filter (Fahrmeir 1992,
    doi:10.1080/01621459.1992.10475232). No source fixes the drift: 0.6 a trial and 4 a night as standard deviations.
    """

    def __init__(
        self, expected: float | None = None, a_trial: float = 0.6, a_night: float = 4.0, slope: float = SLOPE
    ) -> None:
        self._variance = (SPREAD if expected is None else ASSESSED_SPREAD) ** 2
        self._a_trial, self._a_night, self._slope = a_trial, a_night, slope
        inner = (TARGET - GUESS) / (1 - GUESS - LAPSE)
        self._ease = log(inner / (1 - inner)) / slope
        self.ability = first(expected) + self._ease

    def choose(self) -> float:
        """Return the difficulty at which the mean ability meets the target."""
        return clipped(self.ability - self._ease)

    def learn(self, difficulty: float, hit: bool, passed: float | None, censored: bool) -> None:
        """Move the mean by the gain times what surprised it; the variance shrinks, then drifts."""
        inner = _logistic(self._slope * (self.ability - difficulty))
        p = GUESS + (1 - GUESS - LAPSE) * inner
        steep = (1 - GUESS - LAPSE) * inner * (1 - inner) * self._slope
        gain = self._variance * steep / (steep**2 * self._variance + p * (1 - p))
        self.ability += gain * (hit - p)
        self._variance *= 1 - gain * steep
        self._variance += self._a_trial**2

    def rest(self, minutes: float) -> None:
        """Let the ability drift over a night."""
        if minutes >= NIGHT_MIN:
            self._variance += self._a_night**2


class Quest:
    """QUEST (Watson & Pelli 1983, doi:10.3758/BF03202828): the posterior of a threshold, played at its mode.

    A Weibull function of slope 3.5 a log unit, gamma 0.02, delta 0.01; a log unit is 100 of difficulty, at which that
    slope is the logistic one of 0.12. The threshold is where the target is met. Restarted each session about the last
    threshold, with the prior's spread; ``keep`` is how much of the log posterior is kept after each trial (1 as in the
    source), and ``spread`` the prior's.
    """

    GRID = np.arange(-50.0, 151.0)
    DELTA = 0.01
    weights: Array

    def __init__(
        self, expected: float | None = None, keep: float = 1.0, spread: float = SPREAD, beta: float = 3.5
    ) -> None:
        self._keep, self._spread, self._beta = keep, spread, beta
        self._begin(first(expected), spread if expected is None else ASSESSED_SPREAD)

    def choose(self) -> float:
        """Return the most likely threshold."""
        return clipped(float(self.GRID[int(np.argmax(self.weights))]))

    def learn(self, difficulty: float, hit: bool, passed: float | None, censored: bool) -> None:
        """Multiply the posterior by the likelihood of the trial."""
        p = self.chance(difficulty)
        self.weights = self.weights**self._keep * (p if hit else 1 - p)
        self.weights /= self.weights.sum()

    def rest(self, minutes: float) -> None:
        """Begin anew after a night, about the last threshold."""
        if minutes >= NIGHT_MIN:
            self._begin(self.choose(), self._spread)

    def chance(self, difficulty: float) -> Array:
        """Return the chance of a hit at ``difficulty`` for every threshold of ``GRID``."""
        lift = log(-log((1 - self.DELTA - TARGET) / (1 - self.DELTA - GUESS))) / log(10)
        power = 10.0 ** np.minimum(self._beta * (self.GRID - difficulty) / 100 + lift, 2.5)
        return np.asarray(1 - self.DELTA - (1 - self.DELTA - GUESS) * np.exp(-power))

    def _begin(self, centre: float, spread: float) -> None:
        weights = np.exp(-0.5 * ((self.GRID - centre) / spread) ** 2)
        self.weights = weights / weights.sum()


EASES = np.arange(0.0, 101.0, 2.0)
MEANS = np.arange(-20.0, 121.0, 4.0)
WIDTHS = (4.0, 8.0, 14.0, 25.0)
LAPSES = (0.01, 0.05)


def quest_plus(expected: float | None = None) -> Any:
    """Return a QUEST+ of the package questplus: ease (100 - difficulty) against a cumulative normal.

    Raise ``SystemExit`` with a plain sentence where the package is missing.
    """
    try:
        from questplus import QuestPlus  # type: ignore[import-untyped, import-not-found, unused-ignore]
    except ImportError:
        raise SystemExit(MISSING) from None
    centre, spread = (100 - FIRST - ease(SLOPE), SPREAD) if expected is None else (100 - expected, ASSESSED_SPREAD)
    return QuestPlus(
        stim_domain={"intensity": EASES},
        param_domain={"mean": MEANS, "sd": WIDTHS, "lower_asymptote": [GUESS], "lapse_rate": LAPSES},
        outcome_domain={"response": ["hit", "miss"]},
        prior={"mean": np.exp(-0.5 * ((MEANS - centre) / spread) ** 2)},
        func="norm_cdf",
        stim_scale="linear",
    )


@cache
def _likelihoods() -> tuple[Array, Array]:
    """Return the package's chances of a hit by ease and hypothesis, and the entropies that they leave to the answer."""
    hits = quest_plus().likelihoods.sel(response="hit").transpose("intensity", ...).to_numpy().reshape(len(EASES), -1)
    return hits, _bits(hits)


def _bits(p: Array) -> Array:
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return np.asarray(-p * np.log(p) - (1 - p) * np.log(1 - p))


class Entropy:
    """QUEST+ (Watson 2017, doi:10.1167/17.3.10) as the package questplus ships it: played where its entropy says.

    The likelihoods are the package's own; the posterior and the expected entropy are computed here, in arrays, with
    the same choices (tested), because the package takes milliseconds a trial.
    """

    def __init__(self, expected: float | None = None) -> None:
        self._hits, self._noise = _likelihoods()
        centre, spread = (100 - FIRST - ease(SLOPE), SPREAD) if expected is None else (100 - expected, ASSESSED_SPREAD)
        prior = np.exp(-0.5 * ((MEANS - centre) / spread) ** 2)
        weights = np.repeat(prior, len(WIDTHS) * len(LAPSES))
        self.weights: Array = weights / weights.sum()

    def choose(self) -> float:
        """Return the difficulty from whose answer the least entropy is expected."""
        told = _bits(self._hits @ self.weights) - self._noise @ self.weights
        return float(100 - EASES[int(np.argmax(np.round(told, 12)))])

    def learn(self, difficulty: float, hit: bool, passed: float | None, censored: bool) -> None:
        """Multiply the posterior by the likelihood of the trial."""
        p = self._hits[round((100 - difficulty) / (EASES[1] - EASES[0]))]
        self.weights = self.weights * (p if hit else 1 - p)
        self.weights /= self.weights.sum()

    def rest(self, minutes: float) -> None:
        """Change nothing."""


class Placed(Entropy):
    """The posterior of QUEST+, played where its mean success is nearest the target, and forgetting as it goes.

    After each trial the posterior is raised to the power ``keep``, after a night to ``overnight``: neither is in the
    source, without them it stops following a hand that changes.
    """

    def __init__(self, expected: float | None = None, keep: float = 0.97, overnight: float = 0.5) -> None:
        super().__init__(expected)
        self._keep, self._overnight = keep, overnight

    def choose(self) -> float:
        """Return the difficulty whose mean chance of success is nearest the target."""
        return float(100 - EASES[int(np.argmin(np.abs(self._hits @ self.weights - TARGET)))])

    def learn(self, difficulty: float, hit: bool, passed: float | None, censored: bool) -> None:
        """Forget a little, then multiply the posterior by the likelihood of the trial."""
        self.weights = self.weights**self._keep
        super().learn(difficulty, hit, passed, censored)

    def rest(self, minutes: float) -> None:
        """Forget more over a night."""
        if minutes >= NIGHT_MIN:
            weights = self.weights**self._overnight
            self.weights = weights / weights.sum()


class Regrasp:
    """The adaptive core of Regrasp, ``engine.adaptive``; ``margins`` tells it the just-passed difficulties too."""

    def __init__(self, expected: float | None = None, margins: bool = True) -> None:
        self._aim = adaptive.Aim()
        self._margins = margins
        self.belief = adaptive.start(self._aim, expected, None if expected is None else ASSESSED_SPREAD)

    def choose(self) -> float:
        """Return the difficulty that the core chooses."""
        return adaptive.choose(self.belief, self._aim).difficulty

    def learn(self, difficulty: float, hit: bool, passed: float | None, censored: bool) -> None:
        """Let the core learn from the trial."""
        told: dict[str, Any] = {"passed": passed, "censored": censored} if self._margins else {}
        self.belief = adaptive.learn(self.belief, self._aim, difficulty, hit, **told)

    def rest(self, minutes: float) -> None:
        """Let the core know of the pause."""
        self.belief = adaptive.rest(self.belief, self._aim, minutes)


def _logistic(z: float) -> float:
    return 1 / (1 + exp(-max(-60.0, min(60.0, z))))


PUBLISHED: dict[str, Factory] = {
    "fixed difficulty": Fixed,
    "once a session by success rate": OnceASession,
    "RGS rule 70/50, blocks of 10": Blocks,
    "sliding window of 10": Window,
    "1-up-2-down": partial(Staircase, hits=2),
    "1-up-3-down": Staircase,
    "weighted up-down, step 10": Weighted,
    "weighted up-down, step 5": partial(Weighted, step=5.0),
    "accelerated stochastic approximation": Accelerated,
    "Elo": Elo,
    "Glicko": Glicko,
    "QUEST, restarted each session": Quest,
    "QUEST+ by entropy": Entropy,
    "QUEST+ at the target, forgetting": Placed,
    "Bayesian logistic with drift (Kalman)": Kalman,
}

# What `python -m benchmarks.adaptivity tune` tries, every combination, on the population "broad" and a seed that no
# result is made of; most in the band wins. What it found stands in TUNED.
SIZES = (
    *((8, 8, 4, 4, 2, 2, 1), (8, 8, 4, 4, 2), (8, 8, 4, 4, 3)),
    *((16, 8, 4, 2, 1), (16, 8, 4, 2), (32, 16, 8, 4, 2), (16, 2)),
)
GRIDS: dict[str, tuple[Callable[..., Method], dict[str, tuple[Any, ...]]]] = {
    "once a session": (OnceASession, {"step": (5.0, 10.0, 15.0, 20.0, 30.0)}),
    "block rule (RGS)": (
        Blocks,
        {
            "up": (0.70, 0.75, 0.80),
            "down": (0.50, 0.60, 0.70),
            "step": (3.0, 4.0, 5.0, 7.0, 10.0),
            "size": (4, 5, 6, 10),
        },
    ),
    "sliding window": (Window, {"size": (4, 5, 7, 10, 14), "step": (2.0, 3.0, 4.0, 5.0, 8.0)}),
    "1-up-n-down": (Staircase, {"hits": (2, 3, 4), "sizes": SIZES}),
    "weighted up-down": (Weighted, {"step": (1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.0, 10.0)}),
    "accelerated stochastic approximation": (
        Accelerated,
        {"c": (20.0, 35.0, 50.0, 70.0, 100.0), "least": (0.0, 1.0, 2.0, 3.0, 4.0, 6.0)},
    ),
    "Elo": (Elo, {"k": (0.2, 0.3, 0.4, 0.5, 0.7), "slope": (0.06, 0.08, 0.10, 0.12)}),
    "Glicko": (
        Glicko,
        {
            "c": (63.2, 120.0, 200.0),
            "least": (30.0,),
            "a_trial": (0.0, 10.0, 20.0, 30.0),
            "slope": (0.06, 0.08, 0.10, 0.12),
        },
    ),
    "QUEST": (Quest, {"keep": (1.0, 0.98, 0.96, 0.94), "spread": (7.0, 10.0, 15.0, 30.0), "beta": (2.0, 2.75, 3.5)}),
    "QUEST+ at the target": (
        Placed,
        {"keep": (1.0, 0.995, 0.99, 0.98, 0.97, 0.95), "overnight": (0.1, 0.2, 0.35, 0.5, 0.7, 1.0)},
    ),
    "Bayesian logistic with drift (Kalman)": (
        Kalman,
        {"a_trial": (0.4, 0.6, 0.9, 1.3), "a_night": (4.0, 7.0, 10.0, 14.0), "slope": (0.05, 0.065, 0.08, 0.10, 0.12)},
    ),
}
TUNED: dict[str, Factory] = {
    "once a session, tuned": partial(OnceASession, step=20.0),
    "block rule (RGS), tuned": partial(Blocks, up=0.80, down=0.70, step=5.0, size=5),
    "sliding window, tuned": partial(Window, size=5, step=4.0),
    "1-up-3-down, tuned": partial(Staircase, hits=3, sizes=(16, 8, 4, 2)),
    "weighted up-down, tuned": partial(Weighted, step=2.5),
    "accelerated stochastic approximation, tuned": partial(Accelerated, c=50.0, least=3.0),
    "Elo, tuned": partial(Elo, k=0.2, slope=0.06),
    "Glicko, tuned": partial(Glicko, a_trial=10.0, slope=0.06),
    "QUEST, tuned, forgetting": partial(Quest, keep=0.98, spread=15.0, beta=2.0),
    "QUEST+ at the target, tuned": partial(Placed, keep=0.98, overnight=0.7),
    "Bayesian logistic with drift, tuned": partial(Kalman, a_trial=0.6, a_night=7.0, slope=0.05),
}
OURS: dict[str, Factory] = {
    "regrasp, hits only": partial(Regrasp, margins=False),
    "regrasp, margins": Regrasp,
}
METHODS: dict[str, Factory] = PUBLISHED | TUNED | OURS
