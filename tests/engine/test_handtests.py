"""Tests done by hand: checked as they are typed, kept as they were, compared where they may be, never judged."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import handtests
from engine.diary import KINDS
from engine.diary import Entry as Told
from engine.handtests import TESTS, Entry, Row, Score, Test, check, from_plain, parse, rows, to_plain
from engine.standard_tests import ALIASES, BY_NAME, Part, Unit

TODAY = 739941
NAMES = st.sampled_from([test.name for test in TESTS])
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=20)


def told(*entries: Entry) -> list[Told]:
    """Return a diary with these entries, and one line of another kind."""
    return [Told(0.0, 1, "goal", {}), *(Told(1.0, 1, "test", to_plain(entry)) for entry in entries)]


def grip(on: int, *values: float, device: str = "Jamar 12", unit: str = "kg", **more: Any) -> Entry:
    """Return a grip test of the right hand."""
    return Entry("grip", on, (Score("right", "", values, unit),), device=device, **more)


def one(test: Test, part: Part, unit: Unit, value: float) -> Entry:
    """Return an entry with one number."""
    score = Score("left" if part.per_hand else "", part.name, (value,), unit.name)
    return Entry(test.name, TODAY, (score,), words="Lift a kettle" if test.name == "own" else "")


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """Draw an entry that may be kept."""
    test = BY_NAME[draw(NAMES)]
    scores = []
    for part in test.parts:
        unit = draw(st.sampled_from(part.units))
        for hand in ("right", "left") if part.per_hand else ("",):
            numbers = (
                st.floats(unit.lowest, unit.highest)
                .map(lambda x, u=unit: round(x, u.decimals))
                .filter(lambda x, u=unit: u.lowest <= x <= u.highest)
            )
            least = 0 if part.unable else 1
            values = draw(st.none() | st.lists(numbers, min_size=least, max_size=part.trials))
            scores += [Score(hand, part.name, tuple(values), unit.name)] if values is not None else []
    handle = draw(st.none() | st.integers(1, test.handles)) if test.handles else None
    own = draw(WORDS.filter(bool)) if test.name == "own" else ""
    corrects = "" if scores else "abc"
    return Entry(test.name, draw(st.integers(1, TODAY)), tuple(scores), draw(WORDS), handle, draw(WORDS), own,
                 draw(st.sampled_from(("", "d1"))), corrects)  # fmt: skip


# --- the table ------------------------------------------------------------------------------------------


def test_every_test_says_how_it_is_entered_and_on_what_terms() -> None:
    assert len({test.name for test in TESTS}) == len(TESTS) >= 20
    assert all(test.how and test.licence and test.parts for test in TESTS)
    assert set(ALIASES.values()) <= set(BY_NAME)
    assert handtests.KIND in KINDS


def test_every_published_change_names_its_source_and_belongs_to_a_part_and_unit_of_its_test() -> None:
    for test in TESTS:
        for limit in test.limits:
            assert limit.source
            assert limit.people
            parts = [part for part in test.parts if limit.part in ("", part.name)]
            assert parts
            assert limit.unit in ("%", "% of scale", parts[0].units[0].name)


@pytest.mark.parametrize(
    ("test", "kind", "side", "value", "unit"),
    [  # Chen 2009, Lang 2008, Sorensen 2013, as their abstracts print them
        ("grip", "SRD", "affected", 2.9, "kg"), ("grip", "SRD", "other", 4.7, "kg"),
        ("grip", "MCID", "affected dominant", 5.0, "kg"), ("grip", "MCID", "affected non-dominant", 6.2, "kg"),
        ("pinch-palmar", "SRD", "affected", 1.2, "kg"), ("pinch-palmar", "SRD", "other", 1.3, "kg"),
        ("pinch-lateral", "SRD", "affected", 1.4, "kg"), ("pinch-lateral", "SRD", "other", 1.0, "kg"),
        ("box-and-block", "SRD", "affected", 5.5, "blocks"), ("box-and-block", "SRD", "other", 7.8, "blocks"),
        ("nine-hole-peg", "SRD", "affected", 32.8, "s"), ("nine-hole-peg", "SRD", "other", 6.2, "s"),
        ("arat", "MCID", "affected dominant", 12, "points"), ("arat", "MCID", "affected non-dominant", 17, "points"),
        ("dash", "MCID", "", 10, "points"), ("quickdash", "MCID", "", 14, "points"), ("prwe", "MCID", "", 14, "points"),
    ],
)  # fmt: skip
def test_a_published_change_is_the_published_one(test: str, kind: str, side: str, value: float, unit: str) -> None:
    found = [(limit.kind, limit.side, limit.value, limit.unit) for limit in BY_NAME[test].limits]
    assert (kind, side, value, unit) in found


def test_only_grip_has_codes_that_were_checked() -> None:
    assert handtests.LOINC == {("grip", "right"): "83174-3", ("grip", "left"): "83173-5"}
    (row,) = rows(told(grip(5, 30)))
    assert row.loinc == "83174-3"


# --- typing ---------------------------------------------------------------------------------------------


@given(st.sampled_from([(t, p, u) for t in TESTS for p in t.parts for u in p.units]), st.floats())
def test_no_number_outside_of_its_range_is_ever_kept(what: tuple[Test, Part, Unit], value: float) -> None:
    test, part, unit = what
    try:
        check(one(test, part, unit, value), TODAY)
    except ValueError as error:
        assert "must be" in str(error)
    else:
        assert unit.lowest <= value <= unit.highest
        assert value == pytest.approx(round(value, unit.decimals), abs=1e-9)


@given(NAMES, st.lists(st.text(max_size=8) | st.sampled_from(("30", "4,5", "x", "-", "1e3")), max_size=9),
       st.sampled_from(("right", "left", "total")))  # fmt: skip
def test_whatever_is_typed_is_taken_or_refused_in_one_line(name: str, texts: list[str], field: str) -> None:
    try:
        scores = parse(name, {field: texts})
        for score in scores:
            check(Entry(name, TODAY, (score,), words="It" if name == "own" else ""), TODAY)
    except ValueError as error:
        assert str(error)


@given(st.decimals(0, 120, places=2), st.sampled_from(".,"), st.sampled_from(("", " kg", "kg ")))
def test_a_comma_is_as_good_as_a_point_and_the_unit_may_stand_behind(value: object, point: str, unit: str) -> None:
    (score,) = parse("grip", {"right": [str(value).replace(".", point) + unit]})
    assert score.values == (float(str(value)),)


@pytest.mark.parametrize(
    ("name", "typed", "unit", "said"),
    [
        ("grip", {"right": ["30", "300"]}, "", "right hand, trial 2: must be a number with 2 decimals at most"),
        ("grip", {"left": ["thirty"]}, "", "left hand, trial 1: must be a number .* kg, not thirty"),
        ("grip", {"left": ["1e1"]}, "", "left hand, trial 1: must be"),
        ("grip", {"right": ["1", "2", "3", "4"]}, "", "right hand: there are 4 numbers; grip takes 3 at most"),
        ("grip", {"right": ["1"]}, "stone", "unit: must be kg or lb or N for grip, not stone"),
        ("grip", {"right": ["x"]}, "", "x is no answer here"),
        ("box-and-block", {"right": ["30.5"]}, "", "must be a whole number from 0 to 150 blocks, not 30.5"),
        ("dash", {"right": ["20"]}, "", "right: dash is not entered so; use --total"),
        ("arat", {"total": ["20"]}, "", "total: arat is not entered so; use --right and --left"),
        ("mal", {"total": ["1", "2", "3"]}, "", "there are 3 numbers; mal takes one for each of amount, how-well"),
        ("nine-hole-pegs", {}, "", "there is no test called nine-hole-pegs; there is nine-hole-peg"),
    ],
)  # fmt: skip
def test_a_slip_names_the_field_and_what_it_takes(name: str, typed: dict[str, list[str]], unit: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse(name, typed, unit)


def test_one_text_for_each_part_in_order_with_some_left_out_and_one_unable() -> None:
    scores = parse("monofilament", {"right": ["2.83", "-", "x", "3,61"]})
    assert [(s.part, s.values, s.unit) for s in scores] == [
        ("thumb", (2.83,), "size"), ("middle", (), "size"), ("ring", (3.61,), "size"),
    ]  # fmt: skip


def test_a_unit_that_only_one_part_knows_is_used_for_that_part() -> None:
    assert [score.unit for score in parse("wmft", {"left": ["12.5", "3.2"]}, "s")] == ["s", "points"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (grip(TODAY + 1, 30), "on: must be a date up to today"),
        (grip(0, 30), "on: must be a date up to today"),
        (Entry("grip", 1, ()), "grip: no number was told"),
        (grip(1, 30, handle=6), "handle: must be a whole number from 1 to 5, not 6"),
        (Entry("dash", 1, (Score("", "", (1.0,), "points"),), handle=2), "handle: dash has no handle position"),
        (grip(1, 30, words="grip"), "words: grip has its own name"),
        (Entry("own", 1, (Score("", "", (1.0,), "s"),)), "words: say with --words what the test is"),
        (grip(1, 30, device="a" * 81), "device: must be words in one line"),
        (grip(1, 30, by="a\x07b"), "by: must be words in one line"),
        (grip(1, 30, unit="stone"), "unit: must be kg or lb or N, not stone"),
        (grip(1), "right hand: a number is missing"),
        (Entry("grip", 1, (Score("both", "", (1.0,), "kg"),)), "hand: must be left or right, not both"),
        (Entry("grip", 1, (Score("right", "", (1.0,), "kg"),) * 2), "right hand: it was told twice"),
        (Entry("grip", 1, (Score("", "", (1.0,), "kg"),)), "grip: there is no value for both hands together"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(entry: Entry, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check(entry, TODAY)


# --- keeping --------------------------------------------------------------------------------------------


@given(entries())
def test_what_is_kept_is_read_as_it_was(entry: Entry) -> None:
    kept = check(entry, TODAY)
    assert from_plain(json.loads(json.dumps(to_plain(kept)))) == kept


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(("test", "on", "scores", "handle", "device", "id")), PLAIN))
def test_a_damaged_entry_is_left_out_and_never_breaks_the_others(damaged: dict[str, Any]) -> None:
    good = Told(1.0, 1, "test", to_plain(grip(5, 30)))
    for broken in (damaged, {"test": "grip", "on": 5} | damaged):
        found = rows([Told(0.0, 1, "test", broken), good])
        assert 30 in [row.value for row in found]


def test_a_correction_takes_the_place_of_the_earlier_entry_which_stays() -> None:
    wrong, right = grip(5, 13, id="a1"), grip(5, 31, id="b2", corrects="a1")
    known = handtests.read(told(wrong, right))
    assert known == (wrong, right)
    assert handtests.counted(known) == (right,)
    assert [(row.value, row.corrects) for row in rows(told(wrong, right))] == [(31, "a1")]
    assert handtests.standing_of(known, "b2") == right
    with pytest.raises(ValueError, match="a1 was corrected by b2; correct the one that counts"):
        handtests.standing_of(known, "a1")
    with pytest.raises(ValueError, match="there is no entry zz"):
        handtests.standing_of(known, "zz")


def test_a_withdrawn_entry_does_not_count_and_cannot_be_corrected() -> None:
    gone = Entry("grip", 5, (), id="b2", corrects="a1")
    known = handtests.read(told(grip(5, 30, id="a1"), gone))
    assert handtests.counted(known) == ()
    with pytest.raises(ValueError, match="a1 was withdrawn by b2"):
        handtests.standing_of(known, "a1")
    with pytest.raises(ValueError, match="enter the test anew"):
        handtests.standing_of(known, "b2")


def test_what_is_not_told_anew_is_taken_over_from_the_corrected_entry() -> None:
    left, old, new = (Score(hand, "", (n,), "kg") for hand, n in (("left", 9.0), ("right", 1.0), ("right", 2.0)))
    assert handtests.merged((old, left), (new,)) == (new, left)
    assert handtests.merged((old,), (left,)) == (old, left)


# --- summing up and comparing ---------------------------------------------------------------------------


def test_three_trials_make_their_mean_and_pounds_make_kilograms() -> None:
    pounds, kilos = rows(told(grip(5, 30, 31, 29, unit="lb"), grip(6, 13.61)))
    assert (pounds.value, pounds.unit, pounds.trials) == (13.61, "kg", 3)
    assert kilos.since is not None
    assert kilos.since.change == 0


def test_a_difference_stands_beside_what_was_published_and_is_no_verdict() -> None:
    first, last = rows(told(grip(5, 30, 31, 29), grip(9, 33, 34, 35)))
    assert first.since is None
    assert last.since is not None
    assert (last.since.first_on, last.since.change, last.since.share) == (5, 4.0, 0.1333)
    assert last.since.limits[0].said == "SRD 2.9 kg, affected hand (stroke)"
    assert "Chen 2009" in last.since.limits[0].source
    verdicts = {"real", "improved", "better", "worse", "significant", "normal"}
    assert not verdicts & set(" ".join(limit.said for test in TESTS for limit in test.limits).split())


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (grip(9, 40, device="K-Force"), "device"), (grip(9, 40, device=""), "unnamed"),
        (grip(9, 40, handle=3), "handle"),
        (Entry("grip", 9, (Score("left", "", (40.0,), "kg"),), device="Jamar 12"), "other"),
        (Entry("pinch-tip", 9, (Score("right", "", (4.0,), "kg"),), device="Jamar 12"), "other"),
    ],
)  # fmt: skip
def test_two_dynamometers_handles_or_hands_are_not_compared(other: Entry, why: str) -> None:
    first, last = rows(told(grip(5, 30), other))
    assert last.since is None
    assert last.new_series == (why != "other")
    asked = handtests.compare(first, last)
    assert (asked.change, asked.why) == (None, why)


def test_results_of_a_dynamometer_that_nobody_named_are_not_compared_with_each_other() -> None:
    found = rows(told(grip(5, 30, device=""), grip(9, 40, device="")))
    assert [row.since for row in found] == [None, None]


def test_a_device_is_the_same_however_it_was_written() -> None:
    _, last = rows(told(grip(5, 30, device="Jamar 12"), grip(9, 31, device="jamar  12")))
    assert last.since is not None
    assert last.since.change == 1


def test_after_another_device_in_between_the_first_on_the_same_one_is_the_base() -> None:
    *_, last = rows(told(grip(5, 30), grip(7, 50, device="K-Force"), grip(9, 31)))
    assert last.since is not None
    assert (last.since.first_on, last.since.change) == (5, 1)


def test_tests_are_put_by_their_date_not_by_when_they_were_written_down() -> None:
    assert [row.on for row in rows(told(grip(9, 31), grip(5, 30)))] == [5, 9]


def test_sizes_and_grams_are_kept_apart_and_a_finger_that_felt_nothing_has_no_number() -> None:
    def index(value: tuple[float, ...], unit: str) -> Entry:
        return Entry("monofilament", 5, (Score("right", "index", value, unit),))

    size, gram, unable = rows(told(index((2.83,), "size"), index((0.07,), "g"), index((), "size")))
    assert (size.unit, gram.unit, gram.value, gram.new_series) == ("size", "g", 0.07, True)
    assert unable.value is None
    assert unable.since is not None
    assert (unable.since.change, unable.since.why) == (None, "unable")


def test_seven_times_make_a_sum_and_six_do_not() -> None:
    def jebsen(*seconds: str) -> tuple[Row, ...]:
        return rows(told(Entry("jebsen-taylor", 5, parse("jebsen-taylor", {"right": seconds}))))

    assert [(row.part, row.value) for row in jebsen(*"1234567")] == [("", 28)]
    assert [row.part for row in jebsen(*"123456")] == list("123456")
    assert [row.value for row in jebsen(*"123456", "x")] == [1, 2, 3, 4, 5, 6, None]


def test_a_score_on_a_scale_has_no_percentage() -> None:
    def dash(on: int, value: float) -> Entry:
        return Entry("dash", on, (Score("", "", (value,), "points"),))

    _, last = rows(told(dash(5, 40), dash(9, 20)))
    assert last.since is not None
    assert (last.since.change, last.since.share) == (-20, None)
    assert last.better == "less"


def test_own_tests_are_told_apart_by_their_words() -> None:
    def own(words: str, value: float) -> Entry:
        return Entry("own", 5, (Score("", "", (value,), "s"),), words=words)

    found = rows(told(own("Kettle", 9), own("Key", 4), own("kettle", 7)))
    assert [row.since and row.since.change for row in found] == [None, None, -2]


def test_every_part_of_every_test_has_its_words() -> None:
    for test in TESTS:
        for part in test.parts:
            key, values = handtests.part_words(part.name)
            assert bool(key) == bool(part.name)
            assert set(values) == ({"n"} if part.name.isdigit() else set())
