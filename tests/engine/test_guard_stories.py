"""Weeks of patients' days, drawn by chance, against a second and simpler idea of what is safe.

Every story has its own program, answers, clocks and restarts. What is checked is not the table but the promises that it
has to keep. ``python docs/build_safety.py`` counts them for ``docs/safety.md``.
"""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from engine import guard
from engine.guard import Allowed, Event, FlareUp, Moment, Standing, Thresholds

HOUR_S, DAY_S = 3600.0, 86_400.0
NIGHT_S = 4 * HOUR_S
EXAMPLES, STEPS = 90, 50
COUNTS: Counter[str] = Counter()

SCALE = st.one_of(st.none(), st.integers(0, 10), st.integers(0, 4))
LIMITS = st.builds(
    Thresholds,
    none=st.integers(3, 7), rise=st.integers(1, 2), stop=st.integers(2, 5), stop_rise=st.integers(1, 2),
    hold=st.integers(2, 4), effort=st.integers(4, 7), effort_most=st.integers(7, 9), fatigue=st.integers(4, 7),
    next_day=st.integers(1, 2), strikes=st.integers(1, 2), wait_s=st.sampled_from((120.0, 300.0)),
)  # fmt: skip
FLARES = st.builds(
    FlareUp,
    ended=st.integers(1, 2), within_days=st.integers(3, 7), rest_days=st.integers(1, 4), step_down=st.integers(2, 4),
    re_entry=st.sampled_from(((0.5, 0.7, 0.85), (0.3, 0.5, 0.7), (0.2, 0.3, 0.4, 0.5, 0.9))),
)  # fmt: skip
FLAGS = st.sampled_from(guard.FLAGS).map(lambda flag: (flag,))
STATE_RANK = {"open": 0, "unasked": 0, "easy": 1, "easy-over": 1, "short": 2, "short-over": 2, "waiting": 2, "ended": 3}


def how_much(may: Allowed) -> tuple[float, ...]:
    """Return how much is allowed: of two, the stricter one is nowhere more."""
    if not may.play:
        return (0, 0, -99, 0, 0)
    return (1, not may.no_rise, -may.step_down, may.volume, not may.no_grip)


def is_no_more(one: Allowed, other: Allowed) -> bool:
    """Tell whether one allows nowhere more than the other."""
    return all(a <= b for a, b in zip(how_much(one), how_much(other), strict=True))


