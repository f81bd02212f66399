"""Asks lab.analysis what the checkpoints' quality costs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from apps.dashboard import data
from apps.dashboard.filters import Filters
from apps.dashboard.results.rows import once
from lab.analysis.metrics.pareto import Statistic, Tradeoff, tradeoffs, vote_values
from storage import checkpoints

Kind = Literal["p50", "p90", "mean", "pace", "price", "parameters"]
VOTES = "win rate"
MOST_JUDGEMENTS = 300_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CostQuestion:
    """What the reader sets against what."""

    quality: str
    """A criterion's mean rating, or "win rate" of the votes."""
    cost: Kind
    """Seconds per text (median, 90th percentile, mean), seconds per 100 tokens, price per 1,000
    texts, or millions of parameters."""
    prices: tuple[tuple[str, float], ...] = ()
    """Checkpoint and its price per million tokens."""


def qualities(filters: Filters) -> list[str]:
    """List what quality can be measured by within the filters."""
    rated = filters.ratings(data.ratings())["criterion"].astype(str).unique()
    voted = [VOTES] if len(filters.votes(data.votes())) else []
    return [*sorted(rated), *voted]


def known_costs(filters: Filters) -> list[Kind]:
    """List the costs that any text within the filters has."""
    texts = filters.generations(data.generations())
    has_time, has_tokens = texts["latency_seconds"].notna(), texts["n_tokens"].notna()
    found: list[Kind] = ["p50", "p90", "mean"] if has_time.any() else []
    found += ["pace"] if (has_time & has_tokens).any() else []
    found += ["price"] if has_tokens.any() else []
    return found + (["parameters"] if any(_parameters(data.version()).values()) else [])


def read_prices(text: str) -> tuple[tuple[tuple[str, float], ...], list[str]]:
    """Read prices such as "gpt-x=0.6, gpt-y=2.4".

    Returns:
        Checkpoint and price, in the order given, and what could not be read.
    """
    prices, wrong = {}, []
    for word in filter(None, (part.strip() for part in text.split(","))):
        found = re.fullmatch(r"(.+?)\s*=\s*([0-9]*\.?[0-9]+)", word)
        if found is None:
            wrong.append(word)
        else:
            prices[found[1]] = float(found[2])
    return tuple(prices.items()), wrong


@once
def against_cost(at: str, filters: Filters, question: CostQuestion) -> tuple[Tradeoff, ...]:
    """Return each checkpoint's quality and cost."""
    kinds: dict[Kind, Statistic] = {"p50": "p50", "p90": "p90"}
    values = _values(filters, question.quality)
    if len(values) > MOST_JUDGEMENTS:
        values = values.sample(MOST_JUDGEMENTS, random_state=0)
    costs = _costs(filters.generations(data.generations()), question)
    return tradeoffs(values, costs, kinds.get(question.cost, "mean"))


@once
def n_left_out(at: str, filters: Filters, quality: str) -> int:
    """Return how many judgements are too many to be resampled, and so not drawn."""
    return max(0, len(_values(filters, quality)) - MOST_JUDGEMENTS)


@once
def speeds(at: str, filters: Filters) -> pd.DataFrame:
    """Return each checkpoint's texts, tokens per text and tokens per second."""
    texts = filters.generations(data.generations())
    rows = []
    for name, mine in texts.groupby("checkpoint", observed=True, sort=False):
        timed = mine.dropna(subset=["latency_seconds", "n_tokens"])
        seconds = timed["latency_seconds"].sum()
        rows.append(
            {
                "checkpoint": str(name),
                "tokens per text": mine["n_tokens"].mean(),
                "tokens per second": timed["n_tokens"].sum() / seconds if seconds else None,
            }
        )
    return pd.DataFrame(rows, columns=["checkpoint", "tokens per text", "tokens per second"])


def _values(filters: Filters, quality: str) -> pd.DataFrame:
    if quality == VOTES:
        votes = filters.votes(data.votes())
        criterion = "overall" if (votes["criterion"] == "overall").any() else filters.criterion
        return vote_values(votes if criterion is None else votes[votes["criterion"] == criterion])
    ratings = filters.ratings(data.ratings())
    return ratings[ratings["criterion"] == quality]


def _costs(texts: pd.DataFrame, question: CostQuestion) -> pd.DataFrame:
    """Return each text's cost and what it is for."""
    seconds, tokens = texts["latency_seconds"].astype(float), texts["n_tokens"].astype(float)
    named = texts["checkpoint"].astype(str)
    found = texts[["prompt_id"]].assign(checkpoint=named, per=1.0)
    if question.cost == "pace":
        return found.assign(cost=seconds, per=tokens / 100)
    if question.cost == "price":
        return found.assign(cost=tokens * named.map(dict(question.prices)).astype(float) / 1000)
    if question.cost == "parameters":
        millions = {name: n / 1e6 for name, n in _parameters(data.version()).items() if n}
        return found.assign(cost=named.map(millions).astype(float))
    return found.assign(cost=seconds)


@once
def _parameters(at: str) -> dict[str, int | None]:
    return {one.name: one.n_parameters for one in checkpoints.systems(data.store())}
