"""A prescription is read whole or refused with path, key and remedy, and is never laxer than what is built in."""

import tomllib
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.adaptive import Aim
from engine.feedback import GIVEN, Feedback
from engine.guard import FlareUp, Thresholds
from engine.level import LevelError
from engine.prescription import (
    ACTIVITIES,
    DAYS,
    FORCELESS,
    HANDS,
    KEYS,
    LEAST_CAP,
    ORDERS,
    STAGES,
    Cleared,
    Criterion,
    Dose,
    Fade,
    Fence,
    Goal,
    Milestone,
    Order,
    Prescription,
    cap_of,
    from_plain,
    parse,
    session_limits,
    to_plain,
)  # fmt: skip
from engine.program import Block
from engine.safety import Limits

RUNGS = {"cup": 20, "brook": 18, "ladybirds": 17}
TASKS = {"drinking", "writing"}
PATH = "mine.toml"
LEAST = {"name": "mine", "games": ["cup"]}


def read(text: str) -> Prescription:
    return parse(text, PATH, RUNGS, TASKS)


def made(**changes: Any) -> Prescription:
    return from_plain(LEAST | changes, PATH, RUNGS, TASKS)


def refused(table: dict[str, Any]) -> LevelError:
    with pytest.raises(LevelError) as error:
        from_plain(table, PATH, RUNGS, TASKS)
    assert str(error.value).startswith(f"{PATH}: ")
    return error.value


# --- reading ----------------------------------------------------------------------------------------------


def test_two_lines_are_a_program_with_the_usual_values() -> None:
    found = read('name = "mine"\ngames = ["cup"]')
    assert found == Prescription("mine", games=("cup",))
    assert (found.dose.bouts, found.dose.minutes, len(found.dose.days)) == (2, 12, 5)
    assert (found.limits.cap, found.aim.band, found.thresholds) == (0.30, (0.70, 0.85), Thresholds())
    assert not found.maximum


def test_every_part_is_read() -> None:
    found = read(
        """
        name = "whole"
        stage = "healing"
        games = ["cup", "brook"]
        tasks = ["drinking"]
        choose = 1
        activities = ["touch"]
        [dose]
        days = ["mon", "thu"]
        bouts = 1
        [limits]
        hard = 0.5
        [fence.cup]
        highest = 4
        furthest = 9
        [order]
        then = ["random"]
        [feedback]
        given = "every"
        every = 2
        [[feedback.fade]]
        after = 20
        given = "summary"
        [advance]
        success = 0.9
        [probe]
        cup = 2
        [expected]
        cup = 30
        [[milestones]]
        game = "cup"
        rung = 8
        [[goals]]
        words = "Tee einschenken"
        task = "drinking"
        [cleared]
        date = 2026-12-01
        cap = 0.2
        [[blocks]]
        game = "brook"
        trials = 5
        feedback = { given = "request" }
        """
    )
    assert found.dose == Dose(days=("mon", "thu"), bouts=1)
    assert found.limits == Limits(cap=0.30, hard=0.5)
    assert found.fences == (("cup", Fence(1, 4, 9)),)
    assert found.feedback == Feedback("every", 2)
    assert found.fade == (Fade(20, Feedback("summary")),)
    assert found.advance == Criterion(0.9, 2, 1)
    assert found.cleared == Cleared("2026-12-01", 0.2)
    assert found.blocks == (Block("brook", 5, feedback=Feedback("request")),)
    assert found.thresholds.stop == 4, "while tissue heals the usual stop is stricter"
    assert (found.probe, found.expected) == ((("cup", 2),), (("cup", 30),))
    assert (found.milestones, found.goals) == (
        (Milestone("cup", 8),), (Goal("Tee einschenken", task="drinking"),)
    )  # fmt: skip


