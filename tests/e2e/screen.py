"""Be the eyes and hands of a patient: a screen of its own, real keys and pointer, and what is kept on the disk.

Nothing here asks the program how it is: the screen is read pixel by pixel from the memory of the X server, the
records are read from the database file by SQL, and all that is done is done by the X server's own events.
"""

import ctypes
import ctypes.util
import json
import os
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image

from app.palette import PALETTES
from engine.scene import STAGE_H, STAGE_W, Button

ROOT = Path(__file__).resolve().parents[2]
BOARD = ROOT / "tests/devices/grip_board.py"
START = "import sys; from app.cli import main; sys.exit(main())"
TRY_OPENGL = "import arcade; arcade.Window(64, 64, antialiasing=False).flip()"
WIDTH, HEIGHT = 1400, 800
XWD_HEADER = struct.Struct(">25I")
PATIENCE_S = 40.0
DEAF_S, AGAIN_S = 0.55, 1.0
POLL_S = 0.04
NEAR = 14
Condition = Callable[[], object]


class NoScreen(Exception):
    """Say in plain words why there can be no window here."""


def wait_for(what: str, condition: Condition, patience_s: float = PATIENCE_S) -> Any:
    """Return the first truth of ``condition``; ``AssertionError`` that names ``what`` was waited for in vain."""
    until = time.monotonic() + patience_s
    while not (found := condition()):
        assert time.monotonic() < until, f"waited {patience_s:g} s in vain for {what}"
        time.sleep(POLL_S)
    return found


# --- the screen -----------------------------------------------------------------------------------------


