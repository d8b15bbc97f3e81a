"""Show a patient's goals, own activities and milestones, and ask how they go: one page at a time, as a pure machine.

``start`` opens the pages, ``act`` takes a button, ``typed`` the keys of a word of one's own, ``scene`` draws the page,
and ``answers`` is what is to be kept in the diary.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine import goals
from engine.goals import Activity, Passed, Standing
from engine.prescription import Goal, Milestone
from engine.sample import Sample
from engine.scene import Bar, Button, Circle, Path, Picture, Scene, Shape, Words
from engine.screens import CONTROL_H, CONTROL_W, MIDDLE, Row, Values, row_of, title
from engine.spelling import LETTERS, Spelling

LONGEST, ROWS, TILES = 24, 3, 3
SPACE = "_"
# What can be chosen by picture, for each task of daily life: the key of its words and its picture.
LIBRARY: Mapping[str, tuple[tuple[str, str], ...]] = {
    "drinking": (("cup", "tile-cup"), ("pour", "tile-drinking")),
    "buttoning": (("button", "tile-buttons"), ("zip", "tile-zip"), ("coat", "tile-buttoning")),
    "writing": (("name-write", "tile-writing"), ("draw", "tile-letters"), ("phone", "icon-phone")),
    "cooking": (("stir", "tile-kitchen"), ("cook", "tile-cooking"), ("wash", "touch-sponge")),
    "opening": (("jar", "tile-opening"), ("key", "touch-keys"), ("door", "icon-home")),
    "money": (("coins", "touch-coin"), ("card", "tile-money")),
}
LEFT_X, RIGHT_X, LOW_Y = 119.0, 1481.0, 105.0
HEAD_W = 1000.0  # leaves room for the way home at either side, also where all is nearer the seen edge
STEP_X, STEP_Y, STEP_W, STEP_UP = 330.0, 375.0, 235.0, 40.0
SCALE_W, SCALE_H, SCALE_STEP, SCALE_Y = 120.0, 160.0, 132.0, 395.0  # as the scales of pain and effort
Answer = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Flow:
    """Which page is open, and what was answered so far.

    ``at`` is the goal or the place of the activity that it is about, ``turn`` the page of tiles or rows, ``score`` the
    step that is looked at, ``words`` an activity that is being named, ``task`` where it was looked for.
    """

    goals: tuple[Standing, ...]
    activities: tuple[Activity, ...]
    milestones: tuple[Passed, ...] = ()
    page: str = "menu"
    at: int = 0
    turn: int = 0
    score: int = 0
    words: str = ""
    task: str = ""
    spelling: Spelling = field(default_factory=Spelling)
    told: tuple[Answer, ...] = ()


def start(
    of: Sequence[Standing], activities: Sequence[Activity], milestones: Sequence[Passed] = (), page: str = "menu"
) -> Flow:
    """Return the pages for goals (``goals.attained(...).rows``), activities and milestones (``goals.mastery``)."""
    return Flow(tuple(of), tuple(activities), tuple(milestones), page)


def answers(flow: Flow) -> list[Answer]:
    """Return what was answered, as (kind, values) of diary entries, in that order."""
    return list(flow.told)


def act(flow: Flow, action: str) -> Flow:
    """Return the pages after a button; one that is not theirs, or not on this page, changes nothing."""
    verb, _, what = action.removeprefix("goals ").partition(" ")
    if action == "home" or action not in {button.action for button in scene(flow).buttons}:
        return flow
    if verb in ("mine", "activities", "milestones"):
        return replace(flow, page=verb, at=0, turn=0)
    return _PAGES[flow.page][1](flow, verb, what)


def typed(flow: Flow, samples: Sequence[Sample]) -> Flow:
    """Return the pages after keys, while an activity is being named: letters, space, and the one that takes back."""
    word = flow.spelling.word
    for sample in samples if flow.page == "spell" else ():
        kind, _, name = sample.channel.partition(".")
        if kind != "key" or sample.value <= 0:
            continue
        if name == "BACKSPACE":
            word = word[:-1]
        elif name == "SPACE" or (len(name) == 1 and name in LETTERS):
            word = _longer(word, SPACE if name == "SPACE" else name)
    return replace(flow, spelling=replace(flow.spelling, word=word))


def _longer(word: str, letter: str) -> str:
    if letter == SPACE:
        return word + " " if word and word[-1] != " " and len(word) < LONGEST else word
    return (word + letter)[:LONGEST]


# --- what the buttons do --------------------------------------------------------------------------------


def _on_mine(flow: Flow, verb: str, what: str) -> Flow:
    if verb == "more":
        return replace(flow, at=(flow.at + 1) % len(flow.goals))
    if verb == "rate":
        latest = flow.goals[flow.at].latest
        return replace(flow, page="rate", score=goals.FIRST_SCORE if latest is None else latest)
    return replace(flow, page="menu")


def _on_rate(flow: Flow, verb: str, what: str) -> Flow:
    if verb in ("less", "higher"):
        return replace(flow, score=max(-2, min(2, flow.score + (-1 if verb == "less" else 1))))
    told = ("goal", goals.rated(flow.at, flow.score, [row.goal for row in flow.goals]))
    row = flow.goals[flow.at]
    now = replace(row, first=flow.score if row.first is None else row.first, latest=flow.score)
    rows = (*flow.goals[: flow.at], now, *flow.goals[flow.at + 1 :])
    return replace(flow, page="mine", goals=rows, told=(*flow.told, told))


def _on_activities(flow: Flow, verb: str, what: str) -> Flow:
    if verb != "activity":
        return replace(flow, page="menu")
    at = int(what)
    if at < len(flow.activities):
        return replace(flow, page="score", at=at, words=flow.activities[at].words)
    return replace(flow, page="choose", at=at, turn=0)


def _on_choose(flow: Flow, verb: str, what: str) -> Flow:
    if verb == "more":
        return replace(flow, turn=(flow.turn + 1) % -(-len(LIBRARY) // TILES))
    if verb == "own":
        return replace(flow, page="spell", spelling=Spelling())
    if verb == "task":
        return replace(flow, page="things", task=what)
    return replace(flow, page="activities")


def _on_things(flow: Flow, verb: str, what: str) -> Flow:
    if verb == "thing":
        return replace(flow, page="score", words=f"@activity.{what}")
    return replace(flow, page="choose")


def _on_spell(flow: Flow, verb: str, what: str) -> Flow:
    word, letter = flow.spelling.word, flow.spelling.letter
    if verb == "done":
        return replace(flow, page="score", words=word.strip()) if word.strip() else replace(flow, page="choose")
    if verb == "take":
        return replace(flow, spelling=Spelling(_longer(word, letter), letter))
    if verb == "erase":
        return replace(flow, spelling=Spelling(word[:-1], letter))
    every = LETTERS + SPACE
    turned = every[(every.index(letter) + (1 if verb == "after" else -1)) % len(every)]
    return replace(flow, spelling=Spelling(word, turned))


def _on_score(flow: Flow, verb: str, what: str) -> Flow:
    if verb == "another":
        return replace(flow, page="choose", turn=0)
    if verb != "scale":
        return replace(flow, page="activities")
    there = flow.activities[flow.at].words if flow.at < len(flow.activities) else ""
    values = goals.activity_rated(flow.words, int(what))
    if there and flow.words not in {row.words for row in flow.activities}:
        values["instead"] = there
    told = (*flow.told, ("activity", values))
    return replace(flow, page="activities", activities=_rated(flow, int(what)), told=told)


def _rated(flow: Flow, score: int) -> tuple[Activity, ...]:
    """Return the activities with the one that was just rated: one that is there already is not put there twice."""
    words = [row.words for row in flow.activities]
    at = words.index(flow.words) if flow.words in words else flow.at
    old = flow.activities[at] if at < len(words) and words[at] == flow.words else Activity(flow.words)
    now = replace(old, first=score if old.first is None else old.first, latest=score)
    return (*flow.activities[:at], now, *flow.activities[at + 1 :])


def _on_milestones(flow: Flow, verb: str, what: str) -> Flow:
    if verb == "more":
        return replace(flow, turn=(flow.turn + 1) % -(-len(flow.milestones) // ROWS))
    return replace(flow, page="menu")


# --- how the pages look ---------------------------------------------------------------------------------


def scene(flow: Flow) -> Scene:
    """Return the picture of the page that is open."""
    return Scene("sunrise", (*_PAGES[flow.page][0](flow), _home()))


def _menu(flow: Flow) -> tuple[Shape, ...]:
    choices = (
        ("goals mine", "goal", "goal.mine"), ("goals activities", "hand-use", "activity.mine"),
        ("goals milestones", "bloom", "milestone.mine"),
    )  # fmt: skip
    return (title("goal.title", y=690, size=60), *row_of(choices, 400, 440, 200, main=False))


def _mine(flow: Flow) -> tuple[Shape, ...]:
    if not flow.goals:
        return (*_head("goal.none"), Picture("icon-goal", MIDDLE, 420, 260, 260), _back())
    row = flow.goals[flow.at]
    of = (("n", str(flow.at + 1)), ("of", str(len(flow.goals))))
    rate = row_of((("goals rate", "path", "goal.rate"),), LOW_Y, 460, 140)
    more = (_more(),) if len(flow.goals) > 1 else ()
    return (
        *_head("plain", "goal.count", _short(row.goal.words), of),
        *_path(row, row.latest),
        *_meaning(row.goal, row.latest),
        _back(),
        *rate,
        *more,
    )


def _rate(flow: Flow) -> tuple[Shape, ...]:
    row = flow.goals[flow.at]
    turn: tuple[Row, ...] = (
        ("goals less", "left", "goal.less"), ("goals this", "ok", "goal.this"),
        ("goals higher", "right", "goal.higher"),
    )  # fmt: skip
    less, this, higher = row_of(turn, LOW_Y, 400, 140, main=False)
    return (
        *_head("goal.where", "plain", (), _short(row.goal.words, 70)),
        *_path(row, flow.score),
        *_meaning(row.goal, flow.score),
        less,
        replace(this, role="primary"),
        higher,
    )


def _path(row: Standing, score: int | None) -> tuple[Shape, ...]:
    """Return the five steps, the flag over the one that was agreed, a bud where it began, a flower where it stands."""
    places = [(STEP_X + STEP_W * n, STEP_Y + STEP_UP * n) for n in range(5)]
    shapes: list[Shape] = [Path(tuple(places), "line", 10.0)]
    for n, (x, y) in enumerate(places):
        here = score is not None and n == score + 2
        shapes.append(Circle(x, y, 50 if here else 38, "card", "guide" if here else "line", 8 if here else 5))
        if here:
            shapes.append(Picture("icon-bloom", x, y, 78, 78))
        elif row.first is not None and n == row.first + 2:
            shapes.append(Picture("icon-bud", x, y, 56, 56))
    x, y = places[2]
    return (*shapes, Picture("icon-goal", x, y + 108, 104, 104))


def _meaning(goal: Goal, score: int | None) -> tuple[Shape, ...]:
    """Return what a step means: the goal's own words for it, else the built-in sentence."""
    key, values = "goal.unrated", ()  # type: tuple[str, Values]
    if score is not None:
        own = goal.levels[score + 2] if goal.levels else ""
        key, values = ("plain", _short(own)) if own.strip() else (goals.level_key(score), ())
    return (
        Bar(MIDDLE, 262, 1160, 104, "card", 30, "line", 3),
        Words(key, MIDDLE, 262, 34, bold=True, width=1110, lines=2, values=values),
    )


