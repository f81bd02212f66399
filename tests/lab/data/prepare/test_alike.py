"""What a near copy is: shingles against sets of words, MinHash against its theory."""

from __future__ import annotations

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st

from lab.data.prepare import wording
from lab.data.prepare.alike import Alike, compared, found_share, jaccard, learnt, shingles
from lab.data.prepare.rows import new_row
from lab.data.prepare.signing import signatures

WORDS = st.lists(st.sampled_from("abcde"), max_size=30)


def runs_of(words: list[str], n: int) -> set[tuple[str, ...]]:
    n = min(n, max(len(words), 1))
    return {tuple(words[start : start + n]) for start in range(len(words) - n + 1)}


@given(WORDS, WORDS, st.integers(1, 6))
def test_jaccard_is_that_of_the_sets_of_runs(one: list[str], other: list[str], n: int) -> None:
    sets = runs_of(one, n), runs_of(other, n)
    expected = len(sets[0] & sets[1]) / max(len(sets[0] | sets[1]), 1)
    found = [shingles(" ".join(words), n) for words in (one, other)]
    assert [len(each) for each in found] == [len(each) for each in sets]
    assert jaccard(*found) == pytest.approx(expected)


def test_a_text_shorter_than_a_shingle_is_one_run() -> None:
    assert jaccard(shingles("Yes, sir!", 5), shingles("yes sir", 5)) == 1
    assert jaccard(shingles("yes sir", 5), shingles("yes sir no sir yes sir", 5)) == 0
    assert len(shingles("", 5)) == len(shingles("!?", 5)) == 0


@given(WORDS, st.integers(1, 6))
def test_shingles_ascend_and_none_stands_twice(words: list[str], n: int) -> None:
    found = shingles(" ".join(words), n)
    assert np.array_equal(found, np.unique(found))


def test_runs_go_on_over_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    text = " ".join(f"w{number}" for number in range(500))
    whole = shingles(text, 5)
    monkeypatch.setattr(wording.pieces, "__defaults__", (64,))
    assert np.array_equal(shingles(text, 5), whole)


def test_sources_and_system_turns_are_not_compared() -> None:
    row = new_row(key="1", place="", prompt="p", source="s", reference="r", rejected="j")
    assert (compared(row), learnt(row)) == ("p\nr\nj", "r\nj")
    turns = [{"role": "system", "content": "rules"}, {"role": "user", "content": "ask"}]
    chat = new_row(key="2", place="", messages=turns, reference="answer")
    assert (compared(chat), learnt(chat)) == ("ask\nanswer", "answer")
    assert compared(new_row(key="3", place="", source="s")) == "s"
    plain = new_row(key="4", place="", reference="text")
    assert compared(plain) == learnt(plain) == "text"


def test_bands_are_as_wide_as_the_recall_allows() -> None:
    alike = Alike(threshold=0.8, permutations=128, shingle=5)
    assert (alike.bands, alike.rows) == (21, 6)
    assert found_share(0.8, 21, 6) == pytest.approx(0.9983, abs=1e-4)
    assert found_share(0.8, 18, 7) < 0.99
    # Leskovec, Rajaraman and Ullman, figure 3.8: 20 bands of 5 rows.
    published = {0.2: 0.006, 0.3: 0.047, 0.4: 0.186, 0.5: 0.470, 0.6: 0.802, 0.7: 0.975}
    for similarity, share in published.items():
        assert found_share(similarity, 20, 5) == pytest.approx(share, abs=5e-4)
    assert Alike(threshold=0.02, permutations=16, shingle=5).rows == 1


def test_signatures_agree_as_often_as_the_sets_are_alike() -> None:
    rng = np.random.default_rng(1)
    shares = []
    for _ in range(60):
        values = rng.integers(0, 2**64, 150, dtype=np.uint64)
        one, other = signatures([values[:100], values[50:]], 128)
        shares.append((one == other).mean())
    error = np.sqrt(1 / 3 * 2 / 3 / 128 / 60)
    assert abs(np.mean(shares) - 1 / 3) < 4 * error


def test_signatures_are_those_of_the_library() -> None:
    rng = np.random.default_rng(2)
    sets = [rng.integers(0, 2**64, n, dtype=np.uint64) for n in (0, 1, 300, 0, 20_000, 7, 0)]
    for permutations in (16, 128):
        made = signatures(sets, permutations)
        for values, signed in zip(sets, made, strict=True):
            known = MinHash(num_perm=permutations, hashfunc=int, scheme="affine32")
            known.update_batch((values >> np.uint64(32)).tolist())
            assert np.array_equal(signed, known.hashvalues)
    assert signatures([], 16).shape == (0, 16)
