"""Check that a maximum grip is asked for gently, can be stopped at any moment, and counts only what was held."""

from collections.abc import Callable
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.signals.maximum import (
    BEST_OF_HAND,
    MEAN_OF_FEWER,
    MEAN_OF_THREE,
    SOURCES,
    Maximum,
    Reading,
    Result,
    Trial,
    begun,
    best_of_six,
    enough,
    more,
    start,
    step,
    stopped,
)
from engine.ticks import seconds, to_ms

LEAST_N = 2.0
Force = Callable[[float], float | None]


def squeeze(strength: float, build_s: float = 1.5, hold_s: float = inf) -> Force:
    """Return a force that is built up over ``build_s``, held, and let go."""
    return lambda s: strength * min(1.0, s / build_s) if s < build_s + hold_s else 0.0


def run(state: Maximum, s: float, force: Force = lambda s: 0.0, troubles: Force = lambda s: None) -> Maximum:
    """Return the state ``s`` seconds later, at 60 readings a second; force and troubles by seconds from now on."""
    first = state.tick
    for tick in range(first + 1, first + 1 + seconds(s)):
        at_s = (tick - first) / 120
        value = force(at_s) if tick % 2 == 0 else None
        named = frozenset({"saturated"}) if troubles(at_s) else frozenset()
        state = step(state, tick, () if value is None else (Reading(value, to_ms(tick), named),))
    return state


def until(state: Maximum, phase: str, force: Force = lambda s: 0.0, most_s: float = 100.0) -> Maximum:
    """Return the state as it enters ``phase``; force by seconds from now on."""
    first = state.tick
    while state.phase != phase:
        assert state.tick - first < seconds(most_s)
        tick = state.tick + 1
        value = force((tick - first) / 120) if tick % 2 == 0 else None
        state = step(state, tick, () if value is None else (Reading(value, to_ms(tick)),))
    return state


def tried(state: Maximum, force: Force, troubles: Force = lambda s: None) -> Maximum:
    """Return the state after a countdown and one squeeze of 12 s at the most."""
    state = until(begun(state), "squeeze")
    n = len(state.trials)
    for _ in range(120):
        state = run(state, 0.1, lambda s, at=state.tick - state.since: force(at / 120 + s), troubles)
        if len(state.trials) > n:
            break
    assert len(state.trials) == n + 1
    return state


def after(*strengths: float) -> Maximum:
    """Return the protocol just after as many squeezes as there are strengths."""
    state = start(0, LEAST_N)
    for strength in strengths:
        if state.phase == "offer":
            state = more(state)
        state = tried(until(state, "ready"), squeeze(strength))
    return state


def test_nothing_begins_before_the_patient_says_so() -> None:
    state = run(start(0, LEAST_N), 300, squeeze(100))
    assert (state.phase, state.trials, state.seconds_left) == ("ready", (), 0)


def test_the_countdown_counts_3_2_1_and_then_the_squeeze_is_asked_for() -> None:
    state, seen = begun(start(0, LEAST_N)), []
    while state.phase == "countdown":
        seen.append(state.seconds_left)
        state = step(state, state.tick + 1)
    assert seen == [3] * 120 + [2] * 120 + [1] * 120
    assert (state.phase, state.seconds_left, state.words) == ("squeeze", 5, "maximum.build")


def test_three_like_squeezes_are_a_result_by_the_rule_of_three() -> None:
    state = after(300, 310, 305)
    assert state.phase == "done"
    assert [trial.why for trial in state.trials] == [None] * 3
    result = state.result
    assert (result.mean, result.best, result.steady) == (305, 310, 310)
    assert result.scatter == pytest.approx(5 / 305, abs=1e-4)
    assert (result.mean_rule, result.best_rule) == (MEAN_OF_THREE, BEST_OF_HAND)
    assert {MEAN_OF_THREE, MEAN_OF_FEWER, BEST_OF_HAND} < set(SOURCES)


def test_between_squeezes_lies_a_whole_rest() -> None:
    state = after(300)
    assert (state.phase, state.seconds_left) == ("rest", 60)
    ended = state.since
    state = until(state, "ready", squeeze(300))
    assert state.tick - ended == seconds(60)
    assert len(state.trials) == 1


@pytest.mark.parametrize("rest_s", [14.9, 0.0, -1.0, nan, 601.0])
def test_a_rest_of_less_than_15_s_is_refused(rest_s: float) -> None:
    with pytest.raises(ValueError, match="rest_s"):
        start(0, LEAST_N, rest_s)


