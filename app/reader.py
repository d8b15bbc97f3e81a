"""Choose what is read aloud: the one sentence of a screen that opens, and again when its button is pressed."""

from collections.abc import Iterator

from engine.hand import Side
from engine.profile import Profile
from engine.sample import Sample
from engine.scene import STAGE_W, Bar, Button, Circle, Picture, Scene, Words

Line = tuple[str, tuple[tuple[str, str], ...]]
SIDE = 112.0  # units; more than 20 mm
CORNER, TOP, HIGHEST, FOOT = 78.0, 810.0, 660.0, 110.0
AGAIN_KEY = "key.F2"
NOT_SAID = ("plain", "key.", "caption.")


def sentence(scene: Scene) -> Line | None:
    """Return the one sentence of a screen: its first bold words."""
    for shape in scene.shapes:
        if isinstance(shape, Words) and shape.bold and not shape.key.startswith(NOT_SAID):
            return shape.key, shape.values
    return None


class Reader:
    """What is to be said now, and the button that asks for it again."""

    def __init__(self) -> None:
        self.has_voice = False
        self._said: Line | None = None
        self._pressed = False
        self._wanted = False

    def is_on(self, profile: Profile) -> bool:
        """Tell whether screens are read aloud: it is wanted, and there is a voice."""
        return profile.read_aloud and self.has_voice

    def ask(self) -> None:
        """Let the sentence be said again."""
        self._wanted = True

    def heed(self, samples: tuple[Sample, ...], buttons: tuple[Button, ...]) -> None:
        """Look whether it is asked for where no menu does: by F2, or with the pointer on the button."""
        for sample in samples:
            if sample.channel == AGAIN_KEY and sample.value > 0:
                self.ask()
            if sample.channel != "mouse":
                continue
            down = sample.value > 0
            on = any(button.holds(sample.x, sample.y) for button in buttons)
            if self._pressed and not down and on:
                self.ask()
            self._pressed = down and (self._pressed or on)

    def line(self, scene: Scene, profile: Profile) -> Line | None:
        """Return what is to be said now: the sentence of a new screen, or the same one again when asked."""
        if not self.is_on(profile):
            self._said = None
            return None
        now = sentence(scene)
        is_new, self._wanted = now != self._said or self._wanted, False
        self._said = now
        return now if is_new else None

    def button(self, scene: Scene, profile: Profile) -> tuple[Button, ...]:
        """Return the button that reads aloud, in the first corner of the seen edge that a screen leaves free."""
        if not self.is_on(profile) or sentence(scene) is None:
            return ()
        for x, y in _corners(profile):
            button = Button("read", x, y, SIDE, SIDE, "icon-sound-on")
            if not any(_meets(button, shape) for shape in scene.shapes):
                return (button,)
        return ()


def _corners(profile: Profile) -> Iterator[tuple[float, float]]:
    """Yield where the button may stand: at the seen edge, or at both for who sees both sides."""
    edges: tuple[float, ...] = (STAGE_W - CORNER, CORNER)
    if profile.unseen is not None:
        edges = edges[:1] if profile.seen is Side.RIGHT else edges[1:]
    yield from ((x, y) for y in (TOP, HIGHEST, FOOT) for x in edges)


def _meets(button: Button, shape: object) -> bool:
    """Tell whether the button would lie over something, by a wide guess at words."""
    if isinstance(shape, Circle):
        w = h = 2 * shape.r
    elif isinstance(shape, Words):
        w, h = shape.width, 2.2 * shape.size * shape.lines
    elif isinstance(shape, Bar | Button | Picture):
        w, h = shape.w, shape.h
    else:
        return False
    return abs(button.x - shape.x) < (w + button.w) / 2 and abs(button.y - shape.y) < (h + button.h) / 2
