"""Take the buttons of a scene apart into plain shapes, so that a painter knows only those."""

import math
from dataclasses import dataclass, replace
from typing import get_args

from app.art import aspect
from app.lettering import PITCH
from engine.scene import Arc, Bar, Button, Circle, Pair, Path, Picture, Role, Scene, Shape, Words

Piece = Circle | Bar | Path | Arc | Picture | Words
PIECES: tuple[type, ...] = get_args(Piece)

BODIES: dict[Role, Role] = {"card": "ink", "ground": "ink", "primary": "on-primary", "stop": "white"}
RADIUS = 30.0
SHADOW = ((2.0, 0.05), (7.0, 0.04), (12.0, 0.03), (18.0, 0.02))  # how far it grows, how dark it is
RING = 8.0
RING_GAP = 5.0
WIDE = 1.6  # from this width / height on, the icon stands left of the word
MOST_LINES = 3
SINK = 3.0


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


def pieces(scene: Scene, text_scale: float = 1.0) -> tuple[Piece, ...]:
    """Return the shapes of a scene, in order, with each button taken apart."""
    return tuple(piece for shape in scene.shapes for piece in parts(shape, text_scale))


def parts(shape: Shape, text_scale: float = 1.0) -> tuple[Piece, ...]:
    """Return the plain shapes that one shape is painted with."""
    if not isinstance(shape, Button):
        return (shape,)
    sunk = replace(shape, y=shape.y - SINK) if shape.pressed else shape
    return (*_shadow(shape), *_ring(sunk), *_body(sunk), *_content(sunk, text_scale))


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
    left = share * math.fsum(math.dist(a, b) for a, b in zip(rim, rim[1:], strict=False))
    points = [rim[0]]
    for a, b in zip(rim, rim[1:], strict=False):
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
    edges: dict[Role, tuple[Role, float]] = {"card": ("line", 3.0), "ground": ("line", 3.0), "stop": ("ink", 3.0)}
    line, width = edges.get(fill, ("primary", 0.0)) if filled else (button.role, 6.0)
    body = Bar(button.x, button.y, button.w, button.h, fill, _radius(button), line, width)
    if not button.pressed:
        return (body,)
    return body, replace(body, fill="shadow", line=None, line_width=0.0, alpha=0.14)


def _content(button: Button, text_scale: float) -> tuple[Piece, ...]:
    box = Box(button.x, button.y, button.w, button.h)
    box = box.inside(min(22.0, max(8.0, min(button.w, button.h) * 0.1)))
    art = [name for name in (button.picture, button.icon) if name]
    return _arranged(button, art, box, text_scale)


def _arranged(button: Button, art: list[str], box: Box, text_scale: float) -> tuple[Piece, ...]:
    """Return pictures and words: the first picture above or left of all that follows."""
    if not art:
        return _words(button, box, text_scale) if button.key else ()
    name, *more = art
    if not more and not button.key:
        return _art(button, name, box)
    if box.w / box.h > WIDE:
        wide = min(box.h * aspect(name), box.w * 0.4)
        own, rest = box.left(wide, box.h * 0.14)
    else:
        rest, own = box.bottom(_words_high(button, box, text_scale), box.h * 0.05)
    return (*_art(button, name, own), *_arranged(button, more, rest, text_scale))


def _words_high(button: Button, box: Box, text_scale: float) -> float:
    size = button.size * text_scale
    line = PITCH * size * 1.04
    return min(2 * line if box.w < 8 * size and 2 * line < box.h * 0.45 else line, box.h * 0.5)


def _art(button: Button, name: str, box: Box) -> tuple[Piece, ...]:
    """Return a picture as large as the box lets it be, on a light disc where the body is coloured."""
    bare = BODIES.get(button.role, "ink") == "ink" or name == button.picture
    side = min(box.w, box.h)
    if bare:
        wide = min(box.w, box.h * aspect(name))
        return (Picture(name, box.x, box.y, wide, wide / aspect(name)),)
    disc = Circle(box.x, box.y, side / 2, "card")
    return disc, Picture(name, box.x, box.y, side * 0.78, side * 0.78)


def _words(button: Button, box: Box, text_scale: float) -> tuple[Piece, ...]:
    size = min(button.size, box.h / (PITCH * text_scale))
    lines = max(1, min(MOST_LINES, int(box.h / (PITCH * size * text_scale) + 0.01)))
    role = BODIES.get(button.role, "ink")
    return (
        Words(button.key, box.x, box.y, size, role, "center", True, box.w, lines, button.values),
    )
