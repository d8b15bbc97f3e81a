"""Gather what a report tells, as plain values: sums, series and events; numbers to talk about, and no verdict.

Days are running numbers of local dates, as in ``engine.guard.Moment``. Words stand as keys of the texts with values.
Contents after the weekly sheet that clinicians ask for (design notes, clinical 3.5): dose, rungs, probes, pain, stops.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil
from statistics import median

from engine import schedule
from engine.diary import Entry
from engine.goals import Activity, Attained, Passed, weekday
from engine.handtests import Row as TestRow
from engine.looked import Looked
from engine.prescription import DAYS, Dose, Prescription
from engine.probes import Observation, Series, observe, series
from engine.probes import Row as ProbeRow
from engine.recording import Trial
from engine.retrace import Force, Trace
from engine.schedule import Adherence, Done

WEEK = 7
MOST_COLUMNS = 8  # that stand beside each other in a table
NEXT_DAYS = 2  # so many days later pain before play still tells about the bout
FEWEST_OF_A_DAY = 3  # tries from which on a share of success of a day is drawn
WHICH = ("best", "worst", "last")
DECIDED = {
    "cleared": "report.cleared", "program": "report.program-set", "paused": "report.paused",
    "resumed": "report.resumed",
}  # fmt: skip
FENCES = {"fence.rise": "fence.rise", "fence.sink": "fence.sink"}
TOLD = {"pain": "report.told-pain", "fatigue": "report.told-fatigue", "effort": "report.told-effort"}
ENDS = {
    "": "report.end-open", "cut off": "report.end-open", "closed": "report.end-closed", "limit": "report.end-limit",
    "pain": "report.end-pain", "effort": "report.end-effort", "tired": "report.end-tired", "away": "report.end-away",
}  # fmt: skip
# What two probes must share to be compared, in the order of ``engine.probes.key_of``.
SHARED = ("device", "calibration", "rate", "filter", "aid", "rules", "cap")
Values = tuple[tuple[str, str], ...]
Way = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Span:
    """Days from ``first`` to ``last``, both included."""

    first: int
    last: int

    @property
    def days(self) -> range:
        """Return its days."""
        return range(self.first, self.last + 1)

    def weeks(self, most: int = 53) -> tuple["Span", ...]:
        """Return it in ``most`` pieces of whole weeks, the last one ending with it; the first may be shorter."""
        long = WEEK * max(1, ceil(len(self.days) / WEEK / most))
        firsts = range(self.last - long + 1, self.first - long, -long)
        return tuple(Span(max(self.first, day), day + long - 1) for day in reversed(firsts))


@dataclass(frozen=True, slots=True)
class Bout:
    """One session and how many tries it was planned to have; ``how`` is how it ended, as in the records."""

    done: Done
    planned: int
    how: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """One kept try: the local day, seconds since 1970, its session and what was recorded."""

    day: int
    at_s: float
    session: int
    trial: Trial

    @property
    def way(self) -> Way:
        """Return game, hand and way of playing."""
        return (self.trial.game, str(self.trial.hand), self.trial.played_with)

    @property
    def is_probe(self) -> bool:
        """Tell whether it belongs to a fixed block."""
        return self.trial.reason == "reason.probe"

    @property
    def is_tried(self) -> bool:
        """Tell whether anything was tried at all."""
        return self.trial.result != "omission" and self.trial.cause != "no-try"


# --- the parts of a report ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Device:
    """What was played with, and on which days: ``name`` is kind and serial number."""

    name: str
    calibration: str
    aid: str
    span: Span


@dataclass(frozen=True, slots=True)
class Head:
    """Whose report it is, of which days, and by which program, devices and versions."""

    patient: str
    span: Span
    made_on: int
    hands: tuple[str, ...] = ()
    program: str = ""
    stage: str = ""
    since: int = 0
    devices: tuple[Device, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Dosed:
    """What was done of what was planned in some days; ``kept`` says it as shares.

    ``self_ended`` and ``pain_ended`` are how many of the ``bouts`` ended early by own choice, and because of pain.
    """

    span: Span
    minutes: float
    minutes_due: float
    bouts: int
    bouts_due: int
    tries: int
    tries_planned: int
    kept: Adherence
    self_ended: int = 0
    pain_ended: int = 0


@dataclass(frozen=True, slots=True)
class OneDay:
    """The tries of one way of playing on one day: commonest, lowest and highest rung, median difficulty, and hits."""

    day: int
    rung: int
    low: int
    high: int
    difficulty: float
    tries: int
    hits: int

    @property
    def success(self) -> float | None:
        """Return the share of hits, ``None`` where too few were tried to tell."""
        return self.hits / self.tries if self.tries >= FEWEST_OF_A_DAY else None


@dataclass(frozen=True, slots=True)
class Played:
    """The days of one way of playing, without its fixed blocks."""

    way: Way
    days: tuple[OneDay, ...]


@dataclass(frozen=True, slots=True)
class Sore:
    """Pain (0 to 10) of one bout, before, at its most during, after, and on the next day; and the most effort."""

    day: int
    at_s: float
    before: int | None = None
    during: int | None = None
    after: int | None = None
    next_day: int | None = None
    effort: int | None = None


@dataclass(frozen=True, slots=True)
class Causes:
    """What the misses of a game came from, the commonest first, each with the parameter that eases it ("": none)."""

    game: str
    tries: int
    missed: int
    rows: tuple[tuple[str, int, str], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A try on another rung than the one before in the same way of playing, with the reason that was recorded."""

    tried: Tried
    was: int | None


