"""Check a sensor at the other end of a network connection: refused, cut in the middle of a line, and back again."""

import os
import select
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("the board of the tests needs pseudo-terminals", allow_module_level=True)

from grip_board import FULL_COUNTS, ZERO_COUNTS, GripBoard

from devices.link import LinkState
from devices.serial_grip import SerialGrip
from devices.transport import WRITE_TIMEOUT_S, ByteTransport, SocketTransport, obstacle, open_port, present
from engine.sample import Sample

PATIENCE_S = 20.0
LINK = "link.grip"


class NetBoard(GripBoard):
    """A board that is reached by TCP: one connection at a time, on a port of this computer that stays the same."""

    def __init__(self, folder: Path, **how: object) -> None:
        self.at = 0
        self._server: socket.socket | None = None
        super().__init__(folder / "no-port", **how)  # type: ignore[arg-type]

    @property
    def name(self) -> str:
        return f"socket:127.0.0.1:{self.at}"

    def replug(self) -> None:
        """Answer again at the same port."""
        with self._lock:
            self.unplug()
            self._server = socket.create_server(("127.0.0.1", self.at))
            self.at = self._server.getsockname()[1]

    def unplug(self) -> None:
        """Be switched off: the connection ends, and nobody answers any more."""
        with self._lock:
            if self._server is not None:
                self._server.close()
                self._server = None
            self.hang_up()

    def hang_up(self) -> None:
        """End the connection, and answer the next one."""
        with self._lock:
            ends, self._ends = self._ends, None
            for end in ends or ():
                os.close(end)

    def _run(self) -> None:
        while not self._quit.wait(0.002):
            with self._lock:
                self._answer_the_call()
                if self._ends:
                    self._listen()
                if self._ends:
                    self._measure()

    def _answer_the_call(self) -> None:
        if self._server is None or self._ends or not select.select([self._server], [], [], 0)[0]:
            return
        called, _ = self._server.accept()
        called.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        called.setblocking(False)
        end = called.detach()
        self._ends = (end, os.dup(end))
        self._boot()

    def _send(self, text: bytes) -> None:
        try:
            super()._send(text)
        except OSError:
            self.hang_up()


class Player:
    """A session that polls its sensor every 5 ms and keeps what it got."""

    def __init__(self, name: str) -> None:
        self.zero_s = time.perf_counter()
        self.got: list[Sample] = []
        self.grip = SerialGrip(name, self.now_ms)

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
        self.play(0.005)
        return time.perf_counter() - start

    def links(self) -> list[float]:
        return [s.value for s in self.got if s.channel == LINK]


@pytest.fixture
def board(tmp_path: Path) -> Iterator[NetBoard]:
    with NetBoard(tmp_path, force=lambda s: min(1.0, s / 4)) as made:
        yield made


@pytest.fixture
def player(board: NetBoard) -> Iterator[Player]:
    made = Player(board.name)
    yield made
    made.grip.close()


