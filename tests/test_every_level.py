"""Every level file is valid, every ladder climbs, and no program asks for more than it may."""

import pytest

from app import files, rooms
from engine.level import check

LADDERS = rooms.all_ladders()


def test_every_game_has_a_ladder_and_every_ladder_a_game() -> None:
    assert set(LADDERS) == set(rooms.all_games())


@pytest.mark.parametrize("name", list(LADDERS))
def test_each_rung_is_no_easier_than_the_one_before(name: str) -> None:
    check(LADDERS[name], rooms.all_games()[name].index)


@pytest.mark.parametrize("name", list(rooms.ORDER))
def test_the_games_of_the_first_hour_have_at_least_twelve_rungs(name: str) -> None:
    assert len(LADDERS[name].levels) >= 12


@pytest.mark.parametrize("name", list(LADDERS))
def test_no_rung_asks_for_more_than_a_third_of_the_hands_own_maximum(name: str) -> None:
    game = rooms.all_games()[name]
    assert max(game.peak(LADDERS[name].params(d)) for d in range(101)) <= 1 / 3


@pytest.mark.parametrize(("path", "text"), files.level_texts(), ids=lambda value: str(value)[:40])
def test_a_file_is_called_after_its_game_and_rung(path: str, text: str) -> None:
    level = next(level for ladder in LADDERS.values() for level in ladder.levels if level.path == path)
    _, game, name = path.split("/")
    assert game == level.game
    assert int(name.split("-")[0]) == level.rung


def test_every_program_can_be_read_and_asks_for_little_force() -> None:
    texts = files.program_texts()
    assert texts
    for path, text in texts:
        assert rooms.prescription_of(text, path).limits.cap <= 0.40
    assert rooms.built_in_program().blocks
