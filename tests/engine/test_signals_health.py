"""Check that a good signal never alarms, that each fault is found in the time promised, and which reading it spoils."""

from collections.abc import Callable, Iterable, Iterator
from math import inf, nan, sin
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.signals.health import DROPPED, GAP, NO_DATA, RESET, SATURATED, Health, fresh, judged

HX711, HX711_RAILS = 2.0**24, (-(2.0**23), 2.0**23 - 1)
TEN_BIT, TEN_BIT_RAILS = 1024.0, (0.0, 1023.0)
ZERO, FULL = 84_000.0, 400_000.0
INTERVAL_MS = 12.5
FASTEST = 17.7  # the steepest slope of a squeeze, in its own strength a second, that any of seven methods found


def squeezing(t: float) -> float:
    """Return the share of a hand that builds up as fast as a hand can, trembles, and slips off at once."""
    phase = t % 6.0
    return min(1.0, (phase - 1) * FASTEST) * (1 + 0.01 * sin(60 * t)) if 1 < phase < 4 else 0.0


def signal(
    seed: int, noise: float, n: int, full: float = FULL, zero: float = ZERO, hz: float = 80.0
) -> Iterator[float]:
    """Yield whole counts of a good channel."""
    chance = Random(seed)
    return (float(round(zero + full * squeezing(seed % 6 + place / hz) + chance.gauss(0, noise))) for place in range(n))


def fold(
    values: Iterable[float],
    health: Health | None = None,
    span: float = HX711,
    rails: tuple[float, float] | None = HX711_RAILS,
    full: float | None = FULL,
    first: int = 0,
    flags: Callable[[int], int] = lambda place: 0,
    interval_ms: float = INTERVAL_MS,
) -> list[Health]:
    """Return the health after each of the values, one every ``interval_ms``."""
    seen = [health or Health()]
    for place, value in enumerate(values):
        seen.append(judged(seen[-1], value, (first + place) * interval_ms, flags(place), span, rails, full))
    return seen[1:]


def ever(seen: Iterable[Health]) -> set[str]:
    return {name for health in seen for name in health.troubles}


def test_two_thirds_of_an_hour_of_a_load_cell_bring_no_false_alarm() -> None:
    # as in the design: 0.7 h at a noise of 5 counts, here with squeezes as fast as a hand can
    health = Health()
    for place, value in enumerate(signal(1, 5.0, round(0.7 * 3600 * 80))):
        health = judged(health, value, place * INTERVAL_MS, 0, HX711, HX711_RAILS, FULL)
    assert health.marks == frozenset()
    assert health.noise == pytest.approx(5.0, rel=0.25)


@given(
    st.integers(0, 2**32),
    st.floats(2.5, 60),
    st.floats(1000, 2e6),
    st.sampled_from([80.0, 200.0, 1000.0]),
    st.booleans(),
)
def test_no_good_channel_alarms_whatever_its_noise_the_hand_and_the_rate(
    seed: int, noise: float, full: float, hz: float, reverse: bool
) -> None:
    full = -full if reverse else full
    values = signal(seed, noise, 600, full, hz=hz)
    assert fold(values, full=full, interval_ms=1000 / hz)[-1].marks == frozenset()


@given(
    st.integers(0, 2**32),
    st.floats(0, 4),
    st.sampled_from([(TEN_BIT, TEN_BIT_RAILS), (TEN_BIT, None), (65536.0, (0.0, 65535.0)), (0.0, None)]),
    st.sampled_from([0.0, 200.0]),
)
def test_a_coarse_or_quiet_channel_may_rest_for_as_long_as_it_likes(
    seed: int, noise: float, kind: tuple[float, tuple[float, float] | None], zero: float
) -> None:
    # it begins at rest, as every session does with a tare; a large hand bends the line well above the noise
    span, rails = kind
    full = 600.0 if rails else 30_000.0
    values = (max(0.0, value) for value in signal(seed - seed % 6, noise, 1200, full, zero))
    assert ever(fold(values, span=span, rails=rails, full=full)) == set()


