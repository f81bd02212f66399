"""One page with a single text to mark in, out of the app's own files and without a server."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route

from lab.records import Severity, SpanCategory

REVIEW = Path(__file__).parents[3] / "apps" / "review"
ORIGIN = "http://lab.test"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
STUDY = {
    "categories": [str(one) for one in SpanCategory],
    "severities": [str(one) for one in Severity],
}

SCRIPT = """
import { make, show, slots } from "/assets/dom.js";
import { listenToKeys } from "/assets/keys.js";
import { measure } from "/assets/layout.js";
import { Spans } from "/assets/spans.js";
import { fillWords, loadWords, word } from "/assets/words.js";

const root = document.querySelector(".rl");
const slot = slots(root);
for (const section of root.querySelectorAll("[data-for]")) {
  show(section, section.dataset.for === "task");
}
for (const name of ["spans-pane", "mark-button"]) show(slot[name], true);
slot.panes.dataset.kind = "spans";
measure(root.querySelector(".rl-head"), slot.dock);
window.given = async ({ task, content, study, language }) => {
  await loadWords(language);
  fillWords(root);
  slot.question.textContent = word("task.mark");
  slot.prompt.textContent = task.prompt;
  slot["text-0"].textContent = task.texts[0] || word("task.empty_text");
  window.changes = 0;
  window.submitted = 0;
  window.view = new Spans(slot, () => { window.changes += 1; });
  view.begin(study);
  view.show(task, content);
  scrollTo(0, 0);
  view.focus();
};
const submit = () => { if (!view.missing) window.submitted += 1; };
root.querySelector('[data-do="mark"]').addEventListener("click", () => view.press("e"));
listenToKeys({
  typingEscape: () => view.focus(),
  panel: () => null,
  panelKey: () => false,
  key: (key, event) => {
    if (view.isMarking && view.press(key, event)) return true;
    if (key === "Enter") { submit(); return true; }
    return view.press(key, event);
  },
});
root.dataset.ready = "true";
"""

PAGE = """<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">
<title>marking</title><link rel="icon" href="/assets/icon.svg">
<link rel="stylesheet" href="/assets/review.css"><link rel="stylesheet" href="/assets/spans.css">
<body style="margin:0">%s<script type="module" src="/start.js"></script></body></html>"""


def words(language: str) -> dict[str, Any]:
    name = "wording.toml" if language == "en" else f"wording.{language}.toml"
    return tomllib.loads((REVIEW / name).read_text(encoding="utf-8"))


@dataclass
class SpansPage:
    """A page on which one text is marked."""

    page: Page
    text: str = ""
    problems: list[str] = field(default_factory=list)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def content(self) -> dict[str, Any]:
        return self.page.evaluate("view.content")

    @property
    def spans(self) -> list[dict[str, Any]]:
        return self.content["spans"]

    @property
    def quotes(self) -> list[str]:
        """What is marked, cut out by Python from what is stored."""
        return [self.text[one["start"] : one["end"]] for one in self.spans]

    @property
    def missing(self) -> str:
        return self.page.evaluate("view.missing")

    @property
    def selected(self) -> str:
        return self.page.evaluate("getSelection().toString()")

    @property
    def shown(self) -> str:
        return self.page.evaluate("document.querySelector('[data-slot=\"text-0\"]').textContent")

    def box(self, piece: str, at: int = -1) -> dict[str, float]:
        """Find where a piece of the text lies on the screen."""
        start = self.text.index(piece) if at < 0 else at
        units = len(self.text[:start].encode("utf-16-le")) // 2
        end = units + len(piece.encode("utf-16-le")) // 2
        return self.page.evaluate(
            """([start, end]) => {
                 const {left, right, top, bottom} = view.paper.boxes({start, end})[0];
                 return {left, right, y: (top + bottom) / 2};
               }""",
            [units, end],
        )

    def drag_over(self, piece: str, at: int = -1) -> None:
        """Select a piece with the mouse."""
        box = self.box(piece, at)
        self.page.mouse.move(box["left"] + 0.5, box["y"])
        self.page.mouse.down()
        self.page.mouse.move(box["right"] - 0.5, box["y"], steps=3)
        self.page.mouse.up()
        self.settle()

    def click(self, piece: str, **options: Any) -> None:
        box = self.box(piece)
        self.page.mouse.click((box["left"] + box["right"]) / 2, box["y"], **options)
        self.settle()

    def settle(self) -> None:
        """Let what the page does after an event happen."""
        self.page.evaluate("new Promise((done) => setTimeout(done))")

    def show(
        self,
        text: str,
        *,
        content: dict[str, Any] | None = None,
        language: str = "en",
        **task: Any,
    ) -> None:
        """Show a text to mark in.

        Args:
            text: the text.
            content: what was entered before.
            language: of the words.
            task: more of the task's fields.
        """
        self.text = text
        whole = {"kind": "spans", "step": "own", "texts": [text], "prompt": "Write a story."}
        given = {"task": whole | {"suggestions": []} | task, "content": content}
        self.page.evaluate(
            "(given) => window.given(given)", given | {"study": STUDY, "language": language}
        )


def open_page(context: BrowserContext) -> SpansPage:
    """Open the page, still without a text."""
    page = context.new_page()
    made = SpansPage(page)

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            made.problems.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: made.problems.append(str(error)))
    page.route("**/*", answer)
    page.goto(f"{ORIGIN}/review/")
    page.wait_for_selector('.rl[data-ready="true"]')
    return made


def answer(route: Route) -> None:
    """Answer a request of the page out of the app's files."""
    url = urlsplit(route.request.url)
    if url.path == "/review/":
        skeleton = (REVIEW / "assets" / "skeleton.html").read_text(encoding="utf-8")
        route.fulfill(body=PAGE % skeleton, content_type="text/html; charset=utf-8")
    elif url.path == "/start.js":
        route.fulfill(body=SCRIPT, content_type="text/javascript")
    elif url.path == "/api/words":
        language = parse_qs(url.query).get("language", ["en"])[0]
        route.fulfill(body=json.dumps(words(language)), content_type="application/json")
    else:
        path = REVIEW / "assets" / url.path.removeprefix("/assets/")
        route.fulfill(body=path.read_bytes(), content_type=TYPES[path.suffix])


