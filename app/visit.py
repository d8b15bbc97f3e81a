"""Lead one visit to the program: home, picking a game, settings, and the sessions that are played.

It is stepped by ticks like a session and shown as scenes, so that every screen is tested without a display.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import audit, files, rooms, settings
from app.activities import ACTIVITIES, EXPLORE, UNSCORED, Activities
from app.asked import Asked
from app.captions import Captions
from app.daily import BROKEN, UNKNOWN, Daily
from app.goals_command import goals_of
from app.logbook import Logbook
from app.reader import Line, Reader
from app.reception import LEAVE, Arrived, Came, Granted, Reception
from engine import (
    adaptive,
    assess_screens,
    assessment,
    day_screens,
    focus,
    goal_screens,
    goals,
    host,
    menu,
    screens,
    sensor_screens,
    spelling,
    weighing,
    who_screens,
)
from engine.adaptive import Belief
from engine.fingers import Fingers
from engine.fitting import Firm, Greatest, Tare
from engine.game import FORCES, ONE_SWITCH, Cue, Skill
from engine.guard import Event
from engine.hand import Side
from engine.phases import After, Paused, Playing, Summary
from engine.plan import Plan, to_header
from engine.profile import AIDS, GRIPS, PALETTES, TAPS, Profile
from engine.program import Block, Program
from engine.recording import End, end_line, note_line
from engine.sample import Sample
from engine.scene import Bar, Button, Scene, Words
from engine.sensor_screens import TOUCHED
from engine.session import Frame, Session
from engine.source import PADS, SENSORS, Source
from engine.spelling import Spelling
from engine.task import Task
from engine.ticks import seconds, to_ms
from engine.weighing import Weighing

if TYPE_CHECKING:
    from app.plugged import Plugged
    from app.store import Unfinished

LOOK_EVERY = 12  # ticks: how often it is looked whether there is something new to read aloud
UNSEEN = {None: Side.RIGHT, Side.RIGHT: Side.LEFT, Side.LEFT: None}  # what is chosen next
TASK_TRIALS = 8
OFFERED = (
    "keys",
    "mouse",
    "serial",
    "plain",
    "tindeq",
    "trigger",
)  # others are set in the file, or on the command line
LEAST_PER_MM, MOST_PER_MM = 1.5, 9.0
ROUGH_STEP, FINE_STEP = 1.04, 1.005


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line: a game, its trials and level, a seed and what it is played with.

    With ``assess`` it is an assessment: of one ``hand``, or of both.
    """

    game: str = ""
    trials: int = 10
    level: int | None = None
    seed: int | None = None
    device: Asked | None = None
    hand: Side | None = None
    assess: bool = False


@dataclass(frozen=True, slots=True)
class Display:
    """The screen the window is on: its name, its pixels a stage unit now, and its millimetres a pixel, if measured."""

    key: str = ""
    px_per_unit: float = 0.8
    mm_per_px: float | None = None

    @property
    def units_per_mm(self) -> float | None:
        """Return the stage units a millimetre, ``None`` while the screen was not measured."""
        if self.mm_per_px is None:
            return None
        return round(min(MOST_PER_MM, max(LEAST_PER_MM, 1 / (self.px_per_unit * self.mm_per_px))), 4)


