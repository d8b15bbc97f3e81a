"""Open a virtual screen of our own, and look at what stands on it from outside."""

import mmap
import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MISSING = "There is no Xvfb here, so nothing was measured in a real window."
WIDTH, HEIGHT = 1280, 720
GRID = [(x, y) for x in range(170, WIDTH, 105) for y in range(110, HEIGHT, 83)]


def present() -> bool:
    """Tell whether a virtual screen can be opened."""
    return shutil.which("Xvfb") is not None


@dataclass(frozen=True, slots=True)
class Screen:
    """A virtual screen: the name of its display, and its pixels as the X server holds them."""

    display: str
    pixels: mmap.mmap

    def painted(self) -> bool:
        """Tell whether most of the looked-at points are neither black nor white: something was painted."""
        size, per_line, colours = self._layout()
        first = size + 12 * colours
        seen = [self.pixels[at : at + 3] for at in (first + y * per_line + 4 * x for x, y in GRID)]
        return sum(dot not in (b"\x00\x00\x00", b"\xff\xff\xff") for dot in seen) > len(seen) / 2

    def _layout(self) -> tuple[int, int, int]:
        """Return the sizes of an X window dump: its header, a line of pixels, and its colours."""
        header = struct.unpack(">25I", self.pixels[:100])
        return header[0], header[12], header[19]


@contextmanager
def opened() -> Iterator[Screen]:
    """Open a virtual screen and close it again."""
    with tempfile.TemporaryDirectory() as folder:
        reads, writes = os.pipe()
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writes), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-fbdir", folder,
             "-nolisten", "tcp", "-noreset"],
            pass_fds=(writes,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(writes)
        try:
            with os.fdopen(reads) as told:
                display = f":{told.readline().strip()}"
            with (Path(folder) / "Xvfb_screen0").open("rb") as file:
                pixels = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            yield Screen(display, pixels)
            pixels.close()
        finally:
            server.terminate()
            server.wait()
