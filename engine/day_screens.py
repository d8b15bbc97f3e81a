"""Draw the screens around a bout: the plan of today, how it feels before, in and after play, and when it goes on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from engine import focus, guard
from engine.menu import Menu
from engine.profile import Profile
from engine.sample import Sample
from engine.scene import Arc, Bar, Button, Circle, Path, Picture, Role, Scene, Shape, Words
from engine.screens import CONTROL_H, CONTROL_W, MIDDLE, Row, Values, row_of, stop_button
from engine.ticks import to_ticks

Line = tuple[str, Values]
"""Something to say: the key of its words, and what to fill in."""
MOST = 10
A_PAGE = 4  # red flags a page
FLAG_PAGES = -(-len(guard.FLAGS) // A_PAGE)
FOOT_Y, FOOT_H = 90.0, 112.0
TEN_KEY = "T"
WEEK = 7
TOLD_WORDS = 2  # milestones on the last screen
# The ends of each scale from 0 to 10, and what is drawn at them; the scale of pain has faces all along.
SCALES: dict[str, tuple[str, str, str, str, str]] = {
    "pain": ("pain.title", "pain.least", "pain.most", "", ""),
    "pain-now": ("pain.now", "pain.least", "pain.most", "", ""),
    "fatigue": ("news.fatigue", "news.least", "news.most", "icon-easy", "icon-tired"),
    "effort": ("effort.title", "effort.least", "effort.most", "icon-rest", "icon-effort"),
}
# One question a day, three answers each: (answer, icon, key of its words).
REFLECTIONS: dict[str, tuple[Row, Row, Row]] = {
    "well": (
        ("steady", "steady", "reflect.steady"),
        ("easier", "easy", "reflect.easier"),
        ("relaxed", "relaxed", "reflect.relaxed"),
    ),
    "hard": (
        ("force", "grip", "reflect.force"),
        ("aim", "touch", "reflect.aim"),
        ("lasting", "tired", "reflect.lasting"),
    ),
    "helped": (
        ("rests", "rest", "reflect.rests"),
        ("slowly", "slower", "reflect.slowly"),
        ("watching", "help", "reflect.watching"),
    ),
}
FLAG_PICTURES = {name: "icon-numb" if name == "numb" else f"icon-flag-{name}" for name in guard.FLAGS}
SENSATIONS = {
    "tingle": "tingle", "numb": "numb", "warm": "warm", "stiff": "stiff", "easy": "easy", "painful": "pain",
    "tired-hand": "tired",
}  # fmt: skip
# What is drawn beside the reason why there is no practice now.
CLOSED_ICONS = {
    "pain-high": "pain", "still-hurts": "pain", "stopped-pain": "pain", "flare-up": "rest", "tired": "tired",
    "day-full": "ok", "red-flag": "phone", "twice-up": "phone", "locked": "lock",
}  # fmt: skip
NOTHING_INSTEAD = ("red-flag",)


@dataclass(frozen=True, slots=True)
class Day:
    """What is planned for a bout: its games, minutes, that it is bout n of m, and why it is as it is, in lines.

    ``sensor`` tells whether a sensor is played with, ``greeting`` is the key of what is said before all else, such as
    after a gap, ``free`` whether the patient may choose among the games, ``assess`` whether it is time for an
    assessment. Of an assessment ``looks_at`` is the hand and ``parts`` how many items there are: it is no bout.
    """

    games: tuple[str, ...]
    minutes: int
    bout: int = 1
    bouts: int = 1
    why: tuple[Line, ...] = ()
    sensor: bool = False
    greeting: str = ""
    free: bool = False
    assess: bool = False
    looks_at: str = ""
    parts: int = 0


# --- what all have in common ----------------------------------------------------------------------------


def home_button(profile: Profile) -> Button:
    """Return the way home: at the left, unless that side is not seen."""
    return Button(
        "home", focus.corner_x(profile), focus.CORNER_Y, CONTROL_W, CONTROL_H, "icon-home", "button.home", size=30
    )


def _with_home(shapes: Sequence[Shape], profile: Profile) -> Scene:
    return focus.in_sight(Scene("sunrise", tuple(shapes)), profile) + (home_button(profile),)


def _with_stop(shapes: Sequence[Shape], profile: Profile) -> Scene:
    return focus.in_sight(Scene("sunrise", tuple(shapes)), profile) + (stop_button(profile),)


def _heading(key: str, y: float = 770.0, size: float = 52.0, lines: int = 2) -> Words:
    """Return a screen's one sentence, between the places of STOP and home."""
    return Words(key, MIDDLE, y, size, bold=True, width=1000, lines=lines)


