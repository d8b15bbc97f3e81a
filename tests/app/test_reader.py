"""Screens are read aloud where that is wanted and there is a voice; else there is neither a button nor an error."""

from pathlib import Path

import pytest

from app.logbook import Logbook
from app.reader import Reader, sentence
from app.visit import Visit
from engine import screens
from engine.focus import in_sight
from engine.hand import Side
from engine.profile import Profile
from engine.sample import Sample
from engine.scene import STAGE_W, Scene, Words
from engine.screens import practice_controls
from engine.simulate import Patient, Traits
from engine.ticks import seconds, to_ms

ON = Profile(read_aloud=True)


def reader(voice: bool = True) -> Reader:
    made = Reader()
    made.has_voice = voice
    return made


def visit_in(folder: Path, profile: Profile = ON, voice: bool = True) -> Visit:
    visit = Visit(folder, profile, Logbook(folder))
    visit.reader.has_voice = voice
    return visit


def said(visit: Visit, ticks: int = 30, samples: tuple[Sample, ...] = ()) -> list[str]:
    """Return the keys that a voice was given during some ticks, the first of which brings samples."""
    lines = []
    for n in range(ticks):
        visit.tick(samples if not n else ())
        line = visit.reading()
        lines += [line[0]] if line else []
    return lines


def test_the_sentence_of_a_screen_is_its_first_bold_words() -> None:
    assert sentence(screens.home()) == ("home.title", ())
    assert sentence(screens.paused("idle")) == ("pause.idle", ())
    assert sentence(Scene("", (Words("plain", 0, 0, bold=True), Words("home.honest", 0, 0)))) is None


def test_a_screen_that_opens_is_said_once(tmp_path: Path) -> None:
    visit = visit_in(tmp_path)
    assert said(visit, 200) == ["home.title"]
    button = next(b for b in visit.scene().buttons if b.action == "pick")
    for down in (1.0, 0.0):
        visit.tick([Sample("mouse", to_ms(visit.now), down, button.x, button.y)])
    assert said(visit, 200) == ["pick.title"]


WHO = (ON, Profile(read_aloud=True, unseen=Side.LEFT), Profile(read_aloud=True, scan_s=1.5))


@pytest.mark.parametrize("profile", WHO)
def test_the_button_says_it_again_and_so_does_a_key(tmp_path: Path, profile: Profile) -> None:
    visit = visit_in(tmp_path, profile)
    said(visit, seconds(0.6))
    button = next(b for b in visit.scene().buttons if b.action == "read")
    assert min(button.w, button.h) >= 92
    assert (button.x > STAGE_W / 2) or profile.unseen is None
    visit.tick([Sample("mouse", to_ms(visit.now), 1.0, button.x, button.y)])
    assert said(visit, 60, (Sample("mouse", to_ms(visit.now), 0.0, button.x, button.y),)) == ["home.title"]
    assert said(visit, 60, (Sample("key.F2", to_ms(visit.now), 1.0),)) == ["home.title"]


@pytest.mark.parametrize(("profile", "voice"), [(ON, False), (Profile(), True), (Profile(), False)])
def test_without_a_voice_or_a_wish_there_is_no_button_and_nothing_is_said(
    tmp_path: Path, profile: Profile, voice: bool
) -> None:
    visit = visit_in(tmp_path, profile, voice)
    assert said(visit, 100, (Sample("key.F2", 0.0, 1.0),)) == []
    assert "read" not in [button.action for button in visit.scene().buttons]


def test_it_never_lies_over_anything() -> None:
    for unseen in (None, *Side):
        profile = Profile(read_aloud=True, unseen=unseen)
        for scene in (screens.home(), screens.task("drinking", ("cup",)), screens.settings(profile, 0)):
            shown = in_sight(scene, profile)
            (button,) = reader().button(shown, profile)
            for other in shown.buttons:
                apart = abs(button.x - other.x) >= (button.w + other.w) / 2
                assert apart or abs(button.y - other.y) >= (button.h + other.h) / 2


def test_while_a_try_is_under_way_there_is_no_button() -> None:
    shown = Scene("", practice_controls(ON))
    assert reader().button(shown, ON) == ()


def test_the_demonstration_is_read_and_the_session_knows_nothing_of_it(tmp_path: Path) -> None:
    from app.visit import Wish

    visit = Visit(tmp_path, ON, Logbook(tmp_path), Wish("ladybirds", trials=1))
    visit.reader.has_voice = True
    visit.ready()
    assert visit.session is not None
    assert said(visit, 30) == ["how.ladybirds.keys"]
    before = visit.session.phase
    assert said(visit, 30, (Sample("key.F2", to_ms(visit.now), 1.0),)) == ["how.ladybirds.keys"]
    assert type(visit.session.phase) is type(before)
    assert Patient(Traits(0.5), 1).samples(visit.session) is not None
