"""Turns what a report has used into a list of methods with their sources."""

from __future__ import annotations

from apps.dashboard import check_methods

METHODS = {
    "preferences": (
        "Strengths: Bradley–Terry with ties and a side effect, by maximum likelihood (Bradley and "
        "Terry 1952; Davidson 1970; Davidson and Beaver 1977).",
        "Their errors: clustered by reviewer and by prompt (Cameron, Gelbach and Miller 2011), "
        "each way by the jackknife (CR3; Bell and McCaffrey 2002), t with effective degrees of "
        "freedom.",
        "Pairs of checkpoints are told apart by p adjusted for all pairs (Holm 1979).",
        "The verdict on one pair: a random-effects mean over reviewers and a confidence sequence "
        "in information time (Robbins 1970; Waudby-Smith et al. 2024), which may be looked at "
        "after every vote.",
        "“Both bad” is no tie: such votes are counted apart and enter no estimate.",
    ),
    "ratings": (
        "Means of ratings: errors from the pigeonhole bootstrap over reviewers and prompts, in "
        "closed form (Owen 2007), t with the smaller number of the two less one.",
        "Adjusted means and differences: a cumulative-logit mixed model per criterion with random "
        "effects of reviewer, reviewer's liking of a checkpoint, prompt and text where the ratings "
        "tell them apart (McCullagh 1980; Christensen 2019), by Laplace approximation; t with "
        "Satterthwaite's degrees of freedom, p adjusted over pairs and criteria (Holm 1979). "
        "Chance of the higher rating after Agresti and Kateri (2017).",
    ),
    "predicted": (
        "Ratings and their differences with automatic scores: prediction-powered inference with "
        "power tuning (PPI++, Angelopoulos, Duchi and Zrnic 2023), cross-fitted over prompts "
        "(Zrnic and Candès 2024) by ridge regression; errors by the jackknife over reviewers and "
        "over prompts; p of differences adjusted over pairs and criteria (Holm 1979).",
    ),
    "agreement": (
        "Agreement: Krippendorff's alpha (ordinal for ratings, nominal for votes; Krippendorff "
        "2011), Gwet's AC2 (Gwet 2008), the share of equal answers and ICC(1, 1) (Shrout and "
        "Fleiss 1979), with bootstrap intervals over texts and reviewers.",
    ),
    "controls": (
        "Shares of right answers to control items: Wilson intervals (Wilson 1927); repeats: "
        "Cohen's kappa (1960), for ratings with quadratic weights (1968).",
    ),
    "hallucination": (
        "A check's own rates: share of checked texts with a mark, clustered by prompt, t on the "
        "logit scale; Clopper and Pearson (1934) where all or none are marked.",
        f"Corrected rates: {check_methods.RATES}",
        f"Precision, recall and ranking: {check_methods.ACCURACY} {check_methods.RANKING}",
        f"The threshold: {check_methods.THRESHOLD}",
        f"Calibration: {check_methods.CALIBRATION}",
    ),
    "planning": (
        "Power: a t test on the difference with variances of prompt, reviewer and rest (Westfall, "
        "Kenny and Judd 2014), which come from the answers by the method of moments for crossed "
        "random effects (Gao and Owen 2017), or are published ones where these are too few.",
    ),
    "metrics": (
        "Metrics against people: Kendall's tau-b within prompts, averaged over prompts (Deutsch, "
        "Foster and Freitag 2023); bootstrap over prompts; p adjusted for all (Holm 1979).",
    ),
}
"""Part of the report → how its figures are worked out."""

DATASHEET = (
    "The datasheet follows HEDS 3.0 (Belz and Thomson 2024, arXiv 2412.07940): its sections and "
    "question numbers, the questions in short words of our own."
)


def listed(parts: list[str]) -> list[str]:
    """Return the methods of the parts that a report has."""
    return [method for part, methods in METHODS.items() if part in parts for method in methods]
