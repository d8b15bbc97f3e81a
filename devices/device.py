"""Say what every device is to the rest of the program: asked once a picture, it hands out what it felt."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from engine.game import Skill
from engine.sample import Sample

Clock = Callable[[], float]


class Device(Protocol):
    """Something that feels the hand."""

    def poll(self, now_ms: float) -> tuple[Sample, ...]:
        """Return what was felt since the last call, oldest first; ``now_ms`` is the session's time."""

    def close(self) -> None:
        """Let go of the hardware; a second call does nothing."""

    def describe(self) -> dict[str, Any]:
        """Return what the header of a recording keeps of it: ``kind`` and plain JSON values."""

    def message(self) -> str | None:
        """Return the key of the text the patient should read about it now, or ``None`` if all is well."""


@dataclass(frozen=True, slots=True)
class DeviceKind:
    """One kind of device: what it is called, which skills it can train, and how it is opened.

    ``open`` is given a port ("" for a device that needs none) and a clock that returns the session's
    milliseconds. It never raises for hardware that is missing: the device says so by ``message``.
    """

    name: str
    skills: frozenset[Skill]
    open: Callable[[str, Clock], Device]


def every_kind() -> tuple[DeviceKind, ...]:
    """Return all kinds of device there are: each module of this package that ends in ``DEVICE``, by name."""
    package = importlib.import_module("devices")
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__, "devices."))
    modules = [importlib.import_module(name) for name in names]
    return tuple(module.DEVICE for module in modules if hasattr(module, "DEVICE"))
