"""Requests that must be refused, tried in the middle of a campaign: what people get wrong and what is not theirs."""

from collections.abc import Awaitable
from typing import Any

import httpx

from api.demo.client import Api, JsonObject, Refusal
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


async def try_as_brand(session: httpx.AsyncClient, api: Api, brief: JsonObject, notes: Notes) -> None:
    """Before the campaign: a stranger, a brief with a typing mistake, one that cannot work.

    Raises:
        NotRefused: one of them was carried out.
    """
    await _must_fail("a stranger lists the campaigns", Api(session, "guess").get("/v1/campaigns"), notes)
    misspelt = {**brief, "buget": brief["budget"]}
    await _must_fail("a brief with a misspelt field", api.post("/v1/campaigns", misspelt), notes)
    hopeless = {**brief, "budget": {"amount": 500_00, "currency": "USD"}, "fee_cap": 20_00}
    await _must_fail("a brief that cannot work", api.post("/v1/campaigns", hopeless), notes)


async def try_again_with_other_content(api: Api, brief: JsonObject, key: str, notes: Notes) -> None:
    """The campaign's idempotency key with another brief.

    Raises:
        NotRefused: it was carried out.
    """
    changed = {**brief, "product": "Something else"}
    await _must_fail("another brief under the same key", api.post("/v1/campaigns", changed, key=key), notes)


async def try_to_renew(api: Api, campaign_id: str, notes: Notes) -> None:
    """Go on from a campaign that is not over.

    Raises:
        NotRefused: it was carried out.
    """
    await _must_fail("the next campaign before this one is over", api.post(f"/v1/campaigns/{campaign_id}/renew"), notes)


async def try_as_creators(session: httpx.AsyncClient, one: Actor, other: Actor, notes: Notes) -> None:
    """One creator at another's collaboration, at a step that is not theirs, and out of turn.

    Raises:
        NotRefused: one of them was carried out.
    """
    api = Api(session, one.token)
    theirs = f"/v1/collaborations/{other.collaboration_id}"
    await _must_fail("a creator opens another's collaboration", api.get(theirs), notes)
    await _must_fail("a creator accepts another's offer", api.post(f"{theirs}/offer/accept", {"version": 1}), notes)
    own = f"/v1/collaborations/{one.collaboration_id}"
    await _must_fail(
        "a creator approves their own draft", api.post(f"{own}/deliverables/1/approve", {"version": 1}), notes
    )
    live = {"url": "https://social.example/p/early", "caption": "#ad early"}
    await _must_fail(
        "a post by the link for answering an offer", api.post(f"{own}/deliverables/1/published", live), notes
    )
