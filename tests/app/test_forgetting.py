"""Deleting a patient: nothing of that one is left in any file, nothing of anybody else is gone, and it can be shown."""

import io
import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app import audit, files, forgetting, patients
from app.cli import main
from app.forgetting import forget
from app.logbook import DATABASE
from app.patients import CLINIC, PROGRAM, Patients
from app.store import TABLES, Store, StoreError
from engine.game import Result
from engine.hand import Side
from engine.profile import Profile
from engine.recording import End, Trial, header_line

NOON = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)
TRIAL = Trial(
    index=0, block=0, game="cup", hand=Side.RIGHT, played_with="keys", level=2, difficulty=31.5, result=Result.HIT,
    cause="", attempt=1, start_tick=0, end_tick=1200, params={"hold_ms": 800.0}, measures={"error": 0.03}, just=(),
    finger="", predicted=0.78, reason="reason.up", reason_values={}, belief="{}",
)  # fmt: skip


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patients, "COST", 2)


def practise(folder: Path, code: str, seed: int) -> None:
    header = {"profile": {"patient": code}, "seed": seed}
    with closing(Store.open(folder / DATABASE)) as store:
        before = None
        for n in range(2):
            at = (NOON + timedelta(days=n, microseconds=seed)).isoformat()
            session = store.begin(header | {"n": n}, at, before)
            before = session
            lines = [str((seed * 7919 + i) ** 5 % 99991) for i in range(400)]
            store.add(session, TRIAL, lines)
            store.end(session, at, End(9, "stopped"), [])
            store.reason(session, at, "pain", [])
            store.note(code, at, 7, "journal", {"words": f"my shoes {seed}"})
    files.save_recording(folder, f"20260302-120000-{code}", [header_line(header), "[1]"])


@pytest.fixture
def two(made: tuple[Path, str, str], tmp_path: Path) -> tuple[Path, str, str]:
    """A folder of its own with two who practised: what is looked for is the first."""
    shutil.copytree(made[0], tmp_path, dirs_exist_ok=True)
    return tmp_path, *made[1:]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    tmp_path = tmp_path_factory.mktemp("made")
    own = Patients(tmp_path)
    one, other = own.add().code, own.add().code
    for n, code in enumerate((one, other)):
        practise(tmp_path, code, n + 1)
        (own.folder(code) / PROGRAM).write_text(files.program_texts()[0][1], "utf-8")
        own.set_pin(code, "4711")
        audit.note(tmp_path, "patient.added", patient=code)
    (tmp_path / "names.toml").write_text(f'"{one}" = "Anna"\n# by hand\n"{other}" = "Ben"\n', "utf-8")
    (tmp_path / "trouble.txt").write_text(f"in patients/{one}/settings.toml\n", "utf-8")
    (tmp_path / "hardware.json").write_text('{"calibrations": []}', "utf-8")
    return tmp_path, one, other


def rows(folder: Path, code: str) -> list[Any]:
    with closing(Store.open(folder / DATABASE)) as store:
        return list(store.rows(code))


def everywhere(folder: Path, word: str) -> list[str]:
    found = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".gz"]
    named = [path.name for path in folder.rglob("*") if word in path.name]
    return named + [path.name for path in found if word.encode() in path.read_bytes()]


def test_who_is_not_there_is_told_before_anything_is_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="nothing is kept of XX"):
        forgetting.run(str(tmp_path), "XX", yes=False)
    assert "Type the code" not in capsys.readouterr().out


