"""Draw every screen the patient sees around the games: one idea each, at most three choices, icon beside word."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache

from engine.feedback import commonest
from engine.hand import Side
from engine.profile import Profile
from engine.quality import LEAVES, leaves
from engine.recording import Trial
from engine.scene import STAGE_H, STAGE_W, Arc, Bar, Button, Circle, Picture, Role, Scene, Shape, Words
from engine.source import PADS, SENSORS
from engine.spelling import Spelling

MIDDLE = STAGE_W / 2
ROWS = 3  # games a page of the summary
CONTROL_W, CONTROL_H = 190.0, 140.0
TOP_W, TOP_Y = 1030.0, 700.0  # above TOP_Y the corners belong to STOP, home and the demonstration
BIG_W, BIG_H = 400.0, 150.0
HINT_Y = 822.0
START_W, TOLD_W = 340.0, 740.0
SETTINGS_PAGES = 8
HINT_ICONS = {
    "too-soft": "firmer", "too-hard": "softer", "too-early": "early", "too-late": "late", "no-try": "time",
    "wrong-finger": "finger", "extra-finger": "finger", "left-of-path": "path", "right-of-path": "path",
    "unfinished": "time", "let-go-too-quickly": "slower", "missed-target": "touch", "softer": "softer",
    "gently": "slower", "too-fast": "slower", "wrong-way": "again", "wrong-order": "again", "wrong-tool": "touch",
}  # fmt: skip
# What an edge looks like that is sought on purpose: the way towards it, not the advice against it.
SEEK_ICONS = {
    "too-soft": "softer", "too-hard": "firmer", "too-fast": "late", "too-early": "early", "left-of-path": "left",
    "right-of-path": "right", "let-go-too-quickly": "late",
}  # fmt: skip
QUALITY_ICONS = {"steady": "steady", "smooth": "smooth", "right_finger": "finger", "relaxed": "relaxed"}
ICONS = {
    "keys": "keyboard", "mouse": "mouse", "serial": "grip", "switch": "touch", "plain": "grip", "tindeq": "radio",
    "lsl": "network", "trigger": "trigger", "playback": "playback", "pads": "pads", "midi": "midi",
}  # fmt: skip
# Why a difficulty is what it is, by key of the texts.
REASONS = (
    "reason.first", "reason.up", "reason.down", "reason.hard", "reason.same", "reason.rescue", "reason.floor",
    "reason.ceiling", "reason.cap", "reason.assessed", "reason.fixed", "reason.after-rest", "reason.tired",
    "reason.margin", "reason.ease", "reason.finger", "reason.clock", "reason.held", "reason.probe",
)  # fmt: skip
# The steps of the settings, by value, and what they are called in the texts.
TEXT_SIZES = {1.0: "usual", 1.25: "large", 1.5: "larger", 2.0: "largest"}
SCANS = {0.0: "off", 1.5: "one-half", 2.5: "two-half", 4.0: "four"}
DWELLS = {0.0: "off", 0.5: "half", 1.0: "one", 2.0: "two"}
DEBOUNCES = {0.0: "none", 80.0: "usual", 150.0: "longer", 300.0: "longest"}
COOLDOWNS = {0.0: "none", 500.0: "usual", 1000.0: "longer", 2000.0: "longest"}
PATIENCE = {1.0: "usual", 2.0: "longer", 4.0: "longest"}
NAMED = {"cause": "hint", "finger": "finger"}  # values that have words of their own in each language, and where
Row = tuple[str, str, str]
Values = tuple[tuple[str, str], ...]
ReasonRow = tuple[str, Values]
WITHOUT: Row = ("without", "keyboard", "button.without")


def stop_button(profile: Profile) -> Button:
    """Return the STOP button: always on screen, always at the same place, in the seen half."""
    return _stop_at(profile.seen)


@cache
def _stop_at(seen: Side) -> Button:
    inset = CONTROL_W / 2 + 24
    x = STAGE_W - inset if seen is Side.RIGHT else inset
    return Button(
        "stop", x, STAGE_H - CONTROL_H / 2 - 20, CONTROL_W, CONTROL_H, "icon-stop", "button.stop", "stop", size=36
    )


def help_button(profile: Profile) -> Button:
    """Return the button that asks for the demonstration, beside STOP on the seen side."""
    return _help_at(profile.seen)


@cache
def _help_at(seen: Side) -> Button:
    stop = _stop_at(seen)
    beside = -1 if seen is Side.RIGHT else 1
    x = stop.x + beside * (CONTROL_W + 24)
    return Button("show", x, stop.y, CONTROL_W, CONTROL_H, "icon-help", "button.show", size=30)


def row_of(
    choices: Sequence[Row], y: float, w: float = BIG_W, h: float = BIG_H, main: bool = True
) -> tuple[Button, ...]:
    """Return big buttons in a row: (action, icon, text key) each, the first one the main choice if there is one."""
    gap = 40.0
    left = MIDDLE - (len(choices) * w + (len(choices) - 1) * gap) / 2 + w / 2
    roles: tuple[Role, ...] = ("primary" if main else "card", "card", "card")
    return tuple(
        Button(action, left + n * (w + gap), y, w, h, f"icon-{icon}", key, role, size=40)
        for n, ((action, icon, key), role) in enumerate(zip(choices, roles, strict=False))
    )


def title(key: str, y: float = 720.0, size: float = 64.0, lines: int = 1) -> Words:
    """Return a screen's one sentence; at the top it leaves room for STOP or home, also nearer the seen edge."""
    return Words(key, MIDDLE, y, size, bold=True, width=TOP_W if y > TOP_Y else 1150, lines=lines)


