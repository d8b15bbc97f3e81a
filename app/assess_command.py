"""Assess a hand: open the window with an assessment, let a simulated patient do one, or print what is kept of it."""

import json
import sys
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date

from app import files, rooms
from app.assessed import fits_of
from app.goals_command import whose
from app.logbook import Logbook
from app.texts import MOTHER_TONGUE, Texts, load
from engine import assessment
from engine.assessment import Found, Sitting
from engine.game import FORCES, Skill
from engine.hand import Side
from engine.looked import HEADLINES
from engine.plan import Plan
from engine.probes import shown
from engine.profile import Profile
from engine.session import Session
from engine.simulate import Patient, Traits
from engine.ticks import TICKS_PER_S

WAYS: dict[Skill, str] = {"tap": "keys", "grip": "serial", "trace": "mouse"}
SIMULATED = "SIM-1"
REST_S, LEAST_S, REST_AFTER = 20.0, 2.0, 20
NAMES = {
    "good": "reading usable", "repeat": "worth another try", "missing": "not done",
    "no-try": "nothing was done", "unfinished": "not finished", "interrupted": "it was interrupted",
    "sensor": "the sensor had trouble", "scatter": "the squeezes differ by more than 15 %",
    "early": "pressed before the light", "wrong": "other fingers than the one asked for", "few": "too few",
    "out-of-band": "the force was beside the line", "off-line": "the line was left",
    "lowered": "less force asked than usual, because of the cap", "pointed": "touched on the screen",
    "keys": "done with keys or the pointer: no force or way of the hand itself",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked: whose results, of which hands; or those of a simulated patient of an ability and a seed."""

    data: str | None = None
    patient: str | None = None
    hands: tuple[Side, ...] = (Side.RIGHT, Side.LEFT)
    ability: float = 0.5
    seed: int = 1
    as_json: bool = False


def simulate(wanted: Wanted) -> int:
    """Let a simulated patient do the assessment without a screen, and print what came of it; nothing is kept."""
    made: list[Sitting] = []
    for hand in wanted.hands:
        sitting, minutes = played(hand, wanted.ability, wanted.seed)
        made.append(sitting)
        if not wanted.as_json:
            print(f"A simulated patient of ability {wanted.ability:g}, {hand} hand: {minutes:.1f} minutes")
    return _told(made, wanted)


def played(hand: Side, ability: float, seed: int = 1, cap: float | None = None) -> tuple[Sitting, float]:
    """Return the sitting of a simulated patient with one hand, and how many minutes it took.

    ``cap`` is the largest share of force, without one that of the gentle program.
    """
    gentle = rooms.built_in_program()
    limits = gentle.limits if cap is None else replace(gentle.limits, cap=cap)
    items = assessment.possible(rooms.assess_rungs(), WAYS, limits.cap)
    program = replace(
        gentle, name=assessment.NAME, blocks=assessment.blocks(items), rest_s=REST_S, least_rest_s=LEAST_S,
        rest_after=REST_AFTER, limits=limits,
    )  # fmt: skip
    profile = Profile(patient=SIMULATED, hand=hand)
    session = Session(Plan(seed, profile, program, rooms.assess_ladders(limits.cap), WAYS), rooms.everything())
    patient, lines = Patient(Traits(ability), f"{seed}-{hand}"), []
    while not session.over:
        lines += [line for line in session.tick(patient.samples(session)).lines if line.startswith("{")]
    sitting = Sitting(1, str(hand), session.trials, fits_of(lines))
    return sitting, session.now / TICKS_PER_S / 60


def show(wanted: Wanted) -> int:
    """Print what is kept of a patient's assessments: the newest good try of each item; raise ``ValueError``."""
    data_dir = files.data_dir(wanted.data)
    patient, _ = whose(data_dir, wanted.patient, None)
    with closing(Logbook(data_dir)) as logbook:
        found = logbook.sittings(patient)
        if logbook.trouble:
            raise ValueError(load(MOTHER_TONGUE).say(logbook.trouble))
    if not found and not wanted.as_json:
        print(f"{patient}: no assessment is kept")
    return _told(found, wanted)


def _told(sittings: Iterable[Sitting], wanted: Wanted) -> int:
    kept = tuple(sittings)
    rows = {str(hand): assessment.results(kept, str(hand)) for hand in wanted.hands}
    if wanted.as_json:
        print(json.dumps({hand: _plain(found) for hand, found in rows.items()}))
        return 0
    for hand, found in rows.items():
        if found:
            print("\n".join(["", f"{hand} hand", *lines_of(found)]))
    if any(rows.values()):
        print("\nThe main measures; --json has all of them.")
        print("No norms: a value says how this hand did on that day with that device, and nothing else.")
    return 0


def _plain(found: Iterable[Found]) -> dict[str, object]:
    rows = tuple(found)
    items = {
        row.item: {
            "quality": row.quality.flag, "why": list(row.quality.why), "notes": list(row.quality.notes),
            "played_with": row.played_with, "day": date.fromordinal(row.day).isoformat(), "tries": row.tries,
            "measures": dict(row.measures),
        }
        for row in rows
    }  # fmt: skip
    return {"items": items, "expected": dict(assessment.expected(rows, rooms.all_ladders(), _ways(rows)))}


def _ways(found: Iterable[Found]) -> dict[Skill, str]:
    """Return what the newest item of the grip was played with: its seeds are for games played with the same."""
    ways = [row.played_with for row in found if assessment.BY_NAME[row.item].game and _is_force(row)]
    return {"grip": ways[-1]} if ways else {}


def _is_force(row: Found) -> bool:
    return assessment.BY_NAME[row.item].skill in FORCES


def lines_of(found: Iterable[Found]) -> list[str]:
    """Return each item with how usable it is and its main measures in lines, and where the games may begin."""
    rows = tuple(found)
    by_name, texts = {row.item: row for row in rows}, load(MOTHER_TONGUE)
    lines = []
    for item in assessment.ITEMS:
        row = by_name.get(item.name) or Found(item.name, assessment.Quality("missing"))
        told = [NAMES[row.quality.flag], *(NAMES[why] for why in (*row.quality.why, *row.quality.notes))]
        lines.append(f"  {texts.say(f'assess.{item.name}')}: {'; '.join(told)}")
        told_of = _measured(row, texts)
        lines += [f"    {told_of}"] * bool(told_of)
    ways = _ways(rows)
    seeds = assessment.expected(rows, rooms.all_ladders(), ways)
    if seeds:
        lines.append("  where half of the tries would go well, of 100 (games begin about 13 lower):")
        lines.append("    " + ", ".join(f"{texts.say(f'game.{game}')} {value:g}" for game, value in seeds))
    by_keys = any(_is_force(row) and "keys" in row.quality.notes and row.quality.flag == "good" for row in rows)
    if by_keys and not {"cup", "kite", "market"}.isdisjoint(dict(seeds)):
        lines.append(f"    Games of force: only as far as they are played with the same, {ways['grip']}.")
    return lines


def _measured(found: Found, texts: Texts) -> str:
    """Return the main measures of an item in words, with their units; ``--json`` has all of them."""
    rows = ((measure, found.value(measure.name)) for measure in HEADLINES[found.item])
    told = (f"{texts.say(m.words)} {shown(value, m)} {m.unit}".strip() for m, value in rows if value is not None)
    return ", ".join(told)


def no_screen() -> int:
    """Say what can be done without a screen."""
    print("There is no screen here. Try: regrasp assess --simulate, or --show for what is kept", file=sys.stderr)
    return 1