def _asked(key: str, choices: Sequence[Row], icon: str, main: bool = False, values: Values = ()) -> list[Shape]:
    """Return one sentence on a card, with a picture above, and up to three answers."""
    return [
        Picture(f"icon-{icon}", MIDDLE, 800, 140, 140),
        Bar(MIDDLE, 580, 1280, 270, "card", 40, "line", 3),
        Words(key, MIDDLE, 580, 52, bold=True, width=1180, lines=2, values=values),
        *row_of(choices, 315, 420, 180, main=main),
    ]


def _foot(*choices: Row, w: float = 300.0) -> tuple[Button, ...]:
    """Return the small buttons at the foot: back at the left, skip at the right.

    None is where Start was a moment ago: who presses twice must not skip a question.
    """
    at = {"back": 60 + w / 2, "skip": 2 * MIDDLE - 60 - w / 2}
    row = row_of(choices, FOOT_Y, w, FOOT_H, main=False)
    return tuple(replace(b, x=at.get(b.action, b.x), size=32) for b in row)


BACK: Row = ("back", "back", "button.back")
SKIP: Row = ("skip", "skip", "day.skip")


def keyed(
    menu: Menu, buttons: Sequence[Button], samples: Sequence[Sample], tick: int, profile: Profile
) -> tuple[Menu, str]:
    """Return the menu and the number that was typed on a scale: 0 to 9 by their keys, 10 by T; else ""."""
    there = {button.action for button in buttons}
    for sample in samples:
        kind, _, name = sample.channel.partition(".")
        digit = "10" if name == TEN_KEY else name.removeprefix("KEY_").removeprefix("NUM_")
        action = f"scale {digit}"
        if kind == "key" and sample.value > 0 and action in there:
            if tick - menu.opened < to_ticks(profile.cooldown_ms):
                return menu, ""
            return replace(menu, opened=tick, over_since=tick, scanned=tick), action
    return menu, ""


# --- before ---------------------------------------------------------------------------------------------


def welcome(greeting: str, profile: Profile) -> Scene:
    """Return the screen that greets after a gap, of which no day is counted, or says kindly what has become harder."""
    icon = "people" if greeting == "return.lower" else "sunrise-back"
    asked = _asked(greeting, (("go on", "play", "button.go-on"),), icon, main=True)
    return _with_home(asked, profile)


def today(day: Day, profile: Profile) -> Scene:
    """Return the plan of today in one line, the card to set up by, and the big start."""
    start = Button("start", MIDDLE, 122, 520, 172, "icon-play", "button.start", "primary", size=64)
    others: tuple[Button, ...] = ()
    if day.free:
        others += (Button("choose", 265, FOOT_Y, 410, FOOT_H, "icon-practice", "day.choose", size=32),)
    if day.assess:
        others += (Button("assess", 1335, FOOT_Y, 410, FOOT_H, "icon-task", "game.assess", size=32),)
    title = f"assess.look-{day.looks_at}" if day.looks_at else "day.title"
    shapes = [_heading(title, 812, 48, 1), *_plan(day, profile), *_set_up(day.sensor), start, *others]
    return _with_home(shapes, profile)


