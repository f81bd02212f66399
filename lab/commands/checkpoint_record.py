"""Turns what a checkpoint's folder tells of its making into lines to read, or into settings."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from lab.records import TrainingOutcome

STOPPED_EARLY = TrainingOutcome.STOPPED_EARLY.value
VERSIONS = ("review_lab", "python", "torch", "transformers", "tokenizers", "peft", "accelerate")


def record_lines(about: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Tell where weights come from: training, data, parent, time, cost, versions, hardware.

    Args:
        about: the content of the folder's `lab.json`.

    Returns:
        Titles with their texts; what is not known is left out.
    """
    config, found = about.get("config") or {}, about.get("environment") or {}
    lines = {
        "weights": f"{about['n_parameters']:,}, SHA-256 {about['weights_sha256']}",
        "step": _step(about),
        "validation": _validation(about),
        "tokens": f"{about['n_tokens']:,} in {about['epochs']:.3g} epochs",
        "rows": _rows(about),
        "time": f"{_time(about['seconds'])}, {_time(about['seconds_per_epoch'])} per epoch",
        "cost": _cost(about),
        "memory": f"{about['memory_bytes'] / 2**20:,.0f} MiB at most",
        "data": _named(about, "dataset"),
        "licence": about.get("licence"),
        "parent": _named(about, "parent"),
        "seed": str(config.get("seed")),
        "versions": ", ".join(f"{name} {found[name]}" for name in VERSIONS if found.get(name)),
        "hardware": _hardware(about, found),
    }
    return [(title, text) for title, text in lines.items() if text]


def settings_as_toml(config: Mapping[str, Any]) -> str:
    """Write settings as a file that `lab train --config` takes.

    Args:
        config: settings by name; those that are None are left out, as they are by default.

    Returns:
        TOML, one setting per line.
    """
    known = {name: value for name, value in config.items() if value is not None}
    return "\n".join(f"{name} = {_as_toml(value)}" for name, value in known.items())


def _as_toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _step(about: Mapping[str, Any]) -> str:
    step, steps = about["step"], about["steps"]
    best = "" if step == steps else f", the best of {steps:,}"
    return f"{step:,}{best}{', stopped early' if about['outcome'] == STOPPED_EARLY else ''}"


def _validation(about: Mapping[str, Any]) -> str | None:
    loss, bits = about["validation_loss"], about["bits_per_byte"]
    if loss is None:
        return None
    also = "" if bits is None else f", {bits:.4f} bits per byte"
    return f"{loss:.4f} nats per token, perplexity {math.exp(min(loss, 700)):,.2f}{also}"


def _rows(about: Mapping[str, Any]) -> str | None:
    if about.get("rows") is None:
        return None
    cut = about["rows_cut"]
    return f"{about['rows']:,}{f', {cut:,} of them cut at the context' if cut else ''}"


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "unknown"
    if seconds < 120:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:,.1f} min" if seconds < 7200 else f"{seconds / 3600:,.1f} h"


def _cost(about: Mapping[str, Any]) -> str | None:
    if about["cost"] is None:
        return None
    per_epoch = about["cost_per_epoch"]
    each = "" if per_epoch is None else f", {per_epoch:,.4g} per epoch"
    return f"{about['cost']:,.4g}{each}"


def _named(about: Mapping[str, Any], what: str) -> str | None:
    name, sha256 = about.get(what), about.get(f"{what}_sha256")
    name = name or (about.get("config") or {}).get(what)
    if not name:
        return None
    return f"{name}, SHA-256 {sha256}" if sha256 else str(name)


def _hardware(about: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    threads = (about.get("config") or {}).get("threads") or found.get("omp_num_threads")
    parts = [str(found.get("processor")), f"{found.get('cores')} cores"]
    parts += [f"threads {threads}"] if threads else []
    parts += [str(found.get("gpu") or "no GPU"), f"processes {about.get('processes', 1)}"]
    return ", ".join(parts)
