from hypothesis import given, settings
from hypothesis import strategies as st

from lab.world.words import sentences


def test_splits_at_full_stops_marks_and_line_ends():
    found = [sentence.text for sentence in sentences("Rosa ran. Ivy too!\nNobody\n\n Who?  ")]
    assert found == ["Rosa ran.", "Ivy too!", "Nobody", "Who?"]


def test_a_question_in_quotes_goes_on_with_a_small_letter():
    found = [sentence.text for sentence in sentences('"Shall we?" asked Rosa. "Yes!" Ivy ran.')]
    assert found == ['"Shall we?" asked Rosa.', '"Yes!"', "Ivy ran."]


def test_an_owner_is_a_token_of_its_own():
    (sentence,) = sentences("Rosa's hat.")
    assert [token.text for token in sentence.tokens] == ["Rosa", "'s", "hat", "."]


@settings(deadline=None)
@given(st.text())
def test_spans_are_code_points_of_the_text_and_in_order(text):
    reached = 0
    for sentence in sentences(text):
        assert text[sentence.start : sentence.end] == sentence.text
        assert sentence.start >= reached
        reached = sentence.end
        for token in sentence.tokens:
            assert text[token.start : token.end] == token.text
            assert sentence.start <= token.start < token.end <= sentence.end
    assert not text[reached:].strip()


@settings(deadline=None)
@given(st.text(alphabet="ab .!?\"\n'", max_size=40))
def test_no_letter_is_lost(text):
    joined = "".join(sentence.text for sentence in sentences(text))
    assert "".join(joined.split()) == "".join(text.split())
