"""Gather all that a session needs, and write it into a recording's header, so that nothing else is needed again."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from engine import guard
from engine import program as programs
from engine import source as sources
from engine.calibration import Scale
from engine.game import AnyGame, Skill
from engine.guard import FlareUp, Moment, Standing, Thresholds
from engine.hand import Finger, Side
from engine.level import Ladder, Level
from engine.profile import Profile
from engine.program import Program
from engine.source import Source


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a session needs, and all that its replay needs.

    ``played_with`` says what each skill is played with (``keys``, ``mouse``, ``switch``, a sensor or pads); ``beliefs``
    are by ``belief_key``, as JSON, and so is what is known of single ``fingers``; ``scale`` is the grip sensor's,
    where it is known from before, and ``source`` which sensor that is. With a ``day`` the patient is asked about pain
    and effort; of ``known`` games the demonstration goes over into play by itself.
    """

    seed: int
    profile: Profile
    program: Program
    ladders: Mapping[str, Ladder]
    played_with: Mapping[Skill, str]
    beliefs: Mapping[str, str] = field(default_factory=dict)
    scale: Scale | None = None
    fingers: Mapping[str, str] = field(default_factory=dict)
    source: Source = Source()
    day: "Day | None" = None
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """Where the patient stands as a session begins, when that is, and when the safety machine acts.

    After a gap it begins ``down`` rungs lower than it was, and nothing gets harder in that session. ``base`` is the
    difficulty of each game that a step down is counted from: that of the last try in which nothing was held.
    """

    standing: Standing
    moment: Moment
    limits: Thresholds = field(default_factory=Thresholds)
    flare: FlareUp = field(default_factory=FlareUp)
    down: int = 0
    base: tuple[tuple[str, float], ...] = ()


def belief_key(game: str, hand: Side, played_with: str) -> str:
    """Return under which name the belief about a hand at a game is kept: each way of playing has its own."""
    return f"{game}/{hand}/{played_with}"


def to_header(plan: Plan) -> dict[str, Any]:
    """Return the plan as plain values for a recording's header; levels are written out in full."""
    return {
        "seed": plan.seed,
        "profile": asdict(plan.profile),
        "program": programs.to_plain(plan.program),
        "levels": {game: [_level_row(level) for level in ladder.levels] for game, ladder in plan.ladders.items()},
        "played_with": dict(plan.played_with),
        "beliefs": dict(plan.beliefs),
        "fingers": dict(plan.fingers),
        "scale": asdict(plan.scale) if plan.scale else None,
        "source": sources.to_plain(plan.source),
        **({"day": _day_row(plan.day)} if plan.day else {}),
        **({"known": list(plan.known)} if plan.known else {}),
    }


def from_header(header: Mapping[str, Any], games: Mapping[str, AnyGame]) -> Plan:
    """Return the plan of a header; raise ``ValueError`` naming what is missing or wrong."""
    try:
        return Plan(
            seed=header["seed"],
            profile=profile_from_plain(header["profile"]),
            # Before there was a word about scanning, every game used the whole stage.
            program=programs.from_plain({"scan": True} | header["program"], "header", set(games)),
            ladders={
                game: Ladder(game, tuple(_level_of(row, games) for row in rows))
                for game, rows in header["levels"].items()
            },
            played_with=dict(header["played_with"]),
            beliefs=dict(header["beliefs"]),
            scale=Scale(**header["scale"]) if header["scale"] else None,
            fingers=dict(header.get("fingers", {})),
            source=sources.from_plain(header.get("source", {})),
            day=_day_of(header["day"]) if header.get("day") else None,
            known=tuple(header.get("known", ())),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"header: {error} is missing or wrong") from None


def profile_from_plain(row: Mapping[str, Any]) -> Profile:
    """Return the profile of plain values, as ``dataclasses.asdict`` made them."""
    known = {f.name for f in fields(Profile)}
    values = {key: value for key, value in row.items() if key in known}
    values["hand"] = Side(values["hand"])
    values["unseen"] = Side(values["unseen"]) if values.get("unseen") else None
    values["keys"] = tuple((str(key), Finger(finger)) for key, finger in values.get("keys", ()))
    return Profile(**values)


def _day_row(day: Day) -> dict[str, Any]:
    rows = {"moment": asdict(day.moment), "limits": asdict(day.limits), "flare": asdict(day.flare)}
    return rows | {"standing": guard.to_plain(day.standing), "down": day.down, "base": dict(day.base)}


def _day_of(row: Mapping[str, Any]) -> Day:
    limits, flare = Thresholds(**row["limits"]), FlareUp(**row["flare"])
    return Day(guard.from_plain(row["standing"]), Moment(**row["moment"]), limits, flare, int(row.get("down", 0)),
               tuple(row.get("base", {}).items()))  # fmt: skip


def _level_row(level: Level) -> dict[str, Any]:
    return {
        "game": level.game,
        "rung": level.rung,
        "name": level.name,
        "changes": level.changes,
        "eases": list(level.eases),
        "path": level.path,
        "values": dict(level.values),
    }


def _level_of(row: Mapping[str, Any], games: Mapping[str, AnyGame]) -> Level:
    values = tuple((key, tuple(v) if isinstance(v, list) else v) for key, v in row["values"].items())
    return Level(
        row["game"], row["rung"], row["name"], row["changes"], tuple(row["eases"]), row["path"], values,
        games[row["game"]].params,
    )  # fmt: skip
