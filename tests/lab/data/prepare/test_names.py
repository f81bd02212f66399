"""Names found by a token-classification checkpoint, one made here that knows three names."""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path

import pytest

from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.personal import personal_steps
from lab.data.prepare.recognisers import names
from lab.data.prepare.recognisers.names import load_names, person_labels
from lab.data.prepare.rows import features, new_row
from lab.data.prepare.steps import SetOutcome, SetStep
from lab.errors import CheckpointError

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "went", "to", "the", "harbour", "saw", "and", "."]
NAMES = ["Rosa", "Smith", "Ivy", "##son", "Name", "NAME"]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a tiny BERT whose classifier reads the label off the embedding."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForTokenClassification, PreTrainedTokenizerFast

    words = [*PIECES, *NAMES]
    inner = Tokenizer(
        models.WordPiece({word: n for n, word in enumerate(words)}, unk_token="[UNK]")
    )
    inner.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    inner.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=64,
    )
    labels = {0: "O", 1: "B-PER", 2: "I-PER", 3: "B-LOC"}
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=1,
        intermediate_size=16, max_position_embeddings=66, id2label=labels,
        label2id={label: n for n, label in labels.items()},
    )  # fmt: skip
    model = BertForTokenClassification(config)
    with torch.no_grad():
        for weights in model.parameters():
            weights.zero_()
        model.bert.embeddings.LayerNorm.weight.fill_(1)
        for layer in model.bert.encoder.layer:
            layer.attention.output.LayerNorm.weight.fill_(1)
            layer.output.LayerNorm.weight.fill_(1)
        embeddings = model.bert.embeddings.word_embeddings.weight
        embeddings[:, 0] = 1
        for n, name in enumerate(NAMES):
            embeddings[len(PIECES) + n, 0] = 0
            embeddings[len(PIECES) + n, 2 if name.startswith("##") else 1] = 1
        model.classifier.weight[0, 0] = 1
        model.classifier.weight[1, 1] = 1
        model.classifier.weight[2, 2] = 1
    folder = tmp_path_factory.mktemp("names")
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def found(checkpoint: Path, *texts: str) -> list[list[str]]:
    recogniser = load_names(str(checkpoint))
    return [
        [text[one.start : one.end] for one in of_text]
        for text, of_text in zip(texts, recogniser.find(texts), strict=True)
    ]


def test_names_are_whole_words_and_several_are_one_name(checkpoint: Path) -> None:
    assert found(checkpoint, "Rosa Smith went.", "the harbour", "saw Ivyson and Rosa", "") == [
        ["Rosa Smith"],
        [],
        ["Ivyson", "Rosa"],
        [],
    ]


def test_long_texts_are_read_to_their_end(checkpoint: Path) -> None:
    text = "went to the harbour and " * 60 + "saw Rosa . " + "went to the harbour " * 60 + "Ivy"
    assert found(checkpoint, text) == [["Rosa", "Ivy"]]


@pytest.mark.parametrize("context", [8, 20, 64])
def test_nothing_is_lost_where_windows_and_parts_meet(
    context: int, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "_PART", 150)
    monkeypatch.setattr(names, "_OVERLAP", 30)
    monkeypatch.setattr(names, "_AT_ONCE", 400)
    monkeypatch.setattr(names, "TOKENS", 100)
    draw = random.Random(context)
    texts = [
        " ".join(draw.choices([*PIECES[4:], "Rosa", "Ivyson", "Smith"], k=n)) for n in range(90)
    ]
    texts += ["Rosa " * 100, "harbour" * 100 + " Ivy", "Rosa", ""]
    recogniser = load_names(str(checkpoint))
    recogniser._tokenizer.model_max_length = context
    for text, of_text in zip(texts, recogniser.find(texts), strict=True):
        expected = re.findall(r"(?:(?:Rosa|Ivyson|Smith|Ivy)(?: (?=Rosa|Ivy|Smith))?)+", text)
        assert [text[one.start : one.end] for one in of_text] == expected


