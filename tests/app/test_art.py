"""Each drawing is rendered for each palette, and is up to date."""

import importlib.util
import io
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_art", ROOT / "assets" / "build_art.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["build_art"] = module
    spec.loader.exec_module(module)
    return module


ART = loaded()
DOT = '<svg viewBox="0 0 40 20"><circle cx="20" cy="10" r="8" fill="#D9533F" stroke="#2E2A3B" stroke-width="2"/></svg>'
SHADOW = '<svg viewBox="0 0 9 9"><ellipse fill="#2E2A3B" opacity=".15"/><path fill="#2E2A3B"/></svg>'


@pytest.mark.parametrize("palette", ["light", "dark", "contrast"])
def test_each_palette_has_a_colour_for_each_token(palette: str) -> None:
    for table in ART.PALETTES[palette]:
        assert set(table) == set(ART.TOKENS)


def test_the_light_palette_leaves_a_drawing_as_it_is() -> None:
    assert ART.recoloured(DOT, "light") == DOT


def test_the_dark_palette_gives_a_light_outline() -> None:
    assert ART.DARK["ink"] in ART.recoloured(DOT, "dark")
    assert "#2E2A3B" not in ART.recoloured(DOT, "dark")


def test_the_contrast_palette_makes_outlines_thicker() -> None:
    assert 'stroke-width="2.7"' in ART.recoloured(DOT, "contrast")


def test_a_soft_shadow_stays_dark_in_the_dark() -> None:
    assert 'ellipse fill="#000000"' in ART.recoloured(SHADOW, "dark")
    assert f'path fill="{ART.DARK["ink"]}"' in ART.recoloured(SHADOW, "dark")


def test_a_colour_that_is_no_token_is_refused() -> None:
    with pytest.raises(ValueError, match="#123456 is no token"):
        ART.recoloured(DOT.replace("#D9533F", "#123456"), "light")


def test_a_drawing_without_a_view_box_is_refused() -> None:
    with pytest.raises(ValueError, match="viewBox"):
        ART.recoloured("<svg/>", "light")


@pytest.mark.parametrize(
    ("box", "pixels"),
    [("128 128", (256, 256)), ("800 800", (1200, 1200)), ("1600 900", (1600, 900)), ("30 10", (60, 20))],
)
def test_pictures_are_twice_their_size_up_to_a_limit_and_grounds_as_they_are(box: str, pixels: tuple[int, int]) -> None:
    assert ART.pixels(f'<svg viewBox="0 0 {box}"/>') == pixels


def blended(image: Image.Image, ground: int) -> NDArray[np.float64]:
    whole = np.asarray(image.convert("RGBA")).astype(float)
    share = whole[..., 3:] / 255
    return whole[..., :3] * share + ground * (1 - share)


def test_a_palette_keeps_the_clear_ground_and_the_flat_colours_and_comes_near_to_all_others() -> None:
    across = np.tile(np.arange(256), (256, 1))
    soft = np.dstack([across, across.T, 255 - across, across.T]).astype(np.uint8)
    soft[:64], soft[64:128] = (0xD9, 0x53, 0x3F, 255), (0, 0, 0, 0)
    before = Image.fromarray(soft)
    after = ART.with_palette(before)
    assert after.mode == "P"
    assert after.convert("RGBA").getpixel((9, 9)) == (0xD9, 0x53, 0x3F, 255)
    assert after.convert("RGBA").getpixel((9, 99)) == (0, 0, 0, 0)
    for ground in (0, 255):
        assert np.abs(blended(after, ground) - blended(before, ground)).max() < 40
        assert np.abs(blended(after, ground) - blended(before, ground)).mean() < 4


@pytest.mark.parametrize("many", [1, 2, 256])
def test_a_picture_with_few_colours_is_kept_to_the_bit(many: int) -> None:
    values = np.arange(512 * 4).reshape(16, 32, 4) // 4 % many
    before = Image.fromarray(values.astype(np.uint8))
    assert ART.with_palette(before).convert("RGBA").tobytes() == before.tobytes()


def test_a_picture_without_a_clear_place_needs_no_alpha() -> None:
    packed = io.BytesIO()
    ART.with_palette(Image.new("RGBA", (4, 4), (1, 2, 3, 255))).save(packed, "PNG")
    with Image.open(packed) as image:
        assert "transparency" not in image.info
        assert image.convert("RGBA").getpixel((0, 0)) == (1, 2, 3, 255)


def test_rendering_twice_gives_the_same_bytes() -> None:
    pytest.importorskip("resvg_py", reason="drawings are rendered with resvg_py, a development dependency")
    assert ART.rendered(DOT) == ART.rendered(DOT)


@pytest.fixture
def one_drawing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pytest.importorskip("resvg_py", reason="drawings are rendered with resvg_py, a development dependency")
    monkeypatch.setattr(ART, "FOLDER", tmp_path)
    monkeypatch.setattr(ART, "RENDERED", tmp_path / "png")
    (tmp_path / "dot.svg").write_text(DOT)
    return tmp_path


def test_a_missing_a_stale_and_a_left_over_picture_are_each_found(one_drawing: Path) -> None:
    assert len(ART.check()) == 3
    assert ART.build() == 3
    assert ART.check() == []
    (one_drawing / "dot.svg").write_text(DOT.replace('r="8"', 'r="7"'))
    assert len(ART.check()) == 3
    ART.build()
    (one_drawing / "dot.svg").rename(one_drawing / "spot.svg")
    assert len(ART.check()) == 6
    assert ART.build() == 6
    assert ART.check() == []


def test_a_picture_that_is_fresh_is_not_written_again(one_drawing: Path) -> None:
    ART.build()
    before = {path: path.stat().st_mtime_ns for path in (one_drawing / "png").glob("*/*.png")}
    assert ART.build() == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_rendered_picture_has_colour_and_a_clear_ground(one_drawing: Path) -> None:
    ART.build()
    with Image.open(one_drawing / "png" / "light" / "dot.png") as image:
        assert image.size == (80, 40)
        assert image.convert("RGBA").getpixel((40, 20)) == (0xD9, 0x53, 0x3F, 255)
        assert image.convert("RGBA").getpixel((0, 0)) == (0, 0, 0, 0)


def test_all_drawings_of_the_project_are_rendered_and_up_to_date() -> None:
    assert sorted(ART.FOLDER.glob("*.svg")), "there are no drawings to check"
    assert ART.check() == []


def test_all_rendered_pictures_together_stay_small() -> None:
    assert 0 < sum(path.stat().st_size for path in ART.RENDERED.glob("*/*.png")) < 10_000_000
