"""Check the just-passed difficulty: it is exact on every ladder, on its own side, and monotone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice import GAMES, LADDERS, play, session_of

from engine.game import Outcome, Result
from engine.just import just_passed, passed
from engine.level import Ladder, Number, choice, kinds_of, ladder, number, parse

# What each game may state to be just passed.
STATED = {
    "ladybirds": ("limit_ms",), "cup": ("band", "reach_ms", "lower_ms"), "brook": ("width_mm", "limit_ms"),
    "melody": ("off_ms",), "buttons": ("target_mm", "limit_ms"), "kite": ("band", "reach_ms"),
    "market": ("window", "reach_ms", "release_ms", "lower_ms"), "letters": ("width_mm", "limit_ms"),
    "zip": ("width_mm", "fastest_mm_s", "slowest_mm_s"), "kitchen": ("band", "ring_mm", "limit_ms", "lower_ms"),
}  # fmt: skip
NUMBERS = [(game, name) for game in sorted(LADDERS) for name in STATED[game]]
DIFFICULTIES = st.integers(0, 10_000).map(lambda n: n / 100)
Case = tuple[str, str, float, float]


def asked(game: str, name: str, difficulty: float) -> float:
    """Return what the ladder asks of a parameter."""
    return float(getattr(LADDERS[game].params(difficulty), name))


def larger_is_easier(name: str) -> bool:
    """Tell it from the words alone, apart from any index: more time, more room and more to see are easier."""
    return name in {
        "limit_ms", "reach_ms", "release_ms", "off_ms", "band", "window", "width_mm", "target_mm", "ring_mm",
        "fastest_mm_s",
    }  # fmt: skip


def passes(name: str, value: float, limit: float) -> bool:
    return limit >= value if larger_is_easier(name) else limit <= value


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a number of a game, a played difficulty, and a value: any that a level may ask, or one the ladder asks."""
    game, name = draw(st.sampled_from(NUMBERS))
    kind, difficulty = kinds_of(GAMES[game].params)[name], draw(DIFFICULTIES)
    assert isinstance(kind, Number)
    somewhere = DIFFICULTIES.map(lambda d: asked(game, name, d))
    anything = st.floats(kind.low, kind.high).map(lambda v: round(v, 4))
    ends = sorted({asked(game, name, 0.0), asked(game, name, 100.0)})
    near = st.floats(ends[0] * 0.9, ends[-1] * 1.1).map(lambda v: round(v, 4))
    return game, name, difficulty, draw(somewhere | near | anything)


def just(case: Case) -> tuple[float, bool]:
    game, name, difficulty, value = case
    return just_passed(LADDERS[game], GAMES[game].index, difficulty, (name, value))


@given(cases())
def test_it_is_a_plain_number_on_its_own_side_of_the_played_difficulty(case: Case) -> None:
    game, name, difficulty, value = case
    there, censored = just(case)
    assert 0.0 <= there <= 100.0
    assert round(there, 2) == there
    hit = passes(name, value, asked(game, name, difficulty))
    assert there >= difficulty if hit else there <= difficulty
    assert not censored or there == (100.0 if hit else 0.0)


@given(cases(), st.data())
def test_every_difficulty_between_the_played_one_and_it_ends_as_the_trial_did(case: Case, data: st.DataObject) -> None:
    game, name, difficulty, value = case
    there, censored = just(case)
    hit = passes(name, value, asked(game, name, difficulty))
    edge = there if censored else max(difficulty, there - 0.01) if hit else min(difficulty, there + 0.01)
    for _ in range(8):
        share = data.draw(st.floats(0, 1))
        between = min(100.0, max(0.0, difficulty + (edge - difficulty) * share))
        assert passes(name, value, asked(game, name, between)) == hit


@given(cases())
def test_within_a_hundredth_of_it_the_parameter_alone_turns_a_hit_into_a_miss(case: Case) -> None:
    game, name, difficulty, value = case
    there, censored = just(case)
    if censored:
        return
    hit = passes(name, value, asked(game, name, difficulty))
    near = [min(100.0, max(0.0, there + k / 5000)) for k in range(-52, 53)]
    beyond = [d for d in near if (d >= difficulty if hit else d <= difficulty)]
    assert any(passes(name, value, asked(game, name, d)) != hit for d in beyond)


@given(cases(), st.floats(0, 0.5))
def test_a_better_performance_never_just_passes_a_lower_difficulty(case: Case, by: float) -> None:
    game, name, difficulty, value = case
    better = round(value * (1 - by if larger_is_easier(name) else 1 + by), 4)
    assert just((game, name, difficulty, better))[0] >= just(case)[0]


@given(st.sampled_from(NUMBERS), DIFFICULTIES)
def test_a_performance_at_the_very_limit_of_a_graded_rung_just_passes_about_that_difficulty(
    number: tuple[str, str], difficulty: float
) -> None:
    """A step of what is asked is up to 0.11 difficulties wide: the cup's narrowest bands."""
    game, name = number
    level, _ = LADDERS[game].place(difficulty)
    easy, hard = dict(level.values)[name]
    if easy != hard and difficulty < 99.8 and LADDERS[game].place(difficulty + 0.2)[0] is level:
        there, censored = just((game, name, difficulty, asked(game, name, difficulty)))
        assert (there, censored) == (pytest.approx(difficulty, abs=0.12), False)