@pytest.mark.parametrize("least", [0.0, -1.0, nan, inf])
def test_a_least_force_that_is_none_is_refused(least: float) -> None:
    with pytest.raises(ValueError, match="least"):
        start(0, least)


def test_the_words_go_from_building_up_to_holding_to_enough() -> None:
    state = until(begun(start(0, LEAST_N)), "squeeze")
    seen = []
    for place in range(50):
        if state.phase == "squeeze" and (not seen or seen[-1] != state.words):
            seen.append(state.words)
        state = run(state, 0.1, lambda s, at=place / 10: squeeze(200)(at + s))
    assert seen == ["maximum.build", "maximum.hold", "maximum.enough"]


def test_the_five_seconds_count_from_the_first_force_so_that_a_slow_starter_has_them_too() -> None:
    # paretic hands begin 1.9 s after the cue
    state = tried(start(0, LEAST_N), lambda s: squeeze(150)(s - 4) if s > 4 else 0.0)
    assert state.trials[0].valid
    assert state.trials[0].held_s == pytest.approx(4.2, abs=0.2)


def test_the_squeeze_ends_after_five_seconds_whatever_the_hand_does() -> None:
    state = run(until(begun(start(0, LEAST_N)), "squeeze"), 5.2, squeeze(200))
    assert state.phase == "rest"


def test_letting_go_after_a_full_hold_ends_the_squeeze_early() -> None:
    state = run(until(begun(start(0, LEAST_N)), "squeeze"), 4.8, squeeze(200, 0.5, 3.2))
    assert state.phase == "rest"
    assert state.trials[0].valid
    assert state.trials[0].held_s == pytest.approx(3.45, abs=0.1)


def test_letting_go_too_soon_is_too_short_and_the_share_held_shows_it() -> None:
    state = run(until(begun(start(0, LEAST_N)), "squeeze"), 2.0, squeeze(200, 0.5, 1.0))
    assert state.held == pytest.approx(1.25 / 3, abs=0.03)
    state = tried(start(0, LEAST_N), squeeze(200, 0.5, 1.0))
    assert state.trials[0].why == "too-short"
    assert (state.result.mean, state.result.mean_rule) == (None, MEAN_OF_FEWER)


@pytest.mark.parametrize(("hold_s", "why"), [(2.25, "too-short"), (2.55, None)])
def test_eighty_percent_of_three_seconds_are_enough(hold_s: float, why: str | None) -> None:
    assert tried(start(0, LEAST_N), squeeze(200, 0.2, hold_s - 0.1)).trials[0].why == why


def test_who_does_not_squeeze_is_waited_for_and_not_measured() -> None:
    state = tried(start(0, LEAST_N), lambda s: 0.5)
    assert state.trials == (Trial(0.5, 0.5, 0.0, "no-squeeze"),)


def test_saturation_and_a_silent_or_frozen_sensor_spoil_a_trial() -> None:
    state = tried(start(0, LEAST_N), squeeze(200), lambda s: 0.04 < s < 0.07)
    assert state.trials[0].why == "saturated"
    assert tried(start(0, LEAST_N), lambda s: None).trials == (Trial(0.0, None, 0.0, "no-data"),)
    silent = tried(start(0, LEAST_N), lambda s: None if 2 < s < 2.3 else squeeze(200)(s))
    assert silent.trials[0].why == "no-data"
    unplugged = tried(start(0, LEAST_N), lambda s: None if s > 4.4 else squeeze(200)(s))
    assert unplugged.trials[0].why == "no-data"
    state = step(until(begun(start(0, LEAST_N)), "squeeze"), 361, [Reading(5.0, 3000.0, frozenset({"stuck"}))])
    assert stopped(state).trials[0].peak == 0


def test_one_reading_that_no_hand_can_make_is_left_out_and_the_trial_counts() -> None:
    state = run(until(begun(start(0, LEAST_N)), "squeeze"), 2, squeeze(200))
    state = step(state, state.tick + 1, [Reading(9000.0, to_ms(state.tick + 1), frozenset({"impossible-step"}))])
    state = until(state, "rest", lambda s: 200.0)
    assert (state.trials[0].why, state.trials[0].peak) == (None, 200)


def test_a_peak_is_one_reading_and_the_steady_value_the_best_half_second() -> None:
    state = tried(start(0, LEAST_N), lambda s: 260.0 if 2 < s < 2.02 else squeeze(200)(s))
    assert state.trials[0].peak == 260
    assert state.trials[0].steady == pytest.approx(202, abs=1)


