import random
from itertools import pairwise

from lab.world.facts import draw_facts
from lab.world.render import fact_card, natural_prompt, story
from lab.world.words import sentences


def plan(seed):
    return draw_facts(random.Random(seed))


def test_the_card_names_every_fact_in_order():
    assert fact_card({"event": "share", "hero": "Rosa"}) == "event: share; hero: Rosa"


def test_the_same_seed_gives_the_same_texts():
    facts = plan(3)
    for render in (natural_prompt, story):
        assert render(facts, random.Random(1)) == render(facts, random.Random(1))
        assert len({render(facts, random.Random(seed)) for seed in range(20)}) > 10


def test_stories_have_six_to_twelve_sentences():
    lengths = {len(sentences(story(plan(seed), random.Random(seed)))) for seed in range(2000)}
    assert min(lengths) == 6
    assert max(lengths) <= 12


def test_a_prompt_names_the_hero_and_only_facts_of_the_plan():
    kept = []
    for seed in range(300):
        facts = plan(seed)
        text = natural_prompt(facts, random.Random(seed))
        assert facts["hero"] in text
        assert facts["job"] in text
        assert "{" not in text
        kept.append(sum(facts[name] in text for name in ("place", "weather", "look", "relation")))
    assert 2.8 < sum(kept) / len(kept) < 3.6


def test_a_pronoun_never_follows_a_sentence_with_somebody_else_of_that_gender():
    facts = plan(0) | {"hero": "Rosa", "friend": "Ivy"}
    for seed in range(500):
        told = sentences(story(facts, random.Random(seed)))
        for before, after in pairwise(told):
            if after.text.startswith("She "):
                assert "Rosa" in before.text or before.text.startswith("She ")
                assert "Ivy" not in before.text


def test_some_stories_use_pronouns_of_the_heros_gender():
    facts = plan(0) | {"hero": "Tom", "friend": "Ivy"}
    told = " ".join(story(facts, random.Random(seed)) for seed in range(50))
    assert " He " in told
    assert " She " not in told
