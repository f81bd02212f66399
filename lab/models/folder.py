"""Knows whether a folder is a whole checkpoint of the lab: `lab.json`, written last, says so.

Next to transformers' own files (`config.json`, `model.safetensors`, `tokenizer.json`) lies
`lab.json` with the template, the kind and the provenance. Nothing heavy is imported here.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from lab.errors import CheckpointError

ABOUT = "lab.json"
MARK = "made_by"
OURS = "review-lab"
TOKENIZER = "tokenizer.json"


def read_about(folder: Path) -> dict[str, Any] | None:
    """Read what a checkpoint folder says about itself.

    Args:
        folder: a folder in transformers' format.

    Returns:
        The content of `lab.json`; None for a whole folder that the lab did not make.

    Raises:
        CheckpointError: no folder, no model in it, or one of ours that is incomplete, damaged or
            has another tokenizer.
    """
    if not folder.is_dir():
        raise CheckpointError(f"checkpoint {str(folder)!r}: no such folder; check the path")
    if not (folder / "config.json").is_file():
        raise CheckpointError(
            f"checkpoint {str(folder)!r}: no config.json in it; give a folder that `lab train` "
            "or transformers' save_pretrained wrote"
        )
    about = _read_json(folder / ABOUT) if (folder / ABOUT).is_file() else None
    if about is None and _read_json(folder / "config.json").get(MARK) == OURS:
        raise CheckpointError(
            f"checkpoint {str(folder)!r}: incomplete, it has no {ABOUT}, which is written last; "
            "delete the folder and train again"
        )
    if about is not None:
        _check_sizes(folder, about)
        _check_tokenizer(folder, about)
    return about


def weights_sha256(folder: Path) -> str:
    """Hash the weights of a checkpoint.

    Args:
        folder: a folder with one or more `.safetensors` files.

    Returns:
        SHA-256 over the bytes of all weights files in the order of their names, in hex.
    """
    digest = hashlib.sha256()
    for path in weights_files(folder):
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def tokenizer_sha256(folder: Path) -> str | None:
    """Hash the tokenizer of a checkpoint, in hex; None where it is not in a tokenizer.json."""
    path = folder / TOKENIZER
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def weights_files(folder: Path) -> list[Path]:
    """Return the weights files of a folder, by name."""
    return sorted(folder.glob("*.safetensors"))


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(f"checkpoint file {str(path)!r} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise CheckpointError(f"checkpoint file {str(path)!r} holds no JSON object")
    return content


def _check_sizes(folder: Path, about: dict[str, Any]) -> None:
    """Compare the sizes of the weights files with what was written."""
    found = {path.name: path.stat().st_size for path in weights_files(folder)}
    if found != about.get("weights_bytes"):
        raise CheckpointError(
            f"checkpoint {str(folder)!r}: damaged, its weights files have the sizes {found} where "
            f"{about.get('weights_bytes')} were written; copy it again or train again"
        )


def _check_tokenizer(folder: Path, about: dict[str, Any]) -> None:
    """Compare the tokenizer with the one that was written; folders of old do not say which."""
    written = about.get("tokenizer_sha256")
    if written is not None and tokenizer_sha256(folder) != written:
        state = "not the one" if (folder / TOKENIZER).is_file() else "missing, the one"
        raise CheckpointError(
            f"checkpoint {str(folder)!r}: its {TOKENIZER} is {state} that it was trained with; "
            "copy the checkpoint again or train again"
        )
