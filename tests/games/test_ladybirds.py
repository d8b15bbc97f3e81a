"""Ladybirds: which press belongs to which ladybird, and what each kind of miss is called."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from engine.chance import Chance
from engine.game import Answer, Outcome, Point, Setting, Tap
from engine.hand import Finger
from engine.profile import Profile
from engine.scene import Bar, Picture
from engine.screens import stop_button
from engine.ticks import to_ms, to_ticks
from games.ladybirds import EARLY_MS, LATE_MS, TIPS, Ladybird, Params, State, judge, scene, start, step

INDEX, MIDDLE, RING = Finger.INDEX, Finger.MIDDLE, Finger.RING


def params(**changes: object) -> Params:
    usual: dict[str, object] = {
        "fingers": ("index", "middle"), "order": "random", "count": 1, "unwanted": False, "limit_ms": 2000.0,
    }  # fmt: skip
    return Params(**(usual | changes))  # type: ignore[arg-type]


def flight(changed: Params, *birds: Finger) -> State:
    """Return a flight to the given fingers; the first one lands after 1 s."""
    state = start(changed, Chance(1), Setting())
    return State(changed, state.setting, tuple(Ladybird(finger) for finger in birds), 1000.0)


def played(state: State, presses: list[tuple[float, Finger]], most_s: float = 30.0) -> tuple[Outcome, State]:
    """Return the outcome of presses at (ms, finger)."""
    waiting = sorted(presses)
    for tick in range(round(most_s * 120)):
        due = [p for p in waiting if p[0] <= to_ms(tick)]
        waiting = waiting[len(due) :]
        made = step(state, tick, tuple(Tap(finger, at_ms) for at_ms, finger in due))
        state = made.state
        if made.outcome is not None:
            return made.outcome, state
    raise AssertionError("the flight never ends")


def test_the_right_finger_in_time_is_a_hit_and_its_reaction_time_comes_from_the_press_itself() -> None:
    outcome, _ = played(flight(params(), INDEX), [(1433.3, INDEX)])
    landed_ms = to_ms(to_ticks(1000))
    assert outcome.result == "hit"
    assert dict(outcome.measures)["reaction_ms"] == pytest.approx(1433.3 - landed_ms, abs=1e-4)
    assert outcome.just == (("limit_ms", dict(outcome.measures)["reaction_ms"]),)


def test_the_wrong_finger_is_told() -> None:
    outcome, _ = played(flight(params(), INDEX), [(1500, RING)])
    assert (outcome.result, outcome.cause, outcome.finger) == ("miss", "wrong-finger", INDEX)


def test_a_press_before_a_hundred_milliseconds_is_an_anticipation_and_one_after_is_not() -> None:
    early, _ = played(flight(params(), INDEX), [(1000 + EARLY_MS - 3, INDEX)])
    assert (early.result, early.cause) == ("miss", "too-early")
    fine, _ = played(flight(params(), INDEX), [(1000 + EARLY_MS + 3, INDEX)])
    assert fine.result == "hit"


def test_no_press_at_all_is_an_omission() -> None:
    outcome, _ = played(flight(params(), INDEX), [])
    assert (outcome.result, outcome.cause, outcome.just) == ("omission", "no-try", ())


def test_a_press_just_after_the_limit_is_late_and_not_an_omission() -> None:
    outcome, _ = played(flight(params(), INDEX), [(3000 + LATE_MS / 2, INDEX)])
    assert (outcome.result, outcome.cause) == ("miss", "too-late")
    limit_ms = dict(outcome.just)["limit_ms"]
    assert limit_ms == pytest.approx(2000 + LATE_MS / 2)
    again, _ = played(flight(params(limit_ms=limit_ms), INDEX), [(3000 + LATE_MS / 2, INDEX)])
    assert again.result == "hit"
    less, _ = played(flight(params(limit_ms=limit_ms - 0.001), INDEX), [(3000 + LATE_MS / 2, INDEX)])
    assert less.cause == "too-late"


def test_the_limit_that_is_just_passed_is_the_slowest_answer_of_the_flight() -> None:
    presses = [(1500.0, INDEX), (3200.0, MIDDLE), (4500.0, INDEX)]
    outcome, state = played(flight(params(count=3), INDEX, MIDDLE, INDEX), presses)
    assert outcome.just == (("limit_ms", max(bird.reaction_ms or 0.0 for bird in state.birds)),)
    assert outcome.just == (("limit_ms", state.birds[1].reaction_ms),)


@pytest.mark.parametrize("second", [[(3000.0, INDEX)], [(3000.0, INDEX), (3040.0, MIDDLE)], []])
def test_a_flight_that_failed_by_more_than_its_time_states_nothing(second: list[tuple[float, Finger]]) -> None:
    """The first is late; the second is pressed wrongly, with a finger that comes along, or not at all."""
    tight = params(count=2, unwanted=True, limit_ms=700.0)
    outcome, state = played(flight(tight, INDEX, MIDDLE), [(1750.0, INDEX), *second])
    assert state.birds[0].cause == "too-late"
    assert state.birds[1].cause in ("wrong-finger", "extra-finger", "no-try")
    assert (outcome.result, outcome.just) == ("miss", ())


def test_a_finger_that_comes_along_is_forgiven_until_unwanted_presses_count() -> None:
    presses = [(1500.0, MIDDLE), (1560.0, INDEX)]
    kind, _ = played(flight(params(), INDEX), presses)
    assert kind.result == "hit"
    assert dict(kind.measures)["along"] == 1
    strict, _ = played(flight(params(unwanted=True), INDEX), presses)
    assert (strict.result, strict.cause) == ("miss", "extra-finger")


def test_a_press_before_the_landing_counts_only_where_unwanted_presses_count() -> None:
    presses = [(600.0, INDEX), (1500.0, INDEX)]
    kind, _ = played(flight(params(), INDEX), presses)
    assert (kind.result, dict(kind.measures)["strays"]) == ("hit", 1)
    strict, _ = played(flight(params(unwanted=True), INDEX), presses)
    assert (strict.result, strict.cause) == ("miss", "too-early")


def test_a_late_press_within_150_ms_of_the_next_landing_counts_for_the_former_ladybird() -> None:
    paced = params(count=2, limit_ms=1000.0, paced=True)
    late = 2000 + LATE_MS - 20
    outcome, state = played(flight(paced, INDEX, MIDDLE), [(late, INDEX), (2600, MIDDLE)])
    former, latter = state.birds
    assert (former.cause, latter.cause) == ("too-late", "")
    assert (outcome.result, outcome.cause) == ("miss", "too-late")
    assert dict(outcome.measures)["right"] == 0.5


def test_a_press_later_than_that_belongs_to_the_new_ladybird() -> None:
    paced = params(count=2, limit_ms=1000.0, paced=True)
    _, state = played(flight(paced, INDEX, MIDDLE), [(2000 + LATE_MS + 40, MIDDLE)])
    assert [bird.cause for bird in state.birds] == ["no-try", ""]


def test_a_flight_is_a_hit_only_when_every_ladybird_was_answered() -> None:
    three = params(count=3)
    state = flight(three, INDEX, MIDDLE, INDEX)
    all_right, _ = played(state, [(1500, INDEX), (2800, MIDDLE), (4100, INDEX)])
    assert all_right.result == "hit"
    one_wrong, _ = played(state, [(1500, INDEX), (2800, INDEX), (4100, INDEX)])
    assert (one_wrong.result, one_wrong.cause) == ("miss", "wrong-finger")


def test_the_ladybird_itself_can_be_touched() -> None:
    setting = Setting()
    x, y = TIPS[INDEX]
    x_mm, y_mm = (x - 800) / setting.units_per_mm, (y - 450) / setting.units_per_mm
    state = flight(params(), INDEX)
    for tick in range(600):
        events = (Point(x_mm + 6, y_mm - 6, "down", to_ms(tick)),) if tick == to_ticks(1600) else ()
        made = step(state, tick, events)
        state = made.state
        if made.outcome:
            assert made.outcome.result == "hit"
            assert made.outcome.answers == (), "a pointer is no finger's doing"
            return
    raise AssertionError("the touch was not felt")


def test_a_touch_far_from_every_finger_is_nothing() -> None:
    made = step(flight(params(), INDEX), 200, (Point(0.0, -60.0, "down", 1600.0),))
    assert made.state.birds[0].presses == ()


def test_a_judgement_waits_until_fingers_that_come_along_could_have_come() -> None:
    bird = Ladybird(INDEX, landed_ms=1000.0, presses=((INDEX, 1500.0),))
    assert not judge(bird, params(), 1590.0).done
    assert judge(bird, params(), 1601.0).done


def test_the_same_finger_does_not_come_twice_running_when_there_are_three() -> None:
    for seed in range(40):
        birds = start(params(fingers=("thumb", "index", "middle"), count=6), Chance(seed), Setting()).birds
        assert all(a.finger is not b.finger for a, b in pairwise(birds))


FIVE = ("thumb", "index", "middle", "ring", "little")


def drawn(setting: Setting, seeds: int, count: int = 3, fingers: tuple[str, ...] = FIVE) -> list[tuple[Finger, ...]]:
    made = [start(params(fingers=fingers, count=count), Chance(seed), setting).birds for seed in range(seeds)]
    return [tuple(bird.finger for bird in birds) for birds in made]


def test_a_finger_of_twice_the_weight_comes_more_often_and_still_never_twice_running() -> None:
    weights = tuple((name, 2.0 if name == "ring" else 1.0) for name in FIVE)
    flights = drawn(Setting(weights=weights), 2000)
    counts = Counter(finger for flight_ in flights for finger in flight_)
    others = [counts[Finger(name)] for name in FIVE if name != "ring"]
    assert 1.4 < counts[RING] / (sum(others) / 4) < 2.0
    assert max(others) < 1.15 * min(others)
    assert all(a is not b for flight_ in flights for a, b in pairwise(flight_))
    singles = Counter(flight_[0] for flight_ in drawn(Setting(weights=weights), 3000, count=1))
    assert 4 * singles[RING] / (3000 - singles[RING]) == pytest.approx(2, abs=0.2)


def test_without_weights_the_fingers_are_drawn_as_they_always_were() -> None:
    """Drawn before there were weights: a change here changes every session."""
    assert [tuple(str(finger) for finger in flight_) for flight_ in drawn(Setting(), 4)] == [
        ("index", "thumb", "ring"),
        ("middle", "thumb", "index"),
        ("thumb", "index", "ring"),
        ("ring", "little", "thumb"),
    ]


def test_weights_of_fingers_that_are_not_in_play_are_not_asked_for() -> None:
    weights = (("ring", 2.0), ("index", 1.0))
    assert {f for flight_ in drawn(Setting(weights=weights), 60, fingers=("index", "middle")) for f in flight_} == {
        INDEX, MIDDLE,
    }  # fmt: skip


def test_each_finger_answers_for_itself() -> None:
    """The first is right, the second late, the third pressed wrongly."""
    tight = params(count=3, limit_ms=1000.0)
    state = flight(tight, INDEX, MIDDLE, INDEX)
    outcome, after = played(state, [(1500, INDEX), (3400, MIDDLE), (4700, MIDDLE)])
    first, second, _ = after.birds
    assert [bird.cause for bird in after.birds] == ["", "too-late", "wrong-finger"]
    assert outcome.answers == (
        Answer(INDEX, True, (("limit_ms", first.reaction_ms or 0.0),)),
        Answer(MIDDLE, False, (("limit_ms", second.reaction_ms or 0.0),)),
        Answer(INDEX, False),
    )
    assert outcome.finger is MIDDLE


def test_a_flight_of_several_that_went_well_is_no_single_finger_s() -> None:
    outcome, _ = played(flight(params(count=2), INDEX, MIDDLE), [(1500, INDEX), (2800, MIDDLE)])
    assert (outcome.result, outcome.finger) == ("hit", None)
    assert [(answer.finger, answer.hit) for answer in outcome.answers] == [(INDEX, True), (MIDDLE, True)]
    alone, _ = played(flight(params(), INDEX), [(1500, INDEX)])
    assert alone.finger is INDEX


def test_an_anticipation_says_nothing_of_the_finger_that_was_not_waited_for_and_no_try_is_a_miss_of_it() -> None:
    early, _ = played(flight(params(), INDEX), [(1000 + EARLY_MS - 3, INDEX)])
    assert early.answers == ()
    none, _ = played(flight(params(), INDEX), [])
    assert none.answers == (Answer(INDEX, False),)


# How well it was done


def quality(outcome: Outcome) -> dict[str, float]:
    return {name: value for name, value in outcome.measures if name in ("steady", "right_finger", "relaxed")}


def test_a_flight_answered_evenly_by_the_right_fingers_alone_is_played_as_well_as_can_be() -> None:
    state = flight(params(count=3, paced=True, limit_ms=1000.0), INDEX, MIDDLE, INDEX)
    outcome, _ = played(state, [(1500, INDEX), (2500, MIDDLE), (3500, INDEX)])
    assert quality(outcome) == {"steady": 1.0, "right_finger": 1.0, "relaxed": 1.0}


def test_a_finger_that_comes_along_is_no_right_finger_alone_though_it_may_be_a_hit() -> None:
    outcome, _ = played(flight(params(), INDEX), [(1500, INDEX), (1530, MIDDLE)])
    assert outcome.result == "hit"
    assert quality(outcome) == {"right_finger": 0.0, "relaxed": 1.0}


def test_uneven_answers_are_less_steady_and_fewer_than_three_tell_nothing_of_it() -> None:
    paced = params(count=3, paced=True, limit_ms=1000.0)
    uneven, _ = played(flight(paced, INDEX, MIDDLE, INDEX), [(1300, INDEX), (2900, MIDDLE), (3400, INDEX)])
    assert 0.2 < quality(uneven)["steady"] < 0.7
    two, _ = played(
        flight(params(count=2, paced=True, limit_ms=1000.0), INDEX, MIDDLE), [(1300, INDEX), (2900, MIDDLE)]
    )
    assert "steady" not in quality(two)


def test_presses_while_no_ladybird_waits_make_a_hand_less_relaxed() -> None:
    two = params(count=2)
    calm, _ = played(flight(two, INDEX, MIDDLE), [(1500, INDEX), (3000, MIDDLE)])
    restless, _ = played(flight(two, INDEX, MIDDLE), [(500, RING), (1500, INDEX), (3000, MIDDLE)])
    assert (quality(calm)["relaxed"], quality(restless)["relaxed"]) == (1.0, 0.5)
    worse, _ = played(
        flight(two, INDEX, MIDDLE), [(300, RING), (500, RING), (700, RING), (1500, INDEX), (3000, MIDDLE)]
    )
    assert quality(worse)["relaxed"] == 0.0


def test_an_answer_that_comes_too_late_to_count_is_not_restless() -> None:
    quick = params(limit_ms=400.0, count=2)
    late, _ = played(flight(quick, INDEX, MIDDLE), [(1700, INDEX), (2600, MIDDLE)])
    assert late.cause == "no-try"
    assert quality(late)["relaxed"] == 1.0
    assert dict(late.measures)["strays"] == 1.0


def test_a_press_too_early_is_restless_where_it_counts_and_says_nothing_of_the_finger() -> None:
    early, _ = played(flight(params(unwanted=True), INDEX), [(900, INDEX)])
    assert early.cause == "too-early"
    assert quality(early) == {"relaxed": 0.0}


def test_nothing_is_said_of_a_flight_that_was_left_alone_nor_of_the_finger_that_moved_a_pointer() -> None:
    alone, _ = played(flight(params(), INDEX), [])
    assert quality(alone) == {}
    state = flight(params(), INDEX)
    x, y = ((TIPS[INDEX][0] - 800) / 4.6, (TIPS[INDEX][1] - 450) / 4.6)
    for tick in range(600):
        made = step(state, tick, (Point(x, y, "down", to_ms(tick)),) if tick == 200 else ())
        state = made.state
        if made.outcome is not None:
            break
    assert made.outcome is not None
    assert quality(made.outcome) == {"relaxed": 1.0}


# What is seen


@pytest.mark.parametrize("target_mm", [30.0, 40.0])
def test_a_ladybird_over_the_leaf_stays_below_the_row_of_buttons(target_mm: float) -> None:
    stop = stop_button(Profile())
    state = flight(params(target_mm=target_mm), INDEX)
    for ms in range(0, 1000, 50):
        (bird,) = pictured(replace(state, now_ms=float(ms)), "ladybird-fly")
        assert bird.y + bird.h / 2 < stop.y - stop.h / 2


def test_the_long_name_of_the_thumbs_key_is_written_beside_the_ladybird_that_sits_there() -> None:
    labels = (("thumb", "Space"), ("index", "J"))
    state = flight(params(fingers=("thumb", "index")), Finger.THUMB)
    state = played_until(replace(state, setting=Setting(labels=labels)), 1500.0)
    (bird,) = pictured(state, "ladybird")
    cap = max((shape for shape in scene(state).shapes if isinstance(shape, Bar)), key=lambda bar: bar.w)
    assert cap.x - cap.w / 2 > bird.x + bird.w / 2


def played_until(state: State, ms: float) -> State:
    for tick in range(to_ticks(ms)):
        state = step(state, tick, ()).state
    return state


def pictured(state: State, name: str) -> list[Picture]:
    return [shape for shape in scene(state).shapes if isinstance(shape, Picture) and shape.name == name]
