"""Follow one opening of a sensor's port: what to ask it, whether it lives, and when to give up on it."""

from collections import deque
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

from devices.decoder import Decoder, Felt, Reading, SensorDecoder
from devices.glp import NO_DATA, SATURATED
from devices.plain import PlainLineDecoder

STALE_MS = 250.0
REOPEN_MS = 3000.0
REFUSE_MS = 4000.0
ANSWER_MS = 1000.0
REPEAT_MS = 500.0
PING_MS, PINGS = 1000.0, 5
SLOWEST_HZ = 30.0
CABLE_MS, CABLE_SHARE, CABLE_LEAST = 5000.0, 0.01, 3
PACE_OFF = 0.02


class LinkState(StrEnum):
    """Where a link stands."""

    CLOSED = "closed"
    OPENING = "opening"
    IDENTIFYING = "identifying"
    STREAMING = "streaming"
    STALE = "stale"
    LOST = "lost"
    REFUSED = "refused"


class Linked(NamedTuple):
    """The sensor begins to answer at ``at_ms``, or ceases to."""

    at_ms: float
    answers: bool


Question = tuple[bytes, Callable[[SensorDecoder], bool]]
QUESTIONS: tuple[Question, ...] = (
    (b"ID?\n", lambda decoder: decoder.identity is not None),
    (b"CH?\n", lambda decoder: decoder.identified),
    (b"START\n", lambda decoder: decoder.frames > 0),
)


class Conversation:
    """What to ask a sensor of GLP/1, one thing at a time: who it is, what it sends, and how far away it is."""

    def __init__(self, decoder: SensorDecoder) -> None:
        """Begin with nothing asked."""
        self.round_trip_ms: float | None = None
        self._decoder = decoder
        self._boots = self._faults = 0
        self._question = 0
        self._asked_ms: float | None = None
        self._said_ms = 0.0
        self._heard_ms: float | None = None
        self._pings: list[float] = []

    @property
    def over(self) -> bool:
        """Tell whether all that must be known is known, or will not be said."""
        return self._decoder.identified or self._question == len(QUESTIONS)

    def heard(self, now_ms: float) -> None:
        """Note what came in by ``now_ms``."""
        if self._heard_ms is None and self._decoder.stats.good:
            self._heard_ms = now_ms
        for token, arrival_ms in self._decoder.pongs.items():
            if token.isdecimal() and int(token) < len(self._pings):
                took_ms = arrival_ms - self._pings[int(token)]
                self.round_trip_ms = took_ms if self.round_trip_ms is None else min(self.round_trip_ms, took_ms)
        self._decoder.pongs.clear()

    def to_send(self, now_ms: float) -> bytes:
        """Return the command to send now, or nothing: one at a time, said again after 0.5 s."""
        if self._decoder.boots > self._boots:
            self._boots, self._question, self._asked_ms = self._decoder.boots, 0, None
        while self._question < len(QUESTIONS) and self._is_settled(now_ms):
            self._question, self._asked_ms = self._question + 1, None
        if self._question == len(QUESTIONS):
            return self._ping(now_ms)
        if self._asked_ms is not None and now_ms - self._said_ms < REPEAT_MS:
            return b""
        if self._asked_ms is None:
            self._asked_ms, self._faults = now_ms, self._decoder.faults
        self._said_ms = now_ms
        return QUESTIONS[self._question][0]

    def _is_settled(self, now_ms: float) -> bool:
        """Tell whether the question is answered, refused, or has waited 1 s; a board that still boots is waited for."""
        if QUESTIONS[self._question][1](self._decoder):
            return True
        if self._asked_ms is None or self._heard_ms is None:
            return False
        refused = self._decoder.faults > self._faults + 1  # one fault may be the rest of somebody else's command
        return refused or now_ms - max(self._asked_ms, self._heard_ms) >= ANSWER_MS

    def _ping(self, now_ms: float) -> bytes:
        """Ask a few times how long an answer takes: it bounds the delay that one direction cannot show."""
        if not self._decoder.identified or len(self._pings) >= PINGS or now_ms - self._said_ms < PING_MS:
            return b""
        self._said_ms = now_ms
        self._pings.append(now_ms)
        return b"PING,%d\n" % (len(self._pings) - 1)


class Silent:
    """The conversation with a sensor that knows no questions."""

    over = True
    round_trip_ms: float | None = None

    def heard(self, now_ms: float) -> None:
        """Do nothing."""

    def to_send(self, now_ms: float) -> bytes:
        """Return nothing."""
        return b""


