"""Progress is seen in probes alone, within what can be compared, and told as what was observed."""

from collections.abc import Sequence
from dataclasses import replace
from math import nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice import GAMES, play, session_of

from app.texts import load
from benchmarks import error_rates
from engine import probes
from engine.probes import HEADLINES, ORDER, Kind, Observation, Point, Row, Series, harder, key_of, observe, series, warm
from engine.program import Block
from engine.source import Source
from engine.trend import BASELINE, PUBLISHED, Better, Measure

BASE = [20.0, 22.0, 19.0, 21.0, 23.0]
LANGUAGES = ("en", "de", "es", "fr")
VERDICTS = ("improve", "recover", "normal", "plateau", "verbesser", "genesen", "genesung", "erhol", "mejor", "recuper",
            "amélior", "guéri", "récup", "progrès")  # fmt: skip
ERROR = Measure("error_mm", "measure.error", "mm", "lower")
THROUGHPUT = Measure("throughput", "measure.throughput", "bit/s", "higher", PUBLISHED["throughput"])


def probe(session: int, value: float, n: int = 6, **changes: Any) -> list[Row]:
    """Return the rows of one probe, all of whose tries measured the same."""
    row = Row(session, 700_000 + session, "buttons", "left", "mouse", 3, "key", 0, "hit", {"error_mm": value})
    return [replace(row, idx=idx, **changes) for idx in range(n)]


def one(values: Sequence[float], measure: Measure = ERROR, before: Sequence[float] = BASE) -> Observation:
    """Return what is observed after probes of these values, beside a baseline."""
    points = tuple(Point(n, n, value, 4, 1.0) for n, value in enumerate([*before, *values]))
    return observe(Series("buttons", "left", measure, (points,)))


def errors(rows: Sequence[Row]) -> Series:
    [found] = series(rows, {"buttons": (ERROR,)})
    return found


# --- series ---------------------------------------------------------------------------------------------


def test_a_session_is_one_point_the_median_of_its_scored_tries() -> None:
    rows = [row for value in (9.0, 9.0, 4.0, 1.0, 3.0, 2.0) for row in probe(1, value, 1)]
    rows = [replace(row, idx=n, result="miss" if n == 3 else "hit") for n, row in enumerate(rows)]
    [[point]] = errors(rows).pieces
    assert point == Point(1, 700_001, 2.5, 4, 0.75, scored=False)


def test_the_mean_is_taken_of_what_has_few_steps() -> None:
    rights = (0.0, 0.0, 1.0, 0.5, 1.0, 1.0)  # the first two are practice
    rows = [replace(row, measures={"right": right}) for row, right in zip(probe(1, 0.0), rights, strict=True)]
    for coarse, value in ((True, 0.875), (False, 1.0)):
        [found] = series(rows, {"buttons": (replace(probes.RIGHT, coarse=coarse),)})
        assert found.pieces[0][0].value == value


@given(st.integers(0, 60))
def test_a_third_of_the_tries_is_practice_at_most_six_and_three_always_remain(tries: int) -> None:
    left = tries - warm(tries)
    assert 0 <= warm(tries) <= 6
    assert left >= min(3, tries)
    assert warm(tries) <= tries / 3


@pytest.mark.parametrize(("tries", "practice"), [(3, 0), (4, 1), (6, 2), (10, 3), (18, 6), (20, 6)])
def test_as_many_tries_as_programs_have_leave_enough_to_score(tries: int, practice: int) -> None:
    assert warm(tries) == practice


def test_the_first_session_of_a_piece_is_there_to_get_to_know_it() -> None:
    rows = [row for n in range(1, 5) for row in probe(n, float(n))]
    rows += [row for n in range(5, 8) for row in probe(n, float(n), key="another device")]
    found = errors(rows)
    assert [[(p.session, p.scored) for p in piece] for piece in found.pieces] == [
        [(1, False), (2, True), (3, True), (4, True)],
        [(5, False), (6, True), (7, True)],
    ]
    assert [point.value for point in found.scored] == [6.0, 7.0]


