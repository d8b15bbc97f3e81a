"""Draw the screens around the sensors: fitting one to the hand, weighing, the bank card, and what is felt by hand."""

from collections.abc import Collection

from engine.scene import Arc, Bar, Button, Circle, Picture, Scene, Shape, Words
from engine.screens import CONTROL_H, CONTROL_W, MIDDLE, WITHOUT, Row, Values, question, row_of
from engine.signals.maximum import Maximum
from engine.weighing import Weighing

CARD_W_MM, CARD_H_MM = 85.60, 53.98
"""The size of a bank card, ID-1 of ISO/IEC 7810."""
STEP_W, STEP_H = 624.0, 345.0
WEIGH_PICTURES = {
    "plug": "step-plug", "zero": "step-let-go", "load": "step-hang", "measuring": "step-hang",
    "loaded": "step-hang-more", "done": "step-done",
}  # fmt: skip
TOUCHED = ("cloth", "cup", "brush", "coin", "sponge", "keys")
ANOTHER: Row = ("weigh another", "weight", "weigh.another")
SAVE: Row = ("weigh save", "ok", "weigh.save")


def tare(refused: bool) -> Scene:
    """Return the screen that asks to let go of the sensor, so that its zero can be found."""
    told = _told("tare.title", "tare.again" if refused else "tare.wait")
    return Scene("sunrise", (*told, _step("step-let-go"), *row_of((WITHOUT,), 130, 520, 120, main=False)))


def firm(share: float) -> Scene:
    """Return the screen that asks for a comfortable firm squeeze: ``share`` of the time that it was held."""
    return Scene(
        "sunrise",
        (
            *_told("firm.title", "firm.breathe"),
            _step("step-squeeze", MIDDLE - 130),
            *_ring(MIDDLE + 400, 440, share),
            *row_of((WITHOUT,), 130, 520, 120, main=False),
        ),
    )


def maximum(state: Maximum, refused: bool) -> Scene:
    """Return the screen on which the hand's maximum is found, gently: squeezes, each with a countdown and a rest."""
    resting = state.phase in ("rest", "offer")
    share = {"rest": state.seconds_left / state.rest_s, "squeeze": state.held}.get(state.phase, 0.0)
    counted: tuple[Shape, ...] = ()
    if state.phase in ("countdown", "rest"):
        left = (("s", str(state.seconds_left)),)
        counted = (Words("maximum.left", MIDDLE + 400, 450, 64, bold=True, width=200, values=left),)
    dots = tuple(_dot(n, n < len(state.trials)) for n in range(max(3, len(state.trials))))
    choices: dict[str, tuple[Row, ...]] = {
        "ready": (("ready", "play", "maximum.go"), WITHOUT),
        "offer": (("enough", "ok", "maximum.enough-now"), ("more", "again", "maximum.more")),
    }
    return Scene(
        "sunrise",
        (
            *_told("tare.title" if refused and state.phase == "ready" else state.words, "firm.breathe"),
            _step("step-rest" if resting else "step-squeeze", MIDDLE - 130),
            *_ring(MIDDLE + 400, 450, share),
            *counted,
            *dots,
            *row_of(choices.get(state.phase, ()), 110, 520, 120),
        ),
    )


def _told(key: str, more: str, values: Values = ()) -> tuple[Shape, ...]:
    """Return the card with what to do, and a smaller line below it; beside it there is room for STOP or home."""
    return (
        Bar(MIDDLE, 755, 1000, 230, "card", 40, "line", 3),
        Words(key, MIDDLE, 797 if more else 755, 46, bold=True, width=940, lines=2, values=values),
        *((Words(more, MIDDLE, 681, 32, width=940),) if more else ()),
    )


def _step(name: str, x: float = MIDDLE) -> Picture:
    return Picture(name, x, 445, STEP_W, STEP_H)


def _ring(x: float, y: float, share: float) -> tuple[Shape, ...]:
    return Circle(x, y, 110, "card", "line", 4), Arc(x, y, 110, max(0.0, min(1.0, share)), "good", 26)


def _dot(n: int, done: bool) -> Shape:
    x = MIDDLE + 330 + 70 * n
    return Picture("daisy", x, 270, 54, 54) if done else Circle(x, 270, 10, "line")


