"""Count the presses, and the time, from the first screen of a ward's computer to the first repetition."""

import sys

import pytest
from fortnight import Way, ways

from app import files

sys.path.insert(0, str(files.ROOT / "docs"))
import build_fortnight

Ways = tuple[Way, Way, Way]


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Ways:
    return ways(tmp_path_factory.mktemp("ward"))


def verbs(way: Way) -> list[str]:
    return [action.partition(" ")[0] for action in way.pressed]


def test_a_known_patient_begins_after_four_presses_within_a_minute(counted: Ways) -> None:
    assert verbs(counted[0]) == ["who", "start", "scale", "news"]
    assert counted[0].lasted_s < 60, "though each screen is looked at for five seconds, and the game is shown first"


def test_a_pin_takes_its_four_digits_and_ok_more(counted: Ways) -> None:
    assert verbs(counted[1]) == ["who", *["digit"] * 4, "enter", "start", "scale", "news"]
    assert counted[1].lasted_s < 60


def test_somebody_new_begins_after_seven_presses_within_a_minute(counted: Ways) -> None:
    assert verbs(counted[2]) == ["new", "picture", "hand", "start", "scale", "news", "start"]
    assert counted[2].lasted_s < 60


def test_the_page_has_the_count(counted: Ways) -> None:
    assert build_fortnight.presses(counted) in build_fortnight.PAGE.read_text("utf-8"), "run docs/build_fortnight.py"
