"""Turns next-token logits into tokens; knows no model and no text.

A draw is the inverse of the cumulative distribution at a uniform number fixed beforehand, so that
it depends on its own row alone, not on which rows are beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from lab.sample.config import SampleConfig


def choose(logits: Tensor, uniforms: Tensor, config: SampleConfig) -> Tensor:
    """Choose one token per row.

    Args:
        logits: (rows, vocabulary).
        uniforms: (rows,), float64 numbers in [0, 1); unused by the greedy strategy.
        config: strategy, temperature, top_k, top_p, min_p and typical_p.

    Returns:
        Token ids, (rows,).
    """
    if config.strategy == "greedy":
        return logits.argmax(dim=-1)
    scaled = logits.float() / config.temperature
    if 0 < config.top_k < scaled.shape[-1]:
        scaled = _keep_top_k(scaled, config.top_k)
    if config.top_p < 1:
        scaled = _keep_top_p(scaled, config.top_p)
    if config.min_p > 0:
        scaled = _keep_min_p(scaled, config.min_p)
    if config.typical_p < 1:
        scaled = _keep_typical(scaled, config.typical_p)
    return _draw(scaled.softmax(dim=-1), uniforms)


def log_probability(logits: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor]:
    """Return how likely tokens were at temperature 1, and how open the choice was.

    Args:
        logits: (rows, vocabulary).
        tokens: (rows,).

    Returns:
        Log-probabilities of the tokens and entropies of the distributions, each (rows,) in nats.
    """
    below = logits.float() - logits.float().amax(dim=-1, keepdim=True)
    weights = below.exp()
    total = weights.sum(dim=-1)
    chosen = below.gather(1, tokens.unsqueeze(1)).squeeze(1)
    # A token that is ruled out, at -inf, adds nothing: 0 times a number, not times infinity.
    mean = torch.linalg.vecdot(weights, below.clamp_(min=torch.finfo(below.dtype).min)) / total
    return chosen - total.log(), total.log() - mean


class BrokenLogits(Exception):
    """A model gave logits that are no numbers, which no text can be drawn from."""

    def __init__(self, number: int, step: int):
        super().__init__(f"no numbers in row {number} at token {step}")
        self.number, self.step = number, step
        """The number of the row's request, and the 1-based number of the token."""


def check_scores(scores: np.ndarray, numbers: Sequence[int], n_written: np.ndarray) -> None:
    """Make sure that log-probabilities and entropies are numbers, which NaN logits leave none.

    Args:
        scores: (rows, 2).
        numbers: the number of each row's request.
        n_written: (rows,) tokens that each row had before.

    Raises:
        BrokenLogits: of the first row where they are not.
    """
    if not np.isfinite(scores).all():
        row = int(np.flatnonzero(~np.isfinite(scores).all(axis=1))[0])
        raise BrokenLogits(numbers[row], int(n_written[row]) + 1)


def _keep_top_k(scaled: Tensor, k: int) -> Tensor:
    """Rule out all but the k likeliest tokens (Fan et al. 2018); ties with the last stay."""
    least = scaled.topk(k, dim=-1).values[:, -1:]
    return scaled.masked_fill(scaled < least, float("-inf"))


def _keep_top_p(scaled: Tensor, p: float) -> Tensor:
    """Rule out all but the fewest likeliest tokens that reach p together (Holtzman et al. 2020)."""
    ordered, places = scaled.sort(dim=-1, descending=True, stable=True)
    probabilities = ordered.softmax(dim=-1)
    before = probabilities.cumsum(dim=-1) - probabilities
    ruled_out = torch.zeros_like(before, dtype=torch.bool).scatter(1, places, before >= p)
    return scaled.masked_fill(ruled_out, float("-inf"))


def _keep_min_p(scaled: Tensor, share: float) -> Tensor:
    """Rule out tokens less likely than a share of the likeliest (Nguyen et al. 2024)."""
    least = scaled.amax(dim=-1, keepdim=True) + math.log(share)
    return scaled.masked_fill(scaled < least, float("-inf"))


def _keep_typical(scaled: Tensor, p: float) -> Tensor:
    """Rule out all but the tokens nearest to the entropy that reach p (Meister et al. 2023)."""
    logs = scaled.log_softmax(dim=-1)
    probabilities = logs.exp()
    entropy = torch.special.entr(probabilities).sum(dim=-1, keepdim=True)
    places = (logs + entropy).abs().argsort(dim=-1, stable=True)
    before = probabilities.gather(1, places).cumsum(dim=-1)
    before -= probabilities.gather(1, places)
    ruled_out = torch.zeros_like(before, dtype=torch.bool).scatter(1, places, before >= p)
    return scaled.masked_fill(ruled_out, float("-inf"))


def _draw(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """Return the first token at which the cumulative distribution passes the uniform number."""
    cumulative = probabilities.double().cumsum(dim=-1)
    points = (uniforms * cumulative[:, -1]).unsqueeze(1)
    tokens = torch.searchsorted(cumulative, points, right=True).squeeze(1)
    return tokens.clamp(max=probabilities.shape[-1] - 1)
