"""Measure taps: pace, rhythm, reactions, order and how alone each finger moves; times are of the press, in s."""

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from engine.measures import checks
from engine.measures.checks import NOTHING, Numbers

BOUNCE_S, PAUSE = 0.08, 3.0
SOONEST_S, LATEST_S = 0.1, 3.0
TOGETHER_S = 0.1
LEAST_INTERVALS = 10


@dataclass(frozen=True, slots=True)
class Intervals:
    """The times between taps that count, in s, in their order, and how many were left out.

    A press less than 80 ms after the one before is a bounce and is no tap. An interval of more than three times the
    median is a pause: it stands as ``None``, so that no two intervals become neighbours over it.
    """

    values: tuple[float | None, ...]
    bounces_n: int
    pauses_n: int

    @property
    def kept(self) -> tuple[float, ...]:
        """Return the intervals without the pauses."""
        return tuple(value for value in self.values if value is not None)


@dataclass(frozen=True, slots=True)
class Asynchrony:
    """How far taps were from the beat, in s, plus where late; ``unmatched_n`` had no beat near enough."""

    mean_s: float
    sd_s: float | None
    n: int
    unmatched_n: int


@dataclass(frozen=True, slots=True)
class ClockMotor:
    """The spread of intervals in two parts, as SD in s: that of the inner clock, and that of carrying out a tap."""

    clock_s: float
    motor_s: float


@dataclass(frozen=True, slots=True)
class Reaction:
    """Reaction times: median and interquartile range in s over ``n``, and what was left out.

    ``early_n`` were faster than 100 ms, ``late_n`` slower than 3 s, ``omitted_n`` were not answered. ``missed`` is the
    share of late and omitted among all.
    """

    median_s: float | None
    iqr_s: float | None
    n: int
    early_n: int
    late_n: int
    omitted_n: int
    missed: float


@dataclass(frozen=True, slots=True)
class TapErrors:
    """What became of each cue: ``right_n``, ``wrong_n`` (another finger) or ``omitted_n``; besides, over all of them,

    ``extra_n`` unwanted fingers that came down with the answer, and ``early_n`` presses too soon to be an answer.
    """

    right_n: int
    wrong_n: int
    omitted_n: int
    extra_n: int
    early_n: int


@dataclass(frozen=True, slots=True)
class Dwell:
    """How long keys were held: the median in s, and SD / mean (``None`` for fewer than two)."""

    median_s: float
    cv: float | None


def intervals(times_s: ArrayLike) -> Intervals:
    """Return the intervals between presses, without bounces and pauses; their counts say how much was left out.

    Raise ``ValueError`` for times that do not rise or are not finite.
    """
    times = _onsets(times_s)
    steps = np.diff(times)
    longest = PAUSE * float(np.median(steps)) if len(steps) else 0.0
    values = tuple(step if step <= longest else None for step in steps.tolist())
    return Intervals(values, np.size(times_s) - len(times), values.count(None))


def tap_rate(times_s: ArrayLike) -> float | None:
    """Return the taps a second, (n - 1) / (last - first), pauses included and bounces left out.

    ``None`` for fewer than two taps. Raise ``ValueError`` for times that do not rise. Finger tapping over 10 s is
    reliable: doi:10.1038/s41598-021-96485-3.
    """
    times = _onsets(times_s)
    return float((len(times) - 1) / (times[-1] - times[0])) if len(times) > 1 else None


def interval_cv(times_s: ArrayLike) -> float | None:
    """Return SD (n - 1) / mean of the intervals between taps: 0 is perfectly even.

    ``None`` for fewer than two intervals that count (``intervals``). Raise ``ValueError`` for times that do not rise.
    Wing & Kristofferson 1973, doi:10.3758/BF03198607.
    """
    kept = np.array(intervals(times_s).kept)
    return float(kept.std(ddof=1) / kept.mean()) if len(kept) > 1 else None


def rmssd(times_s: ArrayLike) -> float | None:
    """Return the root mean square of the change from one interval to the next, in s: unevenness without slow drift.

    ``None`` without two neighbouring intervals that count. Raise ``ValueError`` for times that do not rise.
    von Neumann et al. 1941, doi:10.1214/aoms/1177731746.
    """
    values = np.array([np.nan if value is None else value for value in intervals(times_s).values])
    steps = np.diff(values)
    steps = steps[~np.isnan(steps)]
    return float(np.sqrt(np.mean(steps**2))) if len(steps) else None


