"""The checks by samples, tokens, encoder and entailment, and every check on awkward texts."""

import numpy as np
import pytest

from lab.checks.aids import Aids
from lab.checks.entailment import EntailmentHeadError, find_heads
from lab.checks.run import CHECKS
from lab.checks.support import read_source, support
from lab.packing import pack
from lab.records import CheckStatus, Generation, SpanType, TokenScores


class Letters:
    """Encodes each word as the counts of its letters."""

    name = "letters"

    def tokens(self, texts):
        return [
            np.array([[word.count(chr(97 + i)) + 1e-6 for i in range(26)] for word in words])
            for words in (text.casefold().split() or [""] for text in texts)
        ]


class Contains:
    """Says that a text follows where its words are all in the premise."""

    name = "contains"

    def judge(self, pairs):
        return [
            (0.9, 0.05) if set(text.split()) <= set(premise.split()) else (0.1, 0.8)
            for premise, text in pairs
        ]


def scores_of(text, log_probability=-0.1):
    return TokenScores(
        generation_id="g",
        ends=pack([len(text)], "uint32"),
        log_probabilities=pack([log_probability], "float16"),
        entropies=pack([1.0], "float16"),
    )


def sample(made, text):
    return Generation(
        prompt_id=made.prompt_id, checkpoint_id="c", text=text, decoding={}, sample_index=1
    )


TEXT = "Yesterday the queen met Brunhilda in seven castles."
OTHER = "Yesterday the queen met Otto in nine castles."


def test_what_other_samples_lack_is_marked_with_the_sample(pair):
    made, prompt = pair(TEXT, None)
    others = [sample(made, OTHER), sample(made, OTHER.replace("Otto", "Rosa"))]
    outcome = CHECKS["selfcheck"].run(made, prompt, Aids(samples=[made, *others]))
    assert [TEXT[s.start : s.end] for s in outcome.spans] == ["Brunhilda", "seven"]
    assert {s.type for s in outcome.spans} == {SpanType.INCONSISTENT}
    texts = {one.id: one.text for one in others}
    for span in outcome.spans:
        said = texts[span.sample_id][span.evidence_start : span.evidence_end]
        assert said.startswith("Yesterday the queen")


def test_entropy_counts_meanings(pair):
    made, prompt = pair("Rain fell on roofs.", None)
    alike = sample(made, "Rain fell on many roofs.")
    other = sample(made, "Penguins love cold lakes.")
    run = CHECKS["entropy"].run
    assert run(made, prompt, Aids(samples=[alike])).result.score == 0.0
    assert run(made, prompt, Aids(samples=[other])).result.score == 1.0
    three = run(made, prompt, Aids(samples=[alike, other])).result.score
    assert three == pytest.approx((np.log(3) - 2 / 3 * np.log(2)) / np.log(3))
    model = run(made, prompt, Aids(samples=[alike], entailment=Contains())).result
    assert (model.score, model.version) == (1.0, "1|contains")


def test_doubt_multiplies_the_tokens_of_a_word(pair):
    made, prompt = pair("Rosa met penguins.", None)
    scores = TokenScores(
        generation_id=made.id,
        ends=pack([4, 8, 13, 17, 18], "uint32"),
        log_probabilities=pack([-0.5, -0.1, -2.0, -2.0, -0.1], "float16"),
        entropies=pack([1.0] * 5, "float16"),
    )
    outcome = CHECKS["doubt"].run(made, prompt, Aids(token_scores=scores))
    [span] = outcome.spans
    assert (made.text[span.start : span.end], span.type) == ("penguins", SpanType.DOUBT)
    assert span.score == pytest.approx(1 - np.exp(-4.0), abs=1e-3)


def test_token_scores_that_are_no_numbers_are_an_error(pair):
    made, prompt = pair("Rosa.", None)
    scores = scores_of("Rosa.", float("nan"))
    result = CHECKS["doubt"].run(made, prompt, Aids(token_scores=scores)).result
    assert (result.status, result.score) == (CheckStatus.ERROR, None)
    assert "not numbers" in result.reason
    long = CHECKS["doubt"].run(made, prompt, Aids(token_scores=scores_of("Rosa, dear."))).result
    assert long.status == CheckStatus.ERROR


