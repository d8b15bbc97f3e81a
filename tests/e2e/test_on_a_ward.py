"""What a ward finds in a real window: tiles, the plan of who is there, and a kiosk that only the staff may leave."""

import time
from pathlib import Path

from screen import Screen, started
from test_in_a_real_window import CHECK_IN

from app.patients import CLINIC, Patients
from engine import who_screens
from engine.profile import Profile

PIN = "4711"


def test_a_tile_leads_to_the_plan_of_its_patient_and_only_the_staff_leave_the_kiosk(
    screen: Screen, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    patients = Patients(data)
    first, second = patients.add("cat"), patients.add("boat")
    patients.set_pin(CLINIC, PIN)
    shown = who_screens.tiles([first, second], 0).buttons
    with started(screen, tmp_path, "--kiosk", settings="") as copy:
        copy.wait_to_see(*shown[:2])
        copy.keep_picture("tiles")
        boat = next(button for button in shown if button.action.endswith(second.code))
        copy.choose(boat, until=lambda: copy.shows(CHECK_IN[0]))
        copy.keep_picture("plan-of-the-day")
        copy.choose(CHECK_IN[0])

        copy.screen.ask_to_close(int(copy.window))
        pad = who_screens.pin_pad(Profile(), "who.staff", 0).buttons
        digits = {button.action.split()[-1]: button for button in pad if button.action.startswith("digit")}
        copy.wait_for("the pad", lambda: copy.shows(*digits.values()))
        copy.keep_picture("staff")
        assert copy.process.poll() is None, "the kiosk stays"
        time.sleep(1.0)
        for digit in PIN:
            copy.click(digits[digit].x, digits[digit].y)
            time.sleep(0.7)
        enter = next(b for b in who_screens.pin_pad(Profile(), "who.staff", len(PIN)).buttons if b.action == "enter")
        copy.wait_to_see(enter)
        copy.click(enter.x, enter.y)
        assert copy.process.wait(timeout=20) == 0
