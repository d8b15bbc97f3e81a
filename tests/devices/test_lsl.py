"""Check what is made of a stream of the Lab Streaming Layer: with a fake network, and out and in with the real one."""

import json
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from math import inf, isnan, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.lsl import DEVICE, MESSAGES, Lsl, StreamFacts, age_s, wanted
from devices.lsl_out import COLUMNS, LslOut
from engine.sample import Sample

FACTS = StreamFacts("Bench", "Force", "bench-7", "lab", 100.0, "N", True)


def now_ms() -> float:
    return time.perf_counter() * 1000 - 5000


@dataclass
class FakeStream:
    """A stream that hands out chunks in turn; ``None`` is the end of its source."""

    chunks: deque[list[tuple[float, float]] | None]
    facts: StreamFacts = FACTS
    closed: bool = False

    def pull(self) -> list[tuple[float, float]]:
        if not self.chunks:
            time.sleep(0.02)
            return []
        chunk = self.chunks.popleft()
        if chunk is None:
            raise OSError("lost")
        return chunk

    def now_s(self) -> float:
        return time.perf_counter()

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeNetwork:
    """A network that finds its streams in turn."""

    streams: list[FakeStream | None]
    asked: list[tuple[str, str]] = field(default_factory=list)

    def find(self, field: str, value: str) -> FakeStream | None:
        self.asked.append((field, value))
        time.sleep(0.01)
        return self.streams.pop(0) if self.streams else None


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    assert [thread.name for thread in threading.enumerate() if thread.name == "lsl"] == []


def felt_by(device: Lsl, until: Callable[[list[Sample]], object], seconds: float = 8) -> list[Sample]:
    """Poll as a window does until something is so, and return all samples; fail if it never is."""
    felt: list[Sample] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        felt += device.poll(now_ms())
        if until(felt):
            return felt
        time.sleep(0.005)
    raise AssertionError(f"never happened; {len(felt)} samples, message {device.message()}")


def grips(felt: list[Sample]) -> list[Sample]:
    return [sample for sample in felt if sample.channel == "grip"]


def links(felt: list[Sample]) -> list[float]:
    return [sample.value for sample in felt if sample.channel == "link.grip"]


def streaming(*chunks: list[tuple[float, float]] | None, facts: StreamFacts = FACTS) -> FakeStream:
    return FakeStream(deque(chunks), facts)


def test_a_newton_is_a_thousand_and_the_stamps_count() -> None:
    t = time.perf_counter()
    device = Lsl("", now_ms, lambda: FakeNetwork([streaming([(t - 0.2, 1.0), (t - 0.1, -0.5)], [(t, 12.25)])]))
    felt = felt_by(device, lambda felt: len(grips(felt)) == 3)
    assert (felt[0].channel, links(felt)) == ("link.grip", [1.0])
    assert [s.value for s in grips(felt)] == [1000.0, -500.0, 12250.0]
    assert [s.at_ms for s in grips(felt)] == pytest.approx([t * 1000 - 5000 - back for back in (200, 100, 0)], abs=5)
    assert grips(felt)[0].device_ms == pytest.approx((t - 0.2) * 1000)
    assert device.message() is None
    device.close()
    assert device.poll(now_ms()) == ()


def test_what_is_no_number_is_left_out() -> None:
    t = time.perf_counter()
    device = Lsl("", now_ms, lambda: FakeNetwork([streaming([(t, nan), (t, inf), (nan, 1.0), (t, 2.0)])]))
    assert [s.value for s in grips(felt_by(device, grips))] == [2000.0]
    device.close()


def test_a_lost_stream_is_told_and_found_again() -> None:
    t = time.perf_counter()
    first, second = streaming([(t, 1.0)], None), streaming([(t, 2.0)])
    device = Lsl("", now_ms, lambda: FakeNetwork([None, first, None, None, second]))
    felt_by(device, lambda _: device.message() == "device.none")
    felt = felt_by(device, lambda felt: links(felt) == [1.0, 0.0])
    assert device.message() == "device.lost"
    felt += felt_by(device, lambda felt: links(felt) == [1.0])
    assert [s.value for s in grips(felt)] == [1000.0, 2000.0]
    assert first.closed
    device.close()
    assert second.closed


