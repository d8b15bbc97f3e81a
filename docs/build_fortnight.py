"""Play the fortnight of a simulated patient, and write what the plan did: ``uv run python docs/build_fortnight.py``."""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from fortnight import MINUTES, Player, Row, Way, table, ways  # noqa: E402

PAGE = Path(__file__).parent / "fortnight.md"
INTRODUCTION = f"""# A fortnight of a simulated patient, and the way back

A simulated patient opens the program day after day, and presses what is to be seen: each row is one opening, in a
fresh start on the same folder. Nothing is left out on the way: plan of the day, check-in, play, the questions in play,
the look back. `tests/fortnight.py` plays it, `tests/app/test_fortnight.py` says what must come of it, and
`python docs/build_fortnight.py` writes this page; a test compares the two. It shows how the rules work together. It
shows nothing about patients: the simulated one is a made-up one.

* The program is the one for home after a stroke, with bouts of {MINUTES} minutes of three games, so that it is quickly
  played. A bout of less than two minutes counts in minutes alone, as everywhere.
* The script: a first week of learning, with one check-in that is skipped, one day of tiredness and one of pain; a
  weekend off; a second week in which it hurts, up to a flare-up; the way back in steps; nine days away; then something
  new (numbness) that locks practice until a therapist opens it.
* Tries are played of planned; minutes reach from the first picture to the end of the last try; difficulty is of 100,
  the median of the bout and the highest in brackets. What the plan did is told in the words of the screens; what
  follows after "Held" is what the safety machine allowed in that bout, "lower" in rungs.
"""
PRESSES = """## Presses up to the first repetition

On a ward's computer with two patients. Each screen is looked at for five seconds before it is pressed; the seconds go
from the open program to the first try, with the demonstration of the game. A game that was played in two sessions
begins by itself after it.
"""


def presses(counted: Sequence[Way]) -> str:
    """Return the table of the ways to the first repetition."""
    pin = sum(action.startswith(("digit", "enter")) for action in counted[1].pressed)
    names = ("known", f"known, with a PIN (4 digits and OK: {pin} more)", "new")
    lines = ["| who | presses | which | seconds |", "| --- | --- | --- | --- |"]
    for name, way in zip(names, counted, strict=True):
        which = ", ".join(SHOWN[action.partition(" ")[0]] for action in way.pressed)
        lines.append(f"| {name} | {len(way.pressed)} | {which} | {way.lasted_s:.0f} |")
    return "\n".join(lines)


SHOWN = {
    "who": "tile", "digit": "digit", "enter": "OK", "start": "Start", "scale": "number", "news": "No",
    "new": "New person", "picture": "picture", "hand": "hand",
}  # fmt: skip


def page(rows: Sequence[Row], counted: Sequence[Way]) -> str:
    """Return the whole page."""
    return "\n".join((INTRODUCTION, table(rows), "", PRESSES, presses(counted), ""))


def main() -> None:
    """Play all of it, and write the page."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        PAGE.write_text(page(Player(Path(one)).play(), ways(Path(other))), "utf-8")


if __name__ == "__main__":
    main()
