"""Check the adaptive core: in the fence, bounded, never stuck, and in the band with patients of every ability."""

import json
from dataclasses import replace
from math import exp, isfinite
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import texts
from engine import adaptive
from engine.adaptive import EARLY, EARLY_RISE, FALL, GRID, RISE, Aim, Belief, choose, learn, misses_running, rest, start
from engine.chance import Chance

USUAL = Aim()
aims = st.builds(
    lambda low, wide, end, more: Aim((low, low + wide), (end, min(100.0, end + more))),
    st.floats(0.3, 0.8), st.floats(0.05, 0.19), st.floats(0, 100), st.floats(0, 100),
)  # fmt: skip
histories = st.lists(st.booleans(), max_size=30)


def played(aim: Aim, history: list[bool], belief: Belief | None = None) -> list[tuple[Belief, adaptive.Choice]]:
    """Return the belief before each trial of a history, and what was chosen then; one more at the end."""
    belief, rows = belief or start(aim), []
    for hit in history:
        chosen = choose(belief, aim)
        rows.append((belief, chosen))
        belief = learn(belief, aim, chosen.difficulty, hit)
    return [*rows, (belief, choose(belief, aim))]


@settings(max_examples=25)
@given(aims, histories)
def test_whatever_happens_the_difficulty_is_a_number_in_the_fence(aim: Aim, history: list[bool]) -> None:
    for belief, chosen in played(aim, history):
        assert aim.fence[0] <= chosen.difficulty <= aim.fence[1]
        assert all(isfinite(w) and w >= 0 for w in belief.weights)
        assert sum(belief.weights) == pytest.approx(1.0)
        assert 0 <= chosen.low <= chosen.high <= 1
        assert 0 <= chosen.predicted <= 1


@settings(max_examples=25)
@given(histories)
def test_it_rises_gently_falls_no_faster_than_it_may_and_never_rises_after_a_miss(history: list[bool]) -> None:
    rows = played(USUAL, history)
    for (_, was), (belief, now) in zip(rows, rows[1:], strict=False):
        rise = EARLY_RISE if belief.trials < EARLY else RISE
        assert was.difficulty - FALL - 0.01 <= now.difficulty <= was.difficulty + rise + 0.01
        if belief.recent.endswith("0"):
            assert now.difficulty <= was.difficulty + 0.01


@settings(max_examples=25)
@given(histories)
def test_three_misses_running_ease_it_at_once(history: list[bool]) -> None:
    rows = played(USUAL, [*history, True, False, False, False])
    was, now = rows[-2][1].difficulty, rows[-1][1]
    assert now.difficulty <= max(was - 6.0, 0.0) + 0.01
    if now.difficulty < was:
        assert now.reason.key == "reason.rescue"


@settings(max_examples=15)
@given(aims, histories)
def test_a_belief_survives_being_written_bit_for_bit(aim: Aim, history: list[bool]) -> None:
    belief = played(aim, history)[-1][0]
    again = Belief.from_json(belief.to_json())
    assert again == belief
    assert choose(again, aim) == choose(belief, aim)
    assert json.loads(belief.to_json())["ability"] == round(belief.ability, 1)


def test_a_belief_of_a_newer_program_is_refused() -> None:
    row = json.loads(start(USUAL).to_json()) | {"version": adaptive.VERSION + 1}
    with pytest.raises(ValueError, match="belief: was written by a newer program"):
        Belief.from_json(json.dumps(row))


