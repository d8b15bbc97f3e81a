"""Lead through the pages around a bout: what is planned and how it feels before; a look back and the next time after.

Each corridor is a value: ``act`` returns the one after a press, ``scene`` what is to be seen. Every question may be
skipped, and what was skipped is kept. Nothing that was told is lost by leaving: who ticked a red flag is always shown
what to do.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from engine import day_screens, guard
from engine.day_screens import FLAG_PAGES, REFLECTIONS, SENSATIONS, Day, Line
from engine.profile import Profile
from engine.sample import Sample
from engine.scene import Scene

LONGEST = 120
LONGEST_RUN = 24  # letters without a space: what is longer would not fit a line
OFFERED = 3
SIGNS = {"PERIOD": ".", "COMMA": ",", "MINUS": "-", "APOSTROPHE": "’"}
SIGNS |= {f"{key}_{n}": str(n) for key in ("KEY", "NUM") for n in range(10)}
SIGNS |= {letter: letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


@dataclass(frozen=True, slots=True)
class CheckIn:
    """What was told before a bout; ``None`` where it was not asked or skipped, and ``skipped`` names the questions.

    ``news`` is ``no``, ``tired``, ``new`` or "".
    """

    pain: int | None = None
    fatigue: int | None = None
    flags: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    news: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What was told after a bout: the answer to one question, a task for the day, sensations, and own words."""

    question: str
    answer: str | None = None
    task: str | None = None
    sensations: tuple[str, ...] = ()
    words: str = ""
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Before:
    """Where somebody is before a bout.

    ``page`` is ``welcome``, ``today``, ``pain``, ``news``, ``fatigue``, ``flags``, ``emergency``, ``contact`` or
    ``done``; ``left`` tells that home was pressed.
    """

    day: Day
    page: str
    told: CheckIn = CheckIn()
    flag_page: int = 0
    left: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """What is known after a bout: the day as a number, tasks of daily life, the last seven days, and the next time."""

    day: int
    tasks: tuple[str, ...] = ()
    week: tuple[bool, ...] = ()
    when: Line = ("next.open", ())
    milestones: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class After:
    """Where somebody is after a bout.

    ``page`` is ``reflect``, ``use``, ``journal``, ``words`` or ``next``, the last one, which home leaves.
    """

    ending: Ending
    page: str
    told: Told
    left: bool = False


Corridor = Before | After


def before(day: Day) -> Before:
    """Return the corridor before a bout, at its first page."""
    return Before(day, "welcome" if day.greeting else "today")


def after(ending: Ending) -> After:
    """Return the corridor after a bout; its question changes from day to day."""
    return After(ending, "reflect", Told(tuple(REFLECTIONS)[ending.day % len(REFLECTIONS)]))


def is_done(corridor: Corridor) -> bool:
    """Tell whether it has ended: walked through, or left."""
    return corridor.page == "done" or corridor.left


def answers(corridor: Before) -> CheckIn:
    """Return what was told before the bout so far."""
    return corridor.told


def told(corridor: After) -> Told:
    """Return what was told after the bout so far."""
    return corridor.told


def act(corridor: Corridor, action: str) -> Corridor:
    """Return the corridor after a button's action; one that is not on its page changes nothing."""
    if is_done(corridor):
        return corridor
    return _before(corridor, action) if isinstance(corridor, Before) else _after(corridor, action)


def scene(corridor: Corridor, profile: Profile) -> Scene:
    """Return what is to be seen."""
    return _before_scene(corridor, profile) if isinstance(corridor, Before) else _after_scene(corridor, profile)


def typed(corridor: Corridor, samples: Sequence[Sample], profile: Profile) -> tuple[Corridor, tuple[Sample, ...]]:
    """Return the corridor after keys of letters, and the samples that are left for the menu.

    Only the page for own words takes keys; Enter and the arrows stay the menu's, and the space bar of one switch.
    """
    if not isinstance(corridor, After) or corridor.page != "words":
        return corridor, tuple(samples)
    left, text = [], corridor.told.words
    for sample in samples:
        kind, _, name = sample.channel.partition(".")
        if kind != "key" or not (name in SIGNS or name == "BACKSPACE" or (name == "SPACE" and not profile.scan_s)):
            left.append(sample)
        elif sample.value > 0:
            text = text[:-1] if name == "BACKSPACE" else _longer(text, SIGNS.get(name, " "))
    return replace(corridor, told=replace(corridor.told, words=text)), tuple(left)


