"""Check that MIDI bytes become taps of the right finger, and that pads may come and go."""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.midi import DEVICE, MESSAGES, AllOff, Hand, Midi, MidiParser, Note, RtmidiPorts, Wanted, chosen, wanted
from engine.hand import FINGERS
from engine.sample import Sample

PADS = (36, 38, 42, 46, 49)


def now_ms() -> float:
    return time.perf_counter() * 1000 - 5000


# Bytes


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("90 3c 40", [Note(60, 64)]),
        ("90 3c 40 3e 41 3c 00", [Note(60, 64), Note(62, 65), Note(60, 0)]),
        ("99 24 7f 89 24 40", [Note(36, 127), Note(36, 0)]),
        ("90 f8 3c fe f8 40", [Note(60, 64)]),
        ("f0 7e 3c 40 f7 3c 40 90 3c 40", [Note(60, 64)]),
        ("90 3c 40 f0 01 f8 02 f7 3c 40", [Note(60, 64)]),
        ("f0 01 02 90 3c 40", [Note(60, 64)]),
        ("90 3c 40 f2 10 20 3e 40", [Note(60, 64)]),
        ("90 3c 40 f6 3e 40", [Note(60, 64)]),
        ("3c 40 90 3c 40", [Note(60, 64)]),
        ("c0 05 06 90 3c 40", [Note(60, 64)]),
        ("d0 05 e0 00 40 a0 3c 40 b0 07 7f", []),
        ("b0 7b 00 78 00 79 00", [AllOff(), AllOff()]),
        ("90 3c 80 3c 40", [Note(60, 0)]),
        ("f1 3c f3 40 f5 3c 40", []),
    ],
)
def test_bytes_are_read_by_the_midi_specification(text: str, notes: list[Note]) -> None:
    assert MidiParser().feed(bytes.fromhex(text)) == notes


NOTES = st.lists(st.builds(Note, st.integers(0, 127), st.integers(0, 127)), max_size=30)


@given(NOTES, st.booleans(), st.lists(st.tuples(st.integers(0, 200), st.integers(0xF8, 0xFF)), max_size=10))
def test_notes_come_back_with_running_status_and_real_time_bytes_anywhere(
    notes: list[Note], running: bool, clocks: list[tuple[int, int]]
) -> None:
    data = bytearray(b"\x90") if running else bytearray()
    for note in notes:
        data += bytes(note) if running else bytes([0x90, *note])
    for place, byte in clocks:
        data.insert(min(place, len(data)), byte)
    assert MidiParser().feed(bytes(data)) == notes


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=20))
def test_no_bytes_make_it_raise_and_it_does_not_matter_where_they_are_cut(data: bytes, places: list[int]) -> None:
    edges = [0, *sorted(min(place, len(data)) for place in places), len(data)]
    parser = MidiParser()
    cut = [note for a, b in zip(edges, edges[1:], strict=False) for note in parser.feed(data[a:b])]
    assert cut == MidiParser().feed(data)
    assert all(0 <= n.number < 128 and 0 <= n.velocity < 128 for n in cut if isinstance(n, Note))
    assert len(parser._values) < 2


# Fingers


def test_a_given_note_is_its_finger_with_its_velocity() -> None:
    hand = Hand(PADS)
    for finger, number in zip(FINGERS, PADS, strict=True):
        assert hand.felt(Note(number, 90), 5.0) == (Sample(f"pad.{finger}", 5.0, 1.0, x=90.0),)
        assert hand.felt(Note(number, 0), 6.0) == (Sample(f"pad.{finger}", 6.0, 0.0),)
    assert hand.felt(Note(60, 90), 7.0) == ()


def test_five_notes_teach_it_and_press_nothing_before_all_are_known() -> None:
    hand = Hand()
    for number in (49, 36, 36, 49, 42, 38):
        assert hand.felt(Note(number, 50), 1.0) == ()
        assert hand.felt(Note(number, 0), 2.0) == ()
    assert not hand.known
    assert hand.felt(Note(46, 50), 3.0) == ()
    assert hand.notes == (49, 36, 42, 38, 46)
    assert hand.felt(Note(46, 0), 4.0) == ()
    assert hand.felt(Note(49, 1), 5.0) == (Sample("pad.thumb", 5.0, 1.0, x=1.0),)


def test_a_tap_that_begins_again_without_an_end_is_two_taps() -> None:
    hand = Hand(PADS)
    hand.felt(Note(38, 50), 1.0)
    assert hand.felt(Note(38, 60), 2.0) == (Sample("pad.index", 2.0, 0.0), Sample("pad.index", 2.0, 1.0, x=60.0))


