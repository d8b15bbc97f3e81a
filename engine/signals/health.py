"""Judge a force sensor's raw readings one by one: saturated, silent, stuck, or a change that no hand can make."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf, isfinite

from engine.measures import median, quantile

SATURATED, NO_DATA, DROPPED = 1, 2, 4  # a GLP/1 sensor's own marks
GAP, RESET = 0x10000, 0x20000  # the host's marks: frames lost on the way, the device began again
MARKS: Mapping[int, str] = {DROPPED: "gap", GAP: "gap", RESET: "reset"}
RAIL = 0.001  # of the span: nearer to its end a reading says nothing
STUCK_MS, STUCK_REPEATS, STUCK_NOISE = 500.0, 10, 2.0
FINE = 2.0**16  # a coarser converter lies within the board, where no wire can break that would freeze its value
NATURAL = 2.0**-22  # of the span: no 24-bit converter is quieter than this while it lives (an HX711 ten times louder)
BLOCK, BLOCKS, FEW = 64, 32, 8
RUN_MOST = 10 * BLOCK  # of identical readings that count as quiet: a third of the memory
BEND_MEDIAN = 1.652  # median |a - 2b + c| of white noise of SD 1: 0.6745 * sqrt(6)
# A brief squeeze of any strength has a peak slope of 4.6 to 17.7 times its own force a second, in grip as in other
# muscles, whichever of seven ways it is computed by ("Methodological considerations in the calculation of the rate of
# force development scaling factor", grip, elbow and knee, 13 people). 40 % of the firm squeeze in 13 ms is 31 firm
# squeezes a second: that leaves room to a hand that is 1.7 times as strong as its firm squeeze, at its very fastest.
STEP_SHARE, STEP_MS = 0.40, 13.0
STEP_SPAN = 0.50  # of the span, before the firm squeeze and the noise are known
FALL_SHARE = 4.0  # a hand that slips off lets go at once, but never of more than this
STEP_NOISES = 8.0


@dataclass(frozen=True, slots=True)
class Run:
    """Identical readings in a row: their value, when the first came, and how many more came after it."""

    value: float
    since_ms: float
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class Grain:
    """What is known of the channel's own noise, from how far each reading lies off the line of its neighbours.

    A squeeze bends its line little between three readings, so the noise is seen through it. ``earlier`` is the reading
    before the present run, ``bends`` are those of the block that is being filled, ``blocks`` the noise in each of the
    last blocks (25 s at 80 a second), ``noise`` their lower quartile (SD in counts), their least as long as they are
    few (the first 7 s), ``None`` before there is one.
    """

    earlier: float | None = None
    bends: tuple[float, ...] = ()
    blocks: tuple[float, ...] = ()
    noise: float | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """How one channel is after the readings so far; begin with ``Health()``.

    ``troubles`` are those of the last reading: ``saturated``, ``no-data``, ``stuck``, ``impossible-step``. A reading
    with any of them is no force. ``marks`` are all troubles since ``fresh``, and ``gap`` and ``reset`` with them.
    """

    troubles: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()
    run: Run | None = None
    grain: Grain = Grain()
    believed: tuple[float, float] | None = None

    @property
    def noise(self) -> float | None:
        """Return the SD of the channel's own noise in counts, ``None`` before it is known."""
        return self.grain.noise


NOTHING: frozenset[str] = frozenset()


def fresh(health: Health) -> Health:
    """Return the health with no marks, as at the start of a trial; what is known of the channel stays."""
    return replace(health, marks=NOTHING)


def judged(
    health: Health,
    value: float,
    at_ms: float,
    flags: int,
    span: float,
    rails: tuple[float, float] | None = None,
    full: float | None = None,
) -> Health:
    """Return the health after one more raw reading.

    ``span`` is the width of the channel's range in counts (2^24 for an HX711, 1024 for 10 bits, 0 when unknown),
    ``rails`` its lowest and highest value where known, ``full`` the counts from rest to the hand's firm squeeze (below
    0 where squeezing lowers them) where known; without it, and in about the first 64 readings, only a jump of half the
    span counts as impossible.
    """
    if flags & RESET:
        health = replace(health, run=None, grain=_parted(health.grain), believed=None)
    marks = health.marks | {name for bit, name in MARKS.items() if flags & bit}
    blind = _blind(value, flags, span, rails)
    if blind:
        return replace(health, troubles=blind, marks=marks | blind, run=None, grain=_parted(health.grain))
    grain = _parted(health.grain) if flags & (GAP | DROPPED) else health.grain
    broken = "stuck" in health.troubles and span * NATURAL >= STUCK_NOISE
    grain = _learned(grain, health.run, value, 0 if broken else RUN_MOST)
    run = _run(health.run, value, at_ms)
    leaps = _leaps(health.believed, value, at_ms, _reach(span, full, grain.noise))
    stuck = _is_stuck(run, at_ms, grain.noise, span) and not _at_rest(value, span, rails)
    troubles = frozenset(["stuck"] * stuck + ["impossible-step"] * leaps)
    return Health(troubles, marks | troubles, run, grain, health.believed if leaps else (value, at_ms))


