"""Turns what is asked of `lab score` into scores in the store, over several processes."""

from __future__ import annotations

import os
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import TYPE_CHECKING

from lab.metrics.aids import Aids
from lab.metrics.run import score
from lab.metrics.types import Metric, ScoreInput
from lab.metrics.whole import SetMetric, score_set
from storage import generations, prompts, scores

if TYPE_CHECKING:
    from lab.records import CheckpointScore, MetricScore
    from storage.client import Store

BATCH = 256
"""Generations scored and stored at a time."""

WORTH_IT = 4_000
"""Texts times metrics from which further processes, which take seconds to start, are started."""

MODEL_WEIGHT = 30
"""How much longer a text takes under a model, for the time left."""

Batches = Iterator[list["MetricScore"]]


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of a metric."""

    name: str
    """The metric."""

    n_values: int = 0
    """New scores with a value."""

    reasons: Counter[str] = field(default_factory=Counter)
    """New scores without one, by reason."""

    sets: list[CheckpointScore] = field(default_factory=list)
    """New scores of whole sets."""

    def add(self, made: Sequence[MetricScore | CheckpointScore]) -> None:
        """Count new scores."""
        missing = [one.reason for one in made if one.reason]
        self.reasons.update(missing)
        self.n_values += len(made) - len(missing)

    @property
    def reason(self) -> str | None:
        """The commonest reason for no value."""
        return self.reasons.most_common(1)[0][0] if self.reasons else None


def apart(metric: Metric) -> bool:
    """Tell whether a metric can be computed in any process, batch by batch.

    Args:
        metric: one with a model or an index stays where that is; one of a file or the hub is not
            asked to bear several processes.
    """
    own = getattr(metric.compute, "func", metric.compute).__module__ != "lab.metrics.own"
    return own and not metric.together and not metric.needs - {"reference", "source"}


def score_all(
    store: Store,
    metrics: Sequence[Metric | SetMetric],
    aids: Aids,
    workers: int | None,
    advance: Callable[[float, str], None],
) -> list[Tally]:
    """Score what is missing, metric by metric, and store it batch by batch.

    Args:
        store: the store.
        metrics: in the order in which to compute them.
        aids: the models and indexes.
        workers: processes to compute in; by default one per core, and only this one where there
            is too little to do.
        advance: told the share that is done and the metric at work.

    Returns:
        What became of each metric.
    """
    plans = [_batches(store, metric, aids) for metric in metrics]
    weights = [
        sum(map(len, plan)) * (MODEL_WEIGHT if metric.needs - {"reference", "source"} else 1)
        for metric, plan in zip(metrics, plans, strict=True)
    ]
    n_apart = sum(
        sum(map(len, plan))
        for metric, plan in zip(metrics, plans, strict=True)
        if isinstance(metric, Metric) and apart(metric)
    )
    n_workers = workers or (cores() if n_apart >= WORTH_IT else 1)
    done, tallies = 0.0, []
    with _pool(n_workers if n_apart else 1) as pool:
        for metric, plan, weight in zip(metrics, plans, weights, strict=True):
            tally = Tally(name=metric.name)
            advance(done / max(1, sum(weights)), metric.name)
            for made in _scored(store, metric, plan, aids, pool):
                store.add(made)
                tally.add(made)
                tally.sets += [one for one in made if isinstance(metric, SetMetric)]
                done += weight / max(1, len(plan))
                advance(done / max(1, sum(weights)), metric.name)
            tallies.append(tally)
    return tallies


def cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _batches(store: Store, metric: Metric | SetMetric, aids: Aids) -> list[list[str]]:
    """Return the ids of texts to score, in the batches in which a metric takes them."""
    version = metric.version_with(aids)
    if isinstance(metric, SetMetric):
        return scores.missing_sets(store, metric.name, version)
    if metric.together:
        return scores.incomplete_sets(store, metric.name, version)
    ids = scores.missing(store, metric.name, version)
    return [ids[first : first + BATCH] for first in range(0, len(ids), BATCH)]


def _scored(
    store: Store,
    metric: Metric | SetMetric,
    plan: list[list[str]],
    aids: Aids,
    pool: ProcessPoolExecutor | None,
) -> Iterator[list]:
    """Score batch by batch, in order; in the pool a few batches are under way at once."""
    if isinstance(metric, SetMetric):
        for ids in plan:
            yield [score_set(_inputs(store, ids), metric, aids)]
    elif pool is None or not apart(metric):
        for ids in plan:
            yield score(_inputs(store, ids), metric, aids)
    else:
        under_way: deque[Future[list[MetricScore]]] = deque()
        for ids in plan:
            under_way.append(pool.submit(score, _inputs(store, ids), metric))
            if len(under_way) > 2 * cores():
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


def _inputs(store: Store, ids: list[str]) -> list[ScoreInput]:
    rows = generations.by_ids(store, ids)
    found = prompts.by_ids(store, sorted({row.prompt_id for row in rows.values()}))
    return [
        ScoreInput(generation=rows[one], prompt=found[rows[one].prompt_id])
        for one in ids
        if one in rows
    ]


@contextmanager
def _pool(n_workers: int) -> Iterator[ProcessPoolExecutor | None]:
    """Start processes that leave Ctrl-C to this one; what they still have to do dies with it."""
    if n_workers < 2:
        yield None
        return
    pool = ProcessPoolExecutor(n_workers, get_context("spawn"), initializer=_ignore_interrupts)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
