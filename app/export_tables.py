"""Name every table and column of an export once: the same table writes the rows and the data dictionary."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from hashlib import sha256
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from app import export_keys as keys
from engine import handtests
from engine.diary import Entry
from engine.prescription import Goal, Prescription
from engine.recording import End, Trial
from engine.signals.newtons import Calibration
from engine.ticks import TICKS_PER_S

if TYPE_CHECKING:
    from app.store import Kept, Store

MARKS = ('{"source"', '{"fit"', '{"note"')
BUILT_IN = ("gentle", "play", "again", "explore")
RESULTS = "hit miss omission"
HANDS = "left right"


@dataclass(slots=True)
class Scope:
    """Whose rows go out and how: with ``research`` no date, no own word and no serial number, but day offsets.

    ``first_day`` is the local date of the first session as a running number, ``programs`` names that are the program's
    own and tell nothing.
    """

    patient: str
    research: bool = False
    first_day: int = 0
    zone: tzinfo | None = None
    programs: frozenset[str] = frozenset(BUILT_IN)
    aliases: dict[str, str] = field(default_factory=dict)

    def offset(self, at: str) -> int:
        """Return the local day of a time (ISO) as days after the first session."""
        return datetime.fromisoformat(at).astimezone(self.zone).date().toordinal() - self.first_day

    def device(self, name: str) -> str:
        """Return the name of a device or calibration; for research its kind and a number instead of a serial number."""
        kind, _, serial = name.rpartition(":")
        if not self.research or not name or (not kind and name.isalpha()):
            return name
        return self.aliases.setdefault(name, f"{kind or 'calibration'}-{len(self.aliases) + 1}" if serial else name)

    def program(self, name: str) -> str:
        """Return the name of a program; for research one that somebody made up is ``own``."""
        return name if not self.research or name in self.programs or not name else "own"


@dataclass(frozen=True, slots=True)
class Bout:
    """One session with all that belongs to it but its samples; ``marks`` are its sources, fits and notes, as plain."""

    kept: "Kept"
    day: int
    trials: tuple[Trial, ...]
    ending: tuple[End, str, str] | None
    ladders: dict[str, str]
    marks: tuple[dict[str, Any], ...] = ()

    @property
    def profile(self) -> dict[str, Any]:
        """Return the settings it was played with."""
        return dict(self.kept.header.get("profile") or {})

    @property
    def program(self) -> dict[str, Any]:
        """Return the program of this session."""
        return dict(self.kept.header.get("program") or {})

    @property
    def minutes(self) -> float:
        """Return its length up to its end, or its last try."""
        ticks = max((trial.end_tick for trial in self.trials), default=0)
        return round(max(ticks, self.ending[0].tick if self.ending else 0) / TICKS_PER_S / 60, 3)


@dataclass(frozen=True, slots=True)
class Material:
    """All that is kept of one patient, to be read piece by piece; ``store`` is ``None`` where there are no records.

    ``since`` (ISO, UTC) is where it begins, ``program`` what is prescribed now; ``calibrations`` gives those of a
    sensor by its serial number.
    """

    store: "Store | None"
    scope: Scope
    since: str = ""
    program: Prescription | None = None
    goals: tuple[Goal, ...] = ()
    calibrations: Callable[[str], Iterable[Calibration]] = lambda serial: ()

    def bouts(self, marked: bool = True) -> Iterator[Bout]:
        """Yield the sessions, one at a time; without ``marked`` no recording is looked into. Raise ``StoreError``."""
        if self.store is None:
            return
        for kept in self.store.each_session(self.scope.patient, self.since):
            trials, ending = self.store.trials(kept.id), self.store.ending(kept.id)
            ladders = {game: ladder_id(rows) for game, rows in (kept.header.get("levels") or {}).items()}
            marks = _marks(self.store, kept) if marked else ()
            yield Bout(kept, self.scope.offset(kept.started), trials, ending, ladders, marks)

    def entries(self) -> Iterator[tuple[int, str, Entry]]:
        """Yield number, time and entry of the diary, oldest first; raise ``StoreError``."""
        if self.store is not None:
            yield from self.store.each_entry(self.scope.patient, self.since)

    def tests(self) -> tuple[handtests.Row, ...]:
        """Return the results of tests done by hand, by date; raise ``StoreError``."""
        if self.store is None:
            return ()
        first = date.fromisoformat(self.since[:10]).toordinal() if self.since else 0
        found = handtests.rows(self.store.diary(self.scope.patient, (handtests.KIND,)))
        return tuple(row for row in found if row.on >= first)

    def calibrated(self, named: Iterable[tuple[str, str]]) -> Iterator[Calibration]:
        """Yield the calibrations of these (device, id of the calibration) that are still kept."""
        for device, name in named:
            yield from (one for one in self.calibrations(device.partition(":")[2]) if one.id == name)

    def prescribed_at(self) -> str:
        """Return when the last program was set (ISO, UTC), "" where nobody wrote it down; raise ``StoreError``."""
        found = self.store.diary(self.scope.patient, ("program",), 1) if self.store is not None else ()
        return datetime.fromtimestamp(found[-1].at_s, UTC).isoformat() if found else ""

    def lines(self, session: int) -> Iterator[str]:
        """Yield the lines of a session's recording after its header; raise ``StoreError``."""
        if self.store is not None:
            lines = self.store.recording_lines(session)
            next(lines)
            yield from lines


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its session, or ``None``, and whatever the row is about."""

    bout: Bout | None
    item: Any = None


Cell = Callable[[Any, Scope], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it is called, holds and means. A ``private`` one is left out of a research export."""

    name: str
    type: str
    meaning: str
    of: Cell
    unit: str = ""
    allowed: str = ""
    private: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One file: its name, what a row of it is, and its columns."""

    name: str
    meaning: str
    columns: tuple[Column, ...]

    def shown(self, scope: Scope) -> tuple[Column, ...]:
        """Return the columns that go out."""
        return tuple(column for column in self.columns if not (scope.research and column.private))


# --- columns --------------------------------------------------------------------------------------------


def _item(name: str, type_: str, meaning: str, unit: str = "", allowed: str = "", private: bool = False) -> Column:
    """Return a column of the attribute of that name."""
    get = attrgetter(name)
    return Column(name, type_, meaning, lambda row, scope: get(row.item), unit, allowed, private)


def _key(name: str, type_: str, meaning: str, unit: str = "", allowed: str = "", private: bool = False) -> Column:
    """Return a column of what stands under that key."""
    return Column(name, type_, meaning, lambda row, scope: row.item.get(name), unit, allowed, private)


def _profile(name: str, type_: str, meaning: str, unit: str = "", allowed: str = "") -> Column:
    return Column(name, type_, meaning, lambda row, scope: row.bout.profile.get(name), unit, allowed)


def _header(name: str, type_: str, meaning: str, *way: str, unit: str = "", private: bool = False) -> Column:
    def of(row: Row, scope: Scope) -> Any:
        assert row.bout is not None
        found: Any = row.bout.kept.header
        for key in way or (name,):
            found = found.get(key) if isinstance(found, dict) else None
        return found

    return Column(name, type_, meaning, of, unit, private=private)


SESSION = Column("session", "integer", "number of the session", lambda row, scope: row.bout.kept.id)
IDX = Column("idx", "integer", "number of the try in its session, from 0", lambda row, scope: row.item[0].index)
GAME = Column("game", "text", "which game", lambda row, scope: row.item[0].game)


def _nth(n: int, name: str, type_: str, meaning: str, unit: str = "", allowed: str = "") -> Column:
    """Return a column of the n-th part of what the row is about."""
    return Column(name, type_, meaning, lambda row, scope: row.item[n], unit, allowed)


def iso_date(day: int) -> str:
    """Return a local date (yyyy-mm-dd) of its running number."""
    return date.fromordinal(day).isoformat()


def _end_of(row: Row) -> tuple[End, str, str]:
    ending: tuple[End, str, str] = (row.bout and row.bout.ending) or (End(0, ""), "", "")
    return ending


def _level(n: int) -> Cell:
    """Return what gives the words of the n-th level of a goal."""
    return lambda row, scope: row.item[1].levels[n] if row.item[1].levels else ""


HOWS = "done, stopped, closed, limit, pain, effort, tired, away, cut off; empty: cut off, or still running"
DAY = "local day, counted from that of the first session"

SESSIONS = Table("sessions", "one row for each session", (
    SESSION,
    Column("patient", "text", "the patient's code", lambda row, scope: scope.patient),
    Column("started", "time", "when it began, UTC", lambda row, scope: row.bout.kept.started, private=True),
    Column("day", "integer", DAY, lambda row, scope: row.bout.day, "days"),
    _header("kind", "text", "empty for play; else mirror, imagine, touch, assess or the like"),
    _header("rules", "integer", "version of the rules it was played by"),
    Column("program", "text", "name of the program", lambda r, s: s.program(r.bout.program.get("name", ""))),
    _profile("hand", "text", "the hand that plays", allowed=HANDS),
    _profile("unseen", "text", "half of the screen that is not seen", allowed="left right; empty: none"),
    _profile("grip", "text", "what force comes from"),
    _profile("taps", "text", "what taps come from"),
    _profile("aid", "text", "what is on the hand or the grip", allowed="none built-up putty splint strap"),
    _profile("debounce_ms", "number", "a press so soon after the last is a bounce", "ms"),
    _profile("hurry", "true/false", "false: no clock ever enters"),
    _profile("patience", "number", "times longer it is waited before a pause", "ratio"),
    _profile("units_per_mm", "number", "scale of the screen at the start", "stage units/mm"),
    _header("mm_per_px", "number", "measured size of a pixel; empty: units_per_mm is a guess", "display", "mm_per_px",
            unit="mm/pixel"),
    _header("cap", "number", "largest force that was asked for", "program", "limits", "cap", unit="share"),
    _header("cap_n", "number", "the same in newtons, where such were prescribed", "program", "cap_n", unit="N"),
    _header("seed", "integer", "number that all chance comes from", private=True),
    Column("continues", "integer", "session that was cut off and goes on here", lambda r, s: r.bout.kept.continues),
    Column("trials", "integer", "how many tries", lambda row, scope: len(row.bout.trials), "number"),
    Column("minutes", "number", "length up to its end, rests included", lambda row, scope: row.bout.minutes, "min"),
    Column("how", "text", "how it ended", lambda row, scope: _end_of(row)[0].how, allowed=HOWS),
    Column("why", "text", "reason that was given for STOP", lambda r, s: _end_of(r)[0].why, allowed="pain tired other"),
))  # fmt: skip

TRIALS = Table("trials", "one row for each try", (
    SESSION,
    Column("idx", "integer", IDX.meaning, lambda row, scope: row.item.index),
    _item("block", "integer", "number of the program's block, from 0"),
    Column("probe", "true/false", "a fixed block at the start, on which progress is judged",
           lambda row, scope: row.item.reason == "reason.probe"),
    _item("game", "text", "which game"),
    _item("hand", "text", "which hand", allowed=HANDS),
    _item("played_with", "text", "keys, mouse, switch, or a sensor"),
    _item("level", "integer", "rung of the ladder, from 1", "rung"),
    Column("ladder", "text", "which ladder of this game: see levels.csv",
           lambda row, scope: row.bout.ladders.get(row.item.game, "")),
    _item("difficulty", "number", "0 easiest, 100 hardest, on this game's ladder", "points", "0 to 100"),
    _item("predicted", "number", "success that was expected", "share", "0 to 1"),
    _item("result", "text", "how it ended; omission: nothing was tried", allowed=RESULTS),
    _item("cause", "text", "why it was no hit, such as too-soft or too-late"),
    _item("finger", "text", "finger of a miss, or the only one that was asked for"),
    _item("attempt", "integer", "how many times it was begun", "number"),
    _item("start_tick", "integer", "first tick of the attempt that counted, from the start of the session", "1/120 s"),
    _item("end_tick", "integer", "its last tick", "1/120 s"),
    _item("reason", "text", "why it was this hard, a key"),
    Column("reason_values", "text", "values of that reason, name=value, parted by ;",
           lambda row, scope: ";".join(f"{name}={value}" for name, value in row.item.reason_values.items())),
    _item("passed", "number", "difficulty that this performance would just have passed", "points"),
    _item("censored", "true/false", "passed is a lowest value (hit) or a highest one (miss)"),
    Column("ability", "number", "what was believed of this hand after it", lambda r, s: _belief(r.item, "ability"),
           "points"),
    Column("spread", "number", "standard deviation of that belief", lambda r, s: _belief(r.item, "spread"), "points"),
    _item("told", "true/false", "the patient was told at once how it went"),
    _item("judged", "text", "what the patient said before that", allowed="hit miss"),
    Column("marks", "text", "what befell the sensor, parted by ;", lambda row, scope: row.item.marks),
    Column("interrupted", "text", "why earlier attempts broke off, parted by ;", lambda r, s: r.item.interrupted),
    Column("device", "text", "kind and serial number", lambda row, scope: scope.device(row.item.source.device)),
    Column("calibration", "text", "id of the calibration in newtons",
           lambda row, scope: scope.device(row.item.source.calibration)),
    Column("rate_hz", "number", "nominal readings a second", lambda row, scope: row.item.source.rate_hz, "Hz"),
    Column("filter", "text", "what the shown force is smoothed with", lambda row, scope: row.item.source.filter),
    Column("gain_n", "number", "newtons a raw count; 0: none", lambda row, scope: row.item.source.gain_n, "N/count"),
    Column("aid", "text", "what was on the hand or the grip", lambda row, scope: row.item.source.aid),
    Column("verified", "true/false", "false: the sensor's lines carry no check value",
           lambda row, scope: row.item.source.verified),
))  # fmt: skip

MEASURES = Table("measures", "one row for each measure of each try", (
    SESSION, IDX, GAME,
    _nth(1, "measure", "text", "which measure: the dictionary has a row for each"),
    Column("version", "text", "version of its formula, or of the rules it was played by",
           lambda row, scope: keys.version_of(row.item[1], int(row.bout.kept.header.get("rules") or 1))),
    _nth(2, "value", "number", "what was measured"),
    Column("unit", "text", "unit of the value", lambda row, scope: keys.unit_of(row.item[1])),
))  # fmt: skip

PARAMS = Table("params", "one row for each parameter of each try, as it was played", (
    SESSION, IDX, GAME,
    _nth(1, "param", "text", "which parameter: see docs/data.md, Parameters"),
    _nth(2, "value", "any", "what it was; several are parted by ;"),
    Column("unit", "text", "unit of the value", lambda row, scope: keys.unit_of(row.item[1])),
))  # fmt: skip

JUST = Table("just", "one row for each parameter that decided a try", (
    SESSION, IDX, GAME,
    _nth(1, "param", "text", "which parameter"),
    _nth(2, "value", "number", "value of it that this performance would just have passed"),
    Column("unit", "text", "unit of the value", lambda row, scope: keys.unit_of(row.item[1])),
))  # fmt: skip

ANSWERS = Table("answers", "one row for each finger that was asked for, in order", (
    SESSION, IDX, GAME,
    _nth(1, "n", "integer", "number of the answer in its try, from 0"),
    Column("finger", "text", "which finger was asked for", lambda row, scope: row.item[2].finger,
           allowed="thumb index middle ring little"),
    Column("hit", "true/false", "right and in time", lambda row, scope: row.item[2].hit),
    Column("reaction_ms", "number", "reaction time; empty where it was not timed",
           lambda row, scope: dict(row.item[2].just).get("limit_ms"), "ms"),
))  # fmt: skip

ENDS = Table("ends", "one row for each session that was ended", (
    SESSION,
    Column("at", "time", "when, UTC", lambda row, scope: row.item[1], private=True),
    Column("day", "integer", DAY, lambda row, scope: scope.offset(row.item[1]), "days"),
    Column("tick", "integer", "at which tick", lambda row, scope: row.item[0].tick, "1/120 s"),
    Column("how", "text", "how it ended", lambda row, scope: row.item[0].how, allowed=HOWS),
    Column("why", "text", "reason that was given for STOP", lambda r, s: r.item[0].why, allowed="pain tired other"),
    Column("told_at", "time", "when the reason was given, UTC", lambda row, scope: row.item[2], private=True),
))  # fmt: skip

FITS = Table("fits", "one row for each time a force sensor was fitted to the hand", (
    SESSION,
    _key("tick", "integer", "at which tick", "1/120 s"),
    _key("kind", "text", "what was found", allowed="tare firm maximum newtons"),
    _key("zero", "number", "reading at rest", "counts"),
    _key("full", "number", "reading at the hand's own 100 %; 0: not known yet", "counts"),
    _key("noise", "number", "spread of a quiet second", "counts"),
    _key("moved", "true/false", "the zero shifted by more than 2 % of the squeeze"),
    _key("tries", "text", "peaks of a maximum above zero in counts, parted by ;"),
))  # fmt: skip

SOURCES = Table("sources", "one row for each force sensor of a session, from its tick on", (
    SESSION,
    _key("tick", "integer", "from which tick on; 0 from the start", "1/120 s"),
    Column("device", "text", "kind and serial number", lambda r, s: s.device(r.item.get("device", ""))),
    Column("calibration", "text", "id of the calibration", lambda r, s: s.device(r.item.get("calibration", ""))),
    _key("gain_n", "number", "newtons a raw count; empty: none", "N/count"),
    _key("rate_hz", "number", "nominal readings a second", "Hz"),
    _key("unit", "text", "unit of the raw readings"),
    _key("span", "number", "width of the raw range", "counts"),
    _key("low", "number", "lower end of the raw range", "counts"),
    _key("high", "number", "upper end of the raw range", "counts"),
    _key("filter", "text", "what the shown force is smoothed with"),
    _key("aid", "text", "what was on the hand or the grip"),
    _key("verified", "true/false", "false: its lines carry no check value; empty: they do"),
))  # fmt: skip

NOTES = Table("notes", "one row for each thing that was done without a score, or told in a session", (
    SESSION,
    _nth(0, "n", "integer", "number of the note in its session, from 0"),
    _nth(1, "note", "text", "parts with a dot between: see docs/data.md, Notes"),
))  # fmt: skip

LEVELS = Table("levels", "one row for each parameter of each rung that was played by", (
    _nth(0, "ladder", "text", "which ladder: trials.csv names it"),
    _nth(1, "game", "text", "which game"),
    _nth(2, "rung", "integer", "rung of the ladder, from 1", "rung"),
    _nth(3, "name", "text", "name of the level"),
    _nth(4, "param", "text", "which parameter: see docs/data.md, Parameters"),
    _nth(5, "easy", "any", "its value at the easy end of the rung"),
    _nth(6, "hard", "any", "its value at the hard end"),
    Column("unit", "text", "unit of both", lambda row, scope: keys.unit_of(row.item[4])),
))  # fmt: skip

CALIBRATIONS = Table("calibrations", "one row for each calibration that a session was played with", (
    Column("calibration", "text", "its id", lambda row, scope: scope.device(row.item.id)),
    _item("serial", "text", "serial number of the sensor", private=True),
    _item("date", "date", "when it was made", private=True),
    Column("day", "integer", DAY, lambda row, scope: scope.offset(f"{row.item.date}T12:00:00"), "days"),
    _item("gain", "number", "newtons a count", "N/count"),
    _item("zero", "number", "counts without a load", "counts"),
    _item("rmse_n", "number", "how far the weights lie off the line: root mean square", "N"),
    _item("worst_n", "number", "the farthest", "N"),
    _item("nonlinearity", "number", "the worst as a share of the largest load; empty with two weights", "share"),
    _item("largest_n", "number", "largest load", "N"),
    Column("points", "text", "weights in kg and counts, kg:counts, parted by ;",
           lambda row, scope: ";".join(f"{kg}:{counts}" for kg, counts in row.item.points)),
))  # fmt: skip

DIARY = Table("diary", "one row for each value of each entry: what was told, and what was decided", (
    _nth(0, "entry", "integer", "number of the entry"),
    Column("at", "time", "when it was written, UTC", lambda row, scope: row.item[1], private=True),
    Column("day", "integer", DAY, lambda row, scope: row.item[2] - scope.first_day, "days"),
    _nth(3, "kind", "text", "kind of the entry: see docs/data.md, diary"),
    _nth(4, "name", "text", "which value; parts of a part have a dot between. Empty: the entry has none"),
    _nth(5, "value", "any", "what it was; several are parted by ;"),
))  # fmt: skip

PROGRAM = Table("program", "one row for each key of what is, and was, prescribed", (
    _nth(0, "entry", "integer", "number of the diary's entry by which it was set; empty: as it stands now"),
    Column("at", "time", "when it was set, UTC; empty: as it stands now", lambda r, s: r.item[1], private=True),
    Column("day", "integer", DAY, lambda row, scope: row.item[2] and row.item[2] - scope.first_day, "days"),
    _nth(3, "key", "text", "key as in a program file (docs/programs.md); what is as ever is left out"),
    _nth(4, "value", "any", "what it is; several are parted by ;"),
))  # fmt: skip

GOALS = Table("goals", "one row for each goal", (
    _nth(0, "goal", "integer", "place in the list now, from 0"),
    Column("words", "text", "the goal in the patient's own words", lambda row, scope: row.item[1].words, private=True),
    Column("weight", "number", "how much it counts", lambda row, scope: row.item[1].weight, allowed="0.1 to 9"),
    Column("task", "text", "task of daily life that it belongs to", lambda row, scope: row.item[1].task),
    *(Column(f"level_{n}", "text", f"what attainment {n - 2:+d} means", _level(n), private=True) for n in range(5)),
))  # fmt: skip

TESTS = Table("tests", "one row for each result of a test that was done by hand, and still counts", (
    Column("on", "date", "when it was done", lambda row, scope: iso_date(row.item.on), private=True),
    Column("day", "integer", DAY, lambda row, scope: row.item.on - scope.first_day, "days"),
    _item("test", "text", "which test: regrasp tests lists them"),
    _item("words", "text", "what an own test is", private=True),
    _item("hand", "text", "which hand; empty: no hand of its own", allowed=HANDS),
    _item("part", "text", "which part of it, such as a finger"),
    _item("value", "number", "the result, summed over its trials; empty: the hand was unable"),
    _item("unit", "text", "unit of the value"),
    _item("trials", "integer", "how many trials it sums up", "number"),
    _item("device", "text", "what it was done with, as typed", private=True),
    _item("handle", "integer", "handle position"),
    _item("new_series", "true/false", "not to be compared with what is before: another device, handle or unit"),
    _item("by", "text", "who did it: role or initials", private=True),
))  # fmt: skip

ALL = (SESSIONS, TRIALS, MEASURES, PARAMS, JUST, ANSWERS, ENDS, FITS, SOURCES, NOTES, LEVELS, CALIBRATIONS, DIARY,
       PROGRAM, GOALS, TESTS)  # fmt: skip


def _belief(trial: Trial, name: str) -> Any:
    return json.loads(trial.belief).get(name) if trial.belief else None


# --- rows -----------------------------------------------------------------------------------------------


def _marks(store: "Store", kept: "Kept") -> tuple[dict[str, Any], ...]:
    """Return the sources, fits and notes of a recording; the source that was known at the start comes first."""
    first = kept.header.get("source")
    found = [{"source": {"tick": 0, **first}}] if first else []
    return (*found, *(json.loads(line) for line in store.recording_lines(kept.id) if line.startswith(MARKS)))


def ladder_id(rows: Any) -> str:
    """Return a short name of a ladder, the same for the same rungs and no others."""
    return sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()[:10]


def rows_of(bout: Bout, ladders: set[str]) -> Iterator[tuple[Table, Row]]:
    """Yield each row that one session gives, with its table; of ladders only those that are not in ``ladders`` yet."""
    yield SESSIONS, Row(bout)
    for trial in bout.trials:
        yield TRIALS, Row(bout, trial)
        yield from _parts_of(bout, trial)
    if bout.ending:
        yield ENDS, Row(bout, bout.ending)
    yield from _marks_of(bout)
    yield from ((LEVELS, Row(bout, rung)) for rung in _new_rungs(bout, ladders))


def _parts_of(bout: Bout, trial: Trial) -> Iterator[tuple[Table, Row]]:
    yield from ((MEASURES, Row(bout, (trial, *pair))) for pair in trial.measures.items())
    yield from ((PARAMS, Row(bout, (trial, *pair))) for pair in trial.params.items())
    yield from ((JUST, Row(bout, (trial, *pair))) for pair in trial.just)
    yield from ((ANSWERS, Row(bout, (trial, n, answer))) for n, answer in enumerate(trial.answers))


def _marks_of(bout: Bout) -> Iterator[tuple[Table, Row]]:
    yield from ((FITS, Row(bout, mark["fit"])) for mark in bout.marks if "fit" in mark)
    yield from ((SOURCES, Row(bout, mark["source"])) for mark in bout.marks if "source" in mark)
    notes = [mark["note"] for mark in bout.marks if "note" in mark]
    yield from ((NOTES, Row(bout, pair)) for pair in enumerate(notes))


def _new_rungs(bout: Bout, ladders: set[str]) -> Iterator[tuple[Any, ...]]:
    """Yield the rungs of ladders that were played and are new."""
    played = {trial.game for trial in bout.trials}
    for game, rows in (bout.kept.header.get("levels") or {}).items():
        name = bout.ladders[game]
        if game not in played or name in ladders:
            continue
        ladders.add(name)
        for row in rows:
            for param, value in row["values"].items():
                yield name, game, row["rung"], row["name"], param, *_ends(value)


def _ends(value: Any) -> tuple[Any, Any]:
    """Return the easy and the hard end of a parameter: a pair of numbers is both, anything else is the same at both."""
    is_pair = isinstance(value, list) and len(value) == 2 and all(isinstance(end, int | float) for end in value)
    return (value[0], value[1]) if is_pair else (value, value)


def diary_rows(entries: Iterable[tuple[int, str, Entry]], scope: Scope) -> Iterator[tuple[Table, Row]]:
    """Yield the rows of diary and program; for research only values that are known to hold no word and no date."""
    for number, at, entry in entries:
        values = dict(entry.values)
        program = values.pop("program", None) if entry.kind == "program" else None
        told = [(name, value) for name, value in flat(values) if not scope.research or _is_open(entry.kind, name)]
        for name, value in told or [("", None)]:
            yield DIARY, Row(None, (number, at, entry.day, entry.kind, name, value))
        if isinstance(program, dict):
            yield from program_rows(program, scope, number, at, entry.day)


def program_rows(
    plain: dict[str, Any], scope: Scope, number: int | None = None, at: str = "", day: int | None = None
) -> Iterator[tuple[Table, Row]]:
    """Yield the keys of a prescription; for research without words, names, dates and goals."""
    for key, value in flat(plain):
        parts = set(key.split("."))
        if not (scope.research and parts & {"words", "name", "by", "date", "goals"}):
            yield PROGRAM, Row(None, (number, at, day, key, value))


def calibration_rows(calibrations: Iterable[Calibration]) -> Iterator[tuple[Table, Row]]:
    """Yield a row for each calibration."""
    return ((CALIBRATIONS, Row(None, one)) for one in calibrations)


def test_rows(results: Iterable[handtests.Row]) -> Iterator[tuple[Table, Row]]:
    """Yield a row for each result of a test done by hand."""
    return ((TESTS, Row(None, one)) for one in results)


def goal_rows(goals: Iterable[Goal]) -> Iterator[tuple[Table, Row]]:
    """Yield a row for each goal."""
    return ((GOALS, Row(None, pair)) for pair in enumerate(goals))


def flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (name, value) of nested plain values; a list of plain values stays one value."""
    nested = isinstance(value, list) and any(isinstance(one, dict | list) for one in value)
    if not isinstance(value, dict) and not nested:
        yield name, value
        return
    pairs = value.items() if isinstance(value, dict) else enumerate(value, start=1)
    for key, one in pairs:
        yield from flat(one, f"{name}.{key}" if name else str(key))


def _is_open(kind: str, name: str) -> bool:
    known = keys.diary_key(kind, name)
    return known is not None and not known.private
