"""Keep a patient from harm from day to day: one machine of states, written as a table of rules.

Two regions stand beside each other: ``DAY`` says how today may be practised, ``PLAN`` what the last days ask for.
Events are answers of the patient and what happened in play; the first rule that fits decides. No rule makes a day
lighter again within that day, and none loosens a limit; what was skipped is never better than a good answer. Time comes
in as a ``Moment``: a new day is a later date and a night, so that a clock that goes back never makes one.
Sources: pain monitoring (Thomee 1997; Silbernagel 2007), the change of 2 points on 0-10 (Farrar 2001).
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from math import isfinite
from statistics import median
from typing import Any

DAY, PLAN = "day", "plan"
DAY_STATES = ("unasked", "open", "easy", "easy-over", "short", "short-over", "waiting", "ended")
PLAN_STATES = ("steady", "stepped", "resting", "re-entry", "locked")
# What is new and means: stop, and get help. Those of ``EMERGENCY`` mean: call the emergency number.
FLAGS = ("snap", "numb", "colour", "swelling", "wound", "chest", "faint", "face")
EMERGENCY = frozenset(("chest", "faint", "face"))
NIGHT_S, CLOCK_S, DAY_S = 4 * 3600.0, 36 * 3600.0, 86_400.0
USUAL = 7
NEVER = -1_000_000  # no day at all, long before any date that a clock can show


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When the machine acts, on scales of 0 to 10; a program may only make them stricter, that is lower.

    ``none`` is the pain before play at which there is no session, ``rise`` the rise above the usual pain that makes a
    short one, ``stop`` and ``stop_rise`` the pain in play that ends it, ``hold`` the pain at which nothing gets harder;
    ``effort`` twice or ``effort_most`` once ends a session, and ``fatigue`` keeps it easy. ``strikes`` days running
    with pain that is still up by ``next_day`` lock play until a therapist clears it.
    """

    none: int = 7
    rise: int = 2
    stop: int = 5
    stop_rise: int = 2
    hold: int = 4
    effort: int = 7
    effort_most: int = 9
    fatigue: int = 7
    next_day: int = 2
    strikes: int = 2
    wait_s: float = 120.0

    def __post_init__(self) -> None:
        """Refuse a threshold that is laxer than the built-in one."""
        for row in fields(Thresholds):
            value, most = getattr(self, row.name), row.default
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError(f"{row.name}: must be a number, not {value}")
            if row.name == "wait_s":
                if not 120.0 <= value <= 900.0:
                    raise ValueError(f"wait_s: must be seconds from 120 to 900, not {value}")
            elif not isfinite(value) or value != int(value) or not 1 <= value <= most:  # type: ignore[operator]
                raise ValueError(f"{row.name}: must be a whole number from 1 to {most} (only stricter), not {value}")


# After an operation, and with CRPS: pain of 4 stops play.
POST_OPERATIVE = Thresholds(stop=4)


def strictest(one: Thresholds, other: Thresholds) -> Thresholds:
    """Return, of each threshold, the stricter of two."""
    values = {f.name: min(getattr(one, f.name), getattr(other, f.name)) for f in fields(Thresholds)}
    return Thresholds(**values | {"wait_s": max(one.wait_s, other.wait_s)})


# The built-in way back; a program may only make it slower.
RE_ENTRY = (0.5, 0.7, 0.85)


@dataclass(frozen=True, slots=True)
class FlareUp:
    """What a flare-up asks for: after ``ended`` days that pain ended within ``within_days``.

    Then ``rest_days`` without play, and a way back in steps: ``re_entry`` are shares of the usual volume, each until a
    day went well. All of it ``step_down`` rungs lower.
    """

    ended: int = 2
    within_days: int = 3
    rest_days: int = 1
    step_down: int = 2
    re_entry: tuple[float, ...] = RE_ENTRY

    def __post_init__(self) -> None:
        """Refuse a plan that is laxer than the built-in one."""
        if isinstance(self.re_entry, list):
            object.__setattr__(self, "re_entry", tuple(self.re_entry))
        whole = all(
            isinstance(getattr(self, name), int) and not isinstance(getattr(self, name), bool)
            for name in ("ended", "within_days", "rest_days", "step_down")
        )
        if not whole or not (1 <= self.ended <= 2 and 3 <= self.within_days <= 14):
            raise ValueError("ended, within_days: must be 1 or 2 days, within 3 to 14 days")
        if not (1 <= self.rest_days <= 28 and 2 <= self.step_down <= 10):
            raise ValueError("rest_days, step_down: must be 1 to 28 days and 2 to 10 rungs")
        if not _is_way_back(self.re_entry):
            raise ValueError(
                "re_entry: must be 3 to 10 rising shares of the volume from 0.1 to below 1, the first three at most "
                f"{', '.join(map(str, RE_ENTRY))}, not {self.re_entry}"
            )


