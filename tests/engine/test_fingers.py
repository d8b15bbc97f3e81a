"""Fingers: offsets stay bounded and centred, and weak fingers are asked more often only as far as success allows."""

import json
from collections import Counter
from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice import GAMES, LADDERS, begin, plan_of

from engine import fingers, just
from engine.chance import Chance
from engine.fingers import Fingers, Known, cues, learn, most_asked, success
from engine.game import Answer
from engine.hand import FINGERS, Finger
from engine.plan import Plan
from engine.program import Block
from engine.recording import Trial
from engine.session import Session
from engine.simulate import Patient, Traits

BAND = (0.70, 0.85)
NAMES = tuple(str(finger) for finger in FINGERS)
slopes = st.floats(0.01, 1.0)
answers = st.tuples(
    st.sampled_from(NAMES), st.floats(0, 1), st.booleans(), st.none() | st.floats(-40, 140), st.booleans(), slopes,
    st.floats(-40, 140),
)  # fmt: skip
known = st.builds(Known, st.floats(-30, 30), st.floats(0, 10), st.integers(0, 999))
hands = st.builds(Fingers, st.dictionaries(st.sampled_from(NAMES), known), st.floats(-180, 180))
some = st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True)


def learnt(rows: Sequence[tuple[str, float, bool, float | None, bool, float, float]]) -> Fingers:
    made = Fingers()
    for row in rows:
        made = learn(made, *row)
    return made


def of_margins(seed: int, answers_n: int, **offsets: float) -> Fingers:
    """Return what is known after so many answers with margins about an ability of 60, at 0.2 logits a unit."""
    chance, made = Chance(seed), Fingers()
    for _ in range(answers_n):
        finger = chance.choice(NAMES)
        passed = 60.0 + offsets.get(finger, 0.0) + 7.0 * chance.bell()
        made = learn(made, finger, 0.8, passed > 55.0, passed, False, 0.2, 60.0)
    return made


@given(st.lists(answers, max_size=30))
def test_offsets_are_bounded_and_their_weighted_mean_is_zero(
    rows: list[tuple[str, float, bool, float | None, bool, float, float]],
) -> None:
    made = learnt(rows)
    every = made.known.values()
    assert all(abs(one.offset) <= fingers.FARTHEST for one in every)
    assert sum(one.information * one.offset for one in every) == pytest.approx(0.0, abs=1e-4)
    assert sum(one.trials for one in every) == len(rows)


def test_even_the_wildest_answers_never_carry_an_offset_beyond_thirty() -> None:
    made = Fingers()
    for n in range(600):
        made = learn(made, NAMES[n % 2], 0.8, n % 2 == 0, 140.0 if n % 2 else -40.0, False, 0.03, 50.0)
    assert max(abs(one.offset) for one in made.known.values()) <= fingers.FARTHEST
    assert made.of("index").offset > 20.0 > -20.0 > made.of("thumb").offset


@given(st.lists(answers, max_size=12))
def test_what_is_known_survives_json_exactly(
    rows: list[tuple[str, float, bool, float | None, bool, float, float]],
) -> None:
    made = learnt(rows)
    assert Fingers.from_json(made.to_json()) == made
    assert Fingers.from_json(made.to_json()).to_json() == made.to_json()


@pytest.mark.parametrize(
    "text",
    ["", "[]", "null", "{}", '{"version":0}', '{"version":1}', '{"version":"1","level":0,"fingers":{}}',
     '{"version":1,"level":0,"fingers":[]}', '{"version":1,"level":0,"fingers":{"ring":[1,2]}}',
     '{"version":1,"level":0,"fingers":{"ring":[31,2,3]}}', '{"version":1,"level":0,"fingers":{"ring":[1,-2,3]}}',
     '{"version":1,"level":0,"fingers":{"ring":[NaN,2,3]}}', '{"version":1,"level":0,"fingers":{"ring":[1,2,0.5]}}',
     '{"version":1,"level":NaN,"fingers":{}}', '{"version":1,"level":"x","fingers":{}}'],
)  # fmt: skip
def test_what_is_damaged_is_said_to_be_damaged(text: str) -> None:
    with pytest.raises(ValueError, match="^fingers: is damaged: "):
        Fingers.from_json(text)


def test_what_a_newer_program_wrote_is_refused() -> None:
    newer = json.dumps(json.loads(Fingers().to_json()) | {"version": fingers.VERSION + 1})
    with pytest.raises(ValueError, match="fingers: was written by a newer program; please update"):
        Fingers.from_json(newer)


@pytest.mark.parametrize(
    ("name", "row"),
    [("predicted", (1.5, True, None, False, 0.1, 50.0)), ("slope", (0.5, True, None, False, float("nan"), 50.0)),
     ("passed", (0.5, True, float("inf"), False, 0.1, 50.0)),
     ("ability", (0.5, True, 50.0, False, 0.1, float("nan")))],
)  # fmt: skip
def test_a_number_that_is_none_is_refused_by_its_name(
    name: str, row: tuple[float, bool, float | None, bool, float, float]
) -> None:
    with pytest.raises(ValueError, match=f"{name}: "):
        learn(Fingers(), "ring", *row)


