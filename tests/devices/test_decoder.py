"""Check the pure core of the grip sensor: bytes in, samples out, whatever happens to the bytes."""

import random
from itertools import pairwise

import pytest
from grip_board import line
from hypothesis import given
from hypothesis import strategies as st

from devices.decoder import GAP, RESET, Reading, SensorDecoder, Touch
from devices.glp import encode_frame

HELLO = b"".join(
    line(body)
    for body in ("I,1,Test,1.0.0,A1,2,80,1000000", "C,0,thumb,force,count,0,9,0,0", "C,1,grip,force,count,0,9,0,0")
)


def frame(n: int, *, start_us: int = 500_000, flags: int = 0, seq: int | None = None) -> bytes:
    """Return frame ``n`` of a sensor at 80 Hz whose grip column reads 1000 + n."""
    t_us = (start_us + n * 12_500) % 2**32
    return line(f"F,{(n if seq is None else seq) % 65536},{t_us},{flags:X},5,{1000 + n}")


def felt(decoder: SensorDecoder, numbers: range, **how: int) -> list[Reading]:
    """Feed the frames one by one, each 1 ms after it was measured."""
    return [s for n in numbers for s in decoder.feed(frame(n, **how), 1000 + n * 12.5 + 1)]


def values(samples: list[Reading]) -> list[float]:
    return [sample.values[-1] for sample in samples]


def test_a_reading_has_its_times_and_flags_and_the_grip_its_channel() -> None:
    decoder = SensorDecoder()
    assert decoder.feed(HELLO, 900) == []
    assert decoder.feed(frame(3, flags=5), 1038.5) == [Reading(1038.5, 537.5, 1038.5, 3, 5, (5, 1003))]
    assert decoder.channel is not None
    assert decoder.channel.index == 1
    assert decoder.flags == 5


@pytest.mark.parametrize(
    ("ids", "chosen"), [("thumb pinch", 1), ("pinch grip", 1), ("grip pinch", 0), ("a b", 0), ("x grip grip", 1)]
)
def test_grip_comes_before_pinch_and_pinch_before_the_first(ids: str, chosen: int) -> None:
    decoder = SensorDecoder()
    for index, name in enumerate(ids.split()):
        decoder.feed(line(f"C,{index},{name},force,count,0,9,0,0"), 0)
    assert decoder.channel is not None
    assert decoder.channel.index == chosen


def test_a_frame_without_the_wanted_column_is_no_sample() -> None:
    decoder = SensorDecoder()
    decoder.feed(HELLO, 0)
    assert decoder.feed(line("F,1,100,0,5"), 1) == []
    assert decoder.feed(line("F,1,100,0,5,6,7"), 1) == []
    assert decoder.frames == 0


@pytest.mark.parametrize("first", ["B,2,1", "I,2,Test,9,A1,1,80,1000000", "B,2,1,something,new"])
def test_a_newer_protocol_is_not_read(first: str) -> None:
    decoder = SensorDecoder()
    assert decoder.feed(frame(0) + line(first) + frame(1), 5) == []
    assert decoder.feed(frame(2), 30) == []
    assert decoder.newer


def test_a_cut_at_any_place_changes_no_value() -> None:
    stream = b"7,0,12*9A\n" + HELLO + b"".join(map(frame, range(12)))
    for place in range(len(stream) + 1):
        decoder = SensorDecoder()
        samples = decoder.feed(stream[:place], 5000) + decoder.feed(stream[place:], 5001)
        assert values(samples) == [1000 + n for n in range(12)]
        assert [s.device_ms for s in samples] == [500 + 12.5 * n for n in range(12)]


def test_cuts_of_the_cable_lose_frames_but_invent_none() -> None:
    r, decoder = random.Random(8), SensorDecoder()
    decoder.feed(HELLO, 0)
    stream, cuts = b"".join(map(frame, range(20_000))), 400
    pieces, at = [], 0
    for cut in sorted(r.sample(range(len(stream)), cuts)):
        pieces.append(stream[at:cut])
        at = max(at, cut + r.randint(1, 59))
    got = [s for n, piece in enumerate([*pieces, stream[at:]]) for s in decoder.feed(piece, 1000.0 * n)]
    assert set(values(got)) <= {1000.0 + n for n in range(20_000)}
    assert values(got) == sorted(values(got))
    assert 20_000 - 3 * cuts < len(got) < 20_000
    assert decoder.missed == 20_000 - len(got)


