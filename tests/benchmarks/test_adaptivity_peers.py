"""The peers of the adaptive core do what their sources say, and the measures count what they name."""

import random
import sys
from math import exp, isnan, log, nan, sqrt
from pathlib import Path

import numpy as np
import pytest

from benchmarks.adaptivity import bound, measure, peers, report
from benchmarks.adaptivity.measure import Case, Score, Trial
from benchmarks.adaptivity.patients import THIRTEEN, Patient, Traits, patients
from benchmarks.adaptivity.peers import METHODS, OURS, PUBLISHED, TUNED, Method

STEADY = Traits(ability=50, slope=0.12, lapse=0.0, guess=0.0, walk=0.0, night=0.0)
NEEDS_QUESTPLUS = ("QUEST+ by entropy", "QUEST+ at the target, forgetting", "QUEST+ at the target, tuned")
NO_QUESTPLUS = "questplus, a development extra, is not installed"


def settles_at(method: Method, trials: int = 6000) -> float:
    """Return the share of hits of a hand that stays as it is, after 500 trials."""
    chance = random.Random(7)
    hits = []
    for _ in range(trials):
        difficulty = method.choose()
        hit = chance.random() < 1 / (1 + exp(-STEADY.slope * (STEADY.ability - difficulty)))
        method.learn(difficulty, hit, None, False)
        hits.append(hit)
    return sum(hits[500:]) / len(hits[500:])


def after(method: Method, *hits: bool) -> float:
    """Return the difficulty that a method chooses after these trials."""
    for hit in hits:
        method.learn(method.choose(), hit, None, False)
    return method.choose()


def history(*hits: bool, chance: float = 0.8, difficulty: float = 50.0) -> list[Trial]:
    return [Trial(difficulty, chance, hit) for hit in hits]


def test_the_weighted_up_down_method_settles_at_its_target() -> None:
    assert settles_at(peers.Weighted(step=3.0)) == pytest.approx(peers.TARGET, abs=0.02)


def test_three_hits_up_and_one_miss_down_settle_at_the_cube_root_of_a_half() -> None:
    assert settles_at(peers.Staircase(hits=3)) == pytest.approx(0.5 ** (1 / 3), abs=0.02)


def test_two_hits_up_and_one_miss_down_settle_at_the_square_root_of_a_half() -> None:
    assert settles_at(peers.Staircase(hits=2)) == pytest.approx(sqrt(0.5), abs=0.02)


def test_accelerated_stochastic_approximation_settles_at_its_target() -> None:
    assert settles_at(peers.Accelerated()) == pytest.approx(peers.TARGET, abs=0.02)


def test_a_staircase_takes_the_next_step_size_at_each_reversal() -> None:
    stairs = peers.Staircase(hits=3, sizes=(8, 4, 2))
    places = [stairs.choose()]
    for hit in (True, True, False, True, True, True, False):
        places.append(after(stairs, hit))
    assert places == [35, 43, 51, 47, 47, 47, 49, 47]


def test_the_block_rule_steps_after_ten_trials_only() -> None:
    rule = peers.Blocks()
    assert after(rule, *[True] * 9) == 35
    assert after(rule, True) == 45
    assert after(rule, *[True] * 4, *[False] * 6) == 35
    assert after(rule, *[True] * 6, *[False] * 4) == 35


def test_a_session_by_success_rate_changes_at_night_and_not_in_a_pause() -> None:
    rule = peers.OnceASession()
    after(rule, *[True] * 20)
    rule.rest(5)
    assert rule.choose() == 35
    rule.rest(1440)
    assert rule.choose() == 45


@pytest.mark.parametrize("make", [peers.Elo, peers.Glicko, peers.Kalman, peers.Quest, peers.Accelerated])
def test_an_estimator_rises_after_a_hit_and_falls_after_a_miss(make: peers.Factory) -> None:
    assert after(make(None), True) > make(None).choose() > after(make(None), False)


def test_elo_moves_by_k_times_what_surprised_it() -> None:
    rating = peers.Elo(None, k=0.4)
    before = rating.ability
    rating.learn(before, True, None, False)
    assert rating.ability - before == pytest.approx(0.4 / 0.12 * 0.5)


def test_glicko_updates_as_glickmans_formulas_say() -> None:
    """One game against a rating that is known (RD 0), from deviation 200: by the formulas of Glickman 1999."""
    q, p = log(10) / 400, 1 / (1 + 10 ** (-100 / 400))
    d2 = 1 / (q**2 * p * (1 - p))
    rises = q / (1 / 200**2 + 1 / d2) * (1 - p)
    rating = peers.Glicko(50.0)
    rating._deviation, rating.ability = 200.0, 50.0
    rating.learn(50.0 - 100 * q / 0.12, True, None, False)
    assert (rating.ability - 50.0) * 0.12 / q == pytest.approx(rises)
    assert rating._deviation == pytest.approx(sqrt(1 / (1 / 200**2 + 1 / d2)))


