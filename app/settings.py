"""Keep the profile in ``settings.toml``, a file that may be edited by hand: no nonsense in it stops the program."""

import json
import locale
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from app import files
from app.files import FilesError
from engine.hand import Finger, Side
from engine.profile import AIDS, GRIPS, PALETTES, TAPS, Profile
from engine.spelling import LONGEST, is_word

SETTINGS = "settings.toml"
ALL_USUAL = "all settings are the usual ones"


@dataclass(frozen=True, slots=True)
class Entry:
    """What may stand behind one key: in words, how it is read (``ValueError`` if wrong) and written."""

    must_be: str
    read: Callable[[Any], Any]
    write: Callable[[Any], str]


def are_kept(data_dir: Path) -> bool:
    """Tell whether settings were ever kept here."""
    return (data_dir / SETTINGS).exists()


def load(data_dir: Path) -> tuple[Profile, tuple[str, ...]]:
    """Return the profile of ``settings.toml`` and a plain note for each thing in it that was not taken.

    A wrong value is replaced by its default, an unknown key left out; a missing file is the usual profile.
    """
    path = data_dir / SETTINGS
    try:
        text = files.read_text(path)
    except FilesError as error:
        missing = error.message_key == "files.missing"
        return Profile(language=_language_here()), () if missing else (
            f"{SETTINGS}: cannot be read ({error.detail}); {ALL_USUAL}",
        )
    return parsed(text)


def save(data_dir: Path, profile: Profile) -> None:
    """Write the profile to ``settings.toml``; raise ``FilesError``.

    A file in which something was not taken is first kept as ``settings.toml.old``: somebody wrote it by hand.
    """
    path = data_dir / SETTINGS
    if load(data_dir)[1] and path.is_file():
        files.set_aside(path)
    files.write_whole(path, profile_text(profile))


def _language_here() -> str:
    """Return the language of this computer, if there are texts in it."""
    code = (locale.getlocale()[0] or "")[:2].lower()
    return code if code in files.languages() else Profile().language


def profile_text(profile: Profile) -> str:
    """Return the profile as TOML, with a line of words above each value."""
    lines = ["# Settings of Regrasp. A value that is not allowed is replaced by its default."]
    for name, setting in _settings().items():
        lines += [f"# {setting.must_be}", f"{name} = {setting.write(getattr(profile, name))}"]
    return "\n".join(lines) + "\n"


def parsed(text: str) -> tuple[Profile, tuple[str, ...]]:
    """Return the profile in a text of settings, and a plain note for each thing in it that was not taken."""
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return Profile(), (f"{SETTINGS}: is not readable as TOML ({error}); {ALL_USUAL}",)
    settings, good, notes = _settings(), {}, []
    for key, value in table.items():
        if key not in settings:
            notes.append(f"{SETTINGS}: {_quoted(key)[1:-1]}: is not a setting; it is left out")
            continue
        try:
            good[key] = settings[key].read(value)
        except ValueError:
            usual = settings[key].write(getattr(Profile(), key))
            notes.append(f"{SETTINGS}: {key}: must be {settings[key].must_be}; {usual} is used")
    return Profile(**good), tuple(notes)


def _settings() -> dict[str, Entry]:
    """Return what may stand in the file, in order; made when asked, as languages come from a folder."""
    return {
        "patient": Entry("a code, never a name: 1 to 40 letters, digits, - _ .", _code, _quoted),
        "hand": _one_of({side.value: side for side in Side}),
        "unseen": _one_of({"none": None} | {side.value: side for side in Side}, "the unseen side: "),
        "language": _one_of({code: code for code in files.languages()}),
        "palette": _one_of({name: name for name in PALETTES}),
        "text_scale": _number(0.75, 2.0),
        "calm": Entry("true or false", _yes, _yes_text),
        "effects": _number(0.0, 1.0, what="loudness, "),
        "debounce_ms": _number(0.0, 300.0, what="milliseconds, "),
        "cooldown_ms": _number(0.0, 2000.0, what="milliseconds, "),
        "dwell_s": _number(0.5, 2.0, off=True, what="seconds, "),
        "scan_s": _number(0.5, 10.0, off=True, what="seconds, "),
        "keys": Entry('keys with their finger, such as { J = "index" }', _keys, _keys_text),
        "units_per_mm": _number(1.0, 40.0, what="stage units a millimetre, "),
        "grip": _one_of({name: name for name in GRIPS}, "what forces come from: "),
        "port": Entry("a serial port, or nothing", _text, _quoted),
        "taps": _one_of({name: name for name in TAPS}, "what taps come from: "),
        "aid": _one_of({name: name for name in AIDS}, "what is on the hand or the grip: "),
        "tone": Entry("true or false: a force is heard too", _yes, _yes_text),
        "captions": Entry("true or false: it is written down what a sound means", _yes, _yes_text),
        "read_aloud": Entry("true or false: screens are read by the voice of this computer", _yes, _yes_text),
        "hurry": Entry("true or false: games may be played against the clock", _yes, _yes_text),
        "patience": _number(1.0, 8.0, what="how many times longer it is waited before a pause, "),
        "word": Entry(f"a word to write, up to {LONGEST} letters A to Z, or nothing", _word, _quoted),
    }


def _one_of(words: Mapping[str, Any], what: str = "") -> Entry:
    def read(value: Any) -> Any:
        if not isinstance(value, str) or value not in words:
            raise ValueError
        return words[value]

    def write(value: Any) -> str:
        return _quoted(next((word for word, meaning in words.items() if meaning == value), str(value)))

    return Entry(f"{what}one of {', '.join(words)}", read, write)


def _number(low: float, high: float, *, off: bool = False, what: str = "") -> Entry:
    def read(value: Any) -> float:
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        if not plain or not (low <= value <= high or (off and value == 0)):
            raise ValueError
        return float(value)

    return Entry(f"{what}{'0 for off, or ' if off else ''}a number from {low:g} to {high:g}", read, _number_text)


def _number_text(value: float) -> str:
    return repr(float(value)) if isfinite(value) else "0.0"


def _yes_text(value: bool) -> str:
    return "true" if value else "false"


def _yes(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 200 or not value.isprintable():
        raise ValueError
    return value


def _word(value: Any) -> str:
    if not isinstance(value, str) or not is_word(value.upper()):
        raise ValueError
    return value.upper()


def _code(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[\w.-]{1,40}", value):
        raise ValueError
    return value


def _keys(value: Any) -> tuple[tuple[str, Finger], ...]:
    if not isinstance(value, dict):
        raise ValueError
    return tuple((_code(key), Finger(finger)) for key, finger in value.items())


def _keys_text(keys: tuple[tuple[str, Finger], ...]) -> str:
    inside = ", ".join(f"{_quoted(key)} = {_quoted(finger.value)}" for key, finger in dict(keys).items())
    return f"{{ {inside} }}" if inside else "{}"


def _quoted(text: str) -> str:
    """Return a TOML basic string: JSON's escapes are TOML's too, but for one control character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