def test_rests_at_the_top_beside_blocks_are_those_of_the_dose() -> None:
    blocks = [{"game": "cup"}]
    found = from_plain(
        {"name": "x", "blocks": blocks, "rest_s": 30, "least_rest_s": 10, "rest_after": 4}, PATH, RUNGS, TASKS
    )
    assert (found.dose.rest_s, found.dose.least_rest_s, found.dose.rest_after) == (30, 10, 4)
    assert refused(LEAST | {"rest_s": 30}).key == "rest_s"
    assert refused({"name": "x", "blocks": blocks, "rest_s": 30, "dose": {"rest_s": 40}}).key == "rest_s"


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"gamse": ["cup"]}, "gamse", "did you mean games?"),
    ({"fences": {"cup": {"highest": 3}}}, "fences", "did you mean fence?"),
    ({"fade": []}, "fade", "is not a key"),
    ({"dose": {"buots": 1}}, "dose.buots", "did you mean bouts?"),
    ({"dose": {"bouts": 12}}, "dose.bouts", "from 1 to 6, not 12"),
    ({"dose": {"bouts": "two"}}, "dose.bouts", "a number"),
    ({"dose": {"bouts": True}}, "dose.bouts", "a number"),
    ({"dose": {"minutes": float("nan")}}, "dose.minutes", "from 2 to 20"),
    ({"dose": {"days": ["monday"]}}, "dose.days", "mon, tue"),
    ({"dose": {"days": []}}, "dose.days", "mon, tue"),
    ({"dose": {"rest_s": 15, "least_rest_s": 20}}, "dose.least_rest_s", "not be longer"),
    ({"dose": 3}, "dose", "must be a table"),
    ({"limits": {"cap": 0.9}}, "limits.cap", "at most 0.60"),
    ({"limits": {"cap": "much"}}, "limits.cap", "a number"),
    ({"limits": {"taps": True}}, "limits.taps", "a number"),
    ({"thresholds": {"stop": 6}}, "thresholds.stop", "only stricter"),
    ({"stage": "healing", "thresholds": {"stop": 5}}, "thresholds.stop", "at most 4"),
    ({"stage": "healing", "maximum": True}, "maximum", "must be false"),
    ({"stage": "trainig"}, "stage", "healing, training"),
    ({"stage": ["healing"]}, "stage", "a text"),
    ({"speed": "no"}, "speed", "true or false"),
    ({"games": ["cap"]}, "games.1", "did you mean cup?"),
    ({"games": ["xyz"]}, "games.1", "there are brook, cup, ladybirds"),
    ({"games": ["cup", "cup"]}, "games", "only once"),
    ({"games": "cup"}, "games", "a list of words"),
    ({"games": [["cup"]]}, "games", "a list of words"),
    ({"games": []}, "games", "at least one game"),
    ({"tasks": ["writting"]}, "tasks.1", "did you mean writing?"),
    ({"activities": ["explore"]}, "activities", "mirror, imagine, touch"),
    ({"choose": 4}, "choose", "from 0 to 3"),
    ({"fence": {"cup": {"highest": 21}}}, "fence.cup.highest", "from 1 to 20, not 21"),
    ({"fence": {"cup": {"lowest": 5, "highest": 4}}}, "fence.cup.highest", "from 5"),
    ({"fence": {"cup": {"furthest": 4}}}, "fence.cup.furthest", "needs highest"),
    ({"fence": {"cup": 3}}, "fence", "a table for each game"),
    ({"probe": {"cup": 0}}, "probe.cup", "from 1 to 20"),
    ({"probe": {"cup": 2.5}}, "probe.cup", "from 1 to 20"),
    ({"expected": {"cup": 101}}, "expected.cup", "0 to 100"),
    ({"milestones": [{"game": "cup"}]}, "milestones.1.rung", "is missing"),
    ({"milestones": [{"game": ["cup"], "rung": 1}]}, "milestones.1.game", "a text"),
    ({"milestones": {"game": "cup"}}, "milestones", "[[milestones]]"),
    ({"goals": [{"words": " "}]}, "goals.1.words", "must say the goal"),
    ({"goals": [{"words": "tea", "levels": ["a"]}]}, "goals.1.levels", "five texts"),
    ({"goals": [{"words": "tea", "task": "cooking"}]}, "goals.1.task", "no task called cooking"),
    ({"blocks": [{"game": "cup", "level": 99}]}, "blocks.1.level", "from 1 to 20"),
    ({"blocks": [{"game": "cup", "trials": 0}]}, "blocks.1.trials", "between 1 and 1000"),
    ({"blocks": [{"game": "cup", "feedback": 3}]}, "blocks.1.feedback", "a table"),
    ({"blocks": [{"game": "cup", "feedback": {"given": "never"}}]}, "blocks.1.feedback.given", "one of each"),
    ({"feedback": {"fade": [{"given": "each"}]}}, "feedback.fade.1.after", "is missing"),
    ({"feedback": {"fade": [{"after": 9}, {"after": 9}]}}, "feedback.fade", "must rise"),
    ({"feedback": {"fade": 3}}, "feedback.fade", "a list of tables"),
    ({"advance": {"success": 0.6}}, "regress.success", "below advance.success"),
    ({"order": {"then": ["mixed"]}}, "order.kind, then", "blocked, serial, random"),
    ({"cleared": {"date": "2026-02-30"}}, "cleared.date", "such as 2026-12-01"),
    ({"cleared": {"date": "tomorrow"}}, "cleared.date", "such as 2026-12-01"),
    ({"cleared": {"cap": 0.7}}, "cleared.cap", "0.01 to 0.6"),
    ({"flare_up": {"rest_days": 0}}, "flare_up.rest_days, step_down", "1 to 28 days"),
    ({"words": "two\nlines"}, "words", "on one line"),
    ({"name": " "}, "name", "must be there"),
]


