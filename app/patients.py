"""Know the patients of one computer: a code and a picture each, settings, a program and a PIN; names are kept apart.

Each one has a folder, ``patients/<CODE>/``. On a computer of one person the settings lie in the data folder itself
until a second one is added. A PIN is a lock of the screen, not of the disk: whoever can change files needs none.
"""

import hmac
import json
import re
import secrets
import time
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from hashlib import scrypt
from math import isfinite
from pathlib import Path
from typing import Any

from app import files, settings
from app.files import FilesError
from app.logbook import DATABASE
from engine.profile import Profile
from engine.who_screens import LEAST_PIN, LONGEST_PIN, PICTURES, Tile

PATIENTS, TILES = "patients", "tiles"
CARD, PROGRAM, NAMES, CLINIC_FILE = "card.toml", "program.toml", "names.toml", "clinic.toml"
OLD_SETTINGS = f"{settings.SETTINGS}.old"
CLINIC = "*"  # no patient's code: whose PIN the staff types
LETTERS, DIGITS = "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"  # without those that look alike
SHAPE = (LETTERS, DIGITS, "-", LETTERS, LETTERS, DIGITS)
TRIES = 2000
FREE, FIRST_S, LONGEST_S = 5, 30.0, 900.0  # wrong PINs without a wait, then the wait, doubled up to the longest
MOST_WRONG = 1000
COST = 2**14  # of scrypt: 16 MB and about a twentieth of a second for each try
LONGEST_NAME = 24
FORBIDDEN = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")  # names that Windows keeps for itself
WRITTEN = re.compile(r"1:([0-9a-f]{32}):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Card(Tile):
    """One patient: code, picture, the name where one is kept, whether a PIN is set, and which one in order."""

    n: int = 0


@dataclass(frozen=True, slots=True)
class Lock:
    """A PIN as it is kept, and the wrong ones since the last right one: how many, and when the last (wall clock)."""

    pin: str = ""
    wrong: int = 0
    wrong_at: float = 0.0

    @property
    def wait_s(self) -> float:
        """Return how long to wait after the last wrong PIN: nothing up to the fifth, then 30 s, doubled each time."""
        return 0.0 if self.wrong < FREE else float(min(LONGEST_S, FIRST_S * 2 ** min(self.wrong - FREE, 10)))

    def left_s(self, wall_s: float) -> float:
        """Return how long to wait by the wall clock; one that was set back waits the whole time again."""
        passed = wall_s - self.wrong_at
        return self.wait_s if passed < 0 else max(0.0, self.wait_s - passed)


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a PIN: right or not, and the seconds until another one is looked at."""

    right: bool
    left_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands in a card's file."""

    picture: str = ""
    n: int = 0
    lock: Lock = field(default_factory=Lock)


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody about to become a patient here: code, picture, which one in order, and settings."""

    code: str
    picture: str
    n: int
    profile: Profile


class Patients:
    """The patients below one data folder; ``notes`` says in plain words what of their files could not be taken."""

    def __init__(
        self,
        data_dir: Path,
        wall_s: Callable[[], float] = time.time,
        below: Callable[[int], int] = secrets.randbelow,
    ) -> None:
        """Look at nothing yet; ``wall_s`` is the wall clock in seconds, ``below`` draws a number below another."""
        self._data_dir, self._wall_s, self._below = data_dir, wall_s, below
        self._unkept: dict[str, Lock] = {}
        self.notes: tuple[str, ...] = ()

    @property
    def data_dir(self) -> Path:
        """Return the folder in which everything is kept."""
        return self._data_dir

    # Who there is

    def all(self) -> tuple[Card, ...]:
        """Return all patients in the order in which they came; whatever is damaged is noted and stops nobody else."""
        names, notes = self._names()
        cards, root = [], self._root()
        for code in dict.fromkeys((*[root] * bool(root), *self._folders(notes))):
            kept, said = self._kept(code, missing_is_fine=code == root)
            notes += said
            cards.append(Card(code, kept.picture, names.get(code, ""), bool(kept.lock.pin), kept.n))
        self.notes = tuple(notes)
        return tuple(sorted(cards, key=lambda card: (card.n, card.code)))

    def card(self, code: str) -> Card:
        """Return the card of a code, written in any letters; ``ValueError`` if there is no such patient."""
        cards = self.all()
        same = [card for card in cards if card.code == code] or [c for c in cards if c.code.lower() == code.lower()]
        if len(same) != 1:
            there = ", ".join(card.code for card in cards) or "none yet"
            raise ValueError(f"there is no patient called {code}; there are: {there}")
        return same[0]

    def free_pictures(self) -> tuple[str, ...]:
        """Return the pictures that nobody has, or all of them once each is somebody's."""
        taken = {card.picture for card in self.all()}
        return tuple(picture for picture in PICTURES if picture not in taken) or PICTURES

    def add(self, picture: str = "", profile: Profile | None = None, taken: Collection[str] = ()) -> Card:
        """Add a patient and return the card; raise ``FilesError``, and ``ValueError`` for an unknown picture.

        The code is drawn by chance; ``taken`` are codes that it must not be either. Before, the settings of a computer
        of one person move into that person's folder. Killed at any step, everybody is still there afterwards.
        """
        if picture and picture not in PICTURES:
            raise ValueError(f"there is no picture called {picture}; there are: {', '.join(PICTURES)}")
        last = max((card.n for card in self.all()), default=0)
        own = profile or self.newcomer()
        self._move_in()
        return self.seat(Guest(self._new_code(taken), picture or self.free_pictures()[0], last + 1, own))

    def guest(self, code: str, picture: str, profile: Profile) -> Guest:
        """Return who comes from another computer with a code that nobody has here, ready to be added.

        The picture is the own one where it is free. What belongs to a computer, screen and sensors, is of this one.
        """
        here, last = self.newcomer(), max((card.n for card in self.all()), default=0)
        own = replace(profile, units_per_mm=here.units_per_mm, grip=here.grip, port=here.port, taps=here.taps)
        free = self.free_pictures()
        self._move_in()
        return Guest(code, picture if picture in free else free[0], last + 1, own)

    def seat(self, guest: Guest) -> Card:
        """Add a guest; raise ``FilesError``."""
        files.write_whole(self.folder(guest.code) / CARD, _card_text(Kept(guest.picture, guest.n)))
        settings.save(self.folder(guest.code), replace(guest.profile, patient=guest.code))
        return Card(guest.code, guest.picture, n=guest.n)

    # What is kept of one

    def place(self, code: str) -> Path:
        """Return the folder in which a patient's settings lie: who comes first is taken to be alone."""
        anybody = settings.are_kept(self._data_dir) or any(self._folders([]))
        return self._data_dir if code == self._root() or not anybody else self.folder(code)

    def folder(self, code: str) -> Path:
        """Return the folder in which all else of a patient lies; it is not made."""
        return self._data_dir / PATIENTS / folder_of(code)

    def profile(self, code: str) -> tuple[Profile, tuple[str, ...]]:
        """Return a patient's profile, and a plain note for each thing in its file that was not taken."""
        profile, notes = settings.load(self.place(code))
        if self.place(code) != self._data_dir:
            notes = tuple(f"{PATIENTS}/{self.folder(code).name}/{note}" for note in notes)
        return replace(profile, patient=code), notes

    def save(self, code: str, profile: Profile) -> None:
        """Keep a patient's profile; raise ``FilesError``."""
        settings.save(self.place(code), replace(profile, patient=code))

    def program_text(self, code: str) -> str | None:
        """Return the text of the patient's own program, ``None`` if there is none; raise ``FilesError``."""
        path = self.folder(code) / PROGRAM
        return files.read_text(path) if path.is_file() else None

    def house(self) -> Profile:
        """Return how the screens before anybody is chosen look: ``tiles/settings.toml``, else as the first one's."""
        if settings.are_kept(self._data_dir / TILES):
            return settings.load(self._data_dir / TILES)[0]
        cards = self.all()
        first = self.profile(cards[0].code)[0] if cards else settings.load(self._data_dir)[0]
        if len(cards) == 1:
            return first
        return Profile(
            language=first.language, palette=first.palette, text_scale=first.text_scale, calm=first.calm,
            effects=first.effects, units_per_mm=first.units_per_mm,
        )  # fmt: skip

    def newcomer(self) -> Profile:
        """Return the usual profile with what belongs to this computer: language, screen and sensors."""
        cards = self.all()
        known = self.profile(cards[0].code)[0] if cards else settings.load(self._data_dir)[0]
        return Profile(
            language=self.house().language, units_per_mm=known.units_per_mm, grip=known.grip, port=known.port,
            taps=known.taps,
        )  # fmt: skip

    def belongings(self, code: str) -> tuple[Path, ...]:
        """Return every file and folder that is this patient's alone, but for the name and what the database holds."""
        old_place = [self._data_dir / name for name in (settings.SETTINGS, OLD_SETTINGS)]
        found = [self.folder(code), *(path for path in old_place if _owner(path) == code)]
        return tuple(path for path in found if path.exists())

    def forget_name(self, code: str) -> bool:
        """Take the line of a code out of the file of names; return whether there was one. Raise ``FilesError``.

        Only lines that say the code go: what else was written by hand stays as it is, also where it cannot be read.
        """
        path = self._data_dir / NAMES
        if not path.is_file():
            return False
        kept = files.read_bytes(path).splitlines(keepends=True)
        left = [line for line in kept if not re.search(rf"(?<![\w-]){re.escape(code)}(?![\w-])".encode(), line)]
        if len(left) < len(kept):
            files.write_whole(path, b"".join(left))
        return len(left) < len(kept)

    # PINs: of a patient by code, of the staff by ``CLINIC``

    def has_pin(self, code: str) -> bool:
        """Tell whether a PIN is set."""
        return bool(self._lock(code).pin)

    def set_pin(self, code: str, pin: str) -> None:
        """Set a PIN of four to six digits, or none with ""; raise ``ValueError`` and ``FilesError``."""
        if pin and not may_be_pin(pin):
            raise ValueError(f"a PIN must be {LEAST_PIN} to {LONGEST_PIN} digits")
        self._write_lock(code, Lock(_hashed(pin, secrets.token_bytes(16)) if pin else ""))
        self._unkept.pop(code, None)

    def check_pin(self, code: str, pin: str, waited: bool = False) -> Checked:
        """Look at a PIN and count a wrong one; while there is to be waited nothing is looked at and nothing counted.

        ``waited`` says that the caller measured the wait itself, by ticks; else the wall clock tells it. Without a PIN
        anything is right. What is no PIN at all is wrong and not counted.
        """
        lock = self._lock(code)
        left_s = 0.0 if waited else lock.left_s(self._wall_s())
        if not lock.pin or left_s > 0 or not may_be_pin(pin):
            return Checked(not lock.pin, left_s if lock.pin else 0.0)
        counted = replace(lock, wrong=min(MOST_WRONG, lock.wrong + 1), wrong_at=self._wall_s())
        self._count(code, counted)  # before it is looked at: who cuts the power then wins no try
        if not _fits(pin, lock.pin):
            return Checked(False, counted.wait_s)
        self._count(code, Lock(lock.pin))
        return Checked(True)

    def left_s(self, code: str) -> float:
        """Return the seconds until a PIN is looked at, by the wall clock."""
        return self._lock(code).left_s(self._wall_s()) if self.has_pin(code) else 0.0

    def forgive(self, code: str) -> None:
        """Forget the wrong PINs; the PIN stays."""
        self._count(code, Lock(self._lock(code).pin))

    # Files

    def _root(self) -> str:
        """Return the code of whom the settings in the data folder itself belong to, or "" if they are nobody's."""
        there = settings.are_kept(self._data_dir)
        if not there and (any(self._folders([])) or not (self._data_dir / DATABASE).exists()):
            return ""
        code = settings.load(self._data_dir)[0].patient
        return "" if settings.are_kept(self.folder(code)) else code

    def _folders(self, notes: list[str]) -> list[str]:
        """Return the codes that have a folder with a card or settings in it."""
        below = self._data_dir / PATIENTS
        try:
            found = sorted(path for path in below.iterdir() if path.is_dir()) if below.is_dir() else []
        except OSError as error:
            notes.append(f"{PATIENTS}: cannot be read ({error.strerror})")
            return []
        mine = [path for path in found if re.fullmatch(r"[\w.-]{1,42}", path.name)]
        return [code_of(p.name) for p in mine if (p / CARD).exists() or settings.are_kept(p)]

    def _move_in(self) -> None:
        """Let the settings of this computer's one person move into a folder; once they stand there, those count."""
        code, root = self._root(), self._data_dir / settings.SETTINGS
        if code:
            place = self.folder(code)
            if not (place / CARD).exists():
                files.write_whole(place / CARD, _card_text(self._kept(code)[0]))
            old, now = _bytes(root.with_name(OLD_SETTINGS)), _bytes(root)
            if old is not None:
                files.write_whole(place / OLD_SETTINGS, old)
            files.write_whole(place / settings.SETTINGS, now or settings.profile_text(settings.load(self._data_dir)[0]))
        if root.is_file():  # also what a crash left of an earlier move
            files.set_aside(root)

    def _new_code(self, taken: Collection[str]) -> str:
        """Draw a code in which at least two places differ from every other one; one place where many are taken."""
        others = {code.upper() for code in taken} | self._used()
        for apart in (2, 1):
            for _ in range(TRIES):
                code = "".join(among[self._below(len(among))] for among in SHAPE)
                if all(_places_apart(code, other) >= apart for other in others):
                    return code
        raise ValueError("no code is left that nobody has")

    def _used(self) -> set[str]:
        """Return every code that anything is kept of, in capital letters: no record may change hands."""
        below, recordings = self._data_dir / PATIENTS, self._data_dir / files.RECORDINGS
        try:
            folders = {code_of(path.name) for path in below.iterdir()} if below.is_dir() else set()
            played = {path.name.removesuffix(".jsonl.gz").split("-", 2)[-1] for path in recordings.glob("*.jsonl.gz")}
        except OSError as error:
            raise FilesError("files.unreadable", str(below), str(error.strerror)) from None
        return {code.upper() for code in folders | played | {self._root(), Profile().patient}}

    def _kept(self, code: str, missing_is_fine: bool = True) -> tuple[Kept, list[str]]:
        """Return what stands in a patient's card, and what was not taken; who is alone here needs none."""
        path = self.folder(code) / CARD
        usual = PICTURES[sum(code.encode()) % len(PICTURES)]
        table, notes = _table(path, self._short(path), missing_is_fine)
        picture, n = table.get("picture", usual), table.get("n", 0)
        if picture not in PICTURES:
            notes.append(f"{self._short(path)}: picture: must be one of {', '.join(PICTURES)}; {usual} is used")
            picture = usual
        if not _whole(n):
            notes.append(f"{self._short(path)}: n: must be a whole number; 0 is used")
            n = 0
        lock, said = _lock_of(table, self._short(path))
        return Kept(picture, n, lock), notes + said

    def _lock(self, code: str) -> Lock:
        if code in self._unkept:
            return self._unkept[code]
        if code != CLINIC:
            return self._kept(code)[0].lock
        path = self._data_dir / CLINIC_FILE
        return _lock_of(_table(path, CLINIC_FILE, missing_is_fine=True)[0], CLINIC_FILE)[0]

    def _count(self, code: str, lock: Lock) -> None:
        """Keep how often a PIN was wrong; where nothing can be written it is kept in mind."""
        try:
            self._write_lock(code, lock)
            self._unkept.pop(code, None)
        except FilesError:
            self._unkept[code] = lock

    def _write_lock(self, code: str, lock: Lock) -> None:
        """Write a lock; a file in which something was not taken is first kept as ``<name>.old``."""
        if code == CLINIC:
            path = self._data_dir / CLINIC_FILE
            table, notes = _table(path, CLINIC_FILE, missing_is_fine=True)
            notes += _lock_of(table, CLINIC_FILE)[1]
            text = _clinic_text(lock)
        else:
            path = self.folder(code) / CARD
            kept, notes = self._kept(code)
            text = _card_text(replace(kept, lock=lock))
        if notes and path.is_file():
            files.set_aside(path)
        files.write_whole(path, text)

    def _names(self) -> tuple[dict[str, str], list[str]]:
        """Return the names by code, for the screen of tiles alone: they are never copied anywhere."""
        table, notes = _table(self._data_dir / NAMES, NAMES, missing_is_fine=True)
        names = {}
        for code, name in table.items():
            plain = " ".join(name.split()).lstrip("@") if isinstance(name, str) else ""
            if not plain.isprintable() or not 0 < len(plain) <= LONGEST_NAME:
                notes.append(f"{NAMES}: {code!a}: must be a name of at most {LONGEST_NAME} letters; it is left out")
            else:
                names[code] = plain
        return names, notes

    def _short(self, path: Path) -> str:
        return path.relative_to(self._data_dir).as_posix()


def may_be_pin(text: str) -> bool:
    """Tell whether a text may be a PIN: four to six digits."""
    return LEAST_PIN <= len(text) <= LONGEST_PIN and all(digit in "0123456789" for digit in text)


def folder_of(code: str) -> str:
    """Return the name of a code's folder: the code itself, between underscores where no folder may be called so."""
    return f"_{code}_" if _odd(code.strip("_")) else code


def code_of(folder: str) -> str:
    """Return the code whose folder is called so."""
    inside = folder[0] == folder[-1] == "_" and len(folder) > 2 and _odd(folder.strip("_"))
    return folder[1:-1] if inside else folder


def _odd(core: str) -> bool:
    return not core or core[0] == "." or core[-1] == "." or FORBIDDEN.fullmatch(core) is not None


def _places_apart(code: str, other: str) -> int:
    return sum(a != b for a, b in zip(code, other, strict=True)) if len(code) == len(other) else len(code)


def _hashed(pin: str, salt: bytes) -> str:
    return f"1:{salt.hex()}:{scrypt(pin.encode(), salt=salt, n=COST, r=8, p=1, dklen=32).hex()}"


def _fits(pin: str, written: str) -> bool:
    return hmac.compare_digest(_hashed(pin, bytes.fromhex(written.split(":")[1])), written)


def _owner(path: Path) -> str:
    """Return the code that stands in a file of settings, "" where there is none."""
    table, notes = _table(path, path.name, missing_is_fine=False)
    return "" if notes else str(table.get("patient", Profile().patient))


def _bytes(path: Path) -> bytes | None:
    """Return what stands in a file as it is, ``None`` if there is none; raise ``FilesError``."""
    if not path.is_file():
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        raise FilesError("files.unreadable", str(path), str(error.strerror)) from None


def _table(path: Path, place: str, missing_is_fine: bool) -> tuple[dict[str, Any], list[str]]:
    """Return what stands in a TOML file, and a note if that cannot be read."""
    try:
        return tomllib.loads(files.read_text(path)), []
    except FilesError as error:
        missing = error.message_key == "files.missing"
        said = "is missing" if missing else f"cannot be read ({error.detail})"
        return {}, [] if missing and missing_is_fine else [f"{place}: {said}; the usual is used"]
    except (ValueError, RecursionError) as error:
        return {}, [f"{place}: is not readable as TOML ({error}); the usual is used"]


def _lock_of(table: Mapping[str, Any], place: str) -> tuple[Lock, list[str]]:
    """Return the lock that stands in a file, and what was not taken: a PIN that is damaged is none."""
    pin, wrong, at = table.get("pin", ""), table.get("wrong", 0), table.get("wrong_at", 0.0)
    notes = []
    if not isinstance(pin, str) or (pin and not WRITTEN.fullmatch(pin)):
        notes.append(f"{place}: pin: is damaged; there is no PIN until it is set again")
        pin = ""
    if not _whole(wrong) or type(at) not in (int, float) or not isfinite(at):
        notes.append(f"{place}: wrong: is damaged; the wait begins again")
        wrong, at = FREE, float("inf")
    return Lock(pin, min(wrong, MOST_WRONG), at), notes


def _whole(value: Any) -> bool:
    return type(value) is int and 0 <= value < 10**9


def _lock_lines(lock: Lock) -> list[str]:
    at = lock.wrong_at if isfinite(lock.wrong_at) else 0.0
    return [f'pin = "{lock.pin}"', f"wrong = {lock.wrong}", f"wrong_at = {float(at)!r}"]


def _card_text(kept: Kept) -> str:
    lines = ["# A patient of Regrasp. The PIN is kept as a salted scrypt hash: it locks the screen only."]
    return "\n".join([*lines, f"picture = {json.dumps(kept.picture)}", f"n = {kept.n}", *_lock_lines(kept.lock)]) + "\n"


def _clinic_text(lock: Lock) -> str:
    lines = ["# The PIN of the staff, as a salted scrypt hash. Who forgot it removes this file."]
    return "\n".join([*lines, *_lock_lines(lock)]) + "\n"
