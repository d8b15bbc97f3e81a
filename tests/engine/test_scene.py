"""Check that a scene can be written to JSON and read again, and seen in a mirror."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.scene import (
    ROLES,
    STAGE_W,
    Arc,
    Bar,
    Button,
    Circle,
    Path,
    Picture,
    Scene,
    Shape,
    Words,
    from_plain,
    mirror,
    mirrored,
    to_plain,
    turned_over,
)

near = st.integers(-3200, 6400).map(lambda v: v / 4)
size = st.integers(0, 4000).map(lambda v: v / 4)
role: Any = st.sampled_from(ROLES)
pairs = st.tuples(near, near)
values = st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=2).map(tuple)
shapes: st.SearchStrategy[Shape] = st.one_of(
    st.builds(Circle, near, near, size, st.none() | role, st.none() | role, size, st.floats(0, 1)),
    st.builds(Bar, near, near, size, size, st.none() | role, size, st.none() | role, size, st.floats(0, 1)),
    st.lists(st.tuples(pairs, size), min_size=1, max_size=6).map(
        lambda rows: Path(tuple(p for p, _ in rows), "water", tuple(w for _, w in rows))
    ),
    st.builds(Path, st.lists(pairs, max_size=6).map(tuple), role, size, size, st.floats(0, 1)),
    st.builds(Arc, near, near, size, st.floats(0, 1), role, size, st.floats(0, 1)),
    st.builds(Picture, st.text(max_size=8), near, near, size, size, near, st.booleans(), st.floats(0, 1)),
    st.builds(Words, st.text(max_size=8), near, near, size, role, st.sampled_from(["left", "center", "right"]),
              st.booleans(), size, st.integers(1, 3), values),
    st.builds(Button, st.text(max_size=8), near, near, size, size, values=values, focused=st.floats(0, 1)),
)  # fmt: skip
scenes = st.builds(Scene, st.text(max_size=8), st.lists(shapes, max_size=8).map(tuple))


@given(scenes)
def test_a_scene_comes_back_from_json_the_very_same(scene: Scene) -> None:
    assert from_plain(json.loads(json.dumps(to_plain(scene)))) == scene


@given(scenes)
def test_a_mirror_of_a_mirror_shows_the_scene_itself(scene: Scene) -> None:
    assert mirrored(mirrored(scene)) == scene


@given(shapes)
def test_what_is_left_is_right_in_the_mirror_and_heights_stay(shape: Shape) -> None:
    seen = mirror(shape)
    if isinstance(shape, Path) and isinstance(seen, Path):
        assert [(STAGE_W - x, y) for x, y in shape.points] == list(seen.points)
        assert seen.width == shape.width
    elif not isinstance(shape, Path) and not isinstance(seen, Path):
        assert (seen.x, seen.y) == (STAGE_W - shape.x, shape.y)


def test_words_stay_readable_and_pictures_turn_over_in_the_mirror() -> None:
    assert mirror(Words("a", 100, 5, align="left")) == Words("a", 1500, 5, align="right")
    assert mirror(Picture("boat", 100, 5, 10, 10, angle=30)) == Picture("boat", 1500, 5, 10, 10, angle=-30, flip=True)


@given(shapes, st.integers(0, 1600))
def test_what_is_turned_over_reads_in_the_mirror_as_it_was_made(shape: Shape, about: int) -> None:
    (seen,) = mirrored(Scene("table", tuple(turned_over([shape], about)))).shapes
    by = STAGE_W - 2 * about
    if isinstance(shape, Path):
        assert seen == replace(shape, points=tuple((x + by, y) for x, y in shape.points))
    else:
        assert seen == replace(shape, x=shape.x + by)


def test_an_unknown_kind_of_shape_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="unknown kind of shape: Blob"):
        from_plain({"ground": "table", "shapes": [{"kind": "Blob"}]})


def test_a_button_holds_its_edge_and_nothing_beyond() -> None:
    button = Button("go", 100, 100, 40, 20)
    assert button.holds(120, 110)
    assert not button.holds(120.1, 100)
    assert not button.holds(100, 110.1)


def test_buttons_keep_their_order_and_more_shapes_lie_on_top() -> None:
    scene = Scene("table", (Button("a", 0, 0, 1, 1), Circle(0, 0, 1))) + (Button("b", 0, 0, 1, 1),)
    assert [button.action for button in scene.buttons] == ["a", "b"]
    assert isinstance(scene.shapes[1], Circle)
