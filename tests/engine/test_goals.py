"""Goals, own activities, milestones and the way back: told as numbers, kept for ever, and never a verdict."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import goals
from engine.diary import Entry
from engine.game import Result
from engine.goals import Activity, Gap, Rating
from engine.hand import Side
from engine.level import LevelError
from engine.measures import goal_attainment
from engine.prescription import DAYS, Dose, Goal, Milestone
from engine.recording import Trial

# T = 50 + 10 sum(w x) / sqrt((1 - rho) sum(w^2) + rho (sum w)^2), rho = .3: Kiresuk & Sherman 1968; Turner-Stokes 2009
# (doi:10.1177/0269215508101742) with its erratum. Worked out apart from this program.
GAS = (
    ((0,), (1,), 50.0),
    ((1,), (1,), 60.0),
    ((0, 0, 0), (1, 1, 1), 50.0),
    ((1, 1, 1, 1), (1, 1, 1, 1), 64.509525),
    ((-1, -1, -1), (1, 1, 1), 36.30693606),
    ((-1, 0, 2), (3, 2, 1), 47.79673675),
    ((2, -2, 1), (9, 4, 6), 61.2743172),
    ((-2, -2), (1, 1), 25.19305308),
)
SUNDAY, MONDAY = date(2026, 11, 22).toordinal(), date(2026, 11, 23).toordinal()
SHIRT, KEY = Goal("Button my shirt", weight=3.0), Goal("Turn the door key", weight=2.0)


def entry(kind: str, day: int = 1, **values: object) -> Entry:
    """Return an entry of a diary."""
    return Entry(86_400.0 * day, day, kind, values)


def block(hits: int, of: int, rung: int = 4, game: str = "cup", number: int = 0) -> tuple[Trial, ...]:
    """Return a block of tries on one rung, the first ones hits."""
    one = Trial(
        index=0, block=number, game=game, hand=Side.RIGHT, played_with="keys", level=rung, difficulty=20.0,
        result=Result.HIT, cause="", attempt=1, start_tick=0, end_tick=9, params={}, measures={}, just=(), finger="",
        predicted=0.7, reason="reason.first", reason_values={}, belief="{}",
    )  # fmt: skip
    return tuple(replace(one, index=n, result=Result.HIT if n < hits else Result.MISS) for n in range(of))


# --- goal attainment scaling ----------------------------------------------------------------------------


@pytest.mark.parametrize(("scores", "weights", "t"), GAS)
def test_the_t_score_is_the_published_one(scores: tuple[int, ...], weights: tuple[int, ...], t: float) -> None:
    assert goal_attainment(scores, weights) == pytest.approx(t, abs=1e-6)
    if set(weights) == {1}:
        assert goal_attainment(scores) == pytest.approx(t, abs=1e-6)


def test_without_goals_there_is_no_t_score() -> None:
    assert goal_attainment([]) is None


@pytest.mark.parametrize(
    ("scores", "weights", "rho", "named"),
    [
        ([3], None, 0.3, "scores"), ([-2.1], None, 0.3, "scores"), ([float("nan")], None, 0.3, "scores"),
        ([0, 1], [1], 0.3, "weights"), ([0], [0], 0.3, "weights"), ([0], [-1], 0.3, "weights"),
        ([0], [float("inf")], 0.3, "weights"), ([0], [float("nan")], 0.3, "weights"), ([0], None, 1.1, "rho"),
        ([0], None, -0.1, "rho"),
    ],
)  # fmt: skip
def test_what_cannot_be_scored_is_refused_by_name(
    scores: list[float], weights: list[float] | None, rho: float, named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        goal_attainment(scores, weights, rho)


@given(st.lists(st.tuples(st.integers(-2, 2), st.floats(0.1, 9.0)), min_size=1, max_size=6))
def test_the_t_score_rises_with_each_goal_and_turns_over_at_50(rows: list[tuple[int, float]]) -> None:
    scores, weights = [x for x, _ in rows], [w for _, w in rows]
    t = goal_attainment(scores, weights)
    turned = goal_attainment([-x for x in scores], weights)
    assert t is not None
    assert turned is not None
    assert t + turned == pytest.approx(100)
    for n, score in enumerate(scores):
        if score < 2:
            more = goal_attainment([*scores[:n], score + 1, *scores[n + 1 :]], weights)
            assert more is not None
            assert more > t


def test_the_first_rating_stays_the_baseline_and_the_last_one_counts() -> None:
    ratings = (Rating(0, -1, 1), Rating(1, -2, 1), Rating(0, 0, 8), Rating(0, 1, 15))
    found = goals.attained((SHIRT, KEY, Goal("Write")), ratings)
    assert [(row.first, row.latest, row.change, row.day) for row in found.rows] == [
        (-1, 1, 2, 15), (-2, -2, 0, 1), (None, None, None, None),
    ]  # fmt: skip
    assert found.t == pytest.approx(goal_attainment([1, -2], [3, 2]), abs=1e-4)
    assert found.first_t == pytest.approx(goal_attainment([-1, -2], [3, 2]), abs=1e-4)
    assert goals.attained((SHIRT,), ()).t is None


def test_a_rating_stays_with_its_goal_when_the_goals_change_places() -> None:
    told = [entry("goal", **goals.rated(0, -1, (SHIRT, KEY))), entry("pain"), entry("goal", 2, goal=1, score=2)]
    assert goals.ratings_of(told, (KEY, SHIRT)) == (Rating(1, -1, 1), Rating(1, 2, 2))
    assert goals.ratings_of(told[:1], (KEY,)) == ()  # the goal it was about is no more: it counts for no other


@pytest.mark.parametrize("values", [{}, {"goal": 5, "score": 0}, {"goal": 0, "score": 3}, {"goal": True, "score": 0},
                                    {"goal": 0, "score": "1"}, {"goal": None, "score": 1}])  # fmt: skip
def test_an_entry_that_says_nothing_sound_is_left_out(values: dict[str, object]) -> None:
    assert goals.ratings_of([entry("goal", **values)], (SHIRT,)) == ()


@pytest.mark.parametrize(("number", "score"), [(-1, 0), (2, 0), (0, 3), (0, -3), (0, True)])
def test_a_rating_off_the_scale_is_refused(number: int, score: int) -> None:
    with pytest.raises(ValueError, match=r"goal|score"):
        goals.rated(number, score, (SHIRT, KEY))


# --- the file of a patient's own goals ------------------------------------------------------------------


@given(
    st.lists(
        st.builds(
            Goal,
            st.text(min_size=1, max_size=60).filter(lambda text: text.isprintable() and bool(text.strip())),
            st.one_of(st.just(()), st.tuples(*[st.text(max_size=20)] * 5)),
            st.floats(0.1, 9.0),
            st.sampled_from(["", "money"]),
        ),
        max_size=4,
    )
)
def test_goals_are_read_as_they_were_written(own: list[Goal]) -> None:
    assert goals.parse(goals.to_toml(own), "goals.toml") == tuple(own)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("goals = 3", "goals: must be a list"), ("[[goals]]", "goals.1.words: must say the goal"), ("x = ", "TOML"),
        ("[[goal]]", "goal: is not a key"), ('[[goals]]\nwords = "a"\nname = "b"', "goals.1.name: is not a key"),
        ('[[goals]]\nwords = "a"\nlevels = ["b"]', "goals.1.levels: must be five"),
        ('[[goals]]\nwords = "a"\nweight = 0', "goals.1.weight: must be a number"),
        ("[[goals]]\nwords = 3", "goals.1.words: must be a text"),
    ],
)  # fmt: skip
def test_a_wrong_file_of_goals_says_where_and_what(text: str, said: str) -> None:
    with pytest.raises(LevelError, match=r"goals\.toml") as caught:
        goals.parse(text, "goals.toml")
    assert said in str(caught.value)


# --- own activities -------------------------------------------------------------------------------------


def test_three_own_activities_keep_their_first_rating() -> None:
    told = [entry("activity", day, words=words, score=score) for day, words, score in (
        (1, "knit", 2), (1, "cook", 5), (8, "knit", 3), (9, "sew", 0), (15, "cook", 8))]  # fmt: skip
    assert goals.activities(told) == (
        Activity("knit", 2, 3, 8), Activity("cook", 5, 8, 15), Activity("sew", 0, 0, 9),
    )  # fmt: skip


def test_another_activity_takes_the_place_of_the_one_it_stands_for() -> None:
    told = [entry("activity", words=words, score=4) for words in ("a", "b", "c")]
    told.append(entry("activity", words="d", score=6, instead="b"))
    assert [row.words for row in goals.activities(told)] == ["a", "d", "c"]
    told.append(entry("activity", words="a", score=7, instead="c"))  # it is there already: only rated
    assert [(row.words, row.latest) for row in goals.activities(told)] == [("a", 7), ("d", 6), ("c", 4)]


@pytest.mark.parametrize(("first", "latest", "told"), [(3, 4, None), (3, 2, None), (3, 5, 2), (3, 1, -2), (0, 10, 10)])
def test_a_change_is_told_from_two_points_on_either_way(first: int, latest: int, told: int | None) -> None:
    assert Activity("knit", first, latest).told_change == told
    assert Activity("knit").told_change is None


@pytest.mark.parametrize(("words", "score"), [("", 3), (" ", 3), ("knit", 11), ("knit", -1), ("knit", True),
                                              ("a" * 301, 3)])  # fmt: skip
def test_an_activity_off_the_scale_or_without_words_is_refused(words: str, score: int) -> None:
    with pytest.raises(ValueError, match=r"words|score"):
        goals.activity_rated(words, score)
    assert goals.activities([entry("activity", words=words.strip(), score=score)]) == () or len(words) > 300


# --- milestones -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hits", "of", "rung", "game", "passed"),
    [
        (8, 10, 4, "cup", True), (7, 10, 4, "cup", False), (7, 8, 4, "cup", True), (7, 7, 4, "cup", False),
        (8, 8, 5, "cup", True), (8, 8, 3, "cup", False), (8, 8, 4, "zip", False),
    ],
)  # fmt: skip
def test_a_rung_is_passed_with_80_percent_of_at_least_8_tries(
    hits: int, of: int, rung: int, game: str, passed: bool
) -> None:
    assert goals.passes(block(hits, of, rung, game), Milestone("cup", 4)) is passed


def test_tries_on_lower_rungs_of_a_block_do_not_count() -> None:
    assert not goals.passes((*block(8, 8, 3), *block(6, 8, 4)), Milestone("cup", 4))
    assert goals.passes((*block(0, 8, 3), *block(7, 8, 4)), Milestone("cup", 4))


def test_the_blocks_of_a_session_are_kept_apart() -> None:
    played = (*block(4, 4, number=0), *block(4, 4, number=1))
    assert [len(row) for row in goals.blocks_of(played)] == [4, 4]
    assert goals.reached((Milestone("cup", 4),), (), goals.blocks_of(played)) == ()


def test_a_milestone_is_celebrated_once_and_never_taken_back() -> None:
    steps = (Milestone("cup", 4), Milestone("cup", 2), Milestone("zip", 1))
    good, bad = [block(8, 8)], [block(0, 20)]
    assert goals.to_celebrate(steps, (), good) == steps[:2]
    told = [entry("milestone", **goals.milestone_entry(steps[0]))]
    assert goals.to_celebrate(steps, told, good) == ()
    assert goals.reached(steps, told, bad) == steps[:2]
    assert goals.reached(steps, told) == steps[:2]


def test_the_map_of_mastery_says_what_was_reached_and_what_is_next() -> None:
    steps = (Milestone("cup", 6), Milestone("zip", 1), Milestone("cup", 2), Milestone("cup", 4))
    found = goals.mastery(steps, steps[2:3])
    assert [(row.milestone.game, row.milestone.rung, row.state) for row in found] == [
        ("cup", 2, "reached"), ("cup", 4, "next"), ("cup", 6, "later"), ("zip", 1, "next"),
    ]  # fmt: skip


@given(st.integers(0, 30), st.integers(1, 30))
def test_proposed_milestones_lead_to_the_goal_in_small_steps(present: int, goal: int) -> None:
    rungs = [row.rung for row in goals.proposed("cup", present, goal)]
    assert (rungs == []) == (goal <= present)
    if rungs:
        assert rungs[0] == present + 1
        assert rungs[-1] == goal
        assert all(1 <= later - earlier <= goals.SMALL_STEP for earlier, later in zip(rungs, rungs[1:], strict=False))


# --- staying so, and coming back ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("away", "kind", "down"),
    [(0, "none", 0), (3, "none", 0), (4, "short", 0), (6, "short", 0), (7, "long", 1), (13, "long", 1),
     (14, "long", 2), (27, "long", 2), (28, "long", 3), (3650, "long", 3), (-9, "none", 0)],
)  # fmt: skip
def test_after_a_gap_practice_begins_easier(away: int, kind: str, down: int) -> None:
    assert goals.gap(100, 100 + away) == Gap(kind, down)
    assert goals.gap(None, 100) == Gap()
    assert Gap(kind, down).words == ("" if kind == "none" else f"return.{kind}")


def test_the_week_begins_on_monday() -> None:
    assert goals.weekday(MONDAY) == 0
    assert goals.weekday(SUNDAY) == 6
    assert DAYS[goals.weekday(date(2026, 11, 21).toordinal())] == "sat"


def test_the_picture_of_the_week_shows_the_days_with_practice() -> None:
    before, this = goals.weeks([SUNDAY, MONDAY, MONDAY + 2, MONDAY - 99], MONDAY + 3, 2)
    assert (before.monday, before.practised, before.today) == (MONDAY - 7, (False,) * 6 + (True,), None)
    assert (this.monday, this.today) == (MONDAY, 3)
    assert this.practised == (True, False, True, False, False, False, False)


@given(st.sets(st.integers(MONDAY - 50, MONDAY + 50)), st.integers(MONDAY, MONDAY + 50), st.integers(1, 6))
def test_a_day_of_practice_is_in_the_picture_whatever_was_before_it(days: set[int], today: int, last: int) -> None:
    found = goals.weeks(days, today, last)
    assert len(found) == last
    assert [week.today is not None for week in found] == [False] * (last - 1) + [True]
    shown = {week.monday + n for week in found for n, done in enumerate(week.practised) if done}
    assert shown == {day for day in days if found[0].monday <= day < found[-1].monday + 7}


def test_adherence_caps_each_day_and_leaves_out_paused_ones() -> None:
    dose = Dose(days=("mon", "wed", "fri"), bouts=2, minutes=10.0)
    bouts = [(MONDAY, 10.0), (MONDAY, 10.0), (MONDAY, 10.0), (MONDAY + 2, 5.0), (MONDAY + 9, 60.0)]
    found = goals.adherence(bouts, dose, MONDAY, MONDAY + 6)
    assert (found.bouts, found.minutes, found.active_days, found.longest_gap) == (0.5, 0.4167, 2, 4)
    paused = goals.adherence(bouts, dose, MONDAY, MONDAY + 6, range(MONDAY + 3, MONDAY + 7))
    assert (paused.bouts, paused.minutes, paused.longest_gap) == (0.75, 0.625, 1)
    assert goals.adherence((), dose, SUNDAY, SUNDAY).bouts is None
