"""The reference firmware keeps docs/glp1.md to the letter: every line it sends is judged here by the program's reader.

All runs are simulated and flat out, so they are the same each time, and none of them waits.
"""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import board
import pytest
from board import Run, run

from devices.decoder import SensorDecoder, Touch
from devices.glp import (
    DROPPED_BEFORE,
    MAX_LINE,
    NO_DATA,
    SATURATED,
    Ack,
    Boot,
    Channel,
    Fault,
    Frame,
    Identity,
    Pong,
    Stats,
    Tap,
    encode,
)

PERIOD_US = 12_500
STAMP_US = 60
START_US = 380  # from power-up to the board's first microsecond
SLOW_PORT = "-DBAUD=9600"
FIVE = "-DCHANNELS=5 -DRATE_HZ=200"
UNKNOWN = Fault(1, "unknown command")
WRONG = Fault(2, "wrong check value")


def millivolts(level: int) -> int:
    """Return a voltage that the board's converter reads as ``level``."""
    return -(-(level * 5000 + 2500) // 1024)


def little_endian(value: int, size: int) -> str:
    """Return the bytes of a number in the board's memory, for ``poke``."""
    return value.to_bytes(size, "little").hex()


def sent(text: bytes) -> str:
    """Return the command that sends ``text`` to the board."""
    return "send " + "".join(f"\\x{byte:02x}" for byte in text)


# ---- the runs; each is made once


@cache
def grip() -> Run:
    """Squeeze a grip for two seconds, to both ends of its range, and ask it who it is meanwhile."""
    counts = (84_211, -5, -1, 0, 1, 8_388_606, 8_388_607, -8_388_607, -8_388_608, 97_802)
    script = [(120 * n, f"set {count}") for n, count in enumerate(counts)]
    return run(board.firmware(), [*script, (1500, r"send ID?\nCH?\nPING,a7\nSTART\nID?\n")], 2100)


@cache
def cell_lost() -> Run:
    """Pull the data wire off at 1 s, let it touch ground from 2 s to 3 s, and mend it."""
    return run(board.firmware(), [(0, "set 84211"), (1000, "absent"), (2000, "stuck"), (3000, "well")], 4000)


@cache
def restarted() -> Run:
    """Press reset at 0.5 s, and let the voltage break down at 1 s."""
    return run(board.firmware(), [(500, "reset"), (1000, "brownout")], 1500)


@cache
def replugged() -> Run:
    """Pull the cable at 0.5 s, and plug it in again at 0.9 s."""
    return run(board.firmware(), [(500, "unplug"), (900, "replug")], 1400)


@cache
def wrapped() -> Run:
    """Let sequence and microseconds come to their ends after half a second."""
    image = board.firmware()
    clock, seq = board.place(image, "timer0_overflow_count"), board.place(image, "frameSeq")
    overflows = 2**32 // 1024 - 300  # of a timer that counts 256 times 4 microseconds
    script = [(200, f"poke {clock:x} {little_endian(overflows, 4)}"), (200, f"poke {seq:x} {little_endian(65_520, 2)}")]
    return run(image, script, 1000)


@cache
def slow_port() -> Run:
    """Send 80 frames a second through a port that takes 30, still ask who it is, and say something far too long."""
    script = [(2000, r"send ID?\nCH?\n"), (3000, sent(b"x" * 300 + b"\n"))]
    return run(board.firmware(more=SLOW_PORT), script, 4000)


@cache
def slow_cell() -> Run:
    """Use an HX711 as it is sold, with 10 readings a second."""
    return run(board.firmware(), [(0, "rate 10")], 8000)


@cache
def crowded_taps() -> Run:
    """Tap ten times a second on a board whose port is too slow for its levels, then with all five at once."""
    script = [(100 * n + at_ms, f"adc {n % 5} {on}") for n in range(2, 18) for at_ms, on in ((0, 2000), (50, 0))]
    script += [(at_ms, f"adc {pad} {on}") for pad in range(5) for at_ms, on in ((2000, 2000), (2200, 0))]
    return run(board.firmware("TAPS", SLOW_PORT), script, 2500)


@cache
def busy_grip() -> Run:
    """Ask who it is again and again, so that the answer is written just when a reading is done."""
    asked_ms = [(START_US + PERIOD_US * n) / 1000 - 0.3 - 0.1 * (n % 7) for n in range(8, 113, 5)]
    return run(board.firmware(), [(at_ms, r"send ID?\n") for at_ms in asked_ms], 1500)


@cache
def fast_crystal() -> Run:
    """Use a board whose crystal is 3,000 millionths fast."""
    return run(board.firmware(), [(0, "clock 3000")], 1500)


TAPS = tuple((200 + 97.37 * n, n % 5, 300 + 17 * n, 30 + n % 7 * 20) for n in range(40))
TAPS_END_MS = 4500


@cache
def taps() -> Run:
    """Tap 40 times with all fingers in turn: (onset ms, pad, peak level, held ms); the peak comes after 4 ms."""
    script = []
    for at_ms, pad, peak, held_ms in TAPS:
        half, full = f"adc {pad} {millivolts(peak // 2)}", f"adc {pad} {millivolts(peak)}"
        script += [(at_ms, half), (at_ms + 4, full), (at_ms + 8, half), (at_ms + held_ms, f"adc {pad} 0")]
    return run(board.firmware("TAPS"), script, TAPS_END_MS)


@cache
def rough_pads() -> Run:
    """Spark, bounce, a very short tap, a chord of five, and one pad pressed while another is held."""
    script = [(20 * n + 0.3 * n, "adc 0 2000") for n in range(3, 9)] + [
        (20.9 + 20.3 * n, "adc 0 0") for n in range(2, 8)
    ]
    script += [(200, "adc 1 2000"), (230, "adc 1 0"), (232, "adc 1 2000"), (260, "adc 1 0")]
    script += [(300, "adc 2 2000"), (304, "adc 2 0")]
    script += [(400, f"adc {pad} 3000") for pad in range(5)] + [(500, f"adc {pad} 0") for pad in range(5)]
    script += [(600, "adc 3 1000"), (650, "adc 4 5000"), (700, "adc 4 0"), (750, "adc 3 0")]
    return run(board.firmware("TAPS"), script, 900)


@cache
def five_levels() -> Run:
    """Press five FSR 200 times a second, to the end of their range, with lines as long as they ever get."""
    image = board.firmware("ADC", FIVE)
    clock, seq = board.place(image, "timer0_overflow_count"), board.place(image, "frameSeq")
    script = [(10, f"poke {clock:x} {little_endian(2_000_000, 4)}"), (10, f"poke {seq:x} {little_endian(20_000, 2)}")]
    script += [(500, f"adc {pin} {millivolts(100 * (pin + 1))}") for pin in range(5)]
    script += [(1500, f"adc {pin} 5000") for pin in range(5)]
    return run(image, [*script, (1700, r"send ID?\nCH?\nID?\n")], 3000)


@cache
def one_level() -> Run:
    """Pinch one FSR."""
    return run(board.firmware("ADC"), [(0, f"adc 0 {millivolts(512)}"), (100, r"send ID?\nCH?\n")], 600)


RUNS = (
    grip,
    cell_lost,
    restarted,
    replugged,
    wrapped,
    slow_port,
    slow_cell,
    busy_grip,
    crowded_taps,
    fast_crystal,
    taps,
    rough_pads,
    five_levels,
    one_level,
)


@pytest.mark.parametrize("make", RUNS, ids=lambda make: make.__wrapped__.__name__)
def test_every_line_is_short_and_accepted(make) -> None:
    made = make()
    assert made.stats.good > 40
    assert made.stats.damaged == 0
    assert max(map(len, made.lines)) < MAX_LINE
    notes = [line for line in made.lines if not line.startswith(b"$")]
    assert not any(b"$" in note or b"*" in note for note in notes)
    assert len(notes) <= 3


def test_the_same_script_gives_the_same_bytes() -> None:
    again = run(board.firmware("TAPS"), [(100, "adc 2 2000"), (150, "adc 2 0")], 300)
    assert again == run(board.firmware("TAPS"), [(100, "adc 2 2000"), (150, "adc 2 0")], 300)
    assert again.text


# ---- the grip


def test_it_says_that_it_started_before_the_first_frame() -> None:
    assert grip().lines[:2] == [b"Regrasp grip 1.0.0\r", b"$B,1,1*ABF7"]
    assert grip().all_of(Boot) == [Boot(1, 1)]
    assert isinstance(grip().messages[1], Frame)
    assert grip().frames[0].seq == 0


def test_it_streams_80_frames_a_second_without_being_asked() -> None:
    frames = cell_lost().frames[:75]
    assert [frame.seq for frame in frames] == list(range(75))
    assert all(frame.flags == 0 for frame in frames)
    steps = [after.t_us - before.t_us for before, after in pairwise(frames)]
    assert all(abs(step - PERIOD_US) <= STAMP_US for step in steps)
    assert sum(steps) / len(steps) == pytest.approx(PERIOD_US, abs=1)


def test_a_stamp_is_the_end_of_the_conversion_and_the_line_follows_soon() -> None:
    for at_us, frame in cell_lost().timed(Frame)[:75]:
        done_us = 4 * PERIOD_US + frame.seq * PERIOD_US
        assert frame.t_us == pytest.approx(done_us - START_US, abs=STAMP_US)
        assert 2_000 < at_us - done_us < 7_000


def test_a_stamp_does_not_wait_for_an_answer_that_is_being_written() -> None:
    assert len(busy_grip().all_of(Identity)) == 21
    steps = [after.t_us - before.t_us for before, after in pairwise(busy_grip().frames)]
    assert all(abs(step - PERIOD_US) <= STAMP_US for step in steps)


def test_a_clock_that_is_fast_shows_in_the_stamps() -> None:
    steps = [after.t_us - before.t_us for before, after in pairwise(fast_crystal().frames)]
    assert sum(steps) / len(steps) == pytest.approx(PERIOD_US * 1.003, abs=2)


def test_counts_come_through_unchanged_and_only_the_ends_of_the_range_are_marked() -> None:
    seen = dict.fromkeys((frame.values[0], frame.flags) for frame in grip().frames)
    assert list(seen) == [
        (84_211, 0),
        (-5, 0),
        (-1, 0),
        (0, 0),
        (1, 0),
        (8_388_606, 0),
        (8_388_607, SATURATED),
        (-8_388_607, 0),
        (-8_388_608, SATURATED),
        (97_802, 0),
    ]


def test_a_force_cell_that_does_not_answer_is_said_ten_times_a_second() -> None:
    frames = cell_lost().timed(Frame)
    missing = [(at_us, frame) for at_us, frame in frames if frame.flags]
    assert all(frame.flags == NO_DATA and frame.values == (0,) for _, frame in missing)
    assert 1_000_000 < missing[0][0] < 1_200_000
    steps = [after.t_us - before.t_us for (_, before), (_, after) in pairwise(missing)]
    assert all(step == pytest.approx(100_000, abs=500) for step in steps)
    assert 18 <= len(missing) <= 20


def test_a_force_cell_that_answers_again_is_read_at_once_with_the_same_gain() -> None:
    frames = [frame for _, frame in cell_lost().timed(Frame)]
    well = [frame for frame in frames if frame.t_us > 3_000_000]
    assert well[0].t_us < 3_120_000
    assert {(frame.values, frame.flags) for frame in well} == {((84_211,), 0)}
    assert len(well) >= 30
    assert [frame.seq for frame in frames] == list(range(len(frames)))
    assert all(before.t_us < after.t_us for before, after in pairwise(frames))


def test_a_restart_begins_clock_and_sequence_again_and_says_why() -> None:
    assert restarted().all_of(Boot) == [Boot(1, 1), Boot(1, 2), Boot(1, 4)]
    messages = restarted().messages
    firsts = [messages[n + 1] for n, message in enumerate(messages) if isinstance(message, Boot)]
    assert [(frame.seq, frame.t_us < 60_000) for frame in firsts] == [(0, True)] * 3


def test_a_board_that_was_plugged_in_again_streams_by_itself() -> None:
    assert replugged().all_of(Boot) == [Boot(1, 1), Boot(1, 1)]
    late = [frame for at_us, frame in replugged().timed(Frame) if at_us > 900_000]
    assert late[0].seq == 0
    assert len(late) >= 34
    assert not [at_us for at_us in replugged().ended_us if 510_000 < at_us < 900_000]


def test_sequence_and_clock_go_on_over_their_ends() -> None:
    frames = wrapped().frames
    assert {0, 65_535} <= {frame.seq for frame in frames[20:]}
    assert frames[-1].t_us < 1_000_000 < max(frame.t_us for frame in frames)
    steps = [((b.seq - a.seq) % 2**16, (b.t_us - a.t_us) % 2**32) for a, b in pairwise(frames[20:])]
    assert all(frames_on == 1 and abs(us_on - PERIOD_US) <= STAMP_US for frames_on, us_on in steps)


def test_what_a_slow_port_does_not_take_is_dropped_in_whole_frames_counted_and_marked() -> None:
    frames = slow_port().frames
    gaps = [after.seq - before.seq - 1 for before, after in pairwise(frames)]
    assert sum(gaps) > 50
    marked = [frame.flags for frame in frames[1:]]
    assert marked == [DROPPED_BEFORE if gap else 0 for gap in gaps]
    told = slow_port().all_of(Stats)
    assert len(told) >= 3
    assert told[-1].dropped > 50
    for before, after in pairwise(frames):
        assert after.t_us - before.t_us == pytest.approx((after.seq - before.seq) * PERIOD_US, abs=STAMP_US)


def test_a_port_that_is_too_slow_for_the_frames_still_brings_the_answers() -> None:
    (asked_us, _), *_ = slow_port().timed(Identity)
    assert 2_000_000 < asked_us < 2_500_000
    assert slow_port().all_of(Channel)
    assert slow_port().all_of(Fault) == [UNKNOWN]


def test_it_tells_once_a_second_how_many_frames_were_sent() -> None:
    told = cell_lost().all_of(Stats)
    assert [round(stats.uptime_ms, -1) for stats in told] == [1000, 2000, 3000]
    assert [stats.dropped for stats in told] == [0, 0, 0]
    assert 75 <= told[0].sent <= 80


def test_an_hx711_at_ten_readings_a_second_is_read_and_the_maker_is_told() -> None:
    assert all(frame.flags == 0 for frame in slow_cell().frames[4:])
    assert b"RATE" in b"".join(line for line in slow_cell().lines if not line.startswith(b"$"))
    assert b"RATE" not in cell_lost().text


# ---- commands


def answers(*commands: bytes) -> list[object]:
    """Return what the board answers to each of the commands, sent 100 ms apart."""
    script = [(100 * (n + 1), sent(command)) for n, command in enumerate(commands)]
    made = run(board.firmware(), script, 100 * (len(commands) + 2))
    assert made.stats.damaged == 0
    return [message for message in made.messages if not isinstance(message, Boot | Frame | Stats)]


IDENTITY = Identity(1, "Regrasp grip", "1.0.0", "TEST", 1, 80.0, 1_000_000)
CHANNEL = Channel(0, "grip", "force", "count", -8_388_608.0, 8_388_607.0, 0.0, 0.0)


def test_it_says_who_it_is_and_what_its_channel_means() -> None:
    assert answers(b"ID?\n", b"CH?\n", b"ID?\r\n") == [IDENTITY, CHANNEL, IDENTITY]


def test_commands_sent_back_to_back_are_all_answered() -> None:
    told = [message for message in grip().messages if not isinstance(message, Boot | Frame | Stats)]
    assert told[:2] == [IDENTITY, CHANNEL]
    assert isinstance(told[2], Pong)
    assert told[3:] == [Ack("START"), IDENTITY]


def test_a_ping_brings_back_its_token_and_the_time() -> None:
    token = "t" * 40
    first, second = answers(b"PING,a7\n", b"PING,%b\n" % token.encode())
    assert (first.token, second.token) == ("a7", token)
    assert first.t_us == pytest.approx(100_000, abs=5_000)
    assert second.t_us - first.t_us == pytest.approx(100_000, abs=5_000)


@pytest.mark.parametrize("command", [b"PING,\n", b"PING\n", b"PING,a,b\n", b"PING,a*b\n", b"PING," + b"t" * 41 + b"\n"])
def test_a_ping_without_a_proper_token_is_unknown(command: bytes) -> None:
    assert answers(command) == [UNKNOWN]


def test_a_framed_command_is_obeyed_only_with_the_right_check_value() -> None:
    right = encode(b"ID?")
    cut, lower, torn = b"$ID?\n", b"$STOP*" + encode(b"STOP")[-5:].lower(), b"$ID?*AB2\n"
    wrong = b"$ID?*0000\n"
    assert lower != encode(b"STOP")
    got = answers(right, b"noise" + right, wrong, cut, lower, torn, b"$\n", encode(b"WHAT"), b"$PING,x" + right)
    assert got == [IDENTITY, IDENTITY, WRONG, WRONG, WRONG, WRONG, WRONG, UNKNOWN, IDENTITY]


def test_what_it_does_not_know_is_answered_and_otherwise_ignored() -> None:
    modem = answers(b"AT\r", b"ATI\r\n", b"AT+CGMI\r", b"id?\n", b" ID?\n", b"ID?\x00\n", b"\x80\xff\n", b"ID?\n")
    assert modem == [UNKNOWN] * 7 + [IDENTITY]


def test_empty_lines_are_ignored() -> None:
    assert answers(b"\n\n\r\n\r\r\n", b"ID?\n") == [IDENTITY]


def test_a_command_that_is_too_long_is_refused_once_and_harms_nothing() -> None:
    assert answers(b"x" * 60 + b"\n", b"y" * 64 + b"\n", b"z" * 400, b"\n", b"ID?\n") == [UNKNOWN] * 3 + [IDENTITY]
    assert answers(b"x" * 256 + b"ID?\n", b"ID?" + b"\x00" * 61 + b"\n") == [UNKNOWN] * 2
    assert answers(b"$" + b"x" * 200 + b"\n", b"ID?\n") == [WRONG, IDENTITY]


def test_stop_and_start_hold_the_frames_but_not_the_answers() -> None:
    script = [(500, r"send STOP\n"), (600, r"send STOP\n"), (700, r"send ID?\n"), (1500, r"send START\nSTART\n")]
    made = run(board.firmware(), script, 2000)
    assert made.all_of(Ack) == [Ack("STOP"), Ack("STOP"), Ack("START"), Ack("START")]
    assert made.all_of(Identity) == [IDENTITY]
    (stopped_us, _), _, (started_us, _), _ = made.timed(Ack)
    frames = made.timed(Frame)
    assert not [at_us for at_us, _ in frames if stopped_us + 5_000 < at_us < started_us - 5_000]
    assert [frame.seq for _, frame in frames] == list(range(len(frames)))
    assert not any(frame.flags for _, frame in frames)
    assert len(made.all_of(Stats)) == 1


# ---- taps


def test_forty_taps_are_all_felt_within_about_a_millisecond() -> None:
    pressed = [tap for tap in taps().all_of(Tap) if tap.pressed]
    assert [tap.pad for tap in pressed] == [pad for _, pad, _, _ in TAPS]
    late_ms = [(tap.t_us + START_US) / 1000 - at_ms for tap, (at_ms, *_) in zip(pressed, TAPS, strict=True)]
    assert min(late_ms) > -0.1
    assert max(late_ms) < 1.1
    assert sum(late_ms) / len(late_ms) == pytest.approx(0.5, abs=0.15)


def test_a_press_carries_its_peak_and_is_told_ten_milliseconds_after_its_onset() -> None:
    pressed = [(at_us, tap) for at_us, tap in taps().timed(Tap) if tap.pressed]
    assert [tap.level for _, tap in pressed] == pytest.approx([peak for _, _, peak, _ in TAPS], abs=1)
    assert all(10_000 <= at_us - tap.t_us < 22_000 for at_us, tap in pressed)


def test_each_press_is_let_go_when_the_finger_lifts() -> None:
    felt = taps().all_of(Tap)
    assert [tap.seq for tap in felt] == list(range(80))
    for number, (at_ms, pad, _, held_ms) in enumerate(TAPS):
        down, up = [tap for tap in felt if tap.pad == pad][2 * (number // 5) :][:2]
        assert (down.pressed, up.pressed) == (True, False)
        assert -0.1 < (up.t_us + START_US) / 1000 - at_ms - held_ms < 1.2
        assert up.level < 40


def test_five_levels_come_a_hundred_times_a_second_beside_the_taps_without_loss() -> None:
    frames = taps().frames
    assert [frame.seq for frame in frames] == list(range(len(frames)))
    assert not any(frame.flags for frame in frames)
    assert len(frames) == pytest.approx(TAPS_END_MS / 10, abs=2)
    assert {len(frame.values) for frame in frames} == {5}
    steps = [after.t_us - before.t_us for before, after in pairwise(frames)]
    assert all(abs(step - 10_000) <= 1_200 for step in steps)
    assert taps().all_of(Stats)[-1].dropped == 0


def test_a_spark_is_no_tap_a_bounce_is_no_second_one_and_a_short_one_counts() -> None:
    felt = [(tap.pad, tap.pressed) for tap in rough_pads().all_of(Tap) if tap.t_us < 390_000]
    assert felt == [(1, True), (1, False), (2, True), (2, False)]


def test_a_chord_and_a_held_pad_are_felt_finger_by_finger() -> None:
    late = [tap for tap in rough_pads().all_of(Tap) if tap.t_us > 390_000]
    chord, held = late[:10], late[10:]
    for felt, pressed in ((chord[:5], True), (chord[5:], False)):
        assert sorted((tap.pad, tap.pressed) for tap in felt) == [(pad, pressed) for pad in range(5)]
        assert max(tap.t_us for tap in felt) - min(tap.t_us for tap in felt) < 1_100
    assert [(tap.pad, tap.pressed) for tap in held] == [(3, True), (4, True), (4, False), (3, False)]


def test_the_program_puts_taps_at_their_true_time_although_their_lines_come_late() -> None:
    decoder, presses = SensorDecoder(), []
    for line, at_us in zip(taps().lines, taps().ended_us, strict=True):
        felt = [touch for touch in decoder.feed(line + b"\n", at_us / 1000) if isinstance(touch, Touch)]
        presses += [touch for touch in felt if touch.pressed]
    off_ms = [touch.at_ms - at_ms for touch, (at_ms, *_) in zip(presses, TAPS, strict=True)]
    # a line of five levels takes some 4 ms at 115200 baud; that constant part cannot be seen one way
    assert min(off_ms) > 2.5
    assert max(off_ms) < 5


def test_taps_get_through_a_port_that_is_too_slow_for_the_levels() -> None:
    felt = crowded_taps().all_of(Tap)[:32]
    assert [(tap.seq, tap.pad, tap.pressed) for tap in felt] == [
        (2 * n + up, (n + 2) % 5, not up) for n in range(16) for up in range(2)
    ]
    assert crowded_taps().all_of(Stats)[-1].dropped > 50


def test_a_pad_pressed_to_the_end_of_its_range_is_marked() -> None:
    assert {frame.values[4] for frame in rough_pads().frames if frame.flags} == {1023}
    assert {frame.flags for frame in rough_pads().frames} == {0, SATURATED}


# ---- FSR


def test_five_fsr_come_200_times_a_second_without_loss() -> None:
    frames = [frame for at_us, frame in five_levels().timed(Frame) if at_us > 20_000]
    assert [frame.seq for frame in frames] == list(range(frames[0].seq, frames[0].seq + len(frames)))
    assert len(frames) == pytest.approx(597, abs=3)
    assert max(map(len, five_levels().lines)) >= 50
    steps = [after.t_us - before.t_us for before, after in pairwise(frames)]
    assert sum(steps) / len(steps) == pytest.approx(5_000, abs=5)
    assert five_levels().all_of(Stats)[-1].dropped == 0


def test_each_fsr_has_its_own_column_and_the_end_of_the_range_is_marked() -> None:
    seen = dict.fromkeys((frame.values, frame.flags) for frame in five_levels().frames)
    rest, pressed = (0, 0, 0, 0, 0), (100, 200, 300, 400, 500)
    assert (rest, 0) in seen
    assert (pressed, 0) in seen
    assert list(seen)[-1] == ((1023,) * 5, SATURATED)
    assert len(seen) <= 5


def test_every_source_names_its_channels() -> None:
    assert [channel.id for channel in one_level().all_of(Channel)] == ["pinch"]
    assert one_level().all_of(Identity) == [Identity(1, "Regrasp FSR", "1.0.0", "TEST", 1, 100.0, 1_000_000)]
    assert {frame.values for frame in one_level().frames} == {(512,)}
    five = five_levels().all_of(Channel)
    assert [channel.id for channel in five] == ["thumb", "index", "middle", "ring", "little"]
    assert [channel.index for channel in five] == [0, 1, 2, 3, 4]
    assert {(channel.minimum, channel.maximum) for channel in five} == {(0.0, 1023.0)}


# ---- the build


@pytest.mark.parametrize("source", ["GRIP", "TAPS", "ADC"])
def test_it_is_small_and_also_builds_for_native_usb(source: str) -> None:
    flash, memory = board.size(board.firmware(source))
    assert flash < 6_000
    assert memory < 1_024
    assert board.firmware(source, board="leonardo").exists()


def test_a_sensor_without_a_serial_number_is_not_built(tmp_path: Path) -> None:
    board.workshop()
    built = board.make(tmp_path, "SERIAL=")
    assert built.returncode
    assert re.search("give this sensor a SERIAL_NUMBER of its own", built.stderr)
