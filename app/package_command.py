"""Make a sealed package of all that is kept of a patient, and take one in: whole or not at all, and nothing twice."""

import getpass
import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app import audit, files, package, sealing, settings
from app.goals_command import GOALS, own_goals, whose
from app.logbook import DATABASE, utc_now
from app.merging import Arrived, Told
from app.package import Package
from app.patients import CLINIC, PROGRAM, Guest, Patients
from app.patients_command import must_be_staff
from app.sealing import Age, Cipher
from app.texts import MOTHER_TONGUE, load
from engine import diary, goals, guard
from engine.diary import Entry
from engine.level import LevelError

if TYPE_CHECKING:
    from app.store import Store

BESIDE = "program.from-package.toml"
OPEN = "This file is not closed: whoever gets it can read it. Give it by hand, or make it without --no-passphrase."
CARE = "Tell the passphrase by another way than the file, such as by telephone. Nobody can open the file without it."


@dataclass(frozen=True, slots=True)
class Wish:
    """Which package to make: of whom, where to, and how it is closed."""

    data: str | None = None
    patient: str | None = None
    out: Path | None = None
    closed: bool = True
    passphrase_file: Path | None = None
    draws: bool = False
    force: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """Which package to take in, and as whom; ``same_person`` says that it was looked at that it is the same one."""

    data: str | None
    file: Path
    code: str | None = None
    same_person: bool = False
    passphrase_file: Path | None = None


# --- making one -----------------------------------------------------------------------------------------


def make(wish: Wish, cipher: Cipher | None = None, now: Callable[[], datetime] = utc_now) -> int:
    """Write the package that was wished for and say so; raise ``ValueError`` or ``FilesError``."""
    from app.store import Store, StoreError

    data_dir = files.data_dir(wish.data)
    code, _ = whose(data_dir, wish.patient, None)
    at = now()
    out = wish.out or Path(f"{code}-{at:%Y%m%d}.regrasp" + (".age" if wish.closed else ".zip"))
    if out.exists() and not wish.force:
        raise ValueError(f"{out}: is there already; --force replaces it")
    with files.RunningLock(data_dir):  # what is being practised would be in it by half
        patients = Patients(data_dir)
        if patients.has_pin(CLINIC):
            must_be_staff(patients)
        try:
            with closing(Store.open(data_dir / DATABASE, make=False)) as store:
                plain = package.made(store, code, _texts_of(patients, code), at.isoformat())
                sessions = store.counts(code)["sessions"]
        except StoreError as error:
            raise _in_words(error) from None
        secret = _new_passphrase(wish, code) if wish.closed else ""
        content = (cipher or Age()).close(plain, secret) if wish.closed else plain
        files.write_whole(out, content)
        audit.note(data_dir, "package.made", {"sessions": sessions, "closed": wish.closed}, patient=code, now=now)
    if wish.draws:
        print(f"The passphrase, which is shown only now: {secret}")
    print(f"{out}: all that is kept of {code}: {sessions} sessions, {len(content) / 1e6:.1f} MB")
    print(CARE if wish.closed else OPEN)
    return 0


def _texts_of(patients: Patients, code: str) -> dict[str, str]:
    """Return what lies in a patient's folder and is no PIN and no name."""
    profile, _ = patients.profile(code)
    texts = {settings.SETTINGS: settings.profile_text(profile), "picture.txt": patients.card(code).picture + "\n"}
    for name in (PROGRAM, GOALS):
        path = patients.folder(code) / name
        if path.is_file():
            texts[name] = files.read_text(path)
    return texts


def _new_passphrase(wish: Wish, code: str) -> str:
    if wish.draws:
        return sealing.drawn()
    if wish.passphrase_file:
        first = _first_line(wish.passphrase_file)
        sealing.must_be_strong(first, code)
        return first
    first = asked(f"Passphrase for the package of {code}: ")
    sealing.must_be_strong(first, code)
    if asked("Once more: ") != first:
        raise ValueError("the two were not the same; nothing is written")
    return first


def asked(question: str) -> str:
    """Return what is typed: unseen in a terminal, else the next line."""
    return getpass.getpass(question) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")


def _first_line(path: Path) -> str:
    return files.read_text(path).split("\n")[0]


# --- taking one in --------------------------------------------------------------------------------------


def take_in(delivery: Delivery, cipher: Cipher | None = None, now: Callable[[], datetime] = utc_now) -> int:
    """Take a package in and say what was new in it; raise ``ValueError`` or ``FilesError``."""
    from app.store import StoreError

    found = _opened(delivery, cipher or Age())
    data_dir = files.data_dir(delivery.data)
    with files.RunningLock(data_dir):
        patients = Patients(data_dir)
        if patients.has_pin(CLINIC):
            must_be_staff(patients)
        code = _code(patients, delivery.code or found.patient)
        guest = _guest(patients, code, found)
        try:
            arrived, was_locked = _into_the_store(data_dir, code, found, delivery, now())
        except StoreError as error:
            raise _in_words(error) from None
        told = _into_the_folder(data_dir, patients, code, found, guest)
        values = {"sessions": arrived.sessions, "trials": arrived.trials, "diary": arrived.diary}
        audit.note(data_dir, "package.imported", values, patient=code, now=now)
    for line in (_counted(code, arrived), *told, *_about_a_lock(code, was_locked)):
        print(line)
    return 0


def _opened(delivery: Delivery, cipher: Cipher) -> Package:
    content = files.read_bytes(delivery.file, package.MOST_BYTES)
    try:
        if sealing.is_closed(content):
            given = delivery.passphrase_file
            content = cipher.open(content, _first_line(given) if given else asked("Passphrase of the package: "))
        return package.read(content)
    except ValueError as error:
        raise ValueError(f"{delivery.file}: {error}. Nothing was taken in.") from None


