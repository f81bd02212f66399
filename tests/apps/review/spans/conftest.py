"""Gives texts to mark in, on a page of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.apps.review.spans_page import STORY, Open, SpansPage, context_of, open_page


@pytest.fixture(scope="module")
def wide(chromium: Browser) -> SpansPage:
    """Open a wide window, in which one text after the other is shown."""
    return open_page(context_of(chromium))


@pytest.fixture
def spans(chromium: Browser, wide: SpansPage) -> Iterator[Open]:
    """Show texts to mark in; at the end no console may have complained."""
    others: list[SpansPage] = []

    def show(text: str = STORY, *, window: dict[str, Any] | None = None, **more: Any) -> SpansPage:
        if window:
            others.append(open_page(context_of(chromium, **window)))
        one = others[-1] if window else wide
        one.show(text, **more)
        return one

    yield show
    for one in [wide, *others]:
        assert one.problems == []
    for one in others:
        one.page.context.close()
