"""Play one recipe: look, choose a tool, do what it is for, open the hand, and so on until the dish is ready.

Thinking and moving are told apart: a wrong choice ends the trial after the right card was shown, an act that fails
ends it by its own cause. Squeezes are judged as in Cup: at most a fifth of a hold may lie outside the band, so the
80th percentile of the deviation is the band that would just have done. Stirring is judged alike, by the distance
from the ring, and goes on by the nearest point of the ring.
"""

from dataclasses import replace
from itertools import pairwise
from math import log2, pi

from engine.chance import Chance
from engine.game import (
    Cause,
    Cue,
    Event,
    Follow,
    Grip,
    Intent,
    Just,
    Lift,
    Nudge,
    Outcome,
    Point,
    Press,
    Result,
    Setting,
    Squeeze,
    Step,
    Tap,
    Touch,
)  # fmt: skip
from engine.hand import FINGERS, Finger
from engine.measures import evenness, mean, median, rounded, steadiness
from engine.ticks import to_ms, to_ticks
from games.kitchen.places import (
    BOWL,
    CARD_Y,
    Pair,
    angle_of,
    aside_mm,
    card_at,
    card_x,
    mm_of,
    on_bowl,
    on_ring,
    reach,
    stage_of,
)  # fmt: skip
from games.kitchen.recipes import Act, drawn
from games.kitchen.values import LONGEST_MS, Doing, Params, State

SLACK, OPEN, LOOSE, SETTLE_MS = 0.20, 0.02, 0.03, 250.0
HURRIED_MS, NEVER_MS, LOWER_LIMIT_MS = 10_000.0, 150_000.0, 10_000.0
REST_MS, CALM_MS, REST_MOST_MS = 700.0, 350.0, 6000.0
READY_MS, SHOWN_MS, LOOK_MS, LOOK_STEP_MS = 900.0, 1200.0, 1600.0, 800.0
PUSH_MS, AGAIN_MS = 120.0, 700.0
STRAYS, FULL_ROUND = 3, 0.985
HOOK_MM, LOST_MM = 8.0, 26.0
BIN_TICKS, WAY_TICKS = 12, 30
THOUGHT: tuple[Cause, ...] = ("wrong-tool", "wrong-order")


def start(params: Params, chance: Chance, setting: Setting) -> State:
    """Return a new trial: a recipe, its cards laid out; from memory, it begins with a look at the recipe."""
    recipe = drawn(params.acts, params.steps, params.distractors, chance)
    return State(params, setting, recipe, phase="look" if params.memory == "once" else "choose")


def step(state: State, tick: int, events: tuple[Event, ...]) -> Step[State]:
    """Return the trial one tick later."""
    felt = [event.share for event in events if isinstance(event, Grip)]
    state = replace(state, now_ms=to_ms(tick), force=felt[-1] if felt else state.force)
    if state.now_ms > NEVER_MS and state.phase != "end":
        return _failed(state, "unfinished")
    return PHASES[state.phase](state, events)


# Looking and choosing


def _look(state: State, events: tuple[Event, ...]) -> Step[State]:
    if state.now_ms < LOOK_MS + LOOK_STEP_MS * len(state.recipe.tools):
        return Step(state)
    return Step(replace(state, phase="choose", since_ms=state.now_ms), (Cue("go", level=0.5),))


def _choose(state: State, events: tuple[Event, ...]) -> Step[State]:
    if state.setting.played_with != "mouse" and to_ticks(state.now_ms) % BIN_TICKS == 0:
        still = state.score.still + (state.force <= LOOSE)
        state = replace(state, score=replace(state.score, still=still, between=state.score.between + 1))
    for event in events:
        state, place = _chosen(state, event)
        if place is not None and state.cards[place]:
            return _taken(_spent(state, state.now_ms), place)
    return _waited(state, "too-late" if state.at else "no-try")


def _chosen(state: State, event: Event) -> tuple[State, int | None]:
    """Return the place that is chosen by a finger's key, by the pointer, or by arrows and the thumb's key."""
    if isinstance(event, Point) and event.phase == "down":
        return state, card_at(stage_of(event.x_mm, event.y_mm, state.setting), state.recipe.places)
    if isinstance(event, Tap):
        n = FINGERS.index(event.finger) - 1
        return state, state.lit if n < 0 else n if n < len(state.cards) else None
    return (_lit(state, event) if isinstance(event, Nudge) else state), None


