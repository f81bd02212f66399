"""Training: turns the logged steps into curves and one line per run."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from apps.dashboard import charts, colours, data, parts, words
from apps.dashboard.filters import Filters

TITLE = "Training"
ALONG = {"Steps": "step", "Seconds": "seconds", "Tokens": "n_tokens"}


def draw() -> None:
    """Draw the page."""
    steps = _chosen(data.training_steps(), st.session_state["filters"])
    if steps.empty and not data.training_steps().empty:
        parts.heading(TITLE, "No training run is left within these filters.")
        parts.hidden("training runs")
        return
    if steps.empty:
        parts.heading(TITLE, "No training run has been logged yet.")
        parts.empty(
            "No training runs yet",
            "Train a checkpoint; its losses appear here while it learns.",
            "lab train --help",
        )
        return
    runs = _runs(steps)
    parts.heading(TITLE, _finding(runs))
    names = colours.by_checkpoint(data.checkpoint_names() + list(steps["name"].unique()))
    names = {name: names[name] for name in steps["name"].unique()}
    along = st.segmented_control(
        "Along", list(ALONG), default="Steps", required=True, key="along", bind="query-params"
    )
    parts.legend(names)
    _loss(steps, names, along)
    left, right = st.columns(2, gap="medium")
    with left:
        _single(steps, names, along, "learning_rate", "Learning rate")
    with right:
        _single(steps, names, along, "gradient_norm", "Gradient norm before clipping")
    parts.section(
        "Runs",
        "The lowest validation loss of each run, and where it ended. Of the filters, only the "
        "checkpoints' narrows this page.",
    )
    parts.table(runs, "runs", _columns())
    _settings(set(runs["run_id"]))


def _loss(steps: pd.DataFrame, names: dict[str, str], along: str) -> None:
    parts.section(
        "Loss",
        "Mean cross-entropy per target token, in nats; solid while training, dashed on the "
        "validation split. Lower is better.",
    )
    kinds = {"train_loss": "training", "validation_loss": "validation"}
    long = steps.rename(columns=kinds).melt(
        id_vars=["run_id", "name", "step", "seconds", "n_tokens"],
        value_vars=list(kinds.values()),
        var_name="kind",
    )
    drawn = long.dropna(subset="value").rename(columns={"run_id": "run"})
    drawing = charts.curves(drawn, names, ALONG[along], along, "Loss in nats", log=True)
    parts.chart(drawing, key="chart-loss", alt_text="Training and validation loss per run")
    parts.explained(
        "the loss",
        "How badly the next token is foreseen; e to its power is the perplexity. 0 is certainty.",
        "Mean cross-entropy per target token, in nats. Training: over the last batch logged. "
        "Validation: over the validation split of the same data set, with the weights of that "
        "step.",
    )


def _settings(run_ids: set[str]) -> None:
    """Show what was set differently, so that a better loss can be put down to something."""
    runs = [run for run in data.training_runs() if run.id in run_ids]
    if len(runs) < 2:
        return
    frame = pd.DataFrame([{"run": run.name, **_flat(run.config)} for run in runs])
    differing = [name for name in frame if frame[name].astype(str).nunique() > 1]
    parts.section(
        "What the runs differ in",
        "Settings that are not the same in all of these runs; all settings of a run stand with "
        "each of its texts on the page Texts.",
    )
    if differing in ([], ["run"]):
        parts.note("In no setting but the name.")
        return
    shown = frame[["run", *[name for name in differing if name != "run"]]]
    parts.table(shown.astype(str), "run-settings")


def _flat(config: dict[str, Any], before: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in config.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{before}{name}.")
        else:
            found[f"{before}{name}"] = value
    return found


def _single(
    steps: pd.DataFrame, names: dict[str, str], along: str, column: str, title: str
) -> None:
    parts.section(title)
    drawn = steps.rename(columns={column: "value", "run_id": "run"}).dropna(subset="value")
    if drawn.empty:
        parts.note("Not logged for these runs.")
        return
    drawing = charts.curves(drawn.assign(kind=title.lower()), names, ALONG[along], along, title)
    parts.chart(drawing, key=f"chart-{column}", alt_text=f"{title} per run")


def _chosen(steps: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    if not filters.checkpoints:
        return steps
    return steps[steps["name"].isin(filters.checkpoints)]


def _runs(steps: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for run_id, group in steps.sort_values("step").groupby("run_id", sort=False):
        last = group.iloc[-1]
        rows.append(
            {
                "run": last["name"],
                "validation_loss": group["validation_loss"].min(),
                "train_loss": group["train_loss"].ffill().iloc[-1],
                "steps": last["step"],
                "seconds": last["seconds"],
                "tokens": last["n_tokens"],
                "run_id": run_id,
            }
        )
    return pd.DataFrame(rows)


def _finding(runs: pd.DataFrame) -> str:
    validated = runs.dropna(subset="validation_loss").sort_values("validation_loss")
    if validated.empty:
        return f"{words.count(len(runs), 'run')} logged; none has been validated yet."
    best = validated.iloc[0]
    sentence = (
        f"{best['run']} reached the lowest validation loss, {best['validation_loss']:.3f} nats per "
        f"token, after {words.count(int(best['tokens']), 'token')} "
        f"in {words.duration(best['seconds'])}"
    )
    if len(validated) == 1:
        return sentence + "."
    other = validated.iloc[1]
    return f"{sentence}; next is {other['run']} at {other['validation_loss']:.3f}."


def _columns() -> dict[str, object]:
    return {
        "run": "Run",
        "validation_loss": st.column_config.NumberColumn("Lowest validation loss", format="%.4f"),
        "train_loss": st.column_config.NumberColumn("Last training loss", format="%.4f"),
        "steps": st.column_config.NumberColumn("Steps", format="localized"),
        "seconds": st.column_config.NumberColumn("Seconds", format="%.0f"),
        "tokens": st.column_config.NumberColumn("Tokens", format="localized"),
        "run_id": "Run's id",
    }
