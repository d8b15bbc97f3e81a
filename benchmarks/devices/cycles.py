"""Pull a sensor's cable and plug it in again, a thousand times: what stays behind, and how soon readings come again.

This process reads; the sensor, another one, is told when. As a module it prints what it measured as JSON.
"""

import json
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.devices.feeder import Feeder, built, fed
from devices import reader
from devices.decoder import Felt
from devices.link import Linked, LinkState
from devices.reader import Reader

CYCLES, REAL_CYCLES = 1000, 15
POINTS = 10
SHORT_WAIT_S = 0.005
RATE_HZ = 80.0
OUT_S = (0.1, 3.0)
PATIENCE_S = 20.0


class Watched(Reader):
    """A reader that says when its state changed."""

    def __init__(self, port: str) -> None:
        """Begin to read."""
        self.changed = threading.Condition()
        self.since_s: dict[LinkState, float] = {}
        super().__init__(port)

    def _become(self, state: LinkState, felt: Sequence[Felt | Linked] = ()) -> None:
        before = self.state
        super()._become(state, felt)
        if state is not before:
            with self.changed:
                self.since_s[state] = time.perf_counter()
                self.changed.notify_all()

    def wait_for(self, state: LinkState) -> float:
        """Return when the reader came into ``state``."""
        with self.changed:
            if not self.changed.wait_for(lambda: self.state is state and state in self.since_s, PATIENCE_S):
                raise TimeoutError(f"not {state} after {PATIENCE_S} s, but {self.state}")
            return self.since_s[state]


def held() -> dict[str, int]:
    """Return what this process holds now: threads, open files, and memory in kB."""
    memory = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return {
        "threads": threading.active_count(),
        "files": len(os.listdir("/proc/self/fd")),
        "kb": int(memory) * os.sysconf("SC_PAGE_SIZE") // 1024,
    }


def cycle(sensor: Feeder, watched: Watched, out_s: float) -> tuple[float, float]:
    """Pull the cable for a while; return milliseconds from there to LOST, and from plugging in to STREAMING."""
    pulled_us = sensor.tell("u")
    lost_s = watched.wait_for(LinkState.LOST)
    time.sleep(out_s)
    plugged_us = sensor.tell("p")
    back_s = watched.wait_for(LinkState.STREAMING)
    return lost_s * 1000 - pulled_us / 1000, back_s * 1000 - plugged_us / 1000


def many(program: Path, folder: Path, cycles: int) -> dict[str, Any]:
    """Return what is held as the cycles go on, with a back-off so short that they take a minute or so."""
    reader.SHORTEST_WAIT_S = reader.LONGEST_WAIT_S = SHORT_WAIT_S  # type: ignore[attr-defined]
    curve, lost_ms, back_ms = [], [], []
    with fed(program, folder / "sensor", RATE_HZ) as sensor:
        watched = Watched(str(sensor.link))
        watched.wait_for(LinkState.STREAMING)
        for n in range(cycles + 1):
            if n % max(1, cycles // POINTS) == 0:
                curve.append({"cycle": n, **held()})
            if n < cycles:
                lost, back = cycle(sensor, watched, 0.0)
                lost_ms.append(lost)
                back_ms.append(back)
                watched.taken()
        watched.close()
        after = held()
    return {"curve": curve, "closed": after, "lost_ms": lost_ms, "back_ms": back_ms}


def real(program: Path, folder: Path, cycles: int) -> dict[str, Any]:
    """Return how long the way back takes with the waiting times of the program, out for a chance time."""
    chance = random.Random(7)
    with fed(program, folder / "sensor", RATE_HZ) as sensor:
        watched = Watched(str(sensor.link))
        watched.wait_for(LinkState.STREAMING)
        times = [cycle(sensor, watched, chance.uniform(*OUT_S)) for _ in range(cycles)]
        watched.close()
    return {"lost_ms": [lost for lost, _ in times], "back_ms": [back for _, back in times]}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        where = Path(made)
        measure = {"many": many, "real": real}[sys.argv[1]]
        print(json.dumps(measure(built(where), where, int(sys.argv[2]))))