def _longer(text: str, sign: str) -> str:
    """Return a text with one more sign, if there is room; a line begins with a capital letter and without a space."""
    if not text:
        return sign.strip().upper()
    if len(text) >= LONGEST or (sign == " " and text[-1] == " "):
        return text
    return text if sign != " " and len(text.rpartition(" ")[2]) >= LONGEST_RUN else text + sign


# --- before ---------------------------------------------------------------------------------------------


def _before_scene(corridor: Before, profile: Profile) -> Scene:
    page, flags = corridor.page, corridor.told.flags
    if page == "welcome":
        return day_screens.welcome(corridor.day.greeting, profile)
    if page == "today":
        return day_screens.today(corridor.day, profile)
    if page in ("pain", "fatigue"):
        return day_screens.scale(page, profile, can_go_back=page == "fatigue")
    if page == "news":
        return day_screens.news(profile)
    if page == "flags":
        return day_screens.flags(corridor.flag_page, flags, profile)
    return day_screens.emergency(profile) if guard.EMERGENCY & set(flags) else day_screens.contact(profile)


# Presses that only turn the page.
TURNS = {
    ("welcome", "go on"): "today", ("today", "start"): "pain", ("fatigue", "back"): "news",
    ("emergency", "told"): "done", ("contact", "told"): "done",
}  # fmt: skip


def _before(corridor: Before, action: str) -> Before:
    if action == "home":
        return _leaving(corridor)
    if (corridor.page, action) in TURNS:
        return replace(corridor, page=TURNS[corridor.page, action])
    if corridor.page in ("pain", "fatigue"):
        return _rated(corridor, action)
    if corridor.page == "news":
        return _news(corridor, action)
    return _flags(corridor, action) if corridor.page == "flags" else corridor


def _rated(corridor: Before, action: str) -> Before:
    """Take the number of a scale, or that it is skipped."""
    number = _number(action)
    if number is None and action != "skip":
        return corridor
    told = _skipped(corridor.told, corridor.page) if number is None else _answered(corridor.told, corridor.page)
    if corridor.page == "pain":
        return replace(corridor, page="news", told=replace(told, pain=number))
    return _through(replace(corridor, told=replace(told, fatigue=number)))


def _number(action: str) -> int | None:
    """Return the number of an action of a scale."""
    verb, _, number = action.partition(" ")
    return int(number) if verb == "scale" and number.isdecimal() and int(number) <= day_screens.MOST else None


def _answered(told: CheckIn, question: str) -> CheckIn:
    return replace(told, skipped=tuple(name for name in told.skipped if name != question))


def _skipped(told: CheckIn, question: str) -> CheckIn:
    return replace(told, skipped=tuple(dict.fromkeys((*told.skipped, question))))


def _news(corridor: Before, action: str) -> Before:
    known = _answered(corridor.told, "news")
    if action == "back":
        return replace(corridor, page="pain")
    if action == "skip":
        return _through(replace(corridor, told=replace(_skipped(corridor.told, "news"), news="")))
    answer = action.removeprefix("news ")
    if action == answer or answer not in ("no", "tired", "new"):
        return corridor
    if answer == "new":
        return replace(corridor, page="flags", flag_page=0, told=replace(known, news=answer))
    # Who goes back and says that nothing is new takes back what was ticked.
    known = replace(_answered(known, "flags"), news=answer, flags=())
    if answer == "tired":
        return replace(corridor, page="fatigue", told=known)
    return _through(replace(corridor, told=replace(_answered(known, "fatigue"), fatigue=None)))


