"""Every pair of colours that a screen puts together is in the measured table, and the table is the one in the docs."""

import sys
from collections.abc import Iterator

import pytest
from test_every_screen import every_screen

from app import files
from app.captions import Captions
from app.palette import PALETTES, contrast
from app.pieces import BODIES
from app.sizing import box_of
from engine.focus import in_sight
from engine.game import Cue
from engine.hand import Side
from engine.profile import Profile
from engine.scene import Arc, Bar, Button, Circle, Path, Role, Scene, Words

sys.path.insert(0, str(files.ROOT / "docs"))
import build_access

WORDS = {(one, other) for one, other, _ in build_access.WORDS}
SHAPES = {(one, other) for one, other, _ in build_access.SHAPES} | WORDS
UNDER: tuple[Role, ...] = ("ground", "card")
WITHOUT_MEANING = {"ground", "card", "shadow"}


def scenes() -> Iterator[Scene]:
    """Yield every screen, also in sight of who does not see the left, and a caption."""
    captions = Captions()
    captions.hear([Cue("warn")], 0)
    profile = Profile(unseen=Side.LEFT, captions=True)
    for _, scene in every_screen():
        yield in_sight(scene, profile)
    yield Scene("sunrise", captions.shapes(1, profile, ()))


def under(words: Words, scene: Scene) -> Role:
    """Return what words stand on: the smallest card about their middle, or the ground."""
    cards = [s for s in scene.shapes if isinstance(s, Bar | Circle) and s.fill and s.alpha > 0.5]
    about = [(box_of(s), s) for s in cards]
    held = [(b.right - b.left, s) for b, s in about if b.left < words.x < b.right and b.low < words.y < b.high]
    found = min(held, key=lambda row: row[0])[1].fill if held else None
    return found or "ground"


def roles(scene: Scene) -> Iterator[Role]:
    """Yield the roles of all shapes that mean something."""
    for shape in scene.shapes:
        if isinstance(shape, Bar | Circle):
            yield from (role for role in (shape.fill if not shape.line else None, shape.line) if role)
        if isinstance(shape, Path | Arc):
            yield shape.role
        if isinstance(shape, Button) and shape.role not in BODIES:
            yield shape.role


def test_words_stand_on_pairs_that_were_measured() -> None:
    found = ((shape, scene) for scene in scenes() for shape in scene.shapes)
    used = {(shape.role, under(shape, scene)) for shape, scene in found if isinstance(shape, Words)}
    assert used <= WORDS
    assert {(body, role) for role, body in BODIES.items() if role != "ground"} <= WORDS


def test_shapes_have_roles_that_were_measured_on_ground_and_card() -> None:
    used = {role for scene in scenes() for role in roles(scene)} - WITHOUT_MEANING
    assert {(role, other) for role in used for other in UNDER} <= SHAPES


@pytest.mark.parametrize("palette", PALETTES)
def test_every_pair_of_the_table_has_its_contrast(palette: str) -> None:
    table = PALETTES[palette]
    assert all(contrast(table[one], table[other]) >= 7 for one, other, _ in build_access.WORDS)
    assert all(contrast(table[one], table[other]) >= 3 for one, other, _ in build_access.SHAPES)


def test_the_table_in_the_docs_is_the_measured_one() -> None:
    page = build_access.PAGE.read_text("utf-8")
    assert page.partition(build_access.BEGIN)[2].partition(build_access.END)[0].strip() == build_access.table()
