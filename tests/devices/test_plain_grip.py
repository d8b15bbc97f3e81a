"""Check that a sketch without a protocol can be played with, over a real port, and says that it is unverified."""

import math
import os
import random
import sys
import threading
import time
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals", allow_module_level=True)

import pty
import tty

from devices.link import LinkState
from devices.plain_grip import PlainDecoder, PlainGrip


def test_it_streams_what_the_sketch_prints(tmp_path: Path) -> None:
    inner, outer = pty.openpty()
    tty.setraw(outer)
    over = threading.Event()

    def sketch() -> None:
        n = 0
        os.write(inner, b"HX711 demo\r\n")
        while not over.wait(0.0125):
            n += 1
            os.write(inner, f"{n * 12.5:.1f},{84000 + 9000 * math.sin(n / 20):.0f}\r\n".encode())

    thread = threading.Thread(target=sketch, daemon=True)
    thread.start()
    start = time.perf_counter()
    grip = PlainGrip(os.ttyname(outer), lambda: (time.perf_counter() - start) * 1000)
    got = []
    while time.perf_counter() < start + 4 and len(got) < 60:
        got += grip.poll((time.perf_counter() - start) * 1000)
        time.sleep(0.01)
    assert grip.state is LinkState.STREAMING
    said = grip.describe()
    assert (said["kind"], said["verified"], said["channel"]) == ("plain", False, "grip")
    assert [s.channel for s in got[:2]] == ["link.grip", "grip"]
    assert all(75_000 <= s.value <= 93_000 for s in got if s.channel == "grip")
    grip.close()
    over.set()
    thread.join()
    os.close(outer)
    os.close(inner)


NOISE = random.Random(5).choices(range(-900, 900), k=200)


@pytest.mark.parametrize("line", ["{v}", "VAL: {v}"])
def test_lines_without_a_time_are_dated_by_their_arrival(line: str) -> None:
    decoder = PlainDecoder()
    felt = [
        reading
        for n in range(60)
        for reading in decoder.feed(line.format(v=84_000 + NOISE[n % 200]).encode() + b"\n", 100.0 * n)
    ]
    assert len(felt) >= 40
    assert felt[-1].at_ms == 5900.0
    assert decoder.rate_hz == pytest.approx(10, rel=0.05)
    assert decoder.identified


def test_a_sketch_that_begins_again_goes_on_in_host_time() -> None:
    decoder = PlainDecoder()
    times = [
        reading.at_ms
        for n in range(200)
        for reading in decoder.feed(f"{(n % 100) * 12.5:.1f},{84000 + NOISE[n]}\n".encode(), 5000 + 12.5 * n)
    ]
    assert times == sorted(times)
    assert times[-1] == pytest.approx(5000 + 199 * 12.5, abs=15)