@dataclass(frozen=True, slots=True)
class Shown:
    """One try to be drawn: ``which`` of its game and way it is."""

    which: str
    tried: Tried
    picture: Force | Trace


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened: a key of the texts with its values.

    A key of ``guard`` is what the patient read; ``state`` is then what it meant for the day or the plan, and ``told``
    are the answers that led there, as (key, number).
    """

    day: int
    at_s: float
    key: str
    values: Values = ()
    state: str = ""
    told: Values = ()


@dataclass(frozen=True, slots=True)
class Break:
    """Where a line of probes breaks: from this day on it is another measure, as the keys of ``why`` say."""

    day: int
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Probe:
    """A series of probes, what is observed at its end, and where and why its line breaks."""

    series: Series
    seen: Observation
    breaks: tuple[Break, ...] = ()
    rung: int = 0
    played_with: str = ""


@dataclass(frozen=True, slots=True)
class Journal:
    """What a patient wrote on one day: sensations, and own words."""

    day: int
    sensations: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Report:
    """All that is told of some weeks; what is empty was not there. ``last_day`` is the last day of practice ever.

    ``looked`` is what is known of each hand from assessments, ``looked_days`` the days of all of them up to the last.
    """

    head: Head
    last_day: int | None = None
    total: Dosed | None = None
    weeks: tuple[Dosed, ...] = ()
    bouts: tuple[Bout, ...] = ()
    dose: Dose | None = None
    due_days: frozenset[int] = frozenset()
    probes: tuple[Probe, ...] = ()
    played: tuple[Played, ...] = ()
    band: tuple[float, float] = (0.7, 0.85)
    sore: tuple[Sore, ...] = ()
    causes: tuple[Causes, ...] = ()
    shown: tuple[Shown, ...] = ()
    steps: tuple[Step, ...] = ()
    fences: tuple[Happened, ...] = ()
    happened: tuple[Happened, ...] = ()
    skipped: tuple[tuple[str, int], ...] = ()
    sensations: tuple[tuple[str, int], ...] = ()
    journal: tuple[Journal, ...] = ()
    tasks: tuple[tuple[str, int], ...] = ()
    answers: tuple[tuple[tuple[str, str], int], ...] = ()
    goals: Attained | None = None
    activities: tuple[Activity, ...] = ()
    milestones: tuple[Passed, ...] = ()
    tests: tuple[TestRow, ...] = ()
    looked: tuple[Looked, ...] = ()
    looked_days: tuple[int, ...] = ()
    plan: str = "steady"
    next_day: int | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was practised in these weeks."""
        return not self.bouts