def home(notice: str = "", values: tuple[tuple[str, str], ...] = ()) -> Scene:
    """Return the home screen; ``notice`` is a kind word about the last time, by key."""
    shapes: tuple[Shape, ...] = (
        Picture("mark", MIDDLE, 728, 170, 170),
        Words("home.title", MIDDLE, 590, 64, bold=True, width=1200),
        *row_of(
            (
                ("practice", "play", "home.practice"),
                ("pick", "practice", "home.pick"),
                ("settings", "settings", "home.settings"),
            ),
            390,
            440,
            170,
        ),
        Bar(MIDDLE, 46, 1240, 56, "card", 28, alpha=0.85),
        Words("home.honest", MIDDLE, 46, 24, width=1180),
        Button("leave", 119, 810, CONTROL_W, CONTROL_H, "icon-quit", "button.quit", size=30),
    )
    if notice:
        shapes += (
            Bar(MIDDLE, 180, 1240, 108, "card", 30, "line", 3),
            Words(notice, MIDDLE, 180, 32, width=1180, lines=2, values=values),
        )
    return Scene("sunrise", shapes)


def again(done: int) -> Scene:
    """Return the screen after a practice that ended early: nothing is lost; go on or not."""
    return Scene(
        "sunrise",
        (
            Bar(MIDDLE, 640, 1240, 260, "card", 40, "line", 3),
            title("again.title", y=690),
            Words("again.kept", MIDDLE, 590, 38, width=1160, lines=2, values=(("n", str(done)),)),
            *row_of((("again", "play", "again.go"), ("home", "home", "button.home")), 330),
        ),
    )


def pick(games: Sequence[str], page: int = 0) -> Scene:
    """Return the screen to pick a game: three tiles a page, or the way to the tasks of daily life."""
    by_task = Button("tasks", MIDDLE - 480, 120, 440, 120, "icon-task", "pick.tasks", size=34)
    mine = Button("goals", MIDDLE, 120, 440, 120, "icon-goal", "pick.goals", size=34)
    more: tuple[Button, ...] = ()
    if len(games) > 3:
        more = (Button("more", MIDDLE + 480, 120, 440, 120, "icon-next", "pick.more", size=34),)
    heading = title("pick.title", y=760, size=56)
    return Scene("sunrise", (heading, *_tiles("play", "game", games, page), by_task, mine, *more, _home_button()))


def tasks(names: Sequence[str], page: int = 0) -> Scene:
    """Return the screen to pick a task of daily life: three tiles a page."""
    more: tuple[Button, ...] = ()
    if len(names) > 3:
        more = (Button("more", MIDDLE, 120, 460, 120, "icon-next", "pick.more", size=34),)
    heading = title("task.title", y=760, size=56)
    return Scene("sunrise", (heading, *_tiles("task", "task", names, page), *more, _home_button()))


