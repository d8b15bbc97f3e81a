"""Check that a record is played as it was felt, and that a damaged one is refused."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.playback import DEVICE, Playback, Record, header_line, linked, load, read, sample_line
from engine.sample import Sample

SENSOR = {"kind": "serial", "model": "Grip bar", "serial": "00A7", "rate_hz": 80.0, "unit": "count", "span": 16777215.0,
          "channel": "grip", "channels": [{"id": "grip"}]}  # fmt: skip
BEGAN = "2026-11-21T10:00:00+00:00"
SAMPLES = (
    Sample("link.grip", 1000.0, 1.0),
    Sample("grip", 1000.0, 5.0, device_ms=77.0),
    Sample("grip", 1012.5, -7.25, device_ms=89.5, flags=1),
    Sample("mouse", 1013.0, 1.0, 400.5, 300.0),
)


def written(samples: tuple[Sample, ...] = SAMPLES, began_ms: float = 900.0) -> str:
    return "".join(f"{line}\n" for line in (header_line(SENSOR, BEGAN), *(sample_line(s, began_ms) for s in samples)))


def played(text: str, *times_ms: float) -> tuple[Playback, list[tuple[Sample, ...]]]:
    playback = Playback(read(text), lambda: 0.0)
    return playback, [playback.poll(now_ms) for now_ms in times_ms]


def test_what_was_felt_is_felt_again_when_it_is_due() -> None:
    _, felt = played(written(), 5000, 5100, 5112, 5113, 5200, 5300)
    assert felt[0] == ()
    assert felt[1] == (Sample("link.grip", 5100.0, 1.0), Sample("grip", 5100.0, 5.0, device_ms=77.0))
    assert felt[2] == ()
    assert felt[3] == (
        Sample("grip", 5112.5, -7.25, device_ms=89.5, flags=1),
        Sample("mouse", 5113.0, 1.0, 400.5, 300.0),
        Sample("link.grip", 5113.0, 0.0),
    )
    assert felt[4:] == [(), ()]


def test_it_says_when_it_has_ended_and_nothing_once_it_is_closed() -> None:
    playback, _ = played(written(), 0, 50)
    assert playback.message() is None
    playback.poll(10_000)
    assert playback.message() == "device.ended"
    playback.close()
    assert playback.message() is None
    assert playback.poll(20_000) == ()


def test_closed_in_the_middle_it_plays_no_more() -> None:
    playback, _ = played(written(), 0)
    playback.close()
    assert playback.poll(10_000) == ()


def test_a_record_without_a_link_gets_one() -> None:
    force = (Sample("grip", 10.0, 1.0), Sample("grip", 20.0, 2.0))
    assert linked(force) == (Sample("link.grip", 10.0, 1.0), *force, Sample("link.grip", 20.0, 0.0))
    keys = (Sample("key.J", 10.0, 1.0),)
    assert linked(keys) == keys
    assert linked(()) == ()


def test_a_link_that_has_ended_is_not_ended_again() -> None:
    samples = (Sample("link.pads", 1.0, 1.0), Sample("link.grip", 1.0, 1.0), Sample("link.grip", 2.0, 0.0))
    assert linked(samples) == (*samples, Sample("link.pads", 2.0, 0.0))


def test_it_says_whose_record_it_is() -> None:
    said = Playback(read(written()), lambda: 0.0, "records/squeeze.jsonl").describe()
    assert (said["kind"], said["of"], said["began"]) == ("playback", "serial", BEGAN)
    assert {key: said[key] for key in said if key in SENSOR and key != "kind"} == {
        "model": "Grip bar", "serial": "00A7", "rate_hz": 80.0, "unit": "count", "span": 16777215.0, "channel": "grip"
    }  # fmt: skip
    assert (said["low"], said["high"], said["verified"]) == (0.0, 0.0, True)
    assert json.loads(json.dumps(said, allow_nan=False)) == said


@pytest.mark.parametrize(
    "device", ['"x"', "null", "[1]", '{"model": [1], "span": null, "rate_hz": true}', '{"span": 1e999}']
)
def test_an_odd_device_in_the_header_does_no_harm(device: str) -> None:
    text = f'{{"regrasp": "device record", "format": 1, "device": {device}, "began": 7}}\n'
    said = Playback(read(text), lambda: 0.0).describe()
    assert (said["span"], said["model"], said["rate_hz"], said["began"]) == (0.0, "", 0.0, None)
    assert json.loads(json.dumps(said, allow_nan=False)) == said


def test_a_torn_last_line_is_left_out_and_a_whole_one_counts() -> None:
    text = written()
    assert len(read(text[:-1]).samples) == 4
    for cut in range(2, 20):
        assert len(read(text[:-cut]).samples) == 3


@pytest.mark.parametrize(
    "line",
    ['["grip"]', '["grip", "1"]', '["grip", -1]', '["grip", 1e9]', '["grip", 1, NaN]', '["grip", 1, Infinity]',
     '["grip", 1, 1e999]', '["grip", 1, true]', '["grip", 1, 2, 3, 4, 5, 6, 7]', '["grip", 1, 2, 0, 0, 0, 0.5]', "{}",
     "7", "x", '["grip", 1', '["grip", 1, 1' + "0" * 400 + "]", "[" * 100_000],
)  # fmt: skip
def test_a_damaged_line_in_the_middle_is_refused_by_its_number(line: str) -> None:
    with pytest.raises(ValueError, match="line 3"):
        read(f'{header_line(SENSOR, BEGAN)}\n["grip", 1, 2]\n{line}\n["grip", 2, 2]\n')


@pytest.mark.parametrize(
    "header",
    ["", "{}", "[]", "x", '{"regrasp": "device record", "format": 2}', '{"regrasp": "session", "format": 1}',
     '{"regrasp": "device record"', '{"regrasp": "device record", "format": NaN}'],
)  # fmt: skip
def test_another_file_is_refused(header: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        read(f'{header}\n["grip", 1, 2]\n')


def test_a_sample_that_is_no_number_is_not_written() -> None:
    with pytest.raises(ValueError, match="JSON"):
        sample_line(Sample("grip", 1.0, float("nan")), 0.0)
    with pytest.raises(ValueError, match="JSON"):
        header_line({"span": float("inf")}, BEGAN)


def test_the_device_reads_a_file(tmp_path: Path) -> None:
    path = tmp_path / "squeeze.jsonl"
    path.write_text(written().replace("\n", "\r\n"), "utf-8-sig")
    device = DEVICE.open(str(path), lambda: 0.0)
    assert device.message() is None
    device.poll(0.0)
    assert len(device.poll(1000.0)) == 5
    assert device.message() == "device.ended"
    assert device.describe()["port"] == str(path)
    assert DEVICE.skills == {"grip", "tap", "trace"}


@pytest.mark.parametrize(
    "content", [None, b"", b"\xff\xfe\x00", b"no record\n", b'{"regrasp": "device record", "format": 1}\nx\n']
)
def test_a_file_that_is_missing_or_damaged_is_told(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "squeeze.jsonl"
    if content is not None:
        path.write_bytes(content)
    device = DEVICE.open(str(path), lambda: 0.0)
    assert device.poll(0.0) == device.poll(1000.0) == ()
    assert device.message() == "device.no-file"
    device.close()
    assert device.message() is None


@pytest.mark.parametrize("path", ["", ".", "/", "\0", "x" * 5000])
def test_a_path_that_is_no_file_is_none(path: str) -> None:
    assert load(path) is None


NUMBERS = st.floats(-1e9, 1e9)
ROWS = st.lists(
    st.builds(Sample, st.sampled_from(["grip", "pad.index", "link.grip", "key.J"]), st.floats(0, 1e6), NUMBERS, NUMBERS,
              NUMBERS, st.floats(0, 1e9), st.integers(0, 0x30003)),
    max_size=30,
)  # fmt: skip


@given(ROWS, st.lists(st.floats(0, 2e5), max_size=30))
def test_everything_is_played_once_in_order_and_never_early(samples: list[Sample], waits_ms: list[float]) -> None:
    record = read(written(tuple(samples), began_ms=0.0))
    playback, felt, now_ms = Playback(record, lambda: 0.0), [], 123.0
    for wait_ms in [0.0, *waits_ms, 2e6]:
        now_ms += wait_ms
        due = playback.poll(now_ms)
        assert all(123.0 <= sample.at_ms <= now_ms for sample in due)
        felt += due
    assert [s.at_ms for s in felt] == sorted(s.at_ms for s in felt)
    assert [(s.channel, s.value) for s in felt] == [(s.channel, s.value) for s in linked(record.samples)]
    assert sorted(s.value for s in record.samples) == sorted(s.value for s in samples)


@given(st.text(max_size=300))
def test_no_text_makes_it_raise_anything_else(text: str) -> None:
    for whole in (text, f"{header_line(SENSOR, BEGAN)}\n{text}"):
        try:
            assert isinstance(read(whole), Record)
        except ValueError as error:
            assert "line " in str(error)