@pytest.mark.parametrize("change", [{"key": "other"}, {"level": 4}, {"played_with": "switch"}, {"difficulty": 12.0}])
def test_whatever_makes_another_measure_of_it_breaks_the_line(change: dict[str, Any]) -> None:
    assert len(errors([*probe(1, 1.0), *probe(2, 1.0)]).pieces) == 1
    assert len(errors([*probe(1, 1.0), *probe(2, 1.0, **change), *probe(3, 1.0)]).pieces) == 3


def test_a_key_holds_whatever_must_not_change() -> None:
    mine = Source("serial:A", calibration="c1", rate_hz=80.0, filter="f", aid="none")
    others = [replace(mine, **change) for change in ({"device": "b"}, {"calibration": "c2"}, {"rate_hz": 100.0},
                                                     {"filter": "g"}, {"aid": "strap"})]  # fmt: skip
    keys = [key_of(mine, 2), *(key_of(other, 2) for other in others), key_of(mine, 3), key_of(mine, 2, 20.0)]
    assert len(set(keys)) == len(keys)
    assert key_of(replace(mine, verified=False), 2) == keys[0]


def test_what_was_not_tried_and_what_is_too_little_make_no_point() -> None:
    assert series(probe(1, 1.0, result="omission"), {"buttons": (ERROR,)}) == ()
    assert series(probe(1, 1.0, n=2), {"buttons": (ERROR,)}) == ()
    assert series(probe(1, 1.0), {"buttons": (THROUGHPUT,)}) == ()
    assert series(probe(1, 1.0, n=3), {"buttons": (ERROR,)}) != ()
    assert series([]) == ()


def test_tries_of_another_difficulty_are_left_out() -> None:
    rows = [replace(row, difficulty=9.0 if n == 3 else 12.0) for n, row in enumerate(probe(1, 1.0))]
    rows[3] = replace(rows[3], measures={"error_mm": 9.0})
    assert errors(rows).pieces[0][0] == Point(1, 700_001, 1.0, 3, 1.0, scored=False)
    assert series([replace(row, difficulty=row.idx) for row in rows], {"buttons": (ERROR,)}) == ()


def test_rows_in_any_order_make_the_same_series() -> None:
    rows = [row for n in range(1, 9) for row in probe(n, float(n))]
    assert errors(rows[::-1]) == errors(rows)


def test_a_value_that_is_no_number_is_refused_with_its_session() -> None:
    with pytest.raises(ValueError, match=r"error_mm: must be finite numbers \(session 3\)"):
        errors(probe(3, nan))


def test_hands_and_games_stand_apart() -> None:
    rows = [*probe(1, 1.0), *probe(2, 1.0, hand="right"), *probe(3, 1.0, game="cup")]
    found = series(rows, {"buttons": (ERROR,), "cup": (ERROR,)})
    assert {(one.game, one.hand) for one in found} == {("buttons", "left"), ("buttons", "right"), ("cup", "left")}


# --- every game -----------------------------------------------------------------------------------------


def test_every_game_has_one_or_two_headlines() -> None:
    assert set(HEADLINES) == set(GAMES)
    assert all(1 <= len(measures) <= 2 for measures in HEADLINES.values())


@pytest.mark.parametrize("game", sorted(HEADLINES))
def test_the_probe_of_a_game_measures_its_headlines(game: str) -> None:
    rung = 9 if game == "kite" else 3  # the first of a kite has no waves to lag behind
    session = session_of(Block(game, 4, level=rung, probe=True), seed=3)
    play(session, 0.9)
    rows = [row for trial in session.trials if (row := probes.row_of(trial, 1, 700_000, 2))]
    assert len(rows) == 4
    found = {one.measure for one in series(rows)}
    assert found == set(HEADLINES[game])


def test_a_trial_that_is_no_probe_makes_no_row() -> None:
    session = session_of(Block("ladybirds", 1, level=1), seed=3)
    play(session, 0.9)
    assert [probes.row_of(trial, 1, 1, 2) for trial in session.trials] == [None]


