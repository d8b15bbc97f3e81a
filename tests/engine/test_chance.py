"""Check that chance gives the very same numbers on every Python, and only what it promises."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from engine.chance import Chance

# Golden numbers: drawn on CPython 3.11, and equal on 3.12 and 3.13. A change here breaks every old recording.
SHARES = {
    1: [0.47381250433601774, 0.18472379851064646, 0.09150754073096767, 0.046999632554914905],
    "patient-7": [0.8223644097927633, 0.6288776483693087, 0.909982848630531, 0.8597147646220169],
}


def test_the_stream_of_a_seed_is_the_same_on_every_python() -> None:
    for seed, shares in SHARES.items():
        chance = Chance(seed)
        assert [chance.share() for _ in shares] == shares


def test_a_child_of_a_child_has_its_own_golden_stream() -> None:
    chance = Chance(1).child("trial-3").child("attempt-1")
    assert chance.name == "1/trial-3/attempt-1"
    assert [chance.share() for _ in range(3)] == [0.5827640194886207, 0.4653401591385393, 0.5391232543940363]


def test_whole_numbers_choices_and_yes_or_no_come_from_the_same_stream() -> None:
    chance = Chance("mixed")
    drawn = ([chance.below(6) for _ in range(10)], [chance.choice("abcde") for _ in range(5)],
             [chance.chances(0.5) for _ in range(8)], chance.between(-2, 2))  # fmt: skip
    assert drawn == (
        [0, 2, 1, 3, 3, 0, 4, 1, 2, 3],
        ["c", "b", "e", "b", "e"],
        [True, True, True, True, True, False, False, False],
        0.65125974194024,
    )


def test_the_bell_is_the_same_to_nine_places_on_every_maths_library() -> None:
    chance = Chance("bell")
    assert [round(chance.bell(), 9) for _ in range(4)] == [1.179421716, -0.006222088, -0.215103349, 0.806533203]


@given(st.integers(0, 20), st.text(max_size=8))
def test_what_was_drawn_before_does_not_change_a_child(draws: int, name: str) -> None:
    parent = Chance(5)
    for _ in range(draws):
        parent.share()
    assert parent.child(name).share() == Chance(5).child(name).share()


def test_children_of_different_names_go_different_ways() -> None:
    firsts = {Chance(5).child(f"trial-{n}").share() for n in range(200)}
    assert len(firsts) == 200


@given(st.integers(0, 10**6), st.integers(1, 9))
def test_below_stays_below_and_choice_gives_what_is_there(seed: int, n: int) -> None:
    chance = Chance(seed)
    assert all(0 <= chance.below(n) < n for _ in range(20))
    assert chance.choice(range(n)) in range(n)
    assert 3.0 <= chance.between(3.0, 4.0) < 4.0


def test_every_side_of_the_die_comes_about_as_often() -> None:
    chance = Chance("die")
    counts = Counter(chance.below(6) for _ in range(6000))
    assert set(counts) == set(range(6))
    assert all(900 < count < 1100 for count in counts.values())


def test_the_bell_has_mean_0_and_deviation_1() -> None:
    chance = Chance("shape")
    drawn = [chance.bell() for _ in range(20_000)]
    mean = sum(drawn) / len(drawn)
    assert abs(mean) < 0.02
    assert abs((sum((d - mean) ** 2 for d in drawn) / len(drawn)) ** 0.5 - 1) < 0.02


def test_what_never_happens_never_happens_and_what_is_certain_always_does() -> None:
    chance = Chance(3)
    assert not any(chance.chances(0.0) for _ in range(100))
    assert all(chance.chances(1.0) for _ in range(100))


@given(st.integers(0, 99), st.lists(st.floats(0.1, 9), min_size=1, max_size=6))
def test_a_weighted_draw_is_one_of_those_there_are_and_takes_one_number_of_the_stream(
    seed: int, weights: list[float]
) -> None:
    ours, theirs = Chance(seed), Chance(seed)
    assert ours.weighted(range(len(weights)), weights) in range(len(weights))
    theirs.share()
    assert ours.share() == theirs.share()


def test_what_has_twice_the_weight_is_drawn_twice_as_often() -> None:
    chance = Chance("weighted")
    counts = Counter(chance.weighted("abc", (1.0, 2.0, 1.0)) for _ in range(8000))
    assert abs(counts["b"] - 4000) < 200
    assert abs(counts["a"] - 2000) < 200
    assert Chance(3).weighted("ab", (1.0, 1e-9)) == "a"