def tempo_error(times_s: ArrayLike, beat_s: float) -> float | None:
    """Return the mean absolute difference between the intervals and that of the beat, in s.

    ``None`` without an interval that counts. Raise ``ValueError`` for a beat not above 0. Repp 2005,
    doi:10.3758/BF03206433.
    """
    beat, kept = checks.above_zero(beat_s, "beat_s"), np.array(intervals(times_s).kept)
    return float(np.abs(kept - beat).mean()) if len(kept) else None


def asynchrony(times_s: ArrayLike, beats_s: ArrayLike) -> Asynchrony | None:
    """Return tap - nearest beat, mean and SD (n - 1): a tap farther than half a beat from any is left out, and counted.

    Both are times that rise. ``None`` where no tap is near a beat, and for fewer than two beats. Repp 2005,
    doi:10.3758/BF03206433.
    """
    times, beats = checks.times(times_s), checks.times(beats_s, "beats_s")
    if len(beats) < 2 or not len(times):
        return None
    place = np.clip(np.searchsorted(beats, times), 1, len(beats) - 1)
    nearest = np.where(times - beats[place - 1] <= beats[place] - times, beats[place - 1], beats[place])
    off = times - nearest
    near = off[np.abs(off) <= np.median(np.diff(beats)) / 2 + NOTHING]
    if not len(near):
        return None
    sd = float(near.std(ddof=1)) if len(near) > 1 else None
    return Asynchrony(float(near.mean()), sd, len(near), len(times) - len(near))


def clock_motor(times_s: ArrayLike) -> ClockMotor | None:
    """Return the spread of a clock and of carrying out, told apart by neighbouring intervals.

    Motor variance is -c1, clock variance c0 + 2 c1, with c0 and c1 the autocovariance of the intervals (/ n) at lag 0
    and 1. ``None`` for fewer than ten intervals, for a pause among them, and where a variance would be below 0: then
    the model does not hold. Wing & Kristofferson 1973, doi:10.3758/BF03198607.
    """
    found = intervals(times_s)
    if len(found.values) < LEAST_INTERVALS or found.pauses_n:
        return None
    off = np.array(found.kept) - np.mean(found.kept)
    whole, next_one = float(np.mean(off**2)), float((off[:-1] * off[1:]).sum()) / len(off)
    clock, motor = whole + 2 * next_one, -next_one
    return ClockMotor(clock**0.5, motor**0.5) if clock >= 0 and motor >= 0 else None


def reaction(latencies_s: Sequence[float | None]) -> Reaction | None:
    """Return median and interquartile range of reaction times, from cue to press; ``None`` in the row is an omission.

    Below 100 ms it is an anticipation, above 3 s too late; both are left out, and counted. Compare within one device
    only. ``None`` for an empty row. Raise ``ValueError`` for numbers that are not finite. Whelan 2008,
    doi:10.1007/BF03395630; quantiles are type 7 of Hyndman & Fan.
    """
    times = checks.series([value for value in latencies_s if value is not None], "latencies_s")
    if not len(latencies_s):
        return None
    early, late = int((times < SOONEST_S).sum()), int((times > LATEST_S).sum())
    kept, omitted = times[(times >= SOONEST_S) & (times <= LATEST_S)], len(latencies_s) - len(times)
    low, middle, high = np.quantile(kept, (0.25, 0.5, 0.75)).tolist() if len(kept) else (0.0, None, None)
    iqr = None if high is None else high - low
    return Reaction(middle, iqr, len(kept), early, late, omitted, (late + omitted) / len(latencies_s))


def levenshtein(target: Sequence[Hashable], played: Sequence[Hashable]) -> int:
    """Return the least number of additions, omissions and exchanges between two sequences. Levenshtein 1966."""
    row = list(range(len(played) + 1))
    for n, wanted in enumerate(target, start=1):
        before, row = row, [n]
        for m, got in enumerate(played, start=1):
            row.append(min(before[m] + 1, row[-1] + 1, before[m - 1] + (wanted != got)))
    return row[-1]


