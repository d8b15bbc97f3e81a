"""Check the adaptive core: in the fence, bounded, never stuck, and in the band with patients of every ability."""

import json
import subprocess
import sys
from dataclasses import astuple, replace
from functools import cache
from math import exp, isfinite
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import texts
from engine import adaptive
from engine.adaptive import (
    EARLY,
    EARLY_RISE,
    FALL,
    RESCUE,
    RISE,
    Aim,
    Belief,
    choose,
    learn,
    misses_running,
    rest,
    start,
)  # fmt: skip
from engine.chance import Chance

USUAL = Aim()
OLD = json.loads((Path(__file__).parents[1] / "vectors" / "belief_v1.json").read_text(encoding="utf-8"))
bands = st.tuples(st.floats(0.3, 0.8), st.floats(0.05, 0.19)).map(lambda b: (b[0], b[0] + b[1]))
fences = st.tuples(st.floats(0, 100), st.floats(0, 100)).map(lambda f: (min(f), max(f)))
ladders = st.lists(st.floats(0, 100), min_size=1, max_size=12).map(lambda r: tuple(sorted(r)))
continuous = st.builds(Aim, bands, fences, st.none(), st.floats(0, 0.25))
discrete = st.tuples(bands, ladders, st.integers(0, 11), st.integers(0, 11)).map(
    lambda d: Aim(d[0], tuple(sorted((d[1][d[2] % len(d[1])], d[1][d[3] % len(d[1])]))), d[1])  # type: ignore[arg-type]
)
aims = st.one_of(continuous, discrete)
margins = st.none() | st.floats(-200, 300) | st.sampled_from((0.0, 50.0, 100.0))
trials = st.tuples(st.just("trial"), st.booleans(), margins, st.booleans())
pauses = st.tuples(st.just("rest"), st.sampled_from((0.0, 0.5, 5.0, 600.0, 1440.0, 20160.0, 1e7)))
stories = st.lists(st.one_of(trials, trials, trials, pauses), max_size=25)
histories = st.lists(st.booleans(), max_size=30)


def played(aim: Aim, history: list[bool], belief: Belief | None = None) -> list[tuple[Belief, adaptive.Choice]]:
    """Return the belief before each trial of a history, and what was chosen then; one more at the end."""
    return told(aim, [("trial", hit, None, False) for hit in history], belief)


def told(aim: Aim, story: list[Any], belief: Belief | None = None) -> list[tuple[Belief, adaptive.Choice]]:
    """Return the belief before each trial of a story of trials and pauses, and what was chosen; one more at the end."""
    belief, rows = belief or start(aim), []
    for kind, *what in story:
        if kind == "rest":
            belief = rest(belief, aim, what[0])
            continue
        chosen = choose(belief, aim)
        rows.append((belief, chosen))
        belief = learn(belief, aim, chosen.difficulty, *what)
    return [*rows, (belief, choose(belief, aim))]


def weights_of(belief: Belief) -> Any:
    return belief._table.weights


@settings(max_examples=120, deadline=None)
@given(aims, stories)
def test_whatever_happens_the_difficulty_is_a_number_in_the_fence(aim: Aim, story: list[Any]) -> None:
    for belief, chosen in told(aim, story):
        assert aim.fence[0] <= chosen.difficulty <= aim.fence[1]
        assert aim.rungs is None or chosen.difficulty in aim.rungs
        assert all(isfinite(w) and w >= 0 for w in weights_of(belief).ravel())
        assert weights_of(belief).sum() == pytest.approx(1.0)
        assert 0 <= chosen.low <= chosen.predicted <= chosen.high <= 1
        assert all(isfinite(figure) for figure in astuple(belief.summary))


@settings(max_examples=120, deadline=None)
@given(stories)
def test_it_rises_gently_falls_no_faster_than_it_may_and_never_rises_after_a_miss(story: list[Any]) -> None:
    rows = told(USUAL, story)
    for (_, was), (belief, now) in zip(rows, rows[1:], strict=False):
        rise = EARLY_RISE if belief.trials < EARLY else RISE
        assert was.difficulty - FALL - 0.01 <= now.difficulty <= was.difficulty + rise + 0.01
        if belief.recent.endswith("0"):
            assert now.difficulty <= was.difficulty + 0.01


@settings(max_examples=80, deadline=None)
@given(aims, stories, st.lists(margins, min_size=3, max_size=3))
def test_three_misses_running_ease_it_at_once(aim: Aim, story: list[Any], could: list[float | None]) -> None:
    misses = [("trial", False, margin, False) for margin in could]
    rows = told(aim, [*story, ("trial", True, None, False), *misses])
    was, now = rows[-2][1].difficulty, rows[-1][1]
    easiest = min(aim.rungs) if aim.rungs else aim.fence[0]
    easiest = max(easiest, aim.fence[0])
    floor = min(r for r in aim.rungs if r >= aim.fence[0]) if aim.rungs else easiest
    assert now.difficulty <= max(was - RESCUE, floor) + 0.01
    if now.difficulty < was:
        assert now.reason.key == "reason.rescue"


