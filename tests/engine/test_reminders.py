"""Reminders: at sensible hours, never in the quiet ones, never too close, and for the days of the program only."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import reminders
from engine.goals import weekday
from engine.prescription import DAYS, Dose

SATURDAY = date(2026, 11, 21).toordinal()
DOSES = st.builds(
    Dose,
    days=st.lists(st.sampled_from(DAYS), min_size=1, max_size=7, unique=True).map(tuple),
    bouts=st.integers(1, 6),
    minutes=st.floats(2, 20),
    gap_h=st.floats(0, 12),
)


@pytest.mark.parametrize(
    ("dose", "wanted"),
    [
        (Dose(bouts=1), (600,)),
        (Dose(), (600, 900)),
        (Dose(bouts=3), (600, 840, 1080)),
        (Dose(bouts=4), (600, 750, 900, 1050)),
        (Dose(bouts=2, gap_h=5.0), (540, 855)),
        (Dose(bouts=3, gap_h=5.0), (540, 855, 1170)),
        (Dose(bouts=3, gap_h=10.0), (540, 1155)),
        (Dose(bouts=2, gap_h=12.0), (540,)),
    ],
)
def test_bouts_are_spread_over_the_day(dose: Dose, wanted: tuple[int, ...]) -> None:
    assert reminders.hours(dose) == wanted


@given(DOSES)
def test_no_bout_lies_in_quiet_hours_or_too_close_to_another(dose: Dose) -> None:
    hours = reminders.hours(dose)
    assert 1 <= len(hours) <= dose.bouts
    assert all(at >= 9 * 60 and at + dose.minutes <= 20 * 60 for at in hours)
    assert all(later - earlier >= dose.gap_h * 60 + dose.minutes for earlier, later in pairwise(hours))


@given(DOSES, st.integers(6 * 60, 12 * 60), st.integers(14 * 60, 23 * 60))
def test_other_quiet_hours_are_kept_as_well(dose: Dose, morning: int, night: int) -> None:
    hours = reminders.hours(dose, (night, morning))
    assert hours
    assert all(morning <= at and at + dose.minutes <= night for at in hours)


def test_quiet_hours_that_leave_no_room_are_refused() -> None:
    with pytest.raises(ValueError, match="quiet"):
        reminders.hours(Dose(), (600, 595))


def test_the_plan_is_for_four_weeks_from_the_first_day_of_practice_on() -> None:
    first, second = reminders.planned(Dose(days=("fri", "mon", "wed")), SATURDAY)
    assert (first.number, first.at_minute, first.minutes, first.count) == (1, 600, 12, 12)
    assert (second.number, second.at_minute) == (2, 900)
    assert first.days == ("mon", "wed", "fri")
    assert date.fromordinal(first.first_day) == date(2026, 11, 23)
    days = reminders.dates(first)
    assert date.fromordinal(days[-1]) == date(2026, 12, 18)
    assert len(days) == 12


@given(DOSES, st.integers(SATURDAY, SATURDAY + 400), st.integers(1, 8))
def test_every_date_is_a_day_of_the_program_in_those_weeks(dose: Dose, first: int, weeks: int) -> None:
    for reminder in reminders.planned(dose, first, weeks):
        days = reminders.dates(reminder)
        assert {DAYS[weekday(day)] for day in days} == set(dose.days)
        assert len(days) == weeks * len(dose.days)
        assert first <= days[0] <= days[-1] < first + 7 * weeks


def test_a_bout_is_due_on_a_day_of_the_program_until_they_are_done() -> None:
    assert [reminders.is_due(Dose(), SATURDAY + 2, done) for done in (0, 1, 2, 3)] == [True, True, False, False]
    assert not reminders.is_due(Dose(), SATURDAY, 0)
