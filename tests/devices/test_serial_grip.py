"""Check the reader over real pseudo-terminals: what is plugged in, pulled out, silent, wrong or shared."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals", allow_module_level=True)

import grip_board
from grip_board import FULL_COUNTS, TOP_COUNTS, ZERO_COUNTS, GripBoard

from devices import link
from devices.decoder import GAP
from devices.link import LinkState
from devices.serial_grip import SerialGrip
from devices.serial_sensor import MESSAGES
from engine.sample import Sample

PATIENCE_S = 6.0
LINK = "link.grip"


class Player:
    """A session that polls its sensor every 5 ms and keeps what it got."""

    def __init__(self, port: Path, **how: object) -> None:
        self.zero_s = time.perf_counter()
        self.got: list[Sample] = []
        self.grip = SerialGrip(str(port), self.now_ms, **how)  # type: ignore[arg-type]

    def now_ms(self) -> float:
        return (time.perf_counter() - self.zero_s) * 1000

    def play(self, seconds: float) -> list[Sample]:
        """Poll for some time; return the force samples of it."""
        before, end = len(self.got), time.perf_counter() + seconds
        while time.perf_counter() < end:
            self.got += self.grip.poll(self.now_ms())
            time.sleep(0.005)
        return [s for s in self.got[before:] if s.channel == "grip"]

    def until(self, state: LinkState, message: str | None) -> float:
        """Poll until the sensor is in ``state`` and says ``message``; return how many seconds that took."""
        start = time.perf_counter()
        while (self.grip.state, self.grip.message()) != (state, message):
            assert time.perf_counter() < start + PATIENCE_S, (self.grip.state, self.grip.message())
            self.play(0.005)
        took_s = time.perf_counter() - start
        self.play(0.005)
        return took_s

    def links(self) -> list[float]:
        return [s.value for s in self.got if s.channel == LINK]


Plug = Callable[..., tuple[GripBoard, Player]]


@pytest.fixture
def plug(tmp_path: Path) -> Iterator[Plug]:
    """Return a function that makes a board and a player at its port; both are gone afterwards."""
    made: list[tuple[GripBoard, Player]] = []

    def plug(**how: object) -> tuple[GripBoard, Player]:
        board = GripBoard(tmp_path / "sensor", **how)  # type: ignore[arg-type]
        made.append((board, Player(board.link)))
        return made[-1]

    yield plug
    for board, player in made:
        player.grip.close()
        board.close()


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "sensor-reader"]


def test_it_streams_what_the_hand_does_at_the_time_it_does_it(plug: Plug) -> None:
    board, player = plug(force=lambda s: min(1.0, s / 4))
    assert player.until(LinkState.STREAMING, None) < 2
    felt = player.play(1.5)
    assert 110 <= len(felt) <= 130
    for sample in felt:
        share = min(1.0, sample.device_ms / 4000)
        assert abs(sample.value - ZERO_COUNTS - share * FULL_COUNTS) < 10
    born_ms = (board._born - player.zero_s) * 1000
    late = sorted(sample.at_ms - born_ms - sample.device_ms for sample in felt)
    assert late[0] > -0.5
    assert late[len(late) // 2] < 20
    assert late[-1] - late[0] < 20
    times = [sample.at_ms for sample in felt]
    assert times == sorted(times)
    assert player.links() == [1.0]


def test_it_says_who_it_is(plug: Plug) -> None:
    board, player = plug()
    assert player.grip.describe()["model"] is None
    player.until(LinkState.STREAMING, None)
    said = player.grip.describe()
    wanted = {"kind": "serial", "port": str(board.link), "model": "Test board", "firmware": "1.0.0",
              "serial": "T0042", "rate_hz": 80.0, "channel": "grip", "unit": "count"}  # fmt: skip
    assert {key: said[key] for key in wanted} == wanted
    assert [channel["id"] for channel in said["channels"]] == ["thumb", "grip"]


def test_a_sensor_that_is_pulled_out_goes_on_by_itself_when_it_is_back(plug: Plug) -> None:
    board, player = plug()
    player.until(LinkState.STREAMING, None)
    board.unplug()
    assert player.until(LinkState.LOST, "device.lost") < 0.5
    assert player.play(0.3) == []
    assert player.grip.describe()["serial"] == "T0042"
    board.serial = "T0043"
    board.replug()
    assert player.until(LinkState.STREAMING, None) < 3
    assert len(player.play(0.3)) > 15
    assert player.links() == [1.0, 0.0, 1.0]
    assert player.grip.describe()["serial"] == "T0043"
    times = [s.at_ms for s in player.got]
    assert times == sorted(times)


def test_a_sensor_that_falls_silent_pauses_and_comes_back(plug: Plug) -> None:
    board, player = plug()
    player.until(LinkState.STREAMING, None)
    board.muted = True
    assert 0.2 < player.until(LinkState.STALE, "device.stale") < 1
    board.muted = False
    assert player.until(LinkState.STREAMING, None) < 0.5
    assert player.links() == [1.0, 0.0, 1.0]


def test_a_silent_port_is_opened_again(plug: Plug, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "REOPEN_MS", 600.0)
    board, player = plug()
    player.until(LinkState.STREAMING, None)
    board.muted = True
    player.until(LinkState.LOST, "device.stale")
    player.until(LinkState.IDENTIFYING, "device.stale")
    board.muted = False
    player.until(LinkState.STREAMING, None)
    assert player.links() == [1.0, 0.0, 1.0]


def test_noise_in_the_cable_costs_no_frame(plug: Plug) -> None:
    board, player = plug()
    player.until(LinkState.STREAMING, None)
    for _ in range(5):
        board.raw(os.urandom(300) + b"\n")
        player.play(0.1)
    assert player.links() == [1.0]
    stats = player.grip.stats()
    assert stats.damaged + stats.unframed >= 5
    seconds = [s.device_ms / 1000 for s in player.got if s.channel == "grip"]
    assert max(b - a for a, b in pairwise(seconds)) < 0.05


def test_a_sensor_that_starts_anew_goes_on(plug: Plug) -> None:
    board, player = plug()
    player.until(LinkState.STREAMING, None)
    player.play(0.4)
    board.reset()
    felt = player.play(0.4)
    assert min(s.device_ms for s in felt) < 60
    assert player.links() == [1.0]
    times = [s.at_ms for s in player.got]
    assert times == sorted(times)


def test_something_else_is_refused_and_left_alone_until_it_is_pulled_out(
    plug: Plug, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "REFUSE_MS", 400.0)
    monkeypatch.setattr("devices.reader.LOOK_S", 0.1)
    monkeypatch.setattr(GripBoard, "_measure", lambda board: board._send(b"$GPGGA,1*47\r\n"))
    board, player = plug()
    player.until(LinkState.REFUSED, "device.wrong")
    asked = len(board.commands)
    player.play(0.3)
    assert (len(board.commands), player.got) == (asked, [])
    board.unplug()
    player.until(LinkState.LOST, "device.none")
    monkeypatch.undo()
    board.replug()
    player.until(LinkState.STREAMING, None)


def test_a_port_without_a_word_is_refused(plug: Plug, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "REFUSE_MS", 400.0)
    monkeypatch.setattr(GripBoard, "_measure", lambda _: None)
    _, player = plug(answers=False)
    player.until(LinkState.REFUSED, "device.silent")


def test_a_newer_sensor_is_refused_at_once(plug: Plug) -> None:
    _, player = plug(protocol=2)
    assert player.until(LinkState.REFUSED, "device.newer") < 2
    assert player.got == []


def test_a_saturated_sensor_and_a_dead_cell_are_told(plug: Plug) -> None:
    board, player = plug()
    player.until(LinkState.STREAMING, None)
    board.flags = 1
    player.until(LinkState.STREAMING, "device.strong")
    assert (player.play(0.1)[-1].value, player.got[-1].flags) == (TOP_COUNTS, 1)
    board.flags = 2
    player.until(LinkState.STREAMING, "device.cell")
    player.play(0.5)
    assert player.links() == [1.0]
    board.flags = 0
    player.until(LinkState.STREAMING, None)


def test_a_port_that_is_not_there_is_waited_for(tmp_path: Path) -> None:
    player = Player(tmp_path / "sensor")
    player.until(LinkState.OPENING, "device.none")
    with GripBoard(tmp_path / "sensor"):
        player.until(LinkState.STREAMING, None)
        player.grip.close()


def test_a_second_program_is_told_that_the_port_is_taken(plug: Plug) -> None:
    board, player = plug()
    player.until(LinkState.STREAMING, None)
    second = Player(board.link)
    second.until(LinkState.OPENING, "device.busy")
    player.grip.close()
    second.until(LinkState.STREAMING, None)
    second.grip.close()


def test_a_finder_may_find_the_sensor_under_another_name(tmp_path: Path) -> None:
    names: list[str | None] = [None]
    player = Player(tmp_path / "unused", finder=lambda: names[0])
    player.until(LinkState.OPENING, "device.none")
    with GripBoard(tmp_path / "other"):
        names[0] = str(tmp_path / "other")
        player.until(LinkState.STREAMING, None)
        assert player.grip.describe()["port"] == names[0]
        player.grip.close()


def test_closing_while_it_reads_leaves_no_thread_and_frees_the_port(plug: Plug) -> None:
    board, player = plug()
    player.until(LinkState.STREAMING, None)
    assert threads() == ["sensor-reader"]
    start = time.perf_counter()
    player.grip.close()
    assert time.perf_counter() - start < 1
    assert threads() == []
    assert (player.grip.state, player.grip.message(), player.grip.poll(0)) == (LinkState.CLOSED, None, ())
    player.grip.close()
    Player(board.link).grip.close()


def test_closing_while_it_waits_for_a_port_leaves_no_thread(tmp_path: Path) -> None:
    player = Player(tmp_path / "nothing")
    player.grip.close()
    assert threads() == []


def test_a_session_may_move_its_clock(plug: Plug) -> None:
    _, player = plug()
    player.until(LinkState.STREAMING, None)
    player.play(0.3)
    player.zero_s = time.perf_counter()  # the session begins now
    felt = player.play(0.4)
    assert -60 < felt[1].at_ms < 60
    steps = [b.at_ms - a.at_ms for a, b in pairwise(felt[5:])]
    assert max(steps) < 20
    time.sleep(0.3)
    player.zero_s += 0.2  # the window leaves out most of a stall
    times = [sample.at_ms for sample in felt + player.play(0.3)]
    assert times == sorted(times)
    assert times[-1] <= player.now_ms()


def test_a_window_that_does_not_ask_for_long_still_learns_how_the_link_is(
    plug: Plug, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("devices.reader.RING_READINGS", 10)
    monkeypatch.setattr("devices.reader.EVENTS", 1)
    board, player = plug()
    time.sleep(1)
    felt = player.grip.poll(player.now_ms())
    assert sorted(s.channel for s in felt) == ["grip"] * 9 + [LINK]
    assert [bool(s.flags & GAP) for s in felt if s.channel == "grip"] == [True] + [False] * 8
    player.got += felt
    board.unplug()
    player.until(LinkState.LOST, "device.lost")
    assert player.links() == [1.0, 0.0]


def test_a_short_loss_that_nobody_saw_is_told_with_its_times(plug: Plug) -> None:
    board, player = plug()
    player.until(LinkState.STREAMING, None)
    pulled_ms = player.now_ms()
    board.unplug()
    board.replug()
    time.sleep(1)
    player.play(0.01)
    assert player.links() == [1.0, 0.0, 1.0]
    lost, back = [s.at_ms for s in player.got if s.channel == LINK][1:]
    assert pulled_ms <= lost < pulled_ms + 200 < back < pulled_ms + 900


class BrokenPort:
    """A port that dies in the way pyserial does when it is closed under a read."""

    def __init__(self) -> None:
        self.closed = 0

    def read(self) -> bytes:
        raise TypeError("'NoneType' object cannot be interpreted as an integer")

    def write(self, data: bytes) -> None:
        raise OSError(5, "write failed")

    def close(self) -> None:
        self.closed += 1


def test_a_port_that_dies_is_closed_and_opened_again(tmp_path: Path) -> None:
    opened: list[BrokenPort] = []

    def opener(_: str) -> BrokenPort:
        opened.append(BrokenPort())
        return opened[-1]

    player = Player(tmp_path, opener=opener)
    player.until(LinkState.LOST, "device.none")
    player.play(1)
    player.grip.close()
    assert len(opened) == 3
    assert [port.closed for port in opened] == [1, 1, 1]


def test_every_message_is_a_key_of_a_text() -> None:
    assert len(set(MESSAGES)) == len(MESSAGES)
    assert all(key.startswith("device.") for key in MESSAGES)


def test_the_board_obeys_as_a_program_of_its_own(tmp_path: Path) -> None:
    link = tmp_path / "sensor"
    program = subprocess.Popen(
        [sys.executable, grip_board.__file__, str(link)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert program.stdin is not None
    assert program.stdout is not None
    assert program.stdout.readline() == f"ready {link}\n"
    player = Player(link)
    player.until(LinkState.STREAMING, None)
    program.stdin.write("force 0.25\n")
    program.stdin.flush()
    player.play(0.3)
    assert abs(player.got[-1].value - ZERO_COUNTS - FULL_COUNTS / 4) < 10
    program.communicate("unplug\nquit\n", timeout=5)
    player.until(LinkState.LOST, "device.lost")
    player.grip.close()
    assert program.returncode == 0
