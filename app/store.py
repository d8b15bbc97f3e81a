"""Keep every session in a database that only grows: what was written once is never changed and never deleted.

SQLAlchemy Core and plain column types, so that the same tables can live in a database server. In SQLite a trial
is on the disk when ``add`` returns (write-ahead log, synchronous = FULL), and triggers refuse UPDATE and DELETE.
The wall clock is never read here: times come in as ISO-8601 texts in UTC.
"""

import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    Select,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    create_engine,
    delete,
    event,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.history import Played
from app.merging import Arrived, Head, Told, Whole, identity_of, interleaved, numbered
from engine.diary import Entry
from engine.hand import Side
from engine.plan import belief_key
from engine.recording import End, Trial, header_line, trial_from_plain
from engine.source import Source, from_plain
from engine.ticks import TICKS_PER_S, to_ms

FILE = "regrasp.sqlite3"
VERSION = 2  # 2 adds the diary
BUSY_S = 1.0
OWN_KEYS = ("regrasp", "format", "rules")
PROBES = "fixed_blocks"
SAID = ('{"fit"', '{"source"')
LATE = 1200  # letters at the end of a trial in which its source stands
OF_LAST = 1000  # more than any difficulty
LARGE = 1 << 30  # bytes: years of practice, which would be read page by page before the window opens
EARLY = 6000  # letters of a trial or header in which all that is looked for there stands, before what is long
CHECKED = ("sessions", "trials", "ends")
KEYS_OF_CODES = {
    sqlite3.SQLITE_IOERR_SHMSIZE: "store.full",
    sqlite3.SQLITE_BUSY: "store.busy",
    sqlite3.SQLITE_LOCKED: "store.busy",
    sqlite3.SQLITE_FULL: "store.full",
    sqlite3.SQLITE_READONLY: "store.read-only",
    sqlite3.SQLITE_PERM: "store.read-only",
    sqlite3.SQLITE_CANTOPEN: "store.read-only",
    sqlite3.SQLITE_CORRUPT: "store.damaged",
    sqlite3.SQLITE_ERROR: "store.damaged",  # our statements are fixed: what they name is missing in the file
    sqlite3.SQLITE_NOTADB: "store.damaged",
}


