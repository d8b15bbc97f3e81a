"""Check the painter in a process of its own: arcade must be told to do without a screen before it is imported."""

import os
import sys
from pathlib import Path

os.environ["ARCADE_HEADLESS"] = "True"
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from PIL import Image

try:
    import arcade

    WINDOW = arcade.Window(800, 450, antialiasing=False)
except Exception as error:  # whatever is missing on this computer, EGL, a driver or a library, says so in its own way
    print(f"{type(error).__name__}: {error}")
    sys.exit(77)

from app import painter as room
from app.painter import Painter
from app.palette import colours
from app.picture import picture
from engine.scene import Arc, Bar, Button, Circle, Picture, Scene, Words
from engine.scene import Path as Stroke

SAMPLE = Scene("meadow", (
    Circle(200, 700, 80, "target", "ink", 8), Bar(500, 700, 200, 120, "good", 30, alpha=0.5),
    Stroke(((700, 600), (800, 800), (900, 600)), "guide", (10, 40, 20)), Arc(1100, 700, 80, 0.6, "stop", 20),
    Stroke(((100, 500), (900, 500)), "path", 10, dash=24), Words("x.HHHH", 1300, 500, 70, bold=True),
    Picture("boat", 300, 300, 240, 210, angle=20), Picture("boat", 600, 300, 240, 210, flip=True, alpha=0.7),
    Button("go", 1100, 200, 420, 120, "icon-play", "x.go", "primary", focused=0.4),
    Button("stop", 1480, 800, 180, 140, "icon-stop", "x.stop", "stop", focused=1.0, pressed=True),
))  # fmt: skip


class Screen:
    """A framebuffer of any size to paint into."""

    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height)
        self.target = WINDOW.ctx.framebuffer(color_attachments=[WINDOW.ctx.texture((width, height), components=4)])

    def painted(self, painter: Painter, scene: Scene) -> Image.Image:
        with self.target.activate():
            painter.paint(scene, *self.size)
        return self.seen()

    def seen(self) -> Image.Image:
        raw = Image.frombytes("RGBA", self.size, self.target.read(components=4))
        return raw.transpose(Image.Transpose.FLIP_TOP_BOTTOM).convert("RGB")


def live() -> int:
    created, freed = WINDOW.ctx.stats.texture
    return created - freed


def same_picture() -> None:
    for palette in ("light", "dark", "contrast"):
        image = Screen(1280, 720).painted(Painter(WINDOW.ctx, palette), SAMPLE)
        other = picture(SAMPLE, palette, width=1280)
        apart = np.abs(np.asarray(image, float) - np.asarray(other, float)).max(axis=2)
        assert apart.mean() < 0.9, (palette, apart.mean())
        assert (apart > 60).mean() < 0.003, (palette, (apart > 60).mean())


def letterbox() -> None:
    huge = Scene("", (Circle(800, 450, 4000, "target"),))
    for size, bar, stage in (((1000, 450), (50, 225), (150, 225)), ((800, 650), (400, 50), (400, 150))):
        painter, screen = Painter(WINDOW.ctx), Screen(*size)
        image = screen.painted(painter, huge)
        assert image.getpixel(bar) == colours("light")["ground"]
        assert image.getpixel(stage) == colours("light")["target"]
        painter.burst(-40, 450, "hit", calm=False)
        painter.burst(800, 940, "hit", calm=False)
        painter.advance(0.1)
        assert screen.painted(painter, huge).getpixel(bar) == colours("light")["ground"]


def same_scene_costs_no_upload() -> None:
    painter, screen = Painter(WINDOW.ctx), Screen(800, 450)
    first = screen.painted(painter, SAMPLE)
    uploads = count(painter._frame, "_send")
    assert screen.painted(painter, Scene(SAMPLE.ground, SAMPLE.shapes)).tobytes() == first.tobytes()
    assert uploads == []
    screen.painted(painter, Scene("meadow", SAMPLE.shapes[1:]))
    assert len(uploads) == 1


def count(owner: object, name: str) -> list[int]:
    calls: list[int] = []
    usual = getattr(owner, name)
    setattr(owner, name, lambda data: (calls.append(len(data)), usual(data)))
    return calls


def another_size() -> None:
    painter = Painter(WINDOW.ctx)
    small, large = Screen(480, 270), Screen(1600, 900)
    first = small.painted(painter, SAMPLE)
    big = large.painted(painter, SAMPLE)
    assert small.painted(painter, SAMPLE).tobytes() == first.tobytes()
    apart = np.abs(np.asarray(big.resize((480, 270), Image.Resampling.BOX), float) - np.asarray(first, float))
    assert apart.mean() < 3


def sparkles() -> None:
    painter, screen, empty = Painter(WINDOW.ctx), Screen(800, 450), Scene("")
    plain = screen.painted(painter, empty).tobytes()
    painter.burst(800, 450, "hit", calm=True)
    assert screen.painted(painter, empty).tobytes() == plain
    painter.burst(800, 450, "hit", calm=False)
    painter.advance(0.1)
    assert screen.painted(painter, empty).tobytes() != plain
    painter.advance(0.5)
    assert screen.painted(painter, empty).tobytes() == plain


def caches_are_bounded() -> None:
    room.WORDS_BYTES = 200_000
    room.PICTURE_BYTES = 600_000
    painter, screen = Painter(WINDOW.ctx), Screen(800, 450)
    fresh = Screen(800, 450)
    names = ("boat", "cup", "duck", "daisy", "leaf", "lily")
    for n in range(60):
        words = Words("x.word", 800, 450, 60, values=(("n", str(n)),))
        scene = Scene("", (Words(f"x.number-{n % 40}", 800, 700, 60), words, Picture(names[n % 6], 800, 200, 200, 200)))
        image = screen.painted(painter, scene)
        if n % 13 == 0:
            other = Painter(WINDOW.ctx)
            assert fresh.painted(other, scene).tobytes() == image.tobytes()
            other.close()
    assert len(painter._letters) < 20
    assert len(painter._pictures) < 6
    assert live() < 40


def to_stage() -> None:
    painter = Painter(WINDOW.ctx)
    assert painter.to_stage(400, 225, 800, 450) == (800, 450)
    assert painter.to_stage(0, 0, 800, 450) == (0, 0)
    assert painter.to_stage(100, 0, 1000, 450) == (0, 0)
    assert painter.to_stage(400, 100, 800, 650) == (800, 0)
    assert painter.to_stage(50, 0, 1000, 450)[0] < 0


def blend_is_given_back() -> None:
    before = WINDOW.ctx.blend_func
    Screen(800, 450).painted(Painter(WINDOW.ctx), SAMPLE)
    assert WINDOW.ctx.blend_func == before


def missing_things() -> None:
    scene = Scene("no-ground", (
        Picture("no-picture", 800, 450, 200, 200), Words("no.key", 800, 100), Stroke((), "ink"), Words("", 1, 1),
        Picture("boat", 100, 100, 0, 0), Circle(0, 0, 0), Words("x.y", 1, 1, width=1.0),
    ))  # fmt: skip
    image = Screen(800, 450).painted(Painter(WINDOW.ctx, "no-palette", "no-language"), scene)
    assert image.getpixel((400, 190)) == colours("light")["card"]


def close() -> None:
    screen = Screen(800, 450)
    before = live()
    for _ in range(3):
        painter = Painter(WINDOW.ctx)
        screen.painted(painter, SAMPLE)
        painter.close()
    assert live() == before


if __name__ == "__main__":
    globals()[sys.argv[1]]()
