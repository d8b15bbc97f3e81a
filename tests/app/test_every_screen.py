"""Every screen, in every language and text size: no key is missing, and no word is cut, covered or astray."""

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import combinations
from pathlib import Path
from typing import Any, get_args

import pytest

from app import captions, files, rooms
from app.activities import ACTIVITIES
from app.art import found
from app.lettering import SHRINK, lay_out, raster
from app.lettering import Block as Lines
from app.pieces import parts
from app.sizing import Sizing
from app.texts import PLACE, load
from app.visit import LEAST_PER_MM, MOST_PER_MM, changed
from engine import (
    assess_screens,
    assessment,
    day_screens,
    focus,
    goal_screens,
    goals,
    guard,
    handtests,
    imagine,
    phases,
    screens,
    sensor_screens,
    who_screens,
)
from engine.fitting import Firm, Tare
from engine.game import Cause, Result
from engine.hand import Finger, Side
from engine.plan import Plan
from engine.prescription import Goal, Milestone
from engine.profile import AIDS, GRIPS, PALETTES, TAPS, Profile
from engine.program import Block
from engine.quality import QUALITIES
from engine.recording import Trial
from engine.sample import Sample
from engine.scene import STAGE_H, STAGE_W, Bar, Button, Picture, Scene, Shape, Words
from engine.sensor_screens import TOUCHED
from engine.session import Session
from engine.signals.maximum import Maximum
from engine.signals.maximum import Trial as MaximumTrial
from engine.signals.newtons import fitted
from engine.simulate import Patient, Traits
from engine.source import PADS
from engine.spelling import Spelling
from engine.weighing import Weighing

LONG_WORDS = "Carry a full cup of tea from the kitchen to the garden table for my sister and her guests, every Sunday"
LANGUAGES = ("de", "en", "es", "fr")
SCALES = (1.0, 2.0)
CAUSES = tuple(cause for cause in get_args(Cause) if cause)
WAYS = ("keys", "mouse", "serial", "tindeq", "trigger")
PAUSES = ("idle", "unplugged", "hard", "taps", "next", "cell", "strong", "stuck", "away", "hidden", "screen",
          "uncalibrated")  # fmt: skip
