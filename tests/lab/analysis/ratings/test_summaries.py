import pandas as pd
import pytest

from lab.analysis.ratings.summaries import metric_means, text_means


def test_metric_means_leave_out_missing_scores_and_count_them() -> None:
    frame = pd.DataFrame(
        {"checkpoint": ["b", "a", "b", "a"], "bleu": [1.0, None, 3.0, None], "length": [4, 5, 6, 7]}
    )
    found = metric_means(frame, ["bleu", "length"])
    assert [(one.checkpoint, one.metric, one.value, one.n_scored) for one in found] == [
        ("a", "bleu", None, 0),
        ("a", "length", 6.0, 2),
        ("b", "bleu", 2.0, 2),
        ("b", "length", 5.0, 2),
    ]
    assert all(one.n_texts == 2 for one in found)


def test_text_means_are_per_text_and_criterion() -> None:
    ratings = pd.DataFrame(
        {"generation_id": ["g", "g", "h"], "criterion": ["fluency"] * 3, "value": [2, 5, 4]}
    )
    assert text_means(ratings)["fluency"].to_dict() == {"g": 3.5, "h": 4.0}


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="text_means needs the column 'criterion'"):
        text_means(pd.DataFrame({"generation_id": [], "value": []}))
