"""Turns a store into the review app: sign-in, API, the Gradio page and the lead's pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from apps.review.api import reviewer_routes
from apps.review.calls import explain_errors
from apps.review.headers import Headings
from apps.review.language import Spoken
from apps.review.lead import lead_routes
from apps.review.page import ASSETS, PATH, assets_version, mount_page
from apps.review.playground import playground_routes
from apps.review.playground_worker import Worker
from apps.review.wording import words
from apps.signin.gate import Gate
from apps.signin.routes import sign_in_routes
from lab.records import Role
from storage.client import Store

PUBLIC = frozenset({"/healthz", "/favicon.ico", "/manifest.json", "/api/words", "/assets/"})
ROLES = frozenset({Role.REVIEWER, Role.LEAD})


class Assets(StaticFiles):
    """The page's files; their address holds their hash, so a browser need not ask again."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with a file that may be kept for good."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def build_app(store: Store) -> FastAPI:
    """Build the review app.

    Args:
        store: the open store, which outlives the app.

    Returns:
        The ASGI app: /review, /lead, /playground, /api/*, /sign-in, /sign-out, /healthz.
    """
    worker = Worker()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        worker.close()

    name = words()["app"]["name"]
    app = FastAPI(title=name, lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    explain_errors(app)
    app.router.routes.extend(sign_in_routes(lambda: store, start=f"{PATH}/"))
    app.include_router(reviewer_routes(store))
    app.include_router(lead_routes(store))
    app.include_router(playground_routes(store, worker))
    _add_pages(app, store)
    # Innermost first. Gradio adds no CORS of its own where the parent has one: its own would
    # admit any origin, with credentials.
    app.add_middleware(Gate, store_provider=lambda: store, roles=ROLES, public_paths=PUBLIC)
    app.add_middleware(CORSMiddleware, allow_origins=())
    app.add_middleware(Headings, api_path="/api/", widget_path=PATH)
    app.add_middleware(Spoken)
    mount_page(app)
    return app


def _add_pages(app: FastAPI, store: Store) -> None:
    app.mount(f"/assets/{assets_version()}", Assets(directory=ASSETS), name="assets")

    def to_review(request: Request) -> Response:
        return RedirectResponse(request.scope.get("root_path", "") + f"{PATH}/", 307)

    app.add_api_route("/", to_review, include_in_schema=False)
    app.add_api_route(PATH, to_review, include_in_schema=False)

    @app.get("/healthz")
    def health() -> dict[str, str]:
        store.health()
        return {"status": "ok"}

    @app.get("/favicon.ico")
    def icon() -> Response:
        return FileResponse(ASSETS / "icon.svg", media_type="image/svg+xml")

    @app.get("/manifest.json")
    def manifest() -> Response:
        about = {"name": words()["app"]["name"], "start_url": f".{PATH}/", "display": "browser"}
        return JSONResponse(about, media_type="application/manifest+json")
