"""The reception without a display: who comes in how many presses, PINs by ticks, wiping, idle time, and the kiosk."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from app import files, patients, settings
from app.files import FilesError
from app.patients import CLINIC, Patients
from app.reception import LEAVE, PROGRAM, Arrived, Came, Granted, Reception
from engine.hand import Side
from engine.profile import Profile
from engine.sample import Sample
from engine.scene import Button, Picture, Words
from engine.ticks import seconds

RIGHT, STAFF, WRONG = "4711", "998877", "0000"
WAITS = (0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900, 900, 900, 900, 900, 900, 900, 900)


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a hash cost next to nothing."""
    monkeypatch.setattr(patients, "COST", 2)


class Ward:
    """A tablet on a ward: presses, keys and time, as the window gives them."""

    def __init__(self, folder: Path, kiosk: bool = False, start: str = "", wall_s: float = 1e9) -> None:
        self.wall_s, self.now, self.presses = wall_s, 0, 0
        self.patients = Patients(folder, lambda: self.wall_s)
        self.reception = Reception(self.patients, kiosk, start)
        self.came: list[Arrived | Granted] = []

    def tick(self, samples: Sequence[Sample] = (), at_home: bool = True) -> Came:
        self.now += 1
        came = self.reception.tick(samples, self.now, at_home)
        self.came += [came] if came else []
        return came

    def wait(self, s: float, at_home: bool = True) -> None:
        for _ in range(seconds(s)):
            self.tick(at_home=at_home)

    def buttons(self) -> dict[str, Button]:
        return {button.action: button for button in self.reception.scene(self.now).buttons}

    def press(self, action: str) -> Came:
        """Press a button with a pointer, once the screen may be pressed."""
        self.wait(0.6)
        button = self.buttons()[action]
        self.presses += 1
        self.tick([Sample("mouse", 0.0, 1.0, button.x, button.y)])
        return self.tick([Sample("mouse", 0.0, 0.0, button.x, button.y)])

    def type(self, *names: str) -> Came:
        came: Came = None
        for name in names:
            self.wait(0.6)
            came = self.tick([Sample(f"key.{name}", 0.0, 1.0)])
            self.tick([Sample(f"key.{name}", 0.0, 0.0)])
        return came

    def pin(self, pin: str) -> Came:
        for digit in pin:
            self.press(f"digit {digit}")
        return self.press("enter")

    def said(self) -> list[str]:
        return [s.key for s in self.reception.scene(self.now).shapes if isinstance(s, Words)]


def two(folder: Path, kiosk: bool = False, locked: bool = False, staff: bool = False) -> tuple[Ward, list[str]]:
    """Return a ward with two patients, the first one perhaps with a PIN."""
    known = Patients(folder)
    codes = [known.add("cat", Profile(hand=Side.LEFT)).code, known.add("fish", Profile(language="fr")).code]
    if locked:
        known.set_pin(codes[0], RIGHT)
    if staff:
        known.set_pin(CLINIC, STAFF)
    return Ward(folder, kiosk), codes


# Who comes


def test_one_person_alone_sees_no_reception(tmp_path: Path) -> None:
    assert (Ward(tmp_path).reception.open, Ward(tmp_path).reception.here) == (False, "P-0001")
    own = Profile(hand=Side.LEFT, palette="dark")
    settings.save(tmp_path, own)
    ward = Ward(tmp_path)
    assert (ward.reception.open, ward.reception.here, ward.reception.profile) == (False, "P-0001", own)
    assert not ward.reception.several


def test_a_kiosk_on_which_nobody_played_yet_takes_somebody_new(tmp_path: Path) -> None:
    ward = Ward(tmp_path, kiosk=True)
    assert set(ward.buttons()) == {"new", "leave"}
    ward.press("new")
    ward.press("picture apple")
    assert isinstance(ward.press("hand right"), Arrived)
    assert len(Patients(tmp_path).all()) == 1


def test_from_the_tiles_to_a_patient_is_one_press(tmp_path: Path) -> None:
    ward, codes = two(tmp_path)
    assert ward.reception.open
    came = ward.press(f"who {codes[1]}")
    assert came == Arrived(codes[1], Profile(patient=codes[1], language="fr"))
    assert (ward.presses, ward.reception.open, ward.reception.here) == (1, False, codes[1])


def test_a_patient_of_the_command_line_is_there_at_once(tmp_path: Path) -> None:
    _, codes = two(tmp_path, locked=True)
    ward = Ward(tmp_path, start=codes[1].lower())
    assert (ward.reception.open, ward.reception.here) == (False, codes[1])
    asked = Ward(tmp_path, start=codes[0])
    assert asked.reception.open, "but a PIN is asked for"
    assert "who.pin" in asked.said()


