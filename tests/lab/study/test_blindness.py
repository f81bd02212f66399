"""Checks that no words that reviewers read tell a checkpoint."""

from __future__ import annotations

from typing import Any

import pytest

from lab.errors import ConfigError
from lab.study.blindness import refuse_unblind, unblind_words
from lab.study.criteria import Criterion
from lab.study.design import design
from lab.study.gold import Gold


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "old-or-fresh"}, "name holds 'old', .* set `title` to one"),
        ({"name": "OLD_2"}, "name holds 'old'"),
        ({"title": "Is new better?"}, "title holds 'new', .* in other words"),
        ({"question": "New or not?"}, "question holds 'new'"),
        ({"guidelines": "The old one is worse."}, "guidelines holds 'old'"),
        (
            {"criteria": (Criterion(name="wit", question="Funny?", anchors=("old hat", "fun")),)},
            "criterion 'wit' holds 'old'",
        ),
        ({"reference": True, "title": "A reference"}, "title holds 'reference'"),
        (
            {
                "gold": (
                    Gold(
                        prompt="p", checkpoint="x1", faulty=(), training=True, explanation="By X1."
                    ),
                ),
                "design": "spans",
            },
            "explanation of the gold item for prompt 'p' holds 'x1'",
        ),
    ],
)
def test_words_that_tell_a_checkpoint_are_refused(
    make_protocol, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        refuse_unblind(make_protocol(**changes))


def test_no_study_is_made_of_words_that_tell(make_protocol, make_material) -> None:
    protocol = make_protocol(name="old-or-fresh")
    with pytest.raises(ConfigError, match="name holds 'old'"):
        design(protocol, "s", make_material(protocol, 6))


def test_a_title_hides_the_name_and_parts_of_words_tell_nothing(make_protocol) -> None:
    assert unblind_words(make_protocol(name="old", title="Goldene news")) == []
    # "other" is a word of the lab's own guidelines, which are the same in every study.
    assert "other" in make_protocol().guidelines
    assert unblind_words(make_protocol()) == []
