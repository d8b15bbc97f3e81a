"""An assessment says what can be done, what is left of it, how good a try was, and where games may begin."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import rooms
from app.assess_command import WAYS, played
from engine import assessment
from engine.assessment import BY_NAME, ITEMS, NEEDS, Found, Item, Quality, Sitting
from engine.game import Result, Skill
from engine.hand import Side
from engine.plan import Plan
from engine.profile import Profile
from engine.program import Block
from engine.recording import Fit, Trial
from engine.safety import Limits
from engine.session import Session
from engine.simulate import Patient, Traits
from games.assess import choice, taps

RUNGS, LADDERS = rooms.assess_rungs(), rooms.all_ladders()
GOOD = {
    "assess-hold": {"in_band": 0.9}, "assess-ramp": {"in_band": 0.9}, "assess-choice": {"answers": 10.0},
    "assess-fingers": {"wrong": 0.0}, "assess-taps": {"taps_thumb": 20.0}, "assess-trace": {"inside": 1.0},
    "assess-ring": {"touches": 12.0},
}  # fmt: skip
POOR = {
    "assess-hold": ({"in_band": 0.2}, "out-of-band"), "assess-ramp": ({"in_band": 0.2}, "out-of-band"),
    "assess-choice": ({"answers": 10.0, "early": 4.0}, "early"), "assess-fingers": ({"wrong": 0.4}, "wrong"),
    "assess-taps": ({"taps_thumb": 20.0, "taps_ring": 3.0}, "few"), "assess-trace": ({"inside": 0.3}, "off-line"),
    "assess-ring": ({"touches": 7.0}, "few"),
}  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def shorter() -> Iterator[None]:
    """Let the longest items be short: how long they take is not what is tested here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(taps, "RUNGS", ({"tap_ms": 3000},))
        patch.setattr(choice, "RUNGS", ({"count": 6},))
        yield


