"""A text into how its sentences hang together: by their vectors, and by the words they share."""

from __future__ import annotations

import numpy as np

from lab.metrics.aids import Aids, Encoder
from lab.metrics.readability import foreign
from lab.metrics.types import Metric, ScoreInput, Value
from lab.sentences import SPLITTER, split_sentences
from lab.text import folded_words, is_content

MOST_SENTENCES = 200
"""Sentences that are read, so that a megabyte does not hang."""


def coherent_sentences(text: str) -> list[str]:
    """Cut a text into the sentences that coherence is about: with words, MOST_SENTENCES at most.

    Args:
        text: any text.
    """
    found = [sentence for sentence in split_sentences(text) if folded_words(sentence)]
    return found[:MOST_SENTENCES]


def too_few(n: int) -> str:
    """Say that a text has too few sentences.

    Args:
        n: how many it has.
    """
    return f"the text has {n} {'sentence' if n == 1 else 'sentences'}, and coherence needs 2"


def sentence_cosines(texts: list[str], encoder: Encoder) -> list[tuple[float, float] | str]:
    """Compare the sentences of each text by their vectors.

    Args:
        texts: any texts.
        encoder: makes vectors of length 1.

    Returns:
        Per text the mean cosine of neighbouring sentences and that of all pairs; or a reason.
    """
    cut = [coherent_sentences(text) for text in texts]
    flat = [sentence for sentences in cut for sentence in sentences]
    vectors = np.asarray(encoder.sentences(flat)) if flat else np.zeros((0, 1))
    found: list[tuple[float, float] | str] = []
    start = 0
    for sentences in cut:
        n = len(sentences)
        own = vectors[start : start + n].astype(np.float64)
        start += n
        if n < 2:
            found.append(too_few(n))
            continue
        if not np.isfinite(own).all():
            found.append("the encoder's numbers are not finite")
            continue
        adjacent = float((own[:-1] * own[1:]).sum(axis=1).mean())
        everything = float(np.square(own.sum(axis=0)).sum() - np.square(own).sum())
        # Vectors of float32 have length 1 but for their last digits.
        found.append((_clipped(adjacent), _clipped(everything / (n * (n - 1)))))
    return found


def _clipped(cosine: float) -> float:
    return min(1.0, max(-1.0, cosine))


def content_graph(text: str) -> Value:
    """Compute how much each sentence takes up again later, on average.

    Args:
        text: an English text.

    Returns:
        The mean over sentences of the sum over later ones of shared content words divided by
        the distance in sentences; no value for another language or under 2 sentences.
    """
    sentences = coherent_sentences(text)
    if len(sentences) < 2:
        return Value(None, too_few(len(sentences)))
    if reason := foreign(folded_words(text)):
        return Value(None, reason)
    contents = [{word for word in folded_words(one) if is_content(word)} for one in sentences]
    total = sum(
        len(one & contents[later]) / (later - first)
        for first, one in enumerate(contents)
        for later in range(first + 1, len(contents))
    )
    return Value(total / len(contents))


def _encoder_of(aids: Aids) -> Encoder:
    if aids.encoder is None:
        raise ValueError("coherence needs an encoder: none was given")
    return aids.encoder


def _cosines(inputs: list[ScoreInput], aids: Aids, which: int) -> list[Value]:
    texts = [given.generation.text for given in inputs]
    found = sentence_cosines(texts, _encoder_of(aids))
    return [Value(None, one) if isinstance(one, str) else Value(one[which]) for one in found]


def compute_adjacent(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Coherence of neighbours: mean cosine of each sentence's vector with the next one's.

    Range −1 to 1; neither direction is better: a loop has 1, and a good story turns. Under the
    encoder that the version names. The first 200 sentences are read. No value for a text of fewer
    than two sentences. Foltz, Kintsch and Landauer 1998, The Measurement of Textual Coherence
    with Latent Semantic Analysis.
    """
    return _cosines(inputs, aids, 0)


def compute_pairwise(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Coherence of all sentences: mean cosine of the vectors of all pairs of sentences.

    Range −1 to 1; neither direction is better: 1 is the same sentence over and over. It tells how
    far a text keeps to one topic, whatever the order. Otherwise as coherence_adjacent. Foltz,
    Kintsch and Landauer 1998.
    """
    return _cosines(inputs, aids, 1)


def compute_graph(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Content graph: content words that a sentence shares with later ones, nearer ones more.

    Range 0 to infinity; neither direction is better: repetition raises it. 0: no content word
    comes in two sentences. Guinaudeau and Strube 2013, Graph-based Local Coherence Modeling (the
    projection weighted by shared entities and distance), here with content words, which need no
    parser, in place of the entities. Rises with the number of sentences. The first 200 are read.
    English only; no value for fewer than two sentences.
    """
    return [content_graph(given.generation.text) for given in inputs]


COHERENCE_ADJACENT = Metric(
    name="coherence_adjacent",
    definition=f"cosine-1|{SPLITTER}",
    better="neither",
    range=(-1.0, 1.0),
    needs=frozenset({"encoder"}),
    compute=compute_adjacent,
)
COHERENCE_PAIRWISE = Metric(
    name="coherence_pairwise",
    definition=f"cosine-1|{SPLITTER}",
    better="neither",
    range=(-1.0, 1.0),
    needs=frozenset({"encoder"}),
    compute=compute_pairwise,
)
CONTENT_GRAPH = Metric(
    name="content_graph",
    definition=f"shared-by-distance-1|words-1|{SPLITTER}",
    better="neither",
    range=(0.0, float("inf")),
    compute=compute_graph,
)
