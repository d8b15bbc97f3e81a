"""A change is told by a hand's own limit, a plateau by a robust slope, both as seldom wrongly as simulated."""

import json
from itertools import count
from math import exp, nan, sqrt
from pathlib import Path
from statistics import median, stdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import error_rates
from engine import trend
from engine.chance import Chance
from engine.measures import theil_sen
from engine.trend import (
    BASELINE,
    PUBLISHED,
    Measure,
    Plateau,
    changed,
    personal_limit,
    pieces,
    plateau,
    t_quantile,
)

# scipy.stats.theilslopes of this series, and of its last 8
SERIES = (14.2, 13.1, 12.7, 11.9, 11.2, 11.4, 10.8, 10.9, 10.5, 10.6, 10.4, 10.55)
# Of the simulated table: variation, window, least, share of hands flagged too early, median session of the flag.
TABLE = (
    (0.05, 10, 0.05, 0.0, 26), (0.10, 10, 0.05, 0.003, 23), (0.15, 10, 0.05, 0.017, 22),
    (0.10, 10, 0.10, 0.003, 21), (0.10, 8, 0.05, 0.06, 19), (0.15, 8, 0.10, 0.197, 17), (0.15, 6, 0.05, 0.433, 14),
)  # fmt: skip
TABLE_RUNS, RUNS, SESSIONS = 300, 150, 50
FLAT = [50.0, 51.0, 49.5, 50.5, 50.0, 49.0, 50.5, 51.0, 50.0, 49.5, 50.0]


def true(session: int) -> float:
    """Return what the simulated hand is worth after so many sessions: 80 % of the gain is reached at 0.9."""
    return 1 - 0.5 * exp(-session / 8)


def flagged(chance: Chance, cv: float, window: int, least: float) -> int | None:
    """Return the session (from 1) at which the rule first speaks, of one hand in 50 sessions."""
    values: list[float] = []
    for session in range(SESSIONS):
        values.append(true(session) * (1 + cv * chance.bell()))
        if plateau(values, window, least):
            return session + 1
    return None


@pytest.mark.parametrize(("cv", "window", "least", "early", "at"), TABLE)
def test_the_rule_errs_as_often_and_speaks_as_late_as_the_table_says(
    cv: float, window: int, least: float, early: float, at: int
) -> None:
    chance = Chance(f"trend-{cv}-{window}-{least}")
    sessions = [flagged(chance.child(str(run)), cv, window, least) for run in range(RUNS)]
    known = [session for session in sessions if session is not None]
    assert len(known) == RUNS  # the table: all flagged by session 50
    share = sum(true(session - 1) < 0.9 for session in known) / RUNS
    p = max(early, 1 / TABLE_RUNS)
    assert abs(share - early) <= 3 * sqrt(p * (1 - p) * (1 / RUNS + 1 / TABLE_RUNS))
    assert abs(median(known) - at) <= 1


def test_the_rule_in_use_is_a_row_of_the_table_with_few_flags_too_early() -> None:
    ours = [row for row in TABLE if row[1:3] == (trend.WINDOW, trend.LEAST)]
    assert [row[0] for row in ours] == [0.05, 0.10, 0.15]
    assert all(early <= 0.05 for _, _, _, early, _ in ours)


def test_the_slope_is_that_of_scipy() -> None:
    assert theil_sen(SERIES) == pytest.approx(-0.28375)
    assert theil_sen(SERIES[-8:]) == pytest.approx(-0.12666667)
    with pytest.raises(ValueError, match="two or more"):
        theil_sen([1.0])


@given(st.integers(-50, 50), st.integers(-9, 9), st.integers(0, 10), st.integers(-1000, 1000))
def test_one_wild_session_moves_no_straight_line(start: int, slope: int, where: int, wild: int) -> None:
    line = [float(start + slope * n) for n in range(11)]
    line[where] = float(wild)
    assert theil_sen(line) == slope


def test_a_flat_series_is_a_plateau_and_a_rising_one_is_none() -> None:
    found = plateau(FLAT)
    assert found is not None
    assert (found.sessions, found.lower) == (10, False)
    assert abs(found.gain) < 0.05
    assert plateau([50.0 + n for n in range(30)]) is None


def test_a_series_that_goes_down_says_so() -> None:
    assert plateau([80.0 - 2 * n for n in range(11)]) == Plateau(10, round(-20 / 69, 4), lower=True)


def test_it_takes_a_window_and_one_session_more() -> None:
    assert plateau(FLAT[:10]) is None
    assert plateau(FLAT) is not None
    assert next(n for n in count() if plateau([50.0] * n, window=6)) == 7
    assert plateau([]) is None


