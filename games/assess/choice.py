"""Choice: after a wait that cannot be foreseen a finger lights up; press that one.

A press before the light, or within 100 ms after it, is an anticipation; one that does not come within 5 s is a lapse.
The waits are drawn evenly between 1 and 2.5 s.
"""

from dataclasses import dataclass, replace

from engine import measures
from engine.chance import Chance
from engine.game import Cue, Event, Game, Intent, Outcome, Result, Setting, Step
from engine.hand import FINGERS, Finger
from engine.level import number
from engine.measures import rounded
from engine.scene import Scene
from engine.ticks import to_ms
from games.assess import hand

EARLY_MS, LIMIT_MS, END_MS = 100.0, 5000.0, 400.0
SHORTEST_MS, LONGEST_MS = 1000.0, 2500.0
RUNGS = ({"count": 10},)


@dataclass(frozen=True, slots=True)
class Params:
    """How often a finger lights up."""

    count: int = number(4, 40, whole=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """The first press after a light: which finger, how soon (``None``: none within 5 s)."""

    finger: Finger | None
    took_ms: float | None


@dataclass(frozen=True, slots=True)
class State:
    """The answers so far; ``lights_ms`` is when the next finger lights up, ``early`` how many presses came before."""

    params: Params
    setting: Setting
    asked: tuple[Finger, ...]
    waits_ms: tuple[float, ...]
    answers: tuple[Answer, ...] = ()
    lights_ms: float = 0.0
    early: int = 0
    pointed: bool = False
    now_ms: float = 0.0
    pressed_ms: float = -1000.0

    @property
    def finger(self) -> Finger | None:
        """Return the finger that is lit, if any."""
        is_lit = len(self.answers) < len(self.asked) and self.now_ms >= self.lights_ms
        return self.asked[len(self.answers)] if is_lit else None


def start(params: Params, chance: Chance, setting: Setting) -> State:
    """Return the item; every finger as often as the others, none twice in a row."""
    asked: list[Finger] = []
    left: list[Finger] = []
    for _ in range(params.count):
        left = left or list(FINGERS)
        others = [finger for finger in left if not (asked and finger is asked[-1])] or left
        asked.append(chance.choice(others))
        left.remove(asked[-1])
    waits_ms = tuple(rounded(chance.between(SHORTEST_MS, LONGEST_MS)) for _ in asked)
    return State(params, setting, tuple(asked), waits_ms, lights_ms=waits_ms[0])


def step(state: State, tick: int, events: tuple[Event, ...]) -> Step[State]:
    """Return the item one tick later."""
    state, cues = replace(state, now_ms=to_ms(tick)), []
    for event in events:
        press = hand.pressed(event, state.setting)
        if press is not None:
            cues.append(Cue("tap", *hand.TIPS[press[0]], level=0.5))
            state = _pressed(replace(state, pointed=state.pointed or press[2]), press[0], press[1])
    if state.finger is not None and state.now_ms >= state.lights_ms + LIMIT_MS:
        state = _answered(state, Answer(None, None))
    over = len(state.answers) == len(state.asked) and state.now_ms >= state.lights_ms + END_MS
    return Step(state, tuple(cues), _outcome(state) if over else None)


def _pressed(state: State, finger: Finger, at_ms: float) -> State:
    """Take a press as the answer; one that came along with the answer before is none, and one too early waits anew."""
    came_along = at_ms - state.pressed_ms < EARLY_MS
    state = replace(state, pressed_ms=at_ms)
    if len(state.answers) == len(state.asked) or came_along:
        return state
    if state.finger is None or at_ms < state.lights_ms + EARLY_MS:
        wait_ms = state.waits_ms[len(state.answers)] if state.early < len(state.asked) else 0.0
        return replace(state, early=state.early + 1, lights_ms=max(state.lights_ms, state.now_ms + wait_ms))
    return _answered(state, Answer(finger, rounded(at_ms - state.lights_ms)))


def _answered(state: State, answer: Answer) -> State:
    answers = (*state.answers, answer)
    wait_ms = state.waits_ms[len(answers)] if len(answers) < len(state.asked) else 0.0
    return replace(state, answers=answers, lights_ms=state.now_ms + wait_ms)


def _outcome(state: State) -> Outcome:
    pairs = list(zip(state.asked, state.answers, strict=True))
    right = [a.took_ms for finger, a in pairs if a.finger is finger and a.took_ms is not None]
    answered = [a for _, a in pairs if a.finger is not None]
    found = [
        ("answers", float(len(pairs))), ("early", float(state.early)), ("lapses", float(len(pairs) - len(answered))),
        ("wrong", float(len(answered) - len(right))), ("pointed", float(state.pointed)),
    ]  # fmt: skip
    known = measures.reaction([ms / 1000 for ms in right])
    if known is not None:
        found.append(("late", float(known.late_n)))
        times_s = (("reaction_ms", known.median_s), ("reaction_iqr_ms", known.iqr_s))
        found += [(name, rounded(1000 * time_s)) for name, time_s in times_s if time_s is not None]
    if not answered:
        return Outcome(Result.OMISSION, "no-try", tuple(found))
    return Outcome(Result.HIT if right else Result.MISS, "" if right else "wrong-finger", tuple(found))


def scene(state: State) -> Scene:
    """Return the picture: the hand, and the finger that is lit."""
    return Scene("meadow", (*hand.drawn(state.finger), *hand.key_caps(state.setting)))


def intent(state: State) -> Intent | None:
    """Return the press of the finger that is lit."""
    return None if state.finger is None else hand.press_of(state.finger, state.setting)


def index(params: Params) -> float:
    """Return the demand, ordinal: how often."""
    return float(params.count)


GAME = Game(
    "assess-choice", "tap", Params, start, step, scene, intent, index, self_paced=lambda _: True,
    pictures=hand.PICTURES,
)  # fmt: skip
