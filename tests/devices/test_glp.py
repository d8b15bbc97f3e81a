"""Check that the Grip Line Protocol reads what was sent, and nothing else."""

import random
import string
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from grip_board import check, line
from hypothesis import given
from hypothesis import strategies as st

from devices.glp import (
    MAX_LINE,
    SEQUENCE_MODULUS,
    TIME_MODULUS,
    Ack,
    Boot,
    Channel,
    Fault,
    Frame,
    Identity,
    LineDecoder,
    LinkStats,
    Message,
    Pong,
    Stats,
    Tap,
    Unwrap,
    crc,
    encode,
    encode_frame,
)

EACH_KIND: list[tuple[str, Message]] = [
    ("F,65535,4294967295,5,-8388608,0,8388607", Frame(65535, 4294967295, 5, (-8388608, 0, 8388607))),
    ("T,7,1000250,4,1,812", Tap(7, 1000250, 4, True, 812)),
    ("T,8,1090250,4,0,30", Tap(8, 1090250, 4, False, 30)),
    ("I,1,Grip bar,1.2.0,00A7,2,80,1000000", Identity(1, "Grip bar", "1.2.0", "00A7", 2, 80.0, 1000000)),
    ("C,0,grip,force,count,-8388608,8388607,0,0", Channel(0, "grip", "force", "count", -8388608, 8388607, 0, 0)),
    ("C,1,pinch,force,N,0,90.5,1.5e-4,-12", Channel(1, "pinch", "force", "N", 0, 90.5, 1.5e-4, -12)),
    ("B,1,4", Boot(1, 4)),
    ("S,61000,4880,3", Stats(61000, 4880, 3)),
    ("P,a7,1234", Pong("a7", 1234)),
    ("A,START", Ack("START")),
    ("E,1,unknown command", Fault(1, "unknown command")),
]


def frames(count: int) -> list[bytes]:
    """Return frames as a sensor would send them, of one channel and of five."""
    r = random.Random(3)
    bodies = []
    for n in range(count):
        values = ",".join(str(r.randint(-90_000, 2_000_000)) for _ in range(1 if n % 2 else 5))
        bodies.append(f"F,{n % 65536},{12_500 * n},{r.choice((0, 0, 0, 1, 4))},{values}")
    return [encode(body.encode()) for body in bodies]


def test_the_check_value_is_the_published_one() -> None:
    # CRC-16/CCITT-FALSE, the check value of the catalogue of parametrised CRC algorithms
    assert crc(b"123456789") == 0x29B1
    assert encode(b"123456789") == b"$123456789*29B1\n"


@given(st.binary(max_size=120))
def test_a_firmware_that_counts_bit_by_bit_agrees(body: bytes) -> None:
    assert crc(body) == check(body)


@pytest.mark.parametrize(("body", "message"), EACH_KIND)
def test_each_kind_of_line_is_read(body: str, message: Message) -> None:
    decoder = LineDecoder()
    assert decoder.feed(line(body)) == [message]
    assert decoder.feed(line(body).replace(b"\n", b"\r\n")) == [message]
    assert decoder.stats == LinkStats(good=2, bytes=2 * len(line(body)) + 1)


@given(
    st.integers(0, SEQUENCE_MODULUS - 1),
    st.integers(0, TIME_MODULUS - 1),
    st.integers(0, 15),
    st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=8),
)
def test_a_frame_comes_back_as_it_was_sent(seq: int, t_us: int, flags: int, values: list[int]) -> None:
    body = f"F,{seq},{t_us},{flags:X},{','.join(map(str, values))}"
    assert encode_frame(seq, t_us, flags, values) == encode(body.encode())
    assert LineDecoder().feed(encode(body.encode())) == [Frame(seq, t_us, flags, tuple(values))]


@pytest.mark.parametrize(
    "body", ["I,1,a,b,c,1,80,1000000,new,,x", "C,0,grip,force,N,0,1,0,0,7", "B,1,4,x", "S,1,2,3,4"]
)
def test_more_fields_at_the_end_are_for_a_newer_program(body: str) -> None:
    assert len(LineDecoder().feed(line(body))) == 1


@pytest.mark.parametrize("body", ["X,1,2", "FF,1", "f,1,2,0,3", "Q"])
def test_an_unknown_kind_is_good_but_means_nothing(body: str) -> None:
    decoder = LineDecoder()
    assert decoder.feed(line(body)) == []
    assert decoder.stats.good == 1
    assert decoder.stats.damaged == 0


@pytest.mark.parametrize(
    "body",
    ["F", "F,1,2,0", "F,1,2,0,", "F,+1,2,0,3", "F,1_0,2,0,3", "F, 1,2,0,3", "F,01,2,0,3", "F,65536,2,0,3",
     "F,1,4294967296,0,3", "F,1,2,g,3", "F,1,2,0,2147483648", "F,1,2,0,3,", "F,1,2,0,3.5", "T,1,2,0,2,5",
     "T,1,2,0,1,5,6", "I,1,a,b,c", "C,0,grip,force,N,0,1,nan,0", "B,-1,4", "P,a,4294967296", "E,1"],
)  # fmt: skip
def test_a_field_of_the_wrong_form_is_refused_though_the_check_value_is_right(body: str) -> None:
    decoder = LineDecoder()
    assert decoder.feed(line(body)) == []
    assert decoder.stats.damaged == 1


