"""Say what a trial of the kitchen is made of: its parameters, the act under way, the score, the whole state."""

from dataclasses import dataclass, field

from engine.game import Cause, Setting
from engine.level import choice, number, several
from engine.measures import rounded
from games.kitchen.places import BEGIN, Pair
from games.kitchen.recipes import ACTS, TOOLS, Recipe, Tool

LONGEST_MS = 30_000.0


@dataclass(frozen=True, slots=True)
class Params:
    """How many steps with which acts, how many cards too many, how long the recipe is seen, and how exact each act.

    ``target`` and ``band`` are the force and half the width of its band, as shares of the maximum, held for
    ``hold_ms``; ``lower_ms`` is the shortest time to end a pour. ``taps`` are asked at a time, ``rounds`` of stirring
    within ``ring_mm`` of the ring. ``limit_ms`` is the time for each choice, to reach a force, for all taps of a step,
    and for a round; at its longest nothing is hurried.
    """

    acts: tuple[str, ...] = several(*ACTS)
    steps: int = number(2, 6, whole=True)
    band: float = number(0.008, 0.07)
    hold_ms: float = number(300, 5000)
    taps: int = number(1, 6, whole=True)
    ring_mm: float = number(2, 14)
    target: float = number(0.05, 0.16, default=0.13)
    distractors: int = number(0, 3, default=0, whole=True)
    memory: str = choice("shown", "fades", "once", default="shown")
    lower_ms: float = number(0, 3000, default=0)
    rounds: int = number(1, 3, default=1, whole=True)
    limit_ms: float = number(2000, LONGEST_MS, default=LONGEST_MS)


@dataclass(frozen=True, slots=True)
class Doing:
    """The act under way: ``part`` is reach, hold or lower, begun at ``from_ms``.

    ``away`` are the deviations of a hold, ``outside`` how many lay outside the band; ``spoon`` is where the spoon is
    (stage units), ``net`` the angle it went round, ``offs`` its distances from the ring in mm with how many ticks each,
    ``marks`` how far it went along the ring every quarter of a second.
    """

    part: str = "reach"
    from_ms: float = 0.0
    inside_ms: float | None = None
    away: tuple[float, ...] = ()
    outside: int = 0
    lower_from_ms: float | None = None
    taps: int = 0
    strays: int = 0
    tapped_ms: float = -1e6
    spoon: Pair = BEGIN
    hooked: bool = False
    net: float = 0.0
    went_mm: float = 0.0
    offs: tuple[tuple[float, int], ...] = ()
    marks: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """What was measured so far, thinking apart from moving; ``band``, ``ring_mm`` and ``limit_ms`` were needed.

    ``still`` of ``between`` tenths of a second of choosing the hand was open.
    """

    choices: int = 0
    right: int = 0
    acts: int = 0
    done: int = 0
    think_ms: tuple[float, ...] = ()
    move_ms: tuple[float, ...] = ()
    band: float = 0.0
    ring_mm: float = 0.0
    limit_ms: float = 0.0
    lowered_ms: float = 0.0
    peak: float = 0.0
    kept: tuple[float, ...] = ()
    evens: tuple[float, ...] = ()
    still: int = 0
    between: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """A trial under way: ``phase`` is look, choose, act, rest or end; ``at`` counts the steps that are done.

    ``lit`` is the place of the card that the arrow keys have come to, ``picked`` the card that was taken.
    """

    params: Params
    setting: Setting
    recipe: Recipe
    at: int = 0
    phase: str = "choose"
    since_ms: float = 0.0
    now_ms: float = 0.0
    force: float = 0.0
    lit: int | None = None
    pushed_ms: float = -1e6
    moved_ms: float = -1e6
    picked: str = ""
    cause: Cause = ""
    doing: Doing = field(default_factory=Doing)
    score: Score = field(default_factory=Score)

    @property
    def wanted(self) -> Tool:
        """Return the tool of this step."""
        return TOOLS[self.recipe.tools[min(self.at, len(self.recipe.tools) - 1)]]

    @property
    def cards(self) -> tuple[str, ...]:
        """Return the card at each place; nothing where none lies any more."""
        return self.recipe.cards[min(self.at, len(self.recipe.cards) - 1)]

    @property
    def target(self) -> float:
        """Return the force that this tool is for."""
        return rounded(self.params.target * self.wanted.heft)