def test_silence_is_told_after_a_second() -> None:
    stream = streaming([(time.perf_counter(), 1.0)])
    device = Lsl("", now_ms, lambda: FakeNetwork([stream]))
    felt_by(device, lambda felt: links(felt) == [1.0, 0.0])
    assert device.message() == "device.stale"
    stream.chunks.append([(time.perf_counter(), 2.0)])
    assert links(felt_by(device, grips)) == [1.0]
    assert device.message() is None
    device.close()


def test_a_stream_of_texts_is_not_for_us() -> None:
    device = Lsl("", now_ms, lambda: FakeNetwork([streaming(facts=replace(FACTS, numbers=False))]))
    felt_by(device, lambda _: device.message() == "device.wrong")
    device.close()


def test_without_pylsl_it_says_so() -> None:
    def missing() -> FakeNetwork:
        raise ImportError("pylsl")

    device = Lsl("", now_ms, missing)
    felt_by(device, lambda _: device.message() == "device.no-lsl")
    device.close()
    assert device.message() is None


@pytest.mark.parametrize(
    ("port", "asked"),
    [("", ("type", "Force")), ("name=My grip", ("name", "My grip")), ("type=EMG", ("type", "EMG")),
     ("source_id=a=b", ("source_id", "a=b")), ("My grip", ("name", "My grip")), ("x=1", ("name", "x=1"))],
)  # fmt: skip
def test_the_port_says_which_stream(port: str, asked: tuple[str, str]) -> None:
    assert wanted(port) == asked


@given(st.floats(allow_nan=False), st.floats(0, 1e6))
def test_a_stamp_that_cannot_be_of_our_clock_counts_as_just_made(stamp_s: float, now_s: float) -> None:
    age = age_s(stamp_s, now_s)
    assert 0 <= age <= 5
    assert age in (0.0, now_s - stamp_s)


@pytest.mark.parametrize(("unit", "said"), [("N", "mN"), ("newtons", "mN"), ("kg", "count"), ("", "count")])
def test_it_is_called_newtons_only_if_the_stream_does(unit: str, said: str) -> None:
    facts = replace(FACTS, unit=unit, rate_hz=0.0)
    device = Lsl("", now_ms, lambda: FakeNetwork([streaming([(0.0, 1.0)], facts=facts)]))
    felt_by(device, grips)
    described = device.describe()
    assert (described["unit"], described["sent_unit"], described["rate_hz"]) == (said, unit, None)
    assert (described["kind"], described["model"], described["serial"]) == ("lsl", "Bench", "bench-7")
    assert json.loads(json.dumps(described, allow_nan=False)) == described
    device.close()


def test_its_messages_are_the_ones_it_lists() -> None:
    assert set(MESSAGES) == {f"device.{why}" for why in ("no-lsl", "none", "wrong", "stale", "lost")}
    assert (DEVICE.name, DEVICE.skills) == ("lsl", {"grip"})


# Out


def test_without_pylsl_nothing_is_published_and_nothing_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pylsl", None)
    out = LslOut(now_ms)
    out.samples([Sample("grip", now_ms(), 5.0)])
    out.marker("trial begin 1", now_ms())
    assert out.message() == "device.no-lsl"
    out.close()
    out.close()
    assert out.message() is None


class FakeOutlet:
    """What is used of pylsl's outlet."""

    def __init__(self, info: Any) -> None:
        self.pushed: list[tuple[list[Any], float]] = []

    def push_sample(self, row: list[Any], stamp_s: float) -> None:
        self.pushed.append((row, stamp_s))


@pytest.fixture
def out(monkeypatch: pytest.MonkeyPatch) -> LslOut:
    pylsl = pytest.importorskip("pylsl", reason="pylsl is not installed (uv sync --extra lsl)")
    monkeypatch.setattr(pylsl, "StreamOutlet", FakeOutlet)
    return LslOut(now_ms, taps={"key.J": "index"})


def test_a_row_is_published_for_each_moment(out: LslOut) -> None:
    t = now_ms()
    out.samples([
        Sample("grip", t, 100.0), Sample("key.J", t, 1.0), Sample("key.Q", t + 1, 1.0), Sample("mouse", t + 1, 1.0),
        Sample("pad.ring", t + 5, 1.0), Sample("grip", t + 5, 101.0), Sample("key.J", t + 9, 0.0),
    ])  # fmt: skip
    rows = [dict(zip(COLUMNS, row, strict=True)) for row, _ in out._samples.pushed]
    assert [row["grip"] for row in rows] == [100.0, 101.0, 101.0]
    assert [row["pad.index"] for row in rows] == [1.0, 1.0, 0.0]
    assert [row["pad.ring"] for row in rows] == [0.0, 1.0, 1.0]
    assert all(isnan(row["level.thumb"]) for row in rows)
    stamps = [stamp_s for _, stamp_s in out._samples.pushed]
    assert [stamp - stamps[0] for stamp in stamps] == pytest.approx([0, 0.005, 0.009], abs=0.002)


