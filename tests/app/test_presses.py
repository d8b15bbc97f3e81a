"""Count the presses, and the time, from the first screen of a ward's computer to the first repetition."""

from pathlib import Path

import pytest
from fortnight import NEW, Ward


@pytest.fixture
def ward(tmp_path: Path) -> Ward:
    return Ward(tmp_path)


def test_a_known_patient_begins_within_four_presses_and_a_minute(ward: Ward) -> None:
    way = ward.way(ward.known)
    assert [action.partition(" ")[0] for action in way.pressed] == ["who", "start", "scale", "news"]
    assert way.lasted_s < 60, "though each screen is looked at for five seconds, and the game is shown first"


def test_a_pin_takes_its_digits_and_ok_more(tmp_path: Path) -> None:
    ward = Ward(tmp_path, pin="2468")
    way = ward.way(ward.known)
    assert [action.partition(" ")[0] for action in way.pressed] == [
        "who", *["digit"] * 4, "enter", "start", "scale", "news",
    ]  # fmt: skip
    assert way.lasted_s < 60


def test_somebody_new_begins_within_seven_presses_and_a_minute(ward: Ward) -> None:
    way = ward.way(NEW)
    assert len(way.pressed) == 7
    assert way.lasted_s < 60
