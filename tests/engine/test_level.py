"""Check that a wrong level file is refused with its path, its key and what is wrong, and nothing else ever happens."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app import rooms
from engine.level import Level, LevelError, Number, check, ladder, parse

BROKEN = sorted((Path(__file__).parents[1] / "levels" / "broken").glob("*.toml"))
GAMES = rooms.params_types()
CUP = """
game = "cup"
rung = 1
name = "a cup"
changes = "first"
[params]
target = { easy = 0.1, hard = 0.2 }
band = 0.05
hold_ms = 800
reach_ms = 20000
"""


def test_there_are_broken_level_files_to_refuse() -> None:
    assert len(BROKEN) >= 14


@pytest.mark.parametrize("file", BROKEN, ids=[file.stem for file in BROKEN])
def test_a_broken_file_is_refused_with_its_path_its_key_and_what_is_wrong(file: Path) -> None:
    text = file.read_text("utf-8")
    expected = text.splitlines()[0].removeprefix("# expect: ")
    path = f"tests/levels/broken/{file.name}"
    with pytest.raises(LevelError) as caught:
        parse(text, path, GAMES)
    said = str(caught.value)
    assert said.startswith(expected)
    assert expected.startswith(f"{path}: ")
    assert caught.value.path == path
    assert caught.value.what
    assert said == (f"{path}: {caught.value.key}: " if caught.value.key else f"{path}: ") + caught.value.what


def test_each_broken_file_is_whole_again_once_its_fault_is_mended() -> None:
    assert parse(CUP, "levels/cup/x.toml", GAMES).params(0.5).target == 0.15


@given(st.text(max_size=200))
def test_whatever_a_file_says_nothing_but_a_level_error_comes_of_it(text: str) -> None:
    _refused_or_read(text)


words = st.sampled_from(["cup", "band", "first", "", "ä", "index"])
leaves: Any = st.one_of(
    st.integers(-5, 5), st.floats(allow_nan=True), st.booleans(), words, st.sampled_from([10**400, -(10**400)])
)
NAMES = ["fingers", "order", "count", "unwanted", "shape", "length_mm", "width_mm", "trail", "limit_ms", "target"]
anything: Any = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["easy", "hard", "a"]), inner, max_size=3)
    ),
    max_leaves=6,
)  # fmt: skip


def toml(value: Any) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return f"[{', '.join(toml(v) for v in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + "}"
    return str(value)


PLACES = [
    "game",
    "rung",
    "name",
    "changes",
    "eases",
    "params",
    "target",
    "band",
    "steps",
    "hidden",
    "hold_ms",
    "colour",
]


@settings(max_examples=250)
@given(st.sampled_from(PLACES), anything)
@example("eases", [["band"]])
@example("eases", [{}])
@example("hold_ms", 10**400)
@example("target", {"easy": 0.1, "hard": -(10**400)})
def test_whatever_stands_for_one_value_nothing_but_a_level_error_comes_of_it(place: str, value: Any) -> None:
    _refused_or_read(_with(place, value))


@given(st.sampled_from(sorted(GAMES)), st.dictionaries(st.sampled_from(NAMES), anything, max_size=6))
def test_whatever_the_params_say_nothing_but_a_level_error_comes_of_it(game: str, params: dict[str, Any]) -> None:
    rows = "\n".join(f"{key} = {toml(value)}" for key, value in params.items())
    _refused_or_read(f'game = "{game}"\nrung = 1\nname = "x"\nchanges = "first"\n[params]\n{rows}\n')


def test_a_number_of_ten_thousand_digits_and_a_thousand_brackets_are_refused_too() -> None:
    for value in ("9" * 10_000, "[" * 5000 + "]" * 5000):
        with pytest.raises(LevelError, match=r"^levels/x\.toml: is not readable as TOML"):
            parse(f"rung = {value}", "levels/x.toml", GAMES)


def _with(place: str, value: Any) -> str:
    """Return the good level with one value, or one key more."""
    line = f"{place} = {toml(value)}"
    if place == "params":
        return CUP.split("[params]")[0] + line
    if not re.search(rf"^{place} = ", CUP, re.MULTILINE):
        return CUP + line if place in ("steps", "hidden") else line + CUP
    return re.sub(rf"^{place} = .*$", lambda _: line, CUP, flags=re.MULTILINE)


def _refused_or_read(text: str) -> None:
    try:
        level = parse(text, "levels/x.toml", GAMES)
    except LevelError as error:
        assert str(error).startswith("levels/x.toml: ")
    else:
        for position in (0.0, 0.3, 1.0):
            assert isinstance(level.params(position), GAMES[level.game])


def test_a_graded_number_goes_evenly_from_its_easy_to_its_hard_end() -> None:
    assert [Number(0, 10).at((2.0, 4.0), p) for p in (0, 0.25, 1)] == [2.0, 2.5, 4.0]
    assert [Number(0, 10, whole=True).at((1.0, 3.0), p) for p in (0, 0.3, 1)] == [1, 2, 3]


def test_a_position_beyond_a_level_is_refused() -> None:
    level = parse(CUP, "levels/cup/x.toml", GAMES)
    for position in (-0.01, 1.01, float("nan")):
        with pytest.raises(ValueError, match="position: must lie in"):
            level.params(position)


def rung(n: int, band: str = "0.05", target: str = "0.1", changes: str = "band", eases: str = "[]") -> Level:
    """Return a rung of the cup."""
    text = CUP.replace("{ easy = 0.1, hard = 0.2 }", target).replace("rung = 1", f"rung = {n}\neases = {eases}")
    text = text.replace("band = 0.05", f"band = {band}").replace('"first"', f'"{changes}"')
    return parse(text, f"levels/cup/{n:02}.toml", GAMES)


INDEX = rooms.all_games()["cup"].index


def test_rungs_are_put_in_order_and_a_gap_or_a_double_is_named() -> None:
    assert [level.rung for level in ladder([rung(2), rung(1)]).levels] == [1, 2]
    with pytest.raises(LevelError, match=r"^levels/cup/03.toml: rung: comes after rung 1: rung 2 is missing$"):
        ladder([rung(1), rung(3)])
    with pytest.raises(LevelError, match=r"^levels/cup/01.toml: rung: is there twice$"):
        ladder([rung(1), rung(1)])
    with pytest.raises(LevelError, match=r"^levels: there is no level file$"):
        ladder([])


def test_a_rung_that_is_easier_than_the_one_before_is_found() -> None:
    with pytest.raises(
        LevelError, match=r"^levels/cup/02.toml: params: its easy end \(.*\) is easier than the rung before"
    ):
        check(ladder([rung(1, "0.03"), rung(2, "0.05")]), INDEX)


def test_a_level_whose_hard_end_is_easier_than_its_easy_end_is_found() -> None:
    with pytest.raises(LevelError, match=r"^levels/cup/01.toml: params: the hard end is easier than the easy end$"):
        check(ladder([rung(1, "{ easy = 0.03, hard = 0.05 }")]), INDEX)


def test_a_second_parameter_that_changes_between_rungs_is_found_unless_it_eases() -> None:
    both = [rung(1, "0.05", "0.1"), rung(2, "0.03", "0.12")]
    with pytest.raises(LevelError, match=r"^levels/cup/02.toml: params.target: changes too, but only band may"):
        check(ladder(both), INDEX)
    check(ladder([both[0], rung(2, "0.03", "0.12", eases='["target"]')]), INDEX)
