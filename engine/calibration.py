"""Turn raw samples into events: which finger, what share of this hand's own maximum, where in millimetres.

All that eases play lives here (debounce, the held key that squeezes, arrow keys that push), so that the
recording holds what really happened and every game sees the same events, whatever it is played with.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine.game import FORCES, Event, Grip, Lift, Nudge, Phase, Point, Skill, Tap
from engine.hand import Finger, Side
from engine.profile import Profile
from engine.sample import Sample
from engine.scene import STAGE_H, STAGE_W
from engine.signals.filters import OneEuro, one_euro
from engine.source import PADS, SENSORS
from engine.ticks import TICKS_PER_S

SQUEEZE_PER_S, EASE_PER_S = 0.10, 0.10
MOUSE_LOW, MOUSE_HIGH, MOUSE_SHARE = 130.0, 690.0, 0.44
NUDGE_MM_S = 45.0
ARROWS = {"LEFT": (-1, 0), "RIGHT": (1, 0), "UP": (0, 1), "DOWN": (0, -1)}
SATURATED, NO_DATA = 1, 2
FINGER_NAMES = frozenset(finger.value for finger in Finger)


@dataclass(frozen=True, slots=True)
class Scale:
    """A force sensor's raw counts at rest and at this hand's own firm squeeze."""

    zero: float = 0.0
    full: float = 1.0

    def share(self, counts: float) -> float:
        """Return the share of this hand's maximum, never below 0; above 1 is possible."""
        return max(0.0, (counts - self.zero) / (self.full - self.zero))


@dataclass(frozen=True, slots=True)
class Senses:
    """What is held down, where the pointer is, and how hard the hand squeezes, after the samples so far.

    ``force`` is what is shown, ``raw`` what was felt last, before any filter; ``silent`` are the sensors that do not
    answer, by the name in their ``link.`` channel.
    """

    held: frozenset[str] = frozenset()
    last_press: tuple[tuple[str, float], ...] = ()
    pressed: bool = False
    x: float = STAGE_W / 2
    y: float = 0.0
    force: float = 0.0
    raw: float = 0.0
    silent: frozenset[str] = frozenset()
    smooth: OneEuro = OneEuro()

    def answers(self, played_with: str) -> bool:
        """Tell whether what the game is played with answers."""
        name = "grip" if played_with in SENSORS else "pads" if played_with in PADS else ""
        return name not in self.silent


def events_of(
    senses: Senses, samples: Iterable[Sample], now_ms: float, profile: Profile, skill: Skill, played_with: str,
    scale: Scale | None, flipped: bool = False,
) -> tuple[Senses, tuple[Event, ...]]:  # fmt: skip
    """Return the senses and the events after one tick's samples.

    ``played_with`` is ``keys``, ``mouse``, one of ``SENSORS`` or of ``PADS``; it decides what is taken as force.
    Without a ``scale`` a sensor's counts are no force. ``flipped`` says that the game is seen in a mirror.
    """
    events: list[Event] = []
    for sample in samples:
        senses, more = _read(senses, sample, profile, played_with, scale, flipped)
        events.extend(more)
    if skill in FORCES and played_with == "keys":
        senses = replace(senses, force=_ramped(senses, profile))
        events.append(Grip(senses.force, now_ms))
    if skill in ("trace", "aim", "mixed"):
        events.extend(_nudges(senses, flipped, now_ms))
    return senses, tuple(events)


def _read(
    senses: Senses, sample: Sample, profile: Profile, played_with: str, scale: Scale | None, flipped: bool
) -> tuple[Senses, list[Event]]:
    kind, _, name = sample.channel.partition(".")
    if kind == "key":
        return _key(senses, name, sample, profile)
    if kind == "mouse":
        return _mouse(senses, sample, profile.units_per_mm, played_with, flipped)
    if kind == "pad":
        return _pressed(senses, f"pad {name}", Finger(name), sample, profile) if name in FINGER_NAMES else (senses, [])
    if kind == "grip" and played_with in SENSORS and scale is not None and not sample.flags & NO_DATA:
        raw = round(scale.share(sample.value), 6)
        smooth = one_euro(senses.smooth, raw, sample.at_ms)
        force = round(smooth.value, 6)
        return replace(senses, force=force, raw=raw, smooth=smooth), [Grip(force, sample.at_ms, raw)]
    if kind == "link":
        return replace(senses, silent=senses.silent - {name} if sample.value > 0 else senses.silent | {name}), []
    return senses, []


