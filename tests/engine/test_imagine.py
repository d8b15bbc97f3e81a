"""Imagined movement: three minutes of quiet lines, then left and right hands, measured and not scored."""

from collections import Counter
from dataclasses import replace

from engine import imagine
from engine.chance import Chance
from engine.hand import Side
from engine.imagine import ANGLES, CARDS, LINES, VIVID, Imagined
from engine.sample import Sample
from engine.scene import Picture, Words
from engine.ticks import seconds


def begun(seed: int = 1) -> Imagined:
    return imagine.start(0, Chance(seed))


def at_cards(seed: int = 1) -> Imagined:
    return imagine.pressed(imagine.pressed(begun(seed), "on", seconds(10)), "clear", seconds(12))


def test_the_script_takes_three_minutes_and_shows_every_line_in_order() -> None:
    seen = [imagine.line(begun(), seconds(s)) for s in range(180)]
    assert list(dict.fromkeys(seen)) == [f"imagine.line-{n}" for n in range(1, LINES + 1)]
    assert set(Counter(seen).values()) == {15}
    assert imagine.step(begun(), (), seconds(180) - 1).stage == "script"
    assert imagine.step(begun(), (), seconds(180)).stage == "vivid"


def test_the_line_that_is_written_is_the_one_that_is_spoken() -> None:
    for s in (0, 16, 179):
        words = [shape.key for shape in imagine.scene(begun(), seconds(s)).shapes if isinstance(shape, Words)]
        assert imagine.line(begun(), seconds(s)) in words


def test_it_may_be_gone_on_from_at_any_time_and_then_asks_how_vivid_it_was() -> None:
    asked = imagine.pressed(begun(), "on", seconds(20))
    assert (asked.stage, asked.read_s) == ("vivid", 20.0)
    assert imagine.line(asked, seconds(21)) == ""
    for answer in VIVID:
        assert imagine.pressed(asked, answer, seconds(21)).vivid == answer
    assert imagine.pressed(asked, "left", seconds(21)) == asked


def test_every_angle_comes_once_as_a_left_and_once_as_a_right_hand_in_an_order_of_chance() -> None:
    cards = begun().cards
    assert len(cards) == CARDS
    assert {(card.side, card.angle) for card in cards} == {(side, angle) for side in Side for angle in ANGLES}
    assert {begun(seed).cards for seed in range(5)} != {cards}


def test_a_card_is_the_drawn_hand_turned_and_for_a_left_one_mirrored() -> None:
    shown = at_cards()
    card = shown.cards[0]
    (hand,) = [s for s in imagine.scene(shown, seconds(13)).shapes if isinstance(s, Picture) and s.name == "hand"]
    assert (hand.angle, hand.flip) == (card.angle, card.side is Side.LEFT)


def test_right_and_wrong_answers_are_told_apart_and_timed_from_when_the_hand_is_seen() -> None:
    shown = at_cards()
    first, second = shown.cards[:2]
    shown = imagine.pressed(shown, first.side, seconds(12 + 0.5 + 1.25))
    shown = imagine.pressed(shown, second.side.other, seconds(13.75 + 0.5 + 2))
    assert shown.at == 2
    assert [card.right for card in shown.cards[:3]] == [True, False, None]
    assert [card.took_ms for card in shown.cards[:2]] == [1250.0, 2000.0]


def test_an_answer_before_the_hand_is_seen_does_not_count() -> None:
    assert imagine.pressed(at_cards(), "left", seconds(12.4)) == at_cards()


def test_arrow_keys_answer_too() -> None:
    told = imagine.step(at_cards(), (Sample("key.LEFT", 0.0, 1.0),), seconds(14))
    assert told.cards[0].right == (told.cards[0].side is Side.LEFT)
    assert imagine.step(begun(), (Sample("key.LEFT", 0.0, 1.0),), 5) == begun()


def test_at_the_end_it_is_said_and_kept_what_was_told_and_how_fast() -> None:
    shown, now = at_cards(), 12.0
    while shown.stage == "cards":
        now += 2.0
        shown = imagine.pressed(shown, shown.cards[shown.at].side, seconds(now))
    assert shown.stage == "done"
    words = {s.key: dict(s.values) for s in imagine.scene(shown, seconds(now)).shapes if isinstance(s, Words)}
    assert words["imagine.told"] == {"n": "12", "of": "12"}
    assert words["imagine.took"] == {"s": "1.5"}
    kept = imagine.notes(shown, seconds(now))
    assert kept[:2] == ["imagine.script.10", "imagine.vivid.clear"]
    assert len(kept) == 14
    card = shown.cards[0]
    assert kept[2] == f"imagine.card.{card.side}.{card.angle}.correct.1500"


def test_what_was_left_in_the_middle_keeps_what_there_was() -> None:
    assert imagine.notes(begun(), seconds(33)) == ["imagine.script.33"]
    told = imagine.pressed(at_cards(), "left", seconds(14))
    assert len(imagine.notes(told, seconds(15))) == 3
    nothing = replace(at_cards(), stage="done")
    assert not [s for s in imagine.scene(nothing, 0).shapes if isinstance(s, Words) and s.key == "imagine.took"]
