"""Say how a hand moved, apart from whether it hit: steady, smooth, with the right finger, relaxed in between."""

from collections.abc import Mapping, Sequence

from engine.measures import mean, rounded

QUALITIES = ("steady", "smooth", "right_finger", "relaxed")
LEAVES = 5


def of(measures: Sequence[Mapping[str, float]]) -> tuple[tuple[str, float], ...]:
    """Return (quality, mean share 0..1) over the trials that measured it, in the order of ``QUALITIES``."""
    found = []
    for name in QUALITIES:
        shares = [row[name] for row in measures if name in row]
        if shares:
            found.append((name, rounded(mean(shares))))
    return tuple(found)


def leaves(share: float) -> int:
    """Return how many of five leaves stand for a share: every hand that moved has at least one."""
    return max(1, min(LEAVES, round(share * LEAVES)))
