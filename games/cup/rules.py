"""The rules of Cup: lift it into the band and hold it, carry it over what lies in the way, or pour by easing the grip.

Too soft and it slips, too hard and it dents. A trial is one stretch after another: heights to hold, level ground and
bumps to be carried over, a ramp down which the grip is eased; then the cup is set down by letting go. A stretch is
passed when at most a fifth of its time was outside the band, so the 80th percentile of the deviation is the band that
it would just have passed. A stretch that fails is cut short as soon as that is certain: of the band that it needed
only the least is known.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from math import cos, log2, pi

from engine.chance import Chance
from engine.game import Cause, Cue, Event, Grip, Intent, Just, Outcome, Result, Setting, Squeeze, Step
from engine.level import choice, number
from engine.measures import mean, rounded, steadiness
from engine.ticks import TICKS_PER_S, to_ms, to_ticks

SLACK = 0.20
SETTLE_MS, END_MS = 250.0, 300.0
OPEN = 0.02
LOWER_LIMIT_MS, LEAST_WAY = 10_000.0, 0.01
STEEPEST, SHORTEST_RISE_MS, TOP_MS = 0.06, 800.0, 700.0
EASED = 0.5
ROUGH = 1.5
POUR_EVERY_MS = 800.0
X, Y = 820.0, 435.0
FROM_X, TO_X = 1130.0, 480.0


@dataclass(frozen=True, slots=True)
class Params:
    """What is done, the force as a share of the maximum, half the width of its band, how long, how gently.

    ``reach_ms`` is the time to get into the band, ``lower_ms`` the shortest time of letting go, ``hidden`` the share
    of the hold in which the gauge cannot be seen. A cup is held at so many heights (``steps``), or carried for
    ``hold_ms`` and over so many ``bumps``, each of which takes ``bump`` more force; or held for ``hold_ms`` and poured
    by easing the force to half at ``ramp`` shares a second.
    """

    target: float = number(0.03, 0.40)
    band: float = number(0.008, 0.15)
    hold_ms: float = number(300, 15_000)
    reach_ms: float = number(1500, 30_000)
    steps: int = number(1, 3, default=1, whole=True)
    lower_ms: float = number(0, 4000, default=0)
    hidden: float = number(0, 0.8, default=0)
    task: str = choice("hold", "carry", "pour", default="hold")
    bumps: int = number(0, 4, default=0, whole=True)
    bump: float = number(0.01, 0.10, default=0.03)
    ramp: float = number(0.01, 0.08, default=0.02)


@dataclass(frozen=True, slots=True)
class State:
    """A trial under way: ``phase`` is reach, hold, lower or end; ``away`` the deviations of the stretch so far.

    ``ways`` are the forces asked for at each tick of each stretch. ``kept`` are the deviations of all stretches,
    ``outside`` how many of this one lay outside the band; ``needed`` and ``reached_ms`` the band and the time to
    reach it that would just have done, for the stretches so far; ``opened`` how often the hand was open where
    nothing was asked, of how many times; ``missed`` the force by which it was too soft or too hard.
    """

    params: Params
    setting: Setting
    ways: tuple[tuple[float, ...], ...]
    at: int = 0
    phase: str = "reach"
    since_ms: float = 0.0
    now_ms: float = 0.0
    force: float = 0.0
    peak: float = 0.0
    inside_ms: float | None = None
    away: tuple[float, ...] = ()
    outside: int = 0
    kept: tuple[float, ...] = ()
    needed: float = 0.0
    reached_ms: float = 0.0
    lower_from_ms: float | None = None
    cause: Cause = ""
    lowered_ms: float = 0.0
    opened: tuple[int, int] = (0, 0)
    missed: float | None = None

    @property
    def seen(self) -> float:
        """Return the force that is seen: the one now, or that by which the trial was missed."""
        return self.force if self.missed is None else self.missed

    @property
    def targets(self) -> tuple[float, ...]:
        """Return the force with which each stretch begins."""
        return tuple(way[0] for way in self.ways)

    @property
    def target(self) -> float:
        """Return the force asked for now; while it is let go, the one it was let go from."""
        way = self.ways[self.at]
        if self.phase == "lower" or (self.phase == "end" and not self.away):
            return way[-1]
        return way[min(len(self.away), len(way) - 1)]

    @property
    def gone(self) -> float:
        """Return the share 0..1 of all stretches that is behind."""
        done = len(self.kept) + (len(self.away) if self.phase == "hold" else 0)
        return done / sum(len(way) for way in self.ways)


def start(params: Params, chance: Chance, setting: Setting) -> State:
    """Return a new trial; with several heights, they are drawn in steps up to the target."""
    if params.task == "carry":
        return State(params, setting, _carried(params))
    if params.task == "pour":
        return State(params, setting, (_level(params.target, params.hold_ms), _eased(params)))
    heights = [params.target * (n + 1) / params.steps for n in range(params.steps)]
    order: list[float] = []
    while heights:
        order.append(rounded(heights.pop(chance.below(len(heights)))))
    return State(params, setting, tuple(_level(height, params.hold_ms) for height in order))


def _level(share: float, ms: float) -> tuple[float, ...]:
    return (share,) * max(1, to_ticks(ms))


def _carried(params: Params) -> tuple[tuple[float, ...], ...]:
    """Return level ground with the bumps evenly between."""
    ways: list[tuple[float, ...]] = [_level(params.target, params.hold_ms / (params.bumps + 1))]
    for _ in range(params.bumps):
        ways += [bump_way(params.target, params.bump), ways[0]]
    return tuple(ways)


def bump_way(target: float, bump: float) -> tuple[float, ...]:
    """Return the force over one bump: up by ``bump``, along its top, and down, never steeper than ``STEEPEST``."""
    rise = to_ticks(max(SHORTEST_RISE_MS, 1000 * bump * pi / (2 * STEEPEST)))
    up = [target + bump * (1 - cos(pi * k / rise)) / 2 for k in range(1, rise + 1)]
    top = [target + bump] * to_ticks(TOP_MS)
    return tuple(rounded(share) for share in (*up, *top, *reversed(up)))


def _eased(params: Params) -> tuple[float, ...]:
    """Return the force down the ramp, from the target to its eased share."""
    ticks = max(1, round((1 - EASED) * params.target / params.ramp * TICKS_PER_S))
    return tuple(rounded(params.target * (1 - (1 - EASED) * k / ticks)) for k in range(1, ticks + 1))


def step(state: State, tick: int, events: tuple[Event, ...]) -> Step[State]:
    """Return the trial one tick later."""
    felt = [event.share for event in events if isinstance(event, Grip)] or [state.force]
    state = replace(state, now_ms=to_ms(tick), force=felt[-1], peak=max(state.peak, *felt))
    return {"reach": _reach, "hold": _hold, "lower": _lower, "end": _end}[state.phase](state)


def is_inside(state: State) -> bool:
    """Tell whether the force is in the band."""
    return abs(state.force - state.target) <= state.params.band


def where(state: State) -> tuple[float, float]:
    """Return the place on the stage where a cue belongs."""
    return (FROM_X + (TO_X - FROM_X) * state.gone, Y) if state.params.task == "carry" else (X, Y)


def _reach(state: State) -> Step[State]:
    if is_inside(state):
        since = state.now_ms if state.inside_ms is None else state.inside_ms
        if state.now_ms - since >= SETTLE_MS:
            held = replace(state, phase="hold", since_ms=state.now_ms, inside_ms=None)
            return Step(held, (Cue("go", *where(state), 0.6),))
        return Step(replace(state, inside_ms=since))
    took_ms = state.now_ms - state.since_ms
    state = replace(state, inside_ms=None, reached_ms=max(state.reached_ms, took_ms))
    if took_ms <= state.params.reach_ms:
        return Step(state)
    cause = _side(state.force, state.target) if state.peak > OPEN else "no-try"
    return _failed(replace(state, missed=state.force), cause)


def _side(force: float, target: float) -> Cause:
    return "too-soft" if force < target else "too-hard"


def _hold(state: State) -> Step[State]:
    way = state.ways[state.at]
    off = rounded(state.force - state.target)
    state = replace(state, away=(*state.away, off), outside=state.outside + (abs(off) > state.params.band))
    if state.outside > SLACK * len(way):
        side = mean([d for d in state.away if abs(d) > state.params.band])
        cause: Cause = "too-soft" if side < 0 else "too-hard"
        return _failed(replace(state, missed=max(0.0, rounded(state.force - off + side))), cause)
    if len(state.away) < len(way):
        return Step(state, _running(state))
    needed = max(state.needed, just_passed(state.away, len(way)))
    state = replace(state, kept=state.kept + state.away, needed=needed, away=(), outside=0, since_ms=state.now_ms)
    if state.at + 1 == len(state.ways):
        return Step(replace(state, phase="lower"), (Cue("hit-3", *where(state)),))
    if state.params.task == "hold":
        return Step(replace(state, at=state.at + 1, phase="reach"), (Cue("hit-2", *where(state)),))
    over_a_bump = state.params.task == "carry" and state.at % 2
    return Step(replace(state, at=state.at + 1), (Cue("hit-2", *where(state)),) if over_a_bump else ())


def _running(state: State) -> tuple[Cue, ...]:
    """Return the sound of tea that runs, over and over while it is poured."""
    pours = state.params.task == "pour" and state.at == 1
    due = len(state.away) % to_ticks(POUR_EVERY_MS) == 1
    return (Cue("pour", *where(state), 0.7),) if pours and due and is_inside(state) else ()


def _lower(state: State) -> Step[State]:
    if state.lower_from_ms is None and state.force < state.target - state.params.band:
        state = replace(state, lower_from_ms=state.now_ms)
    if state.force <= OPEN:
        took = state.now_ms - (state.since_ms if state.lower_from_ms is None else state.lower_from_ms)
        state = replace(state, lowered_ms=rounded(took * _share_of_way(state)))
        if state.lowered_ms < state.params.lower_ms and _way_down(state.target, state) > LEAST_WAY:
            return _failed(state, "let-go-too-quickly")
        ended = replace(state, phase="end", since_ms=state.now_ms)
        x, y = where(state)
        return Step(ended, (Cue("set-down", x, y - 200), Cue("hit-5", x, y)))
    if state.now_ms - state.since_ms > LOWER_LIMIT_MS:
        return _failed(state, "too-late")
    return Step(state)


def _way_down(height: float, state: State) -> float:
    """Return how far the force falls from the lower edge of the band at ``height`` to the open hand.

    A way shorter than ``LEAST_WAY`` is gone in a moment however gently the hand opens: it is not judged.
    """
    return height - state.params.band - OPEN


def _share_of_way(state: State) -> float:
    """Return how many times the way down from this height goes into that from the highest: less height, less time."""
    this = _way_down(state.target, state)
    return max(1.0, _way_down(state.params.target, state) / this) if this > 0 else 1.0


def _failed(state: State, cause: Cause) -> Step[State]:
    cue = {"too-hard": "dent", "too-soft": "slip", "let-go-too-quickly": "slip"}.get(cause, "soft")
    ended = replace(state, phase="end", since_ms=state.now_ms, cause=cause, kept=state.kept + state.away)
    return Step(ended, (Cue(cue, *where(state)), Cue("soft", *where(state), 0.6)))


def _end(state: State) -> Step[State]:
    opened, times = state.opened
    state = replace(state, opened=(opened + (state.force <= OPEN), times + 1))
    if state.now_ms - state.since_ms < END_MS:
        return Step(state)
    return Step(state, (), _outcome(state))


def _outcome(state: State) -> Outcome:
    measures: list[tuple[str, float]] = [("peak", rounded(state.peak))]
    if state.kept:
        centre = mean(state.kept)
        sway = mean([(d - centre) ** 2 for d in state.kept]) ** 0.5
        measures += [("offset", rounded(centre)), ("sway", rounded(sway))]
    if state.lowered_ms:
        measures.append(("lowered_ms", state.lowered_ms))
    result = Result.HIT if not state.cause else Result.OMISSION if state.cause == "no-try" else Result.MISS
    found = (*measures, *_quality(state))
    return Outcome(result, state.cause, found, _just(state), cut_short=bool(state.away))


def _quality(state: State) -> tuple[tuple[str, float], ...]:
    """Return how steady the force was beside its band, how smooth, and how open the hand stayed after setting down.

    A force that a held key ramps says nothing of how smooth a hand is, and a cup that was never set down nothing of
    letting go.
    """
    found: list[tuple[str, float]] = []
    if len(state.kept) > 1:
        found.append(("steady", steadiness(state.kept, state.params.band)))
        if state.setting.played_with != "keys":
            found.append(("smooth", _smooth(state.kept, state.params.target)))
    if not state.cause and state.opened[1]:
        found.append(("relaxed", rounded(state.opened[0] / state.opened[1])))
    return tuple(found)


def _smooth(away: tuple[float, ...], target: float) -> float:
    """Return 1 for a force that follows without a tremble, 0 where it moves by 1.5 targets a second beside its way."""
    rate = mean([abs(b - a) for a, b in pairwise(away)]) * TICKS_PER_S
    return rounded(max(0.0, 1 - rate / (ROUGH * target)))


def _just(state: State) -> tuple[Just, ...]:
    """Return what would just have been passed; of a stretch that was cut short, the band that it needed so far.

    How gently it was let go counts only where it was too quick: nobody lets go more gently than is asked.
    """
    if state.away:
        return (("band", just_passed(state.away, len(state.ways[state.at]))),)
    if state.cause not in ("", "let-go-too-quickly"):
        return ()
    held: tuple[Just, ...] = (("band", state.needed), ("reach_ms", rounded(state.reached_ms)))
    return (*held, ("lower_ms", state.lowered_ms)) if state.cause else held


def just_passed(away: tuple[float, ...], whole: int) -> float:
    """Return the half band that these deviations would just have passed, of a stretch of ``whole`` ticks."""
    largest = sorted((abs(d) for d in away), reverse=True)
    return rounded(largest[min(int(SLACK * whole), len(largest) - 1)])


def intent(state: State) -> Intent | None:
    """Return the force to aim for now."""
    if state.phase == "end":
        return Squeeze(0.0)
    if state.phase == "lower":
        return Squeeze(0.0, _gentle(state))
    return Squeeze(state.target)


def _gentle(state: State) -> float:
    """Return how fast to let go, a second, so that the stretch that is timed takes longer than it must."""
    usual = state.target / 0.8
    if not state.params.lower_ms:
        return usual
    timed = 0.9 * (state.params.target - state.params.band) - OPEN
    return min(usual, max(timed, 0.01) / (1.3 * state.params.lower_ms / 1000))


def index(params: Params) -> float:
    """Return the demand, ordinal: bits of the force in its band, time, number, gentleness, haste, blindness, task."""
    bits = 2.0 * log2(params.target / (2 * params.band) + 1) + log2(1 + params.hold_ms / 1000)
    bits += 0.8 * (params.steps - 1) + params.lower_ms / 2000
    bits += 0.3 * log2(30_000 / params.reach_ms) + params.hidden
    if params.task == "carry":
        return bits + 0.8 + params.bumps * (0.2 + 6.0 * params.bump)
    return bits + 2.0 + 20.0 * params.ramp if params.task == "pour" else bits


def peak(params: Params) -> float:
    """Return the largest force asked for: the target, what a bump adds, and the whole band above it."""
    bump = params.bump if params.task == "carry" and params.bumps else 0.0
    return params.target + bump + params.band
