"""Say what is prescribed for the weeks: games, dose, fence, caps, feedback, order, and what to do when it hurts.

A prescription is one TOML file, a template of ``levels/programs`` or a patient's own. ``engine.schedule`` makes the
program of one bout from it, ``engine.guard`` says what a day allows.
"""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from difflib import get_close_matches
from typing import Any

from engine.adaptive import Aim
from engine.feedback import Feedback
from engine.guard import FlareUp, Thresholds
from engine.level import EASIEST, HARDEST, LevelError
from engine.program import Block
from engine.safety import Limits

STAGES = ("healing", "training", "maintenance")
HANDS = ("patient", "left", "right", "both")
ORDERS = ("blocked", "serial", "random")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
ACTIVITIES = ("mirror", "imagine", "touch")
# What squeezes without measuring any force of the hand.
FORCELESS = ("keys", "mouse", "switch")
MOST_BOUTS = 6
LEAST_CAP, UNSAID, ALARM = 0.01, 1.0, 1.10
STRICT_STOP = 4


@dataclass(frozen=True, slots=True)
class Dose:
    """How much, and when: days of the week, bouts a day, minutes of a bout and of one game in it, and rests.

    ``gap_h`` are the hours between two bouts of a day, ``week_minutes`` the most of seven days, ``ramp`` the most that
    a week may be of the best one of the last three (from the second week on).
    """

    days: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri")
    bouts: int = 2
    minutes: float = 12.0
    game_minutes: float = 5.0
    gap_h: float = 2.0
    rest_s: float = 60.0
    least_rest_s: float = 20.0
    rest_after: int = 10
    day_minutes: float = 45.0
    week_minutes: float = 225.0
    ramp: float = 1.5

    def __post_init__(self) -> None:
        """Refuse a dose beyond what may be prescribed."""
        _tuples(self, "days")
        days = self.days
        if not (isinstance(days, tuple) and days and all(day in DAYS for day in days) and len(set(days)) == len(days)):
            raise ValueError(f"days: must be a list of different ones of {', '.join(DAYS)}, not {list(days)}")
        _whole(self, "bouts", 1, MOST_BOUTS)
        _whole(self, "rest_after", 3, 20)
        for name, low, high in (
            ("minutes", 2, 20), ("game_minutes", 1, 5), ("gap_h", 0, 12), ("rest_s", 15, 600), ("least_rest_s", 5, 600),
            ("day_minutes", 2, 45), ("week_minutes", 2, 315), ("ramp", 1.0, 2.0),
        ):  # fmt: skip
            _within(self, name, low, high)
        if self.least_rest_s > self.rest_s:
            raise ValueError("least_rest_s: must not be longer than rest_s")

    @property
    def is_free(self) -> bool:
        """Tell whether no times are prescribed: the most bouts, without hours between them."""
        return self.bouts == MOST_BOUTS and self.gap_h == 0


@dataclass(frozen=True, slots=True)
class Fence:
    """The rungs of one game between which it may move: ``highest`` none is the top of the ladder.

    ``furthest`` is how far the highest may rise by itself when the criteria to advance are met.
    """

    lowest: int = 1
    highest: int | None = None
    furthest: int | None = None

    def __post_init__(self) -> None:
        """Refuse a fence that is upside down."""
        _whole(self, "lowest", 1, 1000)
        for name in ("highest", "furthest"):
            if getattr(self, name) is not None:
                _whole(self, name, self.lowest, 1000)
        if self.furthest is not None and (self.highest is None or self.furthest < self.highest):
            raise ValueError("furthest: must be a rung from highest on, and needs highest")


@dataclass(frozen=True, slots=True)
class Order:
    """The order of practice: ``blocked``, then those of ``then`` in turn, each after ``blocks`` good blocks.

    A good block has at least ``success`` hits; ``run`` is how many tries of one game come in a row where games mix.
    """

    kind: str = "blocked"
    then: tuple[str, ...] = ()
    success: float = 0.8
    blocks: int = 2
    run: int = 6

    def __post_init__(self) -> None:
        """Refuse an order that there is not."""
        _tuples(self, "then")
        for kind in (self.kind, *self.then):
            if kind not in ORDERS:
                raise ValueError(f"kind, then: must be one of {', '.join(ORDERS)}, not {kind}")
        _within(self, "success", 0.5, 1.0)
        _whole(self, "blocks", 1, 20)
        _whole(self, "run", 3, 20)


