"""Checks the recording of figures: written, read, merged by topic, and what a bad file says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from lab.errors import InputError
from lab.selftest import recorded
from lab.selftest.figures import Figure
from lab.selftest.run import TOPICS, figures
from lab.selftest.sentences import aimed_at, sentence

FIGURE = Figure(
    topic="preferences",
    question="How often do intervals hold the truth?",
    condition="8 reviewers",
    value=0.956,
    error=0.003,
    low=0.93,
    high=0.97,
    usual=0.674,
    usual_way="every vote taken as independent",
    runs=1000,
    seed=0,
)


def _of(topic: str) -> recorded.Recording:
    return recorded.record(topic, [replace(FIGURE, topic=topic)], 1.25, f"lab selftest {topic}")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "reports" / "self-test.json"
    one = _of("preferences")
    assert recorded.read(path) == ()
    recorded.write(path, [one])
    assert recorded.read(path) == (one,)
    assert set(one.versions) == {"review-lab", "python", "numpy", "scipy", "pandas"}


def test_other_topics_stay_and_the_same_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "self-test.json"
    recorded.write(path, [_of("preferences"), _of("ratings")])
    again = replace(_of("ratings"), command="again")
    recorded.write(path, [again])
    assert {one.topic: one.command for one in recorded.read(path)} == {
        "preferences": "lab selftest preferences",
        "ratings": "again",
    }


def test_the_newest_of_each_topic_is_shown(tmp_path: Path, monkeypatch) -> None:
    shipped, own = tmp_path / "shipped.json", tmp_path / "own.json"
    monkeypatch.setattr(recorded, "SHIPPED", shipped)
    old = replace(_of("preferences"), made_at=_of("preferences").made_at - timedelta(days=1))
    recorded.write(shipped, [old, _of("ratings")])
    new = _of("preferences")
    recorded.write(own, [new])
    assert {one.topic for one in recorded.newest(own)} == {"preferences", "ratings"}
    assert new in recorded.newest(own)
    recorded.write(own, [replace(old, made_at=old.made_at - timedelta(days=1))])
    assert old in recorded.newest(own)


@pytest.mark.parametrize("text", ["{", "[1]", '[{"topic": "x"}]', '[{"figures": [{}]}]'])
def test_a_bad_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "self-test.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"self-test\.json is no recording .* `lab selftest`"):
        recorded.read(path)


def test_the_shipped_recording_has_the_figures_that_are_promised() -> None:
    for one in recorded.read(recorded.SHIPPED):
        assert one.topic in TOPICS
        assert one.figures
        assert all(figure.topic == one.topic for figure in one.figures)


def test_a_figure_as_a_sentence() -> None:
    assert sentence(FIGURE) == (
        "8 reviewers: 95.6 % ± 0.3 % in 1,000 simulated studies; aimed at 93 % to 97 %, met; "
        "every vote taken as independent: 67.4 %."
    )
    bare = replace(FIGURE, low=None, high=None, usual=None, usual_way="", value=0.9)
    assert sentence(bare) == "8 reviewers: 90 % ± 0.3 % in 1,000 simulated studies."
    assert sentence(replace(FIGURE, value=0.9)).count("not met") == 1
    assert aimed_at(replace(FIGURE, high=None)) == "93 % or more"
    assert aimed_at(replace(FIGURE, low=None)) == "97 % or less"


def test_unknown_topics_and_too_few_runs_are_refused() -> None:
    with pytest.raises(ValueError, match="none of preferences"):
        next(figures("nonsense", 10, 0))
    with pytest.raises(ValueError, match="1 runs"):
        next(figures("preferences", 1, 0))
