"""Say what a game is: one trial as pure functions on a frozen state, and the values that cross its door.

Lengths are in millimetres from the middle of the stage, y upwards; forces are shares 0..1 of this hand's own
maximum; times are in milliseconds from the start of the trial. Games are made for a right hand: the session
mirrors what is seen and what is pointed at for a left one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, Literal, TypeVar

from engine.chance import Chance
from engine.hand import Finger, Side
from engine.scene import Scene

Phase = Literal["down", "move", "up"]
Skill = Literal["tap", "grip", "trace", "aim", "mixed"]
# What a game that aims or mixes is played with: what traces, and what squeezes.
LIKE: dict[Skill, Skill] = {"aim": "trace", "mixed": "grip"}
FORCES: tuple[Skill, ...] = ("grip", "mixed")
# What one switch can do: press in time, hold to squeeze, and say where by two lines that sweep; not lead along a way.
ONE_SWITCH: tuple[Skill, ...] = ("tap", "grip", "aim")


@dataclass(frozen=True, slots=True)
class Tap:
    """A finger went down at ``at_ms``."""

    finger: Finger
    at_ms: float


@dataclass(frozen=True, slots=True)
class Lift:
    """A finger went up at ``at_ms``."""

    finger: Finger
    at_ms: float


@dataclass(frozen=True, slots=True)
class Grip:
    """The hand squeezes with ``share`` of its own maximum at ``at_ms``.

    From a sensor the share is smoothed for the eye; ``raw`` is what was felt, and what safety goes by.
    """

    share: float
    at_ms: float
    raw: float | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """The pointer or pen is at (x, y) mm from the middle of the stage."""

    x_mm: float
    y_mm: float
    phase: Phase
    at_ms: float


@dataclass(frozen=True, slots=True)
class Nudge:
    """The arrow keys push by (dx, dy) mm, for those who cannot point."""

    dx_mm: float
    dy_mm: float
    at_ms: float


Event = Tap | Lift | Grip | Point | Nudge


@dataclass(frozen=True, slots=True)
class Cue:
    """Something to be heard or to sparkle, at a place of the stage in units; ``level`` 0..1 is its strength."""

    name: str
    x: float = 800.0
    y: float = 450.0
    level: float = 1.0


class Result(StrEnum):
    """How a trial ended."""

    HIT = "hit"
    MISS = "miss"
    OMISSION = "omission"


Cause = Literal[
    "", "too-soft", "too-hard", "too-early", "too-late", "wrong-finger", "extra-finger", "missed-target",
    "left-of-path", "right-of-path", "unfinished", "let-go-too-quickly",
    "too-fast", "wrong-way", "wrong-order", "wrong-tool", "no-try",
]  # fmt: skip


Just = tuple[str, float]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one finger did that was asked for: whether it was right and in time, and ``just`` as in ``Outcome``."""

    finger: Finger
    hit: bool
    just: tuple[Just, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a trial: its result, the cause of a miss, and what was measured.

    ``just`` names each parameter that this very performance can be judged by, and the value of it that it would
    just have passed, e.g. ``(("width_mm", 7.1), ("limit_ms", 8400.0))``: after a hit every requirement that is
    known, after a miss those that failed it (others may be with them). It is empty where nothing but the result
    is known. ``finger`` is the one that a miss was about, or the only one there was. ``cut_short`` says that a miss
    ended the trial before all of it was seen: it would have passed ``just`` at most. ``answers`` are what each finger
    did that was asked for, in order, where it was a finger's own doing.
    """

    result: Result
    cause: Cause = ""
    measures: tuple[tuple[str, float], ...] = ()
    just: tuple[Just, ...] = ()
    finger: Finger | None = None
    cut_short: bool = False
    answers: tuple[Answer, ...] = ()


S = TypeVar("S")
P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Step(Generic[S]):
    """What one tick made of a state; an outcome ends the trial."""

    state: S
    cues: tuple[Cue, ...] = ()
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What a game is told about this place.

    Stage units a millimetre, calm pictures, what it is played with, what is written on each finger's key, how often
    each finger is to be asked beside the others (``weights``; none: all evenly), the patient's own ``word`` in
    capital letters, if one was chosen, and the ``hand`` that plays.
    """

    units_per_mm: float = 4.6
    calm: bool = False
    played_with: str = "keys"
    labels: tuple[tuple[str, str], ...] = ()
    weights: tuple[tuple[str, float], ...] = ()
    word: str = ""
    hand: Side = Side.RIGHT


@dataclass(frozen=True, slots=True)
class Press:
    """Intend to press ``finger``, or the thing at (x, y) mm; in a rhythm at ``due_ms`` of the trial, else at once."""

    finger: Finger
    x_mm: float
    y_mm: float
    due_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Squeeze:
    """Intend to hold ``share`` of the maximum now; 0 is to let go, no faster than ``rate`` a second."""

    share: float
    rate: float = 10.0


@dataclass(frozen=True, slots=True)
class Follow:
    """Intend to lead the pointer along ``ahead`` (mm, nearest first) at ``speed_mm_s``.

    Where it is ``bounded``, that is the speed to keep to; else as fast as the hand likes.
    """

    ahead: tuple[tuple[float, float], ...]
    speed_mm_s: float = 60.0
    bounded: bool = False


@dataclass(frozen=True, slots=True)
class Touch:
    """Intend to touch the place (x, y) mm, which may move."""

    x_mm: float
    y_mm: float


Intent = Press | Squeeze | Follow | Touch


@dataclass(frozen=True, slots=True)
class Game(Generic[P, S]):
    """One game.

    ``intent`` tells what a player who understands the game would be doing now (``None``: wait); demonstrations
    and simulated patients play from it. ``index`` is the game's index of difficulty of its parameters, ordinal.
    ``peak`` is the largest force it ever asks for, as a share of the maximum. ``pictures`` names those of its
    pictures that appear in mid-trial: a shell gets them ready before, so that none is late. ``eases`` names for a
    cause of misses the parameter that eases it; ``hints`` are causes for which it has words of its own, ``edges`` those
    that can be sought on purpose, at an easy rung, to feel where the edge is. What stays
    readable only as it is (letters) is not mirrored for a left hand: ``mirrors`` is false. Where a game draws the hand
    that leads by itself, the demonstration needs no other one: ``pointed`` is false.
    """

    name: str
    skill: Skill
    params: type[P]
    start: Callable[[P, Chance, Setting], S]
    step: Callable[[S, int, tuple[Event, ...]], Step[S]]
    scene: Callable[[S], Scene]
    intent: Callable[[S], Intent | None]
    index: Callable[[P], float]
    peak: Callable[[P], float] = field(default=lambda _: 0.0)
    self_paced: Callable[[P], bool] = field(default=lambda _: False)
    pictures: tuple[str, ...] = ()
    eases: tuple[tuple[Cause, str], ...] = ()
    hints: tuple[Cause, ...] = ()
    edges: tuple[Cause, ...] = ()
    mirrors: bool = True
    pointed: bool = True


AnyGame = Game[Any, Any]
