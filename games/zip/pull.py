"""The pull: how the slider follows the hand, tooth by tooth, and what that says about speed and place.

A zip is closed tooth by tooth, once each: of every tooth it is kept how far beside the zip the hand was and how fast
the 10 mm up to it were pulled, by the time in which the slider was held. So nothing depends on letting go, or on how
often the hand is seen. The trial is a hit when at least 80 % of the teeth were closed within the corridor, 80 % no
faster than the fastest speed and 80 % no slower than the slowest one: the percentiles are what would just have been
passed. A snag is seen and heard, but changes nothing in the way the hand is followed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import hypot

from engine.chance import Chance
from engine.game import Cause, Cue, Event, Just, Nudge, Outcome, Point, Result, Setting, Step
from engine.level import choice, number
from engine.measures import evenness, mean, rounded, steadiness
from engine.scene import STAGE_H, STAGE_W
from engine.ticks import MS_PER_TICK, to_ms
from games.zip.track import AHEAD_MM, Pair, Track, lay, project

TOOTH_MM, WINDOW = 2.0, 5
ASTRAY = 0.20
REACH_MM, LOST_MM, DONE_MM = 24.0, 35.0, 1.5
REST_MS = 1000.0
NEVER_MS, NOTHING_MS = 180_000.0, 60_000.0
TAP_MS, TAP_MM = 350.0, 6.0
SPOT_MM, SPOT_SHARE, SPOT_WEIGHT = 34.0, 0.6, 3
EASY_MM_S = 40.0
STUCK_MS, CALM_MS, HEARD_MM, HEARD_MS = 420.0, 900.0, 10.0, 110.0
CLOSED_MS, SNAGGED_MS = 1000.0, 600.0
SHORTEST_MS, SOFTLY = 1.0, 0.25
COLOURS = ("red", "blue", "leaf")


@dataclass(frozen=True, slots=True)
class Params:
    """What is to be closed (straight: a jacket, bend: a bag, wave: a tent), how far, how straight and how fast.

    ``width_mm`` is the corridor that the hand is to keep to; in ``spots`` cloth is near and the pull must be slower.
    """

    bends: str = choice("straight", "bend", "wave")
    length_mm: float = number(60, 320)
    width_mm: float = number(4, 40)
    fastest_mm_s: float = number(20, 200)
    slowest_mm_s: float = number(0, 60, default=0)
    spots: int = number(0, 3, default=0, whole=True)


@dataclass(frozen=True, slots=True)
class State:
    """A zip under way.

    ``hand_mm`` is where the hand is along the zip, ``lead_mm`` by how much it holds the tab before the slider.
    ``offs`` and ``speeds`` are kept for each tooth: the signed distance beside the zip, and the speed over the 10 mm up
    to it; ``times`` is when each was closed, by the time the slider was held. After a short tap it ``follows`` the hand
    without being held. What is ``shown`` sticks at a snag, and ``pace_mm`` is where the snail is.
    """

    params: Params
    setting: Setting
    track: Track
    colour: str
    spots: tuple[float, ...] = ()
    hand_mm: float = 0.0
    lead_mm: float = 0.0
    best_mm: float = 0.0
    off_mm: float = 0.0
    pen: Pair | None = None
    pressed: bool = False
    hooked: bool = False
    follows: bool = False
    free_ms: float = 0.0
    down_at: tuple[float, float, float] | None = None
    offs: tuple[float, ...] = ()
    speeds: tuple[float, ...] = ()
    times: tuple[float, ...] = (0.0,)
    held_ms: float = 0.0
    last_ms: float = 0.0
    begun: bool = False
    lifts: int = 0
    now_ms: float = 0.0
    fast: bool = False
    snags: tuple[float, ...] = ()
    snag_ms: float = -10_000.0
    shown_mm: float = 0.0
    pace_mm: float = 8.0
    heard_mm: float = 0.0
    heard_ms: float = 0.0
    cause: Cause = ""
    ended_ms: float | None = None

    @property
    def at_mm(self) -> float:
        """Return how far the slider is along the zip."""
        return min(max(self.hand_mm - self.lead_mm, 0.0), self.track.length_mm)

    @property
    def slider(self) -> Pair:
        """Return where the slider is, in mm."""
        return self.track.place(self.at_mm)

    @property
    def closed(self) -> bool:
        """Tell whether the zip was closed to its end."""
        return self.best_mm >= self.track.length_mm - DONE_MM


def start(params: Params, chance: Chance, setting: Setting) -> State:
    """Return a thing whose zip is open; its colour and the places where cloth is near are drawn by chance."""
    track = lay(params.bends, params.length_mm, setting.units_per_mm)
    colour = chance.choice(COLOURS)
    parts = params.spots + 1
    spots = [track.length_mm * (n + chance.between(-0.12, 0.12)) / parts for n in range(1, parts)]
    return State(params, setting, track, colour, tuple(rounded(spot) for spot in spots))


def near_cloth(state: State, at_mm: float, before_mm: float = 0.0, after_mm: float = 0.0) -> bool:
    """Tell whether a place along the zip lies where cloth is near, or within some mm before or after."""
    return any(spot - SPOT_MM / 2 - before_mm <= at_mm <= spot + SPOT_MM / 2 + after_mm for spot in state.spots)


def slower_there(state: State, tooth_mm: float) -> bool:
    """Tell whether all of the way that the speed of a tooth is measured over lies where cloth is near."""
    return near_cloth(state, tooth_mm, before_mm=-WINDOW * TOOTH_MM)


def pace(state: State, at_mm: float) -> float:
    """Return the speed in mm/s that suits a place along the zip: easy, within what is asked."""
    params = state.params
    middle = (params.slowest_mm_s * params.fastest_mm_s) ** 0.5
    easy = max(min(EASY_MM_S, 0.8 * params.fastest_mm_s), 1.12 * middle)
    if state.spots and near_cloth(state, at_mm, before_mm=4.0):
        easy = min(easy, 0.8 * SPOT_SHARE * params.fastest_mm_s)
    return rounded(easy)


def step(state: State, tick: int, events: tuple[Event, ...]) -> Step[State]:
    """Return the zip one tick later."""
    was, now_ms = state, to_ms(tick)
    if state.ended_ms is not None:
        return _closing(state, state.ended_ms, now_ms)
    state = replace(state, now_ms=now_ms)
    for event in events:
        state = _handled(state, event)
    state = _followed(state)
    cues = _cues(state, was)
    if cues:
        state = replace(state, heard_mm=state.best_mm, heard_ms=now_ms)
    state = _ended(state)
    if state.ended_ms is not None:
        cues.append(Cue("zip-close" if state.closed else "soft", *on_stage(state.slider, state.setting)))
        if state.closed and not state.cause:
            cues.append(Cue("bloom"))
    return Step(state, tuple(cues))


def _closing(state: State, ended_ms: float, now_ms: float) -> Step[State]:
    """Let the thing that is closed be seen for a moment."""
    state = _followed(replace(state, now_ms=now_ms))
    over = now_ms - ended_ms >= (SNAGGED_MS if state.cause else CLOSED_MS)
    return Step(state, (), outcome(state) if over else None)


# The hand


def _handled(state: State, event: Event) -> State:
    if isinstance(event, Nudge):
        if not state.hooked:
            state = _hooked(replace(state, down_at=None, follows=True), state.slider, event.at_ms)
        x, y = state.pen or state.slider
        return _moved(state, (x + event.dx_mm, y + event.dy_mm), event.at_ms)
    if not isinstance(event, Point):
        return state
    hand = (event.x_mm, event.y_mm)
    if event.phase == "up":
        return _let_go(replace(state, pressed=False), hand, event.at_ms)
    if event.phase == "down" or (state.pressed and not state.hooked):
        return _taken(replace(state, pressed=True), hand, event.at_ms)
    return _moved(state, hand, event.at_ms) if state.hooked else state


def _taken(state: State, hand: Pair, at_ms: float) -> State:
    """Take the tab when it is touched, or when the pressed hand comes back; where it follows, a touch lets it go."""
    if state.hooked:
        return replace(_moved(state, hand, at_ms), down_at=(*hand, at_ms))
    x, y = state.slider
    if hypot(hand[0] - x, hand[1] - y) > REACH_MM:
        return state
    return _hooked(replace(state, down_at=(*hand, at_ms)), hand, at_ms)


def _hooked(state: State, hand: Pair, at_ms: float) -> State:
    """Take hold: wherever the tab is taken, the slider stays where it is and then keeps its distance."""
    at_mm = state.at_mm
    along, off = project(state.track, at_mm, hand)
    return replace(
        state, hooked=True, begun=True, pen=hand, hand_mm=along, lead_mm=rounded(along - at_mm), off_mm=off,
        last_ms=at_ms,
    )  # fmt: skip


def _let_go(state: State, hand: Pair, at_ms: float) -> State:
    """Let go on lifting, but not after a short tap on the tab: it then follows without being held."""
    if not state.hooked or state.down_at is None:
        return state
    x, y, down_ms = state.down_at
    tapped = at_ms - down_ms <= TAP_MS and hypot(hand[0] - x, hand[1] - y) <= TAP_MM
    state = replace(_moved(state, hand, at_ms), down_at=None)
    if not state.hooked:
        return state
    return replace(state, follows=True) if tapped and not state.follows else _freed(state)


def _freed(state: State) -> State:
    """Let the slider lie where it is."""
    return replace(
        state, hooked=False, follows=False, down_at=None, pen=None, hand_mm=state.at_mm, lead_mm=0.0,
        lifts=state.lifts + 1, free_ms=state.now_ms,
    )  # fmt: skip


def _moved(state: State, hand: Pair, at_ms: float) -> State:
    """Move the hand; the slider follows along the zip, unless the hand is far away from it."""
    along, off = project(state.track, state.hand_mm, hand)
    held_ms = state.held_ms + min(max(at_ms - state.last_ms, 0.0), REST_MS)
    if abs(off) > LOST_MM:
        return _freed(replace(state, held_ms=held_ms, last_ms=at_ms))
    last_ms = max(at_ms, state.last_ms)
    moved = replace(state, hand_mm=along, off_mm=off, pen=hand, held_ms=held_ms, last_ms=last_ms)
    return _toothed(moved, state) if moved.at_mm > state.best_mm else moved


def _toothed(state: State, was: State) -> State:
    """Close the teeth that the slider has passed for the first time."""
    at_mm, from_mm = state.at_mm, was.at_mm
    if len(state.times) * TOOTH_MM > at_mm:
        return replace(state, best_mm=at_mm)
    offs, speeds, times = list(state.offs), list(state.speeds), list(state.times)
    while len(times) * TOOTH_MM <= at_mm:
        share = (len(times) * TOOTH_MM - from_mm) / (at_mm - from_mm)
        times.append(rounded(was.held_ms + (state.held_ms - was.held_ms) * share))
        offs.append(rounded(was.off_mm + (state.off_mm - was.off_mm) * share))
        if len(times) > WINDOW:
            took_ms = max(times[-1] - times[-1 - WINDOW], SHORTEST_MS)
            speeds.append(rounded(WINDOW * TOOTH_MM * 1000.0 / took_ms))
    state = replace(state, best_mm=at_mm, offs=tuple(offs), speeds=tuple(speeds), times=tuple(times))
    return _snagged(state) if speeds else state


def _snagged(state: State) -> State:
    """Note where the pull was too fast; it must become calmer before it snags again."""
    speed, limit = state.speeds[-1], state.params.fastest_mm_s
    limit *= SPOT_SHARE if slower_there(state, state.best_mm) else 1.0
    if not state.fast and speed > limit and state.now_ms - state.snag_ms > CALM_MS:
        snags = (*state.snags, rounded(state.best_mm))
        return replace(state, fast=True, snags=snags, snag_ms=state.now_ms)
    return replace(state, fast=False) if state.fast and speed < 0.9 * limit else state


def _followed(state: State) -> State:
    """Let what is seen follow: the slider sticks for a moment at a snag, and the snail walks at its own pace."""
    shown, at_end = state.shown_mm, state.ended_ms is not None and state.closed
    aim = state.track.length_mm if at_end else state.at_mm
    if at_end or state.now_ms - state.snag_ms >= STUCK_MS:
        shown = aim if abs(aim - shown) < 0.2 else shown + (aim - shown) * SOFTLY
    pace_mm = state.pace_mm
    if state.begun and pace_mm < min(state.best_mm + AHEAD_MM, state.track.length_mm):
        pace_mm += pace(state, pace_mm) * MS_PER_TICK / 1000.0
    if shown == state.shown_mm and pace_mm == state.pace_mm:
        return state
    return replace(state, shown_mm=rounded(shown), pace_mm=rounded(pace_mm))


def _cues(state: State, was: State) -> list[Cue]:
    snagged, taken = state.snag_ms > was.snag_ms, state.begun and not was.begun
    on = state.best_mm - state.heard_mm >= HEARD_MM and state.now_ms - state.heard_ms >= HEARD_MS
    if not (snagged or taken or on):
        return []
    place = on_stage(state.slider, state.setting)
    if snagged:
        return [Cue("snag", *place)]
    return [Cue("tap", *place, level=0.6)] if taken else [Cue("zip", *place, level=0.8)]


# The end


def _ended(state: State) -> State:
    if state.closed:
        return replace(state, ended_ms=state.now_ms, cause=_cause(state), hooked=False)
    if not state.begun and state.now_ms > NOTHING_MS:
        return replace(state, ended_ms=state.now_ms, cause="no-try")
    if state.now_ms > NEVER_MS:
        return replace(state, ended_ms=state.now_ms, cause="unfinished", hooked=False)
    return state


def _cause(state: State) -> Cause:
    """Return what there was too much of, or nothing."""
    failed = _failed(state)
    if "fastest_mm_s" in failed:
        return "too-fast"
    if "width_mm" in failed:
        outside = [off for off in state.offs if abs(off) > state.params.width_mm / 2]
        return "left-of-path" if 2 * sum(off > 0 for off in outside) > len(outside) else "right-of-path"
    return "too-late" if failed else ""


def _failed(state: State) -> list[str]:
    params, just = state.params, dict(just_passed(state))
    failed = [name for name in ("fastest_mm_s", "width_mm") if just[name] > getattr(params, name)]
    return [*failed, "slowest_mm_s"] if just["slowest_mm_s"] < params.slowest_mm_s else failed


def just_passed(state: State) -> tuple[Just, ...]:
    """Return what a zip that was closed would just have passed, of each thing that is asked for.

    Where cloth is near, the speed counts as much more as it must be slower, and each tooth thrice: so few of them
    would else be forgiven. Whether it was too slow is judged away from there.
    """
    fast, slow = [], []
    for n, speed in enumerate(state.speeds, start=WINDOW):
        tooth_mm = n * TOOTH_MM
        fast += [rounded(speed / SPOT_SHARE)] * SPOT_WEIGHT if slower_there(state, tooth_mm) else [speed]
        if not near_cloth(state, tooth_mm, after_mm=WINDOW * TOOTH_MM):
            slow.append(speed)
    return (
        ("width_mm", rounded(2 * worst([abs(off) for off in state.offs]))),
        ("fastest_mm_s", worst(fast)),
        ("slowest_mm_s", -worst([-speed for speed in slow])),
    )


def worst(values: Sequence[float]) -> float:
    """Return the value that all but the worst fifth keep to, the largest being the worst."""
    return sorted(values, reverse=True)[int(ASTRAY * len(values))]


def outcome(state: State) -> Outcome:
    """Return how it ended and what was measured; with more than one thing amiss, none alone tells what would pass."""
    result = Result.HIT if not state.cause else Result.OMISSION if state.cause == "no-try" else Result.MISS
    if not state.closed:
        return Outcome(result, state.cause, _measures(state))
    several = len(_failed(state)) > 1
    return Outcome(result, state.cause, _measures(state), just_passed(state), cut_short=several)


def _measures(state: State) -> tuple[tuple[str, float], ...]:
    half = state.params.width_mm / 2
    inside = sum(abs(off) <= half for off in state.offs) / max(1, len(state.offs))
    measures = (
        ("completion", rounded(min(1.0, state.best_mm / (state.track.length_mm - DONE_MM)))),
        ("on_path", rounded(inside)),
        ("led_ms", rounded(state.held_ms)),
        ("lifts", float(state.lifts)),
        ("length_mm", rounded(state.track.length_mm)),
        ("snags", float(len(state.snags))),
    )
    if not state.speeds:
        return measures
    return (
        *measures,
        ("mean_speed", rounded(mean(state.speeds))),
        ("speed_cv", rounded(variation(state.speeds))),
        ("peaks", float(peaks(state.speeds))),
        ("smooth", evenness(state.speeds)),
        ("steady", steadiness(state.offs, half)),
    )


def variation(speeds: Sequence[float]) -> float:
    """Return the coefficient of variation: the standard deviation as a share of the mean."""
    centre = mean(speeds)
    return float(mean([(speed - centre) ** 2 for speed in speeds]) ** 0.5 / centre) if centre > 0 else 0.0


def peaks(speeds: Sequence[float]) -> int:
    """Return how often the speed rose and fell again by more than a fifth of its mean."""
    least, low, high, rising, count = 0.2 * mean(speeds), speeds[0], speeds[0], True, 0
    for speed in speeds:
        low, high = min(low, speed), max(high, speed)
        if rising and high - speed > least:
            rising, low, count = False, speed, count + 1
        elif not rising and speed - low > least:
            rising, high = True, speed
    return count


def on_stage(place: Pair, setting: Setting) -> Pair:
    """Return the stage point (units) of a place in mm."""
    return STAGE_W / 2 + place[0] * setting.units_per_mm, STAGE_H / 2 + place[1] * setting.units_per_mm
