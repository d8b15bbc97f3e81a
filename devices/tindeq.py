"""Feel the hand through a Tindeq Progressor or a clone of it, over Bluetooth Low Energy, in a thread of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Protocol

from devices import progressor
from devices.clock import DeviceClock
from devices.device import Clock, DeviceKind
from devices.glp import Unwrap
from devices.inbox import Inbox
from devices.progressor import MILLINEWTONS_PER_KG, Command, ProgressorDecoder, Weight
from devices.session_time import own_ms
from engine.sample import Sample

# asyncio takes 50 ms to import and bleak longer: both wait until a radio is wanted.
if TYPE_CHECKING:
    import asyncio

SCAN_S = 5.0
CONNECT_S = 15.0
ANSWER_S = 0.5
SEND_S = 2.0
STOP_S, LEAVE_S, JOIN_S = 0.5, 1.5, 3.0
SHORTEST_WAIT_S, LONGEST_WAIT_S = 0.25, 4.0
STALE_MS, REOPEN_MS = 1000.0, 4000.0
LOOK_S = 0.1
IMPOSSIBLY_AHEAD_MS = 500.0

MESSAGES = (
    "device.no-ble", "device.no-radio", "device.none", "device.lost", "device.stale", "device.battery",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A sensor whose radio signal was heard: its name, its address, and what the radio knows it by."""

    name: str
    address: str
    handle: object = None


class NoRadio(OSError):
    """This computer has no Bluetooth, or it is switched off, or it may not be used."""


class Radio(Protocol):
    """The computer's Bluetooth, as far as it is needed here; all in one event loop."""

    async def find(self, wanted: str, seconds: float) -> Found | None:
        """Return the first Progressor heard (of that name or address, "" for any); raise ``NoRadio``."""

    async def join(self, found: Found, heard: Callable[[bytes], None], lost: Callable[[], None]) -> None:
        """Connect and pass on each notification and the end of the connection; raise ``OSError``."""

    async def send(self, command: bytes) -> None:
        """Write a command and wait until the sensor has it; raise ``OSError``."""

    async def leave(self) -> None:
        """End the connection, if there is one; raise ``OSError``."""


