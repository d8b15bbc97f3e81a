"""Zip: closed tooth by tooth, whatever the pauses; what would just have been passed; a snag only shows."""

from dataclasses import replace
from math import hypot, sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.chance import Chance
from engine.game import Cue, Follow, Nudge, Outcome, Point, Setting
from engine.scene import Circle, Path, Picture, Scene, Words, mirrored
from engine.ticks import TICKS_PER_S, to_ms
from games.zip import GAME, index, intent
from games.zip.look import scene
from games.zip.pull import (
    NEVER_MS,
    NOTHING_MS,
    REACH_MM,
    SPOT_MM,
    SPOT_SHARE,
    Params,
    State,
    near_cloth,
    peaks,
    start,
    step,
    worst,
)
from games.zip.track import AHEAD_MM, BACK_MM, WAYS, lay, project

JACKET = Params("straight", 100.0, 20.0, 60.0)
BAG = Params("bend", 160.0, 14.0, 60.0, 15.0)
CLOTH = replace(BAG, spots=1)
HERE = Setting()


def beside(state: State, at_mm: float, off_mm: float = 0.0) -> tuple[float, float]:
    (x, y), (nx, ny) = state.track.place(at_mm), state.track.normal(at_mm)
    return x + nx * off_mm, y + ny * off_mm


def pulled(
    params: Params, mm_s: float = 35.0, off_mm: float = 0.0, wave_mm: float = 0.0, surge: float = 0.0, seed: int = 1
) -> tuple[Outcome, State, list[Cue]]:
    """Return how a pull ends, at a speed that may surge and at a distance to the left that may sway."""
    state = start(params, Chance(seed), HERE)
    state = step(state, 0, (Point(*beside(state, 0.0), "down", 0.0),)).state
    at_mm, cues = 0.0, []
    for tick in range(1, 20_000):
        at_mm += mm_s * (1 + surge * sin(at_mm / 9)) / TICKS_PER_S
        place = beside(state, at_mm, off_mm + wave_mm * sin(at_mm / 7))
        made = step(state, tick, (Point(*place, "move", to_ms(tick)),))
        state, cues = made.state, [*cues, *made.cues]
        if made.outcome is not None:
            return made.outcome, state, cues
    raise AssertionError("the zip is never closed")


def ended(params: Params, mm_s: float = 35.0, off_mm: float = 0.0) -> tuple[str, str]:
    outcome, _, _ = pulled(params, mm_s, off_mm)
    return outcome.result, outcome.cause


def hand(state: State, *moves: tuple[tuple[float, float], str, float]) -> State:
    """Return the state after the hand was at places, each with its phase and its time in ms."""
    for place, phase, at_ms in moves:
        state = step(state, round(at_ms * 0.12), (Point(*place, phase, at_ms),)).state  # type: ignore[arg-type]
    return state


# Causes


@pytest.mark.parametrize("params", [JACKET, BAG, CLOTH, replace(BAG, bends="wave")])
def test_a_slow_even_pull_along_the_zip_closes_it(params: Params) -> None:
    assert ended(params) == ("hit", "")


def test_a_hurried_pull_closes_it_too_but_was_too_fast() -> None:
    assert ended(JACKET, mm_s=80.0) == ("miss", "too-fast")


@pytest.mark.parametrize(("off_mm", "cause"), [(12.0, "left-of-path"), (-12.0, "right-of-path")])
def test_a_pull_beside_the_zip_is_told_by_its_side(off_mm: float, cause: str) -> None:
    assert ended(JACKET, off_mm=off_mm) == ("miss", cause)


def test_a_pull_that_hardly_moves_is_too_late_where_an_even_speed_is_asked() -> None:
    short = replace(BAG, length_mm=60.0)
    assert ended(short, mm_s=12.0) == ("miss", "too-late")
    assert ended(replace(short, slowest_mm_s=0.0), mm_s=12.0) == ("hit", "")


def test_where_cloth_is_near_the_pull_must_be_slower() -> None:
    assert ended(CLOTH, mm_s=45.0) == ("miss", "too-fast")
    assert ended(replace(CLOTH, spots=0), mm_s=45.0) == ("hit", "")


def test_a_zip_that_nobody_touches_is_an_omission() -> None:
    state = start(JACKET, Chance(1), HERE)
    for tick in range(round((NOTHING_MS + 2000) * 0.12)):
        made = step(state, tick, ())
        state = made.state
        if made.outcome:
            assert (made.outcome.result, made.outcome.cause, made.outcome.just) == ("omission", "no-try", ())
            return
    raise AssertionError("it never ends")


