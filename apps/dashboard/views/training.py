"""Training: turns the logged steps into curves, what is going on, and one line per run."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st

from apps.dashboard import charts, colours, data, parts, words
from apps.dashboard.results import training as results

TITLE = "Training"
ALONG = {"Steps": "step", "Tokens": "n_tokens", "Seconds": "seconds", "Epochs": "epoch"}
FIRST_SHOWN = 6
MOST_POINTS = 1000
FAR_APART = {"learning_rate": "Learning rate", "gradient_norm": "Gradient norm"}
TAIL = 1e-2
"""Share of the lowest peak below which a logarithmic axis shows nothing: rates fall to 0."""
LOOK_SECONDS = 5
WIDE = 190
"""Width of a column that holds a few words, in pixels."""
# Column, title, how to read it.
SINGLE = (
    (
        "bits_per_byte",
        "Bits per byte",
        "Of the validation texts, in bits per byte of UTF-8; comparable between tokenizers.",
    ),
    ("learning_rate", "Learning rate", ""),
    ("gradient_norm", "Gradient norm before clipping", ""),
    (
        "tokens_per_second",
        "Tokens per second",
        "Between two logged steps; validation in between costs time too.",
    ),
    ("memory", "Memory in GiB", "Most in use so far: the GPU's, else the process's."),
)


def draw() -> None:
    """Draw the page."""
    every = results.steps(data.version())
    if every.empty:
        parts.heading(TITLE, "No training run has been logged yet.")
        parts.empty(
            "No training runs yet",
            "Train a checkpoint; its losses appear here while it learns.",
            "lab train --help",
        )
        return
    runs = _filtered(results.runs(data.version()))
    if runs.empty:
        parts.heading(TITLE, "No training run is left within these filters.")
        parts.hidden("training runs")
        return
    say = parts.heading_ahead(TITLE)
    shown = _choose(runs)
    say(_finding(shown))
    if results.going(runs).any():
        _going()
    along = st.segmented_control(
        "Along", list(ALONG), default="Steps", required=True, key="along", bind="query-params"
    )
    steps = _thinned(every[every["label"].isin(shown["run"])])
    names = _colours(shown)
    parts.legend(names)
    _loss(steps, names, along)
    drawn = [one for one in SINGLE if steps[one[0]].notna().any()]
    for place, (column, title, how) in zip(parts.grid(len(drawn)), drawn, strict=False):
        with place:
            _single(steps, names, along, column, title, how)
    _table(shown)
    _origins(shown)
    _settings(dict(zip(shown["run_id"], shown["run"], strict=True)))


def _filtered(runs: pd.DataFrame) -> pd.DataFrame:
    filters = st.session_state["filters"]
    if filters.checkpoints:
        runs = runs[runs["name"].isin(filters.checkpoints)]
    return runs if filters.dataset is None else runs[runs["dataset"] == filters.dataset]


def _choose(runs: pd.DataFrame) -> pd.DataFrame:
    """Let the reader choose runs; the newest that are no trials of a search by default."""
    trials = results.searched(data.version())
    own = runs[~runs["run_id"].isin(trials)]
    usual = list((own if len(own) else runs)["run"][:FIRST_SHOWN])
    if len(runs) <= 1:
        return runs
    chosen = st.multiselect(
        "Runs",
        list(runs["run"]),
        key="runs",
        bind="query-params",
        placeholder=f"The newest {len(usual)}" if len(usual) < len(runs) else "All",
        help="Trials of `lab tune` are shown where they are chosen; their results stand on the "
        "page Tuning.",
    )
    return runs[runs["run"].isin(chosen or usual)]


@st.fragment(run_every=LOOK_SECONDS)
def _going() -> None:
    """Say what is going on now; curves and tables come with each new step."""
    runs = _filtered(results.runs(data.version()))
    now = datetime.now(UTC)
    for _, one in runs[results.going(runs, now)].iterrows():
        ago = max((now - pd.Timestamp(one["logged_at"])).total_seconds(), 0.0)
        loss = words.number(one["train_loss"], 3)
        pace = f", {one['speed']:,.0f} tokens/s" if one["speed"] else ""
        parts.note(
            f"{one['run']} is going on: step {one['steps']:,}, loss {loss}{pace}; last logged "
            f"{words.duration(ago)} ago."
        )


def _thinned(steps: pd.DataFrame) -> pd.DataFrame:
    """Keep at most about a thousand points per run, all validations among them."""
    place = steps.groupby("run_id", sort=False).cumcount()
    size = steps.groupby("run_id", sort=False)["step"].transform("size")
    every = (size // MOST_POINTS).clip(lower=1)
    kept = (place % every == 0) | steps["validation_loss"].notna() | (place == size - 1)
    return steps[kept]


def _colours(shown: pd.DataFrame) -> dict[str, str]:
    """Give each run its checkpoint's colour; runs of one name get colours of their own."""
    oldest_first = list(shown["run"])[::-1]
    found = colours.by_checkpoint(data.checkpoint_names() + oldest_first)
    return {name: found[name] for name in oldest_first}


