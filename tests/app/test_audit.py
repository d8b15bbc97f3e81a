"""The audit log: every change of a line is found and named, no patient is, and no failure of it stops anything."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app import audit, files, patients
from app.audit import Head, note, verify
from app.cli import main
from app.logbook import DATABASE
from app.patients import CLINIC, Patients
from app.store import Store
from engine.hand import Side

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patients, "COST", 2)


def database(folder: Path) -> None:
    Store.open(folder / DATABASE).close()


def noted(folder: Path, *whats: str) -> list[bytes]:
    for n, what in enumerate(whats):
        assert note(folder, what, {"n": n, "text": "ä"}, now=lambda: NOON) == ""
    return (folder / audit.FILE).read_bytes().splitlines(keepends=True)


def wrong(folder: Path, lines: Sequence[bytes], known: Head | None = None) -> str:
    (folder / audit.FILE).write_bytes(b"".join(lines))
    return verify(folder, known).wrong


def said(args: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    status = main(args)
    out, err = capsys.readouterr()
    return status, out, err


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bytes], Head]:
    folder = tmp_path_factory.mktemp("log")
    lines = noted(folder, "one", "two", "three", "four", "five")
    return folder, lines, audit.head(folder)


# What is found


def test_a_log_as_it_was_written_is_right_and_says_first_which_version_wrote_it(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in noted(tmp_path, "one", "two")]
    assert [(row["seq"], row["what"]) for row in lines] == [(1, "software"), (2, "one"), (3, "two")]
    assert lines[0]["prev"] == "0" * 64
    assert [row["prev"] for row in lines[1:]] == [row["hash"] for row in lines[:-1]]
    assert verify(tmp_path).wrong == ""


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_byte_that_is_changed_taken_out_or_put_in_is_found_with_its_line(
    log: tuple[Path, list[bytes], Head], data: st.DataObject
) -> None:
    folder, lines, head = log
    n = data.draw(st.integers(0, len(lines) - 1))
    at = data.draw(st.integers(0, len(lines[n]) - 1))
    byte = bytes([data.draw(st.integers(0, 255))])
    harm = data.draw(st.sampled_from(["change", "take out", "put in"]))
    line = lines[n][:at] + (b"" if harm == "take out" else byte) + lines[n][at + (harm != "put in") :]
    changed = [*lines[:n], line, *lines[n + 1 :]]
    assume(b"".join(changed) != b"".join(lines))
    # Of the very last line end alone nothing is lost.
    assume(b"".join(changed) + b"\n" != b"".join(lines))
    assert wrong(folder, changed, head).startswith((f"line {n + 1}:", f"line {n + 2}:"))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_line_that_is_taken_out_swapped_or_put_in_is_found(
    log: tuple[Path, list[bytes], Head], data: st.DataObject
) -> None:
    folder, lines, head = log
    n, m = data.draw(st.integers(0, len(lines) - 1)), data.draw(st.integers(0, len(lines) - 1))
    harm = data.draw(st.sampled_from(["take out", "swap", "repeat", "put in"]))
    changed = list(lines)
    if harm == "take out":
        del changed[n]
    elif harm == "swap":
        assume(n != m)
        changed[n], changed[m] = changed[m], changed[n]
    else:
        changed.insert(n, lines[m] if harm == "repeat" else b'{"what":"one"}\n')
    found = wrong(folder, changed, head)
    assert found.startswith(f"line {min(n, m) + 1}:" if harm == "swap" else f"line {n + 1}:") or harm == "repeat"
    assert found


def test_a_line_with_a_hash_of_its_own_that_fits_is_found_by_the_next_one(
    log: tuple[Path, list[bytes], Head],
) -> None:
    folder, lines, _ = log
    row = json.loads(lines[2])
    forged = audit._sealed(3, (row["at"], "staff", "nothing", "", {}), row["prev"])
    assert wrong(folder, [*lines[:2], audit._text(forged).encode() + b"\n", *lines[3:]]).startswith(
        "line 4: does not follow the line before it"
    )


def test_a_cut_at_the_end_is_found_by_the_head_in_the_database(tmp_path: Path) -> None:
    database(tmp_path)
    lines = noted(tmp_path, "one", "two", "three")
    assert wrong(tmp_path, lines) == ""
    assert wrong(tmp_path, lines[:-1]) == "line 4: is missing: the database knows 4 lines, there are 3"
    assert wrong(tmp_path, []) == "line 1: is missing: the database knows 2 lines, there are 0"
    (tmp_path / audit.FILE).unlink()
    assert verify(tmp_path).wrong.startswith("line 1: is missing")


def test_a_log_that_was_written_anew_is_found_by_any_head_from_before(tmp_path: Path) -> None:
    database(tmp_path)
    noted(tmp_path, "one", "two")
    head = audit.head(tmp_path)
    (tmp_path / audit.FILE).unlink()
    with closing(sqlite3.connect(tmp_path / DATABASE)) as other:
        other.executescript("DROP TRIGGER diary_refuses_delete; DELETE FROM diary;")
    noted(tmp_path, "other", "lines", "more")
    assert verify(tmp_path).wrong == ""
    assert "written anew" in verify(tmp_path, head).wrong


def test_where_no_database_keeps_the_head_that_is_said(tmp_path: Path) -> None:
    lines = noted(tmp_path, "one", "two")
    assert wrong(tmp_path, lines[:-1]) == ""
    assert "a cut at its end would not be seen" in verify(tmp_path).notes[0]


def test_a_line_that_a_crash_cut_off_is_told_and_the_log_goes_on(tmp_path: Path) -> None:
    database(tmp_path)
    lines = noted(tmp_path, "one", "two")
    (tmp_path / audit.FILE).write_bytes(b"".join(lines)[:-40])
    lines = noted(tmp_path, "three")
    assert [json.loads(line)["what"] for line in lines[3:]] == ["torn", "three"]
    verdict = verify(tmp_path)
    assert verdict.wrong.startswith("line 3: is not the one that the database knows")
    (tmp_path / DATABASE).unlink()
    assert (verify(tmp_path).wrong, verify(tmp_path).notes[0][:6]) == ("", "Line 3")
    assert wrong(tmp_path, [*lines[:2], lines[2][:-9] + b"\n", *lines[3:]]).startswith("line 3:")


# What it says of whom


def test_no_code_and_no_word_stands_in_it_but_a_hash_that_goes_with_the_folder(tmp_path: Path) -> None:
    code = Patients(tmp_path).add().code
    note(tmp_path, "report.made", {"weeks": 4}, patient=code)
    note(tmp_path, "report.made", {"weeks": 5}, patient=code)
    assert code not in (tmp_path / audit.FILE).read_text("utf-8")
    one, other = (line.person for line in audit.lines(tmp_path)[1:])
    assert one == other == audit.person_of(tmp_path, code, make=False)
    files.remove(Patients(tmp_path).folder(code))
    assert audit.person_of(tmp_path, code, make=False) == ""
    assert audit.person_of(tmp_path, code) != one


def test_a_failing_log_is_told_and_stops_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / audit.FILE).mkdir()
    assert note(tmp_path, "one") != ""
    assert capsys.readouterr().err.startswith("regrasp: the audit log could not note this (one): ")
    assert main(["--data", str(tmp_path), "patients", "add"]) == 0
    told = capsys.readouterr()
    assert "could not note this (patient.added)" in told.err
    assert told.out.split()[0] == Patients(tmp_path).all()[0].code


# What is noted


def test_the_commands_note_what_they_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = ["--data", str(tmp_path)]
    code = said([*data, "patients", "add"], capsys)[1].split()[0]
    typed = iter(["4711", "4711", "4711", "998877", "998877"])
    monkeypatch.setattr("app.patients_command._asked", lambda _: next(typed))
    assert said([*data, "patients", "pin", code], capsys)[0] == 0
    assert said([*data, "patients", "pin", code, "--clear"], capsys)[0] == 0
    assert said([*data, "program", "set", "gentle", "--patient", code], capsys)[0] == 0
    assert said([*data, "program", "set", "ward", "--patient", code], capsys)[0] == 0
    assert said([*data, "goals", "add", "Tie my shoes", "--patient", code], capsys)[0] == 0
    lines = audit.lines(tmp_path)
    whats = [line.what for line in lines[1:]]
    assert whats == ["patient.added", "pin.set", "pin.cleared", "program.set", "program.set", "goal.added"]
    assert {line.person for line in lines[1:]} == {audit.person_of(tmp_path, code)}
    before, after = lines[4].values, lines[5].values
    assert (before["before"], before["after"]) == ("", after["before"])
    assert (before["name"], after["name"]) == ("gentle", "ward")
    text = (tmp_path / audit.FILE).read_text("utf-8")
    assert not [word for word in (code, "shoes", "4711") if word in text]
    status, out, _ = said([*data, "audit", "verify"], capsys)
    assert (status, f"Head: {audit.head(tmp_path)}" in out) == (0, True)
    shown = said([*data, "audit", "show", "--patient", code], capsys)[1].splitlines()
    assert [row.split("  ")[3] for row in shown] == whats
    assert all(code in row for row in shown)


def test_a_setting_that_concerns_safety_is_noted_with_what_it_was_and_no_other(tmp_path: Path) -> None:
    own = Patients(tmp_path)
    profile, _ = own.profile(own.add().code)
    audit.note_settings(tmp_path, profile, replace(profile, palette="dark", word="ROSA"))
    assert audit.lines(tmp_path) == ()
    audit.note_settings(tmp_path, profile, replace(profile, palette="dark", patience=4.0, unseen=Side.LEFT))
    line = audit.lines(tmp_path)[-1]
    assert (line.what, line.role, line.person) == (
        "settings.safety", "patient", audit.person_of(tmp_path, profile.patient),
    )  # fmt: skip
    assert line.values == {"unseen": ["", "left"], "patience": [1.0, 4.0]}


def test_the_first_run_of_a_version_is_noted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    audit.note_version(tmp_path)
    audit.note_version(tmp_path)
    noted(tmp_path, "one")
    assert [line.what for line in audit.lines(tmp_path)] == ["software", "one"]
    monkeypatch.setattr(audit, "version", lambda: "9.9")
    audit.note_version(tmp_path)
    assert [line.values["version"] for line in audit.lines(tmp_path) if line.what == "software"][1:] == ["9.9"]
    assert verify(tmp_path).wrong == ""


def test_a_wrong_log_is_named_by_the_command_and_a_head_is_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines, data = noted(tmp_path, "one", "two"), ["--data", str(tmp_path), "audit"]
    head = str(audit.head(tmp_path))
    assert said([*data, "verify", "--head", head], capsys)[0] == 0
    assert said([*data, "verify", "--head", "x"], capsys)[0] == 1
    assert wrong(tmp_path, [lines[0], lines[1].replace(b'"n":0', b'"n":1'), lines[2]])
    status, out, _ = said([*data, "verify"], capsys)
    assert (status, "line 2: was changed" in out) == (1, True)
    assert wrong(tmp_path, lines[:2], None) == ""
    status, out, _ = said([*data, "verify", "--head", head], capsys)
    assert (status, "line 3: is missing: the head that was given knows 3 lines" in out) == (1, True)
    assert said(["--data", str(tmp_path / "none"), "audit", "show"], capsys)[1] == "Nothing is noted yet.\n"


def test_the_head_in_the_database_is_nobodys_diary(tmp_path: Path) -> None:
    database(tmp_path)
    noted(tmp_path, "one")
    with closing(Store.open(tmp_path / DATABASE)) as store:
        assert [entry.kind for entry in store.diary(CLINIC)] == ["audit"]
        assert store.patients() == ()
