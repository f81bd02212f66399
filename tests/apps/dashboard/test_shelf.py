"""The frames' shelf: one reading per version, and the old one shown while the new one is read."""

from __future__ import annotations

import threading

import pytest

from apps.dashboard import shelf
from apps.dashboard.shelf import Shelf


class Slow:
    """A store whose reading can be held up."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.may_go = threading.Event()
        self.may_go.set()

    def __call__(self, name: str, version: str) -> str:
        self.may_go.wait(10)
        self.read.append(name)
        return f"{name} {len(self.read)}"


def never(name: str, one: str, other: str) -> bool:
    return False


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    monkeypatch.setattr(shelf, "PATIENCE_SECONDS", 0.01)
    return Slow()


def finish(kept: Shelf) -> None:
    assert kept._reading is not None
    kept._reading.join(10)


def test_a_frame_is_read_once_per_version(slow: Slow) -> None:
    kept = Shelf(slow, never)
    assert kept.shown("1") == "1"
    assert kept.get("ratings", "1") is kept.get("ratings", "1")
    assert slow.read == ["ratings"]


def test_the_old_frame_is_shown_until_the_new_one_is_read(slow: Slow) -> None:
    kept = Shelf(slow, never)
    kept.shown("1")
    old = kept.get("ratings", "1")
    slow.may_go.clear()
    assert kept.shown("2") == "1"
    assert kept.get("ratings", "1") is old
    slow.may_go.set()
    finish(kept)
    assert kept.shown("2") == "2"
    assert kept.get("ratings", "2") == "ratings 2"
    assert slow.read == ["ratings", "ratings"]


def test_after_reading_it_rests(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "REST", 1e9)
    kept = Shelf(slow, never)
    kept.shown("1")
    kept.get("ratings", "1")
    kept.shown("2")
    finish(kept)
    assert kept.shown("3") == "2"
    kept._rests_until = 0.0
    kept.shown("3")
    finish(kept)
    assert kept.shown("3") == "3"


def test_only_the_last_two_versions_are_kept(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "REST", 0.0)
    kept = Shelf(slow, never)
    kept.shown("1")
    kept.get("ratings", "1")
    for version in ("2", "3"):
        kept.shown(version)
        finish(kept)
    assert {version for _, version in kept._frames} == {"2", "3"}


def test_a_failure_is_told_and_tried_again() -> None:
    replies = [OSError("away"), "back"]

    def read(name: str, version: str) -> str:
        reply = replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    kept = Shelf(read, never)
    kept.shown("1")
    with pytest.raises(OSError, match="away"):
        kept.get("ratings", "1")
    assert kept.get("ratings", "1") == "back"


def test_what_a_change_does_not_touch_is_not_read_again(slow: Slow) -> None:
    kept = Shelf(slow, lambda name, one, other: name == "texts")
    kept.shown("1")
    texts, ratings = kept.get("texts", "1"), kept.get("ratings", "1")
    kept.shown("2")
    finish(kept)
    assert kept.get("texts", "2") is texts
    assert kept.get("ratings", "2") != ratings
    assert sorted(slow.read) == ["ratings", "ratings", "texts"]
