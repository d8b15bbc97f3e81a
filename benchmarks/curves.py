"""Measure, for each game, how success falls over its ladder, and whether the adaptive core holds patients in the band.

``python -m benchmarks.curves [game ...] [--band]``: simulated patients of several abilities play each rung's middle,
then (``--band``) a practice in which the adaptive core chooses.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise

from app import rooms
from app.demo import Demo, session_of
from engine.adaptive import Aim
from engine.program import Block
from engine.session import Session
from engine.simulate import Patient, Traits

ABILITIES = (0.2, 0.35, 0.5, 0.65, 0.8, 0.9)
TRIALS, BAND_TRIALS, SETTLED = 40, 200, 40


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


def main() -> None:
    """Play, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("games", nargs="*", default=list(rooms.all_games()))
    parser.add_argument("--band", action="store_true", help="also let the adaptive core choose")
    parser.add_argument("--trials", type=int, default=TRIALS)
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    with ProcessPoolExecutor(asked.workers) as pool:
        for game in asked.games:
            jobs = [Job(game, ability, d, asked.trials) for d in middles(game) for ability in ABILITIES]
            shares = list(pool.map(success, jobs))
            wide = len(ABILITIES)
            print(curve_table(game, [shares[k : k + wide] for k in range(0, len(shares), wide)]), flush=True)
            if asked.band:
                held = pool.map(success, [Job(game, ability, None, BAND_TRIALS) for ability in ABILITIES])
                print("| held by the core | " + " | ".join(f"{share:.2f}" for share in held) + " |", flush=True)
            print(flush=True)


if __name__ == "__main__":
    main()
