"""Measure a hand's maximum grip: three gentle, full squeezes with rest between, which can be stopped at any moment.

Only where the patient's program allows it: no healing tissue, no pain, no locked grip, once a week at most. That is
the caller's duty, as are a tare before each trial (in phase ``ready``) and the words on the screen. The squeeze is
built up over one to two seconds; nobody is asked to squeeze as fast as possible. Standard position and three trials of
at least 3 s with at least 15 s of rest: ASHT 2015; 3 x 5 s with 60 s: force-time studies (see ``SOURCES``).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil, fsum, inf, sqrt
from typing import Literal

from engine.measures import mean, rounded
from engine.ticks import TICKS_PER_S, seconds

Phase = Literal["ready", "countdown", "squeeze", "rest", "offer", "done"]

COUNTDOWN_S, WAIT_S, SQUEEZE_S, HOLD_S, BUILD_S = 3.0, 6.0, 5.0, 3.0, 2.0
REST_S, REST_LEAST_S, REST_MOST_S = 60.0, 15.0, 600.0
TRIALS, TRIALS_MOST = 3, 5
HELD_LEAST = 0.8  # of the 3 s
HALF = 0.5  # of the trial's peak: above it the squeeze is held
LET_GO_MS, GAP_MS = 300.0, 250.0
STEADY_MS, STEADY_COVERED_MS, STEADY_LEAST = 500.0, 450.0, 5
SCATTER, BETTER = 0.15, 0.05
SPOILING = ("saturated", "no-data", "stuck")

# How the numbers of a result are computed, by key of the texts, and who says so.
MEAN_OF_THREE, MEAN_OF_FEWER = "maximum.rule.mean-of-three", "maximum.rule.mean-of-fewer"
BEST_OF_HAND, BEST_OF_SIX = "maximum.rule.best-of-hand", "maximum.rule.best-of-six"
SOURCES: Mapping[str, str] = {
    MEAN_OF_THREE: "ASHT 2015, mean of three trials; table 3 of doi:10.1186/s12877-017-0625-y",
    MEAN_OF_FEWER: "fewer than the three trials of ASHT 2015: no published rule",
    BEST_OF_HAND: "the best of one hand's trials; a half of the Southampton rule",
    BEST_OF_SIX: "Southampton: the best of six, three a hand, alternating; table 3 of doi:10.1186/s12877-017-0625-y",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of the force above rest, in whatever unit; its troubles as ``health`` names them."""

    force: float
    at_ms: float
    troubles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Trial:
    """One squeeze: its peak, its best mean over 500 ms, how long it was held, and why it does not count, if so.

    ``why`` is ``saturated``, ``no-data`` (nothing for 250 ms), ``stuck``, ``no-squeeze``, ``too-short`` (held for less
    than 80 % of 3 s, above half of its peak) or ``stopped``. ``steady`` is what games take as 100 %.
    """

    peak: float
    steady: float | None
    held_s: float
    why: str | None = None

    @property
    def valid(self) -> bool:
        """Tell whether the trial counts."""
        return self.why is None


@dataclass(frozen=True, slots=True)
class Result:
    """What the trials come to: all of them, and of the valid ones the mean of the last three and the best peak.

    An extra trial takes the place of the first. ``steady`` is the best mean over 500 ms, ``scatter`` the SD of the
    three peaks as a share of their mean. The rules are keys of the texts and of ``SOURCES``. Without a valid trial all
    numbers are ``None``.
    """

    trials: tuple[Trial, ...]
    mean: float | None
    best: float | None
    steady: float | None
    scatter: float | None
    mean_rule: str
    best_rule: str = BEST_OF_HAND


