"""Check the limits that nothing may pass, and the verdict that is asked before the game."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice import GAMES, LADDERS

from engine.game import Grip, Lift, Tap
from engine.hand import Finger
from engine.safety import Limits, Watch, calmed, seen, verdict, within_cap
from engine.ticks import seconds

CUP, LADDER = GAMES["cup"], LADDERS["cup"]
USUAL = Limits()


@pytest.mark.parametrize(
    ("wider", "said"),
    [
        ({"cap": 0.61}, "cap: must lie above 0 and at most 0.60, not 0.61"),
        ({"cap": 0.0}, "cap: must lie above 0"),
        ({"cap": float("nan")}, "cap: must lie above 0"),
        ({"hard": 0.81}, "hard: must lie above the cap and at most 0.80"),
        ({"cap": 0.5, "hard": 0.5}, "hard: must lie above the cap"),
        ({"hard": float("nan")}, "hard: must lie above the cap"),
        ({"soft": 1.6}, "soft: must be 1..1.5"),
        ({"soft": 1.0}, "soft: must be 1..1.5"),
        ({"soft_s": 5.1}, "soft: must be 1..1.5"),
        ({"soft_s": 0}, "soft: must be 1..1.5"),
        ({"taps": 601}, "taps, minutes: must lie above 0"),
        ({"taps": 0}, "taps, minutes: must lie above 0"),
        ({"minutes": 45.5}, "taps, minutes: must lie above 0"),
        ({"minutes": float("inf")}, "taps, minutes: must lie above 0"),
    ],
)
def test_limits_wider_than_the_outermost_are_refused(wider: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Limits(**wider)


@given(st.floats(0.01, 0.60), st.floats(0, 100), st.sampled_from([0.1, 0.5, 7.0]))
def test_whatever_is_asked_for_no_force_lies_above_the_cap(cap: float, difficulty: float, step: float) -> None:
    limits = Limits(cap=cap, hard=0.8)
    allowed = within_cap(CUP, LADDER, difficulty, limits, step)
    if allowed is None:
        assert CUP.peak(LADDER.params(0.0)) > cap
    else:
        assert 0 <= allowed <= difficulty
        assert CUP.peak(LADDER.params(allowed)) <= cap


@given(st.floats(0, 100))
def test_a_difficulty_within_the_cap_is_left_as_it_is(difficulty: float) -> None:
    assert within_cap(CUP, LADDER, difficulty, Limits(cap=0.6)) == difficulty
    assert within_cap(GAMES["ladybirds"], LADDERS["ladybirds"], difficulty, Limits(cap=0.01)) == difficulty


def test_a_cap_below_the_easiest_level_allows_nothing() -> None:
    assert within_cap(CUP, LADDER, 50.0, Limits(cap=0.05)) is None


def watched(*events: Any, tick: int = 0, asked: float = 0.2, watch: Watch | None = None) -> Watch:
    return seen(watch or Watch(), events, tick, asked, USUAL)


def test_taps_are_counted_and_the_strongest_force_of_a_tick_counts() -> None:
    watch = watched(Tap(Finger.INDEX, 0), Tap(Finger.RING, 1), Lift(Finger.RING, 2), Grip(0.7, 3), Grip(0.1, 4))
    assert (watch.taps, watch.force) == (2, 0.7)


def test_too_much_force_for_too_long_brings_softer_and_a_moment_less_does_not() -> None:
    watch = watched(Grip(0.2 * 1.2 + 0.001, 0), tick=10)
    at = 10 + seconds(USUAL.soft_s)
    watch = watched(tick=at, watch=watch)
    assert verdict(watch, at - 1, USUAL) == "play"
    assert verdict(watch, at, USUAL) == "softer"
    eased = watched(Grip(0.2, 0), tick=at, watch=watch)
    assert verdict(eased, at, USUAL) == "play"


def test_where_no_force_is_asked_for_none_is_too_much_but_the_hard_limit_stays() -> None:
    watch = watched(Grip(0.75, 0), asked=0.0)
    assert verdict(watch, 10_000, USUAL) == "play"
    assert verdict(watched(Grip(0.801, 0), asked=0.0), 0, USUAL) == "rest"


def test_the_hard_limit_and_the_number_of_taps_bring_a_rest_at_once() -> None:
    assert verdict(Watch(force=0.80), 0, USUAL) == "play"
    assert verdict(Watch(force=0.8001), 0, USUAL) == "rest"
    assert verdict(Watch(taps=599), 0, USUAL) == "play"
    assert verdict(Watch(taps=600), 0, USUAL) == "rest"


def test_when_the_time_is_over_everything_stops_whatever_else_is_the_case() -> None:
    end = seconds(45 * 60)
    assert verdict(Watch(), end - 1, USUAL) == "play"
    assert verdict(Watch(taps=1000, force=2.0, over_since=0), end, USUAL) == "stop"
    assert verdict(Watch(), seconds(60), Limits(minutes=1)) == "stop"


def test_a_rest_begins_the_counts_anew() -> None:
    assert calmed(Watch(500, 3, 0.9)) == Watch()
