"""Fit a force sensor to the hand: find its zero with the hand off, then the hand's own firm squeeze."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.calibration import NO_DATA, Scale
from engine.measures import median
from engine.sample import Sample
from engine.signals import maximum as maxima
from engine.signals.maximum import Maximum
from engine.signals.tare import SHIFTED_SHARE, Tared, noise_limit, tared
from engine.ticks import seconds

TARE_S, KEPT = 1.0, 1000
FIRM_S, HOLE_S = 3.0, 0.25
FIRM_LIMITS, FIRM_NOISES = 2.5, 20.0

Reading = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Tare:
    """The zero is being found: (counts, at_ms) since ``since``; ``refused`` when a hand was on the sensor before."""

    since: int
    readings: tuple[Reading, ...] = ()
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Firm:
    """The firm squeeze is being found: the counts since it began at tick ``since``, ``None`` while waiting.

    ``felt`` is the tick of the last of them.
    """

    zero: float
    noise: float
    since: int | None = None
    counts: tuple[float, ...] = ()
    felt: int = 0


@dataclass(frozen=True, slots=True)
class Greatest:
    """The hand's maximum grip is being found, where the program allows it: forces in counts above ``zero``.

    ``quiet`` are the readings of the last second without a squeeze; ``refused`` when a hand was on the sensor as the
    next squeeze was to begin.
    """

    zero: float
    noise: float
    maximum: Maximum
    quiet: tuple[Reading, ...] = ()
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Fitted:
    """The sensor fits the hand.

    ``kind`` is ``tare`` (only the zero was found anew), ``firm`` or ``maximum``; ``noise`` the 10-90 % spread of the
    quiet second in counts; ``moved`` says that the zero shifted by more than 2 % of the squeeze: moved, or warm.
    ``tries`` are the peaks of a maximum's trials, in counts above zero.
    """

    scale: Scale
    kind: str
    noise: float
    moved: bool = False
    tries: tuple[float, ...] = ()


Fitting = Tare | Firm | Greatest


def fitted(
    now_is: Fitting,
    samples: Sequence[Sample],
    tick: int,
    known: Scale | None,
    span: float = 0.0,
    troubles: frozenset[str] = frozenset(),
) -> Fitting | Fitted:
    """Return the fitting one tick later, or how it was fitted when it is done.

    ``known`` is the scale of an earlier day, ``span`` the width of the sensor's range in counts, 0 when unknown,
    ``troubles`` what is wrong with the sensor now (``engine.signals.health``).
    """
    readings = tuple((s.value, s.at_ms) for s in samples if s.channel == "grip" and not s.flags & NO_DATA)
    if isinstance(now_is, Tare):
        return _tared(now_is, readings, tick, known, span)
    if isinstance(now_is, Firm):
        return _squeezed(now_is, tuple(value for value, _ in readings), tick, span)
    return _measured(now_is, readings, tick, troubles)


def greatest(firm: Firm, tick: int, span: float) -> Greatest:
    """Return the fitting by the hand's maximum, in the place of that by a firm squeeze."""
    return Greatest(firm.zero, firm.noise, maxima.start(tick, _least(firm, span) - firm.zero))


def ready(now_is: Greatest, span: float) -> Greatest:
    """Return the fitting after the patient said to be ready: its zero is found anew, or the hand must first let go."""
    values, times_ms = [value for value, _ in now_is.quiet], [at_ms for _, at_ms in now_is.quiet]
    found = tared(values, times_ms, span)
    if not isinstance(found, Tared):
        return replace(now_is, refused=True, quiet=())
    return replace(now_is, zero=found.zero, refused=False, quiet=(), maximum=maxima.begun(now_is.maximum))


def _measured(
    now_is: Greatest, readings: tuple[Reading, ...], tick: int, troubles: frozenset[str]
) -> Greatest | Firm | Fitted:
    """Return the protocol one tick later; without a trial that counts, a firm squeeze is asked for instead."""
    forces = [maxima.Reading(value - now_is.zero, at_ms) for value, at_ms in readings]
    if troubles:
        forces.append(maxima.Reading(0.0, readings[-1][1] if readings else 0.0, troubles))
    state = maxima.step(now_is.maximum, tick, forces)
    quiet = (*now_is.quiet, *readings)[-KEPT:] if state.phase in ("ready", "rest") else ()
    if state.phase != "done":
        return replace(now_is, maximum=state, quiet=quiet)
    full = state.result.steady
    if full is None:
        return Firm(now_is.zero, now_is.noise)
    tries = tuple(trial.peak for trial in state.trials if trial.valid)
    return Fitted(Scale(now_is.zero, now_is.zero + full), "maximum", now_is.noise, tries=tries)


def _tared(tare: Tare, readings: tuple[Reading, ...], tick: int, known: Scale | None, span: float) -> Fitting | Fitted:
    """Take the median of a quiet second as zero; a trembling, drifting or shifted reading means a hand is on it."""
    tare = replace(tare, readings=(*tare.readings, *readings)[-KEPT:])
    if tick - tare.since < seconds(TARE_S):
        return tare
    values, times_ms = [value for value, _ in tare.readings], [at_ms for _, at_ms in tare.readings]
    full = known.full - known.zero if known else 0.0
    # A shift that stays after the patient was asked to let go is the new zero: the sensor was moved, or is warm.
    found = tared(values, times_ms, span, known.zero if known and not tare.refused else None, full)
    if not isinstance(found, Tared):
        return tare if found.why == "too-few" else Tare(tick, refused=True)
    if known is None:
        return Firm(found.zero, found.noise)
    moved = abs(found.zero - known.zero) > SHIFTED_SHARE * abs(full)
    return Fitted(Scale(found.zero, found.zero + full), "tare", found.noise, moved)


def _squeezed(firm: Firm, counts: tuple[float, ...], tick: int, span: float) -> Fitting | Fitted:
    """Take the median of 3 s well above the zero as the hand's own firm squeeze; letting go begins anew."""
    least = _least(firm, span)
    if any(count < least for count in counts):
        return replace(firm, since=None, counts=())
    if not counts:
        stale = firm.since is not None and tick - firm.felt > seconds(HOLE_S)
        return replace(firm, since=None, counts=()) if stale else firm
    since = tick if firm.since is None else firm.since
    firm = replace(firm, since=since, counts=firm.counts + counts, felt=tick)
    if tick - since < seconds(FIRM_S):
        return firm
    return Fitted(Scale(firm.zero, median(firm.counts)), "firm", firm.noise)


def _least(firm: Firm, span: float) -> float:
    """Return the counts from which on something is a squeeze."""
    return firm.zero + max(FIRM_LIMITS * noise_limit(span), FIRM_NOISES * firm.noise)
