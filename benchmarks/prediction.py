"""How many ratings automatic scores save on HANNA, three ratings per story, as tables.

The published scores are known for all 1,056 stories of 11 systems, and the ratings of a random part
of them. Stories are drawn with replacement, so that the mean of all published ratings is exactly
what the intervals are to hold; the text's rating is the mean of its three. A rating saved is one
that the ratings alone would need for an interval as narrow.

    OMP_NUM_THREADS=1 python benchmarks/prediction.py [--runs 200] [--hanna FILE]
"""

from __future__ import annotations

import argparse
import ast
from pathlib import Path

import numpy as np
import pandas as pd

from lab.analysis.prediction.estimates import Predicted, predicted_difference, predicted_means

CRITERIA = {
    "Relevance": "RE",
    "Coherence": "CH",
    "Empathy": "EM",
    "Surprise": "SU",
    "Engagement": "EG",
    "Complexity": "CX",
}
JUDGES = ("Beluga-13B", "OrcaPlatypus", "Mistral-7B", "Llama-13B", "ChatGPT")
PLAIN = (
    "Text length ¤§", "Novelty-1 ¤§", "Repetition-3 ¤§", "Coverage ¤§", "Compression ¤§",
    "SUPERT-PS ¤ε", "BLANC-Help-PS ¤Δ", "BARTScore-PS ¤Δ", "BARTScore-SP ¤Δ",
)  # fmt: skip
PAIR = (10, 2)
N_RATED, N_TEXTS = 200, 1056


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    beside = Path(__file__).parents[2] / "shared/data/hanna/hanna_metric_scores_llm.csv"
    parser.add_argument("--hanna", type=Path, default=beside)
    given = parser.parse_args()
    table = read(given.hanna)
    _all_stories(table, given.runs, given.seed)
    _one_system(table, given.runs, given.seed)


def read(path: Path) -> dict[str, np.ndarray]:
    """Read the published columns, each of shape (systems, prompts)."""
    frame = pd.read_csv(path)
    return {
        name: np.array([ast.literal_eval(cell) for cell in frame[name]], dtype=np.float64)
        for name in frame.columns
        if name != "Model" and "nan" not in "".join(frame[name])
    }


def scores_of(table: dict[str, np.ndarray], criterion: str, kind: str) -> np.ndarray:
    """Stack the scores of a kind, shape (systems, prompts, scores)."""
    short = CRITERIA[criterion]
    judges = [
        np.mean([table[f"{judge} {short} {i}"] for i in (1, 2, 3, 4)], axis=0) for judge in JUDGES
    ]
    plain = [table[name] for name in PLAIN]
    chosen = {"judges": judges, "plain": plain, "judges and plain": [*judges, *plain],
              "no score (noise)": []}[kind]  # fmt: skip
    if not chosen:
        noise = np.random.default_rng(1).normal(size=(3, *table[criterion].shape))
        chosen = list(noise)
    return np.stack(chosen, axis=2)


def _all_stories(table: dict[str, np.ndarray], runs: int, seed: int) -> None:
    print(f"Mean of all stories: {N_RATED} rated of {N_TEXTS}, {runs} draws\n")
    print("| criterion | scores | ratings saved | 600 ratings are worth | covers | alone covers |")
    print("|---|---|---|---|---|---|")
    saved = {}
    for kind in ("judges", "plain", "judges and plain", "no score (noise)"):
        for criterion in CRITERIA:
            rng = np.random.default_rng(seed)
            x, y = scores_of(table, criterion, kind), table[criterion]
            found = [_pooled(x, y, rng) for _ in range(runs)]
            saved[kind, criterion] = _line(criterion, kind, found, float(y.mean()))
    for kind in dict.fromkeys(kind for kind, _ in saved):
        mean = np.mean([saved[kind, criterion] for criterion in CRITERIA])
        print(f"\n{kind}: {mean:.1%} saved over the six criteria", flush=True)
    machines = {name: column[1:] for name, column in table.items()}
    kept = []
    for criterion in CRITERIA:
        rng = np.random.default_rng(seed)
        x, y = scores_of(machines, criterion, "judges and plain"), machines[criterion]
        kept.append(np.mean([_pooled(x, y, rng).saved for _ in range(runs)]))
    print(f"\njudges and plain, without the human stories: {np.mean(kept):.1%}\n", flush=True)


