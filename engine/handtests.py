"""Take the results of tests that are done by hand elsewhere: check them, keep them, and tell differences.

Nothing here judges: a difference stands beside what was published for it. A result of another device, handle or unit
begins a series of its own. Entries are only ever added; a later one may correct or withdraw an earlier one.
"""

import difflib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from engine.hand import FINGERS
from engine.standard_tests import ALIASES, BY_NAME, LOINC, TESTS, Limit, Part, Test, Unit

__all__ = [
    "KIND", "LOINC", "TESTS", "Difference", "Entry", "Limit", "Part", "Row", "Score", "Test", "check", "compare",
    "counted", "from_plain", "merged", "parse", "part_words", "read", "rows", "standing_of", "test_of", "to_plain",
]  # fmt: skip

KIND = "test"
LEFT_OUT, UNABLE = ("", "-"), "x"
LONGEST = 80
NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?", re.ASCII)
NO_SHARES = ("points", "T", "size")  # scores on a scale without a true zero: a percentage of one says nothing
SIDES = ("right", "left", "")
SAID = {"right": "right hand", "left": "left hand", "": "total"}


class Told(Protocol):
    """One entry of a diary, as ``engine.diary.Entry`` is."""

    @property
    def kind(self) -> str:
        """Return what kind of entry it is."""

    @property
    def values(self) -> Mapping[str, Any]:
        """Return what was told."""


@dataclass(frozen=True, slots=True)
class Score:
    """The numbers of one part of a test, in the unit in which they were read; without any the hand was unable.

    ``hand`` is ``left``, ``right`` or "" (no hand of its own); ``values`` are the trials.
    """

    hand: str
    part: str
    values: tuple[float, ...]
    unit: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One test on one day (a running number of the local date); ``by`` is a role or initials.

    ``words`` say what an own test is. ``corrects`` is the ``id`` of an entry that this one takes the place of;
    without scores that one is withdrawn.
    """

    test: str
    on: int
    scores: tuple[Score, ...]
    device: str = ""
    handle: int | None = None
    by: str = ""
    words: str = ""
    id: str = ""
    corrects: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more (or less) than before, in the unit of the rows; ``None`` with the reason ``why`` there is none.

    ``why`` is ``device``, ``handle`` or ``unit`` (not the same), ``unnamed`` (no device was told), ``unable``
    (no number), ``other`` (another test, hand or part). ``share`` is of the first value,
    ``None`` for scores on a scale. ``limits`` are the published changes of this test and part.
    """

    first_on: int
    change: float | None
    share: float | None
    why: str
    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One summed result: ``value`` in ``unit``, of so many ``trials``; ``None`` where the hand was unable.

    ``since`` is the difference to the first result on the same device (and handle and unit); ``None`` for that one
    itself. ``new_series`` tells that there are results before that this one is not compared with: a line breaks here.
    """

    id: str
    on: int
    test: str
    words: str
    hand: str
    part: str
    value: float | None
    unit: str
    trials: int
    device: str
    handle: int | None
    by: str
    corrects: str = ""
    since: Difference | None = None
    new_series: bool = False

    @property
    def key(self) -> str:
        """Return the key of the test's name in the texts; the words of an own test stand in ``words``."""
        return BY_NAME[self.test].key

    @property
    def better(self) -> str:
        """Return what counts as more ability on this scale: ``more``, ``less`` or "" (the scale does not say)."""
        parts = BY_NAME[self.test].parts
        return next((part.better for part in parts if part.name == self.part), parts[0].better)

    @property
    def loinc(self) -> str:
        """Return the LOINC code, where one was checked; "" for the local code."""
        return LOINC.get((self.test, self.hand), "")


# --- reading what was typed -----------------------------------------------------------------------------


def test_of(name: str) -> Test:
    """Return the test of that name; raise ``ValueError`` that says which ones are near."""
    plain = name.strip().lower().replace("_", "-").replace(" ", "-")
    found = BY_NAME.get(ALIASES.get(plain, plain))
    if found is None:
        near = difflib.get_close_matches(plain, BY_NAME, 3) or list(BY_NAME)
        raise ValueError(f"there is no test called {name}; there is {', '.join(near)}")
    return found


test_of.__test__ = False  # type: ignore[attr-defined]


def parse(name: str, typed: Mapping[str, Sequence[str]], unit: str = "") -> tuple[Score, ...]:
    """Return the scores of what was typed for ``right``, ``left`` and ``total``.

    Where a hand has one number, the texts are its trials; else one text stands for each part, in order. ``-`` leaves
    one out, ``x`` says that the hand was unable. A comma is as good as a point. Raise ``ValueError`` that names the
    field and says what it takes.
    """
    test = test_of(name)
    _check_unit(test, unit)
    found: list[Score] = []
    for field, texts in typed.items():
        hand = "" if field == "total" else field
        parts = test.hand_parts if hand else test.whole_parts
        if texts and not parts:
            rest = "--total" if hand else "--right and --left"
            raise ValueError(f"{field}: {test.name} is not entered so; use {rest}")
        found += _scores(test, hand, parts, texts, unit)
    return tuple(found)


