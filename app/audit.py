"""Keep a log of what was done with patients, programs and records: lines that only grow, each sealed by the one before.

A line holds the SHA-256 of the line before it, so that a line that was changed, taken out, put in or moved is found.
How many lines there are, and the hash of the last, stand in the database too (and on every report): so a cut at the end
is found. It is no signature: who can write all files of this folder can write a new log, and is found only by a head
that was kept elsewhere. No line names a patient: a hash of the code stands there, made with a key that lies in the
patient's folder and goes with it.
"""

import hashlib
import hmac
import json
import platform
import secrets
import sys
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from app import files
from app.files import FilesError
from app.logbook import DATABASE, utc_now
from app.patients import CLINIC, Patients
from app.version import version
from engine.profile import Profile

FILE, KEY = "audit.jsonl", "audit.key"
FIRST = "0" * 64
SOFTWARE = "software"
KEEPS = "audit"  # the kind of the row in the diary that holds the head; it is the clinic's, nobody's own
STAFF, PATIENT, SYSTEM = "staff", "patient", "system"
SAFETY = ("hand", "unseen", "calm", "aid", "grip", "hurry", "patience")
ALONE = "No database keeps where the log ends, so a cut at its end would not be seen."
FIELDS = ("seq", "at", "role", "what", "person", "values", "prev", "hash")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: number, when (ISO, UTC), in which role, what, the hash of whom, values, and the two hashes."""

    seq: int
    at: str
    role: str
    what: str
    person: str
    values: Mapping[str, Any]
    prev: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where a log ends: how many lines, and the hash of the last."""

    count: int = 0
    hash: str = FIRST

    def __str__(self) -> str:
        """Return it as it is printed and typed: count and hash with a colon between."""
        return f"{self.count}:{self.hash}"


class Wrong(ValueError):
    """A log that is not as it was written; the message names the line."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of looking at a log: where it ends, the first thing that is wrong ("" if nothing), and what to know."""

    head: Head
    wrong: str = ""
    notes: tuple[str, ...] = ()


# --- writing --------------------------------------------------------------------------------------------


def note(
    data_dir: Path, what: str, values: Mapping[str, Any] | None = None, *, patient: str = "", role: str = STAFF,
    now: Callable[[], datetime] = utc_now,
) -> str:  # fmt: skip
    """Add a line: ``what`` was done, with a patient if one is given; return what is wrong with that, or "".

    It never raises: what could not be written is told in the terminal, and stops nothing. ``values`` hold neither a
    code nor words of a patient. Where this version of Regrasp has not written yet, a line says so first.
    """
    from app.store import StoreError

    try:
        row = (now().isoformat(), role, what, person_of(data_dir, patient) if patient else "", dict(values or {}))
        added: list[Line] = []

        def line_of(before: bytes) -> str:
            *whole, torn = before.split(b"\n")
            added.extend(_lines_to_add([*whole, torn] if torn else whole, bool(torn), row))
            return ("\n" if torn else "") + "\n".join(map(_text, added))

        files.append_line(data_dir / FILE, line_of)
        _keep_head(data_dir, Head(added[-1].seq, added[-1].hash), now())
    except (FilesError, StoreError, OSError, ValueError) as error:
        print(f"regrasp: the audit log could not note this ({what}): {error}", file=sys.stderr)
        return str(error)
    return ""


def note_version(data_dir: Path) -> None:
    """Add a line where this version of Regrasp runs here for the first time."""
    try:
        is_known = any(map(_says_version, _raw(data_dir)))
    except FilesError:
        is_known = False
    if not is_known:
        note(data_dir, SOFTWARE, _here(), role=SYSTEM)


def note_settings(data_dir: Path, before: Profile, after: Profile) -> None:
    """Add a line where a setting that concerns safety was changed: what it was and what it is."""
    rows = {name: (getattr(before, name), getattr(after, name)) for name in SAFETY}
    plain = {name: [v if isinstance(v, int | float) else str(v or "") for v in row] for name, row in rows.items()}
    changed = {name: row for name, row in plain.items() if row[0] != row[1]}
    if changed:
        note(data_dir, "settings.safety", changed, patient=after.patient, role=PATIENT)


def person_of(data_dir: Path, code: str, make: bool = True) -> str:
    """Return what a patient is called in the log: a hash of the code by a key of its own, "" where there is no key.

    ``make`` draws the key where it is missing. Raise ``FilesError``.
    """
    path = Patients(data_dir).folder(code) / KEY
    try:
        key = files.read_text(path).strip()
    except FilesError as error:
        if error.message_key != "files.missing":
            raise
        if not make:
            return ""
        key = secrets.token_hex(32)
        files.write_whole(path, key + "\n")
    return hmac.new(key.encode(), code.encode(), "sha256").hexdigest()[:24]


def _lines_to_add(before: list[bytes], is_torn: bool, row: tuple[str, str, str, str, dict[str, Any]]) -> list[Line]:
    """Return the line to add, and before it what has to be said first: that one was cut off, that this is new."""
    at = row[0]
    rows = [row]
    if row[2] != SOFTWARE and not any(_says_version(line) for line in before):
        rows.insert(0, (at, SYSTEM, SOFTWARE, "", _here()))
    if is_torn:
        rows.insert(0, (at, SYSTEM, "torn", "", {"bytes": len(before[-1])}))
    seq, prev = len(before), _hash_of(before[-1]) if before else FIRST
    lines = []
    for one in rows:
        seq += 1
        lines.append(_sealed(seq, one, prev))
        prev = lines[-1].hash
    return lines


def _here() -> dict[str, Any]:
    return {"version": version(), "python": platform.python_version(), "system": platform.system()}


