"""Make every test the same each time, and run the whole suite in two processes, since much of it waits for ports.

Hypothesis draws its examples from the test itself, without a clock. More processes need pytest-xdist.
"""

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
TOGETHER = {"e2e": "real time", "firmware": "real time"}


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Ask for more processes, unless only some tests, or another number of processes, were asked for."""
    if hasattr(config, "workerinput"):
        return  # this is one of those processes
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    if whole and config.pluginmanager.hasplugin("xdist") and config.getoption("numprocesses", None) is None:
        config.option.numprocesses, config.option.dist = PROCESSES, "loadgroup"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests that play in real time in one process: two at once would disturb each other."""
    for item in items:
        group = TOGETHER.get(item.path.parent.name)
        if group:
            item.add_marker(pytest.mark.xdist_group(group))