def choose(games: Sequence[str], chosen: Sequence[str], page: int, most: int, profile: Profile) -> Scene:
    """Return the games that fit today, three a page, of which the patient picks up to ``most``."""
    shown = games[3 * page : 3 * page + 3]
    left = MIDDLE - (len(shown) - 1) * 240
    shapes: list[Shape] = [_heading("day.choosing", 790, 54, 1)]
    for n, game in enumerate(shown):
        role: Role = "good" if game in chosen else "card"
        sign = "icon-ok" if game in chosen else ""
        tile = Button(f"choose {game}", left + 480 * n, 450, 440, 400, sign, f"game.{game}", role, f"tile-{game}", 44)
        shapes.append(tile)
    done = (("n", str(len(chosen))), ("of", str(min(most, len(games)))))
    shapes.append(Words("day.chosen", MIDDLE, 205, 34, width=700, values=done))
    more = (("more", "next", "pick.more"),) if len(games) > 3 else ()
    return _with_home([*shapes, *row_of((("back", "ok", "journal.done"), *more), FOOT_Y, 380, FOOT_H)], profile)


def _plan(day: Day, profile: Profile) -> list[Shape]:
    """Return the games as small tiles, how long, which bout, and one line why."""
    y, high = (628.0, 196.0) if day.why else (570.0, 270.0)
    shapes: list[Shape] = [Bar(MIDDLE, y, 1400, high, "card", 36, "line", 3), *_tiles(day.games, y, high - 30)]
    apart = high * 0.23 if day.parts or day.bouts > 1 else 0.0  # the only bout is not counted
    lasts = "day.minutes" if day.minutes > 1 else "day.minute"
    told: list[tuple[str, str, float, Values]] = [("time", lasts, y + apart, (("n", str(day.minutes)),))]
    if day.parts:
        told.append(("plan", "assess.parts", y - apart, (("n", str(day.parts)),)))
    elif day.bouts > 1:
        told.append(("plan", "day.bout", y - apart, (("n", str(day.bout)), ("of", str(day.bouts)))))
    for icon, key, at, values in told:
        shapes.append(Picture(f"icon-{icon}", 1025, at, 82, 82))
        shapes.append(Words(key, 1284, at, 40, bold=True, align="left", width=400, values=values))
    why = min(34.0, 54.0 / profile.text_scale)  # two lines fit between the two cards
    shapes += [Words(key, MIDDLE, 468, why, width=1300, lines=2, values=values) for key, values in day.why[:1]]
    return shapes


