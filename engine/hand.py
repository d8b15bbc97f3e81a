"""Name the hand: its side and its fingers."""

from enum import StrEnum


class Side(StrEnum):
    """A side of the body, or of the screen."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> "Side":
        """Return the opposite side."""
        return Side.RIGHT if self is Side.LEFT else Side.LEFT


class Finger(StrEnum):
    """A finger, in order from the thumb."""

    THUMB = "thumb"
    INDEX = "index"
    MIDDLE = "middle"
    RING = "ring"
    LITTLE = "little"


FINGERS = tuple(Finger)
