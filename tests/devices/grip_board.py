"""Be a grip sensor for tests: a pseudo-terminal that speaks GLP/1 with real bytes, and that can be unplugged.

As a script: ``python tests/devices/grip_board.py LINK`` makes LINK the sensor's port and obeys lines on its
standard input: ``force 0.2``, ``unplug``, ``replug``, ``mute``, ``unmute``, ``garbage``, ``saturate``, ``dead``,
``well``, ``reset``, ``newer``, ``quit``. It knows nothing of the program, so that both check each other.
"""

import math
import os
import pty
import random
import select
import sys
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path

RATE_HZ = 80.0
ZERO_COUNTS = 84_000
FULL_COUNTS = 2_000_000
TOP_COUNTS = 8_388_607


def check(body: bytes) -> int:
    """Return the check value bit by bit, as a firmware would, not as the program does."""
    value = 0xFFFF
    for byte in body:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021) & 0xFFFF if value & 0x8000 else value << 1
    return value


def line(body: str) -> bytes:
    """Return the whole line of ``body``."""
    return b"$%b*%04X\n" % (body.encode(), check(body.encode()))


class GripBoard:
    """A board with one force cell (and a second column that is not the grip), streaming from power-up.

    ``force`` is a share of the full scale as a function of the board's seconds; ``skew_ppm`` makes its clock
    slow (above 0) or fast.
    """

    def __init__(
        self,
        link: Path,
        force: Callable[[float], float] = lambda _: 0.0,
        *,
        protocol: int = 1,
        skew_ppm: float = 0.0,
        batch_ms: float = 0.0,
        answers: bool = True,
        hand_on_s: float = 0.0,
        plugged: bool = True,
    ) -> None:
        self.link, self.force, self.protocol, self.batch_ms = link, force, protocol, batch_ms
        self.answers, self.hand_on_s, self.serial = answers, hand_on_s, "T0042"
        self.muted = False
        self.flags = 0
        self.sent = self.dropped = 0
        self.commands: list[bytes] = []
        self._pace = 1 - skew_ppm * 1e-6
        self._noise = random.Random(7)
        self._ends: tuple[int, int] | None = None
        self._lock = threading.RLock()
        self._quit = threading.Event()
        self._waiting = b""
        self._heard = b""
        if plugged:
            self.replug()
        self._thread = threading.Thread(target=self._run, name="grip-board", daemon=True)
        self._thread.start()

    def __enter__(self) -> "GripBoard":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Pull the cable and stop."""
        self._quit.set()
        self._thread.join(5)
        self.unplug()

    def unplug(self) -> None:
        """Pull the cable: the port is gone and its name too."""
        with self._lock:
            ends, self._ends = self._ends, None
            if ends:
                self.link.unlink(missing_ok=True)
                for end in ends:
                    os.close(end)

    def replug(self) -> None:
        """Plug the cable in again: a new port under the same name, and the board starts anew."""
        with self._lock:
            self.unplug()
            inner, outer = pty.openpty()
            tty.setraw(outer)
            os.set_blocking(inner, False)
            self._ends = (inner, outer)
            self._boot()
            self.link.symlink_to(os.ttyname(outer))

    def reset(self) -> None:
        """Let the board start anew while the port stays, as after a brown-out."""
        with self._lock:
            self._boot()

    def garbage(self, size: int = 300) -> None:
        """Send ``size`` bytes of noise in the middle of everything."""
        self.raw(self._noise.randbytes(size))

    def raw(self, text: bytes) -> None:
        """Send these very bytes."""
        with self._lock:
            self._send(text)

    def now_us(self) -> int:
        """Return the board's clock, without wrap."""
        return int((time.perf_counter() - self._born) * 1e6 * self._pace)

    def counts(self, seconds: float) -> int:
        """Return what the force cell reads."""
        share = max(self.force(seconds), 0.3 if seconds < self.hand_on_s else 0.0)
        counts = ZERO_COUNTS + round(FULL_COUNTS * share) + self._noise.randint(-3, 3)
        return TOP_COUNTS if self.flags & 1 else min(counts, TOP_COUNTS)

    def _boot(self) -> None:
        self._born = time.perf_counter()
        self._seq, self._due_us = 0, 1e6 / RATE_HZ
        self._batch = 0
        self._waiting = self._heard = b""
        self._send(b"boot " + self.serial.encode() + b"\r\n" + line(f"B,{self.protocol},1"))

    def _send(self, text: bytes) -> None:
        if not self._ends or self.muted:
            return
        try:
            os.write(self._ends[0], text)
        except BlockingIOError:
            self.dropped += 1

    def _run(self) -> None:
        while not self._quit.wait(0.002):
            with self._lock:
                if self._ends:
                    self._listen()
                    self._measure()

    def _measure(self) -> None:
        period_us = 1e6 / (10.0 if self.flags & 2 else RATE_HZ)
        while self._due_us <= self.now_us():
            t_us = int(self._due_us)
            self._due_us = max(self._due_us + period_us, self.now_us() - 8 * period_us)
            values = f"{self._noise.randint(-9, 9)},{self.counts(t_us / 1e6)}"
            self._waiting += line(f"F,{self._seq % 65536},{t_us % 2**32},{self.flags:X},{values}")
            self._seq, self.sent = self._seq + 1, self.sent + 1
            if self._seq % 80 == 0:
                self._waiting += line(f"S,{t_us // 1000},{self.sent},{self.dropped}")
        batch = int(time.perf_counter() * 1000 / self.batch_ms) if self.batch_ms else self._batch + 1
        if self._waiting and batch != self._batch:
            self._batch = batch
            self._send(self._waiting)
            self._waiting = b""

    def _listen(self) -> None:
        assert self._ends
        if select.select([self._ends[0]], [], [], 0)[0]:
            self._heard += os.read(self._ends[0], 1024)
        *commands, self._heard = self._heard.split(b"\n")
        for command in commands:
            self.commands.append(command)
            if self.answers:
                self._answer(command.strip())

    def _answer(self, command: bytes) -> None:
        if command == b"ID?":
            self._send(line(f"I,{self.protocol},Test board,1.0.0,{self.serial},2,{RATE_HZ:g},1000000"))
        elif command == b"CH?":
            self._send(line("C,0,thumb,force,count,-8388608,8388607,0,0"))
            self._send(line("C,1,grip,force,count,-8388608,8388607,0,0"))
        elif command.startswith(b"PING,"):
            self._send(line(f"P,{command[5:].decode()},{self.now_us() % 2**32}"))
        elif command in (b"START", b"STOP"):
            self._send(line(f"A,{command.decode()}"))
        else:
            self._send(line("E,1,unknown command"))


def obey(board: GripBoard, command: str) -> None:
    """Do what a line on the standard input says."""
    word, _, rest = command.strip().partition(" ")
    if word == "force":
        share = float(rest)
        board.force = lambda _: share
    elif word == "sine":
        board.force = lambda s: 0.2 + 0.1 * math.sin(2 * math.pi * s / 4)
    elif word in ("mute", "unmute"):
        board.muted = word == "mute"
    elif word in ("saturate", "dead", "well"):
        board.flags = {"saturate": 1, "dead": 2, "well": 0}[word]
    elif word == "newer":
        board.protocol = 2
        board.reset()
    elif word in ("unplug", "replug", "garbage", "reset"):
        getattr(board, word)()
    else:
        print("?", command.strip(), flush=True)


def main(link: str) -> None:
    """Be a board at ``link`` until ``quit`` or the end of the input."""
    with GripBoard(Path(link)) as board:
        print("ready", link, flush=True)
        for command in sys.stdin:
            if command.strip() == "quit":
                return
            obey(board, command)


if __name__ == "__main__":
    main(sys.argv[1])
