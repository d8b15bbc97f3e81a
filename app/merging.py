"""Say what is kept of a patient in a form that goes from one computer to another, and how two such lists become one."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

Row = TypeVar("Row", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Head:
    """A session in short: ``identity`` is the same wherever it is kept, whatever the patient's code is there.

    ``continues`` is the number, in the same list, of the session that it goes on with.
    """

    started: str
    identity: str
    continues: int | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """All that is kept of one session: its trials as (part, index, JSON), and the lines of each part of its samples.

    ``end`` is (at, tick, how, why, part) and ``reason`` (at, why, part), ``None`` where there is none.
    """

    started: str
    header: dict[str, Any]
    trials: tuple[tuple[int, int, str], ...] = ()
    parts: tuple[tuple[str, ...], ...] = ()
    end: tuple[str, int, str, str, int] | None = None
    reason: tuple[str, str, int] | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An entry of the diary as it is kept: when, on which day, its kind, and its values as JSON."""

    at: str
    day: int
    kind: str
    entry: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """How much came in: sessions, trials, ends (and reasons for them), and entries of the diary."""

    sessions: int = 0
    trials: int = 0
    ends: int = 0
    diary: int = 0

    def __bool__(self) -> bool:
        """Tell whether anything came in."""
        return bool(self.sessions or self.trials or self.ends or self.diary)


def identity_of(header: dict[str, Any], started: str) -> str:
    """Return what tells a session from every other one: a SHA-256 of its start and its header without the code."""
    plain = json.dumps(coded(header, ""), sort_keys=True)
    return hashlib.sha256(f"{started}\n{plain}".encode()).hexdigest()


def coded(header: dict[str, Any], code: str) -> dict[str, Any]:
    """Return a header with another code of the patient, and everything else as it was."""
    profile = header.get("profile")
    own = {"patient": code} if "patient" in header else {}
    inner = {"profile": {**profile, "patient": code}} if isinstance(profile, dict) and "patient" in profile else {}
    return {**header, **own, **inner}


def numbered(rows: Iterable[Row]) -> tuple[tuple[Row, int], ...]:
    """Return each row with how often it came before: rows that are equal are told apart by that."""
    seen: Counter[Row] = Counter()
    found = []
    for row in rows:
        found.append((row, seen[row]))
        seen[row] += 1
    return tuple(found)


def interleaved(here: Sequence[Row], there: Sequence[Row], time: Callable[[Row], Any]) -> tuple[Row, ...]:
    """Return two lists as one: the order of ``here`` is kept, and what only ``there`` has stands where its time is.

    No row may be twice in a list. Where both lists have the same rows in the same order, both orders are kept.
    """
    place = {row: n for n, row in enumerate(here)}
    known = set(there)
    merged: list[Row] = []
    at = 0
    for row in there:
        if row in place:
            merged += here[at : place[row] + 1]
            at = max(at, place[row] + 1)
            continue
        while at < len(here) and here[at] not in known and time(here[at]) <= time(row):
            merged.append(here[at])
            at += 1
        merged.append(row)
    return (*merged, *here[at:])
