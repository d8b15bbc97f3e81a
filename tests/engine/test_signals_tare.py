"""Check that a zero is taken from a quiet sensor only, whatever its converter, and that a moved one is noticed."""

from math import nan, pi, sin
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.signals.tare import Refused, Tared, noise_limit, shifted, tared

HX711, TEN_BIT = 2.0**24, 1024.0
TIMES = [12.5 * place for place in range(81)]
ZERO, FULL = 84_000.0, 400_000.0


def quiet(seed: int, noise: float, zero: float = ZERO) -> list[float]:
    chance = Random(seed)
    return [float(round(zero + chance.gauss(0, noise))) for _ in TIMES]


def test_the_limits_are_those_of_the_design() -> None:
    assert round(noise_limit(HX711)) == 403
    assert noise_limit(TEN_BIT) == 8
    assert noise_limit(100) == 1
    assert noise_limit(0, 10_000) == noise_limit(0, -10_000) == 200
    assert noise_limit(0) == 402


@given(st.integers(0, 2**32), st.floats(0, 90), st.floats(-1e6, 1e6))
def test_a_quiet_load_cell_is_tared_to_its_middle(seed: int, noise: float, zero: float) -> None:
    made = tared(quiet(seed, noise, zero), TIMES, HX711)
    assert isinstance(made, Tared)
    assert abs(made.zero - zero) <= 0.8 * noise + 1
    assert made.noise <= 403


@given(st.integers(0, 2**32), st.floats(0, 2), st.floats(0, 500))
def test_a_quiet_10_bit_channel_is_tared(seed: int, noise: float, zero: float) -> None:
    assert isinstance(tared([max(0.0, v) for v in quiet(seed, noise, zero)], TIMES, TEN_BIT), Tared)


@given(st.integers(0, 2**32), st.floats(4, 12), st.floats(400, 50_000))
def test_a_trembling_hand_is_refused(seed: int, hz: float, strength: float) -> None:
    values = [v + strength * sin(2 * pi * hz * t / 1000) for v, t in zip(quiet(seed, 38), TIMES, strict=True)]
    assert tared(values, TIMES, HX711) == Refused("unsteady")


def test_a_slow_drift_is_told_and_a_quick_one_refused() -> None:
    slow = tared([v + 0.5 * t for v, t in zip(quiet(1, 38), TIMES, strict=True)], TIMES, HX711)
    assert isinstance(slow, Tared)
    assert slow.drift == pytest.approx(500, abs=60)
    assert slow.noise < 150
    quick = [v + 1.5 * t for v, t in zip(quiet(1, 38), TIMES, strict=True)]
    assert tared(quick, TIMES, HX711) == tared([-v for v in quick], TIMES, HX711) == Refused("unsteady")


@pytest.mark.parametrize("sign", [1, -1])
def test_a_still_hand_is_noticed_by_the_shift_and_only_in_the_direction_of_squeezing(sign: int) -> None:
    still = [v + sign * 0.06 * FULL for v in quiet(2, 38)]
    assert tared(still, TIMES, HX711, ZERO, sign * FULL) == Refused("hand-on")
    assert isinstance(tared(still, TIMES, HX711, ZERO, -sign * FULL), Tared)
    assert isinstance(tared([v - sign * 0.02 * FULL for v in still], TIMES, HX711, ZERO, sign * FULL), Tared)
    assert isinstance(tared(still, TIMES, HX711), Tared)


def test_only_the_last_second_counts() -> None:
    before = [v + 1e6 for v in quiet(3, 5000)]
    made = tared([*before, *quiet(4, 38)], [*TIMES, *[t + 1012.5 for t in TIMES]], HX711)
    assert made == tared(quiet(4, 38)[1:], TIMES[1:], HX711)


@pytest.mark.parametrize("n", [0, 1, 7, 50])
def test_too_few_readings_or_too_short_a_time_are_refused(n: int) -> None:
    assert tared(quiet(5, 38)[:n], TIMES[:n], HX711) == Refused("too-few")


def test_a_sensor_that_says_nothing_but_no_numbers_is_refused() -> None:
    assert tared([nan] * 81, TIMES, HX711) == Refused("too-few")
    few = [v if place % 12 == 0 else nan for place, v in enumerate(quiet(6, 38))]
    assert tared(few, TIMES, HX711) == Refused("too-few")


def test_ten_readings_a_second_are_enough() -> None:
    assert isinstance(tared([ZERO] * 11, [100.0 * place for place in range(11)], HX711), Tared)


@given(st.lists(st.tuples(st.floats(-1e7, 1e7), st.floats(0, 1000)), max_size=40), st.sampled_from([HX711, 1024.0, 0]))
def test_nothing_that_comes_makes_it_fail(readings: list[tuple[float, float]], span: float) -> None:
    times = sorted(at_ms for _, at_ms in readings)
    made = tared([value for value, _ in readings], times, span)
    if isinstance(made, Tared):
        assert made.noise <= noise_limit(span)
        assert abs(made.drift) <= 3 * noise_limit(span)


def test_readings_that_nearly_all_came_at_once_have_no_drift() -> None:
    times = [0.0, *[500.0] * 20, 990.0]
    assert tared([ZERO] * 22, times, HX711) == Tared(ZERO, 0.0, 0.0)


def test_times_must_be_as_many_as_values() -> None:
    with pytest.raises(ValueError, match="times_ms"):
        tared([1.0], [], HX711)


def test_a_shift_of_more_than_two_percent_between_tares_is_told_both_ways() -> None:
    def at(zero: float) -> Tared:
        return Tared(zero, 100.0, 0.0)

    assert not shifted(at(ZERO), at(ZERO + 0.019 * FULL), FULL)
    assert shifted(at(ZERO), at(ZERO + 0.021 * FULL), FULL)
    assert shifted(at(ZERO), at(ZERO - 0.021 * FULL), -FULL)
