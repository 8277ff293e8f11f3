"""POST /v1/campaigns."""

import json
from typing import Any

import httpx
import pytest

from tests.api.conftest import Bench
from tests.domain.given import a_brief
from workflows.client import EngineUnavailable, TooManyInFlight

BRIEF: dict[str, Any] = a_brief().model_dump(mode="json")


async def test_a_brief_becomes_a_campaign_that_can_be_read_at_its_location(brand: httpx.AsyncClient) -> None:
    answer = await brand.post("/v1/campaigns", json=BRIEF)

    assert answer.status_code == 201
    campaign = answer.json()
    assert (campaign["stage"], campaign["version"], campaign["brief"]["brand"]) == ("discovery", 1, "Lumen Tea")
    assert campaign["budget"]["available"] == 10_000_00
    assert (await brand.get(answer.headers["Location"])).json() == campaign


async def test_a_key_is_made_and_returned_where_none_was_sent(brand: httpx.AsyncClient) -> None:
    first, second = [await brand.post("/v1/campaigns", json=BRIEF) for _ in range(2)]

    assert first.headers["Idempotency-Key"] != second.headers["Idempotency-Key"]
    assert first.json()["id"] != second.json()["id"]


async def test_the_same_key_and_brief_lead_to_the_same_campaign(brand: httpx.AsyncClient) -> None:
    first, again = [
        await brand.post("/v1/campaigns", json=BRIEF, headers={"Idempotency-Key": "spring"}) for _ in range(2)
    ]

    assert (again.status_code, again.headers["Location"]) == (201, first.headers["Location"])
    assert again.headers["Idempotency-Key"] == "spring"
    assert len((await brand.get("/v1/campaigns")).json()["items"]) == 1


async def test_the_same_key_with_another_brief_is_refused(brand: httpx.AsyncClient) -> None:
    await brand.post("/v1/campaigns", json=BRIEF, headers={"Idempotency-Key": "spring"})
    answer = await brand.post(
        "/v1/campaigns", json={**BRIEF, "creators_wanted": 9}, headers={"Idempotency-Key": "spring"}
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
    assert answer.json()["key"] == "spring"


async def test_two_keys_of_different_people_do_not_meet(bench: Bench, brand: httpx.AsyncClient) -> None:
    async with bench.client("another-key") as another:
        headers = {"Idempotency-Key": "spring"}
        first = await brand.post("/v1/campaigns", json=BRIEF, headers=headers)
        second = await another.post("/v1/campaigns", json=BRIEF, headers=headers)

    assert first.json()["id"] != second.json()["id"]


async def test_a_brief_that_cannot_work_is_refused_with_all_its_reasons(brand: httpx.AsyncClient) -> None:
    window = {"opens": "2026-04-01", "closes": "2026-03-20"}
    hopeless = {**BRIEF, "fee_cap": 1, "budget": {"amount": 2, "currency": "USD"}, "posting_window": window}
    answer = await brand.post("/v1/campaigns", json=hopeless)

    assert (answer.status_code, answer.json()["code"]) == (409, "brief_refused")
    reasons = answer.json()["reasons"]
    assert len(reasons) == 3
    assert any(reason.startswith("posting_window closes on 2026-03-20, before") for reason in reasons)
    assert any(reason.startswith("fee_cap 1 is below") for reason in reasons)
    assert any(reason.startswith("budget 2 is below") for reason in reasons)


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        ({"brand": ""}, "brand", ""),
        ({"brand": 7}, "brand", "7"),
        ({"brand": "x" * 300}, "brand", "x" * 100 + "…"),
        ({"budget": {"amount": -1, "currency": "USD"}}, "budget.amount", "-1"),
        ({"budget": {"amount": 1.5, "currency": "USD"}}, "budget.amount", "1.5"),
        ({"budget": {"amount": 1, "currency": "dollars"}}, "budget.currency", "dollars"),
        ({"objectives": []}, "objectives", "[]"),
        ({"objectives": [{"kind": "fame"}]}, "objectives[0].kind", "fame"),
        ({"creators_wanted": 10_001}, "creators_wanted", "10001"),
        ({"time_zone": "Middle/Earth"}, "time_zone", "Middle/Earth"),
        ({"time_zone": "../../etc/passwd"}, "time_zone", "../../etc/passwd"),
        ({"colour": "blue"}, "colour", "blue"),
        ({"policies": {"offer": {"within": "PT0S"}}}, "policies.offer.within", "PT0S"),
    ],
)
async def test_a_brief_that_is_not_well_formed_is_refused_by_field(
    brand: httpx.AsyncClient, change: dict[str, Any], field: str, value: str
) -> None:
    answer = await brand.post("/v1/campaigns", json={**BRIEF, **change})

    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    found = {error["field"]: error for error in answer.json()["errors"]}
    assert found[field]["value"] == value
    assert found[field]["rule"]


