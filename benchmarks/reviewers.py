"""Simulated reviewers who work through the review server's own API, and the study that they judge.

They do what people do: close tabs and come back, send the same answer twice, keep an answer while
the server is away and send it again, and lose places to others.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import secrets
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from lab.home import Home
from lab.records import (
    Account,
    Checkpoint,
    CheckpointKind,
    Dataset,
    Generation,
    Item,
    ItemKind,
    Prompt,
    Role,
    Session,
    Split,
    Study,
    StudyEvent,
    StudyStatus,
    new_id,
    now,
)
from lab.study.protocol import Protocol, sha256, to_dict
from lab.world.facts import draw_facts
from lab.world.render import natural_prompt, story
from storage.client import Store

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class SignedIn:
    """Somebody with a session."""

    account: Account
    token: str


def sign_in(store: Store, role: Role = Role.REVIEWER) -> SignedIn:
    """Store an account with a session of a day."""
    tag = new_id()[-12:]
    account = Account(name=f"{role}-{tag}", role=role, pseudonym=f"R-{tag}")
    token = secrets.token_urlsafe(16)
    session = Session(
        token_sha256=hashlib.sha256(token.encode()).hexdigest(),
        account_id=account.id,
        expires_at=now() + timedelta(days=1),
    )
    store.add([account, session])
    return SignedIn(account, token)


def open_study(
    store: Store, n_items: int, reviewers_per_item: int, *, only_rate: bool = False
) -> Study:
    """Store an open study of stories of the embedded world: half to rate, half pairs."""
    draw, tag = random.Random(0), new_id()[-8:]
    dataset = Dataset(name=tag, origin="world", content_sha256=tag, n_prompts=n_items, config={})
    systems = [Checkpoint(name=f"{n}-{tag}", kind=CheckpointKind.EXTERNAL) for n in ("x", "y")]
    protocol = Protocol(
        name=f"study {tag}",
        checkpoints=tuple(system.name for system in systems),
        dataset=tag,
        design="rate" if only_rate else "mixed",
        reviewers_per_item=reviewers_per_item,
        repeats=0.0,
    )
    study = Study(name=protocol.name, protocol=to_dict(protocol), protocol_sha256=sha256(protocol))
    prompts, generations, items = [], [], []
    for position in range(n_items):
        facts = draw_facts(draw)
        prompt = Prompt(
            dataset_id=dataset.id,
            key=str(position),
            split=Split.TEST,
            text=natural_prompt(facts, draw),
        )
        pair = [
            Generation(
                prompt_id=prompt.id,
                checkpoint_id=system.id,
                text=f"{position}. {story(facts, draw)}",
                decoding={},
            )
            for system in systems
        ]
        is_pair = position % 2 == 1 and not only_rate
        items.append(
            Item(
                study_id=study.id,
                kind=ItemKind.AB if is_pair else ItemKind.RATE,
                position=position,
                prompt_id=prompt.id,
                generation_a_id=pair[0].id,
                generation_b_id=pair[1].id if is_pair else None,
            )
        )
        prompts.append(prompt)
        generations += pair
    event = StudyEvent(study_id=study.id, status=StudyStatus.OPEN)
    store.add([dataset, *systems, *prompts, *generations, study, event, *items])
    return study


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Server:
    """The review server in a process of its own, which may be killed and started again."""

    home: Home
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "lab.cli", "review", "--home", str(self.home.path)]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port)],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.address}/healthz", timeout=5, trust_env=False).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise SystemExit("the review server did not start")

    def kill(self) -> None:
        """Kill it without warning."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@dataclass
class Reviewer:
    """One simulated reviewer in a browser of its own."""

    signed_in: SignedIn
    address: str
    study_id: str
    draw: random.Random
    pause_seconds: float = 0.0
    """Mean time between two requests; 0 to work without rest."""
    closes_tab: float = 0.0
    """How often it forgets what it has in hand and comes back."""
    sends_twice: float = 0.0
    """How often it sends an answer a second time."""
    loses_lease: float = 0.0
    """How often its places are given back while it reads; needs `lead`."""
    lead: SignedIn | None = None
    acknowledged: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """Answer → its assignment, and whether it came late."""
    submit_ms: list[float] = field(default_factory=list)
    """Times of the answers' calls that went through at once, in milliseconds."""
    n_closed_tabs: int = 0
    n_lost_leases: int = 0

    async def work(self, client: httpx.AsyncClient, stop: asyncio.Event) -> None:
        """Answer until told to stop."""
        await self._claim(client)
        while not stop.is_set():
            reply = await self._call(client, "GET", f"studies/{self.study_id}/tasks")
            await self._rest()
            if not reply["tasks"]:
                await asyncio.sleep(0.5)
            for task in reply["tasks"]:
                if stop.is_set():
                    return
                if self.draw.random() < self.closes_tab:
                    self.n_closed_tabs += 1
                    await self._claim(client)
                    break
                if self.draw.random() < self.loses_lease:
                    await self._lose_lease(client)
                await self._answer(client, task)
                await self._rest()

    async def _claim(self, client: httpx.AsyncClient) -> None:
        self.page_id = new_id()
        await self._call(client, "POST", "claim", {})

    async def _rest(self) -> None:
        if self.pause_seconds:
            await asyncio.sleep(self.draw.uniform(0.5, 1.5) * self.pause_seconds)

    async def _lose_lease(self, client: httpx.AsyncClient) -> None:
        assert self.lead is not None
        self.n_lost_leases += 1
        body = {"reviewer_id": self.signed_in.account.id}
        path = f"lead/studies/{self.study_id}/release"
        await self._call(client, "POST", path, body, self.lead)
        await asyncio.sleep(self.draw.uniform(0, 0.5))

    async def _answer(self, client: httpx.AsyncClient, task: dict[str, Any]) -> None:
        answer = {
            "answer_id": new_id(),
            "assignment_id": task["assignment_id"],
            "study_id": self.study_id,
            "kind": "rate" if task["kind"] == "rate" else "vote",
            "seconds": 12.5,
        }
        if task["kind"] == "rate":
            names = ("coherence", "fluency", "relevance", "creativity")
            answer["ratings"] = {name: self.draw.randint(1, 5) for name in names}
        else:
            answer["winners"] = {"overall": self.draw.choice(["left", "right", "tie"])}
        for _ in range(2 if self.draw.random() < self.sends_twice else 1):
            started = time.perf_counter()
            reply = await self._call(client, "POST", "answers", answer)
            self.submit_ms.append((time.perf_counter() - started) * 1000)
            self.acknowledged[reply["answer_id"]] = (task["assignment_id"], reply["late"])

    async def _call(
        self,
        client: httpx.AsyncClient,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        who: SignedIn | None = None,
    ) -> dict[str, Any]:
        """Call until the server answers, as the page does."""
        headers = {
            "X-Lab": "review",
            "X-Lab-Page": self.page_id,
            "Cookie": f"lab_session={(who or self.signed_in).token}",
        }
        while True:
            try:
                reply = await client.request(
                    method, f"{self.address}/api/{path}", json=body, headers=headers
                )
            except httpx.TransportError:
                await asyncio.sleep(0.3)
                continue
            if reply.status_code == 409 and reply.json()["code"] == "elsewhere":
                # After a restart the server knows no page of anybody's.
                await self._claim(client)
                continue
            if reply.status_code < 500:
                reply.raise_for_status()
                found: dict[str, Any] = reply.json()
                return found
            await asyncio.sleep(0.3)


def client() -> httpx.AsyncClient:
    """Open the connections of all simulated browsers."""
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    return httpx.AsyncClient(timeout=120, limits=limits, trust_env=False)