def number(text: str, field: str, unit: Unit) -> float:
    """Return the number that was typed; raise ``ValueError`` that names the field and its range."""
    plain = text.strip().removesuffix(unit.name).strip() if unit.name else text.strip()
    if not NUMBER.fullmatch(plain):
        raise ValueError(f"{field}: must be {_range(unit)}, not {text.strip() or 'nothing'}")
    value = float(plain.replace(",", "."))
    _must_fit(value, field, unit)
    return value


def one(text: str, hand: str, part: Part, trial: int = 0, unit: str = "") -> float | None:
    """Return the number typed for one field, ``None`` where it is left out or the hand was ``unable``."""
    if text.strip() in LEFT_OUT or is_unable(text, part, field_name(hand, part, trial)):
        return None
    kept_in = unit_name(part, unit)
    return number(text, field_name(hand, part, trial), part.unit(kept_in) if part.units[0].name else free(kept_in))


def is_unable(text: str, part: Part, field: str) -> bool:
    """Tell whether ``x`` was typed; raise ``ValueError`` where a test has no such answer."""
    if text.strip().lower() != UNABLE:
        return False
    if not part.unable:
        raise ValueError(f"{field}: x is no answer here; type a number, or - to leave it out")
    return True


def field_name(hand: str, part: Part, trial: int = 0) -> str:
    """Return what a field is called: ``right hand, index, trial 2``."""
    named = part.name if not part.name.isdigit() else f"time {part.name}"
    words = [SAID[hand] if hand or not named else "", named, f"trial {trial}" if trial else ""]
    return ", ".join(word for word in words if word)


def free(unit: str) -> Unit:
    """Return the unit of an own test."""
    return Unit(unit, -1e6, 1e6, 3)


def _check_unit(test: Test, unit: str) -> None:
    known = dict.fromkeys(known.name for part in test.parts for known in part.units)
    if unit and "" not in known and unit not in known:
        raise ValueError(f"unit: must be {' or '.join(known)} for {test.name}, not {unit}")


def _scores(test: Test, hand: str, parts: Sequence[Part], texts: Sequence[str], unit: str) -> Iterable[Score]:
    single = len(parts) == 1
    most = parts[0].trials if single else len(parts)
    if len(texts) > most:
        of = f"one for each of {', '.join(part.name for part in parts)}" if not single else f"{most} at most"
        raise ValueError(f"{SAID[hand]}: there are {len(texts)} numbers; {test.name} takes {of}")
    if single and texts:
        yield from _score(hand, parts[0], texts, unit)
    for part, text in () if single else zip(parts, texts, strict=False):
        yield from _score(hand, part, (text,), unit)


def _score(hand: str, part: Part, texts: Sequence[str], unit: str) -> Iterable[Score]:
    trials = range(1, len(texts) + 1) if part.trials > 1 else (0,)
    values = tuple(one(text, hand, part, n, unit) for text, n in zip(texts, trials, strict=True))
    known = tuple(value for value in values if value is not None)
    unable = any(text.strip().lower() == UNABLE for text in texts)
    if known or unable:
        yield Score(hand, part.name, known, unit_name(part, unit))


def unit_name(part: Part, unit: str) -> str:
    """Return the unit that a number of this part is kept in; for a part that does not know ``unit``, its own."""
    if not part.units[0].name:
        return unit
    return unit if any(unit == known.name for known in part.units) else part.units[0].name


# --- checking -------------------------------------------------------------------------------------------


def check(entry: Entry, today: int | None = None) -> Entry:
    """Return the entry with its words tidied; raise ``ValueError`` that names the field and says what it takes."""
    test = test_of(entry.test)
    device, by, words = (_words(getattr(entry, name), name) for name in ("device", "by", "words"))
    entry = replace(entry, test=test.name, device=device, by=by, words=words)
    if (test.name == "own") != bool(entry.words):
        raise ValueError("words: say with --words what the test is" if test.name == "own" else
                         f"words: {test.name} has its own name; leave --words out")  # fmt: skip
    if not entry.scores and not entry.corrects:
        raise ValueError(f"{test.name}: no number was told; give it with --right, --left or --total")
    if isinstance(entry.on, bool) or entry.on < 1 or (today is not None and entry.on > today):
        raise ValueError("on: must be a date up to today, such as 2026-11-21")
    _check_handle(test, entry.handle)
    seen: set[tuple[str, str]] = set()
    for score in entry.scores:
        _check_score(test, score)
        if (score.hand, score.part) in seen:
            raise ValueError(f"{SAID[score.hand]}: it was told twice")
        seen.add((score.hand, score.part))
    return entry


