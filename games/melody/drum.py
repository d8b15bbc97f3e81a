"""Say where the hand and the tongues of the drum lie on the stage, in stage units."""

from math import cos, hypot, radians, sin

from engine.hand import FINGERS, Finger

HAND_X, HAND_Y, HAND_SIZE = 800.0, 212.0, 560.0
TO_PAD, TO_END, TONGUE_W, TONGUE_H = 60.0, 118.0, 132.0, 250.0
# Of the drawn hand (800 x 800): each fingertip, and how far its finger turns from straight up, clockwise.
DRAWN = {
    Finger.THUMB: (88, 452, -53.3), Finger.INDEX: (236, 168, -18.2), Finger.MIDDLE: (404, 92, -5.2),
    Finger.RING: (566, 160, 14.6), Finger.LITTLE: (712, 330, 43.6),
}  # fmt: skip


def beyond(finger: Finger, far: float) -> tuple[float, float]:
    """Return the point so far beyond a fingertip, on the line of its finger."""
    x, y, turn = DRAWN[finger]
    tip_x, tip_y = HAND_X + (x - 400) * HAND_SIZE / 800, HAND_Y + (400 - y) * HAND_SIZE / 800
    return tip_x + far * sin(radians(turn)), tip_y + far * cos(radians(turn))


TIPS = {finger: beyond(finger, 0.0) for finger in DRAWN}
PADS = {finger: beyond(finger, TO_PAD) for finger in DRAWN}
ENDS = {finger: beyond(finger, TO_END) for finger in DRAWN}
TONGUES = {finger: beyond(finger, TO_END + 8 - TONGUE_H / 2) for finger in DRAWN}


def touched(x: float, y: float, reach: float) -> Finger | None:
    """Return whose tongue lies nearest to (x, y), where that is within ``reach`` of its line from tip to end."""
    away = {finger: _beside(x, y, TIPS[finger], ENDS[finger]) for finger in FINGERS}
    nearest = min(FINGERS, key=lambda finger: away[finger])
    return nearest if away[nearest] <= reach else None


def _beside(x: float, y: float, a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return how far (x, y) lies from the line between two points."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    share = min(1.0, max(0.0, ((x - a[0]) * dx + (y - a[1]) * dy) / hypot(dx, dy) ** 2))
    return hypot(a[0] + share * dx - x, a[1] + share * dy - y)
