"""The support score against people's labels: BEGIN (Dziri et al. 2022) and Q2 (Honovich et al.)."""

import csv

from scipy.stats import mannwhitneyu

from lab.checks.prose import check_prose


def auroc(bad, good):
    return mannwhitneyu(bad, good).statistic / (len(bad) * len(good))


def read(path, **how):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, **how))


def evidence(source, text):
    return check_prose(text, source, is_card=False)[1]


def test_begin(published):
    rows = read(published("begin/begin_test_wow.tsv"), delimiter="\t", quoting=csv.QUOTE_NONE)
    by_label = {"Fully attributable": [], "Not fully attributable": [], "Generic": []}
    for row in rows:
        by_label[row["begin_label"]].append(evidence(row["knowledge"], row["response"]))
    assert auroc(by_label["Not fully attributable"], by_label["Fully attributable"]) > 0.92


def test_q2(published):
    by_label = {"0": [], "1": []}
    for row in read(published("q2/cross_annotation.csv")):
        for system in ("dodeca", "memnet"):
            score = evidence(row["knowledge"], row[f"{system}_response"])
            by_label[row[f"{system}_label"]].append(score)
    assert auroc(by_label["1"], by_label["0"]) > 0.66
