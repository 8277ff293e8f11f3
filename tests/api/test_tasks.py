"""GET /v1/tasks."""

from datetime import datetime

import httpx
import pytest

from tests.api.conftest import Bench


async def test_everything_that_waits_for_a_person_is_listed_most_urgent_first(
    bench: Bench, brand: httpx.AsyncClient
) -> None:
    await bench.shortlisted()
    id_ = await bench.to_sign()
    tasks = (await brand.get("/v1/tasks")).json()["items"]

    names = [task["name"] for task in tasks]
    assert names == ["sign_contract/creator", "approve_shortlist", "sign_contract/brand"]
    assert [task["due_at"] for task in tasks] == sorted(task["due_at"] for task in tasks)
    assert datetime.fromisoformat(tasks[0]["due_local"]) == datetime.fromisoformat(tasks[0]["due_at"])
    assert tasks[0]["due_local"].endswith("-05:00")
    assert tasks[0] | {"opened_at": "", "due_at": "", "due_local": ""} == {
        "stream": f"collaboration/{id_}",
        "name": "sign_contract/creator",
        "campaign_id": "tea",
        "collaboration_id": id_,
        "assignee": "creator",
        "opened_at": "",
        "due_at": "",
        "escalated": False,
        "extended": False,
        "contact": "creator",
        "time_zone": "America/New_York",
        "due_local": "",
    }


async def test_tasks_are_filtered_and_paged(bench: Bench, brand: httpx.AsyncClient) -> None:
    await bench.shortlisted()
    await bench.to_sign()

    async def names(**filters: str) -> list[str]:
        return [task["name"] for task in (await brand.get("/v1/tasks", params=filters)).json()["items"]]

    assert await names(assignee="brand") == ["approve_shortlist", "sign_contract/brand"]
    assert await names(assignee="creator", campaign_id="tea") == ["sign_contract/creator"]
    assert await names(contact="manager") == ["approve_shortlist", "sign_contract/brand"]
    assert await names(contact="escalation") == []
    assert await names(campaign_id="coffee") == []
    page = (await brand.get("/v1/tasks?limit=1")).json()
    assert await names(cursor=page["next"]) == ["approve_shortlist", "sign_contract/brand"]


@pytest.mark.parametrize("filters", ["assignee=nobody", "contact=nobody", "campaign_id=%00", "campaign_id="])
async def test_a_filter_that_does_not_exist_is_refused(brand: httpx.AsyncClient, filters: str) -> None:
    assert (await brand.get(f"/v1/tasks?{filters}")).status_code == 422