@pytest.mark.parametrize(
    "text",
    [b"$F,1,2,0,3*\n", b"$F,1,2,0,3\n", b"$F,1,2,0,3*abcd\n", b"$*FFFF\n", b"$\n", line("B,1,4")[:-1] + b" \n",
     line("B,1,4").lower(), line("B,1,4").replace(b"*", b"**")],
)  # fmt: skip
def test_a_line_of_the_wrong_shape_is_damaged(text: bytes) -> None:
    decoder = LineDecoder()
    assert decoder.feed(text) == []
    assert decoder.stats.damaged == 1


def test_a_line_is_never_longer_than_the_limit() -> None:
    longest = b"Z," + b"a" * (MAX_LINE - 9)
    assert len(encode(longest)) == MAX_LINE
    decoder = LineDecoder()
    decoder.feed(encode(longest))
    decoder.feed(b"$%ba*%04X\n" % (longest, crc(longest + b"a")))
    assert (decoder.stats.good, decoder.stats.damaged) == (1, 1)
    with pytest.raises(ValueError, match="not a body"):
        encode(longest + b"a")


@pytest.mark.parametrize("body", [b"", b"F,1$", b"F*", b"F,1\n", "F,ü".encode()])
def test_a_body_that_no_line_can_carry_is_not_encoded(body: bytes) -> None:
    with pytest.raises(ValueError, match="not a body"):
        encode(body)


@pytest.mark.parametrize(
    ("seq", "t_us", "flags", "values"),
    [(65536, 0, 0, (1,)), (-1, 0, 0, (1,)), (0, 2**32, 0, (1,)), (0, 0, 0x10000, (1,)), (0, 0, 0, ()),
     (0, 0, 0, (2**31,)), (65535, 2**32 - 1, 0, (-(2**31),) * 10)],
)  # fmt: skip
def test_a_reading_that_no_frame_can_hold_is_not_encoded(
    seq: int, t_us: int, flags: int, values: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match="no frame|not a body"):
        encode_frame(seq, t_us, flags, values)


def test_boot_text_is_no_damage() -> None:
    decoder = LineDecoder()
    assert decoder.feed(b"hello\r\n\r\n\n12.5\n" + line("B,1,1")) == [Boot(1, 1)]
    assert (decoder.stats.unframed, decoder.stats.damaged) == (2, 0)


def test_a_good_line_glued_behind_garbage_is_found() -> None:
    decoder = LineDecoder()
    noise = random.Random(5).randbytes(5000).replace(b"\n", b"")
    assert decoder.feed(noise + line("B,1,1")) == [Boot(1, 1)]
    assert decoder.feed(noise[:400]) == []
    assert decoder.feed(b"$F,1,2") == []
    assert decoder.feed(line("B,1,2")) == [Boot(1, 2)]


def test_a_cut_at_any_place_changes_nothing() -> None:
    stream = b"cut,99*00\nboot\r\n\r\n" + b"".join(line(body) for body, _ in EACH_KIND) + b"$F,1,$$x\n" + b"y" * 300
    stream += b"$" + b"z" * 200 + line("B,1,1") + b"$" + b"z" * 200 + b"\n"
    whole = LineDecoder()
    wanted = whole.feed(stream)
    assert wanted == [*(m for _, m in EACH_KIND), Boot(1, 1)]
    for place in range(len(stream) + 1):
        decoder = LineDecoder()
        assert decoder.feed(stream[:place]) + decoder.feed(stream[place:]) == wanted
        assert decoder.stats == whole.stats
    single = LineDecoder()
    assert [m for byte in stream for m in single.feed(bytes([byte]))] == wanted
    assert single.stats == whole.stats


@given(st.binary(max_size=400), st.binary(max_size=400))
def test_anything_may_come_in_and_only_a_line_is_held(first: bytes, second: bytes) -> None:
    whole, parts = LineDecoder(), LineDecoder()
    assert parts.feed(first) + parts.feed(second) == whole.feed(first + second)
    assert parts.stats == whole.stats
    assert len(parts._held) <= MAX_LINE


def test_megabytes_of_noise_are_never_a_message() -> None:
    decoder = LineDecoder()
    noise = random.Random(11)
    for _ in range(1000):
        assert decoder.feed(noise.randbytes(2000)) == []
        assert len(decoder._held) <= MAX_LINE
    assert decoder.stats.good == 0
    assert decoder.stats.bytes == 2_000_000


DIGITS = string.digits.encode()


