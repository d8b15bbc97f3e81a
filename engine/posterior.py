"""Weigh hypotheses about a hand: how able it is, how steeply success falls, how it tires and learns, what margins tell.

The posterior is a table: a row for each hypothesis, a cell for each ability of ``GRID`` (rested and unpractised, in
units of difficulty). A row holds a slope, how much fatigue takes at most, how much practice adds at most, and what a
just-passed difficulty is worth: nothing; exact; blurred by noise; shifted by a bias. A performance J is logistic about
the ability of the moment (Prins 2013; Levitt 1971), the trial is passed where J reaches the difficulty, and at times
a lapse spoils a trial or luck saves one. Hit and margin are weighed together, by one likelihood: where the margin is
exact it says all, where it is blurred it adds to the hit what it can, and where margins and hits contradict each other
the rows that distrust margins win. Nothing is counted twice.

Weights are kept as whole numbers on a scale of logarithms, so that a belief is the same on every machine, and small.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import exp, isfinite, pi, sqrt

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

STEP = 1.25
GRID: Numbers = np.arange(-30.0, 130.0 + STEP / 2, STEP)
LAPSE = 0.03
FATIGUE = ((0.0, 0.65), (22.0, 0.35))
PRACTICE = ((0.0, 0.65), (30.0, 0.35))
TIRING_TRIALS, PRACTICE_TRIALS = 30.0, 120.0
WALK, NIGHT, NIGHT_TAIL, FAR = 0.4, 5.0, 0.06, 15.0
DROP, DROP_LEAST, DROP_MOST = 0.002, 5.0, 40.0
REST_TAIL = 0.04
AGAIN = 0.02
WILD, WRONG = 0.06, 0.015
WIDEST = 180.0
USUAL_SLOPE, SLOPE_SPREAD = 0.14, 0.5
TOO_HARD = 0.05


@dataclass(frozen=True, slots=True)
class Margins:
    """What a just-passed difficulty is worth: ``bias`` and standard deviation of its noise; ``None``: nothing."""

    bias: float | None
    noise: float
    prior: float
    slopes: tuple[float, float, int]


MARGINS = (
    Margins(None, 0.0, 0.20, (0.06, 0.90, 5)),
    Margins(0.0, 0.0, 0.50, (0.045, 0.90, 14)),
    Margins(0.0, 8.0, 0.14, (0.06, 0.30, 4)),
    Margins(10.0, 4.0, 0.08, (0.06, 0.30, 6)),
    Margins(-10.0, 4.0, 0.08, (0.06, 0.30, 6)),
)


def _rows() -> Numbers:
    """Return the hypotheses as rows: margins, slope, fatigue, practice, prior."""
    rows = []
    for n, margins in enumerate(MARGINS):
        slopes = np.geomspace(*margins.slopes)
        likely = np.exp(-0.5 * (np.log(slopes / USUAL_SLOPE) / SLOPE_SPREAD) ** 2)
        for slope, share in zip(slopes, likely / likely.sum(), strict=True):
            for tires, p_tires in FATIGUE:
                for learns, p_learns in PRACTICE:
                    rows.append((n, slope, tires, learns, margins.prior * share * p_tires * p_learns))
    return np.array(rows)


ROWS = _rows()
KIND = ROWS[:, 0].astype(int)
SLOPE, TIRES, LEARNS, PRIOR = ROWS[:, 1], ROWS[:, 2], ROWS[:, 3], ROWS[:, 4] / ROWS[:, 4].sum()
BIAS = np.array([0.0 if m.bias is None else m.bias for m in MARGINS])[KIND]
NOISE = np.array([m.noise for m in MARGINS])[KIND]
DEAF = np.array([m.bias is None for m in MARGINS])[KIND]
BLURRED = ~DEAF & (NOISE > 0)
OF_SLOPE = (pi * pi / 3) / SLOPE**2
PULL = OF_SLOPE / (OF_SLOPE + NOISE**2)
LEFT_OVER = np.sqrt(np.maximum(OF_SLOPE * (1 - PULL), 1e-9))
SCALE = np.sqrt(1 / SLOPE**2 + 3 * NOISE**2 / pi**2)

LEVELS = 4095
OCTAVES = 16.0
UNIT = OCTAVES / (LEVELS - 1)
WEIGHT_OF = np.concatenate([[0.0], np.exp2(-UNIT * np.arange(LEVELS - 1, -1, -1.0))])
SHAPE = (len(ROWS), len(GRID))


@dataclass(frozen=True, slots=True)
class Table:
    """The part of the posterior that is not empty: weights of some rows and of cells from ``first`` on."""

    weights: Numbers
    rows: NDArray[np.intp]
    first: int

    @property
    def ability(self) -> Numbers:
        """Return the ability of each cell."""
        return GRID[self.first : self.first + self.weights.shape[1]]


def pack(weights: Numbers) -> bytes:
    """Return the weights as whole numbers of a logarithmic scale; what is below 2^-16 of the largest is nothing."""
    with np.errstate(divide="ignore"):
        below = np.log2(weights / weights.max()) * (1 / UNIT)
    codes = np.rint(below, out=below)
    codes += LEVELS
    return bytes(np.maximum(codes, 0.0, out=codes).astype("<u2").tobytes())


def unpack(packed: bytes) -> Table:
    """Return the table of ``pack``'s weights, summing to 1."""
    codes = np.frombuffer(packed, "<u2").reshape(SHAPE)
    rows, cells = np.flatnonzero(codes.max(1)), np.flatnonzero(codes.max(0))
    first = int(cells[0])
    weights = WEIGHT_OF[codes[rows, first : int(cells[-1]) + 1]]
    return Table(weights / weights.sum(), rows, first)


