"""Ladybirds: one lands on a finger of the drawn hand; tap that finger.

A trial is a flight of one or more ladybirds. Each is answered by the first press after it landed; presses
within 100 ms of that one belong to it (fingers that come along). A press less than 100 ms after the landing is
too early to be an answer (anticipation). A press up to 150 ms after the next landing still counts for a former
ladybird that waits for its answer. The trial is a hit when every ladybird was answered rightly and in time.
"""

from dataclasses import dataclass, replace
from math import hypot, log2

from engine.chance import Chance
from engine.game import Answer, Cause, Cue, Event, Game, Intent, Outcome, Point, Press, Result, Setting, Step, Tap
from engine.hand import FINGERS, Finger
from engine.level import choice, number, several, yes
from engine.measures import evenness, median, rounded
from engine.scene import STAGE_H, STAGE_W, Bar, Circle, Picture, Scene, Shape, Words
from engine.ticks import to_ms

EARLY_MS, LATE_MS, TOGETHER_MS = 100.0, 150.0, 100.0
GAP_MS, HOP_MS = 650.0, 160.0
STEADY_FROM, STILL_MS = 3, 1500.0
HAND_X, HAND_Y, HAND_SIZE = 800.0, 385.0, 780.0
NEAR_MM = 15.0
LONGEST_MS = 10_000.0
DRAWN = {
    Finger.THUMB: (88, 452), Finger.INDEX: (236, 168), Finger.MIDDLE: (404, 92), Finger.RING: (566, 160),
    Finger.LITTLE: (712, 330),
}  # fmt: skip
TIPS = {
    finger: (HAND_X + (x - 400) * HAND_SIZE / 800, HAND_Y + (400 - y) * HAND_SIZE / 800)
    for finger, (x, y) in DRAWN.items()
}
LEAF = (290.0, 545.0)
PALM, CAP_DOWN = (815.0, 250.0), 122.0


@dataclass(frozen=True, slots=True)
class Params:
    """Which fingers, in known or random order, how many a flight, how large, how long each waits.

    ``unwanted`` makes fingers that come along count; ``paced`` lets the next one land on the beat of
    ``limit_ms``; ``shown_ms`` is how long the finger stays lit.
    """

    fingers: tuple[str, ...] = several(*FINGERS)
    order: str = choice("known", "random")
    count: int = number(1, 8, whole=True)
    unwanted: bool = yes()
    limit_ms: float = number(300, LONGEST_MS)
    paced: bool = yes(default=False)
    shown_ms: float = number(150, LONGEST_MS, default=LONGEST_MS)
    target_mm: float = number(12, 40, default=30)


@dataclass(frozen=True, slots=True)
class Ladybird:
    """One ladybird: its finger, when it landed, the presses that belong to it, and how it was answered."""

    finger: Finger
    landed_ms: float | None = None
    presses: tuple[tuple[Finger, float], ...] = ()
    done: bool = False
    cause: Cause = ""
    reaction_ms: float | None = None
    done_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class State:
    """A flight under way: ``next_ms`` is when the next ladybird lands; ``pointed`` that the pointer has answered.

    ``strays`` are the presses that belong to no ladybird, ``restless`` those of them that came not only too late.
    """

    params: Params
    setting: Setting
    birds: tuple[Ladybird, ...]
    next_ms: float
    now_ms: float = 0.0
    strays: int = 0
    restless: int = 0
    pointed: bool = False


def start(params: Params, chance: Chance, setting: Setting) -> State:
    """Return a new flight: fingers drawn by the setting's weights, the first landing after 0.8-1.6 s."""
    fingers = tuple(Finger(name) for name in params.fingers)
    weights = {Finger(name): weight for name, weight in setting.weights}
    birds: list[Ladybird] = []
    for n in range(params.count):
        others = [f for f in fingers if not (n and f is birds[-1].finger and len(fingers) > 2)]
        drawn = chance.weighted(others, [weights.get(f, 1.0) for f in others]) if weights else chance.choice(others)
        birds.append(Ladybird(drawn))
    return State(params, setting, tuple(birds), rounded(chance.between(800.0, 1600.0)))


def step(state: State, tick: int, events: tuple[Event, ...]) -> Step[State]:
    """Return the flight one tick later."""
    cues: list[Cue] = []
    state = replace(state, now_ms=to_ms(tick))
    for event in events:
        press = _pressed(event, state)
        if press is not None:
            cues.append(Cue("tap", *TIPS[press[0]], level=0.5))
            pointed = state.pointed or isinstance(event, Point)
            state = _attributed(replace(state, pointed=pointed), *press)
    state, landed = _landed(state)
    cues.extend(landed)
    state, judged = _judged(state)
    cues.extend(judged)
    return Step(state, tuple(cues), _outcome(state))


