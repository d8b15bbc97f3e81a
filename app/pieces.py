"""Take the buttons of a scene apart into plain shapes, so that a painter knows only those."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import get_args

from app.art import aspect
from app.lettering import PITCH, lay_out
from engine.scene import Arc, Bar, Button, Circle, Pair, Path, Picture, Role, Scene, Shape, Words

Piece = Circle | Bar | Path | Arc | Picture | Words
Values = tuple[tuple[str, str], ...]
Say = Callable[[str, Values], str]
PIECES: tuple[type, ...] = get_args(Piece)

BODIES: dict[Role, Role] = {"card": "ink", "ground": "ink", "primary": "on-primary", "stop": "white"}
RADIUS = 30.0
SHADOW = ((2.0, 0.05), (7.0, 0.04), (12.0, 0.03), (18.0, 0.02))  # how far it grows, how dark it is
RING = 8.0
RING_GAP = 5.0
WIDE = 1.6  # from this width / height on, the icon stands left of the word
MOST_LINES = 3
SHARES = (0.4, 0.3, 0.22)  # of a wide button's width that its picture may take
ENOUGH = 0.6  # of the size that is wanted
SPARE = 0.52  # share of a button's height that words may take from the picture above them
SINK = 3.0
SIGN = 0.5  # of a picture's height: the icon that stands in its corner, as a sign that it is ticked or locked


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with centre (x, y)."""

    x: float
    y: float
    w: float
    h: float

    def inside(self, by: float) -> "Box":
        """Return the box without a margin of ``by`` units."""
        return Box(self.x, self.y, max(1.0, self.w - 2 * by), max(1.0, self.h - 2 * by))

    def left(self, wide: float, gap: float) -> "tuple[Box, Box]":
        """Return the ``wide`` units at the left, and the rest after a gap."""
        edge, rest = self.x - self.w / 2, max(1.0, self.w - wide - gap)
        right = self.x + self.w / 2 - rest / 2
        return Box(edge + wide / 2, self.y, wide, self.h), Box(right, self.y, rest, self.h)

    def bottom(self, high: float, gap: float) -> "tuple[Box, Box]":
        """Return the ``high`` units at the bottom, and the rest above a gap."""
        edge, rest = self.y - self.h / 2, max(1.0, self.h - high - gap)
        above = self.y + self.h / 2 - rest / 2
        return Box(self.x, edge + high / 2, self.w, high), Box(self.x, above, self.w, rest)


def last_part(key: str, values: Values) -> str:
    """Stand in for the texts of a language: say the last part of the key."""
    return key.rpartition(".")[2]


def pieces(scene: Scene, text_scale: float = 1.0, say: Say = last_part) -> tuple[Piece, ...]:
    """Return the shapes of a scene, in order, with each button taken apart.

    ``say`` gives the text of a key: a button makes as much room for its words as they need.
    """
    return tuple(piece for shape in scene.shapes for piece in parts(shape, text_scale, say))


def parts(shape: Shape, text_scale: float = 1.0, say: Say = last_part) -> tuple[Piece, ...]:
    """Return the plain shapes that one shape is painted with."""
    if not isinstance(shape, Button):
        return (shape,)
    sunk = replace(shape, y=shape.y - SINK) if shape.pressed else shape
    return (*_shadow(shape), *_ring(sunk), *_body(sunk), *_Content(sunk, text_scale, say).pieces())


def _radius(button: Button) -> float:
    return min(RADIUS, button.w * 0.3, button.h * 0.3)


def _shadow(button: Button) -> tuple[Piece, ...]:
    deep = 0.35 if button.pressed else 1.0
    return tuple(
        Bar(button.x, button.y - 5 * deep, button.w + grow * deep, button.h + grow * deep, "shadow",
            _radius(button) + grow * deep / 2, alpha=alpha)
        for grow, alpha in reversed(SHADOW)
    )  # fmt: skip


def _ring(button: Button) -> tuple[Piece, ...]:
    """Return the ring of focus: whole when focused, growing clockwise while dwelling or scanning."""
    if button.focused <= 0:
        return ()
    out = RING_GAP + RING / 2
    box = Box(button.x, button.y, button.w + 2 * out, button.h + 2 * out)
    radius = _radius(button) + out
    under = Bar(box.x, box.y, box.w, box.h, None, radius, "card", RING + 2 * RING_GAP)
    if button.focused >= 1:
        return under, replace(under, line="focus", line_width=RING)
    rail = replace(under, line="line", line_width=2.5)
    return under, rail, Path(around(box, radius, button.focused), "focus", RING)


def around(box: Box, radius: float, share: float) -> tuple[Pair, ...]:
    """Return points along the rim of a rounded box, clockwise from the middle of its top, over a share of it."""
    rim = _rim(box, radius)
    left = share * math.fsum(math.dist(a, b) for a, b in pairwise(rim))
    points = [rim[0]]
    for a, b in pairwise(rim):
        step = math.dist(a, b)
        if step >= left:
            part = left / step if step else 0.0
            return (*points, (a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part))
        points.append(b)
        left -= step
    return tuple(points)


