"""Check everything about a Progressor but the radio: a fake one plays real notifications, with disconnects."""

import asyncio
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.inbox import Inbox
from devices.progressor import CONTROL, NOTIFIED, SERVICE, Command, Weight, encode_weights
from devices.session_time import own_ms
from devices.tindeq import DEVICE, MESSAGES, BleakRadio, Found, NoRadio, Tindeq
from engine.sample import Sample

PERIOD_US = 12_500


def now_ms() -> float:
    return time.perf_counter() * 1000 - 5000


def batch(first: int, count: int, from_us: int = 0) -> bytes:
    """Return a notification of readings ``first`` to ``first + count``: n-th reading n / 8 kg, 80 a second."""
    return encode_weights([Weight(n / 8, (from_us + PERIOD_US * n) % 2**32) for n in range(first, first + count)])


Event = tuple[float, bytes]
"""Seconds to wait, and the notification then."""


@dataclass
class FakeRadio:
    """A radio that hears one sensor; of each connection in turn it plays the events, then drops it if told to."""

    visits: list[list[Event]]
    stays: bool = True
    missing: int = 0
    broken: int = 0
    hangs: str = ""
    sent: list[int] = field(default_factory=list)
    joined: int = 0
    left: int = 0
    _play: "asyncio.Task[None] | None" = None
    _heard: Callable[[bytes], None] = lambda _: None
    _lost: Callable[[], None] = lambda: None

    async def find(self, wanted: str, seconds: float) -> Found | None:
        await self._maybe_hang("find")
        if self.broken:
            self.broken -= 1
            raise NoRadio("no adapter")
        if self.missing or not self.visits:
            self.missing -= 1
            await asyncio.sleep(0.02)
            return None
        return Found("Progressor_1719", "AA:BB:CC:DD:EE:FF")

    async def join(self, found: Found, heard: Callable[[bytes], None], lost: Callable[[], None]) -> None:
        await self._maybe_hang("join")
        self._heard, self._lost = heard, lost
        self.joined += 1

    async def send(self, command: bytes) -> None:
        (opcode,) = command
        self.sent.append(opcode)
        if opcode == Command.VERSION:
            self._heard(b"\0\x071.2.3.4")
        if opcode == Command.BATTERY:
            self._heard(b"\0\4" + struct.pack("<I", 3012))
        if opcode == Command.START:
            self._play = asyncio.get_running_loop().create_task(self._visit(self.visits.pop(0)))

    async def leave(self) -> None:
        self.left += 1
        if self._play is not None:
            self._play.cancel()
        await self._maybe_hang("leave")

    async def _visit(self, events: list[Event]) -> None:
        for wait_s, notification in events:
            await asyncio.sleep(wait_s)
            self._heard(notification)
        if self.visits or not self.stays:
            self._lost()

    async def _maybe_hang(self, where: str) -> None:
        if self.hangs == where:
            await asyncio.sleep(1000)


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    assert [thread.name for thread in threading.enumerate() if thread.name == "tindeq"] == []


def felt_by(device: Tindeq, until: Callable[[list[Sample]], object], seconds: float = 8) -> list[Sample]:
    """Poll as a window does until something is so, and return all samples; fail if it never is."""
    felt: list[Sample] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        felt += device.poll(now_ms())
        if until(felt):
            return felt
        time.sleep(0.01)
    raise AssertionError(f"never happened; {len(felt)} samples, message {device.message()}")


def opened(radio: FakeRadio) -> Tindeq:
    return Tindeq("", now_ms, lambda: radio)


def grips(felt: list[Sample]) -> list[Sample]:
    return [sample for sample in felt if sample.channel == "grip"]


def links(felt: list[Sample]) -> list[float]:
    return [sample.value for sample in felt if sample.channel == "link.grip"]


def test_readings_come_in_millinewtons_and_in_order() -> None:
    device = opened(FakeRadio([[(0.0125, batch(n, 1)) for n in range(40)]]))
    felt = felt_by(device, lambda felt: len(grips(felt)) == 40)
    assert felt[0].channel == "link.grip"
    assert links(felt) == [1.0]
    assert [s.value for s in grips(felt)] == [n / 8 * 9806.65 for n in range(40)]
    assert [s.device_ms for s in grips(felt)] == [n * 12.5 for n in range(40)]
    times = [s.at_ms for s in felt]
    assert times == sorted(times)
    assert times[-1] <= now_ms()
    assert device.message() is None
    device.close()


