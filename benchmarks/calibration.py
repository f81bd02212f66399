"""How often the lab's intervals hold and its verdicts err, where the truth is known, as tables.

Every figure stands with its Monte-Carlo error and beside what the usual way gives on the same
votes. Seeded: the same call prints the same figures.

    OMP_NUM_THREADS=1 python benchmarks/calibration.py [coverage equal watching] [--runs 1000]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from simulated import Crowd, draw, gap_for, true_strengths

from lab.analysis.bradley_terry import bradley_terry
from lab.analysis.watching import looks

LOOKS = range(20, 2001, 20)

UNEVEN = {
    "8 reviewers, 600 votes": Crowd(n_votes=600, n_reviewers=8),
    "25 reviewers, 1,500 votes": Crowd(n_votes=1500, n_reviewers=25),
    "8 reviewers, equal load": Crowd(n_votes=600, n_reviewers=8, unequal=0.0),
    "8 reviewers, load very unequal (sd 1.2)": Crowd(n_votes=600, n_reviewers=8, unequal=1.2),
    "8 reviewers, 20 prompts that matter more": Crowd(
        n_votes=600, n_reviewers=8, n_prompts=20, taste=0.4, suiting=0.8
    ),
    "8 reviewers, all of one taste": Crowd(n_votes=600, n_reviewers=8, taste=0.0, suiting=0.0),
}

RETURNING = Crowd(n_votes=2000, n_reviewers=40, n_prompts=200, session=20, unequal=0.5)
WATCHED = {
    "100 reviewers, one session of 20 each": replace(RETURNING, once=True),
    "40 reviewers who return": RETURNING,
    "40 reviewers who return, no ties": replace(RETURNING, tie=1e-9),
    "25 reviewers who return": replace(RETURNING, n_reviewers=25),
    "12 reviewers who return": replace(RETURNING, n_reviewers=12),
    "12 reviewers who return, load very unequal": replace(RETURNING, n_reviewers=12, unequal=1.2),
    "40 reviewers, 20 prompts that matter more": replace(RETURNING, n_prompts=20, suiting=0.5),
    "reviewers of extreme taste (sd 5), one session each": replace(RETURNING, once=True, taste=5.0),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all by default")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    for name in given.parts or PARTS:
        PARTS[name](given.runs, given.seed)


def coverage(runs: int, seed: int) -> None:
    """Count how often 95 % intervals of the contrasts between four checkpoints hold the truth."""
    print(
        f"Bradley–Terry contrasts, four checkpoints, tastes of sd .5 per checkpoint, {runs} runs\n"
    )
    print("| votes by | clustered: covers | width | naive: covers | width |")
    print("|---|---|---|---|---|")
    for name, given in UNEVEN.items():
        # Tastes are per checkpoint here: between two they differ by √2 as much.
        crowd = replace(
            given,
            strengths=(0.6, 0.0, -0.2, -0.4),
            taste=given.taste * np.sqrt(2),
            suiting=given.suiting * np.sqrt(2),
            tie=0.6,
        )
        strengths = true_strengths(crowd)
        rng = np.random.default_rng(seed)
        found = np.array([_covered(crowd, strengths, rng) for _ in range(runs)])
        means, errors = np.nanmean(found, axis=0), np.nanstd(found, axis=0) / np.sqrt(runs)
        print(
            f"| {name} | {means[0]:.3f} ± {errors[0]:.3f} | {means[1]:.2f} "
            f"| {means[2]:.3f} ± {errors[2]:.3f} | {means[3]:.2f} |",
            flush=True,
        )
    print()


def equal(runs: int, seed: int) -> None:
    """Count how often any of 20 equal checkpoints is called better than another."""
    print(f"20 equal checkpoints, 25 reviewers, 4,000 votes, {runs} runs\n")
    crowd = Crowd(n_votes=4000, n_reviewers=25, n_prompts=100, strengths=(0.0,) * 20)
    rng, holm, plain = np.random.default_rng(seed), [], []
    for _ in range(runs):
        pairs = bradley_terry(draw(crowd, rng), n_resamples=100).contrasts
        holm.append(any(pair.p_holm is not None and pair.p_holm < 0.05 for pair in pairs))
        naive = [pair.naive_interval for pair in pairs if pair.naive_interval is not None]
        plain.append(np.mean([not one.low <= 0 <= one.high for one in naive]))
    print("| any Holm-adjusted p < .05 | pairs that naive intervals call different |")
    print("|---|---|")
    print(f"| {_share(holm)} | {np.mean(plain):.3f} |\n")


def watching(runs: int, seed: int) -> None:
    """Count verdicts when one looks after every 20 votes up to 2,000."""
    print(f"Looking after every 20 votes up to 2,000, {runs} runs of each kind\n")
    print(
        "| votes by | no difference: error | fixed-n test | 60/40: found | named wrongly "
        "| median votes |"
    )
    print("|---|---|---|---|---|---|")
    for name, crowd in WATCHED.items():
        rng = np.random.default_rng(seed)
        none = np.array([_watched(crowd, rng) for _ in range(runs)])
        reachable = crowd.taste < 2
        line = f"| {name} | {_share(none[:, 0] != 0)} | {_share(none[:, 2])} "
        if reachable:
            apart = replace(crowd, strengths=(gap_for(0.6, crowd), 0.0))
            some = np.array([_watched(apart, rng) for _ in range(runs)])
            right = some[some[:, 0] > 0]
            wrong = _share(some[:, 0] < 0)
            line += f"| {_share(some[:, 0] > 0)} | {wrong} | {np.median(right[:, 1]):.0f} |"
        else:
            line += "| – | – | – |"
        print(line, flush=True)
    print()


PARTS: dict[str, Callable[[int, int], None]] = {
    "coverage": coverage,
    "equal": equal,
    "watching": watching,
}


def _covered(crowd: Crowd, strengths: np.ndarray, rng: np.random.Generator) -> list[float]:
    """Return shares covered and mean widths, clustered and naive, over the pairs of one run."""
    rows = []
    for pair in bradley_terry(draw(crowd, rng), n_resamples=100).contrasts:
        truth = strengths[int(pair.checkpoint[1:])] - strengths[int(pair.opponent[1:])]
        if pair.interval is None or pair.naive_interval is None:
            continue
        row = []
        for one in (pair.interval, pair.naive_interval):
            row += [one.low <= truth <= one.high, one.high - one.low]
        rows.append(row)
    # None at all where one reviewer gave nearly every vote: the lab refuses an interval.
    return list(np.mean(rows, axis=0)) if rows else [np.nan] * 4


def _watched(crowd: Crowd, rng: np.random.Generator) -> tuple[int, int, bool]:
    """Return who was first named (1 right, −1 wrong, 0 nobody), when, and the fixed-n test's."""
    votes = draw(crowd, rng)
    named, when = 0, 0
    for one in looks(votes, "c00", "c01", at=LOOKS):
        if one.interval and not one.interval.low <= 0.5 <= one.interval.high:
            named, when = (1 if one.value > 0.5 else -1), one.n_votes
            break
    is_first = (votes["checkpoint_a"] == "c00").to_numpy()
    won = (votes["winner"] == "a").to_numpy() == is_first
    points = np.where(votes["winner"] == "tie", 0.5, won)
    n = np.arange(1, len(points) + 1)
    mean = points.cumsum() / n
    error = np.sqrt(np.maximum((points**2).cumsum() / n - mean**2, 1e-9) / n)
    z = np.abs(mean - 0.5) / error
    return named, when, bool((z[np.array(LOOKS) - 1] > 1.96).any())


def _share(hits: np.ndarray | list[bool]) -> str:
    share = float(np.mean(hits))
    return f"{share:.3f} ± {np.sqrt(share * (1 - share) / len(hits)):.3f}"


if __name__ == "__main__":
    main()
