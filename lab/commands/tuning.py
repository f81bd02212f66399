"""Turns a data set and ranges of settings into trials, each a training run of the store."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from lab.commands.console import progress
from lab.commands.prepared import prompts_of
from lab.commands.training_jobs import Job, new_job
from lab.commands.trying import NEVER_MATTERS, Parts, Trying
from lab.data.prepare.folder import FolderPrompts
from lab.errors import InputError
from lab.home import Home
from lab.records import Dataset, Prompt, Split, Trial
from lab.train.config import TrainConfig
from lab.tune.folds import Joined, Part, folds
from lab.tune.journal import Journal
from lab.tune.ranges import Range
from lab.tune.search import Plan, Search

if TYPE_CHECKING:
    from storage.client import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """What a search has come to so far."""

    trials: list[Trial]
    """All trials that ended, in order."""
    n_running: int
    """Trials that are going on in other processes."""
    n_rows: int
    """Rows of the training split."""
    n_new: int
    """Trials that this process tried."""
    spreads: dict[int, float]
    """By trial the standard deviation of its folds; empty without folds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """What `lab tune` was asked for."""

    home: Home
    """The lab."""
    dataset_name: str
    """The data set."""
    search_name: str
    """The search."""
    config: TrainConfig
    """The settings that all trials have."""
    ranges: tuple[Range, ...]
    """What is searched."""
    n_folds: int | None = None
    """Folds of each trial; None for the data's own validation split."""
    keep_best: bool = False
    """Whether to store the best trial's checkpoint."""
    often: bool = True
    """Whether each run is validated about ten times, rather than every `validate_every` steps."""

    def run(self, n_trials: int, minutes: float | None) -> Tuned:
        """Go on with the search until it has its trials, and store them.

        Args:
            n_trials: trials that it shall have in all.
            minutes: time after which none is begun; None for no bound.

        Returns:
            What the search has come to.

        Raises:
            InputError: there is nothing to learn from or to measure on.
            ConfigError: the search was begun with other settings.
            CheckpointError: the parent cannot be loaded.
        """
        from storage import datasets
        from storage.client import open_store

        until = None if minutes is None else time.monotonic() + 60 * minutes
        folder = self.home.path / "searches"
        with open_store(self.home) as store, Journal(folder, self.search_name) as journal:
            dataset = datasets.named(store, self.dataset_name)
            job = new_job(store, self.home, self.dataset_name, self.config)
            parts = parts_of(store, dataset, job, self.n_folds)
            search = Search(journal, self._plan(dataset))
            with progress(f"search {self.search_name}") as advance:
                trying = Trying(
                    store=store,
                    home=self.home,
                    dataset_name=self.dataset_name,
                    job=job,
                    parts=parts,
                    search=search,
                    keep_best=self.keep_best,
                    often=self.often,
                    advance=advance,
                    n_trials=n_trials,
                )
                trying.store_new()
                n_new = search.go_on(n_trials, trying.attempt, trying.store_new, until)
            trials, n_running = search.trials(), search.n_running()
            if self.keep_best and not n_running:
                trying.store_best()
            return Tuned(
                trials=trials,
                n_running=n_running,
                n_rows=len(job.train_prompts),
                n_new=n_new,
                spreads=search.spreads(),
            )

    def _plan(self, dataset: Dataset) -> Plan:
        settings = dataclasses.asdict(self.config)
        fixed: dict[str, Any] = {
            name: value for name, value in settings.items() if name not in NEVER_MATTERS
        }
        return Plan(
            name=self.search_name,
            dataset_id=dataset.id,
            ranges=self.ranges,
            fixed={"folds": self.n_folds, **fixed},
            seed=self.config.seed,
        )


def parts_of(store: Store, dataset: Dataset, job: Job, n_folds: int | None) -> Parts:
    """Say what each fold learns from and measures on.

    Args:
        store: the store.
        dataset: the data set.
        job: a training on the data.
        n_folds: how many; None for the data's own validation split.

    Returns:
        One pair per fold; the test split is in none.

    Raises:
        InputError: there is nothing to learn from or to measure on.
    """
    learn, config = job.train_prompts, job.config
    if not len(learn):
        raise InputError(f"data set {dataset.name!r} has no training rows to learn from")
    if n_folds is not None:
        held_out = prompts_of(store, dataset, Split.VALIDATION)
        rows: Sequence[Prompt] = Joined(learn, held_out)
        altered = np.concatenate([_altered(learn), _altered(held_out)])
        # A copy whose original is not known could be learned from where that is measured on. The
        # groups are read twice, since their texts may be more than fit into memory.
        known = (group is not None for group in chain(_groups(learn), _groups(held_out)))
        kept = np.fromiter(known, bool, len(rows))
        groups = (group for group in chain(_groups(learn), _groups(held_out)) if group is not None)
        part = Part(rows, np.flatnonzero(kept))
        return list(folds(part, groups, n_folds, config.seed, altered[kept]))
    if not len(job.validation_prompts) or not config.validation_rows:
        raise InputError(
            f"data set {dataset.name!r} has no validation rows to compare settings on; give "
            "--folds 5 to take parts of the training rows"
            if config.validation_rows
            else "a search compares settings on validation rows, and validation_rows is 0"
        )
    return [(learn, job.validation_prompts)]


def _groups(prompts: Sequence[Prompt]) -> Iterator[str | None]:
    """Name what each row belongs to: what the data were grouped by, or its prompt's text.

    None for an altered copy that does not say of what.
    """
    if isinstance(prompts, FolderPrompts) and prompts.rows is not None:
        for row in prompts.rows.select_columns(["group", "prompt", "key", "altered"]):
            if row["altered"] is not None:
                yield row["group"]
            else:
                yield row["group"] or row["prompt"] or row["key"]
    else:
        for one in prompts:
            yield one.text or one.key


def _altered(prompts: Sequence[Prompt]) -> np.ndarray:
    """Say which rows were made out of others."""
    if isinstance(prompts, FolderPrompts) and prompts.rows is not None:
        rows = prompts.rows.select_columns(["altered"])
        return np.fromiter((row["altered"] is not None for row in rows), bool, len(prompts))
    return np.zeros(len(prompts), bool)
