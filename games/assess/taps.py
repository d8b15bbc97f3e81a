"""Taps: one finger after the other taps as often as it can, ten seconds each.

The ten seconds of a finger begin with its first tap; a finger that does not tap for 8 s is passed over. A pointer may
tap the drawn finger as well: then it says nothing of the single fingers.
"""

from dataclasses import dataclass, replace

from engine import measures
from engine.chance import Chance
from engine.game import Cue, Event, Game, Intent, Outcome, Result, Setting, Step
from engine.hand import FINGERS, Finger
from engine.level import number
from engine.measures import mean, rounded
from engine.scene import Arc, Bar, Scene, Shape, Words
from engine.ticks import to_ms
from games.assess import hand

WAIT_MS, GAP_MS, LEAST_N, END_MS = 8000.0, 1800.0, 5, 400.0
RUNGS = ({"tap_ms": 10_000},)


@dataclass(frozen=True, slots=True)
class Params:
    """How long each finger taps."""

    tap_ms: float = number(2000, 20_000)


@dataclass(frozen=True, slots=True)
class State:
    """The taps so far: of each finger that is through, and of the one number ``at``, asked for since ``asked_ms``.

    ``others`` counts presses of fingers that were not asked for, ``pointed`` that the pointer tapped.
    """

    params: Params
    setting: Setting
    done: tuple[tuple[float, ...], ...] = ()
    taps: tuple[float, ...] = ()
    others: int = 0
    pointed: bool = False
    asked_ms: float = GAP_MS
    now_ms: float = 0.0

    @property
    def finger(self) -> Finger | None:
        """Return the finger whose turn it is, if any."""
        return FINGERS[len(self.done)] if len(self.done) < len(FINGERS) else None

    @property
    def asks(self) -> bool:
        """Tell whether a finger is to tap now."""
        return self.finger is not None and self.now_ms >= self.asked_ms


def start(params: Params, chance: Chance, setting: Setting) -> State:
    """Return the item before its first finger."""
    return State(params, setting)


def step(state: State, tick: int, events: tuple[Event, ...]) -> Step[State]:
    """Return the item one tick later."""
    state, cues = replace(state, now_ms=to_ms(tick)), []
    for event in events:
        press = hand.pressed(event, state.setting)
        if press is not None and state.asks:
            state = _tapped(state, *press)
            cues.append(Cue("tap", *hand.TIPS[press[0]], level=0.5))
    if state.asks and state.now_ms >= _until_ms(state):
        state = replace(state, done=(*state.done, state.taps), taps=(), asked_ms=state.now_ms + GAP_MS)
        cues.append(Cue("tock"))
    over = state.finger is None and state.now_ms >= state.asked_ms - GAP_MS + END_MS
    return Step(state, tuple(cues), _outcome(state) if over else None)


def _tapped(state: State, finger: Finger, at_ms: float, pointed: bool) -> State:
    state = replace(state, pointed=state.pointed or pointed)
    if finger is not state.finger:
        return replace(state, others=state.others + 1)
    return replace(state, taps=(*state.taps, at_ms))


def _until_ms(state: State) -> float:
    return state.taps[0] + state.params.tap_ms if state.taps else state.asked_ms + WAIT_MS


def _outcome(state: State) -> Outcome:
    found = [("others", float(state.others)), ("pointed", float(state.pointed))]
    rates = []
    for finger, taps in zip(FINGERS, state.done, strict=True):
        within = sorted({at_ms for at_ms in taps if at_ms < taps[0] + state.params.tap_ms}) if taps else []
        found += [(f"taps_{finger}", float(len(within))), *_of(finger, within)]
        rates.append(len(within) / (state.params.tap_ms / 1000))
    found += [("rate", rounded(mean(rates))), ("rate_least", rounded(min(rates)))]
    if not any(state.done):
        return Outcome(Result.OMISSION, "no-try", tuple(found))
    whole = all(state.done)
    return Outcome(Result.HIT if whole else Result.MISS, "" if whole else "unfinished", tuple(found))


def _of(finger: Finger, taps: list[float]) -> list[tuple[str, float]]:
    """Return how fast and how evenly one finger tapped, and how it faded, where it tapped often enough to tell."""
    if len(taps) < LEAST_N:
        return []
    times_s = [at_ms / 1000 for at_ms in taps]
    found = [
        ("rate", measures.tap_rate(times_s)), ("cv", measures.interval_cv(times_s)),
        ("rmssd_s", measures.rmssd(times_s)), ("fade", measures.fatigability(times_s)),
    ]  # fmt: skip
    return [(f"{name}_{finger}", rounded(value)) for name, value in found if value is not None]


def scene(state: State) -> Scene:
    """Return the picture: the hand, the finger that is to tap, and how much of its time is left."""
    shapes = [*hand.drawn(state.finger if state.asks else None), *hand.key_caps(state.setting)]
    return Scene("meadow", (*shapes, *_clock(state)))


def _clock(state: State) -> list[Shape]:
    x, y = 270.0, 560.0
    gone = (state.now_ms - state.taps[0]) / state.params.tap_ms if state.asks and state.taps else 0.0
    left_s = f"{max(0.0, (1 - gone) * state.params.tap_ms / 1000):.0f}"
    return [
        Bar(x, y, 250, 250, "card", 125, "line", 4),
        Arc(x, y, 96, min(1.0, max(0.0, 1 - gone)), "guide", 20),
        Words("plain", x, y, 76, bold=True, width=150, values=(("text", left_s if state.asks else "..."),)),
    ]


def intent(state: State) -> Intent | None:
    """Return the press of the finger whose turn it is."""
    return hand.press_of(state.finger, state.setting) if state.asks and state.finger is not None else None


def index(params: Params) -> float:
    """Return the demand, ordinal: the time."""
    return params.tap_ms / 1000


GAME = Game(
    "assess-taps", "tap", Params, start, step, scene, intent, index, self_paced=lambda _: True, pictures=hand.PICTURES
)
