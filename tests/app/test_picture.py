"""A scene can be painted without any graphics card."""

import pytest

from app.art import aspect, drawing, stand_in
from app.palette import PALETTES, colours
from app.picture import picture
from engine.scene import Arc, Bar, Button, Circle, Path, Picture, Scene, Shape, Words

LIGHT = colours("light")


def painted(*shapes: Shape, width: int = 800, palette: str = "light") -> dict[tuple[int, int], tuple[int, int, int]]:
    image = picture(Scene("", shapes), palette, width=width)
    pixels = image.load()
    assert pixels is not None
    return {(x, y): pixels[x // 2, image.height - 1 - y // 2] for x in range(0, 1600, 2) for y in range(0, 900, 2)}  # type: ignore[misc]


@pytest.mark.parametrize("width", [320, 1280, 1600])
def test_a_picture_has_the_proportions_of_the_stage(width: int) -> None:
    assert picture(Scene(""), width=width).size == (width, width * 9 // 16)


@pytest.mark.parametrize("palette", PALETTES)
def test_without_a_drawn_ground_the_ground_colour_is_seen(palette: str) -> None:
    assert set(painted(palette=palette).values()) == {colours(palette)["ground"]}


def test_a_drawn_ground_fills_the_stage() -> None:
    image = picture(Scene("meadow"), width=320)
    assert image.getpixel((160, 90)) != LIGHT["ground"]


def test_shapes_are_seen_where_they_are_and_nowhere_else() -> None:
    seen = painted(
        Circle(200, 200, 50, "target"), Bar(600, 200, 100, 60, "guide", 0), Path(((900, 200), (1100, 200)), "good", 20),
        Arc(1400, 200, 80, 0.5, "stop", 20),
    )  # fmt: skip
    assert seen[200, 200] == seen[160, 200] == LIGHT["target"]
    assert seen[600, 200] == seen[556, 222] == LIGHT["guide"]
    assert seen[1000, 200] == seen[894, 200] == LIGHT["good"]
    assert seen[1480, 200] == LIGHT["stop"]
    assert seen[1320, 200] == seen[200, 260] == seen[600, 240] == seen[1000, 220] == LIGHT["ground"]


def test_later_shapes_lie_on_top() -> None:
    assert painted(Circle(400, 400, 80, "target"), Circle(400, 400, 40, "good"))[400, 400] == LIGHT["good"]


def test_a_half_transparent_shape_lets_the_ground_through_once() -> None:
    seen = painted(Path(((300, 300), (500, 300), (500, 500), (300, 500)), "ink", 40, alpha=0.5))
    for side, (over, under) in enumerate(zip(LIGHT["ink"], LIGHT["ground"], strict=True)):
        assert seen[400, 300][side] == pytest.approx((over + under) / 2, abs=2)
        assert seen[500, 300][side] == pytest.approx((over + under) / 2, abs=2)


def test_shapes_that_reach_beyond_the_stage_are_cut_off() -> None:
    seen = painted(Circle(0, 0, 100, "target"), Circle(-500, 9000, 100, "target"), Picture("cup", 1600, 900, 300, 300))
    assert seen[0, 0] == LIGHT["target"]


def test_words_are_seen_in_their_colour() -> None:
    seen = painted(Words("x.HHHH", 800, 450, 80, bold=True))
    assert LIGHT["ink"] in {colour for (x, y), colour in seen.items() if abs(y - 450) < 40 and abs(x - 800) < 160}
    assert {colour for (x, y), colour in seen.items() if abs(y - 450) > 60} == {LIGHT["ground"]}


def test_a_missing_picture_is_a_card_with_letters_and_no_error() -> None:
    assert aspect("no-such-thing") == 1.0
    assert drawing("no-such-thing", "light").tobytes() == stand_in("no-such-thing", "light").tobytes()
    seen = painted(Picture("no-such-thing", 800, 450, 200, 200))
    assert seen[800, 530] == LIGHT["card"]
    assert any(colour == LIGHT["quiet"] for colour in seen.values())


def test_a_flipped_picture_is_a_mirror_image() -> None:
    usual, flipped = (
        picture(Scene("", (Picture("boat", 800, 450, 600, 520, flip=flip),)), width=800) for flip in (False, True)
    )
    for x, y in ((300, 220), (420, 160), (520, 200), (350, 300)):
        assert usual.getpixel((x, y)) == flipped.getpixel((799 - x, y))


def test_a_picture_turns_anticlockwise() -> None:
    turned = picture(Scene("", (Picture("icon-next", 800, 450, 400, 400, angle=90),)), width=800)
    above = sum(turned.getpixel((x, 215)) != LIGHT["ground"] for x in range(300, 500))
    below = sum(turned.getpixel((x, 285)) != LIGHT["ground"] for x in range(300, 500))
    assert above > below > 0


@pytest.mark.parametrize("palette", PALETTES)
def test_a_button_is_painted_with_all_that_belongs_to_it(palette: str) -> None:
    button = Button("go", 800, 450, 500, 140, "icon-play", "x.HHHH", "primary", size=60, focused=1.0)
    seen = set(painted(button, palette=palette).values())
    assert {colours(palette)[role] for role in ("primary", "on-primary", "focus", "card")} <= seen
