"""Cup: into the band, hold, set down gently - and the band that a hold would just have passed."""

from collections.abc import Callable
from dataclasses import replace
from math import pi, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.chance import Chance
from engine.game import Grip, Outcome, Setting, Squeeze
from engine.ticks import to_ms
from games.cup import SLACK, Params, State, intent, just_passed, peak, start, step

USUAL = Params(target=0.15, band=0.04, hold_ms=3000.0, reach_ms=6000.0)


def played(params: Params, force: Callable[[float], float], most_s: float = 40.0) -> Outcome:
    """Return the outcome of ``force``, a function of the seconds."""
    state = start(params, Chance(3), Setting())
    for tick in range(round(most_s * 120)):
        made = step(state, tick, (Grip(max(0.0, force(tick / 120)), to_ms(tick)),))
        state = made.state
        if made.outcome is not None:
            return made.outcome
    raise AssertionError("the trial never ends")


def steady(share: float, until_s: float = 5.0, down_s: float = 1.0) -> Callable[[float], float]:
    """Return a force that is held at once and let go slowly."""
    return lambda t: share if t < until_s else share * max(0.0, 1 - (t - until_s) / down_s)


def test_a_steady_hold_that_is_let_go_is_a_hit() -> None:
    outcome = played(USUAL, steady(0.16))
    assert (outcome.result, outcome.cause) == ("hit", "")
    assert dict(outcome.measures)["offset"] == pytest.approx(0.01, abs=1e-4)


@pytest.mark.parametrize(("share", "cause"), [(0.10, "too-soft"), (0.21, "too-hard")])
def test_a_force_beside_the_band_is_told_by_its_side(share: float, cause: str) -> None:
    outcome = played(USUAL, lambda _: share)
    assert (outcome.result, outcome.cause) == ("miss", cause)


@pytest.mark.parametrize(("after", "cause"), [(0.09, "too-soft"), (0.22, "too-hard")])
def test_a_cup_that_was_held_slips_or_dents(after: float, cause: str) -> None:
    outcome = played(USUAL, lambda t: 0.15 if t < 1.0 else after)
    assert (outcome.result, outcome.cause) == ("miss", cause)


def test_nothing_at_all_is_an_omission() -> None:
    assert played(USUAL, lambda _: 0.0).result == "omission"


def test_letting_go_too_quickly_is_told_where_it_counts() -> None:
    gentle = replace(USUAL, lower_ms=1000.0)
    assert played(gentle, steady(0.15, down_s=0.2)).cause == "let-go-too-quickly"
    assert played(gentle, steady(0.15, down_s=2.5)).result == "hit"
    assert played(USUAL, steady(0.15, down_s=0.2)).result == "hit"


def test_a_cup_that_is_never_let_go_is_told_kindly_after_ten_seconds() -> None:
    assert played(USUAL, lambda _: 0.15).cause == "too-late"


def test_a_moment_outside_the_band_is_forgiven_up_to_a_fifth_of_the_hold() -> None:
    def force(outside_s: float) -> Callable[[float], float]:
        return lambda t: 0.25 if 1.0 <= t < 1.0 + outside_s else steady(0.15)(t)

    assert played(USUAL, force(SLACK * 3.0 - 0.05)).result == "hit"
    assert played(USUAL, force(SLACK * 3.0 + 0.05)).result == "miss"


@given(st.floats(0.004, 0.035), st.floats(0.2, 3.0), st.floats(-0.01, 0.01))
def test_the_same_forces_just_pass_the_band_that_is_stated_and_just_fail_a_narrower_one(
    size: float, frequency: float, offset: float
) -> None:
    def force(t: float) -> float:
        return 0.15 + offset + size * sin(2 * pi * frequency * t) if t < 6 else steady(0.15, until_s=6)(t)

    outcome = played(USUAL, force)
    assert outcome.result == "hit"
    band = dict(outcome.just)["band"]
    held = [force(n / 120) - 0.15 for n in range(31, 31 + 360)]
    assert sum(abs(d) > band * 1.02 + 1e-4 for d in held) <= SLACK * 360 + 1
    assert sum(abs(d) > band * 0.98 - 1e-4 for d in held) >= SLACK * 360 - 1


