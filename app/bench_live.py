"""Test a device live in the terminal: what it sends, how the link does, and what to do about what was seen."""

import json
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from app.asked import Asked
from app.bench import POLL_S, Bench, bench, chosen, hardware_at
from app.remedies import WORDS
from app.squeeze import Squeeze, strongest
from app.squeeze import in_words as said_squeeze
from app.terminal import Terminal
from engine.measures import rounded

DRAWN_MS, TOLD_MS = 100.0, 1000.0
CELLS = 14
FINGER_CELLS = ("thumb", "index", "middle", "ring", "little")
BAD_SHARE, CLOCK_PPM = 0.01, 20_000.0
SLOW_HZ, GOOD_HZ = 30.0, 70.0
LEAST_SPAN_SHARE, LEAST_PAD_SHARE = 0.002, 0.1
MOVED_NOISES = 30.0
NOW = {"saturated": "end of range", "no-data": "no cell", "stuck": "stuck", "impossible-step": "jump"}
SEEN = {
    "saturated": " ".join(WORDS["device.strong"]),
    "no-data": " ".join(WORDS["device.cell"]),
    "stuck": "The value stood still as if frozen. A wire between cell and board may be loose.",
    "impossible-step": "The value jumped as no hand can. A wire between cell and board may be loose.",
}


def run(device: Asked | None, seconds: float | None, as_json: bool, data: str | None) -> int:
    """Show a device live until ``seconds`` are over or Ctrl-C; return the exit status."""
    hardware = hardware_at(data, _note)
    with bench(chosen(device, hardware), hardware) as one:
        view = View(one, Terminal(), as_json)
        try:
            one.until_it_streams(_note, view.draw)
        finally:
            view.terminal.clear()
        view.begin(one.remember())
        with suppress(KeyboardInterrupt):
            _watch(one, view, seconds)
        view.end()
    return 0


def _watch(one: Bench, view: "View", seconds: float | None) -> None:
    began_ms = one.now_ms()
    while not one.is_over and (seconds is None or one.now_ms() - began_ms < seconds * 1000):
        one.poll()
        view.draw()
        time.sleep(POLL_S)


@dataclass(slots=True)
class View:
    """What is shown of a device, as a line that changes, a line a second, or JSON."""

    one: Bench
    terminal: Terminal
    as_json: bool
    _drawn_ms: float = 0.0
    _told_ms: float = 0.0
    _message: str = field(default="")

    def begin(self, note: str) -> None:
        """Say who it is."""
        self._told_ms = self.one.now_ms()
        if note:
            _note(note)
        if not self.as_json:
            self.terminal.say(f"{self.one.name}, at {self.one.port or self.one.asked}. Press or squeeze it.")

    def draw(self) -> None:
        """Show how it is, if it is time to."""
        now_ms = self.one.now_ms()
        self._tell_trouble()
        if not self.as_json and self.terminal.changes and now_ms - self._drawn_ms >= DRAWN_MS:
            self._drawn_ms = now_ms
            self.terminal.show(line_of(self.one, self.terminal))
        if now_ms - self._told_ms >= TOLD_MS and self.one.meter.first_ms <= now_ms:
            self._told_ms += TOLD_MS
            if self.as_json:
                self.terminal.say(json.dumps(row_of(self.one)))
            elif not self.terminal.changes:
                self.terminal.say(line_of(self.one, self.terminal))

    def end(self) -> None:
        """Say what was seen, and what to do about it."""
        advice = advice_of(self.one)
        if self.as_json:
            self.terminal.say(json.dumps({"summary": summary_of(self.one) | {"advice": advice}}))
            return
        self.terminal.say(in_words(self.one))
        squeeze = squeeze_of(self.one)
        if squeeze is not None:
            self.terminal.say(said_squeeze(squeeze))
        for text in [f"- {text}" for text in advice] or ["All is well."]:
            self.terminal.say(text)

    def _tell_trouble(self) -> None:
        """Say a trouble in full, once."""
        message = self.one.device.message() or ""
        if message != self._message:
            self._message = message
            trouble = self.one.trouble
            if trouble is not None and self.one.meter.readings:
                self.terminal.clear()
                print(f"regrasp: {trouble}", file=sys.stderr, flush=True)


