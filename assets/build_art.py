"""Render every drawing of assets/art into assets/art/png, once for each palette."""

import argparse
import hashlib
import io
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

FOLDER = Path(__file__).parent / "art"
RENDERED = FOLDER / "png"
LONGEST_PX = 1200
ZOOM = 2.0
STAGE = (1600.0, 900.0)
COLOURS = 256  # in one picture; flat art needs few, and its soft edges share the rest
EXACT = 32  # the most frequent of them are kept as they are
ROUNDS = 4  # how often the others are moved to the middle of what they stand for
ALPHA_WEIGHT = 1.3  # a wrong alpha is seen on every ground, a wrong colour only on some
LOOKS = 4  # raise it when the way of rendering changes, so that every picture is made anew

TOKENS = {
    "ink": "#2E2A3B", "paper": "#FBF5EA", "cream": "#FFFDF7", "sand": "#EBDCC0", "wood": "#C99A66",
    "wood-shade": "#A87845", "skin": "#F2C6A0", "skin-shade": "#DFA57A", "nail": "#F9E0CB", "red": "#D9533F",
    "red-shade": "#B23C2E", "coral": "#F08A6C", "gold": "#F2B544", "gold-shade": "#D6922A", "leaf": "#7FB069",
    "leaf-shade": "#5B8C4A", "grass": "#CFE3C0", "grass-shade": "#B4D19F", "sky": "#DCEFF7", "water": "#9CCBE0",
    "water-shade": "#6FAECB", "blue": "#2F6F9F", "blue-shade": "#235478", "lilac": "#B9A3D0",
    "lilac-shade": "#9480B3", "grey": "#C9C5CF", "grey-shade": "#9D98A8", "white": "#FFFFFF",
}  # fmt: skip

# Most fills stay below a luminance of .23 so that the cream outline keeps 3:1 on them; gold, which stands for
# what is lit, is brighter and keeps 3:1 to the ground by itself.
DARK = {
    "ink": "#F1E6D2", "paper": "#454A50", "cream": "#3F454D", "sand": "#2F343B", "wood": "#8A6440",
    "wood-shade": "#6B4A2C", "skin": "#A8714C", "skin-shade": "#875638", "nail": "#C79A78", "red": "#B8473A",
    "red-shade": "#8C3228", "coral": "#BD654A", "gold": "#C9952F", "gold-shade": "#A3761F", "leaf": "#4C8043",
    "leaf-shade": "#36612F", "grass": "#33553C", "grass-shade": "#2A4833", "sky": "#2C4A5B", "water": "#3A7390",
    "water-shade": "#2B5A73", "blue": "#3F80B5", "blue-shade": "#2A5C86", "lilac": "#7F6AA0",
    "lilac-shade": "#614E80", "grey": "#777480", "grey-shade": "#57545F", "white": "#F7F1E4",
}  # fmt: skip
DARK_GROUND = DARK | {
    "ink": "#070D11", "paper": "#15242C", "cream": "#1C2E36", "sand": "#2B2620", "wood": "#3D2F24",
    "wood-shade": "#30251D", "grass": "#16292A", "grass-shade": "#1C3330", "sky": "#111E2A", "water": "#1F4A60",
    "water-shade": "#2A5E78", "leaf": "#27473A", "leaf-shade": "#1E3A30", "gold": "#6B5226",
    "gold-shade": "#544021", "red": "#5E322C", "red-shade": "#4B2823", "coral": "#63402F", "blue": "#234E6C",
    "blue-shade": "#1C405A", "lilac": "#3D3650", "lilac-shade": "#332D44", "grey": "#3A3F46",
    "grey-shade": "#2E3339", "white": "#3A4E57",
}  # fmt: skip
CONTRAST = {
    "ink": "#000000", "paper": "#FFFFFF", "cream": "#FFFFFF", "sand": "#E3E3E3", "wood": "#C98B3A",
    "wood-shade": "#A36A1F", "skin": "#FFD3A8", "skin-shade": "#F2A868", "nail": "#FFF0E0", "red": "#E0301E",
    "red-shade": "#C01A0C", "coral": "#FF7A52", "gold": "#FFC400", "gold-shade": "#F09A00", "leaf": "#5FB13A",
    "leaf-shade": "#3F8F22", "grass": "#F3F3F3", "grass-shade": "#D9EBCF", "sky": "#EAF6FF", "water": "#7CC8F2",
    "water-shade": "#2F94D1", "blue": "#006FC4", "blue-shade": "#0059A3", "lilac": "#B58CFF",
    "lilac-shade": "#9A68F0", "grey": "#D0D0D0", "grey-shade": "#9A9A9A", "white": "#FFFFFF",
}  # fmt: skip
CONTRAST_GROUND = dict.fromkeys(TOKENS, "#FFFFFF") | {
    "ink": "#000000", "water": "#BFE6FB", "water-shade": "#8CCBF0", "grass-shade": "#F5F5F5", "sand": "#F2F2F2",
    "wood": "#EFEFEF", "wood-shade": "#E2E2E2", "leaf": "#E9F3E4", "leaf-shade": "#DDEBD6", "gold": "#FFF3CC",
    "gold-shade": "#FFE9AA", "grey": "#EDEDED", "grey-shade": "#DDDDDD", "blue": "#CFE4F5", "blue-shade": "#BBD6EC",
    "red": "#F7DEDA", "red-shade": "#EFCFCA", "coral": "#FAE3DC", "lilac": "#EEE6FA", "lilac-shade": "#E2D6F5",
}  # fmt: skip

