"""Fills a store with a small, made-up lab: three checkpoints, a study, four reviewers, a run."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from lab.records import (
    Account,
    Answer,
    AnswerKind,
    Assignment,
    Checkpoint,
    CheckpointKind,
    CheckResult,
    CheckStatus,
    Dataset,
    Generation,
    HallucinationSpan,
    Item,
    ItemKind,
    MetricScore,
    Prompt,
    Rating,
    Role,
    SpanType,
    Split,
    Study,
    StudyEvent,
    StudyStatus,
    TrainingEnd,
    TrainingOutcome,
    TrainingRun,
    TrainingStep,
    Trial,
    TrialOutcome,
    Vote,
    Winner,
)

HOSTILE = (
    "<script>window.hacked=1</script> ${window.hacked=2} {{window.hacked=3}} "
    "![picture](https://evil.example/x.png) **bold** \u202etxet\u202c <b>tag</b> :red[no] $x^2$"
)
CRITERIA = ("coherence", "creativity", "fluency", "relevance")
QUALITY = {"baseline": 2.1, "candidate": 4.1, "lstm": 2.9}
N_PROMPTS = 12


class Lab:
    """The made-up lab's records, in the order in which they were made."""

    def __init__(self) -> None:
        self.random = random.Random(7)
        self.dataset = Dataset(
            name="world", origin="world", content_sha256="0" * 64, n_prompts=N_PROMPTS, config={}
        )
        self.prompts = [self._prompt(i) for i in range(N_PROMPTS)]
        self.runs = [self._run(name) for name in QUALITY]
        self.checkpoints = [self._checkpoint(run) for run in self.runs]
        self.generations = [self._generation(c, p) for c in self.checkpoints for p in self.prompts]
        self.reviewers = [
            Account(name=f"reviewer{i}", role=Role.REVIEWER, pseudonym=f"R{i}") for i in range(1, 5)
        ]
        self.study = Study(name="first-look", protocol=_protocol(), protocol_sha256="1" * 64)

    def records(self) -> Iterator[Any]:
        """Give every record, each after the ones that it refers to."""
        yield self.dataset
        yield from self.prompts
        yield from self.runs
        for run in self.runs:
            yield from self.steps(run)
        yield from self.trials()
        yield from self.checkpoints
        yield from self.generations
        for generation in self.generations:
            yield from self.scores(generation)
            yield from self.check(generation)
        yield from self.reviewers
        yield self.study
        yield StudyEvent(study_id=self.study.id, status=StudyStatus.OPEN)
        yield from self.judged()

    def name_of(self, generation: Generation) -> str:
        """Name a generation's checkpoint."""
        return next(c.name for c in self.checkpoints if c.id == generation.checkpoint_id)

    def steps(self, run: TrainingRun) -> Iterator[TrainingStep | TrainingEnd]:
        """Give the logged moments of a run, and its end."""
        for step in range(0, 400, 20):
            loss = 0.3 + 5.0 * 0.985**step
            yield TrainingStep(
                training_run_id=run.id,
                step=step + 1,
                seconds=step / 10,
                n_tokens=step * 1000,
                train_loss=loss * self.random.uniform(0.95, 1.05),
                validation_loss=loss * 1.08 if step % 100 == 0 else None,
                bits_per_byte=loss / 3 if step % 100 == 0 else None,
                epoch=step / 80,
                memory_bytes=600_000_000 + step * 100_000,
                learning_rate=4e-3 * min(1, (step + 1) / 40) * (1 - step / 420),
                gradient_norm=self.random.uniform(0.4, 1.1),
            )
        if run.name != "candidate":  # which is still going on
            finished = TrainingOutcome.FINISHED
            yield TrainingEnd(training_run_id=run.id, outcome=finished, step=381)

    def trials(self) -> Iterator[Trial]:
        """Give the trials of a search: rates in the middle are the best, rows do not matter."""
        for number in range(14):
            rate = 1e-4 * 10 ** (number % 7 / 2)
            outcome = TrialOutcome.PRUNED if number == 6 else TrialOutcome.FINISHED
            outcome = TrialOutcome.FAILED if number == 13 else outcome
            yield Trial(
                search="rates",
                number=number,
                dataset_id=self.dataset.id,
                parameters={"learning_rate": rate, "batch_rows": [8, 16][number // 7 % 2]},
                outcome=outcome,
                value=None if number == 13 else 1.5 + abs(number % 7 - 3) / 4 + number / 100,
                seconds=20.0 + number,
                message="diverged at step 40" if number == 13 else "",
            )

    def scores(self, generation: Generation) -> Iterator[MetricScore]:
        """Give the metrics' values of a text."""
        quality = QUALITY[self.name_of(generation)] / 5
        for metric in ("bleu", "rouge_l", "distinct_2", "length", "perplexity"):
            value = quality * self.random.uniform(0.6, 1.2)
            if metric == "length":
                value = float(len(generation.text.split()))
            if metric == "perplexity":
                value = 6 / value
            yield MetricScore(
                generation_id=generation.id, metric=metric, version="1", value=round(value, 4)
            )

    def check(self, generation: Generation) -> Iterator[Any]:
        """Give the source check's result and spans of a text."""
        wrong = "seven" in generation.text
        result = CheckResult(
            generation_id=generation.id,
            checker="source",
            version="1",
            status=CheckStatus.OK,
            score=0.9 if wrong else 0.02,
        )
        yield result
        if wrong:
            start = generation.text.index("seven")
            yield HallucinationSpan(
                check_result_id=result.id,
                generation_id=generation.id,
                checker="source",
                start=start,
                end=start + 5,
                type=SpanType.NUMBER,
                score=0.9,
                evidence="the source says ten",
            )

    def judged(self) -> Iterator[Any]:
        """Give the items of the study with what the reviewers said of them."""
        by_prompt: dict[str, list[Generation]] = {}
        for generation in self.generations:
            by_prompt.setdefault(generation.prompt_id, []).append(generation)
        position = 0
        for texts in by_prompt.values():
            for generation in texts:
                yield from self._rated(generation, position)
                position += 1
            for a, b in ((0, 1), (0, 2), (1, 2)):
                yield from self._voted(texts[a], texts[b], position)
                position += 1

    def rating_records(self, item: Item, generation: Generation, reviewer: Account) -> list[Any]:
        """Give one reviewer's ratings of a text."""
        assignment = Assignment(item_id=item.id, reviewer_id=reviewer.id, swapped=False)
        seconds = self.random.uniform(12, 60)
        answer = Answer(
            assignment_id=assignment.id, kind=AnswerKind.RATE, seconds=seconds, comment=""
        )
        mean = QUALITY[self.name_of(generation)]
        ratings = [
            Rating(
                answer_id=answer.id,
                generation_id=generation.id,
                criterion=criterion,
                value=min(5, max(1, round(self.random.gauss(mean, 0.8)))),
            )
            for criterion in CRITERIA
        ]
        return [assignment, answer, *ratings]

    def _rated(self, generation: Generation, position: int) -> Iterator[Any]:
        item = Item(
            study_id=self.study.id,
            kind=ItemKind.RATE,
            position=position,
            prompt_id=generation.prompt_id,
            generation_a_id=generation.id,
        )
        yield item
        for reviewer in self.reviewers[:3]:
            yield from self.rating_records(item, generation, reviewer)

    def _voted(self, a: Generation, b: Generation, position: int) -> Iterator[Any]:
        item = Item(
            study_id=self.study.id,
            kind=ItemKind.AB,
            position=position,
            prompt_id=a.prompt_id,
            generation_a_id=a.id,
            generation_b_id=b.id,
        )
        yield item
        better_a = QUALITY[self.name_of(a)] > QUALITY[self.name_of(b)]
        for reviewer in self.reviewers[1:]:
            swapped = self.random.random() < 0.5
            assignment = Assignment(item_id=item.id, reviewer_id=reviewer.id, swapped=swapped)
            answer = Answer(assignment_id=assignment.id, kind=AnswerKind.VOTE, seconds=21.0)
            right, wrong = (Winner.A, Winner.B) if better_a else (Winner.B, Winner.A)
            winner = self.random.choices(
                [right, wrong, Winner.TIE, Winner.BOTH_BAD], [75, 12, 9, 4]
            )[0]
            yield assignment
            yield answer
            yield Vote(answer_id=answer.id, winner=winner)

    def _prompt(self, i: int) -> Prompt:
        return Prompt(
            dataset_id=self.dataset.id,
            key=f"story-{i:02d}",
            split=Split.TEST,
            text=f"Write a story about Rosa, a kind painter, and number {i}.",
            source="event: share; hero: Rosa; job: painter; have: ten; give: six; left: four",
            reference="Rosa had ten apples. She gave six away. Four were left.",
        )

    def _run(self, name: str) -> TrainingRun:
        return TrainingRun(
            name=name,
            dataset_id=self.dataset.id,
            config={"seed": 3, "layers": 3, "width": 128},
            environment={"python": "3.11", "threads": 1},
        )

    def _checkpoint(self, run: TrainingRun) -> Checkpoint:
        return Checkpoint(
            name=run.name,
            kind=CheckpointKind.LSTM if run.name == "lstm" else CheckpointKind.GPT,
            path=f"checkpoints/{run.name}",
            training_run_id=run.id,
            n_parameters=840_000,
            n_tokens=400_000,
            validation_loss=0.4,
        )

    def _generation(self, checkpoint: Checkpoint, prompt: Prompt) -> Generation:
        number = int(prompt.key[-2:])
        wrong = self.random.random() > QUALITY[checkpoint.name] / 5
        have = "seven" if wrong else "ten"
        text = f"Rosa the painter had {have} apples. She gave six to Ivy, and four were left."
        if checkpoint.name == "candidate" and number == 0:
            text = HOSTILE
        return Generation(
            prompt_id=prompt.id,
            checkpoint_id=checkpoint.id,
            text=text,
            decoding={"strategy": "sample", "temperature": 0.8, "top_p": 0.95},
            seed=11,
            n_prompt_tokens=40,
            n_tokens=24,
            mean_logprob=-0.9,
            finish_reason="end",
            latency_seconds=0.8,
        )


def _protocol() -> dict[str, object]:
    anchors = [f"point {i}" for i in range(1, 6)]
    criteria = [{"name": name, "question": f"{name}?", "anchors": anchors} for name in CRITERIA]
    return {"name": "first-look", "question": "Which is better?", "criteria": criteria}
