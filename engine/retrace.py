"""Play one kept try again from its own samples, to draw what was asked for beside what was done."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine import calibration, focus, meant, recording, sensing
from engine.calibration import Scale, Senses
from engine.chance import Chance
from engine.game import AnyGame, Event, Follow, Nudge, Point, Setting, Squeeze
from engine.plan import profile_from_plain
from engine.profile import Profile
from engine.recording import Recording, RecordingError, Trial
from engine.sample import Sample
from engine.sensing import Sensing
from engine.source import SENSORS
from engine.ticks import TICKS_PER_S

FORCE_GAMES, TRACE_GAMES = "grip", "trace"
EVERY_TICKS = 6  # 20 points a second are enough for the eye
Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Force:
    """A try of force: (s, share) of what was done, (s, share) of what was asked, and half the height of its band."""

    done: tuple[Pair, ...]
    asked: tuple[Pair, ...]
    band: float


@dataclass(frozen=True, slots=True)
class Trace:
    """A try along a way: the way and the line that was led, in mm, and how wide the way was (0: not known)."""

    way: tuple[Pair, ...]
    led: tuple[Pair, ...]
    width_mm: float


@dataclass(frozen=True, slots=True)
class Kept:
    """What is needed of a record: its header, the trial, and the lines up to its end (samples of its own part only)."""

    header: Mapping[str, Any]
    trial: Trial
    lines: Sequence[str]


def retraced(kept: Kept, game: AnyGame) -> Force | Trace | None:
    """Return what was asked and done in a try; ``None`` where it cannot be played again to the very same end.

    That is so for games that are neither of force nor along a way, for one switch, and after edges that were sought.
    """
    if game.skill not in (FORCE_GAMES, TRACE_GAMES) or kept.trial.played_with == "switch":
        return None
    try:
        run = _Run(kept, game)
        moments = list(run.moments())
    except (RecordingError, KeyError, TypeError, ValueError, AttributeError):
        return None
    if run.result != (kept.trial.result, kept.trial.cause):
        return None
    return _force(moments, kept.trial) if game.skill == FORCE_GAMES else _trace(moments, kept.trial)


@dataclass(frozen=True, slots=True)
class _Moment:
    """One tick of a try: seconds since its start, the force, where the pointer was, and what was intended."""

    s: float
    force: float
    place: Pair | None
    pressed: bool
    intent: Any


class _Run:
    """The try as it is played again, and its result."""

    def __init__(self, kept: Kept, game: AnyGame) -> None:
        self._trial, self._game = kept.trial, game
        self._record = recording.parse([recording.header_line({}), *kept.lines])
        self._profile, self._focus = _seen_by(kept.header)
        self._seed = int(kept.header["seed"])
        self._sensing = _fitted(kept.header, self._record, kept.trial)
        self.result: tuple[str, str] = ("", "")

    def moments(self) -> Iterator[_Moment]:
        """Yield the ticks of the try."""
        trial, game = self._trial, self._game
        flipped = calibration.is_flipped(trial.hand, game.mirrors)
        chance = Chance(self._seed).child(f"trial-{trial.index}").child(f"attempt-{trial.attempt}")
        state = game.start(_params(game, trial), chance, self._setting())
        senses, ticks = Senses(), dict(self._record.samples)
        pen: Pair | None = None
        for tick in range(min(ticks, default=trial.start_tick), trial.end_tick + 1):
            believed = self._believed(ticks.get(tick, ()))
            senses, events = calibration.events_of(
                senses, meant.inward(self._focus, believed), tick * 1000 / TICKS_PER_S, self._profile, game.skill,
                trial.played_with, self._sensing.scale, flipped,
            )  # fmt: skip
            if tick <= trial.start_tick:
                continue
            stepped = game.step(state, tick - trial.start_tick, meant.in_trial(events, trial.start_tick))
            pen = _pen(events, pen, game.intent(state))
            state, pressed = stepped.state, senses.pressed or any(isinstance(event, Nudge) for event in events)
            yield _Moment((tick - trial.start_tick) / TICKS_PER_S, senses.force, pen, pressed, game.intent(state))
            if stepped.outcome is not None:
                self.result = (stepped.outcome.result, stepped.outcome.cause)

    def _believed(self, samples: tuple[Sample, ...]) -> tuple[Sample, ...]:
        if self._trial.played_with not in SENSORS:
            return samples
        self._sensing, believed = sensing.felt(self._sensing, samples)
        return believed

    def _setting(self) -> Setting:
        profile, way = self._profile, self._trial.played_with
        labels = tuple(profile.labels().items()) if way == "keys" else ()
        return Setting(profile.units_per_mm, profile.calm, way, labels, (), profile.word, profile.hand)


def _seen_by(header: Mapping[str, Any]) -> tuple[Profile, focus.Focus]:
    """Return the profile as the game took it, and where its stage stood."""
    profile = profile_from_plain(header["profile"])
    place = focus.of(profile, bool(header.get("program", {}).get("scan", True)))
    return replace(profile, units_per_mm=place.units_per_mm(profile.units_per_mm)), place


def _fitted(header: Mapping[str, Any], record: Recording, trial: Trial) -> Sensing:
    """Return the sensor as it was fitted to the hand when the try began."""
    fits = [fit for fit in record.fits if fit.tick <= trial.start_tick]
    fulls = [fit.full for fit in fits if fit.full]
    scale = Scale(**header["scale"]) if header.get("scale") else None
    if fits and (fulls or scale):
        known = fulls[-1] if fulls else scale.full if scale else 0.0
        scale = Scale(fits[-1].zero, known)
    return Sensing(trial.source, scale)


def _params(game: AnyGame, trial: Trial) -> Any:
    return game.params(**{key: tuple(v) if isinstance(v, list) else v for key, v in trial.params.items()})


def _pen(events: Iterable[Event], pen: Pair | None, intent: Any) -> Pair | None:
    """Return where the pointer is after these events; arrow keys push it from where the way begins."""
    for event in events:
        if isinstance(event, Point):
            pen = (event.x_mm, event.y_mm)
        elif isinstance(event, Nudge):
            from_ = pen or (intent.ahead[0] if isinstance(intent, Follow) else (0.0, 0.0))
            pen = (from_[0] + event.dx_mm, from_[1] + event.dy_mm)
    return pen


def _force(moments: Sequence[_Moment], trial: Trial) -> Force | None:
    shown = moments[::EVERY_TICKS]
    done = tuple((round(m.s, 2), round(m.force, 3)) for m in shown)
    asked = tuple((round(m.s, 2), round(m.intent.share, 3)) for m in shown if isinstance(m.intent, Squeeze))
    band = trial.params.get("band", trial.params.get("window", 0.0))
    return Force(done, asked, float(band)) if done else None


def _trace(moments: Sequence[_Moment], trial: Trial) -> Trace | None:
    held = [m.place for m in moments if m.place and m.pressed]
    led = held if len(held) > len(moments) // 10 else [m.place for m in moments if m.place]
    ways = [m.intent.ahead for m in moments if isinstance(m.intent, Follow)]
    if not ways or not led:
        return None
    # What follows the first two points (the hand itself, and where it heads) is the way as it lies.
    points = dict.fromkeys((*ways[0], *(point for way in ways[1:] for point in way[2:])))
    width = float(trial.params.get("width_mm", 0.0))
    return Trace(tuple(map(_short, points)), tuple(map(_short, led[:: EVERY_TICKS // 2])), width)


def _short(point: Pair) -> Pair:
    return (round(point[0], 1), round(point[1], 1))
