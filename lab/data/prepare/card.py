"""Turns a prepared data set into its data card in Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lab.records import Dataset, Split


def write_card(dataset: Dataset, counts: Mapping[Split, int], path: Path) -> None:
    """Write the data card.

    Args:
        dataset: the data set, with its steps.
        counts: rows per split.
        path: the file.
    """
    path.write_text(card(dataset, counts), encoding="utf-8")


def card(dataset: Dataset, counts: Mapping[Split, int]) -> str:
    """Return the data card: what the data is, where it comes from, and what was done to it."""
    steps: list[dict[str, Any]] = (dataset.steps or {}).get("steps", [])
    unknown = "not told"
    lines = [
        f"# {dataset.name}",
        "",
        "| | |",
        "|---|---|",
        f"| Origin | {_cell(dataset.origin)} |",
        f"| Licence | {_cell(dataset.licence or unknown)} |",
        f"| Consent | {_cell(dataset.consent or unknown)} |",
        f"| Made | {dataset.created_at:%Y-%m-%d %H:%M} UTC |",
        f"| Content hash (SHA-256) | `{dataset.content_sha256}` |",
        *(f"| Rows, {split} | {n:,} |" for split, n in counts.items()),
        "",
        "## What was done",
        "",
        "| step | settings | in | changed | dropped | out | counted |",
        "|---|---|---|---|---|---|---|",
        *(_line(step) for step in steps),
        "",
    ]
    return "\n".join(lines)


def _line(step: Mapping[str, Any]) -> str:
    cells = (
        step["name"],
        _listed(step["settings"]),
        f"{step['n_in']:,}",
        f"{step['n_changed']:,}",
        _listed(step["dropped"]) or "0",
        f"{step['n_out']:,}",
        _listed(step["counts"]),
    )
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _listed(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_number(value)}" for name, value in values.items())


def _number(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")
