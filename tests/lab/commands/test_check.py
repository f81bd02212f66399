"""The command `check` on a store: samples, token scores, calibration, and what is made anew."""

import csv
from datetime import UTC, datetime

import numpy as np
import pytest

from lab import records
from lab.cli import main
from lab.commands.check import check_generations
from lab.packing import pack
from lab.records import (
    Checkpoint,
    CheckpointKind,
    CheckStatus,
    Dataset,
    Generation,
    Prompt,
    Split,
    TokenScores,
)
from storage import checks
from storage.client import open_store

N = 60
CITIES = ["Paris", "Rome", "Oslo", "Lima"]


def text_of(i, bad):
    city = CITIES[i % 4]
    rest = "where penguins enjoy frozen lakes." if bad else f"and has {i + 2} towers."
    return f"The city of {city} lies on a river {rest}"


@pytest.fixture
def lab(home):
    """Store a data set with sources in prose, two samples per prompt, every third one wrong."""
    dataset = Dataset(
        name="news", origin="made up", content_sha256="0" * 64, n_prompts=N, config={}
    )
    checkpoint = Checkpoint(name="base", kind=CheckpointKind.EXTERNAL)
    prompts = [
        Prompt(
            dataset_id=dataset.id,
            key=str(i),
            split=Split.TEST,
            text="Tell me.",
            source=f"The city of {CITIES[i % 4]} lies on a river and has {i + 2} towers.",
        )
        for i in range(N)
    ]
    texts = [
        Generation(
            prompt_id=prompt.id,
            checkpoint_id=checkpoint.id,
            text=text_of(i, (i + sample) % 3 == 0),
            sample_index=sample,
            decoding={},
        )
        for i, prompt in enumerate(prompts)
        for sample in range(2)
    ]
    scores = TokenScores(
        generation_id=texts[0].id,
        ends=pack([8, len(texts[0].text)], "uint32"),
        log_probabilities=pack([-0.1, -9.0], "float16"),
        entropies=pack([1.0, 1.0], "float16"),
    )
    with open_store(home, idle_seconds=30) as store:
        store.add([dataset, checkpoint, *prompts, *texts, scores])
        yield home, store, texts


def fit(home, path, texts, n):
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["generation_id", "hallucinated"])
        for text in texts[:n]:
            out.writerow([text.id, int("penguins" in text.text)])
    return main(["check", "fit", "--home", str(home.path), "--labels", str(path)])


def test_a_calibration_gives_every_text_of_its_data_set_a_risk(lab, tmp_path, capsys):
    home, store, texts = lab
    assert check_generations(home, None) == 4 * N
    assert fit(home, tmp_path / "few.csv", texts, 20) == 0
    assert "not enough labels: 20 texts are labelled, 50 are needed" in capsys.readouterr().out
    assert check_generations(home, None) == 0
    assert fit(home, tmp_path / "all.csv", texts, 2 * N) == 0
    assert "calibration error after" in capsys.readouterr().out
    assert check_generations(home, None) == 2 * N
    assert check_generations(home, None) == 0
    results, _ = checks.outcomes(store, "source")
    bad = {text.id for text in texts if "penguins" in text.text}
    risks = {True: [], False: []}
    for one in results:
        assert one.calibration_id is not None
        risks[one.generation_id in bad].append(one.risk)
    assert np.mean(risks[True]) > 0.8 > 0.2 > np.mean(risks[False])


def test_samples_are_those_of_the_same_prompt_and_checkpoint(lab):
    home, store, texts = lab
    assert check_generations(home, ["selfcheck", "entropy"]) == 4 * N
    results, spans = checks.outcomes(store, "selfcheck")
    assert {one.status for one in results} == {CheckStatus.OK}
    pair_of = {text.id: text.prompt_id for text in texts}
    assert spans
    assert all(pair_of[one.sample_id] == pair_of[one.generation_id] for one in spans)
    assert all(one.sample_id != one.generation_id for one in spans)


def test_doubt_is_made_once_there_are_token_scores(lab):
    home, store, texts = lab
    assert check_generations(home, ["doubt"]) == 2 * N
    assert check_generations(home, ["doubt"]) == 0
    results, spans = checks.outcomes(store, "doubt")
    ok = [one.generation_id for one in results if one.status == CheckStatus.OK]
    assert ok == [texts[0].id]
    assert {one.generation_id for one in spans} == {texts[0].id}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--checker", "nli"], "--entailment"),
        (["--checker", "align"], "--encoder"),
        (["--checker", "nli", "--entailment", "/nowhere"], "cannot be loaded"),
        (["--checker", "align", "--encoder", "/nowhere"], "/nowhere"),
        (["fit", "--miss", "2"], "between 0 and 1"),
        (["fit", "--of", "truth"], "truth"),
        (["fit", "--labels", "/nowhere.csv"], "/nowhere.csv"),
    ],
)
def test_what_is_missing_is_named(lab, words, said, capsys):
    home, _, _ = lab
    command, *rest = words
    at = [command, *rest, "--home", str(home.path)]
    assert main(["check", *at]) != 0
    assert said in capsys.readouterr().err


@pytest.fixture
def judged(lab):
    """Let two reviewers look through all texts and mark most of the penguins."""
    _, store, texts = lab
    study = records.Study(name="marks", protocol={"reviewers_per_item": 2}, protocol_sha256="0")
    people = [
        records.Account(name=name, role=records.Role.REVIEWER, pseudonym=name) for name in "ab"
    ]
    made = [study, records.StudyEvent(study_id=study.id, status=records.StudyStatus.OPEN), *people]
    for position, text in enumerate(texts):
        item = records.Item(
            study_id=study.id, kind=records.ItemKind.SPANS, position=position,
            prompt_id=text.prompt_id, generation_a_id=text.id,
        )  # fmt: skip
        made.append(item)
        for number, who in enumerate(people):
            made += marks_of(item, who, text, sees=(position + number) % 7 > 0)
    store.add(made)
    return lab


def marks_of(item, who, text, *, sees):
    place = records.Assignment(item_id=item.id, reviewer_id=who.id, swapped=False)
    answer = records.Answer(
        assignment_id=place.id, kind=records.AnswerKind.SPANS, seconds=2.0,
        created_at=datetime(2030, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    start = text.text.find("penguins")
    mark = records.ReviewerSpan(
        answer_id=answer.id, generation_id=text.id, start=start, end=start + 8,
        category=records.SpanCategory.UNSUPPORTED, severity=records.Severity.MAJOR,
    )  # fmt: skip
    return [place, answer, *([mark] if start >= 0 and sees else [])]


def test_reviewers_own_marks_are_labels(judged, capsys):
    home, _, texts = judged
    assert check_generations(home, ["source"]) == 2 * N
    assert main(["check", "fit", "--home", str(home.path), "--dataset", "news"]) == 0
    said = capsys.readouterr().out
    n_bad = sum("penguins" in text.text for text in texts)
    assert f"{2 * N} labelled texts, {n_bad} hallucinated" in said
    assert check_generations(home, ["source"]) == 2 * N
    strict = ["--rule", "all", "--miss", "0.5"]
    assert main(["check", "fit", "--home", str(home.path), *strict]) == 0
    assert f"{n_bad} hallucinated" not in capsys.readouterr().out
