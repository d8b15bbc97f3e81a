"""Lead a trial at the market stall: take each thing with a force between slipping and giving in, and carry it over.

A carry is passed when at most a fifth of its time was outside the window, so the 80th percentile of the deviation,
each side in shares of its own, is the window that it would just have passed. A carry that fails is cut short as soon
as that is certain: of the window that it needed only the least is known.
"""

from dataclasses import dataclass, replace
from math import log2

from engine.chance import Chance
from engine.game import Cause, Cue, Event, Grip, Intent, Just, Outcome, Result, Setting, Squeeze, Step
from engine.level import number
from engine.measures import evenness, mean, rounded, steadiness
from engine.ticks import to_ms, to_ticks
from games.market.things import LEAST, THINGS, Load, Thing, greatest, load

SLACK = 0.20
OPEN = 0.02
SETTLE_MS, ARRIVE_MS, GLIDE_MS, GRACE_MS = 250.0, 800.0, 700.0, 2500.0
MISS_MS, GIFT_MS = 350.0, 1000.0
FAR = 9.0
WAY, LEAST_WAY = 0.10, 0.05
STILL = 0.05
SAMPLE_TICKS = 10
PICK_X, BASKET_X, PLACE_Y = 715.0, 1055.0, 330.0


@dataclass(frozen=True, slots=True)
class Params:
    """How many things, half the width of the window, the force of an ordinary thing, how slippery, how different.

    ``weight`` is the force, as a share of the maximum, that an ordinary dry thing is best held with; ``spread`` how
    far the things differ in it, ``surprise`` the share of things whose weight is not what it looks like. ``lower_ms``
    is the shortest time of easing off a tenth of the maximum, ``release_ms`` the longest of letting go at all,
    ``hidden`` the last share of the carry in which the gauge cannot be seen.
    """

    kinds: int = number(1, 4, whole=True)
    window: float = number(0.008, 0.12)
    weight: float = number(0.05, 0.16)
    carry_ms: float = number(300, 8000)
    reach_ms: float = number(1500, 30_000)
    release_ms: float = number(1500, 12_000, default=10_000)
    lower_ms: float = number(0, 2000, default=0)
    spread: float = number(0, 1, default=0)
    friction: float = number(0.6, 1, default=1)
    surprise: float = number(0, 1, default=0)
    hidden: float = number(0, 0.8, default=0)


@dataclass(frozen=True, slots=True)
class State:
    """A trial under way: ``phase`` is arrive, reach, adjust, carry, release or end.

    ``away`` are the deviations of the carry so far in units of the window, ``held`` its forces, ``outside`` how many
    lay outside; ``needed``, ``reached_ms`` and ``released_ms`` what would just have done for all things so far,
    ``lowered_ms`` the quickest easing off a tenth. ``over`` and ``steady`` have one value a carry, ``reaches`` one a
    thing; ``falls`` are the latest forces of easing off, ``speeds`` the falls between them; ``gap`` counts the ticks
    in which nothing was asked, ``rested`` those of them at rest; ``told`` is the force that tells why it failed.
    """

    params: Params
    setting: Setting
    loads: tuple[Load, ...]
    at: int = 0
    phase: str = "arrive"
    since_ms: float = 0.0
    now_ms: float = 0.0
    force: float = 0.0
    peak: float = 0.0
    inside_ms: float | None = None
    away: tuple[float, ...] = ()
    held: tuple[float, ...] = ()
    outside: int = 0
    needed: float = 0.0
    reached_ms: float = 0.0
    released_ms: float = 0.0
    lower_from_ms: float | None = None
    lowered_ms: float | None = None
    over: tuple[float, ...] = ()
    steady: tuple[float, ...] = ()
    reaches: tuple[float, ...] = ()
    falls: tuple[float, ...] = ()
    speeds: tuple[float, ...] = ()
    gap: int = 0
    rested: int = 0
    told: float = 0.0
    cause: Cause = ""

    @property
    def load(self) -> Load:
        """Return the thing that is asked for now."""
        return self.loads[self.at]

    @property
    def centre(self) -> float:
        """Return the middle of the window now: by its look, until lifting begins to tell what it really weighs."""
        if self.phase in ("arrive", "reach") or self.unreached:
            return self.load.look
        if self.phase == "adjust":
            return glided(self.load.look, self.load.real, (self.now_ms - self.since_ms) / GLIDE_MS)
        return self.load.real

    @property
    def unreached(self) -> bool:
        """Tell whether it failed before the thing was lifted."""
        return self.phase == "end" and not self.away and self.cause in ("too-soft", "too-hard", "no-try")

    @property
    def low(self) -> float:
        """Return the force below which the thing slips."""
        return max(self.centre - self.params.window * self.load.below, LEAST)

    @property
    def high(self) -> float:
        """Return the force above which the thing gives in."""
        return self.centre + self.params.window * self.load.above


