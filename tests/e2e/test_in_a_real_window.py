"""What a patient sees and does, in a real window: real keys and pointer, a sensor on a port, a database on the disk."""

import json
import time
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
from screen import Board, Copy, Screen, run, started

from app.cli import main
from app.palette import PALETTES
from app.texts import load
from engine import day_screens, screens, sensor_screens
from engine.hand import Finger, Side
from engine.profile import Profile
from engine.recording import trial_from_plain
from engine.scene import STAGE_W, Bar, Button, Circle
from games.cup.drawn import GAUGE_X
from games.ladybirds import TIPS

KEYSYMS = {
    Finger.THUMB: "space", Finger.INDEX: "j", Finger.MIDDLE: "k", Finger.RING: "l", Finger.LITTLE: "semicolon"
}  # fmt: skip
STALL_S, SURE_S = 4.0, 0.4
REACTION_S = 0.15  # quicker than that nobody is: the game takes it for an answer that came too early
LADYBIRD_RED = (217, 83, 63)
LIGHT = PALETTES["light"]
GAMES = ("ladybirds", "cup", "brook")
USUAL = Profile()
START = next(s for s in screens.demonstration(USUAL, "ladybirds", "keys", False, False) if isinstance(s, Button))
STOP, SHOW = screens.stop_button(USUAL), screens.help_button(USUAL)
PRACTICE, PICK, SETTINGS, QUIT = screens.home().buttons
PAIN, TIRED, OTHER = screens.stopped().buttons
GO_ON, NOT_NOW = screens.again(1).buttons
(UNPLUGGED,) = screens.paused("unplugged").buttons
(CHANGED,) = screens.paused("screen").buttons
FIRM = next((s.x, s.y, s.r, s.r) for s in sensor_screens.firm(0.0).shapes if isinstance(s, Circle))


# --- how the games are seen and played ------------------------------------------------------------------
WELL = Profile()
CHECK_IN = tuple(
    next(button for button in scene.buttons if button.action == action)
    for scene, action in (
        (day_screens.today(day_screens.Day(("ladybirds",), 5), WELL), "start"),
        (day_screens.scale("pain", WELL), "scale 0"),
        (day_screens.news(WELL), "news no"),
    )
)


def landed(copy: Copy, hand: Side = Side.RIGHT) -> Finger:
    """Return the finger of the drawn hand on which a ladybird has landed, as soon as a patient would know it."""
    found = copy.wait_for("a ladybird on a finger", lambda: _with_ladybird(copy, hand))
    time.sleep(REACTION_S)
    return Finger(found)


def _with_ladybird(copy: Copy, hand: Side) -> Finger | None:
    tips = [(x if hand is Side.RIGHT else STAGE_W - x, y, 90, 90) for x, y in TIPS.values()]
    reds = copy.share(LADYBIRD_RED, *tips)
    return list(TIPS)[reds.index(max(reds))] if max(reds) > 0.1 else None


def see_the_hint(copy: Copy, cause: str) -> None:
    """Wait for the card that says what to change: its lower right corner, where no word is."""
    card = next(shape for shape in screens.hint(cause) if isinstance(shape, Bar))
    corner = (card.x + card.w / 2 - 50, card.y - card.h / 2 + 12, 30, 8)
    copy.wait_for("the hint", lambda: copy.share(LIGHT["card"], corner)[0] > 0.9)


def boat(copy: Copy) -> tuple[float, float]:
    """Return where on the stage the boat waits to be touched: the middle of the ring around it."""
    return copy.wait_for("the boat", lambda: _ringed(copy))  # type: ignore[no-any-return]


def _ringed(copy: Copy) -> tuple[float, float] | None:
    seen = copy.pixels(copy.screen.image(), 800, 400, 1600, 700)
    rows, columns = np.nonzero(np.abs(seen - np.array(LIGHT["focus"])).max(axis=2) < 20)
    if len(rows) < 150:
        return None
    left, top = copy.px(0, 750)
    return copy.stage(left + (columns.min() + columns.max()) / 2, top + (rows.min() + rows.max()) / 2)


def lead(copy: Copy, off: float, share: float = 1.0) -> None:
    """Touch the boat and lead it along the straight brook, ``off`` units beside its middle."""
    x, y = boat(copy)
    ahead = [(x + (1600 - 2 * x) * share * k / 30, y + off * min(1.0, k / 3)) for k in range(31)]
    copy.drag(*ahead, seconds=0.9)


