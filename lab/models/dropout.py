"""Gives a model's layers a share of activations to drop in training (Srivastava et al. 2014).

A model with dropout of its own drops where its authors do. Others, such as Llama's kin, which drop
nothing or attention weights only, drop where Vaswani et al. 2017 (section 5.4) do: what embeddings,
attention and feed-forward layers put out. Their attention weights are left whole, as the fast
kernels of attention want it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from torch import Tensor, nn
from torch.nn import functional

from lab.errors import ConfigError

_SUBLAYER = re.compile(r"attn|attention|mlp|moe|feed_forward|mixer")


def set_dropout(model: Any, share: float) -> None:
    """Let a model drop a share of its activations while it is in training mode.

    Args:
        model: a PreTrainedModel that was not given here before; what its config says about
            dropout no longer counts, and is changed where the model has places of its own.
        share: from 0 to below 1.

    Raises:
        ConfigError: the model has no place for dropout, and the share is above 0.
    """
    own = _own_places(model)
    is_own = any("attn" not in name and "attention" not in name for _, name in own)
    for part, name in own:
        setattr(part, name.rpartition(".")[2], share if is_own else 0.0)
    if is_own:
        _write_down(model.config, share)  # some models look there at each pass
    if is_own or not share:
        return
    places = _sublayers(model)
    if not places:
        raise ConfigError(
            f"dropout {share}: a model of type {model.config.model_type!r} has no place for it; "
            "leave dropout out"
        )
    for part in (model.get_input_embeddings(), *places):
        part.register_forward_hook(_dropping(share))


def _own_places(model: Any) -> list[tuple[nn.Module, str]]:
    """Return modules with the names of their attributes that hold a share to drop."""
    found: list[tuple[nn.Module, str]] = []
    for path, part in model.named_modules():
        if isinstance(part, nn.Dropout):
            found.append((part, f"{path.rpartition('.')[2]}.p"))
        found += [
            (part, name)
            for name, value in vars(part).items()
            if re.search("dropout|pdrop", name) and isinstance(value, float)
        ]
    return found


def _write_down(config: Any, share: float) -> None:
    for name, value in list(vars(config).items()):
        if re.search("dropout|pdrop", name) and isinstance(value, float):
            setattr(config, name, 0.0 if re.search("classifier|summary", name) else share)


def _sublayers(model: Any) -> list[nn.Module]:
    n_blocks = getattr(model.config.get_text_config(), "num_hidden_layers", 0)
    return [
        part
        for blocks in model.modules()
        if isinstance(blocks, nn.ModuleList) and len(blocks) == n_blocks
        for block in blocks
        for name, part in block.named_children()
        if _SUBLAYER.search(name) and "norm" not in name
    ]


def _dropping(share: float) -> Callable[[nn.Module, Any, Any], Any]:
    def drop(part: nn.Module, _: Any, given: Any) -> Any:
        if not part.training:
            return given
        if isinstance(given, Tensor):
            return functional.dropout(given, share)
        return (functional.dropout(given[0], share), *given[1:])

    return drop