def one_byte_replaced(r: random.Random, frame: bytes, _: bytes) -> bytes:
    at = r.randrange(len(frame) - 1)
    return frame[:at] + bytes([r.randrange(256)]) + frame[at + 1 :]


def one_digit_replaced(r: random.Random, frame: bytes, _: bytes) -> bytes:
    at = r.choice([i for i, byte in enumerate(frame) if byte in DIGITS])
    return frame[:at] + bytes([r.choice(DIGITS)]) + frame[at + 1 :]


def one_bit_in_two_bytes(r: random.Random, frame: bytes, _: bytes) -> bytes:
    text, bit = bytearray(frame), 1 << r.randrange(8)
    for at in r.sample(range(len(frame) - 1), 2):
        text[at] ^= bit
    return bytes(text)


def two_digits_swapped(r: random.Random, frame: bytes, _: bytes) -> bytes:
    text = bytearray(frame)
    a, b = r.sample([i for i, byte in enumerate(frame) if byte in DIGITS], 2)
    text[a], text[b] = text[b], text[a]
    return bytes(text)


def one_byte_lost(r: random.Random, frame: bytes, _: bytes) -> bytes:
    at = r.randrange(len(frame) - 1)
    return frame[:at] + frame[at + 1 :]


def several_bytes_lost(r: random.Random, frame: bytes, _: bytes) -> bytes:
    at = r.randrange(len(frame) - 9)
    return frame[:at] + frame[at + r.randint(2, 8) :]


def a_burst(r: random.Random, frame: bytes, _: bytes) -> bytes:
    at = r.randrange(len(frame) - 2)
    return frame[:at] + r.randbytes(2) + frame[at + 2 :]


def an_overrun(r: random.Random, frame: bytes, following: bytes) -> bytes:
    return frame[: r.randrange(1, len(frame))] + following[r.randrange(1, len(following)) :]


Damage = Callable[[random.Random, bytes, bytes], bytes]
CAUGHT: list[Damage] = [one_byte_replaced, one_digit_replaced, one_bit_in_two_bytes, two_digits_swapped, a_burst]
SHIFTED: list[Damage] = [one_byte_lost, several_bytes_lost, an_overrun]


def damaged(damage: Damage, count: int) -> Iterator[bytes]:
    """Return ``count`` lines spoilt by ``damage``, leaving out those it happened to leave as they were."""
    r, sent = random.Random(f"{damage.__name__} 1"), frames(5000)
    while count:
        n = r.randrange(len(sent) - 1)
        spoilt = damage(r, sent[n], sent[n + 1])
        if spoilt not in (sent[n], sent[n + 1]):
            count -= 1
            yield spoilt + b"\n"


@pytest.mark.parametrize("damage", CAUGHT)
def test_a_damaged_frame_is_never_accepted(damage: Damage) -> None:
    # No luck: the polynomial divides no burst of up to 16 bits, and no e(x)(1 + x^k) with a short e and k < 32767.
    decoder = LineDecoder()
    for spoilt in damaged(damage, 40_000):
        assert decoder.feed(spoilt) == [], spoilt
    assert decoder.stats.damaged > 0.8 * 40_000


@pytest.mark.parametrize("damage", SHIFTED)
def test_lost_bytes_pass_no_more_often_than_the_check_allows(damage: Damage) -> None:
    # Lost bytes shift what follows, so the check is a draw of 1 in 65,536: 0.6 of 40,000 at most. More than 5
    # would be chance once in 25,000 seeds; with no check some 11,000 to 30,000 would pass.
    decoder = LineDecoder()
    accepted = sum(len(decoder.feed(spoilt)) for spoilt in damaged(damage, 40_000))
    assert accepted <= 5
    assert decoder.stats.damaged > 0.8 * 40_000


def test_a_counter_is_followed_over_its_end() -> None:
    unwrap = Unwrap(2**16)
    assert [unwrap.follow(n) for n in (65534, 65535, 0, 1, 32768)] == [65534, 65535, 65536, 65537, 98304]
    assert unwrap.step(32767) == -1
    assert unwrap.follow(32767) == 98303


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 2**31 - 1), max_size=50))
def test_any_run_of_times_unwraps_to_what_was_meant(start: int, steps: list[int]) -> None:
    unwrap, meant = Unwrap(TIME_MODULUS), start
    assert unwrap.follow(start) == start
    for step in steps:
        meant += step
        assert unwrap.follow(meant % TIME_MODULUS) == meant


def test_every_example_of_the_specification_is_a_good_line() -> None:
    text = (Path(__file__).parents[2] / "docs" / "glp1.md").read_text("utf-8")
    examples = [row.encode() + b"\n" for row in text.splitlines() if row.startswith("$")]
    decoder = LineDecoder()
    kinds = {type(message) for row in examples for message in decoder.feed(row)}
    assert decoder.stats == LinkStats(good=len(examples), bytes=sum(map(len, examples)))
    assert kinds == {type(message) for _, message in EACH_KIND}
