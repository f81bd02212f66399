"""Turns how metrics follow people into the rows that the page's charts and tables take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from apps.dashboard import words
from apps.dashboard.metric_words import starred
from lab.analysis.metrics.ceiling import Ceiling
from lab.analysis.metrics.correlation import Estimated, Following
from lab.analysis.metrics.metric_contrasts import MetricContrast, MetricStanding

PERSON = "one reviewer"


def ranked(found: Sequence[Following]) -> list[str]:
    """List the metrics, the one with the highest mean over criteria first."""
    sums: dict[str, list[float]] = {}
    for one in found:
        sums.setdefault(one.metric, []).append(-2 if one.agreement.value is None
                                               else one.agreement.value)  # fmt: skip
    return sorted(sums, key=lambda name: -sum(sums[name]) / len(sums[name]))


def cells(found: Sequence[Following], ceilings: Mapping[str, Ceiling]) -> pd.DataFrame:
    """Return one row per cell of the heatmap: metric × criterion, and the reviewer's row."""
    rows = [
        _cell(PERSON, name, one.agreement, f"{one.n_texts:,} texts with two or more ratings", "")
        for name, one in ceilings.items()
    ]
    for one in found:
        star = "*" if starred(one) else ""
        rows.append(_cell(one.metric, one.criterion, one.agreement, _counts(one), star))
    frame = pd.DataFrame(rows)
    return frame.astype({"value": float})


def forest(
    found: Sequence[Following], ceiling: Ceiling | None, order: Sequence[str]
) -> pd.DataFrame:
    """Return one row per metric on one criterion, and the reviewer's, with intervals."""
    rows = [_dot(one.metric, one.agreement, one.beyond_length, _counts(one)) for one in found]
    rows.sort(key=lambda row: order.index(row["name"]))
    if ceiling is not None:
        counts = f"{ceiling.n_texts:,} texts with two or more ratings"
        rows.insert(0, _dot(PERSON, ceiling.agreement, None, counts))
    numbers = dict.fromkeys(("value", "low", "high", "beyond"), float)
    return pd.DataFrame(rows).astype(numbers)


def table(
    found: Sequence[Following], ceilings: Mapping[str, Ceiling], order: Sequence[str]
) -> pd.DataFrame:
    """Return one row per metric and criterion with every figure, for reading and download."""
    rows = []
    for one in sorted(found, key=lambda one: order.index(one.metric)):
        spread, beyond = one.agreement.interval, one.beyond_length.interval
        person = ceilings.get(one.criterion)
        rows.append(
            {
                "metric": one.metric,
                "criterion": one.criterion,
                "agreement": one.agreement.value,
                "low": spread.low if spread else None,
                "high": spread.high if spread else None,
                "Holm p": one.p_holm,
                "one reviewer": person.agreement.value if person else None,
                "length fixed": one.beyond_length.value,
                "length fixed, low": beyond.low if beyond else None,
                "length fixed, high": beyond.high if beyond else None,
                "threshold on the same texts": one.same_texts and one.same_texts.threshold,
                "accuracy on the same texts": one.same_texts and one.same_texts.accuracy,
                "texts": one.n_texts,
                "rated without a score": one.n_left_out,
                "prompts": one.n_prompts,
                "checkpoints": one.n_checkpoints,
                "p": one.p,
                "note": one.agreement.reason or "",
            }
        )
    return pd.DataFrame(rows)


def standings(
    found: Sequence[Following], places: Mapping[str, MetricStanding], order: Sequence[str]
) -> pd.DataFrame:
    """Return one row per metric: the places that it may hold and whom it is tied with."""
    values = {one.metric: one.agreement for one in found}
    rows = []
    for name in sorted(places, key=lambda name: (places[name].best_rank, order.index(name))):
        one = places[name]
        place = str(one.best_rank)
        if one.worst_rank != one.best_rank:
            place += f"–{one.worst_rank}"
        rows.append(
            {
                "place": place,
                "metric": name,
                "agreement": words.number(values[name].value),
                "95 % interval": words.number_range(values[name].interval),
                "cannot be told from": words.listed(one.tied_with) or "none: stands alone",
            }
        )
    return pd.DataFrame(rows)


def pairs(found: Sequence[MetricContrast]) -> pd.DataFrame:
    """Return one row per pair of metrics, the surest first."""
    rows = [
        {
            "metric": one.metric,
            "against": one.other,
            "difference": one.value,
            "Holm p": one.p_holm,
            "p": one.p,
        }
        for one in found
    ]
    frame = pd.DataFrame(rows).astype({"difference": float, "Holm p": float, "p": float})
    return frame.sort_values(["Holm p", "p"], kind="stable")


def _cell(name: str, criterion: str, one: Estimated, counts: str, star: str) -> dict[str, Any]:
    return {
        "name": name,
        "criterion": criterion,
        "value": one.value,
        "shown": words.number(one.value) + star,
        "range": words.number_range(one.interval) if one.interval else one.reason,
        "counts": counts,
        "sure": "yes" if star else "no",
    }


def _dot(name: str, one: Estimated, beyond: Estimated | None, counts: str) -> dict[str, Any]:
    spread = one.interval
    return {
        "name": name,
        "value": one.value,
        "low": spread.low if spread else None,
        "high": spread.high if spread else None,
        "shown": words.number(one.value),
        "range": words.number_range(spread) if spread else one.reason,
        "counts": counts,
        "beyond": beyond.value if beyond else None,
        "beyond_shown": words.number(beyond.value) if beyond else words.NOTHING,
        "beyond_range": (words.number_range(beyond.interval) if beyond.interval else beyond.reason)
        if beyond
        else words.NOTHING,
    }


def _counts(one: Following) -> str:
    counts = (
        f"{words.count(one.n_texts, 'text')}, {words.count(one.n_prompts, 'prompt')}, "
        f"{words.count(one.n_checkpoints, 'checkpoint')}"
    )
    return counts + (f"; {one.n_left_out:,} rated without a score" if one.n_left_out else "")
