"""Check that no port is opened that was neither named nor confirmed, and that what answers is remembered and used."""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import plugged as plugging
from app.asked import Asked
from app.files import FilesError
from app.hardware import HARDWARE, Hardware, Known
from app.plugged import LOOK_MS, Plugged
from devices.discovery import remembered_as
from devices.serial_grip import SerialGrip
from devices.transport import PortFacts, open_port
from devices.trigger import Trigger
from engine.profile import Profile
from engine.sample import Sample
from engine.signals.newtons import fitted
from engine.source import FILTER

UNO = PortFacts("/dev/ttyACM0", 0x2341, 0x0043, "5573", "1-2:1.0", "ttyACM0")
NANO = PortFacts("/dev/ttyACM1", 0x2341, 0x0058, "77AA", "1-3:1.0", "ttyACM1")
CH340 = PortFacts("/dev/ttyUSB0", 0x1A86, 0x7523, "", "1-4", "USB2.0-Serial")
TWIN = replace(CH340, name="/dev/ttyUSB1", location="1-5")
PRUSA = PortFacts("/dev/ttyACM9", 0x2C99, 0x0002, "CZPX", "1-9:1.0", "Original Prusa i3 MK3")
KLIPPER = PortFacts("/dev/ttyACM8", 0x1D50, 0x614E, "stm32", "1-8:1.0", "klipper")
POINTS = [(0.0, 84_000.0), (2.0, 164_000.0), (5.0, 284_000.5)]
SERIAL = Profile(grip="serial")


class Board:
    """A board behind a port, which answers when it is told to."""

    opened: ClassVar[list[tuple[str, str]]] = []
    made: ClassVar[list["Board"]] = []

    def __init__(self, port: str, clock: Any, finder: Any = None) -> None:
        assert port, "an empty name is no port"
        self.port, self.finder, self.closed = port, finder, False
        self.says: dict[str, Any] = {"kind": self.kind, "port": port, "model": None, "serial": None}
        self.waiting: list[Sample] = []
        self.trouble: str | None = None
        self.opened.append((self.kind, port))
        self.made.append(self)

    kind = "serial"

    def answer(self, serial: str = "00A7", **more: Any) -> None:
        """Say who it is, and begin to stream."""
        self.says |= {"model": "Grip bar", "serial": serial, "rate_hz": 80.0, "unit": "count"} | more
        self.waiting += [Sample(self.link, 1.0, 1.0), Sample("grip", 2.0, 84_000.0)]

    def leave(self) -> None:
        self.waiting.append(Sample(self.link, 9.0, 0.0))

    @property
    def link(self) -> str:
        return "link.pads" if self.kind == "pads" else "link.grip"

    def poll(self, now_ms: float) -> tuple[Sample, ...]:
        felt, self.waiting = tuple(self.waiting), []
        return felt

    def describe(self) -> dict[str, Any]:
        return dict(self.says)

    def message(self) -> str | None:
        return self.trouble

    def close(self) -> None:
        self.closed = True