def test_all_notes_off_lets_go() -> None:
    hand = Hand(PADS)
    hand.felt(Note(38, 50), 1.0)
    hand.felt(Note(36, 50), 1.0)
    assert hand.felt(AllOff(), 2.0) == (Sample("pad.thumb", 2.0, 0.0), Sample("pad.index", 2.0, 0.0))
    assert hand.let_go(3.0) == ()


@given(
    st.lists(st.one_of(st.builds(Note, st.sampled_from([*PADS, 60]), st.sampled_from([0, 1, 127])), st.just(AllOff())))
)
def test_press_and_release_of_a_finger_always_take_turns(notes: list[Note | AllOff]) -> None:
    hand = Hand(PADS)
    felt = [sample for at, note in enumerate(notes) for sample in hand.felt(note, float(at))] + [*hand.let_go(1e6)]
    for finger in FINGERS:
        turns = [s.value for s in felt if s.channel == f"pad.{finger}"]
        assert turns == [float(n % 2 == 0) for n in range(len(turns))]
        assert len(turns) % 2 == 0


# Ports


@pytest.mark.parametrize(
    ("port", "asked"),
    [
        ("", Wanted("", ())),
        ("nanoPAD2", Wanted("nanoPAD2", ())),
        ("nanoPAD2|36,38,42,46,49", Wanted("nanoPAD2", PADS)),
        ("|36, 38, 42, 46, 49", Wanted("", PADS)),
        ("a|b|36,38,42,46,49", Wanted("a|b", PADS)),
        ("nanoPAD2|36,38,42,46", Wanted("nanoPAD2", ())),
        ("nanoPAD2|36,38,42,46,46", Wanted("nanoPAD2", ())),
        ("nanoPAD2|36,38,42,46,128", Wanted("nanoPAD2", ())),
        ("nanoPAD2|36,38,42,46,x", Wanted("nanoPAD2", ())),
        ("nanoPAD2|36,38,42,46,49,50", Wanted("nanoPAD2", ())),
        ("nanoPAD2|", Wanted("nanoPAD2", ())),
        ("|-1,38,42,46,\u0664", Wanted("", ())),
    ],
)
def test_the_port_says_which_pads_and_notes(port: str, asked: Wanted) -> None:
    assert wanted(port) == asked


NAMES = ["Midi Through:Midi Through Port-0 14:0", "nanoPAD2:nanoPAD2 PAD 20:0", "Keys 88"]


@pytest.mark.parametrize(
    ("name", "port"), [("", NAMES[1]), ("nanopad", NAMES[1]), ("Keys 88", NAMES[2]), ("Through", NAMES[0]), ("x", None)]
)
def test_a_port_is_found_by_a_part_of_its_name(name: str, port: str | None) -> None:
    assert chosen(NAMES, name) == port
    assert chosen([], name) is None
    assert chosen(NAMES[:1], "") is None


@dataclass
class FakePorts:
    """MIDI inputs that a test plugs in and plays."""

    plugged: list[str] = field(default_factory=lambda: ["nanoPAD2 20:0"])
    missing: bool = False
    busy: bool = False
    heard: Callable[[bytes], None] | None = None
    listened: list[str] = field(default_factory=list)

    def names(self) -> list[str]:
        if self.missing:
            raise OSError("no ALSA sequencer")
        return list(self.plugged)

    def listen(self, name: str, heard: Callable[[bytes], None]) -> None:
        if self.busy:
            raise OSError("busy")
        self.listened.append(name)
        self.heard = heard

    def close(self) -> None:
        self.heard = None

    def play(self, *data: int) -> None:
        assert self.heard is not None
        self.heard(bytes(data))


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    assert [thread.name for thread in threading.enumerate() if thread.name == "midi"] == []


