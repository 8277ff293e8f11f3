"""POST /v1/simulations."""

from typing import Any

import httpx
import pytest

from activities.store.projections.creator_track_records import save
from activities.store.queries import QUERIES
from domain.track_record import Ledger, TrackRecord
from tests.api.conftest import Bench
from tests.domain.given import T0, a_brief, a_profile

BRIEF: dict[str, Any] = a_brief(creators_wanted=3).model_dump(mode="json")
FEW: dict[str, Any] = {"runs": 10, "begins": "2026-03-20T09:00:00Z"}


async def test_a_brief_becomes_a_forecast_and_nothing_else(brand: httpx.AsyncClient) -> None:
    answer = await brand.post("/v1/simulations", json=BRIEF, params=FEW)

    assert answer.status_code == 200
    found = answer.json()
    assert (found["runs"], found["creators_wanted"], found["shortlisted"]) == (10, 3, 15)
    assert found["objectives"][0]["objective"] == BRIEF["objectives"][0]
    assert 0 < found["spend"]["median"] <= found["budget"] == 10_000_00
    assert (await brand.get("/v1/campaigns")).json()["items"] == []


async def test_the_same_seed_and_start_give_the_same_forecast(brand: httpx.AsyncClient) -> None:
    first, again = [await brand.post("/v1/simulations", json=BRIEF, params=FEW) for _ in range(2)]
    other = await brand.post("/v1/simulations", json=BRIEF, params={**FEW, "seed": 8})

    assert first.json() == again.json() != other.json()


async def test_a_brief_that_cannot_work_is_refused_as_the_campaign_would_be(brand: httpx.AsyncClient) -> None:
    poor = {**BRIEF, "fee_cap": 1_00, "objectives": [{**BRIEF["objectives"][0], "by": "2026-03-01"}]}
    forecast = await brand.post("/v1/simulations", json=poor, params={"begins": T0.isoformat()})
    campaign = await brand.post("/v1/campaigns", json=poor)

    assert (forecast.status_code, forecast.json()["code"]) == (409, "brief_refused")
    assert len(forecast.json()["reasons"]) == 2
    assert forecast.json()["reasons"] == campaign.json()["reasons"]


async def test_a_brief_that_is_none_is_refused_by_field(brand: httpx.AsyncClient) -> None:
    answer = await brand.post("/v1/simulations", json={**BRIEF, "creators_wanted": 0})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "creators_wanted")


async def test_creators_of_the_directory_are_the_candidates(bench: Bench, brand: httpx.AsyncClient) -> None:
    rows = "\n".join(
        a_profile(handle=f"tea.{nth}", email=f"tea{nth}@creators.example").model_dump_json() for nth in range(4)
    )
    headers = {"Content-Type": "application/x-ndjson"}
    imported = await brand.post("/v1/creators/import", content=rows, headers=headers)
    assert imported.json()["created"] == 4

    found = (await brand.post("/v1/simulations", json=BRIEF, params=FEW)).json()
    asked = (await brand.post("/v1/simulations", json=BRIEF, params={**FEW, "candidates": 30})).json()
    assert (found["shortlisted"], found["invited"]["high"], asked["shortlisted"]) == (4, 4, 30)


async def test_the_record_takes_the_place_of_assumptions(bench: Bench, brand: httpx.AsyncClient) -> None:
    """Thirty offers that a creator let lapse make no answer likelier for everybody."""
    id_ = await bench.known_creator(handle="steep")
    ledger = Ledger(past=TrackRecord(offers=30, expired=30))
    async with bench.services.pool.acquire() as connection:
        await save(connection, QUERIES.save_ledgers, [(id_, "default", ledger)])

    rows = (await brand.post("/v1/simulations", json=BRIEF, params=FEW)).json()["assumptions"]
    (offer,) = [row for row in rows if row["name"] == "answer_offer"]
    assert (offer["grade"], offer["value"][-11:]) == ("R", "68.0% never")


@pytest.mark.parametrize("runs", [0, 2_001])
async def test_runs_are_bounded(brand: httpx.AsyncClient, runs: int) -> None:
    assert (await brand.post("/v1/simulations", json=BRIEF, params={"runs": runs})).status_code == 422


async def test_large_briefs_get_fewer_runs_so_that_the_answer_comes(brand: httpx.AsyncClient) -> None:
    """The shortlist is short here, so that the test is quick: what counts is how many are wanted."""
    large = {**BRIEF, "creators_wanted": 4_000, "budget": {"amount": 10**9, "currency": "USD"}}
    found = await brand.post("/v1/simulations", json=large, params={**FEW, "runs": 500, "candidates": 4})
    assert found.json()["runs"] == 25


async def test_only_the_brand_may_ask(anonymous: httpx.AsyncClient) -> None:
    assert (await anonymous.post("/v1/simulations", json=BRIEF)).status_code == 401
