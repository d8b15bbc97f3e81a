"""The safety machine, rule by rule: the numbers are those of the table of stop and regress rules."""

import importlib.util
import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import guard
from engine.guard import RULES, Allowed, Event, FlareUp, Moment, Standing, Thresholds

DAY_S = 86_400.0
ROOT = Path(__file__).parent.parent.parent
DAYS = Event("checkin", pain=1, fatigue=1), Event("bout")


def at(day: int, hour: float = 10.0) -> Moment:
    return Moment(day * DAY_S + hour * 3600.0, day)


def after(*events: Event, day: int = 100, standing: Standing | None = None, **limits: Any) -> Standing:
    """Return the standing after events at ten o'clock of a day, a minute apart."""
    now = standing or guard.start()
    for n, event in enumerate(events):
        now = guard.step(now, event, at(day, 10 + n / 60), Thresholds(**limits))
    return now


def may(standing: Standing, day: int = 100) -> Allowed:
    return guard.allowed(standing, at(day, 11))


def checkin(pain: int | None = 1, fatigue: int | None = 1, *flags: str) -> Event:
    return Event("checkin", pain=pain, fatigue=fatigue, flags=flags)


def told(pain: int | None = 1, effort: int | None = 3) -> Event:
    return Event("told", pain=pain, effort=effort)


def resting() -> Standing:
    """Return where two days that pain ended lead to, on day 101."""
    first = after(checkin(), Event("stop", why="pain"))
    return after(checkin(), Event("stop", why="pain"), day=101, standing=first)


def twice_up() -> Standing:
    """Return where pain leads to that is up for two practice days running, on day 102."""
    now = after(*DAYS)
    now = after(checkin(3), Event("bout"), day=101, standing=now)
    return after(checkin(3), day=102, standing=now)


def test_before_a_check_in_nothing_is_played() -> None:
    assert may(guard.start()) == Allowed(False, no_rise=True, why="unasked")


def test_pain_of_6_before_play_is_played_with_and_pain_of_7_is_not() -> None:
    assert may(after(checkin(6))).play
    closed = may(after(checkin(7)))
    assert (closed.play, closed.why, closed.until) == (False, "pain-high", 101)


@pytest.mark.parametrize("flag", guard.FLAGS)
@pytest.mark.parametrize("kind", ["checkin", "told", "tired", "stop", "bout", "limit"])
def test_each_red_flag_ends_the_day_and_locks(kind: str, flag: str) -> None:
    now = after(checkin(), Event(kind, flags=(flag,)))
    assert (now.day, now.plan, may(now).why) == ("ended", "locked", "red-flag")


def test_pain_2_above_the_usual_makes_a_short_day_without_grip() -> None:
    usual = after(*DAYS)
    assert may(after(checkin(2), day=101, standing=usual), 101).step_down == 0
    short = may(after(checkin(3), day=101, standing=usual), 101)
    assert (short.step_down, short.no_grip, short.volume, short.why) == (2, True, 0.5, "pain-above-usual")


def test_pain_of_5_in_play_stops_it_for_two_minutes_and_then_for_the_day() -> None:
    assert after(checkin(4), told(4)).day == "easy"
    now = after(checkin(4), told(5))
    assert (may(now).play, may(now).wait_s) == (False, 120.0)
    assert after(checkin(4), told(5), told(5)).day == "ended"
    assert may(after(checkin(4), told(5), told(4))).step_down == 2


def test_pain_2_above_the_start_stops_play() -> None:
    assert after(checkin(1), told(2)).day == "open"
    assert after(checkin(1), told(3)).day == "waiting"


def test_after_an_operation_pain_of_4_stops_play() -> None:
    limits = guard.strictest(Thresholds(none=6), guard.POST_OPERATIVE)
    assert (limits.none, limits.stop) == (6, 4)
    now = guard.step(after(checkin(3)), told(4), at(100, 10.5), limits)
    assert now.day == "waiting"


def test_pain_of_4_holds_the_level() -> None:
    assert not may(after(checkin(3), told(3))).no_rise
    assert may(after(checkin(3), told(4))).no_rise
    assert may(after(checkin(4))).no_rise
    assert may(after(checkin(1, 7))).no_rise


def test_effort_of_7_holds_and_twice_ends_the_bout() -> None:
    assert not may(after(checkin(), told(1, 6))).no_rise
    assert may(after(checkin(), told(1, 7))).no_rise
    over = after(checkin(), told(1, 7), told(1, 7))
    assert (may(over).play, over.because) == (False, "effort")
    assert not may(after(checkin(), told(1, 9))).play


