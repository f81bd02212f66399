from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lab.cli import main
from lab.records import Study
from storage import frames, studies
from storage.client import Store


def label_studio(folder: Path, *results: dict[str, Any], **data: str) -> Path:
    tasks = [
        {
            "id": id,
            "data": {"prompt": f"p{id}", "text": "Ten apples.", **data},
            "annotations": [{"completed_by": who, "result": list(results)} for who in (1, 2)],
        }
        for id in (1, 2)
    ]
    path = folder / "export.json"
    path.write_text(json.dumps(tasks))
    return path


def run(store: Store, path: Path, *words: str) -> int:
    flags = ["--home", str(store.home.path), "--study", "outside", "--checkpoint", "x"]
    return main(["ratings", "import", str(path), *flags, *words])


RATED = {"from_name": "fluency", "type": "rating", "value": {"rating": 4}}
MARKED = {"from_name": "f", "type": "labels", "value": {"start": 0, "end": 3, "labels": ["other"]}}
COMPARED = {"from_name": "pw", "type": "pairwise", "value": {"selected": "right"}}


def test_ratings_and_marks_become_a_closed_study(store: Store, tmp_path: Path) -> None:
    path = label_studio(tmp_path, RATED, MARKED)
    assert run(store, path, "--format", "label-studio") == 0
    ((study, status),) = studies.every(store)
    assert (status.value, study.protocol["design"]) == ("closed", "mixed")
    assert study.protocol["mixed_of"] == ["rate", "spans"]
    assert frames.ratings(store)["value"].tolist() == [4] * 4
    spans = frames.reviewer_spans(store)
    assert set(spans["quote"]) == {"Ten"}
    assert set(spans["reviewer"]) == {"outside rater 1", "outside rater 2"}


def test_pairs_become_votes(store: Store, tmp_path: Path) -> None:
    path = label_studio(tmp_path, COMPARED, other="No apples.")
    words = ["--format", "label-studio", "--text-b-column", "other", "--checkpoint-b", "y"]
    assert run(store, path, *words) == 0
    assert frames.votes(store)["winner"].tolist() == ["b"] * 4
    assert store.select(Study)[0].protocol["checkpoints"] == ["x", "y"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--spans", "f"], "--spans is for exports of other programs"),
        (["--criterion", "fluency"], "write it as LEFT=RIGHT"),
        (["--format", "label-studio", "--reviewer-column", "who"], "--reviewer-column"),
        (["--format", "argilla"], "no finished annotation"),
        ([], "no criterion is set"),
    ],
)
def test_what_cannot_be_leaves_nothing(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert run(store, label_studio(tmp_path, RATED), *words) == 2
    assert message in capsys.readouterr().err
    assert sum(frames.counts(store).values()) == 0
