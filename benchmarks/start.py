"""Time the way from starting the program to its first painted frame, beside a bare arcade window."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks import screen
from benchmarks.spread import Spread, ratios, spread, table

ROUNDS, HELP_ROUNDS = 9, 15
AIM, HELP_AIM_S = 1.5, 0.5
LONGEST_S = 60.0
REGRASP = "import sys; from app.cli import main; sys.exit(main())"


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds to the first frame, by the clock and of CPU, of Regrasp and of a bare window, and their ratios."""

    regrasp_s: Spread
    bare_s: Spread
    ratio: Spread
    regrasp_cpu_s: Spread
    bare_cpu_s: Spread
    cpu_ratio: Spread


@dataclass(frozen=True, slots=True)
class Help:
    """Seconds by the clock that ``regrasp --help`` takes, and those of a Python that does nothing."""

    regrasp_s: Spread
    python_s: Spread


def measured(rounds: int = ROUNDS) -> Start | None:
    """Return how long a start takes, or ``None`` without a virtual screen."""
    if not screen.present():
        return None
    ours: list[tuple[float, float]] = []
    bare: list[tuple[float, float]] = []
    with screen.opened() as shown, _compiled() as environment:
        environment |= {"DISPLAY": shown.display}
        for n in range(rounds + 1):  # the first round compiles all modules and does not count
            with tempfile.TemporaryDirectory() as folder:
                row = _first_frame(shown, [sys.executable, "-c", REGRASP, "--data", folder], environment)
            other = _first_frame(shown, [sys.executable, "-m", "benchmarks.bare_window"], environment)
            if n:
                ours.append(row)
                bare.append(other)
    (wall, cpu), (bare_wall, bare_cpu) = zip(*ours, strict=True), zip(*bare, strict=True)
    return Start(
        spread(wall), spread(bare_wall), ratios(wall, bare_wall),
        spread(cpu), spread(bare_cpu), ratios(cpu, bare_cpu),
    )  # fmt: skip


@contextmanager
def _compiled() -> Iterator[dict[str, str]]:
    """Give an environment in which compiled modules are kept for the next start, as in a usual installation."""
    usual = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as folder:
        yield usual | {"PYTHONPYCACHEPREFIX": folder}


def _first_frame(shown: screen.Screen, command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Start a program, wait until it has painted, end it; return wall and CPU seconds."""
    _wait(shown, False)
    began = time.perf_counter()
    program = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(shown, True)
        took = time.perf_counter() - began
    finally:
        program.kill()
        _, status, used = os.wait4(program.pid, 0)
        program.returncode = status
    return took, used.ru_utime + used.ru_stime


def _wait(shown: screen.Screen, painted: bool) -> None:
    until = time.perf_counter() + LONGEST_S
    while shown.painted() is not painted:
        if time.perf_counter() > until:
            raise TimeoutError("no frame was painted" if painted else "the last window did not go away")
        time.sleep(0.002)


def measured_help(rounds: int = HELP_ROUNDS) -> Help:
    """Return how long the help takes."""
    ours, python = [], []
    with _compiled() as environment:
        for n in range(rounds + 1):
            took = _run([sys.executable, "-c", REGRASP, "--help"], environment)
            other = _run([sys.executable, "-c", "pass"], environment)
            if n:
                ours.append(took)
                python.append(other)
    return Help(spread(ours), spread(python))


def _run(command: list[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - began


def report(start: Start | None, shown_help: Help) -> str:
    """Return the tables, and a sentence about each."""
    ours, python = shown_help.regrasp_s, shown_help.python_s
    helped = table(
        ("program", "seconds"),
        [("`regrasp --help`", ours.shown(".3f")), ("`python -c pass`", python.shown(".3f"))],
    )
    met = "well within" if ours.median < HELP_AIM_S / 2 else "not well within"
    helped += f"\nThe help is {met} its aim of {HELP_AIM_S} s.\n"
    if start is None:
        return f"{screen.MISSING}\n\n{helped}"
    rows = [
        ("by the clock", start.regrasp_s.shown(), start.bare_s.shown(), start.ratio.shown()),
        ("of CPU", start.regrasp_cpu_s.shown(), start.bare_cpu_s.shown(), start.cpu_ratio.shown()),
    ]
    head = ("seconds to the first frame", "regrasp", "bare arcade window", "ratio, pair by pair")
    told = "meets" if start.ratio.median <= AIM else "misses"
    return (
        table(head, rows) + f"\nThe start {told} its aim of {AIM} times a bare window that clears and flips once; "
        "the first frame is the finished home screen, seen from outside in the memory of the X server.\n\n" + helped
    )


if __name__ == "__main__":
    print(report(measured(), measured_help()))