def test_asking_again_forgets_no_effort_and_raises_no_start() -> None:
    assert not may(after(checkin(), told(1, 7), checkin(), told(1, 7))).play
    assert after(checkin(1), checkin(2), told(3)).day == "waiting"


def test_pain_still_up_on_the_next_day_is_a_rung_lower_and_30_percent_less() -> None:
    now = after(checkin(3), day=101, standing=after(*DAYS))
    assert (now.plan, now.plan_because) == ("stepped", "next-day")
    assert guard._planned_down(now, FlareUp()) == (1, 0.7)


def test_pain_up_twice_running_locks_until_a_therapist_clears() -> None:
    now = twice_up()
    assert (now.plan, may(now, 102).why) == ("locked", "twice-up")
    assert may(now, 900).play is False
    now = after(Event("clear"), day=103, standing=now)
    assert (now.plan, now.strikes) == ("re-entry", 0)


def test_to_correct_a_low_answer_on_the_same_day_dodges_no_strike() -> None:
    now = after(checkin(3), Event("bout"), day=101, standing=after(*DAYS))
    assert after(checkin(1), checkin(3), day=102, standing=now).plan == "locked"


def test_a_clear_opens_only_what_is_locked() -> None:
    now = resting()
    assert after(Event("clear"), day=102, standing=now).plan == "resting"
    assert after(Event("clear", flags=("snap",)), day=103, standing=twice_up()).plan == "locked"


def test_two_days_that_pain_ended_ask_for_a_rest_and_a_way_back_in_steps() -> None:
    now = resting()
    assert (may(now, 102).play, may(now, 102).until) == (False, 103)
    assert may(now, 103).why == "unasked"
    volumes = []
    for day in range(103, 107):
        now = after(checkin(), standing=now, day=day)
        volumes.append((may(now, day).volume, may(now, day).step_down))
        now = after(Event("bout"), standing=replace(now, latest_s=0.0), day=day)
    assert volumes == [(0.5, 2), (0.7, 2), (0.85, 2), (1.0, 0)]


def test_the_way_back_goes_on_only_after_a_day_that_was_told_and_went_well() -> None:
    now = after(checkin(), Event("bout"), standing=resting(), day=103)
    for pain, step in ((None, 0), (4, 0), (1, 1)):
        assert after(checkin(pain), standing=now, day=104).step == step
    assert after(checkin(None), checkin(1), standing=now, day=104).step == 0


@pytest.mark.parametrize(
    ("hours", "day", "is_new"), [(2, 101, False), (5, 101, True), (30, 100, False), (-30, 99, False)]
)
def test_a_new_day_is_a_later_date_and_a_night(hours: int, day: int, is_new: bool) -> None:
    ended = after(checkin(), Event("stop", why="pain"))
    seen = guard.allowed(ended, Moment(ended.latest_s + hours * 3600.0, day))
    assert (seen.why == "unasked") == is_new


def test_what_hurts_after_midnight_closes_that_date_too() -> None:
    now = guard.step(after(checkin()), Event("limit"), Moment(at(100).utc_s + 3600, 101))
    assert guard.allowed(now, Moment(at(100).utc_s + 20 * 3600, 101)).until == 102


def test_a_clock_years_ahead_that_is_put_right_opens_neither_the_day_nor_closes_the_next() -> None:
    ended = after(checkin(), Event("stop", why="pain"))
    ahead = after(checkin(), standing=ended, day=5000)
    assert guard.clock_is_back(ahead, at(100, 12))
    right = guard.step(ahead, Event("clock"), at(100, 12))
    assert (right.day, right.because) == ("ended", "clock")
    assert after(checkin(), standing=right, day=101).day == "open"
    assert guard.step(ended, Event("clock"), at(100, 9)) == ended


def test_a_date_that_was_easy_or_short_stays_so_when_it_is_confirmed() -> None:
    for pain, state in ((4, "easy-over"), (1, "unasked")):
        ahead = after(checkin(), standing=after(checkin(pain)), day=5000)
        assert guard.step(ahead, Event("clock"), at(100, 12)).day == state
    short = after(checkin(3), day=101, standing=after(*DAYS))
    ahead = replace(after(checkin(1), standing=short, day=5000), plan="steady")
    assert guard.step(ahead, Event("clock"), at(101, 12)).day == "short-over"


