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


def test_ratings_join_texts_that_were_imported_before_with_their_scores(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lab = ["--home", str(store.home.path)]
    rows = [{"prompt": f"p{n}", "system": "a", "text": "Ten apples.", "style": n + 1, "long": n}
            for n in range(4)]  # fmt: skip
    texts, rated, scores = (tmp_path / f"{name}.jsonl" for name in ("texts", "rated", "scores"))
    for path, columns in ((texts, 3), (rated, 4)):
        path.write_text("\n".join(json.dumps(dict(list(row.items())[:columns])) for row in rows))
    told = [{key: row[key] for key in ("prompt", "system", "long")} for row in rows]
    scores.write_text("\n".join(map(json.dumps, told)))
    assert main(["generations", "import", str(texts), "--name", "stories", *lab]) == 0
    assert main(["scores", "import", str(scores), *lab]) == 0
    words = ["--study", "first", "--dataset", "stories", "--criterion", "style=style", *lab]
    assert main(["ratings", "import", str(rated), *words]) == 0
    assert "4 of the texts were in data set 'stories' already, 0 are new" in capsys.readouterr().out
    counts = frames.counts(store)
    assert (counts["datasets"], counts["prompts"], counts["generations"]) == (1, 4, 4)
    ratings, scored = frames.ratings(store), frames.generations(store)
    joined = ratings.merge(scored, on="generation_id", validate="m:1")
    assert joined["value"].tolist() == [1, 2, 3, 4]
    assert joined["long"].tolist() == [0, 1, 2, 3]
    ((study, _),) = studies.every(store)
    assert (study.protocol["dataset"], study.protocol["split"]) == ("stories", "test")


def test_judgements_of_other_programs_join_texts_that_were_imported_before(
    store: Store, tmp_path: Path
) -> None:
    texts = tmp_path / "texts.jsonl"
    row = {"prompt": "p1", "text": "Ten apples.", "checkpoint": "x"}
    texts.write_text(json.dumps(row))
    words = ["--name", "stories", "--split", "train", "--home", str(store.home.path)]
    assert main(["generations", "import", str(texts), *words]) == 0
    path = label_studio(tmp_path, RATED)
    assert run(store, path, "--format", "label-studio", "--dataset", "stories") == 0
    # Of two tasks, one text was there: it is rated where it is, and the other one is added.
    assert frames.counts(store)["generations"] == 2
    assert set(frames.ratings(store)["dataset"]) == {"stories"}
