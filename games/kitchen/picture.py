"""Draw the kitchen: the recipe, the cards, the bowl and what is in it, and the ready dish."""

from math import cos, pi, sin

from engine.game import Setting
from engine.hand import FINGERS, Side
from engine.scene import Bar, Circle, Path, Picture, Role, Scene, Shape, Words, turned_over
from engine.ticks import to_ticks
from games.kitchen.held import HELD, ICONS, card_size, hand_at_work, named, open_hand, put_away, stirring_hand
from games.kitchen.places import BOWL, CARD_H, CARD_Y, FROM, ROUND, Pair, card_w, card_x, on_ring
from games.kitchen.play import OPEN, THOUGHT
from games.kitchen.recipes import DISHES, STRANGERS, TOOLS, Act
from games.kitchen.values import State

TALLEST, FADE_MS, POP_MS = 0.44, 2600.0, 260.0
GAUGE_X, GAUGE_LOW, GAUGE_HIGH, GAUGE_W = 505.0, 130.0, 690.0, 90.0
RECIPE_LEFT, RECIPE_TOP, RECIPE_HIGH, SLOT_W, SLOT_H, HEAD = 24.0, 726.0, 526.0, 150.0, 138.0, 116.0
FILLS = {
    "pancake": "batter", "lemonade": "lemonade", "tea": "tea", "soup": "soup", "salad": "dressing",
    "porridge": "porridge",
}  # fmt: skip
# What is in it instead before, or after, the one tool that changes it was used.
BEFORE, AFTER = {"tea": ("teabag", "water"), "soup": ("tomato", "dressing")}, {"tea": ("milk", "milk-tea")}
VESSELS = {
    "pancake": ("bowl", "bowl"), "lemonade": ("bowl", "jug"), "tea": ("bowl", "cup"), "soup": ("bowl", "pan"),
    "salad": ("wood", "wood"), "porridge": ("bowl", "pan"),
}  # fmt: skip
BOWL_W, VESSEL_W, VESSEL_H = 560.0, 800.0, 400.0
WARM = ("pancake", "tea", "soup", "porridge")
BITS: dict[str, tuple[Role | None, float]] = {
    "yolk": (None, 36.0), "specks": ("ink", 4.0), "flakes": ("card", 10.0), "leaves": ("good", 10.0),
    "honey": (None, 11.0), "pulp": ("stop", 12.0), "oil": (None, 15.0),
}  # fmt: skip
SPOTS: tuple[Pair, ...] = ((-96, 12), (-48, 44), (14, -38), (52, 30), (104, -8), (-20, 6), (-120, -22))
ROUNDED = tuple((cos(2 * pi * k / 48), sin(2 * pi * k / 48)) for k in range(49))


def scene(state: State) -> Scene:
    """Return the picture: the one thing that is to be done now stands out."""
    if state.phase == "look":
        return Scene("kitchen-top", tuple(_recipe(state, True)))
    if state.phase == "end" and not state.cause:
        return Scene("kitchen-top", (*_recipe(state, True), *_ready(state)))
    rest = _asked(state) if _is_acting(state) else _cards(state)
    return Scene("kitchen-top", (*_recipe(state, _is_seen(state)), *_bowl(state), *rest))


def _is_acting(state: State) -> bool:
    """Tell whether the hand has a tool in it, at work or when it was not to be."""
    return bool(state.picked) and state.cause not in THOUGHT


def _is_seen(state: State) -> bool:
    """Tell whether the recipe lies open now: always, for a look at each step, or (from memory) not again."""
    if state.params.memory == "shown" or state.phase == "end":
        return True
    return state.params.memory == "fades" and (state.phase != "choose" or state.now_ms - state.since_ms < FADE_MS)


# The recipe