def weigh(weighing: Weighing) -> Scene:
    """Return the screen of one step of weighing."""
    kg = (("kg", f"{weighing.kg:g}"),)
    enough = len(weighing.points) > 3
    said = (
        f"weigh.{ {'measuring': 'wait', 'loaded': 'plenty' if enough else 'more'}.get(weighing.step, weighing.step) }"
    )
    values = kg
    if weighing.step == "loaded":
        values = (("n", str(len(weighing.points) - 1)),)
    if weighing.step == "done" and weighing.made is not None:
        values = (("error", f"{weighing.made.worst_n:.1f}"),)
    name = WEIGH_PICTURES[weighing.step]
    if weighing.step == "measuring" and not weighing.loading:
        name = "step-let-go"
    note = f"weigh.{weighing.note}" if weighing.note else "weigh.kept" if weighing.step == "done" else ""
    ring = _ring(MIDDLE + 480, 440, weighing.share) if weighing.step == "measuring" else ()
    return Scene(
        "sunrise",
        (
            *_told(said, note, values),
            _step(name),
            *ring,
            *_weighed(weighing),
            *row_of(_weigh_choices(weighing), 130, 430, 130),
            _home(),
        ),
    )


def _weigh_choices(weighing: Weighing) -> tuple[Row, ...]:
    choices: dict[str, tuple[Row, ...]] = {
        "zero": (("weigh measure", "ok", "weigh.measure"),),
        "load": (
            ("weigh measure", "ok", "weigh.measure"),
            ("weigh less-kg", "left", "weigh.less-kg"),
            ("weigh more-kg", "right", "weigh.more-kg"),
        ),
        "loaded": (SAVE, ANOTHER) if len(weighing.points) > 3 else (ANOTHER, SAVE),
        "done": (("settings", "ok", "touch.done"),),
    }
    return choices.get(weighing.step, ())


def _weighed(weighing: Weighing) -> tuple[Shape, ...]:
    """Return a flower for each weight that was measured, and a dot for each that is still worth it."""
    if weighing.step in ("plug", "done"):
        return ()
    done = max(0, len(weighing.points) - 1)
    return tuple(
        Picture("daisy", 250, 560 - 80 * n, 54, 54) if n < done else Circle(250, 560 - 80 * n, 10, "line")
        for n in range(max(3, done))
    )


def card(units_per_mm: float) -> Scene:
    """Return the screen on which a drawn bank card is made as large as a real one that is held against it."""
    w, h = CARD_W_MM * units_per_mm, CARD_H_MM * units_per_mm
    return Scene(
        "sunrise",
        (
            Bar(MIDDLE + 60, 805, 1120, 150, "card", 36, "line", 3),
            Words("card.title", MIDDLE + 60, 838, 40, bold=True, width=1060),
            Words("card.how", MIDDLE + 60, 772, 32, width=1060),
            Bar(MIDDLE, 450, w, h, "primary", 3.18 * units_per_mm, "ink", 3),
            *row_of(
                (("card fits", "ok", "card.fits"), ("card smaller", "left", "card.smaller"),
                 ("card larger", "right", "card.larger")), 100, 400, 130,
            ),
            _home(),
        ),
    )  # fmt: skip


def ask(name: str) -> Scene:
    """Return the question whether what is plugged in is the sensor: opening another device may disturb it."""
    asked = question("ask.title", (("ask yes", "ok", "ask.yes"), ("ask no", "home", "ask.no")), "plug", main=False)
    shapes = tuple(
        Words(s.key, s.x, s.y, 48, bold=True, width=1200, lines=2, values=(("name", name),))
        if isinstance(s, Words) and s.key == "ask.title" else s for s in asked.shapes
    )  # fmt: skip
    return Scene(asked.ground, shapes)


def touch(page: int, done: Collection[str]) -> Scene:
    """Return three things to feel by hand, away from the screen; those that are done carry a flower."""
    shown = TOUCHED[3 * page : 3 * page + 3]
    tiles: list[Shape] = []
    for n, name in enumerate(shown):
        x = MIDDLE + 430 * (n - 1)
        tiles.append(Button(f"touched {name}", x, 385, 390, 370, "", f"touch.{name}", "card", f"touch-{name}", 36))
        if name in done:
            tiles.append(Picture("daisy", x, 608, 58, 58))
    last = 3 * page + 3 >= len(TOUCHED)
    go_on: Row = ("home", "ok", "touch.done") if last else ("more", "next", "pick.more")
    return Scene(
        "sunrise",
        (
            *_told("touch.title", "touch.how"),
            *tiles,
            *row_of((go_on,), 115, 400, 120),
            _home(),
        ),
    )


def _home() -> Button:
    return Button("home", 119, 810, CONTROL_W, CONTROL_H, "icon-home", "button.home", size=30)
