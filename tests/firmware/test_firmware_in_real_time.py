"""The program's own reader lives with the reference firmware over a real port, in real time, through every mishap."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from board import LiveBoard

from devices.serial_grip import SerialGrip
from engine.sample import Sample

PATIENCE_S = 6.0
RESTING, SQUEEZED = 84_211, 900_000


class Player:
    """A session that asks its grip every 5 ms and keeps what it felt."""

    def __init__(self, port: Path) -> None:
        self.zero_s = time.perf_counter()
        self.felt: list[Sample] = []
        self.grip = SerialGrip(str(port), self.now_ms)

    def now_ms(self) -> float:
        return (time.perf_counter() - self.zero_s) * 1000

    def play(self, seconds: float) -> list[Sample]:
        """Ask for some time; return the forces of it."""
        before, end_s = len(self.felt), time.perf_counter() + seconds
        while time.perf_counter() < end_s:
            self.felt += self.grip.poll(self.now_ms())
            time.sleep(0.005)
        return [sample for sample in self.felt[before:] if sample.channel == "grip"]

    def play_until(self, state: str, message: str | None) -> None:
        """Ask until the grip is in ``state`` and says ``message``."""
        end_s = time.perf_counter() + PATIENCE_S
        while (self.grip.state, self.grip.message()) != (state, message):
            assert time.perf_counter() < end_s, (self.grip.state, self.grip.message())
            self.play(0.005)
        self.play(0.005)

    def feels(self, count: int) -> bool:
        """Tell whether ``count`` is felt before patience ends."""
        end_s = time.perf_counter() + PATIENCE_S
        while not any(sample.value == count for sample in self.play(0.1)):
            if time.perf_counter() > end_s:
                return False
        return True


@pytest.fixture
def player(tmp_path: Path) -> Iterator[tuple[LiveBoard, Player]]:
    with LiveBoard(tmp_path / "grip") as board:
        board.set(RESTING)
        player = Player(board.link)
        yield board, player
        player.grip.close()


def test_the_reader_and_the_firmware_get_through_everything_together(player: tuple[LiveBoard, Player]) -> None:
    board, play = player
    play.play_until("streaming", None)
    told = play.grip.describe()
    assert (told["model"], told["serial"], told["rate_hz"], told["channel"]) == ("Regrasp grip", "TEST", 80.0, "grip")

    streamed = play.play(1.5)
    assert len(streamed) > 90
    device_ms = streamed[-1].device_ms - streamed[0].device_ms
    assert (len(streamed) - 1) / device_ms * 1000 == pytest.approx(80, abs=1)
    assert {sample.value for sample in streamed} == {RESTING}
    board.set(SQUEEZED)
    assert play.feels(SQUEEZED)

    board.garbage()
    assert len(play.play(0.5)) > 20
    play.play_until("streaming", None)
    assert play.grip.stats().damaged <= 5

    board.absent()
    play.play_until("streaming", "device.cell")
    board.well()
    play.play_until("streaming", None)

    board.set(RESTING)
    board.reset()
    assert play.feels(RESTING)
    play.play_until("streaming", None)

    board.unplug()
    play.play_until("lost", "device.lost")
    assert play.felt[-1] == Sample("link.grip", play.felt[-1].at_ms, 0.0)
    board.set(SQUEEZED)
    board.replug()
    play.play_until("streaming", None)
    assert play.feels(SQUEEZED)

    board.mute()
    play.play_until("stale", "device.stale")
    board.unmute()
    play.play_until("streaming", None)
    links = [sample.value for sample in play.felt if sample.channel == "link.grip"]
    assert len(links) >= 5  # a busy computer may add a pause of its own
    assert links == [1.0, 0.0] * (len(links) // 2) + [1.0]
    times_ms = [sample.at_ms for sample in play.felt if sample.channel == "grip"]
    assert times_ms == sorted(times_ms)
