"""Turns a checkpoint folder, or the name of one on a hub, into a model ready to use."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.errors import CheckpointError
from lab.models.folder import read_about
from lab.models.hub import without_retries
from lab.models.quiet import quiet
from lab.models.reasons import one_line

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedModel:
    """A causal language model in memory, with what is needed to use it."""

    model: Any
    """A PreTrainedModel in float32, in evaluation mode, on the device."""

    tokenizer: Any
    """Its tokenizer, with an end token and a padding token."""

    template: str
    """How a prompt becomes the model's input."""

    context: int
    """Longest input with output, in tokens."""

    kind: str
    """"gpt", "lstm", "gru" or "hub"."""

    device: torch.device
    """Where the weights are."""


def choose_device(name: str | None = None) -> torch.device:
    """Return the device of a name; without one, the first GPU if there is any, else the CPU.

    Args:
        name: a device of torch such as "cpu" or "cuda:0".

    Raises:
        CheckpointError: torch knows no such device, or this machine has none.
    """
    import torch

    if name is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise CheckpointError(f"device {name!r} cannot be used: {reason}; try 'cpu'") from error
    return device


def load_model(path_or_hub: str | Path, device: str | None = None) -> LoadedModel:
    """Load a causal language model and its tokenizer.

    Args:
        path_or_hub: a folder in transformers' format, or a name on the Hugging Face hub.
        device: a device of torch; by default the first GPU if there is any, else the CPU.

    Returns:
        The model in float32 and evaluation mode, its tokenizer, template and context.

    Raises:
        CheckpointError: missing, incomplete, damaged, of an unknown kind, out of reach, or with the
            tokenizer of another model.
    """
    where = choose_device(device)
    name, about = _locate(path_or_hub)
    with without_retries(name):
        model, tokenizer = _read(name, ours=about is not None)
    _check_tokenizer(model, tokenizer, name)
    _complete_tokens(model, tokenizer, name)
    longest = getattr(model.config, "max_position_embeddings", None) or 1024
    about = about or {}
    return LoadedModel(
        model=model.to(where).eval(),
        tokenizer=tokenizer,
        template=about.get("template", "{prompt}"),
        context=int(about.get("context", longest)),
        kind=about.get("kind", "hub"),
        device=where,
    )


def _locate(path_or_hub: str | Path) -> tuple[str, dict[str, Any] | None]:
    """Tell a folder from a hub's name: what exists, or starts like a path, is a folder."""
    text = str(path_or_hub)
    is_path = isinstance(path_or_hub, Path) or text.startswith((".", "/", "~"))
    if is_path or text.count("/") > 1 or Path(text).exists():
        folder = Path(text).expanduser()
        return str(folder), read_about(folder)
    return text, None


def _read(name: str, ours: bool) -> tuple[Any, Any]:
    """Read model and tokenizer with transformers; code from a hub is never run."""
    import torch
    from transformers import AutoModelForCausalLM

    from lab.models.recurrent import register

    register()
    _check_kind(name)
    try:
        with quiet():
            tokenizer = _tokenizer_class(name, ours).from_pretrained(name, trust_remote_code=False)
    except Exception as error:  # transformers, tokenizers and the hub raise a dozen kinds
        raise CheckpointError(_advice(name, error, _WHOLE_TOKENIZER)) from error
    try:
        with quiet():
            model, about = AutoModelForCausalLM.from_pretrained(
                name,
                dtype=torch.float32,
                trust_remote_code=False,
                ignore_mismatched_sizes=True,
                output_loading_info=True,
            )
    except Exception as error:  # as many
        raise CheckpointError(_advice(name, error, _WHOLE)) from error
    _check_weights(name, about)
    return model, tokenizer


def _check_kind(name: str) -> None:
    """Refuse a model of another kind; one with an encoder would load as half of itself."""
    from transformers import MODEL_FOR_CAUSAL_LM_MAPPING, AutoConfig

    try:
        with quiet():
            config = AutoConfig.from_pretrained(name, trust_remote_code=False)
    except Exception as error:  # transformers and the hub raise a dozen kinds
        raise CheckpointError(_advice(name, error, _WHOLE)) from error
    if config.is_encoder_decoder or type(config) not in MODEL_FOR_CAUSAL_LM_MAPPING:
        raise CheckpointError(
            f"checkpoint {name!r} is of type {config.model_type!r}, which is no causal language "
            "model; give one, such as one of type 'llama'"
        )


