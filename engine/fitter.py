"""Lead the fitting of a sensor to the hand, by its zero, a firm squeeze, newtons or a maximum, and note each fit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine import fitting, sensing
from engine.calibration import Scale
from engine.fitting import Firm, Fitted, Fitting, Greatest, Tare
from engine.game import Cue
from engine.phases import Phase
from engine.program import Program
from engine.recording import Fit
from engine.sample import Sample
from engine.sensing import Sensing
from engine.signals import maximum

FITS = (Cue("hit-5"),)


@dataclass(frozen=True, slots=True)
class Step:
    """The fitting one tick later: ``None`` once the sensor fits the hand; ``fits`` are the new ones to be kept."""

    fitting: Fitting | None
    sensing: Sensing
    fits: tuple[Fit, ...] = ()
    cues: tuple[Cue, ...] = ()


def step(
    now_is: Fitting, believed: Sequence[Sample], felt: Sensing, program: Program, tick: int, answers: bool
) -> Step:
    """Return the fitting after one tick's samples; ``answers`` says whether the sensor does."""
    gone = felt.loose and isinstance(now_is, Firm)
    if gone or (not answers and not isinstance(now_is, Greatest)):
        return Step(Tare(tick), felt)  # what was felt before it was gone says nothing of it now
    span = sensing.span(felt)
    made = fitting.fitted(now_is, believed, tick, felt.scale, span, felt.health.troubles)
    if isinstance(made, Fitted):
        fit = noted(tick, made.kind, made.scale, made.noise, made.moved, made.tries)
        return Step(None, sensing.fitted(felt, made.scale, made.kind), (fit,), FITS)
    if isinstance(now_is, Tare) and isinstance(made, Firm):
        return _tared(made, replace(felt, loose=False), program, tick)
    asked_again = made != now_is and isinstance(made, Tare) and made.refused and not made.readings
    return Step(made, felt, cues=(Cue("warn"),) if asked_again else ())


def _tared(firm: Firm, felt: Sensing, program: Program, tick: int) -> Step:
    """Go on from the zero: with a squeeze, the hand's maximum, or none where a cap in newtons is prescribed."""
    tare = noted(tick, "tare", Scale(firm.zero, 0.0), firm.noise)
    gain, cap_n = felt.source.gain_n, program.cap_n
    if cap_n <= 0 or gain <= 0:
        span = sensing.span(felt)
        return Step(fitting.greatest(firm, tick, span) if program.maximum else firm, felt, (tare,))
    scale = Scale(firm.zero, firm.zero + cap_n / program.limits.cap / gain)  # the cap is that many newtons
    return Step(None, sensing.fitted(felt, scale, "firm"), (tare, noted(tick, "newtons", scale, firm.noise)), FITS)


def led(now_is: Greatest, action: str, felt: Sensing, tick: int) -> tuple[Greatest, tuple[Fit, ...]]:
    """Do what was pressed while the hand's maximum is found: ready, one more, or enough."""
    if action != "ready":
        answer = maximum.more if action == "more" else maximum.enough
        return replace(now_is, maximum=answer(now_is.maximum)), ()
    now_is = fitting.ready(now_is, sensing.span(felt))
    fit = noted(tick, "tare", Scale(now_is.zero, 0.0), now_is.noise)
    return now_is, () if now_is.refused else (fit,)


def kept(phase: Phase, tick: int) -> tuple[Fit, ...]:
    """Return the tries of a maximum that is stopped before its end, if that is what the phase is."""
    if not isinstance(phase, Greatest):
        return ()
    result = maximum.stopped(phase.maximum).result
    tries = tuple(trial.peak for trial in result.trials if trial.valid)
    scale = Scale(phase.zero, phase.zero + (result.steady or 0.0))
    return (noted(tick, "maximum", scale, phase.noise, tries=tries),) if tries else ()


def noted(tick: int, kind: str, scale: Scale, noise: float, moved: bool = False, tries: tuple[float, ...] = ()) -> Fit:
    """Return how the sensor was fitted, as it is kept: every tare is on record."""
    return Fit(tick, kind, round(scale.zero, 4), round(scale.full, 4), round(noise, 4), moved, tries)