def edges(names: Sequence[str], page: int = 0) -> Scene:
    """Return the screen to pick the game whose edges are to be felt: three tiles a page."""
    more: tuple[Button, ...] = ()
    if len(names) > 3:
        more = (Button("more", MIDDLE, 120, 460, 120, "icon-next", "pick.more", size=34),)
    heading = title("edge.title", y=760, size=56)
    return Scene("sunrise", (heading, *_tiles("edge", "game", names, page), *more, _home_button()))


def task(name: str, games: Sequence[str]) -> Scene:
    """Return the screen of one task: the games that train its parts, what each is good for, and all in a row."""
    left = MIDDLE - (len(games) - 1) * 240
    shapes: list[Shape] = [title(f"task.{name}", y=790, size=56)]
    for n, game in enumerate(games):
        x = left + 480 * n
        shapes += [
            Bar(x, 470, 450, 430, "card", 40, "line", 3),
            Picture(f"tile-{game}", x, 530, 390, 260),
            Words(f"game.{game}", x, 358, 38, bold=True, width=400),
            Words(f"part.{name}.{game}", x, 298, 28, width=410, lines=2),
        ]
    every = Button(f"all {name}", MIDDLE, 120, 560, 140, "icon-play", "task.all", "primary", size=40)
    return Scene("sunrise", (*shapes, every, _home_button()))


def _tiles(verb: str, section: str, names: Sequence[str], page: int) -> tuple[Button, ...]:
    """Return three pictures with their words, to press."""
    shown = names[3 * page : 3 * page + 3]
    left = MIDDLE - (len(shown) - 1) * 240
    return tuple(
        Button(f"{verb} {name}", left + 480 * n, 430, 440, 400, "", f"{section}.{name}", "card", f"tile-{name}", 44)
        for n, name in enumerate(shown)
    )


def _home_button() -> Button:
    return Button("home", 119, 810, CONTROL_W, CONTROL_H, "icon-home", "button.home", size=30)


def word(spelling: Spelling) -> Scene:
    """Return the screen to spell a word of one's own: what there is of it, and the letter that is offered."""
    turn = (
        ("word before", "back", "word.before"),
        ("word take", "more", "word.take"),
        ("word after", "next", "word.after"),
    )
    shown = spelling.word or "-"
    return Scene(
        "sunrise",
        (
            title("word.title", y=800, size=56),
            Bar(MIDDLE, 610, 900, 170, "card", 40, "line", 3),
            Words("plain", MIDDLE, 610, 96, bold=True, width=860, values=(("text", shown),)),
            Circle(MIDDLE, 430, 78, "card", "guide", 8),
            Words("plain", MIDDLE, 430, 92, bold=True, width=130, values=(("text", spelling.letter),)),
            *row_of(turn, 260, 380, 130, main=False),
            Button("word erase", 1400, 610, CONTROL_W, CONTROL_H, "icon-back", "word.erase", size=30),
            Button("word done", MIDDLE, 95, 420, 120, "icon-ok", "word.done", "primary", size=40),
        ),
    )


def _value(value: str) -> str:
    """Return a value as texts take it: a key is marked as one, a patient's own word is not."""
    return value if value.isupper() or value.startswith("@") else f"@{value}"


def question(key: str, choices: Sequence[Row], icon: str = "", main: bool = True) -> Scene:
    """Return a screen with one sentence and up to three answers, the first one the main choice if there is one."""
    picture: tuple[Shape, ...] = (Picture(f"icon-{icon}", MIDDLE, 800, 140, 140),) if icon else ()
    card = Bar(MIDDLE, 600, 1280, 230, "card", 40, "line", 3)
    return Scene("sunrise", (card, title(key, y=600, lines=2), *picture, *row_of(choices, 330, main=main)))


def first_hand() -> Scene:
    """Return the screen of the very first start: which hand will practise?"""
    choices = (("hand left", "hand-left", "first.left"), ("hand right", "hand-right", "first.right"))
    return question("first.title", choices, main=False)


def leaving() -> Scene:
    """Return the screen that asks before the program is left."""
    return question("quit.title", (("home", "home", "quit.stay"), ("quit", "quit", "button.quit")))


def stopped() -> Scene:
    """Return the screen after STOP: it has stopped; why?"""
    choices = (("pain", "pain", "why.pain"), ("tired", "tired", "why.tired"), ("other", "other", "why.other"))
    return question("stopped.title", choices, "ok", main=False)


