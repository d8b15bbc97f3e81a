"""Follow a patient's own goals over weeks: what was attained, which milestones were reached, and the way back.

Nothing here judges: a change is told as a number, a milestone once reached stays reached, and days without practice
are never counted. Days are running numbers of local dates, as in ``engine.guard.Moment``.
"""

import json
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any, Protocol, TypeGuard

from engine.level import LevelError
from engine.measures import goal_attainment, rounded
from engine.prescription import DAYS, Dose, Goal, Milestone
from engine.recording import Trial

SCORES = (-2, -1, 0, 1, 2)
FIRST_SCORE = -1  # where a goal begins by convention: less than agreed, and worse is possible
ACTIVITIES, LOWEST, HIGHEST = 3, 0, 10
TOLD_CHANGE = 2
"""From how many points on a change of an own activity is told: the MCID of such scales (shoulder, 1.9-2.0 points)."""
SUCCESS, TRIES = 0.8, 8
SMALL_STEP = 2  # rungs from one proposed milestone to the next
LONG_GAP_D, SHORT_GAP_D = 7, 4
STEP_DOWNS = ((28, 3), (14, 2), (LONG_GAP_D, 1))
WEEK = 7
LONGEST = 300


class Told(Protocol):
    """One entry of a diary, as ``engine.diary.Entry`` is."""

    @property
    def day(self) -> int:
        """Return the local date as a running number."""

    @property
    def kind(self) -> str:
        """Return what kind of entry it is."""

    @property
    def values(self) -> Mapping[str, Any]:
        """Return what was told."""


# --- goals ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rating:
    """How far a goal was attained on a day: -2 (much less than agreed) to 2 (much more)."""

    goal: int
    score: int
    day: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one goal stands: its first rating, which stays its baseline, and its latest; ``None`` if never rated."""

    goal: Goal
    first: int | None = None
    latest: int | None = None
    day: int | None = None

    @property
    def change(self) -> int | None:
        """Return by how many steps it changed since the first rating."""
        return _change(self.first, self.latest)


@dataclass(frozen=True, slots=True)
class Attained:
    """All goals together: the T-score now and at the first ratings (``None`` before any), and each goal by itself."""

    t: float | None
    first_t: float | None
    rows: tuple[Standing, ...]


def rated(number: int, score: int, goals: Sequence[Goal]) -> dict[str, Any]:
    """Return the values of a diary entry ``goal``; the words keep it with its goal when goals are put in another order.

    Raise ``ValueError`` for a goal (0 is the first) or a score that there is not.
    """
    if not 0 <= number < len(goals):
        raise ValueError(f"goal: must be a number from 1 to {len(goals)}, not {number + 1}" if goals else
                         "goal: there is none yet")  # fmt: skip
    if score not in SCORES or isinstance(score, bool):
        raise ValueError(f"score: must be a whole number from -2 to 2, not {score}")
    return {"goal": number, "score": score, "words": goals[number].words}


def ratings_of(entries: Iterable[Told], goals: Sequence[Goal]) -> tuple[Rating, ...]:
    """Return the ratings of these goals in a diary, oldest first; what belongs to another goal is left out."""
    by_words = {goal.words: n for n, goal in reversed(list(enumerate(goals)))}
    found = []
    for entry in entries:
        if entry.kind != "goal":
            continue
        words, score = entry.values.get("words"), entry.values.get("score")
        number = entry.values.get("goal") if words is None else by_words.get(str(words))
        if _is_whole(number) and 0 <= number < len(goals) and _is_whole(score) and score in SCORES:
            found.append(Rating(number, score, entry.day))
    return tuple(found)


def attained(goals: Sequence[Goal], ratings: Sequence[Rating]) -> Attained:
    """Return what was attained: each goal's change, and the T-score of those that were rated (50 is as agreed)."""
    rows = []
    for number, goal in enumerate(goals):
        own = [rating for rating in ratings if rating.goal == number]
        rows.append(Standing(goal, own[0].score, own[-1].score, own[-1].day) if own else Standing(goal))
    known = [row for row in rows if row.latest is not None]
    weights = [row.goal.weight for row in known]
    t = goal_attainment([row.latest for row in known if row.latest is not None], weights)
    first_t = goal_attainment([row.first for row in known if row.first is not None], weights)
    return Attained(_rounded(t), _rounded(first_t), tuple(rows))


def level_key(score: int) -> str:
    """Return the key of the built-in sentence for a score, for a goal whose levels nobody wrote out."""
    return f"goal.level-{score + 3}"


