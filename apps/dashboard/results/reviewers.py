"""Asks lab.analysis what each reviewer did, and how far they agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from apps.dashboard import data, words
from apps.dashboard.filters import Filters
from apps.dashboard.results.rows import once
from lab.analysis.agreement.estimates import (
    Agreement,
    Agreements,
    agreement_by_criterion,
    outcome_codes,
    vote_agreement_by_criterion,
)
from lab.analysis.agreement.icc import TwoWayICC, icc2
from lab.analysis.agreement.kappas import Kappas, kappas
from lab.analysis.agreement.tally import Tally, tally_frame
from lab.analysis.intervals import Interval
from lab.analysis.reviewers.advice import InStudy, advice
from lab.analysis.reviewers.conduct import Rule, StraightLines, straight_lines
from lab.analysis.reviewers.controls import ControlResults, control_results
from lab.analysis.reviewers.copying import CopyProbe, alike_pairs
from lab.analysis.reviewers.sides import ReviewerSide, side_biases
from lab.analysis.reviewers.summary import ReviewerSummary
from lab.analysis.reviewers.summary import reviewers as summarise
from lab.records import ControlKind
from storage import conduct, exclusions
from storage.exclusions import Decision

RATINGS, VOTES = "ratings", "votes"


def everybody(filters: Filters) -> Filters:
    """Return the filters without the choice of one reviewer: people are seen beside others."""
    return replace(filters, reviewer=None)


@once
def controls(version: str, study: str | None) -> ControlResults:
    """Return what the control items of one study, or of all, tell of the reviewers."""
    frame = data.controls()
    return control_results(frame if study is None else frame[frame["study"] == study])


@once
def marked(at: str) -> pd.DataFrame:
    """Return one row per text that somebody read for marks."""
    return conduct.marked(data.store())


@once
def summaries(at: str, filters: Filters) -> tuple[ReviewerSummary, ...]:
    """Return what each reviewer did, excluded ones too, beside those who count."""
    wanted = replace(filters, reviewer=None, with_excluded=True)
    return summarise(
        wanted.ratings(data.ratings()), wanted.votes(data.votes()), wanted.ratings(marked(at))
    )


@once
def sides(at: str, filters: Filters) -> tuple[ReviewerSide, ...]:
    """Return each reviewer's leaning to a side, excluded ones too."""
    return side_biases(replace(filters, reviewer=None, with_excluded=True).votes(data.votes()))


@once
def lines(at: str, filters: Filters) -> dict[str, StraightLines]:
    """Return how often each reviewer rates in a straight line, whatever the criterion chosen."""
    wanted = replace(filters, reviewer=None, with_excluded=True, criterion=None)
    return straight_lines(wanted.ratings(data.ratings()))


@once
def probe(at: str, filters: Filters) -> CopyProbe:
    """Return the pairs of reviewers who answer alike, excluded ones too."""
    wanted = replace(filters, reviewer=None, with_excluded=True)
    return alike_pairs(wanted.ratings(data.ratings()), wanted.votes(data.votes()))


@once
def agreements(at: str, filters: Filters) -> tuple[Agreements, ...]:
    """Return how far the reviewers agree on each criterion, of ratings and of votes."""
    wanted = everybody(filters)
    return (
        *agreement_by_criterion(wanted.ratings(data.ratings()), _points()),
        *vote_agreement_by_criterion(wanted.votes(data.votes())),
    )


@once
def two_way(at: str, filters: Filters) -> dict[str, TwoWayICC]:
    """Return criterion → ICC(2) of the ratings."""
    ratings = everybody(filters).ratings(data.ratings())
    groups = ratings.groupby("criterion", sort=True, observed=True)
    return {
        str(criterion): icc2(tally_frame(group, "generation_id", "value"))
        for criterion, group in groups
    }


