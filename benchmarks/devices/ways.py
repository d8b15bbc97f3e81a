"""Ways to read a sensor's port in Python, all with the decoder and the clock of Regrasp."""

import os
import select
import threading
import time
from array import array
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from devices.decoder import Felt, Reading, SensorDecoder
from devices.link import Linked, LinkState
from devices.reader import Reader
from devices.session_time import own_ms
from devices.transport import BAUD, CHUNK_BYTES, READ_TIMEOUT_S


class Way(Protocol):
    """A way to read a port in a thread: after each piece, when it could be had and how many readings there were."""

    at_s: "array[float]"
    had: "array[int]"

    def taken(self) -> list[Reading]:
        """Return the readings since the last call."""

    def close(self) -> None:
        """Stop the thread and close the port."""


class Ours(Reader):
    """The reader of Regrasp; it also notes when readings could be had."""

    def __init__(self, port: str) -> None:
        """Begin to read."""
        self.at_s, self.had = array("d"), array("l")
        super().__init__(port)

    def _become(self, state: LinkState, felt: Sequence[Felt | Linked] = ()) -> None:
        super()._become(state, felt)
        self.at_s.append(time.perf_counter())
        self.had.append(self.ring.written)

    def taken(self) -> list[Any]:
        """Return the readings since the last call."""
        return [felt for felt in super().taken() if isinstance(felt, Reading)]


class Plain:
    """What the other ways share: a decoder, and a queue that the reading thread fills."""

    def __init__(self, port: str) -> None:
        """Open the port as Regrasp does, by pyserial."""
        import serial

        self.at_s, self.had = array("d"), array("l")
        self.link = serial.Serial(port, BAUD, timeout=READ_TIMEOUT_S, write_timeout=0.5, exclusive=True)
        self._decoder = SensorDecoder()
        self._queue: deque[Felt] = deque()

    def feed(self, data: bytes) -> None:
        """Decode what was read just now, keep it for the program, and note when it could be had."""
        felt = self._decoder.feed(data, own_ms())
        if felt:
            self._queue.extend(felt)
            self.at_s.append(time.perf_counter())
            self.had.append(self.had[-1] + len(felt) if self.had else len(felt))

    def taken(self) -> list[Any]:
        """Return the readings since the last call."""
        queue = self._queue
        return [queue.popleft() for _ in range(len(queue))]


class Looped(Plain):
    """A thread of one's own that reads until it is told to stop."""

    def __init__(self, port: str) -> None:
        """Begin to read."""
        super().__init__(port)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop the thread and close the port."""
        self._stop.set()
        self._thread.join()
        self.link.close()

    def _run(self) -> None:
        raise NotImplementedError


class Lines(Looped):
    """``readline`` in a thread."""

    def _run(self) -> None:
        while not self._stop.is_set():
            line = self.link.readline()
            if line:
                self.feed(line)


class Bare(Looped):
    """``poll`` and ``os.read`` in a thread, without any state of the link: the least there is to do."""

    def _run(self) -> None:
        poll, fileno = select.poll(), self.link.fileno()
        poll.register(fileno, select.POLLIN)
        while not self._stop.is_set():
            if poll.poll(READ_TIMEOUT_S * 1000):
                self.feed(os.read(fileno, CHUNK_BYTES))


class Threaded(Plain):
    """``serial.threaded.ReaderThread`` with a protocol that takes pieces as they come."""

    def __init__(self, port: str) -> None:
        """Begin to read."""
        super().__init__(port)
        self._thread = self._made()
        self._thread.start()

    def close(self) -> None:
        """Stop the thread and close the port."""
        self._thread.close()

    def _made(self) -> Any:
        from serial.threaded import Protocol as Pieces
        from serial.threaded import ReaderThread

        feed = self.feed

        class Whole(Pieces):  # type: ignore[misc]
            def data_received(self, data: bytes) -> None:
                feed(data)

        return ReaderThread(self.link, Whole)


class ThreadedLines(Threaded):
    """``serial.threaded.ReaderThread`` with its ``LineReader``, which hands out each line as text."""

    def _made(self) -> Any:
        from serial.threaded import LineReader, ReaderThread

        feed = self.feed

        class Cut(LineReader):  # type: ignore[misc]
            TERMINATOR = b"\n"

            def handle_line(self, line: str) -> None:
                feed(line.encode() + b"\n")

        return ReaderThread(self.link, Cut)


OURS, THREADED, THREADED_LINES, LINES, BARE = (
    "regrasp: Reader",
    "serial.threaded, Protocol",
    "serial.threaded, LineReader",
    "thread with readline()",
    "poll and os.read, no link state",
)
WAYS: dict[str, Callable[[str], Way]] = {
    OURS: Ours,
    THREADED: Threaded,
    THREADED_LINES: ThreadedLines,
    LINES: Lines,
    BARE: Bare,
}
