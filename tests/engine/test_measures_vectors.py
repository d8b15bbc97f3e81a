"""Reproduce every vector of the measures: numbers worked out elsewhere, by reference programs or by hand."""

import json
from math import log, pi
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import measures as m

VECTORS = Path(__file__).parents[1] / "vectors"
CLOSE = 1e-6


def vector(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text("utf-8"))


SMOOTH = {case["name"]: case for case in vector("smoothness")["cases"]}
TAPS, GRIP, STATS = vector("taps"), vector("squeeze"), vector("stats")


def close(value: float) -> Any:
    return pytest.approx(value, abs=CLOSE)


def minimum_jerk(duration_s: float, fs_hz: float) -> np.ndarray:
    x = np.arange(round(duration_s * fs_hz) + 1) / fs_hz / duration_s
    return (30 * x**2 - 60 * x**3 + 30 * x**4) / duration_s


def bell(t: np.ndarray, at_s: float, duration_s: float) -> np.ndarray:
    """Return a Gaussian submovement, as the authors of SPARC make it."""
    return np.exp(-((5 * (t - at_s) / duration_s) ** 2))


def bells(n: int, spacing_s: float) -> np.ndarray:
    t = np.arange(0, 1 + (n - 1) * spacing_s - 1e-9, 0.01)
    return sum(bell(t, 0.5 + k * spacing_s, 1.0) for k in range(n))


BELLS = ((2, 0.4), (2, 1.0), (4, 1.0), (8, 1.0), (4, 0.2))
MADE = {
    "gauss_doctest": np.exp(-5 * np.arange(-1, 1, 0.01) ** 2),
    **{f"mjt_1s_fs{fs}": minimum_jerk(1, fs) for fs in (60, 100, 200, 1000)},
    **{f"mjt_{duration}s_fs100": minimum_jerk(duration, 100) for duration in (0.5, 2.0, 4.0)},
    "two_gauss_sep": bell(np.arange(0, 1.5, 0.01), 0.25, 0.5) + bell(np.arange(0, 1.5, 0.01), 1.25, 0.5),
    **{f"gauss_N{n}_dT{spacing}": bells(n, spacing) for n, spacing in BELLS},
    "mjt2s_dwell": np.concatenate((minimum_jerk(1, 100), np.zeros(100))),
    "sin_ripple": 1 + 0.3 * np.sin(2 * pi * 3 * np.arange(1000) / 100),
    "constant": np.ones(1000),
}


def test_every_case_of_smoothness_is_made() -> None:
    assert MADE.keys() == SMOOTH.keys()


@pytest.mark.parametrize("name", SMOOTH)
def test_smoothness_is_that_of_the_reference_program(name: str) -> None:
    case, speed = SMOOTH[name], MADE[name]
    assert len(speed) == case["n"]
    if "speed" in case:
        assert speed == pytest.approx(np.array(case["speed"]), abs=1e-6)
    assert m.sparc(speed, case["fs"]) == close(case["sparc"])
    assert m.ldlj(speed, case["fs"]) == (None if case["ldlj_v"] is None else close(case["ldlj_v"]))
    assert m.peaks(speed, case["fs"], apart_s=0, lowpass_hz=None) == case["n_peaks_prom05"]
    assert m.mean_over_peak(speed) == close(case["mean_over_peak"])


def test_both_conventions_of_ldlj_a_are_those_of_the_vector() -> None:
    acceleration, case = np.gradient(MADE["mjt_1s_fs100"], 0.01), SMOOTH["mjt_1s_fs100"]
    assert m.ldlj_a(acceleration, 100) == close(case["ldlj_a_peak"])
    assert m.ldlj_a(acceleration, 100, scale="mean-square") == close(case["ldlj_a_meansq"])


def test_ldlj_nears_the_closed_form_of_minimum_jerk() -> None:
    assert m.ldlj(minimum_jerk(1, 100_000), 100_000) == pytest.approx(-log(204.8), abs=1e-4)


LONG = vector("smoothness_sensitivity")["long_trace_sparc"]["rows"]


@pytest.mark.parametrize("row", LONG, ids=[f"{row['duration_s']} s, {row['ripple']}" for row in LONG])
def test_the_sparc_of_a_long_steady_trace_falls_with_its_duration_as_told(row: dict[str, float]) -> None:
    t = np.arange(row["duration_s"] * 100 + 1) / 100
    ramps = np.clip(np.minimum(t, row["duration_s"] - t) / 0.5, 0, 1)
    assert m.sparc(ramps * (1 + row["ripple"] * np.sin(4 * pi * t)), 100) == pytest.approx(row["sparc"], abs=1e-3)