PALETTES: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "light": (TOKENS, TOKENS),
    "dark": (DARK, DARK_GROUND),
    "contrast": (CONTRAST, CONTRAST_GROUND),
}
SPECIAL = {"#000001": "#000000", "#000002": "#D5CDBE"}  # in the dark, shadows stay dark and lights stay light
THICKER = {"light": 1.0, "dark": 1.0, "contrast": 1.35}
FAINT = re.compile(r'<[^>]*fill="#2E2A3B"[^>]*opacity="0?\.[012]\d*"[^>]*>', re.IGNORECASE)
LIGHTS = re.compile(r'stroke="(?:#FFFDF7|#FBF5EA|#DCEFF7|#CFE3C0)"', re.IGNORECASE)
HEX = re.compile(r"#[0-9A-Fa-f]{6}\b")
STROKE_WIDTH = re.compile(r'stroke-width="([\d.]+)"')
VIEW_BOX = re.compile(r'viewBox="\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)\s*"')


def size_of(svg: str) -> tuple[float, float]:
    """Return the width and height of a drawing's viewBox in units; without one raise ``ValueError``."""
    found = VIEW_BOX.search(svg)
    if not found:
        raise ValueError("viewBox is missing")
    return float(found[1]), float(found[2])


def recoloured(svg: str, palette: str) -> str:
    """Return the drawing in the colours of ``palette``; a colour that is no token raises ``ValueError``."""
    things, grounds = PALETTES[palette]
    table = grounds if size_of(svg) == STAGE else things
    mapped = {TOKENS[name].upper(): colour for name, colour in table.items()} | SPECIAL
    if palette == "dark":
        svg = FAINT.sub(lambda found: found[0].replace("#2E2A3B", "#000001"), svg)
        svg = LIGHTS.sub('stroke="#000002"', svg) if table is things else svg
    svg = STROKE_WIDTH.sub(lambda found: f'stroke-width="{float(found[1]) * THICKER[palette]:g}"', svg)
    return HEX.sub(lambda found: _mapped(found[0], mapped), svg)


def _mapped(colour: str, table: Mapping[str, str]) -> str:
    try:
        return table[colour.upper()]
    except KeyError:
        raise ValueError(f"{colour} is no token of the art") from None


def pixels(svg: str) -> tuple[int, int]:
    """Return the width and height in pixels at which a drawing is rendered."""
    wide, high = size_of(svg)
    if (wide, high) == STAGE:
        return round(wide), round(high)
    zoom = min(ZOOM, LONGEST_PX / max(wide, high))
    return round(wide * zoom), round(high * zoom)


def mark(svg: str) -> str:
    """Return a short digest of all that decides how a recoloured drawing looks."""
    return hashlib.sha256(f"{LOOKS} {pixels(svg)} {svg}".encode()).hexdigest()[:24]


def rendered(svg: str) -> bytes:
    """Return a recoloured drawing as a small PNG that carries its mark."""
    import resvg_py

    wide, high = pixels(svg)
    raw = bytes(resvg_py.svg_to_bytes(svg_string=svg, width=wide, height=high))
    image = _without_hidden_colour(Image.open(io.BytesIO(raw)).convert("RGBA"))
    note = PngImagePlugin.PngInfo()
    note.add_text("Source", mark(svg))
    packed = io.BytesIO()
    with_palette(image).save(packed, "PNG", optimize=True, pnginfo=note)
    return packed.getvalue()


def _without_hidden_colour(image: Image.Image) -> Image.Image:
    """Clear the colour where nothing is seen, and the last bit of alpha: both only cost bytes."""
    alpha = image.getchannel("A").point(lambda a: 0 if a < 3 else 255 if a > 252 else a)
    clear = Image.new("RGBA", image.size)
    clear.paste(image, mask=alpha.point(lambda a: 255 if a else 0))
    clear.putalpha(alpha)
    return clear


def with_palette(image: Image.Image) -> Image.Image:
    """Return an RGBA picture with at most 256 colours, each with its own alpha: the same looks for a third of it."""
    seen, where, often = np.unique(np.frombuffer(image.tobytes(), "<u4"), return_inverse=True, return_counts=True)
    colours = seen.astype("<u4").view(np.uint8).reshape(-1, 4)
    table, chosen = (colours, np.arange(len(colours))) if len(colours) <= COLOURS else _fewer(colours, often)
    order = np.argsort(table[:, 3], kind="stable")  # the clearest first: only those need an alpha in the file
    table, chosen = table[order], np.argsort(order, kind="stable")[chosen]
    flat = Image.frombytes("P", image.size, chosen.astype(np.uint8)[where.ravel()].tobytes())
    flat.putpalette(table[:, :3].tobytes(), "RGB")
    if table[0, 3] < 255:
        flat.info["transparency"] = table[:, 3].tobytes()
    return flat


