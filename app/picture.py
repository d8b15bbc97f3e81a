"""Paint a scene to a picture without any graphics card, for reports, manuals and checks."""

from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw

from app.art import fitted, found
from app.lettering import coloured, lay_out, raster
from app.mesh import Layer, layers
from app.palette import colours
from app.pieces import Piece, pieces
from app.sizing import Sizing
from app.texts import Texts, load
from engine.scene import STAGE_H, STAGE_W, Picture, Scene, Words

FINER = 4  # each pixel is drawn as 4 x 4, so that edges are smooth
KEPT = 128


def picture(
    scene: Scene, palette: str = "light", language: str = "en", text_scale: float = 1.0, width: int = 1280
) -> Image.Image:
    """Return the scene as an RGB picture ``width`` pixels wide, in the stage's proportions."""
    return Canvas(palette, load(language), text_scale, width).painted(scene)


class Canvas:
    """A picture that grows shape by shape."""

    def __init__(self, palette: str, texts: Texts, text_scale: float, width: int) -> None:
        self._palette, self._texts = palette, texts
        self._sizing = Sizing(text_scale, texts.say)
        self._colours = colours(palette)
        self._scale = width / STAGE_W
        self._size = (width, round(STAGE_H * self._scale))
        self._image = Image.new("RGBA", self._size, (*self._colours["ground"], 255))

    def painted(self, scene: Scene) -> Image.Image:
        """Paint the ground and all shapes, and return the picture."""
        if found(scene.ground, self._palette):
            self._image.alpha_composite(_sized(scene.ground, self._palette, self._size))
        for piece in pieces(self._sizing.sized(scene), 1.0, self._texts.say):
            self._paint(piece)
        return self._image.convert("RGB")

    def _paint(self, piece: Piece) -> None:
        if isinstance(piece, Words):
            self._write(piece)
        elif isinstance(piece, Picture):
            self._place(piece)
        else:
            for layer in layers(piece, 0.0):
                self._fill(layer)

    def _px(self, x: float, y: float) -> tuple[float, float]:
        return x * self._scale, (STAGE_H - y) * self._scale

    def _write(self, words: Words) -> None:
        block = lay_out(words, self._texts.say(words.key, words.values))
        ink = raster(block, self._scale)
        x, y = self._px(words.x, words.y)
        at = (round(x - ink.middle[0]), round(y - ink.middle[1]))
        self._put(coloured(ink.mask, self._colours[words.role]), at)

    def _place(self, shape: Picture) -> None:
        wide, high = (max(1, round(side * self._scale)) for side in (shape.w, shape.h))
        image = _sized(shape.name, self._palette, (wide, high))
        if shape.flip:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        if shape.angle % 360:
            turned = image.convert("RGBa").rotate(shape.angle, Image.Resampling.BICUBIC, expand=True)
            image = turned.convert("RGBA")
        if shape.alpha < 1:
            image = image.copy()
            image.putalpha(image.getchannel("A").point(lambda a: round(a * max(0.0, shape.alpha))))
        x, y = self._px(shape.x, shape.y)
        self._put(image, (round(x - image.width / 2), round(y - image.height / 2)))

    def _fill(self, layer: Layer) -> None:
        corners = layer.at * (self._scale, -self._scale) + (0.0, self._size[1])
        low, high = corners.min(axis=0), corners.max(axis=0)
        left, top = (int(v) - 1 for v in low)
        wide, tall = (int(v) + 3 for v in high - (left, top))
        if left >= self._size[0] or top >= self._size[1] or left + wide <= 0 or top + tall <= 0:
            return
        fine = Image.new("1", (wide * FINER, tall * FINER))
        pen = ImageDraw.Draw(fine)
        for triangle in ((corners - (left, top)) * FINER - 0.5).reshape(-1, 6).tolist():
            pen.polygon(triangle, fill=1)
        mask = fine.convert("L").resize((wide, tall), Image.Resampling.BOX)
        if layer.alpha < 1:
            mask = ImageChops.multiply(mask, Image.new("L", mask.size, round(255 * max(0.0, layer.alpha))))
        self._put(coloured(mask, self._colours[layer.role]), (left, top))

    def _put(self, image: Image.Image, at: tuple[int, int]) -> None:
        """Lay a picture over what is there; what lies off the stage is cut away."""
        left, top = max(0, -at[0]), max(0, -at[1])
        right = min(image.width, self._size[0] - at[0])
        bottom = min(image.height, self._size[1] - at[1])
        if left < right and top < bottom:
            self._image.alpha_composite(image.crop((left, top, right, bottom)), (max(0, at[0]), max(0, at[1])))


@lru_cache(maxsize=KEPT)
def _sized(name: str, palette: str, size: tuple[int, int]) -> Image.Image:
    return fitted(name, palette, size)
