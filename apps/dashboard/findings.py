"""Turns results into the one sentence at the top of a page."""

from __future__ import annotations

import pandas as pd

from apps.dashboard import words


def overview(wins: pd.DataFrame, means: pd.DataFrame, rates: pd.DataFrame, n_texts: int) -> str:
    """Say which checkpoint people prefer, or rate best, and how much is hallucinated."""
    said = [
        sentence for sentence in (preferred(wins) or rated(means), hallucinated(rates)) if sentence
    ]
    if wins.empty and means.empty:
        said.insert(0, f"{words.count(n_texts, 'text')} stored; nobody has judged one yet.")
    return " ".join(said)


def preferred(wins: pd.DataFrame) -> str:
    """Say who wins most; empty where there are no votes."""
    if wins.empty:
        return ""
    best = wins.sort_values("value", ascending=False).iloc[0]
    spread = f" ({_interval(best)})"
    if pd.isna(best["low"]):
        return (
            f"{best['name']} leads with {best['shown']} of its comparisons, but that is not enough "
            f"to tell: {best['range']}."
        )
    if best["low"] > 0.5:
        return f"{best['name']} is preferred in {best['shown']} of its comparisons{spread}."
    return (
        f"No checkpoint is clearly preferred: {best['name']} leads with {best['shown']} of its "
        f"comparisons{spread}."
    )


def rated(means: pd.DataFrame) -> str:
    """Say who has the highest mean on how many criteria; empty where there are no ratings."""
    if means.empty:
        return ""
    best = means.loc[means.groupby("criterion")["value"].idxmax()]
    n_criteria = len(best)
    name = best["name"].mode().iloc[0]
    leads = best[best["name"] == name]
    top = leads.sort_values("value", ascending=False).iloc[0]
    figure = f"{top['criterion']} {top['shown']}{_in_brackets(top)}"
    if means["name"].nunique() == 1:
        return f"{name} is rated highest for {figure}."
    if n_criteria == 1:
        return f"{name} has the highest mean: {figure}."
    which = (
        "every criterion" if len(leads) == n_criteria else words.listed(list(leads["criterion"]))
    )
    return f"{name} has the highest mean on {which}, highest of all for {figure}."


def hallucinated(rates: pd.DataFrame) -> str:
    """Say whose texts have the fewest and the most hallucinations; empty where none is checked."""
    if rates.empty:
        return ""
    ordered = rates.sort_values("value")
    best, worst = ordered.iloc[0], ordered.iloc[-1]
    first = f"The check marks a hallucination in {best['shown']} of {best['name']}’s texts"
    if len(ordered) == 1 or best["shown"] == worst["shown"]:
        return f"{first}."
    return f"{first} and in {worst['shown']} of {worst['name']}’s."


def reviewers(agreement: pd.DataFrame, people: pd.DataFrame) -> str:
    """Say how far the reviewers agree, and how many are worth a second look.

    Args:
        agreement: one row per criterion and coefficient, as `results.reviewers` makes them.
        people: one row per reviewer: excluded and what is worth a second look, in words.
    """
    who = words.count(len(people), "reviewer")
    said = [_agreement(agreement, who)]
    look = int((people["worth a look"] != "").sum())
    out = int((people["excluded"] != "").sum())
    said.append(f"{look} {'is' if look == 1 else 'are'} worth a second look." if look else
                "Nobody stands out.")  # fmt: skip
    if out:
        said.append(f"{out} {'is' if out == 1 else 'are'} left out by decision.")
    return " ".join(said)


def _agreement(agreement: pd.DataFrame, who: str) -> str:
    alphas = agreement[agreement["coefficient"] == "alpha"] if len(agreement) else agreement
    known = (
        alphas.dropna(subset="value").sort_values("value", ascending=False)
        if len(alphas)
        else alphas
    )
    if known.empty:
        return f"{who} so far; agreement needs texts that two of them have judged."
    best, worst = known.iloc[0], known.iloc[-1]
    named = [f"{one['criterion']} ({one['of']})" for one in (best, worst)]
    if len(known) == 1:
        return f"{who}: agreement on {named[0]} is alpha {best['shown']}{_in(best)}."
    first = f"{who} agree most on {named[0]} (alpha {best['shown']}{_in(best)})"
    return f"{first} and least on {named[1]} ({worst['shown']}{_in(worst)})."


def _interval(row: pd.Series) -> str:
    return f"95 % interval {row['range']}"


def _in_brackets(row: pd.Series) -> str:
    return f" ({_interval(row)})" if pd.notna(row["low"]) else ""


def _in(row: pd.Series) -> str:
    return f", {row['range']}" if pd.notna(row["low"]) else ""
