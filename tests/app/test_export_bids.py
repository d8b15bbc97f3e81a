"""The BIDS dataset: the validator finds no error, rows are even in time, and values are those that were recorded."""

import csv
import importlib.util
import json
import os
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import kept
import pytest

from app.export_bids import AGE, COUNTS, LATENCY, NEWTONS, SHARE, Channel, Readings, System, rows_of
from app.export_command import Wanted, run
from app.export_tables import Bout
from app.patients import Patients
from app.store import Kept, Store
from engine.calibration import to_mm
from engine.recording import parse

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
STEM = "sub-P0001_ses-000{}_task-practice_tracksys-{}"
HAS_VALIDATOR = importlib.util.find_spec("bids_validator_deno") is not None


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kept.make(tmp_path_factory.mktemp("records"))


@pytest.fixture(scope="module")
def dataset(data: Path) -> Path:
    run(Wanted(str(data), format="bids", out=data / "bids"), NOW, UTC)
    return data / "bids"


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def motion(dataset: Path, session: int, label: str) -> list[dict[str, str]]:
    """Return the rows of a motion file by the names of its channels."""
    place = dataset / "sub-P0001" / f"ses-000{session}" / "motion"
    names = [row["name"] for row in table(place / f"{STEM.format(session, label)}_channels.tsv")]
    text = (place / f"{STEM.format(session, label)}_motion.tsv").read_text(encoding="utf-8")
    return [dict(zip(names, line.split("\t"), strict=True)) for line in text.splitlines()]


def sidecar(dataset: Path, session: int, label: str) -> dict[str, Any]:
    place = dataset / "sub-P0001" / f"ses-000{session}" / "motion"
    found: dict[str, Any] = json.loads((place / f"{STEM.format(session, label)}_motion.json").read_text())
    return found


@pytest.mark.skipif(not HAS_VALIDATOR, reason="bids-validator-deno is not installed")
def test_the_bids_validator_finds_no_error(dataset: Path) -> None:
    code = "import sys; from bids_validator_deno import cli; sys.exit(cli())"
    ran = subprocess.run(
        [sys.executable, "-c", code, "--json", str(dataset)], capture_output=True, text=True, timeout=120, check=False,
        env=os.environ | {"NO_COLOR": "1"},
    )  # fmt: skip
    issues = json.loads(ran.stdout)["issues"]["issues"]
    assert [issue for issue in issues if issue["severity"] == "error"] == []
    assert ran.returncode == 0
    assert issues, "what nobody here knows, such as the institution, is warned of: the validator did look"


def test_rows_are_even_in_time_and_as_many_as_the_sidecar_says(dataset: Path) -> None:
    for session, label in ((1, "pointer"), (2, "grip"), (3, "keys")):
        rows, said = motion(dataset, session, label), sidecar(dataset, session, label)
        times = [float(row[LATENCY.name]) for row in rows]
        assert times == [pytest.approx(n / 120, abs=1e-6) for n in range(len(rows))]
        assert said["SamplingFrequency"] == 120
        assert said["RecordingDuration"] == pytest.approx(len(rows) / 120, abs=1e-6)
        assert said["MotionChannelCount"] == len(rows[0])


def test_the_pointer_is_where_it_was_in_millimetres(data: Path, dataset: Path) -> None:
    rows = motion(dataset, 1, "pointer")
    with closing(Store.open(data / "regrasp.sqlite3")) as store:
        samples = parse(store.recording_lines(1)).samples
    last = {tick: found for tick, found in samples if any(one.channel == "mouse" for one in found)}
    checked = 0
    for tick, found in list(last.items())[::20]:
        sample = [one for one in found if one.channel == "mouse" and one.at_ms <= tick * 1000 / 120 + 1e-6]
        if sample:
            x_mm, y_mm = to_mm(sample[-1].x, sample[-1].y, 4.6, False)
            assert (float(rows[tick]["pointer_x"]), float(rows[tick]["pointer_y"])) == (x_mm, y_mm)
            checked += 1
    assert checked > 5
    assert rows[0]["pointer_x"] == "n/a"


def test_force_is_in_newtons_with_a_calibration_from_the_zero_on(dataset: Path) -> None:
    rows = motion(dataset, 2, "grip")
    known = [row for row in rows if row["grip_force"] != "n/a"]
    assert len(known) > 500
    for row in known[::50]:
        newtons = kept.CALIBRATION.gain * (float(row["grip_counts"]) - 83996.5)
        assert float(row["grip_force"]) == pytest.approx(newtons, abs=1e-4)
    assert all(row["grip_force"] == "n/a" for row in rows[:100]), "before the zero is known there is no force"
    assert sidecar(dataset, 2, "grip")["DeviceSerialNumber"] == "GB-0001"
    units = {row["name"]: row["units"] for row in table(next(dataset.rglob("*tracksys-grip_channels.tsv")))}
    assert units["grip_force"] == "N"


