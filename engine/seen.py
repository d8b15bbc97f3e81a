"""Show a session: the scene of each of its phases, as a plain function of what is to be known of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine import (
    assess_screens,
    assessment,
    day_screens,
    fitting,
    focus,
    ghost,
    quality,
    screens,
    sensor_screens,
    sweep,
)
from engine.feedback import commonest
from engine.game import AnyGame
from engine.hand import Side
from engine.phases import (
    After,
    Asked,
    Demo,
    Found,
    Judge,
    Offered,
    Paused,
    Phase,
    Playing,
    Quality,
    Rest,
    Review,
    Seek,
    Stopped,
    Summary,
    Waiting,
    Why,
)
from engine.profile import Profile
from engine.program import Program
from engine.recording import End, Trial
from engine.scene import Picture, Scene, Shape, mirrored
from engine.screens import ReasonRow
from engine.ticks import TICKS_PER_S, seconds


@dataclass(frozen=True, slots=True)
class View:
    """What is to be known of a session to show it.

    ``reviewed`` is how many trials were looked back on; ``block`` the number of the block that is played; ``edges``
    are (sought, found) of the edges that were explored.
    """

    phase: Phase
    profile: Profile
    program: Program
    game: AnyGame
    played_with: str
    flipped: bool
    now: int
    end: End | None
    trials: tuple[Trial, ...]
    reviewed: int
    block: int
    reasons: tuple[ReasonRow, ...]
    edges: tuple[tuple[str, str], ...] = ()

    @property
    def focus(self) -> focus.Focus:
        """Return where the game stands on the stage."""
        return focus.of(self.profile, self.program.scan)

    @property
    def in_block(self) -> list[Trial]:
        """Return the trials of this block."""
        return [trial for trial in self.trials if trial.block == self.block]


def summary_pages(trials: Sequence[Trial]) -> int:
    """Return how many pages the summary of these trials has."""
    return max(1, -(-len({trial.game for trial in trials}) // screens.ROWS))


def bare(view: View) -> Scene:
    """Return what is to be seen, all in sight, the buttons without the marks of a menu."""
    return focus.in_sight(_whole(view), view.profile)


def _whole(view: View) -> Scene:
    stop = (screens.stop_button(view.profile),)
    phase = view.phase
    if isinstance(phase, Demo | Playing | After | Judge | Offered | Found):
        return _played(view)
    if isinstance(phase, Summary | Stopped | Why | Quality):
        return _ended(view)
    if isinstance(phase, Seek):
        return screens.seek(view.game.name, phase.cause) + stop
    if isinstance(phase, Review):
        return screens.review(phase.tries, _hint_key(view.game, commonest([cause for _, cause in phase.tries]))) + stop
    if isinstance(phase, Rest):
        left = max(0.0, (phase.until - view.now) / TICKS_PER_S)
        whole = (phase.until - phase.since) / TICKS_PER_S
        of = sum(block.trials for block in view.program.blocks if not block.explore)
        reasons = view.program.name != assessment.NAME
        return screens.rest(left, whole, len(view.trials), of, view.now >= phase.ready, phase.tired, reasons) + stop
    if isinstance(phase, Asked):
        return day_screens.pain_now(view.profile) if phase.what == "pain" else day_screens.effort(view.profile)
    if isinstance(phase, Waiting):
        left = max(0.0, (phase.until - view.now) / TICKS_PER_S)
        return day_screens.waiting(left, (phase.until - phase.since) / TICKS_PER_S, view.profile)
    if isinstance(phase, Paused):
        return screens.paused(phase.reason) + stop
    return _fitted(view) + stop


def _ended(view: View) -> Scene:
    phase = view.phase
    if isinstance(phase, Summary):
        end = view.end or End(view.now, "")
        minutes = end.tick / TICKS_PER_S / 60
        if view.program.name == assessment.NAME:
            return assess_screens.thanks(assessment.done(view.trials), assessment.asked(view.program.blocks))
        if view.edges and not view.trials:
            return screens.explored(view.game.name, view.edges)
        return screens.summary(view.trials, minutes, end.how, view.reasons, phase.page)
    if isinstance(phase, Quality):
        return screens.moved(qualities(view.trials), phase.back.page)
    if isinstance(phase, Why):
        return screens.why(view.reasons, phase.page) + (() if view.end else (screens.stop_button(view.profile),))
    return screens.stopped()


def qualities(trials: Sequence[Trial]) -> tuple[tuple[str, tuple[tuple[str, float], ...]], ...]:
    """Return (game, its qualities) of a session."""
    games = dict.fromkeys(trial.game for trial in trials)
    return tuple((game, quality.of([t.measures for t in trials if t.game == game])) for game in games)


def _fitted(view: View) -> Scene:
    """Return the scene of fitting a sensor to the hand, its picture as that hand sees itself."""
    scene = _fitting(view.phase, view.now)
    if view.profile.hand is Side.RIGHT:
        return scene
    return replace(scene, shapes=tuple(_other_hand(shape) for shape in scene.shapes))


def _other_hand(shape: Shape) -> Shape:
    drawn = isinstance(shape, Picture) and shape.name.startswith("step-")
    return replace(shape, flip=True) if isinstance(shape, Picture) and drawn else shape


def _fitting(phase: Phase, now: int) -> Scene:
    if isinstance(phase, fitting.Firm):
        held = 0.0 if phase.since is None else (now - phase.since) / seconds(fitting.FIRM_S)
        return sensor_screens.firm(held)
    if isinstance(phase, fitting.Greatest):
        return sensor_screens.maximum(phase.maximum, phase.refused)
    return sensor_screens.tare(isinstance(phase, fitting.Tare) and phase.refused)


def _played(view: View) -> Scene:
    """Return the game's own picture, with what lies over it."""
    phase, profile = view.phase, view.profile
    if isinstance(phase, After | Found):
        shown = phase.scene
    elif isinstance(phase, Judge | Offered):
        shown = view.game.scene(phase.over.playing.state)
    else:
        assert isinstance(phase, Demo | Playing)
        shown = view.game.scene(phase.state)
    if isinstance(phase, Demo):
        by_key = not view.game.pointed or (view.game.skill == "tap" and view.played_with == "keys")
        per_mm = view.focus.units_per_mm(profile.units_per_mm)
        shown = shown + (() if by_key else ghost.hand(phase.ghost, per_mm))
    if isinstance(phase, Playing) and phase.sweep is not None:
        shown += sweep.shapes(phase.sweep, view.focus.units_per_mm(profile.units_per_mm))
    shown = mirrored(shown) if view.flipped else shown
    return Scene(shown.ground, (*focus.framed(view.focus, profile, shown + _garden(view)), *_over(view)))