async def test_every_missing_field_is_named(brand: httpx.AsyncClient) -> None:
    answer = await brand.post("/v1/campaigns", json={"brand": "Lumen Tea"})

    errors = {error["field"]: error for error in answer.json()["errors"]}
    assert {"product", "category", "objectives", "budget", "deliverables", "contacts"} <= set(errors)
    assert errors["product"] == {"field": "product", "value": None, "rule": "Field required"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[]", 422),
        (b"null", 422),
        (b'"text"', 422),
        (b"\xff\xfe", 422),
        (b'{"brand": "\xff"}', 422),
        (b"[" * 100_000, 422),
        (b'{"brand": NaN}', 422),
        (b'{"brand": "\\ud800"}', 422),
        (b'{"\\ud800": 1}', 422),
        (json.dumps({**BRIEF, "product": "tea\x00"}).encode(), 422),
        (json.dumps({**BRIEF, "fee_cap": 10**30}).encode(), 422),
        (b'{"fee_cap": ' + b"9" * 5_000 + b"}", 422),
    ],
)
async def test_bodies_that_are_no_brief_are_refused_as_problems(
    brand: httpx.AsyncClient, body: bytes, status: int
) -> None:
    answer = await brand.post("/v1/campaigns", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "multipart/form-data", None])
async def test_a_body_that_is_not_json_is_refused_with_415(brand: httpx.AsyncClient, media_type: str | None) -> None:
    headers = {"Content-Type": media_type} if media_type else {}
    answer = await brand.post("/v1/campaigns", content=json.dumps(BRIEF).encode(), headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("key", [b"x" * 201, "schlüssel".encode("latin-1"), b"engine/PassTime/3", b"tab\there"])
async def test_a_malformed_or_reserved_key_is_refused(brand: httpx.AsyncClient, key: bytes) -> None:
    answer = await brand.post("/v1/campaigns", json=BRIEF, headers=[(b"Idempotency-Key", key)])

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


async def test_an_engine_that_is_away_is_503_with_the_time_to_wait_and_the_key_stays_valid(
    bench: Bench, brand: httpx.AsyncClient
) -> None:
    bench.engine.outage = EngineUnavailable(seconds=10, why="no worker took it in time")
    headers = {"Idempotency-Key": "spring"}
    away = await brand.post("/v1/campaigns", json=BRIEF, headers=headers)
    bench.engine.outage = None

    assert (away.status_code, away.json()["code"], away.headers["Retry-After"]) == (503, "engine_unavailable", "5")
    assert away.headers["Idempotency-Key"] == "spring"
    assert (await brand.post("/v1/campaigns", json=BRIEF, headers=headers)).status_code == 201


async def test_too_many_decisions_at_once_are_429_with_the_time_to_wait(bench: Bench, brand: httpx.AsyncClient) -> None:
    bench.engine.outage = TooManyInFlight(stream="campaign/tea")
    answer = await brand.post("/v1/campaigns", json=BRIEF)

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")


async def test_a_creator_starts_no_campaign(bench: Bench) -> None:
    async with bench.as_creator(await bench.offered()) as creator:
        answer = await creator.post("/v1/campaigns", json=BRIEF)

    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
