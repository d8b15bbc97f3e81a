"""Make a small folder of records, with a sensor, an own word and words that a spreadsheet would take for a formula."""

from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from practice import GAMES as ALL_GAMES
from practice import plan_of, play

from app import rooms, settings
from app.hardware import Hardware
from app.logbook import DATABASE
from app.patients import Patients
from app.store import Store
from engine import handtests
from engine.game import Answer, Result
from engine.hand import Finger, Side
from engine.handtests import Score
from engine.plan import Plan, to_header
from engine.prescription import to_plain
from engine.profile import Profile
from engine.program import Block
from engine.recording import Trial, note_line, samples_line, trial_line
from engine.sample import Sample
from engine.session import Frame, Session
from engine.signals import newtons
from engine.source import Source

CODE = "P-0001"
DAYS = ("2026-05-04T08:00:00+00:00", "2026-05-06T08:00:00+00:00", "2026-05-13T08:00:00.5+00:00")
WORD = "ANNA"
JOURNAL = '=HYPERLINK("http://x";"Änna")'
GOAL = "-2 cups; =SUM(A1), Anna"
CALIBRATION = newtons.fitted("GB-0001", "2026-05-01", ((0.0, 84000.0), (5.0, 484000.0), (10.0, 884000.0)))
SENSOR = Source("serial:GB-0001", CALIBRATION.id, 80.0, "one-euro 1.0 Hz", "counts", gain_n=CALIBRATION.gain)
STANDING = {"day": "open", "plan": "steady", "start": 3, "today": 739740, "latest_s": 1777881604.25, "usual": [3, 4]}
PROGRAM = 'name = "Anna\'s own"\ngames = ["brook", "cup"]\nwords = "for Anna"\n' + (
    f'[[goals]]\nwords = "{GOAL}"\nlevels = ["a", "b", "c", "d", "@e Anna"]\n'
)
WRITTEN = Trial(
    index=0, block=0, game="letters", hand=Side.RIGHT, played_with="mouse", level=23, difficulty=95.25,
    result=Result.MISS, cause="unfinished", attempt=2, start_tick=10, end_tick=130,
    params={"kind": "word", "width_mm": 6.5}, measures={"completion": 0.1234, "lifts": 2.0},
    just=(("width_mm", 7.25),), finger="", predicted=0.5, reason="reason.probe", reason_values={"to": "23"}, belief="",
    source=Source("mouse"), interrupted=("away",),
)  # fmt: skip
TAPPED = replace(
    WRITTEN, index=1, block=1, game="ladybirds", played_with="keys", level=2, result=Result.HIT, cause="", attempt=1,
    start_tick=200, end_tick=320, params={"fingers": ["index", "ring"], "limit_ms": 4000.0, "paced": False},
    measures={"reaction_ms": 512.5, "made_up_mm": 1.5}, just=(), reason="reason.up", source=Source("keys"),
    interrupted=(), answers=(Answer(Finger.INDEX, True, (("limit_ms", 512.5),)), Answer(Finger.RING, False, ())),
)  # fmt: skip


@cache
def _frames(game: str, sensor: bool) -> tuple[Plan, tuple[Frame, ...]]:
    """Return a plan and what a simulated patient made of it."""
    plan = plan_of(Block(game, 1), grip="serial" if sensor else "keys")
    plan = replace(plan, source=SENSOR) if sensor else plan
    return plan, tuple(play(Session(plan, ALL_GAMES)))


def make(folder: Path) -> Path:
    """Fill a folder: a played session each with pointer and sensor, one that was cut off, a diary; return it."""
    settings.save(folder, Profile())
    own = Patients(folder).folder(CODE)
    own.mkdir(parents=True)
    (own / "program.toml").write_text(PROGRAM, encoding="utf-8")
    Hardware(folder).keep_calibration(CALIBRATION)
    with closing(Store.open(folder / DATABASE)) as store:
        _keep_played(store, DAYS[0], *_frames("brook", False))
        _tell(store)
        _keep_played(store, DAYS[1], *_frames("cup", True))
        _keep_cut_off(store)
    return folder


def _keep_played(store: Store, started: str, plan: Plan, frames: tuple[Frame, ...]) -> None:
    session = store.begin(to_header(plan) | {"devices": [], "display": {"key": "", "mm_per_px": 0.25}}, started)
    lines: list[str] = []
    for frame in frames:
        lines.extend(frame.lines)
        if frame.trial:
            store.add(session, frame.trial, lines)
            lines = []
        if frame.end:
            store.end(session, f"{started[:10]}T08:30:00+00:00", frame.end, lines)


def _keep_cut_off(store: Store) -> None:
    """Keep a session with a written own word and no end, and one of another patient."""
    plan = plan_of(Block("letters", 1), Block("ladybirds", 1), profile=Profile(word=WORD), name="Anna's own")
    session = store.begin(to_header(plan), DAYS[2])
    drawn = [samples_line(tick, (Sample("mouse", tick * 8.333, 1.0, 800.0 + tick, 450.0),)) for tick in range(20, 60)]
    pushed = samples_line(70, (Sample("key.LEFT", 583.0, 1.0), Sample("host.hidden", 583.0, 1.0)))
    store.add(session, WRITTEN, [note_line("guard.told.pain-2.open.steady"), *drawn, pushed, trial_line(WRITTEN)])
    tapped = [samples_line(250, (Sample("key.J", 2083.5, 1.0),)), trial_line(TAPPED)]
    store.add(session, TAPPED, tapped)
    other = store.begin(to_header(plan_of(profile=Profile(patient="P-0002"))), DAYS[0])
    store.add(other, TAPPED, tapped[1:])
    store.note("P-0002", DAYS[0], 739740, "journal", {"words": "of somebody else"})


def _tell(store: Store) -> None:
    prescribed = rooms.prescription_of(PROGRAM, "program.toml")
    strength = handtests.check(handtests.Entry(
        "grip", 739741, (Score("right", "", (18.4, 19.0), "kg"), Score("left", "", (24.1,), "kg")), "Jamar of Anna", 2,
        "Anna B", id="t1",
    ))  # fmt: skip
    told: tuple[tuple[str, dict[str, Any]], ...] = (
        ("program", {"name": prescribed.name, "program": to_plain(prescribed)}),
        ("checkin", {"pain": 3, "fatigue": 2, "flags": ["numb"], "standing": STANDING}),
        ("told", {"pain": 4, "effort": 5, "standing": STANDING}),
        ("journal", {"sensations": ["warm", "easy"], "words": JOURNAL}),
        ("goal", {"goal": 0, "score": -1, "words": GOAL}),
        ("activity", {"words": "@cook for Anna", "score": 6}),
        ("cleared", {"by": "Anna B"}),
        ("bout", {}),
        ("test", handtests.to_plain(strength)),
        ("new-kind", {"anything": "Anna", "n": 1}),
    )
    for n, (kind, values) in enumerate(told):
        store.note(CODE, f"2026-05-05T08:00:0{n}+00:00", 739741, kind, values)
