"""Check that the one cause that most misses come from eases its own parameter, and nothing else."""

from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice import GAMES, LADDERS, play, session_of

from engine.knob import LOOKED_AT, cause_of, eased
from engine.program import Block
from engine.recording import Trial

EASES = {"too-late": "limit_ms", "no-try": "limit_ms", "wrong-finger": "fingers"}
GRADED = [(game, param) for game in sorted(GAMES) for param in sorted({param for _, param in GAMES[game].eases})]


def test_a_cause_stands_out_when_three_of_eight_trials_and_most_misses_are_its_own() -> None:
    assert cause_of(["too-late", "", "too-late", "wrong-finger", "too-late"], EASES) == "too-late"
    assert cause_of(["too-late", "no-try", "too-late"], EASES) == "too-late"
    assert cause_of(["too-late", "", "too-late"], EASES) == ""
    assert cause_of(["too-late", "wrong-finger"] * 3, EASES) == ""
    assert cause_of([], EASES) == ""
    assert cause_of(["too-early"] * 5, EASES) == ""


def test_what_was_long_ago_does_not_count() -> None:
    assert cause_of(["too-late"] * 5 + [""] * LOOKED_AT, EASES) == ""


@pytest.mark.parametrize("game", sorted(GAMES))
def test_every_cause_that_eases_names_a_parameter_of_its_game(game: str) -> None:
    assert GAMES[game].eases
    assert {param for _, param in GAMES[game].eases} <= set(GAMES[game].params.__dataclass_fields__)


@given(st.sampled_from(GRADED), st.floats(0, 100), st.floats(0, 40))
def test_only_that_parameter_changes_and_the_whole_is_no_harder_than_was_chosen(
    graded: tuple[str, str], was: float, fall: float
) -> None:
    (game, param), difficulty = graded, max(0.0, was - fall)
    ladder, index = LADDERS[game], GAMES[game].index
    mixed = eased(ladder, index, was, difficulty, param)
    if mixed is None:
        return
    params, at = mixed
    assert replace(params, **{param: getattr(ladder.params(was), param)}) == ladder.params(was)
    assert index(params) <= index(ladder.params(difficulty)) + 1e-9
    assert 0 <= at <= difficulty
    assert params != ladder.params(difficulty)


def test_fewer_ladybirds_come_before_more_time_is_given_to_a_hand_that_takes_wrong_fingers() -> None:
    mixed = eased(LADDERS["ladybirds"], GAMES["ladybirds"].index, 80.0, 75.0, "count")
    assert mixed is not None
    assert mixed[0].limit_ms == LADDERS["ladybirds"].params(80.0).limit_ms
    assert mixed[0].count < 3


def test_no_game_eases_by_leaving_a_finger_out_because_the_weak_one_is_to_practise() -> None:
    assert all("fingers" not in dict(game.eases).values() for game in GAMES.values())


def test_where_nothing_else_differs_nothing_is_mixed() -> None:
    assert eased(LADDERS["ladybirds"], GAMES["ladybirds"].index, 80.0, 78.0, "limit_ms") is None


def test_in_a_session_the_eased_parameter_the_cause_and_what_was_played_are_recorded() -> None:
    seen: list[Trial] = []
    for seed in range(1, 3):
        session = session_of(Block("cup", 24), seed=seed)
        play(session, ability=0.3, seed=seed)
        seen += [trial for trial in session.trials if trial.reason == "reason.ease"]
    assert seen
    for trial in seen:
        plain = {
            k: list(v) if isinstance(v, tuple) else v
            for k, v in asdict(LADDERS["cup"].params(trial.difficulty)).items()
        }
        differing = {name for name in plain if plain[name] != trial.params[name]}
        assert differing
        assert trial.reason_values["cause"] in dict(GAMES["cup"].eases)
        assert float(trial.reason_values["to"]) < float(trial.reason_values["from"])
        assert trial.params["target"] + trial.params["band"] <= session.plan.program.limits.cap
