"""Answers HEDS 3.0's questions about a whole study, sections 1, 2, 3 and 5, from its records."""

from __future__ import annotations

from collections import Counter

from apps.dashboard.report.experiment import Answer, Experiment
from apps.dashboard.words import count, listed, percent
from lab.records import ControlKind


def resources(one: Experiment) -> list[Answer]:
    """Answer section 1: where it is reported, what it is, who to ask."""
    made = f"{one.study.created_at:%Y-%m-%d}"
    about = (
        f"Study “{one.label}” of a Review Lab, made on {made}; protocol with SHA-256 "
        f"{one.study.protocol_sha256}."
    )
    asked = [
        ("1.3.1.1", "Name of who completes this sheet"),
        ("1.3.1.2", "Affiliation of who completes it"),
        ("1.3.1.3", "E-mail address of who completes it"),
        ("1.3.2.1", "Name of the contact author"),
        ("1.3.2.2", "Affiliation of the contact author"),
        ("1.3.2.3", "E-mail address of the contact author"),
    ]
    return [
        Answer(number="1.1.1", question="Where the experiment is reported"),
        Answer(number="1.1.2", question="Which experiment this sheet is about", known=about,
               open="where in the report it stands"),
        Answer(number="1.2", question="Where its resources are shared"),
        *[Answer(number=number, question=question) for number, question in asked],
    ]  # fmt: skip


def systems(one: Experiment) -> list[Answer]:
    """Answer section 2: what the systems take, give and do."""
    names = listed(sorted({*one.texts.values()})) or "none judged yet"
    return [
        Answer(number="2.1", question="Kind of input", known="Text: a prompt.",
               open="how long and of what kind; whether more than text goes in"),
        Answer(number="2.2", question="Kind of output", known="Text.",
               open="how long and of what kind"),
        Answer(number="2.3", question="Task", known=f"Systems: {names}.",
               open="the task that they do"),
        Answer(number="2.4", question="Languages of the input"),
        Answer(number="2.5", question="Languages of the output"),
    ]  # fmt: skip


def sample(one: Experiment) -> list[Answer]:
    """Answer section 3.1: how many outputs, how chosen, with what power."""
    by_system = Counter(one.texts.values())
    each = ", ".join(f"{name}: {n:,}" for name, n in sorted(by_system.items()))
    known = (
        f"{len(one.texts):,} texts with an answer that counts ({each})." if each else "None yet."
    )
    return [
        Answer(number="3.1.1", question="Outputs evaluated per system", known=known),
        _selection(one),
        Answer(
            number="3.1.3.1", question="Method of the power analysis that chose the sample's size"
        ),
        Answer(number="3.1.3.2", question="Statistical power of the sample"),
        Answer(number="3.1.3.3", question="Where the code of the power analysis is"),
    ]


def evaluators(one: Experiment) -> list[Answer]:
    """Answer section 3.2: how many people, of what kind, how trained."""
    return [
        Answer(number="3.2.1", question="Number of evaluators",
               known=f"{len(one.people):,}, without those left out of the results."),
        Answer(number="3.2.2.1", question="Whether they are domain experts"),
        Answer(number="3.2.2.2", question="Whether and how they were paid"),
        Answer(number="3.2.2.3", question="Whether the authors knew some of them before"),
        Answer(number="3.2.2.4", question="Whether authors were among them"),
        Answer(number="3.2.3", question="How they were recruited"),
        _training(one),
        Answer(number="3.2.5", question="Other characteristics of them",
               open="the lab keeps a pseudonym and nothing about the person"),
    ]  # fmt: skip


def design(one: Experiment) -> list[Answer]:
    """Answer section 3.3: the experiment's design."""
    frozen = (
        "The protocol was imported together with the answers."
        if one.is_outside
        else "The protocol was frozen before the first answer (hash under 1.1.2)."
    )
    return [
        Answer(number="3.3.1", question="Whether the design was preregistered", known=frozen,
               open="whether it was registered in public before, and where"),
        _medium(one),
        _assurance(one),
        _assurance_details(one),
        Answer(number="3.3.4.1", question="Where the form that they saw can be viewed"),
        _shown(one),
        _freedom(one),
        _questions(one),
        Answer(number="3.3.7", question="Conditions in which they worked"),
        Answer(number="3.3.8", question="How these conditions varied between them"),
    ]  # fmt: skip


def ethics() -> list[Answer]:
    """Answer section 5: what only the authors know."""
    return [
        Answer(number="5.1", question="Research ethics committee that approved it"),
        Answer(number="5.2", question="Personal data (GDPR Art. 4) in outputs or answers",
               open="the lab names people by pseudonym here, but cannot judge the texts"),
        Answer(number="5.3", question="Special categories of personal data (GDPR Art. 9) in these"),
        Answer(number="5.4", question="Impact assessments"),
    ]  # fmt: skip


def _selection(one: Experiment) -> Answer:
    question = "How the outputs were chosen"
    if one.is_outside:
        return Answer(number="3.1.2", question=question)
    protocol = one.protocol
    known = f"Automatically, from the {protocol.get('split', 'test')} part of the data set"
    known += f" “{protocol['dataset']}”" if "dataset" in protocol else ""
    if protocol.get("prompt_keys") or protocol.get("prompt_pattern"):
        known += ", narrowed by a pattern that the protocol names"
    if (n := protocol.get("n_prompts")) is not None:
        known += f": {n:,} prompts drawn at random, seed {protocol.get('seed', 0)}."
    else:
        known += ": all prompts for which every system has a text."
    return Answer(number="3.1.2", question=question, known=known)


