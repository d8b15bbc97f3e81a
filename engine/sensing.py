"""Follow what a session feels by a sensor: which device it is, whether it can be believed, and how it fits the hand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.calibration import Scale
from engine.sample import Sample
from engine.signals.health import Health, fresh, judged
from engine.source import Source

# Why play pauses, in the order in which it is said: a trouble of the last reading, and the pause it brings.
PAUSES = {"no-data": "cell", "saturated": "strong", "stuck": "stuck"}


@dataclass(frozen=True, slots=True)
class Sensing:
    """The force sensor after the samples so far.

    ``scale`` is its raw counts at rest and at the hand's own firm squeeze, ``None`` until it was fitted; ``loose`` says
    that it was gone meanwhile, so that its zero must be found anew before play goes on.
    """

    source: Source = Source()
    scale: Scale | None = None
    health: Health = Health()
    loose: bool = False

    @property
    def pause(self) -> str:
        """Return why play must pause for the sensor's sake, or ""."""
        return next((pause for trouble, pause in PAUSES.items() if trouble in self.health.troubles), "")

    @property
    def marks(self) -> tuple[str, ...]:
        """Return what befell the sensor since the trial began, sorted."""
        return tuple(sorted(self.health.marks))


def plugged(sensing: Sensing, source: Source) -> Sensing:
    """Return what is felt by ``source`` from now on; another device is fitted to the hand anew."""
    same = sensing.source.device in ("", source.device)
    return replace(sensing, source=source) if same else Sensing(source, loose=True)


def felt(sensing: Sensing, samples: Sequence[Sample]) -> tuple[Sensing, tuple[Sample, ...]]:
    """Return the sensor after one tick's samples, and those of them that can be believed.

    A reading that is saturated, empty, stuck or that no hand can make is no force: nothing is put in its place.
    """
    if not samples:
        return sensing, ()
    health, loose = sensing.health, sensing.loose
    good: list[Sample] = []
    for sample in samples:
        if sample.channel == "link.grip":
            loose = True  # its end and its beginning alike: somebody has handled the sensor
            health = health if sample.value > 0 else replace(Health(), marks=health.marks)
        if sample.channel == "grip":
            health = _judged(sensing, health, sample)
        if sample.channel != "grip" or not health.troubles:
            good.append(sample)
    return replace(sensing, health=health, loose=loose), tuple(good)


def begun(sensing: Sensing) -> Sensing:
    """Return the sensor at the start of a trial: nothing has befallen it yet."""
    return replace(sensing, health=fresh(sensing.health))


def fitted(sensing: Sensing, scale: Scale, kind: str = "firm") -> Sensing:
    """Return the sensor once it is fitted to the hand; one that was gone during a maximum still needs a new zero."""
    return replace(sensing, scale=scale, loose=sensing.loose and kind == "maximum")


def span(sensing: Sensing) -> float:
    """Return the width of the sensor's range; of one that says newtons or kilograms, what a strong hand spans."""
    return sensing.source.span or {"N": 400.0, "kg": 40.0}.get(sensing.source.unit, 0.0)


def _judged(sensing: Sensing, health: Health, sample: Sample) -> Health:
    source, scale = sensing.source, sensing.scale
    full = scale.full - scale.zero if scale else None
    return judged(health, sample.value, sample.at_ms, sample.flags, source.span, source.rails, full)
