"""Draw the shapes of our scenes the way an ordinary arcade program does: draw calls, a sprite list, text objects.

Where the two differ it is in the bare program's favour: its rectangles have no round corners, its strokes no round
ends and no dashes, no edge is smoothed, and everything is worked out for pixels before any time is taken.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import arcade

from app.art import found
from app.palette import colours
from app.pieces import Piece, pieces
from app.texts import load
from engine.scene import STAGE_W, Arc, Bar, Circle, Path, Picture, Role, Scene, Words

Call = tuple[Callable[..., None], tuple[Any, ...]]
Parts = tuple[tuple[Call, ...], tuple[Picture, ...], tuple[Any, ...]]


class BarePainter:
    """Paint each scene of ``scenes``, which are taken apart beforehand."""

    def __init__(self, window: arcade.Window, scenes: Sequence[Scene], width_px: int, batched: bool) -> None:
        self._window, self._scale, self._batched = window, width_px / STAGE_W, batched
        self._colours, self._texts = colours("light"), load("en")
        self._ground_colour = (*self._colours["ground"], 255)
        self._textures: dict[str, arcade.Texture] = {}
        self._lettered: dict[Words, arcade.Text] = {}
        self._batches: dict[tuple[Words, ...], Any] = {}
        self._ground: arcade.SpriteList[arcade.Sprite] = arcade.SpriteList()
        self._sprites: arcade.SpriteList[arcade.Sprite] = arcade.SpriteList()
        self._shown: list[Picture | None] = []
        self.counts: Counter[str] = Counter()
        self._parts = [self._taken_apart(scene) for scene in scenes]
        self._furnish(scenes[0], max(len(pictures) for _, pictures, _ in self._parts))

    def paint(self, n: int) -> None:
        """Paint the scene ``n``."""
        calls, pictures, texts = self._parts[n]
        self._window.clear(color=self._ground_colour)
        self._ground.draw()
        for draw, values in calls:
            draw(*values)
        self._place(pictures)
        self._sprites.draw()
        for text in texts:
            text.draw()

    def _furnish(self, scene: Scene, most: int) -> None:
        window = self._window
        if found(scene.ground, "light"):
            ground = arcade.Sprite(self._texture(scene.ground), center_x=window.width / 2, center_y=window.height / 2)
            ground.size = (window.width, window.height)
            self._ground.append(ground)
        for _ in range(most):
            self._sprites.append(arcade.Sprite(self._texture("daisy")))
            self._shown.append(None)

    def _place(self, pictures: tuple[Picture, ...]) -> None:
        """Move what moved since the last frame, and hide the sprites that are not needed."""
        scale = self._scale
        for n, sprite in enumerate(self._sprites):
            picture = pictures[n] if n < len(pictures) else None
            if picture == self._shown[n]:
                continue
            self._shown[n] = picture
            sprite.visible = picture is not None
            if picture is not None:
                sprite.texture = self._texture(picture.name)
                sprite.position = (picture.x * scale, picture.y * scale)
                sprite.size = (picture.w * scale, picture.h * scale)
                sprite.angle = -picture.angle
                sprite.alpha = round(255 * picture.alpha)

    def _texture(self, name: str) -> arcade.Texture:
        if name not in self._textures:
            path = found(name, "light") or found("daisy", "light")
            if path is None:
                raise FileNotFoundError("the pictures are missing: build them first")
            self._textures[name] = arcade.load_texture(path)
        return self._textures[name]

    # Before any time is taken

    def _taken_apart(self, scene: Scene) -> Parts:
        plain = pieces(scene, 1.0, self._texts.say)
        self.counts.update(type(piece).__name__ for piece in plain)
        calls = tuple(call for piece in plain for call in self._calls(piece))
        words = tuple(piece for piece in plain if isinstance(piece, Words))
        pictures = tuple(piece for piece in plain if isinstance(piece, Picture))
        return calls, pictures, self._texts_of(words)

    def _texts_of(self, words: tuple[Words, ...]) -> tuple[Any, ...]:
        """Return what is drawn for the words: text objects, or one batch that holds them all."""
        if not words or not self._batched:
            return tuple(self._lettered.get(row) or self._written(row) for row in words)
        if words not in self._batches:
            from pyglet.graphics import Batch

            batch = Batch()
            self._batches[words] = batch, [self._text(row, batch) for row in words]
        return (self._batches[words][0],)

    def _written(self, words: Words) -> arcade.Text:
        self._lettered[words] = self._text(words, None)
        return self._lettered[words]

    def _text(self, words: Words, batch: Any) -> arcade.Text:
        scale, said = self._scale, self._texts.say(words.key, words.values)
        return arcade.Text(
            said, words.x * scale, words.y * scale, (*self._colours[words.role], 255), words.size * scale * 0.75,
            width=round(words.width * scale) if words.lines > 1 else None, multiline=words.lines > 1,
            align=words.align, bold=words.bold, anchor_x=words.align, anchor_y="center", batch=batch,
        )  # fmt: skip

    def _calls(self, piece: Piece) -> list[Call]:
        if isinstance(piece, Circle):
            at = piece.x * self._scale, piece.y * self._scale, piece.r * self._scale
            return self._body(piece, arcade.draw_circle_filled, arcade.draw_circle_outline, at)
        if isinstance(piece, Bar):
            scale = self._scale
            rect = arcade.XYWH(piece.x * scale, piece.y * scale, piece.w * scale, piece.h * scale)
            return self._body(piece, arcade.draw_rect_filled, arcade.draw_rect_outline, (rect,))
        if isinstance(piece, Path):
            return self._stroke(piece)
        if isinstance(piece, Arc):
            return self._arc(piece)
        return []

    def _body(
        self, shape: Circle | Bar, fill: Callable[..., None], outline: Callable[..., None], at: tuple[Any, ...]
    ) -> list[Call]:
        calls: list[Call] = []
        if shape.fill:
            calls.append((fill, (*at, self._colour(shape.fill, shape.alpha))))
        if shape.line and shape.line_width:
            calls.append((outline, (*at, self._colour(shape.line, shape.alpha), shape.line_width * self._scale)))
        return calls

    def _stroke(self, path: Path) -> list[Call]:
        points = [(x * self._scale, y * self._scale) for x, y in path.points]
        width = path.width if isinstance(path.width, float | int) else math.fsum(path.width) / len(path.width)
        colour, width = self._colour(path.role, path.alpha), width * self._scale
        if len(points) == 2:
            return [(arcade.draw_line, (*points[0], *points[1], colour, width))]
        return [(arcade.draw_line_strip, (points, colour, width))] if len(points) > 2 else []

    def _arc(self, arc: Arc) -> list[Call]:
        x, y, across, width = (v * self._scale for v in (arc.x, arc.y, 2 * arc.r, arc.width))
        colour = self._colour(arc.role, arc.alpha)
        return [(arcade.draw_arc_outline, (x, y, across, across, colour, 90 - 360 * arc.share, 90, width))]

    def _colour(self, role: Role, alpha: float) -> tuple[int, ...]:
        return (*self._colours[role], round(255 * alpha))
