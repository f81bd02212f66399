"""Texts with references into values, by the `evaluate` metrics of this package.

Texts without a usable reference get a reason and are kept from the metric.
"""

from __future__ import annotations

from lab.metrics.types import ScoreInput, Value


def _missing(given: ScoreInput, name: str) -> str | None:
    reference = given.prompt.reference
    if reference is None:
        return "the prompt has no reference"
    if not reference.strip():
        return "the reference is empty"
    if name.startswith("rouge"):
        from lab.metrics.rouge import rouge_tokens

        if not rouge_tokens(reference):
            return "the reference has no word of a–z or 0–9, which is all that ROUGE reads"
    return None


def with_references(inputs: list[ScoreInput], name: str) -> list[Value]:
    """Compute a metric where there is a reference, and say where there is none.

    Args:
        inputs: the texts with their prompts.
        name: name of the metric, e.g. "rouge_l".

    Returns:
        One value per text, in order.
    """
    from lab.metrics.evaluated import evaluate_metric

    reasons = [_missing(given, name) for given in inputs]
    usable = [given for given, reason in zip(inputs, reasons, strict=True) if reason is None]
    if not usable:
        return [Value(None, reason) for reason in reasons]
    output = evaluate_metric(name).compute(
        predictions=[given.generation.text for given in usable],
        references=[given.prompt.reference for given in usable],
    )
    scores = iter(output["scores"])
    return [Value(next(scores)) if reason is None else Value(None, reason) for reason in reasons]
