"""Check the games' measures against numbers computed elsewhere: a golden squeeze, steering and curvature."""

import json
from itertools import pairwise
from math import atan2, hypot, pi, remainder, sin, tau
from pathlib import Path

import pytest

from engine.chance import Chance
from engine.game import Grip, Outcome, Point, Setting, Tap
from engine.hand import Finger
from engine.ticks import to_ms, to_ticks
from games import brook, cup, ladybirds

VECTORS = Path(__file__).parents[1] / "vectors"
GRIP = json.loads((VECTORS / "grip.json").read_text("utf-8"))


def squeezed(params: cup.Params, from_s: float) -> tuple[Outcome, tuple[float, ...]]:
    """Return how the golden squeeze ends from a second on, and the deviations of its hold."""
    state = cup.start(params, Chance(1), Setting())
    for tick in range(1200):
        at = min(int((tick / 120 + from_s - GRIP["from_s"]) * GRIP["fs"] + 1e-6), len(GRIP["force_N"]) - 1)
        made = cup.step(state, tick, (Grip(GRIP["force_N"][at] / GRIP["mvc_N"], to_ms(tick)),))
        state = made.state
        if made.outcome is not None:
            return made.outcome, state.kept
    raise AssertionError("the golden squeeze does not end")


def test_the_golden_squeeze_is_a_hit_with_the_mean_and_the_sway_that_were_computed_elsewhere() -> None:
    """The hold window is 3 to 7 s; the band is reached at once and settles within 250 ms before it."""
    target, band = GRIP["target_N"] / GRIP["mvc_N"], GRIP["band_halfwidth_N"] / GRIP["mvc_N"]
    outcome, kept = squeezed(cup.Params(target, band, 4000.0, 5000.0), 3.0 - cup.SETTLE_MS / 1000)
    golden = GRIP["result"]
    assert outcome.result == "hit"
    assert len(kept) == 480
    assert sum(abs(d) <= band for d in kept) / len(kept) == golden["time_in_target_frac"]
    measures = dict(outcome.measures)
    assert measures["offset"] == pytest.approx(golden["mean_err_N"] / GRIP["mvc_N"], abs=1e-4)
    golden_sd = golden["cov_hold_pct"] / 100 * golden["mean_hold_N"] / GRIP["mvc_N"]
    assert measures["sway"] == pytest.approx(golden_sd, rel=0.03)


def test_the_golden_squeeze_just_passes_the_band_it_is_told_and_fails_a_narrower_one() -> None:
    """The same forces are played again, at a band a little wider and a little narrower than was stated."""

    def forces(t: float) -> float:
        swung = 0.02 * sin(2 * pi * 0.9 * (t - 0.5)) if 0.5 < t < 4.5 else 0.0
        return 0.15 + swung if t < 4.5 else max(0.0, 0.15 - 0.1 * (t - 4.5))

    def played(band: float) -> Outcome:
        state = cup.start(cup.Params(0.15, band, 4000.0, 5000.0), Chance(1), Setting())
        for tick in range(2400):
            made = cup.step(state, tick, (Grip(forces(tick / 120), to_ms(tick)),))
            state = made.state
            if made.outcome is not None:
                return made.outcome
        raise AssertionError("the trial does not end")

    for played_at in (0.05, 0.03):
        outcome = played(played_at)
        assert outcome.result == "hit"
        just = dict(outcome.just)["band"]
        assert 0.015 < just < 0.02
        assert played(just + 0.0002).result == "hit"
        assert played(just - 0.0002).result == "miss"


# Golden values of steering (Accot & Zhai 1997): the closed form of a circle of R 50 and W 10 is 2 pi R / W.
def test_half_a_golden_circle_has_half_its_steering_index() -> None:
    bend = brook.Params("bend", pi * 50, 10.0)
    assert brook.index(bend) - brook.CURVATURE["bend"] == pytest.approx(31.41592654 / 2, rel=0.005)