def test_a_zip_that_stays_half_open_is_unfinished() -> None:
    state = start(JACKET, Chance(1), HERE)
    state = hand(state, (beside(state, 0.0), "down", 0.0), (beside(state, 9.0), "move", 400.0))
    state = step(state, round(NEVER_MS * 0.12) + 1, ()).state
    outcome = step(state, round(NEVER_MS * 0.12) + 200, ()).outcome
    assert outcome is not None
    assert (outcome.result, outcome.cause, outcome.just) == ("miss", "unfinished", ())
    assert 0.0 < dict(outcome.measures)["completion"] < 0.2


# What would just have been passed


@settings(max_examples=20)
@given(st.floats(15.0, 90.0), st.floats(0.0, 9.0), st.floats(0.0, 4.0), st.floats(0.0, 0.5))
def test_the_same_pull_just_passes_what_is_stated_and_just_fails_more(
    mm_s: float, off_mm: float, wave_mm: float, surge: float
) -> None:
    def result(params: Params) -> str:
        return str(pulled(params, mm_s, off_mm, wave_mm, surge)[0].result)

    easy = Params("straight", 60.0, 40.0, 200.0)
    just = dict(pulled(easy, mm_s, off_mm, wave_mm, surge)[0].just)
    exact = replace(easy, **just)
    assert result(exact) == "hit"
    assert result(replace(exact, width_mm=just["width_mm"] - 0.001)) == "miss"
    assert result(replace(exact, fastest_mm_s=just["fastest_mm_s"] - 0.001)) == "miss"
    assert result(replace(exact, slowest_mm_s=just["slowest_mm_s"] + 0.001)) == "miss"


def test_with_one_thing_amiss_what_is_stated_would_pass_and_with_two_it_is_at_most_that() -> None:
    one, _, _ = pulled(JACKET, mm_s=80.0)
    assert (one.cut_short, dict(one.just)["fastest_mm_s"]) == (False, pytest.approx(80.0, rel=0.01))
    two, _, _ = pulled(JACKET, mm_s=80.0, off_mm=12.0)
    assert (two.cause, two.cut_short) == ("too-fast", True)
    assert dict(two.just)["width_mm"] == pytest.approx(24.0, abs=0.1)


def test_a_fifth_of_the_teeth_may_be_astray() -> None:
    assert worst([1.0] * 8 + [9.0] * 2) == 1.0
    assert worst([1.0] * 7 + [9.0] * 3) == 9.0


def test_what_is_stated_of_cloth_that_is_near_is_the_speed_allowed_elsewhere() -> None:
    just = dict(pulled(CLOTH, mm_s=30.0)[0].just)
    assert just["fastest_mm_s"] == pytest.approx(30.0 / SPOT_SHARE, rel=0.02)
    assert just["slowest_mm_s"] == pytest.approx(30.0, rel=0.02)


# Tooth by tooth


def test_nothing_depends_on_how_often_the_hand_is_seen() -> None:
    state = start(JACKET, Chance(1), HERE)
    state = hand(state, (beside(state, 0.0), "down", 0.0))
    for k in range(1, 30):
        state = hand(state, (beside(state, 3.7 * k), "move", 100.0 * k))
    assert all(speed == pytest.approx(37.0, rel=0.002) for speed in state.speeds)
    assert len(state.offs) == int(state.best_mm / 2)


def test_letting_go_and_resting_costs_nothing() -> None:
    state = start(BAG, Chance(1), HERE)
    state = hand(state, (beside(state, 0.0), "down", 0.0), (beside(state, 20.0), "move", 500.0))
    state = hand(state, (beside(state, 20.0), "up", 501.0))
    assert (state.hooked, state.lifts, state.at_mm) == (False, 1, pytest.approx(20.0, abs=0.1))
    state = hand(state, (beside(state, 20.0), "down", 9000.0), (beside(state, 36.0), "move", 9400.0))
    assert min(state.speeds) > 38.0


def test_the_tab_is_taken_anywhere_near_and_the_slider_does_not_jump_to_the_hand() -> None:
    state = start(JACKET, Chance(1), HERE)
    assert not hand(state, (beside(state, REACH_MM + 2), "down", 0.0)).hooked
    state = hand(state, (beside(state, 15.0), "down", 0.0))
    assert (state.hooked, state.at_mm) == (True, 0.0)
    assert hand(state, (beside(state, 25.0), "move", 300.0)).at_mm == pytest.approx(10.0, abs=0.1)