class StoreError(Exception):
    """The database cannot be used: a key of the texts, and in ``detail`` where it is and what was said.

    Keys: ``store.newer``, ``store.damaged``, ``store.full``, ``store.read-only``, ``store.busy``,
    ``store.differs`` (something else is already kept in that place), ``store.unknown`` (no such session) and
    ``store.failed`` (anything else). After any of them nothing is half written and the call can be made again.
    """

    def __init__(self, message_key: str, detail: str) -> None:
        super().__init__(f"{message_key}: {detail}")
        self.message_key, self.detail = message_key, detail


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A session that never ended and was not continued; ``header`` with the format and rules it was played by.

    ``done`` counts the finished trials of each block of its program.
    """

    id: int
    started: str
    header: dict[str, Any]
    trials: int
    continues: int | None
    done: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """One session as it is kept; ``ended``, ``how`` and ``why`` are empty unless it was ended."""

    id: int
    patient: str
    started: str
    header: dict[str, Any]
    continues: int | None
    trials: int
    ended: str = ""
    how: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Probed:
    """One trial of a fixed block as it is kept, and what its block was played with.

    ``just`` as in ``engine.game.Outcome``; ``rules`` and ``cap_n`` (newtons, 0 for none) are those of its session.
    """

    session: int
    started: str
    block: int
    index: int
    game: str
    hand: str
    played_with: str
    level: int
    difficulty: float
    result: str
    measures: dict[str, float]
    just: tuple[tuple[str, float], ...]
    source: Source
    rules: int
    cap_n: float


# --- tables ---------------------------------------------------------------------------------------------

TABLES = MetaData()


def _session_key(name: str = "session", **more: Any) -> Column[Any]:
    return Column(name, Integer, ForeignKey("sessions.id"), **more)


SCHEMA = Table("schema", TABLES, Column("version", Integer, primary_key=True))
SESSIONS = Table(
    "sessions",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("patient", Text, nullable=False, index=True),
    Column("started", Text, nullable=False),
    Column("header", Text, nullable=False),
    _session_key("continues", unique=True),
)
SAMPLES = Table(
    "samples",
    TABLES,
    _session_key(primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("lines", LargeBinary, nullable=False),
)
TRIALS = Table(
    "trials",
    TABLES,
    Column("id", Integer, primary_key=True),
    _session_key(nullable=False),
    Column("idx", Integer, nullable=False),
    Column("part", Integer, nullable=False),
    *(Column(name, Integer, nullable=False) for name in ("block", "level", "attempt", "start_tick", "end_tick")),
    *(Column(name, Float, nullable=False) for name in ("difficulty", "predicted")),
    *(
        Column(name, Text, nullable=False)
        for name in ("game", "hand", "played_with", "result", "cause", "finger", "reason", "measures", "trial")
    ),
    UniqueConstraint("session", "idx"),
    Index("trials_by_way", "game", "hand", "played_with", "session"),
    Index(
        PROBES,
        "session",
        "block",
        "game",
        "hand",
        "played_with",
        "level",
        "difficulty",
        sqlite_where=text("reason = 'reason.probe'"),
    ),
)
ENDS = Table(
    "ends",
    TABLES,
    _session_key(primary_key=True),
    Column("at", Text, nullable=False),
    Column("tick", Integer, nullable=False),
    Column("how", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("part", Integer, nullable=False),
)
REASONS = Table(
    "reasons",
    TABLES,
    _session_key(primary_key=True),
    Column("at", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("part", Integer, nullable=False),
)
DIARY = Table(
    "diary",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("patient", Text, nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("day", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("entry", Text, nullable=False),
)
COPIED = ("block", "level", "attempt", "start_tick", "end_tick", "difficulty", "predicted", "game", "hand",
          "played_with", "result", "cause", "finger", "reason")  # fmt: skip


_OF_BLOCK = (
    select(
        *(TRIALS.c[name] for name in ("block", "idx", "game", "hand", "played_with", "level", "difficulty", "result")),
        TRIALS.c.measures, func.substr(TRIALS.c.trial, 1, EARLY).label("early"),
    )
    .where(TRIALS.c.session == bindparam("at"), TRIALS.c.block == bindparam("number"))
    .where(text("reason = 'reason.probe'"))
    .order_by(TRIALS.c.idx)
)  # fmt: skip
TABLES_OF = {1: set(TABLES.tables) - {DIARY.name}, 2: set(TABLES.tables)}


# --- the store ------------------------------------------------------------------------------------------


class Store:
    """The database of one computer; made by ``Store.open``."""

    def __init__(self, engine: Engine, place: str) -> None:
        self._engine, self._place = engine, place
        self._writer = engine.execution_options(begin_with="BEGIN IMMEDIATE")

    @staticmethod
    def open(path: Path, make: bool = True, checked: bool = True) -> "Store":
        """Return the store in the file ``path``, made if it is missing; raise ``StoreError``.

        A file that is damaged or was written by a newer program is left exactly as it is. Without ``make``, one
        that is missing or empty is ``store.unknown``, and nothing is made. One that is only read need not be
        ``checked`` page by page before, which takes long after years, and is left out of a very large file: what is
        damaged is told where it is read.
        """
        place = str(path.absolute())
        is_new = _look_at(path.absolute(), checked)
        if is_new and not make:
            raise StoreError("store.unknown", f"{place}: there are no records here that can be read")
        store = Store(_engine(URL.create("sqlite", database=place)), place)
        try:
            store._prepare(is_new)
        except StoreError:
            store.close()
            raise
        return store

    def begin(self, header: dict[str, Any], started: str, continues: int | None = None) -> int:
        """Keep a new session of the header's patient, begun at ``started``; return its id.

        The patient's code is ``header["patient"]`` or ``header["profile"]["patient"]``. Format and rules are
        always those of this program. Raise ``StoreError``; ``ValueError`` for a time or a header that is wrong.
        """
        line = header_line({key: value for key, value in header.items() if key not in OWN_KEYS})
        row = {"patient": _patient(header), "started": _utc(started), "header": line, "continues": continues}
        with self._writing() as db:
            if continues is not None:
                self._must_be_open(db, continues)
            return int(db.execute(insert(SESSIONS).values(row).returning(SESSIONS.c.id)).scalar_one())

    def add(self, session: int, trial: Trial, lines: Sequence[str]) -> None:
        """Keep a trial and the recording's lines since the last call, both or neither; raise ``StoreError``.

        When it returns they are on the disk. The very same call again changes nothing; another trial of that
        index, or other lines with it, raise ``store.differs``.
        """
        whole = _json(asdict(trial))
        plain = json.loads(whole)
        here = (TRIALS.c.session == session) & (TRIALS.c.idx == trial.index)
        with self._writing() as db:
            was = db.execute(select(TRIALS.c.trial, TRIALS.c.part).where(here)).first()
            if was is not None:
                self._must_equal(db, session, was.part, lines, was.trial == whole, f"trial {trial.index}")
                return
            part = self._keep_lines(db, session, lines)
            row = {"session": session, "idx": trial.index, "part": part, "trial": whole}
            row |= {name: plain[name] for name in COPIED} | {"measures": _json(trial.measures)}
            db.execute(insert(TRIALS).values(row))

    def end(self, session: int, at: str, end: End, lines: Sequence[str]) -> None:
        """Keep how a session ended at ``at``, and its last lines; raise ``StoreError`` as ``add`` does.

        When the same end comes again, the time of the first stays.
        """
        row = {"session": session, "at": _utc(at), **asdict(end)}
        with self._writing() as db:
            was = db.execute(select(ENDS).where(ENDS.c.session == session)).first()
            if was is not None:
                same = End(was.tick, was.how, was.why) == end
                self._must_equal(db, session, was.part, lines, same, "its end")
                return
            db.execute(insert(ENDS).values(row | {"part": self._keep_lines(db, session, lines)}))

    def reason(self, session: int, at: str, why: str, lines: Sequence[str]) -> None:
        """Keep the patient's reason for an end that is kept already; raise ``StoreError`` as ``add`` does."""
        with self._writing() as db:
            was = db.execute(select(REASONS).where(REASONS.c.session == session)).first()
            if was is not None:
                self._must_equal(db, session, was.part, lines, was.why == why, "its reason")
                return
            row = {"session": session, "at": _utc(at), "why": why, "part": self._keep_lines(db, session, lines)}
            db.execute(insert(REASONS).values(row))

    def unfinished(self, patient: str) -> Unfinished | None:
        """Return the patient's newest session that was neither ended nor continued; raise ``StoreError``."""
        later = SESSIONS.alias("later")
        continued = select(later.c.id).where(later.c.continues == SESSIONS.c.id).exists()
        query = _sessions_of(patient).where(ENDS.c.session.is_(None), ~continued)
        with self._reading() as db:
            row = db.execute(query.order_by(SESSIONS.c.id.desc()).limit(1)).first()
            if row is None:
                return None
            done = _done(db, row.id)
            return Unfinished(row.id, row.started, json.loads(row.header), row.trials, row.continues, done)

    def note(self, patient: str, at: str, day: int, kind: str, values: Mapping[str, Any]) -> None:
        """Keep an entry of the patient's diary, of the local date ``day`` (a running number); raise ``StoreError``."""
        row = {"patient": patient, "at": _utc(at), "day": day, "kind": kind, "entry": _json(dict(values))}
        with self._writing() as db:
            db.execute(insert(DIARY).values(row))

    def diary(
        self, patient: str, kinds: Sequence[str] = (), last: int | None = None, since: int = 0
    ) -> tuple[Entry, ...]:
        """Return the entries of a patient's diary, oldest first: of these kinds (or all), the ``last`` ones (or all).

        Only those of the local date ``since`` or later count. Raise ``StoreError``.
        """
        query = select(DIARY).where(DIARY.c.patient == patient, DIARY.c.day >= since)
        if kinds:
            query = query.where(DIARY.c.kind.in_(kinds))
        query = query.order_by(DIARY.c.id.desc())
        with self._reading() as db:
            rows = db.execute(query if last is None else query.limit(last)).all()
            return tuple(_entry(row) for row in reversed(rows))

    def played(self, patient: str, since: str = "") -> tuple[Played, ...]:
        """Return how many trials of each session, block, level, reason and result there were, oldest session first.

        Only sessions that began at ``since`` or later count (ISO 8601, UTC). Raise ``StoreError``.
        """
        t = TRIALS.c
        by = (t.session, SESSIONS.c.started, t.hand, t.block, t.game, t.level, t.reason, t.result, t.cause)
        why = func.coalesce(REASONS.c.why, ENDS.c.why, "")
        last = func.max(t.end_tick * OF_LAST + t.difficulty)  # both of the last of them, in any database
        query = (
            select(*by, func.count(), last, func.coalesce(ENDS.c.how, ""), why)
            .join_from(TRIALS, SESSIONS)
            .outerjoin(ENDS, ENDS.c.session == t.session)
            .outerjoin(REASONS, REASONS.c.session == t.session)
            .where(SESSIONS.c.patient == patient, SESSIONS.c.started >= since)
            .group_by(*by, ENDS.c.how, ENDS.c.why, REASONS.c.why)
            .order_by(t.session, t.block)
        )
        with self._reading() as db:
            return tuple(_played(tuple(row)) for row in db.execute(query))

    def first_started(self, patient: str) -> str:
        """Return when the first session of a patient with a trial began, or ""; raise ``StoreError``."""
        return self._started(patient, func.min)

    def last_started(self, patient: str) -> str:
        """Return when the last session of a patient with a trial began, or ""; raise ``StoreError``."""
        return self._started(patient, func.max)

    def _started(self, patient: str, which: Any) -> str:
        has_trial = select(TRIALS.c.id).where(TRIALS.c.session == SESSIONS.c.id).exists()
        query = select(which(SESSIONS.c.started)).where(SESSIONS.c.patient == patient, has_trial)
        with self._reading() as db:
            return str(db.execute(query).scalar() or "")

    def trials_since(self, patient: str, since: str) -> Iterator[tuple[int, str, Trial]]:
        """Yield (session, when that began, trial) of all sessions from ``since`` on, in order; raise ``StoreError``.

        The beliefs are left out: they are nine tenths of a trial.
        """
        query = (
            select(TRIALS.c.session, SESSIONS.c.started, TRIALS.c.trial)
            .join_from(SESSIONS, TRIALS, TRIALS.c.session == SESSIONS.c.id)
            .where(SESSIONS.c.patient == patient, SESSIONS.c.started >= since)
            .order_by(TRIALS.c.session, TRIALS.c.idx)
        )
        with self._reading() as db:
            for row in db.execute(query.execution_options(yield_per=100)):
                plain = json.loads(row.trial) | {"belief": "", "fingers": ""}
                yield row.session, row.started, trial_from_plain(plain)

    def probes(self, patient: str, since: str = "", early: int | None = None) -> Iterator[Probed]:
        """Yield the trials of a patient's fixed blocks, in order; raise ``StoreError``.

        With ``early``, of the blocks of sessions before ``since`` only the first and the last so many of each run of
        alike ones: those that later ones are compared with, and those at its end. After years of practice that takes
        a tenth of the time.
        """
        with self._reading() as db:
            blocks = _fixed_blocks(db, patient)
            for block in blocks if early is None else _worth_reading(blocks, since, early):
                for row in db.execute(_OF_BLOCK, {"at": block.session, "number": block.block}).all():
                    told = (json.loads(row.measures), _just(row.early), block.source, block.rules, block.cap_n)
                    yield Probed(block.session, block.started, *row[:8], *told)

    def lines_until(self, session: int, trial: int) -> list[str]:
        """Return the lines that were kept with a trial, after those before it that say which sensor and how it fits.

        Raise ``StoreError``.
        """
        here = (TRIALS.c.session == session) & (TRIALS.c.idx == trial)
        with self._reading() as db:
            last = db.execute(select(TRIALS.c.part).where(here)).scalar()
            if last is None:
                raise StoreError("store.unknown", f"{self._place}: session {session} has no trial {trial}")
            before = [line for part in range(last) for line in _unpacked(db, session, part) if line.startswith(SAID)]
            return [*before, *_unpacked(db, session, last)]

    def sessions_of_games(self, patient: str, prefix: str) -> tuple[tuple[int, str, str], ...]:
        """Return (session, started, hand) of each session with games whose names begin so, oldest first.

        Raise ``StoreError``.
        """
        columns = (TRIALS.c.session, SESSIONS.c.started, TRIALS.c.hand)
        query = select(*columns).join_from(TRIALS, SESSIONS).where(SESSIONS.c.patient == patient)
        query = query.where(TRIALS.c.game >= prefix, TRIALS.c.game < prefix + "\uffff")  # so that the index serves
        query = query.distinct().order_by(TRIALS.c.session)
        with self._reading() as db:
            return tuple((int(row.session), str(row.started), str(row.hand)) for row in db.execute(query))

    def seconds_a_try(self, patient: str) -> dict[str, float]:
        """Return how long a try of each game took on average, in seconds; raise ``StoreError``."""
        t = TRIALS.c
        query = select(t.game, func.avg(t.end_tick - t.start_tick)).where(_own(patient)).group_by(t.game)
        with self._reading() as db:
            return {game: round(float(ticks) / TICKS_PER_S, 2) for game, ticks in db.execute(query)}

    def patients(self) -> tuple[str, ...]:
        """Return the codes of all patients, sorted; raise ``StoreError``."""
        with self._reading() as db:
            return tuple(db.execute(select(SESSIONS.c.patient).distinct().order_by(SESSIONS.c.patient)).scalars())

    def sessions(self, patient: str) -> tuple[Kept, ...]:
        """Return all sessions of a patient, oldest first; raise ``StoreError``."""
        with self._reading() as db:
            rows = db.execute(_sessions_of(patient).order_by(SESSIONS.c.id))
            return tuple(_kept(row) for row in rows)

    def each_session(self, patient: str, since: str = "") -> Iterator[Kept]:
        """Yield the sessions of a patient that began at ``since`` (ISO, UTC) or later, oldest first, one at a time.

        Ten years fit into little memory so, since a header is long. Raise ``StoreError``.
        """
        query = select(SESSIONS.c.id).where(SESSIONS.c.patient == patient, SESSIONS.c.started >= since)
        with self._reading() as db:
            ids = list(db.execute(query.order_by(SESSIONS.c.id)).scalars())
        for session in ids:
            with self._reading() as db:
                kept = _kept(db.execute(_sessions_of(patient).where(SESSIONS.c.id == session)).one())
            yield kept

    def each_entry(self, patient: str, since: str = "") -> Iterator[tuple[int, str, Entry]]:
        """Yield id, time (ISO, UTC) and entry of a patient's diary from ``since`` on, oldest first, a few at a time."""
        query = select(DIARY).where(DIARY.c.patient == patient, DIARY.c.at >= since).order_by(DIARY.c.id).limit(200)
        last = 0
        while True:
            with self._reading() as db:
                rows = [(row.id, row.at, _entry(row)) for row in db.execute(query.where(DIARY.c.id > last))]
            if not rows:
                return
            yield from rows
            last = rows[-1][0]

    def ending(self, session: int) -> tuple[End, str, str] | None:
        """Return how a session ended, when, and when the reason was given ("" for never); ``None`` if it did not."""
        why = func.coalesce(REASONS.c.why, ENDS.c.why).label("why")
        query = select(ENDS.c.tick, ENDS.c.how, why, ENDS.c.at, REASONS.c.at.label("told"))
        query = query.outerjoin_from(ENDS, REASONS, REASONS.c.session == ENDS.c.session)
        with self._reading() as db:
            row = db.execute(query.where(ENDS.c.session == session)).first()
            return None if row is None else (End(row.tick, row.how, row.why), row.at, row.told or "")

    def header(self, session: int) -> dict[str, Any]:
        """Return the header of a session; raise ``StoreError``."""
        with self._reading() as db:
            header: dict[str, Any] = json.loads(self._header(db, session))
            return header

    def trials(self, session: int) -> tuple[Trial, ...]:
        """Return the trials of a session, in the order of their indices; raise ``StoreError``."""
        query = select(TRIALS.c.trial).where(TRIALS.c.session == session).order_by(TRIALS.c.idx)
        with self._reading() as db:
            return tuple(trial_from_plain(json.loads(text)) for text in db.execute(query).scalars())

    def belief(self, patient: str, game: str, hand: Side, played_with: str | None = None) -> tuple[str, str] | None:
        """Return the belief (JSON) after this hand's last trial of a game, and when that was (ISO, UTC).

        ``None`` for ``played_with`` takes any way of playing. The time is the start of the session plus the
        trial's ticks. Raise ``StoreError``.
        """
        found = self._last_adapted(patient, game, hand, played_with)
        return (str(found[0]["belief"]), found[1]) if found else None

    def fingers(self, patient: str) -> dict[str, str]:
        """Return what is known of single fingers after the trial whose ``belief`` counts (JSON), by ``belief_key``."""
        found = {belief_key(*way): self._last_adapted(patient, *way) for way in self._ways(patient)}
        texts = {key: str(last[0].get("fingers", "")) for key, last in found.items() if last}
        return {key: text for key, text in texts.items() if text}

    def beliefs(self, patient: str) -> dict[str, tuple[str, str]]:
        """Return what ``belief`` returns for each way of playing, by ``engine.plan.belief_key``."""
        found = {belief_key(*way): self.belief(patient, *way) for way in self._ways(patient)}
        return {key: belief for key, belief in found.items() if belief is not None}

    def _ways(self, patient: str) -> list[tuple[str, Side, str]]:
        """Return every game, hand and way of playing of a patient."""
        ways = select(TRIALS.c.game, TRIALS.c.hand, TRIALS.c.played_with).where(_own(patient)).distinct()
        with self._reading() as db:
            return [(row.game, Side(row.hand), row.played_with) for row in db.execute(ways)]

    def _last_adapted(
        self, patient: str, game: str, hand: Side, played_with: str | None
    ) -> tuple[dict[str, Any], str] | None:
        ours = (TRIALS.c.game == game) & (TRIALS.c.hand == str(hand))
        if played_with is not None:
            ours &= TRIALS.c.played_with == played_with
        with self._reading() as db:
            return _last_adapted(db, ours & _own(patient))

    def recording_lines(self, session: int) -> Iterator[str]:
        """Yield the recording of a session as it is now: its header line, then the lines that were kept.

        Raise ``StoreError``. It is read part by part, so that keeping a trial never waits for it.
        """
        with self._reading() as db:
            header, parts = self._header(db, session), _next_part(db, session)
        yield header
        for part in range(parts):
            with self._reading() as db:
                lines = _unpacked(db, session, part)
            yield from lines

    # What goes from one computer to another, and what is forgotten

    def heads(self, patient: str) -> tuple[tuple[int, Head], ...]:
        """Return id and head of every session of a patient, in the order in which they stand; raise ``StoreError``."""
        with self._reading() as db:
            return _heads(db, patient)

    def whole(self, session: int) -> Whole:
        """Return all that is kept of one session; raise ``StoreError``."""
        with self._reading() as db:
            self._header(db, session)
            return _whole(db, session)

    def told(self, patient: str) -> tuple[Told, ...]:
        """Return the diary of a patient as it is kept, oldest first; raise ``StoreError``."""
        with self._reading() as db:
            return tuple(row for _, row in _told_rows(db, patient))

    def known_as(self, heads: Iterable[Head]) -> frozenset[str]:
        """Return the codes of all patients of whom one of these sessions is kept; raise ``StoreError``."""
        identities = {head.identity for head in heads}
        query = select(SESSIONS).where(SESSIONS.c.started.in_({head.started for head in heads}))
        with self._reading() as db:
            return frozenset(row.patient for row in db.execute(query)
                             if identity_of(json.loads(row.header), row.started) in identities)  # fmt: skip

    def take_in(
        self, patient: str, heads: Sequence[Head], read: Callable[[int], Whole], told: Sequence[Told],
        join: Callable[[Sequence[Told]], Told | None] = lambda _: None,
    ) -> Arrived:  # fmt: skip
        """Add what is new of the sessions and the diary of this very patient, all or nothing; return how much it was.

        ``read`` returns one of the sessions in ``heads`` by its number. Content that is here stays as it is; what comes
        in stands among it as if it had been kept here, in the order of both and by time. ``join`` gets the diary that
        was here, and may add an entry after both. Raise ``StoreError``: ``store.differs`` where the same thing is kept
        here with another content.
        """
        with self._writing() as db:
            found = _sessions_in(db, self._place, patient, heads, read)
            return replace(found, diary=_diary_in(db, patient, told, join))

    def counts(self, patient: str) -> dict[str, int]:
        """Return how many rows of each table are a patient's; raise ``StoreError``."""
        with self._reading() as db:
            return {
                table.name: int(db.execute(select(func.count()).select_from(table).where(ours)).scalar_one())
                for table, ours in _rows_of(patient)
            }

    def rows(self, patient: str) -> Iterator[tuple[Any, ...]]:
        """Yield every row of a patient, headed by the name of its table; raise ``StoreError``."""
        with self._reading() as db:
            for table, ours in _rows_of(patient):
                query = select(table).where(ours).order_by(*table.primary_key)
                for row in db.execute(query.execution_options(yield_per=50)):
                    yield (table.name, *row)

    def forget(self, patient: str) -> None:
        """Remove every row of a patient for good, all or none, and write the file anew without them.

        The triggers that refuse it are taken away and made again in the same transaction; what becomes free is
        overwritten. Raise ``StoreError``; after one it can be done again.
        """
        with self._writing() as db:
            db.exec_driver_sql("PRAGMA secure_delete = ON")
            with _changing(db):
                for table, ours in _rows_of(patient):
                    db.execute(delete(table).where(ours))
        self.tidy()

    def tidy(self) -> None:
        """Write the file anew without what was free in it, and empty its log; raise ``StoreError``."""
        with _told(self._place):
            connection = self._engine.raw_connection()
            try:
                for statement in ("PRAGMA secure_delete = ON", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                    connection.cursor().execute(statement)
            finally:
                connection.close()

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def _prepare(self, is_new: bool) -> None:
        """Make the tables of a new database; open the first connection in any case, so that errors come now."""
        if not is_new:
            with self._reading() as db:
                known = {index["name"] for index in inspect(db).get_indexes(TRIALS.name)}
                is_ours = db.execute(select(func.max(SCHEMA.c.version))).scalar() == VERSION
            if is_ours and PROBES in known:
                return
            if is_ours:  # the index came later than its table; without it all is only slower
                with suppress(StoreError), self._writing() as db:
                    next(index for index in TRIALS.indexes if index.name == PROBES).create(db)
                return
        with self._writing() as db:
            TABLES.create_all(db)
            _refuse_changes(db)
            if db.execute(select(func.max(SCHEMA.c.version))).scalar() != VERSION:
                db.execute(insert(SCHEMA).values(version=VERSION))

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with _told(self._place), self._writer.begin() as db:
            yield db

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """Read in one transaction; what cannot be understood was not written by us, so the file is damaged."""
        try:
            with _told(self._place), self._engine.connect() as db:
                yield db
        except (ValueError, TypeError, KeyError, zlib.error) as error:
            raise StoreError("store.damaged", f"{self._place}: {error}") from error

    def _header(self, db: Connection, session: int) -> str:
        header = db.execute(select(SESSIONS.c.header).where(SESSIONS.c.id == session)).scalar()
        if header is None:
            raise StoreError("store.unknown", f"{self._place}: there is no session {session}")
        return str(header)

    def _must_be_open(self, db: Connection, session: int) -> None:
        """Raise ``StoreError`` unless ``session`` is there and was not continued yet."""
        self._header(db, session)
        if db.execute(select(SESSIONS.c.id).where(SESSIONS.c.continues == session)).first() is not None:
            raise StoreError("store.differs", f"{self._place}: session {session} was continued already")

    def _keep_lines(self, db: Connection, session: int, lines: Sequence[str]) -> int:
        self._header(db, session)
        part = _next_part(db, session)
        db.execute(insert(SAMPLES).values(session=session, part=part, lines=_packed(lines)))
        return part

    def _must_equal(self, db: Connection, session: int, part: int, lines: Sequence[str], same: bool, what: str) -> None:
        """Raise ``store.differs`` unless what is kept already is what is to be kept."""
        if not same or not _holds(db, session, part, lines):
            raise StoreError("store.differs", f"{self._place}: session {session}: {what} is kept already, and differs")


# --- opening --------------------------------------------------------------------------------------------


def _look_at(path: Path, checked: bool = True) -> bool:
    """Return whether the database is still to be made; raise ``StoreError`` unless it can be used.

    It is opened read-only, since even closing a file that was opened for writing may change it.
    """
    engine = _engine(URL.create("sqlite", database=path.as_uri(), query={"mode": "ro", "uri": "true"}))
    try:
        with _told(str(path)), engine.connect() as db:
            return _is_new(db, str(path), checked and path.stat().st_size < LARGE)
    except StoreError as error:
        if _code(error.__cause__) & 0xFF == sqlite3.SQLITE_CANTOPEN:
            return True
        raise
    finally:
        engine.dispose()


def _is_new(db: Connection, place: str, checked: bool) -> bool:
    there = set(inspect(db).get_table_names())
    if not there:
        return True
    if "schema" not in there:
        raise StoreError("store.damaged", f"{place}: is not a database of this program")
    _check(db, SCHEMA.name, place)
    version = db.execute(select(func.max(SCHEMA.c.version))).scalar()
    if isinstance(version, int) and version > VERSION:
        raise StoreError("store.newer", f"{place}: version {version}, this program knows {VERSION}")
    if version not in TABLES_OF or not there.issuperset(TABLES_OF[version]):
        raise StoreError("store.damaged", f"{place}: some of its tables are missing")
    for table in CHECKED if checked else ():
        _check(db, table, place)
    return False


def _check(db: Connection, table: str, place: str) -> None:
    found = db.exec_driver_sql(f"PRAGMA quick_check({table})").scalar()
    if found != "ok":
        raise StoreError("store.damaged", f"{place}: {found}")


def _engine(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_S})
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up)
        event.listen(engine, "begin", _begin)
        if "mode" not in url.query:
            event.listen(engine, "connect", _log_ahead)
    return engine