@dataclass(frozen=True, slots=True)
class Fade:
    """A schedule of feedback that follows once a game was tried ``after`` times on its present rung or above."""

    after: int
    feedback: Feedback

    def __post_init__(self) -> None:
        """Refuse a step after no tries."""
        _whole(self, "after", 1, 10_000)


@dataclass(frozen=True, slots=True)
class Criterion:
    """A rule of blocks: after ``blocks`` running with at least (or below) ``success``, the fence moves ``rungs``."""

    success: float
    blocks: int
    rungs: int

    def __post_init__(self) -> None:
        """Refuse criteria out of reach."""
        _within(self, "success", 0.0, 1.0)
        _whole(self, "blocks", 1, 20)
        _whole(self, "rungs", 1, 5)


@dataclass(frozen=True, slots=True)
class Milestone:
    """A rung of a game to be reached, and what it stands for in the patient's words (may be empty)."""

    game: str
    rung: int
    words: str = ""

    def __post_init__(self) -> None:
        """Refuse a milestone on no rung, or with too long a story."""
        _whole(self, "rung", 1, 1000)
        _text(self, "words")


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal in the patient's own words, with what each of five levels of attainment (-2..2) means, and its weight."""

    words: str
    levels: tuple[str, ...] = ()
    weight: float = 1.0
    task: str = ""

    def __post_init__(self) -> None:
        """Refuse a goal without words, or with other than five levels."""
        _tuples(self, "levels")
        _text(self, "words")
        if not self.words.strip():
            raise ValueError("words: must say the goal")
        if self.levels and (len(self.levels) != 5 or not all(isinstance(row, str) for row in self.levels)):
            raise ValueError("levels: must be five texts, from much less (-2) to much more (2) than expected")
        _within(self, "weight", 0.1, 9.0)


@dataclass(frozen=True, slots=True)
class Cleared:
    """What a clinician decides where tissue heals: from which date on force may be asked for, and up to which cap.

    ``cap_n`` is in newtons, for a sensor that is calibrated: then no squeeze fits the sensor, and it alone says how
    much force is asked for. ``cap`` is a share of this hand's comfortable squeeze, where there is no ``cap_n``. ``by``
    are initials or a role, never needed.
    """

    date: str = ""
    cap: float | None = None
    cap_n: float | None = None
    by: str = ""

    def __post_init__(self) -> None:
        """Refuse a date that is none, or a cap beyond the limits."""
        if not _is_date(self.date) and self.date != "":
            raise ValueError(f"date: must be a date such as 2026-12-01, not {self.date}")
        if self.cap is not None:
            _within(self, "cap", 0.01, 0.60)
        if self.cap_n is not None:
            _within(self, "cap_n", 0.5, 400.0)
        _text(self, "by")

    @property
    def is_whole(self) -> bool:
        """Tell whether both a date and a cap were decided."""
        return bool(self.date) and (self.cap is not None or self.cap_n is not None)


