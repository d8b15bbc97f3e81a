"""Make a contact sheet: every game and every screen, painted without a window, in each palette."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app import day_pictures, files, rooms
from app.activities import ACTIVITIES, UNSCORED, Activities
from engine import assess_screens, assessment, focus, screens, seen, sensor_screens
from engine.adaptive import Aim
from engine.assess_screens import Far
from engine.hand import Side
from engine.phases import After, Demo, Playing, Rest
from engine.plan import Plan
from engine.profile import Profile
from engine.program import Block
from engine.scene import Scene
from engine.session import Session
from engine.signals.maximum import Maximum
from engine.simulate import Patient, Traits
from engine.spelling import Spelling
from engine.ticks import seconds
from engine.weighing import Weighing

if TYPE_CHECKING:
    from PIL import Image

WIDE, GAP, LABEL, ACROSS = 480, 18, 30, 4
MOMENTS = ("demonstration", "easy", "middle", "hard", "hit", "miss")
STEADY, WEAK = 0.6, 0.05


@dataclass(frozen=True, slots=True)
class Look:
    """How the pictures are to look: palette, language, hand, the side that is not seen, the size of the words."""

    palette: str = "light"
    language: str = "en"
    hand: Side = Side.RIGHT
    unseen: Side | None = None
    text_scale: float = 1.0

    @property
    def profile(self) -> Profile:
        """Return the profile of someone who sees it so."""
        return Profile(
            hand=self.hand, unseen=self.unseen, language=self.language, palette=self.palette,
            text_scale=self.text_scale, word="ROSA",
        )  # fmt: skip

    @property
    def name(self) -> str:
        """Return what it shows as a part of a file name, such as ``dark-de-left-hand``: what is usual is not said."""
        parts = [self.palette, self.language]
        parts += ["left-hand"] * (self.hand is Side.LEFT)
        parts += [f"{self.unseen}-unseen"] * (self.unseen is not None)
        parts += [f"text-{self.text_scale * 100:.0f}"] * (self.text_scale != 1.0)
        return "-".join(parts)


def run(out: Path | None, palettes: tuple[str, ...], look: Look) -> int:
    """Write every picture and a contact sheet of each palette to a folder; return the exit status."""
    from app.picture import picture

    folder = files.new_folder(out or Path("regrasp-pictures"), fresh=out is None)
    scenes = dict(every_scene(look))
    for palette in palettes:
        as_seen = replace(look, palette=palette)
        painted = {
            name: picture(scene, palette, look.language, look.text_scale, width=2 * WIDE)
            for name, scene in scenes.items()
        }
        for name, image in painted.items():
            files.save_picture(folder / as_seen.name / f"{name}.png", image)
        files.save_picture(folder / f"sheet-{as_seen.name}.png", sheet(painted, palette))
        print(f"{as_seen.name}: {len(painted)} pictures")
    print(f"Everything is in the folder {folder}/")
    return 0


def every_scene(look: Look) -> Iterator[tuple[str, Scene]]:
    """Yield (name, scene) of each game's moments, then of each screen."""
    for game in rooms.all_games():
        found = moments(game, look)
        yield from ((f"{game}-{name}", found[name]) for name in MOMENTS if name in found)
    yield from around(look)


def moments(game: str, look: Look) -> Mapping[str, Scene]:
    """Return the moments of one game: its demonstration, three difficulties in play, a hit and a miss."""
    found: dict[str, Scene] = {}
    for name, difficulty in (("easy", 4.0), ("middle", 50.0), ("hard", 96.0)):
        session = _session((Block(game, 2),), look, Aim(fence=(difficulty, difficulty)))
        patient, busiest = Patient(Traits(STEADY, lapse=0.0), 5), 0
        while session.end is None and not session.trials:
            session.tick(patient.samples(session))
            phase = session.phase
            if isinstance(phase, Demo) and session.now - phase.since == seconds(2.0):
                found.setdefault("demonstration", session.scene())
            if isinstance(phase, Playing) and (session.now - phase.since) % seconds(0.5) == 0:
                scene = session.scene()
                if len(scene.shapes) >= busiest:
                    found[name], busiest = scene, len(scene.shapes)
    for name, ability, difficulty in (("hit", 0.95, 10.0), ("miss", WEAK, 70.0)):
        found |= _after(name, game, look, ability, difficulty)
    return found


def _after(name: str, game: str, look: Look, ability: float, difficulty: float) -> Mapping[str, Scene]:
    """Return the picture just after a hit, or after a miss."""
    session = _session((Block(game, 12),), look, Aim(fence=(difficulty, difficulty)))
    patient = Patient(Traits(ability, lapse=0.0), 3)
    while session.end is None:
        session.tick(patient.samples(session))
        if isinstance(session.phase, After) and session.trials[-1].result == name:
            return {name: session.scene()}
    return {}


