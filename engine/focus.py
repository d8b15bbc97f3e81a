"""Keep all in the seen part of the stage where one side is not seen: games, screens, and the bar that calls the eye.

A game is made for the whole stage. Where a side is not seen (``Profile.unseen``) its whole picture is made smaller and
stands as in a window at the seen edge, and the pointer is read the other way round. It is told that a millimetre is so
many more of its units, so that what it asks for in millimetres stays true on the glass. Only where the program wants
scanning (``Program.scan``) does it use the whole stage. On the edge that is not seen stands a bright bar to look for.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine.hand import Side
from engine.profile import Profile
from engine.scene import STAGE_H, STAGE_W, Arc, Bar, Button, Circle, Pair, Path, Picture, Scene, Shape, Words

SCALE = 0.64  # of a game in sight
INSET = 16.0  # between a game in sight and the edges of the stage
SEEN = 0.66  # the share of the stage within which a game stands where a side is not seen
IN_SIGHT = 0.8  # the share of the stage on which a screen stands
BAR_W = 28.0
LEAST_LETTERS, LEAST_LINE = 24.0, 2.0
TOLD_Y = 666.0  # where words about a game stand: above it, below the row of STOP
CORNER_X, CORNER_Y = 119.0, 810.0  # the small button that leads away


@dataclass(frozen=True, slots=True)
class Focus:
    """Where a game's own stage lies on the stage: its left edge, its foot and its scale, in units."""

    left: float = 0.0
    low: float = 0.0
    scale: float = 1.0

    @property
    def whole(self) -> bool:
        """Tell whether the game has the whole stage."""
        return self.scale == 1.0

    @property
    def middle(self) -> float:
        """Return the x of the middle of the game."""
        return self.left + STAGE_W * self.scale / 2

    def out(self, x: float, y: float) -> Pair:
        """Return the stage point of a point of the game's own stage."""
        return (x, y) if self.whole else (round(self.left + x * self.scale, 2), round(self.low + y * self.scale, 2))

    def into(self, x: float, y: float) -> Pair:
        """Return the point of the game's own stage at a stage point: the way back of ``out``."""
        return (x, y) if self.whole else ((x - self.left) / self.scale, (y - self.low) / self.scale)

    def units_per_mm(self, on_the_stage: float) -> float:
        """Return the game's own units a millimetre, from those of the stage."""
        return on_the_stage / self.scale

    def moved(self, shapes: Iterable[Shape]) -> tuple[Shape, ...]:
        """Return shapes of the game's own stage as they stand on the stage."""
        return tuple(shapes) if self.whole else tuple(self._moved(shape) for shape in shapes)

    def _moved(self, shape: Shape) -> Shape:
        by = self.scale
        if isinstance(shape, Path):
            wide = shape.width
            thin = tuple(max(LEAST_LINE, w * by) for w in wide) if isinstance(wide, tuple) else self._line(wide)
            return replace(shape, points=tuple(self.out(*p) for p in shape.points), width=thin, dash=shape.dash * by)
        x, y = self.out(shape.x, shape.y)
        if isinstance(shape, Circle):
            return replace(shape, x=x, y=y, r=shape.r * by, line_width=self._line(shape.line_width))
        if isinstance(shape, Arc):
            return replace(shape, x=x, y=y, r=shape.r * by, width=self._line(shape.width))
        if isinstance(shape, Words):
            size = max(min(shape.size, LEAST_LETTERS), shape.size * by)
            return replace(shape, x=x, y=y, size=size, width=shape.width * by)
        placed = replace(shape, x=x, y=y, w=shape.w * by, h=shape.h * by)
        if isinstance(placed, Bar):
            return replace(placed, radius=placed.radius * by, line_width=self._line(placed.line_width))
        return placed

    def _line(self, width: float) -> float:
        return max(min(width, LEAST_LINE), width * self.scale)


WHOLE = Focus()


def of(profile: Profile, scan: bool) -> Focus:
    """Return where games stand for this patient: on the whole stage, or at the seen edge of it."""
    if profile.unseen is None or scan:
        return WHOLE
    left = STAGE_W * (1 - SCALE) - INSET if profile.seen is Side.RIGHT else INSET
    return Focus(left, INSET, SCALE)