def test_who_is_meant_is_spoken_to_in_their_own_language_from_the_press_on(tmp_path: Path) -> None:
    ward, codes = two(tmp_path)
    Patients(tmp_path).set_pin(codes[1], RIGHT)
    ward.press(f"who {codes[1]}")
    assert ward.reception.profile.language == "fr"
    ward.press("back")
    assert ward.reception.profile.language == "en"


def test_somebody_new_chooses_a_picture_that_is_free_and_a_hand(tmp_path: Path) -> None:
    ward, codes = two(tmp_path)
    ward.press("new")
    assert "picture cat" not in ward.buttons()
    ward.press("more")
    ward.press("picture tree")
    came = ward.press("hand left")
    assert isinstance(came, Arrived)
    assert came.profile == Profile(patient=came.code, hand=Side.LEFT)
    kept = Patients(tmp_path)
    assert [card.picture for card in kept.all()] == ["cat", "fish", "tree"]
    assert kept.profile(came.code)[0] == came.profile
    assert came.code not in codes


def test_when_somebody_new_cannot_be_kept_the_tiles_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ward, _ = two(tmp_path)

    def refused(*_: object) -> None:
        raise FilesError("files.full", "x")

    monkeypatch.setattr(files, "write_whole", refused)
    ward.press("new")
    ward.press("picture bird")
    assert ward.press("hand right") is None
    assert "store.full" in ward.said()


def test_the_tiles_turn_their_pages_both_ways(tmp_path: Path) -> None:
    codes = [Patients(tmp_path).add().code for _ in range(7)]
    ward = Ward(tmp_path)
    ward.press("more")
    assert [a for a in ward.buttons() if a.startswith("who")] == [f"who {codes[6]}"]
    ward.press("back")
    assert f"who {codes[0]}" in ward.buttons()


def test_keys_alone_are_enough(tmp_path: Path) -> None:
    ward, codes = two(tmp_path, locked=True)
    ward.type("TAB", "ENTER")
    assert "who.pin" in ward.said()
    came = ward.type("KEY_4", "NUM_7", "NUM_1", "NUM_2", "BACKSPACE", "KEY_1", "ENTER")
    assert came is not None
    assert ward.reception.here == codes[0]


def test_enter_presses_the_button_in_focus_where_nothing_was_typed(tmp_path: Path) -> None:
    ward, _ = two(tmp_path, locked=True)
    ward.type("TAB", "ENTER", "ENTER")
    dots = [s.fill for s in ward.reception.scene(ward.now).shapes if type(s).__name__ == "Circle"]
    assert dots.count("primary") == 1, "the digit 1"


def test_one_switch_is_enough(tmp_path: Path) -> None:
    settings.save(tmp_path / "tiles", Profile(scan_s=1.0))
    ward, codes = two(tmp_path)
    ward.wait(1.7)
    ward.tick([Sample("key.SPACE", 0.0, 1.0)])
    assert ward.reception.here == codes[1]


# PINs


def test_a_pin_is_asked_for_and_a_wrong_one_is_said_kindly(tmp_path: Path) -> None:
    ward, codes = two(tmp_path, locked=True)
    ward.press(f"who {codes[0]}")
    assert ward.pin(WRONG) is None
    assert "who.wrong" in ward.said()
    assert isinstance(ward.pin(RIGHT), Arrived)


def test_after_five_wrong_ones_there_is_to_be_waited_and_a_restart_does_not_help(tmp_path: Path) -> None:
    ward, codes = two(tmp_path, locked=True)
    ward.press(f"who {codes[0]}")
    for _ in range(5):
        ward.pin(WRONG)
    assert "who.blocked" in ward.said()
    assert "digit 1" not in ward.buttons()
    again = Ward(tmp_path, wall_s=ward.wall_s - 1000)
    again.press(f"who {codes[0]}")
    assert "who.blocked" in again.said(), "nor does a clock that is set back"
    again.press("back")
    again.press(f"who {codes[0]}")
    again.wait(27)
    assert "who.blocked" in again.said()
    again.wait(3)
    assert isinstance(again.pin(RIGHT), Arrived)


def test_the_others_come_in_while_one_waits(tmp_path: Path) -> None:
    ward, codes = two(tmp_path, locked=True)
    ward.press(f"who {codes[0]}")
    for _ in range(5):
        ward.pin(WRONG)
    ward.press("back")
    assert isinstance(ward.press(f"who {codes[1]}"), Arrived)


