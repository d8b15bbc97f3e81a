"""Build the reference firmware and its test bench once, then be a board: flat out from a script, or live at a port.

It needs Debian's gcc-avr, arduino-core-avr and libsimavr-dev. Without them the tests that ask for a board are left
out, but not where the environment says ``CI``: there they fail.
"""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

import pytest

from devices.glp import Frame, LineDecoder, LinkStats, Message

FIRMWARE = Path(__file__).parents[2] / "devices" / "firmware"
ARDUINO = Path("/usr/share/arduino/hardware/arduino/avr")
PATIENCE_S = 5.0

M = TypeVar("M")
Script = Iterable[tuple[float, str]]


@dataclass(frozen=True)
class Run:
    """What a board sent: all bytes, and when (in microseconds of the bench) each of its lines had been sent."""

    text: bytes
    ended_us: tuple[int, ...]

    @property
    def lines(self) -> list[bytes]:
        """Return the whole lines, without their line feeds."""
        return self.text.split(b"\n")[:-1]

    @property
    def stats(self) -> LinkStats:
        """Return how the program judges the lines."""
        decoder = LineDecoder()
        decoder.feed(self.text)
        return decoder.stats

    @property
    def messages(self) -> list[Message]:
        """Return what the program reads in the lines."""
        return LineDecoder().feed(self.text)

    def all_of(self, kind: type[M]) -> list[M]:
        """Return the messages of one kind."""
        return [message for message in self.messages if isinstance(message, kind)]

    def timed(self, kind: type[M]) -> list[tuple[int, M]]:
        """Return the messages of one kind, each with the microsecond at which its line had been sent."""
        read = [(LineDecoder().feed(line + b"\n"), at) for line, at in zip(self.lines, self.ended_us, strict=True)]
        return [(at_us, found[0]) for found, at_us in read if found and isinstance(found[0], kind)]

    @property
    def frames(self) -> list[Frame]:
        """Return the frames."""
        return self.all_of(Frame)


def workshop() -> Path:
    """Return the folder where all is built, with the bench ``avrsim`` in it; it is gone when the tests end."""
    missing = _missing()
    if missing and os.environ.get("CI"):
        pytest.fail(missing, pytrace=False)
    if missing:
        pytest.skip(missing)
    return _workshop()


def firmware(source: str = "GRIP", more: str = "", board: str = "uno") -> Path:
    """Return the firmware for ``source`` (GRIP, TAPS or ADC), with ``more`` options of the compiler."""
    return _firmware(workshop(), source, more, board)


