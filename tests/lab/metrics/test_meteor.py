"""METEOR against nltk's, given no thesaurus, and against all alignments that there are."""

import random
from collections import Counter
from types import SimpleNamespace

import pytest
from nltk.translate.meteor_score import single_meteor_score

from lab.metrics.meteor import chunks, meteor, meteor_scores, meteor_words
from lab.metrics.run import METRICS, score


def nltks(text: list[str], reference: list[str]) -> float:
    return single_meteor_score(
        reference,
        text,
        preprocess=str,
        stemmer=SimpleNamespace(stem=lambda word: word),
        wordnet=SimpleNamespace(synsets=lambda word: []),
    )


def fewest_chunks(text: str, reference: str) -> int:
    """Try every alignment that makes as many matches as there can be."""
    wanted = (Counter(text) & Counter(reference)).total()
    found = [wanted]

    def go(place: int, used: frozenset[int], last: int, runs: int) -> None:
        if place == len(text):
            if len(used) == wanted:
                found.append(runs)
            return
        for other, word in enumerate(reference):
            if word == text[place] and other not in used:
                go(place + 1, used | {other}, other, runs + (other != last + 1))
        go(place + 1, used, -2, runs)

    go(0, frozenset(), -2, 0)
    return min(found)


def test_it_is_nltks_where_no_word_comes_twice():
    draw = random.Random(1)
    for _ in range(300):
        text, other = (draw.sample("abcdefghijklmnop", draw.randint(1, 12)) for _ in range(2))
        assert meteor(text, other) == pytest.approx(nltks(text, other), abs=1e-12)


def test_it_makes_as_many_matches_and_hardly_ever_more_chunks_than_needed():
    draw = random.Random(2)
    more = 0
    for _ in range(500):
        text, other = ("".join(draw.choices("abcde", k=draw.randint(1, 7))) for _ in range(2))
        needed = fewest_chunks(text, other)
        assert chunks(text, other) >= needed
        more += chunks(text, other) > needed
    assert more <= 2


def test_by_hand():
    # 3 matches of 3 and 4 words in 2 chunks: P 1, R .75, mean .75/(.9 + .1 · .75), less half of
    # (2/3)³.
    mean = 0.75 / (0.9 + 0.1 * 0.75)
    text, reference = meteor_words("The cats sat."), meteor_words("the cat then sat")
    assert meteor(text, reference) == pytest.approx(mean * (1 - 0.5 * (2 / 3) ** 3))
    assert chunks("abcabc", "abcxabc") == 2
    assert chunks("ab", "cd") == 0


def test_words_match_by_their_stem_in_any_case_and_script():
    assert meteor_scores(["RUNNING dogs", "猫と犬"], [["run dog"], ["猫と犬"]]) == [
        pytest.approx(1 - 0.5 / 8),
        pytest.approx(1 - 0.5 / 27),
    ]


def test_two_loops_take_no_time():
    assert meteor_scores(["a b " * 5000], [["b a " * 5000]])[0] > 0.99


def test_a_reference_without_words_gives_a_reason(pair):
    [found] = score([pair("a cat", reference="🙂")], METRICS["meteor"])
    assert (found.value, found.reason) == (None, "the reference has no word")
