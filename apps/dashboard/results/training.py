"""Turns logged steps, ends and origins of training runs into the frames of the page Training."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from apps.dashboard import data
from apps.dashboard.results.rows import once
from lab.records import TrainingOutcome
from lab.tune.measure import BITS, TOKEN_FIELDS, measure_of

SILENT = timedelta(minutes=10)
"""How long a run without an end may log nothing and still be taken to be going on."""

ENDED = {
    TrainingOutcome.FINISHED: "finished",
    TrainingOutcome.STOPPED_EARLY: "stopped early",
    TrainingOutcome.INTERRUPTED: "stopped by hand",
    TrainingOutcome.FAILED: "broke down",
}
APART = 5
"""How many times one run's peak is above another's where both need a logarithmic axis."""
GOING, SILENT_WORDS = "going on", "no word since"


@once
def steps(at: str) -> pd.DataFrame:
    """Return all logged steps with a label per run and the speed since the step before.

    Returns:
        The columns of storage.frames.training, and `label` (the run's name, numbered where there
        are several of it), `tokens_per_second` (NaN where nothing was learned in between) and
        `memory` in GiB.
    """
    frame = data.training_steps()
    if frame.empty:
        return frame
    runs = frame.drop_duplicates("run_id")
    number = runs.groupby("name", observed=True).cumcount() + 1
    many = runs["name"].map(runs["name"].value_counts()) > 1
    labels = runs["name"].astype(str).where(~many, runs["name"] + " #" + number.astype(str))
    label_of = dict(zip(runs["run_id"], labels, strict=True))
    grouped = frame.groupby("run_id", sort=False)
    first = ~frame["run_id"].duplicated()
    tokens = grouped["n_tokens"].diff().where(~first, frame["n_tokens"])
    seconds = grouped["seconds"].diff().where(~first, frame["seconds"])
    speed = (tokens / seconds).where((seconds > 0) & (tokens > 0))
    return frame.assign(
        label=frame["run_id"].map(label_of),
        tokens_per_second=speed,
        memory=frame["memory_bytes"] / 2**30,
    )


@once
def runs(at: str) -> pd.DataFrame:
    """Return one row per logged run, the newest first: what it came to and where it comes from."""
    rows = []
    facts = {str(one["run_id"]): one for one in data.run_facts()}
    logged = steps(at)
    for run_id, mine in logged.sort_values("step", kind="stable").groupby("run_id", sort=False):
        one, last = facts[str(run_id)], mine.iloc[-1]
        validated = mine.dropna(subset="validation_loss")
        lowest = validated.sort_values("validation_loss").iloc[0] if len(validated) else None
        trained = mine["train_loss"].dropna()
        price = one["config"].get("cost_per_hour")
        cost = None if price is None else price * last["seconds"] / 3600
        has_epochs = last["epoch"] == last["epoch"] and last["epoch"] > 0
        rows.append(
            {
                "run": last["label"],
                "ended": ENDED.get(one["outcome"]) if one["outcome"] else None,
                "message": one["message"] or "",
                "validation_loss": None if lowest is None else lowest["validation_loss"],
                "best_step": None if lowest is None else lowest["step"],
                "bits_per_byte": None if lowest is None else lowest["bits_per_byte"],
                "train_loss": trained.iloc[-1] if len(trained) else None,
                "steps": last["step"],
                "epochs": last["epoch"],
                "seconds": last["seconds"],
                "tokens": last["n_tokens"],
                "speed": last["n_tokens"] / last["seconds"] if last["seconds"] > 0 else None,
                "memory": mine["memory"].max(),
                "cost": cost,
                "cost_per_epoch": cost / last["epoch"] if cost is not None and has_epochs else None,
                "dataset": one["dataset"],
                "dataset_sha256": one["dataset_sha256"],
                "parent": one["parent"] or one["config"].get("parent") or None,
                "parent_sha256": one["parent_sha256"],
                "name": one["name"],
                "created_at": one["created_at"],
                "logged_at": last["logged_at"],
                "run_id": str(run_id),
            }
        )
    found = pd.DataFrame(rows)
    # The end of an earlier stretch says nothing of a run that is gone on with.
    again = pd.to_datetime(found["logged_at"], utc=True) > _ended_at(found["run_id"], facts)
    found["ended"] = found["ended"].where(~again, None)
    found["message"] = found["message"].where(~again, "")
    return found.sort_values(["created_at", "run_id"], ascending=False, kind="stable")


@once
def searched(at: str) -> frozenset[str]:
    """Return the ids of the runs that are trials of a search, as far as one of it has ended."""
    names = {one.search for one in data.search_trials()}
    if not names:
        return frozenset()
    form = re.compile(rf"(?:{'|'.join(re.escape(name) for name in sorted(names))})-\d+(?:\.\d+)?")
    return frozenset(str(one["run_id"]) for one in data.run_facts() if form.fullmatch(one["name"]))


def going(found: pd.DataFrame, now: datetime | None = None) -> pd.Series:
    """Say of each run whether it is still going on.

    Args:
        found: rows of `runs`.
        now: the present moment; by default that of the clock.

    Returns:
        True where it has not ended and logged something in the last minutes.
    """
    since = (now or datetime.now(UTC)) - pd.to_datetime(found["logged_at"], utc=True)
    return found["ended"].isna() & (since < SILENT)


def ranked(found: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Order the validated runs by what they can be compared by.

    A loss per token tells runs apart only where the tokens are the same, and no figure does where
    the data are not.

    Args:
        found: rows of `runs`.

    Returns:
        Those on the data of the newest validated one, the best first; and the column that they are
        ordered by: validation_loss or bits_per_byte.
    """
    validated = found.dropna(subset="validation_loss")
    if validated.empty:
        return validated, "validation_loss"
    same = validated[validated["dataset_sha256"] == validated["dataset_sha256"].iloc[0]]
    configs = {str(one["run_id"]): one["config"] for one in data.run_facts()}
    settings = [configs[one] for one in same["run_id"]]
    differing = [
        field for field in TOKEN_FIELDS if len({str(one.get(field)) for one in settings}) > 1
    ]
    by = "bits_per_byte" if measure_of(differing) == BITS else "validation_loss"
    return same.dropna(subset=by).sort_values(by, kind="stable"), by


def best_of_folds(at: str, names: frozenset[str]) -> dict[str, tuple[float, float]]:
    """Return the lowest validation loss and the bits per byte there of the newest run of each name.

    Args:
        at: the data's version.
        names: names of runs.
    """
    found = runs(at)
    mine = found[found["name"].isin(names)].drop_duplicates("name")
    told = zip(mine["name"], mine["validation_loss"], mine["bits_per_byte"], strict=True)
    return {str(name): (float(loss), float(bits)) for name, loss, bits in told}


def logarithmic(drawn: pd.DataFrame) -> bool:
    """Say whether one run's values are so far above another's that they would hide it.

    Args:
        drawn: columns run and value.
    """
    peaks = drawn.groupby("run", observed=True)["value"].max()
    positive = peaks[peaks > 0]
    return len(positive) > 1 and bool(positive.max() > APART * positive.min())


def _ended_at(run_ids: pd.Series, facts: dict[str, dict[str, Any]]) -> pd.Series:
    ends = [facts[one]["ended_at"] for one in run_ids]
    return pd.Series(pd.to_datetime(ends, utc=True), index=run_ids.index)