def glided(start: float, end: float, share: float) -> float:
    """Return the place between two values at ``share`` 0..1 of the way, begun and ended gently."""
    share = min(1.0, max(0.0, share))
    return rounded(start + (end - start) * share * share * (3 - 2 * share))


def start(params: Params, chance: Chance, setting: Setting) -> State:
    """Return a new trial with different things, light and firm ones in turn."""
    left = list(THINGS)
    drawn = [left.pop(chance.below(len(left))) for _ in range(params.kinds)]
    loads = tuple(
        load(thing, params.weight, params.friction, params.spread, chance.chances(params.surprise))
        for thing in _in_turn(drawn, chance.chances(0.5))
    )
    return State(params, setting, loads)


def _in_turn(things: list[Thing], firm_first: bool) -> list[Thing]:
    """Return the things so that a light one follows each firm one, and the other way round."""
    ordered = sorted(things, key=lambda thing: thing.heft / thing.rough, reverse=firm_first)
    half = (len(ordered) + 1) // 2
    sides = ordered[:half], ordered[half:]
    return [sides[n % 2][n // 2] for n in range(len(ordered))]


def step(state: State, tick: int, events: tuple[Event, ...]) -> Step[State]:
    """Return the trial one tick later."""
    felt = [event.share for event in events if isinstance(event, Grip)] or [state.force]
    state = replace(state, now_ms=to_ms(tick), force=felt[-1], peak=max(state.peak, *felt))
    return PHASES[state.phase](state)


def deviation(state: State) -> float:
    """Return how far the force is from the middle, in units of the window: its side's share counts as one."""
    if state.force < LEAST:
        return -FAR
    off = state.force - state.centre
    return rounded(off / (state.load.below if off < 0 else state.load.above))


def _inside(state: State) -> bool:
    return abs(deviation(state)) <= state.params.window


def _arrive(state: State) -> Step[State]:
    """Let the next thing come; the hand may rest."""
    state = replace(state, gap=state.gap + 1, rested=state.rested + (state.force <= OPEN))
    if state.now_ms - state.since_ms < ARRIVE_MS:
        return Step(state)
    return Step(replace(state, phase="reach", since_ms=state.now_ms), (Cue("tap", PICK_X, PLACE_Y, 0.4),))


def _reach(state: State) -> Step[State]:
    """Wait until the force has settled in the window of what the thing looks like."""
    state, took_ms = _settled(state)
    if took_ms is None:
        if state.inside_ms is not None:
            return Step(state)
        gone_ms = state.now_ms - state.since_ms
        state = replace(state, reached_ms=max(state.reached_ms, gone_ms))
        late = gone_ms > state.params.reach_ms
        return _failed(state, _side(state) if state.peak > OPEN else "no-try") if late else Step(state)
    state = replace(state, reaches=(*state.reaches, took_ms), since_ms=state.now_ms, inside_ms=None)
    if state.load.surprises:
        return Step(replace(state, phase="adjust"), (Cue("rustle", PICK_X, PLACE_Y, 0.7), Cue("tick", PICK_X, PLACE_Y)))
    return Step(replace(state, phase="carry"), (Cue("rustle", PICK_X, PLACE_Y),))


def _adjust(state: State) -> Step[State]:
    """Give time to follow the window, which glides to where the true weight wants it: nothing is judged yet."""
    if state.now_ms - state.since_ms < GRACE_MS:
        return Step(state)
    carried = replace(state, phase="carry", since_ms=state.now_ms)
    return Step(carried, (Cue("rustle", PICK_X, PLACE_Y),))


def _settled(state: State) -> tuple[State, float | None]:
    """Return the state, and once the force has been in the window long enough the time until it got there."""
    if not _inside(state):
        return replace(state, inside_ms=None), None
    inside_ms = state.now_ms if state.inside_ms is None else state.inside_ms
    done = state.now_ms - inside_ms >= SETTLE_MS
    return replace(state, inside_ms=inside_ms), rounded(inside_ms - state.since_ms) if done else None


def _side(state: State) -> Cause:
    return "too-soft" if state.force < state.centre else "too-hard"


def _carry(state: State) -> Step[State]:
    """Carry the thing over to the basket; a brief leaving of the window is forgiven."""
    off, whole = deviation(state), to_ticks(state.params.carry_ms)
    outside = state.outside + (abs(off) > state.params.window)
    state = replace(state, away=(*state.away, off), held=(*state.held, state.force), outside=outside)
    if outside > SLACK * whole:
        side = mean([d for d in state.away if abs(d) > state.params.window])
        return _failed(state, "too-soft" if side < 0 else "too-hard")
    if len(state.away) < whole:
        return Step(state)
    carried = replace(
        state, phase="release", since_ms=state.now_ms, needed=max(state.needed, just_passed(state.away, whole)),
        over=(*state.over, mean(state.held) / state.low), steady=(*state.steady, steadiness(state.held, STILL)),
        away=(), held=(), outside=0,
    )  # fmt: skip
    return Step(carried, (Cue(f"hit-{min(4, state.at + 2)}", BASKET_X, PLACE_Y + 60, 0.7),))


def _release(state: State) -> Step[State]:
    """Let the hand open: not too abruptly, and in time."""
    if state.lower_from_ms is None and state.force < state.low:
        state = replace(state, lower_from_ms=state.now_ms)
    state = _falling(state)
    took_ms = state.now_ms - state.since_ms
    if took_ms > state.params.release_ms:
        return _failed(state, "too-late")
    if state.force > OPEN:
        return Step(state)
    state = replace(state, released_ms=max(state.released_ms, rounded(took_ms)))
    eased_ms = _eased_ms(state)
    if eased_ms is None:
        return _placed(state)
    quickest = eased_ms if state.lowered_ms is None else min(state.lowered_ms, eased_ms)
    state = replace(state, lowered_ms=quickest)
    return _failed(state, "let-go-too-quickly") if eased_ms < state.params.lower_ms else _placed(state)


def _eased_ms(state: State) -> float | None:
    """Return how long easing off a tenth took, or ``None`` where the way down is too short to tell."""
    way = state.low - OPEN
    if way < LEAST_WAY:
        return None
    from_ms = state.now_ms if state.lower_from_ms is None else state.lower_from_ms
    return rounded((state.now_ms - from_ms) * WAY / way)


def _falling(state: State) -> State:
    """Keep the speeds at which the force falls, twelve a second: slow enough that a sensor's noise does not count."""
    if state.lower_from_ms is None:
        return state
    falls = (*state.falls, state.force)
    if len(falls) > SAMPLE_TICKS:
        return replace(state, falls=(state.force,), speeds=(*state.speeds, rounded(falls[0] - state.force)))
    return replace(state, falls=falls)


def _placed(state: State) -> Step[State]:
    """Let the thing lie in the basket: the next one comes, or all is done."""
    laid = (Cue("basket", BASKET_X, PLACE_Y - 80),)
    state = replace(state, since_ms=state.now_ms, lower_from_ms=None, falls=())
    if state.at + 1 < len(state.loads):
        return Step(replace(state, at=state.at + 1, phase="arrive"), (*laid, Cue("hit-3", BASKET_X, PLACE_Y)))
    return Step(replace(state, phase="end"), (*laid, Cue("hit-5", BASKET_X, PLACE_Y)))


def _failed(state: State, cause: Cause) -> Step[State]:
    heard = {"too-hard": "squish", "too-soft": "slip", "let-go-too-quickly": "basket"}.get(cause, "tap")
    ended = replace(state, phase="end", since_ms=state.now_ms, told=_told(state, cause), cause=cause)
    return Step(ended, (Cue(heard, PICK_X, PLACE_Y), Cue("soft", PICK_X, PLACE_Y, 0.6)))


def _told(state: State, cause: Cause) -> float:
    """Return the force that tells why it failed: the farthest outside on the side that it mostly was, or the last."""
    pick = {"too-soft": min, "too-hard": max}.get(cause)
    return pick(state.held) if pick and state.away else state.force


def _end(state: State) -> Step[State]:
    if state.now_ms - state.since_ms < (MISS_MS if state.cause else GIFT_MS):
        return Step(state)
    return Step(state, (), _outcome(state))


def _outcome(state: State) -> Outcome:
    result = Result.HIT if not state.cause else Result.OMISSION if state.cause == "no-try" else Result.MISS
    cut_short = bool(state.away) or (bool(state.cause) and state.at + 1 < len(state.loads))
    return Outcome(result, state.cause, _measures(state), _just(state), cut_short=cut_short)


def _measures(state: State) -> tuple[tuple[str, float], ...]:
    """Return what was measured: ``over_grip`` is the force used beside the least that does not slip."""
    rows: list[tuple[str, float]] = [("peak", state.peak)]
    if state.reaches:
        rows.append(("to_window_ms", mean(state.reaches)))
    if state.over:
        rows += [("over_grip", mean(state.over)), ("steady", mean(state.steady))]
    if state.lowered_ms is not None:
        rows.append(("lowered_ms", state.lowered_ms))
    if len(state.speeds) > 2:
        rows.append(("smooth", evenness(state.speeds)))
    if state.gap:
        rows.append(("relaxed", state.rested / state.gap))
    return tuple((name, rounded(value)) for name, value in rows)


def _just(state: State) -> tuple[Just, ...]:
    """Return what would just have been passed; of a carry that was cut short, the window that it needed so far.

    How gently it was let go counts only where it was too quick: nobody lets go more gently than is asked.
    """
    if state.away:
        needed = max(state.needed, just_passed(state.away, to_ticks(state.params.carry_ms)))
        return (("window", needed),)
    if state.cause not in ("", "let-go-too-quickly"):
        return ()
    done: tuple[Just, ...] = (
        ("window", state.needed), ("reach_ms", rounded(state.reached_ms)), ("release_ms", state.released_ms),
    )  # fmt: skip
    return (*done, ("lower_ms", state.lowered_ms or 0.0)) if state.cause else done


def just_passed(away: tuple[float, ...], whole: int) -> float:
    """Return the window that these deviations would just have passed, of a carry of ``whole`` ticks."""
    largest = sorted((abs(d) for d in away), reverse=True)
    return rounded(largest[min(int(SLACK * whole), len(largest) - 1)])


PHASES = {
    "arrive": _arrive, "reach": _reach, "adjust": _adjust, "carry": _carry, "release": _release, "end": _end,
}  # fmt: skip


def intent(state: State) -> Intent | None:
    """Return the force to aim for now; that a thing surprises is noticed once the window has glided."""
    if state.phase in ("arrive", "end"):
        return Squeeze(0.0)
    if state.phase == "release":
        return Squeeze(0.0, _gentle(state))
    noticing = state.phase == "adjust" and state.now_ms - state.since_ms < GLIDE_MS
    return Squeeze(state.load.look if noticing else state.centre)


def _gentle(state: State) -> float:
    """Return how fast to let go, a second, so that easing off a tenth takes longer than it must."""
    usual = state.centre / 0.8
    if not state.params.lower_ms:
        return usual
    return min(usual, WAY / (1.3 * state.params.lower_ms / 1000))


def index(params: Params) -> float:
    """Return the demand, ordinal: bits of the force in its window, and all that comes with it."""
    bits = log2(params.weight / params.friction / (2 * params.window) + 1) + log2(1 + params.carry_ms / 1000)
    bits += 0.8 * (params.kinds - 1) + params.lower_ms / 2000 + 0.5 * (params.spread + params.surprise)
    haste = 0.3 * log2(30_000 / params.reach_ms) + 0.3 * log2(12_000 / params.release_ms)
    return bits + haste + params.hidden + (1 - params.friction)


def peak(params: Params) -> float:
    """Return the largest force asked for, over all things there are."""
    return greatest(params.weight, params.friction, params.spread, params.surprise > 0, params.window)
