"""Write the bouts that are due in the next weeks as a calendar file, which any calendar can take in.

It says "hand exercise" and nothing else: no code, no name, no game, nothing of what for. Times are those of the local
day, without a time zone. The same file taken in again replaces what was there, since each bout keeps its identifier.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from pathlib import Path
from uuid import UUID, uuid4, uuid5

from app import files
from app.goals_command import prescription, whose
from app.logbook import utc_now
from app.patients import Patients
from app.texts import Texts, load
from engine.prescription import Dose
from engine.reminders import Reminder, planned

FILE = Path("regrasp-reminders.ics")
OWNER = "-//Regrasp//Reminders//EN"
IDENTITY = "calendar-id.txt"
BEFORE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked: where things are kept, whose reminders, which file, and in which language."""

    data: str | None = None
    patient: str | None = None
    out: Path | None = None
    language: str | None = None


def run(wanted: Wanted, now: Callable[[], datetime] = utc_now, zone: tzinfo | None = None) -> int:
    """Write the calendar file from tomorrow on, and say what is in it; raise ``FilesError`` or ``ValueError``."""
    data_dir = files.data_dir(wanted.data)
    patient, language = whose(data_dir, wanted.patient, wanted.language)
    out, moment = wanted.out or FILE, now()
    _must_be_ours(out)
    tomorrow = moment.astimezone(zone).date().toordinal() + 1
    made = planned(_dose(data_dir, patient), tomorrow)
    files.write_whole(out, calendar(made, identity(data_dir, patient), load(language), moment))
    for row in made:
        first = date.fromordinal(row.first_day)
        print(f"{_time(row):%H:%M}  {', '.join(row.days)}  {row.count} times from {first}  ({row.minutes} minutes)")
    print(f"{out}: take it in with your calendar. Taken in again, it replaces what was there.")
    return 0


def calendar(reminders: Sequence[Reminder], own: UUID, texts: Texts, now: datetime) -> bytes:
    """Return the calendar (RFC 5545) of these reminders; ``own`` keeps the identifiers of one patient's bouts."""
    from icalendar import Alarm, Calendar, Event

    summary = texts.say("reminder.summary")
    made = Calendar()
    made.add("prodid", OWNER)
    made.add("version", "2.0")
    made.add("x-wr-calname", summary)
    for row in reminders:
        event = Event()
        event.add("uid", str(uuid5(own, f"bout {row.number}")))
        event.add("dtstamp", now)
        event.add("sequence", int(now.timestamp() // 60))  # a later file is the newer one
        event.add("dtstart", datetime.combine(date.fromordinal(row.first_day), _time(row)))
        event.add("duration", timedelta(minutes=row.minutes))
        event.add("rrule", {"freq": ["weekly"], "byday": [day[:2] for day in row.days], "count": [row.count]})
        event.add("summary", summary)
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", summary)
        alarm.add("trigger", -BEFORE)
        event.add_component(alarm)
        made.add_component(event)
    return bytes(made.to_ical())


def identity(data_dir: Path, patient: str) -> UUID:
    """Return what this patient's bouts are known by in calendars: drawn once, so that it tells no code."""
    path = Patients(data_dir).folder(patient) / IDENTITY
    try:
        return UUID(files.read_text(path).strip())
    except (files.FilesError, ValueError):
        own = uuid4()
        files.write_whole(path, f"{own}\n")
        return own


def _dose(data_dir: Path, patient: str) -> Dose:
    """Return the dose that is prescribed; the gentle program allows many bouts, but asks for none, so the usual one."""
    is_set = Patients(data_dir).program_text(patient) is not None
    return prescription(data_dir, patient).dose if is_set else Dose()


def _time(reminder: Reminder) -> time:
    return time(*divmod(reminder.at_minute, 60))


def _must_be_ours(path: Path) -> None:
    """Raise ``ValueError`` if a file stands there that is no calendar of this program."""
    if path.exists() and OWNER not in files.read_text(path):
        raise ValueError(f"{path}: is another file already; choose a new name with --out")