def _check_handle(test: Test, handle: int | None) -> None:
    if handle is None:
        return
    if not test.handles:
        raise ValueError(f"handle: {test.name} has no handle position; leave it out")
    if isinstance(handle, bool) or not 1 <= handle <= test.handles:
        raise ValueError(f"handle: must be a whole number from 1 to {test.handles}, not {handle}")


def _check_score(test: Test, score: Score) -> None:
    if score.hand not in SIDES:
        raise ValueError(f"hand: must be left or right, not {score.hand}")
    part = test.part(score.part, bool(score.hand))
    unit = part.unit(score.unit) if part.units[0].name else free(_words(score.unit, "unit"))
    if not score.values and not part.unable:
        raise ValueError(f"{field_name(score.hand, part)}: a number is missing")
    if len(score.values) > part.trials:
        raise ValueError(f"{field_name(score.hand, part)}: {part.trials} numbers at most")
    for n, value in enumerate(score.values, start=1):
        _must_fit(value, field_name(score.hand, part, n if part.trials > 1 else 0), unit)


def _must_fit(value: float, field: str, unit: Unit) -> None:
    fits = math.isfinite(value) and unit.lowest <= value <= unit.highest
    if isinstance(value, bool) or not fits or abs(round(value, unit.decimals) - value) > 1e-9:
        raise ValueError(f"{field}: must be {_range(unit)}, not {value:g}")


def _range(unit: Unit) -> str:
    many = {0: "a whole number", 1: "a number with one decimal at most"}.get(unit.decimals)
    kind = many or f"a number with {unit.decimals} decimals at most"
    return f"{kind} from {unit.lowest:g} to {unit.highest:g}{' ' if unit.name else ''}{unit.name}"


def _words(text: str, field: str) -> str:
    tidy = " ".join(text.split())
    if len(tidy) > LONGEST or not tidy.isprintable():
        raise ValueError(f"{field}: must be words in one line, {LONGEST} letters at most")
    return tidy


# --- keeping --------------------------------------------------------------------------------------------


def to_plain(entry: Entry) -> dict[str, Any]:
    """Return the values of a diary entry ``test``; what is empty is not there."""
    names = ("id", "test", "words", "on", "device", "handle", "by", "corrects")
    row = {name: getattr(entry, name) for name in names if getattr(entry, name) not in ("", None)}
    scores = [
        {name: getattr(score, name) for name in ("hand", "part", "unit") if getattr(score, name)}
        | {"values": list(score.values)}
        for score in entry.scores
    ]
    return row | {"scores": scores}


def from_plain(plain: Mapping[str, Any]) -> Entry:
    """Return the entry that ``to_plain`` gave; raise ``ValueError`` for what cannot be read."""
    try:
        scores = tuple(
            Score(str(row.get("hand", "")), str(row.get("part", "")), tuple(map(_float, row["values"])),
                  str(row.get("unit", "")))
            for row in plain["scores"]
        )  # fmt: skip
        texts = {name: str(plain.get(name, "")) for name in ("device", "by", "words", "id", "corrects")}
        handle = plain.get("handle")
        whole = all(isinstance(value, int) for value in (plain["on"], 0 if handle is None else handle))
        if not whole:
            raise ValueError("on and handle: must be whole numbers")
        return check(Entry(str(plain["test"]), plain["on"], scores, handle=handle, **texts))
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"a test that was kept cannot be read: {error}") from error


def _float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"values: must be numbers, not {value}")
    return float(value)


def merged(earlier: Sequence[Score], told: Sequence[Score]) -> tuple[Score, ...]:
    """Return the earlier scores with those that were told anew in their place; new ones come after them."""
    new = {(score.hand, score.part): score for score in told}
    kept = [new.pop((score.hand, score.part), score) for score in earlier]
    return (*kept, *new.values())


def read(diary: Iterable[Told]) -> tuple[Entry, ...]:
    """Return the tests in a diary in the order in which they were written; what cannot be read is left out."""
    found = []
    for told in diary:
        if told.kind == KIND:
            try:
                found.append(from_plain(told.values))
            except ValueError:
                continue
    return tuple(found)