def _blind(value: float, flags: int, span: float, rails: tuple[float, float] | None) -> frozenset[str]:
    """Return why the reading says nothing of the force, if it does not.

    The low end of a range that begins at 0 is where an unloaded sensor rests; the low end of one that reaches below 0
    is a rail like the high end.
    """
    if flags & NO_DATA or not isfinite(value):
        return frozenset({"no-data"})
    railed = False
    if rails is not None and rails[0] < rails[1]:
        edge = RAIL * (span or rails[1] - rails[0])
        railed = value >= rails[1] - edge or (rails[0] < 0 and value <= rails[0] + edge)
    return frozenset({"saturated"}) if flags & SATURATED or railed else NOTHING


def _run(run: Run | None, value: float, at_ms: float) -> Run:
    if run is None or run.value != value:
        return Run(value, at_ms)
    return Run(value, run.since_ms, run.repeats + 1)


def _is_stuck(run: Run, at_ms: float, noise: float | None, span: float) -> bool:
    """Tell whether the same value has come for too long for this channel's noise."""
    if 0 < span < FINE or run.repeats < STUCK_REPEATS or at_ms - run.since_ms <= STUCK_MS:
        return False
    return (span * NATURAL if noise is None else noise) >= STUCK_NOISE


def _at_rest(value: float, span: float, rails: tuple[float, float] | None) -> bool:
    """Tell whether the reading is the low end of a range that begins at 0, where nothing pressed reads the same."""
    return rails is not None and rails[0] >= 0 and value <= rails[0] + RAIL * span


def _reach(span: float, full: float | None, noise: float | None) -> tuple[float, float, float]:
    """Return the largest rise a hand can make in ``STEP_MS``, signed as squeezing is, the largest fall, the noise."""
    if not full or noise is None:
        return STEP_SPAN * span, inf, 0.0
    return STEP_SHARE * full, FALL_SHARE * abs(full), STEP_NOISES * noise


def _leaps(believed: tuple[float, float] | None, value: float, at_ms: float, reach: tuple[float, float, float]) -> bool:
    """Tell whether no hand can have come here from the last reading that was believed.

    Squeezing has a limit, letting go has almost none, since a sensor slips out of a hand at once. Each single outlier
    is still caught: one upwards on its way, one downwards on its way back. The limit grows with the time since the
    last believed reading, so that a lasting new level is soon believed.
    """
    step, fall, noise = reach
    if believed is None or not step:
        return False
    rise = (value - believed[0]) * (1 if step > 0 else -1)
    steps = max(at_ms - believed[1], STEP_MS) / STEP_MS
    return rise > abs(step) * steps + noise or -rise > fall * steps + noise


def _parted(grain: Grain) -> Grain:
    """Return the grain after a hole: what comes next has no neighbours before it."""
    return grain if grain.earlier is None else replace(grain, earlier=None)


def _learned(grain: Grain, run: Run | None, value: float, run_most: int) -> Grain:
    """Return the grain after one more reading.

    A run of identical readings counts when it ends, as so many times no bend but at most ``run_most``: so a channel
    that is quiet by nature becomes known as quiet, and one that freezes is judged by what it was before.
    """
    if run is None or run.value == value:
        return grain
    bends = grain.bends + (0.0,) * min(run.repeats, run_most)
    before = run.value if run.repeats else grain.earlier
    if before is not None:
        bends += (abs(value - 2 * run.value + before),)
    whole = len(bends) - len(bends) % BLOCK
    if not whole:
        return Grain(run.value, bends, grain.blocks, grain.noise)
    new = [median(bends[first : first + BLOCK]) / BEND_MEDIAN for first in range(0, whole, BLOCK)]
    blocks = (*grain.blocks, *new)[-BLOCKS:]
    noise = quantile(blocks, 0.25) if len(blocks) > FEW else min(blocks)
    return Grain(run.value, bends[whole:], blocks, noise)
