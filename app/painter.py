"""Paint scenes on the screen: all of a frame in one upload, and one draw call for each change of picture."""

import math
import struct
from collections.abc import Iterable
from dataclasses import dataclass

import arcade
from arcade.gl import Buffer, BufferDescription, Texture2D
from PIL import Image
from pyglet import gl

from app.art import drawing, found
from app.lettering import coloured, lay_out, raster
from app.lru import Lru
from app.mesh import VERTEX, Meshes
from app.palette import RGB, colours
from app.pieces import Piece, parts
from app.sizing import Sizing
from app.sparkle import Sparkles
from app.texts import load
from engine.scene import STAGE_H, STAGE_W, Button, Pair, Picture, Scene, Shape, Words

PICTURE_BYTES = 160_000_000
WORDS_BYTES = 32_000_000
GROUNDS_KEPT = 3
RUNS_KEPT = 512
FIRST_BYTES = VERTEX.itemsize << 14
SOFT_PX = 1.3

# Centroid: with multisampling, a colour taken outside its triangle could be brighter than any corner.
VERTEX_SHADER = """
#version 330
uniform vec4 stage;
in vec2 in_at;
in vec2 in_uv;
in vec4 in_tint;
centroid out vec2 uv;
centroid out vec4 tint;
void main() {
    uv = in_uv;
    tint = in_tint;
    gl_Position = vec4(in_at * stage.xy + stage.zw, 0.0, 1.0);
}
"""
# Pictures are kept at about twice their size: the bias takes the sharper of two mipmaps. Only one is read: without a
# graphics card, reading two for each pixel is the dearest part of a frame.
FRAGMENT_SHADER = """
#version 330
uniform sampler2D picture;
centroid in vec2 uv;
centroid in vec4 tint;
out vec4 colour;
void main() {
    colour = tint * texture(picture, uv, -0.6);
}
"""
QUAD = struct.Struct("<" + "4f4B" * 6)


@dataclass(frozen=True, slots=True)
class View:
    """Where the stage lies in a framebuffer: pixels a unit, and the lower left corner in pixels."""

    width_px: int
    height_px: int
    scale: float
    left: float
    bottom: float

    def to_stage(self, x_px: float, y_px: float) -> Pair:
        """Return the stage point of a pixel, counted from the lower left."""
        return (x_px - self.left) / self.scale, (y_px - self.bottom) / self.scale

    def to_px(self, x: float, y: float) -> Pair:
        """Return the pixel of a stage point, from the lower left."""
        return self.left + x * self.scale, self.bottom + y * self.scale

    @property
    def projection(self) -> tuple[float, float, float, float]:
        """Return factor and offset, x and y, from stage units to OpenGL's -1..1."""
        return (
            2 * self.scale / self.width_px, 2 * self.scale / self.height_px,
            2 * self.left / self.width_px - 1, 2 * self.bottom / self.height_px - 1,
        )  # fmt: skip


def view(width_px: int, height_px: int) -> View:
    """Return the largest stage that fits in the middle of a framebuffer."""
    width_px, height_px = max(1, width_px), max(1, height_px)
    scale = min(width_px / STAGE_W, height_px / STAGE_H)
    left, bottom = round((width_px - STAGE_W * scale) / 2), round((height_px - STAGE_H * scale) / 2)
    return View(width_px, height_px, scale, left, bottom)


@dataclass(frozen=True, slots=True)
class Run:
    """Packed triangles that are drawn with one texture."""

    texture: Texture2D
    triangles: bytes


