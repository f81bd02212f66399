"""Checks the default criteria and the message for a scale that is none."""

from __future__ import annotations

import pytest

from lab.errors import ConfigError
from lab.study.criteria import Criterion, default_criteria, outside_criterion
from lab.study.guidelines import DEFAULT_GUIDELINES


def test_default_criteria_have_their_own_words_for_all_five_points() -> None:
    criteria = default_criteria()
    assert [each.name for each in criteria] == ["coherence", "fluency", "relevance", "creativity"]
    anchors = [anchor for each in criteria for anchor in each.anchors]
    assert len(anchors) == 20
    assert len(set(anchors)) == 20
    assert all(each.question.endswith("?") for each in criteria)


def test_scale_of_one_point_is_refused() -> None:
    with pytest.raises(
        ConfigError, match="criterion 'wit': a scale needs at least 2 points, got 1"
    ):
        Criterion(name="wit", question="Funny?", anchors=("yes",))


def test_nameless_criterion_is_refused() -> None:
    with pytest.raises(ConfigError, match="empty name"):
        Criterion(name=" ", question="?", anchors=("no", "yes"))


def test_outside_criterion_invents_no_wording() -> None:
    assert outside_criterion("enjoy").anchors == ("1", "2", "3", "4", "5")
    assert "not recorded" in outside_criterion("enjoy", 7).question


def test_guidelines_name_every_choice_of_the_screens() -> None:
    for word in ("Tie", "both bad", "Skip", "flag", "undo"):
        assert word in DEFAULT_GUIDELINES
    assert len(DEFAULT_GUIDELINES.split()) < 300
