"""Asks axe-core what on a page would keep somebody out."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe


def serious(page) -> list[tuple[str, list[str]]]:
    """Return each serious or critical violation with the elements that it is on."""
    return [
        (one["id"], [node["html"][:120] for node in one["nodes"]])
        for one in Axe().run(page).response["violations"]
        if one["impact"] in ("serious", "critical")
    ]