# --- what is observed -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([], "not-enough"), ([22.0], "within"), ([30.0], "outside-once"), ([30.0, 31.0], "beyond-worse"),
        ([12.0, 11.0], "beyond-better"), ([30.0, 12.0], "outside-once"), ([30.0, 21.0], "within"),
        ([21.0, 30.0], "outside-once"), ([30.0, 31.0, 21.0], "within"),
    ],
)  # fmt: skip
def test_two_probes_running_on_one_side_are_told_and_one_is_not(values: list[float], kind: Kind) -> None:
    assert one(values).kind == kind


def test_a_baseline_without_any_spread_says_that_it_can_show_no_change() -> None:
    assert one([30.0, 31.0], before=[20.0] * 5).kind == "no-spread"


def test_a_change_smaller_than_a_published_one_is_told_as_small() -> None:
    found = one([5.0, 5.0], THROUGHPUT, before=[4.0, 4.1, 3.9, 4.0, 4.05])
    assert found.kind == "outside-small"
    assert harder([found]) == ()


def test_a_measure_without_alarms_is_only_shown() -> None:
    assert one([90.0] * 20, replace(ERROR, alarms=False)).kinds == ("shown",)


def test_levelling_off_comes_before_a_change_that_was_there_for_long() -> None:
    found = one([12.0, 11.0, 12.5, 11.5, 12.0, 11.0, 12.0, 11.5, 12.0, 11.0, 12.0, 12.0])
    assert found.kinds == ("about-the-same", "beyond-better")
    assert found.level is not None
    assert found.z is not None


def test_a_trend_the_other_way_is_told_before_the_limit_is_left() -> None:
    wide = [20.0, 32.0, 12.0, 28.0, 16.0]
    found = one([20.0 + 0.5 * n for n in range(11)], before=wide)
    assert found.kinds == ("went-down", "within")
    assert found.z == pytest.approx(3.94, abs=0.01)


def test_what_lost_more_than_a_little_by_chance_is_neither_the_same_nor_less_easy() -> None:
    shaken = [54.0, 50.0, 46.0, 54.0, 47.0, 49.0, 44.0, 52.0, 45.0, 51.0, 44.0]
    found = one(shaken, replace(ERROR, better="higher"), before=[])
    assert found.level is not None
    assert found.level.gain < -0.05
    assert found.kinds == ("within",)


def test_a_measure_below_nothing_levels_off_by_its_size() -> None:
    smooth = Measure("sparc", "measure.sparc", "", "higher", PUBLISHED["sparc"])
    flat = [-2.0, -2.1, -1.9, -2.0, -2.05] * 3
    assert "about-the-same" in one(flat, smooth, before=[]).kinds
    rising = [-6.0 + 0.3 * n for n in range(15)]
    assert "about-the-same" not in one(rising, smooth, before=[]).kinds
    assert "went-down" in one(rising[::-1], smooth, before=[]).kinds


WHOLE = st.lists(st.integers(1, 200), max_size=16)


@given(WHOLE, st.sampled_from(("higher", "lower")))
def test_nothing_is_beyond_before_five_probes_and_two_more(values: list[int], better: Better) -> None:
    found = one([float(value) for value in values], replace(ERROR, better=better), before=[])
    assert {"beyond-better", "beyond-worse"}.isdisjoint(found.kinds) or len(values) >= BASELINE + 2
    assert ("not-enough" in found.kinds) == (len(values) <= BASELINE)
    assert found.kinds == tuple(sorted(found.kinds, key=ORDER.index))


MIRROR: dict[Kind, Kind] = {"beyond-better": "beyond-worse", "beyond-worse": "beyond-better"}


@given(WHOLE)
def test_the_other_direction_mirrors_what_is_observed(values: list[int]) -> None:
    trends = {"about-the-same", "went-down"}
    lower = [kind for kind in one([float(v) for v in values], before=[]).kinds if kind not in trends]
    higher = one([float(v) for v in values], replace(ERROR, better="higher"), before=[]).kinds
    assert [MIRROR.get(kind, kind) for kind in lower] == [kind for kind in higher if kind not in trends]


@given(WHOLE)
def test_values_below_nothing_are_observed_as_their_mirror_image(values: list[int]) -> None:
    lower = one([float(v) for v in values], before=[])
    higher = one([-float(v) for v in values], replace(ERROR, better="higher"), before=[])
    assert lower.kinds == higher.kinds
    assert lower.level == higher.level


