"""Fit a force sensor to the hand: find its zero with the hand off, then the hand's own firm squeeze."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.calibration import NO_DATA, Scale
from engine.measures import median, quantile
from engine.sample import Sample
from engine.ticks import seconds

TARE_S, TARE_LEAST = 1.0, 8
FIRM_S, FIRM_COUNTS = 3.0, 1000.0
QUIET, MOVED = 0.02, 0.05
NOISE_COUNTS = 400.0


@dataclass(frozen=True, slots=True)
class Tare:
    """The zero is being found: the counts since ``since``; ``refused`` when a hand was on the sensor before."""

    since: int
    counts: tuple[float, ...] = ()
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Firm:
    """The firm squeeze is being found: the counts since it began at tick ``since``, ``None`` while waiting."""

    zero: float
    noise: float
    since: int | None = None
    counts: tuple[float, ...] = ()


Fitting = Tare | Firm


def fitted(now_is: Fitting, samples: Sequence[Sample], tick: int, known: Scale | None) -> Fitting | Scale:
    """Return the fitting one tick later, or the scale when it is done; ``known`` is the scale of an earlier day."""
    counts = tuple(s.value for s in samples if s.channel == "grip" and not s.flags & NO_DATA)
    if isinstance(now_is, Tare):
        return _tared(now_is, counts, tick, known)
    return _squeezed(now_is, counts, tick)


def _tared(tare: Tare, counts: tuple[float, ...], tick: int, known: Scale | None) -> Fitting | Scale:
    """Take the median of a quiet second as zero; a trembling or shifted reading means a hand is on it."""
    tare = replace(tare, counts=(*tare.counts, *counts)[-200:])
    if tick - tare.since < seconds(TARE_S) or len(tare.counts) < TARE_LEAST:
        return tare
    low, zero, high = (quantile(tare.counts, share) for share in (0.1, 0.5, 0.9))
    span = known.full - known.zero if known else 0.0
    trembling = high - low > max(NOISE_COUNTS, QUIET * span)
    shifted = known is not None and zero - known.zero > MOVED * span and not tare.refused
    if trembling or shifted:
        return Tare(tick, refused=True)
    return Scale(zero, zero + span) if known else Firm(zero, high - low)


def _squeezed(firm: Firm, counts: tuple[float, ...], tick: int) -> Fitting | Scale:
    """Take the median of 3 s well above the zero as the hand's own firm squeeze; letting go begins anew."""
    least = firm.zero + max(FIRM_COUNTS, 20 * firm.noise)
    if any(count < least for count in counts):
        return replace(firm, since=None, counts=())
    if not counts and firm.since is None:
        return firm
    since = tick if firm.since is None else firm.since
    firm = replace(firm, since=since, counts=firm.counts + counts)
    return Scale(firm.zero, median(firm.counts)) if tick - since >= seconds(FIRM_S) else firm
