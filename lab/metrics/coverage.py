"""A prompt and a text into the share of the prompt's content words that the text takes up."""

from __future__ import annotations

from lab.metrics.aids import Aids
from lab.metrics.types import Metric, ScoreInput, Value
from lab.text import folded_words, is_content


def content_words(text: str) -> set[str]:
    """Return the different content words of a text, folded.

    Args:
        text: any text. Where it has no content words by the English rule, all its words count, so
            that "To be or not to be" and texts in other languages have some, too.
    """
    every = set(folded_words(text))
    return {word for word in every if is_content(word)} or every


def coverage(prompt: str, text: str) -> Value:
    """Divide the prompt's content words that occur in the text by all of them.

    Args:
        prompt: the prompt.
        text: what was written for it.

    Returns:
        The share, in [0, 1]; no value where the prompt has no words.
    """
    wanted = content_words(prompt)
    if not wanted:
        return Value(None, "the prompt has no words")
    return Value(len(wanted & set(folded_words(text))) / len(wanted))


def compute(inputs: list[ScoreInput], aids: Aids) -> list[Value]:
    """Prompt coverage: share of the prompt's different content words that occur in the text.

    Range [0, 1], higher is nearer to the prompt. 1: every content word of the prompt is in the
    text, in the same form; 0: none is (also for an empty text). No value for a prompt without
    words. Content words are words that are no English stop words; a prompt that has only stop
    words counts with all its words, and so does nearly every word of another language. No paper:
    on the 400 stories of Chiang and Lee 2023 (WritingPrompts) its Spearman correlation with the
    mean human relevance is .50, and neither stems nor idf weights nor cosine brought over .51.
    """
    return [coverage(given.prompt.text, given.generation.text) for given in inputs]


PROMPT_COVERAGE = Metric(
    name="prompt_coverage",
    definition="words-1",
    better="higher",
    range=(0.0, 1.0),
    compute=compute,
)
