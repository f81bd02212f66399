"""Shows one text with everything known about it, from its prompt to the last vote on it."""

from __future__ import annotations

import html
import json
from typing import Any

import pandas as pd
import streamlit as st

from apps.dashboard import comparing, data, parts, words
from apps.dashboard.marked import Mark, marked_text
from storage.origin import origin

_RATING = {
    "reviewer": "reviewer",
    "criterion": "criterion",
    "value": "rating",
    "seconds": "seconds",
    "comment": "comment",
    "flag": "flag",
    "study": "study",
}
_WHOLE_SECONDS = {"seconds": st.column_config.NumberColumn("seconds", format="%.0f")}
_KINDS = {"ratings": "ratings", "votes": "a vote", "reviewer_spans": "marks"}
_SPAN = {
    "checker": "check",
    "text": "marked",
    "confirmed": "confirmed by",
    "type": "type",
    "evidence": "evidence",
    "score": "strength",
    "start": "from",
    "end": "to",
}


_REVIEWER_SPAN = {
    "reviewer": "reviewer",
    "quote": "marked",
    "category": "category",
    "severity": "severity",
    "note": "note",
    "step": "step",
    "seconds": "seconds",
    "start": "from",
    "end": "to",
    "study": "study",
}


def show(generation_id: str) -> None:
    """Show one text.

    Args:
        generation_id: its id, as the address of the page gives it.
    """
    one = data.generation(generation_id)
    if one is None:
        parts.empty("No such text", "The address names a text that this lab does not hold.")
        return
    parts.section(f"{one['prompt_key']} · {one['checkpoint']['name']}")
    left, right = st.columns([3, 2], gap="large")
    with left:
        _texts(one)
    with right:
        _origin(one)
    _tables(one)
    comparing.show(one)


def _texts(one: dict[str, Any]) -> None:
    marks = [
        Mark(start=span["start"], end=span["end"], title=_evidence(span)) for span in one["spans"]
    ]
    checkers = sorted({span["checker"] for span in one["spans"]})
    whose = f"the {words.listed(checkers)} check{'s' if len(checkers) > 1 else ''}"
    title = "Text" + (f", with {words.count(len(marks), 'mark')} of {whose}" if marks else "")
    _words(title, marked_text(one["text"], marks), "words main")
    _reviewers_marks(one)
    for title, key in (("Prompt", "prompt"), ("Source", "source"), ("Reference", "reference")):
        if one[key]:
            _words(title, marked_text(one[key], []))


def _evidence(span: dict[str, Any]) -> str:
    said = f"{span['type']}: {span['evidence']}"
    return said if span["checker"] == "source" else f"{span['checker']} check, {said}"


def _reviewers_marks(one: dict[str, Any]) -> None:
    """Show the text again, with what reviewers marked before they saw any suggestion."""
    alone = [mark for mark in one["reviewer_spans"] if mark["step"] == "own"]
    if not alone:
        return
    found = [mark for mark in alone if mark["span_id"]]
    marks = [
        Mark(start=mark["start"], end=mark["end"], title=f"{mark['reviewer']}: {_fault(mark)}")
        for mark in found
    ]
    n_people = len({mark["reviewer"] for mark in alone})
    title = f"Text, with {words.count(len(marks), 'mark')} of {words.count(n_people, 'reviewer')}"
    _words(title, marked_text(one["text"], marks), "words people")


def _fault(mark: dict[str, Any]) -> str:
    note = f" ({mark['note']})" if mark["note"] else ""
    return f"{mark['category'].replace('_', ' ')}, {mark['severity']}{note}"


def _words(title: str, escaped: str, kind: str = "words") -> None:
    st.html(f'<h3 class="sub">{html.escape(title)}</h3><p class="{kind}" dir="auto">{escaped}</p>')


def _origin(one: dict[str, Any]) -> None:
    checkpoint, run = one["checkpoint"], one["run"]
    lineage = origin(data.store(), one["generation_id"])
    facts(
        "Where it comes from",
        {
            "Data set": f"{one['dataset']}, {one['split']}",
            "From": lineage["dataset"]["origin"],
            "Licence": lineage["dataset"]["licence"],
            "Data's SHA-256": lineage["dataset"]["content_sha256"],
            "Tags": ", ".join(lineage["tags"]),
            "Checkpoint": f"{checkpoint['name']} ({checkpoint['kind']})",
            "Parameters": _thousands(checkpoint["n_parameters"]),
            "Tokens seen": _thousands(checkpoint["n_tokens"]),
            "Validation loss": words.number(checkpoint["validation_loss"], 4),
            "Folder": checkpoint["path"],
            "Weights": checkpoint["weights_sha256"],
            "Template": checkpoint["template"],
            "Training run": run and f"{run['name']}, {run['created_at']:%Y-%m-%d %H:%M} UTC",
            "Trained from": run and " ← ".join(_trained(step) for step in lineage["checkpoints"]),
        },
    )
    facts(
        "How it was sampled",
        {
            "Decoding": ", ".join(f"{name} {value}" for name, value in one["decoding"].items()),
            "Seed": one["seed"],
            "Sample": one["sample_index"],
            "Prompt tokens": one["n_prompt_tokens"],
            "Tokens": one["n_tokens"],
            "Mean log-probability": words.number(one["mean_logprob"], 3),
            "Ended by": one["finish_reason"],
            "Latency": _seconds(one["latency_seconds"]),
            "Made": f"{one['created_at']:%Y-%m-%d %H:%M:%S} UTC",
            "Text's id": one["generation_id"],
        },
    )
    if run:
        with st.expander("Settings of the training run"):
            st.text(
                json.dumps({"config": run["config"], "environment": run["environment"]}, indent=1)
            )


