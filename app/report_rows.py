"""Gather a report from the records: sums column by column, and only the window's own tries in detail."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import rooms
from app.assessed import fits_of
from app.goals_command import goals_of, prescription
from app.history import EARLY_PROBES, PROBES_D, Played, of_rows, probe_row
from app.logbook import DATABASE
from app.texts import MOTHER_TONGUE, load
from app.version import version
from engine import diary, goals, handtests, looked, measures, report, retrace
from engine.assessment import PREFIX, WITHIN_DAYS, Sitting
from engine.diary import Entry
from engine.hand import Side
from engine.looked import Looked
from engine.prescription import Prescription
from engine.probes import Row
from engine.report import Bout, Dosed, Head, Report, Shown, Span, Tried
from engine.retrace import FORCE_GAMES, TRACE_GAMES

if TYPE_CHECKING:
    from app.store import Kept, Store

OF_WINDOW = (*diary.GUARDED, "cleared", "program", "paused", "resumed", "fence", "skipped", "journal", "reflect")
OF_ALL_TIME = ("goal", "activity", "milestone", handtests.KIND, "paused", "resumed", "program")
MOST_SHOWN = 24  # tries that are drawn


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose report, of which days, made on which day, and by which zone days are told (``None``: this computer's)."""

    patient: str
    span: Span
    today: int
    zone: tzinfo | None = None

    def day_of(self, started: str) -> int:
        """Return the local day of a time in UTC."""
        return datetime.fromisoformat(started).astimezone(self.zone).date().toordinal()

    @property
    def since(self) -> str:
        """Return when the first day begins, in UTC."""
        midnight = datetime.combine(date.fromordinal(self.span.first), time())
        local = midnight.astimezone() if self.zone is None else midnight.replace(tzinfo=self.zone)
        return local.astimezone(UTC).isoformat()


def gathered(data_dir: Path, asked: Asked) -> Report:
    """Return the report; of somebody who practised nothing it is nearly empty.

    Raise ``ValueError`` where the records or the program cannot be read.
    """
    prescribed = prescription(data_dir, asked.patient)
    path = data_dir / DATABASE
    if not path.is_file():
        return Report(_head(asked, prescribed, (), ()))
    with _opened(path) as store:
        return _Gathering(store, data_dir, asked, prescribed).report()


@contextmanager
def _opened(path: Path) -> "Iterator[Store]":
    from app.store import Store, StoreError

    try:
        with closing(Store.open(path, make=False, checked=False)) as store:
            yield store
    except StoreError as error:
        raise ValueError(f"{path}: {load(MOTHER_TONGUE).say(error.message_key)} ({error.detail})") from error


