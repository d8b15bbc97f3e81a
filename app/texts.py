"""Say every text of the screen in the patient's language, by its key."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.files import asset, read_text

PLACE = re.compile(r"\{([A-Za-z_][\w-]*)\}")
NUMBER = re.compile(r"[+-]?\d+\.\d+")
MOTHER_TONGUE = "en"


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language by dotted key.

    A ``strict`` one raises ``KeyError`` for an unknown key or a missing value, which is for tests and builds.
    Otherwise a text that is missing is taken from English, and at last is the key's own last part, so that a
    patient never meets an error.
    """

    language: str
    table: Mapping[str, str]
    strict: bool = False

    def say(self, key: str, values: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> str:
        """Return the text of ``key`` with ``{name}`` replaced by the value of that name; no key says nothing.

        A value such as ``@set.on`` is itself a key: its text is filled in. A number such as ``66.5`` gets the decimal
        point or comma of the language.
        """
        if not key:
            return ""
        known = dict(values)
        return PLACE.sub(lambda place: self._value(key, known, place), self._text(key))

    def number(self, text: str) -> str:
        """Return a number with the decimal point or comma of the language; any other text stays as it is."""
        return text.replace(".", self.table.get("number.point", ".")) if NUMBER.fullmatch(text) else text

    def _text(self, key: str) -> str:
        text = self.table.get(key)
        if text is not None:
            return text
        if self.strict:
            raise KeyError(f"texts/{self.language}.toml has no {key}")
        return _table(MOTHER_TONGUE).get(key) or key.rpartition(".")[2].replace("-", " ")

    def _value(self, key: str, known: Mapping[str, str], place: re.Match[str]) -> str:
        if place[1] in known:
            value = str(known[place[1]])
            return self._text(value[1:]) if len(value) > 1 and value.startswith("@") else self.number(value)
        if self.strict:
            raise KeyError(f"texts/{self.language}.toml: {key} wants a value for {place[1]}")
        return ""


def load(language: str, strict: bool = False) -> Texts:
    """Return the texts of ``language``, or of English where that file is missing; strict raises ``KeyError``."""
    table = _table(language)
    if not table and strict:
        raise KeyError(f"texts/{language}.toml is missing or empty")
    return Texts(language, table or _table(MOTHER_TONGUE), strict)


def flat(table: Mapping[str, Any], before: str = "") -> dict[str, str]:
    """Return nested tables as one table with dotted keys."""
    rows: dict[str, str] = {}
    for key, value in table.items():
        rows |= flat(value, f"{before}{key}.") if isinstance(value, Mapping) else {before + key: str(value)}
    return rows


@lru_cache(maxsize=8)
def _table(language: str) -> Mapping[str, str]:
    path = asset("texts", f"{language}.toml")
    return flat(tomllib.loads(read_text(path))) if path.is_file() else {}
