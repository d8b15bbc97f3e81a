"""A plateau is noticed by a robust slope, as seldom too early as the simulated table says."""

from itertools import count
from math import exp, nan, sqrt
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import trend
from engine.chance import Chance
from engine.trend import Plateau, pieces, plateau, theil_sen

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
