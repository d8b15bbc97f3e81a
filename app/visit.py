"""Lead one visit to the program: home, picking a game, settings, and the sessions that are played.

It is stepped by ticks like a session and shown as scenes, so that every screen is tested without a display.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import files, rooms, settings
from app.activities import ACTIVITIES, EXPLORE, UNSCORED, Activities
from app.asked import Asked
from app.logbook import Logbook
from engine import adaptive, menu, screens, sensor_screens, spelling, weighing
from engine.adaptive import Belief
from engine.fingers import Fingers
from engine.fitting import Firm, Greatest, Tare
from engine.game import Cue, Skill
from engine.hand import Side
from engine.phases import After, Playing
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
from engine.ticks import to_ms
from engine.weighing import Weighing

if TYPE_CHECKING:
    from app.plugged import Plugged
    from app.store import Unfinished

DWELL_S, SCAN_S = 1.0, 2.5
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
    """What was asked for on the command line: a game, its trials and level, a seed and what it is played with."""

    game: str = ""
    trials: int = 10
    level: int | None = None
    seed: int | None = None
    device: Asked | None = None
    hand: Side | None = None


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
        seed_of_now: Callable[[], int] = lambda: 1,
    ) -> None:  # fmt: skip
        self.logbook = logbook
        self.now = 0
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
        self.activities = Activities()
        self._before_asking = ("home", 0)
        self._weighed = ""
        self._silent: tuple[Sample, ...] = ()
        self._first_time = not settings.are_kept(data_dir)

    @property
    def profile(self) -> Profile:
        """Return who plays now: the settings that are kept, the hand that was asked for, the screen as measured."""
        here = replace(self._kept, units_per_mm=self.display.units_per_mm or self._kept.units_per_mm)
        return replace(here, hand=self._wish.hand) if self._wish.hand else here

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
        if self._wish.game:
            self._play((Block(self._wish.game, self._wish.trials, self._wish.level),), "play")
        elif self._first_time and self._screen == "home" and self.session is None:
            self._show("first")
        elif self._cut_off is not None and self._screen == "home" and self.session is None:
            self._show("again")

    def tick(self, samples: Sequence[Sample] = ()) -> tuple[Cue, ...]:
        """Let one tick pass; return what is to be heard."""
        self.now += 1
        self.frame = None
        if self.session is not None:
            return self._lead(self.session, samples)
        self._look_around(samples)
        buttons = self._bare_scene().buttons
        self._menu, action = menu.step(
            self._menu, buttons, self.activities.for_menu(samples, self.profile), self.now, self.profile
        )
        if any(s.channel == "key.ESCAPE" and s.value > 0 for s in samples) and self._screen != "home":
            action = "home"
        if not action:
            return ()
        self._act(action)
        return (Cue("press"),)

    def close(self) -> None:
        """End the session under way because the window closes; nothing that was done is lost."""
        if self.session is not None:
            self.logbook.keep(self.session.close())
            self.session = None
        self._note_done()
        self.logbook.close()

    def scene(self) -> Scene:
        """Return what is to be seen now."""
        if self.session is not None:
            return self.session.scene() + self._trouble_note()
        bare = self._bare_scene()
        buttons = menu.shown(self._menu, bare.buttons, self.now, self.profile)
        others = tuple(shape for shape in bare.shapes if not isinstance(shape, Button))
        return replace(bare, shapes=others + buttons)

    # Screens

    def _bare_scene(self) -> Scene:
        candidate = self.plugged.candidate if self.plugged else None
        if self._screen == "again" and self._cut_off is not None:
            return screens.again(self._cut_off.trials)
        if self._screen == "ask" and candidate is not None:
            return sensor_screens.ask(candidate.name)
        made: dict[str, Callable[[], Scene]] = {
            "first": screens.first_hand,
            "leaving": screens.leaving,
            "pick": lambda: screens.pick((*rooms.all_games(), *ACTIVITIES), self._page),
            EXPLORE: lambda: screens.edges(rooms.with_edges(), self._page),
            "tasks": lambda: screens.tasks([task.name for task in rooms.all_tasks()], self._page),
            "task": lambda: screens.task(self._task, self._chosen_task().games),
            "word": lambda: screens.word(self._spelling),
            "settings": lambda: screens.settings(self.profile, self._page, self._measured()),
            "weigh": lambda: sensor_screens.weigh(self._weighing),
            "card": lambda: sensor_screens.card(self._card),
            **dict.fromkeys(UNSCORED, self._activity),
        }
        if self._screen in made:
            return made[self._screen]()
        return screens.home(self._trouble or self.logbook.trouble or self.device_trouble)

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
        self._screen, self._page = screen, page
        self._menu = menu.opened(self.now, self._menu.keyed)

    def _act(self, action: str) -> None:
        """Do what a button says: a verb, and for some what it is about."""
        verb, _, what = action.partition(" ")
        deeds: dict[str, Callable[[], object]] = {
            "play": lambda: self._begin(what) if what in ACTIVITIES else self._play_one(what),
            "practice": lambda: self._play(rooms.built_in_program().blocks, "gentle"),
            "again": self._go_on,
            "pick": lambda: self._show("pick"),
            "tasks": lambda: self._show("tasks"),
            "task": lambda: self._show_task(what),
            "edge": lambda: self._play((Block(what, explore=True),), EXPLORE),
            "all": lambda: self._play(tuple(Block(game, TASK_TRIALS) for game in self._chosen_task().games), what),
            "word": lambda: self._spell(what),
            "settings": lambda: self._show("settings"),
            "more": self._turn_page,
            "set": lambda: self._set(what),
            "hand": lambda: self._choose_hand(Side(what)),
            "home": self._go_home,
            "leave": lambda: self._show("leaving"),
            "quit": self._quit,
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
            "pick": len(rooms.all_games()) + len(ACTIVITIES),
            "tasks": len(rooms.all_tasks()),
            EXPLORE: len(rooms.with_edges()),
            "touch": len(TOUCHED),
        }
        pages = -(-counts[self._screen] // 3)
        self._show(self._screen, (self._page + 1) % pages)

    def _go_home(self) -> None:
        if self._screen == "again":
            self._leave_cut_off()
        self._note_done()
        self._show("home")

    def _choose_hand(self, hand: Side) -> None:
        self._keep(replace(self._kept, hand=hand))
        self._show("again" if self._cut_off is not None else "home")

    def _quit(self) -> None:
        self.quitting = True

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
        self._kept = profile
        try:
            settings.save(self._data_dir, profile)
        except files.FilesError:
            self._trouble = "store.read-only"

    # What is done without a score

    def _begin(self, activity: str) -> None:
        self.activities.begin(activity, self.now, self._seed_of_now())
        self._show(activity)

    def _activity(self) -> Scene:
        return self.activities.scene(self._screen, self._page, self.now, self.profile)

    # Tasks of daily life, and a word of one's own

    def _chosen_task(self) -> Task:
        return next(task for task in rooms.all_tasks() if task.name == self._task)

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

    # Sessions

    def _play_one(self, game: str) -> None:
        self._play((Block(game, self._wish.trials),), "play")

    def _play(self, blocks: tuple[Block, ...], name: str, continues: int | None = None) -> None:
        program = replace(rooms.built_in_program(), name=name, blocks=blocks)
        plan = self._plan(program)
        self.session = Session(plan, rooms.all_games())
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
        fingers = {key: text for key, text in self.logbook.fingers(self.profile.patient).items() if readable(text)}
        ladders = rooms.all_ladders()
        return Plan(seed, self.profile, program, ladders, played_with, beliefs, fingers=fingers)

    def _lead(self, session: Session, samples: Sequence[Sample]) -> tuple[Cue, ...]:
        begun_ms = to_ms(self._session_from)
        here = [replace(s, at_ms=max(0.0, s.at_ms - begun_ms)) for s in samples]
        frame = self.frame = session.tick([*self._silent, *here], self._sources())
        self._silent = ()
        if frame.lines or frame.end:
            self.logbook.keep(frame)
        if frame.over:
            self.session = None
            self._wish = replace(self._wish, game="")
            self._show("home")
        return frame.cues

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
        left = blocks_left(self._cut_off.header, self._cut_off.done)
        continues, self._cut_off = self._cut_off.id, None
        self._play(left or rooms.built_in_program().blocks, "again", continues)

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
        "text": lambda: {"text_scale": 1.0 if profile.text_scale > 1 else 1.25},
        "sound": lambda: {"effects": 0.0 if profile.effects else 0.8},
        "calm": lambda: {"calm": not profile.calm},
        "seen": lambda: {"unseen": Side.RIGHT if profile.seen is Side.RIGHT else None},
        "scan": lambda: {"scan_s": 0.0 if profile.scan_s else SCAN_S},
        "dwell": lambda: {"dwell_s": 0.0 if profile.dwell_s else DWELL_S},
        "grip": lambda: {"grip": _next(OFFERED, profile.grip)},
        "taps": lambda: {"taps": _next(TAPS, profile.taps)},
        "aid": lambda: {"aid": _next(AIDS, profile.aid)},
        "tone": lambda: {"tone": not profile.tone},
    }
    return replace(profile, **moves[what]())


def _next(among: Sequence[str], now: str) -> str:
    return among[(among.index(now) + 1) % len(among)] if now in among else among[0]
