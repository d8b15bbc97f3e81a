"""Feel the hand through a stream of the Lab Streaming Layer: whatever a laboratory measures force with."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from math import isfinite
from threading import Event, Thread
from typing import Any, Protocol

from devices.device import Clock, DeviceKind
from devices.inbox import Inbox
from devices.session_time import own_ms
from engine.sample import Sample

FIND_S, OPEN_S, INFO_S, PULL_S, JOIN_S = 1.0, 0.7, 0.3, 0.05, 3.0
CORRECT_S, CORRECT_EVERY_MS = 0.02, 500.0
PAUSE_S = 0.25
STALE_MS, REOPEN_MS = 1000.0, 5000.0
OLDEST_S, NEWEST_S = 5.0, -1.0
RAW_PER_UNIT = 1000.0
NEWTONS = ("n", "newton", "newtons")

MESSAGES = ("device.no-lsl", "device.none", "device.wrong", "device.stale", "device.lost")


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """What a stream says of itself; ``rate_hz`` 0 means that it has no regular rate."""

    name: str
    type: str
    source: str
    host: str
    rate_hz: float
    unit: str
    numbers: bool


class Stream(Protocol):
    """One stream that is listened to. Each call but ``close`` raises ``OSError`` once its source is gone."""

    facts: StreamFacts

    def pull(self) -> list[tuple[float, float]]:
        """Return (stamp, value of the first channel) of what has come in; wait for the first a little.

        The stamps are seconds of this computer's clock of the network, as far as that is known.
        """

    def now_s(self) -> float:
        """Return the seconds of this computer's clock of the network."""

    def close(self) -> None:
        """Stop listening; a second call does nothing."""


class Network(Protocol):
    """What streams are looked for in."""

    def find(self, field: str, value: str) -> Stream | None:
        """Return the first stream whose ``field`` (name, type, source_id) is ``value``; wait up to 2 s for it."""


class Lsl:
    """The first channel of a stream, in channel ``grip``: thousandths of the unit it is sent in.

    So a stream in newtons comes in millinewtons, as everywhere here. A stream in another unit can be played with,
    because the session finds its own zero and its own firm squeeze, but it must not be called newtons.
    """

    def __init__(self, port: str, clock: Clock, network: Callable[[], Network] | None = None) -> None:
        """Begin to look for ``port`` and return at once.

        ``name=…``, ``type=…`` or ``source_id=…`` say which stream; a text alone is a name, "" means type ``Force``.
        """
        self._port, self._network = port, network or PylslNetwork
        self._inbox = Inbox(clock, "link.grip")
        self._trouble: str | None = None
        self._facts: StreamFacts | None = None
        self._stop = Event()
        self._thread = Thread(target=self._run, name="lsl", daemon=True)
        self._thread.start()

    def poll(self, now_ms: float) -> tuple[Sample, ...]:
        """Return what came in since the last call: ``grip`` in thousandths, ``link.grip`` when the link changed."""
        return self._inbox.taken(now_ms)

    def close(self) -> None:
        """Stop listening within 3 s; a second call does nothing."""
        self._stop.set()
        self._thread.join(JOIN_S)
        self._inbox.close()

    def message(self) -> str | None:
        """Return the key of what the patient should know (one of ``MESSAGES``), or ``None`` if all is well."""
        return None if self._stop.is_set() else self._trouble

    def describe(self) -> dict[str, Any]:
        """Return what the stream says of itself, for a recording's header; ``None`` for what is not known."""
        facts = self._facts
        return {
            "kind": "lsl",
            "port": self._port,
            "model": facts.name if facts else None,
            "serial": facts.source if facts else None,
            "host": facts.host if facts else None,
            "rate_hz": (facts.rate_hz or None) if facts else None,
            "channel": "grip",
            "unit": "mN" if facts and facts.unit.lower() in NEWTONS else "count",
            "sent_unit": facts.unit if facts else None,
            "span": 0.0,
            "verified": True,
        }

    # In the thread

    def _run(self) -> None:
        try:
            network = self._network()
        except ImportError:
            self._trouble = "device.no-lsl"
            return
        while not self._stop.wait(PAUSE_S if self._trouble else 0):
            self._trouble = self._trouble or self._gone()
            self._visit(network)

    def _visit(self, network: Network) -> None:
        """Look for the stream and listen to it until it is lost."""
        try:
            stream = network.find(*wanted(self._port))
        except OSError:
            stream = None
        if stream is None:
            self._trouble = self._gone()
            return
        try:
            self._listen(stream)
        except OSError:
            self._trouble = self._gone()
        finally:
            self._inbox.become(False, own_ms())
            stream.close()

    def _listen(self, stream: Stream) -> None:
        """Keep what comes in until it is asked to stop, or nothing has come for 5 s."""
        if not stream.facts.numbers:
            self._trouble = "device.wrong"
            return
        heard_ms = own_ms()
        while not self._stop.is_set() and own_ms() - heard_ms < REOPEN_MS:
            pulled = [(stamp_s, value) for stamp_s, value in stream.pull() if isfinite(value) and isfinite(stamp_s)]
            if pulled:
                heard_ms, self._facts, self._trouble = own_ms(), stream.facts, None
                self._felt(pulled, stream.now_s(), heard_ms)
            elif self._inbox.linked and own_ms() - heard_ms > STALE_MS:
                self._inbox.become(False, own_ms())
                self._trouble = "device.stale"
        self._trouble = self._gone()

    def _felt(self, pulled: list[tuple[float, float]], now_s: float, arrival_ms: float) -> None:
        samples = [
            Sample("grip", arrival_ms - 1000 * age_s(stamp_s, now_s), value * RAW_PER_UNIT, device_ms=stamp_s * 1000)
            for stamp_s, value in pulled
        ]
        self._inbox.become(True, samples[0].at_ms)
        self._inbox.put(*samples)

    def _gone(self) -> str:
        return "device.lost" if self._facts else "device.none"