def _over(view: View) -> tuple[Shape, ...]:
    """Return what lies over the game's own picture."""
    phase, profile = view.phase, view.profile
    stop = screens.stop_button(profile)
    if isinstance(phase, Demo):
        again = bool(view.in_block)
        at = None if view.focus.whole else (view.focus.middle, focus.TOLD_Y)
        told = screens.demonstration(profile, view.game.name, view.played_with, phase.ghost.acting, again, at)
        return (*told, stop)
    if isinstance(phase, Found):
        return (*_beside(view, screens.found(phase.sought, phase.found)), stop)
    if isinstance(phase, Judge):
        return (*focus.in_sight(Scene("", screens.judge()), profile).shapes, stop)
    if isinstance(phase, Offered):
        return (*_beside(view, screens.offered()), stop)
    controls = screens.practice_controls(profile)
    if isinstance(phase, After):
        key, is_told = _hint_key(view.game, phase.cause), phase.cause and phase.told
        told = screens.hint(phase.cause, key, profile.text_scale) if is_told else ()
        return (*controls, *_beside(view, told))
    assert isinstance(phase, Playing)
    if view.now >= phase.softer_until:
        return controls
    return (*controls, *_beside(view, screens.hint(phase.reminder, f"hint.{phase.reminder}", profile.text_scale)))


def _beside(view: View, shapes: Sequence[Shape]) -> tuple[Shape, ...]:
    """Return words about the game where they are seen."""
    return focus.beside(view.focus, shapes, screens.HINT_Y)


def _hint_key(game: AnyGame, cause: str) -> str:
    """Return the key of what is said of a cause: in the game's own words where it has some."""
    return f"hint.{game.name}.{cause}" if cause in game.hints else f"hint.{cause}"


def _garden(view: View) -> tuple[Shape, ...]:
    """Return the row of flowers; of a try that was not told there is only that it was made; none without a score."""
    block = view.program.blocks[min(view.block, len(view.program.blocks) - 1)]
    if block.explore:
        return ()
    known = [trial.hit if trial.told or trial.index < view.reviewed else None for trial in view.in_block]
    return screens.garden(known, block.trials)
