"""Show every screen of a patient's day, with usual values: for the contact sheet."""

from collections.abc import Iterator

from app import rooms
from app.daily import CLOCK, INSTEAD, WEEKDAYS
from engine import day_screens, goal_screens, goals, screens, who_screens
from engine.day_screens import Day
from engine.prescription import Goal, Milestone
from engine.profile import Profile
from engine.scene import Scene
from engine.screens import stop_button

WHY = (("guard.next-day", ()),)
CODES = ("K7-RB4", "M3-TD9", "F8-HW2", "P5-NC7", "D2-XK6", "T9-LJ3", "H4-VG8")
TICKED, FELT = ("snap",), ("warm", "tired-hand")
WEEK = (True, False, True, True, False, True, True)
OWN_WORDS = "I held my own mug at breakfast"
PAUSES = ("away", "hidden", "screen", "uncalibrated")
FRIDAY = ("next.on", (("day", f"@next.{WEEKDAYS[4]}"),))
REACHED = (("next.milestone", (("game", "@game.cup"), ("rung", "5"))),)
# Why there is no practice: for good, for some days, for today; when there is again, and what is possible instead.
CLOSED = (
    ("guard.red-flag", ("next.therapist", ()), ()),
    ("guard.flare-up", FRIDAY, INSTEAD),
    ("guard.day-full", ("next.tomorrow", ()), INSTEAD),
)
TOWARDS = ("I cannot hold it", "Both hands", "With this hand, slowly", "With this hand", "And without thinking")


def day(profile: Profile) -> Iterator[tuple[str, Scene]]:
    """Yield the screens of a patient's day in the order in which they come, once it is known who it is."""
    yield "home-of-many", screens.home() + (who_screens.change_button(),)
    yield from before(profile)
    yield from within(profile)
    yield from after(profile)
    yield from own(profile)


def who(profile: Profile) -> Iterator[tuple[str, Scene]]:
    """Yield the screens of the reception."""
    names = who_screens.PICTURES
    called = ("", "Anna", "", "", "", "Karl", "")
    people = [who_screens.Tile(code, names[n], called[n], n == 3) for n, code in enumerate(CODES)]
    yield "tiles", who_screens.tiles(people)
    yield "tiles-2", who_screens.tiles(people, 1)
    yield "who-picture", who_screens.pictures(names[7:] + names[:7])
    yield "who-hand", who_screens.hand()
    yield "pin", who_screens.pin_pad(profile, "who.pin", 4, tile=people[3], staff=True)
    yield "pin-wrong", who_screens.pin_pad(profile, "who.pin", 0, "who.wrong", tile=people[3], staff=True)
    yield "pin-blocked", who_screens.pin_pad(profile, "who.clinic", 0, left_s=45.0, way_out="leave")
    yield "wipe", who_screens.wipe(still=True)


def before(profile: Profile) -> Iterator[tuple[str, Scene]]:
    """Yield what is asked and said before a bout."""
    games = tuple(rooms.all_games())[:3]
    yield "welcome", day_screens.welcome("return.long", profile)
    yield "lower", day_screens.welcome("return.lower", profile)
    yield "today", day_screens.today(Day(games, 15, 1, 2), profile)
    yield "today-why", day_screens.today(Day(games[:2], 10, 1, 1, WHY, sensor=True), profile)
    yield "today-free", day_screens.today(Day(games, 15, 1, 2, free=True), profile)
    yield "choose", day_screens.choose(tuple(rooms.all_games()), games[1:], 0, 3, profile)
    yield "pain", day_screens.scale("pain", profile)
    yield "news", day_screens.news(profile)
    yield "fatigue", day_screens.scale("fatigue", profile, can_go_back=True)
    for page in range(day_screens.FLAG_PAGES):
        yield f"flags-{page + 1}", day_screens.flags(page, TICKED, profile)
    yield "emergency", day_screens.emergency(profile)
    yield "contact", day_screens.contact(profile)
    for why, when, instead in CLOSED:
        yield f"closed-{why.partition('.')[2]}", day_screens.closed(why, profile, when, instead)
    answers = (("clock right", "ok", "clock.right"), ("home", "home", "button.home"))
    yield "clock", screens.question(CLOCK, answers, "wait")


def within(profile: Profile) -> Iterator[tuple[str, Scene]]:
    """Yield what is asked and said between blocks, and each pause that the computer causes."""
    stop = (stop_button(profile),)
    yield "pain-now", day_screens.pain_now(profile)
    yield "effort", day_screens.effort(profile)
    yield "waiting", day_screens.waiting(200.0, 300.0, profile)
    yield "tired", day_screens.tired(60.0, profile)
    yield "rest-tired", screens.rest(40.0, 60.0, 12, 24, True, tired=True) + stop
    yield from ((f"pause-{why}", screens.paused(why) + stop) for why in PAUSES)


def after(profile: Profile) -> Iterator[tuple[str, Scene]]:
    """Yield what is asked and said after a bout."""
    tasks = tuple(task.name for task in rooms.all_tasks())
    yield from ((f"reflect-{name}", day_screens.reflect(name, profile)) for name in day_screens.REFLECTIONS)
    yield "use", day_screens.use(tasks[:3], profile)
    yield "journal", day_screens.journal(FELT, "", WEEK, profile)
    yield "words", day_screens.words(OWN_WORDS, profile)
    yield "next", day_screens.next_time(FRIDAY, REACHED, profile)
    yield "reached", goal_screens.celebrate(Milestone("cup", 5))


def own(profile: Profile) -> Iterator[tuple[str, Scene]]:
    """Yield the pages of goals, activities and milestones, opened as they are by their buttons."""
    agreed = [goals.Standing(Goal("Hold my own mug", TOWARDS), -1, 1), goals.Standing(Goal("Button my shirt"))]
    activities = [goals.Activity("@activity.zip", 3, 5), goals.Activity("Feed the cat", 6, 6)]
    steps = tuple(Milestone(game, n + 3) for n, game in enumerate(rooms.all_games()))
    flow = goal_screens.start(agreed, activities, goals.mastery(steps, steps[:1]))
    place = ("goals activities", "goals activity 2")
    ways = {
        "goals": (), "goals-mine": ("goals mine",), "goals-rate": ("goals mine", "goals rate"),
        "goals-activities": place[:1], "goals-score": (*place[:1], "goals activity 0"), "goals-choose": place,
        "goals-things": (*place, "goals task drinking"),
        "goals-spell": (*place, "goals own", "goals take"), "goals-milestones": ("goals milestones",),
    }  # fmt: skip
    for name, way in ways.items():
        page = flow
        for action in way:
            page = goal_screens.act(page, action)
        yield name, goal_screens.scene(page)
    yield "goals-none", goal_screens.scene(goal_screens.act(goal_screens.start([], []), "goals mine"))
