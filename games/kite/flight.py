"""Say how a kite is flown: the grip is its height, and the ribbon of wind is where it should be.

The ribbon waits, level and low, until the kite has come into it; then it flows. A flight is passed when at most a
fifth of its time was outside the ribbon, so the 80th percentile of the deviation is the half width that it would just
have passed. A flight is always flown to its end, and then the kite lands as the hand opens. At last it rises up to
the sun after a hit, and after a miss it is seen once more where it was outside.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from math import cos, fsum, hypot, log2, pi

from engine.chance import Chance
from engine.game import Cause, Cue, Event, Grip, Intent, Just, Outcome, Result, Setting, Squeeze, Step
from engine.level import number
from engine.measures import mean, rounded, steadiness
from engine.ticks import MS_PER_TICK, TICKS_PER_S, to_ms, to_ticks

SLACK = 0.20
SETTLE_MS = 300.0
OPEN = 0.02
LOW = 0.10
STEEPEST = 0.09
WINDS = ((1.0, 1.0), (0.42, 1.7), (0.30, 2.3))
BOWS = 5
CLOUD_MS = 3600.0
LAND_MS, GENTLE_MS, END_MS, JOY_MS = 4000.0, 500.0, 350.0, 1300.0
TELLING = 0.75
EVERY = 6
ROUGH_PER_S = 0.40
LAGS, LATE_MS, ALIKE, NO_WAVE = 24, 250.0, 0.8, 0.02
SWAY, LAG_S = 0.02, 0.6
KITE_X = 640.0
GROUND, CEILING, TALLEST = 150.0, 690.0, 0.30
MOUSE_GROUND, MOUSE_TALLEST = 130.0, 0.44


@dataclass(frozen=True, slots=True)
class Params:
    """How far the wind swings about its middle, half the ribbon's width, how quick and many the waves, how long.

    ``ahead_ms`` is how much of the ribbon is seen before it comes, ``hidden`` the share of the flight in clouds, and
    ``reach_ms`` the time to get into the ribbon.
    """

    amplitude: float = number(0, 0.08)
    band: float = number(0.008, 0.09)
    frequency: float = number(0.05, 0.5)
    flight_ms: float = number(2000, 20_000)
    reach_ms: float = number(2500, 30_000)
    winds: int = number(1, 3, default=1, whole=True)
    ahead_ms: float = number(600, 6000, default=6000)
    hidden: float = number(0, 0.7, default=0)


@dataclass(frozen=True, slots=True)
class State:
    """A flight under way: ``phase`` is reach, fly, land or end; ``away`` the deviations so far, one a tick.

    ``course`` is the middle of the ribbon at each tick of the flight, ``inside`` for how many the kite was in it;
    ``outside_ms`` the time that it took to come into it; ``landing`` the force as the landing began, ``landed_ms``
    how long that took, ``relaxed`` how well the hand opened; ``told`` the tick of the flight that tells best why it
    was not good.
    """

    params: Params
    setting: Setting
    course: tuple[float, ...]
    phase: str = "reach"
    since_ms: float = 0.0
    now_ms: float = 0.0
    force: float = 0.0
    peak: float = 0.0
    inside_ms: float | None = None
    outside_ms: float = 0.0
    away: tuple[float, ...] = ()
    inside: int = 0
    bows: int = 0
    landing: float = 0.0
    landed_ms: float = 0.0
    relaxed: float = 0.0
    told: int = 0
    cause: Cause = ""

    @property
    def target(self) -> float:
        """Return the force asked for now."""
        return self.course[min(len(self.away), len(self.course) - 1)]

    @property
    def is_in(self) -> bool:
        """Tell whether the kite is inside the ribbon."""
        return abs(self.force - self.target) <= self.params.band

    @property
    def flown_ms(self) -> float:
        """Return which time of the flight it is."""
        return len(self.away) * MS_PER_TICK

    @property
    def is_blind(self) -> bool:
        """Tell whether the kite is in a cloud: there is one at the end of each stretch."""
        return self.phase == "fly" and self.flown_ms % CLOUD_MS >= CLOUD_MS * (1 - self.params.hidden)


def start(params: Params, chance: Chance, setting: Setting) -> State:
    """Return a new flight; the wind's waves are a little different each time."""
    return State(params, setting, course(params, chance))


def course(params: Params, chance: Chance) -> tuple[float, ...]:
    """Return the middle of the ribbon at each tick: from low on, in sums of sines, never steeper than a key can go."""
    waves = [(share * chance.between(0.8, 1.2), ratio * chance.between(0.94, 1.06)) for share, ratio in WINDS]
    waves = waves[: params.winds]
    whole = fsum(share for share, _ in waves)
    steep = 2 * pi * params.frequency * params.amplitude * fsum(share * ratio for share, ratio in waves) / whole
    swing = params.amplitude / whole * min(1.0, STEEPEST / steep if steep > 0 else 1.0)
    turns = [(swing * share, 2 * pi * params.frequency * ratio / TICKS_PER_S) for share, ratio in waves]
    ticks = range(to_ticks(params.flight_ms))
    return tuple(rounded(LOW + fsum(share * (1 - cos(turn * tick)) for share, turn in turns)) for tick in ticks)


