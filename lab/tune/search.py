"""Turns a plan into trials: draws settings by Optuna, and has each valued by its caller."""

from __future__ import annotations

import json
import math
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.errors import ConfigError, StoreError
from lab.records import Trial, TrialOutcome, new_id
from lab.tune.journal import Journal
from lab.tune.measure import spread_of
from lab.tune.ranges import Range

if TYPE_CHECKING:
    import optuna

KILLED, STOPPED = "its process ended without a word", "stopped by hand"
FREE_TRIALS, FREE_PLACES = 5, 2
"""Trials before the first that may be given up, and places of each that are always reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a search tries; the same for all processes that share it."""

    name: str
    """The search's name."""
    dataset_id: str
    """The data that it learns from."""
    ranges: tuple[Range, ...]
    """What is drawn."""
    fixed: dict[str, Any]
    """All that else decides a trial's value."""
    seed: int = 0
    """Seed of the draws."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one trial came to."""

    outcome: TrialOutcome
    """How it ended."""
    value: float | None = None
    """The figure to make small; where it was given up, the lowest seen; None where it failed."""
    training_run_id: str | None = None
    """The run that it was."""
    message: str = ""
    """Why it failed or was given up."""
    folds: tuple[float, ...] = ()
    """What each fold came to, where it finished and there are several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A trial that is going on."""

    number: int
    """0-based number within the search."""
    parameters: dict[str, Any]
    """The settings drawn."""
    scratch: Path
    """A folder for whatever it needs; removed after it."""
    hopeless: Callable[[int, float], bool]
    """Takes a place in the trial, from 0 on and comparable between trials, and the figure there;
    says whether to give the trial up: whether its best figure is worse than the median of the
    finished trials at this place (Golovin et al. 2017, section 3.2.2)."""


class Search:
    """A search that this process takes part in; use it within its journal's context."""

    def __init__(self, journal: Journal, plan: Plan):
        """Open the search, or begin it.

        Raises:
            ConfigError: a search of this name tries something else.
            StoreError: the journal cannot be read.
        """
        self.journal, self.plan = journal, plan
        with journal.alone():
            self.study = _open(journal, plan)
            self._fail_the_killed()

    def go_on(
        self,
        n_trials: int,
        attempt: Callable[[Attempt], Result],
        ended: Callable[[], None],
        until: float | None = None,
    ) -> int:
        """Try settings until the search has its trials, those of other processes among them.

        Trials of killed or interrupted processes do not count.

        Args:
            n_trials: trials that the search shall have.
            attempt: values one trial; what it raises ends the search of this process.
            ended: called after each trial, when `trials` tells it.
            until: time, by time.monotonic, after which no trial is begun.

        Returns:
            How many trials this process tried.
        """
        n_tried = 0
        while until is None or time.monotonic() < until:
            trial = self._begin(n_trials)
            if trial is None:
                break
            self._try(trial, attempt)
            n_tried += 1
            ended()
        return n_tried

    def trials(self) -> list[Trial]:
        """Return the records of all trials that ended, in order."""
        return [_record(self.plan, one) for one in self.study.trials if one.state.is_finished()]

    def spreads(self) -> dict[int, float]:
        """Return by trial how far its folds are apart: their standard deviation."""
        all_folds = {one.number: one.user_attrs.get("folds") for one in self.study.trials}
        spreads = {number: spread_of(folds) for number, folds in all_folds.items()}
        return {number: spread for number, spread in spreads.items() if spread is not None}

    def n_running(self) -> int:
        """Return how many trials are going on in other processes."""
        return sum(not one.state.is_finished() for one in self.study.trials)

    def _begin(self, n_trials: int) -> optuna.Trial | None:
        import optuna

        with self.journal.alone():
            self._fail_the_killed()
            all_trials = self.study.get_trials(deepcopy=False)
            if sum(not one.user_attrs.get("left") for one in all_trials) >= n_trials:
                return None
            # One seed per trial: the draws do not depend on which process makes them, nor on
            # what was broken off before.
            seed = (self.plan.seed * 1_000_003 + len(all_trials)) % 2**32
            self.study.sampler = optuna.samplers.TPESampler(seed=seed)
            trial = self.study.ask()
            trial.set_user_attr("worker", self.journal.worker)
            trial.set_user_attr("id", new_id())
            for one in self.plan.ranges:
                _draw(trial, one)
        return trial

    def _try(self, trial: optuna.Trial, attempt: Callable[[Attempt], Result]) -> None:
        started = time.perf_counter()
        scratch = self.journal.scratch / str(trial.number)
        scratch.mkdir()

        def hopeless(place: int, value: float) -> bool:
            trial.report(value, place)
            # The time up to here is all that is known of a trial whose process is killed.
            trial.set_user_attr("seconds", time.perf_counter() - started)
            return trial.should_prune()

        going = Attempt(
            number=trial.number, parameters=dict(trial.params), scratch=scratch, hopeless=hopeless
        )
        try:
            result = attempt(going)
        except BaseException as error:
            stopped = isinstance(error, KeyboardInterrupt)
            told = STOPPED if stopped else str(error) or type(error).__name__
            broken = Result(outcome=TrialOutcome.FAILED, message=told)
            self._end(trial.number, broken, seconds=time.perf_counter() - started, left=True)
            raise
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        self._end(trial.number, result, seconds=time.perf_counter() - started)

    def _end(
        self, number: int, result: Result, seconds: float | None = None, left: bool = False
    ) -> None:
        """Write down how a trial ended; the state last, since it is what others go by."""
        from optuna.trial import TrialState

        storage, trial_id = self.study._storage, self.study.trials[number]._trial_id
        told = {
            "outcome": result.outcome.value,
            "value": result.value,
            "training_run_id": result.training_run_id,
            "message": result.message,
            "folds": result.folds,
            "left": left,
        }
        if seconds is not None:
            told["seconds"] = seconds
        for key, value in told.items():
            storage.set_trial_user_attr(trial_id, key, value)
        if result.outcome is TrialOutcome.FINISHED:
            storage.set_trial_state_values(trial_id, TrialState.COMPLETE, [result.value or 0.0])
            return
        # What broke down is as bad as what was given up, so that the draws keep away from it;
        # what was broken off from outside says nothing.
        state = TrialState.FAIL if left else TrialState.PRUNED
        storage.set_trial_state_values(trial_id, state)

    def _fail_the_killed(self) -> None:
        for one in self.study.get_trials(deepcopy=False):
            if not one.state.is_finished() and not self.journal.is_alive(
                one.user_attrs.get("worker")
            ):
                if "id" not in one.user_attrs:
                    self.study._storage.set_trial_user_attr(one._trial_id, "id", new_id())
                gone = Result(outcome=TrialOutcome.FAILED, message=KILLED)
                self._end(one.number, gone, left=True)
        self.journal.clear()


