"""Check that a Progressor's notifications are read as its maker describes them, and that no bytes do harm."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.progressor import (
    CONTROL,
    NOTIFIED,
    SERVICE,
    Battery,
    Command,
    Errors,
    Identity,
    LowBattery,
    ProgressorDecoder,
    Unread,
    Version,
    Weight,
    encode,
    encode_weights,
)

KG = st.floats(width=32, allow_nan=False, allow_infinity=False)
WEIGHTS = st.lists(st.builds(Weight, KG, st.integers(0, 2**32 - 1)), min_size=1, max_size=31)


def test_the_published_numbers_are_these() -> None:
    # tindeq.com/progressor_api and progressor_client.py of blims/Tindeq-Progressor-API
    assert [encode(Command(n)) for n in (100, 101, 102, 107, 108, 110, 111)] == [
        b"d",
        b"e",
        b"f",
        b"k",
        b"l",
        b"n",
        b"o",
    ]
    assert {uuid[:8] for uuid in (SERVICE, NOTIFIED, CONTROL)} == {"7e4e1701", "7e4e1702", "7e4e1703"}
    assert {uuid[8:] for uuid in (SERVICE, NOTIFIED, CONTROL)} == {"-1ea6-40c9-9dcc-13d34ffead57"}


def test_a_weight_is_a_little_endian_float_and_microseconds() -> None:
    notification = bytes([1, 8]) + bytes.fromhex("0000 2841") + bytes.fromhex("d430 0000")
    assert ProgressorDecoder().feed(notification) == [Weight(10.5, 12500)]


def test_one_notification_carries_fifteen_readings() -> None:
    weights = [Weight(n / 8, 12_500 * n) for n in range(15)]
    assert encode_weights(weights)[:2] == bytes([1, 120])
    assert ProgressorDecoder().feed(encode_weights(weights)) == weights


@given(WEIGHTS)
def test_readings_come_back_as_they_were_sent(weights: list[Weight]) -> None:
    assert ProgressorDecoder().feed(encode_weights(weights)) == weights


def test_no_notification_holds_more_than_its_length_can_say() -> None:
    with pytest.raises(ValueError, match="32 readings"):
        encode_weights([Weight(0.0, 0)] * 32)


@given(WEIGHTS, st.integers(0, 260))
def test_of_a_notification_that_was_cut_off_the_whole_readings_count(weights: list[Weight], length: int) -> None:
    sent = encode_weights(weights)[:length]
    whole = [message for message in ProgressorDecoder().feed(sent) if isinstance(message, Weight)]
    assert whole == weights[: max(0, (len(sent) - 2) // 8)]


@given(WEIGHTS, st.binary(max_size=40))
def test_what_stands_behind_the_named_length_is_padding(weights: list[Weight], padding: bytes) -> None:
    assert ProgressorDecoder().feed(encode_weights(weights) + padding) == weights


def test_a_clone_that_always_sends_fourteen_bytes_is_understood() -> None:
    assert ProgressorDecoder().feed(struct.pack("<BBfI4x", 1, 8, 2.5, 77)) == [Weight(2.5, 77)]


@pytest.mark.parametrize("kg", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_left_out(kg: float) -> None:
    sent = bytes([1, 16]) + struct.pack("<fIfI", kg, 1, 3.0, 2)
    assert ProgressorDecoder().feed(sent) == [Weight(3.0, 2)]
    assert ProgressorDecoder().feed(bytes([1, 8]) + struct.pack("<fI", kg, 1))[0] == Unread(1, sent[2:10])


@pytest.mark.parametrize(
    ("command", "payload", "message"),
    [
        (Command.BATTERY, struct.pack("<I", 3012), Battery(3012)),
        (Command.VERSION, b"1.2.3.4", Version("1.2.3.4")),
        (Command.VERSION, b"1.0\0\0\0", Version("1.0")),
        (Command.VERSION, b"\xff\x01", Version("\ufffd")),
        (Command.ERRORS, b"", Errors("")),
        (Command.ERRORS, b"hard fault", Errors("hard fault")),
        (Command.IDENTITY, b"\x2a", Identity(42)),
        (Command.IDENTITY, bytes(range(8)), Identity(0x0706050403020100)),
        (Command.BATTERY, b"\x01\x02", Unread(0, b"\x01\x02")),
        (Command.IDENTITY, b"", Unread(0, b"")),
        (Command.TARE, b"", Unread(0, b"")),
    ],
)
def test_an_answer_is_read_as_the_answer_to_what_was_asked(command: Command, payload: bytes, message: object) -> None:
    decoder = ProgressorDecoder()
    decoder.asked(command)
    assert decoder.feed(bytes([0, len(payload)]) + payload) == [message]


def test_weights_between_question_and_answer_do_not_answer_it() -> None:
    decoder = ProgressorDecoder()
    decoder.asked(Command.BATTERY)
    decoder.feed(encode_weights([Weight(1.0, 1)]))
    assert decoder.feed(b"\0\4" + struct.pack("<I", 2900)) == [Battery(2900)]
    assert decoder.feed(b"\0\4" + struct.pack("<I", 2900)) == [Unread(0, struct.pack("<I", 2900))]


@pytest.mark.parametrize("notification", [b"\4\0", b"\4\0\0\0", b"\4\x09"])
def test_an_empty_battery_is_told(notification: bytes) -> None:
    assert ProgressorDecoder().feed(notification) == [LowBattery()]


@pytest.mark.parametrize(
    ("notification", "message"),
    [(b"", Unread(None, b"")), (b"\1", Unread(1, b"")), (b"\1\0", Unread(1, b"")), (b"\2\1x", Unread(2, b"x")),
     (b"\xff\xff\xff", Unread(255, b"\xff")), (b"\1\7" + bytes(7), Unread(1, bytes(7)))],
)  # fmt: skip
def test_an_odd_notification_says_nothing(notification: bytes, message: Unread) -> None:
    assert ProgressorDecoder().feed(notification) == [message]


@given(st.lists(st.binary(max_size=255), max_size=20), st.sampled_from(Command))
def test_no_bytes_make_it_raise(notifications: list[bytes], command: Command) -> None:
    decoder = ProgressorDecoder()
    decoder.asked(command)
    for notification in notifications:
        messages = decoder.feed(notification)
        assert messages
        assert all(abs(m.kg) < 3.5e38 and 0 <= m.t_us < 2**32 for m in messages if isinstance(m, Weight))