def line_of(one: Bench, terminal: Terminal) -> str:
    """Return how a device is now, in one line."""
    meter, rate = one.meter, one.meter.rate_hz(one.now_ms())
    parts = [] if terminal.changes else [f"{one.now_ms() / 1000:5.1f} s"]
    parts += [one.state, f"{rate:.1f}/s" if rate else "-/s"]
    if one.is_pads:
        parts += [_fingers(one, terminal)]
    elif meter.main:
        parts += _force(one, terminal)
    parts += [", ".join(NOW.get(word, word) for word in sorted(meter.health.troubles)) or "ok"]
    return "  ".join([*parts, _link(one)]).rstrip()


def row_of(one: Bench) -> dict[str, Any]:
    """Return how a device is now, as plain values."""
    meter, rate = one.meter, one.meter.rate_hz(one.now_ms())
    value = meter.values.get("grip")
    force = one.newtons(value) if value is not None else None
    return {
        "at_s": round(one.now_ms() / 1000, 3),
        "state": one.state,
        "message": one.device.message(),
        "rate_hz": None if rate is None else round(rate, 2),
        "readings": meter.readings,
        "values": dict(sorted(meter.values.items())),
        "newtons": None if force is None else round(force, 3),
        "taps": dict(sorted(meter.taps.items())),
        "troubles": sorted(meter.health.troubles),
        "gaps": meter.gaps,
        "resets": meter.resets,
        "losses": one.losses,
        "link": {name: None if n is None else rounded(n) for name, n in one.link().items()},
    }


def summary_of(one: Bench) -> dict[str, Any]:
    """Return what was seen from beginning to end, as plain values."""
    meter, mean = one.meter, one.meter.mean_hz()
    squeeze = squeeze_of(one)
    return row_of(one) | {
        "mean_hz": None if mean is None else round(mean, 2),
        "low": meter.low,
        "high": meter.high,
        "marks": sorted(meter.marks),
        "lost_ms": round(meter.lost_ms, 1),
        "device": one.said,
        "squeeze": None if squeeze is None else asdict(squeeze),
    }


def squeeze_of(one: Bench) -> Squeeze | None:
    """Return how the strongest squeeze was built up; ``None`` for a tap board, or where nothing was felt."""
    if one.is_pads or not _was_felt(one):
        return None
    known = [one.newtons(value) for value in (0.0, 1.0)]
    gain_n = 0.0 if known[0] is None or known[1] is None else known[1] - known[0]
    return strongest(tuple(one.meter.trace), gain_n)


def in_words(one: Bench) -> str:
    """Return what was seen from beginning to end, in two lines."""
    meter, mean = one.meter, one.meter.mean_hz()
    much = f"{meter.readings} readings" + (f", {mean:.1f} a second" if mean else "")
    taps = ", ".join(f"{finger} {n}" for finger, n in sorted(meter.taps.items()))
    ends = f"{meter.low[meter.main]:.0f} to {meter.high[meter.main]:.0f}" if meter.main in meter.low else "nothing"
    felt = f"taps: {taps or 'none'}" if one.is_pads else f"{one.said.get('unit') or 'count'}: {ends}"
    return f"{much}; {felt}; {_link(one)}"


def advice_of(one: Bench) -> list[str]:
    """Return what to do about what was seen; nothing if all is well."""
    meter = one.meter
    advice = [text for mark, text in SEEN.items() if mark in meter.marks]
    if meter.resets:
        advice.append(f"The board began anew {_times(meter.resets)}. Check its power and the cable.")
    if one.losses:
        advice.append(f"It was silent or unplugged {_times(one.losses)}. Check the plug and the cable.")
    return [*advice, *_about_rate(one), *_about_link(one), *_about_use(one)]


def _about_rate(one: Bench) -> list[str]:
    mean = one.meter.mean_hz()
    if mean is None or "no-data" in one.meter.marks or mean >= GOOD_HZ or one.is_pads:
        return []
    if mean < SLOW_HZ:
        return [" ".join(WORDS["device.slow"])]
    return [f"{mean:.0f} readings a second are enough to play; 80 are better."]


