import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.world.corpus import write_corpus
from lab.world.facts import draw_facts
from lab.world.matching import match
from lab.world.pack import PRONOUN, english
from lab.world.reading import read_back
from lab.world.render import story
from lab.world.words import sentences

PACK = english()
SEEDS = st.integers(0, 10**6)


def told(seed):
    rng = random.Random(seed)
    facts = draw_facts(rng)
    return facts, story(facts, rng)


def stated(facts, text):
    """List the facts that each sentence of a clean story states, and where."""
    for sentence in sentences(text):
        for part, token in match(sentence, facts, PACK).slots:
            if part.kind != PRONOUN:
                yield part, token, sentence


FACTS = {
    "event": "share", "hero": "Rosa", "job": "painter", "trait": "kind", "friend": "Ivy",
    "relation": "cousin", "place": "pond", "thing": "kite", "look": "red", "weather": "sunny",
    "time": "Monday", "food": "apples", "have": "ten", "give": "six", "left": "four",
    "ending": "happy",
}  # fmt: skip
STORY = (
    "It was a sunny Monday at the pond. Rosa was a kind painter. Rosa had a cousin called Ivy. "
    "Rosa had brought a red kite and ten apples. Ivy had not eaten all day. "
    "So Rosa gave Ivy six apples. Now Rosa had four apples. "
    "They ate side by side until they were full."
)


def wrong(reading, text):
    """List the contradicted values and inventions of a reading, as (what, text of the span)."""
    marked = [(f.name, f.span) for f in reading.facts if f.status == "contradicted"]
    marked += [(invention.kind, invention.span) for invention in reading.invented]
    return [(name, text[start:end]) for name, (start, end) in marked]


def test_its_own_references_are_clean():
    _, prompts = write_corpus(99, 2000, 0, 0)
    readings = [read_back(prompt.facts, prompt.reference) for prompt in prompts]
    assert [r.names("missing") for r in readings if r.names("missing")] == []
    assert [r for r in readings if not r.faithful] == []
    assert [r.problems for r in readings if r.problems] == []
    assert all(
        len(r.names("supported")) == len(p.facts) for r, p in zip(readings, prompts, strict=True)
    )


def test_there_is_one_reading_per_fact_in_the_order_of_the_facts():
    reading = read_back(FACTS, STORY)
    assert [fact.name for fact in reading.facts] == list(FACTS)
    hero = reading.facts[1]
    assert (hero.status, hero.expected, hero.found) == ("supported", "Rosa", "Rosa")
    assert STORY[slice(*hero.span)] == "Rosa"


@settings(deadline=None)
@given(SEEDS, st.data())
def test_a_swapped_value_is_contradicted_at_exactly_its_span(seed, data):
    facts, text = told(seed)
    part, token, _ = data.draw(st.sampled_from(list(stated(facts, text))))
    others = [word for word in PACK.values(part.kind) if word != facts[part.value]]
    swapped = data.draw(st.sampled_from(others))
    changed = text[: token.start] + swapped + text[token.end :]
    reading = read_back(facts, changed)
    (found,) = [fact for fact in reading.facts if fact.status == "contradicted"]
    assert (found.name, found.found, found.expected) == (part.value, swapped, facts[part.value])
    assert found.span == (token.start, token.start + len(swapped))
    assert reading.invented == ()


@settings(deadline=None)
@given(SEEDS, st.data())
def test_a_deleted_sentence_leaves_missing_what_only_it_stated(seed, data):
    facts, text = told(seed)
    gone = data.draw(st.sampled_from(sentences(text)))
    elsewhere = {part.value for part, _, sentence in stated(facts, text) if sentence != gone}
    only = [
        part.value for part, _, sentence in stated(facts, text)
        if sentence == gone and part.value not in elsewhere
    ]  # fmt: skip
    reading = read_back(facts, text[: gone.start] + text[gone.end :])
    pattern = match(gone, facts, PACK).pattern
    only += ["ending"] if pattern.rank == 100 else []
    assert set(reading.names("missing")) == set(only)
    assert reading.faithful
    gaps = [problem for problem in reading.problems if problem.kind in ("gap", "ending")]
    assert len(gaps) == (pattern.rank is not None and 1 <= pattern.rank <= 100)


