"""Feel taps on MIDI pads or keys: notes become fingers, by a mapping that is given or shown once, thumb first."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Lock, Thread
from typing import Any, NamedTuple, Protocol

from devices.device import Clock, DeviceKind
from devices.inbox import Inbox
from devices.session_time import own_ms
from engine.hand import FINGERS
from engine.sample import Sample

LOOK_S, LONGEST_WAIT_S, JOIN_S = 0.5, 30.0, 3.0
NOTE_OFF, NOTE_ON, CONTROL_CHANGE = 0x80, 0x90, 0xB0
ALL_SOUND_OFF, ALL_NOTES_OFF = 120, 123
STATUS, SYSEX, REAL_TIME = 0x80, 0xF0, 0xF8
LENGTHS = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}
COMMON_LENGTHS = {0xF1: 1, 0xF2: 2, 0xF3: 1}
ALSA_NUMBERS = re.compile(r"\s+[0-9]+:[0-9]+$")
NOT_PADS = ("through", "rtmidi", "timer", "announce")

MESSAGES = ("device.no-midi", "device.no-midi-port", "device.busy", "device.lost", "device.midi-learn")


class Note(NamedTuple):
    """A note (0..127) began with a velocity of 1..127, or ended, which is velocity 0."""

    number: int
    velocity: int


class AllOff(NamedTuple):
    """Every note has ended."""


class MidiParser:
    """Turn MIDI bytes, cut anywhere, into notes; what is not a note is skipped. It never raises.

    By the MIDI 1.0 specification: a status byte may be left out if it is the last one's (running status), real-time
    bytes may stand anywhere, also within a message, and a note-on of velocity 0 is a note-off.
    """

    def __init__(self) -> None:
        """Begin in the middle of nowhere: what comes before the first status byte is skipped."""
        self._status = 0
        self._running = 0
        self._values: list[int] = []

    def feed(self, data: bytes) -> list[Note | AllOff]:
        """Return the notes that ``data`` completes, in order."""
        return [note for byte in data if (note := self._take(byte)) is not None]

    def _take(self, byte: int) -> Note | AllOff | None:
        if byte >= REAL_TIME:
            return None
        if byte >= STATUS:
            self._begin(byte)
            return None
        if not self._status:
            return None
        self._values.append(byte)
        if len(self._values) < self._length():
            return None
        (first, *_), last, status = self._values, self._values[-1], self._status
        self._status, self._values = self._running, []
        return _note(status, first, last)

    def _begin(self, status: int) -> None:
        """Take a status byte; only those of a channel go on by themselves, and within a sysex nothing counts."""
        self._running = status if status < SYSEX else 0
        self._status = status if status < SYSEX or status in COMMON_LENGTHS else 0
        self._values = []

    def _length(self) -> int:
        return COMMON_LENGTHS.get(self._status) or LENGTHS[self._status >> 4]


def _note(status: int, first: int, last: int) -> Note | AllOff | None:
    kind = status & 0xF0
    if kind in (NOTE_ON, NOTE_OFF):
        return Note(first, last if kind == NOTE_ON else 0)
    off = kind == CONTROL_CHANGE and (first == ALL_SOUND_OFF or first >= ALL_NOTES_OFF)
    return AllOff() if off else None


class Hand:
    """Which note is which finger: given, or learned from the first five notes that are different, thumb first.

    Notes teach nothing and press nothing until all five are known: a tap that might be of another finger is worse
    than none. It works for pads in any order, for keys, and for either hand.
    """

    def __init__(self, notes: tuple[int, ...] = ()) -> None:
        """Begin with five notes from the thumb to the little finger, or with none."""
        self.notes = notes
        self._down: set[int] = set()

    @property
    def known(self) -> bool:
        """Tell whether every finger has its note."""
        return len(self.notes) == len(FINGERS)

    def felt(self, note: Note | AllOff, at_ms: float) -> tuple[Sample, ...]:
        """Return what a note means: ``pad.<finger>``, 1 with the velocity in x, or 0. Nothing for a strange note.

        A note that begins again without an end is a new tap: some pads never send the end of a quick one.
        """
        if isinstance(note, AllOff):
            return self.let_go(at_ms)
        if not self.known:
            self._learn(note)
            return ()
        if note.number not in self.notes:
            return ()
        ended = self._ended(note.number, at_ms)
        if not note.velocity:
            return ended
        self._down.add(note.number)
        return (*ended, Sample(self._channel(note.number), at_ms, 1.0, x=float(note.velocity)))

    def let_go(self, at_ms: float) -> tuple[Sample, ...]:
        """Return the end of every note that is held: pads that are unplugged send none."""
        return tuple(sample for number in sorted(self._down) for sample in self._ended(number, at_ms))

    def _learn(self, note: Note) -> None:
        if note.velocity and note.number not in self.notes:
            self.notes = (*self.notes, note.number)

    def _ended(self, number: int, at_ms: float) -> tuple[Sample, ...]:
        if number not in self._down:
            return ()
        self._down.remove(number)
        return (Sample(self._channel(number), at_ms, 0.0),)

    def _channel(self, number: int) -> str:
        return f"pad.{FINGERS[self.notes.index(number)]}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which port to listen to (a part of its name, "" for the first that can be pads), and the five notes."""

    name: str
    notes: tuple[int, ...]


