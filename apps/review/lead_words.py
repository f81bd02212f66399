"""Turns the name of a lead's mistake into words."""

from __future__ import annotations

from apps.review.wording import spoken, words


def lead_error(name: str) -> str:
    """Return one error's words in the language of whoever is being answered.

    Args:
        name: its name in the section `lead.errors`.
    """
    return str(words(spoken.get())["lead"]["errors"][name])
