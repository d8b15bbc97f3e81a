"""Lead the calibration of a force sensor with weights, step by step: empty, then one weight after the other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from engine.calibration import NO_DATA
from engine.measures import median, quantile
from engine.sample import Sample
from engine.signals import newtons
from engine.signals.newtons import Calibration
from engine.signals.tare import noise_limit
from engine.ticks import seconds

Step = Literal["plug", "zero", "load", "measuring", "loaded", "done"]

MEASURE_S, LEAST = 3.0, 20
FIRST_KG, SMALLEST_KG, HEAVIEST_KG = 2.0, 0.5, 60.0
SWING_SHARE = 0.01
FELT_LIMITS = 5.0


@dataclass(frozen=True, slots=True)
class Weighing:
    """Where the calibration stands.

    ``points`` are (kg, counts) so far, the first one at 0 kg; ``kg`` is the weight that comes next, ``counts`` the last
    reading. ``note`` says why a measurement must be made again: ``unsteady`` or ``same``. ``made`` is what came out.
    """

    step: Step = "plug"
    kg: float = FIRST_KG
    points: tuple[tuple[float, float], ...] = ()
    since: int = 0
    readings: tuple[float, ...] = ()
    counts: float | None = None
    note: str = ""
    made: Calibration | None = None

    @property
    def loading(self) -> bool:
        """Tell whether a weight is on the sensor, not nothing."""
        return bool(self.points)

    @property
    def share(self) -> float:
        """Return the share 0..1 of the readings that a measurement wants."""
        return min(1.0, len(self.readings) / (MEASURE_S * 80))


def stepped(weighing: Weighing, samples: Sequence[Sample], tick: int, there: bool, span: float = 0.0) -> Weighing:
    """Return the calibration one tick later.

    ``there`` tells whether the sensor answers; ``span`` is the width of its range in counts, 0 when unknown. A sensor
    that is pulled out is waited for; what was measured before stays.
    """
    if not there:
        return weighing if weighing.step == "done" else replace(weighing, step="plug", readings=())
    if weighing.step == "plug":
        return replace(weighing, step="load" if weighing.loading else "zero")
    felt = tuple(s.value for s in samples if s.channel == "grip" and not s.flags & NO_DATA)
    weighing = replace(weighing, counts=felt[-1] if felt else weighing.counts)
    if weighing.step != "measuring":
        return weighing
    weighing = replace(weighing, readings=weighing.readings + felt)
    over = tick - weighing.since >= seconds(MEASURE_S) and len(weighing.readings) >= LEAST
    return _measured(weighing, span) if over else weighing


def pressed(weighing: Weighing, action: str, tick: int) -> Weighing:
    """Return the calibration after a button: ``measure``, ``less-kg``, ``more-kg`` or ``another``."""
    moves: Mapping[str, Callable[[], Weighing]] = {
        "measure": lambda: replace(weighing, step="measuring", since=tick, readings=(), note=""),
        "less-kg": lambda: replace(weighing, kg=max(SMALLEST_KG, weighing.kg - _step(weighing.kg, -1)), note=""),
        "more-kg": lambda: replace(weighing, kg=min(HEAVIEST_KG, weighing.kg + _step(weighing.kg, 1)), note=""),
        "another": lambda: replace(weighing, step="load", kg=min(HEAVIEST_KG, weighing.kg + FIRST_KG), note=""),
    }
    allowed: Mapping[Step, tuple[str, ...]] = {
        "zero": ("measure",),
        "load": ("measure", "less-kg", "more-kg"),
        "loaded": ("another",),
    }
    return moves[action]() if action in allowed.get(weighing.step, ()) else weighing


def finished(weighing: Weighing, serial: str, date: str) -> Weighing:
    """Return the calibration of the sensor ``serial`` on ``date`` (yyyy-mm-dd) from the weights so far.

    Weights that contradict each other lead back to the empty sensor, since nobody can know which one was wrong.
    """
    if weighing.step != "loaded":
        return weighing
    try:
        return replace(weighing, step="done", made=newtons.fitted(serial, date, weighing.points))
    except ValueError:
        return Weighing("zero", note="unsteady")


def _step(kg: float, way: int) -> float:
    """Return by how much one press changes the weight: half a kilogram up to 5, a whole one above."""
    return 0.5 if kg < 5 or (kg == 5 and way < 0) else 1.0


def _measured(weighing: Weighing, span: float) -> Weighing:
    """Take the median if the sensor hung still and the weight was felt, else say what to do again."""
    back: Step = "load" if weighing.loading else "zero"
    counts = median(weighing.readings)
    spread = quantile(weighing.readings, 0.9) - quantile(weighing.readings, 0.1)
    limit, zero = noise_limit(span), weighing.points[0][1] if weighing.loading else counts
    if spread > max(limit, SWING_SHARE * abs(counts - zero)):
        return replace(weighing, step=back, readings=(), note="unsteady")
    if weighing.loading and abs(counts - zero) < FELT_LIMITS * max(limit / 10, spread):
        return replace(weighing, step=back, readings=(), note="same")
    point = (weighing.kg if weighing.loading else 0.0, counts)
    others = tuple(row for row in weighing.points if row[0] != point[0])
    return replace(
        weighing, step="loaded" if weighing.loading else "load", points=(*others, point), readings=(), note=""
    )
