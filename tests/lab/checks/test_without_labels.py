"""The checks by samples, tokens, encoder and entailment."""

import numpy as np
import pytest

from lab.checks.aids import Aids
from lab.checks.entailment import EntailmentHeadError, find_heads
from lab.checks.run import CHECKS
from lab.checks.support import read_source, support
from lab.packing import pack
from lab.records import CheckStatus, SpanType, TokenScores
from tests.lab.checks.aiding import Contains, Letters, sample, scores_of

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


def test_token_scores_that_end_beyond_the_text_are_an_error(pair):
    made, prompt = pair("Rosa.", None)
    long = CHECKS["doubt"].run(made, prompt, Aids(token_scores=scores_of("Rosa, dear."))).result
    assert long.status == CheckStatus.ERROR
    assert "beyond the text" in long.reason


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
