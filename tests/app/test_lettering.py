"""Texts are wrapped and made to fit, and what is measured is what is drawn."""

import importlib.util
import subprocess
import sys
from importlib.machinery import ModuleSpec

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import lettering
from app.lettering import SMALLEST, Block, lay_out, raster, width, wrap
from engine.scene import Words

LONG = "Squeeze the cup softly, hold it over the table and let go slowly when the kettle sings"
SENTENCES = st.lists(st.sampled_from(LONG.split()), min_size=1, max_size=30).map(" ".join)


def test_a_short_text_keeps_its_size_on_one_line() -> None:
    block = lay_out(Words("k", 0, 0, 40), "Hello")
    assert (block.lines, block.size, block.cut) == (("Hello",), 40, False)
    assert block.wide == pytest.approx(width("Hello", False) * 40)


@given(SENTENCES, st.floats(20, 80), st.floats(200, 1500), st.integers(1, 6), st.floats(1.0, 2.0))
def test_a_block_that_is_not_cut_fits(text: str, size: float, room: float, lines: int, scale: float) -> None:
    block = lay_out(Words("k", 0, 0, size, width=room, lines=lines), text, scale)
    assert len(block.lines) <= lines
    assert SMALLEST <= block.size <= size * scale
    if not block.cut:
        assert " ".join(block.lines) == text
        assert block.wide <= room
        assert max(width(line, False) * block.size for line in block.lines) <= room


@given(SENTENCES, st.floats(18, 80), st.floats(300, 1500))
def test_wrapping_loses_no_word(text: str, size: float, room: float) -> None:
    assert " ".join(wrap(text, True, size, room)) == text


def test_a_text_too_long_even_when_small_is_cut_and_says_so() -> None:
    block = lay_out(Words("k", 0, 0, 32, width=200, lines=1), LONG)
    assert block.cut
    assert len(block.lines) == 1
    assert block.size == SMALLEST


def test_large_letters_shrink_back_only_as_far_as_needed() -> None:
    words = Words("k", 0, 0, 30, width=500, lines=1)
    usual, large = lay_out(words, "Start the practice now", 1.0), lay_out(words, "Start the practice now", 2.0)
    assert usual.size == 30
    assert 30 < large.size < 60
    assert not large.cut


def test_no_word_is_left_alone_on_the_last_line() -> None:
    block = lay_out(Words("k", 0, 0, 40, width=400, lines=2), "a cup of tea on the table")
    assert len(block.lines) == 2
    first, last = (width(line, False) for line in block.lines)
    assert last > 0.5 * first


def test_line_ends_in_a_text_are_kept() -> None:
    assert lay_out(Words("k", 0, 0, 40, lines=3), "one\ntwo words").lines == ("one", "two words")


def test_a_line_is_never_broken_at_a_hard_space() -> None:
    texts = [f"Envie de vous exercer{space}?" for space in (" ", "\u00a0")]
    room = 40 * width("Envie de vous exercer", False) + 2
    broken, whole = (wrap(text, False, 40, room) for text in texts)
    assert broken == ("Envie de vous exercer", "?")
    assert whole == ("Envie de vous", "exercer\u00a0?")


def test_an_empty_text_has_no_width_but_can_be_drawn() -> None:
    block = lay_out(Words("k", 0, 0, 40), "")
    assert block.wide == 0
    assert raster(block, 1.0).mask.getbbox() is None


def test_laying_out_the_same_text_again_comes_from_the_cache() -> None:
    words = Words("k", 1, 2, 33, width=321)
    assert lay_out(words, "again") is lay_out(Words("k", 700, 800, 33, width=321), "again")


@pytest.mark.parametrize("px_per_unit", [0.64, 1.0, 2.4])
@pytest.mark.parametrize("align", ["left", "center", "right"])
def test_the_drawn_text_is_as_wide_as_measured_and_nothing_touches_the_edge(px_per_unit: float, align: str) -> None:
    block = lay_out(Words("k", 0, 0, 36, width=600, lines=3, align=align), LONG)  # type: ignore[arg-type]
    picture = raster(block, px_per_unit).mask
    left, top, right, bottom = picture.getbbox() or (0, 0, 0, 0)
    assert right - left == pytest.approx(block.wide * px_per_unit, rel=0.05, abs=4)
    assert left > 0
    assert top > 0
    assert right < picture.width
    assert bottom < picture.height


def test_capital_letters_stand_in_the_middle_of_their_line() -> None:
    ink = raster(lay_out(Words("k", 0, 0, 60), "HIM"), 2.0)
    rows = np.nonzero(np.asarray(ink.mask).any(axis=1))[0]
    assert (rows[0] + rows[-1]) / 2 == pytest.approx(ink.middle[1], abs=3)


def test_left_and_right_texts_begin_and_end_at_the_box() -> None:
    words = Words("k", 0, 0, 40, width=600)
    for align, end in (("left", 0), ("right", 2)):
        ink = raster(lay_out(Words(words.key, 0, 0, 40, width=600, align=align), "cup"), 1.0)  # type: ignore[arg-type]
        box = ink.mask.getbbox() or (0, 0, 0, 0)
        assert abs(box[end] - ink.middle[0]) == pytest.approx(300, abs=5)


def test_a_missing_font_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    lettering.font_file.cache_clear()
    monkeypatch.setattr(lettering, "find_spec", lambda name: ModuleSpec(name, None, origin="/nowhere/arcade.py"))
    with pytest.raises(FileNotFoundError, match="install arcade"):
        lettering.font_file(True)
    monkeypatch.undo()
    lettering.font_file.cache_clear()
    assert lettering.font_file(True).is_file()


def test_measuring_does_not_import_arcade() -> None:
    code = "import sys, app.lettering as a; a.width('x', True); sys.exit('arcade' in sys.modules)"
    assert importlib.util.find_spec("arcade") is not None
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_block_is_a_plain_value() -> None:
    assert Block(("a",), 1, 2, 3, 4, "left", False) == Block(("a",), 1, 2, 3, 4, "left", False)