def test_the_staff_opens_for_who_forgot_the_pin(tmp_path: Path) -> None:
    ward, codes = two(tmp_path, locked=True, staff=True)
    ward.press(f"who {codes[0]}")
    for _ in range(5):
        ward.pin(WRONG)
    ward.press("staff")
    assert "who.clinic" in ward.said()
    ward.pin(RIGHT)
    assert "who.wrong" in ward.said(), "a PIN of a patient is none of the staff"
    came = ward.pin(STAFF)
    assert isinstance(came, Arrived)
    assert came.code == codes[0]
    assert Patients(tmp_path, lambda: ward.wall_s).left_s(codes[0]) == 0
    assert Patients(tmp_path).has_pin(codes[0])
    ward.reception.change(ward.now)
    ward.press(f"who {codes[0]}")
    assert isinstance(ward.pin(RIGHT), Arrived), "and there is no more to be waited"


def test_the_staff_gives_up_and_the_patient_may_go_on(tmp_path: Path) -> None:
    ward, codes = two(tmp_path, locked=True, staff=True)
    ward.press(f"who {codes[0]}")
    ward.press("staff")
    ward.press("back")
    assert "who.pin" in ward.said()
    assert isinstance(ward.pin(RIGHT), Arrived)


def test_a_half_typed_pin_is_left_to_nobody(tmp_path: Path) -> None:
    ward, codes = two(tmp_path, locked=True)
    ward.press(f"who {codes[0]}")
    ward.press("digit 4")
    ward.wait(61)
    assert f"who {codes[0]}" in ward.buttons()


turns = st.lists(
    st.tuples(st.sampled_from(["wrong", "wrong", "wrong", "right"]), st.none())
    | st.tuples(st.just("wait"), st.integers(1, 1000))
    | st.tuples(st.sampled_from(["back in time", "restart"]), st.integers(1, 5000)),
    max_size=30,
)


@budget(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=turns)
def test_no_wait_is_ever_shorter_than_asked_for_however_the_clock_is_set_back_and_the_program_restarted(
    tmp_path_factory: pytest.TempPathFactory, turns: list[tuple[str, int | None]]
) -> None:
    folder = tmp_path_factory.mktemp("data")
    Patients(folder).set_pin(CLINIC, STAFF)
    real_s, behind_s, wrong, last_s, now, begun_s = 0, 0, 0, -(10**9), 0, 0
    known = Patients(folder, lambda: 1e9 + real_s - behind_s)
    reception = Reception(known, kiosk=True)
    for what, amount in turns:
        if what == "wait":
            real_s += amount or 0
        elif what == "back in time":
            behind_s += amount or 0
        elif what == "restart":
            reception, begun_s = Reception(known, kiosk=True), real_s
        else:
            now = seconds(real_s - begun_s)
            before = known._lock(CLINIC).wrong
            reception.leave(now)
            for digit in STAFF if what == "right" else "000000":
                reception.act(f"digit {digit}", now)
            came = reception.act("enter", now)
            looked_at = came is not None or known._lock(CLINIC).wrong != before
            if looked_at:
                assert real_s - last_s >= WAITS[min(wrong, 19)]
                assert (came == Granted(LEAVE)) == (what == "right")
                wrong, last_s = (0 if what == "right" else wrong + 1), real_s
            else:
                assert wrong >= 5
            reception.act("back", now)


# The kiosk


def test_between_two_patients_the_screen_is_wiped_in_a_kiosk_only(tmp_path: Path) -> None:
    ward, codes = two(tmp_path, kiosk=True)
    assert isinstance(ward.press(f"who {codes[0]}"), Arrived), "nobody was here before"
    ward.reception.change(ward.now)
    assert isinstance(ward.press(f"who {codes[0]}"), Arrived), "the same one again"
    ward.reception.change(ward.now)
    ward.presses = 0
    ward.press(f"who {codes[1]}")
    assert "who.wipe" in ward.said()
    ward.wait(3)
    assert isinstance(ward.press("wiped"), Arrived)
    assert ward.presses == 2
    ward.reception.change(ward.now)
    ward.reception.kiosk = False
    assert isinstance(ward.press(f"who {codes[0]}"), Arrived)


def test_while_somebody_wipes_nothing_can_be_pressed(tmp_path: Path) -> None:
    ward, codes = two(tmp_path, kiosk=True)
    ward.press(f"who {codes[0]}")
    ward.reception.change(ward.now)
    ward.press(f"who {codes[1]}")
    for _ in range(20):
        ward.wait(0.5)
        ward.tick([Sample("mouse", 0.0, 1.0, 800.0, 250.0)])
        ward.tick([Sample("mouse", 0.0, 0.0, 800.0, 250.0)])
        assert ward.buttons() == {}
    ward.wait(3)
    assert list(ward.buttons()) == ["wiped"]
    ward.tick([Sample("mouse", 0.0, 1.0, 800.0, 250.0)])
    ward.tick([Sample("mouse", 0.0, 1.0, 300.0, 700.0)])
    assert ward.buttons() == {}, "a stroke across the button is one more wipe"
    ward.tick([Sample("mouse", 0.0, 0.0, 800.0, 250.0)])
    assert ward.reception.open


