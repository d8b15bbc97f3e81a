"""Show a visit in a window: real keys and pointer in, fixed ticks, painted scenes, sounds."""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import arcade

from app import pulse, rooms
from app.broadcast import Broadcast
from app.logbook import Logbook
from app.painter import Painter
from app.plugged import Plugged
from app.reception import Reception
from app.speaker import Speaker
from app.texts import load
from app.visit import Display, Visit, Wish
from app.voice import Voice
from devices.keyboard import Keyboard
from devices.mouse import Mouse
from engine.game import Cue
from engine.sample import Sample
from engine.scene import STAGE_H, STAGE_W
from engine.ticks import TICKS_PER_S, to_ms

WIDTH, HEIGHT = 1280, 720
LEAST_WIDTH, LEAST_HEIGHT = 640, 360
LONGEST_STALL_S = 0.25
AWAKE, STILL = (1 / 120, 1 / 60), (1 / 20, 1 / 4)  # seconds from look to look, and from picture to picture
LOOK_MS = 2000.0
SPARKLING = {"hit-1", "hit-2", "hit-3", "hit-4", "hit-5", "arrive", "splash", "bloom", "cadence"}
KEY_NAMES = {
    value: name
    for name, value in vars(arcade.key).items()
    if isinstance(value, int) and name.isupper() and not name.startswith(("MOD_", "MOTION_"))
}


