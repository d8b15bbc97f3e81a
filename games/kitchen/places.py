"""Say where things are in the kitchen, in stage units, and how the bowl's round and the cards are pointed at."""

from math import atan2, cos, hypot, pi, sin

from engine.game import Setting
from engine.measures import rounded
from engine.scene import STAGE_H, STAGE_W

Pair = tuple[float, float]

BOWL: Pair = (860.0, 505.0)
ROUND: Pair = (126.0, 90.0)
FROM = 0.5 * pi
BEGIN: Pair = (BOWL[0], BOWL[1] + ROUND[1])
TAP_REACH: Pair = (300.0, 250.0)
CARD_Y, CARD_H, CARD_GAP = 160.0, 184.0, 14.0
NEAR = 34.0
FARTHEST_MM = 40.0
NEWTON, LEAST_BEND = 3, 2000.0


def on_ring(angle: float) -> Pair:
    """Return the point of the ring at an angle, in stage units."""
    return BOWL[0] + ROUND[0] * cos(angle), BOWL[1] + ROUND[1] * sin(angle)


def angle_of(place: Pair) -> float:
    """Return the angle of the point of the ring that is nearest to ``place`` (Newton's method, from its ray)."""
    x, y = place[0] - BOWL[0], place[1] - BOWL[1]
    (wide, high), angle = ROUND, atan2(y / ROUND[1], x / ROUND[0])
    for _ in range(NEWTON):
        c, s = cos(angle), sin(angle)
        off_x, off_y = x - wide * c, y - high * s
        slope = off_y * high * c - off_x * wide * s
        bend = (wide * s) ** 2 + (high * c) ** 2 + off_x * wide * c + off_y * high * s
        angle += max(-0.3, min(0.3, slope / max(bend, LEAST_BEND)))
    return angle


def reach(angle: float) -> float:
    """Return how far the ring goes at an angle, in stage units for each unit of angle."""
    return hypot(ROUND[0] * sin(angle), ROUND[1] * cos(angle))


def aside_mm(place: Pair, setting: Setting) -> float:
    """Return how far a point lies from the ring; outwards is positive."""
    x, y = on_ring(angle_of(place))
    far = min(FARTHEST_MM, hypot(place[0] - x, place[1] - y) / setting.units_per_mm)
    outside = hypot((place[0] - BOWL[0]) / ROUND[0], (place[1] - BOWL[1]) / ROUND[1]) >= 1.0
    return rounded(far if outside else -far)


def on_bowl(place: Pair) -> bool:
    """Tell whether a point lies on the bowl, or near enough to tap it."""
    return ((place[0] - BOWL[0]) / TAP_REACH[0]) ** 2 + ((place[1] - BOWL[1]) / TAP_REACH[1]) ** 2 <= 1.0


def card_w(places: int) -> float:
    """Return how wide the cards are: four leave less room than two."""
    return 172.0 if places > 3 else 206.0


def card_x(place: int, places: int) -> float:
    """Return the middle of a card, from left to right."""
    return 800.0 + (place - (places - 1) / 2) * (card_w(places) + CARD_GAP)


def card_at(place: Pair, places: int) -> int | None:
    """Return which card lies at a point of the stage, or nothing beside them all; a near miss counts."""
    if abs(place[1] - CARD_Y) > CARD_H / 2 + NEAR:
        return None
    n = min(range(places), key=lambda k: abs(card_x(k, places) - place[0]))
    return n if abs(card_x(n, places) - place[0]) <= card_w(places) / 2 + NEAR else None


def stage_of(x_mm: float, y_mm: float, setting: Setting) -> Pair:
    """Return the stage point of (x, y) mm from the middle."""
    return STAGE_W / 2 + x_mm * setting.units_per_mm, STAGE_H / 2 + y_mm * setting.units_per_mm


def mm_of(place: Pair, setting: Setting) -> Pair:
    """Return a stage point in mm from the middle."""
    return (place[0] - STAGE_W / 2) / setting.units_per_mm, (place[1] - STAGE_H / 2) / setting.units_per_mm
