"""Texts of a served model: what is asked, what is stored, busy and broken services."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from lab.errors import CheckpointError, ConfigError
from lab.records import Checkpoint, CheckpointKind, Prompt
from lab.sample import endpoint as module
from lab.sample.config import SampleConfig
from lab.sample.endpoint import Endpoint, sample_endpoint

SYSTEM = Checkpoint(name="served", kind=CheckpointKind.EXTERNAL)


class Service:
    """A service in OpenAI's manner that writes the prompt backwards."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any], str]] = []
        self.statuses: list[int] = []
        self.body: bytes | None = None
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                service.asked.append((self.path, body, self.headers.get("authorization", "")))
                status = service.statuses.pop(0) if service.statuses else 200
                reply = service.reply(body) if status == 200 else b"busy"
                self.send_response(status)
                self.send_header("retry-after", "0")
                self.send_header("content-length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def reply(self, body: dict[str, Any]) -> bytes:
        if self.body is not None:
            return self.body
        if "messages" in body:
            text = body["messages"][0]["content"][::-1]
            choice: dict[str, Any] = {"message": {"content": text}}
        else:
            text = body["prompt"][::-1]
            choice = {"text": text}
        usage = {"prompt_tokens": 3, "completion_tokens": len(text.split())}
        return json.dumps(
            {"choices": [choice | {"finish_reason": "stop"}], "usage": usage}
        ).encode()


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.server.shutdown()
    made.server.server_close()


def draw(service: Service, prompts: list[Prompt], **changes: Any) -> list[Any]:
    chat = changes.pop("is_chat", False)
    skip = changes.pop("skip", ())
    endpoint = Endpoint(url=service.url, model="tiny", key="secret", is_chat=chat, concurrent=3)
    return list(sample_endpoint(SYSTEM, prompts, SampleConfig(**changes), endpoint, skip=skip))


@pytest.mark.parametrize("is_chat", [False, True])
def test_texts_come_with_their_settings(
    service: Service, prompts: list[Prompt], is_chat: bool
) -> None:
    made = draw(service, prompts[:4], is_chat=is_chat, n_samples=2, temperature=0.5, stop=("!",))
    texts = {prompt.id: prompt.text for prompt in prompts}
    assert len(made) == 8
    assert {(one.prompt_id, one.sample_index) for one in made} == {
        (prompt.id, index) for prompt in prompts[:4] for index in range(2)
    }
    for one in made:
        assert one.text == texts[one.prompt_id][::-1]
        assert one.n_tokens == len(one.text.split())
        assert one.decoding["endpoint_model"] == "tiny"
        assert one.finish_reason == "stop"
        assert one.latency_seconds > 0
    paths, bodies, keys = zip(*service.asked, strict=True)
    assert set(paths) == {"/v1/chat/completions" if is_chat else "/v1/completions"}
    assert set(keys) == {"Bearer secret"}
    assert {body["temperature"] for body in bodies} == {0.5}
    assert {tuple(body["stop"]) for body in bodies} == {("!",)}
    assert len({body["seed"] for body in bodies}) == 2
    assert all("top_k" not in body for body in bodies)


def test_a_conversation_is_sent_turn_by_turn(service: Service, prompts: list[Prompt]) -> None:
    turns = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hello"}]
    chat = dataclasses.replace(prompts[0], conversation={"messages": turns})
    draw(service, [chat], is_chat=True)
    assert service.asked[0][1]["messages"] == turns


def test_a_chat_template_needs_a_chat(service: Service, prompts: list[Prompt]) -> None:
    endpoint = Endpoint(url=service.url, model="tiny")
    system = dataclasses.replace(SYSTEM, template="chat")
    with pytest.raises(ConfigError, match=r"only with --chat"):
        list(sample_endpoint(system, prompts[:1], SampleConfig(), endpoint))


def test_what_exists_is_not_asked_for(service: Service, prompts: list[Prompt]) -> None:
    made = draw(service, prompts[:3], skip={(prompts[0].id, 0)})
    assert {one.prompt_id for one in made} == {prompts[1].id, prompts[2].id}


def test_a_busy_service_is_asked_again(service: Service, prompts: list[Prompt]) -> None:
    service.statuses = [429, 503]
    assert len(draw(service, prompts[:1])) == 1
    assert len(service.asked) == 3


def test_a_service_that_stays_busy_is_named(service: Service, prompts: list[Prompt]) -> None:
    service.statuses = [503] * module.MOST_TRIES
    with pytest.raises(CheckpointError, match=r"refused with status 503.*run the command again"):
        draw(service, prompts[:1])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>", "did not answer with JSON"),
        (b'{"error": "no"}', "something else than a completion"),
        (b'{"choices": []}', "something else than a completion"),
    ],
)
def test_other_answers_are_refused(
    service: Service, prompts: list[Prompt], body: bytes, said: str
) -> None:
    service.body = body
    with pytest.raises(CheckpointError, match=said):
        draw(service, prompts[:1])


def test_nobody_at_the_address_is_said(prompts: list[Prompt]) -> None:
    nobody = Endpoint(url="http://127.0.0.1:9/v1", model="tiny")
    with pytest.raises(CheckpointError, match=r"127.0.0.1:9/v1 cannot be reached"):
        list(sample_endpoint(SYSTEM, prompts[:1], SampleConfig(), nobody))


@pytest.mark.parametrize(
    "changes", [{"typical_p": 0.5}, {"no_repeat_ngram": 3}, {"strategy": "beam"}]
)
def test_settings_that_a_service_lacks_are_refused(
    service: Service, prompts: list[Prompt], changes: dict
) -> None:
    with pytest.raises(ConfigError, match=r"endpoint"):
        draw(service, prompts[:1], **changes)
    assert not service.asked


def test_an_address_without_http_is_refused() -> None:
    with pytest.raises(ConfigError, match="endpoint 'localhost'"):
        Endpoint(url="localhost", model="x")
    with pytest.raises(ConfigError, match="endpoint_model"):
        Endpoint(url="http://localhost", model="")
