"""Run all benchmarks and write what they found to RESULTS.md; from the repository: python -m benchmarks.run."""

import datetime
import os
import platform
import re
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks import headless, paint, replay, screen, start

COMMAND = "uv run python -m benchmarks.run"
RESULTS = Path(__file__).with_name("RESULTS.md")
PACKAGES = ("arcade", "pyglet", "numpy", "pillow")
KEPT = re.compile(r"^<!-- (\w+) -->$.*?^<!-- /\1 -->$", re.MULTILINE | re.DOTALL)
HEADLESS = f"""## A session without a screen

The simulated patient of ability 0.5 plays {headless.TRIALS} tries. "Alone" gives a fresh session the samples of
that practice again, so that only the session is measured. Median (range) of {headless.RUNS} runs, CPU time.
"""
REPLAY = f"""## Replay

A recording of {replay.TRIALS} tries is parsed and verified, trial by trial. Median (range) of {replay.RUNS} runs,
CPU time.
"""
PAINT = f"""## Painting

Real scenes at {paint.WIDTH} x {paint.HEIGHT}, each painted to its end (`glFinish`). Turns of {paint.A_TURN} frames,
ours and bare in turn, {paint.FRAMES} frames of each after {paint.WARM} to warm up; ratios are pair by pair, median
(range). In games every frame differs from the one before and none is painted twice; at rest our painter keeps what it
uploaded, as it does in use, and the bare program draws anew, as such programs do. "Bare" is a plain arcade program that
draws as many shapes of the same kinds at the same places: draw calls, sprites in a sprite list moved only when they
move, text objects made once. It is spared round corners, round line ends, dashes, soft edges and the game's own work.
"Both" adds our `scene()` to our side only. Flipping the window is not counted on either side. The main thread alone is
about what remains where a graphics card fills the pixels; on a software renderer the rest is filling.
"""
START = f"""## Start

From starting the process to its first painted frame on the screen, each start in a data folder of its own,
{start.ROUNDS} rounds in turn after one that does not count, median (range). The bare program imports arcade, opens a
window, clears it and flips it once. The help is timed {start.HELP_ROUNDS} times.
"""


def main() -> int:
    """Run everything, then write the results."""
    steps: tuple[tuple[str, str, Callable[[], str]], ...] = (
        (HEADLESS, "sessions without a screen", lambda: headless.report(headless.measured())),
        (REPLAY, "replay", lambda: replay.report(replay.measured())),
        (f"{PAINT}\n### Without a screen (EGL)\n", "painting without a screen", lambda: _painted(in_window=False)),
        ("### In a window on a virtual screen (Xvfb)\n", "painting in a window", lambda: _painted(in_window=True)),
        (START, "start", lambda: start.report(start.measured(), start.measured_help())),
    )
    parts = [f"# Results\n\n{machine()}\n- Virtual screen: {'Xvfb' if screen.present() else 'none'}\n"]
    for n, (told, name, measure) in enumerate(steps, start=1):
        print(f"[{n}/{len(steps)}] {name} ...", file=sys.stderr, flush=True)
        parts.append(f"{told}\n{measure()}")
    RESULTS.write_text("\n".join([*parts, *kept()]), encoding="utf-8")
    print(f"written: {RESULTS.name}", file=sys.stderr)
    return 0


def kept() -> list[str]:
    """Return the sections between markers as they stand: other commands measure them anew."""
    before = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    return [f"{section[0]}\n" for section in KEPT.finditer(before)]


def _painted(in_window: bool) -> str:
    return paint.report(paint.measured(in_window))


def machine(command: str = COMMAND, names: Sequence[str] = PACKAGES) -> str:
    """Return when, how and on what this was measured, without a name or a path of the machine."""
    packages = ", ".join(f"{name} {version(name)}" for name in names)
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    busy = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return "\n".join((
        f"- Command: `{command}`",
        f"- Date: {date}",
        f"- Machine: {os.cpu_count()} cores, {_cpu()}; load at the beginning {busy} (other work may go on)",
        f"- System: {_system()}, {platform.python_implementation()} {platform.python_version()}",
        f"- Packages: {packages}",
    ))  # fmt: skip


def _cpu() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.is_file():
        for line in listed.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return f"{platform.system()} {platform.release()}"


if __name__ == "__main__":
    sys.exit(main())