def _lit(state: State, event: Nudge) -> State:
    """Light the next card on that side: one for each push, and one every 0.7 s of a long one."""
    fresh = state.now_ms - state.pushed_ms > PUSH_MS
    state = replace(state, pushed_ms=state.now_ms)
    if not event.dx_mm or not (fresh or state.now_ms - state.moved_ms > AGAIN_MS):
        return state
    side = 1 if event.dx_mm > 0 else -1
    lying = [n for n, name in enumerate(state.cards) if name][::side]
    beyond = [n for n in lying if state.lit is None or (n - state.lit) * side > 0]
    return replace(state, lit=beyond[0] if beyond else state.lit, moved_ms=state.now_ms)


def _taken(state: State, place: int) -> Step[State]:
    """Take a card: the right one begins its act, a wrong one ends the trial."""
    name, score = state.cards[place], state.score
    real, right = sum(map(bool, state.cards)) > 1, name == state.wanted.name
    score = replace(
        score, choices=score.choices + real, right=score.right + (real and right), acts=score.acts + right,
        think_ms=(*score.think_ms, rounded(state.now_ms - state.since_ms)),
    )  # fmt: skip
    state = replace(state, picked=name, lit=None, score=score)
    if not right:
        return _failed(state, "wrong-order" if name in state.recipe.tools else "wrong-tool")
    began = replace(state, phase="act", since_ms=state.now_ms, doing=Doing(from_ms=state.now_ms))
    return Step(began, (Cue("press", card_x(place, state.recipe.places), CARD_Y),))


def _waited(state: State, cause: Cause, parts: int = 1) -> Step[State]:
    """Let the time for this part pass; beyond the limit (for each of ``parts``) it ends the trial."""
    took_ms = rounded((state.now_ms - state.since_ms) / parts)
    if took_ms <= state.params.limit_ms:
        return Step(state)
    return _failed(replace(state, score=replace(state.score, limit_ms=took_ms)), cause)


def _spent(state: State, until_ms: float, parts: int = 1) -> State:
    """Note the limit that was needed: whatever is done at a tick was still waited for at the one before."""
    took_ms = rounded((to_ms(to_ticks(until_ms) - 1) - state.since_ms) / parts)
    if took_ms <= state.score.limit_ms:
        return state
    return replace(state, score=replace(state.score, limit_ms=took_ms))


# Acting


def _act(state: State, events: tuple[Event, ...]) -> Step[State]:
    act = state.wanted.act
    if act is Act.TAP:
        return _tap(state, events)
    if act is Act.STIR:
        return _stir(state, events)
    if state.force > state.score.peak:
        state = replace(state, score=replace(state.score, peak=state.force))
    return {"reach": _reach, "hold": _hold, "lower": _lower}[state.doing.part](state)


def _late(state: State) -> Cause:
    """Return the cause of an act that is not done in time: with little time it came too late."""
    return "too-late" if state.params.limit_ms < HURRIED_MS else "unfinished"


def _tap(state: State, events: tuple[Event, ...]) -> Step[State]:
    doing, cues = state.doing, []
    if not events:
        return _waited(state, _late(state))
    for event in events:
        hit = _hits(state, event)
        if hit and doing.taps < state.params.taps:
            doing = replace(doing, taps=doing.taps + 1, tapped_ms=state.now_ms)
            cues.append(Cue("crack" if state.wanted.name == "egg" else "tap", *BOWL, level=0.8))
        elif hit is False:
            doing = replace(doing, strays=doing.strays + 1)
    state = replace(state, doing=doing)
    if doing.taps >= state.params.taps:
        return _well(_spent(state, state.now_ms), tuple(cues))
    if doing.strays >= STRAYS:
        return _failed(state, "missed-target")
    waited = _waited(state, _late(state))
    return replace(waited, cues=waited.cues or tuple(cues))


def _hits(state: State, event: Event) -> bool | None:
    """Tell whether a press taps: any finger does, the pointer on the bowl; ``None`` for what is no press."""
    if isinstance(event, Point) and event.phase == "down":
        return on_bowl(stage_of(event.x_mm, event.y_mm, state.setting))
    return True if isinstance(event, Tap) else None


def _reach(state: State) -> Step[State]:
    doing = state.doing
    if abs(state.force - state.target) <= state.params.band:
        since_ms = state.now_ms if doing.inside_ms is None else doing.inside_ms
        held = state.now_ms - since_ms >= SETTLE_MS
        if not held and doing.inside_ms is not None:
            return Step(state)
        doing = replace(doing, inside_ms=None if held else since_ms, part="hold" if held else "reach")
        pours = held and state.wanted.act is Act.POUR
        state = _spent(state, since_ms) if held else state
        return Step(replace(state, doing=doing), (Cue("pour", *BOWL),) if pours else ())
    if doing.inside_ms is not None:
        state = replace(state, doing=replace(doing, inside_ms=None))
    side: Cause = "too-soft" if state.force < state.target else "too-hard"
    return _waited(state, side if state.force > OPEN else _late(state))


