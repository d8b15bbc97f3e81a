"""Brook: the way is never left for another bend, lifting is allowed, and the width that would just have passed."""

import json
from dataclasses import replace
from itertools import pairwise
from math import hypot, sin
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.chance import Chance
from engine.game import Nudge, Outcome, Point, Setting
from engine.scene import Picture
from engine.ticks import to_ms
from games.brook import (
    AHEAD_MM,
    BACK_MM,
    REACH_MM,
    Line,
    Params,
    State,
    _even,
    index,
    just_passed,
    middle_line,
    project,
    scene,
    start,
    step,
)

STRAIGHT = Params(shape="straight", length_mm=100.0, width_mm=20.0)
SPIRAL = Params(shape="spiral", length_mm=240.0, width_mm=9.0)
HERE = Setting()


def led(params: Params, off_mm: float = 0.0, mm_s: float = 40.0, wave_mm: float = 0.0) -> Outcome:
    """Return the outcome of a pen that is led along the way, ``off_mm`` to its left and swaying."""
    state = start(params, Chance(1), HERE)
    first = state.line.points[0]
    state = step(state, 0, (Point(*first, "down", 0.0),)).state
    for tick in range(1, 20_000):
        far = min(mm_s * tick / 120, state.line.length)
        x, y = beside(state.line, far, off_mm + wave_mm * sin(far / 3))
        made = step(state, tick, (Point(x, y, "move", to_ms(tick)),))
        state = made.state
        if made.outcome is not None:
            return made.outcome
    raise AssertionError("the trip never ends")


def beside(line: Line, far: float, off_mm: float) -> tuple[float, float]:
    k = min(int(far), len(line.points) - 2)
    (ax, ay), (bx, by) = line.points[k], line.points[k + 1]
    long = hypot(bx - ax, by - ay)
    dx, dy = (bx - ax) / long, (by - ay) / long
    return ax + dx * (far - k) - dy * off_mm, ay + dy * (far - k) + dx * off_mm


def test_a_boat_led_down_the_middle_arrives() -> None:
    outcome = led(STRAIGHT)
    assert (outcome.result, dict(outcome.measures)["on_path"]) == ("hit", 1.0)


@pytest.mark.parametrize(("off_mm", "cause"), [(13.0, "left-of-path"), (-13.0, "right-of-path")])
def test_a_boat_led_along_a_bank_is_told_by_its_side(off_mm: float, cause: str) -> None:
    outcome = led(STRAIGHT, off_mm)
    assert (outcome.result, outcome.cause) == ("miss", cause)


@given(st.floats(1.0, 8.0), st.floats(0.0, 3.0))
def test_the_same_line_just_passes_the_width_that_is_stated_and_just_fails_a_narrower_one(
    off_mm: float, wave_mm: float
) -> None:
    outcome = led(STRAIGHT, off_mm, wave_mm=wave_mm)
    width = dict(outcome.just)["width_mm"]
    assert led(replace(STRAIGHT, width_mm=min(40.0, width * 1.03 + 0.05)), off_mm, wave_mm=wave_mm).result == "hit"
    narrower = max(3.0, width * 0.97 - 0.05)
    if narrower < width:
        assert led(replace(STRAIGHT, width_mm=narrower), off_mm, wave_mm=wave_mm).result == "miss"


def test_the_nearest_point_is_searched_only_near_the_boat() -> None:
    line = middle_line(SPIRAL, HERE)
    for at_mm in range(0, int(line.length), 3):
        for other in line.points[::5]:
            found, _ = project(line, float(at_mm), other)
            assert at_mm - BACK_MM - 1.01 <= found <= at_mm + AHEAD_MM + 2.01


def test_a_pen_that_jumps_to_the_next_turn_of_a_spiral_does_not_take_the_boat_along() -> None:
    state = start(SPIRAL, Chance(1), HERE)
    state = step(state, 0, (Point(*state.line.points[0], "down", 0.0),)).state
    state = step(state, 1, (Point(*state.line.points[-1], "move", 8.0),)).state
    assert state.at_mm <= AHEAD_MM + 2
    assert not state.hooked


