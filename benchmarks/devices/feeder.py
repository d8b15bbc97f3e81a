"""Build the sensor in C that feeds a pseudo-terminal, and run it: ``feeder.c``."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("feeder.c")
MISSING = "There is no C compiler (gcc or cc) here, so nothing was measured over a port."
AROUND_US = 2**32


def compiler() -> str | None:
    """Return the path of a C compiler, or ``None``."""
    return shutil.which("gcc") or shutil.which("cc")


def built(folder: Path) -> Path:
    """Return the program, built in ``folder``; raise ``FileNotFoundError`` without a compiler."""
    gcc = compiler()
    if gcc is None:
        raise FileNotFoundError(MISSING)
    program = folder / "feeder"
    subprocess.run([gcc, "-O2", "-o", program, SOURCE], check=True)
    return program


@dataclass(frozen=True, slots=True)
class Feeder:
    """A sensor that runs: its port, and the microsecond at which its clock and the host's were the same."""

    link: Path
    origin_us: int
    process: "subprocess.Popen[str]"

    def tell(self, word: str) -> int:
        """Say ``u`` (unplug) or ``p`` (plug in); return the host's microsecond at which it was done."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(word)
        self.process.stdin.flush()
        return int(self.process.stdout.readline().split()[1])


@contextmanager
def fed(
    program: Path, link: Path, rate: float, channels: int = 1, batch_ms: float = 0.0, skew_ppm: float = 0.0
) -> Iterator[Feeder]:
    """Give a sensor of ``rate`` frames a second (0: as many as go) at ``link`` that streams already."""
    words = [str(word) for word in (program, link, rate, channels, batch_ms, skew_ppm)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready = process.stdout.readline().split()
            yield Feeder(link, int(ready[1]), process)
        finally:
            process.kill()
            link.unlink(missing_ok=True)


def true_ms(device_ms: float, origin_us: int, skew_ppm: float = 0.0) -> float:
    """Return the host's milliseconds at which a frame with this time was made; right within 35 minutes of now.

    ``device_ms`` began with a count that had wrapped at 2^32 µs; the host's clock, ``perf_counter``, has not.
    """
    near_us = time.perf_counter() * 1e6
    wrapped_us = device_ms * 1000
    whole_us = wrapped_us + round((near_us - wrapped_us) / AROUND_US) * AROUND_US
    return (origin_us + (whole_us - origin_us) / (1 + skew_ppm * 1e-6)) / 1000
