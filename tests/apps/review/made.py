"""Turns a word such as "rvsh" into an open study with an item of each kind, and its people."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from lab.records import (
    Account,
    Checkpoint,
    CheckpointKind,
    CheckResult,
    CheckStatus,
    Control,
    ControlKind,
    Dataset,
    Generation,
    HallucinationSpan,
    Item,
    ItemKind,
    MetricScore,
    Prompt,
    Role,
    Session,
    SpanType,
    Split,
    Study,
    StudyEvent,
    StudyStatus,
    new_id,
    now,
)
from lab.study.protocol import Protocol, sha256, to_dict
from storage.client import Store

HOSTILE = (
    "<script>window.hacked = true</script><img src=x onerror='window.hacked = true'>",
    "${window.hacked = true} {{value}} {{#each value}}x{{/each}} `${alert(1)}`",
    "![pixel](http://outside.example/pixel.png) **bold** [link](http://outside.example)",
    "abc \u202edesrever\u202c \u2067mixed\u2069 عربى then English\n\n  indented   wide",
    "<style>body { display: none }</style><iframe src='http://outside.example'></iframe>",
)
MARKER = "secret-checkpoint"
METRIC = "secret-metric"
VALUE = 0.7351946
"""What every generation scores; a number that is nowhere else."""

KINDS = {
    **dict.fromkeys("rgt", ItemKind.RATE),
    **dict.fromkeys("vGdafT", ItemKind.AB),
    **dict.fromkeys("shkw", ItemKind.SPANS),
}
"""r, v, s: ordinary; g, G, k: gold; t, T, w: training (rate, ab, spans each); d: a pair of which b
was degraded; a: an A/A pair; f: a pair of which b is the human reference; h: spans with suggestions
afterwards; p: the first ordinary item again."""

CONTROLS = {
    **dict.fromkeys("gGk", ControlKind.GOLD),
    **dict.fromkeys("tTw", ControlKind.TRAINING),
    "d": ControlKind.DEGRADED,
    "a": ControlKind.AA,
    "p": ControlKind.REPEAT,
}
EXPLANATION = "Look at it once more: secret-explanation"


@dataclass
class Bench:
    """One open study with what it is about, for one test alone."""

    store: Store
    study: Study
    items: list[Item]
    generations: list[Generation]
    controls: list[Control] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    prompts: list[Prompt] = field(default_factory=list)
    suggestions: list[HallucinationSpan] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)

    def person(self, name: str, role: Role = Role.REVIEWER) -> dict[str, str]:
        """Sign somebody in; returns the cookie."""
        if name not in self.accounts:
            unique = f"{name}-{new_id()[-8:]}"
            self.accounts[name] = Account(name=unique, role=role, pseudonym=f"R-{unique}")
            self.store.add([self.accounts[name]])
        if name not in self.tokens:
            self.tokens[name] = secrets.token_urlsafe(16)
            self.store.add([self._session(name, now() + timedelta(hours=1))])
        return {"lab_session": self.tokens[name]}

    def sign_out(self, name: str) -> None:
        """End the session of somebody, as the sign-out does."""
        self.store.add([self._session(name, now())])

    def _session(self, name: str, expires_at: Any) -> Session:
        digest = hashlib.sha256(self.tokens[name].encode()).hexdigest()
        account_id = self.accounts[name].id
        return Session(token_sha256=digest, account_id=account_id, expires_at=expires_at)

    def ratings(self) -> list[dict[str, Any]]:
        """Read the ratings of this study that count."""
        return self._counted("ratings", "criterion, value, ")

    def votes(self) -> list[dict[str, Any]]:
        """Read the votes of this study that count."""
        return self._counted("votes", "criterion, winner, swapped, ")

    def spans(self) -> list[dict[str, Any]]:
        """Read the marked spans of this study that count."""
        columns = 'reviewer_spans.start, reviewer_spans."end", category, severity, note, '
        return self._counted("reviewer_spans", columns)

    def judgements(self) -> list[dict[str, Any]]:
        """Read what was said of the checker's suggestions in answers that count."""
        return self._counted("suggestion_judgements", "span_id, confirmed, ")

    def answers(self) -> list[dict[str, Any]]:
        """Read all answers of this study, repeated and undone ones included, the oldest first."""
        return self.store.rows(
            """SELECT answers.*, reviewer_id, item_id FROM answers
               JOIN assignments ON assignments.id = assignment_id
               JOIN items ON items.id = item_id
               WHERE study_id = $1::UUID ORDER BY answers.created_at""",
            [self.study.id],
        )

    def n_answers(self) -> int:
        """Count all answers of this study, repeated and undone ones included."""
        return len(self.answers())

    def _counted(self, table: str, columns: str) -> list[dict[str, Any]]:
        return self.store.rows(
            f"""SELECT {columns} item_id, comment, flag, seconds FROM {table}
                JOIN counted_answers ON counted_answers.id = answer_id
                JOIN assignments ON assignments.id = assignment_id
                JOIN items ON items.id = item_id
                WHERE study_id = $1::UUID ORDER BY position, counted_answers.created_at""",
            [self.study.id],
        )

    def set_status(self, status: StudyStatus) -> None:
        self.store.add([StudyEvent(study_id=self.study.id, status=status)])


