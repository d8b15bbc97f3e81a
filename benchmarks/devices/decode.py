"""Time the decoders alone, without a port: ours beside a plain one with an NMEA-style check."""

import time
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from itertools import accumulate
from operator import xor

from benchmarks.spread import Spread, ratios, spread
from devices.decoder import SensorDecoder
from devices.glp import LineDecoder, encode_frame

ROUNDS, FRAMES, PIECE = 9, 20_000, 64
CHANNELS = (1, 5)
PERIOD_MS = 0.2

Fields = tuple[int, int, int, tuple[int, ...]]


class NmeaDecoder:
    """What such a reader often is: lines split at commas, the check an exclusive or of all bytes."""

    def __init__(self) -> None:
        """Begin with nothing held."""
        self._held = b""

    def feed(self, data: bytes) -> list[Fields]:
        """Return the fields of the lines that ``data`` completes."""
        *lines, self._held = (self._held + data).split(b"\n")
        return [fields for line in lines if (fields := fields_of(line)) is not None]


def fields_of(line: bytes) -> Fields | None:
    """Return sequence, time, flags and values of a line without its end, ``None`` if its check is wrong."""
    body, star, check = line[1:].partition(b"*")
    if line[:1] != b"$" or not star or reduce(xor, body, 0) != int(check, 16):
        return None
    _, seq, t_us, flags, *values = body.split(b",")
    return int(seq), int(t_us), int(flags, 16), tuple(map(int, values))


def nmea_line(line: bytes) -> bytes:
    """Return a line of GLP/1 with the weaker check instead of its own."""
    body = line[1:].partition(b"*")[0]
    return b"$%b*%02X\n" % (body, reduce(xor, body, 0))


def frames(count: int, channels: int) -> list[bytes]:
    """Return so many lines of a sensor that sends 5,000 a second."""
    return [
        encode_frame(n % 65536, int(n * PERIOD_MS * 1000), 0, [84_000 + (n * 7919 + c * 104_729) % 1_000_003
                     for c in range(channels)])
        for n in range(count)
    ]  # fmt: skip


def pieces(lines: Sequence[bytes], size: int) -> list[bytes]:
    """Return the lines joined, ``size`` at a time."""
    return [b"".join(lines[n : n + size]) for n in range(0, len(lines), size)]


def ours(data: Sequence[bytes]) -> int:
    """Return how many messages the line decoder makes of it."""
    decoder = LineDecoder()
    return sum(len(decoder.feed(piece)) for piece in data)


def ours_with_clock(data: Sequence[bytes]) -> int:
    """Return how many readings in host time the whole decoder makes of it."""
    decoder = SensorDecoder()
    arrivals_ms = accumulate(piece.count(b"\n") * PERIOD_MS for piece in data)
    return sum(len(decoder.feed(piece, at_ms)) for piece, at_ms in zip(data, arrivals_ms, strict=True))


def nmea(data: Sequence[bytes]) -> int:
    """Return how many lines pass the plain decoder."""
    decoder = NmeaDecoder()
    return sum(len(decoder.feed(piece)) for piece in data)


OURS, CLOCK, NMEA = "LineDecoder", "SensorDecoder (with clock)", "split and XOR"
DECODERS: dict[str, Callable[[Sequence[bytes]], int]] = {OURS: ours, CLOCK: ours_with_clock, NMEA: nmea}


def measured(rounds: int = ROUNDS, count: int = FRAMES) -> dict[tuple[int, int], dict[str, list[float]]]:
    """Return microseconds a frame by (channels, lines in a piece) and decoder, in turn."""
    return {(channels, size): _turns(channels, size, rounds, count) for channels in CHANNELS for size in (PIECE, 1)}


def _turns(channels: int, size: int, rounds: int, count: int) -> dict[str, list[float]]:
    lines = frames(count, channels)
    framed, weaker = pieces(lines, size), pieces([nmea_line(line) for line in lines], size)
    taken: dict[str, list[float]] = {name: [] for name in DECODERS}
    for _ in range(rounds):
        for name, decode in DECODERS.items():
            data = weaker if name == NMEA else framed
            begun = time.perf_counter()
            made = decode(data)
            taken[name].append((time.perf_counter() - begun) / count * 1e6)
            if made != count:
                raise AssertionError(f"{name}: {made} of {count} frames")
    return taken


def rates(us: Iterable[float]) -> Spread:
    """Return frames a second."""
    return spread([1e6 / one for one in us])


def rows(found: dict[tuple[int, int], dict[str, list[float]]]) -> list[list[str]]:
    """Return the rows of the table."""
    body = []
    for (channels, size), taken in found.items():
        for name, us in taken.items():
            beside = "" if name == NMEA else ratios(us, taken[NMEA]).shown()
            piece = "line by line" if size == 1 else f"{size} lines"
            shown = rates(us).shown(",.0f")
            body.append([name, str(channels), piece, shown, spread(us).shown(), beside])
    return body
