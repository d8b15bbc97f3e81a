"""Measure how often the rules of progress and tiredness err; from the repository: python -m benchmarks.error_rates."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, sqrt
from statistics import fmean, median, stdev

import numpy as np

from benchmarks.spread import table
from engine import fatigue, probes, trend
from engine.probes import Observation, Point, Series
from engine.trend import BASELINE, Better, Measure, Published

PLAIN = Measure("value", "measure.error", "", "higher")
SESSIONS, TRIES = 50, 100
HEAD = ("what is simulated", "cases", "claimed", "measured")


@dataclass(frozen=True, slots=True)
class Cell:
    """One number: of what, as it was claimed (empty where nobody did), and as it was measured in ``runs`` cases."""

    what: str
    claimed: str
    measured: float
    runs: int
    share: bool = True

    @property
    def row(self) -> tuple[str, str, str, str]:
        """Return it as a row of the table."""
        return self.what, str(self.runs), self.claimed, f"{self.measured:.3f}" if self.share else f"{self.measured:g}"


# --- one more value beside a baseline -------------------------------------------------------------------


def outside(n: int, shift: float, runs: int, rng: np.random.Generator, textbook: bool = False) -> float:
    """Return how often one more value lies outside the limit of ``n``, of a hand that changed by ``shift`` SD.

    The textbook's limit is 1.96 * sqrt(2) * SD. The program asks for five values at least; the limit itself is tried
    with fewer, as in the claim.
    """
    found = 0
    for row in rng.standard_normal((runs, n + 1)).tolist():
        baseline, latest = row[:n], row[n] + shift
        reach = 1.96 * sqrt(2) * stdev(baseline) if textbook else _reach(baseline)
        found += abs(latest - fmean(baseline)) > reach
    return found / runs


def _reach(baseline: Sequence[float]) -> float:
    limit, n = trend.personal_limit(baseline), len(baseline)
    if limit is not None:
        return limit.reach
    return trend.t_quantile(trend.CONFIDENT, n - 1) * sqrt(1 + 1 / n) * stdev(baseline)


def limits(runs: int) -> list[Cell]:
    """Return the error rates of a limit at one look."""
    rng, cells = np.random.default_rng(1), list[Cell]()
    for n, claimed in ((2, ".052"), (3, ".050"), (4, ".052"), (5, ".049"), (6, ".051")):
        what = f"own limit from {n}: false alarm"
        cells.append(Cell(what, claimed, outside(n, 0.0, runs, rng), runs))
    for n, claimed in ((3, ".314"), (5, ".547")):
        what = f"own limit from {n}: change of 3 SD seen"
        cells.append(Cell(what, claimed, outside(n, 3.0, runs, rng), runs))
    for n, claimed in ((2, ".269"), (3, ".138")):
        what = f"textbook limit from {n}: false alarm"
        cells.append(Cell(what, claimed, outside(n, 0.0, runs, rng, textbook=True), runs))
    return cells


# --- probe after probe ----------------------------------------------------------------------------------


def hand(sessions: int, cv: float, rng: np.random.Generator, shift: float = 0.0, tied: float = 0.0) -> list[float]:
    """Return the probes of a hand of mean 100 and spread ``cv``, by ``shift`` SD higher after its baseline.

    ``tied`` is how much each probe has of the one before (its autocorrelation).
    """
    noise = rng.standard_normal(sessions).tolist()
    for n in range(1, sessions):
        noise[n] = tied * noise[n - 1] + sqrt(1 - tied * tied) * noise[n]
    return [100 * (1 + cv * (x + (shift if n >= BASELINE else 0.0))) for n, x in enumerate(noise)]


def observed(values: Sequence[float], measure: Measure = PLAIN) -> Observation:
    """Return what ``engine.probes`` observes at the end of values, one a session."""
    points = tuple(Point(n, n, value, 4, 1.0) for n, value in enumerate(values))
    return probes.observe(Series("game", "right", measure, (points,)))


def first(values: Sequence[float], kinds: Sequence[str], measure: Measure = PLAIN) -> int:
    """Return after how many probes beyond the baseline one of ``kinds`` is observed first; 1000 for never."""
    for end in range(BASELINE + 1, len(values) + 1):
        if not set(kinds).isdisjoint(observed(values[:end], measure).kinds):
            return end - BASELINE
    return 1000


BEYOND, ONCE = ("beyond-better", "beyond-worse"), ("beyond-better", "beyond-worse", "outside-once")


def looks(runs: int) -> list[Cell]:
    """Return how often a hand is told of at least once over many probes."""
    rng, cells = np.random.default_rng(2), list[Cell]()

    def add(what: str, kinds: Sequence[str], ends: Sequence[int], measure: Measure = PLAIN, **of_hand: float) -> None:
        cv = of_hand.pop("cv", 0.1)
        at = [first(hand(BASELINE + ends[-1], cv, rng, **of_hand), kinds, measure) for _ in range(runs)]
        cells.extend(Cell(f"{what}, {n} probes", "", fmean(k <= n for k in at), runs) for n in ends)

    add("unchanged hand: a probe outside its limit", ONCE, (10, 20, 50))
    add("unchanged hand: two running outside (what is told)", BEYOND, (10, 20, 50))
    add("the same, each probe tied to the last by .3", BEYOND, (20,), tied=0.3)
    for share in (0.18, 0.38):
        gated = Measure("value", "measure.error", "", "higher", Published(share, "", ""))
        add(f"the same, CV 0.15, more than {100 * share:.0f} % too", BEYOND, (20,), gated, cv=0.15)
    add("changed by 3 SD: told", BEYOND, (5, 10, 20), shift=3.0)
    for cv in (0.05, 0.10, 0.15):
        add(f"unchanged hand, CV {cv:g}: trend told as less easy", ("went-down",), (20,), cv=cv)
    return cells


# --- levelling off --------------------------------------------------------------------------------------


def learnt(session: int, better: Better = "higher") -> float:
    """Return what a learner is worth after so many sessions: from 0.5 to 1, or mirrored from 1 to 0.5."""
    left = 0.5 * exp(-session / 8)
    return 1 - left if better == "higher" else 0.5 + left


def levelled(
    cv: float, window: int, runs: int, rng: np.random.Generator, better: Better = "higher", most_lost: float = 1.0
) -> tuple[float, float]:
    """Return how often levelling off is found before 80 % of the gain, and the median session at which it is found.

    More than ``most_lost`` must not be lost over the window.
    """
    at = []
    for noise in rng.standard_normal((runs, SESSIONS)).tolist():
        values = [learnt(n, better) * (1 + cv * x) for n, x in enumerate(noise)]
        ends = range(1, SESSIONS + 1)
        found = ((n, trend.plateau(values[:n], window, better=better)) for n in ends)
        at.append(next((n for n, level in found if level and level.gain >= -most_lost), SESSIONS + 1))
    return fmean(n - 1 < 8 * 1.6094 for n in at), median(at)  # ln 5: a fifth of the gain is left


BOTH: tuple[Better, ...] = ("higher", "lower")


def levelling(runs: int) -> list[Cell]:
    """Return how often the rule of levelling off speaks too early, and when it speaks."""
    rng, cells = np.random.default_rng(3), list[Cell]()
    claims = ((0.05, 10, ".000", "26"), (0.10, 10, ".003", "23"), (0.15, 10, ".017", "22"),
              (0.05, 6, ".060", "19"), (0.10, 6, ".247", "16"), (0.15, 6, ".433", "14"))  # fmt: skip
    for cv, window, early, at in claims:
        share, session = levelled(cv, window, runs, rng)
        what = f"levelling off over {window}, CV {cv:g}: "
        cells.append(Cell(f"{what}too early", early, share, runs))
        cells.append(Cell(f"{what}median session", at, session, runs, share=False))
    for cv, better in ((cv, better) for better in BOTH for cv in (0.05, 0.10, 0.15)):
        share, session = levelled(cv, 10, runs, rng, better, trend.LEAST)
        what = f"told as about the same, {better} is better, CV {cv:g}: "
        cells.append(Cell(f"{what}too early", "", share, runs))
        cells.append(Cell(f"{what}median session", "", session, runs, share=False))
    return cells


# --- tiredness ------------------------------------------------------------------------------------------


def tired(cv: float, decline: float, runs: int, rng: np.random.Generator) -> float:
    """Return how often a hand is called tired within 100 tries, that loses ``decline`` over the last 60 of them."""
    found = 0
    for noise in rng.standard_normal((runs, TRIES)).tolist():
        speeds = [(1 - decline * max(0, n - 39) / 60) * (1 + cv * x) for n, x in enumerate(noise)]
        tries = [(1 / max(0.05, speed), 3.0) for speed in speeds]
        ends = range(3 * fatigue.BLOCK, TRIES + 1, fatigue.BLOCK)
        found += any(fatigue.judge(tries[:end]).flag for end in ends)
    return found / runs


def tiredness(runs: int) -> list[Cell]:
    """Return how often tiredness is called where there is none, and seen where there is."""
    rng, cells = np.random.default_rng(4), list[Cell]()
    claims = ((0.10, ".001", ".999"), (0.15, ".012", ".967"), (0.20, ".012", ".803"), (0.25, ".017", ".552"),
              (0.30, ".050", ".652"))  # fmt: skip
    for cv, false, caught in claims:
        cells.append(Cell(f"tiredness, CV {cv:g}: flagged without any", false, tired(cv, 0.0, runs, rng), runs))
        cells.append(Cell(f"tiredness, CV {cv:g}: 30 % slower is seen", caught, tired(cv, 0.3, runs, rng), runs))
    return cells


def report() -> str:
    """Return all cells as a table."""
    parts: tuple[tuple[Callable[[int], list[Cell]], int], ...] = (
        (limits, 20_000), (looks, 1_000), (levelling, 1_000), (tiredness, 800),
    )  # fmt: skip
    return table(HEAD, [cell.row for measure, runs in parts for cell in measure(runs)])


if __name__ == "__main__":
    sys.stdout.write(report())
