"""Write: what the pen does to the state, one tick after the other, and what is intended next.

The nearest point is searched only in a window along the piece that is being written, so the pencil never hops to
another part of the letter. Lifting is allowed. The way between two strokes is free: the next stroke begins when the
pen is put down near its start, or, led on without lifting, comes close to it.
"""

from bisect import bisect_right
from dataclasses import dataclass, replace
from math import hypot

from engine.chance import Chance
from engine.game import Cause, Cue, Event, Follow, Intent, Nudge, Point, Setting, Step
from engine.measures import rounded
from engine.scene import STAGE_H, STAGE_W
from engine.ticks import to_ms
from games.letters import judging
from games.letters.shapes import Pair
from games.letters.sheet import UNTIMED_MS, Params, Piece, Sheet, lay_out

BACK_MM, AHEAD_MM = 5.0, 15.0
TAKE_MM, REACH_MM, LOST_MM = 12.0, 8.0, 20.0
END_MM, CORNER_MM, SHORT_MM, NEAR = 3.0, 10.0, 8.0, 0.2
BEGUN_MM, BACKWARDS_MM, CATCH_UP_MM = 6.0, 15.0, 4.0
PERSISTENT = 3
TAP_MS, TAP_MM = 350.0, 6.0
NEVER_MS, NOTHING_MS = 180_000.0, 60_000.0
SHOW_MS, FADE_MS = 2600.0, 500.0
GROW_MS, MISSED_MS = 1000.0, 350.0
SPEED_TICKS = 12
DOT_MM, SCRATCH_MM = 1.5, 26.0


@dataclass(frozen=True, slots=True)
class State:
    """A trial under way: where the pencil is, whether it writes, what was written, and how far beside the way.

    ``piece`` is being written or comes next; ``away`` lists how far from its middle the pencil was, left positive, at
    each tick it moved, ``speeds`` how far it moved in each tenth of a second; ``strikes`` counts strokes begun at the
    wrong end and out of turn. ``loose``: the pencil follows without being held; ``waits``: arrows are still held.
    """

    params: Params
    setting: Setting
    sheet: Sheet
    piece: int = 0
    at_mm: float = 0.0
    best_mm: float = 0.0
    off_mm: float = 0.0
    pen: Pair | None = None
    pressed: bool = False
    loose: bool = False
    hooked: bool = False
    took: bool = False
    waits: bool = False
    nudged: bool = False
    down_at: tuple[float, float, float] | None = None
    written: tuple[tuple[Pair, ...], ...] = ()
    away: tuple[float, ...] = ()
    run: tuple[float, int] = (0.0, 0)
    speeds: tuple[float, ...] = ()
    lifts: int = 0
    strikes: tuple[int, int] = (0, 0)
    erred: Cause = ""
    erred_ms: float = -1e6
    shown_ms: float = 0.0
    scratched_mm: float = 0.0
    now_ms: float = 0.0
    free_ms: float = 0.0
    led_from_ms: float | None = None
    cause: Cause = ""
    ended_ms: float | None = None

    @property
    def now_at(self) -> Piece:
        """Return the piece that is written now, or comes next."""
        return self.sheet.pieces[self.piece]

    @property
    def aim(self) -> Pair:
        """Return where the pencil is to be put down, in mm."""
        return place_of(self.now_at, self.best_mm)

    @property
    def showing(self) -> bool:
        """Tell whether the letter is only looked at yet, to be written from memory."""
        return self.params.memory and self.now_ms < self.shown_ms


def start(params: Params, chance: Chance, setting: Setting) -> State:
    """Return a clean sheet with what is to be written."""
    return State(params, setting, lay_out(params, chance, setting), shown_ms=SHOW_MS if params.memory else 0.0)


def step(state: State, tick: int, events: tuple[Event, ...]) -> Step[State]:
    """Return the sheet one tick later."""
    state = replace(state, now_ms=to_ms(tick))
    if state.ended_ms is not None:
        due_ms = state.ended_ms + (MISSED_MS if state.cause else GROW_MS)
        return Step(state, (), judging.outcome_of(state) if state.now_ms >= due_ms else None)
    was = state
    if state.waits and not any(isinstance(event, Nudge) for event in events):
        state = replace(state, waits=False)
    for event in events:
        if state.ended_ms is None:
            state = _led(state, event)
    if state.hooked:
        state = _counted(was, state)
    state = _ended(state)
    return Step(state, _cues(was, state))


# What the pen does


