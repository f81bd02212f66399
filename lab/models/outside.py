"""Turns the name of a checkpoint that is not a causal model into the model and its tokenizer."""

from __future__ import annotations

from typing import Any

from lab.errors import CheckpointError


def load_outside(auto: str, checkpoint: str, use: str, wanted: str) -> tuple[Any, Any]:
    """Load a checkpoint of one of transformers' Auto classes, without running code of its own.

    Args:
        auto: name of the class, e.g. "AutoModelForSeq2SeqLM".
        checkpoint: a folder or hub name.
        use: what it is for, in the words of the error: "cannot be loaded to …".
        wanted: what to give instead, in words.

    Returns:
        The model in float32 where the lab computes, and the tokenizer.

    Raises:
        CheckpointError: it cannot be loaded.
    """
    import torch
    import transformers

    from lab.models.hub import without_retries
    from lab.models.load import choose_device
    from lab.models.quiet import quiet
    from lab.models.reasons import one_line

    try:
        with quiet(), without_retries(checkpoint):
            tokenizer = transformers.AutoTokenizer.from_pretrained(checkpoint)
            model = getattr(transformers, auto).from_pretrained(
                checkpoint, dtype=torch.float32, trust_remote_code=False
            )
    except Exception as error:  # transformers, safetensors and the hub raise a dozen kinds
        raise CheckpointError(
            f"checkpoint {checkpoint!r} cannot be loaded to {use}: {one_line(error)}; give the "
            f"folder or hub name of {wanted}"
        ) from error
    return model.to(choose_device()), tokenizer
