"""Turns a shared frame and what to keep of it into its rows, cut once for all who ask the same."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable

import pandas as pd

MOST_ROWS = 1_500_000
"""How many rows of cut frames are held, those asked for last: about 100 MB."""

_lock = threading.Lock()
_held: OrderedDict[tuple[int, Hashable], tuple[weakref.ref[pd.DataFrame], pd.DataFrame]]
_held = OrderedDict()


def narrowed(
    frame: pd.DataFrame,
    what: Hashable,
    conditions: Callable[[pd.DataFrame], Iterable[pd.Series]],
) -> pd.DataFrame:
    """Return the rows of a frame that meet all conditions; the frame itself where all do.

    Args:
        frame: a shared frame, which nobody changes in place.
        what: names the conditions.
        conditions: gives, for the frame, whether each row meets one of them.
    """
    key = (id(frame), what)
    with _lock:
        known, found = _held.get(key, (None, None))
        if found is not None and known is not None and known() is frame:
            _held.move_to_end(key)
            return found
    found = _cut(frame, conditions(frame))
    if found is not frame:
        _hold(key, frame, found)
    return found


def _cut(frame: pd.DataFrame, conditions: Iterable[pd.Series]) -> pd.DataFrame:
    kept = None
    for condition in conditions:
        kept = condition if kept is None else kept & condition
    return frame if kept is None or kept.all() else frame[kept]


def _hold(key: tuple[int, Hashable], frame: pd.DataFrame, found: pd.DataFrame) -> None:
    with _lock:
        # Nobody asks again for rows of a frame that is gone.
        for gone in [one for one, (known, _) in _held.items() if known() is None]:
            del _held[gone]
        _held[key] = weakref.ref(frame), found
        while sum(len(one) for _, one in _held.values()) > MOST_ROWS:
            _held.popitem(last=False)