ASKED = (("pain", False), ("fatigue", True))  # scales before play, and whether there is a way back
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TIMES = (
    None, ("next.open", ()), ("next.today-after", (("time", "20:00"),)), ("next.tomorrow", ()), ("next.therapist", ()),
    *(("next.on", (("day", f"@next.{day}"),)) for day in WEEKDAYS),
)  # fmt: skip
OWN_WORDS = ("", "W", ("W" * 24 + " ") * 4 + "W" * 20, "the cup felt lighter and i held my own mug at breakfast")
SIDES = (Side.LEFT, Side.RIGHT)
ASSESS_WAYS = {
    **dict.fromkeys(("assess-hold", "assess-ramp"), ("keys", "mouse", "serial")),
    **dict.fromkeys(("assess-choice", "assess-fingers", "assess-taps"), ("keys", "pads")),
    **dict.fromkeys(("assess-trace", "assess-ring"), ("mouse",)),
}
FIRST = ("ladybirds", "cup", "brook")
ALWAYS_THERE = {
    "stop", "show", "home", "leave", "back", "skip", "more", "tasks", "goals", "word erase",
    "word done", "goals own", "goals done", "erase", "enter", "staff", "change",
}  # fmt: skip
OF_A_LIST = {"scale", "chip", "flag", "who", "picture", "digit"}  # a scale is one choice, and so is a list
LEAST = 20 * 4.6  # units: 20 mm on the usual display; more than 44 pixels where the stage is 1024 wide
READABLE = 20.0  # units: the smallest letters on a screen
FINGERS = tuple(str(finger) for finger in Finger)
REASON_VALUES = (
    ("from", "100"), ("to", "100"), ("hits", "10"), ("of", "10"), ("share", "10"), ("days", "365"),
    ("cause", "wrong-finger"), ("finger", "middle"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle on the stage, and what lies there."""

    what: str
    left: float
    low: float
    right: float
    high: float

    def holds(self, other: "Area") -> bool:
        """Tell whether ``other`` lies inside, edges included."""
        fits_across = self.left - 0.01 <= other.left and other.right <= self.right + 0.01
        return fits_across and self.low - 0.01 <= other.low and other.high <= self.high + 0.01

    def meets(self, other: "Area") -> bool:
        """Tell whether the two share more than an edge."""
        across = min(self.right, other.right) - max(self.left, other.left)
        return across > 0.01 and min(self.high, other.high) - max(self.low, other.low) > 0.01

    def about(self, x: float, y: float) -> bool:
        """Tell whether the point (x, y) lies inside."""
        return self.left < x < self.right and self.low < y < self.high


STAGE = Area("stage", 0, 0, STAGE_W, STAGE_H)


def area(shape: Button | Bar | Picture, what: str) -> Area:
    """Return the rectangle of a shape that has a width and a height."""
    return Area(what, shape.x - shape.w / 2, shape.y - shape.h / 2, shape.x + shape.w / 2, shape.y + shape.h / 2)


def area_of_text(words: Words, lines: Lines) -> Area:
    """Return the rectangle that the letters fill, as ``lettering.raster`` lays them out."""
    start = {"left": -lines.box / 2, "center": -lines.wide / 2, "right": lines.box / 2 - lines.wide}[lines.align]
    left, high = words.x + start, lines.high / 2
    return Area(" / ".join(lines.lines), left, words.y - high, left + lines.wide, words.y + high)


# --- the screens ----------------------------------------------------------------------------------------


def trials(*counts: tuple[str, int]) -> tuple[Trial, ...]:
    """Return so many trials of each game, every fourth a miss."""
    made: list[Trial] = []
    for block, (game, count) in enumerate(counts):
        made.extend(trial(len(made) + n, block, game, n % 4 != 3) for n in range(count))
    return tuple(made)


def trial(index: int, block: int, game: str, hit: bool) -> Trial:
    """Return one trial."""
    return Trial(
        index=index, block=block, game=game, hand=Side.RIGHT, played_with="keys", level=1, difficulty=20.0,
        result=Result.HIT if hit else Result.MISS, cause="" if hit else "too-soft", attempt=1, start_tick=0,
        end_tick=9, params={}, measures={}, just=(), finger="", predicted=0.7, reason="reason.first",
        reason_values={}, belief="{}",
    )  # fmt: skip


def notices() -> tuple[str, ...]:
    """Return everything that the home screen may have to say."""
    return tuple(key for key in load("en").table if key.startswith(("store.", "device.", "sound.")))


def reasons() -> tuple[str, ...]:
    """Return every reason of a difficulty."""
    return tuple(key for key in load("en").table if key.startswith("reason."))


def reason_rows(game: str) -> Iterator[screens.ReasonRow]:
    """Yield every reason of a game's difficulty, with the widest numbers, every cause and every finger."""
    for key in reasons():
        name = key.removeprefix("reason.")
        for one in {"ease": CAUSES, "finger": FINGERS}.get(name, ("",)):
            named = {"cause": one} if name == "ease" else {"finger": one} if name == "finger" else {}
            yield key, (*{**dict(REASON_VALUES), **named}.items(), ("game", game))


def plain_screens() -> Iterator[tuple[str, Scene]]:
    """Yield every screen that needs no patient, with usual and extreme values."""
    yield "home", screens.home()
    for key in notices():
        yield f"home, {key}", screens.home(key)
    yield from ((f"again, {done}", screens.again(done)) for done in (0, 1, 999))
    names = tuple(rooms.all_games())
    for count, page in ((1, 0), (2, 0), (3, 0), (6, 1), (7, 2)):
        yield f"pick, {count} games, page {page}", screens.pick((names * 3)[:count], page)
    yield "first", screens.first_hand()
    yield "leaving", screens.leaving()
    yield "stopped", screens.stopped()
    yield from ((f"paused, {reason}", screens.paused(reason)) for reason in PAUSES)
    yield "a question without an icon", screens.question("stopped.title", (("home", "home", "button.home"),))
    for left, done, ready in ((30.0, 0, False), (0.4, 999, True), (599.0, 10, True)):
        yield f"rest, {left} s, ready {ready}", screens.rest(left, 600.0, done, 1000, ready)
    for rows in zip(*(reason_rows(game) for game in names), strict=True):
        yield from ((f"why, {rows[0]}, {count}", screens.why(rows[:count])) for count in (1, 2, 3))
        also = [("reason.finger", values) for _, values in rows]
        twice = [row for pair in zip(rows, also, strict=True) for row in pair]
        yield from ((f"why, {rows[0]}, {count} twice", screens.why(twice[: 2 * count])) for count in (1, 2, 3))
    every = [("reason.up", (*REASON_VALUES, ("game", name))) for name in names]
    yield from ((f"why, page {page}", screens.why(every, page)) for page in range(screens.why_pages(every)))
    yield from sensor_scenes()
    yield from summaries(names)
    yield from looking_back(names)
    yield from choosing(names)
    yield from settings()
    yield from assess_scenes()
    yield from day_scenes()
    yield from who_scenes()
    yield from goal_scenes()


def assess_scenes() -> Iterator[tuple[str, Scene]]:
    """Yield the screens around an assessment: nothing, some and all of it done, of one hand and of both."""
    names = tuple(item.name for item in assessment.ITEMS)
    for count in (0, 1, 6, len(names)):
        yield f"assess, thanks, {count}", assess_screens.thanks(names[:count], names)
    far = assess_screens.Far
    for hands in ((far("right", 3, 11),), (far("left", 11, 11, 2), far("right", 0, 11)), (far("left", 11, 11, 10),)):
        yield from ((f"assess, {hands}, {on}", assess_screens.overview(hands, on)) for on in ("left", "right", ""))
    yield "assess, closed", assess_screens.overview(hands, "left", "guard.stopped-pain")
    for side in SIDES:
        again = (("assess.repeats", (("n", "10"),)),)
        look = day_screens.Day((assessment.NAME,), 14, why=again, looks_at=side, parts=11)
        yield f"assess, {side}", day_screens.today(look, Profile())


def goal_scenes() -> Iterator[tuple[str, Scene]]:
    """Yield the pages of goals, activities and milestones, empty and full, with short and with long words."""
    tasks = tuple(task.name for task in rooms.all_tasks())
    for many in (False, True):
        for profile in (*both_sides(), Profile(unseen=Side.LEFT)):
            for name, flow in goal_flows(many, tasks):
                shown = focus.in_sight(goal_screens.scene(flow), profile)
                yield f"goals, {name}, {many}, unseen {profile.unseen}", shown
    for row in (*(Milestone(game, 99) for game in rooms.all_games()), Milestone("cup", 4, LONG_WORDS)):
        yield f"reached, {row}", goal_screens.celebrate(row)
    greetings = [key for key in load("en").table if key.startswith("return.")]
    yield from ((key, day_screens.welcome(key, Profile())) for key in greetings)


def goal_flows(many: bool, tasks: tuple[str, ...]) -> Iterator[tuple[str, goal_screens.Flow]]:
    """Yield every page, opened as it is by its buttons."""
    words = (LONG_WORDS, "Button my shirt") if many else ()
    agreed = [goals.Standing(Goal(text, (LONG_WORDS,) * 5 if n else ()), *((-2, 2) if n else ()))
              for n, text in enumerate((*words, "Cook"))] if many else []  # fmt: skip
    named = zip((*words, "@activity.zip"), (10, 1, 0), strict=True) if many else ()
    own = [goals.Activity(text, 0, score) for text, score in named]
    steps = tuple(Milestone(game, n + 1, LONG_WORDS * (n % 2)) for n, game in enumerate(rooms.all_games()))
    flow = goal_screens.start(agreed, own, goals.mastery(steps, steps[:2]) if many else ())
    ways = [["goals mine"], ["goals activities"], ["goals milestones"]]
    if many:
        rated = [["goals mine", *["more"] * n, "goals rate"] for n in range(3)]
        ways += [[*way, *["goals less"] * less] for way in rated for less in range(5)]
        ways += [["goals mine", "more"], ["goals milestones", "more"], ["goals milestones", "more", "more"]]
    place = ["goals activities", "goals activity 0", *["goals another"] * many]
    ways += [place, [*place, "more"], [*place, "goals own"], [*place, "goals own", *["goals take"] * 24]]
    for n, task in enumerate(tasks):
        shelf = [*place, *["more"] * (n // 3), f"goals task {task}"]
        ways += [shelf, *([*shelf, f"goals thing {name}"] for name, _ in goal_screens.LIBRARY[task])]
    ways += [["goals activities", f"goals activity {n}"] for n in range(3 * many)]
    for way in ([], *ways):
        page = flow
        for action in way:
            page = goal_screens.act(page, action)
        yield " ".join(way), page


def who_scenes() -> Iterator[tuple[str, Scene]]:
    """Yield the screens of the reception: few and many patients, with long names, and every state of the PIN pad."""
    names = ("", "Anna", "Maximiliane W. Obermaier", "W" * 24, "WWWWWWWWWWW WWWWWWWWWWWW")
    who = [
        who_screens.Tile("WW8-WWW8"[n % 2 :], picture, names[n % 5], n % 3 == 0)
        for n, picture in enumerate(who_screens.PICTURES)
    ]
    for count, page in ((0, 0), (1, 0), (6, 0), (7, 0), (7, 1), (12, 1)):
        yield f"tiles, {count}, {page}", who_screens.tiles(who[:count], page)
    yield from ((f"tiles, {key}", who_screens.tiles(who, 0, key)) for key in notices() if key.startswith("store."))
    for count, page in ((1, 0), (6, 0), (7, 1), (12, 0), (12, 1)):
        yield f"pictures, {count}, {page}", who_screens.pictures(who_screens.PICTURES[:count], page)
    yield "who, hand", who_screens.hand()
    yield from ((f"wipe, {still}", who_screens.wipe(still)) for still in (False, True))
    for profile in (*both_sides(), Profile(unseen=Side.LEFT)):
        for asks, tile, staff, way in (("who.pin", who[2], True, "back"), ("who.clinic", None, False, "leave")):
            for typed, told, left_s in ((0, "", 0.0), (4, "who.wrong", 0.0), (6, "", 0.0), (0, "", 900.0)):
                pad = who_screens.pin_pad(profile, asks, typed, told, left_s, tile, staff, way)
                yield f"pad, {asks}, {typed}, {left_s}, unseen {profile.unseen}", pad
    yield "change", screens.home() + (who_screens.change_button(),)


def day_scenes() -> Iterator[tuple[str, Scene]]:
    """Yield the screens around a bout, for who sees both sides, and for who does not see the left or the right one."""
    for profile in (*both_sides(), Profile(unseen=Side.LEFT)):
        for name, scene in days(profile):
            yield f"day, {name}, unseen {profile.unseen}", scene


def days(profile: Profile) -> Iterator[tuple[str, Scene]]:
    """Yield the screens around a bout, with usual and extreme values."""
    names, tasks = tuple(rooms.all_games()), tuple(task.name for task in rooms.all_tasks())
    up = ("reason.up", (*REASON_VALUES, ("game", "cup")))
    yield "welcome", day_screens.welcome("return.long", profile)
    for count in (1, 3, 6):
        for sensor in (False, True):
            plan = day_screens.Day((names * 2)[:count], 45, 2, 2, (("reason.tired", up[1]),) * sensor, sensor)
            yield f"today, {count}, sensor {sensor}", day_screens.today(plan, profile)
    yield from ((f"{name}, {back}", day_screens.scale(name, profile, back)) for name, back in ASKED)
    free = day_screens.Day(names[:3], 12, 1, 2, free=True, assess=True)
    yield "today, free", day_screens.today(free, profile)
    for page in range(4):
        yield f"choose {page}", day_screens.choose(names, names[1:2], page, 2, profile)
    yield "news", day_screens.news(profile)
    for page in range(day_screens.FLAG_PAGES):
        for ticked in ((), guard.FLAGS):
            yield f"flags, {page}, {len(ticked)}", day_screens.flags(page, ticked, profile)
    yield "emergency", day_screens.emergency(profile)
    yield "contact", day_screens.contact(profile)
    for why in dict.fromkeys(rule.name for rule in guard.RULES if rule.name):
        for instead in ((), ("mirror",), ("mirror", "imagine", "touch")):
            for when in TIMES:
                yield f"closed, {why}, {instead}, {when}", day_screens.closed(f"guard.{why}", profile, when, instead)
    yield "pain now", day_screens.pain_now(profile)
    yield "effort", day_screens.effort(profile)
    yield from ((f"waiting, {left}", day_screens.waiting(left, 900.0, profile)) for left in (900.0, 59.9, 0.0))
    yield from ((f"tired, {longer}", day_screens.tired(longer, profile)) for longer in (60.0, 180.0))
    yield from ((f"reflect, {name}", day_screens.reflect(name, profile)) for name in day_screens.REFLECTIONS)
    yield from ((f"use, {n}", day_screens.use(tasks[n : n + 3], profile)) for n in range(len(tasks)))
    for ticked in ((), tuple(day_screens.SENSATIONS)):
        week = tuple(bool(ticked) or n % 3 == 0 for n in range(7))
        yield f"journal, {len(ticked)}", day_screens.journal(ticked, "Good" * bool(ticked), week, profile)
    yield from ((f"words, {text[:9]}", day_screens.words(text, profile)) for text in OWN_WORDS)
    for when in TIMES:
        if when:
            reached = (("next.open", ()),) * (2 if when[0] == "next.on" else 0)
            yield f"next, {when}", day_screens.next_time(when, reached, profile)


def sensor_scenes() -> Iterator[tuple[str, Scene]]:
    """Yield the screens around the sensors."""
    yield from ((f"tare, {refused}", sensor_screens.tare(refused)) for refused in (False, True))
    yield from ((f"firm, {share}", sensor_screens.firm(share)) for share in (0.0, 0.4, 1.0))
    yield from ((f"maximum, {n}", sensor_screens.maximum(state, n % 2 > 0)) for n, state in enumerate(maxima()))
    yield from ((f"weigh, {n}", sensor_screens.weigh(state)) for n, state in enumerate(weighings()))
    yield from ((f"card, {size}", sensor_screens.card(size)) for size in (LEAST_PER_MM, 4.6, MOST_PER_MM))
    yield from (
        (f"ask, {name}", sensor_screens.ask(name)) for name in ("Arduino Uno", "USB 2.0-Serial CH340 converter")
    )
    for page in range(2):
        yield from ((f"touch, {page}, {len(done)}", sensor_screens.touch(page, done)) for done in ((), TOUCHED))


def maxima() -> Iterator[Maximum]:
    """Yield every phase of the measurement of a maximum, up to its last extra trial."""
    tries = tuple(MaximumTrial(300.0, 290.0, 3.2) for _ in range(4))
    for phase in ("ready", "countdown", "squeeze", "rest", "offer"):
        for done in (0, 2, 4):
            yield Maximum(10.0, phase=phase, trials=tries[:done])
    yield Maximum(10.0, phase="squeeze", tick=400, began=0, readings=((0.0, 300.0), (200.0, 300.0)), peak=300.0)
    held = tuple((12.5 * n, 300.0) for n in range(300))
    yield Maximum(10.0, phase="squeeze", tick=300, began=0, readings=held, peak=300.0)


def weighings() -> Iterator[Weighing]:
    """Yield every step of weighing, with all it may have to say."""
    points = ((0.0, 84_000.0), (2.0, 184_000.0), (4.5, 309_000.0), (10.0, 584_000.0))
    for step in ("plug", "zero", "load", "measuring", "loaded", "done"):
        for note in ("", "unsteady", "same", "nameless", "unkept"):
            made = fitted("GB-0001", "2026-11-21", points) if step == "done" else None
            yield Weighing(step, 12.5, points if note else (), note=note, readings=(1.0,) * 99, made=made)


def summaries(names: tuple[str, ...]) -> Iterator[tuple[str, Scene]]:
    """Yield the last screen after nothing, a little and a lot."""
    for how in ("done", "stopped", "limit"):
        yield f"summary, {how}, nothing", screens.summary((), 0.1, how)
        for counts in ((1,), (60,), (10, 8), (10, 8, 8), (60, 60, 60), (200, 1, 30)):
            played = trials(*zip(names, counts, strict=False))
            yield f"summary, {how}, {counts}", screens.summary(played, 0.3 * len(played), how)
    for rows in zip(*(reason_rows(game) for game in names), strict=True):
        for counts in ((8,), (60, 200, 1)):
            played = trials(*zip(names, counts, strict=False))
            yield f"summary, {rows[0]}, {counts}", screens.summary(played, 999.0, "done", rows)


def choosing(names: tuple[str, ...]) -> Iterator[tuple[str, Scene]]:
    """Yield the screens of the tasks of daily life, of edges to explore, and of a word of one's own."""
    tasks = rooms.all_tasks()
    yield from ((f"tasks, {page}", screens.tasks([task.name for task in tasks], page)) for page in range(2))
    yield from ((f"task, {task.name}", screens.task(task.name, task.games)) for task in tasks)
    yield from ((f"edges, {page}", screens.edges((names * 2)[:5], page)) for page in range(2))
    for cause in screens.SEEK_ICONS:
        yield f"seek, {cause}", screens.seek("cup", cause)
        yield f"explored, {cause}", screens.explored("cup", ((cause, cause), ("too-soft", "")))
    for spelling in (Spelling(), Spelling("WWWWWWWW", "W"), Spelling("ROSA", "Q")):
        yield f"word, {spelling}", screens.word(spelling)


def looking_back(names: tuple[str, ...]) -> Iterator[tuple[str, Scene]]:
    """Yield the screens that look back on tries, and on how the hand moved."""
    for count in (1, 5, 20):
        for cause in CAUSES:
            tries = tuple((n % 3 > 0, "" if n % 3 > 0 else cause) for n in range(count))
            yield f"review, {count}, {cause}", screens.review(tries, f"hint.{cause}")
    everything = tuple((name, 1.0 - 0.3 * n) for n, name in enumerate(QUALITIES))
    for page in range(3):
        rows = tuple((game, everything[n % 3 :] if n % 4 else ()) for n, game in enumerate(names * 3))
        yield f"moved, {page}", screens.moved(rows, page)
    judged = tuple(replace(one, judged="hit") for one in trials(*((name, 8) for name in (names * 4)[:7])))
    for page in range(3):
        yield f"summary, page {page}, judged", screens.summary(judged, 20.0, "done", (), page)


def settings() -> Iterator[tuple[str, Scene]]:
    """Yield every page of the settings, with every choice of every button."""
    for page in range(screens.SETTINGS_PAGES):
        yield f"settings, {page}, measured", screens.settings(Profile(), page, ("weigh", "card"))
        for button in screens.settings(Profile(), page).buttons:
            verb, _, what = button.action.partition(" ")
            profile = Profile()
            for turn in range(6 if verb == "set" and what not in ("weigh", "card", "word") else 0):
                yield f"settings, {what}, {turn}", screens.settings(profile, page)
                profile = changed(profile, what)


def overlays(profile: Profile) -> Iterator[tuple[str, tuple[Shape, ...]]]:
    """Yield what lies over a game."""
    stop, controls = (screens.stop_button(profile),), screens.practice_controls(profile)
    for game in rooms.all_games():
        for way in WAYS:
            shown = screens.demonstration(profile, game, way, acting=way == "keys", again=way == "mouse")
            yield f"demonstration, {game}, {way}, seen {profile.seen}", (*screens.garden([True], 10), *shown, *stop)
    for cause in (*CAUSES, "softer", "gently"):
        row = screens.garden([True, False], 24)
        yield f"hint, {cause}, seen {profile.seen}", (*row, *controls, *screens.hint(cause))
    told = (screens.found("too-soft", got) for got in ("too-soft", "", "too-hard"))
    for name, over in (("judge", screens.judge()), ("offered", screens.offered()), *(("found", one) for one in told)):
        row = screens.garden([True, None], 24)
        yield f"{name}, seen {profile.seen}", (*row, *stop, *over)
    for game in rooms.all_games().values():
        for cause in game.hints:
            shown = screens.hint(cause, f"hint.{game.name}.{cause}")
            yield f"hint, {game.name}, {cause}, seen {profile.seen}", (*controls, *shown)
    for of in (*range(1, 25), 25, 200):
        for done in (0, of // 2, of):
            row = screens.garden([n % 3 > 0 for n in range(done)], of)
            yield f"garden, {done} of {of}", (*row, *controls)


@cache
def every_screen() -> tuple[tuple[str, Scene], ...]:
    """Return every screen by a name for it, STOP added as the session adds it."""
    made: list[tuple[str, Scene]] = []
    for name, scene in plain_screens():
        with_stop = name.split(",")[0] in ("paused", "rest", "review", "seek", "tare", "firm", "maximum")
        made.append((name, scene))
        for profile in both_sides() if with_stop else ():
            made.append((f"{name}, seen {profile.seen}", scene + (screens.stop_button(profile),)))
    made.extend((name, Scene("meadow", over)) for profile in both_sides() for name, over in overlays(profile))
    once = {scene: name for name, scene in reversed(made)}  # much is the same for both sides
    return tuple((name, scene) for scene, name in reversed(once.items()))


def both_sides() -> tuple[Profile, Profile]:
    """Return a profile that sees the right side, and one that sees the left."""
    return Profile(), Profile(unseen=Side.RIGHT)


# --- what is wrong with a screen ------------------------------------------------------------------------


def texts_of(scene: Scene, language: str, scale: float) -> list[tuple[Area, Lines, Shape]]:
    """Return where each text of a scene lies, how it is laid out, and the shape it belongs to."""
    shapes = sizing(language, scale).sized(scene).shapes
    found = zip(shapes, scene.shapes, strict=True)
    return [(place, lines, shape) for sized, shape in found for place, lines in written(sized, language)]


@cache
def sizing(language: str, scale: float) -> Sizing:
    """Return what makes the words of a language as large as is wanted."""
    return Sizing(scale, load(language, strict=True).say)


@cache
def written(shape: Shape, language: str) -> tuple[tuple[Area, Lines], ...]:
    """Return where the texts of a shape lie; the same shape is on many screens."""
    if not isinstance(shape, Words | Button):
        return ()
    say, made = load(language, strict=True).say, []
    for piece in parts(shape, 1.0, say):
        if isinstance(piece, Words):
            lines = lay_out(piece, say(piece.key, piece.values))
            made.append((area_of_text(piece, lines), lines))
    return tuple(made)


def faults_of_texts(scene: Scene, language: str, scale: float) -> Iterator[str]:
    """Yield what is wrong with the texts of a scene: cut, tiny, off their place, over another."""
    texts = texts_of(scene, language, scale)
    cards = [area(s, "card") for s in scene.shapes if isinstance(s, Bar) and s.fill == "card"]
    for place, lines, shape in texts:
        if lines.cut:
            yield f"cut: {place.what}"
        if lines.size < READABLE:
            yield f"only {lines.size:.1f} units high: {place.what}"
        about = [card for card in cards if card.about((place.left + place.right) / 2, (place.low + place.high) / 2)]
        own = [area(shape, shape.action)] if isinstance(shape, Button) else about
        yield from (f"outside its {box.what}: {place.what}" for box in (STAGE, *own) if not box.holds(place))
    for (one, _, _), (other, _, _) in combinations(texts, 2):
        if one.meets(other):
            yield f"over another text: {one.what} | {other.what}"


def faults_of_growth(scene: Scene, language: str, scale: float) -> Iterator[str]:
    """Yield the texts of a scene that are smaller than at the usual size, by more than a step of the search."""
    usual, large = (texts_of(scene, language, by) for by in (1.0, scale))
    for (_, before, _), (_, lines, _) in zip(usual, large, strict=True):
        if lines.size < before.size * SHRINK:
            yield f"{lines.size:.1f} units high, {before.size:.1f} at the usual size: {' / '.join(lines.lines)}"


def faults_of_pictures(scene: Scene, language: str, scale: float) -> Iterator[str]:
    """Yield the texts of a screen that lie over a picture or under a button."""
    pictures = [area(s, s.name) for s in scene.shapes if isinstance(s, Picture)]
    buttons = [(s, area(s, s.action)) for s in scene.shapes if isinstance(s, Button)]
    for place, _, shape in texts_of(scene, language, scale):
        others = [*pictures, *(box for button, box in buttons if button is not shape)]
        yield from (f"{place.what} meets {box.what}" for box in others if place.meets(box))


def faults_of_buttons(scene: Scene) -> Iterator[str]:
    """Yield what is wrong with the buttons of a scene: small, off the stage, too many, over something else."""
    boxes = [area(button, button.action) for button in scene.buttons]
    for button, box in zip(scene.buttons, boxes, strict=True):
        if min(button.w, button.h) < LEAST:
            yield f"{box.what} is small"
        if not STAGE.holds(box):
            yield f"{box.what} leaves the stage"
    yield from (f"{one.what} meets {other.what}" for one, other in combinations(boxes, 2) if one.meets(other))
    choices = {button.action for button in scene.buttons if button.action.partition(" ")[0] not in OF_A_LIST}
    if len(choices - ALWAYS_THERE) > 3:
        yield "more than three choices"


def faults_of_cards(scene: Scene) -> Iterator[str]:
    """Yield the cards and pictures of a screen that lie under a button or over its edge."""
    boxes = [area(button, button.action) for button in scene.buttons]
    cards = [area(s, "a card") for s in scene.shapes if isinstance(s, Bar)]
    pictures = [area(s, s.name) for s in scene.shapes if isinstance(s, Picture)]
    yield from (f"{card.what} meets {box.what}" for card in (*cards, *pictures) for box in boxes if card.meets(box))
    yield from (f"{art.what} leaves the stage" for art in pictures if not STAGE.holds(art))
    yield from (f"{a.what} over the edge" for a in pictures for c in cards if a.meets(c) and not c.holds(a))


def gathered(scenes: tuple[tuple[str, Scene], ...], *looks: Callable[[Scene], Iterator[str]]) -> list[str]:
    """Return all faults of all scenes, each with the name of its scene."""
    return [f"{name}: {fault}" for name, scene in scenes for look in looks for fault in look(scene)]


# --- tests of the screens -------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_cut_tiny_outside_its_place_or_over_anything_else(language: str, scale: float) -> None:
    looks = (faults_of_texts, faults_of_pictures, *((faults_of_growth,) if scale > 1 else ()))
    assert gathered(every_screen(), *(partial(look, language=language, scale=scale) for look in looks)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_usual_sentence_becomes_twice_as_large(language: str) -> None:
    card = Bar(800, 450, 1280, 400, "card")
    scene = Scene("", (card, Words("stopped.title", 800, 450, 40, width=1100, lines=2)))
    assert [lines.size for _, lines, _ in texts_of(scene, language, 2.0)] == [pytest.approx(80)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_screens_of_a_day_fit_at_twice_the_text_size(language: str) -> None:
    for unseen in (None, *SIDES):
        seen = tuple(days(Profile(unseen=unseen, text_scale=2.0)))
        for look in (faults_of_texts, faults_of_pictures):
            assert gathered(seen, lambda scene, look=look: look(scene, language, 2.0)) == []


def test_buttons_are_large_apart_and_few() -> None:
    assert gathered(every_screen(), faults_of_buttons) == []


def test_cards_and_pictures_leave_the_buttons_free() -> None:
    assert gathered(every_screen(), faults_of_cards) == []


@pytest.mark.parametrize("palette", PALETTES)
def test_every_picture_is_drawn_in_every_palette(palette: str) -> None:
    shapes = [shape for _, scene in every_screen() for shape in scene.shapes]
    names = {scene.ground for _, scene in every_screen()}
    names |= {shape.name for shape in shapes if isinstance(shape, Picture)}
    names |= {name for shape in shapes if isinstance(shape, Button) for name in (shape.icon, shape.picture) if name}
    assert {name for name in names if not found(name, palette)} == set()


def test_twenty_millimetres_are_at_least_44_pixels_on_the_smallest_window() -> None:
    assert LEAST * 1024 / STAGE_W > 44


def test_the_looks_find_what_they_look_for() -> None:
    small = Button("a", 60, 60, 80, 80, key="button.stop")
    four = tuple(Button(f"b{n}", 300 + 200 * n, 450, 100, 100) for n in range(4))
    scene = Scene("", (small, Bar(60, 100, 100, 60, "card"), *four, Picture("mark", 1590, 450, 90, 90)))
    assert {fault.split()[0] for fault in faults_of_buttons(scene)} == {"a", "more"}
    assert {fault.split()[-1] for fault in faults_of_cards(scene)} == {"a", "stage"}
    long = Words("home.honest", 800, 450, 40, width=300)
    wrong = Scene("", (long, Words("home.title", 800, 450, 40), Words("home.title", 10, 10, 40)))
    found = " ".join(faults_of_texts(wrong, "en", 1.0))
    assert all(fault in found for fault in ("cut:", "only 18.0", "outside its stage", "over another text"))
    assert list(faults_of_pictures(Scene("", (long, Picture("mark", 800, 450, 90, 90))), "en", 1.0))


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reasons_in_the_summary_keep_clear_of_its_counts_also_in_the_pixels_of_a_small_window(
    language: str, scale: float
) -> None:
    say = load(language, strict=True).say
    px_per_unit = 1024 / STAGE_W
    for game in rooms.all_games():
        for row in reason_rows(game):
            words = words_of(screens.summary(trials((game, 8)), 9.0, "done", (row,)))
            brief, well = (next(w for w in words if w.key.startswith(key)) for key in ("brief.", "summary.well"))
            ink = raster(lay_out(brief, say(brief.key, brief.values), scale), px_per_unit)
            right = brief.x + (ink.mask.width - ink.middle[0]) / px_per_unit
            assert right < well.x - well.width / 2, say(brief.key, brief.values)


def words_of(scene: Scene) -> list[Words]:
    """Return the texts of a scene that are no button's."""
    return [shape for shape in scene.shapes if isinstance(shape, Words)]


# --- tests of a session ---------------------------------------------------------------------------------


@cache
def moments(hand: Side, unseen: Side | None) -> tuple[tuple[str, Scene], ...]:
    """Return what is seen in each phase of real sessions, by name; of every game for those who see both sides."""
    seen: dict[str, Scene] = {}
    for game in rooms.all_games() if unseen is None else FIRST:
        session, patient = session_of(game, hand, unseen), Patient(Traits(0.15, lapse=0.2), 7)
        while not session.over:
            session.tick(patient.samples(session))
            if moment(session) not in seen:
                seen[moment(session)] = session.scene()
    seen |= unplugged_and_stopped(session_of("cup", hand, unseen))
    return tuple(seen.items())


def unplugged_and_stopped(session: Session) -> dict[str, Scene]:
    """Return what is seen when the sensor is unplugged in the middle of a trial, and when STOP is pressed then."""
    patient = Patient(Traits(0.5), 7)
    while not isinstance(session.phase, phases.Playing):
        session.tick(patient.samples(session))
    session.tick((Sample("link.grip", 0.0, 0.0),))
    seen = {moment(session): session.scene()}
    session.tick((Sample("key.ESCAPE", 0.0, 1.0),))
    return seen | {moment(session): session.scene()}


def session_of(game: str, hand: Side, unseen: Side | None) -> Session:
    """Return a short session of one game that rests after each second trial."""
    gentle = rooms.built_in_program()
    blocks = (Block(game, 4 if game in FIRST else 2),)
    program = replace(gentle, blocks=blocks, rest_after=2, rest_s=2.0, least_rest_s=1.0)
    profile = Profile(hand=hand, unseen=unseen)
    played_with: dict[Any, str] = {"tap": "keys", "grip": "serial", "trace": "mouse"}
    return Session(Plan(11, profile, program, rooms.all_ladders(), played_with), rooms.all_games())


def moment(session: Session) -> str:
    """Return the name of what is going on now."""
    phase = session.phase
    more = phase.cause if isinstance(phase, phases.After) else phase.reason if isinstance(phase, phases.Paused) else ""
    return f"{session.game.name} {type(phase).__name__} {more}".strip()


@pytest.mark.parametrize("unseen", [None, *SIDES])
@pytest.mark.parametrize("hand", SIDES)
def test_stop_is_on_every_screen_of_a_session_at_the_same_place(hand: Side, unseen: Side | None) -> None:
    profile = Profile(hand=hand, unseen=unseen)
    wanted = screens.stop_button(profile)
    reached = set()
    for name, scene in moments(hand, unseen):
        kind = name.split()[1]
        if kind in ("Stopped", "Summary"):
            continue
        reached.add(kind)
        found = [button for button in scene.buttons if button.action == "stop"]
        assert [(b.x, b.y, b.w, b.h) for b in found] == [(wanted.x, wanted.y, wanted.w, wanted.h)], name
    named = (phases.Demo, phases.Playing, phases.After, phases.Rest, phases.Paused, Tare, Firm)
    assert reached == {kind.__name__ for kind in named}
    assert (wanted.x > STAGE_W / 2) == (profile.seen is Side.RIGHT)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("unseen", [None, Side.RIGHT])
@pytest.mark.parametrize("hand", SIDES)
def test_every_moment_of_a_session_can_be_read_and_pressed(hand: Side, unseen: Side | None, language: str) -> None:
    seen = moments(hand, unseen)
    for scale in SCALES:
        looks = (lambda scene, scale=scale: faults_of_texts(scene, language, scale), faults_of_buttons)
        assert gathered(seen, *looks) == []


# --- tests of the texts ---------------------------------------------------------------------------------


def source() -> str:
    """Return the source of all rooms, but for the names of fields of an export and of what the audit log notes."""
    rooms_of_code = ("engine", "games", "devices", "app")
    every = (p for room in rooms_of_code for p in sorted((files.ROOT / room).rglob("*.py")))
    code = "\n".join(p.read_text("utf-8") for p in every if p.name != "export_keys.py")
    return re.sub(r'(audit\.note\([^"]*)"[\w.-]+"', r"\1", code)


def made_keys() -> set[str]:
    """Return the keys that are put together while the program runs."""
    code = Path(str(files.__file__)).read_text("utf-8")
    every_file = re.findall(r'"files\.([\w-]+)"', code)
    written = re.findall(r'"files\.([\w-]+)"', inspect.getsource(files._unwritten))
    games = tuple(rooms.all_games())
    return {
        *(f"hint.{cause}" for cause in (*CAUSES, "softer", "gently")),
        *(f"hint.{game.name}.{cause}" for game in rooms.all_games().values() for cause in game.hints),
        *(f"quality.{name}" for name in QUALITIES),
        *(f"imagine.line-{n}" for n in range(1, imagine.LINES + 1)),
        *(f"imagine.{answer}" for answer in (*imagine.VIVID, *SIDES)),
        "key.space",
        *(f"goal.level-{n}" for n in range(1, 6)),
        *(f"weekday.{n}" for n in range(7)),
        *(f"activity.{name}" for things in goal_screens.LIBRARY.values() for name, _ in things),
        *(f"milestone.{state}" for state in ("reached", "next", "later")),
        *(f"return.{kind}" for kind in ("short", "long")),
        *(f"{section}.{cause}" for section in ("seek", "edge") for cause in screens.SEEK_ICONS),
        *(f"task.{task.name}" for task in rooms.all_tasks()),
        *(f"part.{task.name}.{game}" for task in rooms.all_tasks() for game in task.games),
        *(f"game.{name}" for name in ACTIVITIES),
        *(test.key for test in handtests.TESTS),
        *(handtests.part_words(part.name)[0] for test in handtests.TESTS for part in test.parts if part.name),
        *(f"how.{game}.{way}" for game in games for way in ("keys", "mouse", "serial")),
        *(f"how.{game}.{way}" for game in ("ladybirds", "melody") for way in ("pads", "switch")),
        "how.buttons.switch",
        *(f"how.{game}.{way}" for game, ways in ASSESS_WAYS.items() for way in ways),
        *(f"game.{name}" for name in (assessment.NAME, *rooms.assess_items())),
        *(f"assess.{name}" for name in (*(item.name for item in assessment.ITEMS), *SIDES)),
        *(f"assess.{what}-{side}" for what in ("go", "look") for side in SIDES),
        *(f"game.{game}" for game in games),
        *(f"brief.{key.removeprefix('reason.')}" for key in screens.REASONS),
        *(f"finger.{finger}" for finger in FINGERS),
        *(f"way.{way}" for way in (*GRIPS, *PADS, "switch")),
        *(f"maximum.{phase}" for phase in ("ready", "countdown", "squeeze", "rest", "offer") if phase != "squeeze"),
        *(
            f"weigh.{step}"
            for step in (
                "plug",
                "zero",
                "load",
                "done",
                "wait",
                "more",
                "plenty",
                "unsteady",
                "same",
                "nameless",
                "unkept",
            )
        ),
        *(f"touch.{name}" for name in TOUCHED),
        *(f"news.{flag}" for flag in guard.FLAGS),
        *(f"reflect.{question}" for question in day_screens.REFLECTIONS),
        *(f"journal.{sensation}" for sensation in day_screens.SENSATIONS),
        *(when[0] for when in TIMES if when),
        *(f"next.{day}" for day in WEEKDAYS),
        *(f"guard.{rule.name}" for rule in guard.RULES if rule.name),
        *(f"guard.{why}" for why in ("unasked", "locked")),
        *(f"does.{game}" for game in games),
        *(f"program.{name}" for name in rooms.all_prescriptions()),
        *(f"set-value.taps.{name}" for name in TAPS),
        *(f"set-value.aid.{name}" for name in AIDS),
        *(f"set-value.weigh.{name}" for name in ("done", "none")),
        *(f"set-value.card.{name}" for name in ("measured", "guess")),
        *(f"device.{why}" for why in ("rights", "busy")),
        *(f"miss.{cause}" for cause in CAUSES),
        *(f"knob.{param}" for game in rooms.all_games().values() for _, param in game.eases),
        *(f"pause.{reason}" for reason in PAUSES),
        *(f"file.{key}" for key in every_file),
        *(f"store.{key}" for key in written),
        *(f"set-value.hand.{side}" for side in SIDES),
        *(f"set-value.side.{side}" for side in SIDES),
        *(f"set-value.palette.{name}" for name in PALETTES),
        *(f"set-value.grip.{name}" for name in GRIPS),
        *(f"set-value.text.{size}" for size in screens.TEXT_SIZES.values()),
        *(f"set-value.time.{step}" for steps in (screens.SCANS, screens.DWELLS) for step in steps.values()),
        *(f"set-value.wait.{step}" for steps in (screens.DEBOUNCES, screens.PATIENCE) for step in steps.values()),
        "set-value.side.both",
        *(f"caption.{key}" for key in ("force", *(key for key, _ in captions.MEANINGS.values()))),
    }


def written_keys() -> set[str]:
    """Return the keys that are written out in the source."""
    sections = {key.partition(".")[0] for key in load("en").table}
    found = re.findall(r'"((?:' + "|".join(sections) + r')(?:\.[a-z][\w-]*)+)"', source())
    return {key for key in found if not key.endswith((".txt", ".json", ".toml", "-"))} | {"plain"}


def test_every_key_of_the_code_is_in_the_texts_and_no_other() -> None:
    known, used = set(load("en").table), made_keys() | written_keys()
    assert used - known == set(), "missing in en.toml"
    assert known - used == set(), "in en.toml, but used nowhere"


def test_every_reason_has_its_sentence_and_its_short_line() -> None:
    known = load("en").table
    sentences = {key.removeprefix("reason.") for key in known if key.startswith("reason.")}
    short = {key.removeprefix("brief.") for key in known if key.startswith("brief.")}
    assert sentences == short == {key.removeprefix("reason.") for key in screens.REASONS}


def test_there_are_the_four_languages() -> None:
    assert files.languages() == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_keys_with_the_same_places(language: str) -> None:
    english, own = load("en").table, load(language, strict=True).table
    places = {key: sorted(PLACE.findall(text)) for key, text in own.items()}
    assert places == {key: sorted(PLACE.findall(text)) for key, text in english.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_or_sloppy(language: str) -> None:
    for key, text in load(language).table.items():
        assert text == text.strip(), key
        assert text, key
        assert "  " not in text, key


def test_english_has_no_contractions() -> None:
    assert [text for text in load("en").table.values() if "'" in text or "’" in text] == []


def test_french_signs_never_begin_a_line() -> None:
    assert [text for text in load("fr").table.values() if re.search(r"(?<!\u00a0)[?!:;]", text)] == []


def test_one_language_is_chosen_by_its_own_name() -> None:
    names = [load(language).say("set-value.language") for language in LANGUAGES]
    assert names == ["Deutsch", "English", "Español", "Français"]
