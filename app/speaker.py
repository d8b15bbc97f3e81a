"""Play the sounds of cues; a computer whose sound is gone stays silent, says so once, and tries again later."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.files import asset
from engine.game import Cue

AGAIN_S = 30.0
SLOW_S = 0.5  # a sound card that takes so long to begin holds play up: it counts as gone
TOLD_S = 8.0
CLOCK = time.perf_counter


def loaded(path: Path) -> Any:
    """Return the sound of a file; raise whatever the sound card or the file brings."""
    import arcade

    return arcade.load_sound(path)


class Speaker:
    """Sounds by name from ``assets/sounds``, loaded when they are first heard."""

    def __init__(self, load: Callable[[Path], Any] = loaded, clock: Callable[[], float] = CLOCK) -> None:
        """Load sounds with ``load``; ``clock`` returns seconds."""
        self._load, self._clock = load, clock
        self._sounds: dict[str, Any] = {}
        self._silent_until = self._told_until = float("-inf")
        self._was_told = False

    @property
    def trouble(self) -> str:
        """Return the key of what is wrong with the sound: once, for a few seconds; else ""."""
        return "sound.gone" if self._clock() < self._told_until else ""

    def play(self, cue: Cue, loudness: float) -> None:
        """Play the cue's sound at its level, if there is one and it can be heard."""
        began = self._clock()
        if loudness <= 0 or began < self._silent_until:
            return
        try:
            sound = self._sound(cue.name)
            if sound is not None:
                sound.play(volume=max(0.0, min(1.0, loudness * cue.level)))
        except Exception:  # whatever is wrong with a sound card, play goes on
            self._fall_silent()
            return
        if self._clock() - began > SLOW_S:
            self._fall_silent()

    def _fall_silent(self) -> None:
        """Leave the sound card alone for a while; what was loaded for it is loaded anew."""
        now = self._clock()
        self._sounds, self._silent_until = {}, now + AGAIN_S
        if not self._was_told:
            self._was_told, self._told_until = True, now + TOLD_S

    def _sound(self, name: str) -> Any:
        if name not in self._sounds:
            path: Path = asset("sounds", f"{name}.wav")
            self._sounds[name] = self._load(path) if path.is_file() else None
        return self._sounds[name]
