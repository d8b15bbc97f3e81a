"""Check that the lines of other people's sketches are understood, and that nothing else is taken for a force."""

import random
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from devices.plain import LINES, MAX_LINE, Columns, PlainLineDecoder, Reading

Line = Callable[[int, float], str]
"""The n-th line at so much force."""

TEN_KINDS: dict[str, tuple[Line, int, int | None, float]] = {
    "ms,force": (lambda n, f: f"{1000 + 12 * n + n % 2},{f:.2f}", 1, 0, 1.0),
    "ms tab counts": (lambda n, f: f"{1000 + 13 * n}\t{f * 1000:.0f}", 1, 0, 1.0),
    "a bare number": (lambda n, f: f"{f * 1000:.0f}", 0, None, 1.0),
    "VAL: x": (lambda n, f: f"VAL: {f:.1f}", 0, None, 1.0),
    "HX711 reading: n": (lambda n, f: f"HX711 reading: {f * 1000:.0f}", 0, None, 1.0),
    "L a b": (lambda n, f: f"L {f * 100:.0f} {f * 90 + n % 3:.0f}", 0, None, 1.0),
    "seconds value": (lambda n, f: f"{n * 0.0125:.4f} {f:.2f}", 1, 0, 1000.0),
    "JSON": (lambda n, f: f'{{"t":{12_500 * n},"force":{f:.3f}}}', 1, 0, 0.001),
    "a unit behind": (lambda n, f: f"Weight: {f:.2f} kg", 0, None, 1.0),
    "us,force": (lambda n, f: f"{7_000_000 + 12_500 * n},{f:.2f}", 1, 0, 0.001),
}

OTHER_KINDS: dict[str, tuple[Line, int, int | None, float]] = {
    "force,ms": (lambda n, f: f"{f:.2f},{12 * n}", 0, 1, 1.0),
    "a counter in front": (lambda n, f: f"{n},{f:.2f}", 1, None, 1.0),
    "whole seconds in front": (lambda n, f: f"{(n + 74) // 80} {f:.3f}", 1, None, 1.0),
    "a unit without a gap": (lambda n, f: f"{f:.2f}kg", 0, None, 1.0),
    "the unit in brackets": (lambda n, f: f"Force (N): {f:.2f}", 0, None, 1.0),
    "a factor behind": (lambda n, f: f"Reading: {f:.2f} kg calibration_factor: -7050.00", 0, None, 1.0),
    "an average behind": (lambda n, f: f"one reading:\t{f:.1f}\t| average:\t{f:.5f}", 0, None, 1.0),
    "other things first": (lambda n, f: f"temp: 21.5 C, weight: {f:.2f} g, battery: 88 %", 1, None, 1.0),
    "names without colons": (lambda n, f: f"time {12 * n} force {f:.2f}", 1, 0, 1.0),
    "a time that is named": (lambda n, f: f"millis={n} value={f:.2f}", 1, 0, 1.0),
    "five FSRs, one pressed": (lambda n, f: f"0,0,{f * 50:.0f},0,0", 2, None, 1.0),
    "JSON, nested": (lambda n, f: f'{{"id":"HX711","v":{{"grip":"{f:.2f}"}}}}', 0, None, 1.0),
    "an array": (lambda n, f: f"[{12 * n}, {f:.1f}]", 1, 0, 1.0),
    "below zero": (lambda n, f: f"VAL:{-f * 1e4:.3e}", 0, None, 1.0),
}

