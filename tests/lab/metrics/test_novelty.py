"""What a text copied from training texts, against a plain search."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lab.metrics.aids import Aids
from lab.metrics.novelty import copied_share, longest_copy
from lab.metrics.run import METRICS, score
from lab.metrics.training import training_index

WORDS = st.lists(st.sampled_from("abc"), max_size=24).map(" ".join)


def plain(text: str, known: list[str]) -> int:
    tokens = text.split()
    padded = [f" {other} " for other in known]
    runs = (
        tokens[start:end]
        for start in range(len(tokens))
        for end in range(start + 1, len(tokens) + 1)
    )
    return max(
        (len(run) for run in runs if any(f" {' '.join(run)} " in p for p in padded)), default=0
    )


@given(WORDS, st.lists(WORDS, max_size=4))
def test_the_longest_copy_is_that_of_a_plain_search(text, known):
    index = training_index("t", known)
    assert longest_copy(index.numbered(text), index) == plain(text, known)


@given(WORDS, st.lists(WORDS, max_size=4))
def test_the_share_is_that_of_a_plain_count(text, known):
    index = training_index("t", known)
    grams = [tuple(text.split()[n : n + 4]) for n in range(len(text.split()) - 3)]
    there = {tuple(one.split()[n : n + 4]) for one in known for n in range(len(one.split()) - 3)}
    found = copied_share(index.numbered(text), index)
    if grams:
        assert found.value == sum(gram in there for gram in grams) / len(grams)
    else:
        assert "4-grams need 4" in found.reason


def test_a_copy_does_not_run_over_the_end_of_a_training_text(pair):
    index = training_index("t", ["one two three", "four five six", "从前有一个女孩"])
    aids = Aids(training=index)
    found = score(
        [pair("Two, THREE four five!"), pair("new words"), pair(""), pair("有一个男孩")],
        METRICS["longest_copy"],
        aids,
    )
    assert [one.value for one in found] == [2, 0, None, 3]
    assert found[0].version.startswith("words-1|training:t|3-texts-")


def test_another_training_set_is_another_version():
    one, other = training_index("t", ["a"]), training_index("t", ["b"])
    assert one.precision != other.precision
