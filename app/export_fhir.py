"""Write one FHIR R4 bundle of a patient: what was told, each block of play, tests done by hand, the plan and the goals.

LOINC is used only for codes that were checked; everything else is told by codes of Regrasp's own, whose code system is
in the bundle. Identifiers are made from the code and the row, so that the same records give the same bundle.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID, uuid5

from app import export_keys as keys
from app import files
from app.export_tables import Bout, Material, iso_date
from app.version import version
from engine.diary import Entry
from engine.handtests import Row
from engine.prescription import Goal
from engine.recording import Trial
from engine.ticks import to_ms

OWN = UUID("6f1d2c52-3c0f-4b5e-9a57-8f0f6b1f3a11")
SYSTEM = f"urn:uuid:{OWN}"  # names no place on the web, so that it claims none
LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
PAIN = ("72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported")
STRENGTH = {
    "83174-3": "Grip strength Hand - right Dynamometer",
    "83173-5": "Grip strength Hand - left Dynamometer",
}
UNITS = {
    "ms": "ms", "mm": "mm", "s": "s", "Hz": "Hz", "mm/s": "mm/s", "N": "N", "kg": "kgf", "lb": "[lbf_av]", "%": "%",
    "share": "1", "ratio": "1", "number": "1", "rung": "1", "points": "{score}", "T": "{score}",
}  # fmt: skip
CODES = {
    "fatigue": "Fatigue before play, 0 to 10",
    "effort": "Effort of play, 0 to 10",
    "flag": "Sign that was told before play and closes it",
    "goal-attainment": "Attainment of a goal, -2 to 2",
    "block": "One block of a game: tries of one hand, one after the other",
    "probe-block": "A fixed block at the start of a session, on which progress is judged",
    "game": "Which game", "level": "Commonest rung of the ladder", "difficulty": "Mean difficulty, 0 to 100",
    "tries": "How many tries", "hits": "Share of hits; tries without an attempt left out",
    "way": "What it was played with",
}  # fmt: skip

Plain = dict[str, Any]


def write(folder: Path, material: Material) -> Counter[str]:
    """Write ``bundle.json``, one entry a line; return how many resources of each kind. Raise ``StoreError``."""
    counts: Counter[str] = Counter()
    with files.text_out(folder / "bundle.json") as out:
        out.write('{"resourceType":"Bundle","type":"collection","entry":[')
        for resource in resources(material):
            entry = {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
            out.write(",\n" if counts else "\n")
            out.write(json.dumps(entry, ensure_ascii=False, separators=(",", ":")))
            counts[resource["resourceType"]] += 1
        out.write("\n]}\n")
    return counts


def resources(material: Material) -> Iterator[Plain]:
    """Yield every resource; each that is referred to is among them. Raise ``StoreError``."""
    make = Maker(material.scope.patient)
    yield make.patient()
    yield from make.plan(material)
    yield from make.goals(material.goals)
    for bout in material.bouts(marked=False):
        yield from make.blocks(bout)
    for number, at, entry in material.entries():
        yield from make.told(number, at, entry)
    for n, row in enumerate(material.tests()):
        yield from make.test(n, row)
    yield make.code_system()


class Maker:
    """Make resources of one patient; remembers which devices, goals and codes were told of already."""

    def __init__(self, patient: str) -> None:
        """Know whose they are."""
        self._code = patient
        self._known: set[str] = set()
        self._codes = dict(CODES)

    def id(self, *row: object) -> str:
        """Return the identifier of a row, the same at every export."""
        return str(uuid5(OWN, "/".join((self._code, *map(str, row)))))

    def patient(self) -> Plain:
        """Return the patient: a code, and nothing else."""
        identifier = {"system": f"urn:uuid:{uuid5(OWN, 'patients')}", "value": self._code}
        return {"resourceType": "Patient", "id": self.id("patient"), "identifier": [identifier], "active": True}

    # Plan and goals

    def plan(self, material: Material) -> Iterator[Plain]:
        """Yield what is prescribed now."""
        found = material.program
        if found is None:
            return
        dose = found.dose
        repeat: Plain = {"duration": dose.minutes, "durationUnit": "min", "dayOfWeek": list(dose.days)}
        repeat |= {"frequency": dose.bouts, "period": 1, "periodUnit": "d"} if not dose.is_free else {}
        most = f"{found.limits.cap:g} of the hand's own squeeze"
        at = material.prescribed_at()
        yield {
            "resourceType": "ServiceRequest", "id": self.id("plan"), "status": "active", "intent": "plan",
            "code": {"text": f"Hand exercise games: {found.name}; stage {found.stage}; largest force {most}"},
            "subject": self._subject(), "occurrenceTiming": {"repeat": repeat},
            **({"authoredOn": _at(at)} if at else {}),
        }  # fmt: skip

    def goals(self, goals: Iterable[Goal]) -> Iterator[Plain]:
        """Yield the goals as they stand now."""
        for goal in goals:
            yield from self._goal(goal.words)

    def _goal(self, words: str) -> Iterator[Plain]:
        if self._is_new(f"goal/{words}"):
            yield {
                "resourceType": "Goal", "id": self.id("goal", words), "lifecycleStatus": "active",
                "description": {"text": words}, "subject": self._subject(),
            }  # fmt: skip

    # Play

    def blocks(self, bout: Bout) -> Iterator[Plain]:
        """Yield an observation for each block of a session, each device before the first one played with it."""
        for (block, game, hand), tries in groupby(bout.trials, lambda trial: (trial.block, trial.game, trial.hand)):
            trials = tuple(tries)
            yield from self._device(trials[-1])
            yield self._block(bout, (block, game, str(hand)), trials)

    def _block(self, bout: Bout, where: tuple[int, str, str], trials: tuple[Trial, ...]) -> Plain:
        block, game, hand = where
        code = "probe-block" if trials[0].reason == "reason.probe" else "block"
        period = {
            "start": _at(bout.kept.started, to_ms(trials[0].start_tick)),
            "end": _at(bout.kept.started, to_ms(trials[-1].end_tick)),
        }
        observation = self._observation("activity", self._own(code), "block", bout.kept.id, block, trials[0].index)
        device = _to(self._device_id(trials[-1]))
        more = {"effectivePeriod": period, "bodySite": {"text": f"{hand} hand"}, "device": device}
        rules = int(bout.kept.header.get("rules") or 1)
        return observation | more | {"component": [*self._summary(game, trials), *self._measured(trials, rules)]}

    def _summary(self, game: str, trials: tuple[Trial, ...]) -> Iterator[Plain]:
        tried = [trial for trial in trials if trial.result != "omission"]
        level, _ = Counter(trial.level for trial in trials).most_common(1)[0]
        yield {"code": self._own("game"), "valueString": game}
        yield {"code": self._own("way"), "valueString": trials[-1].played_with}
        yield {"code": self._own("tries"), "valueInteger": len(trials)}
        yield {"code": self._own("level"), "valueInteger": level}
        mean = sum(trial.difficulty for trial in trials) / len(trials)
        yield {"code": self._own("difficulty"), "valueQuantity": _quantity(round(mean, 2), "points")}
        if tried:
            hits = 100 * sum(trial.hit for trial in tried) / len(tried)
            yield {"code": self._own("hits"), "valueQuantity": _quantity(round(hits, 1), "%")}

    def _measured(self, trials: tuple[Trial, ...], rules: int) -> Iterator[Plain]:
        """Yield the median of each measure over the tries of a block."""
        for name in sorted({name for trial in trials for name in trial.measures}):
            values = [trial.measures[name] for trial in trials if name in trial.measures]
            said = keys.MEASURES[name].meaning if name in keys.MEASURES else name
            code = self._own(f"measure-{name}", f"Median over the tries of a block: {said}")
            code["text"] = f"{name}, version {keys.version_of(name, rules)}"
            yield {"code": code, "valueQuantity": _quantity(round(median(values), 4), keys.unit_of(name))}

    def _device_id(self, trial: Trial) -> str:
        source = trial.source
        return self.id("device", source.device or trial.played_with, source.calibration)

    def _device(self, trial: Trial) -> Iterator[Plain]:
        name, calibration = trial.source.device or trial.played_with, trial.source.calibration
        if not self._is_new(f"device/{name}/{calibration}"):
            return
        kind, _, serial = name.partition(":")
        device: Plain = {
            "resourceType": "Device", "id": self._device_id(trial), "status": "active",
            "deviceName": [{"name": f"{kind} (Regrasp {version()})", "type": "user-friendly-name"}],
        }  # fmt: skip
        device |= {"serialNumber": serial} if serial else {}
        if calibration:
            device["property"] = [{"type": {"text": "calibration"}, "valueCode": [{"text": calibration}]}]
        yield device

    # What was told, and tests

    def told(self, number: int, at: str, entry: Entry) -> Iterator[Plain]:
        """Yield the observations that an entry of the diary holds."""
        values = entry.values
        if entry.kind in ("checkin", "told"):
            note = [{"text": "before play" if entry.kind == "checkin" else "after play, or in it"}]
            for name in ("pain", "fatigue", "effort"):
                if isinstance(values.get(name), int):
                    code = _coding(LOINC, *PAIN) if name == "pain" else self._own(name)
                    yield self._survey(code, number, name, at) | {"valueInteger": values[name], "note": note}
            if values.get("flags"):
                yield self._survey(self._own("flag"), number, "flag", at) | {"valueString": ";".join(values["flags"])}
        if entry.kind == "goal" and values.get("words") and isinstance(values.get("score"), int):
            yield from self._goal(values["words"])
            score = {"valueInteger": values["score"], "focus": [_to(self.id("goal", values["words"]))]}
            yield self._survey(self._own("goal-attainment"), number, "goal", at) | score

    def test(self, n: int, row: Row) -> Iterator[Plain]:
        """Yield the observation of a test done by hand."""
        name = row.words or row.test
        own = f"Test done by hand: {row.test}"
        code = _coding(LOINC, row.loinc, STRENGTH[row.loinc]) if row.loinc else self._own(f"test-{row.test}", own)
        code["text"] = ", ".join(part for part in (name, row.part) if part)
        found = self._observation("exam", code, "test", row.id or n, row.hand, row.part)
        found |= {"effectiveDateTime": iso_date(row.on)}
        found |= {"bodySite": {"text": f"{row.hand} hand"}} if row.hand else {}
        notes = [f"summed over {row.trials} trials"] if row.trials > 1 else []
        notes += [row.device] if row.device else []
        found |= {"note": [{"text": "; ".join(notes)}]} if notes else {}
        absent = {"dataAbsentReason": {"text": "the hand was unable"}}
        yield found | (absent if row.value is None else {"valueQuantity": _quantity(row.value, row.unit)})

    def code_system(self) -> Plain:
        """Return the codes that are Regrasp's own, those of this bundle among them."""
        concepts = [{"code": code, "display": display} for code, display in sorted(self._codes.items())]
        return {
            "resourceType": "CodeSystem", "id": str(OWN), "url": SYSTEM, "version": version(), "name": "Regrasp",
            "title": "Regrasp: hand exercise games", "status": "active", "content": "fragment", "concept": concepts,
        }  # fmt: skip

    # Parts

    def _survey(self, code: Plain, number: int, name: str, at: str) -> Plain:
        told = self._observation("survey", code, "diary", number, name)
        return told | {"effectiveDateTime": _at(at), "performer": [self._subject()]}

    def _observation(self, category: str, code: Plain, *row: object) -> Plain:
        return {
            "resourceType": "Observation", "id": self.id(*row), "status": "final",
            "category": [{"coding": [{"system": CATEGORY, "code": category}]}], "code": code,
            "subject": self._subject(),
        }  # fmt: skip

    def _own(self, code: str, display: str = "") -> Plain:
        self._codes.setdefault(code, display or code)
        return _coding(SYSTEM, code, self._codes[code])

    def _subject(self) -> Plain:
        return _to(self.id("patient"))

    def _is_new(self, name: str) -> bool:
        is_new = name not in self._known
        self._known.add(name)
        return is_new


def _coding(system: str, code: str, display: str) -> Plain:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def _to(identifier: str) -> Plain:
    return {"reference": f"urn:uuid:{identifier}"}


def _quantity(value: float, unit: str) -> Plain:
    """Return a value with its unit; with a code of UCUM where there is one."""
    code = UNITS.get(unit)
    return {"value": value, **({"unit": unit} if unit else {}), **({"system": UCUM, "code": code} if code else {})}


def _at(iso: str, ms: float = 0.0) -> str:
    return (datetime.fromisoformat(iso) + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds")