@settings(deadline=None)
@given(SEEDS, st.data())
def test_a_foreign_name_or_number_in_a_sentence_is_invented(seed, data):
    facts, text = told(seed)
    gaps = [
        token.start
        for sentence in sentences(text)
        for token in sentence.tokens[1:]
        if token.start and text[token.start - 1] == " "
    ]
    place = data.draw(st.sampled_from(gaps))
    names = [name for name in PACK.people if name not in facts.values()]
    numbers = [n for n in ("37", "90", "thirty", *PACK.values("number")) if n not in facts.values()]
    word, kind = data.draw(
        st.one_of(
            st.tuples(st.sampled_from([*names, "Zorblax"]), st.just("person")),
            st.tuples(st.sampled_from(numbers), st.just("number")),
        )
    )
    reading = read_back(facts, f"{text[:place]}{word} {text[place:]}")
    assert [(i.kind, i.span, i.found) for i in reading.invented] == [
        (kind, (place, place + len(word)), word)
    ]
    assert reading.names("contradicted") == []
    assert reading.names("missing") == []


@settings(deadline=None)
@given(SEEDS, st.text(max_size=200))
def test_any_text_can_be_read(seed, text):
    facts, _ = told(seed)
    reading = read_back(facts, text)
    spans = [f.span for f in reading.facts if f.span] + [i.span for i in reading.invented]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(0 <= p.span[0] <= p.span[1] <= len(text) for p in reading.problems)
    assert list(dict.fromkeys(f.name for f in reading.facts)) == list(facts)


@settings(deadline=None)
@given(SEEDS, SEEDS)
def test_another_plans_story_is_never_faithful(seed, other):
    facts, text = told(seed)
    others, _ = told(other)
    differing = [n for n in facts if n not in ("event", "ending") and facts[n] != others.get(n)]
    reading = read_back(others, text)
    assert reading.faithful == (not differing and facts == others)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("So Rosa gave Ivy six apples.", "So Rosa gave Ivy four apples.", [("give", "four")]),
        ("So Rosa gave Ivy six apples.", "So Ivy gave Rosa six apples.",
         [("hero", "Ivy"), ("friend", "Rosa")]),
        ("six apples", "6 apples", []),
        ("six apples", "seventy apples", [("give", "seventy")]),
        ("kind painter", "kind astronaut", [("job", "astronaut")]),
        ("Rosa was a kind painter.", "Rosa was a a kind painter painter.", []),
        ("Rosa was a kind painter.", "Rosa kind painter.", []),
        ("Ivy had not eaten all day.", "Then Tom came by with a drum and 37 foxes.",
         [("person", "Tom"), ("thing", "drum"), ("number", "37")]),
        ("Ivy had not eaten all day.", "Then a fox came by.", [("animal", "fox")]),
        ("Ivy had not eaten all day.", "Suddenly Ivy ran to the pond.", []),
        ("Ivy had not eaten all day.", "Zorblax saw it.", [("person", "Zorblax")]),
        ("Ivy had not eaten all day.", "Then they met Zorblax.", [("person", "Zorblax")]),
        ("They ate side by side until they were full.",
         "Yet Ivy walked off without a word, and Rosa felt lonely.",
         [("ending", "Yet Ivy walked off without a word, and Rosa felt lonely.")]),
        ("Ivy had not eaten all day.", "They had to run nine laps.",
         [("event", "They had to run nine laps."), ("number", "nine")]),
    ],
)  # fmt: skip
def test_planted_errors_are_where_they_are(before, after, expected):
    assert before in STORY
    text = STORY.replace(before, after)
    reading = read_back(FACTS, text)
    assert wrong(reading, text) == expected


def test_a_contradiction_hides_no_other_place():
    text = STORY.replace("Rosa", "Tom")
    assert wrong(read_back(FACTS, text), text) == [("hero", "Tom")] * len(re.findall("Tom", text))


def test_a_number_alone_in_a_broken_sentence_states_nothing():
    text = STORY.replace("So Rosa gave Ivy six apples.", "Six it was, they sang.")
    assert read_back(FACTS, text).names("missing") == ["give"]


def test_spans_are_code_points():
    text = "𝔲𝔲 🦊🦊. " + STORY.replace("kind", "shy")
    assert wrong(read_back(FACTS, text), text) == [("trait", "shy")]


def test_nothing_is_stated_by_an_empty_text():
    reading = read_back(FACTS, "")
    assert reading.names("missing") == list(FACTS)
    assert reading.faithful
