"""Feel the keys of a keyboard: the window tells which went down or up."""

from typing import Any

from devices.device import DeviceKind
from engine.sample import Sample


class Keyboard:
    """Keys down and up, in order, without the repeats of a key that is held."""

    def __init__(self) -> None:
        """Begin with no key held."""
        self._held: dict[str, None] = {}
        self._felt: list[Sample] = []

    def key(self, name: str, down: bool, at_ms: float) -> None:
        """Take in that the key ``name`` went down or up at ``at_ms``; what it already was is no news."""
        if down == (name in self._held):
            return
        if down:
            self._held[name] = None
        else:
            del self._held[name]
        self._felt.append(Sample(f"key.{name}", at_ms, float(down)))

    def release_all(self, at_ms: float) -> None:
        """Let go of every key: a window that loses the focus never hears of the release."""
        for name in tuple(self._held):
            self.key(name, False, at_ms)

    def poll(self, now_ms: float) -> tuple[Sample, ...]:
        """Return the presses (1) and releases (0) since the last call, in channels ``key.<name>``."""
        felt, self._felt = tuple(self._felt), []
        return felt

    def close(self) -> None:
        """Forget what is held."""
        self._held, self._felt = {}, []

    def describe(self) -> dict[str, Any]:
        """Return what the header of a recording keeps."""
        return {"kind": "keyboard"}

    def message(self) -> str | None:
        """Return ``None``: a keyboard has nothing to say."""
        return None


DEVICE = DeviceKind("keyboard", frozenset({"tap"}), lambda _port, _clock: Keyboard())
