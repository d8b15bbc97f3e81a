"""Tell a session what became of the computer it runs on, as samples, so that a recording replays it like a key.

``host.away`` says that the computer slept or stood still, for as many seconds as its value; ``host.hidden`` that nobody
could see the window; ``host.screen`` that it is shown on another screen or in another size: its value is the scale from
then on, in stage units a millimetre.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.sample import Sample

AWAY, HIDDEN, SCREEN = "host.away", "host.hidden", "host.screen"
LONG_S = 600.0  # after so long without anybody it is another practice, which begins with how it is today


@dataclass(frozen=True, slots=True)
class Host:
    """What one tick told of the computer: why play must pause, or "", how long it was away, and its new scale, or 0."""

    why: str = ""
    away_s: float = 0.0
    units_per_mm: float = 0.0


def told(samples: Sequence[Sample]) -> Host:
    """Return what the samples tell of the computer; of several reasons the one that took longest."""
    if not samples:
        return Host()
    away_s = sum(sample.value for sample in samples if sample.channel == AWAY)
    names = {sample.channel for sample in samples}
    scale = next((sample.value for sample in reversed(samples) if sample.channel == SCREEN), 0.0)
    why = "away" if AWAY in names else "hidden" if HIDDEN in names else "screen" if scale > 0 else ""
    return Host(why, away_s, max(0.0, scale))