def _recipe(state: State, seen: bool) -> list[Shape]:
    """Return the card with the recipe: at the side, and large in the middle for the look; both hands read it alike."""
    tools, looks = state.recipe.tools, state.phase == "look"
    across = (3 if len(tools) > 4 else 2) if looks else 2 if len(tools) > 3 else 1
    rows = -(-len(tools) // across)
    size = 1.35 if looks else min(1.25 if across == 1 else 1.0, RECIPE_HIGH / (rows * SLOT_H + HEAD + 14))
    wide, high = (across * SLOT_W + 24) * size, (rows * SLOT_H + HEAD + 14) * size
    x, top = (800.0, 420 + high / 2) if looks else (RECIPE_LEFT + wide / 2, RECIPE_TOP)
    shapes: list[Shape] = [
        Bar(x + 6, top - high / 2 - 10, wide, high, "shadow", 28, alpha=0.16),
        Bar(x, top - high / 2, wide, high, "card", 28, "ink", 5),
        Picture(f"kitchen-dish-{state.recipe.dish}", x, top - 56 * size, 124 * size, 92 * size),
        Path(((x - wide / 2 + 22, top - HEAD * size + 6), (x + wide / 2 - 22, top - HEAD * size + 6)), "line", 4),
    ]
    for n, name in enumerate(tools):
        at = (x + (n % across - (across - 1) / 2) * SLOT_W * size, top - (HEAD + SLOT_H * (n // across + 0.5)) * size)
        shapes.extend(_line(state, n, name, at, seen, size))
    return turned_over(shapes, x) if state.setting.hand is Side.LEFT else shapes


def _line(state: State, n: int, name: str, at: Pair, seen: bool, size: float) -> list[Shape]:
    """Return one step of the recipe: its tool and what is done with it; ticked, ringed as the next, or turned over."""
    (x, y), done = at, n < state.at
    shapes: list[Shape] = []
    if n == state.at and state.phase in ("choose", "act"):
        ring: Role = "line" if state.phase == "choose" else "focus"
        shapes.append(Bar(x, y, (SLOT_W - 8) * size, (SLOT_H - 8) * size, "ground", 24, ring, 8))
    w, h = (0.78 * size * side for side in card_size(name))
    if done:
        return [
            Picture(named(name), x - 8, y, w, h, alpha=0.4),
            Picture("icon-ok", x + 26, y - 18, 72 * size, 72 * size),
        ]
    if not seen:
        return [*shapes, Circle(x, y, 22, "line")]
    badge = (x + 46 * size, y - 36 * size)
    icon = Picture(ICONS[TOOLS[name].act], *badge, 40 * size, 40 * size)
    number = Words(
        "plain", x - 50 * size, y + 43 * size, 28 * size, bold=True, width=40, values=(("text", str(n + 1)),)
    )
    tool = Picture(named(name), x + 2, y, w, h)
    return [*shapes, tool, Circle(*badge, 27 * size, "card", "line", 3), icon, number]


# The cards


def _cards(state: State) -> list[Shape]:
    shown = state.phase == "end" and state.cause in THOUGHT
    shapes = [shape for n, name in enumerate(state.cards) for shape in _card(state, n, name, shown)]
    if state.phase == "rest":
        return [*shapes, *put_away(state)]
    return shapes if shown else [*open_hand(), *shapes]


def _card(state: State, n: int, name: str, shown: bool) -> list[Shape]:
    """Return one card; while the right one is shown, it alone stays bright, and a finger points at it."""
    x, y, wide = card_x(n, state.recipe.places), CARD_Y, card_w(state.recipe.places)
    if not name:
        return [Bar(x, y, wide, CARD_H, "shadow", 28, alpha=0.10)]
    right, lit = shown and name == state.wanted.name, n == state.lit
    bright = right or lit or (state.phase == "choose" and not shown)  # what is to be touched now
    dim = 0.35 if shown and not right else 0.7 if state.phase == "rest" else 1.0
    y += 14.0 if right or lit else 0.0
    w, h = card_size(name)
    shapes: list[Shape] = [
        Bar(x + 4, y - 8, wide, CARD_H, "shadow", 28, alpha=0.18),
        Bar(x, y, wide, CARD_H, "card", 28, "focus" if bright else "ink", 12 if right or lit else 7, alpha=dim),
        Picture(named(name), x, y, w, h, alpha=dim),
    ]
    if shown:
        return [*shapes, Picture("hand-point", x + 60, y - 74, 160, 198)] if right else shapes
    return [*shapes, *_cap(state.setting, n, x - wide / 2 + 32, y + CARD_H / 2 - 32)]


def _cap(setting: Setting, n: int, x: float, y: float) -> list[Shape]:
    """Return what is written on the key of the finger that takes this card, in its corner."""
    label = dict(setting.labels).get(FINGERS[n + 1], "")
    if not label:
        return []
    letter = Words("plain", x, y, 34, bold=True, width=54, values=(("text", label),))
    return [Bar(x, y, 54, 52, "card", 12, "ink", 4), letter]


# The bowl


def _bowl(state: State) -> list[Shape]:
    """Return the bowl, cup, pan or jug with what is in it so far, and the hand at work in it or over it."""
    x, y = BOWL
    share = _filled(state)
    back, front = _vessel(state.recipe.dish)
    shapes: list[Shape] = [back]
    if share > 0:
        wide, down = 300 + 160 * share, 44 * (1 - share) + 4
        shapes.append(Picture(f"kitchen-fill-{_content(state)}", x, y - down, wide, wide * 236 / 460))
        shapes.extend(_bits(state, down))
    if not _is_acting(state):
        return [*shapes, front]
    if state.wanted.act is Act.STIR:
        tool, hand = stirring_hand(state)
        return [*shapes, *_ring(state), *tool, front, *hand]
    return [*shapes, front, *_tapped_ring(state), *_falling(state), *hand_at_work(state)]


def _vessel(dish: str) -> tuple[Picture, Picture]:
    """Return the back and the front of what a dish is made in; all have the same opening."""
    back, front = (
        Picture(f"kitchen-{name}-{side}", BOWL[0], BOWL[1] - 48, BOWL_W if name == "bowl" else VESSEL_W, VESSEL_H)
        for name, side in zip(VESSELS[dish], ("back", "front"), strict=True)
    )
    return back, front


def _content(state: State) -> str:
    """Return what is in the bowl by now: tea is water until there is a bag in it, and lighter with milk."""
    recipe = state.recipe
    used, none = recipe.tools[: state.at], ("", "")
    turning, before = BEFORE.get(recipe.dish, none)
    if turning in recipe.tools and turning not in used:
        return before
    lightened, after = AFTER.get(recipe.dish, none)
    return after if lightened in used else FILLS[recipe.dish]


def _filled(state: State) -> float:
    """Return how full the bowl is: each step adds to it, a pour while it runs."""
    extra = 0.0
    if state.phase == "act" and state.wanted.act is Act.POUR:
        extra = 1.0 if state.doing.part == "lower" else len(state.doing.away) / to_ticks(state.params.hold_ms)
    share = min(1.0, (state.at + extra) / len(state.recipe.tools))
    return float(share**0.6)


def _bits(state: State, down: float) -> list[Shape]:
    """Return what swims on top; a yolk until it is stirred."""
    shapes: list[Shape] = []
    used = state.recipe.tools[: state.at]
    stirred = any(TOOLS[name].act is Act.STIR for name in used)
    for n, name in enumerate(used):
        leaves = TOOLS[name].leaves
        if leaves == "yolk":
            shapes += [] if stirred else [_bit(leaves, (BOWL[0] - 40, BOWL[1] - down))]
        elif leaves:
            spots = [SPOTS[(n + 2 * k) % len(SPOTS)] for k in range(4)]
            shapes += [_bit(leaves, (BOWL[0] + a + 9 * n, BOWL[1] - down + b - 6 * n)) for a, b in spots]
    return shapes


def _bit(leaves: str, at: Pair, size: float = 1.0) -> Shape:
    """Return one bit of what a tool leaves behind: drops of gold as a picture, all else as a small disc."""
    role, r = BITS[leaves]
    if role is None:
        return Picture("kitchen-yolk", *at, 2 * r * size, 2 * r * size)
    return Circle(*at, r, role, "ink", 3.0 if r > 6 else 0.0)


def _falling(state: State) -> list[Shape]:
    """Return what falls into the bowl after a tap."""
    gone, leaves = state.now_ms - state.doing.tapped_ms, state.wanted.leaves
    if not 0 <= gone < 420 or leaves not in BITS:
        return []
    x, top, share = BOWL[0] + HELD[state.wanted.name].falls, BOWL[1] + 90, gone / 420
    y = top + (BOWL[1] - top) * share * share
    if leaves == "yolk":
        return [_bit(leaves, (x, y), 0.6)]
    return [_bit(leaves, (x + 17 * k, y + 9 * (k % 2))) for k in (-2, -1, 0, 1, 2)]


def _tapped_ring(state: State) -> list[Shape]:
    """Return the light around what is to be tapped."""
    if state.phase != "act" or state.wanted.act is not Act.TAP:
        return []
    wave = 0.0 if state.setting.calm else 6 * sin(2 * pi * state.now_ms / 900)
    return [Path(tuple((BOWL[0] + (282 + wave) * a, BOWL[1] + (156 + wave) * b) for a, b in ROUNDED), "focus", 10)]


def _ring(state: State) -> list[Shape]:
    """Return the ring to stir along: how wide it is, how much of it is done, and which way to go on."""
    doing, turned = state.doing, abs(state.doing.net) / (2 * pi)
    wide = min(2 * state.params.ring_mm * state.setting.units_per_mm, 88.0)
    ring = tuple((BOWL[0] + ROUND[0] * a, BOWL[1] + ROUND[1] * b) for a, b in ROUNDED)
    shapes: list[Shape] = [
        Path(ring, "ink", wide + 8, alpha=0.22),
        Path(ring, "white", wide, alpha=0.5),
        Path(ring, "ink", 4, dash=14, alpha=0.7),
    ]
    side = 1.0 if doing.net > 0.3 else -1.0
    share = turned % 1.0 if turned < state.params.rounds else 1.0
    count = max(2, round(40 * share))
    if share > 0.02:
        done = tuple(on_ring(FROM + side * 2 * pi * share * k / count) for k in range(count + 1))
        shapes += [Path(done, "white", 26), Path(done, "good", 16)]
    if state.phase == "act":
        ahead = FROM + side * 2 * pi * (share + 0.16)
        shapes += _arrow(on_ring(ahead - side * 0.2), on_ring(ahead))
        shapes += [] if doing.hooked else [Circle(*doing.spoon, 44, None, "focus", 9)]
    return shapes


def _arrow(back: Pair, tip: Pair) -> list[Shape]:
    dx, dy = tip[0] - back[0], tip[1] - back[1]
    left, right = (tip[0] - dx - 0.8 * dy, tip[1] - dy + 0.8 * dx), (tip[0] - dx + 0.8 * dy, tip[1] - dy - 0.8 * dx)
    return [Path((left, tip, right), "white", 22), Path((left, tip, right), "focus", 12)]


# What is asked


def _asked(state: State) -> list[Shape]:
    """Return, beside the bowl, what the act asks for: the gauge, or how many taps or rounds."""
    act = state.wanted.act
    if act is Act.TAP:
        return _column(state, state.doing.taps, state.params.taps)
    if act is Act.STIR:
        return _column(state, int(abs(state.doing.net) / (2 * pi) + 0.02), state.params.rounds)
    return _gauge(state)


def _column(state: State, done: int, of: int) -> list[Shape]:
    """Return the card that says what to do how often: its picture, and a dot for each time."""
    high = 176 + 74.0 * of
    top = 470 + high / 2
    shapes: list[Shape] = [
        Bar(GAUGE_X, 470, 150, high, "card", 44, "line", 5),
        Picture(ICONS[state.wanted.act], GAUGE_X, top - 84, 116, 116),
    ]
    for n in range(of):
        filled = n < done
        shapes.append(Circle(GAUGE_X, top - 192 - 72.0 * n, 24, "good" if filled else "ground", "ink", 5))
    return shapes


def _height(share: float, state: State) -> float:
    """Return the height of a force on the gauge; with the mouse it is the pointer's own height."""
    top = 1.9 * (state.params.target + state.params.band)
    tallest = TALLEST if state.setting.played_with == "mouse" else max(0.16, top)
    return GAUGE_LOW + min(share, tallest) / tallest * (GAUGE_HIGH - GAUGE_LOW)


def _gauge(state: State) -> list[Shape]:
    params, part = state.params, state.doing.part
    lowering = part == "lower"
    low, high = (0.0, OPEN) if lowering else (state.target - params.band, state.target + params.band)
    bottom, top = _height(max(0.0, low), state) - (14 if lowering else 0), _height(high, state)
    good = part == "hold" and abs(state.force - state.target) <= params.band
    middle, edge = (GAUGE_LOW + GAUGE_HIGH) / 2, GAUGE_W / 2
    shapes: list[Shape] = [
        Bar(GAUGE_X, middle, GAUGE_W + 16, GAUGE_HIGH - GAUGE_LOW + 60, "card", 53, "line", 5),
        Bar(GAUGE_X, (bottom + top) / 2, GAUGE_W, top - bottom, "good" if good else "target", 12, "ink", 4),
    ]
    if part == "hold":
        rise = (top - bottom) * len(state.doing.away) / max(1, to_ticks(params.hold_ms))
        shapes.append(Bar(GAUGE_X, bottom + rise / 2, GAUGE_W - 20, rise, "guide", 8, "card", 4))
    shapes += [Path(((GAUGE_X - edge - 22, at), (GAUGE_X + edge + 22, at)), "ink", 5) for at in (bottom, top)]
    at = _height(state.force, state)
    if lowering or not bottom <= at <= top:
        icon = "icon-softer" if lowering or at > top else "icon-firmer"
        shapes.append(Picture(icon, GAUGE_X - 106, (bottom + top) / 2 + (40 if lowering else 0), 100, 100))
    shapes.append(Path(((GAUGE_X - edge, at), (GAUGE_X + edge, at)), "ink", 9))
    shapes += [Circle(GAUGE_X, at, 27, "card", "ink", 5), Circle(GAUGE_X, at, 17, "primary")]
    return shapes


# The dish


def _ready(state: State) -> list[Shape]:
    """Return the dish on the worktop, in a small burst of light."""
    gone = state.now_ms - state.since_ms
    share = 1.0 if state.setting.calm else min(1.0, gone / POP_MS)
    size = 0.75 + 0.25 * share * (2 - share)
    x, y = BOWL[0], 420.0
    shapes: list[Shape] = [Circle(x, y, 300 * size, "white", alpha=0.55)]
    far = 300 + (30.0 if state.setting.calm else 40 * min(1.0, gone / 500))
    for k in range(12):
        a, b = cos(2 * pi * k / 12), sin(2 * pi * k / 12)
        ray = ((x + far * a, y + far * b), (x + (far + 40) * a, y + (far + 40) * b))
        shapes.append(Path(ray, "target", 12))
    shapes.append(Picture(f"kitchen-dish-{state.recipe.dish}", x, y, 560 * size, 414 * size))
    if state.recipe.dish in WARM:
        drift = 0.0 if state.setting.calm else 8 * abs(state.now_ms % 1600 / 800 - 1)
        shapes.append(Picture("steam", x, y + 220 + drift, 120, 160, alpha=0.9))
    return shapes


PICTURES = (
    *(f"kitchen-dish-{dish}" for dish in DISHES), *(f"kitchen-fill-{fill}" for fill in FILLS.values()),
    *(f"kitchen-fill-{fill}" for _, fill in (*BEFORE.values(), *AFTER.values())),
    *sorted({f"kitchen-{name}-back" for name, _ in VESSELS.values()}),
    *sorted({f"kitchen-{name}-front" for _, name in VESSELS.values()}),
    *(named(name) for name in (*TOOLS, *STRANGERS)), *ICONS.values(),
    "kitchen-arm", "kitchen-fist", "kitchen-yolk", "drop", "steam",
    *(f"grip-{part}" for part in ("back", "front", "open-arm", "open-back", "open-front")),
    "icon-ok", "icon-firmer", "icon-softer", "hand-point",
)  # fmt: skip
