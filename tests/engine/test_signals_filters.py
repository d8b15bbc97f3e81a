"""Check both filters against other people's, and measure the delay and the noise that are promised."""

from math import pi, sin, sqrt
from random import Random
from statistics import pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.measures import zero_phase
from engine.signals.filters import BETA_PER_N, BETA_PER_SHARE, OneEuro, one_euro

SHARE_N = 300.0  # the hand for which both betas are the same


def smoothed(values: list[float], beta: float = BETA_PER_N, hz: float = 80.0) -> list[float]:
    state, out = OneEuro(beta=beta), []
    for place, value in enumerate(values):
        state = one_euro(state, value, place * 1000 / hz)
        out.append(state.value)
    return out


def test_one_euro_agrees_with_its_authors_own_program_at_uneven_times() -> None:
    # OneEuroFilter 0.2.1 by Casiez: OneEuroFilter(80, 1.0, 0.02, 1.0), called with (value, time in s)
    times_ms = [0.0, 12.5, 25.0, 37.5, 52.0, 62.5, 75.0, 100.0, 112.5, 125.0]
    values = [0.0, 1.0, -2.0, 3.0, 20.0, 55.0, 90.0, 120.0, 121.0, 119.0]
    golden = [0.0, 0.080620998, -0.089586944, 0.183670013, 4.972692213, 23.9204832, 61.060079383, 106.115581019]
    state, out = OneEuro(beta=BETA_PER_N), []
    for at_ms, value in zip(times_ms, values, strict=True):
        state = one_euro(state, value, at_ms)
        out.append(state.value)
    assert out == pytest.approx([*golden, 115.37536906, 117.587051919], abs=1e-9)


@pytest.mark.parametrize(("slope_n_s", "late_ms"), [(600, 8), (300, 12), (100, 24), (50, 34), (20, 52)])
def test_a_ramp_is_shown_as_late_as_promised(slope_n_s: float, late_ms: float) -> None:
    out = smoothed([slope_n_s * place / 80 for place in range(160)])
    assert (159 / 80 - out[-1] / slope_n_s) * 1000 == pytest.approx(late_ms, abs=0.6)


@pytest.mark.parametrize(("step_n", "settled_ms"), [(50, 87.5), (100, 62.5), (300, 37.5)])
def test_a_step_is_there_soon_and_never_overshoots(step_n: float, settled_ms: float) -> None:
    out = smoothed([0.0] * 80 + [step_n] * 80)
    last_off = max(place for place, value in enumerate(out) if abs(value - step_n) > 0.01 * step_n)
    assert (last_off + 1 - 80) * 12.5 == settled_ms
    assert max(out) <= step_n * (1 + 1e-9)


@given(st.floats(0.1, 1000), st.lists(st.floats(1, 100), min_size=2, max_size=60))
def test_no_step_overshoots_at_any_rate(height: float, intervals_ms: list[float]) -> None:
    state, at_ms = one_euro(OneEuro(), 0.0, 0.0), 0.0
    for interval_ms in intervals_ms:
        at_ms += interval_ms
        state = one_euro(state, height, at_ms)
        assert 0 < state.value <= height * (1 + 1e-12)


@pytest.mark.parametrize("noise_n", [0.05, 0.2, 0.5, 1.0, 3.0])
def test_noise_comes_out_at_a_fifth_to_a_quarter(noise_n: float) -> None:
    chance = Random(1)
    noise = [chance.gauss(0, noise_n) for _ in range(4000)]
    assert 0.17 < pstdev(smoothed(noise)[200:]) / noise_n < 0.30


def test_shares_of_a_hand_of_300_n_are_smoothed_as_its_newtons_are() -> None:
    chance = Random(2)
    newtons = [100 * sin(place / 9) + chance.gauss(0, 0.3) for place in range(500)]
    as_shares = smoothed([n / SHARE_N for n in newtons], BETA_PER_SHARE)
    assert BETA_PER_SHARE == BETA_PER_N * SHARE_N
    assert [share * SHARE_N for share in as_shares] == pytest.approx(smoothed(newtons), abs=1e-9)


def test_a_weak_hands_noise_of_one_percent_is_still_brought_down_to_a_third() -> None:
    chance = Random(3)
    noise = [chance.gauss(0, 0.01) for _ in range(4000)]
    assert pstdev(smoothed(noise, BETA_PER_SHARE)[200:]) / 0.01 < 1 / 3