def _activities(flow: Flow) -> tuple[Shape, ...]:
    shapes: list[Shape] = [*_head("activity.mine", "activity.how")]
    for n in range(goals.ACTIVITIES):
        y = 565.0 - 150 * n
        if n < len(flow.activities):
            row = flow.activities[n]
            shapes.append(_activity(n, y, row.words))
            shapes += _then_and_now(row, y)
        elif n == len(flow.activities):
            shapes.append(Button(f"goals activity {n}", 440, y, 640, 125, "icon-more", "activity.name", size=36))
    return (*shapes, _back())


def _activity(n: int, y: float, words: str) -> Button:
    """Return the button of an activity, with its picture if it was chosen by one."""
    values, picture = _short(words, 40), _picture_of(words)
    icon = "" if picture else "icon-hand-use"
    return Button(f"goals activity {n}", 440, y, 640, 125, icon, "plain", "card", picture, 36, values=values)


def _then_and_now(row: Activity, y: float) -> tuple[Shape, ...]:
    """Return a line from 0 to 10 with a bud at the first rating and a flower at the latest, and what changed."""
    if row.first is None or row.latest is None:
        return ()
    left, step = 830.0, 40.0
    first, latest = left + step * row.first, left + step * row.latest
    line = (Bar(1160, y, 760, 125, "card", 30, "line", 3), Path(((left, y), (left + 10 * step, y)), "line", 8.0))
    bud = (Picture("icon-bud", first, y, 62, 62),) if row.first != row.latest else ()
    changed = row.told_change
    key = "activity.now" if changed is None else "activity.changed"
    values = (("n", str(row.latest) if changed is None else f"{changed:+d}"),)
    told = Words(key, 1396, y, 34, bold=True, width=230, lines=2, values=values)
    return (*line, *bud, Picture("icon-bloom", latest, y, 76, 76), told)


