"""A person's answer about a doubtful creator."""

import httpx
import pytest

from domain.checks import Verdict
from tests.api.conftest import Bench


@pytest.mark.parametrize("body", [None, {}, {"note": "Looked at the comments myself."}])
async def test_a_doubtful_creator_is_approved(
    bench: Bench, brand: httpx.AsyncClient, body: dict[str, str] | None
) -> None:
    id_ = await bench.opened()
    answer = await brand.post(f"/v1/collaborations/{id_}/verification/approve", json=body)

    assert answer.json() == {"stream": f"collaboration/{id_}", "version": 3, "events": ["CreatorApproved"]}


async def test_a_doubtful_creator_is_rejected_with_a_reason(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await bench.opened()
    path = f"/v1/collaborations/{id_}/verification/reject"

    assert (await brand.post(path, json={})).json()["errors"][0]["field"] == "reason"
    answer = await brand.post(path, json={"reason": "Bought followers."})
    assert answer.json()["events"] == ["CreatorRejected", "CollaborationEnded"]


@pytest.mark.parametrize("verb", ["approve", "reject"])
async def test_nobody_is_asked_about_a_clear_case(bench: Bench, brand: httpx.AsyncClient, verb: str) -> None:
    id_ = await bench.opened(verdict=Verdict.PASS)
    answer = await brand.post(
        f"/v1/collaborations/{id_}/verification/{verb}", json={"reason": "no"} if verb == "reject" else {}
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_decide")
