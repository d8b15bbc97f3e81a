"""Stop before harm: the limits, and the verdict that is asked before the game at every tick."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from engine.game import AnyGame, Event, Grip, Tap
from engine.level import EASIEST, Ladder
from engine.ticks import seconds

Verdict = Literal["play", "softer", "gently", "rest", "stop"]
RISE_MS = 100.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What may never be passed: a program sets it, and what it may set ends here (see ``__post_init__``).

    ``cap`` is the largest force ever asked for and ``hard`` the force at which play pauses, both as shares of
    the hand's own maximum; ``soft`` is the ratio to the asked force that brings a reminder after ``soft_s``, ``rise``
    the fastest rise of a force, in shares a second over 100 ms, before a reminder to build it up gently.
    """

    cap: float = 0.40
    hard: float = 0.80
    soft: float = 1.2
    soft_s: float = 2.0
    rise: float = 3.0
    taps: int = 600
    minutes: float = 45.0

    def __post_init__(self) -> None:
        """Refuse limits that no program may set."""
        if not 0.0 < self.cap <= 0.60:
            raise ValueError(f"cap: must lie above 0 and at most 0.60, not {self.cap}")
        if not self.cap < self.hard <= 0.80:
            raise ValueError(f"hard: must lie above the cap and at most 0.80, not {self.hard}")
        if not (1.0 < self.soft <= 1.5 and 0 < self.soft_s <= 5):
            raise ValueError("soft: must be 1..1.5 of the target for at most 5 s")
        if not 0.0 < self.rise <= 6.0:
            raise ValueError(f"rise: must lie above 0 and at most 6 shares a second, not {self.rise}")
        if not (0 < self.taps <= 600 and 0 < self.minutes <= 45):
            raise ValueError("taps, minutes: must lie above 0 and at most 600 taps and 45 minutes")


@dataclass(frozen=True, slots=True)
class Watch:
    """What safety has seen so far in this session."""

    taps: int = 0
    over_since: int | None = None
    force: float = 0.0
    recent: tuple[tuple[float, float], ...] = ()
    abrupt: bool = False


def seen(watch: Watch, events: Iterable[Event], tick: int, asked: float, limits: Limits) -> Watch:
    """Return the watch after one tick's events, while ``asked`` is the largest force the game asks for."""
    taps, force, recent = watch.taps, watch.force, watch.recent
    felt: list[float] = []
    for event in events:
        if isinstance(event, Tap):
            taps += 1
        elif isinstance(event, Grip):
            felt.append(event.share if event.raw is None else max(event.share, event.raw))
            if event.raw is not None:
                recent = (*(row for row in recent if event.at_ms - row[0] <= RISE_MS), (event.at_ms, event.raw))
    force = max(felt, default=force)  # of several readings in one tick the strongest counts
    too_much = asked > 0 and force > limits.soft * asked
    since = (tick if watch.over_since is None else watch.over_since) if too_much else None
    risen = recent[-1][1] - min(share for _, share in recent) if recent else 0.0
    return Watch(taps, since, force, recent, abrupt=risen > limits.rise * RISE_MS / 1000)


def verdict(watch: Watch, tick: int, limits: Limits) -> Verdict:
    """Return whether the game may go on: asked before the game, so that no game can skip it."""
    if tick >= seconds(limits.minutes * 60):
        return "stop"
    if watch.force > limits.hard or watch.taps >= limits.taps:
        return "rest"
    if watch.over_since is not None and tick - watch.over_since >= seconds(limits.soft_s):
        return "softer"
    return "gently" if watch.abrupt else "play"


def calmed(watch: Watch) -> Watch:
    """Return the watch after a rest: counts of the bout begin again."""
    return replace(watch, taps=0, over_since=None, force=0.0, recent=(), abrupt=False)


def within_cap(game: AnyGame, ladder: Ladder, difficulty: float, limits: Limits, step: float = 0.5) -> float | None:
    """Return the largest difficulty up to ``difficulty`` whose force stays within the cap; ``None`` if none does.

    The whole demand counts: the target, its band and what it swings by.
    """
    while game.peak(ladder.params(difficulty)) > limits.cap:
        if difficulty <= EASIEST:
            return None
        difficulty = max(EASIEST, round(difficulty - step, 4))
    return difficulty