def test_the_just_passed_band_of_a_hold_is_its_80th_percentile() -> None:
    away = tuple(n / 1000 for n in range(100))
    assert just_passed(away, 100) == pytest.approx(0.079)


def asked(params: Params, force: Callable[[State, float], float], seed: int = 3, most_s: float = 60.0) -> Outcome:
    """Return the outcome of ``force``, a function of the state and the seconds since this height was asked for."""
    state, since = start(params, Chance(seed), Setting()), (0, "", 0)
    for tick in range(round(most_s * 120)):
        if (state.at, state.phase == "lower") != since[:2]:
            since = (state.at, state.phase == "lower", tick)
        made = step(state, tick, (Grip(max(0.0, force(state, (tick - since[2]) / 120)), to_ms(tick)),))
        state = made.state
        if made.outcome is not None:
            return made.outcome
    raise AssertionError("the trial never ends")


def off_by(sizes: dict[float, float], fall_s: float = 1.5) -> Callable[[State, float], float]:
    """Return a force that is off by a size of its own at each height, once the hold has begun; the worst first."""

    def force(state: State, t: float) -> float:
        if state.phase in ("lower", "end"):
            return state.target * (1 - t / fall_s)
        return state.target + (sizes[state.target] * max(0.3, 1 - t / 8) if t > 0.4 else 0.0)

    return force


HEIGHTS = Params(target=0.2, band=0.03, hold_ms=2000.0, reach_ms=6000.0, steps=2)


def replayed(params: Params, force: Callable[[State, float], float], **changes: float) -> str:
    return asked(replace(params, **changes), force).result  # type: ignore[arg-type]


@pytest.mark.parametrize("sizes", [{0.1: 0.026, 0.2: 0.012}, {0.1: 0.012, 0.2: 0.026}])
def test_with_two_heights_the_worse_hold_is_the_band_that_is_just_passed(sizes: dict[float, float]) -> None:
    """Each hold is judged alone: a steady one does not make up for an unsteady one."""
    force = off_by(sizes)
    band = dict(asked(HEIGHTS, force).just)["band"]
    assert replayed(HEIGHTS, force, band=band) == "hit"
    assert replayed(HEIGHTS, force, band=band - 0.0001) == "miss"
    assert 0.02 < band < 0.026


@pytest.mark.parametrize("size", [0.037, 0.045, -0.06])
def test_a_hold_that_was_cut_short_states_the_band_that_it_needed_so_far_and_says_so(size: float) -> None:
    """Here the worst comes first, so that what was needed so far is all that is needed."""
    force = off_by({0.1: size, 0.2: size})
    outcome = asked(HEIGHTS, force)
    assert (outcome.result, outcome.cut_short) == ("miss", True)
    ((name, band),) = outcome.just
    assert name == "band"
    assert replayed(HEIGHTS, force, band=band) == "hit"
    assert replayed(HEIGHTS, force, band=band - 0.0001) == "miss"


def test_of_a_hold_that_was_cut_short_before_its_worst_the_band_so_far_is_the_least_that_it_needed() -> None:
    def force(t: float) -> float:
        return 0.15 if t < 0.5 else 0.15 + 0.05 + 0.03 * t

    outcome = played(USUAL, force)
    ((name, band),) = outcome.just
    assert (name, outcome.cut_short) == ("band", True)
    assert played(replace(USUAL, band=band - 0.0001), force).result == "miss"
    assert played(replace(USUAL, band=band + 0.0001), force).result == "miss"
    assert band > USUAL.band


def test_the_time_to_reach_the_band_that_is_just_passed_is_that_of_the_latest_height() -> None:
    idle = {0.1: 2.4, 0.2: 3.1}

    def force(state: State, t: float) -> float:
        if state.phase in ("lower", "end"):
            return state.target * (1 - t)
        return state.target if state.phase == "hold" or t >= idle[state.target] else 0.05

    slow = replace(HEIGHTS, band=0.02)
    reach_ms = dict(asked(slow, force).just)["reach_ms"]
    assert reach_ms == pytest.approx(3100, abs=1000 / 60)
    assert replayed(slow, force, reach_ms=reach_ms) == "hit"
    assert replayed(slow, force, reach_ms=reach_ms - 0.1) == "miss"