def _rim(box: Box, radius: float) -> list[Pair]:
    w, h = box.w / 2 - radius, box.h / 2 - radius
    corners = [
        (box.x + sx * w + radius * math.sin(turn), box.y + sy * h + radius * math.cos(turn))
        for quarter, (sx, sy) in enumerate(((1, 1), (1, -1), (-1, -1), (-1, 1)))
        for turn in ((quarter + n / 8) * math.pi / 2 for n in range(9))
    ]
    top = (box.x, box.y + box.h / 2)
    return [top, *corners, top]


def _body(button: Button) -> tuple[Piece, ...]:
    filled = button.role in BODIES
    fill: Role = button.role if filled else "card"
    edges: dict[Role, tuple[Role, float]] = {
        "card": ("line", 3.0),
        "ground": ("line", 3.0),
        "stop": ("ink", 3.0),
    }
    line, width = edges.get(fill, ("primary", 0.0)) if filled else (button.role, 6.0)
    body = Bar(button.x, button.y, button.w, button.h, fill, _radius(button), line, width)
    if not button.pressed:
        return (body,)
    return body, replace(body, fill="shadow", line=None, line_width=0.0, alpha=0.14)


def _sign(icon: str, picture: Circle | Picture) -> tuple[Piece, ...]:
    """Return an icon in the lower right corner of a picture, on a light disc: so the words keep all of their room."""
    assert isinstance(picture, Picture)
    side = SIGN * min(picture.w, picture.h)
    x, y = picture.x + (picture.w - side) / 2, picture.y - (picture.h - side) / 2
    return Circle(x, y, side * 0.56, "card", "line", 2), Picture(icon, x, y, side * 0.86, side * 0.86)


@dataclass(frozen=True, slots=True)
class _Content:
    """What stands on a button: pictures and words, arranged by the proportions of the box."""

    button: Button
    text_scale: float
    say: Say

    def pieces(self) -> tuple[Piece, ...]:
        """Return the picture, the icon and the words, each where it belongs."""
        button = self.button
        box = Box(button.x, button.y, button.w, button.h)
        box = box.inside(min(22.0, max(8.0, min(button.w, button.h) * 0.1)))
        name = button.picture or button.icon
        if not name:
            return (self._words(box),) if button.key else ()
        own, rest = self._shared(name, box) if button.key else (box, box)
        art = self._art(name, own)
        sign = _sign(button.icon, art[-1]) if button.picture and button.icon else ()
        return (*art, *sign, *((self._words(rest),) if button.key else ()))

    def _shared(self, name: str, box: Box) -> tuple[Box, Box]:
        """Return the place of a picture, above or left, and that of the words."""
        if box.w / box.h > WIDE:
            return self._beside(name, box)
        rest, own = box.bottom(self._words_high(box), box.h * 0.05)
        return own, rest

    def _beside(self, name: str, box: Box) -> tuple[Box, Box]:
        """Return the place of a picture and what is left beside it; it gets less where words come out far too small."""
        for share in SHARES:
            own, rest = box.left(min(box.h * aspect(name), box.w * share), box.h * 0.14)
            if lay_out(self._words(rest), self._text(), self.text_scale).size >= self._wanted():
                break
        return own, rest

    def _wanted(self) -> float:
        return ENOUGH * self.button.size * self.text_scale

    def _words_high(self, box: Box) -> float:
        """Return the height that the words need, at most half of the box: the rest is the picture's."""
        box = replace(box, h=box.h * SPARE)
        return lay_out(self._words(box), self._text(), self.text_scale).high

    def _words(self, box: Box) -> Words:
        """Return the words on as many lines as let them be largest in the box."""
        tries = [self._written(box, lines) for lines in range(1, MOST_LINES + 1)]
        return max(tries, key=self._size)

    def _size(self, words: Words) -> tuple[bool, float]:
        block = lay_out(words, self._text(), self.text_scale)
        return not block.cut, block.size

    def _text(self) -> str:
        return self.say(self.button.key, self.button.values)

    def _written(self, box: Box, lines: int) -> Words:
        size = min(self.button.size, box.h / (PITCH * self.text_scale * lines))
        role = BODIES.get(self.button.role, "ink")
        return Words(self.button.key, box.x, box.y, size, role, "center", True, box.w, lines, self.button.values)

    def _art(self, name: str, box: Box) -> tuple[Circle | Picture, ...]:
        """Return a picture as large as the box lets it be; an icon gets a light disc on a coloured body."""
        if name == self.button.picture or BODIES.get(self.button.role, "ink") == "ink":
            wide = min(box.w, box.h * aspect(name))
            return (Picture(name, box.x, box.y, wide, wide / aspect(name)),)
        side = min(box.w, box.h)
        return Circle(box.x, box.y, side / 2, "card"), Picture(name, box.x, box.y, side * 0.78, side * 0.78)
