"""Buttons become plain shapes that stay on the button, and everything else stays as it is."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lettering import PITCH, SMALLEST, lay_out
from app.pieces import PIECES, RING, RING_GAP, Box, Values, around, last_part, parts, pieces
from engine.scene import Arc, Bar, Button, Circle, Path, Picture, Role, Scene, Words

STOP = Button("stop", 1490, 820, 180, 130, "icon-stop", "button.stop", "stop", size=34)


def only(kind: type, button: Button) -> list[object]:
    return [piece for piece in parts(button) if isinstance(piece, kind)]


def test_plain_shapes_stay_as_they_are_and_in_order() -> None:
    shapes = (
        Circle(1, 2, 3, "ink"), Words("a", 1, 2), Picture("cup", 1, 2, 3, 4), Arc(1, 2, 3, 0.4, "good"),
        Bar(1, 2, 3, 4, "card"), Path(((0, 0), (1, 1)), "ink"),
    )  # fmt: skip
    assert pieces(Scene("meadow", shapes)) == shapes


def test_a_button_becomes_pieces_that_any_painter_knows() -> None:
    made = pieces(Scene("meadow", (STOP, Circle(0, 0, 1, "ink"))))
    assert all(isinstance(piece, PIECES) for piece in made)
    assert made[-1] == Circle(0, 0, 1, "ink")


def test_a_button_shows_its_body_its_icon_and_its_words() -> None:
    made = parts(STOP)
    assert any(isinstance(p, Bar) and p.fill == "stop" and (p.w, p.h) == (180, 130) for p in made)
    assert [p.name for p in made if isinstance(p, Picture)] == ["icon-stop"]
    assert [(p.key, p.role) for p in made if isinstance(p, Words)] == [("button.stop", "white")]


@pytest.mark.parametrize(
    ("role", "words"), [("card", "ink"), ("primary", "on-primary"), ("stop", "white"), ("warn", "ink"), ("good", "ink")]
)
def test_words_take_the_role_that_can_be_read_on_the_body(role: Role, words: Role) -> None:
    assert [p.role for p in parts(Button("a", 0, 0, 200, 100, key="k", role=role)) if isinstance(p, Words)] == [words]


def test_an_icon_on_a_coloured_body_stands_on_a_light_disc() -> None:
    assert [p.fill for p in parts(STOP) if isinstance(p, Circle)] == ["card"]
    assert only(Circle, Button("a", 0, 0, 200, 100, "icon-back", "k")) == []


def test_the_icon_stands_left_on_a_wide_button_and_above_on_a_tall_one() -> None:
    for w, h, beside in ((400, 100, True), (200, 220, False)):
        made = parts(Button("a", 0, 0, w, h, "icon-back", "k"))
        icon = next(p for p in made if isinstance(p, Picture))
        words = next(p for p in made if isinstance(p, Words))
        assert (icon.x < words.x and icon.y == words.y) is beside
        assert (icon.y > words.y and icon.x == words.x) is not beside


@given(
    st.floats(90, 600), st.floats(64, 400), st.sampled_from(["", "icon-back"]), st.sampled_from(["", "cup"]),
    st.sampled_from(["", "room.word", "room.many-words-on-one-button"]), st.floats(1, 2), st.floats(24, 48),
)  # fmt: skip
def test_everything_on_a_button_stays_within_it(
    w: float, h: float, icon: str, picture: str, key: str, scale: float, size: float
) -> None:
    made = parts(Button("a", 800, 450, w, h, icon, key, picture=picture, size=size), scale, spoken)
    for piece in made:
        if isinstance(piece, Picture):
            wide, high = piece.w, piece.h
        elif isinstance(piece, Words):
            wide, high = piece.width, lay_out(piece, spoken(key, ()), scale).high
            assert high <= max(piece.lines * PITCH * max(SMALLEST, piece.size * scale), 0) + 1e-6
        else:
            continue
        assert abs(piece.x - 800) + wide / 2 <= w / 2 + 1e-6
        assert abs(piece.y - 450) + high / 2 <= h / 2 + 1e-6 or lay_out(*worded(piece, key, scale)).size <= SMALLEST


def spoken(key: str, values: Values) -> str:
    return last_part(key, values).replace("-", " ")


def worded(piece: Words | Picture, key: str, scale: float) -> tuple[Words, str, float]:
    return (piece if isinstance(piece, Words) else Words(key, 0, 0)), spoken(key, ()), scale


def test_words_get_a_second_line_when_they_need_one() -> None:
    button = Button("a", 0, 0, 200, 220, "icon-help", "help.help-me-please", size=32)
    words = next(p for p in parts(button, 1.0, spoken) if isinstance(p, Words))
    assert lay_out(words, spoken(button.key, ())).lines == ("help me", "please")
    assert lay_out(words, spoken(button.key, ())).size == 32


def test_a_focused_button_has_a_whole_ring_around_it() -> None:
    rings = [p for p in parts(Button("a", 0, 0, 200, 100, focused=1.0)) if isinstance(p, Bar) and p.line == "focus"]
    assert [(ring.w, ring.line_width) for ring in rings] == [(200 + 2 * RING_GAP + RING, RING)]


def test_a_button_without_focus_has_no_ring() -> None:
    assert not [p for p in parts(STOP) if isinstance(p, Path) or (isinstance(p, Bar) and p.line == "focus")]


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.9])
def test_the_ring_of_dwelling_grows_with_its_share(share: float) -> None:
    def long(path: Path) -> float:
        return sum(math.dist(a, b) for a, b in pairwise(path.points))

    growing, whole = (
        next(p for p in parts(Button("a", 0, 0, 300, 120, focused=by)) if isinstance(p, Path))
        for by in (share, 0.99999)
    )
    assert growing.role == "focus"
    assert long(growing) / long(whole) == pytest.approx(share, abs=0.001)


def test_the_ring_begins_at_the_top_and_goes_clockwise() -> None:
    points = around(Box(0, 0, 200, 100), 20, 0.2)
    assert points[0] == (0, 50)
    assert points[1][0] > 0


def test_a_pressed_button_sinks_and_darkens() -> None:
    up, down = Button("a", 0, 0, 200, 100, key="k"), Button("a", 0, 0, 200, 100, key="k", pressed=True)
    assert next(p.y for p in parts(down) if isinstance(p, Words)) < next(p.y for p in parts(up) if isinstance(p, Words))
    assert len(only(Bar, down)) == len(only(Bar, up)) + 1
