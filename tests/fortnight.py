"""Play a patient's weeks through the visit: a scripted fortnight with a flare-up, and the way back, as rows of days.

Whatever is pressed is pressed on what is to be seen: the player knows buttons and words, nothing behind them. Each
opening of the program is a new visit on the same folder, as after a restart; its clock stands where the script says
and goes on with the ticks.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from statistics import median
from unittest.mock import patch

from app import files, patients_command, settings
from app.logbook import DATABASE, Logbook
from app.patients import PROGRAM, Patients
from app.reception import Reception
from app.store import Store
from app.texts import load
from app.visit import Visit
from engine import guard
from engine.diary import Entry
from engine.phases import Playing, Waiting
from engine.profile import Profile
from engine.recording import Trial
from engine.sample import Sample
from engine.scene import Button, Scene, Words
from engine.simulate import Patient, Traits
from engine.ticks import TICKS_PER_S, seconds, to_ms

CODE = Profile().patient
ZONE = timezone(timedelta(hours=2))  # a summer in the middle of Europe
FIRST = date(2026, 5, 4)  # a Monday
GAMES = ("ladybirds", "cup", "brook")
MINUTES = 4
LEARNING = (0.42, 0.012)  # ability on the first day, and what each day of practice adds
TELLING = ("guard.", "room.", "return.", "next.", "clock.")
LONGEST_S = 1500.0


@dataclass(frozen=True, slots=True)
class Say:
    """What a patient says on one opening of the program; ``None`` is skipped.

    ``pain`` and ``fatigue`` before play, ``flags`` that are ticked, ``in_play`` and ``effort`` each time it is asked in
    play (the last one ever after).
    """

    pain: int | None = 2
    fatigue: int | None = None
    flags: tuple[str, ...] = ()
    in_play: tuple[int, ...] = (2,)
    effort: tuple[int, ...] = (3,)

    @property
    def news(self) -> str:
        """Return the answer to the question after anything new."""
        if self.pain is None:
            return "skip"
        return "news new" if self.flags else "news tired" if self.fatigue is not None else "news no"


@dataclass(frozen=True, slots=True)
class Opening:
    """One line of the script: on which day after the first, at which hour, what is said, or that it is cleared."""

    day: int
    say: Say = Say()
    hour: int = 10
    cleared_by: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """What one opening came to.

    ``why`` is the key of why there was no practice, ``said`` the keys of what was told on the way, ``offered`` what
    could be played instead, ``blocks`` what was planned as (game, tries), ``trials`` what was played, ``asked_s`` the
    seconds of waiting, ``entries`` what the diary got, ``before`` and ``after`` where the patient stood.
    """

    opening: Opening
    before: guard.Standing
    after: guard.Standing
    why: str = ""
    said: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    blocks: tuple[tuple[str, int], ...] = ()
    trials: tuple[Trial, ...] = ()
    minutes: float = 0.0
    end: str = ""
    waited_s: float = 0.0
    allowed: guard.Allowed | None = None
    entries: tuple[Entry, ...] = ()
    summary: tuple[str, ...] = ()

    @property
    def date(self) -> date:
        """Return the local date."""
        return FIRST + timedelta(days=self.opening.day)

    @property
    def planned(self) -> int:
        """Return how many tries were planned."""
        return sum(tries for _, tries in self.blocks)

    @property
    def hardest(self) -> dict[str, float]:
        """Return the highest difficulty of each game."""
        return {game: max(t.difficulty for t in self.trials if t.game == game) for game in self.games}

    @property
    def games(self) -> tuple[str, ...]:
        """Return the games that were played, in order."""
        return tuple(dict.fromkeys(trial.game for trial in self.trials))


DAY = {name: n for n, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}


def at(week: int, day: str) -> int:
    """Return the day of a week of the script, the first week being 1, counted from the first day."""
    return 7 * (week - 1) + DAY[day]


SORE = Say(pain=3, in_play=(3,))
SCRIPT = (
    # The first week: learning
    Opening(at(1, "mon"), SORE),
    Opening(at(1, "tue"), SORE),
    Opening(at(1, "tue"), SORE, hour=11),  # too early for the second bout
    Opening(at(1, "wed"), Say(pain=None, in_play=(3,))),
    Opening(at(1, "thu"), Say(pain=3, fatigue=7, in_play=(3,))),
    Opening(at(1, "fri"), Say(pain=4, in_play=(4,))),
    Opening(at(1, "sat"), SORE),  # no practice is planned; on Sunday the program is not opened
    # The second week: it hurts
    Opening(at(2, "mon"), Say(pain=1, in_play=(3, 1))),
    Opening(at(2, "mon"), Say(pain=1, in_play=(1,)), hour=15),
    Opening(at(2, "tue"), SORE),
    Opening(at(2, "wed"), Say(pain=2, in_play=(5, 5))),
    Opening(at(2, "wed"), SORE, hour=15),
    Opening(at(2, "thu"), Say(pain=3, in_play=(5, 5))),
    Opening(at(2, "fri"), SORE),
    # The third week: the way back
    Opening(at(3, "mon"), SORE),
    Opening(at(3, "tue")),
    Opening(at(3, "wed")),
    # Nine days away
    Opening(at(4, "fri")),
    # As planned again, and then something new
    Opening(at(5, "mon")),
    Opening(at(5, "tue"), Say(flags=("numb",))),
    Opening(at(5, "wed")),
    Opening(at(5, "thu")),
    Opening(at(5, "thu"), hour=16, cleared_by="A. Weber, therapist"),
    Opening(at(5, "fri")),
)  # fmt: skip


@dataclass
class Clock:
    """A wall clock that is set by hand and goes on with the ticks of a visit."""

    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    visit: Visit | None = None

    def __call__(self) -> datetime:
        """Return the time in UTC."""
        ticks = self.visit.now if self.visit is not None else 0
        return self.now + timedelta(seconds=ticks / TICKS_PER_S)

    def set(self, opening: Opening) -> None:
        """Set it to when the program is opened."""
        local = datetime.combine(FIRST + timedelta(days=opening.day), datetime.min.time(), ZONE)
        self.now, self.visit = (local + timedelta(hours=opening.hour)).astimezone(UTC), None


def program_text() -> str:
    """Return the program: the one for home after a stroke, with shorter bouts of three games."""
    [text] = [text for path, text in files.program_texts() if path.endswith("stroke-home.toml")]
    text = text.replace('["ladybirds", "cup", "brook", "market", "buttons"]', str(list(GAMES)).replace("'", '"'))
    for key, value in {"minutes": MINUTES, "rest_s": "20\nleast_rest_s = 10", "rest_after": 8}.items():
        text, found = re.subn(rf"(?m)^{key} = \d+.*$", f"{key} = {value}", text)
        assert found == 1, key
    for away in ("fence.market", "fence.buttons"):
        text = re.sub(rf"\[{away}\]\n(?:\w.*\n)+", "", text)
    return re.sub(r"\[\[milestones\]\]\ngame = \"buttons\"\n(?:\w.*\n)+", "", text)


@dataclass
class Player:
    """Somebody who opens the program again and again, in one folder, and does there what the script says."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    rows: list[Row] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Lay down settings and a program."""
        settings.save(self.folder, Profile())
        own = Patients(self.folder).folder(CODE)
        own.mkdir(parents=True)
        (own / PROGRAM).write_text(program_text(), encoding="utf-8")

    def play(self, script: Iterable[Opening] = SCRIPT) -> tuple[Row, ...]:
        """Play the script; return a row for each opening."""
        for opening in script:
            self.clock.set(opening)
            self.rows.append(self._clear(opening) if opening.cleared_by else self._open(opening))
        return tuple(self.rows)

    def _clear(self, opening: Opening) -> Row:
        """Let a therapist clear the lock, by the command."""
        known = len(self.diary())
        before = self._logbook_standing()
        with patch.object(patients_command, "Logbook", lambda folder: Logbook(folder, self.clock, ZONE)):
            patients_command.clear(str(self.folder), CODE, opening.cleared_by)
        return Row(opening, before, self._logbook_standing(), entries=self.diary()[known:])

    def _open(self, opening: Opening) -> Row:
        """Open the program, do all that is asked, and close it."""
        logbook = Logbook(self.folder, self.clock, ZONE)
        visit = Visit(self.folder, settings.load(self.folder)[0], logbook, seed_of_now=lambda: opening.day + 1)
        self.clock.visit, self.seen = visit, []
        visit.ready()
        row = Row(opening, visit.daily.standing, visit.daily.standing)
        known = len(self.diary())
        self._press(visit, "practice")
        row = self._walk(visit, row)
        if visit.session is not None:
            row = self._practise(visit, row)
        row = self._walk(visit, row)
        self._press(visit, "home", unless="practice")
        after, minutes = visit.daily.standing, 0.0
        if row.trials:
            minutes, row = visit.daily.history[-1].minutes, replace(row, end=visit.daily.history[-1].end)
        visit.close()
        said = tuple(dict.fromkeys(self.seen))
        return replace(row, after=after, minutes=minutes, said=said, entries=self.diary()[known:])

    # Screens

    def _walk(self, visit: Visit, row: Row) -> Row:
        """Answer one screen after the other, until play begins or there is nothing more to answer."""
        answered: set[str] = set()
        while visit.session is None:
            scene = self._look(visit)
            there = [button.action for button in scene.buttons]
            if visit.daily.closed and "practice" not in there:
                offered = tuple(action.partition(" ")[2] for action in there if action.startswith("play "))
                return replace(row, why=visit.daily.closed, offered=offered)
            action = self._answer(there, row.opening.say, answered)
            if not action:
                return row
            self._press(visit, action)
        return row

    def _answer(self, there: Sequence[str], say: Say, answered: set[str]) -> str:
        """Return what to press of what is there, or "" where it is at its end."""
        if "scale 0" in there:
            value = say.fatigue if "back" in there else say.pain
            return "skip" if value is None else f"scale {value}"
        if "news no" in there:
            return say.news
        flags = [f"flag {name}" for name in say.flags if f"flag {name}" in there and name not in answered]
        if flags:
            answered.add(flags[0].partition(" ")[2])
            return flags[0]
        chips = [action for action in there if action.startswith("chip stiff") and action not in answered]
        if chips:
            answered.add(chips[0])
            return chips[0]
        first = ("go on", "start", "more", "flags done", "told", "done")
        known = [action for action in there if action.partition(" ")[0] in ("say", "try")]
        return next((action for action in first if action in there), known[0] if known else "")

    def _look(self, visit: Visit) -> Scene:
        """Let a moment pass, and look what is to be seen."""
        for _ in range(seconds(0.6)):
            visit.tick()
        scene = visit.scene()
        words = [shape.key for shape in scene.shapes if isinstance(shape, Words)]
        self.seen += [key for key in words if key.startswith(TELLING) and key not in ("next.title", "clock.title")]
        return scene

    def _press(self, visit: Visit, action: str, unless: str = "") -> None:
        """Press and let go of a button of what is to be seen."""
        found = {button.action: button for button in self._look(visit).buttons}
        if unless and unless in found:
            return
        press(visit, found[action])

    # Play

    def _practise(self, visit: Visit, row: Row) -> Row:
        """Play a session through like a patient who has learnt something since the first day."""
        session, say = visit.session, row.opening.say
        assert session is not None
        allowed = session.care.allowed
        days = len({past.opening.day for past in self.rows if past.trials})
        traits = Traits(LEARNING[0] + LEARNING[1] * days, lapse=0.0, pain=say.in_play, effort=say.effort)
        patient, waits = Patient(traits, row.opening.day * 100 + row.opening.hour), 0
        blocks = tuple((block.game, block.trials) for block in session.plan.program.blocks)
        while visit.session is not None:
            assert session.now < seconds(LONGEST_S), f"still in {session.phase}"
            lead(visit, patient)
            waits += isinstance(session.phase, Waiting)
        return replace(
            row, allowed=allowed, blocks=blocks, trials=session.trials, waited_s=round(waits / TICKS_PER_S),
            summary=tuple(key for key, _ in session.reasons()),
        )  # fmt: skip

    # What is kept

    def diary(self) -> tuple[Entry, ...]:
        """Return the diary as it is on the disk."""
        if not (self.folder / DATABASE).exists():
            return ()
        store = Store.open(self.folder / DATABASE, make=False)
        try:
            return store.diary(CODE)
        finally:
            store.close()

    def _logbook_standing(self) -> guard.Standing:
        return guard.from_plain([e for e in self.diary() if "standing" in e.values][-1].values["standing"])


