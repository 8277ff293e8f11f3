"""Amendments over HTTP: the difference clause by clause, its document, and both signatures."""

import hashlib
from typing import Any

import httpx
import pytest

from domain.amendments import DraftAmendment
from domain.decider import ENGINE
from tests.api.conftest import Bench

PAPER = b"%PDF-1.7 what is to change"
DOCUMENT = hashlib.sha256(PAPER).hexdigest()
FEE = {"fee": {"amount": 300_00, "currency": "USD"}}
HIGHER = {"changes": FEE, "reason": "one more scene"}
CONSENT = {"typed_name": "Ines Okafor", "document": DOCUMENT, "consent": True}


async def proposed(bench: Bench, brand: httpx.AsyncClient, body: dict[str, Any] | None = None) -> str:
    """A contract in force for which the brand has proposed other terms; the collaboration's id."""
    id_ = await bench.signed()
    answer = await brand.post(f"/v1/collaborations/{id_}/amendments", json=body or HIGHER)
    assert answer.json()["events"] == ["AmendmentProposed"], answer.text
    return id_


async def to_sign(bench: Bench, brand: httpx.AsyncClient, body: dict[str, Any] | None = None) -> str:
    """The same with its document before both sides."""
    id_ = await proposed(bench, brand, body)
    await bench.services.documents.put(PAPER, "application/pdf", creator_id=None)
    stream, command = f"collaboration/{id_}", DraftAmendment(number=1, document=DOCUMENT)
    await bench.engine.decide(stream, command, actor=ENGINE, command_id="engine/DraftAmendment")
    return id_


async def test_the_difference_is_shown_clause_by_clause(bench: Bench, brand: httpx.AsyncClient) -> None:
    """To both sides alike, each term with its clause, as it is and as it is to be."""
    changes = {**FEE, "draft_within": "5 business days", "exclusivity_days": 30}
    id_ = await proposed(bench, brand, {"changes": changes})
    async with bench.as_creator(id_) as creator:
        seen = [(await client.get(f"/v1/collaborations/{id_}/amendments/1")).json() for client in (brand, creator)]
    assert seen[0] == seen[1]
    assert (seen[0]["status"], seen[0]["by"], seen[0]["document"]) == ("proposed", "brand", None)
    assert seen[0]["differences"] == [
        {
            "clause": "payment",
            "clause_number": 1,
            "term": "fee",
            "before": {"amount": 212_50, "currency": "USD"},
            "after": {"amount": 300_00, "currency": "USD"},
        },
        {
            "clause": "deadlines",
            "clause_number": 4,
            "term": "draft_within",
            "before": "2 business days",
            "after": "5 business days",
        },
        {"clause": "exclusivity", "clause_number": 8, "term": "exclusivity_days", "before": 0, "after": 30},
    ]


async def test_both_sides_read_and_sign_the_same_document(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await to_sign(bench, brand)
    path = f"/v1/collaborations/{id_}/amendments/1"
    async with bench.as_creator(id_) as creator:
        answer = await creator.get(f"{path}/amendment.pdf")
        assert (answer.content, answer.headers["ETag"]) == (PAPER, f'"{DOCUMENT}"')
        first = await creator.post(f"{path}/sign", json=CONSENT)
    second = await brand.post(f"{path}/sign", json={**CONSENT, "typed_name": "Ada Manager"})
    assert (first.json()["events"], second.json()["events"]) == (
        ["AmendmentSigned"],
        ["AmendmentSigned", "AmendmentConcluded"],
    )
    view = (await brand.get(f"/v1/collaborations/{id_}")).json()
    assert (view["fee"]["amount"], view["committed"], view["reserved"]) == (300_00, 300_00, 0)


async def test_the_creator_does_not_see_what_the_budget_holds(bench: Bench, brand: httpx.AsyncClient) -> None:
    """What is reserved for an amendment is the brand's own."""
    id_ = await to_sign(bench, brand)
    async with bench.as_creator(id_) as creator:
        answer = await creator.get(f"/v1/collaborations/{id_}/events")
    events = {event["type"]: event["data"] for event in answer.json()["items"]}
    assert events["AmendmentProposed"]["proposal"]["after"]["fee"]["amount"] == 300_00
    assert "reserved" not in events["AmendmentProposed"]


@pytest.mark.parametrize(
    ("call", "body", "status", "code"),
    [
        ("", HIGHER, 409, "cannot_amend"),
        ("", {"changes": {"fee": {"amount": -1, "currency": "USD"}}}, 422, "request_not_well_formed"),
        ("/1/sign", {**CONSENT, "document": "0" * 64}, 409, "consent_missing"),
        ("/1/sign", {**CONSENT, "consent": False}, 422, "request_not_well_formed"),
        ("/2/sign", CONSENT, 409, "stale_version"),
        ("/1/decline", {}, 409, "not_your_turn"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_reason(
    bench: Bench, brand: httpx.AsyncClient, call: str, body: dict[str, Any], status: int, code: str
) -> None:
    id_ = await to_sign(bench, brand)
    answer = await brand.post(f"/v1/collaborations/{id_}/amendments{call}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_declined_and_withdrawn_amendments_change_nothing(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await to_sign(bench, brand)
    path = f"/v1/collaborations/{id_}/amendments"
    async with bench.as_creator(id_) as creator:
        declined = await creator.post(f"{path}/1/decline", json={"reason": "no time"})
    await brand.post(path, json=HIGHER)
    withdrawn = await brand.post(f"{path}/2/withdraw", json={})
    assert (declined.json()["events"], withdrawn.json()["events"]) == (["AmendmentDeclined"], ["AmendmentWithdrawn"])
    listed = (await brand.get(path)).json()["items"]
    assert [(each["number"], each["status"]) for each in listed] == [(1, "declined"), (2, "withdrawn")]
    assert (await brand.get(f"/v1/collaborations/{id_}")).json()["fee"]["amount"] == 212_50


async def test_what_there_is_not_is_404(bench: Bench, brand: httpx.AsyncClient) -> None:
    """An amendment that nobody proposed, and a document that has not been rendered."""
    id_ = await proposed(bench, brand)
    for path in ("/2", "/2/amendment.pdf", "/1/amendment.pdf"):
        assert (await brand.get(f"/v1/collaborations/{id_}/amendments{path}")).status_code == 404