def prior(centre: float, spread: float) -> Numbers:
    """Return the weights before the first trial: ability about ``centre``, standard deviation ``spread``."""
    ability: Numbers = np.exp(-0.5 * ((GRID - centre) / spread) ** 2) + 0.002
    weights: Numbers = PRIOR[:, None] * (ability / ability.sum())[None, :]
    return weights


def shift(table: Table, trials: int, effort: float) -> Numbers:
    """Return, for each row of the table, what practice adds and fatigue takes now."""
    rows = table.rows
    moved: Numbers = LEARNS[rows] * (1 - exp(-trials / PRACTICE_TRIALS)) - TIRES[rows] * effort
    return moved


def chances(table: Table, difficulty: float, guess: float, moved: Numbers) -> Numbers:
    """Return the chance of success at ``difficulty``, for each weight of the table."""
    there = table.ability[None, :] + (moved - difficulty)[:, None]
    chance: Numbers = guess + (1 - guess - LAPSE) * _logistic(SLOPE[table.rows, None] * there)
    return chance


@dataclass(frozen=True, slots=True)
class Seen:
    """What margins were like so far, for the rows that distrust them: mean, variance, number, the last one's place."""

    mean: float = 50.0
    variance: float = 900.0
    n: int = 0
    last: float = 0.0
    off: float = 0.0


def seen(before: Seen, margin: float, difficulty: float) -> Seen:
    """Return what margins are like after one more."""
    n = before.n + 1
    rate, away = max(1 / n, 0.05), margin - before.mean
    variance = (1 - rate) * (before.variance + rate * away * away) if n > 1 else 400.0
    return Seen(
        round(before.mean + rate * away, 4), round(variance, 4), n, round(margin, 4), round(margin - difficulty, 4)
    )  # fmt: skip


def weighed(
    table: Table, moved: Numbers, difficulty: float, hit: bool, guess: float,
    margin: float | None, censored: bool, before: Seen,
) -> Table:  # fmt: skip
    """Return the table after a trial.

    ``margin`` is its just-passed difficulty; ``censored``: the least it can be after a hit, the most after a miss.
    """
    passed = chances(table, difficulty, guess, moved)
    likely = passed if hit else 1 - passed
    if margin is not None:
        away = margin - BIAS[table.rows, None] - moved[:, None] - table.ability[None, :]
        if censored:
            beyond = _logistic((-away if hit else away) / SCALE[table.rows, None])
            told = likely * _expected_beyond(margin, hit, before)
            likely = np.where(DEAF[table.rows, None], told, WILD / 2 + (1 - WILD) * beyond)
        else:
            likely = _with_margin(table, likely, away, difficulty, hit, guess, margin, before)
    after = table.weights * likely
    return Table(after / after.sum(), table.rows, table.first)


