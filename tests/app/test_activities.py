"""What is done without a score is reached from the screen of games, led to its end, and kept as notes."""

from pathlib import Path

import pytest
from practice import WELL

from app import rooms
from app.activities import ACTIVITIES, Activities
from app.logbook import Logbook
from app.visit import Visit
from engine.hand import Side
from engine.phases import Playing, Seek
from engine.profile import Profile
from engine.recording import Recording, parse
from engine.sample import Sample
from engine.scene import Words
from engine.screens import SETTINGS_PAGES
from engine.ticks import seconds, to_ms


class Room:
    """A visit that is driven by clicks and keys."""

    def __init__(self, folder: Path, profile: Profile | None = None) -> None:
        (folder / "settings.toml").write_text('hand = "right"\n')
        self.visit = Visit(folder, profile or Profile(), Logbook(folder))
        self.visit.ready()
        self.wait(1.0)

    def wait(self, s: float) -> None:
        for _ in range(seconds(s)):
            self.visit.tick()

    def key(self, name: str) -> None:
        for value in (1.0, 0.0):
            self.visit.tick((Sample(f"key.{name}", to_ms(self.visit.now + 1), value),))

    @property
    def actions(self) -> list[str]:
        return [button.action for button in self.visit.scene().buttons]

    @property
    def words(self) -> list[str]:
        return [shape.key for shape in self.visit.scene().shapes if isinstance(shape, Words)]

    def click(self, *actions: str) -> "Room":
        for action in actions:
            self.wait(0.6)
            button = next(b for b in self.visit.scene().buttons if b.action == action)
            for value in (1.0, 0.0):
                self.visit.tick((Sample("mouse", to_ms(self.visit.now + 1), value, button.x, button.y),))
        return self

    def to(self, activity: str) -> "Room":
        self.click("pick")
        while f"play {activity}" not in self.actions:
            self.click("more")
        return self.click(f"play {activity}")


def recordings(folder: Path) -> list[Recording]:
    import gzip

    found = sorted(folder.rglob("*.jsonl*"))
    return [
        parse((gzip.decompress(p.read_bytes()) if p.suffix == ".gz" else p.read_bytes()).decode().splitlines())
        for p in found
    ]


def test_every_game_and_every_activity_is_on_one_of_the_pages(tmp_path: Path) -> None:
    room = Room(tmp_path).click("pick")
    seen: list[str] = []
    while not set(room.actions) <= {*seen, "more", "home", "tasks", "goals"}:
        seen += [action for action in room.actions if action.startswith("play ")]
        room.click("more")
    assert seen == [f"play {name}" for name in (*rooms.all_games(), *ACTIVITIES, "assess")]


def test_the_mirror_is_kept_with_its_presses_and_seconds(tmp_path: Path) -> None:
    room = Room(tmp_path).to("mirror")
    room.wait(6)
    for name in ("F", "SPACE", "D"):
        room.key(name)
    assert "mirror.title" in room.words, "the thumb's key must not press a button"
    room.click("home")
    (recording,) = recordings(tmp_path)
    assert recording.header["kind"] == "mirror"
    assert recording.notes == ("mirror.3.7",)
    assert recording.trials == ()


@pytest.mark.parametrize("activity", ["mirror", "imagine"])
def test_a_mere_look_at_an_activity_leaves_nothing(tmp_path: Path, activity: str) -> None:
    Room(tmp_path).to(activity).click("home")
    assert recordings(tmp_path) == []


def test_an_imagined_movement_is_led_from_its_script_to_the_last_card(tmp_path: Path) -> None:
    room = Room(tmp_path).to("imagine")
    room.wait(6)
    room.click("imagine on", "imagine clear")
    while "imagine.which" in room.words:
        room.wait(1.0)
        room.key("RIGHT")
    assert "imagine.told" in room.words
    room.click("home")
    (recording,) = recordings(tmp_path)
    assert recording.notes[1] == "imagine.vivid.clear"
    assert len(recording.notes) == 14
    assert sum(".correct." in note for note in recording.notes[2:]) == 6


def test_each_line_of_the_script_is_to_be_spoken_once(tmp_path: Path) -> None:
    room = Room(tmp_path).to("imagine")
    spoken = [room.visit.activities.spoken] if room.visit.activities.spoken else []
    for _ in range(seconds(46)):
        room.visit.tick()
        spoken += [room.visit.activities.spoken] if room.visit.activities.spoken else []
    assert spoken == [f"imagine.line-{n}" for n in range(1, 5)]


def test_closing_the_window_keeps_an_activity(tmp_path: Path) -> None:
    room = Room(tmp_path).to("imagine")
    room.wait(8)
    room.visit.close()
    (recording,) = recordings(tmp_path)
    assert recording.notes[0].startswith("imagine.script.8")
    assert recording.end is not None


def test_the_edges_of_a_game_are_explored_from_the_screen_of_games(tmp_path: Path) -> None:
    room = Room(tmp_path).to("explore")
    room.click("edge cup", *WELL)
    session = room.visit.session
    assert session is not None
    room.click("start")
    assert isinstance(session.phase, Seek)
    room.click("start")
    assert isinstance(session.phase, Playing)
    room.key("ESCAPE")
    room.visit.close()
    (recording,) = recordings(tmp_path)
    assert recording.header["program"]["blocks"] == [{"game": "cup", "trials": 10, "explore": True}]
    assert recording.trials == ()


def test_a_task_of_daily_life_plays_all_its_games_in_a_row(tmp_path: Path) -> None:
    room = Room(tmp_path).click("pick", "tasks", "task drinking")
    assert {"game.cup", "game.market", "game.kite", "part.drinking.kite"} <= set(room.words)
    room.click("all drinking", *WELL)
    session = room.visit.session
    assert session is not None
    assert [block.game for block in session.plan.program.blocks] == ["cup", "market", "kite"]
    assert session.plan.program.name == "drinking"
    room.visit.close()


def test_a_word_of_ones_own_is_typed_kept_and_given_to_the_game(tmp_path: Path) -> None:
    room = Room(tmp_path).click("settings", *["more"] * (SETTINGS_PAGES - 1), "set word")
    for name in "ROSA":
        room.key(name)
    room.click("word take", "word erase", "word done")
    assert room.visit.profile.word == "ROSA"
    assert 'word = "ROSA"' in (tmp_path / "settings.toml").read_text("utf-8")
    room.click("home", "pick", "more", "more", "play letters", *WELL)
    session = room.visit.session
    assert session is not None
    assert session.plan.profile.word == "ROSA"
    room.visit.close()


def test_the_mirror_of_a_left_hand_listens_to_the_right_one(tmp_path: Path) -> None:
    activities = Activities()
    activities.begin("mirror", 0, 1)
    left = Profile(hand=Side.LEFT)
    activities.step((Sample("key.J", 0.0, 1.0),), 1, left)
    assert activities.ended(seconds(9)) == ("mirror", ["mirror.1.9"])
    assert activities.ended(seconds(10)) == ("", [])