@dataclass(frozen=True, slots=True)
class Lettered:
    """A text made ready: its texture, and the text's middle in it in pixels from the left and the top."""

    texture: Texture2D
    middle: Pair


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw call: a texture, the first vertex and how many."""

    texture: Texture2D
    first: int
    count: int


class Painter:
    """Paint scenes in one palette, language and text size into the active framebuffer of ``ctx``.

    To change palette, language or text size, ``close`` the painter and make another one.
    """

    def __init__(
        self, ctx: arcade.ArcadeContext, palette: str = "light", language: str = "en", text_scale: float = 1.0
    ) -> None:
        self._ctx, self._palette = ctx, palette
        self._texts = load(language)
        self._sizing = Sizing(text_scale, self._texts.say)
        self._colours = colours(palette)
        self._program = ctx.program(vertex_shader=VERTEX_SHADER, fragment_shader=FRAGMENT_SHADER)
        self._program["picture"] = 0
        self._frame = _Triangles(ctx, self._program)
        self._flying = _Triangles(ctx, self._program)
        self._white = ctx.texture((1, 1), components=4, data=b"\xff" * 4, filter=(ctx.NEAREST, ctx.NEAREST))
        self._old: list[Texture2D] = []
        self._pictures: Lru[Texture2D] = Lru(PICTURE_BYTES, _weight, self._old.append)
        self._grounds: Lru[Texture2D] = Lru(GROUNDS_KEPT, let_go=self._old.append)
        self._letters: Lru[Lettered] = Lru(
            WORDS_BYTES, lambda kept: _weight(kept.texture), lambda kept: self._old.append(kept.texture)
        )
        self._runs: Lru[tuple[Run, ...]] = Lru(RUNS_KEPT)
        self._painted: Scene | None = None
        self._draws: tuple[Draw, ...] = ()
        self._fit(view(STAGE_W, STAGE_H))
        self.sparkles = Sparkles()

    def paint(self, scene: Scene, width_px: int, height_px: int) -> None:
        """Paint a scene into the active framebuffer, which is ``width_px`` by ``height_px`` pixels large."""
        if (width_px, height_px) != (self._view.width_px, self._view.height_px):
            self._fit(view(width_px, height_px))
        if scene != self._painted:
            self._draws = self._frame.fill(self._all_runs(self._sizing.sized(scene)))
            self._painted = scene
        ctx = self._ctx
        before = ctx.blend_func
        ctx.enable_only(ctx.BLEND)
        ctx.blend_func = ctx.ONE, ctx.ONE_MINUS_SRC_ALPHA  # arcade's own BLEND_PREMULTIPLIED_ALPHA only adds
        ctx.active_framebuffer.clear(color=(*self._colours["ground"], 255))
        self._program.use()  # type: ignore[no-untyped-call]
        self._frame.draw(self._draws)
        if self.sparkles.petals:
            petals = Run(self._white, self.sparkles.vertices(self._colours))
            self._flying.draw(self._flying.fill([petals, Run(self._white, self._bars())]))
        ctx.blend_func = before
        self._forget()

    def burst(self, x: float, y: float, kind: str, calm: bool) -> None:
        """Let a few petals fly from (x, y) in stage units; a calm profile gets none."""
        self.sparkles.burst(x, y, kind, calm)

    def advance(self, dt: float) -> None:
        """Let ``dt`` seconds pass for what flies."""
        self.sparkles.advance(dt)

    def warm(self, names: Iterable[str]) -> None:
        """Get the first of these pictures ready that is not: once a frame, so that none is late when it is needed."""
        cold = next((name for name in names if self._pictures.get(name) is None), None)
        if cold is not None:
            self._picture(cold)

    def to_stage(self, x_px: float, y_px: float, width_px: int, height_px: int) -> Pair:
        """Return the stage point under a pixel of a window of that size, both from the lower left."""
        return view(width_px, height_px).to_stage(x_px, y_px)

    def close(self) -> None:
        """Give back all textures and buffers; the painter must not be used afterwards."""
        self._runs.clear()
        self._pictures.clear()
        self._grounds.clear()
        self._letters.clear()
        self._forget()
        self._white.delete()  # type: ignore[no-untyped-call]
        self._frame.close()
        self._flying.close()
        self._program.delete()  # type: ignore[no-untyped-call]

    # --- from shapes to runs ----------------------------------------------------------------------

    def _fit(self, seen: View) -> None:
        """Adapt to a framebuffer of another size: grounds, letters and soft edges are made for whole pixels."""
        self._program["stage"] = seen.projection
        self._view, self._painted = seen, None
        self._meshes = Meshes(self._colours, SOFT_PX / seen.scale)
        self._runs.clear()
        self._grounds.clear()
        self._letters.clear()

    def _all_runs(self, scene: Scene) -> list[Run]:
        runs = self._ground(scene.ground)
        for shape in scene.shapes:
            runs.extend(self._shape(shape))
        runs.append(Run(self._white, self._bars()))
        return runs

    def _ground(self, name: str) -> list[Run]:
        if not found(name, self._palette):
            return []
        corners = (0.0, 0.0), (STAGE_W, 0.0), (STAGE_W, STAGE_H), (0.0, STAGE_H)
        return [Run(self._backdrop(name), _quad(corners, (0.0, 1.0), 255))]

    def _bars(self) -> bytes:
        """Return what covers all that lies beside the stage; nothing if the stage fills the window."""
        seen = self._view
        left, low = seen.to_stage(0, 0)
        right, high = seen.to_stage(seen.width_px, seen.height_px)
        edges = (
            (left, low, 0.0, high), (STAGE_W, low, right, high),
            (left, low, right, 0.0), (left, STAGE_H, right, high),
        )  # fmt: skip
        return b"".join(
            _rectangle(edge, self._colours["ground"]) for edge in edges if edge[2] > edge[0] and edge[3] > edge[1]
        )

    def _shape(self, shape: Shape) -> tuple[Run, ...]:
        """Return the runs of a shape; those of buttons and words are kept, since they are dear and rarely move."""
        if not isinstance(shape, Button | Words):
            return (self._piece(shape),)
        kept = self._runs.get(shape)
        if kept is not None:
            return kept
        made = tuple(self._piece(piece) for piece in parts(shape, 1.0, self._texts.say))
        return self._runs.put(shape, made)

    def _piece(self, piece: Piece) -> Run:
        if isinstance(piece, Picture):
            return self._placed(piece)
        if isinstance(piece, Words):
            return self._written(piece)
        return Run(self._white, self._meshes.of(piece))

    def _placed(self, shape: Picture) -> Run:
        turn = math.radians(shape.angle)
        cos, sin = math.cos(turn), math.sin(turn)
        ax, ay, bx, by = cos * shape.w / 2, sin * shape.w / 2, -sin * shape.h / 2, cos * shape.h / 2
        x, y = shape.x, shape.y
        corners = (
            (x - ax - bx, y - ay - by), (x + ax - bx, y + ay - by),
            (x + ax + bx, y + ay + by), (x - ax + bx, y - ay + by),
        )  # fmt: skip
        across = (1.0, 0.0) if shape.flip else (0.0, 1.0)
        return Run(self._picture(shape.name), _quad(corners, across, round(255 * min(1.0, max(0.0, shape.alpha)))))

    def _written(self, words: Words) -> Run:
        ink, seen = self._lettered(words), self._view
        x_px, y_px = seen.to_px(words.x, words.y)
        left, top = round(x_px - ink.middle[0]), round(y_px + ink.middle[1])
        low_x, low_y = seen.to_stage(left, top - ink.texture.height)
        high_x, high_y = seen.to_stage(left + ink.texture.width, top)
        corners = (low_x, low_y), (high_x, low_y), (high_x, high_y), (low_x, high_y)
        return Run(ink.texture, _quad(corners, (0.0, 1.0), 255))

    def _lettered(self, words: Words) -> Lettered:
        block = lay_out(words, self._texts.say(words.key, words.values))
        key = (block, words.role)
        kept = self._letters.get(key)
        if kept is not None:
            return kept
        ink = raster(block, self._view.scale)
        texture = self._upload(coloured(ink.mask, self._colours[words.role]), False)
        return self._letters.put(key, Lettered(texture, ink.middle))

    # --- textures ---------------------------------------------------------------------------------

    def _picture(self, name: str) -> Texture2D:
        kept = self._pictures.get(name)
        return kept or self._pictures.put(name, self._upload(drawing(name, self._palette), True))

    def _backdrop(self, name: str) -> Texture2D:
        """Return a ground made for the stage's own pixels: it fills every frame, so it must be cheap to read."""
        kept = self._grounds.get(name)
        if kept is not None:
            return kept
        size = round(STAGE_W * self._view.scale), round(STAGE_H * self._view.scale)
        whole = drawing(name, self._palette).convert("RGB")
        made = whole.resize((max(1, size[0]), max(1, size[1])), Image.Resampling.BICUBIC)
        return self._grounds.put(name, self._upload(made, False))

    def _upload(self, image: Image.Image, scaled: bool) -> Texture2D:
        """Upload a picture to be shown at any size, or one that lies pixel on pixel."""
        ctx = self._ctx
        smooth = (ctx.LINEAR_MIPMAP_NEAREST, ctx.LINEAR) if scaled else (ctx.NEAREST, ctx.NEAREST)
        ready = _premultiplied(image)
        texture = ctx.texture(
            ready.size, components=4, data=ready.tobytes(),
            wrap_x=ctx.CLAMP_TO_EDGE, wrap_y=ctx.CLAMP_TO_EDGE, filter=smooth,
        )  # fmt: skip
        if scaled:
            _add_smaller(texture, ready)
        return texture

    def _forget(self) -> None:
        """Delete textures that fell out of a cache, and the runs that may still name them, after the frame."""
        if self._old:
            for texture in self._old:
                texture.delete()  # type: ignore[no-untyped-call]
            self._old.clear()
            self._runs.clear()
            self._painted = None