def is_steady(copy: Copy) -> bool:
    """Tell whether the gauge says that the force is where it should be."""
    return copy.share(LIGHT["good"], (GAUGE_X, 410, 90, 560))[0] > 0.03


def rests_on(copy: Copy, button: Button) -> bool:
    """Tell whether the focus that moves by itself is on a button, and was for long enough to mean that one."""
    if not copy.is_focused(button):
        return False
    time.sleep(SURE_S)
    return copy.is_focused(button)


def enter(copy: Copy, button: Button) -> None:
    """Choose the first button of a screen by keyboard: one key shows where the focus is, Enter presses."""
    copy.wait_to_see(button)
    if not copy.is_focused(button):
        copy.press("Tab")
    copy.wait_for(f"the focus on {button.action}", lambda: copy.is_focused(button))
    copy.choose(button, keys=("Return",))


def check_in(copy: Copy) -> None:
    """Say that nothing hurts and nothing is new.

    These screens look alike where a button is, so both are pressed in turn until the demonstration is there; each of
    the two places is free on the other's screen.
    """
    begin, none, no = CHECK_IN
    copy.choose(begin)
    for _ in range(12):
        time.sleep(0.8)
        copy.click(none.x, none.y)
        time.sleep(0.8)
        copy.click(no.x, no.y - no.h / 2 + 12)
        if copy.shows(START):
            return
    raise AssertionError("the check-in does not end")


def recording_replays(folder: Path) -> bool:
    """Tell whether the newest recording gives the very same trials again."""
    return main(["replay", str(max((folder / "data/recordings").iterdir()))]) == 0


def settings(folder: Path) -> dict[str, Any]:
    """Return what stands in the settings file."""
    path = folder / "data/settings.toml"
    return tomllib.loads(path.read_text()) if path.exists() else {}


# --- the stories ----------------------------------------------------------------------------------------


def test_ladybirds_are_answered_with_keys_and_a_press_on_stop_ends_it_at_once(screen: Screen, tmp_path: Path) -> None:
    with started(screen, tmp_path, "play", "ladybirds", "--level", "6", "--trials", "9", "--seed", "5") as copy:
        copy.choose(START)
        finger = landed(copy)
        copy.keep_picture("ladybirds")
        copy.press(KEYSYMS[finger])
        [hit] = copy.wait_for_trials(1)
        assert (hit["result"], hit["cause"], hit["finger"]) == ("hit", "", finger)

        finger = landed(copy)
        copy.press(next(key for other, key in KEYSYMS.items() if other is not finger))
        missed = copy.wait_for_trials(2)[1]
        see_the_hint(copy, missed["cause"])
        copy.keep_picture("ladybirds-missed")
        assert (missed["result"], missed["cause"], missed["finger"]) == ("miss", "wrong-finger", finger)

        finger = landed(copy)
        copy.point(STOP.x, STOP.y)
        copy.screen.do("mousedown", 1)
        copy.wait_to_see(PAIN, TIRED, OTHER)
        copy.screen.do("mouseup", 1)
        copy.keep_picture("stopped")
        assert copy.end() == ("stopped", "")
        copy.press(KEYSYMS[finger])
        copy.choose(TIRED, until=lambda: copy.end() == ("stopped", "tired"))
        done = [trial_from_plain(trial) for trial in copy.trials()]
        home, moved, why = screens.summary(done, 1.0, "stopped").buttons
        copy.wait_to_see(home, moved, why)
        copy.keep_picture("summary")
        copy.choose(home)
        copy.wait_to_see(PRACTICE, PICK, SETTINGS, QUIT)
        assert [trial["result"] for trial in copy.trials()] == ["hit", "miss"]

        copy.keep_picture("home")
        copy.choose(SETTINGS)
        colours = next(button for button in screens.settings(USUAL, 0).buttons if button.action == "set palette")
        copy.keep_picture("settings")
        copy.choose(colours, until=lambda: settings(tmp_path).get("palette") == "dark")
        copy.palette = "dark"
        copy.wait_to_see(*screens.settings(USUAL, 0).buttons)
        copy.keep_picture("settings-dark")
        copy.choose(next(button for button in screens.settings(USUAL, 0).buttons if button.action == "home"))
        stay, leave = screens.leaving().buttons
        copy.choose(QUIT, until=lambda: copy.shows(stay, leave))
        copy.choose(leave, until=lambda: copy.process.poll() is not None)
        assert copy.process.returncode == 0
    assert recording_replays(tmp_path)


