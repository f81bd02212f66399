import pandas as pd

from apps.dashboard import findings

EMPTY = pd.DataFrame()


def wins(low: float | None) -> pd.DataFrame:
    spread = "one reviewer so far; an interval needs two" if low is None else "55–91 %"
    return pd.DataFrame(
        {
            "name": ["baseline", "candidate"],
            "value": [0.25, 0.75],
            "low": [0.1, low],
            "shown": ["25 %", "75 %"],
            "range": ["10–45 %", spread],
        }
    ).astype({"low": float})


def test_an_interval_above_a_half_is_a_preference() -> None:
    assert findings.preferred(wins(0.55)) == (
        "candidate is preferred in 75 % of its comparisons (95 % interval 55–91 %)."
    )


def test_an_interval_over_a_half_is_none() -> None:
    assert findings.preferred(wins(0.45)).startswith("No checkpoint is clearly preferred")


def test_without_an_interval_the_reason_is_said() -> None:
    assert "an interval needs two" in findings.preferred(wins(None))


def test_without_judgements_the_overview_says_so() -> None:
    assert findings.overview(EMPTY, EMPTY, EMPTY, 12) == (
        "12 texts stored; nobody has judged one yet."
    )
