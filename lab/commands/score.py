"""Compute automatic metrics of the generations that do not have them yet."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lab.commands import flags
from lab.commands.console import progress, say, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lab.home import Home
    from lab.metrics.aids import Aids
    from lab.metrics.judge import Judge
    from lab.metrics.run import Metric
    from storage.client import Store

BATCH = 256
"""Generations scored and stored at a time."""

EXAMPLES = """\
examples:
  lab score                                   every metric that needs no judge
  lab score --metric rouge_l repetition
  lab score --judge candidate                 also perplexity and bits per byte under a checkpoint
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the choice of metrics and the judge."""
    flags.add_home(parser)
    parser.add_argument(
        "--metric", nargs="+", metavar="NAME", help="names of metrics (default: all)"
    )
    parser.add_argument(
        "--judge", metavar="CHECKPOINT", help="the checkpoint that judges perplexity"
    )
    parser.set_defaults(handler=_score)


def _score(arguments: argparse.Namespace) -> None:
    from lab.home import find_home

    rows = score_generations(find_home(arguments.home), arguments.metric, arguments.judge)
    if not any(row[1] or row[2] for row in rows):
        say("nothing to score: every generation has these metrics; `lab sample` makes more texts")
        return
    table(["metric", "new scores", "without a value", "why not"], rows)


def score_generations(
    home: Home, names: Sequence[str] | None, judge_name: str | None
) -> list[tuple[str, int, int, str | None]]:
    """Score what is missing, metric by metric, and store it.

    Args:
        home: the lab.
        names: metrics; None for all, those under a judge only where a judge is given.
        judge_name: the checkpoint that judges, or None.

    Returns:
        Per metric its name, new scores with a value, without one, and the commonest reason.
    """
    from lab.metrics.aids import Aids
    from lab.metrics.run import METRICS
    from storage.client import open_store

    chosen = _choose(names, judge_name, list(METRICS))
    with open_store(home) as store, progress("scoring") as advance:
        aids = Aids(judge=_load_judge(store, judge_name))
        rows = []
        for number, name in enumerate(chosen):
            advance(number / len(chosen), name)

            def advance_metric(share: float, number: int = number, name: str = name) -> None:
                advance((number + share) / len(chosen), name)

            rows.append(_score_one(store, METRICS[name], aids, advance_metric))
    return rows


def _choose(names: Sequence[str] | None, judge: str | None, known: list[str]) -> list[str]:
    from lab.errors import ConfigError
    from lab.metrics.run import METRICS, find_metric

    for name in names or ():
        if "judge" in find_metric(name).needs and judge is None:
            raise ConfigError(f"metric {name!r} needs a judge: add `--judge CHECKPOINT`")
    if names:
        return list(names)
    return [name for name in known if judge is not None or "judge" not in METRICS[name].needs]


def _load_judge(store: Store, name: str | None) -> Judge | None:
    if name is None:
        return None
    from lab.errors import CheckpointError
    from lab.metrics.judge import load_judge
    from storage import checkpoints

    checkpoint = checkpoints.named(store, name)
    if checkpoint.path is None:
        raise CheckpointError(f"judge {name!r} is an outside system without weights; name another")
    return load_judge(checkpoint.path, name)


def _score_one(
    store: Store, metric: Metric, aids: Aids, advance: Callable[[float], None]
) -> tuple[str, int, int, str | None]:
    from collections import Counter

    from lab.metrics.run import ScoreInput, score
    from storage import generations, prompts, scores

    wanted = scores.missing(store, metric.name, metric.version_with(aids))
    reasons: Counter[str] = Counter()
    for first in range(0, len(wanted), BATCH):
        rows = generations.by_ids(store, wanted[first : first + BATCH])
        found = prompts.by_ids(store, sorted({row.prompt_id for row in rows.values()}))
        inputs = [ScoreInput(generation=row, prompt=found[row.prompt_id]) for row in rows.values()]
        batch = score(inputs, metric, aids)
        store.add(batch)
        reasons.update(made.reason for made in batch if made.reason)
        advance(min(1.0, (first + BATCH) / len(wanted)))
    commonest = reasons.most_common(1)[0][0] if reasons else None
    return metric.name, len(wanted) - reasons.total(), reasons.total(), commonest