def paused(reason: str) -> Scene:
    """Return the screen of a pause (``engine.phases.Paused``); one for the sensor's sake offers to play without it."""
    icons = {
        "unplugged": "plug",
        "cell": "plug",
        "stuck": "plug",
        "strong": "softer",
        "hard": "softer",
        "next": "again",
        "away": "wait",
    }
    gone = reason in ("unplugged", "cell", "stuck", "uncalibrated")
    choices: tuple[Row, ...] = (WITHOUT,) if gone else (("go on", "play", "button.go-on"),)
    return question(f"pause.{reason}", choices, "plug" if gone else icons.get(reason, "pause"), main=not gone)


def rest(
    left_s: float, whole_s: float, done: int, of: int, ready: bool, tired: bool = False, reasons: bool = True
) -> Scene:  # fmt: skip
    """Return the rest screen: a round of time, how far the practice is, and what may be pressed.

    A hand that has slowed is ``tired``: the rest is longer, and it may be enough for now. Without ``reasons`` nothing
    can be told of why it is this hard.
    """
    share = left_s / whole_s if whole_s > 0 else 0.0
    shapes: tuple[Shape, ...] = (
        title("rest.tired" if tired else "rest.title", y=780, size=60, lines=2 if tired else 1),
        Circle(MIDDLE, 520, 165, "card", "line", 4),
        Arc(MIDDLE, 520, 165, max(0.0, min(1.0, share)), "good", 22),
        Picture("icon-rest", MIDDLE, 560, 130, 130),
        Words("rest.left", MIDDLE, 455, 40, bold=True, width=300, values=(("s", f"{max(0.0, left_s):.0f}"),)),
        Words("rest.done", MIDDLE, 290, 36, width=1000, values=(("n", str(done)), ("of", str(of)))),
    )
    second: Row = ("enough", "rest", "rest.enough") if tired else ("why", "why", "button.why")
    rows: tuple[Row, ...] = (("go on", "play", "button.go-on"), *((second,) if tired or reasons else ()))
    go_on, *others = row_of(rows, 150)
    return Scene("sunrise", (*shapes, *((go_on,) if ready else ()), *others))


def spoken(values: Iterable[tuple[str, str]]) -> Values:
    """Return a reason's values as texts take them: a cause or a finger becomes the key of its words."""
    return tuple(
        (name, f"@{NAMED[name]}.{value}" if name in NAMED and value and value[0] != "@" else value)
        for name, value in values
    )


