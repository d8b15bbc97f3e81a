"""The pages of goals, activities and milestones: what is pressed is what is kept, and nothing judges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import day_screens, goal_screens, goals
from engine.diary import Entry
from engine.goal_screens import LIBRARY, Flow, act, answers, scene, start, typed
from engine.goals import Activity, Standing
from engine.prescription import Goal, Milestone
from engine.profile import Profile
from engine.sample import Sample
from engine.scene import Picture, Scene, Words, from_plain, to_plain

LEVELS = ("no button", "two buttons", "all in ten minutes", "all in five", "small ones too")
GOALS = (Standing(Goal("Button my shirt", LEVELS), -1, 1, 8), Standing(Goal("Turn the key")))
OWN = (Activity("@activity.zip", 3, 6, 8), Activity("knit", 4, 5, 8))
STEPS = (Milestone("cup", 2), Milestone("cup", 4, "Hold a full cup"), Milestone("cup", 6), Milestone("zip", 3))
MAP = goals.mastery(STEPS, STEPS[:1])


def flow(*actions: str, begun: Flow | None = None) -> Flow:
    """Return the pages after these buttons, each of which must be on its page."""
    now = begun or start(GOALS, OWN, MAP)
    for action in actions:
        assert action in actions_of(scene(now)), (action, actions_of(scene(now)))
        now = act(now, action)
    return now


def actions_of(shown: Scene) -> list[str]:
    """Return what can be pressed."""
    return [button.action for button in shown.buttons]


def said(shown: Scene) -> list[str]:
    """Return the keys of all words, or the patient's own words."""
    return [dict(row.values).get("text", row.key) for row in shown.shapes if isinstance(row, Words)]


def pictures(shown: Scene, name: str) -> list[Picture]:
    """Return the pictures of that name."""
    return [row for row in shown.shapes if isinstance(row, Picture) and row.name == name]


# --- goals ----------------------------------------------------------------------------------------------


def test_each_goal_is_a_path_of_five_steps_with_a_flag_over_what_was_agreed() -> None:
    shown = scene(flow("goals mine"))
    (flag,), (bloom,), (bud,) = (pictures(shown, f"icon-{name}") for name in ("goal", "bloom", "bud"))
    assert bud.x < flag.x < bloom.x
    assert "Button my shirt" in said(shown)
    assert "all in five" in said(shown)
    unrated = scene(flow("goals mine", "more"))
    assert "goal.unrated" in said(unrated)
    assert not pictures(unrated, "icon-bloom")


def test_a_goal_is_rated_in_the_words_of_its_levels() -> None:
    now = flow("goals mine", "goals rate")
    for words, action in zip(
        ("all in five", "all in ten minutes", "two buttons"), ("less", "less", "this"), strict=True
    ):
        assert words in said(scene(now))
        now = act(now, f"goals {action}")
    assert answers(now) == [("goal", {"goal": 0, "score": -1, "words": "Button my shirt"})]
    assert now.page == "mine"
    assert (now.goals[0].first, now.goals[0].latest) == (-1, -1)


def test_without_levels_of_its_own_a_goal_is_rated_in_five_sentences() -> None:
    now = flow("goals mine", "more", "goals rate", "goals less", "goals less")  # it ends at the first step
    heard = []
    for _ in range(6):
        heard.append(next(key for key in said(scene(now)) if key.startswith("goal.level-")))
        now = act(now, "goals higher")
    assert heard == [f"goal.level-{n}" for n in (1, 2, 3, 4, 5, 5)]


def test_the_first_rating_begins_at_the_step_before_what_was_agreed() -> None:
    assert flow("goals mine", "more", "goals rate").score == -1
    rated = flow("goals mine", "more", "goals rate", "goals this")
    assert (rated.goals[1].first, rated.goals[1].latest) == (-1, -1)
    assert rated.at == 1


def test_words_that_look_like_a_key_are_shown_as_they_are() -> None:
    shown = scene(start((Standing(Goal("@home alone")),), (), page="mine"))
    assert "home alone" in said(shown)


def test_without_goals_that_is_said_kindly() -> None:
    shown = scene(flow("goals mine", begun=start((), ())))
    assert "goal.none" in said(shown)
    assert actions_of(shown) == ["back", "home"]


# --- activities -----------------------------------------------------------------------------------------


def test_an_activity_is_rated_on_eleven_numbers() -> None:
    now = flow("goals activities", "goals activity 0")
    assert [action for action in actions_of(scene(now)) if action.startswith("scale")] == [
        f"scale {n}" for n in range(11)
    ]
    after = act(now, "scale 9")
    assert answers(after) == [("activity", {"words": "@activity.zip", "score": 9})]
    assert after.page == "activities"
    assert (after.activities[0].first, after.activities[0].latest) == (3, 9)


def test_only_a_change_of_two_points_or_more_is_told_and_as_a_number() -> None:
    shown = scene(flow("goals activities"))
    told = [
        (row.key, dict(row.values))
        for row in shown.shapes
        if isinstance(row, Words) and row.key.startswith("activity.")
    ]
    assert ("activity.changed", {"n": "+3"}) in told
    assert ("activity.now", {"n": "5"}) in told


