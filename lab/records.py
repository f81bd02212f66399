"""Every record of the lab, in the order in which it is made: the glossary in types.

One record is one table of the store. Records are facts: they are added and never edited; a
correction is a new record that supersedes the old one. All times are aware datetimes in UTC.
"""

from __future__ import annotations

import os
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


def new_id() -> str:
    """Return a new UUIDv7 (RFC 9562), so that ids sort by the time they were made."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds << 80) | (0x7 << 76) | ((random >> 68) << 64)
    value |= (0b10 << 62) | (random & ((1 << 62) - 1))
    return str(uuid.UUID(int=value))


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


class Split(StrEnum):
    """Which part of a data set a prompt belongs to."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


class CheckpointKind(StrEnum):
    """What made the texts of a checkpoint."""

    GPT = "gpt"
    LSTM = "lstm"
    GRU = "gru"
    HUB = "hub"
    """Any other causal model in transformers' format: from scratch, fine-tuned or taken as is."""
    EXTERNAL = "external"
    """Another system, known by its texts alone."""
    CONTROL = "control"
    """No system: texts that the lab made worse on purpose, to see whether reviewers notice."""


class TrainingOutcome(StrEnum):
    """Why a training run, or a stretch of it, ended."""

    FINISHED = "finished"
    """Its budget of steps, epochs or seconds is used up."""
    STOPPED_EARLY = "stopped_early"
    """The validation loss did not fall any more."""
    INTERRUPTED = "interrupted"
    """A person stopped it; it can be resumed."""
    FAILED = "failed"


class TrialOutcome(StrEnum):
    """How a trial of a search ended."""

    FINISHED = "finished"
    PRUNED = "pruned"
    """Given up half-way, being worse than the others at the same step."""
    FAILED = "failed"


class CheckStatus(StrEnum):
    """Whether a check could say anything about a generation."""

    OK = "ok"
    NOT_APPLICABLE = "not_applicable"
    ERROR = "error"


class SpanType(StrEnum):
    """What is wrong with a marked piece of text."""

    NUMBER = "number"
    NAME = "name"
    DATE = "date"
    UNSUPPORTED = "unsupported"
    LOW_SUPPORT = "low_support"
    """A sentence that the source bears out poorly as a whole."""
    CONTRADICTION = "contradiction"
    INCONSISTENT = "inconsistent"
    """Not what the other samples of the same prompt say."""
    DOUBT = "doubt"
    """A word that the generating checkpoint itself held to be unlikely."""


class Role(StrEnum):
    """What an account may do."""

    REVIEWER = "reviewer"
    LEAD = "lead"
    ANALYST = "analyst"


class StudyStatus(StrEnum):
    """Whether a study hands out items."""

    DRAFT = "draft"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class ItemKind(StrEnum):
    """What a reviewer is asked about an item."""

    RATE = "rate"
    """One generation, rated on each criterion."""
    AB = "ab"
    """Two generations of one prompt, compared blind."""
    SPANS = "spans"
    """One generation, in which faulty pieces are marked."""


class ControlKind(StrEnum):
    """What an item that is there to test the reviewers, not the checkpoints, is."""

    TRAINING = "training"
    """Comes first, with feedback; its answers qualify a reviewer."""
    GOLD = "gold"
    """The right answer is known."""
    DEGRADED = "degraded"
    """One text was made worse in a known way."""
    AA = "aa"
    """Two samples of one checkpoint under one setting: neither should win."""
    REPEAT = "repeat"
    """The same item again, for the reviewers who have judged it before."""


class AnswerKind(StrEnum):
    """What a reviewer did with an assignment."""

    RATE = "rate"
    VOTE = "vote"
    SPANS = "spans"
    """The reviewer's own marks."""
    JUDGE = "judge"
    """The marks once the checker's suggestions were seen, each confirmed or rejected."""
    SKIP = "skip"
    UNDO = "undo"
    """Takes the reviewer's previous answer to the assignment back and opens it again."""


class Winner(StrEnum):
    """The outcome of an A/B comparison, in item order."""

    A = "a"
    B = "b"
    TIE = "tie"
    BOTH_BAD = "both_bad"


class SpanCategory(StrEnum):
    """What a reviewer says is wrong with a marked piece of text."""

    UNSUPPORTED = "unsupported"
    """Neither prompt nor source says so."""
    CONTRADICTS_SOURCE = "contradicts_source"
    CONTRADICTS_ITSELF = "contradicts_itself"
    NONSENSE = "nonsense"
    OTHER = "other"


