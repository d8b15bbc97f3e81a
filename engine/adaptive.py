"""Keep this hand's success in the band: choose the difficulty of each trial, and say why.

A belief is a posterior over hypotheses about the hand (``engine.posterior``), which learns from hits and misses and
from margins: at which difficulty would this very performance just have passed? The difficulty with the most mass of
success inside the band is played, falling fast and rising gently. Values in, values out: no clock, no file, no chance.
"""

import json
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property, lru_cache
from math import exp, isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any

from engine.level import EASIEST, HARDEST

# The numerics are imported where they are first needed, so that the program starts quickly.
if TYPE_CHECKING:
    from engine import posterior

VERSION = 2
CENTRE, SPREAD, EXPECTED_SPREAD = 45.0, 30.0, 10.0
RISE, FALL, EARLY_RISE, EARLY = 4.0, 14.0, 14.0, 8
RESCUE, MISSES = 6.0, 3
REMEMBERED = 10
COARSE = 2.0
GAIN, KEPT, MOST_BEYOND = 0.025, 0.995, 1.5
FARTHEST = (-40.0, 140.0)


@dataclass(frozen=True, slots=True)
class Aim:
    """What the program asks: the band of success, the fence of difficulty, the chance of a lucky hit.

    ``rungs`` are the only difficulties there are, where there are only some; ``None`` is any difficulty.
    """

    band: tuple[float, float] = (0.70, 0.85)
    fence: tuple[float, float] = (EASIEST, HARDEST)
    rungs: tuple[float, ...] | None = None
    guess: float = 0.02

    def __post_init__(self) -> None:
        """Refuse a band or a fence that is upside down, outside its scale, or without a difficulty in it."""
        for name in ("band", "fence", "rungs"):
            if isinstance(getattr(self, name), list):
                object.__setattr__(self, name, tuple(getattr(self, name)))
        if not (_is_pair(self.band) and 0.0 < self.band[0] < self.band[1] < 1.0):
            raise ValueError(f"band: must be low < high inside 0..1, not {self.band}")
        if not (_is_pair(self.fence) and EASIEST <= self.fence[0] <= self.fence[1] <= HARDEST):
            raise ValueError(f"fence: must be low <= high inside 0..100, not {self.fence}")
        if not (_is_number(self.guess) and 0.0 <= self.guess < self.band[0]):
            raise ValueError(f"guess: must lie in 0..1 and below the band, not {self.guess}")
        if self.rungs is not None:
            self._check_rungs(self.rungs)

    def _check_rungs(self, rungs: Any) -> None:
        if not (isinstance(rungs, tuple) and all(_is_number(r) and EASIEST <= r <= HARDEST for r in rungs)):
            raise ValueError(f"rungs: must be difficulties inside 0..100, not {rungs}")
        if not any(self.fence[0] <= rung <= self.fence[1] for rung in rungs):
            raise ValueError(f"fence: none of the rungs lies inside {self.fence}")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the difficulty is what it is: a key of the texts, with values."""

    key: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Belief:
    """What is thought of this hand at this game.

    ``packed`` are the weights (``engine.posterior.pack``). ``played`` is the last difficulty; ``recent`` its last hits
    (1) and misses (0), ``could`` its last just-passed difficulties; ``effort`` 0..1 how much it did since it was
    rested; ``away`` the minutes of the pause since the last trial; ``beyond`` the logits by which success exceeds what
    margins promise; ``steady`` counts good stretches without a clock (``engine.gate``); ``seen`` is what margins were
    like.
    """

    packed: bytes
    played: float | None = None
    recent: str = ""
    could: tuple[float, ...] = ()
    trials: int = 0
    effort: float = 0.0
    away: float = 0.0
    beyond: float = 0.0
    steady: int = 0
    assessed: bool = False
    seen: tuple[float, float, int, float, float] = field(default=(50.0, 900.0, 0, 0.0, 0.0))

    @cached_property
    def _table(self) -> "posterior.Table":
        from engine import posterior

        return posterior.unpack(self.packed)

    @property
    def summary(self) -> "posterior.Summary":
        """Return ability and its spread, the slope, how likely the hand tires, and how much margins are trusted."""
        from engine import posterior

        return posterior.summary(self._table, self._moved)

    @property
    def ability(self) -> float:
        """Return the mean of the posterior of the ability of the moment, on the difficulty scale."""
        return self.summary.ability

    @cached_property
    def _moved(self) -> "posterior.Numbers":
        from engine import posterior

        return posterior.shift(self._table, self.trials, self.effort)

    def to_json(self) -> str:
        """Return the belief as a small JSON text, a readable summary first."""
        row = {"version": VERSION, **asdict(self.summary)}
        row |= {name: getattr(self, name) for name in NAMES}
        return json.dumps(row | {"weights": _written(self.packed)}, separators=(",", ":"))

    @staticmethod
    def from_json(text: str) -> "Belief":
        """Return the belief that ``to_json`` wrote, of this or an older version; else raise ``ValueError``."""
        try:
            row = json.loads(text)
            version = row["version"]
            if not isinstance(version, int) or version < 1:
                raise ValueError(f"version {version}")
            if version <= VERSION:
                return _read_first(row) if version == 1 else _read(row)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError) as error:
            raise ValueError(f"belief: is damaged: {error}") from None
        raise ValueError("belief: was written by a newer program; please update")


NAMES = ("played", "recent", "could", "trials", "effort", "away", "beyond", "steady", "assessed", "seen")


@dataclass(frozen=True, slots=True)
class Choice:
    """The difficulty to play, the success that is expected there with its 90 % interval, and why."""

    difficulty: float
    predicted: float
    low: float
    high: float
    reason: Reason


def start(aim: Aim, expected: float | None = None, spread: float | None = None) -> Belief:
    """Return the belief before the first trial.

    ``expected`` is the ability that an assessment suggests, on the difficulty scale, and ``spread`` the standard
    deviation of that guess; without an assessment the belief is wide, and the first trials climb from easy.
    """
    centre = CENTRE if expected is None else min(max(_checked("expected", expected), FARTHEST[0]), FARTHEST[1])
    width = (SPREAD if expected is None else EXPECTED_SPREAD) if spread is None else _checked("spread", spread)
    if width <= 0:
        raise ValueError(f"spread: must be above 0, not {spread}")
    return Belief(_start(centre, width), assessed=expected is not None)


def choose(belief: Belief, aim: Aim) -> Choice:
    """Return the difficulty with the most posterior mass of success inside the band, and why."""
    from engine import posterior

    table, moved = belief._table, belief._moved
    allowed, bound = _allowed(belief, aim)
    difficulty = _best(belief, aim, allowed)
    cells = posterior.chances(table, difficulty, aim.guess, moved)
    predicted, low, high = (_moved_by(p, belief.beyond) for p in posterior.interval(table, cells))
    low, high, predicted = round(low, 4), round(high, 4), round(predicted, 4)
    return Choice(difficulty, min(max(predicted, low), high), low, high, _why(belief, difficulty, bound, aim))


def learn(
    belief: Belief, aim: Aim, difficulty: float, hit: bool, passed: float | None = None, censored: bool = False
) -> Belief:
    """Return the belief after a trial at ``difficulty``.

    ``passed`` is the just-passed difficulty, on the scale or beyond its ends, ``None`` where nothing but hit or miss
    is known. ``censored`` says that the performance ended at a limit: a hit could have done ``passed`` or more, a miss
    ``passed`` at most. At the ends of the scale that is always so.
    """
    from engine import posterior

    if not EASIEST <= _checked("difficulty", difficulty) <= HARDEST:
        raise ValueError(f"difficulty: must lie in 0..100, not {difficulty}")
    margin = None if passed is None else min(max(_checked("passed", passed), FARTHEST[0]), FARTHEST[1])
    hit = bool(hit)
    censored = censored or margin == (HARDEST if hit else EASIEST)
    if margin is not None and censored:
        margin = max(margin, difficulty) if hit else min(margin, difficulty)
    before = posterior.Seen(*belief.seen)
    table = posterior.weighed(belief._table, belief._moved, difficulty, hit, aim.guess, margin, censored, before)
    after = before if margin is None else posterior.seen(before, margin, difficulty)
    could = belief.could if margin is None else (*belief.could, round(margin, 1))[-REMEMBERED:]
    return Belief(
        posterior.pack(posterior.walked(table)),
        played=float(difficulty),
        recent=(belief.recent + ("1" if hit else "0"))[-REMEMBERED:],
        could=could,
        trials=belief.trials + 1,
        effort=round(belief.effort + (1 - belief.effort) / posterior.TIRING_TRIALS, 6),
        beyond=_beyond(belief, aim, difficulty, hit),
        steady=belief.steady,
        assessed=belief.assessed,
        seen=(after.mean, after.variance, after.n, after.last, after.off),
    )


def _beyond(belief: Belief, aim: Aim, difficulty: float, hit: bool) -> float:
    """Return, in logits, how far success goes beyond what trusted margins promise: hits have the last word.

    Where margins are believed, they alone move the ability; so their promise is held against the hits, slowly.
    """
    if not belief.seen[2]:
        return 0.0
    from engine import posterior

    chance = posterior.chances(belief._table, difficulty, aim.guess, belief._moved)
    promised = _moved_by(float((belief._table.weights * chance).sum()), belief.beyond)
    moved = belief.beyond * KEPT + GAIN * belief.summary.margins * (hit - promised)
    return round(min(max(moved, -MOST_BEYOND), MOST_BEYOND), 4)


def rest(belief: Belief, aim: Aim, minutes: float) -> Belief:
    """Return the belief after a pause, a night or a fortnight: the hand is rested, and less is known of it."""
    from engine import posterior

    if _checked("minutes", minutes) < 0:
        raise ValueError(f"minutes: must not be negative, not {minutes}")
    if not minutes:
        return belief
    return replace(
        belief,
        packed=posterior.pack(posterior.rested(belief._table, minutes)),
        effort=posterior.recovered(belief.effort, minutes),
        away=round(belief.away + minutes, 3),
    )


def misses_running(belief: Belief) -> int:
    """Return how many misses the recent trials end in."""
    return len(belief.recent) - len(belief.recent.rstrip("0"))


def _allowed(belief: Belief, aim: Aim) -> tuple["posterior.Numbers", str]:
    """Return the difficulties that may be played now, and which rule bounds them.

    Inside the fence always; from the last difficulty on a bounded rise, none after a miss; at once easier after three
    misses running. Without an assessment the first trial is the easiest there is, and the next ones climb in big steps.
    """
    every, was = _candidates(aim), belief.played
    if was is None:
        return (every if belief.assessed else every[:1]), "first"
    most, least, bound = was + _rise(belief), was - FALL, ""
    above = every[every > was]
    if len(above) and aim.rungs is not None:
        most = max(most, float(above[0]))
    running = misses_running(belief)
    if running and running % MISSES == 0:
        most, bound = was - RESCUE, "rescue"
        least = min(least, most)
    elif running:
        most = was
    fit = every[(every <= most) & (every >= least)]
    if not len(fit):
        below = every[every <= most]
        fit = below[-1:] if len(below) else every[:1]
    return fit, bound


def _best(belief: Belief, aim: Aim, allowed: "posterior.Numbers") -> float:
    """Return the difficulty with the most mass inside the band, or the allowed one that is nearest to it.

    It is looked for on the whole scale: inside a narrow fence a little doubt must not outweigh what is likely.
    """
    import numpy as np

    coarse = np.arange(EASIEST, HARDEST + 1, COARSE)
    near = float(coarse[int(_mass(belief, aim, coarse).argmax())])
    if near >= allowed[-1] + COARSE:
        return float(allowed[-1])
    if near <= allowed[0] - COARSE:
        return float(allowed[0])
    close = allowed[abs(allowed - near) <= COARSE]
    if not len(close):
        return float(allowed[int(abs(allowed - near).argmin())])
    return float(close[int(_mass(belief, aim, close).argmax())])


def _mass(belief: Belief, aim: Aim, difficulties: "posterior.Numbers") -> "posterior.Numbers":
    from engine import posterior

    band = (_moved_by(aim.band[0], -belief.beyond), _moved_by(aim.band[1], -belief.beyond))
    wary = belief.seen[2] > 0  # hits alone tell so little that being wary of "too hard" ends too easy
    mass = posterior.in_band(belief._table, belief._moved, band, aim.guess, difficulties, wary)
    return mass.round(6)


def _moved_by(chance: float, logits: float) -> float:
    """Return the chance whose log odds are ``logits`` higher."""
    inner = min(max(chance, 1e-6), 1 - 1e-6)
    odds = inner / (1 - inner) * exp(logits)
    return odds / (1 + odds) if logits else chance


def _rise(belief: Belief) -> float:
    return EARLY_RISE if belief.trials < EARLY else RISE


@lru_cache(maxsize=32)
def _candidates(aim: Aim) -> "posterior.Numbers":
    import numpy as np

    low, high = aim.fence
    some = (0.5 * half for half in range(round(2 * HARDEST) + 1)) if aim.rungs is None else aim.rungs
    inside = {float(d) for d in some if low <= d <= high} | (set(aim.fence) if aim.rungs is None else set())
    return np.array(sorted(inside))


def _why(belief: Belief, difficulty: float, bound: str, aim: Aim) -> Reason:
    was, to = belief.played, f"{difficulty:g}"
    if was is None:
        return Reason("reason.assessed" if belief.assessed else "reason.first", (("to", to),))
    values = (
        ("from", f"{was:g}"), ("to", to), ("hits", str(belief.recent.count("1"))), ("of", str(len(belief.recent))),
    )  # fmt: skip
    every = _candidates(aim)
    if bound == "rescue" and difficulty < was:
        return Reason("reason.rescue", values)
    if difficulty >= every[-1]:
        return Reason("reason.ceiling", values)
    if difficulty <= every[0]:
        return Reason("reason.floor", values)
    if abs(difficulty - was) < 0.5:
        return Reason("reason.same", values)
    if difficulty > was:
        return _why_up(belief, difficulty, values)
    return _why_down(belief, aim, values)


def _why_up(belief: Belief, difficulty: float, values: tuple[tuple[str, str], ...]) -> Reason:
    could = sum(one >= difficulty for one in belief.could)
    if len(belief.could) >= 4 and could > len(belief.could) / 2 and belief.summary.margins >= 0.5:
        return Reason("reason.margin", (*values[:2], ("share", str(could)), ("of", str(len(belief.could)))))
    return Reason("reason.up", values)


def _why_down(belief: Belief, aim: Aim, values: tuple[tuple[str, str], ...]) -> Reason:
    days = int(belief.away // 1440)
    if days >= 1:
        return Reason("reason.after-rest", (*values[:2], ("days", str(days))))
    if belief.recent.endswith("1") and belief.effort > 0.5 and belief.summary.tires > 0.6:
        return Reason("reason.tired", values[:2])
    if belief.recent.endswith("0") and belief.recent.count("1") >= aim.band[0] * len(belief.recent):
        return Reason("reason.hard", values[:2])
    return Reason("reason.down", values)


@lru_cache(maxsize=8)
def _start(centre: float, width: float) -> bytes:
    from engine import posterior

    return posterior.pack(posterior.prior(centre, width))


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def _written(packed: bytes) -> list[str]:
    """Return each row of the weights as text: the first cell that is not empty, a colon, then two letters a cell."""
    import numpy as np

    from engine.posterior import SHAPE

    codes = np.frombuffer(packed, "<u2").reshape(SHAPE)
    letters = np.frombuffer(ALPHABET.encode(), "u1")
    text = np.stack([letters[codes >> 6], letters[codes & 63]], axis=2).tobytes().decode()
    rows = []
    for n, row in enumerate(codes):
        filled = row.nonzero()[0]
        first, last = (int(filled[0]), int(filled[-1]) + 1) if len(filled) else (0, 0)
        at = 2 * n * SHAPE[1]
        rows.append(f"{first}:{text[at + 2 * first : at + 2 * last]}" if last else "")
    return rows


def _read(row: dict[str, Any]) -> Belief:
    """Return the belief of this version's plain values."""
    numbers = [
        float(value)
        for value in (*row["could"], *row["seen"], row["effort"], row["away"], row["beyond"], row["trials"])
    ]
    if row["played"] is not None:
        numbers.append(float(row["played"]))
    if not all(isfinite(value) for value in numbers) or set(row["recent"]) - {"0", "1"} or row["trials"] < 0:
        raise ValueError("a value is not one of a belief")
    mean, variance, n, last, off = row["seen"]
    return Belief(
        _read_weights(row["weights"]),
        played=row["played"],
        recent=row["recent"],
        could=tuple(row["could"]),
        trials=int(row["trials"]),
        effort=row["effort"],
        away=row["away"],
        beyond=row["beyond"],
        steady=int(row["steady"]),
        assessed=bool(row["assessed"]),
        seen=(mean, variance, int(n), last, off),
    )


