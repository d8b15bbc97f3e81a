"""Measure what was done: every number that a report may show, by the formula of its paper.

Each measure is a pure function of what was sensed. What is not defined is ``None``, never a number; what cannot be
right raises ``ValueError``. ``VERSIONS`` says which version of its formula a measure has: store it with every value.
All but the basics and the change over sessions need numpy, which is only loaded when one of them is asked for.
``docs/measures.md`` has them all in one table.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from engine.measures.basics import PLACES, evenness, goal_attainment, mean, median, quantile, rounded, steadiness
from engine.measures.change import MannKendall, mann_kendall, mdc, rci, sem, theil_sen
from engine.measures.lowpass import zero_phase

if TYPE_CHECKING:
    from engine.measures.gripping import (
        Release,
        Tracking,
        early_rate_of_force,
        force_cv,
        force_onset_s,
        grip_rate,
        overshoot,
        rate_of_force,
        release,
        rise_s,
        time_in_target,
        tracking_error,
    )
    from engine.measures.pointing import (
        Throughput,
        index_of_difficulty,
        steering_index,
        throughput,
        time_limit_s,
        total_curvature,
    )
    from engine.measures.smoothness import (
        even_rate_hz,
        ldlj,
        ldlj_a,
        ldlj_v,
        lowpassed,
        mean_over_peak,
        movement,
        peaks,
        peaks_per_metre,
        resampled,
        sparc,
        sparc_median,
        speed_profile,
    )
    from engine.measures.tapping import (
        Asynchrony,
        ClockMotor,
        Dwell,
        Intervals,
        Reaction,
        TapErrors,
        asynchrony,
        clock_motor,
        decline,
        dwell,
        enslaving,
        fatigability,
        individuation,
        interval_cv,
        intervals,
        key_independence,
        levenshtein,
        reaction,
        rmssd,
        sequence_accuracy,
        sequences_right,
        stationarity,
        tap_errors,
        tap_rate,
        tempo_error,
    )
    from engine.measures.tracing import (
        LateralError,
        PowerLaw,
        Projection,
        Stops,
        VelocityProfile,
        by_length,
        dtw,
        dtw_mean,
        frechet,
        jitter,
        lateral_error,
        power_law,
        project,
        stops,
        velocity_profile,
    )

# In which module a name lives that needs numpy.
_HOMES = {
    name: home
    for home, names in {
        "gripping": (
            "Release Tracking early_rate_of_force force_cv force_onset_s grip_rate overshoot rate_of_force "
            "release rise_s time_in_target tracking_error"
        ),
        "pointing": "Throughput index_of_difficulty steering_index throughput time_limit_s total_curvature",
        "smoothness": (
            "even_rate_hz ldlj ldlj_a ldlj_v lowpassed mean_over_peak movement peaks peaks_per_metre resampled "
            "sparc sparc_median speed_profile"
        ),
        "tapping": (
            "Asynchrony ClockMotor Dwell Intervals Reaction TapErrors asynchrony clock_motor decline dwell "
            "enslaving fatigability individuation interval_cv intervals key_independence levenshtein reaction "
            "rmssd sequence_accuracy sequences_right stationarity tap_errors tap_rate tempo_error"
        ),
        "tracing": (
            "LateralError PowerLaw Projection Stops VelocityProfile by_length dtw dtw_mean frechet jitter "
            "lateral_error power_law project stops velocity_profile"
        ),
    }.items()
    for name in names.split()
}

# The version of each formula: raise it when a value would change, and say so in docs/measures.md.
VERSIONS: dict[str, int | str] = {
    "asynchrony": 1,
    "by_length": 1,
    "clock_motor": 1,
    "decline": 1,
    "dtw": 1,
    "dtw_mean": 1,
    "dwell": 1,
    "early_rate_of_force": 1,
    "enslaving": 1,
    "even_rate_hz": 1,
    "evenness": 1,
    "fatigability": 1,
    "force_cv": 1,
    "force_onset_s": 1,
    "frechet": 1,
    "goal_attainment": 1,
    "grip_rate": 1,
    "index_of_difficulty": 1,
    "individuation": 1,
    "interval_cv": 1,
    "intervals": 1,
    "jitter": 1,
    "key_independence": 1,
    "lateral_error": 1,
    "ldlj": 1,
    "ldlj_a": 1,
    "ldlj_v": 1,
    "levenshtein": 1,
    "lowpassed": 1,
    "mann_kendall": 1,
    "mdc": 1,
    "mean": 1,
    "mean_over_peak": 1,
    "median": 1,
    "movement": 1,
    "overshoot": 1,
    "peaks": 1,
    "peaks_per_metre": 1,
    "power_law": 1,
    "project": 1,
    "quantile": 1,
    "rate_of_force": 1,
    "rci": 1,
    "reaction": 1,
    "release": 1,
    "resampled": 1,
    "rise_s": 1,
    "rmssd": 1,
    "rounded": 1,
    "sem": 1,
    "sequence_accuracy": 1,
    "sequences_right": 1,
    "sparc": 1,
    "sparc_median": 1,
    "speed_profile": 1,
    "stationarity": 1,
    "steadiness": 1,
    "steering_index": 1,
    "stops": 1,
    "tap_errors": 1,
    "tap_rate": 1,
    "tempo_error": 1,
    "theil_sen": 1,
    "throughput": 1,
    "time_in_target": 1,
    "time_limit_s": 1,
    "total_curvature": 1,
    "tracking_error": 1,
    "velocity_profile": 1,
    "zero_phase": 1,
}

__all__ = [
    "PLACES",
    "VERSIONS",
    "Asynchrony",
    "ClockMotor",
    "Dwell",
    "Intervals",
    "LateralError",
    "MannKendall",
    "PowerLaw",
    "Projection",
    "Reaction",
    "Release",
    "Stops",
    "TapErrors",
    "Throughput",
    "Tracking",
    "VelocityProfile",
    "asynchrony",
    "by_length",
    "clock_motor",
    "decline",
    "dtw",
    "dtw_mean",
    "dwell",
    "early_rate_of_force",
    "enslaving",
    "even_rate_hz",
    "evenness",
    "fatigability",
    "force_cv",
    "force_onset_s",
    "frechet",
    "goal_attainment",
    "grip_rate",
    "index_of_difficulty",
    "individuation",
    "interval_cv",
    "intervals",
    "jitter",
    "key_independence",
    "lateral_error",
    "ldlj",
    "ldlj_a",
    "ldlj_v",
    "levenshtein",
    "lowpassed",
    "mann_kendall",
    "mdc",
    "mean",
    "mean_over_peak",
    "median",
    "movement",
    "overshoot",
    "peaks",
    "peaks_per_metre",
    "power_law",
    "project",
    "quantile",
    "rate_of_force",
    "rci",
    "reaction",
    "release",
    "resampled",
    "rise_s",
    "rmssd",
    "rounded",
    "sem",
    "sequence_accuracy",
    "sequences_right",
    "sparc",
    "sparc_median",
    "speed_profile",
    "stationarity",
    "steadiness",
    "steering_index",
    "stops",
    "tap_errors",
    "tap_rate",
    "tempo_error",
    "theil_sen",
    "throughput",
    "time_in_target",
    "time_limit_s",
    "total_curvature",
    "tracking_error",
    "velocity_profile",
    "zero_phase",
]


def __getattr__(name: str) -> object:
    """Load the module of a measure that needs numpy when it is first asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Return all names, also those not loaded yet."""
    return [*__all__, *(name for name in globals() if name.startswith("__"))]
