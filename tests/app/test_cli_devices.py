"""The command ``regrasp devices``, over real pseudo-terminals: test, calibrate, record, and every way it can fail."""

import csv
import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals", allow_module_level=True)

import termios

sys.path.append(str(Path(__file__).parents[1] / "devices"))
from grip_board import RATE_HZ, ZERO_COUNTS, GripBoard, line

from app import bench, bench_weigh
from app.asked import Asked, asked
from app.bench import chosen
from app.cli import main
from app.hardware import Hardware, Known
from app.meter import Meter
from app.terminal import Terminal, Typed
from devices import playback, transport
from devices.discovery import remembered_as
from devices.transport import PortFacts
from engine.sample import Sample
from engine.signals import health

ROOT = Path(__file__).parents[2]
FINGERS = ("thumb", "index", "middle", "ring", "little")
PER_KG = 0.02


class TapBoard(GripBoard):
    """A board with five pads."""

    def tap(self, pad: int, level: int = 800) -> None:
        """Press a pad and let it go."""
        self.taps = getattr(self, "taps", 0) + 2
        t_us = self.now_us()
        self.raw(line(f"T,{self.taps - 2},{t_us - 10_000},{pad},1,{level}"))
        self.raw(line(f"T,{self.taps - 1},{t_us},{pad},0,30"))

    def _answer(self, command: bytes) -> None:
        if command == b"ID?":
            self._send(line(f"I,1,Tap pad,1.0.0,P0007,5,{RATE_HZ:g},1000000"))
        elif command == b"CH?":
            for n, finger in enumerate(FINGERS):
                self._send(line(f"C,{n},{finger},pressure,count,0,1023,0,0"))
        else:
            super()._answer(command)

    def _measure(self) -> None:
        period_us = 1e6 / RATE_HZ
        while self._due_us <= self.now_us():
            t_us = int(self._due_us)
            self._due_us += period_us
            levels = ",".join(str(30 + n + self._noise.randint(0, 3)) for n in range(5))
            self._send(line(f"F,{self._seq % 65536},{t_us % 2**32},0,{levels}"))
            self._seq += 1


@pytest.fixture(autouse=True)
def no_ports(monkeypatch: pytest.MonkeyPatch) -> list[PortFacts]:
    """Let USB show nothing but what a test plugs in."""
    found: list[PortFacts] = []
    monkeypatch.setattr(transport, "ports", lambda: tuple(found))
    return found


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def board(tmp_path: Path) -> Iterator[GripBoard]:
    with GripBoard(tmp_path / "sensor") as made:
        yield made


def run(data: Path, *words: str | Path) -> int:
    return main(["devices", *map(str, words), "--data", str(data)])


def at(board: GripBoard) -> tuple[str, str]:
    return "--device", f"serial:{board.link}"


def later(*steps: tuple[float, Callable[[], object]]) -> threading.Thread:
    """Do each step so many seconds after the one before, beside the test."""

    def walk() -> None:
        for wait_s, step in steps:
            time.sleep(wait_s)
            step()

    thread = threading.Thread(target=walk, daemon=True)
    thread.start()
    return thread


# What may stand behind --device


@pytest.mark.parametrize(
    ("text", "kind", "port"),
    [
        ("keys", "keys", ""), ("mouse", "mouse", ""), ("trigger", "trigger", ""), ("serial", "serial", ""),
        ("serial:/dev/ttyACM0", "serial", "/dev/ttyACM0"), ("serial:COM12@500000", "serial", "COM12@500000"),
        ("socket:localhost:4000", "serial", "socket:localhost:4000"),
        ("socket:[::1]:4000", "serial", "socket:[::1]:4000"),
        ("serial:socket:localhost:4000", "serial", "socket:localhost:4000"),
        ("pads", "pads", ""), ("pads:/dev/ttyACM0", "pads", "/dev/ttyACM0"),
        ("pads:socket:h:1", "pads", "socket:h:1"), ("plain:COM3@9600", "plain", "COM3@9600"),
        ("tindeq", "tindeq", ""), ("tindeq:Progressor_1234", "tindeq", "Progressor_1234"),
        ("lsl", "lsl", ""), ("lsl:name=Force", "lsl", "name=Force"),
        ("midi", "midi", ""), ("midi:Pad:60,62", "midi", "Pad:60,62"),
        ("playback:C:\\a b.jsonl", "playback", "C:\\a b.jsonl"),
    ],
)  # fmt: skip
def test_a_device_is_named_by_kind_and_port(text: str, kind: str, port: str) -> None:
    assert asked(text) == Asked(kind, port)
    assert asked(str(asked(text))) == asked(text)


