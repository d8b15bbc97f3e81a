"""Weeks of patients who open the program, play, stop and lose power, against a second and simpler idea of what is safe.

One floor above ``tests/engine/test_guard_stories.py``: a real visit, with real sessions, on a real database. What is
checked are the promises to the patient; a ``Pencil`` remembers what was told, and knows nothing of the machine: it only
looks when it rests or locks. ``python docs/build_safety.py`` counts the stories for ``docs/safety.md``.
"""

import json
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from io import StringIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
from fortnight import lead
from hypothesis import HealthCheck, settings
from hypothesis import Phase as Part
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from app import patients_command, rooms
from app import settings as kept_settings
from app.daily import in_order
from app.logbook import Logbook
from app.patients import PROGRAM, Patients
from app.visit import Visit, Wish
from engine import guard
from engine.chooser import Chooser
from engine.game import FORCES, AnyGame, Outcome, Result
from engine.guard import Allowed, Event, FlareUp, Moment, Thresholds
from engine.phases import After, Asked, Demo, Paused, Playing, Rest, Stopped, Waiting
from engine.prescription import DAYS, Cleared, Dose, Fence, Prescription, to_plain
from engine.profile import Profile
from engine.program import Block
from engine.safety import Limits
from engine.sample import Sample
from engine.schedule import Done
from engine.session import Session
from engine.simulate import Patient, Traits
from engine.ticks import TICKS_PER_S, seconds, to_ms

CODE = Profile().patient
GAMES, LADDERS = rooms.all_games(), rooms.all_ladders()
EXAMPLES, STEPS = 7, 20
NIGHT_S, DAY_S, BACK_S = 4 * 3600.0, 86_400.0, 36 * 3600.0
TRY_MIN = 1.0  # no try lasts longer, and no try begins once the minutes of the day are over
FIRST = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
COUNTS: Counter[str] = Counter()

SCALE = st.one_of(st.integers(0, 3), st.integers(0, 10), st.none())
NEWS = st.sampled_from(("no", "no", "no", "no", "no", "tired", "skip", "back", "new"))


@dataclass(frozen=True, slots=True)
class Say:
    """What is said before a bout: answers (``None`` is skipped), and a wish.

    After ``leave`` presses somebody goes home, or the window is closed, or the power fails (``leaving``).
    """

    pain: int | None = 0
    fatigue: int | None = 0
    news: str = "no"
    flag: str = "numb"
    leave: int = 99
    game: str = ""
    again: bool = False
    clears: bool = False
    leaving: str = "home"


GAMES_PICKED = st.sampled_from(("", "", "", "", "ladybirds", "cup"))
SAYS = st.builds(
    Say, SCALE, SCALE, NEWS, st.sampled_from(guard.FLAGS), st.integers(0, 24), GAMES_PICKED, st.booleans(),
    st.booleans(), st.sampled_from(("home", "close", "crash")),
)  # fmt: skip
PLAYS = st.lists(st.tuples(st.integers(1, 3), SCALE, SCALE), min_size=1, max_size=2)
WHYS = {"stop": "", "stop for pain": "pain", "stop tired": "tired", "stop, no reason": "other"}
ENDINGS = st.sampled_from(("", "", "open", "crash", "crash", "close", *WHYS))
HOURS = st.sampled_from((0, 0.5, 2, 24, 24, 24, 24, 72))


class Quick:
    """A game of which a try is over after half a second, mostly hit: what is asked is all its own."""

    def __init__(self, game: AnyGame) -> None:
        self.game, self.tries = game, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.game, name)

    def step(self, state: Any, tick: int, events: Any) -> Any:
        made = self.game.step(state, tick, events)
        if tick < seconds(0.5):
            return replace(made, outcome=None)
        self.tries += 1
        return replace(made, outcome=Outcome(Result.MISS if self.tries % 4 == 3 else Result.HIT))


@contextmanager
def quickly() -> Iterator[None]:
    """Play quick games, and ask after each block how it is; what commands print is not shown."""
    made = {name: Quick(game) for name, game in rooms.all_games().items()}
    with (
        patch.object(rooms, "all_games", lambda: made),
        patch("engine.care.ASK_AFTER_S", 0.1),
        redirect_stdout(StringIO()),
    ):
        yield


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    with quickly():
        yield


# --- programs -------------------------------------------------------------------------------------------


