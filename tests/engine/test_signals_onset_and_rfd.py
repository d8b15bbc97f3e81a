"""Check onset and rate of force development against known squeezes, seen through sensors of several kinds."""

from collections.abc import Sequence
from functools import cache
from math import exp, fsum
from random import Random
from statistics import mean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.signals.onset import onset_ms
from engine.signals.rfd import Rate, rise, steepest

Squeeze = tuple[list[float], list[float], float, float, float]


def force(t: float, strength: float, tau: float) -> float:
    return strength * (1 - exp(-((t / tau) ** 1.5))) if t > 0 else 0.0


def squeezes(hz: float, settling: float, noise: float, n: int) -> list[Squeeze]:
    """Return (values, times, true onset, strength, tau); settling is the mean over so many seconds, as in an HX711."""
    chance, made = Random(5), []
    for _ in range(n):
        strength, tau = chance.uniform(60, 350), chance.uniform(0.08, 0.25)
        onset, phase = 1 + 0.1 * chance.random(), chance.random()
        times = [(place + phase) / hz for place in range(int(2 * hz))]
        parts = [settling * (part + 0.5) / 25 for part in range(25)] if settling else [0.0]
        values = [fsum(force(t - onset - part, strength, tau) for part in parts) / len(parts) for t in times]
        noisy = [value + chance.gauss(0, noise) for value in values]
        made.append((noisy, [t * 1000 for t in times], onset * 1000, strength, tau))
    return made


@cache
def seen(kind: str) -> list[tuple[Squeeze, float]]:
    """Return squeezes as a kind of sensor sees them, each with its onset."""
    hz, settling, n = {"1k": (1000, 0, 12), "80": (80, 0, 80), "hx80": (80, 0.05, 80), "hx10": (10, 0.4, 80)}[kind]
    found = [(squeeze, onset_ms(squeeze[0], squeeze[1])) for squeeze in squeezes(hz, settling, 0.2, n)]
    assert len([at_ms for _, at_ms in found if at_ms is not None]) >= 0.95 * n
    return [(squeeze, at_ms) for squeeze, at_ms in found if at_ms is not None]


# The design's table, (bias, SD) in ms, from squeezes whose shape is not told: 1 kHz (2.4, 1.3), 80 Hz (-2.8, 5.5),
# HX711 80 (4.4, 7.4), 10 a second (-55, 85).
@pytest.mark.parametrize(
    ("kind", "bias_ms", "apart_ms", "deviation_ms"),
    [("1k", 2.4, 2, 3), ("80", -2.8, 4, 8), ("hx80", 4.4, 4, 10), ("hx10", -45, 25, 100)],
)
def test_the_onset_is_as_near_as_the_design_says(
    kind: str, bias_ms: float, apart_ms: float, deviation_ms: float
) -> None:
    errors = [at_ms - squeeze[2] for squeeze, at_ms in seen(kind)]
    assert mean(errors) == pytest.approx(bias_ms, abs=apart_ms)
    assert pstdev(errors) < deviation_ms


def off(rates: Sequence[tuple[Rate, float]]) -> tuple[float, float]:
    """Return mean and SD of how many per cent the rates are off the true ones."""
    errors = [100 * (rate.per_s / true - 1) for rate, true in rates if rate.per_s is not None]
    assert len(errors) == len(rates)
    return mean(errors), pstdev(errors)


@pytest.mark.parametrize(("kind", "bias", "deviation"), [("1k", 1, 3), ("80", -2, 4), ("hx80", -9, 6)])
def test_the_rise_of_200_ms_is_as_near_as_the_design_says(kind: str, bias: float, deviation: float) -> None:
    found = [(rise(v, t, at), force(0.2, strength, tau) / 0.2) for (v, t, _, strength, tau), at in seen(kind)]
    middle, spread = off(found)
    assert middle == pytest.approx(bias, abs=3)
    assert spread < deviation


