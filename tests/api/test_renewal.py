"""The next campaign over HTTP."""

from datetime import UTC, date, datetime
from typing import Any

import httpx

from activities.event_streams import registry_of
from activities.starting import campaign_stream, collaboration_stream
from domain.campaign import CloseCampaign
from domain.decider import Role
from domain.events import metadata
from tests.api.conftest import Bench
from tests.domain.given import Story, context, exclusively, opening
from tests.domain.outliving import completed


async def over(bench: Bench) -> str:
    """A campaign that is closed, with one creator whose posts were seen through; returns their id."""
    creator_id = await bench.known_creator()
    await bench.started(terms=exclusively(0))
    story: Story[Any, Any] = completed()
    first = story.past[0].model_copy(update={"creator_id": creator_id, "campaign_id": "tea"})
    stream = collaboration_stream("collab-1")
    records = [registry_of(stream).encode(event) for event in (first, *story.past[1:])]
    await bench.services.log.append(stream, 0, records, metadata(opening(), context(), correlation_id="tea"))
    await bench.give(campaign_stream("tea"), CloseCampaign(), Role.BRAND)
    return creator_id


async def test_a_brief_is_proposed_with_what_was_changed_and_why(bench: Bench, brand: httpx.AsyncClient) -> None:
    """It can be edited and sent as any other; nothing is started."""
    creator_id = await over(bench)
    proposed = (await brand.post("/v1/campaigns/tea/renew")).json()
    assert proposed["campaign_id"] is None
    brief = proposed["brief"]
    assert date.fromisoformat(brief["posting_window"]["opens"]) > datetime.now(UTC).date()
    assert (brief["renewal_of"], brief["preferred_creators"]) == ("tea", [creator_id])
    assert "1 of 1 creators with an offer came to an agreement" in proposed["known"]
    assert {change["field"] for change in proposed["changes"]} >= {"posting_window", "preferred_creators"}
    assert [each["id"] for each in (await brand.get("/v1/campaigns")).json()["items"]] == ["tea"]

    answer = await brand.post("/v1/campaigns", json={**brief, "creators_wanted": 5})
    assert answer.status_code == 201
    assert answer.json()["brief"]["renewal_of"] == "tea"


async def test_it_is_started_as_it_is_on_request(bench: Bench, brand: httpx.AsyncClient) -> None:
    """Once for each key, and it names the campaign before it."""
    await over(bench)
    wish, key = {"start": True, "targets": "as_reached"}, {"Idempotency-Key": "next"}
    first = (await brand.post("/v1/campaigns/tea/renew", json=wish, headers=key)).json()
    assert (await brand.post("/v1/campaigns/tea/renew", json=wish, headers=key)).json() == first
    started = (await brand.get(f"/v1/campaigns/{first['campaign_id']}")).json()
    before = await brand.get("/v1/campaigns/tea")
    assert (before.json()["renewals"], started["renewals"]) == ([first["campaign_id"]], [])
    assert (await brand.get("/v1/campaigns/tea?as_of=1")).json()["renewals"] == []
    assert started["brief"] == first["brief"]
    assert len((await brand.get("/v1/campaigns")).json()["items"]) == 2


async def test_only_what_is_over_is_renewed_and_only_by_the_brand(bench: Bench, brand: httpx.AsyncClient) -> None:
    """What runs has nothing to say yet."""
    id_ = await bench.offered()
    answer = await brand.post("/v1/campaigns/tea/renew")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_stage")
    assert (await brand.post("/v1/campaigns/none/renew")).status_code == 404
    async with bench.as_creator(id_) as creator:
        assert (await creator.post("/v1/campaigns/tea/renew")).status_code == 403
