"""Check that ticks and milliseconds are counted alike in both directions."""

from hypothesis import given
from hypothesis import strategies as st

from engine.ticks import MS_PER_TICK, TICKS_PER_S, seconds, to_ms, to_ticks


def test_a_second_has_120_ticks_of_8_and_a_third_ms() -> None:
    assert TICKS_PER_S == 120
    assert round(to_ms(120), 9) == 1000.0
    assert round(MS_PER_TICK, 4) == 8.3333


@given(st.integers(0, 10_000_000))
def test_ticks_survive_the_way_to_milliseconds_and_back(ticks: int) -> None:
    assert to_ticks(to_ms(ticks)) == ticks


@given(st.floats(0, 1e6))
def test_a_length_is_never_off_by_more_than_half_a_tick(ms: float) -> None:
    assert abs(to_ms(to_ticks(ms)) - ms) <= MS_PER_TICK / 2 + 1e-6
    assert seconds(ms / 1000) == to_ticks(ms)