def _led(state: State, event: Event) -> State:
    if isinstance(event, Nudge):
        return _nudged(state, event)
    if not isinstance(event, Point):
        return state
    place = (event.x_mm, event.y_mm)
    if event.phase == "up":
        return _lifted(state, place, event.at_ms)
    if event.phase == "down":
        return _put_down(state, place, event.at_ms)
    if state.hooked:
        return _moved(state, place)
    if state.pressed or state.loose:
        near_mm = TAKE_MM if state.best_mm > 0 else min(REACH_MM, NEAR * state.sheet.high)
        return _taken(replace(state, pen=place), place, near_mm, event.at_ms)
    return state


def _nudged(state: State, event: Nudge) -> State:
    """Push the pencil; it hops to the next stroke by itself, and then waits until the keys were let go of once."""
    if state.waits:
        return state
    x, y = state.pen if state.hooked and state.pen else state.aim
    if not state.hooked:
        state = _hooked(replace(state, nudged=True), (x, y), event.at_ms)
    pushed = _moved(state, (x + event.dx_mm, y + event.dy_mm))
    return pushed if pushed.hooked else replace(pushed, waits=True)


def _put_down(state: State, place: Pair, at_ms: float) -> State:
    """Put the pen down: it writes where it should begin; elsewhere it may be told what is wrong."""
    state = replace(state, pressed=True, took=False, down_at=(*place, at_ms))
    if state.hooked and far(place, state.aim) <= LOST_MM:
        return _moved(state, place)
    free = replace(state, hooked=False, pen=place)
    if far(place, state.aim) > TAKE_MM:
        return _struck(free, _mistaken(free, place))
    return replace(_taken(free, place, TAKE_MM, at_ms), took=True)


def _taken(state: State, place: Pair, near_mm: float, at_ms: float) -> State:
    """Begin to write if the pen is near where it should begin."""
    if far(place, state.aim) > near_mm:
        return state
    return _moved(_hooked(state, place, at_ms), place)


def _hooked(state: State, place: Pair, at_ms: float) -> State:
    return replace(
        state, hooked=True, pen=place, written=(*state.written, (place,)), run=(0.0, 0), erred="",
        led_from_ms=at_ms if state.led_from_ms is None else state.led_from_ms,
        shown_ms=min(state.shown_ms, state.now_ms),
    )  # fmt: skip


def _lifted(state: State, place: Pair, at_ms: float) -> State:
    """Stop writing on lifting, but not after a short tap that took the pencil up: it then follows unheld."""
    if state.down_at is None:
        return replace(state, pressed=False)
    x, y, down_ms = state.down_at
    tapped = at_ms - down_ms <= TAP_MS and far(place, (x, y)) <= TAP_MM
    if state.hooked:
        state = _moved(state, place)
    state = replace(state, pressed=False, down_at=None)
    if tapped and state.took:
        return replace(state, loose=True)
    if not state.hooked:
        return replace(state, loose=state.loose and tapped, free_ms=state.now_ms)
    return replace(state, hooked=False, loose=False, lifts=state.lifts + 1, free_ms=state.now_ms)


def _moved(state: State, place: Pair) -> State:
    """Lead the writing pen to ``place``: on along the piece, round a corner into the next, or to the stroke's end."""
    piece, k = state.now_at, state.piece
    at_mm, off_mm = project(piece, state.at_mm, place)
    best_mm, on = max(state.best_mm, at_mm), _next_without_lifting(state)
    if on is not None and at_mm > piece.length - CORNER_MM:
        at_next, off_next = project(on, 0.0, place)
        if at_mm >= piece.length - end_mm(piece) or (abs(off_next) < abs(off_mm) and at_next > 1.0):
            piece, k, at_mm, off_mm, best_mm = on, k + 1, at_next, off_next, at_next
    if abs(off_mm) > LOST_MM:
        return _lost(state, place)
    written, scratched = _drawn(state.written, place)
    moved = replace(
        state, piece=k, at_mm=at_mm, best_mm=best_mm, off_mm=off_mm, pen=place, written=written,
        scratched_mm=state.scratched_mm + scratched,
    )  # fmt: skip
    if best_mm >= piece.length - end_mm(piece) and _next_without_lifting(moved) is None:
        return _stroke_done(moved)
    if best_mm - at_mm > BACKWARDS_MM:
        return replace(_struck(moved, "wrong-way"), best_mm=at_mm)
    return moved


def _next_without_lifting(state: State) -> Piece | None:
    pieces, k = state.sheet.pieces, state.piece + 1
    return pieces[k] if k < len(pieces) and not pieces[k].lift else None