@dataclass(frozen=True, slots=True)
class Maximum:
    """The state of the protocol; begin with ``start``, and show it by its properties.

    ``since`` is the tick at which the phase began (in ``rest`` and ``offer`` that at which the trial ended), ``began``
    the one at which the force first passed ``least``. The readings are those of the present squeeze without troubles.
    """

    least: float
    rest_s: float = REST_S
    phase: Phase = "ready"
    since: int = 0
    tick: int = 0
    trials: tuple[Trial, ...] = ()
    began: int | None = None
    readings: tuple[tuple[float, float], ...] = ()
    low_since_ms: float | None = None
    peak: float = 0.0
    troubles: frozenset[str] = frozenset()

    @property
    def seconds_left(self) -> int:
        """Return the whole seconds left in this phase: 3, 2, 1 in the countdown; 0 where nothing runs."""
        lengths_s: dict[Phase, float] = {"countdown": COUNTDOWN_S, "squeeze": SQUEEZE_S, "rest": self.rest_s}
        since = self.since
        if self.phase == "squeeze":
            since = self.tick if self.began is None else self.began
        left = seconds(lengths_s.get(self.phase, 0.0)) - (self.tick - since)
        return max(0, ceil(left / TICKS_PER_S))

    @property
    def held(self) -> float:
        """Return the share 0..1 of the 3 s for which the present squeeze has been held."""
        return min(1.0, _held_s(self) / HOLD_S)

    @property
    def words(self) -> str:
        """Return the key of what to say now."""
        if self.phase != "squeeze":
            return f"maximum.{self.phase}"
        if self.held >= 1:
            return "maximum.enough"
        building = self.began is None or self.tick - self.began < seconds(BUILD_S)
        return "maximum.build" if building else "maximum.hold"

    @property
    def result(self) -> Result:
        """Return what the trials made so far come to."""
        return _result(self.trials)


def start(tick: int, least: float, rest_s: float = REST_S) -> Maximum:
    """Return the protocol before its first trial; ``least`` is the smallest force that counts as a squeeze.

    Raise ``ValueError`` for a rest below 15 s or above 10 min, or a least force that is not above 0.
    """
    if not REST_LEAST_S <= rest_s <= REST_MOST_S:
        raise ValueError(f"rest_s: must lie between {REST_LEAST_S:g} and {REST_MOST_S:g} s, not {rest_s}")
    if not 0 < least < inf:
        raise ValueError(f"least: must lie above 0, not {least}")
    return Maximum(least, rest_s, since=tick, tick=tick)


def begun(state: Maximum) -> Maximum:
    """Return the state after the patient said to be ready: the countdown runs. In any other phase nothing changes."""
    return replace(state, phase="countdown", since=state.tick) if state.phase == "ready" else state


def more(state: Maximum) -> Maximum:
    """Return the state after an offered extra trial was taken: the rest goes on from the end of the last trial."""
    return replace(state, phase="rest") if state.phase == "offer" else state


def enough(state: Maximum) -> Maximum:
    """Return the state after an offered extra trial was declined."""
    return replace(state, phase="done") if state.phase == "offer" else state


def stopped(state: Maximum) -> Maximum:
    """Return the state after STOP: done at once, with all trials kept; a squeeze cut short is kept as no valid one."""
    if state.phase == "squeeze":
        state = replace(state, trials=(*state.trials, replace(_trial(state), why="stopped")))
    return replace(state, phase="done", readings=())


def step(state: Maximum, tick: int, readings: Sequence[Reading] = ()) -> Maximum:
    """Return the state one tick later (120 a second); only those readings count that come during a squeeze."""
    return MOVES[state.phase](replace(state, tick=tick), readings)


def best_of_six(left: Result, right: Result) -> float | None:
    """Return the best of both hands (Southampton), ``None`` where a hand has fewer than three valid trials."""
    both = [[t.peak for t in result.trials if t.valid][:TRIALS] for result in (left, right)]
    return max(both[0] + both[1]) if all(len(peaks) == TRIALS for peaks in both) else None


def _waiting(state: Maximum, readings: Sequence[Reading]) -> Maximum:
    return state


def _counting(state: Maximum, readings: Sequence[Reading]) -> Maximum:
    if state.tick - state.since < seconds(COUNTDOWN_S):
        return state
    return Maximum(state.least, state.rest_s, "squeeze", state.tick, state.tick, state.trials)


def _squeezing(state: Maximum, readings: Sequence[Reading]) -> Maximum:
    for reading in readings:
        state = _felt(state, reading)
    return _next(state) if _is_over(state) else state


def _resting(state: Maximum, readings: Sequence[Reading]) -> Maximum:
    over = state.tick - state.since >= seconds(state.rest_s)
    return replace(state, phase="ready", since=state.tick) if over else state


MOVES: Mapping[Phase, Callable[[Maximum, Sequence[Reading]], Maximum]] = {
    "ready": _waiting,
    "countdown": _counting,
    "squeeze": _squeezing,
    "rest": _resting,
    "offer": _waiting,
    "done": _waiting,
}


