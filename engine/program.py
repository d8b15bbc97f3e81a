"""Say what is prescribed: the blocks of a session, their rests, the band, the fence and the limits."""

import tomllib
from dataclasses import asdict, dataclass, field
from typing import Any

from engine.adaptive import Aim
from engine.feedback import Feedback
from engine.level import EASIEST, HARDEST, LevelError
from engine.safety import Limits

TABLES = ("blocks", "aim", "limits", "name", "expected", "feedback", "fences")


@dataclass(frozen=True, slots=True)
class Block:
    """A number of trials of one game; ``level`` is the rung to stay on, ``None`` lets the adaptive core choose.

    With ``explore`` nothing is scored: at an easy rung the patient finds the game's edges, on purpose too soft or
    too hard, as often as the game has some. A ``probe`` is a fixed block that a session begins with: nothing is told of
    it. ``feedback`` is what holds here instead of the program's.
    """

    game: str
    trials: int = 10
    level: int | None = None
    explore: bool = False
    probe: bool = False
    feedback: Feedback | None = None

    def __post_init__(self) -> None:
        """Refuse a block without trials, or on no rung."""
        if not _is_whole(self.trials):
            raise ValueError(f"trials: must be a whole number, not {self.trials}")
        if not 1 <= self.trials <= 1000:
            raise ValueError(f"trials: must lie between 1 and 1000, not {self.trials}")
        if self.level is not None and not (_is_whole(self.level) and self.level >= 1):
            raise ValueError(f"level: must be a whole number from 1, not {self.level}")
        for name in ("explore", "probe"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name}: must be true or false, not {getattr(self, name)}")
        if self.probe and (self.level is None or self.explore):
            raise ValueError("probe: needs a level, and nothing is explored in it")


@dataclass(frozen=True, slots=True)
class Program:
    """A prescription: blocks of play, a rest after each ``rest_after`` trials and between blocks.

    ``expected`` is what an assessment suggests: the ability at a game, on its scale of difficulty, for a hand of which
    nothing else is known. ``maximum`` lets a hand's maximum grip be measured as the 100 % of forces; without it, and
    always where it is not stated, a comfortable firm squeeze is. ``feedback`` says when it is told how a try went.
    ``fences`` are the lowest and highest rung of a game. With ``cap_n`` no squeeze fits the sensor to the hand: the cap
    is that many newtons. Without ``speed`` no clock ever enters. With ``scan`` targets
    cross into a side that is not seen.
    """

    name: str
    blocks: tuple[Block, ...]
    rest_s: float = 30.0
    least_rest_s: float = 10.0
    rest_after: int = 10
    aim: Aim = field(default_factory=Aim)
    limits: Limits = field(default_factory=Limits)
    expected: tuple[tuple[str, float], ...] = ()
    maximum: bool = False
    feedback: Feedback = field(default_factory=Feedback)
    fences: tuple[tuple[str, tuple[int, int]], ...] = ()
    cap_n: float = 0.0
    speed: bool = True
    scan: bool = False

    def __post_init__(self) -> None:
        """Refuse rests that cannot be kept."""
        for name in ("rest_s", "least_rest_s"):
            value = getattr(self, name)
            if not (isinstance(value, float) or _is_whole(value)) or not 0 <= value <= 3600:
                raise ValueError(f"{name}: must be seconds from 0 to 3600, not {value}")
        if not (_is_whole(self.rest_after) and self.rest_after >= 1):
            raise ValueError(f"rest_after: must be a whole number from 1, not {self.rest_after}")
        if not isinstance(self.maximum, bool):
            raise ValueError(f"maximum: must be true or false, not {self.maximum}")
        self._check_prescribed()
        for game, ability in self.expected:
            if not (isinstance(ability, float) or _is_whole(ability)) or not EASIEST <= ability <= HARDEST:
                raise ValueError(f"expected.{game}: must be a difficulty from 0 to 100, not {ability}")

    def _check_prescribed(self) -> None:
        if not (isinstance(self.cap_n, float) or _is_whole(self.cap_n)) or not 0 <= self.cap_n <= 400:
            raise ValueError(f"cap_n: must be newtons from 0 to 400, not {self.cap_n}")
        for name in ("speed", "scan"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name}: must be true or false, not {getattr(self, name)}")
        for game, fence in self.fences:
            if not _is_fence(fence):
                raise ValueError(f"fences.{game}: must be the lowest and the highest rung, not {fence}")


def _is_fence(fence: object) -> bool:
    whole = isinstance(fence, tuple) and len(fence) == 2 and all(_is_whole(rung) for rung in fence)
    return whole and isinstance(fence, tuple) and 1 <= fence[0] <= fence[1]