def test_a_reading_of_the_same_time_or_none_at_all_changes_nothing() -> None:
    state = one_euro(one_euro(OneEuro(), 1.0, 0.0), 2.0, 10.0)
    assert one_euro(state, 9.0, 10.0) == one_euro(state, 9.0, 5.0) == one_euro(state, float("nan"), 20.0) == state


# scipy 1.17.1: filtfilt(*butter(2, cutoff, fs=rate), [(7 * n * n + 3 * n) % 23 for n in range(24)])
SCIPY = {
    (80, 10): [
        -0.020510937, 3.802810819, 6.404754578, 7.873900498, 9.259245353, 11.286313869, 13.671733229, 15.518819676,
        16.175636207, 15.454094356, 13.458256744, 10.804870228, 8.480372124, 7.084902536, 6.50033511, 6.441384107,
        7.160064458, 8.957483912, 11.157043785, 12.609265788, 12.606929379, 10.553999382, 6.103046245, 0.002424755,
    ],
    (1000, 15): [
        -2.558121654, -1.749724455, -0.970012189, -0.224583951, 0.481667418, 1.144432239, 1.759948053, 2.325164954,
        2.837998693, 3.297444309, 3.70355042, 4.057368027, 4.360760063, 4.61607162, 4.825888223, 4.992995742,
        5.120427974, 5.211374165, 5.269059988, 5.296943002, 5.298994815, 5.279728394, 5.244197727, 5.197969473,
    ],
    (100, 6): [
        0.335964439, 2.925668744, 5.343807958, 7.511492904, 9.407364179, 11.004760216, 12.237174258, 13.023345987,
        13.322713415, 13.161525473, 12.630197301, 11.881796962, 11.099350335, 10.429071321, 9.937183388, 9.618111668,
        9.422141557, 9.241536869, 8.886732475, 8.146381324, 6.873799319, 5.012116947, 2.621807568, -0.088495558,
    ],
}  # fmt: skip


@pytest.mark.parametrize(("rate_hz", "cutoff_hz"), SCIPY)
def test_zero_phase_agrees_with_scipy(rate_hz: int, cutoff_hz: int) -> None:
    values = [(7 * n * n + 3 * n) % 23 for n in range(24)]
    assert zero_phase(values, rate_hz, cutoff_hz) == pytest.approx(SCIPY[rate_hz, cutoff_hz], abs=2e-9)


def test_a_few_values_are_padded_as_far_as_they_reach() -> None:
    # scipy 1.17.1: filtfilt(*butter(2, 10, fs=80), [1, 5, 2, 8], padlen=3)
    golden = [0.909314468, 3.175986647, 5.649755378, 8.147061464]
    assert zero_phase([1, 5, 2, 8], 80, 10) == pytest.approx(golden, abs=2e-9)
    assert zero_phase([], 80, 10) == ()
    assert zero_phase([4.0], 80, 10) == (4.0,)


def test_both_ways_together_halve_the_cutoff_and_lose_3_db_at_four_fifths_of_it() -> None:
    def gain(hz: float) -> float:
        wave = [sin(2 * pi * hz * place / 80) for place in range(1600)]
        return pstdev(zero_phase(wave, 80, 10)[400:1200]) / pstdev(wave[400:1200])

    assert gain(10) == pytest.approx(0.5, abs=1e-3)
    assert gain(8.2) == pytest.approx(1 / sqrt(2), abs=0.01)
    assert gain(1) == pytest.approx(1, abs=1e-3)


@given(st.floats(-1e3, 1e3), st.floats(-50, 50), st.integers(2, 80))
def test_a_straight_line_comes_out_as_it_went_in(start: float, slope: float, n: int) -> None:
    line = [start + slope * place for place in range(n)]
    assert zero_phase(line, 80, 15)[n // 2] == pytest.approx(line[n // 2], abs=0.05 * abs(slope) + 1e-6)


@pytest.mark.parametrize("cutoff_hz", [0, -1, 40, 41, float("nan")])
def test_an_impossible_cutoff_is_refused(cutoff_hz: float) -> None:
    with pytest.raises(ValueError, match="cutoff_hz"):
        zero_phase([1, 2, 3], 80, cutoff_hz)


def test_a_hole_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        zero_phase([1, float("nan"), 3], 80, 10)
