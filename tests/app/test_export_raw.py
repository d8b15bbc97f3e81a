"""Raw samples: each comes out as it was recorded, packed or as Parquet, and a missing extra is told with its remedy."""

import csv
import gzip
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import kept
import pytest

from app.cli import main
from app.export_command import Wanted, run
from app.export_raw import COLUMNS
from app.store import Store
from engine.recording import parse
from engine.sample import EMPTY, to_row

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SESSIONS = (1, 2, 3)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kept.make(tmp_path_factory.mktemp("records"))


def recorded(data: Path, session: int) -> list[list[Any]]:
    """Return the samples of a session as the recording has them, with everything that was left out."""
    with closing(Store.open(data / "regrasp.sqlite3")) as store:
        samples = parse(store.recording_lines(session)).samples
    rows = [[tick, *to_row(sample)] for tick, found in samples for sample in found]
    return [[*row, *EMPTY[len(row) - 1 :]] for row in rows]


def test_every_sample_comes_out_as_it_was_recorded(data: Path, tmp_path: Path) -> None:
    run(Wanted(str(data), format="raw", out=tmp_path / "raw"), NOW)
    for session in SESSIONS:
        with gzip.open(tmp_path / "raw" / f"raw-{session}.csv.gz", "rt", encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        assert tuple(head) == COLUMNS
        back = [[int(row[0]), row[1], *map(float, row[2:])] for row in rows]
        assert back == recorded(data, session)
        assert back


def test_parquet_holds_the_same_samples_with_their_types(data: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    run(Wanted(str(data), format="parquet", out=tmp_path / "parquet"), NOW)
    for session in SESSIONS:
        table = parquet.read_table(tmp_path / "parquet" / f"raw-{session}.parquet")
        assert tuple(table.column_names) == COLUMNS
        assert [str(kind) for kind in table.schema.types] == ["int64", "string", *["double"] * 5, "int64"]
        rows = [list(row) for row in zip(*(column.to_pylist() for column in table.columns), strict=True)]
        assert rows == recorded(data, session)


def test_without_the_extra_the_remedy_is_told_and_nothing_is_left(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert main(["export", "--data", str(data), "--format", "parquet", "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert "uv sync --extra parquet" in said
    assert "--format raw" in said
    assert list(tmp_path.iterdir()) == []