def _pressed(event: Event, state: State) -> tuple[Finger, float] | None:
    if isinstance(event, Tap):
        return event.finger, event.at_ms
    if not isinstance(event, Point) or event.phase != "down":
        return None
    x, y = _stage(event.x_mm, event.y_mm, state.setting)
    finger = min(FINGERS, key=lambda f: hypot(TIPS[f][0] - x, TIPS[f][1] - y))
    away_mm = hypot(TIPS[finger][0] - x, TIPS[finger][1] - y) / state.setting.units_per_mm
    reach_mm = max(NEAR_MM, 0.65 * state.params.target_mm)
    return (finger, event.at_ms) if away_mm <= reach_mm else None


def _stage(x_mm: float, y_mm: float, setting: Setting) -> tuple[float, float]:
    return STAGE_W / 2 + x_mm * setting.units_per_mm, STAGE_H / 2 + y_mm * setting.units_per_mm


def _attributed(state: State, finger: Finger, at_ms: float) -> State:
    """Give a press to the ladybird it belongs to; where there is none it is a stray one."""
    there = [n for n, bird in enumerate(state.birds) if bird.landed_ms is not None]
    if not there:
        return _stray(state, 0, finger, at_ms)
    n = there[-1]
    landed_ms = state.birds[n].landed_ms or 0.0
    former_waits = n > 0 and not state.birds[n - 1].done
    if former_waits and (state.birds[n - 1].presses or at_ms < landed_ms + LATE_MS):
        n -= 1
    elif state.birds[n].done:
        return _stray(state, n + 1, finger, at_ms)
    bird = state.birds[n]
    return _with(state, n, replace(bird, presses=(*bird.presses, (finger, at_ms))))


def _stray(state: State, n: int, finger: Finger, at_ms: float) -> State:
    """Count a press while no ladybird is there; where unwanted presses count, it was too early for the next."""
    former = state.birds[n - 1] if n else None
    only_late = former is not None and former.cause == "no-try" and at_ms < former.done_ms + STILL_MS
    state = replace(state, strays=state.strays + 1, restless=state.restless + (not only_late))
    if not state.params.unwanted or n >= len(state.birds):
        return state
    bird = state.birds[n]
    return _with(state, n, replace(bird, presses=(*bird.presses, (finger, at_ms))))


def _landed(state: State) -> tuple[State, list[Cue]]:
    waiting = [n for n, bird in enumerate(state.birds) if bird.landed_ms is None]
    if not waiting or state.now_ms < state.next_ms:
        return state, []
    n = waiting[0]
    bird = replace(state.birds[n], landed_ms=state.now_ms)
    beat = state.now_ms + state.params.limit_ms if state.params.paced else float("inf")
    return replace(_with(state, n, bird), next_ms=beat), [Cue("land", *TIPS[bird.finger])]


def _judged(state: State) -> tuple[State, list[Cue]]:
    cues: list[Cue] = []
    for n, bird in enumerate(state.birds):
        if bird.landed_ms is None or bird.done:
            continue
        judged = judge(bird, state.params, state.now_ms)
        if judged.done:
            state = _with(state, n, judged)
            cues.append(_cue(judged, n))
            if not state.params.paced:
                state = replace(state, next_ms=state.now_ms + GAP_MS)
    return state, cues


def judge(bird: Ladybird, params: Params, now_ms: float) -> Ladybird:
    """Return the ladybird with its answer judged, as soon as it is certain."""
    landed_ms = bird.landed_ms or 0.0
    if not bird.presses:
        gone = now_ms >= landed_ms + params.limit_ms + LATE_MS
        return replace(bird, done=True, cause="no-try", done_ms=now_ms) if gone else bird
    first_ms = bird.presses[0][1]
    if first_ms < landed_ms + EARLY_MS:
        return replace(bird, done=True, cause="too-early", done_ms=now_ms)
    alone = len(params.fingers) == 1 and not params.unwanted
    if now_ms < first_ms + TOGETHER_MS and not alone:
        return bird
    together = {finger: at_ms for finger, at_ms in reversed(bird.presses) if at_ms <= first_ms + TOGETHER_MS}
    if bird.finger not in together:
        return replace(bird, done=True, cause="wrong-finger", done_ms=now_ms)
    reaction_ms = together[bird.finger] - landed_ms
    cause: Cause = "too-late" if reaction_ms > params.limit_ms else ""
    if params.unwanted and len(together) > 1:
        cause = "extra-finger"
    return replace(bird, done=True, cause=cause, reaction_ms=rounded(reaction_ms), done_ms=now_ms)


