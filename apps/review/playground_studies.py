"""Turns kept texts into items of a draft study, one that exists or a new one.

A study that was started is frozen: its reviewers, its plan and its cost are for the items that it
had then. So only drafts take texts, and only texts that their plan speaks of.
"""

from __future__ import annotations

import threading
from typing import Any

from apps.review.calls import Refused
from apps.review.lead_words import lead_error
from apps.review.playground_bodies import NewStudyBody, SendBody
from lab.records import Generation, Prompt, Study, StudyEvent, StudyStatus
from lab.study.adding import more_items
from lab.study.blindness import refuse_unblind
from lab.study.protocol import Protocol, from_stored, sha256, to_dict
from storage import checkpoints, prompts, studies
from storage.client import Store
from storage.playground import dataset_name, drafts

_adding = threading.Lock()
"""Two at once would number their items alike."""


def drafts_view(store: Store) -> list[dict[str, Any]]:
    """List the drafts with what they judge."""
    return [_draft_view(study, from_stored(study.protocol)) for study in drafts(store)]


def _draft_view(study: Study, protocol: Protocol) -> dict[str, Any]:
    return {
        "id": study.id,
        "name": studies.label(study),
        "checkpoints": list(protocol.systems),
        "dataset": protocol.dataset,
        "split": protocol.split,
    }


def send(store: Store, body: SendBody, kept: list[Generation]) -> dict[str, Any]:
    """Make items of stored texts.

    Args:
        store: the store.
        body: to which study.
        kept: the texts, each of another checkpoint, all for one prompt.

    Returns:
        The study's name, and how many items are new.

    Raises:
        Refused: the study is none, or no draft, or plans for other prompts; the name is taken; the
            texts are for different prompts.
        ConfigError: the study does not judge the texts' checkpoints, or its words would name one.
    """
    texts = _by_checkpoint(store, kept)
    prompt = prompts.by_ids(store, [kept[0].prompt_id])[kept[0].prompt_id]
    with _adding:
        if body.new is not None:
            return _make(store, body.new, prompt, texts)
        return _add(store, _draft(store, body.study_id or ""), prompt, texts)


def _by_checkpoint(store: Store, kept: list[Generation]) -> dict[str, Generation]:
    known = checkpoints.by_ids(store, [text.checkpoint_id for text in kept])
    texts = {known[text.checkpoint_id].name: text for text in kept}
    if len(texts) < len(kept) or len({text.prompt_id for text in kept}) > 1:
        raise Refused(422, lead_error("one_prompt"))
    return texts


def _draft(store: Store, study_id: str) -> Study:
    study = studies.by_id(store, study_id)
    if study is None:
        raise Refused(404, lead_error("no_study"))
    if studies.status(store, study_id) is not StudyStatus.DRAFT:
        raise Refused(422, lead_error("no_draft"))
    return study


def _add(
    store: Store, study: Study, prompt: Prompt, texts: dict[str, Generation]
) -> dict[str, Any]:
    protocol = from_stored(study.protocol)
    if (dataset_name(store, prompt), prompt.split.value) != (protocol.dataset, protocol.split):
        raise Refused(422, lead_error("other_dataset"))
    items = more_items(protocol, study.id, texts, studies.items(store, study.id))
    store.add(items)
    return {"study": studies.label(study), "n_items": len(items)}


def _make(
    store: Store, new: NewStudyBody, prompt: Prompt, texts: dict[str, Generation]
) -> dict[str, Any]:
    name = new.name.strip()
    if studies.versions(store, name):
        raise Refused(422, lead_error("study_name"))
    protocol = Protocol(
        name=name,
        design=new.design,
        checkpoints=tuple(texts),
        dataset=dataset_name(store, prompt),
        split=prompt.split.value,
        # Whole prompts are added by hand: what comes again is for the lead to choose, too.
        repeats=0.0,
    )
    refuse_unblind(protocol)
    study = Study(name=name, protocol=to_dict(protocol), protocol_sha256=sha256(protocol))
    items = more_items(protocol, study.id, texts, [])
    store.add([study, *items, StudyEvent(study_id=study.id, status=StudyStatus.DRAFT)])
    return {"study": name, "n_items": len(items)}