def _code(patients: Patients, wanted: str) -> str:
    """Return a code as it is written here, if there is one in any letters; raise ``ValueError`` for what is none."""
    if not package.CODE.fullmatch(wanted):
        raise ValueError("--as: must be a code, never a name: 1 to 40 letters, digits, - _ .")
    return next((card.code for card in patients.all() if card.code.lower() == wanted.lower()), wanted)


def _into_the_store(
    data_dir: Path, code: str, found: Package, delivery: Delivery, at: datetime
) -> tuple[Arrived, bool]:
    """Add what is new to the records; return how much, and whether practice was locked before."""
    from app.store import Store

    with closing(Store.open(data_dir / DATABASE)) as store:
        _must_be_the_same(store, code, found, delivery)
        before = _standing(store.told(code))
        arrived = store.take_in(
            code, found.heads, lambda n: found.whole(n, code if code != found.patient else ""), found.told,
            partial(_joined, found.told, at),
        )  # fmt: skip
        return arrived, before.plan == "locked"


def _must_be_the_same(store: "Store", code: str, found: Package, delivery: Delivery) -> None:
    """Raise ``ValueError`` where the package may be of another person than whoever has this code here."""
    known = sorted(store.known_as(found.heads))
    if known and code not in known:
        raise ValueError(f"what is in it is kept here as {known[0]} already. To add what is new: --as {known[0]}")
    here = {*store.told(code), *(head.identity for _, head in store.heads(code))}
    if here and here.isdisjoint({*found.told, *(head.identity for head in found.heads)}) and not delivery.same_person:
        raise ValueError(
            f"{code} has records here, and not one of them is in the package: it may be another person with the same "
            f"code. Take it in as somebody new: --as with a code that nobody has; or, where you know that it is the "
            f"same person, add --same-person"
        )


def _joined(comes: Sequence[Told], at: datetime, here: Sequence[Told]) -> Told | None:
    """Return the entry that says where a patient stands after two diaries became one; ``None`` where one says it all.

    The last entry of the safety machine counts. Where each diary has some that the other does not know, and where a
    lock would open that was not opened here, that is as strict as either.
    """
    mine, theirs = (Counter(row for row in rows if row.kind in diary.GUARDED) for rows in (here, comes))
    if not mine or not theirs - mine:
        return None
    before, after = _standing(here), _standing(comes)
    if not mine - theirs and (before.plan != "locked" or after.plan == "locked"):
        return None
    plain = json.dumps({"standing": guard.to_plain(guard.together(before, after))}, separators=(",", ":"))
    return Told(at.isoformat(), at.astimezone().date().toordinal(), diary.MERGED, plain)


def _standing(told: Sequence[Told]) -> guard.Standing:
    return diary.standing(
        Entry(datetime.fromisoformat(row.at).timestamp(), row.day, row.kind, json.loads(row.entry)) for row in told
    )


def _guest(patients: Patients, code: str, found: Package) -> Guest | None:
    """Return whom the package brings, ``None`` where somebody has this code here already."""
    if code in {card.code for card in patients.all()}:
        return None
    profile, _ = settings.parsed(found.texts.get(settings.SETTINGS, ""))
    return patients.guest(code, found.texts.get("picture.txt", "").strip(), profile)


def _into_the_folder(data_dir: Path, patients: Patients, code: str, found: Package, guest: Guest | None) -> list[str]:
    """Keep what belongs into the patient's folder; what is there stays. Return what is to be known about it.

    The card comes last: nobody is on the screen of tiles before the program is there that may forbid something.
    """
    told = _program_in(patients.folder(code), found.texts.get(PROGRAM), guest is not None)
    told += _goals_in(data_dir, patients, code, found.texts.get(GOALS))
    if guest is not None:
        told.append(f"{code} is new here, with the picture {patients.seat(guest).picture}. No PIN came along.")
    return told


def _program_in(folder: Path, program: str | None, is_new: bool) -> list[str]:
    if program is None:
        return []
    path = folder / PROGRAM
    if is_new and not path.exists():
        files.write_whole(path, program)
        return []
    if path.is_file() and files.read_text(path) == program:
        return []
    files.write_whole(folder / BESIDE, program)
    return [f"The program in the package is another one and does not hold here. To set it: regrasp program set "
            f"{folder / BESIDE} --patient {folder.name}"]  # fmt: skip


def _goals_in(data_dir: Path, patients: Patients, code: str, text: str | None) -> list[str]:
    """Add the goals that are not here yet."""
    if text is None:
        return []
    path = patients.folder(code) / GOALS
    try:
        kept, comes = own_goals(data_dir, code), goals.parse(text, GOALS)
    except LevelError as error:
        return [f"The goals were not taken in: {error}"]
    known = {goal.words for goal in kept}
    new = [goal for goal in comes if goal.words not in known]
    if new:
        files.write_whole(path, goals.to_toml((*kept, *new)) if kept else text)
    return []


def _counted(code: str, arrived: Arrived) -> str:
    if not arrived:
        return f"{code}: nothing in it is new."
    rows = ((arrived.sessions, "sessions"), (arrived.trials, "tries"), (arrived.diary, "entries of the diary"))
    return f"{code}: new are {', '.join(f'{n} {what}' for n, what in rows)}."


def _about_a_lock(code: str, was_locked: bool) -> list[str]:
    return [f"Practice of {code} was locked here and stays so. To let it go on: regrasp clear {code}"] * was_locked


def _in_words(error: Exception) -> ValueError:
    key, detail = getattr(error, "message_key", ""), getattr(error, "detail", "")
    told = detail if key == "store.differs" else load(MOTHER_TONGUE).say(key)
    return ValueError(f"{told} Nothing was taken in or written.")
