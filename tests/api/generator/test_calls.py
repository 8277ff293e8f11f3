"""Methods as they are written, of operations of every kind that the API has."""

from typing import Any

import pytest

from api.app import openapi_document
from api.generator.calls import Operation, calls


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi_document()


def written(document: dict[str, Any], call: str) -> str:
    method, path = call.split()
    said = document["paths"][path][method.lower()]
    return calls([Operation(method.lower(), path, said, document["components"]["schemas"])])


def test_a_decision_takes_its_path_its_body_and_its_headers(document: dict[str, Any]) -> None:
    text = written(document, "POST /v1/collaborations/{collaboration_id}/offer/accept")
    assert "_Decision: TypeAdapter[models.Decision] = TypeAdapter(models.Decision)" in text
    assert (
        "async def accept_offer(self, collaboration_id: str, body: models.AcceptOffer, *, "
        "idempotency_key: str | None = None, if_match: str | None = None) -> models.Decision:"
    ) in text
    assert 'f"/v1/collaborations/{quoted(collaboration_id)}/offer/accept", body=body' in text


def test_a_list_is_read_to_its_end_or_page_by_page(document: dict[str, Any]) -> None:
    text = written(document, "GET /v1/tasks")
    assert "    def list_open_tasks(self, *, assignee: models.Role | None = None" in text
    assert ") -> AsyncIterator[models.OpenTask]:" in text
    assert "    async def list_open_tasks_page(self, *, " in text
    assert ") -> models.OpenTaskPage:" in text


def test_a_stream_of_events_is_followed(document: dict[str, Any]) -> None:
    text = written(document, "GET /v1/campaigns/{campaign_id}/events")
    assert "    def follow_campaign_events(self, campaign_id: str, *, last_event_id: int = 0)" in text


def test_what_is_no_json_is_asked_for_by_its_media_type(document: dict[str, Any]) -> None:
    report = written(document, "GET /v1/campaigns/{campaign_id}/report")
    assert "async def read_report(self, campaign_id: str" in report
    assert "async def read_report_as(self, campaign_id: str, *, accept: Literal['text/html', 'text/csv'" in report
    contract = written(document, "GET /v1/collaborations/{collaboration_id}/contract.pdf")
    assert "async def read_contract(self, collaboration_id: str, *, accept: Literal['application/pdf'] = " in contract
    roster = written(document, "POST /v1/creators/import")
    assert "async def import_creators(self, content: bytes, *, content_type: Literal['text/csv', " in roster


def test_what_answers_nothing_gives_nothing_and_what_may_be_left_out_has_a_default(document: dict[str, Any]) -> None:
    assert "async def delete_webhook(self, webhook_id: str, *, if_match: str | None = None) -> None:" in written(
        document, "DELETE /v1/webhooks/{webhook_id}"
    )
    assert "body: models.ApproveShortlist | None = None" in written(
        document, "POST /v1/campaigns/{campaign_id}/shortlist/approve"
    )


def test_a_deprecated_call_says_so(document: dict[str, Any]) -> None:
    said = {**document["paths"]["/v1/me"]["get"], "deprecated": True}
    assert "Deprecated: see docs/api.md." in calls([Operation("get", "/v1/me", said, {})])