# --- dose -----------------------------------------------------------------------------------------------


def due_days(dose: Dose, span: Span, paused: Collection[int] = ()) -> frozenset[int]:
    """Return the days of a span on which practice was planned and not paused."""
    return frozenset(day for day in span.days if DAYS[weekday(day)] in dose.days and day not in paused)


def dosed(prescription: Prescription, bouts: Iterable[Bout], span: Span, paused: Collection[int] = ()) -> Dosed:
    """Return what was done of what was planned in a span; an assessment is no part of the plan."""
    own = [bout for bout in bouts if span.first <= bout.done.day <= span.last and not bout.done.is_look]
    done, dose = [bout.done for bout in own], prescription.dose
    due = 0 if dose.is_free else len(due_days(dose, span, paused)) * dose.bouts
    return Dosed(
        span, sum(row.minutes for row in done), due * dose.minutes, sum(row.trials > 0 for row in done), due,
        sum(row.trials for row in done), sum(bout.planned for bout in own),
        schedule.adherence(prescription, done, span.first, span.last, paused),
        *(sum(row.end == end for row in done if row.trials > 0) for end in ("self", "pain")),
    )  # fmt: skip


# --- probes ---------------------------------------------------------------------------------------------


def probes(rows: Iterable[ProbeRow]) -> tuple[Probe, ...]:
    """Return the series of all probes, each with what is observed at its end and why its line breaks."""
    known = tuple(rows)
    first: dict[tuple[int, str, str], ProbeRow] = {}
    for row in known:
        first.setdefault((row.session, row.game, row.hand), row)
    return tuple(_probe(one, first) for one in series(known))


def _probe(one: Series, first: Mapping[tuple[int, str, str], ProbeRow]) -> Probe:
    begun = [first[piece[0].session, one.game, one.hand] for piece in one.pieces]
    breaks = tuple(Break(now.day, _why(was, now)) for was, now in pairwise(begun))
    return Probe(one, observe(one), breaks, begun[-1].level, begun[-1].played_with)


def _why(was: ProbeRow, now: ProbeRow) -> tuple[str, ...]:
    """Return what is not the same any more: ``way``, ``level`` or ``difficulty``, and those of ``SHARED``."""
    pairs = (("way", "played_with"), ("level", "level"), ("difficulty", "difficulty"))
    found = [name for name, field in pairs if getattr(was, field) != getattr(now, field)]
    found = [name for name in found if name != "difficulty" or "level" not in found]
    if isinstance(was.key, tuple) and isinstance(now.key, tuple):
        found += [name for name, a, b in zip(SHARED, was.key, now.key, strict=False) if a != b]
    return tuple(found)


# --- rungs, success, misses -----------------------------------------------------------------------------


def played_days(tried: Iterable[Tried]) -> tuple[Played, ...]:
    """Return the days of each way of playing; fixed blocks and what was not tried are left out."""
    found: dict[Way, dict[int, list[Trial]]] = {}
    for one in tried:
        if one.is_tried and not one.is_probe:
            found.setdefault(one.way, {}).setdefault(one.day, []).append(one.trial)
    return tuple(
        Played(way, tuple(_one_day(day, rows) for day, rows in sorted(days.items()))) for way, days in found.items()
    )


def _one_day(day: int, trials: Sequence[Trial]) -> OneDay:
    rungs = Counter(trial.level for trial in trials)
    commonest = max(rungs, key=lambda rung: (rungs[rung], rung))
    difficulty = median(trial.difficulty for trial in trials)
    return OneDay(day, commonest, min(rungs), max(rungs), difficulty, len(trials), sum(t.hit for t in trials))


