"""What a patient finds in a real window after the computer stood still, or the window was away, in mid-trial."""

from pathlib import Path

from screen import Copy, Screen, started
from test_in_a_real_window import KEYSYMS, SHOW, START, STOP, landed, recording_replays

from engine import screens

STILL_S = 6.0
(AWAY,), (HIDDEN,) = (screens.paused(why).buttons for why in ("away", "hidden"))


def answer(copy: Copy, n: int) -> list[str]:
    """Answer the ladybird that lands now, and return why the ``n``-th try was begun again."""
    copy.wait_to_see(SHOW, STOP)
    copy.press(KEYSYMS[landed(copy)])
    return list(copy.wait_for_trials(n)[n - 1]["interrupted"])


def test_a_try_is_begun_again_after_a_standstill_and_after_the_window_was_minimised(
    screen: Screen, tmp_path: Path
) -> None:
    with started(screen, tmp_path, "play", "ladybirds", "--level", "6", "--trials", "3", "--seed", "5") as copy:
        copy.choose(START)
        landed(copy)
        copy.stall(STILL_S)
        copy.wait_to_see(AWAY)
        copy.keep_picture("away")
        assert copy.trials() == []
        copy.choose(AWAY)
        assert answer(copy, 1) == ["away"]

        landed(copy)
        copy.screen.do("windowunmap", copy.window)
        copy.wait_for("the window to go", lambda: not copy.screen.do("search", "--onlyvisible", "--name", "^Regrasp$"))
        copy.screen.do("windowmap", copy.window)
        copy.screen.do("windowfocus", copy.window)
        copy.wait_to_see(HIDDEN)
        copy.keep_picture("hidden")
        copy.choose(HIDDEN)
        assert answer(copy, 2) == ["hidden"]
        assert copy.close() == 0
    assert [trial["attempt"] for trial in copy.trials()] == [2, 2]
    assert recording_replays(tmp_path)
