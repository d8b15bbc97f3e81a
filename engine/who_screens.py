"""Draw the screens of the reception: who is practising, a pad for the PIN, a picture of one's own, wiping."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.hand import Side
from engine.profile import Profile
from engine.scene import STAGE_W, Bar, Button, Circle, Path, Picture, Scene, Shape, Words
from engine.screens import CONTROL_H, CONTROL_W, MIDDLE, first_hand, title

PICTURES = ("apple", "bird", "boat", "cat", "clock", "fish", "flower", "house", "leaf", "mug", "star", "tree")
PAGE = 6  # tiles a page
LEAST_PIN, LONGEST_PIN = 4, 6  # digits
LONGEST_WORD = 10  # letters of a name; more would be too small on a tile
KEY_W, KEY_H, KEY_GAP = 176.0, 152.0, 20.0
PAD_X, TOLD_X = 1080.0, 420.0


@dataclass(frozen=True, slots=True)
class Tile:
    """One patient as the reception shows it: a code, a picture, a name where one is kept, and whether a PIN is set."""

    code: str
    picture: str
    name: str = ""
    locked: bool = False


def tiles(who: Sequence[Tile], page: int = 0, notice: str = "") -> Scene:
    """Return the screen on which each patient presses a picture; ``notice`` is the key of what is wrong, or ""."""
    shown = who[PAGE * page : PAGE * (page + 1)]
    buttons = tuple(_tile(tile, *_place(n)) for n, tile in enumerate(shown))
    heading = title(notice or "who.title", y=810, size=40 if notice else 56, lines=2 if notice else 1)
    new = Button("new", MIDDLE, 88, 400, 116, "icon-people", "who.new", size=32)
    ways = (*_turning(page, len(who)), new, _corner("leave", "quit", "button.quit"))
    return Scene("sunrise", (replace(heading, width=1060), *buttons, *ways))


def pictures(names: Sequence[str], page: int = 0) -> Scene:
    """Return the screen on which a new patient chooses a picture: six a page."""
    shown = names[PAGE * page : PAGE * (page + 1)]
    buttons = tuple(
        Button(f"picture {name}", *_place(n), 440, 250, picture=f"who-{name}") for n, name in enumerate(shown)
    )
    more: tuple[Button, ...] = ()
    if len(names) > PAGE:
        more = (Button("more", MIDDLE, 88, 400, 116, "icon-next", "pick.more", size=32),)
    heading = replace(title("who.picture", y=810, size=56), width=1060)
    return Scene("sunrise", (heading, *buttons, *more, _WAYS["back"]))


def hand() -> Scene:
    """Return the screen that asks a new patient for the hand."""
    return first_hand() + (_WAYS["back"],)


def pin_pad(
    profile: Profile, asks: str, typed: int, told: str = "", left_s: float = 0.0, tile: Tile | None = None,
    staff: bool = False, way_out: str = "back",
) -> Scene:  # fmt: skip
    """Return the pad for a PIN of which so many digits are ``typed``; they are shown as dots only.

    ``asks`` and ``told`` are keys: what is asked for, and what came of it. While it is blocked (``left_s`` above 0)
    only the time is told. ``tile`` is whose PIN it is; with ``staff`` the clinic PIN may be used instead, and
    ``way_out`` is ``back`` or ``leave``. The digits stand in the seen half.
    """
    blocked = left_s > 0
    shapes: list[Shape] = [Words(asks, TOLD_X, 685 if tile else 560, 40, bold=True, width=640, lines=2)]
    if tile is not None:
        shapes += [Picture(f"who-{tile.picture}", TOLD_X, 525, 160, 160)]
        shapes += [Words("plain", TOLD_X, 415, 36, bold=True, width=640, values=(("text", tile.code),))]
    shapes += [] if blocked else _dots(typed)
    if blocked:
        values = (("time", f"{int(left_s + 0.999) // 60}:{int(left_s + 0.999) % 60:02d}"),)
        shapes.append(Words("who.blocked", TOLD_X, 310, 38, bold=True, width=640, lines=2, values=values))
    elif told:
        shapes.append(Words(told, TOLD_X, 240, 36, width=640, lines=2))
    shapes += [] if blocked else _keys(typed)
    if blocked:
        shapes.append(Picture("icon-wait", PAD_X, 450, 260, 260))
    if staff:
        shapes.append(Button("staff", TOLD_X, 80, 300, 112, "icon-key", "who.staff", size=30))
    shapes.append(_WAYS[way_out])
    return Scene("sunrise", tuple(_in_seen_half(shape, profile) for shape in shapes))


def wipe(still: bool) -> Scene:
    """Return the screen that asks to wipe; its button is there only once the screen is left ``still``."""
    done = (Button("wiped", MIDDLE, 250, 420, 160, "icon-ok", "who.ok", "primary", size=48),) if still else ()
    words = title("who.wipe", y=500, lines=2)
    return Scene("sunrise", (Bar(MIDDLE, 500, 1280, 230, "card", 40, "line", 3), words, _wiping(), *done))


def change_button() -> Button:
    """Return the button of the home screen that leads back to all patients, clear of the corners."""
    return Button("change", 470, 810, 320, CONTROL_H, "icon-people", "who.change", size=30)


def _wiping() -> Picture:
    return Picture("icon-wipe", MIDDLE, 730, 170, 170)


def _corner(action: str, icon: str, key: str) -> Button:
    return Button(action, 119, 810, CONTROL_W, CONTROL_H, f"icon-{icon}", key, size=30)


_WAYS = {"back": _corner("back", "back", "button.back"), "leave": _corner("leave", "quit", "button.quit")}


def _place(n: int) -> tuple[float, float]:
    """Return where tile n of a page stands: two rows of three."""
    return MIDDLE + 470 * (n % 3 - 1), 585.0 - 272 * (n // 3)


def _tile(tile: Tile, x: float, y: float) -> Button:
    words = [word if len(word) <= LONGEST_WORD else word[: LONGEST_WORD - 1] + "…" for word in tile.name.split()]
    text = " ".join((*words, tile.code))
    icon = "icon-key" if tile.locked else ""
    picture = f"who-{tile.picture}"
    return Button(f"who {tile.code}", x, y, 440, 250, icon, "plain", "card", picture, 40, values=(("text", text),))


def _turning(page: int, count: int) -> tuple[Button, ...]:
    back = (Button("back", 330, 88, 400, 116, "icon-back", "button.back", size=32),) if page else ()
    more = (Button("more", 1270, 88, 400, 116, "icon-next", "pick.more", size=32),) if count > PAGE * (page + 1) else ()
    return back + more


def _dots(typed: int) -> list[Shape]:
    n = max(LEAST_PIN, typed)
    return [
        Circle(TOLD_X + 70 * (k - (n - 1) / 2), 345, 22, "primary" if k < typed else "card", "ink", 4)
        for k in range(n)
    ]  # fmt: skip


def _keys(typed: int) -> list[Shape]:
    """Return the ten digits, the one that erases, and OK once there may be a PIN."""
    made: list[Shape] = []
    for n, digit in enumerate("123456789"):
        made.append(_key(f"digit {digit}", n % 3, n // 3, key="plain", values=(("text", digit),)))
    made.append(_key("erase", 0, 3, icon="icon-back", key="word.erase"))
    made.append(_key("digit 0", 1, 3, key="plain", values=(("text", "0"),)))
    if typed >= LEAST_PIN:
        made.append(replace(_key("enter", 2, 3, icon="icon-ok", key="who.ok"), role="primary"))
    return made


def _key(
    action: str, column: int, row: int, icon: str = "", key: str = "", values: tuple[tuple[str, str], ...] = ()
) -> Button:
    x = PAD_X + (KEY_W + KEY_GAP) * (column - 1)
    y = 450 + (KEY_H + KEY_GAP) * (1.5 - row)
    return Button(action, x, y, KEY_W, KEY_H, icon, key, size=30 if icon else 72, values=values)


def _in_seen_half(shape: Shape, profile: Profile) -> Shape:
    """Return a shape where it stands for this patient: the halves change place, the digits keep their order."""
    if profile.seen is Side.RIGHT or isinstance(shape, Path) or shape.y > 740:
        return shape
    return replace(shape, x=shape.x + STAGE_W - 2 * (PAD_X if shape.x > MIDDLE else TOLD_X))
