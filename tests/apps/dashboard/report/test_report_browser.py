"""Opens reports in a real browser: from the dashboard's button, from disk, and on paper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from apps.dashboard.filters import Filters
from apps.dashboard.report.build import build
from lab.cli import main
from tests.apps.dashboard.compared import CLEAR
from tests.apps.dashboard.conftest import make_home
from tests.apps.dashboard.crowd import import_llmfao

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def reports(voted, published, tmp_path_factory) -> list[Path]:
    """Write a report over made-up and one over published votes."""
    folder = tmp_path_factory.mktemp("reports")
    made_up = folder / "made-up.html"
    made_up.write_text(build(voted, Filters()), encoding="utf-8")
    import_llmfao(published("llmfao/crowd-comparisons.csv"), folder)
    assert main(["report", "--home", str(make_home(folder).path)]) == 0
    return [made_up, folder / "reports" / "report-all-studies.html"]


@pytest.mark.parametrize("width", [1280, 400])
def test_it_opens_from_disk_with_nothing_wrong(chromium, reports, width) -> None:
    for path in reports:
        context = chromium.new_context(viewport={"width": width, "height": 900})
        page, asked, said = context.new_page(), [], []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.on("console", lambda message, said=said: said.append(message.text))
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        found = Axe().run(page).response["violations"]
        context.close()
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
        assert asked == [path.as_uri()]
        assert said == []


def test_it_prints(chromium, reports, tmp_path) -> None:
    for path in reports:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(path.as_uri())
        written = page.pdf(prefer_css_page_size=True)
        context.close()
        assert written.startswith(b"%PDF")
        assert len(re.findall(rb"/Type\s*/Page\b", written)) >= 4


def test_published_votes_are_in_it(reports) -> None:
    said = reports[1].read_text(encoding="utf-8").replace("\u00a0", " ")
    assert "In a single look GPT 4, Platypus-2 Instruct (70B), command" in said
    assert "39 % of the votes that count are ties (3,471 of 8,931)" in said
    assert "59 checkpoints make 1711" in said


def test_the_button_gives_what_the_filters_leave(visit, serve, voted) -> None:
    tab = visit(serve(voted))
    tab.go(f"/verdict?study={CLEAR}&criterion=fluency&since=2020-01-01")
    with tab.page.expect_download() as waiting:
        tab.page.get_by_role("button", name="Report (HTML)").click()
    assert waiting.value.suggested_filename == f"report-{CLEAR}.html"
    written = waiting.value.path().read_text(encoding="utf-8")
    assert "Leaderboard: fluency" in written
    assert "Leaderboard: overall" not in written
    assert "2020-01-01 to … (UTC)" in written
