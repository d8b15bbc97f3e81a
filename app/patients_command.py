"""List the patients of this computer, add one, show what is kept of one, and set or clear a PIN."""

import getpass
import sys
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app import audit, files
from app.daily import Daily
from app.logbook import DATABASE, Logbook
from app.patients import CLINIC, PROGRAM, Patients, may_be_pin
from engine.guard import Event
from engine.hand import Side
from engine.who_screens import LEAST_PIN, LONGEST_PIN

if TYPE_CHECKING:
    from app.store import Kept

WEEKS = 4
NOBODY = "Nobody practises here yet. Add somebody: regrasp patients add"
FORGOTTEN = "Who forgot the clinic PIN removes clinic.toml from the folder where everything is kept."
WRONG = "This PIN does not fit."


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Whom to add: a picture, or the first free one, and the hand that practises."""

    picture: str = ""
    hand: Side = Side.RIGHT


def run(data: str | None) -> int:
    """Print a line for each patient; raise ``FilesError``."""
    data_dir = files.data_place(data)
    patients = Patients(data_dir)
    cards = patients.all()
    _note(patients.notes)
    played = {card.code: _sessions(data_dir, card.code) for card in cards}
    rows = [("code", "picture", "hand", "last practice")]
    rows += [(c.code, c.picture, str(patients.profile(c.code)[0].hand), _last(played[c.code])) for c in cards]
    widths = [max(len(row[n]) for row in rows) for n in range(3)]
    for row in rows if cards else []:
        print("  ".join((*(text.ljust(width) for text, width in zip(row, widths, strict=False)), row[3])))
    if not cards:
        print(NOBODY)
    return 0


def add(data: str | None, newcomer: Newcomer) -> int:
    """Add a patient and print the code; raise ``ValueError`` or ``FilesError``."""
    data_dir = files.data_dir(data)
    with files.RunningLock(data_dir):
        patients = Patients(data_dir)
        profile = replace(patients.newcomer(), hand=newcomer.hand)
        card = patients.add(newcomer.picture, profile, _on_record(data_dir))
        audit.note(data_dir, "patient.added", {"hand": str(newcomer.hand)}, patient=card.code)
    print(f"{card.code}  {card.picture}  {newcomer.hand}")
    return 0


def show(data: str | None, code: str) -> int:
    """Print what is kept of one patient, without the name; raise ``ValueError`` or ``FilesError``."""
    data_dir = files.data_place(data)
    patients = Patients(data_dir)
    card = patients.card(code)
    profile, notes = patients.profile(card.code)
    _note((*patients.notes, *notes))
    sessions = _sessions(data_dir, card.code)
    rows = {
        "code": card.code, "picture": card.picture, "hand": str(profile.hand), "side seen best": str(profile.seen),
        "language": profile.language, "colours": profile.palette, "text size": f"{profile.text_scale:g}",
        "forces from": profile.grip, "taps from": profile.taps, "PIN": "set" if card.locked else "none",
        "program": "own" if (patients.folder(card.code) / PROGRAM).is_file() else "built-in",
        "sessions": str(len(sessions)),
        f"last {WEEKS} weeks": _kept_up(data_dir, card.code) if sessions else "none yet",
        "last practice": _last(sessions), "kept in": str(patients.place(card.code)),
    }  # fmt: skip
    width = max(map(len, rows))
    for name, value in rows.items():
        print(f"{name.ljust(width)}  {value}")
    return 0


def pin(data: str | None, code: str | None, clear: bool) -> int:
    """Set or clear a PIN, of the clinic where there is no code; raise ``ValueError`` or ``FilesError``.

    Where the clinic has a PIN it is asked for first: so a forgotten PIN of a patient is cleared by the staff alone.
    """
    data_dir = files.data_dir(data)
    with files.RunningLock(data_dir):
        patients = Patients(data_dir)
        whose = CLINIC if code is None else patients.card(code).code
        if patients.has_pin(CLINIC):
            must_be_staff(patients)
        if not clear:
            patients.set_pin(whose, _chosen(patients, whose))
            audit.note(data_dir, "pin.set", patient="" if code is None else whose)
            print("The PIN is set.")
        elif patients.has_pin(whose):
            patients.set_pin(whose, "")
            audit.note(data_dir, "pin.cleared", patient="" if code is None else whose)
            print("The PIN is cleared.")
        else:
            print("There is no PIN.")
    return 0


def clear(data: str | None, code: str, by: str) -> int:
    """Let practice go on after the safety machine locked it; raise ``ValueError`` or ``FilesError``.

    Where the clinic has a PIN it is asked for first. It begins again in steps, as after a flare-up.
    """
    data_dir = files.data_dir(data)
    with files.RunningLock(data_dir):
        patients, logbook = Patients(data_dir), Logbook(data_dir)
        daily = Daily.of(logbook, data_dir, _known(patients, code), "right", "keys")
        try:
            if daily.standing.plan != "locked":
                print(f"{daily.patient}: practice is not locked.")
                return 0
            if patients.has_pin(CLINIC):
                must_be_staff(patients)
            logbook.note(daily.patient, "cleared", {"by": by})
            daily.note(Event("clear"))
            if logbook.trouble:
                raise ValueError(f"it could not be kept: {logbook.trouble}")
            audit.note(data_dir, "lock.cleared", {"by": by}, patient=daily.patient)
        finally:
            logbook.close()
        print(f"{daily.patient}: practice may go on, in small steps. It is asked first how it feels.")
    return 0


def _kept_up(data_dir: Path, code: str) -> str:
    """Return in words how much of the plan was done lately."""
    with closing(Logbook(data_dir)) as logbook:
        daily = Daily.of(logbook, data_dir, code, "right", "keys")
        found, is_paused = daily.adherence(WEEKS), daily.is_paused
    if found.bouts_share is None or found.minutes_share is None:
        return "nothing was planned" + (", the plan is paused" if is_paused else "")
    told = f"{found.bouts_share:.0%} of the planned bouts, {found.minutes_share:.0%} of the minutes"
    told += f", on {found.active_days} days, longest gap {found.longest_gap} days"
    if found.self_ended is not None and found.pain_ended is not None:
        told += f"; ended early by own choice {found.self_ended:.0%}, by pain {found.pain_ended:.0%}"
    return told + ("; the plan is paused" if is_paused else "")


def _known(patients: Patients, code: str) -> str:
    """Return the code as it is kept; raise ``ValueError`` where nobody has it."""
    house = patients.house().patient
    return house if code.upper() == house.upper() and not patients.all() else patients.card(code).code


def must_be_staff(patients: Patients) -> None:
    """Ask for the PIN of the staff; raise ``ValueError`` where it does not fit."""
    left_s = patients.left_s(CLINIC)
    if left_s > 0:
        raise ValueError(f"too many wrong PINs; try again in {left_s:.0f} s. {FORGOTTEN}")
    checked = patients.check_pin(CLINIC, _asked("Clinic PIN: "))
    if not checked.right:
        wait = f" The next try is in {checked.left_s:.0f} s." if checked.left_s else ""
        raise ValueError(f"{WRONG}{wait} {FORGOTTEN}")


def _chosen(patients: Patients, whose: str) -> str:
    name = "clinic PIN" if whose == CLINIC else f"PIN of {whose}"
    first = _asked(f"New {name} ({LEAST_PIN} to {LONGEST_PIN} digits): ")
    if not may_be_pin(first):
        raise ValueError(f"a PIN must be {LEAST_PIN} to {LONGEST_PIN} digits")
    if _asked("Once more: ") != first:
        raise ValueError("the two were not the same; nothing is changed")
    return first


def _asked(question: str) -> str:
    """Return what is typed: unseen in a terminal, else the next line."""
    if sys.stdin.isatty():
        return getpass.getpass(question)
    return sys.stdin.readline().strip()


def _note(notes: tuple[str, ...]) -> None:
    for note in notes:
        print(f"regrasp: {note}", file=sys.stderr)


def _last(sessions: "tuple[Kept, ...]") -> str:
    return sessions[-1].started[:10] if sessions else "none yet"


def _sessions(data_dir: Path, code: str) -> "tuple[Kept, ...]":
    """Return the sessions of a patient; records that cannot be read are noted and count as none."""
    from app.store import Store, StoreError
    from app.texts import load

    if not (data_dir / DATABASE).exists():
        return ()
    try:
        with closing(Store.open(data_dir / DATABASE, make=False)) as store:
            return store.sessions(code)
    except StoreError as error:
        _note((load("en").say(error.message_key),))
        return ()


def _on_record(data_dir: Path) -> tuple[str, ...]:
    """Return the codes that anything is on record of: a new patient gets none of them."""
    from app.store import Store, StoreError

    if not (data_dir / DATABASE).exists():
        return ()
    try:
        with closing(Store.open(data_dir / DATABASE, make=False)) as store:
            return store.patients()
    except StoreError:
        return ()
