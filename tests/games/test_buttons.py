"""Buttons: the first touch at each place is judged where that is just then, and the coat gets closed all the same."""

from dataclasses import replace
from math import cos, hypot, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.chance import Chance
from engine.game import Cue, Lift, Nudge, Outcome, Phase, Point, Setting, Tap, Touch
from engine.hand import Finger
from engine.scene import Arc, Picture, mirrored
from engine.ticks import seconds, to_ms, to_ticks
from games.buttons import GAME, Params, State, index, intent, place_of, scene, start, step
from games.buttons.rules import BREATH_MS, FIRST_MS, MOST_BESIDE, NOTHING_MS, PATIENCE_MS, TREMBLE_MS, UNTIMED_MS

ONE = Params(buttons=1, target_mm=30.0, gap_mm=60.0)
TWO = Params(buttons=2, target_mm=20.0, gap_mm=60.0)
BY_HAND = Setting(played_with="mouse")
Off = tuple[float, float]
ON_IT: Off = (0.0, 0.0)


def fresh(params: Params = TWO, setting: Setting = BY_HAND, seed: int = 1) -> State:
    return step(start(params, Chance(seed), setting), to_ticks(FIRST_MS) + 1, ()).state


def later(state: State, ms: float) -> State:
    return step(state, to_ticks(state.now_ms + ms), ()).state


def point(state: State, x_mm: float, y_mm: float, phase: Phase = "down", after_ms: float = 300.0) -> State:
    tick = to_ticks(state.now_ms + after_ms)
    return step(state, tick, (Point(x_mm, y_mm, phase, to_ms(tick)),)).state


def touch(state: State, off: Off = ON_IT, after_ms: float = 300.0) -> State:
    """Touch the place that is asked for, ``off`` beside its middle, as soon as it is asked for and a while later."""
    state = later(state, max(0.0, state.asked_ms - state.now_ms) + 10)
    x, y = place_of(state, state.at, to_ms(to_ticks(state.now_ms + after_ms)))
    return point(state, x + off[0], y + off[1], after_ms=after_ms)


def ended(state: State) -> Outcome:
    made = step(state, to_ticks(state.now_ms + 2000), ())
    assert made.outcome is not None
    return made.outcome


def played(params: Params, offs: list[Off], after_ms: float = 300.0, seed: int = 1) -> Outcome:
    """Return the outcome of first touches ``offs`` beside, each made good by one on the middle."""
    state = fresh(params, seed=seed)
    for off in offs:
        asked = state.at
        state = touch(state, off, after_ms)
        while state.at == asked and state.ended_ms is None:
            state = touch(state)
    return ended(state)


def test_each_button_and_then_its_hole_close_the_coat() -> None:
    outcome = played(TWO, [ON_IT] * 4)
    assert (outcome.result, outcome.cause, dict(outcome.measures)["closed"]) == ("hit", "", 1.0)


def test_a_touch_beside_the_button_is_a_miss_though_the_coat_gets_closed() -> None:
    outcome = played(TWO, [ON_IT, (10.5, 0.0), ON_IT, ON_IT])
    assert (outcome.result, outcome.cause, dict(outcome.measures)["closed"]) == ("miss", "missed-target", 1.0)
    assert dict(outcome.measures)["on_target"] == 0.75


def test_three_touches_beside_one_place_end_the_trial() -> None:
    state = fresh()
    for _ in range(MOST_BESIDE):
        assert state.ended_ms is None
        state = touch(state, (0.0, -14.0))
    assert ended(state).cause == "missed-target"


def test_the_hole_before_its_button_is_told_as_the_order() -> None:
    state = fresh()
    state = point(state, *place_of(state, 1, 0.0))
    state = touch(touch(touch(touch(state))))
    outcome = ended(state)
    assert (outcome.result, outcome.cause, outcome.just) == ("miss", "wrong-order", ())


