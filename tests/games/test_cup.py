"""Cup: hold, carry and pour within the band, set down gently - and the band that would just have passed."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from math import pi, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calibration import mouse_height
from engine.chance import Chance
from engine.game import Grip, Outcome, Setting, Squeeze
from engine.scene import STAGE_W, Bar, Picture, Scene, mirrored
from engine.ticks import TICKS_PER_S, to_ms
from games.cup import GAME, SLACK, Params, State, bump_way, intent, just_passed, peak, scene, start, step

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
    state, since = start(params, Chance(seed), Setting()), (0, False, 0)
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


def test_a_way_down_of_a_moment_is_not_judged_for_its_gentleness() -> None:
    """From the lower of two heights the band reaches nearly down to the open hand."""
    two = replace(USUAL, steps=2, band=0.0545, hold_ms=600.0, lower_ms=900.0)
    outcomes = [asked(two, lambda state, _: 0.0 if state.phase == "lower" else state.target, seed) for seed in range(6)]
    assert {"hit", "miss"} == {outcome.result for outcome in outcomes}


# Carrying and pouring

CARRY = Params(target=0.15, band=0.03, hold_ms=2000.0, reach_ms=6000.0, task="carry", bumps=1, bump=0.06)
POUR = Params(target=0.18, band=0.03, hold_ms=800.0, reach_ms=6000.0, task="pour", ramp=0.03)


def following(off: Callable[[State], float] = lambda _: 0.0, down_s: float = 1.0) -> Callable[[State, float], float]:
    """Return a force that follows whatever is asked, off by ``off``; it is let go evenly."""

    def force(state: State, t: float) -> float:
        if state.phase in ("lower", "end"):
            return state.ways[-1][-1] * (1 - t / down_s)
        return state.target + off(state)

    return force


def on_bump(off: float) -> Callable[[State], float]:
    return lambda state: off if state.phase == "hold" and state.at == 1 else 0.0


@pytest.mark.parametrize("params", [CARRY, replace(CARRY, bumps=3), replace(CARRY, bumps=0), POUR])
def test_a_force_that_follows_the_way_is_a_hit(params: Params) -> None:
    assert asked(params, following()).result == "hit"


def test_who_holds_as_on_level_ground_while_there_is_a_bump_holds_too_softly_for_it() -> None:
    level = following(lambda state: 0.15 - state.target)
    outcome = asked(CARRY, level)
    assert (outcome.result, outcome.cause, outcome.cut_short) == ("miss", "too-soft", True)
    assert asked(replace(CARRY, bumps=0), level).result == "hit"


def test_who_holds_as_for_the_bump_on_level_ground_holds_too_hard() -> None:
    assert asked(CARRY, following(lambda state: 0.06 if state.at == 2 else 0.0)).cause == "too-hard"


def test_who_does_not_ease_the_grip_while_pouring_holds_too_hard_and_who_opens_the_hand_too_softly() -> None:
    assert asked(POUR, following(lambda state: 0.18 - state.target)).cause == "too-hard"
    assert asked(POUR, following(on_bump(-0.5))).cause == "too-soft"


def test_after_pouring_the_cup_is_set_down_from_half_of_the_force() -> None:
    params = replace(POUR, lower_ms=2000.0)
    assert asked(params, following(down_s=0.2)).cause == "let-go-too-quickly"
    assert asked(params, following(down_s=3.0)).result == "hit"
    assert start(POUR, Chance(1), Setting()).ways[-1][-1] == pytest.approx(0.09)


@pytest.mark.parametrize("params", [CARRY, POUR])
@pytest.mark.parametrize("off", [0.012, -0.02])
def test_the_worst_stretch_is_the_band_that_is_just_passed(params: Params, off: float) -> None:
    """A bump or a ramp is judged alone: the level ground before it does not make up for it."""
    force = following(on_bump(off))
    outcome = asked(params, force)
    assert outcome.result == "hit"
    band = dict(outcome.just)["band"]
    assert band == pytest.approx(abs(off), abs=1e-4)
    assert replayed(params, force, band=band) == "hit"
    assert replayed(params, force, band=band - 0.0002) == "miss"


@pytest.mark.parametrize("params", [CARRY, POUR])
def test_a_stretch_that_was_cut_short_states_the_band_that_it_needed_so_far(params: Params) -> None:
    force = following(on_bump(0.05))
    outcome = asked(params, force)
    ((name, band),) = outcome.just
    assert (name, outcome.cut_short) == ("band", True)
    assert band == pytest.approx(0.05, abs=1e-4)
    assert replayed(params, force, band=0.0502) == "hit"


@given(st.floats(0.01, 0.10), st.floats(0.05, 0.2))
def test_no_bump_is_steeper_than_a_held_key_can_follow(bump: float, target: float) -> None:
    way = (target, *bump_way(target, bump), target)
    assert max(way) == pytest.approx(target + bump, abs=1e-4)
    assert max(abs(b - a) for a, b in pairwise(way)) * TICKS_PER_S <= 0.08


@given(st.floats(0.0, 0.3), st.sampled_from([CARRY, POUR]))
def test_a_force_that_never_changes_is_never_a_hit_where_the_way_rises_or_falls(share: float, params: Params) -> None:
    assert played(params, lambda _: share).result != "hit"


@pytest.mark.parametrize("params", [USUAL, CARRY, POUR])
def test_a_cup_that_is_left_alone_is_an_omission_at_every_task(params: Params) -> None:
    assert played(params, lambda _: 0.0).result == "omission"


def test_a_bump_counts_for_the_peak_only_where_there_is_one() -> None:
    assert peak(CARRY) == pytest.approx(0.24)
    assert peak(replace(CARRY, bumps=0)) == peak(replace(CARRY, task="hold")) == pytest.approx(0.18)
    assert peak(POUR) == pytest.approx(0.21)


def test_each_bump_and_a_faster_ramp_are_harder_by_the_index() -> None:
    harder = [replace(CARRY, bumps=2), replace(CARRY, bump=0.08), replace(CARRY, band=0.02)]
    assert all(GAME.index(params) > GAME.index(CARRY) for params in harder)
    assert GAME.index(replace(POUR, ramp=0.05)) > GAME.index(POUR)


# How well it was done


def quality(outcome: Outcome) -> dict[str, float]:
    return {name: value for name, value in outcome.measures if name in ("steady", "smooth", "relaxed")}


def test_a_still_hand_is_steady_smooth_and_relaxed() -> None:
    assert quality(sensed(USUAL, following())) == {"steady": 1.0, "smooth": 1.0, "relaxed": 1.0}


def test_a_force_that_a_held_key_ramps_says_nothing_of_how_smooth_the_hand_is() -> None:
    assert quality(sensed(USUAL, following(), "keys")) == {"steady": 1.0, "relaxed": 1.0}


def sensed(params: Params, force: Callable[[State, float], float], played_with: str = "serial") -> Outcome:
    """Return the outcome of a force, a function of the state and the seconds since it is let go."""
    state, since = start(params, Chance(3), Setting(played_with=played_with)), 0
    for tick in range(round(30 * TICKS_PER_S)):
        since = tick if state.phase in ("reach", "hold") else since
        made = step(state, tick, (Grip(max(0.0, force(state, (tick - since) / TICKS_PER_S)), to_ms(tick)),))
        state = made.state
        if made.outcome is not None:
            return made.outcome
    raise AssertionError("the trial never ends")


def test_a_slow_sway_is_less_steady_and_a_tremble_of_that_size_is_less_smooth_too() -> None:
    slow = quality(sensed(USUAL, following(lambda s: 0.02 * sin(2 * pi * 0.5 * s.now_ms / 1000))))
    fast = quality(sensed(USUAL, following(lambda s: 0.02 * sin(2 * pi * 3.0 * s.now_ms / 1000))))
    assert slow["steady"] == pytest.approx(fast["steady"], abs=0.1)
    assert slow["steady"] < 0.8
    assert fast["smooth"] < slow["smooth"] - 0.3


def test_a_hand_that_closes_again_after_setting_down_is_less_relaxed() -> None:
    def again(state: State, t: float) -> float:
        return 0.1 if state.phase == "end" else following()(state, t)

    assert quality(sensed(USUAL, again))["relaxed"] < 0.2


def test_nothing_is_said_of_relaxing_where_the_cup_was_not_set_down() -> None:
    assert "relaxed" not in quality(sensed(CARRY, following(on_bump(0.05))))


# What is seen


def seen(params: Params, at: Callable[[State], bool], played_with: str = "serial") -> tuple[Scene, State]:
    """Return the first picture of a faultless trial for which ``at`` is true."""
    state, force = start(params, Chance(1), Setting(played_with=played_with)), following()
    since = 0
    for tick in range(round(30 * TICKS_PER_S)):
        if at(state):
            return scene(state), state
        since = tick if state.phase in ("reach", "hold") else since
        state = step(state, tick, (Grip(max(0.0, force(state, (tick - since) / TICKS_PER_S)), to_ms(tick)),)).state
    raise AssertionError("it was never so")


def names(picture: Scene) -> list[str]:
    return [shape.name for shape in picture.shapes if isinstance(shape, Picture)]


def place(picture: Scene, name: str) -> Picture:
    return next(shape for shape in picture.shapes if isinstance(shape, Picture) and shape.name == name)


@pytest.mark.parametrize("bumps", [0, 1, 2, 4])
def test_something_lies_in_the_way_for_each_bump(bumps: int) -> None:
    drawn = names(scene(start(replace(CARRY, bumps=bumps), Chance(1), Setting())))
    assert sum(name in ("cup-jar", "cup-jug") for name in drawn) == bumps


def test_the_cup_travels_and_clears_what_lies_in_the_way() -> None:
    first, _ = seen(CARRY, lambda s: s.phase == "hold")
    over, _ = seen(CARRY, lambda s: s.at == 1 and len(s.away) > len(s.ways[1]) / 2)
    last, _ = seen(CARRY, lambda s: s.phase == "lower")
    assert place(first, "cup").x > place(over, "cup").x > place(last, "cup").x
    jar, cup = place(over, "cup-jar"), place(over, "cup")
    assert cup.y > place(first, "cup").y
    assert cup.x == pytest.approx(jar.x, abs=5)
    assert cup.y - cup.h * 194 / 620 > jar.y + jar.h / 2


def test_the_cup_tilts_tea_runs_and_the_glass_fills_while_it_is_poured() -> None:
    before, _ = seen(POUR, lambda s: s.phase == "hold" and s.at == 0)
    early, _ = seen(POUR, lambda s: s.at == 1 and len(s.away) == 60)
    late, _ = seen(POUR, lambda s: s.at == 1 and len(s.away) == 300)
    after, _ = seen(POUR, lambda s: s.phase == "lower")
    assert "cup-stream" not in names(before)
    assert "cup-tea" not in names(before)
    assert {"cup-stream", "cup-tilted", "cup-tea"} <= {*names(early)}
    assert place(late, "cup-tilted").angle > place(early, "cup-tilted").angle > 0
    assert place(after, "cup-tea").h > place(late, "cup-tea").h > place(early, "cup-tea").h
    assert "cup-stream" not in names(after)
    assert place(after, "cup-low").angle == 0


@pytest.mark.parametrize("params", [USUAL, POUR])
def test_the_whole_gauge_is_seen_beside_the_button_that_starts_for_either_hand(params: Params) -> None:
    """The button reaches from 1165 to 1565 units, low on the side away from the hand."""
    for picture in (scene(start(params, Chance(1), Setting())), mirrored(scene(start(params, Chance(1), Setting())))):
        gauge = next(shape for shape in picture.shapes if isinstance(shape, Bar) and shape.fill == "card")
        assert gauge.x + gauge.w / 2 < 1170 or gauge.x - gauge.w / 2 > 1565
        assert 0 < gauge.x < STAGE_W


def test_with_the_mouse_the_foot_of_a_carried_cup_is_at_the_height_of_the_pointer() -> None:
    picture, state = seen(CARRY, lambda s: s.phase == "hold", "mouse")
    cup = place(picture, "cup")
    assert cup.y - cup.h * 194 / 620 == pytest.approx(mouse_height(state.force), abs=0.5)


def test_a_veiled_way_is_not_seen_for_its_share_of_each_second() -> None:
    veiled = replace(CARRY, hidden=0.5)
    open_, _ = seen(veiled, lambda s: s.phase == "hold" and s.now_ms % 1000 < 400)
    shut, _ = seen(veiled, lambda s: s.phase == "hold" and s.now_ms % 1000 > 600)
    assert len(open_.shapes) > len(shut.shapes)
    assert {*names(open_)} == {*names(shut)}


def test_a_cup_that_slipped_lies_with_an_open_hand_beside_it_and_one_held_too_hard_is_dented() -> None:
    for params in (USUAL, CARRY, POUR):
        for off, shown in ((-0.08, "grip-open-front"), (0.1, "cup-dent")):
            state = start(params, Chance(1), Setting())
            for tick in range(2000):
                force = state.target + (off if state.phase != "reach" else 0.0)
                made = step(state, tick, (Grip(force, to_ms(tick)),))
                if made.outcome is not None:
                    break
                state = made.state
            assert shown in names(scene(state)), (params, shown)


@pytest.mark.parametrize("params", [USUAL, CARRY, POUR])
def test_a_cup_that_was_set_down_well_glows_and_steams_and_biscuits_take_the_place_of_the_gauge(params: Params) -> None:
    before, _ = seen(params, lambda state: state.phase == "lower")
    after, state = seen(params, lambda state: state.phase == "end")
    assert not state.cause
    assert "cup-glow" not in names(before)
    assert {"cup-glow", "steam", "cup-biscuits"} <= set(names(after))
    assert not any(isinstance(shape, Bar) and shape.fill == "target" for shape in after.shapes)
    later = scene(replace(state, now_ms=state.now_ms + 300))
    assert place(later, "cup-glow").w > place(after, "cup-glow").w
    calm = scene(replace(state, setting=Setting(calm=True)))
    assert place(calm, "cup-glow").w == place(later, "cup-glow").w


def test_after_a_miss_nothing_glows() -> None:
    _, state = seen(USUAL, lambda state: state.phase == "hold")
    missed = replace(state, phase="end", cause="too-soft", since_ms=state.now_ms)
    assert "cup-glow" not in names(scene(missed))


@pytest.mark.parametrize(("off", "cause"), [(-0.08, "too-soft"), (0.1, "too-hard")])
def test_after_a_miss_the_gauge_goes_on_to_show_by_what_it_was_missed(off: float, cause: str) -> None:
    state = start(USUAL, Chance(1), Setting())
    for tick in range(2000):
        force = 0.0 if state.phase == "end" else state.target + (off if state.phase == "hold" else 0.0)
        made = step(state, tick, (Grip(force, to_ms(tick)),))
        if made.outcome is not None:
            break
        state = made.state
    assert (state.cause, state.force) == (cause, 0.0)
    assert state.seen == pytest.approx(USUAL.target + off, abs=1e-4)
