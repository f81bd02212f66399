"""Generations into metric scores: the list of all metrics, and the one way to run one."""

from __future__ import annotations

from collections.abc import Sequence

from lab.errors import UnknownNameError
from lab.metrics.aids import ARTICLES, Aids
from lab.metrics.bertscore import BERTSCORE, BERTSCORE_IDF
from lab.metrics.bleu import BLEU
from lab.metrics.chrf import CHRF
from lab.metrics.coherence import COHERENCE_ADJACENT, COHERENCE_PAIRWISE, CONTENT_GRAPH
from lab.metrics.compression import COMPRESSION_RATIO
from lab.metrics.constraints import CONSTRAINT_COVERAGE
from lab.metrics.corpus import CORPUS_BLEU, CORPUS_CHRF, CORPUS_DISTINCT_1, CORPUS_DISTINCT_2
from lab.metrics.coverage import PROMPT_COVERAGE
from lab.metrics.distinct import DISTINCT_1, DISTINCT_2
from lab.metrics.entity_grid import ENTITY_GRID
from lab.metrics.length import LENGTH
from lab.metrics.likelihood import BITS_PER_BYTE, PERPLEXITY
from lab.metrics.loops import LONGEST_LOOP
from lab.metrics.mauve import MAUVE, MAUVE_SEED_SPREAD
from lab.metrics.meteor import METEOR
from lab.metrics.mtld import MTLD
from lab.metrics.nearness import NEAREST_TRAINING
from lab.metrics.novelty import COPIED_4_GRAMS, LONGEST_COPY
from lab.metrics.order import ORDER_GAIN
from lab.metrics.readability import READING_GRADE
from lab.metrics.relevance import PROMPT_SIMILARITY
from lab.metrics.repetition import REPETITION
from lab.metrics.rouge_metrics import ROUGE_1, ROUGE_2, ROUGE_L, ROUGE_LSUM
from lab.metrics.self_bleu import SELF_BLEU
from lab.metrics.similarity import REFERENCE_SIMILARITY
from lab.metrics.types import Metric, ScoreInput, Value
from lab.metrics.whole import SetMetric
from lab.records import MetricScore

__all__ = ["METRICS", "SET_METRICS", "Metric", "ScoreInput", "Value", "find_metric", "score"]

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        PERPLEXITY,
        BITS_PER_BYTE,
        BLEU,
        CHRF,
        ROUGE_1,
        ROUGE_2,
        ROUGE_L,
        ROUGE_LSUM,
        METEOR,
        BERTSCORE,
        BERTSCORE_IDF,
        REFERENCE_SIMILARITY,
        DISTINCT_1,
        DISTINCT_2,
        REPETITION,
        LONGEST_LOOP,
        SELF_BLEU,
        MTLD,
        COMPRESSION_RATIO,
        READING_GRADE,
        LENGTH,
        PROMPT_COVERAGE,
        CONSTRAINT_COVERAGE,
        PROMPT_SIMILARITY,
        COHERENCE_ADJACENT,
        COHERENCE_PAIRWISE,
        CONTENT_GRAPH,
        ENTITY_GRID,
        ORDER_GAIN,
        LONGEST_COPY,
        COPIED_4_GRAMS,
        NEAREST_TRAINING,
    )
}
"""All metrics by name, in the order in which tables show them."""

SET_METRICS: dict[str, SetMetric] = {
    metric.name: metric
    for metric in (
        CORPUS_BLEU,
        CORPUS_CHRF,
        CORPUS_DISTINCT_1,
        CORPUS_DISTINCT_2,
        MAUVE,
        MAUVE_SEED_SPREAD,
    )
}
"""All metrics of a checkpoint's whole set of texts by name, in the same order."""


def find_metric(name: str) -> Metric:
    """Look a metric up.

    Args:
        name: its name, e.g. "rouge_l".

    Raises:
        UnknownNameError: there is no such metric; lists the ones there are.
    """
    if name not in METRICS:
        raise UnknownNameError.of("metric", name, list(METRICS))
    return METRICS[name]


def score(
    inputs: Sequence[ScoreInput], metric: Metric, aids: Aids | None = None
) -> list[MetricScore]:
    """Score texts on one metric.

    Args:
        inputs: the texts with their prompts.
        metric: one of METRICS.
        aids: the models to score with, for a metric that needs one.

    Returns:
        One score per text, in order; without a value, but with a reason, where it cannot be
        computed.

    Raises:
        ValueError: the metric needs an aid and it was not given.
    """
    aids = aids or Aids()
    if lacking := sorted(need for need in metric.needs if aids.lacks(need)):
        raise ValueError(f"metric {metric.name!r} needs {ARTICLES[lacking[0]]}: none was given")
    values = metric.compute(list(inputs), aids)
    version = metric.version_with(aids)
    return [
        MetricScore(
            generation_id=given.generation.id,
            metric=metric.name,
            version=version,
            value=found.value,
            reason=found.reason,
        )
        for given, found in zip(inputs, values, strict=True)
    ]
