"""Makes small, complete sets of records for the store's tests."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from lab import records as r

CRITERIA = ("coherence", "fluency")


def protocol(reviewers_per_item: int = 2) -> dict[str, Any]:
    criteria = [{"name": name, "question": "?", "anchors": ["a"] * 5} for name in CRITERIA]
    return {"reviewers_per_item": reviewers_per_item, "criteria": criteria}


def one_of_each() -> list[Any]:
    """Make one record of every type, each field filled, in an order in which they may be stored."""
    account = r.Account(name="ann", role=r.Role.LEAD, pseudonym="R1", password_hash="hash")
    dataset = r.Dataset(
        name="tales", origin="t.csv", licence="MIT", content_sha256="1" * 64, n_prompts=1,
        config={"seed": 1, "columns": {"b": "x", "a": None}}, consent="given", path="/rows",
        steps={"steps": [{"name": "exact"}]},
    )  # fmt: skip
    prompt = r.Prompt(
        dataset_id=dataset.id, key="7", split=r.Split.TEST, text="Écris: 'a' \u202e 😀\n",
        source="s", reference="ref", facts={"hero": "Rosa", "age": 3},
        conversation={"messages": [{"role": "user", "content": "?"}]},
    )  # fmt: skip
    tag = r.PromptTag(prompt_id=prompt.id, tag="sea")
    external = r.Checkpoint(name="other", kind=r.CheckpointKind.EXTERNAL)
    run = r.TrainingRun(
        name="base", dataset_id=dataset.id, parent_checkpoint_id=external.id,
        config={"lr": 0.1}, environment={"python": "3"},
    )  # fmt: skip
    step = r.TrainingStep(
        training_run_id=run.id, step=5, seconds=1.5, n_tokens=100, train_loss=2.0,
        validation_loss=None, learning_rate=1e-3, gradient_norm=0.5, epoch=0.5,
        bits_per_byte=1.25, memory_bytes=2**40,
    )  # fmt: skip
    end = r.TrainingEnd(
        training_run_id=run.id, outcome=r.TrainingOutcome.STOPPED_EARLY, step=5, message="at 3"
    )
    trial = r.Trial(
        search="rates", number=0, dataset_id=dataset.id, parameters={"learning_rate": 0.1},
        outcome=r.TrialOutcome.PRUNED, value=1.5, training_run_id=run.id, seconds=2.5, message="?",
    )  # fmt: skip
    checkpoint = r.Checkpoint(
        name="base", kind=r.CheckpointKind.GPT, path="/x", training_run_id=run.id,
        n_parameters=10, n_tokens=100, step=5, validation_loss=1.0, weights_sha256="2" * 64,
    )  # fmt: skip
    generation = r.Generation(
        prompt_id=prompt.id, checkpoint_id=checkpoint.id, text="Once", decoding={"t": 1.0},
        seed=2**62, sample_index=1, n_prompt_tokens=3, n_tokens=4, mean_logprob=-1.5,
        finish_reason="end", latency_seconds=0.25,
    )  # fmt: skip
    tokens = r.TokenScores(
        generation_id=generation.id, ends="BAAAAA==", log_probabilities="AMA=", entropies="ADw="
    )
    score = r.MetricScore(generation_id=generation.id, metric="bleu", version="1", value=0.5)
    whole = r.CheckpointScore(
        checkpoint_id=checkpoint.id, dataset_id=dataset.id, metric="mauve", version="1",
        value=0.5, low=0.4, high=0.6, n_texts=1,
    )  # fmt: skip
    calibration = r.Calibration(
        checker="source", version="1", dataset_id=dataset.id, config={"slope": 1.5}
    )
    result = r.CheckResult(
        generation_id=generation.id, checker="source", version="1", status=r.CheckStatus.OK,
        score=0.75, risk=0.5, calibration_id=calibration.id,
    )  # fmt: skip
    span = r.HallucinationSpan(
        check_result_id=result.id, generation_id=generation.id, checker="source", start=0, end=4,
        type=r.SpanType.NAME, score=1.0, evidence="no Once", evidence_start=0, evidence_end=1,
        sample_id=generation.id,
    )  # fmt: skip
    session = r.Session(token_sha256="3" * 64, account_id=account.id, expires_at=r.now())
    study = r.Study(name="first", version=2, protocol=protocol(), protocol_sha256="4" * 64)
    event = r.StudyEvent(study_id=study.id, status=r.StudyStatus.OPEN)
    item = r.Item(
        study_id=study.id, kind=r.ItemKind.AB, position=0, prompt_id=prompt.id,
        generation_a_id=generation.id, generation_b_id=generation.id, suggests=True,
    )  # fmt: skip
    control = r.Control(
        item_id=item.id, kind=r.ControlKind.DEGRADED, criterion="fluency", of_item_id=item.id,
        expected={"winners": {"overall": ["a"]}}, explanation="scrambled",
    )  # fmt: skip
    assignment = r.Assignment(
        item_id=item.id, reviewer_id=account.id, swapped=True, adjudicates=True
    )
    lease = r.Lease(assignment_id=assignment.id, expires_at=r.now() + timedelta(minutes=15))
    draft = r.Draft(assignment_id=assignment.id, content={"ratings": {"fluency": 3}})
    answer = r.Answer(
        assignment_id=assignment.id, kind=r.AnswerKind.RATE, comment="c", reason="r", flag="f",
        seconds=2.5, late=True,
    )  # fmt: skip
    rating = r.Rating(
        answer_id=answer.id, generation_id=generation.id, criterion="fluency", value=4
    )
    vote = r.Vote(answer_id=answer.id, winner=r.Winner.BOTH_BAD)
    mark = r.ReviewerSpan(
        answer_id=answer.id, generation_id=generation.id, start=1, end=3,
        category=r.SpanCategory.NONSENSE, severity=r.Severity.MAJOR, note="no word",
    )  # fmt: skip
    judgement = r.SuggestionJudgement(answer_id=answer.id, span_id=span.id, confirmed=True)
    invitation = r.Invitation(
        token_sha256="5" * 64, role=r.Role.REVIEWER, account_id=account.id, inviter_id=account.id,
        note="for Eve", expires_at=r.now(),
    )  # fmt: skip
    use = r.InvitationUse(invitation_id=invitation.id, account_id=account.id)
    message = r.Message(
        sender_id=account.id, recipient_id=account.id, study_id=study.id, text="Thank you"
    )
    read = r.MessageRead(message_id=message.id)
    exclusion = r.Exclusion(
        study_id=study.id, reviewer_id=account.id, excluded=True, reason="asleep",
        decided_by_id=account.id,
    )  # fmt: skip
    return [
        account, dataset, prompt, tag, external, run, step, end, trial, checkpoint, generation,
        tokens, score, whole, calibration, result, span, session, study, event, item, control,
        assignment, lease, draft, answer, rating, vote, mark, judgement, invitation, use, message,
        read, exclusion,
    ]  # fmt: skip


def small_study(
    n_rate: int = 3, n_ab: int = 2, n_reviewers: int = 2, reviewers_per_item: int = 2
) -> SimpleNamespace:
    """Make an open study with its prompts, two checkpoints, generations, items and reviewers.

    Returns:
        The parts by name, and `records`: all of them.
    """
    n_prompts = max(n_rate, n_ab)
    dataset = r.Dataset(
        name="world", origin="world", content_sha256="0", n_prompts=n_prompts, config={}
    )
    prompts = [
        r.Prompt(
            dataset_id=dataset.id, key=str(i), split=r.Split.TEST, text=f"p{i}", source=f"s{i}"
        )
        for i in range(n_prompts)
    ]
    checkpoints = [
        r.Checkpoint(name=name, kind=r.CheckpointKind.EXTERNAL) for name in ("base", "cand")
    ]
    generations = [
        [
            r.Generation(prompt_id=p.id, checkpoint_id=c.id, text=f"{c.name} {p.key}", decoding={})
            for c in checkpoints
        ]
        for p in prompts
    ]
    study = r.Study(name="study", protocol=protocol(reviewers_per_item), protocol_sha256="0")
    rate = [
        r.Item(
            study_id=study.id, kind=r.ItemKind.RATE, position=i, prompt_id=prompts[i].id,
            generation_a_id=generations[i][i % 2].id,
        )
        for i in range(n_rate)
    ]  # fmt: skip
    ab = [
        r.Item(
            study_id=study.id, kind=r.ItemKind.AB, position=n_rate + i, prompt_id=prompts[i].id,
            generation_a_id=generations[i][0].id, generation_b_id=generations[i][1].id,
        )
        for i in range(n_ab)
    ]  # fmt: skip
    reviewers = [
        r.Account(name=f"rev{i}", role=r.Role.REVIEWER, pseudonym=f"R{i}")
        for i in range(n_reviewers)
    ]
    event = r.StudyEvent(study_id=study.id, status=r.StudyStatus.OPEN)
    flat = [generation for pair in generations for generation in pair]
    return SimpleNamespace(
        dataset=dataset, prompts=prompts, checkpoints=checkpoints, generations=generations,
        study=study, items=rate + ab, reviewers=reviewers,
        records=[dataset, *prompts, *checkpoints, *flat, study, event, *rate, *ab, *reviewers],
    )  # fmt: skip