def wanted(port: str) -> tuple[str, str]:
    """Return which field of a stream must have which value."""
    field, equals, value = port.partition("=")
    if equals and field in ("name", "type", "source_id"):
        return field, value
    return ("name", port) if port else ("type", "Force")


def age_s(stamp_s: float, now_s: float) -> float:
    """Return how old a sample is; one whose stamp cannot be of our clock counts as just made.

    Some senders stamp by a clock of their own, and another computer's clock is not known in the first half second.
    """
    age = now_s - stamp_s
    return max(0.0, age) if NEWEST_S <= age <= OLDEST_S else 0.0


class PylslNetwork:
    """The local network by pylsl; raise ``ImportError`` if that, or the library under it, is not installed."""

    def __init__(self) -> None:
        """Import pylsl; nothing is sent yet."""
        try:
            import pylsl
        except (OSError, RuntimeError) as error:
            raise ImportError(str(error)) from error
        self._pylsl: Any = pylsl

    def find(self, field: str, value: str) -> Stream | None:
        """Ask the network for the stream; return ``None`` if none answers, raise ``OSError`` if it cannot be opened."""
        if "'" in value:  # the query that pylsl sends is quoted by it
            return None
        try:
            found = self._pylsl.resolve_byprop(field, value, 1, FIND_S)
            return PylslStream(self._pylsl, found[0]) if found else None
        except (RuntimeError, ValueError, TypeError) as error:
            raise OSError(str(error)) from error


class PylslStream:
    """One stream by pylsl."""

    def __init__(self, pylsl: Any, found: Any) -> None:
        """Begin to listen; raise ``RuntimeError`` if the source does not answer."""
        self._pylsl = pylsl
        self._inlet: Any = pylsl.StreamInlet(found, max_buflen=10, recover=False)
        self._correction_s, self._corrected_ms = 0.0, 0.0
        self._inlet.open_stream(OPEN_S)
        self.facts = _facts(self._inlet.info(INFO_S), text=pylsl.cf_string)

    def pull(self) -> list[tuple[float, float]]:
        """Return (stamp, value of the first channel) of what has come in; wait for the first up to 50 ms."""
        try:
            first, stamp = self._inlet.pull_sample(timeout=PULL_S)
            if first is None:
                return []
            rest, stamps = self._inlet.pull_chunk(timeout=0.0)
        except RuntimeError as error:  # LostError is one
            raise OSError(str(error)) from error
        self._correct()
        rows = zip([stamp, *stamps], [first, *rest], strict=True)
        return [(float(s) + self._correction_s, float(row[0])) for s, row in rows]

    def now_s(self) -> float:
        """Return the seconds of this computer's clock of the network."""
        return float(self._pylsl.local_clock())

    def close(self) -> None:
        """Stop listening; a second call does nothing."""
        inlet, self._inlet = self._inlet, None
        if inlet is not None:
            with suppress(RuntimeError):
                inlet.close_stream()

    def _correct(self) -> None:
        """Ask now and then how far the other computer's clock is off; pylsl measures that by itself."""
        if own_ms() - self._corrected_ms < CORRECT_EVERY_MS:
            return
        self._corrected_ms = own_ms()
        with suppress(RuntimeError):  # not known yet
            self._correction_s = float(self._inlet.time_correction(CORRECT_S))


def _facts(info: Any, text: int) -> StreamFacts:
    rate_hz = float(info.nominal_srate())
    return StreamFacts(
        name=str(info.name()),
        type=str(info.type()),
        source=str(info.source_id()),
        host=str(info.hostname()),
        rate_hz=rate_hz if isfinite(rate_hz) and rate_hz > 0 else 0.0,
        unit=str(info.desc().child("channels").child("channel").child_value("unit") or ""),
        numbers=info.channel_format() != text,
    )


DEVICE = DeviceKind("lsl", frozenset({"grip"}), Lsl)