def test_a_tab_that_is_held_far_ahead_can_still_be_pulled_to_the_end() -> None:
    state = start(JACKET, Chance(1), HERE)
    state = hand(state, (beside(state, 20.0), "down", 0.0))
    for k in range(1, 120):
        state = hand(state, (beside(state, 20.0 + k), "move", 30.0 * k))
        if state.ended_ms is not None:
            return
    raise AssertionError("it cannot be closed")


def test_after_a_short_tap_the_tab_follows_without_being_held_until_the_next_touch() -> None:
    state = start(JACKET, Chance(1), HERE)
    state = hand(state, (beside(state, 0.0), "down", 0.0), (beside(state, 0.0), "up", 150.0))
    state = hand(state, (beside(state, 10.0), "move", 500.0))
    assert state.at_mm == pytest.approx(10.0, abs=0.1)
    state = hand(state, (beside(state, 10.0), "down", 600.0), (beside(state, 10.0), "up", 700.0))
    assert not state.hooked


def test_a_hand_far_from_the_zip_lets_the_slider_lie() -> None:
    state = start(JACKET, Chance(1), HERE)
    state = hand(state, (beside(state, 0.0), "down", 0.0), (beside(state, 2.0, 60.0), "move", 100.0))
    assert not state.hooked


@pytest.mark.parametrize("off_mm", [0.0, 6.0])
def test_pulling_back_opens_nothing_again(off_mm: float) -> None:
    state = start(JACKET, Chance(1), HERE)
    state = hand(state, (beside(state, 0.0), "down", 0.0), (beside(state, 18.0), "move", 500.0))
    back = hand(state, (beside(state, 8.0, off_mm), "move", 800.0))
    assert (back.best_mm, back.offs) == (state.best_mm, state.offs)


def test_the_arrow_keys_close_a_jacket() -> None:
    state = start(JACKET, Chance(1), HERE)
    for tick in range(1, 800):
        made = step(state, tick, (Nudge(0.0, 45 / TICKS_PER_S, to_ms(tick)),))
        state = made.state
        if made.outcome:
            assert made.outcome.result == "hit"
            assert dict(made.outcome.measures)["mean_speed"] == pytest.approx(45.0, rel=0.03)
            return
    raise AssertionError("it is never closed")


def test_tapping_an_arrow_key_is_a_slower_pull() -> None:
    state = start(replace(JACKET, fastest_mm_s=32.0), Chance(1), HERE)
    for tick in range(1, 1500):
        pressed = tick % 24 < 12
        made = step(state, tick, (Nudge(0.0, 45 / TICKS_PER_S, to_ms(tick)),) if pressed else ())
        state = made.state
        if made.outcome:
            assert made.outcome.result == "hit"
            return
    raise AssertionError("it is never closed")


# Snags


def test_a_snag_is_seen_and_heard_and_changes_nothing_in_the_pull() -> None:
    _, calm, quiet = pulled(replace(JACKET, fastest_mm_s=200.0), mm_s=80.0)
    outcome, snagged, loud = pulled(JACKET, mm_s=80.0)
    assert dict(outcome.measures)["snags"] == 1.0
    assert (calm.speeds, calm.offs) == (snagged.speeds, snagged.offs)
    assert "snag" in {cue.name for cue in loud} - {cue.name for cue in quiet}


def test_at_a_snag_the_slider_sticks_for_a_moment_with_cloth_in_its_mouth() -> None:
    state = start(JACKET, Chance(1), HERE)
    state = step(state, 0, (Point(*beside(state, 0.0), "down", 0.0),)).state
    for tick in range(1, 40):
        state = step(state, tick, (Point(*beside(state, tick * 0.8), "move", to_ms(tick)),)).state
    assert state.snags
    assert state.shown_mm < state.at_mm - 5
    assert "zip-caught" in pictures(scene(state))


def test_each_rush_snags_once_and_not_each_tooth() -> None:
    _, state, _ = pulled(replace(BAG, fastest_mm_s=40.0), mm_s=60.0)
    assert len(state.snags) == 1


# Measures


def test_an_even_pull_is_smooth_and_a_surging_one_is_less_so_and_peaks() -> None:
    even, _, _ = pulled(BAG)
    surging, _, _ = pulled(BAG, surge=0.6)
    even_measures, measures = dict(even.measures), dict(surging.measures)
    assert even_measures["smooth"] > 0.95 > 0.8 > measures["smooth"]
    assert (even_measures["peaks"], measures["peaks"] >= 2) == (0.0, True)
    assert measures["speed_cv"] == pytest.approx(1 - measures["smooth"], abs=1e-3)


