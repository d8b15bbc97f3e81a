"""Cup: squeeze into the band and hold a full cup, then let go gently to set it down.

Too soft and it slips, too hard and it dents. A hold is passed when at most a fifth of its time was outside the
band, so the 80th percentile of the deviation is the band that it would just have passed. A hold that fails is cut
short as soon as that is certain: of the band that it needed only the least is known.
"""

from dataclasses import dataclass, replace
from math import log2

from engine.chance import Chance
from engine.game import Cause, Cue, Event, Game, Grip, Intent, Just, Outcome, Result, Setting, Squeeze, Step
from engine.level import number
from engine.measures import mean, rounded
from engine.scene import Bar, Circle, Path, Picture, Scene, Shape
from engine.ticks import to_ms, to_ticks

SLACK = 0.20
SETTLE_MS = 250.0
OPEN = 0.02
LOWER_LIMIT_MS = 10_000.0
TALLEST = 0.44
X, Y, W, H = 820.0, 435.0, 520.0, 620.0
GAUGE_X, GAUGE_LOW, GAUGE_HIGH, GAUGE_W = 400.0, 130.0, 690.0, 96.0


@dataclass(frozen=True, slots=True)
class Params:
    """The force as a share of the maximum, half the width of its band, how long, how many heights, how gently.

    ``reach_ms`` is the time to get into the band, ``lower_ms`` the shortest time of letting go, ``hidden`` the
    share of the hold in which the gauge cannot be seen.
    """

    target: float = number(0.03, 0.40)
    band: float = number(0.008, 0.15)
    hold_ms: float = number(300, 15_000)
    reach_ms: float = number(1500, 30_000)
    steps: int = number(1, 3, default=1, whole=True)
    lower_ms: float = number(0, 4000, default=0)
    hidden: float = number(0, 0.8, default=0)


@dataclass(frozen=True, slots=True)
class State:
    """A trial under way: ``phase`` is reach, hold, lower or end; ``away`` the deviations of the hold so far.

    ``kept`` are the deviations of all holds, ``outside`` how many of this one lay outside the band; ``needed`` and
    ``reached_ms`` the band and the time to reach it that would just have done, for the heights so far.
    """

    params: Params
    setting: Setting
    targets: tuple[float, ...]
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

    @property
    def target(self) -> float:
        """Return the force asked for now."""
        return self.targets[self.at]


def start(params: Params, chance: Chance, setting: Setting) -> State:
    """Return a new trial; with several heights, they are drawn in steps up to the target."""
    heights = [params.target * (n + 1) / params.steps for n in range(params.steps)]
    order: list[float] = []
    while heights:
        order.append(rounded(heights.pop(chance.below(len(heights)))))
    return State(params, setting, tuple(order))


def step(state: State, tick: int, events: tuple[Event, ...]) -> Step[State]:
    """Return the trial one tick later."""
    felt = [event.share for event in events if isinstance(event, Grip)] or [state.force]
    state = replace(state, now_ms=to_ms(tick), force=felt[-1], peak=max(state.peak, *felt))
    return {"reach": _reach, "hold": _hold, "lower": _lower, "end": _end}[state.phase](state)


def _inside(state: State) -> bool:
    return abs(state.force - state.target) <= state.params.band


def _reach(state: State) -> Step[State]:
    if _inside(state):
        since = state.now_ms if state.inside_ms is None else state.inside_ms
        if state.now_ms - since >= SETTLE_MS:
            held = replace(state, phase="hold", since_ms=state.now_ms, inside_ms=None)
            return Step(held, (Cue("go", X, Y, 0.6),))
        return Step(replace(state, inside_ms=since))
    took_ms = state.now_ms - state.since_ms
    state = replace(state, inside_ms=None, reached_ms=max(state.reached_ms, took_ms))
    if took_ms <= state.params.reach_ms:
        return Step(state)
    return _failed(state, _side(state.force, state.target) if state.peak > OPEN else "no-try")


def _side(force: float, target: float) -> Cause:
    return "too-soft" if force < target else "too-hard"


