"""Checks the report: what it says, what it leaves blank, that no record's text can act in it."""

from __future__ import annotations

import dataclasses
import re
from datetime import date

import pytest

from apps.dashboard import planning_words, predicted_pairs, rating_words
from apps.dashboard.assumed import assumed
from apps.dashboard.filters import Filters
from apps.dashboard.report import markup, planning, predicted
from apps.dashboard.report.build import build, file_name
from apps.dashboard.report.datasheet import BLANK
from apps.dashboard.report.gathered import chosen, gather
from apps.dashboard.results import marks as marked
from lab.analysis.prediction.estimates import (
    chosen_pairs,
    predicted_differences,
    predicted_means,
)
from lab.analysis.ratings.means import mean_rating
from lab.analysis.ratings.ordinal import ordinal_models
from lab.analysis.verdict.watching import watch
from lab.cli import main
from lab.records import Account, Exclusion, PromptTag, Role
from lab.study.planning import Work
from storage import frames
from tests.apps.dashboard.checked import dialogues
from tests.apps.dashboard.compared import CLEAR
from tests.apps.dashboard.conftest import make_home, opened

HOSTILE = "<script>alert(1)</script>\"' ${x} &amp; \u202egnp.\u202c"

NUMBERS = re.findall(
    r"\S+",
    """
1.1.1 1.1.2 1.2 1.3.1.1 1.3.1.2 1.3.1.3 1.3.2.1 1.3.2.2 1.3.2.3 2.1 2.2 2.3 2.4 2.5 3.1.1 3.1.2
3.1.3.1 3.1.3.2 3.1.3.3 3.2.1 3.2.2.1 3.2.2.2 3.2.2.3 3.2.2.4 3.2.3 3.2.4 3.2.5 3.3.1 3.3.2 3.3.3.1
3.3.3.2 3.3.4.1 3.3.4.2 3.3.5 3.3.6 3.3.7 3.3.8 4.1.1 4.1.2 4.1.3 4.2.1 4.2.2 4.2.3 4.3.1.1 4.3.1.2
4.3.2 4.3.3 4.3.4 4.3.5 4.3.6 4.3.7 4.3.8 4.3.9 4.3.10 4.3.11.1 4.3.11.2 4.3.12.1 4.3.12.2 5.1 5.2
5.3 5.4
""",
)
"""The questions of HEDS 3.0 (Belz and Thomson 2024), as its form of 2024 numbers them."""


def answers(written: str, number: str) -> list[str]:
    """Return what stands as answer to a question, for each time that it is asked."""
    pattern = rf"<dt><b>{re.escape(number)}</b>.*?</dt><dd>(.*?)</dd>"
    return re.findall(pattern, written, flags=re.S)


@pytest.fixture(scope="module")
def written(filled) -> str:
    return build(filled, Filters())


@pytest.fixture(scope="module")
def of_votes(voted) -> str:
    return build(voted, Filters(study=CLEAR))


def test_verdicts_are_those_of_the_analysis(voted, of_votes) -> None:
    votes = frames.votes(voted)
    found = watch(votes[votes["study"] == CLEAR], "candidate", "baseline")
    assert found.sentence in of_votes.replace("\u00a0", " ")
    assert "Could not" not in of_votes
    for part in ("Leaderboard: overall", "Leaderboard: fluency", "pairs of equals (A/A)", "naive"):
        assert part in of_votes
    assert of_votes.count("<svg") == 2 * 2 + 2  # a ribbon and a forest each, the checks, the power


def test_ratings_are_those_of_the_analysis(filled, written) -> None:
    for one in mean_rating(frames.ratings(filled)):
        low, high = one.interval.low, one.interval.high
        row = f'<td class="number">{one.value:.2f}</td><td>{low:.2f} to {high:.2f}</td>'
        assert row in written
    for coefficient in ("Krippendorff&#x27;s alpha", "Gwet&#x27;s AC2", "ICC(1, 1)"):
        assert coefficient in written
    assert "R1" in written
    assert "reviewer1" not in written  # a sign-in name


def test_the_datasheet_has_every_question_in_order(written) -> None:
    asked = re.findall(r"<dt><b>([\d.]+)</b>", written)
    assert sorted(set(asked), key=asked.index) == NUMBERS


def test_the_datasheet_says_what_is_known_and_invents_nothing(written, of_votes) -> None:
    assert "36 texts" in answers(written, "3.1.1")[0]
    assert answers(written, "3.2.1") == ["4, without those left out of the results."]
    assert answers(of_votes, "3.2.1") == ["12, without those left out of the results."]
    for number in ("1.1.1", "1.3.1.1", "2.4", "3.1.3.1", "3.2.2.2", "4.1.1", "5.1"):
        assert set(answers(written, number)) == {f"<mark>{BLANK}</mark>"}
    assert answers(written, "4.3.7")[0] == "coherence?"
    assert "point 5" in answers(written, "4.3.2")[0]
    assert answers(written, "4.3.3")[:4] == ["5"] * 4
    assert answers(written, "4.3.11.2")[0].startswith("alpha 0.")
    assert answers(of_votes, "4.3.12.2")[-1] == "IntraAA not assessed."


