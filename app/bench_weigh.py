"""Calibrate a force sensor in newtons with known weights, guided in the terminal, or check it with one weight."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil
from typing import Any

from app.asked import Asked
from app.bench import POLL_S, Bench, bench, chosen, hardware_at
from app.bench_live import NOW, said_newtons, said_value
from app.hardware import Hardware
from app.terminal import Terminal, Typed
from engine.measures import median, quantile
from engine.sample import Sample
from engine.signals import health, newtons
from engine.signals.newtons import HEAVIEST_KG, STANDARD_GRAVITY, Calibration
from engine.signals.tare import noise_limit

SETTLE_MS, HOLD_MS, LEAST = 300.0, 3000.0, 20
SHOWN_MS = 200.0
MOVES_SHARE = 0.003
FELT_LIMITS = 3.0
ODD_SHARE = 0.05
WARNED = {
    "too-few-weights": "Three weights are better: with fewer, it does not show whether the sensor is straight.",
    "bent": "It is more than 1 % off a straight line. Check how the cell is mounted, and calibrate again.",
}
CANCELLED = "Cancelled. Nothing is kept."


class Cancelled(Exception):
    """Whoever sits at the terminal has stopped, or nobody sits there."""


class Unsteady(Exception):
    """A weight could not be measured, for a reason in plain words."""


@dataclass(slots=True)
class Scales:
    """A sensor with a person who puts weights on it."""

    one: Bench
    terminal: Terminal
    typed: Typed
    points: list[tuple[float, float]] = field(default_factory=list)

    @property
    def zero(self) -> float | None:
        """Return the counts without a weight, once they were measured."""
        empty = [counts for kg, counts in self.points if kg == 0]
        return median(empty) if empty else None

    def ask(self, question: str) -> str:
        """Return what is typed, with the live value above it; raise ``Cancelled`` at the end of the input."""
        self.terminal.ask(f"{question} ")
        shown_ms = 0.0
        while True:
            self.one.poll()
            line = self.typed.line()
            if line is not None:
                if line.lower() in ("stop", "q", "quit"):
                    raise Cancelled
                return line
            if self.typed.ended:
                raise Cancelled
            if self.one.now_ms() - shown_ms > SHOWN_MS:
                shown_ms = self.one.now_ms()
                self.terminal.above(f"   now: {self._now()}")
            time.sleep(POLL_S)

    def measured(self, kg: float) -> float:
        """Return the counts of a weight that is held steady for 3 s; raise ``Unsteady`` that says why it was not."""
        began_ms = self.one.now_ms() + SETTLE_MS
        taken: list[Sample] = []
        shown_s = -1
        while self.one.now_ms() < began_ms + HOLD_MS:
            samples = self.one.poll()
            self._refuse_bad(samples)
            taken += [s for s in samples if s.channel == "grip" and s.at_ms >= began_ms]
            left_s = ceil(min(HOLD_MS, began_ms + HOLD_MS - self.one.now_ms()) / 1000)
            if left_s != shown_s:
                shown_s = left_s
                self.terminal.show(f"   keep it still for {left_s} s ... {self._now()}")
            time.sleep(POLL_S)
        self.terminal.clear()
        return self._steady(kg, [s.value for s in taken])

    def add(self, kg: float) -> None:
        """Measure a weight and add it; raise ``Unsteady`` for one that cannot be, or that does not fit the others."""
        point = (kg, self.measured(kg))
        if len({at for at, _ in (*self.points, point)}) > 1:
            try:
                made = newtons.fitted(self.one.serial, date.today().isoformat(), (*self.points, point))
            except ValueError as error:
                raise Unsteady(f"That does not fit the other weights ({error}).") from None
            if (made.nonlinearity or 0.0) > ODD_SHARE:
                raise Unsteady(
                    f"That does not fit the other weights: {made.nonlinearity:.0%} off one line. Is it {kg:g} kg?"
                )
        self.points.append(point)
        self.terminal.say(f"   {kg:g} kg: {point[1]:.0f} counts, steady")

    def _refuse_bad(self, samples: Sequence[Sample]) -> None:
        if self.one.is_another:
            raise ValueError(f"another sensor is plugged in now, {self.one.serial}; nothing is kept")
        if any(s.channel == "link.grip" and s.value == 0 for s in samples):
            raise Unsteady(f"The sensor was silent or unplugged. {self.one.trouble or ''}".strip())
        flags = {s.flags for s in samples if s.channel == "grip"}
        if any(f & health.RESET for f in flags):
            raise Unsteady("The board began anew.")
        blind = self.one.meter.health.troubles & {"saturated", "no-data", "stuck"}
        if flags and blind:
            raise Unsteady(f"The reading is no force: {', '.join(NOW[word] for word in sorted(blind))}.")

    def _steady(self, kg: float, values: list[float]) -> float:
        if len(values) < LEAST:
            raise Unsteady(f"Only {len(values)} readings came.")
        counts, third = median(values), len(values) // 3
        away = abs(counts - self.zero) if self.zero is not None and kg else 0.0
        floor = noise_limit(self._span())
        limit = max(floor, MOVES_SHARE * away)
        spread = quantile(values, 0.9) - quantile(values, 0.1)
        moved = abs(median(values[-third:]) - median(values[:third]))
        if max(spread, moved) > limit:
            raise Unsteady(f"It was not steady: it moved by {max(spread, moved):.0f} counts. Let it hang still.")
        if self.zero is not None and kg and away < FELT_LIMITS * floor:
            raise Unsteady(f"The sensor feels nothing of it ({counts - self.zero:+.0f} counts). Is the weight on it?")
        return counts

    def _span(self) -> float:
        return float(self.one.said.get("high") or 0.0) - float(self.one.said.get("low") or 0.0)

    def _now(self) -> str:
        value = self.one.meter.values.get("grip")
        if value is None or self.one.state != "streaming":
            return self.one.state
        force = self.one.newtons(value)
        return said_value(self.one, value) + (f", {said_newtons(force)}" if force is not None else "")


def run(device: Asked | None, weights: Sequence[float] | None, check: float | None, data: str | None) -> int:
    """Calibrate, or check with one weight; return the exit status."""
    hardware = hardware_at(data, _note)
    with bench(chosen(device, hardware), hardware) as one:
        one.until_it_streams(_note)
        _refuse_unfit(one, check)
        note = one.remember()
        if note:
            _note(note)
        scales = Scales(one, Terminal(), Typed())
        scales.terminal.say(f"{one.name}, at {one.port}. Type stop to end without keeping anything.")
        try:
            if check is not None:
                return _check(scales, check)
            _scripted(scales, weights) if weights else _guided(scales)
        except Cancelled:
            scales.terminal.say(CANCELLED)
            return 1
        return _keep(scales, hardware)


def _refuse_unfit(one: Bench, check: float | None) -> None:
    """Raise ``ValueError`` for a device whose counts can mean no newtons."""
    said = one.said
    if one.is_pads or ("grip" not in one.meter.values and said.get("channel") is None):
        raise ValueError(f"{one.asked}: this is no force sensor; there is nothing to calibrate")
    if said.get("unit") != "count":
        raise ValueError(f"{one.asked}: its readings are in {said.get('unit')} already")
    if said.get("kind") != "serial":
        raise ValueError(f"{one.asked}: only a sensor that says its serial number can be calibrated (docs/glp1.md)")
    column: dict[str, Any] = next((c for c in said.get("channels") or [] if c.get("id") == said.get("channel")), {})
    if column.get("quantity", "force") != "force":
        raise ValueError(f"{one.asked}: it measures {column['quantity']}, which newtons cannot be made of")
    if not one.serial:
        raise ValueError(f"{one.asked}: it does not say its serial number, under which its calibration would be kept")
    if check is not None and one.calibration is None:
        raise ValueError(f"{one.asked}: it is not calibrated yet; leave out --check")


def _guided(scales: Scales) -> None:
    """Let one weight after the other be put on, as many as there are."""
    _until_done(scales, 0.0, "Take everything off the sensor, then press Enter.")
    scales.terminal.say("Now weights, three or more, the heaviest no lighter than the strongest grip.")
    scales.terminal.say("Type the mass in kg; or again: measure the last one again; or Enter alone: done.")
    while True:
        weights = len([kg for kg, _ in scales.points if kg])
        line = scales.ask(f"Weight {weights + 1}, in kg:").replace(",", ".").lower()
        if line in ("", "done") and weights:
            return
        if line == "again":
            kg = scales.points.pop()[0]
            again = "Take everything off" if kg == 0 else f"Put {kg:g} kg on"
            _until_done(scales, kg, f"{again}, then press Enter.")
            continue
        try:
            kg = kilograms(line.removesuffix("kg"))
            scales.add(kg)
        except ValueError as error:
            scales.terminal.say(f"   {error}")
        except Unsteady as error:
            scales.terminal.say(f"   {error}")


def _scripted(scales: Scales, weights: Sequence[float]) -> None:
    """Take the weights of the command line, in their order, the empty sensor first."""
    for kg in weights if 0 in weights else (0.0, *weights):
        _until_done(scales, kg, f"Put {kg:g} kg on, then press Enter." if kg else "Empty sensor, then press Enter.")


def _until_done(scales: Scales, kg: float, question: str) -> None:
    """Ask for a weight until it was measured."""
    while True:
        line = scales.ask(question)
        if line.lower() == "again" and scales.points:
            last = scales.points.pop()[0]
            _until_done(scales, last, f"Put {last:g} kg on again, then press Enter.")
            continue
        try:
            return scales.add(kg)
        except Unsteady as error:
            scales.terminal.say(f"   {error} Try it again.")


def _keep(scales: Scales, hardware: Hardware) -> int:
    """Fit, say how good it is, and keep it."""
    made = newtons.fitted(scales.one.serial, date.today().isoformat(), scales.points)
    hardware.keep_calibration(made)
    scales.terminal.say(calibration_words(made))
    for key in newtons.warnings(made):
        scales.terminal.say(f"- {WARNED.get(key, key)}")
    if made.gain < 0:
        scales.terminal.say("- More weight makes its counts smaller. Swap the two signal wires of the cell.")
    scales.terminal.say(f"Kept as calibration {made.id} of {made.date} for serial number {made.serial}.")
    return 0


def _check(scales: Scales, kg: float) -> int:
    """Check the calibration with one weight; within 2 % is good."""
    calibration = scales.one.calibration
    assert calibration is not None
    _until_done(scales, 0.0, "Take everything off the sensor, then press Enter.")
    _until_done(scales, kg, f"Put {kg:g} kg on, then press Enter.")
    found = newtons.checked(calibration, kg, scales.points[-1][1], scales.zero)
    scales.terminal.say(
        f"{kg:g} kg are {kg * STANDARD_GRAVITY:.2f} N and read {found.measured_n:.2f} N: {found.error:+.1%}. "
        + ("Good." if found.passed else "That is more than 2 % off: calibrate again.")
    )
    return 0 if found.passed else 1


def calibration_words(made: Calibration) -> str:
    """Return how good a calibration is, in one line."""
    bend = "" if made.nonlinearity is None else f", {made.nonlinearity:.2%} off a straight line"
    return (
        f"{len(made.points)} points up to {made.largest_n:.1f} N: error {made.rmse_n:.2f} N, "
        f"at most {made.worst_n:.2f} N{bend}"
    )


def kilograms(text: str) -> float:
    """Return a mass in kg; raise ``ValueError`` for what is none."""
    try:
        kg = float(text)
    except ValueError:
        kg = -1.0
    if not 0 <= kg <= HEAVIEST_KG:
        raise ValueError(f"must be a mass from 0 to {HEAVIEST_KG:g} kg, not {text.strip() or 'nothing'}")
    return kg


def _note(text: str) -> None:
    print(f"regrasp: {text}", file=sys.stderr, flush=True)
