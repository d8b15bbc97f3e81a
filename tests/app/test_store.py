"""The store: what was added is there for ever, whole, in order, and whatever goes wrong is said plainly."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import app.store
from app.store import TABLES, VERSION, Store, StoreError
from engine.game import Result
from engine.hand import Side
from engine.plan import belief_key
from engine.recording import FORMAT, RULES, End, Trial, end_line, parse, samples_line, trial_line
from engine.sample import Sample

PROJECT = Path(app.store.__file__).resolve().parent.parent
START = "2025-01-02T03:04:05+00:00"
HEADER = {"patient": "P-0001", "seed": 7, "program": {"name": "gentle", "blocks": [{"game": "cup", "trials": 3}]}}
FIRST = Trial(
    index=0, block=0, game="cup", hand=Side.RIGHT, played_with="grip", level=2, difficulty=31.5,
    result=Result.HIT, cause="", attempt=1, start_tick=0, end_tick=1200,
    params={"hold_ms": 800.0, "fingers": ["index"]},
    measures={"hold_ms": 812.5, "error": 0.0312}, just=(("hold_ms", 812.5),), finger="", predicted=0.78,
    reason="reason.up", reason_values={"from": "30", "to": "32"}, belief='{"version":1,"ability":30.0}',
)  # fmt: skip


def trial_of(index: int, **more: Any) -> Trial:
    return replace(FIRST, index=index, start_tick=index * 1200, end_tick=index * 1200 + 1200, **more)


def lines_of(trial: Trial, samples: int = 5) -> list[str]:
    ticks = range(trial.start_tick, trial.start_tick + samples)
    return [samples_line(tick, (Sample("grip", tick * 8.333, 1000.0 + tick),)) for tick in ticks] + [trial_line(trial)]


def noise(index: int) -> list[str]:
    chance = random.Random(index)
    return [str(chance.random()) for _ in range(3000)]


def keep(store: Store, session: int, *trials: Trial) -> None:
    for trial in trials:
        store.add(session, trial, lines_of(trial))


def error_of(doing: Callable[[], Any]) -> StoreError:
    with pytest.raises(StoreError) as caught:
        doing()
    assert caught.value.detail
    return caught.value


def key_of(doing: Callable[[], Any]) -> str:
    return error_of(doing).message_key


def pragma(store: Store, text: str) -> Any:
    """Say something to the one connection of the store, which goes back to the pool and is used again."""
    connection = store._engine.raw_connection()
    try:
        return connection.cursor().execute(f"PRAGMA {text}").fetchone()
    finally:
        connection.close()


def files_in(folder: Path) -> dict[str, bytes]:
    """Return what is in a folder; the two files that SQLite makes to look at a database do not count."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith(("-shm", "-wal"))}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / app.store.FILE


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with closing(Store.open(path)) as store:
        yield store


# --- keeping and finding again


def test_what_was_kept_is_found_again_after_the_program_was_closed(path: Path) -> None:
    with closing(Store.open(path)) as store:
        session = store.begin(HEADER, START)
        keep(store, session, trial_of(0), trial_of(1, result=Result.MISS, cause="too-soft", just=()))
        store.end(session, "2025-01-02T03:30:00+00:00", End(2500, "stopped", "tired"), [end_line(End(2500, "stopped"))])
    with closing(Store.open(path)) as store:
        assert store.trials(session) == (trial_of(0), trial_of(1, result=Result.MISS, cause="too-soft", just=()))
        (kept,) = store.sessions("P-0001")
        assert (kept.id, kept.patient, kept.started, kept.trials) == (session, "P-0001", START, 2)
        assert (kept.ended, kept.how, kept.why) == ("2025-01-02T03:30:00+00:00", "stopped", "tired")
        assert kept.header == {"regrasp": "recording", "format": FORMAT, "rules": RULES, **HEADER}
        assert store.sessions("P-0002") == ()