def _tiles(games: Sequence[str], y: float, high: float) -> list[Shape]:
    """Return the games as tiles beside each other, as large as they can be; more than three stand in two rows."""
    rows = 2 if len(games) > 3 else 1
    across = max(1, -(-len(games) // rows))
    step = min(270.0 if across > 1 else 360.0, 1.5 * high / rows + 12)
    left = 530 - step * (across - 1) / 2
    wide = step - 20
    return [
        Picture(f"tile-{game}", left + step * (n % across), y + high / rows * ((rows - 1) / 2 - n // across), wide,
                wide / 1.5)
        for n, game in enumerate(games)
    ]  # fmt: skip


def _set_up(sensor: bool) -> list[Shape]:
    """Return the card to set up by: seat, arm, light, and what is played with."""
    last = ("plug", "setup.sensor") if sensor else ("keyboard", "setup.keys")
    rows = (("seat", "setup.seat"), ("arm", "setup.arm"), ("light", "setup.light"), last)
    shapes: list[Shape] = [Bar(MIDDLE, 316, 1400, 170, "card", 36, "line", 3)]
    for n, (icon, key) in enumerate(rows):
        x = 285 + 344.0 * n
        shapes.append(Picture(f"icon-{icon}", x - 102, 316, 116, 116))
        shapes.append(Words(key, x + 62, 316, 32, bold=True, width=196, lines=2))
    return shapes


def scale(asked: str, profile: Profile, can_go_back: bool = False) -> Scene:
    """Return a scale of 0 to 10 before play: the number that is pressed is the answer; ``asked`` is of ``SCALES``."""
    foot = _foot(BACK, SKIP) if can_go_back else _foot(SKIP)
    return _with_home([*_scale(asked, profile), *foot], profile)


def _scale(asked: str, profile: Profile) -> list[Shape]:
    """Return the question, eleven numbers in one row, what stands above them, and the words at both ends."""
    key, least, most, left, right = SCALES[asked]
    w, step, y = 120.0, 132.0, 395.0
    xs = [MIDDLE + (n - MOST / 2) * step for n in range(MOST + 1)]
    shapes: list[Shape] = [_heading(key)]
    if left:
        shapes += [_column(x, n) for n, x in enumerate(xs)]
    else:
        shapes += [Picture(f"icon-face-{n}", xs[0] + 2.5 * n * step, 562, 122, 122) for n in range(5)]
    size = min(62.0, (84.0 if profile.unseen is None else 66.0) / profile.text_scale)  # all alike, also the widest
    shapes += [
        Button(f"scale {n}", x, y, w, 160, key="plain", size=size, values=(("text", str(n)),)) for n, x in enumerate(xs)
    ]
    low, high, room = xs[0] - w / 2, xs[-1] + w / 2, 130.0 if left else 10.0
    if left:
        shapes += [Picture(left, low + 55, 233, 100, 100), Picture(right, high - 55, 233, 100, 100)]
    shapes.append(Words(least, low + room + 210, 233, 32, align="left", width=420, lines=2))
    shapes.append(Words(most, high - room - 210, 233, 32, align="right", width=420, lines=2))
    return shapes


def _column(x: float, n: int) -> Bar:
    """Return a column that grows with the number."""
    high = 14.0 + 11 * n
    return Bar(x, 496 + high / 2, 64, high, "guide", 7, "ink", 3)


def news(profile: Profile) -> Scene:
    """Return the question after tiredness and anything new: three answers."""
    rows = (("news no", "ok", "news.no"), ("news tired", "tired", "news.tired"), ("news new", "new", "news.new"))
    return _with_home([*_asked("news.title", rows, "journal"), *_foot(BACK, SKIP)], profile)


def flags(page: int, ticked: Collection[str], profile: Profile) -> Scene:
    """Return a page of the red flags, several of which may be ticked."""
    shown = guard.FLAGS[A_PAGE * page : A_PAGE * (page + 1)]
    shapes: list[Shape] = [_heading("news.which", 790, 50, 1)]
    for n, name in enumerate(shown):
        x, y = MIDDLE + (-345 if n % 2 == 0 else 345), 570 - 192 * (n // 2)
        shapes.append(_chip(f"flag {name}", FLAG_PICTURES[name], f"news.{name}", name in ticked, x, y, 660, 172))
    last = page + 1 == FLAG_PAGES
    done = ("flags done", "ok", "news.all" if ticked else "news.none") if last else ("more", "next", "news.more")
    shapes += [replace(b, x=b.x - 340, size=32) for b in row_of((BACK, SKIP), FOOT_Y, 310, FOOT_H, main=False)]
    action, icon, key = done
    shapes.append(Button(action, MIDDLE + 345, FOOT_Y + 24, 660, 150, f"icon-{icon}", key, "primary", size=42))
    return _with_home(shapes, profile)


def _chip(action: str, picture: str, key: str, ticked: bool, x: float, y: float, w: float, h: float) -> Button:
    """Return something to tick: once ticked it has a sign and a thick edge."""
    if ticked:
        return Button(action, x, y, w, h, "icon-ok", key, "good", picture, 36)
    return Button(action, x, y, w, h, picture, key, size=36)


def emergency(profile: Profile) -> Scene:
    """Return the fixed text to get help at once."""
    return _told("guard.emergency", "phone", "warn", profile)


def contact(profile: Profile) -> Scene:
    """Return the fixed text to stop and contact the therapist."""
    return _told("guard.red-flag", "phone", "warn", profile)


def _told(key: str, icon: str, edge: Role, profile: Profile) -> Scene:
    shapes: list[Shape] = [
        Bar(MIDDLE, 520, 1300, 430, "card", 40, edge, 10),
        Picture(f"icon-{icon}", 270, 520, 170, 170),
        Words(key, 900, 520, 48, bold=True, width=980, lines=3),
        *row_of((("told", "ok", "day.understood"),), 170, 620, 170),
    ]
    return focus.in_sight(Scene("sunrise", tuple(shapes)), profile)


def closed(why: str, profile: Profile, until: Line | None = None, instead: Sequence[str] = ()) -> Scene:
    """Return why there is no practice now, when there may be, and what is still possible (up to three games).

    ``why`` is a key of the texts, such as ``guard.`` with the name of a rule; after a red flag nothing is offered.
    """
    rule = why.partition(".")[2]
    shapes: list[Shape] = [
        Bar(MIDDLE, 670, 1000, 330, "card", 40, "line", 3),
        Picture(f"icon-{CLOSED_ICONS.get(rule, 'rest')}", 395, 670, 140, 140),
        Words(why, 885, 670, 42, bold=True, width=800, lines=3),
    ]
    if until:
        shapes.append(Bar(MIDDLE, 440, 1000, 104, "card", 34, "line", 3))
        shapes.append(Picture("icon-calendar", 395, 440, 84, 84))
        shapes.append(Words(until[0], 885, 440, 38, bold=True, width=800, values=until[1]))
    offered = () if rule in NOTHING_INSTEAD else tuple(instead[:3])
    if not offered:
        return focus.in_sight(Scene("sunrise", (*shapes, *_go_home(210))), profile)
    shapes.append(Words("day.instead", MIDDLE, 341, 34, width=1300))
    left = MIDDLE - (len(offered) - 1) * 215
    for n, name in enumerate(offered):
        tile = Button(f"play {name}", left + 430 * n, 160, 400, 270, "", f"game.{name}", "card", f"tile-{name}", 40)
        shapes.append(tile)
    return _with_home(shapes, profile)


def _go_home(y: float) -> tuple[Button, ...]:
    return row_of((("home", "home", "button.home"),), y, 460, 150)


# --- in play --------------------------------------------------------------------------------------------


def pain_now(profile: Profile) -> Scene:
    """Return the scale of pain between two blocks, with STOP."""
    return _with_stop([*_scale("pain-now", profile), *_foot(SKIP)], profile)


def effort(profile: Profile) -> Scene:
    """Return the scale of effort after a block, with STOP."""
    return _with_stop([*_scale("effort", profile), *_foot(SKIP)], profile)


def waiting(left_s: float, whole_s: float, profile: Profile) -> Scene:
    """Return the rest after pain: how long it still is, and that it is asked again."""
    share = left_s / whole_s if whole_s > 0 else 0.0
    minutes, s = divmod(round(max(0.0, left_s)), 60)
    clock = (("text", f"{minutes}:{s:02}"),)
    shapes: list[Shape] = [
        _heading("pain.wait"),
        Circle(MIDDLE, 468, 160, "card", "line", 4),
        Arc(MIDDLE, 468, 160, max(0.0, min(1.0, share)), "good", 22),
        Picture("icon-wait", MIDDLE, 530, 108, 108),
        Words("plain", MIDDLE, 412, 44, bold=True, width=210, values=clock),
        Words("pain.then", MIDDLE, 252, 34, width=1200),
        *row_of((("enough", "ok", "day.enough"),), 118, 460, 140, main=False),
    ]
    return _with_stop(shapes, profile)


def tired(longer_s: float, profile: Profile) -> Scene:
    """Return what is said when the hand has slowed: a longer rest, or enough for now."""
    rows = (("go on", "rest", "effort.rest"), ("enough", "ok", "day.enough"))
    asked = _asked("effort.slowed", rows, "slower", main=True, values=(("s", f"{longer_s:.0f}"),))
    return _with_stop(asked, profile)


# --- after ----------------------------------------------------------------------------------------------


def reflect(question: str, profile: Profile) -> Scene:
    """Return one question to look back by, of ``REFLECTIONS``."""
    rows = tuple((f"say {answer}", icon, key) for answer, icon, key in REFLECTIONS[question])
    return _with_home([*_asked(f"reflect.{question}", rows, "hand-use"), *_foot(SKIP)], profile)


def use(tasks: Sequence[str], profile: Profile) -> Scene:
    """Return the nudge to use the hand in one task of daily life: up to three of them."""
    left = MIDDLE - (len(tasks) - 1) * 235
    tiles = [
        Button(f"try {name}", left + 470 * n, 425, 440, 380, "", f"task.{name}", "card", f"tile-{name}", 42)
        for n, name in enumerate(tasks)
    ]
    return _with_home([_heading("reflect.use"), *tiles, *_foot(("skip", "skip", "reflect.not-today"), w=440)], profile)


def journal(sensations: Collection[str], words: str, week: Sequence[bool], profile: Profile) -> Scene:
    """Return what the hand feels, to tick, the way to one's own words, and a picture of the week."""
    shapes: list[Shape] = [_heading("journal.title", 815, 46, 1), *_week(week, 672)]
    own = ("words", "icon-pencil", "journal.own", bool(words))
    chips = [
        (f"chip {name}", f"icon-{icon}", f"journal.{name}", name in sensations) for name, icon in SENSATIONS.items()
    ]
    for n, (action, icon, key, ticked) in enumerate((*chips, own)):
        x, y = MIDDLE + (n % 4 - 1.5) * 372, 506 - 158 * (n // 4)
        shapes.append(_chip(action, icon, key, ticked, x, y, 354, 130))
    rows = (("done", "ok", "journal.done"), SKIP)
    return _with_home([*shapes, *row_of(rows, 128, 400, 150, main=True)], profile)


def _week(week: Sequence[bool], y: float) -> list[Shape]:
    """Return this week from Monday on as a flower bed: a day with practice has a flower; the others, grass."""
    days = tuple(week)[-WEEK:]
    shapes: list[Shape] = [
        Bar(MIDDLE, y, 1060, 150, "card", 36, "line", 3),
        Words("journal.week", 480, y, 32, align="left", width=380),
    ]
    for n, practised in enumerate(days):
        x = 1290 - 92.0 * (len(days) - 1 - n)
        low = y - 36
        shapes.append(Words(f"weekday.{n}", x, y - 56, 26, "quiet", width=60))
        if practised:
            shapes += [Path(((x, low), (x, y + 28)), "good", 7), Picture("daisy", x, y + 30, 72, 72)]
        else:
            shapes += [Path(((x - 12, low + 22), (x, low), (x + 12, low + 22)), "good", 6)]
    return shapes


def words(text: str, profile: Profile) -> Scene:
    """Return the page for one's own words: typed, and shown as they stand."""
    shapes: list[Shape] = [
        _heading("journal.own", 810, 50, 1),
        Words("journal.type", MIDDLE, 684, 34, width=1200),
        Bar(MIDDLE, 475, 1280, 300, "card", 40, "guide", 6),
        Words("plain", MIDDLE, 475, 48, width=1200, lines=4, values=(("text", f"{text}_"),)),
        *row_of((("words done", "ok", "journal.done"), ("words erase", "back", "word.erase")), 180, 440, 160),
    ]
    return _with_home(shapes, profile)


def next_time(when: Line, milestones: Sequence[Line], profile: Profile) -> Scene:
    """Return the last page: when it goes on, and milestones that were reached."""
    reached = tuple(milestones)[:TOLD_WORDS]
    y = 580.0 if reached else 500.0
    shapes: list[Shape] = [
        _heading("next.title", 790, 54, 1),
        Bar(MIDDLE, y, 1160, 190, "card", 40, "line", 3),
        Picture("icon-calendar", 330, y, 140, 140),
        Words(when[0], 890, y, 52, bold=True, width=920, values=when[1]),
    ]
    for n, (key, values) in enumerate(reached):
        at = 410.0 - 122 * n
        shapes += [
            Bar(MIDDLE, at, 1160, 108, "card", 32, "line", 3),
            Picture("icon-bloom", 330, at, 86, 86),
            Words(key, 890, at, 38, width=920, values=values),
        ]
    return focus.in_sight(Scene("sunrise", (*shapes, *_go_home(120))), profile)
