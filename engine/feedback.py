"""Say when a patient is told how a try went: each time, now and then, only when it matters, in sum, or on request.

What the hand feels and the eye sees of the world is always there; what is scheduled is the word, the sound and the
flower that come on top. Told less often, people learn to judge for themselves (Winstein & Schmidt 1990; bandwidth:
Sherwood 1988; in sum: Schmidt et al. 1989; on request: Janelle et al. 1997).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.game import Cue

GIVEN = ("each", "every", "bandwidth", "summary", "request")
TELLING = frozenset(("soft", "arrive", "cadence", "bloom", *(f"hit-{n}" for n in range(1, 6))))


@dataclass(frozen=True, slots=True)
class Feedback:
    """A schedule of feedback.

    ``given`` is one of ``GIVEN``: after ``each`` try, after ``every`` n-th, only after a miss by more than
    ``bandwidth`` (points of difficulty) or one whose margin is not known, as a ``summary`` of n tries, or on
    ``request``. ``every`` is that n. With ``judge`` the patient says how it went before the result is told.
    """

    given: str = "each"
    every: int = 5
    bandwidth: float = 8.0
    judge: bool = False

    def __post_init__(self) -> None:
        """Refuse a schedule that there is not."""
        if self.given not in GIVEN:
            raise ValueError(f"given: must be one of {', '.join(GIVEN)}, not {self.given}")
        if not isinstance(self.every, int) or isinstance(self.every, bool) or not 2 <= self.every <= 20:
            raise ValueError(f"every: must be a whole number from 2 to 20, not {self.every}")
        if not isinstance(self.bandwidth, int | float) or not 0 <= self.bandwidth <= 50:
            raise ValueError(f"bandwidth: must be points of difficulty from 0 to 50, not {self.bandwidth}")
        if not isinstance(self.judge, bool):
            raise ValueError(f"judge: must be true or false, not {self.judge}")

    def tells(self, done: int, hit: bool, difficulty: float, passed: float | None) -> bool:
        """Tell whether the patient is told of the ``done``-th try of a block as soon as it is over.

        ``passed`` is the difficulty that it would just have passed, where that is known.
        """
        if self.given == "every":
            return done % self.every == 0
        if self.given == "bandwidth":
            return not hit and (passed is None or difficulty - passed > self.bandwidth)
        return self.given == "each"

    def is_due(self, done: int, of: int) -> bool:
        """Tell whether a summary of the latest tries comes after the ``done``-th of a block ``of`` so many."""
        return self.given == "summary" and (done % self.every == 0 or done >= of)

    def mutes(self, done: int) -> bool:
        """Tell whether the sounds that betray a result are kept back in the try after ``done`` of a block."""
        if self.judge or self.given in ("bandwidth", "summary", "request"):
            return True
        return self.given == "every" and (done + 1) % self.every != 0


def quiet(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """Return the cues without those that tell how it went."""
    return tuple(cue for cue in cues if cue.name not in TELLING)


def commonest(causes: Sequence[str]) -> str:
    """Return the cause that most of some misses came from, the latest where several are as common; "" without one."""
    counts = Counter(cause for cause in reversed(causes) if cause)
    return counts.most_common(1)[0][0] if counts else ""
