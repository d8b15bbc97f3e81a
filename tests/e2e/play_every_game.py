"""Play every game in a real window to a hit and to each of its kinds of miss, and write down what came of it.

By hand: ``uv run python tests/e2e/play_every_game.py [game ...]``; it takes most of an hour. The table goes to
``docs/played.md``, a picture of each end to the folder that ``REGRASP_PICTURES`` names. ``--rehearse`` plays the same
rows without a window, in seconds, to see that each would bring about what it should.
"""

import argparse
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import hypot
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

from puppet import (
    Hover,
    Puppet,
    Spoil,
    Together,
    Twin,
    Wanted,
    as_asked,
    aside,
    plan_of,
    played,
    rehearsed,
    see_the_hint,
)
from screen import ROOT, NoScreen, Screen, opened_screen

from app import rooms
from engine.game import Cause, Follow, Intent, Press, Squeeze, Touch
from engine.hand import FINGERS, Finger
from engine.ticks import TICKS_PER_S
from games.buttons import place_of

PAGE = ROOT / "docs/played.md"
SEEDS = 12
PATIENCE_S, HINT_S, BLOOM_S = 60.0, 4.0, 0.25
EXCUSES: dict[tuple[str, str], str] = {}
MADE = (
    "Each line is one trial that `uv run python tests/e2e/play_every_game.py` played in a window of its own, by real\n"
    "keys, a real pointer or a simulated sensor on a real port, well or with one error on purpose; result, cause and\n"
    "seconds are what the program wrote into its database, and after each miss the card with its hint was seen."
)
KNOWN = (
    "Each end is played at the first level that can give it, not at every level; with the right hand, in English.",
    "The sensor is the simulated one of the tests. No real board, pads, pen or touch screen was there.",
    "Brook, letters and zip end unfinished after three minutes, but only while the pointer is moved now and then: who\n"
    "  does nothing for a minute after a beginning is asked whether to go on, and that trial begins again.",
    "Ladybirds are answered too late within 150 ms after their time: a busy computer may take two tries.",
)
Where = Callable[[Any], bool]


def anywhere(state: Any) -> bool:
    """Accept the easiest level."""
    return True


@dataclass(frozen=True, slots=True)
class Row:
    """One trial to be brought about: in which game, with what end, at the first level and seed ``where`` it can be.

    ``result`` is what the end is: a hit has no cause, a trial in which nothing was tried at all is an omission.
    ``device`` is what forces come from, the keyboard if it is not said; ``long_s`` how much longer than a minute it
    may take.
    """

    game: str
    cause: str
    spoil: Spoil = as_asked
    where: Where = anywhere
    device: str = ""
    note: str = ""
    result: str = "miss"
    long_s: float = 0.0

    @property
    def name(self) -> str:
        """Return the name of its picture."""
        return "-".join(word for word in (self.game, self.cause or "hit", self.note.replace(" ", "-")) if word)


def hit(game: str, where: Where = anywhere, device: str = "", note: str = "") -> Row:
    """Return a trial that is played as it is asked for."""
    return Row(game, "", as_asked, where, device, note or device, "hit")


# --- ways to err ----------------------------------------------------------------------------------------


def nothing(intent: Intent | None, state: Any) -> Wanted:
    """Do nothing."""
    return None


