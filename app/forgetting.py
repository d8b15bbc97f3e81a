"""Delete everything that is kept of a patient, and prove it: count before and after, look into every file that is left.

What was removed is told in a receipt that names nobody. A deletion that was interrupted is done again from the start:
the receipt that was begun says so.
"""

import hashlib
import json
import re
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from app import audit, files
from app.logbook import DATABASE, utc_now
from app.patients import CLINIC, TILES, Patients
from app.patients_command import must_be_staff
from app.texts import MOTHER_TONGUE, load
from app.version import version
from engine.profile import Profile

LOST = ("store.damaged", "store.newer")
RECEIPTS, BEGUN, DONE, LEFT = "receipts", "begun", "done", "something is left"
TRACES, TRACE_BYTES = 16, 24  # pieces of what was removed that are looked for, and how long each is
LEAST_CODE = 4  # a shorter code stands in any file by chance
CHUNK_BYTES, OVERLAP_BYTES = 1 << 22, 256
EXACT = re.compile(r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}\+00:00")
NOT_REACHED = (
    "packages, exports, reports and calendar files that were written elsewhere",
    "backups and snapshots of this folder or disk",
    "packages that were taken in on other computers",
    "what a disk keeps of blocks that it has let go of",
)


@dataclass(slots=True)
class Removed:
    """What was removed so far: files and bytes, and a SHA-256 over all of it, rows included."""

    count: int = 0
    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    def take(self, name: str, content: bytes) -> None:
        """Count a file."""
        self.count, self.size = self.count + 1, self.size + len(content)
        self.digest.update(f"{name}:{len(content)}:".encode())
        self.digest.update(content)


def run(data: str | None, code: str, yes: bool, now: Callable[[], datetime] = utc_now) -> int:
    """Delete everything of a patient and print the receipt; 1 where something is left. Raise ``ValueError``."""
    from app.store import StoreError

    data_dir = files.data_dir(data)
    with files.RunningLock(data_dir):
        patients = Patients(data_dir)
        code = _known(patients, code)
        _must_be_kept(data_dir, patients, code)
        if patients.has_pin(CLINIC):
            must_be_staff(patients)
        if not yes:
            _must_be_meant(code)
        try:
            receipt = forget(data_dir, code, now)
        except StoreError as error:
            told = load(MOTHER_TONGUE).say(error.message_key)
            again = f"Do it again: regrasp delete {code}"
            if error.message_key in LOST:
                again = f"Rows cannot be taken out of it. Only with the whole folder {data_dir} is everything gone."
            raise ValueError(f"{told} The deletion is not done. {again}") from None
    for line in _lines(data_dir, receipt):
        print(line)
    return 0 if receipt["state"] == DONE else 1


def _known(patients: Patients, code: str) -> str:
    """Return the code as it is written here; one that nobody has may be left from an interrupted deletion."""
    same = [card.code for card in patients.all() if card.code.lower() == code.lower()]
    return same[0] if len(same) == 1 else code


def _must_be_kept(data_dir: Path, patients: Patients, code: str) -> None:
    """Raise ``ValueError`` unless there is something of this patient, or a deletion that was begun."""
    from app.store import StoreError

    if patients.belongings(code) or _recordings(data_dir, code) or _begun(data_dir, code):
        return
    with suppress(StoreError):  # what cannot be read is told when it is to be changed
        if not any(_counts(data_dir, code).values()):
            raise ValueError(f"nothing is kept of {code}; there are: {', '.join(_codes(patients)) or 'none'}")


def _must_be_meant(code: str) -> None:
    print(f"Everything that is kept of {code} will be deleted, for good: sessions, diary, program, settings, the name.")
    print("To keep a copy first: regrasp package", end="\n\n")
    print(f"Type the code {code} to delete: ", end="", flush=True)
    if sys.stdin.readline().strip() != code:
        raise ValueError("that is not the code; nothing was deleted")


# --- doing it -------------------------------------------------------------------------------------------