@dataclass(frozen=True, slots=True)
class Prescription:
    """What a clinician prescribes; see the classes of its parts.

    ``games`` are played in turn, or ``blocks`` exactly as they stand; ``choose`` is how many of the games the patient
    picks for a bout (0: the program does). ``probe`` are games with the rung of their fixed first block. ``speed`` off
    keeps every clock away; ``scan`` lets targets cross into the side that is not seen. ``activities`` (such as mirror)
    are offered instead where pain allows no play. ``reassess_weeks`` is when it is to be looked at again, 0 never.
    """

    name: str
    stage: str = "training"
    hand: str = "patient"
    games: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    choose: int = 0
    dose: Dose = field(default_factory=Dose)
    aim: Aim = field(default_factory=Aim)
    limits: Limits = field(default_factory=lambda: Limits(cap=0.30))
    fences: tuple[tuple[str, Fence], ...] = ()
    order: Order = field(default_factory=Order)
    feedback: Feedback = field(default_factory=Feedback)
    fade: tuple[Fade, ...] = ()
    advance: Criterion = field(default_factory=lambda: Criterion(0.80, 2, 1))
    regress: Criterion = field(default_factory=lambda: Criterion(0.65, 2, 1))
    milestones: tuple[Milestone, ...] = ()
    goals: tuple[Goal, ...] = ()
    flare_up: FlareUp = field(default_factory=FlareUp)
    thresholds: Thresholds = field(default_factory=Thresholds)
    cleared: Cleared = field(default_factory=Cleared)
    probe: tuple[tuple[str, int], ...] = ()
    probe_trials: int = 6
    expected: tuple[tuple[str, float], ...] = ()
    maximum: bool = False
    speed: bool = True
    scan: bool = False
    activities: tuple[str, ...] = ()
    reassess_weeks: int = 4
    words: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be prescribed, above all a maximum or a lax rule where tissue heals."""
        for name in ("games", "tasks", "activities"):
            _tuples(self, name)
        _text(self, "name")
        _text(self, "words")
        if not self.name.strip():
            raise ValueError("name: must be there")
        self._check_words()
        _whole(self, "choose", 0, 3)
        _whole(self, "probe_trials", 3, 20)
        _whole(self, "reassess_weeks", 0, 52)
        for name in ("maximum", "speed", "scan"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name}: must be true or false, not {getattr(self, name)}")
        if self.regress.success >= self.advance.success:
            raise ValueError("regress.success: must be below advance.success")
        if self.stage == "healing":
            self._check_healing()

    def _check_words(self) -> None:
        found = [("stage", self.stage, STAGES), ("hand", self.hand, HANDS)]
        found += [("activities", name, ACTIVITIES) for name in self.activities]
        for name, word, among in found:
            if word not in among:
                raise ValueError(f"{name}: must be one of {', '.join(among)}, not {word}")
        if not (self.games or self.tasks or self.blocks):
            raise ValueError("games: must name at least one game (or tasks, or blocks)")
        if len(set(self.games)) != len(self.games):
            raise ValueError("games: must name each game only once")

    def _check_healing(self) -> None:
        if self.maximum:
            raise ValueError("maximum: must be false while tissue heals; take the stage to training first")
        if self.thresholds.stop > STRICT_STOP:
            raise ValueError("thresholds.stop: must be at most 4 while tissue heals")


def cap_of(prescription: Prescription, played_with: str, today_iso: str, newtons: float | None = None) -> float | None:
    """Return the largest share of force that may be asked for today (yyyy-mm-dd), ``None`` where grip is locked.

    Where tissue heals it is locked, whatever it is played with, until a clinician decided date and cap and the date is
    there. ``newtons`` is what the share 1 of this hand is on a calibrated sensor: a cap in newtons alone, on a sensor
    that does not say newtons, cannot be kept and stays locked. Never above the cap of the limits.
    """
    most, cleared = prescription.limits.cap, prescription.cleared
    if prescription.stage == "healing" and not (cleared.is_whole and _is_date(today_iso) and today_iso >= cleared.date):
        return None
    caps = [most] if cleared.cap is None else [most, cleared.cap]
    if cleared.cap_n is not None and played_with not in FORCELESS:
        if newtons is not None and newtons > 0:
            caps.append(cleared.cap_n / newtons)
        elif cleared.cap is None:
            return None
    return min(caps)


def session_limits(prescription: Prescription, cap: float | None = UNSAID) -> Limits:
    """Return the limits of one session; ``cap`` is what ``cap_of`` says today.

    Where that is ``None`` (locked), or nothing was said although tissue heals, the cap is so low that no game of force
    fits below it. Where tissue heals, play pauses at a force of the cap and a tenth of it. The minutes are at most
    those of a day.
    """
    limits, heals = prescription.limits, prescription.stage == "healing"
    is_locked = cap is None or (heals and cap >= UNSAID)
    within = min(limits.cap, LEAST_CAP if is_locked or cap is None else max(LEAST_CAP, cap))
    hard = min(limits.hard, within * ALARM) if heals else limits.hard
    return replace(limits, cap=within, hard=hard, minutes=min(limits.minutes, prescription.dose.day_minutes))


# What stands as a table in the file, with its kind.
PARTS: dict[str, type[Any]] = {
    "dose": Dose, "aim": Aim, "limits": Limits, "order": Order, "advance": Criterion, "regress": Criterion,
    "flare_up": FlareUp, "thresholds": Thresholds, "cleared": Cleared,
}  # fmt: skip
FENCE = ("lowest", "highest", "furthest")
LISTS: dict[str, type[Any]] = {"blocks": Block, "milestones": Milestone, "goals": Goal}
FIRST = {"advance": {"success": 0.80, "blocks": 2, "rungs": 1}, "regress": {"success": 0.65, "blocks": 2, "rungs": 1},
         "limits": {"cap": 0.30}}  # fmt: skip
# What may stand at the top beside blocks, as it does in the program of a session, instead of in [dose].
RESTS = ("rest_s", "least_rest_s", "rest_after")


KEYS = tuple(sorted(({row.name for row in fields(Prescription)} | {"fence"}) - {"fences", "fade"}))


def parse(text: str, path: str, rungs: Mapping[str, int], tasks: Collection[str]) -> Prescription:
    """Return the prescription that ``text`` (TOML) describes; raise ``LevelError`` naming ``path``, key and remedy.

    ``rungs`` says how many rungs each game has, ``tasks`` which tasks of daily life there are.
    """
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise LevelError(path, "", f"is not readable as TOML: {error}") from None
    return from_plain(table, path, rungs, tasks)


def from_plain(table: dict[str, Any], path: str, rungs: Mapping[str, int], tasks: Collection[str]) -> Prescription:
    """Return the prescription of a table of plain values; raise ``LevelError`` naming ``path``, key and remedy."""
    table = _with_rests(table, path)
    for key in sorted(set(table) - set(KEYS)):
        raise LevelError(path, key, f"is not a key of a program; {_meant(key, KEYS)}")
    made = dict(table)
    for key, kind in PARTS.items():
        first = FIRST.get(key, {})
        if key == "thresholds" and table.get("stage") == "healing":
            first = {"stop": STRICT_STOP}
        if key in table or first:
            made[key] = _made(kind, first | _table(table, key, path), path, key)
    for key, kind in LISTS.items():
        if key in table:
            rows = _rows(table, key, path)
            made[key] = tuple(_row(kind, row, path, f"{key}.{n}") for n, row in enumerate(rows, start=1))
    made["feedback"], made["fade"] = _feedback(table, path)
    made["fences"] = _fences(made.pop("fence", {}), path)
    for key in ("probe", "expected"):
        made[key] = tuple(_table(table, key, path).items())
    prescription: Prescription = _made(Prescription, made, path, "")
    _check_names(prescription, path, rungs, tasks)
    return prescription


def to_plain(prescription: Prescription) -> dict[str, Any]:
    """Return the prescription as plain values that ``from_plain`` takes; what is as ever is left out."""
    plain: dict[str, Any] = {"name": prescription.name}
    usual = Prescription("usual", tasks=("any",))
    for row in fields(Prescription):
        value = getattr(prescription, row.name)
        if row.name not in ("stage", "tasks") and value == getattr(usual, row.name):
            continue
        plain |= _plain_of(row.name, value)
    if prescription.fade or "feedback" in plain:
        plain["feedback"] = _fed(prescription)
    plain.pop("fade", None)
    return plain


def _plain_of(name: str, value: Any) -> dict[str, Any]:
    if name == "fences":
        return {"fence": {game: _bare(asdict(fence)) for game, fence in value}}
    if name in ("probe", "expected"):
        return {name: dict(value)}
    if name in LISTS:
        return {name: [_bare(asdict(row)) for row in value]}
    if name in PARTS:
        return {name: _bare(asdict(value))}
    return {name: list(value) if isinstance(value, tuple) else value}


def _fed(prescription: Prescription) -> dict[str, Any]:
    fade = [{"after": step.after, **asdict(step.feedback)} for step in prescription.fade]
    return asdict(prescription.feedback) | ({"fade": fade} if fade else {})


def _bare(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row without what is not set, its tuples as lists, its tables bare as well."""
    plain = {key: list(v) if isinstance(v, tuple) else v for key, v in row.items() if v is not None}
    return {key: _bare(v) if isinstance(v, dict) else v for key, v in plain.items()}


