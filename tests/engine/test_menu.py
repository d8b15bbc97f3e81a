"""Check that every button can be pressed with mouse, keys, a dwelling pointer and one switch."""

from dataclasses import replace
from typing import Any

import pytest

from engine import menu, screens, sensor_screens
from engine.hand import Side
from engine.menu import Menu
from engine.profile import Profile
from engine.sample import Sample
from engine.scene import STAGE_H, STAGE_W, Button, Scene
from engine.spelling import Spelling
from engine.ticks import seconds, to_ms, to_ticks

USUAL = Profile(cooldown_ms=500.0)
BUTTONS = tuple(Button(name, 200 + 400 * n, 300, 300, 100) for n, name in enumerate(("a", "b", "c")))
COOL = to_ticks(500)


class Hand:
    """A hand at a screen: what it does, tick by tick, and what was chosen."""

    def __init__(self, buttons: tuple[Button, ...] = BUTTONS, profile: Profile = USUAL, at: int = COOL) -> None:
        self.buttons, self.profile, self.tick = buttons, profile, at
        self.menu: Menu = menu.opened(0)

    def step(self, *samples: Sample) -> str:
        self.menu, action = menu.step(self.menu, self.buttons, samples, self.tick, self.profile)
        self.tick += 1
        return action

    def key(self, name: str) -> str:
        chosen = self.step(Sample(f"key.{name}", to_ms(self.tick), 1.0))
        return chosen or self.step(Sample(f"key.{name}", to_ms(self.tick), 0.0))

    def mouse(self, x: float, y: float, down: bool) -> str:
        return self.step(Sample("mouse", to_ms(self.tick), float(down), x, y))

    def wait(self, s: float) -> list[str]:
        return [action for _ in range(seconds(s)) if (action := self.step())]

    def look(self) -> tuple[Button, ...]:
        return menu.shown(self.menu, self.buttons, self.tick, self.profile)


def test_in_the_middle_of_play_the_thumbs_key_answers_nothing_and_never_presses_stop() -> None:
    def press(
        there: Menu, name: str, tick: int, buttons: tuple[Button, ...] = BUTTONS, profile: Profile = USUAL
    ) -> Any:
        return menu.step(there, buttons, (Sample(f"key.{name}", to_ms(tick), 1.0),), tick, profile)

    there, tick = menu.opened(0, keyed=True, wary=True), 0
    for _ in range(40):  # a thumb that goes on tapping
        tick += seconds(0.6)
        there, action = press(there, "SPACE", tick)
        assert action == ""
    assert press(there, "SPACE", tick + seconds(2))[1] == "a", "after a quiet while it is meant"
    moved, _ = press(menu.opened(0, keyed=True, wary=True), "RIGHT", seconds(9))
    assert press(moved, "SPACE", seconds(9.2))[1] == "b", "who moves the focus means the menu"
    stop, there = (replace(BUTTONS[0], action="stop"),), menu.opened(0, keyed=True, wary=True)
    assert press(there, "SPACE", seconds(9), stop)[1] == ""
    assert press(there, "ENTER", seconds(9), stop)[1] == "stop"
    assert press(there, "SPACE", seconds(9), stop, Profile(scan_s=2.0))[1] == "stop"


def test_a_pointer_acts_when_it_is_let_go_on_the_button_it_pressed() -> None:
    hand = Hand()
    assert hand.mouse(600, 300, True) == ""
    assert [button.pressed for button in hand.look()] == [False, True, False]
    assert hand.mouse(610, 310, True) == ""
    assert hand.mouse(610, 310, False) == "b"
    assert not any(button.pressed for button in hand.look())


def test_sliding_off_cancels_and_sliding_onto_another_chooses_neither() -> None:
    for x, y in ((600, 700), (1000, 300)):
        hand = Hand()
        hand.mouse(600, 300, True)
        assert hand.mouse(x, y, True) == ""
        assert hand.mouse(x, y, False) == ""


def test_sliding_back_before_letting_go_chooses_after_all() -> None:
    hand = Hand()
    hand.mouse(600, 300, True)
    hand.mouse(600, 800, True)
    assert hand.mouse(600, 300, False) == "b"


def test_a_press_that_began_beside_the_buttons_chooses_nothing() -> None:
    hand = Hand()
    hand.mouse(600, 800, True)
    assert hand.mouse(600, 300, False) == ""


def test_within_the_cool_down_nothing_is_chosen_and_after_it_it_is() -> None:
    for at, action in ((COOL - 1, ""), (COOL, "a")):
        hand = Hand(at=at)
        hand.menu = replace(hand.menu, keyed=True)
        assert hand.step(Sample("key.ENTER", 0.0, 1.0)) == action