def _drawn(written: tuple[tuple[Pair, ...], ...], place: Pair) -> tuple[tuple[tuple[Pair, ...], ...], float]:
    """Return what is written with the pencil drawn to ``place``, and how far that is in mm."""
    last = written[-1]
    gone = far(last[-1], place)
    if gone < DOT_MM:
        return written, 0.0
    return (*written[:-1], (*last, (rounded(place[0]), rounded(place[1])))), gone


def _stroke_done(state: State) -> State:
    """End a stroke: the pencil is free until the next one is begun; a line that nearly meets its end is closed."""
    end, last = state.now_at.points[-1], state.written[-1]
    if state.pen is not None and far(state.pen, end) <= END_MM + 2:
        state = replace(state, written=(*state.written[:-1], (*last, end)))
    if state.piece + 1 == len(state.sheet.pieces):
        cause = judging.side(state.away, state.params.width_mm)
        return replace(state, hooked=False, ended_ms=state.now_ms, cause=cause, free_ms=state.now_ms)
    return replace(
        state, hooked=False, piece=state.piece + 1, at_mm=0.0, best_mm=0.0, off_mm=0.0, strikes=(0, 0),
        free_ms=state.now_ms,
    )  # fmt: skip


def _lost(state: State, place: Pair) -> State:
    """Stop writing when the pen is far from the way; a stroke begun the wrong way round is told."""
    free = replace(state, hooked=False, pen=place, lifts=state.lifts + 1, free_ms=state.now_ms)
    if state.best_mm > BEGUN_MM or not state.now_at.lift:
        return free
    (ax, ay), (bx, by), (x, y) = state.now_at.points[0], place_of(state.now_at, BEGUN_MM), place
    against = (x - ax) * (bx - ax) + (y - ay) * (by - ay) < -0.5 * far(place, (ax, ay)) * far((ax, ay), (bx, by))
    return _struck(free, "wrong-way") if against or _on_tail(state, place) else free


def _mistaken(state: State, place: Pair) -> Cause:
    """Return what is wrong with putting the pen down at ``place``, if it is plain to see."""
    if state.best_mm > BEGUN_MM or not state.now_at.lift or state.loose or state.showing:
        return ""
    mine = state.now_at.stroke
    end = state.sheet.strokes[mine][-1]
    if far(place, end) <= TAKE_MM and far(end, state.aim) > TAKE_MM:
        return "wrong-way"
    later = (piece for piece in state.sheet.pieces if piece.stroke > mine)
    on_later = any(far(place, point) <= REACH_MM for piece in later for point in piece.points[::3])
    return "wrong-order" if on_later else ""