def anchor(profile: Profile) -> tuple[Bar, ...]:
    """Return the bright bar on the edge that is not seen; none for who sees both."""
    if profile.unseen is None:
        return ()
    x = BAR_W / 2 + 6
    x = x if profile.unseen is Side.LEFT else STAGE_W - x
    return (Bar(x, STAGE_H / 2, BAR_W, STAGE_H - 24, "target", BAR_W / 2, "ink", 3),)


def framed(focus: Focus, profile: Profile, scene: Scene) -> tuple[Shape, ...]:
    """Return a game's shapes where they are seen, its ground with them, and the bar; what reaches out is covered."""
    if focus.whole:
        return (*scene.shapes, *anchor(profile))
    ground = Picture(scene.ground, STAGE_W / 2, STAGE_H / 2, STAGE_W, STAGE_H)
    return (*focus.moved((ground, *scene.shapes)), *_frame(focus), *anchor(profile))


def _frame(focus: Focus) -> tuple[Bar, ...]:
    """Return what covers the stage around the game, and the line around it."""
    left, low, right, high = (
        focus.left,
        focus.low,
        focus.left + STAGE_W * focus.scale,
        focus.low + STAGE_H * focus.scale,
    )
    around = (
        (0.0, 0.0, left, STAGE_H),
        (right, 0.0, STAGE_W, STAGE_H),
        (left, high, right, STAGE_H),
        (left, 0.0, right, low),
    )
    covers = [Bar((a + c) / 2, (b + d) / 2, c - a, d - b, "ground") for a, b, c, d in around]
    return (*covers, Bar(focus.middle, (low + high) / 2, right - left, high - low, None, 0, "line", 4))


def beside(focus: Focus, shapes: Iterable[Shape], y: float) -> tuple[Shape, ...]:
    """Return words about a game, made for the middle of the stage at ``y``, where they are seen."""
    if focus.whole:
        return tuple(shapes)
    return tuple(_shifted(shape, focus.middle - STAGE_W / 2, TOLD_Y - y) for shape in shapes)


def _shifted(shape: Shape, dx: float, dy: float) -> Shape:
    if isinstance(shape, Path):
        return replace(shape, points=tuple((x + dx, y + dy) for x, y in shape.points))
    return replace(shape, x=shape.x + dx, y=shape.y + dy)


def in_sight(scene: Scene, profile: Profile) -> Scene:
    """Return a screen with all of it near the edge that is seen, and the bar on the other; made twice it is the same.

    STOP has its place already, and so has the small button in the corner, at the seen edge.
    """
    bar = anchor(profile)
    if not bar or bar[0] in scene.shapes:
        return scene
    edge = STAGE_W if profile.seen is Side.RIGHT else 0.0
    return replace(scene, shapes=(*(_nearer(shape, edge, profile) for shape in scene.shapes), *bar))


def _nearer(shape: Shape, edge: float, profile: Profile) -> Shape:
    if isinstance(shape, Path):
        return replace(shape, points=tuple((edge + (x - edge) * IN_SIGHT, y) for x, y in shape.points))
    if isinstance(shape, Button) and (shape.action == "stop" or (shape.x, shape.y) == (CORNER_X, CORNER_Y)):
        return shape if shape.action == "stop" else replace(shape, x=corner_x(profile))
    at = edge + (shape.x - edge) * IN_SIGHT
    if isinstance(shape, Circle | Arc):
        return replace(shape, x=at, r=shape.r * IN_SIGHT)
    if isinstance(shape, Words):
        return replace(shape, x=at, width=shape.width * IN_SIGHT)
    if isinstance(shape, Picture):
        return replace(shape, x=at, w=shape.w * IN_SIGHT, h=shape.h * IN_SIGHT)
    return replace(shape, x=at, w=shape.w * IN_SIGHT)


def corner_x(profile: Profile) -> float:
    """Return where the small button that leads away stands: at the left, unless that side is not seen."""
    return STAGE_W - CORNER_X if profile.unseen is Side.LEFT else CORNER_X
