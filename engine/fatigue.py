"""See tiredness in performance: tries that take longer than this hand's own best ones, twice running.

Success says nothing here, since the difficulty follows the hand; how long a try takes, for its difficulty, does.
Times spread in proportion to their size, so everything goes by their logarithms (Accot & Zhai 1997 for a + b * index;
Gamma and lognormal spreads of steering times: Yamanaka & Usuba 2021).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log, sqrt
from statistics import fmean, median

# The rule's error rates, simulated over 100 tries in blocks of 10 with the spread (CV) of a try known: of hands that do
# not tire 0 to 1.7 in a hundred are flagged at up to 25 %; of those that lose 30 % over the last 60 tries 100, 97, 80
# and 55 in a hundred at 10, 15, 20 and 25 %. With the spread seen in the tries themselves it is much the same where
# speeds spread evenly; where durations are lognormal up to 3.5 in a hundred are flagged at 25 %, and 65 are caught.
# A fixed 15 % would flag four hands in ten that do not tire.
BLOCK, BLOCKS, RUNNING = 10, 3, 2
MARGIN, LEAST, MOST = 0.03, 0.15, 0.28
FEWEST, SPREAD = 8, 0.10
GROWTH = 3.0
FASTEST_S, SLOWEST_S, FARTHEST = 0.01, 3600.0, 1e6  # what is beyond is no try

Try = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Fatigue:
    """What a session's tries of one game say.

    ``flag`` is tiredness now, in the last two blocks; ``fade`` 0..1 how much was lost (0.5 at the threshold), which
    makes rests longer; ``theta`` the share of the best block that may be lost; ``blocks`` the speed of each whole
    block, 1 as usual for its difficulty.
    """

    flag: bool = False
    fade: float = 0.0
    theta: float = LEAST
    blocks: tuple[float, ...] = ()


def judge(trials: Sequence[Try]) -> Fatigue:
    """Judge the tries of one game in one session, in order: (duration in seconds, index of difficulty) each.

    Only hits and misses that were tried belong in here, no omissions. Nothing is said before three whole blocks of ten.
    """
    tries = [(s, index) for s, index in trials if FASTEST_S <= s <= SLOWEST_S and abs(index) <= FARTHEST]
    slowness = _slowness(tries)
    whole = len(slowness) // BLOCK * BLOCK
    rows = [slowness[n : n + BLOCK] for n in range(0, whole, BLOCK)]
    blocks = tuple(round(exp(-median(row)), 4) for row in rows)
    theta = min(MOST, max(LEAST, _spread(rows) + MARGIN)) if rows else LEAST
    if len(blocks) < BLOCKS:
        return Fatigue(theta=round(theta, 4), blocks=blocks)
    lost = [1 - blocks[n] / max(blocks[:n]) for n in range(len(blocks) - RUNNING, len(blocks))]
    flag = all(share > theta for share in lost)
    return Fatigue(flag, round(_clipped(fmean(lost) / theta - 0.5), 4), round(theta, 4), blocks)


def rest_s(usual_s: float, fade: float) -> float:
    """Return how long a rest of ``usual_s`` seconds becomes with ``fade``: up to three times as long."""
    return usual_s * (1 + (GROWTH - 1) * _clipped(fade))


def _slowness(tries: Sequence[Try]) -> list[float]:
    """Return the logarithm of each duration over what this hand takes for that difficulty, as far as that is known."""
    if not tries:
        return []
    line = _line(tries)
    if line is None:
        middle = log(median(s for s, _ in tries))
        return [log(s) - middle for s, _ in tries]
    a, b = line
    least = 0.1 * median(s for s, _ in tries)
    return [log(s / max(least, a + b * index)) for s, index in tries]


def _line(tries: Sequence[Try]) -> tuple[float, float] | None:
    """Return a and b of duration = a + b * index; ``None`` without enough tries of different difficulty.

    The spread of a duration grows with it, so a second fit weighs each try by what the first expects of it. A line that
    falls is none: it would explain tiredness away where the difficulty was lowered.
    """
    indices = [index for _, index in tries]
    top = max(abs(index) for index in indices)
    if len(tries) < FEWEST or max(indices) - min(indices) <= SPREAD * top:
        return None
    weights = [1.0] * len(tries)
    a = b = 0.0
    for _ in range(2):
        total = sum(weights)
        x = sum(w * index for w, index in zip(weights, indices, strict=True)) / total
        y = sum(w * s for w, (s, _) in zip(weights, tries, strict=True)) / total
        across = sum(w * (index - x) ** 2 for w, index in zip(weights, indices, strict=True))
        if across <= 0:
            return None
        b = sum(w * (index - x) * (s - y) for w, (s, index) in zip(weights, tries, strict=True)) / across
        a = y - b * x
        weights = [1 / max(0.1 * y, a + b * index) ** 2 for index in indices]
    return (a, b) if b > 0 else None


def _spread(rows: Sequence[Sequence[float]]) -> float:
    """Return the coefficient of variation of a try, from neighbours in a block, so that no trend is in it."""
    steps = [(b - a) ** 2 for row in rows for a, b in pairwise(row)]
    return sqrt(max(0.0, exp(fmean(steps) / 2) - 1)) if steps else 0.0


def _clipped(share: float) -> float:
    return min(1.0, max(0.0, share))