def parse(text: str, path: str, games: set[str]) -> Program:
    """Return the program that ``text`` (TOML) describes; raise ``LevelError`` naming ``path`` and key."""
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise LevelError(path, "", f"is not readable as TOML: {error}") from None
    return from_plain(table, path, games)


def from_plain(table: dict[str, Any], path: str, games: set[str]) -> Program:
    """Return the program of a table of plain values; raise ``LevelError`` naming ``path`` and key."""
    blocks = []
    for n, row in enumerate(_list(table, path), start=1):
        if not isinstance(row.get("game"), str) or row["game"] not in games:
            raise LevelError(path, f"blocks.{n}.game", f"must be one of {', '.join(sorted(games))}")
        told = {"feedback": _made(Feedback, row["feedback"], path, f"blocks.{n}.feedback")} if "feedback" in row else {}
        blocks.append(_made(Block, row | told, path, f"blocks.{n}"))
    plain = {key: value for key, value in table.items() if key not in TABLES}
    if not isinstance(table.get("aim", {}), dict):
        raise LevelError(path, "aim", "must be a table")
    aim = {key: tuple(v) if isinstance(v, list) else v for key, v in table.get("aim", {}).items()}
    made: Program = _made(
        Program,
        {
            "name": str(table.get("name", "")),
            "blocks": tuple(blocks),
            "aim": _made(Aim, aim, path, "aim"),
            "limits": _made(Limits, table.get("limits", {}), path, "limits"),
            "feedback": _made(Feedback, _table(table, "feedback", path), path, "feedback"),
            "expected": _expected(table.get("expected", {}), path, games),
            "fences": _fences(table.get("fences", {}), path, games),
            **plain,
        },
        path,
        "program",
    )
    return made


def to_plain(program: Program) -> dict[str, Any]:
    """Return the program as plain values, ready for JSON or TOML."""
    aim, limits = program.aim, program.limits
    return {
        "name": program.name,
        "rest_s": program.rest_s,
        "least_rest_s": program.least_rest_s,
        "rest_after": program.rest_after,
        "maximum": program.maximum,
        "aim": {"band": list(aim.band), "fence": list(aim.fence), "guess": aim.guess}
        | ({} if aim.rungs is None else {"rungs": list(aim.rungs)}),
        "limits": {
            "cap": limits.cap, "hard": limits.hard, "soft": limits.soft, "soft_s": limits.soft_s,
            "rise": limits.rise,            "taps": limits.taps, "minutes": limits.minutes,
        },
        "feedback": asdict(program.feedback),
        "expected": dict(program.expected),
        **({"fences": {game: list(fence) for game, fence in program.fences}} if program.fences else {}),
        **({"cap_n": program.cap_n} if program.cap_n else {}),
        **({} if program.speed else {"speed": False}),
        "scan": program.scan,
        "blocks": [
            {"game": b.game, "trials": b.trials}
            | ({} if b.level is None else {"level": b.level})
            | ({"explore": True} if b.explore else {})
            | ({"probe": True} if b.probe else {})
            | ({"feedback": asdict(b.feedback)} if b.feedback else {})
            for b in program.blocks
        ],
    }  # fmt: skip


def _table(table: dict[str, Any], key: str, path: str) -> dict[str, Any]:
    row = table.get(key, {})
    if not isinstance(row, dict):
        raise LevelError(path, key, "must be a table")
    return row


def _expected(table: Any, path: str, games: set[str]) -> tuple[tuple[str, float], ...]:
    if not isinstance(table, dict):
        raise LevelError(path, "expected", "must be a table: a difficulty from 0 to 100 for each game")
    for game in table:
        if game not in games:
            raise LevelError(path, f"expected.{game}", f"must be one of {', '.join(sorted(games))}")
    return tuple(table.items())


def _fences(table: Any, path: str, games: set[str]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    if not isinstance(table, dict) or not all(isinstance(fence, list) for fence in table.values()):
        raise LevelError(path, "fences", "must be a table: the lowest and the highest rung for each game")
    for game in table:
        if game not in games:
            raise LevelError(path, f"fences.{game}", f"must be one of {', '.join(sorted(games))}")
    return tuple((game, tuple(fence)) for game, fence in table.items())


def _list(table: dict[str, Any], path: str) -> list[dict[str, Any]]:
    rows = table.get("blocks")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise LevelError(path, "blocks", "must be a list of tables, each with a game")
    return rows


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _made(kind: Any, values: dict[str, Any], path: str, key: str) -> Any:
    try:
        return kind(**values)
    except (TypeError, ValueError) as error:
        raise LevelError(path, key, str(error).replace("__init__() got an", "has an")) from None