def test_one_window_alone_is_not_enough() -> None:
    assert plateau([10.0, 20.0, 20.0, 20.0], window=3) is None
    assert plateau([10.0, 20.0, 20.0, 20.0, 20.0], window=3) == Plateau(3, 0.0)


@given(st.lists(st.floats(-40, 0), min_size=11, max_size=20))
def test_where_the_median_is_not_above_nothing_nothing_is_said(values: list[float]) -> None:
    assert plateau(values) is None


@given(st.lists(st.floats(1, 140), min_size=11, max_size=16), st.sampled_from((0.25, 2.0, 8.0)))
def test_the_unit_does_not_matter(values: list[float], unit: float) -> None:
    assert plateau(values) == plateau([value * unit for value in values])


@pytest.mark.parametrize(("values", "window", "least"), [([nan] * 11, 10, 0.05), (FLAT, 1, 0.05), (FLAT, 10, 0.0)])
def test_what_cannot_be_judged_is_refused(values: list[float], window: int, least: float) -> None:
    with pytest.raises(ValueError, match="must be"):
        plateau(values, window, least)


@given(st.lists(st.sampled_from("abc"), max_size=30))
def test_pieces_cover_everything_once_and_change_where_the_key_does(keys: list[str]) -> None:
    found = pieces(keys)
    assert [n for piece in found for n in piece] == list(range(len(keys)))
    assert all(len({keys[n] for n in piece}) == 1 for piece in found)
    assert all(keys[a[-1]] != keys[b[0]] for a, b in zip(found, found[1:], strict=False))


def test_a_trend_goes_down_only_where_chance_would_seldom_do_so() -> None:
    shaken = [54.0, 50.0, 46.0, 54.0, 47.0, 49.0, 44.0, 52.0, 45.0, 51.0, 44.0]
    found = plateau(shaken)
    assert found is not None
    assert found.gain < -trend.LEAST
    assert not found.lower


@given(st.lists(st.integers(1, 140), min_size=11, max_size=16))
def test_a_plateau_where_lower_is_better_is_one_of_the_mirrored_values(values: list[int]) -> None:
    window = values[-10:]
    middle = median(window)
    mirrored = [2 * middle - value for value in values]
    found, other = plateau(values, better="lower"), plateau(mirrored, better="higher")
    if median(values[-11:-1]) == middle:  # or each is a share of another median
        assert found == other


def test_to_rise_is_no_gain_where_lower_is_better() -> None:
    rising = [50.0 + 2 * n for n in range(11)]
    assert plateau(rising, better="lower") == Plateau(10, round(-20 / 61, 4), lower=True)
    assert plateau(rising[::-1], better="lower") is None


# --- the limit of real change ---------------------------------------------------------------------------

MM = Measure("error_mm", "measure.error", "mm", "lower")
GATED = Measure("throughput", "measure.throughput", "bit/s", "higher", PUBLISHED["throughput"])
WHOLE = st.lists(st.integers(1, 1000), min_size=0, max_size=9)


@pytest.mark.parametrize("df", [1, 2, 3, 4, 5, 8, 9, 30, 119, 500])
def test_the_quantiles_of_t_are_those_of_scipy(df: int) -> None:
    special = pytest.importorskip("scipy.special")
    for share in (0.025, 0.5, 0.8, 0.975, 0.995):
        assert t_quantile(share, df) == pytest.approx(float(special.stdtrit(df, share)), rel=1e-10, abs=1e-12)


def test_the_quantiles_of_t_are_those_of_every_table() -> None:
    assert [round(t_quantile(0.975, df), 3) for df in (1, 2, 4, 9, 30)] == [12.706, 4.303, 2.776, 2.262, 2.042]
    for share, df in ((0.0, 4), (1.0, 4), (0.975, 0)):
        with pytest.raises(ValueError, match="must lie"):
            t_quantile(share, df)


def test_the_limit_of_five_values_is_the_formula() -> None:
    values = [20.0, 22.0, 19.0, 21.0, 23.0]
    limit = personal_limit(values)
    assert limit is not None
    assert (limit.n, limit.mean) == (5, 21.0)
    assert limit.sd == pytest.approx(stdev(values))
    assert limit.reach == pytest.approx(2.7764451 * sqrt(1.2) * sqrt(2.5))
    assert limit.low == 21 - limit.reach
    assert limit.high == 21 + limit.reach


@given(WHOLE)
def test_there_is_no_limit_before_five_values_or_without_any_spread(values: list[int]) -> None:
    limit = personal_limit(values)
    assert (limit is None) == (len(values) < BASELINE or len(set(values)) == 1)