def _hold(state: State) -> Step[State]:
    off, whole = rounded(state.force - state.target), to_ticks(state.params.hold_ms)
    state = replace(state, away=(*state.away, off), outside=state.outside + (abs(off) > state.params.band))
    if state.outside > SLACK * whole:
        side = mean([d for d in state.away if abs(d) > state.params.band])
        return _failed(state, "too-soft" if side < 0 else "too-hard")
    if len(state.away) < whole:
        return Step(state)
    needed = max(state.needed, just_passed(state.away, whole))
    state = replace(state, kept=state.kept + state.away, needed=needed, away=(), outside=0, since_ms=state.now_ms)
    if state.at + 1 < len(state.targets):
        return Step(replace(state, at=state.at + 1, phase="reach"), (Cue("hit-2", X, Y),))
    return Step(replace(state, phase="lower"), (Cue("hit-3", X, Y),))


def _lower(state: State) -> Step[State]:
    if state.lower_from_ms is None and state.force < state.target - state.params.band:
        state = replace(state, lower_from_ms=state.now_ms)
    if state.force <= OPEN:
        took = state.now_ms - (state.since_ms if state.lower_from_ms is None else state.lower_from_ms)
        state = replace(state, lowered_ms=rounded(took * _share_of_way(state)))
        if state.lowered_ms < state.params.lower_ms and _way_down(state.target, state) > 0:
            return _failed(state, "let-go-too-quickly")
        ended = replace(state, phase="end", since_ms=state.now_ms)
        return Step(ended, (Cue("set-down", X, Y - 200), Cue("hit-5", X, Y)))
    if state.now_ms - state.since_ms > LOWER_LIMIT_MS:
        return _failed(state, "too-late")
    return Step(state)


def _way_down(height: float, state: State) -> float:
    """Return how far the force falls from the lower edge of the band at ``height`` to the open hand."""
    return height - state.params.band - OPEN


def _share_of_way(state: State) -> float:
    """Return how many times the way down from this height goes into that from the highest: less height, less time."""
    this = _way_down(state.target, state)
    return max(1.0, _way_down(state.params.target, state) / this) if this > 0 else 1.0


def _failed(state: State, cause: Cause) -> Step[State]:
    cue = {"too-hard": "dent", "too-soft": "slip", "let-go-too-quickly": "slip"}.get(cause, "soft")
    ended = replace(state, phase="end", since_ms=state.now_ms, cause=cause, kept=state.kept + state.away)
    return Step(ended, (Cue(cue, X, Y), Cue("soft", X, Y, 0.6)))


def _end(state: State) -> Step[State]:
    if state.now_ms - state.since_ms < 300.0:
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
    return Outcome(result, state.cause, tuple(measures), _just(state), cut_short=bool(state.away))


def _just(state: State) -> tuple[Just, ...]:
    """Return what would just have been passed; of a hold that was cut short, the band that it needed so far.

    How gently it was let go counts only where it was too quick: nobody lets go more gently than is asked.
    """
    if state.away:
        return (("band", just_passed(state.away, to_ticks(state.params.hold_ms))),)
    if state.cause not in ("", "let-go-too-quickly"):
        return ()
    held: tuple[Just, ...] = (("band", state.needed), ("reach_ms", rounded(state.reached_ms)))
    return (*held, ("lower_ms", state.lowered_ms)) if state.cause else held


def just_passed(away: tuple[float, ...], whole: int) -> float:
    """Return the half band that these deviations would just have passed, of a hold of ``whole`` ticks."""
    largest = sorted((abs(d) for d in away), reverse=True)
    return rounded(largest[min(int(SLACK * whole), len(largest) - 1)])


def scene(state: State) -> Scene:
    """Return the picture: the cup rises with the force, the gauge beside it shows the band."""
    shapes: list[Shape] = []
    if not _is_hidden(state):
        shapes.extend(_gauge(state))
    shapes.extend(_cup(state))
    return Scene("table", tuple(shapes))


def _is_hidden(state: State) -> bool:
    """Tell whether the gauge is veiled now: in the last part of each second of the hold."""
    return state.phase == "hold" and state.now_ms % 1000 >= 1000 * (1 - state.params.hidden)


def _height(share: float, state: State) -> float:
    """Return the height of a force on the gauge; with the mouse it is the pointer's own height."""
    top = 1.9 * (state.params.target + state.params.band)
    tallest = TALLEST if state.setting.played_with == "mouse" else max(0.16, top)
    return GAUGE_LOW + min(share, tallest) / tallest * (GAUGE_HIGH - GAUGE_LOW)


