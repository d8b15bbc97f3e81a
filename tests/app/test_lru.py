"""What was not used for the longest time goes first."""

from app.lru import Lru


def test_the_longest_unused_value_is_let_go() -> None:
    gone: list[str] = []
    kept: Lru[str] = Lru(2, let_go=gone.append)
    kept.put("a", "A")
    kept.put("b", "B")
    kept.get("a")
    kept.put("c", "C")
    assert gone == ["B"]
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == ("A", None, "C")


def test_weights_are_added_up_and_taken_off_again() -> None:
    kept: Lru[bytes] = Lru(10, len)
    for n in range(100):
        kept.put(n, bytes(3))
    assert len(kept) == 3
    kept.clear()
    kept.put("a", bytes(10))
    assert len(kept) == 1


def test_a_value_heavier_than_the_limit_is_still_kept_alone() -> None:
    kept: Lru[bytes] = Lru(10, len)
    kept.put("small", bytes(1))
    kept.put("large", bytes(100))
    assert kept.get("large") == bytes(100)
    assert kept.get("small") is None


def test_a_value_put_twice_replaces_the_first() -> None:
    gone: list[str] = []
    kept: Lru[str] = Lru(2, let_go=gone.append)
    kept.put("a", "old")
    kept.put("a", "new")
    assert (kept.get("a"), gone, len(kept)) == ("new", ["old"], 1)
