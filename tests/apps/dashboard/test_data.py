"""Checks what the pages are told of the records."""

from __future__ import annotations

import pandas as pd

from apps.dashboard import data


def test_people_are_listed_as_one_counts(monkeypatch) -> None:
    excluded = pd.DataFrame({"study": ["one", "one", "two"], "reviewer": ["V10", "V2", "V10"]})
    frames = {"reviewers": ["V1", "V10", "V2"], "excluded": excluded}
    monkeypatch.setattr(data, "version", lambda: "now")
    monkeypatch.setattr(data, "_frame", lambda name, at: frames[name])
    assert data.reviewer_names() == ["V1", "V2", "V10"]
    assert data.excluded_names("one") == ["V2", "V10"]
    assert data.excluded_names(None) == ["V2", "V10"]