def sequence_accuracy(target: Sequence[Hashable], played: Sequence[Hashable]) -> float | None:
    """Return 1 - Levenshtein / the longer length: 1 is fully right, 0 nothing; ``None`` where both are empty.

    Levenshtein 1966, Soviet Physics Doklady 10:707.
    """
    longer = max(len(target), len(played))
    return 1 - levenshtein(target, played) / longer if longer else None


def sequences_right(pairs: Sequence[tuple[Sequence[Hashable], Sequence[Hashable]]]) -> float | None:
    """Return the share of (target, played) sequences that are fully right; ``None`` without any."""
    return sum(list(target) == list(played) for target, played in pairs) / len(pairs) if pairs else None


def tap_errors(
    cues: Sequence[tuple[float, Hashable]], presses: Sequence[tuple[float, Hashable]], *, window_s: float = LATEST_S
) -> TapErrors:
    """Return the kinds of errors of presses (time, finger) to cues (time, finger), both in the order of their times.

    A press belongs to the last cue before it, for ``window_s``. Before 100 ms after the cue it is too early. The first
    later one is the answer; each other finger within 100 ms of the answer is unwanted (overflow). Repeats, and presses
    that belong to no cue, count nowhere. Raise ``ValueError`` for times out of order or not finite.
    """
    checks.times([time for time, _ in cues], "cues")
    if np.any(np.diff(checks.series([time for time, _ in presses], "presses")) < 0):
        raise ValueError("presses: must be in the order of their times")
    window, times = checks.above_zero(window_s, "window_s"), [time for time, _ in presses]
    right = wrong = extra = early = 0
    for n, (cue, finger) in enumerate(cues):
        end = min(cue + window, cues[n + 1][0] if n + 1 < len(cues) else np.inf)
        own = [(time - cue, pressed) for time, pressed in presses[bisect_left(times, cue) : bisect_left(times, end)]]
        later = [(time, pressed) for time, pressed in own if time >= SOONEST_S - NOTHING]
        early += len(own) - len(later)
        if later:
            at, answer = later[0]
            right, wrong = right + (answer == finger), wrong + (answer != finger)
            near = {pressed for time, pressed in later if time <= at + TOGETHER_S + NOTHING}
            extra += len(near - {answer, finger})
    return TapErrors(right, wrong, len(cues) - right - wrong, extra, early)


def individuation(moved: ArrayLike) -> tuple[float | None, ...]:
    """Return for each finger how alone it moves, II = 1 - mean(|x_j / x_i|) over the others: 1 is quite alone.

    ``moved`` is square, (instructed finger, finger): force or excursion at the peak of the instructed one. ``None``
    where an instructed finger did not move. Raise ``ValueError`` for another shape, or numbers that are not finite.
    Schieber 1991, doi:10.1152/jn.1991.65.6.1381.
    """
    shares = _shares(moved)
    return _told(1 - shares.sum(axis=1) / (len(shares) - 1))


def stationarity(moved: ArrayLike) -> tuple[float | None, ...]:
    """Return for each finger how still it stays while others move, SI = 1 - mean(|x_j / x_i|) over the instructed.

    ``moved`` and errors as ``individuation``; ``None`` where one of the others did not move when instructed.
    Schieber 1991, doi:10.1152/jn.1991.65.6.1381.
    """
    shares = _shares(moved)
    return _told(1 - shares.sum(axis=0) / (len(shares) - 1))


def enslaving(force: ArrayLike, mvc: ArrayLike | None = None) -> tuple[float | None, ...]:
    """Return for each instructed finger the mean force of the others, as a share of their own maximum.

    ``force`` as ``moved`` of ``individuation``; ``mvc`` is each finger's maximum, without it the diagonal. The matrix
    itself is the record. ``None`` where a maximum is 0. Zatsiorsky, Li & Latash 2000, doi:10.1007/s002219900261.
    """
    matrix = np.abs(_square(force))
    most = matrix.diagonal() if mvc is None else checks.as_many(mvc, "mvc", len(matrix), "fingers")
    if most.min() < 0:
        raise ValueError(f"mvc: must not be below 0, not {most.min()}")
    shares = matrix / np.where(most > NOTHING, most, np.nan)
    np.fill_diagonal(shares, 0.0)
    return _told(shares.sum(axis=1) / (len(shares) - 1))