def parse(text: str, path: str) -> tuple[Goal, ...]:
    """Return the goals of a file of a patient's own (TOML, ``[[goals]]``); raise ``LevelError`` naming ``path``."""
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise LevelError(path, "", f"is not readable as TOML: {error}") from None
    for key in sorted(set(table) - {"goals"}):
        raise LevelError(path, key, "is not a key of goals; each goal is headed [[goals]]")
    rows = table.get("goals", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise LevelError(path, "goals", "must be a list of tables, each headed [[goals]]")
    return tuple(_goal(row, path, f"goals.{n}") for n, row in enumerate(rows, start=1))


def _goal(row: dict[str, Any], path: str, key: str) -> Goal:
    names = [field.name for field in fields(Goal)]
    for name in sorted(set(row) - set(names)):
        raise LevelError(path, f"{key}.{name}", f"is not a key here; there are {', '.join(names)}")
    try:
        return Goal(**({"words": ""} | row))
    except (TypeError, ValueError) as error:
        name, _, what = str(error).partition(": ")
        raise LevelError(path, f"{key}.{name}", what or "is wrong") from None


def to_toml(goals: Sequence[Goal]) -> str:
    """Return goals as the TOML that ``parse`` takes."""
    lines = ["# Goals in the patient's own words; levels are five texts, from much less (-2) to much more (2)."]
    for goal in goals:
        lines += ["", "[[goals]]", f"words = {_quoted(goal.words)}"]
        lines += [f"levels = [{', '.join(map(_quoted, goal.levels))}]"] if goal.levels else []
        lines += [f"weight = {goal.weight}"] if goal.weight != 1.0 else []
        lines += [f"task = {_quoted(goal.task)}"] if goal.task else []
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Return a text as a TOML string: JSON's escapes are TOML's, but for the one letter that JSON leaves alone."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


# --- own activities -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Activity:
    """One of the three activities of a patient's own, rated 0 (cannot be done) to 10 (no trouble): then, and now."""

    words: str
    first: int | None = None
    latest: int | None = None
    day: int | None = None

    @property
    def change(self) -> int | None:
        """Return by how many points it changed since the first rating."""
        return _change(self.first, self.latest)

    @property
    def told_change(self) -> int | None:
        """Return the change where it is large enough to be told, up or down; else ``None``."""
        change = self.change
        return change if change is not None and abs(change) >= TOLD_CHANGE else None


def activity_rated(words: str, score: int) -> dict[str, Any]:
    """Return the values of a diary entry ``activity``; raise ``ValueError`` without words or off the scale."""
    if not words.strip() or len(words) > LONGEST:
        raise ValueError(f"words: must say the activity, in at most {LONGEST} letters")
    if not _is_whole(score) or not LOWEST <= score <= HIGHEST:
        raise ValueError(f"score: must be a whole number from {LOWEST} to {HIGHEST}, not {score}")
    return {"words": words.strip(), "score": score}


def activities(entries: Iterable[Told]) -> tuple[Activity, ...]:
    """Return the activities of a diary in the order in which they were named; the last three that were named count.

    An entry with ``instead`` puts another activity in the place of the one of those words.
    """
    found: dict[str, Activity] = {}
    for entry in entries:
        words, score = entry.values.get("words"), entry.values.get("score")
        if entry.kind != "activity" or not isinstance(words, str) or not words:
            continue
        if not _is_whole(score) or not LOWEST <= score <= HIGHEST:
            continue
        instead = entry.values.get("instead")
        if instead in found and words not in found:
            found = {words if name == instead else name: row for name, row in found.items()}
            found[words] = Activity(words)
        first = found.get(words, Activity(words)).first
        found[words] = Activity(words, score if first is None else first, score, entry.day)
    return tuple(found.values())[-ACTIVITIES:]


# --- milestones -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Passed:
    """A milestone and how far it is: ``reached``, the ``next`` one of its game, or one for ``later``."""

    milestone: Milestone
    state: str


def blocks_of(trials: Iterable[Trial]) -> tuple[tuple[Trial, ...], ...]:
    """Return the trials of one session as its blocks."""
    found: dict[int, list[Trial]] = {}
    for trial in trials:
        found.setdefault(trial.block, []).append(trial)
    return tuple(tuple(block) for block in found.values())


def passes(block: Sequence[Trial], milestone: Milestone) -> bool:
    """Tell whether a block passed a rung: at least 8 tries on it or above, and 80 % of them hits."""
    tries = [trial.hit for trial in block if trial.game == milestone.game and trial.level >= milestone.rung]
    return len(tries) >= TRIES and sum(tries) >= SUCCESS * len(tries)


def milestone_entry(milestone: Milestone) -> dict[str, Any]:
    """Return the values of a diary entry ``milestone``: it was celebrated, and stays reached for ever."""
    return {"game": milestone.game, "rung": milestone.rung}


def reached(
    milestones: Sequence[Milestone], entries: Iterable[Told], blocks: Collection[Sequence[Trial]] = ()
) -> tuple[Milestone, ...]:
    """Return the milestones that were reached: those that a diary holds, and those that one of ``blocks`` passes.

    Whoever reached a rung reached every lower one of that game.
    """
    kept = _kept(entries)
    return tuple(
        row for row in milestones
        if row.rung <= kept.get(row.game, 0) or any(passes(block, row) for block in blocks)
    )  # fmt: skip


def to_celebrate(
    milestones: Sequence[Milestone], entries: Iterable[Told], blocks: Collection[Sequence[Trial]]
) -> tuple[Milestone, ...]:
    """Return the milestones that ``blocks`` reached and that were not celebrated yet, each once."""
    told = tuple(entries)
    before = reached(milestones, told)
    return tuple(row for row in reached(milestones, told, blocks) if row not in before)


def mastery(milestones: Sequence[Milestone], done: Collection[Milestone]) -> tuple[Passed, ...]:
    """Return the map of mastery: each milestone as ``reached``, the ``next`` one of its game, or for ``later``."""
    found = []
    for game in dict.fromkeys(row.game for row in milestones):
        own = sorted((row for row in milestones if row.game == game), key=lambda row: row.rung)
        ahead = min((row.rung for row in own if row not in done), default=0)
        found += [Passed(row, "reached" if row in done else "next" if row.rung == ahead else "later") for row in own]
    return tuple(found)


def proposed(game: str, present: int, goal: int) -> tuple[Milestone, ...]:
    """Return milestones from a present rung up to a goal rung: the first one is near, then small steps.

    The goal is always the last one; there is none where the goal is not above the present rung.
    """
    rungs = sorted({*range(present + 1, goal, SMALL_STEP), goal}) if goal > present else []
    return tuple(Milestone(game, rung) for rung in rungs)


def _kept(entries: Iterable[Told]) -> dict[str, int]:
    """Return the highest rung of each game that a diary says was celebrated."""
    found: dict[str, int] = {}
    for entry in entries:
        game, rung = str(entry.values.get("game")), entry.values.get("rung")
        if entry.kind == "milestone" and _is_whole(rung):
            found[game] = max(rung, found.get(game, 0))
    return found


# --- staying so, and coming back ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gap:
    """The time since the last practice: ``none``, ``short`` or ``long``; it begins ``step_down`` rungs easier."""

    kind: str = "none"
    step_down: int = 0

    @property
    def words(self) -> str:
        """Return the key of the kind words for it; "" where there is nothing to say."""
        return "" if self.kind == "none" else f"return.{self.kind}"


def gap(last_day: int | None, today: int) -> Gap:
    """Return the gap between the last day of practice and today; how long it was is never shown.

    A weekend is none. From a week on practice begins 1, from two weeks on 2, from four weeks on 3 rungs easier.
    """
    away = 0 if last_day is None else today - last_day
    step_down = next((down for least, down in STEP_DOWNS if away >= least), 0)
    if away >= LONG_GAP_D:
        return Gap("long", step_down)
    return Gap("short") if away >= SHORT_GAP_D else Gap()


@dataclass(frozen=True, slots=True)
class Week:
    """A week from Monday on, as days with practice; ``today`` is the place of today in it, ``None`` in another week."""

    monday: int
    practised: tuple[bool, ...]
    today: int | None = None


def weeks(days: Iterable[int], today: int, last: int = 1) -> tuple[Week, ...]:
    """Return the last weeks, this one at the end: on which days there was practice. No run of days can break."""
    known = set(days)
    mondays = range(monday_of(today) - (last - 1) * WEEK, today + 1, WEEK)
    return tuple(
        Week(monday, tuple(monday + n in known for n in range(WEEK)),
             today - monday if monday == monday_of(today) else None)
        for monday in mondays
    )  # fmt: skip


def weekday(day: int) -> int:
    """Return the day of the week of a running day, 0 for Monday."""
    return (day - 1) % WEEK


def monday_of(day: int) -> int:
    """Return the Monday of the week that a running day lies in."""
    return day - weekday(day)


@dataclass(frozen=True, slots=True)
class Adherence:
    """How much of what was prescribed was done: shares of bouts and minutes (each day counts for at most its own)."""

    bouts: float | None
    minutes: float | None
    active_days: int
    longest_gap: int


def adherence(
    bouts: Iterable[tuple[int, float]], dose: Dose, first: int, last: int, paused: Collection[int] = ()
) -> Adherence:
    """Return the adherence from day ``first`` to ``last``; ``bouts`` are (day, minutes), paused days do not count.

    A share is ``None`` where nothing was prescribed. This is for the report: a patient is not shown it.
    """
    done: dict[int, list[float]] = {}
    for day, minutes in bouts:
        if first <= day <= last:
            done.setdefault(day, []).append(minutes)
    due = [day for day in range(first, last + 1) if DAYS[weekday(day)] in dose.days and day not in paused]
    asked = dose.bouts * dose.minutes
    shares = [min(1.0, len(done.get(day, ())) / dose.bouts) for day in due]
    minute_shares = [min(1.0, sum(done.get(day, ())) / asked) for day in due]
    count = len(due)
    return Adherence(
        rounded(sum(shares) / count) if count else None,
        rounded(sum(minute_shares) / count) if count else None,
        len(done),
        _longest_gap(sorted({*done, *(day for day in paused if first <= day <= last)}), first, last),
    )


def _longest_gap(days: Sequence[int], first: int, last: int) -> int:
    """Return how many days running had no practice and were not paused."""
    ends = [first - 1, *days, last + 1]
    return max(later - earlier - 1 for earlier, later in pairwise(ends))


def _change(first: int | None, latest: int | None) -> int | None:
    return None if first is None or latest is None else latest - first


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _rounded(value: float | None) -> float | None:
    return None if value is None else rounded(value)
