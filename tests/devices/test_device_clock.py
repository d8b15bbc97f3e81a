"""Check that a sensor's clock is mapped to the host's within the errors that the design measured."""

import math
import random
from statistics import fmean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.clock import DeviceClock

PERIOD_MS = 12.5


def played(
    *, skew_ppm: float, batch_ms: float, seconds: float = 60, stall: tuple[float, float] = (-1, -1)
) -> tuple[DeviceClock, list[tuple[float, float, float]]]:
    """Return the clock and (truth, mapped, arrival) of every frame of a synthetic sensor at 80 Hz."""
    r, clock, rows, arrival_ms = random.Random(2), DeviceClock(), [], 0.0
    for n in range(int(seconds * 1000 / PERIOD_MS)):
        true_ms = 5000 + n * PERIOD_MS
        ready_ms = true_ms + 0.15 + r.expovariate(10)
        if batch_ms:
            ready_ms = math.ceil((ready_ms - 3) / batch_ms) * batch_ms + 3 + r.expovariate(10)
        if stall[0] <= ready_ms <= stall[1]:
            ready_ms = stall[1]
        arrival_ms = max(arrival_ms, ready_ms)
        device_ms = 77 + n * PERIOD_MS * (1 - skew_ppm * 1e-6)
        rows.append((true_ms, clock.host_ms(device_ms, arrival_ms), arrival_ms))
    return clock, rows


def errors_ms(rows: list[tuple[float, float, float]], after_ms: float = 10_000) -> list[float]:
    return [mapped - true for true, mapped, _ in rows if true >= after_ms]


@pytest.mark.parametrize("skew_ppm", [-5000, -3000, 0, 3000, 5000])
def test_drift_and_batches_leave_little_error(skew_ppm: float) -> None:
    clock, rows = played(skew_ppm=skew_ppm, batch_ms=16)
    errors = errors_ms(rows)
    assert abs(fmean(errors)) < 1.2
    assert pstdev(errors) < 0.37
    assert sorted(map(abs, errors))[int(0.99 * len(errors))] < 1.5
    assert pstdev([arrival - true for true, _, arrival in rows]) > 4
    assert clock.drift_ppm == pytest.approx(skew_ppm, abs=60)


def test_an_idle_line_is_mapped_to_a_fraction_of_a_millisecond() -> None:
    errors = errors_ms(played(skew_ppm=0, batch_ms=0)[1])
    assert abs(fmean(errors)) < 0.2
    assert pstdev(errors) < 0.05


def test_it_is_of_use_from_the_first_frame() -> None:
    _, rows = played(skew_ppm=3000, batch_ms=16, seconds=5)
    assert rows[0][1] == rows[0][2]
    assert max(map(abs, errors_ms(rows, after_ms=0))) < 16.5
    assert max(map(abs, errors_ms(rows, after_ms=6000))) < 3


def test_two_noisy_blocks_are_not_taken_for_drift() -> None:
    clock = DeviceClock()
    for n in range(81):  # the second half second comes 2 ms late: a drift of 4,000 ppm, if one believes it
        clock.host_ms(n * PERIOD_MS, n * PERIOD_MS + (2 if n >= 40 else 0))
    assert 1000 < clock.drift_ppm < 2500


@pytest.mark.parametrize("stall", [(20_000, 20_900), (20_000, 24_000), (6_500, 8_000)])
def test_a_stall_of_the_program_does_not_bend_the_line(stall: tuple[float, float]) -> None:
    _, rows = played(skew_ppm=-3000, batch_ms=16, seconds=40, stall=stall)
    assert max(arrival - true for true, _, arrival in rows) > 800
    assert max(map(abs, errors_ms(rows, after_ms=9000))) < 3


def test_a_delay_that_stays_is_believed_after_some_seconds() -> None:
    clock = DeviceClock()
    for n in range(800):
        clock.host_ms(n * PERIOD_MS, n * PERIOD_MS)
    mapped = [clock.host_ms(n * PERIOD_MS, n * PERIOD_MS + 700) for n in range(800, 1400)]
    assert mapped[0] == pytest.approx(10_000, abs=1)
    assert mapped[-1] == pytest.approx(1399 * PERIOD_MS + 700, abs=1)


def test_a_restart_forgets_the_line_but_never_goes_back() -> None:
    clock = DeviceClock()
    last_ms = [clock.host_ms(n * PERIOD_MS, 1000 + n * PERIOD_MS) for n in range(400)][-1]
    clock.restart()
    assert clock.host_ms(3.0, last_ms + 40) == last_ms + 40
    assert clock.host_ms(15.5, last_ms + 50) == pytest.approx(last_ms + 50)


def test_a_time_from_the_future_is_seen() -> None:
    clock, rows = played(skew_ppm=0, batch_ms=0, seconds=5)
    device_ms = 77 + 5000.0
    assert abs(clock.ahead_ms(device_ms, rows[-1][2] + PERIOD_MS)) < 2
    assert clock.ahead_ms(device_ms + 700_000, rows[-1][2] + PERIOD_MS) == pytest.approx(700_000, abs=2)


@given(st.lists(st.tuples(st.floats(0.001, 400), st.floats(0, 400)), min_size=1, max_size=60))
def test_host_time_never_goes_back_and_is_never_after_the_arrival(steps: list[tuple[float, float]]) -> None:
    clock, device_ms, arrival_ms, last_ms = DeviceClock(), 0.0, 0.0, -math.inf
    for device_step, arrival_step in steps:
        device_ms, arrival_ms = device_ms + device_step, arrival_ms + arrival_step
        at_ms = clock.host_ms(device_ms, arrival_ms)
        assert last_ms <= at_ms <= arrival_ms
        last_ms = at_ms


@pytest.mark.parametrize("skew_ppm", [0, 3000])
def test_a_busy_program_moves_no_time_stamp(skew_ppm: float) -> None:
    # the interpreter is busy for 14 of each 16.7 ms, so that nearly every frame waits; 20 s after 5 s to settle
    for seed in range(4):
        r, clock, errors, arrival_ms = random.Random(seed), DeviceClock(), [], 0.0
        for n in range(27 * 80):
            true_ms = 1000 + n * PERIOD_MS
            ready_ms = true_ms + 0.05 + r.expovariate(30)
            waits_ms = max(0.0, 14 - ready_ms % 16.7)
            arrival_ms = max(arrival_ms, ready_ms + (waits_ms + r.expovariate(5) if waits_ms else 0.0))
            mapped_ms = clock.host_ms((true_ms - 900) * (1 - skew_ppm * 1e-6), arrival_ms)
            if true_ms > 6000:
                errors.append(mapped_ms - true_ms)
        assert pstdev(errors) < 0.05
