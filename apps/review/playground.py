"""Turns a lead's prompt into texts that stream side by side, kept or sent to a study by a click."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from apps.review.bodies import EmptyBody, Id
from apps.review.calls import Lead, Refused, Reviewer
from apps.review.lead_words import lead_error
from apps.review.page import ASSETS, PATH, assets_version
from apps.review.playground_bodies import MOST_CHECKPOINTS, KeepBody, RunBody, SendBody
from apps.review.playground_studies import drafts_view, send
from apps.review.playground_texts import Held, Texts, prompt_of
from apps.review.playground_worker import Busy, Event, Tell, Worker
from lab.records import Checkpoint, Prompt, Role, new_id
from storage import checkpoints, datasets
from storage.client import Store
from storage.playground import DATASET, dataset_name, find_prompts

N_PROMPTS = 50
"""Stored prompts that are listed at once."""


def playground_routes(store: Store, worker: Worker) -> APIRouter:
    """Make the playground's page and its calls below /api/lead/playground.

    Args:
        store: the open store.
        worker: what writes; its process is started by the first run.

    Returns:
        The routes; other roles are refused, or led to the review page.
    """
    routes, table = APIRouter(), _Table(store, worker)
    _add_reading(routes, store)
    _add_writing(routes, table)
    return routes


class _Table:
    """The runs of all leads, one at a time, and their texts."""

    def __init__(self, store: Store, worker: Worker) -> None:
        self.store, self.worker, self.texts = store, worker, Texts(store)

    def begin(self, body: RunBody, tell: Tell) -> tuple[Prompt, Event]:
        """Let a prompt be written for; returns the prompt, and what is told first."""
        chosen = _chosen(self.store, body.checkpoint_ids)
        prompt = prompt_of(self.store, body.prompt_id, body.text, body.source)
        run = new_id()
        asked = {
            "prompt": _fields(
                prompt, "id", "dataset_id", "key", "split", "text", "source", "conversation"
            ),
            "checkpoints": [
                _fields(one, "id", "name", "kind", "path", "template") for one in chosen
            ],
            "settings": body.settings.sampling(),
        }
        try:
            self.worker.begin(run, asked, tell)
        except Busy:
            raise Refused(409, lead_error("playground_busy"), "busy") from None
        dataset = dataset_name(self.store, prompt) if body.prompt_id else DATASET
        about = {"dataset": dataset, "split": prompt.split.value}
        return prompt, {"event": "begin", "run": run, **about}

    def shown(self, prompt: Prompt, event: Event) -> Event:
        """Hold a whole text; return what of an event the browser is told."""
        if event["event"] == "done":
            held = self.texts.hold(prompt, event["generation"], event["tokens"])
            return _done_view(held, event)
        if event["event"] == "lost":
            return {"event": "failed", "index": None, "error": lead_error("playground_lost")}
        return {name: value for name, value in event.items() if name != "run"}


def _add_reading(routes: APIRouter, store: Store) -> None:
    @routes.get("/playground", response_model=None)
    def page(request: Request, account: Reviewer) -> Response:
        if account.role is not Role.LEAD:
            return RedirectResponse(request.scope.get("root_path", "") + f"{PATH}/", 303)
        html = (ASSETS / "playground.html").read_text(encoding="utf-8")
        return HTMLResponse(html.replace("VERSION", assets_version()))

    @routes.get("/api/lead/playground")
    def get_offer(account: Lead) -> dict[str, Any]:
        names = dict.fromkeys(one.name for one in datasets.every(store)[::-1])
        return {
            "checkpoints": [_checkpoint_view(one) for one in _runnable(store)],
            "most_checkpoints": MOST_CHECKPOINTS,
            "datasets": list(names),
        }

    @routes.get("/api/lead/playground/prompts")
    def get_prompts(dataset: str, account: Lead, find: str = "") -> dict[str, Any]:
        found = find_prompts(store, dataset, find.strip(), N_PROMPTS)
        listed = [_fields(one, "id", "key", "split", "text", "source") for one in found]
        return {"prompts": listed, "most": N_PROMPTS}

    @routes.get("/api/lead/playground/drafts")
    def get_drafts(account: Lead) -> dict[str, Any]:
        return {"drafts": drafts_view(store)}


def _add_writing(routes: APIRouter, table: _Table) -> None:
    @routes.post("/api/lead/playground/runs")
    async def post_run(body: RunBody, account: Lead) -> StreamingResponse:
        events, tell = _mailbox()
        prompt, first = await run_in_threadpool(table.begin, body, tell)
        lines = _lines(table, prompt, first, events)
        # A proxy that collects the lines first would show nothing until the end.
        headers = {"X-Accel-Buffering": "no"}
        return StreamingResponse(lines, media_type="application/x-ndjson", headers=headers)

    @routes.post("/api/lead/playground/runs/{run_id}/stop")
    def post_stop(run_id: Id, body: EmptyBody, account: Lead) -> dict[str, Any]:
        table.worker.stop(run_id)
        return {}

    @routes.post("/api/lead/playground/keep")
    def post_keep(body: KeepBody, account: Lead) -> dict[str, Any]:
        return {"kept": [text.id for text in table.texts.keep(body.generation_ids)]}

    @routes.post("/api/lead/playground/send")
    def post_send(body: SendBody, account: Lead) -> dict[str, Any]:
        return send(table.store, body, table.texts.keep(body.generation_ids))


def _mailbox() -> tuple[asyncio.Queue[Event], Callable[[Event], None]]:
    """Make a queue of this event loop, and what puts events in from any thread."""
    loop, events = asyncio.get_running_loop(), asyncio.Queue[Event]()

    def tell(event: Event) -> None:
        # The server, and its loop with it, may be leaving.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(events.put_nowait, event)

    return events, tell


async def _lines(
    table: _Table, prompt: Prompt, first: Event, events: asyncio.Queue[Event]
) -> AsyncIterator[str]:
    """Write events as lines; when the browser goes away, nothing more is written for it."""
    try:
        yield json.dumps(first) + "\n"
        while True:
            event = await events.get()
            yield json.dumps(table.shown(prompt, event)) + "\n"
            if event["event"] in ("end", "lost"):
                return
    finally:
        table.worker.stop(first["run"])


def _runnable(store: Store) -> list[Checkpoint]:
    """Return the newest checkpoint of each name that has weights, the newest first."""
    newest = {one.name: one for one in checkpoints.systems(store)}
    return [one for one in list(newest.values())[::-1] if one.path is not None]


def _chosen(store: Store, ids: list[str]) -> list[Checkpoint]:
    known = {one.id: one for one in _runnable(store)}
    if any(id not in known for id in ids):
        raise Refused(404, lead_error("no_checkpoint"))
    return [known[id] for id in ids]


def _checkpoint_view(one: Checkpoint) -> dict[str, Any]:
    needs_source = "{source}" in one.template
    return _fields(one, "id", "name", "n_parameters") | {"needs_source": needs_source}


def _done_view(held: Held, event: Event) -> Event:
    text = held.generation
    names = ("id", "n_tokens", "finish_reason", "latency_seconds")
    return {
        "event": "done",
        "index": event["index"],
        **_fields(text, *names),
        "alternatives": event["alternatives"],
    }


def _fields(record: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}