def forget(data_dir: Path, code: str, now: Callable[[], datetime] = utc_now) -> dict[str, Any]:
    """Remove everything of a patient and return the receipt; raise ``FilesError``, ``StoreError``, ``ValueError``."""
    patients = Patients(data_dir)
    things = [*patients.belongings(code), *_recordings(data_dir, code), *_told_of(data_dir / "trouble.txt", code)]
    rows = _counts(data_dir, code)
    _must_be_kept(data_dir, patients, code)
    receipt = _begun(data_dir, code) or _new(code, audit.person_of(data_dir, code, make=False), now())
    receipt["rows"] = {name: max(n, receipt["rows"].get(name, 0)) for name, n in rows.items()}
    place = data_dir / RECEIPTS / f"{receipt['of']}.json"
    _write(place, receipt)
    removed = Removed(receipt["files"], receipt["bytes"])
    traces = _traces(data_dir, code, removed)
    _remove_rows(data_dir, code)
    receipt["name"] = patients.forget_name(code) or receipt["name"]
    for path in reversed(things):  # the folder last: the key of the audit log lies in it
        _take(path, data_dir, removed)
        files.remove(path)
    receipt |= {"files": removed.count, "bytes": removed.size, "sha256": removed.digest.hexdigest()}
    _prove(data_dir, code, traces, receipt)
    receipt["done"] = now().isoformat()
    _write(place, receipt)
    values = {"of": receipt["of"], "state": receipt["state"], "receipt": _sha256(files.read_bytes(place))}
    audit.note(data_dir, "patient.deleted", values, now=now)
    return receipt


def _new(code: str, person: str, at: datetime) -> dict[str, Any]:
    """Return a receipt as it is begun; ``check`` tells whose it is until the deletion is done, and then goes."""
    salt = secrets.token_hex(16)
    return {
        "regrasp": "receipt", "format": 1, "program": version(), "of": person or secrets.token_hex(12),
        "state": BEGUN, "begun": at.isoformat(), "done": "", "check": [salt, _sha256(f"{salt}{code}".encode())],
        "rows": {}, "files": 0, "bytes": 0, "sha256": "", "name": False, "not reached": list(NOT_REACHED),
    }  # fmt: skip


def _begun(data_dir: Path, code: str) -> dict[str, Any] | None:
    """Return the receipt of a deletion of this code that was begun and is not done."""
    for place in sorted((data_dir / RECEIPTS).glob("*.json")):
        with suppress(files.FilesError, ValueError, KeyError, TypeError):
            receipt: dict[str, Any] = json.loads(files.read_text(place))
            salt, digest = receipt.get("check", ("", ""))
            if _sha256(f"{salt}{code}".encode()) == digest and receipt["of"] == place.stem:
                return receipt
    return None


def _prove(data_dir: Path, code: str, traces: tuple[bytes, ...], receipt: dict[str, Any]) -> None:
    """Write into a receipt what is left: rows, and every file in which the code or a trace still stands."""
    left = _counts(data_dir, code)
    looked, where = _searched(data_dir, code, traces)
    is_done = not where and not any(left.values()) and not Patients(data_dir).belongings(code)
    receipt |= {
        "state": DONE if is_done else LEFT, "rows after": left, "traces": len(traces), "searched files": len(looked),
        "searched bytes": sum(looked), "found in": where, "code looked for": len(code) >= LEAST_CODE,
    }  # fmt: skip
    if is_done:
        receipt.pop("check", None)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _codes(patients: Patients) -> list[str]:
    return [card.code for card in patients.all()]


def _write(place: Path, receipt: dict[str, Any]) -> None:
    files.write_whole(place, json.dumps(receipt, indent=1) + "\n")


def _recordings(data_dir: Path, code: str) -> list[Path]:
    """Return the recordings of a patient: what the first line says, else the name of the file."""
    return [path for path in sorted((data_dir / files.RECORDINGS).glob("*.jsonl*")) if _is_of(path, code)]


def _is_of(path: Path, code: str) -> bool:
    try:
        header = json.loads(next(iter(files.recording_lines(path))))
        return code in (header.get("patient"), header.get("profile", {}).get("patient"))
    except (files.FilesError, ValueError, AttributeError, StopIteration):
        return path.name.split(".jsonl")[0].split("-", 2)[-1] == files.file_name(code)


def _told_of(path: Path, code: str) -> list[Path]:
    """Return a file of plain text if the code stands in it."""
    return [path] if path.is_file() and _word(code).search(files.read_bytes(path)) else []


def _counts(data_dir: Path, code: str) -> dict[str, int]:
    from app.store import Store

    if not (data_dir / DATABASE).exists():
        return {}
    with closing(Store.open(data_dir / DATABASE, make=False)) as store:
        return store.counts(code)


