"""What a report sums up: dose, rungs, misses, pain, events, and the tries that are drawn."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from records import golden

from app import rooms
from engine import report
from engine.diary import Entry
from engine.guard import start, to_plain
from engine.prescription import Dose, Prescription
from engine.probes import Row, key_of
from engine.recording import Trial
from engine.report import Bout, Span, Tried
from engine.retrace import Force, Kept, Trace, retraced
from engine.schedule import Done
from engine.source import Source

MONDAY = 739_738 + (8 - (739_738 % 7)) % 7
PRESCRIBED = Prescription("p", games=("cup",), dose=Dose(("mon", "wed", "fri"), bouts=1, minutes=10))
CUP = golden("cup-right-mouse").tries[0][0]


def bout(day: int, minutes: float = 10.0, tries: int = 20, planned: int = 20, end: str = "done") -> Bout:
    return Bout(Done(day, day * 86_400.0, minutes, tries, end=end), planned, end)


def tried(day: int, **changes: Any) -> Tried:
    trial: Trial = replace(CUP, reason="reason.same", **changes)
    return Tried(day, day * 86_400.0, day, trial)


def entry(day: int, kind: str, at_s: float = 0.0, **values: Any) -> Entry:
    return Entry(day * 86_400.0 + at_s, day, kind, values)


# --- spans and dose -------------------------------------------------------------------------------------


@given(st.integers(1, 400), st.integers(1, 200))
def test_weeks_cover_every_day_once_and_end_with_the_last(first: int, days: int) -> None:
    span = Span(first, first + days - 1)
    weeks = span.weeks()
    assert [day for week in weeks for day in week.days] == list(span.days)
    assert all(len(week.days) == 7 for week in weeks[1:])


def test_done_stands_beside_planned() -> None:
    assert MONDAY % 7 == 1
    span = Span(MONDAY, MONDAY + 6)
    found = report.dosed(PRESCRIBED, [bout(MONDAY), bout(MONDAY + 2, 5, 8, 20, "pain"), bout(MONDAY - 1)], span)
    assert (found.minutes, found.minutes_due) == (15, 30)
    assert (found.bouts, found.bouts_due, found.tries, found.tries_planned) == (2, 3, 28, 40)
    assert (found.kept.active_days, found.kept.pain_ended) == (2, 0.5)


def test_paused_days_are_not_due() -> None:
    span = Span(MONDAY, MONDAY + 6)
    assert report.due_days(PRESCRIBED.dose, span) == {MONDAY, MONDAY + 2, MONDAY + 4}
    assert report.dosed(PRESCRIBED, [], span, paused={MONDAY + 2}).bouts_due == 2


def test_a_free_program_plans_nothing() -> None:
    free = replace(PRESCRIBED, dose=Dose(bouts=6, gap_h=0))
    assert report.dosed(free, [bout(MONDAY)], Span(MONDAY, MONDAY + 6)).bouts_due == 0


# --- rungs, misses, tries -------------------------------------------------------------------------------


def test_days_have_their_commonest_rung_and_probes_and_omissions_are_left_out() -> None:
    rows = [tried(1, level=3), tried(1, level=4), tried(1, level=4), tried(1, level=9, result="omission")]
    probe = Tried(1, 0.0, 1, replace(CUP, level=1, reason="reason.probe"))
    [found] = report.played_days([*rows, probe])
    [day] = found.days
    assert (day.rung, day.low, day.high, day.tries) == (4, 3, 4, 3)


def test_two_tries_tell_no_success() -> None:
    [found] = report.played_days([tried(1), tried(1), *(tried(2) for _ in range(3))])
    assert [day.success for day in found.days] == [None, 1.0]


def test_misses_are_counted_by_cause_with_what_eases_them() -> None:
    missed = [tried(1, result="miss", cause=cause) for cause in ("too-soft", "too-late", "too-soft")]
    [found] = report.causes([tried(1), *missed], {"cup": {"too-soft": "band"}})
    assert (found.tries, found.missed) == (4, 3)
    assert found.rows == (("too-soft", 2, "band"), ("too-late", 1, ""))


def test_each_change_of_rung_is_a_step_and_a_probe_is_none() -> None:
    probe = Tried(2, 0.0, 2, replace(CUP, level=1, reason="reason.probe"))
    rows = [tried(1, level=3), tried(1, level=3), probe, tried(2, level=4), tried(3, level=2)]
    assert [(step.was, step.tried.trial.level) for step in report.steps(rows)] == [(3, 4), (4, 2)]


def test_best_and_worst_go_by_what_would_just_have_been_passed() -> None:
    rows = [tried(n, passed=passed, result="hit" if passed > 15 else "miss", cause="")
            for n, passed in enumerate((20.0, 50.0, 10.0, 30.0))]  # fmt: skip
    found = report.picked(rows, {"cup"})
    assert [(which, one.trial.passed) for which, one in found] == [("best", 50.0), ("worst", 10.0), ("last", 30.0)]
    assert [which for which, _ in report.picked(rows[:1], {"cup"})] == ["last"]
    assert report.picked(rows, {"brook"}) == ()


# --- what was told --------------------------------------------------------------------------------------


def test_pain_is_told_before_during_after_and_on_the_next_day() -> None:
    entries = [
        entry(1, "checkin", pain=2), entry(1, "told", 1, pain=4, effort=5), entry(1, "told", 2, pain=3, effort=7),
        entry(1, "told", 3, pain=2), entry(2, "checkin", pain=5), entry(6, "checkin"),
        entry(6, "told", 1, pain=1, effort=1), entry(9, "checkin", pain=0),
    ]  # fmt: skip
    first, second, third, _ = report.soreness(entries)
    assert (first.before, first.during, first.after, first.next_day, first.effort) == (2, 4, 2, 5, 7)
    assert (second.before, second.during, second.next_day) == (5, None, None), "nothing was played that day"
    assert (third.before, third.next_day) == (None, None), "three days later tells nothing"


def test_flags_stops_and_rules_are_events_in_their_order() -> None:
    hold = to_plain(start()) | {"because": "hold"}
    entries = [
        entry(1, "checkin", pain=2, flags=["numb"], standing=hold), entry(1, "told", 1, pain=2, standing=hold),
        entry(1, "stop", 2, why="pain"), entry(2, "cleared", by="@why.pain"),
    ]  # fmt: skip
    found = report.happened(entries, [bout(3, end="pain"), bout(4)])
    assert [row.key for row in found] == [
        "news.numb", "guard.hold", "report.stopped", "report.cleared", "report.ended",
    ]  # fmt: skip
    assert dict(found[3].values) == {"who": "why.pain"}, "own words are never a key"


def test_each_day_on_which_nothing_got_harder_is_told_with_what_was_told() -> None:
    hold = to_plain(start()) | {"because": "hold", "day": "easy"}
    locked = to_plain(start()) | {"because": "red-flag", "plan_because": "red-flag", "day": "ended", "plan": "locked"}
    entries = [
        entry(1, "checkin", pain=4, fatigue=7, standing=hold), entry(1, "told", 1, pain=2, standing=hold),
        entry(2, "checkin", pain=4, standing=hold), entry(3, "checkin", standing=hold | {"because": "not-told"}),
        entry(4, "checkin", pain=1, flags=["numb"], standing=locked),
        entry(5, "bout", standing=hold | {"because": "day-full", "day": "ended"}),
        entry(6, "tired", standing=hold | {"because": "tired-rest"}),
    ]  # fmt: skip
    found = report.happened(entries, [])
    assert [(row.day, row.state, row.told) for row in found if row.state] == [
        (1, "easy", (("report.told-pain", "4"), ("report.told-fatigue", "7"))),
        (2, "easy", (("report.told-pain", "4"),)),
        (3, "easy", (("report.told-nothing", ""),)),
        (4, "locked", (("report.told-pain", "1"),)),
        (5, "ended", (("report.told-full", ""),)),
        (6, "easy", (("report.end-tired", ""),)),
    ]


def test_tasks_and_answers_are_counted() -> None:
    entries = [
        entry(1, "journal", task="drinking"), entry(2, "journal", task="drinking"), entry(3, "journal", words="x"),
        entry(1, "reflect", question="well", answer="steady"), entry(2, "reflect", question="hard", answer="aim"),
    ]  # fmt: skip
    assert report.tasks(entries) == (("drinking", 2),)
    assert report.answers(entries) == ((("hard", "aim"), 1), (("well", "steady"), 1))


def test_many_weeks_stand_in_few_columns_and_begin_with_the_first_day() -> None:
    span = Span(1, 365)
    weeks = span.weeks(8)
    assert len(weeks) <= 8
    assert [day for week in weeks for day in week.days] == list(span.days)


@pytest.mark.parametrize(("changes", "why"), [
    ({"key": key_of(Source("serial:B"), 2)}, ("device",)),
    ({"key": key_of(Source("serial:A", "cal"), 3)}, ("calibration", "rules")),
    ({"level": 4}, ("level",)),
    ({"played_with": "keys"}, ("way",)),
])  # fmt: skip
def test_a_line_of_probes_breaks_and_says_why(changes: dict[str, Any], why: tuple[str, ...]) -> None:
    like = Row(1, 1, "cup", "right", "serial", 3, key_of(Source("serial:A"), 2), 0, "hit", {"sway": 0.05})
    rows = [replace(like, session=n, day=n, idx=idx, **(changes if n > 2 else {}))
            for n in range(1, 5) for idx in range(5)]  # fmt: skip
    [found] = report.probes(rows)
    assert [(broken.day, broken.why) for broken in found.breaks] == [(3, why)]


# --- playing a try again --------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "kind"), [
    ("cup-right-mouse", Force), ("cup-left-serial", Force), ("kite-right-serial", Force), ("market-left-mouse", Force),
    ("brook-left-keys", Trace), ("letters-left-keys", Trace), ("zip-right-keys", Trace),
])  # fmt: skip
def test_a_golden_try_is_played_again_to_its_very_end(name: str, kind: type) -> None:
    one = golden(name)
    seen: list[str] = []
    for n, (trial, lines) in enumerate(one.tries[:3]):
        said = [row for _, before in one.tries[:n] for row in before if row.startswith(('{"fit"', '{"source"'))]
        picture = retraced(Kept(one.header, trial, [*said, *lines]), rooms.all_games()[trial.game])
        assert isinstance(picture, kind), f"try {n}"
        seen.append(trial.result)
    assert seen


def test_what_is_not_what_was_played_is_not_drawn() -> None:
    one = golden("cup-right-mouse")
    trial, lines = one.tries[0]
    game = rooms.all_games()["cup"]
    other = "miss" if trial.hit else "hit"
    assert retraced(Kept(one.header, replace(trial, result=other), lines), game) is None
    assert retraced(Kept({}, trial, lines), game) is None
    assert retraced(Kept(one.header, trial, ["broken", "{}"]), game) is None
    assert retraced(Kept(one.header, trial, lines), rooms.all_games()["ladybirds"]) is None