def test_the_projection_agrees_with_the_reference_trace() -> None:
    vector = json.loads((Path(__file__).parent.parent / "vectors" / "trace.json").read_text())
    points = _even([(x, y) for x, y in vector["reference"]], 1.0)
    along = [0.0]
    for (ax, ay), (bx, by) in pairwise(points):
        along.append(along[-1] + hypot(bx - ax, by - ay))
    line, at_mm, errors = Line(tuple(points), tuple(along), (4.0,) * len(points)), 0.0, []
    for x, y in vector["trace"]:
        at_mm, off_mm = project(line, at_mm, (x, y))
        errors.append(off_mm)
    result = vector["result"]
    assert sum(map(abs, errors)) / len(errors) == pytest.approx(result["mean_abs_lateral"], abs=0.01)
    assert sum(errors) / len(errors) == pytest.approx(result["mean_signed"], abs=0.01)
    assert max(map(abs, errors)) == pytest.approx(result["max_lateral"], abs=0.02)
    assert sum(abs(e) <= 2.0 for e in errors) / len(errors) == pytest.approx(result["fraction_inside"], abs=1e-6)


def pen(state: State, *moves: tuple[float, float, str]) -> State:
    for x, y, phase in moves:
        state = step(state, round(state.now_ms * 0.12) + 60, (Point(x, y, phase, state.now_ms + 500.0),)).state  # type: ignore[arg-type]
    return state


def test_lifting_is_allowed_and_the_boat_is_taken_up_again_within_20_mm() -> None:
    state = start(STRAIGHT, Chance(1), HERE)
    (x, y) = state.line.points[0]
    state = pen(state, (x, y, "down"), (x + 12, y, "move"), (x + 24, y, "move"), (x + 24, y, "up"))
    assert (state.hooked, state.lifts) == (False, 1)
    assert state.at_mm == pytest.approx(24, abs=0.5)
    assert not pen(state, (x + 24 + REACH_MM + 5, y, "down")).hooked
    assert pen(state, (x + 24 + REACH_MM - 5, y, "down")).hooked


def test_a_pen_that_does_not_touch_the_boat_moves_nothing() -> None:
    state = start(STRAIGHT, Chance(1), HERE)
    x, y = state.line.points[0]
    assert pen(state, (x, y, "move"), (x + 10, y, "move")).at_mm == 0.0


def test_after_a_short_tap_the_boat_follows_without_being_held() -> None:
    state = start(STRAIGHT, Chance(1), HERE)
    x, y = state.line.points[0]
    for tick, (place, phase) in enumerate([((x, y), "down"), ((x, y), "up"), ((x + 8, y), "move")], start=1):
        state = step(state, tick, (Point(*place, phase, to_ms(tick)),)).state  # type: ignore[arg-type]
    assert state.hooked
    assert state.at_mm == pytest.approx(8, abs=0.5)


def test_the_arrow_keys_lead_the_boat_as_well() -> None:
    state = start(STRAIGHT, Chance(1), HERE)
    for tick in range(1, 400):
        made = step(state, tick, (Nudge(45 / 120, 0.0, to_ms(tick)),))
        state = made.state
        if made.outcome:
            assert made.outcome.result == "hit"
            return
    raise AssertionError("the boat did not arrive")


def test_a_limit_of_time_is_told() -> None:
    outcome = led(replace(STRAIGHT, limit_ms=2000.0), mm_s=20.0)
    assert (outcome.result, outcome.cause) == ("miss", "too-late")


def test_the_time_that_is_just_passed_is_exact_to_the_tick_of_arrival() -> None:
    outcome = led(STRAIGHT, mm_s=20.0)
    limit_ms = dict(outcome.just)["limit_ms"]
    assert limit_ms == pytest.approx(dict(outcome.measures)["led_ms"] - 1000 / 120, abs=1e-3)
    assert led(replace(STRAIGHT, limit_ms=limit_ms), mm_s=20.0).result == "hit"
    assert led(replace(STRAIGHT, limit_ms=limit_ms - 0.001), mm_s=20.0).cause == "too-late"


