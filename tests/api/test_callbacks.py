"""Webhooks of a signature service: genuine ones become commands of the right side, each once; others change nothing."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from activities.connectors.docuseal import SIGNATURE_HEADER, TOLERANCE, external_id, signature
from activities.connectors.simulated.docuseal import SECRET
from domain.checks import Verdict
from domain.clauses import Terms
from domain.contract_signing import DraftContract
from domain.decider import ENGINE, Role
from domain.negotiation import AcceptOffer, MakeOffer
from domain.signatures import Signing
from tests.api.conftest import Bench
from tests.domain.given import an_assignment

DOCUMENT = "c0" * 32
ADDRESS = "/v1/callbacks/docuseal"


async def to_sign(bench: Bench) -> str:
    """A contract that both sides are to sign at DocuSeal."""
    assignment = an_assignment(terms=Terms(signature=Signing.DOCUSEAL))
    id_ = await bench.opened(verdict=Verdict.PASS, assignment=assignment)
    stream = f"collaboration/{id_}"
    await bench.give(stream, MakeOffer())
    await bench.give(stream, AcceptOffer(version=1), by=Role.CREATOR)
    command = DraftContract(document=DOCUMENT)
    await bench.engine.decide(stream, command, actor=ENGINE, command_id="engine/DraftContract")
    return id_


def a_submitter(id_: str, role: Role, **facts: Any) -> dict[str, Any]:
    """A side that has signed, as DocuSeal tells of it."""
    return {
        "id": {Role.BRAND: 1, Role.CREATOR: 2}[role],
        "submission_id": 7,
        "external_id": external_id(id_, role, DOCUMENT),
        "status": "completed",
        "completed_at": datetime.now(UTC).isoformat(),
        "email": "somebody@example.org",
        **facts,
    }


async def tell(
    client: httpx.AsyncClient, event: str, data: dict[str, Any], *, secret: str = SECRET, ago: int = 0
) -> httpx.Response:
    """A webhook as DocuSeal sends it."""
    body = json.dumps({"event_type": event, "timestamp": datetime.now(UTC).isoformat(), "data": data}).encode()
    headers = {SIGNATURE_HEADER: signature(secret, body, int(time.time()) - ago), "Content-Type": "application/json"}
    return await client.post(ADDRESS, content=body, headers=headers)


async def test_each_side_s_signature_is_recorded_as_held_by_the_service(
    bench: Bench, anonymous: httpx.AsyncClient, brand: httpx.AsyncClient
) -> None:
    """With the service's ids; no name that somebody would have typed here."""
    id_ = await to_sign(bench)
    for role in (Role.CREATOR, Role.BRAND):
        answer = await tell(anonymous, "form.completed", a_submitter(id_, role))
        assert answer.json() == {"status": "taken"}
    view = (await brand.get(f"/v1/collaborations/{id_}")).json()
    assert view["stage"] == "content_approval"
    assert {role: (one["service"], one["submission"]) for role, one in view["signatures"].items()} == {
        "brand": ("docuseal", "7"),
        "creator": ("docuseal", "7"),
    }
    assert "typed_name" not in view["signatures"]["creator"]
    events = (await brand.get(f"/v1/collaborations/{id_}/events")).json()["items"]
    by = [(event["by"], event["actor"]) for event in events if event["type"] == "ContractSigned"]
    assert by == [("creator", "docuseal"), ("brand", "docuseal")]


async def test_the_end_of_a_submission_tells_of_both_sides_once(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    """Whatever was told before, and however often it is told again."""
    id_ = await to_sign(bench)
    await tell(anonymous, "form.completed", a_submitter(id_, Role.CREATOR))
    done = {"id": 7, "submitters": [a_submitter(id_, Role.BRAND), a_submitter(id_, Role.CREATOR)]}
    for _ in range(2):
        assert (await tell(anonymous, "submission.completed", done)).status_code == 200
    recorded = [each.type for each in await bench.services.log.read(f"collaboration/{id_}")]
    assert recorded.count("ContractSigned") == 2
    assert recorded.count("ContractConcluded") == 1


async def test_who_declines_there_declines(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    id_ = await to_sign(bench)
    declined = a_submitter(id_, Role.CREATOR, status="declined", completed_at=None, decline_reason="not for me")
    assert (await tell(anonymous, "form.declined", declined)).json() == {"status": "taken"}
    recorded = [each.type for each in await bench.services.log.read(f"collaboration/{id_}")]
    assert recorded[-2:] == ["ContractDeclined", "CollaborationEnded"]


@pytest.mark.parametrize("settings", [{"secret": "another secret"}, {"ago": TOLERANCE + 60}, {"ago": -TOLERANCE - 60}])
async def test_forged_and_old_webhooks_are_refused(
    bench: Bench, anonymous: httpx.AsyncClient, settings: dict[str, Any]
) -> None:
    """A recording of a genuine one is worth nothing after five minutes."""
    id_ = await to_sign(bench)
    answer = await tell(anonymous, "form.completed", a_submitter(id_, Role.CREATOR), **settings)
    assert answer.status_code == 401
    recorded = [each.type for each in await bench.services.log.read(f"collaboration/{id_}")]
    assert "ContractSigned" not in recorded


async def test_what_is_none_of_ours_is_ignored(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    """Other people's submissions, other documents, other events."""
    id_ = await to_sign(bench)
    other = external_id(id_, Role.CREATOR, "ff" * 32)
    for event, data in (
        ("form.completed", a_submitter(id_, Role.CREATOR, external_id=None)),
        ("form.completed", a_submitter(id_, Role.CREATOR, external_id=other)),
        ("form.completed", a_submitter("unknown", Role.CREATOR)),
        ("form.viewed", a_submitter(id_, Role.CREATOR)),
    ):
        assert (await tell(anonymous, event, data)).json() == {"status": "ignored"}


async def test_what_cannot_be_read_is_named_and_not_repeated(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    id_ = await to_sign(bench)
    answer = await tell(anonymous, "form.completed", a_submitter(id_, Role.CREATOR, status="somebody@example.org"))
    assert answer.status_code == 422
    assert "status" in answer.text
    assert "somebody@example.org" not in answer.text
