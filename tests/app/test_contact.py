"""The contact sheet shows every game and every screen."""

from pathlib import Path

import pytest
from PIL import Image

from app import rooms
from app.cli import main
from app.contact import MOMENTS, Look, around, moments, sheet
from engine.hand import Side
from engine.scene import Picture, Scene


@pytest.mark.parametrize("game", ["cup", "ladybirds"])
def test_a_game_is_seen_in_all_its_moments(game: str) -> None:
    found = moments(game, Look())
    assert set(found) == set(MOMENTS)
    assert all(isinstance(scene, Scene) and scene.shapes for scene in found.values())


def test_the_left_hand_is_seen_from_its_own_side() -> None:
    def grounds(hand: Side) -> list[float]:
        scene = moments("ladybirds", Look(hand=hand))["easy"]
        return [shape.x for shape in scene.shapes if isinstance(shape, Picture) and shape.name == "leaf"]

    assert grounds(Side.LEFT)[0] == 1600 - grounds(Side.RIGHT)[0]


def test_every_screen_around_the_games_is_on_it_by_its_own_name() -> None:
    names = [name for name, _ in around(Look())]
    assert len(names) == len(set(names))
    assert {"home", "summary", "moved", "why", "rest", "mirror", "imagine", "stopped", "card", "edges"} <= set(names)
    pages = -(-(len(rooms.all_games()) + 4) // 3)
    assert f"pick-{pages}" in names


def test_pictures_stand_on_a_sheet_in_rows_of_four() -> None:
    one = Image.new("RGB", (960, 540), "red")
    assert (
        sheet({str(n): one for n in range(4)}, "light").height * 2
        > sheet({str(n): one for n in range(5)}, "dark").height
    )
    made = sheet({"a": one}, "light")
    assert made.getpixel((30, 30)) == (255, 0, 0)


def test_an_unknown_language_is_refused_in_one_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["pictures", "--language", "xx", "--out", str(tmp_path / "p")]) == 1
    assert "there is no language called xx; there are de, en, es, fr" in capsys.readouterr().err