def test_no_text_of_the_records_can_act() -> None:
    import pandas as pd

    shown = markup.escape(HOSTILE)
    assert "[U+202E]gnp.[U+202C]" in shown
    assert not set("<>\"'") & set(shown)
    frame = pd.DataFrame({HOSTILE: [HOSTILE, None], "p": [0.00012, float("nan")], "n": [1234, 2]})
    page = "".join(
        [
            markup.section(HOSTILE, markup.paragraph(HOSTILE), name="a"),
            markup.subsection(HOSTILE, markup.points([HOSTILE])),
            markup.facts([(HOSTILE, HOSTILE)]),
            markup.table(frame, HOSTILE),
            markup.contents([("a", HOSTILE)]),
        ]
    )
    assert "<script" not in page
    assert "\u202e" not in page
    assert '<td class="number">0.0001</td><td class="number">1,234</td>' in page


def test_hostile_names_of_checkpoints_studies_and_people_are_shown_as_they_are(home, store) -> None:
    from tests.apps.dashboard.filled import Lab

    lab = Lab()
    lab.checkpoints = [
        dataclasses.replace(one, name=f"{HOSTILE} {i}") for i, one in enumerate(lab.checkpoints)
    ]
    names = {one.id: name for one, name in zip(lab.checkpoints, ("baseline", "candidate", "lstm"),
                                               strict=True)}  # fmt: skip
    lab.name_of = lambda generation: names[generation.checkpoint_id]
    lab.reviewers = [dataclasses.replace(one, pseudonym=f"{HOSTILE}{one.name}")
                     for one in lab.reviewers]  # fmt: skip
    lab.study = dataclasses.replace(lab.study, name=HOSTILE)
    store.add(list(lab.records()))
    page = build(store, Filters())
    assert "<script" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert file_name(Filters(study=HOSTILE)) == "report-script-alert-1-script-x-amp-gnp.html"


def test_nothing_in_the_file_comes_from_elsewhere(written, of_votes) -> None:
    for page in (written, of_votes):
        assert not re.search(r'(src|href)="(?!#)', page)
        assert "@import" not in page
        assert "url(http" not in page
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids))


def test_filters_narrow_it_and_are_named(filled, lab) -> None:
    filters = Filters(criterion="fluency", reviewer="R2", since=date(2020, 1, 1))
    page = build(filled, filters)
    assert "Mean fluency" in page
    assert "Mean coherence" not in page
    assert "2020-01-01 to … (UTC)" in page
    assert "36 votes and 36 ratings by 1 reviewer." in page
    assert chosen(Filters()) == []
    filled.add([PromptTag(prompt_id=lab.prompts[0].id, tag="first")])
    tagged = gather(filled, Filters(tag="first"))
    assert set(tagged.ratings["prompt_id"]) == {lab.prompts[0].id}
    assert set(tagged.texts["prompt_id"]) == {lab.prompts[0].id}


def test_whom_an_analyst_has_left_out_is_named_with_the_reason(voted) -> None:
    study = next(one for one in gather(voted, Filters(study=CLEAR)).studies)[1]
    person = voted.read("SELECT id FROM accounts WHERE pseudonym = 'V3'", []).to_pandas()["id"][0]
    analyst = Account(name="ann", role=Role.ANALYST, pseudonym="ann")
    voted.add(
        [
            analyst,
            Exclusion(
                study_id=study.id,
                reviewer_id=str(person),
                excluded=True,
                reason="answers within a second",
                decided_by_id=analyst.id,
            ),
        ]
    )
    page = build(voted, Filters(study=CLEAR))
    assert "answers within a second" in page
    assert "Their answers count in nothing above" in page
    assert answers(page, "3.2.1") == ["11, without those left out of the results."]
    assert "Left out: V3: answers within a second" in answers(page, "3.3.3.2")[0]
    with_them = build(voted, Filters(study=CLEAR, with_excluded=True))
    assert "counted here all the same" in with_them


def test_a_lab_with_nothing_in_it(bare) -> None:
    page = build(bare, Filters())
    assert "No votes and no ratings to compare within these filters." in page
    assert "There is no study." in page


