"""Say where a trial's input came from: two trials may be compared only if it was the same for both."""

from dataclasses import asdict, dataclass, fields
from typing import Any

SENSORS = ("serial", "plain", "tindeq", "lsl", "trigger", "playback")
"""Ways to feel a force by a sensor, each with a zero and a firm squeeze to be found."""
PADS = ("pads", "midi")
"""Ways to feel taps by a board of pads."""
NEWTONS = {"N": 1.0, "mN": 0.001}
"""Newtons a raw unit of a sensor that says newtons itself; whether it is right, nobody here checked."""
FILTER = "one-euro 1.0 Hz"
"""What the shown force is smoothed with; the record is raw."""


@dataclass(frozen=True, slots=True)
class Source:
    """One device as a record names it.

    ``device`` is kind and serial number, ``calibration`` the id of the calibration in newtons ("" without one: then
    forces are shares of the hand's own firm squeeze only), ``gain_n`` its newtons a raw count (0 without one),
    ``rate_hz`` the nominal readings a second, ``span`` the width of the raw range (0: unknown) with its ends ``low``
    and ``high``, ``filter`` what the shown force is smoothed with, ``aid`` what was on the hand or the grip.
    ``verified`` is false for a sensor whose lines carry no check value.
    """

    device: str = ""
    calibration: str = ""
    rate_hz: float = 0.0
    filter: str = ""
    unit: str = ""
    span: float = 0.0
    low: float = 0.0
    high: float = 0.0
    gain_n: float = 0.0
    aid: str = ""
    verified: bool = True

    def __post_init__(self) -> None:
        """Refuse what no device can be, so that a damaged record is found where it is read."""
        texts = (self.device, self.calibration, self.filter, self.unit, self.aid)
        numbers = (self.rate_hz, self.span, self.low, self.high, self.gain_n)
        if not all(isinstance(text, str) for text in texts) or not isinstance(self.verified, bool):
            raise ValueError("source: device, calibration, filter, unit and aid must be texts, verified true or false")
        if not all(isinstance(n, int | float) and not isinstance(n, bool) and n == n for n in numbers):
            raise ValueError("source: rate_hz, span, low, high and gain_n must be numbers")

    @property
    def rails(self) -> tuple[float, float] | None:
        """Return the ends of the raw range where they are known: there it is saturated."""
        return (self.low, self.high) if self.low < self.high else None

    @property
    def comparable(self) -> tuple[str, str, float, str, str]:
        """Return what must be equal for a trend line to go on from one trial to the next."""
        return self.device, self.calibration, self.rate_hz, self.filter, self.aid


def to_plain(source: Source) -> dict[str, Any]:
    """Return the source as plain values, without what is empty."""
    return {key: value for key, value in asdict(source).items() if value != getattr(Source(), key)}


def from_plain(row: dict[str, Any]) -> Source:
    """Return the source of plain values; raise ``ValueError`` for what no source can be. Unknown keys are left out."""
    if not isinstance(row, dict):
        raise ValueError("source: must be an object")
    known = {f.name for f in fields(Source)}
    return Source(**{key: value for key, value in row.items() if key in known})


def source_of(said: dict[str, Any], aid: str = "", calibration: str = "", gain_n: float = 0.0) -> Source:
    """Return the source of what a device says of itself (``Device.describe``)."""
    kind = str(said.get("kind") or "")
    name = str(said.get("serial") or said.get("model") or "")
    force = kind in SENSORS
    gain_n = gain_n or NEWTONS.get(str(said.get("unit") or ""), 0.0)
    low, high = float(said.get("low") or 0.0), float(said.get("high") or 0.0)
    return Source(
        device=f"{kind}:{name}" if name else kind,
        calibration=calibration,
        rate_hz=float(said.get("rate_hz") or 0.0),
        filter=FILTER if force else "",
        unit=str(said.get("unit") or ""),
        span=float(said.get("span") or 0.0) or max(0.0, high - low),
        low=low,
        high=high,
        gain_n=gain_n,
        aid=aid,
        verified=said.get("verified") is not False,
    )
