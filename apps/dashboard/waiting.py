"""Turns the studies there are into what to do so that answers come in."""

from __future__ import annotations

import shlex
from typing import Literal

from apps.dashboard import data
from lab.records import Study, StudyStatus

Kind = Literal["rate", "ab"]
MAKE: dict[Kind, str] = {
    "rate": "Open a study and let reviewers rate texts; each rating appears here within seconds.",
    "ab": "Open a study with pairs (design “ab” or “mixed”) and let reviewers compare texts; each "
    "vote appears here within seconds.",
}
"""What to do where no study asks for it."""

_STANDS = {StudyStatus.PAUSED: "paused", StudyStatus.DRAFT: "a draft"}


def advice(kind: Kind) -> tuple[str, str]:
    """Say how answers come in: by the study that is open, by one to be started, or by a new one.

    Args:
        kind: ratings or votes.

    Returns:
        A sentence and a command.
    """
    found = {
        status: (label, study)
        for label, study, status in reversed(data.all_studies())  # the newest stays
        if _asks(study, kind)
    }
    if StudyStatus.OPEN in found:
        said = f"{found[StudyStatus.OPEN][0]} is open: whoever signs in to the review pages gets "
        return f"{said}its items, and each answer appears here within seconds.", "lab review"
    for status in (StudyStatus.PAUSED, StudyStatus.DRAFT):
        if status in found:
            label, study = found[status]
            said = f"{label} is {_STANDS[status]}; it hands out its items once it is started."
            return said, f"lab study start {shlex.quote(study.name)}"
    return MAKE[kind], "lab study create --help"


def _asks(study: Study, kind: Kind) -> bool:
    design = study.protocol.get("design", "mixed")
    return kind in (
        study.protocol.get("mixed_of", ("rate", "ab")) if design == "mixed" else (design,)
    )
