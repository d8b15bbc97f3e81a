"""Read level files, and lay a game's rungs end to end on one scale of difficulty, 0-100."""

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import MISSING, Field, dataclass, field, fields
from itertools import pairwise
from math import inf
from typing import Any

EASIEST, HARDEST = 0.0, 100.0
PLACES = 4
KEYS = {"game", "rung", "name", "changes", "eases", "params"}


class LevelError(ValueError):
    """A level file is wrong: says which file, which key, and what it must be."""

    def __init__(self, path: str, key: str, what: str) -> None:
        super().__init__(f"{path}: {key}: {what}" if key else f"{path}: {what}")
        self.path, self.key, self.what = path, key, what


@dataclass(frozen=True, slots=True)
class Number:
    """A graded parameter: a number in [low, high], or ``{easy = ..., hard = ...}``."""

    low: float
    high: float
    whole: bool = False

    def read(self, value: Any) -> tuple[float, float]:
        """Return the values at the easy and the hard end; raise ``ValueError`` saying what it must be."""
        ends = value if isinstance(value, dict) else {"easy": value, "hard": value}
        if set(ends) != {"easy", "hard"} or not all(_is_number(v) for v in ends.values()):
            raise ValueError("must be a number or {easy = number, hard = number}")
        for end in ("easy", "hard"):
            if not self.low <= ends[end] <= self.high:
                raise ValueError(f"must lie between {self.low:g} and {self.high:g}")
            if self.whole and ends[end] != int(ends[end]):
                raise ValueError("must be a whole number")
        return float(ends["easy"]), float(ends["hard"])

    def at(self, value: Any, position: float) -> Any:
        """Return the value at ``position`` 0 (easy) to 1 (hard), to 4 places."""
        easy, hard = value
        there = round(easy + (hard - easy) * position, PLACES)
        return round(there) if self.whole else there


@dataclass(frozen=True, slots=True)
class Choice:
    """A parameter that is one word of a list."""

    among: tuple[str, ...]

    def read(self, value: Any) -> str:
        """Return the word; raise ``ValueError`` saying what it must be."""
        if value not in self.among:
            raise ValueError(f"must be one of {', '.join(self.among)}")
        return str(value)

    def at(self, value: Any, position: float) -> Any:
        """Return the word, the same at every position."""
        return value


@dataclass(frozen=True, slots=True)
class Several:
    """A parameter that is a list of different words of a list."""

    among: tuple[str, ...]

    def read(self, value: Any) -> tuple[str, ...]:
        """Return the words; raise ``ValueError`` saying what it must be."""
        good = isinstance(value, list) and value and all(isinstance(v, str) and v in self.among for v in value)
        if not good or len(set(value)) != len(value):
            raise ValueError(f"must be a list of different ones of {', '.join(self.among)}")
        return tuple(value)

    def at(self, value: Any, position: float) -> Any:
        """Return the words as members of their type, the same at every position."""
        return value


@dataclass(frozen=True, slots=True)
class Yes:
    """A parameter that is true or false."""

    def read(self, value: Any) -> bool:
        """Return the truth value; raise ``ValueError`` saying what it must be."""
        if not isinstance(value, bool):
            raise ValueError("must be true or false")
        return value

    def at(self, value: Any, position: float) -> Any:
        """Return the truth value, the same at every position."""
        return value


Kind = Number | Choice | Several | Yes


def number(low: float, high: float, default: float | None = None, whole: bool = False) -> Any:
    """Declare a graded parameter of a game's ``Params``."""
    return _declared(Number(low, high, whole), default)


def choice(*among: str, default: str | None = None) -> Any:
    """Declare a parameter that is one word of ``among``."""
    return _declared(Choice(tuple(str(word) for word in among)), default)


def several(*among: str) -> Any:
    """Declare a parameter that lists different words of ``among``."""
    return _declared(Several(tuple(str(word) for word in among)), None)


def yes(default: bool | None = None) -> Any:
    """Declare a parameter that is true or false."""
    return _declared(Yes(), default)


def _declared(kind: Kind, default: Any) -> Any:
    metadata = {"kind": kind}
    return field(metadata=metadata) if default is None else field(default=default, metadata=metadata)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -inf < value < inf


@dataclass(frozen=True, slots=True)
class Level:
    """One rung: the parameters of a game at its easy and its hard end, and what changes from the rung before."""

    game: str
    rung: int
    name: str
    changes: str
    eases: tuple[str, ...]
    path: str
    values: tuple[tuple[str, Any], ...]
    params_type: type[Any]

    def params(self, position: float) -> Any:
        """Return the game's ``Params`` at ``position`` 0 (easy end) to 1 (hard end)."""
        if not 0.0 <= position <= 1.0:
            raise ValueError(f"position: must lie in 0..1, not {position}")
        kinds = kinds_of(self.params_type)
        return self.params_type(**{name: kinds[name].at(value, position) for name, value in self.values})


def kinds_of(params_type: type[Any]) -> dict[str, Kind]:
    """Return the kind of each parameter of a game."""
    return {f.name: f.metadata["kind"] for f in fields(params_type)}


