"""A visit with sensors, without a display: weighing, the bank card, the question at a port, what is felt by hand."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice import WELL
from sensed import BOARD, FULL, ZERO, Hand, Sensor

from app import plugged as plugging
from app import settings
from app.asked import Asked
from app.files import FilesError
from app.hardware import Hardware, Known
from app.logbook import DATABASE, Logbook
from app.plugged import Plugged
from app.store import Store
from app.visit import LEAST_PER_MM, MOST_PER_MM, Display, Visit, Wish
from devices.discovery import remembered_as
from devices.transport import PortFacts
from engine import sensor_screens
from engine.fitting import Firm, Tare
from engine.phases import Demo, Paused, Playing
from engine.profile import Profile
from engine.recording import Recording, parse
from engine.sample import Sample
from engine.scene import Bar, Picture, Words
from engine.screens import SETTINGS_PAGES
from engine.sensor_screens import CARD_H_MM, CARD_W_MM, TOUCHED
from engine.signals.newtons import STANDARD_GRAVITY
from engine.ticks import seconds, to_ms
from engine.weighing import MEASURE_S

UNO = PortFacts("/dev/ttyACM0", 0x2341, 0x0043, "5573", "1-2:1.0", "ttyACM0")
CH340 = PortFacts("/dev/ttyUSB0", 0x1A86, 0x7523, "", "1-4", "USB2.0-Serial")
PRUSA = PortFacts("/dev/ttyACM9", 0x2C99, 0x0002, "CZPX", "1-9:1.0", "Original Prusa i3 MK3")
SCREEN = "1920x1080+0+0"
PER_KG = 40_000.0
WAYS = {"pointer": Profile(), "keys": Profile(), "switch": Profile(scan_s=0.5)}


class Scale:
    """A board with a force cell and ``kg`` on it, or with a hand at it; it answers as soon as it is opened."""

    here: "Scale"
    opened: list[str] = []  # noqa: RUF012
    serial, kind, kg, swing, trouble = "00A7", "serial", 0.0, 0.0, ""
    hand: Sensor | None = None

    def __init__(self, port: str, clock: Callable[[], float], finder: Any = None) -> None:
        self.port, self.linked, self.there, self.last = port, False, True, 0
        self._clock, self._chance = clock, Random(5)
        self.opened.append(port)
        type(self).here = self

    def poll(self, now_ms: float) -> tuple[Sample, ...]:
        made: list[Sample] = []
        if self.there != self.linked:
            made.append(Sample(f"link.{'pads' if self.kind == 'pads' else 'grip'}", now_ms, float(self.there)))
            self.linked = self.there
        if not self.there:
            return tuple(made)
        if self.hand is not None:
            return (*made, *(s for s in self.hand.samples(round(now_ms * 0.12)) if s.channel == "grip"))
        self.last += 1
        counts = ZERO + self.kg * PER_KG + self._chance.gauss(0, 50) + self.swing * (-1) ** self.last
        return (*made, *((Sample("grip", now_ms, counts, device_ms=now_ms),) if self.last % 3 else ()))

    def describe(self) -> dict[str, Any]:
        row = {"kind": self.kind, "port": self.port, "model": "Grip bar", "serial": self.serial, "rate_hz": 80.0}
        return row | {"unit": "count", "span": BOARD.span, "low": BOARD.low, "high": BOARD.high}

    def message(self) -> str | None:
        return (None if self.there else "device.lost") if not self.trouble else self.trouble

    def close(self) -> None:
        self.there = False


class Room:
    """A visit with its devices, ticked as the window does it; buttons are pressed in one of three ways."""

    def __init__(
        self, folder: Path, *found: PortFacts, way: str = "pointer", wish: Wish | None = None, **profile: Any
    ) -> None:
        self.folder, self.found, self.way = folder, list(found), way
        if not settings.are_kept(folder):
            settings.save(folder, replace(WAYS[way], **profile))
        self.visit = Visit(folder, settings.load(folder)[0], Logbook(folder), wish, seed_of_now=lambda: 7)
        asked = wish.device if wish else None
        self.plugged = self.visit.plugged = Plugged(folder, lambda: to_ms(self.visit.now), asked, lambda: self.found)
        self.visit.display = Display(SCREEN, 0.8, self.plugged.hardware.screen_scale(SCREEN))
        self.visit.ready()

    def tick(self, *more: Sample) -> None:
        """Let one tick pass, as the window does."""
        self.plugged.want(self.visit.profile, *self.visit.wanted)
        felt = self.plugged.poll(to_ms(self.visit.now + 1))
        self.visit.device_trouble = self.plugged.message()
        self.visit.tick([*felt, *more])

    def go(self, s: float) -> "Room":
        for _ in range(seconds(s)):
            self.tick()
        return self

    def press(self, *actions: str) -> "Room":
        """Press buttons, one after the other, as this patient does."""
        for action in actions:
            self.go(0.6)
            assert action in self.actions, f"{action} is not among {self.actions}"
            {"pointer": self._point, "keys": self._type, "switch": self._switch}[self.way](action)
            self.tick()
        return self

    def _at(self) -> float:
        return to_ms(self.visit.now)

    def _point(self, action: str) -> None:
        button = next(button for button in self.visit.scene().buttons if button.action == action)
        for down in (0.0, 1.0, 0.0):
            self.tick(Sample("mouse", self._at(), down, button.x, button.y))

    def _key(self, name: str) -> None:
        self.tick(Sample(f"key.{name}", self._at(), 1.0))
        self.tick(Sample(f"key.{name}", self._at(), 0.0))

    def _type(self, action: str) -> None:
        for _ in range(len(self.actions) + 1):
            if self.focus == action:
                break
            self._key("TAB")
        assert self.focus == action
        self._key("ENTER")

    def _switch(self, action: str) -> None:
        there = len(self.actions) == 1
        for _ in range(seconds(10)):
            if self.focus == action and there:
                break
            there = there or self.focus != action
            self.tick()
        self.go(0.4)
        assert self.focus == action
        self._key("SPACE")

    @property
    def actions(self) -> list[str]:
        return [button.action for button in self.visit.scene().buttons]

    @property
    def focus(self) -> str:
        return next((button.action for button in self.visit.scene().buttons if button.focused), "")

    @property
    def words(self) -> list[str]:
        return [shape.key for shape in self.visit.scene().shapes if isinstance(shape, Words)]

    def to_settings(self, what: str) -> "Room":
        """Go to the page of the settings where ``what`` stands, and press it."""
        self.press("settings")
        for _ in range(SETTINGS_PAGES):
            if f"set {what}" in self.actions:
                break
            self.press("more")
        return self.press(f"set {what}")

    def close(self) -> None:
        """Close the window, as it closes."""
        self.visit.close()
        self.plugged.close()


@pytest.fixture(autouse=True)
def scale(monkeypatch: pytest.MonkeyPatch) -> type[Scale]:
    """Let a scale be behind each port that is opened."""

    class Here(Scale):
        opened: list[str] = []  # noqa: RUF012

    for kind in plugging.BOARDS:
        board = type(kind, (Here,), {"kind": kind})
        monkeypatch.setitem(plugging.BOARDS, kind, board)
    return Here


@pytest.fixture(params=sorted(WAYS))
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def confirm(folder: Path, serial: str = "00A7") -> None:
    """Keep the sensor at the port as one that was confirmed before."""
    Hardware(folder).remember(Known(serial, "serial", "Grip bar", UNO.name, "2026-01-01", remembered_as(UNO, serial)))


def recordings(folder: Path) -> list[Recording]:
    store = Store.open(folder / DATABASE)
    try:
        ids = [kept.id for kept in store.sessions("P-0001")]
        return [parse(store.recording_lines(n)) for n in ids]
    finally:
        store.close()


# --- weights --------------------------------------------------------------------------------------------


def test_a_sensor_is_weighed_from_the_settings_and_its_newtons_are_used_at_once(tmp_path: Path, way: str) -> None:
    confirm(tmp_path)
    room = Room(tmp_path, UNO, way=way, grip="serial").to_settings("weigh")
    here = plugging.BOARDS["serial"].here  # type: ignore[attr-defined]
    assert "weigh.zero" in room.words
    room.press("weigh measure").go(MEASURE_S + 0.1)
    assert "weigh.load" in room.words
    room.press("weigh more-kg", "weigh more-kg", "weigh less-kg")
    here.kg = 2.5
    room.press("weigh measure").go(MEASURE_S + 0.1)
    assert {"weigh another", "weigh save"} <= set(room.actions)
    room.press("weigh another")
    here.kg = 4.5
    room.press("weigh measure").go(MEASURE_S + 0.1).press("weigh save")
    assert "weigh.done" in room.words
    assert "weigh.kept" in room.words
    made = Hardware(tmp_path).calibration("00A7")
    assert made is not None
    assert [kg for kg, _ in made.points] == [0.0, 2.5, 4.5]
    assert made.gain == pytest.approx(STANDARD_GRAVITY / PER_KG, rel=0.01)
    source = room.plugged.source("serial", "none")
    assert source is not None
    assert (source.calibration, source.gain_n) == (made.id, made.gain)
    room.press("settings", *["more"] * (SETTINGS_PAGES - 2))
    shown = {button.action: dict(button.values) for button in room.visit.scene().buttons}
    assert shown["set weigh"] == {"value": "@set-value.weigh.done"}
    room.close()


@pytest.mark.parametrize("grip", ["keys", "serial"])
def test_a_sensor_can_be_weighed_while_the_cup_is_played_with_keys(tmp_path: Path, scale: Any, grip: str) -> None:
    confirm(tmp_path)
    room = Room(tmp_path, UNO, grip=grip)
    room.go(1)
    assert len(scale.opened) == (grip == "serial")
    room.to_settings("weigh").go(0.2)
    assert "weigh.zero" in room.words
    room.press("home").go(0.2)
    assert plugging.BOARDS["serial"].here.there == (grip == "serial"), "let go of what is not played with"  # type: ignore[attr-defined]


def test_without_a_sensor_weighing_waits_for_one_and_home_leads_away(tmp_path: Path, way: str) -> None:
    room = Room(tmp_path, way=way, grip="serial").to_settings("weigh").go(5)
    assert "weigh.plug" in room.words
    assert room.actions == ["home"]
    room.press("home")
    assert "practice" in room.actions


def test_a_sensor_pulled_out_while_it_is_weighed_goes_on_where_it_was(tmp_path: Path) -> None:
    confirm(tmp_path)
    room = Room(tmp_path, UNO, grip="serial").to_settings("weigh")
    here = plugging.BOARDS["serial"].here  # type: ignore[attr-defined]
    room.press("weigh measure").go(MEASURE_S + 0.1)
    here.kg = 2.0
    room.press("weigh measure").go(1.0)
    here.there = False
    room.go(1.0)
    assert "weigh.plug" in room.words
    here.there = True
    room.go(0.2)
    assert "weigh.load" in room.words
    room.press("weigh measure").go(MEASURE_S + 0.1).press("weigh save")
    assert Hardware(tmp_path).calibration("00A7") is not None


def test_a_sensor_without_a_number_is_not_weighed_and_it_says_so(tmp_path: Path, scale: Any) -> None:
    confirm(tmp_path)
    scale.serial = ""
    room = Room(tmp_path, UNO, grip="serial").to_settings("weigh").go(1)
    assert "weigh.nameless" in room.words
    assert room.actions == ["home"]


def test_a_full_disk_while_weighing_is_said_and_the_newtons_hold_for_this_visit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirm(tmp_path)
    room = Room(tmp_path, UNO, grip="serial").to_settings("weigh")
    room.press("weigh measure").go(MEASURE_S + 0.1)
    plugging.BOARDS["serial"].here.kg = 2.0  # type: ignore[attr-defined]
    room.press("weigh measure").go(MEASURE_S + 0.1)
    monkeypatch.setattr("app.files.write_whole", _full)
    room.press("weigh save")
    source = room.plugged.source("serial", "none")
    assert source is not None
    assert source.calibration
    assert Hardware(tmp_path).calibration("00A7") is None
    room.press("settings", "home")
    assert "store.read-only" in room.words


def test_what_could_not_be_kept_is_not_called_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    confirm(tmp_path)
    room = Room(tmp_path, UNO, grip="serial").to_settings("weigh")
    room.press("weigh measure").go(MEASURE_S + 0.1)
    plugging.BOARDS["serial"].here.kg = 2.0  # type: ignore[attr-defined]
    room.press("weigh measure").go(MEASURE_S + 0.1)
    monkeypatch.setattr("app.files.write_whole", _full)
    room.press("weigh save")
    assert "weigh.kept" not in room.words
    assert "weigh.unkept" in room.words


def _full(*_: object) -> None:
    raise FilesError("files.full", "no space left on device")


def test_a_tap_board_that_is_missing_does_not_keep_the_grip_from_being_weighed(tmp_path: Path) -> None:
    confirm(tmp_path)
    room = Room(tmp_path, UNO, grip="serial", taps="pads").to_settings("weigh").go(0.5)
    assert "weigh.zero" in room.words


def test_another_sensor_in_the_middle_is_weighed_from_the_beginning(tmp_path: Path, scale: Any) -> None:
    room = Room(tmp_path, UNO, grip="serial", port=UNO.name).to_settings("weigh")
    here = plugging.BOARDS["serial"].here  # type: ignore[attr-defined]
    room.press("weigh measure").go(MEASURE_S + 0.1)
    here.there = False
    room.go(0.5)
    scale.serial, here.there = "00B8", True
    room.go(0.5)
    assert "weigh.zero" in room.words


# --- the bank card --------------------------------------------------------------------------------------


def drawn(room: Room) -> Bar:
    return next(s for s in room.visit.scene().shapes if isinstance(s, Bar) and s.fill == "primary")


def test_a_card_as_large_as_a_real_one_gives_the_size_of_the_screen(tmp_path: Path, way: str) -> None:
    room = Room(tmp_path, way=way).to_settings("card")
    card = drawn(room)
    assert (card.w, card.h) == (pytest.approx(CARD_W_MM * 4.6), pytest.approx(CARD_H_MM * 4.6))
    room.press("card larger", "card larger")
    larger = drawn(room)
    assert larger.w > card.w
    assert larger.w / larger.h == pytest.approx(CARD_W_MM / CARD_H_MM)
    room.press("card smaller")
    assert card.w < drawn(room).w < larger.w
    wanted = drawn(room).w / CARD_W_MM
    room.press("card fits")
    assert "set.title" in room.words
    kept = Hardware(tmp_path).screen_scale(SCREEN)
    assert kept == pytest.approx(1 / (0.8 * wanted), abs=1e-6)
    assert room.visit.profile.units_per_mm == pytest.approx(wanted, abs=1e-3)
    assert room.visit.display.units_per_mm == room.visit.profile.units_per_mm
    room.close()
    again = Room(tmp_path, way=way)
    assert again.visit.profile.units_per_mm == pytest.approx(wanted, abs=1e-3)


def test_the_size_belongs_to_one_screen_and_follows_the_size_of_the_window(tmp_path: Path) -> None:
    Hardware(tmp_path).keep_screen(SCREEN, 0.25, "2026-11-21")
    room = Room(tmp_path)
    assert room.visit.profile.units_per_mm == 5.0
    room.visit.display = Display(SCREEN, 1.0, 0.25)
    assert room.visit.profile.units_per_mm == 4.0, "a larger window needs fewer units a millimetre"
    room.visit.display = Display("800x600+0+0", 0.5, room.plugged.hardware.screen_scale("800x600+0+0"))
    assert room.visit.profile.units_per_mm == 4.6


def test_the_card_can_become_neither_too_large_nor_too_small(tmp_path: Path) -> None:
    room = Room(tmp_path).to_settings("card")
    for action, end in (("card larger", MOST_PER_MM), ("card smaller", LEAST_PER_MM)):
        for _ in range(400):
            room.visit._act(action)
        assert drawn(room).w == pytest.approx(CARD_W_MM * end)


def test_leaving_the_card_keeps_nothing(tmp_path: Path, way: str) -> None:
    room = Room(tmp_path, way=way).to_settings("card").press("card larger", "home")
    assert Hardware(tmp_path).screen_scale(SCREEN) is None
    assert room.visit.profile.units_per_mm == 4.6


def test_the_size_of_the_screen_is_what_is_played_by_and_stands_in_the_header(tmp_path: Path) -> None:
    Hardware(tmp_path).keep_screen(SCREEN, 0.2, "2026-11-21")
    room = Room(tmp_path, wish=Wish("brook", trials=1))
    session = room.visit.session
    assert session is not None
    assert session.plan.profile.units_per_mm == 6.25
    room.go(0.5)
    room.close()
    (recording,) = recordings(tmp_path)
    assert recording.header["display"] == {"key": SCREEN, "px_per_unit": 0.8, "mm_per_px": 0.2}
    assert recording.header["profile"]["units_per_mm"] == 6.25


def test_the_size_of_one_screen_is_not_written_into_the_settings(tmp_path: Path) -> None:
    Hardware(tmp_path).keep_screen(SCREEN, 0.2, "2026-11-21")
    room = Room(tmp_path).press("settings", "set palette", "set hand")
    assert room.visit.profile.hand == "left"
    assert settings.load(tmp_path)[0].units_per_mm == 4.6


def test_a_size_that_cannot_be_kept_holds_for_this_visit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room(tmp_path).to_settings("card").press("card larger")
    monkeypatch.setattr("app.files.write_whole", _full)
    room.press("card fits", "home")
    assert room.visit.profile.units_per_mm > 4.6
    assert "store.read-only" in room.words


# --- the question at a port -----------------------------------------------------------------------------


def test_yes_opens_the_sensor_and_it_is_remembered(tmp_path: Path, scale: Any, way: str) -> None:
    room = Room(tmp_path, PRUSA, UNO, way=way, grip="serial").go(0.2)
    assert room.actions == ["ask yes", "ask no"]
    told = next(s for s in room.visit.scene().shapes if isinstance(s, Words) and s.key == "ask.title")
    assert dict(told.values) == {"name": "Arduino Uno"}
    assert scale.opened == []
    room.press("ask yes").go(0.5)
    assert (scale.opened, room.plugged.serial("serial")) == ([UNO.name], "00A7")
    assert [known.serial for known in Hardware(tmp_path).sensors()] == ["00A7"]
    room.close()
    again = Room(tmp_path, UNO, way=way).go(0.5)
    assert scale.opened == [UNO.name] * 2
    assert "practice" in again.actions, "it is not asked again"


def test_no_leaves_it_alone_and_the_next_one_is_asked_about(tmp_path: Path, scale: Any, way: str) -> None:
    room = Room(tmp_path, UNO, CH340, way=way, grip="serial").go(0.2).press("ask no").go(3)
    assert room.actions == ["ask yes", "ask no"]
    room.press("ask no").go(5)
    assert "practice" in room.actions
    assert scale.opened == []
    assert "device.none" in room.words, "it is said that there is no sensor"


def test_a_printer_or_nothing_is_no_question_and_neither_is_anything_for_keys(tmp_path: Path) -> None:
    for n, (found, grip) in enumerate(((PRUSA, "serial"), (UNO, "keys"), (UNO, "mouse"))):
        room = Room(tmp_path / str(n), found, grip=grip).go(4)
        assert "practice" in room.actions


def test_nothing_is_asked_in_the_middle_of_a_practice_and_it_is_asked_afterwards(tmp_path: Path) -> None:
    room = Room(tmp_path, wish=Wish("ladybirds", trials=1), grip="serial").go(0.5)
    room.found = [UNO]
    room.go(4)
    assert room.visit.session is not None
    room.tick(Sample("key.ESCAPE", room._at(), 1.0))
    room.go(2).press("other").go(1.5).press("home").go(0.2)
    assert room.actions == ["ask yes", "ask no"]


def test_what_was_pulled_out_before_the_answer_is_asked_about_no_more(tmp_path: Path, scale: Any) -> None:
    room = Room(tmp_path, UNO, grip="serial").go(0.2)
    room.found.clear()
    room.go(3)
    assert "practice" in room.actions
    assert scale.opened == []


def test_a_question_that_comes_back_can_not_be_answered_by_a_press_that_was_meant_for_home(
    tmp_path: Path, scale: Any
) -> None:
    room = Room(tmp_path, UNO, grip="serial").go(0.2)
    room.found.clear()
    room.go(3)
    room.found = [UNO]
    for _ in range(seconds(3)):
        room.tick()
        if "ask yes" in room.actions:
            break
    for down in (1.0, 0.0):
        room.tick(Sample("mouse", room._at(), down, 640.0, 350.0))
    room.go(0.3)
    assert "ask yes" in room.actions
    assert scale.opened == []


@pytest.mark.parametrize("grip", ["serial", "keys"])
def test_a_sensor_that_was_never_used_is_asked_about_when_it_is_to_be_weighed(tmp_path: Path, grip: str) -> None:
    room = Room(tmp_path, grip=grip).to_settings("weigh").go(0.5)
    room.found = [UNO]
    room.go(2.5)
    assert room.actions == ["ask yes", "ask no"]
    room.press("ask yes")
    assert room.plugged._confirmed == {"serial": UNO.name}


# --- what is felt by hand -------------------------------------------------------------------------------


def to_touch(room: Room) -> Room:
    room.press("pick")
    while "play touch" not in room.actions:
        room.press("more")
    return room.press("play touch")


def test_what_was_felt_is_kept_in_the_records_without_a_score(tmp_path: Path, way: str) -> None:
    room = to_touch(Room(tmp_path, way=way, aid="splint"))
    assert room.actions[:3] == ["touched cloth", "touched cup", "touched brush"]
    room.press("touched cup")
    assert sum(isinstance(s, Picture) and s.name == "daisy" for s in room.visit.scene().shapes) == 1
    room.press("more", "touched keys", "touched keys", "home")
    assert "practice" in room.actions
    (recording,) = recordings(tmp_path)
    assert recording.notes == ("touch.cup", "touch.keys")
    assert (recording.trials, recording.samples) == ((), ())
    assert recording.header["profile"]["aid"] == "splint"
    assert len(list(tmp_path.glob("**/*P-0001*"))) >= 1, "a copy for people lies beside the records"


def test_the_recording_of_what_was_felt_has_its_end(tmp_path: Path) -> None:
    to_touch(Room(tmp_path)).press("touched cup", "home")
    (recording,) = recordings(tmp_path)
    assert recording.end is not None
    assert recording.end.how == "done"


def test_who_felt_nothing_leaves_nothing_and_who_feels_twice_is_kept_twice(tmp_path: Path) -> None:
    room = to_touch(Room(tmp_path)).press("home")
    assert recordings(tmp_path) == []
    for name in ("cloth", "brush"):
        to_touch(room).press(f"touched {name}", "home")
    assert [recording.notes for recording in recordings(tmp_path)] == [("touch.cloth",), ("touch.brush",)]


def test_escape_on_the_touch_screen_keeps_what_was_felt(tmp_path: Path) -> None:
    room = to_touch(Room(tmp_path)).press("touched cloth")
    room.tick(Sample("key.ESCAPE", room._at(), 1.0))
    assert [recording.notes for recording in recordings(tmp_path)] == [("touch.cloth",)]


def test_every_thing_to_feel_is_on_one_of_the_pages(tmp_path: Path) -> None:
    room = to_touch(Room(tmp_path))
    seen = [a for a in room.actions if a.startswith("touched")]
    seen += [a for a in room.press("more").actions if a.startswith("touched")]
    assert seen == [f"touched {name}" for name in TOUCHED]
    assert "home" in room.actions


# --- the window is closed -------------------------------------------------------------------------------


def test_what_was_felt_is_kept_when_the_window_is_closed(tmp_path: Path) -> None:
    to_touch(Room(tmp_path)).press("touched cloth").close()
    assert [recording.notes for recording in recordings(tmp_path)] == [("touch.cloth",)]


STEPS: dict[str, Callable[[Room], object]] = {
    "weigh, empty": lambda room: room.to_settings("weigh"),
    "weigh, measuring": lambda room: room.to_settings("weigh").press("weigh measure").go(1),
    "weigh, loading": lambda room: room.to_settings("weigh").press("weigh measure").go(MEASURE_S + 0.2),
    "card": lambda room: room.to_settings("card").press("card larger"),
    "ask": lambda room: (room.plugged.close(), room.found.append(CH340), room.go(3)),
    "touch": to_touch,
}


@pytest.mark.parametrize("step", sorted(STEPS))
def test_the_window_can_be_closed_in_the_middle_of_everything_and_the_next_one_opens(tmp_path: Path, step: str) -> None:
    confirm(tmp_path)
    room = Room(tmp_path, UNO, grip="serial")
    STEPS[step](room)
    before = json.loads((tmp_path / "hardware.json").read_text())
    room.close()
    room.close()
    kept = json.loads((tmp_path / "hardware.json").read_text())
    assert kept["sensors"].keys() == before["sensors"].keys()
    assert (kept["screens"], kept["calibrations"]) == (before["screens"], before["calibrations"])
    again = Room(tmp_path, UNO).go(0.5)
    assert "practice" in again.actions
    assert again.plugged.answers("serial")


# --- practice -------------------------------------------------------------------------------------------


def practice(folder: Path, kind: str = "serial", **profile: Any) -> tuple[Room, Sensor]:
    """Return a room in which the cup is practised with a sensor that was named, and its hand."""
    sensor = plugging.BOARDS[kind].hand = Sensor()  # type: ignore[attr-defined]
    wish = Wish("cup", trials=2, level=1, device=Asked(kind, "/dev/named"))
    return Room(folder, wish=wish, **profile), sensor


def lead(room: Room, sensor: Sensor, until: Callable[[], bool], most_s: float = 60.0) -> None:
    """Let a hand at the sensor do what is asked for, until something is so."""
    session = room.visit.session
    assert session is not None
    hand, last = Hand(session, sensor), room.visit.now + seconds(most_s)
    while not until():
        assert room.visit.now < last, session.phase
        sensor.share += max(-0.8 / 120, min(0.8 / 120, hand.asked() - sensor.share))
        room.tick(*(replace(s, at_ms=room._at()) for s in hand._pressed(True)))


def test_a_practice_with_a_sensor_keeps_its_source_its_fits_and_its_devices(tmp_path: Path) -> None:
    room, sensor = practice(tmp_path, aid="splint")
    session = room.visit.session
    assert session is not None
    lead(room, sensor, lambda: len(session.trials) == 2)
    room.close()
    (recording,) = recordings(tmp_path)
    assert [trial.source.device for trial in recording.trials] == ["serial:00A7"] * 2
    assert {trial.source.aid for trial in recording.trials} == {"splint"}
    assert [fit.kind for fit in recording.fits] == ["tare", "firm"]
    assert recording.fits[-1].full == pytest.approx(FULL, rel=0.01)
    assert [source.device for _, source in recording.sources] == ["serial:00A7"]
    assert recording.end is not None
    assert recording.end.how == "closed"
    assert [row["kind"] for row in recording.header["devices"]] == ["keyboard", "mouse"], "it was opened afterwards"


@pytest.mark.parametrize("phase", [Tare, Firm, Demo, Playing])
def test_a_practice_that_is_closed_in_the_middle_keeps_every_line_so_far(tmp_path: Path, phase: type) -> None:
    room, sensor = practice(tmp_path)
    session = room.visit.session
    assert session is not None
    lead(room, sensor, lambda: isinstance(session.phase, phase))
    room.go(0.3)
    ticks = session.now
    room.close()
    (recording,) = recordings(tmp_path)
    assert recording.end is not None
    assert (recording.end.how, recording.end.tick) == ("closed", ticks)
    assert len(recording.fits) == {Tare: 0, Firm: 1, Demo: 2, Playing: 2}[phase]
    assert recording.samples[-1][0] >= ticks - 2


def test_a_sensor_pulled_out_pauses_the_practice_and_says_so_at_the_foot_of_the_stage(tmp_path: Path) -> None:
    room, sensor = practice(tmp_path)
    session = room.visit.session
    assert session is not None
    lead(room, sensor, lambda: isinstance(session.phase, Playing))
    here = plugging.BOARDS["serial"].here  # type: ignore[attr-defined]
    here.there = False
    room.go(0.1)
    assert session.phase == Paused("unplugged")
    here.there = True
    sensor.share = 0.0
    lead(room, sensor, lambda: bool(session.trials))
    assert session.trials[0].interrupted == ("unplugged",)


def test_a_tap_board_that_was_gone_before_the_practice_began_pauses_it(tmp_path: Path) -> None:
    room = Room(tmp_path, taps="pads", port="/dev/named").go(0.5)
    plugging.BOARDS["pads"].here.there = False  # type: ignore[attr-defined]
    room.go(1.0)
    room.press("pick", "play ladybirds", *WELL).go(1.0).press("start").go(0.5)
    assert room.visit.session is not None
    assert room.visit.session.phase == Paused("unplugged")


# --- anything at all ------------------------------------------------------------------------------------

deeds = st.lists(
    st.one_of(
        st.tuples(st.just("press"), st.integers(0, 5)),
        st.tuples(st.just("press"), st.integers(0, 5)),
        st.tuples(st.just("found"), st.sampled_from([(), (UNO,), (UNO, CH340), (PRUSA,)])),
        st.tuples(st.sampled_from(["pull", "plug", "other", "load"]), st.none()),
        st.tuples(st.just("key"), st.sampled_from(["ESCAPE", "ENTER", "TAB", "SPACE", "J"])),
        st.tuples(st.just("wait"), st.sampled_from([0.1, 1.0, 3.5])),
    ),
    max_size=30,
)


def do(room: Room, kind: str, what: Any) -> None:
    """Do one thing in the room."""
    here = getattr(plugging.BOARDS["serial"], "here", None)
    buttons = room.visit.scene().buttons
    if kind == "press" and buttons:
        button = buttons[what % len(buttons)]
        for down in (1.0, 0.0):
            room.tick(Sample("mouse", room._at(), down, button.x, button.y))
    elif kind == "found":
        room.found[:] = what
    elif kind == "key":
        room._key(what)
    elif kind == "wait":
        room.go(what)
    elif here is not None and kind in ("pull", "plug"):
        here.there = kind == "plug"
    elif here is not None and kind == "other":
        here.serial = "00B8" if here.serial == "00A7" else "00A7"
    elif here is not None:
        here.kg = 2.0 - here.kg
    room.tick()


@hypothesis.settings(max_examples=22, phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate])
@given(st.sampled_from(["home", "weigh", "card", "touch"]), st.sampled_from(["keys", "serial"]), deeds)
def test_any_button_and_any_cable_in_any_order_raise_nothing_and_the_next_visit_opens(
    tmp_path_factory: pytest.TempPathFactory, first: str, grip: str, rows: list[tuple[str, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("room")
    room = Room(folder, UNO, grip=grip, cooldown_ms=0.0)
    {"home": lambda: None, "touch": lambda: room.visit._act("play touch")}.get(first, lambda: room.visit._set(first))()
    for kind, what in rows:
        do(room, kind, what)
        assert room.visit.scene().buttons or room.visit.session is not None
        assert room.plugged.candidate is None or room.plugged.candidate.guess != "printer"
    room.close()
    if (folder / "hardware.json").exists():
        assert json.loads((folder / "hardware.json").read_text())["format"] == 1
    again = Room(folder).go(0.1)
    assert again.actions
    again.close()


def test_the_screens_of_this_file_are_those_that_are_there() -> None:
    assert sensor_screens.ask("x").buttons[0].action == "ask yes"