class Window(arcade.Window):
    """The window of a visit. Time is kept here: a stall is cut off, so that no game runs away after it."""

    def __init__(
        self, visit: Visit, data_dir: Path, wish: Wish | None = None, fullscreen: bool = False, lsl_out: bool = False
    ) -> None:
        super().__init__(
            WIDTH, HEIGHT, "Regrasp", fullscreen=fullscreen, resizable=True, update_rate=AWAKE[0], antialiasing=False,
            draw_rate=AWAKE[1], center_window=True, vsync=True,
        )  # fmt: skip
        self.set_minimum_size(LEAST_WIDTH, LEAST_HEIGHT)
        self.visit = visit
        self.keys, self.pointer = Keyboard(), Mouse()
        self._began = time.perf_counter()
        self._pulse = pulse.now()
        self._still, self._rates = pulse.Stillness(self._began), AWAKE
        self._dropped_s = 0.0
        self._ticked = 0
        self._due: list[Sample] = []
        self.plugged = visit.plugged = Plugged(data_dir, self.now_ms, wish.device if wish else None)
        self._broadcast = Broadcast(self.now_ms, visit.profile) if lsl_out else None
        self._controllers = Controllers(self.plugged, self.now_ms)
        self._speaker, self._voice = Speaker(), Voice()
        self._leading = False  # whether an activity is led by the voice
        visit.reader.has_voice = self._voice.is_there(visit.profile.language)
        self._look = self._wanted_look()
        self._painter = Painter(self.ctx, *self._look)
        self._painted = 0

    def now_ms(self) -> float:
        """Return the visit's time in milliseconds: host time less what stalls took."""
        return (time.perf_counter() - self._began - self._dropped_s) * 1000

    # Time

    def on_update(self, delta_time: float) -> None:
        """Step the visit up to now."""
        last, self._pulse = self._pulse, pulse.now()
        missed_s = pulse.missed_s(last, self._pulse)
        if missed_s:
            self.visit.slept(missed_s)
        self.plugged.want(self.visit.profile, *self.visit.wanted)
        self._controllers.look()
        behind_s = self.now_ms() / 1000 - self._ticked / TICKS_PER_S
        if behind_s > LONGEST_STALL_S:
            self._dropped_s += behind_s - LONGEST_STALL_S
        now_ms = self.now_ms()
        # What happened before a stall was cut off carries a time that has not come yet: STOP must not wait for it.
        self._due = [replace(s, at_ms=min(s.at_ms, now_ms)) for s in (*self._due, *self._polled(now_ms))]
        self._due.sort(key=lambda sample: sample.at_ms)
        if any(sample.channel.startswith(("key", "mouse", "pad")) for sample in self._due):
            self._wake()
        while to_ms(self._ticked + 1) <= now_ms:
            self._ticked += 1
            samples = self._taken(to_ms(self._ticked))
            self._heard(self.visit.tick(samples))
            self._speak(self.visit.activities.spoken)
            self._read_aloud()
            if self._broadcast is not None and self.visit.frame is not None:
                self._broadcast.tell(samples, self.visit.frame)
        self._painter.advance(delta_time)
        if self.visit.quitting:
            self.on_close()

    def _speak(self, key: str) -> None:
        """Say a line, unless sounds are off; where an activity is over its voice is silent too."""
        profile = self.visit.profile
        if key and profile.effects:
            self._voice.say(load(profile.language).say(key), profile.language)
            self._leading = True
        elif self._leading and not self.visit.activities.under_way:
            self._voice.hush()
            self._leading = False

    def _read_aloud(self) -> None:
        """Say the sentence of a screen that opens, where that is wanted and there is a voice."""
        line, language = self.visit.reading(), self.visit.profile.language
        if line is not None:
            self._voice.say(load(language).say(*line), language)

    def _polled(self, now_ms: float) -> list[Sample]:
        felt = [*self.keys.poll(now_ms), *self.pointer.poll(now_ms), *self.plugged.poll(now_ms)]
        told = self._broadcast.trouble if self._broadcast is not None else ""
        self.visit.device_trouble = self.plugged.message() or told or self._speaker.trouble
        return felt

    def _taken(self, until_ms: float) -> Sequence[Sample]:
        """Take the samples that happened up to a tick."""
        n = sum(sample.at_ms <= until_ms for sample in self._due)
        taken, self._due = self._due[:n], self._due[n:]
        return taken

    def _heard(self, cues: Sequence[Cue]) -> None:
        profile = self.visit.profile
        for cue in cues:
            self._speaker.play(cue, profile.effects)
            if cue.name in SPARKLING:
                self._painter.burst(cue.x, cue.y, cue.name, profile.calm)

    # Pictures

    def _wanted_look(self) -> tuple[str, str, float]:
        profile = self.visit.profile
        return profile.palette, profile.language, profile.text_scale

    def on_draw(self) -> None:
        """Paint the visit's scene; after the very first one, look at the records."""
        if self._look != self._wanted_look():
            self._look = self._wanted_look()
            self._painter.close()
            self._painter = Painter(self.ctx, *self._look)
        width, height = self.get_framebuffer_size()
        self._note_display(width, height)
        scene = self.visit.scene()
        self._painter.paint(scene, width, height)
        self._rest((scene, width, height))
        self._painter.warm(self.visit.pictures)
        self._painted += 1
        if self._painted == 2:
            self.visit.ready()

    def _note_display(self, width: int, height: int) -> None:
        """Tell the visit which screen it is on and how large a stage unit is there now; looked up when it changes."""
        here = f"{self.screen.width}x{self.screen.height}+{self.screen.x}+{self.screen.y}"
        px_per_unit = round(min(width / STAGE_W, height / STAGE_H), 4)
        known = self.visit.display
        if (known.key, known.px_per_unit) != (here, px_per_unit):
            self.visit.shown_on(Display(here, px_per_unit, self.plugged.hardware.screen_scale(here)))

    def _rest(self, picture: object) -> None:
        """Look and paint less often where the same picture was seen for a minute, and nobody did anything."""
        now_s = time.perf_counter()
        self._still = pulse.seen(self._still, picture, now_s)
        self._pace(STILL if pulse.is_still(self._still, now_s) else AWAKE)

    def _wake(self) -> None:
        self._still = pulse.touched(self._still, time.perf_counter())
        self._pace(AWAKE)

    def _pace(self, rates: tuple[float, float]) -> None:
        if rates != self._rates:
            self._rates = rates
            self.set_update_rate(min(self._rates))
            self.set_draw_rate(max(self._rates))

    # Keys and pointer

    def on_key_press(self, symbol: int, modifiers: int) -> None:
        """Feel a key go down; F11 switches between window and full screen."""
        if symbol == arcade.key.F11:
            if not (self.visit.reception and self.visit.reception.kiosk):
                self.set_fullscreen(not self.fullscreen)
            return
        self.keys.key(KEY_NAMES.get(symbol, str(symbol)), True, self.now_ms())

    def on_key_release(self, symbol: int, modifiers: int) -> None:
        """Feel a key go up."""
        self.keys.key(KEY_NAMES.get(symbol, str(symbol)), False, self.now_ms())

    def _point(self, x: float, y: float, pressed: bool) -> None:
        self.pointer.pointer(*self._stage(x, y), pressed, self.now_ms())

    def _stage(self, x: float, y: float) -> tuple[float, float]:
        ratio = self.get_pixel_ratio()
        width, height = self.get_framebuffer_size()
        at_x, at_y = self._painter.to_stage(x * ratio, y * ratio, width, height)
        return round(at_x, 2), round(at_y, 2)

    def on_mouse_motion(self, x: float, y: float, dx: float, dy: float) -> None:
        """Feel the pointer move."""
        self._point(x, y, False)

    def on_mouse_drag(self, x: float, y: float, dx: float, dy: float, buttons: int, modifiers: int) -> None:
        """Feel the pressed pointer move."""
        self._point(x, y, True)

    def on_mouse_press(self, x: float, y: float, button: int, modifiers: int) -> None:
        """Feel the pointer press."""
        self._point(x, y, True)

    def on_mouse_release(self, x: float, y: float, button: int, modifiers: int) -> None:
        """Feel the pointer let go."""
        self._point(x, y, False)

    def on_deactivate(self) -> None:
        """Let go of everything that is held: another window never tells of the release."""
        self.keys.release_all(self.now_ms())
        self.pointer.release_all(self.now_ms())

    def on_hide(self) -> None:
        """Pause: the window is minimised, and nobody can see what goes on."""
        self.on_deactivate()
        self.visit.hidden()

    def on_close(self) -> None:
        """Close at any moment: what was done is kept first. A kiosk asks for the PIN of the staff."""
        if not self.visit.may_close():
            return
        self.visit.close()
        self.plugged.close()
        if self._broadcast is not None:
            self._broadcast.close()
        super().on_close()