class Visit:
    """Everything between opening the window and closing it; see the module."""

    def __init__(
        self, data_dir: Path, profile: Profile, logbook: Logbook, wish: Wish | None = None,
        seed_of_now: Callable[[], int] = lambda: 1, reception: "Reception | None" = None,
    ) -> None:  # fmt: skip
        self.logbook = logbook
        self.now = 0
        self.reception = reception
        self.quitting = False
        self.session: Session | None = None
        self.device_trouble = ""
        self.frame: Frame | None = None
        self._data_dir = data_dir
        self._wish = wish or Wish()
        self._kept = profile
        self.plugged: Plugged | None = None
        self.display = Display()
        self._seed_of_now = seed_of_now
        self._screen = "home"
        self._page = 0
        self._menu = menu.opened(0)
        self._session_from = 0
        self._cut_off: Unfinished | None = None
        self._trouble = ""
        self._weighing = Weighing()
        self._card, self._card_way, self._card_step = 0.0, "", ROUGH_STEP
        self._spelling = Spelling()
        self._task = ""
        self._assessed: Side | None = None
        self._overview: Scene | None = None
        self._continues: int | None = None
        self._goals: goal_screens.Flow | None = None
        self._goals_told = 0
        self._milestones: tuple[day_screens.Line, ...] = ()
        self.activities = Activities()
        self.captions, self.reader = Captions(), Reader()
        self._daily: Daily | None = None
        self._before_asking = ("home", 0)
        self._weighed = ""
        self._silent: tuple[Sample, ...] = ()
        self._hosted: tuple[Sample, ...] = ()
        self._used = 0
        self._first_time = not settings.are_kept(self._settings_dir)

    @property
    def profile(self) -> Profile:
        """Return who plays now: the settings that are kept, the hand that was asked for, the screen as measured."""
        kept = self.reception.profile if self.reception is not None and self.reception.open else self._kept
        here = replace(kept, units_per_mm=self.display.units_per_mm or self._kept.units_per_mm)
        hand = self._assessed or self._wish.hand
        return replace(here, hand=hand) if hand else here

    @property
    def grip_with(self) -> str:
        """Return what forces come from: the command line's wish, or the profile's choice."""
        asked = self._wish.device.kind if self._wish.device else ""
        return asked if asked in GRIPS else self.profile.grip

    @property
    def taps_with(self) -> str:
        """Return what taps come from: the command line's wish, or the profile's choice."""
        asked = self._wish.device.kind if self._wish.device else ""
        return asked if asked in PADS else self.profile.taps

    @property
    def wanted(self) -> tuple[str, str]:
        """Return which devices must be open now, for forces and for taps."""
        grip = self.grip_with
        weighing_now = self._screen == "weigh" or (self._screen == "ask" and self._before_asking[0] == "weigh")
        if weighing_now and self.session is None and grip not in SENSORS:
            grip = "serial"
        return grip, self.taps_with

    @property
    def pictures(self) -> tuple[str, ...]:
        """Return the names of the pictures that will be needed soon."""
        return self.session.game.pictures if self.session is not None else ()

    def ready(self) -> None:
        """Look at the records, once the first picture is on the screen: was the last practice cut off?"""
        self.logbook.open()
        self._trouble = self.logbook.trouble
        self._cut_off = self.logbook.unfinished(self.profile.patient)
        if self._wish.assess:
            self._to_assess()
        elif self._wish.game:
            self._play_at_once(Block(self._wish.game, self._wish.trials, self._wish.level))
        elif self._first_time and self._screen == "home" and self.session is None:
            self._show("first")
        elif self._cut_off is not None and self._screen == "home" and self.session is None:
            self._show("again")

    def tick(self, samples: Sequence[Sample] = ()) -> tuple[Cue, ...]:
        """Let one tick pass; return what is to be heard."""
        self.now += 1
        self.frame = None
        self.reader.heed(tuple(samples), self._read_button())
        if self.reception is not None:
            came = self.reception.tick(samples, self.now, self._is_at_home())
            if came is not None or self.reception.open:
                self._used = self.now
                return self._received(came)
        if self.session is not None:
            return self._lead(self.session, samples)
        self._look_around(samples)
        self._look_for_somebody(samples)
        samples = self._typed(samples)
        buttons = self._bare_scene().buttons
        for_menu = self.activities.for_menu(samples, self.profile)
        self._menu, action = menu.step(self._menu, buttons, for_menu, self.now, self.profile)
        if not action and self._screen in ("day", "goals"):
            self._menu, action = day_screens.keyed(self._menu, buttons, for_menu, self.now, self.profile)
        if any(s.channel == "key.ESCAPE" and s.value > 0 for s in samples) and self._screen != "home":
            action = "home"
        if not action:
            return ()
        self._act(action)
        return (Cue("press"),)

    # The computer, and who is not there

    def slept(self, gone_s: float) -> None:
        """Take in that the computer slept, or stood still, for some seconds: what is under way pauses or ends."""
        if self.session is not None:
            self._hosted += (Sample(host.AWAY, 0.0, round(gone_s, 3)),)
        elif gone_s >= host.LONG_S:
            self._leave_alone()

    def hidden(self) -> None:
        """Take in that nobody can see the window: what is under way pauses."""
        if self.session is not None:
            self._hosted += (Sample(host.HIDDEN, 0.0),)

    def shown_on(self, display: Display) -> None:
        """Take in which screen the window is on, and how large; a try that is under way is begun again."""
        self.display = display
        if self.session is not None:
            self._hosted += (Sample(host.SCREEN, 0.0, self.profile.units_per_mm),)

    def _look_for_somebody(self, samples: Sequence[Sample]) -> None:
        """Go home where nobody did anything for long: what was told then says nothing about now."""
        if any(sample.channel.startswith(("key", "mouse", "pad")) for sample in samples):
            self._used = self.now
        if self.now - self._used >= seconds(host.LONG_S):
            self._used = self.now
            self._leave_alone()

    def _leave_alone(self) -> None:
        """Go home, unless a question waits there that nobody but the patient may answer."""
        if self._screen not in ("home", "first", "again", "ask") and not self.activities.under_way:
            self._act("home")

    @property
    def _settings_dir(self) -> Path:
        """Return the folder of the settings of who is here."""
        here = self.reception.here if self.reception is not None else ""
        return self.reception.patients.place(here) if self.reception is not None and here else self._data_dir

    def _is_at_home(self) -> bool:
        """Tell whether the time without a touch counts now: nobody is moving, and in a kiosk nobody may be there."""
        if self.session is None:
            return self._screen not in UNSCORED
        kiosk = self.reception is not None and self.reception.kiosk
        return kiosk and isinstance(self.session.phase, Paused | Summary)

    def _received(self, came: "Came") -> tuple[Cue, ...]:
        """Go on with who arrived at the reception, or leave; what the last one left open is ended."""
        self._end_session()
        if isinstance(came, Granted) and came.what == LEAVE:
            self._quit()
        elif isinstance(came, Arrived):
            self._note_done()
            self._leave_daily()
            self._kept, self._daily, self._cut_off = came.profile, None, None
            self._wish = replace(self._wish, hand=None, game="")
            self._first_time = not settings.are_kept(self._settings_dir)
            self._show("home")
            self.ready()
            if self.reception is not None and self.reception.several and self._screen == "home":
                self._to_day()  # on a ward a tile is pressed to practise
        return (Cue("press"),) if came is not None else ()

    def may_close(self) -> bool:
        """Tell whether the window may close now; in a kiosk the staff's PIN is asked for first."""
        if self.reception is None or self.quitting or self.reception.may_leave:
            return True
        if self.session is None:
            self.reception.leave(self.now)
        return False

    def close(self) -> None:
        """End the session under way because the window closes; nothing that was done or told is lost."""
        self._end_session()
        self._leave_daily()
        self._note_done()
        self.logbook.close()

    def _leave_daily(self) -> None:
        """Leave the questions around a bout; what was told there is kept."""
        if self._daily is not None:
            self._daily.leave()

    def _end_session(self) -> None:
        if self.session is not None:
            frame = self.session.close()
            self.daily.kept(frame)
            self.logbook.keep(frame)
            self.session = None

    def scene(self) -> Scene:
        """Return what is to be seen now."""
        if self.session is not None:
            shown = self.session.scene() + self._trouble_note()
            shown += self.captions.shapes(self.now, self.profile, shown.shapes)
            return shown + self._read_button()
        if self.reception is not None and self.reception.open:
            return self.reception.scene(self.now)
        bare = self._bare_scene()
        buttons = menu.shown(self._menu, bare.buttons, self.now, self.profile)
        others = tuple(shape for shape in bare.shapes if not isinstance(shape, Button))
        return replace(bare, shapes=others + buttons)

    # Screens

    def reading(self) -> Line | None:
        """Return what is to be read aloud now: key and values; ``None`` mostly."""
        if not self.reader.is_on(self.profile) or self.now % LOOK_EVERY:
            return None
        return self.reader.line(self.scene(), self.profile)

    def _read_button(self) -> tuple[Button, ...]:
        """Return the button that reads aloud while a session is on; none while a try is under way."""
        if self.session is None or not self.reader.is_on(self.profile):
            return ()
        if isinstance(self.session.phase, Playing | After):
            return ()
        return self.reader.button(self.session.scene(), self.profile)

    def _bare_scene(self) -> Scene:
        shown = self._whole_scene()
        if self._screen == "card":  # it must stay as large as it is
            return shown + focus.anchor(self.profile)
        shown = focus.in_sight(shown, self.profile)
        return shown + self.reader.button(shown, self.profile)

    def _whole_scene(self) -> Scene:
        candidate = self.plugged.candidate if self.plugged else None
        if self._screen == "again" and self._cut_off is not None:
            return screens.again(self._cut_off.trials)
        if self._screen == "ask" and candidate is not None:
            return sensor_screens.ask(candidate.name)
        made: dict[str, Callable[[], Scene]] = {
            "first": screens.first_hand,
            "leaving": screens.leaving,
            "pick": lambda: screens.pick(self._shelf, self._page),
            "assess": self._assess_overview,
            EXPLORE: lambda: screens.edges(self._games(rooms.with_edges()), self._page),
            "tasks": lambda: screens.tasks([task.name for task in self._tasks()], self._page),
            "task": lambda: screens.task(self._task, self._chosen_task().games),
            "word": lambda: screens.word(self._spelling),
            "settings": lambda: screens.settings(self.profile, self._page, self._measured()),
            "weigh": lambda: sensor_screens.weigh(self._weighing),
            "card": lambda: sensor_screens.card(self._card),
            "day": lambda: self.daily.scene(self.profile),
            "goals": self._goals_scene,
            **dict.fromkeys(UNSCORED, self._activity),
        }
        if self._screen in made:
            return made[self._screen]()
        home = screens.home(self._trouble or self.logbook.trouble or self.device_trouble)
        several = self.reception is not None and self.reception.several
        return home + (who_screens.change_button(),) if several else home

    def _trouble_note(self) -> tuple[Bar | Words, ...]:
        """Return a line at the foot of the stage while something is wrong with a device or the records."""
        key = self.logbook.trouble or self.device_trouble
        if (
            not key
            or self.session is None
            or not isinstance(self.session.phase, Playing | After | Tare | Firm | Greatest)
        ):
            return ()
        return (Bar(800, 38, 1300, 68, "card", 28, "warn", 5), Words(key, 800, 38, 28, width=1240, lines=2))

    def _show(self, screen: str, page: int = 0) -> None:
        self._screen, self._page, self._overview = screen, page, None
        self._menu = menu.opened(self.now, self._menu.keyed)

    def _act(self, action: str) -> None:
        """Do what a button says: a verb, and for some what it is about."""
        verb, _, what = action.partition(" ")
        if verb == "read":
            self.reader.ask()
            return
        if self._screen == "goals":
            self._in_goals(action)
            return
        if self._screen == "day" and not (verb == "play" and what in ACTIVITIES):
            self._in_day(action)
            return
        deeds: dict[str, Callable[[], object]] = {
            "play": lambda: self._pick(what),
            "assess": lambda: self._to_assess(Side(what)),
            "practice": self._to_day,
            "again": self._go_on,
            "pick": lambda: self._show("pick"),
            "tasks": lambda: self._show("tasks"),
            "goals": self._to_goals,
            "task": lambda: self._show_task(what),
            "edge": lambda: self._to_day((Block(what, explore=True),), EXPLORE, exploring=True),
            "all": lambda: self._to_day(tuple(Block(game, TASK_TRIALS) for game in self._chosen_task().games), what),
            "word": lambda: self._spell(what),
            "settings": lambda: self._show("settings"),
            "more": self._turn_page,
            "set": lambda: self._set(what),
            "hand": lambda: self._choose_hand(Side(what)),
            "home": self._go_home,
            "leave": lambda: self._show("leaving"),
            "quit": self._quit,
            "change": self._change,
            "weigh": lambda: self._weigh(what),
            "card": lambda: self._resize_card(what),
            "touched": lambda: self.activities.touched(what),
            "imagine": lambda: self.activities.pressed(what, self.now),
            "ask": lambda: self._answered(what == "yes"),
        }
        deeds[verb]()

    def _turn_page(self) -> None:
        counts = {
            "settings": 3 * screens.SETTINGS_PAGES,
            "pick": len(self._shelf),
            "tasks": len(self._tasks()),
            EXPLORE: len(self._games(rooms.with_edges())),
            "touch": len(TOUCHED),
        }
        pages = -(-counts[self._screen] // 3)
        self._show(self._screen, (self._page + 1) % pages)

    def _go_home(self) -> None:
        if self._screen == "again":
            self._leave_cut_off()
        self._note_done()
        self._assessed = None
        self._show("home")

    def _choose_hand(self, hand: Side) -> None:
        self._keep(replace(self._kept, hand=hand))
        self._show("again" if self._cut_off is not None else "home")

    def _quit(self) -> None:
        self.quitting = True

    def _change(self) -> None:
        self._note_done()
        if self.reception is not None:
            self.reception.change(self.now)

    def _set(self, what: str) -> None:
        if what == "weigh":
            self._weighing = Weighing()
            self._show("weigh")
        elif what == "card":
            self._card = self.display.units_per_mm or self.profile.units_per_mm
            self._card_way, self._card_step = "", ROUGH_STEP
            self._show("card")
        elif what == "word":
            self._spelling = Spelling(self._kept.word)
            self._show("word")
        elif what == "hand":
            self._keep(changed(replace(self._kept, hand=self.profile.hand), what))
            self._wish = replace(self._wish, hand=None)
        else:
            self._keep(changed(self._kept, what))

    def _keep(self, profile: Profile) -> None:
        """Keep the settings; where nothing can be written they hold for this visit."""
        was, self._kept = self._kept, profile
        try:
            settings.save(self._settings_dir, profile)
            audit.note_settings(self._data_dir, was, profile)
        except files.FilesError:
            self._trouble = "store.read-only"

    # What is done without a score

    def _begin(self, activity: str) -> None:
        self.activities.begin(activity, self.now, self._seed_of_now())
        self._show(activity)

    @property
    def _shelf(self) -> tuple[str, ...]:
        """Return everything that can be picked: games, activities without a score, and the assessment, if any."""
        assess = (assessment.NAME,) if self._possible() else ()
        return (*self._games(), *ACTIVITIES, *assess)

    def _pick(self, what: str) -> None:
        if what == assessment.NAME:
            self._to_assess()
        elif what in ACTIVITIES:
            self._begin(what)
        else:
            self._play_one(what)

    def _activity(self) -> Scene:
        return self.activities.scene(self._screen, self._page, self.now, self.profile)

    # Tasks of daily life, and a word of one's own

    def _chosen_task(self) -> Task:
        return next(task for task in self._tasks() if task.name == self._task)

    def _games(self, among: Sequence[str] = ()) -> tuple[str, ...]:
        """Return the games that can be played: with one switch those that need no way to be led along."""
        games = rooms.all_games()
        found = among or tuple(games)
        return tuple(name for name in found if self.profile.scan_s <= 0 or games[name].skill in ONE_SWITCH)

    def _tasks(self) -> tuple[Task, ...]:
        """Return the tasks of daily life, each with those of its games that can be played."""
        tasks = [replace(task, games=self._games(task.games)) for task in rooms.all_tasks()]
        return tuple(task for task in tasks if task.games)

    def _show_task(self, name: str) -> None:
        self._task = name
        self._show("task")

    def _spell(self, what: str) -> None:
        """Turn the letters, take or erase one, or keep the word."""
        if what != "done":
            self._spelling = spelling.pressed(self._spelling, what)
            return
        self._keep(replace(self._kept, word=self._spelling.word))
        self._show("settings", screens.SETTINGS_PAGES - 1)

    # Sensor, screen, and what is felt by hand

    def _look_around(self, samples: Sequence[Sample]) -> None:
        """Lead the weighing, and ask about a thing that was plugged in."""
        if self._screen == "weigh":
            self._step_weighing(samples)
        if self._screen == "word":
            self._spelling = spelling.typed(self._spelling, samples)
        if self.activities.step(samples, self.now, self.profile):
            self._go_home()
        candidate = self.plugged.candidate if self.plugged else None
        if candidate is not None and self._screen in ("home", "settings", "weigh"):
            self._before_asking = (self._screen, self._page)
            self._show("ask")
        elif candidate is None and self._screen == "ask":  # it was pulled out again
            self._show(*self._before_asking)

    def _step_weighing(self, samples: Sequence[Sample]) -> None:
        """Let the weighing go on; another sensor is weighed from the beginning, and one without a number not at all."""
        there, span = self._sensor()
        serial = self.plugged.serial(self.wanted[0]) if self.plugged else ""
        if there and serial != self._weighed and self._weighing.step != "done":
            self._weighing, self._weighed = Weighing(), serial
        self._weighing = weighing.stepped(self._weighing, samples, self.now, there and bool(serial), span)
        if there and not serial:
            self._weighing = replace(self._weighing, note="nameless")

    def _sensor(self) -> tuple[bool, float]:
        """Return whether the force sensor answers, and the width of its range."""
        if self.plugged is None:
            return False, 0.0
        source = self.plugged.source(self.wanted[0], "")
        return source is not None and self.plugged.answers(self.wanted[0]), source.span if source else 0.0

    def _answered(self, yes: bool) -> None:
        if self.plugged is not None:
            self.plugged.confirm(yes)
        screen, page = self._before_asking
        self._show(screen if yes and screen != "home" else "settings" if yes else "home", page if yes else 0)

    def _weigh(self, what: str) -> None:
        """Do what was pressed while weighing; what came out is kept for this very sensor."""
        if what != "save":
            self._weighing = weighing.pressed(self._weighing, what, self.now)
            return
        serial = self.plugged.serial(self.wanted[0]) if self.plugged else ""
        self._weighing = weighing.finished(self._weighing, serial, self.logbook.today())
        if self._weighing.made is not None and self.plugged is not None:
            try:
                self.plugged.calibrated(self._weighing.made)
            except files.FilesError:
                self._trouble = "store.read-only"
                self._weighing = replace(self._weighing, note="unkept")

    def _resize_card(self, what: str) -> None:
        """Make the drawn card smaller or larger, in small steps after a turn, or keep its size for this screen."""
        if what != "fits":
            turned = self._card_way not in ("", what)
            self._card_step = FINE_STEP if turned else self._card_step
            ratio = 1 / self._card_step if what == "smaller" else self._card_step
            self._card, self._card_way = min(MOST_PER_MM, max(LEAST_PER_MM, self._card * ratio)), what
            return
        mm_per_px = 1 / (self.display.px_per_unit * self._card)
        self.display = replace(self.display, mm_per_px=mm_per_px)
        if self.plugged is not None:
            try:
                self.plugged.hardware.keep_screen(self.display.key, round(mm_per_px, 6), self.logbook.today())
            except files.FilesError:
                self._trouble = "store.read-only"
        self._show("settings", self._page)

    def _measured(self) -> tuple[str, ...]:
        """Return what was measured: the ``card`` of this screen, and the sensor by weights."""
        source = self.plugged.source(self.wanted[0], "") if self.plugged else None
        weighed = source is not None and source.calibration
        return ("card",) * (self.display.mm_per_px is not None) + ("weigh",) * bool(weighed)

    def _note_done(self) -> None:
        """Keep what was done without a score: what was felt away from the screen, and in the mirror."""
        kind, notes = self.activities.ended(self.now)
        if not kind:
            return
        header = {"kind": kind, "profile": asdict(self.profile), "program": {"blocks": []}}
        end = End(0, "done")
        self.logbook.begin(header)
        self.logbook.keep(Frame(lines=(*map(note_line, notes), end_line(end)), end=end))

    # The day

    @property
    def daily(self) -> Daily:
        """Return the day of who plays now, by the program that is prescribed."""
        profile = self.profile
        who = (profile.patient, str(profile.hand), self.grip_with)
        if self._daily is None or self._daily.who != who:
            self._daily = Daily.of(self.logbook, self._data_dir, *who)
        return self._daily

    def _to_day(
        self, wanted: tuple[Block, ...] = (), name: str = "", exploring: bool = False, continues: int | None = None
    ) -> None:  # fmt: skip
        """Look whether there may be practice, and ask how it is, before the program or ``wanted`` blocks are played."""
        if self.daily.hand and name != assessment.NAME:
            self._wish = replace(self._wish, hand=Side(self.daily.hand))
        self._continues = continues
        self.daily.begin(wanted, name, exploring, sensor=self.grip_with in SENSORS)
        self._show("day")

    def _in_day(self, action: str) -> None:
        came = self.daily.act(action)
        if came == "play" and self.daily.program is not None:
            self._play(self.daily.program, self._continues, asks=True)
        elif came == assessment.NAME:
            self._to_assess()
        elif came == "home":
            self._go_home()
        else:
            self._show("day")

    # The assessment

    def _hands(self) -> tuple[Side, ...]:
        """Return the hands to be assessed: the one that practises, then the other; or the one that was asked for."""
        if self._wish.assess and self._wish.hand:
            return (self._wish.hand,)
        usual = self.reception.profile if self.reception is not None and self.reception.open else self._kept
        own = Side(self.daily.hand) if self.daily.hand else usual.hand
        return own, own.other

    def _left_of(
        self, hand: Side, what: Callable[..., tuple[assessment.Item, ...]] = assessment.left
    ) -> tuple[assessment.Item, ...]:
        """Return the items that are left of a hand, or ``what`` of them, of those that can be done at all."""
        sittings, today = self.logbook.sittings(self.profile.patient), self.logbook.moment().day
        return what(self._possible(), sittings, str(hand), today)

    def _next_hand(self) -> Side | None:
        """Return the hand to go on with: first one with items that were never tried, then one with repeats."""
        parts, hands = (assessment.untried, assessment.once_more), self._hands()
        return next((hand for part in parts for hand in hands if self._left_of(hand, part)), None)

    def _possible(self) -> tuple[assessment.Item, ...]:
        return self.daily.to_assess(self.profile.scan_s > 0)

    def _to_assess(self, hand: Side | None = None) -> None:
        """Ask how it is, and then for the items that are left of a hand; show how far it is where none are left."""
        self._assessed = None
        hand = hand or self._next_hand()
        if hand is None:
            self._show("assess")
            return
        self._assessed = hand
        self._to_day(assessment.blocks(self._left_of(hand)), assessment.NAME)

    def _assess_overview(self) -> Scene:
        """Return how far each hand is, and the way to go on; the records are read once for it."""
        if self._overview is None:
            self._overview = self._read_overview()
        return self._overview

    def _read_overview(self) -> Scene:
        """Return how far each hand is, and the way to go on with the next one of which something is left."""
        of, rows = len(self._possible()), []
        for hand in self._hands():
            never, again = (len(self._left_of(hand, part)) for part in (assessment.untried, assessment.once_more))
            rows.append(assess_screens.Far(str(hand), of - never, of, again))
        shut = self.daily.shut
        following = self._next_hand()
        return assess_screens.overview(rows, following or "", shut if following or shut.startswith("guard.") else "")

    def _typed(self, samples: Sequence[Sample]) -> Sequence[Sample]:
        """Take in words that are typed; return what is left for the menu."""
        if self._screen == "day":
            return self.daily.typed(samples, self.profile)
        if self._screen == "goals" and self._goals is not None:
            self._goals = goal_screens.typed(self._goals, samples)
        return samples

    # Goals

    def _to_goals(self) -> None:
        """Show the patient's own goals and activities, and the milestones."""
        told, code = self.logbook.diary(self.profile.patient), self.profile.patient
        known, reached = goals_of(self._data_dir, code), self.daily.prescription.milestones
        rows = goals.attained(known, goals.ratings_of(told, known)).rows
        done = goals.mastery(reached, goals.reached(reached, told))
        self._goals, self._goals_told = goal_screens.start(rows, goals.activities(told), done), 0
        self._show("goals")

    def _goals_scene(self) -> Scene:
        assert self._goals is not None
        return focus.in_sight(goal_screens.scene(self._goals), self.profile)

    def _in_goals(self, action: str) -> None:
        """Do what a button of the goals says; each answer is kept at once."""
        if self._goals is None or action == "home":
            self._goals = None
            self._go_home()
            return
        self._goals = goal_screens.act(self._goals, action)
        answers = goal_screens.answers(self._goals)
        for kind, values in answers[self._goals_told :]:
            self.logbook.note(self.profile.patient, kind, values)
        self._goals_told = len(answers)
        self._show("goals")

    def _play_at_once(self, block: Block) -> None:
        """Play what the command line asks for, without questions; never on a day that is over, or against a lock."""
        allowed, daily = self.daily.allowed, self.daily
        forced = rooms.all_games()[block.game].skill in FORCES
        if daily.trouble or daily.is_unknown or daily.is_full:
            daily.close(BROKEN if daily.trouble else UNKNOWN if daily.is_unknown else "room.day")
            self._show("day")
            return
        if (not allowed.play and allowed.why != "unasked") or (forced and not daily.may_grip):
            daily.close(f"guard.{allowed.why}" if not allowed.play and allowed.why != "unasked" else "room.nothing")
            self._show("day")
            return
        if daily.standing.day not in ("unasked", "open") or daily.standing.plan != "steady":
            self._to_day((block,), "play")  # only with a check-in is it known what holds
            return
        self._play(replace(daily.frame, name="play", blocks=(block,)))

    # Sessions

    def _play_one(self, game: str) -> None:
        self._to_day((Block(game, self._wish.trials),), "play")

    @property
    def _is_assessing(self) -> bool:
        return self._assessed is not None and self.daily.is_assessing

    def _play(self, program: Program, continues: int | None = None, asks: bool = False) -> None:
        plan = self._plan(program)
        if asks:
            plan = replace(plan, day=self.daily.of_plan(), known=self.daily.known)
        self.session = Session(plan, rooms.everything() if self._is_assessing else rooms.all_games())
        self._session_from = self.now
        if self.plugged is not None and self.taps_with in PADS and not self.plugged.answers(self.taps_with):
            self._silent = (Sample("link.pads", 0.0, 0.0),)  # it was gone before the session could hear of it
        plugged = self.plugged.describe() if self.plugged else []
        devices = [{"kind": "keyboard"}, {"kind": "mouse"}, *plugged]
        self.logbook.begin({**to_header(plan), "devices": devices, "display": asdict(self.display)}, continues)

    def _plan(self, program: Program) -> Plan:
        seed = self._seed_of_now() if self._wish.seed is None else self._wish.seed
        kept = self.logbook.beliefs(self.profile.patient)
        beliefs = {key: rested(text, program, minutes) for key, (text, minutes) in kept.items()}
        tap = "switch" if self.profile.scan_s > 0 and self.taps_with == "keys" else self.taps_with
        played_with: dict[Skill, str] = {"tap": tap, "grip": self.grip_with, "trace": "mouse"}
        if self.profile.scan_s > 0:
            played_with["aim"] = "switch"
            suited = tuple(block for block in program.blocks if block.game in self._games())
            program = replace(program, blocks=suited or program.blocks)
        fingers = {key: text for key, text in self.logbook.fingers(self.profile.patient).items() if readable(text)}
        ladders = dict(self.daily.assess_ladders()) if self._is_assessing else rooms.all_ladders()
        program = program if self.profile.hurry else replace(program, speed=False)
        return Plan(seed, self.profile, program, ladders, played_with, beliefs, fingers=fingers)

    def _lead(self, session: Session, samples: Sequence[Sample]) -> tuple[Cue, ...]:
        begun_ms = to_ms(self._session_from)
        here = [replace(s, at_ms=max(0.0, s.at_ms - begun_ms)) for s in samples]
        hosted = [replace(s, at_ms=to_ms(self.now - self._session_from)) for s in self._hosted]
        frame = self.frame = session.tick([*self._silent, *here, *hosted], self._sources())
        self._silent = self._hosted = ()
        self.captions.hear(frame.cues, self.now)
        if frame.told or frame.trial or frame.end:
            self.daily.kept(frame)
        if session.care.day is None and frame.end is not None and frame.end.why:
            self.daily.note(Event("stop", why=frame.end.why))
        if frame.lines or frame.end:
            self.logbook.keep(frame)
        if frame.over:
            self.session = None
            self._wish = replace(self._wish, game="")
            self._used = self.now
            is_assessed, self._assessed = self._is_assessing, None
            self._show("home")
            if is_assessed and session.trials and not session.deserted:
                self._show("assess")
                return frame.cues
            if session.care.day is not None and session.trials and not session.deserted:
                self._celebrate(session)
                self.daily.look_back(self._milestones)
                self._show("day")
        return frame.cues

    def _celebrate(self, session: Session) -> None:
        """Keep each milestone that was reached, once and for ever."""
        scored = [t for t in session.trials if not session.plan.program.blocks[t.block].probe]
        told = self.logbook.diary(self.profile.patient)
        reached = goals.to_celebrate(self.daily.prescription.milestones, told, goals.blocks_of(scored))
        for milestone in reached:
            self.logbook.note(self.profile.patient, "milestone", goals.milestone_entry(milestone))
        self._milestones = tuple(
            ("next.milestone", (("game", f"@game.{m.game}"), ("rung", str(m.rung)))) for m in reached
        )

    def _sources(self) -> tuple[Source, ...]:
        """Return the sensors that are there now, as records name them."""
        if self.plugged is None:
            return ()
        known = [self.plugged.source(kind, self.profile.aid) for kind in (self.grip_with, self.taps_with)]
        return tuple(source for source in known if source is not None)

    def _go_on(self) -> None:
        """Go on with the practice that was cut off: the tries that are left of it."""
        if self._cut_off is None:
            return
        if self._cut_off.header["program"].get("name") == assessment.NAME:
            self._leave_cut_off()
            self._to_assess()
            return
        left = blocks_left(self._cut_off.header, self._cut_off.done)
        continues, self._cut_off = self._cut_off.id, None
        self._to_day(left, "again", continues=continues)

    def _leave_cut_off(self) -> None:
        if self._cut_off is not None:
            self.logbook.set_aside(self._cut_off.id)
            self._cut_off = None


def blocks_left(header: dict[str, Any], done: Sequence[int]) -> tuple[Block, ...]:
    """Return what is left of a program of which ``done[n]`` trials of block n were finished."""
    rows = header["program"]["blocks"]
    left = []
    for n, row in enumerate(rows):
        trials = row["trials"] - (done[n] if n < len(done) else 0)
        if trials > 0:
            left.append(Block(row["game"], trials, row.get("level"), row.get("explore", False)))
    return tuple(left)


def rested(text: str, program: Program, minutes: float) -> str:
    """Return a belief after a pause, as JSON; one that cannot be read is begun anew."""
    try:
        return adaptive.rest(Belief.from_json(text), program.aim, minutes).to_json()
    except ValueError:
        return adaptive.start(program.aim).to_json()


def readable(fingers: str) -> bool:
    """Tell whether what is known of single fingers can be read; else it is begun anew."""
    try:
        Fingers.from_json(fingers)
    except ValueError:
        return False
    return True


def changed(profile: Profile, what: str) -> Profile:
    """Return the profile with one setting moved on to its next choice."""
    moves: dict[str, Callable[[], dict[str, Any]]] = {
        "hand": lambda: {"hand": profile.hand.other},
        "language": lambda: {"language": _next(files.languages(), profile.language)},
        "palette": lambda: {"palette": _next(PALETTES, profile.palette)},
        "text": lambda: {"text_scale": _onwards(screens.TEXT_SIZES, profile.text_scale)},
        "sound": lambda: {"effects": 0.0 if profile.effects else 0.8},
        "calm": lambda: {"calm": not profile.calm},
        "captions": lambda: {"captions": not profile.captions},
        "read": lambda: {"read_aloud": not profile.read_aloud},
        "seen": lambda: {"unseen": UNSEEN[profile.unseen]},
        "scan": lambda: {"scan_s": _onwards(screens.SCANS, profile.scan_s)},
        "dwell": lambda: {"dwell_s": _onwards(screens.DWELLS, profile.dwell_s)},
        "debounce": lambda: {"debounce_ms": _onwards(screens.DEBOUNCES, profile.debounce_ms)},
        "cooldown": lambda: {"cooldown_ms": _onwards(screens.COOLDOWNS, profile.cooldown_ms)},
        "patience": lambda: {"patience": _onwards(screens.PATIENCE, profile.patience)},
        "hurry": lambda: {"hurry": not profile.hurry},
        "grip": lambda: {"grip": _next(OFFERED, profile.grip)},
        "taps": lambda: {"taps": _next(TAPS, profile.taps)},
        "aid": lambda: {"aid": _next(AIDS, profile.aid)},
        "tone": lambda: {"tone": not profile.tone},
    }
    return replace(profile, **moves[what]())


def _onwards(steps: Mapping[float, str], now: float) -> float:
    """Return the step after the one that ``now`` is nearest to."""
    known = sorted(steps)
    nearest = min(known, key=lambda step: abs(step - now))
    return known[(known.index(nearest) + 1) % len(known)]


def _next(among: Sequence[str], now: str) -> str:
    return among[(among.index(now) + 1) % len(among)] if now in among else among[0]
