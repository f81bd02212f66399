"""The user's whole way through the commands, both apps in a real browser, and the export."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from lab.cli import main
from lab.home import Home, find_home
from lab.records import Split
from storage import datasets, prompts
from storage.client import open_store, stop_owner

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).parents[1]
PASSWORD = "a long enough password"
N_PROMPTS = 3
N_ITEMS = 3 * N_PROMPTS + 1
"""By prompt two texts to rate and a pair; and one of the items again, which is a control."""
TASK = '.rl[data-screen="task"]'


@dataclass(frozen=True)
class Running:
    """A lab with both apps up."""

    home: Home
    review: str
    dashboard: str


def lab(*words: str | Path) -> None:
    assert main([str(word) for word in words]) == 0


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Fill a lab by its own commands: two outside systems, of which one mixes up the stories."""
    folder = tmp_path_factory.mktemp("whole-way")
    home = find_home(folder / "lab")
    at = ["--home", home.path]
    lab("data", "world", "--n-train", "200", "--n-validation", "5", "--n-test", "12", *at)
    lab("generations", "import", write_texts(home, folder / "texts.jsonl"), "--name", "world", *at)
    lab("score", *at)
    lab("check", *at)
    lab("study", "create", "first", "--dataset", "world", "--checkpoints", "careful", "careless",
        "--n-prompts", str(N_PROMPTS), "--reviewers-per-item", "1", *at)  # fmt: skip
    lab("study", "start", "first", *at)
    (folder / "password").write_text(PASSWORD)
    for name, role in (("rita", "reviewer"), ("anna", "analyst")):
        lab("account", "add", name, "--role", role, "--password-file", folder / "password", *at)
    yield home
    stop_owner(home)


def write_texts(home: Home, path: Path) -> Path:
    """Write the true stories as one system's texts, and stories of other prompts as another's."""
    with open_store(home) as store:
        rows = prompts.read(store, datasets.named(store, "world").id, Split.TEST)
    others = rows[1:] + rows[:1]
    with path.open("w", encoding="utf-8") as file:
        for row, other in zip(rows, others, strict=True):
            for system, text in (("careful", row.reference), ("careless", other.reference)):
                line = {"prompt": row.text, "text": text, "checkpoint": system}
                file.write(json.dumps(line) + "\n")
    return path


@pytest.fixture(scope="module")
def running(prepared: Home) -> Iterator[Running]:
    command = [sys.executable, "-m", "lab.cli", "up", "--home", str(prepared.path)]
    process = subprocess.Popen(
        [*command, "--review-port", "17860", "--dashboard-port", "18501"],
        stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    assert process.stdout is not None
    found: dict[str, str] = {}
    for line in process.stdout:
        if match := re.match(r"(review app|dashboard) +(http\S+)$", line):
            found[match[1]] = match[2]
        if len(found) == 2:
            break
    yield Running(prepared, found["review app"], found["dashboard"])
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    process.stdout.close()


def sign_in(browser: Browser, address: str, name: str) -> Page:
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(address)
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    return page


def answer_all(page: Page) -> int:
    """Answer until the end by keyboard; returns the number of votes."""
    n_votes = 0
    for count in range(1, N_ITEMS + 1):
        page.wait_for_selector(TASK)
        is_pair = page.locator('[data-slot="pane-1"]').is_visible()
        n_votes += is_pair
        for key in ["ArrowLeft"] if is_pair else ["4", "5", "3", "2"]:
            page.keyboard.press(key)
        page.keyboard.press("Enter")
        saved = re.compile(rf"^{count} of {N_ITEMS} · saved \d\d:\d\d:\d\d")
        expect(page.locator('[data-slot="progress-text"]')).to_have_text(saved)
    return n_votes


def test_from_the_reviewers_keys_to_the_analysts_numbers(
    running: Running, chromium: Browser, tmp_path: Path
) -> None:
    analyst = sign_in(chromium, running.dashboard, "anna")
    overview = analyst.locator('[data-testid="stMain"]')
    expect(overview).to_contain_text("careless", timeout=60_000)

    n_votes = answer_all(sign_in(chromium, running.review, "rita"))
    assert n_votes == N_PROMPTS

    rated, voted = rf"{8 * N_PROMPTS}\s*{2 * N_PROMPTS} texts rated", rf"{n_votes}"
    counted = re.compile(rf"Ratings\s*{rated}\s*Votes\s*{voted}")
    expect(overview).to_contain_text(counted, timeout=10_000)

    at = ["--home", running.home.path]
    lab("export", "joined", tmp_path / "joined.csv", *at)
    lab("export", "votes", tmp_path / "votes.jsonl", *at)
    joined = pd.read_csv(tmp_path / "joined.csv")
    assert len(joined) == 8 * N_PROMPTS
    assert set(joined["criterion"]) == {"coherence", "fluency", "relevance", "creativity"}
    values = joined.groupby("criterion")["value"].unique().map(list).to_dict()
    assert values == {"coherence": [4], "fluency": [5], "relevance": [3], "creativity": [2]}
    assert joined[["rouge_l", "repetition", "length", "n_spans"]].notna().all(axis=None)
    spans = joined.groupby("checkpoint")["n_spans"].mean()
    assert spans["careful"] == 0 < spans["careless"]
    votes = pd.read_json(tmp_path / "votes.jsonl", lines=True)
    assert list(votes["winner"]) == ["b" if swapped else "a" for swapped in votes["swapped"]]
    assert len(votes) == n_votes