def _hold(state: State) -> Step[State]:
    off, whole, doing = rounded(state.force - state.target), to_ticks(state.params.hold_ms), state.doing
    doing = replace(doing, away=(*doing.away, off), outside=doing.outside + (abs(off) > state.params.band))
    state = replace(state, doing=doing)
    if doing.outside > SLACK * whole:
        side = mean([d for d in doing.away if abs(d) > state.params.band])
        return _failed(state, "too-soft" if side < 0 else "too-hard")
    if len(doing.away) < whole:
        return Step(state)
    needed = max(state.score.band, just_passed(doing.away, whole))
    score = replace(state.score, band=needed, kept=state.score.kept + doing.away)
    doing = replace(doing, away=(), outside=0, part="lower", from_ms=state.now_ms)
    state = replace(state, score=score, doing=doing)
    return Step(state) if state.wanted.act is Act.POUR else _well(state, (Cue("splash", *BOWL, level=0.6),))


def just_passed(away: tuple[float, ...], whole: int) -> float:
    """Return the half band that these deviations would just have passed, of a hold of ``whole`` ticks."""
    largest = sorted((abs(d) for d in away), reverse=True)
    return rounded(largest[min(int(SLACK * whole), len(largest) - 1)])


def _lower(state: State) -> Step[State]:
    """Let the pour end: from the lower edge of the band to the open hand, no faster than is asked."""
    doing, edge = state.doing, state.target - state.params.band
    if doing.lower_from_ms is None and state.force < edge:
        doing = replace(doing, lower_from_ms=state.now_ms)
        state = replace(state, doing=doing)
    if state.force > OPEN:
        return _failed(state, "too-late") if state.now_ms - doing.from_ms > LOWER_LIMIT_MS else Step(state)
    from_ms = state.now_ms if doing.lower_from_ms is None else doing.lower_from_ms
    took_ms, score = rounded((state.now_ms - from_ms) * _share_of_way(state)), state.score
    fastest = min(took_ms, score.lowered_ms) if score.lowered_ms else took_ms
    state = replace(state, score=replace(score, lowered_ms=fastest))
    if took_ms < state.params.lower_ms and edge > OPEN:
        return _failed(state, "let-go-too-quickly")
    return _well(state, (Cue("set-down", BOWL[0] + 200, BOWL[1] - 100, 0.7),))


def _share_of_way(state: State) -> float:
    """Return how many times the way down from here goes into that from the full target: less height, less time."""
    whole, this = (force - state.params.band - OPEN for force in (state.params.target, state.target))
    return max(1.0, whole / this) if this > 0 else 1.0


# Stirring


def _stir(state: State, events: tuple[Event, ...]) -> Step[State]:
    before, doing = state.doing, state.doing
    for event in events:
        doing = _led(doing, event, state.setting)
    if doing.hooked:
        doing = _counted(doing, state.setting)
    if doing.offs and to_ticks(state.now_ms) % WAY_TICKS == 0:
        doing = replace(doing, marks=(*doing.marks, doing.went_mm))
    state = replace(state, doing=doing)
    turned = abs(doing.net) / (2 * pi)
    cues = (Cue("stir", *doing.spoon, level=0.5),) if int(turned * 2) > int(abs(before.net) / pi) else ()
    if turned >= FULL_ROUND * state.params.rounds:
        return _stirred(_spent(state, state.now_ms, state.params.rounds), cues)
    waited = _waited(state, _late(state), state.params.rounds)
    return replace(waited, cues=waited.cues or cues)


def _led(doing: Doing, event: Event, setting: Setting) -> Doing:
    """Lead the spoon: arrows push it; the pointer takes it up on the ring, until it is lifted or far off."""
    if isinstance(event, Nudge):
        x, y = doing.spoon
        place = (x + event.dx_mm * setting.units_per_mm, y + event.dy_mm * setting.units_per_mm)
        return _moved(replace(doing, hooked=True), place, setting)
    if not isinstance(event, Point):
        return doing
    place = stage_of(event.x_mm, event.y_mm, setting)
    away = abs(aside_mm(place, setting))
    if event.phase == "up" or away > LOST_MM:
        return replace(doing, hooked=False)
    if doing.hooked:
        return _moved(doing, place, setting)
    return replace(doing, hooked=True, spoon=place) if away <= HOOK_MM else doing


