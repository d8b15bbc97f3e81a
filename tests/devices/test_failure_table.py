"""Play every fault of the failure table with real bytes: what is seen, how soon, and what becomes of the practice.

Each test is a row of ``docs/failures.md``, which ``python -m benchmarks.devices failures`` writes from what the tests
record. Bounds are wide, for a loaded machine; the times in the table are those of one run. Faults that take seconds
by their nature run beside each other (``Beside``), with the constants of the program, none of them shortened.
"""

import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from operator import xor
from pathlib import Path
from threading import Event
from types import FunctionType

import pytest

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals", allow_module_level=True)

import grip_board
from grip_board import FULL_COUNTS, TOP_COUNTS, ZERO_COUNTS, GripBoard

from devices.decoder import GAP, RESET, Reading, SensorDecoder
from devices.glp import DROPPED_BEFORE, NO_DATA, SATURATED, TIME_MODULUS
from devices.link import LinkState
from devices.plain_grip import PlainGrip
from devices.reader import Reader
from devices.serial_grip import SerialGrip
from devices.serial_sensor import SerialSensor
from devices.transport import ByteTransport, open_port
from engine import fitting, sensing
from engine.calibration import Scale
from engine.sample import Sample
from engine.sensing import Sensing
from engine.source import source_of
from engine.ticks import to_ticks

PATIENCE_S = 20.0
LATE_S = 6.0  # so much later than usual is still not wrong: the machine may be loaded
LINK = "link.grip"
REPORT = Path(__file__).parents[2] / "docs" / "failures.md"

