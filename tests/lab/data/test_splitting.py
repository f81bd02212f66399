from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from lab.data.config import ImportConfig
from lab.data.splitting import split_at_random
from lab.records import Split

TEXTS = [f"text {number}" for number in range(1000)]


def test_shares_are_kept_exactly():
    drawn = Counter(split_at_random(TEXTS, ImportConfig(name="x")))
    assert drawn == {Split.TRAIN: 800, Split.VALIDATION: 100, Split.TEST: 100}


def test_the_seed_decides():
    first, same, other = (split_at_random(TEXTS, ImportConfig(name="x", seed=s)) for s in (1, 1, 2))
    assert first == same
    assert first != other


@settings(deadline=None)
@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=50), st.randoms())
def test_equal_texts_share_a_split_whatever_the_order_of_rows(texts, random):
    config = ImportConfig(name="x", train_share=0.4, validation_share=0.3, test_share=0.3)
    drawn = dict(zip(texts, split_at_random(texts, config), strict=True))
    assert split_at_random(texts, config) == [drawn[text] for text in texts]
    shuffled = random.sample(texts, len(texts))
    assert dict(zip(shuffled, split_at_random(shuffled, config), strict=True)) == drawn


def test_a_share_of_one_takes_all():
    config = ImportConfig(name="x", train_share=0, validation_share=0, test_share=1)
    assert set(split_at_random(TEXTS, config)) == {Split.TEST}
