"""Hear a tune and play it back: which presses belong to which note, how each is judged, and what is measured.

First the robin sings. Then each note waits for its finger: at the own pace first, later on the beat. Presses within
150 ms of a note's first one belong to it (fingers that come along). After a wrong finger the right one is shown and
waited for, so that every tune is played to its end. The beat follows the player: a note is due its beats after the
press of the one before. The trial is a hit when every note was right at once, and near enough to its beat.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from math import log2

from engine.chance import Chance
from engine.game import Answer, Cause, Cue, Event, Intent, Just, Outcome, Point, Press, Result, Setting, Step, Tap
from engine.hand import FINGERS, Finger
from engine.level import choice, number, several, yes
from engine.measures import evenness, median, rounded
from engine.scene import STAGE_H, STAGE_W
from engine.ticks import MS_PER_TICK, to_ms
from games.melody.drum import PADS, touched
from games.melody.tune import drawn

FIRST_MS, TURN_MS, TOGETHER_MS = 700.0, 450.0, 150.0
HELP_MS, TIMED_MS, SLOWEST_MS = 6000.0, 4000.0, 10_000.0
CADENCE_MS, END_MS = 380.0, 900.0
REACH_MM = 15.0
RECALL = ("lit", "shown", "fading", "memory")
STEADY_FROM = 2


@dataclass(frozen=True, slots=True)
class Params:
    """Which fingers, how many notes, how they are remembered, whether fingers that come along count, and the beat.

    ``recall``: the finger of the next note is lit, its bead is shown, the beads fade, or they were never there.
    ``off_ms`` is how far from its beat a note may be; above 4 s it is the player's own pace. With a ``mixed`` rhythm
    one note lasts two beats.
    """

    fingers: tuple[str, ...] = several(*FINGERS)
    notes: int = number(2, 8, whole=True)
    recall: str = choice(*RECALL)
    unwanted: bool = yes()
    beat_ms: float = number(400, 2000)
    off_ms: float = number(30, SLOWEST_MS, default=SLOWEST_MS)
    rhythm: str = choice("even", "mixed", default="even")

    @property
    def timed(self) -> bool:
        """Tell whether notes are to be played on the beat."""
        return self.off_ms <= TIMED_MS


@dataclass(frozen=True, slots=True)
class Note:
    """One note: its finger, how many beats it lasts, the presses that belong to it, and how it was answered.

    ``away_ms`` is how far from its beat it was played (+ late), where it was right at once and is not the first one;
    ``wrong`` are the fingers that were pressed instead just now, ``tried`` that any was.
    """

    finger: Finger
    beats: int = 1
    presses: tuple[tuple[Finger, float], ...] = ()
    played_ms: float | None = None
    cause: Cause = ""
    away_ms: float | None = None
    wrong: tuple[Finger, ...] = ()
    tried: bool = False
    along: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """A tune under way: ``sung_ms`` is when each note is heard, ``turn_ms`` when the player's turn begins.

    ``at`` is the note that is waited for and ``asked_ms`` since when; ``struck`` are the last presses, for the eye.
    ``ended_ms`` is when the last note was played or given up.
    """

    params: Params
    setting: Setting
    tune: tuple[Note, ...]
    sung_ms: tuple[float, ...]
    turn_ms: float
    now_ms: float = 0.0
    sung: int = 0
    at: int = 0
    asked_ms: float = 0.0
    turned: bool = False
    strays: int = 0
    pointed: bool = False
    struck: tuple[tuple[Finger, float], ...] = ()
    ended_ms: float | None = None
    rang: bool = False

    @property
    def due_ms(self) -> float:
        """Return when the note that is waited for is due: its beats after the press of the one before."""
        return self.asked_ms + (self.tune[self.at - 1].beats * self.params.beat_ms if self.at else 0.0)

    @property
    def waited(self) -> Note | None:
        """Return the note that is waited for in the player's turn, or nothing."""
        playing = self.ended_ms is None and self.now_ms >= self.turn_ms
        return self.tune[self.at] if playing else None


