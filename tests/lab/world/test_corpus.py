import random
from itertools import combinations

from lab.records import Split
from lab.world import corpus
from lab.world.corpus import write_corpus
from lab.world.facts import draw_facts
from lab.world.render import fact_card


def test_the_same_seed_gives_the_same_data_and_another_seed_other_data():
    first, second, other = (write_corpus(seed, 20, 5, 5) for seed in (1, 1, 2))
    assert first[0].content_sha256 == second[0].content_sha256
    assert first[0].content_sha256 != other[0].content_sha256
    assert [p.reference for p in first[1]] == [p.reference for p in second[1]]


def test_no_plan_and_no_prompt_is_shared_between_splits():
    _, prompts = write_corpus(0, 3000, 500, 500)
    by_split = {split: [p for p in prompts if p.split is split] for split in Split}
    assert [len(rows) for rows in by_split.values()] == [3000, 500, 500]
    for one, other in combinations(by_split.values(), 2):
        assert not {p.source for p in one} & {p.source for p in other}
        assert not {p.text for p in one} & {p.text for p in other}
    assert len({p.source for p in prompts}) == len(prompts)


def test_the_records_fit_together():
    dataset, prompts = write_corpus(0, 3, 1, 1)
    assert dataset.name == "world"
    assert dataset.origin == "world"
    assert dataset.n_prompts == len(prompts) == 5
    assert {p.dataset_id for p in prompts} == {dataset.id}
    assert len({p.key for p in prompts}) == 5
    assert all(p.source == fact_card(p.facts) for p in prompts)
    assert dataset.config["seed"] == 0


def test_the_hash_covers_the_references():
    dataset, prompts = write_corpus(0, 3, 1, 1)
    longer, _ = write_corpus(0, 4, 1, 1)
    assert dataset.content_sha256 != longer.content_sha256
    assert all(p.reference for p in prompts)


def test_plans_that_are_drawn_again_are_left_out(monkeypatch):
    def draw_from_few(rng):
        return draw_facts(random.Random(rng.randrange(40)))

    monkeypatch.setattr(corpus, "draw_facts", draw_from_few)
    _, prompts = write_corpus(0, 20, 8, 8)
    assert len({prompt.source for prompt in prompts}) == 36
