"""Carry bytes to and from a serial port: the only module that knows pyserial, and only once a port is asked for."""

import os
import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from serial import Serial

BAUD = 115200
READ_TIMEOUT_S = 0.05
CONNECT_S = 2.0
CHUNK_BYTES = 65536
SOCKET = "socket:"
WRITE_TIMEOUT_S = 0.5

Obstacle = Literal["rights", "busy", "gone"]


class ByteTransport(Protocol):
    """A port that is open. Each call raises ``OSError`` once the device is gone."""

    def read(self) -> bytes:
        """Return what has come in; wait for the first byte up to 50 ms, then return nothing."""

    def write(self, data: bytes) -> None:
        """Send ``data``; raise ``OSError`` if it is not taken within 0.5 s."""

    def close(self) -> None:
        """Close the port; a second call does nothing."""


@dataclass(frozen=True, slots=True)
class PortFacts:
    """What the computer knows of a port with a USB device behind it, without opening it."""

    name: str
    vendor: int
    product: int
    serial: str
    location: str
    description: str


class SerialTransport:
    """A serial port by pyserial, read in chunks: its ``readline`` is slow and can return half a line.

    Where the port is a file (POSIX) it is read past pyserial, in two calls of the system instead of five.
    """

    def __init__(self, link: "Serial") -> None:
        """Take over an open port."""
        self._link = link
        self._file = _poll_of(link)

    def read(self) -> bytes:
        """Return what has come in; wait for the first byte up to 50 ms, then return nothing."""
        if self._file is not None:
            return _read_file(*self._file)
        with _only_os_errors():
            first: bytes = self._link.read(1)
            return first + self._link.read(self._link.in_waiting) if first else b""

    def write(self, data: bytes) -> None:
        """Send ``data``; raise ``OSError`` if it is not taken within 0.5 s."""
        with _only_os_errors():
            self._link.write(data)

    def close(self) -> None:
        """Close the port; a second call does nothing."""
        self._file = None
        with suppress(OSError), _only_os_errors():
            self._link.close()


class SocketTransport:
    """A sensor at the other end of a TCP connection: a simulated board, or a port that another machine serves."""

    def __init__(self, link: socket.socket) -> None:
        """Take over a connection."""
        self._link = link

    def read(self) -> bytes:
        """Return what has come in; wait for the first byte up to 50 ms, then return nothing."""
        self._link.settimeout(READ_TIMEOUT_S)
        try:
            data = self._link.recv(CHUNK_BYTES)
        except TimeoutError:
            return b""
        if not data:
            raise OSError("the other end has closed the connection")
        return data

    def write(self, data: bytes) -> None:
        """Send ``data``; raise ``OSError`` if it is not taken within 0.5 s."""
        self._link.settimeout(WRITE_TIMEOUT_S)
        self._link.sendall(data)

    def close(self) -> None:
        """Close the connection; a second call does nothing."""
        self._link.close()


def _poll_of(link: "Serial") -> "tuple[int, select.poll] | None":
    """Return the file number of a port and what waits for it; ``None`` where a port is no file (Windows)."""
    if os.name != "posix" or not hasattr(select, "poll"):
        return None
    try:
        fileno = link.fileno()
    except (AttributeError, OSError):
        return None
    poll = select.poll()
    poll.register(fileno, select.POLLIN)
    return fileno, poll


def _read_file(fileno: int, poll: "select.poll") -> bytes:
    if not poll.poll(READ_TIMEOUT_S * 1000):
        return b""
    try:
        data = os.read(fileno, CHUNK_BYTES)
    except BlockingIOError:
        return b""
    if not data:
        raise OSError("the port says it has something to read, and has nothing: the device is gone")
    return data


def open_port(name: str) -> ByteTransport:
    """Return the port of that name opened: ``socket:HOST:PORT`` or a serial port, ``PORT@BAUD`` for another speed.

    Raise ``OSError`` (see ``obstacle``).
    """
    return open_socket(name) if name.startswith(SOCKET) else open_serial(name)


def open_socket(name: str) -> ByteTransport:
    """Return the connection to ``socket:HOST:PORT``; raise ``OSError`` if nobody answers within 2 s."""
    host, _, port = name.removeprefix(SOCKET).strip("/").rpartition(":")
    if not (host and port.isdecimal() and 0 < int(port) < 65536):
        raise OSError(f"{name}: must be socket:HOST:PORT")
    link = socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_S)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return SocketTransport(link)


def open_serial(port: str) -> ByteTransport:
    """Return the port ``port`` opened for this program alone; raise ``OSError`` (see ``obstacle``)."""
    import serial

    port, baud = speed_of(port)
    with _only_os_errors():
        link = serial.Serial(
            port,
            baud,
            timeout=READ_TIMEOUT_S,
            write_timeout=WRITE_TIMEOUT_S,
            exclusive=True if os.name == "posix" else None,
        )
    # A USB adapter may hold bytes back for 16 ms; not every port and system can be told not to.
    with suppress(ValueError, AttributeError, NotImplementedError, OSError):
        link.set_low_latency_mode(True)
    return SerialTransport(link)


def speed_of(name: str) -> tuple[str, int]:
    """Return the port and the baud rate of ``PORT`` or ``PORT@BAUD``."""
    port, at, baud = name.rpartition("@")
    return (port, int(baud)) if at and baud.isdecimal() and 0 < int(baud) <= 4_000_000 else (name, BAUD)


def obstacle(error: OSError) -> Obstacle:
    """Tell why a port could not be opened: no rights, another program has it, or it is not there."""
    # pyserial on Windows keeps the reason in words only; there it means that the port is open elsewhere.
    if error.errno in (11, 16, 35) or (error.errno is None and "PermissionError" in str(error)):
        return "busy"
    return "rights" if error.errno in (1, 13) else "gone"


def ports() -> tuple[PortFacts, ...]:
    """Return the ports with a USB device behind them, by name; others may block for seconds when opened."""
    from serial.tools import list_ports

    found = [
        PortFacts(p.device, p.vid, p.pid, p.serial_number or "", p.location or "", p.description or "")
        for p in list_ports.comports()
        if p.vid is not None and p.pid is not None
    ]
    return tuple(sorted(found, key=lambda facts: facts.name))


def only_port() -> str | None:
    """Return the one port with a USB device behind it; with none or several nobody can know which one is meant.

    A port is never opened on a guess: opening one resets what is behind it, and that may be a 3-D printer.
    """
    found = ports()
    return found[0].name if len(found) == 1 else None


def present(name: str) -> bool:
    """Tell whether there is a port of that name now, without opening it; a connection may always be tried."""
    if name.startswith(SOCKET):
        return True
    port, _ = speed_of(name)
    if os.name == "posix":
        return os.path.exists(port)
    from serial.tools import list_ports

    return any(p.device == port for p in list_ports.comports())


@contextmanager
def _only_os_errors() -> Iterator[None]:
    """Turn what pyserial lets through when a device is pulled out (TypeError, termios.error) into OSError."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise OSError(str(error)) from error