@pytest.mark.parametrize(
    ("name", "aids"),
    [("align", Aids(encoder=Letters())), ("nli", Aids(entailment=Contains()))],
)
def test_models_tell_what_follows_from_what_does_not(pair, name, aids):
    source = "the queen met otto in the castle. rain fell on every roof."
    good = CHECKS[name].run(*pair("rain fell on every roof", source), aids)
    bad = CHECKS[name].run(*pair("zzz xyz", source), aids)
    assert good.result.score < 0.2 < 0.6 < bad.result.score
    assert good.spans == ()
    assert [(s.start, s.end) for s in bad.spans] == [(0, 7)]
    assert good.result.version.startswith("1|")


def test_a_model_that_breaks_is_an_error(pair):
    class Broken:
        name = "broken"

        def tokens(self, texts):
            raise RuntimeError("out of memory")

    result = CHECKS["align"].run(*pair("A text.", "A source."), Aids(encoder=Broken())).result
    assert result.status == CheckStatus.ERROR
    assert "out of memory" in result.reason


def test_heads_are_found_by_their_names():
    names = {0: "CONTRADICTION", 1: "NEUTRAL", 2: "ENTAILMENT"}
    assert find_heads("m", names) == (2, 0)
    assert find_heads("m", {0: "not_entailment", 1: "entailment"}) == (1, None)
    assert find_heads("m", {0: "inconsistent", 1: "consistent"}) == (1, 0)
    assert find_heads("m", {0: "LABEL_0"}) == (0, None)
    with pytest.raises(EntailmentHeadError, match="POSITIVE"):
        find_heads("m", {0: "NEGATIVE", 1: "POSITIVE"})


def test_repeating_itself_gains_nothing():
    source = read_source("Rain fell on every roof of the town.")
    once = support("Rain fell on every roof. Penguins love lakes.", source)
    often = support("Rain fell on every roof. " * 5 + "Penguins love lakes.", source)
    assert often.shares[0] <= once.shares[0]


SOURCE = "The queen met Otto in nine castles. 女王は城に住む。 גשם ירד על הגג 🙂."
AWKWARD = {
    "empty": "",
    "emoji": "👩‍👩‍👧🙂🙂",
    "right to left": "הפינגווינים אוהבים אגמים קפואים.",
    "no spaces": "企鹅喜欢冰冻的湖泊。女王は城に住む。",
    "control": "\x00\u202e\ufeff",
}


@pytest.mark.parametrize("name", ["source", "selfcheck", "entropy", "doubt", "align", "nli"])
@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD)
def test_awkward_texts_are_judged(pair, name, text):
    made, prompt = pair(text, SOURCE)
    aids = Aids(
        samples=[sample(made, OTHER)],
        token_scores=scores_of(text),
        encoder=Letters(),
        entailment=Contains(),
    )
    outcome = CHECKS[name].run(made, prompt, aids)
    assert outcome.result.status == CheckStatus.OK
    assert 0.0 <= outcome.result.score <= 1.0
    assert all(0 <= span.start < span.end <= len(text) for span in outcome.spans)


@pytest.mark.parametrize("name", [name for name in CHECKS if name != "world"])
def test_with_nothing_to_check_with_there_is_no_score(pair, name):
    result = CHECKS[name].run(*pair("A text.", None)).result
    assert (result.status, result.score) == (CheckStatus.NOT_APPLICABLE, None)
    assert result.reason


@pytest.mark.parametrize("name", ["selfcheck", "entropy", "doubt", "align", "nli"])
def test_a_megabyte_is_judged(pair, name):
    text = "".join(f"Word{i % 997} met nine plums {i}. " for i in range(40_000))
    assert len(text) > 1_000_000
    made, prompt = pair(text, SOURCE)
    aids = Aids(
        samples=[sample(made, text)],
        token_scores=scores_of(text),
        encoder=Letters(),
        entailment=Contains(),
    )
    assert CHECKS[name].run(made, prompt, aids).result.status == CheckStatus.OK