def _set_up(connection: sqlite3.Connection, _: object) -> None:
    """Make every commit durable, and leave BEGIN to us: Python's sqlite3 would begin only before a change."""
    connection.isolation_level = None
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "recursive_triggers = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _refuse_changes(db: Connection) -> None:
    if db.dialect.name != "sqlite":
        return
    for table in TABLES.tables:
        for verb in ("UPDATE", "DELETE"):
            db.exec_driver_sql(
                f"CREATE TRIGGER IF NOT EXISTS {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table}: rows are only ever added'); END"
            )


def _log_ahead(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA journal_mode = WAL")


def _begin(db: Connection) -> None:
    """Take the right to write at once where it is needed, so that two copies never wait for each other."""
    db.exec_driver_sql(db.get_execution_options().get("begin_with", "BEGIN"))


# --- errors ---------------------------------------------------------------------------------------------


@contextmanager
def _told(place: str) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:  # damage can reach into SQLite's own message
        raise StoreError("store.damaged", f"{place}: {error.reason}") from error
    except (SQLAlchemyError, sqlite3.Error) as error:
        origin = error.orig if isinstance(error, DBAPIError) else error
        raise StoreError(_key(error), f"{place}: {origin}") from error


def _key(error: Exception) -> str:
    if "Could not decode to UTF-8" in str(error):
        return "store.damaged"
    code = _code(error)
    return KEYS_OF_CODES.get(code) or KEYS_OF_CODES.get(code & 0xFF, "store.failed")


def _code(error: BaseException | None) -> int:
    """Return SQLite's extended result code, 0 where there is none."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    return int(getattr(origin, "sqlite_errorcode", 0))


# --- values ---------------------------------------------------------------------------------------------


def _sessions_of(patient: str) -> Select[Any]:
    count = select(func.count()).select_from(TRIALS).where(TRIALS.c.session == SESSIONS.c.id).scalar_subquery()
    why = func.coalesce(REASONS.c.why, ENDS.c.why).label("why")
    query = select(SESSIONS, count.label("trials"), ENDS.c.at, ENDS.c.how, why)
    query = query.outerjoin_from(SESSIONS, ENDS).outerjoin(REASONS, REASONS.c.session == SESSIONS.c.id)
    return query.where(SESSIONS.c.patient == patient)


@dataclass(frozen=True, slots=True)
class _Fixed:
    """One fixed block: where it is, and all that two of them must share to be compared."""

    session: int
    started: str
    block: int
    way: tuple[Any, ...]
    source: Source
    rules: int
    cap_n: float

    @property
    def alike(self) -> tuple[Any, ...]:
        """Return what must not change for the next one to be compared with it."""
        return self.way, self.source, self.rules, self.cap_n


def _fixed_blocks(db: Connection, patient: str) -> list[_Fixed]:
    """Return the fixed blocks of a patient, oldest first: found by their index, with one trial read of each."""
    t = TRIALS.c
    by = (t.session, t.block, t.game, t.hand, t.played_with, t.level, t.difficulty)
    inner = select(*by, func.min(t.id).label("first")).where(text("reason = 'reason.probe'")).group_by(*by).subquery()
    late = func.substr(t.trial, -LATE).label("late")
    query = select(inner, SESSIONS.c.started, late).join(SESSIONS, SESSIONS.c.id == inner.c.session)
    query = query.join(TRIALS, t.id == inner.c.first)
    query = query.where(SESSIONS.c.patient == patient).order_by(inner.c.first)
    found: list[_Fixed] = []
    rules: dict[int, tuple[int, float]] = {}
    for row in db.execute(query.execution_options(yield_per=100)):
        if found and (found[-1].session, found[-1].block) == (row.session, row.block):
            continue  # a block whose trials are not all alike is read once
        if row.session not in rules:
            rules = {row.session: _rules(db, row.session)}
        source = _source(row.late[row.late.rfind('"source":') :])
        found.append(_Fixed(row.session, row.started, row.block, tuple(row[2:7]), source, *rules[row.session]))
    return found


def _worth_reading(blocks: Sequence[_Fixed], since: str, early: int) -> Iterator[_Fixed]:
    """Yield those since then, and before that the first and the last ``early`` of each run of alike ones."""
    runs: dict[Any, list[list[_Fixed]]] = {}
    for block in blocks:
        own = runs.setdefault(block.way[:2], [])
        if own and own[-1][0].alike == block.alike:
            own[-1].append(block)
        else:
            own.append([block])
    ends = [block for own in runs.values() for run in own for block in (*run[:early], *run[-early:])]
    kept = {(block.session, block.block) for block in ends}
    yield from (block for block in blocks if block.started >= since or (block.session, block.block) in kept)


@lru_cache(maxsize=64)
def _source(late: str) -> Source:
    """Return the source from the end of a trial, that begins with it."""
    return from_plain(_said_early(late, "source") or {})


def _just(early: str) -> tuple[tuple[str, float], ...]:
    """Return the pairs ``just`` from the beginning of a trial: to read all of it takes ten times as long."""
    found = _said_early(early, "just") or []
    return tuple((str(name), float(value)) for name, value in found)


def _rules(db: Connection, session: int) -> tuple[int, float]:
    """Return the rules and the cap in newtons (0: none) from the beginning of a header."""
    raw = db.connection.driver_connection
    if isinstance(raw, sqlite3.Connection) and hasattr(raw, "blobopen"):  # a header is long, and few pages are read so
        with raw.blobopen(SESSIONS.name, "header", session, readonly=True) as header:
            early = header.read(EARLY).decode("utf-8", "ignore")
    else:
        query = select(func.substr(SESSIONS.c.header, 1, EARLY)).where(SESSIONS.c.id == session)
        early = str(db.execute(query).scalar())
    before_levels = early.partition('"levels":')[0]
    return int(_said_early(early, "rules") or 0), float(_said_early(before_levels, "cap_n") or 0.0)


def _said_early(text: str, key: str) -> Any:
    """Return the first value of a key in the beginning of an object's JSON, ``None`` where it is not there whole."""
    at = text.find(f'"{key}":')
    try:
        return None if at < 0 else json.JSONDecoder().raw_decode(text, at + len(key) + 3)[0]
    except ValueError:
        return None


def _done(db: Connection, session: int) -> tuple[int, ...]:
    query = select(TRIALS.c.block, func.count().label("n")).where(TRIALS.c.session == session).group_by(TRIALS.c.block)
    counts = {row.block: row.n for row in db.execute(query)}
    return tuple(counts.get(block, 0) for block in range(max(counts, default=-1) + 1))


def _entry(row: Row[Any]) -> Entry:
    return Entry(datetime.fromisoformat(row.at).timestamp(), row.day, row.kind, json.loads(row.entry))


def _kept(row: Row[Any]) -> Kept:
    ended = (row.at or "", row.how or "", row.why or "")
    return Kept(row.id, row.patient, row.started, json.loads(row.header), row.continues, row.trials, *ended)


def _patient(header: dict[str, Any]) -> str:
    profile = header.get("profile")
    patient = header.get("patient") or (profile.get("patient") if isinstance(profile, dict) else None)
    if not isinstance(patient, str) or not patient:
        raise ValueError("header: must say the patient's code, as patient or profile.patient")
    return patient


def _utc(text: str) -> str:
    if datetime.fromisoformat(text).utcoffset() != timedelta(0):
        raise ValueError(f"a time must be ISO-8601 in UTC, not {text}")
    return text


def _later(started: str, ms: float) -> str:
    return (datetime.fromisoformat(started) + timedelta(milliseconds=ms)).isoformat()


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _packed(lines: Sequence[str]) -> bytes:
    return zlib.compress("".join(line + "\n" for line in lines).encode("utf-8"))


def _played(row: Sequence[Any]) -> Played:
    made = Played(*row)
    last_tick, difficulty = divmod(made.last_tick, OF_LAST)
    return replace(made, last_tick=int(last_tick), difficulty=round(difficulty, 4))


def _next_part(db: Connection, session: int) -> int:
    last = db.execute(select(func.max(SAMPLES.c.part)).where(SAMPLES.c.session == session)).scalar()
    return 0 if last is None else int(last) + 1


def _unpacked(db: Connection, session: int, part: int) -> list[str]:
    """Return the lines of a part; ``ValueError`` or ``zlib.error`` if it is not as it was written."""
    here = (SAMPLES.c.session == session) & (SAMPLES.c.part == part)
    packed = db.execute(select(SAMPLES.c.lines).where(here)).scalar()
    if not isinstance(packed, bytes):
        raise ValueError(f"session {session}: part {part} of the samples is missing")
    return zlib.decompress(packed).decode("utf-8").split("\n")[:-1]


def _holds(db: Connection, session: int, part: int, lines: Sequence[str]) -> bool:
    try:
        return _unpacked(db, session, part) == list(lines)
    except (ValueError, zlib.error):
        return False


def _own(patient: str) -> ColumnElement[bool]:
    return TRIALS.c.session.in_(select(SESSIONS.c.id).where(SESSIONS.c.patient == patient))


def _last_adapted(db: Connection, ours: ColumnElement[bool]) -> tuple[dict[str, Any], str] | None:
    """Return the newest trial that has a belief, and when it ended: one that was not adapted has none."""
    one = select(TRIALS.c.trial, TRIALS.c.end_tick, SESSIONS.c.started).join_from(TRIALS, SESSIONS)
    newest = select(TRIALS.c.id).where(ours).order_by(TRIALS.c.session.desc(), TRIALS.c.id.desc())
    for trial in db.execute(newest.execution_options(yield_per=50)).scalars():
        row = db.execute(one.where(TRIALS.c.id == trial)).one()
        plain: dict[str, Any] = json.loads(row.trial)
        if plain["belief"]:
            return plain, _later(row.started, to_ms(row.end_tick))
    return None


# --- from one computer to another, and forgetting -------------------------------------------------------


def _heads(db: Connection, patient: str) -> tuple[tuple[int, Head], ...]:
    rows = db.execute(select(SESSIONS).where(SESSIONS.c.patient == patient).order_by(SESSIONS.c.id)).all()
    number = {row.id: n for n, row in enumerate(rows)}
    return tuple(
        (row.id, Head(row.started, identity_of(json.loads(row.header), row.started), number.get(row.continues)))
        for row in rows
    )


def _whole(db: Connection, session: int) -> Whole:
    head = db.execute(select(SESSIONS).where(SESSIONS.c.id == session)).one()
    ours = select(TRIALS.c.part, TRIALS.c.idx, TRIALS.c.trial).where(TRIALS.c.session == session)
    trials = tuple((row.part, row.idx, row.trial) for row in db.execute(ours.order_by(TRIALS.c.idx)))
    parts = tuple(tuple(_unpacked(db, session, part)) for part in range(_next_part(db, session)))
    end = db.execute(select(*ENDS.c).where(ENDS.c.session == session)).first()
    why = db.execute(select(*REASONS.c).where(REASONS.c.session == session)).first()
    return Whole(
        head.started, json.loads(head.header), trials, parts,
        (end.at, end.tick, end.how, end.why, end.part) if end else None, (why.at, why.why, why.part) if why else None,
    )  # fmt: skip


def _told_rows(db: Connection, patient: str) -> tuple[tuple[int, Told], ...]:
    rows = db.execute(select(DIARY).where(DIARY.c.patient == patient).order_by(DIARY.c.id))
    return tuple((row.id, Told(row.at, row.day, row.kind, row.entry)) for row in rows)


def _keys_of(heads: Iterable[Head]) -> list[tuple[tuple[str, str], int]]:
    return list(numbered((head.started, head.identity) for head in heads))


def _sessions_in(
    db: Connection, place: str, patient: str, heads: Sequence[Head], read: Callable[[int], Whole]
) -> Arrived:
    here = _heads(db, patient)
    were = _keys_of(head for _, head in here)
    ids = dict(zip(were, (id_ for id_, _ in here), strict=True))
    comes = _keys_of(heads)
    sessions = trials = ends = 0
    for n, key in enumerate(comes):
        whole = read(n)
        if key not in ids:
            before = heads[n].continues
            ids[key] = _begun(db, patient, whole, None if before is None else ids[comes[before]])
            sessions += 1
        added = _grown(db, place, ids[key], whole)
        trials, ends = trials + added.trials, ends + added.ends
    order = interleaved(were, comes, lambda key: datetime.fromisoformat(key[0][0]))
    _put_in_order(db, SESSIONS, [ids[key] for key in order])
    return Arrived(sessions, trials, ends)


def _begun(db: Connection, patient: str, whole: Whole, continues: int | None) -> int:
    """Keep the head of a session; where another one here goes on with the same one already, it stands for itself."""
    taken = continues is not None and db.execute(select(SESSIONS).where(SESSIONS.c.continues == continues)).first()
    row = {"patient": patient, "started": _utc(whole.started), "header": _json(whole.header)}
    row_id = insert(SESSIONS).values(row | {"continues": None if taken else continues}).returning(SESSIONS.c.id)
    return int(db.execute(row_id).scalar_one())


def _grown(db: Connection, place: str, session: int, whole: Whole) -> Arrived:
    """Add to a session what it does not have yet; raise ``store.differs`` where it has something else."""
    was = _whole(db, session)
    both = min(len(was.parts), len(whole.parts))
    tries = {idx: (part, text) for part, idx, text in was.trials}
    new = [row for row in whole.trials if row[1] not in tries]
    same = was.parts[:both] == whole.parts[:both] and all(
        tries.get(idx, (part, text)) == (part, text) for part, idx, text in whole.trials
    )
    ended = was.end is None or whole.end is None or was.end[1:4] == whole.end[1:4]
    told = was.reason is None or whole.reason is None or was.reason[1] == whole.reason[1]
    if not (same and ended and told):
        raise StoreError("store.differs", f"{place}: the session begun at {whole.started} is kept with another content")
    for part, lines in enumerate(whole.parts[both:], start=both):
        db.execute(insert(SAMPLES).values(session=session, part=part, lines=_packed(lines)))
    for part, idx, whole_text in new:
        db.execute(insert(TRIALS).values(_trial_row(session, part, idx, whole_text)))
    rows = ((ENDS, was.end, whole.end), (REASONS, was.reason, whole.reason))
    ends = [(table, comes) for table, there, comes in rows if there is None and comes is not None]
    for table, values in ends:
        db.execute(insert(table).values((session, *values)))
    return Arrived(trials=len(new), ends=len(ends))


def _trial_row(session: int, part: int, idx: int, trial: str) -> dict[str, Any]:
    plain = json.loads(trial)
    row = {"session": session, "idx": idx, "part": part, "trial": trial, "measures": _json(plain["measures"])}
    return row | {name: plain[name] for name in COPIED}


def _diary_in(db: Connection, patient: str, told: Sequence[Told], join: Callable[[Sequence[Told]], Told | None]) -> int:
    here = _told_rows(db, patient)
    were, comes = numbered(row for _, row in here), numbered(told)
    ids = dict(zip(were, (id_ for id_, _ in here), strict=True))
    new = [key for key in comes if key not in ids]
    if not new:
        return 0
    last = join([row for _, row in here])
    for key in new:
        ids[key] = _noted(db, patient, key[0])
    order = interleaved(were, comes, lambda key: datetime.fromisoformat(key[0].at))
    _put_in_order(db, DIARY, [ids[key] for key in order])
    if last is not None:
        _noted(db, patient, last)
    return len(new)


def _noted(db: Connection, patient: str, row: Told) -> int:
    _utc(row.at)
    values = {"patient": patient, "at": row.at, "day": row.day, "kind": row.kind, "entry": row.entry}
    return int(db.execute(insert(DIARY).values(values).returning(DIARY.c.id)).scalar_one())


def _put_in_order(db: Connection, table: Table, order: Sequence[int]) -> None:
    """Give new ids to rows, from the first one on that does not stand in its place: what is read goes by ids."""
    first = _first_mixed(order)
    if first is None:
        return
    free = int(db.execute(select(func.max(table.c.id))).scalar_one()) + 1
    keys = [SESSIONS.c.continues, *(t.c.session for t in (TRIALS, SAMPLES, ENDS, REASONS))] if table is SESSIONS else []
    with _changing(db):
        db.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for id_, old in enumerate(order[first:], start=free):
            for column in (table.c.id, *keys):
                db.execute(update(column.table).where(column == old).values({column: id_}))


def _first_mixed(order: Sequence[int]) -> int | None:
    """Return the place of the first id that is higher than one after it, ``None`` where they rise."""
    first, lowest = None, None
    for n, id_ in reversed(list(enumerate(order))):
        if lowest is not None and id_ > lowest:
            first = n
        lowest = id_ if lowest is None else min(lowest, id_)
    return first


def _rows_of(patient: str) -> list[tuple[Table, ColumnElement[bool]]]:
    """Return each table that holds something of a patient, and which rows: what refers to others comes first."""
    ours = select(SESSIONS.c.id).where(SESSIONS.c.patient == patient)
    below = [(table, table.c.session.in_(ours)) for table in (TRIALS, SAMPLES, ENDS, REASONS)]
    return [*below, (SESSIONS, SESSIONS.c.patient == patient), (DIARY, DIARY.c.patient == patient)]


@contextmanager
def _changing(db: Connection) -> Iterator[None]:
    """Let rows be changed in here; an error takes everything back, the triggers that refuse it as well."""
    if db.dialect.name == "sqlite":
        for table in TABLES.tables:
            for verb in ("update", "delete"):
                db.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_refuses_{verb}")
    yield
    _refuse_changes(db)
