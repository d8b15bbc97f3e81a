"""The summary says in one short line for each game why it is as hard as it is now."""

from dataclasses import replace

import pytest
from practice import click, play, session_of, wait

from engine import phases, screens
from engine.game import Result
from engine.hand import Side
from engine.recording import Trial
from engine.scene import Bar, Button, Picture, Scene, Words

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
