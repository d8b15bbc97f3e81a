"""Fingers: one finger is asked for at a time; does it go down alone?

Fingers that go down within 100 ms of the one that was asked for came along. What is not pressed within 5 s is passed
over. A pointer says nothing here.
"""

from dataclasses import dataclass, replace

from engine.chance import Chance
from engine.game import Cue, Event, Game, Intent, Outcome, Result, Setting, Step, Tap
from engine.hand import FINGERS, Finger
from engine.level import number
from engine.measures import mean, rounded
from engine.scene import Scene
from engine.ticks import to_ms
from games.assess import hand

TOGETHER_MS, LIMIT_MS, GAP_MS, END_MS = 100.0, 5000.0, 900.0, 400.0
RUNGS = ({"times": 2},)


@dataclass(frozen=True, slots=True)
class Params:
    """How often each finger is asked for."""

    times: int = number(1, 6, whole=True)


@dataclass(frozen=True, slots=True)
class State:
    """What was pressed for each finger of ``asked`` so far, and for the one that is asked for since ``asked_ms``.

    A press is (finger, at_ms); ``met_ms`` is when the finger that was asked for went down.
    """

    params: Params
    setting: Setting
    asked: tuple[Finger, ...]
    done: tuple[tuple[tuple[Finger, float], ...], ...] = ()
    presses: tuple[tuple[Finger, float], ...] = ()
    met_ms: float | None = None
    asked_ms: float = GAP_MS
    now_ms: float = 0.0

    @property
    def finger(self) -> Finger | None:
        """Return the finger whose turn it is, if any."""
        return self.asked[len(self.done)] if len(self.done) < len(self.asked) else None

    @property
    def asks(self) -> bool:
        """Tell whether a finger is to go down now."""
        return self.finger is not None and self.now_ms >= self.asked_ms and self.met_ms is None


def start(params: Params, chance: Chance, setting: Setting) -> State:
    """Return the item; all fingers come in a random order, none twice in a row."""
    asked: list[Finger] = []
    for _ in range(params.times):
        left = list(FINGERS)
        while left:
            others = [finger for finger in left if not (asked and finger is asked[-1])] or left
            asked.append(chance.choice(others))
            left.remove(asked[-1])
    return State(params, setting, tuple(asked))


def step(state: State, tick: int, events: tuple[Event, ...]) -> Step[State]:
    """Return the item one tick later."""
    state, cues = replace(state, now_ms=to_ms(tick)), []
    for event in events:
        if isinstance(event, Tap) and state.finger is not None and state.now_ms >= state.asked_ms:
            state = replace(state, presses=(*state.presses, (event.finger, event.at_ms)))
            cues.append(Cue("tap", *hand.TIPS[event.finger], level=0.5))
            if event.finger is state.finger and state.met_ms is None:
                state = replace(state, met_ms=event.at_ms)
    if state.finger is not None and state.now_ms >= _until_ms(state):
        state = replace(
            state, done=(*state.done, state.presses), presses=(), met_ms=None, asked_ms=state.now_ms + GAP_MS
        )
    over = state.finger is None and state.now_ms >= state.asked_ms - GAP_MS + END_MS
    return Step(state, tuple(cues), _outcome(state) if over else None)


def _until_ms(state: State) -> float:
    return state.asked_ms + LIMIT_MS if state.met_ms is None else state.met_ms + TOGETHER_MS


def _outcome(state: State) -> Outcome:
    """Return the matrix: of each finger asked for, the share of times that each other one came along."""
    along: dict[Finger, list[frozenset[Finger]]] = {finger: [] for finger in FINGERS}
    absent, wrong = 0, 0
    for finger, presses in zip(state.asked, state.done, strict=True):
        at_ms = next((at for pressed, at in presses if pressed is finger), None)
        first = presses[0] if presses else (finger, 0.0)
        wrong += first[0] is not finger and (at_ms is None or at_ms - first[1] > TOGETHER_MS)
        if at_ms is None:
            absent += 1
            continue
        near = {pressed for pressed, at in presses if abs(at - at_ms) <= TOGETHER_MS}
        along[finger].append(frozenset(near - {finger}))
    found = [("absent", rounded(absent / len(state.asked))), ("wrong", rounded(wrong / len(state.asked)))]
    for finger, rows in along.items():
        if rows:
            found.append((f"alone_{finger}", rounded(mean([float(not row) for row in rows]))))
            others = [other for other in FINGERS if other is not finger]
            found += [(f"{finger}_{other}", rounded(mean([float(other in row) for row in rows]))) for other in others]
    alone = [float(not row) for rows in along.values() for row in rows]
    if alone:
        found.append(("alone", rounded(mean(alone))))
    if not any(state.done):
        return Outcome(Result.OMISSION, "no-try", tuple(found))
    return Outcome(Result.MISS if absent else Result.HIT, "unfinished" if absent else "", tuple(found))


def scene(state: State) -> Scene:
    """Return the picture: the hand, and the finger that is asked for."""
    return Scene("meadow", (*hand.drawn(state.finger if state.asks else None), *hand.key_caps(state.setting)))


def intent(state: State) -> Intent | None:
    """Return the press of the finger that is asked for."""
    return hand.press_of(state.finger, state.setting) if state.asks and state.finger is not None else None


def index(params: Params) -> float:
    """Return the demand, ordinal: how often."""
    return float(params.times)


GAME = Game(
    "assess-fingers", "tap", Params, start, step, scene, intent, index, self_paced=lambda _: True,
    pictures=hand.PICTURES,
)  # fmt: skip
