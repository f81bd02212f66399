"""Turns one drawn setting into training runs of the store and the figure that it is judged by."""

from __future__ import annotations

import dataclasses
import json
import shutil
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.commands.training_jobs import Job, new_job
from lab.commands.training_notes import notes
from lab.errors import ConfigError, TrainingError
from lab.home import Home
from lab.records import (
    Checkpoint,
    CheckpointKind,
    Prompt,
    TrainingEnd,
    TrainingOutcome,
    TrainingRun,
    TrainingStep,
    Trial,
    TrialOutcome,
)
from lab.train.config import TrainConfig
from lab.tune.measure import BITS, measure_of
from lab.tune.search import Attempt, Result, Search, best

if TYPE_CHECKING:
    from storage.client import Store

PLACES = 10
"""Places of a run at which it is compared with the others: tenths of its budget, since steps of
different sizes cannot be compared one by one."""
LEAST_STEPS = 10
"""Steps between validations where the number of steps is only estimated."""
NEVER_MATTERS = ("name", "device", "threads", "tensorboard", "cost_per_hour", "keep", "save_every")
"""Settings that do not decide about a trial's value."""
WORSE = "worse than the median of the others at the same place"

Parts = Sequence[tuple[Sequence[Prompt], Sequence[Prompt]]]
"""For each fold the rows to learn from and to measure on."""


@dataclass(slots=True, kw_only=True)
class Trying:
    """One process's part in a search."""

    store: Store
    """The store."""
    home: Home
    """The lab."""
    dataset_name: str
    """The data."""
    job: Job
    """A training by the settings that all trials have."""
    parts: Parts
    """The folds."""
    search: Search
    """The search."""
    keep_best: bool
    """Whether the best checkpoint so far is kept."""
    often: bool
    """Whether each run is validated about ten times, rather than every `validate_every` steps."""
    advance: Callable[[float, str], None]
    """Shows how far the search is."""
    n_trials: int
    """Trials that it shall have."""
    n_ended: int = field(default=0, init=False)

    def store_new(self) -> None:
        """Store the trials that ended and are not stored yet, of killed processes too."""
        from storage import trials

        ended = self.search.trials()
        stored = {one.id for one in trials.of_search(self.store, self.search.plan.name)}
        new: list[Trial] = [one for one in ended if one.id not in stored]
        if new:
            self.store.add(new)
        self.n_ended = len(ended)

    def attempt(self, attempt: Attempt) -> Result:
        """Train by the drawn settings, once per fold; what a setting breaks is its result."""
        import torch

        from lab.train.stopping import Pruned

        runs: list[_Fold] = []
        try:
            for number, (learn, held_out) in enumerate(self.parts):
                config = self._config(attempt, number, len(learn))
                runs.append(_Fold(self, attempt, config, number, [one.value for one in runs]))
                runs[-1].train(learn, held_out)
        except Pruned:
            runs[-1].end(WORSE)
            return _result(runs, TrialOutcome.PRUNED, WORSE)
        except (ConfigError, TrainingError) as error:
            return _result(runs, TrialOutcome.FAILED, str(error))
        except torch.OutOfMemoryError:
            return _result(runs, TrialOutcome.FAILED, "out of memory; search fewer batch_rows")
        return _result(runs, TrialOutcome.FINISHED, "")

    def _config(self, attempt: Attempt, fold: int, n_rows: int) -> TrainConfig:
        """Join what is fixed with what was drawn, with about ten validations over the run."""
        suffix = f".{fold}" if len(self.parts) > 1 else ""
        name = f"{self.search.plan.name}-{attempt.number}{suffix}"
        config = dataclasses.replace(self.job.config, name=name, **attempt.parameters)
        if not self.often:
            return config
        return dataclasses.replace(config, validate_every=steps_between(config, n_rows))

    def keep(self, checkpoint: Checkpoint, value: float) -> None:
        """Put a checkpoint aside if no better one is."""
        place = self._aside()
        with self.search.journal.alone():
            before = best(self.search.trials())
            if before is not None and before.value is not None and before.value <= value:
                return
            if place.exists() and json.loads((place / "record.json").read_text())["value"] <= value:
                return  # of a process that was killed before it could tell its trial's end
            shutil.rmtree(place, ignore_errors=True)
            shutil.move(str(checkpoint.path), place)
            told = {"value": value, "checkpoint": dataclasses.asdict(checkpoint)}
            (place / "record.json").write_text(json.dumps(told, default=str))

    def store_best(self) -> None:
        """Store the best checkpoint, once no process of the search tries any more."""
        place = self._aside()
        with self.search.journal.alone():
            if not place.exists():
                return
            told = json.loads((place / "record.json").read_text())["checkpoint"]
            (place / "record.json").unlink()
            out = self.home.checkpoints / f"{told['name']}-{told['training_run_id'][-12:]}"
            out.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(place, out)
            told |= {
                "path": str(out),
                "kind": CheckpointKind(told["kind"]),
                "created_at": datetime.fromisoformat(told["created_at"]),
            }
            self.store.add([Checkpoint(**told)])

    def _aside(self) -> Path:
        return self.home.path / "searches" / f"{self.search.plan.name}.best"