def sentences(reason: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys of what is to be said of a trial: its reason, and that one finger is asked more often."""
    also = "reason.finger"
    return (reason, also) if values.get("finger") and reason != also else (reason,)


def why_pages(reasons: Sequence[ReasonRow]) -> int:
    """Return how many pages these reasons take."""
    return max(1, -(-len({dict(values).get("game", "") for _, values in reasons}) // ROWS))


def why(reasons: Sequence[ReasonRow], page: int = 0) -> Scene:
    """Return the screen that says why it is this hard: (key, values with the game) of each game's latest trial.

    A second row of the same game is said below its first, in smaller words. Three games are on a page.
    """
    every = list(dict.fromkeys(dict(values).get("game", "") for _, values in reasons))
    games = every[ROWS * page : ROWS * (page + 1)]
    said = [[row for row in reasons if dict(row[1]).get("game", "") == game][:2] for game in games]
    row_h = 165.0 if any(len(rows) > 1 for rows in said) else 140.0
    high = row_h * len(said) + 40
    shapes: list[Shape] = [title("why.title", y=790, size=56), Bar(MIDDLE, 475, 1360, high, "card", 40, "line", 3)]
    for n, (game, rows) in enumerate(zip(games, said, strict=True)):
        y = 475 + row_h / 2 * (len(said) - 1) - row_h * n
        shapes.append(Picture(f"tile-{game}", 232, y, 165, 110))
        places = ((y + 32, 34, 2), (y - 50, 28, 2)) if len(rows) > 1 else ((y, 34, 2),)
        for (key, values), (at, size, lines) in zip(rows, places, strict=True):
            shapes.append(Words(key, 890, at, size, align="left", width=1080, lines=lines, values=spoken(values)))
    buttons = list(row_of((("back", "back", "button.back"),), 130))
    if len(every) > ROWS:
        buttons.append(Button("more", 1481, 130, CONTROL_W, CONTROL_H, "icon-next", "pick.more", size=30))
    return Scene("sunrise", (*shapes, *buttons))


def practice_controls(profile: Profile) -> tuple[Button, ...]:
    """Return what is always there while playing: STOP and the demonstration."""
    return (stop_button(profile), help_button(profile))


def demonstration(
    profile: Profile, game: str, played_with: str, acting: bool, again: bool, at: tuple[float, float] | None = None
) -> tuple[Shape, ...]:
    """Return what lies over a demonstration: what to do in one line, that it is to be watched, and the start button.

    ``acting`` lights up what the game is played with, while the hand of the demonstration uses it; ``again`` says
    that it comes back after some tries. All of it stands in the row of STOP, which every game keeps free;
    or the words about ``at``, where that is said.
    """
    stop, to_seen = stop_button(profile), 1 if profile.seen is Side.RIGHT else -1
    start_x = stop.x - to_seen * (CONTROL_W / 2 + 30 + START_W / 2)
    x, y = at or (start_x - to_seen * (START_W / 2 + 24 + TOLD_W / 2), 818.0)
    icon_x, words_x = x - TOLD_W / 2 + 76, x + 64
    more = _deeper(140, profile.text_scale)
    y -= more / 2  # the upper edge stays where it is
    return (
        Bar(x, y, TOLD_W, 140 + more, "card", 36, "line", 3),
        *((Circle(icon_x, y, 56, "focus"),) if acting else ()),
        Picture(f"icon-{'touch' if game == 'kitchen' and not acting else ICONS[played_with]}", icon_x, y, 88, 88),
        Words(
            f"how.{game}.{way_said(played_with)}",
            words_x,
            y + 20.5 + more / 8,
            32,
            bold=True,
            width=TOLD_W - 170,
            lines=2,
        ),
        Words("how.again" if again else "how.watch", words_x, y - 49.5 - more / 3, 26, width=TOLD_W - 170),
        Button("start", start_x, stop.y, START_W, CONTROL_H, "icon-play", "button.start", "primary", size=48),
    )


def way_said(played_with: str) -> str:
    """Return the way of playing whose words are said: every sensor is squeezed, and all pads are tapped, alike."""
    return "serial" if played_with in SENSORS else "pads" if played_with in PADS else played_with


def hint(cause: str, key: str = "", text_scale: float = 1.0) -> tuple[Shape, ...]:
    """Return a short hint after a miss: what to change, with its picture; ``key`` is that of its words."""
    icon, more = HINT_ICONS.get(cause, "again"), _deeper(118, text_scale)
    y = HINT_Y - more / 2
    return (
        Bar(MIDDLE, y, 700, 118 + more, "card", 36, "line", 3),
        Picture(f"icon-{icon}", MIDDLE - 285, y, 90, 90),
        Words(key or f"hint.{cause}", MIDDLE + 50, y, 38, bold=True, width=560, lines=2),
    )


def _deeper(high: float, text_scale: float) -> float:
    """Return by how much a card over a game reaches further down for larger words: as little as they need."""
    return high * 0.6 * max(0.0, text_scale - 1)


def judge() -> tuple[Shape, ...]:
    """Return the question that comes before the result: how did it go?"""
    well, less = ("well", "bloom", "judge.well"), ("less", "bud", "judge.less")
    return (
        Circle(MIDDLE, 450, 930, "ground", alpha=0.72),
        Bar(MIDDLE, 620, 1280, 200, "card", 40, "line", 3),
        title("judge.title", y=620, lines=2),
        *row_of((well, less), 330, main=False),
    )


def offered() -> tuple[Shape, ...]:
    """Return the button that asks for the result."""
    return (Button("ask", MIDDLE, 822, 620, 124, "icon-help", "request.ask", size=38),)


def seek(game: str, cause: str) -> Scene:
    """Return the screen that asks to find an edge on purpose."""
    return Scene(
        "sunrise",
        (
            Picture(f"tile-{game}", MIDDLE, 745, 300, 200),
            Bar(MIDDLE, 500, 1280, 220, "card", 40, "line", 3),
            Picture(f"icon-{SEEK_ICONS[cause]}", MIDDLE - 540, 500, 120, 120),
            Words(f"seek.{cause}", MIDDLE + 70, 530, 46, bold=True, width=1060, lines=2),
            Words("seek.why", MIDDLE + 70, 435, 30, width=1060),
            *row_of((("start", "play", "button.start"),), 250),
        ),
    )


def found(sought: str, got: str) -> tuple[Shape, ...]:
    """Return a card with what came of seeking an edge."""
    key = "seek.there" if got == sought else "seek.inside" if not got else "seek.other"
    icon = "ok" if got == sought else "again"
    return (
        Bar(MIDDLE, 822, 760, 118, "card", 36, "line", 3),
        Picture(f"icon-{icon}", MIDDLE - 315, 822, 90, 90),
        Words(key, MIDDLE + 50, 822, 38, bold=True, width=620, lines=2),
    )


def explored(game: str, edges: Sequence[tuple[str, str]]) -> Scene:
    """Return the last screen after exploring: which edges were found; nothing is scored."""
    shapes: list[Shape] = [title("seek.title", y=800, size=60), Picture(f"tile-{game}", MIDDLE, 640, 240, 160)]
    for n, cause in enumerate(dict.fromkeys(sought for sought, _ in edges)):
        y = 470.0 - 130 * n
        met = any(found == cause for sought, found in edges if sought == cause)
        shapes.append(Bar(MIDDLE, y, 900, 112, "card", 32, "line", 3))
        shapes.append(Picture(f"icon-{SEEK_ICONS[cause]}", MIDDLE - 380, y, 80, 80))
        shapes.append(Words(f"edge.{cause}", MIDDLE - 20, y, 36, bold=True, width=600))
        shapes.append(Picture("daisy", MIDDLE + 380, y, 72, 72) if met else Circle(MIDDLE + 380, y, 14, "line"))
    return Scene("sunrise", (*shapes, *row_of((("home", "home", "button.home"),), 110, 360, 120)))


def review(tries: Sequence[tuple[bool, str]], key: str) -> Scene:
    """Return the screen that looks back on the latest tries, (hit, cause) each: flowers, and one hint in sum."""
    step = min(150.0, 1100.0 / max(1, len(tries)))
    left = MIDDLE - (len(tries) - 1) * step / 2
    size = min(120.0, 0.85 * step)
    shapes: list[Shape] = [title("review.title", y=780, size=60), Bar(MIDDLE, 560, 1280, 230, "card", 40, "line", 3)]
    for n, (hit, _) in enumerate(tries):
        x = left + n * step
        flower = Picture("daisy", x, 560, size, size)
        shapes.append(flower if hit else Circle(x, 560, size * 0.26, "guide", "ink", 4))
    cause = commonest([cause for _, cause in tries])
    if cause:
        shapes.append(Picture(f"icon-{HINT_ICONS.get(cause, 'again')}", MIDDLE - 330, 350, 100, 100))
        shapes.append(Words(key, MIDDLE + 50, 350, 42, bold=True, width=640, lines=2))
    return Scene("sunrise", (*shapes, *row_of((("go on", "play", "button.go-on"),), 150)))


def moved(qualities: Sequence[tuple[str, tuple[tuple[str, float], ...]]], page: int = 0) -> Scene:
    """Return the screen that says how the hand moved, apart from the score: (game, (quality, share)) a row."""
    shapes: list[Shape] = [title("moved.title", y=800, size=56)]
    for n, (game, found) in enumerate(qualities[ROWS * page : ROWS * (page + 1)]):
        y = 652.0 - 190 * n
        shapes += [Bar(MIDDLE, y, 1440, 172, "card", 32, "line", 3), Picture(f"tile-{game}", 195, y, 180, 120)]
        if not found:
            shapes.append(Words("moved.none", 840, y, 32, width=1000))
        for k, (name, share) in enumerate(found):
            shapes += _quality(name, leaves(share), 455.0 + 300 * k, y)
    return Scene("sunrise", (*shapes, *row_of((("back", "back", "button.back"),), 110, 360, 120)))


def _quality(name: str, grown: int, x: float, y: float) -> list[Shape]:
    """Return one quality: its picture, its word, and up to five leaves."""
    shapes: list[Shape] = [
        Picture(f"icon-{QUALITY_ICONS[name]}", x - 100, y + 32, 74, 74),
        Words(f"quality.{name}", x + 45, y + 32, 30, bold=True, width=200, lines=2),
    ]
    for n in range(LEAVES):
        at = x - 110 + 55 * n
        shapes.append(Picture("leaf", at, y - 45, 52, 30, angle=20) if n < grown else Circle(at, y - 45, 7, "line"))
    return shapes


def garden(trials: Sequence[bool | None], of: int) -> tuple[Shape, ...]:
    """Return the row at the foot of the stage: a flower for each hit, a bud for each other try, dots for the rest.

    A try of which nothing is told (``None``) is a seed.
    """
    if of > 24:
        share = len(trials) / of
        full = Bar(MIDDLE, 26, 900, 18, "card", 9, "line", 2)
        done = max(18.0, 900 * share)
        return (full, Bar(MIDDLE - 450 + done / 2, 26, done, 18, "good", 9)) if trials else (full,)
    left = MIDDLE - (of - 1) * 25.0
    shapes: list[Shape] = [Bar(MIDDLE, 32, of * 50.0 + 30, 56, "card", 28, alpha=0.85)]
    for n in range(of):
        x = left + 50.0 * n
        if n >= len(trials):
            shapes.append(Circle(x, 32, 7, "line"))
        elif trials[n] is None:
            shapes.append(Circle(x, 32, 12, "card", "ink", 4))
        elif trials[n]:
            shapes.append(Picture("daisy", x, 32, 46, 46))
        else:
            shapes.append(Circle(x, 32, 13, "guide", "ink", 4))
    return tuple(shapes)


def summary(
    trials: Sequence[Trial], minutes: float, how: str, reasons: Sequence[ReasonRow] = (), page: int = 0
) -> Scene:
    """Return the last screen: what was done, in plain words and one picture, and why each game is as hard as it is.

    ``reasons`` are (key, values with the game), as for ``why``; only the first one of a game is said, and a key that is
    not known here is left out. Three games are on a page.
    """
    games = list(dict.fromkeys(trial.game for trial in trials))
    known = [(key, values) for key, values in reasons if key in REASONS]
    because = {dict(values).get("game", ""): (key, values) for key, values in reversed(known)}
    shapes: list[Shape] = [title("summary.stopped" if how == "stopped" else "summary.title", y=822, size=60)]
    values = (("n", str(len(trials))), ("min", f"{max(1, round(minutes))}"))
    key = "summary.done" if trials else "summary.none"
    shapes.append(Words(key, MIDDLE, 741, 40, width=1300, values=values))
    for n, game in enumerate(games[ROWS * page : ROWS * (page + 1)]):
        y = 622.0 - 162 * n
        brief = _in_brief(*because[game], y - 42) if game in because else ()
        shapes += [*_garden_bed(game, [t for t in trials if t.game == game], y, y + 26 if brief else y), *brief]
    rows: list[Row] = [("home", "home", "button.home")]
    if trials:
        rows += [("quality", "star", "button.quality"), ("why", "why", "button.why")]
    buttons = list(row_of(rows, 105, 360, 120))
    if len(games) > ROWS:
        buttons.append(Button("more", 1481, 105, CONTROL_W, CONTROL_H, "icon-next", "pick.more", size=30))
    return Scene("sunrise", (*shapes, *judged(trials), *buttons))


def judged(trials: Sequence[Trial]) -> tuple[Shape, ...]:
    """Return how often the patient judged a try as it was, where that was asked."""
    asked = [trial for trial in trials if trial.judged]
    if not asked:
        return ()
    right = sum(trial.judged == trial.result for trial in asked)
    return (Words("summary.judged", MIDDLE, 190, 28, width=1300, values=(("n", str(right)), ("of", str(len(asked))))),)


def _garden_bed(game: str, trials: Sequence[Trial], y: float, flowers_y: float) -> list[Shape]:
    """Return one game's row of the summary: its picture, and a flower for each try that went well."""
    hits = sum(trial.hit for trial in trials)
    shapes: list[Shape] = [
        Bar(MIDDLE, y, 1360, 150, "card", 32, "line", 3),
        Picture(f"tile-{game}", 240, y, 162, 108),
        Words(
            "summary.well",
            1340,
            y,
            34,
            bold=True,
            width=230,
            lines=2,
            values=(("hits", str(hits)), ("n", str(len(trials)))),
        ),
    ]
    step = min(62.0, 860.0 / max(1, len(trials)))
    size = min(54.0, max(14.0, step * 0.92))
    for n, trial in enumerate(trials[-60:]):
        x = 350 + size / 2 + step * n
        flower = Picture("daisy", x, flowers_y, size, size)
        shapes.append(flower if trial.hit else Circle(x, flowers_y, size * 0.26, "guide", "ink", 3))
    return shapes


def _in_brief(key: str, values: Values, y: float) -> tuple[Words, ...]:
    """Return the one short line of the summary that says why a game is as hard as it is now."""
    named = {**dict(spoken(values)), "game": f"@game.{dict(values)['game']}"}
    short = f"brief.{key.removeprefix('reason.')}"
    return (Words(short, 757, y, 30, align="left", width=810, values=tuple(named.items())),)


def _step(steps: Mapping[float, str], value: float) -> str:
    """Return the name of the step that a value is nearest to."""
    return steps[min(steps, key=lambda step: abs(step - value))]


def settings(profile: Profile, page: int, measured: Collection[str] = ()) -> Scene:
    """Return the settings, three a page: each button shows what is set and moves on to the next choice.

    ``measured`` are those of ``card`` (the size of the screen) and ``weigh`` (the sensor) that were measured.
    """
    rows: tuple[tuple[str, str, str, str], ...] = (
        ("set hand", f"hand-{profile.hand}", "set.hand", f"set-value.hand.{profile.hand}"),
        ("set language", "language", "set.language", "set-value.language"),
        ("set palette", "palette", "set.palette", f"set-value.palette.{profile.palette}"),
        ("set text", "text-size", "set.text", f"set-value.text.{_step(TEXT_SIZES, profile.text_scale)}"),
        ("set sound", "sound-on" if profile.effects else "sound-off", "set.sound",
         "set.on" if profile.effects else "set.off"),
        ("set calm", "slower", "set.calm", "set.on" if profile.calm else "set.off"),
        ("set captions", "pencil", "set.captions", "set.on" if profile.captions else "set.off"),
        ("set read", "sound-on", "set.read", "set.on" if profile.read_aloud else "set.off"),
        ("set seen", "left" if profile.seen is Side.LEFT else "right", "set.seen",
         f"set-value.side.{profile.seen if profile.unseen else 'both'}"),
        ("set scan", "keyboard", "set.scan", f"set-value.time.{_step(SCANS, profile.scan_s)}"),
        ("set dwell", "touch", "set.dwell", f"set-value.time.{_step(DWELLS, profile.dwell_s)}"),
        ("set debounce", "steady", "set.debounce", f"set-value.wait.{_step(DEBOUNCES, profile.debounce_ms)}"),
        ("set cooldown", "slower", "set.cooldown", f"set-value.wait.{_step(COOLDOWNS, profile.cooldown_ms)}"),
        ("set patience", "pause", "set.patience", f"set-value.wait.{_step(PATIENCE, profile.patience)}"),
        ("set hurry", "time", "set.hurry", "set.on" if profile.hurry else "set.off"),
        ("set grip", ICONS[profile.grip], "set.grip", f"set-value.grip.{profile.grip}"),
        ("set taps", ICONS[profile.taps], "set.taps", f"set-value.taps.{profile.taps}"),
        ("set aid", "splint", "set.aid", f"set-value.aid.{profile.aid}"),
        ("set tone", "tone", "set.tone", "set.on" if profile.tone else "set.off"),
        ("set weigh", "weight", "set.weigh", f"set-value.weigh.{'done' if 'weigh' in measured else 'none'}"),
        ("set card", "card", "set.card", f"set-value.card.{'measured' if 'card' in measured else 'guess'}"),
        ("set word", "pencil", "set.word", profile.word or "@set.off"),
    )  # fmt: skip
    shapes: list[Shape] = [title("set.title", y=790, size=56)]
    for n, (action, icon, name, value) in enumerate(rows[3 * page : 3 * page + 3]):
        y = 620 - 160 * n
        shapes.append(
            Button(action, MIDDLE, y, 980, 136, f"icon-{icon}", name, size=40, values=(("value", _value(value)),))
        )
    back = Button("home", MIDDLE - 260, 110, 360, 120, "icon-home", "button.home", "primary", size=38)
    pages = (("n", str(page + 1)), ("of", str(SETTINGS_PAGES)))
    more = Button("more", MIDDLE + 260, 110, 360, 120, "icon-next", "set.more", size=38, values=pages)
    return Scene("sunrise", (*shapes, back, more))