@pytest.mark.parametrize(("kind", "bias"), [("1k", 0.5), ("80", 0), ("hx80", -2)])
def test_the_steepest_100_ms_are_near_those_of_the_hand(kind: str, bias: float) -> None:
    def true(strength: float, tau: float) -> float:
        starts = [place / 1000 for place in range(200)]
        return max(force(at + 0.1, strength, tau) - force(at, strength, tau) for at in starts) / 0.1

    found = [(steepest(v, t), true(strength, tau)) for (v, t, _, strength, tau), _ in seen(kind)]
    middle, spread = off(found)
    assert middle == pytest.approx(bias, abs=1)
    assert spread < 3


def test_the_first_100_ms_are_told_only_by_a_quick_sensor_since_an_hx711_reads_them_a_quarter_too_low() -> None:
    quick = [(rise(v, t, at, 100), force(0.1, strength, tau) / 0.1) for (v, t, _, strength, tau), at in seen("1k")]
    middle, spread = off(quick)
    assert abs(middle) < 5
    assert spread < 6
    for kind in ("80", "hx80"):
        (values, times, *_), at_ms = seen(kind)[0]
        for until_ms in (50, 100, 150, 199):
            assert rise(values, times, at_ms, until_ms) == Rate(None, "too-slow-sensor")
        assert steepest(values, times, 50) == Rate(None, "too-slow-sensor")


def test_ten_readings_a_second_tell_no_rate_at_all() -> None:
    (values, times, *_), at_ms = seen("hx10")[0]
    assert rise(values, times, at_ms) == steepest(values, times) == Rate(None, "too-slow-sensor")


# The rise of the golden squeeze of which tests/vectors/grip.json keeps the hold: synthetic, 100 Hz, nothing but zeros
# before 1.30 s, target 60 N on at 1 s. Its onset at 5 % of the target is 0.33 s; its steepest 50 ms are 263.52 N/s.
GOLDEN_N = [0.0] * 131 + [
    0.431, 1.59, 3.299, 5.608, 7.926, 10.433, 13.053, 15.723, 18.396, 21.034, 23.609, 26.1, 28.492, 30.775, 32.945,
    35.0, 36.94, 38.768, 40.49, 42.11, 43.638, 45.079, 46.443, 47.737, 48.97, 50.149, 51.281, 52.372, 53.428, 54.453,
]  # fmt: skip


def test_the_golden_squeeze_begins_where_it_leaves_zero_just_before_5_percent_of_its_target() -> None:
    found = onset_ms(GOLDEN_N, [10.0 * place for place in range(len(GOLDEN_N))])
    assert found == 1300
    assert found < 1330


