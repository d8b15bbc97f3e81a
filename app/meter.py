"""Count what a device sends: how much, how fast, between which ends, and what went wrong."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

from engine.sample import Sample
from engine.signals import health
from engine.signals.health import Health

RATE_MS = 2000.0
TRACE = 60_000


@dataclass(slots=True)
class Meter:
    """What was seen so far. ``main`` is the channel that stands for a reading: the force, else the first column."""

    main: str = ""
    readings: int = 0
    taps: dict[str, int] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)
    low: dict[str, float] = field(default_factory=dict)
    high: dict[str, float] = field(default_factory=dict)
    losses: int = 0
    returns: int = 0
    lost_ms: float = 0.0
    gaps: int = 0
    resets: int = 0
    health: Health = field(default_factory=Health)
    first_ms: float = inf
    last_ms: float = -inf
    _times: deque[float] = field(default_factory=deque)
    trace: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=TRACE))
    _link: tuple[float, bool] | None = None

    def take(self, samples: Sequence[Sample], said: Mapping[str, Any]) -> None:
        """Count samples of the device that is as it ``said``."""
        if not self.main:
            columns = [s.channel for s in samples if not s.channel.startswith(("link.", "pad."))]
            self.main = "grip" if "grip" in columns else next(iter(columns), "")
        for sample in samples:
            kind, _, name = sample.channel.partition(".")
            if kind == "link":
                self._linked(sample.at_ms, sample.value > 0)
            elif kind == "pad":
                self.taps[name] = self.taps.get(name, 0) + (sample.value > 0)
            else:
                self._measured(sample, said)

    @property
    def marks(self) -> frozenset[str]:
        """Return all that was wrong with readings so far, in the words of ``engine.signals.health``."""
        return self.health.marks

    def rate_hz(self, now_ms: float) -> float | None:
        """Return the readings a second of the last 2 s; ``None`` before there is half a second of them."""
        while self._times and self._times[0] < now_ms - RATE_MS:
            self._times.popleft()
        if len(self._times) < 2 or self._times[-1] - self._times[0] < RATE_MS / 4:
            return None
        return (len(self._times) - 1) / (self._times[-1] - self._times[0]) * 1000

    def mean_hz(self) -> float | None:
        """Return the readings a second over all the time that the device answered."""
        span_ms = self.last_ms - self.first_ms - self.lost_ms
        steps = self.readings - 1 - self.returns
        return steps / span_ms * 1000 if steps > 0 and span_ms > 0 else None

    def share(self, channel: str, least: float) -> float:
        """Return where the last value lies between the lowest and the highest, which are at least ``least`` apart."""
        low, high = self.low.get(channel, 0.0), self.high.get(channel, 0.0)
        return (self.values.get(channel, low) - low) / max(high - low, least, 1e-9)

    def _linked(self, at_ms: float, answers: bool) -> None:
        if self._link is not None and answers and not self._link[1]:
            self.lost_ms += at_ms - self._link[0]
            self.returns += 1
        self.losses += not answers
        self._link = (at_ms, answers)

    def _measured(self, sample: Sample, said: Mapping[str, Any]) -> None:
        channel, value = sample.channel, sample.value
        if channel == self.main:
            self._counted(sample, said)
        if not sample.flags & health.NO_DATA:
            self.values[channel] = value
            self.low[channel] = min(self.low.get(channel, value), value)
            self.high[channel] = max(self.high.get(channel, value), value)

    def _counted(self, sample: Sample, said: Mapping[str, Any]) -> None:
        self.readings += 1
        if not sample.flags & (health.NO_DATA | health.SATURATED):
            self.trace.append((sample.value, sample.device_ms or sample.at_ms))
        self.first_ms, self.last_ms = min(self.first_ms, sample.at_ms), sample.at_ms
        self._times.append(sample.at_ms)
        self.gaps += bool(sample.flags & (health.GAP | health.DROPPED))
        self.resets += bool(sample.flags & health.RESET)
        low, high = float(said.get("low") or 0.0), float(said.get("high") or 0.0)
        rails = (low, high) if high > low else None
        self.health = health.judged(self.health, sample.value, sample.at_ms, sample.flags, max(0.0, high - low), rails)
