"""Each item of an assessment keeps the contract of a game, asks the same every time, and measures what was done."""

from dataclasses import replace
from typing import Any

import pytest

from app import rooms
from app.files import asset
from engine import assessment, ghost
from engine.calibration import EASE_PER_S, SQUEEZE_PER_S
from engine.chance import Chance
from engine.game import AnyGame, Event, Grip, Outcome, Point, Result, Setting, Squeeze, Tap
from engine.hand import FINGERS, Finger
from engine.scene import Picture
from engine.testing import check_game, play_well
from engine.ticks import TICKS_PER_S, seconds, to_ms
from games.assess import choice, fingers, force, hand, hold, ring, taps, trace

ITEMS, RUNGS = rooms.assess_items(), rooms.assess_rungs()
LADDERS = rooms.assess_ladders(0.45)
SETTING = Setting()
FAST = taps.Params(2000)


def measured(outcome: Outcome) -> dict[str, float]:
    return dict(outcome.measures)


def played(game: AnyGame, params: object, events_at: Any, most_s: float = 70.0) -> Outcome:
    """Return the outcome, given what is done at each (tick, state)."""
    state = game.start(params, Chance(1), SETTING)
    for tick in range(seconds(most_s)):
        step = game.step(state, tick, tuple(events_at(tick, state)))
        if step.outcome is not None:
            return step.outcome
        state = step.state
    raise AssertionError("it does not come to an end")


@pytest.mark.parametrize("name", ITEMS)
def test_an_item_keeps_its_contract(name: str) -> None:
    check_game(ITEMS[name], LADDERS[name], seeds=1, positions=(0.0,), graded=False)


@pytest.mark.parametrize("name", ITEMS)
def test_every_picture_of_an_item_is_drawn(name: str) -> None:
    _, scenes = play_well(ITEMS[name], LADDERS[name].params(0.0))
    shown = {shape.name for scene in scenes for shape in scene.shapes if isinstance(shape, Picture)}
    for picture in (*shown, *ITEMS[name].pictures, scenes[0].ground):
        assert asset("art", "png", "light", f"{picture}.png").is_file(), picture


def test_items_are_found_by_themselves_and_are_no_games_to_be_picked() -> None:
    assert set(ITEMS) == set(RUNGS)
    assert len(ITEMS) == 7
    assert not set(ITEMS) & set(rooms.all_games())
    assert set(rooms.everything()) == {*ITEMS, *rooms.all_games()}


# --- force ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["assess-hold", "assess-ramp"])
def test_with_a_key_the_line_is_kept_by_pressing_and_letting_go_some_time_late(name: str) -> None:
    force_now, seen = 0.0, [(0.0, 1.0)] * seconds(0.4)

    def late(tick: int, state: force.State) -> list[Event]:
        nonlocal force_now
        felt, asked = seen.pop(0)
        force_now = max(0.0, force_now + (SQUEEZE_PER_S if felt < asked else -EASE_PER_S) / TICKS_PER_S)
        seen.append((force_now, state.target))
        return [Grip(force_now, to_ms(tick))]

    found = measured(played(ITEMS[name], LADDERS[name].params(0.0), late))
    assert found["in_band"] > assessment.IN_BAND


def squeezed(params: force.Params, off: float = 0.0, lets_go: bool = True) -> Outcome:
    """Return the outcome of a hand that is ``off`` by so much, once the line runs."""
    player = [ghost.Ghost()]

    def events(tick: int, state: force.State) -> tuple[Event, ...]:
        wanted = state.target + (off if state.phase == "follow" else 0.0)
        wanted = state.felt[-1] if state.phase == "release" and not lets_go else wanted
        player[0], made = ghost.move(player[0], Squeeze(wanted), tick)
        return made

    return played(hold.GAME, params, events)


HOLD = force.Params(0.2, 0.2, 0.03, 2000)


def test_a_hand_on_the_line_is_in_its_band_all_the_time() -> None:
    found = measured(squeezed(HOLD))
    assert found["in_band"] == 1.0
    assert found["rmse"] == 0.0
    assert 0 < found["release_latency_ms"] < found["release_ms"] < 2000


def test_a_hand_beside_the_line_is_measured_beside_it() -> None:
    found = measured(squeezed(HOLD, off=0.08))
    assert found["in_band"] < 0.3
    assert found["mean"] == pytest.approx(0.27, abs=0.02)


def test_a_hand_that_does_not_let_go_leaves_its_force_and_no_time() -> None:
    found = measured(squeezed(HOLD, lets_go=False))
    assert found["residual"] > 0.95
    assert "release_ms" not in found