@once
def matrix(at: str, filters: Filters, kind: str, criterion: str) -> tuple[Kappas, tuple[str, ...]]:
    """Return every pair's kappa on one criterion, and the reviewers' pseudonyms in its order."""
    frame, tally = _judged(filters, kind, criterion)
    # The tally numbers people by account; pseudonyms are what is shown.
    names = frame.drop_duplicates("reviewer_id").sort_values("reviewer_id")["reviewer"]
    found = kappas(tally, "quadratic" if kind == RATINGS else "identity")
    return found, tuple(map(str, names))


def judged_criteria(at: str, filters: Filters) -> list[tuple[str, str]]:
    """Return what was judged, as (kind, criterion): ratings first, then votes."""
    return [
        (VOTES if one.is_vote else RATINGS, one.criterion)
        for one in agreements(at, filters)
        if one.alpha.n_units
    ]


@once
def decisions(at: str, study: str | None) -> list[Decision]:
    """Return all decisions about one study, or about all, the newest first."""
    return [one for one in exclusions.history(data.store()) if study is None or one.study == study]


@once
def people(at: str, filters: Filters) -> pd.DataFrame:
    """Return one row per reviewer with everything known and what is worth a second look."""
    by_side = {one.reviewer_id: one for one in sides(at, filters)}
    by_lines, alike = lines(at, filters), probe(at, filters).pairs
    in_studies, known = _in_studies(at, filters), _known(at, filters.study)
    out = {one.reviewer_id for one in decisions(at, filters.study) if one.counts and one.excluded}
    rows = []
    for one in summaries(at, filters):
        id = one.reviewer_id
        said = advice(one, by_side.get(id), by_lines.get(id), alike, in_studies.get(id, ()))
        n_known, n_right = known.get(id, (0, 0))
        straight = by_lines.get(id)
        rows.append(
            {
                "reviewer": one.reviewer,
                "answers": one.n_answers,
                "rated": one.n_rated,
                "compared": one.n_voted,
                "marked": one.n_marked,
                "pace": one.median_seconds,
                "agreement": one.rating_agreement,
                **_ends("", one.rating_interval),
                "severity": one.severity,
                "same_votes": one.vote_agreement,
                "left": by_side[id].share if id in by_side else None,
                "known": n_right / n_known if n_known else None,
                "straight": straight.share if straight else None,
                "worth a look": "; ".join(said),
                "excluded": "yes" if id in out else "",
                "shared": one.n_shared_ratings,
                "reviewer_id": id,
            }
        )
    frame = pd.DataFrame(rows)
    numbers = ["pace", "agreement", "low", "high", "severity", "same_votes", "left", "known",
               "straight"]  # fmt: skip
    return frame.astype(dict.fromkeys(numbers, float)) if len(frame) else frame


def agreement_rows(at: str, filters: Filters) -> pd.DataFrame:
    """Return one row per criterion and coefficient, with its three intervals."""
    rows = []
    for one in agreements(at, filters):
        named = [("alpha", one.alpha), ("AC1" if one.is_vote else "AC2", one.ac2),
                 ("same answers", one.percent), ("ICC(1)", one.icc1)]  # fmt: skip
        rows += [_row(one, name, found) for name, found in named if found is not None]
    return pd.DataFrame(rows)


def _row(one: Agreements, name: str, found: Agreement) -> dict[str, object]:
    widest = found.widest
    share = name == "same answers"
    spread = words.percent_range if share else words.number_range
    return {
        "criterion": one.criterion,
        "of": VOTES if one.is_vote else RATINGS,
        "coefficient": name,
        "value": np.nan if found.value is None else found.value,
        **_ends("", widest),
        "shown": words.percent(found.value) if share else words.number(found.value),
        "range": spread(widest) if widest else found.reason,
        "other texts": spread(found.by_unit),
        "other reviewers": spread(found.by_rater),
        "texts": found.n_units,
        "judgements": found.n_ratings,
        "reviewers": found.n_raters,
        "note": found.reason or "",
    }


