"""The colours can be read and told apart, also by colour-blind eyes."""

from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image

from app.palette import PALETTES, RGB, colours, contrast, luminance, rgb
from engine.profile import PALETTES as NAMES
from engine.scene import ROLES, Role

GRAPHICS: tuple[Role, ...] = ("line", "target", "guide", "good", "warn", "focus", "bank", "path", "primary")
ROOT = Path(__file__).resolve().parents[2]
MEANINGS: tuple[Role, ...] = ("target", "guide", "good", "warn", "focus")

# Machado, Oliveira & Fernandes 2009, IEEE TVCG 15(6), severity 1.0, on linear RGB.
EYES = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}  # fmt: skip


def test_each_palette_of_the_profile_has_a_colour_for_each_role() -> None:
    assert set(PALETTES) == set(NAMES)
    for palette in PALETTES.values():
        assert set(palette) == set(ROLES)


def test_an_unknown_palette_falls_back_to_the_light_one() -> None:
    assert colours("sepia") == PALETTES["light"]


def test_the_contrast_formula_gives_the_published_ends() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21.0)
    assert contrast(rgb("#777777"), rgb("#FFFFFF")) == pytest.approx(4.48, abs=0.01)
    assert luminance((255, 255, 255)) == pytest.approx(1.0)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("word", "under"),
    [("ink", "card"), ("ink", "ground"), ("quiet", "card"), ("quiet", "ground"),
     ("on-primary", "primary"), ("white", "stop")],
)  # fmt: skip
def test_words_have_a_contrast_of_seven(name: str, word: Role, under: Role) -> None:
    assert contrast(PALETTES[name][word], PALETTES[name][under]) >= 7.0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("role", GRAPHICS)
def test_graphics_have_a_contrast_of_three(name: str, role: Role) -> None:
    for under in ("ground", "card"):
        assert contrast(PALETTES[name][role], PALETTES[name][under]) >= 3.0  # type: ignore[index]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("role", ["bank", "path"])
def test_banks_and_paths_can_be_seen_on_water(name: str, role: Role) -> None:
    assert contrast(PALETTES[name][role], PALETTES[name]["water"]) >= 3.0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("eye", [*EYES, "usual"])
def test_roles_with_a_meaning_stay_apart_for_colour_blind_eyes(name: str, eye: str) -> None:
    for one, other in combinations(MEANINGS, 2):
        apart = _distance(_lab(PALETTES[name][one], eye), _lab(PALETTES[name][other], eye))
        assert apart >= 12.0, f"{one} and {other} look alike ({apart:.1f})"


def _lab(colour: RGB, eye: str) -> tuple[float, float, float]:
    """CIE L*a*b* (D65) of the colour as this eye sees it."""
    r, g, b = (luminance((part, part, part)) for part in colour)
    if eye in EYES:
        r, g, b = (min(1.0, max(0.0, row[0] * r + row[1] * g + row[2] * b)) for row in EYES[eye])
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def _distance(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("ground", ["brookside", "meadow", "sunrise", "table"])
def test_words_can_be_read_on_every_drawn_ground(name: str, ground: str) -> None:
    with Image.open(ROOT / "assets" / "art" / "png" / name / f"{ground}.png") as image:
        seen = image.convert("RGB").resize((160, 90)).getcolors(160 * 90) or []
    assert seen
    usual = [colour for count, colour in seen if count >= 160 * 90 * 0.01]
    assert min(contrast(PALETTES[name]["ink"], colour) for colour in usual) >= 7.0
    assert min(contrast(PALETTES[name]["quiet"], colour) for colour in usual) >= 4.5