def _training(one: Experiment) -> Answer:
    question = "Training and practice before they started"
    if one.is_outside:
        return Answer(number="3.2.4", question=question)
    known = "They read the guidelines of the protocol before the first item."
    if n := _n_training(one):
        known += f" Then they answered {count(n, 'training item')} with known answers"
        share = one.protocol.get("qualification", 0)
        known += f" and went on with {percent(share)} or more of them right." if share else "."
    return Answer(number="3.2.4", question=question, known=known)


def _medium(one: Experiment) -> Answer:
    question = "Medium by which answers were collected"
    if one.is_outside:
        return Answer(
            number="3.3.2",
            question=question,
            known="Outside this lab; answers were imported.",
            open="with what tool",
        )
    return Answer(
        number="3.3.2", question=question, known="The review page of Review Lab, in a web browser."
    )


def _assurance(one: Experiment) -> Answer:
    protocol, said = one.protocol, []
    if _checks(one):
        said.append("Automatic checks during the evaluation.")
    if _has_rule(one):
        said.append("Evaluators may be left out by a rule set beforehand.")
    if one.decisions:
        said.append("Evaluators were left out by an analyst's decision.")
    if protocol.get("adjudicator"):
        said.append("Disagreements went to an adjudicator.")
    known = " ".join(said)
    if not known and not one.is_outside:
        known = "None that the protocol names."
    return Answer(number="3.3.3.1", question="Kinds of quality assurance", known=known,
                  open="whether native speakers or other qualifications were required")  # fmt: skip


def _assurance_details(one: Experiment) -> Answer:
    said = list(_checks(one))
    for rule in ("exclusion_rule", "stopping_rule"):
        if text := one.protocol.get(rule):
            said.append(f"{rule.replace('_', ' ').capitalize()}: {text}")
    if (least := one.protocol.get("exclude_below_gold")) is not None:
        said.append(f"To be left out: who has under {percent(least)} of the controls right.")
    if (fastest := one.protocol.get("exclude_faster_than")) is not None:
        said.append(f"To be left out: who takes under {fastest:g} s per answer (median).")
    for known in one.controls.known:
        if known.reviewer is None and known.criterion is None:
            name = known.kind.value
            said.append(f"Right answers to {name} items: {known.n_right} of {known.n}.")
    said += [f"Left out: {each.reviewer}: {each.reason}" for each in one.decisions]
    return Answer(number="3.3.3.2", question="Quality assurance in detail", known="\n".join(said))


def _shown(one: Experiment) -> Answer:
    question = "Types of information shown with each item"
    if one.is_outside:
        return Answer(number="3.3.4.2", question=question)
    said = ["The prompt, the question and the guidelines; never a system's name."]
    if "rate" in one.kinds:
        said.append("Rating: one text, and each criterion's question with a word for every point.")
    if "ab" in one.kinds:
        said.append("Comparison: two texts side by side, their sides drawn at random.")
    if "spans" in one.kinds:
        said.append("Marking: one text with its source, kinds and severities of faults.")
    return Answer(number="3.3.4.2", question=question, known="\n".join(said))


def _freedom(one: Experiment) -> Answer:
    question = "How free they were in when and how fast"
    if one.is_outside:
        return Answer(number="3.3.5", question=question)
    known = "No time limit per item or for the whole; they could stop and come back."
    minutes = one.protocol.get("break_minutes", 25)
    known += f" A break was offered after {minutes:g} minutes." if minutes else ""
    return Answer(number="3.3.5", question=question, known=known, open="any appointed times")


def _questions(one: Experiment) -> Answer:
    question = "Whether they were told that they could ask or give feedback"
    if one.is_outside:
        return Answer(number="3.3.6", question=question)
    known = "They could comment on each answer and flag an item to the study's lead."
    return Answer(number="3.3.6", question=question, known=known, open="any other way to ask")


def _checks(one: Experiment) -> list[str]:
    protocol = one.protocol
    shares = {
        "degraded": "of the prompts with a text made worse on purpose",
        "aa_pairs": "of the prompts with a pair of equals (A/A)",
        "repeats": "of the items again, to see whether people agree with themselves",
    }
    said = [f"{percent(share)} {what}." for name, what in shares.items()
            if (share := protocol.get(name, 0))]  # fmt: skip
    n_gold = sum(not gold.get("training") for gold in protocol.get("gold", ()))
    if n_gold:
        said.append(f"{count(n_gold, 'gold item')} with a known answer.")
    kinds = {known.kind for known in one.controls.known}
    if n := _n_training(one):
        said.append(f"{count(n, 'training item')} before the first real one.")
    elif ControlKind.TRAINING in kinds:
        said.append("Training items before the first real one.")
    return said


def _n_training(one: Experiment) -> int:
    gold = sum(bool(gold.get("training")) for gold in one.protocol.get("gold", ()))
    return int(one.protocol.get("n_training", 0)) + gold


def _has_rule(one: Experiment) -> bool:
    rules = ("exclude_below_gold", "exclude_faster_than")
    return bool(one.protocol.get("exclusion_rule")) or any(
        one.protocol.get(rule) is not None for rule in rules
    )
