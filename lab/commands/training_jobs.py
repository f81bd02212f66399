"""Turns names of data sets, parents and runs into all that one training needs."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.errors import TrainingError
from lab.records import Dataset, Prompt, Split, TrainingOutcome, TrainingRun

if TYPE_CHECKING:
    from lab.home import Home
    from lab.train.config import TrainConfig
    from storage.client import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One training, ready to start or to go on."""

    run: TrainingRun
    """What is asked for; its config with the parent as a path."""

    config: TrainConfig
    """The same settings, typed."""

    train_prompts: Sequence[Prompt]
    """What to learn."""

    validation_prompts: Sequence[Prompt]
    """What to measure on."""

    out: Path
    """The checkpoint's folder."""

    states: Path
    """The run's folder."""

    facts: dict[str, Any]
    """What the checkpoint's file tells of data and parent."""

    logged: int | None
    """The last logged step of a run that is gone on with; None for a new run."""


def new_job(store: Store, home: Home, dataset_name: str, config: TrainConfig) -> Job:
    """Prepare a new run.

    Args:
        store: the store.
        home: the lab.
        dataset_name: the data set.
        config: the settings; `parent` may be a checkpoint's name, a folder or a hub name.

    Returns:
        The job; nothing is stored yet.
    """
    from lab.train.run import environment
    from storage import datasets

    dataset = datasets.named(store, dataset_name)
    config, parent_id = _find_parent(store, config)
    config = _find_tokenizer(store, dataset, config)
    run = TrainingRun(
        name=config.name,
        dataset_id=dataset.id,
        parent_checkpoint_id=parent_id,
        config=dataclasses.asdict(config),
        environment=environment(),
    )
    return _job(store, home, run, dataset, config, None)


def resumed_job(store: Store, home: Home, name: str) -> Job:
    """Prepare to go on with the newest run of a name.

    Args:
        store: the store.
        home: the lab.
        name: the run's name.

    Returns:
        The job, with the run's own data and settings.

    Raises:
        UnknownNameError: there is no such run.
        TrainingError: it is over.
    """
    from lab.train.config import TrainConfig
    from storage import datasets, training

    run = training.run_named(store, name)
    ends = training.ends(store, run.id)
    has_state = (home.runs / run.id).is_dir()
    over = (TrainingOutcome.FINISHED, TrainingOutcome.STOPPED_EARLY)
    if ends and ends[-1].outcome in over:
        raise TrainingError(
            f"training run {name!r} is over: it {_words(ends[-1].outcome)} at step "
            f"{ends[-1].step}; to train on from its checkpoint, give it as --parent with "
            "--architecture hub"
        )
    if ends and not has_state:
        raise TrainingError(
            f"training run {name!r} cannot be gone on with: at step {ends[-1].step} it "
            f"{_words(ends[-1].outcome)} ({ends[-1].message}); train anew with other settings"
        )
    steps = training.steps(store, run.id)
    known = {item.name for item in dataclasses.fields(TrainConfig)}
    config = TrainConfig(**{key: value for key, value in run.config.items() if key in known})
    dataset = datasets.by_id(store, run.dataset_id)
    return _job(store, home, run, dataset, config, steps[-1].step if steps else 0)


def _job(
    store: Store,
    home: Home,
    run: TrainingRun,
    dataset: Dataset,
    config: TrainConfig,
    logged: int | None,
) -> Job:
    from lab.commands.prepared import prompts_of
    from storage import checkpoints

    parents = checkpoints.by_ids(store, [run.parent_checkpoint_id or dataset.id])
    parent = parents.get(run.parent_checkpoint_id or "")
    return Job(
        run=run,
        config=config,
        train_prompts=prompts_of(store, dataset, Split.TRAIN),
        validation_prompts=prompts_of(store, dataset, Split.VALIDATION, config.validation_rows),
        out=home.checkpoints / f"{config.name}-{run.id[-12:]}",
        states=home.runs / run.id,
        facts={
            "dataset": dataset.name,
            "dataset_sha256": dataset.content_sha256,
            "licence": dataset.licence,
            "parent": None if parent is None else parent.name,
            "parent_sha256": None if parent is None else parent.weights_sha256,
        },
        logged=logged,
    )


def _find_parent(store: Store, config: TrainConfig) -> tuple[TrainConfig, str | None]:
    from lab.commands.prepared import checkpoint_folder
    from storage import checkpoints

    if not config.parent:
        return config, None
    for checkpoint in reversed(checkpoints.every(store)):
        if checkpoint.name == config.parent and checkpoint.path:
            return dataclasses.replace(config, parent=checkpoint.path), checkpoint.id
    return dataclasses.replace(config, parent=checkpoint_folder(store, config.parent)), None


def _find_tokenizer(store: Store, dataset: Dataset, config: TrainConfig) -> TrainConfig:
    """Take the tokenizer asked for, else the one that was prepared with the data set."""
    from lab.commands.prepared import checkpoint_folder, tokenizer_of

    if config.architecture == "hub":
        return config
    name = config.tokenizer or tokenizer_of(dataset)
    return dataclasses.replace(config, tokenizer=checkpoint_folder(store, name))


def _words(outcome: TrainingOutcome) -> str:
    return outcome.value.replace("_", " ")