@st.composite
def programs(draw: st.DrawFn) -> Prescription:
    """Draw what a clinician may prescribe: always with a game of taps and one of force."""
    stage = draw(st.sampled_from(("training", "training", "maintenance", "healing")))
    others = draw(st.sampled_from((("brook",), ("kitchen",), ("brook", "kitchen"))))
    games = tuple(draw(st.permutations(("ladybirds", "cup", *others))))
    date = draw(st.sampled_from(("", "2026-05-01", "2026-06-03")))
    cap = draw(st.sampled_from((0.10, 0.195, 0.21, 0.25, 0.35)))
    cleared = Cleared(date, draw(st.sampled_from((0.15, 0.20, 0.30)))) if date else Cleared()
    rows = [Block(game, draw(st.integers(1, 3)), draw(st.sampled_from((None, None, 1, 9)))) for game in games]
    fence = draw(st.integers(1, 6))
    return Prescription(
        "story", stage, games=games, blocks=tuple(rows) if draw(st.booleans()) else (),
        choose=draw(st.integers(0, 2)), dose=draw(DOSES), limits=Limits(cap=cap),
        fences=tuple((game, Fence(fence, fence + 2, fence + 8)) for game in games) if draw(st.booleans()) else (),
        thresholds=replace(draw(THRESHOLDS), stop=4 if stage == "healing" else draw(st.sampled_from((5, 5, 3)))),
        flare_up=draw(FLARES), cleared=cleared, expected=tuple((game, 60.0) for game in games),
        probe=(("ladybirds", draw(st.integers(1, 9))),) if draw(st.booleans()) else (), probe_trials=3,
    )  # fmt: skip


DOSES = st.builds(
    Dose,
    days=st.sampled_from((DAYS, DAYS, DAYS, ("mon", "wed", "fri"))),
    bouts=st.sampled_from((3, 6)), minutes=st.just(2), game_minutes=st.just(1), gap_h=st.sampled_from((0, 0, 1)),
    rest_s=st.just(15), least_rest_s=st.just(5), rest_after=st.just(3), day_minutes=st.sampled_from((3, 5, 9)),
    week_minutes=st.sampled_from((15, 60)), ramp=st.sampled_from((1.25, 2.0)),
)  # fmt: skip
THRESHOLDS = st.builds(
    Thresholds, none=st.integers(5, 7), hold=st.integers(3, 4), effort=st.integers(5, 7), fatigue=st.integers(5, 7),
    strikes=st.integers(1, 2),
)  # fmt: skip
FLARES = st.builds(FlareUp, ended=st.integers(1, 2), within_days=st.integers(3, 5), rest_days=st.integers(1, 2))