def test_another_button_than_the_one_with_the_ring_is_told_as_the_order() -> None:
    state = fresh()
    state = point(state, *place_of(state, 2, 0.0))
    assert ended(touch(touch(touch(touch(state))))).cause == "wrong-order"


def test_a_touch_that_comes_late_is_told_and_the_coat_may_still_be_closed() -> None:
    timed = replace(ONE, limit_ms=1000.0)
    outcome = played(timed, [ON_IT, ON_IT], after_ms=1500.0)
    assert (outcome.cause, outcome.cut_short, dict(outcome.measures)["closed"]) == ("too-late", False, 1.0)
    assert played(replace(timed, limit_ms=2000.0), [ON_IT, ON_IT], after_ms=1500.0).result == "hit"


def test_where_it_was_touched_is_told_before_when() -> None:
    outcome = played(replace(ONE, limit_ms=1000.0), [(16.0, 0.0), ON_IT], after_ms=1500.0)
    assert outcome.cause == "missed-target"


@pytest.mark.parametrize(
    ("limit_ms", "wait_ms"), [(UNTIMED_MS, NOTHING_MS), (2000.0, 2000.0 + PATIENCE_MS)], ids=["untimed", "timed"]
)
def test_a_coat_that_is_left_alone_is_an_omission(limit_ms: float, wait_ms: float) -> None:
    state = fresh(replace(ONE, limit_ms=limit_ms))
    assert later(state, wait_ms - 100).ended_ms is None
    outcome = ended(later(state, wait_ms + 100))
    assert (outcome.result, outcome.cause, outcome.just) == ("omission", "no-try", ())


def test_a_coat_that_is_left_half_closed_is_unfinished_or_too_late() -> None:
    assert ended(later(touch(fresh(ONE)), NOTHING_MS + 500)).cause == "unfinished"
    outcome = ended(later(touch(fresh(replace(ONE, limit_ms=2000.0))), 8000))
    assert (outcome.cause, outcome.cut_short) == ("too-late", True)
    assert dict(outcome.just)["limit_ms"] == pytest.approx(7700, abs=400)


@given(st.lists(st.tuples(st.floats(0, 9.9), st.floats(0, 6.28)), min_size=4, max_size=4))
def test_the_size_of_target_that_is_just_passed_is_exact(polar: list[tuple[float, float]]) -> None:
    offs = [(round(r * cos(a), 3), round(r * sin(a), 3)) for r, a in polar]
    outcome = played(TWO, offs)
    target = dict(outcome.just)["target_mm"]
    assert outcome.result == "hit"
    assert target == pytest.approx(2 * max(hypot(*off) for off in offs), abs=0.001)
    if target > 6.1:
        assert played(replace(TWO, target_mm=target), offs).result == "hit"
        assert played(replace(TWO, target_mm=target - 0.01), offs).cause in ("missed-target", "wrong-order")


def test_after_a_miss_the_size_that_it_needed_is_known() -> None:
    outcome = played(TWO, [ON_IT, (12.0, 0.0), (0.0, 13.0), ON_IT])
    assert (outcome.cause, outcome.just, outcome.cut_short) == ("missed-target", (("target_mm", 26.0),), False)


def test_after_a_miss_the_size_is_known_as_a_most_where_the_coat_breathes_or_was_given_up() -> None:
    breathing = played(replace(TWO, breath_mm=2.0), [ON_IT, (12.0, 0.0), (0.0, 13.0), ON_IT])
    ((_, target_mm),) = breathing.just
    assert (target_mm, breathing.cut_short) == (pytest.approx(24.0, abs=0.1), True)
    state = fresh()
    for _ in range(MOST_BESIDE):
        state = touch(state, (0.0, -14.0))
    assert (ended(state).just, ended(state).cut_short) == ((("target_mm", 28.0),), True)