def parse(text: str, path: str, games: dict[str, type[Any]]) -> Level:
    """Return the level that ``text`` (TOML) describes; raise ``LevelError`` naming ``path`` and key if it is wrong.

    ``games`` maps a game's name to the type of its parameters.
    """
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise LevelError(path, "", f"is not readable as TOML: {error}") from None
    for key in sorted(set(table) - KEYS):
        raise LevelError(path, key, "is not a key of a level file")
    game = _word(table, "game", path)
    if game not in games:
        raise LevelError(path, "game", f"must be one of {', '.join(sorted(games))}")
    rung = table.get("rung")
    if not isinstance(rung, int) or isinstance(rung, bool) or rung < 1:
        raise LevelError(path, "rung", "must be a whole number from 1")
    params = table.get("params")
    if not isinstance(params, dict):
        raise LevelError(path, "params", "must be a table of the game's parameters")
    kinds = kinds_of(games[game])
    changes = _word(table, "changes", path)
    if changes not in (*kinds, "first"):
        raise LevelError(path, "changes", f"must be first or one of {', '.join(kinds)}")
    eases = _eases(table.get("eases", []), kinds, path)
    values = _values(params, games[game], path)
    return Level(game, rung, _word(table, "name", path), changes, eases, path, values, games[game])


def _word(table: dict[str, Any], key: str, path: str) -> str:
    if not isinstance(table.get(key), str) or not table[key]:
        raise LevelError(path, key, "must be a text")
    return str(table[key])


def _eases(names: Any, kinds: dict[str, Kind], path: str) -> tuple[str, ...]:
    if not isinstance(names, list) or not all(isinstance(name, str) and name in kinds for name in names):
        raise LevelError(path, "eases", f"must be a list of some of {', '.join(kinds)}")
    return tuple(names)


def _values(params: dict[str, Any], params_type: type[Any], path: str) -> tuple[tuple[str, Any], ...]:
    declared: dict[str, Field[Any]] = {f.name: f for f in fields(params_type)}
    for name in params:
        if name not in declared:
            raise LevelError(path, f"params.{name}", f"is not known; there are {', '.join(declared)}")
    values = []
    for name, f in declared.items():
        if name not in params and f.default is MISSING:
            raise LevelError(path, f"params.{name}", "is missing")
        try:
            values.append((name, f.metadata["kind"].read(params.get(name, f.default))))
        except ValueError as error:
            raise LevelError(path, f"params.{name}", str(error)) from None
    return tuple(values)


@dataclass(frozen=True, slots=True)
class Ladder:
    """All rungs of one game, easiest first, end to end on one scale of difficulty, 0-100."""

    game: str
    levels: tuple[Level, ...]

    def place(self, difficulty: float) -> tuple[Level, float]:
        """Return the rung that ``difficulty`` lies on, and how far into it, 0..1."""
        if not EASIEST <= difficulty <= HARDEST:
            raise ValueError(f"difficulty: must lie in 0..100, not {difficulty}")
        span = HARDEST / len(self.levels)
        rung = min(int(round(difficulty / span, 4)), len(self.levels) - 1)
        return self.levels[rung], min(1.0, max(0.0, round(difficulty / span - rung, 6)))

    def params(self, difficulty: float) -> Any:
        """Return the game's parameters at ``difficulty``."""
        level, position = self.place(difficulty)
        return level.params(position)

    def start_of(self, rung: int) -> float:
        """Return the difficulty at the easy end of ``rung`` (from 1)."""
        if not 1 <= rung <= len(self.levels):
            raise ValueError(f"level: must be one of 1 to {len(self.levels)}, not {rung}")
        return round((rung - 1) * HARDEST / len(self.levels), 4)


def ladder(levels: Iterable[Level]) -> Ladder:
    """Return the ladder of levels of one game; raise ``LevelError`` if a rung is missing or there twice."""
    rungs = sorted(levels, key=lambda level: level.rung)
    if not rungs:
        raise LevelError("levels", "", "there is no level file")
    for n, level in enumerate(rungs, start=1):
        if level.rung != n:
            what = "is there twice" if level.rung < n else f"comes after rung {n - 1}: rung {n} is missing"
            raise LevelError(level.path, "rung", what)
    return Ladder(rungs[0].game, tuple(rungs))


def check(rungs: Ladder, index: Callable[[Any], float], steps: int = 8) -> None:
    """Raise ``LevelError`` unless each rung is no easier than the one before, by the game's index of difficulty."""
    before: Level | None = None
    for level in rungs.levels:
        inside = [round(index(level.params(k / steps)), 6) for k in range(steps + 1)]
        if any(b < a for a, b in pairwise(inside)):
            raise LevelError(level.path, "params", "the hard end is easier than the easy end")
        if before is not None:
            _check_step(before, level)
            for end, where in ((0.0, "easy"), (1.0, "hard")):
                low, high = index(before.params(end)), index(level.params(end))
                if round(high, 6) < round(low, 6):
                    what = f"its {where} end ({high:.2f}) is easier than the rung before ({low:.2f})"
                    raise LevelError(level.path, "params", what)
        before = level


def _check_step(before: Level, level: Level) -> None:
    hard, easy = dict(before.values), dict(level.values)
    kinds = kinds_of(level.params_type)
    for name in kinds:
        same = kinds[name].at(hard[name], 1.0) == kinds[name].at(easy[name], 0.0)
        if not same and name not in (level.changes, *level.eases):
            what = f'changes too, but only {level.changes} may (and what "eases" names may ease)'
            raise LevelError(level.path, f"params.{name}", what)