FOREIGN: dict[str, Line] = {
    "GPS": lambda n, f: f"$GPGGA,{123519 + n},4807.038,N,01131.000,E,1,08,0.9,{f:.1f},M,46.9,M,,*47",
    "GPS, other talker": lambda n, f: f"!AIVDM,1,1,,B,{f:.2f},0*5C",
    "GPS in words": lambda n, f: f"lat: 48.{n:04d} lon: 11.5167 alt: {f:.1f}",
    "3-D printer": lambda n, f: f"ok T:{20 + f:.1f} /0.0 B:24.0 /0.0 @:0 B@:0",
    "3-D printer, waiting": lambda n, f: f"T:{20 + f:.1f} /210.0",
    "G-code": lambda n, f: f"G1 X{f:.2f} Y{f + n:.2f} E0.5",
    "kernel log": lambda n, f: f"[{n * 0.1:10.6f}] usb 1-1: new device number {n}",
    "log with date": lambda n, f: f"2026-11-21 12:34:{n % 60:02d} INFO loop took {f:.2f} ms",
    "boot text": lambda n, f: f"ets Jun  8 2016 00:22:57 rst:0x1 (POWERON_RESET),boot:0x{n % 16:x}",
    "thermometer": lambda n, f: f"Temperature: {20 + f:.1f} C  Humidity: 40 %",
    "barometer": lambda n, f: f"pressure: {1000 + f:.1f} hPa",
    "accelerometer": lambda n, f: f"X: {f:.2f} Y: 0.1 Z: 9.8",
    "counter": lambda n, f: f"{n}",
    "clock": lambda n, f: f"12:34:{n % 60:02d}",
    "millis alone": lambda n, f: f"{1000 + 12 * n + n % 2}",
    "free memory": lambda n, f: f"free heap: {20000 - f:.0f}",
    "addresses": lambda n, f: f"192.168.0.{n}",
    "our own protocol": lambda n, f: f"$F,{n},{n * 12500},0,{f * 1000:.0f}*1234",
    "our own protocol, head lost": lambda n, f: f"{n * 12500},0,{f * 1000:.0f}*1234",
    "hex dump": lambda n, f: f"{n:04x}: {n % 256:02x} 3f 2a 00",
    "NaN": lambda n, f: "VAL: nan",
    "infinity": lambda n, f: "VAL: 1e999",
    "overflow": lambda n, f: "VAL: ovf",
}


def force(n: int) -> float:
    """Return a noisy resting hand's force; the noise is the same in every run."""
    return 5 + random.Random(n).gauss(0, 0.5)


def sent(kind: Line, lines: int, end: str = "\r\n") -> bytes:
    return "".join(kind(n, force(n)) + end for n in range(lines)).encode()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("name", [*TEN_KINDS, *OTHER_KINDS])
def test_each_kind_of_sketch_is_learned(name: str, end: str) -> None:
    kind, column, time, ms_per_tick = (TEN_KINDS | OTHER_KINDS)[name]
    decoder = PlainLineDecoder()
    assert decoder.feed(sent(kind, LINES, end)) == []
    assert decoder.learned is None
    readings = decoder.feed(sent(kind, 60, end)[len(sent(kind, LINES, end)) :])
    assert decoder.columns is not None
    assert (decoder.columns.force, decoder.columns.time) == (column, time)
    assert len(readings) == 60 - LINES
    assert all(reading.value == reading.values[column] for reading in readings)
    if time is None:
        assert all(reading.device_ms is None for reading in readings)
    else:
        assert decoder.columns.ms_per_tick == ms_per_tick
        assert [reading.device_ms for reading in readings] == [r.values[time] * ms_per_tick for r in readings]


def test_the_values_are_the_numbers_that_were_printed() -> None:
    decoder = PlainLineDecoder()
    decoder.feed(sent(TEN_KINDS["ms,force"][0], 20))
    assert decoder.feed(b"1240,-3.5e1\n") == [Reading(-35.0, 1240.0, (1240.0, -35.0))]
    assert decoder.feed(b"1252,+.5\r\n1264,7.\r\n") == [
        Reading(0.5, 1252.0, (1252.0, 0.5)),
        Reading(7.0, 1264.0, (1264.0, 7.0)),
    ]