def test_nothing_of_a_deleted_patient_is_left_and_everything_of_the_others_is(two: tuple[Path, str, str]) -> None:
    folder, one, other = two
    before = rows(folder, other), {p: p.read_bytes() for p in Patients(folder).folder(other).rglob("*")}
    words = [row[-1] for row in rows(folder, one) if row[0] == "diary"]
    assert everywhere(folder, one)
    assert words
    receipt = forget(folder, one)
    assert receipt["state"] == "done"
    assert everywhere(folder, one) == []
    assert not [word for word in words if everywhere(folder, word)]
    assert [card.code for card in Patients(folder).all()] == [other]
    assert (rows(folder, other), {p: p.read_bytes() for p in Patients(folder).folder(other).rglob("*")}) == before
    assert len(list((folder / files.RECORDINGS).iterdir())) == 1
    assert (folder / "names.toml").read_text("utf-8") == f'# by hand\n"{other}" = "Ben"\n'
    assert (folder / "hardware.json").exists()
    assert not (folder / "trouble.txt").exists()


def test_the_receipt_counts_what_went_proves_that_it_went_and_names_nobody(two: tuple[Path, str, str]) -> None:
    folder, one, _ = two
    person = audit.person_of(folder, one)
    receipt = forget(folder, one)
    assert receipt["rows"] == {"trials": 2, "samples": 6, "ends": 2, "reasons": 2, "sessions": 2, "diary": 2}
    assert sum(receipt["rows after"].values()) == 0
    assert receipt["files"] >= 5
    assert receipt["traces"] >= 3
    assert receipt["searched files"] >= 6
    assert (receipt["found in"], receipt["name"], len(receipt["sha256"])) == ([], True, 64)
    assert any("backups" in what for what in receipt["not reached"])
    path = folder / forgetting.RECEIPTS / f"{person}.json"
    assert json.loads(path.read_text("utf-8")) == receipt
    line = audit.lines(folder)[-1]
    assert (line.what, line.values["of"], line.person) == ("patient.deleted", person, "")
    assert line.values["receipt"] == forgetting._sha256(path.read_bytes())
    assert audit.verify(folder).wrong == ""


def test_after_a_deletion_rows_are_only_ever_added_again(two: tuple[Path, str, str]) -> None:
    folder, one, _ = two
    forget(folder, one)
    with closing(sqlite3.connect(folder / DATABASE)) as other:
        for table in TABLES.tables:
            with pytest.raises(sqlite3.IntegrityError, match="only ever added"):
                other.execute(f"DELETE FROM {table}")
        assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert other.execute("PRAGMA freelist_count").fetchone() == (0,)


def test_what_is_still_there_is_found_and_named(two: tuple[Path, str, str], capsys: pytest.CaptureFixture[str]) -> None:
    folder, one, _ = two
    (folder / "notes.txt").write_text(f"{one.lower()} was here", "utf-8")
    (folder / "copy.bin").write_bytes((folder / DATABASE).read_bytes())
    assert main(["--data", str(folder), "delete", one, "--yes"]) == 1
    assert "STILL THERE, in: copy.bin, notes.txt." in capsys.readouterr().out
    for name in ("notes.txt", "copy.bin"):
        (folder / name).unlink()
    assert main(["--data", str(folder), "delete", one, "--yes"]) == 0
    assert len(list((folder / forgetting.RECEIPTS).iterdir())) == 1


