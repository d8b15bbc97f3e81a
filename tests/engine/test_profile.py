"""Check who plays: which keys belong to which finger, and on which side the controls stand."""

from engine.hand import FINGERS, Finger, Side
from engine.profile import Profile


def test_each_hand_has_a_key_for_each_finger() -> None:
    for side in Side:
        assert set(Profile(hand=side).finger_keys.values()) == set(FINGERS)


def test_the_left_hand_has_the_keys_of_the_left_side() -> None:
    assert Profile(hand=Side.RIGHT).finger_keys["J"] is Finger.INDEX
    left = Profile(hand=Side.LEFT).finger_keys
    assert left["F"] is Finger.INDEX
    assert "J" not in left


def test_the_number_row_always_counts_also_beside_keys_of_ones_own() -> None:
    keys = Profile(keys=(("Q", Finger.RING),)).finger_keys
    assert keys["Q"] is Finger.RING
    assert [keys[f"KEY_{n}"] for n in range(1, 6)] == list(FINGERS)
    assert "J" not in keys


def test_controls_stand_on_the_side_that_is_seen() -> None:
    assert Profile().seen is Side.RIGHT
    assert Profile(unseen=Side.RIGHT).seen is Side.LEFT
    assert Profile(unseen=Side.LEFT).seen is Side.RIGHT