def _choose(flow: Flow) -> tuple[Shape, ...]:
    shown = tuple(LIBRARY)[TILES * flow.turn : TILES * flow.turn + TILES]
    tiles = [(f"goals task {name}", f"task.{name}", f"tile-{name}") for name in shown]
    own = Button("goals own", MIDDLE, LOW_Y, 460, 130, "icon-pencil", "activity.own", size=36)
    return (*_head("activity.choose"), *_tiles(tiles), _back(), own, _more())


def _things(flow: Flow) -> tuple[Shape, ...]:
    tiles = [(f"goals thing {name}", f"activity.{name}", picture) for name, picture in LIBRARY[flow.task]]
    return (*_head(f"task.{flow.task}"), *_tiles(tiles), _back())


def _tiles(rows: Sequence[tuple[str, str, str]]) -> tuple[Button, ...]:
    left = MIDDLE - (len(rows) - 1) * 240
    return tuple(
        Button(action, left + 480 * n, 405, 440, 370, "", key, "card", picture, 36)
        for n, (action, key, picture) in enumerate(rows)
    )


def _spell(flow: Flow) -> tuple[Shape, ...]:
    word, letter = flow.spelling.word, flow.spelling.letter
    turn: tuple[Row, ...] = (
        ("goals before", "back", "word.before"), ("goals take", "more", "word.take"),
        ("goals after", "next", "word.after"),
    )  # fmt: skip
    return (
        *_head("activity.spell"),
        Bar(MIDDLE - 100, 560, 1040, 130, "card", 40, "line", 3),
        Words("plain", MIDDLE - 100, 560, 56, bold=True, width=1000, values=(("text", word.strip() or "-"),)),
        Circle(MIDDLE, 400, 72, "card", "guide", 8),
        Words("plain", MIDDLE, 400, 80, bold=True, width=120, values=(("text", letter),)),
        *row_of(turn, 250, 380, 130, main=False),
        Button("erase", 1400, 560, CONTROL_W, 130, "icon-back", "word.erase", size=30),
        Button("goals done", MIDDLE, 95, 420, 120, "icon-ok", "word.done", "primary", size=40),
    )