def about(intent: Intent | None, state: Any) -> Wanted:
    """Move the pointer about beside everything, now and then."""
    return Hover(-150.0, -60.0 + 8 * (state.now_ms // 4000 % 2)) if state.now_ms % 4000 < 50 else None


def begun_only(until: Callable[[Any], bool]) -> Spoil:
    """Begin as it should be, and then only move the pointer about."""

    def bent(intent: Intent | None, state: Any) -> Wanted:
        return about(intent, state) if until(state) else intent

    return bent


def at_speed(speed: Callable[[Any], float]) -> Spoil:
    """Lead at another speed."""

    def bent(intent: Intent | None, state: Any) -> Wanted:
        return replace(intent, speed_mm_s=speed(state)) if isinstance(intent, Follow) else intent

    return bent


def in_phase(phase: str, share: Callable[[Any], float], rate: float = 10.0) -> Spoil:
    """Squeeze otherwise in one phase of a trial."""

    def bent(intent: Intent | None, state: Any) -> Wanted:
        return Squeeze(max(0.0, share(state)), rate) if state.phase == phase else intent

    return bent


def beside(left: bool) -> Spoil:
    """Lead beside the way, well outside of it."""
    return aside(lambda state: (1 if left else -1) * (state.params.width_mm / 2 + 5.0))


def other_finger(finger: Finger, among: Sequence[str] = FINGERS) -> Finger:
    """Return another finger than the one that is asked for."""
    return next(Finger(name) for name in among if name != finger)


def wrong_finger(intent: Intent | None, state: Any) -> Wanted:
    """Press another finger than the one that is asked for, the first time."""
    tried = getattr(state, "struck", ())
    if not isinstance(intent, Press) or tried:
        return intent
    return replace(intent, finger=other_finger(intent.finger, state.params.fingers))


def two_fingers(intent: Intent | None, state: Any) -> Wanted:
    """Press another finger along with the right one, the first time."""
    if not isinstance(intent, Press) or getattr(state, "struck", ()):
        return intent
    return Together((intent.finger, other_finger(intent.finger, state.params.fingers)))


# Ladybirds


def before_it_lands(intent: Intent | None, state: Any) -> Wanted:
    """Press before anything has landed."""
    bird = state.birds[0]
    return Press(bird.finger, 0.0, 0.0, due_ms=350.0) if not bird.presses and bird.landed_ms is None else intent


def after_its_time(intent: Intent | None, state: Any) -> Wanted:
    """Press just after the time is over; what comes 150 ms after it is no answer any more."""
    bird = next((bird for bird in state.birds if bird.landed_ms is not None and not bird.done), None)
    if not isinstance(intent, Press) or bird is None:
        return intent
    return replace(intent, due_ms=bird.landed_ms + state.params.limit_ms + 75.0)


def first_only(intent: Intent | None, state: Any) -> Wanted:
    """Answer the first ladybird only."""
    return None if state.birds[0].done else intent


# Melody


def off_the_beat(off_ms: float) -> Spoil:
    """Press so long after the beat, or before it."""

    def bent(intent: Intent | None, state: Any) -> Wanted:
        if isinstance(intent, Press) and intent.due_ms is not None:
            return replace(intent, due_ms=intent.due_ms + off_ms)
        return intent

    return bent


def first_note_only(intent: Intent | None, state: Any) -> Wanted:
    """Play the first note only."""
    return intent if state.at == 0 else None


# Buttons


def beside_the_button(intent: Intent | None, state: Any) -> Wanted:
    """Touch beside the first place."""
    if not isinstance(intent, Touch) or state.touches:
        return intent
    return Touch(intent.x_mm + state.params.target_mm / 2 + 6.0, intent.y_mm)


def hole_first(intent: Intent | None, state: Any) -> Wanted:
    """Touch the hole before its button."""
    if not isinstance(intent, Touch) or state.touches:
        return intent
    return Touch(*place_of(state, state.at + 1, state.now_ms))


def first_button_only(intent: Intent | None, state: Any) -> Wanted:
    """Touch the first button, and nothing any more."""
    return None if state.touches else intent


def slow_to_touch(intent: Intent | None, state: Any) -> Wanted:
    """Wait until the time for the first touch is over."""
    waits = not state.touches and state.now_ms < state.asked_ms + state.params.limit_ms + 200.0
    return None if waits else intent


# Kite


def behind(lag_ms: float) -> Spoil:
    """Follow the ribbon so much later."""

    def bent(intent: Intent | None, state: Any) -> Wanted:
        if state.phase != "fly" or not isinstance(intent, Squeeze):
            return intent
        return Squeeze(state.course[max(0, len(state.away) - round(lag_ms * 0.12))])

    return bent


# Letters


def far(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the distance of two points."""
    return hypot(a[0] - b[0], a[1] - b[1])


def from_the_end(intent: Intent | None, state: Any) -> Wanted:
    """Put the pen down where the first stroke ends."""
    return Touch(*state.sheet.strokes[0][-1]) if isinstance(intent, Follow) else intent


def later_place(state: Any) -> tuple[float, float] | None:
    """Return a place on a later stroke that is none of the first one."""
    first = [point for piece in state.sheet.pieces if piece.stroke == 0 for point in piece.points]
    later = [point for piece in state.sheet.pieces if piece.stroke == 1 for point in piece.points]
    return max(later, key=lambda p: min(far(p, q) for q in first), default=None)


def later_stroke_first(intent: Intent | None, state: Any) -> Wanted:
    """Put the pen down on a later stroke."""
    place = later_place(state)
    return Touch(*place) if isinstance(intent, Follow) and place else intent


def has_later_place(state: Any) -> bool:
    """Tell whether a later stroke goes far enough from the first one."""
    place = later_place(state)
    first = state.sheet.strokes[0]
    return place is not None and min(far(place, end) for end in (first[0], first[-1])) > 16.0


# Kitchen


def take(which: Callable[[Any], str]) -> Spoil:
    """Take another card than the one that is asked for, the first time there is one."""

    def bent(intent: Intent | None, state: Any) -> Wanted:
        name = which(state)
        if state.phase == "choose" and isinstance(intent, Press) and name:
            return replace(intent, finger=FINGERS[state.cards.index(name) + 1])
        return intent

    return bent


def later_card(state: Any) -> str:
    """Return a card that is needed later."""
    return next((name for name in state.recipe.tools[state.at + 1 :] if name in state.cards), "")


def useless_card(state: Any) -> str:
    """Return a card that is not needed at all."""
    return next((name for name in state.cards if name and name not in state.recipe.tools), "")


def in_part(part: str, share: Callable[[Any], float], rate: float = 10.0) -> Spoil:
    """Squeeze otherwise in one part of an act."""

    def bent(intent: Intent | None, state: Any) -> Wanted:
        acts = isinstance(intent, Squeeze) and state.phase == "act" and state.doing.part == part
        return Squeeze(max(0.0, share(state)), rate) if acts else intent

    return bent


def beside_the_bowl(intent: Intent | None, state: Any) -> Wanted:
    """Tap beside the bowl."""
    taps = state.phase == "act" and state.wanted.act == "tap"
    return Touch(-150.0, 40.0) if taps and isinstance(intent, Press | Touch) else intent


def beside_the_ring(intent: Intent | None, state: Any) -> Wanted:
    """Stir well inside the ring."""
    if not isinstance(intent, Follow) or not state.doing.hooked:
        return intent
    grown = min(1.0, abs(state.doing.net) / 0.15)
    return aside(lambda _: (state.params.ring_mm + 4.0) * grown)(intent, state)


def act_never(intent: Intent | None, state: Any) -> Wanted:
    """Take the first card, and do nothing with it."""
    return None if state.phase == "act" else intent


def first_step_only(intent: Intent | None, state: Any) -> Wanted:
    """Do the first step only."""
    return None if state.at and state.phase == "choose" else intent


def needs(*acts: str, first: bool = False) -> Where:
    """Accept a recipe with these acts, or one that begins with the only one."""

    def accepts(state: Any) -> bool:
        named = [tool_of(name) for name in state.recipe.tools]
        return named[0] == acts[0] if first else set(acts) <= set(named)

    return accepts


def tool_of(name: str) -> str:
    """Return what is done with a tool of the kitchen."""
    from games.kitchen.recipes import TOOLS

    return str(TOOLS[name].act)


def is_gentle(state: Any) -> bool:
    """Accept a level that asks to let go gently."""
    return bool(state.params.lower_ms >= 450)


def is_narrow(most: float, name: str = "band") -> Where:
    """Accept a level whose band leaves room on both sides."""
    return lambda state: getattr(state.params, name) <= most


# --- the table ------------------------------------------------------------------------------------------

ROWS: tuple[Row, ...] = (
    hit("ladybirds"),
    hit("ladybirds", lambda s: s.params.count == 3, note="three in a row"),
    Row("ladybirds", "wrong-finger", wrong_finger, lambda s: len(s.params.fingers) > 1),
    Row("ladybirds", "extra-finger", two_fingers, lambda s: s.params.unwanted),
    Row("ladybirds", "too-early", before_it_lands, lambda s: s.params.unwanted),
    Row("ladybirds", "too-late", after_its_time, lambda s: s.params.limit_ms < 2000),
    Row("ladybirds", "no-try", first_only, lambda s: s.params.limit_ms < 2000),
    Row("ladybirds", "no-try", nothing, note="at all", result="omission"),
    hit("cup", note="keys"),
    hit("cup", device="mouse"),
    hit("cup", device="serial"),
    hit("cup", lambda s: s.params.bumps > 0, "mouse", "carried"),
    hit("cup", lambda s: s.params.task == "pour", "mouse", "poured"),
    Row("cup", "too-soft", in_phase("hold", lambda s: s.target - 1.6 * s.params.band), is_narrow(0.065), "mouse"),
    Row("cup", "too-hard", in_phase("hold", lambda s: s.target + 1.6 * s.params.band), is_narrow(0.065), "mouse"),
    Row("cup", "too-soft", in_phase("hold", lambda s: 0.0), note="serial", device="serial"),
    Row("cup", "let-go-too-quickly", in_phase("lower", lambda s: 0.0, 100.0), is_gentle, "mouse"),
    Row("cup", "too-late", in_phase("lower", lambda s: s.target), device="mouse"),
    Row("cup", "no-try", nothing, result="omission"),
    hit("brook"),
    hit("brook", lambda s: s.params.shape == "spiral", note="spiral"),
    Row("brook", "left-of-path", beside(left=True)),
    Row("brook", "right-of-path", beside(left=False)),
    Row("brook", "too-late", at_speed(lambda s: 8.0), lambda s: s.params.limit_ms <= 9000),
    Row("brook", "unfinished", begun_only(lambda s: s.best_mm > 30), long_s=180.0),
    Row("brook", "no-try", nothing, result="omission", long_s=30.0),
    hit("melody"),
    hit("melody", lambda s: s.params.timed, note="on the beat"),
    Row("melody", "wrong-finger", wrong_finger),
    Row("melody", "extra-finger", two_fingers, lambda s: s.params.unwanted),
    Row("melody", "too-early", off_the_beat(-620.0), lambda s: s.params.timed),
    Row("melody", "too-late", off_the_beat(620.0), lambda s: s.params.timed),
    Row("melody", "no-try", first_note_only),
    Row("melody", "no-try", nothing, note="at all", result="omission"),
    hit("buttons"),
    hit("buttons", lambda s: s.params.breath_mm > 0 and s.params.buttons == 5, note="five that breathe"),
    Row("buttons", "missed-target", beside_the_button),
    Row("buttons", "wrong-order", hole_first),
    Row("buttons", "too-late", slow_to_touch, lambda s: s.params.limit_ms < 8000),
    Row("buttons", "unfinished", first_button_only, long_s=20.0),
    Row("buttons", "no-try", nothing, result="omission", long_s=20.0),
    hit("kite", note="keys"),
    hit("kite", device="mouse"),
    hit("kite", device="serial"),
    hit("kite", lambda s: s.params.winds > 1, "mouse", "two winds"),
    Row("kite", "too-soft", in_phase("fly", lambda s: s.target - 1.6 * s.params.band), is_narrow(0.055), "mouse"),
    Row("kite", "too-hard", in_phase("fly", lambda s: s.target + 1.6 * s.params.band), is_narrow(0.055), "mouse"),
    Row("kite", "too-late", behind(1040.0), lambda s: s.params.frequency >= 0.135, "mouse"),
    Row("kite", "no-try", nothing, result="omission"),
    hit("market", note="keys"),
    hit("market", device="mouse"),
    hit("market", device="serial"),
    hit("market", lambda s: any(one.surprises for one in s.loads), "mouse", "a surprise"),
    Row("market", "too-soft", in_phase("carry", lambda s: s.low - 0.02), is_narrow(0.07, "window"), "mouse"),
    Row("market", "too-hard", in_phase("carry", lambda s: s.high + 0.03), is_narrow(0.07, "window"), "mouse"),
    Row("market", "let-go-too-quickly", in_phase("release", lambda s: 0.0, 100.0),
        lambda s: is_gentle(s) and s.loads[0].look - s.params.window > 0.08, "mouse"),
    Row("market", "too-late", in_phase("release", lambda s: s.centre), device="mouse"),
    Row("market", "no-try", nothing, result="omission"),
    hit("letters"),
    hit("letters", lambda s: s.params.kind == "word", note="a word"),
    Row("letters", "left-of-path", beside(left=True)),
    Row("letters", "right-of-path", beside(left=False)),
    Row("letters", "wrong-way", from_the_end),
    Row("letters", "wrong-order", later_stroke_first, has_later_place),
    Row("letters", "too-late", at_speed(lambda s: 5.0), lambda s: s.params.limit_ms < 8000, long_s=20.0),
    Row("letters", "unfinished", begun_only(lambda s: s.best_mm > 30), long_s=180.0),
    Row("letters", "no-try", nothing, result="omission", long_s=30.0),
    hit("zip"),
    hit("zip", lambda s: s.params.bends == "wave", note="a tent"),
    Row("zip", "too-fast", at_speed(lambda s: 2.5 * s.params.fastest_mm_s)),
    Row("zip", "left-of-path", beside(left=True)),
    Row("zip", "right-of-path", beside(left=False)),
    Row("zip", "too-late", at_speed(lambda s: 0.6 * s.params.slowest_mm_s if s.begun else 60.0),
        lambda s: s.params.slowest_mm_s > 15),
    Row("zip", "unfinished", begun_only(lambda s: s.best_mm > 30), long_s=180.0),
    Row("zip", "no-try", nothing, result="omission", long_s=30.0),
    hit("kitchen", note="keys"),
    hit("kitchen", needs("tap", "squeeze"), "mouse", "mouse"),
    hit("kitchen", needs("tap", "squeeze"), "serial", "serial"),
    hit("kitchen", needs("tap", "squeeze", "stir", "pour"), "mouse", "all four acts"),
    Row("kitchen", "wrong-order", take(later_card), lambda s: bool(later_card(s))),
    Row("kitchen", "wrong-tool", take(useless_card), lambda s: bool(useless_card(s))),
    Row("kitchen", "too-soft", in_part("hold", lambda s: s.target - 1.5 * s.params.band), needs("squeeze"), "mouse"),
    Row("kitchen", "too-hard", in_part("hold", lambda s: s.target + 1.5 * s.params.band), needs("squeeze"), "mouse"),
    Row("kitchen", "let-go-too-quickly", in_part("lower", lambda s: 0.0, 100.0),
        lambda s: is_gentle(s) and needs("pour")(s), "mouse", long_s=60.0),
    Row("kitchen", "missed-target", beside_the_bowl, device="mouse", note="taps"),
    Row("kitchen", "missed-target", beside_the_ring, needs("stir"), "mouse", note="stirring"),
    Row("kitchen", "too-late", first_step_only),
    Row("kitchen", "unfinished", act_never),
    Row("kitchen", "no-try", nothing, result="omission"),
)  # fmt: skip


# --- played ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a row: the level and seed it was played at, and the trial as the database has it."""

    row: Row
    level: int
    seed: int
    result: str = ""
    cause: str = ""
    played_with: str = ""
    seconds: float = 0.0
    trouble: str = ""

    @property
    def ok(self) -> bool:
        """Tell whether it is what was asked for."""
        return not self.trouble and (self.result, self.cause) == (self.row.result, self.row.cause)


@cache
def place_of_row(row: Row) -> tuple[int, int]:
    """Return the first level and seed at which a row can be brought about."""
    for level in rooms.all_ladders()[row.game].levels:
        for seed in range(1, SEEDS + 1):
            if row.where(Twin(plan_of(row.game, level.rung, seed)).first):
                return level.rung, seed
    raise LookupError(f"{row.name}: no level is like that")


def rehearse(row: Row) -> Played:
    """Play a row without a window."""
    level, seed = place_of_row(row)
    trial = rehearsed(plan_of(row.game, level, seed, row.device), row.spoil)
    seconds = (trial.end_tick - trial.start_tick) / TICKS_PER_S
    return Played(row, level, seed, trial.result, trial.cause, trial.played_with, seconds)


def perform(screen: Screen, row: Row) -> Played:
    """Play a row in a window, and keep a picture of its end."""
    level, seed = place_of_row(row)
    done = Played(row, level, seed)
    with TemporaryDirectory(prefix="regrasp-played-") as folder:
        try:
            with played(screen, Path(folder), row.game, level, seed, row.device) as puppet:
                trial = puppet.play(row.spoil, PATIENCE_S + row.long_s)
                seconds = (trial["end_tick"] - trial["start_tick"]) / TICKS_PER_S
                done = replace(
                    done, result=trial["result"], cause=trial["cause"], played_with=trial["played_with"],
                    seconds=seconds,
                )  # fmt: skip
                see_the_end(puppet, row, trial["cause"])
        except AssertionError as error:
            return replace(done, trouble=str(error).splitlines()[0])
    return done


def see_the_end(puppet: Puppet, row: Row, cause: str) -> None:
    """See the hint after a miss, and keep a picture."""
    if cause:
        see_the_hint(puppet.copy, cause, HINT_S)
    else:
        time.sleep(BLOOM_S)
    puppet.copy.keep_picture(row.name)


def table(games: Sequence[str], all_done: Sequence[Played]) -> str:
    """Return what was played as a Markdown table."""
    lines = ["| game | asked for | level | played with | result | cause | seconds | ok |", "| --- " * 8 + "|"]
    for done in all_done:
        row = done.row
        asked = (row.cause or "hit") + (f" ({row.note})" if row.note else "")
        result = done.result or "none"
        cause = done.cause or ("" if done.ok or done.result else done.trouble)
        fine = "yes" if done.ok else f"no{': ' + done.trouble if done.trouble and done.result else ''}"
        lines.append(
            f"| {row.game} | {asked} | {done.level} | {done.played_with} | {result} | {cause} | {done.seconds:.1f} "
            f"| {fine} |"
        )
    return "\n".join(lines)


def page(all_done: Sequence[Played]) -> str:
    """Return the page: the table, and what is not in it and why."""
    fine, ends = sum(done.ok for done in all_done), {(done.row.game, done.row.cause) for done in all_done}
    lines = [
        "# Played in a real window",
        "",
        MADE,
        "",
        f"{fine} of {len(all_done)} came out as asked: {len(ends)} different ends of {len(games_of(all_done))} games.",
        "",
        table(games_of(all_done), all_done),
        "",
        "## What is not here",
        "",
        *(f"- {line}" for line in (*left_out(), *KNOWN)),
    ]
    return "\n".join(lines) + "\n"


def games_of(all_done: Sequence[Played]) -> list[str]:
    """Return the games that were played, in their order."""
    return list(dict.fromkeys(done.row.game for done in all_done))


def causes_of(game: str) -> set[str]:
    """Return every cause that the code of a game names."""
    here = ROOT / "games" / game
    files = sorted(here.glob("*.py")) if here.is_dir() else [here.with_suffix(".py")]
    text = "\n".join(path.read_text() for path in files)
    return {cause for cause in get_args(Cause) if cause and re.search(rf'"{cause}"', text)}


def left_out() -> list[str]:
    """Return a line for each cause that a game can give and that no row brings about."""
    rows = {(row.game, row.cause) for row in ROWS}
    missing = [(game, cause) for game in rooms.all_games() for cause in sorted(causes_of(game))
               if (game, cause) not in rows]  # fmt: skip
    return [f"{game}, {cause}: {EXCUSES.get((game, cause), 'not tried yet')}" for game, cause in missing] or [
        "No cause is left out: each one that the code of a game names is asked for above."
    ]


def main(argv: Sequence[str] | None = None) -> int:
    """Play the rows of the games that are named, or all; return how many did not come out as asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("games", nargs="*", help="only these games, or rows by the names of their pictures")
    parser.add_argument("--rehearse", action="store_true", help="without a window, in seconds; nothing is written")
    args = parser.parse_args(argv)
    rows = [row for row in ROWS if not args.games or {row.game, row.name} & set(args.games)]
    if args.rehearse:
        all_done = [told(rehearse(row)) for row in rows]
    else:
        try:
            with opened_screen() as screen:
                all_done = [twice(screen, row) for row in rows]
        except NoScreen as error:
            sys.exit(f"no window can be opened here: {error}")
        if not args.games:
            PAGE.write_text(page(all_done))
    print(table(games_of(all_done), all_done))
    return sum(not done.ok for done in all_done)


def twice(screen: Screen, row: Row) -> Played:
    """Play a row, and once again if it did not come out as asked: a busy computer may have been late."""
    done = perform(screen, row)
    return told(done if done.ok else perform(screen, row))


def told(done: Played) -> Played:
    """Say how it went while the others are still to come."""
    print(f"{time.strftime('%H:%M:%S')} {done.row.name}: {'as asked' if done.ok else done}", flush=True)
    return done


if __name__ == "__main__":
    sys.exit(main())
