"""Drafts, reviews and publication."""

from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from api.content_approval import ApprovalBody, ChangesBody, DraftBody, PublishedBody
from domain.content_approval import ApproveDraft, MarkPublished, RequestChanges, SubmitDraft
from tests.api.conftest import Bench
from tests.domain.given import DISCLOSED, UNDISCLOSED


@pytest.mark.parametrize(
    ("body", "command"),
    [
        (DraftBody, SubmitDraft),
        (ApprovalBody, ApproveDraft),
        (ChangesBody, RequestChanges),
        (PublishedBody, MarkPublished),
    ],
)
def test_a_body_is_its_command_without_the_deliverable_of_the_path(
    body: type[BaseModel], command: type[BaseModel]
) -> None:
    """Field by field with the same rules, so that neither drifts from the other."""
    schemas = [model.model_json_schema() for model in (body, command)]
    properties, required = [schema["properties"] for schema in schemas], [schema["required"] for schema in schemas]
    del properties[1]["deliverable"]

    assert properties[0] == properties[1]
    assert ["deliverable", *required[0]] == required[1]


async def test_a_deliverable_passes_from_draft_to_publication(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await bench.signed()
    path = f"/v1/collaborations/{id_}/deliverables/2"
    async with bench.as_creator(id_) as creator:
        draft = {"caption": DISCLOSED, "media_url": "https://media.example/2.mp4", "media_sha256": "0" * 64}
        assert (await creator.post(f"{path}/draft", json=draft)).json()["events"] == ["DraftSubmitted"]
        changes = {"version": 1, "feedback": "Brighter, please."}
        assert (await brand.post(f"{path}/request-changes", json=changes)).json()["events"] == ["ChangesRequested"]
        assert (await creator.post(f"{path}/draft", json=draft)).status_code == 200
        assert (await brand.post(f"{path}/approve", json={"version": 2})).json()["events"] == ["DraftApproved"]
        post = {"url": "https://posts.example/2", "caption": DISCLOSED}
        assert (await creator.post(f"{path}/published", json=post)).json()["events"] == ["PostPublished"]
        work = (await creator.get(f"/v1/collaborations/{id_}")).json()["works"][1]

    assert (work["status"], work["version"], work["rounds"], work["url"]) == ("published", 2, 1, post["url"])


async def test_content_that_does_not_disclose_is_not_approved(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await bench.signed()
    async with bench.as_creator(id_) as creator:
        await creator.post(f"/v1/collaborations/{id_}/deliverables/1/draft", json={"caption": UNDISCLOSED})
    answer = await brand.post(f"/v1/collaborations/{id_}/deliverables/1/approve", json={"version": 1})

    assert (answer.status_code, answer.json()["code"]) == (409, "disclosure_failed")
    assert answer.json()["fix"]


async def test_a_version_that_was_replaced_is_not_approved(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await bench.in_review()
    answer = await brand.post(f"/v1/collaborations/{id_}/deliverables/1/approve", json={"version": 2})

    assert (answer.status_code, answer.json()["code"]) == (409, "stale_version")


async def test_the_brand_does_not_deliver_in_the_creators_place(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await bench.signed()
    answer = await brand.post(f"/v1/collaborations/{id_}/deliverables/1/draft", json={"caption": DISCLOSED})

    assert (answer.status_code, answer.json()["code"]) == (409, "not_your_turn")


async def test_a_deliverable_that_was_not_agreed_takes_no_draft(bench: Bench) -> None:
    id_ = await bench.signed()
    async with bench.as_creator(id_) as creator:
        answer = await creator.post(f"/v1/collaborations/{id_}/deliverables/3/draft", json={"caption": DISCLOSED})

    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_decide")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("0/draft", {"caption": "#ad"}, "number"),
        ("one/draft", {"caption": "#ad"}, "number"),
        ("201/draft", {"caption": "#ad"}, "number"),
        ("1/draft", {}, "caption"),
        ("1/draft", {"caption": "x" * 5_001}, "caption"),
        ("1/draft", {"caption": "#ad", "media_url": "javascript:alert(1)"}, "media_url"),
        ("1/draft", {"caption": "#ad", "media_url": "https://media.example/\u0000"}, "media_url"),
        ("1/draft", {"caption": "#ad", "media_sha256": "abc"}, "media_sha256"),
        ("1/draft", {"caption": "#ad", "deliverable": 2}, "deliverable"),
        ("1/published", {"url": "posts.example", "caption": "#ad"}, "url"),
    ],
)
async def test_malformed_content_is_refused_by_field(bench: Bench, path: str, body: dict[str, Any], field: str) -> None:
    id_ = await bench.approved()
    async with bench.as_creator(id_) as creator:
        answer = await creator.post(f"/v1/collaborations/{id_}/deliverables/{path}", json=body)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