def test_the_recording_comes_back_line_by_line_in_the_order_it_was_kept(store: Store) -> None:
    session, other = store.begin(HEADER, START), store.begin(HEADER, START)
    for index in range(3):
        keep(store, session, trial_of(index))
        keep(store, other, trial_of(index, difficulty=1.0))
    store.end(session, START, End(9, "done"), [samples_line(9, ()), end_line(End(9, "done"))])
    recording = parse(store.recording_lines(session))
    assert recording.trials == store.trials(session) == tuple(trial_of(index) for index in range(3))
    assert [tick for tick, _ in recording.samples] == [i * 1200 + t for i in range(3) for t in range(5)] + [9]
    assert recording.end == End(9, "done")
    assert recording.header["seed"] == 7


def test_a_recording_can_be_read_while_trials_are_added(store: Store) -> None:
    session = store.begin(HEADER, START)
    keep(store, session, trial_of(0))
    lines = store.recording_lines(session)
    next(lines)
    keep(store, session, trial_of(1))
    assert list(lines) == lines_of(trial_of(0))
    assert list(store.recording_lines(session))[1:] == lines_of(trial_of(0)) + lines_of(trial_of(1))


@given(lines=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n")), max_size=5))
@settings(max_examples=30, deadline=None)
def test_any_lines_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    with closing(Store.open(tmp_path_factory.mktemp("data") / "x.sqlite3")) as store:
        session = store.begin(HEADER, START)
        store.add(session, FIRST, lines)
        store.add(session, FIRST, lines)
        assert list(store.recording_lines(session))[1:] == lines


def test_the_patient_may_stand_in_the_profile_but_must_be_there(store: Store) -> None:
    store.begin({"profile": {"patient": "P-0002"}}, START)
    assert len(store.sessions("P-0002")) == 1
    for header in ({}, {"patient": ""}, {"profile": "P-0003"}):
        with pytest.raises(ValueError, match="patient"):
            store.begin(header, START)


def test_format_and_rules_are_those_of_this_program_also_when_a_session_goes_on(store: Store) -> None:
    first = store.begin({**HEADER, "rules": RULES - 1, "format": 0}, START)
    found = store.unfinished("P-0001")
    assert found is not None
    store.begin(found.header, START, first)
    assert [kept.header["rules"] for kept in store.sessions("P-0001")] == [RULES, RULES]


@pytest.mark.parametrize("text", ["2025-01-02T03:04:05", "2025-01-02T03:04:05+01:00", "yesterday", ""])
def test_a_time_must_be_iso_8601_in_utc(store: Store, text: str) -> None:
    with pytest.raises(ValueError, match=r"UTC|isoformat"):
        store.begin(HEADER, text)
    session = store.begin(HEADER, "2025-01-02T03:04:05Z")
    with pytest.raises(ValueError, match=r"UTC|isoformat"):
        store.end(session, text, End(1, "done"), [])
    assert store.sessions("P-0001")[0].how == ""


def test_an_unknown_session_is_said_so(store: Store) -> None:
    for doing in (
        lambda: keep(store, 9, FIRST),
        lambda: store.end(9, START, End(1, "done"), []),
        lambda: list(store.recording_lines(9)),
        lambda: store.begin(HEADER, START, 9),
    ):
        assert key_of(doing) == "store.unknown"
    assert store.trials(9) == ()


# --- going on with a session


def test_a_session_is_unfinished_until_it_is_ended_or_continued(store: Store) -> None:
    assert store.unfinished("P-0001") is None
    first = store.begin(HEADER, START)
    keep(store, first, trial_of(0), trial_of(1))
    store.begin({"patient": "P-0002"}, START)
    found = store.unfinished("P-0001")
    assert found is not None
    assert (found.id, found.started, found.trials, found.continues) == (first, START, 2, None)
    assert found.header["program"] == HEADER["program"]
    second = store.begin(HEADER, START, first)
    found = store.unfinished("P-0001")
    assert found is not None
    assert (found.id, found.trials, found.continues) == (second, 0, first)
    store.end(second, START, End(1, "done"), [])
    assert store.unfinished("P-0001") is None


def test_the_newest_unfinished_session_is_offered(store: Store) -> None:
    older, newer = store.begin(HEADER, START), store.begin(HEADER, START)
    found = store.unfinished("P-0001")
    assert found is not None
    assert found.id == newer
    store.end(newer, START, End(1, "closed"), [])
    found = store.unfinished("P-0001")
    assert found is not None
    assert found.id == older


def test_a_session_is_continued_once(store: Store) -> None:
    first = store.begin(HEADER, START)
    store.begin(HEADER, START, first)
    assert key_of(lambda: store.begin(HEADER, START, first)) == "store.differs"
    assert len(store.sessions("P-0001")) == 2


def test_the_belief_is_that_of_the_last_trial_of_this_patient_game_and_hand(store: Store) -> None:
    first = store.begin(HEADER, START)
    keep(store, first, trial_of(0, belief='{"n":0}'), trial_of(1, belief='{"n":1}'))
    keep(store, first, trial_of(2, game="tap", belief='{"n":2}'), trial_of(3, hand=Side.LEFT, belief='{"n":3}'))
    keep(store, first, trial_of(4, belief=""))
    second = store.begin({"patient": "P-0002"}, START)
    keep(store, second, trial_of(0, belief='{"n":9}'))
    assert store.belief("P-0001", "cup", Side.RIGHT) == ('{"n":1}', "2025-01-02T03:04:25+00:00")
    assert store.belief("P-0001", "cup", Side.LEFT) == ('{"n":3}', "2025-01-02T03:04:45+00:00")
    assert store.belief("P-0001", "tap", Side.LEFT) is None
    later = store.begin(HEADER, "2025-02-01T00:00:00Z")
    keep(store, later, trial_of(0, belief='{"n":5}'))
    assert store.belief("P-0001", "cup", Side.RIGHT) == ('{"n":5}', "2025-02-01T00:00:10+00:00")


def test_what_is_known_of_single_fingers_is_that_of_the_trial_whose_belief_counts(store: Store) -> None:
    first = store.begin(HEADER, START)
    keep(store, first, trial_of(0, fingers="a"), trial_of(1, fingers="b"), trial_of(2, belief="", fingers="c"))
    keep(store, first, trial_of(3, game="tap", fingers="d"), trial_of(4, game="trace"))
    keep(store, store.begin({"patient": "P-0002"}, START), trial_of(0, fingers="z"))
    assert store.fingers("P-0001") == {
        belief_key("cup", Side.RIGHT, "grip"): "b", belief_key("tap", Side.RIGHT, "grip"): "d",
    }  # fmt: skip
    assert store.fingers("nobody") == {}


def test_each_way_of_playing_has_its_own_belief(store: Store) -> None:
    assert store.beliefs("P-0001") == {}
    session = store.begin(HEADER, START)
    keep(store, session, trial_of(0, belief="1"), trial_of(1, belief="2", played_with="keys"), trial_of(2, belief="3"))
    keep(store, session, trial_of(3, game="tap", hand=Side.LEFT, belief="4"), trial_of(4, game="trace", belief=""))
    keep(store, store.begin({"patient": "P-0002"}, START), trial_of(0, belief="9"))
    found = store.beliefs("P-0001")
    assert {key: belief for key, (belief, _) in found.items()} == {
        belief_key("cup", Side.RIGHT, "grip"): "3",
        belief_key("cup", Side.RIGHT, "keys"): "2",
        belief_key("tap", Side.LEFT, "grip"): "4",
    }
    assert found[belief_key("cup", Side.RIGHT, "keys")][1] == "2025-01-02T03:04:25+00:00"
    assert store.belief("P-0001", "cup", Side.RIGHT, "keys") == ("2", "2025-01-02T03:04:25+00:00")
    assert store.belief("P-0001", "cup", Side.RIGHT, "serial") is None


# --- the same call again


def test_the_same_trial_again_changes_nothing(store: Store) -> None:
    session = store.begin(HEADER, START)
    keep(store, session, trial_of(0), trial_of(1), trial_of(0), trial_of(1))
    assert store.trials(session) == (trial_of(0), trial_of(1))
    assert list(store.recording_lines(session))[1:] == lines_of(trial_of(0)) + lines_of(trial_of(1))


def test_another_trial_or_other_lines_in_the_same_place_are_refused(store: Store) -> None:
    session = store.begin(HEADER, START)
    keep(store, session, FIRST)
    before = list(store.recording_lines(session))
    assert key_of(lambda: keep(store, session, replace(FIRST, difficulty=32.0))) == "store.differs"
    assert key_of(lambda: store.add(session, FIRST, lines_of(FIRST)[1:])) == "store.differs"
    assert store.trials(session) == (FIRST,)
    assert list(store.recording_lines(session)) == before


def test_the_same_end_again_changes_nothing_and_another_is_refused(store: Store) -> None:
    session = store.begin(HEADER, START)
    end = End(9, "done")
    store.end(session, START, end, ["1"])
    store.end(session, "2026-01-01T00:00:00Z", end, ["1"])
    assert key_of(lambda: store.end(session, START, End(9, "stopped"), ["1"])) == "store.differs"
    assert key_of(lambda: store.end(session, START, end, ["2"])) == "store.differs"
    assert list(store.recording_lines(session))[1:] == ["1"]
    kept = store.sessions("P-0001")[0]
    assert (kept.ended, kept.how) == (START, "done")


def test_the_reason_for_a_stop_is_kept_beside_the_stop(store: Store) -> None:
    session = store.begin(HEADER, START)
    store.end(session, START, End(9, "stopped"), ["1"])
    store.reason(session, START, "pain", ["2"])
    store.reason(session, START, "pain", ["2"])
    assert key_of(lambda: store.reason(session, START, "tired", ["2"])) == "store.differs"
    kept = store.sessions("P-0001")[0]
    assert (kept.how, kept.why) == ("stopped", "pain")
    assert list(store.recording_lines(session))[1:] == ["1", "2"]


def test_an_unfinished_session_tells_how_many_trials_of_each_block_are_done(store: Store) -> None:
    session = store.begin(HEADER, START)
    for trial in (FIRST, replace(FIRST, index=1, block=2), replace(FIRST, index=2, block=2)):
        keep(store, session, trial)
    unfinished = store.unfinished("P-0001")
    assert unfinished is not None
    assert unfinished.done == (1, 0, 2)


def test_the_patients_are_those_that_a_session_was_begun_for(store: Store) -> None:
    assert store.patients() == ()
    for code in ("P-0002", "P-0001", "P-0002"):
        store.begin({**HEADER, "patient": code}, START)
    assert store.patients() == ("P-0001", "P-0002")


def test_where_nothing_may_be_made_a_missing_or_empty_database_is_unknown_and_stays_so(path: Path) -> None:
    assert key_of(lambda: Store.open(path, make=False)) == "store.unknown"
    assert files_in(path.parent) == {}
    path.touch()
    assert key_of(lambda: Store.open(path, make=False)) == "store.unknown"
    assert files_in(path.parent) == {path.name: b""}
    Store.open(path).close()
    Store.open(path, make=False).close()


# --- only ever added


def test_nothing_can_be_changed_or_deleted(store: Store, path: Path) -> None:
    session = store.begin(HEADER, START)
    keep(store, session, FIRST)
    store.end(session, START, End(9, "stopped"), [])
    store.reason(session, START, "tired", [])
    store.note("P-7", START, 739_000, "checkin", {"pain": 2})
    with closing(sqlite3.connect(path)) as other:
        for table in TABLES.tables:
            column = other.execute(f"SELECT name FROM pragma_table_info('{table}')").fetchone()[0]
            for change in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
                with pytest.raises(sqlite3.IntegrityError, match=f"{table}: rows are only ever added"):
                    other.execute(change)
    assert store.trials(session) == (FIRST,)


def test_the_diary_gives_back_what_was_noted_oldest_first(store: Store) -> None:
    for day, kind, values in ((1, "checkin", {"pain": 2}), (1, "told", {"pain": 3}), (2, "checkin", {"pain": 1})):
        store.note("P-7", START, day, kind, values)
    store.note("P-8", START, 1, "checkin", {"pain": 9})
    assert [(e.day, e.kind, e.values["pain"]) for e in store.diary("P-7")] == [
        (1, "checkin", 2), (1, "told", 3), (2, "checkin", 1),
    ]  # fmt: skip
    assert [e.values["pain"] for e in store.diary("P-7", ("checkin",), last=1)] == [1]


def test_a_database_from_before_the_diary_is_taken_on_with_all_that_is_in_it(path: Path) -> None:
    with closing(Store.open(path)) as store:
        session = store.begin(HEADER, START)
        keep(store, session, FIRST)
    with closing(sqlite3.connect(path)) as other:
        other.executescript(
            "DROP TABLE diary; DROP TRIGGER schema_refuses_update; DROP TRIGGER schema_refuses_delete;"
            "UPDATE schema SET version = 1;"
        )
    with closing(Store.open(path)) as store:
        assert store.trials(session) == (FIRST,)
        store.note("P-7", START, 3, "bout", {})
        assert len(store.diary("P-7")) == 1
    with closing(sqlite3.connect(path)) as other, pytest.raises(sqlite3.IntegrityError, match="only ever added"):
        other.execute("DELETE FROM diary")


def test_a_row_cannot_be_replaced_through_the_store(store: Store) -> None:
    session = store.begin(HEADER, START)
    with pytest.raises(StoreError, match="rows are only ever added"), store._writing() as db:
        db.exec_driver_sql(f"REPLACE INTO sessions VALUES ({session}, 'P-9', '{START}', '{{}}', NULL)")
    assert store.sessions("P-9") == ()


def test_the_tables_hold_only_plain_types_and_could_live_in_another_database() -> None:
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.schema import CreateTable

    assert set(TABLES.tables) == {"schema", "sessions", "trials", "samples", "ends", "reasons", "diary"}
    for table in TABLES.tables.values():
        made = str(CreateTable(table).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
        types = {type(column.type).__name__ for column in table.columns}
        assert types <= {"Integer", "Float", "Text", "LargeBinary"}, made


def test_every_commit_is_synced_and_keys_are_checked(store: Store) -> None:
    assert pragma(store, "journal_mode")[0] == "wal"
    assert pragma(store, "synchronous")[0] == 2
    assert pragma(store, "foreign_keys")[0] == 1


# --- a crash at any moment


WRITER = """
import itertools, os, sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from test_store import HEADER, START, Store, keep, trial_of
def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())  # one write: a kill never leaves half a line
for _ in sys.stdin:
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        say("dead")
        continue
    say(os.getpid())
    store = Store.open(Path(sys.argv[1]))
    session = store.begin(HEADER, START)
    for index in itertools.count():
        keep(store, session, trial_of(index))
        say(session, index)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is of POSIX")
def test_a_killed_program_loses_no_trial_that_was_added(path: Path) -> None:
    told = told_before_being_killed(path, [n / 400 for n in range(40)])
    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert plain.execute("PRAGMA foreign_key_check").fetchall() == []
    with closing(Store.open(path)) as store:
        kept = {session.id: store.trials(session.id) for session in store.sessions("P-0001")}
        assert len(kept) >= 20
        assert {(session, trial.index) for session, trials in kept.items() for trial in trials} >= told
        for session, trials in kept.items():
            assert trials == tuple(trial_of(index) for index in range(len(trials)))
            recording = parse(store.recording_lines(session))
            assert recording.trials == trials
            assert len(recording.samples) == 5 * len(trials)


def told_before_being_killed(path: Path, waits_s: list[float]) -> set[tuple[int, int]]:
    """Return the (session, index) of which writers said that they were added.

    Each is killed after its wait: one since it was begun, the next since its first trial was added.
    """
    command = [sys.executable, "-c", WRITER, str(path), str(Path(__file__).parent)]
    there = {**os.environ, "PYTHONPATH": str(PROJECT)}
    told = []
    with subprocess.Popen(command, env=there, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as maker:
        assert maker.stdin is not None
        assert maker.stdout is not None
        for n, wait_s in enumerate(waits_s):
            print("go", file=maker.stdin, flush=True)
            writer = int(maker.stdout.readline())
            if n % 2:
                told.append(maker.stdout.readline())
            time.sleep(wait_s)
            os.kill(writer, signal.SIGKILL)
            while (line := maker.stdout.readline()) != "dead\n":
                assert line, "the maker of writers is gone"
                told.append(line)
        maker.stdin.close()
    return {(int(session), int(index)) for session, index in map(str.split, told)}


# --- newer, damaged, locked, full, read-only


def test_a_database_of_a_newer_program_is_left_exactly_as_it_is(path: Path) -> None:
    Store.open(path).close()
    with closing(sqlite3.connect(path)) as newer, newer:
        newer.execute(f"INSERT INTO schema VALUES ({VERSION + 1})")
    before = files_in(path.parent)
    error = error_of(lambda: Store.open(path))
    assert error.message_key == "store.newer"
    assert str(path) in error.detail
    assert files_in(path.parent) == before


def test_a_newer_database_with_a_log_left_by_a_crash_is_left_as_it_is_too(path: Path) -> None:
    Store.open(path).close()
    with closing(sqlite3.connect(path)) as newer:
        newer.execute(f"INSERT INTO schema VALUES ({VERSION + 1})")
        newer.commit()
        copies = {f"{path}{end}": Path(f"{path}{end}").read_bytes() for end in ("", "-wal")}
    for place, content in copies.items():
        Path(place).write_bytes(content)
    assert key_of(lambda: Store.open(path)) == "store.newer"
    assert {place: Path(place).read_bytes() for place in copies} == copies


def test_a_file_that_is_no_database_is_damaged_and_kept(path: Path) -> None:
    for content in (b"hello, this is not a database" * 100, b"\0" * 4096):
        path.write_bytes(content)
        error = error_of(lambda: Store.open(path))
        assert error.message_key == "store.damaged"
        assert str(path) in error.detail
        assert path.read_bytes() == content


def test_a_database_of_another_program_is_not_taken_over(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    before = files_in(path.parent)
    assert key_of(lambda: Store.open(path)) == "store.damaged"
    assert files_in(path.parent) == before


def test_an_empty_file_becomes_a_database(path: Path) -> None:
    path.touch()
    with closing(Store.open(path)) as store:
        assert store.begin(HEADER, START) == 1


def filled(path: Path, trials: int = 40) -> bytes:
    with closing(Store.open(path)) as store:
        session = store.begin(HEADER, START)
        for index in range(trials):
            store.add(session, trial_of(index, belief="x" * 1500), lines_of(trial_of(index), 60))
    return path.read_bytes()


def test_a_damaged_header_is_said_so_and_the_file_is_kept(path: Path) -> None:
    content = b"\xff" * 64 + filled(path)[64:]
    path.write_bytes(content)
    error = error_of(lambda: Store.open(path))
    assert error.message_key == "store.damaged"
    assert str(path) in error.detail
    assert path.read_bytes() == content


def test_a_database_whose_trials_are_damaged_in_the_middle_is_said_so_when_it_is_opened(path: Path) -> None:
    content = bytearray(filled(path))
    with closing(sqlite3.connect(path)) as plain:
        root = plain.execute("SELECT rootpage FROM sqlite_master WHERE name = 'trials'").fetchone()[0]
        size = plain.execute("PRAGMA page_size").fetchone()[0]
    content[(root - 1) * size : root * size] = b"\xa5" * size
    path.write_bytes(content)
    assert key_of(lambda: Store.open(path)) == "store.damaged"
    assert path.read_bytes() == content


def test_a_very_large_database_is_not_read_page_by_page_before_it_opens(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytearray(filled(path))
    with closing(sqlite3.connect(path)) as plain:
        root = plain.execute("SELECT rootpage FROM sqlite_master WHERE name = 'trials'").fetchone()[0]
        size = plain.execute("PRAGMA page_size").fetchone()[0]
    content[(root - 1) * size : root * size] = b"\xa5" * size
    path.write_bytes(content)
    monkeypatch.setattr("app.store.LARGE", len(content))
    with closing(Store.open(path)) as store:
        assert key_of(lambda: store.trials(1)) == "store.damaged"


def test_damaged_samples_are_said_so_when_they_are_read(path: Path) -> None:
    content = bytearray(filled(path))
    with closing(sqlite3.connect(path)) as plain:
        lines = plain.execute("SELECT lines FROM samples WHERE part = 20").fetchone()[0]
    place = content.index(lines[:200])
    content[place + 100 : place + 110] = b"\0" * 10
    path.write_bytes(content)
    with closing(Store.open(path)) as store:
        assert len(store.trials(1)) == 40
        assert key_of(lambda: list(store.recording_lines(1))) == "store.damaged"


def test_damage_that_reaches_into_the_words_of_sqlite_is_said_so_too(path: Path) -> None:
    content = filled(path, 2).replace(b"CREATE TABLE trials", b"CREA\xa9E TABLE trials")
    path.write_bytes(content)
    assert key_of(lambda: Store.open(path)) == "store.damaged"
    assert path.read_bytes() == content


def test_a_database_that_lost_a_table_or_a_column_is_damaged(path: Path) -> None:
    content = filled(path, 2)
    for lost in (b"endsends", b"difficulty FLOAT", b"CREATE TABLE ends"):
        assert lost in content
        path.write_bytes(content.replace(lost, b"x" + lost[1:]))
        with pytest.raises(StoreError, match=r"store\.damaged"), closing(Store.open(path)) as store:
            store.add(1, trial_of(9), [])


def test_a_recording_that_lost_a_part_is_never_taken_for_whole(path: Path) -> None:
    filled(path, 4)
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("DROP TRIGGER samples_refuses_delete")
        other.execute("DELETE FROM samples WHERE part = 2")
    with closing(Store.open(path)) as store:
        assert key_of(lambda: list(store.recording_lines(1))) == "store.damaged"
        assert key_of(lambda: store.add(1, trial_of(2, belief="x" * 1500), [])) == "store.differs"


def test_a_database_cut_off_is_said_so(path: Path) -> None:
    content = filled(path)
    path.write_bytes(content[: len(content) // 2])
    assert key_of(lambda: Store.open(path)) == "store.damaged"
    assert path.stat().st_size == len(content) // 2


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return filled(tmp_path_factory.mktemp("good") / "x.sqlite3", 12)


@given(seed=st.integers(0, 2**32), length=st.sampled_from([1, 4, 64, 2000]))
@settings(max_examples=60, deadline=None)
def test_damage_anywhere_is_a_plain_error_or_no_error_at_all(
    tmp_path_factory: pytest.TempPathFactory, good: bytes, seed: int, length: int
) -> None:
    chance = random.Random(seed)
    path = tmp_path_factory.mktemp("bad") / "x.sqlite3"
    place = chance.randrange(len(good) - length)
    path.write_bytes(good[:place] + chance.randbytes(length) + good[place + length :])
    with suppress(StoreError), closing(Store.open(path)) as store:
        store.trials(1)
        store.belief("P-0001", "cup", Side.RIGHT)
        store.unfinished("P-0001")
        store.sessions("P-0001")
        list(store.recording_lines(1))
        keep(store, store.begin(HEADER, START), FIRST)
    assert path.exists()


def test_a_second_writer_is_told_that_the_database_is_busy_soon(store: Store, path: Path) -> None:
    session = store.begin(HEADER, START)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        since = time.monotonic()
        assert key_of(lambda: keep(store, session, FIRST)) == "store.busy"
        assert time.monotonic() - since < 3.0
        assert store.trials(session) == ()
        other.execute("ROLLBACK")
    keep(store, session, FIRST)
    assert store.trials(session) == (FIRST,)


def test_a_short_lock_is_waited_for(store: Store, path: Path) -> None:
    session = store.begin(HEADER, START)
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        soon = threading.Timer(0.2, other.execute, ("ROLLBACK",))
        soon.start()
        keep(store, session, FIRST)
        soon.join()
    assert store.trials(session) == (FIRST,)


def test_a_locked_database_cannot_be_opened_and_says_it_is_busy(path: Path) -> None:
    Store.open(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("ROLLBACK")
        assert key_of(lambda: Store.open(path)) == "store.busy"
    Store.open(path).close()


def fits(store: Store, session: int, index: int) -> bool:
    try:
        store.add(session, trial_of(index), noise(index))
    except StoreError as error:
        return error.message_key != "store.full"
    return True


def test_on_a_full_disk_a_trial_is_not_half_kept_and_can_be_kept_later(store: Store) -> None:
    session = store.begin(HEADER, START)
    pragma(store, f"max_page_count = {pragma(store, 'page_count')[0] + 40}")
    kept = next(index for index in range(100) if not fits(store, session, index))
    assert kept > 0
    assert store.trials(session) == tuple(trial_of(index) for index in range(kept))
    assert len(list(store.recording_lines(session))) == 1 + 3000 * kept
    assert key_of(lambda: store.add(session, trial_of(kept), noise(kept))) == "store.full"
    pragma(store, "max_page_count = 1000000")
    store.add(session, trial_of(kept), noise(kept))
    assert len(store.trials(session)) == kept + 1
    assert list(store.recording_lines(session))[-3000:] == noise(kept)
    assert pragma(store, "integrity_check")[0] == "ok"


def test_a_trial_whose_row_fails_leaves_no_lines_behind(store: Store, path: Path) -> None:
    session = store.begin(HEADER, START)
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TRIGGER full BEFORE INSERT ON trials BEGIN SELECT RAISE(ABORT, 'no'); END")
        assert key_of(lambda: keep(store, session, FIRST)) == "store.failed"
        assert len(list(store.recording_lines(session))) == 1
        other.execute("DROP TRIGGER full")
    keep(store, session, FIRST)
    assert list(store.recording_lines(session))[1:] == lines_of(FIRST)


def test_a_database_that_may_only_be_read_says_so_and_can_be_read(store: Store) -> None:
    session = store.begin(HEADER, START)
    keep(store, session, FIRST)
    pragma(store, "query_only = ON")
    assert key_of(lambda: keep(store, session, trial_of(1))) == "store.read-only"
    assert key_of(lambda: store.begin(HEADER, START)) == "store.read-only"
    assert store.trials(session) == (FIRST,)
    pragma(store, "query_only = OFF")
    keep(store, session, trial_of(1))
    assert len(store.trials(session)) == 2


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the administrator may write everywhere")
def test_a_database_in_a_folder_without_the_right_to_write_says_so(path: Path) -> None:
    Store.open(path).close()
    path.parent.chmod(0o500)
    try:
        assert key_of(lambda: Store.open(path)) == "store.read-only"
        assert key_of(lambda: Store.open(path.with_name("other.sqlite3"))) == "store.read-only"
    finally:
        path.parent.chmod(0o700)


def test_a_database_in_a_folder_that_is_not_there_is_an_error_with_its_place(tmp_path: Path) -> None:
    error = error_of(lambda: Store.open(tmp_path / "none" / "x.sqlite3"))
    assert error.message_key == "store.read-only"
    assert str(tmp_path) in error.detail


@pytest.mark.parametrize("name", ["a b", "a%20b", "a?mode=ro", "a#b", "ä+&=;"])
def test_the_database_may_have_any_name(tmp_path: Path, name: str) -> None:
    if sys.platform == "win32" and "?" in name:
        pytest.skip("Windows has no such names")
    for sessions in (1, 2):
        with closing(Store.open(tmp_path / name)) as store:
            store.begin(HEADER, START)
            assert len(store.sessions("P-0001")) == sessions
    assert os.listdir(tmp_path) == [name]
