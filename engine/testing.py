"""Check a game against its contract, as code: whatever the level and the events, it stays pure, safe and ends.

What a game says that a performance would just have passed is checked by playing that performance again, at a
difficulty just below and just above: a steered player errs by a given size, whatever is asked of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import cos, hypot, isfinite, pi, sin

from engine import ghost
from engine.chance import Chance
from engine.game import (
    AnyGame,
    Event,
    Follow,
    Grip,
    Intent,
    Just,
    Lift,
    Nudge,
    Outcome,
    Point,
    Press,
    Setting,
    Squeeze,
    Tap,
    Touch,
)
from engine.hand import FINGERS
from engine.just import just_passed, passed
from engine.level import EASIEST, HARDEST, Ladder
from engine.scene import STAGE_H, STAGE_W, Picture, Scene, from_plain, to_plain
from engine.ticks import TICKS_PER_S, seconds, to_ms

LONGEST_S = 200.0
NEAR = 0.02
AT_LAST_MS, DECAY_MS, SWING_MS, ROUND_MS = 600.0, 4000.0, 100.0, 1700.0
UNEVEN = (0.7, 1.0, 0.85)
BEAT = 4.0  # how many times better a beat is kept than a surprise is answered
TURN = 2.4
SAME_AGAIN = 4  # rungs: on each fourth it is seen whether the same events give the same again
SAME = 0.01  # a force asked for that moves by no more than this a tick is the same one, that glides


class Broken(AssertionError):
    """A game breaks its contract: says which game, where and how."""


def check_game(
    game: AnyGame, ladder: Ladder, seeds: int = 2, positions: tuple[float, ...] = (0.0, 0.5, 1.0), thin: int = 1,
    graded: bool = True,
) -> None:  # fmt: skip
    """Play ``game`` over its ladder, well, wildly and not at all; raise ``Broken`` if it breaks its contract.

    ``thin`` is as in ``check_just``; what is not ``graded``, as an item of an assessment, states nothing of that kind.
    """
    for level in ladder.levels:
        for params, position in {level.params(position): position for position in positions}.items():
            for seed in range(seeds):
                where = f"{game.name}, {level.path} at {position}, seed {seed}"
                _check_played_well(game, params, seed, where, again=level.rung % SAME_AGAIN == 1)
                _check_played_wildly(game, params, seed, where)
    _check_left_alone(game, ladder.params(0.0), f"{game.name}, left alone")
    if graded:
        check_just(game, ladder, thin=thin)


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


def _check_played_well(game: AnyGame, params: object, seed: int, where: str, again: bool) -> None:
    outcome, scenes = play_well(game, params, seed)
    if again:
        once_more, _ = play_well(game, params, seed)
        if outcome != once_more:
            raise Broken(f"{where}: the same events gave {outcome} and {once_more}")
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
    for tick in range(seconds(12)):
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
    for name, value in outcome.just:
        if not isfinite(value) or round(value, 4) != value:
            raise Broken(f"{where}: just {name} is {value}, not rounded to 4 places")


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


# What would just have been passed


@dataclass(frozen=True, slots=True)
class Steering:
    """How a steered player errs, whatever is asked of it.

    ``late_ms`` before it presses, ``idle_ms`` before it squeezes; ``away`` is by how much of the maximum a squeeze is
    off, ``lower_per_s`` how fast it lets go; ``aside_mm`` is how far beside the way it leads, at ``speed_mm_s``.
    """

    late_ms: float
    away: float
    lower_per_s: float
    aside_mm: float
    speed_mm_s: float
    idle_ms: float = 0.0


STEERINGS = (
    Steering(late_ms=300, away=0.006, lower_per_s=0.25, aside_mm=1.2, speed_mm_s=24),
    Steering(late_ms=700, away=0.020, lower_per_s=0.08, aside_mm=2.4, speed_mm_s=120),
    Steering(late_ms=1500, away=0.012, lower_per_s=0.10, aside_mm=4.2, speed_mm_s=75, idle_ms=3600),
    Steering(late_ms=5000, away=0.045, lower_per_s=0.12, aside_mm=7.5, speed_mm_s=100),
)


@dataclass(frozen=True, slots=True)
class Steered:
    """A steered player: how it errs, what was asked last and since when, its force, how often it pressed."""

    steering: Steering
    asked: Press | Touch | float | None = None
    since_ms: float = 0.0
    force: float = 0.0
    was: float = 0.0
    presses: int = 0
    leads: bool = False
    at: tuple[float, float] = (0.0, 0.0)


def steer(player: Steered, intent: Intent | None, tick: int) -> tuple[Steered, tuple[Event, ...]]:
    """Return the steered player and its events one tick later."""
    if player.leads and not isinstance(intent, Follow):
        return replace(player, leads=False, asked=None), (Point(*player.at, "up", to_ms(tick)),)
    if isinstance(intent, Press):
        return _steer_press(player, intent, tick)
    if isinstance(intent, Touch):
        return _steer_touch(player, intent, tick)
    if isinstance(intent, Squeeze):
        return _steer_squeeze(player, intent.share, to_ms(tick))
    if isinstance(intent, Follow):
        return _steer_along(player, intent.ahead, to_ms(tick))
    return replace(player, asked=None), ()


def _steer_press(player: Steered, intent: Press, tick: int) -> tuple[Steered, tuple[Event, ...]]:
    """Press unevenly late: neither the first nor the last of three is the latest."""
    if player.asked != intent:
        player = replace(player, asked=intent, since_ms=to_ms(max(tick - 1, 0)))  # what the state before asked
    uneven = UNEVEN[player.presses % len(UNEVEN)]
    due_ms = player.since_ms + player.steering.late_ms * uneven
    if intent.due_ms is not None:
        due_ms = intent.due_ms + player.steering.late_ms * uneven / BEAT
    if to_ms(tick) < due_ms:
        return player, ()
    pressed = replace(player, asked=None, presses=player.presses + 1)
    return pressed, (Tap(intent.finger, due_ms), Lift(intent.finger, to_ms(tick)))


def _steer_touch(player: Steered, intent: Touch, tick: int) -> tuple[Steered, tuple[Event, ...]]:
    """Touch unevenly late, and beside the place in ever other directions."""
    if not isinstance(player.asked, Touch):
        player = replace(player, asked=intent, since_ms=to_ms(max(tick - 1, 0)))
    uneven = UNEVEN[player.presses % len(UNEVEN)]
    due_ms = player.since_ms + player.steering.late_ms * uneven
    if to_ms(tick) < due_ms:
        return player, ()
    off, way = player.steering.aside_mm * uneven, TURN * player.presses
    x, y = round(intent.x_mm + off * cos(way), 3), round(intent.y_mm + off * sin(way), 3)
    touched = replace(player, asked=None, presses=player.presses + 1)
    return touched, (Point(x, y, "down", due_ms), Point(x, y, "up", to_ms(tick)))


def _steer_squeeze(player: Steered, share: float, now_ms: float) -> tuple[Steered, tuple[Event, ...]]:
    """Squeeze as asked at once, and soon off by a size that swings and decays; let go evenly."""
    was = player.asked if isinstance(player.asked, float) else -1.0
    if abs(share - was) > SAME or (share <= 0 < was):
        player = replace(player, since_ms=now_ms, was=player.force)
    player = replace(player, asked=float(share))
    steering, gone_ms = player.steering, now_ms - player.since_ms
    held_ms = gone_ms - steering.idle_ms
    if share <= 0:
        force = player.was - steering.lower_per_s * gone_ms / 1000
    elif held_ms < 0:
        force = player.was
    else:
        force = share + steering.away * _swing(held_ms - AT_LAST_MS)
    force = round(max(0.0, force), 6)
    return replace(player, force=force), (Grip(force, now_ms),)


def _swing(ms: float) -> float:
    """Return 1, -1, 1, ... decaying to 0.4: the worst comes first, so that a hold cut short has shown it."""
    if ms < 0:
        return 0.0
    return (1 - 0.6 * min(1.0, ms / DECAY_MS)) * (-1.0 if ms // SWING_MS % 2 else 1.0)


def _steer_along(
    player: Steered, ahead: tuple[tuple[float, float], ...], now_ms: float
) -> tuple[Steered, tuple[Event, ...]]:
    """Lead at an even speed along the way, now to its left and now to its right."""
    if not player.leads:
        return replace(player, leads=True, at=ahead[0]), (Point(*ahead[0], "down", now_ms),)
    x, y = ghost.along(ahead, player.steering.speed_mm_s / TICKS_PER_S)
    dx, dy = x - ahead[0][0], y - ahead[0][1]
    off = player.steering.aside_mm * sin(2 * pi * now_ms / ROUND_MS) / (hypot(dx, dy) or 1.0)
    at = (round(x - dy * off, 3), round(y + dx * off, 3))
    return replace(player, at=at), (Point(*at, "move", now_ms),)


def play_steered(game: AnyGame, params: object, steering: Steering, seed: int = 0) -> Outcome:
    """Return the outcome of a steered player at ``params``."""
    state, player = game.start(params, Chance(seed), Setting()), Steered(steering)
    for tick in range(seconds(LONGEST_S)):
        player, events = steer(player, game.intent(state), tick)
        step = game.step(state, tick, events)
        if step.outcome is not None:
            return step.outcome
        state = step.state
    raise Broken(f"{game.name}: a steered player does not come to an end at {params}")


def check_just(
    game: AnyGame, ladder: Ladder, steerings: tuple[Steering, ...] = STEERINGS, thin: int = 1
) -> frozenset[str]:
    """Raise ``Broken`` unless what ``game`` states to be just passed is passed just below and failed just above.

    The same performance is played again with only that parameter taken from the ladder there. Return what was
    seen: ``above`` and ``below`` the played difficulty, and ``at most`` for misses that were cut short. Where an
    easy ladder shows no such hit or no such miss, it is played again three times as badly. Of the steerings, each
    difficulty has only every ``thin``-th, the next one the next.
    """
    rungs = len(ladder.levels)
    difficulties = (*(round((rung + 0.5) * HARDEST / rungs, 2) for rung in range(rungs)), HARDEST)
    seen: set[str] = set()
    for times in (1.0, 3.0):
        for seed, difficulty in enumerate(difficulties):
            for steering in steerings[seed % thin :: thin]:
                seen |= _check_stated(game, ladder, difficulty, _worse(steering, times), seed)
        if "above" in seen and seen & {"below", "at most"}:
            return frozenset(seen)
    side = "below" if "above" in seen else "above"
    raise Broken(f"{game.name}, over its ladder: no steered trial just passed a difficulty {side} its own")


def _worse(steering: Steering, times: float) -> Steering:
    return Steering(
        steering.late_ms * times, steering.away * times, steering.lower_per_s * times, steering.aside_mm * times,
        steering.speed_mm_s / times, steering.idle_ms * times,
    )  # fmt: skip


def _check_stated(game: AnyGame, ladder: Ladder, difficulty: float, steering: Steering, seed: int) -> set[str]:
    params = ladder.params(difficulty)
    where = f"{game.name}, difficulty {difficulty:g}, {steering}"

    def passes(name: str, at: float) -> bool:
        """Tell whether it is passed again, with only one parameter as the ladder asks it there."""
        changed = replace(params, **{name: getattr(ladder.params(at), name)})
        return play_steered(game, changed, steering, seed).result == "hit"

    outcome = play_steered(game, params, steering, seed)
    _check_outcome(outcome, where)
    try:
        there, censored = passed(ladder, game.index, difficulty, outcome)
        places = [(just_passed(ladder, game.index, difficulty, just), just) for just in outcome.just]
    except ValueError as error:
        raise Broken(f"{where}: {error}") from None
    if there is None:
        return set()
    hit = outcome.result == "hit"
    for place, just in places if hit and censored else [min(places)]:
        _check_place(just, place, difficulty, outcome, passes, where)
    if hit:
        return set() if censored else {"above"}
    return set() if there <= EASIEST else {"at most" if censored else "below"}


def _check_place(
    just: Just, place: tuple[float, bool], difficulty: float, outcome: Outcome,
    passes: Callable[[str, float], bool], where: str,
) -> None:  # fmt: skip
    """Play the performance again on both sides of where it just passes by this parameter."""
    (name, value), (there, censored), hit = just, place, outcome.result == "hit"
    said = f"{where}: a {outcome.result} states to just pass {name} {value:g}, difficulty {there:g}"
    if there < difficulty if hit else there > difficulty:
        raise Broken(f"{said}, but it was played at {difficulty:g}")
    below = there if censored else max(there - NEAR, difficulty if hit else EASIEST)
    above = there if censored else min(there + NEAR, HARDEST if hit else difficulty)
    if (hit or not (censored or outcome.cut_short)) and not passes(name, below):
        raise Broken(f"{said}, but fails at {below:g}")
    if not (hit and censored) and passes(name, above):
        raise Broken(f"{said}, but passes at {above:g}")
