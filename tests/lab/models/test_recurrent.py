"""LSTM and GRU: padding, state, dropout, and life in transformers' Auto classes."""

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM

from lab.models.quiet import quiet
from lab.models.recurrent import register

IDS = torch.tensor([[5, 9, 30, 7, 12, 40]])


@pytest.fixture(params=["lstm", "gru"])
def network(request: pytest.FixtureRequest) -> object:
    return request.getfixturevalue(request.param)


@torch.no_grad()
def test_reading_on_from_a_state_is_reading_all(network: object) -> None:
    whole = network(IDS).logits
    first = network(IDS[:, :4])
    rest = network(IDS[:, 4:], past_key_values=first.past_key_values)
    torch.testing.assert_close(torch.cat([first.logits, rest.logits], 1), whole)


@torch.no_grad()
def test_padding_in_front_or_behind_changes_nothing(network: object) -> None:
    pad = torch.zeros(1, 2, dtype=torch.long)
    rows = torch.cat([torch.cat([pad, IDS], 1), torch.cat([IDS, pad], 1)])
    mask = torch.tensor([[0, 0, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 0, 0]])
    alone, padded = network(IDS), network(rows, attention_mask=mask)
    torch.testing.assert_close(padded.logits[0, 2:], alone.logits[0])
    torch.testing.assert_close(padded.logits[1, :6], alone.logits[0])
    for row in (0, 1):
        for held, part in zip(
            padded.past_key_values.parts, alone.past_key_values.parts, strict=True
        ):
            torch.testing.assert_close(held[:, row], part[:, 0])


@torch.no_grad()
def test_rows_can_be_taken_out_of_the_state(network: object) -> None:
    rows = torch.cat([IDS, IDS.flip(1)])
    state = network(rows).past_key_values
    state.batch_select_indices(torch.tensor([1]))
    after = network(torch.tensor([[3]]), past_key_values=state).logits
    torch.testing.assert_close(after, network(torch.tensor([[*rows[1], 3]])).logits[:, -1:])


@torch.no_grad()
def test_only_the_places_asked_for_are_scored(network: object) -> None:
    torch.testing.assert_close(network(IDS, logits_to_keep=1).logits, network(IDS).logits[:, -1:])


def test_it_is_saved_and_loaded_by_the_auto_class(network: object, tmp_path: Path) -> None:
    register()
    with quiet():
        network.save_pretrained(tmp_path)
        loaded = AutoModelForCausalLM.from_pretrained(tmp_path)
    assert type(loaded) is type(network)
    assert loaded.lm_head.weight is loaded.model.embed_tokens.weight
    torch.testing.assert_close(loaded(IDS).logits, network(IDS).logits)
