"""The profile in ``settings.toml``: whatever stands in the file, the program starts, and says what it left out."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import settings as kept
from engine.hand import Finger, Side
from engine.profile import GRIPS, PALETTES, Profile


def settings_in(folder: Path, text: str) -> tuple[Profile, tuple[str, ...]]:
    (folder / kept.SETTINGS).write_text(text, encoding="utf-8")
    return kept.load(folder)


profiles = st.builds(
    Profile,
    patient=st.from_regex(r"\A[\w.-]{1,40}\Z"),
    hand=st.sampled_from(Side),
    unseen=st.none() | st.sampled_from(Side),
    palette=st.sampled_from(PALETTES),
    text_scale=st.floats(0.75, 2.0),
    calm=st.booleans(),
    effects=st.floats(0.0, 1.0),
    debounce_ms=st.floats(0.0, 300.0),
    cooldown_ms=st.floats(0.0, 2000.0),
    dwell_s=st.just(0.0) | st.floats(0.5, 2.0),
    scan_s=st.just(0.0) | st.floats(0.5, 10.0),
    keys=st.dictionaries(st.from_regex(r"\A[A-Z_0-9]{1,12}\Z"), st.sampled_from(Finger)).map(
        lambda d: tuple(d.items())
    ),
    units_per_mm=st.floats(1.0, 40.0),
    grip=st.sampled_from(GRIPS),
    port=st.text(max_size=30).filter(str.isprintable),
)


@settings(deadline=None)
@given(profile=profiles)
def test_a_profile_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, profile: Profile) -> None:
    folder = tmp_path_factory.mktemp("data")
    kept.save(folder, profile)
    assert kept.load(folder) == (profile, ())


def test_every_field_of_the_profile_can_be_set_in_the_file() -> None:
    text = kept.profile_text(Profile())
    named = [line.split(" = ")[0] for line in text.splitlines() if not line.startswith("#")]
    assert sorted(named) == sorted(field.name for field in fields(Profile))


def test_a_missing_file_is_the_usual_profile_without_a_note(tmp_path: Path) -> None:
    assert kept.load(tmp_path) == (Profile(), ())


def test_each_wrong_value_is_replaced_and_noted_while_the_good_ones_count(tmp_path: Path) -> None:
    profile, notes = settings_in(
        tmp_path,
        """
        hand = "left"
        unseen = "up"
        palette = 3
        text_scale = 1e999
        calm = "yes"
        effects = nan
        debounce_ms = true
        cooldown_ms = -1
        dwell_s = 0.2
        scan_s = 0
        keys = { J = "toe" }
        units_per_mm = [4.6]
        patient = "../x y"
        language = "tlh"
        colour = "blue"
        """,
    )
    assert profile == replace(Profile(), hand=Side.LEFT)
    wrong = ["unseen", "palette", "text_scale", "calm", "effects", "debounce_ms", "cooldown_ms", "dwell_s", "keys"]
    wrong += ["units_per_mm", "patient", "language", "colour"]
    assert [note.split(": ")[1] for note in notes] == wrong
    assert notes[1] == 'settings.toml: palette: must be one of light, dark, contrast; "light" is used'
    assert notes[-1] == "settings.toml: colour: is not a setting; it is left out"


@pytest.mark.parametrize(
    "text", ["hand = ", "= 1", "hand = 'left'\nhand = 'left'", "a = " + "[" * 5000, "x = " + "9" * 5000, "\0"]
)
def test_what_is_no_toml_is_the_usual_profile_with_one_note(tmp_path: Path, text: str) -> None:
    profile, notes = settings_in(tmp_path, text)
    assert profile == Profile()
    assert len(notes) == 1


@settings(deadline=None)
@given(text=st.text() | st.binary())
def test_no_file_at_all_can_crash_the_program(tmp_path_factory: pytest.TempPathFactory, text: str | bytes) -> None:
    folder = tmp_path_factory.mktemp("data")
    (folder / kept.SETTINGS).write_bytes(text.encode() if isinstance(text, str) else text)
    profile, notes = kept.load(folder)
    assert profile == Profile() or not notes


plain = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["left", "en", "thumb"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def toml_of(value: Any) -> str:
    if isinstance(value, bool | str):
        return str(value).lower() if isinstance(value, bool) else kept._quoted(value)
    if isinstance(value, list):
        return f"[{', '.join(toml_of(v) for v in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{kept._quoted(k)} = {toml_of(v)}" for k, v in value.items()) + "}"
    return repr(value)


@settings(deadline=None)
@given(values=st.dictionaries(st.sampled_from([f.name for f in fields(Profile)]) | st.text(max_size=5), plain))
def test_no_value_can_crash_the_program_and_what_is_taken_can_be_saved(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("data")
    profile, notes = settings_in(folder, "\n".join(f"{kept._quoted(k)} = {toml_of(v)}" for k, v in values.items()))
    assert not any("not readable" in note for note in notes)
    assert len(notes) <= len(values)
    kept.save(folder, profile)
    assert kept.load(folder) == (profile, ())


def test_settings_that_cannot_be_opened_are_noted(tmp_path: Path) -> None:
    (tmp_path / kept.SETTINGS).mkdir()
    profile, notes = kept.load(tmp_path)
    assert profile == Profile()
    assert len(notes) == 1


def test_a_file_with_a_slip_of_the_hand_is_kept_when_settings_are_saved(tmp_path: Path) -> None:
    settings_in(tmp_path, "hand = left")
    kept.save(tmp_path, Profile(calm=True))
    assert (tmp_path / "settings.toml.old").read_text() == "hand = left"
    assert kept.load(tmp_path) == (Profile(calm=True), ())
    kept.save(tmp_path, Profile(calm=False))
    assert (tmp_path / "settings.toml.old").read_text() == "hand = left"