def written(value: Any) -> str:
    """Return a plain value as TOML, tables in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {written(row)}" for key, row in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return json.dumps(value)


def program_text(program: Prescription) -> str:
    """Return the file of a program."""
    return "".join(f"{key} = {written(value)}\n" for key, value in to_plain(program).items())


# --- what somebody with a pencil remembers --------------------------------------------------------------


@dataclass
class Pencil:
    """What was told and done, by date and time, and what must not be after that.

    ``page`` is the last date and time at which something was told. ``bad_on`` and ``short_on`` are dates on which
    nothing may rise, and no force is asked for; ``most`` is the last difficulty of each game before the date was bad.
    ``closed`` is when practice was closed, ``rest`` when it may go on after days of rest.
    """

    program: Prescription
    page: tuple[int, float] | None = None
    checked: bool = False
    hurts: bool = False
    locked: bool = False
    bad_on: int | None = None
    short_on: int | None = None
    closed: tuple[int, float] | None = None
    rest: tuple[int, float] | None = None
    efforts: int = 0
    start: int | None = None
    usual: dict[int, int] = field(default_factory=dict)
    last: dict[str, float] = field(default_factory=dict)
    most: dict[str, float] = field(default_factory=dict)
    told: list[tuple[Any, ...]] = field(default_factory=list)
    played: tuple[int, float] | None = None
    minutes: float = 0.0

    def turn(self, now: Moment) -> None:
        """Turn the page where a new day has begun: a later date, and a night without anything."""
        if self.page is None or (now.day > self.page[0] and now.utc_s >= self.page[1] + NIGHT_S):
            self.checked, self.hurts, self.efforts, self.start = False, False, 0, None
            self.page = (now.day, now.utc_s)
        self.page = (self.page[0], max(self.page[1], now.utc_s))

    def date(self, now: Moment) -> int:
        """Return the date of what is told now, and note that something was told on it."""
        self.turn(now)
        assert self.page is not None
        self.page = (max(self.page[0], now.day), self.page[1])
        return self.page[0]

    def check_in(
        self, now: Moment, pain: int | None, fatigue: int | None, flags: tuple[str, ...], left: bool
    ) -> None:  # fmt: skip
        """Take in what was told before a bout, also by somebody who then went home."""
        self.turn(now)
        limits = self.program.thresholds
        self.told.append(("checkin", pain, fatigue, None, flags, ""))
        before = [self.usual[day] for day in sorted(self.usual)][-guard.USUAL :]
        if pain is None or pain >= limits.hold or (fatigue or 0) >= limits.fatigue:
            self.bad(now, told=pain is not None or fatigue is not None)
        if pain is not None and before and pain >= median(before) + limits.rise:
            self.short_on = self.date(now)
            self.bad(now)
        if (pain or 0) >= limits.none or flags or self.hurts:
            self.close(now)
        self.locked |= bool(flags)
        self.checked, self.start = not left, pain
        if pain is not None:
            assert self.page is not None
            self.usual[self.page[0]] = min(pain, self.usual.get(self.page[0], pain))

    def answer(self, now: Moment, pain: int | None, effort: int | None) -> None:
        """Take in what was told in play."""
        self.turn(now)
        limits, was_hurting = self.program.thresholds, self.hurts
        self.told.append(("told", pain, None, effort, (), ""))
        self.efforts += (effort or 0) >= limits.effort
        if (pain or 0) >= limits.hold or (effort or 0) >= limits.effort:
            self.bad(now)
        stop = min(limits.stop, 4) if self.program.stage == "healing" else limits.stop
        self.hurts = pain is not None and (pain >= stop or pain >= (self.start or 0) + limits.stop_rise)
        if self.start is None and pain is not None and pain < stop:
            self.hurts &= was_hurting or pain >= min(self.usual.values(), default=0) + limits.stop_rise
        if was_hurting and (self.hurts or pain is None):
            self.close(now)
        elif was_hurting:
            self.short_on = self.date(now)
            self.bad(now)
        if (effort or 0) >= limits.effort_most or (self.efforts >= 2 and (effort or 0) >= limits.effort):
            self.checked = False

    def stop(self, now: Moment, why: str = "") -> None:
        """Take in that a bout was stopped, or is over."""
        self.turn(now)
        if why:
            self.told.append(("stop", None, None, None, (), why))
        if self.hurts or why == "pain":
            self.close(now)
        self.checked = self.hurts = False

    def bad(self, now: Moment, told: bool = True) -> None:
        """Let nothing rise on this date."""
        assert self.page is not None
        if not self.is_bad:
            self.most = dict(self.last)
        self.bad_on = self.date(now) if told else self.page[0]

    def close(self, now: Moment) -> None:
        """Let there be no practice any more until a later date, and a night."""
        self.closed = (self.date(now), now.utc_s if self.page is None else self.page[1])

    def confirm(self, now: Moment) -> None:
        """Write the dates anew: what lay in a future that never was is today."""
        if self.page is None or now.utc_s >= self.page[1] - BACK_S:
            return
        day, at_s, last = now.day, now.utc_s, self.page
        self.closed = self.closed and (min(self.closed[0], day), min(self.closed[1], at_s))
        self.played = self.played and (min(self.played[0], day), min(self.played[1], at_s))
        self.bad_on = None if self.bad_on is None else min(self.bad_on, day)
        self.short_on = None if self.short_on is None else min(self.short_on, day)
        if self.rest is not None:
            self.rest = (day + max(0, self.rest[0] - last[0]), at_s + max(0.0, self.rest[1] - last[1]))
        self.usual = {n: pain for n, (_, pain) in enumerate(sorted(self.usual.items()), day - len(self.usual))}
        self.page, self.checked, self.start = (day, at_s), False, None

    @property
    def is_bad(self) -> bool:
        """Tell whether nothing may rise on this page."""
        return self.bad_on is not None and self.page is not None and self.bad_on >= self.page[0]

    @property
    def is_short(self) -> bool:
        """Tell whether no force may be asked for on this page."""
        return self.short_on is not None and self.page is not None and self.short_on >= self.page[0]

    def may_play(self, now: Moment) -> None:
        """See that there may be play at a moment."""
        assert self.page is not None
        assert self.checked, "play without a check-in, or after a stop"
        assert not self.hurts, "play while it hurts"
        assert not self.locked, "play although locked"
        at_s, day = max(now.utc_s, self.page[1]), max(now.day, self.page[0])
        if self.closed is not None:
            assert day > self.closed[0], "play on a date that was closed"
            assert at_s >= self.closed[1] + NIGHT_S, "play before the night"
        if self.rest is not None:
            assert day >= self.rest[0], "play before the date after the rest"
            assert at_s >= self.rest[1], "play before the rest was over"

    def may_ask(self, game: str, difficulty: float, today_iso: str) -> None:
        """See that a try of a game may be that hard."""
        if self.is_bad:
            assert difficulty <= self.most.get(game, 0.0) + 0.01, "harder than before on a bad day"
        if GAMES[game].skill in FORCES:
            assert not self.is_short, "force on a short day"
            cleared, heals = self.program.cleared, self.program.stage == "healing"
            assert not heals or (cleared.date and today_iso >= cleared.date), "force before it is cleared"

    @property
    def cap(self) -> float:
        """Return the largest share of force that may ever be asked for."""
        return min(self.program.limits.cap, self.program.cleared.cap or 1.0)


# --- the stories ----------------------------------------------------------------------------------------


@dataclass
class Wall:
    """A wall clock that is set by hand and goes on with the ticks of the visit."""

    at: datetime = FIRST
    visit: Visit | None = None

    def __call__(self) -> datetime:
        """Return the time in UTC."""
        return self.at + timedelta(seconds=self.visit.now / TICKS_PER_S if self.visit else 0.0)


class Days(RuleBasedStateMachine):
    """Somebody with a program, who opens Regrasp again and again."""

    def __init__(self) -> None:
        super().__init__()
        self.place = TemporaryDirectory()
        self.folder = Path(self.place.name) / "0"
        self.wall, self.crashes, self.rung = Wall(), 0, 0
        self.begun = 0.0  # when this session began, by the wall
        self.begun_day = 0
        self.since: int | None = None

    @initialize(program=programs(), zone_h=st.integers(-12, 14))
    def begin(self, program: Prescription, zone_h: int) -> None:
        COUNTS["stories"] += 1
        self.zone = timezone(timedelta(hours=zone_h))
        kept_settings.save(self.folder, Profile())
        self._write(program)
        self.pencil = Pencil(program)
        self._open()
        self.plan = self.visit.daily.standing.plan

    def teardown(self) -> None:
        if hasattr(self, "visit"):
            self.visit.logbook.close()
        self.place.cleanup()

    # What the computer does

    def _write(self, program: Prescription) -> None:
        text = program_text(program)
        assert rooms.prescription_of(text, PROGRAM) == program
        folder = Patients(self.folder).folder(CODE)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / PROGRAM).write_text(text, encoding="utf-8")

    def _open(self) -> None:
        """Open the program; what was cut off is offered again."""
        self.wall.at, self.wall.visit = self.wall(), None
        logbook = Logbook(self.folder, self.wall, self.zone)
        profile = kept_settings.load(self.folder)[0]
        self.visit = Visit(self.folder, profile, logbook, seed_of_now=lambda: COUNTS["openings"])
        self.wall.visit, self.since = self.visit, None
        self.visit.ready()
        COUNTS["openings"] += 1

    def _over(self, session: Session) -> None:
        """Note how long a session was, of which tries were kept."""
        self.since = None
        if session.trials:
            minutes = session.trials[-1].end_tick / TICKS_PER_S / 60
            self.pencil.minutes += minutes
            self.pencil.played = (self.begun_day, self.begun + 60 * minutes)

    def _crash(self) -> None:
        """Go on with what lies on the disk at this moment, and nothing else."""
        COUNTS["crashes"] += 1
        COUNTS["crashes in play"] += self.session is not None
        if self.session is not None:
            self._over(self.session)
            self.pencil.checked = False
        self.crashes += 1
        there = self.folder.parent / str(self.crashes)
        shutil.copytree(self.folder, there, ignore=shutil.ignore_patterns("*-shm"))
        assert self.visit.logbook._store is not None
        self.visit.logbook._store.close()
        self.folder = there
        self._open()
        entries = self.visit.logbook.diary(CODE, ("checkin", "told", "stop"))
        kept = [(e.kind, *(e.values.get(key) for key in ("pain", "fatigue", "effort")),
                 tuple(e.values.get("flags", ())), e.values.get("why", "")) for e in entries]  # fmt: skip
        assert [row for row in kept if row[0] != "stop" or row[5]] == self.pencil.told, "an answer was lost"

    @rule(
        how=st.sampled_from(("crash", "crash", "restart", "change")), hours=st.sampled_from((0, 0.5, 6, 24)),
        program=programs(),
    )  # fmt: skip
    def the_program_ends_and_is_opened_again(self, how: str, hours: float, program: Prescription) -> None:
        if how == "crash":
            self._crash()
        else:
            COUNTS["restarts"] += 1
            self._close()
            if how == "change":
                self._change(program)
            self._open()
        self._pass(hours)

    def _close(self) -> None:
        session = self.session
        going = session is not None and session.end is None
        now = self.now
        self.visit.close()
        if session is not None:
            self._over(session)
        if going:
            self.pencil.stop(now)

    def _change(self, program: Prescription) -> None:
        """Let the clinician prescribe something else."""
        COUNTS["programs changed"] += 1
        self._write(program)
        logbook = Logbook(self.folder, self.wall, self.zone)
        logbook.note(CODE, "program", {"name": program.name})
        logbook.close()
        self.pencil.program = program

    def _clear(self) -> None:
        """Let a therapist clear the lock, by the command."""
        COUNTS["locks cleared"] += 1
        self._close()
        with patch.object(patients_command, "Logbook", lambda folder: Logbook(folder, self.wall, self.zone)):
            patients_command.clear(str(self.folder), CODE, "A. Weber")
        self.pencil.locked = False
        self._open()

    # The clock

    @rule(
        how=st.sampled_from(("midnight", "back", "zone")), zone_h=st.integers(-12, 14),
        hours=st.sampled_from((1, 5, 24, 30, 50, 200)),
    )  # fmt: skip
    def the_clock_is_set(self, how: str, zone_h: int, hours: int) -> None:
        COUNTS["clocks set"] += 1
        local = self.wall().astimezone(self.zone)
        if how == "midnight":  # nearly
            self.wall.at += max(timedelta(), local.replace(hour=23, minute=59, second=50) - local)
        elif how == "back":
            self.wall.at -= timedelta(hours=hours)
        else:
            self.zone = self.visit.logbook.zone = timezone(timedelta(hours=zone_h))

    def _pass(self, hours: float) -> None:
        self.wall.at += timedelta(hours=hours)

    # What is told before a bout

    @property
    def session(self) -> Session | None:
        return self.visit.session

    @property
    def now(self) -> Moment:
        """Return the time; in a session its own, which nobody sets."""
        if self.session is not None:
            return Moment(self.begun + self.session.now / TICKS_PER_S, self.begun_day)
        return self.visit.logbook.moment()

    def _there(self) -> list[str]:
        return [button.action for button in self.visit.scene().buttons]

    def _press(self, action: str) -> None:
        """Do what a button says that is there."""
        assert action in self._there(), (action, self._there())
        if action == "clock right":
            self.pencil.confirm(self.now)
        self.visit._act(action)

    def _go_home(self, again: bool) -> bool:
        """Leave what is open; tell whether it is gone on with what was cut off."""
        while "practice" not in self._there():
            there = self._there()
            if "again" in there and again:
                return True
            self._press(next(action for action in ("home", "told", "done", "skip") if action in there))
        return False

    def _check_in(self, say: Say) -> None:
        """Open the program's bout, or a game that is picked, and answer what is asked."""
        COUNTS["check-ins"] += 1
        again, game = self._go_home(say.again), say.game
        if self.pencil.hurts and self.visit.daily.standing.day == "waiting":
            self.pencil.stop(self.now)  # a bout that was cut off is over now
        if game and not again:
            self.visit._play_one(game)
        else:
            self._press("again" if again else "practice")
        told: dict[str, Any] = {}
        ended = False
        for n in range(40):
            action = self._next(told, say)
            if not action:
                ended = bool(self.visit.daily.closed)
                break
            left = n == say.leave and "home" in self._there()
            if n == say.leave and say.leaving != "home":
                self._cut_off(told, say.leaving)
                return
            self._told(told, action if not left else "home")
            self._press("home" if left else action)
            if self.session is not None or "practice" in self._there():
                break
        self._checked_in(told, ended)

    def _cut_off(self, told: dict[str, Any], how: str) -> None:
        """Close the window in the midst of the questions, or let the power fail: a red flag counts once it is told."""
        COUNTS["check-ins cut off"] += 1
        is_shown = "told" in self._there()
        if how == "close":
            self._told(told, "home")
        if how == "close" or is_shown or told.get("whole"):
            self._checked_in(told | {"left": True}, ended=False)
        if how == "crash":
            self._crash()
        else:
            self._close()
            self._open()

    def _next(self, told: Mapping[str, Any], say: Say) -> str:
        """Return what to press next, or "" where nothing is asked."""
        there = self._there()
        if self.visit.daily.closed and "clock right" not in there:
            return ""
        if "scale 0" in there:
            number = say.fatigue if "back" in there else say.pain
            return "skip" if number is None else f"scale {number}"
        if "news no" in there:
            if say.news == "back" and not told.get("back"):
                return "back"
            return "skip" if say.news == "skip" else f"news {say.news if say.news != 'back' else 'no'}"
        if "flags done" in there or any(action.startswith("flag ") for action in there):
            if not told.get("flags"):
                return f"flag {say.flag}" if f"flag {say.flag}" in there else "more"
            return "flags done" if "flags done" in there else "more"
        for action in ("clock right", "go on", "start", "told"):
            if action in there:
                return action
        return ""

    def _told(self, told: dict[str, Any], action: str) -> None:
        """Write down what an answer says."""
        there = self._there()
        number = int(action.split()[1]) if action.startswith("scale") else None
        if "scale 0" in there and action != "home":
            told["fatigue" if "back" in there and action != "back" else "pain"] = number
            told["whole"] = "back" in there
        elif "news no" in there and action not in ("home", "back"):
            told["whole"] = action in ("news no", "skip")
        elif action.startswith("flag "):
            told["flags"] = (action.split()[1],)
        elif action == "back":
            told["back"] = True
        elif action == "flags done":
            told["whole"] = True
        elif action == "home" and not told.get("flags"):
            told["left"] = True
        elif action == "home" and "told" not in there:
            told["whole"] = True

    def _checked_in(self, told: Mapping[str, Any], ended: bool) -> None:
        """Let the pencil take in what was told, and see what came of it."""
        pain, flags = told.get("pain"), told.get("flags", ())
        now, whole = self.visit.logbook.moment(), bool(told.get("whole"))
        if whole or pain is not None or flags:
            left = not whole or bool(told.get("left"))
            self.pencil.check_in(now, pain, told.get("fatigue"), flags, left)
        if self.session is None:
            COUNTS["closed"] += ended
            COUNTS["days that were full"] += ended and self.visit.daily.closed in ("room.day", "guard.day-full")
            return
        COUNTS["sessions"] += 1
        self.begun, self.begun_day = now.utc_s, now.day
        page = self.pencil.played
        if page is None or (now.day > page[0] and now.utc_s >= page[1] + NIGHT_S):
            self.pencil.minutes = 0.0
        self.patient = Patient(Traits(0.9, lapse=0.0), COUNTS["sessions"])

    # Play

    def _tick(self, samples: Sequence[Sample] | None = None) -> None:
        """Let one tick of a session pass, and look."""
        session = self.session
        assert session is not None
        if samples is None:
            lead(self.visit, self.patient)
        else:
            self.visit.tick(samples)
        COUNTS["ticks"] += 1
        frame = self.visit.frame
        trial = frame.trial if frame is not None else None
        if trial is not None:
            COUNTS["tries"] += 1
            self.pencil.last[trial.game] = trial.difficulty
        if isinstance(session.phase, Playing):
            self._see(session, session.phase)
        if self.session is None:
            self._over(session)

    def _see(self, session: Session, phase: Playing) -> None:
        """See that what is played now may be played."""
        peak = session.game.peak(phase.state.params)
        assert peak <= self.pencil.cap + 1e-9 or session.game.skill not in FORCES, "a target above the cap"
        most = self.pencil.program.dose.day_minutes + TRY_MIN
        assert self.pencil.minutes + session.now / TICKS_PER_S / 60 <= most, "more than a day has minutes"
        if phase.since == self.since:
            return
        self.since = phase.since
        self.pencil.turn(self.now)
        self.pencil.may_play(self.now)
        today = datetime.fromordinal(self.begun_day).date().isoformat()
        self.pencil.may_ask(session.game.name, phase.chosen.difficulty, today)
        COUNTS["tries begun"] += 1
        COUNTS["tries on a bad day"] += self.pencil.is_bad
        COUNTS["tries of force"] += session.game.skill in FORCES

    def _skip(self, until: int) -> None:
        """Let time pass in which nobody plays."""
        session = self.session
        assert session is not None
        ticks = max(0, until - session.now - 1)
        self.visit.now += ticks
        session.now += ticks

    def _play(self, tries: int, pain: int | None, effort: int | None) -> None:
        session = self.session
        assert session is not None
        last, pauses, phase = len(session.trials) + tries, 0, session.phase
        while self.session is session and len(session.trials) < last and pauses < 2:
            pauses += isinstance(session.phase, Paused) and not isinstance(phase, Paused)
            phase = session.phase
            if isinstance(phase, Asked):
                self._answer(session, phase, pain if phase.what == "pain" else effort)
            elif isinstance(phase, Demo):
                self._click(session, "start")
            elif isinstance(phase, Rest):  # some rest for long: the minutes of the day fill up
                self._skip(phase.ready + seconds(25 * (len(session.trials) % 3)))
            elif isinstance(phase, Waiting | After):
                self._skip(phase.until)
            self._tick() if self.session is session else None
        if self.session is session and session.end is not None and not isinstance(session.phase, Stopped):
            self._bout_over()

    def _play_a_moment(self, ticks: int) -> None:
        session = self.session
        for _ in range(ticks):
            if self.session is session and session is not None and not isinstance(session.phase, Asked):
                self._tick()

    def _bout_over(self) -> None:
        """Go home from the summary."""
        session = self.session
        assert session is not None
        while self.session is session:
            self._click(session, "home")

    def _click(self, session: Session, action: str) -> None:
        """Press a button of a session, once it may be pressed."""
        self._skip(session.now + seconds(2))
        button = next((button for button in session.scene().buttons if button.action == action), None)
        for down in (1.0, 0.0):
            if self.session is session:
                self._tick([Sample("mouse", to_ms(self.visit.now), down, button.x, button.y)] if button else ())

    def _answer(self, session: Session, asked: Asked, number: int | None) -> None:
        """Press a number, or skip; the answer counts when all that was asked is told."""
        COUNTS["answers in play"] += 1
        if asked.what == "effort" or asked.again:
            pain = number if asked.again else asked.told
            self._skip(session.now + seconds(2))
            self.pencil.answer(self.now, pain, None if asked.again else number)
        self._click(session, "skip" if number is None else f"scale {number}")
        assert session.phase is not asked

    def _stop(self, why: str) -> None:
        session = self.session
        assert session is not None
        if session.end is None:
            COUNTS["stops"] += 1
            self.pencil.stop(self.now)
            self._tick([Sample("key.ESCAPE", to_ms(self.visit.now), 1.0)])
            self._tick([Sample("key.ESCAPE", to_ms(self.visit.now), 0.0)])
        assert isinstance(session.phase, Stopped)
        if not why:
            return
        self._skip(session.now + seconds(2))
        self.pencil.stop(self.now, why)
        self._click(session, why)
        self._bout_over()

    # Bouts

    def _bout(self, say: Say, plays: Sequence[tuple[int, int | None, int | None]], ending: str, hours: float) -> None:
        """Open the program, play as far as it lets one, end in some way, and let time pass."""
        if self.session is None:
            self._check_in(say)
        for tries, pain, effort in plays:
            if self.session is not None and self.session.end is None:
                self._play(tries, pain, effort)
        if self.session is not None and ending in WHYS:
            self._stop(WHYS[ending])
        elif self.session is not None and self.session.end is None and not ending:
            self._play(99, 0, 2)
        elif self.session is not None and ending != "open":
            self._play_a_moment(len(plays) * 50)
        if ending == "crash":
            self._crash()
        elif ending == "close":
            self._close()
            self._open()
        if self.pencil.locked and say.clears:
            self._clear()
        self._pass(hours)

    @rule(say=SAYS, plays=PLAYS, ending=ENDINGS, hours=HOURS)
    def a_bout(self, say: Say, plays: list[tuple[int, int | None, int | None]], ending: str, hours: float) -> None:
        self._bout(say, plays, ending, hours)

    @rule(pain=st.integers(0, 2), tries=st.integers(2, 4), ending=ENDINGS, hours=HOURS, game=GAMES_PICKED)
    def a_bout_that_goes_well(self, pain: int, tries: int, ending: str, hours: float, game: str) -> None:
        self._bout(Say(pain, game=game), [(tries, 0, 2)], ending, hours)

    @rule(say=SAYS, ending=ENDINGS, hours=HOURS)
    def a_bout_on_a_bad_day(self, say: Say, ending: str, hours: float) -> None:
        bad = replace(say, pain=4 if say.pain is not None else None, leave=99, news="tired")
        self._bout(bad, [(3, 2, 3)], ending, hours)

    @rule(say=SAYS, leaving=st.sampled_from(("home", "close", "crash")))
    def something_is_new(self, say: Say, leaving: str) -> None:
        self._bout(replace(say, news="new", leave=4 + say.leave % 5, leaving=leaving, again=False), [], "", 24)

    @rule(bouts=st.integers(2, 4), ending=ENDINGS)
    def bout_after_bout(self, bouts: int, ending: str) -> None:
        for _ in range(bouts):
            self._bout(Say(0), [], "", 1)
        self._bout(Say(0), [], ending, 1)

    @rule(more=st.integers(2, 3), ending=ENDINGS)
    def it_hurts_more_than_usual(self, more: int, ending: str) -> None:
        self._bout(Say(0), [(1, 0, 2)], "", 24)
        self._bout(Say(more), [(4, 0, 2)], ending, 24)

    @rule(game=GAMES_PICKED, pain=st.integers(3, 6), then=SCALE, ending=ENDINGS, hours=HOURS)
    def it_hurts_in_play(self, game: str, pain: int, then: int | None, ending: str, hours: float) -> None:
        self._bout(Say(1, game=game), [(3, pain, 3), (1, then, 3), (1, then, 3)], ending, hours)

    # What always holds

    @invariant()
    def it_holds(self) -> None:
        if not hasattr(self, "visit"):
            return
        COUNTS["steps"] += 1
        standing = (self.session.care.day.standing if self.session is not None and self.session.care.day is not None
                    else self.visit.daily.standing)  # fmt: skip
        if self.pencil.locked:
            COUNTS["steps locked"] += 1
            assert standing.plan == "locked", "the lock was lost"
        self.pencil.locked |= standing.plan == "locked"
        if standing.plan == "resting" and self.plan not in ("resting", "locked"):
            assert self.pencil.page is not None
            rest = self.pencil.program.flare_up.rest_days
            self.pencil.rest = (standing.today + rest + 1, self.pencil.page[1] + rest * DAY_S)
        self.plan = standing.plan