def _felt(state: Maximum, reading: Reading) -> Maximum:
    """Return the state after one reading of the squeeze; a reading in trouble is no force."""
    if reading.troubles:
        return replace(state, troubles=state.troubles | reading.troubles)
    peak = max(state.peak, reading.force)
    low = reading.force < HALF * peak
    low_since_ms = (state.low_since_ms if state.low_since_ms is not None else reading.at_ms) if low else None
    began = state.tick if state.began is None and reading.force >= state.least else state.began
    readings = (*state.readings, (reading.at_ms, reading.force))
    return replace(state, began=began, readings=readings, low_since_ms=low_since_ms, peak=peak)


def _is_over(state: Maximum) -> bool:
    """Tell whether the squeeze is over: nobody squeezed, its time is up, or the hand let go after a full hold."""
    if state.began is None:
        return state.tick - state.since >= seconds(WAIT_S)
    if state.tick - state.began >= seconds(SQUEEZE_S):
        return True
    let_go = state.low_since_ms is not None and state.readings[-1][0] - state.low_since_ms >= LET_GO_MS
    return let_go and _held_s(state) >= HOLD_S


def _next(state: Maximum) -> Maximum:
    """Return the state after a squeeze: rest and another one, an offer of one, or the end."""
    trials = (*state.trials, _trial(state))
    peaks = [trial.peak for trial in trials if trial.valid]
    phase: Phase = "rest" if len(peaks) < TRIALS else "offer" if _is_unsettled(peaks) else "done"
    if len(trials) >= TRIALS_MOST:
        phase = "done"
    return Maximum(state.least, state.rest_s, phase, state.tick, state.tick, trials)


def _is_unsettled(peaks: Sequence[float]) -> bool:
    """Tell whether another trial could tell more: the last three scatter, or the last one was the best by far."""
    return _scatter(peaks[-TRIALS:]) > SCATTER or peaks[-1] > (1 + BETTER) * max(peaks[:-1])


def _scatter(peaks: Sequence[float]) -> float:
    """Return the SD (n - 1) of ``peaks`` as a share of their mean; of one alone 0."""
    middle = mean(peaks)
    return sqrt(fsum((peak - middle) ** 2 for peak in peaks) / max(1, len(peaks) - 1)) / middle


def _trial(state: Maximum) -> Trial:
    held_s = _held_s(state)
    return Trial(rounded(state.peak), _steady(state.readings), rounded(held_s), _why_not(state, held_s))


def _why_not(state: Maximum, held_s: float) -> str | None:
    """Return why the squeeze does not count, the sensor's reasons first."""
    trouble = next((name for name in SPOILING if name in state.troubles), None)
    if trouble or _has_hole(state):
        return trouble or "no-data"
    if state.began is None:
        return "no-squeeze"
    return "too-short" if held_s < HELD_LEAST * HOLD_S else None


def _has_hole(state: Maximum) -> bool:
    """Tell whether readings were missing for 250 ms, at the ends of the squeeze too."""
    times = [at_ms for at_ms, _ in state.readings]
    longest_ms = max((b - a for a, b in pairwise(times)), default=inf)
    lasted_ms = (state.tick - state.since) * 1000 / TICKS_PER_S
    return longest_ms > GAP_MS or lasted_ms - (times[-1] - times[0]) > 2 * GAP_MS


def _held_s(state: Maximum) -> float:
    """Return for how many seconds the force was above half of its peak, all such stretches together."""
    if state.began is None:
        return 0.0
    held = [b_ms - a_ms for (a_ms, a), (b_ms, b) in pairwise(state.readings) if min(a, b) >= HALF * state.peak]
    return fsum(held) / 1000


def _steady(readings: Sequence[tuple[float, float]]) -> float | None:
    """Return the best mean over 500 ms, ``None`` where there are too few readings for one."""
    forces = [force for _, force in readings]
    best, first = -inf, 0
    for last, (at_ms, _) in enumerate(readings):
        while at_ms - readings[first][0] > STEADY_MS:
            first += 1
        if last - first + 1 >= STEADY_LEAST and at_ms - readings[first][0] >= STEADY_COVERED_MS:
            best = max(best, mean(forces[first : last + 1]))
    return rounded(best) if best > -inf else None


def _result(trials: tuple[Trial, ...]) -> Result:
    valid = [trial for trial in trials if trial.valid]
    last = [trial.peak for trial in valid][-TRIALS:]
    rule = MEAN_OF_THREE if len(last) == TRIALS else MEAN_OF_FEWER
    if not last:
        return Result(trials, None, None, None, None, rule)
    steady = max((trial.steady for trial in valid if trial.steady is not None), default=None)
    best = max(trial.peak for trial in valid)
    return Result(trials, rounded(mean(last)), best, steady, rounded(_scatter(last)), rule)
