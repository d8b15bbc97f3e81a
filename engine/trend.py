"""Tell a change from a hand's own variation, and notice that little has changed: rules of known error rates.

What is told here is observed, never judged: why a value changed, nobody knows. ``benchmarks/error_rates.py`` measures
how often each rule errs; docs/progress.md has the table.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, fsum, isfinite, pi, sin, sqrt, tan
from statistics import median
from typing import Literal

from engine.measures import mann_kendall, theil_sen

# Chosen from a simulated table: the hand is worth 1 - 0.5 exp(-session / 8), its sessions vary by 5, 10 or 15 %.
# Ten sessions and 5 %: the rule speaks too early (before 80 % of the gain) in 0, 0.3 and 1.7 % of such hands, and by
# the median at session 26, 23 and 22, when about 95 % of the gain is reached. Eight sessions and 5 % are too early in
# 0, 6 and 13.3 %, six in 6, 24.7 and 43.3 %; twelve speak three sessions later. Ten sessions and 10 % speak two to
# four sessions sooner, but call a gain of 8 % little.
WINDOW, LEAST = 10, 0.05
RUNNING = 2
# A hand that does not change loses 5 % over ten sessions by chance alone in a fifth to two fifths of all looks, so that
# only a trend that Mann-Kendall sees as well, in both windows, is called one that went down: 0.8 % of the looks.
SIGNIFICANT = 1.96
BASELINE, CONFIDENT = 5, 0.975

Better = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Plateau:
    """Little was gained over the last ``sessions``.

    ``gain`` is what the trend gained over them, as a share of their median; it can be negative. ``lower`` says that
    it went the other way by more than what counts as little, and by more than chance does (Mann-Kendall).
    """

    sessions: int
    gain: float
    lower: bool = False


def pieces(keys: Sequence[Hashable]) -> tuple[range, ...]:
    """Return the runs of equal ``keys``, as ranges of their indices.

    A trend, and a line in a chart, may only go through one piece: what was measured by another device, calibration,
    rate or filter, or with another aid on the hand (``engine.source.Source.comparable``), is another measure.
    """
    starts = [n for n, key in enumerate(keys) if n == 0 or key != keys[n - 1]]
    return tuple(range(a, b) for a, b in pairwise([*starts, len(keys)]))


def plateau(
    values: Sequence[float], window: int = WINDOW, least: float = LEAST, better: Better = "higher"
) -> Plateau | None:
    """Return the plateau that ``values``, one a session and newest last, now end in, or ``None``.

    There is one where the Theil-Sen trend gained less than ``least`` of the median over the last ``window`` sessions,
    and over those that ended one session earlier as well; where ``lower`` is better, to fall is to gain. ``None`` as
    well while there are too few sessions, and where a median is not above 0, since a share of it would mean nothing.
    Raise ``ValueError`` for an impossible window, least or value.
    """
    if window < 2 or not least > 0:
        raise ValueError(f"window, least: must be at least 2 and above 0, not {window} and {least}")
    _check(values)
    if len(values) < window + RUNNING - 1:
        return None
    way = 1 if better == "higher" else -1
    windows = [values[len(values) - window - back : len(values) - back] for back in range(RUNNING)]
    gains = [_gain(rows, way) for rows in windows]
    if any(gain is None or gain >= least for gain in gains) or gains[0] is None:
        return None
    lost = gains[0] < -least and all(way * z < -SIGNIFICANT for z in map(_z, windows))
    return Plateau(window, round(gains[0], 4), lower=lost)


def _gain(values: Sequence[float], way: int) -> float | None:
    middle = median(values)
    return way * theil_sen(values) * len(values) / middle if middle > 0 else None


def _z(values: Sequence[float]) -> float:
    found = mann_kendall(values)
    return found.z if found else 0.0


# --- a change, and what this hand varies by -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Published:
    """The smallest change that could be detected in a published study.

    ``share`` is of the value, ``among`` the people who were measured, ``source`` where it stands. They did not play
    these games: it is a second gate beside a hand's own limit, never the only one.
    """

    share: float
    among: str
    source: str


PUBLISHED: dict[str, Published] = {
    "trace accuracy": Published(
        0.38, "mixed neurological and healthy, on a tablet; 14 to 38 %", "doi:10.1080/09638288.2020.1800838"
    ),
    "sparc": Published(0.35, "neurological, virtual peg test (34.7 %)", "doi:10.1186/s12984-020-00748-5"),
    "ldlj": Published(0.30, "neurological, virtual peg test (23.3 and 28.6 %)", "doi:10.1186/s12984-020-00748-5"),
    "path length ratio": Published(
        0.54, "neurological, virtual peg test (52.2 and 54.1 %)", "doi:10.1186/s12984-020-00748-5"
    ),
    "steadiness": Published(0.18, "older adults, at 10 % of their maximum (17.9 %)", "doi:10.1186/s12891-018-2015-9"),
    "throughput": Published(0.39, "stroke, reaching, trunk corrected", "doi:10.1177/15459683221143462"),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure that progress is seen by.

    ``name`` is its key among a trial's measures, ``words`` the key of its name in the texts. ``better`` says which way
    is aimed for. Without ``alarms`` it is only shown. A ``coarse`` one takes few different values a trial, so that the
    mean of a probe says more than the median.
    """

    name: str
    words: str
    unit: str
    better: Better
    published: Published | None = None
    alarms: bool = True
    coarse: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """What one more value of this hand lies within in 95 of 100 cases, as far as ``n`` values can tell.

    ``mean`` and ``sd`` are those of the values, ``reach`` is how far from the mean the limit lies.
    """

    n: int
    mean: float
    sd: float
    reach: float

    @property
    def low(self) -> float:
        """Return the lower end."""
        return self.mean - self.reach

    @property
    def high(self) -> float:
        """Return the upper end."""
        return self.mean + self.reach


