"""Check that accuracy comes before speed: a clock enters only after two good stretches without one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice import GAMES, LADDERS, plan_of, play, session_of

from engine import gate
from engine.gate import clock_from, is_open, steadied
from engine.program import Block
from engine.recording import Trial
from engine.session import Session

TEN = [40.0] * 10


@pytest.mark.parametrize("game", sorted(GAMES))
def test_every_game_has_a_part_of_its_ladder_without_a_clock_and_one_with(game: str) -> None:
    clock = clock_from(LADDERS[game], GAMES[game].self_paced)
    assert clock is not None
    assert 30 < clock < 100
    assert GAMES[game].self_paced(LADDERS[game].params(clock))
    assert not GAMES[game].self_paced(LADDERS[game].params(clock + gate.STEP))


def test_a_ladder_that_is_never_or_always_timed_has_no_gate() -> None:
    assert clock_from(LADDERS["cup"], lambda _: True) is None
    assert clock_from(LADDERS["cup"], lambda _: False) is None


def test_it_opens_after_two_good_stretches_running_on_the_last_rung_before_the_clock() -> None:
    good, poor = [True] * 8 + [False] * 2, [True] * 7 + [False] * 3
    assert steadied(0, good, TEN, 42.0, 5.0) == 1
    assert steadied(1, poor, TEN, 42.0, 5.0) == 0
    assert steadied(1, good, TEN, 42.0, 5.0) == 2
    assert not is_open(1)
    assert is_open(2)
    assert steadied(2, poor, TEN, 42.0, 5.0) == 2


def test_what_was_easier_or_too_short_says_nothing() -> None:
    assert steadied(1, [True] * 10, [30.0] * 10, 42.0, 5.0) == 1
    assert steadied(1, [True] * 4, [40.0] * 4, 42.0, 5.0) == 1
    assert steadied(1, [], [], 42.0, 5.0) == 1


@given(st.integers(0, 3), st.lists(st.tuples(st.booleans(), st.floats(0, 100)), max_size=20), st.floats(0, 100))
def test_a_stretch_counts_for_one_at_most(steady: int, stretch: list[tuple[bool, float]], clock: float) -> None:
    after = steadied(steady, [hit for hit, _ in stretch], [d for _, d in stretch], clock, 6.0)
    assert after in (0, steady, steady + 1)


def timed(trial: Trial) -> bool:
    return float(trial.params["limit_ms"]) <= 4000


def test_a_quick_hand_meets_no_clock_before_it_was_accurate_in_two_stretches_and_is_told_why() -> None:
    session = session_of(Block("ladybirds", 40), rest_after=10)
    play(session, ability=0.95)
    first = next(n for n, trial in enumerate(session.trials) if timed(trial))
    assert first >= 20
    assert sum(trial.reason == "reason.clock" for trial in session.trials) >= 5
    before = [trial.hit for trial in session.trials[:first]]
    assert sum(before[-20:]) >= 16


def test_a_level_chosen_by_hand_or_a_fence_beyond_the_clock_outranks_the_gate() -> None:
    session = session_of(Block("ladybirds", 3, level=15))
    play(session, ability=0.95)
    assert all(timed(trial) for trial in session.trials)
    assert {trial.reason for trial in session.trials} == {"reason.fixed"}


def test_the_next_session_remembers_that_the_gate_is_open() -> None:
    session = session_of(Block("ladybirds", 30), rest_after=10)
    play(session, ability=0.95)
    plan = replace(plan_of(Block("ladybirds", 2)), beliefs={"ladybirds/right/keys": session.trials[-1].belief})
    again = Session(plan, GAMES)
    play(again, ability=0.95)
    assert timed(again.trials[0])
