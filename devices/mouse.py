"""Feel the pointer, be it mouse, pen or touch: the window tells where it is and whether it presses."""

from typing import Any

from devices.device import DeviceKind
from engine.sample import Sample


class Mouse:
    """Every place the pointer was at, in order: a quick press and release are both kept."""

    def __init__(self) -> None:
        """Begin without a pointer."""
        self._now = Sample("mouse", 0.0)
        self._felt: list[Sample] = []

    def pointer(self, x: float, y: float, pressed: bool, at_ms: float) -> None:
        """Take in that the pointer is at (x, y) on the stage at ``at_ms``, pressed or not."""
        self._now = Sample("mouse", at_ms, float(pressed), x, y)
        self._felt.append(self._now)

    def release_all(self, at_ms: float) -> None:
        """Let go where the pointer is: a window that loses the focus never hears of the release."""
        if self._now.value:
            self.pointer(self._now.x, self._now.y, False, at_ms)

    def poll(self, now_ms: float) -> tuple[Sample, ...]:
        """Return all that happened since the last call, in the channel ``mouse``: 1 pressed, 0 not."""
        felt, self._felt = tuple(self._felt), []
        return felt

    def close(self) -> None:
        """Forget where the pointer is."""
        self._now, self._felt = Sample("mouse", 0.0), []

    def describe(self) -> dict[str, Any]:
        """Return what the header of a recording keeps."""
        return {"kind": "mouse"}

    def message(self) -> str | None:
        """Return ``None``: a pointer has nothing to say."""
        return None


DEVICE = DeviceKind("mouse", frozenset({"trace"}), lambda _port, _clock: Mouse())
