"""Turns a lab's folder into the dashboard's ASGI app, with the sign-in before it."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from lab.home import Home
from lab.records import Role

ROLES = frozenset({Role.ANALYST, Role.LEAD})
PUBLIC_PATHS = ("/_stcore/health",)


def build_app(home: Home) -> Any:
    """Build the dashboard, to be run under uvicorn; it opens the store when it starts.

    Streamlit keeps its settings and the pages' store per process, so one process runs one
    dashboard.

    Args:
        home: the lab whose records are shown.

    Returns:
        The ASGI app; analysts and leads may enter.
    """
    import streamlit as st
    from starlette.middleware import Middleware

    from apps.dashboard import data
    from apps.dashboard.settings import apply_settings
    from apps.signin.gate import Gate
    from apps.signin.routes import sign_in_routes
    from storage.client import open_store

    @asynccontextmanager
    async def lifespan(_app: st.App) -> AsyncIterator[None]:
        with open_store(home) as store:
            data.use(store)
            stopping = threading.Event()
            threading.Thread(target=_get_ready, args=(stopping,), daemon=True).start()
            # Half of what the first visitor would wait for, while the owner reads the other half.
            import_module("apps.dashboard.views.overview")
            yield
            stopping.set()

    apply_settings()
    gate = Middleware(Gate, store_provider=data.store, roles=ROLES, public_paths=PUBLIC_PATHS)
    return st.App(
        Path(__file__).with_name("app.py"),
        lifespan=lifespan,
        routes=sign_in_routes(data.store),
        middleware=[gate],
    )


def _get_ready(stopping: threading.Event) -> None:
    """Do what visitors would wait for: the frames first, then the libraries of the other pages."""
    from apps.dashboard import data

    try:
        data.read_ahead()
    except RuntimeError:  # what a closed store says
        if not stopping.is_set():
            raise
        return
    views = import_module("apps.dashboard.views")
    for view in iter_modules(views.__path__):
        import_module(f"{views.__name__}.{view.name}")
