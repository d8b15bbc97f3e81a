"""The calendar file: it can be read back, tells nothing of the patient, and replaces itself when taken in again."""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

import pytest
from dateutil.rrule import rrulestr
from icalendar import Calendar, Event

from app import calendar_file, files
from app.calendar_file import Wanted, calendar, run
from app.cli import main
from app.patients import Patients
from app.texts import load
from engine.prescription import Dose
from engine.reminders import dates, planned

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22).toordinal()
OWN = UUID("5d7f2c3e-3a77-4a57-9d3e-0a6f0c0de123")
PROGRAM = 'name = "mine"\ngames = ["cup"]\n[dose]\ndays = ["mon", "thu"]\nbouts = 1\nminutes = 8\n'


def events(content: bytes) -> list[Event]:
    """Return the events of a calendar file, read back."""
    found = Calendar.from_ical(content)
    assert isinstance(found, Calendar)
    assert found["version"] == "2.0"
    assert found["prodid"] == calendar_file.OWNER
    return [row for row in found.walk("VEVENT") if isinstance(row, Event)]


def made(dose: Dose | None = None, language: str = "en", now: datetime = NOW) -> bytes:
    """Return the calendar of a dose."""
    return calendar(planned(dose or Dose(), TODAY), OWN, load(language, strict=True), now)


@pytest.mark.parametrize("dose", [Dose(), Dose(bouts=4, minutes=9.5), Dose(days=("sun",), bouts=1)])
def test_what_is_read_back_is_what_was_planned(dose: Dose) -> None:
    reminders, found = planned(dose, TODAY), events(made(dose))
    assert len(found) == dose.bouts
    for reminder, event in zip(reminders, found, strict=True):
        starts = event["dtstart"].dt
        rule = rrulestr(event["rrule"].to_ical().decode(), dtstart=starts)
        days = [moment.date().toordinal() for moment in rule]
        assert days == list(dates(reminder))
        assert {moment.hour * 60 + moment.minute for moment in rule} == {reminder.at_minute}
        assert event["duration"].dt == timedelta(minutes=reminder.minutes)


def test_times_are_those_of_the_local_day_in_every_time_zone_and_season() -> None:
    content = made(Dose(days=("mon", "sun")))
    assert b"TZID" not in content
    assert b"VTIMEZONE" not in content
    assert all(event["dtstart"].dt.tzinfo is None for event in events(content))
    march = calendar(planned(Dose(days=("sat", "sun")), date(2026, 3, 14).toordinal()), OWN, load("en"), NOW)
    for event in events(march):  # over the night in which the clocks change
        rule = rrulestr(event["rrule"].to_ical().decode(), dtstart=event["dtstart"].dt)
        assert {(moment.hour, moment.minute) for moment in rule} in ({(10, 0)}, {(15, 0)})


def test_each_bout_has_an_alarm_a_little_before() -> None:
    for event in events(made()):
        (alarm,) = event.walk("VALARM")
        assert alarm["action"] == "DISPLAY"
        assert alarm["trigger"].dt == timedelta(minutes=-5)
        assert alarm["description"] == "Hand exercise"


@pytest.mark.parametrize(
    ("language", "summary"),
    [("en", "Hand exercise"), ("de", "Handübung"), ("es", "Ejercicio de la mano"), ("fr", "Exercice de la main")],
)
def test_it_says_hand_exercise_in_the_language_and_nothing_else(language: str, summary: str) -> None:
    content = made(language=language)
    said = {"SUMMARY", "DESCRIPTION", "X-WR-CALNAME"}
    texts = [line.partition(":")[2] for line in content.decode().split("\r\n") if line.partition(":")[0] in said]
    assert set(texts) == {summary}
    names = {line.partition(":")[0].partition(";")[0] for line in content.decode().split("\r\n") if line}
    assert names == {
        "BEGIN", "END", "VERSION", "PRODID", "UID", "DTSTAMP", "SEQUENCE", "DTSTART", "DURATION", "RRULE", "CLASS",
        "TRANSP", "ACTION", "TRIGGER", *said,
    }  # fmt: skip


def test_every_line_is_short_and_ends_as_the_standard_says() -> None:
    content = made(language="de")
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert content.count(b"\n") == content.count(b"\r\n")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75


def test_taken_in_again_it_replaces_what_was_there() -> None:
    first, later = events(made()), events(made(Dose(bouts=3), now=NOW + timedelta(days=3)))
    assert [event["uid"] for event in later][:2] == [event["uid"] for event in first]
    assert len({event["uid"] for event in later}) == 3
    assert later[0]["sequence"] > first[0]["sequence"]
    assert later[0]["dtstamp"].dt == NOW + timedelta(days=3)


def patient_with(program: str, folder: Path) -> str:
    """Return the code of a new patient who has this program."""
    code = Patients(folder).add().code
    files.write_whole(Patients(folder).folder(code) / "program.toml", program)
    return code


