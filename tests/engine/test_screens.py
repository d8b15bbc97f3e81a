"""The summary says in one short line for each game why it is as hard as it is now."""

from dataclasses import replace
from typing import TypeGuard

import pytest
from practice import GAMES, click, play, rest_for, session_of, wait

from engine import phases, screens
from engine.game import Result
from engine.hand import Side
from engine.profile import Profile
from engine.program import Block
from engine.recording import Trial
from engine.scene import STAGE_W, Arc, Bar, Button, Circle, Path, Picture, Scene, Shape, Words, mirrored

CUP = Trial(
    index=0, block=0, game="cup", hand=Side.RIGHT, played_with="keys", level=1, difficulty=20.0, result=Result.HIT,
    cause="", attempt=1, start_tick=0, end_tick=9, params={}, measures={}, just=(), finger="", predicted=0.7,
    reason="reason.first", reason_values={}, belief="{}",
)  # fmt: skip
NAMES = ("cup", "brook", "ladybirds", "peas")
UP = (("from", "20"), ("to", "22"), ("hits", "8"), ("of", "10"))


def briefs(scene: Scene) -> list[Words]:
    return [shape for shape in scene.shapes if isinstance(shape, Words) and shape.key.startswith("brief.")]


def test_each_game_played_gets_one_line_in_its_own_bed() -> None:
    trials = [replace(CUP, game=game) for game in NAMES[:3]]
    reasons = [
        (f"reason.{key}", (*UP, ("game", game))) for key, game in zip(("up", "down", "cap"), NAMES, strict=False)
    ]
    scene = screens.summary(trials, 5.0, "done", reversed_of(reasons))
    assert [words.key for words in briefs(scene)] == ["brief.up", "brief.down", "brief.cap"]
    beds = [shape for shape in scene.shapes if isinstance(shape, Bar)]
    for game, words, bed in zip(NAMES, briefs(scene), beds, strict=False):
        assert dict(words.values) == {**dict(UP), "game": f"@game.{game}"}
        assert abs(words.y - bed.y) + words.size / 2 < bed.h / 2


def reversed_of(reasons: list[screens.ReasonRow]) -> list[screens.ReasonRow]:
    """Return the reasons in another order: each must find its own game."""
    return reasons[::-1]


def test_a_fourth_game_has_no_bed_and_no_line() -> None:
    trials = [replace(CUP, game=game) for game in NAMES]
    reasons = [("reason.up", (*UP, ("game", game))) for game in NAMES]
    assert len(briefs(screens.summary(trials, 5.0, "done", reasons))) == 3


@pytest.mark.parametrize(
    "reasons", [(), (("reason.of-tomorrow", (("game", "cup"),)),), (("", (("game", "cup"),)),), (("reason.up", UP),)]
)
def test_without_a_reason_that_is_known_the_flowers_stand_in_the_middle_and_no_line_is_there(
    reasons: tuple[screens.ReasonRow, ...],
) -> None:
    scene = screens.summary([CUP], 5.0, "done", reasons)
    (flower,) = (shape for shape in scene.shapes if isinstance(shape, Picture) and shape.name == "daisy")
    (bed,) = (shape for shape in scene.shapes if isinstance(shape, Bar))
    assert briefs(scene) == []
    assert flower.y == bed.y
    (higher,) = (
        shape
        for shape in screens.summary([CUP], 5.0, "done", [("reason.up", (*UP, ("game", "cup")))]).shapes
        if isinstance(shape, Picture) and shape.name == "daisy"
    )
    assert higher.y > bed.y


def test_causes_and_fingers_become_words_of_the_language_and_numbers_stay() -> None:
    values = (("from", "20"), ("cause", "too-soft"), ("finger", "index"))
    assert screens.spoken(values) == (("from", "20"), ("cause", "@hint.too-soft"), ("finger", "@finger.index"))
    assert screens.spoken(screens.spoken(values)) == screens.spoken(values)
    assert screens.spoken((("cause", ""), ("finger", ""))) == (("cause", ""), ("finger", ""))


def test_the_summary_of_a_session_says_what_its_last_trials_were_given_for() -> None:
    session = session_of("ladybirds", "cup", rest_after=50, rest_s=1.0, least_rest_s=1.0)
    play(session, until=lambda s: isinstance(s.phase, phases.Summary))
    last = {trial.game: trial for trial in session.trials}
    lines = briefs(session.scene())
    assert [words.key for words in lines] == [t.reason.replace("reason.", "brief.") for t in last.values()]
    assert [dict(words.values)["to"] for words in lines] == [t.reason_values["to"] for t in last.values()]
    assert any(isinstance(shape, Button) and shape.action == "why" for shape in session.scene().shapes)
    for _ in range(240):
        session.tick()
    click(session, "why")
    wait(session, phases.Why)
    assert {shape.key for shape in session.scene().shapes if isinstance(shape, Words)} >= {
        trial.reason for trial in last.values()
    }


