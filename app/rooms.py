"""Find what there is to play, to sense and to climb: one file more in a room is found by itself."""

import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from typing import Any

import games
from app import files
from engine import assessment
from engine import level as levels
from engine import prescription as prescriptions
from engine import task as tasks
from engine.assessment import Rungs
from engine.game import AnyGame
from engine.level import Ladder, Level, LevelError
from engine.prescription import Prescription
from engine.program import Program
from engine.task import Task
from games import assess

ORDER = (
    "ladybirds", "cup", "brook", "melody", "buttons", "kite", "market", "letters", "zip", "kitchen",
)  # fmt: skip


@cache
def all_games() -> Mapping[str, AnyGame]:
    """Return every game by its name: each module or package of ``games`` that ends in ``GAME``."""
    found = {}
    for row in pkgutil.iter_modules(games.__path__):
        module = import_module(f"games.{row.name}")
        if hasattr(module, "GAME"):
            found[module.GAME.name] = module.GAME
    known = [name for name in ORDER if name in found]
    return {name: found[name] for name in (*known, *sorted(set(found) - set(known)))}


@cache
def _assess_modules() -> Mapping[str, Any]:
    """Return the module of each item of an assessment by its game's name; they are no games to be picked."""
    found = [import_module(f"games.assess.{row.name}") for row in pkgutil.iter_modules(assess.__path__)]
    return {module.GAME.name: module for module in found if hasattr(module, "GAME")}


def assess_items() -> Mapping[str, AnyGame]:
    """Return the game of each item of an assessment by its name."""
    return {name: module.GAME for name, module in _assess_modules().items()}


def assess_rungs() -> Mapping[str, Rungs]:
    """Return what each item's game asks, rung by rung, before any cap."""
    return {name: module.RUNGS for name, module in _assess_modules().items()}


def assess_ladders(cap: float | None) -> Mapping[str, Ladder]:
    """Return the fixed rungs of each item's game, forces lowered to what ``cap`` allows."""
    return assessment.ladders(assess_items(), assess_rungs(), cap)


def everything() -> Mapping[str, AnyGame]:
    """Return all that can be played in a session: the games and the items of an assessment."""
    return {**all_games(), **assess_items()}


@cache
def all_ladders() -> Mapping[str, Ladder]:
    """Return the ladder of every game, each checked; raise ``LevelError`` naming file, key and what is wrong."""
    return ladders_of(files.level_texts())


def ladders_of(texts: Iterable[tuple[str, str]]) -> Mapping[str, Ladder]:
    """Return the ladders of level files given as (path, text); raise ``LevelError`` for the first wrong one."""
    by_game: dict[str, list[Level]] = {}
    for path, text in texts:
        level = levels.parse(text, path, params_types())
        by_game.setdefault(level.game, []).append(level)
    return {name: levels.ladder(by_game[name]) for name in all_games() if name in by_game}


def with_edges() -> tuple[str, ...]:
    """Return the names of the games whose edges can be explored."""
    return tuple(name for name, game in all_games().items() if game.edges)


@cache
def all_tasks() -> tuple[Task, ...]:
    """Return the tasks of daily life in their order; raise ``LevelError`` naming file, key and what is wrong."""
    found = [tasks.parse(text, path, set(all_games())) for path, text in files.task_texts()]
    return tuple(sorted(found, key=lambda task: task.place))


def params_types() -> dict[str, type]:
    """Return the type of the parameters of each game."""
    return {name: game.params for name, game in all_games().items()}


def level_errors(texts: Iterable[tuple[str, str]]) -> tuple[list[LevelError], Mapping[str, Ladder]]:
    """Return everything that is wrong in level files given as (path, text), and the ladders of the good ones."""
    errors: list[LevelError] = []
    by_game: dict[str, list[Level]] = {}
    for path, text in texts:
        try:
            level = levels.parse(text, path, params_types())
            by_game.setdefault(level.game, []).append(level)
        except LevelError as error:
            errors.append(error)
    good: dict[str, Ladder] = {}
    for name, rungs in by_game.items():
        try:
            made = levels.ladder(rungs)
            levels.check(made, all_games()[name].index)
            good[name] = made
        except LevelError as error:
            errors.append(error)
    return errors, good


@cache
def all_prescriptions() -> Mapping[str, Prescription]:
    """Return the programs that come with Regrasp by their names; raise ``LevelError`` naming file, key and remedy."""
    found = [prescription_of(text, path) for path, text in files.program_texts()]
    return {prescription.name: prescription for prescription in found}


def prescription_of(text: str, path: str) -> Prescription:
    """Return the prescription of a TOML text; raise ``LevelError`` naming path, key and remedy."""
    return prescriptions.parse(text, path, _rung_counts(), _task_names())


def prescription_in(table: dict[str, Any], path: str) -> Prescription:
    """Return the prescription of a table of plain values; raise ``LevelError`` naming path, key and remedy."""
    return prescriptions.from_plain(table, path, _rung_counts(), _task_names())


def _rung_counts() -> dict[str, int]:
    return {game: len(ladder.levels) for game, ladder in all_ladders().items()}


def _task_names() -> set[str]:
    return {task.name for task in all_tasks()}


@cache
def gentle() -> Prescription:
    """Return what holds where nothing else is prescribed: the gentle program that comes with Regrasp."""
    path = "levels/programs/gentle.toml"
    return prescription_of(files.read_text(files.ROOT / path), path)


def built_in_program() -> Program:
    """Return the gentle program as one session plays it."""
    made, dose = gentle(), gentle().dose
    rests = (dose.rest_s, dose.least_rest_s, dose.rest_after)
    return Program(made.name, made.blocks, *rests, made.aim, made.limits)
