"""Feel how far a game controller's trigger is pulled: relative force, told by the window."""

from math import isfinite
from typing import Any

from devices.device import DeviceKind
from engine.sample import Sample

FULL = 65535.0
STEP_MS = 12.5
LONGEST_GAP_MS = 1000.0
LINK = "link.grip"


class Trigger:
    """The trigger that is pulled farther, in channel ``grip``: 0 is at rest, 65535 is its end.

    A controller only tells of changes, but a held trigger is a force, too: the last value is said again every
    12.5 ms. It is a position of a spring, not newtons, and most triggers have 256 steps.
    """

    def __init__(self, port: str = "") -> None:
        """Begin without a controller; ``port`` is the name of the one trigger to feel, "" for all."""
        self._port = port
        self._pulled: dict[str, float] = {}
        self._felt: list[Sample] = []
        self._linked = self._known = self._closed = False
        self._last_ms = 0.0
        self._model: str | None = None

    def connected(self, there: bool, at_ms: float, model: str | None = None) -> None:
        """Take in that a controller (of that name) came or went at ``at_ms``; what it already was is no news."""
        if there == self._linked or self._closed:
            return
        self._repeat_until(at_ms)
        self._linked, self._pulled = there, {}
        self._known, self._model = self._known or there, model or self._model
        self._felt.append(Sample(LINK, at_ms, float(there)))
        if there:
            self._feel(at_ms)

    def trigger(self, name: str, share: float, at_ms: float) -> None:
        """Take in that the trigger ``name`` (``left``, ``right``) is pulled by ``share`` 0..1 at ``at_ms``."""
        if self._closed or not isfinite(share) or self._port not in ("", name):
            return
        self.connected(True, at_ms)
        self._repeat_until(at_ms)
        self._pulled[name] = min(1.0, max(0.0, share))
        self._feel(at_ms)

    def release_all(self, at_ms: float) -> None:
        """Let go of every trigger: a window that loses the focus may not hear of the release."""
        for name in [name for name, share in self._pulled.items() if share]:
            self.trigger(name, 0.0, at_ms)

    def poll(self, now_ms: float) -> tuple[Sample, ...]:
        """Return ``grip`` since the last call, at least every 12.5 ms up to ``now_ms``, and ``link.grip``."""
        self._repeat_until(now_ms)
        felt, self._felt = tuple(self._felt), []
        return felt

    def close(self) -> None:
        """Feel nothing any more."""
        self._felt, self._pulled, self._linked, self._closed = [], {}, False, True

    def message(self) -> str | None:
        """Return ``device.none`` before and ``device.lost`` after a controller was there, else ``None``."""
        if self._linked or self._closed:
            return None
        return "device.lost" if self._known else "device.none"

    def describe(self) -> dict[str, Any]:
        """Return what the header of a recording keeps."""
        return {
            "kind": "trigger",
            "port": self._port,
            "model": self._model or ("game controller" if self._known else None),
            "serial": None,
            "rate_hz": 1000 / STEP_MS,
            "channel": "grip",
            "unit": "count",
            "span": FULL,
            "relative": True,
        }

    def _feel(self, at_ms: float) -> None:
        self._last_ms = max(at_ms, self._last_ms)
        self._felt.append(Sample("grip", self._last_ms, round(max(self._pulled.values(), default=0.0) * FULL)))

    def _repeat_until(self, until_ms: float) -> None:
        """Say the last value again for each step that has passed; of a long stall only the last second."""
        if not self._linked:
            self._last_ms = max(self._last_ms, until_ms)
            return
        self._last_ms = max(self._last_ms, until_ms - LONGEST_GAP_MS)
        while self._last_ms + STEP_MS <= until_ms:
            self._feel(self._last_ms + STEP_MS)


DEVICE = DeviceKind("trigger", frozenset({"grip"}), lambda port, _clock: Trigger(port))
