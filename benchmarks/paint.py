"""Compare what a painted frame costs with a bare arcade program that draws the same shapes, in the same run.

``python -m benchmarks.paint --one cup 240 --batched`` measures one kind of scene where the display is, against a bare
program that draws all its texts in one batch.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import screen
from benchmarks.practice import Seen, games, home, in_play, summary
from benchmarks.spread import Spread, ratios, spread, table

WIDTH, HEIGHT = 1280, 720
FRAMES, A_TURN, WARM = 720, 40, 120
AIM = 1.5
NOTHING_HERE = 77
KINDS = ("Bar", "Circle", "Path", "Arc", "Picture", "Words")


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds that frames took, turn by turn: CPU of the whole process, of its main thread, and by the clock."""

    cpu_ms: list[float]
    main_ms: list[float]
    wall_ms: list[float]


@dataclass(frozen=True, slots=True)
class Compared:
    """One kind of scene: its shapes a frame, the cost of making it, of painting it, and of bare arcade."""

    name: str
    shapes: dict[str, float]
    made_ms: list[float]
    ours: Cost
    bare: Cost


def measured(in_window: bool, frames: int = FRAMES) -> tuple[str, list[Compared]] | str:
    """Return the renderer and all comparisons, or a sentence that says why there are none.

    Each kind of scene is measured in a process of its own: without a screen, or in a window on a virtual one.
    """
    if not in_window:
        return _in_processes({"ARCADE_HEADLESS": "True"}, frames)
    if not screen.present():
        return screen.MISSING
    with screen.opened() as shown:
        return _in_processes({"DISPLAY": shown.display}, frames)


def _in_processes(environment: dict[str, str], frames: int) -> tuple[str, list[Compared]] | str:
    usual = {key: value for key, value in os.environ.items() if key not in ("ARCADE_HEADLESS", "DISPLAY")}
    found: list[Compared] = []
    renderer = ""
    for name in (*games(), "home", "home-dwelling", "summary"):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.paint", "--one", name, str(frames)], env=usual | environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode == NOTHING_HERE:
            return "There is no OpenGL without a screen here, so nothing was measured."
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        renderer, row = json.loads(done.stdout)
        found.append(Compared(**row | {"ours": Cost(**row["ours"]), "bare": Cost(**row["bare"])}))
    return renderer, found


# In a process of its own


def one(name: str, frames: int) -> dict[str, Any]:
    """Measure one kind of scene."""
    with tempfile.TemporaryDirectory() as folder:
        seen = _seen(name, Path(folder), frames + WARM)
    import arcade

    window = arcade.Window(WIDTH, HEIGHT, "Paint", antialiasing=False, vsync=False)
    from app.painter import Painter
    from benchmarks.bare_paint import BarePainter

    painter = Painter(window.ctx)
    bare = BarePainter(window, seen.scenes, WIDTH, batched="--batched" in sys.argv)

    def ours(n: int) -> None:
        painter.paint(seen.scenes[n], WIDTH, HEIGHT)

    for n in range(WARM):
        ours(n)
        bare.paint(n)
    costs: dict[str, Cost] = {"ours": Cost([], [], []), "bare": Cost([], [], [])}
    for first in range(WARM, WARM + frames, A_TURN):
        turn = range(first, first + A_TURN)
        for key, paint in (("ours", ours), ("bare", bare.paint)):
            _turn(window, paint, turn, costs[key])
    shapes = {kind: bare.counts[kind] / len(seen.scenes) for kind in KINDS}
    made = seen.made_cpu_s[WARM:]
    made_ms = [1000 * sum(made[n : n + A_TURN]) / A_TURN for n in range(0, frames, A_TURN)]
    row = {"name": seen.name, "shapes": shapes, "made_ms": made_ms}
    parts = {key: {"cpu_ms": c.cpu_ms, "main_ms": c.main_ms, "wall_ms": c.wall_ms} for key, c in costs.items()}
    return {"renderer": window.ctx.info.RENDERER, "row": row | parts}


def _seen(name: str, folder: Path, frames: int) -> Seen:
    if name == "summary":
        return summary(frames)
    return home(folder, frames, name != "home") if name.startswith("home") else in_play(name, frames)


def _turn(window: Any, paint: Callable[[int], None], turn: range, cost: Cost) -> None:
    """Paint some frames to their end and note the cost of one; what flips the window is not ours to count."""
    cpu = main = wall = 0.0
    for n in turn:
        window.ctx.finish()
        before = time.process_time(), time.thread_time(), time.perf_counter()
        paint(n)
        window.ctx.finish()
        after = time.process_time(), time.thread_time(), time.perf_counter()
        cpu, main, wall = (s + b - a for s, a, b in zip((cpu, main, wall), before, after, strict=True))
        window.flip()
    for kept, value in zip((cost.cpu_ms, cost.main_ms, cost.wall_ms), (cpu, main, wall), strict=True):
        kept.append(1000 * value / len(turn))


# What is told


def report(found: tuple[str, list[Compared]] | str) -> str:
    """Return the tables, and what they mean."""
    if isinstance(found, str):
        return found + "\n"
    renderer, rows = found
    head = ("scene", "scene() ms", "paint ms", "bare ms", "paint / bare", "both / bare", "main thread: paint / bare",
            "main thread: both / bare", "by the clock: paint / bare")  # fmt: skip
    body = [_row(row) for row in rows]
    shapes = [(row.name, *(f"{row.shapes[kind]:.1f}" for kind in KINDS)) for row in rows]
    return (
        f"Renderer: {renderer}. Milliseconds are of CPU of the whole process, a frame.\n\n" + table(head, body)
        + "\nShapes a frame, buttons taken apart:\n\n" + table(("scene", *KINDS), shapes) + "\n" + _verdict(rows)
    )  # fmt: skip


def both(row: Compared, ours: list[float], bare: list[float]) -> Spread:
    """Return the ratio when making the scene counts as well; the bare program has nothing like it to pay for."""
    return ratios([a + b for a, b in zip(ours, row.made_ms, strict=True)], bare)


def _row(row: Compared) -> tuple[str, ...]:
    ours, bare = row.ours, row.bare
    return (
        row.name, spread(row.made_ms).shown(".3f"), spread(ours.cpu_ms).shown(), spread(bare.cpu_ms).shown(),
        ratios(ours.cpu_ms, bare.cpu_ms).shown(), both(row, ours.cpu_ms, bare.cpu_ms).shown(),
        ratios(ours.main_ms, bare.main_ms).shown(), both(row, ours.main_ms, bare.main_ms).shown(),
        ratios(ours.wall_ms, bare.wall_ms).shown(),
    )  # fmt: skip


def _verdict(rows: list[Compared]) -> str:
    above = [row.name for row in rows if both(row, row.ours.cpu_ms, row.bare.cpu_ms).median > AIM]
    told = f"Above the aim of {AIM} times bare arcade, scene() included: {', '.join(above)}." if above else (
        f"Every scene meets the aim of {AIM} times bare arcade, scene() included.")  # fmt: skip
    return told + "\n"


def _main(words: list[str]) -> int:
    if words[:1] == ["--one"]:
        try:
            made = one(words[1], int(words[2]))
        except Exception as error:
            if "ARCADE_HEADLESS" in os.environ and type(error).__name__ in ("ImportError", "EGLException"):
                return NOTHING_HERE
            raise
        print(json.dumps([made["renderer"], made["row"]]))
        return 0
    print("Without a screen:\n\n" + report(measured(False)))
    print("In a window:\n\n" + report(measured(True)))
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
