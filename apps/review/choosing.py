"""Turns the votes that come in into what an active study shows next, beside the requests."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from lab.errors import LabError
from lab.records import Study
from storage import pairs, queue
from storage.client import Store

N_ANSWERS = 10
"""After so many new answers the weights are worked out again …"""

SECONDS = 30.0
"""… or with the first answer after so many seconds."""

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class _Watch:
    """What has happened in one study since its weights were worked out."""

    n_answers: int = 0
    """Answers since then."""
    worked_at: float | None = None
    """When that was, by the monotonic clock; None before the first time."""
    is_working: bool = False
    """Whether somebody is at it."""


class Chooser:
    """Works the weights of pairs out in one thread, and hands them to the owner of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._watches: dict[str, _Watch] = {}
        self._thread = ThreadPoolExecutor(1, "chooser")

    def note(self, study: Study, n_answers: int = 0) -> None:
        """Note that somebody works on a study; returns at once.

        Args:
            study: the study; nothing happens unless its order is "active".
            n_answers: answers that were given.
        """
        if study.protocol.get("order") != "active":
            return
        with self._lock:
            watch = self._watches.setdefault(study.id, _Watch())
            watch.n_answers += n_answers
            if watch.is_working or not _is_due(watch):
                return
            watch.is_working, watch.n_answers = True, 0
        self._thread.submit(self._work, study, watch)

    def _work(self, study: Study, watch: _Watch) -> None:
        try:
            weigh_pairs(self._store, study)
        except LabError as error:
            # Reviewers go on with the weights of before; the next answers are another occasion.
            log.warning("the pairs of study %s could not be weighed: %s", study.id, error)
        finally:
            with self._lock:
                watch.is_working, watch.worked_at = False, time.monotonic()
        # What came in meanwhile may be enough for another turn, and the last of it too.
        self.note(study)


def _is_due(watch: _Watch) -> bool:
    if watch.worked_at is None:
        return True
    is_long_ago = time.monotonic() - watch.worked_at >= SECONDS
    return watch.n_answers >= N_ANSWERS or (watch.n_answers > 0 and is_long_ago)


def weigh_pairs(store: Store, study: Study) -> None:
    """Work out how often each pair of an active study should come, and say so to its owner.

    Raises:
        LabError: the store cannot be read, or refuses.
    """
    # Only active studies need it, and it is heavy.
    from lab.analysis.preferences.sampling import weigh
    from lab.analysis.preferences.tallies import tally

    compared = pairs.checkpoint_pairs(store, study.id)
    if not compared:
        return
    checkpoints = sorted({id for pair in compared for id in pair})
    votes = tally(pairs.votes_of(store, study.id), checkpoints)
    found = weigh(votes, study.protocol["seek"], compared, seed=study.protocol["seed"])
    weights = {(one.checkpoint, one.opponent): one.weight for one in found.pairs}
    queue.set_weights(store, study.id, weights)