def _about_link(one: Bench) -> list[str]:
    link, readings = one.link(), one.meter.readings
    damaged, missed, drift = (link.get(name) or 0.0 for name in ("damaged", "missed", "drift_ppm"))
    advice = []
    if damaged > BAD_SHARE * (readings + damaged) and damaged > 2:
        advice.append(" ".join(WORDS["device.cable"]))
    if missed > BAD_SHARE * (readings + missed):
        advice.append(f"{missed:.0f} readings did not arrive. Close other programs; try another USB socket or cable.")
    if abs(drift) > CLOCK_PPM:
        advice.append(" ".join(WORDS["device.clock"]))
    return advice


def _about_use(one: Bench) -> list[str]:
    """Return what is still to be done before the sensor is fully of use."""
    advice = []
    if one.said.get("verified") is False:
        advice.append("Its lines carry no check: a damaged number cannot be seen. Play with it, do not measure.")
    elif one.asked.is_port and not one.serial:
        advice.append("It does not say its serial number, so it is not remembered, and cannot be calibrated.")
    elif one.said.get("kind") == "serial" and one.newtons(0.0) is None:
        advice.append(f"It is not calibrated in newtons. For that: regrasp devices calibrate --device {one.asked}")
    if not _was_felt(one):
        advice.append("The value hardly moved. Press the sensor while it is tested.")
    return advice


def _was_felt(one: Bench) -> bool:
    meter = one.meter
    if one.is_pads:
        return bool(sum(meter.taps.values()))
    if meter.main not in meter.low:
        return True
    return meter.high[meter.main] - meter.low[meter.main] > MOVED_NOISES * (meter.health.noise or 0.0)


def _force(one: Bench, terminal: Terminal) -> list[str]:
    meter = one.meter
    value = meter.values.get(meter.main)
    if value is None:
        return [terminal.bar(0.0, CELLS)]
    force = one.newtons(value)
    parts = [terminal.bar(meter.share(meter.main, LEAST_SPAN_SHARE * _span(one)), CELLS), said_value(one, value)]
    return parts if force is None or one.said.get("unit") == "N" else [*parts, said_newtons(force)]


def _span(one: Bench) -> float:
    return float(one.said.get("high") or 0.0) - float(one.said.get("low") or 0.0)


def said_value(one: Bench, value: float) -> str:
    """Return a raw reading with its unit."""
    unit = str(one.said.get("unit") or "count")
    return f"{value:.0f} {unit}" if unit == "count" else f"{value:.2f} {unit}"


def said_newtons(force: float) -> str:
    """Return a force with its unit, never ``-0.0``."""
    return f"{round(force, 1) + 0.0:.1f} N"


def _fingers(one: Bench, terminal: Terminal) -> str:
    meter = one.meter
    names = [name for name in FINGER_CELLS if f"level.{name}" in meter.values or name in meter.taps]
    least = LEAST_PAD_SHARE * _span(one)
    cells = [f"{n} {terminal.level(meter.share(f'level.{n}', least))} {meter.taps.get(n, 0)}" for n in names]
    return "  ".join(cells)


def _link(one: Bench) -> str:
    link, meter = one.link(), one.meter
    words = [f"missed {link['missed']:.0f}"] if link.get("missed") is not None else []
    words += [f"damaged {link['damaged']:.0f}"] if link.get("damaged") is not None else []
    words += [f"round trip {link['round_trip_ms']:.1f} ms"] if link.get("round_trip_ms") is not None else []
    words += [f"drift {link['drift_ppm']:+.0f} ppm"] if link.get("drift_ppm") is not None else []
    counted = {"gaps": meter.gaps, "restarts": meter.resets, "losses": one.losses}
    return ", ".join([*words, *(f"{name} {n}" for name, n in counted.items() if n)])


def _times(n: int) -> str:
    return "once" if n == 1 else f"{n} times"


def _note(text: str) -> None:
    print(f"regrasp: {text}", file=sys.stderr, flush=True)
