"""What a check found, out to other programs' formats and back in as a check of its own."""

import itertools
import json

import pyarrow.parquet
import pytest

from lab.cli import main
from lab.commands.check import check_generations
from lab.records import (
    Checkpoint,
    CheckpointKind,
    Dataset,
    Generation,
    Prompt,
    Split,
)
from storage import checked, checks
from storage.client import open_store

N = 24
FORMATS = ("ragas", "phoenix", "langfuse", "lettucedetect")


@pytest.fixture
def lab(home):
    """Store prompts with two texts each, every third one wrong, and one without a source."""
    dataset = Dataset(name="news", origin="t", content_sha256="0", n_prompts=N, config={})
    checkpoint = Checkpoint(name="base", kind=CheckpointKind.EXTERNAL)
    prompts = [
        Prompt(
            dataset_id=dataset.id, key=str(i), split=Split.TEST, text=f"Tell me of {i}. 🙂",
            source=f"The city of Oslo has {i + 2} towers." if i else None,
        )
        for i in range(N)
    ]  # fmt: skip
    texts = [
        Generation(
            prompt_id=prompt.id, checkpoint_id=checkpoint.id, sample_index=sample, decoding={},
            text=f"🙂 Oslo has {i + 2 + 50 * ((i + sample) % 3 == 0)} towers.",
        )
        for i, prompt in enumerate(prompts)
        for sample in range(3)
    ]  # fmt: skip
    with open_store(home, idle_seconds=30) as store:
        store.add([dataset, checkpoint, *prompts, *texts])
        check_generations(home, ["source"])
        yield home, store, texts


def lab_command(home, *words):
    return main([*words, "--home", str(home.path)])


def content(store, checker, with_spans):
    results, spans = checks.outcomes(store, checker)
    marked = sorted((s.generation_id, s.start, s.end, s.type, s.score, s.evidence) for s in spans)
    scores = {one.generation_id: one.score for one in results if one.score is not None}
    return scores, marked if with_spans else None


def test_out_and_in_again(lab, tmp_path, capsys):
    home, store, _ = lab
    for form, suffix in itertools.product(FORMATS, ["jsonl", "csv", "parquet"]):
        path, again = tmp_path / f"{form}.{suffix}", f"{form}-{suffix}"
        assert lab_command(home, "export", "checks", str(path), "--format", form) == 0
        assert "69 rows" in capsys.readouterr().out
        named = [] if form == "lettucedetect" else ["--score", "source"]
        take = ["check", "import", str(path), "--format", form, *named, "--checker", again]
        assert lab_command(home, *take) == 0
        assert "69 results" in capsys.readouterr().out
        with_spans = form == "lettucedetect"
        scores, marked = content(store, "source", with_spans)
        assert content(store, again, with_spans) == (pytest.approx(scores, abs=1e-12), marked)
        assert lab_command(home, *take) == 0
        assert "0 results" in capsys.readouterr().out


def test_the_fields_are_those_of_the_programs(lab, tmp_path):
    home, _, texts = lab
    rows = {}
    for form in FORMATS:
        path = tmp_path / f"{form}.jsonl"
        assert lab_command(home, "export", "checks", str(path), "--format", form) == 0
        rows[form] = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    ragas = rows["ragas"][0]
    assert {"user_input", "retrieved_contexts", "response", "reference", "source"} <= ragas.keys()
    assert ragas["retrieved_contexts"] == ["The city of Oslo has 3 towers."]
    phoenix = rows["phoenix"][0]
    assert phoenix.keys() == {
        "span_id", "annotation_name", "annotator_kind", "label", "score", "explanation", "metadata"
    }  # fmt: skip
    assert (len(phoenix["span_id"]), phoenix["annotator_kind"]) == (16, "CODE")
    assert {row["label"] for row in rows["phoenix"]} == {"hallucinated", "factual"}
    langfuse = rows["langfuse"][0]
    assert langfuse.keys() == {
        "id", "traceId", "name", "value", "dataType", "comment", "metadata"
    }  # fmt: skip
    assert langfuse["traceId"] == texts[3].id.replace("-", "")
    assert (langfuse["name"], langfuse["dataType"]) == ("source", "NUMERIC")
    marked = [row for row in rows["lettucedetect"] if row["spans"]]
    for row in marked:
        for span in row["spans"]:
            assert row["answer"][span["start"] : span["end"]] == span["text"]
    assert len(marked) == len([row for row in rows["phoenix"] if row["label"] == "hallucinated"])
    path = tmp_path / "spans.parquet"
    lab_command(home, "export", "checks", str(path), "--format", "lettucedetect")
    assert pyarrow.parquet.read_table(path).num_rows == 69


def test_a_check_from_outside_is_calibrated(lab, tmp_path, capsys):
    home, store, texts = lab
    wrong = {one.id: " 5" in one.text[10:14] for one in texts}
    said, labels = tmp_path / "said.jsonl", tmp_path / "labels.csv"
    rows = [
        {"traceId": one.id, "name": "groundedness", "value": (0.3 if wrong[one.id] else 0.8)}
        for one in texts
    ]
    said.write_text("\n".join(map(json.dumps, rows)))
    lines = [f"{id},{int(bad)}" for id, bad in wrong.items()]
    labels.write_text("\n".join(["generation_id,hallucinated", *lines]))
    assert lab_command(home, "check", "import", str(said), "--format", "langfuse") == 0
    fit = ["check", "fit", "--of", "groundedness", "--labels", str(labels)]
    assert lab_command(home, *fit) == 0
    assert "calibration error after" in capsys.readouterr().out
    results, _ = checks.outcomes(store, "groundedness")
    assert len(results) == len(texts)
    for one in results:
        assert (one.risk > 0.5) == wrong[one.generation_id]
        assert one.calibration_id is not None
    said.write_text(said.read_text().replace("0.8", "0.9"))
    assert lab_command(home, "check", "import", str(said), "--format", "langfuse") == 0
    assert all(one.risk is not None for one in checks.outcomes(store, "groundedness")[0])


def test_a_check_that_marks_nothing_flags_by_its_score(lab, tmp_path):
    home, store, texts = lab
    said, out = tmp_path / "said.jsonl", tmp_path / "out.jsonl"
    rows = [
        {"traceId": one.id, "name": "hallucination", "value": i % 4 / 4}
        for i, one in enumerate(texts)
    ]
    said.write_text("\n".join(map(json.dumps, rows)))
    assert lab_command(home, "check", "import", str(said), "--format", "langfuse") == 0
    frame = checked.checks(store, "hallucination")
    assert frame["flagged"].tolist() == [i % 4 >= 2 for i in range(3 * N)]
    marked = checked.checks(store, "source")
    assert marked["flagged"].tolist() == (marked["n_spans"] > 0).tolist()
    words = ["export", "checks", str(out), "--format", "phoenix", "--checker", "hallucination"]
    assert lab_command(home, *words) == 0
    labels = [json.loads(line)["label"] for line in out.read_text("utf-8").splitlines()]
    assert labels == ["hallucinated" if i % 4 >= 2 else "factual" for i in range(3 * N)]


def test_what_cannot_be_written_is_said(lab, tmp_path, capsys):
    home, _, _ = lab
    path = str(tmp_path / "x.jsonl")
    words = ["export", "checks", path, "--format", "ragas"]
    assert lab_command(home, *words, "--checker", "nli") != 0
    assert "checks that were made: source" in capsys.readouterr().err
    assert lab_command(home, *words, "--dataset", "other") != 0
    assert "other" in capsys.readouterr().err
