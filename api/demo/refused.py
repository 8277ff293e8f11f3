"""Requests that must be refused, tried in the middle of a campaign: what people get wrong and what is not theirs."""

from collections.abc import Awaitable
from typing import Any

import httpx

from api.client import Groundswell, Refusal, models
from api.demo.brief import JsonObject
from api.demo.creators import Actor
from api.demo.notes import Notes


class NotRefused(Exception):
    """A request was carried out that must not be."""


async def _must_fail(attempt: str, request: Awaitable[Any], notes: Notes) -> None:
    try:
        await request
    except Refusal as refusal:
        notes.refused(attempt, refusal)
    else:
        raise NotRefused(attempt)


async def try_as_brand(session: httpx.AsyncClient, api: Groundswell, brief: JsonObject, notes: Notes) -> None:
    """Before the campaign: a stranger, a brief with a typing mistake, one that cannot work.

    Raises:
        NotRefused: one of them was carried out.
    """
    stranger = Groundswell("", "guess", session=session)
    await _must_fail("a stranger lists the campaigns", stranger.list_all_campaigns_page(), notes)
    misspelt = {**brief, "buget": brief["budget"]}
    await _must_fail("a brief with a misspelt field", api.start_campaign(_written(misspelt)), notes)
    hopeless = {**brief, "budget": {"amount": 500_00, "currency": "USD"}, "fee_cap": 20_00}
    await _must_fail("a brief that cannot work", api.start_campaign(_written(hopeless)), notes)


async def try_again_with_other_content(api: Groundswell, brief: JsonObject, key: str, notes: Notes) -> None:
    """The campaign's idempotency key with another brief.

    Raises:
        NotRefused: it was carried out.
    """
    changed = {**brief, "product": "Something else"}
    again = api.start_campaign(_written(changed), idempotency_key=key)
    await _must_fail("another brief under the same key", again, notes)


async def try_to_renew(api: Groundswell, campaign_id: str, notes: Notes) -> None:
    """Go on from a campaign that is not over.

    Raises:
        NotRefused: it was carried out.
    """
    await _must_fail("the next campaign before this one is over", api.renew_campaign(campaign_id), notes)


async def try_as_creators(session: httpx.AsyncClient, one: Actor, other: Actor, notes: Notes) -> None:
    """One creator at another's collaboration, at a step that is not theirs, and out of turn.

    Raises:
        NotRefused: one of them was carried out.
    """
    api = Groundswell("", one.token, session=session)
    theirs, own = other.collaboration_id, one.collaboration_id
    await _must_fail("a creator opens another's collaboration", api.read_collaboration(theirs), notes)
    accepted = api.accept_offer(theirs, models.AcceptOffer(version=1))
    await _must_fail("a creator accepts another's offer", accepted, notes)
    approved = api.approve_draft(own, 1, models.ApprovalBody(version=1))
    await _must_fail("a creator approves their own draft", approved, notes)
    live = models.PublishedBody(url="https://social.example/p/early", caption="#ad early")
    await _must_fail("a post by the link for answering an offer", api.mark_published(own, 1, live), notes)


def _written(brief: JsonObject) -> models.BriefInput:
    return models.BriefInput.model_validate(brief)
