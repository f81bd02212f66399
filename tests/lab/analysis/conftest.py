"""Makes frames of votes and ratings."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from lab.selftest.voters import Crowd, draw


@pytest.fixture(scope="session")
def make_votes() -> Callable[..., pd.DataFrame]:
    """Make a frame of votes from rows (a, b, reviewer, prompt, winner[, swapped])."""

    def make(rows: list[tuple]) -> pd.DataFrame:
        columns = ["checkpoint_a", "checkpoint_b", "reviewer_id", "prompt_id", "winner", "swapped"]
        frame = pd.DataFrame([(*row, False)[:6] for row in rows], columns=columns)
        item = frame["checkpoint_a"] + frame["checkpoint_b"] + frame["prompt_id"]
        return frame.assign(
            item_id=item, criterion="overall", reviewer=frame["reviewer_id"], seconds=1.0
        )

    return make


@pytest.fixture(scope="session")
def make_ratings() -> Callable[..., pd.DataFrame]:
    """Make a frame of ratings from rows (checkpoint, reviewer, prompt, value)."""

    def make(rows: list[tuple], criterion: str = "fluency") -> pd.DataFrame:
        columns = ["checkpoint", "reviewer_id", "prompt_id", "value"]
        frame = pd.DataFrame(rows, columns=columns)
        text = frame["checkpoint"] + frame["prompt_id"]
        return frame.assign(
            criterion=criterion,
            generation_id=text,
            item_id=text,
            reviewer=frame["reviewer_id"],
            seconds=2.0,
        )

    return make


@pytest.fixture(scope="session")
def random_votes(make_votes) -> Callable[[int], pd.DataFrame]:
    """Draw 120 votes among three checkpoints by 6 reviewers on 10 prompts."""

    def draw(seed: int) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        rows = []
        for _ in range(120):
            a, b = rng.choice(["old", "new", "other"], 2, replace=False)
            winner = rng.choice(["a", "b", "tie", "both_bad"], p=[0.4, 0.3, 0.2, 0.1])
            person, prompt = f"r{rng.integers(6)}", f"p{rng.integers(10)}"
            rows.append((str(a), str(b), person, prompt, str(winner), bool(rng.integers(2))))
        return make_votes(rows)

    return draw


@pytest.fixture(scope="session")
def llmfao(published: Callable) -> pd.DataFrame:
    """Read the published votes of LLMFAO; a is what stood on the left."""
    crowd = pd.read_csv(published("llmfao/crowd-comparisons.csv"), dtype=str)
    return pd.DataFrame(
        {
            "checkpoint_a": crowd["left"],
            "checkpoint_b": crowd["right"],
            "reviewer_id": crowd["worker"],
            "prompt_id": crowd["prompt"],
            "criterion": "overall",
            "winner": crowd["winner"].map({"left": "a", "right": "b", "tie": "tie"}),
            "swapped": False,
        }
    )


@pytest.fixture(scope="session")
def draw_votes() -> Callable[..., pd.DataFrame]:
    """Draw votes of reviewers with tastes of their own, in sessions, on prompts with a leaning."""

    def draw_of(
        rng: np.random.Generator, n_votes: int, n_reviewers: int, n_prompts: int = 60, **settings
    ) -> pd.DataFrame:
        crowd = Crowd(
            n_votes=n_votes,
            n_reviewers=n_reviewers,
            n_prompts=n_prompts,
            **{"side": 0.0} | settings,
        )
        return draw(crowd, rng)

    return draw_of