def _moved(doing: Doing, place: Pair, setting: Setting) -> Doing:
    """Move the spoon; it goes round by the point of the ring that is nearest, unless it leaps across."""
    spoon, angle = (rounded(place[0]), rounded(place[1])), angle_of(place)
    turn = (angle - angle_of(doing.spoon) + pi) % (2 * pi) - pi
    if abs(turn) >= 0.5 * pi:
        return replace(doing, spoon=spoon)
    went_mm = rounded(doing.went_mm + turn * reach(angle) / setting.units_per_mm)
    return replace(doing, spoon=spoon, net=rounded(doing.net + turn), went_mm=went_mm)


def _counted(doing: Doing, setting: Setting) -> Doing:
    off = aside_mm(doing.spoon, setting)
    if doing.offs and doing.offs[-1][0] == off:
        return replace(doing, offs=(*doing.offs[:-1], (off, doing.offs[-1][1] + 1)))
    return replace(doing, offs=(*doing.offs, (off, 1)))


def _stirred(state: State, cues: tuple[Cue, ...]) -> Step[State]:
    score, marks = state.score, state.doing.marks
    needed = ring_passed(state.doing.offs)
    ways = [abs(b - a) for a, b in pairwise(marks)]
    evens = (*score.evens, evenness(ways)) if len(ways) > 4 else score.evens
    state = replace(state, score=replace(score, ring_mm=max(score.ring_mm, needed), evens=evens))
    return _failed(state, "missed-target") if needed > state.params.ring_mm else _well(state, cues)


def ring_passed(offs: tuple[tuple[float, int], ...]) -> float:
    """Return the distance from the ring that a fifth of the time lay beyond, in mm."""
    left = int(SLACK * sum(n for _, n in offs))
    for off, n in sorted(((abs(off), n) for off, n in offs), reverse=True):
        left -= n
        if left < 0:
            return off
    return 0.0


# Between the steps, and the end


def _well(state: State, cues: tuple[Cue, ...]) -> Step[State]:
    """Note an act that went well: the dish has grown by one step."""
    score, last = state.score, state.at + 1 >= len(state.recipe.tools)
    took_ms = rounded(state.now_ms - state.since_ms)
    gone = replace(
        state, at=state.at + 1, phase="end" if last else "rest", since_ms=state.now_ms, picked="",
        score=replace(score, done=score.done + 1, move_ms=(*score.move_ms, took_ms)),
        doing=replace(state.doing, tapped_ms=state.now_ms),
    )  # fmt: skip
    return Step(gone, (*cues, Cue("bloom" if last else f"hit-{min(state.at, 3) + 1}", *BOWL)))


def _rest(state: State, events: tuple[Event, ...]) -> Step[State]:
    """Let the hand open: taps and forces that come after an act belong to it, not to the next choice."""
    if any(isinstance(event, Tap | Lift) for event in events):
        state = replace(state, doing=replace(state.doing, tapped_ms=state.now_ms))
    gone_ms, calm_ms = state.now_ms - state.since_ms, state.now_ms - state.doing.tapped_ms
    busy = calm_ms < CALM_MS or (state.force > LOOSE and state.setting.played_with != "mouse")
    if gone_ms < REST_MS or (busy and gone_ms < REST_MOST_MS):
        return Step(state)
    return Step(replace(state, phase="choose", since_ms=state.now_ms, doing=Doing()))


def _failed(state: State, cause: Cause) -> Step[State]:
    score = replace(state.score, kept=state.score.kept + state.doing.away)
    ended = replace(state, phase="end", since_ms=state.now_ms, cause=cause, score=score)
    return Step(ended, (Cue("soft", *BOWL),))


def _end(state: State, events: tuple[Event, ...]) -> Step[State]:
    shown_ms = SHOWN_MS if state.cause in THOUGHT else 400.0 if state.cause else READY_MS
    return Step(state, (), _outcome(state) if state.now_ms - state.since_ms >= shown_ms else None)


PHASES = {"look": _look, "choose": _choose, "act": _act, "rest": _rest, "end": _end}


def _outcome(state: State) -> Outcome:
    result = Result.HIT if not state.cause else Result.OMISSION if state.cause == "no-try" else Result.MISS
    more = state.at + 1 < len(state.recipe.tools) or bool(state.doing.away)
    cut_short = bool(state.cause) and (more or state.cause in ("too-late", "unfinished"))
    return Outcome(result, state.cause, _measures(state), _just(state), cut_short=cut_short)