def test_what_was_learned_is_said_in_plain_words_and_called_unverified() -> None:
    decoder = PlainLineDecoder()
    decoder.feed(sent(OTHER_KINDS["names without colons"][0], 20))
    said = decoder.learned or ""
    assert "number 2 of 2 is taken as the force" in said
    assert "number 1 as the time in milliseconds" in said
    assert "unverified" in said
    assert not decoder.verified


@pytest.mark.parametrize(
    ("name", "unit"),
    [("a unit behind", "kg"), ("the unit in brackets", "N"), ("other things first", "g"), ("VAL: x", "count")],
)
def test_a_unit_is_believed_only_where_the_sketch_names_one(name: str, unit: str) -> None:
    decoder = PlainLineDecoder()
    decoder.feed(sent((TEN_KINDS | OTHER_KINDS)[name][0], 20))
    assert decoder.columns is not None
    assert decoder.columns.unit == unit


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_force_sensor_is_not_taken_for_one(name: str) -> None:
    decoder = PlainLineDecoder()
    assert decoder.feed(sent(FOREIGN[name], 400)) == []
    assert decoder.columns is None
    assert decoder.stats.good == 0
    assert decoder.stats.unframed == 400


def test_boot_text_and_other_lines_in_between_do_not_matter() -> None:
    decoder = PlainLineDecoder()
    text = b"57,HX711 not found.\r\n\r\nInitialising ... tare 12345\r\n"
    lines = [TEN_KINDS["ms,force"][0](n, force(n)).encode() + b"\r\n" for n in range(40)]
    read = decoder.feed(text + b"noise \xff\x00\xfe\r\nZero factor: 8123\r\n".join(lines))
    assert len(read) == 40 - LINES + 1
    assert decoder.columns is not None
    assert decoder.columns.force == 1


def test_the_first_line_may_be_cut_and_one_damaged() -> None:
    kind = TEN_KINDS["ms,force"][0]
    lines = sent(kind, 30).split(b"\r\n")
    for damaged in range(12):
        some = list(lines)
        some[0] = some[0][2:]
        some[damaged] = b"9" + some[damaged][1:]
        decoder = PlainLineDecoder()
        decoder.feed(b"\n".join(some))
        assert decoder.columns is not None
        assert (decoder.columns.force, decoder.columns.time) == (1, 0), damaged


def test_a_still_sensor_is_learned_where_only_one_number_can_be_it() -> None:
    decoder = PlainLineDecoder()
    assert decoder.feed(b"0\n" * (LINES + 3)) == [Reading(0.0, None, (0.0,))] * 3


def test_several_still_numbers_are_waited_for_and_the_one_that_moves_is_taken() -> None:
    decoder = PlainLineDecoder()
    assert decoder.feed(b"0 0 0 0 0\n" * 30) == []
    assert decoder.feed(b"0 0 0 7 0\n") == [Reading(7.0, None, (0.0, 0.0, 0.0, 7.0, 0.0))]


def test_a_smooth_squeeze_is_not_taken_for_a_clock_for_long() -> None:
    decoder = PlainLineDecoder()
    rising = b"".join(b"%d\n" % (1000 + 40 * n) for n in range(60))
    assert decoder.feed(rising) == []
    decoder.feed(b"3400\n3410\n3380\n3360\n3350\n")
    assert decoder.columns is not None


def test_a_line_of_another_shape_is_dropped() -> None:
    decoder = PlainLineDecoder()
    decoder.feed(sent(TEN_KINDS["L a b"][0], 20))
    for other in (
        b"L 12\n",
        b"L 1 2 3\n",
        b"R 1 2\n",
        b"L 1,2\n",
        b"L 1 nan\n",
        b"L 1 1e999\n",
        b"1 2\n",
        b"L 1 2 x\n",
    ):
        assert decoder.feed(other) == [], other
    assert decoder.feed(b"L  -7\t8\n") == [Reading(-7.0, None, (-7.0, 8.0))]


