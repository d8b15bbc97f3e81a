"""Put all that is kept of a patient into one file, and read such a file: checked to the last byte before it counts."""

import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.merging import Head, Told, Whole, coded, identity_of
from app.version import version
from engine.recording import FORMAT as RECORDING
from engine.recording import RULES, trial_from_plain

if TYPE_CHECKING:
    from app.store import Store

FORMAT = 1
MANIFEST, DIARY = "manifest.json", "diary.jsonl"
TEXTS = ("settings.toml", "program.toml", "goals.toml", "picture.txt")
MEMBER = re.compile(r"sessions/\d{6}\.jsonl")
CODE = re.compile(r"[\w.-]{1,40}")
MOST_BYTES = 1 << 32  # of the whole file
MOST_MEMBERS, MOST_MEMBER_BYTES, MOST_TEXT_BYTES = 100_000, 1 << 28, 1 << 20
MOST_UNPACKED_BYTES = 1 << 35
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OverflowError, ValueError)
STILL = (1980, 1, 1, 0, 0, 0)  # the same content gives the same bytes


@dataclass(frozen=True, slots=True)
class Package:
    """One package, read and checked but for its sessions, which are checked as they are read.

    ``texts`` are the files of the patient's folder by name.
    """

    patient: str
    made: str
    program: str
    heads: tuple[Head, ...]
    told: tuple[Told, ...]
    texts: Mapping[str, str]
    members: "Members"

    def whole(self, n: int, code: str = "") -> Whole:
        """Return session ``n``, under another code if one is given; raise ``ValueError`` where it is damaged."""
        name = _member(n)
        try:
            found = _whole_of(self.members.lines(name))
        except (*BROKEN, KeyError, TypeError, IndexError) as error:
            raise ValueError(f"the package is damaged: {name}: {error}") from None
        if identity_of(found.header, found.started) != self.heads[n].identity:
            raise ValueError(f"the package is damaged: {name} is not the session that it was")
        if not code:
            return found
        return Whole(found.started, coded(found.header, code), found.trials, found.parts, found.end, found.reason)


@dataclass(frozen=True, slots=True)
class Members:
    """The files inside a package, with the size and the SHA-256 that each must have."""

    archive: zipfile.ZipFile
    rows: Mapping[str, tuple[int, str]]

    def text(self, name: str) -> str:
        """Return a member as text; raise ``ValueError`` where it is not what the manifest says."""
        size, digest = self.rows[name]
        content = _unpacked(self.archive, name, size)
        if len(content) != size or hashlib.sha256(content).hexdigest() != digest:
            raise ValueError(f"{name} is not as it was written")
        return content.decode("utf-8")

    def lines(self, name: str) -> list[Any]:
        """Return the lines of a member of JSON Lines, read."""
        return [json.loads(line) for line in self.text(name).split("\n")[:-1]]


# --- making one -----------------------------------------------------------------------------------------