@given(hands, some, slopes, st.floats(0, 1), st.floats(1, 4))
def test_weights_are_finite_at_least_one_and_never_more_than_the_most(
    hand: Fingers, among: list[str], slope: float, predicted: float, most: float
) -> None:
    weights = cues(hand, among, slope, predicted, BAND, most)
    assert [name for name, _ in weights] == among
    assert all(1.0 <= weight <= most for _, weight in weights)


@given(hands, some, slopes, st.floats(*BAND))
def test_the_mixture_is_never_expected_below_the_band_while_the_prediction_is_inside_it(
    hand: Fingers, among: list[str], slope: float, predicted: float
) -> None:
    weights = cues(hand, among, slope, predicted, BAND)
    assert success(hand, weights, slope, predicted) >= BAND[0]


@given(hands, some, slopes, st.floats(0, 1))
def test_a_weaker_finger_is_never_asked_less_than_one_that_is_as_well_known(
    hand: Fingers, among: list[str], slope: float, predicted: float
) -> None:
    alike = Fingers({name: Known(one.offset, 0.5, one.trials) for name, one in hand.known.items()})
    weights = dict(cues(alike, among, slope, predicted, BAND))
    by_offset = [weights[name] for name in sorted(among, key=lambda name: alike.of(name).offset)]
    if all(name in alike.known for name in among):
        assert by_offset == sorted(by_offset, reverse=True)


@given(some, slopes, st.floats(0, 1))
def test_where_nothing_is_known_all_are_asked_evenly(among: list[str], slope: float, predicted: float) -> None:
    assert cues(Fingers(), among, slope, predicted, BAND) == tuple((name, 1.0) for name in among)


def test_without_room_below_the_prediction_the_weights_are_drawn_together() -> None:
    hand = Fingers({name: Known(-8.0 if name == "ring" else 2.0, 1.0, 40) for name in NAMES})
    ring = [dict(cues(hand, NAMES, 0.2, predicted, BAND))["ring"] for predicted in (0.70, 0.72, 0.73, 0.80)]
    assert ring[0] == 1.0
    assert 1.0 < ring[1] < ring[2] < ring[3] == 2.0


def test_a_ratio_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="most: must be at least 1"):
        cues(Fingers(), NAMES, 0.1, 0.8, BAND, 0.5)


def test_a_weak_finger_is_found_and_asked_up_to_twice_as_often() -> None:
    hand = of_margins(1, 250, ring=-12.0)
    assert hand.of("ring").offset < -5.0
    assert all(hand.of(name).offset > 0.0 for name in NAMES if name != "ring")
    weights = cues(hand, NAMES, 0.2, 0.8, BAND)
    assert dict(weights)["ring"] == 2.0
    assert most_asked(weights) == "ring"


def test_a_finger_with_few_answers_stays_near_the_mean_of_the_hand() -> None:
    hand = of_margins(2, 200)
    for _ in range(2):
        hand = learn(hand, "ring", 0.8, False, 30.0, False, 0.1, 60.0)
    new = learn(Fingers(), "ring", 0.8, True, 62.0, False, 0.1, 60.0)
    newer = learn(new, "little", 0.8, False, 40.0, False, 0.1, 60.0)
    assert -8.0 < newer.of("little").offset < 0.0
    assert most_asked(cues(newer, NAMES, 0.1, 0.8, BAND)) == ""


def test_equal_fingers_are_seldom_taken_for_weak_ones() -> None:
    told = [most_asked(cues(of_margins(seed, 150), NAMES, 0.2, 0.8, BAND)) for seed in range(40)]
    assert sum(finger != "" for finger in told) <= 8


def test_one_lapse_pulls_no_more_than_any_other_slow_answer() -> None:
    hand = of_margins(3, 100)
    slow, wild = (learn(hand, "ring", 0.8, False, passed, False, 0.2, 60.0) for passed in (30.0, -40.0))
    assert abs(slow.of("ring").offset - wild.of("ring").offset) < 0.05


def test_what_all_fingers_have_in_common_is_no_finger_s_offset() -> None:
    """Margins of single fingers all lie 20 above the hand's ability, and a fifth finger joins late."""
    chance, made = Chance(5), Fingers()
    for n in range(160):
        finger = chance.choice(NAMES[: 4 if n < 120 else 5])
        made = learn(made, finger, 0.9, True, 80.0 + 5.0 * chance.bell(), False, 0.2, 60.0)
    assert made.level == pytest.approx(20.0, abs=3.0)
    assert all(abs(one.offset) < 3.0 for one in made.known.values())


def test_hits_and_misses_alone_find_a_weak_finger_too() -> None:
    chance, made = Chance(6), Fingers()
    for _ in range(300):
        finger = chance.choice(NAMES)
        made = learn(made, finger, 0.8, chance.chances(0.5 if finger == "little" else 0.88), None, False, 0.15, 60.0)
    assert made.of("little").offset < -4.0
    assert most_asked(cues(made, NAMES, 0.15, 0.8, BAND)) == "little"