class Severity(StrEnum):
    """How much a marked piece harms the text."""

    MINOR = "minor"
    MAJOR = "major"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A named, versioned set of prompts."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    name: str
    """What the commands call it; the newest version of a name is the one used."""
    origin: str
    """Where the rows came from: a file's path, a hub name, or "world"."""
    licence: str | None = None
    """The licence of the texts, as an SPDX name or free words."""
    consent: str | None = None
    """On what ground the texts may be used: consent, contract, public domain, in free words."""
    content_sha256: str
    """Hash over all rows in order; equal hashes mean equal data."""
    n_prompts: int
    """Number of rows over all splits."""
    config: dict[str, Any]
    """The settings that made it, column mapping and seed included."""
    path: str | None = None
    """Folder with all rows as Arrow files, where the store holds only some of them to review;
    None where the store holds all."""
    steps: dict[str, Any] | None = None
    """What preparing did, under "steps" in order: each step's name, settings and counts of rows;
    None for data taken in as they were."""
    created_at: datetime = field(default_factory=now)
    """When it was made, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """An input text, with what a good answer must stay true to and what a person wrote for it."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    dataset_id: str
    """The data set that it belongs to."""
    key: str
    """Its name within the data set: the row's own id, or its number."""
    split: Split
    """Training, validation or test."""
    text: str
    """The input; empty where the row is plain text to learn from."""
    source: str | None = None
    """The text that a generation must stay true to, if there is one."""
    reference: str | None = None
    """The human-written (or, in the world, true) target, if there is one."""
    facts: dict[str, Any] | None = None
    """The embedded world's plan of the story: ground truth for checks; None elsewhere."""
    conversation: dict[str, Any] | None = None
    """The turns so far, under "messages" with role and content each, where the prompt is a chat;
    the text then is the last turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptTag:
    """A word put on a prompt, such as its genre, by which results can be narrowed."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    prompt_id: str
    """The prompt."""
    tag: str
    """The word; no prompt has the same one twice."""
    created_at: datetime = field(default_factory=now)
    """When, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRun:
    """One run of `lab train`: what was asked for."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    name: str
    """The name of the checkpoint that it makes."""
    dataset_id: str
    """The data that it learns from."""
    parent_checkpoint_id: str | None = None
    """The checkpoint that it starts from; None from scratch."""
    config: dict[str, Any]
    """All settings, the seed among them."""
    environment: dict[str, Any]
    """Versions of Python and the libraries, processor, threads."""
    created_at: datetime = field(default_factory=now)
    """When it started, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingStep:
    """One logged moment of a training run."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    training_run_id: str
    """The run."""
    step: int
    """Optimiser steps done so far."""
    seconds: float
    """Time since the run started, in seconds, validation included."""
    n_tokens: int
    """Tokens seen so far, padding not counted."""
    train_loss: float | None = None
    """Mean cross-entropy per target token since the last logged step, in nats."""
    validation_loss: float | None = None
    """Mean cross-entropy per target token over the validation rows, in nats."""
    learning_rate: float
    """The learning rate in force."""
    gradient_norm: float | None = None
    """L2 norm of all gradients before clipping."""
    epoch: float | None = None
    """Passes over the training rows so far."""
    bits_per_byte: float | None = None
    """Cross-entropy of the validation references per UTF-8 byte, in bits: comparable between
    tokenizers, as losses per token are not."""
    memory_bytes: int | None = None
    """Most memory in use so far: the GPU's where there is one, else the process's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingEnd:
    """How one stretch of a training run ended; a resumed run has several."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    training_run_id: str
    """The run."""
    outcome: TrainingOutcome
    """Why it ended."""
    step: int
    """Optimiser steps done by then."""
    message: str = ""
    """What a person should know of it, such as the step and rate at which it broke down."""
    created_at: datetime = field(default_factory=now)
    """When, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One setting that a search tried."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    search: str
    """The search's name."""
    number: int
    """0-based number within the search."""
    dataset_id: str
    """The data that it learned from."""
    parameters: dict[str, Any]
    """The settings tried, by name of the field."""
    outcome: TrialOutcome
    """How it ended."""
    value: float | None = None
    """Validation loss in nats per token (in bits per byte where the search changes the tokens), the
    mean over folds where there are several; the lowest so far where it was pruned; None where it
    failed."""
    training_run_id: str | None = None
    """The run that it was; None with several folds, or where it failed before its first step."""
    seconds: float
    """Time that it took, in seconds."""
    message: str = ""
    """Why it failed or was pruned."""
    created_at: datetime = field(default_factory=now)
    """When it ended, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Saved weights with their provenance, or an outside system known by its texts."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    name: str
    """What the commands and the dashboard call it; the newest of a name is the one used."""
    kind: CheckpointKind
    """What made it."""
    path: str | None = None
    """Folder of weights, tokenizer and config; None for an outside system."""
    training_run_id: str | None = None
    """The run that made it; None where it was taken as it is."""
    n_parameters: int | None = None
    """Number of weights."""
    n_tokens: int | None = None
    """Tokens seen in training."""
    step: int | None = None
    """Optimiser steps of its run when it was saved."""
    validation_loss: float | None = None
    """Mean cross-entropy per target token on the validation split, in nats."""
    weights_sha256: str | None = None
    """Hash of the weights file; None for an outside system."""
    template: str = "{prompt}"
    """How a prompt becomes the model's input; fields {prompt} and {source}."""
    created_at: datetime = field(default_factory=now)
    """When it was saved, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """The text that a checkpoint wrote for a prompt."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    prompt_id: str
    """What it answers."""
    checkpoint_id: str
    """What wrote it."""
    text: str
    """The text, without the prompt and without special tokens."""
    decoding: dict[str, Any]
    """The decoding settings; empty for an outside system that did not tell."""
    seed: int | None = None
    """Seed of the sampling; None for an outside system."""
    sample_index: int = 0
    """0-based number among the samples of one prompt, checkpoint and decoding."""
    n_prompt_tokens: int | None = None
    """Tokens of the model's input."""
    n_tokens: int | None = None
    """Tokens written, the end token included."""
    mean_logprob: float | None = None
    """Mean log-probability per written token under the checkpoint at temperature 1, in nats."""
    finish_reason: str | None = None
    """"end" (end token), "stop" (a stop string) or "length"; None for an outside system."""
    latency_seconds: float | None = None
    """Seconds from the reading of its prompt until this text was finished."""
    created_at: datetime = field(default_factory=now)
    """When it was made, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenScores:
    """How likely each token of a generation was when it was written, and how open the choice.

    Packed: base64 of little-endian numbers, one per token written; `lab.packing` reads them.
    """

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    generation_id: str
    """The text; no text has two."""
    ends: str
    """uint32: where each token ends in the text, in code points."""
    log_probabilities: str
    """float16: at temperature 1, in nats."""
    entropies: str
    """float16: of the distribution that the token was drawn from, at temperature 1, in nats; empty
    where the engine that wrote the text does not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricScore:
    """The value of one automatic metric for one generation."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    generation_id: str
    """What was scored."""
    metric: str
    """Name of the metric, e.g. "rouge_l"."""
    version: str
    """Version of the metric's definition, with the judge's name or a signature where it has one."""
    value: float | None
    """The score; None where it cannot be computed, never a stand-in."""
    reason: str | None = None
    """Why there is no value; None where there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointScore:
    """The value of a metric that is of a whole set of texts, not of one: of a checkpoint's."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    checkpoint_id: str
    """Whose texts."""
    dataset_id: str
    """The data set whose prompts they answer."""
    metric: str
    """Name of the metric, e.g. "mauve"."""
    version: str
    """Version of the metric's definition, with what else decides about the value."""
    value: float | None
    """The score; None where it cannot be computed, never a stand-in."""
    low: float | None = None
    """Lower end of its 95 % interval; None where there is none."""
    high: float | None = None
    """Upper end of its 95 % interval; None where there is none."""
    n_texts: int
    """Texts in the set."""
    reason: str | None = None
    """Why there is no value; None where there is one."""
    created_at: datetime = field(default_factory=now)
    """When, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What turns a check's raw score into a risk, learned from people's labels."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    checker: str
    """Name of the check."""
    version: str
    """Version of the check's definition whose scores it is for."""
    dataset_id: str
    """The data set that the labels are of."""
    config: dict[str, Any]
    """How it was fitted, on how many labels, its numbers, and what cross-validation gave."""
    created_at: datetime = field(default_factory=now)
    """When, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What one hallucination check said of one generation as a whole."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    generation_id: str
    """What was checked."""
    checker: str
    """Name of the check: "source" (any source text) or "world" (the embedded world's truth)."""
    version: str
    """Version of the check's definition."""
    status: CheckStatus
    """ok, not_applicable (nothing to check against) or error."""
    score: float | None = None
    """Raw evidence of hallucination, higher is worse; None unless the status is ok."""
    risk: float | None = None
    """Calibrated chance that the text holds a hallucination; None without a calibration."""
    calibration_id: str | None = None
    """The calibration that the risk comes from; None without one."""
    reason: str | None = None
    """Why the status is not ok."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HallucinationSpan:
    """A piece of a generation that its source contradicts or does not support."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    check_result_id: str
    """The result that it belongs to."""
    generation_id: str
    """The generation that it is marked in."""
    checker: str
    """Name of the check."""
    start: int
    """First code point of the span, 0-based."""
    end: int
    """One past the last code point; start < end ≤ length of the text."""
    type: SpanType
    """What is wrong."""
    score: float
    """Strength of the evidence, in [0, 1]."""
    evidence: str
    """What the source says instead, or what it lacks, in words."""
    evidence_start: int | None = None
    """First code point of the piece of the source (or sample) that speaks of it; None for none."""
    evidence_end: int | None = None
    """One past the last code point of that piece."""
    sample_id: str | None = None
    """The other sample that the piece is in; None where it is in the source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who may sign in; also an outside rater whose ratings were imported."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    name: str
    """The sign-in name, unique, case-folded."""
    role: Role
    """What it may do."""
    pseudonym: str
    """What reports and exports call the person."""
    password_hash: str | None = None
    """Argon2id hash; None for an outside rater, who cannot sign in."""
    created_at: datetime = field(default_factory=now)
    """When it was made, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in browser; the newest row of a token is the one in force."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    token_sha256: str
    """SHA-256 of the cookie's token; the token itself is never stored."""
    account_id: str
    """Who signed in."""
    expires_at: datetime
    """From then on the token is worthless, UTC; signing out adds a row that is already over."""
    created_at: datetime = field(default_factory=now)
    """When it was made, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """One designed human evaluation: a protocol that does not change once made."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    name: str
    """What the commands and the dashboard call it; the newest version of a name is the one used."""
    version: int = 1
    """Counted from 1; a changed protocol is a new version, with items and answers of its own."""
    protocol: dict[str, Any]
    """The whole protocol as `lab.study.protocol.Protocol` writes it."""
    protocol_sha256: str
    """Hash of the protocol in canonical JSON."""
    created_at: datetime = field(default_factory=now)
    """When it was made, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyEvent:
    """A change of a study's status; the newest is the one in force."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    study_id: str
    """The study."""
    status: StudyStatus
    """The status from now on."""
    created_at: datetime = field(default_factory=now)
    """When it changed, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What is judged: one generation, or a pair for the same prompt."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    study_id: str
    """The study that it belongs to."""
    kind: ItemKind
    """Rated or compared."""
    position: int
    """0-based place in the study's queue."""
    prompt_id: str
    """The prompt that the generations answer."""
    generation_a_id: str
    """The generation to rate, or the pair's first in item order (not on the screen)."""
    generation_b_id: str | None = None
    """The pair's second; None for an item with one text."""
    suggests: bool = False
    """Whether the checker's suggestions are shown once the reviewer has marked the text alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What is known about an item that tests the reviewers; at most one per item."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    item_id: str
    """The item, which then counts in no result about checkpoints."""
    kind: ControlKind
    """What it tests."""
    criterion: str | None = None
    """The criterion on which a text was degraded; None otherwise."""
    of_item_id: str | None = None
    """The item that it repeats, or whose text it degrades; None where there is none."""
    expected: dict[str, Any] | None = None
    """The right answer as `lab.expected` reads it; None where there is none."""
    explanation: str = ""
    """Why that answer is right, shown as feedback in training."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """An item given to a reviewer; at most one per item and reviewer."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    item_id: str
    """The item."""
    reviewer_id: str
    """The account that it was given to."""
    swapped: bool
    """Whether generation b stands on the left (the first on a narrow screen)."""
    adjudicates: bool = False
    """Whether it settles a disagreement, beside the item's ordinary reviewers."""
    created_at: datetime = field(default_factory=now)
    """When it was given, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """How long an assignment holds its place; the newest is the one in force."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    assignment_id: str
    """The assignment that is held."""
    expires_at: datetime
    """When the place goes back to the queue unless answered, UTC."""
    created_at: datetime = field(default_factory=now)
    """When it was made or renewed, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a reviewer has entered and not yet submitted; the newest is the one shown."""

    id: str = field(default_factory=new_id)
    """UUIDv7 made in the browser, so that sending it twice is one draft."""
    assignment_id: str
    """The assignment that it belongs to."""
    content: dict[str, Any]
    """The widget's fields as entered."""
    created_at: datetime = field(default_factory=now)
    """When the store took it, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One submit of a reviewer; the newest for an assignment is the one that counts."""

    id: str = field(default_factory=new_id)
    """UUIDv7 made in the browser, so that sending it twice is one answer."""
    assignment_id: str
    """What is answered."""
    kind: AnswerKind
    """Ratings, a vote, marks, a skip, or the undoing of the previous answer."""
    comment: str = ""
    """Free words of the reviewer."""
    reason: str = ""
    """Why it was skipped; empty otherwise."""
    flag: str = ""
    """What is wrong with the item (unreadable, offensive, broken, personal); mostly empty."""
    seconds: float | None
    """Active time from showing the item to the submit, in seconds; None where it is not known."""
    late: bool = False
    """Whether the place had gone to another reviewer by then: kept, but not counted."""
    created_at: datetime = field(default_factory=now)
    """When the store took it, UTC; strictly increasing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """One reviewer's value for one generation on one criterion."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    answer_id: str
    """The submit that it came with."""
    generation_id: str
    """What was rated."""
    criterion: str
    """Name of the criterion, as in the study's protocol."""
    value: int
    """The point of the scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One reviewer's preference between the two generations of an item."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    answer_id: str
    """The submit that it came with."""
    criterion: str = "overall"
    """What was compared."""
    winner: Winner
    """The preferred generation, in item order: the on-screen side swap is already undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerSpan:
    """A piece of a generation that a reviewer marked as faulty."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    answer_id: str
    """The submit that it came with."""
    generation_id: str
    """The generation that it is marked in."""
    start: int
    """First code point of the span, 0-based."""
    end: int
    """One past the last code point; start < end ≤ length of the text."""
    category: SpanCategory
    """What is wrong."""
    severity: Severity
    """How much it harms the text."""
    note: str = ""
    """Free words of the reviewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionJudgement:
    """What a reviewer said of one span that a checker had suggested."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    answer_id: str
    """The submit that it came with."""
    span_id: str
    """The checker's span."""
    confirmed: bool
    """Whether the reviewer agrees that it is faulty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A link with which one person may sign in once, to an account of its own or a given one."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    token_sha256: str
    """SHA-256 of the link's token; the token itself is never stored."""
    role: Role
    """What the account that it makes may do."""
    account_id: str | None = None
    """The account that it signs in to; None where it makes one."""
    inviter_id: str | None = None
    """Who made it; None where the command line did."""
    note: str = ""
    """Whom it is meant for, in the inviter's words."""
    expires_at: datetime
    """From then on the link is worthless, UTC."""
    created_at: datetime = field(default_factory=now)
    """When it was made, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationUse:
    """That an invitation was used; at most one per invitation."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    invitation_id: str
    """The invitation."""
    account_id: str
    """The account that it led to."""
    created_at: datetime = field(default_factory=now)
    """When, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Words of a lead to a reviewer, shown on the review page until they are read."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    sender_id: str
    """The lead's account."""
    recipient_id: str
    """The reviewer's account."""
    study_id: str | None = None
    """The study that it is about; None where it is about none."""
    text: str
    """The words, plain."""
    created_at: datetime = field(default_factory=now)
    """When it was sent, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRead:
    """That a message was read; at most one per message."""

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    message_id: str
    """The message."""
    created_at: datetime = field(default_factory=now)
    """When, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """An analyst's decision to leave a reviewer's answers out of results, or to take them back in.

    The newest decision about a reviewer in a study counts; the answers themselves stay.
    """

    id: str = field(default_factory=new_id)
    """UUIDv7."""
    study_id: str
    """The study whose results leave the reviewer out."""
    reviewer_id: str
    """The reviewer's account."""
    excluded: bool
    """True leaves the answers out; False takes them back in."""
    reason: str
    """Why, in words: what will be read beside the results."""
    decided_by_id: str
    """The account of the one who decided."""
    created_at: datetime = field(default_factory=now)
    """When, UTC."""
