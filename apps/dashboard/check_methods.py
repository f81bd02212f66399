"""How each figure about a hallucination check is worked out, with its source."""

from __future__ import annotations

RATES = (
    "Prediction-powered inference with the weight that makes the variance least (PPI++, "
    "Angelopoulos, Duchi and Zrnic 2023): people's share of the labelled texts, plus the weight "
    "times the difference of the flagged shares of the other texts and of the labelled ones. "
    "Errors are summed within prompts, t on the logit scale. It takes for granted that chance "
    "chose which texts people looked through, as a study's seed does."
)
ACCURACY = (
    "Ratios of sums over prompts (Cochran 1977) with t intervals on the logit scale. AUROC: how "
    "often a hallucinated text has the higher score, equal ones half (DeLong, DeLong and "
    "Clarke-Pearson 1988, with errors by prompt after Obuchowski 1997)."
)
THRESHOLD = (
    "Thresholds are tested in rising order against “it misses more than that” by an exact binomial "
    "test (fixed-sequence testing in Learn then Test, Angelopoulos, Bates, Candès, Jordan and Lei "
    "2021). Texts on one prompt count as fewer, by the design effect of Kish (1965)."
)
RANKING = (
    "Precision at every threshold, weighted by the recall gained there; no line is drawn between "
    "thresholds. Interval: 500 bootstrap resamples of prompts."
)
CALIBRATION = (
    "Expected calibration error over bins of as many texts each (Naeini, Cooper and Hauskrecht "
    "2015; Nixon et al. 2019), less what chance adds in a small sample (after Kumar, Liang and Ma "
    "2019). Calibrations are cross-fitted by prompt: isotonic regression (Zadrozny and Elkan 2002) "
    "and Platt's curve (Platt 1999)."
)
AGREEMENT = (
    "Krippendorff's alpha, nominal, over texts that two people marked alone. The overlap is twice "
    "the code points that both marked over all that either did, for each two people of a text "
    "(the F1 of one against the other), with an interval over prompts."
)
