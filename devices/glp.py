"""Speak the Grip Line Protocol, GLP/1: bytes of a sensor's serial line to messages and back (``docs/glp1.md``)."""

import re
from binascii import crc_hqx
from collections.abc import Callable, Sequence
from dataclasses import dataclass

VERSION = 1
MAX_LINE = 128
TOP_COUNT = 2**31
TIME_MODULUS = 2**32
SEQUENCE_MODULUS = 2**16

SATURATED = 1
NO_DATA = 2
DROPPED_BEFORE = 4


@dataclass(frozen=True, slots=True)
class Frame:
    """One reading of every channel in raw counts; ``t_us`` is the device's time at the end of conversion."""

    seq: int
    t_us: int
    flags: int
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tap:
    """A pad was pressed or released at ``t_us``; ``level`` is the peak of a press or the level at release."""

    seq: int
    t_us: int
    pad: int
    pressed: bool
    level: int


@dataclass(frozen=True, slots=True)
class Identity:
    """Who answers: the answer to ``ID?``."""

    protocol: int
    model: str
    firmware: str
    serial: str
    channels: int
    rate_hz: float
    ticks_per_s: int


@dataclass(frozen=True, slots=True)
class Channel:
    """What one column of a frame means: the answer to ``CH?``. Gain and offset 0, 0: not calibrated."""

    index: int
    id: str
    quantity: str
    unit: str
    minimum: float
    maximum: float
    gain: float
    offset: float


@dataclass(frozen=True, slots=True)
class Boot:
    """The device has just started: its clock and its sequence begin again."""

    protocol: int
    cause: int


@dataclass(frozen=True, slots=True)
class Stats:
    """How the device itself is doing, once a second."""

    uptime_ms: int
    sent: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to ``PING,<token>``."""

    token: str
    t_us: int


@dataclass(frozen=True, slots=True)
class Ack:
    """The device has done ``command``."""

    command: str


@dataclass(frozen=True, slots=True)
class Fault:
    """The device did not understand: 1 unknown command, 2 wrong check value."""

    code: int
    text: str


Message = Frame | Tap | Identity | Channel | Boot | Stats | Pong | Ack | Fault


@dataclass(frozen=True, slots=True)
class LinkStats:
    """What came in: good lines, lines that failed a check, lines that are not ours, and all bytes."""

    good: int = 0
    damaged: int = 0
    unframed: int = 0
    bytes: int = 0


def crc(body: bytes) -> int:
    """Return CRC-16/CCITT-FALSE of ``body`` (polynomial 0x1021, start 0xFFFF): 0x29B1 for ``123456789``."""
    return crc_hqx(body, 0xFFFF)


def encode(body: bytes) -> bytes:
    """Return the whole line of ``body``: dollar sign, body, star, check value, line feed.

    Raise ``ValueError`` for a body that no line can carry.
    """
    if not BODY.fullmatch(body) or len(body) + 7 > MAX_LINE:
        raise ValueError(f"not a body of a line: {body!r}")
    return b"$%b*%04X\n" % (body, crc(body))


def encode_frame(seq: int, t_us: int, flags: int, values: Sequence[int]) -> bytes:
    """Return the line of one reading, as a sensor sends it; raise ``ValueError`` for what no frame can hold.

    ``seq`` is 0..65535, ``t_us`` 0..2^32-1, ``flags`` 0..0xFFFF, each of the ``values`` a signed 32-bit count.
    """
    whole = 0 <= seq < SEQUENCE_MODULUS and 0 <= t_us < TIME_MODULUS and 0 <= flags <= 0xFFFF
    if not (whole and values and all(-TOP_COUNT <= value < TOP_COUNT for value in values)):
        raise ValueError(f"no frame can hold seq {seq}, t_us {t_us}, flags {flags}, values {tuple(values)}")
    return encode(b"F,%d,%d,%X,%b" % (seq, t_us, flags, b",".join(b"%d" % value for value in values)))


class LineDecoder:
    """Turn bytes, cut anywhere, into messages. It never raises and never holds more than one line."""

    def __init__(self) -> None:
        """Begin in the middle of nowhere: the first line may be cut."""
        self._held = b""
        self._good = self._damaged = self._unframed = self._bytes = 0

    @property
    def stats(self) -> LinkStats:
        """Return what came in so far."""
        return LinkStats(self._good, self._damaged, self._unframed, self._bytes)

    def feed(self, data: bytes) -> list[Message]:
        """Return the messages that ``data`` completes, in order."""
        self._bytes += len(data)
        *lines, rest = (self._held + data).split(b"\n")
        self._held = _worth_holding(rest) if rest else rest
        return [message for line in lines if (message := self._judge(line)) is not None]

    def _judge(self, line: bytes) -> Message | None:
        reading = READING.fullmatch(line)  # nearly every line is one: a single look instead of three
        if reading is not None and len(line) < MAX_LINE and crc_hqx(reading[1], 0xFFFF) == int(reading[6], 16):
            return self._counted(_frame(*reading.group(2, 3, 4, 5)))
        _, dollar, text = line.rpartition(b"$")
        if not dollar:
            self._unframed += bool(line.strip(b"\r"))
            return None
        shape = SHAPE.fullmatch(text) if len(text) + 2 <= MAX_LINE else None
        if shape is None or crc(shape[1]) != int(shape[2], 16):
            self._damaged += 1
            return None
        return self._read(shape[1])

    def _read(self, body: bytes) -> Message | None:
        """Return the message of a body whose check value was right; a kind we do not know is good, but nothing."""
        pattern, make = KINDS.get(body.partition(b",")[0], UNKNOWN)
        fields = pattern.fullmatch(body)
        message = make(fields) if fields else None
        return self._counted(message, known=pattern is not BODY)

    def _counted(self, message: Message | None, known: bool = True) -> Message | None:
        if message is None and known:
            self._damaged += 1
        else:
            self._good += 1
        return message


def _worth_holding(rest: bytes) -> bytes:
    """Return what is needed of an unfinished line: from its last dollar sign, or a single byte of noise."""
    start = rest.rfind(b"$")
    return rest[start:][:MAX_LINE] if start >= 0 else (rest.strip(b"\r") or rest)[:1]


class Unwrap:
    """Count on over the end of a counter that begins again at ``modulus``."""

    def __init__(self, modulus: int) -> None:
        """Start anew; the first value is taken as it is."""
        self._modulus = modulus
        self._last: int | None = None

    def step(self, value: int) -> int:
        """Return how far ``value`` is from the last one, the short way round: below 0 means backwards."""
        if self._last is None:
            return 0
        half = self._modulus // 2
        return (value - self._last + half) % self._modulus - half

    def near(self, value: int) -> int:
        """Return ``value`` without the wrap, as the one nearest to the last, and forget it again."""
        return value if self._last is None else self._last + self.step(value)

    def follow(self, value: int) -> int:
        """Take ``value`` as the newest and return it without the wrap."""
        self._last = self.near(value)
        return self._last


def _frame(seq: bytes, t_us: bytes, flags: bytes, values: bytes) -> Frame | None:
    frame = Frame(int(seq), int(t_us), int(flags, 16), tuple(map(int, values.split(b","))))
    fits = frame.seq < SEQUENCE_MODULUS and frame.t_us < TIME_MODULUS
    return frame if fits and min(frame.values) >= -TOP_COUNT and max(frame.values) < TOP_COUNT else None


def _tap(m: re.Match[bytes]) -> Tap | None:
    seq, t_us, level = int(m[1]), int(m[2]), int(m[5])
    fits = seq < SEQUENCE_MODULUS and t_us < TIME_MODULUS and -TOP_COUNT <= level < TOP_COUNT
    return Tap(seq, t_us, int(m[3]), m[4] == b"1", level) if fits else None


def _identity(m: re.Match[bytes]) -> Identity:
    model, firmware, serial = (m[n].decode("ascii") for n in (2, 3, 4))
    return Identity(int(m[1]), model, firmware, serial, int(m[5]), float(m[6]), int(m[7]))


def _channel(m: re.Match[bytes]) -> Channel:
    name, quantity, unit = (m[n].decode("ascii") for n in (2, 3, 4))
    return Channel(int(m[1]), name, quantity, unit, *(float(m[n]) for n in (5, 6, 7, 8)))


def _boot(m: re.Match[bytes]) -> Boot:
    return Boot(int(m[1]), int(m[2]))


def _stats(m: re.Match[bytes]) -> Stats:
    return Stats(int(m[1]), int(m[2]), int(m[3]))


def _pong(m: re.Match[bytes]) -> Pong | None:
    return Pong(m[1].decode("ascii"), int(m[2])) if int(m[2]) < TIME_MODULUS else None


def _ack(m: re.Match[bytes]) -> Ack:
    return Ack(m[1].decode("ascii"))


def _fault(m: re.Match[bytes]) -> Fault:
    return Fault(int(m[1]), m[2].decode("ascii"))


def _pattern(kind: str, *fields: str) -> re.Pattern[bytes]:
    """Return the strict pattern of a body: Python's own ``int`` would also take ``+1``, ``1_0`` and spaces."""
    return re.compile((kind + "".join(FIELDS[field] for field in fields)).encode())