class Link:
    """Bytes and times in; readings, commands and a state out. All times are the host's, in milliseconds.

    It begins IDENTIFYING. Good frames and an answer (or none for 1 s) make it STREAMING, silence STALE and then
    LOST; nothing good for 4 s, a newer protocol, the wrong kind of board or one too slow to play with makes it
    REFUSED, or LOST if the sensor is ``known`` to answer in better times. A sketch without the protocol, whose lines
    could be a force, is refused as ``device.unverified``: somebody must say that it is wanted.
    """

    def __init__(
        self,
        opened_ms: float,
        known: bool = False,
        decoder: Decoder | None = None,
        suits: Callable[[Decoder], str | None] = lambda _: None,
    ) -> None:
        """Begin with a port that was opened at ``opened_ms``; ``suits`` returns why an identified board does not."""
        self.decoder: Decoder = SensorDecoder() if decoder is None else decoder
        self.talk: Conversation | Silent = (
            Conversation(self.decoder) if isinstance(self.decoder, SensorDecoder) else Silent()
        )
        self.state = LinkState.IDENTIFYING
        self.refusal: str | None = None
        self._sketch = PlainLineDecoder() if isinstance(self.decoder, SensorDecoder) else None
        self._suits = suits
        self._known = known
        self._frame_ms = opened_ms
        self._frames = 0
        self._cable: deque[tuple[float, int, int]] = deque()

    @property
    def message(self) -> str | None:
        """Return the key of what the patient should know, or ``None`` if all is well."""
        if self.state is LinkState.STREAMING:
            return self._worry()
        return "device.stale" if self.state in (LinkState.STALE, LinkState.LOST) else self.refusal

    def _worry(self) -> str | None:
        flags, pace = self.decoder.flags, getattr(self.decoder, "pace", None)
        if flags & NO_DATA:
            return "device.cell"
        if flags & SATURATED:
            return "device.strong"
        if self._cable and _is_bad(self._cable[0], self._cable[-1]):
            return "device.cable"
        return "device.clock" if pace is not None and abs(pace - 1) > PACE_OFF else None

    def receive(self, data: bytes, now_ms: float) -> Sequence[Felt | Linked]:
        """Return what was felt in what was read at ``now_ms`` (nothing, too), changes of the link among it."""
        ready = self.talk.over
        if self._sketch is not None and self.state is LinkState.IDENTIFYING and not self.decoder.stats.good:
            self._sketch.feed(data)
        felt = self.decoder.feed(data, now_ms)
        fresh = self.decoder.frames > self._frames
        if fresh:
            self._frames, self._frame_ms = self.decoder.frames, now_ms
        self.talk.heard(now_ms)
        self._watch_cable(now_ms)
        was, self.state = self.state, self._next(fresh, ready, now_ms)
        if self.state is LinkState.STREAMING:
            if was is self.state:
                return felt
            start_ms = next((f.at_ms for f in felt if isinstance(f, Reading)), now_ms)
            return [Linked(start_ms, True), *felt]
        return [Linked(now_ms, False)] if was is LinkState.STREAMING else []

    def to_send(self, now_ms: float) -> bytes:
        """Return the command to send now, or nothing."""
        return self.talk.to_send(now_ms)

    def _watch_cable(self, now_ms: float) -> None:
        """Remember twice a second how many lines were good and damaged, for the last 5 s."""
        if self._cable and now_ms - self._cable[-1][0] < REPEAT_MS:
            return
        stats = self.decoder.stats
        self._cable.append((now_ms, stats.good, stats.damaged))
        while now_ms - self._cable[0][0] > CABLE_MS:
            self._cable.popleft()

    def _next(self, fresh: bool, ready: bool, now_ms: float) -> LinkState:
        quiet_ms = now_ms - self._frame_ms
        if self.state is LinkState.REFUSED:
            return self.state
        if self.decoder.newer:
            return self._refuse("device.newer")
        if self.state is LinkState.IDENTIFYING:
            return self._identified(fresh and ready, quiet_ms)
        rate_hz = self.decoder.rate_hz
        if rate_hz is not None and rate_hz < SLOWEST_HZ and not self.decoder.flags & NO_DATA:
            return self._refuse("device.slow")
        if fresh:
            return LinkState.STREAMING
        if quiet_ms > REOPEN_MS:
            return LinkState.LOST
        return LinkState.STALE if quiet_ms > STALE_MS else self.state

    def _identified(self, streams: bool, quiet_ms: float) -> LinkState:
        why = self._suits(self.decoder) if self.decoder.identified else None
        if why:
            return self._refuse(why)
        if streams:
            return LinkState.STREAMING
        if quiet_ms <= REFUSE_MS:
            return self.state
        if self._known or self._frames:
            return LinkState.LOST
        if self._sketch is not None and self._sketch.columns is not None:
            return self._refuse("device.unverified")
        return self._refuse("device.wrong" if self.decoder.stats.bytes else "device.silent")

    def _refuse(self, why: str) -> LinkState:
        self.refusal = why
        return LinkState.REFUSED


def _is_bad(before: tuple[float, int, int], now: tuple[float, int, int]) -> bool:
    """Tell whether more than 1 in 100 lines were damaged: a loose plug or a long thin cable."""
    good, damaged = now[1] - before[1], now[2] - before[2]
    return damaged >= CABLE_LEAST and damaged > CABLE_SHARE * (good + damaged)
