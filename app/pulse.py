"""Tell a computer that sleeps or stands still, and a screen on which nothing happens, by clocks that nobody sets.

The time of day is not asked: who sets the clock, or crosses into another zone, has not slept.
"""

import sys
import time
from dataclasses import dataclass, replace

AWAY_S = 3.0  # a picture that is late, a slow disk: less than that happens to a computer that is awake
STILL_S = 60.0


def through_sleep_s() -> float:
    """Return a clock in seconds that goes on while the computer sleeps; its beginning means nothing."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC)  # time.monotonic() stops there
    return time.perf_counter()  # on Windows it counts through sleep


@dataclass(frozen=True, slots=True)
class Pulse:
    """When the program last looked: by a clock that may stop in sleep, and by one that does not, in seconds."""

    awake_s: float
    through_s: float


def now() -> Pulse:
    """Return the time by both clocks."""
    return Pulse(time.perf_counter(), through_sleep_s())


def missed_s(last: Pulse, here: Pulse) -> float:
    """Return for how many seconds the program was away between two looks, 0 for a wait as there are many."""
    gone_s = max(here.awake_s - last.awake_s, here.through_s - last.through_s)
    return gone_s if gone_s > AWAY_S else 0.0


@dataclass(frozen=True, slots=True)
class Stillness:
    """Since when the same picture is seen and nothing is done, in seconds."""

    since_s: float
    picture: object = None


def seen(still: Stillness, picture: object, at_s: float) -> Stillness:
    """Return the stillness after a picture was painted."""
    return still if picture == still.picture else Stillness(at_s, picture)


def touched(still: Stillness, at_s: float) -> Stillness:
    """Return the stillness after somebody did something."""
    return replace(still, since_s=at_s)


def is_still(still: Stillness, at_s: float) -> bool:
    """Tell whether nothing has happened for so long that the screen need not be painted so often."""
    return at_s - still.since_s > STILL_S
