"""Check that a sample survives being written as a short list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.recording import as_written
from engine.sample import Sample, from_row, to_row

numbers = st.floats(-1e7, 1e7).map(lambda v: round(v, 4))
samples = st.builds(
    Sample,
    channel=st.sampled_from(["key.J", "mouse", "grip", "link.grip"]),
    at_ms=numbers,
    value=numbers,
    x=numbers,
    y=numbers,
    device_ms=numbers,
    flags=st.integers(0, 255),
)


@given(samples)
def test_a_sample_as_it_is_written_comes_back_the_very_same(sample: Sample) -> None:
    assert from_row(to_row(as_written(sample))) == as_written(sample)


def test_a_key_takes_only_what_it_needs() -> None:
    assert to_row(Sample("key.J", 12.3456, 1.0)) == ["key.J", 12.346, 1.0]
    assert to_row(Sample("key.J", 12.0)) == ["key.J", 12.0]


@pytest.mark.parametrize(
    "row", [[], ["key.J"], [1, 2.0], ["key.J", "soon"], ["key.J", None], ["key.J", True], "key.J 1", ["a", *range(7)]]
)
def test_anything_else_is_refused_in_words(row: object) -> None:
    with pytest.raises(ValueError, match="sample"):
        from_row(row)  # type: ignore[arg-type]
