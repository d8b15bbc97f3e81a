"""Show how it is done: play a game from its own intent, calmly and without a fault, for the demonstration."""

from dataclasses import dataclass, replace
from itertools import pairwise
from math import fsum, hypot
from typing import Literal

from engine.game import Event, Follow, Grip, Intent, Lift, Point, Press, Squeeze, Tap, Touch
from engine.hand import Finger
from engine.scene import STAGE_H, STAGE_W, Picture, Shape
from engine.ticks import TICKS_PER_S, to_ms

THINK_MS, HOLD_MS, TRIP_S = 700.0, 260.0, 4.5
REST_MM = (0.0, -20.0)
SQUEEZE_PER_S = 0.16


@dataclass(frozen=True, slots=True)
class Ghost:
    """A demonstrating hand: what it waits for, how hard it squeezes, where it points, the finger it presses.

    ``come_from`` is where it set out from to ``touch`` a place, ``touching`` that it is there.
    """

    wanted: Finger | Literal["touch"] | None = None
    since_ms: float = 0.0
    pressing: Finger | None = None
    until_ms: float = 0.0
    force: float = 0.0
    at: tuple[float, float] | None = None
    led: bool = False
    speed_mm_s: float = 0.0
    squeezing: bool = False
    touching: bool = False
    come_from: tuple[float, float] = REST_MM

    @property
    def acting(self) -> bool:
        """Tell whether the hand presses or squeezes harder just now."""
        return self.squeezing or self.pressing is not None or self.led or self.touching


def move(ghost: Ghost, intent: Intent | None, tick: int) -> tuple[Ghost, tuple[Event, ...]]:
    """Return the ghost and its events one tick later."""
    now_ms = to_ms(tick)
    if ghost.pressing and now_ms >= ghost.until_ms:
        return replace(ghost, pressing=None), (Lift(ghost.pressing, now_ms),)
    if ghost.touching:
        return _lift_off(ghost, now_ms)
    if ghost.led and not isinstance(intent, Follow):
        return replace(ghost, led=False), (Point(*(ghost.at or REST_MM), "up", now_ms),)
    eased: tuple[Event, ...] = ()
    if ghost.force > 0 and not isinstance(intent, Squeeze):
        ghost, eased = _squeeze(ghost, Squeeze(0.0), now_ms)
    ghost, events = _acted(ghost, intent, now_ms)
    return ghost, (*eased, *events)


def _acted(ghost: Ghost, intent: Intent | None, now_ms: float) -> tuple[Ghost, tuple[Event, ...]]:
    if isinstance(intent, Press):
        return _press(ghost, intent, now_ms)
    if isinstance(intent, Squeeze):
        return _squeeze(replace(ghost, wanted=None), intent, now_ms)
    if isinstance(intent, Follow):
        return _follow(replace(ghost, wanted=None), intent, now_ms)
    if isinstance(intent, Touch):
        return _touch(ghost, intent, now_ms)
    return replace(ghost, wanted=None), ()


def _press(ghost: Ghost, intent: Press, now_ms: float) -> tuple[Ghost, tuple[Event, ...]]:
    if ghost.wanted is not intent.finger:
        return replace(ghost, wanted=intent.finger, since_ms=now_ms, at=(intent.x_mm, intent.y_mm)), ()
    if now_ms < (ghost.since_ms + THINK_MS if intent.due_ms is None else intent.due_ms):
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
    speed = min(ghost.speed_mm_s, intent.speed_mm_s) if intent.bounded else ghost.speed_mm_s
    x, y = along(ahead, speed / TICKS_PER_S)
    return replace(ghost, at=(x, y)), (Point(round(x, 3), round(y, 3), "move", now_ms),)


def _touch(ghost: Ghost, intent: Touch, now_ms: float) -> tuple[Ghost, tuple[Event, ...]]:
    """Move to a place in a gentle curve of speed, and touch it there."""
    if ghost.wanted != "touch":
        at = ghost.at or REST_MM
        return replace(ghost, wanted="touch", since_ms=now_ms, at=at, come_from=at), ()
    share = min(1.0, (now_ms - ghost.since_ms) / THINK_MS)
    eased = share * share * (3 - 2 * share)
    (x, y), to_x, to_y = ghost.come_from, intent.x_mm, intent.y_mm
    at = (round(x + (to_x - x) * eased, 3), round(y + (to_y - y) * eased, 3))
    if share < 1.0:
        return replace(ghost, at=at), ()
    touching = replace(ghost, at=at, wanted=None, touching=True, until_ms=now_ms + HOLD_MS)
    return touching, (Point(*at, "down", now_ms),)


def _lift_off(ghost: Ghost, now_ms: float) -> tuple[Ghost, tuple[Event, ...]]:
    """Stay a moment where it touches, then lift."""
    if now_ms < ghost.until_ms or ghost.at is None:
        return ghost, ()
    return replace(ghost, touching=False), (Point(*ghost.at, "up", now_ms),)


def along(way: tuple[tuple[float, float], ...], far_mm: float) -> tuple[float, float]:
    """Return the point ``far_mm`` along a polyline, or its end."""
    for (ax, ay), (bx, by) in pairwise(way):
        piece = hypot(bx - ax, by - ay)
        if piece >= far_mm and piece > 0:
            return ax + (bx - ax) * far_mm / piece, ay + (by - ay) * far_mm / piece
        far_mm -= piece
    return way[-1]


def hand(ghost: Ghost, units_per_mm: float) -> tuple[Shape, ...]:
    """Return the drawn hand of the demonstration: the pointing finger's tip lies where the ghost points."""
    if ghost.at is None or ghost.force > 0:
        return ()
    tip_x, tip_y = STAGE_W / 2 + ghost.at[0] * units_per_mm, STAGE_H / 2 + ghost.at[1] * units_per_mm
    press = ghost.pressing is not None or ghost.led or ghost.touching
    name = "hand-point-press" if press else "hand-point"
    size = 0.62
    return (Picture(name, tip_x + (210 - 120) * size, tip_y - (260 - 60) * size, 420 * size, 520 * size),)