def test_a_kalman_filter_learns_less_the_surer_it_is() -> None:
    kalman = peers.Kalman(a_trial=0.0)
    moves = []
    for _ in range(30):
        before = kalman.ability
        kalman.learn(kalman.choose(), True, None, False)
        moves.append(kalman.ability - before)
    assert moves[0] > 3 * moves[-1] > 0


def test_the_chance_of_quest_at_its_threshold_is_the_target() -> None:
    quest = peers.Quest()
    at = quest.chance(40.0)[list(quest.GRID).index(40.0)]
    assert at == pytest.approx(peers.TARGET)


def test_the_posterior_of_quest_is_prior_times_weibull() -> None:
    """Worked by hand for thresholds 35 and 45 after a miss at 40 (gamma .02, delta .01, beta 3.5 a hundred)."""
    lift = log(-log((0.99 - 0.775) / 0.97)) / log(10)
    p35, p45 = (0.99 - 0.97 * exp(-(10 ** (3.5 * away + lift))) for away in (-0.05, 0.05))
    prior = exp(-0.5 * (10 / 30) ** 2)
    quest = peers.Quest()
    quest.learn(40.0, False, None, False)
    weights = dict(zip(quest.GRID, quest.weights, strict=True))
    assert p35 == pytest.approx(0.6357, abs=1e-4)
    assert weights[45.0] / weights[35.0] == pytest.approx(prior * (1 - p45) / (1 - p35))


def test_quest_begins_anew_after_a_night_about_the_last_threshold() -> None:
    quest = peers.Quest()
    last = after(quest, True, True, True, False)
    quest.rest(1440)
    assert quest.choose() == pytest.approx(last, abs=0.5)
    assert quest.weights.max() == pytest.approx(peers.Quest().weights.max(), rel=0.01)


def test_without_the_package_quest_plus_says_so_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "questplus", None)
    with pytest.raises(SystemExit, match="needs the package questplus"):
        peers.quest_plus()


def test_quest_plus_chooses_what_the_package_chooses() -> None:
    pytest.importorskip("questplus", reason=NO_QUESTPLUS)
    shipped, ours, patient = peers.quest_plus(), peers.Entropy(), Patient(STEADY, "the same")
    for _ in range(25):
        stimulus = shipped.next_stim
        difficulty = ours.choose()
        assert difficulty == 100 - stimulus["intensity"]
        hit, _ = patient.play(difficulty)
        shipped.update(stim=stimulus, outcome={"response": "hit" if hit else "miss"})
        ours.learn(difficulty, hit, None, False)
        np.testing.assert_allclose(ours.weights, shipped.posterior.to_numpy().ravel(), atol=1e-12)


@pytest.mark.parametrize("name", METHODS)
def test_every_method_stays_on_the_scale_and_takes_a_hand_of_any_strength(name: str) -> None:
    if name in NEEDS_QUESTPLUS:
        pytest.importorskip("questplus", reason=NO_QUESTPLUS)
    for hit in (True, False):
        method = METHODS[name](None)
        for n in range(40):
            difficulty = method.choose()
            assert 0 <= difficulty <= 100
            method.learn(difficulty, hit, difficulty + (1 if hit else -1), False)
            if n == 20:
                method.rest(5)
                method.rest(1440)


@pytest.mark.parametrize("name", [name for name in PUBLISHED | TUNED if name not in NEEDS_QUESTPLUS])
def test_every_peer_begins_at_35_or_where_the_expected_ability_meets_the_target(name: str) -> None:
    assert METHODS[name](None).choose() == pytest.approx(35, abs=0.5)
    assert METHODS[name](60.0).choose() == pytest.approx(60 - peers.ease(peers.SLOPE), abs=0.5)


def test_a_tuned_peer_stands_on_its_grid() -> None:
    for tuned in TUNED.values():
        settings = tuned.keywords  # type: ignore[attr-defined]
        grids = [grid for make, grid in peers.GRIDS.values() if make is tuned.func]  # type: ignore[attr-defined]
        assert len(grids) == 1
        assert all(value in grids[0][key] for key, value in settings.items())


@pytest.mark.parametrize("name", ["Elo", *OURS])
def test_the_same_patient_practises_the_same_way_twice(name: str) -> None:
    case = Case(name, "thirteen", 1, margins="noise 10", assessed=True)
    once, again = (measure.play_part(case, 3, range(2, 3))[0][1] for _ in range(2))
    assert without_time(once) == without_time(again)


def test_another_seed_gives_other_patients() -> None:
    case = Case("Elo", "thirteen", 1)
    one, other = (measure.play_part(case, seed, range(1))[0][1] for seed in (1, 2))
    assert without_time(one) != without_time(other)


def without_time(score: Score) -> tuple[float | None, ...]:
    """Return the measures but the time, NaN as None, so that they can be compared."""
    values = (getattr(score, key) for key in report.SHOWN)
    return tuple(None if isnan(value) else value for value in values)


def test_fewer_patients_are_the_first_of_many() -> None:
    few, many = (
        {k: [p.traits for kind, p in patients("thirteen", n, 1) if kind == k] for k in THIRTEEN} for n in (1, 3)
    )
    assert all(many[kind][:1] == few[kind] for kind in THIRTEEN)