def test_the_limit_that_is_just_passed_is_the_longest_time_to_a_first_touch() -> None:
    timed = replace(TWO, limit_ms=2000.0)
    state = fresh(timed)
    for wait_ms in (300.0, 900.0, 500.0, 700.0):
        state = touch(state, ON_IT, wait_ms)
    just = dict(ended(state).just)
    assert set(just) == {"target_mm", "limit_ms"}
    assert just["limit_ms"] == pytest.approx(910, abs=20)


def test_a_clock_that_does_not_run_is_passed_however_long_it_takes() -> None:
    outcome = played(ONE, [ON_IT, ON_IT], after_ms=35_000.0)
    assert (outcome.result, dict(outcome.just)["limit_ms"]) == ("hit", UNTIMED_MS)


def test_a_hand_that_trembles_touches_once() -> None:
    state = touch(fresh())
    again = point(state, *place_of(state, 0, 0.0), after_ms=TREMBLE_MS - 60)
    assert (again.at, again.strays, len(again.touches)) == (1, 1, 1)


def test_nothing_is_judged_while_nothing_is_asked_for() -> None:
    state = touch(touch(fresh()))
    assert intent(state) is None
    assert point(state, 100.0, 20.0, after_ms=250.0).strays == 1
    assert ended(touch(touch(state))).result == "hit"


def test_touches_in_between_make_it_less_relaxed() -> None:
    state = touch(touch(fresh()))
    state = point(state, 100.0, 20.0, after_ms=250.0)
    assert dict(ended(touch(touch(state))).measures)["relaxed"] == 0.8
    assert dict(played(TWO, [ON_IT] * 4).measures)["relaxed"] == 1.0


def test_touches_that_lie_close_together_are_steady_wherever_they_lie() -> None:
    together = dict(played(TWO, [(6.0, 0.0)] * 4).measures)
    apart = dict(played(TWO, [(6.0, 0.0), (-6.0, 0.0), (0.0, 6.0), (0.0, -6.0)]).measures)
    assert together["steady"] == 1.0
    assert apart["steady"] < 0.7
    assert together["error_mm"] == apart["error_mm"] == 6.0
    assert "steady" not in dict(played(ONE, [ON_IT] * 2).measures)


def test_how_straight_the_pointer_went_is_measured_only_where_it_can_be_seen() -> None:
    def gone(bow_mm: float, seen: bool) -> dict[str, float]:
        state = touch(fresh(ONE))
        (x, y), (to_x, to_y) = place_of(state, 0, 0.0), place_of(state, 1, 0.0)
        state = point(state, x, y, "up", 50)
        for k in range(1, 20) if seen else ():
            place = (x + (to_x - x) * k / 20, y + bow_mm * sin(3.1416 * k / 20))
            state = point(state, *place, "move", 20)
        return dict(ended(point(state, to_x, to_y)).measures)

    assert gone(0.0, True)["smooth"] == pytest.approx(1.0, abs=0.001)
    assert gone(40.0, True)["smooth"] < 0.8
    assert "smooth" not in gone(40.0, False)


def test_throughput_is_that_of_the_standard() -> None:
    quick = dict(played(TWO, [(2.0, 0.0), (-1.0, 1.0), (0.0, 2.0), (1.0, -1.0)], 500.0).measures)
    slow = dict(played(TWO, [(2.0, 0.0), (-1.0, 1.0), (0.0, 2.0), (1.0, -1.0)], 1000.0).measures)
    assert 1.0 < slow["throughput"] < quick["throughput"] < 12.0
    assert quick["throughput"] == pytest.approx(2 * slow["throughput"], rel=0.05)


def test_a_place_that_breathes_is_judged_where_it_is_when_it_is_touched() -> None:
    breathing = replace(ONE, breath_mm=10.0, target_mm=12.0)
    state = fresh(breathing)
    still, moved = place_of(state, 0, 0.0), place_of(state, 0, BREATH_MS / 4)
    assert hypot(moved[0] - still[0], moved[1] - still[1]) == pytest.approx(10.0, abs=0.01)
    tick = to_ticks(BREATH_MS / 4)
    assert step(state, tick, (Point(*moved, "down", to_ms(tick)),)).state.at == 1
    assert step(state, tick, (Point(*still, "down", to_ms(tick)),)).state.at == 0


