"""See how well an assessment places a hand: success in the first tries of each game, with what it suggests and without.

A simulated patient does the assessment, then plays each game for the first time. Games with a clock are held below it
until two stretches went well (accuracy before speed), so that an able hand begins easier than it could.

    nice python -m benchmarks.assessment_seeds --tries 20 --seeds 3
"""

import argparse
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from statistics import mean

from app import rooms
from app.assess_command import WAYS, played
from engine import assessment
from engine.gate import clock_from
from engine.hand import Side
from engine.plan import Plan
from engine.profile import Profile
from engine.program import Block
from engine.session import Session
from engine.simulate import Patient, Traits

ABILITIES = (0.2, 0.35, 0.5, 0.65, 0.8, 0.9)
TRIES, SEEDS, FIRST = 20, 3, 10


@dataclass(frozen=True, slots=True)
class Job:
    """One simulated patient of an ability, by its seed, and the games that it plays for so many tries."""

    ability: float
    seed: int
    games: tuple[str, ...]
    tries: int


Row = tuple[str, float, bool, float, bool]


def placed(job: Job) -> list[Row]:
    """Return (game, ability, seeded, success, held below a clock) of one patient, with and without the assessment."""
    sitting, _ = played(Side.RIGHT, job.ability, job.seed)
    seeds = dict(assessment.expected(assessment.results([sitting], "right"), rooms.all_ladders()))
    rows: list[Row] = []
    for game in job.games:
        clock = clock_from(rooms.all_ladders()[game], rooms.all_games()[game].self_paced)
        held = clock is not None and game in seeds and seeds[game] - 13 > clock
        for seeded in (True, False):
            expected = ((game, seeds[game]),) if seeded and game in seeds else ()
            rows.append((game, job.ability, seeded, success(job, game, expected), held and seeded))
    return rows


def success(job: Job, game: str, expected: tuple[tuple[str, float], ...]) -> float:
    """Return the share of hits in the first tries of a game."""
    gentle = rooms.built_in_program()
    program = replace(gentle, blocks=(Block(game, job.tries),), rest_s=2.0, least_rest_s=1.0, expected=expected)
    plan = Plan(job.seed, Profile(), program, rooms.all_ladders(), WAYS)
    session, patient = Session(plan, rooms.all_games()), Patient(Traits(job.ability), f"first-{job.seed}")
    while not session.over and len(session.trials) < job.tries and session.end is None:
        session.tick(patient.samples(session))
    return mean(float(trial.hit) for trial in session.trials)


def measured(jobs: Sequence[Job], workers: int) -> list[Row]:
    """Return the rows of all jobs."""
    with ProcessPoolExecutor(workers) as pool:
        return [row for rows in pool.map(placed, jobs) for row in rows]


def table(rows: Sequence[Row], games: Sequence[str]) -> Iterator[str]:
    """Yield the Markdown table: with the assessment / without it; a star where a clock holds the hand below it."""
    abilities = sorted({ability for _, ability, _, _, _ in rows})
    yield "| first tries | " + " | ".join(f"{ability:g}" for ability in abilities) + " | mean |"
    yield "| --- |" + " ---: |" * (len(abilities) + 1)
    for game in games:
        cells = [_cell(rows, game, ability) for ability in abilities]
        means = [mean(row[3] for row in rows if row[0] == game and row[2] is seeded) for seeded in (True, False)]
        yield f"| {game} | " + " | ".join(cells) + f" | {means[0]:.2f} / {means[1]:.2f} |"
    for told, only in (("all", False), ("without those below a clock", True)):
        cells = [_sum(rows, (ability,), only) for ability in abilities]
        yield f"| {told} | " + " | ".join(cells) + f" | {_sum(rows, abilities, only)} |"


def _cell(rows: Sequence[Row], game: str, ability: float) -> str:
    own = [row for row in rows if row[:2] == (game, ability)]
    star = "*" if any(row[4] for row in own) else ""
    return " / ".join(f"{mean(row[3] for row in own if row[2] is seeded):.2f}" for seeded in (True, False)) + star


def _sum(rows: Sequence[Row], abilities: Sequence[float], only_free: bool) -> str:
    held = {row[:2] for row in rows if row[4]} if only_free else set()
    own = [row for row in rows if row[1] in abilities and row[:2] not in held]
    shares = [[row[3] for row in own if row[2] is seeded] for seeded in (True, False)]
    return " / ".join(f"{mean(share):.2f}" if share else "-" for share in shares)


def main() -> None:
    """Play, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("games", nargs="*", default=list(rooms.all_games()))
    parser.add_argument("--tries", type=int, default=TRIES)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--first", type=int, default=FIRST, help="the first seed; those below 10 set the margins")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    seeds = range(asked.first, asked.first + asked.seeds)
    jobs = [Job(ability, seed, tuple(asked.games), asked.tries) for ability in ABILITIES for seed in seeds]
    print("\n".join(table(measured(jobs, asked.workers), asked.games)))


if __name__ == "__main__":
    main()
