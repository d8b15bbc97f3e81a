"""In the mirror the better hand moves, and the drawn other one is seen to do the same."""

from hypothesis import given
from hypothesis import strategies as st

from engine import mirror
from engine.hand import FINGERS, Finger, Side
from engine.mirror import LONGEST_S, PROMPT_S, Mirror, is_over, prompted
from engine.profile import KEYS, Profile
from engine.sample import Sample
from engine.scene import STAGE_W, Picture, Scene
from engine.ticks import seconds

RIGHT, LEFT = Profile(), Profile(hand=Side.LEFT)


def lit(scene: Scene) -> dict[str, set[str]]:
    """Return which fingers are lit on each half of the stage."""
    found: dict[str, set[str]] = {"left": set(), "right": set()}
    for shape in scene.shapes:
        if isinstance(shape, Picture) and shape.name.startswith("hand-"):
            found["left" if shape.x < STAGE_W / 2 else "right"].add(shape.name.removeprefix("hand-"))
    return found


def down(name: str, value: float = 1.0) -> Sample:
    return Sample(f"key.{name}", 0.0, value)


def test_the_keys_of_the_better_hand_move_the_same_finger_of_the_other() -> None:
    for profile in (RIGHT, LEFT):
        for key, finger in KEYS[profile.hand.other]:
            held = mirror.step(Mirror(0), (down(key),), profile)
            assert held.fingers == {finger}
            seen = lit(mirror.scene(held, 1, profile))
            assert seen["left"] == seen["right"] == {finger.value}


def test_the_keys_of_the_hand_that_practises_do_nothing() -> None:
    for key, _ in KEYS[Side.RIGHT]:
        if key != "SPACE":
            assert mirror.step(Mirror(0), (down(key),), RIGHT) == Mirror(0)


def test_the_hand_that_is_seen_to_move_is_drawn_in_full_on_its_own_side() -> None:
    for profile, side in ((RIGHT, 1), (LEFT, -1)):
        hands = [s for s in mirror.scene(Mirror(0), 1, profile).shapes if isinstance(s, Picture) and s.name == "hand"]
        own = max(hands, key=lambda hand: hand.alpha)
        assert own.alpha == 1.0
        assert (own.x - STAGE_W / 2) * side > 0
        assert own.flip == (profile.hand is Side.LEFT)


def test_a_finger_that_is_let_go_is_lit_no_more_and_each_press_counts_once() -> None:
    held = mirror.step(Mirror(0), (down("F"), down("F"), down("F", 0.0), down("F")), RIGHT)
    assert held.presses == 2
    assert mirror.step(held, (down("F", 0.0),), RIGHT).fingers == frozenset()


def test_pads_and_touches_of_the_faint_hand_work_too() -> None:
    assert mirror.step(Mirror(0), (Sample("pad.ring", 0.0, 1.0),), RIGHT).fingers == {Finger.RING}
    for finger in FINGERS:
        x, y = mirror._tip(finger, Side.LEFT)
        touched = mirror.step(Mirror(0), (Sample("mouse", 0.0, 1.0, x + 20, y - 20),), RIGHT)
        assert touched.fingers == {finger}
        assert mirror.step(touched, (Sample("mouse", 1.0, 0.0, x, y),), RIGHT).fingers == frozenset()
    assert mirror.step(Mirror(0), (Sample("mouse", 0.0, 1.0, 1500.0, 60.0),), RIGHT).fingers == frozenset()


def test_a_daisy_goes_from_finger_to_finger_and_back() -> None:
    seen = [prompted(Mirror(0), seconds(PROMPT_S) * n + 1) for n in range(9)]
    assert seen == [*FINGERS, Finger.RING, Finger.MIDDLE, Finger.INDEX, Finger.THUMB]


def test_it_ends_by_itself_and_says_how_much_was_moved_without_a_score() -> None:
    last = seconds(LONGEST_S)
    assert not is_over(Mirror(0), last - 1)
    assert is_over(Mirror(0), last)
    assert mirror.note(Mirror(120, presses=7), 120 + seconds(61)) == "mirror.7.61"


channels = st.sampled_from(["key.F", "key.SPACE", "key.KEY_1", "pad.index", "mouse", "grip", "link.pads", "key.ESCAPE"])
samples = st.builds(Sample, channels, st.just(0.0), st.sampled_from([0.0, 1.0]), st.floats(0, 1600), st.floats(0, 900))


@given(st.lists(samples, max_size=60))
def test_whatever_is_pressed_nothing_stays_down_when_all_is_let_go(pressed: list[Sample]) -> None:
    held = mirror.step(Mirror(0), pressed, RIGHT)
    lifted = [Sample(sample.channel, 1.0, 0.0, 0.0, 0.0) for sample in pressed]
    assert mirror.step(held, lifted, RIGHT).fingers == frozenset()
    assert 0 <= held.presses <= len(pressed)
