"""A visit whose computer sleeps, whose window goes, which is left alone for a night, or whose clock is set."""

import gzip
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from practice import WELL
from test_visit import actions, click, cut_off, visit_in

from app import settings
from app.logbook import Logbook
from app.visit import Display, Visit, Wish
from engine import host
from engine.phases import Paused, Playing
from engine.profile import Profile
from engine.simulate import Patient, Traits
from engine.ticks import seconds

LONG_S = 20.0


@pytest.fixture
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "LONG_S", LONG_S)


@pytest.fixture
def playing(tmp_path: Path) -> Visit:
    """Return a visit in mid-trial of a game that is led with the pointer, on a screen that was measured."""
    settings.save(tmp_path, Profile())
    visit = visit_in(tmp_path, Wish("brook", trials=2))
    visit.display = Display("1920x1080+0+0", 0.8, 0.25)
    click(visit, "start")
    assert visit.session is not None
    assert isinstance(visit.session.phase, Playing)
    return visit


def wait(visit: Visit, s: float) -> None:
    for _ in range(seconds(s)):
        visit.tick()


def phase(visit: Visit) -> object:
    assert visit.session is not None
    return visit.session.phase


def test_a_lid_that_was_closed_for_a_moment_pauses_and_for_long_ends_the_practice(
    playing: Visit, tmp_path: Path
) -> None:
    playing.slept(6.0)
    playing.tick()
    assert phase(playing) == Paused("away")
    assert actions(playing)[0] == "go on"
    click(playing, "go on")
    assert isinstance(phase(playing), Playing)
    playing.slept(3600.0)
    playing.tick()
    assert playing.session is None
    assert "practice" in actions(playing)
    playing.close()
    recording = gzip.decompress(max((tmp_path / "recordings").iterdir()).read_bytes()).decode()
    assert '"how":"away"' in recording
    assert [name in recording for name in (host.AWAY, host.HIDDEN)] == [True, False]


def test_a_window_that_is_minimised_pauses(playing: Visit) -> None:
    playing.hidden()
    playing.tick()
    assert phase(playing) == Paused("hidden")


def test_a_window_on_another_screen_pauses_and_goes_on_with_the_scale_of_that_one(playing: Visit) -> None:
    playing.shown_on(Display("1280x720+1920+0", 0.8, 0.5))
    playing.tick()
    assert phase(playing) == Paused("screen")
    assert playing.session is not None
    assert playing.session.plan.profile.units_per_mm == playing.profile.units_per_mm == 2.5


def test_what_happens_to_the_computer_while_nothing_is_played_reaches_no_later_practice(tmp_path: Path) -> None:
    settings.save(tmp_path, Profile())
    visit = visit_in(tmp_path)
    visit.slept(6.0)
    visit.hidden()
    visit.shown_on(Display("1280x720+1920+0", 0.7, 0.5))
    for action in ("pick", "play ladybirds", *WELL, "start"):
        click(visit, action)
    wait(visit, 0.5)
    assert isinstance(phase(visit), Playing)


def test_a_check_in_from_before_a_long_sleep_is_asked_anew(tmp_path: Path) -> None:
    settings.save(tmp_path, Profile())
    visit = visit_in(tmp_path)
    for action in ("practice", "start", "scale 0"):
        click(visit, action)
    visit.slept(3.0 * 3600)
    assert "practice" in actions(visit)
    click(visit, "practice")
    assert "start" in actions(visit), "it begins with the plan of today again"


@pytest.mark.usefixtures("_soon")
def test_a_night_alone_ends_the_practice_keeps_it_and_goes_home(tmp_path: Path) -> None:
    settings.save(tmp_path, Profile())
    visit = visit_in(tmp_path)
    for action in ("practice", *WELL, "start"):
        click(visit, action)
    session = visit.session
    assert session is not None
    patient = Patient(Traits(0.8), 1)
    while not session.trials:
        visit.tick(patient.samples(session))
    wait(visit, LONG_S + 1)
    assert visit.session is None
    assert "practice" in actions(visit), "nobody is asked how it was"
    wait(visit, 2 * LONG_S)
    assert "practice" in actions(visit)
    visit.close()
    again = visit_in(tmp_path)
    assert "practice" in actions(again), "it was ended, not cut off"
    assert [row.how for row in again.logbook.played(again.profile.patient)][-1] == "away"


@pytest.mark.usefixtures("_soon")
def test_questions_that_only_the_patient_may_answer_wait_all_night(tmp_path: Path) -> None:
    first = visit_in(tmp_path)
    wait(first, LONG_S + 1)
    assert actions(first) == ["hand left", "hand right"]
    first.close()
    settings.save(tmp_path, Profile())
    cut_off(tmp_path, 1)
    cut = visit_in(tmp_path)
    wait(cut, LONG_S + 1)
    assert actions(cut) == ["again", "home"]


@pytest.mark.usefixtures("_soon")
@pytest.mark.parametrize("way", [("settings",), ("pick",), ("practice",), ("practice", "start", "scale 3")])
def test_a_screen_that_nobody_looks_at_goes_home(way: tuple[str, ...], tmp_path: Path) -> None:
    settings.save(tmp_path, Profile())
    visit = visit_in(tmp_path)
    for action in way:
        click(visit, action)
    wait(visit, LONG_S - 2)
    assert "practice" not in actions(visit)
    wait(visit, 3)
    assert "practice" in actions(visit)


@pytest.mark.parametrize("change", [timedelta(hours=-2), timedelta(hours=1), timedelta(days=40)])
def test_a_clock_that_is_set_in_a_practice_changes_no_duration(change: timedelta, tmp_path: Path) -> None:
    settings.save(tmp_path, Profile())
    clock = [datetime(2026, 3, 29, 0, 59, 58, tzinfo=UTC)]  # two seconds before summer time in Europe
    visit = Visit(tmp_path, Profile(), Logbook(tmp_path, now=lambda: clock[0]), Wish("ladybirds", trials=2, seed=3))
    visit.ready()
    click(visit, "start")
    session = visit.session
    assert session is not None
    patient, lasted = Patient(Traits(0.8, lapse=0.0), 1), 0
    while len(session.trials) < 2:
        visit.tick(patient.samples(session))
        lasted += 1
        if len(session.trials) == 1:
            clock[0] += change
            change = timedelta(0)
    assert not any(trial.interrupted for trial in session.trials)
    assert session.now - lasted < seconds(2), "ticks are all the time there is"
    visit.close()


@pytest.mark.parametrize("hours", [-10, 0, 1, 2, 14])
def test_a_day_of_the_diary_is_the_date_on_the_wall_where_the_patient_is_then(hours: int, tmp_path: Path) -> None:
    at = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    zone = timezone(timedelta(hours=hours))
    logbook = Logbook(tmp_path, now=lambda: at, zone=zone)
    logbook.note("local", "journal", {"words": "x"})
    [entry] = logbook.diary("local")
    assert entry.day == at.astimezone(zone).date().toordinal()
    assert entry.at_s == at.timestamp(), "the moment itself knows no zone"
