"""Votes until 90 % are right about the winner, and Kendall's tau to the true order, as a table.

The votes are made of the published ratings of HANNA (github.com/dig-team/hanna-benchmark-asg): 96
prompts, each with the text of every system, each text rated by three people. One vote is made of
a pair of systems (as the order of asking draws it), one of the 96 prompts (all alike), and for each
of the two texts one of its three ratings (all alike; the three people are not the same from text
to text). The higher rating wins, equal ones are a tie. The true order is that of the means of all
288 ratings of a system. After each vote the pairs are weighed anew, and the strongest in the
posterior mean is named; with every order, all that differs is which pairs are asked. "Votes to
90 %" is the number from which on at least 90 % of the runs name the truly best system at every
later look; its error is the standard deviation over resamples of the runs.

The human texts of HANNA are far better than any system's, so that nearly every way finds them at
once; the second table leaves them out, which is the question that a lab has.

    OMP_NUM_THREADS=1 python benchmarks/sampling.py HANNA.csv [--runs 1000] [--criterion RE]

HANNA.csv is the benchmark's `hanna_metric_scores_llm.csv`, which has a column "Human 1 RE" and so
on.
"""

from __future__ import annotations

import argparse
import ast
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from lab.analysis.preferences.sampling import FLOOR, Seek, weigh
from lab.analysis.preferences.tallies import Tallies, believe

ORDERS: tuple[Seek, ...] = ("uniform", "winner", "ranking")
GOAL = 0.9
N_RESAMPLES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is asked for how long."""

    ratings: np.ndarray
    """Shape (systems, prompts, 3)."""

    n_votes: int
    """Votes of one run."""

    every: int
    """Votes between two looks."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", metavar="HANNA.csv")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--criterion", default="RE", help="RE, CH, EM, SU, EG or CX")
    parser.add_argument("--floor", type=float, default=FLOOR)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    table = pd.read_csv(given.path, index_col=0)
    ratings = read(table, given.criterion)
    machines = ratings[[name != "Human" for name in table.index]]
    for name, task in (
        (f"{len(ratings)} systems", Task(ratings=ratings, n_votes=200, every=1)),
        (f"{len(machines)} systems, without the humans'",
         Task(ratings=machines, n_votes=6000, every=25)),
    ):  # fmt: skip
        print(f"{name}, weighed every {task.every} votes, floor {given.floor}, {given.runs} runs\n")
        report(task, given.runs, given.floor, given.seed)


def read(table: pd.DataFrame, criterion: str) -> np.ndarray:
    """Return the ratings of a criterion, shape (systems, prompts, 3)."""
    slots = [table[f"Human {slot} {criterion}"].map(ast.literal_eval) for slot in (1, 2, 3)]
    return np.stack([np.array(slot.tolist(), dtype=float) for slot in slots], axis=-1)


def report(task: Task, runs: int, floor: float, seed: int) -> None:
    """Print what each order of asking needs."""
    print("| order | votes to 90 % | fewer than uniform | tau at ¼, ½ and all of the votes |")
    print("|---|---|---|---|")
    usual = None
    for seek in ORDERS:
        rng = np.random.default_rng(seed)
        found = np.array([run(task, seek, floor, rng) for _ in range(runs)])
        right, tau = found[:, :, 0], found[:, :, 1]
        needed = votes_needed(right, task.every)
        resampled = [
            votes_needed(right[rng.integers(0, runs, runs)], task.every) for _ in range(N_RESAMPLES)
        ]
        usual = resampled if usual is None else usual
        fewer = 1 - np.array(resampled) / np.array(usual)
        saved = "–" if seek == "uniform" else f"{np.median(fewer):.0%} ± {np.nanstd(fewer):.0%}"
        taus = " ".join(
            f"{tau[:, at].mean():.3f} ± {tau[:, at].std() / np.sqrt(runs):.3f}"
            for at in (tau.shape[1] // 4 - 1, tau.shape[1] // 2 - 1, -1)
        )
        print(f"| {seek} | {needed:,.0f} ± {np.nanstd(resampled):.0f} | {saved} | {taus} |",
              flush=True)  # fmt: skip
    print()


def votes_needed(right: np.ndarray, every: int) -> float:
    """Return after how many votes the goal is reached for good; NaN where it is not.

    Args:
        right: whether each run named the best at each look, shape (runs, looks).
        every: votes between two looks.
    """
    short = np.flatnonzero(right.mean(axis=0) < GOAL)
    if not len(short):
        return float(every)
    return np.nan if short[-1] == right.shape[1] - 1 else float((short[-1] + 2) * every)


def run(task: Task, seek: Seek, floor: float, rng: np.random.Generator) -> list[tuple[bool, float]]:
    """Return at each look whether the best was named, and Kendall's tau to the true order."""
    k, n_prompts, n_slots = task.ratings.shape
    truth = task.ratings.mean(axis=(1, 2))
    names = tuple(f"s{number:02d}" for number in range(k))
    first, second = np.triu_indices(k, 1)
    points, n_ties, looks = np.zeros((k, k)), 0, []
    for _ in range(0, task.n_votes, task.every):
        tallies = Tallies(checkpoints=names, points=points, n_ties=n_ties)
        found = weigh(tallies, seek, floor=floor, seed=int(rng.integers(2**31)))
        weights = np.zeros((k, k))
        for pair in found.pairs:
            weights[int(pair.checkpoint[1:]), int(pair.opponent[1:])] = pair.weight
        chance = weights[first, second]
        drawn = rng.choice(len(first), task.every, p=chance / chance.sum())
        a, b = first[drawn], second[drawn]
        prompt = rng.integers(0, n_prompts, task.every)
        slots = rng.integers(0, n_slots, (2, task.every))
        gap = task.ratings[a, prompt, slots[0]] - task.ratings[b, prompt, slots[1]]
        np.add.at(points, (a, b), np.where(gap == 0, 0.5, gap > 0))
        n_ties += int((gap == 0).sum())
        np.add.at(points, (b, a), np.where(gap == 0, 0.5, gap < 0))
        mean = believe(Tallies(checkpoints=names, points=points)).mean
        tau = stats.kendalltau(mean, truth).statistic
        looks.append((mean.argmax() == truth.argmax(), tau))
    return looks


if __name__ == "__main__":
    main()