def test_a_marker_is_a_text_at_its_time(out: LslOut) -> None:
    out.marker("trial begin 1", now_ms() - 100)
    ((row, stamp_s),) = out._markers.pushed
    assert row == ["trial begin 1"]
    assert sys.modules["pylsl"].local_clock() - stamp_s == pytest.approx(0.1, abs=0.02)


def test_nothing_is_published_after_the_end(out: LslOut) -> None:
    kept = out._samples
    out.close()
    out.samples([Sample("grip", 1.0, 1.0)])
    out.marker("x", 1.0)
    assert kept.pushed == []


# Out and in again, really over the network of this computer


@pytest.fixture
def real_lsl() -> Any:
    pylsl = pytest.importorskip("pylsl", reason="pylsl is not installed (uv sync --extra lsl)")
    outlet = pylsl.StreamOutlet(pylsl.StreamInfo("Probe", "Probe", 1, 0, pylsl.cf_double64, "probe"))
    if not pylsl.resolve_byprop("source_id", "probe", 1, 3.0):
        pytest.skip("no stream can be found in this computer's network, not even its own")
    del outlet
    return pylsl


def test_a_real_stream_comes_in_with_its_stamps_and_is_missed_when_it_ends(real_lsl: Any) -> None:
    info = real_lsl.StreamInfo("Our bench", "Force", 2, 100, real_lsl.cf_float32, "our-bench")
    channel = info.desc().append_child("channels").append_child("channel")
    channel.append_child_value("unit", "N")
    outlet = real_lsl.StreamOutlet(info)
    device = Lsl("name=Our bench", now_ms)
    assert outlet.wait_for_consumers(5)
    sent_ms = []
    for n in range(50):
        outlet.push_sample([n / 4, 99.0])
        sent_ms.append(now_ms())
        time.sleep(0.01)
    felt = felt_by(device, lambda felt: len(grips(felt)) == 50)
    assert [s.value for s in grips(felt)] == [n * 250.0 for n in range(50)]
    lags = sorted(s.at_ms - at_ms for s, at_ms in zip(grips(felt), sent_ms, strict=True))
    assert abs(lags[25]) < 2
    assert device.message() is None
    said = device.describe()
    assert (said["model"], said["serial"], said["unit"], said["rate_hz"]) == ("Our bench", "our-bench", "mN", 100.0)
    del outlet
    felt_by(device, lambda felt: links(felt) == [0.0])
    assert device.message() == "device.lost"
    began = time.monotonic()
    device.close()
    assert time.monotonic() - began < 3


def test_what_is_published_can_really_be_received(real_lsl: Any) -> None:
    out = LslOut(now_ms, name="Test session")
    assert out.message() is None
    inlets = []
    for name in ("Test session samples", "Test session markers"):
        found = real_lsl.resolve_byprop("name", name, 1, 3.0)
        inlets.append(real_lsl.StreamInlet(found[0]))
        inlets[-1].open_stream(3.0)
    rows, texts = inlets
    channels = rows.info(1.0).desc().child("channels")
    assert channels.child("channel").child_value("label") == "grip"
    at_ms = now_ms()
    out.samples([Sample("grip", at_ms, 1234.5), Sample("pad.index", at_ms, 1.0)])
    out.marker("trial begin 1", at_ms)
    row, row_s = rows.pull_sample(timeout=3.0)
    text, text_s = texts.pull_sample(timeout=3.0)
    assert row[:3] == [1234.5, 0.0, 1.0]
    assert text == ["trial begin 1"]
    assert row_s == pytest.approx(text_s, abs=0.002)
    out.close()


@pytest.mark.parametrize("name", ["not there", "it's not there"])
def test_a_stream_that_is_not_there_is_waited_for_and_let_go_of(real_lsl: Any, name: str) -> None:
    device = Lsl(f"name={name}", now_ms)
    felt_by(device, lambda _: device.message() == "device.none")
    time.sleep(0.2)
    began = time.monotonic()
    device.close()
    assert time.monotonic() - began < 3
