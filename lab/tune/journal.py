"""Keeps a search in a file that several processes share, each of which may be killed."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from lab.records import new_id

if TYPE_CHECKING:
    from optuna.storages import JournalStorage


class Journal:
    """One process's part in a search: its journal, and a folder that shows that it is alive.

    Use it as a context. The folder is locked for as long as the process lives, so that another
    process can tell a killed one, whatever became of its number, and clear up after it.
    """

    def __init__(self, folder: Path, name: str):
        """Name the places; nothing is made yet.

        Args:
            folder: where searches lie.
            name: the search's name.
        """
        self.path = folder / f"{name}.journal"
        self.workers = folder / f"{name}.workers"
        self.worker = new_id()
        self._lock = folder / f"{name}.lock"
        self._alive = -1

    @property
    def scratch(self) -> Path:
        """Name the folder of this process alone; gone when it ends."""
        return self.workers / self.worker

    def __enter__(self) -> Journal:
        """Make the folder and lock it."""
        with self.alone():
            self.scratch.mkdir(parents=True)
            self._alive = os.open(self.scratch / "alive", os.O_CREAT | os.O_RDWR)
            fcntl.flock(self._alive, fcntl.LOCK_EX)
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the folder."""
        with self.alone():
            shutil.rmtree(self.scratch, ignore_errors=True)
            os.close(self._alive)
            with suppress(OSError):  # others are still there
                self.workers.rmdir()

    def is_alive(self, worker: str | None) -> bool:
        """Say whether a process of this search is still there."""
        if worker is None or worker == self.worker:
            return worker is not None
        try:
            descriptor = os.open(self.workers / worker / "alive", os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def clear(self) -> None:
        """Remove what killed processes left; call it while holding `alone`."""
        for left in self.workers.glob("*/"):
            if not self.is_alive(left.name):
                shutil.rmtree(left, ignore_errors=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep the other processes of this search waiting."""
        with _locked(self._lock):
            yield

    def storage(self) -> JournalStorage:
        """Open the journal.

        A last line that a killed process or a full disk cut short is left out.
        """
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend

        with _locked(self.path):
            _mend(self.path)
        lock = _JournalLock(self.path)
        return JournalStorage(JournalFileBackend(str(self.path), lock))  # type: ignore[arg-type]


class _JournalLock:
    """Lets go with the process, so that a killed one keeps nobody waiting, as Optuna's own does."""

    def __init__(self, path: Path):
        self._path, self._held = path, ExitStack()

    def acquire(self) -> bool:
        self._held.enter_context(_locked(self._path))
        return True

    def release(self) -> None:
        self._held.close()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _mend(path: Path) -> None:
    """Cut off a last line without an end."""
    with path.open("rb+") as file:
        file.truncate(file.read().rfind(b"\n") + 1)
