"""What a check found into rows that RAGAS, Phoenix, Langfuse and LettuceDetect read.

Knows no files: `lab export checks` writes them, `lab check import` reads such rows back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal
from uuid import UUID

from lab.checks.types import CheckOutcome
from lab.records import Generation, Prompt

Format = Literal["ragas", "phoenix", "langfuse", "lettucedetect"]
Row = dict[str, Any]


def row_of(
    form: Format,
    outcome: CheckOutcome,
    generation: Generation,
    prompt: Prompt,
    *,
    marks: bool = True,
) -> Row:
    """Write one outcome as a row of another program.

    Args:
        form: "ragas": a sample with one score per check, here 1 minus the lab's, since RAGAS
            takes higher for better. "phoenix": a span annotation. "langfuse": the body of a
            score. "lettucedetect": what its `predict` takes and gives.
        outcome: what a check said; its status is "ok".
        generation: of this text.
        prompt: the text's prompt.
        marks: whether the check marks pieces at all, so that none means none is wrong; else the
            risk, or without one the score, decides from 0.5 on.

    Raises:
        ValueError: there is no such format, or the outcome has no score.
    """
    if form not in FORMATS:
        raise ValueError(f"the format is {form!r}; it must be one of {', '.join(FORMATS)}")
    if outcome.result.score is None:
        raise ValueError(f"the check {outcome.result.checker} gave the text no score")
    row = FORMATS[form](outcome, generation, prompt)
    if form == "phoenix":
        row["label"] = "hallucinated" if _is_flagged(outcome, marks=marks) else "factual"
    return row


def trace_id(generation_id: str) -> str:
    """Return a text's id as OpenTelemetry's trace ids are written: 32 hexadecimal digits."""
    return UUID(generation_id).hex


def span_id(generation_id: str) -> str:
    """Return a text's id as OpenTelemetry's span ids are written: its last 16 digits.

    They are the random half of a UUIDv7.
    """
    return UUID(generation_id).hex[16:]


def _ragas(outcome: CheckOutcome, generation: Generation, prompt: Prompt) -> Row:
    return {
        "user_input": prompt.text,
        "retrieved_contexts": _contexts(prompt),
        "response": generation.text,
        "reference": prompt.reference,
        outcome.result.checker: round(1.0 - _score(outcome), 12),
        "generation_id": generation.id,
    }


def _phoenix(outcome: CheckOutcome, generation: Generation, _: Prompt) -> Row:
    return {
        "span_id": span_id(generation.id),
        "annotation_name": outcome.result.checker,
        "annotator_kind": "CODE",
        "label": None,
        "score": _score(outcome),
        "explanation": _explained(outcome, generation),
        "metadata": _metadata(outcome),
    }


def _langfuse(outcome: CheckOutcome, generation: Generation, _: Prompt) -> Row:
    return {
        "id": outcome.result.id,
        "traceId": trace_id(generation.id),
        "name": outcome.result.checker,
        "value": _score(outcome),
        "dataType": "NUMERIC",
        "comment": _explained(outcome, generation),
        "metadata": _metadata(outcome),
    }


def _lettucedetect(outcome: CheckOutcome, generation: Generation, prompt: Prompt) -> Row:
    text = generation.text
    return {
        "context": _contexts(prompt),
        "question": prompt.text,
        "answer": text,
        "spans": [
            {
                "start": span.start,
                "end": span.end,
                "confidence": span.score,
                "text": text[span.start : span.end],
                "type": span.type.value,
                "evidence": span.evidence,
            }
            for span in outcome.spans
        ],
        "score": _score(outcome),
        "generation_id": generation.id,
    }


def _score(outcome: CheckOutcome) -> float:
    return float(outcome.result.score or 0.0)


def _is_flagged(outcome: CheckOutcome, *, marks: bool) -> bool:
    risk = outcome.result.risk
    return bool(outcome.spans) if marks else (_score(outcome) if risk is None else risk) >= 0.5


def _contexts(prompt: Prompt) -> list[str]:
    return [prompt.source] if prompt.source else []


def _explained(outcome: CheckOutcome, generation: Generation) -> str:
    """Return a line per piece: what is marked, as what, and why."""
    lines = (
        f"{generation.text[span.start : span.end]!r} ({span.type.value}): {span.evidence}"
        for span in outcome.spans
    )
    return "\n".join(lines) or "nothing is marked"


def _metadata(outcome: CheckOutcome) -> dict[str, Any]:
    result = outcome.result
    return {
        "generation_id": result.generation_id,
        "version": result.version,
        "risk": result.risk,
        "n_spans": len(outcome.spans),
    }


FORMATS: dict[str, Callable[[CheckOutcome, Generation, Prompt], Row]] = {
    "ragas": _ragas,
    "phoenix": _phoenix,
    "langfuse": _langfuse,
    "lettucedetect": _lettucedetect,
}
"""What writes a row, by format."""
