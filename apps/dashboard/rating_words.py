"""Turns models of ratings into the sentence that says who is rated higher, and into cautions."""

from __future__ import annotations

from collections.abc import Sequence

from apps.dashboard import words
from lab.analysis.ratings.ordinal_records import OrdinalModel, RatedPair

_SURE = 0.05


def finding(models: Sequence[OrdinalModel]) -> str:
    """Say who is rated higher on what, with reviewers' severity taken out."""
    fitted = [model for model in models if model.reason is None and model.pairs]
    if not fitted:
        return without_pairs(models)
    said: dict[str, list[str]] = {}
    for model in fitted:
        said.setdefault(_on(model), []).append(model.criterion)
    rest = said.pop("", [])
    n = sum(pair.p is not None for model in fitted for pair in model.pairs)
    method = "reviewers’ severity taken out"
    if n > 1:
        method += f", p adjusted for {n} comparisons"
    if not said:
        return f"No checkpoint is shown to be rated higher than another ({method})."
    told = "; ".join(f"on {words.listed(criteria)} {what}" for what, criteria in said.items())
    unclear = f" On {words.listed(rest)} no difference is shown." if rest else ""
    return f"{told[0].upper()}{told[1:]} ({method}).{unclear}"


def without_pairs(models: Sequence[OrdinalModel]) -> str:
    """Say why nothing is compared."""
    reasons = list(dict.fromkeys(model.reason for model in models if model.reason))
    if reasons:
        return f"The checkpoints cannot be compared: {'; '.join(reasons[:2])}."
    return "One checkpoint has ratings; a comparison needs two."


def cautions(models: Sequence[OrdinalModel]) -> list[str]:
    """List what a reader must know of the fits, with the criteria each holds for."""
    held: dict[str, list[str]] = {}
    for model in models:
        reason = (f"No model: {model.reason}.",) if model.reason else model.remarks
        for remark in reason:
            held.setdefault(remark, []).append(model.criterion)
    every = len(models)
    return [
        remark if len(criteria) == every else f"{words.listed(criteria)}: {remark}"
        for remark, criteria in held.items()
    ]


def _on(model: OrdinalModel) -> str:
    """Say whom the best checkpoint is rated above; empty where nobody can be told apart."""
    known = [one for one in model.checkpoints if one.value is not None]
    best = max(known, key=lambda one: one.value or 0.0).checkpoint
    beaten = [pair for pair in model.pairs if _beats(pair, best)]
    others = len(known) - 1
    if not beaten:
        sure = [pair for pair in model.pairs if pair.p_holm is not None and pair.p_holm < _SURE]
        number = words.count(len(sure), "pair")
        return f"the best cannot be told from all others, but {number} can" if sure else ""
    if others == 1:
        gap = _gap(beaten[0])
        return f"{best} is rated higher than {_opponent(beaten[0], best)}, by {gap}"
    whom = f"all {others} others" if len(beaten) == others else f"{len(beaten)} of {others} others"
    return f"{best} is rated higher than {whom}"


def _beats(pair: RatedPair, best: str) -> bool:
    if pair.p_holm is None or pair.value is None or pair.p_holm >= _SURE:
        return False
    return best == (pair.checkpoint if pair.value > 0 else pair.opponent)


def _opponent(pair: RatedPair, best: str) -> str:
    return pair.opponent if pair.checkpoint == best else pair.checkpoint


def _gap(pair: RatedPair) -> str:
    if pair.points is None or pair.points_interval is None:
        return words.NOTHING
    low, high = sorted((abs(pair.points_interval.low), abs(pair.points_interval.high)))
    return f"{abs(pair.points):.2f} points [{low:.2f}, {high:.2f}]"
