"""Drops rows that a text-classification checkpoint finds harmful."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.data.prepare.near import COLUMNS
from lab.data.prepare.rows import whole
from lab.data.prepare.slices import in_slices, rows_in
from lab.data.prepare.steps import SetOutcome, SetStep
from lab.data.prepare.wording import pieces
from lab.errors import ConfigError

if TYPE_CHECKING:
    import numpy as np
    from datasets import Dataset
    from numpy.typing import NDArray

_PIECE = 1 << 16
_WINDOWS = 256


def harmful_step(classifier: str, label: str, threshold: float) -> SetStep:
    """Make the step that drops harmful rows.

    Args:
        classifier: folder or hub name of a text-classification checkpoint.
        label: its class that means harmful, whatever the case.
        threshold: drop rows of which a part has at least this probability of the class.

    Returns:
        The step. All texts of a row are read whole, in windows of the classifier's context; the
        worst window decides, so that a long text hides nothing.

    Raises:
        CheckpointError: there is no such checkpoint.
        ConfigError: it has no such class.
    """
    from lab.models.classifier import labels_of

    known = labels_of(classifier)
    folded = [one.casefold() for one in known]
    if label.casefold() not in folded:
        raise ConfigError(
            f"classifier_label is {label!r}, which {classifier!r} does not know; give one of "
            f"{', '.join(known)}"
        )
    number = folded.index(label.casefold())
    settings = {"classifier": classifier, "label": known[number], "threshold": threshold}
    return SetStep("harmful texts", settings, _Classified(classifier, number, threshold))


@dataclass(frozen=True, slots=True)
class _Classified:
    """Classifies all rows, many at a time, and drops the harmful ones."""

    classifier: str
    number: int
    threshold: float

    def __call__(self, rows: Dataset, scratch: Path, workers: int) -> SetOutcome:
        import numpy as np
        import torch

        from lab.models.classifier import load
        from lab.models.load import choose_device

        model, tokenizer = load(self.classifier, choose_device(), torch.float32)
        worst, n_windows = np.full(len(rows), -np.inf), 0
        for places, windows in _batches(rows, model, tokenizer):
            np.maximum.at(worst, places, self._values(model, tokenizer, windows))
            n_windows += len(windows)
        harmful = worst >= self.threshold
        counts = {"windows read": n_windows}
        if not harmful.any():
            return SetOutcome(rows, counts=counts)
        left = rows.select(
            np.flatnonzero(~harmful), indices_cache_file_name=str(scratch / "left.arrow")
        )
        return SetOutcome(left, dropped={"harmful": int(harmful.sum())}, counts=counts)

    def _values(self, model: Any, tokenizer: Any, windows: list[list[int]]) -> NDArray[np.float64]:
        import numpy as np

        from lab.models.classifier import classify

        found = np.stack(classify(model, tokenizer, windows))
        if found.shape[1] == 1 and model.config.problem_type != "regression":
            found = 1 / (1 + np.exp(-found))
        return found[:, self.number]


def _batches(
    rows: Dataset, model: Any, tokenizer: Any
) -> Iterator[tuple[list[int], list[list[int]]]]:
    """Cut all texts into windows; yield many at a time, with the place of each one's row."""
    from lab.models.classifier import windows_of

    places: list[int] = []
    windows: list[list[int]] = []
    for place, text in _texts(rows):
        for piece in pieces(text, _PIECE):
            found = windows_of(model, tokenizer, piece)
            windows += found
            places += [place] * len(found)
            if len(windows) >= _WINDOWS:
                yield places, windows
                places, windows = [], []
    if windows:
        yield places, windows


def _texts(rows: Dataset) -> Iterator[tuple[int, str]]:
    slices = in_slices(rows.select_columns(list(COLUMNS)))
    yield from enumerate(whole(row) for batch in slices for row in rows_in(batch))
