"""Turns a prepared data set into its data card in Markdown, and its account into words."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lab.data.prepare.config import PrepareConfig
from lab.records import Dataset

CARD = "README.md"
"""File of the data card, in the data set's folder."""

NOT_TOLD = "not told"

COLUMNS = ("step", "settings", "in", "changed", "dropped", "out", "counted")
"""What is told of each step."""


def write_card(dataset: Dataset, folder: Path) -> None:
    """Write the data card into a folder."""
    (folder / CARD).write_text(card(dataset), encoding="utf-8")


def card(dataset: Dataset) -> str:
    """Return the data card: what the data is, where it comes from, and what was done to it."""
    account = dataset.steps or {}
    lines = [
        f"# {dataset.name}",
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {_cell(value)} |" for name, value in provenance(dataset)),
        "",
        "Splits and their rows:",
        "",
        "| split | rows |",
        "|---|---:|",
        *(f"| {split} | {n:,} |" for split, n in account.get("rows", {}).items()),
        "",
        "## What was done",
        "",
        "In this order; a row that was dropped or cut is counted where it happened.",
        "",
        f"| {' | '.join(COLUMNS)} |",
        f"|{'---|' * len(COLUMNS)}",
        *(
            f"| {' | '.join(_cell(cell) for cell in step_cells(step))} |"
            for step in account.get("steps", [])
        ),
        "",
        "## To make it again",
        "",
        "The same files, these settings (`lab data prepare … --config FILE`) and the same versions",
        "give the same content hash.",
        "",
        "```toml",
        settings_as_toml(dataset.config),
        "```",
        "",
        "## How to read it",
        "",
        "```python",
        "from datasets import load_from_disk",
        "",
        'rows = load_from_disk("rows/train")  # in this folder',
        "```",
        "",
    ]
    return "\n".join(lines)


def provenance(dataset: Dataset) -> list[tuple[str, str]]:
    """Return what is known of where a data set comes from, as names and values."""
    versions = (dataset.steps or {}).get("versions", {})
    made_with = ", ".join(f"{name} {version}" for name, version in versions.items())
    found = [
        ("origin", dataset.origin),
        ("licence", dataset.licence or NOT_TOLD),
        ("consent", dataset.consent or NOT_TOLD),
        ("content hash (SHA-256)", dataset.content_sha256),
        ("made", f"{dataset.created_at:%Y-%m-%d %H:%M} UTC"),
    ]
    return [*found, ("made with", made_with)] if made_with else found


def settings_as_toml(settings: Mapping[str, Any]) -> str:
    """Write the settings of `lab data prepare` as its settings file, without usual values."""
    usual = {item.name: item.default for item in dataclasses.fields(PrepareConfig)}
    return "\n".join(
        # A string, number, truth value or list of strings in JSON is one in TOML too.
        f"{name} = {json.dumps(value, ensure_ascii=False)}"
        for name, value in settings.items()
        if value is not None
        and (tuple(value) if isinstance(value, list) else value) != usual.get(name)
    )


def step_cells(step: Mapping[str, Any]) -> tuple[str | int, ...]:
    """Return a step of a data set's account, one cell per column of `COLUMNS`."""
    return (
        step["name"],
        _listed(step["settings"]),
        step["n_in"],
        step["n_changed"],
        _listed(step["dropped"]),
        step["n_out"],
        _listed(step["counts"]),
    )


def _listed(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_value(value)}" for name, value in values.items())


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return " ".join(map(str, value)) or "none"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _cell(value: str | int) -> str:
    text = f"{value:,}" if isinstance(value, int) else value
    escaped = text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
    return " ".join(escaped.split())
