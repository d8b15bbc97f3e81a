"""Name what is kept from day to day: what a patient told, what happened, and what was decided."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine import guard
from engine.guard import Event, FlareUp, Moment, Standing, Thresholds

# Those of the safety machine come first; each of them carries the standing that it led to. ``merged`` is none of its
# events: where a patient stands after diaries of two computers became one.
MERGED = "merged"
GUARDED = (*guard.KINDS, MERGED)
OTHERS = (
    "chosen", "skipped", "reflect", "journal", "activity", "goal", "milestone", "program", "paused", "resumed", "fence",
    "cleared", "test", "noticed",
)  # fmt: skip
KINDS = (*GUARDED, *OTHERS)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: when (seconds since 1970, UTC), the local date as a running number, its kind and its values."""

    at_s: float
    day: int
    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)


def values_of(event: Event, standing: Standing) -> dict[str, Any]:
    """Return the values of an entry for an event of the safety machine, with the standing it led to."""
    told = {name: getattr(event, name) for name in ("pain", "fatigue", "effort", "why")}
    row: dict[str, Any] = {name: value for name, value in told.items() if value not in (None, "")}
    if event.flags:
        row["flags"] = list(event.flags)
    return row | {"standing": guard.to_plain(standing)}


def event_of(entry: Entry) -> Event:
    """Return the event of an entry of the safety machine."""
    values = entry.values
    told = (values.get("pain"), values.get("fatigue"), values.get("effort"), tuple(values.get("flags", ())))
    return Event(entry.kind, *told, values.get("why", ""))


def paused_days(entries: Iterable[Entry], today: int) -> frozenset[int]:
    """Return the days up to ``today`` on which the plan was paused, from entries oldest first.

    A pause begins on the day of ``paused`` and lasts until the day before ``until``, or before ``resumed``.
    """
    days: set[int] = set()
    begun, until = 0, 0
    for entry in entries:
        if entry.kind in ("paused", "resumed") and begun:
            days |= set(range(begun, min(entry.day, until or entry.day)))
            begun = 0
        if entry.kind == "paused":
            begun, until = entry.day, int(entry.values.get("until") or 0)
    if begun:
        days |= set(range(begun, min(today + 1, until or today + 1)))
    return frozenset(days)


def standing(entries: Iterable[Entry], limits: Thresholds | None = None, flare: FlareUp | None = None) -> Standing:
    """Return where a patient stands after these entries, oldest first.

    It is what the last entry of the safety machine says; a later program changes nothing of what was decided. Where
    that cannot be read, the machine runs through all entries again.
    """
    guarded = [entry for entry in entries if entry.kind in GUARDED]
    if not guarded:
        return guard.start()
    try:
        return guard.from_plain(guarded[-1].values["standing"])
    except (KeyError, TypeError, ValueError):
        now = guard.start()
        for entry in guarded:
            if entry.kind != MERGED:
                now = guard.step(now, event_of(entry), Moment(entry.at_s, entry.day), limits, flare)
        return now