class Screen:
    """An X server in memory, with its picture in a file that can be read at any time."""

    def __init__(self, folder: Path) -> None:
        """Start the server on a display that is free; raise ``NoScreen`` where that cannot be."""
        for tool in ("Xvfb", "xdotool"):
            if shutil.which(tool) is None:
                raise NoScreen(f"{tool} is not installed")
        self._picture = folder / "Xvfb_screen0"
        size = f"{WIDTH}x{HEIGHT}x24"
        told, tell = os.pipe()
        command = ["Xvfb", "-displayfd", str(tell), "-screen", "0", size, "-fbdir", str(folder), "-nolisten", "tcp"]
        command.append("-noreset")  # else it starts anew, deaf for a moment, whenever its last window goes
        self._server = subprocess.Popen(command, pass_fds=(tell,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(tell)
        with os.fdopen(told) as answer:
            self.display = f":{answer.readline().strip()}"
        if self.display == ":":
            self.close()
            raise NoScreen("Xvfb does not start")
        self.env = {k: v for k, v in os.environ.items() if k not in ("WAYLAND_DISPLAY", "ARCADE_HEADLESS")}
        self.env["DISPLAY"] = self.display

    def close(self) -> None:
        """Stop the server."""
        self._server.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._server.wait(5)
        self._server.kill()
        self._server.wait()

    def must_have_opengl(self) -> None:
        """Raise ``NoScreen`` unless a window with OpenGL opens here."""
        done = subprocess.run(
            [sys.executable, "-c", TRY_OPENGL], env=self.env, cwd=ROOT, capture_output=True, text=True, timeout=120
        )
        if done.returncode:
            raise NoScreen(f"OpenGL does not come up in Xvfb: {done.stderr.strip().rpartition(chr(10))[2]}")

    def image(self) -> Image.Image:
        """Return what is seen now: the server's picture in the form of an XWD file, 32 bits a pixel."""
        raw = self._picture.read_bytes()
        header = XWD_HEADER.unpack_from(raw)
        size, (bits, stride), colours = (header[4], header[5]), header[11:13], header[19]
        assert (header[1], bits, header[14]) == (7, 32, 0xFF0000), "the screen's memory is not as expected"
        return Image.frombuffer("RGB", size, raw[header[0] + 12 * colours :], "raw", "BGRX", stride, 1)

    def do(self, *command: object) -> str:
        """Let xdotool do something, and return what it says."""
        done = subprocess.run(["xdotool", *map(str, command)], env=self.env, capture_output=True, text=True, timeout=30)
        return done.stdout

    def ask_to_close(self, window: int) -> None:
        """Send what a window manager sends when the cross of a window is clicked; xdotool knows no such word."""
        x11 = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
        x11.XOpenDisplay.restype = ctypes.c_void_p
        x11.XInternAtom.restype = ctypes.c_ulong
        there = ctypes.c_void_p(x11.XOpenDisplay(self.display.encode()))
        atom = [x11.XInternAtom(there, name, 0) for name in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW")]
        client_message, size = 33, 192
        event = struct.pack("iLiPLLi4xLLLLL", client_message, 0, 1, 0, window, atom[0], 32, atom[1], 0, 0, 0, 0)
        x11.XSendEvent(there, ctypes.c_ulong(window), 0, 0, event.ljust(size, b"\0"))
        x11.XSync(there, 0)
        x11.XCloseDisplay(there)


@contextmanager
def opened_screen() -> Iterator[Screen]:
    """Yield a screen on which windows with OpenGL open; raise ``NoScreen`` otherwise."""
    with TemporaryDirectory(prefix="regrasp-screen-") as folder:
        screen = Screen(Path(folder))
        try:
            screen.must_have_opengl()
            yield screen
        finally:
            screen.close()


# --- a running copy of the program ----------------------------------------------------------------------


class Copy:
    """One running copy of the program, on a screen and with a data folder."""

    def __init__(self, screen: Screen, folder: Path, *command: str) -> None:
        """Start it; ``arrive`` waits for its window."""
        self.screen, self.folder = screen, folder
        self.said = folder / f"said-{time.monotonic_ns()}.txt"
        with self.said.open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-c", START, "--data", str(folder / "data"), *command],
                env=screen.env, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            )  # fmt: skip
        self.window = 0
        self.palette = "light"
        self.place = (0, 0, WIDTH, HEIGHT)

    def arrive(self) -> None:
        """Wait for the window's first picture, and give it the keys, as a window manager would."""
        self.window = int(self.wait_for("the window", self._found))
        middle = (WIDTH // 2, HEIGHT // 2)
        self.wait_for("the first picture", lambda: self.screen.image().getpixel(middle) != (0, 0, 0))
        self.place = self._place()
        self.screen.do("windowfocus", self.window)
        self.wait_for("the focus", lambda: self.screen.do("getwindowfocus", "-f").strip() == str(self.window))

    def _found(self) -> str:
        return self.screen.do("search", "--onlyvisible", "--name", "^Regrasp$").strip()

    def _place(self) -> tuple[int, int, int, int]:
        def told() -> dict[str, str]:
            lines = self.screen.do("getwindowgeometry", "--shell", self.window).split()
            return dict(line.split("=") for line in lines)

        told_whole = self.wait_for("the window's place", lambda: found if "X" in (found := told()) else None)
        return self._box(told_whole)

    @staticmethod
    def _box(told: dict[str, str]) -> tuple[int, int, int, int]:
        return int(told["X"]), int(told["Y"]), int(told["WIDTH"]), int(told["HEIGHT"])

    def wait_for(self, what: str, condition: Condition, patience_s: float = PATIENCE_S) -> Any:
        """Return the first truth of ``condition``, as long as the program runs; keep a picture if it never comes."""
        try:
            return wait_for(what, lambda: self._alive() and condition(), patience_s)
        except AssertionError as error:
            self.keep_picture("in-vain")
            raise AssertionError(f"{error}\nthe program said: {self.said.read_text()}") from None

    def _alive(self) -> bool:
        assert self.process.poll() is None, f"the program ended with {self.process.returncode}"
        return True

    def resize(self, width: int, height: int) -> None:
        """Make the window another size."""
        self.screen.do("windowsize", self.window, width, height)
        self.wait_for("the new size", lambda: self._place()[2:] == (width, height))
        self.place = self._place()

    def close(self) -> int:
        """Click the window's cross, and return the exit status."""
        self.screen.ask_to_close(self.window)
        return self.process.wait(PATIENCE_S)

    def stall(self, seconds: float, *keys: str) -> None:
        """Let the program stand still for a while, with keys pressed at the end of it, as on a busy computer."""
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self.press(*keys)
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """Let the power go: nothing is said to the program."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE_S)
        wait_for("the window to go", lambda: not self._found())

    # What is seen

    def px(self, x: float, y: float) -> tuple[int, int]:
        """Return the screen's pixel of a point of the stage, which stands letterboxed in the window."""
        left, top, width, height = self.place
        scale = min(width / STAGE_W, height / STAGE_H)
        across, down = (width - STAGE_W * scale) / 2, (height - STAGE_H * scale) / 2
        return round(left + across + x * scale), round(top + down + (STAGE_H - y) * scale)

    def stage(self, x_px: float, y_px: float) -> tuple[float, float]:
        """Return the stage's point of a pixel of the screen: the way back of ``px``."""
        (left, top), (right, low) = self.px(0, STAGE_H), self.px(STAGE_W, 0)
        return (x_px - left) / (right - left) * STAGE_W, (low - y_px) / (low - top) * STAGE_H

    def pixels(self, image: Image.Image, x: float, y: float, w: float, h: float) -> "np.ndarray[Any, Any]":
        """Return red, green and blue of all pixels of a box of the stage with centre (x, y)."""
        (left, top), (right, low) = self.px(x - w / 2, y + h / 2), self.px(x + w / 2, y - h / 2)
        return np.asarray(image.crop((left, top, right, low)), dtype=int)

    def share(self, colour: Sequence[int], *boxes: tuple[float, float, float, float]) -> list[float]:
        """Return what share 0..1 of each box of the stage, (x, y, width, height), has a colour."""
        image = self.screen.image()
        away = [np.abs(self.pixels(image, *box) - np.array(colour)).max(axis=2) for box in boxes]
        return [float((a <= NEAR).mean()) for a in away]

    def shows(self, *buttons: Button) -> bool:
        """Tell whether all these buttons are seen: the colour of each in four places near its edge."""
        image = self.screen.image()
        return all(self._shows(image, button) for button in buttons)

    def _shows(self, image: Image.Image, button: Button) -> bool:
        colour = PALETTES[self.palette]["card" if button.role not in ("primary", "stop") else button.role]
        across, down = button.w / 2 - 9, button.h / 2 - 9
        edges = ((-across, 0), (across, 0), (0, down), (0, -down))
        seen = [image.getpixel(self.px(button.x + dx, button.y + dy)) for dx, dy in edges]
        return all(max(abs(a - b) for a, b in zip(one, colour, strict=True)) <= NEAR for one in seen)

    def is_focused(self, button: Button) -> bool:
        """Tell whether a button has the ring of the focus around it."""
        top = (button.x, button.y + button.h / 2 + 9, button.w / 2, 4)
        return self.share(PALETTES[self.palette]["focus"], top)[0] > 0.6

    def wait_to_see(self, *buttons: Button) -> None:
        """Wait until all these buttons are seen."""
        names = ", ".join(button.action for button in buttons)
        self.wait_for(f"the buttons {names}", lambda: self.shows(*buttons))

    def keep_picture(self, name: str) -> None:
        """Keep what is seen now as ``<name>.png`` in the test's folder, and where ``REGRASP_PICTURES`` says."""
        left, top, width, height = self.place
        image = self.screen.image().crop((left, top, left + width, top + height))
        for folder in (str(self.folder), os.environ.get("REGRASP_PICTURES", "")):
            if folder:
                Path(folder).mkdir(parents=True, exist_ok=True)
                image.save(Path(folder) / f"{name}.png")

    # What is done

    def press(self, *keys: str) -> None:
        """Press and release keys, one after the other."""
        self.screen.do("key", *keys)

    def point(self, x: float, y: float) -> None:
        """Move the pointer to a point of the stage."""
        self.screen.do("mousemove", *self.px(x, y))

    def click(self, x: float, y: float) -> None:
        """Press and release the pointer at a point of the stage."""
        self.screen.do("mousemove", *self.px(x, y), "click", 1)

    def drag(self, *points: tuple[float, float], seconds: float) -> None:
        """Lead the pressed pointer along points of the stage."""
        (first, *rest), pause = [self.px(*p) for p in points], f"{seconds / len(points):.3f}"
        steps = [word for place in rest for word in ("mousemove", *place, "sleep", pause)]
        self.screen.do("mousemove", *first, "mousedown", 1, "sleep", pause, *steps, "mouseup", 1)

    def choose(
        self, button: Button, keys: Sequence[str] = (), when: Condition = lambda: True, until: Condition | None = None
    ) -> None:
        """Press a button with the pointer, or with ``keys``, until it worked: a new screen is deaf for a moment.

        It worked when ``until`` holds, or else when the button is no longer seen; ``when`` says when to try.
        """
        self.wait_to_see(button)
        done = until or (lambda: not self.shows(button))
        time.sleep(DEAF_S)
        for _ in range(8):
            self.wait_for("the moment to press", lambda: when() or done())
            if done():
                return
            if keys:
                self.press(*keys)
            else:
                self.click(button.x, button.y)
            with suppress(AssertionError):
                wait_for("an effect", done, AGAIN_S)
                return
            self._alive()
        self.keep_picture("in-vain")
        raise AssertionError(f"the button {button.action} does nothing")

    # What is kept

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """Return the rows of a query to the database; none while the file or the table is not there."""
        return rows(self.folder / "data/regrasp.sqlite3", query, *values)

    def trials(self, session: int = 1) -> list[dict[str, Any]]:
        """Return the finished trials of a session."""
        return [json.loads(row["trial"]) for row in
                self.rows("SELECT trial FROM trials WHERE session = ? ORDER BY idx", session)]  # fmt: skip

    def wait_for_trials(self, count: int, session: int = 1) -> list[dict[str, Any]]:
        """Return the finished trials of a session as soon as there are ``count`` of them."""
        self.wait_for(f"{count} finished trials", lambda: len(self.trials(session)) >= count)
        return self.trials(session)

    def end(self, session: int = 1) -> tuple[str, str] | None:
        """Return how a session ended and the reason that was given, as far as they are kept."""
        ends = self.rows("SELECT how FROM ends WHERE session = ?", session)
        reasons = self.rows("SELECT why FROM reasons WHERE session = ?", session)
        return (ends[0]["how"], reasons[0]["why"] if reasons else "") if ends else None


def rows(path: Path, query: str, *values: object) -> list[dict[str, Any]]:
    """Return the rows of a query to a database file; none while the file or the table is not there."""
    if not path.exists():
        return []
    try:
        database = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=10)
    except sqlite3.OperationalError:
        return []
    try:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(query, values)]
    except sqlite3.OperationalError as error:
        if "no such table" in str(error) or "unable to open" in str(error):
            return []
        raise
    finally:
        database.close()


@contextmanager
def started(screen: Screen, folder: Path, *command: str, settings: str = 'hand = "right"') -> Iterator[Copy]:
    """Yield a running copy of the program whose window is there, and let none of it remain.

    Without ``settings``, and in a folder that was never used, it is the very first start.
    """
    kept = folder / "data/settings.toml"
    if settings and not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(settings + "\n")
    copy = Copy(screen, folder, *command)
    try:
        copy.arrive()
        yield copy
    except BaseException:
        copy.keep_picture("failed")
        raise
    finally:
        copy.process.kill()
        copy.process.wait()


def run(screen: Screen, *command: str) -> "subprocess.CompletedProcess[str]":
    """Run one command of the program to its end."""
    return subprocess.run(
        [sys.executable, "-c", START, *command], cwd=ROOT, env=screen.env, capture_output=True, text=True, timeout=120
    )


# --- a grip sensor --------------------------------------------------------------------------------------


class Board:
    """A simulated grip sensor in a process of its own, told what to do line by line."""

    def __init__(self, link: Path) -> None:
        """Start it, and wait until its port is there."""
        self.link = link
        self._process = subprocess.Popen(
            [sys.executable, str(BOARD), str(link)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline().startswith("ready")

    def __call__(self, command: str) -> None:
        """Tell the board something, such as ``force 0.2``."""
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()

    def __enter__(self) -> "Board":
        """Return the board."""
        return self

    def __exit__(self, *_: object) -> None:
        """Pull the cable and stop."""
        with suppress(OSError):
            self("quit")
        with suppress(subprocess.TimeoutExpired):
            self._process.communicate(timeout=10)
        self._process.kill()
        self._process.communicate()
