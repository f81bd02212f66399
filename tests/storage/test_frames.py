from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType, SimpleNamespace

import pandas as pd
import pytest

from lab import records as r
from lab.errors import UnknownNameError
from lab.home import find_home
from storage import frames, queue
from storage.client import Store, open_store, stop_owner


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory, made: ModuleType) -> Iterator[tuple]:
    """Open a store with a study that two reviewers have answered, with scores and checks."""
    folder = tmp_path_factory.mktemp("answered")
    home = find_home(folder, str(folder / "lab.duckdb"))
    made_study = made.small_study(n_rate=4, n_ab=3, n_reviewers=2, reviewers_per_item=2)
    with open_store(home) as store:
        store.add(made_study.records)
        answer_all(store, made_study)
        score_and_check(store, made_study)
        yield store, made_study
    stop_owner(home)


def answer_all(store: Store, made_study: SimpleNamespace) -> None:
    """Rate and vote by position; the second reviewer skips the last pair and changes one rating."""
    for who, reviewer in enumerate(made_study.reviewers):
        for task in queue.next_tasks(store, made_study.study.id, reviewer.id, 7):
            given = {
                "answer_id": r.new_id(),
                "assignment_id": task.assignment_id,
                "reviewer_id": reviewer.id,
            }
            if task.kind == "rate":
                ratings = {"coherence": 1 + task.position, "fluency": 1 + who}
                queue.submit(
                    store, **given, kind="rate", ratings=ratings, comment="ok", seconds=3.0
                )
            elif who == 1 and task.position == 6:
                queue.submit(store, **given, kind="skip", reason="long")
            else:
                side = "left" if task.texts[0].startswith("cand") else "right"
                queue.submit(store, **given, kind="vote", winners={"overall": side}, seconds=4.0)
    mine = queue.undo(store, r.new_id(), made_study.study.id, made_study.reviewers[1].id)
    assert mine is not None
    queue.submit(
        store,
        answer_id=r.new_id(),
        assignment_id=mine.assignment_id,
        reviewer_id=mine_id(made_study),
        kind="vote",
        winners={"overall": "tie"},
    )


def mine_id(made_study: SimpleNamespace) -> str:
    return made_study.reviewers[1].id


def score_and_check(store: Store, made_study: SimpleNamespace) -> None:
    flat = [generation for pair in made_study.generations for generation in pair]
    for number, generation in enumerate(flat):
        old, new = (
            r.MetricScore(generation_id=generation.id, metric="rouge_l", version=v, value=x)
            for v, x in (("1", 0.0), ("2", number / 10))
        )
        none = r.MetricScore(
            generation_id=generation.id, metric="bleu", version="1", value=None, reason="no ref"
        )
        status = r.CheckStatus.OK if number % 2 else r.CheckStatus.NOT_APPLICABLE
        result = r.CheckResult(
            generation_id=generation.id, checker="source", version="1", status=status,
            score=number if number % 2 else None,
        )  # fmt: skip
        spans = [
            r.HallucinationSpan(
                check_result_id=result.id, generation_id=generation.id, checker="source",
                start=0, end=4, type=r.SpanType.NAME, score=0.5, evidence="e",
            )
        ] * (number == 3)  # fmt: skip
        store.add([old])
        store.add([new, none, result, *spans])


def tables(store: Store) -> dict[str, pd.DataFrame]:
    """Read whole tables, for the plain computation."""
    kinds = (r.Answer, r.Rating, r.Vote, r.Assignment, r.Item, r.Generation, r.Checkpoint)
    return {
        kind.__name__: pd.DataFrame(
            [{n: getattr(x, n) for n in x.__dataclass_fields__} for x in store.select(kind)]
        )
        for kind in kinds
    }


def counted(plain: dict[str, pd.DataFrame]) -> pd.DataFrame:
    newest = plain["Answer"].sort_values("created_at").groupby("assignment_id").tail(1)
    return newest[newest["kind"].isin(["rate", "vote"]) & ~newest["late"]]


