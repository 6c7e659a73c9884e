"""The regions that tests share.

The interpreter with ministack is found in NANOFLEET_EMULATOR (a venv), else in the cache, else this one.
"""

from __future__ import annotations

import importlib.util
import site
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from regions import EMULATOR, Region
from roles import Actor, allow

if importlib.util.find_spec("ministack") is None:
    for packages in EMULATOR.glob("lib/python*/site-packages"):
        site.addsitedir(str(packages))


@pytest.fixture(scope="session")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    """One region for all tests that do not end it."""
    running = Region(tmp_path_factory.mktemp("region"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def own_region(tmp_path: Path) -> Iterator[Region]:
    """A region that the test may kill and start again."""
    running = Region(tmp_path)
    running.start()
    yield running
    if running.process and running.process.poll() is None:
        running.stop()


@pytest.fixture
def actor(region: Region) -> Actor:
    """Somebody who may do nothing yet."""
    return Actor(region, f"actor-{uuid.uuid4().hex[:8]}", allow("sts:GetCallerIdentity"))
