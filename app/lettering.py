"""Measure, wrap, fit and rasterise text with the Liberation Sans that arcade carries."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from app.palette import RGB
from engine.scene import Align, Words

FONTS = Path("resources", "system", "fonts", "ttf", "Liberation")
FILES = {False: "Liberation_Sans_Regular.ttf", True: "Liberation_Sans_Bold.ttf"}
SMALLEST = 18.0
PITCH = 1.22  # from line to line, in sizes
MIDDLE = 0.355  # from the optical middle of a line down to its base line, in sizes
SHRINK = 0.96
_RULER_PX = 200.0


@dataclass(frozen=True, slots=True)
class Block:
    """A text laid out: its lines, the size used, its extent in stage units, and whether it is too long.

    ``box`` is the width that the lines are aligned in, ``wide`` that of the longest line.
    """

    lines: tuple[str, ...]
    size: float
    wide: float
    high: float
    box: float
    align: Align
    bold: bool
    cut: bool = False


@lru_cache(maxsize=2)
def font_file(bold: bool) -> Path:
    """Return the path of the font; raise ``FileNotFoundError`` that says what to install."""
    spec = find_spec("arcade")
    folder = Path(spec.origin).parent if spec and spec.origin else Path("arcade")
    path = folder / FONTS / FILES[bold]
    if not path.is_file():
        raise FileNotFoundError(f"{path.name} was not found in the arcade package: install arcade 3.3.3 or later")
    return path


@lru_cache(maxsize=64)
def font(size_px: float, bold: bool) -> ImageFont.FreeTypeFont:
    """Return the font at a size in pixels."""
    return ImageFont.truetype(str(font_file(bold)), size_px, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def width(text: str, bold: bool) -> float:
    """Return the width of one line at size 1."""
    return float(font(_RULER_PX, bold).getlength(text)) / _RULER_PX


def wrap(text: str, bold: bool, size: float, room: float) -> tuple[str, ...]:
    """Return the text in lines no wider than ``room`` units, broken at plain spaces and at its line ends."""
    return tuple(line for part in text.split("\n") for line in _wrapped(part.split(" "), bold, room / size))


def _wrapped(words: Sequence[str], bold: bool, room: float) -> list[str]:
    lines = [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width(longer, bold) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def lay_out(words: Words, text: str, text_scale: float = 1.0) -> Block:
    """Return ``text`` as a block: wrapped to ``words.width`` and at most ``words.lines`` lines.

    What does not fit is made smaller, down to 18 units; a block that is too long even then is ``cut``.
    """
    return _laid_out(
        text,
        words.size * text_scale,
        words.width,
        words.lines,
        words.bold,
        words.align,
        min(SMALLEST, words.size),
    )


@lru_cache(maxsize=1024)
def _laid_out(text: str, size: float, room: float, most: int, bold: bool, align: Align, smallest: float) -> Block:
    while True:
        lines = wrap(text, bold, size, room)
        wide = max(width(line, bold) for line in lines) * size
        fits = len(lines) <= most and wide <= room
        if fits or size <= smallest:
            break
        size = max(smallest, size * SHRINK)
    lines = _balanced(lines, text, bold, size, room) if fits else lines[:most]
    wide = max(width(line, bold) for line in lines) * size
    return Block(lines, size, wide, len(lines) * PITCH * size, room, align, bold, not fits)


def _balanced(lines: tuple[str, ...], text: str, bold: bool, size: float, room: float) -> tuple[str, ...]:
    """Break where all lines become about equally long: no word alone on the last line."""
    if len(lines) < 2 or "\n" in text:
        return lines
    narrow = room
    best = lines
    while narrow > size and len(closer := wrap(text, bold, size, narrow)) == len(lines):
        if max(width(line, bold) for line in closer) * size > narrow:
            break
        best, narrow = closer, narrow - size / 2
    return best


@dataclass(frozen=True, slots=True)
class Raster:
    """A block as coverage 0..255 in pixels, and where its middle lies in the picture, from the left and the top."""

    mask: Image.Image
    middle: tuple[float, float]


def raster(block: Block, px_per_unit: float) -> Raster:
    """Return the coverage of a block at a scale; the middle is that of ``block.box`` and of all lines."""
    face = font(max(1.0, round(block.size * px_per_unit * 4) / 4), block.bold)
    long = max(1.0, max(face.getlength(line) for line in block.lines))
    edge = 2 + round(block.size * px_per_unit * 0.12)
    pitch = block.size * PITCH * px_per_unit
    high = round(pitch * len(block.lines)) + 2 * edge
    mask = Image.new("L", (round(long) + 2 * edge, high), 0)
    pen = ImageDraw.Draw(mask)
    shift = {"left": 0.0, "center": 0.5, "right": 1.0}[block.align]
    for row, line in enumerate(block.lines):
        base = edge + (row + 0.5) * pitch + MIDDLE * block.size * px_per_unit
        pen.text((edge + round(shift * (long - face.getlength(line))), round(base)), line, 255, face, anchor="ls")
    return Raster(mask, (edge + long * shift + (0.5 - shift) * block.box * px_per_unit, high / 2))


def coloured(mask: Image.Image, colour: RGB) -> Image.Image:
    """Return a coverage as an RGBA picture in one colour."""
    image = Image.new("RGBA", mask.size, (*colour, 0))
    image.putalpha(mask)
    return image
