"""Two standings made one: whatever was told in either place, nothing is allowed that one of the two forbids."""

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import diary, guard
from engine.diary import Entry, values_of
from engine.guard import FLAGS, NIGHT_S, Event, Moment, Standing, allowed, start, step, together

DAY_S, FIRST = 86_400.0, 20_000
ANSWERS = st.none() | st.integers(0, 10)
EVENTS = st.one_of(
    st.builds(Event, st.just("checkin"), ANSWERS, ANSWERS, flags=st.sampled_from([(), (), (), ("snap",), FLAGS])),
    st.builds(Event, st.just("told"), ANSWERS, effort=ANSWERS),
    st.builds(Event, st.just("stop"), why=st.sampled_from(guard.WHYS)),
    st.builds(Event, st.sampled_from(["bout", "tired", "limit", "clear"])),
)
# Hours between two events; the days that go by with them.
STORIES = st.lists(st.tuples(EVENTS, st.sampled_from([0.1, 1.0, 5.0, 24.0, 30.0, 100.0])), max_size=12)


def told(story: list[tuple[Event, float]], now: Standing | None = None) -> Standing:
    now = now or start()
    hours = max(0.0, now.latest_s / 3600.0 - FIRST * 24)
    for event, later in story:
        hours += later
        now = step(now, event, at(hours))
    return now


def at(hours: float) -> Moment:
    return Moment((FIRST * 24 + hours) * 3600.0, FIRST + int(hours // 24))


def after(one: Standing, other: Standing, hours: float) -> Moment:
    latest = max(one.latest_s, other.latest_s, FIRST * DAY_S) / 3600.0 - FIRST * 24
    return at(latest + hours)


HOURS = st.sampled_from([0.0, 0.5, 5.0, 20.0, 30.0, 200.0])


@settings(max_examples=80, deadline=None)
@given(STORIES, STORIES, STORIES, HOURS)
def test_what_either_forbids_is_forbidden_at_every_later_time(
    both: list[tuple[Event, float]], one: list[tuple[Event, float]], other: list[tuple[Event, float]], hours: float
) -> None:
    common = told(both)
    first, second = told(one, common), told(other, common)
    joined, moment = together(first, second), after(first, second, hours)
    now = allowed(joined, moment)
    for row in (allowed(first, moment), allowed(second, moment)):
        assert row.play or not now.play
        assert row.volume >= now.volume or not now.play
        assert row.step_down <= now.step_down or not now.play


@settings(max_examples=80, deadline=None)
@given(STORIES, STORIES, ANSWERS, st.sampled_from([0.5, 5.0, 20.0, 30.0, 200.0]))
def test_no_check_in_opens_what_it_would_not_open_in_either_place(
    one: list[tuple[Event, float]], other: list[tuple[Event, float]], pain: int | None, hours: float
) -> None:
    first, second = told(one), told(other)
    moment = after(first, second, hours)
    asked = Event("checkin", pain)
    now = allowed(step(together(first, second), asked, moment), moment)
    for was in (first, second):
        row = allowed(step(was, asked, moment), moment)
        if was.plan in ("locked", "resting") or was.flags or moment.utc_s < was.latest_s + NIGHT_S:
            assert row.play or not now.play
        if now.play and was.plan == "re-entry":
            assert now.no_rise


@settings(max_examples=40, deadline=None)
@given(STORIES, STORIES)
def test_a_lock_and_its_flags_stay_whichever_comes_first(
    one: list[tuple[Event, float]], other: list[tuple[Event, float]]
) -> None:
    locked = told([*one, (Event("checkin", 9, flags=("numb",)), 1.0)])
    assert locked.plan == "locked"
    for joined in (together(locked, told(other)), together(told(other), locked)):
        assert joined.plan == "locked"
        assert "numb" in joined.flags
        assert guard.from_plain(guard.to_plain(joined)) == joined


def test_the_standing_of_two_diaries_that_became_one_counts_and_is_no_event() -> None:
    locked = told([(Event("checkin", 9, flags=("numb",)), 1.0)])
    entries = [
        Entry(1.0, FIRST, "merged", {"standing": guard.to_plain(locked)}),
        Entry(2.0, FIRST, "journal", {"words": "x"}),
    ]
    assert diary.standing(entries) == locked
    event = Event("checkin", 2)
    damaged = [Entry(3600.0, 1, "checkin", values_of(event, start()) | {"standing": 7}), Entry(5.0, 1, "merged", {})]
    assert diary.standing(damaged) == step(start(), event, Moment(3600.0, 1))