def wanted(port: str) -> Wanted:
    """Return what ``Port name|36,38,42,46,49`` asks for: thumb to little finger; notes that are no five are ignored."""
    name, _, listed = port.rpartition("|") if "|" in port else (port, "", "")
    texts = [text.strip() for text in listed.split(",")]
    numbers = tuple(int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) <= 3)
    good = len(numbers) == len(texts) == len(FINGERS) == len(set(numbers)) and max(numbers) < 128
    return Wanted(name.strip(), numbers if good else ())


def chosen(names: list[str], name: str) -> str | None:
    """Return the port meant by ``name``: so called, else with that in its name; "" means the first that can be pads.

    Some systems put changing numbers behind a name, so a part of it is enough.
    """
    if name in names:
        return name
    if name:
        return next((port for port in names if name.lower() in port.lower()), None)
    return next((port for port in names if not any(word in port.lower() for word in NOT_PADS)), None)


def _mapping(name: str, notes: tuple[int, ...]) -> str:
    """Return the port text that asks for these pads and notes again, without numbers that change."""
    return f"{ALSA_NUMBERS.sub('', name)}|{','.join(map(str, notes))}"


class Ports(Protocol):
    """The computer's MIDI inputs. Each call raises ``OSError`` if they cannot be used."""

    def names(self) -> list[str]:
        """Return the names of what is plugged in."""

    def listen(self, name: str, heard: Callable[[bytes], None]) -> None:
        """Pass on each message of a port as it comes in, from a thread of its own."""

    def close(self) -> None:
        """Stop listening; a second call does nothing."""


