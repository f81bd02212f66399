"""Turns a criterion's name into its question and the words for every point of its scale."""

from __future__ import annotations

from dataclasses import dataclass

from lab.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One thing that a text is rated on, on an ordinal scale from 1 upwards."""

    name: str
    """Short lower-case name; the ratings are stored under it."""

    question: str
    """What the reviewer is asked."""

    anchors: tuple[str, ...]
    """What each point means, from 1 (worst) upwards; as many texts as the scale has points."""

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ConfigError("a criterion has an empty name; give it one, e.g. 'fluency'")
        if len(self.anchors) < 2:
            raise ConfigError(
                f"criterion {self.name!r}: a scale needs at least 2 points, got "
                f"{len(self.anchors)} anchors; write one text per point, the worst first"
            )


COHERENCE = Criterion(
    name="coherence",
    question="Does the text hold together from beginning to end?",
    anchors=(
        "Falls apart: sentences do not follow from one another, or contradict one another.",
        "Mostly loose: a thread shows here and there; gaps, loops or contradictions lose it.",
        "Followable: the main line is clear, with one or two jumps, repeats or contradictions.",
        "Holds together: events and references are in order; at most a small slip.",
        "Seamless: every sentence follows, nothing contradicts, and it comes to a proper end.",
    ),
)

FLUENCY = Criterion(
    name="fluency",
    question="Does the language read naturally, whatever it says?",
    anchors=(
        "Hardly readable: broken grammar, scrambled or missing words in most sentences.",
        "Laborious: errors in many sentences; some must be read twice.",
        "Readable: some errors or stiff, unnatural wording, but never unclear.",
        "Smooth: a slip or two that a quick proofreading would catch.",
        "Faultless: reads as if a careful native writer had written it.",
    ),
)

RELEVANCE = Criterion(
    name="relevance",
    question="Does the text do what the prompt asks, and stay true to what it gives?",
    anchors=(
        "Beside the point: it could be the answer to another prompt.",
        "Barely related: picks up a word or two; most of what was asked is missing or wrong.",
        "Partly: the main request is met, but something asked for is missing, wrong or invented.",
        "Largely: all that matters is there and right; a detail is missing or added.",
        "Fully: everything that the prompt asks for is there, and nothing goes against it.",
    ),
)

CREATIVITY = Criterion(
    name="creativity",
    question="Does the text offer something of its own beyond what the prompt gives?",
    anchors=(
        "Nothing: it repeats the prompt or itself, or strings stock phrases together.",
        "Predictable: the first idea that anybody would have, told without any detail.",
        "Ordinary: a sound idea with a few details of its own.",
        "Inventive: at least one idea, image or turn that is fresh and fits.",
        "Striking: fresh throughout, surprising and fitting; worth telling somebody about.",
    ),
)


def default_criteria() -> tuple[Criterion, ...]:
    """Return the lab's four criteria: coherence, fluency, relevance, creativity, each 1 to 5."""
    return (COHERENCE, FLUENCY, RELEVANCE, CREATIVITY)


def outside_criterion(name: str, n_points: int = 5) -> Criterion:
    """Describe a criterion whose ratings were made elsewhere and whose wording is not known.

    Args:
        name: the name that its ratings carry.
        n_points: the number of points of its scale, counted from 1.

    Returns:
        The criterion; its anchors are the bare numbers, since anything else would be invented.
    """
    return Criterion(
        name=name,
        question=f"Rated outside this lab as {name!r}; the question asked there is not recorded.",
        anchors=tuple(str(point) for point in range(1, n_points + 1)),
    )