SHAPE = re.compile(rb"([ -#%-)+-~]+)\*([0-9A-F]{4})\r?")
BODY = re.compile(rb"[ -#%-)+-~]+")
WHOLE = "(?:0|[1-9][0-9]{0,9})"
FIELDS = {
    "whole": f",({WHOLE})",
    "signed": f",(-?{WHOLE})",
    "several": f",(-?{WHOLE}(?:,-?{WHOLE})*)",
    "real": rf",(-?{WHOLE}(?:\.[0-9]{{1,9}})?(?:[eE][-+]?[0-9]{{1,2}})?)",
    "hex": ",([0-9A-F]{1,4})",
    "bit": ",([01])",
    "word": r",([ -#%-)+\--~]{1,40})",
    "more": "(?:,[ -#%-)+-~]*)?",
}

FRAME = _pattern("F", "whole", "whole", "hex", "several")
READING = re.compile(rb"\$(" + FRAME.pattern + rb")\*([0-9A-F]{4})\r?")

Maker = Callable[[re.Match[bytes]], Message | None]
UNKNOWN: tuple[re.Pattern[bytes], Maker] = (BODY, lambda _: None)
KINDS: dict[bytes, tuple[re.Pattern[bytes], Maker]] = {
    b"F": (FRAME, lambda m: _frame(*m.group(1, 2, 3, 4))),
    b"T": (_pattern("T", "whole", "whole", "whole", "bit", "signed"), _tap),
    b"I": (_pattern("I", "whole", "word", "word", "word", "whole", "real", "whole", "more"), _identity),
    b"C": (_pattern("C", "whole", "word", "word", "word", "real", "real", "real", "real", "more"), _channel),
    b"B": (_pattern("B", "whole", "whole", "more"), _boot),
    b"S": (_pattern("S", "whole", "whole", "whole", "more"), _stats),
    b"P": (_pattern("P", "word", "whole"), _pong),
    b"A": (_pattern("A", "word"), _ack),
    b"E": (_pattern("E", "whole", "word"), _fault),
}