class Tindeq:
    """A Progressor that is found again by itself: force in channel ``grip``, in millinewtons as the device says.

    The device keeps its own zero and is not told to tare: what it sends is recorded, the session finds the zero.
    """

    def __init__(self, port: str, clock: Clock, radio: Callable[[], Radio] | None = None) -> None:
        """Begin to look for ``port``, a name or an address ("" for any Progressor), and return at once."""
        self._port, self._radio = port, radio or BleakRadio
        self._inbox = Inbox(clock, "link.grip")
        self._trouble: str | None = None
        self._found: Found | None = None
        self._known = self._empty = False
        self._heard_ms = 0.0
        self._version: str | None = None
        self._battery_mv: int | None = None
        self._stop = Event()
        self._answered: asyncio.Event
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Any] | None = None
        self._begin()
        self._thread = Thread(target=self._run, name="tindeq", daemon=True)
        self._thread.start()

    def poll(self, now_ms: float) -> tuple[Sample, ...]:
        """Return what came in since the last call: ``grip`` in millinewtons, ``link.grip`` when the link changed."""
        return self._inbox.taken(now_ms)

    def close(self) -> None:
        """Let go of the sensor within 3 s; a second call does nothing."""
        self._stop.set()
        loop, task = self._loop, self._task
        if loop is not None and task is not None:
            with suppress(RuntimeError):  # it has just ended by itself
                loop.call_soon_threadsafe(task.cancel)
        self._thread.join(JOIN_S)
        self._inbox.close()

    def message(self) -> str | None:
        """Return the key of what the patient should know (one of ``MESSAGES``), or ``None`` if all is well."""
        return None if self._stop.is_set() else self._trouble

    def describe(self) -> dict[str, Any]:
        """Return who the sensor is, for a recording's header; what it has not said yet is ``None``."""
        found = self._found
        return {
            "kind": "tindeq",
            "port": self._port,
            "model": found.name.partition("_")[0] if found else None,
            "firmware": self._version,
            "serial": (found.name.partition("_")[2] or found.address) if found else None,
            "rate_hz": progressor.RATE_HZ,
            "channel": "grip",
            "unit": "mN",
            "span": 0.0,
            "verified": True,
            "battery_mv": self._battery_mv,
        }

    # In the thread

    def _run(self) -> None:
        try:
            radio = self._radio()
        except ImportError:
            self._trouble = "device.no-ble"
            return
        import asyncio

        with suppress(asyncio.CancelledError):
            asyncio.run(self._live(radio))

    async def _live(self, radio: Radio) -> None:
        """Look for the sensor and follow it, again and again, until the task is cancelled."""
        import asyncio

        self._task, self._loop = asyncio.current_task(), asyncio.get_running_loop()
        wait_s = SHORTEST_WAIT_S / 2
        while not self._stop.is_set():
            streamed = await self._visit(radio)
            wait_s = SHORTEST_WAIT_S if streamed else min(2 * wait_s, LONGEST_WAIT_S)
            await asyncio.sleep(wait_s)

    async def _visit(self, radio: Radio) -> bool:
        """Find the sensor and follow it until it is lost; tell whether it streamed."""
        self._begin()
        self._trouble = self._trouble or self._gone()
        try:
            found = await radio.find(self._port, SCAN_S)
            self._trouble = self._gone()
            if found is not None:
                self._found = found
                await self._follow(radio, found)
                self._trouble = self._gone()
        except NoRadio:
            self._trouble = "device.no-radio"
        except OSError:  # a TimeoutError is one, too
            self._trouble = self._gone()
        finally:
            self._inbox.become(False, own_ms())
            await self._leave(radio)
        return self._streamed

    async def _follow(self, radio: Radio, found: Found) -> None:
        """Connect, ask who it is, start it, and listen until it is gone or silent for 4 s."""
        import asyncio

        lost, self._answered = asyncio.Event(), asyncio.Event()
        async with asyncio.timeout(CONNECT_S):
            await radio.join(found, self._heard, lost.set)
        self._empty = False
        for command in (Command.VERSION, Command.BATTERY, Command.START):
            await self._tell(radio, command)
        self._heard_ms = own_ms()
        while not lost.is_set() and own_ms() - self._heard_ms < REOPEN_MS:
            if self._inbox.linked and own_ms() - self._heard_ms > STALE_MS:
                self._inbox.become(False, own_ms())
                self._trouble = "device.stale"
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await lost.wait()

    async def _tell(self, radio: Radio, command: Command) -> None:
        """Send a command; wait for the answer a little if it has one, so that it is not taken for another's."""
        import asyncio

        self._decoder.asked(command)
        self._answered.clear()
        async with asyncio.timeout(SEND_S):
            await radio.send(progressor.encode(command))
        if command is not Command.START:
            with suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_S):
                    await self._answered.wait()

    async def _leave(self, radio: Radio) -> None:
        """Stop the measurement and end the connection, but do not wait long for either."""
        import asyncio

        if self._streamed:
            with suppress(OSError):
                async with asyncio.timeout(STOP_S):
                    await radio.send(progressor.encode(Command.STOP))
        with suppress(OSError):
            async with asyncio.timeout(LEAVE_S):
                await radio.leave()

    def _begin(self) -> None:
        """Forget what belongs to one connection: the device's clock begins again with each measurement."""
        self._decoder = ProgressorDecoder()
        self._device_clock, self._time = DeviceClock(), Unwrap(progressor.TIME_MODULUS)
        self._streamed = False

    def _heard(self, notification: bytes) -> None:
        arrival_ms = own_ms()
        messages = self._decoder.feed(notification)
        weights = [message for message in messages if isinstance(message, Weight)]
        if weights:
            self._felt(weights, arrival_ms)
        for message in messages:
            if not isinstance(message, Weight):
                self._noted(message)

    def _noted(self, message: progressor.Message) -> None:
        if isinstance(message, progressor.Battery):
            self._battery_mv = message.millivolts
        if isinstance(message, progressor.Version):
            self._version = message.text
        if isinstance(message, progressor.LowBattery):
            self._empty, self._trouble = True, "device.battery"
        self._answered.set()

    def _felt(self, weights: list[Weight], arrival_ms: float) -> None:
        """Keep the readings of one notification: the last one has just been made, the others came late with it."""
        *earlier, last = self._timed(weights)
        if self._device_clock.ahead_ms(last[0], arrival_ms) > IMPOSSIBLY_AHEAD_MS:
            self._device_clock.restart()
        last_ms = self._device_clock.host_ms(last[0], arrival_ms)
        times_ms = [min(self._device_clock.mapped_ms(ms, arrival_ms), last_ms) for ms, _ in earlier] + [last_ms]
        self._inbox.become(True, times_ms[0])
        self._inbox.put(
            *(
                Sample("grip", at_ms, kg * MILLINEWTONS_PER_KG, device_ms=device_ms)
                for at_ms, (device_ms, kg) in zip(times_ms, [*earlier, last], strict=True)
            )
        )
        self._heard_ms, self._streamed, self._known = arrival_ms, True, True
        self._trouble = "device.battery" if self._empty else None

    def _timed(self, weights: list[Weight]) -> list[tuple[float, float]]:
        """Return (device milliseconds, kg) of each reading; those before a clock that begins again are dropped."""
        timed: list[tuple[float, float]] = []
        for weight in weights:
            if self._time.step(weight.t_us) < 0:
                self._time, timed = Unwrap(progressor.TIME_MODULUS), []
                self._device_clock.restart()
            timed.append((self._time.follow(weight.t_us) / 1000, weight.kg))
        return timed

    def _gone(self) -> str:
        if self._empty:
            return "device.battery"
        return "device.lost" if self._known else "device.none"


