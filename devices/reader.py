"""Read a sensor's port in a thread of its own: find it, open it, follow it, and find it again when it is gone."""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Event, Lock, Thread

from devices.decoder import Decoder, Felt, Reading, SensorDecoder, Touch
from devices.glp import LinkStats
from devices.link import Link, Linked, LinkState
from devices.ring import SampleRing
from devices.session_time import own_ms
from devices.transport import ByteTransport, obstacle, open_port, present

RING_READINGS = 20_000
EVENTS = 4096
SHORTEST_WAIT_S = 0.25
LONGEST_WAIT_S = 2.0
LOOK_S = 1.0
JOIN_S = 3.0
LOST_MARK = 0x10000


class Reader:
    """One sensor behind one port. Arrivals are stamped by ``own_ms``, a clock that never jumps.

    States: CLOSED → OPENING → IDENTIFYING → STREAMING ⇄ STALE → LOST → OPENING, and REFUSED, from where only
    pulling the device out leads on. Readings go into ``ring``, taps and changes of the link into a short queue.
    """

    def __init__(
        self,
        port: str,
        finder: Callable[[], str | None] | None = None,
        opener: Callable[[str], ByteTransport] = open_port,
        decoder: Callable[[], Decoder] = SensorDecoder,
        suits: Callable[[Decoder], str | None] = lambda _: None,
    ) -> None:
        """Begin to open ``port`` and return at once.

        ``finder`` returns the sensor's port of the moment, or ``None`` while it is not plugged in; without it the
        sensor is looked for under the same name. ``decoder`` makes what understands it; ``suits`` returns the key
        of a message if the board that answers is not of the wanted kind.
        """
        self.state = LinkState.OPENING
        self.port = port
        self.ring = SampleRing(RING_READINGS)
        self.link: Link | None = None
        self.known: Decoder | None = None
        self.round_trip_ms: float | None = None
        self._finder = finder or (lambda: port)
        self._open, self._decoder, self._suits = opener, decoder, suits
        self._trouble: str | None = None
        self._latest: Decoder | None = None
        self._events: deque[Touch | Linked] = deque(maxlen=EVENTS)
        self._cursor = 0
        self._told = False
        self._lock = Lock()
        self._stop = Event()
        self._thread = Thread(target=self._run, name="sensor-reader", daemon=True)
        self._thread.start()

    def taken(self) -> list[Felt | Linked]:
        """Return what came in since the last call, in order of its time.

        A reading before which others were overwritten, because nobody asked for long, carries the mark of a gap.
        """
        with self._lock:
            events = list(self._events)
            self._events.clear()
            self._cursor, readings, lost = self.ring.since(self._cursor)
            linked = self.state is LinkState.STREAMING
        if lost and readings:
            readings[0] = readings[0]._replace(flags=readings[0].flags | LOST_MARK)
        self._told = next((e.answers for e in reversed(events) if isinstance(e, Linked)), self._told)
        if self._told != linked:  # the queue ran over while nobody asked
            events, self._told = [*events, Linked(own_ms(), linked)], linked
        if not events:
            return [*readings]
        return sorted([*events, *readings], key=lambda felt: felt.at_ms)

    def close(self) -> None:
        """Stop reading and close the port; a second call does nothing."""
        self._stop.set()
        self._thread.join(JOIN_S)
        with self._lock:
            self._events.clear()
            self._cursor = self.ring.written
            self._told, self.state = False, LinkState.CLOSED

    def message(self) -> str | None:
        """Return the key of what the patient should know, or ``None`` if all is well."""
        if self.state is LinkState.CLOSED:
            return None
        link = self.link
        return (link.message if link is not None else None) or self._trouble

    def stats(self) -> LinkStats:
        """Return how many lines were good, damaged or not ours since the port was opened last."""
        latest = self._latest
        return latest.stats if latest else LinkStats()

    def _run(self) -> None:
        wait_s = SHORTEST_WAIT_S / 2
        try:
            while not self._stop.is_set():
                streamed = self._visit()
                wait_s = SHORTEST_WAIT_S if streamed else min(2 * wait_s, LONGEST_WAIT_S)
                if self.state is LinkState.REFUSED:
                    self._wait_for_another()
                self._stop.wait(wait_s)
        finally:
            self.state = LinkState.CLOSED

    def _visit(self) -> bool:
        """Open the port and read until it is lost, refused or closed; tell whether the sensor streamed."""
        transport = self._opened()
        if transport is None:
            return False
        decoder = self._decoder()
        link = self.link = Link(own_ms(), self.known is not None, decoder, self._suits)
        self._latest = decoder
        try:
            self._read(transport, link)
            self._trouble = link.message
        except (OSError, TypeError):
            self._trouble = self._gone()
            self._become(LinkState.LOST)
        finally:
            self.link = None
            transport.close()
        return self.known is decoder

    def _opened(self) -> ByteTransport | None:
        found = self._found()
        if found is None:
            self._trouble = self._gone()
            return None
        self.port = found
        try:
            return self._open(found)
        except OSError as error:
            why = obstacle(error)
            self._trouble = self._gone() if why == "gone" else f"device.{why}"
            return None

    def _read(self, transport: ByteTransport, link: Link) -> None:
        self._become(link.state)
        while not self._stop.is_set():
            command = link.to_send(own_ms())
            if command:
                with suppress(OSError):  # a cable that cannot send is fine; one that is gone, the read will tell
                    transport.write(command)
            data = transport.read()
            felt = link.receive(data, own_ms())
            if link.state is LinkState.STREAMING:
                self.known, self._trouble = link.decoder, None
                self.round_trip_ms = link.talk.round_trip_ms
            if felt or link.state is not self.state:
                self._become(link.state, felt)
            if link.state in (LinkState.LOST, LinkState.REFUSED):
                return

    def _become(self, state: LinkState, felt: Sequence[Felt | Linked] = ()) -> None:
        """Take on ``state`` and keep what was felt; the end of streaming is always told."""
        with self._lock:
            readings = [f for f in felt if isinstance(f, Reading)]
            self.ring.append(readings)
            if len(readings) < len(felt):
                self._events.extend(f for f in felt if not isinstance(f, Reading))
            if state is not self.state:
                ended = self.state is LinkState.STREAMING
                if ended and not any(isinstance(f, Linked) for f in felt):
                    self._events.append(Linked(own_ms(), False))
                self.state = state

    def _wait_for_another(self) -> None:
        """Wait until the refused device is pulled out: opening it again and again might disturb it."""
        refused = self.port
        while present(refused) and self._found() == refused:
            if self._stop.wait(LOOK_S):
                return
        self._trouble = self._gone()
        self._become(LinkState.LOST)

    def _gone(self) -> str:
        return "device.lost" if self.known else "device.none"

    def _found(self) -> str | None:
        try:
            return self._finder()
        except OSError:
            return None
