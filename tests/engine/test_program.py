"""Check that a prescription is read, written and refused with path, key and what is wrong."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.adaptive import Aim
from engine.level import LevelError
from engine.program import Block, Program, from_plain, parse, to_plain
from engine.safety import Limits

GAMES = {"cup", "brook"}
PATH = "levels/programs/x.toml"
GOOD = """
name = "x"
rest_s = 20
rest_after = 5
[aim]
band = [0.6, 0.8]
fence = [0, 50]
[limits]
cap = 0.2
[[blocks]]
game = "cup"
trials = 7
level = 2
[[blocks]]
game = "brook"
"""


def test_a_prescription_is_read_with_its_usual_values_for_what_it_leaves_out() -> None:
    program = parse(GOOD, PATH, GAMES)
    assert program == Program(
        "x", (Block("cup", 7, 2), Block("brook", 10, None)), 20, 10.0, 5, Aim((0.6, 0.8), (0, 50)), Limits(0.2)
    )


def test_a_prescription_survives_being_written_as_plain_values() -> None:
    program = parse(GOOD, PATH, GAMES)
    assert from_plain(to_plain(program), PATH, GAMES) == program


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "x"', 'name = "x', "is not readable as TOML"),
        ('game = "brook"', 'game = "chess"', "blocks.2.game: must be one of brook, cup"),
        ('game = "brook"', 'game = ["cup"]', "blocks.2.game: must be one of brook, cup"),
        ('game = "brook"', "trials = 3", "blocks.2.game: must be one of brook, cup"),
        ("trials = 7", "trials = 0", "blocks.1: trials: must lie between 1 and 1000, not 0"),
        ("trials = 7", "trials = 2.5", "blocks.1: trials: must be a whole number"),
        ("trials = 7", "tries = 7", "blocks.1: Block.has an unexpected keyword argument 'tries'"),
        ("level = 2", "level = 0", "blocks.1: level: must be a whole number from 1"),
        ("level = 2", "level = true", "blocks.1: level: must be a whole number from 1"),
        ("band = [0.6, 0.8]", "band = [0.8, 0.6]", "aim: band: must be low < high inside 0..1"),
        ("band = [0.6, 0.8]", "band = [0.6]", "aim: band: must be low < high inside 0..1"),
        ("fence = [0, 50]", "fence = [0, 150]", "aim: fence: must be low <= high inside 0..100"),
        ("fence = [0, 50]", "fence = []", "aim: fence: must be low <= high inside 0..100"),
        ("fence = [0, 50]", "guess = 0.7", "aim: guess: must lie in 0..1 and below the band"),
        ("cap = 0.2", "cap = 0.7", "limits: cap: must lie above 0 and at most 0.60"),
        ("cap = 0.2", "hard = 0.9", "limits: hard: must lie above the cap and at most 0.80"),
        ("cap = 0.2", "taps = 601", "limits: taps, minutes: must lie above 0"),
        ("cap = 0.2", "minutes = 46", "limits: taps, minutes: must lie above 0"),
        ("rest_s = 20", "rest_s = -1", "program: rest_s: must be"),
        ("rest_s = 20", "rest_s = nan", "program: rest_s: must be"),
        ("rest_after = 5", "rest_after = 0", "program: rest_after: must be a whole number from 1"),
        ("rest_after = 5", "rests = 5", "program: Program.has an unexpected keyword argument 'rests'"),
    ],
)
def test_a_wrong_prescription_is_refused_with_path_key_and_what_is_wrong(old: str, new: str, said: str) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(LevelError) as caught:
        parse(GOOD.replace(old, new), PATH, GAMES)
    assert str(caught.value).startswith(f"{PATH}: {said}")


@pytest.mark.parametrize("blocks", [None, [], "cup", [1], {}])
def test_a_prescription_without_blocks_is_refused(blocks: Any) -> None:
    with pytest.raises(LevelError, match="blocks: must be a list of tables"):
        from_plain({"name": "x", "blocks": blocks}, PATH, GAMES)


leaves: Any = st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text(max_size=3) | st.just(10**400)
anything: Any = (
    leaves | st.lists(leaves, max_size=3) | st.dictionaries(st.sampled_from(["band", "cap", "x"]), leaves, max_size=2)
)


@settings(max_examples=250)
@given(st.sampled_from(["rest_s", "least_rest_s", "rest_after", "aim", "limits", "name", "blocks", "x"]), anything)
@example("aim", "soft")
@example("limits", 3)
@example("rest_s", "long")
@example("rest_s", 10**400)
def test_whatever_stands_in_a_prescription_nothing_but_a_level_error_comes_of_it(key: str, value: Any) -> None:
    table = to_plain(parse(GOOD, PATH, GAMES)) | {key: value}
    try:
        program = from_plain(table, PATH, GAMES)
    except LevelError as error:
        assert str(error).startswith(f"{PATH}: ")
    else:
        assert program.blocks
        assert program.rest_after >= 1


@settings(max_examples=150)
@given(st.sampled_from(["band", "fence", "guess"]), anything)
def test_whatever_stands_in_an_aim_nothing_but_a_level_error_comes_of_it(key: str, value: Any) -> None:
    table = to_plain(parse(GOOD, PATH, GAMES))
    table["aim"] = {key: value}
    try:
        aim = from_plain(table, PATH, GAMES).aim
    except LevelError:
        return
    assert 0 < aim.band[0] < aim.band[1] < 1
    assert 0 <= aim.fence[0] <= aim.fence[1] <= 100


def test_a_program_may_only_make_limits_stricter() -> None:
    assert replace(Limits(), cap=0.1, taps=100).cap == 0.1
    usual = Limits()
    assert (usual.cap, usual.hard, usual.taps, usual.minutes) == (0.40, 0.80, 600, 45.0)
