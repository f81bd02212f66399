"""Asks how far one study is, once per change of the records, and lays the answers out.

All that fills a place of the queue is counted, also what reviewers left out by decision gave;
training and settled disagreements are not, as they fill none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pandas as pd
import streamlit as st

from apps.dashboard import data
from apps.dashboard.filters import Filters
from apps.dashboard.results.rows import once
from lab.analysis.preferences.sampling import Weights, weigh
from lab.analysis.preferences.tallies import tally
from lab.analysis.reviewers.pace import Outlook, outlook
from lab.records import Study, StudyStatus
from storage import burnup

KINDS = {"rate": "Ratings", "spans": "Marks", "ab": "Pairs"}
ORDERS = {
    "fixed": "in the order of the items",
    "balanced": "prompt by prompt, the least judged ones first",
    "active": "by the votes so far",
}
_MOST_POINTS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The study that the page is about."""

    label: str
    """Its label."""
    study: Study
    """Its record."""
    status: StudyStatus
    """Whether it hands out items."""

    @property
    def order(self) -> str:
        """Which item comes next."""
        return str(self.study.protocol.get("order", "fixed"))

    @property
    def max_answers(self) -> int | None:
        """With how many answers it ends; None for no such number."""
        most: int | None = self.study.protocol.get("max_answers")
        return most


def study(filters: Filters) -> Shown | None:
    """Return the chosen study, or else the newest open one, or else the newest."""
    every = [
        Shown(label=label, study=one, status=status) for label, one, status in data.all_studies()
    ]
    if filters.study is not None:
        return next((one for one in every if one.label == filters.study), None)
    is_open = [one for one in every if one.status is StudyStatus.OPEN]
    return next(iter(is_open or every), None)


@st.cache_resource(max_entries=6, show_spinner=False)
def _items(at: str, study_id: str) -> pd.DataFrame:
    return burnup.items(data.store(), study_id)


@st.cache_resource(max_entries=6, show_spinner=False)
def _answers(at: str, study_id: str) -> pd.DataFrame:
    return burnup.answers(data.store(), study_id)


def items(filters: Filters, shown: Shown) -> pd.DataFrame:
    """Return the study's items within the filters, as far as these say something of items."""
    of_items = replace(
        filters, study=shown.label, reviewer=None, since=None, until=None, with_excluded=True
    )
    return of_items.votes(_items(data.version(), shown.study.id))


def answers(filters: Filters, shown: Shown) -> pd.DataFrame:
    """Return the study's answers within the filters, those of excluded reviewers too."""
    of_study = replace(filters, study=shown.label, with_excluded=True)
    return of_study.votes(_answers(data.version(), shown.study.id))


def totals(filters: Filters, shown: Shown) -> tuple[int, int]:
    """Return how many answers there are, and how many there are to be, whoever gives them when."""
    found = items(filters, shown)
    n_wanted = int(found["n_places"].sum())
    if shown.max_answers is not None and not _narrowed(filters):
        n_wanted = min(n_wanted, shown.max_answers)
    return int(found[["n_answers", "n_places"]].min(axis=1).sum()), n_wanted


def _narrowed(filters: Filters) -> bool:
    return bool(filters.checkpoints or filters.tag or filters.dataset)


def forecast(filters: Filters, shown: Shown, now: datetime) -> Outlook:
    """Return when all these answers are likely to be in, whatever reviewer and days are chosen."""
    n_done, n_wanted = totals(filters, shown)
    of_all = replace(filters, reviewer=None, since=None, until=None)
    times = answers(of_all, shown)["created_at"]
    return outlook(
        times.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(), max(0, n_wanted - n_done), now
    )


def burn_up(frame: pd.DataFrame) -> pd.DataFrame:
    """Return how many answers there were when: at most a few hundred moments, the last among them.

    Args:
        frame: answers, oldest first.
    """
    times = frame["created_at"].dt.tz_convert("UTC")
    number = np.arange(1, len(times) + 1)
    chosen = np.unique(np.linspace(0, len(times) - 1, min(len(times), _MOST_POINTS)).astype(int))
    return pd.DataFrame({"at": times.to_numpy()[chosen], "answers": number[chosen]})


def coverage(frame: pd.DataFrame) -> pd.DataFrame:
    """Return how many items of each kind have how many answers: name, answers, n, value, shown."""
    named = frame.assign(
        name=np.where(frame["control"] != "", "Controls", frame["kind"].astype(str).map(KINDS)),
        answers=frame[["n_answers", "n_places"]].min(axis=1),
    )
    counted = named.groupby(["name", "answers"], observed=True).size().rename("n").reset_index()
    counted["value"] = counted["n"] / counted.groupby("name")["n"].transform("sum")
    counted["shown"] = [f"{n:,} items" if n != 1 else "1 item" for n in counted["n"]]
    return counted


