"""Turns the store's study progress into the lead's page, and the lead's clicks into study events."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from apps.review.bodies import StatusBody
from apps.review.calls import Lead, Refused
from apps.review.page import ASSETS, assets_version
from apps.review.wording import error
from lab.records import Study, StudyEvent, StudyStatus
from storage import queue, studies
from storage.client import Store


def lead_routes(store: Store) -> APIRouter:
    """Make the lead's page and the calls below /api/lead.

    Args:
        store: the open store.

    Returns:
        The routes.
    """
    routes = APIRouter()
    return routes
