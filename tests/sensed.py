"""Be a force sensor, and the hand that squeezes it, for tests of whole sessions: noise, faults and a cable."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from engine.fitting import Firm, Greatest
from engine.game import Squeeze
from engine.phases import Demo, Paused, Playing, Rest, Summary, Why
from engine.recording import Fit
from engine.sample import Sample
from engine.session import BY_ITSELF, Frame, Session
from engine.signals.health import GAP, NO_DATA, RESET, SATURATED
from engine.source import FILTER, Source
from engine.ticks import TICKS_PER_S, seconds, to_ms

ZERO, FULL, TOP = 84_000.0, 884_000.0, 2.0**23 - 1
BOARD = Source("serial:T0042", "", 80.0, FILTER, "count", 2.0**24, -(2.0**23), TOP)
OTHER = replace(BOARD, device="serial:T0043")
PERIOD_MS, STALE_MS = 12.5, 250.0
LOOK = seconds(0.6)


@dataclass
class Sensor:
    """A sensor of 80 readings a second; ``share`` is what the hand does now.

    ``flags`` are set on each reading, ``once`` on the next one only; ``value`` stands in the place of the force,
    ``odd`` in the place of the next reading alone. Silence of 250 ms is told by ``link.grip``, as a serial link does,
    unless it ``tells`` nothing.
    """

    zero: float = ZERO
    full: float = FULL
    noise: float = 60.0
    source: Source = BOARD
    share: float = 0.0
    flags: int = 0
    once: int = 0
    value: float | None = None
    odd: float | None = None
    there: bool = True
    mute: bool = False
    tells: bool = True
    linked: bool = True
    heard_ms: float = 0.0
    chance: Random = field(default_factory=lambda: Random(7))
    _due: int = 1

    def samples(self, tick: int) -> list[Sample]:
        """Return what the sensor says up to a tick."""
        made: list[Sample] = []
        while self._due * PERIOD_MS <= to_ms(tick):
            at_ms = self._due * PERIOD_MS
            self._due += 1
            if self.there and not self.mute:
                made += [] if self.linked else [Sample("link.grip", at_ms, 1.0)]
                made.append(self.reading(at_ms))
                self.linked, self.heard_ms = True, at_ms
        if self.tells and self.linked and (not self.there or to_ms(tick) - self.heard_ms > STALE_MS):
            self.linked = False
            made.append(Sample("link.grip", to_ms(tick), 0.0))
        return made

    def skip(self, tick: int) -> None:
        """Say nothing of the time up to a tick: it was not there for the session either."""
        self._due = max(self._due, int(to_ms(tick) / PERIOD_MS))
        self.heard_ms = to_ms(tick)

    def reading(self, at_ms: float) -> Sample:
        """Return one reading."""
        counts = self.zero + self.share * (self.full - self.zero) + self.chance.gauss(0.0, self.noise)
        value = float(round(counts)) if self.value is None else self.value
        value = value if self.odd is None else self.odd
        flags = self.flags | self.once
        self.once, self.odd = 0, None
        if flags & SATURATED:
            value = TOP
        return Sample("grip", at_ms, 0.0 if flags & NO_DATA else value, device_ms=at_ms, flags=flags)

    def pull(self) -> None:
        """Pull the cable."""
        self.there = False

    def plug(self, zero: float | None = None) -> None:
        """Plug the cable in again; the zero may have moved."""
        self.there, self.zero = True, self.zero if zero is None else zero
        self.full = self.zero + FULL - ZERO

    def well(self) -> None:
        """Let every fault end."""
        self.flags, self.value, self.mute, self.there = 0, None, False, True

    def gap(self) -> None:
        """Lose readings before the next one."""
        self.once |= GAP

    def reset(self) -> None:
        """Begin anew with the next reading."""
        self.once |= RESET


class Hand:
    """A hand that does what it is asked for, and presses Enter where there is something to read first."""

    def __init__(self, session: Session, sensor: Sensor | None = None, rate: float = 0.8) -> None:
        self.session, self.sensor, self.rate = session, sensor or Sensor(), rate
        self.frames: list[Frame] = []
        self.given: list[Sample] = []
        self.strong = 1.0
        self.says_ready = True
        self._seen: tuple[type, int] = (type(None), 0)

    @property
    def cues(self) -> list[str]:
        """Return the names of all that was heard."""
        return [cue.name for frame in self.frames for cue in frame.cues]

    @property
    def lines(self) -> list[str]:
        """Return the lines of the recording so far."""
        return [line for frame in self.frames for line in frame.lines]

    @property
    def fits(self) -> list[Fit]:
        """Return how the sensor was fitted so far, as the recording has it."""
        rows = [json.loads(line) for line in self.lines if line.startswith('{"fit":')]
        return [Fit(**row["fit"] | {"tries": tuple(row["fit"]["tries"])}) for row in rows]

    def tick(self, *more: Sample, share: float | None = None) -> Frame:
        """Let one tick pass: the hand moves towards ``share``, or towards what is asked for."""
        wanted = self.asked() if share is None else share
        step = self.rate / TICKS_PER_S
        self.sensor.share += max(-step, min(step, wanted - self.sensor.share))
        self.given = [*self.sensor.samples(self.session.now), *self._pressed(share is None), *more]
        frame = self.session.tick(self.given, (self.sensor.source,))
        self.frames.append(frame)
        return frame

    def go(self, s: float, share: float | None = None) -> list[Frame]:
        """Let ``s`` seconds pass."""
        return [self.tick(share=share) for _ in range(seconds(s))]

    def until(self, *kinds: type, most_s: float = 60.0, share: float | None = None) -> None:
        """Go on until the session is in one of these phases."""
        self.until_true(lambda: isinstance(self.session.phase, kinds), most_s, share)

    def until_true(self, is_so: Callable[[], bool], most_s: float = 60.0, share: float | None = None) -> None:
        """Go on until something is so."""
        last = self.session.now + seconds(most_s)
        while not is_so():
            assert self.session.now < last, f"still in {self.session.phase}, the sensor {self.session._sensing}"
            self.tick(share=share)

    def skip(self, s: float) -> None:
        """Let seconds pass at once, in which nothing happens: long rests need no test of each tick."""
        self.session.now += seconds(s)
        self.sensor.skip(self.session.now)

    def asked(self) -> float:
        """Return the share of the full squeeze that is asked for now."""
        phase = self.session.phase
        if isinstance(phase, Firm):
            return self.strong
        if isinstance(phase, Greatest):
            return self.strong if phase.maximum.phase == "squeeze" else 0.0
        if isinstance(phase, Playing) and self.session.game.skill == "grip":
            intent = self.session.game.intent(phase.state)
            return intent.share if isinstance(intent, Squeeze) else 0.0
        return 0.0

    def _pressed(self, wants: bool) -> list[Sample]:
        """Press Enter after a look at a screen that waits for it; the first press only shows the focus."""
        phase, now = self.session.phase, self.session.now
        if type(phase) is not self._seen[0]:
            self._seen = type(phase), now
        waits = isinstance(phase, Demo | Rest | Why | Summary)
        waits |= isinstance(phase, Paused) and phase.reason not in BY_ITSELF
        waits |= isinstance(phase, Greatest) and phase.maximum.phase == "ready" and self.says_ready
        since = now - self._seen[1]
        if not (wants and waits) or self.sensor.share > 0.01 or since < LOOK or since % LOOK > 1:
            return []
        return [Sample("key.ENTER", to_ms(now), float(since % LOOK == 0))]


def notes_of(frames: Sequence[Frame]) -> list[str]:
    """Return the notes of the force that were heard."""
    return [cue.name for frame in frames for cue in frame.cues if cue.name.startswith("force-")]