@pytest.mark.parametrize(("changes", "key", "what"), WRONG, ids=[f"{key} {n}" for n, (_, key, _) in enumerate(WRONG)])
def test_what_is_wrong_is_refused_with_key_and_remedy(changes: dict[str, Any], key: str, what: str) -> None:
    error = refused(LEAST | changes)
    assert error.key == key
    assert what in error.what


def test_a_file_without_a_name_or_that_is_no_toml_is_refused() -> None:
    assert refused({"games": ["cup"]}).key == "name"
    with pytest.raises(LevelError, match="not readable as TOML"):
        read("name = ")


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["cup", "each"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["cup", "game", "after"]), inner),
    max_leaves=6,
)
PART_KEYS = sorted({row.name for kind in (Dose, Limits, Thresholds, Cleared, Goal, Block) for row in fields(kind)})


@given(st.dictionaries(st.sampled_from(KEYS), PLAIN | st.dictionaries(st.sampled_from(PART_KEYS), PLAIN, max_size=3)))
def test_nonsense_is_never_anything_but_a_level_error(table: dict[str, Any]) -> None:
    try:
        found = from_plain(LEAST | table, PATH, RUNGS, TASKS)
    except LevelError as error:
        assert error.what
    else:
        assert from_plain(to_plain(found), PATH, RUNGS, TASKS) == found


# --- there and back ---------------------------------------------------------------------------------------

FEEDBACKS = st.builds(
    Feedback, st.sampled_from(GIVEN), st.integers(2, 20), st.floats(0, 50, width=16), st.booleans()
)  # fmt: skip
DOSES = st.builds(
    Dose,
    days=st.lists(st.sampled_from(DAYS), min_size=1, unique=True).map(tuple),
    bouts=st.integers(1, 6), minutes=st.integers(2, 20), rest_s=st.integers(20, 600), ramp=st.floats(1, 2),
)  # fmt: skip
FENCES = st.tuples(st.integers(1, 5), st.integers(5, 10), st.none() | st.integers(10, 17)).map(lambda row: Fence(*row))
CLEARED = st.builds(
    Cleared,
    st.dates().map(lambda day: day.isoformat()) | st.just(""),
    st.none() | st.floats(0.01, 0.60), st.none() | st.floats(0.5, 400), st.just("team"),
)  # fmt: skip
FADES = st.lists(st.integers(1, 500), max_size=3, unique=True).flatmap(
    lambda steps: st.tuples(*(st.builds(Fade, st.just(step), FEEDBACKS) for step in sorted(steps)))
)
GAMES = st.sampled_from(sorted(RUNGS))
BLOCKS = st.builds(
    Block, GAMES, st.integers(1, 40), st.integers(1, 17), probe=st.booleans(), feedback=st.none() | FEEDBACKS
) | st.builds(Block, GAMES, explore=st.booleans())
PRESCRIPTIONS = st.builds(
    Prescription,
    name=st.text("abc äß", min_size=1, max_size=9).filter(lambda name: bool(name.strip())),
    stage=st.sampled_from(STAGES), hand=st.sampled_from(HANDS),
    games=st.lists(GAMES, min_size=1, unique=True).map(tuple),
    tasks=st.lists(st.sampled_from(sorted(TASKS)), unique=True).map(tuple),
    blocks=st.lists(BLOCKS, max_size=2).map(tuple),
    choose=st.integers(0, 3), dose=DOSES,
    aim=st.sampled_from([Aim(), Aim((0.6, 0.8)), Aim(fence=(0, 50), rungs=(10.0, 20.0))]),
    limits=st.floats(0.05, 0.60).map(lambda cap: Limits(cap=cap)),
    fences=st.dictionaries(GAMES, FENCES).map(lambda row: tuple(row.items())),
    order=st.builds(Order, st.sampled_from(ORDERS), st.lists(st.sampled_from(ORDERS), max_size=2).map(tuple)),
    feedback=FEEDBACKS, fade=FADES,
    advance=st.builds(Criterion, st.floats(0.7, 1), st.integers(1, 20), st.integers(1, 5)),
    regress=st.builds(Criterion, st.floats(0, 0.6), st.integers(1, 20), st.integers(1, 5)),
    milestones=st.lists(st.builds(Milestone, GAMES, st.integers(1, 17), st.just("mug")), max_size=2).map(tuple),
    goals=st.lists(
        st.builds(Goal, st.just("tea"), st.sampled_from([(), ("a", "b", "c", "d", "e")]), st.floats(0.1, 9)), max_size=2
    ).map(tuple),
    flare_up=st.builds(FlareUp, st.integers(1, 2), st.integers(3, 14), re_entry=st.just((0.3, 0.6, 0.8))),
    thresholds=st.builds(Thresholds, stop=st.integers(1, 4), wait_s=st.floats(120, 900)),
    cleared=CLEARED,
    probe=st.dictionaries(GAMES, st.integers(1, 17)).map(lambda row: tuple(row.items())),
    expected=st.dictionaries(GAMES, st.floats(0, 100)).map(lambda row: tuple(row.items())),
    speed=st.booleans(), scan=st.booleans(),
    activities=st.lists(st.sampled_from(ACTIVITIES), unique=True).map(tuple),
    reassess_weeks=st.integers(0, 52), words=st.just("Bonjour\u00a0!"),
)  # fmt: skip