def test_a_damaged_digit_cannot_be_seen_and_is_why_it_is_called_unverified() -> None:
    decoder = PlainLineDecoder()
    decoder.feed(sent(TEN_KINDS["a bare number"][0], 20))
    assert decoder.feed(b"5012\n9012\n") == [Reading(5012.0, None, (5012.0,)), Reading(9012.0, None, (9012.0,))]


def test_a_time_that_jumps_once_is_left_out_and_a_new_beginning_is_believed_on_the_second_line() -> None:
    decoder = PlainLineDecoder()
    decoder.feed(b"".join(b"%d,%d\n" % (12 * n, n * n % 7) for n in range(20)))
    times = [r.device_ms for r in decoder.feed(b"240,5\n900252,5\n264,5\n276,4\n3,4\n15,5\n27,5\n")]
    assert times == [240.0, None, 264.0, 276.0, None, 15.0, 27.0]


def test_it_never_holds_more_than_a_line() -> None:
    decoder = PlainLineDecoder()
    decoder.feed(sent(TEN_KINDS["a bare number"][0], 20))
    for _ in range(50):
        assert decoder.feed(b"7" * 1000) == []
    assert len(decoder._held) <= MAX_LINE + 1
    assert decoder.feed(b"\n5\n") == [Reading(5.0, None, (5.0,))]


def test_a_sketch_that_changes_its_mind_all_the_time_does_not_fill_the_memory() -> None:
    decoder = PlainLineDecoder()
    for n in range(2000):
        decoder.feed(b"%s: 5\n" % bytes([65 + n % 26, 65 + n // 26 % 26, 65 + n // 676]))
    assert len(decoder._watched) < 20


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in zip(edges, edges[1:], strict=False)]


@given(st.sampled_from(sorted(TEN_KINDS)), st.lists(st.integers(0, 5000), max_size=30), st.sampled_from(["\n", "\r\n"]))
def test_it_does_not_matter_where_the_bytes_are_cut(name: str, places: list[int], end: str) -> None:
    data = b"boot\r\n" + sent(TEN_KINDS[name][0], 30, end)
    whole, pieces = PlainLineDecoder(), PlainLineDecoder()
    expected = whole.feed(data)
    assert [reading for piece in cut(data, places) for reading in pieces.feed(piece)] == expected
    assert (pieces.learned, pieces.stats) == (whole.learned, whole.stats)
    assert len(expected) >= 30 - LINES


TEXT = st.text(st.sampled_from("0123456789.-+eE,;: \t\r\nLVAkgms{}\"'$*#nait"), max_size=300).map(str.encode)


@given(st.lists(st.one_of(st.binary(max_size=300), TEXT), max_size=20))
@example([b"1e5\n" * 30, b"\xff" * 400, b"\n\r\n"])
def test_no_bytes_make_it_raise_and_every_number_is_finite(pieces: list[bytes]) -> None:
    decoder = PlainLineDecoder()
    for piece in pieces:
        for reading in decoder.feed(piece):
            assert abs(reading.value) <= 1e12
            assert all(abs(value) <= 1e12 for value in reading.values)
    assert decoder.stats.bytes == sum(map(len, pieces))
    assert isinstance(decoder.columns, Columns | None)


@settings(max_examples=50)
@given(st.sampled_from(sorted(TEN_KINDS)), st.binary(min_size=1, max_size=400))
def test_garbage_after_learning_does_not_change_what_was_learned(name: str, garbage: bytes) -> None:
    decoder = PlainLineDecoder()
    decoder.feed(sent(TEN_KINDS[name][0], 20))
    learned = decoder.learned
    decoder.feed(garbage + b"\n")
    assert decoder.learned == learned
    shape = decoder.columns.shape if decoder.columns else ()
    assert all(len(r.values) == len(shape) - 1 for r in decoder.feed(sent(TEN_KINDS[name][0], 40)))
