"""Turns the static skeleton into a Gradio page with one widget, mounted in the review app."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path

from fastapi import FastAPI, Request

from apps.review.wording import words

ASSETS = Path(__file__).parent / "assets"
PATH = "/review"
SYSTEM_FONTS = ("system-ui", "sans-serif")
STYLES = ("review.css", "spans.css")


@cache
def assets_version() -> str:
    """Return a name for the present content of all assets, so that a browser may keep them."""
    digest = hashlib.sha256()
    for path in sorted(ASSETS.iterdir()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def mount_page(app: FastAPI) -> None:
    """Mount the review page below /review.

    Nothing but the skeleton goes through gr.HTML, whose templates run data as code: texts reach
    the page through the API alone.

    Args:
        app: the app that signs people in.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio

    assets = f"../assets/{assets_version()}"
    start = (
        f'import(new URL("{assets}/app.js", document.baseURI).href)'
        '.then((app) => app.run(element.querySelector(".rl")));'
    )
    with gradio.Blocks(
        title=words()["app"]["name"], fill_width=True, analytics_enabled=False
    ) as page:
        gradio.HTML(
            html_template=(ASSETS / "skeleton.html").read_text(encoding="utf-8"),
            js_on_load=start,
            apply_default_css=False,
        )
    gradio.mount_gradio_app(
        app,
        page,
        path=PATH,
        auth_dependency=_user,
        run_history=False,
        footer_links=[],
        enable_monitoring=False,
        show_error=False,
        max_file_size="1kb",
        theme=gradio.themes.Base(font=list(SYSTEM_FONTS), font_mono=["monospace"]),
        head="".join(f'<link rel="stylesheet" href="{assets}/{name}">' for name in STYLES),
    )


def _user(request: Request) -> str | None:
    account = getattr(request.state, "account", None)
    return account.id if account else None
