"""Let a simulated patient practise, and keep what the devices felt and what was seen."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time, thread_time

from app import rooms
from app.demo import Demo, session_of
from app.logbook import Logbook
from app.visit import Visit
from engine.phases import Playing
from engine.plan import to_header
from engine.profile import Profile
from engine.recording import header_line
from engine.sample import Sample
from engine.scene import Scene
from engine.session import Session
from engine.simulate import Patient, Traits

ABILITY = 0.5
TICKS_A_FRAME = 2  # 120 ticks and 60 frames a second
WARM_TRIALS = 3
DWELL_S = 30.0


@dataclass(frozen=True, slots=True)
class Practice:
    """One whole practice: the game, what was felt tick by tick, and the lines of its recording."""

    game: str
    felt: tuple[tuple[Sample, ...], ...]
    lines: tuple[str, ...]
    simulated_cpu_s: float


@dataclass(frozen=True, slots=True)
class Seen:
    """Scenes in the order in which they were seen, and the CPU seconds that making each of them took."""

    name: str
    scenes: tuple[Scene, ...]
    made_cpu_s: tuple[float, ...]


def games() -> tuple[str, ...]:
    """Return the names of all games."""
    return tuple(rooms.all_games())


def session(game: str | None, trials: int) -> Session:
    """Return a session of one game, or of all of them."""
    return session_of(Demo(game, trials, ABILITY))


def practised(game: str, trials: int) -> Practice:
    """Let the simulated patient practise to the end."""
    played, patient = session(game, trials), Patient(Traits(ABILITY), 1)
    felt: list[tuple[Sample, ...]] = []
    lines: list[str] = [header_line(to_header(played.plan))]
    began = process_time()
    while not played.over:
        samples = patient.samples(played)
        felt.append(samples)
        lines.extend(played.tick(samples).lines)
    return Practice(game, tuple(felt), tuple(lines), process_time() - began)


def replayed_cpu_s(practice: Practice, trials: int) -> float:
    """Give a fresh session what was felt, and return the CPU seconds that it took."""
    again = session(practice.game, trials)
    began = process_time()
    for samples in practice.felt:
        again.tick(samples)
    return process_time() - began


def in_play(game: str, frames: int) -> Seen:
    """Return ``frames`` scenes of trials under way, each different from the one before."""
    return _seen(game, _playing(game), frames)


def summary(frames: int) -> Seen:
    """Return the summary after a practice of all games; it stands still."""
    played, patient = session(None, 20), Patient(Traits(ABILITY), 1)
    while played.end is None:
        played.tick(patient.samples(played))
    return _seen("summary, at rest", (played for _ in range(2 * frames)), frames, still=True)


def home(folder: Path, frames: int, dwelling: bool) -> Seen:
    """Return the home screen at rest, or while a button's ring of dwelling grows."""
    name = "home, a ring growing" if dwelling else "home, at rest"
    return _seen(name, _at_home(folder, dwelling), frames, still=not dwelling)


def _playing(game: str) -> Iterator[Session]:
    """Yield the session at each painted frame of a trial under way, for as long as it is asked for."""
    played, patient = session(game, 1000), Patient(Traits(ABILITY), 1)
    while not played.over:
        for _ in range(TICKS_A_FRAME):
            played.tick(patient.samples(played))
        if isinstance(played.phase, Playing) and len(played.trials) >= WARM_TRIALS:
            yield played


def _at_home(folder: Path, dwelling: bool) -> Iterator[Visit]:
    profile = replace(Profile(), dwell_s=DWELL_S if dwelling else 0.0)
    visit = Visit(folder, profile, Logbook(folder))
    button = visit.scene().buttons[0]
    visit.tick((Sample("mouse", 0.0, 0.0, button.x, button.y),) if dwelling else ())
    while True:
        for _ in range(TICKS_A_FRAME):
            visit.tick()
        yield visit


def _seen(name: str, shown: Iterator[Session] | Iterator[Visit], frames: int, still: bool = False) -> Seen:
    scenes: list[Scene] = []
    cpu_s: list[float] = []
    for shower in shown:
        began = thread_time()
        scene = shower.scene()
        took = thread_time() - began
        if still or not scenes or scene != scenes[-1]:
            scenes.append(scene)
            cpu_s.append(took)
        if len(scenes) == frames:
            break
    return Seen(name, tuple(scenes), tuple(cpu_s))
