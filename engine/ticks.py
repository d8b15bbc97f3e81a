"""Count time in ticks of a fixed length, so that rules never ask a clock."""

TICKS_PER_S = 120
MS_PER_TICK = 1000 / TICKS_PER_S


def to_ms(ticks: float) -> float:
    """Return the length of ``ticks`` in milliseconds."""
    return ticks * MS_PER_TICK


def to_ticks(ms: float) -> int:
    """Return the number of whole ticks nearest to ``ms`` milliseconds."""
    return round(ms / MS_PER_TICK)


def seconds(s: float) -> int:
    """Return the number of whole ticks nearest to ``s`` seconds."""
    return round(s * TICKS_PER_S)