class Desk:
    """A computer with ports, and the window's devices on it."""

    def __init__(self, folder: Path, *found: PortFacts, asked: Asked | None = None) -> None:
        self.found, self.folder, self.now_ms, self.looks = list(found), folder, 0.0, 0
        self.plugged = Plugged(folder, lambda: self.now_ms, asked, self.look)

    def look(self) -> tuple[PortFacts, ...]:
        self.looks += 1
        return tuple(self.found)

    def want(self, profile: Profile = SERIAL, s: float = 0.0) -> "Desk":
        """Want the devices of a profile, at once and after some seconds."""
        for _ in range(1 + round(s * 10)):
            self.plugged.want(profile, profile.grip, profile.taps)
            self.plugged.poll(self.now_ms)
            self.now_ms += 100.0
        return self

    @property
    def asks(self) -> str:
        return self.plugged.candidate.port.name if self.plugged.candidate else ""


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Let boards be behind the ports, and return which were opened, as (kind, port)."""
    boards = {kind: type(kind, (Board,), {"kind": kind, "opened": [], "made": []}) for kind in plugging.BOARDS}
    opened: list[tuple[str, str]] = []
    made: list[Board] = []
    for kind, board in boards.items():
        board.opened, board.made = opened, made
        monkeypatch.setitem(plugging.BOARDS, kind, board)
    Board.made = made
    return opened


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def confirmed(folder: Path, facts: PortFacts, serial: str = "00A7", kind: str = "serial") -> Known:
    """Keep a sensor as one that was confirmed before."""
    known = Known(serial, kind, "Grip bar", facts.name, "2026-01-01", remembered_as(facts, serial, kind))
    Hardware(folder).remember(known)
    return known


def kept(folder: Path) -> dict[str, Any]:
    return json.loads((folder / HARDWARE).read_text("utf-8")) if (folder / HARDWARE).exists() else {}  # type: ignore[no-any-return]


# --- what is opened -------------------------------------------------------------------------------------


def test_keys_and_mouse_open_nothing_and_look_at_nothing(desk: Desk, opened: list[Any]) -> None:
    desk.found = [UNO, CH340]
    for grip in ("keys", "mouse"):
        desk.want(Profile(grip=grip), s=5)
    assert (opened, desk.asks, desk.looks, desk.plugged.message()) == ([], "", 0, "")


def test_what_may_be_a_sensor_is_asked_about_and_not_opened(desk: Desk, opened: list[Any]) -> None:
    desk.found = [UNO]
    desk.want(s=10)
    assert (opened, desk.asks, desk.plugged.message()) == ([], UNO.name, "device.ask")
    assert desk.looks <= 6, "looking takes time, and is done every two seconds"


@pytest.mark.parametrize("printer", [PRUSA, KLIPPER])
def test_a_known_printer_is_not_even_asked_about(desk: Desk, opened: list[Any], printer: PortFacts) -> None:
    desk.found = [printer]
    desk.want(s=5)
    assert (opened, desk.asks, desk.plugged.message()) == ([], "", "device.none")
    desk.found.append(CH340)
    desk.want(s=3)
    assert (opened, desk.asks) == ([], CH340.name)


def test_yes_opens_it_and_once_it_answers_it_is_remembered(desk: Desk, opened: list[Any]) -> None:
    desk.found = [UNO]
    desk.want().plugged.confirm(True)
    desk.want(s=1)
    assert opened == [("serial", UNO.name)]
    assert kept(desk.folder) == {}, "it may be anything until it answers"
    Board.made[0].answer()
    desk.want()
    row = kept(desk.folder)["sensors"]["00A7"]
    assert (row["kind"], row["port"]) == ("serial", UNO.name)
    assert (row["usb"]["vendor"], row["usb"]["serial"]) == ("2341", "5573")
    assert desk.asks == ""
    again = Desk(desk.folder, replace(UNO, name="/dev/ttyACM7")).want()
    assert opened[1:] == [("serial", "/dev/ttyACM7")]
    assert again.asks == ""


def test_no_is_remembered_for_the_visit_and_the_next_one_is_asked_about(desk: Desk, opened: list[Any]) -> None:
    desk.found = [UNO, CH340]
    assert desk.want().asks == UNO.name
    desk.plugged.confirm(False)
    assert desk.want(s=3).asks == CH340.name
    desk.plugged.confirm(False)
    assert desk.want(s=9).asks == ""
    assert (opened, desk.plugged.message()) == ([], "device.none")
    assert Desk(desk.folder, UNO).want().asks == UNO.name, "another visit asks again"


def test_an_answer_to_nothing_does_nothing(desk: Desk, opened: list[Any]) -> None:
    for yes in (True, False):
        desk.plugged.confirm(yes)
    assert (desk.want(s=1).asks, opened) == ("", [])


def test_who_said_yes_to_the_wrong_thing_is_asked_about_the_next_one(desk: Desk, opened: list[Any]) -> None:
    desk.found = [UNO, CH340]
    desk.want().plugged.confirm(True)
    assert desk.want(s=3).asks == "", "it may still answer"
    Board.made[0].trouble = "device.wrong"
    assert (desk.want().asks, desk.plugged.message()) == (CH340.name, "device.wrong")
    desk.plugged.confirm(True)
    assert Board.made[0].closed
    desk.want()
    Board.made[1].answer()
    desk.want(s=3)
    assert (opened, desk.asks) == ([("serial", UNO.name), ("serial", CH340.name)], "")
    assert list(kept(desk.folder)["sensors"]) == ["00A7"]
    assert desk.plugged.message() == ""


def test_a_thing_that_is_pulled_out_before_the_answer_is_asked_about_no_more(desk: Desk) -> None:
    desk.found = [UNO]
    desk.want()
    desk.found.clear()
    assert desk.want(s=2.5).asks == ""


@pytest.mark.parametrize("kind", ["serial", "plain", "pads"])
def test_a_port_named_on_the_command_line_is_opened_at_once_and_no_other(
    tmp_path: Path, opened: list[Any], kind: str
) -> None:
    desk = Desk(tmp_path, UNO, CH340, asked=Asked(kind, "/dev/ttyS5@9600"))
    desk.want(Profile(taps=kind) if kind == "pads" else Profile(grip=kind), s=5)
    assert (opened, desk.asks) == ([(kind, "/dev/ttyS5@9600")], "")


def test_the_port_of_the_settings_is_the_force_sensors(desk: Desk, opened: list[Any]) -> None:
    desk.found = [UNO]
    desk.want(Profile(grip="serial", taps="pads", port=UNO.name), s=3)
    assert opened == [("serial", UNO.name)]
    assert desk.asks == "", "the port of the sensor is no tap board"
    Desk(desk.folder).want(Profile(taps="pads", port="/dev/ttyACM5"))
    assert opened[1:] == [("pads", "/dev/ttyACM5")]


def test_a_confirmed_port_is_that_of_the_kind_it_was_confirmed_for(desk: Desk, opened: list[Any]) -> None:
    desk.found = [UNO, CH340]
    both = Profile(grip="serial", taps="pads")
    assert desk.want(both).asks == UNO.name
    desk.plugged.confirm(True)
    desk.want(both)
    (first,) = opened
    assert desk.asks == CH340.name, "the other one is still missing"
    desk.plugged.confirm(True)
    desk.want(both)
    assert sorted(opened) == sorted([first, ({"pads": "serial", "serial": "pads"}[first[0]], CH340.name)])
    desk.want(Profile(grip="trigger"))
    trigger = desk.plugged.trigger
    assert isinstance(trigger, Trigger)
    assert trigger.describe()["port"] == "", "a port is no name of a trigger"


def test_a_confirmed_sensor_is_opened_wherever_it_is_now(tmp_path: Path, opened: list[Any]) -> None:
    confirmed(tmp_path, UNO)
    desk = Desk(tmp_path, NANO, replace(UNO, name="/dev/ttyACM4")).want()
    assert (opened, desk.asks) == ([("serial", "/dev/ttyACM4")], "")
    desk.found[1] = replace(UNO, name="/dev/ttyACM5")
    assert Board.made[0].finder() == "/dev/ttyACM5", "it is found again by its identity"


def test_a_confirmed_sensor_that_is_not_there_is_waited_for_and_opened_when_it_comes(
    tmp_path: Path, opened: list[Any]
) -> None:
    confirmed(tmp_path, UNO)
    desk = Desk(tmp_path).want(s=5)
    assert (opened, desk.plugged.message()) == ([], "device.none")
    desk.found = [UNO]
    desk.want(s=LOOK_MS / 1000 + 0.2)
    assert (opened, desk.plugged.message()) == ([("serial", UNO.name)], "")


def test_of_two_confirmed_sensors_that_one_is_opened_which_is_there(tmp_path: Path, opened: list[Any]) -> None:
    confirmed(tmp_path, UNO, "00A7")
    confirmed(tmp_path, NANO, "00B8")
    Desk(tmp_path, UNO).want()
    Desk(tmp_path, UNO, NANO).want()
    assert opened == [("serial", UNO.name), ("serial", NANO.name)], "of both the one used last"


def test_a_new_sensor_is_asked_about_though_another_one_is_known(tmp_path: Path, opened: list[Any]) -> None:
    confirmed(tmp_path, UNO)
    desk = Desk(tmp_path, NANO).want()
    assert (opened, desk.asks) == ([], NANO.name)


def test_a_board_that_is_known_as_another_kind_is_not_asked_about(tmp_path: Path, opened: list[Any]) -> None:
    confirmed(tmp_path, UNO, "P7", "pads")
    assert Desk(tmp_path, UNO).want(s=3).asks == ""
    assert opened == []


def test_of_two_that_look_alike_the_one_in_the_same_socket_is_meant_and_else_it_is_asked(
    tmp_path: Path, opened: list[Any]
) -> None:
    confirmed(tmp_path, TWIN)
    desk = Desk(tmp_path, CH340, TWIN).want()
    assert (opened, desk.asks) == ([("serial", TWIN.name)], "")
    moved = Desk(tmp_path, CH340, replace(TWIN, location="2-1")).want()
    assert len(opened) == 1, "nobody can know which of them is meant"
    assert moved.asks == CH340.name
    moved.plugged.confirm(True)
    moved.want()
    assert opened[1:] == [("serial", CH340.name)]


def test_what_is_no_longer_wanted_is_closed_and_forgotten(desk: Desk, opened: list[Any]) -> None:
    desk.found = [UNO]
    desk.want().plugged.confirm(True)
    desk.want()
    Board.made[0].answer()
    desk.want()
    assert desk.plugged.answers("serial")
    assert desk.plugged.source("serial", "none") is not None
    desk.want(Profile(grip="keys"))
    assert Board.made[0].closed
    assert not desk.plugged.answers("serial")
    assert desk.plugged.source("serial", "none") is None
    assert (desk.plugged.serial("serial"), desk.plugged.describe(), desk.plugged.message()) == ("", [], "")
    desk.want()
    assert opened == [("serial", UNO.name)] * 2


def test_closing_lets_go_of_everything_and_twice_is_no_more(desk: Desk) -> None:
    desk.want(Profile(grip="serial", taps="pads", port="/dev/ttyACM0"))
    desk.want(Profile(grip="serial", port="/dev/ttyACM0"))
    desk.plugged.close()
    desk.plugged.close()
    assert all(board.closed for board in Board.made)
    assert desk.plugged.describe() == []


things = st.sampled_from([UNO, NANO, CH340, TWIN, PRUSA, KLIPPER, replace(UNO, name="/dev/ttyACM3", serial="1")])
profiles = st.builds(
    Profile, grip=st.sampled_from(["keys", "serial", "plain"]), taps=st.sampled_from(["keys", "pads"]),
    port=st.sampled_from(["", "", "/dev/named"]),
)  # fmt: skip
deeds = st.lists(
    st.one_of(
        st.tuples(st.just("found"), st.lists(things, max_size=4, unique_by=lambda p: p.name)),
        st.tuples(st.just("want"), profiles),
        st.tuples(st.just("answer"), st.sampled_from(["00A7", "00B8", ""])),
        st.tuples(st.sampled_from(["yes", "no", "leave", "wait"]), st.none()),
    ),
    max_size=25,
)


@settings(max_examples=80)
@given(deeds, st.sampled_from([None, UNO, CH340]), st.sampled_from([None, Asked("serial", "/dev/asked")]))
def test_no_port_is_ever_opened_that_was_neither_named_nor_confirmed(
    tmp_path_factory: pytest.TempPathFactory, rows: Any, known: PortFacts | None, asked: Asked | None
) -> None:
    folder = tmp_path_factory.mktemp("desk")
    Board.made.clear()
    desk, profile, said_yes, said_no = Desk(folder, asked=asked), SERIAL, set[str](), set[str]()
    if known is not None:
        confirmed(folder, known, "K1")
    desk.plugged = Plugged(folder, lambda: desk.now_ms, asked, desk.look)
    named = {"/dev/asked", "/dev/named"}
    for kind, what in rows:
        before, here = len(Board.made), {p.name: p for p in desk.found}
        if kind == "found":
            desk.found = list(what)
        elif kind == "want":
            profile = what
        elif kind in ("yes", "no") and desk.asks:
            candidate = desk.plugged.candidate
            assert candidate is not None
            assert candidate.guess != "printer"
            assert candidate.port.name not in said_no
            (said_yes if kind == "yes" else said_no).add(candidate.port.name)
            desk.plugged.confirm(kind == "yes")
        elif Board.made and kind in ("answer", "leave"):
            Board.made[-1].answer(what) if kind == "answer" else Board.made[-1].leave()
        desk.want(profile, s=2.2 if kind == "wait" else 0.0)
        owned = [one.usb for one in desk.plugged.hardware.sensors() if one.usb is not None]
        alike = {(usb.vendor, usb.product, usb.serial) for usb in owned}
        for board in Board.made[before:]:
            facts = here.get(board.port) or {p.name: p for p in desk.found}.get(board.port)
            is_known = facts is not None and (facts.vendor, facts.product, facts.serial) in alike
            assert board.port in named | said_yes or is_known, f"{board.port} was neither named nor confirmed"
            assert facts is None or facts not in (PRUSA, KLIPPER)
        assert len({id(board) for board in Board.made if not board.closed}) <= 2
    desk.plugged.close()
    assert all(board.closed for board in Board.made)


# --- what is said of it ---------------------------------------------------------------------------------


def answering(folder: Path, serial: str = "00A7", **more: Any) -> Desk:
    """Return a desk whose sensor has said who it is."""
    desk = Desk(folder, UNO, asked=Asked("serial", UNO.name)).want()
    Board.made[-1].answer(serial, **more)
    return desk.want()


def test_a_source_is_what_the_device_says_once_it_has_said_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path, UNO, asked=Asked("serial", UNO.name)).want()
    assert desk.plugged.source("serial", "splint") is None
    Board.made[0].answer(span=2.0**24, low=-(2.0**23), high=2.0**23 - 1)
    desk.want()
    source = desk.plugged.source("serial", "splint")
    assert source is not None
    assert (source.device, source.aid, source.filter, source.span) == ("serial:00A7", "splint", FILTER, 2.0**24)
    assert desk.plugged.source("serial", "splint") is source, "it is asked for in every tick"
    assert desk.plugged.source("pads", "splint") is None
    assert desk.plugged.serial("serial") == "00A7"


def test_a_calibration_is_used_at_once_and_by_its_own_sensor_only(tmp_path: Path) -> None:
    desk = answering(tmp_path)
    before = desk.plugged.source("serial", "none")
    assert before is not None
    made = fitted("00A7", "2026-11-21", POINTS)
    desk.plugged.calibrated(made)
    after = desk.plugged.source("serial", "none")
    assert after == replace(before, calibration=made.id, gain_n=made.gain)
    assert answering(tmp_path).plugged.source("serial", "none") == after
    other = answering(tmp_path, "00B8").plugged.source("serial", "none")
    assert other is not None
    assert other.calibration == ""


def test_another_sensor_at_the_same_port_is_another_source(tmp_path: Path) -> None:
    desk = answering(tmp_path)
    board = Board.made[-1]
    board.leave()
    desk.want()
    assert not desk.plugged.answers("serial")
    board.answer("00B8")
    desk.want()
    source = desk.plugged.source("serial", "")
    assert source is not None
    assert source.device == "serial:00B8"
    assert desk.plugged.answers("serial")


def test_the_day_of_the_last_use_is_kept_and_the_file_is_left_alone_for_the_rest_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirmed(tmp_path, UNO)
    written, remember = [], Hardware.remember
    monkeypatch.setattr(Hardware, "remember", lambda *known: (written.append(known), remember(*known)))
    for _ in range(3):
        desk = Desk(tmp_path, UNO).want()
        Board.made[-1].answer()
        desk.want()
        assert kept(tmp_path)["sensors"]["00A7"]["seen"] > "2026-01-01"
    assert len(written) == 1


def test_a_sensor_used_again_is_the_one_that_is_opened_next_time(tmp_path: Path, opened: list[Any]) -> None:
    confirmed(tmp_path, UNO, "00A7")
    confirmed(tmp_path, NANO, "00B8")
    desk = Desk(tmp_path, UNO).want()
    Board.made[-1].answer("00A7")
    desk.want()
    opened.clear()
    Desk(tmp_path, UNO, NANO).want()
    assert opened == [("serial", UNO.name)]


def test_a_sensor_without_a_number_is_played_with_but_not_remembered(tmp_path: Path) -> None:
    desk = answering(tmp_path, serial="")
    assert kept(tmp_path) == {}
    source = desk.plugged.source("serial", "")
    assert source is not None
    assert source.device == "serial:Grip bar"


def test_a_full_disk_stops_neither_play_nor_the_calibration_of_this_visit(
    tmp_path: Path, opened: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise FilesError("files.full", "no space left on device")

    monkeypatch.setattr("app.files.write_whole", full)
    desk = Desk(tmp_path, UNO).want()
    desk.plugged.confirm(True)
    desk.want()
    Board.made[0].answer()
    desk.want()
    assert desk.plugged.answers("serial")
    made = fitted("00A7", "2026-11-21", POINTS)
    with pytest.raises(FilesError):
        desk.plugged.calibrated(made)
    source = desk.plugged.source("serial", "none")
    assert source is not None
    assert source.calibration == made.id
    desk.want(Profile(grip="keys"))
    desk.want()
    assert opened == [("serial", UNO.name)] * 2, "it is not asked about again in this visit"
    assert kept(tmp_path) == {}


def test_a_damaged_file_only_means_asking_again(tmp_path: Path) -> None:
    (tmp_path / HARDWARE).write_bytes(b'{"sensors": {"00A7": 5}, "calibrations": []')
    desk = Desk(tmp_path, UNO).want()
    assert desk.asks == UNO.name


def test_what_is_wrong_with_a_device_is_said_and_of_two_the_one_that_is_open(desk: Desk) -> None:
    desk.want(Profile(grip="serial", taps="pads", port="/dev/ttyACM0"))
    assert desk.plugged.message() == "device.none", "the tap board is missing"
    Board.made[0].trouble = "device.rights"
    assert desk.plugged.message() == "device.rights"


def test_what_is_open_is_described_in_plain_json_for_the_header(tmp_path: Path) -> None:
    said = answering(tmp_path).plugged.describe()
    assert json.loads(json.dumps(said)) == said
    assert [row["serial"] for row in said] == ["00A7"]


# --- real bytes -----------------------------------------------------------------------------------------

posix = pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let real readers open ports, and return the names of those that were opened."""
    names: list[str] = []

    def watched(name: str) -> Any:
        names.append(name)
        return open_port(name)

    class Watched(SerialGrip):
        def __init__(self, port: str, clock: Any, finder: Any = None) -> None:
            super().__init__(port, clock, finder, opener=watched)

    monkeypatch.setitem(plugging.BOARDS, "serial", Watched)
    return names


