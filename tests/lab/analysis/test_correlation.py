"""Checks correlations against published rankings and by hand, level by level."""

from __future__ import annotations

import ast

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from lab.analysis.correlation import metric_against_humans

COEFFICIENTS = ("pearson", "spearman", "kendall")


@pytest.fixture(scope="module")
def hanna(published) -> pd.DataFrame:
    """Ten systems × 96 prompts: the published rankings leave the human stories out."""
    table = pd.read_csv(published("hanna/hanna_metric_scores.csv"))
    table = table[table["Model"] != "Human"]
    frames = []
    for criterion in ("Relevance", "Coherence", "Complexity"):
        for _, row in table.iterrows():
            columns = [column for column in table.columns if column.startswith(("BLEU", "Text le"))]
            frame = pd.DataFrame({name: ast.literal_eval(row[name]) for name in columns})
            frame = frame.rename(columns=lambda name: name.rsplit(" ", 1)[0])
            frame["value"] = ast.literal_eval(row[criterion])
            frame["prompt_id"] = [f"p{n}" for n in range(len(frame))]
            frame["generation_id"] = row["Model"] + frame["prompt_id"]
            frames.append(frame.assign(checkpoint=row["Model"], criterion=criterion))
    return pd.concat(frames)


@pytest.mark.parametrize("metric", ["BLEU", "Text length"])
@pytest.mark.parametrize("criterion", ["Relevance", "Coherence"])
@pytest.mark.parametrize(("level", "name"), [("within prompt", "story"), ("system", "system")])
def test_published_rankings(hanna, published, metric, criterion, level, name) -> None:
    result = metric_against_humans(hanna, metric, criterion, level, n_resamples=100)
    for coefficient in COEFFICIENTS:
        ranking = pd.read_csv(published(f"hanna/rankings_{name}_{coefficient}.csv"), index_col=0)
        ranking.index = [each.rsplit(" ", 1)[0] for each in ranking.index]
        expected = ranking.loc[metric, f"{criterion}_{name}_{coefficient}"]
        got = getattr(result, coefficient)
        assert got.value == pytest.approx(expected, abs=1e-9)
        assert got.interval.low < got.value < got.interval.high
    assert (result.n_texts, result.n_prompts, result.n_checkpoints) == (960, 96, 10)


def test_systems_with_equal_means_are_tied_whatever_the_last_bit(hanna, published) -> None:
    # GPT and TD-VAE have the same sum of Complexity ratings (718 thirds); the published ranking
    # has them one bit apart and so in an order (rho .717), while another such pair is tied.
    result = metric_against_humans(hanna, "BLEU", "Complexity", "system", n_resamples=100)
    rows = hanna[hanna["criterion"] == "Complexity"].groupby("checkpoint")
    thirds = (rows["value"].sum() * 3).round()
    expected = stats.spearmanr(rows["BLEU"].mean(), thirds).statistic
    assert result.spearman.value == pytest.approx(expected, abs=1e-9)
    ranking = pd.read_csv(published("hanna/rankings_system_spearman.csv"), index_col=0)
    assert result.spearman.value != pytest.approx(ranking.iloc[0]["Complexity_system_spearman"])


def test_levels_answer_different_questions(hanna) -> None:
    values = [
        metric_against_humans(hanna, "BLEU", "Relevance", level, n_resamples=100).kendall.value
        for level in ("pooled", "within prompt", "system")
    ]
    assert values == pytest.approx([0.0738, 0.1392, 0.5556], abs=5e-5)


def _joined(make_ratings, metric: list[float | None], values: list[int]) -> pd.DataFrame:
    checkpoints, prompts = ("a", "b", "c"), ("p1", "p2", "p3", "p4")
    texts = [(checkpoint, prompt) for prompt in prompts for checkpoint in checkpoints]
    rows = [(*text[:1], "r1", text[1], value) for text, value in zip(texts, values, strict=True)]
    return make_ratings(rows).assign(rouge_l=np.array(metric, dtype=float))


VALUES = [1, 2, 3, 2, 2, 5, 4, 1, 5, 3, 4, 5]
METRIC = [0.1, 0.3, 0.2, 0.4, 0.1, 0.9, 0.5, 0.2, 0.8, 0.3, 0.7, 0.6]


