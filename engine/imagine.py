"""Imagine: a quiet script of three minutes, then cards with drawn hands: is it a left or a right one?

The script is written and, where there is a voice, spoken. How vivid it was is asked. The cards are the measured part:
which ones were told rightly, and how long it took (the hand laterality task, Parsons 1987). Nothing is scored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.chance import Chance
from engine.hand import Side
from engine.measures import median
from engine.sample import Sample
from engine.scene import STAGE_W, Bar, Button, Circle, Picture, Scene, Shape, Words
from engine.ticks import TICKS_PER_S, seconds, to_ms

LINES, LINE_S = 12, 15.0
CARDS, ANGLES = 12, (0, 60, 120, 180, 240, 300)
VIVID = ("clear", "faint", "hardly")
MIDDLE = STAGE_W / 2
CARD_TURN_S = 0.5


@dataclass(frozen=True, slots=True)
class Card:
    """A drawn hand, turned by ``angle`` degrees; once answered, whether it was told rightly, and after how long."""

    side: Side
    angle: int
    right: bool | None = None
    took_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Imagined:
    """What goes on: ``script``, ``vivid``, ``cards`` or ``done``, since which tick; ``read_s`` is how long it took."""

    stage: str
    since: int
    cards: tuple[Card, ...]
    read_s: float = 0.0
    vivid: str = ""

    @property
    def at(self) -> int:
        """Return the number of the card that is shown."""
        return sum(card.right is not None for card in self.cards)


def start(now: int, chance: Chance) -> Imagined:
    """Return the beginning; each angle comes once as a left and once as a right hand, in a drawn order."""
    left = [Card(side, angle) for side in Side for angle in ANGLES]
    order: list[Card] = []
    while left:
        order.append(left.pop(chance.below(len(left))))
    return Imagined("script", now, tuple(order))


def line(imagined: Imagined, now: int) -> str:
    """Return the key of the line of the script that is to be read now, "" outside of it."""
    if imagined.stage != "script":
        return ""
    return f"imagine.line-{min(LINES, 1 + int((now - imagined.since) / seconds(LINE_S)))}"


def step(imagined: Imagined, samples: Sequence[Sample], now: int) -> Imagined:
    """Return what goes on a tick later; the arrow keys answer a card."""
    if imagined.stage == "script" and now - imagined.since >= seconds(LINES * LINE_S):
        return pressed(imagined, "on", now)
    for sample in samples:
        if imagined.stage == "cards" and sample.value > 0 and sample.channel in ("key.LEFT", "key.RIGHT"):
            imagined = pressed(imagined, sample.channel[4:].lower(), now)
    return imagined


def pressed(imagined: Imagined, what: str, now: int) -> Imagined:
    """Return what goes on after a button: ``on`` from the script, one of ``VIVID``, or ``left`` or ``right``."""
    if imagined.stage == "script" and what == "on":
        return replace(imagined, stage="vivid", read_s=(now - imagined.since) / TICKS_PER_S, since=now)
    if imagined.stage == "vivid" and what in VIVID:
        return replace(imagined, stage="cards", vivid=what, since=now)
    if imagined.stage != "cards" or what not in ("left", "right") or now - imagined.since < seconds(CARD_TURN_S):
        return imagined
    n, card = imagined.at, imagined.cards[imagined.at]
    took_ms = round(to_ms(now - imagined.since) - 1000 * CARD_TURN_S, 1)
    told = replace(card, right=card.side == what, took_ms=took_ms)
    cards = (*imagined.cards[:n], told, *imagined.cards[n + 1 :])
    return replace(imagined, cards=cards, since=now, stage="done" if n + 1 == len(cards) else "cards")


def lasted_s(imagined: Imagined, now: int) -> float:
    """Return how long the script was read, in seconds; once that is over, all of it."""
    return imagined.read_s or (now - imagined.since) / TICKS_PER_S


def notes(imagined: Imagined, now: int) -> list[str]:
    """Return what is kept of it: seconds of the script, how vivid, and each card with its answer and its time."""
    kept = [f"imagine.script.{round(lasted_s(imagined, now))}"]
    kept += [f"imagine.vivid.{imagined.vivid}"] if imagined.vivid else []
    for card in imagined.cards:
        if card.right is not None:
            told = "correct" if card.right else "wrong"
            kept.append(f"imagine.card.{card.side}.{card.angle}.{told}.{round(card.took_ms)}")
    return kept


def scene(imagined: Imagined, now: int) -> Scene:
    """Return the picture of what goes on."""
    home = Button("home", 119, 810, 190, 140, "icon-home", "button.home", size=30)
    if imagined.stage == "script":
        return Scene("sunrise", (*_script(imagined, now), home))
    if imagined.stage == "vivid":
        answers = tuple(
            Button(f"imagine {name}", MIDDLE + 440 * (n - 1), 330, 400, 150, f"icon-{name}", f"imagine.{name}", size=40)
            for n, name in enumerate(VIVID)
        )
        card = Bar(MIDDLE, 600, 1280, 230, "card", 40, "line", 3)
        return Scene("sunrise", (card, Words("imagine.vivid", MIDDLE, 600, 60, bold=True, width=1150, lines=2),
                                 *answers, home))  # fmt: skip
    if imagined.stage == "cards":
        return Scene("sunrise", (*_card(imagined, now), home))
    return Scene("sunrise", (*_done(imagined), home))


def _script(imagined: Imagined, now: int) -> list[Shape]:
    n = min(LINES, 1 + int((now - imagined.since) / seconds(LINE_S)))
    shapes: list[Shape] = [
        Bar(MIDDLE, 480, 1320, 330, "card", 44, "line", 3),
        Words(line(imagined, now), MIDDLE, 480, 54, bold=True, width=1220, lines=3),
        Picture("icon-rest", MIDDLE, 745, 130, 130),
    ]
    for k in range(LINES):
        shapes.append(Circle(MIDDLE + 50 * (k - (LINES - 1) / 2), 265, 12 if k < n else 7, "good" if k < n else "line"))
    return [*shapes, Button("imagine on", MIDDLE, 130, 400, 130, "icon-next", "imagine.on", size=40)]


def _card(imagined: Imagined, now: int) -> list[Shape]:
    shapes: list[Shape] = [
        Words("imagine.which", 880, 822, 52, bold=True, width=1000),
        Bar(MIDDLE, 490, 560, 540, "card", 44, "line", 3),
    ]
    if now - imagined.since >= seconds(CARD_TURN_S):
        card = imagined.cards[imagined.at]
        shapes.append(Picture("hand", MIDDLE, 490, 360, 360, angle=card.angle, flip=card.side is Side.LEFT))
    values = (("n", str(imagined.at + 1)), ("of", str(len(imagined.cards))))
    shapes.append(Words("imagine.count", MIDDLE, 188, 32, width=500, values=values))
    for side, x in ((Side.LEFT, 260.0), (Side.RIGHT, 1340.0)):
        shapes.append(Button(f"imagine {side}", x, 420, 400, 200, f"icon-hand-{side}", f"imagine.{side}", size=44))
    return shapes


def _done(imagined: Imagined) -> list[Shape]:
    right = [card for card in imagined.cards if card.right]
    values = (("n", str(len(right))), ("of", str(len(imagined.cards))))
    shapes: list[Shape] = [
        Picture("icon-ok", MIDDLE, 745, 140, 140),
        Bar(MIDDLE, 500, 1280, 260, "card", 40, "line", 3),
        Words("imagine.told", MIDDLE, 545, 48, bold=True, width=1180, lines=2, values=values),
    ]
    if right:
        typical = median([card.took_ms for card in right]) / 1000
        shapes.append(Words("imagine.took", MIDDLE, 430, 36, width=1180, values=(("s", f"{typical:.1f}"),)))
    return shapes
