"""Turns a study's answers into how carefully each reviewer works, seldom enough to disturb none."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lab.records import ControlKind, Study
from storage import conduct, frames
from storage.client import Store
from storage.overview import overviews

if TYPE_CHECKING:
    from lab.analysis.intervals import Interval
    from lab.analysis.reviewers.controls import ControlResults
    from lab.analysis.reviewers.summary import ReviewerSummary

SECONDS = 30.0
"""How long an answer is good enough for the next lead who asks, in seconds, at least."""

REST = 20.0
"""How many times as long as it took it is good enough: reviewers are served by the same process."""


class Quality:
    """What was worked out lately, by study; pages of several leads share it."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._known: dict[str, tuple[float, dict[str, Any]]] = {}
        # One at a time: two would only slow each other and the reviewers down.
        self._working = threading.Lock()

    def of(self, study: Study) -> dict[str, Any]:
        """Say how carefully the reviewers of a study work.

        Args:
            study: the study.

        Returns:
            Reviewer's id → the fields that `_person` makes.
        """
        with self._working:
            until, known = self._known.get(study.id, (-1.0, {}))
            began = self._clock()
            if until <= began:
                known = _study_quality(self._store, study)
                ended = self._clock()
                until = ended + max(SECONDS, REST * (ended - began))
                self._known[study.id] = (until, known)
            return known


def _study_quality(store: Store, study: Study) -> dict[str, Any]:
    from lab.analysis.reviewers.conduct import straight_lines
    from lab.analysis.reviewers.controls import control_results
    from lab.analysis.reviewers.summary import reviewers

    ratings, votes = conduct.ratings(store, study.id), conduct.votes(store, study.id)
    found: dict[str, dict[str, Any]] = defaultdict(lambda: {"known": {}, "rule": []})
    _add_controls(found, control_results(frames.controls(store, study.id)))
    for person in reviewers(ratings, votes):
        found[person.reviewer_id] |= _agreement(person)
    for id, lines in straight_lines(ratings).items():
        found[id]["straight"] = {"n": lines.n, "n_right": lines.n_straight}
    for worker in overviews(store, [study.id])[study.id].workers:
        person_found = found[worker.reviewer_id]
        person_found["rule"] = _rule(study, person_found["known"], worker.median_seconds)
    return dict(found)


def _add_controls(found: dict[str, dict[str, Any]], results: ControlResults) -> None:
    for known in results.known:
        if known.reviewer_id and known.criterion is None:
            share = _share(known.n, known.n_right, known.interval)
            found[known.reviewer_id]["known"][known.kind.value] = share
    for repeat in results.repeats:
        if repeat.reviewer_id and repeat.criterion is None:
            same = _share(repeat.n, repeat.n_same, repeat.interval)
            found[repeat.reviewer_id]["repeats"] = same


def _share(n: int, n_right: int, interval: Interval) -> dict[str, Any]:
    return {"n": n, "n_right": n_right, "low": interval.low, "high": interval.high}


def _agreement(person: ReviewerSummary) -> dict[str, Any]:
    return {
        "rating_agreement": person.rating_agreement,
        "n_shared_ratings": person.n_shared_ratings,
        "vote_agreement": person.vote_agreement,
        "n_shared_votes": person.n_shared_votes,
        "left_share": person.left_share,
        "n_decided": person.n_decided,
    }


def _rule(study: Study, known: dict[str, Any], median_seconds: float | None) -> list[str]:
    from lab.analysis.reviewers.conduct import Rule, falls_under

    shares = [known[kind] for kind in (ControlKind.GOLD, ControlKind.DEGRADED) if kind in known]
    protocol = study.protocol
    return list(
        falls_under(
            Rule(
                below_gold=protocol.get("exclude_below_gold"),
                faster_than=protocol.get("exclude_faster_than"),
            ),
            n_known=sum(one["n"] for one in shares),
            n_right=sum(one["n_right"] for one in shares),
            median_seconds=median_seconds,
        )
    )