@settings(max_examples=60, deadline=None)
@given(aims, stories)
def test_a_belief_survives_being_written_bit_for_bit(aim: Aim, story: list[Any]) -> None:
    belief = told(aim, story)[-1][0]
    again = Belief.from_json(belief.to_json())
    assert again == belief
    assert again.to_json() == belief.to_json()
    assert choose(again, aim) == choose(belief, aim)
    assert json.loads(belief.to_json())["ability"] == belief.ability


@settings(max_examples=40, deadline=None)
@given(aims, stories)
def test_choosing_changes_nothing_and_the_same_story_ends_the_same(aim: Aim, story: list[Any]) -> None:
    belief = told(aim, story)[-1][0]
    assert choose(belief, aim) == choose(belief, aim)
    assert told(aim, story)[-1] == (belief, choose(belief, aim))


def test_learning_and_resting_may_come_in_any_order_and_the_order_counts() -> None:
    one = learn(start(USUAL), USUAL, 30, True)
    assert choose(learn(learn(one, USUAL, 40, True), USUAL, 50, False), USUAL).difficulty <= 50
    assert choose(rest(rest(start(USUAL), USUAL, 5), USUAL, 1440), USUAL).difficulty == 0
    first_rested = learn(rest(one, USUAL, 1440), USUAL, 40, False)
    assert rest(learn(one, USUAL, 40, False), USUAL, 1440) != first_rested


def test_a_belief_can_not_be_changed_in_place() -> None:
    belief = start(USUAL)
    with pytest.raises(AttributeError):
        belief.trials = 3  # type: ignore[misc]
    assert hash(belief) == hash(start(USUAL))


def test_the_program_can_load_the_core_without_loading_its_numerics() -> None:
    told = "import sys, engine.adaptive; print('numpy' in sys.modules, 'arcade' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False"]


def test_a_belief_of_a_newer_program_is_refused() -> None:
    row = json.loads(start(USUAL).to_json()) | {"version": adaptive.VERSION + 1}
    with pytest.raises(ValueError, match="belief: was written by a newer program"):
        Belief.from_json(json.dumps(row))


def test_a_belief_of_the_first_version_is_still_believed() -> None:
    belief = Belief.from_json(json.dumps(OLD))
    assert belief.ability == pytest.approx(OLD["ability"], abs=4)
    assert (belief.played, belief.recent, belief.trials) == (OLD["played"], OLD["recent"], OLD["trials"])
    chosen = choose(belief, USUAL)
    assert OLD["played"] - FALL <= chosen.difficulty <= OLD["played"] + EARLY_RISE


def changed(**changes: Any) -> str:
    return json.dumps(json.loads(start(USUAL).to_json()) | changes)


ROWS = json.loads(start(USUAL).to_json())["weights"]


@pytest.mark.parametrize(
    "text",
    ["", "soft", "[]", "3", "{}", '{"version": 1}', '{"version": "new"}', '{"version": 0}', '{"version": 2}',
     changed(weights=[1.0]), changed(weights=[""] * len(ROWS)), changed(weights=["0:@@"] * len(ROWS)),
     changed(weights=["120:" + "AB" * 60] * len(ROWS)), changed(weights=["-1:AB"] * len(ROWS)),
     changed(weights=["0:ABC"] * len(ROWS)), changed(weights=None), changed(recent="maybe"), changed(effort=None),
     changed(could=["far"]), changed(seen=[1, 2]), changed(trials=-1), changed(played=float("nan")),
     json.dumps(OLD | {"weights": [1.0]}), json.dumps(OLD | {"weights": ["a"] * 91}),
     json.dumps(OLD | {"weights": [0.0] * 91}), json.dumps(OLD | {"weights": [float("nan")] * 91})],
)  # fmt: skip
def test_a_damaged_belief_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="belief: is damaged"):
        Belief.from_json(text)


