"""Turns the studies and their frozen protocols into a section: what was asked, by which rules."""

from __future__ import annotations

import json

import pandas as pd
import streamlit as st

from apps.dashboard import data, parts
from lab.records import Study, StudyStatus


def draw() -> None:
    """Draw one row per study, and the whole protocol of the one chosen."""
    found = data.all_studies()
    if not found:
        return
    parts.section(
        "Studies",
        "A protocol is frozen before the first answer; an equal hash (SHA-256) is an equal one.",
    )
    parts.table(
        pd.DataFrame([_row(label, study, status) for label, study, status in found]), "studies"
    )
    with st.expander("Read a protocol"):
        labels = [label for label, _, _ in found]
        chosen = st.selectbox("Protocol of", labels, key="protocol-study")
        study = found[labels.index(chosen)][1]
        st.text(f"SHA-256 {study.protocol_sha256}")
        st.code(json.dumps(study.protocol, indent=2, ensure_ascii=False), language="json")


def _row(label: str, study: Study, status: StudyStatus) -> dict[str, object]:
    protocol = study.protocol
    return {
        "study": label,
        "status": status.value,
        "protocol": study.protocol_sha256[:12],
        "design": protocol.get("design", "mixed"),
        "reviewers per item": protocol.get("reviewers_per_item"),
        "stopping rule": protocol.get("stopping_rule", ""),
        "exclusion rule": protocol.get("exclusion_rule", ""),
        "made on": f"{study.created_at:%Y-%m-%d}",
    }