def _feedback(table: dict[str, Any], path: str) -> tuple[Feedback, tuple[Fade, ...]]:
    row = dict(_table(table, "feedback", path))
    steps = row.pop("fade", [])
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        raise LevelError(path, "feedback.fade", "must be a list of tables, each with after and given")
    fade = []
    for n, step in enumerate(steps, start=1):
        key = f"feedback.fade.{n}"
        rest = {name: value for name, value in step.items() if name != "after"}
        fade.append(_made(Fade, {"after": step.get("after"), "feedback": _made(Feedback, rest, path, key)}, path, key))
    if [step.after for step in fade] != sorted({step.after for step in fade}):
        raise LevelError(path, "feedback.fade", "must rise: each step after more tries than the one before")
    return _made(Feedback, row, path, "feedback"), tuple(fade)


def _fences(table: Any, path: str) -> tuple[tuple[str, Fence], ...]:
    if not isinstance(table, dict) or not all(isinstance(row, dict) for row in table.values()):
        raise LevelError(path, "fence", "must hold a table for each game, such as [fence.cup] with highest = 8")
    return tuple((game, _made(Fence, row, path, f"fence.{game}")) for game, row in table.items())


def _check_names(found: Prescription, path: str, rungs: Mapping[str, int], tasks: Collection[str]) -> None:
    """Refuse games, tasks and rungs that there are not."""
    for key, game in _named_games(found):
        if game not in rungs:
            raise LevelError(path, key, f"there is no game called {game}; {_meant(game, rungs)}")
    named_tasks = [(f"tasks.{n}", task) for n, task in enumerate(found.tasks, start=1)]
    named_tasks += [(f"goals.{n}.task", goal.task) for n, goal in enumerate(found.goals, start=1) if goal.task]
    for key, task in named_tasks:
        if task not in tasks:
            raise LevelError(path, key, f"there is no task called {task}; {_meant(task, tasks)}")
    for key, game, rung in _named_rungs(found):
        is_whole = isinstance(rung, int) and not isinstance(rung, bool)
        if rung is not None and not (is_whole and 1 <= rung <= rungs[game]):
            raise LevelError(path, key, f"must be a rung from 1 to {rungs[game]}, not {rung}")
    for game, ability in found.expected:
        good = isinstance(ability, int | float) and not isinstance(ability, bool) and EASIEST <= ability <= HARDEST
        if not good:
            raise LevelError(path, f"expected.{game}", f"must be a difficulty from 0 to 100, not {ability}")