def test_the_task_breathes_for_calm_pictures_too_but_the_ring_keeps_still() -> None:
    calm = fresh(replace(ONE, breath_mm=4.0), replace(BY_HAND, calm=True))
    assert place_of(calm, 0, 1000.0) != place_of(calm, 0, 0.0)
    still = fresh(ONE, replace(BY_HAND, calm=True))
    assert scene(later(still, 100)) == scene(later(still, 400))


def test_the_arrow_keys_push_a_fingertip_that_any_finger_key_presses() -> None:
    state = fresh(ONE, Setting(played_with="keys"))
    assert hand_at(state)
    wanted = place_of(state, 0, 0.0)
    nudge = Nudge(wanted[0] - state.tip[0], wanted[1] - state.tip[1], state.now_ms)
    state = step(state, to_ticks(900), (nudge,)).state
    assert state.tip == pytest.approx(wanted, abs=0.001)
    state = step(state, to_ticks(1000), (Tap(Finger.RING, 1000.0), Lift(Finger.RING, 1000.0))).state
    assert (state.at, state.tip) == (1, pytest.approx(wanted, abs=0.001))


def test_the_fingertip_stays_on_the_stage() -> None:
    state = fresh(ONE)
    for _ in range(50):
        state = step(state, to_ticks(state.now_ms + 10), (Nudge(20.0, -20.0, state.now_ms),)).state
    assert state.tip == pytest.approx((800 / 4.6, -450 / 4.6), abs=0.001)


def test_a_key_that_comes_out_of_nowhere_only_shows_the_fingertip() -> None:
    state = fresh(ONE)
    assert not hand_at(state)
    state = step(state, to_ticks(900), (Tap(Finger.THUMB, 900.0),)).state
    assert hand_at(state)
    assert (state.touches, state.strays) == ((), 0)


def hand_at(state: State) -> bool:
    return any(name.startswith("hand-point") for name in pictures(state))


def pictures(state: State) -> list[str]:
    return [shape.name for shape in scene(state).shapes if isinstance(shape, Picture)]


def test_pen_and_fingers_that_touch_nothing_are_left_alone() -> None:
    state = fresh(ONE)
    same = step(state, to_ticks(800), (Lift(Finger.INDEX, 800.0), Point(3.0, 4.0, "move", 800.0))).state
    assert (same.at, same.touches, same.strays) == (0, (), 0)


@given(st.lists(st.tuples(st.floats(-300, 300), st.floats(-150, 150)), min_size=1, max_size=12))
def test_touches_anywhere_never_close_a_coat_they_do_not_touch(places: list[tuple[float, float]]) -> None:
    state = fresh(TWO)
    for x, y in places:
        state = point(state, x, y)
    near = [t for t in state.touches if t.away_mm <= TWO.target_mm / 2]
    assert len(near) == sum(t.on for t in state.touches)
    assert state.at <= len(places)


@pytest.mark.parametrize("units", [3.4, 4.6, 7.4])
@pytest.mark.parametrize("buttons", [1, 2, 3, 4, 5])
def test_every_place_lies_on_the_coat_and_clear_of_the_edges(buttons: int, units: float) -> None:
    params = Params(buttons=buttons, target_mm=8.0, gap_mm=120.0, order="mixed", breath_mm=3.0)
    for seed in range(20):
        state = start(params, Chance(seed), Setting(units_per_mm=units))
        for at in range(2 * buttons):
            for ms in range(0, 4000, 500):
                x, y = (mm * units for mm in place_of(state, at, float(ms)))
                assert 160 + 70 < 800 + x < 1440 - 70
                assert 100 < 450 + y < 740


