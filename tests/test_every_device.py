"""Check the contract of a device for every one there is: a new file in ``devices`` is found and held to it."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import devices
from devices.device import Device, DeviceKind, every_kind
from engine.game import LIKE, Skill
from engine.sample import Sample

KINDS = every_kind()


def now_ms() -> float:
    return time.perf_counter() * 1000


@pytest.fixture(params=KINDS, ids=[kind.name for kind in KINDS])
def kind(request: pytest.FixtureRequest) -> DeviceKind:
    found: DeviceKind = request.param
    return found


@pytest.fixture
def device(kind: DeviceKind, tmp_path: Path) -> Iterator[Device]:
    """Return the device opened where no hardware is."""
    opened = kind.open(str(tmp_path / "nothing"), now_ms)
    yield opened
    opened.close()


def test_every_file_that_ends_in_a_device_is_found() -> None:
    files = [path for path in Path(devices.__path__[0]).glob("*.py") if "\nDEVICE = " in path.read_text("utf-8")]
    assert len(KINDS) == len(files) >= 3
    assert all(path.read_text("utf-8").rstrip().splitlines()[-1].startswith("DEVICE = ") for path in files)
    assert len({kind.name for kind in KINDS}) == len(KINDS)


def test_every_skill_has_a_device() -> None:
    asked = {LIKE.get(skill, skill) for skill in get_args(Skill)}  # what aims is pointed, what mixes is squeezed
    assert frozenset[Skill]().union(*(kind.skills for kind in KINDS)) == asked


def test_a_poll_returns_samples(device: Device) -> None:
    for _ in range(3):
        felt = device.poll(now_ms())
        assert isinstance(felt, tuple)
        assert all(isinstance(sample, Sample) for sample in felt)
        time.sleep(0.01)


def test_it_describes_itself_in_plain_json(device: Device, kind: DeviceKind) -> None:
    said = device.describe()
    assert said["kind"] == kind.name
    assert json.loads(json.dumps(said, allow_nan=False)) == said


def test_a_message_is_a_key(device: Device) -> None:
    message = device.message()
    assert message is None or message.startswith("device.")


def test_it_closes_twice_and_then_is_silent(device: Device) -> None:
    device.close()
    device.close()
    assert device.poll(now_ms()) == ()
    assert device.message() is None