def test_noise_between_and_within_frames_is_no_sample() -> None:
    r, decoder = random.Random(9), SensorDecoder()
    decoder.feed(HELLO, 0)
    noise = [r.randbytes(r.randint(0, 80)) + b"\n" for _ in range(300)]
    got = [s for n in range(300) for s in decoder.feed(frame(n) + noise[n], 1000 + 12.5 * n)]
    assert values(got) == [1000 + n for n in range(300)]


@given(st.permutations(range(12)))
def test_frames_out_of_order_never_turn_time_back(order: list[int]) -> None:
    decoder = SensorDecoder()
    decoder.feed(HELLO, 0)
    got = [s for k, n in enumerate(order) for s in decoder.feed(frame(n), 2000 + 12.5 * k)]
    assert [s.at_ms for s in got] == sorted(s.at_ms for s in got)
    assert {(s.values[1], s.device_ms) for s in got} <= {(1000 + n, 500 + 12.5 * n) for n in range(12)}
    assert got


def test_a_late_or_doubled_frame_is_left_out() -> None:
    decoder = SensorDecoder()
    decoder.feed(HELLO, 0)
    got = [s for n in (0, 1, 2, 1, 2, 3, 3, 4) for s in decoder.feed(frame(n), 2000 + n)]
    assert values(got) == [1000, 1001, 1002, 1003, 1004]
    assert decoder.restarts == 0


def test_lost_frames_are_counted() -> None:
    decoder = SensorDecoder()
    felt(decoder, range(10))
    felt(decoder, range(15, 20))
    assert (decoder.missed, decoder.restarts) == (5, 0)


def test_both_counters_may_begin_again_unseen() -> None:
    decoder = SensorDecoder()
    decoder.feed(HELLO, 0)
    got = felt(decoder, range(65_500, 65_600), start_us=2**32 - 65_550 * 12_500)
    assert values(got) == [1000 + n for n in range(65_500, 65_600)]
    steps = {round(b.device_ms - a.device_ms, 6) for a, b in pairwise(got)}
    assert steps == {12.5}
    assert (decoder.missed, decoder.restarts) == (0, 0)


def after_a_restart(before_s: float, told: bool) -> tuple[SensorDecoder, list[Reading], list[Reading]]:
    """Play 20 s, let the sensor begin again 1 s later, play 5 s more."""
    decoder = SensorDecoder()
    decoder.feed(HELLO, 0)
    start_us = int((before_s - 20) * 1e6)
    old = felt(decoder, range(1600), start_us=start_us)
    if told:
        decoder.feed(line("B,1,4"), 22_000)
    new = [s for n in range(400) for s in decoder.feed(frame(n, start_us=9000), 22_000 + n * 12.5)]
    return decoder, old, new


@pytest.mark.parametrize("before_s", [21, 600, 3000, 3600, 4200])
@pytest.mark.parametrize("told", [True, False])
def test_a_sensor_that_began_again_goes_on_in_host_time(before_s: float, told: bool) -> None:
    # after more than 35.8 min the shortest way back to 0 is forwards: only the host's clock can tell
    decoder, old, new = after_a_restart(before_s, told)
    assert decoder.restarts == (0 if told else 1)
    assert len(new) == 400
    assert new[0].device_ms == 9
    assert new[0].at_ms == pytest.approx(22_000, abs=0.1)
    assert new[-1].at_ms == pytest.approx(22_000 + 399 * 12.5, abs=0.1)
    assert old[-1].at_ms < new[0].at_ms


