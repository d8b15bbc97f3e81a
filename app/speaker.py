"""Play the sounds of cues; a computer without sound stays silent, without an error."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from app.files import asset
from engine.game import Cue

SAME_S = 0.05


class Speaker:
    """Sounds by name from ``assets/sounds``, loaded when they are first heard."""

    def __init__(self) -> None:
        self._sounds: dict[str, Any] = {}

    def play(self, cue: Cue, loudness: float) -> None:
        """Play the cue's sound at its level, if there is one and it can be heard."""
        if loudness <= 0:
            return
        with suppress(Exception):  # whatever is wrong with a sound card, play goes on
            sound = self._sound(cue.name)
            if sound is not None:
                sound.play(volume=max(0.0, min(1.0, loudness * cue.level)))

    def _sound(self, name: str) -> Any:
        if name not in self._sounds:
            path: Path = asset("sounds", f"{name}.wav")
            self._sounds[name] = _loaded(path) if path.is_file() else None
        return self._sounds[name]


def _loaded(path: Path) -> Any:
    import arcade

    return arcade.load_sound(path)