def _score(flow: Flow) -> tuple[Shape, ...]:
    latest = flow.activities[flow.at].latest if flow.at < len(flow.activities) else None
    is_known = latest is not None and flow.words == flow.activities[flow.at].words
    places = [MIDDLE + (n - goals.HIGHEST / 2) * SCALE_STEP for n in range(goals.HIGHEST + 1)]
    numbers = tuple(
        Button(f"scale {n}", x, SCALE_Y, SCALE_W, SCALE_H, "", "plain", "guide" if is_known and n == latest else "card",
               size=62, values=(("text", str(n)),))
        for n, x in enumerate(places)
    )  # fmt: skip
    low, high = places[0] - SCALE_W / 2, places[-1] + SCALE_W / 2
    picture = _picture_of(flow.words) or "icon-hand-use"
    wide = 195.0 if picture.startswith("tile") else 130.0
    another = (Button("goals another", MIDDLE, LOW_Y, 420, 130, "icon-again", "activity.another", size=34),)
    return (
        *_head("activity.today", "plain", (), _short(flow.words, 70)),
        Picture(picture, MIDDLE, 565, wide, 130),
        *numbers,
        Picture("icon-weight", low + 55, 243, 100, 100),
        Picture("icon-easy", high - 55, 243, 100, 100),
        Words("activity.lowest", low + 340, 243, 32, align="left", width=420, lines=2),
        Words("activity.highest", high - 340, 243, 32, align="right", width=420, lines=2),
        _back(),
        *(another if is_known else ()),
    )


def _milestones(flow: Flow) -> tuple[Shape, ...]:
    if not flow.milestones:
        return (*_head("milestone.none"), Picture("icon-bud", MIDDLE, 420, 260, 260), _back())
    shown = flow.milestones[ROWS * flow.turn : ROWS * flow.turn + ROWS]
    high = 140.0 * len(shown) + 30
    top = 410 + high / 2
    shapes: list[Shape] = [*_head("milestone.mine"), Bar(MIDDLE, 410, 1360, high, "card", 40, "line", 3)]
    for n, row in enumerate(shown):
        shapes += _milestone(row, top - 85 - 140 * n)
    return (*shapes, _back(), *((_more(),) if len(flow.milestones) > ROWS else ()))


