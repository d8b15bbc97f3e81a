"""Draw what is seen around an assessment: thanks for what is done, none of it called good or bad, and what is left."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from engine.assessment import ITEMS
from engine.scene import Bar, Circle, Picture, Scene, Shape, Words
from engine.screens import MIDDLE, row_of, title

COLUMNS, ROW_H, TOP = 3, 108.0, 610.0
ORDER = tuple(item.name for item in ITEMS)


def thanks(done: Collection[str], asked: Collection[str]) -> Scene:
    """Return the last screen of a sitting: every item that it asked for, with a mark on what is done."""
    shown = [name for name in ORDER if name in done or name in asked]
    shapes: list[Shape] = [title("assess.thanks", y=800, size=60), Words("assess.same", MIDDLE, 712, 34, width=1150)]
    for n, name in enumerate(shown):
        x, y = 310.0 + 490 * (n % COLUMNS), TOP - ROW_H * (n // COLUMNS)
        shapes += [Bar(x, y, 470, 94, "card", 28, "line", 3), *_mark(x - 180, y, name in done)]
        shapes.append(Words(f"assess.{name}", x + 45, y, 30, bold=True, align="left", width=340, lines=2))
    return Scene("sunrise", (*shapes, *row_of((("home", "next", "assess.on"),), 120, 400, 130)))


def _mark(x: float, y: float, is_done: bool) -> list[Shape]:
    return [Picture("icon-ok", x, y, 64, 64)] if is_done else [Circle(x, y, 14, "line")]


@dataclass(frozen=True, slots=True)
class Far:
    """How far a hand is: so many items are done, ``again`` of them worth another try."""

    hand: str
    done: int
    of: int
    again: int = 0


def overview(hands: Sequence[Far], following: str = "", closed: str = "") -> Scene:
    """Return how far each hand is, and the way to go on with the hand ``following``, if any.

    ``closed`` is the key of why there is nothing more now: then there is only the way home.
    """
    following = "" if closed else following
    more = "assess.more" if any(far.done < far.of for far in hands) else "assess.once"
    shapes: list[Shape] = [title(closed or (more if following else "assess.all"), y=790, size=48, lines=2)]
    for n, far in enumerate(hands):
        x = MIDDLE + (n - (len(hands) - 1) / 2) * 560
        values = (("n", str(far.done)), ("of", str(far.of)))
        shapes += [
            Bar(x, 490, 520, 330, "card", 40, "line", 3), Picture(f"icon-hand-{far.hand}", x, 575, 140, 140),
            Words(f"assess.{far.hand}", x, 476, 40, bold=True, width=480),
            Words("assess.of", x, 420, 34, width=480, values=values),
        ]  # fmt: skip
        if far.again:
            shapes.append(Words("assess.again", x, 370, 30, width=480, values=(("n", str(far.again)),)))
    later = ("home", "home", "assess.later" if following else "button.home")
    rows = ((f"assess {following}", f"hand-{following}", f"assess.go-{following}"), later) if following else (later,)
    return Scene("sunrise", (*shapes, *row_of(rows, 170, 640, 150)))
