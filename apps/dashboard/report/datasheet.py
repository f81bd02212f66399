"""Turns a study's frozen protocol and its records into a human-evaluation datasheet, HEDS 3.0.

Sections and numbers are those of Belz and Thomson (2024, arXiv 2412.07940), the questions in short
words of our own. What a lab cannot know is left as a marked blank: nothing is made up.
"""

from __future__ import annotations

from apps.dashboard.report import criteria_answers, study_answers
from apps.dashboard.report.experiment import Answer, Experiment
from apps.dashboard.report.markup import escape

BLANK = "To be filled in by the authors"


def sheet(experiment: Experiment) -> str:
    """Write the datasheet of one study."""
    parts = [
        ("1 Main reference and supplementary resources", study_answers.resources(experiment)),
        ("2 Evaluated systems", study_answers.systems(experiment)),
        ("3.1 Sample of outputs", study_answers.sample(experiment)),
        ("3.2 Evaluators", study_answers.evaluators(experiment)),
        ("3.3 Experimental design", study_answers.design(experiment)),
        *criteria_answers.every(experiment),
        ("5 Ethics", study_answers.ethics()),
    ]
    written = "".join(f"<h3>{escape(title)}</h3>{_answers(answers)}" for title, answers in parts)
    return f'<div class="sheet">{written}</div>'


def _answers(answers: list[Answer]) -> str:
    return "<dl>" + "".join(_answer(one) for one in answers) + "</dl>"


def _answer(one: Answer) -> str:
    blank = f"<mark>{escape(BLANK)}{escape(': ' + one.open if one.open else '')}</mark>"
    parts = [escape(one.known) if one.known else "", blank if one.open or not one.known else ""]
    inside = "<br>".join(part for part in parts if part)
    return f"<dt><b>{one.number}</b>{escape(one.question)}</dt><dd>{inside}</dd>"
