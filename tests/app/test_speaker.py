"""Check that sounds are heard, and that play goes on whatever becomes of the sound card."""

from pathlib import Path

import pytest

from app.speaker import AGAIN_S, SLOW_S, TOLD_S, Speaker
from engine.game import Cue

PRESS, STOP = Cue("press"), Cue("stop", level=0.5)


class Card:
    """A sound card that may be gone, or take its time; it is its own clock."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.gone: Exception | None = None
        self.fails_to_load = False
        self.takes_s = 0.0
        self.heard: list[tuple[str, float]] = []
        self.loads = 0

    def speaker(self) -> Speaker:
        return Speaker(self.load, lambda: self.now_s)

    def load(self, path: Path) -> "Sound":
        self.loads += 1
        if self.fails_to_load:
            raise OSError("no sound card")
        return Sound(self, path.stem)


class Sound:
    """A sound of that card."""

    def __init__(self, card: Card, name: str) -> None:
        self._card, self._name = card, name

    def play(self, volume: float) -> None:
        self._card.now_s += self._card.takes_s
        if self._card.gone:
            raise self._card.gone
        self._card.heard.append((self._name, volume))


def test_a_cue_is_heard_at_its_level_and_loaded_once() -> None:
    card = Card()
    speaker = card.speaker()
    for _ in range(3):
        speaker.play(STOP, 0.8)
    speaker.play(STOP, 0.0)
    speaker.play(Cue("no-such-sound"), 1.0)
    assert (card.heard, card.loads, speaker.trouble) == ([("stop", 0.4)] * 3, 1, "")


@pytest.mark.parametrize("error", [OSError("gone"), RuntimeError("lost"), AttributeError("None"), MemoryError()])
def test_a_sound_card_that_goes_is_told_once_left_alone_and_tried_again(error: Exception) -> None:
    card = Card()
    speaker = card.speaker()
    speaker.play(PRESS, 1.0)
    card.gone = error
    speaker.play(PRESS, 1.0)
    assert speaker.trouble == "sound.gone"
    card.now_s += TOLD_S
    assert speaker.trouble == "", "it is no use to say it all the time"
    card.gone = None
    speaker.play(PRESS, 1.0)
    assert len(card.heard) == 1, "it is left alone for a while"
    card.now_s += AGAIN_S
    speaker.play(PRESS, 1.0)
    assert (len(card.heard), card.loads) == (2, 2), "and then it is loaded anew, for another card"
    card.gone = error
    speaker.play(PRESS, 1.0)
    assert speaker.trouble == "", "it was told already"


def test_a_computer_that_never_had_a_sound_card_plays_on_in_silence() -> None:
    card = Card()
    card.fails_to_load = True
    speaker = card.speaker()
    for second in range(100):
        card.now_s = float(second)
        speaker.play(PRESS, 1.0)
    assert card.loads == 4, "once every half a minute"


def test_a_sound_card_that_holds_play_up_is_left_alone() -> None:
    card = Card()
    speaker, card.takes_s = card.speaker(), SLOW_S + 0.1
    for _ in range(50):
        speaker.play(PRESS, 1.0)
    assert card.now_s == pytest.approx(SLOW_S + 0.1), "it held up play once, and not fifty times"
    assert speaker.trouble == "sound.gone"
