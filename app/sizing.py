"""Make the words of a scene as large as is wanted: each grows as far as its place allows, on more lines if need be.

No word grows over a picture, a button, another word or the edge of its card, and none becomes smaller than it was.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TypeAlias

from app.lettering import Block, lay_out
from app.lru import Lru
from engine.scene import STAGE_H, STAGE_W, Bar, Button, Circle, Picture, Scene, Shape, Words

Say: TypeAlias = Callable[[str, tuple[tuple[str, str], ...]], str]
STEPS = 6  # from the usual size to the one that is wanted
MORE_LINES = 2
WIDER = (1.0, 1.25, 1.5, 2.0)  # a place was made for the usual size: where there is room beside it, it is wider
EDGE, GAP = 8.0, 3.0  # units kept free within a card, and beside anything else
ROUND = 60.0  # units: from this radius on, a disc may hold words
KEPT = 64
# Pictures that stand still beside words; those of games move, and words must not change size as one passes.
STILL = ("icon-", "tile-", "who-", "step-", "mark", "daisy")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the stage."""

    left: float
    low: float
    right: float
    high: float

    def holds(self, other: "Box", by: float = 0.0) -> bool:
        """Tell whether ``other`` lies inside, ``by`` units or more from each edge."""
        across = self.left + by <= other.left and other.right <= self.right - by
        return across and self.low + by <= other.low and other.high <= self.high - by

    def meets(self, other: "Box", by: float = 0.0) -> bool:
        """Tell whether the two come nearer than ``by`` units."""
        across = min(self.right, other.right) - max(self.left, other.left)
        return across > -by and min(self.high, other.high) - max(self.low, other.low) > -by


STAGE = Box(0.0, 0.0, float(STAGE_W), float(STAGE_H))


def box_of(shape: Bar | Button | Picture | Circle) -> Box:
    """Return the rectangle around a shape."""
    w, h = (shape.r, shape.r) if isinstance(shape, Circle) else (shape.w / 2, shape.h / 2)
    return Box(shape.x - w, shape.y - h, shape.x + w, shape.y + h)


def box_of_words(words: Words, block: Block) -> Box:
    """Return the rectangle that the letters fill, as ``lettering.raster`` lays them out."""
    start = {"left": -block.box / 2, "center": -block.wide / 2, "right": block.box / 2 - block.wide}[block.align]
    left, half = words.x + start, block.high / 2
    return Box(left, words.y - half, left + block.wide, words.y + half)


class Sizing:
    """The sizes of words in one language, for one wish; what was found for a scene is kept."""

    def __init__(self, text_scale: float, say: Say) -> None:
        self._scale, self._say = text_scale, say
        self._kept: Lru[dict[Words, Words]] = Lru(KEPT)

    def sized(self, scene: Scene) -> Scene:
        """Return the scene with its words as large as is wanted, where there is room."""
        if self._scale == 1.0:
            return scene
        if self._scale < 1.0:
            return replace(scene, shapes=tuple(_scaled(shape, self._scale) for shape in scene.shapes))
        found = self._found(tuple(shape for shape in scene.shapes if _counts(shape)))
        return replace(scene, shapes=tuple(self._placed(shape, found) for shape in scene.shapes))

    def _placed(self, shape: Shape, found: dict[Words, Words]) -> Shape:
        if isinstance(shape, Words):
            return found[shape]
        return _scaled(shape, self._scale)  # a button makes room for its words by itself

    def _found(self, shapes: tuple[Shape, ...]) -> dict[Words, Words]:
        kept = self._kept.get(shapes)
        return self._kept.put(shapes, _Room(shapes, self._say).grown(self._scale)) if kept is None else kept


def _counts(shape: Shape) -> bool:
    return isinstance(shape, Words | Button | Bar | Circle) or (
        isinstance(shape, Picture) and shape.name.startswith(STILL)
    )


def _scaled(shape: Shape, by: float) -> Shape:
    return replace(shape, size=shape.size * by) if isinstance(shape, Words | Button) else shape


class _Room:
    """The words of a scene, and what each must keep clear of."""

    def __init__(self, shapes: Sequence[Shape], say: Say) -> None:
        self._words = list(dict.fromkeys(shape for shape in shapes if isinstance(shape, Words)))
        self._texts = [say(words.key, words.values) for words in self._words]
        self._blocks = [lay_out(words, text) for words, text in zip(self._words, self._texts, strict=True)]
        self._boxes = [box_of_words(*pair) for pair in zip(self._words, self._blocks, strict=True)]
        others = [shape for shape in shapes if isinstance(shape, Bar | Button | Picture | Circle)]
        self._homes = [_home(box, others) for box in self._boxes]
        clear = [box_of(shape) for shape in others]
        self._clear = [[other for other in clear if not other.meets(box)] for box in self._boxes]

    def grown(self, scale: float) -> dict[Words, Words]:
        """Return each text at the size it comes to, all growing step by step."""
        made = [replace(words, size=min(words.size, block.size)) for words, block in self._both()]
        stuck: set[int] = set()
        for step in range(1, STEPS + 1):
            for n, words in enumerate(self._words):
                longer = None if n in stuck else self._larger(n, made[n].size, words.size * scale ** (step / STEPS))
                if longer is None:
                    stuck.add(n)
                else:
                    made[n] = longer
        return dict(zip(self._words, made, strict=True))

    def _both(self) -> list[tuple[Words, Block]]:
        return list(zip(self._words, self._blocks, strict=True))

    def _larger(self, n: int, now: float, size: float) -> Words | None:
        """Return a text at ``size``, on as few lines as its place allows; ``None`` if there is no room."""
        if size <= now:
            return replace(self._words[n], size=now)
        words = self._words[n]
        for wider, more in product(WIDER, range(MORE_LINES + 1)):
            tried = replace(_widened(words, wider), size=size, lines=words.lines + more)
            block = lay_out(tried, self._texts[n])
            if not block.cut and block.size >= size and self._is_free(n, box := box_of_words(tried, block)):
                self._boxes[n] = box
                return tried
        return None

    def _is_free(self, n: int, box: Box) -> bool:
        home = self._homes[n]
        if isinstance(home, Circle):
            far = max((x - home.x) ** 2 + (y - home.y) ** 2 for x in (box.left, box.right) for y in (box.low, box.high))
            inside = far <= (home.r - EDGE) ** 2
        else:
            inside = home.holds(box, EDGE)
        beside = (other for k, other in enumerate(self._boxes) if k != n)
        return inside and not any(box.meets(other, GAP) for other in (*self._clear[n], *beside))


def _widened(words: Words, by: float) -> Words:
    """Return a text with a wider place; the edge that it is aligned to stays where it is."""
    more = words.width * (by - 1) / 2
    return replace(
        words, width=words.width * by, x=words.x + {"left": more, "center": 0.0, "right": -more}[words.align]
    )


def _home(box: Box, others: Sequence[Bar | Button | Picture | Circle]) -> Box | Circle:
    """Return the smallest card or disc that a text stands on, or the stage."""
    cards = [s for s in others if isinstance(s, Bar) or (isinstance(s, Circle) and s.r >= ROUND)]
    under = [card for card in cards if box_of(card).holds(box)]
    if not under:
        return STAGE
    least = min(under, key=lambda card: (b := box_of(card)).right - b.left + b.high - b.low)
    return least if isinstance(least, Circle) else box_of(least)
