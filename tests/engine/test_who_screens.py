"""The screens of the reception: tiles in pages, a pad on the seen side, and a PIN that is never shown."""

import pytest

from engine.hand import Side
from engine.profile import Profile
from engine.scene import STAGE_W, Button, Circle, Words, from_plain, to_plain
from engine.who_screens import PICTURES, Tile, change_button, hand, pictures, pin_pad, tiles, wipe

WHO = [Tile(f"K{n}-RB4", picture) for n, picture in enumerate(PICTURES)]


def actions(buttons: tuple[Button, ...]) -> list[str]:
    return [button.action for button in buttons]


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (6, 1), (7, 2), (12, 2)])
def test_each_patient_is_on_one_page_and_there_is_a_way_between_the_pages(count: int, pages: int) -> None:
    shown = []
    for page in range(pages):
        there = actions(tiles(WHO[:count], page).buttons)
        shown += [action.removeprefix("who ") for action in there if action.startswith("who ")]
        assert ("more" in there, "back" in there) == (page < pages - 1, page > 0)
        assert {"new", "leave"} <= set(there)
    assert shown == [tile.code for tile in WHO[:count]]


def test_a_tile_shows_picture_code_and_name_and_that_a_pin_is_set() -> None:
    tile = tiles([Tile("K7-RB4", "cat", "Anna Obermaierstein", True)]).buttons[0]
    assert (tile.picture, tile.icon) == ("who-cat", "icon-key")
    assert dict(tile.values)["text"] == "Anna Obermaier… K7-RB4", "a long name is shortened, a code never"
    assert tiles([Tile("K7-RB4", "cat")]).buttons[0].icon == ""


def test_all_pictures_are_offered_six_a_page() -> None:
    there = [*actions(pictures(PICTURES).buttons), *actions(pictures(PICTURES, 1).buttons)]
    assert [action for action in there if action.startswith("picture")] == [f"picture {name}" for name in PICTURES]
    assert "more" not in actions(pictures(PICTURES[:6]).buttons)


def test_there_is_a_way_back_from_every_question() -> None:
    scenes = (pictures(PICTURES), hand(), pin_pad(Profile(), "who.pin", 0))
    assert all("back" in actions(scene.buttons) for scene in scenes)


def test_the_pad_has_ten_digits_and_offers_ok_once_there_may_be_a_pin() -> None:
    def of(typed: int) -> set[str]:
        return set(actions(pin_pad(Profile(), "who.pin", typed).buttons))

    digits = {f"digit {n}" for n in range(10)}
    assert of(0) == of(3) == digits | {"erase", "back"}
    assert of(4) == of(6) == digits | {"erase", "back", "enter"}


def test_a_blocked_pad_has_no_digits_and_says_how_long() -> None:
    pad = pin_pad(Profile(), "who.pin", 0, "who.wrong", 61.2, WHO[0], staff=True)
    assert actions(pad.buttons) == ["staff", "back"]
    words = next(s for s in pad.shapes if isinstance(s, Words) and s.key == "who.blocked")
    assert words.values == (("time", "1:02"),), "never less than what is left"


def test_typed_digits_are_dots() -> None:
    for typed in range(7):
        circles = [s for s in pin_pad(Profile(), "who.pin", typed).shapes if isinstance(s, Circle)]
        assert [circle.fill for circle in circles] == ["primary"] * typed + ["card"] * (4 - typed)


def test_the_digits_stand_in_the_seen_half_in_the_same_order() -> None:
    right = pin_pad(Profile(unseen=Side.LEFT), "who.pin", 4, tile=WHO[0], staff=True)
    left = pin_pad(Profile(unseen=Side.RIGHT), "who.pin", 4, tile=WHO[0], staff=True)
    keys = [
        {button.action: button.x for button in pad.buttons if button.action.partition(" ")[0] in ("digit", "enter")}
        for pad in (right, left)
    ]
    assert min(keys[0].values()) > STAGE_W / 2 > max(keys[1].values())
    assert all(x - keys[1][action] == pytest.approx(560) for action, x in keys[0].items())
    assert [b.y for b in right.buttons] == [b.y for b in left.buttons]


def test_wiping_presses_nothing_until_the_screen_is_still() -> None:
    assert actions(wipe(False).buttons) == []
    assert actions(wipe(True).buttons) == ["wiped"]


def test_every_screen_can_be_written_down_and_read_again() -> None:
    pad = pin_pad(Profile(), "who.clinic", 2, "who.wrong")
    for scene in (tiles(WHO), pictures(PICTURES), hand(), pad, wipe(True)):
        assert from_plain(to_plain(scene)) == scene
    assert change_button().action == "change"