STORIES = settings(
    max_examples=EXAMPLES, stateful_step_count=STEPS, derandomize=True, deadline=None, database=None,
    suppress_health_check=list(HealthCheck), print_blob=False, phases=(Part.explicit, Part.generate),
)  # fmt: skip


LEAST = {
    "sessions": 20, "tries begun": 100, "tries on a bad day": 5, "tries of force": 10, "crashes": 8, "stops": 3,
    "answers in play": 20, "steps locked": 5, "days that were full": 1,
}  # fmt: skip


def play_the_stories() -> Counter[str]:
    """Play them all; return what was counted."""
    COUNTS.clear()
    with quickly():
        run_state_machine_as_test(Days, settings=STORIES)
    return COUNTS


def test_no_day_leads_to_play_that_is_not_safe() -> None:
    play_the_stories()
    for name, least in LEAST.items():
        assert COUNTS[name] >= least, (name, COUNTS)


# What is broken on purpose: where, and by what.
FAULTS: dict[str, tuple[object, str, Any]] = {
    "every day allows play": (guard, "allowed", lambda *_: Allowed(True)),
    "nothing is held on a bad day": (Chooser, "hold", lambda *_, **__: None),
}

BROKEN = settings(STORIES, max_examples=40, report_multiple_bugs=False)
CAUGHT = "harder than before|play "