def test_only_a_long_hold_says_how_steady_it_was() -> None:
    assert "cv" not in measured(squeezed(HOLD))
    assert "cv" in measured(squeezed(replace(HOLD, hold_ms=5000.0)))


def test_a_hand_that_never_comes_to_the_line_is_told_from_one_that_does_nothing() -> None:
    weak = played(hold.GAME, HOLD, lambda tick, state: (Grip(0.05, to_ms(tick)),))
    idle = played(hold.GAME, HOLD, lambda tick, state: ())
    assert (weak.result, weak.cause) == (Result.MISS, "too-soft")
    assert (idle.result, idle.cause) == (Result.OMISSION, "no-try")
    assert "in_band" not in measured(weak)


# --- fingers --------------------------------------------------------------------------------------------


def every(ms: float, others: tuple[Finger, ...] = ()) -> Any:
    """Return what taps the finger that is asked for each so many milliseconds, and others 20 ms later."""

    def events(tick: int, state: Any) -> list[Event]:
        if not state.asks or round(to_ms(tick)) % round(ms):
            return []
        return [Tap(state.finger, to_ms(tick)), *(Tap(f, to_ms(tick) + 20) for f in others if f is not state.finger)]

    return events


def test_taps_are_counted_finger_by_finger_for_the_time_that_begins_with_the_first() -> None:
    found = measured(played(taps.GAME, FAST, every(250)))
    assert [found[f"taps_{finger}"] for finger in FINGERS] == [8.0] * 5
    assert found["rate_index"] == pytest.approx(4.0)
    assert found["cv_index"] == pytest.approx(0.0, abs=1e-3)
    assert found["rate"] == 4.0
    assert found["others"] == 0


def test_a_finger_that_does_not_tap_is_passed_over_and_the_item_is_not_whole() -> None:
    def events(tick: int, state: taps.State) -> list[Event]:
        return [] if state.finger is Finger.RING else every(250)(tick, state)

    outcome = played(taps.GAME, FAST, events)
    assert (outcome.result, outcome.cause) == (Result.MISS, "unfinished")
    assert measured(outcome)["taps_ring"] == 0
    assert "rate_ring" not in measured(outcome)


def test_another_finger_is_counted_beside_and_a_touch_is_marked() -> None:
    found = measured(played(taps.GAME, FAST, every(500, (Finger.LITTLE,))))
    assert found["others"] == 5 * 4  # the last one at the very end
    place = hand.press_of(Finger.THUMB, SETTING)
    touch = Point(place.x_mm, place.y_mm, "down", 4000.0)
    state = replace(taps.start(FAST, Chance(1), SETTING), now_ms=4000.0)
    assert taps.step(state, seconds(4), (touch,)).state.pointed


def test_fingers_that_come_along_are_told_of_the_one_that_was_asked_for() -> None:
    def events(tick: int, state: fingers.State) -> list[Event]:
        along = (Finger.MIDDLE,) if state.finger is Finger.RING else ()
        made: list[Event] = every(250, along)(tick, state)
        return made

    found = measured(played(fingers.GAME, fingers.Params(2), events))
    assert found["ring_middle"] == 1.0
    assert found["middle_ring"] == 0.0
    assert found["alone_ring"] == 0.0
    assert found["alone"] == 0.8


def test_a_finger_that_is_never_pressed_is_absent_and_a_wrong_one_before_it_is_wrong() -> None:
    def events(tick: int, state: fingers.State) -> list[Event]:
        if state.finger is Finger.LITTLE:
            return [Tap(Finger.RING, to_ms(tick))] if state.asks and not state.presses else []
        made: list[Event] = every(250)(tick, state)
        return made

    found = measured(played(fingers.GAME, fingers.Params(1), events))
    assert found["absent"] == 0.2
    assert found["wrong"] == 0.2
    assert "alone_little" not in found


@pytest.mark.parametrize("seed", range(20))
def test_every_finger_is_asked_as_often_as_the_others_and_none_twice_in_a_row(seed: int) -> None:
    for asked in (fingers.start(fingers.Params(3), Chance(seed), SETTING).asked,
                  choice.start(choice.Params(15), Chance(seed), SETTING).asked):  # fmt: skip
        assert [asked.count(finger) for finger in FINGERS] == [3] * 5
        assert all(a is not b for a, b in zip(asked, asked[1:], strict=False))


# --- choice ---------------------------------------------------------------------------------------------