def context_of(chromium: Browser, **options: Any) -> BrowserContext:
    return chromium.new_context(**({"viewport": {"width": 1440, "height": 900}} | options))


STORY = (
    "Rosa was a kind painter. She lived by the sea with her friend Ivy, and every morning she "
    "carried ten apples to the market. One day she gave six apples to Ivy and had seven left.\n\n"
    "“That is fair,” said Ivy, who had never seen an apple."
)
HEBREW = "שלום לכולם כאן"
SIGNS = {
    "emoji": "Hi 👩‍🚀 sees 👨‍👩‍👧‍👦 and 🇩🇪🇫🇷 flags 👍🏽 done",
    "combining": "cafe\u0301 re\u0301sume\u0301 n\u0303andu\u0301 and a\u0308\u0323 end",
    "right-to-left": f"{HEBREW} 123\nمرحبا بالعالم الجميل\nand English",
    "carriage returns": "one two\r\nthree four\r\n\r\nfive six",
    "astral": "𝔘𝔫𝔦 𝕔𝕠𝕕𝕖 𐍈 end \U0002070e word",
}
LABELS = words("en")["spans"]

Open = Callable[..., SpansPage]
"""Shows a text to mark in."""


def mark(text: str, piece: str, category: str = "other", **more: Any) -> dict[str, Any]:
    start = text.index(piece)
    return {
        "start": start,
        "end": start + len(piece),
        "category": category,
        "severity": "minor",
        "note": "",
    } | more


SUGGESTIONS = [
    {
        "id": "s-1",
        "start": 0,
        "end": 4,
        "type": "name",
        "evidence": "The source says <b>Rosalind</b>.",
    },
    {
        "id": "s-2",
        "start": STORY.index("seven left"),
        "end": STORY.index("seven left") + 10,
        "type": "number",
        "evidence": "left: four",
    },
]


def judging(spans: Open, **more: Any) -> SpansPage:
    content = {"spans": [mark(STORY, "had seven left", "contradicts_itself")]}
    return spans(
        step="suggestions",
        suggestions=SUGGESTIONS,
        answer={"kind": "spans"},
        **({"content": content} | more),
    )
