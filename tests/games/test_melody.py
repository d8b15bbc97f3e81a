"""Melody: a tune is heard and played back; each way to miss is told apart, and the beat is measured."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.chance import Chance
from engine.game import Answer, Cue, Lift, Outcome, Point, Press, Setting, Tap
from engine.hand import FINGERS, Finger, Side
from engine.scene import Circle, Picture, Scene, Words, mirrored
from engine.ticks import to_ms, to_ticks
from games.melody import GAME
from games.melody.drum import ENDS, PADS, TIPS, touched
from games.melody.picture import scene
from games.melody.play import (
    HELP_MS,
    RECALL,
    SLOWEST_MS,
    TIMED_MS,
    TOGETHER_MS,
    Note,
    Params,
    State,
    index,
    intent,
    start,
    step,
)
from games.melody.tune import drawn

THUMB, INDEX, MIDDLE, RING, LITTLE = FINGERS
FIVE = tuple(str(finger) for finger in FINGERS)
TURN_MS = 1000.0
Presses = list[tuple[float, Finger]]


def params(**changes: object) -> Params:
    usual: dict[str, object] = {
        "fingers": FIVE, "notes": 3, "recall": "shown", "unwanted": True, "beat_ms": 900.0, "off_ms": SLOWEST_MS,
    }  # fmt: skip
    return Params(**(usual | changes))  # type: ignore[arg-type]


def tune(changed: Params, *fingers: Finger, beats: tuple[int, ...] = (), setting: Setting | None = None) -> State:
    """Return a tune of the given fingers, already sung; the player's turn begins after 1 s."""
    notes = tuple(Note(finger, beats[n] if beats else 1) for n, finger in enumerate(fingers))
    sung = tuple(100.0 * n for n in range(len(notes)))
    where = setting or Setting()
    return State(changed, where, notes, sung, TURN_MS, sung=len(notes), asked_ms=TURN_MS)


def played(state: State, presses: Presses, most_s: float = 60.0) -> tuple[Outcome, State, list[Cue]]:
    """Return the outcome of presses at (ms, finger), the last state, and all that was heard."""
    waiting, cues = sorted(presses), list[Cue]()
    for tick in range(round(most_s * 120)):
        due = [press for press in waiting if press[0] <= to_ms(tick)]
        waiting = waiting[len(due) :]
        made = step(state, tick, tuple(Tap(finger, at_ms) for at_ms, finger in due))
        state = made.state
        cues += made.cues
        if made.outcome is not None:
            return made.outcome, state, cues
    raise AssertionError("the tune never ends")


def until(state: State, ms: float, presses: Presses | None = None) -> State:
    """Return the state at ``ms``, after presses."""
    waiting = sorted(presses or [])
    for tick in range(to_ticks(ms) + 1):
        due = [press for press in waiting if press[0] <= to_ms(tick)]
        waiting = waiting[len(due) :]
        state = step(state, tick, tuple(Tap(finger, at_ms) for at_ms, finger in due)).state
    return state


def seen(state: State) -> list[str]:
    return [shape.name for shape in scene(state).shapes if isinstance(shape, Picture)]


RIGHT: Presses = [(2000.0, INDEX), (3000.0, RING), (4000.0, MIDDLE)]
PLAIN = (INDEX, RING, MIDDLE)


# What is heard


def test_the_robin_sings_every_note_on_the_beat_and_then_it_is_the_players_turn() -> None:
    state = start(params(notes=4), Chance(3), Setting())
    heard: list[tuple[int, str]] = []
    for tick in range(to_ticks(state.turn_ms) + 2):
        made = step(state, tick, ())
        state = made.state
        heard += [(tick, cue.name) for cue in made.cues]
    names = [f"note-{FINGERS.index(note.finger) + 1}" for note in state.tune]
    assert [name for _, name in heard] == [*names, "go"]
    assert [later - tick for (tick, _), (later, _) in pairwise(heard[:4])] == [to_ticks(900)] * 3


def test_every_tongue_that_is_struck_sounds_whether_it_is_right_or_not() -> None:
    _, _, cues = played(tune(params(), *PLAIN), [(500.0, THUMB), (1500.0, LITTLE), *RIGHT])
    notes = [cue.name for cue in cues if cue.name.startswith("note-")]
    assert notes == ["note-1", "note-5", "note-2", "note-4", "note-3"]


