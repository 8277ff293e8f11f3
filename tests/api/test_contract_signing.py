"""The document and the signatures."""

import hashlib
from typing import Any

import httpx
import pytest

from tests.api.conftest import CONTRACT, Bench

DOCUMENT = hashlib.sha256(CONTRACT).hexdigest()
SIGNATURE = {"typed_name": "Ines Okafor", "document": DOCUMENT, "consent": True}


async def test_both_sides_read_the_same_document(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await bench.to_sign()
    async with bench.as_creator(id_) as creator:
        for client in (brand, creator):
            answer = await client.get(f"/v1/collaborations/{id_}/contract.pdf")
            assert (answer.content, answer.headers["Content-Type"]) == (CONTRACT, "application/pdf")
            assert answer.headers["ETag"] == f'"{DOCUMENT}"'
            known = {"If-None-Match": answer.headers["ETag"]}
            assert (await client.get(f"/v1/collaborations/{id_}/contract.pdf", headers=known)).status_code == 304


async def test_before_there_is_a_contract_it_is_404(bench: Bench, brand: httpx.AsyncClient) -> None:
    answer = await brand.get(f"/v1/collaborations/{await bench.offered()}/contract.pdf")

    assert (answer.status_code, answer.json()["kind"]) == (404, "contract of collaboration")


async def test_the_second_signature_puts_the_contract_into_force(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await bench.to_sign()
    path = f"/v1/collaborations/{id_}/contract/sign"
    async with bench.as_creator(id_) as creator:
        first = await creator.post(path, json=SIGNATURE)
    second = await brand.post(path, json={**SIGNATURE, "typed_name": "Ada Manager"})

    assert first.json()["events"] == ["ContractSigned"]
    assert second.json()["events"] == ["ContractSigned", "ContractConcluded", "PayoutScheduled"]
    view = (await brand.get(f"/v1/collaborations/{id_}")).json()
    assert {role: signed["typed_name"] for role, signed in view["signatures"].items()} == {
        "creator": "Ines Okafor",
        "brand": "Ada Manager",
    }


async def test_a_signature_for_another_document_is_refused(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await bench.to_sign()
    answer = await brand.post(f"/v1/collaborations/{id_}/contract/sign", json={**SIGNATURE, "document": "0" * 64})

    assert (answer.status_code, answer.json()["code"]) == (409, "consent_missing")


async def test_nobody_signs_twice(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await bench.to_sign()
    await brand.post(f"/v1/collaborations/{id_}/contract/sign", json=SIGNATURE)
    answer = await brand.post(f"/v1/collaborations/{id_}/contract/sign", json=SIGNATURE)

    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_decide")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"consent": False}, "consent"),
        ({"consent": None}, "consent"),
        ({"typed_name": "  "}, "typed_name"),
        ({"typed_name": "x" * 201}, "typed_name"),
        ({"document": "abc"}, "document"),
    ],
)
async def test_a_signature_without_consent_or_name_is_not_well_formed(
    bench: Bench, brand: httpx.AsyncClient, change: dict[str, Any], field: str
) -> None:
    id_ = await bench.to_sign()
    answer = await brand.post(f"/v1/collaborations/{id_}/contract/sign", json={**SIGNATURE, **change})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
