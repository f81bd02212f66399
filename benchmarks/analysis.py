"""CPU seconds of the lab's statistics beside named peers on the same votes, as a table.

Peers treat every vote as independent and resample votes; the lab's intervals are clustered by
reviewer and prompt. evalica refits each resample, so that a few are timed and scaled up. A peer
that is not installed is left out with a line that says what to install; arena-rank pins its own
numpy and jax, so it needs an environment of its own.

    OMP_NUM_THREADS=1 python benchmarks/analysis.py [--votes 1000000] [--peers evalica arena-rank]
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from simulated import Crowd, draw

from lab.analysis.preferences.bradley_terry import bradley_terry

WINNERS = {"a": "model_a", "b": "model_b", "tie": "tie"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--votes", type=int, default=1_000_000)
    parser.add_argument("--checkpoints", type=int, default=30)
    parser.add_argument("--reviewers", type=int, default=200)
    parser.add_argument("--prompts", type=int, default=10_000)
    parser.add_argument("--resamples", type=int, default=1000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--peers", nargs="*", choices=[*PEERS, []], default=list(PEERS))
    given = parser.parse_args()
    votes = _votes(given)
    ours = [
        seconds_of(lambda: bradley_terry(votes, n_resamples=given.resamples))
        for _ in range(given.turns + 1)
    ][1:]
    print(
        f"{given.votes:,} votes, {given.checkpoints} checkpoints, {given.reviewers} reviewers, "
        f"{given.prompts:,} prompts; fit and {given.resamples:,} bootstraps\n"
    )
    print("| way | CPU seconds | seconds | times the lab's CPU |")
    print("|---|---|---|---|")
    cpu, wall = (statistics.median(part) for part in zip(*ours, strict=True))
    print(f"| lab, clustered two ways | {cpu:.2f} | {wall:.2f} | 1 |", flush=True)
    for name in given.peers:
        try:
            other, other_wall = PEERS[name](votes, given.resamples)
        except ImportError as problem:
            print(f"\n{name} is left out: {problem}; `pip install {name}` in this environment.")
            continue
        print(f"| {name} | {other:.1f} | {other_wall:.1f} | {other / cpu:,.0f} |", flush=True)


def with_evalica(votes: pd.DataFrame, n_resamples: int) -> tuple[float, float]:
    """Time evalica's fit and percentile bootstrap; scaled up from a few resamples."""
    import evalica

    to_winner = {"a": evalica.Winner.X, "b": evalica.Winner.Y, "tie": evalica.Winner.Draw}
    lists = (
        votes["checkpoint_a"].tolist(),
        votes["checkpoint_b"].tolist(),
        [to_winner[winner] for winner in votes["winner"]],
    )
    n_timed = min(4, n_resamples)

    def run() -> None:
        evalica.bootstrap(
            evalica.bradley_terry,
            *lists,
            n_resamples=n_timed,
            bootstrap_method="percentile",
            random_state=0,
        )

    once = seconds_of(lambda: evalica.bradley_terry(*lists))
    timed = seconds_of(run)
    each = [(whole - one) / n_timed for whole, one in zip(timed, once, strict=True)]
    return once[0] + n_resamples * each[0], once[1] + n_resamples * each[1]


def with_arena_rank(votes: pd.DataFrame, n_resamples: int) -> tuple[float, float]:
    """Time arena-rank's fit and bootstrap; compiling is not timed."""
    import multiprocessing

    from arena_rank.models.bradley_terry import BradleyTerry
    from arena_rank.utils.data_utils import PairDataset

    frame = pd.DataFrame(
        {
            "model_a": votes["checkpoint_a"],
            "model_b": votes["checkpoint_b"],
            "winner": votes["winner"].map(WINNERS),
        }
    )

    def run(n: int) -> None:
        data = PairDataset.from_pandas(frame, min_pair_count=0)
        model = BradleyTerry(n_competitors=len(data.competitors))
        model.compute_ratings_and_cis(data, ci_method="bootstrap", num_bootstrap=n, n_jobs=1)

    # Its workers, forked from a process that runs jax, hang.
    multiprocessing.set_start_method("spawn", force=True)
    run(2)
    return seconds_of(lambda: run(n_resamples))


PEERS: dict[str, Callable[[pd.DataFrame, int], tuple[float, float]]] = {
    "evalica": with_evalica,
    "arena-rank": with_arena_rank,
}


def seconds_of(run: Callable[[], object]) -> tuple[float, float]:
    """Return CPU seconds, those of child processes included, and seconds by the clock."""
    before, began = os.times(), time.perf_counter()
    run()
    after = os.times()
    return sum(after[:4]) - sum(before[:4]), time.perf_counter() - began


def _votes(given: argparse.Namespace) -> pd.DataFrame:
    strengths = np.random.default_rng(1).normal(0, 0.5, given.checkpoints)
    crowd = Crowd(
        n_votes=given.votes,
        n_reviewers=given.reviewers,
        n_prompts=given.prompts,
        strengths=tuple(strengths.tolist()),
    )
    return draw(crowd, np.random.default_rng(0))


if __name__ == "__main__":
    main()
