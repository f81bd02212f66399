import math
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.checks.prose import check_prose
from lab.checks.run import Aids, fit_background
from lab.checks.source import check_source, components
from lab.records import CheckStatus, Prompt, SpanType, Split

NAMES = ["Rosa", "Ivy", "Max", "Otto", "Vera"]
FOODS = ["apples", "plums", "nuts", "figs", "pies"]
NUMBERS = ["two", "three", "four", "five", "six", "seven"]


def diary(i: int) -> Prompt:
    """One of a made-up data set that is not the embedded world."""
    who, food = NAMES[i % 5], FOODS[i // 5 % 5]
    bought, eaten = NUMBERS[i // 3 % 6], NUMBERS[(i // 3 + 1 + i % 4) % 6]
    mood = ["glad", "grim"][i // 7 % 2]
    felt = {"glad": "It was a joy to be alive.", "grim": "Rain fell on every roof."}[mood]
    return Prompt(
        dataset_id="d",
        key=str(i),
        split=Split.TRAIN,
        text="",
        source=f"who: {who}; food: {food}; bought: {bought}; eaten: {eaten}; mood: {mood}",
        reference=(
            f"Dear diary, today {who} went out and bought {bought} {food}. "
            f"In the evening {who} ate {eaten} of them. {felt}"
        ),
    )


@pytest.fixture(scope="module")
def background():
    return fit_background(diary(i) for i in range(400))


CARD = "who: Rosa; food: plums; bought: six; eaten: two; mood: glad"
CLEAN = (
    "Dear diary, today Rosa went out and bought six plums. "
    "In the evening Rosa ate two of them. It was a joy to be alive."
)


def spans(pair, background, text, source=CARD):
    outcome = check_source(*pair(text, source), background)
    assert outcome.result.status == CheckStatus.OK
    return [(text[s.start : s.end], s.type, s.evidence) for s in outcome.spans]


def test_a_text_that_keeps_to_its_card_is_clean(pair, background):
    assert spans(pair, background, CLEAN) == []
    assert check_source(*pair(CLEAN, CARD), background).result.score == 0.0
    assert spans(pair, background, CLEAN.replace("six", "6")) == []


@pytest.mark.parametrize(
    ("old", "new", "evidence"),
    [
        ("plums", "nuts", "the source says 'plums' (food); the text says 'nuts'"),
        ("bought six", "bought 4", "the source says 'six' (bought); the text says '4'"),
        ("ate two", "ate six", "the source says 'two' (eaten); the text says 'six'"),
        ("today Rosa", "today Otto", "the source says 'Rosa' (who); the text says 'Otto'"),
        ("plums", "pumpernickels", "the source says 'plums' (food); the text says 'pumpernickels'"),
    ],
)
def test_a_wrong_value_contradicts_its_key(pair, background, old, new, evidence):
    [(said, kind, why)] = spans(pair, background, CLEAN.replace(old, new))
    assert said == new.split(" ")[-1]
    assert kind == SpanType.CONTRADICTION
    assert why == evidence


def test_a_sentence_can_contradict_a_key_that_it_does_not_name(pair, background):
    text = CLEAN.replace("It was a joy to be alive.", "Rain fell on every roof.")
    [(said, kind, why)] = spans(pair, background, text)
    assert said == "Rain fell on every roof"
    assert kind == SpanType.CONTRADICTION
    assert "'glad' (mood)" in why


def test_what_no_key_asks_for_is_invented(pair, background):
    text = CLEAN + " Greetings from Brunhilda, who waved."
    assert ("Brunhilda", SpanType.NAME) in [s[:2] for s in spans(pair, background, text)]


def test_a_data_set_that_keeps_bringing_new_words_flags_none_of_them(pair):
    rows = [diary(i) for i in range(200)]
    wordy = [replace(row, reference=f"{row.reference} Word{row.key}.") for row in rows]
    assert spans(pair, fit_background(rows), CLEAN + " Hm, pumpernickels.") != []
    assert spans(pair, fit_background(wordy), CLEAN + " Hm, pumpernickels.") == []


def test_offsets_are_code_points(pair, background):
    text = "👩‍👩‍👧🙂 " + CLEAN.replace("plums", "nuts")
    assert [said for said, *_ in spans(pair, background, text)] == ["nuts"]


def test_a_card_without_a_background_is_compared_by_numbers_and_names(pair):
    text = "One day Rosa bought nine plums. She met Otto by the sea."
    found = spans(pair, None, text)
    assert [(said, kind) for said, kind, _ in found] == [
        ("nine", SpanType.NUMBER),
        ("Otto", SpanType.NAME),
    ]


SOURCE = "The Eiffel Tower in Paris was finished in 1889 and is 330 metres tall."


def test_prose_is_compared_by_numbers_names_and_words(pair):
    assert spans(pair, None, "It was finished in 1889 in Paris.", SOURCE) == []
    found = spans(pair, None, "It is 300 metres tall and stands in London since 1889.", SOURCE)
    assert found == [
        ("300", SpanType.CONTRADICTION, "the source says '330 metres'; the text says '300'"),
        ("London", SpanType.NAME, "the source has no 'London'"),
    ]
    found = spans(pair, None, "Penguins enjoy swimming under frozen lakes.", SOURCE)
    assert [kind for _, kind, _ in found] == [SpanType.LOW_SUPPORT, SpanType.UNSUPPORTED]


def test_a_text_that_lost_its_case_has_no_names():
    findings, _ = check_prose("THE TOWER IN LONDON IS TALL", SOURCE, is_card=False)
    assert findings == []


def test_support_falls_with_what_the_source_lacks(pair):
    texts = [SOURCE, "The tower in Paris is tall.", "Penguins swim.", ""]
    scores = [check_source(*pair(text, SOURCE)).result.score for text in texts]
    assert scores[0] == 0.0
    assert scores[0] < scores[1] < scores[2] == 1.0
    assert scores[3] == 0.0


@pytest.mark.parametrize("source", [None, "", "  \n"])
def test_without_a_source_there_is_nothing_to_check(pair, source):
    outcome = check_source(*pair("A text.", source))
    assert outcome.result.status == CheckStatus.NOT_APPLICABLE
    assert outcome.result.score is None
    assert "no source" in outcome.result.reason
    assert outcome.spans == ()


def test_too_few_prompts_make_no_background():
    assert fit_background([]) is None
    assert fit_background([diary(1)]) is None


@given(st.text(), st.sampled_from([CARD, SOURCE, "猫; 犬", "a: b; c: 3"]), st.booleans())
def test_any_text_gives_spans_in_the_text_and_scores_in_range(text, source, known):
    prompt = Prompt(dataset_id="d", key="1", split=Split.TEST, text="", source=source)
    from lab.records import Generation

    made = Generation(prompt_id=prompt.id, checkpoint_id="c", text=text, decoding={})
    outcome = check_source(made, prompt, fit_background(map(diary, range(12))) if known else None)
    assert 0.0 <= outcome.result.score <= 1.0
    end = 0
    for span in outcome.spans:
        assert 0 <= span.start < span.end <= len(text)
        assert 0.0 <= span.score <= 1.0
        assert span.evidence
        if span.evidence_start is not None:
            assert 0 <= span.evidence_start < span.evidence_end <= len(source)
        if span.type != SpanType.LOW_SUPPORT:
            assert end <= span.start
            end = span.end


@pytest.mark.parametrize("source", [CARD, SOURCE, "word " * 200_000])
def test_a_megabyte_takes_seconds(pair, background, source):
    text = " ".join(f"Word{i % 9973} nine plums {i} Otto." for i in range(45_000))
    assert len(text) > 1_000_000
    started = time.monotonic()
    assert check_source(*pair(text, source), background).result.status == CheckStatus.OK
    assert time.monotonic() - started < 60


def test_what_a_score_is_made_of(pair, background):
    known = Aids(background=background)
    good, bad = (pair(text, CARD) for text in ("", "Zorbo met Zorbo in Zorbograd."))
    assert components(*good, known) == (0.0, 0.0, 0.0, 0.0, 0.0)
    assert components(*bad, known)[0] == check_source(*bad, background).result.score > 0
    assert max(components(*bad, known)[1:]) > 0
    assert components(*good, Aids()) is None
    assert components(*pair("A text.", None), known) is None
    prose = components(*pair("It is 300 metres tall in London.", SOURCE), Aids())
    assert prose[-2:] == pytest.approx((math.log(2), math.log(2)))
