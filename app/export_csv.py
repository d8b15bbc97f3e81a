"""Write every table as CSV, with a data dictionary of every column: for spreadsheets, R and Python."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from app import export_keys as keys
from app import files
from app.export_tables import (
    ALL,
    DIARY,
    MEASURES,
    PARAMS,
    Column,
    Material,
    Row,
    Scope,
    Table,
    calibration_rows,
    diary_rows,
    goal_rows,
    program_rows,
    rows_of,
    test_rows,
)
from engine.prescription import to_plain

BOM = "\ufeff"  # a spreadsheet knows by it that this is UTF-8
DICTIONARY = Table("data-dictionary", "one row for each column, and for each key of a long table", (
    Column("file", "text", "which file", lambda row, scope: row.item[0]),
    Column("column", "text", "which column of it", lambda row, scope: row.item[1]),
    Column("key", "text", "which key of a long table; empty: the column itself", lambda row, scope: row.item[2]),
    Column("type", "text", "what it holds", lambda row, scope: row.item[3],
           allowed="text integer number true/false time date any"),
    Column("unit", "text", "its unit", lambda row, scope: row.item[4]),
    Column("meaning", "text", "what it means", lambda row, scope: row.item[5]),
    Column("allowed", "text", "what is allowed, where that is told", lambda row, scope: row.item[6]),
))  # fmt: skip
# What makes a spreadsheet take a text for a formula, at its start or after what may part cells there.
FORMULA = re.compile(r"(^|[;\t\r\n])([ ']*[=+\-@＝＋－＠])")
GUARDED = re.compile(r"(^|[;\t\r\n])'([ ']*[=+\-@＝＋－＠])")


def guarded(text: str) -> str:
    """Return a text with an apostrophe before what a spreadsheet would take for a formula."""
    return text if text.isalnum() else FORMULA.sub(r"\1'\2", text)


def unguarded(text: str) -> str:
    """Return the text that ``guarded`` was given."""
    return GUARDED.sub(r"\1\2", text)


def cell(value: Any) -> str:
    """Return a value as it stands in a file: empty for none, ``true`` or ``false``, a list parted by ``;``."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return guarded(";".join(str(value_) for value_ in value))
    return guarded(str(value))


class Sheets:
    """Every table as a file in one folder, each opened with its header; rows come in any order of tables."""

    def __init__(self, folder: Path, scope: Scope, tables: Sequence[Table] = ALL) -> None:
        """Make the files; ``OSError`` goes to ``files.whole_folder``."""
        self.counts: Counter[str] = Counter()
        self.seen: dict[str, set[str]] = {MEASURES.name: set(), PARAMS.name: set(), DIARY.name: set()}
        self._scope, self._stack = scope, ExitStack()
        self._columns = {table.name: table.shown(scope) for table in tables}
        self._writers = {table.name: self._opened(folder, table) for table in tables}

    def add(self, rows: Iterable[tuple[Table, Row]]) -> None:
        """Write rows, each into the file of its table."""
        for table, row in rows:
            columns = self._columns[table.name]
            self._writers[table.name].writerow([cell(column.of(row, self._scope)) for column in columns])
            self.counts[table.name] += 1
            if table in (MEASURES, PARAMS):
                self.seen[table.name].add(row.item[1])
            elif table is DIARY and row.item[4]:
                self.seen[DIARY.name].add(f"{row.item[3]}.{row.item[4]}")

    def close(self) -> None:
        """Close all files."""
        self._stack.close()

    def _opened(self, folder: Path, table: Table) -> Any:
        file = self._stack.enter_context(files.text_out(folder / f"{table.name}.csv"))
        file.write(BOM)
        writer = csv.writer(file)
        writer.writerow([column.name for column in self._columns[table.name]])
        return writer


def write(folder: Path, material: Material) -> Counter[str]:
    """Write all files into a folder; return how many rows each got. Raise ``StoreError``, and ``OSError``."""
    with closing(Sheets(folder, material.scope)) as sheets:
        _fill(sheets, material)
    write_dictionary(folder, sheets, material.scope)
    return sheets.counts


def _fill(sheets: Sheets, material: Material) -> None:
    """Add all rows: session by session, and then what belongs to none."""
    ladders: set[str] = set()
    devices: dict[tuple[str, str], None] = {}
    for bout in material.bouts():
        sheets.add(rows_of(bout, ladders))
        sources = [mark["source"] for mark in bout.marks if "source" in mark]
        devices |= {(row.get("device", ""), row["calibration"]): None for row in sources if row.get("calibration")}
    sheets.add(calibration_rows(material.calibrated(devices)))
    if material.program is not None:
        sheets.add(program_rows(to_plain(material.program), material.scope))
    sheets.add(diary_rows(material.entries(), material.scope))
    sheets.add(goal_rows(material.goals))
    sheets.add(test_rows(material.tests()))


def write_dictionary(folder: Path, sheets: Sheets, scope: Scope) -> None:
    """Write the data dictionary of what was written: of every column, and of every key that there is or may be."""
    with closing(Sheets(folder, scope, (DICTIONARY,))) as dictionary:
        for table in (*ALL, DICTIONARY):
            rows: list[tuple[str, ...]] = []
            rows += [(table.name, c.name, "", c.type, c.unit, c.meaning, c.allowed) for c in table.shown(scope)]
            rows += _keys_of(table, sheets.seen.get(table.name, set()), scope)
            dictionary.add((DICTIONARY, Row(None, (f"{row[0]}.csv", *row[1:]))) for row in rows)


def _keys_of(table: Table, seen: set[str], scope: Scope) -> list[tuple[str, ...]]:
    """Return a row for each key of a long table: of what is known, and of what was seen besides."""
    if table is PARAMS:
        return [(table.name, "value", key, "any", keys.unit_of(key), keys.ELSEWHERE, "") for key in sorted(seen)]
    known: dict[str, keys.Key] = keys.MEASURES if table is MEASURES else {}
    if table is DIARY:
        standing = {name for name in seen if ".standing." in name}
        known = {key: one for key, one in keys.DIARY.items() if not (scope.research and one.private)}
        known |= {key: keys.STANDING[key.split(".", 2)[2]] for key in standing if key.split(".", 2)[2] in keys.STANDING}
    rows = {key: known.get(key) or keys.Key(keys.ELSEWHERE, keys.unit_of(key), "any") for key in {*known, *seen}}
    found = sorted(rows.items())
    return [(table.name, "value", key, one.type, one.unit, one.meaning, one.allowed) for key, one in found]
