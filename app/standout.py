"""Say what stands out: what misses came from and what would ease them first, and where little has changed."""

import json
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from app.texts import Texts
from engine.hand import Side
from engine.knob import MISSES
from engine.recording import Trial
from engine.trend import Plateau, pieces, plateau

FEWEST = 5  # a session with fewer tries says too little about where the hand stands
Way = tuple[str, Side, str]


@dataclass(frozen=True, slots=True)
class Try:
    """One try: its game, hand and way of playing, its session, the cause of a miss, and the ability then believed.

    ``measured_by`` is what must stay the same for a trend to go on (``engine.source.Source.comparable``).
    """

    way: Way
    session: int | None
    hit: bool
    cause: str
    ability: float | None
    measured_by: Hashable = None

    @staticmethod
    def of(trial: Trial, session: int | None) -> "Try":
        """Return what counts here of a trial."""
        way = (trial.game, trial.hand, trial.played_with)
        return Try(way, session, trial.hit, trial.cause, ability_of(trial.belief), trial.source.comparable)


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands out in one game, hand and way of playing.

    Of ``tries``, ``missed`` were no hits; ``causes`` counts them, the commonest first; ``eases`` is the parameter that
    would ease most of them, or empty where none stands out; ``plateau`` is over all sessions since the
    device last changed.
    """

    way: Way
    tries: int
    missed: int
    causes: tuple[tuple[str, int], ...]
    eases: str = ""
    plateau: Plateau | None = None


def ability_of(belief: str) -> float | None:
    """Return the ability in a belief's JSON; ``None`` without one (not adapted, or of version 1)."""
    try:
        ability = json.loads(belief)["ability"]
        return float(ability) if isfinite(ability) else None
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None


def standings(tries: Sequence[Try], shown: int, eases: Mapping[str, Mapping[str, str]]) -> tuple[Standing, ...]:
    """Return what stands out in each way of playing that occurs from the try number ``shown`` on.

    ``tries`` are all there are, oldest first; ``eases`` is each game's parameter for each cause of misses.
    """
    ways = dict.fromkeys(one.way for one in tries[shown:])
    return tuple(_standing(way, tries, shown, eases.get(way[0], {})) for way in ways)


def _standing(way: Way, tries: Sequence[Try], shown: int, eases: Mapping[str, str]) -> Standing:
    own = [one for one in tries[shown:] if one.way == way]
    missed = [one.cause for one in own if not one.hit]
    causes = tuple(Counter(missed).most_common())
    found = plateau(abilities(_last_piece([one for one in tries if one.way == way])))
    return Standing(way, len(own), len(missed), causes, _knob(causes, eases), found)


def _last_piece(tries: Sequence[Try]) -> Sequence[Try]:
    """Return the tries since the device, its calibration or an aid last changed: a trend does not go on across that."""
    found = pieces([one.measured_by for one in tries])
    return tries[found[-1].start :] if found else tries


def _knob(causes: Sequence[tuple[str, int]], eases: Mapping[str, str]) -> str:
    """Return the parameter that most misses come from, unless these are few, or another cause is commoner."""
    params: Counter[str] = Counter()
    for cause, n in causes:
        if cause in eases:
            params[eases[cause]] += n
    param, count = next(iter(params.most_common(1)), ("", 0))
    return param if count >= max(MISSES, causes[0][1] if causes else 0) else ""


def abilities(tries: Iterable[Try]) -> tuple[float, ...]:
    """Return the last ability of each session of at least five tries that tell it."""
    by_session: dict[int | None, list[float]] = {}
    for one in tries:
        if one.ability is not None:
            by_session.setdefault(one.session, []).append(one.ability)
    return tuple(known[-1] for known in by_session.values() if len(known) >= FEWEST)


# --- how it is said -------------------------------------------------------------------------------------


def row_of(patient: str, found: Iterable[Standing]) -> dict[str, Any]:
    """Return what stands out as plain values for JSON."""
    return {"patient": patient, "stands_out": [_row(one) for one in found]}


def _row(one: Standing) -> dict[str, Any]:
    level = one.plateau
    return {
        "game": one.way[0],
        "hand": str(one.way[1]),
        "played_with": one.way[2],
        "tries": one.tries,
        "missed": one.missed,
        "causes": dict(one.causes),
        "eases": one.eases,
        "plateau": level and {"sessions": level.sessions, "gain": level.gain, "lower": level.lower},
    }


def lines_of(found: Sequence[Standing], texts: Texts) -> list[str]:
    """Return an empty line, a title, and a line for each thing that stands out; nothing where nothing does."""
    ways = {one.way for one in found}
    said = [line for one in found for line in _said(one, where_of(one.way, ways, texts), texts)]
    return ["", texts.say("stands.title"), *said] if said else []


def where_of(way: Way, ways: Iterable[Way], texts: Texts) -> str:
    """Return game and hand, and what it was played with where one hand played a game in several of ``ways``."""
    game, hand, played_with = way
    where = texts.say("stands.where", {"game": f"@game.{game}", "hand": f"@set-value.hand.{hand}"})
    several = len([other for other in ways if other[:2] == way[:2]]) > 1
    return f"{where}, {texts.say(f'way.{played_with}')}" if several else where


def _said(one: Standing, where: str, texts: Texts) -> list[str]:
    lines = []
    if one.missed:
        causes = ", ".join(f"{n} {texts.say(f'miss.{cause}')}" for cause, n in one.causes if cause)
        values = {"where": where, "n": str(one.missed), "of": str(one.tries), "causes": causes or "?"}
        first = f" {texts.say(f'knob.{one.eases}')}" if one.eases else ""
        lines.append(texts.say("stands.missed", values) + first)
    if one.plateau:
        key = "stands.lower" if one.plateau.lower else "stands.plateau"
        lines.append(texts.say(key, {"where": where, "n": str(one.plateau.sessions)}))
    return lines