def test_a_trip_that_is_not_timed_passes_however_long_it_takes() -> None:
    slow = led(replace(STRAIGHT, length_mm=60.0), mm_s=0.45)
    assert dict(slow.measures)["led_ms"] > 120_000
    assert (slow.result, dict(slow.just)["limit_ms"]) == ("hit", 120_000)


def test_a_trip_that_was_too_late_states_the_time_so_far_and_that_it_was_cut_short() -> None:
    outcome = led(replace(STRAIGHT, limit_ms=2000.0), mm_s=20.0, off_mm=9.0)
    ((name, limit_ms),) = outcome.just
    assert (name, outcome.cut_short) == ("limit_ms", True)
    assert 2000 <= limit_ms <= 2000 + 1000 / 120 + 1e-3


def test_a_miss_beside_the_banks_states_the_width_it_needed_and_the_time_it_took() -> None:
    outcome = led(STRAIGHT, off_mm=13.0)
    assert [name for name, _ in outcome.just] == ["width_mm", "limit_ms"]
    assert (outcome.cause, outcome.cut_short) == ("left-of-path", False)
    width = dict(outcome.just)["width_mm"]
    assert width == pytest.approx(26.0, abs=0.05)
    assert led(replace(STRAIGHT, width_mm=width + 0.01), off_mm=13.0).result == "hit"
    assert led(replace(STRAIGHT, width_mm=width - 0.01), off_mm=13.0).result == "miss"


@pytest.mark.parametrize("narrow", [1.0, 0.6, 0.3])
def test_the_width_that_is_just_passed_is_the_one_at_the_start_where_the_brook_narrows(narrow: float) -> None:
    params = Params("waves", 240.0, 11.0, narrow=narrow)
    width = dict(led(params, wave_mm=4.0).just)["width_mm"]
    assert led(replace(params, width_mm=width + 0.01), wave_mm=4.0).result == "hit"
    assert led(replace(params, width_mm=width - 0.01), wave_mm=4.0).result == "miss"


def test_a_boat_that_is_left_alone_states_nothing() -> None:
    state = start(STRAIGHT, Chance(1), HERE)
    for tick in range(120 * 62):
        made = step(state, tick, ())
        state = made.state
        if made.outcome is not None:
            assert (made.outcome.result, made.outcome.just) == ("omission", ())
            return
    raise AssertionError("the trip never ends")


@given(st.floats(0, 240), st.floats(-25, 25), st.floats(-60, 60), st.sampled_from(["straight", "waves", "spiral"]))
def test_leaving_out_what_is_far_away_finds_the_same_nearest_point(
    at_mm: float, along_mm: float, beside_mm: float, shape: str
) -> None:
    line = middle_line(Params(shape, 240.0, 8.0), HERE)
    place = beside(line, min(max(at_mm + along_mm, 0.0), line.length - 1.5), beside_mm)
    found, off = project(line, at_mm, place)
    window = range(max(0, int(at_mm - BACK_MM)), min(len(line.points) - 2, int(at_mm + AHEAD_MM)) + 1)
    nearest = min(_from_piece(line, k, place) for k in window)
    assert abs(off) == pytest.approx(nearest, abs=1e-4)
    assert -1e-4 <= found <= line.length + 1e-4


def _from_piece(line: Line, k: int, place: tuple[float, float]) -> float:
    """Return how far ``place`` is from one piece of the line, by trying points of it."""
    (ax, ay), (bx, by), (x, y) = line.points[k], line.points[k + 1], place
    share = min(1.0, max(0.0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / hypot(bx - ax, by - ay) ** 2))
    return hypot(ax + (bx - ax) * share - x, ay + (by - ay) * share - y)


def test_the_steering_index_of_a_straight_brook_is_its_length_over_its_width() -> None:
    assert index(Params("straight", 150.0, 14.0)) == pytest.approx(10.71, abs=0.01)  # difficulty_ladders, rung 3
    narrowing = index(Params("straight", 180.0, 30.0, narrow=0.3))
    assert narrowing == pytest.approx(180 / 21 * 1.2039728, rel=0.01)  # L/(W1-W2)*ln(W1/W2)