@pytest.mark.parametrize("fault", FAULTS)
def test_the_stories_catch_what_is_broken_on_purpose(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*FAULTS[fault])
    with pytest.raises(AssertionError, match=CAUGHT):
        run_state_machine_as_test(Days, settings=BROKEN)


# --- what the stories found -----------------------------------------------------------------------------


def visit_at(folder: Path, wall: Wall, wish: Wish | None = None) -> Visit:
    """Open the program in a folder."""
    kept_settings.save(folder, Profile())
    visit = Visit(folder, Profile(), Logbook(folder, wall, UTC), wish)
    visit.ready()
    return visit


@pytest.mark.parametrize("how", ["crash", "close"])
def test_a_red_flag_locks_although_nobody_presses_on_after_it_was_shown_what_to_do(tmp_path: Path, how: str) -> None:
    visit = visit_at(tmp_path, Wall())
    for action in ("practice", "start", "scale 1", "news new", "flag snap", "more", "more", "flags done"):
        if action in [button.action for button in visit.scene().buttons]:
            visit._act(action)
    assert visit.daily.standing.plan == "locked"
    visit.close() if how == "close" else visit.logbook.close()
    again = visit_at(tmp_path, Wall())
    assert again.daily.standing.plan == "locked"
    assert len(again.logbook.diary(CODE, ("checkin",))) == 1
    again.close()


