"""Let motor-level simulated patients play the real games, and look how often their success lies in the band."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import product
from math import comb

from app import rooms
from app.demo import Demo, session_of
from benchmarks.spread import table
from engine.adaptive import Aim
from engine.session import Session
from engine.simulate import Patient, Traits

ABILITIES = (0.2, 0.35, 0.5, 0.65, 0.8, 0.9)
REACTIONS_MS = (450.0, 900.0, 1600.0, 3000.0)
TRIALS, WINDOW, FIRST = 200, 20, 40
USUAL, NARROW = (0.70, 0.85), (0.65, 0.80)


@dataclass(frozen=True, slots=True)
class Job:
    """One practice: game, what the patient is like, band, seed, trials."""

    game: str
    traits: Traits
    band: tuple[float, float]
    seed: int
    trials: int = TRIALS


@dataclass(frozen=True, slots=True)
class Played:
    """What came of it: hit or miss of each trial, and its difficulty."""

    job: Job
    hits: tuple[bool, ...]
    difficulties: tuple[float, ...]

    def inside(self, first: int = 0) -> float:
        """Return the share of windows of ``WINDOW`` trials after ``first`` whose success is in the band."""
        ends = range(first + WINDOW, len(self.hits) + 1)
        low, high = self.job.band
        shares = [sum(self.hits[end - WINDOW : end]) / WINDOW for end in ends]
        return sum(low - 1e-9 <= share <= high + 1e-9 for share in shares) / len(shares)

    def success(self, first: int = 0) -> float:
        """Return the share of hits after ``first``."""
        return sum(self.hits[first:]) / len(self.hits[first:])


def ceiling(band: tuple[float, float], p: float, n: int = WINDOW) -> float:
    """Return the share of windows inside the band of one whose chance of success is always ``p``."""
    inside = [k for k in range(n + 1) if band[0] - 1e-9 <= k / n <= band[1] + 1e-9]
    return sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in inside)


def play(job: Job) -> Played:
    """Play one practice to its end, through the session, as a person would."""
    plain = session_of(Demo(job.game, job.trials, seed=job.seed)).plan
    program = replace(plain.program, aim=Aim(job.band))
    session = Session(replace(plain, program=program), rooms.all_games())
    patient = Patient(job.traits, job.seed)
    while not session.over:
        session.tick(patient.samples(session))
    return Played(job, tuple(t.hit for t in session.trials), tuple(t.difficulty for t in session.trials))


def jobs(seeds: Sequence[int], trials: int = TRIALS) -> list[Job]:
    """Return all practices: each game with each ability, and ladybirds with each reaction time."""
    games = tuple(rooms.all_games())
    by_ability = [
        Job(game, Traits(ability, practice=0.05, fatigue=0.03), USUAL, seed, trials)
        for game, ability, seed in product(games, ABILITIES, seeds)
    ]
    by_reaction = [
        Job("ladybirds", Traits(0.9, reaction_ms=reaction), NARROW, seed, trials)
        for reaction, seed in product(REACTIONS_MS, seeds)
    ]
    return by_ability + by_reaction


def measured(seeds: Sequence[int], trials: int = TRIALS) -> list[Played]:
    """Play all practices, on all cores."""
    with ProcessPoolExecutor() as pool:
        return list(pool.map(play, jobs(seeds, trials)))


def report(found: Sequence[Played]) -> str:
    """Return the two tables, by ability and by reaction time, means over seeds."""
    by: dict[tuple[str, Traits, tuple[float, float]], list[Played]] = {}
    for played in found:
        by.setdefault((played.job.game, played.job.traits, played.job.band), []).append(played)
    ability = [(f"{traits.ability:g}", game, rows) for (game, traits, _), rows in by.items() if not traits.reaction_ms]
    reaction = [(f"{traits.reaction_ms:g}", game, rows) for (game, traits, _), rows in by.items() if traits.reaction_ms]
    return INTRODUCTION.format(
        ability=_table("ability", ability), reaction=_table("mean reaction, ms", reaction),
        usual=ceiling(USUAL, 0.775), narrow=ceiling(NARROW, 0.725), window=WINDOW, first=FIRST, trials=TRIALS,
        seeds=len({played.job.seed for played in found}),
    )  # fmt: skip


def _table(what: str, rows: Sequence[tuple[str, str, list[Played]]]) -> str:
    head = (
        "game",
        what,
        "tries",
        "success",
        f"success after {FIRST}",
        "windows inside",
        f"windows inside after {FIRST}",
    )
    body = []
    for name, game, played in rows:
        figures = ([p.success() for p in played], [p.success(FIRST) for p in played],
                   [p.inside() for p in played], [p.inside(FIRST) for p in played])  # fmt: skip
        tries = sum(len(p.hits) for p in played)
        body.append((game, name, str(tries), *(f"{sum(one) / len(one):.3f}" for one in figures)))
    return table(head, body)


INTRODUCTION = """### Through the real games

Simulated patients press keys, squeeze a simulated sensor and lead a pointer (`engine/simulate.py`); practice adds .05
and fatigue takes .03 of their ability. They begin at the easiest level, without an assessment, with every rule of a
session in force: no clock before two good stretches without one, bounded steps, three misses ease. "Windows inside"
is the share of all trailing windows of {window} tries whose success lies in the band; of one whose chance of success
never moved from the middle of the band it would be {usual:.3f} for .70-.85 and {narrow:.3f} for .65-.80. Up to
{trials} tries (45 minutes), means of {seeds} seeds. The first {first} tries hold the climb from the easiest level and
the wait before the clock.

Band .70-.85, each game:

{ability}
Band .65-.80, ladybirds, hands of ability .9 with a mean reaction of their own:

{reaction}"""
