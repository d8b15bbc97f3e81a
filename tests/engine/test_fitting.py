"""Check that a sensor's zero is not taken from a hand that is on it, and the firm squeeze from one that holds."""

from collections.abc import Callable

import pytest

from engine.calibration import NO_DATA, Scale
from engine.fitting import FIRM_S, TARE_S, Firm, Fitted, Fitting, Tare, fitted
from engine.sample import Sample
from engine.ticks import seconds, to_ms

ZERO, FULL = 84_000.0, 484_000.0
KNOWN = Scale(ZERO, FULL)


def fit(
    now_is: Fitting, counts: Callable[[float], float | None], s: float, known: Scale | None = None, every: int = 2,
    span: float = 2.0**24,
) -> list[Fitting | Scale]:  # fmt: skip
    """Return the fitting after each tick in which it changed kind, or the scale, for counts as a function of time."""
    seen: list[Fitting | Scale] = [now_is]
    first = now_is.since or 0
    for tick in range(first, first + seconds(s)):
        value = counts(to_ms(tick - first) / 1000) if tick % every == 0 else None
        samples = () if value is None else (Sample("grip", to_ms(tick), value),)
        made = fitted(now_is, samples, tick, known, span)
        if isinstance(made, Fitted):
            return [*seen, made.scale]
        if type(made) is not type(now_is) or getattr(made, "refused", 0) != getattr(now_is, "refused", 0):
            seen.append(made)
        now_is = made
    return [*seen, now_is]


def test_a_quiet_second_is_the_zero_and_then_the_firm_squeeze_is_asked_for() -> None:
    last = fit(Tare(0), lambda t: ZERO + 50 * (-1) ** round(t * 60), TARE_S + 0.1)[-1]
    assert isinstance(last, Firm)
    assert last.zero == pytest.approx(ZERO, abs=50)


def test_with_the_scale_of_an_earlier_day_only_the_zero_is_found_anew() -> None:
    assert fit(Tare(0), lambda t: ZERO + 300, TARE_S + 0.1, KNOWN)[-1] == Scale(ZERO + 300, FULL + 300)


def test_a_trembling_reading_is_refused_and_a_quiet_one_afterwards_is_taken() -> None:
    def counts(t: float) -> float:
        return ZERO + (5000 * (-1) ** round(t * 60) if t < 1.2 else 0)

    seen = fit(Tare(0), counts, 5)
    assert isinstance(seen[1], Tare)
    assert seen[1].refused
    assert isinstance(seen[2], Firm)


def test_a_hand_that_already_lies_on_the_sensor_is_noticed_by_the_shift() -> None:
    seen = fit(Tare(0), lambda t: ZERO + 0.06 * (FULL - ZERO), TARE_S + 0.1, KNOWN)
    assert isinstance(seen[1], Tare)
    assert seen[1].refused
    still = fit(Tare(0), lambda t: ZERO + 0.04 * (FULL - ZERO), TARE_S + 0.1, KNOWN)
    assert isinstance(still[-1], Scale)


def test_a_shift_that_stays_after_letting_go_is_the_new_zero() -> None:
    moved = ZERO + 0.2 * (FULL - ZERO)
    assert fit(Tare(0), lambda t: moved, 3 * TARE_S, KNOWN)[-1] == Scale(moved, moved + FULL - ZERO)


def test_without_readings_nothing_is_found() -> None:
    assert isinstance(fit(Tare(0), lambda t: None, 5)[-1], Tare)
    few = fit(Tare(0), lambda t: ZERO if t < 0.05 else None, 5)[-1]
    assert isinstance(few, Tare)
    assert len(few.readings) < 8
    assert not few.refused


def test_readings_marked_as_no_data_and_other_channels_are_left_out() -> None:
    samples = (Sample("grip", 0, 5.0, flags=NO_DATA), Sample("mouse", 0, 1.0), Sample("grip", 0, 7.0))
    made = fitted(Tare(0), samples, 0, None)
    assert isinstance(made, Tare)
    assert made.readings == ((7.0, 0),)


def test_the_middle_of_a_held_squeeze_is_this_hands_own_maximum() -> None:
    made = fit(
        Firm(ZERO, 100), lambda t: ZERO + min(400_000, 900_000 * t) + 2000 * (-1) ** round(t * 60), FIRM_S + 0.5
    )[-1]
    assert isinstance(made, Scale)
    assert made.zero == ZERO
    assert made.full == pytest.approx(FULL, abs=2001)


def test_letting_go_begins_the_squeeze_anew() -> None:
    def counts(t: float) -> float:
        return ZERO if 2.0 < t < 2.1 else ZERO + (100_000 if t <= 2.0 else 300_000)

    assert isinstance(fit(Firm(ZERO, 100), counts, FIRM_S + 1.9)[-1], Firm)
    made = fit(Firm(ZERO, 100), counts, 2.1 + FIRM_S + 0.2)[-1]
    assert isinstance(made, Scale)
    assert made.full == ZERO + 300_000


def test_a_touch_too_light_is_no_firm_squeeze() -> None:
    assert isinstance(fit(Firm(ZERO, 10), lambda t: ZERO + 900, 10)[-1], Firm)
    assert isinstance(fit(Firm(ZERO, 400), lambda t: ZERO + 7000, 10)[-1], Firm)
    assert isinstance(fit(Firm(ZERO, 400), lambda t: ZERO + 9000, 10)[-1], Scale)


def test_nobody_squeezing_waits_for_ever() -> None:
    last = fit(Firm(ZERO, 10), lambda t: None, 30)[-1]
    assert isinstance(last, Firm)
    assert last.since is None


def test_a_coarse_converter_is_fitted_by_its_own_steps() -> None:
    quiet = fit(Tare(0), lambda t: 30 + round(t * 60) % 3, TARE_S + 0.1, span=1024)[-1]
    assert isinstance(quiet, Firm)
    trembling = fit(Tare(0), lambda t: 30 + 15 * (round(t * 60) % 2), TARE_S + 0.1, span=1024)[-1]
    assert isinstance(trembling, Tare)
    assert isinstance(fit(Firm(30, 1), lambda t: 45, 10, span=1024)[-1], Firm)
    assert fit(Firm(30, 1), lambda t: 300, 10, span=1024)[-1] == Scale(30, 300)


def test_it_says_whether_only_the_zero_was_found_anew_and_whether_it_has_moved() -> None:
    made = [
        fitted(Tare(0, tuple((ZERO + shift, float(at)) for at in range(0, 1001, 12))), (), 120, KNOWN, 2.0**24)
        for shift in (0.0, 0.03 * (FULL - ZERO))
    ]
    assert [(one.kind, one.moved) for one in made if isinstance(one, Fitted)] == [("tare", False), ("tare", True)]


def test_a_drifting_reading_is_no_zero() -> None:
    drifting = fit(Tare(0), lambda t: ZERO + 3000 * t, TARE_S + 0.1)[-1]
    assert isinstance(drifting, Tare)
    assert drifting.refused