def _fewer(colours: NDArray[np.uint8], often: NDArray[np.int64]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return 256 colours for many, and for each of the many the place of the one that stands for it."""
    kept = np.argsort(-often, kind="stable")[:EXACT]
    kept = np.union1d(kept[often[kept] >= often.sum() // 20_000], np.flatnonzero(colours[:, 3] == 0))
    rest = np.setdiff1d(np.arange(len(colours)), kept)
    # As it is seen: a colour counts the less, the clearer it is.
    points = np.hstack([colours[:, :3] * (colours[:, 3:] / 255), colours[:, 3:] * ALPHA_WEIGHT])
    weights = np.sqrt(often[rest].astype(np.float64))
    middles = _cut(points[rest], weights, COLOURS - len(kept))
    for _ in range(ROUNDS):
        near = _nearest(points[rest], middles)
        total = np.bincount(near, weights, len(middles))
        for axis in range(4):
            moved = np.bincount(near, weights * points[rest, axis], len(middles))
            middles[:, axis] = np.where(total > 0, moved / np.maximum(total, 1e-9), middles[:, axis])
    chosen = _nearest(points, np.vstack([points[kept], middles]))
    chosen[kept] = np.arange(len(kept))
    alpha = (middles[:, 3:] / ALPHA_WEIGHT).round().clip(1, 255)
    made = np.hstack([(middles[:, :3] * 255 / alpha).round().clip(0, 255), alpha]).astype(np.uint8)
    return np.vstack([colours[kept], made]), chosen


def _cut(points: NDArray[np.float64], weights: NDArray[np.float64], many: int) -> NDArray[np.float64]:
    """Return the middles of ``many`` groups of points: always the widest group is cut at its mean."""
    groups: list[tuple[float, int, NDArray[np.float64], NDArray[np.int64]]] = []

    def add(members: NDArray[np.int64]) -> None:
        part, share = points[members], weights[members, None]
        mean = (part * share).sum(0) / share.sum()
        spread = ((part - mean) ** 2 * share).sum(0)
        axis = int(spread.argmax())
        groups.append((float(spread[axis]) if len(members) > 1 else 0.0, axis, mean, members))

    add(np.arange(len(points)))
    while len(groups) < many:
        spread, axis, mean, members = groups.pop(max(range(len(groups)), key=lambda place: groups[place][0]))
        low = points[members, axis] <= mean[axis]
        if spread <= 0 or low.all():
            groups.append((spread, axis, mean, members))
            break
        add(members[low])
        add(members[~low])
    return np.array([mean for _, _, mean, _ in groups])


def _nearest(points: NDArray[np.float64], middles: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return for each point the place of the nearest middle."""
    nearest: NDArray[np.int64] = np.argmin((middles**2).sum(1) - 2 * points @ middles.T, axis=1)
    return nearest


def drawings() -> Iterator[tuple[Path, str, str]]:
    """Return the PNG, the recoloured drawing and the palette of everything that is to be rendered."""
    for source in sorted(FOLDER.glob("*.svg")):
        svg = source.read_text(encoding="utf-8")
        for palette in PALETTES:
            try:
                yield RENDERED / palette / f"{source.stem}.png", recoloured(svg, palette), palette
            except ValueError as error:
                raise SystemExit(f"{source.name}: {error}") from None


def fresh(target: Path, svg: str) -> bool:
    """Tell whether the PNG is there and was made from this very drawing."""
    if not target.exists():
        return False
    with Image.open(target) as image:
        return bool(image.info.get("Source") == mark(svg))


def left_over(wanted: set[Path]) -> list[Path]:
    """Return the rendered pictures that no drawing stands for."""
    return sorted(set(RENDERED.glob("*/*.png")) - wanted)


def check() -> list[str]:
    """Return a line for each picture that is missing, stale or left over."""
    wanted = {target: svg for target, svg, _ in drawings()}
    stale = [target for target, svg in wanted.items() if not fresh(target, svg)]
    return [f"{path.relative_to(FOLDER)}: run assets/build_art.py" for path in stale + left_over(set(wanted))]


def build() -> int:
    """Render what is missing or stale, drop what is left over, and return how many files changed."""
    wanted = {target: svg for target, svg, _ in drawings()}
    stale = [target for target, svg in wanted.items() if not fresh(target, svg)]
    for target in stale:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(rendered(wanted[target]))
    dropped = left_over(set(wanted))
    for path in dropped:
        path.unlink()
    return len(stale) + len(dropped)


def main() -> int:
    """Render, or with ``--check`` only tell what is to be rendered."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if a picture is stale")
    if parser.parse_args().check:
        lines = check()
        print("\n".join(lines))
        return 1 if lines else 0
    changed = build()
    total = sum(path.stat().st_size for path in RENDERED.glob("*/*.png"))
    print(f"{changed} changed, {total / 1e6:.2f} MB in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