def told(device_hz: int, noise_mm: float, lowpass_hz: float | None, seed: int = 7) -> tuple[float, float]:
    """Return SPARC and LDLJ of an arc of 200 mm in 2 s as a touch screen sees it: noise, then rounding to a grid."""
    t = np.arange(2 * device_hz + 1) / device_hz
    x = t / 2
    angle = (10 * x**3 - 15 * x**4 + 6 * x**5) * 200 / 100
    points = 100 * np.stack((np.sin(angle), 1 - np.cos(angle)), axis=1)
    if noise_mm:
        points += np.random.default_rng(seed).normal(0, noise_mm / 2, points.shape)
        points = np.round(points / noise_mm) * noise_mm
    speed = m.speed_profile(m.resampled(t, points, 100), 100, lowpass_hz=lowpass_hz)
    return m.sparc(speed, 100) or 0, m.ldlj(speed, 100) or 0


SENSITIVE = [
    row for row in vector("smoothness_sensitivity")["rows"]
    if (row["jitter_s"], row["device_hz"]) == (0, 60) and row["lowpass_hz"] != 10 and row["noise_quant_mm"] != 0.25
]  # fmt: skip


@pytest.mark.parametrize("row", SENSITIVE, ids=lambda row: f"{row['noise_quant_mm']} mm, {row['lowpass_hz']} Hz")
def test_noise_moves_the_jerk_by_as_much_as_told_and_sparc_hardly(row: dict[str, float]) -> None:
    """The vectors were simulated with seeds of their own: so the size of it must agree, not the digits."""
    found_sparc, found_ldlj = told(60, row["noise_quant_mm"], row["lowpass_hz"])
    assert found_sparc == pytest.approx(row["sparc_mean"], abs=0.05)
    assert found_ldlj == pytest.approx(row["ldlj_mean"], abs=0.1 + 4 * row["ldlj_sd"])


def test_a_trace_has_the_errors_of_the_vector() -> None:
    trace = vector("trace")
    golden = trace["result"]
    found = m.lateral_error(trace["trace"], trace["reference"], trace["corridor_width"])
    assert found is not None
    assert found.mean == close(golden["mean_abs_lateral"])
    assert found.rms == close(golden["rms_lateral"])
    assert found.max == close(golden["max_lateral"])
    assert found.p95 == close(golden["p95_abs"])
    assert found.signed == close(golden["mean_signed"])
    assert found.inside == close(golden["fraction_inside"])
    assert found.length_ratio == close(golden["path_length_ratio"])
    assert found.economy == close(golden["economy"])
    assert found.completion == 1
    assert m.frechet(trace["trace"], trace["reference"]) == close(golden["discrete_frechet"])
    assert m.dtw(trace["trace"], trace["reference"]) == close(golden["dtw_sum"])


def test_throughput_and_difficulty_are_those_of_the_vector() -> None:
    vectors = vector("fitts")
    trials, golden = vectors["case"]["trials"], vectors["case"]["result"]
    found = m.throughput(*([trial[key] for trial in trials] for key in ("frm", "to", "select", "mt_s")))
    assert found is not None
    assert (found.sd_mm, found.width_mm) == close((golden["sdx"], golden["We"]))
    assert (found.distance_mm, found.id_bits) == close((golden["Ae"], golden["IDe_bits"]))
    assert (found.time_s, found.bits_per_s, found.n) == close((golden["MT_mean_s"], golden["TP_bps"], 9))
    for row in vectors["id_table"]:
        assert m.index_of_difficulty(row["A"], row["W"]) == close(row["shannon_bits"])


def curves() -> dict[str, tuple[np.ndarray, Any]]:
    turn, x, spin = np.linspace(0, 2 * pi, 20001), np.linspace(0, 200, 2001), np.linspace(0, 6 * pi, 3001)
    return {
        "straight": (np.array([[0, 0], [200, 0]]), 20),
        "circle_R50_W10": (50 * np.stack((np.cos(turn), np.sin(turn)), axis=1), 10),
        "cone": (np.array([[0, 0], [180, 0]]), [30, 6]),
        "sine_amp20_period100_len200_W12_2001pts": (np.stack((x, 20 * np.sin(2 * pi * x / 100)), axis=1), 12),
        "archimedes_r10+5theta_3turns_W8_3001pts": (
            np.stack(((10 + 5 * spin) * np.cos(spin), (10 + 5 * spin) * np.sin(spin)), axis=1), 8,
        ),
    }  # fmt: skip


@pytest.mark.parametrize("case", vector("steering")["cases"], ids=lambda case: case["name"])
def test_steering_and_curvature_are_those_of_the_vector(case: dict[str, Any]) -> None:
    """Of the curvature the vector keeps five places."""
    path, width = curves()[case["name"]]
    assert m.steering_index(path, width) == close(case["ID"])
    if "total_curvature_rad" in case:
        assert m.total_curvature(path) == pytest.approx(case["total_curvature_rad"], abs=5e-6)