def _with_margin(
    table: Table, bit: Numbers, away: Numbers, difficulty: float, hit: bool, guess: float, margin: float, before: Seen
) -> Numbers:
    """Return the likelihood of hit and margin together, for each weight of the table."""
    rows = table.rows
    scale = SCALE[rows, None]
    decay = np.exp(-np.abs(away) / scale)
    density = (1 - WILD) * decay / (scale * (1 + decay) ** 2) + WILD / WIDEST
    agrees = ((margin - BIAS[rows]) >= difficulty) == hit
    of_bit = np.broadcast_to(np.where(agrees, 1 - WRONG, WRONG)[:, None], bit.shape).copy()
    blurred = BLURRED[rows].nonzero()[0]
    if len(blurred):
        own = rows[blurred]
        there = margin - BIAS[own, None] - difficulty - (1 - PULL[own, None]) * away[blurred]
        passed = guess + (1 - guess - LAPSE) * _logistic(1.702 / LEFT_OVER[own, None] * there)
        of_bit[blurred] = passed if hit else 1 - passed
    return np.where(DEAF[rows, None], bit * _expected(margin, difficulty, before), density * of_bit)


def _expected(margin: float, difficulty: float, before: Seen) -> float:
    """Return how likely a margin is that tells nothing: like those before, or the very same again."""
    spread = sqrt(before.variance + 9)
    usual = 0.9 * exp(-0.5 * ((margin - before.mean) / spread) ** 2) / (spread * sqrt(2 * pi)) + 0.1 / WIDEST
    if not before.n:
        return usual
    again = float(abs(margin - before.last) < 0.25) + float(abs(margin - difficulty - before.off) < 0.25)
    return 0.8 * usual + 0.2 * again


def _expected_beyond(margin: float, above: bool, before: Seen) -> float:
    away = (margin - before.mean) / sqrt(before.variance + 9)
    return 0.05 + 0.9 / (1 + exp(min(60.0, 1.702 * (away if above else -away))))


def walked(table: Table) -> Numbers:
    """Return all weights after the small unknown step from one trial to the next, or a sudden drop."""
    before = np.zeros((len(table.rows), SHAPE[1]))
    before[:, table.first : table.first + table.weights.shape[1]] = table.weights
    q = (WALK / STEP) ** 2 / 2
    after = before * (1 - 2 * q)
    after[:, 1:] += q * before[:, :-1]
    after[:, :-1] += q * before[:, 1:]
    after[:, [0, -1]] += q * before[:, [0, -1]]
    every = np.zeros(SHAPE)
    every[table.rows] = (1 - DROP) * after + DROP * _dropped(before)
    return every


def _dropped(before: Numbers) -> Numbers:
    """Return the weights after a drop of any size from the least to the most, none below the lowest cell."""
    least, most = round(DROP_LEAST / STEP), round(DROP_MOST / STEP)
    up_to = np.concatenate([np.zeros((len(before), 1)), np.cumsum(before, 1)], 1)
    cells = np.arange(before.shape[1])
    low, high = np.minimum(cells + least, len(cells)), np.minimum(cells + most + 1, len(cells))
    after: Numbers = np.maximum(up_to[:, high] - up_to[:, low], 0.0) / (most - least + 1)
    after[:, 0] += np.maximum(before.sum(1) - after.sum(1), 0.0)
    return after


def rested(table: Table, minutes: float) -> Numbers:
    """Return all weights after a pause: the longer, the wider; what seemed certain of a hypothesis is a little less."""
    days = minutes / 1440
    if minutes >= 240:
        spread = round(min(20.0, NIGHT * max(1.0, days) ** 0.5), 1)
        after = _spread(table, _kernel(spread, min(0.30, round(NIGHT_TAIL * max(1.0, days) ** 0.5, 3))))
    else:
        after = _spread(table, _kernel(0.0, round(REST_TAIL * (1 - exp(-minutes / 1.5)), 4)))
    again = AGAIN * (1 - exp(-minutes / 1.5))
    mixed: Numbers = (1 - again) * after + again * PRIOR[:, None] * after.sum(0)[None, :]
    return mixed


def _spread(table: Table, kernel: Numbers) -> Numbers:
    every = np.zeros(SHAPE)
    every[table.rows] = table.weights @ kernel[table.first : table.first + table.weights.shape[1]]
    return every


