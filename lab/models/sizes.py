"""Turns a number of weights into the sizes of a model that has about so many."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from lab.errors import ConfigError

# Width per block, as in GPT-2 small (768 / 12); loss depends little on it (Kaplan et al. 2020).
WIDTH_PER_LAYER = 64
HEAD_WIDTH = 64
MOST_OFF = 0.1
_WIDTHS = (
    *range(16, 128, 8),
    *range(128, 256, 16),
    *range(256, 1024, 64),
    *range(1024, 8192, 128),
    *range(8192, 16385, 256),
)

Count = Callable[["Sizes"], int]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large a model is."""

    layers: int
    """Blocks of a transformer, or layers of a recurrent network."""

    width: int
    """Size of the hidden states."""

    heads: int
    """Attention heads per block; 1 for a recurrent network."""


def fit_transformer(n_parameters: int, count: Count) -> Sizes:
    """Choose blocks, width and heads of a transformer by its number of weights.

    Args:
        n_parameters: weights to come near to, embeddings included.
        count: says how many weights a model of some sizes has.

    Returns:
        Of the sizes that come within 10 %, those that weigh best between coming near and a width
        of 64 per block: 1 % more or less is as bad as a width 10 % off.

    Raises:
        ConfigError: no sizes come within 10 %.
    """
    low, high = 0, len(_WIDTHS) - 1
    while low < high:  # the first width whose usual number of blocks has that many weights
        middle = (low + high) // 2
        width = _WIDTHS[middle]
        usual = _sizes(max(1, round(width / WIDTH_PER_LAYER)), width)
        low, high = (middle + 1, high) if count(usual) < n_parameters else (low, middle)
    found = []
    for width in _WIDTHS[max(0, low - 8) : low + 5]:
        outside, per_layer = _parts(width, count)
        layers = (n_parameters - outside) / per_layer
        for whole in {math.floor(layers), math.ceil(layers)} - {0}:
            if whole > 0:
                found.append((outside + whole * per_layer, _sizes(whole, width)))
    return _best(n_parameters, found, count, lambda sizes: abs(math.log(_shape(sizes))))


def fit_recurrent(n_parameters: int, layers: int, count: Count) -> Sizes:
    """Choose the width of a recurrent network by its number of weights; its layers are given.

    Args:
        n_parameters: weights to come near to, embeddings included.
        layers: recurrent layers.
        count: says how many weights a model of some sizes has.

    Returns:
        The sizes; the width is a multiple of 8 where one comes near.

    Raises:
        ConfigError: no width comes within 10 %.
    """
    low, high = 1, 2**16
    while low < high:
        middle = (low + high) // 2
        small = count(Sizes(layers, middle, 1)) < n_parameters
        low, high = (middle + 1, high) if small else (low, middle)
    sizes = [Sizes(layers, width, 1) for width in range(max(1, low - 4), low + 5)]
    found = [(count(one), one) for one in sizes]
    return _best(n_parameters, found, count, lambda one: one.width % 8 > 0)


def _best(
    n_parameters: int,
    found: list[tuple[int, Sizes]],
    count: Count,
    oddity: Callable[[Sizes], float],
) -> Sizes:
    def rank(one: tuple[int, Sizes]) -> float:
        return 10 * abs(one[0] - n_parameters) / n_parameters + oddity(one[1])

    for _, sizes in sorted(found, key=rank):
        if abs(count(sizes) - n_parameters) <= MOST_OFF * n_parameters:
            return sizes
    # What is reckoned of types with blocks of several kinds is not always so.
    near = min(found, key=lambda one: abs(one[0] - n_parameters))[1] if found else None
    least = (
        f"; with {near.layers} layers of width {near.width} it has {count(near):,}" if near else ""
    )
    raise ConfigError(
        f"parameters {n_parameters} cannot be met within {MOST_OFF:.0%} with this architecture and "
        f"vocabulary{least}; give another number, a smaller vocabulary, or layers and width"
    )


def _parts(width: int, count: Count) -> tuple[int, int]:
    """Return the weights outside the blocks and those of one block."""
    two, four = count(_sizes(2, width)), count(_sizes(4, width))
    per_layer = max(1, (four - two) // 2)
    return two - 2 * per_layer, per_layer


def _sizes(layers: int, width: int) -> Sizes:
    heads = max(1, width // HEAD_WIDTH)
    while width % (2 * heads):
        heads -= 1
    return Sizes(layers, width, heads)


def _shape(sizes: Sizes) -> float:
    return sizes.width / sizes.layers / WIDTH_PER_LAYER