def _key(senses: Senses, name: str, sample: Sample, profile: Profile) -> tuple[Senses, list[Event]]:
    return _pressed(senses, name, profile.finger_keys.get(name), sample, profile)


def _pressed(
    senses: Senses, name: str, finger: Finger | None, sample: Sample, profile: Profile
) -> tuple[Senses, list[Event]]:
    """Return the tap or the lift of a key or a pad; a press that bounces is none."""
    if sample.value <= 0:
        lifted: list[Event] = [Lift(finger, sample.at_ms)] if finger and name in senses.held else []
        return replace(senses, held=senses.held - {name}), lifted
    held = replace(senses, held=senses.held | {name})
    if finger is None or name in senses.held:
        return held, []
    last = dict(senses.last_press)
    bounced = sample.at_ms - last.get(finger, float("-inf")) < profile.debounce_ms
    last[finger] = sample.at_ms
    return replace(held, last_press=tuple(last.items())), [] if bounced else [Tap(finger, sample.at_ms)]


def _mouse(
    senses: Senses, sample: Sample, units_per_mm: float, played_with: str, flipped: bool
) -> tuple[Senses, list[Event]]:
    pressed = sample.value > 0
    phase: Phase = "move" if pressed == senses.pressed else ("down" if pressed else "up")
    x_mm, y_mm = to_mm(sample.x, sample.y, units_per_mm, flipped)
    events: list[Event] = [Point(x_mm, y_mm, phase, sample.at_ms)]
    force = senses.force
    if played_with == "mouse":
        height = (sample.y - MOUSE_LOW) / (MOUSE_HIGH - MOUSE_LOW)
        force = round(min(1.0, max(0.0, height)) * MOUSE_SHARE, 6)
        events.append(Grip(force, sample.at_ms))
    return replace(senses, pressed=pressed, x=sample.x, y=sample.y, force=force), events


def is_flipped(hand: Side, mirrors: bool) -> bool:
    """Tell whether a game is seen in a mirror: made for the right hand and played with the left one."""
    return mirrors and hand is Side.LEFT


def to_mm(x: float, y: float, units_per_mm: float, flipped: bool) -> tuple[float, float]:
    """Return a stage point in mm from the middle, as the game knows it."""
    across = (x - STAGE_W / 2) / units_per_mm
    return round(-across if flipped else across, 3), round((y - STAGE_H / 2) / units_per_mm, 3)


def to_stage(x_mm: float, y_mm: float, units_per_mm: float, flipped: bool) -> tuple[float, float]:
    """Return the stage point of (x, y) mm: the way back of ``to_mm``."""
    across = -x_mm if flipped else x_mm
    return round(STAGE_W / 2 + across * units_per_mm, 2), round(STAGE_H / 2 + y_mm * units_per_mm, 2)


def mouse_height(share: float) -> float:
    """Return the stage height of the pointer at which the mouse stands for ``share`` of the maximum."""
    return MOUSE_LOW + share / MOUSE_SHARE * (MOUSE_HIGH - MOUSE_LOW)


def _ramped(senses: Senses, profile: Profile) -> float:
    """Return the force after one more tick of a held, or let-go, key of a finger, space bar or button."""
    squeezing = senses.pressed or not senses.held.isdisjoint({"SPACE", *profile.finger_keys})
    rate = SQUEEZE_PER_S if squeezing else -EASE_PER_S
    return round(min(1.0, max(0.0, senses.force + rate / TICKS_PER_S)), 6)


def _nudges(senses: Senses, flipped: bool, now_ms: float) -> list[Event]:
    pushes = [ARROWS[name] for name in senses.held if name in ARROWS]
    dx, dy = sum(p[0] for p in pushes), sum(p[1] for p in pushes)
    if not (dx or dy):
        return []
    step = NUDGE_MM_S / TICKS_PER_S / (2**0.5 if dx and dy else 1.0)
    side = -1 if flipped else 1
    return [Nudge(round(dx * side * step, 4), round(dy * step, 4), now_ms)]
