"""Keep this hand's success in the band: choose the difficulty of each trial, and say why.

The belief is a posterior over the hand's ability on a grid of the difficulty scale, with a logistic chance of
success (Prins 2013): p(d) = guess + (1 - guess - lapse) / (1 + exp((d - ability) / width)). After each trial it
is multiplied by the likelihood and spread a little, because hands change. The difficulty with the most
posterior mass of success inside the band is played, falling fast and rising gently.
"""

import json
from dataclasses import asdict, dataclass, replace
from math import exp, fsum, isfinite, log

from engine.level import EASIEST, HARDEST

VERSION = 1
PLACES = 9
STEP = 2.0
GRID = tuple(-40.0 + STEP * k for k in range(91))
WIDTH = 8.0
LAPSE = 0.04
DRIFT = 0.06
JUMP = 0.004
RISE, FALL, EARLY_RISE, EARLY = 4.0, 12.0, 14.0, 8


@dataclass(frozen=True, slots=True)
class Aim:
    """What the program asks: the band of success, the fence of difficulty, the chance of a lucky hit."""

    band: tuple[float, float] = (0.70, 0.85)
    fence: tuple[float, float] = (EASIEST, HARDEST)
    guess: float = 0.02

    def __post_init__(self) -> None:
        """Refuse a band or a fence that is upside down or outside its scale."""
        if not (_is_pair(self.band) and 0.0 < self.band[0] < self.band[1] < 1.0):
            raise ValueError(f"band: must be low < high inside 0..1, not {self.band}")
        if not (_is_pair(self.fence) and EASIEST <= self.fence[0] <= self.fence[1] <= HARDEST):
            raise ValueError(f"fence: must be low <= high inside 0..100, not {self.fence}")
        if not 0.0 <= self.guess < self.band[0]:
            raise ValueError(f"guess: must lie below the band, not {self.guess}")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the difficulty is what it is: a key of the texts, with values."""

    key: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Belief:
    """What is thought of this hand at this game: weights on ``GRID``, and the recent trials."""

    weights: tuple[float, ...]
    played: float | None = None
    recent: str = ""
    trials: int = 0
    assessed: bool = False

    @property
    def ability(self) -> float:
        """Return the mean of the posterior, on the difficulty scale."""
        return fsum(w * a for w, a in zip(self.weights, GRID, strict=True))

    def to_json(self) -> str:
        """Return the belief as a small JSON text, a readable summary first."""
        row = {"version": VERSION, "ability": round(self.ability, 1), **asdict(self)}
        return json.dumps(row, separators=(",", ":"))

    @staticmethod
    def from_json(text: str) -> "Belief":
        """Return the belief that ``to_json`` wrote; a damaged or newer one raises ``ValueError``."""
        try:
            row = json.loads(text)
            newer = row["version"] > VERSION
            belief = Belief(tuple(row["weights"]), row["played"], row["recent"], row["trials"], row["assessed"])
            whole = len(belief.weights) == len(GRID) and abs(fsum(belief.weights) - 1.0) < 1e-6
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"belief: is damaged: {error}") from None
        if newer:
            raise ValueError("belief: was written by a newer program")
        if not whole:
            raise ValueError("belief: is damaged: its weights are not those of a belief")
        return belief


@dataclass(frozen=True, slots=True)
class Choice:
    """The difficulty to play, the success that is expected there with its 90 % interval, and why."""

    difficulty: float
    predicted: float
    low: float
    high: float
    reason: Reason


def success(ability: float, difficulty: float, guess: float) -> float:
    """Return the chance that a hand of ``ability`` passes ``difficulty``."""
    return guess + (1.0 - guess - LAPSE) / (1.0 + exp((difficulty - ability) / WIDTH))


def start(aim: Aim, expected: float | None = None, spread: float | None = None) -> Belief:
    """Return the belief before the first trial: ``expected`` ability and its ``spread``, or easy and wide."""
    centre = 25.0 if expected is None else _checked("expected", expected)
    width = 30.0 if spread is None else _checked("spread", spread)
    if width <= 0:
        raise ValueError(f"spread: must be above 0, not {spread}")
    weights = _normal([exp(-0.5 * ((a - centre) / width) ** 2) + 1e-3 for a in GRID])
    return Belief(weights, assessed=expected is not None)


def choose(belief: Belief, aim: Aim) -> Choice:
    """Return the difficulty with the most posterior mass of success inside the band, and why."""
    low, high = (_ability_margin(p, aim) for p in aim.band)
    best = max(_candidates(aim), key=lambda d: (round(_mass(belief, d + low, d + high), 9), -d))
    difficulty, bound = _bounded(belief, best, aim)
    chances = [success(a, difficulty, aim.guess) for a in GRID]
    predicted = fsum(w * p for w, p in zip(belief.weights, chances, strict=True))
    spread = sorted(zip(chances, belief.weights, strict=True))
    return Choice(difficulty, round(predicted, 4), _cut(spread, 0.05), _cut(spread, 0.95),
                  _why(belief, difficulty, bound, aim))  # fmt: skip


def learn(belief: Belief, aim: Aim, difficulty: float, hit: bool) -> Belief:
    """Return the belief after a trial at ``difficulty``."""
    if not EASIEST <= _checked("difficulty", difficulty) <= HARDEST:
        raise ValueError(f"difficulty: must lie in 0..100, not {difficulty}")
    chances = (success(a, difficulty, aim.guess) for a in GRID)
    posterior = [w * (p if hit else 1.0 - p) for w, p in zip(belief.weights, chances, strict=True)]
    spread = _mixed(_spread(_normal(posterior), DRIFT), JUMP)
    recent = (belief.recent + ("1" if hit else "0"))[-10:]
    return Belief(spread, difficulty, recent, belief.trials + 1, belief.assessed)


def rest(belief: Belief, aim: Aim, minutes: float) -> Belief:
    """Return the belief after a pause: the longer it was, the less is known."""
    if _checked("minutes", minutes) < 0:
        raise ValueError(f"minutes: must not be negative, not {minutes}")
    if minutes < 60:
        return belief
    weights = belief.weights
    for _ in range(4):
        weights = _spread(weights, 0.30)
    return replace(belief, weights=_mixed(weights, 0.05))


def misses_running(belief: Belief) -> int:
    """Return how many misses the recent trials end in."""
    return len(belief.recent) - len(belief.recent.rstrip("0"))


def _bounded(belief: Belief, wanted: float, aim: Aim) -> tuple[float, str]:
    """Rise gently, fall fast, ease at once after three misses running, and stay inside the fence.

    Without an assessment the first trial is the easiest there is, and the next ones climb in big steps.
    """
    low, high = aim.fence
    was = belief.played
    if was is None:
        return (min(max(wanted, low), high) if belief.assessed else low), "first"
    bound = ""
    rise = EARLY_RISE if belief.trials < EARLY else RISE
    if misses_running(belief) >= 3 and misses_running(belief) % 3 == 0:
        wanted, bound = min(wanted, was - 6.0), "rescue"
    elif belief.recent.endswith("0"):
        wanted = min(wanted, was)
    wanted = max(min(wanted, was + rise), was - FALL)
    return min(max(round(wanted, 2), low), high), bound


def _why(belief: Belief, difficulty: float, bound: str, aim: Aim) -> Reason:
    was = belief.played
    if was is None:
        return Reason("reason.first", (("to", f"{difficulty:.0f}"),))
    values = (
        ("from", f"{was:.0f}"), ("to", f"{difficulty:.0f}"),
        ("hits", str(belief.recent.count("1"))), ("of", str(len(belief.recent))),
    )  # fmt: skip
    if bound == "rescue" and difficulty < was:
        return Reason("reason.rescue", values)
    if difficulty >= aim.fence[1]:
        return Reason("reason.ceiling", values)
    if difficulty <= aim.fence[0]:
        return Reason("reason.floor", values)
    if abs(difficulty - was) < 0.5:
        return Reason("reason.same", values)
    return Reason("reason.up" if difficulty > was else "reason.down", values)


def _candidates(aim: Aim) -> list[float]:
    low, high = aim.fence
    inside = [float(d) for d in range(round(EASIEST), round(HARDEST) + 1) if low <= d <= high]
    return sorted({low, high, *inside})


def _ability_margin(p: float, aim: Aim) -> float:
    """Return by how much ability must exceed difficulty for a chance ``p`` of success."""
    inner = min(max((p - aim.guess) / (1.0 - aim.guess - LAPSE), 1e-6), 1.0 - 1e-6)
    return WIDTH * log(inner / (1.0 - inner))


def _mass(belief: Belief, low: float, high: float) -> float:
    """Return the posterior mass of abilities between ``low`` and ``high``, each grid cell spread over its step."""
    mass = 0.0
    for weight, ability in zip(belief.weights, GRID, strict=True):
        overlap = min(high, ability + STEP / 2) - max(low, ability - STEP / 2)
        if overlap > 0:
            mass += weight * min(overlap, STEP) / STEP
    return mass


def _cut(spread: list[tuple[float, float]], share: float) -> float:
    total = 0.0
    for chance, weight in spread:
        total += weight
        if total >= share:
            return round(chance, 4)
    return round(spread[-1][0], 4)


def _normal(weights: list[float]) -> tuple[float, ...]:
    total = fsum(weights)
    return tuple(round(w / total, PLACES) for w in weights)


def _spread(weights: tuple[float, ...], share: float) -> tuple[float, ...]:
    """Move ``share`` of each weight to its two neighbours; the ends keep what would leave."""
    last = len(weights) - 1
    return tuple(
        round(weights[k] * (1 - share) + share / 2 * (weights[max(k - 1, 0)] + weights[min(k + 1, last)]), PLACES)
        for k in range(last + 1)
    )


def _mixed(weights: tuple[float, ...], share: float) -> tuple[float, ...]:
    """Mix in a little of "it may be anything": a flare-up, a better day."""
    flat = share / len(weights)
    return tuple(round((1 - share) * w + flat, PLACES) for w in weights)


def _is_pair(value: object) -> bool:
    return isinstance(value, tuple) and len(value) == 2


def _checked(name: str, value: float) -> float:
    if not isfinite(value):
        raise ValueError(f"{name}: must be a number, not {value}")
    return value
