"""Talk in a terminal: a line that changes in place, bars, and what is typed, also where no person and no screen is."""

import os
import queue
import shutil
import sys
from collections.abc import Sequence
from threading import Thread
from typing import TextIO

EIGHTHS = " ▏▎▍▌▋▊▉█"
LEVELS = "▁▂▃▄▅▆▇█"


class Terminal:
    """Standard output: ``show`` changes the last line of a terminal, ``say`` adds one."""

    def __init__(self, out: TextIO | None = None) -> None:
        """Look at what is at the other end."""
        self._out = out or sys.stdout
        self.changes = self._out.isatty()
        self.blocks = self.changes and "utf" in (self._out.encoding or "").lower()
        plain = sys.platform == "win32" and "WT_SESSION" not in os.environ
        self._above = self.changes and not plain and os.environ.get("TERM") != "dumb"
        self._width = 0

    def say(self, text: str = "") -> None:
        """Print a line that stays."""
        self.clear()
        print(text, file=self._out, flush=True)

    def show(self, text: str) -> None:
        """Replace the line that changes; where nothing can change in place nothing is shown."""
        if self.changes:
            text = text[: max(20, shutil.get_terminal_size().columns - 1)]
            print("\r" + text.ljust(self._width), end="", file=self._out, flush=True)
            self._width = len(text)

    def clear(self) -> None:
        """Take the line that changes away."""
        if self._width:
            print("\r" + " " * self._width + "\r", end="", file=self._out, flush=True)
            self._width = 0

    def ask(self, text: str) -> None:
        """Print a question, with an empty line above it that ``above`` can change while somebody types."""
        self.clear()
        print("\n" * self._above + text, end="" if self.changes else "\n", file=self._out, flush=True)

    def above(self, text: str) -> None:
        """Change the line above the question; what is being typed stays as it is."""
        if self._above:
            text = text[: max(20, shutil.get_terminal_size().columns - 1)]
            print(f"\x1b7\x1b[1A\r\x1b[2K{text}\x1b8", end="", file=self._out, flush=True)

    def bar(self, share: float, cells: int = 20) -> str:
        """Return a bar of that many characters, filled from the left to ``share``."""
        share = min(1.0, max(0.0, share))
        if not self.blocks:
            full = round(share * cells)
            return "[" + "#" * full + "-" * (cells - full) + "]"
        full, eighths = divmod(round(share * cells * 8), 8)
        return ("█" * full + (EIGHTHS[eighths] if full < cells else "")).ljust(cells)

    def level(self, share: float) -> str:
        """Return ``share`` as high as a letter, or as a short bar."""
        if not self.blocks:
            return self.bar(share, 5)
        return LEVELS[round(min(1.0, max(0.0, share)) * (len(LEVELS) - 1))]


class Typed:
    """Lines of standard input, taken without waiting; a thread reads them, past Python's own buffer.

    Python cannot end while another thread waits within that buffer.
    """

    def __init__(self, file: int | None = None) -> None:
        """Begin to listen."""
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.ended = False
        try:
            self._file = sys.stdin.fileno() if file is None else file
        except (AttributeError, ValueError, OSError):
            self.ended = True
            return
        Thread(target=self._listen, name="typed", daemon=True).start()

    def line(self) -> str | None:
        """Return the next line that was typed, without its end, or ``None``; ``ended`` tells whether more can come."""
        if self.ended:
            return None
        try:
            line = self._lines.get_nowait()
        except queue.Empty:
            return None
        self.ended = line is None
        return line

    def _listen(self) -> None:
        held = b""
        while True:
            try:
                data = os.read(self._file, 4096)
            except OSError:
                data = b""
            *whole, held = (held + data).split(b"\n")
            self._put([*whole, held] if not data and held else whole)
            if not data:
                self._lines.put(None)
                return

    def _put(self, lines: Sequence[bytes]) -> None:
        for line in lines:
            self._lines.put(line.decode("utf-8", "replace").strip())
