"""Tables: every column is explained, numbers come back as they were, and research gets no word, name or date."""

import csv
import errno
import gzip
import json
import re
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import kept
import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice import plan_of

from app import export_command, export_csv, export_keys, files, settings
from app.cli import main
from app.export_command import FORMATS, Wanted, run
from app.export_csv import cell, guarded, unguarded
from app.export_tables import ALL, Material, Scope, ladder_id
from app.store import Store
from engine.plan import to_header
from engine.profile import Profile
from engine.recording import RULES, Trial

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
NUMBER = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?")
TYPES = {
    "integer": re.compile(r"-?\d+"), "number": NUMBER, "true/false": re.compile("true|false"),
    "time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00"), "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "text": re.compile(r"(?s).*"), "any": re.compile(r"(?s).*"),
}  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kept.make(tmp_path_factory.mktemp("records"))


@pytest.fixture(scope="module", params=[False, True], ids=["whole", "research"])
def exported(request: pytest.FixtureRequest, data: Path) -> Path:
    out = data / f"out-{request.param}"
    assert run(Wanted(str(data), format="all", out=out, offsets=request.param), NOW, UTC) == 0
    return out


@pytest.fixture(scope="module")
def whole(data: Path) -> Path:
    run(Wanted(str(data), out=data / "whole"), NOW, UTC)
    return data / "whole"


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def trials_in(data: Path) -> dict[tuple[str, str], Trial]:
    with closing(Store.open(data / "regrasp.sqlite3")) as store:
        sessions = [one.id for one in store.sessions(kept.CODE)]
        return {(str(n), str(trial.index)): trial for n in sessions for trial in store.trials(n)}