def personal_limit(baseline: Sequence[float]) -> Limit | None:
    """Return the limit of real change of a hand with these values: t(.975, n - 1) * sqrt(1 + 1/n) * SD from their mean.

    It is a prediction interval for one more value. ``None`` for fewer than five values, which say too little, and where
    all are equal, which says nothing on how they vary. Raise ``ValueError`` for a value that is not finite.
    """
    _check(baseline)
    n = len(baseline)
    if n < BASELINE or min(baseline) == max(baseline):
        return None
    mean = fsum(baseline) / n
    sd = sqrt(fsum((value - mean) ** 2 for value in baseline) / (n - 1))
    return Limit(n, mean, sd, t_quantile(CONFIDENT, n - 1) * sqrt(1 + 1 / n) * sd)


@dataclass(frozen=True, slots=True)
class Change:
    """How a value stands to a baseline.

    ``kind`` is ``beyond`` where it lies outside the hand's own ``limit`` and, where one is published, the change is
    larger than what is detectable; ``within`` where one of the two gates holds it back, ``not-enough`` without a limit.
    ``by`` is the change, ``share`` its size beside the baseline's mean (``None`` where that is 0), ``better`` whether
    it went the way that is aimed for.
    """

    kind: Literal["not-enough", "within", "beyond"]
    latest: float
    limit: Limit | None = None
    by: float = 0.0
    share: float | None = None
    better: bool = False

    @property
    def is_outside(self) -> bool:
        """Tell whether it lies outside the hand's own limit, whatever is published."""
        return self.limit is not None and abs(self.by) > self.limit.reach


def changed(baseline: Sequence[float], latest: float, measure: Measure) -> Change:
    """Return how ``latest`` stands to the values of ``baseline``; raise ``ValueError`` for one that is not finite."""
    _check([latest])
    limit = personal_limit(baseline)
    if limit is None:
        return Change("not-enough", latest)
    by = latest - limit.mean
    share = abs(by) / abs(limit.mean) if limit.mean else None
    gate = measure.published
    is_large = gate is None or (share is not None and share > gate.share)
    is_beyond = abs(by) > limit.reach and is_large and measure.alarms
    better = by > 0 if measure.better == "higher" else by < 0
    return Change("beyond" if is_beyond else "within", latest, limit, by, share, better)


def t_quantile(share: float, df: int) -> float:
    """Return the value that Student's t with ``df`` degrees of freedom stays below in a ``share`` of cases.

    Found by halving from the exact probability (Abramowitz & Stegun 1964, 26.7.3 and 26.7.4). Raise ``ValueError`` for
    a share that is not between 0 and 1, or fewer than one degree of freedom.
    """
    if not 0 < share < 1 or df < 1:
        raise ValueError(f"share, df: must lie between 0 and 1, and be at least 1, not {share} and {df}")
    wanted, low, high = abs(2 * share - 1), 0.0, pi / 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _inside(middle, df) < wanted else (low, middle)
    return (1 if share >= 0.5 else -1) * sqrt(df) * tan(low)


def _inside(angle: float, df: int) -> float:
    """Return how likely t lies within sqrt(df) * tan(``angle``) on both sides of 0."""
    term, total = (cos(angle) if df % 2 else 1.0), 0.0
    for k in range(df % 2, df - 1, 2):
        total += term
        term *= cos(angle) ** 2 * (k + 1) / (k + 2)
    return 2 / pi * (angle + sin(angle) * total) if df % 2 else sin(angle) * total


def _check(values: Sequence[float]) -> None:
    if not all(isfinite(value) for value in values):
        raise ValueError("values: must be finite numbers")
