"""Lead one visit to the program: home, picking a game, settings, and the sessions that are played.

It is stepped by ticks like a session and shown as scenes, so that every screen is tested without a display.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import files, rooms, settings
from app.logbook import Logbook
from engine import adaptive, menu, screens
from engine.adaptive import Belief
from engine.fingers import Fingers
from engine.fitting import Firm, Tare
from engine.game import Cue, Skill
from engine.hand import Side
from engine.phases import After, Playing
from engine.plan import Plan, to_header
from engine.profile import GRIPS, PALETTES, Profile
from engine.program import Block, Program
from engine.sample import Sample
from engine.scene import Bar, Button, Scene, Words
from engine.session import Session
from engine.ticks import to_ms

if TYPE_CHECKING:
    from app.store import Unfinished

DWELL_S, SCAN_S = 1.0, 2.5


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line: a game, its trials and level, a seed and what the cup is held with."""

    game: str = ""
    trials: int = 10
    level: int | None = None
    seed: int | None = None
    grip: str = ""
    hand: Side | None = None


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
        self._data_dir = data_dir
        self._wish = wish or Wish()
        self._kept = profile
        self.devices: Callable[[], list[dict[str, object]]] = list
        self._seed_of_now = seed_of_now
        self._screen = "home"
        self._page = 0
        self._menu = menu.opened(0)
        self._session_from = 0
        self._cut_off: Unfinished | None = None
        self._note = ""
        self._first_time = not settings.are_kept(data_dir)

    @property
    def profile(self) -> Profile:
        """Return who plays now: the settings that are kept, with the hand that was asked for this time only."""
        return replace(self._kept, hand=self._wish.hand) if self._wish.hand else self._kept

    @property
    def grip_with(self) -> str:
        """Return what forces come from: the command line's wish, or the profile's choice."""
        return self._wish.grip or self.profile.grip

    @property
    def pictures(self) -> tuple[str, ...]:
        """Return the names of the pictures that will be needed soon."""
        return self.session.game.pictures if self.session is not None else ()

    def ready(self) -> None:
        """Look at the records, once the first picture is on the screen: was the last practice cut off?"""
        self.logbook.open()
        self._note = self.logbook.trouble
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
        if self.session is not None:
            return self._lead(self.session, samples)
        self._menu, action = menu.step(self._menu, self._bare_scene().buttons, samples, self.now, self.profile)
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
        if self._screen == "again" and self._cut_off is not None:
            return screens.again(self._cut_off.trials)
        if self._screen == "first":
            return screens.first_hand()
        if self._screen == "leaving":
            return screens.leaving()
        if self._screen == "pick":
            return screens.pick(tuple(rooms.all_games()), self._page)
        if self._screen == "settings":
            return screens.settings(self.profile, self._page)
        return screens.home(self._note or self.logbook.trouble or self.device_trouble)

    def _trouble_note(self) -> tuple[Bar | Words, ...]:
        """Return a line at the foot of the stage while something is wrong with a device or the records."""
        key = self.logbook.trouble or self.device_trouble
        if not key or self.session is None or not isinstance(self.session.phase, Playing | After | Tare | Firm):
            return ()
        return (Bar(800, 38, 1300, 68, "card", 28, "warn", 5), Words(key, 800, 38, 28, width=1240, lines=2))

    def _show(self, screen: str, page: int = 0) -> None:
        self._screen, self._page = screen, page
        self._menu = menu.opened(self.now, self._menu.keyed)

    def _act(self, action: str) -> None:
        """Do what a button says: a verb, and for some what it is about."""
        verb, _, what = action.partition(" ")
        deeds: dict[str, Callable[[], object]] = {
            "play": lambda: self._play((Block(what, self._wish.trials),), "play"),
            "practice": lambda: self._play(rooms.built_in_program().blocks, "gentle"),
            "again": self._go_on,
            "pick": lambda: self._show("pick"),
            "settings": lambda: self._show("settings"),
            "more": self._turn_page,
            "set": lambda: self._set(what),
            "hand": lambda: self._choose_hand(Side(what)),
            "home": self._go_home,
            "leave": lambda: self._show("leaving"),
            "quit": self._quit,
        }
        deeds[verb]()

    def _turn_page(self) -> None:
        pages = screens.SETTINGS_PAGES if self._screen == "settings" else -(-len(rooms.all_games()) // 3)
        self._show(self._screen, (self._page + 1) % pages)

    def _go_home(self) -> None:
        if self._screen == "again":
            self._leave_cut_off()
        self._show("home")

    def _choose_hand(self, hand: Side) -> None:
        self._keep(replace(self._kept, hand=hand))
        self._show("again" if self._cut_off is not None else "home")

    def _quit(self) -> None:
        self.quitting = True

    def _set(self, what: str) -> None:
        if what == "hand":
            self._keep(changed(self.profile, what))
            self._wish = replace(self._wish, hand=None)
        else:
            self._keep(changed(self._kept, what))

    def _keep(self, profile: Profile) -> None:
        """Keep the settings; where nothing can be written they hold for this visit."""
        self._kept = profile
        try:
            settings.save(self._data_dir, profile)
        except files.FilesError:
            self._note = "store.read-only"

    # Sessions

    def _play(self, blocks: tuple[Block, ...], name: str, continues: int | None = None) -> None:
        program = replace(rooms.built_in_program(), name=name, blocks=blocks)
        plan = self._plan(program)
        self.session = Session(plan, rooms.all_games())
        self._session_from = self.now
        self.logbook.begin({**to_header(plan), "devices": self.devices()}, continues)

    def _plan(self, program: Program) -> Plan:
        seed = self._seed_of_now() if self._wish.seed is None else self._wish.seed
        kept = self.logbook.beliefs(self.profile.patient)
        beliefs = {key: rested(text, program, minutes) for key, (text, minutes) in kept.items()}
        tap = "switch" if self.profile.scan_s > 0 else "keys"
        played_with: dict[Skill, str] = {"tap": tap, "grip": self.grip_with, "trace": "mouse"}
        fingers = {key: text for key, text in self.logbook.fingers(self.profile.patient).items() if readable(text)}
        ladders = rooms.all_ladders()
        return Plan(seed, self.profile, program, ladders, played_with, beliefs, fingers=fingers)

    def _lead(self, session: Session, samples: Sequence[Sample]) -> tuple[Cue, ...]:
        begun_ms = to_ms(self._session_from)
        frame = session.tick([replace(s, at_ms=max(0.0, s.at_ms - begun_ms)) for s in samples])
        if frame.lines or frame.end:
            self.logbook.keep(frame)
        if frame.over:
            self.session = None
            self._wish = replace(self._wish, game="")
            self._show("home")
        return frame.cues

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
            left.append(Block(row["game"], trials, row.get("level")))
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
        "grip": lambda: {"grip": _next(GRIPS, profile.grip)},
    }
    return replace(profile, **moves[what]())


def _next(among: Sequence[str], now: str) -> str:
    return among[(among.index(now) + 1) % len(among)] if now in among else among[0]