def contents(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield every file with its text, unpacked."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        raw = path.read_bytes()
        yield path, (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")


# --- the dictionary -----------------------------------------------------------------------------------------


def test_every_column_of_every_file_stands_in_the_data_dictionary_and_nothing_else_does(exported: Path) -> None:
    known: dict[str, list[str]] = {}
    for row in read(exported / "csv" / "data-dictionary.csv"):
        if not row["key"]:
            known.setdefault(row["file"], []).append(row["column"])
            assert row["meaning"], row
    found = {}
    for path in (exported / "csv").glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found[path.name] = next(csv.reader(file))
    assert found == known
    assert len(found) == len(ALL) + 1


def test_every_key_of_a_long_table_stands_in_the_data_dictionary_with_its_unit(exported: Path) -> None:
    folder = exported / "csv"
    known = {(row["file"], row["key"]): row for row in read(folder / "data-dictionary.csv") if row["key"]}
    for file, of in (("measures", "measure"), ("params", "param")):
        rows = read(folder / f"{file}.csv")
        assert rows
        for row in rows:
            assert known[f"{file}.csv", row[of]]["unit"] == row["unit"]
    told = [row for row in read(folder / "diary.csv") if row["name"]]
    assert {f"{row['kind']}.{row['name']}" for row in told} <= {key for file, key in known if file == "diary.csv"}


def test_every_cell_is_of_the_type_that_the_dictionary_says(exported: Path) -> None:
    folder = exported / "csv"
    columns = [row for row in read(folder / "data-dictionary.csv") if not row["key"]]
    types = {(row["file"], row["column"]): row["type"] for row in columns}
    for path in folder.glob("*.csv"):
        for row in read(path):
            for column, value in row.items():
                assert not value or TYPES[types[path.name, column]].fullmatch(value), (path.name, column, value)


def test_measures_have_the_unit_that_the_documentation_gives_them() -> None:
    text = (files.ROOT / "docs" / "data.md").read_text(encoding="utf-8").split("\n## Measures\n")[1].split("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    rows = [[part.strip() for part in line.strip("|").split("|")] for line in lines]
    units = [(row[1], row[2]) for row in rows if len(row) == 4 and row[2] not in ("unit", "in", "---", "")]
    told = {name: unit for names, unit in units for name in names.split(", ") if name != "0 to 1"}
    assert len(told) > 25
    assert {name: export_keys.unit_of(name) for name in told} == told


# --- there and back -----------------------------------------------------------------------------------------


def test_what_is_read_back_are_the_same_numbers(data: Path, whole: Path) -> None:
    trials = trials_in(data)
    rows = {(row["session"], row["idx"]): row for row in read(whole / "trials.csv")}
    assert rows.keys() == trials.keys()
    for key, trial in trials.items():
        row = rows[key]
        for name in ("difficulty", "predicted", "level", "start_tick", "end_tick", "attempt", "passed"):
            value = getattr(trial, name)
            assert (float(row[name]) if row[name] else None) == value, name
        assert (row["result"], row["cause"], row["hand"]) == (trial.result, trial.cause, trial.hand)
        assert row["probe"] == ("true" if trial.reason == "reason.probe" else "false")
    for file, name, of in (("measures", "measure", "measures"), ("just", "param", "just")):
        back: dict[tuple[str, str], dict[str, float]] = {}
        for row in read(whole / f"{file}.csv"):
            back.setdefault((row["session"], row["idx"]), {})[row[name]] = float(row["value"])
        assert back == {key: dict(getattr(trial, of)) for key, trial in trials.items() if getattr(trial, of)}


def test_sessions_ends_fits_and_calibrations_are_there_with_their_values(whole: Path) -> None:
    first, second, third = read(whole / "sessions.csv")
    assert [row["day"] for row in (first, second, third)] == ["0", "2", "9"]
    assert (first["how"], third["how"], third["trials"]) == ("done", "", "2")
    assert first["mm_per_px"] == "0.25"
    assert [row["session"] for row in read(whole / "ends.csv")] == [first["session"], second["session"]]
    assert [row["kind"] for row in read(whole / "fits.csv")] == ["tare", "firm"]
    (calibration,) = read(whole / "calibrations.csv")
    assert (calibration["calibration"], float(calibration["gain"])) == (kept.CALIBRATION.id, kept.CALIBRATION.gain)
    assert [(row["hand"], row["value"], row["unit"]) for row in read(whole / "tests.csv")] == [
        ("right", "18.7", "kg"), ("left", "24.1", "kg"),
    ]  # fmt: skip
    assert [row["hit"] for row in read(whole / "answers.csv")] == ["true", "false"]


def test_a_measure_has_the_version_of_its_formula_and_of_older_rules_those(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_keys.measures, "VERSIONS", {"throughput": 3}, raising=False)
    told = [export_keys.version_of(*one) for one in (("throughput", RULES), ("throughput", 1), ("peak", RULES))]
    assert told == ["3", "rules-1", f"rules-{RULES}"]


def test_each_ladder_is_told_once_and_every_try_names_its_own(data: Path, whole: Path) -> None:
    levels = read(whole / "levels.csv")
    assert len({tuple(row.values()) for row in levels}) == len(levels)
    named = {(row["game"], row["ladder"]) for row in read(whole / "trials.csv")}
    assert named == {(row["game"], row["ladder"]) for row in levels}
    assert len({ladder_id([{"rung": n}]) for n in range(20)}) == 20


def test_another_patients_rows_are_not_there(whole: Path) -> None:
    assert {row["patient"] for row in read(whole / "sessions.csv")} == {kept.CODE}
    assert all("somebody else" not in text for _, text in contents(whole))


# --- formulas -----------------------------------------------------------------------------------------------


@given(st.text(alphabet="=+-@;\t\r\n '＝a1", max_size=12) | st.text(max_size=30))
def test_no_text_begins_as_a_formula_and_each_comes_back_as_it_was(text: str) -> None:
    safe = guarded(text)
    assert unguarded(safe) == text
    for part in re.split(r"[;\t\r\n]", safe):
        assert not part.strip(" ").startswith(tuple("=+-@＝＋－＠"))


@pytest.mark.parametrize(("value", "text"), [
    (None, ""), (True, "true"), (-2.5, "-2.5"), (float("nan"), ""), (1e-9, "1e-09"), (-3, "-3"), (("a", "=b"), "a;'=b"),
])  # fmt: skip
def test_numbers_stay_numbers_and_texts_are_guarded(value: Any, text: str) -> None:
    assert cell(value) == text


def test_own_words_come_back_as_they_were_and_open_no_formula(whole: Path) -> None:
    words = [row["value"] for row in read(whole / "diary.csv") if row["name"] == "words"]
    assert [unguarded(text) for text in words] == [kept.JOURNAL, kept.GOAL, "@cook for Anna"]
    assert all(text.startswith("'") for text in words)
    (goal,) = read(whole / "goals.csv")
    assert (unguarded(goal["words"]), unguarded(goal["level_4"])) == (kept.GOAL, "@e Anna")


# --- research -----------------------------------------------------------------------------------------------


def test_research_gets_no_date_no_name_no_own_word_and_no_serial_number(data: Path) -> None:
    out = data / "research"
    run(Wanted(str(data), format="all", out=out, offsets=True), NOW, UTC)
    for path, text in contents(out):
        for told in ("anna", "änna", "2026-", "gb-0001", kept.CALIBRATION.id, "17778", "73974", "jamar"):
            assert told not in text.lower(), (path, told)
        assert not re.search(r"\b20\d\d-\d\d", text), path
    assert not (out / "fhir").exists()
    days = [row["day"] for row in read(out / "csv" / "sessions.csv")]
    assert days == ["0", "2", "9"]
    values = {(row["kind"], row["name"]): row["value"] for row in read(out / "csv" / "diary.csv")}
    assert values["checkin", "pain"] == "3"
    assert {name for kind, name in values if kind in ("new-kind", "test", "cleared")} == {""}


def test_research_leaves_out_the_way_of_the_pencil_that_wrote_the_own_word(data: Path) -> None:
    out = data / "pencil"
    run(Wanted(str(data), format="raw", out=out, offsets=True), NOW, UTC)
    texts = {path.name: text for path, text in contents(out)}
    assert "mouse" in texts["raw-1.csv.gz"], "a pointer that spells nothing stays"
    channels = [line.split(",")[1] for line in texts["raw-3.csv.gz"].splitlines()[1:]]
    assert channels == ["host.hidden", "key.J"]


# --- the folder ---------------------------------------------------------------------------------------------


def test_a_patient_with_nothing_gets_headings_only_and_is_told_so(tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "data").mkdir()
    settings.save(tmp_path / "data", Profile())
    for form in ("csv", "raw", "fhir", "bids"):
        out = tmp_path / form
        assert main(["export", "--data", str(tmp_path / "data"), "--format", form, "--out", str(out)]) == 0
        assert "nothing was played or told" in capsys.readouterr().out
        assert "Nothing was played or told" in (out / "README.txt").read_text()
    rows = {table.name: read(tmp_path / "csv" / f"{table.name}.csv") for table in ALL}
    assert {name for name, found in rows.items() if found} == {"program"}, "the gentle program holds"


def test_a_folder_is_replaced_only_where_it_was_asked_for_and_only_an_export(data: Path, tmp_path: Path) -> None:
    out, other, file = tmp_path / "out", tmp_path / "other", tmp_path / "file"
    wanted = ["export", "--data", str(data), "--out"]
    assert main([*wanted, str(out)]) == 0
    (out / "more.txt").write_text("x")
    with pytest.raises(ValueError, match="--force replaces it"):
        run(Wanted(str(data), out=out))
    assert main([*wanted, str(out), "--force"]) == 0
    assert not (out / "more.txt").exists()
    other.mkdir()
    (other / "letter.txt").write_text("dear")
    file.write_text("x")
    with pytest.raises(ValueError, match="something else than an export"):
        run(Wanted(str(data), out=other, force=True))
    with pytest.raises(ValueError, match="this is a file"):
        run(Wanted(str(data), out=file, force=True))
    with pytest.raises(ValueError, match=r"a folder is needed.*another place with --out"):
        run(Wanted(str(data), out=file / "below"))
    assert {path.name for path in tmp_path.iterdir()} == {"out", "other", "file"}


@pytest.mark.parametrize("step", ["goal_rows", "write_dictionary"])
def test_a_full_disk_is_told_and_leaves_the_old_export_as_it_was(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, step: str
) -> None:
    out = tmp_path / "out"
    run(Wanted(str(data), out=out), NOW)
    before = dict(contents(out))

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(export_csv, step, full)
    assert main(["export", "--data", str(data), "--out", str(out), "--force"]) == 1
    assert "The disk is full" in capsys.readouterr().err
    assert dict(contents(out)) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_weeks_count_back_from_now_and_days_still_from_the_first_session(data: Path, tmp_path: Path) -> None:
    now = datetime(2026, 5, 14, tzinfo=UTC)
    run(Wanted(str(data), out=tmp_path / "out", weeks=1), now, UTC)
    assert [row["day"] for row in read(tmp_path / "out" / "sessions.csv")] == ["9"]
    assert read(tmp_path / "out" / "diary.csv") == []
    run(Wanted(str(data), out=tmp_path / "two", weeks=2), now, UTC)
    assert len(read(tmp_path / "two" / "sessions.csv")) == 3


def test_the_same_records_give_the_same_bytes(data: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        run(Wanted(str(data), format="all", out=tmp_path / name), NOW, UTC)
    one, two = ({path.relative_to(tmp_path / name): path.read_bytes() for path, _ in contents(tmp_path / name)}
                for name in ("a", "b"))  # fmt: skip
    assert one == two


def test_what_cannot_be_is_said_in_one_line(data: Path, capsys: Any) -> None:
    assert main(["export", "--data", str(data), "--patient", "P-9"]) == 1
    assert "there is no patient called P-9" in capsys.readouterr().err
    assert main(["export", "--data", str(data), "--format", "fhir", "--offsets"]) == 1
    assert "--offsets" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["export", "--format", "xml"])
    said = capsys.readouterr().err
    assert all(name in said for name in FORMATS), "the command line takes what there is"


def test_a_program_that_cannot_be_read_stops_nothing(tmp_path: Path, capsys: Any) -> None:
    data = kept.make(tmp_path)
    (data / "patients" / kept.CODE / "program.toml").write_text("name = ", encoding="utf-8")
    assert run(Wanted(str(data), out=tmp_path / "out"), NOW) == 0
    assert "program and goals are left out" in capsys.readouterr().err
    assert len(read(tmp_path / "out" / "trials.csv")) == 4


def test_an_export_is_noted_in_the_audit_log_without_the_code(data: Path) -> None:
    run(Wanted(str(data), out=data / "noted"), NOW)
    last = (data / "audit.jsonl").read_text().splitlines()[-1]
    assert json.loads(last)["what"] == "export.made"
    assert kept.CODE not in last


def test_many_sessions_take_no_more_memory_than_a_few(tmp_path: Path) -> None:
    peaks = []
    header = to_header(plan_of())
    header["levels"] = {"letters": header["levels"]["letters"]}
    with closing(Store.open(tmp_path / "regrasp.sqlite3")) as store:
        for patient, sessions in (("few", 3), ("many", 15)):
            for _ in range(sessions):
                session = store.begin(header | {"patient": patient}, kept.DAYS[0])
                store.add(session, kept.WRITTEN, [])
            tracemalloc.start()
            counts = export_csv.write(tmp_path / patient, Material(store, Scope(patient)))
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
            assert counts["sessions"] == sessions
    few, many = peaks
    assert many < 1.3 * few


def test_every_format_of_the_command_has_what_writes_it() -> None:
    for name in FORMATS[:-1]:
        assert callable(export_command._writer(name))
