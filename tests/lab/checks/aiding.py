"""What checks look at besides text and source, made small."""

import numpy as np

from lab.packing import pack
from lab.records import Generation, TokenScores


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