def _cue(bird: Ladybird, n: int) -> Cue:
    x, y = TIPS[bird.finger]
    return Cue("soft", x, y) if bird.cause else Cue(f"hit-{min(n, 4) + 1}", x, y)


def _with(state: State, n: int, bird: Ladybird) -> State:
    return replace(state, birds=(*state.birds[:n], bird, *state.birds[n + 1 :]))


def _outcome(state: State) -> Outcome | None:
    birds = state.birds
    if not all(bird.done for bird in birds) or state.now_ms < birds[-1].done_ms + 2 * HOP_MS:
        return None
    failed = next((bird for bird in birds if bird.cause), None)
    reactions = [bird.reaction_ms for bird in birds if bird.reaction_ms is not None]
    fingers_along = sum(len({f for f, _ in bird.presses}) > 1 for bird in birds)
    measures: list[tuple[str, float]] = [
        ("right", rounded(sum(not b.cause for b in birds) / len(birds))),
        ("strays", float(state.strays)),
        ("along", float(fingers_along)),
    ]
    if reactions:
        measures.append(("reaction_ms", rounded(median(reactions))))
    measures += _quality(state, reactions)
    timed = all(bird.cause in ("", "too-late") for bird in birds)
    just = (("limit_ms", max(reactions)),) if timed else ()
    result = Result.HIT if failed is None else Result.MISS
    if failed is not None and all(bird.cause == "no-try" for bird in birds):
        result = Result.OMISSION
    about = failed or (birds[0] if len(birds) == 1 else None)
    answers = () if state.pointed else tuple(_answer(bird) for bird in birds if bird.cause != "too-early")
    return Outcome(
        result, failed.cause if failed else "", tuple(measures), just, about.finger if about else None, answers=answers
    )


def _quality(state: State, reactions: list[float]) -> list[tuple[str, float]]:
    """Return how evenly, how exactly and how calmly it was played, where this tells it.

    A hand is relaxed where it presses nothing while no ladybird waits; an answer that only comes too late is none of
    that. A press too early is no answer, and of a pointer the finger is not known.
    """
    tried = [bird for bird in state.birds if bird.presses and bird.cause != "too-early"]
    pressed = state.restless or any(bird.presses for bird in state.birds)
    found = [("relaxed", rounded(max(0.0, 1 - state.restless / len(state.birds))))] if pressed else []
    if tried and not state.pointed:
        alone = sum(_together(bird) == {bird.finger} for bird in tried)
        found.append(("right_finger", rounded(alone / len(tried))))
    if len(reactions) >= STEADY_FROM:
        found.append(("steady", evenness(reactions)))
    return found


def _together(bird: Ladybird) -> set[Finger]:
    """Return the fingers that answered: the first one, and those that came along."""
    return {finger for finger, at_ms in bird.presses if at_ms <= bird.presses[0][1] + TOGETHER_MS}


def _answer(bird: Ladybird) -> Answer:
    """Return what a finger did; one that was not waited for says nothing of it, and is left out before."""
    timed = bird.cause in ("", "too-late") and bird.reaction_ms is not None
    return Answer(bird.finger, not bird.cause, (("limit_ms", bird.reaction_ms or 0.0),) if timed else ())


def scene(state: State) -> Scene:
    """Return the picture of the flight."""
    shapes: list[Shape] = [Picture("leaf", *LEAF, 240, 140, angle=20)]
    shapes.append(Picture("hand", HAND_X, HAND_Y, HAND_SIZE, HAND_SIZE))
    waiting = next((b for b in state.birds if b.landed_ms is None), None)
    if waiting is not None and state.params.order == "known":
        shapes.append(Picture("daisy", *TIPS[waiting.finger], 96, 96, alpha=0.9))
    for bird in state.birds:
        if bird.landed_ms is not None and not bird.done and state.now_ms < bird.landed_ms + state.params.shown_ms:
            shapes.append(Picture(f"hand-{bird.finger}", HAND_X, HAND_Y, HAND_SIZE, HAND_SIZE))
    shapes.extend(_shown_again(state))
    shapes.extend(_key_caps(state))
    for n, bird in enumerate(state.birds):
        shapes.extend(_bird_shapes(bird, n, state))
    return Scene("meadow", tuple(shapes))


def _shown_again(state: State) -> list[Shape]:
    """Return, while a hint is given, the finger that was meant, and a ring around the one that was pressed."""
    last = state.birds[-1]
    if not last.done or last.cause not in ("wrong-finger", "extra-finger"):
        return []
    pressed = {finger for finger, _ in last.presses} - {last.finger}
    rings = [Circle(*TIPS[finger], 58, line="guide", line_width=7) for finger in FINGERS if finger in pressed]
    return [Picture(f"hand-{last.finger}", HAND_X, HAND_Y, HAND_SIZE, HAND_SIZE), *rings]


