"""Say how the strongest squeeze of a test was built up, as far as the sensor is quick enough to tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.signals.onset import onset_ms
from engine.signals.rfd import Rate, rise, steepest

BEFORE_MS, AFTER_MS = 3000.0, 200.0
PERCENT_LEAST = 1.0
WHY = {
    "too-slow-sensor": "the sensor is too slow to tell",
    "no-onset": "its beginning was not quiet enough to tell",
    "gap": "readings are missing in it",
    "too-short": "it was too short to tell",
}


@dataclass(frozen=True, slots=True)
class Squeeze:
    """The strongest squeeze: its peak, when it began, and how quickly it rose, in ``unit`` and ``unit`` a second.

    ``unit`` is ``N``, or ``%`` of its own peak for a sensor that was never calibrated.
    """

    peak: float
    unit: str
    onset_ms: float | None
    first_200_ms: Rate
    steepest_100_ms: Rate


def strongest(trace: Sequence[tuple[float, float]], gain_n: float = 0.0) -> Squeeze | None:
    """Return the strongest squeeze in ``trace``, (raw value, at_ms); ``None`` where there are too few readings.

    ``gain_n`` is the newtons a raw count, 0 without a calibration.
    """
    if len(trace) < 40:
        return None
    top_ms = max(trace)[1]
    part = [(v, t) for v, t in trace if top_ms - BEFORE_MS <= t <= top_ms + AFTER_MS]
    rest = min(v for v, _ in part)
    span = max(v for v, _ in part) - rest
    if span <= 0:
        return None
    scale, unit = (gain_n, "N") if gain_n > 0 else (100 / span, "%")
    values, times = [(v - rest) * scale for v, _ in part], [t for _, t in part]
    if any(b <= a for a, b in pairwise(times)):
        return None
    began = onset_ms(values, times) if unit == "N" else onset_ms(values, times, PERCENT_LEAST)
    upto = [n for n, t in enumerate(times) if t <= top_ms]
    climb = steepest([values[n] for n in upto], [times[n] for n in upto])
    return Squeeze(round(span * scale, 2), unit, began, rise(values, times, began), climb)


def in_words(squeeze: Squeeze) -> str:
    """Return the squeeze in one sentence."""
    if squeeze.first_200_ms.per_s is None or squeeze.steepest_100_ms.per_s is None:
        return f"The strongest squeeze: {WHY.get(squeeze.first_200_ms.why or '', 'it cannot be told')}."
    rose, most = squeeze.first_200_ms.per_s, squeeze.steepest_100_ms.per_s
    return (
        f"The strongest squeeze rose by {rose:.0f} {squeeze.unit}/s in its first 200 ms, "
        f"and by {most:.0f} {squeeze.unit}/s at its steepest. Compare it only with the same hand on the same sensor."
    )
