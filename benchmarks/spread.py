"""Sum up repeated measurements: the median and the range, and ratios pair by pair."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """The median, the lowest and the highest of ``n`` measurements."""

    median: float
    low: float
    high: float
    n: int

    def shown(self, form: str = ".2f", factor: float = 1.0) -> str:
        """Return the median, and the range in brackets, each multiplied by ``factor``."""
        low, middle, high = (format(value * factor, form) for value in (self.low, self.median, self.high))
        return f"{middle} ({low}–{high})"


def spread(values: Sequence[float]) -> Spread:
    """Return the spread of at least one value; raise ``statistics.StatisticsError`` for none."""
    return Spread(statistics.median(values), min(values), max(values), len(values))


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """Return the spread of ours / theirs, pair by pair: what slowed both of a pair does not count."""
    return spread([a / b for a, b in zip(ours, theirs, strict=True)])


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown, the first column to the left, the others to the right."""
    rule = "| --- |" + " ---: |" * (len(head) - 1)
    return "\n".join(["| " + " | ".join(head) + " |", rule, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"
