"""Check that weights become newtons, that nonsense is refused in plain words, and what a calibration may not claim."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.signals.newtons import Calibration, checked, fitted, from_plain, newtons, to_plain, warnings

ZERO, A_KG = 84_000.0, 21_500.0
GOOD = ((0.0, ZERO), (5.0, ZERO + 5 * A_KG), (10.0, ZERO + 10 * A_KG), (20.0, ZERO + 20 * A_KG))


def good(points: tuple[tuple[float, float], ...] = GOOD) -> Calibration:
    return fitted("HX-0042", "2026-05-31", points)


def test_a_straight_sensor_is_found_exactly() -> None:
    made = good()
    assert made.gain == pytest.approx(9.80665 / A_KG, rel=1e-12)
    assert made.zero == pytest.approx(ZERO, abs=1e-6)
    assert made.rmse_n == pytest.approx(0, abs=1e-9)
    assert made.nonlinearity == pytest.approx(0, abs=1e-9)
    assert made.largest_n == pytest.approx(196.133)
    assert newtons(made, ZERO + 3 * A_KG) == pytest.approx(29.41995)
    assert newtons(made, ZERO + 3 * A_KG + 500, zero=ZERO + 500) == pytest.approx(29.41995)


def bent(kg: float) -> float:
    """Return the counts of a sensor whose line has an S of 0.2 % in it, over 20 kg."""
    share = kg / 20
    return ZERO + A_KG * 20 * (share + 0.002 * 12 * 3**0.5 * share * (share - 0.5) * (share - 1))


def worst_n(made: Calibration) -> float:
    """Return how far the sensor is off anywhere up to 20 kg, in newtons."""
    return max(abs(newtons(made, bent(kg / 10)) - kg / 10 * 9.80665) for kg in range(201))


def test_two_weights_cannot_show_that_a_sensor_is_bent_and_a_light_one_makes_it_worse() -> None:
    # the design's finding: 0 + 20 kg leave 0.40 N of 196 N, 0 + 5 kg 1.57 N, and neither says so
    heavy, light = (good(((0.0, bent(0)), (kg, bent(kg)))) for kg in (20.0, 5.0))
    assert worst_n(heavy) == pytest.approx(0.40, abs=0.02)
    assert worst_n(light) == pytest.approx(1.57, abs=0.1)
    assert heavy.nonlinearity is light.nonlinearity is None
    assert light.rmse_n == pytest.approx(0, abs=1e-6)


def test_three_weights_show_it() -> None:
    made = good(tuple((kg, bent(kg)) for kg in (0.0, 5.0, 15.0, 20.0)))
    assert made.nonlinearity is not None
    assert 0.0005 < made.nonlinearity < 0.0021


def test_a_weight_laid_on_twice_is_still_no_third_one() -> None:
    made = good(((0.0, ZERO), (10.0, ZERO + 1e5), (10.0001, ZERO + 1.01e5)))
    assert made.nonlinearity is None
    assert made.rmse_n > 0


@given(st.floats(-1e6, 1e6), st.floats(100, 1e6), st.booleans(), st.floats(-10, 300))
def test_any_straight_sensor_reads_what_lies_on_it(zero: float, a_kg: float, reverse: bool, kg: float) -> None:
    a_kg = -a_kg if reverse else a_kg
    made = good(tuple((load, zero + load * a_kg) for load in (0.0, 2.0, 5.0, 20.0)))
    assert newtons(made, zero + kg * a_kg) == pytest.approx(kg * 9.80665, abs=1e-3)


def test_the_line_is_that_of_least_squares() -> None:
    # numpy.polyfit([0, 1, 2, 4], [10, 21, 29, 52], 1) -> slope 10.4, intercept 9.8
    made = good(((0.0, 10.0), (1.0, 21.0), (2.0, 29.0), (4.0, 52.0)))
    assert made.zero == pytest.approx(9.8)
    assert made.gain == pytest.approx(9.80665 / 10.4)


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([], "two weights at least"),
        ([(5, 100)], "two weights at least"),
        ([(5, 100), (5, 200)], "two weights at least"),
        ([(5, 100), (5.05, 200)], "two weights at least"),
        ([(0, 100), (5, 100), (10, 100)], "do not change"),
        ([(0, 100), (5, 100 + 1e-13)], "hardly change"),
        ([(0, 100), (-5, 200)], "between 0 and 200 kg"),
        ([(0, 100), (5000, 200)], "is it in grams"),
        ([(0, 100), (5, 300), (10, 200)], "mixed up"),
        ([(0, 100), (5, 200), (10, 200)], "mixed up"),
        ([(0, 300), (5, 200), (10, 250)], "mixed up"),
        ([(0, 100), (float("nan"), 200)], "finite"),
        ([(0, 100), (5, float("inf"))], "finite"),
    ],
)
def test_nonsense_is_refused_in_plain_words(points: list[tuple[float, float]], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        fitted("HX-0042", "2026-05-31", points)


@pytest.mark.parametrize("date", ["", "31.05.2026", "2026-5-31", "2026-13-01", "2026-01-32", "2026-05-31T10:00", None])
def test_a_calibration_needs_a_date(date: Any) -> None:
    with pytest.raises(ValueError, match="date"):
        fitted("HX-0042", date, GOOD)


@pytest.mark.parametrize("serial", ["", "  ", None, 42])
def test_a_calibration_needs_the_sensors_serial_number(serial: Any) -> None:
    with pytest.raises(ValueError, match="serial"):
        fitted(serial, "2026-05-31", GOOD)


def test_what_is_to_be_said_of_a_calibration() -> None:
    assert warnings(good(), strongest_n=290, today="2027-05-31") == ()
    assert warnings(good(), strongest_n=295) == ("too-small-weight",)
    assert warnings(good(), today="2027-06-01") == ("old",)
    assert warnings(good(GOOD[:2])) == ("too-few-weights",)
    crooked = (*GOOD[:3], (20.0, ZERO + 21 * A_KG))
    assert warnings(good(crooked)) == ("bent",)
    leap_day = fitted("HX-0042", "2024-02-29", GOOD)
    assert warnings(leap_day, today="2025-02-28") == ()
    assert warnings(leap_day, today="2025-03-01") == ("old",)
    with pytest.raises(ValueError, match="date"):
        warnings(good(), today="tomorrow")


def test_a_check_weight_may_be_two_percent_off() -> None:
    for off, passed in ((0.0, True), (0.019, True), (-0.019, True), (0.021, False), (-0.021, False)):
        check = checked(good(), 5.0, ZERO + 5 * A_KG * (1 + off))
        assert check.passed is passed
        assert check.error == pytest.approx(off)
        assert check.measured_n == pytest.approx(49.03325 * (1 + off))
    assert checked(good(), 5.0, ZERO + 900 + 5 * A_KG, zero=ZERO + 900).passed
    for kg in (0.0, -1.0, 5000.0, float("nan")):
        with pytest.raises(ValueError, match="check weight"):
            checked(good(), kg, ZERO)


def test_the_id_follows_from_the_contents_alone() -> None:
    assert good().id == good(tuple(reversed(GOOD))).id == good(((0, 84000), *GOOD[1:])).id == "66353e2a"
    others = {fitted("HX-0043", "2026-05-31", GOOD).id, fitted("HX-0042", "2026-06-01", GOOD).id, good(GOOD[:3]).id}
    assert len(others | {good().id}) == 4


def numbers() -> st.SearchStrategy[tuple[tuple[float, float], ...]]:
    some = st.lists(st.tuples(st.floats(0, 200), st.floats(-1e7, 1e7)), min_size=2, max_size=6)
    return some.map(lambda points: tuple(zip(*(sorted(column) for column in zip(*points, strict=True)), strict=True)))


@given(numbers())
def test_a_calibration_survives_the_way_through_json_or_was_never_made(points: tuple[tuple[float, float], ...]) -> None:
    try:
        made = good(points)
    except ValueError:
        assume(False)
    assert from_plain(json.loads(json.dumps(to_plain(made)))) == made


def changed(**fields: Any) -> dict[str, Any]:
    return {**to_plain(good()), **fields}


@pytest.mark.parametrize(
    ("plain", "words"),
    [
        (None, "just the fields"),
        ([], "just the fields"),
        ({}, "just the fields"),
        (changed(more=1), "just the fields"),
        ({k: v for k, v in changed().items() if k != "gain"}, "just the fields"),
        (changed(points="0,1"), "list of"),
        (changed(points=[[0, 1, 2]]), "list of"),
        (changed(points=[(0, 1)]), "list of"),
        (changed(points=[[0, "1"], [1, 2]]), "sensible size"),
        (changed(points=[[0, True], [1, 2]]), "sensible size"),
        (changed(points=[[0, 10**400], [1, 2]]), "sensible size"),
        (changed(points=[[0, 1]]), "two weights at least"),
        (changed(gain=0.001), "gain: does not follow"),
        (changed(gain="0.1"), "gain: does not follow"),
        (changed(id="00000000"), "id: does not follow"),
        (changed(nonlinearity=None), "nonlinearity: does not follow"),
        (changed(serial="HX-0043"), "id: does not follow"),
        (changed(serial=7), "serial"),
        (changed(date="yesterday"), "date"),
        (changed(zero=True), "zero: does not follow"),
    ],
)
def test_anything_else_is_no_calibration(plain: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        from_plain(plain)


def test_no_is_not_nought_in_a_calibration() -> None:
    plain = to_plain(good(((0.0, 0.0), (1.0, 9.80665))))
    assert plain["rmse_n"] == 0
    with pytest.raises(ValueError, match="rmse_n"):
        from_plain({**plain, "rmse_n": False})


def test_a_calibration_is_a_value() -> None:
    assert good() == good()
    assert hash(good()) == hash(good())
    assert replace(good(), date="2020-01-01") != good()
