"""Spell a word of the patient's own: typed on a keyboard, or letter by letter with a few large buttons."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.sample import Sample

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LONGEST = 8


@dataclass(frozen=True, slots=True)
class Spelling:
    """A word so far, and the letter that is offered next."""

    word: str = ""
    letter: str = "A"


def is_word(text: str) -> bool:
    """Tell whether a text is a word that can be written: up to eight letters A to Z, or nothing."""
    return len(text) <= LONGEST and all(letter in LETTERS for letter in text)


def typed(spelling: Spelling, samples: Sequence[Sample]) -> Spelling:
    """Return the spelling after keys of letters, and the one that takes the last letter away."""
    for sample in samples:
        kind, _, name = sample.channel.partition(".")
        if kind == "key" and sample.value > 0:
            if name == "BACKSPACE":
                spelling = replace(spelling, word=spelling.word[:-1])
            elif len(name) == 1 and name in LETTERS and len(spelling.word) < LONGEST:
                spelling = replace(spelling, word=spelling.word + name)
    return spelling


def pressed(spelling: Spelling, what: str) -> Spelling:
    """Return the spelling after a button: ``before`` and ``after`` turn the letters, ``take``, ``erase``."""
    place = LETTERS.index(spelling.letter)
    if what == "take":
        return replace(spelling, word=(spelling.word + spelling.letter)[:LONGEST])
    if what == "erase":
        return replace(spelling, word=spelling.word[:-1])
    return replace(spelling, letter=LETTERS[(place + (1 if what == "after" else -1)) % len(LETTERS)])