def test_a_tune_that_was_right_ends_in_a_cadence_and_one_that_was_not_does_not() -> None:
    _, _, right = played(tune(params(), *PLAIN), RIGHT)
    _, _, wrong = played(tune(params(), *PLAIN), [(1500.0, LITTLE), *RIGHT])
    assert [cue.name for cue in right].count("cadence") == 1
    assert "cadence" not in [cue.name for cue in wrong]


# How each note is judged


def test_the_right_fingers_in_order_are_a_hit_however_slowly_they_come_at_the_own_pace() -> None:
    outcome, _, _ = played(tune(params(), *PLAIN), [(5000.0, INDEX), (9900.0, RING), (10_400.0, MIDDLE)])
    assert (outcome.result, outcome.cause, outcome.just) == ("hit", "", ())
    assert dict(outcome.measures)["right"] == 1.0


def test_the_wrong_finger_is_told_and_the_right_one_is_waited_for_so_that_the_tune_is_finished() -> None:
    outcome, state, _ = played(tune(params(), *PLAIN), [(1500.0, LITTLE), *RIGHT])
    assert (outcome.result, outcome.cause, outcome.finger) == ("miss", "wrong-finger", INDEX)
    assert [note.played_ms for note in state.tune] == [2000.0, 3000.0, 4000.0]
    assert not outcome.cut_short
    assert dict(outcome.measures)["right"] == pytest.approx(2 / 3, abs=1e-4)


def test_a_finger_that_comes_along_is_forgiven_until_unwanted_presses_count() -> None:
    presses = [*RIGHT, (3000.0 + TOGETHER_MS - 20, LITTLE)]
    kind, _, _ = played(tune(params(unwanted=False), *PLAIN), presses)
    assert kind.result == "hit"
    assert dict(kind.measures)["along"] == 1
    strict, _, _ = played(tune(params(), *PLAIN), presses)
    assert (strict.result, strict.cause, strict.finger) == ("miss", "extra-finger", RING)


def test_a_press_after_a_notes_own_moment_is_an_answer_to_the_next_one() -> None:
    outcome, state, _ = played(tune(params(), *PLAIN), [*RIGHT, (2000.0 + TOGETHER_MS + 20, LITTLE)])
    assert outcome.cause == "wrong-finger"
    assert state.tune[1].cause == "wrong-finger"


def test_a_press_while_the_robin_sings_counts_for_no_note() -> None:
    outcome, _, _ = played(tune(params(), *PLAIN), [(400.0, THUMB), *RIGHT])
    assert outcome.result == "hit"
    assert dict(outcome.measures)["strays"] == 1
    assert dict(outcome.measures)["relaxed"] == pytest.approx(2 / 3, abs=1e-4)


def test_no_press_at_all_is_an_omission() -> None:
    outcome, _, _ = played(tune(params(), *PLAIN), [])
    assert (outcome.result, outcome.cause, outcome.just) == ("omission", "no-try", ())
    assert "relaxed" not in dict(outcome.measures), "who was not there was not relaxed"


def test_a_tune_that_is_left_half_played_is_a_miss_that_was_cut_short() -> None:
    outcome, _, _ = played(tune(params(recall="lit"), *PLAIN), RIGHT[:1])
    assert (outcome.result, outcome.cause, outcome.finger, outcome.cut_short) == ("miss", "no-try", RING, True)


def test_who_has_waited_long_is_shown_the_finger_and_the_note_was_not_found_alone() -> None:
    state = tune(params(recall="memory"), *PLAIN)
    waiting = until(state, TURN_MS + HELP_MS - 50)
    assert f"hand-{INDEX}" not in seen(waiting)
    helped = until(state, TURN_MS + HELP_MS + 50)
    assert f"hand-{INDEX}" in seen(helped)
    late = [(at_ms + HELP_MS, finger) for at_ms, finger in RIGHT]
    outcome, _, _ = played(state, late)
    assert (outcome.result, outcome.cause, outcome.cut_short) == ("miss", "no-try", False)


# The beat