def alike(at: str, filters: Filters) -> pd.DataFrame:
    """Return one row per pair of reviewers who answer alike."""
    return pd.DataFrame(
        {
            "reviewer": one.reviewers[0],
            "and": one.reviewers[1],
            "items shared": one.n_shared,
            "the same": 100 * one.same,
            "expected": 100 * one.expected,
            "p (Holm)": one.p,
        }
        for one in probe(at, filters).pairs
    )


def cells(found: Kappas, names: Sequence[str], most: int) -> pd.DataFrame:
    """Return one row per two different reviewers among those with the most judgements.

    Args:
        found: every pair's kappa.
        names: the reviewers, in its order.
        most: how many reviewers at most.
    """
    busiest = np.sort(np.argsort(-np.diag(found.n_shared), kind="stable")[:most])
    order = sorted(busiest, key=lambda i: words.in_order(names[i]))
    rows = []
    for i in order:
        for j in order:
            if i == j:
                continue
            interval = found.interval(i, j)
            rows.append(
                {
                    "row": names[i],
                    "column": names[j],
                    "kappa": found.values[i, j],
                    **_ends("", interval),
                    "shown": words.number(found.values[i, j]),
                    "range": words.number_range(interval) if interval else found.reason(i, j),
                    "shared": int(found.n_shared[i, j]),
                    "same": int(found.n_same[i, j]),
                }
            )
    return pd.DataFrame(rows)


def _judged(filters: Filters, kind: str, criterion: str) -> tuple[pd.DataFrame, Tally]:
    wanted = replace(everybody(filters), criterion=None)
    if kind == RATINGS:
        frame = wanted.ratings(data.ratings())
        frame = frame[frame["criterion"] == criterion]
        return frame, tally_frame(frame, "generation_id", "value")
    frame = wanted.votes(data.votes())
    frame = frame[frame["criterion"] == criterion]
    return frame, tally_frame(frame.assign(code=outcome_codes(frame["winner"])), "item_id", "code")


def _points() -> dict[str, range]:
    """Return each criterion's scale as the protocols have it, the longest where they differ."""
    found: dict[str, int] = {}
    for _, study, _ in data.all_studies():
        for criterion in study.protocol.get("criteria", ()):
            n = len(criterion.get("anchors", ()))
            found[criterion["name"]] = max(n, found.get(criterion["name"], 0))
    return {name: range(1, n + 1) for name, n in found.items() if n}


def _known(at: str, study: str | None) -> dict[str, tuple[int, int]]:
    """Return reviewer's id → answers to gold and degraded items, and the right ones."""
    found: dict[str, tuple[int, int]] = {}
    for one in controls(at, study).known:
        if one.reviewer_id and one.criterion is None and one.kind is not ControlKind.TRAINING:
            n, n_right = found.get(one.reviewer_id, (0, 0))
            found[one.reviewer_id] = (n + one.n, n_right + one.n_right)
    return found


def _in_studies(at: str, filters: Filters) -> dict[str, tuple[InStudy, ...]]:
    found: dict[str, tuple[InStudy, ...]] = {}
    for label, study, _ in data.all_studies():
        rule = Rule(
            below_gold=study.protocol.get("exclude_below_gold"),
            faster_than=study.protocol.get("exclude_faster_than"),
        )
        if rule == Rule() or filters.study not in (None, label):
            continue
        known = _known(at, label)
        for one in summaries(at, Filters(study=label)):
            n_known, n_right = known.get(one.reviewer_id, (0, 0))
            part = InStudy(
                study=label,
                rule=rule,
                n_known=n_known,
                n_right=n_right,
                median_seconds=one.median_seconds,
            )
            found[one.reviewer_id] = (*found.get(one.reviewer_id, ()), part)
    return found


def _ends(prefix: str, interval: Interval | None) -> dict[str, float]:
    return {
        f"{prefix}low": interval.low if interval else np.nan,
        f"{prefix}high": interval.high if interval else np.nan,
    }
