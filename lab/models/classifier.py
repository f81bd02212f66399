"""Turns a sequence-classification checkpoint and texts into what its classes are given each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.errors import CheckpointError
from lab.models.hub import without_retries
from lab.models.quiet import quiet
from lab.models.reasons import one_line

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

WINDOWS = 16
"""Windows that are classified at once."""


def load(path: str | Path, device: torch.device, dtype: torch.dtype) -> tuple[Any, Any]:
    """Load a sequence-classification checkpoint.

    Args:
        path: a folder in the format of `transformers`, or a hub name.
        device: where its weights go.
        dtype: their number format.

    Returns:
        The model in evaluation mode, and its tokenizer.

    Raises:
        CheckpointError: it is missing, out of reach, or no such model.
    """
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    try:
        with quiet(), without_retries(path):
            tokenizer = AutoTokenizer.from_pretrained(path)
            model, about = AutoModelForSequenceClassification.from_pretrained(
                path,
                dtype=dtype,
                trust_remote_code=False,
                output_loading_info=True,
            )
    except Exception as error:  # transformers, safetensors and the hub raise a dozen kinds
        raise _not_loaded(path, error) from error
    if about["missing_keys"]:
        raise CheckpointError(
            f"classifier {str(path)!r} has no weights for {sorted(about['missing_keys'])[0]!r}: "
            "it is not a sequence-classification checkpoint"
        )
    return model.to(device).eval(), tokenizer


def labels_of(path: str | Path) -> list[str]:
    """Read the classes of a checkpoint without its weights.

    Args:
        path: a folder in the format of `transformers`, or a hub name.

    Raises:
        CheckpointError: it is missing or out of reach.
    """
    from transformers import AutoConfig

    try:
        with quiet(), without_retries(path):
            found = AutoConfig.from_pretrained(path, trust_remote_code=False)
    except Exception as error:  # transformers and the hub raise a dozen kinds
        raise _not_loaded(path, error) from error
    return labels(found)


def _not_loaded(path: str | Path, error: Exception) -> CheckpointError:
    return CheckpointError(
        f"classifier {str(path)!r} cannot be loaded: {one_line(error)}; give the "
        "folder or the hub name of a sequence-classification checkpoint of transformers"
    )


def labels(config: Any) -> list[str]:
    """Return the classes that a model's config names, in their order."""
    return [str(config.id2label[number]) for number in sorted(config.id2label)]


def context_of(model: Any, tokenizer: Any) -> int:
    """Return the most tokens that a classifier takes at once."""
    longest = getattr(model.config, "max_position_embeddings", None) or 512
    longest = 512 if longest < 0 else longest  # -1 is no limit
    # RoBERTa and its kin keep two places of their table for themselves.
    longest -= 2 if "roberta" in str(model.config.model_type) else 0
    return int(min(longest, tokenizer.model_max_length))


def windows_of(model: Any, tokenizer: Any, text: str) -> list[list[int]]:
    """Cut a text into windows of the classifier's context.

    Args:
        model: the classifier.
        tokenizer: its tokenizer.
        text: any text.

    Returns:
        The token ids of each window, special tokens in each; none for an empty text.
    """
    plain = text.encode("utf-8", "replace").decode("utf-8")
    if not plain.strip():
        return []
    encoded = tokenizer(
        [plain],
        truncation=True,
        max_length=context_of(model, tokenizer),
        return_overflowing_tokens=tokenizer.is_fast,
        verbose=False,
    )
    return [list(window) for window in encoded["input_ids"]]


def classify(model: Any, tokenizer: Any, windows: list[list[int]]) -> list[NDArray[np.float64]]:
    """Compute what a classifier makes of windows.

    Args:
        model: the classifier.
        tokenizer: its tokenizer.
        windows: token ids; longer ones are put together, so that little is padded.

    Returns:
        Per window the probability of each class: softmax, or sigmoid where a text can have
        several; of a model with a single output its plain number.
    """
    order = sorted(range(len(windows)), key=lambda place: -len(windows[place]))
    found: dict[int, NDArray[np.float64]] = {}
    for first in range(0, len(order), WINDOWS):
        places = order[first : first + WINDOWS]
        outputs = _outputs(model, tokenizer, [windows[place] for place in places])
        found.update(zip(places, outputs, strict=True))
    return [found[place] for place in range(len(windows))]


def _outputs(model: Any, tokenizer: Any, windows: list[list[int]]) -> NDArray[np.float64]:
    """Return what the model makes of windows: (windows, classes)."""
    import torch

    longest = max(map(len, windows))
    pad = tokenizer.pad_token_id or 0
    ids = torch.tensor([row + [pad] * (longest - len(row)) for row in windows])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in windows])
    with torch.inference_mode():
        logits = model(
            input_ids=ids.to(model.device), attention_mask=mask.to(model.device)
        ).logits.double()
    if logits.shape[1] > 1:
        several = model.config.problem_type == "multi_label_classification"
        logits = logits.sigmoid() if several else logits.softmax(dim=1)
    found: NDArray[np.float64] = logits.cpu().numpy()
    return found