def test_each_note_is_due_its_beats_after_the_press_before_wherever_that_was() -> None:
    timed = tune(params(off_ms=100.0), *PLAIN, beats=(1, 2, 1))
    outcome, state, _ = played(timed, [(2500.0, INDEX), (3440.0, RING), (5200.0, MIDDLE)])
    assert [note.away_ms for note in state.tune] == [None, 40.0, -40.0]
    assert (outcome.result, outcome.just) == ("hit", (("off_ms", 40.0),))


@pytest.mark.parametrize(("off", "cause"), [(-120.0, "too-early"), (120.0, "too-late")])
def test_a_note_too_far_from_its_beat_is_told_by_its_side(off: float, cause: str) -> None:
    presses = [(2000.0, INDEX), (2900.0, RING), (3800.0 + off, MIDDLE)]
    outcome, _, _ = played(tune(params(off_ms=100.0), *PLAIN), presses)
    assert (outcome.result, outcome.cause, outcome.finger) == ("miss", cause, MIDDLE)
    assert outcome.just == (("off_ms", 120.0),)
    again, _, _ = played(tune(params(off_ms=120.0), *PLAIN), presses)
    assert again.result == "hit"
    less, _, _ = played(tune(params(off_ms=119.9), *PLAIN), presses)
    assert less.cause == cause


def test_the_first_note_may_come_whenever_it_likes() -> None:
    outcome, _, _ = played(tune(params(off_ms=60.0), *PLAIN), [(8000.0, INDEX), (8900.0, RING), (9800.0, MIDDLE)])
    assert outcome.result == "hit"


@pytest.mark.parametrize("more", [[(2950.0, LITTLE)], [(3010.0, LITTLE)]])
def test_a_tune_that_failed_by_more_than_its_beat_states_nothing(more: Presses) -> None:
    """A wrong finger, or one that comes along, beside a note that is late."""
    outcome, _, _ = played(tune(params(off_ms=60.0), *PLAIN), [*RIGHT, *more])
    assert (outcome.result, outcome.just) == ("miss", ())


def test_a_beat_that_nobody_keeps_any_more_ends_the_tune() -> None:
    timed = tune(params(off_ms=200.0), *PLAIN)
    outcome, state, cues = played(timed, RIGHT[:1])
    assert (outcome.cause, outcome.cut_short) == ("no-try", True)
    assert state.ended_ms == pytest.approx(2900 + TIMED_MS + TOGETHER_MS, abs=9)
    assert [cue.name for cue in cues].count("tick") == 1


# Quality


def test_an_even_rhythm_is_steadier_than_an_uneven_one() -> None:
    even, _, _ = played(tune(params(), *PLAIN), RIGHT)
    uneven, _, _ = played(tune(params(), *PLAIN), [(2000.0, INDEX), (2500.0, RING), (4000.0, MIDDLE)])
    assert dict(even.measures)["steady"] == 1.0
    assert dict(even.measures)["pace_ms"] == 1000.0
    assert dict(uneven.measures)["steady"] == pytest.approx(0.5)


def test_a_long_note_held_for_its_two_beats_is_steady() -> None:
    long, _, _ = played(tune(params(), *PLAIN, beats=(1, 2, 1)), [(2000.0, INDEX), (2800.0, RING), (4400.0, MIDDLE)])
    assert dict(long.measures)["steady"] == 1.0


def test_two_notes_tell_nothing_of_an_even_rhythm() -> None:
    outcome, _, _ = played(tune(params(notes=2), INDEX, MIDDLE), [(2000.0, INDEX), (3000.0, MIDDLE)])
    assert "steady" not in dict(outcome.measures)


def test_the_share_of_right_fingers_counts_each_note_that_one_finger_alone_played() -> None:
    presses = [*RIGHT, (1500.0, LITTLE), (3010.0, LITTLE)]
    outcome, _, _ = played(tune(params(unwanted=False), *PLAIN), presses)
    assert dict(outcome.measures)["right_finger"] == pytest.approx(1 / 3, abs=1e-4)


# Each finger's own answers


def test_each_finger_answers_for_itself() -> None:
    """The second comes late, the third one after a wrong finger."""
    presses = [(2000.0, INDEX), (3200.0, RING), (4000.0, LITTLE), (4300.0, MIDDLE)]
    outcome, _, _ = played(tune(params(off_ms=100.0), *PLAIN), presses)
    late = Answer(RING, False, (("off_ms", 300.0),))
    assert outcome.answers == (Answer(INDEX, True), late, Answer(MIDDLE, False))
    assert outcome.finger is RING


