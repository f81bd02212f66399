"""Turns votes into preference pairs in TRL's format: prompt, chosen, rejected."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.errors import ConfigError
from storage.asked import ASKED
from storage.client import Store
from storage.frames import VOTES

if TYPE_CHECKING:
    import pandas as pd

_COUNTS = f"""
    SELECT
        study, prompt_id, first_id, second_id,
        count(*) FILTER (winner_id = first_id) AS n_first,
        count(*) FILTER (winner_id = second_id) AS n_second,
        count(*) FILTER (winner = 'tie') AS n_ties,
        count(*) FILTER (winner = 'both_bad') AS n_both_bad
    FROM (
        SELECT
            study, prompt_id, winner,
            least(generation_a_id, generation_b_id) AS first_id,
            greatest(generation_a_id, generation_b_id) AS second_id,
            CASE winner WHEN 'a' THEN generation_a_id WHEN 'b' THEN generation_b_id END AS winner_id
        FROM ({VOTES}) WHERE criterion = $1
    )
    GROUP BY ALL
"""

_PAIRS = f"""
    SELECT
        {ASKED} AS prompt, chosen.text AS chosen, rejected.text AS rejected, pair.study,
        n_first + n_second AS n_votes,
        abs(n_first - n_second) / nullif(n_first + n_second, 0) AS margin,
        n_ties, n_both_bad, prompts.source AS source, prompts.key AS prompt_key,
        datasets.name AS dataset, chosen_checkpoint.name AS chosen_checkpoint,
        rejected_checkpoint.name AS rejected_checkpoint, chosen.id AS chosen_id,
        rejected.id AS rejected_id
    FROM ({_COUNTS}) AS pair
    JOIN prompts ON prompts.id = pair.prompt_id
    JOIN datasets ON datasets.id = prompts.dataset_id
    JOIN generations AS chosen
        ON chosen.id = CASE WHEN n_first >= n_second THEN first_id ELSE second_id END
    JOIN generations AS rejected
        ON rejected.id = CASE WHEN n_first >= n_second THEN second_id ELSE first_id END
    JOIN checkpoints AS chosen_checkpoint ON chosen_checkpoint.id = chosen.checkpoint_id
    JOIN checkpoints AS rejected_checkpoint ON rejected_checkpoint.id = rejected.checkpoint_id
    ORDER BY pair.study, prompts.rowid, chosen.id, rejected.id
"""


@dataclass(frozen=True, slots=True)
class Preferences:
    """Preference pairs, and what was left out."""

    frame: pd.DataFrame
    """One row per study and pair of texts with a majority: `prompt`, `chosen`, `rejected`,
    `study`, `n_votes` (for one of the two), `margin` ((for − against) / n_votes, in (0, 1]),
    `n_ties`, `n_both_bad`, `source`, `prompt_key`, `dataset`, `chosen_checkpoint`,
    `rejected_checkpoint`, `chosen_id`, `rejected_id` and `split` ("train" or "test")."""

    n_even: int
    """Pairs with as many votes for the one as for the other: left out."""

    n_undecided: int
    """Pairs with nothing but ties and "both bad": left out."""

    n_same: int
    """Pairs of two texts that are the same, letter by letter: left out."""


def preferences(
    store: Store, criterion: str = "overall", test_share: float = 0.1, seed: int = 0
) -> Preferences:
    """Read the preference pairs of all studies.

    Args:
        store: the store.
        criterion: what the votes are about.
        test_share: share of the prompts that go to the test split, in [0, 1].
        seed: decides which prompts these are; a prompt's text is in one split only.

    Raises:
        ConfigError: the share is out of range, or nothing was voted on under this criterion.
    """
    if not 0 <= test_share <= 1:
        raise ConfigError(f"the test share is {test_share}; give a number from 0 to 1")
    frame = store.read(_PAIRS, [criterion]).to_pandas()
    if frame.empty:
        known = [row["criterion"] for row in store.rows(_CRITERIA)]
        hint = f"; voted on: {', '.join(known)}" if known else "; no pair was voted on yet"
        raise ConfigError(f"no votes on {criterion!r}{hint}")
    undecided = frame["n_votes"] == 0
    even = ~undecided & (frame["margin"] == 0)
    same = ~undecided & ~even & (frame["chosen"] == frame["rejected"])
    kept = frame[~(undecided | even | same)].reset_index(drop=True)
    tested = _test_prompts(kept["prompt"].unique(), test_share, seed)
    kept["split"] = ["test" if prompt in tested else "train" for prompt in kept["prompt"]]
    return Preferences(kept, int(even.sum()), int(undecided.sum()), int(same.sum()))


_CRITERIA = f"SELECT DISTINCT criterion FROM ({VOTES}) ORDER BY criterion"


def _test_prompts(prompts: Iterable[str], share: float, seed: int) -> set[str]:
    ordered = sorted(
        prompts, key=lambda text: hashlib.sha256(f"{seed}:{text}".encode()).hexdigest()
    )
    return set(ordered[: round(share * len(ordered))])