def _loss(steps: pd.DataFrame, names: dict[str, str], along: str) -> None:
    parts.section(
        "Loss",
        "Mean cross-entropy per target token, in nats; solid while training, dashed on the "
        "validation split. Lower is better.",
    )
    kinds = {"train_loss": "training", "validation_loss": "validation"}
    x = ALONG[along]
    # The label stands for the name: runs of one name are told apart.
    renamed = steps.drop(columns="name").rename(columns={**kinds, "label": "name"})
    long = renamed.melt(
        id_vars=["run_id", "name", "step", *({x} - {"step"})],
        value_vars=list(kinds.values()),
        var_name="kind",
    )
    drawn = long.dropna(subset=["value", x]).rename(columns={"run_id": "run"})
    if drawn.empty:
        parts.note(f"{along} were not logged for these runs.")
        return
    drawing = charts.curves(drawn, names, x, along, "Loss in nats per token", log=True)
    parts.chart(drawing, key="chart-loss", alt_text="Training and validation loss per run")
    parts.explained(
        "the loss",
        "How badly the next token is foreseen; e to its power is the perplexity. 0 is certainty.",
        "Mean cross-entropy per target token, in nats. Training: over the steps since the last "
        "one logged. Validation: over the validation split of the same data set, with the weights "
        "of that step.",
    )


def _single(
    steps: pd.DataFrame, names: dict[str, str], along: str, column: str, title: str, how: str
) -> None:
    parts.section(title, how)
    x = ALONG[along]
    columns = ["run_id", "label", "step", column, *({x} - {"step", column})]
    drawn = steps[columns].dropna(subset=[column, x])
    if drawn.empty:
        parts.note(f"{along} were not logged for these runs.")
        return
    drawn = drawn.rename(columns={column: "value", "run_id": "run", "label": "name"})
    log = column in FAR_APART and results.logarithmic(drawn)
    if log:
        lowest = drawn.groupby("run", observed=True)["value"].max().min()
        drawn = drawn[drawn["value"] > TAIL * lowest]
    y_title = f"{FAR_APART.get(column, title)}{', logarithmic' if log else ''}"
    drawing = charts.curves(drawn.assign(kind=title.lower()), names, x, along, y_title, log=log)
    parts.chart(drawing, key=f"chart-{column}", alt_text=f"{title} per run")


def _table(runs: pd.DataFrame) -> None:
    parts.section(
        "Runs",
        "How each ended, its lowest validation loss with the step where it was, and what it took. "
        "Of the filters, checkpoints and data set narrow this page.",
    )
    running = results.going(runs)
    silent = runs["ended"].isna() & ~running
    since = pd.to_datetime(runs["logged_at"], utc=True).dt.strftime("%Y-%m-%d %H:%M")
    ended = runs["ended"].fillna(results.GOING)
    told = runs.assign(ended=ended.where(~silent, f"{results.SILENT_WORDS} " + since))
    columns = _columns()
    kept = [name for name in columns if told[name].notna().any()]
    parts.table(told[kept], "runs", {name: columns[name] for name in kept})
    for _, one in runs[runs["message"] != ""].iterrows():
        parts.note(f"{one['run']} {one['ended']}: {one['message']}")
    tried = silent & runs["run_id"].isin(results.searched(data.version()))
    for chosen, goes_on in ((silent & ~tried, "train --resume NAME"), (tried, "tune once more")):
        if chosen.any():
            names = words.listed(list(runs.loc[chosen, "run"]))
            parts.note(
                f"{names} logged no end: killed, or written by a version that told none. What was "
                f"killed is gone on with by lab {goes_on}."
            )


