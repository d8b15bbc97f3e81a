"""Compare the speed of replaying a recording with the time that the practice took."""

from dataclasses import dataclass
from time import process_time

from app import rooms
from benchmarks.practice import games, practised
from benchmarks.spread import Spread, spread, table
from engine.recording import parse
from engine.replay import verify
from engine.ticks import TICKS_PER_S

TRIALS, RUNS = 20, 5
AIM = 50.0


@dataclass(frozen=True, slots=True)
class Speed:
    """How many times faster than real time a game's recording is verified, reading its lines included."""

    game: str
    minutes: float
    kilobytes: float
    times: Spread


def measured(runs: int = RUNS, trials: int = TRIALS) -> list[Speed]:
    """Return the speed for each game; raise ``RuntimeError`` if a replay gives other trials."""
    return [_of(game, runs, trials) for game in games()]


def _of(game: str, runs: int, trials: int) -> Speed:
    practice = practised(game, trials)
    played_s = len(practice.felt) / TICKS_PER_S
    times = []
    for _ in range(runs):
        began = process_time()
        shown = verify(parse(practice.lines), rooms.all_games())
        times.append(played_s / (process_time() - began))
        if not shown.same:
            raise RuntimeError(f"{game}: the replay differs: {shown.difference}")
    size = sum(len(line) + 1 for line in practice.lines) / 1000
    return Speed(game, played_s / 60, size, spread(times))


def report(speeds: list[Speed]) -> str:
    """Return the table, and a sentence about it."""
    rows = [
        (speed.game, f"{speed.minutes:.1f}", f"{speed.kilobytes:,.0f}", speed.times.shown(".0f"),
         "yes" if speed.times.median >= AIM else "no")
        for speed in speeds
    ]  # fmt: skip
    missed = [speed.game for speed in speeds if speed.times.median < AIM]
    told = f"It misses its aim for {', '.join(missed)}." if missed else "Every game meets the aim."
    head = ("game", "minutes recorded", "kB of recording", "times real time (CPU)", f"aim of {AIM:.0f} met")
    return table(head, rows) + (
        f"\n{told} A practice of half an hour is read and proven again in "
        f"{1800 / min(speed.times.median for speed in speeds):.0f} s or less.\n"
    )


if __name__ == "__main__":
    print(report(measured()))
