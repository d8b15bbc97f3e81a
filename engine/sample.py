"""Say what a device felt: the raw record of what happened, before anything interprets it."""

from dataclasses import astuple, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Sample:
    """One raw reading.

    ``channel`` says what was read: ``key.J`` (1 down, 0 up), ``mouse`` (1 pressed, 0 not; x, y on the stage),
    ``grip`` (raw counts), ``link.grip`` (1 the sensor answers, 0 it does not), ``host.away`` and the like
    (``engine.host``). ``at_ms`` is in milliseconds from the session's start; ``device_ms`` the device's own clock and
    ``flags`` its own marks, where it has them.
    """

    channel: str
    at_ms: float
    value: float = 0.0
    x: float = 0.0
    y: float = 0.0
    device_ms: float = 0.0
    flags: int = 0


EMPTY = astuple(Sample("", 0.0))


def to_row(sample: Sample) -> list[Any]:
    """Return the sample as a short list: trailing defaults are left out, times are kept to a microsecond."""
    row = [sample.channel, round(sample.at_ms, 3), sample.value, sample.x, sample.y,
           round(sample.device_ms, 3), sample.flags]  # fmt: skip
    while len(row) > 2 and row[-1] == EMPTY[len(row) - 1]:
        row.pop()
    return row


def from_row(row: list[Any]) -> Sample:
    """Return the sample of a row that ``to_row`` wrote; raise ``ValueError`` for anything else."""
    if not (isinstance(row, list) and 2 <= len(row) <= 7 and isinstance(row[0], str)):
        raise ValueError("a sample must be [channel, at_ms, value, x, y, device_ms, flags]")
    if not all(isinstance(v, int | float) and not isinstance(v, bool) for v in row[1:]):
        raise ValueError("a sample's fields after the channel must be numbers")
    return Sample(*row)