def recovered(effort: float, minutes: float) -> float:
    """Return the effort after a pause: half is gone after some minutes, 95 % after a night."""
    back = 0.5 * (1 - exp(-minutes / 1.5)) + 0.45 * (1 - exp(-minutes / 180))
    return round(effort * (1 - back), 6)


def in_band(
    table: Table, moved: Numbers, band: tuple[float, float], guess: float, candidates: Numbers, wary: bool
) -> Numbers:
    """Return, for each difficulty, the mass of success inside the band; ``wary``: less a little for too hard."""
    below = np.concatenate([np.zeros((len(table.rows), 1)), np.cumsum(table.weights, 1)], 1)
    low, high = (_edge(p, guess) / SLOPE[table.rows] - moved for p in band)
    start = table.ability[0] - STEP / 2
    too_hard = _mass_below(below, low[:, None] + (candidates - start)[None, :])
    enough = _mass_below(below, high[:, None] + (candidates - start)[None, :])
    mass: Numbers = enough - (1 + TOO_HARD * wary) * too_hard
    return mass


def _edge(p: float, guess: float) -> float:
    inner = min(max((p - guess) / (1 - guess - LAPSE), 1e-4), 1 - 1e-4)
    return float(np.log(inner / (1 - inner)))


def _mass_below(below: Numbers, away: Numbers) -> Numbers:
    """Return the mass within ``away`` of the first cell's edge, summed over rows; a cell's is spread over its step."""
    place = np.clip(away * (1 / STEP), 0, below.shape[1] - 1 - 1e-9)
    cell = place.astype(np.intp)
    place -= cell
    cell += (np.arange(len(below)) * below.shape[1])[:, None]
    flat = below.ravel()
    under = flat.take(cell)
    mass: Numbers = (under + (flat.take(cell + 1) - under) * place).sum(0)
    return mass


def interval(table: Table, chance: Numbers) -> tuple[float, float, float]:
    """Return the mean chance of success and the ends of its 90 % interval, to 0.005."""
    bins = np.bincount((chance * 200 + 0.5).astype(np.intp).ravel(), table.weights.ravel(), 201).cumsum()
    low, high = np.searchsorted(bins, (0.05 * bins[-1], 0.95 * bins[-1] - 1e-12))
    return float((table.weights * chance).sum()), float(low) / 200, min(1.0, float(high) / 200)


@dataclass(frozen=True, slots=True)
class Summary:
    """What the table says in a few figures: ability and its spread, slope, how likely it tires, trust in margins."""

    ability: float
    spread: float
    slope: float
    tires: float
    margins: float


def summary(table: Table, moved: Numbers) -> Summary:
    """Return the posterior's figures; ability is that of the moment."""
    rows, of_row = table.rows, table.weights.sum(1)
    ability = float((table.weights.sum(0) * table.ability).sum() + (of_row * moved).sum())
    second = float((table.weights * (table.ability[None, :] + moved[:, None] - ability) ** 2).sum())
    return Summary(
        round(ability, 1), round(second**0.5, 1), round(float(np.exp((of_row * np.log(SLOPE[rows])).sum())), 3),
        round(float(of_row[TIRES[rows] > 0].sum()), 2), round(float(of_row[~DEAF[rows]].sum()), 2),
    )  # fmt: skip


@lru_cache(maxsize=64)
def _kernel(spread: float, tail: float) -> Numbers:
    """Return the matrix that spreads weights over abilities in a pause: some standard deviation, and a broad tail."""
    away = GRID[:, None] - GRID[None, :]
    near = np.eye(len(GRID)) if not spread else _normal(np.exp(-0.5 * (away / spread) ** 2))
    return (1 - tail) * near + tail * _normal(np.exp(-0.5 * (away / FAR) ** 2) + 0.02)


def _normal(kernel: Numbers) -> Numbers:
    rows: Numbers = kernel / kernel.sum(1, keepdims=True)
    return rows


def _logistic(x: Numbers) -> Numbers:
    curve: Numbers = 0.5 * (1 + np.tanh(0.5 * x))
    return curve


def whole(packed: bytes) -> bool:
    """Tell whether these bytes are weights of this version."""
    if len(packed) != 2 * SHAPE[0] * SHAPE[1]:
        return False
    codes = np.frombuffer(packed, "<u2")
    return bool(codes.max() == LEVELS) and isfinite(float(codes.sum()))
