"""Drives the page Planning and the section With automatic scores over made-up and real data."""

from __future__ import annotations

import ast
import csv
import random

import pandas as pd
import pytest

from lab.cli import main
from storage.client import open_store
from tests.apps.dashboard.axe import serious
from tests.apps.dashboard.conftest import accounts, make_home, opened

pytestmark = pytest.mark.browser

CRITERIA = {"relevance": "RE", "complexity": "CX"}
SYSTEMS = ("CTRL", "GPT-2", "Human")
N_RATED = 48


@pytest.fixture(scope="module")
def address(serve, filled) -> str:
    return serve(filled)


@pytest.fixture(scope="module")
def stories(published, tmp_path_factory):
    """Import HANNA's stories with their judges' scores, and ratings for half of the prompts."""
    folder = tmp_path_factory.mktemp("stories")
    with open_store(make_home(folder)) as store:
        store.add(accounts())
    table = pd.read_csv(published("hanna/hanna_metric_scores_llm.csv")).set_index("Model")
    lab, rows = ["--home", str(folder)], pd.concat([_rows(table, name) for name in SYSTEMS])
    is_rated = rows["prompt"].isin(random.Random(0).sample(sorted(set(rows["prompt"])), N_RATED))
    told = ["prompt", "system", "text"]
    rows[is_rated][[*told, *CRITERIA]].to_csv(folder / "rated.csv", index=False)
    rows[~is_rated][told].to_csv(folder / "others.csv", index=False)
    rows.drop(columns=["text", *CRITERIA]).to_csv(folder / "scores.csv", index=False)
    criteria = [word for name in CRITERIA for word in ("--criterion", f"{name}={name}")]
    rated, others = str(folder / "rated.csv"), str(folder / "others.csv")
    assert main(["ratings", "import", rated, "--study", "hanna", *criteria, *lab]) == 0
    assert main(["generations", "import", others, "--name", "hanna", *lab]) == 0
    scores = ["scores", "import", str(folder / "scores.csv"), "--version", "coling"]
    assert main([*scores, *lab]) == 0
    with opened(make_home(folder)) as store:
        yield store


def _rows(table: pd.DataFrame, system: str) -> pd.DataFrame:
    def column(name: str) -> list[float]:
        return ast.literal_eval(table.loc[system, name])

    judges = ("Beluga-13B", "OrcaPlatypus", "Mistral-7B")
    return pd.DataFrame(
        {
            "prompt": [f"prompt {n}" for n in range(96)],
            "system": system,
            "text": [f"a story by {system} on prompt {n}" for n in range(96)],
            **{
                name: [str(list(given)) for given in zip(
                    *(column(f"Human {slot} {short}") for slot in (1, 2, 3)), strict=True)]
                for name, short in CRITERIA.items()
            },
            **{f"{one} on {short}": column(f"{one} {short} 4")
               for one in judges for short in CRITERIA.values()},
            "novelty": column("Novelty-1 ¤§"),
            "bartscore": column("BARTScore-PS ¤Δ"),
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def stories_address(serve, stories) -> str:
    return serve(stories)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (400, "dark")])
@pytest.mark.parametrize("path", ["/planning", "/planning?design=Pairs"])
def test_nothing_is_wrong_or_cut_off(visit, address, path, width, scheme) -> None:
    _sound(visit(address, width=width), path, scheme)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (400, "dark")])
@pytest.mark.parametrize("path", ["/planning", "/ratings"])
def test_nothing_is_wrong_with_real_stories(visit, stories_address, path, width, scheme) -> None:
    _sound(visit(stories_address, width=width), path, scheme)


def _sound(tab, path, scheme) -> None:
    tab.page.emulate_media(color_scheme=scheme)
    tab.go(path)
    tab.page.wait_for_selector("[data-testid=stVegaLiteChart] svg.marks >> nth=1")
    assert tab.page.locator('[data-testid="stException"]').count() == 0
    assert tab.fits()
    assert serious(tab.page) == []


def test_the_plan_is_in_the_address_and_in_words(visit, address) -> None:
    tab = visit(address)
    tab.go("/planning?people=12&prompts=40&each=3&find_rate=0.5&seconds_rate=90")
    said = tab.page.inner_text("p.finding")
    assert said.startswith("12 reviewers who give 40 prompts 3 answers each find a difference of")
    assert said.endswith("it takes 6 hours.")
    tab.page.get_by_label("Prompts", exact=True).fill("80")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_url("**prompts=80**")
    tab.page.wait_for_function(
        "document.querySelector('p.finding')?.innerText.endsWith('it takes 12 hours.')"
    )
    tab.page.locator("[data-testid=stCode]", has_text="n_prompts = 80").wait_for()


def test_an_empty_lab_plans_with_published_figures_and_says_so(visit, serve, bare) -> None:
    tab = visit(serve(bare))
    tab.go("/planning")
    said = tab.text()
    assert "12 reviewers who give 40 prompts 3 answers each find a difference of 0.3 points" in said
    assert "Published figures, as this lab" in said
    tab.go("/planning?design=Pairs")
    assert "8,931 crowd votes" in tab.text()


def test_real_stories_plan_from_their_own_ratings(visit, stories_address) -> None:
    tab = visit(stories_address)
    tab.go("/planning")
    assert "From this lab's own 432 ratings on complexity by 3 reviewers" in tab.text()


def test_what_scores_add_to_real_ratings(visit, stories_address) -> None:
    tab = visit(stories_address)
    tab.go("/ratings")
    tab.page.get_by_role("heading", name="With automatic scores", exact=True).wait_for()
    shown = tab.text()
    assert "Most is saved on " in shown or "On none of these is it sure" in shown
    row = tab.page.locator(".st-key-downloads-table-with-scores")
    with tab.page.expect_download() as waiting:
        row.get_by_role("button", name="CSV", exact=True).click()
    found = list(csv.DictReader(waiting.value.path().read_text().splitlines()))
    assert {(one["criterion"], one["checkpoint"]) for one in found} == {
        (criterion, name) for criterion in CRITERIA for name in SYSTEMS
    }
    for one in found:
        wide = float(one["ratings alone, high"]) - float(one["ratings alone, low"])
        assert float(one["with scores, high"]) - float(one["with scores, low"]) < 1.03 * wide
        assert int(one["rated texts"]) + int(one["unrated texts"]) == 96


def test_differences_with_scores_stand_beside_those_of_ratings_alone(
    visit, stories_address
) -> None:
    tab = visit(stories_address)
    tab.go("/ratings")
    tab.page.get_by_role("heading", name="Differences, with automatic scores").wait_for()
    assert "Of 6 differences, " in tab.text()
    row = tab.page.locator(".st-key-downloads-table-differences-with-scores")
    with tab.page.expect_download() as waiting:
        row.get_by_role("button", name="CSV", exact=True).click()
    found = list(csv.DictReader(waiting.value.path().read_text().splitlines()))
    assert len(found) == len(CRITERIA) * 3
    for one in found:
        pair = {one["checkpoint"], one["against"]}
        assert len(pair) == 2
        assert pair < set(SYSTEMS)
        low, high = float(one["with scores, low"]), float(one["with scores, high"])
        assert low < float(one["with scores"]) < high
        if float(one["Holm p"]) < 0.05:
            assert not low <= 0 <= high
        assert 0 <= float(one["saved"]) < 1
    sure = sum(float(one["Holm p"]) < 0.05 for one in found)
    assert f"Of 6 differences, {sure} " in tab.text()