@pytest.mark.parametrize("recall", ["fading", "memory"])
def test_a_wrong_note_from_memory_says_nothing_of_the_finger(recall: str) -> None:
    outcome, _, _ = played(tune(params(recall=recall), *PLAIN), [(1500.0, LITTLE), *RIGHT])
    assert outcome.answers == (Answer(RING, True), Answer(MIDDLE, True))


# Other ways to play


def pointed(state: State, places: list[tuple[float, float, float]]) -> Outcome:
    """Return the outcome of touches at (ms, x, y), in stage units."""
    per_mm = state.setting.units_per_mm
    due = {to_ticks(at): (x, y) for at, x, y in places}
    for tick in range(3000):
        x, y = due.get(tick, (0.0, 0.0))
        touch = (Point((x - 800) / per_mm, (y - 450) / per_mm, "down", to_ms(tick)),) if tick in due else ()
        made = step(state, tick, touch)
        state = made.state
        if made.outcome:
            return made.outcome
    raise AssertionError("the tune never ends")


def test_the_tongues_themselves_can_be_touched_and_a_pointer_is_no_fingers_doing() -> None:
    outcome = pointed(tune(params(), *PLAIN), [(at_ms, PADS[f][0] + 30, PADS[f][1] - 20) for at_ms, f in RIGHT])
    assert (outcome.result, outcome.answers) == ("hit", ())
    assert "right_finger" not in dict(outcome.measures)


@pytest.mark.parametrize("finger", FINGERS)
def test_each_tongue_can_be_touched_from_the_fingertip_to_its_end_thirty_millimetres_wide(finger: Finger) -> None:
    reach = 15 * Setting().units_per_mm
    for x, y in (TIPS[finger], PADS[finger], ENDS[finger]):
        assert touched(x, y, reach) is finger
    x, y = PADS[finger]
    assert touched(x, y + 0.98 * reach, reach) is not None


def test_a_touch_beside_every_tongue_is_nothing() -> None:
    assert touched(200.0, 450.0, 15 * Setting().units_per_mm) is None


def test_with_one_switch_a_press_is_asked_for_all_the_time_and_the_finger_is_not_measured() -> None:
    state = until(tune(params(off_ms=200.0), *PLAIN, setting=Setting(played_with="switch")), 2200, [(2000.0, INDEX)])
    wanted = intent(state)
    assert isinstance(wanted, Press)
    assert (wanted.finger, wanted.due_ms) == (RING, 2900.0)
    outcome, _, _ = played(tune(params(), *PLAIN, setting=Setting(played_with="switch")), RIGHT)
    assert "right_finger" not in dict(outcome.measures)


def test_nothing_is_asked_for_while_the_robin_sings_nor_when_the_tune_is_over() -> None:
    assert intent(until(tune(params(), *PLAIN), 900)) is None
    wanted = intent(until(tune(params(), *PLAIN), 1100))
    assert isinstance(wanted, Press)
    assert (wanted.finger, wanted.due_ms) == (INDEX, None)
    assert intent(until(tune(params(), *PLAIN), 4300, RIGHT)) is None


# The tunes


def tunes(fingers: tuple[Finger, ...], count: int, seeds: int = 200) -> list[tuple[Finger, ...]]:
    return [drawn(fingers, count, {}, Chance(seed)) for seed in range(seeds)]


@pytest.mark.parametrize("count", [2, 5, 8])
def test_a_tune_ends_at_home_and_no_note_comes_three_times_running(count: int) -> None:
    for fingers in (FINGERS, (INDEX, MIDDLE), (THUMB, INDEX, MIDDLE, RING)):
        for made in tunes(fingers, count):
            assert len(made) == count
            assert made[-1] is MIDDLE
            assert set(made) <= set(fingers)
            assert not any(a is b is c for a, b, c in zip(made, made[1:], made[2:], strict=False))


def test_steps_are_more_frequent_than_leaps() -> None:
    sizes = Counter(abs(FINGERS.index(a) - FINGERS.index(b)) for made in tunes(FINGERS, 8) for a, b in pairwise(made))
    assert sizes[1] > sizes[2] > sizes[3]
    assert sizes[1] > 0.5 * sizes.total()