def _origins(runs: pd.DataFrame) -> None:
    parts.section("Where they come from", "Equal hashes are equal data, or equal weights.")
    shown = runs[["run", "dataset", "dataset_sha256", "parent", "parent_sha256", "created_at"]]
    shown = shown.assign(
        dataset_sha256=shown["dataset_sha256"].str[:12],
        parent_sha256=shown["parent_sha256"].astype("string").str[:12],
        run_id=runs["run_id"],
    )
    titles = {
        "run": "Run",
        "dataset": "Data set",
        "dataset_sha256": "Data's hash",
        "parent": "Parent",
        "parent_sha256": "Parent's hash",
        "created_at": st.column_config.DatetimeColumn(
            "Begun (UTC)", format="YYYY-MM-DD HH:mm", timezone="UTC"
        ),
        "run_id": "Run's id",
    }
    parts.table(shown, "run-origins", titles)


def _settings(labels: dict[str, str]) -> None:
    """Show what was set differently, so that a better loss can be put down to something."""
    configs = {str(one["run_id"]): one["config"] for one in data.run_facts()}
    if len(labels) < 2:
        return
    frame = pd.DataFrame({label: _flat(configs[one]) for one, label in labels.items()})
    frame = frame.drop(index="name", errors="ignore").map(_told)
    differing = frame[frame.nunique(axis="columns") > 1]
    parts.section(
        "What the runs differ in",
        "Settings that are not the same in all of these runs; all settings of a run stand with "
        "each of its texts on the page Texts.",
    )
    if differing.empty:
        parts.note("In no setting but the name.")
        return
    pinned = {"setting": st.column_config.TextColumn("Setting", pinned=True)}
    parts.table(differing.rename_axis("setting").reset_index(), "run-settings", pinned)


def _told(value: object) -> str:
    """Write a setting in words; what is not set is a dash."""
    nothing = value is None or value == "" or value != value
    return "–" if nothing else f"{value:g}" if isinstance(value, float) else str(value)


def _flat(config: dict[str, Any], before: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in config.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{before}{name}.")
        else:
            found[f"{before}{name}"] = value
    return found


def _finding(runs: pd.DataFrame) -> str:
    validated, by = results.ranked(runs)
    if validated.empty:
        return f"{words.count(len(runs), 'run')} logged; none has been validated yet."
    best = validated.iloc[0]
    bits = by == "bits_per_byte"
    lowest = "bits per byte" if bits else "validation loss"
    unit = "" if bits else " nats per token"
    n_others = runs["validation_loss"].notna().sum() - len(validated)
    where = f" on {best['dataset']}" if n_others else ""
    sentence = (
        f"{best['run']} reached the lowest {lowest}{where}, {best[by]:.4f}{unit}, "
        f"after {words.count(int(best['tokens']), 'token')} in {words.duration(best['seconds'])}"
    )
    if len(validated) > 1:
        other = validated.iloc[1]
        sentence += f"; next is {other['run']} at {other[by]:.4f}"
    if n_others:
        sentence += f"; {words.count(n_others, 'run')} on other data cannot be compared with it"
    return sentence + "."


def _columns() -> dict[str, Any]:
    number = st.column_config.NumberColumn
    return {
        "run": st.column_config.TextColumn("Run", width=WIDE, pinned=True),
        "ended": st.column_config.TextColumn("Ended", width=WIDE),
        "validation_loss": number("Lowest validation loss", format="%.4f"),
        "best_step": number("At step", format="localized"),
        "bits_per_byte": number("Bits per byte there", format="%.4f"),
        "train_loss": number("Last training loss", format="%.4f"),
        "steps": number("Steps", format="localized"),
        "epochs": number("Epochs", format="%.2f"),
        "tokens": number("Tokens", format="localized"),
        "speed": number("Tokens per second", format="%.0f"),
        "seconds": number("Seconds", format="%.0f"),
        "memory": number("Memory in GiB", format="%.2f"),
        "cost": number("Cost", format="%.4g"),
        "cost_per_epoch": number("Cost per epoch", format="%.4g"),
    }