def test_a_censored_margin_counts_as_a_hit_alone() -> None:
    by_hit = learn(Fingers(), "ring", 0.8, True, None, False, 0.1, 60.0)
    assert learn(Fingers(), "ring", 0.8, True, 100.0, True, 0.1, 60.0) == by_hit


def test_an_old_weakness_fades_when_the_finger_does_as_well_as_the_others() -> None:
    hand, chance = of_margins(7, 250, ring=-12.0), Chance(8)
    was = hand.of("ring").offset
    for _ in range(400):
        passed = 60.0 + 7.0 * chance.bell()
        hand = learn(hand, chance.choice(NAMES), 0.8, passed > 55.0, passed, False, 0.2, 60.0)
    assert abs(hand.of("ring").offset) < 3.0 < -was


def test_the_finger_that_is_told_is_asked_at_least_thirteen_times_for_ten_of_the_others() -> None:
    assert most_asked(()) == ""
    assert most_asked((("ring", 1.0), ("little", 1.0))) == ""
    assert most_asked((("ring", 1.29), ("little", 1.0))) == ""
    assert most_asked((("ring", 1.3), ("little", 1.0))) == "ring"


def test_the_margin_of_one_answer_is_read_off_the_ladder() -> None:
    ladder, index = LADDERS["ladybirds"], GAMES["ladybirds"].index
    quick = just.answered(ladder, index, 60.0, Answer(Finger.RING, True, (("limit_ms", 900.0),)))
    slow = just.answered(ladder, index, 60.0, Answer(Finger.RING, True, (("limit_ms", 1500.0),)))
    assert quick[0] is not None
    assert slow[0] is not None
    assert quick[0] > slow[0] > 60.0
    assert just.answered(ladder, index, 60.0, Answer(Finger.RING, False)) == (None, True)


# --- in whole sessions ------------------------------------------------------------------------------------


@cache
def practised(traits: Traits, trials: int = 200, seed: int = 1) -> Session:
    """Return a long session of ladybirds."""
    plan = plan_of(Block("ladybirds", trials), seed=seed, rest_after=60, rest_s=1.0, least_rest_s=0.5)
    session, patient = Session(plan, GAMES), Patient(traits, seed)
    while len(session.trials) < trials:
        session.tick(patient.samples(session))
    return session


def asked(trials: Sequence[Trial]) -> Counter[str]:
    return Counter(str(answer.finger) for trial in trials for answer in trial.answers)


WEAK_RING = Traits(0.4, weak=(("ring", 1.6),))


def test_the_ring_finger_that_is_slow_is_asked_more_often_and_success_stays_in_the_band() -> None:
    session = practised(WEAK_RING)
    late = session.trials[60:]
    counts = asked(late)
    others = sum(counts[name] for name in NAMES if name != "ring") / 4
    assert 1.3 < counts["ring"] / others <= 2.1
    assert Fingers.from_json(session.trials[-1].fingers).of("ring").offset < -2.0
    assert BAND[0] <= sum(trial.hit for trial in late) / len(late)
    weights = dict(session.phase.state.setting.weights) if hasattr(session.phase, "state") else {}
    assert all(1.0 <= weight <= 2.0 for weight in weights.values())


def test_it_is_said_beside_the_reason_for_the_difficulty_and_not_instead_of_it() -> None:
    session = practised(WEAK_RING)
    assert session.trials[-1].reason_values["finger"] == "ring"
    (why, _), (also, values) = session.reasons()
    assert (why, also) == (session.trials[-1].reason, "reason.finger")
    assert why != also
    assert dict(values)["game"] == "ladybirds"
    assert dict(values)["finger"] == "ring"


def test_before_anything_is_known_the_fingers_are_drawn_as_they_always_were() -> None:
    trial = practised(WEAK_RING).trials[0]
    assert "finger" not in trial.reason_values
    session = Session(plan_of(Block("ladybirds", 1), seed=1), GAMES)
    begin(session)
    assert session.phase.state.setting.weights == ()  # type: ignore[union-attr]


def test_one_switch_stands_for_all_fingers_and_so_nothing_is_learnt_of_any() -> None:
    session = Session(plan_of(Block("ladybirds", 8), tap="switch", rest_s=1.0, least_rest_s=0.5), GAMES)
    patient = Patient(WEAK_RING, 1)
    while len(session.trials) < 4:
        session.tick(patient.samples(session))
    assert {trial.fingers for trial in session.trials} == {""}


def test_a_later_session_begins_with_what_is_known_of_the_fingers() -> None:
    first = practised(WEAK_RING)
    made = plan_of(Block("ladybirds", 3), seed=9)
    key, last = "ladybirds/right/keys", first.trials[-1]
    plan = Plan(
        made.seed, made.profile, made.program, made.ladders, made.played_with, {key: last.belief},
        fingers={key: last.fingers},
    )  # fmt: skip
    session = Session(plan, GAMES)
    begin(session)
    weights = dict(session.phase.state.setting.weights)  # type: ignore[union-attr]
    assert weights["ring"] > 1.3