def _read_weights(rows: Any) -> bytes:
    import numpy as np

    from engine.posterior import SHAPE, whole

    codes = np.zeros(SHAPE, "<u2")
    if not isinstance(rows, list) or len(rows) != len(codes):
        raise ValueError("its weights are not those of a belief")
    for n, row in enumerate(rows):
        first, _, cells = row.partition(":")
        numbers = [ALPHABET.index(a) * 64 + ALPHABET.index(b) for a, b in zip(cells[::2], cells[1::2], strict=True)]
        at = int(first or 0)
        if at < 0 or at + len(numbers) > SHAPE[1]:
            raise ValueError("its weights are not those of a belief")
        codes[n, at : at + len(numbers)] = numbers
    packed = codes.tobytes()
    if not whole(packed):
        raise ValueError("its weights are not those of a belief")
    return packed


def _read_first(row: dict[str, Any]) -> Belief:
    """Return a belief of version 1: only a posterior over ability, on a grid of its own."""
    weights = [float(weight) for weight in row["weights"]]
    if len(weights) != 91 or not all(weight >= 0 for weight in weights) or abs(sum(weights) - 1) > 1e-6:
        raise ValueError("its weights are not those of a belief")
    centre = sum(weight * (-40.0 + 2.0 * k) for k, weight in enumerate(weights))
    spread = sum(weight * (-40.0 + 2.0 * k - centre) ** 2 for k, weight in enumerate(weights)) ** 0.5
    played = None if row["played"] is None else min(max(_checked("played", row["played"]), EASIEST), HARDEST)
    recent = "".join(mark for mark in row["recent"] if mark in "01")[-REMEMBERED:]
    return Belief(
        _start(round(centre, 1), round(max(spread, 5.0), 1)),
        played=played, recent=recent, trials=int(row["trials"]), assessed=bool(row["assessed"]),
    )  # fmt: skip


def _is_pair(value: object) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and all(_is_number(one) for one in value)


def _is_number(value: object) -> bool:
    try:
        return isinstance(value, Real) and isfinite(float(value))
    except OverflowError:  # a whole number that is too large to reckon with
        return False


def _checked(name: str, value: float) -> float:
    if not _is_number(value):
        raise ValueError(f"{name}: must be a number, not {value}")
    return float(value)