def test_the_file_follows_the_patients_program_and_keeps_its_identity(tmp_path: Path) -> None:
    code, other = patient_with(PROGRAM, tmp_path), patient_with(PROGRAM, tmp_path)
    wanted = Wanted(str(tmp_path), code, tmp_path / "due.ics", "fr")
    assert run(wanted, lambda: NOW, UTC) == 0
    (first,) = events((tmp_path / "due.ics").read_bytes())
    assert first["dtstart"].dt == datetime(2026, 11, 23, 10, 0)
    assert first["duration"].dt == timedelta(minutes=8)
    assert run(wanted, lambda: NOW + timedelta(days=1), UTC) == 0
    (later,) = events((tmp_path / "due.ics").read_bytes())
    assert later["uid"] == first["uid"]
    assert code.encode() not in (tmp_path / "due.ics").read_bytes()
    assert run(Wanted(str(tmp_path), other, tmp_path / "due.ics"), lambda: NOW, UTC) == 0
    assert {event["uid"] for event in events((tmp_path / "due.ics").read_bytes())}.isdisjoint({first["uid"]})


def test_it_begins_on_the_next_local_day(tmp_path: Path) -> None:
    patient_with(PROGRAM.replace('"thu"', '"sun"'), tmp_path)
    wanted = Wanted(str(tmp_path), None, tmp_path / "due.ics", "en")
    for zone, first_day in ((timezone(timedelta(hours=-12)), 22), (timezone(timedelta(hours=14)), 23)):
        run(wanted, lambda: NOW, zone)
        (event,) = events((tmp_path / "due.ics").read_bytes())
        assert event["dtstart"].dt == datetime(2026, 11, first_day, 10, 0)


def test_another_file_of_that_name_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "other.ics").write_text("BEGIN:VCALENDAR\r\nPRODID:-//Somebody//EN\r\nEND:VCALENDAR\r\n")
    with pytest.raises(ValueError, match="another file"):
        run(Wanted(str(tmp_path), None, tmp_path / "other.ics"))
    assert "Somebody" in (tmp_path / "other.ics").read_text()


def test_a_damaged_identity_is_drawn_anew(tmp_path: Path) -> None:
    own = calendar_file.identity(tmp_path, "P-1")
    assert calendar_file.identity(tmp_path, "P-1") == own
    files.write_whole(tmp_path / "patients" / "P-1" / calendar_file.IDENTITY, "nonsense")
    assert calendar_file.identity(tmp_path, "P-1") != own


# --- the commands ---------------------------------------------------------------------------------------


def test_the_calendar_command_says_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "mine.ics"
    assert main(["calendar", "--data", str(tmp_path), "--out", str(out), "--language", "de"]) == 0
    said = capsys.readouterr().out
    assert "10:00  mon, tue, wed, thu, fri  20 times" in said
    assert "15:00" in said
    assert events(out.read_bytes())[0]["summary"] == "Handübung"


@pytest.mark.parametrize("wrong", [["--patient", "../x"], ["--language", "xx"]])
def test_a_wrong_code_or_language_is_refused_in_one_sentence(
    wrong: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["calendar", "--data", str(tmp_path), "--out", str(tmp_path / "a.ics"), *wrong]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "a.ics").exists()


def test_goals_are_added_rated_and_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path)]
    assert main(["goals", *data]) == 0
    assert "No goal is written down yet." in capsys.readouterr().out
    assert main(["goals", "add", "Button my shirt", *data]) == 0
    assert main(["goals", "add", "Turn the key", *data]) == 0
    assert main(["goals", "rate", "1", "-1", *data]) == 0
    assert main(["goals", "rate", "1", "1", *data]) == 0
    capsys.readouterr()
    assert main(["goals", *data]) == 0
    said = capsys.readouterr().out
    assert "1. Button my shirt: -1 -> +1  A little more than agreed" in said
    assert "2. Turn the key: Not rated yet" in said
    assert "T 60.0 (first 40.0; 50 is as agreed)" in said


def test_a_clinicians_program_is_left_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = PROGRAM + '[[goals]]\nwords = "Hold a pen"\nlevels = ["a", "b", "c", "d", "e"]\nweight = 2\n'
    code = patient_with(program, tmp_path)
    data = ["--data", str(tmp_path), "--patient", code.lower(), "--language", "de"]
    assert main(["goals", "add", 'Say "yes"', *data]) == 0
    assert main(["goals", "rate", "1", "0", *data]) == 0
    said = capsys.readouterr().out
    assert "1. Hold a pen: +0 -> +0  c" in said
    assert '2. Say "yes": Noch nicht eingeschätzt' in said
    assert Patients(tmp_path).program_text(code) == program
    assert main(["goals", "add", "Hold a pen", *data]) == 1
    assert "is a goal already" in capsys.readouterr().err


def test_with_several_patients_one_has_to_be_chosen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    codes = [patient_with(PROGRAM, tmp_path) for _ in range(2)]
    for command in ("goals", "calendar"):
        assert main([command, "--data", str(tmp_path)]) == 1
        said = capsys.readouterr().err
        assert "--patient" in said
        assert all(code in said for code in codes)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [(["rate", "9", "0"], "none yet"), (["add", " "], "must say the goal"), (["add", "a\nb"], "words")],
)
def test_what_cannot_be_kept_is_said_in_one_sentence(
    wrong: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["goals", *wrong, "--data", str(tmp_path)]) == 1
    assert said in capsys.readouterr().err
