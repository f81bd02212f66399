"""The words of the review app: the same in every language, and errors in the caller's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from apps.review.wording import DEFAULT, languages, words
from lab.records import new_id
from tests.apps.review.people import Person

OTHERS = [language for language in languages() if language != DEFAULT]


def leaves(table: dict[str, Any], path: str = "") -> Iterator[tuple[str, list[str]]]:
    """List every name with the words that stand there."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{path}{name}.")
        else:
            yield path + name, value if isinstance(value, list) else [value]


def blanks(entry: list[str]) -> list[str]:
    return sorted(re.findall(r"\{\w+\}", " ".join(entry)))


def test_german_is_shipped_beside_english() -> None:
    assert languages() == ("en", "de")


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_the_same_names_with_the_same_blanks(language: str) -> None:
    known, given = dict(leaves(words())), dict(leaves(words(language)))
    assert given.keys() == known.keys()
    assert {name: blanks(entry) for name, entry in given.items()} == {
        name: blanks(entry) for name, entry in known.items()
    }
    assert [name for name, entry in given.items() if not all(entry)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_is_no_copy_of_english(language: str) -> None:
    known, given = dict(leaves(words())), dict(leaves(words(language)))
    same = [name for name, entry in given.items() if entry == known[name]]
    assert len(same) < 0.2 * len(known), same


def test_words_come_in_the_language_asked_for(app_client: TestClient) -> None:
    assert app_client.get("/api/words").json() == words()
    assert app_client.get("/api/words?language=de").json() == words("de")


@pytest.mark.parametrize("language", ["fr", "", "../en", "EN", "\u202e"])
def test_words_in_an_unknown_language_are_refused(app_client: TestClient, language: str) -> None:
    reply = app_client.get("/api/words", params={"language": language})
    assert (reply.status_code, reply.json()["code"]) == (400, "language")
    assert "en, de" in reply.json()["error"]


def test_me_lists_the_languages(ada: Person) -> None:
    assert ada.get("/api/me").json()["languages"] == ["en", "de"]


def test_errors_come_in_the_callers_language(ada: Person, bench: Any) -> None:
    path = f"/api/studies/{new_id()}"
    english = ada.get(path).json()["error"]
    german = ada.get(path, **{"X-Lab-Language": "de"}).json()["error"]
    assert english == words()["error"]["no_study"]
    assert german == words("de")["error"]["no_study"]
    assert ada.get(path).json()["error"] == english


@pytest.mark.parametrize(
    ("path", "name"), [("/api/nothing", "not_found"), ("/api/lead/studies", "role")]
)
def test_refusals_of_all_kinds_are_translated(ada: Person, path: str, name: str) -> None:
    reply = ada.get(path, **{"X-Lab-Language": "de"})
    assert reply.json()["error"] == words("de")["error"][name].format(path=path)


def test_a_write_without_the_header_is_refused_in_german(ada: Person) -> None:
    headers = ada.headers | {"X-Lab-Language": "de"}
    reply = ada.client.post("/api/claim", json={}, headers=headers)
    assert reply.json()["error"] == words("de")["error"]["header"]


def test_an_unforeseen_failure_is_said_in_german(
    ada: Person, bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from storage import studies

    def fail(*arguments: Any) -> None:
        raise RuntimeError("secret insides")

    monkeypatch.setattr(studies, "open_ids", fail)
    client = TestClient(ada.client.app, raise_server_exceptions=False)
    reply = client.get("/api/studies", headers=ada.headers | {"X-Lab-Language": "de"})
    assert (reply.status_code, reply.json()["error"]) == (500, words("de")["error"]["internal"])


def test_an_unknown_language_in_the_header_is_refused(ada: Person) -> None:
    reply = ada.get("/api/me", **{"X-Lab-Language": "tlh"})
    assert (reply.status_code, reply.json()["code"]) == (400, "language")
    assert "'tlh'" in reply.json()["error"]
