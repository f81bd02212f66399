"""Turns several training configs into `lab train` processes, as many at a time as there are cores.

A small model gains little from a second thread, so two at a time on one thread each finish sooner
than one after the other on two.
"""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import IO, TYPE_CHECKING

from lab.commands.console import Advance, progress_of
from lab.errors import TrainingError
from lab.records import now

if TYPE_CHECKING:
    from lab.home import Home
    from lab.train.config import TrainConfig
    from storage.client import Store


def train_side_by_side(home: Home, dataset_name: str, configs: Sequence[TrainConfig]) -> None:
    """Train every config, with a progress bar each, read from the steps that are stored.

    Args:
        home: the lab.
        dataset_name: the data set to learn from.
        configs: what to train, the longest first; each with a budget in steps.

    Raises:
        TrainingError: one of them failed; its own message is the reason. The others are ended.
    """
    from storage.client import open_store

    waiting = list(configs)
    running: list[_Training] = []
    labels = [f"training {config.name}" for config in configs]
    with open_store(home) as store, progress_of(labels) as advances:
        try:
            while waiting or running:
                while waiting and len(running) < (os.cpu_count() or 1):
                    running.append(_start(home, dataset_name, waiting.pop(0)))
                running = [one for one in running if not _is_over(one)]
                for one in running:
                    _show(store, one, advances[f"training {one.config.name}"])
        finally:
            for one in running:
                one.process.terminate()
                one.process.wait()


@dataclasses.dataclass(frozen=True, slots=True)
class _Training:
    config: TrainConfig
    process: subprocess.Popen[bytes]
    log: IO[bytes]
    started_at: datetime


def _start(home: Home, dataset_name: str, config: TrainConfig) -> _Training:
    log_path = home.path / "logs" / f"train-{config.name}.log"
    log_path.parent.mkdir(parents=True, exist_ok=True)
    log = log_path.open("w+b")
    command = [sys.executable, "-m", "lab.cli", "train", "--home", str(home.path)]
    command += ["--dataset", dataset_name]
    for item in dataclasses.fields(config):
        value = getattr(config, item.name)
        if value != item.default:
            command += ["--" + item.name.replace("_", "-"), str(value)]
    environment = os.environ | {"LAB_DATABASE": home.database}
    process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    return _Training(config, process, log, now())


def _is_over(one: _Training) -> bool:
    try:
        code = one.process.wait(0.5)
    except subprocess.TimeoutExpired:
        return False
    one.log.seek(0)
    lines = one.log.read().decode(errors="replace").strip().splitlines()
    one.log.close()
    if code:
        said = lines[-1].removeprefix("lab: error: ") if lines else "it said nothing"
        raise TrainingError(f"training {one.config.name!r} failed: {said}; see {one.log.name}")
    return True


def _show(store: Store, one: _Training, advance: Advance) -> None:
    from storage import training

    runs = [
        run
        for run in training.runs(store)
        if run.name == one.config.name and run.created_at >= one.started_at
    ]
    steps = training.steps(store, runs[-1].id) if runs else []
    if steps and one.config.step_budget:
        losses = [step.train_loss for step in steps if step.train_loss is not None]
        note = f"loss {losses[-1]:.3f}" if losses else ""
        advance(steps[-1].step / one.config.step_budget, note)
