"""Turns how metrics follow people into sentences, and each measure into what it means."""

from __future__ import annotations

from collections.abc import Sequence

from apps.dashboard import words
from lab.analysis.metrics.correlation import Following
from lab.analysis.metrics.measures import COEFFICIENTS, Level, Measure

LEVELS: dict[Level, str] = {
    "within prompt": "Of two texts for the same prompt, does the metric know the better one?",
    "system": "Of two checkpoints, does the metric's mean know the better one?",
}
NAMES: dict[Measure, str] = {
    "kendall": "Kendall",
    "spearman": "Spearman",
    "pearson": "Pearson",
    "accuracy": "Pairwise accuracy",
    "soft accuracy": "Soft pairwise accuracy",
}
MEANINGS: dict[Measure, str] = {
    "kendall": "Kendall's tau-b: of two texts that both put in an order, how much oftener the "
    "metric agrees with people than not, from −1 to 1; 0 is chance.",
    "spearman": "Spearman's rho: how far the metric ranks the texts as people do, from −1 to 1; "
    "0 is chance.",
    "pearson": "Pearson's r: how near scores and mean ratings lie to one line, from −1 to 1; 0 is "
    "chance.",
    "accuracy": "Share of pairs that the metric orders as people do, ties as ties; what chance "
    "gives depends on how many ties there are.",
    "soft accuracy": "How near the metric is to people in how sure it is of each pair of "
    "checkpoints: 1 less the mean distance of their p-values.",
}
_WITHIN = (
    "Computed within each prompt and averaged over prompts, never over pooled rows. Scores of "
    "metrics of which lower is better are turned round. Intervals: 1,000 resamples of the prompts "
    "(Efron 1979), the same checkpoints. "
)
_SYSTEM = (
    "Computed over the checkpoints' means, never over pooled rows. Scores of metrics of which "
    "lower is better are turned round. Intervals: 1,000 resamples of the prompts (Efron 1979), the "
    "same checkpoints; with few checkpoints other ones may give something quite different. "
)
_TESTS: dict[Level, str] = {
    "within prompt": "A star: better than chance at p < .05 by Student's t over prompts, adjusted "
    "for all cells (Holm 1979). ",
    "system": "A star: better than when scores fall on checkpoints at random (9,999 permutations), "
    "at p < .05 adjusted for all cells (Holm 1979). With fewer than six checkpoints no metric can "
    "earn one. ",
}
_OWN: dict[tuple[Level, Measure], str] = {
    ("within prompt", "accuracy"): "Scores closer than a threshold are a tie (Deutsch, Foster and "
    "Freitag 2023); each prompt's threshold is chosen on other prompts (five folds), since one "
    "chosen on the same texts, as usually published, flatters the metric.",
    ("system", "accuracy"): "Every pair of checkpoints counts (Kocmi et al. 2021).",
    ("system", "soft accuracy"): "p-values by paired permutation over prompts (Thompson et al. "
    "2024); in resamples by the normal law.",
}


def method(level: Level, measure: Measure) -> str:
    """Say how a measure is worked out at a level."""
    base = _WITHIN if level == "within prompt" else _SYSTEM
    return base + _TESTS[level] + _OWN.get((level, measure), "")


def finding(found: Sequence[Following], ceilings: dict[str, float | None]) -> str:
    """Say which metric follows people best, on what, and how near that is to a person.

    Args:
        found: all metrics and criteria.
        ceilings: criterion → how well one reviewer follows the others.
    """
    known = [one for one in found if one.agreement.value is not None]
    if not known:
        reason = next((one.agreement.reason for one in found), None) or "nothing can be compared"
        return f"No metric can be compared with people yet: {reason}."
    best = max(known, key=lambda one: one.agreement.value or 0.0)
    spread = best.agreement.interval
    figure = f"{NAMES[best.measure]} {words.number(best.agreement.value)}"
    figure += f", {words.number_range(spread)}" if spread else ""
    if not any(starred(one) for one in known):
        return (
            f"No metric certainly follows people: {best.metric} on {best.criterion} is nearest "
            f"({figure}; {best.level})."
        )
    n = len({one.metric for one in known})
    sentence = f"Of {words.count(n, 'metric')}, {best.metric} follows people best, on "
    sentence += f"{best.criterion} ({figure}; {best.level})."
    person = ceilings.get(best.criterion)
    return sentence + (f" One reviewer reaches {words.number(person)} there." if person else "")


def against(found: Sequence[Following], turned: Sequence[str]) -> str:
    """Name the metrics that go against people everywhere; empty where none does.

    Args:
        found: all metrics and criteria.
        turned: metrics whose scores are turned round already.
    """
    by_metric: dict[str, list[float]] = {}
    for one in found:
        if one.measure in COEFFICIENTS and starred(one) and one.agreement.value is not None:
            by_metric.setdefault(one.metric, []).append(one.agreement.value)
    contrary = [name for name, values in by_metric.items() if max(values) < 0]
    if not contrary:
        return ""
    which = (
        "It is turned round already."
        if set(contrary) <= set(turned)
        else ("If lower is better there, say so above.")
    )
    return f"{words.listed(contrary)}: the higher the score, the lower people rate. {which}"


def starred(one: Following) -> bool:
    """Tell whether a metric is certainly better, or else, than chance."""
    return one.p_holm is not None and one.p_holm < 0.05