def test_a_value_within_the_board_may_stand_still_even_after_noise() -> None:
    noisy = [500 + value for value in signal(6, 3.0, 300, 0.0, 0.0)]
    assert ever(fold([*noisy, *[500.0] * 300], span=TEN_BIT, rails=TEN_BIT_RAILS)) == set()
    assert ever(fold([*noisy, *[500.0] * 300], span=65536.0, rails=(0.0, 65535.0))) == {"stuck"}
    assert ever(fold([*noisy, *[0.0] * 300], span=65536.0, rails=(0.0, 65535.0))) == set()


def test_readings_that_come_in_batches_of_one_time_are_no_impossible_steps() -> None:
    health = Health()
    for place, value in enumerate(signal(7, 38.0, 2000)):
        health = judged(health, value, place // 4 * 4 * INTERVAL_MS, 0, HX711, HX711_RAILS, FULL)
    assert health.marks == frozenset()


@pytest.mark.parametrize("place", [200, 900, 1010, 3000])
@pytest.mark.parametrize("noise", [3.0, 5.0, 38.0])
def test_a_frozen_value_is_found_just_after_half_a_second(place: int, noise: float) -> None:
    values = list(signal(2, noise, place))
    values.append(values[-1] + 1)  # so that the run begins here
    seen = fold([*values, *[values[-1]] * 100])
    first = next(at for at, health in enumerate(seen) if "stuck" in health.troubles)
    assert 500 < (first - place) * INTERVAL_MS <= 500 + INTERVAL_MS


def test_a_24_bit_channel_that_was_frozen_from_the_start_is_found_too() -> None:
    seen = fold([0.0] * 60)
    assert "stuck" not in seen[40].troubles
    assert "stuck" in seen[41].troubles


def test_a_channel_that_freezes_again_and_again_is_found_each_time() -> None:
    health, at = Health(), 0
    for round_ in range(30):
        seen = fold([*signal(round_, 10.0, 80), *[ZERO + 7] * 60], health, first=at)
        health, at = seen[-1], at + len(seen)
        assert "stuck" in health.troubles


def test_a_frozen_value_of_unknown_span_is_found_once_its_noise_is_known() -> None:
    seen = fold([*signal(3, 20.0, 200), *[ZERO + 7] * 60], span=0.0, rails=None)
    assert "stuck" in seen[-1].troubles
    assert ever(seen[:200]) == set()


def test_readings_that_live_again_are_no_longer_stuck_but_the_mark_stays() -> None:
    seen = fold([*signal(4, 20.0, 200), *[ZERO] * 60, ZERO + 9])
    assert seen[-1].troubles == frozenset()
    assert seen[-1].marks == {"stuck"}


def test_few_identical_readings_of_a_slow_sensor_are_not_stuck() -> None:
    slow = fold([*signal(5, 20.0, 300), *[ZERO + 5] * 9], interval_ms=100.0)
    assert ever(slow) == set()


def test_saturation_is_told_by_the_flag_and_by_either_rail_at_the_same_reading() -> None:
    for value, flags in ((ZERO, SATURATED), (HX711_RAILS[0], 0), (HX711_RAILS[1], 0), (HX711_RAILS[1] - 1000, 0)):
        assert judged(Health(), value, 0.0, flags, HX711, HX711_RAILS).troubles == {"saturated"}
    assert judged(Health(), 8.2e6, 0.0, 0, HX711, HX711_RAILS).troubles == frozenset()


def test_the_low_end_of_a_range_from_zero_is_rest_and_its_high_end_is_saturation() -> None:
    assert judged(Health(), 0.0, 0.0, 0, TEN_BIT, TEN_BIT_RAILS).troubles == frozenset()
    assert judged(Health(), 1023.0, 0.0, 0, TEN_BIT, TEN_BIT_RAILS).troubles == {"saturated"}
    assert judged(Health(), 1023.0, 0.0, 0, 0.0, (0.0, 0.0)).troubles == frozenset()


def test_a_saturated_second_is_not_called_stuck_as_well() -> None:
    assert ever(fold([HX711_RAILS[1]] * 100)) == {"saturated"}


@pytest.mark.parametrize(("value", "flags"), [(0.0, NO_DATA), (nan, 0), (inf, 0), (5.0, NO_DATA | SATURATED)])
def test_no_data_holds_for_just_the_readings_that_have_none(value: float, flags: int) -> None:
    silent = judged(Health(), value, 0.0, flags, HX711, HX711_RAILS)
    assert silent.troubles == {"no-data"}
    later = judged(silent, ZERO, 100.0, 0, HX711, HX711_RAILS, FULL)
    assert later.troubles == frozenset()
    assert later.marks == {"no-data"}


@given(st.integers(0, 2**32), st.integers(100, 700), st.floats(0.5, 20), st.booleans(), st.sampled_from([FULL, -FULL]))
def test_a_single_outlier_is_always_caught_and_soon_forgotten(
    seed: int, place: int, height: float, upwards: bool, full: float
) -> None:
    values = list(signal(seed, 38.0, 800, full))
    values[place] += height * full * (1 if upwards else -1)
    seen = fold(values, full=full, rails=None)
    assert "impossible-step" in ever(seen[place : place + 2])
    assert ever(seen[:place]) == set()
    assert ever(seen[place + 14 :]) == set()


def test_before_the_firm_squeeze_is_known_only_a_jump_of_half_the_span_is_impossible() -> None:
    assert ever(fold([500.0, 900.0, 500.0], span=TEN_BIT, rails=None, full=None)) == set()
    assert ever(fold([200.0, 900.0, 200.0], span=TEN_BIT, rails=None, full=None)) == {"impossible-step"}
    assert ever(fold([200.0, 1e9, 200.0], span=0.0, rails=None, full=None)) == set()


def test_letting_go_at_once_is_possible_and_falling_far_below_rest_is_not() -> None:
    known = fold(signal(9, 20.0, 75))[-1]
    assert ever(fold([ZERO + FULL, ZERO], known, first=200)) == set()
    assert ever(fold([ZERO + FULL, ZERO - 4 * FULL], known, first=200)) == {"impossible-step"}


def test_a_lasting_new_level_is_believed_in_time_for_a_hand_to_have_come_there() -> None:
    known = fold(signal(6, 20.0, 75))[-1]
    seen = fold([ZERO + 1.1 * FULL + step for step in range(10)], known, first=75)
    assert ["impossible-step" in health.troubles for health in seen] == [True] * 2 + [False] * 8


def test_a_weak_hands_noise_is_not_an_impossible_step() -> None:
    assert ever(fold(signal(6, 60.0, 4000, 0.0), full=300.0)) == set()


def test_marks_gather_until_a_fresh_start_and_what_was_learned_stays() -> None:
    def flags(place: int) -> int:
        return {150: GAP, 160: DROPPED, 170: RESET, 180: SATURATED}.get(place, 0)

    last = fold(signal(7, 20.0, 200), flags=flags)[-1]
    assert last.marks == {"gap", "reset", "saturated"}
    assert last.troubles == frozenset()
    clean = fresh(last)
    assert clean.marks == frozenset()
    assert clean.noise == last.noise is not None


def test_after_a_reset_the_first_reading_is_believed() -> None:
    known = fold(signal(8, 20.0, 75))[-1]
    assert ever(fold([ZERO + 3 * FULL], known, first=75)) == {"impossible-step"}
    assert ever(fold([ZERO + 3 * FULL], known, first=75, flags=lambda place: RESET)) == set()


@given(st.integers(0, 300))
def test_a_fold_in_two_parts_is_the_same_as_in_one(cut: int) -> None:
    values = list(signal(8, 20.0, 300))
    whole = fold(values)[-1]
    before = fold(values[:cut])[-1] if cut else Health()
    assert (fold(values[cut:], before, first=cut)[-1] if cut < 300 else before) == whole