def _named_games(found: Prescription) -> Iterator[tuple[str, str]]:
    """Yield every game that is named, and the key where it is."""
    yield from ((f"games.{n}", game) for n, game in enumerate(found.games, start=1))
    yield from ((f"blocks.{n}.game", row.game) for n, row in enumerate(found.blocks, start=1))
    yield from ((f"milestones.{n}.game", row.game) for n, row in enumerate(found.milestones, start=1))
    for key, pairs in (("fence", found.fences), ("probe", found.probe), ("expected", found.expected)):
        yield from ((f"{key}.{game}", game) for game, _ in pairs)


def _named_rungs(found: Prescription) -> Iterator[tuple[str, str, Any]]:
    """Yield every rung that is named, with its game and the key where it is."""
    for game, fence in found.fences:
        yield from ((f"fence.{game}.{name}", game, getattr(fence, name)) for name in FENCE)
    yield from ((f"milestones.{n}.rung", row.game, row.rung) for n, row in enumerate(found.milestones, start=1))
    yield from ((f"blocks.{n}.level", row.game, row.level) for n, row in enumerate(found.blocks, start=1))
    yield from ((f"probe.{game}", game, rung) for game, rung in found.probe)


def _with_rests(table: dict[str, Any], path: str) -> dict[str, Any]:
    """Return the table with rests that stand at the top, as in the program of a session, moved to the dose."""
    on_top = {key: table[key] for key in RESTS if key in table}
    if not on_top or "blocks" not in table:
        return table
    dose = _table(table, "dose", path)
    for key in set(on_top) & set(dose):
        raise LevelError(path, key, "is there twice; keep the one in [dose]")
    return {key: value for key, value in table.items() if key not in RESTS} | {"dose": dose | on_top}


