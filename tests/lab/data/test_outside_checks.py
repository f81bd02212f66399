"""Verdicts of RAGAS, Phoenix, Langfuse and LettuceDetect as those programs write them."""

import csv
import json

import pytest

from lab.data.checks import ChecksConfig, import_checks
from lab.data.scores import StoredText
from lab.errors import ConfigError, InputError
from lab.records import CheckStatus, SpanType

A, B, C = (f"0197aaaa-0000-7000-8000-00000000000{n}" for n in range(3))
CAPITAL = "The capital of France is Paris. The population of France is 69 million."


def stored(id, text, prompt="What is it?"):
    return StoredText(
        generation_id=id, dataset="d", key=id, prompt=prompt, checkpoint="base", text=text
    )


STORED = [stored(A, CAPITAL), stored(B, "Rain 🙂 fell."), stored(C, "Rain 🙂 fell.")]


def read(tmp_path, form, rows, own=(), **config):
    path = tmp_path / "said.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return import_checks(str(path), ChecksConfig(format=form, **config), STORED, own)


def scores(said):
    return {one.result.generation_id: one.result.score for one in said}


@pytest.mark.parametrize("names", [("user_input", "response"), ("question", "answer")])
def test_ragas_rows_are_found_by_their_words_and_turned(tmp_path, names):
    prompt, text = names
    rows = [
        {prompt: "What is it?", text: CAPITAL, "faithfulness": 0.25, "answer_relevancy": 0.9},
        {prompt: "What is it?", text: "Rain 🙂 fell.", "faithfulness": None},
    ]
    said = read(tmp_path, "ragas", rows)
    assert scores(said) == {A: 0.75, B: None, C: None}
    assert {one.result.checker for one in said} == {"faithfulness"}
    assert [one.result.status for one in said[1:]] == [CheckStatus.NOT_APPLICABLE] * 2
    assert all(one.result.reason for one in said[1:])


def test_ragas_rows_from_csv_with_nan(tmp_path):
    path = tmp_path / "said.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["user_input", "retrieved_contexts", "response", "faithfulness"])
        out.writerow(["What is it?", "['x']", CAPITAL, "0.5"])
        out.writerow(["What is it?", "[]", "Rain 🙂 fell.", "nan"])
    said = import_checks(str(path), ChecksConfig(format="ragas"), STORED)
    assert scores(said) == {A: 0.5, B: None, C: None}


@pytest.mark.parametrize("prefix", ["", "result."])
def test_phoenix_annotations(tmp_path, prefix):
    rows = [
        {"span_id": A.replace("-", "")[16:], "annotation_name": "Hallucination",
         "annotator_kind": "LLM", f"{prefix}label": "hallucinated", f"{prefix}score": 1,
         f"{prefix}explanation": "made up"},
        {"span_id": "x", "annotation_name": "Hallucination", f"{prefix}label": "factual",
         "metadata": {"generation_id": B}},
        {"span_id": "y", "annotation_name": "Toxicity", f"{prefix}score": 7},
    ]  # fmt: skip
    said = read(tmp_path, "phoenix", rows, score="Hallucination", checker="judge")
    assert scores(said) == {A: 1.0, B: 0.0}
    assert said[0].result.checker == "judge"


def test_langfuse_scores_of_every_kind(tmp_path):
    rows = [
        {"id": "1", "traceId": A.replace("-", ""), "name": "groundedness", "value": 0.75,
         "dataType": "NUMERIC"},
        {"id": "2", "traceId": B, "name": "groundedness", "value": True, "dataType": "BOOLEAN"},
        {"id": "3", "traceId": C, "name": "groundedness", "value": "Faithful",
         "dataType": "CATEGORICAL"},
    ]  # fmt: skip
    assert scores(read(tmp_path, "langfuse", rows)) == {A: 0.25, B: 0.0, C: 0.0}
    said = read(tmp_path, "langfuse", rows, higher="worse")
    assert scores(said) == {A: 0.75, B: 1.0, C: 0.0}


def test_lettucedetect_spans_are_code_points(tmp_path):
    rows = [
        {"question": "What is it?", "context": ["67 million"], "answer": CAPITAL, "spans": [
            {"start": 31, "end": 71, "confidence": 0.98,
             "text": " The population of France is 69 million."}]},
        {"generation_id": B, "answer": "x", "spans": [
            {"start": 5, "end": 6, "confidence": 0.6, "text": "🙂"}]},
        {"generation_id": C, "answer": "x", "spans": []},
    ]  # fmt: skip
    said = read(tmp_path, "lettucedetect", rows)
    assert scores(said) == {A: 0.98, B: 0.6, C: 0.0}
    span = said[0].spans[0]
    assert (span.start, span.end, span.type) == (31, 71, SpanType.UNSUPPORTED)
    assert span.check_result_id == said[0].result.id
    assert said[0].result.checker == "lettucedetect"


