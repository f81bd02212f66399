"""Altered copies: of training rows only, seeded by key, marked, and of the input only."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from lab.data.prepare import paraphrasing
from lab.data.prepare.altering import altering_steps
from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.folder import read_rows
from lab.data.prepare.noise import with_swapped_sentences, with_synonyms, without_words
from lab.data.prepare.paraphrasing import _drawing, paraphrase_step
from lab.data.prepare.rows import features, new_row
from lab.data.prepare.run import prepare
from lab.data.prepare.steps import RowStep
from lab.data.prepare.synonyms import read_synonyms
from lab.errors import CheckpointError, InputError
from lab.records import Split

TEXT = "The big dog ran home. A small cat slept there. Nobody came."


def config(**settings: object) -> PrepareConfig:
    return PrepareConfig(name="tales", **settings)  # type: ignore[arg-type]


def step(**settings: object) -> RowStep:
    (one,) = altering_steps(config(**settings))
    assert isinstance(one, RowStep)
    return one


def train(key: str = "k", **fields: object) -> dict:
    return new_row(key=key, place="f", split="train", **fields)


def test_nothing_is_altered_by_default() -> None:
    assert altering_steps(config()) == []


def test_synonyms_keep_capitals_and_placeholders() -> None:
    table = {"big": ("large",), "email": ("post",), "dog": ("hound",)}
    made = with_synonyms("Big DOG, [EMAIL] big-eyed dogs", table, 1.0, Random(0))
    assert made == "Large HOUND, [EMAIL] big-eyed dogs"
    assert with_synonyms("no such word", table, 1.0, Random(0)) == "no such word"


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_left_out_words_are_a_share_of_them_and_never_all(share: float) -> None:
    made = without_words(TEXT, share, Random(1))
    n = len(re.findall(r"\w+", TEXT))
    assert len(re.findall(r"\w+", made)) == n - min(n - 1, round(share * n))
    assert "  " not in made
    assert made[0] != " "
    assert without_words("one", share, Random(1)) == "one"


def test_no_space_begins_a_line_that_lost_its_first_word() -> None:
    for seed in range(20):
        made = without_words("a b c\nd e f", 0.5, Random(seed))
        assert all(line == line.strip() for line in made.split("\n"))


def test_neighbouring_sentences_are_swapped_within_their_line() -> None:
    two = "First one.  Second one.\nThird."
    assert with_swapped_sentences(two, Random(0)) == "Second one.  First one.\nThird."
    assert with_swapped_sentences("One.\nTwo.", Random(0)) == "One.\nTwo."
    many = with_swapped_sentences(TEXT, Random(3))
    assert many != TEXT
    assert Counter(many.split()) == Counter(TEXT.split())


def test_copies_are_made_of_training_rows_as_they_were_read() -> None:
    drop = step(drop_words=0.3)
    row = train(reference=TEXT)
    first, copy = drop.apply(row).rows
    assert first is row
    assert copy["altered"] == "left-out words"
    assert copy["key"] == "k~left-out-words"
    assert copy["group"] == row["group"]
    for other in ({"split": "test"}, {"split": "validation"}, {"altered": "synonyms"}):
        given = row | other
        assert drop.apply(given).rows == (given,)


def test_the_key_decides_and_not_the_order() -> None:
    drop = step(drop_words=0.3)
    rows = [train(key=f"k{n}", reference=TEXT) for n in range(6)]
    one = [drop.apply(row).rows[1]["reference"] for row in rows]
    other = [step(drop_words=0.3).apply(row).rows[1]["reference"] for row in reversed(rows)]
    assert one == other[::-1]
    assert len(set(one)) > 1
    again = [step(drop_words=0.3, seed=1).apply(row).rows[1]["reference"] for row in rows]
    assert again != one


def test_only_the_input_of_a_pair_is_altered(tmp_path: Path) -> None:
    table = tmp_path / "words.tsv"
    table.write_text("big\tlarge\n")
    row = train(prompt="a big dog", source="the big dog", reference="big big")
    (_, copy) = step(synonyms=str(table)).apply(row).rows
    assert (copy["prompt"], copy["source"], copy["reference"]) == (
        *("a large dog", "the large dog"),
        "big big",
    )
    (_, copy) = step(drop_words=0.5).apply(row).rows
    assert copy["prompt"] != row["prompt"]
    assert (copy["source"], copy["reference"]) == (row["source"], row["reference"])


def test_only_what_the_user_says_in_a_chat_is_altered() -> None:
    turns = [{"role": "system", "content": TEXT}, {"role": "user", "content": TEXT}]
    (_, copy) = step(drop_words=0.5).apply(train(messages=turns, reference=TEXT)).rows
    assert copy["messages"][0] == turns[0]
    assert copy["messages"][1] != turns[1]
    assert copy["reference"] == TEXT


def test_a_share_of_rows_gets_swapped_sentences() -> None:
    swap = step(shuffle_sentences=0.3)
    made = [len(swap.apply(train(key=f"{n}", reference=TEXT)).rows) for n in range(400)]
    assert 80 <= sum(made) - 400 <= 160


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.tsv", "big\tlarge\nsmall\n", "line 2: 'small' has no synonym"),
        ("a.csv", "big,large\nbig dog,hound\n", "line 2: 'big dog' is not one word"),
        ("a.tsv", "# none\n", "holds no word"),
        ("a.tsv", b"big\tlarge\nb\xff\tc", "line 2: not UTF-8"),
    ],
)
def test_a_wrong_table_is_told_by_line(
    tmp_path: Path, name: str, text: str | bytes, told: str
) -> None:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError, match=told):
        read_synonyms(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_synonyms(tmp_path / "none.tsv")


def test_a_table_joins_the_lines_of_a_word(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('# words\nBig,large,big\n\nbig,"huge, vast"\n')
    assert read_synonyms(path) == {"big": ("large", "huge, vast")}


def test_altered_rows_are_in_training_only(write, tmp_path: Path) -> None:
    texts = [
        f"Walk {n} to the old harbour was long. Nobody saw ship {n * 7} there." for n in range(30)
    ]
    origin = write("rows.jsonl", [{"key": f"k{n}", "text": text} for n, text in enumerate(texts)])
    settings = config(drop_words=0.2, shuffle_sentences=1.0, near="off", quality=False)
    made = prepare([origin], settings, tmp_path / "data", lambda share, text: None)
    folder = made.dataset.path or ""
    found = read_rows(folder, Split.TRAIN)
    assert found is not None
    assert Counter(found["altered"]) == dict.fromkeys(
        [None, "left-out words", "sentence order"], 24
    )
    assert len(set(found["key"])) == 72
    for split in (Split.VALIDATION, Split.TEST):
        held_out = read_rows(folder, split)
        assert held_out is not None
        assert set(held_out["altered"]) == {None}


@pytest.fixture(scope="module")
def paraphraser(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a tiny T5 with made weights."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast, T5Config, T5ForConditionalGeneration

    words = sorted(set(re.findall(r"\w+|[^\w\s]", TEXT)))
    names = ["<pad>", "</s>", "<unk>", *words]
    vocabulary = {word: n for n, word in enumerate(names)}
    inner = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )
    torch.manual_seed(0)
    model = T5ForConditionalGeneration(
        T5Config(
            vocab_size=len(vocabulary), d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2,
            decoder_start_token_id=0, pad_token_id=0, eos_token_id=1,
        )
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("t5")
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def paraphrased(rows: list[dict], checkpoint: Path, scratch: Path) -> list[dict]:
    from datasets import Dataset

    scratch.mkdir()
    given = Dataset.from_list(rows, features=features())
    outcome = paraphrase_step(str(checkpoint), "", 0).apply(given, scratch, 1)
    assert outcome.counts["copies"] == len(outcome.rows) - len(rows)
    return list(outcome.rows)


def test_a_paraphrase_depends_on_the_key_only(paraphraser: Path, tmp_path: Path) -> None:
    rows = [train(key=f"k{n}", reference=TEXT) for n in range(3)]
    rows += [
        train(key="p", prompt="A dog ran.", reference=TEXT),
        train("t", reference=TEXT) | {"split": "test"},
    ]
    one = paraphrased(rows, paraphraser, tmp_path / "a")
    copies = {row["key"]: row for row in one if row["altered"]}
    assert list(copies) == ["k0~paraphrase", "k1~paraphrase", "k2~paraphrase", "p~paraphrase"]
    assert len({row["reference"] for row in copies.values()}) == 4
    assert copies["p~paraphrase"]["reference"] == TEXT
    assert copies["p~paraphrase"]["prompt"] != "A dog ran."
    other = paraphrased(rows[::-1], paraphraser, tmp_path / "b")
    assert {row["key"]: row for row in other if row["altered"]} == copies


def test_a_wrong_paraphraser_is_said(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="seq2seq"):
        paraphrase_step(str(tmp_path), "", 0).apply([], tmp_path, 1)  # type: ignore[arg-type]


@pytest.mark.parametrize("likely", [1, 2, 256])
def test_draws_are_from_the_tokens_that_hold_95_percent(
    likely: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(paraphrasing, "_LIKELY", likely)
    chances = torch.tensor([0.03, 0.5, 0.16, 0.3, 0.01])
    drawn = _drawing(range(4000))(None, torch.log(chances).expand(4000, 5)).argmax(-1)
    shares = torch.bincount(drawn, minlength=5) / 4000
    expected = torch.tensor([0.0, 0.5, 0.16, 0.3, 0.0]) / 0.96
    assert shares[[0, 4]].tolist() == [0, 0]
    assert torch.allclose(shares, expected, atol=0.03)


def test_a_sentence_is_written_alike_in_any_batch_and_left_if_too_long(
    paraphraser: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = paraphrasing.load_writer(str(paraphraser))
    jobs = [(" ".join(["dog", "ran", "home", "big"][: 1 + n % 4] * (1 + n)), n) for n in range(9)]
    together = writer.write(jobs)
    assert [writer.write([job])[0] for job in jobs] == together
    monkeypatch.setattr(paraphrasing, "TOKENS", 12)
    assert writer.write(jobs[::-1]) == together[::-1]
    monkeypatch.setattr(paraphrasing, "_LONGEST", 6)
    kept = writer.write(jobs)
    assert [bool(text) for text in kept] == [len(text.split()) <= 6 for text, _ in jobs]
