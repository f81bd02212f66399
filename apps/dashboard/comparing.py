"""Shows a text side by side with another one for the same prompt, word by word."""

from __future__ import annotations

import html
from typing import Any

import pandas as pd
import streamlit as st

from apps.dashboard import data, parts, words
from apps.dashboard.marked import compared_text, marked_text
from apps.dashboard.word_diff import MOST_WORDS, compared
from storage.origin import beside


def show(one: dict[str, Any]) -> None:
    """Offer the other texts for the prompt, and show the chosen one beside this.

    Args:
        one: this text, as `storage.frames.generation` gives it.
    """
    others = beside(data.store(), one["generation_id"])
    parts.section(
        "Side by side",
        "With another text for the same prompt. What only the left text says is underlined with "
        "dashes; what only the right one says is bold and underlined with a line.",
    )
    if not others:
        parts.note("There is no other text for this prompt.")
        return
    chosen = _choose(others)
    other = data.generation(chosen)
    if other is not None:
        _texts(one, other)
        parts.table(_scores(one, other), f"side-by-side-{one['generation_id']}")


def _choose(others: list[dict[str, Any]]) -> str:
    names = {other["generation_id"]: _name(other, others) for other in others}
    said = st.query_params.get("beside", "")
    usual = list(names).index(said) if said in names else 0
    chosen: str = st.selectbox(
        "Beside it", list(names), index=usual, format_func=names.__getitem__, width=420
    )
    if said or chosen != next(iter(names)):
        st.query_params["beside"] = chosen
    return chosen


def _name(other: dict[str, Any], others: list[dict[str, Any]]) -> str:
    same = [one for one in others if one["checkpoint"] == other["checkpoint"]]
    if len(same) == 1:
        return str(other["checkpoint"])
    decoding = ", ".join(f"{name} {value}" for name, value in other["decoding"].items())
    return f"{other['checkpoint']}, sample {other['sample_index']}, {decoding or 'as it came'}"


def _texts(one: dict[str, Any], other: dict[str, Any]) -> None:
    pieces = compared(one["text"], other["text"])
    if pieces is None:
        parts.note(f"Too long to be compared word by word (over {MOST_WORDS:,} words).")
        bodies = [marked_text(text["text"], []) for text in (one, other)]
    else:
        bodies = [compared_text(pieces[0], "del"), compared_text(pieces[1], "ins")]
        shared = sum(len(piece.text) for piece in pieces[0] if piece.is_shared)
        alike = 2 * shared / max(1, len(one["text"]) + len(other["text"]))
        parts.note(f"{words.percent(min(1.0, alike))} of the two texts is the same, word by word.")
    for place, text, body in zip(st.columns(2, gap="large"), (one, other), bodies, strict=True):
        with place:
            name = html.escape(text["checkpoint"]["name"])
            st.html(f'<h3 class="sub">{name}</h3><p class="words diff" dir="auto">{body}</p>')


def _scores(one: dict[str, Any], other: dict[str, Any]) -> pd.DataFrame:
    """List metrics, checks and mean ratings of both, with the difference."""
    sides = [_figures(one), _figures(other)]
    rows = []
    for name in dict.fromkeys([*sides[0], *sides[1]]):
        left, right = sides[0].get(name), sides[1].get(name)
        less = None if left is None or right is None else right - left
        rows.append({
            "figure": name, "left": left, "right": right,
            "right less left": less,
        })  # fmt: skip
    return pd.DataFrame(rows, columns=["figure", "left", "right", "right less left"])


def _figures(text: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    ratings = pd.DataFrame(text["ratings"])
    if len(ratings):
        means = ratings.groupby("criterion")["value"].mean()
        found |= {f"mean rating, {name}": float(value) for name, value in means.items()}
    found |= {f"{one['checker']} check, score": one["score"] for one in text["checks"]}
    found |= {one["metric"]: one["value"] for one in text["scores"]}
    return found
