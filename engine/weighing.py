"""Lead the calibration of a force sensor with weights, step by step: empty, then one weight after the other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Literal

from engine.calibration import NO_DATA, SATURATED
from engine.measures import median, quantile
from engine.sample import Sample
from engine.signals import newtons
from engine.signals.newtons import Calibration
from engine.signals.tare import noise_limit
from engine.ticks import seconds

Step = Literal["plug", "zero", "load", "measuring", "loaded", "done"]

MEASURE_S, MEASURE_MOST_S, LEAST = 3.0, 9.0, 20
FIRST_KG, SMALLEST_KG, HEAVIEST_KG = 2.0, 0.5, 60.0
SWING_SHARE = 0.01
FELT_LIMITS = 5.0


@dataclass(frozen=True, slots=True)
class Weighing:
    """Where the calibration stands.

    ``points`` are (kg, counts) so far, the first one at 0 kg; ``kg`` is the weight that comes next, ``counts`` the last
    reading. ``note`` says why a measurement must be made again: ``unsteady`` or ``same``; or that nothing can be kept,
    ``nameless``: the sensor has no serial number. ``made`` is what came out.
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
    def back(self) -> Step:
        """Return where it goes on after the sensor was gone: nothing that was measured is asked for again."""
        if any(kg == self.kg for kg, _ in self.points[1:]):
            return "loaded"
        return "load" if self.loading else "zero"

    @property
    def share(self) -> float:
        """Return the share 0..1 of the readings that a measurement wants."""
        return min(1.0, len(self.readings) / (MEASURE_S * 80))


def stepped(weighing: Weighing, samples: Sequence[Sample], tick: int, there: bool, span: float = 0.0) -> Weighing:
    """Return the calibration one tick later.

    ``there`` tells whether the sensor answers; ``span`` is the width of its range in counts, 0 when unknown. A sensor
    that is pulled out is waited for; what was measured before stays. Readings at the end of the range, or none, are no
    weight: when too few others come in 9 s, it is to be measured again.
    """
    if not there:
        return weighing if weighing.step == "done" else replace(weighing, step="plug", readings=())
    if weighing.step == "plug":
        return replace(weighing, step=weighing.back, note="")
    felt = tuple(s.value for s in samples if _is_weight(s))
    weighing = replace(weighing, counts=felt[-1] if felt else weighing.counts)
    if weighing.step != "measuring":
        return weighing
    weighing = replace(weighing, readings=weighing.readings + felt)
    lasted = tick - weighing.since
    if lasted >= seconds(MEASURE_S) and len(weighing.readings) >= LEAST:
        return _measured(weighing, span)
    return _again(weighing, "unsteady") if lasted >= seconds(MEASURE_MOST_S) else weighing


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

    Weights that contradict each other lead back to the empty sensor, since nobody can know which one was wrong. Without
    a serial number nothing is made: nobody could know to which sensor it belongs.
    """
    if weighing.step != "loaded":
        return weighing
    if not serial.strip():
        return replace(weighing, note="nameless")
    try:
        return replace(weighing, step="done", made=newtons.fitted(serial, date, weighing.points))
    except ValueError:
        return Weighing("zero", note="unsteady")


def _is_weight(sample: Sample) -> bool:
    return sample.channel == "grip" and not sample.flags & (NO_DATA | SATURATED) and isfinite(sample.value)


def _again(weighing: Weighing, why: str) -> Weighing:
    """Return the step before the measurement, and why it must be made again."""
    return replace(weighing, step="load" if weighing.loading else "zero", readings=(), note=why)


def _step(kg: float, way: int) -> float:
    """Return by how much one press changes the weight: half a kilogram up to 5, a whole one above."""
    return 0.5 if kg < 5 or (kg == 5 and way < 0) else 1.0


def _measured(weighing: Weighing, span: float) -> Weighing:
    """Take the median if the sensor hung still and the weight was felt, else say what to do again."""
    counts = median(weighing.readings)
    spread = quantile(weighing.readings, 0.9) - quantile(weighing.readings, 0.1)
    limit, zero = noise_limit(span), weighing.points[0][1] if weighing.loading else counts
    if spread > max(limit, SWING_SHARE * abs(counts - zero)):
        return _again(weighing, "unsteady")
    if weighing.loading and abs(counts - zero) < FELT_LIMITS * max(limit / 10, spread):
        return _again(weighing, "same")
    point = (weighing.kg if weighing.loading else 0.0, counts)
    others = tuple(row for row in weighing.points if row[0] != point[0])
    return replace(
        weighing, step="loaded" if weighing.loading else "load", points=(*others, point), readings=(), note=""
    )