class _Gathering:
    """One report as it is gathered from the store."""

    def __init__(self, store: "Store", data_dir: Path, asked: Asked, prescribed: Prescription) -> None:
        self._store, self._data_dir, self._asked, self._prescribed = store, data_dir, asked, prescribed
        span, patient = asked.span, asked.patient
        every = store.diary(patient, OF_ALL_TIME)
        self._ever = tuple(entry for entry in every if entry.day <= span.last)
        within = store.diary(patient, OF_WINDOW, since=span.first)
        self._lately = tuple(entry for entry in within if entry.day <= span.last)
        self._paused = diary.paused_days(self._ever, span.last)
        self._tried = tuple(self._tries())
        self._sessions = {one.id: _Session.of(one) for one in store.each_session(patient, asked.since)}
        sat = ((session, asked.day_of(at), hand) for session, at, hand in store.sessions_of_games(patient, PREFIX))
        self._sat = tuple(row for row in sat if row[1] <= span.last)

    def report(self) -> Report:
        """Return the report."""
        asked, prescribed, tried = self._asked, self._prescribed, self._tried
        bouts, span = tuple(self._bouts()), self._practised(asked.span)
        days = report.played_days(tried)
        total = report.dosed(prescribed, bouts, span, self._paused)
        own = goals_of(self._data_dir, asked.patient)
        last = self._store.last_started(asked.patient)
        return Report(
            head=_head(asked, prescribed, tried, self._ever, self._rules()),
            last_day=asked.day_of(last) if last else None,
            total=total,
            weeks=tuple(self._week(week, span, bouts) for week in asked.span.weeks(report.MOST_COLUMNS)),
            bouts=bouts,
            dose=prescribed.dose,
            due_days=report.due_days(prescribed.dose, span, self._paused),
            probes=report.probes(self._probes()),
            played=days,
            band=prescribed.aim.band,
            sore=report.soreness(self._lately),
            causes=report.causes((one for one in tried if not one.trial.game.startswith(PREFIX)), _eases()),
            shown=tuple(self._shown()),
            steps=report.steps(tried),
            fences=report.fences(self._lately),
            happened=report.happened(self._lately, bouts),
            skipped=report.counted(self._lately, "skipped", "questions"),
            sensations=report.counted(self._lately, "journal", "sensations"),
            journal=report.journal(self._lately),
            tasks=report.tasks(self._lately),
            answers=report.answers(self._lately),
            goals=goals.attained(own, goals.ratings_of(self._ever, own)),
            activities=goals.activities(self._ever),
            milestones=goals.mastery(prescribed.milestones, goals.reached(prescribed.milestones, self._ever)),
            tests=handtests.rows(self._ever),
            looked=tuple(self._looked()),
            looked_days=tuple(sorted({day for _, day, _ in self._sat})),
            plan=self._plan(),
            next_day=_next_day(prescribed, asked),
        )

    def _week(self, week: Span, practised: Span, bouts: Iterable[Bout]) -> Dosed:
        """Return what was done in a week: what of it lies before practice began was not planned."""
        within = Span(min(max(week.first, practised.first), week.last + 1), week.last)
        return replace(report.dosed(self._prescribed, bouts, within, self._paused), span=week)

    def _tries(self) -> Iterator[Tried]:
        for session, started, trial in self._store.trials_since(self._asked.patient, self._asked.since):
            day = self._asked.day_of(started)
            if day <= self._asked.span.last:
                yield Tried(day, _seconds(started) + trial.start_tick / 120, session, trial)

    def _bouts(self) -> Iterator[Bout]:
        """Yield the sessions of the window that have a try."""
        by_session: dict[int, list[Played]] = {}
        for row in self._store.played(self._asked.patient, self._asked.since):
            by_session.setdefault(row.session, []).append(row)
        for number, rows in by_session.items():
            done, known = of_rows(rows, self._asked.zone)[0], self._sessions[number]
            if done.day <= self._asked.span.last:
                yield Bout(done, max(known.planned, done.trials), known.how)

    def _practised(self, span: Span) -> Span:
        """Return the part of the span since practice began: nothing was planned before."""
        first = self._store.first_started(self._asked.patient)
        return Span(max(span.first, min(self._asked.day_of(first), span.last)), span.last) if first else span

    def _probes(self) -> Iterator[Row]:
        since = replace(self._asked, span=Span(self._asked.span.last - PROBES_D, self._asked.span.last)).since
        for one in self._store.probes(self._asked.patient, min(since, self._asked.since), EARLY_PROBES):
            day = self._asked.day_of(one.started)
            if day <= self._asked.span.last:
                yield probe_row(one, day)

    def _looked(self) -> Iterator[Looked]:
        """Yield what is known of each hand: only the sittings of its newest look and of the one before are read."""
        for side in Side:
            own = [(session, day) for session, day, hand in self._sat if hand == side]
            ends = looked.days_of(day for _, day in own)
            read = [row for row in own if any(0 <= end - row[1] < WITHIN_DAYS for end in ends)]
            found = looked.looked([self._sitting(session, day, str(side)) for session, day in read], str(side))
            if found is not None:
                yield found

    def _sitting(self, session: int, day: int, hand: str) -> Sitting:
        fits = fits_of(self._store.recording_lines(session))
        return Sitting(day, hand, tuple(self._store.trials(session)), fits)

    def _shown(self) -> Iterator[Shown]:
        """Yield the tries that are drawn: played again from their samples."""
        found = rooms.all_games()
        games = [name for name, game in found.items() if game.skill in (FORCE_GAMES, TRACE_GAMES)]
        for which, one in report.picked(self._tried, games)[:MOST_SHOWN]:
            lines = self._store.lines_until(one.session, one.trial.index)
            kept = retrace.Kept(self._store.header(one.session), one.trial, lines)
            picture = retrace.retraced(kept, found[one.trial.game])
            if picture is not None:
                yield Shown(which, one, picture)

    def _rules(self) -> tuple[str, ...]:
        return tuple(sorted({one.rules for one in self._sessions.values() if one.rules}))

    def _plan(self) -> str:
        """Return what the last days ask for, as the safety machine says."""
        guarded = [entry for entry in self._lately if entry.kind in diary.GUARDED]
        last = guarded[-1:] or self._store.diary(self._asked.patient, diary.GUARDED, last=1)
        return diary.standing(last).plan


@dataclass(frozen=True, slots=True)
class _Session:
    """What is needed of a session's header: the rules, how many tries were planned, and how it ended."""

    rules: str
    planned: int
    how: str

    @staticmethod
    def of(kept: "Kept") -> "_Session":
        blocks = kept.header.get("program", {}).get("blocks", [])
        planned = sum(int(block.get("trials", 0)) for block in blocks if not block.get("explore"))
        return _Session(str(kept.header.get("rules", "")), planned, kept.how)


def _head(
    asked: Asked, prescribed: Prescription, tried: Iterable[Tried], entries: Iterable[Entry],
    rules: tuple[str, ...] = (),
) -> Head:  # fmt: skip
    known = tuple(tried)
    since = [entry.day for entry in entries if entry.kind == "program"]
    return Head(
        asked.patient, asked.span, asked.today, tuple(dict.fromkeys(one.way[1] for one in known)), prescribed.name,
        prescribed.stage, since[-1] if since else 0, report.devices(known),
        (("regrasp", version()), ("rules", ", ".join(rules)), ("measures", _measures())),
    )  # fmt: skip


def _measures() -> str:
    """Return the versions of the measures, each version with how many measures have it."""
    versions: Mapping[str, Any] = getattr(measures, "VERSIONS", {})
    return ", ".join(dict.fromkeys(str(number) for number in versions.values()))


def _eases() -> Mapping[str, Mapping[str, str]]:
    return {name: {str(cause): param for cause, param in game.eases} for name, game in rooms.all_games().items()}


def _next_day(prescribed: Prescription, asked: Asked) -> int | None:
    ahead = report.due_days(prescribed.dose, Span(asked.today + 1, asked.today + report.WEEK))
    return min(ahead, default=None)


def _seconds(started: str) -> float:
    return datetime.fromisoformat(started).timestamp()
