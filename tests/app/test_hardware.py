"""What is kept of the hardware: whatever stands in the file, the program starts, and nothing of it is thrown away."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files import FilesError
from app.hardware import HARDWARE, Hardware, Known
from devices.discovery import Remembered
from engine.signals.newtons import Calibration, fitted, to_plain

USB = Remembered(0x2341, 0x0043, "5573", "1-2:1.0", "00A7", "serial", 500_000)
GRIP = Known("00A7", "serial", "Grip bar", "/dev/ttyACM0", "2026-11-21", USB)
FAR = Known("00B8", "serial", "Grip bar", "socket:localhost:4000", "2026-11-21")
POINTS = [(0.0, 84_000.0), (2.0, 164_000.0), (5.0, 284_000.5)]


def calibration(date: str = "2026-11-21", serial: str = "00A7") -> Calibration:
    return fitted(serial, date, POINTS)


def kept(folder: Path) -> Any:
    return json.loads((folder / HARDWARE).read_text("utf-8"))


def test_nothing_is_known_at_first_and_nothing_is_written_by_looking(tmp_path: Path) -> None:
    hardware = Hardware(tmp_path / "none")
    assert (hardware.sensors(), hardware.remembered(), hardware.notes) == ((), (), ())
    assert hardware.calibration("00A7") is None
    assert hardware.screen_scale("screen") is None
    assert not (tmp_path / "none").exists()


def test_a_sensor_is_read_as_it_was_written(tmp_path: Path) -> None:
    Hardware(tmp_path).remember(GRIP)
    Hardware(tmp_path).remember(FAR)
    hardware = Hardware(tmp_path)
    assert hardware.sensors() == (GRIP, FAR)
    assert hardware.remembered() == (USB,)
    assert hardware.notes == ()


def test_the_sensor_used_last_comes_last(tmp_path: Path) -> None:
    hardware = Hardware(tmp_path)
    for known in (GRIP, FAR, GRIP):
        hardware.remember(known)
    assert [known.serial for known in Hardware(tmp_path).sensors()] == ["00B8", "00A7"]


def test_every_calibration_is_kept_and_the_last_one_is_used(tmp_path: Path) -> None:
    hardware = Hardware(tmp_path)
    made = [calibration("2026-11-21"), calibration("2026-11-22"), calibration("2026-11-20")]
    for one in (*made, calibration(serial="other")):
        hardware.keep_calibration(one)
    again = Hardware(tmp_path)
    assert again.calibrations("00A7") == tuple(made)
    assert again.calibration("00A7") == made[-1]  # a computer whose clock was wrong once must not block a new one


def test_a_calibration_that_was_changed_by_hand_is_not_used_but_stays(tmp_path: Path) -> None:
    good, bad = to_plain(calibration()), to_plain(calibration("2026-11-22")) | {"gain": 1.0}
    strange = [bad, 7, to_plain(calibration(serial="00B8"))]
    (tmp_path / HARDWARE).write_text(json.dumps({"calibrations": {"00A7": [good, *strange]}}))
    hardware = Hardware(tmp_path)
    assert hardware.calibration("00A7") == calibration()
    assert [note.split(": ")[1] for note in hardware.notes] == [f"calibrations.00A7.{n}" for n in (1, 2, 3)]
    hardware.remember(GRIP)
    assert kept(tmp_path)["calibrations"]["00A7"] == [good, *strange]
    assert not (tmp_path / "hardware.json.old").exists()


def test_forgetting_a_sensor_leaves_its_calibrations(tmp_path: Path) -> None:
    hardware = Hardware(tmp_path)
    hardware.remember(GRIP)
    hardware.keep_calibration(calibration())
    assert hardware.forget("00A7")
    assert not hardware.forget("00A7")
    assert Hardware(tmp_path).sensors() == ()
    assert Hardware(tmp_path).calibration("00A7") == calibration()


def test_a_screen_keeps_its_scale(tmp_path: Path) -> None:
    hardware = Hardware(tmp_path)
    hardware.keep_screen("DP-1 2560x1440", 0.233, "2026-11-21")
    hardware.keep_screen("DP-1 2560x1440", 0.234, "2026-11-22")
    assert Hardware(tmp_path).screen_scale("DP-1 2560x1440") == 0.234
    assert Hardware(tmp_path).screen_scale("another") is None
    assert kept(tmp_path)["screens"] == {"DP-1 2560x1440": {"mm_per_px": 0.234, "date": "2026-11-22"}}


@pytest.mark.parametrize("scale", [0, -0.2, float("nan"), float("inf"), True])
def test_a_screen_without_size_is_refused(tmp_path: Path, scale: float) -> None:
    with pytest.raises(ValueError, match="mm_per_px"):
        Hardware(tmp_path).keep_screen("screen", scale, "2026-11-21")
    (tmp_path / HARDWARE).write_text(json.dumps({"screens": {"screen": {"mm_per_px": scale}}}))
    assert Hardware(tmp_path).screen_scale("screen") is None


def test_two_copies_of_the_program_do_not_undo_each_others_changes(tmp_path: Path) -> None:
    window, command = Hardware(tmp_path), Hardware(tmp_path)
    command.keep_calibration(calibration())
    window.keep_screen("screen", 0.25, "2026-11-21")
    command.remember(GRIP)
    again = Hardware(tmp_path)
    assert (again.sensors(), again.calibration("00A7"), again.screen_scale("screen")) == ((GRIP,), calibration(), 0.25)


def test_what_is_not_known_survives_a_change(tmp_path: Path) -> None:
    row = {"kind": "serial", "colour": "blue", "usb": None}
    table = {"format": 1, "sensors": {"00A7": row}, "calibrations": {}, "screens": {}, "hub": {"ports": 4}}
    (tmp_path / HARDWARE).write_text(json.dumps(table))
    Hardware(tmp_path).remember(GRIP)
    Hardware(tmp_path).keep_screen("screen", 0.25, "2026-11-21")
    after = kept(tmp_path)
    assert after["hub"] == {"ports": 4}
    assert after["sensors"]["00A7"]["colour"] == "blue"


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", "nul", '"x"', '{"sensors": []}', '{"calibrations": {"00A7": 5}}', "[" * 100_000, "9" * 5000,
     '{"sensors": {}, "sensors": 3}'],
)  # fmt: skip
def test_a_damaged_file_is_noted_and_kept_aside_before_the_next_change(tmp_path: Path, text: str) -> None:
    (tmp_path / HARDWARE).write_text(text)
    hardware = Hardware(tmp_path)
    assert len(hardware.notes) == 1
    assert hardware.notes[0].startswith("hardware.json: ")
    assert (hardware.sensors(), hardware.calibrations("00A7")) == ((), ())
    assert (tmp_path / HARDWARE).read_text() == text
    hardware.remember(GRIP)
    hardware.keep_calibration(calibration())
    assert (tmp_path / "hardware.json.old").read_text() == text
    assert Hardware(tmp_path).sensors() == (GRIP,)
    assert Hardware(tmp_path).calibration("00A7") == calibration()


def test_one_odd_sensor_does_not_hide_the_others(tmp_path: Path) -> None:
    Hardware(tmp_path).remember(GRIP)
    table = kept(tmp_path)
    table["sensors"] |= {
        "a": 3, "b": {"usb": {"vendor": "2341"}}, "c": {"usb": {"vendor": "zz", "product": "1"}}, "d": {"model": 4},
        "e": {"usb": {"vendor": "2341", "product": "0043", "baud": True}}, "f": {"usb": [1]},
    }  # fmt: skip
    (tmp_path / HARDWARE).write_text(json.dumps(table))
    hardware = Hardware(tmp_path)
    assert hardware.sensors() == (GRIP,)
    assert len(hardware.notes) == 6


@given(content=st.text() | st.binary())
def test_no_file_at_all_can_crash_the_program(tmp_path_factory: pytest.TempPathFactory, content: str | bytes) -> None:
    folder = tmp_path_factory.mktemp("data")
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    (folder / HARDWARE).write_bytes(raw)
    hardware = Hardware(folder)
    assert hardware.sensors() == ()
    hardware.remember(GRIP)
    assert Hardware(folder).sensors() == (GRIP,)


KEYS = ["usb", "vendor", "product", "serial", "points", "00A7", "kind", "mm_per_px"]
odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.just("2341"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(KEYS), inner, max_size=4
    ),
    max_leaves=8,
)  # fmt: skip


@given(
    table=st.fixed_dictionaries(
        {}, optional={name: odd | st.dictionaries(st.sampled_from(["00A7", "x"]), odd) for name in
                      ("sensors", "calibrations", "screens", "more")},
    )
)  # fmt: skip
def test_no_value_can_crash_the_program_and_the_next_change_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, table: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("data")
    (folder / HARDWARE).write_text(json.dumps(table))
    hardware = Hardware(folder)
    for serial in ("00A7", "x"):
        assert hardware.calibrations(serial) == ()
        hardware.screen_scale(serial)
    hardware.keep_calibration(calibration())
    hardware.remember(GRIP)
    hardware.keep_screen("x", 0.2, "2026-11-21")
    again = Hardware(folder)
    assert GRIP in again.sensors()
    assert again.calibration("00A7") == calibration()
    assert again.screen_scale("x") == 0.2
    if isinstance(table.get("more"), str | int):
        assert kept(folder)["more"] == table["more"]


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / HARDWARE).mkdir()
    hardware = Hardware(tmp_path)
    assert len(hardware.notes) == 1
    with pytest.raises(FilesError):
        hardware.remember(GRIP)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs rights that are really refused")
def test_a_file_that_may_not_be_read_is_noted_and_kept(tmp_path: Path) -> None:
    (tmp_path / HARDWARE).write_text("{}")
    (tmp_path / HARDWARE).chmod(0)
    hardware = Hardware(tmp_path)
    assert len(hardware.notes) == 1
    hardware.remember(GRIP)
    assert (tmp_path / "hardware.json.old").exists()