def height(share: float, setting: Setting) -> float:
    """Return the height of a force on the stage; with the mouse it is the pointer's own height."""
    by_mouse = setting.played_with == "mouse"
    low, tallest = (MOUSE_GROUND, MOUSE_TALLEST) if by_mouse else (GROUND, TALLEST)
    return low + min(share, tallest) / tallest * (CEILING - low)


def place(state: State) -> tuple[float, float]:
    """Return where the kite is on the stage."""
    return KITE_X, height(state.force, state.setting)


def step(state: State, tick: int, events: tuple[Event, ...]) -> Step[State]:
    """Return the flight one tick later."""
    felt = [event.share for event in events if isinstance(event, Grip)] or [state.force]
    state = replace(state, now_ms=to_ms(tick), force=felt[-1], peak=max(state.peak, *felt))
    return {"reach": _reach, "fly": _fly, "land": _land, "end": _end}[state.phase](state)


def _reach(state: State) -> Step[State]:
    if state.is_in:
        since = state.now_ms if state.inside_ms is None else state.inside_ms
        if state.now_ms - since >= SETTLE_MS:
            return Step(replace(state, phase="fly", since_ms=state.now_ms), (Cue("kite-wind", *place(state), 0.7),))
        return Step(replace(state, inside_ms=since))
    state = replace(state, inside_ms=None, outside_ms=state.now_ms)
    if state.now_ms <= state.params.reach_ms:
        return Step(state)
    cause: Cause = "no-try" if state.peak <= OPEN else "too-soft" if state.force < LOW else "too-hard"
    ended = replace(state, phase="end", since_ms=state.now_ms, landing=state.force, cause=cause)
    return Step(ended, (Cue("soft", *place(state)),))


def _fly(state: State) -> Step[State]:
    off = rounded(state.force - state.target)
    inside = state.inside + (abs(off) <= state.params.band)
    state = replace(state, away=(*state.away, off), inside=inside)
    if len(state.away) == len(state.course):
        return _flown(state)
    earned = _earned(state)
    if earned <= state.bows or state.is_blind:
        return Step(state)
    return Step(replace(state, bows=earned), (Cue(f"hit-{earned}", *place(state)),))


def _needed(state: State) -> int:
    """Return for how many ticks the kite must be inside the ribbon."""
    return len(state.course) - int(SLACK * len(state.course))


def _earned(state: State) -> int:
    """Return how many bows the tail has: one for each fifth of the time that is needed inside the ribbon."""
    return min(BOWS, int(BOWS * state.inside / _needed(state)))


def _flown(state: State) -> Step[State]:
    """End the flight: it was good or it was not, and the kite may land."""
    cause = _cause(state)
    state = replace(
        state, phase="land", since_ms=state.now_ms, bows=_earned(state), landing=state.force, cause=cause,
        told=_told(state, cause) if cause else 0,
    )  # fmt: skip
    return Step(state, (Cue("soft" if state.cause else "arrive", *place(state)),))


def _cause(state: State) -> Cause:
    """Return why the flight was not good: late, if the same force some time sooner would have been good."""
    if state.inside >= _needed(state):
        return ""
    if _is_late(state):
        return "too-late"
    return "too-soft" if mean([d for d in state.away if abs(d) > state.params.band]) < 0 else "too-hard"


def _told(state: State, cause: Cause) -> int:
    """Return the tick that tells why the flight was not good: the kite well outside, on the side that it mostly was."""
    side = {"too-soft": -1, "too-hard": 1}.get(cause, 0)
    astray = [n for n, off in enumerate(state.away) if abs(off) > state.params.band and side * off >= 0]
    return sorted(astray, key=lambda n: abs(state.away[n]))[int(TELLING * len(astray))]


def _is_late(state: State) -> bool:
    lag_ms, alike = lag(state.course, state.away)
    if alike < ALIKE or lag_ms < LATE_MS:
        return False
    by = to_ticks(lag_ms)
    sooner = zip(state.course[:-by], state.course[by:], state.away[by:], strict=True)
    good = sum(abs(later + off - now) <= state.params.band for now, later, off in sooner)
    return good >= (1 - SLACK) * (len(state.away) - by)


def lag(course: tuple[float, ...], away: tuple[float, ...]) -> tuple[float, float]:
    """Return by how many ms the force follows the ribbon, and how alike both are then: their correlation.

    The lag is where the cross-correlation is largest, in twentieths of a second below 1.15 s. Both are 0 where the
    ribbon hardly moves, or where they are never most alike in between: then a lag cannot be told.
    """
    wind = course[: len(away) : EVERY]
    felt = [middle + off for middle, off in zip(wind, away[::EVERY], strict=True)]
    if len(wind) < 2 * LAGS or max(wind) - min(wind) < NO_WAVE:
        return 0.0, 0.0
    alike = [_correlation(wind[: len(wind) - by], felt[by:]) for by in range(LAGS)]
    by = alike.index(max(alike))
    return (by * EVERY * MS_PER_TICK, alike[by]) if alike[by] > 0 and by < LAGS - 1 else (0.0, 0.0)


