"""Say what the keys of long tables mean: measures, parameters and the entries of the diary, each with its unit."""

from dataclasses import dataclass

from engine import measures
from engine.recording import RULES

SUFFIXES = {"ms": "ms", "mm": "mm", "s": "s", "n": "number", "hz": "Hz"}
ELSEWHERE = "see docs/data.md"


@dataclass(frozen=True, slots=True)
class Key:
    """What one key means. ``private`` is what a research export leaves out: words, names and dates."""

    meaning: str
    unit: str = ""
    type: str = "number"
    allowed: str = ""
    private: bool = False


MEASURES: dict[str, Key] = {
    "steady": Key("how steadily the hand moved or held, apart from the score", "share", allowed="0 to 1"),
    "smooth": Key("how smoothly the hand moved, apart from the score", "share", allowed="0 to 1"),
    "right_finger": Key("how often the finger that was asked for moved", "share", allowed="0 to 1"),
    "relaxed": Key("how gently force was let go, or how little else moved", "share", allowed="0 to 1"),
    "right": Key("answers that were right and in time", "share", allowed="0 to 1"),
    "strays": Key("presses or touches that nothing asked for", "number"),
    "along": Key("answers at which a second finger came too", "number"),
    "reaction_ms": Key("median (buttons: first) time from being asked to the answer", "ms"),
    "peak": Key("largest force", "share"),
    "offset": Key("mean force less the asked one", "share"),
    "sway": Key("standard deviation of force less the asked one", "share"),
    "lowered_ms": Key("time of letting go", "ms"),
    "completion": Key("how much of it was done", "share", allowed="0 to 1"),
    "on_path": Key("time (zip: teeth) within the way", "share", allowed="0 to 1"),
    "led_ms": Key("time from taking it up to the end", "ms"),
    "lifts": Key("how often it was let go", "number"),
    "length_mm": Key("length of the way as drawn", "mm"),
    "pace_ms": Key("median time of a beat as played", "ms"),
    "closed": Key("buttons that were closed", "share", allowed="0 to 1"),
    "on_target": Key("first touches on their place, or time inside the ribbon", "share", allowed="0 to 1"),
    "error_mm": Key("mean distance of the first touches from the middle of their places", "mm"),
    "movement_ms": Key("median time from being asked to the first touch, without the first one", "ms"),
    "throughput": Key("effective index of difficulty through the mean time (ISO 9241-411), reaction included", "bit/s"),
    "rmse": Key("root mean square of force less the asked one", "share"),
    "lag_ms": Key("by how much the force follows", "ms"),
    "to_window_ms": Key("mean time to find the window", "ms"),
    "over_grip": Key("mean force while carrying beside the lower edge of the window", "ratio"),
    "strokes_n": Key("strokes of what was to be written", "number"),
    "letter_mm": Key("height of a capital as drawn", "mm"),
    "snags": Key("how often it was pulled too fast", "number"),
    "mean_speed": Key("mean speed over 10 mm", "mm/s"),
    "speed_cv": Key("standard deviation of the speed / its mean", "ratio"),
    "peaks": Key("how often the speed rose and fell by more than a fifth of its mean", "number"),
    "thought": Key("choices among several cards that were right", "share", allowed="0 to 1"),
    "moved": Key("acts that were begun and went well", "share", allowed="0 to 1"),
    "thinking_ms": Key("median time of a choice", "ms"),
    "moving_ms": Key("median time of an act", "ms"),
}

PARAMS: dict[str, str] = {
    "target": "share", "band": "share", "bump": "share", "hidden": "share", "narrow": "share", "amplitude": "share",
    "window": "share", "weight": "share", "spread": "share", "friction": "share", "surprise": "share", "guide": "share",
    "ramp": "share/s", "frequency": "1/s", "fastest_mm_s": "mm/s", "slowest_mm_s": "mm/s",
    "count": "number", "steps": "number", "bumps": "number", "notes": "number", "buttons": "number", "winds": "number",
    "kinds": "number", "spots": "number", "distractors": "number", "taps": "number", "rounds": "number",
}  # fmt: skip

SCORE = Key("", "", "integer", "0 to 10")
TEXT = Key("", "", "text")
WORDS = Key("the patient's own words", "", "text", private=True)
DATE = Key("a day (running number) or time of the safety machine", "", "any", private=True)


