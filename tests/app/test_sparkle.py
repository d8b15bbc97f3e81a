"""Petals fly for half a second, softly, and never for a calm profile."""

import numpy as np
import pytest

from app.mesh import VERTEX
from app.palette import colours
from app.sparkle import LIFE_S, MOST, PETALS, Sparkles


def flying(bursts: int = 1) -> Sparkles:
    sparkles = Sparkles()
    for n in range(bursts):
        sparkles.burst(800 + n, 450, "hit", calm=False)
    return sparkles


def test_a_burst_lets_petals_fly_for_half_a_second() -> None:
    sparkles = flying()
    assert len(sparkles.petals) == PETALS
    sparkles.advance(LIFE_S * 0.9)
    assert len(sparkles.petals) == PETALS
    sparkles.advance(LIFE_S * 0.2)
    assert sparkles.petals == ()
    assert sparkles.vertices(colours("light")) == b""


def test_a_calm_profile_sees_none() -> None:
    sparkles = Sparkles()
    sparkles.burst(0, 0, "hit", calm=True)
    assert sparkles.petals == ()


def test_the_same_bursts_look_the_same_but_no_two_bursts_in_a_row_do() -> None:
    assert flying(3).petals == flying(3).petals
    first, second = flying(2).petals[0], flying(2).petals[PETALS]
    assert first.way != second.way


def test_many_bursts_never_make_more_than_a_handful_of_petals() -> None:
    assert len(flying(100).petals) == MOST


@pytest.mark.parametrize("age_s", [0.0, 0.1, 0.3, 0.49])
def test_petals_fly_outwards_and_fade(age_s: float) -> None:
    sparkles = flying()
    sparkles.advance(age_s)
    vertices = np.frombuffer(sparkles.vertices(colours("light")), VERTEX)
    far = np.hypot(*(vertices["at"] - (800, 450)).T)
    assert len(vertices) % 3 == 0
    assert np.isfinite(vertices["at"]).all()
    assert far.max() < 200
    assert vertices["tint"][:, 3].max() <= 230 * min(1, 3 * (1 - age_s / LIFE_S)) + 1