@pytest.mark.parametrize(
    ("strengths", "phase"),
    [
        ((100, 100, 100), "done"),
        ((100, 104, 109), "done"),
        ((100, 104, 110), "offer"),
        ((150, 100, 140), "offer"),
        ((110, 105, 100), "done"),
    ],
)
def test_an_extra_trial_is_offered_where_the_peaks_scatter_or_the_last_was_the_best(
    strengths: tuple[float, ...], phase: str
) -> None:
    assert after(*strengths).phase == phase


def test_an_extra_trial_takes_the_place_of_the_first_and_all_are_kept() -> None:
    state = after(100, 110, 120, 121)
    assert state.phase == "done"
    assert len(state.trials) == 4
    assert state.result.mean == pytest.approx(117)
    assert state.result.best == 121


def test_an_offer_may_be_declined_and_the_rest_counts_from_the_last_squeeze() -> None:
    state = after(100, 110, 120)
    assert enough(state).phase == "done"
    waited = run(state, 45)
    assert waited.phase == "offer"
    assert more(waited).seconds_left == 15
    assert run(more(run(waited, 30)), 0.1).phase == "ready"


def test_five_squeezes_are_the_most_counted_or_not() -> None:
    assert after(100, 110, 120, 130, 140).phase == "done"
    state = start(0, LEAST_N)
    for n in range(5):
        assert state.phase == ("rest" if n else "ready")
        state = tried(until(state, "ready"), squeeze(100, 0.5, 0.5))
    assert state.phase == "done"
    assert state.result == Result(state.trials, None, None, None, None, MEAN_OF_FEWER)


def test_stop_keeps_what_was_done_and_asks_for_nothing_more() -> None:
    state = run(until(begun(until(after(300), "ready")), "squeeze"), 2, squeeze(280))
    state = stopped(state)
    assert state.phase == "done"
    assert [trial.why for trial in state.trials] == [None, "stopped"]
    assert state.result.mean == 300
    assert run(state, 100, squeeze(300)) == stopped(run(state, 100))
    assert begun(state) == more(state) == enough(state) == state


def test_a_squeeze_cut_short_before_half_a_second_has_no_steady_value() -> None:
    state = run(until(begun(start(0, LEAST_N)), "squeeze"), 0.3, lambda s: 100.0)
    assert stopped(state).trials == (Trial(100, None, pytest.approx(0.283, abs=0.01), "stopped"),)


def test_buttons_of_another_phase_do_nothing() -> None:
    for state in (begun(start(0, LEAST_N)), after(300)):
        assert begun(state) == more(state) == enough(state) == state
    assert more(start(0, LEAST_N)) == enough(start(0, LEAST_N)) == start(0, LEAST_N)


def test_the_best_of_six_needs_three_good_trials_of_each_hand() -> None:
    left, right = after(200, 205, 203).result, after(230, 240, 235).result
    assert best_of_six(left, right) == 240
    assert best_of_six(after(200, 205).result, right) is None


BUTTONS = {"begun": begun, "more": more, "enough": enough, "stopped": stopped}
pressed = st.sampled_from(["begun", "begun", "begun", "begun", "more", "more", "enough", "stopped"])


@given(st.lists(st.tuples(pressed, st.floats(0.05, 20), st.floats(0, 500)), min_size=4, max_size=9))
def test_whatever_is_pressed_nobody_squeezes_too_often_too_long_or_without_rest(
    presses: list[tuple[str, float, float]],
) -> None:
    state, ended, squeezing = start(0, LEAST_N, 15.0), -inf, 0
    for button, s, strength in presses:
        asked = BUTTONS[button](state)
        if asked.phase == "countdown" != state.phase:
            assert asked.tick - ended >= seconds(15)
        state = asked
        for _ in range(seconds(s)):
            before = state
            tick = state.tick + 1
            state = step(state, tick, (Reading(strength, to_ms(tick)),) if tick % 6 == 0 else ())
            squeezing = squeezing + 1 if state.phase == "squeeze" else 0
            assert squeezing <= seconds(6 + 5)
            ended = tick if len(state.trials) > len(before.trials) else ended
            assert before.phase != "done" or state.phase == "done"
        assert len(state.trials) <= 5
        assert 0 <= state.held <= 1
        assert 0 <= state.seconds_left <= 15
