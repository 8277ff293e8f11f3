"""Links between calls: they lead somewhere, with all that is needed there, and what they take is in the answer."""

import re
from typing import Any

import httpx
import pytest

from api.next_calls import ANSWERS, LATER, LEADS
from tests.api.conftest import Bench
from tests.domain.given import a_brief

Operations = dict[str, tuple[str, str, dict[str, Any]]]


@pytest.fixture
def operations(bench: Bench) -> Operations:
    """Name to method, path and description of each call."""
    return {
        operation["operationId"]: (method, path, operation)
        for path, item in bench.app.openapi()["paths"].items()
        for method, operation in item.items()
    }


def _links(operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: link for answer in operation["responses"].values() for name, link in answer.get("links", {}).items()}


def test_every_link_leads_to_a_call_and_brings_all_that_its_address_needs(operations: Operations) -> None:
    for _, _, operation in operations.values():
        for name, link in _links(operation).items():
            _, path, next_ = operations[link["operationId"]]
            assert set(re.findall(r"{(\w+)}", path)) <= set(link["parameters"]), name
            assert link["description"] == next_["summary"]


def test_every_lead_is_one_of_a_call_that_there_is(operations: Operations) -> None:
    """And leads somewhere: a route that is renamed takes its links along."""
    assert {*LEADS, *ANSWERS, *LATER} <= set(operations)
    assert [name for name in LEADS if not _links(operations[name][2])] == []


def test_whatever_is_made_leads_to_what_can_be_done_with_it(operations: Operations) -> None:
    made = [name for name, (_, _, operation) in operations.items() if {"201", "202"} & set(operation["responses"])]
    assert set(made) <= set(LEADS)
    assert {"read_campaign", "read_campaign_events", "list_collaborations_of_campaign", "cancel_campaign"} <= set(
        _links(operations["start_campaign"][2])
    )
    assert set(_links(operations["create_webhook"][2])) == {
        "read_webhook",
        "change_webhook",
        "delete_webhook",
        "replay_webhook",
        "try_webhook",
        "list_deliveries",
    }


def test_a_decision_leads_to_what_it_was_about(operations: Operations) -> None:
    link = _links(operations["approve_draft"][2])["read_collaboration"]
    assert link["parameters"] == {"collaboration_id": "$request.path.collaboration_id"}
    assert "read_campaign" in _links(operations["approve_shortlist"][2])


async def test_what_is_taken_is_in_the_answer(bench: Bench, brand: httpx.AsyncClient, operations: Operations) -> None:
    """Followed from a campaign to its first collaboration, to its offer, and to what another one is to deliver."""
    await bench.offered()
    signed = (await brand.get(f"/v1/collaborations/{await bench.signed('creator-2', 2)}")).json()
    started = (await brand.post("/v1/campaigns", json=a_brief().model_dump(mode="json"))).json()
    listed = (await brand.get("/v1/campaigns/tea/collaborations")).json()
    id_ = _at(
        listed, _links(operations["list_collaborations_of_campaign"][2])["read_collaboration"], "collaboration_id"
    )
    read = (await brand.get(f"/v1/collaborations/{id_}")).json()
    links = _links(operations["read_collaboration"][2])

    campaign_id = _at(started, _links(operations["start_campaign"][2])["read_campaign"], "campaign_id")
    assert (await brand.get(f"/v1/campaigns/{campaign_id}")).json()["id"] == campaign_id
    assert _at(signed, links["submit_draft"], "number") == 1
    version = links["decline_offer"]["requestBody"]["version"]
    assert _found(read, version) == 1
    async with bench.as_creator(id_) as creator:
        answer = await creator.post(f"/v1/collaborations/{id_}/offer/decline", json={"version": _found(read, version)})
    assert answer.status_code == 200


def _at(answer: Any, link: dict[str, Any], name: str) -> Any:
    return _found(answer, link["parameters"][name])


def _found(answer: Any, expression: str) -> Any:
    """What a runtime expression finds in the body of an answer."""
    for part in expression.removeprefix("$response.body#/").split("/"):
        answer = answer[int(part)] if part.isdecimal() else answer[part]
    return answer