def test_a_finger_of_twice_the_weight_comes_more_often() -> None:
    made = [drawn(FINGERS, 6, {"ring": 2.0}, Chance(seed)) for seed in range(400)]
    plain = [drawn(FINGERS, 6, {}, Chance(seed)) for seed in range(400)]
    often, before = (sum(one.count(RING) for one in some) for some in (made, plain))
    assert 1.2 < often / before < 2.0


def test_a_mixed_rhythm_has_one_long_note_and_it_is_sung_long() -> None:
    for seed in range(20):
        state = start(params(notes=6, rhythm="mixed"), Chance(seed), Setting())
        assert sorted(note.beats for note in state.tune) == [1, 1, 1, 1, 1, 2]
        assert state.tune[-1].beats == 1
        gaps = [b - a for a, b in pairwise(state.sung_ms)]
        assert gaps == [note.beats * 900.0 for note in state.tune[:-1]]


# What is seen


@pytest.mark.parametrize(("recall", "beads", "lit"), [("lit", 3, True), ("shown", 3, False), ("memory", 0, False)])
def test_what_is_seen_in_the_players_turn(recall: str, beads: int, lit: bool) -> None:
    """Five of the beads are on the tongues."""
    names = seen(until(tune(params(recall=recall), *PLAIN), 1500))
    assert sum(name.startswith("melody-bead") for name in names) == 5 + beads
    assert names.count("melody-slot") == 3 - beads
    assert (f"hand-{INDEX}" in names, "melody-glow" in names) == (lit, lit)
    assert "melody-halo" in names


def test_the_tune_runs_from_left_to_right_for_both_hands_and_only_hand_and_drum_are_mirrored() -> None:
    right = scene(until(tune(params(), *PLAIN), 1500))
    left = mirrored(scene(until(tune(params(), *PLAIN, setting=Setting(hand=Side.LEFT)), 1500)))
    for name in ("melody-branch", "melody-twig", "melody-halo", "melody-robin"):
        assert [s for s in right.shapes if s in named(left, name)] == named(left, name) != []
    row = [
        [s for s in one.shapes if isinstance(s, Picture) and s.y > 590 and "bead" in s.name] for one in (right, left)
    ]
    assert row[0] == row[1]
    assert [s.name.rpartition("-")[2] for s in row[1]] == [str(finger) for finger in PLAIN]
    assert not any(s.flip for s in left.shapes if isinstance(s, Picture) and "bead" in s.name)
    (hand,) = named(left, "hand")
    assert hand.flip
    assert [s.x for s in named(left, "melody-bead-thumb")] == pytest.approx([1600 - PADS[THUMB][0]])


@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
def test_the_note_the_robin_sings_is_never_turned_over(side: Side) -> None:
    state = start(params(notes=3), Chance(2), Setting(hand=side))
    shown = scene(until(state, state.sung_ms[1] + 50))
    (note,) = named(mirrored(shown) if side is Side.LEFT else shown, "melody-note")
    assert not note.flip


def named(seen: Scene, name: str) -> list[Picture]:
    return [shape for shape in seen.shapes if isinstance(shape, Picture) and shape.name == name]


def test_beads_that_fade_are_there_at_first_and_gone_soon() -> None:
    state = tune(params(recall="fading"), *PLAIN)
    beads = [sum(n.startswith("melody-bead") for n in seen(until(state, ms))) for ms in (950, 1300, 2700)]
    assert beads == [8, 8, 5]


def test_from_memory_no_bead_ever_betrays_a_note_that_is_still_to_come() -> None:
    state = start(params(notes=5, recall="memory"), Chance(2), Setting())
    for ms in range(0, round(state.turn_ms) + 1000, 200):
        row = [
            shape.y for shape in scene(until(state, ms)).shapes if isinstance(shape, Picture) and shape.y > 590
            and shape.name in ("melody-slot", *(f"melody-bead-{finger}" for finger in FINGERS))
        ]  # fmt: skip
        assert len(row) == 5
        assert len(set(row)) == 1, "an empty place must not hang as high as its note sounds"


