"""Write every raw sample of each session: as packed CSV, or as Parquet where that is installed."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from app import files
from app.export_tables import Bout, Material
from engine.sample import EMPTY

COLUMNS = ("tick", "channel", "at_ms", "value", "x", "y", "device_ms", "flags")
LEADS = ("mouse", "key.")  # what leads a pencil
NO_PARQUET = (
    "Parquet files need more of Python, once: uv sync --extra parquet. Without it, --format raw holds the same samples"
)


def recorded(material: Material, bout: Bout) -> Iterator[Any]:
    """Yield what a session's recording holds, line by line as plain values; raise ``StoreError``.

    For research pointer and keys are left out wherever the patient's own word was written: their way would spell it.
    """
    values = map(json.loads, material.lines(bout.kept.id))
    return _unspelled(values, bout) if material.scope.research and bout.profile.get("word") else values


def _unspelled(values: Iterable[Any], bout: Bout) -> Iterator[Any]:
    """Yield the values, with no pointer and no key in what leads up to a written word, or to an end before one."""
    could_write = any(block.get("game") == "letters" for block in bout.program.get("blocks", ()))
    waiting: list[Any] = []
    for value in values:
        waiting.append(value)
        trial = value.get("trial") if isinstance(value, dict) else None
        if trial is not None:
            wrote = trial["game"] == "letters" and trial["params"].get("kind") == "word"
            yield from _unled(waiting) if wrote else waiting
            waiting = []
    yield from _unled(waiting) if could_write else waiting


def _unled(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            yield [value[0], *(row for row in value[1:] if not row[0].startswith(LEADS))]
        else:
            yield value


def samples_of(material: Material, bout: Bout) -> Iterator[list[Any]]:
    """Yield a row for each raw sample of a session, as in ``COLUMNS``; raise ``StoreError``."""
    for value in recorded(material, bout):
        if isinstance(value, list):
            yield from ([value[0], *row, *EMPTY[len(row) :]] for row in value[1:])


def write_packed(folder: Path, material: Material) -> Counter[str]:
    """Write ``raw-<session>.csv.gz`` for each session with samples; return how many rows each got."""
    counts: Counter[str] = Counter()
    for bout in material.bouts(marked=False):
        name = f"raw-{bout.kept.id}.csv.gz"
        rows = samples_of(material, bout)
        first = next(rows, None)
        if first is not None:
            with files.packed_out(folder / name) as text:
                writer = csv.writer(text)
                writer.writerows((COLUMNS, first))
                counts[name] = 1 + sum(1 for row in rows if writer.writerow(row))
    return counts


def write_parquet(folder: Path, material: Material) -> Counter[str]:
    """Write ``raw-<session>.parquet`` for each session with samples; raise ``ValueError`` where it is not installed."""
    parquet, schema = _parquet()
    counts: Counter[str] = Counter()
    for bout in material.bouts(marked=False):
        name = f"raw-{bout.kept.id}.parquet"
        rows = list(samples_of(material, bout))
        if rows:
            pairs = zip(COLUMNS, zip(*rows, strict=True), strict=True)
            columns = {name: _typed(column, name) for name, column in pairs}
            with files.bytes_out(folder / name) as out:
                parquet.write_table(_table(columns, schema), out)
            counts[name] = len(rows)
    return counts


def _typed(column: tuple[Any, ...], name: str) -> list[Any]:
    kind = {"channel": str, "tick": int, "flags": int}.get(name, float)
    return [kind(value) for value in column]


def _table(columns: dict[str, list[Any]], schema: Any) -> Any:
    import pyarrow

    return pyarrow.table(columns, schema=schema)


def _parquet() -> tuple[Any, Any]:
    """Return what writes Parquet, and the types of the columns; raise ``ValueError`` with the remedy."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise ValueError(NO_PARQUET) from None
    types = {"channel": pyarrow.string(), "tick": pyarrow.int64(), "flags": pyarrow.int64()}
    return parquet, pyarrow.schema([(name, types.get(name, pyarrow.float64())) for name in COLUMNS])
