"""How a hand moved is told apart from whether it hit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice import click, play, rest_for, session_of

from engine import quality
from engine.measures import evenness, steadiness
from engine.phases import Quality, Summary
from engine.program import Block
from engine.quality import LEAVES, leaves
from engine.scene import Picture, Words

shares = st.floats(0, 1)


def test_a_quality_is_the_mean_over_the_trials_that_measured_it_in_one_order() -> None:
    rows = [{"smooth": 0.5, "x": 9.0}, {"steady": 0.8, "smooth": 1.0}, {}]
    assert quality.of(rows) == (("steady", 0.8), ("smooth", 0.75))
    assert quality.of([]) == ()


@given(shares)
def test_every_hand_that_moved_has_a_leaf_and_none_has_more_than_five(share: float) -> None:
    assert 1 <= leaves(share) <= LEAVES
    assert leaves(1.0) == LEAVES


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=50), st.floats(0.001, 1))
def test_steadiness_lies_between_none_and_all_and_falls_with_the_spread(away: list[float], allowed: float) -> None:
    assert 0.0 <= steadiness(away, allowed) <= 1.0
    assert steadiness([2 * d for d in away], allowed) <= steadiness(away, allowed) + 1e-4


def test_steadiness_and_evenness_at_known_values() -> None:
    assert steadiness([0.01, -0.01], 0.04) == pytest.approx(0.75)
    assert steadiness([0.3, 0.3], 0.01) == 1.0  # a constant offset is not unsteady
    assert steadiness([0.0], 0.0) == 0.0
    assert evenness([20.0, 20.0]) == 1.0
    assert evenness([10.0, 30.0]) == pytest.approx(0.5)
    assert evenness([0.0, 0.0]) == evenness([0.0, 0.0, 0.0, 90.0]) == 0.0


def test_it_is_shown_on_a_screen_of_its_own_after_the_practice_and_leads_back() -> None:
    session = session_of(Block("cup", 3), Block("ladybirds", 3), grip="serial")
    play(session, until=lambda s: isinstance(s.phase, Summary))
    rest_for(session, 2.0)
    click(session, "quality")
    assert isinstance(session.phase, Quality)
    words = {s.key for s in session.scene().shapes if isinstance(s, Words)}
    assert {"moved.title", "quality.steady", "quality.relaxed"} <= words
    assert any(isinstance(s, Picture) and s.name == "leaf" for s in session.scene().shapes)
    rest_for(session, 2.0)
    click(session, "back")
    assert isinstance(session.phase, Summary)
