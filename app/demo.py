"""Let a simulated patient practise without a screen, and leave a recording, a summary and pictures."""

import json
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app import files, rooms
from app.logbook import Logbook
from engine import phases
from engine.hand import Side
from engine.measures import median
from engine.phases import After, Phase, Playing, Rest, Summary
from engine.plan import Plan, to_header
from engine.profile import Profile
from engine.program import Block, Program
from engine.recording import Trial
from engine.safety import Limits
from engine.screens import spoken
from engine.session import Session
from engine.simulate import Patient, Traits
from engine.ticks import TICKS_PER_S

BAR = 32


@dataclass(frozen=True, slots=True)
class Demo:
    """What to demonstrate: a game or all of them, tries of each, the simulated patient's ability 0..1, hand, seed."""

    game: str | None = None
    trials: int = 12
    ability: float = 0.5
    hand: Side = Side.RIGHT
    seed: int = 1


def session_of(demo: Demo) -> Session:
    """Return the session that ``demo`` asks for; raise ``ValueError`` for a game that does not exist."""
    if demo.game is not None and demo.game not in rooms.all_games():
        raise ValueError(f"there is no game called {demo.game}; there are {', '.join(rooms.all_games())}")
    names = [demo.game] if demo.game else list(rooms.all_games())
    gentle = rooms.built_in_program()
    blocks = tuple(Block(name, demo.trials) for name in names)
    program: Program = replace(gentle, name="demo", blocks=blocks, limits=Limits(cap=gentle.limits.cap))
    profile = Profile(patient="SIM-1", hand=demo.hand)
    played_with = {"tap": "keys", "grip": "serial", "trace": "mouse"}
    plan = Plan(demo.seed, profile, program, rooms.all_ladders(), played_with)  # type: ignore[arg-type]
    return Session(plan, rooms.all_games())


def play(session: Session, demo: Demo, each_tick: Callable[[Session, Any], None]) -> None:
    """Play ``session`` to its end with the simulated patient."""
    patient = Patient(Traits(demo.ability, practice=0.05, fatigue=0.03), demo.seed)
    while not session.over:
        each_tick(session, session.tick(patient.samples(session)))


def run(demo: Demo, out: Path | None, as_json: bool) -> int:
    """Play the demonstration and leave what it made in a folder; return the exit status."""
    session = session_of(demo)
    folder = files.new_folder(out or Path("regrasp-demo"), fresh=out is None)
    logbook = Logbook(folder)
    logbook.begin({**to_header(session.plan), "devices": [{"kind": "simulated", "ability": demo.ability}]})
    album = Album(folder)
    whole = sum(block.trials for block in session.plan.program.blocks)

    def each_tick(session: Session, frame: Any) -> None:
        logbook.keep(frame)
        album.look(session)
        if frame.trial and not as_json:
            _progress(len(session.trials), whole)

    play(session, demo, each_tick)
    logbook.close()
    summary = summed_up(session, demo)
    files.write_whole(folder / "summary.txt", in_words(summary))
    files.write_whole(folder / "summary.json", json.dumps(summary, indent=2) + "\n")
    if as_json:
        print(json.dumps(summary | {"folder": str(folder)}))
    else:
        print("\n" + in_words(summary) + f"Everything is in the folder {folder}/")
        print(f"Why each change of difficulty was made: regrasp why {shlex.quote(str(folder))}")
    return 0


def _progress(done: int, whole: int) -> None:
    full = round(BAR * done / whole)
    end = "\n" if done == whole else ""
    print(f"\r[{'#' * full}{'.' * (BAR - full)}] {done} of {whole} tries", end=end, file=sys.stderr, flush=True)


class Album:
    """Take a picture of each kind of moment of each game, once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._taken: set[str] = set()
        self._was: type[Phase] | None = None
        self._since = 0

    def look(self, session: Session) -> None:
        """Take a picture if this moment has none yet."""
        if type(session.phase) is not self._was:
            self._was, self._since = type(session.phase), session.now
        name = self._moment(session)
        if name and name not in self._taken:
            self._taken.add(name)
            self._take(session, name)

    def _moment(self, session: Session) -> str:
        phase, lasted_s = session.phase, (session.now - self._since) / TICKS_PER_S
        if isinstance(phase, phases.Demo) and lasted_s > 1.0:
            return f"{session.game.name}-demonstration"
        if isinstance(phase, Playing) and lasted_s > 1.8 and len(session.trials) % 20 >= 3:
            return f"{session.game.name}-playing"
        if isinstance(phase, After) and phase.cause:
            return f"{session.game.name}-miss"
        if isinstance(phase, Rest) and lasted_s > 3:
            return "rest"
        return "summary" if isinstance(phase, Summary) else ""

    def _take(self, session: Session, name: str) -> None:
        from app.picture import picture

        profile = session.plan.profile
        files.save_picture(self._folder / f"{name}.png", picture(session.scene(), profile.palette, profile.language))


def summed_up(session: Session, demo: Demo) -> dict[str, Any]:
    """Return what was done, as plain values."""
    games: dict[str, Any] = {}
    for name in dict.fromkeys(trial.game for trial in session.trials):
        games[name] = _summed_up([trial for trial in session.trials if trial.game == name])
    band = session.plan.program.aim.band
    minutes = session.now / TICKS_PER_S / 60
    return {
        "simulated": True,
        "ability": demo.ability,
        "hand": str(demo.hand),
        "seed": demo.seed,
        "minutes": round(minutes, 1),
        "band": list(band),
        "ended": session.end.how if session.end else "",
        "games": games,
    }


def _summed_up(trials: list[Trial]) -> dict[str, Any]:
    causes: dict[str, int] = {}
    for trial in trials:
        if trial.cause:
            causes[trial.cause] = causes.get(trial.cause, 0) + 1
    return {
        "tries": len(trials),
        "hits": sum(trial.hit for trial in trials),
        "success": round(sum(trial.hit for trial in trials) / len(trials), 3),
        "difficulty_first": trials[0].difficulty,
        "difficulty_last_10": round(median([trial.difficulty for trial in trials[-10:]]), 1),
        "level_last": trials[-1].level,
        "causes": causes,
        "reason_last": trials[-1].reason,
        "reason_values": trials[-1].reason_values,
    }


def in_words(summary: dict[str, Any]) -> str:
    """Return the summary in plain words."""
    from app.texts import load

    texts = load("en")
    lines = [f"A simulated patient of ability {summary['ability']} practised for {summary['minutes']} minutes.", ""]
    for name, game in summary["games"].items():
        lines.append(f"{texts.say('game.' + name)}: {game['hits']} of {game['tries']} tries went well "
                     f"({100 * game['success']:.0f} %), level {game['level_last']}.")  # fmt: skip
        lines.append(f"  Why: {texts.say(game['reason_last'], spoken(game['reason_values'].items()))}")
        if game["causes"]:
            parts = [f"{cause.replace('-', ' ')} {n}" for cause, n in sorted(game["causes"].items())]
            lines.append(f"  Not yet: {', '.join(parts)}.")
    return "\n".join([*lines, ""])
