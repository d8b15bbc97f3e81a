"""How the strongest squeeze of a test was built up is told in newtons or per cent, or why it cannot be."""

from math import exp

import pytest

from app.squeeze import Squeeze, in_words, strongest


def trace(rate_hz: float = 80.0, begin_ms: float = 2000.0, zero: float = 84_000.0) -> list[tuple[float, float]]:
    """Return a squeeze of 400,000 counts that grows with a time constant of 150 ms, held 1.5 s."""
    times = [1000 * n / rate_hz for n in range(round(3.5 * rate_hz))]
    grown = [1 - exp(-(t - begin_ms) / 150) if t > begin_ms else 0.0 for t in times]
    return [
        (zero + 400_000 * share + (7 if n % 2 else -7), t)
        for n, (share, t) in enumerate(zip(grown, times, strict=True))
    ]


def told(rate_hz: float = 80.0, gain_n: float = 0.0) -> Squeeze:
    squeeze = strongest(trace(rate_hz), gain_n)
    assert squeeze is not None
    return squeeze


def test_a_calibrated_sensor_tells_newtons_a_second() -> None:
    squeeze = told(gain_n=1e-4 * 5)
    assert squeeze.unit == "N"
    assert squeeze.peak == pytest.approx(200, rel=0.01)
    assert squeeze.onset_ms == pytest.approx(2000, abs=15)
    true = 200 * (1 - exp(-200 / 150)) / 0.2
    assert squeeze.first_200_ms.per_s == pytest.approx(true, rel=0.06)
    assert squeeze.steepest_100_ms.per_s == pytest.approx(200 * (1 - exp(-100 / 150)) / 0.1, rel=0.1)
    assert "N/s in its first 200 ms" in in_words(squeeze)


def test_any_other_sensor_tells_per_cent_of_its_own_peak() -> None:
    squeeze = told()
    assert squeeze.unit == "%"
    assert squeeze.peak == 100
    assert squeeze.first_200_ms.per_s == pytest.approx(100 * (1 - exp(-200 / 150)) / 0.2, rel=0.06)


def test_a_slow_sensor_says_that_it_cannot_tell() -> None:
    squeeze = told(rate_hz=20)
    assert squeeze.first_200_ms.per_s is None
    assert in_words(squeeze) == "The strongest squeeze: the sensor is too slow to tell."


def test_nothing_is_told_of_too_little() -> None:
    assert strongest([]) is None
    assert strongest([(5.0, 12.5 * n) for n in range(100)]) is None
    assert strongest([(float(n), 5.0) for n in range(100)]) is None