def _told(meaning: str, allowed: str = "0 to 10") -> Key:
    return Key(meaning, "points", "integer", allowed)


def _word(meaning: str, allowed: str = "") -> Key:
    return Key(meaning, "", "text", allowed)


STANDING: dict[str, Key] = {
    "day": _word("state of that day", "unasked open easy easy-over short short-over waiting ended"),
    "plan": _word("state of the last days", "steady stepped resting re-entry locked"),
    "because": _word("rule that led to the state of the day"),
    "plan_because": _word("rule that led to the state of the last days"),
    "start": _told("pain before this bout"),
    "last_start": _told("lowest pain before the bouts of the last practice day"),
    "usual": _word("lowest pain before play of each of the last 7 days asked, parted by ;"),
    "efforts": Key("how often effort was high that day", "number", "integer"),
    "tired": Key("how often the hand slowed that day", "number", "integer"),
    "strikes": Key("practice days running with pain still up", "number", "integer"),
    "step": Key("step of the way back", "", "integer"),
    "flags": _word("red flags since the last clear, parted by ;"),
    **dict.fromkeys(
        (
            "plan_on",
            "today",
            "latest_s",
            "last_day",
            "usual_on",
            "asked_on",
            "struck",
            "ended",
            "until",
            "until_s",
            "done_on",
            "marked_on",
            "marked_s",
        ),
        DATE,
    ),
}
DIARY: dict[str, Key] = {
    "checkin.pain": _told("pain before play"),
    "checkin.fatigue": _told("fatigue before play"),
    "checkin.flags": _word("red flags that were told", "snap numb colour swelling wound chest faint face, parted by ;"),
    "told.pain": _told("pain after a game, after the wait, or in a long game"),
    "told.effort": _told("effort"),
    "stop.why": _word("why STOP was pressed", "pain tired other"),
    "cleared.by": Key("who let practice go on", "", "text", private=True),
    "skipped.questions": _word("questions that were skipped", "pain news fatigue flags reflect use journal"),
    "reflect.question": _word("question after play", "well hard helped"),
    "reflect.answer": _word("answer that was chosen"),
    "journal.sensations": _word("what was felt", "tingle numb warm stiff easy painful tired-hand, parted by ;"),
    "journal.task": _word("task of daily life that was chosen for the hand"),
    "journal.words": WORDS,
    "goal.goal": Key("place of the goal in the list then, from 0", "", "integer"),
    "goal.score": Key("attainment", "points", "integer", "-2 to 2"),
    "goal.words": WORDS,
    "activity.words": WORDS,
    "activity.score": _told("how well an own activity goes"),
    "activity.instead": WORDS,
    "milestone.game": _word("game of a milestone that was reached"),
    "milestone.rung": Key("its rung", "rung", "integer"),
    "program.name": Key("name of what was prescribed from then on; all of it is in program.csv", "", "text",
                        private=True),
    "chosen.games": _word("games that the patient picked, parted by ;"),
    "fence.game": _word("game of a fence that moved"),
    "fence.day": DATE,
    "fence.from": Key("top rung before", "rung", "integer"),
    "fence.to": Key("top rung after", "rung", "integer"),
    "fence.reason": _word("why it moved"),
}  # fmt: skip


def unit_of(name: str) -> str:
    """Return the unit of a measure or parameter; of one that is not listed the end of its name tells, else ""."""
    if name in MEASURES:
        return MEASURES[name].unit
    return PARAMS.get(name) or SUFFIXES.get(name.rpartition("_")[2] if "_" in name else "", "")


def version_of(name: str, rules: int) -> str:
    """Return the version of a measure: its own in ``engine.measures.VERSIONS``, else the rules it was played by.

    What was played by older rules keeps these as its version: nobody knows that its formula was that of today.
    """
    versions: dict[str, object] = getattr(measures, "VERSIONS", {})
    return str(versions[name]) if name in versions and rules == RULES else f"rules-{rules}"


def diary_key(kind: str, name: str) -> Key | None:
    """Return what a value of a diary entry means, ``None`` where it is not listed: research leaves it out then."""
    if name.startswith("standing."):
        return STANDING.get(name.removeprefix("standing."))
    return DIARY.get(f"{kind}.{name}")
