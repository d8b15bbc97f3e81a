"""Texts are found by key, filled in, and never fail in front of a patient."""

import pytest

from app.texts import Texts, flat, load

TABLE = {"home.practice": "Practise", "hint.again": "Press {finger}, {finger} again", "cup.full": "{n} cups"}


def test_nested_tables_become_dotted_keys() -> None:
    assert flat({"a": {"b-c": "x", "d": {"e": "y"}}, "f": "z"}) == {"a.b-c": "x", "a.d.e": "y", "f": "z"}


def test_values_are_filled_in_wherever_they_are_named() -> None:
    texts = Texts("en", TABLE, strict=True)
    assert texts.say("hint.again", (("finger", "K"),)) == "Press K, K again"
    assert texts.say("cup.full", {"n": "3"}) == "3 cups"


def test_numbers_get_the_decimal_comma_of_a_language_and_nothing_else_is_changed() -> None:
    table = {"cup.full": "{n} cups", "number.point": ","}
    said = [Texts("de", table).say("cup.full", {"n": n}) for n in ("66.5", "-0.25", "66", "v1.2.3", "a.b", "1.", ".5")]
    assert said == [f"{n} cups" for n in ("66,5", "-0,25", "66", "v1.2.3", "a.b", "1.", ".5")]
    assert Texts("xx", TABLE, strict=True).say("cup.full", {"n": "66.5"}) == "66.5 cups"


@pytest.mark.parametrize(("language", "written"), [("en", "66.5"), ("de", "66,5"), ("es", "66,5"), ("fr", "66,5")])
def test_a_difficulty_is_written_as_the_language_writes_it(language: str, written: str) -> None:
    said = load(language, strict=True).say("reason.up", {"from": "66.5", "to": "70", "hits": "4", "of": "5"})
    assert written in said


def test_a_value_with_braces_is_not_filled_in_again() -> None:
    assert Texts("en", TABLE, strict=True).say("cup.full", {"n": "{n}"}) == "{n} cups"


def test_a_value_that_begins_with_an_at_sign_is_a_key_itself() -> None:
    texts = Texts("en", {"set.sound": "Sounds: {value}", "set.on": "on"}, strict=True)
    assert texts.say("set.sound", (("value", "@set.on"),)) == "Sounds: on"
    assert texts.say("set.sound", (("value", "set.on"),)) == "Sounds: set.on"
    assert texts.say("set.sound", (("value", "@"),)) == "Sounds: @"
    with pytest.raises(KeyError, match=r"set\.nothing"):
        texts.say("set.sound", (("value", "@set.nothing"),))
    assert Texts("xx", {"set.sound": "{value}"}).say("set.sound", {"value": "@no-such.thing-here"}) == "thing here"


def test_no_key_says_nothing() -> None:
    assert Texts("en", TABLE, strict=True).say("") == ""


def test_an_unknown_key_is_an_error_in_a_build() -> None:
    with pytest.raises(KeyError, match=r"home\.nothing"):
        Texts("en", TABLE, strict=True).say("home.nothing")


def test_a_missing_value_is_an_error_in_a_build() -> None:
    with pytest.raises(KeyError, match="wants a value for n"):
        Texts("en", TABLE, strict=True).say("cup.full")


def test_a_patient_sees_the_last_part_of_an_unknown_key() -> None:
    assert Texts("xx", TABLE).say("no-such-room.too-soft") == "too soft"
    assert Texts("xx", TABLE).say("cup.full") == " cups"


def test_a_language_without_a_file_is_an_error_in_a_build_only() -> None:
    with pytest.raises(KeyError, match=r"texts/xx\.toml"):
        load("xx", strict=True)
    assert load("xx").language == "xx"
