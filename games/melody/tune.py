"""Draw short tunes that sound like one: steps more often than leaps, and home at the end."""

from engine.chance import Chance
from engine.hand import FINGERS, Finger

# How likely a note lies so many tongues from the next one: steps more often than leaps, seldom the same again.
STEPS = (0.35, 1.0, 0.4, 0.15, 0.08)
ONWARD = 0.3


def drawn(fingers: tuple[Finger, ...], count: int, weights: dict[str, float], chance: Chance) -> tuple[Finger, ...]:
    """Return a tune of ``count`` notes, drawn from its end: home is the middle finger's tongue, else the first one.

    No note comes three times running, and a leap is seldom followed by more of the same way; ``weights`` are how often
    each finger is to be asked beside the others.
    """
    places = [FINGERS.index(finger) for finger in fingers]
    backwards = [FINGERS.index(Finger.MIDDLE) if Finger.MIDDLE in fingers else places[0]]
    while len(backwards) < count:
        here, after = backwards[-1], backwards[-2:-1]
        able = [place for place in places if not (after and place == here == after[0])] or places
        likely = [weights.get(FINGERS[place], 1.0) * _likely(place, here, after) for place in able]
        backwards.append(chance.weighted(able, likely))
    return tuple(FINGERS[place] for place in reversed(backwards))


def _likely(before: int, here: int, after: list[int]) -> float:
    """Return how likely the note ``before`` is, ahead of the note ``here`` and what comes ``after`` it."""
    leaps_on = bool(after) and abs(here - before) > 1 and (here - before) * (after[0] - here) > 0
    return STEPS[abs(here - before)] * (ONWARD if leaps_on else 1.0)