def test_readings_that_come_in_batches_are_spread_over_the_time_they_were_made_in() -> None:
    device = opened(FakeRadio([[(15 * 0.0125, batch(15 * n, 15)) for n in range(7)]]))
    felt = grips(felt_by(device, lambda felt: len(grips(felt)) == 105))[15:]
    assert [s.at_ms for s in felt] == sorted(s.at_ms for s in felt)
    lags = [s.at_ms - s.device_ms for s in felt]
    assert max(lags) - min(lags) < 40  # arrival stamps would differ by 175 ms, and a busy machine adds its own
    device.close()


def test_it_is_asked_who_it_is_then_started_and_stopped_at_the_end() -> None:
    radio = FakeRadio([[(0.0, batch(0, 1))]])
    device = opened(radio)
    felt_by(device, grips)
    said = device.describe()
    assert (said["model"], said["serial"], said["firmware"], said["battery_mv"]) == (
        "Progressor",
        "1719",
        "1.2.3.4",
        3012,
    )
    assert (said["unit"], said["rate_hz"], said["channel"], said["span"]) == ("mN", 80.0, "grip", 0.0)
    device.close()
    assert radio.sent == [Command.VERSION, Command.BATTERY, Command.START, Command.STOP]
    assert radio.left == 1
    assert device.poll(now_ms()) == ()
    assert device.message() is None


def test_a_lost_connection_is_told_and_found_again_with_time_going_on() -> None:
    radio = FakeRadio([[(0.0125, batch(n, 1)) for n in range(20)], [(0.0125, batch(n, 1)) for n in range(20)]])
    device = opened(radio)
    felt = felt_by(device, lambda felt: links(felt)[-1:] == [0.0])
    assert device.message() == "device.lost"
    felt += felt_by(device, lambda felt: len(grips(felt)) == 20)
    assert links(felt) == [1.0, 0.0, 1.0]
    assert radio.joined == 2
    assert device.message() is None
    assert grips(felt)[20].device_ms == 0.0
    assert [s.at_ms for s in felt] == sorted(s.at_ms for s in felt)
    device.close()


def test_silence_is_told_after_a_second_and_ends_with_the_next_reading() -> None:
    device = opened(FakeRadio([[(0.0, batch(0, 1)), (1.5, batch(120, 1))]]))
    felt = felt_by(device, lambda felt: links(felt)[-1:] == [0.0])
    assert device.message() == "device.stale"
    felt += felt_by(device, lambda felt: len(grips(felt)) == 1)
    assert links(felt) == [1.0, 0.0, 1.0]
    assert device.message() is None
    device.close()


def test_an_empty_battery_is_told_also_when_the_sensor_has_turned_itself_off() -> None:
    radio = FakeRadio([[(0.0, batch(0, 1)), (0.02, b"\4\0"), (0.02, batch(1, 1)), (0.2, batch(2, 1))]], stays=False)
    device = opened(radio)
    felt_by(device, lambda felt: len(grips(felt)) == 2)
    assert device.message() == "device.battery"
    felt_by(device, lambda felt: links(felt)[-1:] == [0.0])
    time.sleep(0.5)
    assert device.message() == "device.battery"
    device.close()


def test_a_sensor_that_is_not_there_yet_is_waited_for() -> None:
    radio = FakeRadio([[(0.0, batch(0, 1))]], missing=2)
    device = opened(radio)
    felt_by(device, lambda _: device.message() == "device.none", 2)
    felt_by(device, grips)
    assert device.message() is None
    device.close()


def test_a_computer_without_bluetooth_is_told_and_a_dongle_is_noticed() -> None:
    device = opened(FakeRadio([[(0.0, batch(0, 1))]], broken=2))
    felt_by(device, lambda _: device.message() == "device.no-radio", 2)
    felt_by(device, grips)
    assert device.message() is None
    device.close()


def test_without_bleak_it_says_so_and_nothing_else_happens() -> None:
    def missing() -> FakeRadio:
        raise ImportError("bleak")

    device = Tindeq("", now_ms, missing)
    felt_by(device, lambda _: device.message() == "device.no-ble", 2)
    assert device.poll(now_ms()) == ()
    device.close()
    assert device.message() is None