def lettuce(**span):
    whole = {"start": 0, "end": 3, "confidence": 0.5, "text": "The"} | span
    return {"generation_id": A, "spans": [whole]}


@pytest.mark.parametrize(
    ("form", "row", "said"),
    [
        ("ragas", {"user_input": "What is it?", "response": CAPITAL, "faithfulness": 2},
         ["line 1", "'faithfulness'", "2 is not a number from 0 to 1"]),
        ("ragas", {"user_input": "What is it?", "response": CAPITAL, "faithfulness": "high"},
         ["line 1", "'faithfulness'", "'high'"]),
        ("ragas", {"user_input": "Who?", "response": "Nobody.", "faithfulness": 1},
         ["line 1", "'response'", "'Nobody.'", "'Who?'"]),
        ("ragas", {"user_input": "What is it?", "response": CAPITAL, "relevancy": 1},
         ["no score 'faithfulness'", "'relevancy'", "--score"]),
        ("ragas", {"text": "x", "faithfulness": 1}, ["belong to no text", "user_input"]),
        ("phoenix", {"span_id": "ffff", "name": "hallucination", "score": 1},
         ["line 1", "'span_id'", "'ffff'"]),
        ("phoenix", {"span_id": A, "name": "hallucination", "label": "so-so"},
         ["line 1", "'label'", "'so-so'", "hallucinated"]),
        ("phoenix", {"span_id": A, "name": "hallucination", "explanation": "x"},
         ["neither score, value nor label"]),
        ("phoenix", {"span_id": A, "score": 1}, ["no column 'name'"]),
        ("phoenix", {"span_id": A, "name": "hallucination", "score": 1, "metadata": "{x"},
         ["line 1", "'metadata'", "not JSON"]),
        ("langfuse", {"traceId": A, "name": "hallucination", "value": -0.5},
         ["line 1", "'value'", "-0.5"]),
        ("langfuse", {"traceId": A, "name": "hallucination", "value": "perhaps"},
         ["line 1", "'value'", "'perhaps'"]),
        ("lettucedetect", {"generation_id": A}, ["no column 'spans'"]),
        ("lettucedetect", {"generation_id": A, "spans": "none"}, ["line 1", "'spans'", "not JSON"]),
        ("lettucedetect", {"generation_id": A, "spans": {}}, ["line 1", "'spans'", "list"]),
        ("lettucedetect", lettuce(end=400), ["line 1", "span 1, start to end", "0 to 400", "71"]),
        ("lettucedetect", lettuce(start=3), ["start to end", "3 to 3"]),
        ("lettucedetect", lettuce(start="a"), ["start to end", "'a' to 3"]),
        ("lettucedetect", lettuce(text="Thy"), ["line 1", "text: 'Thy'", "'The'"]),
        ("lettucedetect", lettuce(confidence=1.5), ["confidence: 1.5"]),
        ("lettucedetect", lettuce(confidence=True), ["confidence: True"]),
        ("lettucedetect", lettuce(type="lie"), ["type: 'lie'", "unsupported"]),
    ],
)  # fmt: skip
def test_bad_rows_are_named(tmp_path, form, row, said):
    with pytest.raises(InputError) as error:
        read(tmp_path, form, [row])
    assert all(word in str(error.value) for word in ["said.jsonl", *said]), str(error.value)


def test_two_rows_of_one_text_are_refused(tmp_path):
    row = {"generation_id": A, "spans": []}
    with pytest.raises(InputError, match="line 2: is of the same text as line 1"):
        read(tmp_path, "lettucedetect", [row, row])


def test_what_is_not_clear_is_asked_for(tmp_path):
    row = {"traceId": A, "name": "quality", "value": 0.5}
    with pytest.raises(ConfigError, match="--higher better or --higher worse"):
        read(tmp_path, "langfuse", [row])
    assert scores(read(tmp_path, "langfuse", [row], higher="better")) == {A: 0.5}
    with pytest.raises(InputError, match="choose one with --score"):
        read(tmp_path, "langfuse", [row, row | {"name": "other"}])
    with pytest.raises(InputError, match="it has quality"):
        read(tmp_path, "langfuse", [row], score="beauty")
    with pytest.raises(ConfigError, match="--checker outside-source"):
        read(tmp_path, "langfuse", [row | {"name": "source"}], own=["source"])
    with pytest.raises(InputError, match="no stored text has the id"):
        read(tmp_path, "langfuse", [row], dataset="other", higher="better")