@dataclass
class _Making:
    """A study in the making: one item after the other."""

    tag: str
    dataset: Dataset
    study: Study
    texts: Mapping[int, str]
    hostile: Sequence[str]
    systems: dict[str, Checkpoint]
    prompts: list[Prompt] = field(default_factory=list)
    generations: list[Generation] = field(default_factory=list)
    scores: list[Any] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    suggestions: list[HallucinationSpan] = field(default_factory=list)

    def add(self, letter: str, position: int) -> None:
        item = self._again(position) if letter == "p" else self._new(letter, position)
        self.items.append(item)
        if letter in CONTROLS:
            self.controls.append(self._control(letter, item))
        if letter == "h":
            self._suggest(item)

    def _again(self, position: int) -> Item:
        of = self._original()
        return Item(
            study_id=of.study_id,
            kind=of.kind,
            position=position,
            prompt_id=of.prompt_id,
            generation_a_id=of.generation_a_id,
            generation_b_id=of.generation_b_id,
        )

    def _original(self) -> Item:
        tested = {one.item_id for one in self.controls}
        return next(one for one in self.items if one.id not in tested and not one.suggests)

    def _new(self, letter: str, position: int) -> Item:
        prompt = self._prompt(position)
        pair = [self._text(letter, prompt, position, side) for side in "ab"]
        kind = KINDS[letter]
        return Item(
            study_id=self.study.id,
            kind=kind,
            position=position,
            prompt_id=prompt.id,
            generation_a_id=pair[0].id,
            generation_b_id=pair[1].id if kind is ItemKind.AB else None,
            suggests=letter == "h",
        )

    def _prompt(self, position: int) -> Prompt:
        source = f"hero: Rosa; job: baker; place: {self.hostile[0]}; time: {position}"
        prompt = Prompt(
            dataset_id=self.dataset.id,
            key=str(position),
            split=Split.TEST,
            text=f"Prompt {position} {self.hostile[position % len(self.hostile)]}",
            source=source if position % 2 == 0 else None,
            reference=f"secret-reference {self.tag}",
        )
        self.prompts.append(prompt)
        return prompt

    def _text(self, letter: str, prompt: Prompt, position: int, side: str) -> Generation:
        by = {"fb": "reference", "db": "control", "ab": "a"}.get(letter + side, side)
        hostile = self.hostile[(position + "ab".index(side)) % len(self.hostile)]
        text = f"Text {position}{side} {hostile}"
        generation = Generation(
            prompt_id=prompt.id,
            checkpoint_id=self.systems[by].id,
            text=self.texts.get(position, text) if side == "a" else text,
            decoding={},
            sample_index=int(letter + side == "ab"),
        )
        self.generations.append(generation)
        self.scores.append(
            MetricScore(generation_id=generation.id, metric=METRIC, version="1", value=VALUE)
        )
        return generation

    def _control(self, letter: str, item: Item) -> Control:
        known = {
            ItemKind.RATE: {"ratings": {"fluency": 2}, "tolerance": 1},
            ItemKind.AB: {"winners": {"overall": ["a"]}},
            ItemKind.SPANS: {"spans": [{"start": 0, "end": 4}]},
        }[item.kind]
        kind = CONTROLS[letter]
        return Control(
            item_id=item.id,
            kind=kind,
            criterion="fluency" if letter == "d" else None,
            of_item_id=self._original().id if letter == "p" else None,
            expected=None if letter in "ap" else known,
            explanation=EXPLANATION if kind is ControlKind.TRAINING else "",
        )

    def _suggest(self, item: Item) -> None:
        """Let both checks find something; only what "source" found is to be suggested."""
        for checker, pieces in (("source", [(0, 4), (5, 7)]), ("world", [(1, 3)])):
            result = CheckResult(
                generation_id=item.generation_a_id,
                checker=checker,
                version="1",
                status=CheckStatus.OK,
                score=VALUE,
            )
            spans = [
                HallucinationSpan(
                    check_result_id=result.id,
                    generation_id=item.generation_a_id,
                    checker=checker,
                    start=start,
                    end=end,
                    type=SpanType.UNSUPPORTED,
                    score=VALUE,
                    evidence=f"The source has nothing of {start} to {end}. {self.hostile[0]}",
                )
                for start, end in pieces
            ]
            self.scores += [result, *spans]
            self.suggestions += spans if checker == "source" else []