@pytest.mark.parametrize("shape", ["straight", "bend", "waves", "spiral"])
def test_a_way_is_as_long_as_it_says_and_fits_the_stage(shape: str) -> None:
    for units in (4.6, 7.4):
        line = middle_line(Params(shape, 240.0, 8.0), Setting(units_per_mm=units))
        if units == 4.6:
            assert line.length == pytest.approx(240.0, rel=0.01)
        assert all(abs(x) * units < 760 and abs(y) * units < 400 for x, y in line.points)


def test_the_pitch_of_the_spiral_stays_above_one_and_a_half_widths() -> None:
    line = middle_line(Params("spiral", 240.0, 11.0), HERE)
    for n, (x, y) in enumerate(line.points):
        for m, (u, v) in enumerate(line.points):
            if abs(n - m) > 40:
                assert hypot(x - u, y - v) > 11.0


def test_the_just_passed_share_is_the_80th_percentile_by_time() -> None:
    away = tuple((0.01 * n, 1) for n in range(100))
    assert just_passed(away) == pytest.approx(0.79)
    assert just_passed(((0.2, 10), (3.0, 2))) == pytest.approx(0.2)


# How well it was done


def quality(outcome: Outcome) -> dict[str, float]:
    return {name: value for name, value in outcome.measures if name in ("steady", "smooth")}


def test_an_even_trip_down_the_middle_is_steady_and_smooth() -> None:
    assert quality(led(STRAIGHT)) == {"steady": pytest.approx(1.0, abs=0.02), "smooth": pytest.approx(1.0, abs=0.05)}


def test_a_trip_beside_the_middle_is_as_steady_as_one_along_it_but_a_wavering_one_is_not() -> None:
    """The place beside the way is told by the hit and its cause; steady is how little it wavers there."""
    assert quality(led(STRAIGHT, off_mm=6.0))["steady"] > 0.9
    wavering = quality(led(STRAIGHT, wave_mm=8.0))["steady"]
    assert wavering < 0.6
    assert quality(led(replace(STRAIGHT, width_mm=40.0), wave_mm=8.0))["steady"] > wavering + 0.2


def test_a_trip_in_jerks_is_less_smooth() -> None:
    state = start(STRAIGHT, Chance(1), HERE)
    state = step(state, 0, (Point(*state.line.points[0], "down", 0.0),)).state
    far, outcome = 0.0, None
    for tick in range(1, 5000):
        far = min(far + (0.8 if tick // 60 % 2 else 0.05), state.line.length)
        made = step(state, tick, (Point(*beside(state.line, far, 0.0), "move", to_ms(tick)),))
        state, outcome = made.state, made.outcome
        if outcome is not None:
            break
    assert outcome is not None
    assert outcome.result == "hit"
    assert quality(outcome)["smooth"] < 0.4
    assert quality(outcome)["steady"] > 0.9


def test_arrow_keys_say_nothing_of_how_smooth_a_hand_is() -> None:
    state = start(STRAIGHT, Chance(1), HERE)
    for tick in range(1, 5000):
        made = step(state, tick, (Nudge(0.375, 0.0, to_ms(tick)),))
        state = made.state
        if made.outcome is not None:
            break
    assert made.outcome is not None
    assert made.outcome.result == "hit"
    assert "smooth" not in quality(made.outcome)


def test_a_boat_that_was_never_led_has_no_quality() -> None:
    state = start(STRAIGHT, Chance(1), HERE)
    outcome = None
    for tick in range(1, 9000):
        made = step(state, tick, ())
        state, outcome = made.state, made.outcome
        if outcome is not None:
            break
    assert outcome is not None
    assert quality(outcome) == {}


def test_in_a_narrow_brook_the_boat_is_smaller_so_that_the_way_can_be_seen() -> None:
    def boat(width_mm: float) -> float:
        shapes = scene(start(replace(STRAIGHT, width_mm=width_mm), Chance(1), HERE)).shapes
        return next(shape.w for shape in shapes if isinstance(shape, Picture) and shape.name == "boat")

    assert boat(4.0) == 84
    assert boat(20.0) == 120
