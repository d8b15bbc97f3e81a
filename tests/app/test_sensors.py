"""The list of what is plugged in, with pseudo-terminals as boards: who is asked, who is not, what is in the way."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals", allow_module_level=True)

sys.path.append(str(Path(__file__).parents[1] / "devices"))
from grip_board import GripBoard

from app import remedies, sensors
from app.asked import Asked
from app.hardware import Hardware, Known
from app.sensors import listed
from devices import transport
from devices.discovery import remembered_as
from devices.transport import PortFacts
from engine.signals.newtons import fitted

Plug = Callable[..., tuple[GripBoard, PortFacts]]


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> list[PortFacts]:
    """Return the list of what USB shows; nothing at first."""
    found: list[PortFacts] = []
    monkeypatch.setattr(transport, "ports", lambda: tuple(found))
    return found


@pytest.fixture
def plug(tmp_path: Path, plugged: list[PortFacts]) -> Iterator[Plug]:
    """Return what plugs in a board that streams, and that USB shows as an Arduino."""
    boards: list[GripBoard] = []

    def plug_in(name: str = "ttyACM0", **how: object) -> tuple[GripBoard, PortFacts]:
        boards.append(GripBoard(tmp_path / name, **how))  # type: ignore[arg-type]
        facts = PortFacts(str(tmp_path / name), 0x2341, 0x0043, f"usb-{name}", "1-2:1.0", name)
        plugged.append(facts)
        return boards[-1], facts

    yield plug_in
    for board in boards:
        board.close()


@pytest.fixture
def hardware(tmp_path: Path) -> Hardware:
    return Hardware(tmp_path / "data")


def remember(hardware: Hardware, facts: PortFacts, serial: str = "T0042") -> None:
    usb = remembered_as(facts, serial)
    hardware.remember(Known(serial, "serial", "Test board", facts.name, "2026-01-01", usb))


def test_nothing_is_opened_that_was_not_confirmed(
    plug: Plug, hardware: Hardware, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(transport, "open_serial", opened.append)
    board, facts = plug()
    listing = listed(hardware)
    assert (listing.sensors, [port.guess for port in listing.ports]) == ((), ["board"])
    port = listing.ports[0]
    assert (port.opened, port.usable) == (False, True)
    assert port.remedy == f"To use it: regrasp devices test --device serial:{facts.name}"
    assert (opened, board.commands) == ([], [])


def test_a_remembered_sensor_is_asked_who_it_is(plug: Plug, hardware: Hardware) -> None:
    board, facts = plug()
    remember(hardware, facts)
    hardware.keep_calibration(fitted("T0042", "2026-11-20", [(0, 84_000.0), (2, 164_000.0), (5, 284_100.0)]))
    listing = listed(hardware)
    (sensor,) = listing.sensors
    assert (sensor.serial, sensor.model, sensor.firmware, sensor.rate_hz) == ("T0042", "Test board", "1.0.0", 80.0)
    assert (sensor.present, sensor.state, sensor.message, sensor.port) == (True, "streaming", None, facts.name)
    assert [channel["id"] for channel in sensor.channels] == ["thumb", "grip"]
    assert sensor.calibration is not None
    assert (sensor.calibration["date"], sensor.calibrations) == ("2026-11-20", 1)
    assert listing.ports[0].opened
    assert board.commands[:2] == [b"ID?", b"CH?"]
    words = "\n".join(sensors.in_words(listing))
    assert "Test board, serial number T0042, firmware 1.0.0, at " in words
    assert "80 readings a second: thumb (force, count), grip (force, count)" in words
    assert "calibrated 2026-11-20: 3 points up to 49.0 N: error 0.0" in words


def test_a_remembered_sensor_is_found_under_another_name(plug: Plug, hardware: Hardware) -> None:
    _, facts = plug("ttyACM1")
    remember(hardware, replace(facts, name="/dev/ttyACM0", location="9-9"))
    assert [(s.serial, s.state, s.port) for s in listed(hardware).sensors] == [("T0042", "streaming", facts.name)]
    assert Hardware(hardware._path.parent).sensors()[0].port == facts.name


def test_another_board_in_the_socket_of_a_remembered_one_is_told_and_not_remembered(
    plug: Plug, hardware: Hardware
) -> None:
    _, facts = plug()
    remember(hardware, facts, serial="00A7")
    (sensor,) = listed(hardware).sensors
    assert (sensor.serial, sensor.expected, sensor.calibration) == ("T0042", "00A7", None)
    assert [known.serial for known in hardware.sensors()] == ["00A7"]
    assert "This is not the sensor 00A7 that was remembered here." in "\n".join(sensors.in_words(listed(hardware)))


def test_two_boards_are_asked_at_the_same_time(plug: Plug, hardware: Hardware) -> None:
    first, second = plug("ttyACM0"), plug("ttyACM1")
    second[0].serial = "T0043"
    remember(hardware, first[1])
    remember(hardware, second[1], "T0043")
    found = listed(hardware).sensors
    assert sorted((s.serial, s.state) for s in found) == [("T0042", "streaming"), ("T0043", "streaming")]


def test_an_absent_sensor_is_listed_with_what_is_known(plugged: list[PortFacts], hardware: Hardware) -> None:
    remember(hardware, PortFacts("/dev/ttyACM0", 0x2341, 0x0043, "5573", "1-2", ""))
    hardware.remember(Known("S", "serial", "Far", "socket:there:4000", "2026-11-21"))
    listing = listed(hardware)
    assert [(s.serial, s.present, s.state) for s in listing.sensors] == [
        ("T0042", False, "absent"), ("S", False, "unasked"),
    ]  # fmt: skip
    words = "\n".join(sensors.in_words(listing))
    assert "Test board, serial number T0042, not plugged in, last used 2026-01-01 at /dev/ttyACM0" in words
    assert "Far, serial number S, last used 2026-11-21 at socket:there:4000, opened only when named" in words
    assert "no port with a USB device" in words


def test_a_printer_is_named_as_one_and_left_alone(plugged: list[PortFacts], hardware: Hardware) -> None:
    plugged.append(PortFacts("/dev/ttyACM5", 0x2C99, 0x0002, "CZPX", "1-4", ""))
    plugged.append(PortFacts("/dev/ttyUSB0", 0x1A86, 0x7523, "", "1-5", ""))
    listing = listed(hardware)
    assert [port.why for port in listing.ports] == [
        "it may be anything, also a 3-D printer", "it is a 3-D printer, which opening would disturb",
    ]  # fmt: skip
    assert [bool(port.remedy) for port in listing.ports] == [True, False]
    assert "/dev/ttyUSB0  CH340 adapter (1A86:7523)  not opened: it may be anything" in "\n".join(
        sensors.in_words(listing)
    )


def test_one_that_is_named_is_opened_shown_alone_and_remembered(plug: Plug, hardware: Hardware) -> None:
    board, facts = plug()
    other, _ = plug("ttyACM1")
    listing = listed(hardware, Asked("serial", facts.name))
    assert [(port.name, port.opened) for port in listing.ports] == [(facts.name, True)]
    assert [(s.serial, s.state) for s in listing.sensors] == [("T0042", "streaming")]
    assert [known.usb for known in hardware.sensors()] == [remembered_as(facts, "T0042")]
    assert board.commands
    assert not other.commands


def test_a_named_port_that_is_silent_is_told_and_not_remembered(plug: Plug, hardware: Hardware) -> None:
    board, facts = plug()
    board.muted = True
    listing = listed(hardware, Asked("serial", facts.name))
    assert [(s.state, s.message) for s in listing.sensors] == [("refused", "device.silent")]
    assert hardware.sensors() == ()
    assert "It opens, but nothing comes." in "\n".join(sensors.in_words(listing))


def test_a_named_port_that_is_not_there_is_no_traceback_and_soon_told(
    plugged: list[PortFacts], hardware: Hardware
) -> None:
    listing = listed(hardware, Asked("serial", "/nowhere/ttyACM0"))
    assert [(s.present, s.message) for s in listing.sensors] == [(False, "device.none")]
    assert [(p.opened, p.why, p.remedy) for p in listing.ports] == [(False, "not there, or in use", "")]
    assert "Nothing is there." in "\n".join(sensors.in_words(listing, restricted=True))


def test_a_port_without_usb_is_opened_when_named(plug: Plug, plugged: list[PortFacts], hardware: Hardware) -> None:
    _, facts = plug()
    plugged.clear()
    assert listed(hardware).ports == ()
    listing = listed(hardware, Asked("serial", facts.name))
    assert [(p.name, p.vendor, p.plain) for p in listing.ports] == [(facts.name, None, "named by you")]
    assert [(known.serial, known.usb) for known in hardware.sensors()] == [("T0042", None)]


def test_no_right_to_a_port_is_told_with_its_remedy(
    plug: Plug, hardware: Hardware, monkeypatch: pytest.MonkeyPatch
) -> None:
    plug()
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(remedies, "_group_of", lambda _: ("dialout", False))
    (port,) = listed(hardware).ports
    assert (port.usable, port.why) == (False, "this computer does not let you use it")
    assert port.remedy.startswith("Once: sudo usermod -aG dialout $USER, then log out and in again. Or: put two lines")
    assert 'ATTRS{idVendor}=="2341", TAG+="uaccess"' in port.remedy


def test_json_is_one_object_with_the_same_keys_always(
    plug: Plug, plugged: list[PortFacts], hardware: Hardware, capsys: pytest.CaptureFixture[str]
) -> None:
    data = str(hardware._path.parent)
    assert sensors.run(None, True, data) == 0
    empty = json.loads(capsys.readouterr().out)
    assert list(empty) == ["ports", "sensors", "extras", "system"]
    assert (empty["ports"], empty["sensors"]) == ([], [])
    assert set(empty["extras"]) == {"ble", "midi", "lsl"}
    assert all(set(extra) == {"installed", "command"} for extra in empty["extras"].values())
    assert empty["extras"]["ble"]["command"] == "uv sync --extra ble"
    assert empty["system"]["name"] == sys.platform
    _, facts = plug()
    remember(hardware, facts)
    remember(hardware, replace(facts, serial="gone"), "00A7")
    assert sensors.run(None, True, data) == 0
    full = json.loads(capsys.readouterr().out)
    assert list(full) == list(empty)
    assert set(full["ports"][0]) == {
        "name", "vendor", "product", "serial", "location", "plain", "guess", "remembered", "opened", "usable", "why",
        "remedy",
    }  # fmt: skip
    assert list(full["sensors"][0]) == list(full["sensors"][1])
    assert (full["ports"][0]["vendor"], full["ports"][0]["guess"]) == ("2341", "remembered")


def test_a_damaged_file_is_told_on_the_side(
    plugged: list[PortFacts], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "hardware.json").write_text("{")
    assert sensors.run(None, True, str(tmp_path)) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["sensors"] == []
    assert said.err.startswith("regrasp: hardware.json: is damaged")


def test_forgetting_says_what_stays(hardware: Hardware, capsys: pytest.CaptureFixture[str]) -> None:
    data = str(hardware._path.parent)
    remember(hardware, PortFacts("/dev/ttyACM0", 0x2341, 0x0043, "5573", "1-2", ""))
    hardware.keep_calibration(fitted("T0042", "2026-11-20", [(0, 84_000.0), (2, 164_000.0)]))
    with pytest.raises(ValueError, match="no sensor 00A7 is remembered; there are T0042"):
        sensors.forget("00A7", data)
    assert sensors.forget("T0042", data) == 0
    said = capsys.readouterr().out
    assert said == "T0042 is forgotten: its port is not opened by itself any more. Its calibrations stay (1).\n"
    with pytest.raises(ValueError, match="there is none"):
        sensors.forget("T0042", data)


# What is in the way


def usb_devices(folder: Path, *ids: tuple[str, str]) -> Path:
    """Return a folder as Linux shows USB devices in, with hubs and interfaces that have no number."""
    (folder / "1-0:1.0").mkdir(parents=True)
    for n, (vendor, product) in enumerate(ids):
        (folder / f"1-{n}").mkdir()
        (folder / f"1-{n}" / "idVendor").write_text(vendor + "\n")
        (folder / f"1-{n}" / "idProduct").write_text(product + "\n")
    return folder


CH340 = PortFacts("/dev/ttyUSB0", 0x1A86, 0x7523, "", "1-3", "")
ACM = PortFacts("/dev/ttyACM0", 0x2341, 0x0043, "5573", "1-2", "")


def test_an_adapter_without_a_port_points_to_brltty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usb = usb_devices(tmp_path, ("1a86", "7523"), ("046d", "c077"))
    monkeypatch.setattr(remedies, "daemon", lambda name: name == "brltty")
    (said,) = remedies.hints((), "linux", usb)
    assert "Update brltty; do not remove it where somebody reads braille." in said
    assert remedies.hints((CH340,), "linux", usb) == ()
    monkeypatch.setattr(remedies, "daemon", lambda _: False)
    assert remedies.hints((), "linux", usb) == ()


def test_modemmanager_is_named_where_it_could_be_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remedies, "daemon", lambda name: name == "ModemManager")
    assert len(remedies.hints((ACM,), "linux", tmp_path)) == 1
    assert remedies.hints((CH340,), "linux", tmp_path) == ()
    assert "ModemManager" in remedies.trouble_of("device.busy", ACM.name, ACM, "linux").do
    assert "ModemManager" not in remedies.trouble_of("device.busy", "COM3", ACM, "win32").do


@pytest.mark.parametrize(("system", "word"), [("win32", "Device Manager"), ("darwin", "macOS")])
def test_a_computer_without_any_port_is_told_what_may_be_missing(system: str, word: str) -> None:
    (said,) = remedies.hints((), system)
    assert word in said
    assert "driver of their maker" in said
    assert remedies.hints((CH340,), system) == ()


def test_the_right_to_a_port_is_got_by_its_group_or_a_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    for group, begins in (
        (("dialout", False), "Once: sudo usermod -aG dialout $USER, then log out and in again. Or: put two lines"),
        (("uucp", True), "You are in its group already: log out and in again."),
        (("", False), "put two lines into /etc/udev/rules.d/60-regrasp.rules:"),
    ):
        monkeypatch.setattr(remedies, "_group_of", lambda _, group=group: group)
        assert remedies.rights_remedy(ACM.name, ACM, "linux").startswith(begins)
    assert remedies.rights_remedy("/dev/ttyS0", None, "linux").startswith("Ask whoever looks after")
    assert "System Settings" in remedies.rights_remedy("/dev/cu.usbmodem1", ACM, "darwin")
    assert "Close other programs" in remedies.rights_remedy("COM3", ACM, "win32")


def test_the_group_of_a_port_is_read_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import grp
    from types import SimpleNamespace

    port = tmp_path / "ttyACM0"
    port.touch()
    about = SimpleNamespace(st_gid=4711, st_mode=0o20660)
    group = SimpleNamespace(gr_gid=4711, gr_name="dialout", gr_mem=["somebody else"])
    with monkeypatch.context() as patched:
        patched.setattr(os, "stat", lambda _: about)
        patched.setattr(grp, "getgrgid", lambda _: group)
        patched.setattr(os, "getgroups", list)
        assert remedies._group_of(str(port)) == ("dialout", False)
        patched.setattr(os, "getgroups", lambda: [4711])
        assert remedies._group_of(str(port)) == ("", False)  # in it, and still refused: no group helps
        patched.setattr(os, "getgroups", list)
        about.st_mode = 0o20600
        assert remedies._group_of(str(port)) == ("", False)
    assert remedies._group_of(str(tmp_path / "missing")) == ("", False)


def test_only_a_file_that_is_there_can_be_forbidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    (tmp_path / "ttyACM0").touch()
    assert remedies.may_not_use(str(tmp_path / "ttyACM0"))
    assert remedies.may_not_use(f"{tmp_path / 'ttyACM0'}@9600")
    assert not remedies.may_not_use(str(tmp_path / "missing"))
    assert not remedies.may_not_use("socket:localhost:4000")
    assert not remedies.may_not_use("COM3", "win32")


def test_every_message_of_every_device_has_words_of_its_own() -> None:
    import importlib

    said = {"device.rights", "device.busy"}
    for name in ("serial_sensor", "tindeq", "lsl", "midi"):
        for key in importlib.import_module(f"devices.{name}").MESSAGES:
            assert key in remedies.WORDS or key in said, key
    assert str(remedies.trouble_of("device.odd-one")).startswith("The device says: odd-one.")