@given(PRESCRIPTIONS)
def test_plain_values_give_the_same_prescription_again(prescription: Prescription) -> None:
    assert from_plain(to_plain(prescription), PATH, RUNGS, TASKS) == prescription


@given(PRESCRIPTIONS)
def test_plain_values_leave_nothing_to_json_or_toml_that_they_cannot_hold(prescription: Prescription) -> None:
    def plain(value: Any) -> bool:
        if isinstance(value, dict):
            return all(isinstance(key, str) and plain(inner) for key, inner in value.items())
        return all(map(plain, value)) if isinstance(value, list) else isinstance(value, str | int | float | bool)

    assert plain(to_plain(prescription))


def test_a_date_of_toml_needs_no_quotes() -> None:
    table = tomllib.loads("[cleared]\ndate = 2026-12-01\ncap = 0.2")
    assert made(**table) == made(cleared={"date": "2026-12-01", "cap": 0.2})


# --- the cap of the day -----------------------------------------------------------------------------------

HEALING = made(stage="healing", limits={"cap": 0.30})
CLEAR = replace(HEALING, cleared=Cleared("2026-12-01", 0.15))


def test_while_tissue_heals_grip_is_locked_until_there_are_a_date_that_has_come_and_a_cap() -> None:
    for cleared in (Cleared(), Cleared("2020-01-01"), Cleared("", 0.2)):
        assert cap_of(replace(HEALING, cleared=cleared), "serial", "2026-12-24") is None
    assert cap_of(CLEAR, "serial", "2026-11-30") is None
    assert cap_of(CLEAR, "keys", "2026-11-30") is None
    assert cap_of(CLEAR, "serial", "2026-12-01") == 0.15
    assert cap_of(CLEAR, "serial", "") is None, "without a date of today nothing is cleared"


def test_a_cap_in_newtons_holds_on_a_sensor_that_says_newtons_and_else_stays_locked() -> None:
    cleared = replace(HEALING, cleared=Cleared("2026-12-01", cap_n=20))
    assert cap_of(cleared, "serial", "2026-12-02", newtons=200) == pytest.approx(0.10)
    assert cap_of(cleared, "serial", "2026-12-02") is None
    assert cap_of(cleared, "serial", "2026-12-02", newtons=0) is None
    assert cap_of(cleared, "mouse", "2026-12-02") == 0.30, "a mouse feels no force"
    both = replace(HEALING, cleared=Cleared("2026-12-01", 0.05, 20))
    assert cap_of(both, "serial", "2026-12-02", newtons=200) == 0.05


def test_training_has_the_cap_of_its_limits() -> None:
    assert cap_of(made(), "serial", "2026-12-02") == 0.30


@given(PRESCRIPTIONS, st.sampled_from([*FORCELESS, "serial", "tindeq"]), st.dates(), st.none() | st.floats(1, 900))
def test_no_cap_is_ever_above_that_of_the_limits_and_no_healing_hand_is_asked_too_early(
    prescription: Prescription, played_with: str, today: Any, newtons: float | None
) -> None:
    cap = cap_of(prescription, played_with, today.isoformat(), newtons)
    limits = session_limits(prescription, cap)
    assert limits.cap <= prescription.limits.cap
    assert limits.hard <= prescription.limits.hard
    assert limits.minutes <= prescription.dose.day_minutes
    if cap is None:
        assert limits.cap == LEAST_CAP
    else:
        assert 0 < cap <= prescription.limits.cap
        assert limits.cap == max(LEAST_CAP, cap)
    if prescription.stage == "healing":
        assert cap is None or (prescription.cleared.is_whole and prescription.cleared.date <= today.isoformat())
        assert limits.hard <= limits.cap * 1.1 + 1e-9


def test_limits_of_a_healing_hand_without_a_word_about_today_lock_all_force() -> None:
    assert session_limits(CLEAR).cap == LEAST_CAP
    assert session_limits(CLEAR, 0.15).cap == 0.15
    assert session_limits(CLEAR, 0.15).hard == pytest.approx(0.165)
    assert session_limits(made()).cap == 0.30
    assert session_limits(made(dose={"day_minutes": 20})).minutes == 20