def test_every_rule_is_reached() -> None:
    reached = set()
    events = [
        *(checkin(pain, fatigue) for pain in (None, 0, 1, 3, 4, 5, 7) for fatigue in (1, 7)),
        *(told(pain, effort) for pain in (None, 1, 3, 4, 5, 8) for effort in (3, 7, 9)),
        *(Event("stop", why=why) for why in ("", "pain", "tired")),
        *(Event(kind) for kind in ("tired", "bout", "limit", "clear", "clock")),
        *(Event(kind, flags=("snap",)) for kind in (*guard.KINDS[:-1],)),
    ]
    marks = [(guard.NEVER,) * 3, (100, guard.NEVER, guard.NEVER), (100, 100, guard.NEVER), (100,) * 3]
    day, plan = [(guard.DAY, s) for s in guard.DAY_STATES], [(guard.PLAN, s) for s in guard.PLAN_STATES]
    memory = {"usual": (1, 1), "start": 1, "last_start": 1, "last_day": 99, "done_on": 99, "until": 100, "today": 100}
    for region, state in (*day, *plan):
        for event in events:
            for more in (
                {}, {"efforts": 1, "tired": 1, "strikes": 1, "step": 2}, {"ended": (99, 100)}, {"until": 105},
                {"last_start": None, "usual": (4,)}, {"last_start": None, "step": 2}, {"start": 8, "usual": (8,)},
                *({"marked_on": row} for row in marks),
            ):  # fmt: skip
                standing = replace(Standing(), **memory | more | {region: state})
                for was in ("unasked", "open"):
                    facts = guard.Facts(standing, event, at(100), Thresholds(), FlareUp(), was)
                    reached.add(guard._rule(region, state, facts))
    assert set(RULES) - reached == set()


def test_a_restart_loses_nothing_and_a_damaged_row_is_refused() -> None:
    row = json.loads(json.dumps(guard.to_plain(twice_up())))
    assert guard.from_plain(row) == twice_up()
    for name in row:
        with pytest.raises(ValueError, match=name):
            guard.from_plain({key: value for key, value in row.items() if key != name})
        with pytest.raises(ValueError, match=name):
            guard.from_plain(row | {name: {}})


MOST = {f.name: f.default for f in fields(Thresholds) if f.name != "wait_s"}


NO_NUMBERS = (0.5, float("inf"), float("nan"), True, "7")


@given(st.sampled_from(sorted(MOST)), st.integers(1, 100) | st.sampled_from(NO_NUMBERS))
def test_no_threshold_can_be_laxer(name: str, more: Any) -> None:
    value = MOST[name] + more if type(more) is int else more
    with pytest.raises(ValueError, match=name):
        Thresholds(**{name: value})


@given(st.sampled_from(sorted(MOST)), st.integers(1, 9))
def test_a_threshold_can_be_stricter(name: str, value: int) -> None:
    value = min(value, MOST[name])  # type: ignore[call-overload]
    assert getattr(Thresholds(**{name: value}), name) == value  # type: ignore[arg-type]


@given(
    st.fixed_dictionaries({"ended": st.integers(3, 20)})
    | st.fixed_dictionaries({"within_days": st.integers(-3, 2)})
    | st.fixed_dictionaries({"rest_days": st.integers(-3, 0)})
    | st.fixed_dictionaries({"step_down": st.integers(-3, 1)})
    | st.fixed_dictionaries({"re_entry": st.lists(st.floats(0.1, 0.99), min_size=0, max_size=2)})
    | st.fixed_dictionaries({"re_entry": st.floats(0.86, 0.99).map(lambda most: (0.5, 0.7, most))})
)
def test_no_flare_up_plan_can_be_laxer(row: Any) -> None:
    with pytest.raises(ValueError, match="must be"):
        FlareUp(**row)


@pytest.mark.parametrize("row", [{"pain": -1}, {"pain": 11}, {"effort": 2.5}, {"fatigue": True}, {"why": "bored"}])
def test_an_answer_off_the_scale_is_no_answer(row: Any) -> None:
    with pytest.raises(ValueError, match="must be"):
        Event("told", **row)


def test_an_event_there_is_not_and_a_time_that_is_none_are_refused() -> None:
    with pytest.raises(ValueError, match="event"):
        guard.step(guard.start(), Event("asked"), at(100))
    with pytest.raises(ValueError, match="moment"):
        Moment(float("nan"), 100)


def test_the_page_says_what_the_machine_does() -> None:
    """Remake it with ``python docs/build_safety.py``."""
    spec = importlib.util.spec_from_file_location("build_safety", ROOT / "docs/build_safety.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    kept = (ROOT / "docs/safety.md").read_text("utf-8")
    _, _, counted = kept.partition(f"## {made.COUNTED}\n\n")
    assert kept == made.page(counted.rstrip("\n")), "remake it with: python docs/build_safety.py"
    assert "moments of play" in counted