def test_while_the_robin_sings_the_finger_of_the_note_is_lit_and_its_beak_is_open() -> None:
    state = start(params(notes=3, recall="memory"), Chance(2), Setting())
    names = seen(until(state, state.sung_ms[1] + 50))
    assert f"hand-{state.tune[1].finger}" in names
    assert "melody-robin-sing" in names
    assert "melody-robin-sing" not in seen(until(state, state.turn_ms + 500))


def test_the_twigs_blossom_when_the_tune_was_right_and_only_then() -> None:
    _, right, _ = played(tune(params(), *PLAIN), RIGHT)
    assert {"melody-blossom", "melody-robin-joy"} <= set(seen(right))
    _, wrong, _ = played(tune(params(), *PLAIN), [(1500.0, LITTLE), *RIGHT])
    assert "melody-blossom" not in seen(wrong)
    assert f"hand-{INDEX}" in seen(wrong), "the finger that was meant is shown again"


def test_a_note_that_went_wrong_is_ringed_on_the_twine_and_the_wrong_tongue_while_it_waits() -> None:
    state = until(tune(params(), *PLAIN), 1900, [(1500.0, LITTLE)])
    rings = [(shape.x, shape.y) for shape in scene(state).shapes if isinstance(shape, Circle) and shape.line == "guide"]
    assert PADS[LITTLE] in rings
    assert len(rings) == 2


def test_the_ring_closes_until_the_beat_and_there_is_none_at_the_own_pace() -> None:
    def ring(state: State) -> list[float]:
        return [shape.r for shape in scene(state).shapes if isinstance(shape, Circle) and shape.line == "focus"]

    timed = tune(params(off_ms=200.0), *PLAIN)
    radii = [ring(until(timed, ms, RIGHT[:1]))[0] for ms in (2300, 2600, 2900)]
    assert radii[0] > radii[1] > radii[2]
    assert ring(until(tune(params(), *PLAIN), 2500, RIGHT[:1])) == []


def test_keys_are_written_on_the_fingers_in_play_alone() -> None:
    labels = (("thumb", "Space"), ("index", "J"), ("middle", "K"))
    state = tune(params(fingers=("index", "middle")), INDEX, MIDDLE, setting=Setting(labels=labels))
    written = [dict(shape.values)["text"] for shape in scene(state).shapes if isinstance(shape, Words)]
    assert written == ["J", "K"]


def test_calm_pictures_do_not_move_while_nothing_happens() -> None:
    calm = tune(params(), *PLAIN, setting=Setting(calm=True))
    assert scene(until(calm, 2000)) == scene(until(calm, 2300))


# The index, and chance


def test_each_parameter_alone_makes_it_harder() -> None:
    plain = params(fingers=("index", "middle"), recall="lit", unwanted=False, notes=2)
    harder = [
        replace(plain, fingers=FIVE), replace(plain, notes=5), replace(plain, unwanted=True),
        replace(plain, off_ms=300.0), replace(plain, beat_ms=500.0), replace(plain, rhythm="mixed"),
        *(replace(plain, recall=recall) for recall in RECALL[1:]),
    ]  # fmt: skip
    assert all(index(one) > index(plain) for one in harder)
    assert not GAME.self_paced(params(off_ms=400.0))
    assert GAME.self_paced(plain)


presses = st.lists(st.tuples(st.integers(0, 8000), st.sampled_from(FINGERS)), max_size=8)


@settings(max_examples=40, deadline=None)
@given(presses=presses, timed=st.booleans())
def test_only_the_right_fingers_in_the_right_order_are_ever_a_hit(
    presses: list[tuple[int, Finger]], timed: bool
) -> None:
    made = [(float(at_ms), finger) for at_ms, finger in presses]
    outcome, state, _ = played(tune(params(off_ms=400.0 if timed else SLOWEST_MS), *PLAIN), made)
    answers = [finger for at_ms, finger in sorted(made) if at_ms >= TURN_MS]
    if outcome.result == "hit":
        assert answers[:1] == [INDEX]
        assert all(note.played_ms is not None and not note.cause for note in state.tune)
    assert (outcome.result == "omission") == (not answers)


def test_lifting_a_finger_is_nothing() -> None:
    state = until(tune(params(), *PLAIN), 1500)
    made = step(state, to_ticks(1600), (Lift(INDEX, 1600.0),))
    assert made.state == replace(state, now_ms=to_ms(to_ticks(1600)))