@pytest.mark.parametrize("where", ["find", "join", "leave"])
def test_it_closes_within_three_seconds_whatever_hangs(where: str) -> None:
    device = opened(FakeRadio([[(0.0, batch(0, 1))]], hangs=where))
    if where == "leave":
        felt_by(device, grips)
    else:
        time.sleep(0.1)
    began = time.monotonic()
    device.close()
    device.close()
    assert time.monotonic() - began < 3


def test_it_can_be_closed_at_once() -> None:
    for _ in range(20):
        opened(FakeRadio([[(0.0, batch(0, 1))]])).close()


def test_the_microseconds_may_wrap() -> None:
    start_us = 2**32 - 5 * PERIOD_US
    device = opened(FakeRadio([[(0.0125, batch(n, 1, start_us)) for n in range(10)]]))
    felt = grips(felt_by(device, lambda felt: len(grips(felt)) == 10))
    assert [s.device_ms for s in felt] == [(start_us + PERIOD_US * n) / 1000 for n in range(10)]
    assert felt[-1].at_ms - felt[0].at_ms < 1000
    device.close()


def test_a_clock_that_begins_again_in_mid_stream_does_not_bend_the_time() -> None:
    events = [(0.0125, batch(n, 1, 900_000_000)) for n in range(10)] + [(0.0125, batch(n, 1)) for n in range(10)]
    device = opened(FakeRadio([events]))
    felt = grips(felt_by(device, lambda felt: len(grips(felt)) == 20))
    assert [s.at_ms for s in felt] == sorted(s.at_ms for s in felt)
    assert 200 < felt[-1].at_ms - felt[0].at_ms < 1500
    device.close()


def test_odd_notifications_do_not_matter() -> None:
    odd = [b"", b"\1", b"\1\7abcdefg", b"\xff\xff", b"\0\0", bytes([1, 8]) + struct.pack("<fI", float("nan"), 1)]
    device = opened(FakeRadio([[(0.0, notification) for notification in [*odd, batch(3, 1) + b"\0" * 4, *odd]]]))
    felt = felt_by(device, grips)
    assert [s.value for s in grips(felt)] == [3 / 8 * 9806.65]
    device.close()


def test_its_messages_are_the_ones_it_lists() -> None:
    assert set(MESSAGES) == {f"device.{why}" for why in ("no-ble", "no-radio", "none", "lost", "stale", "battery")}
    assert (DEVICE.name, DEVICE.skills) == ("tindeq", {"grip"})


# The inbox


def test_a_session_may_move_its_clock() -> None:
    times = iter([100.0] * 3 + [4100.0] * 10)
    inbox = Inbox(lambda: next(times, 4100.0), "link.grip")
    inbox.put(Sample("grip", own_ms() - 20, 1.0))
    first = inbox.taken(100.0)[0].at_ms
    inbox.put(Sample("grip", own_ms() - 20, 2.0))
    assert first == pytest.approx(80, abs=15)
    assert inbox.taken(4100.0)[0].at_ms == pytest.approx(4080, abs=15)


def test_a_link_whose_change_fell_out_of_a_full_queue_is_told_all_the_same() -> None:
    inbox = Inbox(now_ms, "link.grip")
    inbox.become(True, own_ms())
    inbox.put(*(Sample("grip", own_ms()) for _ in range(20_000)))
    felt = inbox.taken(now_ms())
    assert felt[-1].channel == "link.grip"
    assert inbox.taken(now_ms()) == ()


@given(st.lists(st.tuples(st.sampled_from(["grip", "x"]), st.floats(-1e4, 1e4)), max_size=30))
def test_a_channels_time_never_goes_back_and_never_lies_ahead(rows: list[tuple[str, float]]) -> None:
    inbox = Inbox(lambda: 500.0, "link.grip")
    inbox.put(*(Sample(channel, own_ms() + ms) for channel, ms in rows))
    felt = inbox.taken(500.0)
    assert [s.channel for s in felt] == [channel for channel, _ in rows]
    for channel in ("grip", "x"):
        times = [s.at_ms for s in felt if s.channel == channel]
        assert times == sorted(times)
        assert all(at_ms <= 500.0 for at_ms in times)


# bleak


