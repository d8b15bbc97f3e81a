"""Lead who is practising: tiles, the PIN, a new patient, wiping between two, and the way out of a kiosk.

It is stepped by ticks beside a visit and shown in its place while it is open.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Literal

from app import audit
from app.files import FilesError
from app.patients import CLINIC, Patients
from engine import focus, menu, screens, who_screens
from engine.hand import Side
from engine.profile import Profile
from engine.sample import Sample
from engine.scene import Button, Scene
from engine.ticks import TICKS_PER_S, seconds
from engine.who_screens import LEAST_PIN, LONGEST_PIN, PAGE

LEAVE, PROGRAM, CLEAR = "leave", "program", "clear"  # what the staff's PIN is asked for
IDLE_S, PAD_IDLE_S, STILL_S = 300.0, 60.0, 3.0
DIGIT_KEYS = {f"{row}_{n}": str(n) for row in ("KEY", "NUM") for n in range(10)}
ENTER_KEYS = {"ENTER", "RETURN", "NUM_ENTER"}
INPUTS = ("key.", "mouse")
Screen = Literal["inside", "tiles", "pin", "wipe", "pictures", "hand", "leaving"]


@dataclass(frozen=True, slots=True)
class Arrived:
    """Somebody is here now: from now on everything is theirs."""

    code: str
    profile: Profile


@dataclass(frozen=True, slots=True)
class Granted:
    """Something was asked for and may be done: ``LEAVE`` or ``PROGRAM``."""

    what: str


Came = Arrived | Granted | None


class Reception:
    """Who is here, and the screens until that is known; ``trouble`` is the key of what could not be kept, or ""."""

    def __init__(self, patients: Patients, kiosk: bool = False, start: str = "", idle_s: float = IDLE_S) -> None:
        """Open at once, unless one person alone uses this computer, or ``start`` is the code of who is meant."""
        self.patients, self.kiosk = patients, kiosk
        self.here = ""
        self.trouble = ""
        self._idle_s = idle_s
        self.refresh()
        self._profile = self._house
        self._screen: Screen = "tiles"
        self._page = 0
        self._wanted = ""  # whose tile was pressed
        self._asked = ""  # what the staff's PIN is asked for
        self._before: tuple[Screen, str] = ("tiles", "")
        self._pin, self._told = "", ""
        self._typing = False
        self._picture = ""
        self._last = ""  # who was here before
        self._still_since = self._used = 0
        self._until: dict[str, int] = {}
        self._menu = menu.opened(0)
        self._start(start)

    def _start(self, start: str) -> None:
        if start:
            self._choose(self.patients.card(start).code, 0)
        elif not self.kiosk and not self._cards:
            self.here, self._screen = self._house.patient, "inside"
        elif not self.kiosk and len(self._cards) == 1:
            self._choose(self._cards[0].code, 0)

    # What is asked from outside

    @property
    def open(self) -> bool:
        """Tell whether the screens of the reception are shown, in the place of everything else."""
        return self._screen != "inside"

    @property
    def several(self) -> bool:
        """Tell whether there is somebody to change to."""
        return self.kiosk or len(self._cards) > 1

    @property
    def profile(self) -> Profile:
        """Return whose language, palette and ways of pressing count now: who is meant, or those of the house."""
        return self._profile

    @property
    def may_leave(self) -> bool:
        """Tell whether the window may close without a question."""
        return not (self.kiosk and self.patients.has_pin(CLINIC))

    def idle(self, now: int) -> bool:
        """Tell whether nobody did anything for so long that the screen is to be locked."""
        private = self.kiosk or any(card.locked for card in self._cards if card.code == self.here)
        return not self.open and private and now - self._used >= seconds(self._idle_s)

    def scene(self, now: int) -> Scene:
        """Return what is to be seen while the reception is open."""
        bare = self._bare(now)
        buttons = menu.shown(self._menu, bare.buttons, now, self._profile)
        others = tuple(shape for shape in bare.shapes if not isinstance(shape, Button))
        return replace(bare, shapes=others + buttons)

    # What happens

    def refresh(self) -> None:
        """Look at the files again, after a PIN was set or somebody was added."""
        self._cards, self._house = self.patients.all(), self.patients.house()
        self._free, self._staff = self.patients.free_pictures(), self.patients.has_pin(CLINIC)

    def tick(self, samples: Sequence[Sample], now: int, at_home: bool = True) -> Came:
        """Let one tick pass and return who came or what was granted.

        While the reception is not open it only watches for the time without input; that counts where the visit is
        ``at_home``, and not while there is practice.
        """
        if not at_home or any(sample.channel.startswith(INPUTS) for sample in samples):
            self._used = now
        if not self.open:
            if self.idle(now):
                self.lock(now)
            return None
        self._rest(samples, now)
        came: Came = None
        for action in self._actions(samples, now):
            came = self.act(action, now) or came
        return came

    def act(self, action: str, now: int) -> Came:
        """Do what a button says; what is not on this screen does nothing."""
        verb, _, what = action.partition(" ")
        there = {button.action for button in self._bare(now).buttons}
        if action not in there:
            return None
        deeds: dict[str, Callable[[], Came]] = {
            "who": lambda: self._choose(what, now),
            "new": lambda: self._show("pictures", now),
            "picture": lambda: self._take_picture(what, now),
            "hand": lambda: self._admit(Side(what), now),
            "more": lambda: self._turn(1, now),
            "back": lambda: self._back(now),
            "digit": lambda: self._type(what),
            "erase": lambda: self._erase(),
            "enter": lambda: self._enter(now),
            "staff": lambda: self._ask_staff(CLEAR, now),
            "wiped": lambda: self._wiped(now),
            "leave": lambda: self.leave(now),
            "home": lambda: self._to_tiles(now),
            "quit": lambda: Granted(LEAVE),
        }
        return deeds[verb]()

    def lock(self, now: int) -> None:
        """Go back to the tiles after idle time, or to the PIN where there is one person only."""
        self.change(now)
        if not self.several and self._cards:
            self._choose(self._cards[0].code, now)

    def change(self, now: int) -> None:
        """Go back to the tiles, so that somebody else may come, or somebody new."""
        self._last = self.here or self._last
        self.here = ""
        self.refresh()
        self._to_tiles(now)

    def leave(self, now: int) -> None:
        """Ask for the way out: the staff's PIN in a kiosk, else a plain question."""
        if self.may_leave:
            self._show("leaving", now)
        else:
            self._ask_staff(LEAVE, now)

    def ask_program(self, now: int) -> Came:
        """Ask whether a program may be changed: ``Granted`` at once where the staff has no PIN."""
        if not self.patients.has_pin(CLINIC):
            return Granted(PROGRAM)
        self._ask_staff(PROGRAM, now)
        return None

    # Screens

    def _bare(self, now: int) -> Scene:
        made: dict[Screen, Callable[[], Scene]] = {
            "tiles": lambda: who_screens.tiles(self._cards, self._page, self.trouble),
            "pin": lambda: self._pad(now),
            "wipe": lambda: who_screens.wipe(now - self._still_since >= seconds(STILL_S)),
            "pictures": lambda: who_screens.pictures(self._free, self._page),
            "hand": who_screens.hand,
            "leaving": screens.leaving,
        }
        shown = made[self._screen]() if self._screen in made else Scene("sunrise")
        return focus.in_sight(shown, self._profile)

    def _pad(self, now: int) -> Scene:
        left_s = max(0, self._free_at(self._key, now) - now) / TICKS_PER_S
        if self._asked:
            return who_screens.pin_pad(self._profile, "who.clinic", len(self._pin), self._told, left_s)
        tile = next((card for card in self._cards if card.code == self._wanted), None)
        asks = ("who.pin", len(self._pin), self._told, left_s)
        return who_screens.pin_pad(self._profile, *asks, tile, self._staff, "back" if self.several else "leave")

    def _show(self, screen: Screen, now: int, page: int = 0) -> None:
        self._screen, self._page = screen, page
        self._pin, self._told = "", ""
        self._still_since = now
        self._menu = menu.opened(now, self._menu.keyed)

    def _to_tiles(self, now: int) -> None:
        self._wanted, self._asked, self._profile = "", "", self._house
        self._show("tiles", now)

    def _turn(self, by: int, now: int) -> None:
        count = len(self._free if self._screen == "pictures" else self._cards)
        self._show(self._screen, now, (self._page + by) % max(1, -(-count // PAGE)))

    def _back(self, now: int) -> None:
        if self._screen == "tiles":
            self._turn(-1, now)
        elif self._asked:
            screen, self._asked = self._before[0], ""
            self._show(screen, now)
        else:
            self._to_tiles(now)

    def _rest(self, samples: Sequence[Sample], now: int) -> None:
        """Note when the screen was last wiped, and leave no half-typed PIN behind."""
        done = self._bare(now).buttons if self._screen == "wipe" else ()
        touches = [sample for sample in samples if sample.channel == "mouse" and sample.value > 0]
        beside = any(not button.holds(touch.x, touch.y) for touch in touches for button in done)
        if beside or (touches and not done) or (self._menu.pressed and self._menu.aimed != "wiped"):
            self._still_since = now
        if self._screen != "tiles" and now - self._used >= seconds(PAD_IDLE_S) and (self.several or self._pin):
            self._used = now
            if self.several:
                self._to_tiles(now)
            else:
                self._pin = ""

    # What was pressed or typed

    def _actions(self, samples: Sequence[Sample], now: int) -> list[str]:
        """Return what keys and buttons say; Enter after typed digits is OK, not the button in focus."""
        said = [(sample, self._key_says(sample)) for sample in samples]
        others = [sample for sample, action in said if not action]
        self._menu, chosen = menu.step(self._menu, self._bare(now).buttons, others, now, self._profile)
        if chosen:
            self._typing = False
        return [action for _, action in said if action] + [chosen] * bool(chosen)

    def _key_says(self, sample: Sample) -> str:
        kind, _, name = sample.channel.partition(".")
        if kind != "key" or sample.value <= 0:
            return ""
        if name == "ESCAPE":
            return "home" if self._screen == "leaving" else "back" if self._screen != "tiles" else ""
        if self._screen != "pin":
            return ""
        if name in DIGIT_KEYS:
            self._typing = True
            return f"digit {DIGIT_KEYS[name]}"
        if name == "BACKSPACE":
            return "erase"
        return "enter" if name in ENTER_KEYS and self._typing else self._other_key()

    def _other_key(self) -> str:
        self._typing = False
        return ""

    def _type(self, digit: str) -> None:
        self._pin, self._told = (self._pin + digit)[:LONGEST_PIN], ""

    def _erase(self) -> None:
        self._pin = self._pin[:-1]

    # Somebody arrives

    def _choose(self, code: str, now: int) -> Came:
        """Go on after a tile: wipe if somebody else was here, ask for the PIN if there is one."""
        self._wanted, self._profile = code, self.patients.profile(code)[0]
        if self.kiosk and self._last not in ("", code):
            self._show("wipe", now)
            return None
        return self._wiped(now)

    def _wiped(self, now: int) -> Came:
        self._last = ""
        if self.patients.has_pin(self._wanted):
            self._show("pin", now)
            return None
        return self._arrive(now)

    def _arrive(self, now: int) -> Came:
        self.here, self._wanted, self._asked = self._wanted, "", ""
        self.trouble = ""
        self._used = now
        self._show("inside", now)
        return Arrived(self.here, self._profile)

    def _take_picture(self, picture: str, now: int) -> None:
        self._picture = picture
        self._show("hand", now)

    def _admit(self, hand: Side, now: int) -> Came:
        try:
            card = self.patients.add(self._picture, replace(self.patients.newcomer(), hand=hand))
        except FilesError as error:
            self.trouble = "store.full" if error.message_key == "files.full" else "store.read-only"
            self._to_tiles(now)
            return None
        audit.note(self.patients.data_dir, "patient.added", {"hand": str(hand)}, patient=card.code, role=audit.PATIENT)
        self.refresh()
        return self._choose(card.code, now)

    # PINs

    @property
    def _key(self) -> str:
        return CLINIC if self._asked else self._wanted

    def _ask_staff(self, what: str, now: int) -> None:
        if not self._asked:
            self._before = (self._screen, self._wanted)
        self._asked = what
        self._show("pin", now)

    def _free_at(self, key: str, now: int) -> int:
        """Return the tick from which a PIN is looked at: the wall clock tells it once, then ticks count."""
        if key not in self._until:
            self._until[key] = now + ceil(self.patients.left_s(key) * TICKS_PER_S)
        return self._until[key]

    def _enter(self, now: int) -> Came:
        pin, self._pin, key = self._pin, "", self._key
        if len(pin) < LEAST_PIN:
            return None
        checked = self.patients.check_pin(key, pin, waited=True)
        self._until[key] = now + ceil(checked.left_s * TICKS_PER_S)
        if not checked.right:
            self._told = "who.wrong"
            return None
        return self._granted(now) if self._asked else self._arrive(now)

    def _granted(self, now: int) -> Came:
        what, self._asked = self._asked, ""
        if what == CLEAR:
            self.patients.forgive(self._wanted)
            self._until.pop(self._wanted, None)
            return self._arrive(now)
        self._show(self._before[0], now)
        return Granted(what)