def _correlation(one: tuple[float, ...], other: list[float]) -> float:
    mean_one, mean_other = mean(one), mean(other)
    apart = [(a - mean_one, b - mean_other) for a, b in zip(one, other, strict=True)]
    size = (fsum(a * a for a, _ in apart) * fsum(b * b for _, b in apart)) ** 0.5
    return rounded(fsum(a * b for a, b in apart) / size) if size > 1e-9 else 0.0


def _land(state: State) -> Step[State]:
    took_ms = state.now_ms - state.since_ms
    if state.force > OPEN and took_ms < LAND_MS:
        return Step(state)
    relaxed = _relaxed(state, took_ms)
    ended = replace(state, phase="end", since_ms=state.now_ms, landed_ms=took_ms, relaxed=relaxed)
    heard = (Cue("set-down", *place(state), 0.7),) if state.force <= OPEN else ()
    return Step(ended, heard if state.cause else (*heard, Cue("kite-wind", *place(state), 0.8)))


def _end(state: State) -> Step[State]:
    seen_ms = END_MS if state.cause else JOY_MS
    return Step(state, (), _outcome(state) if state.now_ms - state.since_ms >= seen_ms else None)


def _outcome(state: State) -> Outcome:
    measures = (("peak", rounded(state.peak)), *(_measures(state) if state.away else ()))
    result = Result.HIT if not state.cause else Result.OMISSION if state.cause == "no-try" else Result.MISS
    return Outcome(result, state.cause, measures, _just(state))


def _measures(state: State) -> tuple[tuple[str, float], ...]:
    """Return how near, how late and how well the ribbon was followed."""
    away, (lag_ms, alike) = state.away, lag(state.course, state.away)
    late = (("lag_ms", rounded(lag_ms)),) if alike >= ALIKE else ()
    return (
        ("rmse", rounded((fsum(d * d for d in away) / len(away)) ** 0.5)),
        *late,
        ("on_target", rounded(state.inside / len(away))),
        ("steady", steadiness(away, state.params.band)),
        ("smooth", smoothness(away)),
        ("relaxed", state.relaxed),
    )


def smoothness(away: tuple[float, ...]) -> float:
    """Return how smooth: 1 where the force changes as the ribbon does, 0 with a spread of its rate of 0.4 a second."""
    seen = away[::EVERY]
    rates = [(b - a) * TICKS_PER_S / EVERY for a, b in pairwise(seen)]
    return steadiness(rates, ROUGH_PER_S)


def _relaxed(state: State, took_ms: float) -> float:
    """Return how much of the last force was let go, less where it was let go at once."""
    if state.landing <= OPEN:
        return 1.0
    opened = min(1.0, max(0.0, (state.landing - state.force) / (state.landing - OPEN)))
    return rounded(opened * min(1.0, took_ms / GENTLE_MS))


def _just(state: State) -> tuple[Just, ...]:
    """Return what would just have been passed; after a miss, the ribbon alone failed it."""
    if not state.away:
        return ()
    band: Just = ("band", just_passed(state.away))
    return (band,) if state.cause else (band, ("reach_ms", rounded(state.outside_ms)))


def just_passed(away: tuple[float, ...]) -> float:
    """Return half the width of the ribbon that these deviations would just have passed."""
    return rounded(sorted((abs(d) for d in away), reverse=True)[int(SLACK * len(away))])


def intent(state: State) -> Intent | None:
    """Return the force to aim for now."""
    if state.phase in ("land", "end"):
        return Squeeze(0.0, 0.12)
    return Squeeze(state.target)


def index(params: Params) -> float:
    """Return the demand, ordinal: mostly how large the usual sway, and the lag behind the waves, are in the ribbon.

    The ribbon counts in bits, four for each halving. A longer flight, several winds, clouds, a short view and haste
    each add a little (own construction).
    """
    rate = 2 * pi * params.frequency * params.amplitude / 2**0.5 * (1 + 0.15 * (params.winds - 1))
    bits = 4 * log2(hypot(SWAY, LAG_S * rate) / params.band) + 0.1 * log2(1 + 2 * params.amplitude / 0.05)
    bits += 0.15 * log2(params.flight_ms / 1000) + 0.1 * (params.winds - 1) + 0.5 * params.hidden
    return 10 + bits + 0.15 * log2(6000 / params.ahead_ms) + 0.15 * log2(30_000 / params.reach_ms)


def peak(params: Params) -> float:
    """Return the largest force asked for: the ribbon's highest place and its whole half width above it."""
    return LOW + 2 * params.amplitude + params.band