@pytest.fixture
def nobody() -> str:
    """Return the name of a port where nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        return f"socket:127.0.0.1:{gone.getsockname()[1]}"


def test_it_streams_what_the_hand_does(player: Player, board: NetBoard) -> None:
    player.until(LinkState.STREAMING, None)
    felt = player.play(1)
    assert len(felt) >= 50
    for sample in felt:
        assert abs(sample.value - ZERO_COUNTS - min(1.0, sample.device_ms / 4000) * FULL_COUNTS) < 10
    times = [sample.at_ms for sample in felt]
    assert times == sorted(times)
    said = player.grip.describe()
    assert (said["port"], said["serial"], said["channel"]) == (board.name, "T0042", "grip")
    assert list(dict.fromkeys(board.commands))[:2] == [b"ID?", b"CH?"]


def test_nobody_who_answers_is_waited_for(nobody: str, tmp_path: Path) -> None:
    player = Player(nobody)
    player.until(LinkState.OPENING, "device.none")
    with NetBoard(tmp_path, plugged=False) as board:
        board.at = int(nobody.rpartition(":")[2])
        board.replug()
        player.until(LinkState.STREAMING, None)
        player.grip.close()


def test_a_connection_that_ends_in_the_middle_of_a_line_is_lost_and_made_anew(player: Player, board: NetBoard) -> None:
    player.until(LinkState.STREAMING, None)
    player.play(0.2)
    with board._lock:
        board.raw(b"$F,9999,1,0,5,12")
        board.hang_up()
    player.until(LinkState.LOST, "device.lost")
    player.until(LinkState.STREAMING, None)
    assert len(player.play(0.3)) > 15
    assert player.links() == [1.0, 0.0, 1.0]
    assert all(s.value >= ZERO_COUNTS - 10 for s in player.got if s.channel == "grip")
    times = [s.at_ms for s in player.got if s.channel == "grip"]
    assert times == sorted(times)


def test_a_sensor_that_is_switched_off_goes_on_by_itself_when_it_is_back(player: Player, board: NetBoard) -> None:
    player.until(LinkState.STREAMING, None)
    board.unplug()
    player.until(LinkState.LOST, "device.lost")
    assert player.play(0.4) == []
    board.serial = "T0043"
    board.replug()
    player.until(LinkState.STREAMING, None)
    assert player.play(0.2)
    assert player.grip.describe()["serial"] == "T0043"
    assert player.links() == [1.0, 0.0, 1.0]


def test_closing_frees_the_connection(player: Player, board: NetBoard) -> None:
    player.until(LinkState.STREAMING, None)
    player.grip.close()
    assert (player.grip.state, player.grip.message(), player.grip.poll(0)) == (LinkState.CLOSED, None, ())
    second = Player(board.name)
    second.until(LinkState.STREAMING, None)
    second.grip.close()


@pytest.mark.parametrize("name", ["socket:", "socket:here", "socket::99", "socket:here:", "socket:here:0",
                                  "socket:here:65536", "socket:here:-1", "socket:here:1e3"])  # fmt: skip
def test_a_name_that_is_none_is_refused_by_name(name: str) -> None:
    with pytest.raises(OSError, match="must be socket:HOST:PORT"):
        open_port(name)


def test_nobody_there_is_a_port_that_is_gone(nobody: str) -> None:
    with pytest.raises(ConnectionRefusedError) as caught:
        open_port(nobody)
    assert obstacle(caught.value) == "gone"
    assert present(nobody)


def test_a_host_may_be_a_number_of_the_newer_kind() -> None:
    try:
        server = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this computer has no IPv6")
    with server:
        ours = open_port(f"socket:[::1]:{server.getsockname()[1]}")
        theirs, _ = server.accept()
        theirs.close()
        ours.close()


@pytest.fixture
def ends() -> Iterator[tuple[ByteTransport, socket.socket]]:
    """Return both ends of a connection: ours, and a bare one that does nothing by itself."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = open_port(f"socket:127.0.0.1:{server.getsockname()[1]}")
        theirs, _ = server.accept()
        with theirs:
            yield ours, theirs
        ours.close()


def test_bytes_go_both_ways_and_silence_takes_no_longer_than_a_read(ends: tuple[ByteTransport, socket.socket]) -> None:
    ours, theirs = ends
    assert isinstance(ours, SocketTransport)
    start = time.perf_counter()
    assert ours.read() == b""
    assert 0.04 < time.perf_counter() - start < 5
    theirs.sendall(b"$F,1,2\r\n" * 20)
    assert ours.read() == b"$F,1,2\r\n" * 20
    ours.write(b"ID?\n")
    assert theirs.recv(99) == b"ID?\n"
    theirs.close()
    with pytest.raises(OSError, match="closed"):
        ours.read()
    ours.close()
    ours.close()
    with pytest.raises(OSError, match=r"."):
        ours.read()


def test_a_sensor_that_does_not_read_blocks_nobody_for_long(ends: tuple[ByteTransport, socket.socket]) -> None:
    ours, _ = ends
    start = time.perf_counter()
    with pytest.raises(OSError, match="timed out"):
        ours.write(bytes(50_000_000))
    assert WRITE_TIMEOUT_S - 0.05 < time.perf_counter() - start < WRITE_TIMEOUT_S + 5