def test_after_each_choice_there_is_a_cool_down_again() -> None:
    hand = Hand()
    hand.key("TAB")
    assert hand.key("ENTER") == "a"
    assert hand.key("ENTER") == ""
    hand.wait(0.5)
    assert hand.key("ENTER") == "a"


def test_while_no_focus_is_to_be_seen_enter_and_space_only_show_it() -> None:
    for key in ("ENTER", "RETURN", "NUM_ENTER", "SPACE"):
        hand = Hand()
        assert hand.key(key) == ""
        assert hand.look()[0].focused == 1.0
        assert hand.key(key) == "a"


def test_a_pointer_that_rests_must_leave_a_button_before_it_presses_it_again() -> None:
    hand = Hand(profile=replace(USUAL, dwell_s=1.0))
    hand.mouse(1000, 300, False)
    assert hand.wait(10) == ["c"]
    assert hand.look()[2].focused == 0.0
    hand.mouse(1000, 800, False)
    hand.mouse(1000, 300, False)
    assert hand.wait(1.1) == ["c"]


def test_a_switch_that_comes_just_after_a_step_still_means_the_button_before() -> None:
    for after_s, action in ((0.1, "a"), (0.6, "b")):
        hand = Hand(profile=replace(USUAL, scan_s=1.0), at=COOL)
        while hand.menu.focus == 0:
            hand.step()
        hand.wait(after_s)
        assert hand.key("SPACE") == action


def test_the_first_arrow_shows_the_focus_and_the_next_ones_move_it_round() -> None:
    hand = Hand()
    assert [button.focused for button in hand.look()] == [0, 0, 0]
    hand.key("RIGHT")
    assert [button.focused for button in hand.look()] == [1, 0, 0]
    for expected in ("b", "c", "a"):
        hand.key("TAB")
        assert next(button.action for button in hand.look() if button.focused) == expected
    hand.key("UP")
    assert hand.key("ENTER") == "c"


def test_other_keys_choose_nothing() -> None:
    hand = Hand()
    assert [hand.key(name) for name in ("J", "ESCAPE", "F1", "KEY_1")] == ["", "", "", ""]


def test_a_pointer_that_dwells_chooses_and_one_that_leaves_in_time_does_not() -> None:
    dwelling = replace(USUAL, dwell_s=1.0)
    hand = Hand(profile=dwelling)
    hand.mouse(1000, 300, False)
    assert hand.wait(0.5) == []
    assert 0.4 < hand.look()[2].focused < 0.6
    hand.mouse(1000, 800, False)
    assert hand.wait(3) == []
    hand.mouse(1000, 300, False)
    assert hand.wait(1.1) == ["c"]


def test_without_dwelling_a_resting_pointer_chooses_nothing() -> None:
    hand = Hand()
    hand.mouse(1000, 300, False)
    assert hand.wait(5) == []


def test_a_screen_without_buttons_chooses_nothing() -> None:
    assert Hand(buttons=()).key("ENTER") == ""


def test_a_focus_beyond_a_shorter_screen_comes_back_inside() -> None:
    got, action = menu.step(Menu(focus=7, keyed=True), BUTTONS, (Sample("key.ENTER", 0.0, 1.0),), COOL, USUAL)
    assert (got.focus, action) == (2, "c")


PROFILES = (USUAL, Profile(hand=Side.LEFT, unseen=Side.RIGHT))
REASON = ("reason.up", (("from", "1"), ("to", "2"), ("game", "cup")))
SCREENS: dict[str, Scene] = {
    "home": screens.home(),
    "home with a notice": screens.home("home.title"),
    "again": screens.again(3),
    "pick": screens.pick(("ladybirds", "cup", "brook")),
    "pick of many": screens.pick(tuple("abcdefg"), 1),
    "stopped": screens.stopped(),
    **{f"paused {why}": screens.paused(why) for why in ("idle", "unplugged", "hard", "taps")},
    "rest": screens.rest(10, 30, 3, 9, True),
    "rest not ready": screens.rest(29, 30, 3, 9, False),
    "why": screens.why([REASON, REASON, REASON]),
    "why of many": screens.why([("reason.first", (("game", game),)) for game in "abcd"], 1),
    "summary": screens.summary((), 3.0, "done"),
    "review": screens.review(((True, ""), (False, "too-soft")), "hint.too-soft"),
    "moved": screens.moved([("cup", (("steady", 0.5),))]),
    "tasks": screens.tasks(tuple("abcdef")),
    "task": screens.task("drinking", ("cup", "market", "kite")),
    "edges": screens.edges(("cup", "kite")),
    "seek": Scene("sunrise", (*screens.seek("cup", "too-soft").shapes, screens.stop_button(USUAL))),
    "explored": screens.explored("cup", (("too-soft", "too-soft"), ("too-hard", ""))),
    "word": screens.word(Spelling("ROSA")),
    "tare": Scene("sunrise", (*sensor_screens.tare(True).shapes, screens.stop_button(USUAL))),
    "firm": Scene("sunrise", (*sensor_screens.firm(0.5).shapes, screens.stop_button(USUAL))),
    **{f"settings {page}": screens.settings(USUAL, page) for page in range(4)},
    **{
        f"demonstration of {game} for {profile.hand}": Scene(
            "table", (*screens.demonstration(profile, game, "keys", False, False), screens.stop_button(profile))
        )
        for game in ("cup", "brook", "ladybirds")
        for profile in PROFILES
    },
    **{f"playing {profile.hand}": Scene("table", screens.practice_controls(profile)) for profile in PROFILES},
}