def _on_tail(state: State, place: Pair) -> bool:
    """Tell whether ``place`` lies on the latter part of the stroke that is to be begun."""
    points = [p for piece in state.sheet.pieces if piece.stroke == state.now_at.stroke for p in piece.points]
    return any(far(place, point) <= REACH_MM for point in points[len(points) * 6 // 10 :: 2])


def _struck(state: State, cause: Cause) -> State:
    """Show what is wrong; only one who persists in it misses the trial for it."""
    if not cause:
        return state
    way, order = state.strikes
    strikes = (way + 1, order) if cause == "wrong-way" else (way, order + 1)
    state = replace(state, strikes=strikes, erred=cause, erred_ms=state.now_ms)
    if max(strikes) < PERSISTENT:
        return state
    return replace(state, hooked=False, cause=cause, ended_ms=state.now_ms)


def project(piece: Piece, at_mm: float, place: Pair) -> tuple[float, float]:
    """Return (distance along the piece, signed distance from it, left positive) of the nearest point in the window.

    Where a bit of the line is far away, the next ones cannot be nearer than the best one: they are left out.
    """
    points, (x, y) = piece.points, place
    k, last = max(0, int(at_mm - BACK_MM)), min(len(points) - 2, int(at_mm + AHEAD_MM))
    best: tuple[float, float, float] | None = None
    while k <= last:
        (ax, ay), (bx, by) = points[k], points[k + 1]
        dx, dy = bx - ax, by - ay
        long = dx * dx + dy * dy
        share = ((x - ax) * dx + (y - ay) * dy) / long if long else 0.0
        share = 0.0 if share < 0.0 else 1.0 if share > 1.0 else share
        px, py = x - ax - dx * share, y - ay - dy * share
        away = hypot(px, py)
        if best is None or away < best[0] - 1e-9:
            side = 1.0 if dx * py - dy * px >= 0 else -1.0
            best = (away, piece.along[k] + share * (piece.along[k + 1] - piece.along[k]), side * away)
        k += max(1, int((away - best[0]) / 1.01))
    return (at_mm, 0.0) if best is None else (rounded(best[1]), rounded(best[2]))


def _counted(was: State, state: State) -> State:
    """Count how far beside the way the pencil moved, and how far it moves in each tenth of a second, stops included."""
    away = state.away if state.pen == was.pen and was.hooked else (*state.away, state.off_mm)
    if not (was.hooked and was.pen and state.pen):
        return replace(state, away=away, run=(0.0, 0))
    gone, ticks = state.run[0] + far(was.pen, state.pen), state.run[1] + 1
    if ticks < SPEED_TICKS:
        return replace(state, away=away, run=(gone, ticks))
    return replace(state, away=away, run=(0.0, 0), speeds=(*state.speeds, rounded(gone)))


def _ended(state: State) -> State:
    if state.ended_ms is not None:
        return state
    led_ms = 0.0 if state.led_from_ms is None else state.now_ms - state.led_from_ms
    if state.params.limit_ms < UNTIMED_MS and led_ms > state.params.limit_ms * state.sheet.signs_n + 1e-6:
        return replace(state, ended_ms=state.now_ms, cause="too-late", hooked=False)
    if state.led_from_ms is None and state.now_ms > NOTHING_MS:
        return replace(state, ended_ms=state.now_ms, cause="no-try")
    if state.now_ms > NEVER_MS:
        return replace(state, ended_ms=state.now_ms, cause="unfinished", hooked=False)
    return state


def _cues(was: State, state: State) -> tuple[Cue, ...]:
    here = stage(state.pen or state.aim, state.setting)
    if state.ended_ms is not None:
        return (Cue("soft" if state.cause else "bloom", *here),)
    stroke, before = state.now_at.stroke, was.now_at.stroke
    if stroke != before:
        return (Cue(f"hit-{1 + before % 5}", *here, level=0.7),)
    if state.erred_ms > was.erred_ms:
        return (Cue("slip", *here, level=0.5),)
    if state.hooked and (not was.hooked or state.scratched_mm // SCRATCH_MM > was.scratched_mm // SCRATCH_MM):
        return (Cue("pencil", *here, level=0.5),)
    return ()


def intent(state: State) -> Intent | None:
    """Return the way ahead: the rest of the stroke and what follows; between strokes the way to the next start.

    A pen that fell back is led on from as far beyond: inside a bend, an unsteady line falls back again and again.
    """
    if state.ended_ms is not None or state.showing:
        return None
    piece, rest = state.now_at, state.sheet.rest[state.piece]
    if state.hooked or state.best_mm > 0 or state.piece == 0 or state.pen is None:
        from_mm = min(state.best_mm + min(state.best_mm - state.at_mm, CATCH_UP_MM), piece.length)
        return Follow((place_of(piece, from_mm), *piece.points[_segment(piece, from_mm) + 1 :], *rest))
    a, b = state.sheet.pieces[state.piece - 1].points[-1], piece.points[0]
    long = far(a, b)
    if long < 1.0:
        return Follow((*piece.points, *rest))
    share = ((state.pen[0] - a[0]) * (b[0] - a[0]) + (state.pen[1] - a[1]) * (b[1] - a[1])) / long**2
    share = min(1.0, max(0.0, share))
    here = (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
    return Follow((here, *piece.points, *rest))


def end_mm(piece: Piece) -> float:
    """Return how near to its end a piece counts as written to the end; a dot is written by a touch."""
    is_dot = piece.lift and piece.length <= SHORT_MM
    return piece.length if is_dot else min(END_MM, 0.35 * piece.length)


def far(a: Pair, b: Pair) -> float:
    """Return the distance of two points."""
    return hypot(a[0] - b[0], a[1] - b[1])


def _segment(piece: Piece, at_mm: float) -> int:
    return min(max(bisect_right(piece.along, at_mm) - 1, 0), len(piece.along) - 2)


def place_of(piece: Piece, at_mm: float) -> Pair:
    """Return the point ``at_mm`` along a piece."""
    k = _segment(piece, at_mm)
    long = piece.along[k + 1] - piece.along[k]
    share = (at_mm - piece.along[k]) / long if long else 0.0
    (ax, ay), (bx, by) = piece.points[k], piece.points[k + 1]
    return ax + (bx - ax) * share, ay + (by - ay) * share


def stage(place: Pair, setting: Setting) -> Pair:
    """Return the stage point of a place in mm."""
    return STAGE_W / 2 + place[0] * setting.units_per_mm, STAGE_H / 2 + place[1] * setting.units_per_mm
