"""A patient's day without a screen: what is offered, chosen, asked and closed, and how it comes back after a gap."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app import rooms
from app.daily import BROKEN, CLOCK, Daily
from app.logbook import Logbook
from app.patients import Patients
from engine.guard import Event
from engine.plan import Day
from engine.program import Block
from engine.schedule import Done, GameDone

ZONE = ZoneInfo("Europe/Berlin")


class Clock:
    """A wall clock that is set by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday

    def __call__(self) -> datetime:
        return self.now

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def logbook(tmp_path: Path, clock: Clock) -> Iterator[Logbook]:
    with closing(Logbook(tmp_path, clock, ZONE)) as logbook:
        yield logbook


def ward(logbook: Logbook) -> Daily:
    return Daily(logbook, "K7-RB4", rooms.all_prescriptions()["ward"])


def home(logbook: Logbook) -> Daily:
    return Daily(logbook, "K7-RB4", rooms.gentle())


def checked_in(daily: Daily, pain: int = 0) -> str:
    daily.begin()
    for action in ("start", f"scale {pain}"):
        assert daily.act(action) == "stay"
    return daily.act("news no")


def test_the_patient_picks_among_what_fits_and_the_plan_is_made_of_it(logbook: Logbook) -> None:
    daily = ward(logbook)
    daily.begin()
    assert daily.prescription.choose == 2
    assert daily.act("choose") == "stay"
    wanted = daily._offered[3:5]
    for game in wanted:
        daily.act(f"choose {game}")
    for action in ("start", "scale 1"):
        daily.act(action)
    assert daily.act("news no") == "play"
    assert daily.program is not None
    assert set(wanted) <= {block.game for block in daily.program.blocks}
    [entry] = logbook.diary("K7-RB4", ("chosen",))
    assert entry.values["games"] == list(wanted)


def test_what_was_told_is_in_the_diary_before_play_begins(logbook: Logbook) -> None:
    daily = ward(logbook)
    assert checked_in(daily, pain=3) == "play"
    [entry] = logbook.diary("K7-RB4", ("checkin",))
    assert entry.values["pain"] == 3
    assert Daily(logbook, "K7-RB4", daily.prescription).standing == daily.standing, "it survives a restart"


def test_too_much_pain_closes_the_day_says_why_and_until_when(logbook: Logbook, clock: Clock) -> None:
    daily = home(logbook)
    assert checked_in(daily, pain=8) == "stay"
    assert daily.closed == "guard.pain-high"
    again = home(logbook)
    again.begin((Block("brook", 5),), "play")
    assert again.closed == "guard.pain-high", "no other way leads to play either"
    clock.later(hours=20)
    assert checked_in(home(logbook)) == "play"


def test_who_goes_home_after_telling_pain_has_told_it(logbook: Logbook) -> None:
    daily = ward(logbook)
    daily.begin()
    daily.act("start")
    daily.act("scale 8")
    assert daily.act("home") == "home"
    assert ward(logbook).standing.day == "ended"


def test_a_clock_that_went_back_two_days_asks_for_the_date_first(logbook: Logbook, clock: Clock) -> None:
    assert checked_in(ward(logbook)) == "play"
    clock.later(days=-3)
    daily = ward(logbook)
    daily.begin()
    assert daily.closed == CLOCK
    daily.act("clock right")
    assert daily.closed != CLOCK


def test_a_program_that_cannot_be_read_closes_practice_whatever_is_wanted(logbook: Logbook, tmp_path: Path) -> None:
    patients = Patients(tmp_path)
    code = patients.add().code
    folder = patients.folder(code)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "program.toml").write_text('name = "x"\ngames = ["cupp"]\n', encoding="utf-8")
    daily = Daily.of(logbook, tmp_path, code, "right", "keys")
    daily.begin()
    assert daily.closed == BROKEN
    assert not daily.may_grip
    assert "cupp" in daily.trouble


def test_after_a_gap_the_first_bout_begins_lower_and_nothing_rises_in_it(
    logbook: Logbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    daily = ward(logbook)
    today = daily.moment.day
    done = Done(today - 20, daily.moment.utc_s - 20 * 86_400, 12.0, 20, games=(GameDone("cup", 20, 16, 5),))
    monkeypatch.setattr(Daily, "history", property(lambda self: (done,)))
    day = daily.of_plan()
    assert isinstance(day, Day)
    assert day.down >= 1
    daily.begin()
    assert daily.corridor is not None
    assert daily.corridor.page == "welcome"  # type: ignore[union-attr]


def test_a_healing_hand_stops_at_pain_of_four_whatever_its_file_says(logbook: Logbook) -> None:
    from dataclasses import replace

    healing = replace(rooms.gentle(), stage="healing", thresholds=replace(rooms.gentle().thresholds, stop=4))
    daily = Daily(logbook, "K7-RB4", healing)
    assert daily.prescription.thresholds.stop <= 4
    assert not daily.may_grip, "force is locked until a clinician decides date and cap"
    daily.begin((Block("cup", 5),), "play")
    daily.act("start")
    daily.act("scale 0")
    assert daily.act("news no") == "stay"
    assert daily.closed == "room.nothing"


def test_a_bout_that_was_cut_off_is_over_and_is_asked_about_anew(logbook: Logbook) -> None:
    assert checked_in(ward(logbook)) == "play"
    killed = ward(logbook)
    assert killed.standing.day == "open"
    killed.begin()
    assert killed.standing.day == "unasked"
    assert not killed.allowed.play


def test_a_stop_for_pain_from_the_command_line_counts_as_well(logbook: Logbook) -> None:
    daily = home(logbook)
    daily.note(Event("stop", why="pain"))
    daily.begin()
    assert daily.closed == "guard.stopped-pain"