def _key_caps(state: State) -> list[Shape]:
    """Return what is written on the key of each finger in play, below its tip."""
    shapes: list[Shape] = []
    for finger, label in state.setting.labels:
        if finger in state.params.fingers:
            wide = 62 if len(label) < 3 else 130
            x, y = _below_tip(Finger(finger), wide)
            shapes.append(Bar(x, y, wide, 58, "card", 12, "ink", 4))
            shapes.append(Words("plain", x, y, 34, bold=True, width=wide, values=(("text", label),)))
    return shapes


def _below_tip(finger: Finger, wide: float) -> tuple[float, float]:
    """Return the point on a finger where a key so wide is written, free of the ladybird."""
    x, y = TIPS[finger]
    dx, dy = PALM[0] - x, PALM[1] - y
    share = (CAP_DOWN + 0.6 * (wide - 62)) / hypot(dx, dy)
    return x + dx * share, y + dy * share


def _bird_shapes(bird: Ladybird, n: int, state: State) -> list[Shape]:
    size = state.params.target_mm * state.setting.units_per_mm
    x, y = TIPS[bird.finger]
    if bird.landed_ms is None:
        first = next(m for m, b in enumerate(state.birds) if b.landed_ms is None) == n
        return [_hovering(state, size)] if first else []
    if not bird.done:
        if state.now_ms >= bird.landed_ms + state.params.shown_ms:
            return []
        rise = 0.0 if state.setting.calm else 26 * max(0.0, 1 - (state.now_ms - bird.landed_ms) / HOP_MS)
        return [
            Circle(x, y - 4, size / 2, fill="shadow", alpha=0.18),
            Picture("ladybird", x, y + rise, size, size),
        ]
    return _leaving(bird, n, state, size)


def _hovering(state: State, size: float) -> Shape:
    """Return the ladybird that still flies over the leaf, so that nothing betrays its finger."""
    sway = 0.0 if state.setting.calm else (state.now_ms % 1200 / 1200 - 0.5)
    bob = 1 - 4 * sway * sway
    x, y = LEAF[0] + 30 + 36 * sway, LEAF[1] + 96 + 14 * bob
    return Picture("ladybird-fly", x, y, size * 0.85, size * 0.68)


def _leaving(bird: Ladybird, n: int, state: State, size: float) -> list[Shape]:
    """Return the ladybird on its way: to the leaf when it was answered rightly, else away upwards."""
    x, y = TIPS[bird.finger]
    share = min(1.0, (state.now_ms - bird.done_ms) / (2 * HOP_MS))
    share = 1.0 if state.setting.calm else share * share * (3 - 2 * share)
    if bird.cause:
        if share >= 1.0:
            return []
        return [Picture("ladybird-fly", x, y + 90 * share, size, size * 0.8, alpha=1 - share)]
    to_x, to_y = LEAF[0] - 60 + 40 * n, LEAF[1] + 20
    size *= 1 - 0.5 * share
    x, y = x + (to_x - x) * share, y + (to_y - y) * share
    return [Picture("ladybird", x, y, size, size) if share >= 1 else Picture("ladybird-fly", x, y, size, 0.8 * size)]


def intent(state: State) -> Intent | None:
    """Return the press that the ladybird on a finger asks for."""
    for bird in state.birds:
        if bird.landed_ms is not None and not bird.done and not bird.presses:
            x, y = TIPS[bird.finger]
            per_mm = state.setting.units_per_mm
            return Press(bird.finger, (x - STAGE_W / 2) / per_mm, (y - STAGE_H / 2) / per_mm)
    return None


def index(params: Params) -> float:
    """Return the demand in bits, ordinal: choice (Hick), number, stillness, time pressure, cue length."""
    bits = 0.4 * len(params.fingers)
    bits += log2(len(params.fingers)) if params.order == "random" else 0.0
    bits += log2(params.count) + (0.5 if params.unwanted else 0.0) + (0.5 if params.paced else 0.0)
    bits += 2.0 * log2(LONGEST_MS / params.limit_ms) + 0.2 * log2(LONGEST_MS / params.shown_ms)
    return bits + log2(40 / params.target_mm)


PICTURES = ("ladybird", "ladybird-fly", "daisy", *(f"hand-{finger}" for finger in FINGERS))

GAME = Game(
    "ladybirds", "tap", Params, start, step, scene, intent, index,
    self_paced=lambda p: p.limit_ms > 4000, pictures=PICTURES,
    eases=(("too-late", "limit_ms"), ("no-try", "limit_ms"), ("wrong-finger", "count"), ("extra-finger", "unwanted")),
    hints=("too-early", "no-try", "wrong-finger", "extra-finger"),
)  # fmt: skip
