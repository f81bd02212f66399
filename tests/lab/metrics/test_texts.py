import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.metrics.run import METRICS, score
from lab.text import folded_words, word_pattern, words


def value(name, pair):
    return score([pair], METRICS[name])[0].value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't stop, Twenty-one!", ["Don't", "stop", "Twenty-one"]),
        ("猫と犬 ok", ["猫", "と", "犬", "ok"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("cafe\u0301 🙂 a_b", ["cafe\u0301", "a", "b"]),
        ("'' - --", []),
    ],
)
def test_words(text, expected):
    assert words(text) == expected


@given(st.text(st.one_of(st.sampled_from("aZ9'’‑-_ ."), st.characters(max_codepoint=0x2100))))
def test_the_words_of_latin_text_are_those_of_the_pattern_of_all_scripts(text):
    assert words(text) == word_pattern().findall(text)


def test_words_are_folded_for_comparison():
    assert folded_words("DON’T Straße ﬁne") == ["don't", "strasse", "fine"]


def test_distinct_and_repetition_by_hand(pair):
    loop = pair("a b c d a b c d")
    assert value("distinct_1", loop) == 4 / 8
    assert value("distinct_2", loop) == 4 / 7
    assert value("repetition", loop) == pytest.approx(1 / 5)
    assert value("length", loop) == 8


def test_too_short_a_text_has_no_value_and_says_why(pair):
    [found] = score([pair("a b c")], METRICS["repetition"])
    assert found.value is None
    assert found.reason == "the text has 3 words, and repetition needs 4"
    assert value("length", pair("")) == 0


def test_prompt_coverage_counts_content_words(pair):
    assert value("prompt_coverage", pair("The DRAGON slept.", "A dragon and a knight")) == 0.5
    assert value("prompt_coverage", pair("", "A dragon")) == 0.0
    assert value("prompt_coverage", pair("to be", "To be or not to be")) == 0.5
    assert value("prompt_coverage", pair("a text", "")) is None
