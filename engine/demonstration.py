"""Demonstrate a game: it plays the very trial that comes next, by itself, again and again."""

from dataclasses import replace

from engine import ghost
from engine.chance import Chance
from engine.chooser import Turn
from engine.game import AnyGame, Setting
from engine.phases import Demo
from engine.profile import Profile
from engine.ticks import seconds

STILL_S = 0.8


def setting(profile: Profile, played_with: str, turn: Turn) -> Setting:
    """Return what a game is told of who plays it, and with what; ``profile`` has the scale of the game's own stage."""
    keys = tuple(profile.labels().items()) if played_with == "keys" else ()
    own = (profile.word, profile.hand)
    return Setting(profile.units_per_mm, profile.calm, played_with, keys, turn.weights, *own)


def begun(game: AnyGame, turn: Turn, chance: Chance, setting: Setting, now: int) -> Demo:
    """Return the demonstration at its beginning."""
    return Demo(now, game.start(turn.params, chance, setting), ghost.Ghost())


def is_through(demo: Demo, now: int) -> bool:
    """Tell whether the demonstration is done, and was looked at a little longer."""
    return demo.done_at is not None and now >= demo.done_at + seconds(STILL_S)


def step(demo: Demo, game: AnyGame, now: int) -> Demo:
    """Return the demonstration one tick later."""
    if demo.done_at is not None:
        return demo
    tick = now - demo.since
    moved, events = ghost.move(demo.ghost, game.intent(demo.state), tick)
    stepped = game.step(demo.state, tick, events)
    return replace(demo, state=stepped.state, ghost=moved, done_at=now if stepped.outcome else None)
