"""Lead one patient's day: whether there may be practice, what is asked before it and after, and what one bout is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path

from app import rooms
from app.history import as_counted, of_rows
from app.logbook import Logbook
from app.patients import Patients
from engine import assessment, corridor, day_screens, diary, goals, guard, probes, schedule, screens
from engine.chance import Chance
from engine.corridor import Corridor
from engine.day_screens import Line
from engine.guard import Allowed, Event, Moment, Standing
from engine.level import EASIEST, Ladder, LevelError
from engine.plan import Day as DayOfPlan
from engine.prescription import DAYS, Prescription, cap_of, session_limits
from engine.profile import Profile
from engine.program import Block, Program
from engine.sample import Sample
from engine.scene import Scene
from engine.schedule import Bout, Done, Playable, Room
from engine.session import Frame

CLOCK, BROKEN, UNKNOWN = "clock.title", "room.broken", "room.unknown"
UNREADABLE = ("store.damaged", "store.newer")
SHOWN_TO_FLAGS = ("emergency", "contact")  # pages
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
KNOWN = 2  # sessions
TOLD_AGAIN_D = 7
LATELY = 40  # entries of the diary: those of some days
LEAST_S = 30.0  # what is left of a day that is less than usual, and no longer worth a bout
USUAL_S, BETWEEN_S = 8.0, 2.0  # a try of a game that was never played, and what lies between two
INSTEAD = ("mirror", "imagine")
ASSESS_REST_S, ASSESS_LEAST_S, ASSESS_AFTER = 20.0, 2.0, 20  # between items, never in one


class Daily:
    """The day of one patient: the corridor that is walked, and what comes after it."""

    def __init__(
        self, logbook: Logbook, patient: str, prescription: Prescription, hand: str = "right", grip: str = "keys",
        since: int = 0,
    ) -> None:  # fmt: skip
        """Lead the day of ``patient``; the prescription holds since day ``since``."""
        if prescription.stage == "healing":
            strict = guard.strictest(prescription.thresholds, guard.POST_OPERATIVE)
            prescription = replace(prescription, thresholds=strict)
        self._logbook, self.patient, self.prescription = logbook, patient, prescription
        self._hand, self._grip, self.since = hand, grip, since
        self.corridor: Corridor | None = None
        self.closed = ""
        self.program: Program | None = None
        self.chosen: tuple[str, ...] = ()
        self._wanted: tuple[Block, ...] = ()
        self._name = ""
        self._standing: Standing | None = None
        self._history: tuple[Done, ...] | None = None
        self._harder: bool | None = None
        self._ended: tuple[str, Line | None] | None = None
        self._seeds: tuple[tuple[str, float], ...] | None = None
        self._less: day_screens.Day | None = None
        self._exploring = False
        self.trouble = ""
        self._choosing, self._sensor, self._page = False, False, 0
        self._flagged = False
        self._offered: tuple[str, ...] = ()

    @staticmethod
    def of(logbook: Logbook, data_dir: Path, patient: str, hand: str, grip: str) -> "Daily":
        """Return the day of a patient by the program in the folder; by the gentle one where there is none.

        One that cannot be read closes practice: what it forbids is not known.
        """
        text = Patients(data_dir).program_text(patient)
        if text is None:
            return Daily(logbook, patient, rooms.gentle(), hand, grip)
        try:
            prescription = rooms.prescription_of(text, f"{patient}/program.toml")
        except LevelError as error:
            closed = Daily(logbook, patient, rooms.gentle(), hand, grip)
            closed.trouble = str(error)
            return closed
        changed = logbook.diary(patient, ("program",), last=1)
        return Daily(logbook, patient, prescription, hand, grip, changed[-1].day if changed else 0)

    @property
    def who(self) -> tuple[str, str, str]:
        """Return whose day this is, which hand plays, and what forces come from."""
        return self.patient, self._hand, self._grip

    def close(self, why: str) -> None:
        """Say that there is no practice now."""
        self.closed, self.corridor, self.program, self._less = why, None, None, None

    # Where the patient stands

    @property
    def standing(self) -> Standing:
        """Return where the patient stands, as the diary says."""
        if self._standing is None:
            entries = self._logbook.diary(self.patient, diary.GUARDED, last=1)
            limits, flare = self.prescription.thresholds, self.prescription.flare_up
            self._standing = diary.standing(entries, limits, flare)
        return self._standing

    @property
    def is_unknown(self) -> bool:
        """Tell whether the records cannot be read: then nobody knows whether there is a lock, and nothing is played."""
        return self.standing == guard.start() and self._logbook.trouble in UNREADABLE

    @property
    def moment(self) -> Moment:
        """Return the time by the wall clock."""
        return self._logbook.moment()

    @property
    def allowed(self) -> Allowed:
        """Return what may be done now."""
        return guard.allowed(self.standing, self.moment, self.prescription.thresholds, self.prescription.flare_up)

    def note(self, event: Event, standing: Standing | None = None) -> None:
        """Take in what was told or happened, and keep it; ``standing`` is where it led, if that is known already."""
        limits, flare = self.prescription.thresholds, self.prescription.flare_up
        self._standing = standing or guard.step(self.standing, event, self.moment, limits, flare)
        self._logbook.note(self.patient, event.kind, diary.values_of(event, self._standing))
        self._look_anew()

    def _look_anew(self) -> None:
        """Forget what was read of the records, and what was made of it: there is more in them now."""
        self._history, self._ended, self._seeds, self._harder = None, None, None, None

    def kept(self, frame: Frame) -> None:
        """Keep what was told in a session."""
        for told in frame.told:
            self.note(told.event, told.standing)
        if frame.trial or frame.end:
            self._look_anew()

    def of_plan(self) -> DayOfPlan:
        """Return the day as a session takes it with it."""
        rules = self.prescription
        base: dict[str, float] = {}
        for done in self.history:
            if not done.held and done.hand in ("", self._hand):
                base |= {block.game: block.difficulty for block in done.games if not block.probe}
        return DayOfPlan(
            self.standing, self.moment, rules.thresholds, rules.flare_up, self.gap.step_down, tuple(base.items())
        )

    # Before a bout

    def begin(
        self, wanted: Sequence[Block] = (), name: str = "", exploring: bool = False, sensor: bool = False
    ) -> None:
        """Begin with a bout: the program's own, or ``wanted`` blocks under a ``name``; first it is looked whether."""
        self.leave()
        self._wanted, self._name, self._exploring = tuple(wanted), name, exploring
        self.program, self.closed, self.corridor, self._less = None, "", None, None
        self._look_anew()
        if self.standing.day in ("open", "easy", "short", "waiting"):  # a bout that was cut off is over now
            self.note(Event("stop"))
        self.closed = self.shut
        if self.closed:
            return
        history = self.history
        self._sensor, self.chosen = sensor, ()
        tasks = {task.name: task.games for task in rooms.all_tasks()}
        can = replace(self.allowed, play=True)
        self._offered = schedule.choices(self.prescription, self._shelf(), tasks, can, self._cap())
        self.corridor = corridor.before(self._day(history, sensor))

    @property
    def shut(self) -> str:
        """Return the key of why nothing can begin now, as far as that is known before it is asked how it is."""
        if self.trouble or self.is_unknown:
            return BROKEN if self.trouble else UNKNOWN
        if guard.clock_is_back(self.standing, self.moment):
            return CLOCK
        allowed = self.allowed
        resting_is_over = self.standing.plan == "resting" and self.moment.day >= self.standing.until
        if not allowed.play and allowed.why != "unasked" and not resting_is_over:
            return f"guard.{allowed.why}"
        room = self._room(self.history)
        return room.why if room.minutes <= 0 else ""

    def leave(self) -> None:
        """Go home from whatever page there is, because the window closes or somebody else comes: what was told counts.

        A red flag shows first what to do, and is left from there.
        """
        self._choosing = False
        for _ in range(2):
            if self.corridor is not None:
                self.act("home")

    def confirm_clock(self) -> None:
        """Take the date as it is now: somebody has looked at it."""
        self.note(Event("clock"))

    def act(self, action: str) -> str:
        """Do what a button of the corridor says; return ``play``, ``assess``, ``home`` or ``stay``."""
        if action == assessment.NAME:
            return action
        if self.closed:
            return self._closed_act(action)
        if self._less is not None:
            return self._less_act(action)
        if self.corridor is None:
            return "home"
        if self._choosing or action == "choose":
            return self._choose(action)
        self.corridor = corridor.act(self.corridor, action)
        self._heed_flags()
        if not corridor.is_done(self.corridor):
            return "stay"
        return self._checked_in() if isinstance(self.corridor, corridor.Before) else self._through()

    def typed(self, samples: Sequence[Sample], profile: Profile) -> tuple[Sample, ...]:
        """Take in what is typed; return what is left for the menu."""
        if self.corridor is None:
            return tuple(samples)
        self.corridor, left = corridor.typed(self.corridor, samples, profile)
        return left

    def scene(self, profile: Profile) -> Scene:
        """Return what is to be seen."""
        if self.closed == CLOCK:
            return screens.question(
                CLOCK, (("clock right", "ok", "clock.right"), ("home", "home", "button.home")), "wait"
            )
        if self.closed:
            instead = self.prescription.activities or INSTEAD
            return day_screens.closed(self.closed, profile, self._until(), instead)
        if self._less is not None:
            return day_screens.today(self._less, profile)
        assert self.corridor is not None
        if self._choosing:
            return day_screens.choose(self._offered, self.chosen, self._page, self.prescription.choose, profile)
        return corridor.scene(self.corridor, profile)

    def _choose(self, action: str) -> str:
        """Let the patient pick among the games that fit today; once enough are picked the plan is made of them."""
        verb, _, what = action.partition(" ")
        if verb == "choose" and not what:
            self._choosing, self._page, self.chosen = True, 0, ()
        elif verb == "more":
            self._page = (self._page + 1) % max(1, -(-len(self._offered) // 3))
        elif verb == "choose":
            others = tuple(game for game in self.chosen if game != what)
            self.chosen = others if what in self.chosen else (*others, what)
        if verb == "back" or len(self.chosen) >= min(self.prescription.choose, len(self._offered)):
            self._choosing = False
            self.corridor = corridor.before(self._day(self.history, self._sensor))
            self._logbook.note(self.patient, "chosen", {"games": list(self.chosen)})
        return "stay"

    def _closed_act(self, action: str) -> str:
        if action == "clock right":
            self.confirm_clock()
            self.begin(self._wanted, self._name, self._exploring)
            return "stay"
        return "home"

    def _less_act(self, action: str) -> str:
        """Begin with a bout that is other than planned, once it was told why, or leave it."""
        if action not in ("start", "home"):
            return "stay"
        self._less = None
        if action == "start":
            return "play"
        self.program = None
        self.note(Event("stop"))  # nothing was played: no bout that went well
        return "home"

    def _heed_flags(self) -> None:
        """Take in a red flag as soon as it is shown what to do: who reads that may not come back to press anything."""
        if isinstance(self.corridor, corridor.Before) and self.corridor.page in SHOWN_TO_FLAGS and not self._flagged:
            self._flagged = True
            self._note_told(corridor.answers(self.corridor))

    def _note_told(self, told: corridor.CheckIn) -> None:
        self.note(Event("checkin", told.pain, told.fatigue, flags=told.flags))

    def _checked_in(self) -> str:
        """Take in what was told before the bout, and begin with it if the day allows."""
        assert isinstance(self.corridor, corridor.Before)
        told, left = corridor.answers(self.corridor), self.corridor.left
        self.corridor = None
        if left and not told.flags and told.pain is None:
            return "home"
        if not self._flagged:
            self._note_told(told)
        self._flagged = False
        if left:
            self.note(Event("stop"))  # nothing was played: no bout that went well
            return "home"
        if told.skipped:
            self._logbook.note(self.patient, "skipped", {"questions": list(told.skipped)})
        allowed = self.allowed
        if not allowed.play:
            self.closed = f"guard.{allowed.why}"
            return "home" if told.flags else "stay"
        if self._exploring and allowed.no_rise:
            self.closed = "guard.no-edges"
            return "stay"
        made = self._bout(allowed, self.history)
        if made.program is None:
            self.closed = made.why
            return "stay"
        self._note_begun()
        self.program = made.program
        if not allowed.why:
            return "play"
        self._less = self._laid_out(made, self.history, (f"guard.{allowed.why}", ()))
        return "stay"

    def _note_begun(self) -> None:
        """Keep what was told before a bout that begins, and that it ends a pause."""
        if self.is_harder:
            self._logbook.note(self.patient, "noticed", {"what": "lower"})
        if self.is_paused:
            self._logbook.note(self.patient, "resumed", {})

    # What one bout is

    @property
    def history(self) -> tuple[Done, ...]:
        """Return all sessions of this patient so far."""
        if self._history is None:
            history = of_rows(self._logbook.played(self.patient), self._logbook.zone)
            lately = self._logbook.diary(self.patient, diary.GUARDED, last=LATELY)
            history = as_counted(history, [(entry.at_s, diary.standing((entry,)).today) for entry in lately])
            confirmed = [Moment(e.at_s, e.day) for e in self._logbook.diary(self.patient, ("clock",), last=1)]
            self._history = in_order(history, self.moment, confirmed[-1]) if confirmed else history
        return self._history

    def _room(self, history: Sequence[Done]) -> Room:
        """Return how much room there is; a game that is picked is the patient's own wish."""
        load = schedule.load(history, self.moment)
        room = schedule.room(self._dosed, load, self.moment, extra=bool(self._wanted))
        dose, volume = self.prescription.dose, self.allowed.volume
        if volume >= 1.0 or room.minutes <= 0:
            return room
        left = volume * dose.bouts * dose.minutes - load.day_minutes  # less is meant for the day, not for each bout
        if left < LEAST_S / 60:
            return replace(room, minutes=0.0, why="room.day", until=self.moment.day + 1)
        return replace(room, minutes=min(room.minutes, max(left, schedule.LEAST_MINUTES)))

    def _cap(self) -> float | None:
        """Return the largest share of force that may be asked for today, ``None`` where grip is locked."""
        cleared, most = self.prescription.cleared, self.prescription.limits.cap
        newtons = None if cleared.cap_n is None else cleared.cap_n / most  # so the session fits the sensor
        return cap_of(self.prescription, self._grip, date_of(self.moment.day), newtons)

    def _bout(self, allowed: Allowed, history: Sequence[Done]) -> Bout:
        """Return this bout: the prescribed one, or the blocks that were wanted within its limits."""
        prescription = self._dosed
        if self._wanted:
            names = tuple(dict.fromkeys(block.game for block in self._wanted))
            prescription = replace(prescription, games=names, tasks=(), blocks=self._wanted)
        own = tuple(done for done in history if done.hand in ("", self._hand))
        chance = Chance(self.moment.day).child(f"bout-{len(history)}")
        tasks = {task.name: task.games for task in rooms.all_tasks()}
        room = self._room(history)
        made = schedule.bout(
            prescription, self._shelf(), tasks, allowed, own, room, chance, self.chosen, self._cap(), self.since
        )
        if made.program is None:
            return made
        program = replace(made.program, name=self._name or made.program.name, expected=self._expected())
        return replace(made, program=replace(program, least_rest_s=ASSESS_LEAST_S) if self.is_assessing else program)

    @property
    def is_assessing(self) -> bool:
        """Tell whether this is no practice but an assessment."""
        return self._name == assessment.NAME

    @property
    def _dosed(self) -> Prescription:
        """Return the prescription; in an assessment rests are short, and its second hand need not wait for hours."""
        if not self.is_assessing:
            return self.prescription
        dose = self.prescription.dose
        least_s = min(dose.least_rest_s, ASSESS_REST_S)
        dose = replace(dose, gap_h=0, rest_s=ASSESS_REST_S, least_rest_s=least_s, rest_after=ASSESS_AFTER)
        return replace(self.prescription, dose=dose)

    def _expected(self) -> tuple[tuple[str, float], ...]:
        """Return where games begin that were never played: as prescribed, else as the assessment suggests."""
        if self._seeds is None:
            found = assessment.results(self._logbook.sittings(self.patient), self._hand)
            self._seeds = assessment.expected(found, rooms.all_ladders(), {"grip": self._grip}) if found else ()
        return tuple((dict(self._seeds) | dict(self.prescription.expected)).items())

    def to_assess(self, one_switch: bool = False) -> tuple[assessment.Item, ...]:
        """Return the items that can be done with this hand at all."""
        cap, squeezes = None if self.trouble else self._cap(), not self.prescription.cleared.cap_n
        return assessment.possible(rooms.assess_rungs(), {"grip": self._grip}, cap, one_switch, squeezes)

    def assess_ladders(self) -> Mapping[str, Ladder]:
        """Return what the items ask today, within the cap."""
        return rooms.assess_ladders(session_limits(self.prescription, self._cap()).cap)

    @property
    def may_grip(self) -> bool:
        """Tell whether force may be asked for at all."""
        return not self.trouble and not self.allowed.no_grip and self._cap() is not None

    @property
    def is_full(self) -> bool:
        """Tell whether the most of a day is done."""
        load = schedule.load(self.history, self.moment)
        return load.day_minutes >= self.prescription.dose.day_minutes

    @property
    def frame(self) -> Program:
        """Return a program without blocks of its own, within what is prescribed and left of today."""
        limits, dose = session_limits(self.prescription, self._cap()), self.prescription.dose
        left = self.prescription.dose.day_minutes - schedule.load(self.history, self.moment).day_minutes
        limits = replace(limits, minutes=max(1.0, min(limits.minutes, left)))
        return Program(
            "play", (Block("ladybirds"),), dose.rest_s, dose.least_rest_s, dose.rest_after, self.prescription.aim,
            limits, self._expected(), False, self.prescription.feedback,
            cap_n=self.prescription.cleared.cap_n or 0.0, speed=self.prescription.speed,
            scan=self.prescription.scan,
        )  # fmt: skip

    @property
    def known(self) -> tuple[str, ...]:
        """Return the games that were played in two sessions or more: their demonstration goes over into play."""
        sessions = [{game.game for game in done.games} for done in self.history]
        return tuple(name for name in rooms.all_games() if sum(name in games for games in sessions) >= KNOWN)

    def _shelf(self) -> dict[str, Playable]:
        """Return every game as the schedule sees it, or every item of an assessment."""
        ladders, lasted = rooms.all_ladders(), self._logbook.seconds_a_try(self.patient)
        games = rooms.all_games()
        if self.is_assessing:
            ladders, games = self.assess_ladders(), rooms.assess_items()
        return {
            name: Playable(
                game.skill, len(ladders[name].levels), lasted.get(name, USUAL_S) + BETWEEN_S,
                game.peak(ladders[name].params(EASIEST)),
            )
            for name, game in games.items()
        }  # fmt: skip

    def _day(self, history: Sequence[Done], sensor: bool) -> day_screens.Day:
        """Return what the plan of today says, as if all were well."""
        made = self._bout(replace(self.allowed, play=True), history)
        why: Line | None = ("day.reassess", ()) if self.is_to_be_looked_at else None
        why = self._repeats() if self.is_assessing else why
        why = ("day.paused", ()) if self.is_paused else why
        is_free = not self._wanted and 0 < self.prescription.choose < len(self._offered)
        day = self._laid_out(made, history, why)
        greeting = "return.lower" if self.is_harder else self.gap.words
        return replace(day, sensor=sensor, greeting=greeting, free=is_free, assess=self.is_to_be_assessed)

    def _laid_out(self, made: Bout, history: Sequence[Done], why: Line | None) -> day_screens.Day:
        """Return a bout as the plan of today shows it, with what is to be told about it."""
        load = schedule.load(history, self.moment)
        due = schedule.due(self.prescription, load, self.moment)
        blocks = made.program.blocks if made.program else ()
        tiles = (assessment.NAME,) if self.is_assessing else tuple(dict.fromkeys(block.game for block in blocks))[:3]
        minutes, bout = max(1, round(made.minutes)), min(max(1, due.bout), due.of)
        day = day_screens.Day(tiles, minutes, bout, max(1, due.of), (why,) if why else (), self._sensor)
        if not self.is_assessing:
            return day
        items = [assessment.BY_NAME[name] for name in assessment.asked(blocks or self._wanted)]
        lasts = max(1, round(assessment.minutes(items)))
        return replace(day, minutes=lasts, looks_at=self._hand, parts=len(items))

    def _repeats(self) -> Line | None:
        """Return how many items of this assessment are asked once more."""
        rows = assessment.results(self._logbook.sittings(self.patient), self._hand, self.moment.day)
        n = len({row.item for row in rows} & set(assessment.asked(self._wanted)))
        return ("assess.repeats", (("n", str(n)),)) if n else None

    @property
    def is_to_be_looked_at(self) -> bool:
        """Tell whether it is time that a clinician looks at the program again."""
        weeks, first = self.prescription.reassess_weeks, self.since or (self.history[0].day if self.history else 0)
        return bool(weeks and first) and self.moment.day - first >= 7 * weeks and self.prescription.name != "gentle"

    @property
    def is_to_be_assessed(self) -> bool:
        """Tell whether the plan of today offers an assessment: it is time, and none was begun in the last week."""
        if self._wanted or not self.is_to_be_looked_at:
            return False
        last = max((sitting.day for sitting in self._logbook.sittings(self.patient)), default=0)
        return self.moment.day - last >= assessment.WITHIN_DAYS

    def adherence(self, weeks: int) -> schedule.Adherence:
        """Return how much of the plan was done in the last weeks, up to yesterday; paused days do not count."""
        today, history = self.moment.day, self.history
        first = max(today - 7 * weeks, self.since or (history[0].day if history else today))
        paused = diary.paused_days(self._logbook.diary(self.patient, ("paused", "resumed")), today)
        return schedule.adherence(self.prescription, history, first, today - 1, paused)

    @property
    def is_harder(self) -> bool:
        """Tell whether probes of this hand lie beyond its own limits, the worse way, and that was not told lately."""
        told = self._logbook.diary(self.patient, ("noticed",), last=1)
        if told and self.moment.day - told[-1].day < TOLD_AGAIN_D:
            return False
        if self._harder is None:
            own = [row for row in self._logbook.probes(self.patient) if row.hand in ("", self._hand)]
            self._harder = bool(probes.harder(map(probes.observe, probes.series(own))))
        return self._harder

    @property
    def is_paused(self) -> bool:
        """Tell whether the plan is paused today, as in an illness: such days are not missed."""
        entries = self._logbook.diary(self.patient, ("paused", "resumed"), last=2)
        return self.moment.day in diary.paused_days(entries, self.moment.day)

    @property
    def hand(self) -> str:
        """Return the hand that this bout is for, "" where the patient's own setting says so."""
        if self.prescription.hand == "both":
            last = self.history[-1].hand if self.history else ""
            return "left" if last == "right" else "right"
        return "" if self.prescription.hand == "patient" else self.prescription.hand

    @property
    def gap(self) -> goals.Gap:
        """Return the time since the last practice."""
        history = self.history
        return goals.gap(history[-1].day if history else None, self.moment.day)

    def _until(self) -> Line | None:
        """Return when there may be practice again, where that is known; it is looked up once for a closed screen."""
        if self._ended is None or self._ended[0] != self.closed:
            self._ended = self.closed, self._open_again()
        return self._ended[1]

    def _open_again(self) -> Line | None:
        if self.closed.startswith("room."):
            found = self._room(self.history)
            if found.until_s:
                return "next.today-after", (("time", clock_of(found.until_s, self._logbook.zone)),)
            return when(found.until, self.moment.day) if found.until else None
        until = self.allowed.until
        if not until or not self.closed.startswith("guard."):
            return None
        return when(until if self._wanted else self._planned_from(until), self.moment.day)

    def _planned_from(self, day: int) -> int:
        """Return the first day from ``day`` on at which practice is planned."""
        planned = self.prescription.dose.days
        return next(n for n in range(day, day + len(WEEKDAYS)) if DAYS[goals.weekday(n)] in planned)

    # After a bout

    def look_back(self, milestones: tuple[Line, ...] = ()) -> None:
        """Open the corridor after a bout, in which these milestones were reached."""
        self.program = None
        self._look_anew()
        history = self.history
        self._note_fences(history)
        due = schedule.due(self.prescription, schedule.load(history, self.moment), self.moment)
        allowed = self.allowed
        line = when(max(due.day, self._planned_from(allowed.until)), self.moment.day)
        if due.at_s and not allowed.until:
            line = "next.today-after", (("time", clock_of(due.at_s, self._logbook.zone)),)
        if self.standing.plan == "locked":
            line = "next.therapist", ()
        week = goals.weeks([done.day for done in history], self.moment.day)[-1].practised
        tasks = tuple(task.name for task in rooms.all_tasks())
        self.corridor = corridor.after(corridor.Ending(self.moment.day, tasks, week, line, milestones))

    def _note_fences(self, history: Sequence[Done]) -> None:
        """Keep each move of a fence with its reason, once."""
        own = tuple(done for done in history if done.hand in ("", self._hand))
        told = {tuple(e.values.get(name) for name in ("game", "day", "to")) for e in
                self._logbook.diary(self.patient, ("fence",))}  # fmt: skip
        ladders = rooms.all_ladders()
        for game, _ in self.prescription.fences:
            for move in schedule.fence_moves(self.prescription, game, own, len(ladders[game].levels), self.since):
                if (game, move.day, move.high) not in told:
                    row = {"game": game, "day": move.day, "from": move.was, "to": move.high}
                    self._logbook.note(self.patient, "fence", row | {"reason": move.reason.key})

    def _through(self) -> str:
        """Keep what was told after the bout."""
        assert isinstance(self.corridor, corridor.After)
        told = corridor.told(self.corridor)
        if told.answer:
            self._logbook.note(self.patient, "reflect", {"question": told.question, "answer": told.answer})
        rows: Mapping[str, object] = {"sensations": list(told.sensations), "words": told.words, "task": told.task or ""}
        if any(rows.values()):
            self._logbook.note(self.patient, "journal", {key: value for key, value in rows.items() if value})
        if told.skipped:
            self._logbook.note(self.patient, "skipped", {"questions": list(told.skipped)})
        self.corridor = None
        return "home"


def in_order(history: Sequence[Done], now: Moment, confirmed: Moment | None = None) -> tuple[Done, ...]:
    """Return the history after a date was ``confirmed``: what lies after what came later happened by then.

    What lies far in the future happened before that date was confirmed: if it counted as done just now, each new day
    would have no room left, until that future is there.
    """
    latest = now
    put_right: list[Done] = []
    for done in reversed(history):
        is_far = done.at_s > now.utc_s + guard.CLOCK_S
        seen = schedule.confirmed((done,), confirmed) if confirmed and is_far else (done,)
        put_right += schedule.confirmed(seen, latest)
        latest = Moment(min(latest.utc_s, put_right[-1].at_s), min(latest.day, put_right[-1].day))
    return tuple(reversed(put_right))


def when(day: int, today: int) -> Line:
    """Return how a day is called, seen from today."""
    if day <= today:
        return "next.open", ()
    if day == today + 1:
        return "next.tomorrow", ()
    return "next.on", (("day", f"@next.{WEEKDAYS[goals.weekday(day)]}"),)


def date_of(day: int) -> str:
    """Return a running number of a local date as yyyy-mm-dd."""
    return date.fromordinal(day).isoformat()


def clock_of(at_s: float, zone: tzinfo | None) -> str:
    """Return the time of day as it is on the wall."""
    return f"{datetime.fromtimestamp(at_s, UTC).astimezone(zone):%H:%M}"
