"""The command `lab study plan`, and what `lab study check` plans from in a lab with answers."""

from __future__ import annotations

import json
import random
import tomllib
from pathlib import Path

import pytest

from apps.dashboard.assumed import assumed
from lab.cli import main
from lab.commands.plan import answers_of
from lab.study.planning import Work
from lab.study.power import RATING_SPREAD, vote_spread
from storage.client import Store

N_PROMPTS = 30
PLAN = ["--dataset", "pilot", "--checkpoints", "new", "old", "--n-prompts", "20"]


def run(store: Store, *words: object) -> int:
    return main([*(str(word) for word in words), "--home", str(store.home.path)])


def rated(store: Store, folder: Path, n_reviewers: int) -> None:
    """Import ratings of two systems' texts on two criteria, "style" the harder one to judge."""
    draw = random.Random(n_reviewers)
    rows = []
    for prompt in range(N_PROMPTS):
        for system in ("new", "old"):
            level = 3 + draw.gauss(0, 0.5)
            row = {"prompt": f"p{prompt}", "system": system, "text": f"text {prompt} {system}"}
            for name, noise in (("clear", 0.4), ("style", 1.1)):
                row[name] = [
                    min(5, max(1, round(level + draw.gauss(0, noise)))) for _ in range(n_reviewers)
                ]
            rows.append(row)
    path = folder / "pilot.json"
    path.write_text(json.dumps(rows))
    words = ["--study", "pilot", "--criterion", "clear=clear", "--criterion", "style=style"]
    assert run(store, "ratings", "import", path, *words) == 0


def test_an_empty_lab_plans_with_published_figures_and_names_them(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(store, "study", "plan", "--difference", "0.5", "--items", "60") == 0
    said = capsys.readouterr().out
    work = Work(kind="rate", n_prompts=60, reviewers_per_item=3, n_reviewers=12,
                spread=RATING_SPREAD, seconds_per_answer=60)  # fmt: skip
    power = work.power(0.5)
    assert power is not None
    assert "12 reviewers who give 60 prompts 3 answers each find a difference of 0.5" in said
    assert f"{100 * power:.0f} %" in said.partition("this plan")[2].splitlines()[0]
    assert "Chiang and Lee 2023" in said
    assert "a guess" in said
    for what in ("items", "reviewers", "answers per item"):
        assert f"twice the {what}" in said


def test_the_protocol_lines_are_read_by_check(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--items", "16", "--answers", "2", "--seconds", "45", "--reviewers", "9"]
    assert run(store, "study", "plan", "--design", "ab", *words) == 0
    lines = capsys.readouterr().out.partition("`lab study check` reads it:")[2]
    assert tomllib.loads(lines)["n_prompts"] == 16
    rated(store, tmp_path, 2)
    path = tmp_path / "protocol.toml"
    path.write_text(f'name = "next"\ndataset = "pilot"\ncheckpoints = ["new", "old"]\n{lines}')
    capsys.readouterr()
    assert run(store, "study", "check", "--protocol", path, "--reviewers", "9") == 0
    said = capsys.readouterr().out
    assert "at 45 s" in said
    assert "on 16 prompts with 2 reviewers per item, 9 in all" in said


def test_pairs_plan_from_the_share_of_ties(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--design", "ab", "--win-rate", "58", "--ties", "30", "--budget", "4", "--pay", "20"]
    assert run(store, "study", "plan", *words) == 0
    said = capsys.readouterr().out
    work = Work(kind="ab", n_prompts=40, reviewers_per_item=3, n_reviewers=12,
                spread=vote_spread(0.3, 0.27, 0.04), seconds_per_answer=60)  # fmt: skip
    assert f"{100 * (work.power(0.08) or 0):.0f} %" in said
    assert "a win rate of 58 %" in said
    assert "The best use of 4 hours: 240 prompts with 1 answer per item" in said
    assert "--ties" in said.partition("taken for granted")[2]
    assert "LLMFAO" in said


def test_a_lab_with_ratings_plans_from_them_and_says_so(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rated(store, tmp_path, 4)
    capsys.readouterr()
    assert run(store, "study", "plan", "--criterion", "style") == 0
    said = capsys.readouterr().out
    assert "this lab's own 240 ratings on style by 4 reviewers on 30 prompts" in said
    assert "How far reviewers differ is a published figure" in said
    start = assumed(answers_of(store, "rate"), "rate", "style")
    assert 0.9 < start.residual < 1.3
    assert f"{start.residual:g}" in said
    assert run(store, "study", "plan") == 0
    assert "ratings on clear by 4" in capsys.readouterr().out
    # Four people tell too little of how far people differ for a check to build on.
    assert run(store, "study", "check", "next", *PLAN, "--design", "rate") == 0
    assert "assumed standard deviations: prompts 0.7" in capsys.readouterr().out


def test_check_takes_the_spreads_of_six_reviewers_of_its_own_criteria(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rated(store, tmp_path, 6)
    plan = tmp_path / "next.toml"
    anchors = '["bad", "poor", "fair", "good", "very good"]'
    criteria = "".join(
        f'[[criteria]]\nname = "{name}"\nquestion = "How {name}?"\nanchors = {anchors}\n'
        for name in ("clear", "style", "taste")
    )
    plan.write_text(
        'name = "next"\ndataset = "pilot"\ncheckpoints = ["new", "old"]\ndesign = "mixed"\n'
        f"mixed_of = ['rate', 'ab']\nn_prompts = 20\n{criteria}"
    )
    capsys.readouterr()
    assert run(store, "study", "check", "--protocol", plan) == 0
    said = capsys.readouterr().out
    assert "standard deviations of this lab's own 360 ratings on style by 6 reviewers" in said
    # Nobody has voted yet.
    assert "win rates of" in said
    assert "(assumed standard deviations: prompts 0.27" in said
    words = ["--rating-spread", "0.7", "0.16", "0.8"]
    assert run(store, "study", "check", "--protocol", plan, *words) == 0
    assert "this lab's own" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--reviewers", "0"], "--reviewers is 0; it must lie in 1 to 1000"),
        (["--answers", "13"], "--answers is 13, but there are 12 reviewers"),
        (["--difference", "nan"], "--difference is nan"),
        (["--design", "ab", "--difference", "0.3"], "--difference is for `--design rate`"),
        (["--ties", "20"], "--ties is for `--design ab`"),
        (["--design", "ab", "--win-rate", "50"], "--win-rate is 50; it must lie in 50.1"),
        (["--design", "ab", "--ties", "85"], "must together have less"),
        (["--criterion", "taste"], "no answered criterion named 'taste'"),
        (["--sd-rest", "0"], "--sd-rest is 0"),
    ],
)
def test_bad_input_is_named(
    store: Store, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert run(store, "study", "plan", *words) == 2
    assert message in capsys.readouterr().err


def test_one_reviewer_is_told_that_it_says_nothing(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(store, "study", "plan", "--reviewers", "1") == 0
    assert "One reviewer or one prompt says nothing about others" in capsys.readouterr().out
