"""Chats: the loss counts on the assistant's turns only, behind what a model is given."""

from typing import Any

import pytest

from lab.errors import CheckpointError, InputError
from lab.models.prompts import CHAT, chat_ids
from lab.models.tokenizer import train_tokenizer
from lab.records import Prompt, Split
from lab.train.arrays import Row
from lab.train.rows import token_rows

TURNS = [
    {"role": "system", "content": "be brief"},
    {"role": "user", "content": "the cat?"},
    {"role": "assistant", "content": "sat élan"},
    {"role": "user", "content": "the dog?"},
]
TEMPLATE = (
    "{% for turn in messages %}<{{ turn.role }}>{{ turn.content }}{{ eos_token }}\n{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)
# Thoughts of earlier answers are left out, and an answer is asked for in another form.
FORGETFUL = (
    "{% for turn in messages %}<{{ turn.role }}>"
    "{% if turn.role == 'assistant' and not loop.last %}…{% else %}{{ turn.content }}{% endif %}\n"
    "{% endfor %}{% if add_generation_prompt %}[answer]{% endif %}"
)


@pytest.fixture
def tokenizer() -> Any:
    found = train_tokenizer(["the cat sat", "the dog ran"], 280, 64)
    found.chat_template = TEMPLATE
    return found


def chat(turns: list[dict[str, str]], reference: str = "ran off") -> Prompt:
    return Prompt(
        dataset_id="d",
        key="chat",
        split=Split.TRAIN,
        text=turns[-1]["content"],
        reference=reference,
        conversation={"messages": turns},
    )


def row_of(tokenizer: Any, prompt: Prompt, context: int = 200) -> Row:
    (row,) = token_rows([prompt], tokenizer, CHAT, context)
    return row


def learned(tokenizer: Any, row: Row) -> str:
    return tokenizer.decode(row.ids[row.learned])


def test_all_turns_of_the_assistant_are_learned(tokenizer: Any) -> None:
    row = row_of(tokenizer, chat(TURNS))
    assert learned(tokenizer, row) == "sat élan<|end|>\nran off<|end|>"
    assert row.n_bytes == len("sat élan".encode()) + len("ran off")
    assert row.learned[: row.n_prompt].sum() == 0
    assert row.learned[row.n_prompt]


def test_the_answer_stands_behind_what_sampling_gives(tokenizer: Any) -> None:
    prompt = chat(TURNS)
    row, given = row_of(tokenizer, prompt), chat_ids(tokenizer, prompt)
    assert row.ids[: len(given)].tolist() == given
    assert tokenizer.decode(row.ids[len(given) :]) == "ran off<|end|>"


def test_a_text_without_turns_is_one_turn_of_a_user(tokenizer: Any) -> None:
    prompt = Prompt(dataset_id="d", key="k", split=Split.TRAIN, text="the cat?", reference="sat")
    row = row_of(tokenizer, prompt)
    assert tokenizer.decode(row.ids) == "<user>the cat?<|end|>\n<assistant>sat<|end|>"
    assert learned(tokenizer, row) == "sat<|end|>"


def test_a_template_that_rewrites_turns_teaches_the_last_alone(tokenizer: Any) -> None:
    tokenizer.chat_template = FORGETFUL
    row = row_of(tokenizer, chat(TURNS))
    assert tokenizer.decode(row.ids).endswith("<user>the dog?[answer]ran off<|end|>")
    assert learned(tokenizer, row) == "ran off<|end|>"


def test_an_answer_that_is_too_long_is_cut(tokenizer: Any) -> None:
    whole = row_of(tokenizer, chat(TURNS[:2], "the cat sat " * 20))
    cut = row_of(tokenizer, chat(TURNS[:2], "the cat sat " * 20), whole.n_prompt + 6)
    assert cut.ids.tolist() == whole.ids[: whole.n_prompt + 6].tolist()
    assert cut.learned.sum() == 6
    assert 0 < cut.n_bytes < whole.n_bytes


def test_a_chat_that_fills_the_context_is_named(tokenizer: Any) -> None:
    with pytest.raises(InputError, match=r"'chat'.*no room for the answer.*context of 16"):
        row_of(tokenizer, chat(TURNS), 16)


def test_a_tokenizer_without_template_is_refused(tokenizer: Any) -> None:
    tokenizer.chat_template = None
    with pytest.raises(CheckpointError, match="no chat template"):
        row_of(tokenizer, chat(TURNS))