def test_tries_are_the_events_and_each_file_has_its_time(dataset: Path) -> None:
    events = table(dataset / "sub-P0001/ses-0003/motion/sub-P0001_ses-0003_task-practice_events.tsv")
    assert [(row["trial_type"], row["result"], row["probe"]) for row in events] == [
        ("letters", "miss", "1"), ("ladybirds", "hit", "0"),
    ]  # fmt: skip
    assert [float(row["onset"]) for row in events] == pytest.approx([10 / 120, 200 / 120], abs=1e-6)
    scans = table(dataset / "sub-P0001/ses-0003/sub-P0001_ses-0003_scans.tsv")
    assert {row["acq_time"] for row in scans} == {"2026-05-13T08:00:00.500000Z"}
    assert all((dataset / "sub-P0001/ses-0003" / row["filename"]).is_file() for row in scans)
    assert [row["day"] for row in table(dataset / "sub-P0001/sub-P0001_sessions.tsv")] == ["0", "2", "9"]


def test_a_hole_in_a_stream_stays_a_hole_and_a_key_is_held() -> None:
    key = Channel("key_J")
    system = System("grip", "force sensor")
    system.take(0.0, {COUNTS: 10.0, key: 1.0})
    system.take(1000.0, {COUNTS: 20.0})
    rows = list(rows_of(system, 130))
    named = [dict(zip((LATENCY.name, AGE.name, "grip_counts", "key_J"), row, strict=True)) for row in rows]
    assert [named[n]["grip_counts"] for n in (0, 29, 31, 119, 120)] == ["10", "10", "n/a", "n/a", "20"]
    assert {row["key_J"] for row in named} == {"1"}
    assert [named[n]["age"] for n in (0, 60, 120)] == ["0.000000", "0.500000", "0.000000"]


def bout(**header: Any) -> Bout:
    """Return a session without trials."""
    return Bout(Kept(1, kept.CODE, kept.DAYS[0], header, None, 0), 0, (), None, {})


def grip(at_ms: float, counts: float, flags: int = 0) -> list[Any]:
    return [round(at_ms * 0.12), ["grip", at_ms, counts, 0, 0, 0, flags]]


def test_without_a_calibration_force_is_a_share_and_unknown_until_the_squeeze_is() -> None:
    readings = Readings(bout(source={"device": "serial:A"}))
    for line in (grip(0, 500), {"fit": {"zero": 100, "full": 0}}, grip(10, 500), {"fit": {"zero": 100, "full": 900}},
                 grip(20, 500), grip(30, 700, flags=2)):  # fmt: skip
        readings.take(line)
    (system,) = readings.systems.values()
    assert [update[1][SHARE.name] for update in system.updates] == ["n/a", "n/a", "0.5", "n/a"]
    assert [update[1][COUNTS.name] for update in system.updates] == ["500", "500", "500", "n/a"]
    assert system.channels[SHARE.name].units == "1"


def test_another_sensor_begins_a_file_of_its_own_without_the_zero_of_the_first() -> None:
    readings = Readings(bout(source={"device": "serial:A", "gain_n": 0.5}, scale={"zero": 100, "full": 900}))
    for line in (grip(0, 110), {"source": {"tick": 1, "device": "serial:B", "gain_n": 0.1}}, grip(10, 300),
                 {"fit": {"zero": 200, "full": 0}}, grip(20, 300)):  # fmt: skip
        readings.take(line)
    first, second = readings.systems.values()
    assert (first.label, first.serial, first.updates[0][1][NEWTONS.name]) == ("grip", "A", "5")
    assert (second.label, second.serial) == ("grip2", "B")
    assert [update[1][NEWTONS.name] for update in second.updates] == ["n/a", "10"]


def test_a_screen_of_another_size_changes_the_millimetres_from_then_on() -> None:
    readings = Readings(bout(profile={"units_per_mm": 4.0}))
    for line in ([1, ["mouse", 0, 0, 840, 450]], [2, ["host.screen", 10, 8.0]], [3, ["mouse", 20, 0, 840, 450]]):
        readings.take(line)
    assert [update[1]["pointer_x"] for update in readings.systems["pointer"].updates] == ["10", "5"]


def test_a_code_with_marks_becomes_a_label_that_bids_takes(tmp_path: Path) -> None:
    with closing(Store.open(tmp_path / "regrasp.sqlite3")) as store:
        header = {"patient": "K7-RB4", "profile": {}, "program": {}}
        session = store.begin(header, kept.DAYS[0])
        store.add(session, replace(kept.TAPPED, index=0), ['[1,["key.J",8.3,1]]'])
    folder = Patients(tmp_path).folder("K7-RB4")
    folder.mkdir(parents=True)
    (folder / "card.toml").write_text('picture = "cat"\nn = 1\n', encoding="utf-8")
    run(Wanted(str(tmp_path), "K7-RB4", "bids", tmp_path / "out"), NOW)
    assert table(tmp_path / "out" / "participants.tsv") == [{"participant_id": "sub-K7RB4", "code": "K7-RB4"}]
    assert (tmp_path / "out" / "sub-K7RB4" / "ses-0001" / "motion").is_dir()