def _is_way_back(steps: Any) -> bool:
    if not isinstance(steps, tuple) or not len(RE_ENTRY) <= len(steps) <= 10:
        return False
    if not all(isinstance(share, int | float) and 0.1 <= share < 1.0 for share in steps):
        return False
    return list(steps) == sorted(steps) and all(share <= most for share, most in zip(steps, RE_ENTRY, strict=False))


@dataclass(frozen=True, slots=True)
class Moment:
    """A time by the wall clock: seconds since 1970 in UTC, and the local date as a running number of days."""

    utc_s: float
    day: int

    def __post_init__(self) -> None:
        """Refuse what is no time at all."""
        if not isfinite(self.utc_s) or self.day <= NEVER:
            raise ValueError(f"moment: must be a time and a date, not {self.utc_s} and {self.day}")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was told or happened.

    ``kind`` is ``checkin`` (pain, fatigue, flags), ``told`` (pain and effort in play), ``tired`` (seen in performance),
    ``stop`` (``why`` is pain, tired or other), ``bout`` (a bout is over), ``limit`` (the day is full), ``clear`` (a
    therapist lets play go on) or ``clock`` (the date was confirmed). What was not asked or skipped is ``None``.
    Whatever happens, ``flags`` may come with it.
    """

    kind: str
    pain: int | None = None
    fatigue: int | None = None
    effort: int | None = None
    flags: tuple[str, ...] = ()
    why: str = ""

    def __post_init__(self) -> None:
        """Refuse an answer off its scale, and a reason that there is not: it must not pass for a good one."""
        for name in ("pain", "fatigue", "effort"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 10):
                raise ValueError(f"{name}: must be a whole number from 0 to 10, not {value}")
        if self.why not in WHYS:
            raise ValueError(f"why: must be one of {', '.join(WHYS[1:])}, not {self.why}")


WHYS = ("", "pain", "tired", "other")
KINDS = ("checkin", "told", "tired", "stop", "bout", "limit", "clear", "clock")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a patient stands: a state in each region, and what the rules have to remember.

    ``because`` names the rule that led to the state of the day, and ``plan_because`` that of the plan, on the day
    ``plan_on``. ``today`` is the day of the last event, ``latest_s`` the latest time there was. ``start`` is the pain
    before this bout, ``last_start`` the lowest before the bouts of ``last_day``, ``usual`` the lowest pain before play
    of each of the last days, up to ``usual_on``; ``asked_on`` is the day of the last check-in. ``strikes`` are the
    practice days running after which pain was still up, the last of them noticed on the day ``struck``; ``ended`` are
    the days that pain ended. ``until`` and ``until_s`` end a rest, ``step`` is the step of the way back, ``done_on``
    the day on which a bout of it went well. ``marked_on`` and ``marked_s`` are the last date and time at which the day
    was easy, short, and closed: the only way to know what a date was like after the clock was put right.
    """

    day: str = "unasked"
    plan: str = "steady"
    because: str = ""
    plan_because: str = ""
    plan_on: int = NEVER
    today: int = NEVER
    latest_s: float = 0.0
    start: int | None = None
    last_start: int | None = None
    last_day: int = NEVER
    usual: tuple[int, ...] = ()
    usual_on: int = NEVER
    asked_on: int = NEVER
    efforts: int = 0
    tired: int = 0
    strikes: int = 0
    struck: int = NEVER
    ended: tuple[int, ...] = ()
    until: int = 0
    until_s: float = 0.0
    step: int = 0
    done_on: int = NEVER
    flags: tuple[str, ...] = ()
    marked_on: tuple[int, ...] = (NEVER, NEVER, NEVER)
    marked_s: tuple[float, ...] = (0.0, 0.0, 0.0)

    @property
    def usual_pain(self) -> float | None:
        """Return the usual pain before play, ``None`` while nothing is known."""
        return float(median(self.usual)) if self.usual else None


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be done now.

    Without ``play`` there is none, ``why`` says so by the name of a rule, and ``until`` is the day from which it may
    change by itself (0: not by itself). Where there is ``no_rise``, nothing is harder than last time; ``step_down`` is
    how many rungs lower than that, ``volume`` the share of what is planned, and with ``no_grip`` no force is asked for.
    ``wait_s`` is how long a rest must be before it is asked again.
    """

    play: bool
    no_rise: bool = False
    step_down: int = 0
    volume: float = 1.0
    no_grip: bool = False
    wait_s: float = 0.0
    why: str = ""
    until: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What a condition looks at; ``was`` is the state of the day before the event."""

    standing: Standing
    event: Event
    moment: Moment
    limits: Thresholds
    flare: FlareUp
    was: str


