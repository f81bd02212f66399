"""Real ratings through the commands: the 400 stories of Chiang and Lee 2023, three people each."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.cli import main
from lab.home import Home
from storage import frames
from storage.client import open_store

CRITERIA = {"fluency": "grammar", "coherence": "cohesive", "creativity": "enjoy"}
ALPHA = {"fluency": 0.36, "coherence": 0.44, "creativity": 0.30, "relevance": 0.52}


def test_imported_ratings_have_the_published_agreement(
    home: Home, published: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["ratings", "import", str(published("wp_a/wp_a.json")), "--study", "stories"]
    words += ["--text-column", "story", "--checkpoint-column", "human_written"]
    words += ["--rename", "1=human", "--rename", "0=gpt2", "--home", str(home.path)]
    for criterion, column in (CRITERIA | {"relevance": "relevant"}).items():
        words += ["--criterion", f"{criterion}={column}"]
    assert main(words) == 0
    shown = capsys.readouterr().out
    assert "4,800 ratings of 400 texts by 3 raters" in shown
    for criterion, alpha in ALPHA.items():
        found = re.search(rf"{criterion} +([\d.]+)", shown)
        assert found is not None
        assert float(found[1]) == pytest.approx(alpha, abs=0.005)
    with open_store(home) as store:
        ratings = frames.ratings(store)
    assert sorted(ratings["checkpoint"].unique()) == ["gpt2", "human"]
    assert ratings["seconds"].isna().all()
