"""Turns a lead's clicks into messages, invitations and places given back."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from apps.review.bodies import EmptyBody, Id
from apps.review.calls import Lead, Refused
from apps.review.lead_bodies import InvitationBody, MessageBody, ReleaseBody
from apps.review.lead_views import invitation_view
from apps.review.lead_words import lead_error
from apps.review.wording import error
from apps.signin.invitations import DAYS, MOST_DAYS, invite
from lab.records import Account, Message, Role
from storage import accounts, invitations, queue, studies
from storage.client import Store
from storage.overview import overviews


def people_routes(store: Store) -> APIRouter:
    """Make the lead's calls about people.

    Args:
        store: the open store.

    Returns:
        The routes; other roles are refused.
    """
    routes = APIRouter(prefix="/api/lead")

    @routes.post("/studies/{study_id}/release")
    def post_release(study_id: Id, body: ReleaseBody, account: Lead) -> dict[str, Any]:
        _check_study(store, study_id)
        return {"n_released": queue.release(store, study_id, body.reviewer_id)}

    @routes.post("/messages")
    def post_message(body: MessageBody, account: Lead) -> dict[str, Any]:
        return _send(store, body, account)

    @routes.get("/invitations")
    def get_invitations(account: Lead) -> dict[str, Any]:
        return _invitations(store)

    @routes.post("/invitations")
    def post_invitation(body: InvitationBody, account: Lead) -> dict[str, Any]:
        return {"link_path": _invite(store, body, account)}

    @routes.post("/invitations/{invitation_id}/void")
    def post_void(invitation_id: Id, body: EmptyBody, account: Lead) -> dict[str, Any]:
        invitations.void(store, invitation_id)
        return {}

    return routes


def _check_study(store: Store, study_id: str) -> None:
    if studies.by_id(store, study_id) is None:
        raise Refused(404, error("no_study"))


def _send(store: Store, body: MessageBody, sender: Account) -> dict[str, Any]:
    _check_study(store, body.study_id)
    workers = {one.reviewer_id for one in overviews(store, [body.study_id])[body.study_id].workers}
    chosen = workers if body.recipient_id is None else workers & {body.recipient_id}
    if not chosen:
        raise Refused(422, lead_error("nobody"))
    store.add(
        [
            Message(sender_id=sender.id, recipient_id=id, study_id=body.study_id, text=body.text)
            for id in sorted(chosen)
        ]
    )
    return {"n_sent": len(chosen)}


def _invitations(store: Store) -> dict[str, Any]:
    reviewers = [one for one in accounts.every(store) if one.role is Role.REVIEWER]
    return {
        "invitations": [invitation_view(one) for one in invitations.every(store)],
        "accounts": [
            {"id": one.id, "name": one.name, "reviewer": one.pseudonym} for one in reviewers
        ],
        "days": DAYS,
        "most_days": MOST_DAYS,
    }


def _invite(store: Store, body: InvitationBody, inviter: Account) -> str:
    account = accounts.by_id(store, body.account_id) if body.account_id else None
    # Nobody signs in as another lead or an analyst by a lead's link.
    if body.account_id and (account is None or account.role is not Role.REVIEWER):
        raise Refused(422, lead_error("no_reviewer"))
    return invite(
        store,
        body.role,
        note=body.note.strip(),
        days=body.days,
        account=account,
        inviter_id=inviter.id,
    )