def press(visit: Visit, button: Button) -> None:
    """Press and let go of a button."""
    for down in (1.0, 0.0):
        visit.tick([Sample("mouse", to_ms(visit.now), down, button.x, button.y)])


def lead(visit: Visit, patient: Patient) -> None:
    """Let one tick of a session pass with what the patient does."""
    session = visit.session
    assert session is not None
    begun_ms = to_ms(visit.now - session.now)
    visit.tick([replace(sample, at_ms=sample.at_ms + begun_ms) for sample in patient.samples(session)])


# --- the table ------------------------------------------------------------------------------------------

HEAD = ("date", "what was told", "what the plan did", "tries", "minutes", "difficulty", "today, and the plan")


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a table in Markdown, in the words of the English texts."""
    lines = [HEAD, ("---",) * len(HEAD), *(_cells(row) for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cells(row: Row) -> tuple[str, ...]:
    when = f"{row.date:%a} {row.date.day} {row.date:%b}, {row.opening.hour}:00"
    tries = f"{len(row.trials)} of {row.planned}" if row.blocks else "none"
    minutes = f"{row.minutes:.1f}" if row.blocks else ""
    return when, _told(row), _did(row), tries, minutes, _difficulty(row), f"{row.after.day}, {row.after.plan}"


def _told(row: Row) -> str:
    """Return what was told that day: what the diary has of it."""
    say = load("en", strict=True).say
    if row.opening.cleared_by:
        return f"cleared by {row.opening.cleared_by}"
    told = []
    for entry in row.entries:
        values = entry.values
        if entry.kind == "checkin":
            told += [f"before: pain {values['pain']}"] if "pain" in values else ["before: skipped"]
            told += [f"tiredness {values['fatigue']}"] if "fatigue" in values else []
            told += [f"new: {say(f'news.{flag}').rstrip('.')}" for flag in values.get("flags", ())]
        elif entry.kind == "told":
            effort = f", effort {values['effort']}" if "effort" in values else ""
            told.append(f"{'in play' if effort else 'after the wait'}: pain {values['pain']}{effort}")
    return "; ".join(told) or "nothing was asked"


def _did(row: Row) -> str:
    """Return what the plan did: what was said on the screens, and what holds in that bout."""
    say = load("en", strict=True).say
    if row.opening.cleared_by:
        return "The lock is opened; it goes on in steps."
    lines = [say(key).replace("\n", " ") for key in row.said if not key.startswith("next.")]
    if row.allowed is not None:
        lines.append(_holds(row))
    if row.waited_s:
        lines.append(f"A rest of {row.waited_s:.0f} s, then it was asked again.")
    if row.end == "pain":
        lines.append("It ended for the pain.")
    if row.offered:
        lines.append(f"Offered: {', '.join(say(f'game.{name}') for name in row.offered)}.")
    return " ".join(lines)


def _holds(row: Row) -> str:
    allowed = row.allowed
    assert allowed is not None
    if not allowed.no_rise:
        return "As planned."
    held = ["nothing harder"]
    held += [f"{allowed.step_down} lower"] if allowed.step_down else []
    held += [f"{allowed.volume:.0%} of the tries"] if allowed.volume < 1 else []
    held += ["no gripping"] if allowed.no_grip else []
    return f"Held: {', '.join(held)}."


def _difficulty(row: Row) -> str:
    """Return the median and the highest difficulty of each game."""
    say = load("en", strict=True).say
    shown = []
    for game in row.games:
        among = [trial.difficulty for trial in row.trials if trial.game == game]
        shown.append(f"{say(f'game.{game}')} {median(among):.0f} (to {max(among):.0f})")
    return "; ".join(shown)


# --- presses --------------------------------------------------------------------------------------------


NEW = ("new", "picture", "hand left", "start", "scale 2", "news no", "start")  # of somebody who was never here


@dataclass(frozen=True, slots=True)
class Way:
    """The way from the first screen to the first repetition: what was pressed, and the seconds that it took."""

    pressed: tuple[str, ...]
    lasted_s: float


@dataclass
class Ward:
    """A computer on a ward with two patients, one of whom has practised twice before; later on there is a PIN."""

    folder: Path
    pin: str = ""
    look_s: float = 5.0  # how long each screen is looked at before it is pressed

    def __post_init__(self) -> None:
        """Add two patients; the first practises twice."""
        self.clock = Clock(datetime(2026, 5, 4, 8, tzinfo=UTC))
        patients = Patients(self.folder)
        self.code = patients.add().code
        patients.add()
        for _ in range(2):
            self.clock.now += timedelta(hours=20)
            visit = self._opened()
            self._walk(visit, self.known)
            self._repeat(visit, 1)
            visit.close()
        self.clock.now += timedelta(hours=20)

    def lock(self, pin: str) -> None:
        """Set a PIN for the patient who is known."""
        Patients(self.folder).set_pin(self.code, pin)
        self.pin = pin

    @property
    def known(self) -> tuple[str, ...]:
        """Return what somebody presses who is known here and well: tile, PIN, start, pain, nothing new."""
        typed = (*(f"digit {digit}" for digit in self.pin), "enter") if self.pin else ()
        return f"who {self.code}", *typed, "start", "scale 2", "news no"

    def way(self, actions: Sequence[str]) -> Way:
        """Press one after the other, each after a look at its screen, and let the first repetition begin."""
        visit = self._opened()
        self._walk(visit, actions)
        while not is_playing(visit):
            assert visit.now < seconds(300), "nothing begins"
            visit.tick()
        way = Way(tuple(actions), visit.now / TICKS_PER_S)
        visit.close()
        return way

    def _opened(self) -> Visit:
        patients = Patients(self.folder, wall_s=lambda: self.clock().timestamp())
        reception = Reception(patients)
        visit = Visit(self.folder, patients.house(), Logbook(self.folder, self.clock, ZONE), reception=reception)
        self.clock.now, self.clock.visit = self.clock(), visit
        visit.ready()
        return visit

    def _walk(self, visit: Visit, actions: Sequence[str]) -> None:
        for action in actions:
            for _ in range(seconds(self.look_s)):
                visit.tick()
            there = visit.scene().buttons
            press(visit, next(b for b in there if b.action == action or b.action.startswith(f"{action} ")))

    def _repeat(self, visit: Visit, tries: int) -> None:
        """Practise until some tries are done."""
        session, patient = visit.session, Patient(Traits(0.8, lapse=0.0), 1)
        assert session is not None
        while len(session.trials) < tries:
            lead(visit, patient)


def ways(folder: Path) -> tuple[Way, Way, Way]:
    """Return the ways of somebody who is known, with a PIN and without, and of somebody new."""
    ward = Ward(folder)
    plain = ward.way(ward.known)
    ward.lock("2468")
    return plain, ward.way(ward.known), ward.way(NEW)


def is_playing(visit: Visit) -> bool:
    """Tell whether a try is under way."""
    return visit.session is not None and isinstance(visit.session.phase, Playing)