def test_a_bound_finds_a_steady_hand() -> None:
    for margins in (False, True):
        told = bound.Filter("thirteen", "stable", margins, "steady", particles=400)
        played, _ = measure.simulate(told, Patient(STEADY, "steady"))
        assert measure.score(played).later > 0.6


def test_a_bound_by_name_is_told_the_kind_or_not() -> None:
    kinds = [bound.bound(name, "thirteen", "steep", None, "test")._of("slope").min() for name in bound.BOUNDS]
    assert kinds == [0.06, 0.25, 0.06]


def test_the_density_of_a_margin_adds_up_to_the_chance_of_a_hit_and_of_a_miss() -> None:
    patient = bound.Filter("rough", None, True, "density", particles=100)
    steps = np.arange(-160.25, 240.0, 0.5)
    hit = sum(patient._density(40.0, True, j) for j in steps if j >= 40) * 0.5
    miss = sum(patient._density(40.0, False, j) for j in steps if j < 40) * 0.5
    guess, lapse = patient._of("guess"), patient._of("lapse")
    expected = guess + (1 - guess - lapse) * patient._below(40.0, above=True)
    np.testing.assert_allclose(hit, expected, atol=0.01)
    np.testing.assert_allclose(miss, 1 - expected, atol=0.01)


def test_the_ends_of_the_scale_count_as_in_the_band_where_it_cannot_be_reached() -> None:
    assert Trial(100, 0.95, True).inside
    assert not Trial(99, 0.95, True).inside
    assert Trial(0, 0.5, False).inside
    assert not Trial(1, 0.5, False).inside
    assert not Trial(0, 0.95, True).inside
    assert not Trial(100, 0.5, True).inside


def test_too_hard_means_that_something_easier_was_there() -> None:
    assert Trial(1, 0.69, True).too_hard
    assert not Trial(0, 0.69, True).too_hard
    assert not Trial(50, 0.71, True).too_hard


def test_the_measures_count_a_history_made_by_hand() -> None:
    outside, inside = history(*[False] * 7, chance=0.5), history(True, False, False, False, True, chance=0.8)
    score = measure.score([*outside, *inside, *history(*[True] * 88, chance=0.9)])
    assert score.in_band == pytest.approx(0.05)
    assert score.first == pytest.approx(5 / 60)
    assert score.later == 0.0
    assert score.too_hard == pytest.approx(0.07)
    assert score.longest == 7
    assert score.threes == 2
    assert score.until == 7
    assert isnan(score.recovery)
    assert score.first_20 == pytest.approx(0.5)


def test_recovery_ends_when_three_of_the_last_four_are_in_the_band() -> None:
    o, x = False, True
    assert measure.recovery([o, o, x, x, o, x, x]) == 6
    assert measure.recovery([x, x, x]) == 3
    assert measure.recovery([x, o, o, x, o, o]) == 6
    assert measure.score(history(*[True] * 100), flare_at=90).recovery == 3


def test_a_mean_weighs_kinds_the_same_and_leaves_out_what_is_missing() -> None:
    found = measure.mean([("a", 0.0), ("a", 1.0), ("a", 0.5), ("a", nan), ("b", 2.0), ("b", 2.0)])
    assert found.value == pytest.approx(1.25)
    assert found.half == pytest.approx(1.96 * sqrt(0.25 / 3) / 2)


def test_a_difference_is_taken_patient_by_patient_on_those_in_both() -> None:
    few, many = ([("a", score_of(v)) for v in values] for values in ((0.5, 0.6), (0.4, 0.5, 0.9)))
    found = measure.difference(few, many)
    assert found.value == pytest.approx(0.1)
    assert found.half == pytest.approx(0.0, abs=1e-12)


def score_of(in_band: float) -> Score:
    return Score(in_band, 0, 0, 0, 0, 0, 0, nan, 0, 0)


def test_the_section_is_put_between_its_markers_and_leaves_the_rest_alone(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    path.write_text("# Results\n\nfirst\n", encoding="utf-8")
    report.keep("one\n", path)
    path.write_text(path.read_text(encoding="utf-8") + "\nlast\n", encoding="utf-8")
    report.keep("two\n", path)
    text = path.read_text(encoding="utf-8")
    assert text == f"# Results\n\nfirst\n\n{report.BEGIN}\ntwo\n{report.END}\n\nlast\n"


def test_the_plot_and_the_tables_name_every_method(tmp_path: Path) -> None:
    scores = {
        Case(name, "thirteen", 2): [(kind, score_of(0.5 + n / 10)) for kind in THIRTEEN for n in range(2)]
        for name in ("Elo", "Elo, tuned", *OURS, *bound.BOUNDS)
    }
    run = report.Run(1, 2, scores)
    report.draw(run, tmp_path / "plot.png")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
    section = report.written(run, "the command")
    assert all(f"| {case.method} |" in section for case in scores)
    assert ".550 ± " in section
