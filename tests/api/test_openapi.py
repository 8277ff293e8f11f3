"""The API's description, and its page without anything from elsewhere."""

import re
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from api.app import ROUTERS
from api.history.as_of import point_in_time
from tests.api.conftest import Bench


@pytest.fixture
async def document(anonymous: httpx.AsyncClient) -> dict[str, Any]:
    """The OpenAPI document."""
    answer = await anonymous.get("/openapi.json")
    assert answer.status_code == 200
    return dict(answer.json())


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


def test_every_operation_has_a_readable_id_a_summary_and_a_tag(document: dict[str, Any]) -> None:
    operations = _operations(document)
    ids = [operation["operationId"] for operation in operations]

    assert len(ids) == len(set(ids))
    assert {"start_campaign", "accept_offer", "sign_contract", "read_report"} <= set(ids)
    tags = {tag["name"] for tag in document["tags"]}
    for operation in operations:
        assert re.fullmatch(r"[a-z_]+", operation["operationId"])
        assert operation["summary"]
        assert set(operation["tags"]) <= tags


def test_refusals_are_documented_as_problems(document: dict[str, Any]) -> None:
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for operation in _operations(document):
        for status, response in operation["responses"].items():
            if status.startswith("4"):
                schema = response["content"]["application/problem+json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}


def test_every_answer_says_what_it_holds(document: dict[str, Any]) -> None:
    """Files too: a client that is generated from the description knows what to do with each."""
    for operation in _operations(document):
        for status, answer in operation["responses"].items():
            for kind, content in answer.get("content", {}).items():
                assert content.get("schema"), f"{operation['operationId']} {status} {kind}"


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    references = set(re.findall(r"'#/components/schemas/([^']+)'", str(document)))

    assert references <= set(document["components"]["schemas"])


def test_every_post_documents_the_idempotency_key(document: dict[str, Any]) -> None:
    for path in document["paths"].values():
        if "post" in path:
            assert "Idempotency-Key" in {parameter["name"] for parameter in path["post"]["parameters"]}


def test_time_travel_streams_and_timelines_are_documented_with_examples(document: dict[str, Any]) -> None:
    for path in ("/v1/campaigns/{campaign_id}", "/v1/collaborations/{collaboration_id}"):
        parameters = {parameter["name"]: parameter for parameter in document["paths"][path]["get"]["parameters"]}
        values = [example["value"] for example in parameters["as_of"]["examples"].values()]
        assert all(point_in_time(value) for value in values)
        assert f"{path}/timeline" in document["paths"]
    events = document["paths"]["/v1/campaigns/{campaign_id}/events"]["get"]
    assert "data: {" in events["responses"]["200"]["content"]["text/event-stream"]["example"]
    assert "application/json" in events["responses"]["200"]["content"]
    assert "Last-Event-ID" in {parameter["name"] for parameter in events["parameters"]}
    assert document["components"]["schemas"]["TimelineEntry"]["examples"]


def test_the_creators_page_is_not_part_of_the_description(document: dict[str, Any]) -> None:
    assert not any(path.startswith("/c/") for path in document["paths"])


async def test_the_page_of_the_description_needs_nothing_from_elsewhere(anonymous: httpx.AsyncClient) -> None:
    page = (await anonymous.get("/docs")).text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)

    assert len(addresses) >= 2
    for address in addresses:
        assert address.startswith("/")
        assert (await anonymous.get(address)).status_code == 200


def test_two_applications_share_nothing(bench: Bench) -> None:
    """`create_app` can be called as often as one likes: nothing is kept in modules."""
    from api.app import create_app  # noqa: PLC0415 - the test is about calling it again

    another = create_app(bench.services)
    assert another.openapi() == bench.app.openapi()
    assert another.openapi() is not bench.app.openapi()


def test_what_is_served_is_what_is_described_and_the_order_in_which_it_is_tried_does_not_matter(bench: Bench) -> None:
    """What is asked for most is tried first: no address may lead elsewhere for it."""
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    served = [each.original_router for each in bench.app.routes if hasattr(each, "original_router")]
    tried = [route for router in served for route in router.routes if isinstance(route, APIRoute)]
    assert {id(route) for route in tried} == {id(route) for route in routes}
    assert tried != routes
    for route in routes:
        path = re.sub(r"{[^}]*}", "1", route.path)
        first, first_tried = (
            next(
                each
                for each in order
                if each.path_regex.match(path) and {*(each.methods or ())} & {*(route.methods or ())}
            )
            for order in (routes, tried)
        )
        assert first is first_tried, route.path
