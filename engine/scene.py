"""Say what is to be seen, as plain values on a stage of 1600 x 900 units, y upwards.

Colours are roles of a palette, words are keys of a text file, pictures are names: a painter turns them into
light. A scene can be written to JSON, so that any shell can paint it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args

STAGE_W, STAGE_H = 1600, 900

Role = Literal[
    "ground", "card", "ink", "quiet", "line", "target", "guide", "good", "warn", "stop", "focus",
    "water", "water-shade", "bank", "path", "shadow", "primary", "on-primary", "white",
]  # fmt: skip
ROLES: tuple[str, ...] = get_args(Role)
Align = Literal["left", "center", "right"]
Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Circle:
    """A disc with an optional outline, centre (x, y)."""

    x: float
    y: float
    r: float
    fill: Role | None = None
    line: Role | None = None
    line_width: float = 0.0
    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle with rounded corners, centre (x, y)."""

    x: float
    y: float
    w: float
    h: float
    fill: Role | None = None
    radius: float = 0.0
    line: Role | None = None
    line_width: float = 0.0
    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class Path:
    """A stroke through points with round ends; one width for all, or one a point; ``dash`` units on and off."""

    points: tuple[Pair, ...]
    role: Role
    width: float | tuple[float, ...] = 4.0
    dash: float = 0.0
    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class Arc:
    """A stroke along a circle, clockwise from the top, over ``share`` of the whole round."""

    x: float
    y: float
    r: float
    share: float
    role: Role
    width: float = 12.0
    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of ``assets/art`` by name, centre (x, y), turned by ``angle`` degrees anticlockwise."""

    name: str
    x: float
    y: float
    w: float
    h: float
    angle: float = 0.0
    flip: bool = False
    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class Words:
    """A text by its key, with values to fill in, wrapped to ``width`` units; (x, y) is the middle of its block."""

    key: str
    x: float
    y: float
    size: float = 32.0
    role: Role = "ink"
    align: Align = "center"
    bold: bool = False
    width: float = 1200.0
    lines: int = 1
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Button:
    """A thing to press: an action's name, a box with centre (x, y), an icon and a word."""

    action: str
    x: float
    y: float
    w: float
    h: float
    icon: str = ""
    key: str = ""
    role: Role = "card"
    picture: str = ""
    size: float = 32.0
    focused: float = 0.0
    pressed: bool = False
    values: tuple[tuple[str, str], ...] = ()

    def holds(self, x: float, y: float) -> bool:
        """Tell whether the stage point (x, y) lies on the button."""
        return abs(x - self.x) <= self.w / 2 and abs(y - self.y) <= self.h / 2


Shape = Circle | Bar | Path | Arc | Picture | Words | Button
KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in get_args(Shape)}
OTHER_ALIGN: dict[Align, Align] = {"left": "right", "right": "left", "center": "center"}


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture: a background by name, then shapes, painted in order."""

    ground: str
    shapes: tuple[Shape, ...] = ()

    def __add__(self, shapes: tuple[Shape, ...]) -> "Scene":
        """Return the scene with more shapes on top."""
        return replace(self, shapes=self.shapes + shapes)

    @property
    def buttons(self) -> tuple[Button, ...]:
        """Return the buttons, in the order in which keys and scanning visit them."""
        return tuple(shape for shape in self.shapes if isinstance(shape, Button))


def mirrored(scene: Scene) -> Scene:
    """Return the scene as seen in a mirror: made once for the right hand, it serves the left one."""
    return replace(scene, shapes=tuple(mirror(shape) for shape in scene.shapes))


def mirror(shape: Shape) -> Shape:
    """Return one shape mirrored about the middle of the stage; words stay readable."""
    if isinstance(shape, Path):
        return replace(shape, points=tuple((STAGE_W - x, y) for x, y in shape.points))
    if isinstance(shape, Picture):
        return replace(shape, x=STAGE_W - shape.x, flip=not shape.flip, angle=-shape.angle)
    if isinstance(shape, Words):
        return replace(shape, x=STAGE_W - shape.x, align=OTHER_ALIGN[shape.align])
    return replace(shape, x=STAGE_W - shape.x)


def turned_over(shapes: Sequence[Shape], x: float = STAGE_W / 2) -> list[Shape]:
    """Return shapes turned over about the upright line at ``x``.

    A mirrored scene turns them back: it shows at its place, as it was made, what reads from left to right.
    """
    return [_moved(mirror(shape), 2 * x - STAGE_W) for shape in shapes]


def _moved(shape: Shape, by: float) -> Shape:
    if isinstance(shape, Path):
        return replace(shape, points=tuple((x + by, y) for x, y in shape.points))
    return replace(shape, x=shape.x + by)


def to_plain(scene: Scene) -> dict[str, Any]:
    """Return the scene as plain lists and numbers, ready for JSON."""
    shapes = [
        {"kind": type(shape).__name__, **{f.name: getattr(shape, f.name) for f in fields(shape)}}
        for shape in scene.shapes
    ]
    return {"ground": scene.ground, "shapes": shapes}


def from_plain(plain: dict[str, Any]) -> Scene:
    """Return the scene that ``to_plain`` wrote; an unknown kind of shape raises ``ValueError``."""
    shapes = []
    for row in plain["shapes"]:
        values = {key: _tuples(value) for key, value in row.items() if key != "kind"}
        if row["kind"] not in KINDS:
            raise ValueError(f"unknown kind of shape: {row['kind']}")
        shapes.append(KINDS[row["kind"]](**values))
    return Scene(plain["ground"], tuple(shapes))


def _tuples(value: Any) -> Any:
    return tuple(_tuples(v) for v in value) if isinstance(value, list | tuple) else value
