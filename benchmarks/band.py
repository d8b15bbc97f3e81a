"""Look whether demonstrations of 200 tries keep the success of simulated patients of every ability in the band."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from app.demo import Demo, play, session_of
from benchmarks.practice import games
from benchmarks.spread import table

ABILITIES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
TRIALS = 200


@dataclass(frozen=True, slots=True)
class Practised:
    """What came of one demonstration: tries, hits, hits of its second half, the last difficulty."""

    game: str
    ability: float
    tries: int
    success: float
    later: float
    difficulty: float
    band: tuple[float, float]

    @property
    def inside(self) -> bool:
        """Tell whether the success of all tries lies in the band."""
        return self.band[0] <= self.success <= self.band[1]


def measured(abilities: Sequence[float] = ABILITIES, trials: int = TRIALS) -> list[Practised]:
    """Return what came of a demonstration of each game with each ability, on all cores."""
    with ProcessPoolExecutor() as pool:
        jobs = [pool.submit(_of, game, ability, trials) for game in games() for ability in abilities]
        return [job.result() for job in jobs]


def _of(game: str, ability: float, trials: int) -> Practised:
    demo = Demo(game, trials, ability)
    session = session_of(demo)
    play(session, demo, lambda _, __: None)
    hits = [trial.hit for trial in session.trials]
    later = hits[len(hits) // 2 :]
    return Practised(
        game, ability, len(hits), sum(hits) / len(hits), sum(later) / len(later),
        session.trials[-1].difficulty, session.plan.program.aim.band,
    )  # fmt: skip


def report(found: Sequence[Practised]) -> str:
    """Return the table, and a sentence about it."""
    rows = [
        (row.game, f"{row.ability:.1f}", str(row.tries), f"{row.success:.3f}", f"{row.later:.3f}",
         f"{row.difficulty:.0f}", "yes" if row.inside else "no")
        for row in found
    ]  # fmt: skip
    outside = [f"{row.game} at {row.ability}" for row in found if not row.inside]
    told = f"Outside the band: {', '.join(outside)}." if outside else "All of them lie in the band."
    head = ("game", "ability", "tries", "success", "second half", "last difficulty", "in the band 0.70–0.85")
    return f"{table(head, rows)}\n{told}\n"