def test_a_swaying_pull_is_less_steady() -> None:
    assert dict(pulled(BAG)[0].measures)["steady"] > 0.95
    assert dict(pulled(BAG, wave_mm=5.0)[0].measures)["steady"] < 0.6


def test_a_peak_is_a_rise_and_a_fall_of_a_fifth_of_the_mean() -> None:
    assert peaks([10.0] * 9) == 0
    assert peaks([10.0, 14.0, 10.0, 14.0, 10.0]) == 2
    assert peaks([10.0, 11.0, 10.0, 11.0, 10.0]) == 0


# The track


@pytest.mark.parametrize("bends", list(WAYS))
@pytest.mark.parametrize("units", [3.4, 4.6, 7.4])
def test_a_zip_is_as_long_as_it_says_or_as_the_thing_allows_and_lies_on_the_stage(bends: str, units: float) -> None:
    track = lay(bends, 90.0, units)
    whole = track.length_mm + track.closed_mm
    assert track.length_mm == pytest.approx(min(90.0, whole))
    x, y = track.place(-track.closed_mm)
    first = WAYS[bends][0]
    assert (800 + x * units, 450 + y * units) == (pytest.approx(first[0], abs=1), pytest.approx(first[1], abs=1))
    for at_mm in (0.0, 30.0, track.length_mm):
        x, y = track.place(at_mm)
        assert abs(x * units) < 640
        assert 60 < 450 + y * units < 740


@given(st.floats(0, 150), st.floats(-7, 18), st.floats(-14, 14), st.sampled_from(list(WAYS)))
def test_a_place_beside_the_zip_is_found_where_it_is(at_mm: float, on_mm: float, off_mm: float, bends: str) -> None:
    track = lay(bends, 150.0, 4.6)
    far = min(max(at_mm + on_mm, 0.0), track.length_mm)
    (x, y), (nx, ny) = track.place(far), track.normal(far)
    found, off = project(track, min(at_mm, track.length_mm), (x + nx * off_mm, y + ny * off_mm))
    assert found == pytest.approx(far, abs=0.8)
    assert off == pytest.approx(off_mm, abs=0.3)


def test_the_nearest_place_is_searched_only_near_the_hand() -> None:
    track = lay("bend", 200.0, 4.6)
    for at_mm in range(0, 200, 10):
        for far in (-20.0, 0.0, 100.0, 200.0):
            found, _ = project(track, float(at_mm), track.place(far))
            assert at_mm - BACK_MM - 1.1 <= found <= at_mm + AHEAD_MM + 2.1


# What is asked


def test_the_intent_leads_on_at_a_pace_within_what_is_asked_and_slower_near_cloth() -> None:
    state = start(CLOTH, Chance(1), HERE)
    first = intent(state)
    assert isinstance(first, Follow)
    assert (first.bounded, first.ahead[0]) == (True, pytest.approx(state.slider))
    assert CLOTH.slowest_mm_s < first.speed_mm_s < CLOTH.fastest_mm_s
    there = intent(replace(state, hand_mm=state.spots[0]))
    assert isinstance(there, Follow)
    assert there.speed_mm_s < SPOT_SHARE * CLOTH.fastest_mm_s


@pytest.mark.parametrize("spots", [1, 2, 3])
def test_places_where_cloth_is_near_do_not_touch_one_another(spots: int) -> None:
    for seed in range(20):
        state = start(replace(BAG, bends="wave", length_mm=220.0, spots=spots), Chance(seed), HERE)
        assert len(state.spots) == spots
        assert all(b - a > SPOT_MM for a, b in zip(state.spots, state.spots[1:], strict=False))
        assert not near_cloth(state, 4.0)


def test_the_index_rises_with_all_that_is_asked_for() -> None:
    harder = [
        {"length_mm": 200.0}, {"width_mm": 10.0}, {"fastest_mm_s": 40.0}, {"slowest_mm_s": 20.0}, {"spots": 2},
        {"bends": "wave"},
    ]  # fmt: skip
    assert all(index(replace(BAG, **change)) > index(BAG) for change in harder)  # type: ignore[arg-type]


def test_there_is_a_clock_only_where_a_slowest_speed_is_asked() -> None:
    assert GAME.self_paced(JACKET)
    assert not GAME.self_paced(BAG)


# What is seen


