"""Let every button be pressed with mouse, touch, keys, a dwelling pointer or one switch.

Pointers act on release and may slide off to cancel. After each press, and when a screen opens, there is a short
cool-down. Keys: arrows or Tab move, Enter or Space press; while no focus is to be seen, the first key only shows it.
On a ``wary`` screen, one that comes in the middle of play, Space may still be meant for the game: it chooses nothing
until the keys were quiet for a while, and never STOP, which Esc is for.
With one switch the focus moves by itself (scanning), and Space, Enter or a press anywhere chooses; a press just after
a step still means the button before. A pointer that rests must leave a button before it can press it again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.profile import Profile
from engine.sample import Sample
from engine.scene import Button
from engine.ticks import seconds, to_ticks

FORWARD, BACK, CHOOSE = {"RIGHT", "DOWN", "TAB"}, {"LEFT", "UP"}, {"ENTER", "RETURN", "NUM_ENTER", "SPACE"}
FOR_MENUS = (FORWARD | BACK | CHOOSE) - {"SPACE"}
SLOW_S = 0.35
QUIET_S = 1.5


@dataclass(frozen=True, slots=True)
class Menu:
    """Where the focus is, since when this screen may be pressed, and what the pointer is doing."""

    opened: int = 0
    focus: int = 0
    keyed: bool = False
    aimed: str = ""
    pressed: bool = False
    over: str = ""
    over_since: int = 0
    spent: str = ""
    scanned: int = 0
    wary: bool = False
    struck: int = 0


def opened(tick: int, keyed: bool = False, wary: bool = False) -> Menu:
    """Return the menu of a screen that opens now; ``keyed`` shows the focus from the start."""
    return Menu(opened=tick, keyed=keyed, over_since=tick, scanned=tick, wary=wary, struck=tick)


def step(
    menu: Menu, buttons: Sequence[Button], samples: Sequence[Sample], tick: int, profile: Profile
) -> tuple[Menu, str]:
    """Return the menu one tick later, and the action that was chosen, or ""."""
    if not buttons:
        return menu, ""
    menu = replace(menu, focus=min(menu.focus, len(buttons) - 1))
    menu = _scanned(menu, buttons, tick, profile)
    action = ""
    for sample in samples:
        menu, chosen = _read(menu, buttons, sample, tick, profile)
        action = action or chosen
    menu, dwelt = _dwelt(menu, buttons, tick, profile)
    action = action or dwelt
    if action and tick - menu.opened < to_ticks(profile.cooldown_ms):
        return menu, ""
    return (replace(menu, opened=tick, over_since=tick, scanned=tick), action) if action else (menu, "")


def shown(menu: Menu, buttons: Sequence[Button], tick: int, profile: Profile) -> tuple[Button, ...]:
    """Return the buttons as they look now: focus, dwell progress, pressed."""
    return tuple(_look(menu, n, button, tick, profile) for n, button in enumerate(buttons))


def _look(menu: Menu, n: int, button: Button, tick: int, profile: Profile) -> Button:
    focused = 1.0 if n == menu.focus and (menu.keyed or profile.scan_s > 0) else 0.0
    if profile.dwell_s > 0 and menu.over == button.action != menu.spent:
        focused = min(1.0, max(0.01, (tick - menu.over_since) / seconds(profile.dwell_s)))
    return replace(button, focused=focused, pressed=menu.pressed and menu.aimed == button.action)


def _read(menu: Menu, buttons: Sequence[Button], sample: Sample, tick: int, profile: Profile) -> tuple[Menu, str]:
    kind, _, name = sample.channel.partition(".")
    if kind == "key" and sample.value > 0:
        return _key(menu, buttons, name, tick, profile)
    if kind == "mouse":
        return _pointer(menu, buttons, sample, tick, profile)
    return menu, ""


def _key(menu: Menu, buttons: Sequence[Button], name: str, tick: int, profile: Profile) -> tuple[Menu, str]:
    quiet = tick - menu.struck >= seconds(QUIET_S)
    if name not in FOR_MENUS:
        menu = replace(menu, struck=tick)
    is_stray = not quiet or buttons[menu.focus].action == "stop"
    if name == "SPACE" and menu.wary and is_stray and profile.scan_s <= 0:
        return menu, ""
    if name in CHOOSE:
        return _choice(menu, buttons, tick, profile)
    turn = 1 if name in FORWARD else -1 if name in BACK else 0
    if not turn:
        return menu, ""
    focus = (menu.focus + turn) % len(buttons) if menu.keyed else menu.focus
    return replace(menu, focus=focus, keyed=True), ""


def _choice(menu: Menu, buttons: Sequence[Button], tick: int, profile: Profile) -> tuple[Menu, str]:
    """Choose the button in focus, or show the focus first."""
    if profile.scan_s <= 0:
        return replace(menu, keyed=True), buttons[menu.focus].action if menu.keyed else ""
    slow = menu.scanned > menu.opened and tick - menu.scanned < seconds(SLOW_S)
    return menu, buttons[menu.focus - 1 if slow else menu.focus].action


def _pointer(menu: Menu, buttons: Sequence[Button], sample: Sample, tick: int, profile: Profile) -> tuple[Menu, str]:
    over = next((button.action for button in buttons if button.holds(sample.x, sample.y)), "")
    if over != menu.over:
        menu = replace(menu, over=over, over_since=tick, spent="")
    down = sample.value > 0
    if down and not menu.pressed:
        return replace(menu, pressed=True, aimed=over, keyed=False), ""
    if down or not menu.pressed:
        return menu, ""
    chosen = menu.aimed if over == menu.aimed else ""
    if profile.scan_s > 0 and not over:
        _, chosen = _choice(menu, buttons, tick, profile)
    return replace(menu, pressed=False, aimed=""), chosen


def _scanned(menu: Menu, buttons: Sequence[Button], tick: int, profile: Profile) -> Menu:
    if profile.scan_s <= 0 or tick - menu.scanned < seconds(profile.scan_s):
        return menu
    return replace(menu, scanned=tick, focus=(menu.focus + 1) % len(buttons))


def _dwelt(menu: Menu, buttons: Sequence[Button], tick: int, profile: Profile) -> tuple[Menu, str]:
    there = any(button.action == menu.over for button in buttons)
    if (
        profile.dwell_s <= 0
        or not there
        or menu.over == menu.spent
        or tick - menu.over_since < seconds(profile.dwell_s)
        or tick - menu.opened < to_ticks(profile.cooldown_ms)
    ):
        return menu, ""
    return replace(menu, over_since=tick, spent=menu.over), menu.over
