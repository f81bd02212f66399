"""Answers HEDS 3.0's questions about each quality criterion, section 4, from a study's records."""

from __future__ import annotations

from typing import Any

from apps.dashboard.report.experiment import Answer, Experiment
from apps.dashboard.words import number, number_range, percent
from lab.analysis.agreement.estimates import Agreements
from lab.analysis.agreement.repeats import RepeatAgreement
from lab.records import Severity, SpanCategory

_METHODS = {
    "rate": "The mean over all ratings, per system; beside it the mean with reviewers' "
    "severity taken out by an ordinal mixed model.",
    "ab": "Win rates and Bradley–Terry strengths, per system; “both bad” counted apart.",
    "spans": "",
}
_TESTS = {
    "rate": "95 % intervals over reviewers and prompts (pigeonhole bootstrap, t); differences "
    "by the ordinal mixed model with standardised effect sizes, Holm over pairs and criteria.",
    "ab": "Shares of wins as effect sizes; errors clustered by reviewer and prompt; Holm over "
    "pairs; a confidence sequence for the verdict.",
    "spans": "",
}


def every(one: Experiment) -> list[tuple[str, list[Answer]]]:
    """Answer section 4 for each criterion that was rated, compared or marked on."""
    parts = []
    if "rate" in one.kinds:
        for criterion in one.protocol.get("criteria", ()):
            parts.append((f"4 Criterion: {criterion['name']} (rated)", _rated(one, criterion)))
    if "ab" in one.kinds:
        for name in ("overall", *one.protocol.get("vote_criteria", ())):
            parts.append((f"4 Criterion: {name} (compared)", _compared(one, name)))
    if "spans" in one.kinds:
        parts.append(("4 Criterion: faults (marked)", _marked(one)))
    return parts


def _rated(one: Experiment, criterion: dict[str, Any]) -> list[Answer]:
    anchors = criterion["anchors"]
    values = "\n".join(f"{point}: {words}" for point, words in enumerate(anchors, 1))
    return _answers(
        one,
        "rate",
        criterion["name"],
        question=criterion["question"],
        definition=f"The question, and a word for each point:\n{values}",
        size=str(len(anchors)),
        values=f"1 (worst) to {len(anchors)} (best)",
        form="Direct quality estimation.",
        relative="Absolute: one text at a time.",
        shown=criterion["name"],
    )


def _compared(one: Experiment, name: str) -> list[Answer]:
    asked = one.protocol.get("question", "")
    return _answers(
        one,
        "ab",
        name,
        question=str(asked) if name == "overall" else f"{asked} ({name})",
        definition="No definition given; the question below, and the study's guidelines.",
        size="4",
        values="this one; the other one; a tie; both are bad",
        form="Relative quality estimation: two texts.",
        relative="Relative: two texts side by side.",
        shown="no name given" if name == "overall" else name,
    )


def _marked(one: Experiment) -> list[Answer]:
    kinds = ", ".join(kind.value for kind in SpanCategory)
    severities = ", ".join(severity.value for severity in Severity)
    return _answers(
        one,
        "spans",
        "faults",
        question="",
        definition="",
        size="N/A",
        values="N/A",
        form="Post-editing or annotation: pieces of the text are marked.",
        relative="Absolute: one text at a time.",
        shown="no name given",
        task=f"Mark each faulty piece; give its kind ({kinds}) and severity ({severities}).",
    )


def _answers(
    one: Experiment,
    kind: str,
    name: str,
    *,
    question: str,
    definition: str,
    size: str,
    values: str,
    form: str,
    relative: str,
    shown: str,
    task: str = "N/A",
) -> list[Answer]:
    agreement = _agreement(one, kind, name)
    outside = one.is_outside
    has_scale = size != "N/A"
    scale = "Multiple-choice options, one to choose." if has_scale else "N/A"
    return [
        Answer(number="4.1.1", question="Type of quality: correctness, goodness or a feature"),
        Answer(number="4.1.2", question="Aspect of the output: form, content or both"),
        Answer(number="4.1.3", question="Own right, relative to input, or to something outside"),
        Answer(number="4.2.1", question="Objective or subjective", known="Subjective: judgements."),
        Answer(number="4.2.2", question="Absolute or relative", known=relative),
        Answer(number="4.2.3", question="Intrinsic or extrinsic",
               known="Intrinsic: the texts themselves are judged."),
        Answer(number="4.3.1.1", question="Name shown to evaluators",
               known="" if outside else shown),
        Answer(number="4.3.1.2", question="Standardised name (such as QCET)"),
        Answer(number="4.3.2", question="Definition given to evaluators",
               known="" if outside else definition),
        Answer(number="4.3.3", question="Size of the scale or rating instrument", known=size),
        Answer(number="4.3.4", question="Its possible values", known=values),
        Answer(number="4.3.5", question="How it is presented to evaluators",
               known="" if outside else scale),
        Answer(number="4.3.6", question="Task where there is no rating instrument", known=task),
        Answer(number="4.3.7", question="Question or instruction, word for word",
               known="" if outside else question),
        Answer(number="4.3.8", question="Form of response elicitation", known=form),
        Answer(number="4.3.9", question="How raw answers become reported scores",
               known=_METHODS[kind]),
        Answer(number="4.3.10", question="Methods for effect size and significance",
               known=_TESTS[kind]),
        Answer(number="4.3.11.1", question="How inter-annotator agreement was measured",
               known=_inter_method(agreement)),
        Answer(number="4.3.11.2", question="Inter-annotator agreement score",
               known=_inter(agreement)),
        Answer(number="4.3.12.1", question="How intra-annotator agreement was measured",
               known=_intra_method(one, kind, name)),
        Answer(number="4.3.12.2", question="Intra-annotator agreement score",
               known=_intra(one, kind, name)),
    ]  # fmt: skip


def _agreement(one: Experiment, kind: str, name: str) -> Agreements | None:
    return next(
        (each for each in one.agreements
         if each.criterion == name and each.is_vote == (kind == "ab") and kind != "spans"),
        None,
    )  # fmt: skip


def _inter_method(found: Agreements | None) -> str:
    if found is None:
        return "InterAA not assessed in this report."
    kind = "nominal" if found.is_vote else "ordinal"
    return f"Krippendorff's alpha ({kind}), Gwet's AC2, share of equal answers."


def _inter(found: Agreements | None) -> str:
    if found is None:
        return "InterAA not assessed in this report."
    said = []
    for name, value in (("alpha", found.alpha), ("AC2", found.ac2), ("equal", found.percent)):
        around = f" [{number_range(value.widest)}]" if value.widest else ""
        shown = f"{name} {number(value.value)}{around}"
        said.append(shown if value.value is not None else f"{name}: none, because {value.reason}")
    return "; ".join(said) + "."


def _repeats(one: Experiment, kind: str, name: str) -> list[RepeatAgreement]:
    wanted = "spans" if kind == "spans" else name
    return [
        each for each in one.controls.repeats
        if each.reviewer is None and each.criterion == wanted
    ]  # fmt: skip


def _intra_method(one: Experiment, kind: str, name: str) -> str:
    if not _repeats(one, kind, name):
        return "IntraAA not assessed."
    return "Items that came twice to the same person: share of equal answers, Cohen's kappa."


def _intra(one: Experiment, kind: str, name: str) -> str:
    found = _repeats(one, kind, name)
    if not found:
        return "IntraAA not assessed."
    return "; ".join(
        f"{percent(each.rate)} of {each.n} equal, kappa {number(each.kappa)}" for each in found
    )
