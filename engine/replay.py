"""Play a recording again and compare: it must give the same trials, or the first that differs is named."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from engine.game import AnyGame
from engine.plan import from_header
from engine.recording import RULES, Recording, Trial
from engine.session import Session
from engine.source import Source


@dataclass(frozen=True, slots=True)
class Verification:
    """What a replay showed: how many trials agree, how many ticks were played, and the first difference, if any."""

    trials: int
    ticks: int
    difference: str = ""

    @property
    def same(self) -> bool:
        """Tell whether the replay gave the very same trials."""
        return not self.difference


def verify(recording: Recording, games: Mapping[str, AnyGame]) -> Verification:
    """Replay ``recording`` and compare trial by trial; raise ``ValueError`` if its header is wrong."""
    rules = recording.header.get("rules")
    if rules != RULES:
        return Verification(0, 0, f"it was recorded under rules {rules}, this program plays rules {RULES}")
    session = Session(from_header(recording.header, games), games)
    samples, sources = dict(recording.samples), _by_tick(recording)
    last = _last_tick(recording)
    found: list[Trial] = []
    for tick in range(last + 1):
        trial = session.tick(samples.get(tick, ()), sources.get(tick, ())).trial
        if trial is None:
            continue
        found.append(trial)
        difference = _difference(recording, found)
        if difference:
            return Verification(len(found) - 1, tick + 1, difference)
    if recording.end is not None and recording.end.how == "closed":
        waiting = session.close().trial  # one that was over, but waited for an answer
        found += [waiting] if waiting else []
        difference = _difference(recording, found) if waiting else ""
        if difference:
            return Verification(len(found) - 1, last + 1, difference)
    if len(found) < len(recording.trials):
        missing = recording.trials[len(found)]
        return Verification(len(found), last + 1, f"trial {missing.index + 1} ({missing.game}) did not happen")
    return Verification(len(found), last + 1, _end_difference(recording, session))


def _by_tick(recording: Recording) -> dict[int, list[Source]]:
    """Return the sources by the tick from which on they were there."""
    found: dict[int, list[Source]] = {}
    for tick, source in recording.sources:
        found.setdefault(tick, []).append(source)
    return found


def _last_tick(recording: Recording) -> int:
    ticks = [tick for tick, _ in recording.samples[-1:]]
    ticks += [trial.end_tick for trial in recording.trials[-1:]]
    if recording.end is None:
        return max(ticks, default=0)
    # The tick at which a window was closed was not played any more.
    return recording.end.tick - 1 if recording.end.how == "closed" else recording.end.tick


def _difference(recording: Recording, found: list[Trial]) -> str:
    here = found[-1]
    if len(found) > len(recording.trials):
        return f"trial {here.index + 1} ({here.game}) happened, but is not in the recording"
    there = recording.trials[len(found) - 1]
    if here == there:
        return ""
    ours, theirs = asdict(here), asdict(there)
    name = next(key for key in ours if ours[key] != theirs[key])
    return f"trial {there.index + 1} ({there.game}): {name} was {theirs[name]}, and is {ours[name]}"


def _end_difference(recording: Recording, session: Session) -> str:
    if recording.end is None or recording.end.how == "closed":
        return ""
    how = session.end.how if session.end else "not at all"
    return "" if how == recording.end.how else f"the session ended {recording.end.how}, and now ended {how}"