def counted(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries that count, by date: without those that were corrected or withdrawn, and the withdrawals."""
    known = tuple(entries)
    gone = {entry.corrects for entry in known if entry.corrects}
    return tuple(sorted((e for e in known if e.scores and (not e.id or e.id not in gone)), key=lambda e: e.on))


def standing_of(entries: Iterable[Entry], wanted: str) -> Entry:
    """Return the entry of that id, which may be corrected; raise ``ValueError`` where it may not."""
    known = tuple(entries)
    by_id = {entry.id: entry for entry in known if entry.id}
    if wanted not in by_id:
        raise ValueError(f"corrects: there is no entry {wanted}; regrasp tests show lists them")
    for entry in known:
        if entry.corrects == wanted:
            done = "corrected" if entry.scores else "withdrawn"
            raise ValueError(f"corrects: entry {wanted} was {done} by {entry.id}; correct the one that counts")
    if not by_id[wanted].scores:
        raise ValueError(f"corrects: entry {wanted} withdrew another one; enter the test anew")
    return by_id[wanted]


# --- summing up and comparing ---------------------------------------------------------------------------


def rows(diary: Iterable[Told]) -> tuple[Row, ...]:
    """Return a row for each result in a diary, by date: summed, with its difference to the first of its series."""
    first: dict[tuple[object, ...], Row] = {}
    measured: set[tuple[object, ...]] = set()
    found = []
    for entry in counted(read(diary)):
        for row in _rows_of(entry):
            what = (row.test, _same(row.words), row.hand, row.part)
            series = (*what, row.unit, _same(row.device), row.handle)
            base = first.get(series)
            new = base is None and what in measured
            found.append(replace(row, since=compare(base, row) if base else None, new_series=new))
            if row.value is not None:
                measured.add(what)
                if not _is_unnamed(row):
                    first.setdefault(series, row)
    return tuple(found)


def compare(first: Row, latest: Row) -> Difference:
    """Return the difference of two results, with what was published; it says nothing about what it means.

    Two dynamometers or pinch gauges are not compared (two makes differ by 50 to 57 %, PMC7191369), nor ones that
    nobody named.
    """
    why = _why_not(first, latest)
    limits = tuple(limit for limit in BY_NAME[latest.test].limits if limit.part in ("", latest.part))
    if why or first.value is None or latest.value is None:
        return Difference(first.on, None, None, why or "unable", limits)
    change = round(latest.value - first.value, 3)
    share = round(change / first.value, 4) if first.value > 0 and latest.unit not in NO_SHARES else None
    return Difference(first.on, change, share, "", limits)


def part_words(part: str) -> tuple[str, dict[str, str]]:
    """Return the text key, and its values, of a part of a test; ("", {}) for a test that has one part only."""
    if not part:
        return "", {}
    if part in tuple(map(str, FINGERS)):
        return f"finger.{part}", {}
    return ("tests.part-time-n", {"n": part}) if part.isdigit() else (f"tests.part-{part}", {})


def _why_not(first: Row, latest: Row) -> str:
    pairs = ((first.test, latest.test), (_same(first.words), _same(latest.words)), (first.hand, latest.hand),
             (first.part, latest.part))  # fmt: skip
    if any(one != another for one, another in pairs):
        return "other"
    if _is_unnamed(first) or _is_unnamed(latest):
        return "unnamed"
    if _same(first.device) != _same(latest.device):
        return "device"
    if first.handle != latest.handle:
        return "handle"
    return "unit" if first.unit != latest.unit else ""


def _is_unnamed(row: Row) -> bool:
    return BY_NAME[row.test].named and not row.device


def _same(words: str) -> str:
    return " ".join(words.casefold().split())


def _rows_of(entry: Entry) -> tuple[Row, ...]:
    test = test_of(entry.test)
    found = tuple(_row(entry, test.part(score.part, bool(score.hand)), score) for score in entry.scores)
    return _added(found, test) if test.adds else found


def _row(entry: Entry, part: Part, score: Score) -> Row:
    unit = part.unit(score.unit) if part.units[0].name else free(score.unit)
    times = 1.0 if unit.times is None else unit.times
    mean = sum(score.values) / len(score.values) * times if score.values else None
    name = part.units[0].name if unit.times is not None and part.units[0].name else unit.name
    value = None if mean is None else round(mean, max(2, unit.decimals))
    return Row(entry.id, entry.on, entry.test, entry.words, score.hand, score.part, value, name, len(score.values),
               entry.device, entry.handle, entry.by, entry.corrects)  # fmt: skip


def _added(found: Sequence[Row], test: Test) -> tuple[Row, ...]:
    """Return one row a hand with the sum of its parts, where each of them has a number; else the parts."""
    rows: list[Row] = []
    for hand in SIDES:
        own = [row for row in found if row.hand == hand]
        values = [row.value for row in own if row.value is not None]
        if own and len(values) == len(test.hand_parts):
            rows.append(replace(own[0], part="", value=round(sum(values), 2), trials=1))
        else:
            rows += own
    return tuple(rows)
