"""Find the rendered pictures, and draw a stand-in for one that is missing."""

from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw

from app.files import asset
from app.lettering import font
from app.palette import colours

STAND_IN_PX = 256


def found(name: str, palette: str) -> Path | None:
    """Return the path of a picture in a palette, else in the light one, else ``None``."""
    for folder in (palette, "light"):
        path = asset("art", "png", folder, f"{name}.png")
        if name and path.is_file():
            return path
    return None


@lru_cache(maxsize=512)
def aspect(name: str) -> float:
    """Return width / height of a picture, 1 for one that is missing."""
    path = found(name, "light")
    if path is None:
        return 1.0
    with Image.open(path) as image:
        return float(image.width / image.height)


def drawing(name: str, palette: str) -> Image.Image:
    """Return a picture as RGBA, or a soft card with the name's first letters where it is missing."""
    path = found(name, palette)
    if path is None:
        return stand_in(name, palette)
    with Image.open(path) as image:
        whole: Image.Image = image.convert("RGBA")
        return whole


def stand_in(name: str, palette: str) -> Image.Image:
    """Return a soft rounded card with the first letters of the words in ``name``."""
    tint = colours(palette)
    size, edge = STAND_IN_PX, STAND_IN_PX // 32
    image = Image.new("RGBA", (size, size), (*tint["line"], 0))
    pen = ImageDraw.Draw(image)
    box = (edge, edge, size - edge, size - edge)
    pen.rounded_rectangle(box, size // 5, (*tint["card"], 255), (*tint["line"], 255), edge)
    letters = "".join(part[0] for part in name.split("-") if part)[:2].upper()
    pen.text((size / 2, size / 2), letters, (*tint["quiet"], 255), font(size * 0.4, True), anchor="mm")
    return image


def fitted(name: str, palette: str, size: tuple[int, int]) -> Image.Image:
    """Return a picture as RGBA at exactly ``size`` pixels, without dark or light seams at its edges."""
    whole = drawing(name, palette).convert("RGBa")
    return whole.resize(size, Image.Resampling.LANCZOS).convert("RGBA")
