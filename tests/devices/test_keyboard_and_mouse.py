"""Check that keys and pointer are handed out once, whole and in order."""

from hypothesis import given
from hypothesis import strategies as st

from devices.keyboard import Keyboard
from devices.mouse import Mouse
from engine.sample import Sample


def test_a_key_that_is_held_is_one_press() -> None:
    keys = Keyboard()
    for at_ms in (10, 40, 70):
        keys.key("J", True, at_ms)
    keys.key("J", False, 90)
    keys.key("J", False, 91)
    assert keys.poll(100) == (Sample("key.J", 10, 1.0), Sample("key.J", 90, 0.0))
    assert keys.poll(101) == ()


def test_a_window_that_loses_the_focus_lets_go_of_every_key() -> None:
    keys = Keyboard()
    keys.key("J", True, 1)
    keys.key("K", True, 2)
    keys.poll(3)
    keys.release_all(5)
    keys.release_all(6)
    assert keys.poll(7) == (Sample("key.J", 5, 0.0), Sample("key.K", 5, 0.0))
    keys.key("J", True, 8)
    assert keys.poll(9) == (Sample("key.J", 8, 1.0),)


@given(st.lists(st.tuples(st.sampled_from("FGJK"), st.booleans())))
def test_press_and_release_of_a_key_always_take_turns(events: list[tuple[str, bool]]) -> None:
    keys = Keyboard()
    for at_ms, (name, down) in enumerate(events):
        keys.key(name, down, at_ms)
    felt = keys.poll(1000)
    for name in "FGJK":
        turns = [s.value for s in felt if s.channel == f"key.{name}"]
        assert turns == [float(n % 2 == 0) for n in range(len(turns))]
    assert [s.at_ms for s in felt] == sorted(s.at_ms for s in felt)


def test_a_press_and_a_release_within_one_picture_are_both_kept() -> None:
    mouse = Mouse()
    mouse.pointer(1, 2, False, 1)
    mouse.pointer(3, 4, True, 2)
    mouse.pointer(3, 4, False, 2)
    mouse.pointer(5, 6, False, 3)
    assert mouse.poll(4) == (
        Sample("mouse", 1, 0.0, 1, 2),
        Sample("mouse", 2, 1.0, 3, 4),
        Sample("mouse", 2, 0.0, 3, 4),
        Sample("mouse", 3, 0.0, 5, 6),
    )
    assert mouse.poll(5) == ()


def test_a_window_that_loses_the_focus_lets_go_of_the_pointer_once() -> None:
    mouse = Mouse()
    mouse.release_all(1)
    mouse.pointer(3, 4, True, 2)
    mouse.release_all(9)
    mouse.release_all(10)
    assert mouse.poll(11) == (Sample("mouse", 2, 1.0, 3, 4), Sample("mouse", 9, 0.0, 3, 4))
