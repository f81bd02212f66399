"""Texts written side by side, and the process that writes them for the review app."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from lab.packing import unpack
from lab.records import Checkpoint, Prompt
from lab.sample.config import SampleConfig
from lab.sample.playground import Models, Run, write_side_by_side
from lab.sample.run import sample

ROOT = Path(__file__).parents[3]
CONFIG = SampleConfig(max_new_tokens=12, seed=5)


def never() -> bool:
    return False


@pytest.fixture(scope="module")
def twins(gpt: Checkpoint) -> list[Checkpoint]:
    return [gpt, replace(gpt, id="twin", template="{prompt}")]


def run_of(prompts: list[Prompt], checkpoints: list[Checkpoint]) -> Run:
    return Run(prompt=prompts[0], checkpoints=tuple(checkpoints), config=CONFIG)


def test_tokens_come_in_turn_and_the_text_is_that_of_sampling(
    twins: list[Checkpoint], prompts: list[Prompt]
) -> None:
    events = list(write_side_by_side(run_of(prompts, twins), Models(), never))
    tokens = [one for one in events if one["event"] == "token"]
    assert [one["index"] for one in tokens[:4]] == [0, 1, 0, 1]
    for index, checkpoint in enumerate(twins):
        (done,) = [one for one in events if one["event"] == "done" and one["index"] == index]
        own = [one for one in tokens if one["index"] == index]
        ((expected,),) = sample(checkpoint, prompts[:1], CONFIG)
        stored = expected.generation
        made = done["generation"]
        assert "".join(one["text"] for one in own) == made["text"] == stored.text
        same = ("prompt_id", "checkpoint_id", "decoding", "seed", "n_tokens", "finish_reason")
        assert {name: made[name] for name in same} == {name: getattr(stored, name) for name in same}
        assert made["mean_logprob"] == pytest.approx(stored.mean_logprob, abs=1e-5)
        assert done["tokens"]["generation_id"] == made["id"]
        assert done["tokens"]["ends"] == expected.tokens.ends
        told = unpack(done["tokens"]["log_probabilities"], "float16")
        assert told == pytest.approx([one["logprob"] for one in own], abs=2e-3)


def test_alternatives_are_the_likeliest_others(
    twins: list[Checkpoint], prompts: list[Prompt]
) -> None:
    greedy = replace(CONFIG, strategy="greedy")
    run = replace(run_of(prompts, twins[:1]), config=greedy)
    events = list(write_side_by_side(run, Models(), never))
    tokens = [one for one in events if one["event"] == "token"]
    others = events[-1]["alternatives"]
    assert len(others) == len(tokens)
    for token, row in zip(tokens, others, strict=True):
        values = [value for _, value in row]
        assert len(row) == 3
        assert values == sorted(values, reverse=True)
        assert token["logprob"] >= values[0] - 1e-5
        assert math.exp(token["logprob"]) + sum(math.exp(value) for value in values) < 1 + 1e-5


def test_what_cannot_be_loaded_leaves_the_others_at_work(
    twins: list[Checkpoint], prompts: list[Prompt]
) -> None:
    gone = replace(twins[0], id="gone", name="lost", path="/nowhere/at/all")
    events = list(write_side_by_side(run_of(prompts, [gone, twins[0]]), Models(), never))
    (failed,) = [one for one in events if one["event"] == "failed"]
    assert failed["index"] == 0
    assert "no such folder" in failed["error"]
    assert events[-1]["event"] == "done"
    assert events[-1]["index"] == 1


def test_a_stop_ends_it_without_a_whole_text(
    twins: list[Checkpoint], prompts: list[Prompt]
) -> None:
    told: list[dict[str, Any]] = []
    for event in write_side_by_side(
        run_of(prompts, twins), Models(), lambda: sum(one["event"] == "token" for one in told) >= 4
    ):
        told.append(event)
    assert [one["event"] for one in told] == ["loading", "loading", *["token"] * 4]


def test_the_one_used_longest_ago_leaves(twins: list[Checkpoint]) -> None:
    models = Models(most=2)
    third = replace(twins[0], id="third")
    first = models.get(twins[0])
    second = models.get(twins[1])
    assert models.get(twins[0]) is first
    models.get(third)
    assert len(models) == 2
    assert models.get(twins[0]) is first
    assert models.get(twins[1]) is not second


# ---- the process ---------------------------------------------------------------------------


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-P", "-m", "lab.sample.playground_worker", "--idle", "60"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as started:
        yield started
        started.kill()


def ask(process: subprocess.Popen[str], asked: dict[str, Any]) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(asked, default=str) + "\n")
    process.stdin.flush()


def events_of(process: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    assert process.stdout is not None
    for line in process.stdout:
        event = json.loads(line)
        yield event
        if event["event"] == "end":
            return


def test_the_process_writes_stops_explains_and_leaves(
    process: subprocess.Popen[str], gpt: Checkpoint, prompts: list[Prompt]
) -> None:
    asked = {
        "prompt": asdict(prompts[0]),
        "checkpoints": [asdict(gpt)],
        "settings": {"max_new_tokens": 5, "min_new_tokens": 5},
    }
    ask(process, {"run": "first", **asked})
    told = list(events_of(process))
    assert [one["event"] for one in told] == ["loading", *["token"] * 5, "done", "end"]
    assert {one["run"] for one in told} == {"first"}
    ask(process, {"run": "odd", **asked, "settings": {"temperature": -1}})
    failed, _ = events_of(process)
    assert "temperature" in failed["error"]
    long = {"max_new_tokens": 60, "min_new_tokens": 60}
    ask(process, {"stop": "second"})
    ask(process, {"run": "second", **asked, "settings": long})
    assert [one["event"] for one in events_of(process)] == ["end"]
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=20) == 0


def test_without_torch_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise ModuleNotFoundError('no torch here')\n")
    command = [sys.executable, "-P", "-m", "lab.sample.playground_worker"]
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    pipe = subprocess.PIPE
    environment = os.environ | {"PYTHONPATH": path}
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        ask(process, {"run": "r", "prompt": {}, "checkpoints": [], "settings": {}})
        failed, end = events_of(process)
        assert process.stdin is not None
        process.stdin.close()
    assert "no torch here; install torch" in failed["error"]
    assert end["event"] == "end"
