"""Brings HANNA's published ratings and scores into a lab by the lab's own commands.

The file of scores has no texts: each is given as many words as it is said to have.
"""

from __future__ import annotations

import ast
import csv
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from lab.cli import main
from lab.home import Home
from lab.metrics.run import METRICS as METRICS_OF_THE_LAB

CRITERIA = {
    "relevance": "RE",
    "coherence": "CH",
    "empathy": "EM",
    "surprise": "SU",
    "engagement": "EG",
    "complexity": "CX",
}
METRICS = (
    "BLEU Ξ§",
    "ROUGE-1 F-Score Ξ§",
    "ROUGE-2 F-Score Ξ§",
    "ROUGE-L F-Score Ξ§",
    "METEOR Ξ§",
    "chrF Ξ§",
    "CIDEr Ξ§",
    "BERTScore F1 Ξε",
    "MoverScore Ξε",
    "DepthScore Ξε",
    "BaryScore-W Ξε",
    "SummaQA ΞΔ",
    "InfoLM-FisherRao ΞΔ",
    "SUPERT-PS ¤ε",
    "Coverage ¤§",
    "Novelty-1 ¤§",
    "Repetition-1 ¤§",
    "BARTScore-SP ¤Δ",
    "ChatGPT RE 1",
)


def import_hanna(home: Home, folder: Path, published: Callable[[str], Path]) -> list[str]:
    """Import 1,056 stories with three ratings on six criteria, and their scores.

    Args:
        home: the lab.
        folder: where the files to import are written.
        published: finds the published data.

    Returns:
        The metrics' names; with the lab's own length there are twenty.
    """
    table = pd.read_csv(published("hanna/hanna_metric_scores_llm.csv"))
    stories = pd.read_csv(published("hanna/hanna_llm_stories.csv"))
    prompts = stories["Prompt"].iloc[:96].tolist()
    rated, scored = folder / "ratings.csv", folder / "scores.csv"
    names = {column: _name(column) for column in METRICS}
    with rated.open("w") as ratings, scored.open("w") as scores:
        write, score = csv.writer(ratings), csv.writer(scores)
        write.writerow(["prompt", "system", "text", *CRITERIA])
        score.writerow(["prompt", "system", *names.values()])
        for _, row in table.iterrows():
            given = {column: ast.literal_eval(row[column].replace("nan", "None"))
                     for column in table.columns[1:] if column in _needed()}  # fmt: skip
            for n, prompt in enumerate(prompts):
                text = " ".join(["word"] * max(1, int(given["Text length ¤§"][n])))
                values = [[given[f"Human {rater} {short}"][n] for rater in (1, 2, 3)]
                          for short in CRITERIA.values()]  # fmt: skip
                write.writerow([prompt, row["Model"], text, *map(str, values)])
                score.writerow([prompt, row["Model"], *(given[name][n] for name in names)])
    lab = ["--home", str(home.path)]
    criteria = [word for name in CRITERIA for word in ("--criterion", f"{name}={name}")]
    assert main(["ratings", "import", str(rated), "--study", "hanna", *criteria, *lab]) == 0
    assert main(["scores", "import", str(scored), "--version", "coling", *lab]) == 0
    assert main(["score", "--metric", "length", *lab]) == 0
    return list(names.values())


def _name(column: str) -> str:
    name = column.removesuffix(" 1").rstrip(" Ξ§εΔ¤").lower()
    return f"{name}-hanna" if name in METRICS_OF_THE_LAB else name


def _needed() -> set[str]:
    raters = {f"Human {rater} {short}" for rater in (1, 2, 3) for short in CRITERIA.values()}
    return {*METRICS, *raters, "Text length ¤§"}
