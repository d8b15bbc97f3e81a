"""Every game keeps its contract over its whole ladder: found by itself, pure, safe, ending, drawn, demonstrated."""

import pytest

from app import rooms
from app.files import asset
from app.texts import load
from engine.scene import Picture
from engine.testing import check_game, play_well

GAMES = list(rooms.all_games())


def test_games_are_found_by_themselves() -> None:
    assert set(GAMES) >= {"ladybirds", "cup", "brook"}


@pytest.mark.parametrize("name", GAMES)
def test_it_keeps_its_contract_over_levels_positions_and_seeds(name: str) -> None:
    check_game(rooms.all_games()[name], rooms.all_ladders()[name], seeds=1, positions=(1.0,), thin=4)


@pytest.mark.parametrize("name", GAMES)
def test_its_demonstration_at_the_easiest_level_ends_well_within_seconds(name: str) -> None:
    game = rooms.all_games()[name]
    outcome, scenes = play_well(game, rooms.all_ladders()[name].params(0.0))
    assert outcome.result == "hit"
    assert len(scenes) * 0.5 < 12


@pytest.mark.parametrize("name", GAMES)
def test_every_picture_it_shows_is_drawn(name: str) -> None:
    game, ladder = rooms.all_games()[name], rooms.all_ladders()[name]
    for level in ladder.levels:
        _, scenes = play_well(game, level.params(1.0))
        shown = {shape.name for scene in scenes for shape in scene.shapes if isinstance(shape, Picture)}
        for picture in (*shown, *game.pictures, scenes[0].ground, f"tile-{name}"):
            assert asset("art", "png", "light", f"{picture}.png").is_file(), picture


@pytest.mark.parametrize("name", GAMES)
def test_it_has_a_name_and_a_line_of_what_to_do_in_every_way_of_playing(name: str) -> None:
    texts = load("en", strict=True)
    assert texts.say(f"game.{name}")
    for way in ("keys", "mouse", "serial"):
        assert texts.say(f"how.{name}.{way}")