def steps_between(config: TrainConfig, n_rows: int) -> int:
    """Return the steps between validations with which a run has about ten of them.

    Args:
        config: the settings of the run.
        n_rows: rows to learn from.
    """
    if config.step_budget is not None:
        return max(1, config.step_budget // PLACES)
    if config.epochs is None:
        return config.validate_every
    return max(LEAST_STEPS, int(config.epochs * n_rows / config.batch_rows) // PLACES)


class _Fold:
    """One training run of a trial."""

    def __init__(
        self,
        trying: Trying,
        attempt: Attempt,
        config: TrainConfig,
        number: int,
        before: Sequence[float | None],
    ):
        self.trying, self.attempt, self.config, self.number = trying, attempt, config, number
        self.before = [value for value in before if value is not None]
        self.measured: dict[int, float] = {}
        self.value: float | None = None
        self.run: TrainingRun | None = None
        self.place = 0
        self.note = notes()
        self.by_bits = measure_of(attempt.parameters) == BITS
        self.last_step = 0

    def train(self, learn: Sequence[Prompt], held_out: Sequence[Prompt]) -> None:
        """Train, store the run and its steps, and note the figure."""
        from lab.train.run import train

        config, run, facts = self._made()
        out = self.attempt.scratch / str(self.number)
        write = self._tensorboard()

        def on_start() -> None:
            self.trying.store.add([run])
            self.run = run

        def on_step(step: TrainingStep, share: float) -> None:
            self.trying.store.add([step])
            write(step)
            self._see(step, share)

        def on_end(records: Sequence[Any]) -> None:
            self.trying.store.add([one for one in records if isinstance(one, TrainingEnd)])

        checkpoint = train(
            learn,
            held_out,
            config,
            out,
            run.id,
            on_step,
            facts=facts,
            on_start=on_start,
            on_end=on_end,
        )
        loss = checkpoint.validation_loss
        self.value = self.measured.get(checkpoint.step or 0) if self.by_bits else loss
        if self.value is None:
            raise TrainingError("nothing was measured; give a data set with validation rows")
        if self.trying.keep_best:
            self.trying.keep(checkpoint, self.value)
        else:
            shutil.rmtree(out, ignore_errors=True)

    def _made(self) -> tuple[TrainConfig, TrainingRun, dict[str, Any]]:
        """Return settings, run and provenance; a drawn parent is looked up by its name."""
        base = self.trying.job
        if "parent" in self.attempt.parameters:
            trying = self.trying
            base = new_job(trying.store, trying.home, trying.dataset_name, self.config)
            return base.config, base.run, base.facts
        run = TrainingRun(
            name=self.config.name,
            dataset_id=base.run.dataset_id,
            parent_checkpoint_id=base.run.parent_checkpoint_id,
            config=dataclasses.asdict(self.config),
            environment=base.run.environment,
        )
        return self.config, run, base.facts

    def end(self, message: str) -> None:
        """Store that the run was given up."""
        if self.run is not None:
            end = TrainingEnd(
                training_run_id=self.run.id,
                outcome=TrainingOutcome.STOPPED_EARLY,
                step=self.last_step,
                message=message,
            )
            self.trying.store.add([end])

    def _see(self, step: TrainingStep, share: float) -> None:
        """Show how far it is, and give up where the others were better at the same place."""
        from lab.train.stopping import Pruned

        self.last_step = step.step
        n_folds = len(self.trying.parts)
        done = (self.number + share) / n_folds
        ended = min(self.trying.n_ended, self.trying.n_trials - 1)
        self.trying.advance(
            (ended + done) / self.trying.n_trials,
            f"trial {self.attempt.number}: {self.note(step)}",
        )
        value = step.bits_per_byte if self.by_bits else step.validation_loss
        if value is None:
            return
        self.measured[step.step] = value
        place = int(share * PLACES + 1e-9)
        if place <= self.place or share >= 1:
            return
        self.place = place
        mean = statistics.fmean([*self.before, value])
        if self.attempt.hopeless(self.number * PLACES + place, mean):
            raise Pruned

    def _tensorboard(self) -> Callable[[TrainingStep], None]:
        if not self.config.tensorboard:
            return lambda step: None
        from lab.train.tensorboard import writer

        return writer(str(Path(self.config.tensorboard) / self.config.name))


def _result(runs: Sequence[_Fold], outcome: TrialOutcome, message: str) -> Result:
    """Join the folds: their mean, or what is known of a trial that did not get to its end."""
    value = None
    finished = outcome is TrialOutcome.FINISHED
    folds = tuple(one.value for one in runs if one.value is not None) if finished else ()
    if finished:
        value = statistics.fmean(folds)
    elif outcome is TrialOutcome.PRUNED:
        value = min(runs[-1].measured.values(), default=None)
    single = runs[0].run if len(runs) == 1 else None
    return Result(
        outcome=outcome,
        value=value,
        training_run_id=single.id if single else None,
        message=message,
        folds=folds,
    )