def _says_version(raw: bytes) -> bool:
    return f'"what":"{SOFTWARE}"'.encode() in raw and json.dumps(version()).encode() in raw


def _hash_of(raw: bytes) -> str:
    """Return the hash by which the next line holds on to this one: its own, or that of what cannot be read."""
    try:
        return _parsed(raw).hash
    except Wrong:
        return hashlib.sha256(raw).hexdigest()


def _sealed(seq: int, row: tuple[str, str, str, str, dict[str, Any]], prev: str) -> Line:
    open_ = Line(seq, *row, prev, "")
    return replace(open_, hash=hashlib.sha256(_text(open_).encode()).hexdigest())


def _text(line: Line) -> str:
    """Return a line as canonical JSON: what is equal is written alike to the byte; the hash is over all but itself."""
    row = {name: getattr(line, name) for name in FIELDS if name != "hash" or line.hash}
    return json.dumps(row, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _keep_head(data_dir: Path, head: Head, at: datetime) -> None:
    """Keep in the database where the log ends, where there is one; raise ``StoreError``."""
    from app.store import Store

    if (data_dir / DATABASE).exists():
        with closing(Store.open(data_dir / DATABASE, make=False, checked=False)) as store:
            day = at.astimezone().date().toordinal()
            store.note(CLINIC, at.isoformat(), day, KEEPS, {"count": head.count, "hash": head.hash})


# --- reading --------------------------------------------------------------------------------------------


def lines(data_dir: Path) -> tuple[Line, ...]:
    """Return the lines of the log that can be read; raise ``FilesError``."""
    found = []
    for raw in _raw(data_dir):
        with suppress(Wrong):
            found.append(_parsed(raw))
    return tuple(found)


def head(data_dir: Path) -> Head:
    """Return where the log ends, to be printed where it cannot be changed with it; an empty one ends at 0."""
    try:
        raw = _raw(data_dir)
    except FilesError:
        return Head()
    return Head(len(raw), _hash_of(raw[-1])) if raw else Head()


def verify(data_dir: Path, known: Head | None = None) -> Verdict:
    """Look at every line, and at the heads that are known from elsewhere; raise ``FilesError``, ``StoreError``."""
    raw = _raw(data_dir)
    end = Head(len(raw), _hash_of(raw[-1])) if raw else Head()
    wrong, notes = _first_wrong(raw)
    kept = _kept_heads(data_dir)
    heads = [("the database", one) for one in kept or ()]
    heads += [("the head that was given", known)] if known else []
    missed = "" if wrong else next(filter(None, (_against(raw, *row) for row in heads)), "")
    if kept is None:
        return Verdict(end, wrong or missed, (*notes, ALONE))
    unknown = len(raw) - max((one.count for one in kept), default=0)
    more = (f"The database does not know the last {unknown} of {len(raw)} lines.",) if unknown > 0 else ()
    return Verdict(end, wrong or missed, (*notes, *more))


def _against(raw: list[bytes], whence: str, known: Head) -> str:
    """Return what is wrong with a log seen from a head that is known."""
    if known.count > len(raw):
        return f"line {len(raw) + 1}: is missing: {whence} knows {known.count} lines, there are {len(raw)}"
    there = _hash_of(raw[known.count - 1]) if known.count else FIRST
    return "" if there == known.hash else f"line {known.count}: is not the one that {whence} knows: it was written anew"


def _first_wrong(raw: list[bytes]) -> tuple[str, tuple[str, ...]]:
    """Return what is wrong with the first line that is, or "", and the lines that a crash cut off."""
    prev, torn = FIRST, []
    for n, text in enumerate(raw, start=1):
        try:
            line = _parsed(text)
        except Wrong as error:
            if not _is_torn(raw, n):
                return f"line {n}: {error}", ()
            torn.append(f"Line {n} was cut off as it was written, by a crash; the next one says so.")
        else:
            if (line.seq, line.prev) != (n, prev):
                told = f"it is number {line.seq}" if line.seq != n else "the one before it was changed"
                return f"line {n}: does not follow the line before it: {told}", ()
        prev = _hash_of(text)
    return "", tuple(torn)


def _is_torn(raw: list[bytes], n: int) -> bool:
    """Tell whether line ``n`` is what a crash left: the line after it must say so."""
    try:
        after = _parsed(raw[n])
    except (Wrong, IndexError):
        return False
    return (after.what, after.seq, after.prev) == ("torn", n + 1, hashlib.sha256(raw[n - 1]).hexdigest())


def _parsed(raw: bytes) -> Line:
    """Return a line; raise ``Wrong`` where a byte of it is not as it was written."""
    try:
        row = json.loads(raw)
        line = Line(**row)
        same = _text(line).encode() == raw
        true = hashlib.sha256(_text(replace(line, hash="")).encode()).hexdigest()
    except (ValueError, TypeError, RecursionError):
        raise Wrong("cannot be read") from None
    if not same or line.hash != true:
        raise Wrong("was changed")
    return line


def _raw(data_dir: Path) -> list[bytes]:
    """Return the lines as bytes; what stands after the last line end is one too."""
    try:
        content = files.read_bytes(data_dir / FILE)
    except FilesError as error:
        if error.message_key == "files.missing":
            return []
        raise
    *whole, rest = content.split(b"\n")
    return [*whole, rest] if rest else whole


def _kept_heads(data_dir: Path) -> list[Head] | None:
    """Return every head that the database keeps, ``None`` where there is no database."""
    from app.store import Store

    if not (data_dir / DATABASE).exists():
        return None
    with closing(Store.open(data_dir / DATABASE, make=False, checked=False)) as store:
        rows = store.diary(CLINIC, (KEEPS,))
    return [Head(int(row.values["count"]), str(row.values["hash"])) for row in rows]