@given(WHOLE, st.sampled_from((0.25, 2.0, 16.0)))
def test_the_unit_does_not_matter(values: list[int], unit: float) -> None:
    assert one([float(v) for v in values], before=[]).kinds == one([unit * v for v in values], before=[]).kinds


def test_a_patient_is_told_of_the_first_measure_of_a_game_alone() -> None:
    worse = one([30.0, 31.0], HEADLINES["buttons"][1])
    assert worse.kind == "beyond-worse"
    assert harder([worse]) == ()
    first = one([1.0, 1.1], HEADLINES["buttons"][0], before=[4.0, 4.1, 3.9, 4.0, 4.05])
    assert harder([worse, first]) == (first,)


# --- in words -------------------------------------------------------------------------------------------

CASES = (
    one([]), one([22.0]), one([30.0]), one([30.0, 31.0]), one([12.0, 11.0]), one([30.0], before=[20.0] * 5),
    one([5.0, 5.0], THROUGHPUT, before=[4.0, 4.1, 3.9, 4.0, 4.05]),
    one([8.0, 8.0], THROUGHPUT, before=[4.0, 4.1, 3.9, 4.0, 4.05]),
    one([12.0, 11.0, 12.5, 11.5, 12.0, 11.0, 12.0, 11.5, 12.0, 11.0, 12.0, 12.0]),
    one([20.0 + 0.5 * n for n in range(11)], before=[20.0, 32.0, 12.0, 28.0, 16.0]),
    one([9.0], replace(ERROR, alarms=False)),
)  # fmt: skip


def test_the_cases_below_are_of_every_kind() -> None:
    assert {kind for case in CASES for kind in case.kinds} == set(ORDER) == set(probes.SHORT) == set(probes.LONG)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_said_in_every_language_and_nothing_as_a_verdict(language: str) -> None:
    texts = load(language, strict=True)
    said = [texts.say(*probes.short(case)) for case in CASES]
    said += [texts.say(*line) for case in CASES for line in probes.long(case)]
    said += [texts.say(measure.words) for row in (*HEADLINES.values(), probes.OTHERS) for measure in row]
    assert all(said)
    assert [line for line in said for word in VERDICTS if word in line.lower()] == []
    assert [line for line in said if "{" in line or "@" in line] == []


def test_a_clinician_reads_the_numbers_and_a_patient_one_sentence() -> None:
    texts = load("en", strict=True)
    found = CASES[7]
    assert texts.say(*probes.short(found)) == "Outside what this hand itself varies by. The reason is not known."
    assert [texts.say(*line) for line in probes.long(found)] == [
        "Throughput of aimed touches: 8 bit/s, two probes running outside the own limit of 3.78 to 4.24 (mean 4.01), "
        "by 100 % of the mean, the way that is aimed for. The reason is not known.",
        "The change is larger than the smallest one that was detectable in a published study (39 %).",
    ]
    assert texts.say(*probes.short(CASES[8])) == "About the same for 10 sessions. Try a new variation."


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [(0.0423, "%", "4.23"), (1234.5, "ms", "1234"), (0.00012, "mm", "0.00012"), (-1.4058, "", "-1.41"),
     (0.0, "mm", "0"), (100.0, "ms", "100"), (20.0, "mm", "20")],
)  # fmt: skip
def test_values_are_written_in_three_digits(value: float, unit: str, written: str) -> None:
    assert probes.shown(value, replace(ERROR, unit=unit)) == written


# --- how often it errs ----------------------------------------------------------------------------------


def test_twenty_probes_of_an_unchanged_hand_are_seldom_told_as_a_change() -> None:
    rng = np.random.default_rng(11)
    hands = [error_rates.hand(BASELINE + 20, 0.1, rng) for _ in range(120)]
    told = sum(error_rates.first(hand, error_rates.BEYOND) <= 20 for hand in hands) / len(hands)
    once = sum(error_rates.first(hand, error_rates.ONCE) <= 20 for hand in hands) / len(hands)
    assert told == pytest.approx(0.073, abs=0.073)  # three standard errors
    assert once == pytest.approx(0.34, abs=0.13)
