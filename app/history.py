"""Sum up what was played, session by session, from the rows of the database."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from engine.probes import Row, key_of
from engine.schedule import Done, GameDone
from engine.ticks import TICKS_PER_S
from engine.trend import BASELINE, RUNNING, WINDOW

if TYPE_CHECKING:
    from app.store import Probed

DAY_S = 86_400.0
PROBE, HELD = "reason.probe", "reason.held"
WHYS = {"pain": "pain", "tired": "tired", "effort": "tired", "other": "other"}
HOWS = {"done": "done", "limit": "done", "pain": "pain", "effort": "tired", "tired": "tired"}


@dataclass(frozen=True, slots=True)
class Played:
    """How many trials of a block were alike: level, reason and result; ``last_tick`` is the end of the last of them.

    ``how`` and ``why`` are how its session ended, ``difficulty`` is that of the last of them.
    """

    session: int
    started: str
    hand: str
    block: int
    game: str
    level: int
    reason: str
    result: str
    cause: str
    n: int
    last_tick: int
    how: str = ""
    why: str = ""
    difficulty: float = 0.0


# Half a year of probes; and of each run of alike ones before it so many of its first and of its last: what later ones
# are compared with, and what is observed at its end. One of each run counts for nothing, and some may have no value.
PROBES_D, EARLY_PROBES = 27 * 7, max(2 * BASELINE, WINDOW + RUNNING)


def probe_row(one: "Probed", day: int) -> Row:
    """Return a trial of a probe as progress is seen by, of a local day; what it just passed is a measure too."""
    measured = one.measures | {f"just.{name}": value for name, value in one.just}
    return Row(
        one.session, day, one.game, one.hand, one.played_with, one.level, key_of(one.source, one.rules, one.cap_n),
        one.index, one.result, measured, one.difficulty,
    )  # fmt: skip


def of_rows(rows: Iterable[Played], zone: tzinfo | None = None) -> tuple[Done, ...]:
    """Return one ``Done`` a session, oldest first, from its rows, in which sessions follow each other."""
    sessions: dict[int, list[Played]] = {}
    for row in rows:
        sessions.setdefault(row.session, []).append(row)
    return tuple(_done(found, zone) for found in sessions.values())


def as_counted(history: Iterable[Done], days: Sequence[tuple[float, int]]) -> tuple[Done, ...]:
    """Return the history with no session on an earlier day than the safety machine counted it on.

    ``days`` are (second since 1970, day that counted as today then), oldest first. After a journey west the date by
    the new time zone may be that of the day before: what was played would belong to a day that is over.
    """
    times = [at_s for at_s, _ in days]
    return tuple(replace(done, day=max(done.day, _day_at(done, days, times))) for done in history)


def _day_at(done: Done, days: Sequence[tuple[float, int]], times: Sequence[float]) -> int:
    place = bisect_right(times, done.at_s) - 1
    is_near = place >= 0 and done.at_s - times[place] < DAY_S
    return days[place][1] if is_near else done.day


def _done(rows: list[Played], zone: tzinfo | None) -> Done:
    first = rows[0]
    began = datetime.fromisoformat(first.started)
    seconds = max(row.last_tick for row in rows) / TICKS_PER_S
    blocks: dict[int, list[Played]] = {}
    stood: dict[int, float] = {}  # also where nothing was tried
    for row in sorted(rows, key=lambda row: row.last_tick):
        stood[row.block] = row.difficulty
        if row.result != "omission" and row.cause != "no-try":
            blocks.setdefault(row.block, []).append(row)
    return Done(
        day=began.astimezone(zone).date().toordinal(),
        at_s=began.timestamp() + seconds,
        minutes=seconds / 60,
        trials=sum(row.n for row in rows),
        games=tuple(_block(found, stood[number]) for number, found in sorted(blocks.items())),
        end=WHYS.get(first.why) or HOWS.get(first.how, "self"),
        held=any(row.reason == HELD for row in rows),
        hand=first.hand,
    )


def _block(rows: list[Played], difficulty: float) -> GameDone:
    levels: Counter[int] = Counter()
    for row in rows:
        levels[row.level] += row.n
    rung = max(levels, key=lambda level: (levels[level], level))
    hits = sum(row.n for row in rows if row.result == "hit")
    return GameDone(rows[0].game, sum(levels.values()), hits, rung, rows[0].reason == PROBE, difficulty)
