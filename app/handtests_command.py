"""List, enter, correct, time and show tests that are done by hand, in a terminal."""

import json
import secrets
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace

from app import files
from app.goals_command import whose
from app.handtests_form import Desk, Left, countdown, day_of, form, hand_of, stopwatch
from app.handtests_told import history, json_of, kept_lines, printed, summary, table, units_of
from app.logbook import Logbook
from app.texts import MOTHER_TONGUE, load
from engine import handtests
from engine.handtests import KIND, Entry, Score

TIMED = ("nine-hole-peg", "box-and-block")
NOTHING_KEPT = "Nothing was kept."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line said: whose test and which, its numbers as typed, and what belongs to it."""

    data: str | None = None
    patient: str | None = None
    name: str = ""
    right: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    total: tuple[str, ...] = ()
    unit: str = ""
    device: str = ""
    handle: int | None = None
    on: str = ""
    by: str = ""
    words: str = ""
    corrects: str = ""
    hand: str = ""

    @property
    def has_numbers(self) -> bool:
        """Tell whether any number was given."""
        return bool(self.right or self.left or self.total)

    @property
    def mends(self) -> bool:
        """Tell whether it says what to change in an earlier entry, so that nothing has to be asked."""
        told = (self.unit, self.device, self.handle, self.on, self.by, self.words)
        return bool(self.corrects and any(value not in ("", None) for value in told))


# --- what the commands do -------------------------------------------------------------------------------


def list_tests() -> int:
    """Print each test that can be entered: its name, what is entered, and on what terms."""
    texts = load(MOTHER_TONGUE)
    lines = [
        "Tests that are done elsewhere and entered here; of questionnaires the total only. Enter one:",
        "   regrasp tests enter NAME --patient CODE [--right N ...] [--left N ...] [--total N ...]",
    ]
    for test in handtests.TESTS:
        lines += ["", f"{test.name}  ({texts.say(test.key)})", f"   enter:    {test.how}"]
        lines += [f"   in:       {units_of(test)}", f"   licence:  {test.licence}"]
    printed(lines)
    return 0


def enter(wanted: Wanted, desk: Desk | None = None) -> int:
    """Keep a test, asked for field by field where no number was given; raise ``ValueError`` or ``FilesError``."""
    with closing(_opened(wanted)) as book:
        draft = book.draft(wanted)
        if wanted.has_numbers or wanted.mends:
            entry = handtests.check(draft, book.today)
            printed(summary(book.patient, entry))
            book.keep(entry)
            return 0
        device = book.last_device(draft.test)
        return _asked(book, desk or Desk(), lambda desk: form(desk, draft, device, book.today))


def withdraw(wanted: Wanted) -> int:
    """Keep that an entry does not count any more, such as one that was written down for the wrong patient."""
    with closing(_opened(wanted)) as book:
        earlier = handtests.standing_of(book.entries, wanted.corrects)
        book.keep(replace(earlier, scores=(), id="", corrects=earlier.id, by=wanted.by))
    return 0


def clock(wanted: Wanted, desk: Desk | None = None) -> int:
    """Time the Nine-Hole Peg Test, or count 60 s down for Box and Block, then offer to keep it."""
    name = handtests.test_of(wanted.name).name
    if name not in TIMED:
        raise ValueError(f"there is no clock for {name}; there is one for {' and '.join(TIMED)}")
    run = stopwatch if name == TIMED[0] else countdown
    with closing(_opened(wanted)) as book:
        draft = book.draft(replace(wanted, name=name))

        def timed(desk: Desk) -> Entry:
            hand = wanted.hand or desk.until("Which hand, right or left", hand_of)
            part = handtests.test_of(name).hand_parts[0]
            return replace(draft, scores=(Score(hand, "", run(desk, hand, part), part.units[0].name),))

        return _asked(book, desk or Desk(), timed, "r")


def show(wanted: Wanted, as_json: bool, every: bool = False) -> int:
    """Print the results of a patient by date; with ``every`` also the entries that were corrected or withdrawn."""
    with closing(_opened(wanted)) as book:
        rows = handtests.rows(book.told)
        if as_json:
            print(json.dumps([json_of(row) for row in rows], indent=1))
            return 0
        printed(table(book.patient, rows, load(MOTHER_TONGUE)))
        unread = len(book.told) - len(book.entries)
        if unread:
            print(f"{unread} of the entries cannot be read by this version; they are kept.")
        printed(history(book.entries) if every else ())
    return 0


# --- one patient's tests --------------------------------------------------------------------------------


class Book:
    """The tests of one patient in the logbook."""

    def __init__(self, logbook: Logbook, patient: str) -> None:
        """Read them; raise ``ValueError`` where the records cannot be read."""
        self.patient = patient
        self._logbook = logbook
        self.told = logbook.diary(patient, (KIND,))
        self._check()
        self.entries = handtests.read(self.told)
        self.today = logbook.moment().day

    def draft(self, wanted: Wanted) -> Entry:
        """Return the entry as far as it was told; what is not told anew is taken over from one that it corrects."""
        name = handtests.test_of(wanted.name).name
        blank = Entry(name, self.today, ())
        earlier = handtests.standing_of(self.entries, wanted.corrects) if wanted.corrects else blank
        if earlier.test != name:
            raise ValueError(f"corrects: entry {wanted.corrects} is of {earlier.test}, not of {name}")
        typed = {"right": wanted.right, "left": wanted.left, "total": wanted.total}
        scores = handtests.merged(earlier.scores, handtests.parse(name, typed, wanted.unit))
        if wanted.corrects and wanted.unit and not wanted.has_numbers:
            scores = tuple(replace(score, unit=wanted.unit) for score in scores)
        return replace(
            earlier, scores=scores, id="", corrects=wanted.corrects, on=day_of(wanted.on) if wanted.on else earlier.on,
            device=wanted.device or earlier.device, by=wanted.by or earlier.by, words=wanted.words or earlier.words,
            handle=earlier.handle if wanted.handle is None else wanted.handle,
        )  # fmt: skip

    def last_device(self, test: str) -> str:
        """Return what this test was done with the last time, "" where nothing tells."""
        return next((e.device for e in reversed(self.entries) if e.test == test and e.device), "")

    def keep(self, entry: Entry) -> None:
        """Keep an entry and say so; raise ``ValueError`` where the disk refuses."""
        entry = replace(entry, id=self._new_id())
        self._logbook.note(self.patient, KIND, handtests.to_plain(entry))
        self._check()
        printed(kept_lines(self.patient, entry))

    def close(self) -> None:
        """Let go of the records."""
        self._logbook.close()

    def _new_id(self) -> str:
        known = {entry.id for entry in self.entries}
        while (made := secrets.token_hex(3)) in known:
            pass
        return made

    def _check(self) -> None:
        if self._logbook.trouble:
            raise ValueError(load(MOTHER_TONGUE).say(self._logbook.trouble))


def _opened(wanted: Wanted) -> Book:
    data_dir = files.data_dir(wanted.data)
    patient, _ = whose(data_dir, wanted.patient, MOTHER_TONGUE)
    logbook = Logbook(data_dir)
    try:
        return Book(logbook, patient)
    except BaseException:
        logbook.close()
        raise


def _asked(book: Book, desk: Desk, made: Callable[[Desk], Entry], more: str = "") -> int:
    """Let an entry be made, show it and ask whether to keep it; nothing is kept unless somebody says so."""
    again = ", r to do it again" if more else ""
    try:
        while True:
            entry = handtests.check(made(desk), book.today)
            desk.terminal.say()
            for line in summary(book.patient, entry):
                desk.terminal.say(line)
            answer = desk.agrees(f"Keep this? y or n{again}", more)
            if answer != "r":
                break
    except Left:
        answer = "n"
    if answer == "n":
        desk.terminal.say(NOTHING_KEPT)
        return 1
    book.keep(entry)
    return 0