def pictures(seen: Scene) -> list[str]:
    return [shape.name for shape in seen.shapes if isinstance(shape, Picture)]


def test_what_can_be_taken_is_ringed_and_no_longer_when_it_is_held() -> None:
    state = start(JACKET, Chance(1), HERE)
    ring = [shape for shape in scene(state).shapes if isinstance(shape, Circle) and shape.line == "focus"]
    assert len(ring) == 1
    taken = scene(hand(state, (beside(state, 0.0), "down", 0.0)))
    assert not [shape for shape in taken.shapes if isinstance(shape, Circle) and shape.line == "focus"]


def test_the_thing_and_its_colour_are_those_that_were_drawn() -> None:
    seen = {pictures(scene(start(JACKET, Chance(seed), HERE)))[0] for seed in range(12)}
    assert seen == {"zip-jacket-red", "zip-jacket-blue", "zip-jacket-leaf"}
    assert pictures(scene(start(BAG, Chance(1), HERE)))[0] == "zip-bag"
    assert scene(start(replace(BAG, bends="wave"), Chance(1), HERE)).ground == "meadow"


def test_the_two_halves_meet_behind_the_slider_and_part_before_it() -> None:
    state = start(JACKET, Chance(1), HERE)
    for tick, at_mm in enumerate((0.0, 15.0, 30.0, 45.0), start=1):
        phase = "down" if tick == 1 else "move"
        state = hand(state, (beside(state, at_mm), phase, tick * 400.0))
    shown = replace(state, shown_mm=state.at_mm)
    opening = [s for s in scene(shown).shapes if isinstance(s, Path) and s.role == "water"]
    _, slider_y = shown.track.place(shown.at_mm)
    assert len(opening) == 1
    assert min(y for _, y in opening[0].points) == pytest.approx(450 + slider_y * 4.6, abs=3)
    assert isinstance(opening[0].width, tuple)
    assert opening[0].width[-1] > 80 > opening[0].width[0]


def test_the_collar_comes_together_as_the_jacket_is_closed() -> None:
    state = start(JACKET, Chance(1), HERE)
    _, closed, _ = pulled(JACKET)

    def collar(at: State) -> float:
        left, right = (s.x for s in scene(at).shapes if isinstance(s, Picture) and s.name == "zip-collar")
        return abs(left - right)

    assert collar(closed) < collar(state) - 80


@pytest.mark.parametrize(("params", "gift"), [(JACKET, "zip-scarf"), (BAG, "zip-tag")])
def test_only_a_zip_that_was_closed_well_brings_a_gift(params: Params, gift: str) -> None:
    _, well, _ = pulled(params)
    _, hurried, _ = pulled(params, mm_s=90.0)
    assert gift in pictures(scene(well))
    assert gift not in pictures(scene(hurried))
    assert "zip-snag" in pictures(scene(hurried))


def test_whoever_does_not_begin_is_told_what_to_do() -> None:
    state = start(JACKET, Chance(1), HERE)
    assert not [s for s in scene(state).shapes if isinstance(s, Words)]
    assert [s.key for s in scene(replace(state, now_ms=5000.0)).shapes if isinstance(s, Words)] == ["hint.zip.take"]


def test_the_snail_walks_at_the_pace_that_suits_and_waits_for_the_slider() -> None:
    state = start(JACKET, Chance(1), HERE)
    resting = step(state, 300, ()).state
    assert resting.pace_mm == state.pace_mm
    state = hand(state, (beside(state, 0.0), "down", 0.0))
    for tick in range(1, 600):
        state = step(state, tick, ()).state
    assert state.pace_mm == pytest.approx(AHEAD_MM, abs=0.5)


def test_for_a_left_hand_the_bag_is_closed_the_other_way() -> None:
    state = start(BAG, Chance(1), HERE)
    slider = next(s for s in scene(state).shapes if isinstance(s, Picture) and s.name == "zip-slider")
    other = next(s for s in mirrored(scene(state)).shapes if isinstance(s, Picture) and s.name == "zip-slider")
    assert slider.x + other.x == pytest.approx(1600)
    assert other.angle == -slider.angle


def test_a_calm_profile_sees_the_same_without_trembling() -> None:
    state = replace(start(JACKET, Chance(1), replace(HERE, calm=True)), snag_ms=0.0, now_ms=100.0, begun=True)
    slider = next(s for s in scene(state).shapes if isinstance(s, Picture) and s.name == "zip-slider")
    assert slider.angle == 90.0
    assert hypot(*state.track.normal(0.0)) == pytest.approx(1.0)
