"""Write down for a moment what a sound means, at one place, for those who do not hear it."""

from collections.abc import Iterable
from dataclasses import dataclass

from engine.game import Cue
from engine.hand import Side
from engine.profile import Profile
from engine.scene import STAGE_W, Bar, Button, Picture, Shape, Words
from engine.ticks import seconds

SHOWN_S = 1.5
WIDE, HIGH, FOOT = 460.0, 60.0, 36.0
BESIDE, ROW = 825.0, 810.0  # beyond STOP, the demonstration and Start, from the seen edge
ICON = 46.0
# What each sound means: the last part of its text's key, and an icon. Sounds that only go with what is seen
# (a pencil, a zip, a key that is pressed) mean nothing more, and are left out.
MEANINGS: dict[str, tuple[str, str]] = {
    **{f"hit-{n}": ("hit", "ok") for n in range(1, 6)},
    "arrive": ("hit", "ok"), "cadence": ("hit", "ok"), "bloom": ("bloom", "bloom"), "soft": ("soft", "again"),
    "warn": ("warn", "softer"), "rest": ("rest", "rest"), "pause": ("pause", "pause"), "stop": ("stop", "stop"),
    "go": ("go", "play"), "slip": ("slip", "firmer"), "snag": ("snag", "slower"), "crack": ("crack", "tone"),
    "squish": ("dent", "softer"), "dent": ("dent", "softer"), "tick": ("tick", "time"), "kite-wind": ("wind", "path"),
}  # fmt: skip
FORCE = "force-"
# Of sounds at the same time the one that says most is written down.
WEIGHTS = {"stop": 4, "warn": 3, "pause": 3, "tick": 0, "force": 0, "wind": 0}


@dataclass(frozen=True, slots=True)
class Caption:
    """What is written down: the last part of its key, an icon, its values, and until which tick."""

    key: str
    icon: str
    values: tuple[tuple[str, str], ...]
    until: int

    @property
    def weight(self) -> int:
        """Return how much it says beside others."""
        return WEIGHTS.get(self.key, 2)


def meaning(cue: Cue, now: int) -> Caption | None:
    """Return what a sound means, ``None`` where it says nothing that is not seen anyway."""
    until = now + seconds(SHOWN_S)
    if cue.name.startswith(FORCE):
        return Caption("force", "tone", (("n", cue.name.removeprefix(FORCE)),), until)
    known = MEANINGS.get(cue.name)
    return Caption(*known, (), until) if known else None


class Captions:
    """The line that is shown now, if there is one."""

    def __init__(self) -> None:
        self._shown: Caption | None = None

    def hear(self, cues: Iterable[Cue], now: int) -> None:
        """Take in what is heard at tick ``now``; a line gives way to one that says as much or more."""
        for cue in cues:
            heard, shown = meaning(cue, now), self._shown
            if heard and (shown is None or now >= shown.until or heard.weight >= shown.weight):
                self._shown = heard

    def shapes(self, now: int, profile: Profile, others: Iterable[Shape]) -> tuple[Shape, ...]:
        """Return the line at its place; nothing where none is wanted, or where ``others`` are a button or words."""
        shown = self._shown
        if not profile.captions or shown is None or now >= shown.until:
            return ()
        x, y = place(profile)
        card = Bar(x, y, WIDE, HIGH, "card", 24, "ink", 3)
        if any(_meets(card, shape) for shape in others):
            return ()
        icon = Picture(f"icon-{shown.icon}", x - WIDE / 2 + 42, y, ICON, ICON)
        words = Words(f"caption.{shown.key}", x + 34, y, 28, bold=True, width=WIDE - 100, values=shown.values)
        return (card, icon, words)


def place(profile: Profile) -> tuple[float, float]:
    """Return where the line stands: at the foot; where a side is not seen in the row of STOP, above the game."""
    if profile.unseen is None:
        return STAGE_W - WIDE / 2 - 20, FOOT
    return (STAGE_W - BESIDE if profile.seen is Side.RIGHT else BESIDE), ROW


def _meets(card: Bar, shape: Shape) -> bool:
    if isinstance(shape, Button):
        w, h = shape.w, shape.h
    elif isinstance(shape, Words):
        w, h = shape.width, 1.3 * shape.size * shape.lines
    else:
        return False
    return abs(shape.x - card.x) < (w + WIDE) / 2 and abs(shape.y - card.y) < (h + HIGH) / 2