@pytest.mark.parametrize("seed", range(4))
def test_the_time_of_letting_go_that_is_just_passed_is_stated_after_letting_go_too_quickly(seed: int) -> None:
    params, force = replace(HEIGHTS, lower_ms=2500.0), off_by({0.1: 0.01, 0.2: 0.01}, fall_s=1.0)
    outcome = asked(params, force, seed)
    assert (outcome.cause, outcome.cut_short) == ("let-go-too-quickly", False)
    lowered_ms = dict(outcome.just)["lower_ms"]
    assert 300 < lowered_ms < 2500
    assert asked(replace(params, lower_ms=lowered_ms), force, seed).result == "hit"
    assert asked(replace(params, lower_ms=lowered_ms + 0.001), force, seed).cause == "let-go-too-quickly"


def test_no_time_of_letting_go_is_stated_after_hits_because_nobody_lets_go_more_gently_than_asked() -> None:
    wide = Params(target=0.10, band=0.09, hold_ms=800.0, reach_ms=6000.0, lower_ms=900.0)
    assert [name for name, _ in played(USUAL, steady(0.15)).just] == ["band", "reach_ms"]
    assert [name for name, _ in played(replace(USUAL, lower_ms=1.0), steady(0.15)).just] == ["band", "reach_ms"]
    assert [name for name, _ in played(wide, lambda t: 0.10 if t < 3 else 0.0).just] == ["band", "reach_ms"]


@pytest.mark.parametrize(
    ("force", "cause"),
    [(lambda _: 0.0, "no-try"), (lambda _: 0.10, "too-soft"), (lambda _: 0.30, "too-hard"),
     (lambda _: 0.15, "too-late")],
)  # fmt: skip
def test_nothing_is_just_passed_where_the_band_was_never_reached_or_the_cup_never_set_down(
    force: Callable[[float], float], cause: str
) -> None:
    outcome = played(USUAL, force)
    assert (outcome.cause, outcome.just, outcome.cut_short) == (cause, (), False)


def test_a_second_height_that_is_never_reached_is_not_told_by_the_hold_of_the_first() -> None:
    def force(state: State, _: float) -> float:
        return 0.1 if state.at else state.target

    outcome = asked(replace(HEIGHTS, band=0.02, hold_ms=1000.0), force, seed=1)
    assert (outcome.result, outcome.just) == ("miss", ())


def test_with_two_heights_both_are_asked_for_and_the_highest_is_the_target() -> None:
    state = start(replace(USUAL, steps=2), Chance(5), Setting())
    assert sorted(state.targets) == [0.075, 0.15]


def test_the_peak_is_the_target_and_the_whole_band_above_it() -> None:
    assert peak(USUAL) == pytest.approx(0.19)


def test_no_state_ever_asks_for_more_than_the_peak() -> None:
    for seed in range(20):
        state = start(replace(USUAL, steps=3), Chance(seed), Setting())
        for tick in range(2400):
            wish = intent(state)
            assert isinstance(wish, Squeeze)
            assert wish.share <= peak(state.params)
            made = step(state, tick, (Grip(wish.share, to_ms(tick)),))
            state = made.state
            if made.outcome:
                break


def test_a_band_that_reaches_down_to_the_open_hand_measures_a_plain_number() -> None:
    wide = Params(target=0.10, band=0.09, hold_ms=800.0, reach_ms=6000.0, lower_ms=900.0)
    outcome = played(wide, lambda t: 0.10 if t < 3 else 0.0)
    assert outcome.result == "hit"
    assert dict(outcome.measures).get("lowered_ms", 0.0) >= 0.0


def test_a_lower_height_may_be_let_down_in_less_time() -> None:
    two = replace(USUAL, steps=2, band=0.02, hold_ms=600.0, lower_ms=900.0)
    for seed in range(4):
        state = start(two, Chance(seed), Setting())
        fall_per_s, force = (0.15 - 0.02 - 0.02) / 1.1, 0.0
        for tick in range(4000):
            force = max(0.0, force - fall_per_s / 120) if state.phase == "lower" else state.target
            made = step(state, tick, (Grip(force, to_ms(tick)),))
            state = made.state
            if made.outcome:
                assert made.outcome.result == "hit", state.targets
                break
