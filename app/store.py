"""Keep every session in a database that only grows: what was written once is never changed and never deleted.

SQLAlchemy Core and plain column types, so that the same tables can live in a database server. In SQLite a trial
is on the disk when ``add`` returns (write-ahead log, synchronous = FULL), and triggers refuse UPDATE and DELETE.
The wall clock is never read here: times come in as ISO-8601 texts in UTC.
"""

import json
import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
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
    create_engine,
    event,
    func,
    insert,
    inspect,
    select,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.history import Played
from engine.diary import Entry
from engine.hand import Side
from engine.plan import belief_key
from engine.recording import End, Trial, header_line, trial_from_plain
from engine.ticks import TICKS_PER_S, to_ms

FILE = "regrasp.sqlite3"
VERSION = 2  # 2 adds the diary
BUSY_S = 1.0
OWN_KEYS = ("regrasp", "format", "rules")
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


TABLES_OF = {1: set(TABLES.tables) - {DIARY.name}, 2: set(TABLES.tables)}


# --- the store ------------------------------------------------------------------------------------------


class Store:
    """The database of one computer; made by ``Store.open``."""

    def __init__(self, engine: Engine, place: str) -> None:
        self._engine, self._place = engine, place
        self._writer = engine.execution_options(begin_with="BEGIN IMMEDIATE")

    @staticmethod
    def open(path: Path, make: bool = True) -> "Store":
        """Return the store in the file ``path``, made if it is missing; raise ``StoreError``.

        A file that is damaged or was written by a newer program is left exactly as it is. Without ``make``, one
        that is missing or empty is ``store.unknown``, and nothing is made.
        """
        place = str(path.absolute())
        is_new = _look_at(path.absolute())
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

    def diary(self, patient: str, kinds: Sequence[str] = (), last: int | None = None) -> tuple[Entry, ...]:
        """Return the entries of a patient's diary, oldest first: of these kinds (or all), the ``last`` ones (or all).

        Raise ``StoreError``.
        """
        query = select(DIARY).where(DIARY.c.patient == patient)
        if kinds:
            query = query.where(DIARY.c.kind.in_(kinds))
        query = query.order_by(DIARY.c.id.desc())
        with self._reading() as db:
            rows = db.execute(query if last is None else query.limit(last)).all()
            return tuple(_entry(row) for row in reversed(rows))

    def played(self, patient: str) -> tuple[Played, ...]:
        """Return how many trials of each session, block, level, reason and result there were, oldest session first.

        Raise ``StoreError``.
        """
        t = TRIALS.c
        by = (t.session, SESSIONS.c.started, t.hand, t.block, t.game, t.level, t.reason, t.result, t.cause)
        why = func.coalesce(REASONS.c.why, ENDS.c.why, "")
        query = (
            select(*by, func.count(), func.max(t.end_tick), func.coalesce(ENDS.c.how, ""), why)
            .join_from(TRIALS, SESSIONS)
            .outerjoin(ENDS, ENDS.c.session == t.session)
            .outerjoin(REASONS, REASONS.c.session == t.session)
            .where(SESSIONS.c.patient == patient)
            .group_by(*by, ENDS.c.how, ENDS.c.why, REASONS.c.why)
            .order_by(t.session, t.block)
        )
        with self._reading() as db:
            return tuple(Played(*row) for row in db.execute(query))

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

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def _prepare(self, is_new: bool) -> None:
        """Make the tables of a new database; open the first connection in any case, so that errors come now."""
        if not is_new:
            with self._reading() as db:
                if db.execute(select(func.max(SCHEMA.c.version))).scalar() == VERSION:
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


def _look_at(path: Path) -> bool:
    """Return whether the database is still to be made; raise ``StoreError`` unless it can be used.

    It is opened read-only, since even closing a file that was opened for writing may change it.
    """
    engine = _engine(URL.create("sqlite", database=path.as_uri(), query={"mode": "ro", "uri": "true"}))
    try:
        with _told(str(path)), engine.connect() as db:
            return _is_new(db, str(path))
    except StoreError as error:
        if _code(error.__cause__) & 0xFF == sqlite3.SQLITE_CANTOPEN:
            return True
        raise
    finally:
        engine.dispose()


def _is_new(db: Connection, place: str) -> bool:
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
    for table in CHECKED:
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
