"""The contact sheet shows every game and every screen."""

from pathlib import Path

import pytest
from PIL import Image

from app import contact, files, rooms
from app.cli import main
from app.contact import MOMENTS, Look, around, moments, sheet
from app.lettering import lay_out
from app.sizing import Sizing, box_of, box_of_words
from app.texts import load
from engine import day_screens
from engine.focus import anchor
from engine.hand import Side
from engine.scene import Picture, Scene, Words


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
    pages = -(-(len(rooms.all_games()) + 5) // 3)
    assert f"pick-{pages}" in names


def test_every_screen_of_a_day_is_on_it() -> None:
    names = {name for name, _ in around(Look())}
    assert {"tiles", "pin", "wipe", "welcome", "today", "choose", "pain", "news", "fatigue"} <= names
    assert {"emergency", "contact"} <= names
    assert {"clock", "pain-now", "effort", "waiting", "tired", "rest-tired", "pause-away", "pause-hidden"} <= names
    assert {"use", "journal", "words", "next", "reached", "lower", "goals", "goals-rate", "goals-none"} <= names
    assert {f"flags-{n + 1}" for n in range(day_screens.FLAG_PAGES)} <= names
    assert {f"reflect-{question}" for question in day_screens.REFLECTIONS} <= names
    assert len([name for name in names if name.startswith("closed-")]) == 3


@pytest.mark.parametrize("unseen", [None, *Side])
def test_where_a_side_is_not_seen_words_and_buttons_keep_clear_of_each_other(unseen: Side | None) -> None:
    shown = tuple(around(Look(unseen=unseen)))
    faults = [f"{name}, {language}, {scale}: {fault}" for language in files.languages() for scale in (1.0, 2.0)
              for name, scene in shown for fault in meetings(scene, language, scale)]  # fmt: skip
    assert faults == []


def meetings(scene: Scene, language: str, scale: float) -> list[str]:
    """Return the texts of a scene that meet a button, and the buttons that meet another."""
    say, buttons = load(language).say, [(box_of(button), button.action) for button in scene.buttons]
    words = [shape for shape in Sizing(scale, say).sized(scene).shapes if isinstance(shape, Words)]
    texts = [(box_of_words(one, lay_out(one, say(one.key, one.values))), one.key) for one in words]
    pairs = [(a, b) for a in texts for b in buttons] + [(a, b) for n, a in enumerate(buttons) for b in buttons[:n]]
    return [f"{name} meets {other}" for (box, name), (beside, other) in pairs if box.meets(beside, -0.01)]


def test_the_bar_to_look_for_is_on_each_screen_once_it_is_known_who_it_is() -> None:
    look = Look(unseen=Side.LEFT)
    bar = anchor(look.profile)[0]
    without = [name for name, scene in around(look) if bar not in scene.shapes]
    assert without == ["tiles", "tiles-2", "who-picture", "who-hand", "pin", "pin-wrong", "pin-blocked", "wipe"]
    assert bar in moments("ladybirds", look)["easy"].shapes


def test_a_sheet_says_in_its_name_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact, "every_scene", lambda look: [("home", Scene("", anchor(look.profile)))])
    told = ["--language", "de", "--hand", "left", "--unseen", "left", "--text", "2.0", "--out", str(tmp_path)]
    assert main(["pictures", "--palette", "dark", *told]) == 0
    name = "dark-de-left-hand-left-unseen-text-200"
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.png")} == {
        f"sheet-{name}.png", f"{name}/home.png"
    }  # fmt: skip
    assert Look().name == "light-en"


@pytest.mark.parametrize("size", ["0.5", "3", "nan", "large"])
def test_a_size_that_cannot_be_is_refused(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["pictures", "--text", size])
    assert "must be a number from 1 to 2" in capsys.readouterr().err


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