def test_every_function_that_makes_a_screen_is_among_those_tested() -> None:
    made = {
        "home",
        "again",
        "pick",
        "question",
        "stopped",
        "paused",
        "rest",
        "why",
        "summary",
        "settings",
        "first_hand",
        "leaving",
        "review",
        "moved",
        "tasks",
        "task",
        "edges",
        "seek",
        "explored",
        "word",
    }
    returning = {
        name
        for name, made_by in vars(screens).items()
        if callable(made_by) and getattr(made_by, "__annotations__", {}).get("return") is Scene
    }
    assert returning == made


@pytest.mark.parametrize("name", SCREENS)
def test_every_button_of_every_screen_lies_whole_on_the_stage_and_free_of_the_others(name: str) -> None:
    buttons = SCREENS[name].buttons
    assert buttons
    for n, one in enumerate(buttons):
        assert 0 <= one.x - one.w / 2 < one.x + one.w / 2 <= STAGE_W, one
        assert 0 <= one.y - one.h / 2 < one.y + one.h / 2 <= STAGE_H, one
        for other in buttons[n + 1 :]:
            apart = abs(one.x - other.x) >= (one.w + other.w) / 2 or abs(one.y - other.y) >= (one.h + other.h) / 2
            assert apart, (one, other)
    assert len({button.action for button in buttons}) == len(buttons)


@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("way", ["mouse", "keys", "dwell", "switch", "switch anywhere"])
def test_every_button_of_every_screen_can_be_reached_in_every_way(name: str, way: str) -> None:
    buttons = SCREENS[name].buttons
    for n, button in enumerate(buttons):
        assert _chosen(way, buttons, n) == button.action


def _chosen(way: str, buttons: tuple[Button, ...], n: int) -> str:
    profile = {"dwell": replace(USUAL, dwell_s=0.8), "switch": replace(USUAL, scan_s=1.0)}.get(way.split()[0], USUAL)
    hand = Hand(buttons, profile)
    if way == "mouse":
        hand.mouse(buttons[n].x, buttons[n].y, True)
        return hand.mouse(buttons[n].x, buttons[n].y, False)
    if way == "keys":
        for _ in range(n + 1):
            hand.key("TAB")
        return hand.key("ENTER")
    if way == "dwell":
        hand.mouse(buttons[n].x, buttons[n].y, False)
        return (hand.wait(1.0) or [""])[0]
    for _ in range(seconds(1.0) * (len(buttons) + 1)):
        if hand.menu.focus == n:
            break
        hand.step()
    assert hand.look()[n].focused == 1.0
    hand.wait(0.5)
    if way == "switch":
        return hand.key("SPACE")
    empty = next(
        (x, y) for x in range(1, STAGE_W, 7) for y in range(1, STAGE_H, 7) if not any(b.holds(x, y) for b in buttons)
    )
    hand.mouse(*empty, True)
    return hand.mouse(*empty, False)


def test_scanning_goes_round_by_itself_and_stays_after_a_choice_for_its_time() -> None:
    hand = Hand(profile=replace(USUAL, scan_s=1.0), at=0)
    seen = []
    for _ in range(4):
        seen.append(next(button.action for button in hand.look() if button.focused))
        hand.wait(1.0)
        hand.step()
    assert seen == ["a", "b", "c", "a"]


def test_stop_stands_at_the_same_place_on_the_seen_side_and_help_beside_it() -> None:
    for profile, side in ((USUAL, 1), (Profile(unseen=Side.RIGHT), -1)):
        stop, show = screens.practice_controls(profile)
        assert (stop.action, show.action) == ("stop", "show")
        assert (stop.x - STAGE_W / 2) * side > 400
        assert stop.y > STAGE_H * 0.8