def causes(tried: Iterable[Tried], eases: Mapping[str, Mapping[str, str]]) -> tuple[Causes, ...]:
    """Return what the misses of each game came from; ``eases`` names a game's parameter for each cause."""
    by_game: dict[str, list[Trial]] = {}
    for one in tried:
        by_game.setdefault(one.trial.game, []).append(one.trial)
    return tuple(_causes(game, trials, eases.get(game, {})) for game, trials in by_game.items())


def _causes(game: str, trials: Sequence[Trial], eases: Mapping[str, str]) -> Causes:
    missed = Counter(trial.cause for trial in trials if not trial.hit and trial.cause)
    rows = tuple((cause, n, eases.get(cause, "")) for cause, n in missed.most_common())
    return Causes(game, len(trials), sum(not trial.hit for trial in trials), rows)


def steps(tried: Iterable[Tried]) -> tuple[Step, ...]:
    """Return each change of rung, and the first try ever of a way of playing; fixed blocks are no change."""
    before: dict[Way, int] = {}
    found = []
    for one in tried:
        if one.is_probe:
            continue
        was = before.get(one.way)
        before[one.way] = one.trial.level
        if one.trial.reason == "reason.first" or (was is not None and was != one.trial.level):
            found.append(Step(one, was))
    return tuple(found)


def picked(tried: Iterable[Tried], games: Collection[str]) -> tuple[tuple[str, Tried], ...]:
    """Return the best, the worst and the last try of each way of playing these games, each once.

    The best would just have passed the highest difficulty of all, the worst the lowest (``Trial.passed``); where that
    is not known, the difficulty it was played at stands for it, less a step after a miss.
    """
    by_way: dict[Way, list[Tried]] = {}
    for one in tried:
        if one.trial.game in games and one.is_tried and one.trial.played_with != "switch":
            by_way.setdefault(one.way, []).append(one)
    found: list[tuple[str, Tried]] = []
    for rows in by_way.values():
        last, others = rows[-1], rows[:-1]
        ranked = sorted(others, key=_worth)
        found += [("best", ranked[-1])] if ranked else []
        found += [("worst", ranked[0])] if len(ranked) > 1 else []
        found.append(("last", last))
    return tuple(found)


def _worth(one: Tried) -> tuple[bool, float]:
    trial = one.trial
    return trial.hit, trial.difficulty if trial.passed is None else trial.passed


def devices(tried: Iterable[Tried]) -> tuple[Device, ...]:
    """Return what was played with, in the order in which it came."""
    days: dict[tuple[str, str, str], list[int]] = {}
    for one in tried:
        source = one.trial.source
        days.setdefault((source.device, source.calibration, source.aid), []).append(one.day)
    return tuple(Device(*name, Span(min(on), max(on))) for name, on in days.items() if name[0])


# --- what was told --------------------------------------------------------------------------------------


def soreness(entries: Iterable[Entry]) -> tuple[Sore, ...]:
    """Return the pain and effort of each bout; what was skipped or not asked is ``None``."""
    found: list[Sore] = []
    for entry in entries:
        pain, effort = entry.values.get("pain"), entry.values.get("effort")
        if entry.kind == "checkin":
            found.append(Sore(entry.day, entry.at_s, before=pain))
        elif entry.kind == "told" and found:
            now = found[-1]
            during = _most(now.during, pain) if effort is not None else now.during
            after = pain if pain is not None else now.after
            found[-1] = replace(now, during=during, after=after, effort=_most(now.effort, effort))
    return tuple(replace(row, next_day=_next_day(row, found)) for row in found)


def _most(before: int | None, now: int | None) -> int | None:
    return now if before is None else before if now is None else max(before, now)


def _next_day(row: Sore, found: Iterable[Sore]) -> int | None:
    later = (one.before for one in found if row.day < one.day <= row.day + NEXT_DAYS and one.before is not None)
    return next(later, None) if row.during is not None or row.after is not None else None


