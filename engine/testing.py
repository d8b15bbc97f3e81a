"""Check a game against its contract, as code: whatever the level and the events, it stays pure, safe and ends."""

from dataclasses import replace
from math import isfinite

from engine import ghost
from engine.chance import Chance
from engine.game import AnyGame, Event, Grip, Lift, Nudge, Outcome, Point, Setting, Tap
from engine.hand import FINGERS
from engine.level import Ladder
from engine.scene import STAGE_H, STAGE_W, Picture, Scene, from_plain, to_plain
from engine.ticks import seconds, to_ms

LONGEST_S = 200.0


class Broken(AssertionError):
    """A game breaks its contract: says which game, where and how."""


def check_game(game: AnyGame, ladder: Ladder, seeds: int = 2, positions: tuple[float, ...] = (0.0, 0.5, 1.0)) -> None:
    """Play ``game`` over its ladder, well, wildly and not at all; raise ``Broken`` if it breaks its contract."""
    for level in ladder.levels:
        for position in positions:
            for seed in range(seeds):
                where = f"{game.name}, {level.path} at {position}, seed {seed}"
                _check_played_well(game, level.params(position), seed, where)
                _check_played_wildly(game, level.params(position), seed, where)
    _check_left_alone(game, ladder.params(0.0), f"{game.name}, left alone")


def play_well(game: AnyGame, params: object, seed: int = 0) -> tuple[Outcome, list[Scene]]:
    """Return the outcome of a faultless player at ``params``, and scenes seen on the way."""
    state = game.start(params, Chance(seed), Setting())
    player = ghost.Ghost()
    scenes: list[Scene] = []
    for tick in range(seconds(LONGEST_S)):
        player, events = ghost.move(player, game.intent(state), tick)
        step = game.step(state, tick, events)
        if step.outcome is not None:
            return step.outcome, [*scenes, game.scene(step.state)]
        state = step.state
        if tick % 60 == 0:
            scenes.append(game.scene(state))
    raise Broken(f"{game.name}: a faultless player does not come to an end at {params}")


def _check_played_well(game: AnyGame, params: object, seed: int, where: str) -> None:
    outcome, scenes = play_well(game, params, seed)
    again, _ = play_well(game, params, seed)
    if outcome != again:
        raise Broken(f"{where}: the same events gave {outcome} and {again}")
    slow = getattr(params, "limit_ms", 1e9) < 5000 or getattr(params, "reach_ms", 1e9) < 5000
    if outcome.result != "hit" and not slow:
        raise Broken(f"{where}: a faultless player gets {outcome}")
    _check_outcome(outcome, where)
    _check_pictures(game, scenes, where)
    for scene in scenes:
        _check_scene(scene, where)


def _check_played_wildly(game: AnyGame, params: object, seed: int, where: str) -> None:
    chance = Chance(f"wild-{seed}")
    state = game.start(params, chance.child("start"), Setting())
    for tick in range(seconds(20)):
        step = game.step(state, tick, wild_events(chance, tick))
        state = step.state
        if step.outcome is not None:
            _check_outcome(step.outcome, where)
            break
    _check_frozen(state, where)
    _check_scene(game.scene(state), where)


def wild_events(chance: Chance, tick: int) -> tuple[Event, ...]:
    """Draw events as no sensible person makes them."""
    now_ms = to_ms(tick)
    if not chance.chances(0.2):
        return ()
    x_mm, y_mm = chance.between(-400, 400), chance.between(-200, 200)
    events: tuple[Event, ...] = (
        Tap(chance.choice(FINGERS), now_ms),
        Lift(chance.choice(FINGERS), now_ms),
        Grip(chance.between(0, 1.4), now_ms),
        Point(x_mm, y_mm, chance.choice(("down", "move", "up")), now_ms),
        Nudge(chance.between(-1, 1), chance.between(-1, 1), now_ms),
    )
    return (replace(chance.choice(events), at_ms=now_ms - chance.between(0, 8)),)


def _check_left_alone(game: AnyGame, params: object, where: str) -> None:
    state = game.start(params, Chance(1), Setting())
    for tick in range(seconds(LONGEST_S)):
        step = game.step(state, tick, ())
        if step.outcome is not None:
            if step.outcome.result != "omission":
                raise Broken(f"{where}: gives {step.outcome.result}, not an omission")
            return
        state = step.state
    raise Broken(f"{where}: never ends")


def _check_frozen(state: object, where: str) -> None:
    """Ask for a state that is frozen all through: only what can be hashed cannot be changed in place."""
    try:
        hash(state)
    except TypeError as error:
        raise Broken(f"{where}: a state can be changed in place: {error}") from None


def _check_outcome(outcome: Outcome, where: str) -> None:
    if (outcome.result == "hit") != (outcome.cause == ""):
        raise Broken(f"{where}: a {outcome.result} has the cause '{outcome.cause}'")
    for name, value in outcome.measures:
        if not isfinite(value) or round(value, 4) != value:
            raise Broken(f"{where}: the measure {name} is {value}, not rounded to 4 places")


def _check_pictures(game: AnyGame, scenes: list[Scene], where: str) -> None:
    """Ask for every picture that is not there from the first scene on to be named in ``game.pictures``."""
    first = {shape.name for shape in scenes[0].shapes if isinstance(shape, Picture)}
    later = {shape.name for scene in scenes[1:] for shape in scene.shapes if isinstance(shape, Picture)}
    late = later - first - set(game.pictures)
    if late:
        raise Broken(f"{where}: {', '.join(sorted(late))} would be loaded in mid-trial: name them in pictures")


def _check_scene(scene: Scene, where: str) -> None:
    if from_plain(to_plain(scene)) != scene:
        raise Broken(f"{where}: the scene cannot be written down and read again")
    for shape in scene.shapes:
        x, y = getattr(shape, "x", 800.0), getattr(shape, "y", 450.0)
        if not (-STAGE_W <= x <= 2 * STAGE_W and -STAGE_H <= y <= 2 * STAGE_H):
            raise Broken(f"{where}: {shape} lies far off the stage")