def test_the_command_writes_the_file(filled, capsys, tmp_path) -> None:
    path = tmp_path / "made" / "here.html"
    words = ["report", "--home", str(filled.home.path), "--study", "first-look"]
    assert main([*words, "--out", str(path)]) == 0
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert main(words) == 0
    assert (filled.home.reports / "report-first-look.html").exists()
    assert main(["report", "--home", str(filled.home.path), "--study", "nosuch"]) == 2
    assert "no study named 'nosuch'; there is: first-look" in capsys.readouterr().err


def test_ratings_are_told_with_severity_taken_out(filled, written) -> None:
    models = ordinal_models(frames.ratings(filled))
    assert rating_words.finding(models) in written.replace("\u00a0", " ").replace("&#x27;", "'")
    assert "Every two checkpoints, reviewers&#x27; severity taken out" in written
    for model in models:
        for one in model.checkpoints:
            assert f'<td class="number">{one.value:.2f}</td>' in written
        for pair in model.pairs:
            row = f"<td>{pair.checkpoint}</td><td>{pair.opponent}</td><td>{pair.points:+.2f} ["
            assert f"<td>{model.criterion}</td>{row}" in written


def test_too_many_ratings_for_the_model_are_said_to_be(filled, monkeypatch) -> None:
    monkeypatch.setattr("apps.dashboard.report.adjusted.AT_ONCE", 10)
    page = build(filled, Filters())
    assert "Raw means only" in page
    assert "more than the 10 up to which a report takes reviewers" in page
    assert "Every two checkpoints" not in page


def test_checks_are_held_against_what_people_marked(published, tmp_path) -> None:
    dialogues(published("q2/cross_annotation.csv"), tmp_path, 60)
    with opened(make_home(tmp_path)) as store:
        page = build(store, Filters())
        marks = marked.read(store)
    assert len(marks) >= 120
    assert "The source check, held against people&#x27;s marks" in page
    assert "hallucinated, by 120 texts that 1 person looked through." in page
    assert "Hallucination rates, source check, corrected by people" in page
    assert "120 texts looked through for faults by 1 reviewer." in page
    assert answers(page, "3.2.1") == ["1, without those left out of the results."]
    assert "120 texts with an answer that counts" in answers(page, "3.1.1")[0]
    assert "Corrected rates: Prediction-powered inference" in page


def test_scores_of_unrated_texts_narrow_the_ratings(filled) -> None:
    material = gather(filled, Filters())
    few = material.ratings[material.ratings["prompt_id"].isin(
        material.ratings["prompt_id"].unique()[:6]
    )]  # fmt: skip
    page = predicted.part(dataclasses.replace(material, ratings=few))
    scores = [*material.metrics, "n_spans"]
    found = predicted_means(few, material.texts, scores)
    known = [one for one in found if one.value is not None]
    assert known
    assert "Mean ratings with automatic scores, in points" in page
    for one in known:
        assert f'<td>{one.criterion}</td><td>{one.checkpoint}</td><td class="number">' in page
    between = chosen_pairs(few, material.checkpoints)
    pairs = predicted_differences(few, material.texts, scores, between)
    assert pairs
    assert predicted_pairs.sentence(pairs) in page.replace("\u00a0", " ")
    for one in pairs:
        with_scores, p = f"{one.value:.2f}", f"{one.p_holm:.4f}"
        row = f"<td>{one.criterion}</td><td>{one.checkpoint}</td><td>{one.opponent}</td>"
        assert f'{row}<td class="number">{with_scores}</td>' in page
        assert f'<td class="number">{p}</td>' in page


def test_what_more_answers_would_find_is_what_planning_says(voted) -> None:
    filters = Filters(study=CLEAR)
    page = planning.part(gather(voted, filters)).replace("\u00a0", " ")
    votes = filters.votes(frames.votes(voted))
    start, n_people = assumed(votes, "ab", "overall"), votes["reviewer_id"].nunique()
    work = Work(
        kind="ab",
        n_prompts=votes["prompt_id"].nunique(),
        reviewers_per_item=n_people,
        n_reviewers=n_people,
        spread=start.spread("ab"),
        seconds_per_answer=start.seconds,
    )
    assert f"On overall: {planning_words.finding(work, 0.1)}" in page
    assert f"<td>{planning_words.smallest(work)}</td>" in page
    twice = dataclasses.replace(work, n_prompts=2 * work.n_prompts)
    assert f"<td>{planning_words.smallest(twice)}</td>" in page
    assert "Gao and Owen 2017" in build(voted, filters)


def test_nothing_is_planned_without_two_checkpoints(bare, filled) -> None:
    assert planning.part(gather(bare, Filters())) == ""
    material = gather(filled, Filters())
    one = material.ratings[material.ratings["checkpoint"] == "baseline"]
    assert planning.part(dataclasses.replace(material, ratings=one, votes=one.head(0))) == ""
