"""Speak the Tindeq Progressor's Bluetooth protocol: notifications to weights and answers, commands to bytes.

Facts from Tindeq's own description (tindeq.com/progressor_api) and its sample client (blims/Tindeq-Progressor-API):
one service, a control characteristic to write to and a data characteristic that notifies; both carry a tag, a
length and a value, least significant byte first. What clones do differently was read from kesyog/hangman (one
weight a notification, an identity of 1 to 8 bytes) and crimpdeq/crimpdeq-firmware (notifications of always 14 bytes,
whatever the length says). The commands 100..111 are Tindeq's, 112 (identity) is known from the clones.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from math import isfinite

SERVICE = "7e4e1701-1ea6-40c9-9dcc-13d34ffead57"
NOTIFIED = "7e4e1702-1ea6-40c9-9dcc-13d34ffead57"
CONTROL = "7e4e1703-1ea6-40c9-9dcc-13d34ffead57"
NAME = "Progressor"
RATE_HZ = 80.0
TIME_MODULUS = 2**32
MILLINEWTONS_PER_KG = 9806.65


class Command(IntEnum):
    """What a Progressor can be told: each is sent as a single byte."""

    TARE = 100
    START = 101
    STOP = 102
    START_PEAK_RFD = 103
    START_PEAK_RFD_SERIES = 104
    ADD_CALIBRATION_POINT = 105
    SAVE_CALIBRATION = 106
    VERSION = 107
    ERRORS = 108
    CLEAR_ERRORS = 109
    SLEEP = 110
    BATTERY = 111
    IDENTITY = 112


class Tag(IntEnum):
    """What a notification is about."""

    ANSWER = 0
    WEIGHT = 1
    PEAK_RFD = 2
    PEAK_RFD_SERIES = 3
    LOW_BATTERY = 4


@dataclass(frozen=True, slots=True)
class Weight:
    """One reading: kilograms, and the microseconds since the measurement was started (they wrap after 71.6 min)."""

    kg: float
    t_us: int


@dataclass(frozen=True, slots=True)
class Battery:
    """The battery's voltage, in millivolts: the answer to ``BATTERY``."""

    millivolts: int


@dataclass(frozen=True, slots=True)
class Version:
    """The firmware's version: the answer to ``VERSION``."""

    text: str


@dataclass(frozen=True, slots=True)
class Errors:
    """What the device noted when it crashed last, or nothing: the answer to ``ERRORS``."""

    text: str


@dataclass(frozen=True, slots=True)
class Identity:
    """The device's own number: the answer to ``IDENTITY``."""

    number: int


@dataclass(frozen=True, slots=True)
class LowBattery:
    """The battery is empty: the device turns itself off after this."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A notification that says nothing we use: an answer nobody asked for, another tag, or a damaged one."""

    tag: int | None
    payload: bytes


Message = Weight | Battery | Version | Errors | Identity | LowBattery | Unread


class ProgressorDecoder:
    """Turn notifications, each as it came in, into messages; none makes it raise.

    An answer does not say what it answers: ``asked`` tells which command was sent last.
    """

    def __init__(self) -> None:
        """Begin with nothing asked."""
        self._asked: Command | None = None

    def asked(self, command: Command) -> None:
        """Take the next answer for one to ``command``."""
        self._asked = command

    def feed(self, notification: bytes) -> list[Message]:
        """Return what one notification says, in order.

        What stands behind the length it names is padding; of a value that was cut off the whole readings count.
        """
        if len(notification) < 2:
            return [Unread(notification[0] if notification else None, b"")]
        tag, payload = notification[0], bytes(notification[2 : 2 + notification[1]])
        if tag == Tag.WEIGHT:
            return _weights(payload) or [Unread(tag, payload)]
        if tag == Tag.LOW_BATTERY:
            return [LowBattery()]
        return [self._answer(payload) if tag == Tag.ANSWER else Unread(tag, payload)]

    def _answer(self, payload: bytes) -> Message:
        asked, self._asked = self._asked, None
        if asked is Command.VERSION:
            return Version(_text(payload))
        if asked is Command.ERRORS:
            return Errors(_text(payload))
        if asked is Command.BATTERY and len(payload) == 4:
            return Battery(int.from_bytes(payload, "little"))
        if asked is Command.IDENTITY and 0 < len(payload) <= 8:
            return Identity(int.from_bytes(payload, "little"))
        return Unread(Tag.ANSWER, payload)


def encode(command: Command) -> bytes:
    """Return the bytes to write to the control characteristic."""
    return bytes([command])


def encode_weights(weights: list[Weight]) -> bytes:
    """Return the notification of up to 31 readings, as a Progressor sends it; raise ``ValueError`` for more."""
    if len(weights) > 31:
        raise ValueError(f"no notification can hold {len(weights)} readings")
    payload = b"".join(READING.pack(weight.kg, weight.t_us) for weight in weights)
    return bytes([Tag.WEIGHT, len(payload)]) + payload


def _weights(payload: bytes) -> list[Message]:
    """Return the readings of a payload, without a rest of less than eight bytes and without what is no number."""
    whole = payload[: len(payload) - len(payload) % READING.size]
    return [Weight(kg, t_us) for kg, t_us in READING.iter_unpack(whole) if isfinite(kg)]


def _text(payload: bytes) -> str:
    """Return printable text of a payload; the padding of zeros behind it is left out."""
    text = payload.split(b"\0", 1)[0].decode("utf-8", "replace")
    return "".join(character for character in text if character.isprintable())


READING = struct.Struct("<fI")
