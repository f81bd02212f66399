"""Prints how far studies are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.commands.console import say, table

if TYPE_CHECKING:
    from storage.client import Store
    from storage.progress import StudyProgress


def print_studies(store: Store) -> None:
    """Print one row per study and version."""
    from storage import queue, studies

    found = [
        (study, status, queue.study_progress(store, study.id))
        for study, status in studies.every(store)
    ]
    if not found:
        say("no study yet; `lab study create` makes one")
        return
    table(
        ["study", "status", "protocol", "answers", "of", "complete", "reviewers", "flags"],
        [
            (studies.label(study), status, study.protocol_sha256[:12], *_counts(done),
             "yes" if done.is_complete else "no", len(done.reviewers), len(done.flags))
            for study, status, done in found
        ],
    )  # fmt: skip


def print_study(store: Store, name: str) -> None:
    """Print the versions of one study, each with its hash, its items and its reviewers.

    Raises:
        UnknownNameError: there is none of that name.
    """
    from storage import queue, studies

    studies.named(store, name)
    for study in reversed(studies.versions(store, name)):
        done = queue.study_progress(store, study.id)
        n_answers, n_places = _counts(done)
        complete = "complete" if done.is_complete else "not complete"
        say(f"\nstudy {studies.label(study)!r}: {studies.status(store, study.id)}, {complete}")
        say(f"protocol {study.protocol_sha256}, made {study.created_at:%Y-%m-%d %H:%M} UTC")
        say(f"{n_answers:,} of {n_places:,} answers, {len(done.flags)} flags")
        _print_progress(done)


def _counts(done: StudyProgress) -> tuple[int, int]:
    answered = sum(answered for answered, _ in done.slots.values())
    return answered, sum(places for _, places in done.slots.values())


def _print_progress(done: StudyProgress) -> None:
    table(
        ["items", "answers", "of"],
        [(kind.value, answered, places) for kind, (answered, places) in done.slots.items()],
    )
    if done.reviewers:
        table(
            ["reviewer", "answers", "skipped", "late", "median s", "last answer, UTC"],
            [
                (one.pseudonym, one.n_answered, one.n_skipped, one.n_late, one.median_seconds,
                 f"{one.last_saved_at:%Y-%m-%d %H:%M}")
                for one in done.reviewers
            ],
        )  # fmt: skip
