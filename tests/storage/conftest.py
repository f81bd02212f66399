"""A store that the tests of a file share, and made records to put into stores."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from lab.home import find_home
from storage.client import Store, open_store, stop_owner
from tests.storage.desks import Table


@pytest.fixture(scope="session")
def made() -> ModuleType:
    """Load the module beside this one that makes records: tests are not importable by name."""
    spec = importlib.util.spec_from_file_location("made", Path(__file__).with_name("made.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for the tests of a file that do not mind what is in it."""
    folder = tmp_path_factory.mktemp("lab-home")
    place = find_home(folder, str(folder / "lab.duckdb"))
    with open_store(place) as opened:
        yield opened
    stop_owner(place)


@pytest.fixture
def table() -> Iterator[Table]:
    """Open a desk over an empty database in memory."""
    opened = Table()
    yield opened
    opened.connection.close()
