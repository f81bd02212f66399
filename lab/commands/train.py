"""Train a model from scratch, or fine-tune a checkpoint."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lab.commands import flags
from lab.commands.console import progress, say

if TYPE_CHECKING:
    from lab.home import Home
    from lab.records import Checkpoint
    from lab.train.config import TrainConfig
    from storage.client import Store

EXAMPLES = """\
examples:
  lab train --dataset world --name candidate --template "{source}" --steps 800
  lab train --dataset world --name lstm --architecture lstm --template "{source}"
  lab train --dataset stories --name tuned --architecture hub --parent ./models/tiny-llama
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the training config, and the data set."""
    from lab.train.config import TrainConfig

    flags.add_home(parser)
    parser.add_argument("--dataset", required=True, help="the data set to learn from")
    flags.add_config(parser, TrainConfig)
    parser.set_defaults(handler=_train)


def _train(arguments: argparse.Namespace) -> None:
    from lab.home import find_home
    from lab.train.config import TrainConfig

    config = flags.read_config(arguments, TrainConfig)
    checkpoint = train_checkpoint(find_home(arguments.home), arguments.dataset, config)
    loss = checkpoint.validation_loss
    shown = "" if loss is None else f", validation loss {loss:.3f} nats per token"
    say(
        f"checkpoint {checkpoint.name!r}: {checkpoint.n_parameters:,} parameters, "
        f"{checkpoint.n_tokens:,} tokens seen{shown}"
    )


def train_checkpoint(home: Home, dataset_name: str, config: TrainConfig) -> Checkpoint:
    """Train by the config on a stored data set, and store the run, its steps and the checkpoint.

    Args:
        home: the lab.
        dataset_name: the data set.
        config: the settings; `parent` may be a checkpoint's name, a folder or a hub name.

    Returns:
        The new checkpoint.
    """
    import dataclasses

    from lab.records import Split, TrainingRun, TrainingStep
    from lab.train.run import environment, train
    from storage import datasets, prompts
    from storage.client import open_store

    with open_store(home) as store:
        dataset = datasets.named(store, dataset_name)
        config, parent_id = _find_parent(store, config)
        run = TrainingRun(
            name=config.name,
            dataset_id=dataset.id,
            parent_checkpoint_id=parent_id,
            config=dataclasses.asdict(config),
            environment=environment(),
        )
        train_rows = prompts.read(store, dataset.id, Split.TRAIN)
        validation_rows = prompts.read(store, dataset.id, Split.VALIDATION)
        out = home.checkpoints / f"{config.name}-{run.id[-12:]}"
        with progress(f"training {config.name}") as advance:
            # The run is stored with its first step, so that one that cannot start leaves nothing.
            unsaved: list[TrainingRun] = [run]

            def on_step(step: TrainingStep, share: float) -> None:
                store.add([*unsaved, step])
                unsaved.clear()
                loss = step.train_loss if step.train_loss is not None else step.validation_loss
                advance(share, f"step {step.step}" + (f", loss {loss:.3f}" if loss else ""))

            checkpoint = train(train_rows, validation_rows, config, out, run.id, on_step)
        store.add([checkpoint])
    return checkpoint


def _find_parent(store: Store, config: TrainConfig) -> tuple[TrainConfig, str | None]:
    import dataclasses

    from storage import checkpoints

    if not config.parent:
        return config, None
    for checkpoint in checkpoints.every(store):
        if checkpoint.name == config.parent and checkpoint.path:
            return dataclasses.replace(config, parent=checkpoint.path), checkpoint.id
    return config, None