class Midi:
    """Pads or keys that are found again by themselves: ``pad.<finger>`` 1 and 0, the velocity (1..127) in x."""

    def __init__(self, port: str, clock: Clock, ports: Callable[[], Ports] | None = None) -> None:
        """Begin to look for ``port`` (see ``wanted``) and return at once."""
        self._port, self._wanted, self._ports = port, wanted(port), ports or RtmidiPorts
        self._hand = Hand(self._wanted.notes)
        self._parser = MidiParser()
        self._lock = Lock()
        self._inbox = Inbox(clock, "link.pads")
        self._name: str | None = None
        self._trouble: str | None = None
        self._wait_s = 0.0
        self._stop = Event()
        self._thread = Thread(target=self._run, name="midi", daemon=True)
        self._thread.start()

    def poll(self, now_ms: float) -> tuple[Sample, ...]:
        """Return the taps since the last call, and ``link.pads`` when the pads came or went."""
        return self._inbox.taken(now_ms)

    def close(self) -> None:
        """Stop listening within 3 s; a second call does nothing."""
        self._stop.set()
        self._thread.join(JOIN_S)
        self._inbox.close()

    def message(self) -> str | None:
        """Return the key of what the patient should know (one of ``MESSAGES``), or ``None`` if all is well."""
        if self._stop.is_set():
            return None
        return self._trouble or (None if self._hand.known or not self._inbox.linked else "device.midi-learn")

    def describe(self) -> dict[str, Any]:
        """Return what is listened to and which note is which finger, for a recording's header."""
        return {
            "kind": "midi",
            "port": self._port,
            "model": self._name,
            "serial": None,
            "rate_hz": None,
            "channel": "pad",
            "unit": "velocity",
            "span": 127.0,
            "notes": list(self._hand.notes),
            "mapping": _mapping(self._name, self._hand.notes) if self._name else None,
        }

    # In the thread

    def _run(self) -> None:
        try:
            ports = self._ports()
        except ImportError:
            self._trouble = "device.no-midi"
            return
        listening: str | None = None
        while not self._stop.wait(self._wait_s):
            listening = self._look(ports, listening)
        self._gone(ports)

    def _look(self, ports: Ports, listening: str | None) -> str | None:
        """Listen to the pads once they are there, let go of them once they are not; return what is listened to."""
        try:
            names = ports.names()
            self._wait_s = LOOK_S
        except OSError:  # a computer without MIDI says so on the terminal, too: it is not asked again and again
            names, self._wait_s = [], min(2 * max(self._wait_s, LOOK_S), LONGEST_WAIT_S)
        if listening in names:
            return listening
        if listening is not None:
            self._gone(ports)
        name = chosen(names, self._wanted.name)
        if name is None:
            self._trouble = "device.lost" if self._name else "device.no-midi-port"
            return None
        return self._opened(ports, name)

    def _opened(self, ports: Ports, name: str) -> str | None:
        try:
            ports.listen(name, self._heard)
        except OSError:
            self._gone(ports)
            self._trouble = "device.busy"
            return None
        self._name, self._trouble = name, None
        self._inbox.become(True, own_ms())
        return name

    def _gone(self, ports: Ports) -> None:
        with suppress(OSError):
            ports.close()
        with self._lock:
            self._inbox.put(*self._hand.let_go(own_ms()))
            self._inbox.become(False, own_ms())
            self._parser = MidiParser()

    def _heard(self, data: bytes) -> None:
        at_ms = own_ms()
        with self._lock:
            for note in self._parser.feed(data):
                self._inbox.put(*self._hand.felt(note, at_ms))


class RtmidiPorts:
    """The computer's MIDI inputs by python-rtmidi; raise ``ImportError`` if that is not installed."""

    def __init__(self) -> None:
        """Import rtmidi; nothing is opened yet."""
        import rtmidi

        self._rtmidi: Any = rtmidi
        self._looking: Any = None
        self._listening: Any = None

    def names(self) -> list[str]:
        """Return the names of what is plugged in; raise ``OSError`` (rtmidi's errors are some) without MIDI."""
        if self._looking is None:
            self._looking = self._rtmidi.MidiIn(name="Regrasp")
        return [str(name) for name in self._looking.get_ports()]

    def listen(self, name: str, heard: Callable[[bytes], None]) -> None:
        """Pass on each message of a port as it comes in, from rtmidi's thread."""
        self._listening = self._rtmidi.MidiIn(name="Regrasp")
        self._listening.set_callback(lambda event, _: heard(bytes(event[0])))
        try:
            self._listening.open_port(self._listening.get_ports().index(name))
        except ValueError as error:
            raise OSError(f"{name} has just gone") from error

    def close(self) -> None:
        """Stop listening; a second call does nothing."""
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.cancel_callback()
            listening.close_port()


DEVICE = DeviceKind("midi", frozenset({"tap"}), Midi)
