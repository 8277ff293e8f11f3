"""Decisions by forms: the same commands, once each, and refusals that say what stands in the way."""

import httpx
import pytest

from activities.starting import campaign_stream, collaboration_stream
from domain.decider import Role
from domain.money import Money
from domain.negotiation import CounterOffer
from tests.api.conftest import CONTRACT, Bench
from tests.api.console.conftest import PART
from workflows.client import EngineUnavailable


async def types(bench: Bench, stream: str) -> list[str]:
    return [envelope.type for envelope in await bench.services.log.read(stream)]


async def test_a_form_that_is_sent_twice_decides_once(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.opened()
    form = {"key": "one-key", "back": f"/console/collaborations/{id_}"}
    for _ in range(2):
        answer = await console.post(f"/console/collaborations/{id_}/decide/approve-creator", data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, form["back"])
    assert (await types(bench, collaboration_stream(id_))).count("CreatorApproved") == 1
    approved = (await bench.services.log.read(collaboration_stream(id_)))[-1]
    assert (approved.metadata.actor.id, approved.metadata.command_id) == ("manager", "one-key")


async def test_htmx_gets_a_line_in_the_place_of_the_form(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.opened(await bench.known_creator(name="Ines Okafor"))
    answer = await console.post(
        f"/console/collaborations/{id_}/decide/reject-creator", data={"reason": "not our style"}, headers=PART
    )
    assert answer.status_code == 200
    assert "Ines Okafor: rejected." in answer.text
    assert "CreatorRejected" in await types(bench, collaboration_stream(id_))


async def countered(bench: Bench) -> str:
    id_ = await bench.offered()
    counter = CounterOffer(version=1, fee=Money(amount=320_00, currency="USD"))
    await bench.give(collaboration_stream(id_), counter, Role.CREATOR)
    return id_


@pytest.mark.parametrize(
    ("verb", "fields", "event"),
    [
        ("accept", {"version": "2"}, "OfferAccepted"),
        ("counter", {"version": "2", "fee": "280.50", "currency": "USD", "message": "our last word"}, "OfferMade"),
        ("decline", {"version": "2", "reason": "too much"}, "OfferDeclined"),
    ],
)
async def test_an_offer_is_answered(
    bench: Bench, console: httpx.AsyncClient, verb: str, fields: dict[str, str], event: str
) -> None:
    id_ = await countered(bench)
    assert (await console.post(f"/console/collaborations/{id_}/decide/{verb}", data=fields)).status_code == 303
    assert event in (await types(bench, collaboration_stream(id_)))[4:]


async def test_a_draft_is_approved_or_goes_back(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.in_review()
    form = {"deliverable": "1", "version": "1"}
    refused = await console.post(f"/console/collaborations/{id_}/decide/request-changes", data=form, headers=PART)
    assert (refused.status_code, refused.headers["hx-reswap"]) == (422, "beforeend")
    assert "Feedback: Field required" in refused.text
    await console.post(f"/console/collaborations/{id_}/decide/approve-draft", data=form)
    assert (await types(bench, collaboration_stream(id_)))[-1] == "DraftApproved"


async def test_a_signature_needs_the_box_and_the_name(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.to_sign()
    document = (await console.get(f"/console/collaborations/{id_}/contract.pdf")).headers["etag"].strip('"')
    path = f"/console/collaborations/{id_}/decide/sign"
    without = await console.post(path, data={"typed_name": "Ada Lane", "document": document})
    assert (without.status_code, "Tick the box" in without.text) == (422, True)
    form = {"typed_name": "Ada Lane", "document": document, "consent": "yes"}
    assert (await console.post(path, data=form)).status_code == 303
    assert CONTRACT
    assert (await types(bench, collaboration_stream(id_)))[-1] == "ContractSigned"


async def test_a_refusal_keeps_what_was_written(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await countered(bench)
    form = {"version": "1", "fee": "300", "currency": "USD", "message": "a long letter", "back": "/console/inbox"}
    answer = await console.post(f"/console/collaborations/{id_}/decide/counter", data=form)
    assert answer.status_code == 409
    assert "version 2 is the current one" in answer.text
    assert "a long letter" in answer.text
    unreadable = await console.post(f"/console/collaborations/{id_}/decide/counter", data={**form, "fee": "much"})
    assert (unreadable.status_code, "such as 250.00" in unreadable.text) == (422, True)


async def test_an_engine_that_is_away_is_no_lost_decision(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.opened()
    bench.engine.outage = EngineUnavailable(seconds=5, why="nobody answers")
    path = f"/console/collaborations/{id_}/decide/approve-creator"
    answer = await console.post(path, data={"key": "k"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    bench.engine.outage = None
    assert (await console.post(path, data={"key": "k"})).status_code == 303


async def test_a_shortlist_is_approved_without_those_left_out(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.shortlisted()
    answer = await console.post(
        f"/console/campaigns/{id_}/decide/approve-shortlist", data={"drop.someone": "yes", "drop.other": "yes"}
    )
    assert answer.status_code == 303
    approved = (await bench.services.log.read(campaign_stream(id_)))[-1]
    assert (approved.type, approved.data["drop"]) == ("ShortlistApproved", ["someone", "other"])


async def test_a_campaign_is_ended(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.started()
    await console.post(f"/console/campaigns/{id_}/decide/cancel", data={"reason": "the product is late"})
    assert "CampaignCancelled" in await types(bench, campaign_stream(id_))
    again = await console.post(f"/console/campaigns/{id_}/decide/close")
    assert (again.status_code, "has ended" in again.text) == (409, True)


@pytest.mark.parametrize("path", ["collaborations/x/decide/dance", "campaigns/x/decide/dance"])
async def test_there_is_no_other_decision(console: httpx.AsyncClient, path: str) -> None:
    assert (await console.post(f"/console/{path}")).status_code == 404
