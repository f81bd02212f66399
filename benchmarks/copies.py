"""Holds the search for near copies against what MinHash theory predicts, and times it.

    python -m benchmarks.copies [PAIRS [DOCUMENTS]]

Pairs of made texts share a known part of their shingles, so that their Jaccard similarity is
known; of PAIRS (1,000) per similarity it is counted how many were compared, and how many were
taken for copies. DOCUMENTS (20,000) texts, a fifth of them near copies, are then timed.
"""

from __future__ import annotations

import math
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import datasets
from datasets.arrow_writer import ArrowWriter

from lab.data.prepare.alike import Alike, found_share, shingles
from lab.data.prepare.config import PrepareConfig
from lab.data.prepare.copies import copy_steps
from lab.data.prepare.passes import run_set_step
from lab.data.prepare.rows import features, new_row
from lab.data.prepare.signing import signatures
from lab.data.prepare.steps import SetStep

SIMILARITIES = (0.5, 0.6, 0.7, 0.75, 0.79, 0.8, 0.81, 0.85, 0.9, 0.95, 1.0)
WORDS = 254
"""Words of a made text; with shingles of 5 words they are 250."""

VOCABULARY = 20_000


def main() -> None:
    """Print recall and precision per similarity, then the speed."""
    n_pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    n_documents = int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
    datasets.disable_progress_bars()
    config = PrepareConfig(name="copies", exact=False)
    alike = Alike(
        threshold=config.near_threshold,
        permutations=config.near_permutations,
        shingle=config.near_shingle,
    )
    print(
        f"threshold {alike.threshold}, {alike.permutations} permutations in {alike.bands} bands "
        f"of {alike.rows}, shingles of {alike.shingle} words, {n_pairs:,} pairs per similarity"
    )
    draw = random.Random(1)
    pairs = [
        planted(similarity, alike.shingle, draw)
        for similarity in SIMILARITIES
        for _ in range(n_pairs)
    ]
    dropped, _ = run_steps([text for pair in pairs for text in pair[:2]], config, 1)
    print("similarity  compared in theory  compared  dropped  recall  precision")
    for start in range(0, len(pairs), n_pairs):
        print(_line(range(start, start + n_pairs), pairs, dropped, alike))
    time_documents(n_documents)


def planted(similarity: float, shingle: int, draw: random.Random) -> tuple[str, str, float]:
    """Make two texts whose shingles are just about so alike.

    Args:
        similarity: the Jaccard similarity wanted; the pair has the next that is not below.
        shingle: words per shingle.
        draw: draws the words.

    Returns:
        The texts, which begin alike, and their true similarity.
    """
    n = WORDS - shingle + 1
    n_shared = math.ceil(2 * n * similarity / (1 + similarity) - 1e-9)
    begin = text_of(n_shared + shingle - 1, draw)
    ends = [text_of(n - n_shared, draw) for _ in range(2)]
    one, other = (" ".join([begin, end]).strip() for end in ends)
    return one, other, n_shared / (2 * n - n_shared)


def text_of(n_words: int, draw: random.Random) -> str:
    """Make a text of random words."""
    return " ".join(f"w{draw.randrange(VOCABULARY)}" for _ in range(n_words))


def _line(
    places: range, pairs: list[tuple[str, str, float]], dropped: set[int], alike: Alike
) -> str:
    """Tell what was found of the pairs of one similarity; rows are two per pair, in order."""
    compared = sum(_share_a_band(*pairs[place][:2], alike) for place in places) / len(places)
    right = sum(2 * place + 1 in dropped for place in places)
    wrong = sum(2 * place in dropped for place in places)
    true = pairs[places[0]][2]
    if true < alike.threshold:
        right, wrong = 0, wrong + right
    theory = found_share(true, alike.bands, alike.rows)
    recall = f"{right / len(places):.4f}" if true >= alike.threshold else "-"
    precision = f"{right / (right + wrong):.4f}" if right + wrong else "-"
    return (
        f"{true:10.3f}  {theory:18.4f}  {compared:8.4f}  {right + wrong:7,}  "
        f"{recall:>6}  {precision:>9}"
    )


def _share_a_band(one: str, other: str, alike: Alike) -> bool:
    sets = [shingles(text, alike.shingle) for text in (one, other)]
    first, second = signatures(sets, alike.permutations)
    n = alike.bands * alike.rows
    return bool((first == second)[:n].reshape(alike.bands, alike.rows).all(axis=1).any())


def run_steps(
    texts: Sequence[str], config: PrepareConfig, workers: int
) -> tuple[set[int], list[str]]:
    """Look for copies among texts.

    Returns:
        The places of those that were dropped, and a line on each step.
    """
    lines = []
    with tempfile.TemporaryDirectory() as place:
        rows = _on_disk(texts, Path(place) / "rows.arrow")
        for step in copy_steps(config):
            assert isinstance(step, SetStep)
            begun = time.perf_counter()
            rows, report = run_set_step(rows, step, Path(place) / step.name, workers)
            seconds = time.perf_counter() - begun
            lines.append(
                f"{step.name}, {workers} workers: {report.n_in:,} texts in {seconds:.1f} s, "
                f"{report.n_in / seconds:,.0f} per second, {report.n_in - report.n_out:,} dropped"
            )
        kept = set(map(int, rows["key"]))
    return set(range(len(texts))) - kept, lines


def _on_disk(texts: Iterable[str], path: Path) -> datasets.Dataset:
    with ArrowWriter(features=features(), path=str(path), writer_batch_size=256) as writer:
        for number, text in enumerate(texts):
            writer.write(new_row(key=str(number), place="", reference=text))
        writer.finalize()
    return datasets.Dataset.from_file(str(path))


def time_documents(n: int) -> None:
    """Print how many texts of 254 words are looked through per second."""
    draw = random.Random(0)
    texts = [text_of(WORDS, draw) for _ in range(n - n // 5)]
    texts += [f"{texts[draw.randrange(len(texts))]} more" for _ in range(n // 5)]
    for workers in (1, 2):
        for line in run_steps(texts, PrepareConfig(name="copies"), workers)[1]:
            print(line)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the first process: {peak:,.0f} MB")


if __name__ == "__main__":
    main()