def _gauge(state: State) -> list[Shape]:
    params, lowering = state.params, state.phase == "lower"
    low, high = (0.0, OPEN) if lowering else (state.target - params.band, state.target + params.band)
    bottom, top = _height(max(0.0, low), state) - (14 if lowering else 0), _height(high, state)
    good = state.phase == "hold" and _inside(state)
    middle, edge = (GAUGE_LOW + GAUGE_HIGH) / 2, GAUGE_W / 2
    shapes: list[Shape] = [
        Bar(GAUGE_X, middle, GAUGE_W + 16, GAUGE_HIGH - GAUGE_LOW + 60, "card", 56, "line", 5),
        Bar(GAUGE_X, (bottom + top) / 2, GAUGE_W, top - bottom, "good" if good else "target", 12, "ink", 4),
    ]
    for at in (bottom, top):
        shapes.append(Path(((GAUGE_X - edge - 26, at), (GAUGE_X + edge + 26, at)), "ink", 5))
    if state.phase == "hold":
        share = len(state.away) / max(1, to_ticks(params.hold_ms))
        shapes.append(
            Bar(GAUGE_X, bottom + (top - bottom) * share / 2, GAUGE_W - 20, (top - bottom) * share, "guide", 8)
        )
    if state.phase != "end":
        shapes.extend(_which_way(state, bottom, top, lowering))
    at = _height(state.force, state)
    shapes.append(Path(((GAUGE_X - edge, at), (GAUGE_X + edge, at)), "ink", 9))
    shapes.append(Circle(GAUGE_X, at, 22, "primary", "ink", 6))
    return shapes


def _which_way(state: State, bottom: float, top: float, lowering: bool) -> list[Shape]:
    """Return the picture for firmer or softer beside the band, while the force is outside of it."""
    at = _height(state.force, state)
    if bottom <= at <= top and not lowering:
        return []
    icon = "icon-softer" if at > top or lowering else "icon-firmer"
    return [Picture(icon, GAUGE_X - 130, (bottom + top) / 2 + (40 if lowering else 0), 110, 110)]


def _cup(state: State) -> list[Shape]:
    """Return hand and cup: open and down on the table, or closed and lifted with the force."""
    failed_soft = state.phase == "end" and state.cause in ("too-soft", "let-go-too-quickly")
    gripping = state.force > OPEN and not failed_soft
    lift = 110 * min(1.2, state.force / max(0.05, state.params.target)) if gripping else 0.0
    hand = "grip" if gripping else "grip-open"
    dented = state.force > state.target + 1.6 * state.params.band or state.cause == "too-hard"
    y = Y - 50 + lift
    tilt = -8.0 if failed_soft else 0.0
    hand_y = y if gripping else Y - 30
    shapes: list[Shape] = [
        Picture("saucer", X, 155, 360, 110),
        Picture(f"{hand}-arm", X + W, hand_y, W, H),
        Picture(f"{hand}-back", X, hand_y, W, H),
        Picture("cup-dent" if dented and gripping else "cup", X, y, W, H, angle=tilt),
        Picture(f"{hand}-front", X, hand_y, W, H),
    ]
    if state.phase in ("hold", "lower") and gripping:
        drift = 0.0 if state.setting.calm else 8 * abs(state.now_ms % 2000 / 1000 - 1)
        shapes.insert(1, Picture("steam", X, y + 260 + drift, 120, 160, alpha=0.8))
    return shapes


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
    """Return the demand, ordinal: bits of the force in its band, time, number, gentleness, haste, blindness."""
    bits = log2(params.target / (2 * params.band) + 1) + log2(1 + params.hold_ms / 1000)
    bits += 0.8 * (params.steps - 1) + params.lower_ms / 2000
    return bits + 0.3 * log2(30_000 / params.reach_ms) + params.hidden


def peak(params: Params) -> float:
    """Return the largest force asked for: the target and the whole band above it."""
    return params.target + params.band


PICTURES = (
    "cup-dent", "steam", "icon-softer", "icon-firmer",
    *(f"{hand}-{part}" for hand in ("grip", "grip-open") for part in ("arm", "back", "front")),
)  # fmt: skip

GAME = Game(
    "cup", "grip", Params, start, step, scene, intent, index, peak,
    self_paced=lambda p: p.reach_ms > 8000, pictures=PICTURES,
    eases=(("too-soft", "band"), ("too-hard", "band"), ("let-go-too-quickly", "lower_ms")),
)  # fmt: skip
