"""Measure, for each game, how success falls over its ladder, and whether the adaptive core holds patients in the band.

``python -m benchmarks.curves [game ...] [--band]``: simulated patients of several abilities play each rung's middle,
then (``--band``) a practice in which the adaptive core chooses.
"""

import argparse
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from app import rooms
from app.demo import Demo, session_of
from engine.adaptive import Aim
from engine.program import Block
from engine.session import Session
from engine.simulate import Patient, Traits

ABILITIES = (0.2, 0.5, 0.8, 0.9)
RESULTS = Path(__file__).with_name("RESULTS.md")
OWN = re.compile(r"<!-- games -->.*?<!-- /games -->\n?", re.DOTALL)
TRIALS, BAND_TRIALS, SETTLED = 20, 120, 40


@dataclass(frozen=True, slots=True)
class Job:
    """One practice of a game by a patient of an ability: at one difficulty, or, where that is ``None``, adapted."""

    game: str
    ability: float
    difficulty: float | None
    trials: int
    seed: int = 1


def success(job: Job) -> float:
    """Return the share of hits of one practice; of an adapted one, after its first ``SETTLED`` trials."""
    plain = session_of(Demo(job.game, job.trials, seed=job.seed)).plan
    fence = (0.0, 100.0) if job.difficulty is None else (job.difficulty, job.difficulty)
    limits = replace(plain.program.limits, minutes=45.0)
    blocks = (Block(job.game, job.trials),)
    program = replace(
        plain.program, blocks=blocks, aim=replace(Aim(), fence=fence), limits=limits, rest_s=1, least_rest_s=1
    )
    session = Session(replace(plain, program=program, seed=job.seed), rooms.all_games())
    patient = Patient(Traits(job.ability), job.seed)
    hits: list[bool] = []
    while not session.over and len(hits) < job.trials:
        frame = session.tick(patient.samples(session))
        if frame.trial:
            hits.append(frame.trial.hit)
        if session.end is not None:  # the longest session is over: go on with a fresh one
            session = Session(replace(session.plan, seed=job.seed + len(hits)), rooms.all_games())
            patient = Patient(Traits(job.ability), f"{job.seed}-{len(hits)}")
    kept = hits[SETTLED:] if job.difficulty is None else hits
    return sum(kept) / len(kept)


def middles(game: str) -> list[float]:
    """Return the difficulty in the middle of each rung of a game, and the hardest one."""
    rungs = len(rooms.all_ladders()[game].levels)
    return [round((rung + 0.5) * 100 / rungs, 2) for rung in range(rungs)] + [100.0]


def curve_table(game: str, rows: list[list[float]]) -> str:
    """Return the Markdown table of success by rung and ability, with the largest fall between neighbours."""
    names = [level.name for level in rooms.all_ladders()[game].levels] + ["its hardest end"]
    lines = [
        f"| {game} | " + " | ".join(f"{ability:g}" for ability in ABILITIES) + " |",
        "| --- | " + " | ".join("---:" for _ in ABILITIES) + " |",
    ]
    for n, (name, row) in enumerate(zip(names, rows, strict=True), start=1):
        lines.append(f"| {n}. {name} | " + " | ".join(f"{share:.2f}" for share in row) + " |")
    falls = [max(a - b for a, b in pairwise(column)) for column in zip(*rows, strict=True)]
    return "\n".join([*lines, "| largest fall | " + " | ".join(f"{fall:.2f}" for fall in falls) + " |"])


def measured(games: Sequence[str], trials: int, workers: int, band: bool) -> Iterator[str]:
    """Yield the table of each game."""
    with ProcessPoolExecutor(workers) as pool:
        for game in games:
            jobs = [Job(game, ability, d, trials) for d in middles(game) for ability in ABILITIES]
            shares = list(pool.map(success, jobs, chunksize=2))
            wide = len(ABILITIES)
            table = curve_table(game, [shares[k : k + wide] for k in range(0, len(shares), wide)])
            if band:
                held = pool.map(success, [Job(game, ability, None, BAND_TRIALS) for ability in ABILITIES])
                table += "\n| held by the core | " + " | ".join(f"{share:.2f}" for share in held) + " |"
            yield table


def section(tables: Sequence[str], trials: int) -> str:
    """Return the section of the results."""
    told = f"""## How success falls over each ladder

`uv run python -m benchmarks.curves --band --trials {trials} --write`. Simulated patients of {len(ABILITIES)} abilities
play the middle of each rung, and the hardest end, {trials} tries each (one share carries an error of about
{0.5 / trials**0.5:.2f}); the largest fall is that between neighbouring rungs. In the last row the adaptive core
chooses, {BAND_TRIALS} tries of which the first {SETTLED} are left out; its band is 0.70 to 0.85. These patients feel no
memory, no veil and no short view, so rungs that grade those look flat here."""
    return f"<!-- games -->\n{told}\n\n" + "\n\n".join(tables) + "\n<!-- /games -->\n"


def main() -> None:
    """Play, print the tables, and with ``--write`` put them into the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("games", nargs="*", default=list(rooms.all_games()))
    parser.add_argument("--band", action="store_true", help="also let the adaptive core choose")
    parser.add_argument("--trials", type=int, default=TRIALS)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="put the tables into RESULTS.md")
    asked = parser.parse_args()
    tables = []
    for table in measured(asked.games, asked.trials, asked.workers, asked.band):
        tables.append(table)
        print(table, end="\n\n", flush=True)
    if asked.write:
        before = RESULTS.read_text(encoding="utf-8")
        RESULTS.write_text(OWN.sub("", before).rstrip() + "\n\n" + section(tables, asked.trials), encoding="utf-8")


if __name__ == "__main__":
    main()