class _Triangles:
    """One growing vertex buffer and the draw calls that read it."""

    def __init__(self, ctx: arcade.ArcadeContext, program: arcade.gl.Program) -> None:
        self._buffer: Buffer = ctx.buffer(reserve=FIRST_BYTES, usage="stream")
        layout = BufferDescription(self._buffer, "2f 2f 4f1", ["in_at", "in_uv", "in_tint"])
        self._geometry = ctx.geometry([layout])
        self._array = self._geometry.instance(program)
        self._mode = ctx.TRIANGLES

    def fill(self, runs: Iterable[Run]) -> tuple[Draw, ...]:
        """Upload all triangles at once and return the draw calls: one for each stretch with the same texture."""
        draws: list[Draw] = []
        blobs: list[bytes] = []
        first = total = 0
        current: Texture2D | None = None
        for run in runs:
            if run.texture is not current:
                if current is not None and total > first:
                    draws.append(Draw(current, first, total - first))
                current, first = run.texture, total
            blobs.append(run.triangles)
            total += len(run.triangles) // VERTEX.itemsize
        if current is not None and total > first:
            draws.append(Draw(current, first, total - first))
        self._send(b"".join(blobs))
        return tuple(draws)

    def _send(self, data: bytes) -> None:
        size = self._buffer.size
        while size < len(data):
            size *= 2
        self._buffer.orphan(size)
        if data:
            self._buffer.write(data)

    def draw(self, draws: tuple[Draw, ...]) -> None:
        """Draw what was uploaded last; the program must be in use."""
        for draw in draws:
            draw.texture.use(0)
            self._array.render(self._mode, draw.first, draw.count)

    def close(self) -> None:
        """Give the buffer back."""
        self._array.delete()
        self._buffer.delete()