def answered(after_ms: float, wrong: bool = False) -> Any:
    """Return what presses so long after the light: the right finger, or one beside it."""

    def events(tick: int, state: choice.State) -> list[Event]:
        if state.finger is None or to_ms(tick) < state.lights_ms + after_ms:
            return []
        finger = FINGERS[(FINGERS.index(state.finger) + 1) % 5] if wrong else state.finger
        return [Tap(finger, state.lights_ms + after_ms)]

    return events


def test_a_reaction_is_the_time_from_the_light_to_the_press() -> None:
    found = measured(played(choice.GAME, choice.Params(5), answered(400)))
    assert found["reaction_ms"] == pytest.approx(400)
    assert found["reaction_iqr_ms"] == pytest.approx(0, abs=1e-6)
    assert found["wrong"] == found["early"] == found["lapses"] == 0


def test_wrong_fingers_lapses_and_presses_before_the_light_are_told_apart() -> None:
    assert measured(played(choice.GAME, choice.Params(5), answered(400, wrong=True)))["wrong"] == 5
    assert measured(played(choice.GAME, choice.Params(5), lambda tick, state: ()))["lapses"] == 5

    def hasty(tick: int, state: choice.State) -> list[Event]:
        early = tick == seconds(0.5)
        return [Tap(Finger.INDEX, to_ms(tick))] if early else answered(300)(tick, state)

    found = measured(played(choice.GAME, choice.Params(5), hasty))
    assert found["early"] == 1
    assert found["answers"] == 5


# --- trace and ring -------------------------------------------------------------------------------------


def drawn(params: trace.Params, off_mm: float = 0.0, until: float = 1.0) -> Outcome:
    """Return the outcome of a pencil led beside the line, up to a share of it."""
    line = trace.middle_line(params, SETTING)

    def events(tick: int, state: trace.State) -> list[Event]:
        at = min(tick // 3, int(until * (len(line) - 1)))
        x, y = line[at]
        return [Point(x, y + off_mm, "down" if tick == 0 else "move", to_ms(tick))]

    return played(trace.GAME, params, events)


LINE = trace.Params("line", 120, 14)


def test_a_line_led_beside_the_middle_is_so_far_beside_it() -> None:
    found = measured(drawn(LINE, off_mm=3.0))
    assert found["away_rms_mm"] == pytest.approx(3.0, abs=0.1)
    assert found["signed_mm"] == pytest.approx(3.0, abs=0.1)
    assert found["inside"] == 1.0
    assert found["speed_mm_s"] == pytest.approx(40.0, rel=0.05)


def test_a_line_that_is_left_in_the_middle_is_not_finished() -> None:
    outcome = drawn(LINE, until=0.5)
    assert (outcome.result, outcome.cause) == (Result.MISS, "unfinished")
    assert measured(outcome)["completion"] == pytest.approx(0.5, abs=0.02)


def test_the_line_is_the_same_every_time_and_fits_every_stage() -> None:
    for shape in ("line", "waves", "spiral"):
        params = trace.Params(shape, 260, 14)
        assert trace.start(params, Chance(1), SETTING).line == trace.start(params, Chance(2), SETTING).line
        for per_mm in (1.5, 4.6, 14.0):
            line = trace.middle_line(params, Setting(units_per_mm=per_mm))
            assert all(abs(x) * per_mm <= 500 and abs(y) * per_mm <= 340 for x, y in line)


def touched(off_mm: float) -> Outcome:
    def events(tick: int, state: ring.State) -> list[Event]:
        if not state.asks or tick % 60:
            return []
        x, y = state.places[len(state.touches)]
        return [Point(x + off_mm * (-1) ** len(state.touches), y, "down", to_ms(tick))]

    return played(ring.GAME, ring.Params(11, 100, 16), events)


def test_each_place_of_the_ring_is_across_from_the_one_before() -> None:
    places = ring.start(ring.Params(11, 100, 16), Chance(1), SETTING).places
    ways = [((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5 for a, b in zip(places, places[1:], strict=False)]
    assert len(set(places)) == 11
    assert places[0] == places[-1]
    assert ways == pytest.approx([ways[0]] * 11, abs=1e-3)
    assert ways[0] > 98


def test_touches_on_and_beside_the_places_are_measured_from_their_middle() -> None:
    near, far = measured(touched(2.0)), measured(touched(10.0))
    assert near["on_target"] == 1.0
    assert near["away_mm"] == pytest.approx(2.0)
    assert far["on_target"] == 0.0
    assert far["throughput"] < near["throughput"]
    assert near["movement_ms"] == pytest.approx(500)


def test_a_ring_that_is_left_ends_by_itself() -> None:
    outcome = played(ring.GAME, ring.Params(11, 100, 16), lambda tick, state: ())
    assert (outcome.result, outcome.cause) == (Result.OMISSION, "no-try")
