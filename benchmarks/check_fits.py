"""Measures what `lab check fit` learns: on Q2, and on reviewers of the world who err."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from benchmarks.check_sets import Row, World, labels_of, rarity_of, records_of, sources_of
from lab.analysis.checks.fitting import Fitted, conformal_threshold, fit_check
from lab.analysis.checks.labels import text_labels
from lab.analysis.checks.ratios import Measured
from lab.checks.aids import Aids
from lab.checks.background import fit_background
from lab.checks.run import CHECKS
from lab.checks.source import components

N_REVIEWERS = 3
SEES = 0.7
"""Chance that a reviewer marks a true span, a few code points too long or too short."""
INVENTS = 0.1
"""Chance that a reviewer marks a piece of a text that is right."""
N_DRAWS = 300
"""Draws of labelled texts in which the missed ones are counted."""


class Labelled(NamedTuple):
    """Texts with scores and what people say."""

    scores: np.ndarray
    """Of the check `source`, shape (texts,)."""

    labels: np.ndarray
    """Whether people call a text hallucinated, shape (texts,)."""

    sources: np.ndarray
    """Number of its source, shape (texts,)."""

    parts: np.ndarray
    """What the score is made of, shape (texts, components)."""


class Missed(NamedTuple):
    """What happens to other texts under the promise "misses at most 10 %"."""

    share: float
    """Of the hallucinated texts on other sources, those missed; mean over draws."""

    error: float
    """Monte Carlo standard error of it."""

    flagged: float
    """Share of all texts on other sources that are flagged."""

    n_refused: int
    """Draws in which there were not enough labels."""


def of_published(rows: list[Row]) -> Labelled:
    """Check a published set with its own sources for what is rare.

    Args:
        rows: the texts.
    """
    aids = Aids(rarity=rarity_of(rows))
    pairs = [records_of(row) for row in rows]
    scores = [CHECKS["source"].run(*pair, aids).result.score for pair in pairs]
    parts = np.array([components(*pair, aids) for pair in pairs])
    return Labelled(np.array(scores, dtype=float), labels_of(rows), sources_of(rows), parts)


def of_world(world: World, seed: int = 0) -> Labelled:
    """Check stories of the world, and let reviewers mark them.

    Args:
        world: the stories.
        seed: of the reviewers.
    """
    aids = Aids(background=fit_background(world.train))
    scores = [CHECKS["source"].run(*pair, aids).result.score for pair in world.texts]
    parts = np.array([components(*pair, aids) for pair in world.texts])
    marks = pd.DataFrame(list(_marks(world, random.Random(seed))))
    said = text_labels(marks).set_index("generation_id")["hallucinated"]
    labels = said.loc[[generation.id for generation, _ in world.texts]].to_numpy(dtype=bool)
    sources = np.arange(len(labels))
    return Labelled(np.array(scores, dtype=float), labels, sources, parts)


def _marks(world: World, rng: random.Random) -> Iterator[dict[str, object]]:
    """Yield reviewers' marks as `storage.frames.reviewer_spans` has them."""
    for generation, prompt in world.texts:
        truth = CHECKS["world"].run(generation, prompt).spans
        length = len(generation.text)
        for reviewer in range(N_REVIEWERS):
            row = {
                "generation_id": generation.id, "prompt_id": prompt.id, "checkpoint": "base",
                "reviewer_id": str(reviewer), "step": "own",
            }  # fmt: skip
            seen = [
                (max(0, one.start - rng.randrange(4)), one.end)
                for one in truth
                if rng.random() < SEES
            ]
            if rng.random() < INVENTS:
                seen.append((rng.randrange(length - 9), length))
            if not seen:
                yield row | {"category": "", "start": None, "end": None}
            for start, end in seen:
                yield row | {"category": "unsupported", "start": start, "end": end}


def fitted(given: Labelled) -> Fitted:
    """Learn from all labels."""
    return fit_check(*given)


def first(given: Labelled, n: int, seed: int = 0) -> Fitted:
    """Learn from the texts of so many sources that they are n labels, drawn at random.

    Args:
        given: the texts.
        n: labels.
        seed: of the draw.
    """
    chosen, _ = _drawn(given, n, np.random.default_rng(seed))
    return fit_check(*(part[chosen] for part in given))


def missed(given: Labelled, n: int) -> Missed:
    """Choose a threshold on n labels many times over, and count what is missed elsewhere.

    Args:
        given: the texts.
        n: labels in each draw.
    """
    rng, shares, flagged = np.random.default_rng(0), [], []
    for _ in range(N_DRAWS):
        chosen, held = _drawn(given, n, rng)
        scores, labels = given.scores, given.labels
        cut, _ = conformal_threshold(scores[chosen], labels[chosen], given.sources[chosen])
        if cut is not None and (held & labels).any():
            shares.append(float((scores[held & labels] < cut).mean()))
            flagged.append(float((scores[held] >= cut).mean()))
    error = float(np.std(shares) / math.sqrt(len(shares))) if shares else math.nan
    return Missed(
        float(np.mean(shares)) if shares else math.nan,
        error,
        float(np.mean(flagged)) if shares else math.nan,
        N_DRAWS - len(shares),
    )


def _drawn(given: Labelled, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw n texts, source by source; return them, and the texts on all other sources."""
    order = rng.permutation(int(given.sources.max()) + 1)
    place = np.argsort(order)[given.sources]
    chosen = np.zeros(len(given.scores), dtype=bool)
    chosen[np.argsort(place, kind="stable")[:n]] = True
    return chosen, place > place[chosen].max()


def lines(name: str, given: Labelled) -> Iterator[str]:
    """Yield the figures as they are printed.

    Args:
        name: of the set.
        given: its texts.
    """
    found = fitted(given)
    for field in ("auroc", "gain", "balanced_accuracy_half", "balanced_accuracy", "flagged"):
        yield f"fit, {name}: {field} {_shown(getattr(found, field))}"
    kept = "kept" if found.weights else "not kept"
    yield f"fit, {name}: weights {kept}, calibration error {found.error_before:.3f} before, " \
          f"{found.error_after:.3f} after, {found.n_labels:,} labels"  # fmt: skip
    for n in (40, 50, 100, 200):
        part = first(given, n)
        said = part.reason or (
            f"risk learned; weights {'not tried' if part.gain is None else _shown(part.gain)}, "
            f"{'kept' if part.weights else 'not kept'}"
        )
        yield f"fit, {name}, {n} labels: {said}"
    for n in (50, 100, 200, 500):
        one = missed(given, n)
        yield (
            f"fit, {name}, {n} labels, at most 10 %: missed {one.share:.3f} (Monte Carlo error "
            f"{one.error:.3f}), flagged {one.flagged:.3f}, refused in {one.n_refused} of {N_DRAWS}"
        )


def _shown(found: Measured | None) -> str:
    if found is None or found.interval is None:
        return found.reason or "-" if found else "-"
    return f"{found.value:.4f} [{found.interval.low:.3f}, {found.interval.high:.3f}]"