def happened(entries: Iterable[Entry], bouts: Iterable[Bout]) -> tuple[Happened, ...]:
    """Return stops, red flags, rests, locks and what opened them, and programs that were set, in order."""
    found: list[Happened] = []
    because = plan = ""
    on = None
    for entry in entries:
        because = because if entry.day == on else ""  # what makes a day easy is told on each day
        on = entry.day
        found += [_at(entry, f"news.{flag}") for flag in entry.values.get("flags", ()) if isinstance(flag, str)]
        if entry.kind == "stop" and entry.values.get("why"):
            found.append(_at(entry, "report.stopped", why=f"@why.{entry.values['why']}"))
        elif entry.kind in DECIDED:
            found.append(_decided(entry))
        standing = entry.values.get("standing", {})
        now = (str(standing.get("because", "")), str(standing.get("plan_because", "")))
        if now[0] and now[0] != because:
            found.append(_led(entry, now[0], standing.get("plan" if now[0] == now[1] else "day", "")))
        if now[1] and now[1] not in (plan, now[0]):
            found.append(_led(entry, now[1], standing.get("plan", "")))
        because, plan = now if standing else (because, plan)
    ends = (Happened(bout.done.day, bout.done.at_s, "report.ended", (("how", f"@{ENDS[bout.how]}"),))
            for bout in bouts if bout.how in ENDS)  # fmt: skip
    return tuple(sorted((*found, *ends), key=lambda row: row.at_s))


def fences(entries: Iterable[Entry]) -> tuple[Happened, ...]:
    """Return how the limits of the program moved by themselves."""
    return tuple(
        _at(entry, FENCES.get(str(entry.values.get("reason")), FENCES["fence.rise"]),
            game=f"@game.{entry.values.get('game', '')}", to=str(entry.values.get("to", "")))
        for entry in entries if entry.kind == "fence"
    )  # fmt: skip


def _decided(entry: Entry) -> Happened:
    key, values = DECIDED[entry.kind], entry.values
    who = str(values.get("by") or values.get("name") or "").lstrip("@")
    return _at(entry, key, who=who or "?")


def _led(entry: Entry, because: str, state: object) -> Happened:
    told = tuple((key, str(entry.values[name])) for name, key in TOLD.items() if name in entry.values)
    if entry.kind == "tired" or because == "day-full":
        told = (("report.end-tired" if entry.kind == "tired" else "report.told-full", ""),)
    elif entry.kind == "checkin" and not told and not entry.values.get("flags"):
        told = (("report.told-nothing", ""),)
    return Happened(entry.day, entry.at_s, f"guard.{because}", state=str(state).removesuffix("-over"), told=told)


def _at(entry: Entry, key: str, **values: str) -> Happened:
    return Happened(entry.day, entry.at_s, key, tuple(values.items()))


def counted(entries: Iterable[Entry], kind: str, field: str) -> tuple[tuple[str, int], ...]:
    """Return how often each word stands in the list ``field`` of entries of a kind, the commonest first."""
    words = Counter(str(word) for entry in entries if entry.kind == kind for word in entry.values.get(field, ()))
    return tuple(words.most_common())


def tasks(entries: Iterable[Entry]) -> tuple[tuple[str, int], ...]:
    """Return how often each task of daily life was chosen, the commonest first."""
    own = (str(entry.values.get("task", "")) for entry in entries if entry.kind == "journal")
    return tuple(Counter(filter(None, own)).most_common())


def answers(entries: Iterable[Entry]) -> tuple[tuple[tuple[str, str], int], ...]:
    """Return how often each answer was given when looking back, as ((question, answer), n), by question."""
    told = [entry.values for entry in entries if entry.kind == "reflect"]
    found = Counter((str(one.get("question", "")), str(one.get("answer", ""))) for one in told if one.get("answer"))
    return tuple(sorted(found.items(), key=lambda row: (row[0][0], -row[1])))


def journal(entries: Iterable[Entry]) -> tuple[Journal, ...]:
    """Return what was written in the journal, day by day."""
    rows = [
        Journal(entry.day, tuple(map(str, entry.values.get("sensations", ()))), str(entry.values.get("words", "")))
        for entry in entries if entry.kind == "journal"
    ]  # fmt: skip
    return tuple(row for row in rows if row.sensations or row.words.strip())