def _milestone(row: Passed, y: float) -> tuple[Shape, ...]:
    """Return one row: the game, what it stands for, and a flower, the flag or a bud for reached, next and later."""
    icon = {"reached": "icon-bloom", "next": "icon-goal"}.get(row.state, "icon-bud")
    return (
        Picture(f"tile-{row.milestone.game}", 245, y, 165, 110),
        *_words_of(row.milestone, 680, y, 34, 660, "left"),
        Words(f"milestone.{row.state}", 1150, y, 30, "ink" if row.state != "later" else "quiet", width=250, lines=2),
        Picture(icon, 1390, y, 104, 104),
    )


def _words_of(milestone: Milestone, x: float, y: float, size: float, width: float, align: Any) -> tuple[Words, ...]:
    """Return what a milestone stands for: its own words, else its game and its rung."""
    if milestone.words.strip():
        values = _short(milestone.words, 60)
        return (Words("plain", x, y, size, bold=True, align=align, width=width, lines=2, values=values),)
    values = (("game", f"@game.{milestone.game}"), ("n", str(milestone.rung)))
    return (Words("milestone.step", x, y, size, bold=True, align=align, width=width, lines=2, values=values),)


def celebrate(milestone: Milestone) -> Scene:
    """Return the screen for a milestone that was just reached; ``go on`` leads on."""
    return Scene(
        "sunrise",
        (
            Bar(MIDDLE, 560, 1280, 330, "card", 40, "line", 3),
            Words("milestone.title", MIDDLE, 650, 60, bold=True, width=1180),
            Picture(f"tile-{milestone.game}", MIDDLE - 480, 520, 240, 160),
            *_words_of(milestone, MIDDLE + 60, 520, 44, 760, "center"),
            Picture("icon-bloom", MIDDLE + 545, 520, 130, 130),
            *row_of((("go on", "play", "button.go-on"),), 250),
        ),
    )


def _short(text: str, most: int = 90) -> Values:
    """Return a patient's own words as the values of a text, so many letters at most: a screen has to hold them."""
    text = text if _picture_of(text) else text.strip("@ ")  # an @ would make a key of it
    return (("text", text if len(text) <= most else text[: most - 1].rstrip() + "…"),)


def _picture_of(words: str) -> str:
    """Return the picture of an activity that was chosen by one, "" for one of the patient's own words."""
    known = {f"@activity.{name}": picture for rows in LIBRARY.values() for name, picture in rows}
    return known.get(words, "")


def _head(key: str, more: str = "", values: Values = (), more_values: Values = ()) -> tuple[Shape, ...]:
    """Return the card at the top: what it is about, and a smaller line below it."""
    return (
        Bar(MIDDLE, 765, HEAD_W, 220, "card", 40, "line", 3),
        Words(key, MIDDLE, 797 if more else 765, 44, bold=True, width=HEAD_W - 60, lines=2, values=values),
        *((Words(more, MIDDLE, 697, 34, width=HEAD_W - 60, values=more_values),) if more else ()),
    )


def _home() -> Button:
    return Button("home", LEFT_X, 810, CONTROL_W, CONTROL_H, "icon-home", "button.home", size=30)


def _back() -> Button:
    return Button("back", LEFT_X, LOW_Y, CONTROL_W, CONTROL_H, "icon-back", "button.back", size=30)


def _more() -> Button:
    return Button("more", RIGHT_X, LOW_Y, CONTROL_W, CONTROL_H, "icon-next", "pick.more", size=30)


def _unmoved(flow: Flow, verb: str, what: str) -> Flow:
    return flow


# Each page: how it is drawn, and what its buttons do.
_PAGES: Mapping[str, tuple[Callable[[Flow], tuple[Shape, ...]], Callable[[Flow, str, str], Flow]]] = {
    "menu": (_menu, _unmoved),
    "mine": (_mine, _on_mine),
    "rate": (_rate, _on_rate),
    "activities": (_activities, _on_activities),
    "choose": (_choose, _on_choose),
    "things": (_things, _on_things),
    "spell": (_spell, _on_spell),
    "score": (_score, _on_score),
    "milestones": (_milestones, _on_milestones),
}