FAULTS = (
    "opened in mid-stream",
    "cable cut inside a line, bytes lost",
    "300 bytes of noise",
    "wrong speed, or another device (GPS)",
    "a port without a word",
    "a sketch without the protocol",
    "the sensor starts anew (brown-out, watchdog)",
    "bytes stop, the port stays (half-open)",
    "unplugged",
    "plugged in again, maybe under another name",
    "one side does not read",
    "force cell unplugged or dead",
    "stuck value",
    "saturated",
    "readings lost (overrun)",
    "counters wrap (time 71.6 min, number 13.6 min)",
    "sensor's clock off by 0.5 %, by 3 %",
    "a second program on the port",
    "the program is busy, a picture is slow",
    "firmware newer than the program",
    "a hand on the sensor as its zero is found",
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table but for its time."""

    fault: str
    seen: str
    practice: str


def row(fault: str, seen: str, practice: str) -> Callable[[FunctionType], FunctionType]:
    """Make a test the one of a fault."""

    def kept(test: FunctionType) -> FunctionType:
        test.row = Row(fault, seen, practice)  # type: ignore[attr-defined]
        return test

    return kept


@pytest.fixture
def after(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Return a list for how soon the fault was seen, in words; with its row it goes into the test's properties."""
    mine: Row = request.function.row
    took: list[str] = []
    yield took
    told = {"row": FAULTS.index(mine.fault), "fault": mine.fault, "seen": mine.seen, "practice": mine.practice}
    request.node.user_properties += (told | {"after": "; ".join(took)}).items()
    assert took


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


class Board(GripBoard):
    """The board of the tests, with faults that a real one has.

    ``spoil`` is what becomes of the frames that it sends; with ``boots`` false it says nothing as it starts; ``frozen``
    is the value its cell is stuck at. What could not be sent is marked in the next frame and counted.
    """

    boots = True
    frozen: int | None = None
    lost_frames = 0

    @staticmethod
    def spoil(text: bytes) -> bytes:
        return text

    def counts(self, seconds: float) -> int:
        noisy = super().counts(seconds) + round(self._noise.gauss(0, 5)) * (not self.flags & SATURATED)
        return noisy if self.frozen is None else self.frozen

    def _send(self, text: bytes) -> None:
        if text.startswith(b"boot") and not self.boots:
            return
        before, is_frame = self.dropped, text.startswith(b"$F")
        super()._send(self.spoil(text) if is_frame else text)
        if self.dropped > before:
            self.flags |= DROPPED_BEFORE
            self.lost_frames += is_frame
        elif is_frame:
            self.flags &= ~DROPPED_BEFORE


class Deaf(Board):
    """A board that does not read what it is sent."""

    def _listen(self) -> None:
        return


class Practice:
    """A session that polls its sensor and keeps what it got."""

    def __init__(
        self,
        port: Path,
        kind: type[SerialSensor] = SerialGrip,
        finder: Callable[[], str | None] | None = None,
        opener: Callable[[str], ByteTransport] = open_port,
    ) -> None:
        self.begun_s = time.perf_counter()
        self.got: list[Sample] = []
        self.grip = kind(str(port), self.now_ms, finder, opener)

    def __enter__(self) -> "Practice":
        return self

    def __exit__(self, *_: object) -> None:
        self.grip.close()

    def now_ms(self) -> float:
        return (time.perf_counter() - self.begun_s) * 1000

    def poll(self) -> list[Sample]:
        """Take in what came; return the force samples of it."""
        taken = self.grip.poll(self.now_ms())
        self.got += taken
        return [sample for sample in taken if sample.channel == "grip"]

    def play(self, seconds: float) -> list[Sample]:
        """Poll for some time; return the force samples of it."""
        felt, end_s = [], time.perf_counter() + seconds
        while time.perf_counter() < end_s:
            felt += self.poll()
            time.sleep(0.004)
        return felt

    def until(self, true: Callable[[], bool]) -> float:
        """Poll until something is true; return how many seconds that took."""
        start_s = time.perf_counter()
        while not true():
            assert time.perf_counter() < start_s + PATIENCE_S, (self.grip.state, self.grip.message(), self.got[-3:])
            time.sleep(0.0005)
            self.poll()
        took_s = time.perf_counter() - start_s
        self.poll()
        return took_s

    def reaches(self, state: LinkState, message: str | None) -> float:
        """Poll until the sensor is in ``state`` and says ``message``; return how many seconds that took."""
        return self.until(lambda: (self.grip.state, self.grip.message()) == (state, message))

    def gets_more(self) -> float:
        """Poll until another force sample has come; return how many seconds that took."""
        before = len(self.felt)
        return self.until(lambda: len(self.felt) > before)

    def marks(self, flags: int) -> float:
        """Poll until a force sample has all these marks; return how many seconds that took."""
        return self.until(lambda: any(sample.flags & flags == flags for sample in self.felt))

    def streams(self) -> float:
        """Poll until the sensor streams and all is well; return how many seconds that took."""
        return self.reaches(LinkState.STREAMING, None)

    @property
    def felt(self) -> list[Sample]:
        return [sample for sample in self.got if sample.channel == "grip"]

    @property
    def links(self) -> list[float]:
        return [sample.value for sample in self.got if sample.channel == LINK]

    def judged(self) -> Sensing:
        """Return what the session makes of all that was felt so far."""
        return sensing.felt(Sensing(source_of(self.grip.describe())), self.got)[0]

    def in_order(self) -> bool:
        times = [sample.at_ms for sample in self.felt]
        return times == sorted(times)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Return what closes boards and practices, the last one first."""
    with ExitStack() as kept:
        yield kept


def streaming(stack: ExitStack, board: Board) -> Practice:
    """Return a practice whose sensor streams."""
    stack.enter_context(board)
    practice = stack.enter_context(Practice(board.link))
    practice.streams()
    return practice


def ramp(seconds: float) -> float:
    """Return a force from which the time of each reading can be told."""
    return 0.02 * seconds


def is_true(sample: Sample) -> bool:
    """Tell whether the sample is what ``ramp`` was at its time."""
    return abs(sample.value - ZERO_COUNTS - FULL_COUNTS * ramp(sample.device_ms / 1000)) < 40


# Faults that are seen at once


@row(
    "opened in mid-stream",
    "`$` and check value",
    "the cut line is dropped; play begins with the next one",
)
def test_a_port_opened_in_mid_stream_begins_with_the_next_whole_line(
    tmp_path: Path, stack: ExitStack, after: list[str]
) -> None:
    board = stack.enter_context(Board(tmp_path / "sensor", ramp))
    time.sleep(0.3)

    def opened(name: str) -> ByteTransport:
        port = open_port(name)
        board.raw(b"250,0,-3,84211*1C0F\n")
        return port

    practice = stack.enter_context(Practice(board.link, opener=opened))
    after.append(f"{ms(practice.streams())} to streaming")
    practice.play(0.3)
    stats = practice.grip.stats()
    assert stats.damaged + stats.unframed == 1
    assert practice.felt
    assert all(is_true(sample) for sample in practice.felt)
    assert not any(sample.flags for sample in practice.felt)


@row(
    "cable cut inside a line, bytes lost",
    "check value, hole in the numbers",
    "the reading is missing and marked, none is invented; more than 1 in 100: a bad cable is told",
)
def test_lost_bytes_cost_their_frame_and_a_bad_cable_is_told(
    tmp_path: Path, stack: ExitStack, after: list[str]
) -> None:
    board = Board(tmp_path / "sensor", ramp)
    practice = streaming(stack, board)
    chance, spoilt_s = random.Random(3), []

    def lossy(text: bytes) -> bytes:
        if chance.random() > 0.2:
            return text
        at = chance.randrange(3, len(text) - 8)
        spoilt_s.append(time.perf_counter())
        return text[:at] + text[at + 3 :]

    board.spoil = lossy  # type: ignore[method-assign]
    practice.marks(GAP)
    seen_s = time.perf_counter() - spoilt_s[0]
    took_s = practice.reaches(LinkState.STREAMING, "device.cable")
    after += [f"next reading, {ms(seen_s)}", f"the cable is told after {took_s:.1f} s"]
    assert practice.grip.stats().damaged >= 3
    assert all(is_true(sample) for sample in practice.felt)
    assert all(two.device_ms - one.device_ms > 20 for one, two in pairwise(practice.felt) if two.flags & GAP)
    assert practice.links == [1.0]
    assert "gap" in practice.judged().marks


@row(
    "300 bytes of noise",
    "check value",
    "no reading is lost; play goes on",
)
def test_noise_costs_no_frame(tmp_path: Path, stack: ExitStack, after: list[str]) -> None:
    board = Board(tmp_path / "sensor", ramp)
    practice = streaming(stack, board)
    times_s = []
    for _ in range(5):
        board.garbage(300)
        times_s.append(practice.gets_more())
        practice.play(0.1)
    stats = practice.grip.stats()
    after.append(f"next reading, {ms(max(times_s))}, none of {len(practice.felt)} lost")
    assert stats.damaged + stats.unframed >= 5
    assert all(is_true(sample) and not sample.flags for sample in practice.felt)
    assert practice.links == [1.0]


@row(
    "the sensor starts anew (brown-out, watchdog)",
    "`B` line, or time and number go back",
    "time goes on without a step back, the trial is marked; more than 250 ms without readings: pause",
)
def test_a_sensor_that_starts_anew_goes_on_with_its_clock_mapped_anew(
    tmp_path: Path, stack: ExitStack, after: list[str]
) -> None:
    for says_so in (True, False):
        board = Board(tmp_path / f"sensor-{says_so}")
        practice = streaming(stack, board)
        practice.play(0.6)
        board.boots = says_so
        before_ms = practice.felt[-2].device_ms
        board.reset()
        took_s = practice.marks(RESET)
        practice.play(0.3)
        after.append(f"{'with' if says_so else 'without'} `B`: next line, {ms(took_s)}")
        marked = [sample for sample in practice.felt if sample.flags & RESET]
        assert len(marked) == 1
        assert marked[0].device_ms < 300 < before_ms
        assert practice.in_order()
        assert practice.links == [1.0]
        assert "reset" in practice.judged().marks


@row(
    "unplugged",
    "the read fails",
    "pause; plug it in again, or go on with mouse or keys",
)
def test_a_pulled_cable_is_seen_at_once(tmp_path: Path, stack: ExitStack, after: list[str]) -> None:
    board = Board(tmp_path / "sensor")
    practice = streaming(stack, board)
    board.unplug()
    took_s = practice.reaches(LinkState.LOST, "device.lost")
    after.append(ms(took_s))
    assert took_s < LATE_S
    assert practice.play(0.2) == []
    assert practice.links == [1.0, 0.0]


@row(
    "plugged in again, maybe under another name",
    "the sensor is looked for, 0.25 to 2 s apart",
    "its zero is asked for anew, then play goes on by itself",
)
def test_a_sensor_that_comes_back_under_another_name_is_found(
    tmp_path: Path, stack: ExitStack, after: list[str]
) -> None:
    names = [tmp_path / "sensor-0", tmp_path / "sensor-1"]
    first = stack.enter_context(Board(names[0]))
    practice = stack.enter_context(
        Practice(names[0], finder=lambda: next((str(name) for name in names if name.exists()), None))
    )
    practice.streams()
    first.unplug()
    practice.reaches(LinkState.LOST, "device.lost")
    practice.play(0.6)
    stack.enter_context(Board(names[1]))
    took_s = practice.streams()
    after.append(f"{took_s:.2f} s, having been out for 0.6 s")
    assert took_s < 2 + LATE_S
    practice.play(0.2)
    assert practice.grip.describe()["port"] == str(names[1])
    assert practice.links == [1.0, 0.0, 1.0]
    assert practice.judged().loose
    assert practice.in_order()


@row(
    "force cell unplugged or dead",
    "mark 2, ten times a second",
    "pause, the trial is begun again: the small plug is to be checked",
)
def test_a_dead_cell_is_told_apart_from_a_dead_cable(tmp_path: Path, stack: ExitStack, after: list[str]) -> None:
    board = Board(tmp_path / "sensor")
    practice = streaming(stack, board)
    board.flags = NO_DATA
    took_s = practice.reaches(LinkState.STREAMING, "device.cell")
    after.append(ms(took_s))
    assert took_s < LATE_S
    practice.play(0.5)
    assert practice.links == [1.0]
    assert practice.judged().pause == "cell"
    board.flags = 0
    practice.streams()
    assert practice.judged().pause == ""


@row(
    "stuck value",
    "the same value for more than 0.5 s from a cell that has noise",
    "pause, the trial is begun again",
)
def test_a_stuck_value_is_no_force(tmp_path: Path, stack: ExitStack, after: list[str]) -> None:
    board = Board(tmp_path / "sensor")
    practice = streaming(stack, board)
    practice.play(0.6)
    assert practice.judged().pause == ""
    board.frozen = ZERO_COUNTS + 77
    took_s = practice.until(lambda: practice.judged().pause == "stuck")
    after.append(ms(took_s))
    assert 0.45 < took_s < 0.5 + LATE_S
    board.frozen = None
    practice.until(lambda: practice.judged().pause == "")


@row(
    "saturated",
    "mark 1",
    "the reading is no force: pause, and a softer squeeze is asked for",
)
def test_a_saturated_reading_is_no_force(tmp_path: Path, stack: ExitStack, after: list[str]) -> None:
    board = Board(tmp_path / "sensor")
    practice = streaming(stack, board)
    board.flags = SATURATED
    took_s = practice.reaches(LinkState.STREAMING, "device.strong")
    after.append(f"same reading, {ms(took_s)}")
    assert took_s < LATE_S
    practice.marks(SATURATED)
    first = next(sample for sample in practice.felt if sample.flags & SATURATED)
    assert first.value == TOP_COUNTS
    assert practice.judged().pause == "strong"
    board.flags = 0
    practice.streams()
    practice.play(0.1)
    assert practice.judged().pause == ""


@row(
    "readings lost (overrun)",
    "hole in the numbers, mark 4",
    "the hole stays a hole, nothing is put into it; the trial is marked",
)
def test_a_hole_stays_a_hole(tmp_path: Path, stack: ExitStack, after: list[str]) -> None:
    board = Board(tmp_path / "sensor", ramp)
    practice = streaming(stack, board)
    practice.play(0.2)
    board.muted = True
    time.sleep(0.1)
    with board._lock:
        board.muted, board.flags = False, DROPPED_BEFORE
    took_s = practice.marks(GAP)
    practice.play(0.2)
    after.append(f"same reading, {ms(took_s)}")
    holed = [(one, two) for one, two in pairwise(practice.felt) if two.flags & GAP]
    assert len(holed) == 1
    assert holed[0][1].device_ms - holed[0][0].device_ms > 50
    assert holed[0][1].flags & DROPPED_BEFORE
    assert all(is_true(sample) for sample in practice.felt)
    assert practice.links == [1.0]
    assert "gap" in practice.judged().marks


@row(
    "a second program on the port",
    "the port is locked (errno 11)",
    "the second one says that another program uses the sensor; the first one loses nothing",
)
def test_a_second_program_gets_nothing_and_takes_nothing(tmp_path: Path, stack: ExitStack, after: list[str]) -> None:
    board = Board(tmp_path / "sensor")
    practice = streaming(stack, board)
    second = stack.enter_context(Practice(board.link))
    after.append(ms(second.reaches(LinkState.OPENING, "device.busy")))
    assert len(practice.play(0.5)) > 10
    assert not any(sample.flags & GAP for sample in practice.felt)
    assert second.got == []
    practice.grip.close()
    second.streams()


@row(
    "firmware newer than the program",
    "first field of `I` or `B`",
    "refused: the program is to be updated; nothing is read",
)
def test_newer_firmware_is_refused(tmp_path: Path, stack: ExitStack, after: list[str]) -> None:
    board = stack.enter_context(Board(tmp_path / "sensor", protocol=2))
    practice = stack.enter_context(Practice(board.link))
    after.append(ms(practice.reaches(LinkState.REFUSED, "device.newer")))
    practice.play(0.1)
    assert practice.got == []


@row(
    "the program is busy, a picture is slow",
    "age of the newest reading",
    "the times of readings stay right; the picture shows an older force",
)
def test_a_busy_program_gets_older_readings_with_the_right_times(tmp_path: Path, after: list[str]) -> None:
    link = tmp_path / "sensor"
    program = [sys.executable, grip_board.__file__, str(link)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as board:
        assert board.stdout is not None
        board.stdout.readline()
        reader = Reader(str(link))
        readings: list[Reading] = []
        begun_s = time.perf_counter()
        while len(readings) < 300 and time.perf_counter() < begun_s + PATIENCE_S:
            frame_s = time.perf_counter()
            readings += [felt for felt in reader.taken() if isinstance(felt, Reading)]
            while time.perf_counter() < frame_s + 0.014:
                pass
            time.sleep(0.0027)
        time.sleep(0.3)
        older = [felt for felt in reader.taken() if isinstance(felt, Reading)]
        reader.close()
        board.communicate(b"quit\n", timeout=PATIENCE_S)
    settled = readings[120:]
    mapped = statistics.pstdev(r.at_ms - r.device_ms for r in settled)
    arrived = statistics.pstdev(r.arrival_ms - r.device_ms for r in settled)
    after.append(f"times within SD {mapped:.2f} ms, arrivals {arrived:.1f} ms, with 14 of 16.7 ms busy")
    assert mapped < arrived / 3
    assert len(older) > 15
    assert all(two.at_ms > one.at_ms for one, two in pairwise(readings + older))


# Faults that take seconds by their nature: all at once, each in a thread


def misread(text: bytes, speed: float) -> bytes:
    """Return what a receiver makes of bits (8N1) that come ``speed`` times as fast as it expects."""
    line = [bit for byte in text for bit in (0, *(byte >> n & 1 for n in range(8)), 1)] + [1] * 200
    at, read = 0.0, bytearray()
    while (start := next((n for n in range(int(at), len(line)) if not line[n]), None)) is not None:
        bits = [line[min(int(start + (n + 0.5) * speed), len(line) - 1)] for n in range(10)]
        at = start + 9.5 * speed
        if bits[9]:  # a wrong stop bit: the byte is thrown away
            read.append(sum(bit << n for n, bit in enumerate(bits[1:9])))
        if at >= len(line):
            break
    return bytes(read)


def nmea(number: int) -> bytes:
    """Return a line of a GPS receiver."""
    body = b"GPGGA,%06d.00,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,," % number
    return b"$%b*%02X\r\n" % (body, reduce(xor, body))


class WrongSpeed(Board):
    """A board whose line is read at half its speed."""

    def _send(self, text: bytes) -> None:
        GripBoard._send(self, misread(text, 2.0))


class Gps(Deaf):
    """A GPS receiver."""

    def _measure(self) -> None:
        if self.now_us() >= self._due_us:
            self._due_us += 100_000
            self._send(nmea(self.now_us() // 1_000_000))


class Mute(Deaf):
    """A port behind which nothing says a word."""

    def _boot(self) -> None:
        super()._boot()

    def _send(self, text: bytes) -> None:
        return


class Sketch(Deaf):
    """Somebody else's sketch: milliseconds and counts on a line, and nothing that proves them."""

    def _measure(self) -> None:
        while self._due_us <= self.now_us():
            seconds = self._due_us / 1e6
            self._due_us += 12_500
            self._send(b"%d\t%d\r\n" % (seconds * 1000, self.counts(seconds)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a fault that takes its time: seconds by name, and the practice."""

    took_s: dict[str, float]
    practice: Practice
    board: Board


def refused(board: Board, stack: ExitStack) -> Outcome:
    """Open what is no sensor of ours, until it is refused."""
    practice = stack.enter_context(Practice(board.link))
    took_s = practice.until(lambda: practice.grip.state is LinkState.REFUSED)
    practice.play(0.1)
    return Outcome({"refused": took_s}, practice, board)


def sketched(board: Board, stack: ExitStack) -> Outcome:
    """Open a sketch as a sensor of ours, and then as what it is."""
    outcome = refused(board, stack)
    outcome.practice.grip.close()
    chosen = stack.enter_context(Practice(board.link, PlainGrip))
    took_s = {"refused": outcome.took_s["refused"], "chosen": chosen.until(lambda: bool(chosen.felt))}
    chosen.play(0.3)
    return Outcome(took_s, chosen, board)


def half_open(board: Board, stack: ExitStack) -> Outcome:
    """Let a board fall silent for a moment, and then for long."""
    practice = stack.enter_context(Practice(board.link))
    practice.streams()
    practice.play(0.2)
    took_s = {}
    board.muted = True
    took_s["stale"] = practice.reaches(LinkState.STALE, "device.stale")
    board.muted = False
    took_s["back"] = practice.streams()
    practice.play(0.2)
    board.muted = True
    took_s["lost"] = practice.until(lambda: practice.grip.state is LinkState.LOST)
    practice.until(lambda: practice.grip.state is LinkState.IDENTIFYING)
    board.muted = False
    took_s["reopened"] = practice.streams()
    return Outcome(took_s, practice, board)


def clocked(board: Board, stack: ExitStack) -> Outcome:
    """Read a board whose clock is off until that is known, or told."""
    practice = stack.enter_context(Practice(board.link))
    practice.streams()
    ppm = round((1 - board._pace) * 1e6)

    def known() -> bool:
        decoder = practice.grip.reader.known
        found = decoder.drift_ppm if isinstance(decoder, SensorDecoder) else 0.0
        return practice.grip.message() == "device.clock" or abs(found / ppm - 1) < 0.1

    took_s = practice.until(known)
    practice.play(1.0)
    return Outcome({"known": took_s}, practice, board)


def told(board: Board, stack: ExitStack) -> Outcome:
    """Read a board until it is told that its clock is off."""
    practice = stack.enter_context(Practice(board.link))
    practice.streams()
    return Outcome({"told": practice.reaches(LinkState.STREAMING, "device.clock")}, practice, board)


def unread(board: Board, stack: ExitStack) -> Outcome:
    """Open a board that does not read: what is sent to it fills the line, and then each command waits."""
    took_s = {}

    def filled(name: str) -> ByteTransport:
        port = open_port(name)
        start_s = time.perf_counter()
        with pytest.raises(OSError, match=r"."):
            port.write(b"\n" * 200_000)
        took_s["write"] = time.perf_counter() - start_s
        return port

    practice = stack.enter_context(Practice(board.link, opener=filled))
    took_s["streams"] = practice.streams()
    practice.play(0.5)
    return Outcome(took_s, practice, board)


Played = Callable[[Board, ExitStack], Outcome]
BESIDE: dict[str, tuple[Callable[[Path], Board], Played]] = {
    "wrong speed": (WrongSpeed, refused),
    "GPS": (Gps, refused),
    "silent": (Mute, refused),
    "sketch": (Sketch, sketched),
    "half-open": (Board, half_open),
    "deaf": (Deaf, unread),
    "slow clock": (lambda link: Board(link, skew_ppm=5000), clocked),
    "fast clock": (lambda link: Board(link, skew_ppm=-5000), clocked),
    "far clock": (lambda link: Board(link, skew_ppm=30_000), told),
}

Beside = Callable[[str], Outcome]


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    """Begin all faults that take seconds, and return a function that waits for the outcome of one."""
    folder = tmp_path_factory.mktemp("beside")
    with ExitStack() as stack, ThreadPoolExecutor(len(BESIDE)) as pool:
        running: dict[str, Future[Outcome]] = {}
        for name, (made, play) in BESIDE.items():
            running[name] = pool.submit(play, stack.enter_context(made(folder / name.replace(" ", "-"))), stack)
        yield lambda name: running[name].result(2 * PATIENCE_S)


@row(
    "counters wrap (time 71.6 min, number 13.6 min)",
    "both are counted on",
    "nothing is to be seen",
)
@pytest.mark.usefixtures("beside")  # its time passes while the others wait
def test_the_end_of_a_counter_is_not_to_be_seen(tmp_path: Path, stack: ExitStack, after: list[str]) -> None:
    board = stack.enter_context(Board(tmp_path / "sensor"))
    with board._lock:
        board._seq = 65_500
        board._born -= TIME_MODULUS / 1e6 - 1.0
        board._due_us = board.now_us()
    practice = stack.enter_context(Practice(board.link))
    practice.streams()
    felt = practice.play(1.8)
    wrap_ms = TIME_MODULUS / 1000
    assert felt[0].device_ms < wrap_ms < felt[-1].device_ms
    assert not any(sample.flags for sample in felt)
    late = [one.at_ms - one.device_ms for one in felt if abs(one.device_ms - wrap_ms) < 300]
    after.append("never")
    assert max(late) - min(late) < 30
    assert practice.links == [1.0]


@row(
    "a hand on the sensor as its zero is found",
    "force above the earlier zero, or trembling",
    "the zero is refused; please let go for a moment",
)
@pytest.mark.usefixtures("beside")  # its time passes while the others wait
def test_a_hand_on_the_sensor_is_no_zero(tmp_path: Path, stack: ExitStack, after: list[str]) -> None:
    tremor = random.Random(1)
    earlier = Scale(float(ZERO_COUNTS), ZERO_COUNTS + 0.5 * FULL_COUNTS)
    board = Board(tmp_path / "sensor", lambda _: 0.2)
    practice = streaming(stack, board)
    after.append(f"still, above an earlier zero: {refused_zero(practice, earlier):.1f} s")
    board.force = lambda _: 0.2 + tremor.gauss(0, 0.01)
    after.append(f"trembling: {refused_zero(practice, None):.1f} s")


def refused_zero(practice: Practice, known: Scale | None) -> float:
    """Return after how many seconds the zero is refused, as the session finds it."""
    practice.poll()
    begun_ms = practice.now_ms()
    now_is: fitting.Fitting | fitting.Fitted = fitting.Tare(0)
    while isinstance(now_is, fitting.Tare) and not now_is.refused:
        samples = practice.play(0.01)
        assert practice.now_ms() - begun_ms < 1000 * PATIENCE_S
        now_is = fitting.fitted(now_is, samples, to_ticks(practice.now_ms() - begun_ms), known, 2.0**24)
    assert isinstance(now_is, fitting.Tare)
    took_s = (practice.now_ms() - begun_ms) / 1000
    assert took_s > 0.95
    return took_s


@row(
    "wrong speed, or another device (GPS)",
    "bytes, but no line of the protocol for 4 s",
    "refused, nothing of it is used; left alone until it is pulled out",
)
def test_what_is_no_sensor_is_refused(beside: Beside, after: list[str]) -> None:
    for name in ("wrong speed", "GPS"):
        outcome = beside(name)
        after.append(f"{name}: {outcome.took_s['refused']:.1f} s")
        assert 3.9 < outcome.took_s["refused"] < 4 + LATE_S
        assert outcome.practice.grip.message() == "device.wrong"
        assert outcome.practice.got == []
        assert outcome.practice.grip.stats().bytes > 100
        assert outcome.practice.grip.stats().good == 0


@row(
    "a port without a word",
    "no byte for 4 s",
    "refused: unplug it and plug it in again",
)
def test_a_port_without_a_word_is_refused(beside: Beside, after: list[str]) -> None:
    outcome = beside("silent")
    after.append(f"{outcome.took_s['refused']:.1f} s")
    assert 3.9 < outcome.took_s["refused"] < 4 + LATE_S
    assert outcome.practice.grip.message() == "device.silent"
    assert outcome.practice.got == []


@row(
    "a sketch without the protocol",
    "lines of numbers without a frame",
    "refused, and offered as an unverified sensor; once chosen, it is learned from 12 lines",
)
def test_a_sketch_without_the_protocol_is_offered_as_unverified(beside: Beside, after: list[str]) -> None:
    outcome = beside("sketch")
    after.append(f"{outcome.took_s['refused']:.1f} s; once chosen, {ms(outcome.took_s['chosen'])}")
    assert 3.9 < outcome.took_s["refused"] < 4 + LATE_S
    assert outcome.took_s["chosen"] < LATE_S
    assert outcome.practice.grip.describe()["verified"] is False
    assert len(outcome.practice.felt) > 15
    assert all(abs(sample.value - ZERO_COUNTS) < 40 for sample in outcome.practice.felt)


@row(
    "bytes stop, the port stays (half-open)",
    "no frame for 250 ms",
    "pause until the next reading; after 3 s the port is opened again",
)
def test_silence_pauses_and_after_three_seconds_opens_the_port_again(beside: Beside, after: list[str]) -> None:
    outcome = beside("half-open")
    took_s = outcome.took_s
    after += [f"pause {ms(took_s['stale'])}", f"back {ms(took_s['back'])}", f"opened again {took_s['lost']:.1f} s"]
    assert 0.2 < took_s["stale"] < LATE_S
    assert took_s["back"] < LATE_S
    assert 2.7 < took_s["lost"] < 3 + LATE_S
    assert outcome.practice.links == [1.0, 0.0, 1.0, 0.0, 1.0]
    assert outcome.board.commands.count(b"ID?") >= 2
    assert outcome.practice.in_order()


@row(
    "one side does not read",
    "sensor: its buffer is full, mark 4; program: a write takes longer than 0.5 s",
    "neither waits for the other; what is lost is counted and marked",
)
def test_neither_side_waits_for_one_that_does_not_read(
    tmp_path: Path, stack: ExitStack, beside: Beside, after: list[str]
) -> None:
    outcome = beside("deaf")
    after.append(f"write given up after {outcome.took_s['write']:.2f} s, streaming {outcome.took_s['streams']:.1f} s")
    assert 0.4 < outcome.took_s["write"] < 0.5 + LATE_S
    assert outcome.took_s["streams"] < 4 + LATE_S
    assert len(outcome.practice.felt) > 20

    board, reads = stack.enter_context(Board(tmp_path / "sensor")), Event()
    reads.set()

    class Held:
        """A port that a stalled program does not read."""

        def __init__(self, name: str) -> None:
            self.port = open_port(name)
            self.write, self.close = self.port.write, self.port.close

        def read(self) -> bytes:
            reads.wait(PATIENCE_S)
            return self.port.read()

    practice = stack.enter_context(Practice(board.link, opener=Held))
    practice.streams()
    reads.clear()
    start_s = time.perf_counter()
    while board.lost_frames < 5:
        board.raw(b"#" * 999 + b"\n")
        time.sleep(0.002)
        assert time.perf_counter() - start_s < PATIENCE_S
    reads.set()
    took_s = practice.marks(GAP | DROPPED_BEFORE)
    after.append(f"marked {ms(took_s)} after the program reads again")
    assert "gap" in practice.judged().marks


@row(
    "sensor's clock off by 0.5 %, by 3 %",
    "line through the quickest arrivals",
    "corrected; more than 2 %: told, play goes on",
)
def test_a_clock_that_is_off_is_corrected_and_one_far_off_is_told(beside: Beside, after: list[str]) -> None:
    for name, ppm in (("slow clock", 5000), ("fast clock", -5000)):
        outcome = beside(name)
        after.append(f"{ppm / 10_000:+.1f} % found after {outcome.took_s['known']:.1f} s")
        assert outcome.practice.grip.message() is None
        last = outcome.practice.felt[-60:]
        off = [sample.at_ms - sample.device_ms / outcome.board._pace for sample in last]
        assert max(off) - min(off) < 10
        assert outcome.practice.in_order()
    outcome = beside("far clock")
    after.append(f"3 % told after {outcome.took_s['told']:.1f} s")
    assert 9 < outcome.took_s["told"] < 10 + LATE_S
    assert outcome.practice.links == [1.0]


# The table


def kept_rows() -> list[Row]:
    """Return the rows of the tests of this module."""
    return [test.row for test in globals().values() if hasattr(test, "row")]


def reported() -> Sequence[list[str]]:
    """Return the cells of the rows of ``docs/failures.md``."""
    lines = [line for line in REPORT.read_text("utf-8").splitlines() if line.startswith("| ")]
    return [re.split(r" \| ", line.strip("| ")) for line in lines[2:]]


def test_every_fault_has_a_test_and_a_row_in_the_report() -> None:
    assert sorted(row.fault for row in kept_rows()) == sorted(FAULTS)
    assert [cells[0] for cells in reported()] == list(FAULTS)


def test_the_report_says_what_the_tests_say() -> None:
    said = {row.fault: (row.seen, row.practice) for row in kept_rows()}
    for fault, seen, after, practice in reported():
        assert (seen, practice) == said[fault]
        assert re.search(r"\d|never", after)


def test_a_line_read_at_its_own_speed_is_read_right_and_at_another_one_not() -> None:
    text = b"$F,0,12500,0,84211*027C\n" * 3
    assert misread(text, 1.0) == text
    assert misread(text, 1.02) == text
    assert all(b"$F" not in misread(text, speed) for speed in (0.25, 0.5, 2.0, 6.0, 12.0))
