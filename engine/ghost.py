"""Show how it is done: play a game from its own intent, calmly and without a fault, for the demonstration."""

from dataclasses import dataclass, replace
from itertools import pairwise
from math import fsum, hypot

from engine.game import Event, Follow, Grip, Intent, Lift, Point, Press, Squeeze, Tap
from engine.hand import Finger
from engine.scene import STAGE_H, STAGE_W, Picture, Shape
from engine.ticks import TICKS_PER_S, to_ms

THINK_MS, HOLD_MS, TRIP_S = 700.0, 260.0, 4.5
SQUEEZE_PER_S = 0.16


@dataclass(frozen=True, slots=True)
class Ghost:
    """A demonstrating hand: what it waits for, how hard it squeezes, where it points, the finger it presses."""

    wanted: Finger | None = None
    since_ms: float = 0.0
    pressing: Finger | None = None
    until_ms: float = 0.0
    force: float = 0.0
    at: tuple[float, float] | None = None
    led: bool = False
    speed_mm_s: float = 0.0
    squeezing: bool = False

    @property
    def acting(self) -> bool:
        """Tell whether the hand presses or squeezes harder just now."""
        return self.squeezing or self.pressing is not None or self.led


def move(ghost: Ghost, intent: Intent | None, tick: int) -> tuple[Ghost, tuple[Event, ...]]:
    """Return the ghost and its events one tick later."""
    now_ms = to_ms(tick)
    if ghost.pressing and now_ms >= ghost.until_ms:
        return replace(ghost, pressing=None), (Lift(ghost.pressing, now_ms),)
    if isinstance(intent, Press):
        return _press(ghost, intent, now_ms)
    if isinstance(intent, Squeeze):
        return _squeeze(ghost, intent, now_ms)
    if isinstance(intent, Follow):
        return _follow(ghost, intent, now_ms)
    return replace(ghost, wanted=None), ()


def _press(ghost: Ghost, intent: Press, now_ms: float) -> tuple[Ghost, tuple[Event, ...]]:
    if ghost.wanted is not intent.finger:
        return replace(ghost, wanted=intent.finger, since_ms=now_ms, at=(intent.x_mm, intent.y_mm)), ()
    if now_ms - ghost.since_ms < THINK_MS:
        return ghost, ()
    pressed = replace(ghost, wanted=None, pressing=intent.finger, until_ms=now_ms + HOLD_MS)
    return pressed, (Tap(intent.finger, now_ms),)


def _squeeze(ghost: Ghost, intent: Squeeze, now_ms: float) -> tuple[Ghost, tuple[Event, ...]]:
    step = min(SQUEEZE_PER_S, intent.rate) / TICKS_PER_S
    force = ghost.force + max(-step, min(step, intent.share - ghost.force))
    return replace(ghost, force=force, squeezing=intent.share > ghost.force), (Grip(round(force, 6), now_ms),)


def _follow(ghost: Ghost, intent: Follow, now_ms: float) -> tuple[Ghost, tuple[Event, ...]]:
    ahead = intent.ahead
    if not ghost.led:
        length = fsum(hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(ahead))
        taken = replace(ghost, led=True, at=ahead[0], speed_mm_s=max(30.0, length / TRIP_S))
        return taken, (Point(*ahead[0], "down", now_ms),)
    x, y = along(ahead, ghost.speed_mm_s / TICKS_PER_S)
    return replace(ghost, at=(x, y)), (Point(round(x, 3), round(y, 3), "move", now_ms),)


def along(way: tuple[tuple[float, float], ...], far_mm: float) -> tuple[float, float]:
    """Return the point ``far_mm`` along a polyline, or its end."""
    for (ax, ay), (bx, by) in pairwise(way):
        piece = hypot(bx - ax, by - ay)
        if piece >= far_mm and piece > 0:
            return ax + (bx - ax) * far_mm / piece, ay + (by - ay) * far_mm / piece
        far_mm -= piece
    return way[-1]


def hand(ghost: Ghost, units_per_mm: float, pointing: bool) -> tuple[Shape, ...]:
    """Return the drawn hand of the demonstration: the pointing finger's tip lies where the ghost points."""
    if not pointing or ghost.at is None:
        return ()
    tip_x, tip_y = STAGE_W / 2 + ghost.at[0] * units_per_mm, STAGE_H / 2 + ghost.at[1] * units_per_mm
    press = ghost.pressing is not None or ghost.led
    name = "hand-point-press" if press else "hand-point"
    size = 0.62
    return (Picture(name, tip_x + (210 - 120) * size, tip_y - (260 - 60) * size, 420 * size, 520 * size),)
