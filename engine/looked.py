"""Set what an assessment found of a hand beside the one of another week: few measures of each item, like with like.

What is told is a difference, never what it means: how reliable these items are was not studied.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.assessment import BY_NAME, ITEMS, WITHIN_DAYS, Found, Item, Sitting, results
from engine.recording import Trial
from engine.source import SENSORS, Source
from engine.trend import PUBLISHED, Measure

NEWTONS = Measure("newtons", "measure.newtons", "N", "higher")
STRAYS = Measure("away_p80", "measure.strays", "%", "lower")
UNSTEADY = Measure("cv", "measure.unsteady", "%", "lower", PUBLISHED["steadiness"])
LAG = Measure("lag_ms", "measure.lag", "ms", "lower")
RELEASE = Measure("release_ms", "measure.release", "ms", "lower")
REACTION = Measure("reaction_ms", "measure.reaction", "ms", "lower")
SPREAD = Measure("reaction_iqr_ms", "measure.spread", "ms", "lower")
ALONE = Measure("alone", "measure.alone", "%", "higher")
RATE = Measure("rate", "measure.rate", "1/s", "higher")
LEAST_RATE = Measure("rate_least", "measure.rate-least", "1/s", "higher")
AWAY = Measure("away_mean_mm", "measure.away", "mm", "lower", PUBLISHED["trace accuracy"])
SMOOTH = Measure("sparc_part", "measure.sparc", "", "higher", PUBLISHED["sparc"])
THROUGHPUT = Measure("throughput", "measure.throughput", "bit/s", "higher", PUBLISHED["throughput"])

HEADLINES: Mapping[str, tuple[Measure, ...]] = {
    "grip": (NEWTONS,),
    "hold-20": (STRAYS, UNSTEADY),
    "hold-40": (STRAYS, UNSTEADY),
    "ramp": (LAG, RELEASE),
    "choice": (REACTION, SPREAD),
    "fingers": (ALONE,),
    "taps": (RATE, LEAST_RATE),
    "line": (AWAY, SMOOTH),
    "waves": (AWAY, SMOOTH),
    "spiral": (AWAY, SMOOTH),
    "ring": (THROUGHPUT,),
}
"""What is told of each item; all of its measures are in the records."""

ASKED = ("asked", "target", "maximum", "length_mm", "ring_mm", "target_mm")  # what was asked for, and how large
OF_SOURCE = ("device", "calibration", "rate", "filter", "aid")  # in the order of ``Source.comparable``


@dataclass(frozen=True, slots=True)
class Row:
    """What an item found, and what it had found in the week before; ``unlike`` is why the two cannot be compared.

    ``unlike``: way, what of ``OF_SOURCE`` differs, task (another force or size was asked for), notes, quality (one of
    the two is worth another try).
    """

    item: str
    now: Found | None = None
    before: Found | None = None
    unlike: tuple[str, ...] = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Return what is told of it."""
        return HEADLINES[self.item]

    def change(self, measure: Measure) -> float | None:
        """Return the change since before as a share, ``None`` where nothing can be compared."""
        if self.unlike or self.now is None or self.before is None:
            return None
        now, was = self.now.value(measure.name), self.before.value(measure.name)
        return None if now is None or not was else (now - was) / abs(was)


@dataclass(frozen=True, slots=True)
class Looked:
    """What is known of a hand: the day of the newest look, of the one before it (0: none), and a row for each item."""

    hand: str
    day: int
    before: int
    rows: tuple[Row, ...]


def days_of(days: Iterable[int]) -> tuple[int, ...]:
    """Return the day of the newest look and of the newest one of another week, as far as there are such."""
    known = sorted(days)
    earlier = [day for day in known if day <= known[-1] - WITHIN_DAYS]
    return (*known[-1:], *earlier[-1:])


def looked(sittings: Sequence[Sitting], hand: str) -> Looked | None:
    """Return what is known of a hand, ``None`` where it was never looked at."""
    days = days_of(sitting.day for sitting in sittings if sitting.hand == hand)
    if not days:
        return None
    now, before = ({found.item: found for found in results(sittings, hand, day)} for day in (*days, 0)[:2])
    own = [sitting for sitting in sittings if sitting.hand == hand]
    rows = (_row(item.name, now.get(item.name), before.get(item.name), own) for item in ITEMS)
    kept = tuple(row for row in rows if row.now or row.before)
    return Looked(hand, days[0], days[1] if len(days) > 1 else 0, kept)


def _row(item: str, now: Found | None, before: Found | None, sittings: Sequence[Sitting]) -> Row:
    if now is None or before is None:
        return Row(item, now, before)
    sources = [source_of(found, sittings).comparable for found in (now, before)]
    unlike = ["way"] * (now.played_with != before.played_with)
    unlike += [name for name, a, b in zip(OF_SOURCE, *sources, strict=True) if a != b]
    unlike += ["task"] * any(now.value(name) != before.value(name) for name in ASKED)
    unlike += ["notes"] * (now.quality.notes != before.quality.notes)
    unlike += ["quality"] * (now.quality.flag != "good" or before.quality.flag != "good")
    return Row(item, now, before, tuple(unlike))


def source_of(found: Found, sittings: Iterable[Sitting]) -> Source:
    """Return what a result was measured with: the grip by the sensor of its sitting."""
    item = BY_NAME[found.item]
    trials = (trial for sitting in sittings if sitting.day == found.day for trial in sitting.trials)
    return next((trial.source for trial in trials if _is_of(trial, item, found)), Source())


def _is_of(trial: Trial, item: Item, found: Found) -> bool:
    if not item.game:
        return trial.played_with in SENSORS
    return (trial.game, trial.level) == (item.game, item.rung) and tuple(trial.measures.items()) == found.measures