def test_the_cup_is_held_with_a_sensor_and_a_trial_is_begun_again_when_it_is_pulled_out(
    screen: Screen, tmp_path: Path
) -> None:
    device = f"serial:{tmp_path / 'grip'}"
    with (
        Board(tmp_path / "grip") as board,
        started(screen, tmp_path, "play", "cup", "--level", "1", "--device", device) as copy,
    ):
        copy.wait_for("the firm squeeze to be asked for", lambda: copy.share(LIGHT["card"], FIRM)[0] > 0.9)
        board("force 0.5")
        copy.keep_picture("firm")
        copy.wait_to_see(START)
        board("force 0")
        copy.choose(START)
        copy.wait_to_see(SHOW, STOP)

        board("force 0.05")
        copy.wait_for("the cup to be held", lambda: is_steady(copy))
        copy.keep_picture("cup")
        copy.wait_for("the time to be over", lambda: not is_steady(copy))
        board("force 0")
        [hit] = copy.wait_for_trials(1)
        assert (hit["result"], hit["played_with"]) == ("hit", "serial")
        assert 0.09 < hit["measures"]["peak"] < 0.11

        board("force 0.05")
        copy.wait_for("the cup to be held", lambda: is_steady(copy))
        board("force 0")
        missed = copy.wait_for_trials(2)[1]
        see_the_hint(copy, missed["cause"])
        copy.keep_picture("cup-missed")
        assert (missed["result"], missed["cause"]) == ("miss", "too-soft")

        board("force 0.05")
        copy.wait_for("the cup to be held", lambda: is_steady(copy))
        board("garbage")
        board("reset")
        copy.wait_for("the time to be over", lambda: not is_steady(copy))
        board("force 0")
        noisy = copy.wait_for_trials(3)[2]
        assert (noisy["result"], noisy["attempt"], noisy["marks"]) == ("hit", 1, ["reset"])

        board("force 0.05")
        copy.wait_for("the cup to be held", lambda: is_steady(copy))
        board("unplug")
        copy.wait_to_see(UNPLUGGED)
        copy.keep_picture("unplugged")
        board("force 0")
        board("replug")
        copy.wait_for("the trial to begin again, with a new zero", lambda: copy.shows(SHOW, STOP))
        board("force 0.05")
        copy.wait_for("the cup to be held again", lambda: is_steady(copy))
        copy.wait_for("the time to be over", lambda: not is_steady(copy))
        board("force 0")
        again = copy.wait_for_trials(4)[3]
        assert (again["result"], again["attempt"], again["interrupted"]) == ("hit", 2, ["unplugged"])
        assert {trial["source"]["device"] for trial in copy.trials()} == {"serial:T0042"}
        copy.wait_for("the next trial", lambda: copy.shows(SHOW, STOP))
        assert copy.close() == 0
    assert (copy.end(), len(copy.trials())) == (("closed", ""), 4)
    assert recording_replays(tmp_path)


def test_a_left_hand_leads_the_boat_and_stop_is_where_it_is_seen_in_a_small_window(
    screen: Screen, tmp_path: Path
) -> None:
    with started(screen, tmp_path, "play", "brook", "--hand", "left", "--level", "1") as copy:
        copy.choose(START)
        x, _ = boat(copy)
        assert x > 800, "for a left hand the way begins at the right"
        copy.keep_picture("brook")
        lead(copy, off=0)
        [hit] = copy.wait_for_trials(1)
        assert (hit["result"], hit["hand"], hit["measures"]["on_path"]) == ("hit", "left", 1.0)

        lead(copy, off=100)
        missed = copy.wait_for_trials(2)[1]
        see_the_hint(copy, missed["cause"])
        copy.keep_picture("brook-missed")
        assert missed["result"] == "miss"
        assert missed["cause"] in ("left-of-path", "right-of-path")

        boat(copy)
        copy.resize(1024, 600)
        copy.choose(CHANGED)
        boat(copy)
        lead(copy, off=0, share=0.5)
        copy.keep_picture("brook-small")
        copy.click(STOP.x, STOP.y - STOP.h / 2 + 6)
        copy.wait_to_see(PAIN, TIRED, OTHER)
        copy.choose(PAIN, until=lambda: copy.end() == ("stopped", "pain"))
        assert len(copy.trials()) == 2
        assert copy.close() == 0
    assert recording_replays(tmp_path)