def test_a_copy_of_the_samples_is_found_by_what_stood_in_them(two: tuple[Path, str, str]) -> None:
    folder, one, _ = two
    blob = next(value for row in rows(folder, one) if row[0] == "samples" for value in row if len(str(value)) > 600)
    (folder / "blob.bin").write_bytes(b"x" * (forgetting.CHUNK_BYTES - len(blob) // 2) + blob)
    assert forget(folder, one)["found in"] == ["blob.bin"]


class Killed(BaseException):
    """The power is gone."""


STEPS: tuple[tuple[Any, str], ...] = (
    (forgetting, "_traces"), (Store, "forget"), (Store, "tidy"), (Patients, "forget_name"), (files, "remove"),
    (forgetting, "_searched"), (audit, "note"),
)  # fmt: skip


@pytest.mark.parametrize("n", range(len(STEPS)))
def test_a_deletion_that_was_cut_off_can_be_done_again(
    two: tuple[Path, str, str], monkeypatch: pytest.MonkeyPatch, n: int
) -> None:
    folder, one, other = two
    kept = rows(folder, other)

    def cut(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(*STEPS[n], cut)
        with pytest.raises(Killed):
            forget(folder, one)
    if STEPS[n][1] != "note":
        receipt = forget(folder, one)
        assert (receipt["state"], receipt["rows"]["sessions"]) == ("done", 2)
    assert everywhere(folder, one) == []
    assert rows(folder, other) == kept
    assert len(list((folder / forgetting.RECEIPTS).iterdir())) == 1


def test_a_killed_transaction_leaves_all_rows_and_the_triggers(
    two: tuple[Path, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import app.store

    folder, one, _ = two
    before = rows(folder, one)

    def cut(_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(app.store, "_refuse_changes", cut)
        with pytest.raises(Killed), closing(Store.open(folder / DATABASE)) as store:
            store.forget(one)
    assert rows(folder, one) == before
    with (
        closing(Store.open(folder / DATABASE)) as store,
        pytest.raises(StoreError, match="only ever added"),
        store._writing() as db,
    ):
        db.exec_driver_sql("DELETE FROM sessions")


def test_one_person_alone_can_be_deleted_with_the_settings_in_the_folder_itself(tmp_path: Path) -> None:
    from app import settings

    settings.save(tmp_path, Profile(word="ROSA"))
    code = Profile().patient
    practise(tmp_path, code, 1)
    (tmp_path / "tiles").mkdir()
    settings.save(tmp_path / "tiles", Profile(palette="dark"))
    assert forget(tmp_path, code)["state"] == "done"
    assert not (tmp_path / settings.SETTINGS).exists()
    assert Patients(tmp_path).house().palette == "dark"
    assert rows(tmp_path, code) == []


# The command


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_the_code_has_to_be_typed_again_and_the_staff_has_to_be_it(
    two: tuple[Path, str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, one, other = two
    command, kept = ["--data", str(folder), "delete", one], rows(folder, one)
    for wrong in (other, "", "yes"):
        typed(monkeypatch, wrong)
        assert main(command) == 1
        assert "nothing was deleted" in capsys.readouterr().err
    Patients(folder).set_pin(CLINIC, "998877")
    typed(monkeypatch, "111111", one)
    assert main([*command, "--yes"]) == 1
    assert "does not fit" in capsys.readouterr().err
    assert rows(folder, one) == kept
    typed(monkeypatch, "998877", one)
    assert main(command) == 0
    out = capsys.readouterr().out
    assert "Rows left: 0" in out
    assert "Not reached, and to be deleted by hand: packages" in out
    assert rows(folder, one) == []


def test_nothing_is_deleted_while_a_window_is_open_and_nobody_who_is_not_there(
    two: tuple[Path, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, one, other = two
    kept = rows(folder, one)
    with files.RunningLock(folder):
        assert main(["--data", str(folder), "delete", one, "--yes"]) == 1
    assert "already" in capsys.readouterr().err
    assert main(["--data", str(folder), "delete", "Z9-ZZ9", "--yes"]) == 1
    assert capsys.readouterr().err.startswith("regrasp: nothing is kept of Z9-ZZ9; there are: ")
    assert rows(folder, one) == kept
    assert rows(folder, other)


def test_a_deletion_of_one_never_goes_on_with_the_receipt_of_another(
    two: tuple[Path, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, one, other = two
    with monkeypatch.context() as patch:
        patch.setattr(forgetting, "_searched", lambda *_: (_ for _ in ()).throw(Killed()))
        with pytest.raises(Killed):
            forget(folder, one)
    (Patients(folder).folder(other) / audit.KEY).unlink()
    forget(folder, other)
    states = [json.loads(path.read_text("utf-8"))["state"] for path in (folder / forgetting.RECEIPTS).iterdir()]
    assert sorted(states) == ["begun", "done"]
    assert forget(folder, one)["state"] == "done"
