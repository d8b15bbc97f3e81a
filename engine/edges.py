"""Explore the edges of a game: what is sought now, what came of it, and nothing is scored or learned."""

from dataclasses import dataclass, replace

from engine import safety
from engine.adaptive import Choice, Reason
from engine.chooser import Turn
from engine.game import AnyGame
from engine.level import Ladder
from engine.phases import Found, Over
from engine.recording import note_line
from engine.safety import Limits
from engine.ticks import to_ticks

AFTER_EDGE_MS, EACH_EDGE, EDGES_AT = 2400.0, 2, 15.0


@dataclass(frozen=True, slots=True)
class Edges:
    """The (sought, found) of a session so far, of which there were ``before`` when the block began."""

    found: tuple[tuple[str, str], ...] = ()
    before: int = 0

    @property
    def in_block(self) -> int:
        """Return how many were sought in this block."""
        return len(self.found) - self.before

    def sought(self, game: AnyGame) -> str:
        """Return the edge that is to be found now: each one twice, in turn."""
        return game.edges[self.in_block % len(game.edges)]

    def is_through(self, game: AnyGame) -> bool:
        """Tell whether every edge of the game was sought often enough."""
        return self.in_block >= EACH_EDGE * len(game.edges)

    def plus(self, sought: str, found: str) -> "Edges":
        """Return the edges with one more."""
        return replace(self, found=(*self.found, (sought, found)))

    def in_next_block(self) -> "Edges":
        """Return the edges as another block begins."""
        return replace(self, before=len(self.found))


def found(over: Over, game: AnyGame, sought: str, now: int) -> Found:
    """Return what is shown of an edge that was sought."""
    return Found(now + to_ticks(AFTER_EDGE_MS), game.scene(over.playing.state), sought, over.outcome.cause)


def turn(game: AnyGame, ladder: Ladder, limits: Limits) -> Turn:
    """Return what is asked while exploring: only what is easy, and never above the cap."""
    allowed = safety.within_cap(game, ladder, EDGES_AT, limits)
    assert allowed is not None  # or the session would have been refused
    easy = Choice(allowed, 1.0, 1.0, 1.0, Reason("reason.fixed", (("to", str(ladder.place(allowed)[0].rung)),)))
    return Turn(easy, ladder.params(allowed))


def line(game: str, sought: str, found: str) -> str:
    """Return the line of a recording for an edge that was explored: a note."""
    return note_line(f"explore.{game}.{sought}.{found or 'inside'}")
