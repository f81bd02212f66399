"""Turns the store and the filters into one HTML file: what was found, how, and by whom."""

from __future__ import annotations

import re
from pathlib import Path

from apps.dashboard import rating_words, words
from apps.dashboard.filters import Filters
from apps.dashboard.report import (
    adjusted,
    checks,
    datasheet,
    judgements,
    markup,
    methods,
    people,
    planning,
    predicted,
    preferences,
)
from apps.dashboard.report.experiment import Experiment
from apps.dashboard.report.gathered import Material, chosen, gather
from lab.analysis.ratings.ordinal_records import OrdinalModel
from lab.analysis.reviewers.controls import control_results
from lab.analysis.verdict.watching import Watched
from lab.records import Study
from storage.client import Store

_STYLE = Path(__file__).with_name("report.css")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def build(store: Store, filters: Filters) -> str:
    """Write the report; it works offline, runs no script and asks no other host for anything.

    Args:
        store: the lab's records.
        filters: what to look at, as in the dashboard's sidebar.
    """
    material = gather(store, filters)
    verdicts = preferences.verdicts_of(material)
    means = judgements.means_of(material)
    models = adjusted.models_of(material)
    agreements = people.agreements(material.ratings, material.votes)
    parts = [
        ("preferences", "Preferences", preferences.part(material, verdicts)),
        ("ratings", "Ratings", judgements.ratings(material, means, models)),
        ("predicted", "Ratings with automatic scores", predicted.part(material)),
        ("agreement", "Agreement", people.agreement(agreements)),
        ("reviewers", "Reviewers", people.conduct(material)),
        ("controls", "Control items", people.controls(people.controls_of(material))),
        ("exclusions", "Reviewers left out", people.left_out(material)),
        ("hallucination", "Hallucination", checks.part(material)),
        ("metrics", "Automatic metrics against people", judgements.metrics(material)),
        ("planning", "What more answers would find", planning.part(material)),
    ]
    told = [(name, title, body) for name, title, body in parts if body]
    used = methods.listed([name for name, _, _ in told])
    sections = [
        ("studies", "Studies and their protocols", _studies(material)),
        *told,
        ("methods", "Methods", markup.points([*used, methods.DATASHEET])),
        ("made", "How this report was made", _made(material)),
        *_datasheets(material),
    ]
    return _document(
        f"Human evaluation: {material.title}",
        _summary(material, verdicts, models),
        markup.contents([(name, title) for name, title, _ in sections]),
        "".join(markup.section(title, body, name=name) for name, title, body in sections),
    )


def file_name(filters: Filters) -> str:
    """Name the file after the study."""
    study = re.sub(r"[^\w.-]+", "-", filters.study or "all-studies").strip("-.")
    return f"report-{study or 'study'}.html"


def _document(title: str, *parts: str) -> str:
    style = _STYLE.read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{markup.escape(title)}</title><style>{style}</style></head>"
        f"<body><main><h1>{markup.escape(title)}</h1>{''.join(parts)}</main></body></html>\n"
    )


def _summary(material: Material, verdicts: list[Watched], models: tuple[OrdinalModel, ...]) -> str:
    given = (material.votes, material.ratings, material.marks)
    n_people = len({str(who) for frame in given for who in frame["reviewer_id"].unique()})
    n_marked = material.marks["answer_id"].nunique()
    said = [words.count(len(material.votes), "vote"), words.count(len(material.ratings), "rating")]
    said += (
        [words.count(n_marked, "text looked through for faults", "texts looked through for faults")]
        if n_marked
        else []
    )
    counts = (
        f"{words.listed(said)} by {words.count(n_people, 'reviewer')}. "
        f"Made on {material.made_at:%d %B %Y, %H:%M} UTC."
    )
    said = [f"{one.criterion}: {one.sentence}" for one in verdicts]
    said += [f"Ratings: {rating_words.finding(models)}"] if models else []
    told = (
        markup.points(said)
        if said
        else markup.paragraph("No votes and no ratings to compare within these filters.")
    )
    return markup.paragraph(counts, "note") + told


def _studies(material: Material) -> str:
    written = []
    for label, study, status in material.studies:
        protocol = study.protocol
        written.append(
            markup.subsection(
                label,
                markup.facts(
                    [
                        ("Status", status.value),
                        ("Protocol, SHA-256", study.protocol_sha256),
                        ("Made on", f"{study.created_at:%Y-%m-%d}"),
                        ("Design", protocol.get("design", "mixed")),
                        ("Checkpoints", ", ".join(protocol.get("checkpoints", ())) or "–"),
                        ("Reviewers per item", protocol.get("reviewers_per_item", "–")),
                        ("Stopping rule", protocol.get("stopping_rule") or "none set"),
                        ("Exclusion rule", protocol.get("exclusion_rule") or "none set"),
                    ]
                ),
            )
        )
    return "".join(written) or markup.paragraph("There is no study.")


def _made(material: Material) -> str:
    filters = chosen(material.filters) or [("Filters", "none: everything in the lab")]
    return markup.facts([*filters, *material.versions.items()])


def _datasheets(material: Material) -> list[tuple[str, str, str]]:
    return [
        (
            f"datasheet-{number}",
            f"Datasheet (HEDS 3.0): {label}",
            datasheet.sheet(_experiment(material, label, study)),
        )
        for number, (label, study, _) in enumerate(material.studies, 1)
    ]


def _experiment(material: Material, label: str, study: Study) -> Experiment:
    ratings, votes, marks, controls = (
        frame[frame["study"] == label]
        for frame in (material.ratings, material.votes, material.marks, material.controls)
    )
    return Experiment(
        label=label,
        study=study,
        ratings=ratings,
        votes=votes,
        marks=marks,
        agreements=people.agreements(ratings, votes),
        controls=control_results(controls),
        decisions=tuple(one for one in material.decisions if one.study == label),
    )