@posix
def test_a_real_board_is_asked_about_opened_remembered_and_found_under_another_name(
    tmp_path: Path, real: list[str]
) -> None:
    sys.path.append(str(Path(__file__).parents[1] / "devices"))
    from grip_board import GripBoard

    with GripBoard(tmp_path / "ttyACM0") as board, GripBoard(tmp_path / "printer") as printer:
        here = replace(UNO, name=str(board.link))
        there = replace(PRUSA, name=str(printer.link))
        plugged = Plugged(tmp_path / "data", lambda: time.perf_counter() * 1000, None, lambda: (here, there))
        plugged.want(SERIAL, "serial", "keys")
        assert plugged.candidate is not None
        assert (plugged.candidate.port.name, real, board.commands) == (here.name, [], [])
        plugged.confirm(True)
        samples = until_it_answers(plugged)
        assert any(sample.channel == "grip" for sample in samples)
        assert real == [here.name]
        assert plugged.serial("serial") == "T0042"
        plugged.close()
        board.unplug()
        board.link = tmp_path / "ttyACM1"
        board.replug()
        moved = replace(here, name=str(board.link))
        again = Plugged(tmp_path / "data", lambda: time.perf_counter() * 1000, None, lambda: (moved, there))
        until_it_answers(again)
        assert real == [here.name, moved.name]
        source = again.source("serial", "none")
        assert source is not None
        assert (source.device, source.rails) == ("serial:T0042", (-8_388_608.0, 8_388_607.0))
        again.close()
        assert printer.commands == []


def until_it_answers(plugged: Plugged) -> list[Sample]:
    """Poll until the sensor answers and has felt something."""
    samples: list[Sample] = []
    end = time.perf_counter() + 10
    while not (plugged.answers("serial") and samples and samples[-1].channel == "grip"):
        assert time.perf_counter() < end, plugged.message()
        plugged.want(SERIAL, "serial", "keys")
        samples += plugged.poll(time.perf_counter() * 1000)
        time.sleep(0.005)
    return samples