def test_names_end_where_a_line_or_a_mark_stands(checkpoint: Path) -> None:
    assert found(checkpoint, "Rosa's Ivy\nSmith", "Rosa-Ivy, Smith;(Rosa)", "Rosa\t Smith.") == [
        ["Rosa", "Ivy", "Smith"],
        ["Rosa", "Ivy", "Smith", "Rosa"],
        ["Rosa\t Smith"],
    ]


@pytest.mark.parametrize(
    ("text", "tokens", "expected"),
    [
        ("Rosa [EMAIL] Ivy", [(0, 4), (4, 12), (12, 16)], ["Rosa", "Ivy"]),
        ("at Rosa[EMAIL]", [(3, 14)], ["Rosa"]),
        ("[NAME]", [(1, 5)], []),
        ("\u738b\u5c0f\u660e\u53bb\u4e86\u5317\u4eac", [(0, 1), (1, 3)], ["\u738b\u5c0f\u660e"]),
        ("\u0930\u093e\u0939\u0941\u0932 x", [(0, 1)], ["\u0930\u093e\u0939\u0941\u0932"]),
        ("Jose\u0301 x", [(0, 2)], ["Jose\u0301"]),
        ("Anna Bo", [(0, 2), (4, 6)], ["Anna Bo"]),
        (" Anna , ", [(0, 6)], ["Anna"]),
        ("4711", [(0, 4)], []),
    ],
)
def test_tokens_become_names_of_whole_words(
    text: str, tokens: list[tuple[int, int]], expected: list[str]
) -> None:
    assert [text[one.start : one.end] for one in names._names(text, tokens)] == expected


def test_placeholders_are_no_names(checkpoint: Path) -> None:
    assert found(checkpoint, "saw [NAME] and Rosa") == [["Rosa"]]


def test_the_step_replaces_names_in_all_texts_and_counts_them(
    checkpoint: Path, tmp_path: Path
) -> None:
    from datasets import Dataset

    config = PrepareConfig(name="x", names=str(checkpoint), scrub=False)
    (step,) = personal_steps(config)
    assert isinstance(step, SetStep)
    rows = [
        new_row(key="a", place="f", prompt="Rosa saw Ivy", reference="Rosa Smith went"),
        new_row(key="b", place="f", reference="the harbour"),
        new_row(key="c", place="f", messages=[{"role": "user", "content": "saw Ivy"}]),
    ]
    outcome: SetOutcome = step.apply(Dataset.from_list(rows, features=features()), tmp_path, 1)
    made = list(outcome.rows)
    assert (made[0]["prompt"], made[0]["reference"]) == ("[NAME] saw [NAME]", "[NAME] went")
    assert made[1] == rows[1]
    assert made[2]["messages"] == [{"role": "user", "content": "saw [NAME]"}]
    assert outcome.counts == {"name": 4}
    assert outcome.n_changed == 2
    again = load_names(str(checkpoint)).scrub(made, Counter())
    assert all(one is other for one, other in zip(again, made, strict=True))


def test_labels_of_persons_are_known_by_several_names() -> None:
    assert person_labels("x", {0: "O", 1: "B-PER", 2: "I-PER", 3: "I-LOC"}) == {1, 2}
    assert person_labels("x", {0: "O", 1: "PERSON"}) == {1}
    assert person_labels("x", {0: "O", 1: "B-FIRST_NAME", 2: "B-last-name"}) == {1, 2}
    many = ["B-PER", "I-PER", "E-PER", "S-PER", "L-PER", "U-PER", "M-PER", "PER-B", "LASTNAME1"]
    many += ["private_person", "B-PERSON_NAME", "per", "I_PERS"]
    assert person_labels("x", dict(enumerate(many))) == set(range(len(many)))
    others = ["B-PERCENT", "COMPANY_NAME", "USERNAME", "B-PERIOD", "O", "S-LOC", "PERSONALITY"]
    assert person_labels("x", dict(enumerate([*others, "PER"]))) == {len(others)}
    with pytest.raises(CheckpointError, match="'B-LOC'"):
        person_labels("x", {0: "O", 1: "B-LOC"})


def test_a_wrong_checkpoint_is_said(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="token-classification"):
        load_names(str(tmp_path))