def _remove_rows(data_dir: Path, code: str) -> None:
    from app.store import Store

    if (data_dir / DATABASE).exists():
        with closing(Store.open(data_dir / DATABASE, make=False)) as store:
            store.forget(code)


def _take(path: Path, data_dir: Path, removed: Removed) -> None:
    for below in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if below.is_file():
            removed.take(below.relative_to(data_dir).as_posix(), files.read_bytes(below))


# --- proving it -----------------------------------------------------------------------------------------


def _traces(data_dir: Path, code: str, removed: Removed) -> tuple[bytes, ...]:
    """Return pieces of the rows of a patient, spread over all of them; every row goes into the sum of what went."""
    from app.store import Store

    if not (data_dir / DATABASE).exists():
        return ()
    found: dict[bytes, None] = {}
    with closing(Store.open(data_dir / DATABASE, make=False)) as store:
        for row in store.rows(code):
            removed.digest.update(repr(row).encode())
            found |= dict.fromkeys(_pieces(row))
    pieces = list(found)
    return tuple(pieces[:: max(1, len(pieces) // TRACES)])


def _pieces(row: tuple[Any, ...]) -> Iterator[bytes]:
    """Yield what of a row stands nowhere else: the middle of packed samples, and times to the microsecond."""
    for value in row:
        if isinstance(value, bytes) and len(value) > 4 * TRACE_BYTES:
            yield value[len(value) // 2 :][:TRACE_BYTES]
        elif isinstance(value, str) and EXACT.fullmatch(value):
            yield value.encode()


def _word(code: str) -> re.Pattern[bytes]:
    return re.compile(rb"(?i)(?<![\w-])" + re.escape(code.encode()) + rb"(?![\w-])")


def _searched(data_dir: Path, code: str, traces: tuple[bytes, ...]) -> tuple[list[int], list[str]]:
    """Return the size of each file that is left, and the names of those in which something still stands."""
    word = _word(code) if len(code) >= LEAST_CODE else None
    sizes, where = [], []
    for path in sorted(path for path in data_dir.rglob("*") if path.is_file()):
        sizes.append(path.stat().st_size)
        of_nobody = path.parent == data_dir / TILES and code == Profile().patient  # the code that stands for no one
        if _stands_in(path, None if of_nobody else word, traces):
            where.append(_named(path.relative_to(data_dir).as_posix(), word))
    return sizes, where


def _stands_in(path: Path, word: re.Pattern[bytes] | None, traces: tuple[bytes, ...]) -> bool:
    """Tell whether a code or a trace stands in a file, or the code in its name or in the header of a recording."""
    if word and word.search(path.name.encode()):
        return True
    if word and path.name.endswith(".jsonl.gz"):
        with suppress(files.FilesError):
            if word.search(next(files.recording_lines(path), "").encode()):
                return True
    return any((word and word.search(piece)) or any(trace in piece for trace in traces) for piece in _read(path))


def _read(path: Path) -> Iterator[bytes]:
    """Yield a file in pieces that overlap, so that nothing lies between two of them."""
    before = b""
    for piece in files.pieces(path, CHUNK_BYTES):
        yield before + piece
        before = piece[-OVERLAP_BYTES:]


def _named(name: str, word: re.Pattern[bytes] | None) -> str:
    """Return a name without the code in it: a receipt names nobody."""
    return word.sub(b"*", name.encode()).decode("utf-8", "replace") if word else name


# --- telling it -----------------------------------------------------------------------------------------


def _lines(data_dir: Path, receipt: dict[str, Any]) -> Iterator[str]:
    rows = ", ".join(f"{name} {n}" for name, n in receipt["rows"].items() if n) or "none"
    yield f"Rows removed from the database: {rows}. Rows left: {sum(receipt['rows after'].values())}."
    named = "yes" if receipt["name"] else "there was none"
    yield f"Files removed: {receipt['files']} ({receipt['bytes']} bytes). Name removed: {named}."
    yield (
        f"Searched afterwards: {receipt['searched files']} files, {receipt['searched bytes']} bytes, for "
        f"{'the code and ' if receipt['code looked for'] else ''}{receipt['traces']} pieces of what was removed."
    )
    if receipt["found in"]:
        yield f"STILL THERE, in: {', '.join(receipt['found in'])}. Look at these files, then do it again."
    yield "Not reached, and to be deleted by hand: " + "; ".join(NOT_REACHED) + "."
    yield f"Receipt: {data_dir / RECEIPTS / receipt['of']}.json"