Condition = Callable[[Facts], bool]


def _pain(f: Facts) -> int:
    """Return the pain that was told; what was skipped is above nothing, and has rules of its own."""
    return f.event.pain if f.event.pain is not None else -1


def _over_usual(f: Facts) -> bool:
    usual = f.standing.usual_pain
    return usual is not None and _pain(f) >= usual + f.limits.rise


def _over_start(f: Facts) -> bool:
    """Tell whether pain rose in play; a start that was skipped counts as the lowest of the last days, or as 0."""
    start = f.standing.start if f.standing.start is not None else min(f.standing.usual, default=0)
    return _pain(f) >= start + f.limits.stop_rise


def _still_up(f: Facts) -> bool:
    last = f.standing.last_start
    is_next = f.standing.last_day < f.moment.day and f.standing.struck != f.moment.day
    return is_next and last is not None and _pain(f) >= last + f.limits.next_day


def _flare(f: Facts) -> bool:
    days = {day for day in f.standing.ended if 0 <= f.standing.today - day < f.flare.within_days}
    return f.standing.today in days and len(days) >= f.flare.ended


def _hold(f: Facts) -> bool:
    return _pain(f) >= f.limits.hold or (f.event.fatigue or 0) >= f.limits.fatigue


def _went_well(f: Facts) -> bool:
    """Tell whether the last practice day went well and today begins well: only then the way back goes on.

    Only the first check-in of a day can tell, so that no day gets lighter; and it must tell, not skip.
    """
    begins = f.was == "unasked" and f.standing.asked_on < f.moment.day and f.event.pain is not None
    return begins and NEVER < f.standing.done_on < f.moment.day and not _hold(f) and not _over_usual(f)


def _is_over(standing: Standing, moment: Moment) -> bool:
    """Tell whether the rest days are over, by date and by hours."""
    return moment.day >= standing.until and moment.utc_s >= standing.until_s


def _comes_back(standing: Standing, moment: Moment) -> bool:
    """Tell whether the way back may begin: at the first check-in of a day after the rest."""
    return _is_over(standing, moment) and standing.asked_on < moment.day


def _marked(level: int) -> Callable[[Facts], bool]:
    """Return whether the date that was confirmed, or the night before, is one that was easy, short or closed."""

    def is_marked(f: Facts) -> bool:
        on, at_s = f.standing.marked_on[level], f.standing.marked_s[level]
        return on > NEVER and (on >= f.moment.day or at_s + NIGHT_S > f.moment.utc_s)

    return is_marked