def made(store: "Store", patient: str, texts: Mapping[str, str], at: str) -> bytes:
    """Return the bytes of a package (ZIP): sessions and diary of a patient, and these texts; raise ``StoreError``."""
    from app.store import VERSION

    packed = io.BytesIO()
    members: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:

        def write(name: str, text: str) -> None:
            content = text.encode("utf-8")
            members[name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            _write(out, name, content)

        heads = store.heads(patient)
        for n, (session, _) in enumerate(heads):
            write(_member(n), _jsonl(_rows_of(store.whole(session))))
        write(DIARY, _jsonl([row.at, row.day, row.kind, row.entry] for row in store.told(patient)))
        for name in TEXTS:
            if name in texts:
                write(name, texts[name])
        manifest = {
            "regrasp": "package", "format": FORMAT, "patient": patient, "made": at, "program": version(),
            "database": VERSION, "recording": RECORDING, "rules": RULES,
            "sessions": [[head.started, head.identity, head.continues] for _, head in heads], "members": members,
        }  # fmt: skip
        _write(out, MANIFEST, (json.dumps(manifest, indent=1) + "\n").encode("utf-8"))
    return packed.getvalue()


def _member(n: int) -> str:
    return f"sessions/{n + 1:06d}.jsonl"


def _write(out: zipfile.ZipFile, name: str, content: bytes) -> None:
    row = zipfile.ZipInfo(name, STILL)
    row.compress_type = zipfile.ZIP_DEFLATED
    out.writestr(row, content)


def _jsonl(rows: Iterable[Any]) -> str:
    return "".join(json.dumps(row, separators=(",", ":"), ensure_ascii=False) + "\n" for row in rows)


def _rows_of(whole: Whole) -> Iterator[list[Any]]:
    yield ["session", whole.started, whole.header]
    of_part: dict[int, list[list[Any]]] = {}
    for trial in whole.trials:
        of_part.setdefault(trial[0], []).append(["trial", *trial])
    for part, lines in enumerate(whole.parts):
        yield ["lines", *lines]
        yield from of_part.get(part, ())  # beside the line that says the same: packed it takes hardly any room
    yield from (["end", *end] for end in (whole.end,) if end)
    yield from (["reason", *reason] for reason in (whole.reason,) if reason)


# --- reading one ----------------------------------------------------------------------------------------


def read(content: bytes) -> Package:
    """Return the package in these bytes; raise ``ValueError`` that says what is wrong with it."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        manifest = _manifest(archive)
    except BROKEN as error:
        raise ValueError(f"this is no package of Regrasp, or it is damaged: {error}") from None
    _must_be_known(manifest)
    try:
        return _package(archive, manifest)
    except (*BROKEN, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"the package is damaged: {error}") from None


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    rows = archive.infolist()
    names = [row.filename for row in rows]
    if len(names) > MOST_MEMBERS or len(set(names)) < len(names):
        raise ValueError(f"it has {len(names)} parts, or one of them twice")
    for name in names:
        if not (name in (MANIFEST, DIARY, *TEXTS) or MEMBER.fullmatch(name)):
            raise ValueError(f"{name[:80]!a} does not belong into it")
    if MANIFEST not in names or sum(row.file_size for row in rows) > MOST_UNPACKED_BYTES:
        raise ValueError("its list of contents is missing, or it is far too large")
    manifest = json.loads(_unpacked(archive, MANIFEST, MOST_MEMBER_BYTES))
    if not isinstance(manifest, dict) or manifest.get("regrasp") != "package":
        raise ValueError("its list of contents is of something else")
    return manifest


def _must_be_known(manifest: Mapping[str, Any]) -> None:
    from app.store import VERSION

    known = {"format": FORMAT, "database": VERSION, "recording": RECORDING, "rules": RULES}
    for name, most in known.items():
        value = manifest.get(name)
        if not isinstance(value, int) or value < 1:
            raise ValueError(f"the package is damaged: {name} is missing")
        if value > most:
            by = str(manifest.get("program"))[:20]
            raise ValueError(f"the package was made by a newer Regrasp ({by}; {name} {value}); update this one first")


def _package(archive: zipfile.ZipFile, manifest: Mapping[str, Any]) -> Package:
    rows = {str(name): (int(row["bytes"]), str(row["sha256"])) for name, row in manifest["members"].items()}
    if {*rows, MANIFEST} != set(archive.namelist()):
        raise ValueError("what is in it is not what its list of contents says")
    members = Members(archive, rows)
    patient = manifest["patient"]
    if not isinstance(patient, str) or not CODE.fullmatch(patient):
        raise ValueError("the patient's code is missing")
    heads = tuple(_head(n, *row) for n, row in enumerate(manifest["sessions"]))
    if {_member(n) for n in range(len(heads))} != {name for name in rows if MEMBER.fullmatch(name)}:
        raise ValueError("a session is missing")
    texts = {name: members.text(name) for name in TEXTS if name in rows and rows[name][0] <= MOST_TEXT_BYTES}
    told = tuple(_told_of(*row) for row in members.lines(DIARY))
    return Package(patient, str(manifest["made"]), str(manifest["program"]), heads, told, texts, members)


def _unpacked(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Return a member, never more of it than is allowed: what its header says may be a lie."""
    with archive.open(name) as file:
        content = file.read(min(most, MOST_MEMBER_BYTES) + 1)
    if len(content) > min(most, MOST_MEMBER_BYTES):
        raise ValueError(f"{name} is larger than it may be")
    return content


def _head(n: int, started: Any, identity: Any, continues: Any) -> Head:
    if continues is not None and not (type(continues) is int and 0 <= continues < n):
        raise ValueError(f"session {n + 1} goes on with one that does not come before it")
    return Head(_str(started), _str(identity), continues)


def _told_of(at: Any, day: Any, kind: Any, entry: Any) -> Told:
    if not isinstance(json.loads(entry), dict):
        raise ValueError("an entry of the diary is wrong")
    return Told(_str(at), _int(day), _str(kind), entry)


def _whole_of(rows: list[Any]) -> Whole:
    """Return a session of its rows; raise ``ValueError`` for what no database could hold."""
    (_, started, header), *more = rows
    if not isinstance(header, dict):
        raise ValueError("its header is wrong")
    parts = [tuple(map(_line, row[1:])) for row in more if row[0] == "lines"]
    trials = [_trial(len(parts), *row[1:]) for row in more if row[0] == "trial"]
    ends = [(_str(at), _int(tick), _str(how), _str(why), _int(part)) for name, at, tick, how, why, part in
            (row for row in more if row[0] == "end")]  # fmt: skip
    whys = [(_str(at), _str(why), _int(part)) for _, at, why, part in (row for row in more if row[0] == "reason")]
    if len({idx for _, idx, _ in trials}) < len(trials) or len(ends) > 1 or len(whys) > 1:
        raise ValueError("something is in it twice")
    return Whole(_str(started), header, tuple(trials), tuple(parts), *(of[0] if of else None for of in (ends, whys)))  # type: ignore[arg-type]


def _trial(parts: int, part: Any, idx: Any, text: Any) -> tuple[int, int, str]:
    from app.store import COPIED

    plain = json.loads(text)
    if not 0 <= _int(part) < parts or trial_from_plain(plain).index != _int(idx) or not set(plain).issuperset(COPIED):
        raise ValueError("a trial is wrong")
    return part, idx, text


def _line(text: Any) -> str:
    if "\n" in _str(text):
        raise ValueError("a line is wrong")
    return str(text)


def _str(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text is missing")
    return value


def _int(value: Any) -> int:
    if type(value) is not int or not -(2**62) < value < 2**62:
        raise ValueError("a number is missing")
    return value
