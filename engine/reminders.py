"""Plan when bouts of the next weeks are due, at sensible hours of the day, from what is prescribed.

A reminder is a time of the local day: it has no time zone, so that a journey or a summer time moves nothing.
"""

from dataclasses import dataclass

from engine.goals import WEEK, weekday
from engine.prescription import DAYS, Dose

WEEKS = 4
HOUR = 60
FIRST, LAST = 10 * HOUR, 18 * HOUR
"""When the first bout of a day begins, and the last one of three or more, in minutes since midnight."""
SECOND = 15 * HOUR
QUIET = (20 * HOUR, 9 * HOUR)
"""From when to when it is quiet: no bout begins or ends in these hours."""
ROUND = 15


@dataclass(frozen=True, slots=True)
class Reminder:
    """A bout of each week: on which days, at which minute of the day, how long, and how often it comes in all.

    ``number`` counts the bouts of a day from 1; ``first_day`` is the running number of the first date.
    """

    number: int
    first_day: int
    days: tuple[str, ...]
    at_minute: int
    minutes: int
    count: int


def hours(dose: Dose, quiet: tuple[int, int] = QUIET) -> tuple[int, ...]:
    """Return when the bouts of a day begin, in minutes since midnight: out of quiet hours, and never too close.

    Where the hours between two bouts leave no room for all, there are fewer; the first one is always there.
    """
    night, morning = quiet
    length = whole_minutes(dose)
    if not morning + length <= night:
        raise ValueError(f"quiet: must leave {length} minutes between {morning} and {night}, in minutes of the day")
    first = min(max(FIRST, morning), night - length)
    last = min({1: first, 2: SECOND}.get(dose.bouts, LAST), night - length)
    step = _rounded_down((last - first) / (dose.bouts - 1)) if dose.bouts > 1 else 0
    closest = dose.gap_h * HOUR + length
    if dose.bouts > 1 and step < closest:
        first, step = morning, _rounded_up(closest)
    return tuple(at for n in range(dose.bouts) if (at := first + n * step) + length <= night)


def planned(dose: Dose, first_day: int, weeks: int = WEEKS, quiet: tuple[int, int] = QUIET) -> tuple[Reminder, ...]:
    """Return the reminders of so many weeks from ``first_day`` on, one for each bout of a day."""
    among = tuple(day for day in DAYS if day in dose.days)
    first = next(day for day in range(first_day, first_day + WEEK) if DAYS[weekday(day)] in among)
    return tuple(
        Reminder(n, first, among, at, whole_minutes(dose), weeks * len(among))
        for n, at in enumerate(hours(dose, quiet), start=1)
    )


def dates(reminder: Reminder) -> tuple[int, ...]:
    """Return the running numbers of all dates of a reminder."""
    found: list[int] = []
    day = reminder.first_day
    while len(found) < reminder.count:
        found += [day] if DAYS[weekday(day)] in reminder.days else []
        day += 1
    return tuple(found)


def is_due(dose: Dose, day: int, done: int) -> bool:
    """Tell whether a bout is still due on a day after ``done`` ones."""
    return DAYS[weekday(day)] in dose.days and done < dose.bouts


def whole_minutes(dose: Dose) -> int:
    """Return how long a bout is, in whole minutes."""
    return -int(-dose.minutes // 1)


def _rounded_down(minutes: float) -> int:
    return int(minutes // ROUND) * ROUND


def _rounded_up(minutes: float) -> int:
    return -int(-minutes // ROUND) * ROUND
