"""Let one switch point: a line sweeps across the game until it is pressed, then a second one up and down it.

The first press says where across, the second how high; then the fingertip touches there. What is practised is when to
press; the two lines stand for the hand that would reach.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from engine.game import Event, Nudge, Point, Tap
from engine.hand import Finger
from engine.scene import STAGE_H, STAGE_W, Path, Shape
from engine.ticks import TICKS_PER_S

SHARE_X, LOW, HIGH = 0.80, 0.10, 0.78  # of the stage that is swept: across its middle, and from its foot
ACROSS = 4.0  # how many times the time of one step of scanning a line takes from side to side
FAR_MM = 100_000.0


@dataclass(frozen=True, slots=True)
class Sweep:
    """Where the fingertip is (mm), which way it sweeps now, and towards which end."""

    x_mm: float = 0.0
    y_mm: float = 0.0
    axis: Literal["", "x", "y"] = ""
    towards: float = 1.0


def step(
    sweep: Sweep, events: Iterable[Event], per_mm: float, scan_s: float, asked: bool, now_ms: float
) -> tuple[Sweep, tuple[Event, ...]]:
    """Return the sweep a tick later, and what the game is told: where the fingertip goes, and that it touches.

    ``scan_s`` is the time of one step of scanning; nothing moves unless a touch is ``asked`` for.
    """
    pressed = any(isinstance(e, Tap) or (isinstance(e, Point) and e.phase == "down") for e in events)
    if not sweep.axis:
        sweep, told = _placed(per_mm, now_ms)
        return sweep, told
    if not asked:
        return sweep, ()
    if pressed and sweep.axis == "y":
        return replace(sweep, axis="x", towards=1.0), (Tap(Finger.INDEX, now_ms),)
    if pressed:
        return replace(sweep, axis="y", towards=1.0), ()
    return _moved(sweep, per_mm, scan_s, now_ms)


def _ends(axis: str, per_mm: float) -> tuple[float, float]:
    """Return between which places (mm) a line sweeps."""
    if axis == "x":
        half = STAGE_W * SHARE_X / 2 / per_mm
        return -half, half
    return STAGE_H * (LOW - 0.5) / per_mm, STAGE_H * (HIGH - 0.5) / per_mm


def _placed(per_mm: float, now_ms: float) -> tuple[Sweep, tuple[Event, ...]]:
    """Return the sweep at its first corner: the fingertip is led to the corner of the stage, then in."""
    x, y = _ends("x", per_mm)[0], _ends("y", per_mm)[0]
    corner = Nudge(-FAR_MM, -FAR_MM, now_ms)
    inwards = Nudge(x + STAGE_W / 2 / per_mm, y + STAGE_H / 2 / per_mm, now_ms)
    return Sweep(x, y, "x"), (corner, inwards)


def _moved(sweep: Sweep, per_mm: float, scan_s: float, now_ms: float) -> tuple[Sweep, tuple[Event, ...]]:
    low, high = _ends(sweep.axis, per_mm)
    here = sweep.x_mm if sweep.axis == "x" else sweep.y_mm
    across = STAGE_W * SHARE_X / per_mm / (ACROSS * scan_s * TICKS_PER_S)
    there = min(high, max(low, here + sweep.towards * across))
    towards = -sweep.towards if there in (low, high) else sweep.towards
    by = round(there - here, 4)
    if sweep.axis == "x":
        return replace(sweep, x_mm=here + by, towards=towards), (Nudge(by, 0.0, now_ms),)
    return replace(sweep, y_mm=here + by, towards=towards), (Nudge(0.0, by, now_ms),)


def shapes(sweep: Sweep, per_mm: float) -> tuple[Shape, ...]:
    """Return the line that sweeps, and the one that is set: upright through x, level through y."""
    x, y = STAGE_W / 2 + sweep.x_mm * per_mm, STAGE_H / 2 + sweep.y_mm * per_mm
    half, low, high = STAGE_W * SHARE_X / 2, STAGE_H * LOW, STAGE_H * HIGH
    upright = Path(((x, low), (x, high)), "focus", 5, 0.0 if sweep.axis == "x" else 16.0)
    level = Path(((STAGE_W / 2 - half, y), (STAGE_W / 2 + half, y)), "focus", 5)
    return (upright,) if sweep.axis == "x" else (upright, level) if sweep.axis else ()
