"""Ask for a test that was done by hand, field by field in a terminal, and time those that have a clock."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from app.handtests_told import said
from app.terminal import Terminal, Typed
from app.texts import MOTHER_TONGUE, load
from engine import handtests
from engine.handtests import SAID, Entry, Part, Score, Test

T = TypeVar("T")
POLL_S, BOUNCE_S, SHOWN_S = 0.01, 0.5, 0.1
COUNTDOWN_S = 60
HOW = "Enter skips a field, - leaves one out, {x}q ends without keeping anything."
UNABLE = "x is for a hand that was unable ({unable}), "


class Left(Exception):
    """Whoever sits at the terminal has left, or nobody sits there."""


@dataclass(slots=True)
class Desk:
    """A person at a terminal, with a clock that never goes back."""

    terminal: Terminal = field(default_factory=Terminal)
    typed: Typed = field(default_factory=Typed)
    clock: Callable[[], float] = time.perf_counter
    sleep: Callable[[float], None] = time.sleep

    def line(self) -> str | None:
        """Return the next line that was typed, if there is one yet; raise ``Left`` where no more can come."""
        line = self.typed.line()
        if line is None and self.typed.ended:
            raise Left
        if line is not None and line.strip().lower() in ("q", "quit", "stop"):
            raise Left
        return None if line is None else line.strip()

    def ask(self, question: str) -> str:
        """Return what is typed; raise ``Left``."""
        self.terminal.ask(f"{question}: ")
        while (line := self.line()) is None:
            self.sleep(POLL_S)
        return line

    def until(self, question: str, read: Callable[[str], T]) -> T:
        """Return what ``read`` makes of what is typed; where it raises ``ValueError`` that is said, and asked again."""
        while True:
            try:
                return read(self.ask(question))
            except ValueError as error:
                self.terminal.say(f"   {error}")

    def agrees(self, question: str, more: str = "") -> str:
        """Return ``y``, ``n`` or one letter of ``more``."""
        letters = ("y", "n", *more)

        def read(text: str) -> str:
            letter = text.lower()[:1]
            if letter not in letters:
                raise ValueError(f"type {' or '.join(letters)}")
            return letter

        return self.until(question, read)


def form(desk: Desk, draft: Entry, last_device: str, today: int) -> Entry:
    """Return the entry, asked for one field after the other, wrong ones again; raise ``Left``."""
    test = handtests.test_of(draft.test)
    unable = next((part.unable for part in test.parts if part.unable), "")
    desk.terminal.say(f"{load(MOTHER_TONGUE).say(test.key)}: {test.how}.")
    desk.terminal.say(f"Licence: {test.licence}.")
    desk.terminal.say(HOW.format(x=UNABLE.format(unable=unable) if unable else ""))
    if draft.scores:
        desk.terminal.say("Enter keeps what stands in brackets.")
    unit = _unit(desk, test, draft)
    words = draft.words
    if test.name == "own" and not words:
        words = desk.until("What the test is, in your words", _some_words)
    scores = _numbers(desk, test, draft, unit)
    if test.device and not draft.device:
        draft = replace(draft, device=_device(desk, test, last_device))
    if test.handles and draft.handle is None:
        draft = replace(draft, handle=desk.until(f"Handle position, 1 to {test.handles}", _whole(test.handles)))
    on = desk.until(f"Date ({date.fromordinal(draft.on)})", lambda text: _past(text, draft.on, today))
    by = draft.by or desk.ask("By whom (role or initials)")
    return replace(draft, scores=scores, words=words, on=on, by=by)


def _unit(desk: Desk, test: Test, draft: Entry) -> str:
    """Return the unit in which the numbers are: asked where there is a choice, or of an own test."""
    if draft.scores:
        return draft.scores[0].unit
    names = list(dict.fromkeys(unit.name for unit in test.parts[0].units))
    if test.name == "own":
        return desk.ask("Unit, such as s or points")
    if len(names) == 1:
        return ""

    def read(text: str) -> str:
        return test.parts[0].unit(text).name

    return desk.until(f"Unit, {' or '.join(names)} ({names[0]})", read)


def _numbers(desk: Desk, test: Test, draft: Entry, unit: str) -> tuple[Score, ...]:
    known = {(score.hand, score.part): score for score in draft.scores}
    found = []
    for hand, parts in (("right", test.hand_parts), ("left", test.hand_parts), ("", test.whole_parts)):
        for part in parts:
            score = _trials(desk, hand, part, unit, known.get((hand, part.name)))
            found += [score] if score else []
    return tuple(found)


def _trials(desk: Desk, hand: str, part: Part, unit: str, earlier: Score | None) -> Score | None:
    """Return the trials of one field; Enter ends them, and at the first one keeps what was there."""
    kept_in, values = handtests.unit_name(part, unit), []
    for n in range(1, part.trials + 1):
        trial = n if part.trials > 1 else 0
        name = handtests.field_name(hand, part, trial)
        before = f" [{said(earlier.values)}]" if earlier and n == 1 else ""
        asked = f"{name}, {kept_in}{before}" if kept_in else f"{name}{before}"
        text = desk.until(asked, _field(hand, part, trial, unit))
        if text == "" and n == 1:
            return earlier
        if text == handtests.UNABLE:
            return Score(hand, part.name, (), kept_in)
        if text == "":
            break
        value = handtests.one(text, hand, part, trial, unit)
        values += [value] if value is not None else []
    return Score(hand, part.name, tuple(values), kept_in) if values else None


def _field(hand: str, part: Part, trial: int, unit: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        handtests.one(text, hand, part, trial, unit)
        return text.lower()

    return read


def _device(desk: Desk, test: Test, last: str) -> str:
    hint = f"; = for {last}, as last time" if last else ""
    told = desk.ask(f"Which {test.device}, its name or number{hint}")
    if not told and test.named:
        desk.terminal.say("   Without its name this result is not compared with any other.")
    return last if told == "=" and last else told


def _past(text: str, usual: int, today: int) -> int:
    day = day_of(text) if text else usual
    if day > today:
        raise ValueError("on: must be a date up to today, such as 2026-11-21")
    return day


def day_of(text: str) -> int:
    """Return a date as a running number; raise ``ValueError`` that shows how it is written."""
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        raise ValueError(f"on: must be a date such as 2026-11-21, not {text}") from None


def _whole(highest: int) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        if text and not (text.isascii() and text.isdigit() and 1 <= int(text) <= highest):
            raise ValueError(f"handle: must be a whole number from 1 to {highest}, not {text}")
        return int(text) if text else None

    return read


def _some_words(text: str) -> str:
    if not text:
        raise ValueError("words: say what the test is, such as lift the kettle")
    return text


def hand_of(text: str) -> str:
    """Return ``right`` or ``left``; raise ``ValueError``."""
    found = {"r": "right", "l": "left"}.get(text.lower()[:1])
    if found is None:
        raise ValueError("hand: type right or left")
    return found


# --- clocks ---------------------------------------------------------------------------------------------


def stopwatch(desk: Desk, hand: str, part: Part) -> tuple[float, ...]:
    """Return the seconds from one Enter to the next; nothing where ``x`` was typed: it was not finished."""
    desk.ask(f"{SAID[hand].capitalize()}: press Enter when the first peg is touched")
    began = desk.clock()
    desk.terminal.say("Press Enter when the last peg is back in the dish; x and Enter if it was not finished.")
    shown = -1.0
    while True:
        line, passed = desk.line(), desk.clock() - began
        if line == handtests.UNABLE:
            return ()
        if line is not None and passed >= BOUNCE_S:
            return (min(round(passed, 2), part.units[0].highest),)
        if passed - shown >= SHOWN_S:
            shown = passed
            desk.terminal.show(f"   {passed:.1f} s")
        desk.sleep(POLL_S)


def countdown(desk: Desk, hand: str, part: Part) -> tuple[float, ...]:
    """Return the blocks that were counted after 60 s, asked for at their end."""
    while True:
        desk.ask(f"{SAID[hand].capitalize()}: press Enter to start {COUNTDOWN_S} s")
        if _counted_down(desk):
            break
        desk.terminal.say("   Stopped before the end. It can be started again.")
    return (desk.until("Time. How many blocks", lambda text: handtests.number(text, "blocks", part.units[0])),)


def _counted_down(desk: Desk) -> bool:
    began, shown = desk.clock(), -1
    while (left_s := COUNTDOWN_S - (desk.clock() - began)) > 0:
        if desk.line() is not None and COUNTDOWN_S - left_s >= BOUNCE_S:
            return False
        if int(left_s) != shown:
            shown = int(left_s)
            desk.terminal.show(f"   {shown + 1} s left, Enter stops")
        desk.sleep(POLL_S)
    desk.terminal.show("\a   0 s")
    return True