def _meant(word: Any, known: Collection[str]) -> str:
    """Return what was probably meant by a misspelt word, and else all there is."""
    near = get_close_matches(str(word), known, 1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(known))}"


def _table(table: dict[str, Any], key: str, path: str) -> dict[str, Any]:
    row = table.get(key, {})
    if not isinstance(row, dict):
        raise LevelError(path, key, f"must be a table, such as [{key}] with a line for each value")
    return row


def _rows(table: dict[str, Any], key: str, path: str) -> list[dict[str, Any]]:
    rows = table[key]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise LevelError(path, key, f"must be a list of tables, each headed [[{key}]]")
    return rows


def _row(kind: Any, row: dict[str, Any], path: str, key: str) -> Any:
    """Return one of a list, the feedback of a block being a table of its own."""
    if kind is Block and isinstance(row.get("feedback"), dict):
        row = row | {"feedback": _made(Feedback, row["feedback"], path, f"{key}.feedback")}
    return _made(kind, row, path, key)


def _made(kind: Any, values: dict[str, Any], path: str, key: str) -> Any:
    names = [row.name for row in fields(kind)]
    for name in values:
        if name not in names:
            raise LevelError(path, f"{key}.{name}".strip("."), f"is not a key here; {_meant(name, names)}")
    values = {name: _plain_date(value) if kind is Cleared else value for name, value in values.items()}
    for row in fields(kind):
        where, value = f"{key}.{row.name}".strip("."), values.get(row.name)
        if row.default is MISSING and row.default_factory is MISSING and value is None:
            raise LevelError(path, where, "is missing")
        must = _must_be(row, value)
        if must and row.name in values:
            raise LevelError(path, where, f"must be {must}, not {value}")
    try:
        return kind(**values)
    except (TypeError, ValueError, AttributeError) as error:
        name, found, what = str(error).partition(": ")
        if found and "(" not in name:
            raise LevelError(path, f"{key}.{name}".strip("."), what) from None
        raise LevelError(path, key or "program", str(error)) from None


def _must_be(row: Any, value: Any) -> str:
    """Return of which kind the value of a field must be, or "" where it is or where the field itself says so."""
    kind = row.type if isinstance(row.type, type) else type(row.default)
    if kind is bool:
        return "" if isinstance(value, bool) else "true or false"
    if kind in (int, float):
        return "" if isinstance(value, int | float) and not isinstance(value, bool) else "a number"
    if kind is str:
        return "" if isinstance(value, str) else "a text"
    if row.name == "feedback":
        return "" if value is None or isinstance(value, Feedback) else "a table"
    return ""


def _plain_date(value: Any) -> Any:
    """Return a date of TOML, which may stand without quotes, as text."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def _is_date(text: Any) -> bool:
    """Tell whether a text is a day such as 2026-12-01 that there is."""
    parts = text.split("-") if isinstance(text, str) and text.isascii() else []
    if [len(part) for part in parts] != [4, 2, 2] or not all(part.isdecimal() for part in parts):
        return False
    year, month, day = map(int, parts)
    if not (year >= 1 and 1 <= month <= 12 and 1 <= day <= MONTH_DAYS[month - 1]):
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return leap or (month, day) != (2, 29)


def _tuples(made: Any, name: str) -> None:
    if isinstance(getattr(made, name), list):
        object.__setattr__(made, name, tuple(getattr(made, name)))
    value = getattr(made, name)
    if not isinstance(value, tuple) or not all(isinstance(row, str) for row in value):
        raise ValueError(f"{name}: must be a list of words, not {value}")


def _whole(made: Any, name: str, low: int, high: int) -> None:
    value = getattr(made, name)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{name}: must be a whole number from {low} to {high}, not {value}")


def _within(made: Any, name: str, low: float, high: float) -> None:
    value = getattr(made, name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{name}: must be a number from {low:g} to {high:g}, not {value}")


def _text(made: Any, name: str) -> None:
    value = getattr(made, name)
    if not isinstance(value, str) or len(value) > 300 or len(value.splitlines()) > 1 or min(value, default=" ") < " ":
        raise ValueError(f"{name}: must be a text of at most 300 letters, on one line")