def make(into: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Build the firmware with the ``options`` of its Makefile, in the folder ``into``."""
    command = ["make", "-s", "-C", str(FIRMWARE), f"BUILD={into}", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def run(image: Path, script: Script, until_ms: float) -> Run:
    """Return what ``image`` sends while the bench does what ``script`` says, in (milliseconds, command), until an end.

    It goes some six times as fast as real time, and the same script always gives the same bytes.
    """
    lines = [f"{at_ms:.3f} {command}\n" for at_ms, command in sorted(script, key=lambda line: line[0])]
    with tempfile.TemporaryDirectory() as folder:
        script_file, bytes_file, times_file = (Path(folder) / name for name in ("script", "bytes", "times"))
        script_file.write_text("".join(lines) + f"{until_ms:.3f} end\n", encoding="utf-8")
        command = [workshop() / "avrsim", "-F", "-s", script_file, "-o", bytes_file, "-t", times_file, image]
        subprocess.run(command, check=True)
        return Run(bytes_file.read_bytes(), tuple(map(int, times_file.read_text().split())))


def place(image: Path, name: str) -> int:
    """Return the address of a variable in the board's memory, for ``poke``."""
    listed = subprocess.run(["avr-nm", image], capture_output=True, text=True, check=True).stdout
    names = (name, f"_ZL{len(name)}{name}")  # of C, and of C++ within one file
    (address,) = (line.split()[0] for line in listed.splitlines() if line.split()[-1] in names)
    return int(address, 16) & 0xFFFF


def size(image: Path) -> tuple[int, int]:
    """Return how many bytes of flash and of memory a firmware takes, the stack not counted."""
    listed = subprocess.run(["avr-size", image], capture_output=True, text=True, check=True).stdout
    text, data, bss = map(int, listed.splitlines()[1].split()[:3])
    return text + data, data + bss


class LiveBoard:
    """A simulated board in real time behind the port ``link``; what is said to it is done within milliseconds.

    On a computer that is too busy for it, it falls behind, as no real board would.
    """

    def __init__(self, link: Path, source: str = "GRIP", restarts: bool = True) -> None:
        """Plug the board in; if it ``restarts``, it does so whenever its port is opened, as an Uno does."""
        image = firmware(source)
        self.link = link
        self._bench = subprocess.Popen(
            [workshop() / "avrsim", *(["-r"] if restarts else []), "-l", link, image],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._bench.stdout
        assert self._bench.stdout.readline() == "ready\n"

    def __enter__(self) -> "LiveBoard":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def say(self, command: str) -> None:
        """Tell the bench a command (the head of ``avrsim.c`` has them all)."""
        assert self._bench.stdin
        self._bench.stdin.write(command + "\n")
        self._bench.stdin.flush()

    def set(self, count: int) -> None:
        """Let the force cell read ``count``."""
        self.say(f"set {count}")

    def sine(self, mean: int, amplitude: int, period_ms: float) -> None:
        """Let the force cell feel a hand that squeezes to and fro."""
        self.say(f"sine {mean} {amplitude} {period_ms}")

    def noise(self, counts: int) -> None:
        """Let the force cell tremble by up to ``counts``, as every real one does."""
        self.say(f"noise {counts}")

    def adc(self, pin: int, millivolts: int) -> None:
        """Put a voltage on one of A0..A5."""
        self.say(f"adc {pin} {millivolts}")

    def absent(self) -> None:
        """Pull the data wire off the HX711."""
        self.say("absent")

    def stuck(self) -> None:
        """Let the data wire of the HX711 touch ground."""
        self.say("stuck")

    def well(self) -> None:
        """Put the data wire right again."""
        self.say("well")

    def mute(self) -> None:
        """Let the cable carry nothing to the computer, while the port stays."""
        self.say("mute")

    def unmute(self) -> None:
        """Let the cable carry again."""
        self.say("unmute")

    def unplug(self) -> None:
        """Pull the cable, and wait until the port is gone."""
        self.say("unplug")
        self._wait_for_link(False)

    def replug(self) -> None:
        """Plug the cable in again: the same name, another port, and the board starts anew."""
        self.say("replug")
        self._wait_for_link(True)

    def reset(self) -> None:
        """Press the reset button."""
        self.say("reset")

    def garbage(self, size: int = 300) -> None:
        """Put ``size`` bytes of noise on the cable."""
        self.say(f"garbage {size}")

    def skew(self, ppm: float) -> None:
        """Let the board's crystal be fast (above 0) or slow."""
        self.say(f"clock {ppm}")

    def close(self) -> None:
        """Pull the cable and put everything away; a second call does nothing."""
        for end in (self._bench.stdin, self._bench.stdout):
            if end:
                end.close()
        self._bench.wait(PATIENCE_S)

    def _wait_for_link(self, there: bool) -> None:
        deadline_s = time.perf_counter() + PATIENCE_S
        while os.path.lexists(self.link) != there:
            assert time.perf_counter() < deadline_s, "the bench does not obey"
            time.sleep(0.001)


def _missing() -> str | None:
    """Return why there can be no board here, or ``None``."""
    if sys.platform == "win32":
        return "the firmware's test bench needs pseudo-terminals"
    tools = [tool for tool in ("avr-g++", "avr-nm", "gcc", "make", "pkg-config") if not shutil.which(tool)]
    if not tools and subprocess.run(["pkg-config", "--exists", "simavr"], check=False).returncode:
        tools = ["libsimavr"]
    if not ARDUINO.is_dir():
        tools.append("arduino-core-avr")
    return f"the firmware cannot be simulated without {', '.join(tools)} (see docs/maker.md)" if tools else None


@cache
def _workshop() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="regrasp-firmware-")
    atexit.register(folder.cleanup)
    found = subprocess.run(["pkg-config", "--cflags", "simavr"], capture_output=True, text=True, check=True)
    source, bench = Path(__file__).with_name("avrsim.c"), Path(folder.name) / "avrsim"
    options = ["-O2", "-Wall", "-Wextra", "-Werror", *found.stdout.split()]
    subprocess.run(["gcc", *options, "-o", bench, source, "-lsimavr", "-lelf", "-lm"], check=True)
    return Path(folder.name)


@cache
def _firmware(into: Path, source: str, more: str, board: str) -> Path:
    built = make(into, f"SOURCE={source}", f"MORE={more}", f"BOARD={board}")
    assert not built.returncode, built.stderr
    return into / f"{source}{more.replace(' ', '')}-{board}.elf"
