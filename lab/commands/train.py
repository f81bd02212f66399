"""Train a model from scratch, or fine-tune a checkpoint."""

from __future__ import annotations

import argparse
import dataclasses
from typing import TYPE_CHECKING

from lab.commands import flags
from lab.commands.console import progress, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.commands.console import Advance
    from lab.commands.training_jobs import Job
    from lab.home import Home
    from lab.records import Checkpoint, TrainingStep
    from lab.train.config import TrainConfig
    from lab.train.devices import Team
    from storage.client import Store

EXAMPLES = """\
examples:
  lab train --dataset world --name candidate --template "{source}" --steps 800
  lab train --dataset world --name lstm --architecture lstm --template "{source}"
  lab train --dataset stories --name tuned --architecture hub --parent ./models/tiny-llama
  lab train --dataset world --name long --template "{source}" --epochs 20 --patience 3
  lab train --resume long           goes on where Ctrl-C, a crash or a full disk ended it
  torchrun --nproc_per_node 2 -m lab.cli train --dataset world --name two …
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the training config, and the data set."""
    from lab.train.config import TrainConfig

    flags.add_home(parser)
    parser.add_argument("--dataset", help="the data set to learn from")
    parser.add_argument(
        "--resume",
        metavar="NAME",
        help="go on with the newest run of this name, with its own data and settings",
    )
    flags.add_config(parser, TrainConfig)
    parser.set_defaults(handler=_train)


def _train(arguments: argparse.Namespace) -> int:
    from lab.errors import LabError
    from lab.home import find_home
    from lab.train.devices import find_team

    home = find_home(arguments.home)
    config = _asked(arguments)
    team = find_team(cpu=config is not None and config.device == "cpu")
    try:
        checkpoint = _run(home, _maker(home, arguments, config), team)
    except LabError:
        if team.leads:
            raise
        return 2  # the leading process says why
    except KeyboardInterrupt:
        return 130
    if team.leads:
        _say_result(checkpoint)
    return 0


def train_checkpoint(home: Home, dataset_name: str, config: TrainConfig) -> Checkpoint:
    """Train by the config on a stored data set, and store the run, its steps and the checkpoint.

    Args:
        home: the lab.
        dataset_name: the data set.
        config: the settings; `parent` may be a checkpoint's name, a folder or a hub name.

    Returns:
        The new checkpoint.
    """
    from lab.commands.training_jobs import new_job
    from lab.train.devices import Team

    return _run(home, lambda store: new_job(store, home, dataset_name, config), Team())


def _asked(arguments: argparse.Namespace) -> TrainConfig | None:
    """Return the settings asked for; None where a run is gone on with, which has its own."""
    from lab.errors import ConfigError
    from lab.train.config import TrainConfig

    if arguments.resume is None:
        if arguments.dataset is None:
            raise ConfigError("--dataset is missing: the data set to learn from")
        return flags.read_config(arguments, TrainConfig)
    names = ["dataset", "config", *(item.name for item in dataclasses.fields(TrainConfig))]
    given = [name for name in names if getattr(arguments, name) is not None]
    if given:
        raise ConfigError(
            f"--resume goes on with the run's own data and settings; leave out "
            f"--{given[0].replace('_', '-')}, or start a new run"
        )
    return None


def _maker(
    home: Home, arguments: argparse.Namespace, config: TrainConfig | None
) -> Callable[[Store], Job]:
    from lab.commands.training_jobs import new_job, resumed_job

    if config is None:
        return lambda store: resumed_job(store, home, arguments.resume)
    return lambda store: new_job(store, home, arguments.dataset, config)


def _run(home: Home, make_job: Callable[[Store], Job], team: Team) -> Checkpoint:
    """Train in every process; the first one alone reads the store, writes it and shows progress."""
    from storage.client import open_store

    if team.leads:
        with open_store(home) as store:
            job = team.share(lambda: make_job(store))
            with progress(f"training {job.config.name}") as advance:
                return _fit(job, team, store, advance)
    job = team.share(_made_by_the_leader)
    return _fit(job, team, None, lambda share, note: None)


def _made_by_the_leader() -> Job:
    raise AssertionError("only the leading process makes the job")


def _fit(job: Job, team: Team, store: Store | None, advance: Advance) -> Checkpoint:
    from lab.train.run import train
    from lab.train.states import RunFolder

    has_started = False

    def on_start() -> None:
        nonlocal has_started
        has_started = True
        if store and job.logged is None:  # one that cannot start leaves nothing
            store.add([job.run])

    try:
        return train(
            job.train_prompts,
            job.validation_prompts,
            job.config,
            job.out,
            job.run.id,
            _watcher(job, store, advance),
            states=job.states,
            team=team,
            facts=job.facts,
            on_start=on_start,
            on_end=lambda records: store.add(records) if store else None,
            tell=say,
        )
    except BaseException:  # Ctrl-C too: whoever stopped it is told how to go on
        if team.leads and has_started and job.states.is_dir():
            place = "" if RunFolder(job.states).has_state else ", from its first step"
            say(f"\nthis run can be gone on with{place}: `lab train --resume {job.config.name}`")
        raise


def _watcher(
    job: Job, store: Store | None, advance: Advance
) -> Callable[[TrainingStep, float], None]:
    """Return what stores and shows each step, and writes it for TensorBoard where asked to."""
    from lab.commands.training_notes import notes

    told = notes()
    write = None
    if job.config.tensorboard and store:
        from lab.train.tensorboard import writer

        write = writer(job.config.tensorboard, job.logged or 0)

    def on_step(step: TrainingStep, share: float) -> None:
        if store and step.step > (job.logged or 0):  # the others were logged before the end came
            store.add([step])
            if write:
                write(step)
        advance(share, told(step))

    return on_step


def _say_result(checkpoint: Checkpoint) -> None:
    say(
        f"checkpoint {checkpoint.name!r}: {checkpoint.n_parameters:,} parameters, "
        f"{checkpoint.n_tokens:,} tokens seen{_measured(checkpoint)}; "
        f"`lab checkpoints show {checkpoint.name}` tells more"
    )


def _measured(checkpoint: Checkpoint) -> str:
    import math
    from pathlib import Path

    from lab.models.folder import read_about

    loss = checkpoint.validation_loss
    if loss is None:
        return ""
    bits = (read_about(Path(checkpoint.path or "")) or {}).get("bits_per_byte")
    also = "" if bits is None else f", {bits:.3f} bits per byte"
    return (
        f", validation loss {loss:.3f} nats per token (perplexity {math.exp(min(loss, 700)):,.2f}"
        f"{also})"
    )
