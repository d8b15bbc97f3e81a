"""Show the audit log, and verify that nothing in it was changed, taken out or put in."""

import json
import re
from contextlib import suppress
from pathlib import Path

from app import audit, files
from app.audit import Head
from app.patients import Patients
from app.texts import MOTHER_TONGUE, load


def verify(data: str | None, known: str | None) -> int:
    """Say whether the log is as it was written, else which line is the first that is not; raise ``ValueError``."""
    data_dir = files.data_place(data)
    verdict = _verdict(data_dir, None if known is None else head_of(known))
    for note in verdict.notes:
        print(note)
    if verdict.wrong:
        print(f"{data_dir / audit.FILE}: {verdict.wrong}")
        return 1
    print(f"{data_dir / audit.FILE}: {verdict.head.count} lines, each as it was written. Head: {verdict.head}")
    return 0


def head_of(text: str) -> Head:
    """Return a head as it was printed; raise ``ValueError``."""
    found = re.fullmatch(r"(\d{1,9}):([0-9a-f]{64})", text.strip())
    if found is None:
        raise ValueError("--head: must be as a report or `regrasp audit verify` prints it, such as 12:0f3a...")
    return Head(int(found[1]), found[2])


def show(data: str | None, patient: str | None) -> int:
    """Print the lines of the log, of one patient if one is given; raise ``ValueError`` or ``FilesError``."""
    data_dir = files.data_place(data)
    rows = audit.lines(data_dir)
    codes = _codes(data_dir)
    if patient is not None:
        code = Patients(data_dir).card(patient).code
        rows = tuple(row for row in rows if row.person and codes.get(row.person) == code)
    for row in rows:
        whom = codes.get(row.person, row.person)
        values = json.dumps(dict(row.values), ensure_ascii=True) if row.values else ""
        print("  ".join(filter(None, (str(row.seq), row.at[:19], row.role, row.what, whom, values))))
    if not rows:
        wrong = _verdict(data_dir).wrong
        print(f"{data_dir / audit.FILE}: {wrong}" if wrong else "Nothing is noted yet.")
        return 1 if wrong else 0
    return 0


def _verdict(data_dir: Path, known: Head | None = None) -> audit.Verdict:
    """Look at the log; raise ``ValueError`` in words where the records cannot be read."""
    from app.store import StoreError

    try:
        return audit.verify(data_dir, known)
    except StoreError as error:
        told = load(MOTHER_TONGUE).say(error.message_key)
        raise ValueError(f"{told} Where the log ends is kept there too, and cannot be compared.") from None


def _codes(data_dir: Path) -> dict[str, str]:
    """Return whose hash is whose, as far as they are still here."""
    found = {}
    for card in Patients(data_dir).all():
        with suppress(files.FilesError):
            found[audit.person_of(data_dir, card.code, make=False)] = card.code
    found.pop("", None)
    return found
