"""See progress in probes alone: fixed tries at the start of a session, as series that say what is observed in them.

An adaptive game keeps success where it is, by design; so nothing is read from its tries. A probe stays the same, and
what it measures is compared with the same hand's first probes. docs/progress.md has the rules and their error rates.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import fmean, median
from typing import Literal

from engine import trend
from engine.measures import mann_kendall
from engine.recording import Trial
from engine.source import Source
from engine.trend import BASELINE, PUBLISHED, RUNNING, WINDOW, Change, Limit, Measure, Plateau

PROBE = "reason.probe"
# Practice, not scored: the first session of each piece, and the first tries of each probe. A study of an exoskeleton
# leaves out six (PMC7523068); a probe usually has no more in all, so that a third of it is left out here.
WARM, WARM_SHARE, FEWEST = 6, 3, 3

Line = tuple[str, tuple[tuple[str, str], ...]]
Kind = Literal[
    "beyond-worse", "went-down", "about-the-same", "beyond-better", "outside-once", "outside-small", "within", "shown",
    "no-spread", "not-enough",
]  # fmt: skip

REACTION = Measure("reaction_ms", "measure.reaction", "ms", "lower")
RIGHT = Measure("right", "measure.right", "%", "higher", coarse=True)
SWAY = Measure("sway", "measure.sway", "%", "lower", PUBLISHED["steadiness"])
WIDTH = Measure("just.width_mm", "measure.width", "mm", "lower", PUBLISHED["trace accuracy"])
LED = Measure("led_ms", "measure.led", "ms", "lower")
PACE = Measure("pace_ms", "measure.pace", "ms", "lower")
THROUGHPUT = Measure("throughput", "measure.throughput", "bit/s", "higher", PUBLISHED["throughput"])
ERROR = Measure("error_mm", "measure.error", "mm", "lower")
FOLLOWING = Measure("rmse", "measure.following", "%", "lower")
LAG = Measure("lag_ms", "measure.lag", "ms", "lower")
WINDOW_MS = Measure("to_window_ms", "measure.to-window", "ms", "lower")
OVER_GRIP = Measure("over_grip", "measure.over-grip", "", "lower")
UNEVEN = Measure("speed_cv", "measure.uneven", "%", "lower")
MOVING = Measure("moving_ms", "measure.moving", "ms", "lower")
THINKING = Measure("thinking_ms", "measure.thinking", "ms", "lower")

HEADLINES: dict[str, tuple[Measure, ...]] = {
    "ladybirds": (REACTION, RIGHT),
    "cup": (SWAY,),
    "brook": (WIDTH, LED),
    "melody": (PACE, RIGHT),
    "buttons": (THROUGHPUT, ERROR),
    "kite": (FOLLOWING, LAG),
    "market": (WINDOW_MS, OVER_GRIP),
    "letters": (WIDTH,),
    "zip": (UNEVEN, WIDTH),
    "kitchen": (MOVING, THINKING),
}
"""What progress in a game is seen by, the most important first: measures that vary with the hand and not the task."""

OTHERS: tuple[Measure, ...] = (
    Measure("sparc", "measure.sparc", "", "higher", PUBLISHED["sparc"]),
    Measure("ldlj", "measure.ldlj", "", "higher", PUBLISHED["ldlj"]),
    Measure("length_ratio", "measure.length-ratio", "", "lower", PUBLISHED["path length ratio"], alarms=False),
)
"""Measures of a trace that no game records; whoever works them out adds them to the rows, and these to the measures."""


@dataclass(frozen=True, slots=True)
class Row:
    """One trial of a probe as it was kept; ``key`` is what must stay the same for values to be compared (``key_of``).

    ``day`` is the local date as a running number, ``idx`` the trial's number in its session. ``difficulty`` is where on
    its rung it was played.
    """

    session: int
    day: int
    game: str
    hand: str
    played_with: str
    level: int
    key: Hashable
    idx: int
    result: str
    measures: Mapping[str, float]
    difficulty: float = 0.0


def key_of(source: Source, rules: int, cap_n: float = 0.0) -> Hashable:
    """Return what two probes must share to be compared: device, calibration, rate, filter and aid, and the rules.

    ``cap_n`` is that of the session's program: there forces are shares of a cap in newtons, not of a squeeze.
    """
    return *source.comparable, rules, cap_n


def row_of(trial: Trial, session: int, day: int, rules: int, cap_n: float = 0.0) -> Row | None:
    """Return the row of a trial, ``None`` where it is none of a probe.

    What it would just have passed stands among its measures, as ``just.width_mm``.
    """
    if trial.reason != PROBE:
        return None
    measures = trial.measures | {f"just.{param}": value for param, value in trial.just}
    return Row(
        session, day, trial.game, str(trial.hand), trial.played_with, trial.level, key_of(trial.source, rules, cap_n),
        trial.index, str(trial.result), measures, trial.difficulty,
    )  # fmt: skip


# --- series ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Point:
    """One session's probe: ``value`` over ``n`` tries, of which ``hits`` (a share) were passed.

    It is not ``scored`` where the session was there to get to know it.
    """

    session: int
    day: int
    value: float
    n: int
    hits: float
    scored: bool = True


@dataclass(frozen=True, slots=True)
class Series:
    """The probes of one game, hand and measure, oldest first, in the pieces within which they may be compared."""

    game: str
    hand: str
    measure: Measure
    pieces: tuple[tuple[Point, ...], ...]

    @property
    def scored(self) -> tuple[Point, ...]:
        """Return the points of the last piece that count."""
        return tuple(point for point in self.pieces[-1] if point.scored) if self.pieces else ()

    @property
    def limit(self) -> Limit | None:
        """Return the limit of the last piece; its first five scored probes are the baseline, once and for all."""
        return trend.personal_limit([point.value for point in self.scored[:BASELINE]])


def series(rows: Iterable[Row], headlines: Mapping[str, Sequence[Measure]] = HEADLINES) -> tuple[Series, ...]:
    """Return the series of all games, hands and measures of which there are points.

    Tries that were not tried say nothing. Three that tell a measure make a point, if they were equally difficult: those
    of another difficulty are left out, and where it is another than in the session before, the line breaks. Raise
    ``ValueError`` for a value that is not finite.
    """
    probes: dict[tuple[str, str], dict[Hashable, list[Row]]] = {}
    for row in sorted(rows, key=lambda row: (row.day, row.session, row.idx)):
        if row.result != "omission":
            own = probes.setdefault((row.game, row.hand), {})
            own.setdefault((row.session, row.played_with, row.level, row.key), []).append(row)
    found = (
        Series(game, hand, measure, _pieces([_alike(rows) for rows in own.values()], measure))
        for (game, hand), own in probes.items() for measure in headlines.get(game, ())
    )  # fmt: skip
    return tuple(one for one in found if one.pieces)


def _pieces(probes: Sequence[Sequence[Row]], measure: Measure) -> tuple[tuple[Point, ...], ...]:
    keys = [(rows[0].played_with, rows[0].level, rows[0].difficulty, rows[0].key) for rows in probes]
    found = []
    for piece in trend.pieces(keys):
        points = (_point(probes[n], measure, scored=n > piece.start) for n in piece)
        found.append(tuple(point for point in points if point is not None))
    return tuple(piece for piece in found if piece)


def _alike(rows: Sequence[Row]) -> list[Row]:
    """Return the tries of a probe that are scored: after the practice, those of the commonest difficulty."""
    rows = rows[warm(len(rows)) :]
    counts = Counter(row.difficulty for row in rows)
    return [row for row in rows if row.difficulty == counts.most_common(1)[0][0]]


def _point(rows: Sequence[Row], measure: Measure, scored: bool) -> Point | None:
    values = [row.measures[measure.name] for row in rows if measure.name in row.measures]
    if not all(isfinite(value) for value in values):
        raise ValueError(f"{measure.name}: must be finite numbers (session {rows[0].session})")
    if len(values) < FEWEST:
        return None
    value = fmean(values) if measure.coarse else median(values)
    hits = fmean(row.result == "hit" for row in rows)
    return Point(rows[0].session, rows[0].day, value, len(values), hits, scored)


def warm(tries: int) -> int:
    """Return how many of the first tries of a probe are practice: a third, six at most, and three always remain."""
    return max(0, min(WARM, tries // WARM_SHARE, tries - FEWEST))


# --- what is observed -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Observation:
    """What is to be seen at the end of a series; it says nothing on why.

    ``kind`` is the most important of ``kinds``. ``n`` are the scored probes since the last break, ``change`` how the
    last of them stands to the first five, ``level`` the levelling off, and ``z`` the Mann-Kendall trend of the last ten
    (above 0 where values rise).
    """

    game: str
    hand: str
    measure: Measure
    kinds: tuple[Kind, ...]
    n: int
    change: Change | None = None
    level: Plateau | None = None
    z: float | None = None

    @property
    def kind(self) -> Kind:
        """Return the most important kind."""
        return self.kinds[0]


def observe(series: Series) -> Observation:
    """Return what is to be seen at the end of a series: in its last piece only.

    A value counts as beyond the limit when the one before it lies beyond on the same side too: with each new probe
    there is another chance to err, and one alone happens to a third of all unchanged hands within twenty probes.
    """
    values, measure = [point.value for point in series.scored], series.measure
    baseline, looks = values[:BASELINE], values[BASELINE:]
    changes = [trend.changed(baseline, value, measure) for value in looks[-RUNNING:]]
    level = _level(values, measure) if measure.alarms else None
    kinds = sorted({*_kinds_of(baseline, changes, measure), *_kinds_level(level)}, key=ORDER.index)
    test = mann_kendall(values[-WINDOW:]) if len(values) >= WINDOW else None
    last, z = changes[-1] if changes else None, test.z if test else None
    return Observation(series.game, series.hand, measure, tuple(kinds), len(values), last, level, z)


ORDER: tuple[Kind, ...] = Kind.__args__  # type: ignore[attr-defined]


def _kinds_of(baseline: Sequence[float], changes: Sequence[Change], measure: Measure) -> tuple[Kind, ...]:
    if not changes:
        return ("not-enough",)
    last = changes[-1]
    if last.limit is None:
        return ("no-spread",)
    if not measure.alarms:
        return ("shown",)
    if last.kind == "within":
        return ("outside-small",) if last.is_outside else ("within",)
    is_twice = len(changes) == RUNNING and all(one.kind == "beyond" and one.better == last.better for one in changes)
    return ("outside-once",) if not is_twice else ("beyond-better",) if last.better else ("beyond-worse",)


def _kinds_level(level: Plateau | None) -> tuple[Kind, ...]:
    if level is None or (level.gain < -trend.LEAST and not level.lower):
        return ()  # it lost more than a little, and no more than chance does: neither can be said
    return ("went-down",) if level.lower else ("about-the-same",)


def _level(values: Sequence[float], measure: Measure) -> Plateau | None:
    """Return the plateau; of a measure that lies below 0, such as smoothness, the one of its size."""
    if values and max(values) < 0:
        return trend.plateau([-value for value in values], better="lower" if measure.better == "higher" else "higher")
    return trend.plateau(values, better=measure.better)


def harder(observations: Iterable[Observation]) -> tuple[Observation, ...]:
    """Return those of which a patient is told ``return.lower``: the first measure of a game, beyond its limit.

    The other measures, and trends alone, are for the report: the more is told of, the more patients who do not change
    hear of a change.
    """
    return tuple(
        one for one in observations
        if "beyond-worse" in one.kinds and HEADLINES.get(one.game, (one.measure,))[0] == one.measure
    )  # fmt: skip


# --- in words -------------------------------------------------------------------------------------------

SHORT: dict[Kind, str] = {
    "beyond-worse": "progress.beyond-worse",
    "went-down": "progress.went-down",
    "about-the-same": "progress.about-the-same",
    "beyond-better": "progress.beyond-better",
    "outside-once": "progress.outside-once",
    "outside-small": "progress.outside-small",
    "within": "progress.within",
    "shown": "progress.shown",
    "no-spread": "progress.no-spread",
    "not-enough": "progress.not-enough",
}
LONG: dict[Kind, str] = {
    "beyond-worse": "progress.long.beyond-worse",
    "went-down": "progress.long.went-down",
    "about-the-same": "progress.long.about-the-same",
    "beyond-better": "progress.long.beyond-better",
    "outside-once": "progress.long.outside-once",
    "outside-small": "progress.long.outside-small",
    "within": "progress.long.within",
    "shown": "progress.long.shown",
    "no-spread": "progress.long.no-spread",
    "not-enough": "progress.long.not-enough",
}


def short(observation: Observation) -> Line:
    """Return the key and the values of the one sentence for the patient."""
    return SHORT[observation.kind], (("n", str(WINDOW)),)


def long(observation: Observation) -> tuple[Line, ...]:
    """Return the keys and values of the sentences for the clinician, with their numbers."""
    values = _values(observation)
    lines = [(LONG[kind], values) for kind in observation.kinds]
    change = observation.change
    if change is not None and change.kind == "beyond":
        gate = observation.measure.published
        lines.append(("progress.gate.none" if gate is None else "progress.gate.passed", values))
    return tuple(lines)


def _values(one: Observation) -> tuple[tuple[str, str], ...]:
    measure, change, level = one.measure, one.change, one.level
    found = {"n": str(one.n), "least": str(BASELINE + 1), "first": str(BASELINE), "measure": f"@{measure.words}",
             "unit": measure.unit, "window": str(WINDOW)}  # fmt: skip
    if change is not None:
        found["value"] = shown(change.latest, measure)
    if change is not None and change.limit is not None:
        limit = change.limit
        ends = {"low": limit.low, "high": limit.high, "mean": limit.mean}
        found |= {name: shown(value, measure) for name, value in ends.items()}
        found["percent"] = "?" if change.share is None else f"{100 * change.share:.0f}"
    if measure.published is not None:
        found["published"] = f"{100 * measure.published.share:.0f}"
    if level is not None:
        found |= {"gain": f"{100 * level.gain:.1f}", "z": "?" if one.z is None else f"{one.z:.1f}"}
    return tuple(found.items())


def shown(value: float, measure: Measure) -> str:
    """Return a value as it is written in the measure's unit, in three digits: shares as percent."""
    value = 100 * value if measure.unit == "%" else value
    return f"{value:.0f}" if abs(value) >= 100 else f"{float(f'{value:.3g}'):.10f}".rstrip("0").rstrip(".")