def test_the_golden_straight_and_the_golden_cone_have_their_steering_index() -> None:
    assert brook.index(brook.Params("straight", 200.0, 20.0)) == pytest.approx(10.0, rel=1e-3)
    cone = brook.Params("straight", 180.0, 30.0, narrow=0.2)
    assert brook.index(cone) == pytest.approx(12.07078434, rel=0.01)


@pytest.mark.parametrize("shape", list(brook.CURVATURE))
def test_the_curvature_of_each_shape_is_the_sum_of_its_turning_angles(shape: str) -> None:
    points = brook.SHAPES[shape]()
    headings = [atan2(b[1] - a[1], b[0] - a[0]) for a, b in pairwise(points) if hypot(b[0] - a[0], b[1] - a[1]) > 0]
    turned = sum(abs(remainder(b - a, tau)) for a, b in pairwise(headings))
    assert turned == pytest.approx(brook.CURVATURE[shape], rel=0.06, abs=1e-9)


def test_of_36_different_deviations_the_eighth_largest_is_the_band_that_just_passes() -> None:
    """A fifth of 36 ticks is 7.2: seven may lie outside, so the eighth largest deviation must lie inside."""

    def played(band: float) -> Outcome:
        state = cup.start(cup.Params(0.2, band, 300.0, 5000.0), Chance(1), Setting())
        for tick in range(600):
            held = len(state.away) if state.phase == "hold" else 0
            share = 0.2 + 0.001 * (held + 1) if state.phase == "hold" else 0.2 if state.phase == "reach" else 0.0
            made = cup.step(state, tick, (Grip(share, to_ms(tick)),))
            state = made.state
            if made.outcome is not None:
                return made.outcome
        raise AssertionError("the trial does not end")

    assert dict(played(0.15).just)["band"] == 0.029
    assert played(0.02901).result == "hit"
    assert (played(0.02899).result, played(0.02899).cause) == ("miss", "too-hard")


INDEX, MIDDLE = Finger.INDEX, Finger.MIDDLE


def answered(count: int, paced: bool, *presses: tuple[float, Finger]) -> tuple[str, ...]:
    """Return the cause of each ladybird, for presses at (ms after the first landing, finger); both hands know them."""
    rules = ladybirds.Params(("index", "middle"), "known", count, False, 1000.0, paced)
    birds = tuple(ladybirds.Ladybird(finger) for finger in (INDEX, MIDDLE)[:count])
    state = ladybirds.State(rules, Setting(), birds, 900.0)
    for tick in range(to_ticks(6000)):
        due = tuple(Tap(f, 900.0 + ms) for ms, f in presses if to_ticks(900.0 + ms) == tick)
        made = ladybirds.step(state, tick, due)
        state = made.state
        if made.outcome is not None:
            break
    return tuple(bird.cause for bird in state.birds)


def test_an_answer_before_100_ms_is_an_anticipation() -> None:
    assert answered(1, False, (98.0, INDEX)) == ("too-early",)
    assert answered(1, False, (102.0, INDEX)) == ("",)


def test_a_press_within_150_ms_of_the_next_landing_is_a_late_one_for_the_former() -> None:
    assert answered(2, True, (1140.0, INDEX), (1600.0, MIDDLE)) == ("too-late", "")
    assert answered(2, True, (1165.0, MIDDLE)) == ("no-try", "")


def test_fingers_within_100_ms_of_the_first_come_along_and_later_ones_do_not() -> None:
    assert answered(1, False, (500.0, MIDDLE), (595.0, INDEX)) == ("",)
    assert answered(1, False, (500.0, MIDDLE), (612.0, INDEX)) == ("wrong-finger",)


def test_a_boat_can_be_touched_20_mm_away_and_no_farther() -> None:
    state = brook.start(brook.Params("straight", 150.0, 24.0), Chance(1), Setting())
    x, y = state.boat
    for far, hooked in ((19.5, True), (20.5, False)):
        assert brook.step(state, 1, (Point(x - far, y, "down", 8.0),)).state.hooked is hooked