def test_the_golden_squeeze_is_as_steep_as_its_vector_says() -> None:
    # a window of 50 ms is refused at 100 Hz; the same lines read at twice the rate are the same squeeze
    times = [5.0 * place for place in range(2 * len(GOLDEN_N) - 1)]
    twice = [(GOLDEN_N[place // 2] + GOLDEN_N[(place + 1) // 2]) / 2 for place in range(len(times))]
    assert steepest(twice, times, 50).per_s == pytest.approx(263.52)
    assert steepest(GOLDEN_N, times[::2], 50) == Rate(None, "too-slow-sensor")


TIMES = [12.5 * place for place in range(160)]


@given(st.integers(0, 2**32), st.floats(0.01, 5))
def test_rest_alone_has_no_onset(seed: int, noise: float) -> None:
    chance = Random(seed)
    assert onset_ms([chance.gauss(3, noise) for _ in TIMES], TIMES) is None


def test_a_knock_of_less_than_50_ms_and_a_change_too_small_are_no_onset() -> None:
    assert onset_ms([100.0 if 80 <= place < 84 else 0.0 for place in range(160)], TIMES) is None
    assert onset_ms([100.0 if 80 <= place < 84 or 86 <= place < 90 else 0.0 for place in range(160)], TIMES) is None
    assert onset_ms([0.49 if place >= 80 else 0.0 for place in range(160)], TIMES) is None
    assert onset_ms([0.51 if place >= 80 else 0.0 for place in range(160)], TIMES) == TIMES[79]


def test_the_least_rise_is_in_the_unit_of_the_values() -> None:
    shares = [0.004 if place >= 80 else 0.0 for place in range(160)]
    assert onset_ms(shares, TIMES) is None
    assert onset_ms(shares, TIMES, least=0.002) == TIMES[79]


def test_a_squeeze_cut_off_before_it_was_held_has_no_onset() -> None:
    assert onset_ms([0.0] * 100 + [50.0] * 4, TIMES[:104]) is None
    assert onset_ms([0.0] * 100 + [50.0] * 5, TIMES[:105]) is not None


@pytest.mark.parametrize("values", [[], [1.0], [5.0, 9.0, 50.0, 60.0]])
def test_too_few_readings_have_no_onset(values: list[float]) -> None:
    assert onset_ms(values, [200.0 * place for place in range(len(values))]) is None


def test_values_and_times_must_be_as_many() -> None:
    with pytest.raises(ValueError, match="times_ms"):
        onset_ms([1.0, 2.0], [0.0])
    with pytest.raises(ValueError, match="times_ms"):
        steepest([1.0, 2.0], [0.0])


@given(st.floats(-1000, 1000), st.floats(0, 900), st.floats(1, 500))
def test_a_straight_ramp_has_the_same_rate_everywhere(slope: float, onset: float, until: float) -> None:
    times = [float(place) for place in range(1500)]
    ramp = [slope * t / 1000 for t in times]
    assert rise(ramp, times, onset, until).per_s == pytest.approx(slope, abs=1e-3)
    assert steepest(ramp[:300], times[:300], 100).per_s == pytest.approx(slope, abs=1e-3)


def test_why_there_is_no_rate() -> None:
    ramp = [float(place) for place in range(160)]
    holed = TIMES[:90] + [t + 100 for t in TIMES[90:]]
    assert rise(ramp, TIMES, None) == Rate(None, "no-onset")
    assert rise(ramp, TIMES, TIMES[-1] - 100) == Rate(None, "too-short")
    assert rise(ramp, TIMES, -1) == Rate(None, "too-short")
    assert rise(ramp, holed, 1000) == Rate(None, "gap")
    assert rise(ramp, holed, 800).per_s == pytest.approx(80)
    assert rise([], [], 0.0) == Rate(None, "too-short")
    assert steepest([0.0], [0.0]) == Rate(None, "too-short")


def test_a_window_with_a_hole_is_left_out_of_the_steepest() -> None:
    values = [0.0] * 90 + [500.0 + place for place in range(70)]
    holed = TIMES[:90] + [t + 100 for t in TIMES[90:]]
    assert steepest(values, holed).per_s == pytest.approx(80)
    assert steepest([0.0, 1.0, 2.0, 3.0], [0.0, 10.0, 20.0, 130.0]) == Rate(None, "gap")


def test_the_steepest_window_may_begin_between_two_readings() -> None:
    times = [0.0, 8.0, 16.0, 26.0, 36.0, 46.0, 56.0, 66.0, 76.0, 86.0, 96.0, 106.0, 112.0]
    values = [0.0, 0.0, 0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 96.0]
    assert steepest(values, times).per_s == 960  # from 12 ms on


def test_times_that_go_back_and_windows_of_no_length_are_refused_and_equal_times_are_not() -> None:
    with pytest.raises(ValueError, match="never go back"):
        steepest([1.0, 2.0, 3.0], [0.0, 10.0, 5.0])
    with pytest.raises(ValueError, match="longer than 0"):
        rise([1.0] * 160, TIMES, 0.0, 0.0)
    ramp = [float(place) for place in range(160)]
    doubled = [*TIMES[:80], TIMES[79], *TIMES[80:-1]]
    assert steepest(ramp, doubled).per_s is not None
