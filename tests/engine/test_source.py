"""Check that a trial's source is kept as it was said, and that no trend goes on where it changed."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.device import every_kind
from engine.profile import AIDS
from engine.source import FILTER, PADS, SENSORS, Source, from_plain, source_of, to_plain

SAID: dict[str, Any] = {
    "kind": "serial", "port": "/dev/ttyACM0", "model": "Grip bar", "firmware": "1.2.0", "serial": "00A7",
    "rate_hz": 80.0, "channel": "grip", "unit": "count", "span": 16_777_215.0, "low": -8_388_608.0, "high": 8_388_607.0,
    "verified": True, "channels": [],
}  # fmt: skip
WHOLE = source_of(SAID, "splint", "1a2b3c4d", 2.5e-4)
numbers = st.floats(allow_nan=False)
sources = st.builds(
    Source, device=st.text(), calibration=st.text(), rate_hz=numbers, filter=st.text(), unit=st.text(), span=numbers,
    low=numbers, high=numbers, gain_n=numbers, aid=st.sampled_from(AIDS), verified=st.booleans(),
)  # fmt: skip


@given(sources)
def test_a_source_survives_the_way_into_a_record_and_back(source: Source) -> None:
    assert from_plain(json.loads(json.dumps(to_plain(source)))) == source


def test_what_is_empty_is_not_written_and_what_is_not_known_is_not_read() -> None:
    assert to_plain(Source()) == {}
    assert to_plain(Source("keys", aid="none")) == {"device": "keys", "aid": "none"}
    assert to_plain(Source("plain:x", verified=False)) == {"device": "plain:x", "verified": False}
    assert from_plain({"device": "keys", "tick": 7, "colour": "blue"}) == Source("keys")


@pytest.mark.parametrize(
    "row",
    [
        {"device": 7},
        {"aid": None},
        {"calibration": ["x"]},
        {"rate_hz": "80"},
        {"span": None},
        {"span": True},
        {"gain_n": float("nan")},
        {"low": float("nan")},
        {"verified": 1},
        {"verified": None},
        {"unit": b"count"},
        [],
        None,
        "serial",
    ],
)
def test_a_damaged_source_is_refused_where_it_is_read(row: Any) -> None:
    with pytest.raises(ValueError, match="^source: "):
        from_plain(row)


def test_a_sensor_is_named_by_its_kind_and_serial_number_with_all_that_a_reader_needs() -> None:
    wanted = Source("serial:00A7", "1a2b3c4d", 80.0, FILTER, "count", 16_777_215.0, -8_388_608.0, 8_388_607.0, 2.5e-4,
                    "splint")  # fmt: skip
    assert wanted == WHOLE
    assert source_of(SAID | {"serial": None}).device == "serial:Grip bar"
    assert source_of(SAID | {"serial": "", "model": None}).device == "serial"


def test_forces_are_smoothed_and_taps_are_not() -> None:
    assert {kind: bool(source_of({"kind": kind}).filter) for kind in (*SENSORS, *PADS, "keys", "mouse")} == {
        **dict.fromkeys(SENSORS, True), **dict.fromkeys((*PADS, "keys", "mouse"), False)
    }  # fmt: skip


def test_the_width_of_the_range_follows_from_its_ends_where_nothing_else_is_said() -> None:
    assert source_of({"kind": "pads", "low": 0, "high": 1023}).span == 1023
    assert source_of({"kind": "pads", "low": 10, "high": 5}).span == 0
    assert source_of({"kind": "tindeq", "span": 0.0}).rails is None
    assert source_of({"kind": "pads", "low": 0, "high": 1023}).rails == (0.0, 1023.0)


def test_a_sensor_that_says_newtons_itself_needs_no_weights_but_is_believed_less_than_they_are() -> None:
    assert [source_of({"kind": "tindeq", "unit": unit}).gain_n for unit in ("mN", "N", "count")] == [0.001, 1.0, 0.0]
    assert source_of({"kind": "lsl", "unit": "N"}, "", "1a2b3c4d", 0.98).gain_n == 0.98


def test_lines_without_a_check_value_are_marked_and_whoever_says_nothing_is_not() -> None:
    assert not source_of(SAID | {"verified": False}).verified
    assert source_of({"kind": "trigger"}).verified


@pytest.mark.parametrize("name", ["device", "calibration", "rate_hz", "filter", "aid"])
def test_another_device_calibration_rate_filter_or_aid_breaks_a_trend(name: str) -> None:
    other = replace(WHOLE, **{name: 10.0 if name == "rate_hz" else "other"})
    assert other.comparable != WHOLE.comparable


def test_what_only_describes_the_counts_breaks_none() -> None:
    other = replace(WHOLE, unit="mN", span=1.0, low=0.0, high=1.0, gain_n=1.0, verified=False)
    assert other.comparable == WHOLE.comparable


@pytest.mark.parametrize("kind", every_kind(), ids=lambda kind: kind.name)
def test_what_every_device_says_of_itself_makes_a_source_that_can_be_written(kind: Any, tmp_path: Path) -> None:
    device = kind.open(str(tmp_path / "nothing"), lambda: 0.0)
    try:
        source = source_of(device.describe(), "none")
    finally:
        device.close()
    assert source.device.partition(":")[0] == kind.name
    assert from_plain(json.loads(json.dumps(to_plain(source), allow_nan=False))) == source