class Story(RuleBasedStateMachine):
    """A patient's days, and what somebody with a pencil would remember of them."""

    @initialize(limits=LIMITS, flare=FLARES, zone_h=st.integers(-12, 14), hour=st.integers(0, 23))
    def begin(self, limits: Thresholds, flare: FlareUp, zone_h: int, hour: int) -> None:
        COUNTS["stories"] += 1
        self.limits, self.flare = limits, flare
        self.zone_s, self.utc_s = zone_h * HOUR_S, 20_000 * DAY_S + hour * HOUR_S
        self.standing = guard.start()
        # What somebody with a pencil remembers.
        self.checked = False  # a check-in since the last stop, bout or night
        self.ended: tuple[int, float] | None = None  # the last date and time at which practice was closed
        self.bad_on: int | None = None  # the date on which pain, effort or fatigue were high
        self.locked = False
        self.rest: tuple[int, float] | None = None  # the first date and time after a rest
        self.last: tuple[int, float] | None = None  # the latest date and time at which anything happened
        self.day_most: Allowed | None = None  # the least that was allowed on this day
        self.efforts = 0
        self.start: int | None = None  # the pain before this bout

    # The clock

    @property
    def moment(self) -> Moment:
        return Moment(self.utc_s, int((self.utc_s + self.zone_s) // DAY_S))

    @rule(hours=st.sampled_from((0.01, 0.2, 0.5, 1, 3)))
    def a_while_passes(self, hours: float) -> None:
        self.utc_s += hours * HOUR_S

    @rule(hours=st.integers(5, 20))
    def a_night_passes(self, hours: int) -> None:
        self.utc_s += hours * HOUR_S

    @rule(days=st.integers(1, 5))
    def days_pass(self, days: int) -> None:
        self.utc_s += days * DAY_S

    @rule()
    def it_is_nearly_midnight(self) -> None:
        self.utc_s += DAY_S - (self.utc_s + self.zone_s) % DAY_S - 300.0

    @rule(hours=st.sampled_from((0.1, 1, 5, 24, 30, 50, 100)))
    def the_clock_goes_back(self, hours: float) -> None:
        self.utc_s -= hours * HOUR_S

    @rule(zone_h=st.integers(-12, 14))
    def the_time_zone_changes(self, zone_h: int) -> None:
        self.zone_s = zone_h * HOUR_S

    @rule(years=st.integers(1, 12), told=st.booleans(), late_h=st.sampled_from((0, 1, 20)))
    def the_clock_is_years_ahead_and_put_right(self, years: int, told: bool, late_h: int) -> None:
        true_s, self.utc_s = self.utc_s, self.utc_s + years * 365 * DAY_S
        self.happens(Event("checkin", pain=1 if told else None, fatigue=0))
        self.utc_s = true_s + late_h * HOUR_S
        self.confirm()

    @rule()
    def confirm(self) -> None:
        """Let the date be confirmed."""
        self.happens(Event("clock"))

    def _pencil_is_dated(self) -> None:
        """Write the dates anew where the clock had gone back: what lay in a future that never was is today then."""
        if self.last is None or self.utc_s >= self.last[1] - 36 * HOUR_S:
            return
        now, last = (self.moment.day, self.utc_s), self.last
        if self.ended is not None:
            self.ended = (min(self.ended[0], now[0]), min(self.ended[1], now[1]))
        if self.bad_on is not None:
            self.bad_on = min(self.bad_on, now[0])
        if self.rest is not None:  # it goes on for as long as it would have
            self.rest = (now[0] + max(0, self.rest[0] - last[0]), now[1] + max(0.0, self.rest[1] - last[1]))
        self.last, self.checked, self.day_most, self.start = now, False, None, None

    # What is told and happens

    @rule(pain=SCALE, fatigue=SCALE)
    def check_in(self, pain: int | None, fatigue: int | None) -> None:
        self.happens(Event("checkin", pain=pain, fatigue=fatigue))

    @rule(pain=st.integers(0, 3))
    def a_good_check_in(self, pain: int) -> None:
        self.happens(Event("checkin", pain=pain, fatigue=1))

    @rule(pain=SCALE, effort=SCALE)
    def told(self, pain: int | None, effort: int | None) -> None:
        self.happens(Event("told", pain=pain, effort=effort))

    @rule(why=st.sampled_from(("pain", "tired", "other", "")))
    def stop(self, why: str) -> None:
        self.happens(Event("stop", why=why))

    @rule(kind=st.sampled_from(("bout", "tired")))
    def a_bout_ends_or_tires(self, kind: str) -> None:
        self.happens(Event(kind))

    @rule(kind=st.sampled_from(("limit", "clear")))
    def the_day_is_full_or_a_therapist_clears(self, kind: str) -> None:
        self.happens(Event(kind))

    @rule(kind=st.sampled_from(("checkin", "told", "stop", "bout", "clear")), flags=FLAGS, pain=SCALE)
    def a_red_flag(self, kind: str, flags: tuple[str, ...], pain: int | None) -> None:
        self.happens(Event(kind, pain=pain, flags=flags))

    @rule(pain=st.integers(0, 6), days=st.integers(2, 6))
    def an_even_week(self, pain: int, days: int) -> None:
        for _ in range(days):
            self.happens(Event("checkin", pain=pain, fatigue=2))
            self.happens(Event("told", pain=pain, effort=3))
            self.happens(Event("bout"))
            self.utc_s += DAY_S

    @rule(days=st.integers(1, 3))
    def pain_ends_the_days(self, days: int) -> None:
        for _ in range(days):
            self.happens(Event("checkin", pain=1, fatigue=2))
            self.happens(Event("stop", why="pain"))
            self.utc_s += DAY_S

    @rule(pain=st.integers(5, 10))
    def it_hurts_and_hurts_again(self, pain: int) -> None:
        self.happens(Event("checkin", pain=0, fatigue=0))
        self.happens(Event("told", pain=pain, effort=0))
        self.happens(Event("told", pain=pain, effort=0))

    @rule(more=st.integers(0, 1))
    def it_is_hard_twice(self, more: int) -> None:
        self.happens(Event("checkin", pain=0, fatigue=0))
        self.happens(Event("told", pain=0, effort=self.limits.effort + more))
        self.happens(Event("told", pain=0, effort=self.limits.effort + more))

    @rule(bouts=st.integers(1, 2))
    def a_flare_up_and_the_way_back(self, bouts: int) -> None:
        for _ in range(2):
            self.happens(Event("checkin", pain=0, fatigue=0))
            self.happens(Event("stop", why="pain"))
            self.utc_s += DAY_S
        self.utc_s += self.flare.rest_days * DAY_S
        for _ in range(4):
            for _ in range(bouts):
                self.happens(Event("checkin", pain=0, fatigue=0))
                self.happens(Event("bout"))
            self.utc_s += DAY_S

    @rule()
    def restart(self) -> None:
        COUNTS["restarts"] += 1
        again = guard.from_plain(json.loads(json.dumps(guard.to_plain(self.standing))))
        assert again == self.standing
        self.standing = again

    # What must hold

    def allowed(self) -> Allowed:
        return guard.allowed(self.standing, self.moment, self.limits, self.flare)

    def happens(self, event: Event) -> None:
        """Let an event happen, and note what a pencil would."""
        COUNTS["events"] += 1
        self.it_holds()
        self._pencil_before(event)
        was, before = self.standing, self.allowed()
        if event.kind in ("checkin", "told") and not event.flags:
            self._skipped_is_never_better(event)
        self.standing = guard.step(was, event, self.moment, self.limits, self.flare)
        self._pencil_after(event, was, before)
        self.it_holds()

    def _skipped_is_never_better(self, event: Event) -> None:
        """Skip what was asked, and see that no more is allowed, now and at the next answer."""
        kind, low = event.kind, min(self.standing.usual, default=0)
        skipped, good = self._after(Event(kind)), self._after(Event(kind, pain=0, fatigue=0, effort=0))
        assert is_no_more(self._may(skipped), self._may(good)), "a skipped answer is better than a good one"
        if kind == "checkin" and self.standing.start is None and low < min(self.limits.hold, self.limits.none):
            good, later = self._after(Event(kind, pain=low, fatigue=0)), Event("told", pain=min(10, low + 2))
            if skipped.day in ("open", "easy", "short"):
                after = [self._may(self._after(later, one)) for one in (skipped, good)]
                assert is_no_more(*after), "what comes of a skipped answer is better than what comes of a good one"

    def _after(self, event: Event, standing: Standing | None = None) -> Standing:
        return guard.step(standing or self.standing, event, self.moment, self.limits, self.flare)

    def _may(self, standing: Standing) -> Allowed:
        return guard.allowed(standing, self.moment, self.limits, self.flare)

    def _pencil_before(self, event: Event) -> None:
        """Turn the page where a new day has begun: a later date, and a night without anything."""
        now = self.moment
        if event.kind == "clock":
            return
        if self.last is None or (now.day > self.last[0] and now.utc_s >= self.last[1] + NIGHT_S):
            self.checked, self.day_most, self.efforts, self.start = False, None, 0, None
            self.last = (now.day, now.utc_s)
        self.last = (self.last[0], max(self.last[1], now.utc_s))

    def _is_hard(self, event: Event) -> bool:
        return (event.effort or 0) >= self.limits.effort

    def _pencil_after(self, event: Event, was: Standing, before: Allowed) -> None:
        if event.kind == "clock":
            self._pencil_is_dated()
            return
        assert self.last is not None
        now = self.moment
        date = max(self.last[0], now.day)
        pain, limits = event.pain if event.pain is not None else -1, self.limits
        bad = pain >= limits.hold or self._is_hard(event) or (event.fatigue or 0) >= limits.fatigue
        told = event.kind in ("checkin", "told")
        if told and bad:
            self.bad_on = date
            self.last = (date, self.last[1])
        ends = event.kind == "limit" or (event.kind == "stop" and event.why == "pain")
        ends |= event.kind == "checkin" and pain >= limits.none
        ends |= bool(event.flags) and event.kind != "clear"
        if ends:
            self.ended, self.last = (date, self.last[1]), (date, self.last[1])
        if event.flags:
            self.locked = True
        elif event.kind == "clear":
            self.locked = False
        elif self.standing.plan == "locked":
            self.locked = True
        if event.kind == "checkin":
            self.checked = True
        elif event.kind in ("stop", "bout", "limit"):
            self.checked = False
        if event.kind == "told" and told:
            self.efforts += self._is_hard(event)
            twice = self.efforts >= 2 and self._is_hard(event)
            if before.play and (twice or (event.effort or 0) >= limits.effort_most):
                assert not self.allowed().play, "effort did not end the bout"
            if before.play and self.start is not None and pain >= self.start + limits.stop_rise:
                assert not self.allowed().play, "pain rose, and did not stop play"
        if event.kind == "checkin" and not (before.play or before.wait_s):
            self.start = event.pain
        elif event.kind == "checkin" and self.start is not None and event.pain is not None:
            self.start = min(self.start, event.pain)
        if event.kind == "told" and before.play and pain >= limits.stop:
            assert not self.allowed().play, "pain did not stop play"
        if event.kind == "told" and was.day == "waiting" and before.wait_s and pain >= limits.stop:
            self.ended, self.last = (date, self.last[1]), (date, self.last[1])
        if self.standing.plan == "resting" and was.plan not in ("resting", "locked"):
            self.rest = (date + self.flare.rest_days + 1, self.last[1] + self.flare.rest_days * DAY_S)
        if event.kind == "clear":
            self.day_most = None
            if was.plan == "locked" and self.standing.plan == "re-entry":
                self.rest = None
        self._never_lighter(event)

    def _never_lighter(self, event: Event) -> None:
        """See that of what is allowed on a day nothing but whether it is asked about changes for the better."""
        may = self.allowed()
        if not may.play:
            return
        most = self.day_most
        if most is not None:
            assert is_no_more(may, most), "the day got lighter within the day"
        self.day_most = may

    @invariant()
    def it_holds(self) -> None:
        """See that what is allowed now is what a pencil would allow."""
        if not hasattr(self, "limits"):
            return
        COUNTS["moments"] += 1
        may, now = self.allowed(), self.moment
        if may.play:
            COUNTS["moments of play"] += 1
            assert self.last is not None, "play before anything was told"
            assert self.checked, "play without a check-in"
            assert not self.locked, "play although locked"
            if self.ended is not None:
                assert now.day > self.ended[0] or self.last[0] > self.ended[0], "play on a date that was closed"
                assert max(now.utc_s, self.last[1]) >= self.ended[1] + NIGHT_S, "play before the night"
            if self.rest is not None:
                assert max(now.utc_s, self.last[1]) >= self.rest[1], "play before the rest was over"
                assert max(now.day, self.last[0]) >= self.rest[0], "play before the date of the rest"
            if self.bad_on is not None and self.bad_on >= self.last[0]:
                assert may.no_rise, "something may get harder on a bad day"
        if self.locked:
            COUNTS["moments locked"] += 1
            assert self.standing.plan == "locked", "the lock was lost"
            assert not may.play
        self.within_bounds(may)

    def within_bounds(self, may: Allowed) -> None:
        """See that shares and rungs are within what any program can ask for."""
        assert 0.0 <= may.volume <= 1.0
        assert 0 <= may.step_down <= max(2, self.flare.step_down)
        day, plan = self.standing.day, self.standing.plan
        if not may.play:
            assert may.no_rise
            assert may.why, "nobody says why"
            return
        if day == "short":
            assert may.no_grip
            assert may.volume <= 0.5
            assert may.step_down >= 2
        if plan == "stepped":
            assert may.volume <= 0.7
            assert may.step_down >= 1
        if plan == "re-entry":
            assert may.volume <= self.flare.re_entry[min(self.standing.step, len(self.flare.re_entry) - 1)]
            assert may.step_down >= self.flare.step_down
        assert may.no_rise or (day, plan) == ("open", "steady")

    @precondition(lambda self: hasattr(self, "limits") and self.standing.plan != "locked")
    @rule()
    def a_quiet_time_opens_every_door(self) -> None:
        """See that who is not locked can play again after a quiet while: no state is for ever."""
        at = max(self.standing.latest_s, self.utc_s)
        standing, day = self.standing, max(self.standing.today, self.moment.day)
        for n in range(1, 12):
            moment = Moment(at + n * DAY_S, day + n)
            standing = guard.step(standing, Event("checkin", pain=0, fatigue=0), moment, self.limits, self.flare)
            if guard.allowed(standing, moment, self.limits, self.flare).play:
                return
        raise AssertionError("no way out")


STORIES = settings(
    max_examples=EXAMPLES, stateful_step_count=STEPS, derandomize=True, deadline=None, database=None,
    suppress_health_check=list(HealthCheck), print_blob=False, phases=(Phase.explicit, Phase.generate),
)  # fmt: skip


def test_no_story_leads_to_play_that_is_not_allowed() -> None:
    COUNTS.clear()
    run_state_machine_as_test(Story, settings=STORIES)
    assert COUNTS["moments of play"] > 500
    assert COUNTS["moments locked"] > 500


# What is broken on purpose: a name, what of the machine is replaced, and by what.
def _led(event: str, when: str, state: str, to: str | None) -> tuple[guard.Rule, ...]:
    """Return the rules with one that leads elsewhere from a state, or that is not there."""
    changed = {rule for rule in guard.RULES if rule.event == event and rule.when == when and state in rule.states}
    assert changed
    ways = [replace(rule, to=to or "") if rule in changed else rule for rule in guard.RULES]
    return tuple(rule for rule in ways if rule.to)


def _judged(row: dict[str, guard.Condition]) -> dict[str, tuple[str, guard.Condition]]:
    """Return the conditions, some of them judged in another way."""
    return dict(guard.CONDITIONS) | {name: (guard.CONDITIONS[name][0], test) for name, test in row.items()}


def _twice_a_day(f: guard.Facts) -> bool:
    return f.event.pain is not None and f.standing.done_on > guard.NEVER


def _without_a_start(f: guard.Facts) -> bool:
    is_known = f.standing.start is not None or (f.event.pain or 0) >= f.limits.stop
    return is_known and guard._pain(f) >= min(f.limits.stop, (f.standing.start or 0) + f.limits.stop_rise)


FAULTS: dict[str, tuple[str, Any]] = {
    "a stop because of pain is forgotten": ("RULES", _led("stop", "of pain", "open", None)),
    "who still hurts goes on": ("RULES", _led("told", "hurts", "waiting", "short")),
    "a bout leads to the next without a question": ("RULES", _led("bout", "always", "open", "open")),
    "pain in play stops nothing": ("RULES", _led("told", "hurts", "open", None)),
    "a short day gets long again": ("RULES", _led("checkin", "always", "short", "open")),
    "the lock opens at a check-in": (
        "RULES", (*guard.RULES, guard.Rule(guard.PLAN, ("locked",), "checkin", "always", "steady", "")),
    ),
    "effort never ends a bout": ("RULES", _led("told", "effort again", "open", None)),
    "a red flag does not lock": ("RULES", _led("checkin", "red flag", "steady", None)),
    "high pain holds nothing": ("CONDITIONS", _judged({"hold": lambda f: False})),
    "midnight is a new day": ("NIGHT_S", -1e12),
    "a rest is over at once": ("_is_over", lambda standing, moment: True),
    "the date forgets what it was": ("_stamped", lambda standing: standing),
    "the way back goes on twice a day": ("CONDITIONS", _judged({"step": _twice_a_day})),
    "a start that was skipped has no limit": ("CONDITIONS", _judged({"hurts": _without_a_start})),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_the_stories_catch_what_is_broken_on_purpose(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, *FAULTS[fault])
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Story, settings=settings(STORIES, max_examples=2000, report_multiple_bugs=False))
