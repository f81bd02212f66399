"""Drives the page Ratings in a real browser, over made-up and over published ratings."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from lab.cli import main
from storage.client import open_store
from tests.apps.dashboard.axe import serious
from tests.apps.dashboard.conftest import accounts, make_home, opened

pytestmark = pytest.mark.browser

HANNA = {
    "relevance": "RE",
    "coherence": "CH",
    "empathy": "EM",
    "surprise": "SU",
    "engagement": "EG",
    "complexity": "CX",
}


@pytest.fixture(scope="module")
def address(serve, filled) -> str:
    return serve(filled)


def test_the_models_take_part_in_the_whole_page(visit, address) -> None:
    tab = visit(address)
    tab.go("/ratings")
    _drawn(tab, 9)
    shown = tab.text()
    assert tab.page.inner_text("p.finding").startswith(
        "On coherence, creativity, fluency and relevance candidate is rated higher than all 2"
    )
    for title in ("Every two checkpoints",
                  "How severe each reviewer is", "Why ratings differ", "Counts"):  # fmt: skip
        assert title in shown
    assert "With and without excluded reviewers" not in shown
    assert tab.page.get_by_text("How is this worked out?").count() >= 4


@pytest.fixture(scope="module")
def stories(published, tmp_path_factory):
    """Import wp_a: 400 stories by people and by GPT-2, each rated by three people."""
    stored = json.loads(published("wp_a/wp_a.json").read_text())
    criteria = ("grammar", "cohesive", "enjoy", "relevant")
    rows = [
        {
            "prompt": one["prompt"],
            "story": one["story"],
            "checkpoint": "people" if one["human_written"] else "gpt2",
            "reviewer": f"rater {place + 1}",
            **{name: one[name][place] for name in criteria},
        }
        for one in stored.values()
        for place in range(3)
    ]
    yield from _imported(tmp_path_factory.mktemp("stories"), rows, {c: c for c in criteria})


@pytest.fixture(scope="module")
def hanna(published, tmp_path_factory):
    """Import HANNA: 96 prompts × 11 systems, three ratings each whose givers are not known."""
    csv.field_size_limit(10**9)
    with published("hanna/hanna_metric_scores_llm.csv").open() as file:
        systems = list(csv.DictReader(file))
    given = {
        (system["Model"], person, name): json.loads(system[f"Human {person} {column}"])
        for system in systems
        for person in (1, 2, 3)
        for name, column in HANNA.items()
    }
    rows = [
        {
            "prompt": f"prompt {place}",
            "story": f"story of {system['Model']} on prompt {place}",
            "checkpoint": system["Model"],
            "reviewer": f"slot {person}",
            **{name: given[system["Model"], person, name][place] for name in HANNA},
        }
        for system in systems
        for place in range(96)
        for person in (1, 2, 3)
    ]
    yield from _imported(tmp_path_factory.mktemp("hanna"), rows, {name: name for name in HANNA})


def _imported(folder: Path, rows: list[dict], criteria: dict[str, str]):
    export = folder / "ratings.csv"
    with export.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    with open_store(make_home(folder)) as store:
        store.add(accounts())
    words = ["ratings", "import", str(export), "--study", "stories", "--home", str(folder)]
    words += ["--prompt-column", "prompt", "--text-column", "story"]
    words += ["--checkpoint-column", "checkpoint", "--reviewer-column", "reviewer"]
    for name, column in criteria.items():
        words += ["--criterion", f"{name}={column}"]
    assert main(words) == 0
    with opened(make_home(folder)) as store:
        yield store


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 400])
def test_nothing_is_wrong_or_cut_off(visit, serve, stories, width, scheme) -> None:
    tab = visit(serve(stories), width=width)
    tab.page.emulate_media(color_scheme=scheme)
    tab.go("/ratings")
    _drawn(tab, 9)
    assert tab.page.locator('[data-testid="stException"], .empty').count() == 0
    assert tab.fits()
    assert serious(tab.page) == []


def _drawn(tab, n_charts: int) -> None:
    tab.page.wait_for_selector(
        f"[data-testid=stVegaLiteChart] svg.marks >> nth={n_charts - 1}", timeout=60_000
    )


def test_eleven_systems_on_six_criteria(visit, serve, hanna) -> None:
    tab = visit(serve(hanna))
    tab.go("/ratings")
    _drawn(tab, 13)
    shown = tab.text()
    assert tab.page.inner_text("p.finding").startswith(
        "On coherence, complexity, empathy, engagement, relevance and surprise Human is rated "
        "higher than all 10 others (reviewers’ severity taken out, p adjusted for 330 comparisons)"
    )
    assert "3 reviewers tell little of how much reviewers differ" in shown
    assert tab.page.locator('[data-testid="stException"], .empty').count() == 0


def test_severity_is_asked_for_by_criterion(visit, serve, hanna) -> None:
    tab = visit(serve(hanna), width=400)
    tab.go("/ratings?severe_on=empathy&checkpoints=Human&checkpoints=GPT-2&checkpoints=CTRL")
    _drawn(tab, 13)
    assert "severe_on=empathy" in tab.page.url
    assert tab.page.get_by_label("Severity on").input_value() == "empathy"
