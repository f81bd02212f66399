"""Filters: licence, length, word list and classifier; counts and reasons, never texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.filtering import filtering_steps
from lab.data.prepare.rows import features, new_row
from lab.data.prepare.steps import RowStep, SetOutcome, SetStep
from lab.data.prepare.word_list import read_word_list
from lab.errors import CheckpointError, ConfigError, InputError
from tests.lab.metrics.tiny import make_classifier

OFF: dict[str, Any] = {"quality": False, "least_characters": 0}


def reasons(rows: list[dict[str, Any]], **config: Any) -> list[str]:
    """Run the one row step that the settings ask for; per row why it was dropped."""
    [step] = filtering_steps(PrepareConfig(name="x", **OFF | config))
    assert isinstance(step, RowStep)
    made = [new_row(key=str(number), place="", **row) for number, row in enumerate(rows)]
    outcomes = [step.apply(row) for row in made]
    for row, outcome in zip(made, outcomes, strict=True):
        assert outcome.rows == (() if outcome.reason else (row,))
        assert not outcome.rows or outcome.rows[0] is row  # nothing is "changed"
    return [outcome.reason for outcome in outcomes]


def test_licences_are_told_apart_whatever_their_spelling() -> None:
    licences = ["CC BY 4.0", "cc-by-4.0", "CC_BY_4.0 ", "cc-by-nc-4.0", None, ""]
    found = reasons([{"licence": one} for one in licences], licences=("cc-by-4.0", "MIT"))
    assert found == ["", "", "", "licence not allowed", "no licence told", "no licence told"]
    with pytest.raises(ConfigError, match="empty"):
        filtering_steps(PrepareConfig(name="x", licences=(" ",)))


def test_lengths_are_of_what_is_learnt_without_space_around() -> None:
    rows = [
        {"reference": "  \n"},
        {"reference": "ab", "prompt": "a long prompt"},
        {"reference": " abc "},
        {"prompt": "🙂🙂🙂"},
        {"reference": "abcdef"},
    ]
    found = reasons(rows, least_characters=3, most_characters=5)
    assert found == ["empty", "too short", "", "", "too long"]


def test_the_default_drops_only_empty_and_bad_texts() -> None:
    steps = filtering_steps(PrepareConfig(name="x"))
    assert [step.name for step in steps] == ["length", "quality"]
    assert filtering_steps(PrepareConfig(name="x", **OFF)) == []
    rows = [{"reference": "Yes."}, {"reference": "spam " * 100}]
    assert reasons(rows, quality=True) == ["", "most frequent 2 words"]


def test_whole_words_of_a_list_are_found_in_every_text_and_script(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("\ufeffDamn\n\nbad  egg\n坏蛋\nผี\nstraße\n", encoding="utf-8")
    rows: list[dict[str, Any]] = [
        {"reference": "Oh DAMN!"},
        {"reference": "damnation, undamned"},
        {"prompt": "some damn-it", "reference": "fine"},
        {"reference": "a bad apple, an egg; bad-egg"},
        {"reference": "a bad apple and an egg"},
        {"reference": "他是个坏蛋。"},
        {"reference": "กลัวผีมาก"},
        {"reference": "STRASSE"},
        {"messages": [{"role": "user", "content": "damn"}], "reference": "fine"},
        {"reference": "x " * 600_000 + "damn"},
    ]
    word = "word of the list"
    found = reasons(rows, word_list=str(path))
    assert found == [word, "", word, word, "", word, word, word, word, word]
    [step] = filtering_steps(PrepareConfig(name="x", word_list=str(path), **OFF))
    assert step.settings == {"file": "words.txt", "entries": 5}


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "empty"), (b"good\n--\n", "line 2"), (b"\xff\xfe\x00", "not UTF-8")],
)
def test_a_bad_word_list_is_told(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_word_list(str(path))
    with pytest.raises(InputError, match="No such file"):
        read_word_list(str(tmp_path / "none.txt"))


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_classifier(tmp_path_factory.mktemp("models") / "tiny")


def classified(
    rows: list[dict[str, Any]], classifier: Path, place: Path, threshold: float
) -> SetOutcome:
    config = PrepareConfig(
        name="x", classifier=str(classifier), classifier_label="positive",
        classifier_threshold=threshold, **OFF,
    )  # fmt: skip
    [step] = filtering_steps(config)
    assert isinstance(step, SetStep)
    assert step.settings["label"] == "POSITIVE"
    made = [new_row(key=str(number), place="", **row) for number, row in enumerate(rows)]
    place.mkdir()
    return step.apply(Dataset.from_list(made, features=features()), place, 1)


def probability(text: str, folder: Path) -> float:
    """Let transformers itself classify one window."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder)
    with torch.inference_mode():
        logits = model(**tokenizer(text, return_tensors="pt")).logits
    return float(logits.softmax(dim=1)[0, 1])


def test_rows_whose_worst_part_is_harmful_are_dropped(classifier: Path, tmp_path: Path) -> None:
    windows = {word: " ".join([word] * 14) for word in ("good", "bad", "story")}
    values = {word: probability(text, classifier) for word, text in windows.items()}
    best, other, worst = sorted(values, key=lambda word: values[word])
    threshold = (values[worst] + values[other]) / 2
    texts = [windows[best], windows[worst], windows[other], ""]
    done = classified(
        [{"reference": text} for text in texts], classifier, tmp_path / "a", threshold
    )
    assert list(done.rows["reference"]) == [windows[best], windows[other], ""]
    assert (done.dropped, done.counts) == ({"harmful": 1}, {"windows read": 3})
    # The 11th window of 14 words hides behind others, in a prompt.
    hidden = " ".join([windows[best]] * 10 + [windows[worst]])
    rows = [{"prompt": hidden, "reference": ""}, {"reference": hidden.replace(worst, best)}]
    done = classified(rows, classifier, tmp_path / "b", threshold)
    assert list(done.rows["key"]) == ["1"]
    assert done.counts == {"windows read": 22}
    done = classified(rows, classifier, tmp_path / "c", values[worst] + 1e-3)
    assert (len(done.rows), done.dropped) == (2, {})


def test_a_label_or_checkpoint_that_is_not_there_is_told_before_anything_is_read(
    classifier: Path, tmp_path: Path
) -> None:
    config = PrepareConfig(name="x", classifier=str(classifier), classifier_label="toxic")
    with pytest.raises(ConfigError, match="NEGATIVE, POSITIVE"):
        filtering_steps(config)
    config = PrepareConfig(name="x", classifier=str(tmp_path), classifier_label="toxic")
    with pytest.raises(CheckpointError, match="cannot be loaded"):
        filtering_steps(config)
