"""Write the page about the safety machine anew, with what the tests count: ``python docs/build_safety.py``."""

import sys
from collections import Counter
from dataclasses import fields
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), *(str(ROOT / "tests" / room) for room in ("", "engine", "app"))]

from engine import guard  # noqa: E402

PAGE = Path(__file__).parent / "safety.md"
STATES = {
    "unasked": "Nobody has asked yet how it is today, or a bout is over: first comes a check-in.",
    "open": "Practice as planned; what goes well may get harder.",
    "easy": "Practice, but nothing gets harder than last time.",
    "easy-over": "As unasked; after the check-in the day stays easy.",
    "short": "Half the volume, two rungs lower, and nothing that asks for force.",
    "short-over": "As unasked; after the check-in the day stays short.",
    "waiting": "It hurt in play: a rest of two minutes, then it is asked once more.",
    "ended": "No more practice until a later date, and a night of four hours.",
    "steady": "The program as it is prescribed.",
    "stepped": "One rung lower and 70 % of the volume, until a day went well.",
    "resting": "Days without practice, by the date and by the hours.",
    "re-entry": "The way back: two rungs lower, and 50, 70, 85 % of the volume, a step each day that went well.",
    "locked": "No practice until a therapist clears it; nothing else opens it.",
}
MEANT = {
    "none": "pain before play at which there is no session",
    "rise": "points above the usual pain that make a short day",
    "stop": "pain in play that stops it (4 after an operation or with CRPS: `POST_OPERATIVE`)",
    "stop_rise": "points above the start that stop play",
    "hold": "pain at which nothing gets harder",
    "effort": "effort that ends a bout the second time, and holds the first time",
    "effort_most": "effort that ends a bout at once",
    "fatigue": "tiredness before play at which nothing gets harder",
    "next_day": "points above the last start, on the next day, that step the plan down",
    "strikes": "practice days running with that, after which a therapist has to look",
    "wait_s": "seconds of rest after pain in play, before it is asked again (may be longer)",
}


def section(title: str, *parts: str) -> str:
    """Return a section of the page."""
    return "\n\n".join((f"## {title}", *parts))


def states(names: tuple[str, ...]) -> str:
    """Return the states of a region in plain words."""
    rows = (f"| {name} | {STATES[name]} |" for name in names)
    return "\n".join(("| state | what it means |", "| --- | --- |", *rows))


def thresholds() -> str:
    """Return the built-in thresholds."""
    rows = (f"| `{row.name}` | {row.default} | {MEANT[row.name]} |" for row in fields(guard.Thresholds))
    return "\n".join(("| threshold | built in | what it is |", "| --- | --- | --- |", *rows))


def page(counts: str) -> str:
    """Return the page: all but the counts is made from the machine itself."""
    parts = [INTRODUCTION]
    for region, names, title in ((guard.DAY, guard.DAY_STATES, "Today"), (guard.PLAN, guard.PLAN_STATES, "Day to day")):
        drawn = f"```mermaid\n{guard.diagram(region)}\n```"
        parts.append(section(title, states(names), FIRST, guard.table(region), drawn))
    parts += [section("Thresholds", LOWER, thresholds()), section("What it is not", LIMITS), section(COUNTED, counts)]
    return "\n\n".join(parts) + "\n"


INTRODUCTION = """# What keeps a patient from harm from day to day

One machine decides whether, and how, a patient practises. It is a table (`engine/guard.py`); this page is made from
it by `python docs/build_safety.py`, and a test fails where the two differ. It is not a medical device, and nobody with
clinical responsibility has signed it. Two things are known at any time: what **today** is like, and what the
**last days** ask for; the stricter of both holds.

* Within a day nothing gets lighter again; only a later date after a night of four hours is a new day. What is told
  after midnight holds for that date too.
* A question that is skipped is never better than a good answer: the day is easy, the pain at the start counts as the
  lowest of the last days, a rest that ends without an answer ends the day, and the way back goes on only when pain
  was told.
* A clock that goes back makes no new day. Where it went back by more than 36 hours the date has to be confirmed; that
  date is then as restricted as it ever was, and a rest goes on for as long as it would have.
* A lock ends only by a therapist. Every other state ends by itself: after quiet days and good answers there is
  practice again."""
FIRST = "The first row that fits decides. Numbers are the built-in ones; a program may make them stricter."
LOWER = "A program may only lower these numbers, and lengthen the rest; a file that asks for more is refused."
LIMITS = """* It judges no cause, and knows only what is told and what is seen in play.
* The two minutes of rest are counted by the session, since a clock on the wall can be set.
* A clock that is set **forward** cannot be told from time that went by.
* Pain that creeps up by less than 2 a day becomes the usual; then only 4, 5 and 7 hold."""
COUNTED = "How it was tried"


def counts() -> str:
    """Play the stories of the tests, and return what was counted."""
    import test_guard_stories as stories

    stories.test_no_story_leads_to_play_that_is_not_allowed()
    told = (
        f"`tests/engine/test_guard_stories.py` plays {stories.EXAMPLES} stories of up to {stories.STEPS} steps, each "
        "with thresholds,\nanswers, clocks and restarts drawn by chance, and checks every moment against a second, "
        f"simpler idea of what\nis safe. The same stories catch each of {len(stories.FAULTS)} faults that are planted "
        "on purpose. The last count:"
    )
    return "\n\n".join((told, counted(stories.COUNTS), of_days()))


def of_days() -> str:
    """Play the stories of whole days, with real sessions and a real database, and return what was counted."""
    import test_stories_of_days as stories

    counts = stories.play_the_stories()
    told = (
        f"One floor above, `tests/app/test_stories_of_days.py` plays {stories.EXAMPLES} stories of up to "
        f"{stories.STEPS} steps through the visit\nitself: programs, answers, bouts, STOP, wrong clocks and time "
        "zones, a therapist who clears, another program, and power\ncuts after which only what lies on the disk goes "
        "on. No try is above the cap, or harder than before on a bad day; none\nfollows a stop, a lock or a closed "
        "day; none asks for force on a short day or before it is cleared; no day is longer than\nprescribed by more "
        "than a try; no answer is lost once its questions were through. The same stories catch each of "
        f"{len(stories.FAULTS)} faults\nplanted on purpose. Tries are cut to half a second, and whether the plan rests "
        "or is locked is asked of the machine, as that\nis proven above. The last count:"
    )
    return "\n\n".join((told, counted(counts)))


def counted(counts: Counter[str]) -> str:
    """Return counts as a table."""
    rows = (f"| {name} | {counts[name]:,} |" for name in sorted(counts))
    return "\n".join(("| counted | number |", "| --- | --- |", *rows))


if __name__ == "__main__":
    PAGE.write_text(page(counts()), "utf-8")