def _one_system(table: dict[str, np.ndarray], runs: int, seed: int) -> None:
    print("Each system by itself, and a difference of two: 32 of 96 prompts rated, all systems\n")
    print("| criterion | mean: saved | covers | difference: saved | covers |")
    print("|---|---|---|---|---|")
    for criterion in CRITERIA:
        rng = np.random.default_rng(seed)
        x, y = scores_of(table, criterion, "judges and plain"), table[criterion]
        means, gaps = [], []
        for _ in range(max(20, runs // 4)):
            ratings, texts, names = _by_prompt(x, y, rng)
            means.append(list(predicted_means(ratings, texts, names)))
            pair = [f"s{i:02d}" for i in PAIR]
            gaps.append(predicted_difference(ratings, texts, names, "c", *pair))
        truth = y.mean(axis=1)
        held = [_holds(one, truth[int(one.checkpoint[1:])]) for many in means for one in many]
        gap = truth[PAIR[0]] - truth[PAIR[1]]
        print(
            f"| {criterion} | {np.mean([one.saved for many in means for one in many]):.1%} "
            f"| {np.mean(held):.3f} | {np.mean([one.saved for one in gaps]):.1%} "
            f"| {np.mean([_holds(one, gap) for one in gaps]):.3f} |",
            flush=True,
        )


def _pooled(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> Predicted:
    """Draw stories with replacement, whoever wrote them, and rate the first of them."""
    row = rng.integers(y.size, size=N_TEXTS)
    ids = np.arange(N_TEXTS).astype(str)
    names = [f"x{i}" for i in range(x.shape[2])]
    texts = pd.DataFrame(x.reshape(y.size, -1)[row], columns=names).assign(
        generation_id=ids, checkpoint="all", prompt_id=ids, dataset="hanna", split="test"
    )
    rated = texts[["generation_id", "checkpoint", "prompt_id"]].iloc[:N_RATED]
    ratings = rated.assign(criterion="c", reviewer_id=ids[:N_RATED], value=y.ravel()[row[:N_RATED]])
    return predicted_means(ratings, texts, names)[0]


def _by_prompt(
    x: np.ndarray, y: np.ndarray, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Draw prompts with replacement, with the stories of all systems, and rate a third of them."""
    n_systems, n_prompts = y.shape
    row = rng.integers(n_prompts, size=n_prompts)
    names = [f"x{i}" for i in range(x.shape[2])]
    texts = pd.DataFrame(x[:, row].reshape(y.size, -1), columns=names).assign(
        generation_id=np.arange(y.size).astype(str),
        checkpoint=np.repeat([f"s{i:02d}" for i in range(n_systems)], n_prompts),
        prompt_id=np.tile(np.arange(n_prompts), n_systems),
        dataset="hanna",
        split="test",
    )
    rated = texts[["generation_id", "checkpoint", "prompt_id"]].assign(
        criterion="c", reviewer_id=texts["generation_id"], value=y[:, row].ravel()
    )
    return rated[rated["prompt_id"] < n_prompts // 3], texts, names


def _line(criterion: str, kind: str, found: list[Predicted], truth: float) -> float:
    saved = float(np.mean([one.saved for one in found]))
    plain = [one.classical_interval for one in found if one.classical_interval is not None]
    alone = np.mean([one.low <= truth <= one.high for one in plain])
    print(
        f"| {criterion} | {kind} | {saved:.1%} | {3 * N_RATED / (1 - saved):,.0f} "
        f"| {np.mean([_holds(one, truth) for one in found]):.3f} | {alone:.3f} |",
        flush=True,
    )
    return saved


def _holds(found: Predicted, truth: float) -> bool:
    return found.interval is not None and found.interval.low <= truth <= found.interval.high


if __name__ == "__main__":
    main()
