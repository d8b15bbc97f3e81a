"""Write what is kept of a patient to a folder: tables, raw samples, a FHIR bundle, a BIDS dataset."""

import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from app import audit, files, rooms
from app.export_tables import BUILT_IN, Material, Scope
from app.files import FilesError
from app.goals_command import goals_of, must_be_kept, prescription, whose
from app.hardware import Hardware
from app.logbook import DATABASE
from app.texts import MOTHER_TONGUE, load
from app.version import version
from engine.level import LevelError
from engine.prescription import Goal, Prescription

if TYPE_CHECKING:
    from app.store import Store, StoreError

ALL, CSV, RAW, PARQUET, FHIR, BIDS = "all", "csv", "raw", "parquet", "fhir", "bids"
FORMATS = (CSV, RAW, PARQUET, FHIR, BIDS, ALL)
IN_ALL = (CSV, RAW, FHIR, BIDS)
WRITERS = {
    CSV: ("app.export_csv", "write"),
    RAW: ("app.export_raw", "write_packed"),
    PARQUET: ("app.export_raw", "write_parquet"),
    FHIR: ("app.export_fhir", "write"),
    BIDS: ("app.export_bids", "write"),
}
NOT_PLAYED = {"program", "goals", "Patient", "ServiceRequest", "Goal", "CodeSystem"}
README, OURS = "README.txt", "Regrasp export"
HONEST = "Exercise, practice logging and research. Not a medical device: nothing here is a diagnosis or a normal value."
NO_DATES = "--offsets: a FHIR bundle is made of dates; without them there are csv, raw, parquet and bids"
WHAT = {
    CSV: "Tables as CSV (UTF-8, commas, decimal points, times ISO 8601 in UTC). data-dictionary.csv says what every\n"
    "column of every file means. An apostrophe stands before a text that a spreadsheet would take for a formula.",
    RAW: "Every raw sample, one packed CSV a session: raw-<session>.csv.gz with tick (1/120 s), channel, at_ms (from\n"
    "the start of the session), value, x, y, device_ms, flags, as docs/data.md says under 'The recording'.",
    PARQUET: "Every raw sample, one Parquet file a session, with the columns tick, channel, at_ms, value, x, y,\n"
    "device_ms, flags, as docs/data.md says under 'The recording'.",
    FHIR: "bundle.json: a FHIR R4 Bundle (collection). What is not told by a code of LOINC is told by the CodeSystem\n"
    "in it, which is Regrasp's own.",
    BIDS: "A dataset in the form of BIDS, for motion: https://bids-specification.readthedocs.io. One task, practice;\n"
    "one file for each tracking system of each session, 120 rows a second, each with the last reading before it.",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked: whose, in which format and where; ``offsets`` for research, ``weeks`` back from now, else all."""

    data: str | None = None
    patient: str | None = None
    format: str = CSV
    out: Path | None = None
    offsets: bool = False
    weeks: int | None = None
    force: bool = False


def run(wanted: Wanted, now: datetime | None = None, zone: tzinfo | None = None) -> int:
    """Write the export and print what went where; raise ``ValueError`` or ``FilesError`` with nothing written."""
    from app.store import StoreError

    formats = _formats(wanted)
    data_dir = must_be_kept(files.data_place(wanted.data))
    patient, _ = whose(data_dir, wanted.patient, None)
    target = wanted.out or Path(f"regrasp-export-{patient}")
    _must_be_free(target, wanted.force)
    began = now or datetime.now(UTC)
    since = (began - timedelta(weeks=wanted.weeks)).isoformat() if wanted.weeks else ""
    try:
        with _opened(data_dir) as store, files.whole_folder(target) as folder:
            material = _material(data_dir, store, Scope(patient, wanted.offsets, zone=zone), since)
            counts = {name: _write(name, folder / name if len(formats) > 1 else folder, material) for name in formats}
            if len(formats) > 1:
                _say(folder, wanted.format, material, sum(counts.values(), Counter()))
    except StoreError as error:
        raise _plain(error) from None
    except FilesError as error:
        said = load(MOTHER_TONGUE).say(error.message_key.replace("files.", "file."))
        raise ValueError(f"{error.place}: {said} Or choose another place with --out") from None
    values = {"format": wanted.format, "research": wanted.offsets, "rows": sum(map(Counter.total, counts.values()))}
    audit.note(data_dir, "export.made", values, patient=patient, now=lambda: began)
    _tell(target, counts, wanted)
    return 0


def _formats(wanted: Wanted) -> tuple[str, ...]:
    if wanted.format not in FORMATS:
        raise ValueError(f"there is no format called {wanted.format}; there are {', '.join(FORMATS)}")
    if wanted.offsets and wanted.format == FHIR:
        raise ValueError(NO_DATES)
    every = tuple(name for name in IN_ALL if not (wanted.offsets and name == FHIR))
    return every if wanted.format == ALL else (wanted.format,)


def _must_be_free(target: Path, force: bool) -> None:
    """Raise ``ValueError`` where a folder stands that is not to be replaced: never one that is no export."""
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    if not target.is_dir():
        raise ValueError(f"{target}: this is a file; choose another place with --out")
    readme = target / README
    if not (readme.is_file() and files.read_text(readme).startswith(OURS)):
        raise ValueError(f"{target}: holds something else than an export; choose another place with --out")
    if not force:
        raise ValueError(f"{target}: is there already; --force replaces it")


def _opened(data_dir: Path) -> "closing[Store] | nullcontext[None]":
    """Return the records, or nothing where there are none yet."""
    from app.store import Store, StoreError

    try:
        return closing(Store.open(data_dir / DATABASE, make=False))
    except StoreError as error:
        if error.message_key == "store.unknown":
            return nullcontext(None)
        raise _plain(error) from None


def _plain(error: "StoreError") -> ValueError:
    return ValueError(f"{error.detail}: {load(MOTHER_TONGUE).say(error.message_key)}")


def _material(data_dir: Path, store: "Store | None", scope: Scope, since: str) -> Material:
    first = next(store.each_session(scope.patient), None) if store else None
    entry = next(store.each_entry(scope.patient), None) if store and first is None else None
    if first is not None:
        scope.first_day = scope.offset(first.started)
    elif entry is not None:
        scope.first_day = entry[2].day
    scope.programs = frozenset({*BUILT_IN, *rooms.all_prescriptions(), *(task.name for task in rooms.all_tasks())})
    return Material(store, scope, since, *_prescribed(data_dir, scope.patient), Hardware(data_dir).calibrations)


def _prescribed(data_dir: Path, patient: str) -> tuple[Prescription | None, tuple[Goal, ...]]:
    """Return program and goals; what cannot be read is said, and stops nothing: the records are whole without it."""
    try:
        return prescription(data_dir, patient), goals_of(data_dir, patient)
    except (LevelError, FilesError) as error:
        print(f"regrasp: program and goals are left out: {error}", file=sys.stderr)
        return None, ()


def _writer(name: str) -> Callable[[Path, Material], Counter[str]]:
    """Return what writes a format; each is imported only when it is wanted."""
    from importlib import import_module

    module, function = WRITERS[name]
    found: Callable[[Path, Material], Counter[str]] = getattr(import_module(module), function)
    return found


def _write(name: str, folder: Path, material: Material) -> Counter[str]:
    counts = _writer(name)(folder, material)
    _say(folder, name, material, counts)
    return counts


def _say(folder: Path, name: str, material: Material, counts: Counter[str]) -> None:
    """Write what is in a folder, for whom and how much; nothing of when it was made, which would be a date."""
    lines = [f"{OURS} of {material.scope.patient}, version {version()}", "", HONEST, ""]
    lines += [WHAT[name] if name in WHAT else "\n".join(f"{one}/: {WHAT[one]}" for one in IN_ALL), ""]
    if material.scope.research:
        lines.append("For research: days are counted from the first session; no date, no own word, no serial number.")
    if not counts or set(counts) <= NOT_PLAYED:
        lines.append("Nothing was played or told in this time: tables have their headings only.")
    lines += [f"{file}: {n}" for file, n in sorted(counts.items())]
    with files.text_out(folder / README) as text:
        text.write("\n".join(lines) + "\n")


def _tell(target: Path, counts: dict[str, Counter[str]], wanted: Wanted) -> None:
    print(target)
    for name, found in counts.items():
        rows = ", ".join(f"{n} {file}" for file, n in found.most_common())
        rows = rows if name in (CSV, FHIR) else f"{found.total()} rows in {len(found)} files"
        print(f"  {name}: {rows}" if set(found) - NOT_PLAYED else f"  {name}: nothing was played or told in this time")
    if wanted.format == ALL and wanted.offsets:
        print("  fhir: left out, since a FHIR bundle is made of dates")
    elif not wanted.offsets:
        print("  It holds dates and own words. For research: --offsets")