@pytest.mark.parametrize(
    "text",
    ["", ":", "usb", "keys:x", "mouse:", "trigger:1", "serial:", "plain", "plain:", "playback", "playback:", "lsl:",
     "socket:", "socket:host", "socket:host:", "socket:host:0", "socket:host:65536", "socket::80", "socket:a:b:80",
     "pads:socket:x", "serial:COM3@0", "serial:COM3@5000000", "serial:@9600", "Serial:COM3"],
)  # fmt: skip
def test_what_names_no_device_is_refused_with_what_is_allowed(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="must be|takes nothing"):
        asked(text)
    with pytest.raises(SystemExit) as ended:
        main(["play", "cup", "--device", text])
    assert ended.value.code == 2
    assert "argument --device: " in capsys.readouterr().err


@given(
    text=st.text(max_size=30)
    | st.sampled_from(["serial:", "socket:", "pads:"]).flatmap(lambda k: st.text().map(k.__add__))
)
def test_any_text_is_a_device_or_refused_in_words(text: str) -> None:
    try:
        found = asked(text)
    except ValueError as error:
        assert len(str(error)) > 20
    else:
        assert asked(str(found)) == found


def test_help_is_quick_and_needs_nothing_heavy() -> None:
    code = (
        "import sys; from app.cli import main\n"
        "try: main(['devices', 'record', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'serial', 'numpy', 'arcade', 'sqlalchemy', 'PIL', 'devices', 'platformdirs', 'asyncio', 'csv'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"
    assert "playback:FILE" in " ".join(ran.stdout.split())


# Test


def test_a_sensor_is_shown_line_by_line_where_nobody_looks(
    board: GripBoard, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board.force = lambda s: 0.2 if s > 1 else 0.0
    assert run(data, "test", *at(board), "--seconds", "2.2") == 0
    said = capsys.readouterr()
    first, *middle, _, advice = said.out.splitlines()
    assert first == f"Test board, serial number T0042, firmware 1.0.0, at {board.link}. Press or squeeze it."
    assert 2 <= len(middle) <= 3
    assert all("s  streaming  8" in row and "count  ok  missed 0, damaged 0" in row for row in middle[:2])
    assert "regrasp devices calibrate --device serial:" in advice
    assert said.out.isascii()
    assert said.err == ""
    assert [known.serial for known in Hardware(data).sensors()] == ["T0042"]


def test_json_is_one_object_a_second_and_a_summary(
    board: GripBoard, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board.force = lambda s: 0.2 if s > 1 else 0.0
    assert run(data, "test", *at(board), "--seconds", "2.5", "--json") == 0
    *rows, last = [json.loads(row) for row in capsys.readouterr().out.splitlines()]
    assert len(rows) == 2
    assert {row["state"] for row in rows} == {"streaming"}
    assert all(abs(row["rate_hz"] - 80) < 4 and row["newtons"] is None for row in rows)
    assert set(rows[0]["link"]) == {"damaged", "unframed", "missed", "restarts", "round_trip_ms", "drift_ppm"}
    summary = last["summary"]
    assert summary["device"]["serial"] == "T0042"
    assert summary["high"]["grip"] - summary["low"]["grip"] > 300_000
    assert 190 < summary["readings"] < 230
    assert len(summary["advice"]) == 1


def test_what_goes_wrong_is_told_with_what_to_do(
    board: GripBoard, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def flag(value: int) -> Callable[[], None]:
        return lambda: setattr(board, "flags", value)

    noise = [(0.0, lambda: board.raw(b"$F,1,2,0,3,4*0000\n"))] * 30
    later((1.0, flag(1)), (0.4, flag(0)), *noise, (0.4, flag(2)), (0.5, flag(0)), (0.3, board.reset),
          (0.4, board.unplug), (0.5, board.replug))  # fmt: skip
    assert run(data, "test", *at(board), "--seconds", "6", "--json") == 0
    said = capsys.readouterr()
    summary = json.loads(said.out.splitlines()[-1])["summary"]
    assert {"saturated", "no-data"} <= set(summary["marks"])
    assert (summary["resets"] >= 1, summary["losses"] >= 1, summary["state"]) == (True, True, "streaming")
    assert 300 < summary["lost_ms"] < 2500
    advice = " ".join(summary["advice"])
    for words in ("end of the sensor's range", "force cell does not", "began anew", "silent or unplugged"):
        assert words in advice
    assert "regrasp: The sensor was unplugged. Plug it in again" in said.err
    assert "Traceback" not in said.err


def test_a_tap_board_shows_five_fingers_and_counts_taps(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with TapBoard(tmp_path / "pads") as board:
        later((1.2, lambda: board.tap(1)), (0.2, lambda: board.tap(1)), (0.2, lambda: board.tap(4)))
        assert run(data, "test", *at(board), "--seconds", "2.5") == 0
    said = capsys.readouterr().out
    assert said.startswith("Tap pad, serial number P0007")
    assert "taps: index 2, little 1" in said
    row = said.splitlines()[2]
    assert [word for word in row.split() if word in FINGERS] == list(FINGERS)
    assert "All is well." in said
    assert Hardware(data).sensors()[0].kind == "pads"


def test_pads_asked_of_a_grip_are_told_apart(
    tmp_path: Path, data: Path, board: GripBoard, capsys: pytest.CaptureFixture[str]
) -> None:
    class OnlyGrip(GripBoard):
        def _answer(self, command: bytes) -> None:
            if command == b"CH?":
                self._send(line("C,0,x,force,count,0,9,0,0") + line("C,1,grip,force,count,-8388608,8388607,0,0"))
            else:
                super()._answer(command)

    with OnlyGrip(tmp_path / "other") as other:
        assert run(data, "test", "--device", f"pads:{other.link}", "--seconds", "1") == 1
        assert "This is no tap board: none of its channels is a finger." in capsys.readouterr().err
        out = tmp_path / "all.jsonl"
        assert run(data, "record", *at(other), "--seconds", "0.5", "--out", out) == 0
    assert {s.channel for s in playback.read(out.read_text()).samples} == {"grip", "raw.x", "link.grip"}


@pytest.mark.parametrize("what", ["test", "record", "calibrate"])
def test_nothing_there_is_one_plain_sentence(
    what: str, tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ("--out", tmp_path / "out.jsonl") if what == "record" else ()
    began_s = time.perf_counter()
    assert run(data, what, "--device", f"serial:{tmp_path / 'nothing'}", *out) == 1
    assert time.perf_counter() - began_s < 3
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        f"regrasp: serial:{tmp_path / 'nothing'}: Nothing is there. Plug the sensor in, and look for its port with: "
        "regrasp devices\n"
    )
    assert not (tmp_path / "out.jsonl").exists()
    assert not (data / "hardware.json").exists()


def test_a_port_that_sends_something_else_leaves_no_record(
    board: GripBoard, tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board.muted = True
    assert run(data, "record", *at(board), "--seconds", "1", "--out", tmp_path / "a.jsonl") == 1
    assert "It opens, but nothing comes." in capsys.readouterr().err
    assert not (tmp_path / "a.jsonl").exists()


@pytest.mark.parametrize(
    ("device", "words"),
    [("keys", "always there"), ("mouse", "always there"), ("trigger", "while the window is open"),
     ("serial", "no remembered sensor is plugged in; say which port to open: --device serial:PORT"),
     ("playback:nowhere.jsonl", "This file is missing, or is no record.")],
)  # fmt: skip
def test_what_cannot_be_opened_in_a_terminal_says_so(
    device: str, words: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(data, "test", "--device", device, "--seconds", "1") == 1
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_without_a_device_only_the_one_remembered_sensor_is_meant(
    tmp_path: Path, data: Path, no_ports: list[PortFacts]
) -> None:
    uno = PortFacts("/dev/ttyACM0", 0x2341, 0x0043, "1", "1-1", "")
    pads = PortFacts("/dev/ttyACM1", 0x2341, 0x0043, "2", "1-2", "")
    hardware = Hardware(data)
    no_ports[:] = [uno, pads]
    with pytest.raises(ValueError, match="--device serial:/dev/ttyACM0 or --device serial:/dev/ttyACM1"):
        chosen(None, hardware)
    hardware.remember(Known("A", usb=remembered_as(uno, "A", baud=9600)))
    assert chosen(None, hardware) == chosen(Asked("serial"), hardware) == Asked("serial", "/dev/ttyACM0@9600")
    hardware.remember(Known("B", "pads", usb=remembered_as(pads, "B", "pads")))
    with pytest.raises(ValueError, match="several remembered sensors are plugged in"):
        chosen(None, hardware)
    assert chosen(Asked("pads"), hardware) == Asked("pads", "/dev/ttyACM1")
    assert chosen(Asked("serial", "COM3"), hardware) == Asked("serial", "COM3")
    assert chosen(Asked("tindeq"), hardware) == Asked("tindeq")


def test_a_sensor_with_a_usb_identity_is_followed_to_another_name(
    tmp_path: Path, data: Path, no_ports: list[PortFacts], capsys: pytest.CaptureFixture[str]
) -> None:
    with GripBoard(tmp_path / "ttyACM0") as board:
        no_ports[:] = [PortFacts(str(board.link), 0x2341, 0x0043, "5573", "1-2", "")]

        def replug() -> None:
            board.link = tmp_path / "ttyACM1"
            no_ports[:] = [PortFacts(str(board.link), 0x2341, 0x0043, "5573", "1-2", "")]
            board.replug()

        later((1.0, board.unplug), (0.0, no_ports.clear), (0.5, replug))
        out = tmp_path / "a.jsonl"
        assert run(data, "record", *at(board), "--seconds", "4", "--out", out) == 0
    links = [s.value for s in playback.read(out.read_text()).samples if s.channel == "link.grip"]
    assert links == [1.0, 0.0, 1.0]


def test_two_boards_with_one_serial_number_are_told(
    board: GripBoard, data: Path, no_ports: list[PortFacts], capsys: pytest.CaptureFixture[str]
) -> None:
    for chip in ("5573", "5574"):
        no_ports[:] = [PortFacts(str(board.link), 0x2341, 0x0043, chip, "1-2", "")]
        assert run(data, "--device", f"serial:{board.link}") == 0
    assert "Another board called itself T0042 before." in capsys.readouterr().err


def test_a_board_that_says_nothing_of_itself_is_shown_but_not_remembered(
    board: GripBoard, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board.answers = False
    assert run(data, "test", *at(board), "--seconds", "1") == 0
    assert "It does not say its serial number" in capsys.readouterr().out
    assert not (data / "hardware.json").exists()
    assert run(data, "calibrate", *at(board)) == 1
    assert "it does not say its serial number" in capsys.readouterr().err


class Sketch(GripBoard):
    """Somebody else's sketch: numbers on lines, and no answers."""

    def _boot(self) -> None:
        super()._boot()
        self._waiting = b""

    def _answer(self, command: bytes) -> None:
        pass

    def _measure(self) -> None:
        while self._due_us <= self.now_us():
            self._due_us += 1e6 / RATE_HZ
            self._send(b"VAL: %d\r\n" % self.counts(self._due_us / 1e6))


def test_another_makers_sketch_is_told_apart_and_can_be_named(
    tmp_path: Path, data: Path, no_ports: list[PortFacts], capsys: pytest.CaptureFixture[str]
) -> None:
    with Sketch(tmp_path / "sketch") as sketch:
        assert run(data, "test", *at(sketch), "--seconds", "1") == 1
        assert "plain:PORT" in capsys.readouterr().err
        no_ports[:] = [PortFacts(str(sketch.link), 0x2341, 0x0043, "5573", "1-2", "")]
        device = ("--device", f"plain:{sketch.link}")
        assert run(data, "test", *device, "--seconds", "1") == 0
        said = capsys.readouterr().out
        assert said.startswith("lines like 'VAL: #': number 1 of 1 is taken as the force (count), no time; unverified")
        assert "serial number" not in said
        assert "Its lines carry no check" in said
        assert run(data, "calibrate", *device) == 1
        assert "only a sensor that says its serial number can be calibrated" in capsys.readouterr().err
        assert run(data) == 0  # remembered by its port's own number, so it is opened by itself from now on
        said = capsys.readouterr().out
    assert "lines like 'VAL: #'" in said
    assert "without a serial number" in said


# Record


def test_a_record_is_raw_and_can_be_played_back(
    board: GripBoard, tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a.jsonl"
    assert run(data, "record", *at(board), "--seconds", "1.5", "--out", out) == 0
    record = playback.read(out.read_text("utf-8"))
    assert (record.header["regrasp"], record.header["format"]) == ("device record", 1)
    assert (record.device["kind"], record.device["serial"], record.device["rate_hz"]) == ("serial", "T0042", 80.0)
    assert record.header["calibration"] is None
    assert record.header["began"].endswith("+00:00")
    grip = [s for s in record.samples if s.channel == "grip"]
    assert len(grip) == len([s for s in record.samples if s.channel == "level.thumb"])
    assert 115 <= len(grip) <= 122
    assert record.samples[0] == Sample("link.grip", 0.0, 1.0)
    assert all(abs(s.value - ZERO_COUNTS) <= 3 for s in grip)
    steps = {round(b.device_ms - a.device_ms, 3) for a, b in zip(grip, grip[1:], strict=False)}
    assert steps == {12.5}
    said = capsys.readouterr().out
    assert said.startswith(f"{out}: {len(grip)} readings in 1.5 s (80.")
    assert said.endswith(" a second), 0 gaps\n")


def test_a_record_is_never_replaced_without_being_told_to(
    board: GripBoard, tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a.jsonl"
    out.write_text("mine")
    assert run(data, "record", *at(board), "--seconds", "0.5", "--out", out) == 1
    assert "is there already; --force replaces it" in capsys.readouterr().err
    assert out.read_text() == "mine"
    assert board.commands == []
    assert run(data, "record", *at(board), "--seconds", "0.5", "--out", out, "--force") == 0
    assert len(playback.read(out.read_text()).samples) > 50


def test_a_record_for_other_programs_is_csv_with_what_it_means(board: GripBoard, tmp_path: Path, data: Path) -> None:
    out = tmp_path / "a.CSV"
    assert run(data, "record", *at(board), "--seconds", "0.5", "--out", out) == 0
    comments = [row for row in out.read_text().splitlines() if row.startswith("#")]
    assert comments[0] == "# Regrasp device record, format 1"
    assert json.loads(comments[2].removeprefix("# device: "))["serial"] == "T0042"
    assert comments[3:] == ["# rate_hz: 80.0", "# calibration: null"]
    rows = list(csv.DictReader(io.StringIO("\n".join(out.read_text().splitlines()[len(comments) :]))))
    assert list(rows[0]) == ["at_ms", "device_ms", "channel", "value", "flags", "x", "y"]
    grip = [row for row in rows if row["channel"] == "grip"]
    assert len(grip) > 30
    assert all(abs(float(row["value"]) - ZERO_COUNTS) <= 3 for row in grip)


def test_a_lost_link_is_written_down_and_told_and_nothing_is_made_up(
    board: GripBoard, tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later((1.0, board.unplug), (0.6, board.replug))
    out = tmp_path / "a.jsonl"
    assert run(data, "record", *at(board), "--seconds", "4", "--out", out) == 0
    samples = playback.read(out.read_text()).samples
    links = [s for s in samples if s.channel == "link.grip"]
    assert [s.value for s in links] == [1.0, 0.0, 1.0]
    between = [s for s in samples if links[1].at_ms < s.at_ms < links[2].at_ms]
    assert between == []
    assert links[2].at_ms - links[1].at_ms > 400
    assert "silent or unplugged 1 times; nothing was made up for that" in capsys.readouterr().out


def test_another_board_in_its_place_ends_the_record(
    board: GripBoard, tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later((1.0, board.unplug), (0.1, lambda: setattr(board, "serial", "T0043")), (0.0, board.replug))
    out = tmp_path / "a.jsonl"
    assert run(data, "record", *at(board), "--seconds", "20", "--out", out) == 0
    assert "Another sensor was plugged in, T0043: the record ends there." in capsys.readouterr().out
    assert playback.read(out.read_text()).samples[-1].at_ms < 2500


def test_taps_and_levels_are_recorded(tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "a.jsonl"
    with TapBoard(tmp_path / "pads") as board:
        later((1.2, lambda: board.tap(2, 812)))
        assert run(data, "record", *at(board), "--seconds", "1.5", "--out", out) == 0
    record = playback.read(out.read_text())
    assert record.device["kind"] == "pads"
    assert {s.channel for s in record.samples} == {f"level.{f}" for f in FINGERS} | {"link.pads", "pad.middle"}
    assert [(s.value, s.x) for s in record.samples if s.channel == "pad.middle"] == [(1.0, 812.0), (0.0, 30.0)]
    assert " readings and 1 taps in " in capsys.readouterr().out


def test_a_record_that_is_played_back_is_a_device_too(
    board: GripBoard, tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    assert run(data, "record", *at(board), "--seconds", "0.8", "--out", first) == 0
    assert run(data, "record", "--device", f"playback:{first}", "--out", second) == 0
    before, after = (
        [(s.channel, s.value) for s in playback.read(file.read_text()).samples if s.channel == "grip"]
        for file in (first, second)
    )
    assert after == before
    assert run(data, "test", "--device", f"playback:{first}") == 0
    assert [known.serial for known in Hardware(data).sensors()] == ["T0042"]
    assert run(data, "calibrate", "--device", f"playback:{first}") == 1
    assert "only a sensor that says its serial number" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_told_at_once(
    board: GripBoard, tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    began_s = time.perf_counter()
    assert run(data, "record", *at(board), "--seconds", "60", "--out", tmp_path / "file" / "a.jsonl") == 1
    assert time.perf_counter() - began_s < 5
    assert capsys.readouterr().err.startswith(f"regrasp: {tmp_path / 'file' / 'a.jsonl'}: ")


class Served(threading.Thread):
    """A port that another machine serves over TCP, to one caller after the other."""

    def __init__(self, port: Path) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.name_of_it = f"socket:127.0.0.1:{self._listener.getsockname()[1]}"
        self.start()

    def run(self) -> None:
        caller, _ = self._listener.accept()
        file = os.open(self._port, os.O_RDWR | os.O_NOCTTY)
        termios.tcflush(file, termios.TCIOFLUSH)
        with caller:
            try:
                while True:
                    for end in select.select([file, caller], [], [])[0]:
                        if end is caller:
                            os.write(file, caller.recv(4096))
                        else:
                            caller.sendall(os.read(file, 4096))
            except OSError:
                return
            finally:
                os.close(file)
                self._listener.close()


def test_a_sensor_behind_a_socket_is_tested_and_recorded(board: GripBoard, tmp_path: Path, data: Path) -> None:
    served = Served(board.link)
    out = tmp_path / "a.jsonl"
    assert run(data, "record", "--device", served.name_of_it, "--seconds", "1", "--out", out) == 0
    record = playback.read(out.read_text())
    assert record.device["serial"] == "T0042"
    grip = [s for s in record.samples if s.channel == "grip"]
    assert 75 <= len(grip) <= 90  # what waited in the pipe at first is dated by its arrival
    assert {round(b.device_ms - a.device_ms, 3) for a, b in zip(grip, grip[1:], strict=False)} == {12.5}
    assert [(known.serial, known.usb) for known in Hardware(data).sensors()] == [("T0042", None)]


# Calibrate


class Script:
    """What is typed, with what is done to the board just before each line."""

    def __init__(self, board: GripBoard, *lines: tuple[float | None, str]) -> None:
        self._board, self._lines, self.ended = board, list(lines), False

    def line(self) -> str | None:
        if not self._lines:
            self.ended = True
            return None
        kg, text = self._lines.pop(0)
        if kg is not None:
            self._board.force = lambda _: kg * PER_KG
        return text


@pytest.fixture
def weigh(board: GripBoard, data: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Return what calibrates with a script of (kg on the sensor, what is typed), each weight held only briefly."""
    monkeypatch.setattr(bench_weigh, "SETTLE_MS", 100.0)
    monkeypatch.setattr(bench_weigh, "HOLD_MS", 350.0)

    def weigh_with(*lines: tuple[float | None, str], words: tuple[str, ...] = ()) -> int:
        monkeypatch.setattr(bench_weigh, "Typed", lambda: Script(board, *lines))
        return run(data, "calibrate", *at(board), *words)

    return weigh_with


def test_weights_one_after_the_other_make_a_calibration(
    weigh: Callable[..., int], data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert weigh((0, ""), (2, "2"), (5, "5 kg"), (10, "10,0"), (None, "")) == 0
    (made,) = Hardware(data).calibrations("T0042")
    assert [kg for kg, _ in made.points] == [0.0, 2.0, 5.0, 10.0]
    assert made.gain == pytest.approx(9.80665 / (2_000_000 * PER_KG), rel=1e-3)
    assert made.rmse_n < 0.01
    said = capsys.readouterr().out
    assert "4 points up to 98.1 N: error 0.00 N, at most 0.00 N, 0.0" in said
    assert f"Kept as calibration {made.id} of {made.date} for serial number T0042." in said
    assert run(data, "test", "--device", "keys") == 1


def test_a_calibrated_sensor_shows_newtons_and_is_recorded_with_its_calibration(
    weigh: Callable[..., int], board: GripBoard, tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert weigh((0, ""), (5, ""), words=("--weights", "0,5")) == 0
    assert "Three weights are better" in capsys.readouterr().out
    assert run(data, "test", *at(board), "--seconds", "1.2", "--json") == 0
    row = json.loads(capsys.readouterr().out.splitlines()[0])
    assert row["newtons"] == pytest.approx(5 * 9.80665, abs=0.01)
    out = tmp_path / "a.csv"
    assert run(data, "record", *at(board), "--seconds", "0.3", "--out", out) == 0
    made = Hardware(data).calibration("T0042")
    assert made is not None
    assert f'# calibration: {{"id": "{made.id}"' in out.read_text()


def test_weights_of_the_command_line_begin_with_the_empty_sensor(
    weigh: Callable[..., int], data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert weigh((0, ""), (2, ""), (5, ""), words=("--weights", "2,5")) == 0
    (made,) = Hardware(data).calibrations("T0042")
    assert [kg for kg, _ in made.points] == [0.0, 2.0, 5.0]


def test_a_weight_can_be_measured_again(weigh: Callable[..., int], data: Path) -> None:
    assert weigh((0, ""), (4, "5"), (5, "again"), (None, ""), (10, "10"), (None, "")) == 0
    (made,) = Hardware(data).calibrations("T0042")
    assert [round(counts - ZERO_COUNTS, -2) for _, counts in made.points] == [0, 200_000, 400_000]


def test_a_weight_that_swings_is_refused_until_it_is_still(
    weigh: Callable[..., int], board: GripBoard, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Swinging(Script):
        def line(self) -> str | None:
            text = super().line()
            if text == "swing":
                self._board.force = lambda s: 0.1 + 0.02 * (int(s * 10) % 2)
                return ""
            return text

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(bench_weigh, "Typed", lambda: Swinging(board, (0, ""), (None, "swing"), (5, "")))
        patched.setattr(bench_weigh, "HOLD_MS", 500.0)
        assert run(data, "calibrate", *at(board), "--weights", "5") == 0
    said = capsys.readouterr().out
    assert "It was not steady: it moved by " in said
    assert "Try it again." in said
    assert len(Hardware(data).calibrations("T0042")[0].points) == 2


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([(0, ""), (0, "5"), (5, "5"), (None, "")], "The sensor feels nothing of it"),
        ([(0, ""), (5, "5"), (5.1, "7"), (7, "7"), (None, "")], "% off one line. Is it 7 kg?"),
        (
            [(0, ""), (5, "5"), (4, "7"), (7, "7"), (None, "")],
            "That does not fit the other weights (points: more weight",
        ),
        ([(0, ""), (5, "much"), (5, "5"), (None, "")], "must be a mass from 0 to 200 kg, not much"),
        ([(0, ""), (5, "5000"), (5, "5"), (None, "")], "must be a mass from 0 to 200 kg, not 5000"),
        ([(0, ""), (None, ""), (5, "5"), (None, "")], "must be a mass from 0 to 200 kg, not nothing"),
    ],
)
def test_a_slip_is_told_and_can_be_mended(
    weigh: Callable[..., int],
    data: Path,
    lines: list[tuple[float | None, str]],
    words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert weigh(*lines) == 0
    assert words in capsys.readouterr().out
    assert Hardware(data).calibration("T0042") is not None


@pytest.mark.parametrize(
    "lines", [[], [(0, "")], [(0, ""), (5, "5")], [(0, ""), (5, "5"), (None, "stop")]], ids=len
)  # fmt: skip
def test_a_calibration_that_is_broken_off_keeps_nothing(
    weigh: Callable[..., int], data: Path, lines: list[tuple[float | None, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert weigh(*lines) == 1
    assert capsys.readouterr().out.endswith("Cancelled. Nothing is kept.\n")
    assert Hardware(data).calibrations("T0042") == ()


def test_a_check_weight_says_whether_the_calibration_still_holds(
    weigh: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert weigh(words=("--check", "5")) == 1
    assert "it is not calibrated yet" in capsys.readouterr().err
    assert weigh((0, ""), (2, ""), (5, ""), (10, ""), words=("--weights", "0,2,5,10")) == 0
    assert weigh((0, ""), (5, ""), words=("--check", "5")) == 0
    assert "5 kg are 49.03 N and read 49.0" in capsys.readouterr().out
    assert weigh((0, ""), (4.8, ""), words=("--check", "5")) == 1
    assert "-4.0%. That is more than 2 % off: calibrate again." in capsys.readouterr().out


def test_a_sensor_that_fails_meanwhile_is_told(
    weigh: Callable[..., int], board: GripBoard, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Failing(Script):
        def line(self) -> str | None:
            text, board.flags = super().line(), 0
            if text in ("dead", "reset"):
                later((0.5, lambda: setattr(board, "flags", 2) if text == "dead" else board.reset()))
                return ""
            return text

    with pytest.MonkeyPatch.context() as patched:
        script = [(0, "dead"), (0, "reset"), (0, ""), (5, "")]
        patched.setattr(bench_weigh, "Typed", lambda: Failing(board, *script))  # type: ignore[arg-type]
        patched.setattr(bench_weigh, "HOLD_MS", 800.0)
        assert run(data, "calibrate", *at(board), "--weights", "5") == 0
    said = capsys.readouterr().out
    assert "The reading is no force: no cell." in said
    assert "The board began anew." in said


def test_what_is_no_force_in_counts_is_not_calibrated(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with TapBoard(tmp_path / "pads") as pads:
        assert run(data, "calibrate", *at(pads)) == 1
    assert "this is no force sensor" in capsys.readouterr().err

    class Fsr(GripBoard):
        def _answer(self, command: bytes) -> None:
            if command == b"CH?":
                self._send(line("C,0,x,force,count,0,9,0,0") + line("C,1,grip,pressure,count,0,1023,0,0"))
            else:
                super()._answer(command)

    with Fsr(tmp_path / "fsr") as fsr:
        assert run(data, "calibrate", *at(fsr)) == 1
    assert "it measures pressure, which newtons cannot be made of" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "x", "0", "-1", "201", "2,,5", "nan"])
def test_weights_that_are_none_are_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["devices", "calibrate", "--weights", text])
    assert "argument --weights: " in capsys.readouterr().err


# As a program of its own


def program(data: Path, *words: str | Path) -> subprocess.Popen[str]:
    code = "import sys; from app.cli import main; sys.exit(main())"
    return subprocess.Popen(
        [sys.executable, "-c", code, "devices", *map(str, words), "--data", str(data)], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_a_script_calibrates_with_enter_between_the_weights(board: GripBoard, data: Path) -> None:
    ran = program(data, "calibrate", *at(board), "--weights", "5")
    assert ran.stdin is not None
    assert ran.stdout is not None
    for kg, asked_for in ((0.0, "Empty sensor"), (5.0, "Put 5 kg on")):
        while asked_for not in ran.stdout.readline():
            assert ran.poll() is None
        board.force = lambda _, kg=kg: kg * PER_KG
        time.sleep(0.3)
        ran.stdin.write("\n")
        ran.stdin.flush()
    out, err = ran.communicate(timeout=20)
    assert (ran.returncode, err) == (0, "")
    assert "Kept as calibration" in out
    assert out.isascii()
    assert Hardware(data).calibration("T0042") is not None


def test_the_end_of_the_input_cancels(board: GripBoard, data: Path) -> None:
    ran = program(data, "calibrate", *at(board))
    out, err = ran.communicate("", timeout=20)
    assert (ran.returncode, err) == (1, "")
    assert out.endswith("Cancelled. Nothing is kept.\n")


def test_ctrl_c_ends_a_test_with_its_summary(board: GripBoard, data: Path) -> None:
    ran = program(data, "test", *at(board))
    assert ran.stdout is not None
    assert ran.stdout.readline().startswith("Test board")
    time.sleep(0.5)
    ran.send_signal(signal.SIGINT)
    out, err = ran.communicate(timeout=10)
    assert (ran.returncode, err) == (0, "")
    assert " readings" in out


def test_ctrl_c_ends_a_record_that_is_whole(board: GripBoard, tmp_path: Path, data: Path) -> None:
    out = tmp_path / "a.jsonl"
    ran = program(data, "record", *at(board), "--out", out)
    while not out.exists():
        assert ran.poll() is None
        time.sleep(0.05)
    time.sleep(0.6)
    ran.send_signal(signal.SIGINT)
    said, err = ran.communicate(timeout=10)
    assert (ran.returncode, err) == (0, "")
    assert len(playback.read(out.read_text()).samples) > 50
    assert " readings in " in said


def test_the_list_of_this_very_computer_is_one_json_object(data: Path) -> None:
    ran = program(data, "--json")
    out, err = ran.communicate(timeout=30)
    assert (ran.returncode, err) == (0, "")
    assert list(json.loads(out)) == ["ports", "sensors", "extras", "system"]
    assert not data.exists()


# The terminal


class Tty(io.StringIO):
    """A terminal that only listens."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return True


def test_bars_are_blocks_only_where_they_can_be_shown() -> None:
    fancy, plain, file = Terminal(Tty("utf-8")), Terminal(Tty("ascii")), Terminal(io.StringIO())
    assert (fancy.bar(0.5, 4), fancy.bar(0.33, 4), fancy.level(1.0)) == ("██  ", "█▍  ", "█")
    for terminal in (plain, file):
        assert (terminal.bar(0.5, 4), terminal.level(0.4)) == ("[##--]", "[##---]")
    assert [len(fancy.bar(share, 7)) for share in (-1.0, 0.0, 0.07, 0.5, 0.99, 1.0, 9.0)] == [7] * 7


def test_a_line_that_changes_is_cleared_before_one_that_stays() -> None:
    out = Tty("utf-8")
    terminal = Terminal(out)
    terminal.show("long text")
    terminal.show("short")
    terminal.say("done")
    assert out.getvalue() == "\rlong text\rshort    \r     \rdone\n"
    file = io.StringIO()
    Terminal(file).show("nothing changes in a file")
    assert file.getvalue() == ""


def test_lines_are_taken_as_they_are_typed_until_the_end() -> None:
    inner, outer = os.pipe()
    typed = Typed(inner)
    assert typed.line() is None
    os.write(outer, "5 kg\r\n\nü".encode() + b"\xff")
    got: list[Any] = []
    while len(got) < 2:
        text = typed.line()
        got += [] if text is None else [text]
    os.close(outer)
    while not typed.ended:
        text = typed.line()
        got += [] if text is None else [text]
    assert got == ["5 kg", "", "ü\ufffd"]
    assert typed.line() is None
    os.close(inner)


def test_no_input_at_all_is_an_input_that_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert Typed().ended


# The meter


def test_the_meter_counts_what_came_and_what_was_lost() -> None:
    meter = Meter()
    said: dict[str, Any] = {"low": -8_388_608.0, "high": 8_388_607.0}
    samples = [Sample("link.grip", 0.0, 1.0)]
    samples += [Sample("level.thumb", 12.5 * n, 1.0) for n in range(2)]
    samples += [Sample("grip", 12.5 * n, 100.0 + n) for n in range(80)]
    meter.take(samples, said)
    assert (meter.main, meter.readings, meter.low["grip"], meter.high["grip"]) == ("grip", 80, 100.0, 179.0)
    assert meter.mean_hz() == pytest.approx(80.0)
    assert meter.rate_hz(1000.0) == pytest.approx(80.0)
    meter.take([Sample("link.grip", 1000.0, 0.0), Sample("link.grip", 1500.0, 1.0)], said)
    flags = health.GAP | health.RESET | health.NO_DATA
    meter.take([Sample("grip", 1512.5, 9e9, flags=flags), Sample("pad.ring", 1.0, 1.0), Sample("pad.ring", 2.0)], said)
    assert (meter.losses, meter.lost_ms, meter.gaps, meter.resets) == (1, 500.0, 1, 1)
    assert meter.taps == {"ring": 1}
    assert meter.high["grip"] == 179.0  # a reading without data has no value
    assert meter.marks == {"gap", "reset", "no-data"}
    assert meter.share("grip", 0.0) == 1.0
    assert meter.share("nothing", 0.0) == 0.0
    assert meter.rate_hz(9000.0) is None


def test_the_words_of_a_busy_port_are_said_while_it_is_tried_again(
    board: GripBoard, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import fcntl

    monkeypatch.setattr(bench, "BUSY_S", 1.0)
    holder = os.open(board.link, os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert run(data, "test", *at(board), "--seconds", "1") == 1
    os.close(holder)
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("regrasp: Another program uses the port. Close it")
    assert said[0].endswith("Trying again for 1 s.")
    assert said[1].startswith(f"regrasp: serial:{board.link}: Another program uses the port.")
