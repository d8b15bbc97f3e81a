"""Give the tests here one screen to open windows on, or skip them all in plain words."""

import os
from collections.abc import Iterator

import pytest
from screen import NoScreen, Screen, opened_screen


@pytest.fixture(scope="session")
def screen() -> Iterator[Screen]:
    """Try once whether a window can be opened; without one, every test here is skipped and says why."""
    opening = opened_screen()
    try:
        here = opening.__enter__()
    except NoScreen as error:
        told = f"no window can be opened here: {error}"
        if os.environ.get("CI"):
            pytest.fail(told)  # a machine that is there to test must not leave these out in silence
        pytest.skip(told)
    yield here
    opening.__exit__(None, None, None)