def best(trials: list[Trial]) -> Trial | None:
    """Return the finished trial with the smallest value, the earliest among equals."""
    valued = [one for one in trials if one.outcome is TrialOutcome.FINISHED]
    return min(valued, key=lambda one: (one.value or 0.0, one.number), default=None)


def _open(journal: Journal, plan: Plan) -> optuna.Study:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        study = optuna.create_study(
            storage=journal.storage(),
            study_name=plan.name,
            direction="minimize",
            load_if_exists=True,
            pruner=optuna.pruners.MedianPruner(
                n_startup_trials=FREE_TRIALS, n_warmup_steps=FREE_PLACES
            ),
        )
    except (ValueError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise StoreError(
            f"{journal.path}: the journal of the search cannot be read ({error}); move it away and "
            "begin anew, or give --search another name"
        ) from error
    wanted = _told(plan)
    there = study.user_attrs.get("plan")
    if there is None:
        study.set_user_attr("plan", wanted)
    elif there != wanted:
        raise ConfigError(_differing(plan.name, there, wanted))
    return study


def _told(plan: Plan) -> dict[str, Any]:
    told = {
        "data": plan.dataset_id,
        "seed": plan.seed,
        **{f"range of {one.name}": str(one) for one in plan.ranges},
        **plan.fixed,
    }
    found: dict[str, Any] = json.loads(json.dumps(told))
    return found


def _differing(name: str, there: dict[str, Any], wanted: dict[str, Any]) -> str:
    differing = [key for key in {**there, **wanted} if there.get(key) != wanted.get(key)]
    shown = "; ".join(
        f"{key} was {_value(there, key)} and is now {_value(wanted, key)}" for key in differing[:4]
    )
    return (
        f"search {name!r} tries something else: {shown}; give the same settings to go on with it, "
        "or --search another name"
    )


def _value(told: dict[str, Any], key: str) -> str:
    return repr(told[key]) if key in told else "not given"


def _draw(trial: optuna.Trial, one: Range) -> None:
    if one.choices:
        trial.suggest_categorical(one.name, one.choices)
    elif one.whole:
        trial.suggest_int(one.name, int(one.low or 0), int(one.high or 0), log=one.log)
    else:
        trial.suggest_float(one.name, one.low or 0.0, one.high or 0.0, log=one.log)


def _record(plan: Plan, trial: optuna.trial.FrozenTrial) -> Trial:
    told = trial.user_attrs
    value = told.get("value")
    ended = trial.datetime_complete
    return Trial(
        id=told["id"],
        search=plan.name,
        number=trial.number,
        dataset_id=plan.dataset_id,
        parameters=dict(trial.params),
        outcome=TrialOutcome(told["outcome"]),
        value=value if value is not None and math.isfinite(value) else None,
        training_run_id=told.get("training_run_id"),
        seconds=float(told.get("seconds", 0.0)),
        message=told.get("message", ""),
        **({"created_at": ended.astimezone()} if ended else {}),
    )
