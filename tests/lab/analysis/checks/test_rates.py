"""Checks hallucination rates by hand and at their edges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lab.analysis.checks.shares import hallucination_rate


def _frame(rows: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["checkpoint", "prompt_id", "check_status", "n_spans"])


def test_by_hand() -> None:
    rows = [
        ("old", "p1", "ok", 2), ("old", "p1", "ok", 1), ("old", "p2", "ok", 0),
        ("old", "p3", "ok", 0), ("old", "p4", "not_applicable", None), ("old", "p5", None, None),
        ("new", "p1", "error", None),
    ]  # fmt: skip
    new, old = hallucination_rate(_frame(rows))
    assert (old.value, old.n_checked, old.n_flagged, old.n_spans) == (0.5, 4, 2, 3)
    assert (old.n_not_checked, old.n_prompts) == (2, 3)
    assert 0 < old.interval.low < 0.5 < old.interval.high < 1
    assert (new.checkpoint, new.value, new.interval, new.n_not_checked) == ("new", None, None, 1)
    assert "lab check" in new.reason


def test_clean_texts_leave_room_for_doubt() -> None:
    (rate,) = hallucination_rate(_frame([("new", f"p{n}", "ok", 0) for n in range(30)]))
    assert (rate.value, rate.interval.low) == (0.0, 0.0)
    assert rate.interval.high == pytest.approx(1 - 0.025 ** (1 / 30))


def test_texts_of_one_prompt_count_as_one_cluster() -> None:
    apart = _frame([("new", f"p{n}", "ok", n % 2) for n in range(20)])
    together = _frame([("new", f"p{n % 4}", "ok", n % 2) for n in range(20)])
    (one,), (two,) = hallucination_rate(apart), hallucination_rate(together)
    assert one.value == two.value == 0.5
    assert two.interval.high - two.interval.low > one.interval.high - one.interval.low
    (single,) = hallucination_rate(_frame([("new", "p", "ok", n % 2) for n in range(20)]))
    assert (single.value, single.interval) == (0.5, None)
    assert "one prompt" in single.reason


def test_order_changes_nothing_and_an_empty_frame_gives_nothing() -> None:
    rng = np.random.default_rng(0)
    rows = [("new", f"p{n % 9}", "ok", int(rng.integers(3))) for n in range(40)]
    frame = _frame(rows)
    (one,), (two,) = hallucination_rate(frame), hallucination_rate(frame[::-1])
    assert one.interval.low == pytest.approx(two.interval.low)
    assert hallucination_rate(frame.head(0)) == ()
    with pytest.raises(ValueError, match="needs the column 'check_status'"):
        hallucination_rate(frame.drop(columns="check_status"))