def test_who_closes_the_window_after_telling_pain_has_told_it(tmp_path: Path) -> None:
    visit = visit_at(tmp_path, Wall())
    for action in ("practice", "start", "scale 8"):
        visit._act(action)
    visit.close()
    again = visit_at(tmp_path, Wall())
    assert again.daily.standing.day == "ended"
    again.close()


def test_the_command_line_asks_first_on_a_day_that_is_not_as_usual(tmp_path: Path) -> None:
    visit = visit_at(tmp_path, Wall())
    visit.daily.note(Event("checkin", pain=4))
    visit.daily.note(Event("bout"))
    visit.close()
    again = visit_at(tmp_path, Wall(), Wish("cup", trials=3))
    assert again.session is None
    assert "start" in [button.action for button in again.scene().buttons]
    again.close()


def test_practice_under_a_wrong_date_takes_no_room_from_the_days_after_it_was_put_right(tmp_path: Path) -> None:
    wall = Wall()
    logbook = Logbook(tmp_path, wall, UTC)
    now = logbook.moment()
    future = Done(now.day + 1000, now.utc_s + 1000 * DAY_S, 12.0, 20)
    tomorrow = Moment(now.utc_s + DAY_S, now.day + 1)
    assert [done.day for done in in_order((future,), tomorrow, now)] == [now.day]
    assert in_order((future,), now, now)[0].at_s == now.utc_s
    logbook.close()