def test_taps_have_the_rhythm_of_the_vector() -> None:
    times, golden = TAPS["tap_times_s"], TAPS["result"]
    assert m.tap_rate(times) == close(golden["rate_hz"])
    kept = m.intervals(times).kept
    assert (m.mean(kept), m.median(kept)) == close((golden["mean_iti"], golden["median_iti"]))
    assert 100 * (m.interval_cv(times) or 0) == close(golden["cv_iti_pct"])
    assert m.rmssd(times) == close(golden["rmssd"])
    assert m.tempo_error(times, 0.5) == close(golden["mean_abs_tempo_err"])
    found = m.asynchrony(times, np.arange(11) / 2)
    assert found is not None
    assert (found.mean_s, found.sd_s) == close((golden["mean_asynchrony"], golden["sd_asynchrony"]))
    assert m.theil_sen(kept) == close(golden["theil_sen_iti_slope_per_tap"])


@pytest.mark.parametrize("case", TAPS["sequence"], ids=lambda case: case["played"])
def test_sequences_are_as_right_as_in_the_vector(case: dict[str, Any]) -> None:
    assert m.levenshtein(case["target"], case["played"]) == case["levenshtein"]
    assert m.sequence_accuracy(case["target"], case["played"]) == close(case["accuracy"])


def test_fingers_are_as_independent_as_in_the_vector() -> None:
    golden = TAPS["individuation"]
    matrix = golden["force_matrix_rows_instructed_cols_finger_IMRL"]
    assert m.individuation(matrix) == close(golden["individuation_index"])
    assert m.stationarity(matrix) == close(golden["stationarity_index"])
    assert [100 * (share or 0) for share in m.enslaving(matrix)] == close(golden["enslaving_pct_of_slave_mvc"])


def test_the_rate_declines_as_in_the_vector() -> None:
    golden = TAPS["fatigue_decline"]
    assert 100 * (m.decline(golden["first_third_rate"], golden["last_third_rate"]) or 0) == close(golden["decline_pct"])


def test_the_squeeze_has_the_numbers_of_the_vector() -> None:
    """Rise and release are measured against the mean of the hold; the onset is a reading, not a crossing."""
    fs, target, golden = GRIP["fs"], GRIP["target_N"], GRIP["result"]
    force = np.array(GRIP["force_N"])
    on, off = round(GRIP["cue_on_s"] * fs), round(GRIP["cue_off_s"] * fs)
    hold, level = force[3 * fs : off], golden["mean_hold_N"]
    tracked = m.tracking_error(hold, target, fs)
    assert tracked is not None
    assert (tracked.rmse, tracked.mean) == close((golden["rmse_N"], golden["mean_err_N"]))
    assert 100 * tracked.rmse / GRIP["mvc_N"] == close(golden["rmse_pct_mvc"])
    assert m.time_in_target(hold, target, GRIP["band_halfwidth_N"]) == golden["time_in_target_frac"]
    for detrended, key in ((False, "cov_hold_pct"), (True, "cov_detrended_pct")):
        found = m.force_cv(hold, fs, detrended=detrended, settle_s=0, ending_s=0)
        assert 100 * (found or 0) == close(golden[key])
    assert m.force_onset_s(force[on:], fs, target) == close(golden["reaction_onset_5pct_target_s"])
    assert m.rise_s(force[on:off], fs, level) == close(golden["rise_10_90_s"])
    assert 100 * (m.overshoot(force[on:], fs, target) or 0) == close(golden["overshoot_pct_target"])
    rate = m.rate_of_force(force[on : 3 * fs], fs) or 0
    assert (rate, 100 * rate / GRIP["mvc_N"]) == close((golden["rfd_peak_50ms_N_per_s"], golden["rfd_pct_mvc_per_s"]))
    let_go = m.release(force[off:], fs, level)
    assert let_go is not None
    assert let_go.latency_s == close(golden["release_latency_to_90pct_s"])
    assert let_go.time_s == close(golden["release_90_10_s"])
    assert let_go.residual == close(force[off + fs] / level)


@pytest.mark.parametrize("last", [12, 8])
def test_the_trend_is_that_of_the_vector(last: int) -> None:
    values, end = STATS["series"][-last:], "" if last == 12 else "_last8"
    assert m.theil_sen(values) == close(STATS[f"theil_sen{end}"]["slope"])
    golden, found = STATS[f"mann_kendall{end}"], m.mann_kendall(values)
    assert found is not None
    assert (found.s, found.z, found.p) == close((golden["S"], golden["z"], golden["p"]))


def test_detectable_changes_are_those_of_the_vector() -> None:
    ours, chen = STATS["mdc"]
    assert m.sem(ours["sd"], ours["icc"]) == close(ours["sem"])
    assert m.mdc(m.sem(ours["sd"], ours["icc"])) == close(ours["mdc95"])
    assert m.mdc(m.sem(ours["sd"], ours["icc"]), 0.9) == close(ours["mdc90"])
    assert m.mdc(chen["implied_SEM_kg"]) == pytest.approx(chen["chen2009_grip_more_affected_SRD_kg"], abs=1e-4)


@pytest.mark.parametrize("case", vector("gas")["cases"], ids=lambda case: str(case["x"]))
def test_goals_have_the_score_of_the_vector(case: dict[str, Any]) -> None:
    assert m.goal_attainment(case["x"], case["w"]) == close(case["T"])
