"""Say what an assessment is: its items, what is left of them, how good each try was, and where games may begin by it.

An assessment is an ordinary session of fixed blocks. Nothing is adapted in it and nothing told, so that two of them can
be compared. It is made of short items, each of which may be done on another day of the same week.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor
from statistics import mean, stdev
from typing import Any

from engine.game import FORCES, AnyGame, Skill
from engine.level import EASIEST, HARDEST, Ladder, Level, kinds_of
from engine.program import Block
from engine.recording import Fit, Trial
from engine.source import SENSORS

NAME, PREFIX = "assess", "assess-"
WITHIN_DAYS = 7
MOST_TRIES = 2
MARGIN, LEAST_TARGET, APART = 0.02, 0.03, 0.02  # shares of the hand's own force
SCATTER, EARLY, WRONG, IN_BAND, INSIDE = 0.15, 0.20, 0.20, 0.50, 0.50
FEWEST_TAPS, FEWEST_TOUCHES = 5, 12
SPOILING = ("gap", "reset", "saturated", "stuck", "no-data")
SQUEEZES = ("firm", "maximum")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is looked at: the game and the rung that ask for it, and about how long it takes.

    The grip has no game: it is measured while the session fits the sensor to the hand.
    """

    name: str
    game: str
    rung: int
    skill: Skill
    minutes: float

    @property
    def block(self) -> Block:
        """Return the block that asks for it."""
        return Block(self.game, 1, self.rung, probe=True)