# Small ladders, worked out by hand


@dataclass(frozen=True, slots=True)
class Params:
    """What a small ladder grades."""

    band: float = number(0.0, 1.0, default=0.5)
    limit_ms: float = number(100, 10_000, default=10_000)
    count: int = number(1, 8, default=1, whole=True)
    idle: float = number(0.0, 1.0, default=0.5)
    colour: str = choice("red", "blue", default="red")


def index(params: Params) -> float:
    return params.count - params.band - params.limit_ms / 1000


def rungs(*params: str) -> Ladder:
    head = 'game = "small"\nrung = {}\nname = "x"\nchanges = "first"\n[params]\n{}\n'
    texts = [head.format(n, text) for n, text in enumerate(params, start=1)]
    return ladder([parse(text, "levels/small/x.toml", {"small": Params}) for text in texts])


SLOPE = rungs("limit_ms = { easy = 9000, hard = 5000 }", "limit_ms = { easy = 5000, hard = 1000 }")
JUMP = rungs("limit_ms = 9000", "limit_ms = 5000", "limit_ms = 5000", "limit_ms = 1000")
EASED = rungs("band = { easy = 0.5, hard = 0.3 }", "band = 0.4", "band = { easy = 0.4, hard = 0.2 }", "band = 0.2")
WHOLE = rungs("count = { easy = 1, hard = 5 }", "count = 5")


@pytest.mark.parametrize(
    ("ladder", "difficulty", "just", "expected"),
    [
        (SLOPE, 10.0, ("limit_ms", 7000.0), (25.0, False)),
        (SLOPE, 10.0, ("limit_ms", 3000.0), (75.0, False)),
        (SLOPE, 90.0, ("limit_ms", 3000.0), (75.0, False)),
        (SLOPE, 90.0, ("limit_ms", 8200.0), (10.0, False)),
        (SLOPE, 40.0, ("limit_ms", 900.0), (100.0, True)),
        (SLOPE, 40.0, ("limit_ms", 1000.0), (100.0, True)),
        (SLOPE, 40.0, ("limit_ms", 9000.1), (0.0, True)),
        (SLOPE, 0.0, ("limit_ms", 9001.0), (0.0, True)),
        (SLOPE, 100.0, ("limit_ms", 999.0), (100.0, True)),
        (SLOPE, 100.0, ("limit_ms", 1001.0), (99.99, False)),
        (JUMP, 10.0, ("limit_ms", 6000.0), (25.0, False)),
        (JUMP, 60.0, ("limit_ms", 6000.0), (25.0, False)),
        (JUMP, 30.0, ("limit_ms", 2000.0), (75.0, False)),
        (JUMP, 99.0, ("limit_ms", 2000.0), (75.0, False)),
        (JUMP, 25.0, ("limit_ms", 5000.0), (75.0, False)),
        (EASED, 0.0, ("band", 0.35), (18.76, False)),
        (EASED, 30.0, ("band", 0.35), (56.26, False)),
        (EASED, 24.0, ("band", 0.35), (18.76, False)),
        (EASED, 60.0, ("band", 0.35), (56.26, False)),
        (EASED, 30.0, ("band", 0.45), (6.26, False)),
        (EASED, 30.0, ("band", 0.0), (100.0, True)),
    ],
)
def test_small_ladders_give_what_was_worked_out_by_hand(
    ladder: Ladder, difficulty: float, just: tuple[str, float], expected: tuple[float, bool]
) -> None:
    """The band's steps of 0.0001 are 0.0125 difficulties wide: half a step is seen in the second place."""
    assert just_passed(ladder, index, difficulty, just) == expected


@pytest.mark.parametrize(
    ("difficulty", "value", "expected"),
    [
        (0.0, 1.0, (6.25, False)), (0.0, 2.0, (18.75, False)), (0.0, 2.4, (18.75, False)), (0.0, 4.0, (43.75, False)),
        (0.0, 5.0, (100.0, True)), (40.0, 3.0, (31.25, False)), (100.0, 4.0, (43.75, False)),
        (100.0, 0.0, (0.0, True)),
    ],
)  # fmt: skip
def test_a_whole_number_changes_half_way_between_two(
    difficulty: float, value: float, expected: tuple[float, bool]
) -> None:
    assert just_passed(WHOLE, index, difficulty, ("count", value)) == expected


def test_what_is_asked_is_rounded_so_it_changes_half_a_step_before_the_line_meets_the_value() -> None:
    fine = rungs("band = { easy = 0.011, hard = 0.01 }")
    there, _ = just_passed(fine, index, 0.0, ("band", 0.0107))
    assert there == 35.0
    assert fine.params(34.99).band == 0.0107
    assert fine.params(35.01).band == 0.0106