def by_checkpoint(frame: pd.DataFrame) -> pd.DataFrame:
    """Return per pair of checkpoints, or checkpoint, how many answers it has of those planned."""
    ordinary = frame[frame["control"] == ""]
    pairs = ordinary.groupby(["checkpoint_a", "checkpoint_b"], observed=True).ngroup()
    met = ordinary[["checkpoint_a", "checkpoint_b"]].assign(pair=pairs).drop_duplicates("pair")
    names = {
        pair: " – ".join(sorted({str(a), str(b)}))
        for a, b, pair in met.itertuples(index=False, name=None)
    }
    what = pairs.map(names).astype(str)
    named = ordinary.assign(
        asked=ordinary["kind"].astype(str).map(KINDS),
        what=what,
        kept=ordinary[["n_answers", "n_places"]].min(axis=1),
    )
    found = named.groupby(["asked", "what"], observed=True).agg(
        items=("item_id", "size"),
        untouched=("kept", lambda kept: int((kept == 0).sum())),
        answers=("kept", "sum"),
        planned=("n_places", "sum"),
    )
    return found.assign(share=found["answers"] / found["planned"]).reset_index()


def by_criterion(filters: Filters, shown: Shown) -> pd.DataFrame:
    """Return how many values each criterion has, in ratings and in votes."""
    of_study = replace(filters, study=shown.label)
    counted = [
        (asked, frame["criterion"].value_counts())
        for asked, frame in (
            ("Ratings", of_study.ratings(data.ratings())),
            ("Votes", of_study.votes(data.votes())),
        )
    ]
    return pd.DataFrame(
        [
            {"what": asked, "criterion": str(criterion), "values": int(n)}
            for asked, counts in counted
            for criterion, n in counts.items()
            if n
        ]
    )


def times(frame: pd.DataFrame) -> pd.DataFrame:
    """Return per kind of item how long an answer took, in seconds: quartiles and 9 in 10."""
    known = frame[frame["seconds"].notna()]
    if known.empty:
        return pd.DataFrame()
    grouped = known.groupby(known["kind"].astype(str).map(KINDS))["seconds"]
    found = grouped.quantile(np.array([0.25, 0.5, 0.75, 0.9])).unstack()
    found.columns = ["quarter", "median", "three quarters", "nine in ten"]
    return found.assign(answers=grouped.size()).rename_axis("asked").reset_index()


def hours_left(filters: Filters, shown: Shown) -> pd.DataFrame:
    """Return per kind of item the answers still to come and the hours that they will take.

    A kind without answers takes the time that the protocol plans for. An end by a number of
    answers falls on the kinds in proportion.
    """
    found = items(filters, shown)
    left = (found["n_places"] - found["n_answers"]).clip(lower=0)
    by_kind = left.groupby(found["kind"].astype(str)).sum()
    n_done, n_wanted = totals(filters, shown)
    part = min(1.0, max(0, n_wanted - n_done) / max(1, int(by_kind.sum())))
    given = answers(filters, shown)
    median = given.groupby(given["kind"].astype(str))["seconds"].median()
    planned = float(shown.study.protocol.get("seconds_per_item", 60.0))
    seconds = median.reindex(by_kind.index).fillna(planned)
    n_left = by_kind * part
    return pd.DataFrame(
        {
            "asked": by_kind.index.map(KINDS),
            "left": n_left.round().astype(int).to_numpy(),
            "seconds": seconds.to_numpy(),
            "hours": (n_left * seconds / 3600).to_numpy(),
        }
    )


def per_day(frame: pd.DataFrame) -> pd.DataFrame:
    """Return how many answers each reviewer gave on each day (UTC): reviewer, day, answers."""
    days = frame["created_at"].dt.tz_convert("UTC").dt.floor("D")
    grouped = frame.assign(day=days, reviewer=frame["reviewer"].astype(str))
    found = grouped.groupby(["reviewer", "day"], observed=True).agg(
        answers=("item_id", "size"), seconds=("seconds", "sum")
    )
    return found.reset_index()


@once
def weights(at: str, shown: Shown) -> Weights | None:
    """Return how often an active study shows each of its pairs next, by the votes so far."""
    found = _items(at, shown.study.id)
    pairs = found[(found["kind"] == "ab") & (found["control"] == "")]
    compared = pairs[["checkpoint_a", "checkpoint_b"]].drop_duplicates().astype(str)
    if shown.order != "active" or compared.empty:
        return None
    checkpoints = sorted(set(compared.to_numpy().ravel()))
    votes = Filters(study=shown.label).votes(data.votes())
    seed, seek = shown.study.protocol["seed"], shown.study.protocol["seek"]
    listed = list(compared.itertuples(index=False, name=None))
    return weigh(tally(votes, checkpoints), seek, listed, seed=seed)
