"""Rows: the loss counts on the reference only."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pytest

from lab.errors import InputError, TrainingError
from lab.models.tokenizer import train_tokenizer
from lab.records import Prompt
from lab.train import rows as rows_of
from lab.train.arrays import ABOUT, Row, RowWriter, TokenRows
from lab.train.rows import count_cut, token_rows


@pytest.fixture
def tokenizer(prompts: list[Prompt]) -> object:
    return train_tokenizer([prompt.text for prompt in prompts], 280, 64)


def test_a_row_is_the_prompt_then_the_reference_and_an_end(
    prompts: list[Prompt], tokenizer: object
) -> None:
    row = token_rows(prompts[:1], tokenizer, "{prompt}\n", 200)[0]
    given, learned = row.ids[: row.n_prompt], row.ids[row.n_prompt :]
    assert tokenizer.decode(given) == "<|begin|>" + prompts[0].text + "\n"
    assert tokenizer.decode(learned) == prompts[0].reference + "<|end|>"


def test_a_long_reference_is_cut_behind(prompts: list[Prompt], tokenizer: object) -> None:
    whole = token_rows(prompts[:1], tokenizer, "{prompt}\n", 200)[0]
    cut = token_rows(prompts[:1], tokenizer, "{prompt}\n", whole.n_prompt + 5)
    assert [row.ids.tolist() for row in cut] == [whole.ids[: whole.n_prompt + 5].tolist()]
    assert count_cut(cut, tokenizer, "{prompt}\n", whole.n_prompt + 5) == 1
    fits = token_rows(prompts[:1], tokenizer, "{prompt}\n", len(whole.ids))
    assert count_cut(fits, tokenizer, "{prompt}\n", len(whole.ids)) == 0


def test_plain_text_is_windowed_and_all_of_it_learned(
    prompts: list[Prompt], tokenizer: object
) -> None:
    plain = dataclasses.replace(prompts[0], text="", reference="the sea and the sky " * 20)
    rows = token_rows([plain], tokenizer, "{prompt}", 16)
    assert len(rows) > 5
    assert count_cut(rows, tokenizer, "{prompt}", 16) == 0
    assert all(row.ids[0] == tokenizer.bos_token_id and len(row.ids) <= 16 for row in rows)
    learned = [token for row in rows for token in row.ids[row.n_prompt :]]
    assert tokenizer.decode(learned) == plain.reference + "<|end|>"


@pytest.mark.parametrize("reference", [None, ""])
def test_a_prompt_without_reference_is_named(
    prompts: list[Prompt], tokenizer: object, reference: str | None
) -> None:
    bare = dataclasses.replace(prompts[3], reference=reference)
    with pytest.raises(InputError, match=f"'{bare.key}'.*no reference"):
        token_rows([prompts[0], bare], tokenizer, "{prompt}", 64)


def test_a_prompt_that_fills_the_context_is_named(prompts: list[Prompt], tokenizer: object) -> None:
    with pytest.raises(InputError, match=f"'{prompts[0].key}'.*no room.*context of 8"):
        token_rows(prompts, tokenizer, "{prompt}", 8)


def same(left: TokenRows, right: TokenRows) -> bool:
    return left.ids.tolist() == right.ids.tolist() and left.counts.tolist() == right.counts.tolist()


class Watched(Sequence[Prompt]):
    """Prompts that note how many were read."""

    def __init__(self, prompts: list[Prompt]):
        self.prompts, self.read = prompts, 0

    def __len__(self) -> int:
        return len(self.prompts)

    def __getitem__(self, index):
        found = self.prompts[index]
        self.read += 1
        return found


def test_rows_on_disk_are_those_in_memory_read_a_few_at_a_time(
    prompts: list[Prompt], tokenizer: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode, read = rows_of._encode, []

    def noted(some: Sequence[Prompt], *given):
        read.append((len(some), watched.read))
        return encode(some, *given)

    whole = token_rows(prompts, tokenizer, "{prompt}", 64)
    watched = Watched(prompts)
    monkeypatch.setattr(rows_of, "CHUNK", 5)
    monkeypatch.setattr(rows_of, "_encode", noted)
    on_disk = token_rows(watched, tokenizer, "{prompt}", 64, tmp_path / "rows")
    assert same(on_disk, whole)
    assert read == [(5, 5), (5, 10), (2, 12)]
    assert on_disk.ids.filename == tmp_path / "rows" / "ids.bin"
    assert on_disk.lengths.tolist() == [len(row.ids) for row in on_disk]
    assert [row.ids.tolist() for row in on_disk[3:5]] == [
        on_disk[3].ids.tolist(),
        on_disk[4].ids.tolist(),
    ]


def test_few_long_prompts_are_encoded_at_a_time(
    prompts: list[Prompt], tokenizer: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = [{"role": "user", "content": "the sea " * 9}]
    chat = dataclasses.replace(prompts[0], text="", conversation={"messages": turns})
    sourced = dataclasses.replace(prompts[0], source="the sea " * 9)
    encode, held = rows_of._encode, []
    given = [*prompts[:3], chat, *prompts[:3], sourced, *prompts[:3]]
    whole = token_rows(given, tokenizer, "{prompt}", 96)

    def noted(some: Sequence[Prompt], *about):
        held.append(len(some))
        return encode(some, *about)

    n = [len(one.text) + len(one.source) + len(one.reference) for one in prompts[:3]]
    monkeypatch.setattr(rows_of, "CHARACTERS", sum(n) + 50)
    monkeypatch.setattr(rows_of, "_encode", noted)
    assert same(token_rows(given, tokenizer, "{prompt}", 96), whole)
    assert held == [4, 4, 3]


def test_whole_rows_are_found_again_and_half_or_other_ones_written_anew(
    prompts: list[Prompt], tokenizer: object, tmp_path: Path
) -> None:
    def read(context: int) -> tuple[TokenRows, bool]:
        watched = Watched(prompts)
        return token_rows(watched, tokenizer, "{prompt}", context, tmp_path), watched.read > 0

    whole, made = read(64)
    assert made
    assert same(read(64)[0], whole)
    assert not read(64)[1]
    assert read(40)[1]
    assert not read(40)[1]
    (tmp_path / ABOUT).unlink()  # as where a run was killed while writing
    assert read(40)[1]


def test_a_folder_that_cannot_be_written_is_named(
    prompts: list[Prompt], tokenizer: object, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TrainingError, match=r"file.*12 prompts cannot be written.*LAB_HOME"):
        token_rows(prompts, tokenizer, "{prompt}", 64, tmp_path / "file")


def test_bytes_are_those_of_the_learned_text(prompts: list[Prompt], tokenizer: object) -> None:
    text = "Äpfel und 🐈 the sea " * 9
    whole = token_rows(
        [dataclasses.replace(prompts[0], reference=text)], tokenizer, "{prompt}", 900
    )[0]
    assert whole.n_bytes == len(text.encode())
    plain = dataclasses.replace(prompts[0], text="", reference=text)
    windows = token_rows([plain], tokenizer, "{prompt}", 24)
    assert sum(row.n_bytes for row in windows) == len(text.encode())
    cut = token_rows(
        [dataclasses.replace(prompts[0], reference="the sea")],
        tokenizer,
        "{prompt}",
        whole.n_prompt + 3,
    )[0]
    assert cut.n_bytes == len(tokenizer.decode(cut.ids[cut.n_prompt :]))


def test_large_vocabularies_have_wider_ids() -> None:
    writer = RowWriter(None, 70_000, chats=False)
    writer.add(Row((1, 69_999), 1))
    assert writer.finish({})[0].ids.tolist() == [1, 69_999]


def test_no_prompts_make_no_rows(tokenizer: object, tmp_path: Path) -> None:
    assert len(token_rows([], tokenizer, "{prompt}", 64)) == 0
    assert len(token_rows([], tokenizer, "{prompt}", 64, tmp_path)) == 0
