"""Search the settings that train best, by trying them."""

from __future__ import annotations

import argparse
import shlex
from typing import TYPE_CHECKING, Any

from lab.commands import flags
from lab.commands.console import say, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.commands.tuning import Tuned, Tuning
    from lab.records import Trial
    from lab.train.config import TrainConfig
    from lab.tune.ranges import Range

EXAMPLES = """\
examples:
  lab tune --dataset world --search first --trials 20 --template "{source}" --steps 300
  lab tune --dataset world --search rates --trials 30 --range learning_rate=1e-4..1e-2:log \\
           --range batch_rows=8,16,32 --epochs 4 --template "{source}"
  lab tune --dataset mine --search tuned --trials 12 --folds 5 --architecture hub \\
           --parent ./models/tiny-llama --range weights=all,lora --range learning_rate

The same command once more goes on with a search that was broken off; started several times at
once, it shares the trials among the processes. Every flag of `lab train` is a setting that all
trials have; each validates about ten times unless --validate-every is given.

What is searched by default: learning_rate, batch_rows, warmup, and steps (epochs with a parent)
where no budget is given. accumulate is not, since batch_rows counts the rows of all parts: it
changes memory and time, not what is learned.
"""
SET_BY_SEARCH = ("name", "keep", "save_every")
NOT_SEARCHED = (
    *("name", "device", "threads", "tensorboard", "cost_per_hour", "keep", "save_every"),
    *("log_every", "validate_every", "validation_rows"),
)
BUDGETS = ("steps", "epochs", "seconds")
MOST_SHOWN = 15


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the search, and those of the training config."""
    from lab.train.config import TrainConfig

    flags.add_home(parser)
    parser.add_argument("--dataset", required=True, help="the data set to learn from")
    parser.add_argument(
        "--search", required=True, metavar="NAME", help="the search's name, to go on with it too"
    )
    parser.add_argument(
        "--trials",
        type=int,
        default=20,
        metavar="N",
        help="trials that the search shall have in all (default: 20)",
    )
    parser.add_argument(
        "--minutes", type=float, metavar="M", help="begin no trial after so many minutes"
    )
    parser.add_argument(
        "--folds",
        type=int,
        metavar="K",
        help="train K times per trial, each time measuring on another part of the training and "
        "validation rows, and take the mean; rows of one prompt stay together",
    )
    parser.add_argument(
        "--range",
        action="append",
        default=[],
        metavar="NAME=VALUES",
        help="a setting to search: learning_rate=1e-4..1e-2:log, warmup=0..0.2, "
        "batch_rows=8,16,32; its name alone for the usual values; once per setting",
    )
    parser.add_argument(
        "--keep-best",
        action="store_true",
        help="store the checkpoint of the best trial; else no weights are kept",
    )
    flags.add_config(parser, TrainConfig, skip=SET_BY_SEARCH)
    parser.set_defaults(handler=_tune)


def _tune(arguments: argparse.Namespace) -> None:
    from lab.commands.tuning import Tuning
    from lab.errors import ConfigError
    from lab.home import find_home
    from lab.train.config import TrainConfig

    _check(arguments)
    config = flags.read_config(arguments, TrainConfig, SET_BY_SEARCH, name=arguments.search)
    if arguments.folds is not None and arguments.keep_best:
        raise ConfigError(
            "--keep-best goes with one checkpoint per trial, not with --folds; train the best "
            "settings by the command that is printed at the end"
        )
    usual = TrainConfig(name="usual").validate_every
    tuning = Tuning(
        home=find_home(arguments.home),
        dataset_name=arguments.dataset,
        search_name=arguments.search,
        config=config,
        ranges=read_ranges(arguments.range, config),
        n_folds=arguments.folds,
        keep_best=arguments.keep_best,
        often=arguments.validate_every is None and config.validate_every == usual,
    )
    tuned = tuning.run(arguments.trials, arguments.minutes)
    _report(tuned, tuning)
    if not tuned.n_new and not tuned.n_running and arguments.minutes is None:
        say(f"\nnothing was left to try; give more than --trials {arguments.trials} to go on")


def _check(arguments: argparse.Namespace) -> None:
    from lab.errors import ConfigError

    if not arguments.search.strip() or "/" in arguments.search:
        raise ConfigError(f"--search {arguments.search!r} is not allowed; give a name without /")
    for name, least in (("trials", 1), ("folds", 2)):
        value = getattr(arguments, name)
        if value is not None and value < least:
            raise ConfigError(f"--{name} {value} is not allowed; give {least} or more")
    if arguments.minutes is not None and not arguments.minutes > 0:
        raise ConfigError(f"--minutes {arguments.minutes:g} is not allowed; give more than 0")


def read_ranges(texts: Sequence[str], config: TrainConfig) -> tuple[Range, ...]:
    """Read what is searched; the usual where nothing is given.

    Args:
        texts: NAME=VALUES, or NAME for the usual values of it.
        config: the settings that all trials have.

    Returns:
        One range per setting.

    Raises:
        ConfigError: a range is wrong, given twice, goes against a fixed setting, or holds a value
            that could never be trained with.
    """
    from lab.commands.triable import check_ranges
    from lab.errors import ConfigError
    from lab.train.config import TrainConfig
    from lab.tune.ranges import read_range

    usual = usual_ranges(config)
    if not texts:
        budget = "epochs" if config.architecture == "hub" else "steps"
        given = any(getattr(config, name) is not None for name in BUDGETS)
        names = ["learning_rate", "batch_rows", "warmup", *([] if given else [budget])]
        texts = [usual[name] for name in names if name not in _fixed(config)]
    found: dict[str, Range] = {}
    for text in texts:
        one = read_range(usual.get(text.strip().replace("-", "_"), text), TrainConfig, NOT_SEARCHED)
        if one.name in found:
            raise ConfigError(f"--range {text!r}: {one.name} is given twice; keep one")
        if one.name in _fixed(config):
            raise ConfigError(
                f"--range {text!r}: {one.name} is also fixed at "
                f"{getattr(config, one.name)!r}; give one of the two"
            )
        found[one.name] = one
    budgets = [name for name in BUDGETS if name in found or getattr(config, name) is not None]
    if len(budgets) > 1:
        raise ConfigError(f"{' and '.join(budgets)} are both given; give one budget")
    check_ranges(tuple(found.values()), config)
    return tuple(found.values())


def usual_ranges(config: TrainConfig) -> dict[str, str]:
    """Return the usual values of settings, as `--range` takes them."""
    rate = config.peak_rate
    return {
        "learning_rate": f"learning_rate={rate / 10:g}..{rate * 3:g}:log",
        "batch_rows": "batch_rows=8,16,32",
        "steps": "steps=250,500,1000",
        "epochs": "epochs=1,2,3,4",
        "warmup": "warmup=0..0.2",
        "accumulate": "accumulate=1,2,4",
        "weight_decay": "weight_decay=0.001..0.3:log",
        "dropout": "dropout=0..0.3",
        "label_smoothing": "label_smoothing=0..0.2",
        "schedule": "schedule=cosine,linear,constant",
        "lora_rank": "lora_rank=4,8,16,32",
    }


def _fixed(config: TrainConfig) -> dict[str, Any]:
    """Return the settings that differ from the defaults."""
    import dataclasses

    return {
        item.name: getattr(config, item.name)
        for item in dataclasses.fields(config)
        if item.name != "name" and getattr(config, item.name) != item.default
    }


def _report(tuned: Tuned, tuning: Tuning) -> None:
    from lab.errors import TrainingError
    from lab.tune.search import KILLED, STOPPED, best

    trials = tuned.trials
    if tuned.n_running:
        say(f"{tuned.n_running} more going on in other processes")
    found = best(trials)
    ordered = _best_first(trials)
    if trials:
        _show(ordered, tuned, tuning)
    else:
        say(f"no trial of search {tuning.search_name!r} has ended yet")
    broke = [one for one in ordered if one.message not in (KILLED, STOPPED)]
    if found is None and broke and not tuned.n_running:
        raise TrainingError(
            f"no trial of search {tuning.search_name!r} got to its end; trial "
            f"{broke[-1].number}: {broke[-1].message}; give narrower ranges and --search another "
            "name, or raise --trials to try on"
        )
    if found is not None:
        say("\ntrain the best:\n  " + command_of(found, tuning, tuned.n_rows))


def _best_first(trials: Sequence[Trial]) -> list[Trial]:
    """Order by value: what finished, what was given up, what failed."""
    from lab.records import TrialOutcome

    order = [TrialOutcome.FINISHED, TrialOutcome.PRUNED, TrialOutcome.FAILED]
    worst = float("inf")
    return sorted(
        trials,
        key=lambda one: (
            order.index(one.outcome),
            worst if one.value is None else one.value,
            one.number,
        ),
    )


def _show(ordered: Sequence[Trial], tuned: Tuned, tuning: Tuning) -> None:
    from lab.tune.measure import measure_of

    names = [one.name for one in tuning.ranges]
    folds = ["± folds"] if tuned.spreads else []
    table(
        ["trial", "value", *folds, "ended", *names, "seconds", "why"],
        [
            [one.number, _figure(one.value)]
            + [_figure(tuned.spreads.get(one.number)) for _ in folds]
            + [one.outcome.value]
            + [_cell(one.parameters.get(name)) for name in names]
            + [round(one.seconds, 1), one.message]
            for one in ordered[:MOST_SHOWN]
        ],
        f"search {tuning.search_name!r}: {measure_of(names)}, best first",
    )
    if tuned.spreads:
        say("value: the mean over the folds; ± folds: their standard deviation")
    if len(ordered) > MOST_SHOWN:
        say(f"{len(ordered) - MOST_SHOWN} more on the dashboard's page Tuning")


def command_of(trial: Trial, tuning: Tuning, n_rows: int) -> str:
    """Return the command line that trains with the settings of a trial.

    Args:
        trial: the trial.
        tuning: the search.
        n_rows: rows of the training split.
    """
    import dataclasses

    from lab.commands.trying import steps_between

    settings = {**_fixed(tuning.config), **trial.parameters}
    if tuning.often:  # the weights that count are those of the best validation
        config = dataclasses.replace(tuning.config, **trial.parameters)
        settings["validate_every"] = steps_between(config, n_rows)
    words = ["lab", "train", "--dataset", tuning.dataset_name, "--name", f"{trial.search}-best"]
    for name, value in settings.items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            words.append(f"--{'' if value else 'no-'}{flag}")
        elif value is not None:
            many = list(value) if isinstance(value, list | tuple) else [value]
            words += [f"--{flag}", *(f"{one:.6g}" if _real(one) else str(one) for one in many)]
    return shlex.join(words)


def _figure(value: float | None) -> str | None:
    """Write four places: the best trials of a search are close to one another."""
    return None if value is None else f"{value:.4f}"


def _real(value: object) -> bool:
    return isinstance(value, float)


def _cell(value: object) -> object:
    return str(value) if value is None or isinstance(value, bool) else value
