"""Turns prompts with references and settings into a saved checkpoint."""

from __future__ import annotations

import dataclasses
import os
import platform
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, overload

import torch

from lab import __version__
from lab.errors import CheckpointError, ConfigError, InputError
from lab.models.prompts import CHAT
from lab.models.threads import available_cores, threads
from lab.records import Checkpoint, Prompt, TrainingEnd, TrainingOutcome, TrainingStep
from lab.train.config import TrainConfig
from lab.train.devices import Team, check_team
from lab.train.interrupts import Interrupted
from lab.train.loop import Fit, fit
from lab.train.precision import processor
from lab.train.rows import count_cut, token_rows
from lab.train.saving import Saving, make_room, published
from lab.train.shards import plain
from lab.train.start import make_start
from lab.train.states import RunFolder
from lab.train.stopping import Diverged, Pruned

LIBRARIES = ("torch", "transformers", "tokenizers", "numpy", "peft", "accelerate")
OnEnd = Callable[[Sequence[Checkpoint | TrainingEnd]], None]


def train(
    train_prompts: Sequence[Prompt],
    validation_prompts: Sequence[Prompt],
    config: TrainConfig,
    out: Path,
    training_run_id: str,
    on_step: Callable[[TrainingStep, float], None],
    *,
    states: Path | None = None,
    team: Team | None = None,
    facts: dict[str, Any] | None = None,
    on_start: Callable[[], None] = lambda: None,
    on_end: OnEnd = lambda records: None,
    tell: Callable[[str], None] = lambda sentence: None,
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
        states: the run's own folder; from a state in it the run goes on, and ends with the same
            weights as if it had not been stopped. None to save no states, and keep no checkpoint
            but the best.
        team: the processes that train together, each with the same arguments; only the first
            reports and saves. By default this one alone.
        facts: what else the checkpoint's file is to tell, such as the hash of the data.
        on_start: called before the first step, when nothing is wrong with data and settings.
        on_end: called with what there is to store when a run that started ends: the checkpoint,
            the kept ones `NAME@STEP`, and how it ended.
        tell: called with a sentence that a person should know before the first step, such as how
            many references were cut.

    Returns:
        The checkpoint, saved; it has the weights of the lowest validation loss.

    Raises:
        InputError: no prompts, or one that cannot be learned from.
        CheckpointError: the parent cannot be loaded, or a folder cannot be written.
        TrainingError: the training broke down, or another process trains this run.
        Interrupted: it was stopped; with `states`, it can be gone on with.
    """
    if not train_prompts:
        raise InputError("no training prompts; import data with a split 'train'")
    if not validation_prompts:
        _check_unmeasured(config)
    run = _Run(
        config,
        out,
        training_run_id,
        team or Team(),
        None if states is None else RunFolder(states),
        {"environment": environment(), **(facts or {})},
        on_step,
        on_start,
        on_end,
        tell,
    )
    return run.all(train_prompts, validation_prompts)


def _check_unmeasured(config: TrainConfig) -> None:
    """Refuse settings that wait for validation losses, where there will be none."""
    waits = [f"schedule {config.schedule!r}"] if config.schedule == "plateau" else []
    waits += [f"patience {config.patience}"] if config.patience is not None else []
    if waits:
        raise ConfigError(
            f"{waits[0]} needs validation losses, and the data set has no validation rows; import "
            "it with a split 'validation', or leave the setting out"
        )


def environment() -> dict[str, Any]:
    """Return what a training run depends on besides its settings.

    Returns:
        Versions of Python and the libraries, processor, cores and GPU.
    """
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "review_lab": __version__,
        **{name: found for name in LIBRARIES if (found := _version(name))},
        "processor": processor().get("cpu_name") or platform.machine(),
        "cores": available_cores(),
        "omp_num_threads": os.environ.get("OMP_NUM_THREADS"),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


@dataclass(slots=True)
class _Run:
    """One stretch of a training run."""

    config: TrainConfig
    out: Path
    run_id: str
    team: Team
    folder: RunFolder | None
    facts: dict[str, Any]
    on_step: Callable[[TrainingStep, float], None]
    on_start: Callable[[], None]
    on_end: OnEnd
    tell: Callable[[str], None]
    started: bool = field(default=False, init=False)
    last_step: int = field(default=0, init=False)
    rescued: str = field(default="", init=False)

    def all(self, train_prompts: Sequence[Prompt], held_out: Sequence[Prompt]) -> Checkpoint:
        """Train, save, and tell how it ended."""
        check_team(self.team, self.config)
        if self.team.leads:
            make_room(self.out, self.run_id)
        with self._locked():
            try:
                checkpoint, kept, result = self._train(train_prompts, held_out)
            except Pruned:
                self._discard()
                raise
            except Diverged as error:
                raise self._broken(error) from error
            except BaseException as error:
                self._tell_failure(error)
                if not self._can_go_on():
                    self._discard()
                raise
            end = TrainingEnd(
                training_run_id=self.run_id, outcome=result.outcome, step=result.steps
            )
            if self.team.leads:
                self.on_end([checkpoint, *kept, end])
            self._discard()
        return checkpoint

    def _train(
        self, train_prompts: Sequence[Prompt], validation_prompts: Sequence[Prompt]
    ) -> tuple[Checkpoint, list[Checkpoint], Fit]:
        device = self.team.device(self.config.device)
        gpus = [device] if device.type == "cuda" else []
        with threads(self.config.threads), torch.random.fork_rng(gpus):
            start = make_start(train_prompts, dataclasses.replace(self.config, device=str(device)))
            saving = Saving(
                start=start,
                config=self.config,
                run_id=self.run_id,
                facts={**self.facts, "processes": self.team.size},
            )
            encode = (start.tokenizer, start.template, start.context)
            drawn = _enough(train_prompts, self.config)
            with self.team.leader_first():
                rows = token_rows(drawn, *encode, self._rows_folder())
            n_cut = count_cut(rows, *encode)
            saving.facts.update(rows=len(rows), rows_cut=n_cut)
            if self.team.leads:
                self._tell_of_rows(start.context, len(rows), n_cut, bool(validation_prompts))
                self._tell_of_template(drawn[0], start.template)
            held_out = token_rows(validation_prompts[: self.config.validation_rows], *encode)
            if self.team.size > 1:
                torch.manual_seed(self.config.seed + self.team.rank)
            result = fit(
                start.model,
                rows,
                held_out,
                dataclasses.replace(self.config, context=start.context),
                start.tokenizer.pad_token_id,
                start.own,
                self._report,
                team=self.team,
                folder=self.folder,
                keep=lambda model, so_far: self._keep(saving, model, so_far),
                rescue=lambda model, best: self._rescue(saving, model, best),
                on_start=self._start,
                share_of_data=len(drawn) / len(train_prompts),
            )
            model = plain(start.model)
            checkpoint, kept = self.team.share(lambda: self._save(saving, model, result))
        return checkpoint, kept, result

    def _tell_of_rows(self, context: int, n_rows: int, n_cut: int, measured: bool) -> None:
        if not measured:
            self.tell("no validation rows: no loss tells which weights are best, the last are kept")
        if context < self.config.context:
            self.tell(
                f"context {self.config.context:,}: the parent reads {context:,} tokens, no more"
            )
        if n_cut:
            self.tell(
                f"{n_cut:,} of {n_rows:,} references do not fit behind their prompts into the "
                f"context of {context:,} tokens and are cut; a larger context takes in more"
            )

    def _tell_of_template(self, prompt: Prompt, template: str) -> None:
        """Tell what the model does not see of the rows, which are all of one kind."""
        given = self.config.template or template == CHAT
        if not given and prompt.source is not None and "{source}" not in template:
            self.tell(
                f"the rows have sources, which the template {template!r} leaves out; "
                '--template "{source} {prompt}" lets the model read them'
            )

    def _start(self) -> None:
        self.started = True
        if self.team.leads:
            self.on_start()

    def _save(self, saving: Saving, model: Any, result: Fit) -> tuple[Checkpoint, list[Checkpoint]]:
        checkpoint = saving.save(model, result, self.out, self.config.name)
        return checkpoint, published(self.folder, self.out) if self.folder else []

    def _keep(self, saving: Saving, model: Any, so_far: Fit) -> None:
        whole = plain(model)
        if self.folder and self.team.leads:
            saving.keep(whole, so_far, self.folder)

    def _rescue(self, saving: Saving, model: Any, best: Fit) -> None:
        """Keep the best weights of a run that breaks down; that it does is told in any case."""
        whole = plain(model)
        if not (self.folder and self.team.leads):
            return
        try:
            saving.rescue(whole, best, self.folder)
        except CheckpointError as error:
            self.rescued = f"; its best weights are lost: {error}"
        else:
            self.rescued = (
                f"; its best weights, of step {best.best_step:,} (validation loss "
                f"{best.validation_loss:.4g}), are kept as '{self.config.name}@{best.best_step}'"
            )

    def _broken(self, error: Diverged) -> Diverged:
        """Store what was kept of a run that cannot be gone on with; return what to tell."""
        told = Diverged(f"{error}{self.rescued}")
        kept = published(self.folder, self.out) if self.folder and self.team.leads else []
        self._tell_failure(told, kept)
        self._discard()
        return told

    def _report(self, share: float, **fields: Any) -> None:
        self.last_step = fields["step"]
        if self.team.leads:
            self.on_step(TrainingStep(training_run_id=self.run_id, **fields), share)

    def _tell_failure(self, error: BaseException, kept: Sequence[Checkpoint] = ()) -> None:
        if not (self.started and self.team.leads):
            return
        interrupted = isinstance(error, KeyboardInterrupt)
        step = error.step if isinstance(error, Interrupted) else self.last_step
        outcome = TrainingOutcome.INTERRUPTED if interrupted else TrainingOutcome.FAILED
        message = "" if interrupted else str(error) or type(error).__name__
        end = TrainingEnd(training_run_id=self.run_id, outcome=outcome, step=step, message=message)
        self.on_end([*kept, end])

    @contextmanager
    def _locked(self) -> Iterator[None]:
        if self.folder and self.team.leads:
            with self.folder.locked():
                yield
        else:
            yield

    def _rows_folder(self) -> Path | None:
        return self.folder.rows if self.folder else None

    def _can_go_on(self) -> bool:
        return self.started or bool(self.folder and self.folder.has_state)

    def _discard(self) -> None:
        if self.folder and self.team.leads:
            self.folder.discard()


class _Some(Sequence[Prompt]):
    """Some of the prompts, read when asked for."""

    def __init__(self, prompts: Sequence[Prompt], places: list[int]):
        self.prompts, self.places = prompts, places

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, place: int) -> Prompt: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Prompt]: ...
    def __getitem__(self, place: int | slice) -> Prompt | Sequence[Prompt]:
        if isinstance(place, slice):
            return [self.prompts[one] for one in self.places[place]]
        return self.prompts[self.places[place]]


def _enough(prompts: Sequence[Prompt], config: TrainConfig) -> Sequence[Prompt]:
    """Draw as many prompts as the budget can use: encoding the others would be lost time."""
    if config.step_budget is None or config.packing:  # a packed row takes any number of texts
        return prompts
    n_used = config.step_budget * config.batch_rows
    if n_used >= len(prompts):
        return prompts
    places = random.Random(config.seed).sample(range(len(prompts)), n_used)
    return _Some(prompts, sorted(places))
