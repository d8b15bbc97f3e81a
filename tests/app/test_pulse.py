"""Check how a sleep, a standstill and a still picture are told by clocks, and that the time of day is not asked."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import pulse
from app.pulse import AWAY_S, STILL_S, Pulse, Stillness

SPANS = st.floats(0.0, 1e6)


@pytest.mark.parametrize(
    ("awake_s", "through_s", "missed_s"),
    [
        (0.02, 0.02, 0.0),
        (2.9, 2.9, 0.0),  # a slow disk
        (6.0, 6.0, 6.0),  # stopped, or the computer had other things to do
        (0.02, 3600.0, 3600.0),  # asleep, while the program's own clock stood still
        (3600.0, 3600.0, 3600.0),  # asleep, where that clock goes on
    ],
)
def test_a_sleep_and_a_standstill_are_told_from_a_late_picture(
    awake_s: float, through_s: float, missed_s: float
) -> None:
    assert pulse.missed_s(Pulse(0.0, 0.0), Pulse(awake_s, through_s)) == missed_s


@given(SPANS, SPANS)
def test_what_was_missed_is_never_short_and_never_more_than_a_clock_says(awake_s: float, through_s: float) -> None:
    missed_s = pulse.missed_s(Pulse(0.0, 0.0), Pulse(awake_s, through_s))
    assert missed_s == 0.0 or AWAY_S < missed_s == max(awake_s, through_s)


def test_a_clock_that_is_set_is_no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    last = pulse.now()
    for change_s in (-7200.0, 3600.0, 86400.0 * 365):
        monkeypatch.setattr(time, "time", lambda by=change_s: 1.8e9 + by)
        monkeypatch.setattr(time, "time_ns", lambda by=change_s: int((1.8e9 + by) * 1e9))
        assert pulse.missed_s(last, pulse.now()) == 0.0


def test_both_clocks_go_on_while_the_program_waits() -> None:
    last = pulse.now()
    time.sleep(0.02)
    here = pulse.now()
    assert 0.015 < here.awake_s - last.awake_s < AWAY_S
    assert 0.015 < here.through_s - last.through_s < AWAY_S


@pytest.mark.parametrize("system", ["linux", "darwin", "win32", "other"])
def test_every_system_has_a_clock(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", system)
    first = pulse.through_sleep_s()
    assert pulse.through_sleep_s() >= first


def test_the_same_picture_is_still_after_a_minute_and_another_one_or_a_key_wakes_it() -> None:
    still = pulse.seen(Stillness(0.0), "home", 1.0)
    for at_s in (2.0, 30.0, 1.0 + STILL_S):
        still = pulse.seen(still, "home", at_s)
        assert not pulse.is_still(still, at_s)
    assert pulse.is_still(still, 1.1 + STILL_S)
    assert not pulse.is_still(pulse.seen(still, "settings", 70.0), 70.0 + STILL_S)
    assert not pulse.is_still(pulse.touched(still, 70.0), 70.0 + STILL_S)
    assert pulse.is_still(pulse.seen(pulse.touched(still, 70.0), "home", 71.0), 70.1 + STILL_S)