def _measures(state: State) -> tuple[tuple[str, float], ...]:
    score = state.score
    rows: list[tuple[str, float]] = [("completion", rounded(score.done / len(state.recipe.tools)))]
    if score.choices:
        rows.append(("thought", rounded(score.right / score.choices)))
    if score.acts:
        rows.append(("moved", rounded(score.done / score.acts)))
    if score.think_ms:
        rows.append(("thinking_ms", rounded(median(score.think_ms))))
    if score.move_ms:
        rows.append(("moving_ms", rounded(median(score.move_ms))))
    if score.peak > 0:
        rows.append(("peak", rounded(score.peak)))
    if score.kept:
        rows.append(("steady", steadiness(score.kept, 0.5 * state.params.target)))
    if score.evens:
        rows.append(("smooth", rounded(mean(score.evens))))
    if score.between and score.peak > 0:
        rows.append(("relaxed", rounded(score.still / score.between)))
    if score.lowered_ms:
        rows.append(("lowered_ms", score.lowered_ms))
    return tuple(rows)


def _just(state: State) -> tuple[Just, ...]:
    """Return what would just have been passed: after a hit each requirement there was, else the one that failed."""
    score, cause = state.score, state.cause
    if cause in ("too-soft", "too-hard") and state.doing.away:
        return (("band", just_passed(state.doing.away, to_ticks(state.params.hold_ms))),)
    if cause == "missed-target" and state.wanted.act is Act.STIR:
        return (("ring_mm", score.ring_mm),)
    if cause in ("too-late", "unfinished") and score.limit_ms > state.params.limit_ms:
        return (("limit_ms", score.limit_ms),)
    if cause == "let-go-too-quickly":
        return (("lower_ms", score.lowered_ms),)
    if cause:
        return ()
    rows: list[Just] = [("band", score.band)] if score.band else []
    rows += [("ring_mm", score.ring_mm)] if score.ring_mm else []
    return (*rows, ("limit_ms", score.limit_ms))


# Intentions and the index


def intent(state: State) -> Intent | None:
    """Return what to do now: take the right card, tap, hold a force, stir on, or open the hand."""
    if state.phase == "choose":
        place = state.cards.index(state.wanted.name)
        return _press(state, FINGERS[place + 1], (card_x(place, state.recipe.places), CARD_Y))
    if state.phase == "act":
        return _acting(state)
    return Squeeze(0.0) if state.force > 0 and state.phase != "look" else None


def _press(state: State, finger: Finger, place: Pair) -> Intent:
    x_mm, y_mm = mm_of(place, state.setting)
    return Press(finger, x_mm, y_mm) if state.setting.played_with == "keys" else Touch(x_mm, y_mm)


def _acting(state: State) -> Intent:
    doing, act = state.doing, state.wanted.act
    if act is Act.TAP:
        return _press(state, Finger.INDEX, (BOWL[0] + 4.0 * (doing.taps % 2), BOWL[1]))  # each tap is a new one
    if act is Act.STIR:
        return Follow(_way(state))
    return Squeeze(0.0, _gentle(state)) if doing.part == "lower" else Squeeze(state.target)


def _way(state: State) -> tuple[Pair, ...]:
    """Return the way still to stir, in mm: along the ring from where the spoon is, once round at most."""
    doing = state.doing
    share = max(0.03, min(1.0, state.params.rounds + 0.01 - abs(doing.net) / (2 * pi)))
    angle, turn = angle_of(doing.spoon), (2 if doing.net > 0.3 else -2) * pi * share
    count = max(2, round(24 * share))
    return tuple(mm_of(on_ring(angle + turn * k / count), state.setting) for k in range(count + 1))


def _gentle(state: State) -> float:
    """Return how fast to let go, a second, so that the stretch that is timed takes longer than it must."""
    usual = state.target / 0.8
    if not state.params.lower_ms:
        return usual
    timed = 0.9 * (state.target - state.params.band) - OPEN
    return min(usual, max(timed, 0.01) / (1.3 * state.params.lower_ms / 1000))


def index(params: Params) -> float:
    """Return the demand, ordinal: steps, cards to choose from, what must be remembered, and bits of each act."""
    think = 0.7 * params.steps + 0.5 * params.distractors + {"shown": 0.0, "fades": 0.8, "once": 2.0}[params.memory]
    bits = log2(params.target / (2 * params.band) + 1) + 0.5 * log2(1 + params.hold_ms / 1000)
    bits += params.lower_ms / 2000 + 0.2 * params.taps + 0.5 * params.rounds + log2(28 / params.ring_mm)
    return think + 0.8 * len(params.acts) + bits + 0.6 * log2(LONGEST_MS / params.limit_ms)


def peak(params: Params) -> float:
    """Return the largest force asked for: the target and the whole band above it; none without squeezes."""
    forced = set(params.acts) & {Act.SQUEEZE, Act.POUR}
    return params.target + params.band if forced else 0.0