def _square(matrix: ArrayLike) -> Numbers:
    array = checks.numbers(matrix, "matrix")
    if array.ndim != 2 or array.shape[0] != array.shape[1] or len(array) < 2:
        raise ValueError(f"matrix: must be square, (instructed finger, finger), two or more, not {array.shape}")
    return array


def _shares(moved: ArrayLike) -> Numbers:
    """Return what each other finger moved / what the instructed one moved; NaN in the row of one that did not."""
    matrix = np.abs(_square(moved))
    own = matrix.diagonal()
    shares: Numbers = matrix / np.where(own > NOTHING, own, np.nan)[:, None]
    np.fill_diagonal(shares, 0.0)
    return shares


def _told(values: Numbers) -> tuple[float | None, ...]:
    return tuple(None if np.isnan(value) else float(value) for value in values)


def key_independence(
    targets_s: ArrayLike, others_s: Sequence[tuple[float, float]], *, window_s: float = TOGETHER_S
) -> float | None:
    """Return the share of target presses with no other finger down within 100 ms of them: for keys without force.

    ``others_s`` are (press, release) of the other fingers. ``None`` without a target press. Raise ``ValueError`` for a
    release before its press. A key-only form of individuation (doi:10.1007/s00221-021-06100-0), our own choice.
    """
    targets, window = checks.series(targets_s, "targets_s"), checks.above_zero(window_s, "window_s")
    held = checks.curve(list(others_s), "others_s")
    if np.any(held[:, 1] < held[:, 0]):
        raise ValueError("others_s: a release must not be before its press")
    if not len(targets):
        return None
    down = (held[:, 0] <= targets[:, None] + window) & (held[:, 1] >= targets[:, None] - window)
    return float(1 - down.any(axis=1).mean())


def dwell(presses_s: ArrayLike, releases_s: ArrayLike) -> Dwell | None:
    """Return how long keys were held, release - press: median and spread; ``None`` without any.

    Raise ``ValueError`` for a release before its press, or another number of them. Giancardo et al. 2016,
    doi:10.1038/srep34468 (hold time).
    """
    presses = checks.series(presses_s, "presses_s")
    held = checks.as_many(checks.series(releases_s, "releases_s"), "releases_s", len(presses), "presses_s") - presses
    if np.any(held < 0):
        raise ValueError("releases_s: a release must not be before its press")
    if not len(held):
        return None
    mean = float(held.mean())
    return Dwell(float(np.median(held)), float(held.std(ddof=1)) / mean if len(held) > 1 and mean > NOTHING else None)


def decline(first: float, last: float) -> float | None:
    """Return (first - last) / first, the share that was lost; ``None`` where ``first`` is 0."""
    before, after = checks.zero_or_above(first, "first"), checks.zero_or_above(last, "last")
    return (before - after) / before if before > NOTHING else None


def fatigability(times_s: ArrayLike) -> float | None:
    """Return the share of the tapping rate that was lost from the first third of the time to the last.

    The rate of a third is 1 / the mean of the intervals (without bounces and pauses) whose middle lies in it. Healthy
    people lose 0.17 (SD 0.07) in the fastest tapping. ``None`` where a third has fewer than two intervals. Raise
    ``ValueError`` for times that do not rise. doi:10.3389/fnhum.2024.1427336.
    """
    times = _onsets(times_s)
    if len(times) < 3:
        return None
    steps, middle = np.diff(times), (times[1:] + times[:-1]) / 2
    whole, third = steps <= PAUSE * np.median(steps), (times[-1] - times[0]) / 3
    first, last = steps[whole & (middle <= times[0] + third)], steps[whole & (middle >= times[-1] - third)]
    return decline(1 / float(first.mean()), 1 / float(last.mean())) if min(len(first), len(last)) > 1 else None


def _onsets(times_s: ArrayLike) -> Numbers:
    """Return the presses without those that follow another within 80 ms."""
    kept: list[float] = []
    for time in checks.times(times_s).tolist():
        if not kept or time - kept[-1] >= BOUNCE_S - NOTHING:
            kept.append(time)
    return np.array(kept)
