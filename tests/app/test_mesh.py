"""Shapes become triangles of the right size, with soft edges and nothing broken."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mesh import VERTEX, Floats, Layer, Line, Meshes, dashes, layers, pack
from app.palette import colours
from engine.scene import Arc, Bar, Circle, Path

LIGHT = colours("light")
NEAR = st.floats(-2000, 2000)
SIZE = st.floats(0, 500)
POINTS = st.lists(st.tuples(NEAR, NEAR), min_size=1, max_size=30).map(tuple)


def area(layer: Layer) -> float:
    a, b, c = np.moveaxis(layer.at.reshape(-1, 3, 2), 1, 0)
    ab, ac = b - a, c - a
    return float(np.abs(ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]).sum() / 2)


def whole(shape: Line) -> float:
    return sum(area(layer) for layer in layers(shape, 0.0))


def covered(layer: Layer, x: float, y: float) -> float:
    """The coverage at a point: the strongest of the triangles that hold it."""
    best = 0.0
    for triangle, cover in zip(layer.at.reshape(-1, 3, 2), layer.cover.reshape(-1, 3), strict=True):
        matrix = np.vstack([triangle.T, np.ones(3)])
        if abs(np.linalg.det(matrix)) > 1e-9:
            parts = np.linalg.solve(matrix, np.array([x, y, 1.0]))
            if parts.min() >= -1e-9:
                best = max(best, float(parts @ cover))
    return best


def test_a_disc_has_the_area_of_a_disc() -> None:
    assert whole(Circle(5, 6, 100, "target")) == pytest.approx(math.pi * 100**2, rel=0.01)


def test_an_outline_has_the_area_of_a_ring() -> None:
    assert whole(Circle(5, 6, 100, line="ink", line_width=10)) == pytest.approx(2 * math.pi * 100 * 10, rel=0.01)


def test_a_rounded_box_lacks_its_corners() -> None:
    assert whole(Bar(0, 0, 200, 100, "card")) == pytest.approx(200 * 100)
    rounded = 200 * 100 - (4 - math.pi) * 30**2
    assert whole(Bar(0, 0, 200, 100, "card", 30)) == pytest.approx(rounded, rel=0.005)


def test_a_radius_larger_than_the_box_makes_a_disc() -> None:
    assert whole(Bar(0, 0, 100, 100, "card", 900)) == pytest.approx(math.pi * 50**2, rel=0.01)


def test_a_straight_stroke_has_round_ends() -> None:
    straight = 300 * 20 + math.pi * 10**2
    assert whole(Path(((0, 0), (300, 0)), "ink", 20.0)) == pytest.approx(straight, rel=0.01)
    assert whole(Path(((0, 0), (100, 0), (300, 0)), "ink", 20.0)) == pytest.approx(straight, rel=0.01)


@pytest.mark.parametrize("end", [(200.0, 160.0), (10.0, 20.0), (-900.0, 20.0), (10.0, 21.0)])
def test_the_quick_way_for_a_straight_stroke_gives_the_same_triangles(end: tuple[float, float]) -> None:
    quick, careful = (
        np.frombuffer(Meshes(LIGHT, 1.5).of(Path(((10.0, 20.0), end), "ink", width)), VERTEX)
        for width in (14.0, (14.0, 14.0))
    )
    assert np.allclose(quick["at"], careful["at"], atol=2e-3)
    assert (quick["tint"] == careful["tint"]).all()


def test_a_stroke_may_change_its_width() -> None:
    cone = whole(Path(((0, 0), (300, 0)), "ink", (10.0, 30.0)))
    ends = math.pi * (5**2 + 15**2) / 2
    assert cone == pytest.approx(300 * 20 + ends, rel=0.02)


def test_an_arc_covers_its_share_clockwise_from_the_top() -> None:
    arc = layers(Arc(0, 0, 100, 0.25, "good", 10), 0.0)[0]
    assert covered(arc, 100 * math.sin(0.5), 100 * math.cos(0.5)) == pytest.approx(1.0)
    assert covered(arc, -50, 86) == 0.0
    assert area(arc) == pytest.approx(math.pi / 2 * 100 * 10 + math.pi * 25, rel=0.01)


def test_a_full_arc_is_a_ring_and_an_empty_one_is_nothing() -> None:
    assert whole(Arc(0, 0, 100, 1.0, "good", 10)) == pytest.approx(2 * math.pi * 100 * 10, rel=0.01)
    assert layers(Arc(0, 0, 100, 0.0, "good", 10), 1.0) == ()


def test_edges_fade_from_full_to_nothing_over_the_feather() -> None:
    disc = layers(Circle(0, 0, 50, "target"), 4.0)[0]
    assert covered(disc, 47.5, 0) == pytest.approx(1.0)
    assert covered(disc, 50.0, 0) == pytest.approx(0.5, abs=0.05)
    assert covered(disc, 52.5, 0) == 0.0


def test_a_stroke_thinner_than_a_pixel_becomes_faint_instead_of_vanishing() -> None:
    hair = layers(Path(((0, 0), (90, 0), (100, 0)), "ink", 0.25), 1.0)[0]
    assert hair.cover.max() == pytest.approx(0.25)


def test_a_sharp_corner_is_round_outside_and_whole_inside() -> None:
    corner = layers(Path(((0, 0), (100, 0), (100, 100)), "ink", 20.0), 0.0)[0]
    assert covered(corner, 106, -6) == 1.0
    assert covered(corner, 109, -9) == 0.0
    assert covered(corner, 92, 8) == 1.0


@pytest.mark.parametrize(("length", "count"), [(100.0, 3), (200.0, 5), (10.0, 1), (400.0, 10)])
def test_a_line_has_as_many_dashes_as_fit(length: float, count: int) -> None:
    points, half = np.array([(0.0, 0.0), (length, 0.0)]), np.full(2, 3.0)
    track = dashes(points, half, 20.0)
    assert len(set(track.piece.tolist())) == count
    for nth in range(count):
        spots = track.points[track.piece == nth]
        assert spots[0, 0] - 3 == pytest.approx(nth * 40, abs=0.01)
        assert spots[-1, 0] + 3 <= min(nth * 40 + 20, max(length, 6)) + 0.01


def test_dashes_follow_the_corners_of_their_line() -> None:
    points, half = np.array([(0.0, 0.0), (30.0, 0.0), (30.0, 30.0)]), np.full(3, 1.0)
    track = dashes(points, half, 40.0)
    assert np.allclose(track.points, [(1, 0), (30, 0), (30, 9)])


def test_there_is_nothing_between_two_dashes() -> None:
    line = layers(Path(((0, 0), (100, 0)), "ink", 6.0, dash=20.0), 1.0)[0]
    assert [covered(line, x, 0) for x in (10, 30, 50, 70, 90)] == pytest.approx([1, 0, 1, 0, 1])


def test_shapes_without_extent_make_no_broken_triangles() -> None:
    for shape in (
        Circle(0, 0, 0, "ink", "ink", 3), Bar(0, 0, 0, 10, "ink"), Path((), "ink"), Path((), "ink", dash=3),
        Path(((1, 1),), "ink"), Path(((1, 1), (1, 1)), "ink"), Path(((1, 1),), "ink", dash=4), Circle(0, 0, -5, "ink"),
    ):  # fmt: skip
        for layer in layers(shape, 1.0):
            assert np.isfinite(layer.at).all()


@given(POINTS, st.floats(0, 100), st.floats(0, 2), st.sampled_from([0.0, 15.0]))
def test_any_path_stays_finite_and_close_to_its_points(
    points: tuple[tuple[float, float], ...], width: float, feather: float, dash: float
) -> None:
    spots = np.array(points)
    for layer in layers(Path(points, "ink", width, dash), feather):
        assert_sound(layer, spots.min(axis=0) - width - feather - 1, spots.max(axis=0) + width + feather + 1, dash)


def assert_sound(layer: Layer, low: Floats, high: Floats, dash: float) -> None:
    assert len(layer.at) % 3 == 0
    assert np.isfinite(layer.at).all()
    assert ((layer.cover >= 0) & (layer.cover <= 1)).all()
    inner_corners = 0 if dash else 1  # the inner side of a hairpin may reach back along its shorter arm
    reach = inner_corners * float(np.linalg.norm(high - low))
    assert (layer.at >= low - reach).all()
    assert (layer.at <= high + reach).all()


@given(NEAR, NEAR, SIZE, SIZE, SIZE, st.floats(0, 40), st.floats(0, 3))
def test_any_box_stays_finite_and_within_its_bounds(
    x: float, y: float, w: float, h: float, radius: float, line: float, feather: float
) -> None:
    for layer in layers(Bar(x, y, w, h, "card", radius, "ink", line), feather):
        reach = np.array([w, h]) / 2 + line / 2 + feather / 2 + 0.01
        assert np.isfinite(layer.at).all()
        assert (np.abs(layer.at - (x, y)) <= reach).all()


def test_packed_colours_are_multiplied_by_their_alpha() -> None:
    vertices = pack(layers(Circle(0, 0, 10, "white", alpha=0.5), 1.0), LIGHT)
    assert vertices.dtype == VERTEX
    assert set(map(tuple, vertices["tint"].tolist())) == {(128, 128, 128, 128), (0, 0, 0, 0)}


def test_a_moved_shape_has_the_same_triangles_elsewhere() -> None:
    meshes = Meshes(LIGHT, 1.0)
    here, there = (np.frombuffer(meshes.of(Circle(x, 7, 30, "target")), VERTEX) for x in (0.0, 100.0))
    assert np.allclose(here["at"] + (100, 0), there["at"], atol=1e-3)
    assert (here["tint"] == there["tint"]).all()


def test_shapes_that_differ_only_in_kind_are_not_mixed_up() -> None:
    meshes = Meshes(LIGHT, 1.0)
    shapes: tuple[Line, ...] = (Circle(0, 0, 50, "ink"), Bar(0, 0, 50, 50, "ink"), Arc(0, 0, 50, 0.5, "ink"))
    assert len({meshes.of(shape) for shape in shapes}) == 3
    assert [meshes.of(shape) for shape in shapes] == [pack(layers(s, 1.0), LIGHT).tobytes() for s in shapes]


def test_an_unchanged_shape_comes_from_the_cache() -> None:
    meshes = Meshes(LIGHT, 1.0)
    path = Path(((0, 0), (50, 20), (90, 0)), "ink", dash=6)
    assert meshes.of(path) is meshes.of(Path(((0, 0), (50, 20), (90, 0)), "ink", dash=6))
