"""Follow one opening of a grip sensor's port: what to ask it, whether it lives, and when to give up on it."""

from collections.abc import Callable
from enum import StrEnum

from devices.grip_decoder import GripDecoder
from devices.glp import NO_DATA, SATURATED
from engine.sample import Sample

STALE_MS = 250.0
REOPEN_MS = 3000.0
REFUSE_MS = 4000.0
ANSWER_MS = 1000.0
REPEAT_MS = 500.0

LINK = "link.grip"


class LinkState(StrEnum):
    """Where a link stands."""

    CLOSED = "closed"
    OPENING = "opening"
    IDENTIFYING = "identifying"
    STREAMING = "streaming"
    STALE = "stale"
    LOST = "lost"
    REFUSED = "refused"


QUESTIONS: tuple[tuple[bytes, Callable[[GripDecoder], bool]], ...] = (
    (b"ID?\n", lambda decoder: decoder.identity is not None),
    (b"CH?\n", lambda decoder: decoder.identified),
    (b"START\n", lambda decoder: decoder.frames > 0),
)


class GripLink:
    """Bytes and times in; samples, commands and a state out. All times are the host's, in milliseconds.

    ``known`` says that this sensor has answered before: then silence means a loose cable, not a wrong device.
    Samples are held back until the questions are answered or 1 s each has passed, so that no value of a wrong
    channel or of a newer protocol gets through. LOST asks for the port to be opened again; REFUSED is the end.
    """

    def __init__(self, opened_ms: float, known: bool = False) -> None:
        """Begin with a port that was opened at ``opened_ms``."""
        self.decoder = GripDecoder()
        self.state = LinkState.IDENTIFYING
        self.refusal: str | None = None
        self._known = known
        self._frame_ms = opened_ms
        self._frames = self._boots = 0
        self._question = 0
        self._asked_ms: float | None = None
        self._said_ms = opened_ms
        self._heard_ms: float | None = None

    @property
    def message(self) -> str | None:
        """Return the key of what the patient should know, or ``None`` if all is well."""
        if self.state is LinkState.STREAMING:
            if self.decoder.flags & NO_DATA:
                return "device.cell"
            return "device.strong" if self.decoder.flags & SATURATED else None
        return "device.stale" if self.state in (LinkState.STALE, LinkState.LOST) else self.refusal

    def receive(self, data: bytes, now_ms: float) -> tuple[Sample, ...]:
        """Return the samples of what was read at ``now_ms`` (also if it was nothing), link changes among them."""
        ready = self.decoder.identified or self._question == len(QUESTIONS)
        samples = self.decoder.feed(data, now_ms)
        fresh = self.decoder.frames > self._frames
        if fresh:
            self._frames, self._frame_ms = self.decoder.frames, now_ms
        if self._heard_ms is None and self.decoder.stats.good:
            self._heard_ms = now_ms
        was, self.state = self.state, self._next(fresh, ready, now_ms)
        if self.state is LinkState.STREAMING:
            start = () if was is self.state else (Sample(LINK, samples[0].at_ms if samples else now_ms, 1.0),)
            return start + samples
        return (Sample(LINK, now_ms, 0.0),) if was is LinkState.STREAMING else ()

    def to_send(self, now_ms: float) -> bytes:
        """Return the command to send now, or nothing: one at a time, said again after 0.5 s."""
        if self.decoder.boots > self._boots:
            self._boots, self._question, self._asked_ms = self.decoder.boots, 0, None
        while self._question < len(QUESTIONS) and self._is_settled(now_ms):
            self._question, self._asked_ms = self._question + 1, None
        if self._question == len(QUESTIONS) or not self._is_due(now_ms):
            return b""
        if self._asked_ms is None:
            self._asked_ms = now_ms
        self._said_ms = now_ms
        return QUESTIONS[self._question][0]

    def _is_due(self, now_ms: float) -> bool:
        return self._asked_ms is None or now_ms - self._said_ms >= REPEAT_MS

    def _is_settled(self, now_ms: float) -> bool:
        """Tell whether the question is answered or has waited 1 s; a board that still boots is waited for."""
        if QUESTIONS[self._question][1](self.decoder):
            return True
        if self._asked_ms is None or self._heard_ms is None:
            return False
        return now_ms - max(self._asked_ms, self._heard_ms) >= ANSWER_MS

    def _next(self, fresh: bool, ready: bool, now_ms: float) -> LinkState:
        quiet_ms = now_ms - self._frame_ms
        if self.decoder.newer:
            return self._refuse("device.newer")
        if self.state is LinkState.IDENTIFYING:
            return self._identified(fresh and ready, quiet_ms)
        if fresh:
            return LinkState.STREAMING
        if quiet_ms > REOPEN_MS:
            return LinkState.LOST
        return LinkState.STALE if quiet_ms > STALE_MS else self.state

    def _identified(self, streams: bool, quiet_ms: float) -> LinkState:
        if streams:
            return LinkState.STREAMING
        if quiet_ms <= REFUSE_MS:
            return self.state
        if self._known or self._frames:
            return LinkState.LOST
        return self._refuse("device.wrong" if self.decoder.stats.bytes else "device.silent")

    def _refuse(self, why: str) -> LinkState:
        self.refusal = why
        return LinkState.REFUSED
