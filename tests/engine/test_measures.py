"""Check the small measures against numbers from elsewhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.measures import mean, median, quantile, rounded

# Golden values: intervals of taps, closed forms computed with numpy.
TAPS_S = [0.0, 0.512, 1.006, 1.523, 2.011, 2.498, 3.031, 3.52, 4.049, 4.551, 5.11]
INTERVALS = [b - a for a, b in zip(TAPS_S, TAPS_S[1:], strict=False)]


def test_mean_and_median_of_the_golden_taps_agree_with_numpy() -> None:
    assert mean(INTERVALS) == pytest.approx(0.511)
    assert median(INTERVALS) == pytest.approx(0.507)


def test_quantiles_are_interpolated_as_type_7() -> None:
    # numpy.quantile([1, 2, 3, 4], [0.1, 0.4, 0.9])
    assert [quantile([4, 1, 3, 2], share) for share in (0.1, 0.4, 0.9)] == pytest.approx([1.3, 2.2, 3.7])


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_quantiles_lie_inside_and_rise(values: list[float]) -> None:
    cuts = [quantile(values, share / 10) for share in range(11)]
    assert (cuts[0], cuts[-1]) == (min(values), max(values))
    assert all(b >= a - 1e-6 for a, b in zip(cuts, cuts[1:], strict=False))


@pytest.mark.parametrize("measure", [mean, median])
def test_nothing_has_no_mean_and_no_median(measure: object) -> None:
    with pytest.raises(ValueError, match="values: must not be empty"):
        measure([])  # type: ignore[operator]


def test_measures_are_kept_to_four_places() -> None:
    assert rounded(1 / 3) == 0.3333
