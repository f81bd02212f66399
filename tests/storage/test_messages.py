"""Messages to reviewers, from sending to reading."""

from __future__ import annotations

import pytest

from lab.errors import ReviewError
from lab.records import Account, Message, Role, Study, new_id
from storage import messages


@pytest.fixture
def people(shared_store):
    made = [
        Account(name=f"{name}-{new_id()}", role=Role.REVIEWER, pseudonym=f"person {name}")
        for name in ("lea", "ada", "ben")
    ]
    shared_store.add(made)
    return made


def test_a_message_waits_until_its_reader_has_read_it(shared_store, people):
    lea, ada, ben = people
    first = Message(sender_id=lea.id, recipient_id=ada.id, text="first")
    second = Message(sender_id=lea.id, recipient_id=ada.id, text="<b>second</b>")
    shared_store.add([second, first])
    assert messages.unread(shared_store, ada.id) == [first, second]
    assert messages.unread(shared_store, ben.id) == []
    messages.mark_read(shared_store, first.id, ada.id)
    messages.mark_read(shared_store, first.id, ada.id)
    assert messages.unread(shared_store, ada.id) == [second]


def test_nobody_reads_for_somebody_else(shared_store, people):
    lea, ada, ben = people
    message = Message(sender_id=lea.id, recipient_id=ada.id, text="for Ada")
    shared_store.add([message])
    for stranger in (ben, lea):
        with pytest.raises(ReviewError, match="not one of yours"):
            messages.mark_read(shared_store, message.id, stranger.id)
    with pytest.raises(ReviewError, match="not one of yours"):
        messages.mark_read(shared_store, new_id(), ada.id)
    assert messages.unread(shared_store, ada.id) == [message]


def test_what_was_sent_about_a_study_says_whether_it_was_read(shared_store, people):
    lea, ada, ben = people
    study = Study(name=f"study {new_id()}", protocol={}, protocol_sha256="")
    about = [
        Message(sender_id=lea.id, recipient_id=one.id, study_id=study.id, text=one.pseudonym)
        for one in (ada, ben)
    ]
    elsewhere = Message(sender_id=lea.id, recipient_id=ada.id, text="about none")
    shared_store.add([study, *about, elsewhere])
    messages.mark_read(shared_store, about[0].id, ada.id)
    newest, oldest = messages.sent(shared_store, [study.id])
    assert (newest.recipient, newest.read_at) == ("person ben", None)
    assert (oldest.recipient, oldest.study_id) == ("person ada", study.id)
    assert oldest.read_at > oldest.sent_at
    assert messages.sent(shared_store, [study.id], limit=1) == [newest]
    assert messages.sent(shared_store, []) == []