@given(WHOLE, st.integers(1, 10_000), st.sampled_from(("higher", "lower")))
def test_nothing_is_beyond_with_fewer_than_five_values(values: list[int], latest: int, better: trend.Better) -> None:
    found = changed(values, latest, Measure("x", "x", "", better))
    assert (found.kind == "not-enough") == (found.limit is None)
    assert found.kind != "beyond" or len(values) >= BASELINE


@given(st.lists(st.integers(1, 1000), min_size=5, max_size=9), st.integers(1, 3000), st.sampled_from((0.25, 8.0)))
def test_neither_unit_nor_zero_matters_to_the_own_limit(values: list[int], latest: int, unit: float) -> None:
    found = changed(values, latest, MM)
    assert changed([unit * x for x in values], unit * latest, MM).kind == found.kind
    if found.limit and abs(abs(found.by) - found.limit.reach) > 1e-6:
        assert changed([x + 512 for x in values], latest + 512, MM).kind == found.kind


@given(st.lists(st.integers(1, 1000), min_size=5, max_size=9), st.integers(1, 3000))
def test_the_other_direction_makes_better_of_worse_and_nothing_else(values: list[int], latest: int) -> None:
    lower, higher = (changed(values, latest, Measure("x", "x", "", better)) for better in ("lower", "higher"))
    assert (lower.kind, lower.by, lower.share) == (higher.kind, higher.by, higher.share)
    assert not (lower.better and higher.better)
    mirrored = changed([-x for x in values], -latest, Measure("x", "x", "", "higher"))
    assert (mirrored.kind, mirrored.better) == (lower.kind, lower.better)


def test_both_gates_must_be_passed() -> None:
    values = [4.0, 4.1, 3.9, 4.0, 4.05]
    found = changed(values, 5.0, GATED)
    assert (found.kind, found.is_outside, found.better) == ("within", True, True)
    assert found.share == pytest.approx(0.99 / 4.01)
    assert changed(values, 5.0, MM).kind == "beyond"
    assert changed(values, 5.7, GATED).kind == "beyond"
    assert changed([1.0, 7.0, 2.0, 6.0, 4.0], 5.7, GATED).kind == "within"


def test_a_published_share_of_nothing_is_never_passed() -> None:
    values = [-1.0, 1.0, 0.0, -2.0, 2.0]
    found = changed(values, 50.0, GATED)
    assert (found.kind, found.share, found.is_outside) == ("within", None, True)


def test_what_is_only_shown_is_never_beyond() -> None:
    ratio = Measure("length_ratio", "measure.length-ratio", "", "lower", alarms=False)
    assert changed([1.1, 1.2, 1.1, 1.15, 1.1], 9.0, ratio).kind == "within"


def test_what_is_published_has_its_source() -> None:
    shares = {name: row.share for name, row in PUBLISHED.items()}
    assert shares == {"trace accuracy": 0.38, "sparc": 0.35, "ldlj": 0.30, "path length ratio": 0.54,
                      "steadiness": 0.18, "throughput": 0.39}  # fmt: skip
    assert all(row.source.startswith("doi:10.") and row.among for row in PUBLISHED.values())


@pytest.mark.parametrize("place", range(6))
def test_values_that_are_no_numbers_are_refused(place: int) -> None:
    values = [20.0, 22.0, 19.0, 21.0, 23.0, 24.0]
    values[place] = nan
    with pytest.raises(ValueError, match="must be finite"):
        changed(values[:5], values[5], MM)
    with pytest.raises(ValueError, match="must be finite"):
        plateau([*values, *values])


# --- how often it errs ----------------------------------------------------------------------------------

CLAIMED = json.loads((Path(__file__).parents[1] / "vectors" / "own_baseline.json").read_text("utf-8"))
LIMIT_RUNS = 2500


@pytest.mark.parametrize("row", CLAIMED["rows"], ids=lambda row: f"{row['baseline_sessions']} {row['limit'][:4]}")
def test_a_limit_errs_as_often_and_sees_as_much_as_was_claimed(row: dict[str, float]) -> None:
    n, textbook = int(row["baseline_sessions"]), str(row["limit"]).startswith("1.96")
    rng = np.random.default_rng(n)
    for shift, claimed in ((0.0, row["false_alarm"]), (3.0, row["power_for_3sd"])):
        measured = error_rates.outside(n, shift, LIMIT_RUNS, rng, textbook)
        assert abs(measured - claimed) <= 4 * sqrt(claimed * (1 - claimed) * 2 / LIMIT_RUNS)
