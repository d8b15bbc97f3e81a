"""Tiredness is seen in how long tries take, with the error rates that were simulated for the rule."""

from math import exp, log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import fatigue
from engine.chance import Chance
from engine.fatigue import BLOCK, LEAST, MOST, Try, judge, rest_s

# Of the simulated table (block of 10, theta = clip(CV + .03, .15, .28)): spread of a try, share of hands that do not
# tire and are flagged within 100 tries, share of those that lose 30 % over the last 60 tries and are.
TABLE = ((0.08, 0.0, 1.0), (0.10, 0.0013, 0.999), (0.15, 0.0123, 0.967), (0.20, 0.012, 0.803), (0.25, 0.0173, 0.552))
STEADY_RUNS, TIRING_RUNS, TRIES = 400, 200, 100


def speed(n: int, decline: float) -> float:
    """Return the speed of the try number n, 1 at first, that falls from the 41st on."""
    return 1 - decline * max(0, n - 39) / 60


def evenly(chance: Chance, cv: float, decline: float = 0.0) -> list[Try]:
    """Return tries whose speeds spread as the simulated table has it."""
    return [(1 / max(0.05, speed(n, decline) * (1 + cv * chance.bell())), 3.0) for n in range(TRIES)]


def skewed(chance: Chance, cv: float, decline: float = 0.0) -> list[Try]:
    """Return tries with lognormal durations, of a hand that takes 0.3 s and 0.5 s for each bit."""
    s = sqrt(log(1 + cv * cv))
    indices = [1.0 + 4 * chance.share() for _ in range(TRIES)]
    return [(((0.3 + 0.5 * i) / speed(n, decline)) * exp(s * chance.bell()), i) for n, i in enumerate(indices)]


def ever(tries: list[Try]) -> bool:
    """Tell whether tries are flagged at the end of any block, as a session asks."""
    return any(judge(tries[:n]).flag for n in range(BLOCK, len(tries) + 1, BLOCK))


def share(cv: float, decline: float, runs: int, hand: object = evenly) -> float:
    chance = Chance(f"fatigue {cv:g} {decline:g}")
    return sum(ever(hand(chance, cv, decline)) for _ in range(runs)) / runs  # type: ignore[operator]


@pytest.mark.parametrize(("cv", "false", "caught"), TABLE)
def test_the_error_rates_are_those_that_were_simulated(cv: float, false: float, caught: float) -> None:
    assert share(cv, 0.0, STEADY_RUNS) == pytest.approx(false, abs=0.02)
    assert share(cv, 0.3, TIRING_RUNS) == pytest.approx(caught, abs=0.08)


def test_a_hand_with_skewed_times_is_seldom_called_tired_whatever_the_difficulty() -> None:
    assert share(0.10, 0.0, STEADY_RUNS, skewed) <= 0.01
    assert share(0.25, 0.0, STEADY_RUNS, skewed) <= 0.06
    assert share(0.15, 0.3, TIRING_RUNS, skewed) >= 0.9


def test_nothing_is_said_before_three_whole_blocks() -> None:
    slower = [(1.0, 3.0)] * 10 + [(2.0, 3.0)] * 19
    assert not judge(slower).flag
    assert judge(slower).fade == 0.0
    assert judge([*slower, (2.0, 3.0)]).flag


def test_one_slow_block_is_not_enough_and_a_recovered_hand_is_no_longer_tired() -> None:
    fast, slow = [(1.0, 3.0)] * 10, [(1.5, 3.0)] * 10
    assert not judge(fast + fast + slow).flag
    assert judge(fast + fast + slow + slow).flag
    assert not judge(fast + fast + slow + slow + fast).flag


def test_harder_tries_that_take_longer_are_no_tiredness() -> None:
    chance = Chance("harder")
    tries = [((0.3 + 0.5 * i) * exp(0.08 * chance.bell()), i) for i in (1 + 5 * n / TRIES for n in range(TRIES))]
    plain = [(s, 3.0) for s, _ in tries]
    assert ever(plain)
    assert not ever(tries)


def test_a_hand_that_slows_while_it_gets_easier_is_tired() -> None:
    chance = Chance("easier")
    tries = [(1 / speed(n, 0.5) * exp(0.08 * chance.bell()), 6.0 - 4 * n / TRIES) for n in range(TRIES)]
    assert ever(tries)


def test_the_trend_is_not_taken_for_spread() -> None:
    chance = Chance("trend")
    assert judge(evenly(chance, 0.10, 0.5)).theta == pytest.approx(LEAST, abs=0.02)


@pytest.mark.parametrize(("fade", "rest"), [(-1.0, 60.0), (0.0, 60.0), (0.5, 120.0), (1.0, 180.0), (7.0, 180.0)])
def test_rests_grow_up_to_three_times(fade: float, rest: float) -> None:
    assert rest_s(60.0, fade) == rest


def test_the_fade_grows_with_what_is_lost() -> None:
    fades = [judge([(1.0, 3.0)] * 20 + [(1 / kept, 3.0)] * 20).fade for kept in (1.0, 0.95, 0.9, 0.85, 0.8, 0.7)]
    assert fades == sorted(fades)
    assert fades[0] == 0.0
    assert fades[-1] == 1.0
    assert judge([(1.0, 3.0)] * 20 + [(1 / (1 - LEAST), 3.0)] * 20).fade == pytest.approx(0.5, abs=0.01)


@given(st.lists(st.tuples(st.floats(), st.floats()), max_size=60))
def test_any_numbers_give_a_judgement_in_bounds(tries: list[Try]) -> None:
    found = judge(tries)
    assert 0.0 <= found.fade <= 1.0
    assert LEAST <= found.theta <= MOST


@given(st.integers(0, 100), st.floats(0.2, 5.0))
def test_a_hand_that_is_slower_throughout_is_judged_the_same(seed: int, factor: float) -> None:
    tries = skewed(Chance(seed), 0.15, 0.3)
    slower = judge([(s * factor, i) for s, i in tries])
    assert slower.flag == judge(tries).flag
    assert slower.fade == pytest.approx(judge(tries).fade, abs=0.002)


def test_too_few_tries_or_one_difficulty_make_no_line() -> None:
    assert fatigue._line([(1.0, 3.0)] * 20) is None
    assert fatigue._line([(1.0 + n, float(n + 1)) for n in range(7)]) is None
    line = fatigue._line([(0.3 + 0.5 * n, float(n)) for n in range(1, 12)])
    assert line == pytest.approx((0.3, 0.5))
