"""Name the phases of a session, each a plain value of what it needs."""

from dataclasses import dataclass
from typing import Any

from engine.adaptive import Choice
from engine.fitting import Fitting
from engine.game import Outcome
from engine.ghost import Ghost
from engine.scene import Scene
from engine.sweep import Sweep


@dataclass(frozen=True, slots=True)
class Demo:
    """The game plays itself until the patient begins."""

    since: int
    state: Any
    ghost: Ghost
    done_at: int | None = None


@dataclass(frozen=True, slots=True)
class Playing:
    """A trial is under way; ``attempt`` counts its starts; ``reminder`` is shown until ``softer_until``.

    ``note`` is the note of the force that was heard last, at tick ``note_at``; ``sweep`` is how one switch points.
    """

    since: int
    state: Any
    chosen: Choice
    attempt: int
    softer_until: int = 0
    reminder: str = "softer"
    note: int = 0
    note_at: int = 0
    sweep: Sweep | None = None


@dataclass(frozen=True, slots=True)
class After:
    """A trial is over: its last picture is seen until ``until``, and a hint if it is ``told``."""

    until: int
    scene: Scene
    cause: str
    told: bool = True


@dataclass(frozen=True, slots=True)
class Over:
    """A trial that was over at tick ``at`` and is not written down yet; ``judged`` as in ``engine.recording.Trial``."""

    at: int
    playing: Playing
    outcome: Outcome
    judged: str = ""


@dataclass(frozen=True, slots=True)
class Judge:
    """A trial is over, and before the result is told the patient says how it went."""

    over: Over


@dataclass(frozen=True, slots=True)
class Offered:
    """A trial is over, and its result may be asked for until ``until``."""

    until: int
    over: Over


@dataclass(frozen=True, slots=True)
class Review:
    """The latest tries are looked back on together: (hit, cause) of each."""

    tries: tuple[tuple[bool, str], ...]


@dataclass(frozen=True, slots=True)
class Seek:
    """The patient is asked to find an edge on purpose: to miss by this cause."""

    cause: str


@dataclass(frozen=True, slots=True)
class Found:
    """What came of seeking an edge is shown until ``until``: the cause that was sought, and the one that was found."""

    until: int
    scene: Scene
    sought: str
    found: str


@dataclass(frozen=True, slots=True)
class Rest:
    """The hand rests; from ``ready`` on the patient may go on."""

    since: int
    ready: int
    until: int
    tired: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """It is asked how much it hurts (``pain``), then how hard it was (``effort``); ``told`` is the pain so far.

    ``again`` says that it hurt before, and whether it still does is asked after the wait; ``rests`` that a block goes
    on after a rest.
    """

    what: str
    told: int | None = None
    again: bool = False
    rests: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """It hurt: nothing is played until it is asked again, at ``until``."""

    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Paused:
    """Play is paused; ``reason`` is the last part of the text that says why.

    ``idle``, ``hard``, ``taps``, ``away`` (the computer slept), ``hidden`` and ``screen`` (the window was);
    ``unplugged``, ``cell``, ``strong``, ``stuck`` and ``uncalibrated`` for the sensor's sake; with one switch, before
    the ``next`` try.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """STOP was pressed: the reason is asked, and nothing is played any more."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What was done is shown, three games a page."""

    page: int = 0


@dataclass(frozen=True, slots=True)
class Why:
    """The reasons are shown, three games a page; then it goes ``back``."""

    back: "Rest | Summary"
    page: int = 0


@dataclass(frozen=True, slots=True)
class Quality:
    """How the hand moved is shown, apart from the score; then it goes ``back``."""

    back: Summary


Phase = (
    Fitting | Demo | Playing | After | Judge | Offered | Review | Seek | Found | Rest | Asked | Waiting | Paused
    | Stopped | Why | Quality | Summary
)  # fmt: skip
