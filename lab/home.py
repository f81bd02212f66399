"""Where things live: the folder of a lab and the files in it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one lab, and the database that belongs to it."""

    path: Path
    """The folder: checkpoints, reports, the database file."""

    database: str
    """The database: a DuckDB file's path."""

    @property
    def checkpoints(self) -> Path:
        """The folder that holds one folder per checkpoint."""
        return self.path / "checkpoints"

    @property
    def data(self) -> Path:
        """The folder that holds one folder per prepared data set."""
        return self.path / "data"

    @property
    def runs(self) -> Path:
        """The folder that holds one folder per training run, to resume from."""
        return self.path / "runs"

    @property
    def reports(self) -> Path:
        """The folder that holds what the lab tells in files of their own."""
        return self.path / "reports"


def find_home(path: str | Path | None = None, database: str | None = None) -> Home:
    """Find the lab's folder and database.

    Args:
        path: the folder; by default the environment variable LAB_HOME, else `./lab-home`.
        database: the database; by default LAB_DATABASE, else `lab.duckdb` in the folder.

    Returns:
        The places, which need not exist yet.
    """
    folder = Path(path or os.environ.get("LAB_HOME") or "lab-home").absolute()
    return Home(folder, database or os.environ.get("LAB_DATABASE") or str(folder / "lab.duckdb"))