@pytest.mark.parametrize(
    "text",
    ["", "soft", "[]", "3", "{}", '{"version": 1}', '{"version": "new"}',
     json.dumps(json.loads(start(USUAL).to_json()) | {"weights": [1.0]}),
     json.dumps(json.loads(start(USUAL).to_json()) | {"weights": ["a"] * len(GRID)}),
     json.dumps(json.loads(start(USUAL).to_json()) | {"weights": [0.0] * len(GRID)}),
     json.dumps(json.loads(start(USUAL).to_json()) | {"weights": [float("nan")] * len(GRID)})],
)  # fmt: skip
def test_a_damaged_belief_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="belief: "):
        Belief.from_json(text)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: learn(start(USUAL), USUAL, float("nan"), True), "difficulty: must be a number, not nan"),
        (lambda: learn(start(USUAL), USUAL, 100.1, True), "difficulty: must lie in 0..100, not 100.1"),
        (lambda: learn(start(USUAL), USUAL, -1, True), "difficulty: must lie in 0..100, not -1"),
        (lambda: start(USUAL, float("inf")), "expected: must be a number, not inf"),
        (lambda: start(USUAL, 50, float("nan")), "spread: must be a number, not nan"),
        (lambda: start(USUAL, 50, 0), "spread: must be above 0, not 0"),
        (lambda: rest(start(USUAL), USUAL, -1), "minutes: must not be negative, not -1"),
        (lambda: rest(start(USUAL), USUAL, float("nan")), "minutes: must be a number, not nan"),
        (lambda: Aim((0.8, 0.7)), "band: must be low < high"),
        (lambda: Aim((0.0, 0.7)), "band: must be low < high"),
        (lambda: Aim(fence=(60, 50)), "fence: must be low <= high"),
        (lambda: Aim(fence=(0, float("nan"))), "fence: must be low <= high"),
        (lambda: Aim(guess=0.7), "guess: must lie below the band"),
    ],
)
def test_bad_input_is_refused_by_the_name_of_the_argument(call: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call()


@pytest.mark.parametrize(
    ("ability", "width"), [(10.0, 8.0), (30.0, 14.0), (50.0, 5.0), (50.0, 8.0), (70.0, 14.0), (85.0, 5.0)]
)
def test_the_success_of_a_patient_of_any_ability_comes_into_the_band(ability: float, width: float) -> None:
    """Patients pass by a logistic chance with a lapse of 3 %; the first 30 trials are for finding them."""
    chance, hits, trials = Chance(f"{ability}-{width}"), 0, 0
    for run in range(2):
        belief = start(USUAL)
        for n in range(120):
            chosen = choose(belief, USUAL)
            p = 0.02 + 0.95 / (1 + exp((chosen.difficulty - ability) / width))
            hit = chance.child(f"{run}/{n}").chances(p)
            belief = learn(belief, USUAL, chosen.difficulty, hit)
            hits, trials = hits + (hit and n >= 30), trials + (n >= 30)
    assert 0.66 <= hits / trials <= 0.89


@pytest.mark.parametrize("hand", [25.0, 45.0, 75.0])
def test_the_ability_of_a_hand_is_found_within_40_trials(hand: float) -> None:
    belief, chance = start(USUAL), Chance(f"found {hand}")
    for _ in range(40):
        chosen = choose(belief, USUAL)
        belief = learn(
            belief, USUAL, chosen.difficulty, chance.chances(adaptive.success(hand, chosen.difficulty, 0.02))
        )
    assert belief.ability == pytest.approx(hand, abs=10)


def test_who_always_hits_comes_to_the_ceiling_and_who_always_misses_to_the_floor() -> None:
    aim = Aim(fence=(10, 90))
    top, bottom = played(aim, [True] * 60)[-1][1], played(aim, [False] * 40)[-1][1]
    assert (top.difficulty, top.reason.key) == (90, "reason.ceiling")
    assert (bottom.difficulty, bottom.reason.key) == (10, "reason.floor")


def test_who_gets_worse_is_followed_down() -> None:
    belief = played(USUAL, [True] * 25)[-1][0]
    high = choose(belief, USUAL).difficulty
    after = played(USUAL, [False] * 8, belief)[-1][1].difficulty
    assert after < high - 25


def test_a_hit_makes_a_hand_abler_and_a_miss_less_able() -> None:
    belief = start(USUAL)
    assert learn(belief, USUAL, 30, True).ability > belief.ability > learn(belief, USUAL, 30, False).ability


def test_the_first_trial_is_easy_and_an_expected_ability_is_believed() -> None:
    assert choose(start(USUAL), USUAL).difficulty < 25
    assert start(USUAL).ability == pytest.approx(25, abs=4)
    assert start(USUAL, 60, 5).ability == pytest.approx(60, abs=1)


def spread_of(belief: Belief) -> float:
    return sum(w * (a - belief.ability) ** 2 for w, a in zip(belief.weights, GRID, strict=True)) ** 0.5


def test_a_long_rest_leaves_the_ability_and_widens_the_doubt_and_a_short_one_nothing() -> None:
    belief = played(USUAL, [True, True, False, True, True, False, True])[-1][0]
    assert rest(belief, USUAL, 59) == belief
    rested = rest(belief, USUAL, 60 * 24)
    assert rested.ability == pytest.approx(belief.ability, abs=3)
    assert spread_of(rested) > spread_of(belief)
    assert sum(rested.weights) == pytest.approx(1.0)


def test_the_same_history_gives_the_same_choice() -> None:
    history = [True, False, True, True] * 5
    assert played(USUAL, history) == played(USUAL, history)


def test_misses_running_are_counted_from_the_end() -> None:
    belief = start(USUAL)
    assert [misses_running(replace(belief, recent=r)) for r in ("", "1", "10", "0100", "000")] == [0, 0, 1, 2, 3]


def test_every_reason_has_words_and_its_values_fill_them() -> None:
    histories = ([True] * 60, [False] * 30, [True] * 20 + [False] * 9, [True, False] * 20)
    seen = {chosen.reason.key: chosen.reason for hits in histories for _, chosen in played(USUAL, hits)}
    wanted = ("first", "up", "down", "same", "rescue", "floor", "ceiling")
    assert set(seen) >= {f"reason.{name}" for name in wanted if name != "same"}
    english = texts.load("en")
    for key, reason in seen.items():
        said = english.say(key, {**dict(reason.values), "game": "cup"})
        assert said != key
        assert "{" not in said