def facts(title: str, said: dict[str, Any]) -> None:
    """List what is known, under a title, as plain text."""
    known = {name: value for name, value in said.items() if value not in (None, "", words.NOTHING)}
    lines = "".join(
        f"<dt>{html.escape(name)}</dt><dd>{marked_text(str(value), [])}</dd>"
        for name, value in known.items()
    )
    st.html(f'<h3 class="sub">{html.escape(title)}</h3><dl class="facts">{lines}</dl>')


def _trained(step: dict[str, Any]) -> str:
    """Say what a checkpoint was trained on: empty for one known by its texts alone."""
    if step["run"] is None:
        return str(step["name"])
    seed = f", seed {step['seed']}" if step["seed"] is not None else ""
    data_set = f"{step['dataset']} {step['content_sha256'][:12]}"
    return f"{step['name']} (run {step['run']}, data {data_set}{seed})"


def _tables(one: dict[str, Any]) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        _table(one, "Marks", _marks(one), "No check marks anything in this text.")
        _table(one, "Scores", _renamed(one["scores"], {}), "No scores yet: run `lab score`.")
        _table(one, "Checks", _renamed(one["checks"], {}), "Not checked yet: run `lab check`.")
    with right:
        _table(one, "Ratings", _renamed(one["ratings"], _RATING), "Nobody has rated this text yet.")
        _table(one, "Votes", _votes(one), "Nobody has compared this text yet.")
        said = _renamed(one["reviewer_spans"], _REVIEWER_SPAN)
        _table(one, "Reviewers' marks", said, "Nobody has looked for faults in this text yet.")
        _table(one, "Comments and flags", _comments(one), "Nobody has remarked anything on it.")


def _table(one: dict[str, Any], title: str, frame: pd.DataFrame, nothing: str) -> None:
    parts.subsection(title)
    if frame.empty:
        parts.note(nothing)
    else:
        parts.table(frame, f"{title.lower()}-{one['generation_id']}", _WHOLE_SECONDS)


def _renamed(rows: list[dict[str, Any]], names: dict[str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    if frame.empty:
        return frame
    shown = frame[list(names)].rename(columns=names) if names else frame
    said = [
        name for name in shown.columns if shown[name].notna().any() and (shown[name] != "").any()
    ]
    return shown[said]


def _marks(one: dict[str, Any]) -> pd.DataFrame:
    """List the checks' marks, each with how many reviewers confirmed it as a suggestion."""
    rows = []
    for span in one["spans"]:
        judged = [j["confirmed"] for j in one["judgements"] if j["span_id"] == span["span_id"]]
        confirmed = f"{sum(judged)} of {len(judged)}" if judged else ""
        rows.append(span | {"confirmed": confirmed})
    return _renamed(rows, _SPAN)


def _comments(one: dict[str, Any]) -> pd.DataFrame:
    """List what was remarked, each answer once, oldest first."""
    given = {
        answer["answer_id"]: {
            "reviewer": answer["reviewer"],
            "with": kind,
            "comment": answer["comment"],
            "flag": answer["flag"],
            "study": answer["study"],
            "when": answer["created_at"],
        }
        for kind in ("ratings", "votes", "reviewer_spans")
        for answer in one[kind]
        if answer["comment"] or answer["flag"]
    }
    rows = sorted(given.values(), key=lambda answer: answer["when"])
    for row in rows:
        row |= {"with": _KINDS[row["with"]], "when": f"{row['when']:%Y-%m-%d %H:%M} UTC"}
    return _renamed(rows, {})


def _votes(one: dict[str, Any]) -> pd.DataFrame:
    return _renamed([_vote(one["generation_id"], vote) for vote in one["votes"]], {})


def _vote(generation_id: str, vote: dict[str, Any]) -> dict[str, Any]:
    mine, other = ("a", "b") if vote["generation_a_id"] == generation_id else ("b", "a")
    outcome = {mine: "won", other: "lost", "tie": "tied", "both_bad": "both bad"}[vote["winner"]]
    return {
        "reviewer": vote["reviewer"],
        "against": vote[f"checkpoint_{other}"],
        "outcome": outcome,
        "seconds": vote["seconds"],
        "comment": vote["comment"],
        "study": vote["study"],
    }


def _thousands(n: int | None) -> str | None:
    return None if n is None else f"{n:,}"


def _seconds(seconds: float | None) -> str | None:
    return None if seconds is None else f"{seconds:.2f} s"
