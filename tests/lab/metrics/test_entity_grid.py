"""The entity grid by hand, and what is taken for an entity."""

from __future__ import annotations

import pytest

from lab.metrics.entity_grid import continued_share, entity_grid
from lab.metrics.run import METRICS, score

STORY = (
    "The old king had a daughter. The king’s horse was ill, and Anna wept. "
    "She didn't see the horses. Then Anna left the king and his land."
)


def test_the_grid_by_hand(pair):
    grid = entity_grid(STORY.replace(". ", ".\n").splitlines())
    assert grid["king"] == [0, 1, 3]
    assert grid["hors"] == [1, 2]  # "horses" has the stem of "horse"
    assert grid["anna"] == [1, 3]
    assert {"daughter", "land"} <= set(grid)
    assert {"didn't", "didn", "wept", "see", "left", "old", "the", "she"}.isdisjoint(grid)
    # Of three entities over three transitions each, king 0–1 and horse 1–2 go on.
    assert continued_share(grid, 4) == pytest.approx(2 / 9)
    [found] = score([pair(STORY)], METRICS["entity_grid"])
    assert found.value == pytest.approx(2 / 9)


def test_a_verb_after_a_known_noun_is_no_head():
    grid = entity_grid(["It was a knight at a gate.", "The knight slept at the gate.", "Slept on."])
    assert grid == {"knight": [0, 1], "gate": [0, 1]}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("The king had a horse.", "1 sentence"),
        ("Der Ritter sah den Drachen an. Er lief weg und kam nie in das alte Haus.", "English"),
        ("It was cold in the hall. We were all there and then she left.", "no entity"),
        ("", "0 sentences"),
    ],
)
def test_without_a_grid_there_is_a_reason(text, reason, pair):
    [found] = score([pair(text)], METRICS["entity_grid"])
    assert found.value is None
    assert reason in found.reason


def test_a_loop_has_1_and_order_matters(pair):
    loop = "The king saw a horse in the hall. " * 4
    assert score([pair(loop)], METRICS["entity_grid"])[0].value == 1
    near = ["The king is here.", "I know the king.", "A gate is there.", "It is the gate."]
    far = [near[place] for place in (0, 2, 1, 3)]
    values = [continued_share(entity_grid(one), 4) for one in (near, far)]
    assert values == [pytest.approx(2 / 6), 0]