def test_pooled_is_scipys_over_mean_ratings(make_ratings) -> None:
    frame = _joined(make_ratings, METRIC, VALUES)
    second = frame.assign(value=frame["value"] % 3 + 1, reviewer_id="r2")
    result = metric_against_humans(pd.concat([frame, second]), "rouge_l", "fluency")
    means = (frame["value"] + second["value"]) / 2
    assert result.pearson.value == pytest.approx(stats.pearsonr(METRIC, means).statistic)
    assert result.spearman.value == pytest.approx(stats.spearmanr(METRIC, means).statistic)
    assert result.kendall.value == pytest.approx(stats.kendalltau(METRIC, means).statistic)
    assert result.n_texts == 12


def test_within_prompt_is_the_mean_of_the_prompts_that_vary(make_ratings) -> None:
    values = [3, 3, 3, *VALUES[3:]]
    result = metric_against_humans(_joined(make_ratings, METRIC, values), "rouge_l", "fluency",
                                   "within prompt")  # fmt: skip
    own = [stats.kendalltau(METRIC[n : n + 3], values[n : n + 3]).statistic for n in (3, 6, 9)]
    assert result.kendall.value == pytest.approx(np.mean(own))


def test_order_and_scale_change_nothing_and_a_sign_turns_it(make_ratings) -> None:
    frame = _joined(make_ratings, METRIC, VALUES)
    for level in ("pooled", "within prompt", "system"):
        base = metric_against_humans(frame, "rouge_l", "fluency", level)
        shuffled = metric_against_humans(
            frame.sample(frac=1, random_state=1), "rouge_l", "fluency", level
        )
        turned = metric_against_humans(
            frame.assign(rouge_l=5 - 3 * frame["rouge_l"]), "rouge_l", "fluency", level
        )
        for name in COEFFICIENTS:
            one, two, three = (getattr(each, name) for each in (base, shuffled, turned))
            assert one.value == pytest.approx(two.value)
            assert one.interval.low == pytest.approx(two.interval.low)
            assert one.value == pytest.approx(-three.value)
            assert one.interval.low == pytest.approx(-three.interval.high)


def test_texts_without_a_score_are_left_out_and_counted(make_ratings) -> None:
    frame = _joined(make_ratings, [None, None, *METRIC[2:]], VALUES)
    result = metric_against_humans(frame, "rouge_l", "fluency")
    assert (result.n_texts, result.n_left_out) == (10, 2)
    assert result.pearson.value == pytest.approx(stats.pearsonr(METRIC[2:], VALUES[2:]).statistic)


def test_too_little_is_said_in_words(make_ratings) -> None:
    frame = _joined(make_ratings, METRIC, VALUES)
    two = frame[frame["checkpoint"] != "c"]
    assert (
        "2 checkpoints" in metric_against_humans(two, "rouge_l", "fluency", "system").pearson.reason
    )
    one = frame[frame["checkpoint"] == "c"]
    assert (
        "no prompt has two texts"
        in metric_against_humans(one, "rouge_l", "fluency", "within prompt").pearson.reason
    )
    nothing = metric_against_humans(frame, "rouge_l", "wit")
    assert (nothing.kendall.value, nothing.n_texts) == (None, 0)
    assert "0 texts" in nothing.kendall.reason
    flat = metric_against_humans(frame.assign(rouge_l=0.1), "rouge_l", "fluency")
    assert (flat.pearson.value, flat.spearman.value, flat.kendall.value) == (None, None, None)
    assert "do not vary" in flat.pearson.reason
    prompt = metric_against_humans(frame[frame["prompt_id"] == "p1"], "rouge_l", "fluency")
    assert prompt.pearson.value is not None
    assert prompt.pearson.interval is None
    assert "one prompt" in prompt.pearson.reason


def test_bad_arguments(make_ratings) -> None:
    frame = _joined(make_ratings, METRIC, VALUES)
    with pytest.raises(ValueError, match="needs the column 'bleu'"):
        metric_against_humans(frame, "bleu", "fluency")
    with pytest.raises(ValueError, match="level is 'story'; it must be one of: pooled, within"):
        metric_against_humans(frame, "rouge_l", "fluency", "story")


def test_only_the_coefficients_asked_for_are_computed(make_ratings) -> None:
    frame = _joined(make_ratings, METRIC, VALUES)
    every = metric_against_humans(frame, "rouge_l", "fluency")
    some = metric_against_humans(frame, "rouge_l", "fluency", coefficients=["spearman"])
    assert some.spearman == every.spearman
    assert some.kendall.value is None
    assert some.kendall.reason == "not asked for"
    with pytest.raises(ValueError, match="coefficient 'rho' is none of pearson"):
        metric_against_humans(frame, "rouge_l", "fluency", coefficients=["rho"])
