"""Turns the state of a run into a file that is there whole or not at all, and that back."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from lab.errors import CheckpointError, TrainingError

STATE, LOCK, ROWS, KEPT = "state.pt", "lock", "rows", "kept"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder of one training run: its newest state, its token rows, its kept checkpoints."""

    path: Path
    """The folder, made when first written to."""

    @property
    def rows(self) -> Path:
        """Where the token rows of the training texts lie."""
        return self.path / ROWS

    @property
    def has_state(self) -> bool:
        """Whether there is a state to go on from."""
        return (self.path / STATE).is_file()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep the run to this process.

        Raises:
            TrainingError: another process trains it.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            file = (self.path / LOCK).open("w")
        except OSError as error:
            raise TrainingError(
                f"run folder {str(self.path)!r}: {error.strerror or error}; check LAB_HOME"
            ) from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise TrainingError(
                    "this run is being trained by another process; wait for it, or end that one"
                ) from error
            yield

    def save(self, state: dict[str, Any]) -> None:
        """Write a state beside the last one, then put it in that one's place.

        Args:
            state: tensors, numbers, texts, and dicts and lists of them.

        Raises:
            CheckpointError: it cannot be written; the last state is still there.
        """
        target, partial = self.path / STATE, self.path / f".{STATE}.partial"
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as file:
                torch.save({"format": FORMAT, **state}, file)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(target)
            _sync(self.path)
        except (OSError, RuntimeError) as error:  # torch reports a full disk as RuntimeError
            partial.unlink(missing_ok=True)
            last = "the last one is whole" if self.has_state else "there is none before it"
            raise CheckpointError(
                f"state {str(target)!r} cannot be written: {_reason(error)}; {last}; make room on "
                "the disk, then go on with `lab train --resume`"
            ) from error

    def load(self) -> dict[str, Any] | None:
        """Read the newest state.

        Returns:
            The state; None where there is none yet.

        Raises:
            CheckpointError: the file is damaged, or of another version of the lab.
        """
        if not self.has_state:
            return None
        try:
            state = torch.load(self.path / STATE, map_location="cpu", weights_only=True)
        except Exception as error:  # torch and zipfile raise many kinds
            raise CheckpointError(
                f"state {str(self.path / STATE)!r} is damaged: {_reason(error)}; train anew"
            ) from error
        if not isinstance(state, dict) or state.get("format") != FORMAT:
            raise CheckpointError(
                f"state {str(self.path / STATE)!r} was written by another version of the lab; "
                "resume with that version, or train anew"
            )
        return state

    def kept(self, step: int) -> Path:
        """Return where the checkpoint of a step is kept until the run is over."""
        return self.path / KEPT / f"{step:09d}"

    def all_kept(self) -> list[Path]:
        """Return the kept checkpoints, the earliest first."""
        folder = self.path / KEPT
        return sorted(folder.glob("[0-9]*")) if folder.is_dir() else []

    def discard(self) -> None:
        """Delete the folder: nothing is to be resumed from it."""
        shutil.rmtree(self.path, ignore_errors=True)


def _reason(error: Exception) -> str:
    """Say in words why a file could not be written or read; a full disk hides below torch's."""
    below: BaseException | None = error
    while below is not None and not isinstance(below, OSError):
        below = below.__cause__ or below.__context__
    if isinstance(below, OSError) and below.strerror:
        return below.strerror
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
