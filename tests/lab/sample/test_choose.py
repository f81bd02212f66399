"""Choosing tokens, against transformers' own filters and against the distribution itself."""

import math

import pytest
import torch
from transformers import (
    MinPLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
    TypicalLogitsWarper,
)

from lab.sample.choose import choose, log_probability
from lab.sample.config import SampleConfig


def grid(logits: torch.Tensor, config: SampleConfig, n: int = 4000) -> torch.Tensor:
    """Return how often each token is chosen over an even grid of uniform numbers."""
    uniforms = (torch.arange(n, dtype=torch.float64) + 0.5) / n
    tokens = choose(logits.expand(n, -1), uniforms, config)
    return torch.bincount(tokens, minlength=logits.shape[-1]) / n


def test_greedy_takes_the_likeliest() -> None:
    logits = torch.tensor([[0.0, 3.0, 1.0], [2.0, -1.0, 1.0]])
    chosen = choose(logits, torch.zeros(2, dtype=torch.float64), SampleConfig(strategy="greedy"))
    assert chosen.tolist() == [1, 0]


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_draws_follow_the_softmax_at_the_temperature(temperature: float) -> None:
    logits = torch.randn(1, 12, generator=torch.Generator().manual_seed(0))
    expected = (logits[0] / temperature).softmax(-1)
    found = grid(logits, SampleConfig(temperature=temperature))
    torch.testing.assert_close(found, expected, atol=1e-3, rtol=0)


@pytest.mark.parametrize("top_k", [1, 3, 12, 99])
def test_top_k_is_that_of_transformers(top_k: int) -> None:
    logits = torch.randn(1, 12, generator=torch.Generator().manual_seed(1))
    expected = TopKLogitsWarper(top_k)(None, logits)[0].softmax(-1)
    found = grid(logits, SampleConfig(temperature=1.0, top_k=top_k))
    torch.testing.assert_close(found, expected, atol=1e-3, rtol=0)


@pytest.mark.parametrize("top_p", [0.01, 0.3, 0.7, 0.95])
def test_top_p_is_that_of_transformers(top_p: float) -> None:
    logits = 2 * torch.randn(1, 12, generator=torch.Generator().manual_seed(2))
    expected = TopPLogitsWarper(top_p)(None, logits)[0].softmax(-1)
    found = grid(logits, SampleConfig(temperature=1.0, top_p=top_p))
    torch.testing.assert_close(found, expected, atol=1e-3, rtol=0)


def test_the_ends_of_the_uniform_numbers_give_possible_tokens() -> None:
    logits = torch.tensor([[float("-inf"), 1.0, float("-inf"), 1.0, float("-inf")]]).expand(2, -1)
    uniforms = torch.tensor([0.0, 1 - 2**-53], dtype=torch.float64)
    assert choose(logits, uniforms, SampleConfig()).tolist() == [1, 3]


def test_a_row_does_not_depend_on_its_neighbours() -> None:
    logits = torch.randn(6, 30, generator=torch.Generator().manual_seed(3))
    uniforms = torch.rand(6, dtype=torch.float64, generator=torch.Generator().manual_seed(4))
    config = SampleConfig(top_k=9, top_p=0.8)
    together = choose(logits, uniforms, config)
    alone = [choose(logits[row : row + 1], uniforms[row : row + 1], config) for row in range(6)]
    assert together.tolist() == torch.cat(alone).tolist()


def test_log_probability_is_the_log_softmax() -> None:
    logits = torch.randn(3, 8)
    tokens = torch.tensor([1, 7, 0])
    expected = logits.log_softmax(-1)[torch.arange(3), tokens]
    found, entropies = log_probability(logits, tokens)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(entropies, torch.distributions.Categorical(logits=logits).entropy())


def test_a_token_that_is_ruled_out_adds_nothing_to_the_entropy() -> None:
    logits = torch.tensor([[0.0, 0.0, float("-inf")]])
    assert log_probability(logits, torch.tensor([0]))[1].item() == pytest.approx(math.log(2))


@pytest.mark.parametrize("min_p", [0.02, 0.2, 0.9])
def test_min_p_is_that_of_transformers(min_p: float) -> None:
    logits = torch.randn(1, 12, generator=torch.Generator().manual_seed(3))
    expected = MinPLogitsWarper(min_p)(None, logits)[0].softmax(-1)
    found = grid(logits, SampleConfig(temperature=1.0, min_p=min_p))
    torch.testing.assert_close(found, expected, atol=1e-3, rtol=0)


@pytest.mark.parametrize("typical_p", [0.05, 0.5, 0.95])
def test_typical_is_that_of_transformers(typical_p: float) -> None:
    logits = 2 * torch.randn(1, 12, generator=torch.Generator().manual_seed(4))
    expected = TypicalLogitsWarper(typical_p)(None, logits)[0].softmax(-1)
    found = grid(logits, SampleConfig(temperature=1.0, typical_p=typical_p))
    torch.testing.assert_close(found, expected, atol=1e-3, rtol=0)