@pytest.mark.parametrize(
    ("just", "said"),
    [
        (("colour", 1.0), "colour is not a number of small"),
        (("patience", 1.0), "patience is not a number of small"),
        (("idle", 0.2), "the index of small does not depend on idle"),
        (("band", float("nan")), "band must be a finite number, not nan"),
        (("band", float("inf")), "band must be a finite number, not inf"),
    ],
)
def test_what_cannot_be_placed_on_the_ladder_is_refused(just: tuple[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=f"^just: {said}$"):
        just_passed(SLOPE, index, 10.0, just)


# Outcomes


def test_the_requirement_that_fails_first_as_it_gets_harder_decides() -> None:
    both = rungs("limit_ms = { easy = 9000, hard = 5000 }\nband = 0.5", "limit_ms = 5000\nband = 0.2")
    hit = Outcome(Result.HIT, just=(("limit_ms", 7000.0), ("band", 0.3)))
    assert passed(both, index, 10.0, hit) == (25.0, False)
    assert passed(both, index, 10.0, Outcome(Result.HIT, just=(("limit_ms", 100.0), ("band", 0.3)))) == (50.0, False)


def test_what_passes_all_that_is_ever_asked_is_good_enough_at_least_as_far_as_its_parameter_is_graded() -> None:
    both = rungs(
        "limit_ms = { easy = 9000, hard = 5000 }\nband = 0.5",
        "limit_ms = 5000\nband = { easy = 0.5, hard = 0.2 }",
        "limit_ms = 5000\nband = 0.2",
        "limit_ms = 5000\nband = 0.2",
    )
    fast, both_ways = (("limit_ms", 100.0),), (("limit_ms", 100.0), ("band", 0.1))
    assert passed(both, index, 10.0, Outcome(Result.HIT, just=fast)) == (25.0, True)
    assert passed(both, index, 10.0, Outcome(Result.HIT, just=both_ways)) == (25.0, True)
    assert passed(both, index, 30.0, Outcome(Result.HIT, just=both_ways)) == (50.0, True)
    assert passed(both, index, 80.0, Outcome(Result.HIT, just=both_ways)) == (80.0, True)


def test_after_a_miss_the_requirement_that_failed_it_decides_and_those_that_passed_do_not() -> None:
    miss = Outcome(Result.MISS, "too-late", just=(("limit_ms", 7000.0), ("band", 0.1)))
    assert passed(SLOPE, index, 60.0, miss) == (25.0, False)


def test_a_miss_that_was_cut_short_says_at_most() -> None:
    miss = Outcome(Result.MISS, "too-late", just=(("limit_ms", 7000.0),), cut_short=True)
    assert passed(SLOPE, index, 60.0, miss) == (25.0, True)


@pytest.mark.parametrize("outcome", [
    Outcome(Result.OMISSION, "no-try"), Outcome(Result.MISS, "wrong-finger"), Outcome(Result.HIT),
    Outcome(Result.OMISSION, "no-try", just=(("limit_ms", 7000.0),)),
])  # fmt: skip
def test_where_nothing_but_the_result_is_known_there_is_no_just_passed_difficulty(outcome: Outcome) -> None:
    assert passed(SLOPE, index, 60.0, outcome) == (None, True)


def test_the_result_is_the_judge_where_a_value_lies_within_a_rounding_of_the_limit() -> None:
    limit_ms = SLOPE.params(60.0).limit_ms
    late = Outcome(Result.MISS, "too-late", just=(("limit_ms", limit_ms),))
    assert passed(SLOPE, index, 60.0, late)[0] == 60.0
    in_time = Outcome(Result.HIT, just=(("limit_ms", limit_ms + 0.0001),))
    assert passed(SLOPE, index, 60.0, in_time)[0] == 60.0


@given(DIFFICULTIES, st.floats(100, 10_000), st.booleans(), st.booleans())
def test_whatever_is_stated_a_hit_never_passes_less_than_it_played_and_a_miss_never_more(
    difficulty: float, value: float, hit: bool, cut: bool
) -> None:
    outcome = Outcome(Result.HIT if hit else Result.MISS, just=(("limit_ms", value),), cut_short=cut)
    there, _ = passed(SLOPE, index, difficulty, outcome)
    assert there is not None
    assert difficulty <= there <= 100.0 if hit else 0.0 <= there <= difficulty


@pytest.mark.parametrize("game", sorted(LADDERS))
@pytest.mark.parametrize("ability", [0.25, 0.9])
def test_every_trial_of_a_session_keeps_what_it_would_just_have_passed(game: str, ability: float) -> None:
    session = session_of(game, game)
    play(session, ability=ability)
    assert len(session.trials) == 6
    assert {name for trial in session.trials for name, _ in trial.just} <= set(STATED[game])
    for trial in session.trials:
        index: Callable[[Any], float] = GAMES[game].index
        places = [just_passed(LADDERS[game], index, trial.difficulty, pair) for pair in trial.just]
        if trial.result == "omission" or not places:
            assert (trial.passed, trial.censored) == (None, True)
            continue
        if not (trial.hit and trial.censored):
            assert trial.passed == min(places)[0]
        assert trial.passed >= trial.difficulty if trial.hit else trial.passed <= trial.difficulty
    if game != "melody":  # at one's own pace, on its first half, only the result is known
        assert any(trial.passed is not None for trial in session.trials)