def _session(blocks: tuple[Block, ...], look: Look, aim: Aim) -> Session:
    program = replace(rooms.built_in_program(), blocks=blocks, aim=aim, rest_s=5.0, least_rest_s=1.0)
    played_with = {"tap": "keys", "grip": "serial", "trace": "mouse"}
    plan = Plan(7, look.profile, program, rooms.all_ladders(), played_with)  # type: ignore[arg-type]
    return Session(plan, rooms.all_games())


def around(look: Look) -> Iterator[tuple[str, Scene]]:
    """Yield the screens around the games and those of a patient's day, where they are seen."""
    yield from day_pictures.who(look.profile)
    for name, scene in (*_screens(look), *day_pictures.day(look.profile)):
        yield name, focus.in_sight(scene, look.profile)


def _screens(look: Look) -> Iterator[tuple[str, Scene]]:
    """Yield the screens around the games."""
    names = (*rooms.all_games(), *ACTIVITIES, assessment.NAME)
    tasks, stop = rooms.all_tasks(), (screens.stop_button(look.profile),)
    yield "home", screens.home()
    yield "first-hand", screens.first_hand()
    yield from ((f"pick-{page + 1}", screens.pick(names, page)) for page in range(-(-len(names) // 3)))
    yield from ((f"tasks-{page + 1}", screens.tasks([task.name for task in tasks], page)) for page in range(2))
    yield "edges", screens.edges(rooms.with_edges())
    items = [item.name for item in assessment.ITEMS]
    yield "assess-thanks", assess_screens.thanks(items[:7], items)
    yield "assess-overview", assess_screens.overview((Far("right", 11, 11, 1), Far("left", 4, 11)), "left")
    yield "task", screens.task(tasks[0].name, tasks[0].games)
    yield from _practised(look)
    yield "judge", Scene("meadow", screens.judge()) + stop
    yield "review", screens.review(((True, ""), (False, "too-soft"), (True, ""), (True, "")), "hint.too-soft") + stop
    yield "seek", screens.seek("cup", "too-soft") + stop
    yield "explored", screens.explored("cup", (("too-soft", "too-soft"), ("too-hard", "")))
    for kind in UNSCORED:
        activities = Activities()
        activities.begin(kind, 0, 1)
        yield kind, activities.scene(kind, 0, seconds(16.0), look.profile)
        if activities.under_way:
            for what, s in (("on", 20.0), ("clear", 22.0)):
                activities.pressed(what, seconds(s))
                yield f"{kind}-{what}", activities.scene(kind, 0, seconds(s + 2), look.profile)
    yield "word", screens.word(Spelling("ROSA"))
    yield "stopped", screens.stopped()
    yield from ((f"pause-{why}", screens.paused(why)) for why in ("idle", "unplugged", "hard"))
    yield from ((f"settings-{n + 1}", screens.settings(look.profile, n)) for n in range(screens.SETTINGS_PAGES))
    yield "tare", sensor_screens.tare(refused=False) + stop
    yield "firm", sensor_screens.firm(0.6) + stop
    yield "maximum", sensor_screens.maximum(Maximum(10.0), refused=False) + stop
    yield "weigh", sensor_screens.weigh(Weighing())
    yield "card", sensor_screens.card(4.6) + focus.anchor(look.profile)  # it must stay as large as it is


def _practised(look: Look) -> Iterator[tuple[str, Scene]]:
    """Yield the screens that only a practice brings: rest, summary, how it moved, why."""
    session = _session(tuple(Block(game, 6) for game in ("ladybirds", "cup", "brook")), look, Aim())
    patient = Patient(Traits(STEADY), 2)
    rested = False
    while session.end is None:
        session.tick(patient.samples(session))
        if isinstance(session.phase, Rest) and session.now - session.phase.since == seconds(2) and not rested:
            rested = True
            yield "rest", session.scene()
    yield "summary", session.scene()
    yield "moved", screens.moved(seen.qualities(session.trials))
    yield "why", screens.why(session.reasons())


def sheet(painted: Mapping[str, "Image.Image"], palette: str) -> "Image.Image":
    """Return all pictures on one sheet, with their names below them."""
    from PIL import Image, ImageDraw, ImageFont

    from app.palette import colours

    high = WIDE * 9 // 16
    rows = -(-len(painted) // ACROSS)
    size = (ACROSS * (WIDE + GAP) + GAP, rows * (high + LABEL + GAP) + GAP)
    roles = colours(palette)
    made = Image.new("RGB", size, roles["ground"])
    draw = ImageDraw.Draw(made)
    font = ImageFont.load_default(18)
    for n, (name, image) in enumerate(painted.items()):
        x = GAP + n % ACROSS * (WIDE + GAP)
        y = GAP + n // ACROSS * (high + LABEL + GAP)
        made.paste(image.resize((WIDE, high), Image.Resampling.LANCZOS), (x, y))
        draw.text((x, y + high + 5), name.replace("-", " "), roles["ink"], font)
    return made
