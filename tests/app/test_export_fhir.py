"""The FHIR bundle: valid as R4, whole in itself, the same each time, and no code in it that nobody checked."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import kept
import pytest

from app import files
from app.export_command import Wanted, run
from app.export_fhir import LOINC, SYSTEM, UCUM

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
VECTORS = files.ROOT / "tests" / "vectors" / "fhir_examples.json"
CHECKED = {LOINC: {"72514-3", "83174-3", "83173-5"}}
UNITS = {"kgf", "N", "mm", "s", "ms", "mm/s", "Hz", "%", "{score}", "1", "[lbf_av]"}


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    data = kept.make(tmp_path_factory.mktemp("records"))
    run(Wanted(str(data), format="fhir", out=data / "out"), NOW, UTC)
    return (data / "out" / "bundle.json").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def resources(text: str) -> list[dict[str, Any]]:
    bundle = json.loads(text)
    assert all(entry["fullUrl"] == f"urn:uuid:{entry['resource']['id']}" for entry in bundle["entry"])
    return [entry["resource"] for entry in bundle["entry"]]


def values_of(value: Any, key: str) -> Iterator[Any]:
    """Yield what stands under a key anywhere."""
    for name, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if name == key:
            yield one
        yield from values_of(one, key)


def by_code(resources: list[dict[str, Any]], code: str) -> list[dict[str, Any]]:
    found = [one for one in resources if one["resourceType"] == "Observation"]
    return [one for one in found if one["code"]["coding"][0]["code"] == code]


def test_the_bundle_is_valid_as_r4(text: str) -> None:
    models = pytest.importorskip("fhir.resources.R4B.bundle", reason="fhir.resources is not installed")
    bundle = models.Bundle.model_validate_json(text)
    assert bundle.type == "collection"
    assert len(bundle.entry) > 15
    wrong = json.loads(text)
    wrong["entry"][0]["resource"]["made-up"] = 1
    with pytest.raises(ValueError, match="made-up"):
        models.Bundle.model_validate(wrong)


def test_every_reference_is_to_a_resource_of_the_bundle_and_each_has_an_identifier_of_its_own(
    resources: list[dict[str, Any]],
) -> None:
    known = [f"urn:uuid:{one['id']}" for one in resources]
    assert len(set(known)) == len(known)
    references = set(values_of(resources, "reference"))
    assert len(references) >= 4
    assert references <= set(known)


def test_only_codes_that_were_checked_are_used_and_all_others_are_explained_in_the_bundle(
    resources: list[dict[str, Any]],
) -> None:
    (system,) = (one for one in resources if one["resourceType"] == "CodeSystem")
    own = {concept["code"] for concept in system["concept"]}
    assert system["url"] == SYSTEM
    codings = [one for found in values_of(resources, "coding") for one in found]
    for coding in codings:
        if coding["system"] in (LOINC, SYSTEM):
            assert coding["code"] in CHECKED.get(coding["system"], own), coding
        else:
            assert coding["system"] == "http://terminology.hl7.org/CodeSystem/observation-category"
            assert coding["code"] in ("survey", "exam", "activity")
    quantities = list(values_of(resources, "valueQuantity"))
    assert {one["code"] for one in quantities if one.get("system") == UCUM} <= UNITS


def test_pain_and_grip_strength_are_told_as_in_the_checked_example(resources: list[dict[str, Any]]) -> None:
    example = json.loads(VECTORS.read_text(encoding="utf-8"))
    shown = {one["resource"]["id"]: one["resource"] for one in example["entry"]}
    before, after = by_code(resources, "72514-3")
    assert (before["valueInteger"], after["valueInteger"]) == (3, 4)
    for name in ("code", "category", "status"):
        assert before[name] == shown["pain-now"][name]
    assert before["effectiveDateTime"] == "2026-05-05T08:00:01.000+00:00"
    for code, example_id, value in (("83174-3", "grip-right", 18.7), ("83173-5", "grip-left", 24.1)):
        (strength,) = by_code(resources, code)
        assert strength["code"]["coding"] == shown[example_id]["code"]["coding"]
        assert strength["valueQuantity"] == shown[example_id]["valueQuantity"] | {"value": value, "unit": "kg"}


def test_each_block_is_one_observation_with_its_measures_and_their_versions(resources: list[dict[str, Any]]) -> None:
    assert [len(by_code(resources, code)) for code in ("block", "probe-block")] == [3, 1]
    tapped = by_code(resources, "block")[-1]
    parts = {part["code"]["coding"][0]["code"]: part for part in tapped["component"]}
    assert parts["game"]["valueString"] == "ladybirds"
    assert parts["hits"]["valueQuantity"]["value"] == 100.0
    reaction = parts["measure-reaction_ms"]
    assert reaction["valueQuantity"] == {"value": 512.5, "unit": "ms", "system": UCUM, "code": "ms"}
    assert "version" in reaction["code"]["text"]
    assert tapped["effectivePeriod"]["start"] == "2026-05-13T08:00:02.166+00:00"


def test_plan_goal_and_its_rating_belong_together(resources: list[dict[str, Any]]) -> None:
    (goal,) = (one for one in resources if one["resourceType"] == "Goal")
    (rating,) = by_code(resources, "goal-attainment")
    assert goal["description"]["text"] == kept.GOAL
    assert (rating["valueInteger"], rating["focus"][0]["reference"]) == (-1, f"urn:uuid:{goal['id']}")
    (plan,) = (one for one in resources if one["resourceType"] == "ServiceRequest")
    assert plan["occurrenceTiming"]["repeat"] == {
        "duration": 12.0, "durationUnit": "min", "dayOfWeek": ["mon", "tue", "wed", "thu", "fri"], "frequency": 2,
        "period": 1, "periodUnit": "d",
    }  # fmt: skip
    assert plan["authoredOn"].startswith("2026-05-05")


def test_the_patient_is_a_code_and_nothing_else(resources: list[dict[str, Any]]) -> None:
    patient = resources[0]
    assert set(patient) == {"resourceType", "id", "identifier", "active"}
    assert patient["identifier"][0]["value"] == kept.CODE