CONDITIONS: Mapping[str, tuple[str, Condition]] = {
    "always": ("", lambda f: True),
    "red flag": ("a red flag is ticked", lambda f: bool(f.event.flags)),
    "no session": ("pain is 7 or more", lambda f: _pain(f) >= f.limits.none),
    "above usual": ("pain is 2 above the usual, or more", _over_usual),
    "hold": ("pain is 4, or fatigue 7, or more", _hold),
    "hurts": ("pain is 5, or 2 above the start, or more", lambda f: _pain(f) >= f.limits.stop or _over_start(f)),
    "effort most": ("effort is 9 or more", lambda f: (f.event.effort or 0) >= f.limits.effort_most),
    "effort again": ("effort is 7 or more, for the second time",
                     lambda f: (f.event.effort or 0) >= f.limits.effort and f.standing.efforts >= 1),
    "effort": ("effort is 7 or more", lambda f: (f.event.effort or 0) >= f.limits.effort),
    "tired again": ("for the second time", lambda f: f.standing.tired >= 1),
    "not told": ("pain was not told", lambda f: f.event.pain is None),
    "of tiredness": ("because of tiredness", lambda f: f.event.why == "tired"),
    "of pain": ("because of pain", lambda f: f.event.why == "pain"),
    "up for the last time": ("pain is still 2 above the last start, after the second practice day running",
                             lambda f: _still_up(f) and f.standing.strikes + 1 >= f.limits.strikes),
    "still up": ("pain is still 2 above the last start, on the next day", _still_up),
    "flare-up": ("pain ended the second day within three", _flare),
    "rest goes on": ("the rest days are not over",
                     lambda f: not _is_over(f.standing, f.moment) and f.standing.until > 0),
    "rest is over": ("the rest days are over", lambda f: _comes_back(f.standing, f.moment)),
    "back again": ("the last step went well, and today begins well",
                   lambda f: _went_well(f) and f.standing.step + 1 >= len(f.flare.re_entry)),
    "step": ("the step went well, and today begins well", _went_well),
    "closed then": ("that date was closed", _marked(2)),
    "short then": ("that date was short", _marked(1)),
    "easy then": ("that date was easy", _marked(0)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """In one of ``states`` of a region, ``event`` leads to state ``to`` where the condition ``when`` holds.

    ``name`` is the key of what the patient is told.
    """

    region: str
    states: tuple[str, ...]
    event: str
    when: str
    to: str
    name: str


def _ending(event: str, when: str, name: str) -> tuple[Rule, ...]:
    """Return the rules that end a bout; what comes later today is easy, or stays short."""
    return (
        Rule(DAY, ("open", "easy"), event, when, "easy-over", name),
        Rule(DAY, ("short",), event, when, "short-over", name),
    )


def _finished(event: str) -> tuple[Rule, ...]:
    """Return the rules after a bout: the next one is asked about anew, and is no lighter than this one."""
    ways = (("open", "unasked"), ("easy", "easy-over"), ("short", "short-over"))
    return tuple(Rule(DAY, (state,), event, "always", to, "") for state, to in ways)


_ASKABLE = ("unasked", "open", "easy", "easy-over", "short", "short-over")
_LIGHT, _EASY, _SHORT = ("unasked", "open"), ("easy", "easy-over"), ("short", "short-over")
_PLAYING = ("open", "easy", "short")
_BETWEEN = ("unasked", "easy-over", "short-over")
_NOT_ENDED = (*_ASKABLE, "waiting")
_FREE = ("steady", "stepped", "re-entry")
_HAPPENS = ("checkin", "told", "tired", "stop", "bout", "limit")

RULES: tuple[Rule, ...] = (
    # Always
    *(Rule(DAY, DAY_STATES, kind, "red flag", "ended", "red-flag") for kind in _HAPPENS),
    # Before play
    Rule(DAY, DAY_STATES, "checkin", "no session", "ended", "pain-high"),
    Rule(DAY, ("waiting",), "checkin", "hurts", "ended", "still-hurts"),
    Rule(DAY, ("waiting",), "checkin", "not told", "ended", "still-hurts"),
    Rule(DAY, ("waiting",), "checkin", "always", "short", "pain-in-play"),
    Rule(DAY, _ASKABLE, "checkin", "above usual", "short", "pain-above-usual"),
    Rule(DAY, _SHORT, "checkin", "always", "short", ""),
    Rule(DAY, _LIGHT, "checkin", "hold", "easy", "hold"),
    Rule(DAY, _LIGHT, "checkin", "not told", "easy", "not-told"),
    Rule(DAY, _EASY, "checkin", "always", "easy", ""),
    Rule(DAY, _LIGHT, "checkin", "always", "open", ""),
    # In play
    Rule(DAY, ("waiting",), "told", "hurts", "ended", "still-hurts"),
    Rule(DAY, ("waiting",), "told", "not told", "ended", "still-hurts"),
    Rule(DAY, ("waiting",), "told", "effort", "short-over", "effort"),
    Rule(DAY, ("waiting",), "told", "always", "short", "pain-in-play"),
    Rule(DAY, _PLAYING, "told", "hurts", "waiting", "pain-in-play"),
    *_ending("told", "effort most", "effort"),
    *_ending("told", "effort again", "effort"),
    Rule(DAY, ("open",), "told", "effort", "easy", "hold"),
    Rule(DAY, ("open",), "told", "hold", "easy", "hold"),
    *_ending("tired", "tired again", "tired"),
    Rule(DAY, ("open",), "tired", "always", "easy", "tired-rest"),
    # Between bouts, when something is told late
    Rule(DAY, (*_BETWEEN, "ended"), "told", "no session", "ended", "pain-high"),
    Rule(DAY, _BETWEEN, "told", "hurts", "short-over", "pain-in-play"),
    Rule(DAY, ("unasked",), "told", "effort most", "easy-over", "effort"),
    Rule(DAY, ("unasked",), "told", "effort", "easy-over", "hold"),
    Rule(DAY, ("unasked",), "told", "hold", "easy-over", "hold"),
    Rule(DAY, ("unasked",), "tired", "always", "easy-over", "tired-rest"),
    Rule(DAY, ("unasked",), "stop", "of tiredness", "easy-over", "stopped"),
    # The end of a bout: the next one is asked about anew, and is never lighter than this one was
    Rule(DAY, DAY_STATES, "stop", "of pain", "ended", "stopped-pain"),
    *_ending("stop", "of tiredness", "stopped"),
    *_finished("stop"),
    *_finished("bout"),
    *(Rule(DAY, ("waiting",), kind, "always", "ended", "still-hurts") for kind in ("stop", "bout", "limit")),
    Rule(DAY, _ASKABLE, "limit", "always", "ended", "day-full"),
    # The date was confirmed after the clock had been put back
    Rule(DAY, DAY_STATES, "clock", "closed then", "ended", "clock"),
    Rule(DAY, DAY_STATES, "clock", "short then", "short-over", "clock"),
    Rule(DAY, DAY_STATES, "clock", "easy then", "easy-over", "clock"),
    Rule(DAY, DAY_STATES, "clock", "always", "unasked", ""),
    # From day to day
    *(Rule(PLAN, PLAN_STATES, kind, "red flag", "locked", "red-flag") for kind in (*_HAPPENS, "clear")),
    Rule(PLAN, (*_FREE, "resting"), "checkin", "up for the last time", "locked", "twice-up"),
    *(Rule(PLAN, _FREE, kind, "flare-up", "resting", "flare-up") for kind in _HAPPENS),
    Rule(PLAN, ("steady", "stepped"), "checkin", "still up", "stepped", "next-day"),
    Rule(PLAN, ("re-entry",), "checkin", "still up", "resting", "flare-up"),
    Rule(PLAN, ("resting",), "checkin", "no session", "resting", "flare-up"),
    Rule(PLAN, ("resting",), "checkin", "rest is over", "re-entry", "re-entry"),
    Rule(PLAN, ("stepped",), "checkin", "step", "steady", ""),
    Rule(PLAN, ("re-entry",), "checkin", "back again", "steady", "back-again"),
    Rule(PLAN, ("re-entry",), "checkin", "step", "re-entry", "re-entry"),
    Rule(PLAN, ("locked",), "clear", "rest goes on", "resting", "flare-up"),
    Rule(PLAN, ("locked",), "clear", "always", "re-entry", "cleared"),
)  # fmt: skip
# Names of rules after which a day counts as ended by pain, and of those that do not undo a bout that went well.
PAINED = ("pain-high", "still-hurts", "stopped-pain")
_MILD = ("", "hold", "not-told", "tired-rest", "day-full")
_LEVEL = {"easy": 1, "easy-over": 1, "short": 2, "short-over": 2, "waiting": 3, "ended": 3}


def start() -> Standing:
    """Return where a new patient stands."""
    return Standing()


def step(
    standing: Standing, event: Event, moment: Moment, limits: Thresholds | None = None, flare: FlareUp | None = None
) -> Standing:
    """Return the standing after an event at a moment; raise ``ValueError`` for an event that there is not."""
    if event.kind not in KINDS:
        raise ValueError(f"event: must be one of {', '.join(KINDS)}, not {event.kind}")
    limits, flare = limits or Thresholds(), flare or FlareUp()
    if event.kind == "clock":
        return _dated(standing, Facts(standing, event, moment, limits, flare, standing.day))
    standing = _at(standing, moment)
    facts = Facts(standing, event, Moment(standing.latest_s, standing.today), limits, flare, standing.day)
    rule = _rule(DAY, standing.day, facts)
    if moment.day > standing.today and _is_bad(facts, rule):
        # Told after midnight, before the night: it holds for that date too.
        standing = replace(standing, today=moment.day)
    after = _of_day(standing, rule)
    plan_rule = _rule(PLAN, standing.plan, replace(facts, standing=after))
    after = _remembered(after, event, rule, facts)
    return _stamped(_planned(after, plan_rule, flare) if plan_rule else after)


def allowed(
    standing: Standing, moment: Moment, limits: Thresholds | None = None, flare: FlareUp | None = None
) -> Allowed:
    """Return what may be done at a moment; before a check-in of the day nothing is played."""
    limits, flare = limits or Thresholds(), flare or FlareUp()
    standing = _seen_at(standing, moment)
    down, volume = _planned_down(standing, flare)
    if standing.plan == "locked":
        return Allowed(False, no_rise=True, volume=0.0, no_grip=True, why=standing.plan_because or "locked")
    if standing.plan == "resting":
        if not _comes_back(standing, Moment(max(standing.latest_s, moment.utc_s), standing.today)):
            until = max(standing.until, standing.today + (standing.asked_on >= standing.until))
            return Allowed(False, no_rise=True, volume=0.0, why=standing.plan_because, until=until)
        return Allowed(False, True, down, volume, why=standing.because if standing.day == "ended" else "unasked")
    if standing.day == "ended":
        return Allowed(False, no_rise=True, volume=0.0, why=standing.because, until=standing.today + 1)
    if standing.day not in (*_PLAYING, "waiting"):
        return Allowed(False, True, down, volume, why="unasked")
    if standing.day == "waiting":
        return Allowed(False, True, down, volume, wait_s=limits.wait_s, why=standing.because)
    if standing.day == "short":
        return Allowed(True, True, max(2, down), min(0.5, volume), no_grip=True, why=standing.because)
    if standing.day == "easy":
        why = standing.plan_because if down and standing.plan_because else standing.because
        return Allowed(True, True, down, volume, why=why)
    news = standing.plan != "steady" or standing.plan_on == standing.today
    return Allowed(True, standing.plan != "steady", down, volume, why=standing.plan_because if news else "")


def clock_is_back(standing: Standing, moment: Moment) -> bool:
    """Tell whether the clock says a time so long before the latest one that the date has to be confirmed."""
    return moment.utc_s < standing.latest_s - CLOCK_S


def to_plain(standing: Standing) -> dict[str, Any]:
    """Return the standing as plain values, ready for JSON."""
    return asdict(standing)


def from_plain(row: Mapping[str, Any]) -> Standing:
    """Return the standing of plain values; raise ``ValueError`` where anything is lost: a lock must not be."""
    values: dict[str, Any] = {}
    for field in fields(Standing):
        value = row.get(field.name, row)
        value = tuple(value) if isinstance(value, list) else value
        if not _is_like(value, field.name, field.default):
            raise ValueError(f"standing: {field.name} is missing or wrong")
        values[field.name] = value
    return Standing(**values)


_STATES = {"day": DAY_STATES, "plan": PLAN_STATES}
_ROWS = {"usual": int, "ended": int, "flags": str, "marked_on": int, "marked_s": (int, float)}


def _is_like(value: Any, name: str, default: Any) -> bool:
    """Tell whether a plain value can be the one of this name."""
    if name in _STATES:
        return value in _STATES[name] if isinstance(value, str) else False
    if name in _ROWS:
        whole = not name.startswith("marked") or (isinstance(value, tuple) and len(value) == len(default))
        return whole and isinstance(value, tuple) and all(isinstance(one, _ROWS[name]) for one in value)  # type: ignore[arg-type]
    if name in ("start", "last_start"):
        return value is None or (isinstance(value, int) and 0 <= value <= 10)
    kinds = (int, float) if isinstance(default, float) else type(default)
    return isinstance(value, kinds) and (isinstance(value, str) or isfinite(value))


def diagram(region: str | None = None) -> str:
    """Return the machine, or a region of it, as a Mermaid state diagram, made from the table itself."""
    shown = [(name, states) for name, states in _REGIONS.items() if region in (None, name)]
    lines = ["stateDiagram-v2"]
    for name, states in shown:
        lines += [f"    state {name} {{"] if len(shown) > 1 else []
        lines += [f"        [*] --> {_id(states[0])}", *_arrows(name)]
        lines += ["    }"] if len(shown) > 1 else []
    return "\n".join(lines)


_REGIONS = {DAY: DAY_STATES, PLAN: PLAN_STATES}


def _arrows(region: str) -> list[str]:
    """Return an arrow for each two states; what leads away from every state is drawn once."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for events, rule in _rows(region):
        told = CONDITIONS[rule.when][0]
        label = f"{' or '.join(events)}, {told}" if told else " or ".join(events)
        is_all = set(rule.states) == set(_REGIONS[region])
        for state in ("any",) if is_all else rule.states:
            arrows.setdefault((_id(state), _id(rule.to)), []).append(label)
    return [f"        {a} --> {b}: {'<br/>'.join(dict.fromkeys(labels))}" for (a, b), labels in arrows.items()]


def table(region: str | None = None) -> str:
    """Return the rules as a table in Markdown, in the order in which they are tried."""
    lines = ["| state | what happens | condition | then | key of the text |", "| --- | --- | --- | --- | --- |"]
    for name in _REGIONS if region is None else (region,):
        for events, rule in _rows(name):
            is_all = set(rule.states) == set(_REGIONS[name])
            states = "any" if is_all else ", ".join(rule.states)
            told = CONDITIONS[rule.when][0] or "otherwise"
            lines.append(f"| {states} | {', '.join(events)} | {told} | **{rule.to}** | {rule.name or 'as before'} |")
    return "\n".join(lines)


def _rows(region: str) -> list[tuple[list[str], Rule]]:
    """Return the rules of a region; those that differ only in what happens are one row."""
    rows: dict[Rule, tuple[list[str], Rule]] = {}
    for rule in RULES:
        if rule.region == region:
            rows.setdefault(replace(rule, event=""), ([], rule))[0].append(rule.event)
    return list(rows.values())


def _id(state: str) -> str:
    return state.replace("-", "_")


def _rule(region: str, state: str, facts: Facts) -> Rule | None:
    kind = facts.event.kind
    fitting = (rule for rule in RULES if (rule.region, rule.event) == (region, kind) and state in rule.states)
    return next((rule for rule in fitting if CONDITIONS[rule.when][1](facts)), None)


def _seen_at(standing: Standing, moment: Moment) -> Standing:
    """Return the standing at a moment: a new day only after a later date and a night; a clock set back makes none."""
    is_new = moment.day > standing.today and moment.utc_s >= standing.latest_s + NIGHT_S
    if not is_new and standing.today != NEVER:
        return standing
    return replace(standing, day="unasked", because="", today=moment.day, start=None, efforts=0, tired=0)


def _at(standing: Standing, moment: Moment) -> Standing:
    """Return the standing at an event. A question alone moves no time on, or who keeps looking never sees a new day."""
    is_first = standing.today == NEVER
    return replace(
        _seen_at(standing, moment), latest_s=moment.utc_s if is_first else max(standing.latest_s, moment.utc_s)
    )


def _is_bad(facts: Facts, rule: Rule | None) -> bool:
    """Tell whether something was told or seen that makes the day less."""
    hard = (facts.event.effort or 0) >= facts.limits.effort
    return bool(rule and rule.name) or hard or _hold(facts) or facts.event.kind == "tired"


def _of_day(standing: Standing, rule: Rule | None) -> Standing:
    """Return the standing with the state of the day that a rule leads to."""
    if rule is None:
        return standing
    ended = standing.ended
    if rule.name in PAINED:
        ended = (*(day for day in ended if day != standing.today), standing.today)[-28:]
    return replace(standing, day=rule.to, because=rule.name or standing.because, ended=ended)


def _stamped(standing: Standing) -> Standing:
    """Return the standing with the date and time at which the day was easy, short and closed, as far as it is."""
    level = _LEVEL.get(standing.day, 0)
    on = (*(max(day, standing.today) for day in standing.marked_on[:level]), *standing.marked_on[level:])
    at_s = (*(max(s, standing.latest_s) for s in standing.marked_s[:level]), *standing.marked_s[level:])
    return replace(standing, marked_on=on, marked_s=at_s)


def _dated(standing: Standing, facts: Facts) -> Standing:
    """Return the standing after the date was confirmed: only where the clock had gone back, and nothing is lost.

    What seemed to lie in the future lies on that date; a rest goes on for as long as it would have. The date is as
    restricted as it ever was, and each bout is asked about anew.
    """
    moment = facts.moment
    if not clock_is_back(standing, moment):
        return standing
    rule = _rule(DAY, standing.day, facts)
    after = _of_day(standing, rule) if rule else standing
    days = ("plan_on", "last_day", "usual_on", "asked_on", "struck", "done_on")
    after = replace(
        after, today=moment.day, latest_s=moment.utc_s, start=None,
        until=moment.day + max(0, standing.until - standing.today) if standing.until else 0,
        until_s=moment.utc_s + max(0.0, standing.until_s - standing.latest_s),
        ended=tuple(dict.fromkeys(min(day, moment.day) for day in standing.ended)),
        marked_on=tuple(min(day, moment.day) for day in standing.marked_on),
        marked_s=tuple(min(s, moment.utc_s) for s in standing.marked_s),
        **{name: min(getattr(standing, name), moment.day) for name in days},
    )  # fmt: skip
    return _stamped(after)


def _remembered(standing: Standing, event: Event, rule: Rule | None, facts: Facts) -> Standing:
    """Return the standing with what the rules have to remember of an event."""
    after = replace(standing, flags=tuple(dict.fromkeys((*standing.flags, *event.flags))))
    if rule and rule.name not in _MILD:
        after = replace(after, done_on=NEVER)
    if event.kind == "checkin":
        return _asked(after, event, facts)
    if event.kind == "told":
        return replace(after, efforts=after.efforts + ((event.effort or 0) >= facts.limits.effort))
    if event.kind == "tired":
        return replace(after, tired=after.tired + 1)
    return _played(after, event, facts.was) if event.kind in ("bout", "stop", "limit") else after


def _asked(standing: Standing, event: Event, facts: Facts) -> Standing:
    """Return the standing after a check-in; asking again in mid-bout raises no start, and each day counts once."""
    pain, start, today = event.pain, standing.start, standing.today
    if facts.was not in (*_PLAYING, "waiting"):
        start = pain
    elif pain is not None and start is not None:
        start = min(pain, start)
    usual = standing.usual
    if pain is not None:
        again = standing.usual_on == today
        usual = (*usual[:-1], min(usual[-1], pain)) if again else (*usual, pain)[-USUAL:]
    after = replace(standing, start=start, usual=usual, asked_on=today)
    if pain is not None:
        after = replace(after, usual_on=today)
    return replace(after, strikes=standing.strikes + 1, struck=today) if _still_up(facts) else after


def _played(standing: Standing, event: Event, was: str) -> Standing:
    """Return the standing after a bout; pain that was still up is no new start, nor is one that was skipped."""
    today, start, last = standing.today, standing.start, standing.last_start
    is_well = event.kind != "stop" and was in ("open", "easy") and not event.flags
    after = replace(standing, done_on=today) if is_well else standing
    if start is None:
        return after
    if standing.struck == today:
        return replace(after, last_day=today)
    lowest = min(start, last) if last is not None and standing.last_day == today else start
    return replace(after, last_start=lowest, last_day=today, strikes=0)


def _planned(standing: Standing, rule: Rule, flare: FlareUp) -> Standing:
    """Return the standing with the plan that a rule leads to."""
    today = standing.today
    after = replace(standing, plan=rule.to, plan_because=rule.name, plan_on=today, done_on=NEVER)
    if rule.event == "clear" and rule.to != "locked":
        # What was before the therapist looked at it is no measure any more.
        after = replace(after, strikes=0, ended=(), flags=(), last_start=None, last_day=NEVER, step=0)
    elif rule.to == "resting":
        until_s = standing.latest_s + flare.rest_days * DAY_S
        after = replace(after, until=today + flare.rest_days + 1, until_s=until_s, step=0)
    elif rule.to == "re-entry":
        began = standing.plan == "resting"
        ended = tuple(day for day in standing.ended if day == today) if began else standing.ended
        after = replace(after, step=0 if began else standing.step + 1, ended=ended)
    return after


def _planned_down(standing: Standing, flare: FlareUp) -> tuple[int, float]:
    """Return how many rungs lower, and which share of the volume, the last days ask for."""
    if standing.plan == "stepped":
        return 1, 0.7
    if standing.plan == "re-entry":
        return flare.step_down, flare.re_entry[min(standing.step, len(flare.re_entry) - 1)]
    if standing.plan == "resting":
        return flare.step_down, flare.re_entry[0]
    return 0, 1.0


def together(one: Standing, other: Standing) -> Standing:
    """Return where a patient stands who practised in two places that knew nothing of each other: as strict as either.

    What a day forbids holds for the rest of that day, and for the next date too where no night lies between them.
    """
    older, newer = sorted((one, other), key=lambda row: (row.today, row.latest_s))
    near = older.today == newer.today or newer.latest_s < older.latest_s + NIGHT_S
    days = (older, newer) if near else (newer,)
    hardest = max(days, key=lambda row: _LEVEL.get(row.day, 0))
    starts = [row.start for row in days if row.start is not None]
    lasts = [row.last_start for row in (one, other) if row.last_start is not None]
    usual = min((row for row in (newer, older) if row.usual), key=lambda row: row.usual_pain or 0.0, default=newer)
    most = ("today", "latest_s", "last_day", "usual_on", "asked_on", "strikes", "struck", "until", "until_s")
    after = replace(
        _stricter_plan(older, newer),
        day=_between(hardest.day), because=hardest.because,
        start=min(starts, default=None), last_start=min(lasts, default=None), usual=usual.usual,
        efforts=sum(row.efforts for row in days), tired=sum(row.tired for row in days),
        ended=tuple(sorted({*one.ended, *other.ended}))[-28:], flags=tuple(dict.fromkeys((*one.flags, *other.flags))),
        done_on=min(one.done_on, other.done_on),
        marked_on=tuple(map(max, one.marked_on, other.marked_on)),
        marked_s=tuple(map(max, one.marked_s, other.marked_s)),
        **{name: max(getattr(one, name), getattr(other, name)) for name in most},
    )  # fmt: skip
    return _stamped(after)


def _between(day: str) -> str:
    """Return the state of a day between two bouts that is as strict as the given one."""
    return {"open": "unasked", "easy": "easy-over", "short": "short-over"}.get(day, day)


def _stricter_plan(older: Standing, newer: Standing) -> Standing:
    """Return the one of two that asks for more care; on the same way back, the one that is less far."""
    strict = ("steady", "stepped", "re-entry", "resting", "locked")
    return max((newer, older), key=lambda row: (strict.index(row.plan), -row.step))