@cache
def nine_hits() -> str:
    return told(USUAL, [("trial", True, 40.0, False)] * 9)[-1][0].to_json()


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 5000), st.characters(codec="ascii"))
def test_a_belief_with_a_changed_letter_is_refused_or_still_a_belief(at: int, letter: str) -> None:
    text = nine_hits()
    at %= len(text)
    try:
        belief = Belief.from_json(text[:at] + letter + text[at + 1 :])
    except ValueError as error:
        assert str(error).startswith("belief: ")
    else:
        assert 0 <= choose(belief, USUAL).difficulty <= 100


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
        (lambda: learn(start(USUAL), USUAL, 30, True, float("nan")), "passed: must be a number, not nan"),
        (lambda: learn(start(USUAL), USUAL, "30", True), "difficulty: must be a number, not 30"),
        (lambda: Aim(rungs=(10.0, 120.0)), "rungs: must be difficulties inside 0..100"),
        (lambda: Aim(rungs=(10.0, float("nan"))), "rungs: must be difficulties inside 0..100"),
        (lambda: Aim(rungs=()), "fence: none of the rungs lies inside"),
        (lambda: Aim(fence=(40, 50), rungs=(10.0, 60.0)), "fence: none of the rungs lies inside"),
        (lambda: Aim((0.8, 0.7)), "band: must be low < high"),
        (lambda: Aim((0.0, 0.7)), "band: must be low < high"),
        (lambda: Aim(fence=(60, 50)), "fence: must be low <= high"),
        (lambda: Aim(fence=(0, float("nan"))), "fence: must be low <= high"),
        (lambda: Aim(guess=0.7), "guess: must lie in 0..1 and below the band"),
        (lambda: Aim(guess=float("nan")), "guess: must lie in 0..1"),
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
        p = 0.02 + 0.95 / (1 + exp(0.12 * (chosen.difficulty - hand)))
        belief = learn(belief, USUAL, chosen.difficulty, chance.chances(p))
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


def test_the_first_trial_is_the_easiest_and_an_expected_ability_is_believed() -> None:
    assert choose(start(USUAL), USUAL).difficulty == 0
    assert choose(start(USUAL), Aim(fence=(12.3, 80))).difficulty == 12.3
    assessed = start(USUAL, 60, 5)
    assert assessed.ability == pytest.approx(60, abs=1)
    assert choose(assessed, USUAL).difficulty == pytest.approx(50, abs=4)
    assert choose(assessed, USUAL).reason.key == "reason.assessed"
    assert start(USUAL, 60) == start(USUAL, 60, 10)
    assert choose(start(USUAL, 900), USUAL).difficulty == 100
    assert choose(start(USUAL, -900), USUAL).difficulty == 0


def test_a_rest_widens_the_doubt_the_longer_the_more_and_leaves_the_ability() -> None:
    belief = played(USUAL, [True, True, False, True, True, False, True])[-1][0]
    assert rest(belief, USUAL, 0) == belief
    spreads = [belief.summary.spread] + [rest(belief, USUAL, 1440.0 * days).summary.spread for days in (1, 14)]
    assert spreads == sorted(spreads)
    assert spreads[0] < spreads[1] < spreads[2]
    assert rest(belief, USUAL, 1440).ability == pytest.approx(belief.ability, abs=4)


def test_half_of_the_effort_is_gone_after_five_minutes_and_nearly_all_after_a_night() -> None:
    belief = played(USUAL, [True] * 30)[-1][0]
    assert rest(belief, USUAL, 5).effort == pytest.approx(belief.effort / 2, rel=0.05)
    assert rest(belief, USUAL, 1440).effort == pytest.approx(belief.effort * 0.05, rel=0.05)


def test_coming_back_after_days_is_told_as_the_reason_when_it_is_made_easier() -> None:
    belief = told(USUAL, [("trial", True, 60.0 + n % 5, False) for n in range(20)])[-1][0]
    chosen = choose(rest(belief, USUAL, 1440 * 14), USUAL)
    assert chosen.difficulty < belief.played  # type: ignore[operator]
    assert (chosen.reason.key, dict(chosen.reason.values)["days"]) == ("reason.after-rest", "14")
    again = choose(learn(rest(belief, USUAL, 1440 * 14), USUAL, chosen.difficulty, False), USUAL)
    assert again.reason.key != "reason.after-rest"


def test_a_margin_says_more_than_a_hit() -> None:
    far, near = (learn(start(USUAL), USUAL, 20, True, margin) for margin in (80.0, 25.0))
    bare = learn(start(USUAL), USUAL, 20, True)
    assert far.ability > bare.ability + 5 > near.ability + 10
    assert far.summary.spread < bare.summary.spread
    assert near.summary.spread < bare.summary.spread


def test_what_is_censored_says_only_at_least_after_a_hit_and_at_most_after_a_miss() -> None:
    exact, censored = (learn(start(USUAL), USUAL, 40, True, 50.0, end) for end in (False, True))
    assert censored.ability > exact.ability
    exact, censored = (learn(start(USUAL), USUAL, 60, False, 50.0, end) for end in (False, True))
    assert censored.ability < exact.ability
    at_the_end = learn(start(USUAL), USUAL, 95, True, 100.0)
    assert at_the_end.packed == learn(start(USUAL), USUAL, 95, True, 100.0, True).packed