def _quad(corners: tuple[Pair, Pair, Pair, Pair], across: Pair, alpha: int) -> bytes:
    """Return a quad from its lower left corner anticlockwise; ``across`` is the texture's left and right."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners
    u, w = across
    t = (alpha, alpha, alpha, alpha)
    return QUAD.pack(
        ax, ay, u, 1.0, *t, bx, by, w, 1.0, *t, cx, cy, w, 0.0, *t,
        ax, ay, u, 1.0, *t, cx, cy, w, 0.0, *t, dx, dy, u, 0.0, *t,
    )  # fmt: skip


def _rectangle(edge: tuple[float, float, float, float], colour: RGB) -> bytes:
    left, low, right, high = edge
    t = (0.5, 0.5, *colour, 255)
    return QUAD.pack(left, low, *t, right, low, *t, right, high, *t, left, low, *t, right, high, *t, left, high, *t)


def _premultiplied(image: Image.Image) -> Image.Image:
    """Return a picture with its colours multiplied by its alpha, four bytes a pixel."""
    return image.convert("RGBX") if image.mode == "RGB" else image.convert("RGBa")


def _add_smaller(texture: Texture2D, image: Image.Image) -> None:
    """Upload a texture's mipmaps, each half as large as the one before.

    Made here and not by the driver: a software one first compiles programs for it, and the first frame would wait.
    """
    texture.use(0)
    level = 0
    while max(image.size) > 1:
        image = image.resize((max(1, image.width // 2), max(1, image.height // 2)), Image.Resampling.BOX)
        level += 1
        gl.glTexImage2D(
            gl.GL_TEXTURE_2D, level, gl.GL_RGBA8, *image.size, 0, gl.GL_RGBA, gl.GL_UNSIGNED_BYTE, image.tobytes()
        )


def _weight(texture: Texture2D) -> float:
    return texture.width * texture.height * 4.0
