"""Turns prompts with references and settings into a saved checkpoint."""

from __future__ import annotations

import dataclasses
import os
import platform
import random
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from lab.errors import InputError
from lab.models.save import check_free, save_checkpoint
from lab.models.threads import available_cores, threads
from lab.records import Checkpoint, Prompt, TrainingStep, now
from lab.train.config import TrainConfig
from lab.train.loop import Fit, fit
from lab.train.precision import processor
from lab.train.rows import token_rows
from lab.train.start import Start, make_start


def train(
    train_prompts: Sequence[Prompt],
    validation_prompts: Sequence[Prompt],
    config: TrainConfig,
    out: Path,
    training_run_id: str,
    on_step: Callable[[TrainingStep, float], None],
) -> Checkpoint:
    """Train a model and save it; with a budget of steps, the same seed gives the same weights.

    The sameness holds for one machine, one number of threads and the same library versions.

    Args:
        train_prompts: prompts with references, to learn from.
        validation_prompts: prompts with references, to measure on; may be empty.
        config: the settings.
        out: the checkpoint's folder, which must not exist or be empty.
        training_run_id: the run, for the steps and the checkpoint.
        on_step: called at each log with the step and the share of the budget done, in [0, 1].

    Returns:
        The checkpoint, saved.

    Raises:
        InputError: no prompts, or one that cannot be learned from.
        CheckpointError: the parent cannot be loaded, or the folder cannot be written.
        TrainingError: the training broke down.
    """
    check_free(out)
    if not train_prompts:
        raise InputError("no training prompts; import data with a split 'train'")

    def report(share: float, **fields: Any) -> None:
        on_step(TrainingStep(training_run_id=training_run_id, **fields), share)

    with threads(config.threads), torch.random.fork_rng():
        start = make_start(train_prompts, config)
        result = _fit(start, train_prompts, validation_prompts, config, report)
    return _save(start, result, config, out, training_run_id)


def environment() -> dict[str, Any]:
    """Return what a training run depends on besides its settings.

    Returns:
        Versions of Python and the libraries, processor, cores and GPU.
    """
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        **{name: version(name) for name in ("torch", "transformers", "tokenizers", "numpy")},
        "processor": processor().get("cpu_name") or platform.machine(),
        "cores": available_cores(),
        "omp_num_threads": os.environ.get("OMP_NUM_THREADS"),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
    }


def _fit(
    start: Start,
    train_prompts: Sequence[Prompt],
    validation_prompts: Sequence[Prompt],
    config: TrainConfig,
    report: Callable[..., None],
) -> Fit:
    rows = token_rows(
        _enough(train_prompts, config), start.tokenizer, config.template, start.context
    )
    used = validation_prompts[: config.validation_rows]
    held_out = token_rows(used, start.tokenizer, config.template, start.context)
    own = start.kind != "hub"
    pad = start.tokenizer.pad_token_id
    return fit(start.model, rows, held_out, config, pad, own, report)


def _enough(prompts: Sequence[Prompt], config: TrainConfig) -> Sequence[Prompt]:
    """Draw as many prompts as the budget can use: encoding the others would be lost time."""
    if config.step_budget is None or config.step_budget * config.batch_rows >= len(prompts):
        return prompts
    return random.Random(config.seed).sample(prompts, config.step_budget * config.batch_rows)


def _save(
    start: Start, result: Fit, config: TrainConfig, out: Path, training_run_id: str
) -> Checkpoint:
    facts = {
        "name": config.name,
        "kind": start.kind,
        "training_run_id": training_run_id,
        "n_parameters": start.model.num_parameters(),
        "n_tokens": result.n_tokens,
        "validation_loss": result.validation_loss,
        "template": config.template,
    }
    created = now()
    about = {
        "format": 1,
        **facts,
        "kind": start.kind.value,
        "context": start.context,
        "steps": result.steps,
        "config": dataclasses.asdict(config),
        "environment": environment(),
        "created_at": created.isoformat(),
    }
    sha256 = save_checkpoint(start.model, start.tokenizer, out, about)
    return Checkpoint(path=str(out), weights_sha256=sha256, created_at=created, **facts)