def test_that_a_finger_is_asked_more_often_is_said_below_the_reason_and_not_in_the_summary() -> None:
    values = (*UP, ("finger", "ring"))
    rows = [(key, (*values, ("game", "cup"))) for key in screens.sentences("reason.up", dict(values))]
    assert [key for key, _ in rows] == ["reason.up", "reason.finger"]
    assert screens.sentences("reason.up", dict(UP)) == ("reason.up",)
    assert screens.sentences("reason.finger", dict(values)) == ("reason.finger",)
    scene = screens.why([*rows, ("reason.down", (*UP, ("game", "brook")))])
    words = [shape for shape in scene.shapes if isinstance(shape, Words)]
    first, also, other = (one for one in words if one.key.startswith("reason"))
    assert [first.key, also.key, other.key] == ["reason.up", "reason.finger", "reason.down"]
    assert first.y > also.y > other.y
    assert dict(also.values)["finger"] == "@finger.ring"
    assert [one.key for one in briefs(screens.summary([CUP], 5.0, "done", rows))] == ["brief.up"]


# The demonstration

# Pictures that it must be possible to see whole, beside all that is drawn as a mark or in words.
NEEDED = (
    "kite-reel",
    "market-basket",
    "melody-drum",
    "melody-bead",
    "letters-card",
    "ladybird",
    "leaf",
    "boat",
)


def area(shape: Shape) -> tuple[float, float, float, float]:
    """Return left, low, right and high of a shape; of words only where they stand."""
    if isinstance(shape, Path):
        across, up = [x for x, _ in shape.points], [y for _, y in shape.points]
        return min(across), min(up), max(across), max(up)
    if isinstance(shape, Circle | Arc):
        wide = high = shape.r
    elif isinstance(shape, Words):
        wide = high = shape.size / 2
    else:
        wide, high = shape.w / 2, shape.h / 2
    return shape.x - wide, shape.y - high, shape.x + wide, shape.y + high


def meets(one: Shape, other: Shape, more_than: float = 0.0) -> bool:
    """Tell whether two shapes share an area, more than so many units wide and high."""
    (left, low, right, high), (other_left, other_low, other_right, other_high) = area(one), area(other)
    wide, tall = min(right, other_right) - max(left, other_left), min(high, other_high) - max(low, other_low)
    return wide > more_than and tall > more_than


def demonstration(profile: Profile, game: str) -> tuple[Button, tuple[Shape, ...]]:
    """Return the start button, and what else lies over a demonstration."""
    garden, stop = screens.garden([True], 10), screens.stop_button(profile)
    over = (*screens.demonstration(profile, game, "keys", True, False), stop, *garden)
    (start,) = (shape for shape in over if isinstance(shape, Button) and shape.action == "start")
    return start, tuple(shape for shape in over if shape is not start)


@pytest.mark.parametrize("seen", Side)
def test_the_start_button_stands_in_the_seen_half_beside_stop_and_covers_no_other_thing(seen: Side) -> None:
    profile = Profile(unseen=seen.other)
    start, others = demonstration(profile, "cup")
    left, _, right, _ = area(start)
    assert (left >= STAGE_W / 2) if seen is Side.RIGHT else (right <= STAGE_W / 2)
    assert min(start.w, start.h) >= 20 * profile.units_per_mm
    assert start.y == screens.stop_button(profile).y
    assert not [shape for shape in others if meets(start, shape)]
    assert {demonstration(profile, game)[0] for game in GAMES} == {start}


@pytest.mark.parametrize("game", GAMES)
@pytest.mark.parametrize("hand", Side)
def test_the_start_button_covers_nothing_that_matters_in_any_game(game: str, hand: Side) -> None:
    session = session_of(game, profile=Profile(hand=hand))
    wait(session, phases.Demo)
    starts = [demonstration(Profile(hand=hand, unseen=side), game)[0] for side in Side]
    for _ in range(24):
        rest_for(session, 0.4)
        assert isinstance(session.phase, phases.Demo)
        scene = session.game.scene(session.phase.state)
        for shape in (mirrored(scene) if session.flipped else scene).shapes:
            if not isinstance(shape, Picture) or shape.name.startswith(NEEDED):
                assert not any(meets(start, shape, 12.0) for start in starts), shape


# Why it is this hard


def test_the_reasons_of_many_games_are_said_three_a_page() -> None:
    rows: list[screens.ReasonRow] = [("reason.first", (("game", game),)) for game in GAMES]
    assert screens.why_pages(rows[:3]) == screens.why_pages([]) == 1
    assert screens.why_pages(rows) == -(-len(GAMES) // 3)
    said = [dict(shape.values)["game"] for n in range(4) for shape in screens.why(rows, n).shapes if is_reason(shape)]
    assert said == list(GAMES)
    assert "more" not in [button.action for button in screens.why(rows[:3]).buttons]


def is_reason(shape: Shape) -> TypeGuard[Words]:
    return isinstance(shape, Words) and shape.key.startswith("reason.")


def test_the_pages_of_the_reasons_are_turned_round_and_round_and_back_leads_where_one_came_from() -> None:
    session = session_of(*(Block(game, 1) for game in ("ladybirds", "cup", "brook", "kite")), rest_after=50)
    play(session, until=lambda s: isinstance(s.phase, phases.Summary))
    shown = []
    for action in ("why", "more", "more"):
        rest_for(session, 2.0)
        click(session, action)
        shown.append([dict(s.values)["game"] for s in session.scene().shapes if is_reason(s)])
    assert shown[0] == shown[2] == ["ladybirds", "cup", "brook"]
    assert shown[1] == ["kite"]
    rest_for(session, 2.0)
    click(session, "back")
    assert session.phase == phases.Summary()
