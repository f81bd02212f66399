"""Turns what the playground sends into checked values."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from apps.review.bodies import Body, Id

MOST_CHECKPOINTS = 4
"""Checkpoints that write side by side at most; the worker holds as many in memory."""

LARGEST_SEED = 2**53 - 1
"""Whole numbers up to it are the same in Python and in a browser."""


class SettingsBody(Body):
    """How tokens are chosen; the defaults are those of `lab sample`."""

    temperature: float = Field(default=0.8, ge=0, le=5)
    """Divides the logits; 0 for always the likeliest token."""
    top_p: float = Field(default=1.0, gt=0, le=1)
    """Only the likeliest tokens that together have this probability; 1 for all."""
    top_k: int = Field(default=0, ge=0, le=1_000_000)
    """Only the k likeliest tokens; 0 for all."""
    min_p: float = Field(default=0.0, ge=0, lt=1)
    """Only tokens at least this share as likely as the likeliest; 0 for all."""
    repetition_penalty: float = Field(default=1.0, gt=0, le=10)
    """Above 1, tokens that are there already become less likely."""
    max_new_tokens: int = Field(default=200, ge=1, le=4096)
    """Most tokens to write."""
    seed: int = Field(default=0, ge=0, le=LARGEST_SEED)
    """Seed of the drawing."""

    def sampling(self) -> dict[str, Any]:
        """Return them as `lab sample` takes them."""
        if self.temperature == 0:
            greedy = self.model_dump(include={"repetition_penalty", "max_new_tokens", "seed"})
            return {"strategy": "greedy", **greedy}
        return {"strategy": "sample", **self.model_dump()}


class RunBody(Body):
    """Letting checkpoints write for a prompt."""

    checkpoint_ids: list[Id] = Field(min_length=1, max_length=MOST_CHECKPOINTS)
    """What writes, each once."""
    prompt_id: Id | None = None
    """A stored prompt; None where one was typed."""
    text: str = Field(default="", max_length=100_000)
    """The typed prompt."""
    source: str | None = Field(default=None, max_length=400_000)
    """What the text must stay true to, typed with the prompt."""
    settings: SettingsBody = SettingsBody()
    """How tokens are chosen."""

    @model_validator(mode="after")
    def _check(self) -> RunBody:
        if self.prompt_id is None and not self.text.strip():
            raise ValueError("the prompt is empty; type one, or choose a stored one")
        if len(set(self.checkpoint_ids)) < len(self.checkpoint_ids):
            raise ValueError("a checkpoint is named twice")
        return self


class KeepBody(Body):
    """Storing texts."""

    generation_ids: list[Id] = Field(min_length=1, max_length=MOST_CHECKPOINTS)
    """The texts, whole ones."""


class NewStudyBody(Body):
    """Making a draft for the texts."""

    name: str = Field(min_length=1, max_length=100, pattern=r"\S")
    """What it is called; reviewers are shown it."""
    design: Literal["ab", "rate", "spans", "mixed"] = "ab"
    """What reviewers are asked."""


class SendBody(KeepBody):
    """Sending texts to a study."""

    study_id: Id | None = None
    """A draft; None where a new one is made."""
    new: NewStudyBody | None = None
    """The new draft; None where there is one."""

    @model_validator(mode="after")
    def _check(self) -> SendBody:
        if (self.study_id is None) == (self.new is None):
            raise ValueError("name a study, or a new one, and not both")
        return self