def test_a_time_that_jumps_ahead_of_its_own_arrival_is_a_sensor_that_began_again() -> None:
    decoder = SensorDecoder()
    felt(decoder, range(1600), start_us=3_000_000_000)
    got = [s for n in range(400) for s in decoder.feed(frame(n, start_us=9000, seq=1700 + n), 22_000 + n * 12.5)]
    assert decoder.restarts == 1
    assert (got[0].device_ms, got[0].at_ms) == (9, 22_000)
    assert got[-1].at_ms == pytest.approx(22_000 + 399 * 12.5, abs=0.1)


@given(st.binary(max_size=300), st.floats(0, 1e6))
def test_anything_may_come_in(noise: bytes, arrival_ms: float) -> None:
    decoder = SensorDecoder()
    assert decoder.feed(noise, arrival_ms) == []
    decoder.feed(b"\n" + HELLO, arrival_ms)
    assert values(decoder.feed(frame(1), arrival_ms + 1)) == [1001]


def test_lost_frames_and_a_new_beginning_are_marked_on_the_next_reading_only() -> None:
    decoder = SensorDecoder()
    got = felt(decoder, range(3)) + felt(decoder, range(5, 7))
    assert [r.flags for r in got] == [0, 0, 0, GAP, 0]
    decoder.feed(line("B,1,4"), 2000)
    again = [r for n in range(3) for r in decoder.feed(frame(n, start_us=9000), 2000 + 12.5 * n)]
    assert [r.flags for r in again] == [RESET, 0, 0]


def test_the_first_beginning_is_not_marked() -> None:
    decoder = SensorDecoder()
    decoder.feed(line("B,1,1"), 0)
    assert [r.flags for r in felt(decoder, range(2))] == [0, 0]


def test_a_tap_has_the_time_of_its_onset_and_teaches_the_clock_nothing() -> None:
    decoder = SensorDecoder()
    decoder.feed(HELLO, 0)
    felt(decoder, range(200))
    onset_us = 500_000 + 199 * 12_500 - 3_000
    (touch,) = decoder.feed(line(f"T,0,{onset_us},1,1,640"), 1000 + 199 * 12.5 + 40)
    assert isinstance(touch, Touch)
    assert touch.at_ms == pytest.approx(1000 + 199 * 12.5 - 2, abs=0.1)
    assert (touch.pad, touch.pressed, touch.level) == (1, True, 640)


def test_a_tap_across_the_end_of_the_counter_stays_in_order() -> None:
    decoder = SensorDecoder()
    decoder.feed(HELLO, 0)
    felt(decoder, range(200), start_us=2**32 - 199 * 12_500 + 1000)
    (touch,) = decoder.feed(line(f"T,0,{2**32 - 1500},1,1,640"), 1000 + 199 * 12.5 + 9)
    assert touch.at_ms == pytest.approx(1000 + 199 * 12.5 - 1.5, abs=0.1)


def paced(rate_hz: float, pace: float = 1.0, seconds: float = 12, flags: int = 0) -> SensorDecoder:
    """Return the decoder after some seconds of a sensor with that rate, whose clock runs at ``pace``."""
    decoder = SensorDecoder()
    for n in range(int(seconds * rate_hz)):
        decoder.feed(encode_frame(n, int(n / rate_hz * pace * 1e6), flags, (5,)), 1000 + n / rate_hz * 1000)
    return decoder


@pytest.mark.parametrize("rate_hz", [10, 80, 200])
def test_the_rate_is_known_after_a_second(rate_hz: float) -> None:
    assert paced(rate_hz, seconds=0.9).rate_hz is None
    assert paced(rate_hz, seconds=1.2).rate_hz == pytest.approx(rate_hz, rel=1e-3)


def test_a_sensor_without_its_cell_has_no_rate() -> None:
    assert paced(10, flags=2).rate_hz is None


@pytest.mark.parametrize("pace", [0.9, 0.995, 1.0, 1.03])
def test_the_pace_of_the_clock_is_known_after_ten_seconds(pace: float) -> None:
    assert paced(80, pace, seconds=9).pace is None
    assert paced(80, pace).pace == pytest.approx(pace, abs=0.002)
