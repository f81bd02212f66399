"""Turns what a training loop came to into saved checkpoints with their provenance."""

from __future__ import annotations

import dataclasses
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.errors import CheckpointError
from lab.models.folder import ABOUT, read_about
from lab.models.save import check_free, save_checkpoint
from lab.records import Checkpoint, now
from lab.train.adapters import merged
from lab.train.config import TrainConfig
from lab.train.loop import Fit
from lab.train.start import Start
from lab.train.states import RunFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """What the checkpoints of one run have in common."""

    start: Start
    """Tokenizer, kind and context."""

    config: TrainConfig
    """The settings."""

    run_id: str
    """The training run."""

    facts: dict[str, Any]
    """What else the checkpoint's file is to tell: data, environment, processes."""

    def save(self, model: Any, result: Fit, out: Path, name: str) -> Checkpoint:
        """Save a model as a checkpoint, its adapters merged.

        Args:
            model: the model, whole.
            result: what the loop came to.
            out: the folder.
            name: the checkpoint's name.

        Returns:
            The checkpoint.

        Raises:
            CheckpointError: the place is taken or cannot be written.
        """
        whole = merged(model)
        facts = {
            "name": name,
            "kind": self.start.kind,
            "training_run_id": self.run_id,
            "n_parameters": whole.num_parameters(),
            "n_tokens": result.n_tokens,
            "step": result.best_step,
            "validation_loss": result.validation_loss,
            "template": self.start.template,
        }
        created = now()
        about = {
            "format": 1,
            **facts,
            "kind": self.start.kind.value,
            "context": self.start.context,
            "bits_per_byte": result.bits_per_byte,
            "outcome": result.outcome.value,
            "config": dataclasses.asdict(self.config),
            **_course(result, self.config),
            **self.facts,
            "created_at": created.isoformat(),
        }
        sha256 = save_checkpoint(whole, self.start.tokenizer, out, about)
        return Checkpoint(path=str(out), weights_sha256=sha256, created_at=created, **facts)

    def keep(self, model: Any, result: Fit, folder: RunFolder) -> None:
        """Keep a model beside the state of its run; of more than asked for, the last ones stay."""
        place = folder.kept(result.steps)
        if not (place / ABOUT).is_file():
            shutil.rmtree(place, ignore_errors=True)
            self.save(model, result, place, f"{self.config.name}@{result.steps}")
        for old in folder.all_kept()[: -self.config.keep]:
            shutil.rmtree(old, ignore_errors=True)

    def rescue(self, model: Any, best: Fit, folder: RunFolder) -> None:
        """Keep the best weights of a run that broke down beside those that were kept before.

        Args:
            model: the model, whole, with its best weights.
            best: what the loop had come to.
            folder: the run's folder.

        Raises:
            CheckpointError: they cannot be written.
        """
        place = folder.kept(best.best_step)
        if not (place / ABOUT).is_file():
            shutil.rmtree(place, ignore_errors=True)
            self.save(model, best, place, f"{self.config.name}@{best.best_step}")


def published(folder: RunFolder, out: Path) -> list[Checkpoint]:
    """Move what was kept of a run to its place beside the best checkpoint.

    Args:
        folder: the run's folder.
        out: the folder of the best checkpoint.

    Returns:
        The kept checkpoints, the earliest first.
    """
    return [_move(kept, out) for kept in folder.all_kept()]


def make_room(out: Path, run_id: str) -> None:
    """Make sure that a checkpoint can be put at a place.

    What an earlier stretch of the same run left there, killed before it was stored, is deleted.

    Raises:
        CheckpointError: something else is there, or the folder above it cannot be written.
    """
    for place in (out, *out.parent.glob(f"{out.name}@*")):
        if (place / ABOUT).is_file() and (read_about(place) or {}).get("training_run_id") == run_id:
            shutil.rmtree(place)
    check_free(out)


def _move(kept: Path, out: Path) -> Checkpoint:
    about = read_about(kept) or {}
    place = out.with_name(f"{out.name}@{about['step']}")
    try:
        shutil.move(kept, place)
    except OSError as error:
        raise CheckpointError(f"checkpoint {str(place)!r} cannot be written: {error}") from error
    fields = {
        key: about[key]
        for key in ("name", "training_run_id", "n_parameters", "n_tokens", "step", "template")
    }
    return Checkpoint(
        path=str(place),
        kind=about["kind"],
        validation_loss=about["validation_loss"],
        weights_sha256=about["weights_sha256"],
        **fields,
    )


def _course(result: Fit, config: TrainConfig) -> dict[str, Any]:
    """Say how long the training took, and what it cost."""
    cost = None if config.cost_per_hour is None else config.cost_per_hour * result.seconds / 3600
    epochs = result.epochs or None
    return {
        "steps": result.steps,
        "epochs": result.epochs,
        "seconds": result.seconds,
        "seconds_per_epoch": result.seconds / epochs if epochs else None,
        "cost": cost,
        "cost_per_epoch": cost / epochs if cost is not None and epochs else None,
        "memory_bytes": result.memory_bytes,
    }