class Controllers:
    """The game controllers that are plugged in, while one is wanted: each trigger is a force."""

    def __init__(self, plugged: Plugged, now_ms: Callable[[], float]) -> None:
        self._plugged, self._now_ms = plugged, now_ms
        self._held: list[Any] = []
        self._looked_ms = float("-inf")

    def look(self) -> None:
        """Look for controllers every two seconds while a trigger is wanted; let go of them when it no longer is."""
        trigger = self._plugged.trigger
        if trigger is None:
            self._let_go()
            return
        if self._held or self._now_ms() - self._looked_ms < LOOK_MS:
            return
        self._looked_ms = self._now_ms()
        from pyglet.input import get_controllers

        self._held = [one for one in get_controllers() if _opens(one)]
        for controller in self._held:
            controller.push_handlers(on_trigger_motion=self._moved)
        name = self._held[0].name if self._held else None
        trigger.connected(bool(self._held), self._now_ms(), name)

    def _moved(self, _controller: object, name: str, share: float) -> None:
        trigger = self._plugged.trigger
        if trigger is not None:
            trigger.trigger(name, share, self._now_ms())

    def _let_go(self) -> None:
        for controller in self._held:
            controller.close()
        self._held = []


def _opens(controller: Any) -> bool:
    """Open a controller; one that cannot be opened is left alone."""
    from pyglet.input.base import DeviceOpenException

    try:
        controller.open()
    except (OSError, DeviceOpenException):
        return False
    return True


def open_window(
    data_dir: Path, reception: Reception, wish: Wish | None = None, fullscreen: bool = False, lsl_out: bool = False
) -> Window:
    """Open the window and return it; whatever is wrong with screen or graphics is raised here."""
    rooms.all_ladders()
    seed_of_now = lambda: time.time_ns() % 2**53  # noqa: E731
    visit = Visit(data_dir, reception.profile, Logbook(data_dir), wish, seed_of_now, reception)
    return Window(visit, data_dir, wish, fullscreen or reception.kiosk, lsl_out)


def stay(window: Window) -> None:
    """Stay until the window is closed; whatever happens, what was done is kept."""
    sys.setswitchinterval(0.001)  # the thread that reads a sensor waits less for the one that paints
    try:
        arcade.run()
    finally:
        window.visit.close()
