"""Check the rules that outrank the adaptive core: fence, level, clock, cap, what an assessment suggests."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from practice import GAMES, LADDERS, plan_of

from engine.adaptive import Aim
from engine.chooser import Chooser, Turn
from engine.game import Result
from engine.hand import Side
from engine.level import LevelError
from engine.program import Block, from_plain, to_plain
from engine.recording import Trial
from engine.safety import Limits

NAMES = sorted(GAMES)
CAUSES = ("too-late", "too-soft", "too-hard", "wrong-finger", "left-of-path", "let-go-too-quickly", "no-try")
steps = st.lists(
    st.tuples(st.booleans(), st.none() | st.floats(0, 100), st.booleans(), st.sampled_from(CAUSES)), max_size=25
)


def chooser_of(*blocks: Block | str, **changes: Any) -> Chooser:
    return Chooser(plan_of(*blocks, **changes), GAMES)


def trial_of(n: int, game: str, turn: Turn, hit: bool, cause: str) -> Trial:
    result = Result.HIT if hit else Result.MISS
    return Trial(
        n, 0, game, Side.RIGHT, "keys", 1, turn.choice.difficulty, result, "" if hit else cause, 1, 0, 0, {}, {}, (),
        "", 0.5, turn.choice.reason.key, dict(turn.choice.reason.values), "",
    )  # fmt: skip


def played(chooser: Chooser, block: Block, story: list[tuple[bool, float | None, bool, str]]) -> list[Turn]:
    """Return what each trial of a story asked."""
    turns, trials = [], []
    for n, (hit, passed, censored, cause) in enumerate(story):
        turn = chooser.turn(block, "keys", trials)
        turns.append(turn)
        trials.append(trial_of(n, block.game, turn, hit, cause))
        chooser.learned(block, "keys", turn.choice.difficulty, hit, passed, censored)
        if n % 5 == 4:
            chooser.stretched(block, "keys", [(t.hit, t.difficulty) for t in trials[-5:]])
            chooser.rested(0.5)
    return [*turns, chooser.turn(block, "keys", trials)]


@settings(max_examples=30)
@given(st.sampled_from(NAMES), steps, st.integers(1, 4))
def test_a_probe_asks_the_very_same_of_every_try_whatever_was_done(game: str, story: Any, rung: int) -> None:
    block = Block(game, 6, level=rung, probe=True)
    chooser = chooser_of(Block(game, 3), block)
    played(chooser, Block(game, 3), story)
    turns = played(chooser, block, story)
    assert {(turn.choice.difficulty, turn.params, turn.weights) for turn in turns} == {
        (turns[0].choice.difficulty, turns[0].params, ())
    }
    assert LADDERS[game].place(turns[0].choice.difficulty)[0].rung == rung


def test_after_a_probe_play_goes_on_from_where_it_was_and_not_from_the_rung_of_the_probe() -> None:
    block, probe = Block("ladybirds", 12), Block("ladybirds", 6, level=2, probe=True)
    chooser = chooser_of(block, probe)
    before = played(chooser, block, [(True, None, False, "")] * 12)[-2].choice.difficulty
    probed = played(chooser, probe, [(True, None, False, "")] * 6)
    assert {turn.choice.difficulty for turn in probed} == {LADDERS["ladybirds"].start_of(2)}
    after = chooser.turn(block, "keys", []).choice.difficulty
    assert before > probed[0].choice.difficulty + 20
    assert before - 2 <= after <= before + 8


@settings(max_examples=40)
@given(st.sampled_from(NAMES), steps, st.floats(0.11, 0.4), st.tuples(st.floats(0, 60), st.floats(0, 100)))
def test_whatever_happens_no_trial_asks_more_force_than_the_cap_or_leaves_the_fence(
    game: str, story: Any, cap: float, fence: tuple[float, float]
) -> None:
    aim = Aim(fence=(min(fence), max(fence)))
    limits = Limits(cap=round(cap, 3) if game == "cup" else 0.4)
    if GAMES[game].peak(LADDERS[game].params(0.0)) > limits.cap:
        return
    chooser = chooser_of(game, aim=aim, limits=limits)
    for turn in played(chooser, Block(game, 30), story):
        assert GAMES[game].peak(turn.params) <= limits.cap
        assert turn.choice.difficulty <= aim.fence[1]
        assert turn.choice.difficulty >= aim.fence[0] or turn.choice.reason.key == "reason.cap"
        assert turn.choice.reason.key.startswith("reason.")


def test_practice_begins_where_an_assessment_suggests_and_else_at_the_easiest() -> None:
    assessed = chooser_of("brook", expected=(("brook", 60.0),)).turn(Block("brook"), "mouse", [])
    assert 38 <= assessed.choice.difficulty <= 55
    assert assessed.choice.reason.key == "reason.assessed"
    plain = chooser_of("brook").turn(Block("brook"), "mouse", [])
    assert (plain.choice.difficulty, plain.choice.reason.key) == (0.0, "reason.first")


def test_what_is_known_of_a_hand_outranks_what_an_assessment_suggested() -> None:
    chooser = chooser_of("brook", expected=(("brook", 90.0),))
    for n in range(12):
        chooser.learned(Block("brook"), "mouse", 30.0, n % 3 > 0, 38.0 - n % 5, False)
    assert chooser.turn(Block("brook"), "mouse", []).choice.difficulty < 50


def test_the_cap_lowers_what_is_chosen_and_says_so() -> None:
    chooser = chooser_of("cup", expected=(("cup", 98.0),), limits=Limits(cap=0.2))
    turn = chooser.turn(Block("cup"), "keys", [])
    assert turn.choice.reason.key in ("reason.cap", "reason.clock")
    assert GAMES["cup"].peak(turn.params) <= 0.2


def test_a_level_chosen_by_hand_is_played_and_said_to_be() -> None:
    turn = chooser_of("cup").turn(Block("cup", level=3), "keys", [])
    assert LADDERS["cup"].place(turn.choice.difficulty)[0].rung == 3
    assert turn.choice.reason.key == "reason.fixed"
    assert dict(turn.choice.reason.values) == {"to": "3"}


def test_a_program_can_say_what_an_assessment_suggests_and_a_wrong_one_is_refused_by_name() -> None:
    table = to_plain(plan_of("cup", expected=(("cup", 40),)).program)
    assert from_plain(table, "p.toml", set(GAMES)).expected == (("cup", 40),)
    for wrong, said in (
        ({"chess": 4}, "expected.chess: must be one of brook, buttons, cup, kitchen, kite, ladybirds, letters"),
        ({"cup": 140}, "expected.cup: must be a difficulty from 0 to 100, not 140"),
        ({"cup": float("nan")}, "expected.cup: must be a difficulty from 0 to 100, not nan"),
        ({"cup": "high"}, "expected.cup: must be a difficulty from 0 to 100, not high"),
        (7, "expected: must be a table"),
    ):
        with pytest.raises(LevelError, match=said):
            from_plain({**table, "expected": wrong}, "p.toml", set(GAMES))


def test_only_some_difficulties_can_be_prescribed() -> None:
    aim = Aim(rungs=(0.0, 25.0, 50.0))
    chooser = chooser_of("brook", aim=aim)
    asked = {turn.choice.difficulty for turn in played(chooser, Block("brook"), [(True, 60.0, False, "")] * 6)}
    assert asked == {0.0, 25.0, 50.0}
    table = to_plain(replace(plan_of("brook").program, aim=aim))
    assert from_plain(table, "p.toml", set(GAMES)).aim == aim
