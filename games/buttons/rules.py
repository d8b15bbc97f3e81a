"""The rules of Buttons: which place is asked for, how a touch is judged, and what was measured.

Each place that is asked for is judged by the first touch after it was: a touch farther from its middle than half of
``target_mm`` is beside it, and one that lies on another place that is still open is out of order. A touch beside may be
made again, so that the coat gets closed all the same; only with three in a row at one place the trial ends. The trial
is a hit when every first touch was on its place, and in time: so twice the largest distance of the first touches is the
size of target that would just have been passed, and the longest time to a first touch the limit.

A touch that follows another one within 180 ms is the same one that trembled.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import fsum, hypot, log2, pi, sin

from engine.chance import Chance
from engine.game import Cause, Cue, Event, Intent, Just, Nudge, Outcome, Point, Result, Setting, Step, Tap, Touch
from engine.level import choice, number
from engine.measures import mean, median, rounded, steadiness
from engine.scene import STAGE_H, STAGE_W, Pair
from engine.ticks import to_ms

UNTIMED_MS, NOTHING_MS, PATIENCE_MS = 30_000.0, 45_000.0, 5000.0
FIRST_MS, CLOSE_MS, FEAST_MS, GIVE_UP_MS, TREMBLE_MS = 350.0, 420.0, 350.0, 500.0, 180.0
BREATH_MS, OUTWARDS, UPWARDS = 4000.0, 0.8, 0.6
MOST_BESIDE = 3
FEWEST_MOVES, FEWEST_MOVEMENTS = 6, 3
COATS = ("berry", "navy", "moss")
MIDDLE_X, TOP_Y, BOTTOM_Y, ROOM = STAGE_W / 2, 600.0, 165.0, 470.0
HOME_MM = (0.0, -20.0)


@dataclass(frozen=True, slots=True)
class Params:
    """How many buttons, how large each place to touch, how far from button to hole, in which order.

    ``breath_mm`` is how far the coat moves with each breath; ``limit_ms`` the time for each touch.
    """

    buttons: int = number(1, 5, whole=True)
    target_mm: float = number(6, 40)
    gap_mm: float = number(25, 120)
    order: str = choice("down", "mixed", default="down")
    breath_mm: float = number(0, 10, default=0)
    limit_ms: float = number(800, UNTIMED_MS, default=UNTIMED_MS)


@dataclass(frozen=True, slots=True)
class Touched:
    """The first touch at a place that was asked for: how far beside its middle (mm), how soon, and after which way.

    ``on`` says that it was on the place, ``other`` that it was on another one; ``along_mm`` is how far it went too far
    along the ``way_mm`` from the touch before.
    """

    x_mm: float
    y_mm: float
    took_ms: float
    on: bool
    other: bool
    way_mm: float = 0.0
    along_mm: float = 0.0

    @property
    def away_mm(self) -> float:
        """Return the distance from the middle of the place."""
        return rounded(hypot(self.x_mm, self.y_mm))


@dataclass(frozen=True, slots=True)
class State:
    """A coat on its way to be closed.

    ``rows`` are the heights of the buttons in stage units, in the order in which they are asked for, ``closed`` when
    each was closed; ``gap`` is how far a button is from its hole, in units. ``at`` counts the places touched so far:
    even is a button, odd its hole. ``touches`` are the first touches, ``beside`` how many in a row were not on what is
    asked for now, ``last_beside`` where the last one of them was. ``tip`` is the fingertip that the arrow keys push,
    ``led`` that it is seen. ``pointer``, ``gone_mm`` and ``moves`` are the way of the pointer since it was
    ``lifted``, ``straight`` how straight its ways were.
    """

    params: Params
    setting: Setting
    coat: str
    rows: tuple[float, ...]
    gap: float
    now_ms: float = 0.0
    asked_ms: float = FIRST_MS
    at: int = 0
    closed: tuple[float, ...] = ()
    touches: tuple[Touched, ...] = ()
    beside: int = 0
    last_beside: Pair | None = None
    last_down_ms: float = -1000.0
    from_mm: Pair | None = None
    strays: int = 0
    tip: Pair = HOME_MM
    led: bool = False
    pressed_ms: float = -1000.0
    pointer: Pair | None = None
    lifted: Pair | None = None
    gone_mm: float = 0.0
    moves: int = 0
    straight: tuple[float, ...] = ()
    cause: Cause = ""
    ended_ms: float | None = None

    @property
    def row(self) -> int:
        """Return which button is asked for now, or its hole."""
        return self.at // 2

    @property
    def asks(self) -> bool:
        """Tell whether a place is to be touched now."""
        return self.ended_ms is None and self.now_ms >= self.asked_ms

    @property
    def is_closed(self) -> bool:
        """Tell whether every button is in its hole."""
        return len(self.closed) == len(self.rows)


def start(params: Params, chance: Chance, setting: Setting) -> State:
    """Return an open coat; its colour, the heights of its buttons and a mixed order are drawn."""
    coat = chance.choice(COATS)
    step_y = (TOP_Y - BOTTOM_Y) / max(params.buttons, 2)
    middle = (TOP_Y + BOTTOM_Y) / 2 + chance.between(-0.4, 0.4) * step_y / params.buttons
    rows = [middle + step_y * ((params.buttons - 1) / 2 - n) for n in range(params.buttons)]
    if params.order == "mixed":
        rows = [rows.pop(chance.below(len(rows))) for _ in range(params.buttons)]
    gap = min(params.gap_mm * setting.units_per_mm, ROOM)
    by_keys = setting.played_with == "keys"
    return State(params, setting, coat, tuple(rounded(y) for y in rows), rounded(gap), led=by_keys)


def step(state: State, tick: int, events: tuple[Event, ...]) -> Step[State]:
    """Return the coat one tick later."""
    was_ms = state.now_ms
    state = replace(state, now_ms=to_ms(tick))
    if state.ended_ms is not None:
        return _feasted(state, state.ended_ms, was_ms)
    cues: list[Cue] = []
    for event in events:
        state, heard = _felt(state, event)
        cues.extend(heard)
    return Step(_waited(state), tuple(cues))


def _feasted(state: State, ended_ms: float, was_ms: float) -> Step[State]:
    """Let the coat be seen closed for a moment before the trial is over."""
    if state.now_ms - ended_ms >= (CLOSE_MS + FEAST_MS if state.is_closed else GIVE_UP_MS):
        return Step(state, (), _outcome(state))
    begins = was_ms - ended_ms < CLOSE_MS <= state.now_ms - ended_ms
    return Step(state, (Cue("arrive", MIDDLE_X, 600.0),) if begins and not state.cause else ())


# Touches


def _felt(state: State, event: Event) -> tuple[State, tuple[Cue, ...]]:
    if isinstance(event, Nudge):
        return replace(state, tip=_kept(state, state.tip[0] + event.dx_mm, state.tip[1] + event.dy_mm), led=True), ()
    if isinstance(event, Tap):
        if not state.led:
            return replace(state, led=True), ()  # the first press only shows the fingertip
        return _touched(replace(state, pressed_ms=event.at_ms), state.tip, event.at_ms)
    if not isinstance(event, Point):
        return state, ()
    place = (event.x_mm, event.y_mm)
    if event.phase == "up":
        return replace(state, pointer=place, lifted=place, gone_mm=0.0, moves=0), ()
    state = _moved(state, place)
    if event.phase == "move":
        return state, ()
    return _touched(replace(state, tip=_kept(state, *place), led=False), place, event.at_ms)


def _kept(state: State, x_mm: float, y_mm: float) -> Pair:
    """Return the place, kept on the stage."""
    wide, high = STAGE_W / 2 / state.setting.units_per_mm, STAGE_H / 2 / state.setting.units_per_mm
    return rounded(max(-wide, min(wide, x_mm))), rounded(max(-high, min(high, y_mm)))


def _moved(state: State, place: Pair) -> State:
    """Follow the pointer, where it can be seen between two touches."""
    x, y = state.pointer or place
    gone_mm = state.gone_mm + hypot(place[0] - x, place[1] - y)
    return replace(state, pointer=place, gone_mm=gone_mm, moves=state.moves + 1)


def _touched(state: State, place: Pair, at_ms: float) -> tuple[State, tuple[Cue, ...]]:
    """Judge a touch by the place that is asked for; one that nothing asked for is a stray."""
    if state.ended_ms is not None:
        return state, ()
    trembled = at_ms - state.last_down_ms < TREMBLE_MS
    state = replace(state, last_down_ms=at_ms)
    if trembled or at_ms < state.asked_ms:
        return replace(state, strays=state.strays + 1), ()
    on = is_on(state, state.at, place, at_ms)
    if not state.beside:
        state = _first(state, place, on, at_ms)
    state = replace(state, from_mm=place)
    return _done(state, at_ms) if on else _missed(state, place, at_ms)


def is_on(state: State, at: int, place: Pair, at_ms: float) -> bool:
    """Tell whether a touch lies on the place number ``at``, where that is at the time of the touch."""
    x, y = place_of(state, at, at_ms)
    return rounded(hypot(place[0] - x, place[1] - y)) <= state.params.target_mm / 2


def _first(state: State, place: Pair, on: bool, at_ms: float) -> State:
    """Keep the first touch at a place, with the way that led to it."""
    to_x, to_y = place_of(state, state.at, at_ms)
    off_x, off_y = place[0] - to_x, place[1] - to_y
    other = not on and any(is_on(state, n, place, at_ms) for n in range(state.at + 1, 2 * len(state.rows)))
    way_mm = along_mm = 0.0
    if state.from_mm is not None:
        dx, dy = to_x - state.from_mm[0], to_y - state.from_mm[1]
        way_mm = hypot(dx, dy)
        along_mm = (off_x * dx + off_y * dy) / max(way_mm, 1e-9)
    took_ms = rounded(at_ms - state.asked_ms)
    first = Touched(rounded(off_x), rounded(off_y), took_ms, on, other, rounded(way_mm), rounded(along_mm))
    straight = state.straight
    if state.lifted is not None and state.moves >= FEWEST_MOVES and state.gone_mm > 0:
        direct = hypot(place[0] - state.lifted[0], place[1] - state.lifted[1])
        straight = (*straight, rounded(min(1.0, direct / state.gone_mm)))
    return replace(state, touches=(*state.touches, first), straight=straight)


def _done(state: State, at_ms: float) -> tuple[State, tuple[Cue, ...]]:
    x, y = on_stage(place_of(state, state.at, at_ms), state.setting)
    state = replace(state, at=state.at + 1, beside=0, last_beside=None)
    if state.at % 2:
        return replace(state, asked_ms=at_ms), (Cue("button", x, y, 0.8),)
    state = replace(state, closed=(*state.closed, at_ms), asked_ms=at_ms + CLOSE_MS)
    if state.is_closed:
        state = replace(state, ended_ms=at_ms, cause=_cause(state))
    return state, (Cue("through", x, y), Cue(f"hit-{min(state.row, 5)}", MIDDLE_X, y))


def _missed(state: State, place: Pair, at_ms: float) -> tuple[State, tuple[Cue, ...]]:
    state = replace(state, beside=state.beside + 1, last_beside=place)
    if state.beside >= MOST_BESIDE:
        state = replace(state, ended_ms=at_ms, cause=_cause(state))
    return state, (Cue("soft", *on_stage(place, state.setting), 0.5),)


def _cause(state: State) -> Cause:
    """Return why the trial is a miss, or nothing: where it was touched comes before when."""
    missed = next((touch for touch in state.touches if not touch.on), None)
    if missed is not None:
        return "wrong-order" if missed.other else "missed-target"
    limit_ms = state.params.limit_ms
    late = limit_ms < UNTIMED_MS and any(touch.took_ms > limit_ms for touch in state.touches)
    return "too-late" if late else ""


def _waited(state: State) -> State:
    """Let the trial end when nothing was touched for long."""
    timed = state.params.limit_ms < UNTIMED_MS
    most_ms = state.params.limit_ms + PATIENCE_MS if timed else NOTHING_MS
    if state.ended_ms is not None or state.now_ms - max(state.asked_ms, state.last_down_ms) <= most_ms:
        return state
    cause: Cause = "no-try"
    if state.touches:
        cause = _cause(state) or ("too-late" if timed else "unfinished")
    return replace(state, ended_ms=state.now_ms, cause=cause)


# Places


def place_of(state: State, at: int, at_ms: float) -> Pair:
    """Return where the place number ``at`` is at a time, in mm: a button at the right, its hole at the left."""
    row, per_mm = at // 2, state.setting.units_per_mm
    out, up = breath(state, at_ms)
    x = gap_at(state, row, at_ms) / 2 + out
    return rounded((-x if at % 2 else x) / per_mm), rounded((state.rows[row] + up - STAGE_H / 2) / per_mm)


def breath(state: State, at_ms: float) -> Pair:
    """Return how far the chest moved outwards and upwards, in units; together they are the whole of the breath."""
    if not state.params.breath_mm:
        return 0.0, 0.0
    far = state.params.breath_mm * state.setting.units_per_mm * sin(2 * pi * at_ms / BREATH_MS)
    return OUTWARDS * far, UPWARDS * far


def gap_at(state: State, row: int, at_ms: float) -> float:
    """Return how far button and hole of a row are apart, in units: less and less while it closes."""
    if row >= len(state.closed):
        return state.gap
    return state.gap * (1 - eased((at_ms - state.closed[row]) / CLOSE_MS))


def eased(share: float) -> float:
    """Return the share of a movement that begins and ends gently."""
    share = min(1.0, max(0.0, share))
    return share * share * (3 - 2 * share)


def on_stage(place: Pair, setting: Setting) -> Pair:
    """Return the stage point of a place in mm."""
    return STAGE_W / 2 + place[0] * setting.units_per_mm, STAGE_H / 2 + place[1] * setting.units_per_mm


# What it was like


def _outcome(state: State) -> Outcome:
    result = Result.HIT if not state.cause else Result.OMISSION if state.cause == "no-try" else Result.MISS
    just, cut_short = _just(state)
    return Outcome(result, state.cause, tuple(_measures(state)), just, cut_short=cut_short)


def _just(state: State) -> tuple[tuple[Just, ...], bool]:
    """Return what would just have been passed, and whether that is known as a most only.

    A trial that was given up was not seen to its end. While the coat breathes, what came after a touch beside took
    another course than it would have taken: only the touches up to that one are known.
    """
    if state.cause not in ("", "missed-target", "too-late"):
        return (), False
    longest_ms = max(touch.took_ms for touch in state.touches)
    target: Just = ("target_mm", rounded(2 * max(touch.away_mm for touch in _same_course(state))))
    if state.cause == "missed-target":
        return (target,), state.params.breath_mm > 0 or not state.is_closed
    if not state.is_closed:
        waited_ms = rounded((state.ended_ms or 0.0) - state.asked_ms)
        return (("limit_ms", max(longest_ms, waited_ms)),), True
    limit: Just = ("limit_ms", min(longest_ms, UNTIMED_MS))
    return ((limit,) if state.cause else (target, limit)), False


def _same_course(state: State) -> tuple[Touched, ...]:
    """Return the first touches that would have been the same with a target of another size."""
    if not state.params.breath_mm:
        return state.touches
    first = next((n for n, touch in enumerate(state.touches) if not touch.on), len(state.touches))
    return state.touches[: first + 1]


def _measures(state: State) -> list[tuple[str, float]]:
    touches = state.touches
    measures: list[tuple[str, float]] = [
        ("closed", rounded(len(state.closed) / len(state.rows))),
        ("on_target", rounded(sum(touch.on for touch in touches) / max(1, len(touches)))),
        ("strays", float(state.strays)),
    ]
    if not touches:
        return measures
    measures += [
        ("error_mm", rounded(mean([touch.away_mm for touch in touches]))),
        ("reaction_ms", touches[0].took_ms),
        ("relaxed", rounded(len(touches) / (len(touches) + state.strays))),
    ]
    moved = [touch for touch in touches if touch.way_mm > 0]
    if moved:
        measures.append(("movement_ms", rounded(median([touch.took_ms for touch in moved]))))
    if len(moved) >= FEWEST_MOVEMENTS:
        measures += [("throughput", throughput(moved)), ("steady", _steady(touches, state.params.target_mm))]
    if state.straight:
        measures.append(("smooth", rounded(mean(state.straight))))
    return measures


def throughput(moved: Sequence[Touched]) -> float:
    """Return bits a second from effective distance and effective width, over the movements of one trial.

    As in ISO 9241-411 (Soukoreff & MacKenzie 2004, doi:10.1016/j.ijhcs.2004.09.001): the effective width is 4.133 times
    the spread of the end points along the way. Of so few movements it is rough, and the time holds the reaction too.
    """
    along = [touch.along_mm for touch in moved]
    centre = mean(along)
    spread = (fsum((a - centre) ** 2 for a in along) / max(1, len(along) - 1)) ** 0.5
    distance = mean([max(0.0, touch.way_mm + touch.along_mm) for touch in moved])
    time_s = mean([touch.took_ms for touch in moved]) / 1000
    return rounded(log2(distance / max(4.133 * spread, 0.5) + 1) / max(time_s, 0.05))


def _steady(touches: Sequence[Touched], target_mm: float) -> float:
    """Return how close together the touches lie about their own middle, against half the target."""
    across, up = mean([touch.x_mm for touch in touches]), mean([touch.y_mm for touch in touches])
    spread = [*(touch.x_mm - across for touch in touches), *(touch.y_mm - up for touch in touches)]
    return steadiness(spread, target_mm / 2)


# What is asked


def intent(state: State) -> Intent | None:
    """Return the place to touch now."""
    return Touch(*place_of(state, state.at, state.now_ms)) if state.asks else None


def index(params: Params) -> float:
    """Return the demand in bits, ordinal: of a movement (Fitts 1954, Shannon form), number, search, motion, haste."""
    bits = 2.0 * log2(params.gap_mm / params.target_mm + 1) + 1.6 * log2(40 / params.target_mm) + log2(params.buttons)
    bits += 0.4 if params.order == "mixed" and params.buttons > 1 else 0.0
    return bits + 0.25 * params.breath_mm + 0.5 * log2(UNTIMED_MS / params.limit_ms)