def _flags(corridor: Before, action: str) -> Before:
    """Tick a flag, turn the page, or go on; what was ticked counts, also where the rest is skipped."""
    page, ticked = corridor.flag_page, corridor.told.flags
    name = action.removeprefix("flag ")
    if name != action and name in guard.FLAGS:
        chosen = tuple(flag for flag in guard.FLAGS if (flag in ticked) != (flag == name))
        return replace(corridor, told=replace(corridor.told, flags=chosen))
    if action == "more":
        return replace(corridor, flag_page=min(page + 1, FLAG_PAGES - 1))
    if action == "back":
        return replace(corridor, flag_page=page - 1) if page else replace(corridor, page="news")
    if action == "flags done":
        return _through(replace(corridor, told=_answered(corridor.told, "flags")))
    if action == "skip":
        return _through(replace(corridor, told=corridor.told if ticked else _skipped(corridor.told, "flags")))
    return corridor


def _through(corridor: Before) -> Before:
    """Return the end of the questions: after a red flag first what to do."""
    ticked = set(corridor.told.flags)
    page = "emergency" if ticked & guard.EMERGENCY else "contact" if ticked else "done"
    return replace(corridor, page=page)


def _leaving(corridor: Before) -> Before:
    """Return the corridor that is left; who has ticked a red flag is shown first what to do."""
    if corridor.page in ("emergency", "contact") or not corridor.told.flags:
        return replace(corridor, left=True)
    return _through(corridor)


# --- after ----------------------------------------------------------------------------------------------


def offered(ending: Ending) -> tuple[str, ...]:
    """Return the tasks of daily life that are offered: others from day to day."""
    tasks = ending.tasks
    turn = ending.day % len(tasks) if tasks else 0
    return (*tasks[turn:], *tasks[:turn])[:OFFERED]


def _after_scene(corridor: After, profile: Profile) -> Scene:
    known, ending = corridor.told, corridor.ending
    if corridor.page == "reflect":
        return day_screens.reflect(known.question, profile)
    if corridor.page == "use":
        return day_screens.use(offered(ending), profile)
    if corridor.page == "journal":
        return day_screens.journal(known.sensations, known.words, ending.week, profile)
    if corridor.page == "words":
        return day_screens.words(known.words, profile)
    return day_screens.next_time(ending.when, ending.milestones, profile)


def _after(corridor: After, action: str) -> After:
    if action == "home":
        return replace(corridor, left=True)
    if corridor.page == "reflect":
        answers = {f"say {row[0]}" for row in REFLECTIONS[corridor.told.question]}
        return _looked_back(corridor, action, answers, "use" if corridor.ending.tasks else "journal")
    if corridor.page == "use":
        return _looked_back(corridor, action, {f"try {task}" for task in offered(corridor.ending)}, "journal")
    if corridor.page == "journal":
        return _journal(corridor, action)
    return _words(corridor, action) if corridor.page == "words" else corridor


def _looked_back(corridor: After, action: str, choices: Collection[str], to: str) -> After:
    """Take an answer, or that the question is skipped."""
    known = corridor.told
    if action == "skip":
        return replace(corridor, page=to, told=_passed(known, corridor.page))
    if action not in choices:
        return corridor
    name = action.partition(" ")[2]
    told = replace(known, answer=name) if corridor.page == "reflect" else replace(known, task=name)
    return replace(corridor, page=to, told=told)


def _journal(corridor: After, action: str) -> After:
    known, name = corridor.told, action.removeprefix("chip ")
    if name != action and name in SENSATIONS:
        chosen = tuple(one for one in SENSATIONS if (one in known.sensations) != (one == name))
        return replace(corridor, told=replace(known, sensations=chosen))
    if action == "words":
        return replace(corridor, page="words")
    if action == "done":
        return replace(corridor, page="next")
    if action == "skip":
        empty = not known.sensations and not known.words
        return replace(corridor, page="next", told=_passed(known, "journal") if empty else known)
    return corridor


def _words(corridor: After, action: str) -> After:
    known = corridor.told
    if action == "words done":
        return replace(corridor, page="journal", told=replace(known, words=known.words.strip()))
    return replace(corridor, told=replace(known, words=known.words[:-1])) if action == "words erase" else corridor


def _passed(known: Told, question: str) -> Told:
    return replace(known, skipped=(*known.skipped, question))
