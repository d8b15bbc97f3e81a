"""The drawn hand of the items that are tapped: where its fingertips are, which one is asked for, what was pressed."""

from math import hypot

from engine.game import Event, Point, Press, Setting, Tap
from engine.hand import FINGERS, Finger
from engine.scene import STAGE_H, STAGE_W, Bar, Circle, Picture, Shape, Words

X, Y, SIZE = 800.0, 385.0, 780.0
DRAWN = {
    Finger.THUMB: (88, 452), Finger.INDEX: (236, 168), Finger.MIDDLE: (404, 92), Finger.RING: (566, 160),
    Finger.LITTLE: (712, 330),
}  # fmt: skip
TIPS = {finger: (X + (x - 400) * SIZE / 800, Y + (400 - y) * SIZE / 800) for finger, (x, y) in DRAWN.items()}
PALM, CAP_DOWN = (815.0, 250.0), 122.0
NEAR_MM = 19.5
PICTURES = tuple(f"hand-{finger}" for finger in FINGERS)


def pressed(event: Event, setting: Setting) -> tuple[Finger, float, bool] | None:
    """Return which finger an event presses, when, and whether that was a touch of the drawn finger."""
    if isinstance(event, Tap):
        return event.finger, event.at_ms, False
    if not isinstance(event, Point) or event.phase != "down":
        return None
    x, y = STAGE_W / 2 + event.x_mm * setting.units_per_mm, STAGE_H / 2 + event.y_mm * setting.units_per_mm
    finger = min(FINGERS, key=lambda f: hypot(TIPS[f][0] - x, TIPS[f][1] - y))
    away_mm = hypot(TIPS[finger][0] - x, TIPS[finger][1] - y) / setting.units_per_mm
    return (finger, event.at_ms, True) if away_mm <= NEAR_MM else None


def press_of(finger: Finger, setting: Setting) -> Press:
    """Return the intent to press a finger."""
    x, y = TIPS[finger]
    return Press(finger, (x - STAGE_W / 2) / setting.units_per_mm, (y - STAGE_H / 2) / setting.units_per_mm)


def drawn(lit: Finger | None) -> list[Shape]:
    """Return the hand, with the finger that is asked for lit and ringed."""
    shapes: list[Shape] = [Picture("hand", X, Y, SIZE, SIZE)]
    if lit is not None:
        shapes += [Picture(f"hand-{lit}", X, Y, SIZE, SIZE), Circle(*TIPS[lit], 66, line="focus", line_width=9)]
    return shapes


def key_caps(setting: Setting) -> list[Shape]:
    """Return what is written on the key of each finger, below its tip."""
    shapes: list[Shape] = []
    for finger, label in setting.labels:
        wide = 62 if len(label) < 3 else 130
        x, y = TIPS[Finger(finger)]
        dx, dy = PALM[0] - x, PALM[1] - y
        share = (CAP_DOWN + 0.6 * (wide - 62)) / hypot(dx, dy)
        x, y = x + dx * share, y + dy * share
        shapes += [
            Bar(x, y, wide, 58, "card", 12, "ink", 4),
            Words("plain", x, y, 34, bold=True, width=wide, values=(("text", label),)),
        ]
    return shapes