def trial(item: Item, measures: dict[str, float] | None = None, **changes: object) -> Trial:
    """Return a good try of an item, or one with such measures."""
    made = Trial(
        index=0, block=0, game=item.game, hand=Side.RIGHT, played_with="serial" if item.skill == "grip" else "keys",
        level=item.rung, difficulty=0.0, result=Result.HIT, cause="", attempt=1, start_tick=0, end_tick=9, params={},
        measures=GOOD[item.game] if measures is None else measures, just=(), finger="", predicted=0.7,
        reason="reason.probe", reason_values={}, belief="{}",
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def sitting(*names: str, day: int = 10, hand: str = "right", fits: tuple[Fit, ...] = (), good: bool = True) -> Sitting:
    """Return a sitting with a good or a poor try of each of these items."""
    items = [BY_NAME[name] for name in names]
    tries = tuple(trial(item, GOOD[item.game] if good else POOR[item.game][0]) for item in items)
    return Sitting(day, hand, tries, fits)


ALL = tuple(item.name for item in ITEMS if item.game)


# --- what can be done -----------------------------------------------------------------------------------


def names(items: tuple[Item, ...]) -> tuple[str, ...]:
    return tuple(item.name for item in items)


def test_with_a_sensor_and_a_usual_cap_every_item_can_be_done() -> None:
    assert names(assessment.possible(RUNGS, WAYS, 0.30)) == names(ITEMS)


def test_without_a_sensor_there_is_no_grip_and_the_rest_stays() -> None:
    assert set(names(ITEMS)) - set(names(assessment.possible(RUNGS, {"grip": "keys"}, 0.30))) == {"grip"}
    assert "grip" not in names(assessment.possible(RUNGS, WAYS, 0.30, squeezes=False))


def test_where_force_is_locked_nothing_of_the_grip_is_asked() -> None:
    assert not [item for item in assessment.possible(RUNGS, WAYS, None) if item.skill == "grip"]


def test_one_switch_is_asked_only_for_what_it_can_do() -> None:
    assert {item.skill for item in assessment.possible(RUNGS, WAYS, 0.30, one_switch=True)} == {"grip"}
    assert assessment.possible(RUNGS, WAYS, None, one_switch=True) == ()


def test_a_low_cap_leaves_one_hold_and_a_very_low_one_none() -> None:
    assert "hold-40" not in names(assessment.possible(RUNGS, WAYS, 0.15))
    assert "hold-20" in names(assessment.possible(RUNGS, WAYS, 0.15))
    assert not [item for item in assessment.possible(RUNGS, WAYS, 0.06) if item.skill == "grip"]


@given(st.floats(0.08, 0.60))
def test_no_item_asks_for_force_that_comes_near_the_cap(cap: float) -> None:
    games = rooms.assess_items()
    for item in assessment.possible(RUNGS, WAYS, cap):
        if item.game:
            ladder = rooms.assess_ladders(cap)[item.game]
            assert games[item.game].peak(ladder.levels[item.rung - 1].params(0.0)) <= cap - assessment.MARGIN + 1e-9


def test_a_session_lowers_what_the_cap_does_not_allow_and_the_try_says_so() -> None:
    sitting, _ = held(0.20)
    for row in sitting.trials:
        assert row.params["target"] + row.params["band"] <= 0.20 - assessment.MARGIN + 1e-9
    lowered = {row.level: row.measures["lowered"] for row in sitting.trials}
    assert lowered == {1: 1.0}
    assert "lowered" in assessment.quality(BY_NAME["hold-20"], sitting.trials[0]).notes


@cache
def held(cap: float) -> tuple[Sitting, Session]:
    """Return the sitting of a hand that only holds, under a cap."""
    items = [item for item in assessment.possible(RUNGS, WAYS, cap) if item.game == "assess-hold"]
    program = replace(rooms.built_in_program(), blocks=assessment.blocks(items), limits=Limits(cap=cap))
    plan = Plan(1, Profile(), program, rooms.assess_ladders(cap), WAYS)
    session, patient = Session(plan, rooms.everything()), Patient(Traits(0.7, lapse=0.0), 1)
    while not session.over:
        session.tick(patient.samples(session))
    return Sitting(1, "right", session.trials), session


# --- what is left ---------------------------------------------------------------------------------------


def test_what_was_done_well_within_a_week_is_not_left() -> None:
    done = sitting("choice", "ring", day=10)
    assert set(names(assessment.left(ITEMS, [done], "right", 16))) == set(names(ITEMS)) - {"choice", "ring"}
    assert assessment.left(ITEMS, [done], "right", 17) == ITEMS, "a week later it is another assessment"
    assert assessment.left(ITEMS, [done], "left", 16) == ITEMS, "each hand has its own"


def test_a_poor_try_is_offered_once_more_and_then_left_as_it_is() -> None:
    poor = sitting("choice", good=False)
    assert "choice" in names(assessment.left(ITEMS, [poor], "right", 10))
    assert "choice" not in names(assessment.left(ITEMS, [poor, poor], "right", 10))
    [found] = assessment.results([poor, poor], "right")
    assert (found.quality.flag, found.tries) == ("repeat", 2)


def test_what_was_never_tried_comes_first_and_what_is_worth_another_try_last() -> None:
    poor = sitting("hold-20", "choice", good=False)
    assert names(assessment.left(ITEMS, [poor], "right", 10))[-2:] == ("hold-20", "choice")
    assert names(assessment.once_more(ITEMS, [poor], "right", 10)) == ("hold-20", "choice")
    assert set(names(assessment.untried(ITEMS, [poor], "right", 10))) == set(names(ITEMS)) - {"hold-20", "choice"}


def test_of_a_good_and_a_poor_try_the_good_one_counts() -> None:
    for order in ([True, False], [False, True]):
        [found] = assessment.results([sitting("ring", good=good) for good in order], "right")
        assert found.quality.flag == "good"
        assert found.value("touches") == 12


def test_the_blocks_that_are_left_are_fixed_ones_without_the_grip() -> None:
    assert assessment.blocks(ITEMS)[0] == Block("assess-hold", 1, 1, probe=True)
    assert len(assessment.blocks(ITEMS)) == len(ITEMS) - 1
    alone = assessment.blocks([BY_NAME["grip"], BY_NAME["ring"]])
    assert [block.game for block in alone] == ["assess-hold", "assess-ring"], "the hand squeezes before it holds"


# --- how good a try was ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_a_good_try_is_good_and_a_poor_one_says_why(name: str) -> None:
    item = BY_NAME[name]
    assert assessment.quality(item, trial(item)).flag == "good"
    measures, why = POOR[item.game]
    assert assessment.quality(item, trial(item, measures)) == Quality("repeat", (why,))


def test_a_try_that_was_broken_off_or_lost_readings_is_worth_another_one() -> None:
    item = BY_NAME["hold-20"]
    assert assessment.quality(item, trial(item, interrupted=("hidden",))).why == ("interrupted",)
    assert assessment.quality(item, trial(item, marks=("gap",))).why == ("sensor",)
    assert assessment.quality(item, trial(item, marks=("abrupt",))).flag == "good"
    assert assessment.quality(item, trial(item, played_with="mouse")).notes == ("keys",)


def test_squeezes_that_differ_by_more_than_15_percent_are_worth_another_try() -> None:
    def grip(*tries: float) -> Found:
        fit = Fit(1, "maximum", 1000.0, 9000.0, tries=tries)
        return assessment.results([sitting("hold-20", fits=(fit,))], "right")[0]

    assert grip(8000.0, 8200.0, 7900.0).quality.flag == "good"
    assert grip(8000.0, 5000.0, 7900.0).quality == Quality("repeat", ("scatter",))
    assert grip(8000.0, 8200.0, 7900.0).value("counts") == 8000.0


def test_a_comfortable_squeeze_is_kept_as_what_it_is() -> None:
    fits = (Fit(1, "tare", 1000.0), Fit(2, "firm", 1000.0, 5000.0))
    [grip, _] = assessment.results([sitting("hold-20", fits=fits)], "right")
    assert (grip.item, grip.value("maximum"), grip.value("tries")) == ("grip", 0.0, 0.0)


# --- where games begin ----------------------------------------------------------------------------------


@cache
def seeds(ability: float) -> dict[str, float]:
    """Return where games begin for a simulated hand that did all that this is judged by."""
    needed = [item for item in ITEMS if item.name not in ("fingers", "taps", "spiral")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assessment, "possible", lambda *_: needed)
        sitting, _ = played(Side.RIGHT, ability)
    return dict(assessment.expected(assessment.results([sitting], "right"), LADDERS))


def test_an_abler_hand_begins_higher_in_every_game() -> None:
    weak, able = seeds(0.25), seeds(0.85)
    assert set(weak) == set(able) == set(rooms.all_games()) == set(NEEDS)
    assert all(weak[game] < able[game] for game in weak), (weak, able)
    assert sum(able.values()) - sum(weak.values()) > 25 * len(weak)


@pytest.mark.parametrize(("game", "ability"), [("cup", 0.85), ("kite", 0.25), ("brook", 0.25)])
def test_the_first_tries_after_an_assessment_are_neither_too_hard_nor_too_easy(game: str, ability: float) -> None:
    program = replace(
        rooms.built_in_program(), blocks=(Block(game, 10),), rest_s=2.0, least_rest_s=1.0,
        expected=tuple(seeds(ability).items()),
    )  # fmt: skip
    session = Session(Plan(2, Profile(), program, LADDERS, WAYS), rooms.all_games())
    patient = Patient(Traits(ability), 2)
    while not session.over:
        session.tick(patient.samples(session))
    assert session.trials[0].reason == "reason.assessed"
    assert 0.45 <= sum(row.hit for row in session.trials) / 10 <= 0.95


def test_only_what_was_looked_at_says_where_a_game_begins() -> None:
    ring = Found("ring", Quality("good"), (("away_mm", 3.0), ("movement_ms", 900.0)), "mouse")
    assert [game for game, _ in assessment.expected([ring], LADDERS)] == ["buttons"]
    assert assessment.expected([], LADDERS) == ()


def test_forces_from_a_sensor_say_nothing_of_play_with_keys() -> None:
    rows = [Found(name, Quality("good"), (("away_p80", 0.03),), "serial") for name in ("hold-20", "ramp")]
    assert {game for game, _ in assessment.expected(rows, LADDERS, {"grip": "serial"})} == {"cup", "kite", "market"}
    assert assessment.expected(rows, LADDERS, {"grip": "keys"}) == ()


def test_a_poor_try_says_nothing_of_where_a_game_begins_and_keys_only_of_play_with_them() -> None:
    def begins(how: Quality, ways: dict[Skill, str] | None = None) -> set[str]:
        rows = [Found(name, how, (("away_p80", 0.03),), "keys") for name in ("hold-20", "ramp")]
        return {game for game, _ in assessment.expected(rows, LADDERS, ways)}

    poor, by_keys = Quality("repeat", ("out-of-band",), ("keys",)), Quality("good", (), ("keys",))
    assert begins(poor, {"grip": "keys"}) == set()
    assert begins(by_keys) == begins(by_keys, {"grip": "serial"}) == set()
    assert begins(by_keys, {"grip": "keys"}) == {"cup", "kite", "market"}
    nudged = Found("ring", by_keys, (("away_mm", 3.0), ("movement_ms", 900.0)), "mouse")
    assert assessment.expected([nudged], LADDERS, {"trace": "mouse", "aim": "mouse"}) == ()


@given(st.floats(0.001, 0.5), st.floats(0.001, 0.5))
def test_a_steadier_hand_never_begins_lower(one: float, other: float) -> None:
    def begins(away: float) -> list[float]:
        rows = [Found(name, Quality("good"), (("away_p80", away),), "serial") for name in ("hold-20", "ramp")]
        return [value for _, value in assessment.expected(rows, LADDERS)]

    steady, unsteady = sorted((one, other))
    assert all(a >= b for a, b in zip(begins(steady), begins(unsteady), strict=True))
