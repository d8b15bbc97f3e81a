"""Name the tasks of daily life, and the games that train their parts."""

import tomllib
from dataclasses import dataclass

from engine.level import LevelError

MOST_PARTS = 3


@dataclass(frozen=True, slots=True)
class Task:
    """A task of daily life: its name, its place in the row of tasks, and the games that train its parts, in order."""

    name: str
    place: int
    games: tuple[str, ...]


def parse(text: str, path: str, games: set[str]) -> Task:
    """Return the task that ``text`` (TOML) describes; raise ``LevelError`` naming ``path`` and key if it is wrong."""
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise LevelError(path, "", f"is not readable as TOML: {error}") from None
    for key in sorted(set(table) - {"name", "place", "games"}):
        raise LevelError(path, key, "is not a key of a task")
    name, place, parts = table.get("name"), table.get("place"), table.get("games")
    if not isinstance(name, str) or not name.isalpha() or not name.islower():
        raise LevelError(path, "name", "must be one word in small letters")
    if not isinstance(place, int) or isinstance(place, bool) or place < 1:
        raise LevelError(path, "place", "must be a whole number from 1")
    if not isinstance(parts, list) or not 1 <= len(parts) <= MOST_PARTS or len(set(map(str, parts))) != len(parts):
        raise LevelError(path, "games", f"must be a list of 1 to {MOST_PARTS} different games")
    for part in parts:
        if part not in games:
            raise LevelError(path, "games", f"must be some of {', '.join(sorted(games))}, not {part}")
    return Task(name, place, tuple(parts))
