"""Turns the name of a model on the Hugging Face hub into whether it can be had, without a wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECONDS = 10.0
"""Longest wait for the hub's answer."""


def why_not(name: str) -> str | None:
    """Say why a name cannot be had from the hub; None where it can, or was downloaded before.

    Args:
        name: e.g. "openai-community/gpt2".

    Returns:
        A half sentence such as "the Hugging Face hub cannot be reached".
    """
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        kept = [try_to_load_from_cache(name, file) for file in ("config.json", "tokenizer.json")]
    except HFValidationError:
        return "it cannot be the name of a model on the Hugging Face hub"
    if any(isinstance(path, str) for path in kept):
        return None
    error = _ask(name)
    if error is None:
        return None
    if _is_answer(error):
        return "the Hugging Face hub has no such model, or only for those who log in"
    return "the Hugging Face hub cannot be reached to ask for such a model"


@contextmanager
def without_retries(name: str | Path) -> Iterator[None]:
    """Let only earlier downloads be asked for a model where the hub cannot be reached.

    The library would else try six times over half a minute, for each of several files.

    Args:
        name: a folder, which needs no hub, or a name on the hub.
    """
    if Path(name).expanduser().is_dir():
        yield
        return
    from huggingface_hub import constants

    offline = constants.HF_HUB_OFFLINE
    error = None if offline else _ask(str(name))
    constants.HF_HUB_OFFLINE = offline or (error is not None and not _is_answer(error))
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = offline


def _ask(name: str) -> Exception | None:
    """Ask the hub once for a model; what went wrong, if anything did."""
    from huggingface_hub import HfApi

    try:
        HfApi().model_info(name, timeout=SECONDS)
    except Exception as error:  # no answer: each release has its own kinds of error for that
        return error
    return None


def _is_answer(error: Exception) -> bool:
    """Tell a hub that says no from one that is out of reach or out of order."""
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    if isinstance(error, HfHubHTTPError):
        return error.response.status_code < 500
    return isinstance(error, HFValidationError)