def test_ratings_equal_a_plain_computation(answered: tuple) -> None:
    store, _ = answered
    plain = tables(store)
    expected = (
        plain["Rating"]
        .merge(counted(plain).rename(columns={"id": "answer_id"}), on="answer_id")
        .merge(plain["Assignment"].rename(columns={"id": "assignment_id"}), on="assignment_id",
               suffixes=("", "_assigned"))
        .merge(plain["Generation"].rename(columns={"id": "generation_id"}), on="generation_id",
               suffixes=("", "_generation"))
        .merge(plain["Checkpoint"].rename(columns={"id": "checkpoint_id"}), on="checkpoint_id",
               suffixes=("", "_checkpoint"))
    )  # fmt: skip
    found = frames.ratings(store)
    keys = ["item_id", "reviewer_id", "generation_id", "criterion", "value", "seconds"]
    assert len(found) == 2 * 4 * 2
    assert sorted(map(tuple, found[keys].values)) == sorted(map(tuple, expected[keys].values))
    mean = found.groupby("checkpoint")["value"].mean()
    pd.testing.assert_series_equal(
        mean,
        expected.groupby("name")["value"].mean(),
        check_names=False,
        check_categorical=False,
        check_index=False,
    )
    assert list(mean.index) == ["base", "cand"]
    assert set(found["study"]) == {"study"}
    assert set(found["reviewer"]) == {"R0", "R1"}
    assert set(found["dataset"]) == {"world"}


def test_votes_leave_out_skips_and_what_was_taken_back(answered: tuple) -> None:
    store, _ = answered
    found = frames.votes(store)
    assert len(found) == len(counted(tables(store)).query("kind == 'vote'")) == 6
    assert (found["checkpoint_a"] == "base").all()
    assert (found["checkpoint_b"] == "cand").all()
    assert found["winner"].value_counts().to_dict() == {"b": 5, "tie": 1}
    assert found["swapped"].dtype == bool


def test_generations_carry_the_newest_metrics_and_checks(answered: tuple) -> None:
    store, made_study = answered
    flat = [generation for pair in made_study.generations for generation in pair]
    found = frames.generations(store).set_index("generation_id").loc[[g.id for g in flat]]
    assert found["rouge_l"].tolist() == [number / 10 for number in range(len(flat))]
    assert found["bleu"].isna().all()
    assert found["n_spans"].fillna(-1).tolist() == [-1, 0, -1, 1, -1, 0, -1, 0]
    assert found["hallucination_score"].fillna(-1).tolist() == [-1, 1, -1, 3, -1, 5, -1, 7]
    assert found["check_status"].tolist() == ["not_applicable", "ok"] * 4
    assert found["checkpoint"].tolist() == ["base", "cand"] * 4
    assert "text" not in found


def test_joined_is_ratings_with_generations(answered: tuple) -> None:
    store, _ = answered
    found = frames.joined(store)
    expected = frames.ratings(store).merge(
        frames.generations(store).drop(
            columns=["prompt_id", "prompt_key", "dataset", "split", "checkpoint_id", "checkpoint"]
        ),
        on="generation_id",
    )
    keys = ["item_id", "reviewer_id", "criterion"]
    pd.testing.assert_frame_equal(
        found.sort_values(keys).reset_index(drop=True),
        expected.sort_values(keys).reset_index(drop=True),
    )


def test_scores_spans_and_one_text(answered: tuple) -> None:
    store, made_study = answered
    generation = made_study.generations[1][1]
    scores = frames.scores(store)
    assert set(scores["version"][scores["metric"] == "rouge_l"]) == {"2"}
    assert set(scores["reason"][scores["metric"] == "bleu"]) == {"no ref"}
    assert frames.spans(store, generation.id)["text"].tolist() == ["cand"]
    one = frames.generation(store, generation.id)
    assert (one["text"], one["prompt"], one["source"]) == ("cand 1", "p1", "s1")
    assert one["checkpoint"]["name"] == "cand"
    assert one["run"] is None
    assert [x["metric"] for x in one["scores"]] == ["bleu", "rouge_l"]
    assert [x["status"] for x in one["checks"]] == ["ok"]
    assert len(one["spans"]) == 1
    assert len(one["ratings"]) == 4
    assert len(one["votes"]) == 2
    with pytest.raises(UnknownNameError, match="no generation"):
        frames.generation(store, r.new_id())


def test_counts_and_the_change_token(answered: tuple) -> None:
    store, made_study = answered
    before = frames.change_token(store)
    assert frames.counts(store)["items"] == 7
    queue.next_tasks(store, made_study.study.id, mine_id(made_study))
    assert frames.change_token(store) == before
    store.add([r.Checkpoint(name="more", kind=r.CheckpointKind.EXTERNAL)])
    assert frames.change_token(store) > before


def test_frames_of_an_empty_store_have_their_columns(shared_store: Store) -> None:
    for frame in (frames.ratings, frames.votes, frames.generations, frames.joined, frames.scores,
                  frames.training):  # fmt: skip
        found = frame(shared_store)
        assert len(found) == 0
        assert len(found.columns) > 6
