"""Name the phases of a session, each a plain value of what it needs."""

from dataclasses import dataclass
from typing import Any

from engine.adaptive import Choice
from engine.fitting import Fitting
from engine.ghost import Ghost
from engine.scene import Scene


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

    ``note`` is the note of the force that was heard last, at tick ``note_at``.
    """

    since: int
    state: Any
    chosen: Choice
    attempt: int
    softer_until: int = 0
    reminder: str = "softer"
    note: int = 0
    note_at: int = 0


@dataclass(frozen=True, slots=True)
class After:
    """A trial is over: its last picture and a hint are seen until ``until``."""

    until: int
    scene: Scene
    cause: str


@dataclass(frozen=True, slots=True)
class Rest:
    """The hand rests; from ``ready`` on the patient may go on."""

    since: int
    ready: int
    until: int


@dataclass(frozen=True, slots=True)
class Paused:
    """Play is paused; ``reason`` is the last part of the text that says why.

    ``idle``, ``hard`` and ``taps``; ``unplugged``, ``cell``, ``strong`` and ``stuck`` for the sensor's sake; with one
    switch, before the ``next`` try.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """STOP was pressed: the reason is asked, and nothing is played any more."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What was done is shown."""


@dataclass(frozen=True, slots=True)
class Why:
    """The reasons are shown; then it goes ``back``."""

    back: "Rest | Summary"


Phase = Fitting | Demo | Playing | After | Rest | Paused | Stopped | Why | Summary