def test_a_mixed_order_asks_for_every_button_once_and_differs_by_chance() -> None:
    params = Params(buttons=5, target_mm=10.0, gap_mm=60.0, order="mixed")
    rows = {start(params, Chance(seed), BY_HAND).rows for seed in range(10)}
    assert all(len(set(row)) == 5 for row in rows)
    assert len({tuple(sorted(range(5), key=row.__getitem__)) for row in rows}) > 5


def test_in_order_the_buttons_are_asked_for_from_above() -> None:
    rows = start(replace(TWO, buttons=5), Chance(1), BY_HAND).rows
    assert list(rows) == sorted(rows, reverse=True)


def test_the_coats_differ_by_chance() -> None:
    assert {start(ONE, Chance(seed), BY_HAND).coat for seed in range(30)} == {"berry", "navy", "moss"}


def test_scarf_and_flower_come_only_with_a_faultless_coat() -> None:
    good = later(touch(touch(fresh(ONE))), 900)
    assert {"buttons-scarf", "buttons-flower"} <= set(pictures(good))
    poor = later(touch(touch(touch(fresh(ONE), (16.0, 0.0)))), 900)
    assert not {"buttons-scarf", "buttons-flower"} & set(pictures(poor))


def test_a_closed_button_has_its_hole_under_it() -> None:
    state = later(touch(touch(fresh(TWO))), 500)
    assert pictures(state).count("buttons-hole") == 1
    assert pictures(state).count(f"buttons-button-{state.coat}") == 2


def test_the_time_that_is_left_is_seen_only_against_the_clock() -> None:
    def arcs(params: Params) -> list[float]:
        return [s.share for s in scene(later(fresh(params), 500)).shapes if isinstance(s, Arc)]

    assert arcs(ONE) == []
    assert arcs(replace(ONE, limit_ms=1000.0)) == [pytest.approx(0.49, abs=0.02)]


def test_the_intent_is_the_place_of_this_very_moment() -> None:
    state = later(fresh(replace(ONE, breath_mm=5.0)), 600)
    assert intent(state) == Touch(*place_of(state, 0, state.now_ms))


def test_each_touch_and_the_end_are_heard() -> None:
    heard: list[str] = []
    state = fresh(ONE)
    for at in (0, 1):
        tick = to_ticks(state.now_ms + 300)
        made = step(state, tick, (Point(*place_of(state, at, to_ms(tick)), "down", to_ms(tick)),))
        heard, state = [*heard, *names(made.cues)], made.state
    for tick in range(to_ticks(state.now_ms) + 1, to_ticks(state.now_ms) + seconds(0.7)):
        made = step(state, tick, ())
        heard, state = [*heard, *names(made.cues)], made.state
    assert heard == ["button", "through", "hit-1", "arrive"]


def names(cues: tuple[Cue, ...]) -> list[str]:
    return [cue.name for cue in cues]


def test_for_a_left_hand_all_is_seen_in_a_mirror() -> None:
    state = fresh(ONE)
    button = next(s for s in scene(state).shapes if isinstance(s, Picture) and "button-" in s.name)
    seen = next(s for s in mirrored(scene(state)).shapes if isinstance(s, Picture) and "button-" in s.name)
    assert button.x > 800
    assert seen.x == 1600 - button.x


@pytest.mark.parametrize(
    "harder",
    [
        replace(TWO, buttons=3),
        replace(TWO, target_mm=10.0),
        replace(TWO, gap_mm=90.0),
        replace(TWO, order="mixed"),
        replace(TWO, breath_mm=4.0),
        replace(TWO, limit_ms=2000.0),
    ],
    ids=["buttons", "target", "gap", "order", "breath", "limit"],
)
def test_whatever_makes_it_harder_raises_the_index(harder: Params) -> None:
    assert index(harder) > index(TWO)


def test_it_is_played_at_ones_own_pace_until_there_is_a_clock() -> None:
    assert GAME.self_paced(ONE)
    assert not GAME.self_paced(replace(ONE, limit_ms=8000.0))