def _check_weights(name: str, about: Any) -> None:
    """Refuse a model some of whose weights were not in the files, and so would be random."""
    if missing := sorted(about["missing_keys"]):
        more = f" and {len(missing) - 1} more" if missing[1:] else ""
        raise CheckpointError(
            f"checkpoint {name!r} has no weights for {missing[0]!r}{more}: it is damaged, or no "
            "causal language model; give one that is whole, in transformers' format"
        )
    if wrong := sorted(about["mismatched_keys"]):
        key, found, wanted = wrong[0]
        raise CheckpointError(
            f"checkpoint {name!r}: its weights {key!r} have the shape {tuple(found)} where its "
            f"config.json asks for {tuple(wanted)}; put the files of one model into the folder"
        )


def _tokenizer_class(name: str, ours: bool) -> Any:
    """Return what reads a tokenizer: its own file alone, where we made it from scratch.

    The Auto class would add a token to it in models of type qwen2 and qwen3_5.
    """
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    settings = Path(name) / "tokenizer_config.json"
    if ours and settings.is_file():
        told = json.loads(settings.read_text(encoding="utf-8")).get("tokenizer_class")
        if told in ("TokenizersBackend", "PreTrainedTokenizerFast"):
            return PreTrainedTokenizerFast
    return AutoTokenizer


_WHOLE = "it must be a causal language model with its tokenizer, whole, in transformers' format"
_WHOLE_TOKENIZER = (
    "its tokenizer is missing or damaged; put the tokenizer.json and tokenizer_config.json of the "
    "model into the folder"
)


def _advice(name: str, error: Exception, advice: str) -> str:
    reason = one_line(error)
    if Path(name).is_dir():
        return f"checkpoint {name!r} cannot be loaded: {reason}; {advice}"
    return (
        f"checkpoint {name!r} cannot be loaded: {reason}; there is no such folder here, and as a "
        "name on the Hugging Face hub it needs a connection (or an earlier download) and, where "
        "it is gated, `hf auth login`"
    )


def _check_tokenizer(model: Any, tokenizer: Any, name: str) -> None:
    """Refuse a tokenizer that is empty, as transformers makes one of no files, or not the model's.

    Raises:
        CheckpointError: it cannot be the one that the model was trained with.
    """
    n_tokens, n_known = len(tokenizer), model.get_input_embeddings().weight.shape[0]
    if not tokenizer("a 1", add_special_tokens=False, verbose=False)["input_ids"]:
        raise CheckpointError(f"checkpoint {name!r}: {_WHOLE_TOKENIZER}")
    if n_tokens > n_known:
        raise CheckpointError(
            f"checkpoint {name!r}: its tokenizer has {n_tokens:,} tokens where the model knows "
            f"{n_known:,}; it is that of another model, put the right one into the folder"
        )
    ends = model.config.eos_token_id
    for end in ends if isinstance(ends, list) else [ends]:
        if end is not None and n_tokens <= end < n_known:
            raise CheckpointError(
                f"checkpoint {name!r}: the model's end token has number {end}, and its tokenizer "
                f"only {n_tokens:,} tokens; it is that of another model, put the right one into "
                "the folder, or correct eos_token_id in config.json"
            )


def _complete_tokens(model: Any, tokenizer: Any, name: str) -> None:
    """Give the tokenizer an end token (its model's) and a padding token (the end token)."""
    ends = model.config.eos_token_id
    end = ends[0] if isinstance(ends, list) else ends
    if tokenizer.eos_token_id is None and end is not None:
        tokenizer.eos_token = tokenizer.convert_ids_to_tokens(end)
    if tokenizer.eos_token_id is None:
        raise CheckpointError(
            f"checkpoint {name!r}: its tokenizer has no end token; set eos_token in its "
            "tokenizer_config.json"
        )
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    tokenizer.padding_side = "left"