def test_a_left_hand_is_chosen_a_game_is_picked_and_the_window_may_be_closed_in_the_middle_of_a_trial(
    screen: Screen, tmp_path: Path
) -> None:
    with started(screen, tmp_path, settings="") as copy:
        left, right = screens.first_hand().buttons
        copy.wait_to_see(left, right)
        copy.keep_picture("first")
        copy.choose(left, until=lambda: settings(tmp_path).get("hand") == "left")
        copy.choose(PICK)
        tiles = screens.pick(GAMES).buttons
        copy.wait_to_see(*tiles)
        copy.keep_picture("pick")
        copy.choose(tiles[0], until=lambda: copy.shows(CHECK_IN[0]))
        check_in(copy)
        copy.choose(START)
        assert landed(copy, Side.LEFT) is Finger.INDEX
        copy.keep_picture("ladybirds-left")
        copy.press("f")
        copy.wait_for_trials(1)
        landed(copy, Side.LEFT)

        before = sorted(path.name for path in (tmp_path / "data").iterdir())
        second = run(screen, "--data", str(tmp_path / "data"))
        assert second.returncode == 1
        assert second.stdout == ""
        assert len(second.stderr.splitlines()) == 1
        assert load("en").say("file.running") in second.stderr
        assert sorted(path.name for path in (tmp_path / "data").iterdir()) == before

        assert copy.close() == 0
    assert (copy.end(), [trial["result"] for trial in copy.trials()]) == (("closed", ""), ["hit"])
    assert recording_replays(tmp_path)


def test_a_practice_that_was_killed_is_gone_on_with_by_keyboard_only_and_stopped_with_escape(
    screen: Screen, tmp_path: Path
) -> None:
    with started(screen, tmp_path) as copy:
        enter(copy, PRACTICE)
        check_in(copy)
        enter(copy, START)
        copy.press(KEYSYMS[landed(copy)])
        copy.wait_for_trials(1)
        landed(copy)
        copy.kill()

    with started(screen, tmp_path) as copy:
        copy.wait_to_see(GO_ON, NOT_NOW)
        copy.keep_picture("again")
        assert (len(copy.trials()), copy.end()) == (1, None)
        enter(copy, GO_ON)
        check_in(copy)
        enter(copy, START)
        [session] = copy.rows("SELECT continues, header FROM sessions WHERE id = 2")
        assert session["continues"] == 1
        assert [row["trials"] for row in json.loads(session["header"])["program"]["blocks"]] == [9, 8, 8]
        landed(copy)
        copy.stall(STALL_S, "Escape")
        copy.wait_for("the question at once", lambda: copy.shows(PAIN, TIRED, OTHER), STALL_S - 1)
        copy.press("Right")
        copy.wait_for("the focus", lambda: copy.is_focused(PAIN))
        copy.press("Right", "Right")
        copy.wait_for("the focus to move on", lambda: copy.is_focused(OTHER))
        copy.choose(OTHER, keys=("Return",), until=lambda: copy.end(2) == ("stopped", "other"))
        assert copy.trials(2) == []
        assert copy.close() == 0


def test_one_switch_is_enough_to_reach_a_game_and_is_heard_in_it(screen: Screen, tmp_path: Path) -> None:
    with started(screen, tmp_path, settings="scan_s = 1.2") as copy:
        way = (PICK, screens.pick(GAMES).buttons[0], *CHECK_IN, START)
        # Where a button was there may be a card of the next screen: it is gone when what comes next is there.
        for button, after in zip(way, (*way[1:], SHOW), strict=True):
            until = lambda there=after: copy.shows(there)  # noqa: E731
            copy.choose(button, keys=("space",), when=lambda here=button: rests_on(copy, here), until=until)
        copy.wait_to_see(SHOW, STOP)
        landed(copy)
        copy.keep_picture("one-switch")
        copy.press("space")
        [trial] = copy.wait_for_trials(1)
        assert (trial["result"], trial["played_with"]) == ("hit", "switch")
        assert copy.close() == 0
