"""Published correlations with people, recomputed from texts and from recorded metrics."""

import json
from collections import defaultdict

import numpy as np
import pytest

from benchmarks.relevance import standings
from lab.analysis.metrics import rowwise
from lab.metrics.aids import Aids
from lab.metrics.encoder import OFFLINE_ENCODER, has_offline_encoder, load_encoder
from lab.metrics.rouge_metrics import rouge

CRITERIA = ("coherence", "consistency", "fluency", "relevance")

# Yuan et al. 2021, BARTScore; Zhong et al. 2022, UniEval; Liu et al. 2023, G-Eval: per criterion
# Spearman and Kendall within documents, averaged. What they call ROUGE-L is Lsum.
SUMMEVAL = {
    "1": ((0.167, 0.126), (0.160, 0.130), (0.115, 0.094), (0.326, 0.252)),
    "2": ((0.184, 0.139), (0.187, 0.155), (0.159, 0.128), (0.290, 0.219)),
    "lsum": ((0.128, 0.099), (0.115, 0.092), (0.105, 0.084), (0.311, 0.237)),
}


@pytest.fixture(scope="module")
def summaries(published):
    with published("summeval/summeval.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def within_documents(summaries, kind):
    """Correlate ROUGE, averaged over references, with each criterion within documents."""
    pairs = [(row["summary"], [one]) for row in summaries for one in row["references"]]
    values = rouge(*zip(*pairs, strict=True), kind)
    means = np.array(values).reshape(len(summaries), 11).mean(axis=1)
    places = defaultdict(list)
    for place, row in enumerate(summaries):
        places[row["doc_id"]].append(place)
    rows = np.array(list(places.values()))
    people = np.array([[row[criterion] for criterion in CRITERIA] for row in summaries])
    return [
        [np.nanmean(of(means[rows], people[rows, k])) for of in (rowwise.spearman, rowwise.kendall)]
        for k in range(len(CRITERIA))
    ]


@pytest.mark.parametrize("kind", SUMMEVAL)
def test_rouge_follows_people_as_published_on_summeval(kind, summaries):
    found = np.array(within_documents(summaries, kind))
    assert np.abs(found - np.array(SUMMEVAL[kind])).max() < 0.003


def test_plain_rouge_l_is_not_what_was_published_on_summeval(summaries):
    assert within_documents(summaries, "l")[0][0] - SUMMEVAL["lsum"][0][0] > 0.06


# Pagnoni et al. 2021, Understanding Factuality in Abstractive Summarization with FRANK, table of
# partial correlations: Pearson, Spearman, all data, the summarization system held fixed.
FRANK = {
    "Bleu": (0.10, 0.07),
    "Meteor": (0.14, 0.11),
    "Rouge 1": (0.14, 0.10),
    "Rouge 2": (0.12, 0.08),
    "Rouge L": (0.13, 0.09),
    "BertScore P Art": (0.27, 0.24),
    "FEQA": (0.00, 0.01),
    "QAGS": (0.06, 0.08),
    "Dep Entail": (0.16, 0.14),
    "FactCC": (0.20, 0.30),
}


@pytest.mark.parametrize("metric", FRANK)
def test_partial_correlations_are_those_of_frank(metric, published):
    people, recorded = (
        json.loads(published(f"frank/{name}.json").read_text("utf-8"))
        for name in ("human_annotations", "baseline_factuality_metrics_outputs")
    )
    values = {(row["hash"], row["model_name"]): row.get(metric) for row in recorded}
    systems = defaultdict(list)
    for row in people:
        value = values[row["hash"], row["model_name"]]
        if value is not None:
            systems[row["model_name"]].append((value, row["Factuality"]))
    # With a nominal variable held fixed, what is left of a value is its distance from the
    # variable's own mean.
    left = [np.array(rows) - np.mean(rows, axis=0) for rows in systems.values()]
    x, y = np.concatenate(left).T[:, None, :]
    found = [float(of(x, y)[0]) for of in (rowwise.pearson, rowwise.spearman)]
    assert found == pytest.approx(FRANK[metric], abs=0.005)


def test_prompt_similarity_follows_peoples_relevance(published):
    if not has_offline_encoder():
        pytest.skip(f"the package {OFFLINE_ENCODER} is not installed")
    rows = json.loads(published("wp_a/wp_a.json").read_text("utf-8")).values()
    found = standings(list(rows), Aids(encoder=load_encoder(OFFLINE_ENCODER)))
    rho, interval = found["prompt_similarity"]
    assert 0.5 < rho < 0.6
    assert interval.low < 0.52 < interval.high
    assert rho > found["length"][0]
    assert rho < found["one person with the other two"][0] + 0.1
