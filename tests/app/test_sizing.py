"""Words grow as far as their place allows, up to twice their size, and over nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lettering import lay_out
from app.pieces import last_part
from app.sizing import STAGE, Sizing, box_of, box_of_words
from engine.scene import Bar, Button, Circle, Picture, Scene, Words


def words_of(scene: Scene, scale: float) -> list[Words]:
    return [shape for shape in Sizing(scale, last_part).sized(scene).shapes if isinstance(shape, Words)]


def test_at_the_usual_size_nothing_changes() -> None:
    scene = Scene("", (Words("a.word", 800, 450, 40), Button("b", 100, 100, 200, 100, key="a.b")))
    assert Sizing(1.0, last_part).sized(scene) is scene


def test_a_word_alone_becomes_twice_as_large_and_a_button_is_told_so() -> None:
    scene = Scene("", (Words("a.word", 800, 450, 40), Button("b", 100, 100, 200, 100, key="a.b", size=30)))
    made = Sizing(2.0, last_part).sized(scene)
    assert [shape.size for shape in made.shapes] == [80, 60]  # type: ignore[union-attr]


def test_smaller_words_are_smaller() -> None:
    assert words_of(Scene("", (Words("a.word", 800, 450, 40),)), 0.75)[0].size == 30


def test_a_long_line_takes_more_lines_to_grow() -> None:
    (made,) = words_of(Scene("", (Words("a.some words that are long", 800, 450, 40, width=520),)), 2.0)
    assert made.size == pytest.approx(80)
    assert made.lines > 1


def test_two_words_that_share_a_card_grow_alike() -> None:
    card = Bar(800, 450, 600, 160, "card")
    one, other = words_of(Scene("", (card, Words("a.up", 800, 490, 40), Words("a.down", 800, 410, 40))), 2.0)
    assert one.size > 40
    assert one.size == pytest.approx(other.size, rel=0.13)


def test_in_a_disc_no_corner_comes_out() -> None:
    (made,) = words_of(Scene("", (Circle(800, 450, 100, "card"), Words("a.time", 800, 450, 40))), 2.0)
    box = box_of_words(made, lay_out(made, "time"))
    assert max(abs(box.left - 800), abs(box.right - 800)) ** 2 + (box.high - 450) ** 2 <= 100**2
    assert made.size > 40


def test_what_moves_in_a_game_does_not_change_the_size_of_a_word() -> None:
    label = Words("a.label", 800, 450, 30)
    sizes = {words_of(Scene("", (label, Picture("ladybird", x, 490, 60, 60))), 2.0)[0].size for x in (200, 700, 900)}
    assert sizes == {60}


boxes = st.tuples(st.floats(100, 1500), st.floats(100, 800), st.floats(40, 500), st.floats(40, 200))


@given(st.lists(boxes, min_size=1, max_size=6), st.floats(1.05, 2.0))
def test_no_word_becomes_smaller_or_grows_over_anything(places: list[tuple[float, ...]], scale: float) -> None:
    words = [Words("a.few words", x, y, 30) for x, y, _, _ in places[::2]]
    shapes = [*words, *(Bar(x, y, w, h, "card") for x, y, w, h in places[1::2])]
    scene = Scene("", tuple(shapes))
    before, after = (words_of(scene, by) for by in (1.0, scale))
    for old, new in zip(before, after, strict=True):
        assert new.size >= old.size
        usual, grown = (box_of_words(one, lay_out(one, "few words")) for one in (old, new))
        if new.size > old.size:
            assert STAGE.holds(grown)
        for bar in (box_of(shape) for shape in shapes if isinstance(shape, Bar)):
            assert usual.meets(bar) or not grown.meets(bar)