ITEMS = (
    Item("grip", "", 0, "grip", 0.3),
    Item("hold-20", "assess-hold", 1, "grip", 0.3),
    Item("hold-40", "assess-hold", 2, "grip", 0.3),
    Item("ramp", "assess-ramp", 1, "grip", 0.4),
    Item("choice", "assess-choice", 1, "tap", 0.6),
    Item("fingers", "assess-fingers", 1, "tap", 0.5),
    Item("taps", "assess-taps", 1, "tap", 1.2),
    Item("line", "assess-trace", 1, "trace", 0.3),
    Item("waves", "assess-trace", 2, "trace", 0.3),
    Item("spiral", "assess-trace", 3, "trace", 0.3),
    Item("ring", "assess-ring", 1, "aim", 0.5),
)
BY_NAME = {item.name: item for item in ITEMS}
Rungs = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Sitting:
    """One session of an assessment as it is on record: the day, the hand, its trials and how the sensor was fitted."""

    day: int
    hand: str
    trials: tuple[Trial, ...]
    fits: tuple[Fit, ...] = ()


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a try was: ``good``, ``repeat`` or ``missing``; ``why`` it is poor, and ``notes`` of what to know of it.

    ``why``: no-try, unfinished, interrupted, sensor, scatter (maximum squeezes differ), early (anticipations), wrong
    (fingers), few (taps, touches), out-of-band, off-line. ``notes``: lowered (the cap allows less force), keys (not a
    hand's own force or way), pointed (touched on the screen: single fingers are not told).
    """

    flag: str
    why: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What an item found: its measures, how good they are, what it was played with, on which day, in how many tries."""

    item: str
    quality: Quality
    measures: tuple[tuple[str, float], ...] = ()
    played_with: str = ""
    day: int = 0
    tries: int = 0

    def value(self, name: str) -> float | None:
        """Return a measure, ``None`` where there is none."""
        return dict(self.measures).get(name)


# What can be done, and what it asks


def ladders(games: Mapping[str, AnyGame], rungs: Mapping[str, Rungs], cap: float | None) -> dict[str, Ladder]:
    """Return a ladder of fixed rungs for each item's game, all forces lowered to what the cap allows."""
    made = {}
    for name, rows in rungs.items():
        params = games[name].params
        levels = (Level(name, n, name, "first", (), f"{name}.{n}", _values(params, row, cap), params)
                  for n, row in enumerate(rows, start=1))  # fmt: skip
        made[name] = Ladder(name, tuple(levels))
    return made


def _values(params: type[Any], row: Mapping[str, Any], cap: float | None) -> tuple[tuple[str, Any], ...]:
    if "target" in row:
        row = {**row, "target": capped(row["target"], row["band"], cap)}
    whole = {name: getattr(params(**row), name) for name in kinds_of(params)}
    return tuple((name, kinds_of(params)[name].read(value)) for name, value in whole.items())


def capped(target: float, band: float, cap: float | None) -> float:
    """Return the force to ask for: with its band and a margin it stays below the cap."""
    return max(MARGIN, floor(1e4 * min(target, (cap or 0.0) - band - MARGIN) + 1e-6) / 1e4)


def possible(
    rungs: Mapping[str, Rungs], played_with: Mapping[Skill, str], cap: float | None, one_switch: bool = False,
    squeezes: bool = True,
) -> tuple[Item, ...]:  # fmt: skip
    """Return the items that can be done: no force where ``cap`` is ``None``, with one switch only what it can do.

    The grip itself needs a sensor that is fitted by a squeeze: with a cap in newtons there is none.
    """
    kept = [item for item in ITEMS if item.skill in FORCES or not one_switch]
    if cap is None:
        return tuple(item for item in kept if item.skill not in FORCES)
    if played_with["grip"] not in SENSORS or not squeezes:
        kept = [item for item in kept if item.name != "grip"]
    asked = {item.name: _target(item, rungs, cap) for item in kept if item.game and item.skill in FORCES}
    too_low = {name for name, target in asked.items() if target < LEAST_TARGET}
    if asked.get("hold-40", 1.0) - asked.get("hold-20", 0.0) < APART:
        too_low.add("hold-40")
    kept = [item for item in kept if item.name not in too_low]
    return tuple(item for item in kept if item.game or any(other.skill in FORCES and other.game for other in kept))


def _target(item: Item, rungs: Mapping[str, Rungs], cap: float) -> float:
    row = rungs[item.game][item.rung - 1]
    return capped(row["target"], row["band"], cap)


def left(items: Iterable[Item], sittings: Sequence[Sitting], hand: str, today: int) -> tuple[Item, ...]:
    """Return the items without a try within the last week, and after them those that are worth another one."""
    rows = tuple(items)
    return (*untried(rows, sittings, hand, today), *once_more(rows, sittings, hand, today))


def untried(items: Iterable[Item], sittings: Sequence[Sitting], hand: str, today: int) -> tuple[Item, ...]:
    """Return the items without a try within the last week: all others are done."""
    tried = {row.item for row in results(sittings, hand, today)}
    return tuple(item for item in items if item.name not in tried)


def once_more(items: Iterable[Item], sittings: Sequence[Sitting], hand: str, today: int) -> tuple[Item, ...]:
    """Return the items that are done, and worth another try."""
    poor = {row.item for row in results(sittings, hand, today) if _is_again(row)}
    return tuple(item for item in items if item.name in poor)


def _is_again(found: Found) -> bool:
    return found.quality.flag == "repeat" and found.tries < MOST_TRIES


def blocks(items: Iterable[Item]) -> tuple[Block, ...]:
    """Return the blocks that ask for the items; the grip is measured before any other force, so one is asked for."""
    rows = tuple(items)
    if any(not item.game for item in rows) and not any(item.game and item.skill in FORCES for item in rows):
        rows = (BY_NAME["hold-20"], *rows)
    return tuple(item.block for item in rows if item.game)


def asked(blocks: Iterable[Block]) -> tuple[str, ...]:
    """Return the names of the items that blocks ask for."""
    rows = {(block.game, block.level) for block in blocks}
    return tuple(item.name for item in ITEMS if (item.game, item.rung) in rows)


def done(trials: Sequence[Trial]) -> tuple[str, ...]:
    """Return the names of the items that trials are of; with a sensor the grip was measured before them."""
    rows = {(trial.game, trial.level) for trial in trials}
    felt = any(trial.played_with in SENSORS for trial in trials)
    return tuple(item.name for item in ITEMS if (item.game, item.rung) in rows or (felt and not item.game))


def minutes(items: Iterable[Item]) -> float:
    """Return about how long the items take."""
    return round(sum(item.minutes for item in items), 1)


# What came of it


def results(sittings: Sequence[Sitting], hand: str, today: int | None = None) -> tuple[Found, ...]:
    """Return what each item found of a hand: its newest good try, else its newest one, of the week up to ``today``."""
    own = [s for s in sittings if s.hand == hand and (today is None or 0 <= today - s.day < WITHIN_DAYS)]
    rows = [_found(item, own) for item in ITEMS]
    return tuple(row for row in rows if row is not None)


def _found(item: Item, sittings: Sequence[Sitting]) -> Found | None:
    if not item.game:
        return _grip(sittings)
    tries = [(s.day, t) for s in sittings for t in s.trials if t.game == item.game and t.level == item.rung]
    if not tries:
        return None
    judged = [(quality(item, trial), day, trial) for day, trial in tries]
    good = [row for row in judged if row[0].flag == "good"]
    how, day, trial = (good or judged)[-1]
    return Found(item.name, how, tuple(trial.measures.items()), trial.played_with, day, len(tries))


def quality(item: Item, trial: Trial) -> Quality:
    """Return how good a try was; see ``Quality``."""
    why = [trial.cause] if trial.cause in ("no-try", "unfinished") else []
    why += ["interrupted"] * bool(trial.interrupted) + ["sensor"] * any(mark in SPOILING for mark in trial.marks)
    why += RULES.get(item.game, lambda _: [])(trial.measures)
    notes = [name for name in ("lowered", "pointed") if trial.measures.get(name)]
    by_key = item.skill in FORCES and trial.played_with not in SENSORS
    notes += ["keys"] * bool(by_key or trial.measures.get("nudged"))
    return Quality("repeat" if why else "good", tuple(dict.fromkeys(why)), tuple(notes))


def _of_force(found: Mapping[str, float]) -> list[str]:
    return ["out-of-band"] * (found.get("in_band", 0.0) < IN_BAND)


def _of_choice(found: Mapping[str, float]) -> list[str]:
    answers = found.get("answers", 1.0)
    early, wrong = found.get("early", 0.0) / answers, found.get("wrong", 0.0) / answers
    return ["early"] * (early > EARLY) + ["wrong"] * (wrong > WRONG)


def _of_taps(found: Mapping[str, float]) -> list[str]:
    taps = [value for name, value in found.items() if name.startswith("taps_")]
    return ["few"] * (min(taps, default=0.0) < FEWEST_TAPS)


def _of_fingers(found: Mapping[str, float]) -> list[str]:
    return ["wrong"] * (found.get("wrong", 0.0) > WRONG)


def _of_trace(found: Mapping[str, float]) -> list[str]:
    return ["off-line"] * (found.get("inside", 0.0) < INSIDE)


def _of_ring(found: Mapping[str, float]) -> list[str]:
    return ["few"] * (found.get("touches", 0.0) < FEWEST_TOUCHES)


RULES = {
    "assess-hold": _of_force, "assess-ramp": _of_force, "assess-choice": _of_choice, "assess-taps": _of_taps,
    "assess-fingers": _of_fingers, "assess-trace": _of_trace, "assess-ring": _of_ring,
}  # fmt: skip


def _grip(sittings: Sequence[Sitting]) -> Found | None:
    """Return the newest squeeze that fitted the sensor to the hand: counts, and newtons where the sensor says them."""
    rows = [(s, fit) for s in sittings for fit in s.fits if fit.kind in SQUEEZES and fit.full > 0]
    if not rows:
        return None
    sitting, fit = rows[-1]
    counts = abs(fit.full - fit.zero)
    found = [("counts", round(counts, 4)), ("maximum", float(fit.kind == "maximum")), ("tries", float(len(fit.tries)))]
    felt = next((trial for trial in sitting.trials if trial.source.gain_n), None)
    if felt is not None:
        found.append(("newtons", round(counts * felt.source.gain_n, 4)))
    scatter = stdev(fit.tries) / mean(fit.tries) if len(fit.tries) > 1 and mean(fit.tries) > 0 else None
    if scatter is not None:
        found.append(("scatter", round(scatter, 4)))
    poor = scatter is not None and scatter > SCATTER
    played_with = next((trial.played_with for trial in sitting.trials if trial.played_with in SENSORS), "")
    how = Quality("repeat" if poor else "good", ("scatter",) if poor else ())
    return Found("grip", how, tuple(found), played_with, sitting.day, len(rows))


# Where the games may begin

# For each game: a parameter, what the hand showed, and how many times as much of it the parameter must leave, so that
# the try just goes well. The factors were calibrated with simulated patients (benchmarks/assessment_seeds.py).
NEEDS: Mapping[str, tuple[tuple[str, str, float], ...]] = {
    "ladybirds": (("limit_ms", "answer_ms", 0.85),),
    "melody": (("off_ms", "answer_ms", 0.16),),
    "cup": (("band", "force", 1.36),),
    "kite": (("band", "force", 1.14),),
    "market": (("window", "force", 1.36),),
    "kitchen": (("band", "force", 1.05), ("ring_mm", "line_mm", 2.0)),
    "brook": (("width_mm", "line_mm", 2.4),),
    "letters": (("width_mm", "line_mm", 2.5),),
    "zip": (("width_mm", "line_mm", 2.75),),
    "buttons": (("target_mm", "touch_mm", 3.7), ("limit_ms", "move_ms", 1.3)),
}
QUICK_MS, SLOWER = 500.0, 0.35
FINER = 0.5


def shown(found: Iterable[Found]) -> dict[str, float]:
    """Return what a hand showed, where enough of it is known.

    ``answer_ms`` is the reaction time, stretched for slow hands, which also err more; ``force`` how far a held force
    strays (80 % of the time, mean of the items); ``line_mm`` the root mean square distance from a traced line;
    ``touch_mm`` how far touches land from the middle on average, ``move_ms`` how long a movement takes.
    """
    known = {row.item: row for row in found if row.measures}
    reaction_ms = _values_of(known, ("choice",), "reaction_ms")
    force = _values_of(known, ("hold-20", "hold-40", "ramp"), "away_p80")
    line_mm = _values_of(known, ("line", "waves", "spiral"), "away_rms_mm")
    touch_mm, move_ms = _values_of(known, ("ring",), "away_mm"), _values_of(known, ("ring",), "movement_ms")
    made = {
        "answer_ms": [ms * max(1.0, ms / QUICK_MS) ** SLOWER for ms in reaction_ms],
        "force": force if len(force) > 1 else [],
        "line_mm": [mean(mm * mm for mm in line_mm) ** 0.5] if len(line_mm) > 1 else [],
        "touch_mm": touch_mm,
        "move_ms": move_ms,
    }
    return {name: mean(values) for name, values in made.items() if values}


def _values_of(known: Mapping[str, Found], items: Iterable[str], name: str) -> list[float]:
    values = (known[item].value(name) for item in items if item in known)
    return [value for value in values if value is not None]


def expected(
    found: Sequence[Found], ladders: Mapping[str, Ladder], played_with: Mapping[Skill, str] | None = None
) -> tuple[tuple[str, float], ...]:
    """Return, for each game of which enough is known, at which difficulty half of the tries would go well.

    It is the first one of the ladder that asks more than the hand showed, by the parameters that decide a try. It is
    what ``engine.program.Program.expected`` takes: a guess, and play moves away from it at once. Only good tries
    count, and where ``played_with`` says what the games are played with, those that were played with the same. Keys
    say nothing of the hand itself: what they did counts for the forces of games that are played with them.
    """
    hand = shown(row for row in found if row.quality.flag == "good" and _is_same_way(row, played_with))
    return tuple(
        (game, _reaches(ladders[game], [(param, factor * hand[name]) for param, name, factor in needs]))
        for game, needs in NEEDS.items()
        if game in ladders and all(name in hand for _, name, _ in needs)
    )


def _is_same_way(found: Found, played_with: Mapping[Skill, str] | None) -> bool:
    skill = BY_NAME[found.item].skill
    way, by_keys = (played_with or {}).get(skill), "keys" in found.quality.notes
    if way is None:
        return not by_keys
    return found.played_with == way and (skill in FORCES or not by_keys)


def _reaches(ladder: Ladder, needs: Sequence[tuple[str, float]]) -> float:
    """Return the last difficulty before the first that leaves less than is needed."""
    steps = round(HARDEST / FINER)
    for step in range(steps + 1):
        params = ladder.params(step * FINER)
        if any(getattr(params, param) < least for param, least in needs):
            return max(EASIEST, (step - 1) * FINER)
    return HARDEST
