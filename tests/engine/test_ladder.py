"""Check that the rungs of a game lie end to end on one scale of difficulty, without a gap."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice import LADDERS

from engine.level import kinds_of

LADDER = LADDERS["cup"]
difficulties = st.floats(0, 100)


@given(st.sampled_from(sorted(LADDERS)), difficulties)
def test_every_difficulty_has_a_place_and_a_place_says_its_difficulty(game: str, difficulty: float) -> None:
    ladder = LADDERS[game]
    level, position = ladder.place(difficulty)
    assert 0.0 <= position <= 1.0
    assert (level.rung - 1 + position) * 100 / len(ladder.levels) == pytest.approx(difficulty, abs=1e-4)
    assert ladder.params(difficulty) == level.params(position)


def test_the_ends_of_the_scale_are_the_easiest_and_the_hardest_params() -> None:
    assert LADDER.place(0.0) == (LADDER.levels[0], 0.0)
    assert LADDER.place(100.0) == (LADDER.levels[-1], 1.0)


@pytest.mark.parametrize("difficulty", [-0.01, 100.01, float("nan"), float("inf")])
def test_a_difficulty_beyond_the_scale_is_refused(difficulty: float) -> None:
    with pytest.raises(ValueError, match="difficulty: must lie in"):
        LADDER.place(difficulty)


@pytest.mark.parametrize("game", sorted(LADDERS))
def test_graded_params_go_on_without_a_jump_inside_a_rung(game: str) -> None:
    for level in LADDERS[game].levels:
        for name, kind in kinds_of(level.params_type).items():
            values = [getattr(level.params(k / 100), name) for k in range(101)]
            if isinstance(values[0], float) and values[0] != values[-1]:
                steps = [abs(b - a) for a, b in zip(values, values[1:], strict=False)]
                assert max(steps) <= abs(values[-1] - values[0]) / 100 + 2e-4, (level.path, name, kind)


@pytest.mark.parametrize("game", sorted(LADDERS))
def test_a_rung_begins_where_the_rung_before_ended_but_for_what_it_changes_or_eases(game: str) -> None:
    levels = LADDERS[game].levels
    assert len(levels) > 1
    for before, level in zip(levels, levels[1:], strict=False):
        for name in kinds_of(level.params_type):
            if name not in (level.changes, *level.eases):
                assert getattr(before.params(1.0), name) == getattr(level.params(0.0), name), (level.path, name)


@pytest.mark.parametrize("game", sorted(LADDERS))
def test_a_graded_param_that_changes_begins_where_it_was(game: str) -> None:
    """A number that a rung grades from easy to hard takes up the number of the rung before, unless it is new."""
    levels, found = LADDERS[game].levels, 0
    for before, level in zip(levels, levels[1:], strict=False):
        easy, hard = dict(level.values)[level.changes], getattr(before.params(1.0), level.changes)
        graded = isinstance(easy, tuple) and isinstance(easy[0], float) and easy[0] != easy[1]
        not_yet = next(f.default for f in fields(level.params_type) if f.name == level.changes)
        if graded and hard != not_yet:
            found += 1
            assert easy[0] == hard, level.path
    assert found >= 3


@pytest.mark.parametrize("game", sorted(LADDERS))
def test_each_rung_can_be_found_by_its_number(game: str) -> None:
    ladder = LADDERS[game]
    rungs = len(ladder.levels)
    for rung in range(1, rungs + 1):
        assert ladder.place(ladder.start_of(rung)) == (ladder.levels[rung - 1], pytest.approx(0.0, abs=1e-4))
    for rung in (0, rungs + 1):
        with pytest.raises(ValueError, match=f"level: must be one of 1 to {rungs}, not {rung}"):
            ladder.start_of(rung)
