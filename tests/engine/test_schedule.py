"""One bout is laid out within its room, in the prescribed order and behind its fence, with what is allowed alone."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.chance import Chance
from engine.feedback import Feedback
from engine.game import FORCES
from engine.guard import NIGHT_S, Allowed, Moment
from engine.prescription import Cleared, Criterion, Dose, Fade, Fence, Order, Prescription, Thresholds
from engine.program import Block
from engine.schedule import (
    LEAST_MINUTES,
    MOST_GAMES,
    PROBES,
    Bout,
    Done,
    Due,
    GameDone,
    Playable,
    Room,
    adherence,
    bout,
    choices,
    confirmed,
    due,
    fence_moves,
    fence_of,
    games_for,
    load,
    order_of,
    room,
    tries_at,
)

MONDAY = 738_000 - (738_000 - 1) % 7
HOUR, DAY = 3600.0, 86_400.0
SHELF = {
    "ladybirds": Playable("tap", 12, 3.0), "melody": Playable("tap", 10, 6.0), "brook": Playable("trace", 12, 8.0),
    "buttons": Playable("aim", 10, 5.0), "cup": Playable("grip", 12, 9.0, 0.05),
    "kitchen": Playable("mixed", 10, 12.0, 0.1),
}  # fmt: skip
TASKS: Mapping[str, tuple[str, ...]] = {"drinking": ("cup", "brook"), "money": ("ladybirds", "buttons")}
FREE = Allowed(True)
USUAL = Prescription("x", games=("ladybirds", "brook", "melody"))


def at(day: int, hour: float = 9.0) -> Moment:
    return Moment(day * DAY + hour * HOUR, day)


def done(day: int, minutes: float = 12.0, hour: float = 9.0, *games: GameDone, **changes: Any) -> Done:
    return Done(day, day * DAY + hour * HOUR, minutes, trials=30, games=games, **changes)


def good(game: str = "brook", rung: int = 3, hits: int = 9) -> GameDone:
    return GameDone(game, 10, hits, rung)


def room_at(moment: Moment, *history: Done, prescription: Prescription = USUAL, extra: bool = False) -> Room:
    return room(prescription, load(history, moment), moment, extra)


def laid(
    prescription: Prescription = USUAL, allowed: Allowed = FREE, history: tuple[Done, ...] = (), minutes: float = 45.0,
    seed: int = 1, **more: Any,
) -> Bout:  # fmt: skip
    there = Room(minutes, day=MONDAY)
    return bout(prescription, SHELF, TASKS, allowed, history, there, Chance(seed), **more)


def blocks_of(found: Bout) -> tuple[Block, ...]:
    assert found.program is not None, found.why
    return found.program.blocks


def names(found: Bout) -> list[str]:
    return [block.game for block in blocks_of(found)]


def tries(found: Bout) -> int:
    return sum(block.trials for block in blocks_of(found)) if found.program else 0


# --- strategies -----------------------------------------------------------------------------------------


def in_turn(rows: list[tuple[int, float, float, Any]]) -> list[tuple[int, float, float, Any]]:
    return sorted(rows, key=lambda row: (row[0], row[2]))


DOSES = st.builds(
    Dose,
    days=st.lists(st.sampled_from(("mon", "tue", "wed", "thu", "fri", "sat", "sun")), min_size=1, unique=True),
    bouts=st.integers(1, 6), minutes=st.floats(2, 20), game_minutes=st.floats(1, 5), gap_h=st.floats(0, 12),
    rest_s=st.floats(15, 600), least_rest_s=st.just(10.0), rest_after=st.integers(3, 20),
    day_minutes=st.floats(2, 45), week_minutes=st.floats(2, 315), ramp=st.floats(1, 2),
)  # fmt: skip
ORDERS = st.builds(
    Order, kind=st.sampled_from(("blocked", "serial", "random")),
    then=st.lists(st.sampled_from(("serial", "random")), max_size=2), run=st.integers(3, 20),
)  # fmt: skip
GAMES = st.lists(st.sampled_from(sorted(SHELF)), min_size=1, unique=True).map(tuple)
PRESCRIPTIONS = st.builds(
    Prescription, name=st.just("x"), games=GAMES, choose=st.integers(0, 3), dose=DOSES, order=ORDERS,
    probe=st.lists(st.tuples(st.sampled_from(sorted(SHELF)), st.integers(1, 8)), max_size=3,
                   unique_by=lambda row: row[0]).map(tuple),
    probe_trials=st.integers(3, 20),
    blocks=st.just(()) | st.lists(st.builds(Block, st.sampled_from(sorted(SHELF)), st.integers(1, 1000)),
                                  min_size=1, max_size=4).map(tuple),
)  # fmt: skip
ALLOWED = st.builds(
    Allowed, play=st.just(True), no_rise=st.booleans(), step_down=st.integers(0, 2), volume=st.floats(0.1, 1.0),
    no_grip=st.booleans(),
)  # fmt: skip
PLAYED = st.lists(
    st.builds(
        GameDone, st.sampled_from(sorted(SHELF)), st.just(10), st.integers(0, 10), st.integers(1, 8), st.booleans()
    ),
    max_size=4,
).map(tuple)
HISTORIES = st.lists(
    st.tuples(st.integers(0, 40), st.floats(0, 30), st.sampled_from((9.0, 14.0, 22.0)), PLAYED), max_size=15
).map(lambda rows: tuple(done(MONDAY + day, minutes, hour, *games) for day, minutes, hour, games in in_turn(rows)))


# --- properties -----------------------------------------------------------------------------------------


@given(PRESCRIPTIONS, ALLOWED, HISTORIES, st.floats(2, 45), st.integers(0, 99), GAMES)
def test_a_bout_stays_within_its_room_and_plays_only_what_is_allowed(
    prescription: Prescription, allowed: Allowed, history: tuple[Done, ...], minutes: float, seed: int, chosen: Any
) -> None:
    found = laid(prescription, allowed, history, minutes, seed, chosen=chosen)
    if found.program is None:
        assert found.why
        return
    assert found.minutes <= minutes + 1e-9
    assert found.program.limits.minutes <= minutes
    assert found.program.blocks
    assert all(1 <= block.trials <= 1000 for block in found.program.blocks)
    played = {block.game for block in found.program.blocks}
    assert played <= set(games_for(prescription, TASKS))
    if allowed.no_grip:
        assert not {game for game in played if SHELF[game].skill in FORCES}
        assert not found.program.maximum
    for game, (low, high) in found.program.fences:
        assert 1 <= low <= high <= SHELF[game].rungs


@given(PRESCRIPTIONS, ALLOWED, HISTORIES, st.floats(2, 45), st.integers(0, 99))
def test_a_mixed_order_never_has_a_game_twice_running(
    prescription: Prescription, allowed: Allowed, history: tuple[Done, ...], minutes: float, seed: int
) -> None:
    found = laid(replace(prescription, blocks=()), allowed, history, minutes, seed)
    if found.program is None or found.order == "blocked":
        return
    practice = [block.game for block in found.program.blocks if not block.probe]
    assert all(a != b for a, b in pairwise(practice))


@given(PRESCRIPTIONS, ALLOWED, HISTORIES, st.floats(0.1, 1.0), st.floats(0.1, 1.0), st.floats(2, 45))
def test_less_volume_never_has_more_tries(
    prescription: Prescription, allowed: Allowed, history: tuple[Done, ...], one: float, other: float, minutes: float
) -> None:
    prescription = replace(prescription, probe=())
    low, high = sorted((one, other))
    less, more = (laid(prescription, replace(allowed, volume=volume), history, minutes) for volume in (low, high))
    assert tries(less) <= tries(more)


@given(PRESCRIPTIONS, ALLOWED, HISTORIES, st.integers(0, 99))
def test_a_bout_is_the_same_each_time_from_the_same_chance(
    prescription: Prescription, allowed: Allowed, history: tuple[Done, ...], seed: int
) -> None:
    assert laid(prescription, allowed, history, seed=seed) == laid(prescription, allowed, history, seed=seed)


@given(PRESCRIPTIONS, HISTORIES.filter(bool), st.integers(0, 60), st.floats(0, 60 * DAY), st.booleans())
def test_a_clock_set_back_never_gives_more_room(
    prescription: Prescription, history: tuple[Done, ...], days: int, back_s: float, extra: bool
) -> None:
    last_day, last_s = max(d.day for d in history), max(d.at_s for d in history)
    now = Moment(last_s + 12 * HOUR, last_day)  # the latest on the day of the last practice
    back = Moment(now.utc_s - back_s, last_day - days)
    assert room_at(back, *history, prescription=prescription, extra=extra).minutes <= (
        room_at(now, *history, prescription=prescription, extra=extra).minutes
    )


@given(PRESCRIPTIONS, HISTORIES, st.integers(0, 60), st.floats(0, 24), st.booleans())
def test_room_never_leads_beyond_the_most_of_a_day_or_a_week(
    prescription: Prescription, history: tuple[Done, ...], day: int, hour: float, extra: bool
) -> None:
    moment = at(MONDAY + day, hour)
    known, dose = load(history, moment), prescription.dose
    left = room(prescription, known, moment, extra)
    assert left.minutes == 0 or left.minutes >= LEAST_MINUTES
    assert (left.minutes == 0) == bool(left.why)
    if left.minutes:
        assert known.day_minutes + left.minutes <= dose.day_minutes + 1e-9
        assert known.week_minutes + left.minutes <= dose.week_minutes + 1e-9
    else:
        assert left.until > known.today or left.until_s > moment.utc_s
    what = due(prescription, known, moment)
    assert what.day >= known.today
    assert what.kind in ("bout", "wait", "rest-day", "done", "full")


# --- room -----------------------------------------------------------------------------------------------


def test_the_first_bout_may_take_the_whole_day_and_the_second_what_is_left() -> None:
    assert room_at(at(MONDAY)) == Room(45.0, day=MONDAY)
    assert room_at(at(MONDAY, 14), done(MONDAY)) == Room(33.0, day=MONDAY)


def test_two_bouts_lie_hours_apart() -> None:
    found = room_at(at(MONDAY, 10), done(MONDAY))
    assert (found.minutes, found.why, found.until_s) == (0.0, "room.gap", MONDAY * DAY + 11 * HOUR)
    assert room_at(at(MONDAY, 11), done(MONDAY)).minutes == 33.0


def test_a_further_bout_and_one_on_a_free_day_take_a_wish_and_count() -> None:
    both = (done(MONDAY), done(MONDAY, hour=13))
    assert room_at(at(MONDAY, 18), *both).why == "room.enough"
    found = room_at(at(MONDAY, 18), *both, extra=True)
    assert (found.minutes, found.extra) == (21.0, True)
    sunday = MONDAY + 6
    assert room_at(at(sunday)) == Room(0.0, "room.rest-day", MONDAY + 7, day=sunday)
    assert room_at(at(sunday), extra=True).minutes == 45.0
    assert load([*both, done(sunday)], at(sunday, 20)).week_minutes == 36.0


def test_the_day_is_full_whatever_is_wished() -> None:
    found = room_at(at(MONDAY, 20), done(MONDAY, 44.0), extra=True)
    assert (found.minutes, found.why, found.until) == (0.0, "room.day", MONDAY + 1)


def test_seven_days_hold_no_more_than_the_week() -> None:
    week = [done(MONDAY + n, 45.0) for n in range(5)]
    found = room_at(at(MONDAY + 5), *week, extra=True)
    assert (found.minutes, found.why, found.until) == (0.0, "room.week", MONDAY + 7)
    assert room_at(at(MONDAY + 7), *week).minutes > 0


def test_a_week_grows_by_half_of_the_best_before_from_the_second_on() -> None:
    first = [done(MONDAY + n, 12.0) for n in range(5)]  # 60 minutes
    second = [done(MONDAY + 7 + n, 29.0) for n in range(3)]  # 87 of 90
    assert load(first, at(MONDAY + 4)).best_week_minutes is None
    assert load(first + second, at(MONDAY + 10)).best_week_minutes == 60.0
    assert room_at(at(MONDAY + 10), *first, *second).minutes == pytest.approx(3.0)
    found = room_at(at(MONDAY + 10), *first, *second[:2], done(MONDAY + 9, 31.0))
    assert (found.why, found.until) == ("room.ramp", MONDAY + 14)


def test_a_week_may_always_hold_two_bouts() -> None:
    little = done(MONDAY, 3.0)
    assert room_at(at(MONDAY + 7), little).minutes == 24.0


def test_a_missed_week_does_not_count_against_the_next() -> None:
    first = [done(MONDAY + n, 24.0) for n in range(5)]
    assert load(first, at(MONDAY + 14)).best_week_minutes == 120.0


def test_after_three_weeks_without_practice_weeks_are_counted_anew() -> None:
    first = [done(MONDAY + n, 24.0) for n in range(5)]
    assert load(first, at(MONDAY + 4 + 21)).best_week_minutes == 120.0
    assert load(first, at(MONDAY + 4 + 22)).best_week_minutes is None
    assert load(first, at(MONDAY + 4 + 22)).ramp_from == MONDAY + 26


def test_what_was_hardly_begun_is_no_bout_but_counts_in_minutes() -> None:
    short = done(MONDAY, 1.5)
    known = load([short], at(MONDAY, 9.1))
    assert (known.day_bouts, known.day_minutes, known.last_at_s) == (0, 1.5, None)
    assert room_at(at(MONDAY, 9.1), short).minutes == 43.5


def test_a_new_day_begins_only_after_a_night() -> None:
    late = done(MONDAY, 44.0, 23.5)
    assert load([late], Moment(late.at_s + NIGHT_S - 1, MONDAY + 1)).today == MONDAY
    assert load([late], Moment(late.at_s + NIGHT_S, MONDAY + 1)).today == MONDAY + 1


def test_a_confirmed_date_takes_what_lies_ahead_into_today() -> None:
    ahead = done(MONDAY + 300)
    assert load([ahead], at(MONDAY)).today == MONDAY + 300
    known = load(confirmed([ahead], at(MONDAY)), at(MONDAY))
    assert (known.today, known.day_bouts, known.last_at_s) == (MONDAY, 1, MONDAY * DAY + 9 * HOUR)


@pytest.mark.parametrize(
    ("moment", "history", "wanted"),
    [
        (at(MONDAY), (), Due("bout", 1, 2, MONDAY)),
        (at(MONDAY, 14), (done(MONDAY),), Due("bout", 2, 2, MONDAY)),
        (at(MONDAY, 10), (done(MONDAY),), Due("wait", 2, 2, MONDAY, MONDAY * DAY + 11 * HOUR, "room.gap")),
        (at(MONDAY, 18), (done(MONDAY), done(MONDAY)), Due("done", 2, 2, MONDAY + 1, why="room.enough")),
        (at(MONDAY + 4, 18), (done(MONDAY + 4),) * 2, Due("done", 2, 2, MONDAY + 7, why="room.enough")),
        (at(MONDAY + 5), (), Due("rest-day", 0, 2, MONDAY + 7, why="room.rest-day")),
        (at(MONDAY, 20), (done(MONDAY, 44.0),), Due("full", 1, 2, MONDAY + 1, why="room.day")),
    ],
)
def test_it_is_said_what_is_due(moment: Moment, history: tuple[Done, ...], wanted: Due) -> None:
    assert due(USUAL, load(history, moment), moment) == wanted


# --- games and order ------------------------------------------------------------------------------------


def test_the_pool_has_the_games_then_those_of_the_tasks() -> None:
    prescription = Prescription("x", games=("melody", "brook"), tasks=("drinking", "money"))
    assert games_for(prescription, TASKS) == ("melody", "brook", "cup", "ladybirds", "buttons")


def test_games_of_force_wait_where_no_grip_is_allowed_or_the_cap_is_too_low() -> None:
    prescription = Prescription("x", games=("cup", "kitchen", "brook"))
    assert choices(prescription, SHELF, TASKS, FREE) == ("cup", "kitchen", "brook")
    assert choices(prescription, SHELF, TASKS, Allowed(True, no_grip=True)) == ("brook",)
    assert choices(prescription, SHELF, TASKS, FREE, cap=None) == ("brook",)
    assert choices(prescription, SHELF, TASKS, FREE, cap=0.07) == ("cup", "brook")


def test_where_tissue_heals_grip_is_locked_until_a_cap_is_said() -> None:
    healing = Prescription("x", stage="healing", games=("cup", "brook"), thresholds=Thresholds(stop=4),
                           cleared=Cleared("2026-01-01", cap=0.1))  # fmt: skip
    assert choices(healing, SHELF, TASKS, FREE) == ("brook",)
    assert choices(healing, SHELF, TASKS, FREE, cap=0.1) == ("cup", "brook")
    found = laid(healing, cap=0.1)
    assert found.program is not None
    assert found.program.limits.cap == 0.1


def test_where_nothing_is_left_it_says_so() -> None:
    only = Prescription("x", games=("cup", "kitchen"))
    assert laid(only, Allowed(True, no_grip=True)) == Bout(None, "room.nothing")
    assert laid(USUAL, Allowed(False, why="hold")) == Bout(None, "guard.hold")
    nothing = bout(USUAL, SHELF, TASKS, FREE, (), Room(0.0, "room.day"), Chance(1))
    assert nothing == Bout(None, "room.day")


def test_blocks_give_each_game_the_same_time() -> None:
    found = laid()
    assert names(found) == ["ladybirds", "brook", "melody"]
    lasts = [block.trials * SHELF[block.game].trial_s for block in blocks_of(found)]
    assert max(lasts) - min(lasts) <= 2 * 8.0
    assert 9 <= found.minutes <= 12


def test_a_game_is_played_no_longer_than_its_minutes() -> None:
    found = laid(replace(USUAL, games=("brook",), dose=Dose(minutes=20, rest_s=15, least_rest_s=10)))
    assert tries(found) == 300 // 8


def test_games_take_turns_over_bouts() -> None:
    prescription = Prescription("x", games=("ladybirds", "brook", "melody", "buttons", "cup"))
    assert names(laid(prescription)) == ["ladybirds", "brook", "melody"]
    before = done(MONDAY, 12.0, 9.0, good("ladybirds"), good("brook"), good("melody"))
    assert names(laid(prescription, history=(before,))) == ["buttons", "cup", "ladybirds"]


def test_what_the_patient_picked_comes_first_if_it_fits() -> None:
    prescription = Prescription("x", games=("ladybirds", "brook", "melody", "cup"), choose=2)
    assert names(laid(prescription, chosen=("cup", "melody"))) == ["cup", "melody", "ladybirds"]
    assert "cup" not in names(laid(prescription, Allowed(True, no_grip=True), chosen=("cup", "melody")))
    assert len(names(laid(prescription, chosen=prescription.games))) == MOST_GAMES
    assert "zip" not in names(laid(prescription, chosen=("zip",)))


def test_serial_practice_goes_round_and_random_practice_does_not_only() -> None:
    dose = Dose(minutes=20, rest_s=15, least_rest_s=10, rest_after=20)
    serial = replace(USUAL, order=Order("serial"), dose=dose)
    rounds = names(laid(serial))
    assert rounds == ["ladybirds", "brook", "melody"] * (len(rounds) // 3)
    assert len(rounds) >= 9
    assert all(4 <= block.trials <= 9 for block in blocks_of(laid(serial)))
    mixed = {tuple(names(laid(replace(serial, order=Order("random")), seed=seed))) for seed in range(20)}
    assert len(mixed) > 10
    assert all(sorted(row) == sorted(rounds) for row in mixed)


def test_the_order_moves_on_after_good_blocks_of_each_game() -> None:
    prescription = replace(USUAL, order=Order("blocked", ("serial", "random")))
    brook = done(MONDAY, 12.0, 9.0, good("brook"), good("brook"))
    melody = done(MONDAY, 12.0, 9.0, good("melody"), good("melody", hits=7), good("melody"))
    pair = ("brook", "melody")
    assert order_of(prescription, (), pair) == "blocked"
    assert order_of(prescription, (brook,), pair) == "blocked"
    assert order_of(prescription, (brook, melody), pair) == "serial"
    assert order_of(prescription, (brook, melody) * 2, pair) == "random"
    assert order_of(prescription, (brook, melody) * 9, pair) == "random"
    assert order_of(prescription, (brook, melody) * 9, ("brook",)) == "blocked"
    cut_off = done(MONDAY, 12.0, 9.0, *[GameDone(game, 1, 1, 3) for game in pair for _ in range(4)])
    assert order_of(prescription, (cut_off,) * 9, pair) == "blocked"


def test_prescribed_blocks_are_played_as_they_stand_and_cut_to_the_room() -> None:
    rows = (Block("brook", 10, level=3), Block("cup", 8), Block("melody", 10, explore=True))
    prescription = replace(USUAL, blocks=rows)
    assert blocks_of(laid(prescription)) == rows
    assert names(laid(prescription, Allowed(True, no_grip=True))) == ["brook", "melody"]
    assert [block.trials for block in blocks_of(laid(prescription, Allowed(True, volume=0.5)))] == [5, 4, 5]
    short = laid(prescription, minutes=2.0)
    assert names(short) == ["brook"]
    assert short.minutes <= 2.0


# --- probes, feedback -----------------------------------------------------------------------------------

PROBED = replace(USUAL, probe=(("brook", 2), ("melody", 4), ("cup", 1)), dose=Dose(minutes=20, rest_s=20))


def probes(found: Bout) -> list[tuple[str, int | None]]:
    rows = blocks_of(found)
    first = [block for block in rows if block.probe]
    assert tuple(first) == rows[: len(first)]
    return [(block.game, block.level) for block in first]


def test_a_bout_opens_with_the_probes_of_its_games_once_a_day() -> None:
    assert probes(laid(PROBED)) == [("brook", 2), ("melody", 4)]
    before = done(MONDAY, 12.0, 9.0, GameDone("brook", 6, 5, 2, probe=True))
    assert probes(laid(PROBED, history=(before,))) == [("melody", 4)]
    yesterday = replace(before, day=MONDAY - 1)
    assert probes(laid(PROBED, history=(yesterday,))) == [("melody", 4), ("brook", 2)]


@pytest.mark.parametrize(
    "allowed", [Allowed(True, volume=0.5), Allowed(True, step_down=1), Allowed(True, no_rise=True)]
)
def test_no_probe_is_asked_for_on_a_light_day(allowed: Allowed) -> None:
    assert probes(laid(PROBED, allowed)) == []


def test_where_nothing_may_rise_a_probe_is_no_harder_than_the_last_practice() -> None:
    before = (done(MONDAY - 1, 12.0, 9.0, good("brook", 3), good("melody", 3)),)
    assert probes(laid(PROBED, Allowed(True, no_rise=True), before)) == [("brook", 2)]


def test_probes_take_a_third_of_a_bout_at_most() -> None:
    found = laid(replace(PROBED, dose=Dose(minutes=6, rest_s=30)))
    assert len(probes(found)) < 2
    lasts = sum(block.trials * SHELF[block.game].trial_s for block in blocks_of(found) if block.probe)
    assert lasts <= 6 * 60 * PROBES


def test_feedback_fades_with_the_tries_on_the_present_rung() -> None:
    seldom, least = Feedback("every", 3), Feedback("summary", 5)
    fading = replace(USUAL, games=("brook",), fade=(Fade(20, seldom), Fade(30, least)))
    low, high = done(MONDAY, 12.0, 9.0, good("brook", 3)), done(MONDAY, 12.0, 9.0, good("brook", 4))
    assert [block.feedback for block in blocks_of(laid(fading))] == [None]
    assert tries_at((low, low, high), "brook") == 10
    assert tries_at((high, low, low), "brook") == 30
    assert [block.feedback for block in blocks_of(laid(fading, history=(low, low)))] == [seldom]
    assert [block.feedback for block in blocks_of(laid(fading, history=(low, low, high)))] == [None]
    assert [block.feedback for block in blocks_of(laid(fading, history=(high, low, low)))] == [least]


# --- the fence ------------------------------------------------------------------------------------------

FENCED = replace(
    USUAL, fences=(("brook", Fence(2, 4, 6)),), advance=Criterion(0.8, 2, 1), regress=Criterion(0.65, 2, 1)
)


def moved(*rows: GameDone, **changes: Any) -> tuple[int, int]:
    return fence_of(FENCED, "brook", [done(MONDAY, 12.0, 9.0, row, **changes) for row in rows], 12)


def test_a_fence_rises_after_good_blocks_at_its_top_and_no_further_than_it_may() -> None:
    top, below = good("brook", 4), good("brook", 3)
    assert moved(top) == (2, 4)
    assert moved(top, top) == (2, 5)
    assert moved(below, below, below) == (2, 4)
    assert moved(top, below, top) == (2, 5)
    assert moved(top, good("brook", 4, 7), top) == (2, 4)
    assert moved(top, top, top, top) == (2, 5)
    assert moved(*[good("brook", 9)] * 20) == (2, 6)
    assert moved(top, top, held=True) == (2, 4)


def test_a_fence_sinks_after_bad_blocks_and_no_lower_than_it_may() -> None:
    bad = good("brook", 4, 6)
    assert moved(bad) == (2, 4)
    assert moved(bad, bad) == (2, 3)
    assert moved(bad, good("brook", 4, 7), bad) == (2, 4)
    assert moved(*[good("brook", 2, 3)] * 2) == (2, 4)
    assert moved(*[good("brook", 4, 0)] * 20) == (2, 2)


def test_each_move_of_a_fence_says_why() -> None:
    history = [done(MONDAY + n, 12.0, 9.0, good("brook", 4)) for n in range(2)]
    (move,) = fence_moves(FENCED, "brook", history, 12)
    assert (move.day, move.was, move.high, move.reason.key) == (MONDAY + 1, 4, 5, "fence.rise")
    assert dict(move.reason.values) == {"game": "@game.brook", "from": "4", "to": "5", "blocks": "2", "share": "80"}
    assert fence_moves(FENCED, "brook", history, 12, since=MONDAY + 1) == ()


def test_a_game_without_a_fence_has_its_whole_ladder() -> None:
    assert fence_of(FENCED, "melody", [], 10) == (1, 10)
    assert fence_of(replace(USUAL, fences=(("brook", Fence(3)),)), "brook", [done(MONDAY)], 12) == (3, 12)
    found = laid(FENCED).program
    assert found is not None
    assert dict(found.fences) == {"ladybirds": (1, 12), "brook": (2, 4), "melody": (1, 10)}


def test_short_runs_are_put_together_and_probes_count_for_nothing() -> None:
    run = GameDone("brook", 3, 3, 4)
    runs = done(MONDAY, 12.0, 9.0, run, run, run, run)
    assert fence_of(FENCED, "brook", [runs], 12) == (2, 5)
    probe = done(MONDAY, 12.0, 9.0, *[GameDone("brook", 10, 10, 4, probe=True)] * 4)
    assert fence_of(FENCED, "brook", [probe], 12) == (2, 4)


@given(HISTORIES, st.integers(1, 5), st.integers(0, 4), st.integers(0, 4), st.integers(1, 5))
def test_a_fence_never_leaves_what_was_prescribed(
    history: tuple[Done, ...], lowest: int, more: int, further: int, rungs: int
) -> None:
    fence = Fence(lowest, lowest + more, lowest + more + further)
    prescription = replace(
        FENCED, fences=(("brook", fence),), advance=Criterion(0.5, 1, rungs), regress=Criterion(0.4, 1, rungs)
    )
    for n in range(len(history) + 1):
        low, high = fence_of(prescription, "brook", history[:n], 12)
        assert low == min(lowest, high)
        assert min(lowest, 12) <= high <= min(12, lowest + more + further)


# --- what was done --------------------------------------------------------------------------------------


def test_an_assessment_counts_in_minutes_and_for_the_hours_after_it_but_is_no_bout() -> None:
    look = done(MONDAY, 5.0, 9.0, GameDone("assess-hold", 1, 1, 1, probe=True), GameDone("assess-ring", 1, 1, 1))
    found = load([look], at(MONDAY, 10.0))
    assert (found.day_bouts, found.day_minutes, found.last_at_s) == (0, 5.0, look.at_s)
    assert load([look, done(MONDAY, 12.0, 14.0, good())], at(MONDAY, 15.0)).day_bouts == 1
    assert adherence(USUAL, [look], MONDAY, MONDAY).bouts_share == 0.0
    assert done(MONDAY, 5.0, 9.0, look.games[0], good()).is_bout, "games were played as well"


def test_adherence_counts_a_day_once_and_no_paused_day() -> None:
    history = [
        done(MONDAY, 30.0),
        done(MONDAY, 30.0),
        done(MONDAY + 1, 12.0, end="self"),
        done(MONDAY + 1, 6.0, end="pain"),
    ]
    found = adherence(USUAL, history, MONDAY, MONDAY + 3)
    assert found.bouts_share == pytest.approx(0.5)
    assert found.minutes_share == pytest.approx((1 + 18 / 24) / 4, abs=0.001)
    assert (found.active_days, found.longest_gap) == (2, 2)
    assert (found.self_ended, found.pain_ended) == (0.25, 0.25)
    paused = adherence(USUAL, history, MONDAY, MONDAY + 3, paused=(MONDAY + 2, MONDAY + 3))
    assert (paused.bouts_share, paused.longest_gap) == (1.0, 0)
    assert adherence(USUAL, (), MONDAY + 5, MONDAY + 6).self_ended is None
