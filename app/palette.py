"""Give every role of a scene its colour, in three palettes that are safe for colour-blind eyes."""

from collections.abc import Mapping
from typing import cast

from engine.scene import Role

RGB = tuple[int, int, int]

LIGHT = {
    "ground": "#FBF5EA", "card": "#FFFDF7", "ink": "#272333", "quiet": "#433E50", "line": "#857C72",
    "target": "#C85516", "guide": "#2A6AA3", "good": "#0C9164", "warn": "#7E3D0F", "stop": "#A1241B",
    "focus": "#5A2A9F", "water": "#9CCBE0", "water-shade": "#6FAECB", "bank": "#5B6B34", "path": "#80512A",
    "shadow": "#2E2A3B", "primary": "#13566A", "on-primary": "#FFFFFF", "white": "#FFFFFF",
}  # fmt: skip
DARK = {
    "ground": "#111E26", "card": "#1B2C36", "ink": "#F4ECDD", "quiet": "#C6C2B8", "line": "#8D9AA3",
    "target": "#E8A03C", "guide": "#94B8D4", "good": "#4FC79B", "warn": "#F3EB6E", "stop": "#A3241C",
    "focus": "#DDB5FF", "water": "#1F4A60", "water-shade": "#2F6F8C", "bank": "#C0A67E", "path": "#D9B88A",
    "shadow": "#000000", "primary": "#8ED0E4", "on-primary": "#0C1C24", "white": "#FFFFFF",
}  # fmt: skip
CONTRAST = {
    "ground": "#FFFFFF", "card": "#FFFFFF", "ink": "#000000", "quiet": "#262626", "line": "#000000",
    "target": "#DE500A", "guide": "#0E6BBA", "good": "#1A534B", "warn": "#704800", "stop": "#99000D",
    "focus": "#7A00CC", "water": "#A9DBFA", "water-shade": "#1F7FBF", "bank": "#000000", "path": "#5C2E00",
    "shadow": "#000000", "primary": "#003A57", "on-primary": "#FFFFFF", "white": "#FFFFFF",
}  # fmt: skip


def rgb(text: str) -> RGB:
    """Return red, green and blue 0..255 of a colour written as ``#RRGGBB``."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _palette(table: Mapping[str, str]) -> Mapping[Role, RGB]:
    return {cast(Role, role): rgb(text) for role, text in table.items()}


PALETTES: Mapping[str, Mapping[Role, RGB]] = {
    "light": _palette(LIGHT),
    "dark": _palette(DARK),
    "contrast": _palette(CONTRAST),
}


def colours(palette: str) -> Mapping[Role, RGB]:
    """Return the colour of each role; an unknown palette gives the light one, so that a patient sees something."""
    return PALETTES.get(palette, PALETTES["light"])


def luminance(colour: RGB) -> float:
    """Return the relative luminance 0..1 of a colour (WCAG 2.2, relative luminance)."""
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: RGB, other: RGB) -> float:
    """Return the contrast ratio 1..21 of two colours (WCAG 2.2, contrast ratio)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
