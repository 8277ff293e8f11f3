"""The timeline: who decided what, when, by which authority and on which facts."""

import json
from typing import Any

import httpx
import pytest

from activities.starting import collaboration_stream
from api.history.timeline import ENTRY, Narrator, TimelineEntry, campaign_timeline, collaboration_timeline
from domain.checks import Verdict
from domain.decider import Role
from domain.negotiation import AcceptOffer, CounterOffer, MakeOffer
from domain.verification import ApproveCreator
from tests.api.conftest import Bench
from tests.api.report.story import Told, whole_campaign
from tests.domain.given import usd


async def _all(client: httpx.AsyncClient, path: str, limit: int) -> list[dict[str, Any]]:
    """Every entry, page by page."""
    entries: list[dict[str, Any]] = []
    params: dict[str, Any] = {"limit": limit}
    while True:
        answer = await client.get(path, params=params)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        entries += page["items"]
        if page["next"] is None:
            return entries
        params["cursor"] = page["next"]


async def test_a_policys_decision_is_told_with_the_facts_that_it_rests_on(
    bench: Bench, brand: httpx.AsyncClient
) -> None:
    """Who, when, by which authority, what, and because of what."""
    id_ = await bench.offered()
    await bench.give(collaboration_stream(id_), CounterOffer(version=1, fee=usd(230_00), message="dear"), Role.CREATOR)
    await bench.give(collaboration_stream(id_), AcceptOffer(version=2))
    *_, countered, accepted = await _all(brand, f"/v1/collaborations/{id_}/timeline", 100)

    assert (countered["by"], countered["actor"], countered["authority"]) == ("creator", "creator-1", "person")
    assert countered["words"] == "dear"
    assert countered["what"].startswith("The creator asked for USD 230.00 (version 2 of the offer); the brand is asked")
    assert accepted == {
        "stream": f"collaboration/{id_}",
        "version": 6,
        "position": accepted["position"],
        "at": bench.engine.now.isoformat().replace("+00:00", "Z"),
        "type": "OfferAccepted",
        "by": "engine",
        "actor": "engine",
        "authority": "policy",
        "what": "Version 2 of the offer was accepted: the fee is USD 230.00.",
        "because": [
            "the counter-offer of USD 230.00 is within 1.1 x of the last offer USD 212.50 and the cap USD 400.00"
        ],
        "words": None,
    }


async def test_a_campaigns_timeline_has_one_entry_for_every_event_in_the_same_order(
    bench: Bench, brand: httpx.AsyncClient
) -> None:
    """Over all its streams, and the same whatever the size of the pages."""
    await bench.shortlisted()
    await bench.published()
    await bench.opened("creator-2", 2)
    events = (await brand.get("/v1/campaigns/tea/events?limit=500")).json()["items"]
    at_once = await _all(brand, "/v1/campaigns/tea/timeline", 500)

    assert [(each["stream"], each["version"], each["type"]) for each in at_once] == [
        (each["stream"], each["version"], each["type"]) for each in events
    ]
    for limit in (1, 7):
        assert await _all(brand, "/v1/campaigns/tea/timeline", limit) == at_once


async def test_a_collaborations_timeline_is_the_same_in_pages(bench: Bench, brand: httpx.AsyncClient) -> None:
    """Facts of an event on a later page still come from the events before it."""
    id_ = await bench.published()
    path = f"/v1/collaborations/{id_}/timeline"

    assert await _all(brand, path, 2) == await _all(brand, path, 500)
    async with bench.as_creator(id_) as creator:
        assert await _all(creator, path, 2) == await _all(creator, path, 500)


async def test_a_creator_is_told_what_concerns_both_without_limits_policies_and_actors(bench: Bench) -> None:
    """The same events as their list has; of the brand's decisions neither the authority nor who gave them."""
    id_ = await bench.opened()
    stream = collaboration_stream(id_)
    await bench.give(stream, ApproveCreator(note="doubtful, but nice"), Role.BRAND)
    await bench.give(stream, MakeOffer())
    await bench.give(stream, CounterOffer(version=1, fee=usd(230_00)), Role.CREATOR)
    await bench.give(stream, AcceptOffer(version=2))
    async with bench.as_creator(id_) as creator:
        told = await _all(creator, f"/v1/collaborations/{id_}/timeline", 100)
        events = (await creator.get(f"/v1/collaborations/{id_}/events")).json()["items"]

    assert [each["type"] for each in told] == [each["type"] for each in events]
    assert [each["actor"] for each in told] == [each["actor"] for each in events] == [None, "creator-1", None]
    assert [each["authority"] for each in told] == [None, "person", None]
    text = json.dumps(told)
    for hidden in ("USD 400.00", "1.1 x", "reserved", "policy", "scored", "doubtful", "brand-1"):
        assert hidden not in text


async def test_timelines_are_for_those_who_may_see_the_events(
    bench: Bench, brand: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    """The brand everything, a creator their own collaboration, nobody else anything."""
    mine, others = await bench.offered(), await bench.offered("creator-2", 2)
    async with bench.as_creator(mine) as creator:
        assert (await creator.get("/v1/campaigns/tea/timeline")).status_code == 403
        assert (await creator.get(f"/v1/collaborations/{others}/timeline")).status_code == 404
    assert (await anonymous.get("/v1/campaigns/tea/timeline")).status_code == 401
    assert (await brand.get("/v1/campaigns/unknown/timeline")).status_code == 404
    assert (await brand.get("/v1/collaborations/unknown/timeline")).status_code == 404
    assert (await brand.get("/v1/campaigns/tea/timeline?cursor=x")).status_code == 422


async def test_a_whole_campaign_can_be_told() -> None:
    """Also expiries, and what followed from them, name the deadline that passed."""
    story = whole_campaign()

    class Streams(Told):
        async def read(self, stream: str, after_version: int = 0, upto: int | None = None) -> list[Any]:
            found = [each for each in story.envelopes if each.stream == stream and each.version > after_version]
            return [each for each in found if upto is None or each.version <= upto]

    entries = await campaign_timeline(Streams(story), story.envelopes)
    ben = [each for each in story.envelopes if each.stream == "collaboration/Ben"]
    missing = [each for each in entries if each.type == "MetricsMissing"]

    assert entries == [entry for each in story.envelopes for entry in await campaign_timeline(Streams(story), [each])]
    assert [entry for entry in entries if entry.stream == "collaboration/Ben"] == collaboration_timeline(
        ben, 0, for_brand=True
    )
    assert {each.authority for each in missing} == {"timeout"}
    assert all("passed without an answer from the creator" in each.because[0] for each in missing)


async def test_a_narrator_tells_creators_nothing_of_how_they_were_chosen(bench: Bench) -> None:
    """Those events leave no entry at all, but what comes after still rests on them."""
    id_ = await bench.opened(verdict=Verdict.PASS)
    events = await bench.services.log.read(collaboration_stream(id_))
    narrator = Narrator()

    assert [narrator.tell_creator(event) for event in events] == [None, None, None]


@pytest.mark.parametrize("part", ["what", "because", "authority"])
def test_the_example_of_the_description_is_an_entry(part: str) -> None:
    """It is well-formed, and says what the real thing would."""
    entry = TimelineEntry.model_validate(ENTRY)

    assert entry.model_dump(mode="json")[part] == ENTRY[part]
