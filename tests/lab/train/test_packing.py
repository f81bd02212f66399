"""Packing: each text in one row, rows nearly full, and no text sees another."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoModelForCausalLM, LlamaConfig, MambaConfig

from lab.errors import ConfigError
from lab.models.gpt import build_gpt
from lab.models.tokenizer import train_tokenizer
from lab.train.arrays import Row
from lab.train.attention import use_plain_attention
from lab.train.batches import IGNORED, Batch, make_batch, make_packed_batch
from lab.train.loss import summed_loss
from lab.train.packing import check_packing, pack_rows

CPU = torch.device("cpu")
WIDTH = 40
LENGTHS = (9, 3, 17, 2, 12, 5, 30)


def make_model(name: str) -> torch.nn.Module:
    torch.manual_seed(0)
    if name == "llama":
        return AutoModelForCausalLM.from_config(
            LlamaConfig(
                vocab_size=270,
                hidden_size=32,
                intermediate_size=48,
                num_hidden_layers=2,
                num_attention_heads=4,
                num_key_value_heads=2,
            )
        )
    tokenizer = train_tokenizer(["the cat"], 270, 64)
    model = build_gpt(tokenizer, layers=2, width=32, heads=2, context=64)
    if name == "gpt, plain attention":
        assert use_plain_attention(model, 64, "bf16")
    return model


@pytest.fixture
def rows() -> list[Row]:
    rng = np.random.default_rng(0)
    return [Row(rng.integers(3, 260, n), 1 + n // 4) for n in LENGTHS]


def packed(rows: list[Row]) -> Batch:
    packs = pack_rows(np.array([len(row.ids) - 1 for row in rows]), WIDTH, seed=0)
    texts = [[rows[text] for text in packs[place]] for place in range(len(packs))]
    return make_packed_batch(texts, WIDTH, pad=0)


@given(
    lengths=st.lists(st.integers(1, WIDTH), max_size=60),
    seed=st.integers(0, 9),
)
def test_each_text_stands_in_one_row_that_holds_it(lengths: list[int], seed: int) -> None:
    packs = pack_rows(np.array(lengths, int), WIDTH, seed)
    rows = [packs[place] for place in range(len(packs))]
    assert sorted(text for row in rows for text in row) == list(range(len(lengths)))
    assert all(1 <= sum(lengths[text] for text in row) <= WIDTH for row in rows)


def test_rows_are_nearly_full() -> None:
    lengths = np.clip(np.random.default_rng(0).lognormal(4.2, 0.8, 5000).astype(int), 1, 256)
    packs = pack_rows(lengths, 256, seed=0)
    assert lengths.sum() / (len(packs) * 256) > 0.995


def test_the_seed_decides_which_texts_of_a_length_stand_together() -> None:
    lengths = np.array([4, 6] * 50)
    first, again, other = (pack_rows(lengths, 10, seed).order.tolist() for seed in (0, 0, 1))
    assert first == again != other


@pytest.mark.parametrize("name", ["gpt", "gpt, plain attention", "llama"])
def test_packed_loss_and_gradients_are_those_of_texts_apart(name: str, rows: list[Row]) -> None:
    model = make_model(name)
    found = {}
    for way, batch in {"apart": make_batch(rows, pad=0), "packed": packed(rows)}.items():
        model.zero_grad()
        loss, n_targets = summed_loss(model, batch, CPU, own=True)
        assert n_targets == sum(n - 1 - n // 4 for n in LENGTHS)
        (loss / n_targets).backward()
        found[way] = [loss.detach(), *(weight.grad.clone() for weight in model.parameters())]
    assert packed(rows).n_rows == 2
    for one, other in zip(found["apart"], found["packed"], strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["gpt", "gpt, plain attention", "llama"])
def test_nothing_of_one_text_reaches_another(name: str) -> None:
    model = make_model(name)
    batch = make_packed_batch([[Row((100, 101, 102, 103), 1), Row((7, 8, 9, 7, 8), 1)]], 9, pad=0)
    batch.targets[0, :3] = IGNORED
    embedded = model.get_input_embeddings()(batch.ids).detach().requires_grad_()
    logits = model(inputs_embeds=embedded, position_ids=batch.positions, use_cache=False).logits
    torch.nn.functional.cross_entropy(logits[0], batch.targets[0]).backward()
    reached = embedded.grad[0].abs().sum(-1) > 0
    assert reached.tolist() == [False] * 3 + [True] * 4 + [False] * 2


@pytest.mark.parametrize("name", ["gpt", "gpt, plain attention", "llama"])
def test_attention_that_keeps_to_texts_may_be_packed(name: str) -> None:
    model = make_model(name).train()
    check_packing(model)
    assert model.training


def test_a_recurrent_model_is_not_packed() -> None:
    torch.manual_seed(0)
    recurrent = AutoModelForCausalLM.from_config(
        MambaConfig(vocab_size=20, hidden_size=16, num_hidden_layers=1, state_size=4)
    )
    with pytest.raises(ConfigError, match=r"'mamba'.*see one another.*leave packing off"):
        check_packing(recurrent)
