"""Say what lies on the stall, and how hard each thing must be held: a little more than keeps it from slipping.

A thing between thumb and fingers stays up while twice the force times the friction is at least its weight, so the
force to hold it with is proportional to weight / friction, and hands take a margin above the least (Westling &
Johansson, 1984, Exp Brain Res 53:277-284). Here ``heft`` and ``rough`` are a thing's weight and friction
beside those of an ordinary one, and the force is the middle of a window: below it the thing slips, above it gives in.
What is slippery slips sooner below the middle, what is tender gives in sooner above it.
"""

from dataclasses import dataclass
from functools import cache

from engine.measures import rounded

LIGHTER, HEAVIER = 0.72, 1.35
LEAST = 0.03


@dataclass(frozen=True, slots=True)
class Thing:
    """One kind of thing: weight and friction beside an ordinary one's, the shares of the window below and above.

    The picture is ``w`` by ``h`` units with a rim of ten at its foot; the hand holds it ``at`` units above the foot,
    where it is ``wide``.
    """

    name: str
    heft: float
    rough: float
    below: float
    above: float
    w: float
    h: float
    at: float
    wide: float


THINGS = (
    Thing("egg", 0.60, 0.95, 1.00, 0.80, 150, 180, 66, 112),
    Thing("roll", 0.75, 1.15, 1.15, 1.10, 240, 150, 58, 200),
    Thing("tomato", 0.80, 0.95, 1.00, 0.85, 200, 180, 72, 168),
    Thing("grapes", 0.70, 1.00, 1.00, 0.90, 180, 220, 108, 130),
    Thing("pear", 0.95, 1.00, 1.00, 1.00, 170, 220, 58, 138),
    Thing("cheese", 1.15, 1.10, 1.10, 1.10, 220, 150, 52, 180),
    Thing("jar", 1.35, 0.95, 0.95, 1.20, 170, 200, 78, 134),
    Thing("bottle", 1.45, 0.90, 0.90, 1.20, 130, 300, 206, 50),
)
BY_NAME = {thing.name: thing for thing in THINGS}


@dataclass(frozen=True, slots=True)
class Load:
    """A thing as it is to be carried now: the middle force by its look and in truth, and its shares of the window."""

    name: str
    look: float
    real: float
    below: float
    above: float

    @property
    def surprises(self) -> bool:
        """Tell whether it weighs something else than it seems to."""
        return self.look != self.real


def load(thing: Thing, weight: float, friction: float, spread: float, surprises: bool) -> Load:
    """Return ``thing`` as a load: ``spread`` 0..1 is how far weights differ; what surprises weighs the other way."""
    heft = 1 + spread * (thing.heft - 1)
    look = rounded(weight * heft / (thing.rough * friction))
    real = rounded(look * (LIGHTER if heft >= 1 else HEAVIER)) if surprises else look
    return Load(thing.name, look, real, rounded(thing.below * friction), thing.above)


@cache
def greatest(weight: float, friction: float, spread: float, surprise: bool, window: float) -> float:
    """Return the largest force that any thing asks for: its middle and the whole window above it."""
    loads = [load(thing, weight, friction, spread, odd) for thing in THINGS for odd in {False, surprise}]
    return rounded(max(max(one.look, one.real) + window * one.above for one in loads))