def start(params: Params, chance: Chance, setting: Setting) -> State:
    """Return a new tune, drawn by the setting's weights of fingers."""
    fingers = tuple(finger for finger in FINGERS if finger in params.fingers)
    order = drawn(fingers, params.notes, dict(setting.weights), chance)
    long = chance.choice((params.notes // 2 - 1, params.notes - 2)) if params.rhythm == "mixed" else -1
    notes = tuple(Note(finger, 2 if n == long else 1) for n, finger in enumerate(order))
    at_ms, sung = FIRST_MS, []
    for note in notes:
        sung.append(rounded(at_ms))
        at_ms += note.beats * params.beat_ms
    turn_ms = rounded(sung[-1] + TURN_MS)
    return State(params, setting, notes, tuple(sung), turn_ms, asked_ms=turn_ms)


def step(state: State, tick: int, events: tuple[Event, ...]) -> Step[State]:
    """Return the tune one tick later."""
    cues: list[Cue] = []
    state = replace(state, now_ms=to_ms(tick))
    for event in events:
        press = _pressed(event, state)
        if press is not None:
            cues.append(_sound(press[0]))
            state = _attributed(replace(state, pointed=state.pointed or isinstance(event, Point)), *press)
    if state.now_ms < state.turn_ms:
        return _sing(state, cues)
    if not state.turned:
        state = replace(state, turned=True)
        cues.append(Cue("go", level=0.4))
    if state.ended_ms is None:
        state = _judged(state, cues)
    if state.ended_ms is None:
        return Step(state, tuple(cues))
    return _end(state, cues)


def _sing(state: State, cues: list[Cue]) -> Step[State]:
    if state.sung < len(state.tune) and state.now_ms >= state.sung_ms[state.sung]:
        cues.append(_sound(state.tune[state.sung].finger))
        state = replace(state, sung=state.sung + 1)
    return Step(state, tuple(cues))


def _sound(finger: Finger) -> Cue:
    return Cue(f"note-{FINGERS.index(finger) + 1}", *PADS[finger])


def _pressed(event: Event, state: State) -> tuple[Finger, float] | None:
    """Return the finger that an event presses, and when."""
    if isinstance(event, Tap):
        return event.finger, event.at_ms
    if not isinstance(event, Point) or event.phase != "down":
        return None
    per_mm = state.setting.units_per_mm
    finger = touched(STAGE_W / 2 + event.x_mm * per_mm, STAGE_H / 2 + event.y_mm * per_mm, REACH_MM * per_mm)
    return (finger, event.at_ms) if finger else None


def _attributed(state: State, finger: Finger, at_ms: float) -> State:
    """Give a press to the note that is waited for; one while the robin sings is a stray one."""
    state = replace(state, struck=(*(s for s in state.struck if s[0] is not finger), (finger, at_ms)))
    if at_ms < state.turn_ms:
        return replace(state, strays=state.strays + 1)
    if state.ended_ms is not None:
        return state
    note = state.tune[state.at]
    return _with(state, replace(note, presses=(*note.presses, (finger, at_ms))))


def _with(state: State, note: Note) -> State:
    return replace(state, tune=(*state.tune[: state.at], note, *state.tune[state.at + 1 :]))


def _judged(state: State, cues: list[Cue]) -> State:
    """Judge the note that is waited for, as soon as it is certain which fingers came down for it."""
    note = state.tune[state.at]
    if not note.presses:
        return _waited(state, note, cues)
    first_ms = note.presses[0][1]
    if state.now_ms < first_ms + TOGETHER_MS:
        return state
    together = {finger: at_ms for finger, at_ms in reversed(note.presses) if at_ms <= first_ms + TOGETHER_MS}
    if note.finger not in together:
        cues.append(Cue("soft", *PADS[note.finger], level=0.5))
        wrong = tuple(finger for finger in FINGERS if finger in together)
        cause: Cause = note.cause or "wrong-finger"
        return _with(state, replace(note, presses=(), cause=cause, wrong=wrong, tried=True))
    note = _answered(state, note, together[note.finger], len(together) > 1)
    last = state.at + 1 == len(state.tune)
    state = replace(_with(state, note), asked_ms=together[note.finger])
    return replace(state, ended_ms=state.now_ms) if last else replace(state, at=state.at + 1)


def _answered(state: State, note: Note, at_ms: float, along: bool) -> Note:
    """Return the note after the right finger came down at ``at_ms``."""
    note = replace(note, played_ms=at_ms, along=along, wrong=(), tried=True)
    if note.cause:
        return note
    away_ms = rounded(at_ms - state.due_ms) if state.at else None
    cause: Cause = ""
    if away_ms is not None and state.params.timed and abs(away_ms) > state.params.off_ms:
        cause = "too-late" if away_ms > 0 else "too-early"
    if along and state.params.unwanted:
        cause = "extra-finger"
    return replace(note, away_ms=away_ms, cause=cause)


def _waited(state: State, note: Note, cues: list[Cue]) -> State:
    """Mark the beat, help who has waited long at the own pace, and end the tune where nobody plays any more."""
    params, over_ms = state.params, state.now_ms - state.due_ms
    if params.timed and state.at and 0 <= over_ms < MS_PER_TICK:
        cues.append(Cue("tick", level=0.4))
    most_ms = TIMED_MS if params.timed and state.at else SLOWEST_MS
    if over_ms >= most_ms + TOGETHER_MS:
        return replace(_with(state, replace(note, cause=note.cause or "no-try")), ended_ms=state.now_ms)
    if not note.cause and not params.timed and params.recall != "lit" and over_ms >= HELP_MS:
        return _with(state, replace(note, cause="no-try"))
    return state


def _end(state: State, cues: list[Cue]) -> Step[State]:
    since_ms = state.now_ms - (state.ended_ms or 0.0)
    if not state.rang and since_ms >= CADENCE_MS:
        right = not any(note.cause for note in state.tune)
        state = replace(state, rang=True)
        cues.append(Cue("cadence", *PADS[Finger.MIDDLE]) if right else Cue("soft", level=0.5))
    return Step(state, tuple(cues), _outcome(state) if since_ms >= END_MS else None)


def _outcome(state: State) -> Outcome:
    notes, timed = state.tune, state.params.timed
    failed = next((note for note in notes if note.cause), None)
    result = Result.HIT if failed is None else Result.MISS
    if not any(note.tried for note in notes):
        result = Result.OMISSION
    answers = () if state.pointed else tuple(_answer(note, timed) for note in notes if _is_own(note, state.params))
    return Outcome(
        result, failed.cause if failed else "", _measures(state), _just(notes) if timed else (),
        failed.finger if failed else None, notes[-1].played_ms is None, answers,
    )  # fmt: skip


def _just(notes: tuple[Note, ...]) -> tuple[Just, ...]:
    """Return how far off the beat would just have done, where nothing but the beat decided."""
    if not all(note.cause in ("", "too-early", "too-late") for note in notes):
        return ()
    away = [abs(note.away_ms) for note in notes if note.away_ms is not None]
    return (("off_ms", max(away)),) if away else ()


def _is_own(note: Note, params: Params) -> bool:
    """Tell whether an answer was the finger's own doing: a wrong one from memory was not."""
    if not note.tried and not note.cause:
        return False
    return params.recall in ("lit", "shown") or note.cause not in ("wrong-finger", "no-try")


def _answer(note: Note, timed: bool) -> Answer:
    known = timed and note.cause in ("", "too-early", "too-late") and note.away_ms is not None
    return Answer(note.finger, not note.cause, (("off_ms", abs(note.away_ms or 0.0)),) if known else ())


def _measures(state: State) -> tuple[tuple[str, float], ...]:
    """Return the share of right notes, what was unwanted, the pace of a beat, and how well it was played."""
    notes, count = state.tune, len(state.tune)
    measures: list[tuple[str, float]] = [
        ("right", rounded(sum(not note.cause for note in notes) / count)),
        ("strays", float(state.strays)),
        ("along", float(sum(note.along for note in notes))),
    ]
    beats = [
        ((b.played_ms or 0.0) - (a.played_ms or 0.0)) / a.beats for a, b in pairwise(notes) if b.away_ms is not None
    ]
    if beats:
        measures.append(("pace_ms", rounded(median(beats))))
    return (*measures, *_quality(state, beats))


def _quality(state: State, beats: list[float]) -> list[tuple[str, float]]:
    """Return how evenly, how exactly and how calmly it was played, where this tells it.

    A hand is relaxed where it presses nothing while it listens. Of a pointer the finger is not known.
    """
    tried = [note for note in state.tune if note.tried]
    found = [("relaxed", rounded(max(0.0, 1 - state.strays / len(state.tune))))] if tried else []
    if tried and not state.pointed and state.setting.played_with != "switch":
        alone = sum(note.cause not in ("wrong-finger", "no-try") and not note.along for note in tried)
        found.append(("right_finger", rounded(alone / len(tried))))
    if len(beats) >= STEADY_FROM:
        found.append(("steady", evenness(beats)))
    return found


def intent(state: State) -> Intent | None:
    """Return the press that the next note asks for: on its beat, or at once."""
    note = state.waited
    if note is None or note.presses:
        return None
    (x, y), per_mm = PADS[note.finger], state.setting.units_per_mm
    due_ms = state.due_ms if state.params.timed and state.at else None
    return Press(note.finger, (x - STAGE_W / 2) / per_mm, (y - STAGE_H / 2) / per_mm, due_ms)


def index(params: Params) -> float:
    """Return the demand in bits, ordinal: choice (Hick), length, memory, stillness, closeness to the beat, tempo."""
    bits = 0.4 * len(params.fingers) + log2(len(params.fingers)) + 0.8 * log2(params.notes)
    bits += 0.4 * RECALL.index(params.recall) + (0.5 if params.unwanted else 0.0)
    bits += log2(SLOWEST_MS / params.off_ms) + 0.5 * log2(2000 / params.beat_ms)
    return bits + (0.3 if params.rhythm == "mixed" else 0.0)
