"""A word of one's own is spelled with keys or buttons; tasks of daily life name their games."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import rooms
from engine import spelling, task
from engine.level import LevelError
from engine.sample import Sample
from engine.spelling import LETTERS, LONGEST, Spelling, is_word
from engine.task import Task, parse

GAMES = {"cup", "kite", "market", "zip"}


def keys(names: str) -> list[Sample]:
    return [Sample(f"key.{name}", 0.0, value) for name in names for value in (1.0, 0.0)]


def test_letters_are_typed_and_the_last_one_is_taken_away() -> None:
    typed = spelling.typed(Spelling(), [*keys("ROSAX"), Sample("key.BACKSPACE", 0.0, 1.0), Sample("key.F1", 0.0, 1.0)])
    assert typed.word == "ROSA"


def test_without_a_keyboard_letters_are_turned_and_taken() -> None:
    spelled = Spelling()
    for what in ("before", "take", "after", "after", "take", "take", "erase"):
        spelled = spelling.pressed(spelled, what)
    assert spelled == Spelling("ZB", "B")


@given(st.lists(st.sampled_from(["take", "erase", "before", "after"])), st.text(LETTERS, max_size=20))
def test_whatever_is_pressed_it_stays_a_word(pressed: list[str], typed: str) -> None:
    spelled = spelling.typed(Spelling(), keys(typed))
    for what in pressed:
        spelled = spelling.pressed(spelled, what)
    assert is_word(spelled.word)
    assert spelled.letter in LETTERS
    assert len(spelled.word) <= LONGEST


@pytest.mark.parametrize("text", ["A1", "rosa", "ABCDEFGHI", "É", "A B"])
def test_what_is_no_word_is_told(text: str) -> None:
    assert not is_word(text)


def test_the_tasks_that_come_with_the_program_name_games_that_there_are() -> None:
    tasks = rooms.all_tasks()
    assert [one.name for one in tasks] == ["drinking", "buttoning", "writing", "cooking", "opening", "money"]
    assert {game for one in tasks for game in one.games} >= set(rooms.ORDER) - {"melody"}


def test_a_task_is_one_file() -> None:
    text = 'name = "drinking"\nplace = 1\ngames = ["cup", "kite"]\n'
    assert parse(text, "x.toml", GAMES) == Task("drinking", 1, ("cup", "kite"))
    assert task.MOST_PARTS == 3


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"drinking"', '"Drink it"', "name: must be one word"),
        ("place = 1", "place = 0", "place: must be a whole number"),
        ("place = 1", "place = true", "place: must be a whole number"),
        ('["cup", "kite"]', '["cup", "cup"]', "games: must be a list of 1 to 3"),
        ('["cup", "kite"]', "[]", "games: must be a list of 1 to 3"),
        ('["cup", "kite"]', '["cup", "tennis"]', "games: must be some of cup, kite, market, zip, not tennis"),
        ("place = 1", "place = 1\nhard = 2", "hard: is not a key"),
        ("place = 1", "place = ", "is not readable as TOML"),
    ],
)
def test_a_wrong_task_names_file_key_and_remedy(old: str, new: str, said: str) -> None:
    text = 'name = "drinking"\nplace = 1\ngames = ["cup", "kite"]\n'.replace(old, new)
    with pytest.raises(LevelError) as told:
        parse(text, "levels/tasks/x.toml", GAMES)
    assert str(told.value).startswith("levels/tasks/x.toml")
    assert said in str(told.value)
