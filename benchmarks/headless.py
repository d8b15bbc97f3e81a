"""Count the ticks a second of a session without a screen, with the simulated patient and without."""

from dataclasses import dataclass

from benchmarks.practice import games, practised, replayed_cpu_s
from benchmarks.spread import Spread, spread, table
from engine.ticks import TICKS_PER_S

TRIALS, RUNS = 20, 5


@dataclass(frozen=True, slots=True)
class Pace:
    """How many ticks a game's session makes in a second of CPU time, with its patient and alone."""

    game: str
    ticks: int
    with_patient: Spread
    alone: Spread


def measured(runs: int = RUNS, trials: int = TRIALS) -> list[Pace]:
    """Return the pace of each game."""
    paces = []
    for game in games():
        with_patient, alone = [], []
        for _ in range(runs):
            practice = practised(game, trials)
            ticks = len(practice.felt)
            with_patient.append(ticks / practice.simulated_cpu_s)
            alone.append(ticks / replayed_cpu_s(practice, trials))
        paces.append(Pace(game, ticks, spread(with_patient), spread(alone)))
    return paces


def report(paces: list[Pace]) -> str:
    """Return the table, and a sentence about it."""
    rows = [
        (pace.game, str(pace.ticks), pace.with_patient.shown(",.0f"), pace.alone.shown(",.0f"),
         f"{1e6 / pace.alone.median:.0f}", f"{100 * TICKS_PER_S / pace.alone.median:.1f} %")
        for pace in paces
    ]  # fmt: skip
    slowest = min(paces, key=lambda pace: pace.alone.median)
    return (
        table(
            ("game", "ticks played", "ticks/s with the simulated patient", "ticks/s of the session alone",
             "µs a tick, alone", "of one core at 120 ticks/s"), rows)
        + f"\nThe slowest session, {slowest.game}, takes {100 * TICKS_PER_S / slowest.alone.median:.1f} % of one core "
        "to keep up with real time; everything else of a core is left for painting.\n"
    )  # fmt: skip


if __name__ == "__main__":
    print(report(measured()))