def make_bench(
    store: Store,
    kinds: str = "rrvv",
    reviewers_per_item: int = 3,
    texts: Mapping[int, str] | None = None,
    hostile: Sequence[str] = HOSTILE,
    **protocol: Any,
) -> Bench:
    """Make an open study.

    Args:
        store: the store.
        kinds: one letter per item, in the order of the queue, as `KINDS` lists them.
        reviewers_per_item: how many reviewers each item has.
        texts: generation a's text by position, where it is not to be the usual one.
        hostile: what stands, in turn, in prompts, sources, texts and suggestions.
        protocol: fields of the study's protocol that are not to be the usual ones. With
            `adjudicate_at` there is an adjudicator, whom `Bench.person("judy")` signs in.
    """
    tag = new_id()[-12:]
    systems = {side: _system(f"{MARKER}-{side}-{tag}") for side in "ab"}
    systems |= {"reference": _system("reference"), "control": _system("control")}
    dataset = Dataset(
        name=f"data-{tag}", origin="test", content_sha256=tag, n_prompts=len(kinds), config={}
    )
    judge = Account(name=f"judy-{tag}", role=Role.REVIEWER, pseudonym=f"R-judy-{tag}")
    study = _study(tag, kinds, systems, dataset, judge, reviewers_per_item, protocol)
    making = _Making(tag, dataset, study, texts or {}, hostile, systems)
    for position, letter in enumerate(kinds):
        making.add(letter, position)
    opened = StudyEvent(study_id=study.id, status=StudyStatus.OPEN)
    store.add([dataset, *making.prompts, *systems.values(), *making.generations, *making.scores])
    store.add([judge, study, opened, *making.items, *making.controls])
    return Bench(
        store,
        study,
        making.items,
        making.generations,
        making.controls,
        list(systems.values()),
        making.prompts,
        making.suggestions,
        accounts={"judy": judge},
    )


def _system(name: str) -> Checkpoint:
    kind = CheckpointKind.CONTROL if name == "control" else CheckpointKind.EXTERNAL
    return Checkpoint(name=name, kind=kind)


def _study(
    tag: str,
    kinds: str,
    systems: dict[str, Checkpoint],
    dataset: Dataset,
    judge: Account,
    reviewers_per_item: int,
    changes: dict[str, Any],
) -> Study:
    protocol = Protocol(
        name=f"study-{tag}",
        question="Which of the two do you like better?",
        checkpoints=(systems["a"].name, systems["b"].name),
        dataset=dataset.name,
        reviewers_per_item=reviewers_per_item,
        guidelines="## How\n\nRead **both**. <script>window.hacked = true</script>\n\n- one\n- two",
    )
    asked = sorted({KINDS[letter].value for letter in kinds if letter != "p"})
    fields = to_dict(protocol) | {
        "title": "Stories about a baker",
        "design": asked[0] if len(asked) == 1 else "mixed",
        "mixed_of": asked if len(asked) > 1 else ["rate", "ab"],
        "order": "fixed",
        "repeats": 0.0,
        "n_training": sum(letter in "tTw" for letter in kinds),
        "adjudicator": judge.name if "adjudicate_at" in changes else None,
    }
    return Study(name=protocol.name, protocol=fields | changes, protocol_sha256=sha256(protocol))