def until(so: Callable[[], object], seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end, "never happened"
        time.sleep(0.005)


def opened(ports: FakePorts, port: str = "|36,38,42,46,49") -> Midi:
    return Midi(port, now_ms, lambda: ports)


def test_a_tap_comes_at_its_time() -> None:
    ports = FakePorts()
    device = opened(ports)
    until(lambda: ports.heard)
    at_ms = now_ms()
    ports.play(0x99, 38, 100)
    ports.play(38, 0)
    felt = device.poll(now_ms())
    assert [(s.channel, s.value, s.x) for s in felt] == [
        ("link.pads", 1.0, 0.0), ("pad.index", 1.0, 100.0), ("pad.index", 0.0, 0.0)
    ]  # fmt: skip
    assert felt[1].at_ms == pytest.approx(at_ms, abs=20)
    assert device.poll(now_ms()) == ()
    assert device.message() is None
    device.close()
    assert device.poll(now_ms()) == ()


def test_it_asks_to_be_shown_the_pads_and_tells_what_it_learned() -> None:
    ports = FakePorts()
    device = opened(ports, "")
    until(lambda: device.message() == "device.midi-learn")
    for number in (40, 41, 36, 37, 43):
        assert device.message() == "device.midi-learn"
        ports.play(0x90, number, 80, number, 0)
    assert device.message() is None
    assert [s.channel for s in device.poll(now_ms())] == ["link.pads"]
    ports.play(0x90, 36, 80)
    assert [s.channel for s in device.poll(now_ms())] == ["pad.middle"]
    said = device.describe()
    assert said["mapping"] == "nanoPAD2|40,41,36,37,43"
    assert wanted(said["mapping"]) == Wanted("nanoPAD2", (40, 41, 36, 37, 43))
    assert json.loads(json.dumps(said, allow_nan=False)) == said
    device.close()


def test_pads_that_are_unplugged_let_go_and_are_found_again_with_what_they_taught() -> None:
    ports = FakePorts()
    device = opened(ports, "nanoPAD2")
    until(lambda: ports.heard)
    for number in PADS:
        ports.play(0x90, number, 80, number, 0)
    ports.play(0x90, 36, 80)
    ports.plugged = []
    until(lambda: device.message() == "device.lost")
    felt = device.poll(now_ms())
    assert [(s.channel, s.value) for s in felt] == [
        ("link.pads", 1.0), ("pad.thumb", 1.0), ("pad.thumb", 0.0), ("link.pads", 0.0)
    ]  # fmt: skip
    ports.plugged = ["nanoPAD2 24:0"]
    until(lambda: device.message() is None)
    until(lambda: ports.heard)
    ports.play(0x90, 38, 80)
    assert [(s.channel, s.value) for s in device.poll(now_ms())] == [("link.pads", 1.0), ("pad.index", 1.0)]
    assert ports.listened == ["nanoPAD2 20:0", "nanoPAD2 24:0"]
    device.close()


@pytest.mark.parametrize(
    ("ports", "key"),
    [
        (FakePorts(missing=True), "device.no-midi-port"),
        (FakePorts(plugged=[]), "device.no-midi-port"),
        (FakePorts(plugged=["Midi Through 14:0"]), "device.no-midi-port"),
        (FakePorts(busy=True), "device.busy"),
    ],
    ids=["no sequencer", "nothing plugged in", "only a through port", "busy"],
)
def test_what_is_missing_is_told(ports: FakePorts, key: str) -> None:
    device = opened(ports)
    until(lambda: device.message() == key)
    assert device.poll(now_ms()) == ()
    began = time.monotonic()
    device.close()
    device.close()
    assert time.monotonic() - began < 3
    assert device.message() is None


def test_without_rtmidi_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rtmidi", None)
    device = Midi("", now_ms)
    until(lambda: device.message() == "device.no-midi")
    device.close()


def test_its_messages_are_the_ones_it_lists() -> None:
    keys = {f"device.{why}" for why in ("no-midi", "no-midi-port", "busy", "lost", "midi-learn")}
    assert set(MESSAGES) == keys
    assert (DEVICE.name, DEVICE.skills) == ("midi", {"tap"})


class FakeMidiIn:
    """What is used of rtmidi's input."""

    made: list["FakeMidiIn"]

    def __init__(self, name: str) -> None:
        self.calls: list[object] = []
        FakeMidiIn.made.append(self)

    def get_ports(self) -> list[str]:
        return ["a", "b"]

    def set_callback(self, callback: Callable[[tuple[list[int], float], None], None]) -> None:
        self.callback = callback

    def open_port(self, number: int) -> None:
        self.calls.append(("open", number))

    def cancel_callback(self) -> None:
        self.calls.append("cancel")

    def close_port(self) -> None:
        self.calls.append("close")


def test_rtmidi_is_listened_to_and_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("rtmidi")
    module.MidiIn = FakeMidiIn  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "rtmidi", module)
    FakeMidiIn.made = []
    ports, heard = RtmidiPorts(), []
    assert ports.names() == ports.names() == ["a", "b"]
    ports.listen("b", heard.append)
    with pytest.raises(OSError, match="gone"):
        RtmidiPorts().listen("c", heard.append)
    looking, listening, _ = FakeMidiIn.made
    listening.callback(([0x90, 60, 64], 0.0), None)
    ports.close()
    ports.close()
    assert heard == [b"\x90\x3c\x40"]
    assert (looking.calls, listening.calls) == ([], [("open", 1), "cancel", "close"])


def test_the_real_rtmidi_is_asked_without_harm() -> None:
    pytest.importorskip("rtmidi", reason="python-rtmidi is not installed (uv sync --extra midi)")
    device = Midi("no such pads", now_ms)
    until(lambda: device.message() == "device.no-midi-port")
    device.close()
