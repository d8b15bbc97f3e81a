"""Check that a recording is read whole, up to where it was cut off, or refused by the line that is wrong."""

import json
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.game import Answer, Result
from engine.hand import Finger, Side
from engine.recording import (
    FORMAT,
    RULES,
    End,
    RecordingError,
    Trial,
    end_line,
    header_line,
    parse,
    samples_line,
    trial_line,
)
from engine.sample import Sample

TRIAL = Trial(
    index=0, block=0, game="cup", hand=Side.LEFT, played_with="serial", level=2, difficulty=7.5, result=Result.MISS,
    cause="too-soft", attempt=1, start_tick=3, end_tick=90, params={"target": 0.1, "fingers": ["index"]},
    measures={"peak": 0.1234}, just=(("band", 0.08), ("lower_ms", 850.0)), finger="index", predicted=0.7,
    reason="reason.up", reason_values={"to": "8"}, belief="{}", passed=6.25, censored=True,
    answers=(Answer(Finger.INDEX, False, (("limit_ms", 850.0),)), Answer(Finger.RING, True)), fingers="{}",
)  # fmt: skip
SAMPLES = [(0, (Sample("key.J", 0.5, 1.0),)), (7, (Sample("mouse", 60.1, 0.0, 3.5, 4.0), Sample("key.J", 61.0)))]
END = End(99, "stopped", "tired")
LINES = [
    header_line({"seed": 5, "words": "grüß"}),
    *(samples_line(tick, samples) for tick, samples in SAMPLES),
    trial_line(TRIAL),
    trial_line(replace(TRIAL, index=1, just=(), passed=None, result=Result.HIT, cause="")),
    end_line(END),
]


def test_a_recording_comes_back_the_very_same() -> None:
    recording = parse(LINES)
    assert recording.header == {"regrasp": "recording", "format": FORMAT, "rules": RULES, "seed": 5, "words": "grüß"}
    assert recording.samples == tuple(SAMPLES)
    assert recording.trials == (TRIAL, replace(TRIAL, index=1, just=(), passed=None, result=Result.HIT, cause=""))
    assert recording.end == END
    assert [trial.hit for trial in recording.trials] == [False, True]


@pytest.mark.parametrize(("was", "read"), [(["band", 0.08], (("band", 0.08),)), (None, ())])
def test_a_trial_that_was_recorded_under_rules_1_is_still_read(was: object, read: tuple[object, ...]) -> None:
    """It named one parameter or none, and knew nothing of the just-passed difficulty."""
    row = json.loads(LINES[3])["trial"] | {"just": was}
    for name in ("passed", "censored", "answers", "fingers"):
        del row[name]
    (trial,) = parse([LINES[0], json.dumps({"trial": row}), ""]).trials
    assert trial == replace(TRIAL, just=read, passed=None, censored=False, answers=(), fingers="")


@pytest.mark.parametrize("just", [[["band"]], [["band", "x"]], 3, [3], [[1, 2, 3]], ["band"]])
def test_a_damaged_just_passed_value_is_refused(just: object) -> None:
    row = json.loads(LINES[3])["trial"] | {"just": just}
    with pytest.raises(RecordingError, match="^line 2: "):
        parse([LINES[0], json.dumps({"trial": row}), ""])


def test_no_line_is_broken_in_two() -> None:
    assert not any("\n" in line for line in LINES)
    assert "\n" not in samples_line(1, (Sample("key.\n", 0.0),))


def test_a_recording_that_was_cut_off_at_any_byte_is_good_up_to_its_last_whole_line() -> None:
    whole = "\n".join(LINES).encode()
    for cut in range(len(whole)):
        lines = whole[:cut].decode("utf-8", "replace").split("\n")
        if len(lines) == 1 and lines[0] != LINES[0]:
            with pytest.raises(RecordingError, match="^line 1: "):
                parse(lines)
            continue
        got = parse(lines)
        kept = len(lines) - (lines[-1] != LINES[len(lines) - 1])
        assert len(got.samples) == min(max(kept - 1, 0), 2), cut
        assert len(got.trials) == min(max(kept - 3, 0), 2), cut
        assert got.end is None, cut


@pytest.mark.parametrize("number", range(2, len(LINES)))
@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("[12,", "is not JSON"),
        ("", "is not JSON"),
        ("3", "must be a list or an object"),
        ("[]", "list index out of range"),
        ("[-1]", "a tick must be a whole number from 0"),
        ('[true, ["key.J", 1]]', "a tick must be a whole number from 0"),
        ('[5, ["key.J"]]', "a sample must be"),
        ('[5, ["key.J", "x"]]', "a sample's fields after the channel must be numbers"),
        ('{"hint": 1}', "is neither samples, a trial, a source, a fit, a note nor an end"),
        ('{"trial": {"index": 1}}', "'hand'"),
        ('{"trial": []}', ""),
        ('{"trial": 3}', ""),
        ('{"end": {"tock": 1}}', "End.__init__"),
        ("[" * 100_000, ""),
    ],
)
def test_a_damaged_line_is_named(number: int, damage: str, said: str) -> None:
    lines = [*LINES]
    lines[number - 1] = damage
    with pytest.raises(RecordingError) as caught:
        parse(lines)
    assert str(caught.value).startswith(f"line {number}: ")
    assert said in str(caught.value)


@settings(max_examples=200)
@given(st.integers(0, len(LINES) - 1), st.integers(0, 400), st.text(max_size=3))
@example(0, 22, "x")
def test_whatever_is_damaged_nothing_but_a_recording_error_comes_of_it(number: int, at: int, junk: str) -> None:
    lines = [*LINES]
    lines[number] = lines[number][:at] + junk + lines[number][at + len(junk) :]
    try:
        parse(lines)
    except RecordingError as error:
        assert str(error).startswith("line ")


@pytest.mark.parametrize("first", ["[]", '{"regrasp": "other"}', "{}", '{"format": 1}'])
def test_another_file_is_not_taken_for_a_recording(first: str) -> None:
    with pytest.raises(RecordingError, match="^line 1: this is not a recording of Regrasp$"):
        parse([first, *LINES[1:]])


def test_an_empty_file_is_not_taken_for_a_recording() -> None:
    with pytest.raises(RecordingError, match="^line 1: this is not a recording of Regrasp$"):
        parse([])


def test_a_recording_of_a_newer_program_is_refused_in_words() -> None:
    header = json.loads(LINES[0]) | {"format": FORMAT + 1}
    with pytest.raises(RecordingError, match="^line 1: this recording was written by a newer program; please update$"):
        parse([json.dumps(header), *LINES[1:]])


@pytest.mark.parametrize("form", ["one", None, [1], {}])
def test_a_format_that_is_no_number_is_refused(form: object) -> None:
    header = json.loads(LINES[0]) | {"format": form}
    with pytest.raises(RecordingError, match="^line 1: "):
        parse([json.dumps(header), *LINES[1:]])


def test_what_a_later_program_adds_to_a_trial_is_left_out() -> None:
    row = json.loads(LINES[3])
    row["trial"]["mood"] = "good"
    assert parse([LINES[0], json.dumps(row)]).trials == (TRIAL,)
