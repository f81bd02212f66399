"""Turns a model in memory into a checkpoint folder that appears whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from lab.errors import CheckpointError
from lab.models.folder import ABOUT, MARK, OURS, tokenizer_sha256, weights_files, weights_sha256
from lab.models.quiet import quiet


def check_free(folder: Path) -> None:
    """Make sure that a checkpoint can be put at a place.

    Args:
        folder: where it is to go.

    Raises:
        CheckpointError: something is there, or the folder above it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CheckpointError(
            f"checkpoint {str(folder)!r}: there is something already; choose another name or "
            "delete it"
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CheckpointError(f"checkpoint {str(folder)!r}: {error}; check the folder") from error
    if not os.access(folder.parent, os.W_OK):
        raise CheckpointError(
            f"checkpoint {str(folder)!r}: {str(folder.parent)!r} is not writable; choose another "
            "folder or change its permissions"
        )


def save_checkpoint(model: Any, tokenizer: Any, folder: Path, about: dict[str, Any]) -> str:
    """Write a checkpoint folder: a temporary one beside it, `lab.json` last, then a rename.

    Args:
        model: a PreTrainedModel.
        tokenizer: its tokenizer.
        folder: where it is to go; must not exist, or be empty.
        about: template, kind and provenance, JSON values only.

    Returns:
        SHA-256 of the weights, in hex.

    Raises:
        CheckpointError: the place is taken or cannot be written.
    """
    check_free(folder)
    partial = folder.with_name(f".{folder.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        sha256 = _write(model, tokenizer, partial, about)
        partial.rename(folder)
        _sync(folder.parent)
    except Exception as error:  # safetensors and tokenizers have kinds of their own for a full disk
        raise CheckpointError(
            f"checkpoint {str(folder)!r} cannot be written: {error}; make room on the disk, or "
            "look at the folder's permissions"
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return sha256


def _write(model: Any, tokenizer: Any, partial: Path, about: dict[str, Any]) -> str:
    setattr(model.config, MARK, OURS)
    with quiet():
        model.save_pretrained(partial)
        tokenizer.save_pretrained(partial)
    sha256 = weights_sha256(partial)
    sizes = {path.name: path.stat().st_size for path in weights_files(partial)}
    hashes = {"weights_sha256": sha256, "tokenizer_sha256": tokenizer_sha256(partial)}
    content = {**about, **hashes, "weights_bytes": sizes}
    for path in partial.iterdir():
        _sync(path)
    text = json.dumps(content, indent=2, ensure_ascii=False)
    (partial / ABOUT).write_text(text + "\n", encoding="utf-8")
    _sync(partial / ABOUT)
    _sync(partial)
    return sha256


def _sync(path: Path) -> None:
    """Wait until a file or folder is on the disk, so that no power cut leaves half of it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