def test_five_idle_minutes_lead_back_to_the_tiles_in_a_kiosk(tmp_path: Path) -> None:
    ward, codes = two(tmp_path, kiosk=True)
    ward.press(f"who {codes[1]}")
    ward.wait(299)
    ward.tick([Sample("key.A", 0.0, 1.0)])
    ward.wait(299)
    assert not ward.reception.open
    ward.wait(2)
    assert (ward.reception.open, ward.reception.here) == (True, "")
    assert f"who {codes[0]}" in ward.buttons()


def test_practice_is_no_idle_time_and_what_a_sensor_sends_is_no_input(tmp_path: Path) -> None:
    ward, codes = two(tmp_path, kiosk=True)
    ward.press(f"who {codes[1]}")
    ward.wait(400, at_home=False)
    assert not ward.reception.open
    for _ in range(seconds(301)):
        ward.tick([Sample("grip", 0.0, 100.0)])
    assert ward.reception.open


def test_without_kiosk_and_pin_nothing_is_locked_and_with_a_pin_it_is(tmp_path: Path) -> None:
    ward, codes = two(tmp_path, locked=True)
    ward.press(f"who {codes[1]}")
    ward.wait(301)
    assert not ward.reception.open
    ward.reception.change(ward.now)
    ward.press(f"who {codes[0]}")
    ward.pin(RIGHT)
    ward.wait(301)
    assert ward.reception.open


def test_one_person_alone_with_a_pin_comes_back_to_it_and_may_leave(tmp_path: Path) -> None:
    settings.save(tmp_path, Profile(palette="dark"))
    Patients(tmp_path).set_pin("P-0001", RIGHT)
    ward = Ward(tmp_path)
    assert "leave" in ward.buttons()
    ward.pin(RIGHT)
    ward.wait(301)
    assert "who.pin" in ward.said()
    assert ward.reception.profile.palette == "dark"
    ward.press("leave")
    assert ward.press("quit") == Granted(LEAVE)


def test_a_kiosk_is_left_with_the_staffs_pin_only(tmp_path: Path) -> None:
    ward, codes = two(tmp_path, kiosk=True, staff=True)
    assert not ward.reception.may_leave
    ward.type("ESCAPE")
    ward.press("leave")
    assert "who.clinic" in ward.said()
    ward.pin("111111")
    ward.type("ESCAPE")
    assert f"who {codes[0]}" in ward.buttons()
    ward.press("leave")
    assert ward.pin(STAFF) == Granted(LEAVE)
    assert ward.came == [Granted(LEAVE)]


def test_who_asks_to_leave_from_within_and_gives_up_is_where_they_were(tmp_path: Path) -> None:
    ward, codes = two(tmp_path, kiosk=True, staff=True)
    ward.press(f"who {codes[0]}")
    ward.reception.leave(ward.now)
    assert ward.reception.open
    ward.press("back")
    assert (ward.reception.open, ward.reception.here) == (False, codes[0])


def test_without_a_kiosk_leaving_is_a_plain_question(tmp_path: Path) -> None:
    ward, codes = two(tmp_path, staff=True)
    assert ward.reception.may_leave
    ward.press("leave")
    ward.press("home")
    assert f"who {codes[0]}" in ward.buttons()
    ward.press("leave")
    assert ward.press("quit") == Granted(LEAVE)


def test_a_program_is_changed_with_the_staffs_pin_where_there_is_one(tmp_path: Path) -> None:
    ward, codes = two(tmp_path, staff=True)
    ward.press(f"who {codes[0]}")
    assert ward.reception.ask_program(ward.now) is None
    assert ward.pin(STAFF) == Granted(PROGRAM)
    assert not ward.reception.open
    ward.patients.set_pin(CLINIC, "")
    assert ward.reception.ask_program(ward.now) == Granted(PROGRAM)


def test_a_button_that_is_not_there_does_nothing(tmp_path: Path) -> None:
    ward, codes = two(tmp_path, kiosk=True, locked=True, staff=True)
    for action in ("quit", "enter", "wiped", "hand left", "who nobody", "picture cat", "digit 1"):
        assert ward.reception.act(action, ward.now) is None
    assert f"who {codes[0]}" in ward.buttons()


def test_nothing_that_was_typed_is_left_in_what_is_shown(tmp_path: Path) -> None:
    ward, codes = two(tmp_path, locked=True)
    ward.press(f"who {codes[0]}")
    for digit in "4711":
        ward.press(f"digit {digit}")
    shown = ward.reception.scene(ward.now)
    assert "4711" not in repr(replace(shown, shapes=tuple(s for s in shown.shapes if not isinstance(s, Picture))))