class BleakRadio:
    """The computer's Bluetooth by bleak; raise ``ImportError`` if that is not installed."""

    def __init__(self) -> None:
        """Import bleak; nothing is switched on yet."""
        import bleak

        self._bleak = bleak
        self._client: Any = None

    async def find(self, wanted: str, seconds: float) -> Found | None:
        """Return the first Progressor heard (of that name or address, "" for any); raise ``NoRadio``."""
        named: dict[str, str] = {}

        def is_wanted(device: Any, advertised: Any) -> bool:
            name = advertised.local_name or device.name or ""
            named[device.address] = name
            if not (progressor.SERVICE in advertised.service_uuids or name.startswith(progressor.NAME)):
                return False
            return not wanted or wanted.lower() in (name.lower(), device.address.lower())

        try:
            device = await self._bleak.BleakScanner.find_device_by_filter(is_wanted, timeout=seconds)
        except Exception as error:  # what is missing (D-Bus, BlueZ, an adapter, the right to it) is told in many ways
            raise NoRadio(str(error)) from error
        return Found(named[device.address], device.address, device) if device is not None else None

    async def join(self, found: Found, heard: Callable[[bytes], None], lost: Callable[[], None]) -> None:
        """Connect and pass on each notification and the end of the connection; raise ``OSError``."""
        handle: Any = found.handle
        with _only_os_errors():
            self._client = self._bleak.BleakClient(handle, disconnected_callback=lambda _: lost())
            await self._client.connect()
            await self._client.start_notify(progressor.NOTIFIED, lambda _, notification: heard(bytes(notification)))

    async def send(self, command: bytes) -> None:
        """Write a command and wait until the sensor has it; raise ``OSError``."""
        if self._client is None:
            raise ConnectionError("not connected")
        with _only_os_errors():
            await self._client.write_gatt_char(progressor.CONTROL, command, response=True)

    async def leave(self) -> None:
        """End the connection, if there is one; raise ``OSError``."""
        client, self._client = self._client, None
        if client is not None:
            with _only_os_errors():
                await client.disconnect()


@contextmanager
def _only_os_errors() -> Iterator[None]:
    """Turn bleak's errors (and what its backends let through) into ``OSError``."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise ConnectionError(str(error)) from error


DEVICE = DeviceKind("tindeq", frozenset({"grip"}), Tindeq)
