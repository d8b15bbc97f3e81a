"""What a sound means is written down at one place, in the seen half, and never over a button."""

import re
from pathlib import Path

import pytest
from practice import session_of

from app import files
from app.captions import MEANINGS, SHOWN_S, Captions, meaning
from app.sizing import box_of
from engine import focus
from engine.game import Cue
from engine.hand import Side
from engine.phases import After, Playing
from engine.profile import Profile
from engine.scene import STAGE_W, Bar, Button, Picture, Words
from engine.screens import practice_controls
from engine.simulate import Patient, Traits
from engine.ticks import seconds

ON = Profile(captions=True)
# Sounds that only go with what the hand does, or with what moves before the eye.
WITH_WHAT_IS_SEEN = {
    "press", "tap", "pour", "stir", "zip", "zip-close", "pencil", "rustle", "ripple", "basket", "set-down", "land",
    "button", "through", "splash", "fly", "tock", "note-1", "note-2", "note-3", "note-4", "note-5",
}  # fmt: skip


def shown(*names: str, at: int = 0, after: int = 1, profile: Profile = ON) -> list[str]:
    """Return the keys of what is written ``after`` ticks."""
    captions = Captions()
    captions.hear([Cue(name) for name in names], at)
    return [s.key for s in captions.shapes(at + after, profile, practice_controls(profile)) if isinstance(s, Words)]


def test_every_sound_has_its_words_or_goes_with_what_is_seen() -> None:
    sounds = {Path(name).stem for name in files.asset("sounds").iterdir()} if files.asset("sounds").is_dir() else set()
    heard = {cue for text in sources() for cue in re.findall(r'Cue\(\s*"([a-z0-9-]+)"', text)}
    silent = {name for name in sounds | heard if meaning(Cue(name), 0) is None}
    assert heard
    assert silent <= WITH_WHAT_IS_SEEN
    assert not set(MEANINGS) & WITH_WHAT_IS_SEEN


def sources() -> list[str]:
    """Return the source of engine and games."""
    return [path.read_text("utf-8") for room in ("engine", "games") for path in (files.ROOT / room).rglob("*.py")]


def test_it_is_off_unless_it_is_wanted() -> None:
    assert shown("hit-3") == ["caption.hit"]
    assert shown("hit-3", profile=Profile()) == []


def test_it_stays_for_a_second_and_a_half() -> None:
    assert shown("soft", after=seconds(SHOWN_S) - 1) == ["caption.soft"]
    assert shown("soft", after=seconds(SHOWN_S)) == []


@pytest.mark.parametrize(("names", "key"), [
    (("hit-2", "tick"), "caption.hit"), (("tick", "hit-2"), "caption.hit"), (("warn", "hit-1"), "caption.warn"),
    (("force-3", "soft"), "caption.soft"), (("press", "pencil", "force-7"), "caption.force"),
])  # fmt: skip
def test_what_says_most_is_written(names: tuple[str, ...], key: str) -> None:
    assert shown(*names) == [key]


def test_the_newest_of_the_same_weight_is_written() -> None:
    captions = Captions()
    captions.hear([Cue("hit-1")], 0)
    captions.hear([Cue("soft")], 20)
    assert next(s for s in captions.shapes(21, ON, ()) if isinstance(s, Words)).key == "caption.soft"


@pytest.mark.parametrize("unseen", [None, *Side])
def test_it_stands_at_one_place_in_the_seen_half_with_an_icon(unseen: Side | None) -> None:
    profile = Profile(captions=True, unseen=unseen)
    places = set()
    for name in ("hit-1", "warn", "force-2"):
        captions = Captions()
        captions.hear([Cue(name)], 0)
        card, icon, words = captions.shapes(1, profile, practice_controls(profile))
        assert isinstance(card, Bar)
        assert isinstance(icon, Picture)
        assert isinstance(words, Words)
        places.add((card.x, card.y))
        assert 0 <= card.x - card.w / 2 < card.x + card.w / 2 <= STAGE_W
        inner = focus.of(profile, False)
        assert inner.left <= card.x - card.w / 2 + 40 < card.x + card.w / 2 <= inner.left + STAGE_W * inner.scale + 40
    assert len(places) == 1


@pytest.mark.parametrize("unseen", [None, *Side])
def test_in_a_game_it_is_always_seen_and_covers_neither_button_nor_words_nor_flowers(unseen: Side | None) -> None:
    profile = Profile(captions=True, unseen=unseen)
    session, captions = session_of("cup", profile=profile, grip="serial"), Captions()
    patient, names = Patient(Traits(0.6), 1), list[str]()
    while not session.over:
        cues = session.tick(patient.samples(session)).cues
        captions.hear(cues, session.now)
        heard = any(meaning(cue, 0) for cue in cues)
        if isinstance(session.phase, Playing | After) and heard:
            shown = captions.shapes(session.now, profile, session.scene().shapes)
            names += [shape.key for shape in shown if isinstance(shape, Words)]
            assert shown
            flowers = [s for s in session.scene().shapes if isinstance(s, Picture) and s.name == "daisy"]
            card = box_of(shown[0])  # type: ignore[arg-type]
            assert not any(card.meets(box_of(flower)) for flower in flowers)
    assert "caption.hit" in names


def test_where_a_button_stands_nothing_is_written() -> None:
    captions = Captions()
    captions.hear([Cue("stop")], 0)
    assert captions.shapes(1, ON, (Button("stop", 1500, 60, 190, 140),)) == ()
