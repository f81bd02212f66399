"""Drives the page Reviewers in a real browser, over made-up and over published answers."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from lab.cli import main
from storage import exclusions
from storage.client import open_store
from tests.apps.dashboard.axe import serious
from tests.apps.dashboard.conftest import accounts, make_home, opened

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(serve, voted) -> str:
    return serve(voted)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (400, "dark")])
def test_nothing_is_wrong_or_cut_off(visit, address, width, scheme) -> None:
    tab = visit(address, width=width)
    tab.page.emulate_media(color_scheme=scheme)
    tab.go("/reviewers?study=compared")
    tab.page.wait_for_selector("[data-testid=stVegaLiteChart] svg.marks >> nth=2")
    assert tab.page.locator('[data-testid="stException"], .empty').count() == 0
    assert tab.fits()
    assert serious(tab.page) == []


def test_a_decision_is_confirmed_recorded_shown_and_undone(visit, address, voted) -> None:
    tab = visit(address)
    tab.go("/reviewers?study=compared")
    assert "Nobody is left out of these results." in tab.text()
    press = tab.page.get_by_role("button", name="Exclude V0", exact=True)
    press.click()
    tab.page.get_by_text("Tick the box to confirm.").wait_for()
    tab.page.get_by_text("Yes: leave V0 out").click()
    press.click()
    tab.page.get_by_text("say why 'V0' in study 'compared'").wait_for()
    tab.page.get_by_label("Reason, kept with the results").fill("always the <b>left</b> one")
    press.click()
    tab.page.get_by_text("V0 is left out of the results of compared.").wait_for()
    tab.page.get_by_text("What leaving out V0 changes").wait_for()
    (one,) = exclusions.current(voted)
    assert (one.reviewer, one.decided_by, one.reason) == (
        "V0", "analyst", "always the <b>left</b> one",
    )  # fmt: skip
    assert "1 is left out by decision" in tab.text()
    again = tab.page.get_by_role("button", name="Include again V0", exact=True)
    again.wait_for()
    tab.page.get_by_text("Yes: take V0 back").click()
    tab.page.get_by_label("Reason, kept with the results").fill("it was the display")
    again.click()
    tab.page.get_by_text("V0 takes part again in the results of compared.").wait_for()
    assert exclusions.current(voted) == []
    assert [one.excluded for one in exclusions.history(voted)] == [False, True]


def test_one_reviewer_is_still_seen_beside_the_others(visit, address) -> None:
    tab = visit(address)
    tab.go("/reviewers?study=compared&reviewer=V3")
    said = tab.text()
    assert "12 reviewers" in said
    card = tab.page.locator(".card", has_text="Reviewers").first
    assert card.locator(".value").inner_text() == "1"


@pytest.fixture(scope="module")
def three(published, tmp_path_factory):
    """Import PandaLM: 999 pairs, each judged by three people."""
    folder = tmp_path_factory.mktemp("three")
    rows = json.loads(published("pandalm/data_testset-v1.json").read_text())
    tasks = [
        {
            "id": int(row["idx"]),
            "data": {
                "prompt": f"{row['idx']} {row['instruction']}\n{row['input']}",
                "a": str(row["response1"] or "(nothing)"),
                "b": str(row["response2"] or "(nothing)"),
                "left": row["cmp_key"].split("_")[0],
                "right": row["cmp_key"].split("_")[1],
            },
            "annotations": [
                {
                    "completed_by": person,
                    "result": [
                        {
                            "type": "pairwise", "from_name": "overall", "to_name": "a,b",
                            "value": {"selected": OUTCOMES[str(row[f"annotator{person}"])]},
                        }
                    ],
                }
                for person in (1, 2, 3)
            ],
        }
        for row in rows
    ]  # fmt: skip
    yield from _imported(folder, tasks, "pandalm")


OUTCOMES = {"0": "tie", "1": "left", "2": "right"}


@pytest.fixture(scope="module")
def crowd(published, tmp_path_factory):
    """Import the votes of LLMFAO as an export of Label Studio would hold them."""
    tasks: dict[tuple[str, str, str], dict] = {}
    with published("llmfao/crowd-comparisons.csv").open() as file:
        for row in csv.DictReader(file):
            left, right = row["left"], row["right"]
            texts = {"a": f"{left} on {row['prompt']}", "b": f"{right} on {row['prompt']}"}
            shown = {"prompt": f"prompt {row['prompt']}", "left": left, "right": right, **texts}
            key = (row["prompt"], left, right)
            task = tasks.setdefault(key, {"id": len(tasks), "data": shown, "annotations": []})
            value = {"type": "pairwise", "from_name": "overall", "to_name": "a,b",
                     "value": {"selected": row["winner"]}}  # fmt: skip
            task["annotations"].append({"completed_by": int(row["worker"]), "result": [value]})
    yield from _imported(tmp_path_factory.mktemp("crowd"), list(tasks.values()), "llmfao")


def _imported(folder: Path, tasks: list[dict], study: str):
    with open_store(make_home(folder)) as store:
        store.add(accounts())
    export = folder / "export.json"
    export.write_text(json.dumps(tasks))
    words = ["ratings", "import", str(export), "--format", "label-studio", "--study", study]
    words += ["--compare", "overall=overall", "--prompt-column", "prompt", "--text-column", "a"]
    words += ["--text-b-column", "b", "--checkpoint-column", "left"]
    assert main([*words, "--checkpoint-b-column", "right", "--home", str(folder)]) == 0
    with opened(make_home(folder)) as store:
        yield store


def test_published_kappas_of_three_annotators(visit, serve, three) -> None:
    tab = visit(serve(three))
    tab.go("/reviewers")
    tab.page.get_by_text("Pair by pair").wait_for()
    drawn = tab.page.locator('[data-testid="stVegaLiteChart"]').nth(2)
    drawn.scroll_into_view_if_needed()
    drawn.locator("text=0.85").first.wait_for()
    said = drawn.inner_text()
    assert all(value in said for value in ("0.85", "0.86", "0.88"))
    assert "Not looked at: it takes 4 reviewers to tell." in tab.text()
    assert serious(tab.page) == []


def test_published_votes_of_a_crowd(visit, serve, crowd) -> None:
    tab = visit(serve(crowd))
    tab.go("/reviewers")
    tab.page.get_by_text("Leaving a reviewer out").wait_for()
    said = tab.text()
    assert "agreement on overall (votes) is alpha" in said
    assert "the 30 with the most answers" in said
    assert tab.page.locator('[data-testid="stException"]').count() == 0
    assert serious(tab.page) == []
