"""Turns prompts into the hash that tells equal data from different data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from lab.records import Prompt


def content_sha256(prompts: Iterable[Prompt]) -> str:
    """Hash all rows in order, ids and times left out.

    Args:
        prompts: the prompts of a data set.

    Returns:
        SHA-256 in hexadecimal; equal for equal keys, splits, texts, sources, references, facts.
    """
    digest = hashlib.sha256()
    for prompt in prompts:
        row = (prompt.key, prompt.split, prompt.text, prompt.source, prompt.reference, prompt.facts)
        digest.update(json.dumps(row, ensure_ascii=False, sort_keys=True).encode() + b"\n")
    return digest.hexdigest()