@pytest.mark.parametrize("margin", [lambda d, n: 50.0, lambda d, n: d + 12.0, lambda d, n: 90.0 if n % 2 else 5.0])
def test_margins_that_tell_nothing_are_distrusted_and_success_still_comes_into_the_band(margin: Any) -> None:
    hits = trials = 0
    for run in range(3):
        belief, chance = start(USUAL), Chance(f"deaf {run}")
        for n in range(90):
            chosen = choose(belief, USUAL)
            hit = chance.chances(0.02 + 0.95 / (1 + exp(0.12 * (chosen.difficulty - 62))))
            belief = learn(belief, USUAL, chosen.difficulty, hit, margin(chosen.difficulty, n))
            hits, trials = hits + (hit and n >= 30), trials + (n >= 30)
        assert belief.summary.margins < 0.5
    assert 0.66 <= hits / trials <= 0.89


def test_the_program_may_allow_only_some_difficulties_and_goes_up_one_at_a_time() -> None:
    aim = Aim(rungs=(5.0, 20.0, 45.0, 80.0))
    seen = [chosen.difficulty for _, chosen in told(aim, [("trial", True, 95.0 + n, False) for n in range(14)])]
    assert set(seen) <= {5.0, 20.0, 45.0, 80.0}
    assert seen[:4] == [5.0, 20.0, 45.0, 80.0]
    story = [("trial", True, 95.0 + n, False) for n in range(14)] + [("trial", False, 3.0 + n, False) for n in range(6)]
    assert told(aim, story)[-1][1].difficulty <= 20.0


def test_lists_and_the_numbers_of_numpy_are_taken_as_well() -> None:
    np = pytest.importorskip("numpy")
    assert Aim([0.7, 0.85], [0.0, 100.0], [0.0, 50.0]) == Aim((0.7, 0.85), (0.0, 100.0), (0.0, 50.0))  # type: ignore[arg-type]
    plain = learn(start(USUAL), USUAL, 10.0, True, 44.0)
    assert learn(start(USUAL), USUAL, np.float32(10), np.bool_(True), np.float64(44)) == plain  # type: ignore[arg-type]


def test_a_fence_that_moved_is_kept_at_once_in_both_directions() -> None:
    belief = told(USUAL, [("trial", True, 70.0, False)] * 12)[-1][0]
    assert choose(belief, Aim(fence=(0, 20))).difficulty <= 20
    low = told(USUAL, [("trial", False, 1.0, False)] * 5)[-1][0]
    assert choose(low, Aim(fence=(60, 90))).difficulty == 60


def test_the_same_history_gives_the_same_choice() -> None:
    history = [True, False, True, True] * 5
    assert played(USUAL, history) == played(USUAL, history)


def test_misses_running_are_counted_from_the_end() -> None:
    belief = start(USUAL)
    assert [misses_running(replace(belief, recent=r)) for r in ("", "1", "10", "0100", "000")] == [0, 0, 1, 2, 3]


def test_every_reason_has_words_and_its_values_fill_them() -> None:
    histories = ([True] * 60, [False] * 30, [True] * 20 + [False] * 9, [True, False] * 20)
    stories = [[("trial", hit, None, False) for hit in hits] for hits in histories]
    stories += [[("trial", True, 60.0 + n % 7, False) for n in range(30)] + [("rest", 14400.0)]]
    seen = {chosen.reason.key: chosen.reason for story in stories for _, chosen in told(USUAL, story)}
    seen |= {"reason.assessed": choose(start(USUAL, 40), USUAL).reason, "reason.tired": tired().reason}
    wanted = ("first", "assessed", "up", "down", "hard", "rescue", "floor", "ceiling", "margin", "tired", "after-rest")
    assert set(seen) >= {f"reason.{name}" for name in wanted}
    english = texts.load("en")
    for key, reason in seen.items():
        said = english.say(key, {**dict(reason.values), "game": "cup"})
        assert said != key
        assert "{" not in said


def tired() -> adaptive.Choice:
    """Return what is chosen for a hand that loses 30 units in each bout, once that is known."""
    belief = start(USUAL)
    for n in range(150):
        chosen = choose(belief, USUAL)
        if chosen.reason.key == "reason.tired":
            return chosen
        could = 70 - 30 * (1 - exp(-(n % 30) / 12)) + (7, -5, 3, -8, 2)[n % 5]
        belief = learn(belief, USUAL, chosen.difficulty, could >= chosen.difficulty, could)
        belief = rest(belief, USUAL, 720) if n % 30 == 29 else belief
    raise AssertionError("the hand was never seen to tire")