class FakeClient:
    """What is used of bleak's client."""

    last: "FakeClient"
    fails = ""

    def __init__(self, handle: object, disconnected_callback: Callable[[Any], None]) -> None:
        FakeClient.last, self.handle, self.gone, self.calls = self, handle, disconnected_callback, []

    async def connect(self) -> None:
        self._call("connect")

    async def start_notify(self, uuid: str, callback: Callable[[Any, bytearray], None]) -> None:
        self._call("start_notify", uuid)
        self.callback = callback

    async def write_gatt_char(self, uuid: str, data: bytes, response: bool) -> None:
        self._call("write", uuid, data, response)

    async def disconnect(self) -> None:
        self._call("disconnect")

    def _call(self, *what: object) -> None:
        self.calls.append(what)
        if FakeClient.fails == what[0]:
            raise RuntimeError("bleak has errors of its own")


def advertised(name: str | None, address: str, *services: str) -> tuple[SimpleNamespace, SimpleNamespace]:
    return SimpleNamespace(name=name, address=address), SimpleNamespace(local_name=name, service_uuids=list(services))


AROUND = [
    advertised(None, "00:00:00:00:00:01"),
    advertised("Headphones", "00:00:00:00:00:02", "0000180f-0000-1000-8000-00805f9b34fb"),
    advertised("Progressor_1719", "00:00:00:00:00:03"),
    advertised("my own", "00:00:00:00:00:04", SERVICE),
]


@pytest.fixture
def fake_bleak(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    async def find(is_wanted: Callable[[Any, Any], bool], timeout: float) -> object:
        return next((device for device, said in AROUND if is_wanted(device, said)), None)

    module = ModuleType("bleak")
    module.BleakScanner = SimpleNamespace(find_device_by_filter=find)  # type: ignore[attr-defined]
    module.BleakClient = FakeClient  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bleak", module)
    monkeypatch.setattr(FakeClient, "fails", "")
    return module


@pytest.mark.parametrize(
    ("wanted", "address"),
    [("", "03"), ("progressor_1719", "03"), ("00:00:00:00:00:04", "04"), ("MY OWN", "04"), ("Headphones", None),
     ("Progressor_1", None)],
)  # fmt: skip
def test_a_progressor_is_known_by_its_name_or_its_service(
    fake_bleak: ModuleType, wanted: str, address: str | None
) -> None:
    found = asyncio.run(BleakRadio().find(wanted, 1))
    assert (found.address[-2:] if found else None) == address


def test_the_radio_connects_listens_writes_and_leaves(fake_bleak: ModuleType) -> None:
    async def visit() -> None:
        radio, heard, lost = BleakRadio(), [], []
        found = await radio.find("", 1)
        assert found
        await radio.join(found, heard.append, lambda: lost.append(True))
        FakeClient.last.callback(None, bytearray(b"\4\0"))
        FakeClient.last.gone(None)
        await radio.send(b"e")
        await radio.leave()
        await radio.leave()
        assert (heard, lost) == ([b"\4\0"], [True])
        with pytest.raises(ConnectionError):
            await radio.send(b"e")

    asyncio.run(visit())
    assert FakeClient.last.handle is AROUND[2][0]
    assert FakeClient.last.calls == [
        ("connect",), ("start_notify", NOTIFIED), ("write", CONTROL, b"e", True), ("disconnect",)
    ]  # fmt: skip


@pytest.mark.parametrize("fails", ["connect", "start_notify", "write", "disconnect"])
def test_whatever_bleak_raises_is_an_os_error(
    fake_bleak: ModuleType, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    async def visit() -> None:
        radio = BleakRadio()
        await radio.join(Found("x", "y"), lambda _: None, lambda: None)
        await radio.send(b"e")
        await radio.leave()

    monkeypatch.setattr(FakeClient, "fails", fails)
    with pytest.raises(OSError, match="errors of its own"):
        asyncio.run(visit())


def test_a_scan_that_cannot_be_is_no_radio(fake_bleak: ModuleType) -> None:
    async def find(is_wanted: object, timeout: float) -> None:
        raise FileNotFoundError("no D-Bus")

    fake_bleak.BleakScanner.find_device_by_filter = find
    with pytest.raises(NoRadio):
        asyncio.run(BleakRadio().find("", 1))


def test_the_real_bleak_is_asked_without_harm() -> None:
    pytest.importorskip("bleak", reason="bleak is not installed (uv sync --extra ble)")
    device = Tindeq("no-such-sensor", now_ms)
    felt_by(device, lambda _: device.message() in ("device.no-radio", "device.none"))
    device.close()
