"""Make every test the same each time, and run the whole suite in two processes, since much of it waits for time.

Hypothesis draws its examples from the test itself, without a clock. More processes need pytest-xdist.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "the same each time",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("the same each time")

PROCESSES = 2
# What plays in real time stands in groups of its own, each in one process: two at once would disturb each other.
TOGETHER = {"e2e": "real time", "firmware": "real time", "devices": "ports"}
PORTS = ("test_cli_devices", "test_plugged", "test_sensors", "test_hardware")  # of the app
# What is made once for all tests of a file, and takes long to make: they stay in one process.
SHARED = (
    "test_fortnight",
    "test_fingers",
    "test_focus",
    "test_every_screen",
    "test_why",
    "test_presses",
    "test_replay",
)
YIELDS = 10  # how much the processes without real time give way to those with it


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Ask for more processes, unless only some tests, or another number of processes, were asked for."""
    if hasattr(config, "workerinput"):
        return  # this is one of those processes
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    if whole and config.pluginmanager.hasplugin("xdist") and config.getoption("numprocesses", None) is None:
        config.option.numprocesses, config.option.dist = PROCESSES, "loadscope"
        config.option.loadscopereorder = False  # the order below


def pytest_configure(config: pytest.Config) -> None:
    """Let all processes give way but the first, which gets what plays in real time."""
    worker = getattr(config, "workerinput", {}).get("workerid", "gw0")
    if worker != "gw0" and hasattr(os, "nice"):
        os.nice(YIELDS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what plays in real time first in line, then what stays together."""
    items.sort(key=lambda item: _place(item.path))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each group to one process, whatever pytest and xdist think of marks."""
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return _group(Path(nodeid.partition("::")[0])) or nodeid

    return ByGroup(config, log) if config.getvalue("dist") == "loadscope" else None


def _place(path: Path) -> int:
    group = _group(path)
    return ("real time", "ports").index(group) if group in ("real time", "ports") else 2 if group else 3


def _group(path: Path) -> str:
    if path.stem in SHARED:
        return path.stem
    return "ports" if path.stem in PORTS else TOGETHER.get(path.parent.name, "")