@pytest.mark.parametrize("task", LIBRARY)
def test_every_activity_of_the_library_can_be_chosen(task: str) -> None:
    turns = ["more"] * (list(LIBRARY).index(task) // 3)
    for name, picture in LIBRARY[task]:
        after = flow(
            "goals activities", "goals activity 2", *turns, f"goals task {task}", f"goals thing {name}", "scale 0"
        )
        assert answers(after) == [("activity", {"words": f"@activity.{name}", "score": 0})] or name == "zip"
        assert len(after.activities) == (2 if name == "zip" else 3)
        assert picture in {button.picture for button in scene(after).buttons}


def test_an_activity_that_is_there_already_is_rated_and_not_named_twice() -> None:
    begun = ("goals activities", "goals activity 2", "goals task buttoning", "goals thing zip", "scale 7")
    after = flow(*begun)
    assert [(row.words, row.first, row.latest) for row in after.activities] == [("@activity.zip", 3, 7), ("knit", 4, 5)]


def test_another_activity_takes_the_place_of_one() -> None:
    after = flow(
        "goals activities", "goals activity 1", "goals another", "goals task drinking", "goals thing cup", "scale 2"
    )
    assert answers(after) == [("activity", {"words": "@activity.cup", "score": 2, "instead": "knit"})]
    assert [row.words for row in after.activities] == ["@activity.zip", "@activity.cup"]
    kept = [Entry(0.0, 1, "activity", {"words": row.words, "score": row.first}) for row in OWN]
    found = goals.activities([*kept, Entry(0.0, 2, *answers(after)[0])])
    assert [row.words for row in found] == [row.words for row in after.activities]


def keys(text: str) -> list[Sample]:
    """Return the samples of keys that are pressed and let go."""
    named = {" ": "SPACE", "<": "BACKSPACE"}
    return [Sample(f"key.{named.get(letter, letter)}", 0.0, value) for letter in text for value in (1.0, 0.0)]


def test_words_of_ones_own_are_typed_or_taken_letter_by_letter() -> None:
    page = flow("goals activities", "goals activity 2", "goals own")
    written = typed(page, keys(" KNIT  AX< SOCK"))
    assert written.spelling.word == "KNIT A SOCK"
    assert answers(flow("goals done", "scale 1", begun=written)) == [("activity", {"words": "KNIT A SOCK", "score": 1})]
    taken = flow(
        "goals take", "goals after", "goals take", "goals before", "goals before", "goals take", "erase", begun=page
    )
    assert taken.spelling.word == "AB"
    assert flow("goals done", begun=page).page == "choose"  # nothing was written
    assert typed(flow("goals activities"), keys("A")) == flow("goals activities")


@given(st.text("ABZ <", max_size=60))
def test_whatever_is_typed_can_be_shown_and_kept(text: str) -> None:
    page = typed(flow("goals activities", "goals activity 2", "goals own"), keys(text))
    assert len(page.spelling.word) <= goal_screens.LONGEST
    after = act(page, "goals done")
    assert after.page == ("score" if page.spelling.word.strip() else "choose")
    if after.page == "score":
        ((kind, values),) = answers(act(after, "scale 4"))
        assert (kind, values["score"]) == ("activity", 4)
        assert values["words"] == values["words"].strip() != ""


# --- milestones -----------------------------------------------------------------------------------------


def test_the_map_of_mastery_tells_what_was_reached_and_what_is_next() -> None:
    shown = scene(flow("goals milestones"))
    assert [key for key in said(shown) if key.startswith("milestone.")] == [
        "milestone.mine", "milestone.step", "milestone.reached", "milestone.next", "milestone.step", "milestone.later",
    ]  # fmt: skip
    assert "Hold a full cup" in said(shown)
    later = flow("goals milestones", "more")
    assert "milestone.next" in said(scene(later))
    assert act(later, "more").turn == 0
    assert "milestone.none" in said(scene(flow("goals milestones", begun=start((), ()))))


def test_a_milestone_is_celebrated_in_its_own_words() -> None:
    assert "Hold a full cup" in said(goal_screens.celebrate(STEPS[1]))
    assert "milestone.step" in said(goal_screens.celebrate(STEPS[0]))


@pytest.mark.parametrize("away", [5, 9, 40, 4000])
def test_after_a_gap_no_number_of_days_is_shown(away: int) -> None:
    shown = day_screens.welcome(goals.gap(1, 1 + away).words, Profile())
    assert all(not row.values for row in shown.shapes if isinstance(row, Words))
    assert actions_of(shown) == ["go on", "home"]


# --- the machine ----------------------------------------------------------------------------------------


def test_a_button_of_another_page_or_from_elsewhere_changes_nothing() -> None:
    for action in ("goals this", "scale 3", "goals activity 0", "back", "home", "quit", "", "goals nonsense"):
        assert act(start(GOALS, OWN, MAP), action) == start(GOALS, OWN, MAP)


@pytest.mark.parametrize("page", ["menu", "mine", "activities", "milestones"])
def test_the_pages_can_be_opened_at_any_of_them(page: str) -> None:
    assert "home" in actions_of(scene(start(GOALS, OWN, MAP, page)))
    assert start(GOALS, OWN, MAP, page).page == page


@given(st.booleans(), st.lists(st.integers(0, 99), max_size=40))
def test_whatever_is_pressed_leads_on_and_what_is_kept_is_sound(many: bool, presses: list[int]) -> None:
    now = start(GOALS, OWN, MAP) if many else start((), ())
    for press in presses:
        shown = scene(now)
        assert from_plain(to_plain(shown)) == shown
        actions = [action for action in actions_of(shown) if action != "home"]
        now = act(now, actions[press % len(actions)])
    entries = [Entry(0.0, 1, kind, values) for kind, values in answers(now)]
    known = [row.goal for row in now.goals]
    assert len(goals.ratings_of(entries, known)) + len([e for e in entries if e.kind == "activity"]) == len(entries)
    assert len(now.activities) <= goals.ACTIVITIES
    before = [Entry(0.0, 1, "activity", {"words": row.words, "score": row.first}) for row in OWN if many]
    kept = {row.words: row.latest for row in goals.activities([*before, *entries])}
    rated = {values["words"] for kind, values in answers(now) if kind == "activity"}
    assert all(kept[row.words] == row.latest for row in now.activities if row.words in rated)
